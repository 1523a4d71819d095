//go:build !windows

package pcsc

// pinned is reader as C sees it, and a map key of its own as Go sees it.
func pinned(reader, pin string) string { return reader + "\x00" + pin }
