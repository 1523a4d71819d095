// Package inline makes one drivers.Printer of two in line: a front that feeds cards and has the chip station, whose gate is before
// the slot of a back that prints. Either is any drivers.Printer; a card goes from front to back and never the other way.
package inline
