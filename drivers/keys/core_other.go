//go:build !linux

package keys

// NoCore does nothing here: what this system writes when a program dies is its administrator's to set (docs/chip-keys.md).
func NoCore() error { return nil }
