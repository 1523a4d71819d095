// Package certificate is the shift certificate: what two people counted and what became of every blank between, signed by the
// station's key as one line of text that is proved offline, on any machine, by its own bytes.
package certificate
