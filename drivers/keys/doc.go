// Package keys is where card keys come from when they are not in a PKCS#11 token: a file of test keys, and a secure access module
// in a second reader. It also holds what all sources have in common: the comparison of a key set with the settings, the
// PIN, and that a process with keys leaves no core file.
package keys
