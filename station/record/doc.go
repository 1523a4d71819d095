// Package record is the print-ready record: one person's card, as the register cleared it. It opens the sealed envelope,
// parses the record strictly, checks it before any blank moves, and guards the card: what is on the chip and what will
// be printed must be the same person and the same revision. It reads no file but the keys and writes none.
//
// The wire form is docs/record.md; the rules are those of the register's own regulations, cited at each check. Nothing in
// here puts a field's value into an error, a finding, or a log.
package record
