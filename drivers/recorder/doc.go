// Package recorder is the desk's flight recorder: a bounded ring of what passed on the printer's line and to the chip, and
// of what the station was doing, written to a file at a fault. What could tell of a person is masked as it comes in, by
// instruction: an instruction that is not known to be harmless shows its length only. docs/recorder.md has the format.
package recorder
