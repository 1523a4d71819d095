package ledger

import "time"

// Witness is somebody or something that counts blanks on its own.
type Witness string

// Witnesses.
const (
	ByLedger  Witness = "ledger"  // the movements
	ByCounter Witness = "counter" // the printer's cards inserted, `Rco;c`
	ByPanels  Witness = "panels"  // the printer's panels printed, `Rco;p`
	ByCount   Witness = "count"   // two people
)

// Unknown is a counter that was not read, or a rise that cannot be foreseen.
const Unknown = -1

// Reading is what the printer's counters say; Unknown where one was not read.
type Reading struct {
	Cards  int64 `json:"cards"`  // inserted, ever (`Rco;c`)
	Panels int64 `json:"panels"` // printed, ever (`Rco;p`)
}

// Job is one thing the printer was asked for that its counters see: a card, a test card, a cleaning card, a transport
// test.
type Job struct {
	Attempt string    `json:"attempt,omitempty"` // of a card
	What    string    `json:"what,omitempty"`    // else: a word of the scrap causes, test-card, cleaning, transport-test
	At      time.Time `json:"at"`
	Line    int64     `json:"line,omitempty"` // of the journal
	Cards   int64     `json:"cards"`          // the counter should rise by
	Panels  int64     `json:"panels"`         // likewise; 0 when nothing was printed, Unknown when that cannot be told
}

// Incident is two witnesses that differ, and the first job at which it can have begun.
type Incident struct {
	ID         string     `json:"id,omitempty"` // given by who books it
	Between    [2]Witness `json:"between"`
	Says       [2]int64   `json:"says"`       // what each says, in the order of Between
	Difference int64      `json:"difference"` // second less first
	Type       BlankType  `json:"type,omitempty"`
	Account    Account    `json:"account,omitempty"` // of a blind count
	Since      Job        `json:"since"`             // the first job after the last agreement; zero: no job since
	Until      Job        `json:"until"`             // the last job before it was seen
	Seen       time.Time  `json:"seen"`
}

// Watch compares the witnesses. The zero value has seen nothing. It is folded: Apply for every movement, Expect for what
// else the printer was asked for, Look and Count where the witnesses speak. A difference is told once. Not safe for
// concurrent use.
type Watch struct {
	begun    bool
	was      Reading // the counters when they were last looked at
	due      Reading // by how much they should have risen since
	since    span    // the jobs in between
	accounts map[pool]counted
}

// span is the first and last job of a stretch.
type span struct{ first, last Job }

// pool is the blanks of one type in one account.
type pool struct {
	blank   BlankType
	account Account
}

type counted struct {
	told  int  // the difference that an incident stands for
	since span // movements of the pool since the last count
}

func (s *span) add(j Job) {
	if s.first == (Job{}) {
		s.first = j
	}
	s.last = j
}

// Apply takes in what the ledger says: a load is a card that the printer must have counted.
func (w *Watch) Apply(m Movement) {
	j := Job{Attempt: m.Attempt, What: string(m.Kind), At: m.At, Line: m.Seq}
	if w.accounts == nil {
		w.accounts = map[pool]counted{}
	}
	for _, a := range [2]Account{m.From, m.To} {
		c := w.accounts[pool{m.Type, a}]
		c.since.add(j)
		w.accounts[pool{m.Type, a}] = c
	}
	if m.Kind == Load {
		j.Cards = int64(m.Count)
		w.Expect(j)
	}
}

// Expect takes in a job that the counters will show.
func (w *Watch) Expect(j Job) {
	w.since.add(j)
	w.due.Cards += j.Cards
	switch {
	case j.Panels == Unknown:
		w.due.Panels = Unknown
	case w.due.Panels != Unknown:
		w.due.Panels += j.Panels
	}
}

// Look compares the printer's counters with what they should say, and begins anew from them. The first look only begins,
// and so does the first after Forget.
func (w *Watch) Look(now time.Time, r Reading) []Incident {
	var found []Incident
	compare := func(by Witness, was, due, is int64) {
		if w.begun && was != Unknown && due != Unknown && is != Unknown && was+due != is {
			found = append(found, Incident{Between: [2]Witness{ByLedger, by}, Says: [2]int64{was + due, is}, Difference: is - was - due,
				Since: w.since.first, Until: w.since.last, Seen: now})
		}
	}
	compare(ByCounter, w.was.Cards, w.due.Cards, r.Cards)
	compare(ByPanels, w.was.Panels, w.due.Panels, r.Panels)
	w.begun, w.was, w.due, w.since = true, r, Reading{}, span{}
	return found
}

// Forget is called when another printer, with other counters, stands at the desk.
func (w *Watch) Forget() { w.begun, w.was, w.due, w.since = false, Reading{}, Reading{}, span{} }

// Count compares what two people counted with the books. A difference that was told and is the same still is not told
// again.
func (w *Watch) Count(now time.Time, n Count, book Balance) []Incident {
	var found []Incident
	if w.accounts == nil {
		w.accounts = map[pool]counted{}
	}
	for _, t := range BlankTypes() {
		for _, a := range Accounts() {
			is, ok := n[t][a]
			if !ok {
				continue
			}
			p := pool{t, a}
			d, c := is-book[t][a], w.accounts[p]
			if d != 0 && d != c.told {
				found = append(found, Incident{Between: [2]Witness{ByLedger, ByCount}, Says: [2]int64{int64(book[t][a]), int64(is)},
					Difference: int64(d), Type: t, Account: a, Since: c.since.first, Until: c.since.last, Seen: now})
			}
			w.accounts[p] = counted{told: d}
		}
	}
	return found
}
