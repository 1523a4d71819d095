//go:build !linux

package assembly

// timeServer says whether a time server keeps the clock.
func timeServer() string { return "whether a time server keeps it is not known" }
