package inline_test

import (
	"errors"
	"testing"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/crt591"
	"cetak/drivers/drivertest"
	"cetak/drivers/drivertest/stand"
	"cetak/drivers/evolis"
	"cetak/drivers/inline"
	"cetak/hwsim/dispenser"
	"cetak/hwsim/rig"
)

func TestMain(m *testing.M) { stand.Main(m, 8) }

func simulated(t *testing.T, o rig.Options) *rig.Rig {
	t.Helper()
	o.Machine = "crt591+evolis"
	return stand.Start(t, o)
}

func open(t *testing.T, r *rig.Rig) *inline.Printer {
	t.Helper()
	front, err := crt591.Open(t.Context(), stand.Port(r.Ready().Dispenser, 38400), crt591.Options{Baud: 38400, InLine: true}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	back, err := evolis.Open(t.Context(), stand.Port(r.Ready().Printer, r.Ready().Baud), evolis.Options{Slot: true}, zerolog.Nop())
	if err != nil {
		t.Fatal(err, front.Close())
	}
	p := inline.New(front, back)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func do(t *testing.T, r *rig.Rig, words ...string) {
	t.Helper()
	if _, err := r.Do(words...); err != nil {
		t.Fatal(err)
	}
}

func truthOf(r *rig.Rig) drivertest.Truth {
	w := r.World()
	tr := drivertest.Truth{Feeder: w.Feeder, Good: len(w.Trays.Good), Reject: len(w.Trays.Reject) + len(w.Trays.Bin)}
	for _, c := range []bool{w.Dispenser != nil, w.Slot != nil, w.Machine != nil} {
		if c {
			tr.Machine++
		}
	}
	return tr
}

// The contract of a printer on a dispenser before a printer.
func TestContract(t *testing.T) {
	for name, o := range map[string]rig.Options{
		"ack":                 {},
		"text":                {Replies: "text"},
		"the gate holds":      {Dispenser: dispenser.Doubts{GateHolds: true}},
		"dispenser otherwise": {Dispenser: dispenser.Doubts{HeadN: true, CounterAlways: true, RepeatDone: true, RFRefuses: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := simulated(t, o)
			drivertest.Printer(t, drivertest.Machine{
				Open:    func(t *testing.T) drivers.Printer { return open(t, r) },
				Station: drivers.PositionContact, Blanks: drivertest.PrinterBlanks, Ribbon: "ymcko", OneWay: true,
				EmptyFeeder: func(t *testing.T) { do(t, r, "feeder-empty") },
				FillFeeder:  func(t *testing.T) { do(t, r, "feed", "1") },
				FillReject:  func(t *testing.T) { do(t, r, "bin-full") },
				EmptyReject: func(t *testing.T) { do(t, r, "empty", "bin") },
				Truth:       func(*testing.T) drivertest.Truth { return truthOf(r) },
			})
		})
	}
}

func load(t *testing.T, p *inline.Printer) {
	t.Helper()
	if err := p.Load(t.Context(), drivers.PositionContact); err != nil {
		t.Fatal(err)
	}
}

func fault(t *testing.T, err error, code drivers.Code, card drivers.Whereabouts) {
	t.Helper()
	var f *drivers.Fault
	if !errors.As(err, &f) || f.Code != code || f.Card != card {
		t.Errorf("%v; want %s, card %q", err, code, card)
	}
}

// A hand that takes the card between the machines: nobody says where it is, and the next card is another one.
func TestTakenAtTheGate(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{})
	p := open(t, r)
	load(t, p)
	do(t, r, "on", "slot", "do", "take-gate", "once")
	fault(t, p.Load(t.Context(), drivers.PositionHead), drivers.CardLostAtGate, drivers.Unknown)
	if w := r.World(); len(w.Trays.Hand) != 1 || w.Machine != nil {
		t.Fatalf("%+v", w)
	}
	load(t, p)
	do(t, r, "on", "gate", "do", "take-gate", "once")
	if err := p.Load(t.Context(), drivers.PositionHead); err == nil || drivers.AsFault(err).Card != drivers.Unknown {
		t.Errorf("%v", err)
	}
	load(t, p)
	if err := p.Discharge(t.Context(), drivers.TrayGood); err != nil {
		t.Fatal(err)
	}
	if w := r.World(); len(w.Trays.Good) != 1 || w.Counters.Dispensed != 3 {
		t.Errorf("%+v", w)
	}
}

// What goes wrong in either machine is that machine's fault, and no second blank is taken.
func TestFaultsOfEither(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{})
	p := open(t, r)
	do(t, r, "jam-feed")
	fault(t, p.Load(t.Context(), drivers.PositionContact), drivers.DispenserJam, drivers.InMachine)
	do(t, r, "clear")
	load(t, p)
	do(t, r, "jam-gate")
	fault(t, p.Print(t.Context(), drivers.Artwork{Varnish: true}), drivers.DispenserJam, drivers.InMachine)
	do(t, r, "clear")
	load(t, p)
	do(t, r, "jam-head")
	if err := p.Load(t.Context(), drivers.PositionHead); err == nil || drivers.AsFault(err).Card != drivers.InMachine {
		t.Errorf("a jam in the printer: %v", err)
	}
	do(t, r, "clear")
	load(t, p)
	do(t, r, "on", "head", "do", "cable-pulled", "once")
	fault(t, p.Load(t.Context(), drivers.PositionHead), drivers.LineGone, drivers.Unknown)
	if _, err := p.Status(t.Context()); !errors.Is(err, drivers.LineNoPort) {
		t.Errorf("the printer's cable is out: %v", err)
	}
	do(t, r, "replug")
	s, err := p.Status(t.Context())
	if err != nil || s.Position != drivers.PositionHead {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := p.Discharge(t.Context(), drivers.TrayReject); err != nil {
		t.Fatal(err)
	}
	if w := r.World(); w.Counters.Dispensed != 4 || w.Machine != nil || w.Dispenser != nil || w.Slot != nil {
		t.Errorf("%+v", w)
	}
}

// A card in either machine is more than one way can say: nothing moves.
func TestTwoCards(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{})
	p := open(t, r)
	load(t, p)
	if err := p.Load(t.Context(), drivers.PositionHead); err != nil {
		t.Fatal(err)
	}
	do(t, r, "take-out")
	load(t, p)
	do(t, r, "put-in", "hand", "0")
	s, err := p.Status(t.Context())
	if err != nil || s.Position != drivers.PositionUnknown {
		t.Errorf("%+v, %v", s, err)
	}
	fault(t, p.Load(t.Context(), drivers.PositionHead), drivers.CardAlreadyIn, drivers.Unknown)
	fault(t, p.Discharge(t.Context(), drivers.TrayReject), drivers.CardAlreadyIn, drivers.Unknown)
}
