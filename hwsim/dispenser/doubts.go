package dispenser

import "fmt"

// Doubts are the points that the document does not settle. The zero value is what working hosts expect, or else the reading
// that asks more of the host.
type Doubts struct {
	HeadN         bool // a failure has the head N, as the prose says, and not 45 hex, as its table and two hosts have it
	GateHolds     bool // a card moved out of the gate waits in it until it is taken, and does not drop
	CounterAlways bool // the counter of captured cards works after any INITIALIZE, not only after 34, 35, 37 (3.1.1)
	RepeatDone    bool // a command that comes while another is under way is done after it, and not ignored
	RFRefuses     bool // the move to the RF position takes no card from the stacker (the table says so of the IC position only)
}

// Set sets one doubt by its name and value as on the command line: head=E|N, gate=drops|holds, counter=armed|always,
// repeat=ignored|done, rf=dispenses|refuses.
func (d *Doubts) Set(name, value string) error {
	for _, o := range []struct {
		name, first, second string
		to                  *bool
	}{
		{"head", "E", "N", &d.HeadN},
		{"gate", "drops", "holds", &d.GateHolds},
		{"counter", "armed", "always", &d.CounterAlways},
		{"repeat", "ignored", "done", &d.RepeatDone},
		{"rf", "dispenses", "refuses", &d.RFRefuses},
	} {
		if o.name != name {
			continue
		}
		if value != o.first && value != o.second {
			return fmt.Errorf("option %s is %s or %s, not %q", name, o.first, o.second, value)
		}
		*o.to = value == o.second
		return nil
	}
	return fmt.Errorf("no option %q of the dispenser; there are head, gate, counter, repeat, rf", name)
}
