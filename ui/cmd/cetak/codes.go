package main

import "cetak/drivers"

// Faults of saving the report of a crash.
const (
	// NoStick: no memory stick is plugged in, or none that may be written.
	NoStick drivers.Code = "X-102"
	// NotSaved: the report could not be read, or not written to the stick, or not put aside.
	NotSaved drivers.Code = "X-103"
)

func fault(code drivers.Code, err error) error {
	return &drivers.Fault{Code: code, Op: "crash report", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Err: err}
}
