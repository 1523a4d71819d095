package config

import "slices"

// What may stand at the desk.
const (
	MachinePrinter   = "evolis"        // a printer with a feeder of its own
	MachineDispenser = "crt591"        // a dispenser with a chip station: cards without a face
	MachineBoth      = "crt591+evolis" // the dispenser's gate before the printer's manual slot
)

func machines() []string { return []string{MachinePrinter, MachineDispenser, MachineBoth} }

// HasPrinter reports that cards get a face here.
func (c Config) HasPrinter() bool { return c.Printer.Machine != MachineDispenser }

// HasDispenser reports that blanks come from a card dispenser, and its station is where chips are written.
func (c Config) HasDispenser() bool {
	return c.Printer.Machine == MachineDispenser || c.Printer.Machine == MachineBoth
}

// Dispenser says where the card dispenser is.
type Dispenser struct {
	Port    string `toml:"port"`
	Baud    int    `toml:"baud"`
	Address int    `toml:"address"`
	// Serial, if set, is the only machine that is accepted.
	Serial string `toml:"serial"`
}

// isDispenserBaud: what a dispenser finds out by itself (CRT-591-M001, 1.1.1).
func isDispenserBaud(n int) bool { return slices.Contains([]int{9600, 19200, 38400, 57600}, n) }

func (c Config) canConfirm(every int) bool { return every == 0 || c.HasPrinter() }

// where holds a value to a rule only at a desk that it concerns.
func where(concerns bool, rule func(string) string) func(string) string {
	if concerns {
		return rule
	}
	return func(string) string { return "" }
}
