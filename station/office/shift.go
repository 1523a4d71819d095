package office

import (
	"time"

	"cetak/station/ledger"
)

// OpenShift begins the desk's day. By.Who and By.Second have each counted the feeder without knowing the other's figure or the
// books'; First is Who's. A type without a figure for the hopper counts as none. Where they agree with each other and not with the
// books it needs an adjustment before, or a Waiver: an incident is then opened with it. Faults: CountsDiffer (with facts; count
// again), CountNotBook, ShiftIsOpen, CardInHand.
type OpenShift struct {
	First, Second ledger.Count
	Waiver        string // why the difference may stand; a supervisor is one of the two
}

// CloseShift ends it with the same two counts of the feeder. The closing equation of each type must hold, or be waived. Afterwards
// State.Certificate gives what is to be signed. Faults: those of OpenShift, ShiftNeeded.
type CloseShift struct {
	First, Second ledger.Count
	Waiver        string
}

// NoteCount is a blind count at any other time: the daily check, the stock-take. Accounts: Vault, Hopper, Good, Shipped, Spoiled.
// A count that agrees with the books moves the point from which a difference can have begun; one that does not opens an
// incident. Fault: CountsDiffer (with facts).
type NoteCount struct{ First, Second ledger.Count }

// RejectEmptied tells that the reject box was emptied into the store of spoiled cards. First and Second are what two people counted
// in it, or nil where nobody counted; a difference from State.Reject opens an incident. Fault: CountsDiffer (with facts).
type RejectEmptied struct{ First, Second *int }

// CloseIncident closes an incident with what was found.
type CloseIncident struct {
	ID     string
	Reason string
}

// Shift is one desk's day. ledger.Shift has the opening; Sheets are as the movements stand, and final once it is closed.
type Shift struct {
	ledger.Shift
	Seq     int64           // line that opened it
	Closing *ledger.Closing // nil while it is open
	Waivers []ledger.Waiver // of the opening
	// Alone is how many cards a person alone has called spoiled in it: config's shift.spoil_limit.
	Alone int
}

// Incident is a difference between two of the three witnesses. Its ID is "I-" and its line in the journal.
type Incident struct {
	ledger.Incident
	Seq      int64
	Closed   time.Time // zero while it is open
	ClosedBy [2]string
	Reason   string
}
