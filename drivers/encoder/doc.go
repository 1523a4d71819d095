// Package encoder writes, reads back, compares, seals, and identifies a chip, over any drivers.Chip. What it knows of
// the card is a Profile, which is data; the one for the KTP-el is ktpel.toml in this package.
//
// It retries nothing. Its errors are *drivers.Fault whose Detail holds status words, file identifiers, and offsets, and
// never a byte of content.
package encoder
