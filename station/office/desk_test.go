package office

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// desk is a State with its journal, kept in memory and marshalled as the real one is.
type desk struct {
	t       testing.TB
	s       *State
	now     time.Time
	entries []journal.Entry
	n       int // attempts
	counter int64
}

func newDesk(t testing.TB, r Rules) *desk {
	if r.Station == "" {
		r.Station = "Dukcapil Contoh/2"
	}
	return &desk{t: t, s: New(r), now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
}

// write appends facts as the journal does.
func (d *desk) write(facts ...journal.Fact) {
	d.t.Helper()
	for _, f := range facts {
		e := journal.Entry{
			Seq: int64(len(d.entries) + 1), At: d.now, Kind: f.Kind, Record: f.Record, Issue: f.Issue, Attempt: f.Attempt,
			UID: strings.ToUpper(f.UID), Who: f.Who, Hash: fmt.Sprintf("%064x", len(d.entries)+1),
		}
		if f.Data != nil {
			b, err := json.Marshal(f.Data)
			if err != nil {
				d.t.Fatal(err)
			}
			e.Data = b
		}
		if err := d.s.Apply(e); err != nil {
			d.t.Fatalf("%s: %v", f.Kind, err)
		}
		d.entries = append(d.entries, e)
	}
	d.now = d.now.Add(time.Second)
}

// try does an act as a program does: the facts are kept whatever comes of it.
func (d *desk) try(a Act, by By) error {
	d.t.Helper()
	facts, err := d.s.Do(a, by, d.now)
	if err != nil {
		for _, f := range facts {
			switch f.Kind {
			case journal.KindCounted, journal.KindIncident, journal.KindAlarm:
			default:
				d.t.Errorf("%T was refused with %v and gives a fact %s", a, err, f.Kind)
			}
		}
	} else if len(facts) == 0 {
		d.t.Errorf("%T gives no facts", a)
	}
	if len(facts) > 0 {
		d.write(facts...)
	}
	return err
}

// do is an act that must be taken.
func (d *desk) do(a Act, by By) {
	d.t.Helper()
	if err := d.try(a, by); err != nil {
		d.t.Fatalf("%T: %v", a, err)
	}
}

// refuse is an act that must be refused, with this code, and must change nothing but what is kept of a refusal.
func (d *desk) refuse(a Act, by By, want drivers.Code) {
	d.t.Helper()
	before := d.digest()
	if err := d.try(a, by); !errors.Is(err, want) {
		d.t.Errorf("%T %+v: got %v, want %s", a, a, err, want)
	}
	if after := d.digest(); after != before {
		d.t.Errorf("%T was refused and changed\n%s", a, differ(before, after))
	}
}

// digest is all of the books that acts change, without what is kept of refusals.
func (d *desk) digest() string {
	s := d.s
	closed := 0
	for _, c := range s.Incidents() {
		if !c.Closed.IsZero() {
			closed++
		}
	}
	b, err := json.MarshalIndent([]any{
		s.Ledger().Balance(), s.Cards(""), s.Spoilage(), s.Reject(), s.Destructions(), s.Shipments(), s.Authorisations(), shiftsOf(s), closed,
	}, "", " ")
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

func shiftsOf(s *State) []any {
	var all []any
	for _, sh := range s.Shifts() {
		all = append(all, sh, sh.Sheets, sh.Alone)
	}
	return all
}

// again folds the journal anew: the books must be the same.
func (d *desk) again() {
	d.t.Helper()
	s := New(d.s.rules)
	for _, e := range d.entries {
		if err := s.Apply(e); err != nil {
			d.t.Fatal(err)
		}
	}
	other := &desk{t: d.t, s: s}
	if a, b := d.digest(), other.digest(); a != b {
		d.t.Fatalf("folded again the books are others:\n%s", differ(a, b))
	}
	if err := s.Ledger().Proof(); err != nil {
		d.t.Fatal(err)
	}
}

// card is one attempt as the engine writes it: good, spoiled, missing, or not-taken.
func (d *desk) card(record string, issue int, t ledger.BlankType, uid, outcome string) string {
	d.t.Helper()
	d.n++
	id := fmt.Sprintf("A-%d", d.n)
	at := func(k journal.Kind, data any) journal.Fact {
		return journal.Fact{Kind: k, Record: record, Issue: issue, Attempt: id, UID: uid, Who: "siti", Data: data}
	}
	move := func(m ledger.Movement) journal.Fact {
		m.Type, m.Count, m.Who, m.Attempt = t, 1, ledger.Station, id
		if uid != "" && m.Kind != ledger.Load {
			m.UIDs = []string{uid}
		}
		return journal.Fact{Kind: journal.KindMovement, Record: record, Issue: issue, Attempt: id, Who: "siti", Data: m}
	}
	intent := at(journal.KindIntent, map[string]any{"counter": d.counter, "blank": t, "printer": "P-77", "ribbon": "R-9"})
	intent.UID = ""
	d.write(intent)
	if outcome == "not-taken" {
		f := at(journal.KindOutcome, map[string]any{"outcome": outcome})
		f.UID = ""
		d.write(f)
		return id
	}
	d.counter++
	d.write(at(journal.KindLoaded, nil), move(ledger.Movement{Kind: ledger.Load, From: ledger.Hopper, To: ledger.Machine}))
	if uid != "" {
		d.write(at(journal.KindUID, nil))
		d.write(at(journal.KindVerified, map[string]any{"portrait": digestOf(uid)}))
	}
	end := ledger.Movement{From: ledger.Machine}
	switch outcome {
	case "good":
		end.Kind, end.To = ledger.MadeGood, ledger.Good
	case "spoiled":
		end.Kind, end.To, end.Cause = ledger.Spoil, ledger.Spoiled, "fault:P-103"
	case "missing":
		end.Kind, end.To, end.Cause = ledger.CountAdjustment, ledger.Missing, ledger.CauseAdjust
	}
	d.write(move(end), at(journal.KindOutcome, map[string]any{"outcome": outcome}))
	return id
}

func digestOf(uid string) string { return strings.Repeat("0", 64-len(uid)) + strings.ToLower(uid) }

func hopper(wni int) ledger.Count {
	return ledger.Count{ledger.WNI: {ledger.Hopper: wni}}
}

var (
	two   = pair("siti", "rina")
	alone = By{Who: "siti"}
)

// opened is a desk with 100 blanks received, 25 drawn, and its shift open.
func opened(t testing.TB) *desk {
	t.Helper()
	d := newDesk(t, Rules{})
	d.do(Receive{Paper: Paper{Number: "BA-1", Issuer: "Pusat", Party: "Gudang Pusat"}, Type: ledger.WNI, Count: 100}, two)
	d.do(Draw{Type: ledger.WNI, Count: 25}, two)
	d.do(OpenShift{First: hopper(25), Second: hopper(25)}, two)
	return d
}

func isCode(err error, want error) bool { return errors.Is(err, want) }

func pair(who, second string) By { return By{Who: who, Second: second} }

// differ gives the first lines that are not the same.
func differ(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			from := max(0, i-8)
			return strings.Join(x[from:min(len(x), i+3)], "\n") + "\n--- to\n" + strings.Join(y[from:min(len(y), i+3)], "\n")
		}
	}
	return "one is longer"
}
