package station_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
	"cetak/station/journal"
)

// seer is the test's printer with foresight. It holds the Station to the contract of drivers.Planner: one call at a time but for
// Plan, Stage only at the chip station, Print of the very artwork that was expected.
type seer struct {
	printer
	t      *testing.T
	mu     sync.Mutex
	busy   string // the call that runs
	about  drivers.Artwork
	plans  int
	staged int
	ranOut bool  // Stage went on to its own end: nobody called it off
	fail   error // of Stage
}

// enter notes a call; two at once are a defect.
func (s *seer) enter(what string) func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy != "" {
		s.t.Errorf("%s while %s runs", what, s.busy)
	}
	s.busy = what
	return func() { s.mu.Lock(); s.busy = ""; s.mu.Unlock() }
}

func (s *seer) Status(ctx context.Context) (drivers.PrinterStatus, error) {
	defer s.enter("status")()
	return s.printer.Status(ctx)
}

func (s *seer) Load(ctx context.Context, to drivers.Position) error {
	defer s.enter("load")()
	return s.printer.Load(ctx, to)
}

func (s *seer) Print(ctx context.Context, art drivers.Artwork) error {
	defer s.enter("print")()
	if art != s.about {
		s.t.Error("another artwork is printed than was expected")
	}
	return s.printer.Print(ctx, art)
}

func (s *seer) Discharge(ctx context.Context, to drivers.Tray) error {
	defer s.enter("discharge")()
	return s.printer.Discharge(ctx, to)
}

// Plan is 30 s, a third less without fine colours, and again without varnish.
func (s *seer) Plan(art drivers.Artwork, _ time.Duration) (drivers.Estimate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans++
	e := drivers.Estimate{Bytes: 1000, Line: 10 * time.Second, Machine: 20 * time.Second, Load: 3 * time.Second, Print: 17 * time.Second, Discharge: 10 * time.Second}
	if art.Thrift {
		e.Print -= 10 * time.Second
	}
	if !art.Varnish {
		e.Discharge -= 4 * time.Second
	}
	return e, s.give("plan")
}

func (s *seer) Expect(art drivers.Artwork) { s.about = art }

func (s *seer) Stage(ctx context.Context, free func() time.Duration) error {
	defer s.enter("stage")()
	if s.pos != drivers.PositionContact {
		s.t.Errorf("staged with the card at %s", s.pos)
	}
	end := time.Now().Add(10 * time.Second)
	for free() > 0 && ctx.Err() == nil {
		if time.Now().After(end) {
			s.ranOut = true
			break
		}
		time.Sleep(time.Millisecond)
	}
	s.staged++
	return s.fail
}

// devices open the seer.
type devices struct {
	*bench
	seer *seer
}

func (d devices) Printer(context.Context) (drivers.Printer, error) { return d.seer, nil }

// seeing begins a run at a desk whose printer has foresight.
func seeing(t *testing.T, people int, o station.Options) (*room, *seer) {
	d := newDesk(t, people)
	s := &seer{printer: printer{d.bench}, t: t}
	d.devices = devices{d.bench, s}
	return d.room(o), s
}

// TestPlanned: the plan is in the snapshot before a blank moves, and panels go ahead at the chip and at no other time.
func TestPlanned(t *testing.T) {
	t.Parallel()
	r, s := seeing(t, 3, station.Options{Who: "siti", Varnish: true})
	defer r.done()
	r.do(station.RunQueue{Count: 2})
	if len(r.n.Session) != 2 || s.staged != 2 {
		t.Fatalf("%d cards, staged %d times, %+v", len(r.n.Session), s.staged, r.n.Fault)
	}
	for _, card := range r.n.Session {
		if card.Outcome != string(flow.OutcomeGood) || card.Plan == nil || card.Plan.Card < 30*time.Second || card.Plan.Without != nil || card.Plan.Late {
			t.Errorf("%s, %+v", card.Outcome, card.Plan)
		}
		i := slices.IndexFunc(card.Steps, func(s station.Step) bool { return s.Name == station.StepPrint })
		if card.Steps[i].About != 17*time.Second {
			t.Errorf("print is said to take %s", card.Steps[i].About)
		}
	}
	for _, e := range r.facts(journal.KindPrinting) {
		if e.Data != nil && string(e.Data) != "null" {
			t.Errorf("left out: %s", e.Data)
		}
	}
}

// TestShortened: a card that would take too long is made without what the settings name, in their order and no more than it takes;
// screen and journal say so.
func TestShortened(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		longest time.Duration
		may     station.Shorten
		without []string
		late    bool
	}{
		{0, station.Shorten{Colour: true, Varnish: true}, nil, false},
		{time.Minute, station.Shorten{Colour: true, Varnish: true}, nil, false},
		{25 * time.Second, station.Shorten{Colour: true, Varnish: true}, []string{station.WithoutFineColour}, false},
		{27 * time.Second, station.Shorten{Varnish: true}, []string{station.WithoutVarnish}, false},
		{17 * time.Second, station.Shorten{Colour: true, Varnish: true}, []string{station.WithoutFineColour, station.WithoutVarnish}, false},
		{5 * time.Second, station.Shorten{Colour: true}, []string{station.WithoutFineColour}, true},
		{5 * time.Second, station.Shorten{}, nil, true},
	} {
		r, _ := seeing(t, 2, station.Options{Who: "siti", Varnish: true, LongestCard: c.longest, Shorten: c.may})
		r.do(station.RunQueue{Count: 1})
		if len(r.n.Session) != 1 || r.n.Session[0].Plan == nil {
			t.Fatalf("%+v", r.n.Fault)
		}
		if p := r.n.Session[0].Plan; !reflect.DeepEqual(p.Without, c.without) || p.Late != c.late {
			t.Errorf("%+v: %+v", c, p)
		}
		said := ""
		for _, e := range r.facts(journal.KindPrinting) {
			said = string(e.Data)
		}
		for _, w := range c.without {
			if !strings.Contains(said, w) {
				t.Errorf("%+v: the journal says %s", c, said)
			}
		}
		panels := `"panels":5`
		if slices.Contains(c.without, station.WithoutVarnish) {
			panels = `"panels":4`
		}
		if e := r.facts(journal.KindPrinted); len(e) != 1 || !strings.Contains(string(e[0].Data), panels) {
			t.Errorf("%+v: the journal does not say %s", c, panels)
		}
		r.done()
	}
}

// TestStageFails: what goes wrong with a panel sent ahead is no fault of the card.
func TestStageFails(t *testing.T) {
	t.Parallel()
	r, s := seeing(t, 2, station.Options{Who: "siti"})
	defer r.done()
	s.fail = &drivers.Fault{Code: drivers.LineSilent, Op: "test", Card: drivers.InMachine, Again: drivers.AgainNow, Err: errors.New("test")}
	r.do(station.RunQueue{Count: 1})
	if len(r.n.Session) != 1 || r.n.Session[0].Outcome != string(flow.OutcomeGood) {
		t.Errorf("%+v, %+v", r.n.Session, r.n.Fault)
	}
}

// TestPlanRefused: artwork that the printer cannot print costs no blank.
func TestPlanRefused(t *testing.T) {
	t.Parallel()
	r, s := seeing(t, 2, station.Options{Who: "siti"})
	defer r.done()
	s.at, s.fault = "plan", &drivers.Fault{Code: drivers.PrinterRefused, Op: "plan", Again: drivers.AgainNever}
	r.do(station.RunQueue{Count: 1})
	r.fault(drivers.PrinterRefused)
	if r.bench.counter != 7 || len(r.facts(journal.KindIntent)) != 0 {
		t.Error("a blank moved")
	}
}

// TestChipFaultWhileStaging: a bad chip is not waited for by what goes ahead, and the card goes to the reject box.
func TestChipFaultWhileStaging(t *testing.T) {
	t.Parallel()
	r, s := seeing(t, 2, station.Options{Who: "siti"})
	defer r.done()
	s.at, s.fault = "write", &drivers.Fault{Code: drivers.ChipRefused, Op: "test", Card: drivers.InMachine, Again: drivers.AgainNever}
	r.do(station.RunQueue{Count: 1})
	if len(r.n.Session) != 1 || r.n.Session[0].Outcome != string(flow.OutcomeSpoiled) || s.staged != 1 {
		t.Errorf("%+v, staged %d times", r.n.Session, s.staged)
	}
	if s.ranOut {
		t.Error("the reject waited for what goes ahead")
	}
}
