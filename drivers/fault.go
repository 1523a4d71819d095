package drivers

import (
	"errors"
	"fmt"
)

// Code names one kind of fault for ever: it is never reused. It is itself an error, so errors.Is(err, FeederEmpty)
// works on any chain with a Fault in it. Families: L line, P printer, D dispenser, C chip and reader, R record, S source,
// B blanks, U people, Y order of the queue, W papers, T self-tests, J journal and disk, N the centre, K configuration, X a defect of ours.
type Code string

// Error returns the code itself.
func (c Code) Error() string { return string(c) }

// Whereabouts is where the card is after a fault: what the ledger must write.
type Whereabouts string

// Whereabouts of the card of the running attempt.
const (
	NoCard    Whereabouts = ""          // the fault concerns no card
	InHopper  Whereabouts = "in-hopper" // no blank left the feeder
	InMachine Whereabouts = "in-machine"
	InTray    Whereabouts = "in-tray"
	InReject  Whereabouts = "in-reject"
	Unknown   Whereabouts = "unknown" // stops the line until a person has looked
)

// Again says who may try the failed step again.
type Again string

// Retry rights.
const (
	AgainNow           Again = "now"
	AgainAfterOperator Again = "after-operator"
	AgainNever         Again = "never"
)

// Fault is something that went wrong, told to two readers: Code leads to the operator's advice, the rest is for the
// technician.
type Fault struct {
	Code   Code
	Op     string // the step, in lower case: "load", "chip write"
	Card   Whereabouts
	Again  Again
	Detail string // raw reply, status word, errno; never personal data
	Err    error
}

// Error gives the technician's line: code, step, detail, cause.
func (f *Fault) Error() string {
	s := string(f.Code)
	if f.Op != "" {
		s += " " + f.Op
	}
	if f.Detail != "" {
		s += ": " + f.Detail
	}
	if f.Err != nil {
		s += fmt.Sprintf(": %v", f.Err)
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Is compares a Code.
func (f *Fault) Is(target error) bool {
	c, ok := target.(Code)
	return ok && c == f.Code
}

// AsFault finds the outermost Fault of a chain. An error without one is a defect of ours and comes back as
// Unexpected with the card's place unknown. It returns nil for a nil error.
func AsFault(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Code: Unexpected, Op: "internal", Card: Unknown, Again: AgainNever, Err: err}
}
