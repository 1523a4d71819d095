package drivertest

import (
	"context"
	"errors"
	"image"
	"image/color"
	"testing"
	"time"

	"cetak/drivers"
)

// Machine is one card printer under test, with its transport empty and blanks in its feeder.
type Machine struct {
	// Open connects to the machine. The suite closes what it opens and has one open at a time.
	Open func(t *testing.T) drivers.Printer
	// Station is where its chip station is.
	Station drivers.Position
	// Blanks is how many blanks the suite may take from the feeder; below PrinterBlanks nothing is fed.
	Blanks int
	// Ribbon says which panels it may burn: "ymcko" or fewer; "" is a machine that prints nothing and has no head.
	Ribbon string
	// OneWay is a machine whose cards do not come back from the head to the chip station.
	OneWay bool
	// EmptyFeeder and FillFeeder are a person's hands at the feeder; nil where nobody stands by, and then what needs them
	// is not part of the suite.
	EmptyFeeder, FillFeeder func(t *testing.T)
	// FillReject and EmptyReject are likewise at the reject box that a card from the chip station goes to.
	FillReject, EmptyReject func(t *testing.T)
	// Truth looks into the machine behind the driver's back; nil where that cannot be done.
	Truth func(t *testing.T) Truth
}

// Truth is where the cards are.
type Truth struct{ Feeder, Machine, Good, Reject int }

// PrinterBlanks is how many blanks Printer takes, besides two where hands stand by.
const PrinterBlanks = 8

// Printer checks that a driver keeps the contract of drivers.Printer. First comes what moves nothing; then, if m.Blanks
// allows it, what takes blanks.
func Printer(t *testing.T, m Machine) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Machine, drivers.Printer)
	}{
		{"identify", identify},
		{"status", status},
		{"ended context moves nothing", endedContext},
		{"discharge of nothing", dischargeNothing},
		{"print on nothing", printNothing},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, m, connect(t, m)) })
	}
	if m.Blanks < PrinterBlanks {
		t.Fatalf("the rest of the suite takes %d blanks from the feeder and %d are allowed: it feeds none", PrinterBlanks, m.Blanks)
	}
	for _, c := range []struct {
		name string
		run  func(*testing.T, Machine, drivers.Printer)
	}{
		{"load and discharge good", func(t *testing.T, m Machine, p drivers.Printer) { through(t, m, p, m.Station, drivers.TrayGood) }},
		{"load and discharge reject", func(t *testing.T, m Machine, p drivers.Printer) { through(t, m, p, m.Station, drivers.TrayReject) }},
		{"load to the head", toHead},
		{"no blank taken twice", notTwice},
		{"print", printed},
		{"cancelled load", cancelledLoad},
		{"cancelled print", cancelledPrint},
		{"deadline in a load", deadline},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, m, connect(t, m)) })
	}
	if m.EmptyFeeder != nil && m.FillFeeder != nil {
		t.Run("feeder empty", func(t *testing.T) { feederEmpty(t, m, connect(t, m)) })
	}
	if m.FillReject != nil && m.EmptyReject != nil {
		t.Run("reject box full", func(t *testing.T) { rejectFull(t, m, connect(t, m)) })
	}
}

func connect(t *testing.T, m Machine) drivers.Printer {
	t.Helper()
	p := m.Open(t)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return p
}

func limit(t *testing.T) context.Context {
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(stop)
	return ctx
}

func look(t *testing.T, p drivers.Printer) drivers.PrinterStatus {
	t.Helper()
	s, err := p.Status(limit(t))
	if err != nil {
		t.Fatalf("status: %v", err)
	}
	return s
}

// faulty checks that err is complete and gives it back. The machine must still answer.
func faulty(t *testing.T, p drivers.Printer, err error) *drivers.Fault {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	var f *drivers.Fault
	if !errors.As(err, &f) {
		t.Fatalf("no Fault in %v", err)
	}
	if f.Code == "" || f.Op == "" || f.Again == "" {
		t.Errorf("incomplete fault %+v", f)
	}
	look(t, p)
	return f
}

func identify(t *testing.T, _ Machine, p drivers.Printer) {
	id, err := p.Identify(limit(t))
	if err != nil {
		t.Fatal(err)
	}
	if id == (drivers.PrinterID{}) {
		t.Error("it tells nothing of itself")
	}
	if again, err := p.Identify(limit(t)); err != nil || again != id {
		t.Errorf("it is %+v and then %+v, %v", id, again, err)
	}
}

func status(t *testing.T, _ Machine, p drivers.Printer) {
	s := look(t, p)
	if s.Position != drivers.PositionNone || s.CardsInserted < drivers.CountUnknown || s.CardsRejected < drivers.CountUnknown || s.PanelsPrinted < 0 || s.RibbonLeft < drivers.RibbonUnknown {
		t.Errorf("at rest: %+v", s)
	}
	if again := look(t, p); again.CardsInserted != s.CardsInserted || again.Position != s.Position {
		t.Errorf("looking changed something: %+v, %+v", s, again)
	}
}

func endedContext(t *testing.T, m Machine, p drivers.Printer) {
	before := look(t, p)
	for name, end := range map[string]func() (context.Context, context.CancelFunc){
		"cancelled": func() (context.Context, context.CancelFunc) {
			ctx, stop := context.WithCancel(t.Context())
			stop()
			return ctx, stop
		},
		"too late": func() (context.Context, context.CancelFunc) {
			return context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		},
	} {
		ctx, stop := end()
		defer stop()
		for op, err := range map[string]error{
			"identify":  second(p.Identify(ctx)),
			"status":    second(p.Status(ctx)),
			"load":      p.Load(ctx, m.Station),
			"print":     p.Print(ctx, face(m)),
			"discharge": p.Discharge(ctx, drivers.TrayReject),
		} {
			if !errors.Is(err, ctx.Err()) {
				t.Errorf("%s, %s: %v lacks %v", op, name, err, ctx.Err())
			}
			f := drivers.AsFault(err)
			if op == "load" && f.Card != drivers.InHopper {
				t.Errorf("%s, %s: the card is %q", op, name, f.Card)
			}
		}
	}
	if after := look(t, p); after.CardsInserted != before.CardsInserted || after.Position != before.Position {
		t.Errorf("something moved: %+v, %+v", before, after)
	}
}

func second[T any](_ T, err error) error { return err }

func dischargeNothing(t *testing.T, _ Machine, p drivers.Printer) {
	before := look(t, p)
	for _, tray := range []drivers.Tray{drivers.TrayGood, drivers.TrayReject} {
		faulty(t, p, p.Discharge(limit(t), tray))
	}
	if after := look(t, p); after.CardsInserted != before.CardsInserted {
		t.Error("it took a blank")
	}
}

func printNothing(t *testing.T, m Machine, p drivers.Printer) {
	before := look(t, p)
	faulty(t, p, p.Print(limit(t), face(m)))
	if after := look(t, p); after.CardsInserted != before.CardsInserted || after.PanelsPrinted != before.PanelsPrinted {
		t.Error("it took a blank or burnt a panel")
	}
}

// taken reports whether the machine counts n cards more than before; one that does not count says so always.
func taken(now, before drivers.PrinterStatus, n int64) bool {
	if before.CardsInserted == drivers.CountUnknown {
		return now.CardsInserted == drivers.CountUnknown
	}
	return now.CardsInserted == before.CardsInserted+n
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// rejected is likewise of the cards in the reject box.
func rejected(now, before drivers.PrinterStatus, n int64) bool {
	if before.CardsRejected == drivers.CountUnknown {
		return now.CardsRejected == drivers.CountUnknown
	}
	return now.CardsRejected == before.CardsRejected+n
}

// toHead takes a blank to the head; a machine without one says so and moves nothing.
func toHead(t *testing.T, m Machine, p drivers.Printer) {
	if m.Ribbon != "" {
		through(t, m, p, drivers.PositionHead, drivers.TrayReject)
		return
	}
	before, was := look(t, p), truth(t, m)
	refused(t, p, p.Load(limit(t), drivers.PositionHead), drivers.InHopper)
	if s := look(t, p); !taken(s, before, 0) || s.Position != drivers.PositionNone {
		t.Errorf("something moved: %+v, before it %+v", s, before)
	}
	agree(t, m, was)
}

// refused checks that a machine said that it cannot do that, ever.
func refused(t *testing.T, p drivers.Printer, err error, card drivers.Whereabouts) {
	t.Helper()
	f := faulty(t, p, err)
	if f.Code != drivers.PrinterRefused && f.Code != drivers.DispenserRefused || f.Again != drivers.AgainNever || f.Card != card {
		t.Errorf("%+v", f)
	}
}

// through takes one blank, looks where it is, and puts it out.
func through(t *testing.T, m Machine, p drivers.Printer, at drivers.Position, tray drivers.Tray) {
	before, was := look(t, p), truth(t, m)
	if err := p.Load(limit(t), at); err != nil {
		t.Fatal(err)
	}
	s := look(t, p)
	if s.Position != at || !taken(s, before, 1) {
		t.Errorf("after load: %+v, before it %+v", s, before)
	}
	if err := p.Discharge(limit(t), tray); err != nil {
		t.Fatal(err)
	}
	s = look(t, p)
	if s.Position != drivers.PositionNone || !taken(s, before, 1) {
		t.Errorf("after discharge: %+v", s)
	}
	if n := one(tray == drivers.TrayReject); at == m.Station && !rejected(s, before, n) {
		t.Errorf("rejected %d, before it %d", s.CardsRejected, before.CardsRejected)
	}
	was.Feeder--
	if tray == drivers.TrayGood {
		was.Good++
	} else {
		was.Reject++
	}
	agree(t, m, was)
}

func truth(t *testing.T, m Machine) Truth {
	t.Helper()
	if m.Truth == nil {
		return Truth{}
	}
	return m.Truth(t)
}

func agree(t *testing.T, m Machine, want Truth) {
	t.Helper()
	if m.Truth == nil {
		return
	}
	if got := m.Truth(t); got != want {
		t.Errorf("in truth %+v, want %+v", got, want)
	}
}

func notTwice(t *testing.T, m Machine, p drivers.Printer) {
	before, was := look(t, p), truth(t, m)
	way := []drivers.Position{m.Station, m.Station, drivers.PositionHead, m.Station}
	switch {
	case m.Ribbon == "":
		way = way[:2]
	case m.OneWay:
		way[3] = drivers.PositionHead
	}
	for _, to := range way {
		if err := p.Load(limit(t), to); err != nil {
			t.Fatalf("to %s: %v", to, err)
		}
		if s := look(t, p); s.Position != to || !taken(s, before, 1) {
			t.Fatalf("to %s: %+v", to, s)
		}
	}
	if m.OneWay {
		refused(t, p, p.Load(limit(t), m.Station), drivers.InMachine)
	}
	if err := p.Discharge(limit(t), drivers.TrayReject); err != nil {
		t.Fatal(err)
	}
	faulty(t, p, p.Discharge(limit(t), drivers.TrayReject))
	if s := look(t, p); !taken(s, before, 1) {
		t.Errorf("%d blanks for one card", s.CardsInserted-before.CardsInserted)
	}
	was.Feeder, was.Reject = was.Feeder-1, was.Reject+1
	agree(t, m, was)
}

func printed(t *testing.T, m Machine, p drivers.Printer) {
	before, was := look(t, p), truth(t, m)
	if err := p.Load(limit(t), m.Station); err != nil {
		t.Fatal(err)
	}
	if err := p.Print(limit(t), drivers.Artwork{}); err != nil {
		t.Errorf("nothing to print: %v", err)
	}
	if m.Ribbon == "" {
		refused(t, p, p.Print(limit(t), face(Machine{Ribbon: "k"})), drivers.InMachine)
	}
	if err := p.Print(limit(t), face(m)); err != nil {
		t.Fatal(err)
	}
	if err := p.Discharge(limit(t), drivers.TrayGood); err != nil {
		t.Fatal(err)
	}
	s := look(t, p)
	if s.Position != drivers.PositionNone || !taken(s, before, 1) || m.Ribbon != "" && s.PanelsPrinted <= before.PanelsPrinted {
		t.Errorf("after a card: %+v, before it %+v", s, before)
	}
	was.Feeder, was.Good = was.Feeder-1, was.Good+1
	agree(t, m, was)
}

// cancelled checks an operation that was cancelled in its middle, and puts out what is in the machine. The card must be
// where the fault says: it may also say Unknown.
func cancelled(t *testing.T, m Machine, p drivers.Printer, err, want error) {
	t.Helper()
	if err != nil {
		if !errors.Is(err, want) {
			t.Errorf("%v lacks %v", err, want)
		}
		f := faulty(t, p, err)
		if f.Card != drivers.Unknown && f.Card != drivers.InMachine && f.Card != drivers.InHopper {
			t.Errorf("the card is %q", f.Card)
		}
	}
	// A move goes on when its caller has gone: it ends at the station or not at all.
	if s := look(t, p); s.Position == drivers.PositionNone {
		if err := p.Load(limit(t), m.Station); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Discharge(limit(t), drivers.TrayReject); err != nil {
		t.Fatal(err)
	}
}

func cancelledLoad(t *testing.T, m Machine, p drivers.Printer) {
	before, was := look(t, p), truth(t, m)
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, stop)
	cancelled(t, m, p, p.Load(ctx, m.Station), context.Canceled)
	spent(t, m, p, before, was)
}

func deadline(t *testing.T, m Machine, p drivers.Printer) {
	before, was := look(t, p), truth(t, m)
	ctx, stop := context.WithTimeout(t.Context(), 15*time.Millisecond)
	defer stop()
	cancelled(t, m, p, p.Load(ctx, m.Station), context.DeadlineExceeded)
	spent(t, m, p, before, was)
}

func cancelledPrint(t *testing.T, m Machine, p drivers.Printer) {
	before, was := look(t, p), truth(t, m)
	if err := p.Load(limit(t), m.Station); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(60*time.Millisecond, stop)
	cancelled(t, m, p, p.Print(ctx, face(m)), context.Canceled)
	spent(t, m, p, before, was)
}

// spent checks that exactly one blank was taken and lies in the reject box.
func spent(t *testing.T, m Machine, p drivers.Printer, before drivers.PrinterStatus, was Truth) {
	t.Helper()
	if s := look(t, p); !taken(s, before, 1) || s.Position != drivers.PositionNone {
		t.Errorf("%+v, before it %+v", s, before)
	}
	was.Feeder, was.Reject = was.Feeder-1, was.Reject+1
	agree(t, m, was)
}

func feederEmpty(t *testing.T, m Machine, p drivers.Printer) {
	m.EmptyFeeder(t)
	before, was := look(t, p), truth(t, m)
	f := faulty(t, p, p.Load(limit(t), m.Station))
	if f.Code != drivers.FeederEmpty || f.Card != drivers.InHopper || f.Again != drivers.AgainAfterOperator {
		t.Errorf("%+v", f)
	}
	if s := look(t, p); s.CardsInserted != before.CardsInserted || s.Position != drivers.PositionNone {
		t.Errorf("after an empty feeder: %+v", s)
	}
	agree(t, m, was)
	m.FillFeeder(t)
	if err := p.Load(limit(t), m.Station); err != nil {
		t.Fatalf("after filling: %v", err)
	}
	if err := p.Discharge(limit(t), drivers.TrayReject); err != nil {
		t.Fatal(err)
	}
}

// rejectFull: a card that the box has no room for stays where it is, until a person has emptied the box.
func rejectFull(t *testing.T, m Machine, p drivers.Printer) {
	if err := p.Load(limit(t), m.Station); err != nil {
		t.Fatal(err)
	}
	m.FillReject(t)
	before := look(t, p)
	f := faulty(t, p, p.Discharge(limit(t), drivers.TrayReject))
	if f.Card != drivers.InMachine || f.Again != drivers.AgainAfterOperator {
		t.Errorf("%+v", f)
	}
	if s := look(t, p); s.Position != m.Station || !taken(s, before, 0) || !rejected(s, before, 0) {
		t.Errorf("after a full box: %+v, before it %+v", s, before)
	}
	m.EmptyReject(t)
	if err := p.Discharge(limit(t), drivers.TrayReject); err != nil {
		t.Fatalf("after emptying: %v", err)
	}
}

// face draws a card with something on every panel the ribbon has.
func face(m Machine) drivers.Artwork {
	var art drivers.Artwork
	has := map[rune]bool{}
	for _, p := range m.Ribbon {
		has[p] = true
	}
	if has['y'] {
		art.Color = image.NewRGBA(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight))
		for i := range art.Color.Pix {
			art.Color.Pix[i] = 0xFF
		}
		for y := 150; y < 450; y++ {
			for x := 740; x < 976; x++ {
				art.Color.SetRGBA(x, y, color.RGBA{R: uint8(x), G: uint8(y), B: uint8(x * y / 300), A: 0xFF})
			}
		}
	}
	if has['k'] {
		art.Black = image.NewGray(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight))
		for i := range art.Black.Pix {
			art.Black.Pix[i] = 0xFF
		}
		for y := 60; y < 560; y++ {
			for x := 40; x < 700; x++ {
				if y%40 < 22 && (x/5+y/7*3)%4 == 0 {
					art.Black.SetGray(x, y, color.Gray{})
				}
			}
		}
	}
	art.Varnish = has['o']
	return art
}
