package office

import (
	"fmt"
	"slices"
	"time"

	"cetak/station/certificate"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// OpenShift begins the desk's day. By.Who and By.Second have each counted the feeder without knowing the other's figure or the
// books'; First is Who's. A type without a figure for the hopper counts as none. Where they agree with each other and not with the
// books it needs an adjustment before, or a Waiver; either way the difference is kept as an incident. Faults:
// ledger.CountsDiffer (count again) and ledger.EquationOpen, both with facts; ledger.CardUnderWay, ledger.BadCount, ShiftIsOpen.
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
// incident. Fault: ledger.CountsDiffer (with facts).
type NoteCount struct{ First, Second ledger.Count }

// RejectEmptied tells that the reject box was emptied into the store of spoiled cards. First and Second are what two people counted
// in it, or nil where nobody counted; a difference from State.Reject opens an incident. Fault: ledger.CountsDiffer (with facts).
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
	Done    int64           // line that closed it
	// Alone is how many cards of the machine a person alone has called spoiled in it: config's shift.spoil_limit.
	Alone int

	list        []certificate.Card
	refound     map[ledger.BlankType]int // came back from missing, and did not go missing in this shift as a known card
	certificate *certificate.Certificate
}

// Incident is a difference between two of the three witnesses.
type Incident struct {
	ledger.Incident
	Seq      int64
	Closed   time.Time // zero while it is open
	ClosedBy [2]string
	Reason   string
}

// closedData is the data of a shift-closed fact: what was judged, and what is signed.
type closedData struct {
	Closing     ledger.Closing          `json:"closing"`
	Certificate certificate.Certificate `json:"certificate"`
}

// caseData is the data of an incident-closed fact.
type caseData struct {
	ID     string `json:"id"`
	Second string `json:"second"`
	Reason string `json:"reason"`
}

// rejectData is the data of a reject-emptied fact where two people counted.
type rejectData struct {
	Count  int    `json:"count"`
	Book   int    `json:"book"`
	Second string `json:"second"`
}

// Purposes of counts, in ledger.Counted.For.
const (
	forOpening = "shift-open"
	forClosing = "shift-close"
	forStock   = "stock-take"
	forReject  = "reject-box"
)

// counted takes shifts, counts, and incidents in.
func (s *State) counted(e journal.Entry) error {
	switch e.Kind {
	case journal.KindShiftOpened:
		sh := &Shift{Seq: e.Seq}
		if err := read(e, &sh.Shift); err != nil {
			return err
		}
		if s.on != nil {
			return refuse(ShiftIsOpen, s.on.ID)
		}
		s.on = sh
		s.shifts = append(s.shifts, sh)
	case journal.KindShiftClosed:
		var d closedData
		if err := read(e, &d); err != nil {
			return err
		}
		if s.on == nil || s.on.ID != d.Closing.Shift {
			return refuse(ShiftNeeded, d.Closing.Shift)
		}
		s.on.Closing, s.on.certificate, s.on.Done = &d.Closing, &d.Certificate, e.Seq
		s.on.list, s.on = nil, nil
	case journal.KindCounted:
		var d ledger.Counted
		if err := read(e, &d); err != nil {
			return err
		}
		if d.Agreed && d.For != forReject {
			s.watch.Count(e.At, d.Tallies[0].Count, s.book.Balance())
		}
	case journal.KindIncident:
		c := &Incident{Seq: e.Seq}
		if err := read(e, &c.Incident); err != nil {
			return err
		}
		s.cases = append(s.cases, c)
		s.watch.Tell(c.Incident)
	case journal.KindIncidentClosed:
		var d caseData
		if err := read(e, &d); err != nil {
			return err
		}
		if c := s.incident(d.ID); c != nil {
			c.Closed, c.ClosedBy, c.Reason = e.At, [2]string{e.Who, d.Second}, d.Reason
		}
	case journal.KindRejectEmptied:
		s.reject = 0
	}
	return nil
}

func (s *State) incident(id string) *Incident {
	for _, c := range s.cases {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Shift is the open shift, or ok is false.
func (s *State) Shift() (sh Shift, ok bool) {
	if s.on == nil {
		return Shift{}, false
	}
	return *s.on, true
}

// Shifts are all shifts, the oldest first, the open one last.
func (s *State) Shifts() []Shift { return copies(s.shifts) }

// Certificate is what a closed shift certifies, as its closing line in the journal has it: sign it with certificate.Sign. It can be
// made again at any time.
func (s *State) Certificate(shift string) (c certificate.Certificate, ok bool) {
	for _, sh := range s.shifts {
		if sh.ID == shift && sh.certificate != nil {
			return *sh.certificate, true
		}
	}
	return certificate.Certificate{}, false
}

// Incidents are all incidents, the oldest first.
func (s *State) Incidents() []Incident { return copies(s.cases) }

// Witness compares the printer's counters with the books and gives the facts of what differs; none where they agree. The engine
// asks before each intent, whose counters then begin a new comparison, and after each card.
func (s *State) Witness(now time.Time, r ledger.Reading) []journal.Fact {
	return s.incidents(s.watch.Clone().Look(now.UTC(), r), ledger.Station)
}

// incidents are the facts of new incidents, each with its number.
func (s *State) incidents(found []ledger.Incident, who string) []journal.Fact {
	var facts []journal.Fact
	for i, c := range found {
		c.ID = fmt.Sprintf("I-%d", len(s.cases)+1+i)
		facts = append(facts, journal.Fact{Kind: journal.KindIncident, Who: who, Attempt: c.Until.Attempt, Data: c})
	}
	return facts
}

// cards keeps which chips left the desk in the shift, and how.
func (sh *Shift) cards(m ledger.Movement) {
	at := func(a ledger.Account) bool { return a == ledger.Hopper || a == ledger.Machine }
	switch {
	case at(m.To) && m.From == ledger.Missing:
		before := len(sh.list)
		sh.list = slices.DeleteFunc(sh.list, func(c certificate.Card) bool { return slices.Contains(m.UIDs, c.UID) })
		if sh.refound == nil {
			sh.refound = map[ledger.BlankType]int{}
		}
		sh.refound[m.Type] += m.Count - (before - len(sh.list))
	case at(m.From) && !at(m.To) && m.To != ledger.Vault:
		c := certificate.Card{Type: string(m.Type), Result: certificate.Good}
		switch m.To {
		case ledger.Spoiled:
			c.Result, c.Cause = certificate.Spoiled, m.Cause
		case ledger.Missing:
			c.Result = certificate.Missing
		}
		for _, uid := range m.UIDs {
			c.UID = uid
			sh.list = append(sh.list, c)
		}
	}
}
