// Package drivertest holds the suites that every driver must pass to be called one: Printer for card printers, Chip for
// readers. A driver's own test gives it a machine, simulated or real, and is a few lines long. On a real machine nothing
// is spent that the person who runs the suite has not allowed by number.
package drivertest
