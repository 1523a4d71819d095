package evolis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/drivers/drivertest"
	"cetak/drivers/serialport"
	"cetak/hwsim/printer"
	"cetak/hwsim/rig"
)

// step says how far a card came.
type step string

const (
	atLoad      step = "load"
	atPrint     step = "print"
	atDischarge step = "discharge"
	done        step = "done"
)

// run makes one card, to the named tray, and stops at the first fault.
func run(ctx context.Context, p *Printer, art drivers.Artwork, to drivers.Tray) (step, error) {
	if err := p.Load(ctx, drivers.PositionContact); err != nil {
		return atLoad, err
	}
	if err := p.Print(ctx, art); err != nil {
		return atPrint, err
	}
	if err := p.Discharge(ctx, to); err != nil {
		return atDischarge, err
	}
	return done, nil
}

// small is artwork with little in it, on every panel, so that a card takes little time.
var small = sync.OnceValue(func() drivers.Artwork {
	art := portrait()
	for i := range art.Color.Pix {
		art.Color.Pix[i] = 0xFF
	}
	art.Color.Pix[1000] = 0
	return art
})

// tidy does what advice tells the operator, and what the flow does then: the cause is removed and the card put out.
func tidy(t *testing.T, r *rig.Rig, p *Printer, hands string) {
	t.Helper()
	for _, h := range strings.Split(hands, ",") {
		if h = strings.TrimSpace(h); h != "" {
			do(t, r, strings.Fields(h)...)
		}
	}
	s, err := p.Status(t.Context())
	if err != nil {
		t.Fatalf("status after the fault: %v", err)
	}
	if s.Position != drivers.PositionNone {
		if err := p.Discharge(t.Context(), drivers.TrayReject); err != nil {
			t.Fatalf("putting the card out: %v", err)
		}
	}
}

// Each scene ends in the stated fault with the stated whereabouts, the simulator agrees, and the next card prints.
func TestScenes(t *testing.T) {
	type fault struct {
		at   []step // a machine that acknowledges before it moves tells later
		code drivers.Code
		card drivers.Whereabouts
	}
	tests := []struct {
		name, scene string
		to          drivers.Tray
		want        fault
		hands       string // what the operator does
	}{
		{"feeder empty", "on feed do feeder-empty once", drivers.TrayGood,
			fault{[]step{atLoad}, drivers.FeederEmpty, drivers.InHopper}, "feed 1"},
		{"jam at feed", "on feed do jam-feed once", drivers.TrayGood,
			fault{[]step{atLoad}, drivers.CardJamFeed, drivers.InMachine}, "clear"},
		{"jam on the way to the head", "on head do jam-head once", drivers.TrayGood,
			fault{[]step{atPrint}, drivers.CardJamHead, drivers.InMachine}, "clear"},
		{"jam while printing", "on panel-c do jam-head once", drivers.TrayGood,
			fault{[]step{atPrint, atDischarge}, drivers.CardJamHead, drivers.InMachine}, "clear"},
		{"jam at the exit", "on eject do jam-head once", drivers.TrayGood,
			fault{[]step{atDischarge}, drivers.CardJamHead, drivers.InMachine}, "clear"},
		{"cover open before the feed", "on command:Sis do cover-open once", drivers.TrayGood,
			fault{[]step{atLoad}, drivers.CoverOpen, drivers.InHopper}, "close cover"},
		{"cover open while printing", "on panel-m do cover-open once", drivers.TrayGood,
			fault{[]step{atPrint, atDischarge}, drivers.CoverOpen, drivers.InMachine}, "close cover"},
		{"ribbon ends on panel k", "on panel-k do ribbon-end once", drivers.TrayGood,
			fault{[]step{atPrint, atDischarge}, drivers.RibbonEnd, drivers.InMachine}, "ribbon new"},
		{"no ribbon", "on command:Ss do ribbon-end once", drivers.TrayGood,
			fault{[]step{atPrint, atDischarge}, drivers.RibbonEnd, drivers.InMachine}, "ribbon new"},
		{"reject box full", "on reject do reject-full once", drivers.TrayReject,
			fault{[]step{atDischarge}, drivers.RejectFull, drivers.InMachine}, "empty reject"},
		{"NACK T on Sis", "on command:Sis do nack T once", drivers.TrayGood,
			fault{[]step{atLoad}, drivers.CardJamFeed, drivers.InHopper}, ""},
		{"cover open at the reject slot", "on reject do cover-open once", drivers.TrayReject,
			fault{[]step{atDischarge}, drivers.CoverOpen, drivers.InMachine}, "close cover"},
		{"NACK 1 on Sis", "on command:Sis 1 do nack 1 once", drivers.TrayGood,
			fault{[]step{atLoad}, drivers.PrinterRefused, drivers.InHopper}, ""},
		{"NACK T on Se", "on command:Se do nack T once", drivers.TrayGood,
			fault{[]step{atDischarge}, drivers.CardJamHead, drivers.InMachine}, ""},
		{"NACK T on Ser", "on command:Ser do nack T once", drivers.TrayReject,
			fault{[]step{atDischarge}, drivers.MechanicalFault, drivers.InMachine}, ""},
		{"NACK 2 on a panel", "on command:Dbc 4 do nack 2 once", drivers.TrayGood,
			fault{[]step{atPrint}, drivers.PrinterRefused, drivers.InMachine}, ""},
		{"cable pulled on the way to the station", "on station do cable-pulled once", drivers.TrayGood,
			fault{[]step{atLoad}, drivers.LineGone, drivers.Unknown}, "replug"},
		{"cable pulled while printing", "on panel-y do cable-pulled once", drivers.TrayGood,
			fault{[]step{atPrint}, drivers.LineGone, drivers.InMachine}, "replug"},
		{"cable pulled at the exit", "on eject do cable-pulled once", drivers.TrayGood,
			fault{[]step{atDischarge}, drivers.LineGone, drivers.Unknown}, "replug"},
		{"power off while printing", "on panel-y do power-cycle once", drivers.TrayGood,
			fault{[]step{atPrint, atDischarge}, drivers.PrinterRestarted, drivers.InMachine}, ""},
		{"power off at the station", "on command:Si do power-cycle once", drivers.TrayGood,
			fault{[]step{atPrint}, drivers.PrinterRestarted, drivers.InMachine}, ""},
	}
	for _, tt := range tests {
		for name, o := range variants() {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				t.Parallel()
				o.Scene = tt.scene
				r := simulated(t, o)
				p := open(t, r, optionsFor(o.Doubts, 115200))
				at, err := run(t.Context(), p, small(), tt.to)
				if err == nil {
					t.Fatal("no fault")
				}
				f := drivers.AsFault(err)
				t.Log(err)
				ok := false
				for _, want := range tt.want.at {
					ok = ok || at == want
				}
				if !ok || f.Code != tt.want.code || f.Card != tt.want.card {
					t.Errorf("at %s: %s, card %q; want %+v", at, f.Code, f.Card, tt.want)
				}
				tidy(t, r, p, tt.hands)
				nextCard(t, r, p)
			})
		}
	}
}

// variants are the ways a machine may speak that change when and how a fault is told.
func variants() map[string]rig.Options {
	return map[string]rig.Options{
		"ack":         {Replies: "ack", Speed: 400},
		"text, after": {Replies: "text", Speed: 400, Doubts: printer.Doubts{ACKAfter: true}},
	}
}

// nextCard prints one more card and checks that no blank is lost: all that left the feeder lie in a tray.
func nextCard(t *testing.T, r *rig.Rig, p *Printer) {
	t.Helper()
	before := truthOf(r)
	if at, err := run(t.Context(), p, small(), drivers.TrayGood); err != nil {
		t.Fatalf("the next card, at %s: %v", at, err)
	}
	after := truthOf(r)
	if want := (drivertest.Truth{Feeder: before.Feeder - 1, Good: before.Good + 1, Reject: before.Reject}); after != want {
		t.Errorf("the next card: %+v, want %+v", after, want)
	}
}

// The feeder refuses and is not empty: in ACK/NACK the code alone does not say more, and Sk;f is asked. A word is believed.
func TestFeederRefusesAndIsFull(t *testing.T) {
	for replies, want := range map[string]drivers.Code{"ack": drivers.CardJamFeed, "text": drivers.FeederEmpty} {
		r := simulated(t, rig.Options{Replies: replies, Scene: "on command:Sis do nack F once"})
		p := open(t, r, Options{})
		err := p.Load(t.Context(), drivers.PositionContact)
		if f := drivers.AsFault(err); !errors.Is(err, want) || f.Card != drivers.InHopper {
			t.Errorf("%s: %v", replies, err)
		}
		nextCard(t, r, p)
	}
}

// One lost reply, to any command of a card, is no fault: the card is made, and one blank is spent.
func TestLostReply(t *testing.T) {
	for _, command := range []string{"Rem 3", "Rlr 3", "Rco", "Sis", "Si", "Pr", "Ss", "Sr", "Dbc 1", "Dbc 5", "Se", "Ser"} {
		for name, o := range variants() {
			t.Run(command+", "+name, func(t *testing.T) {
				t.Parallel()
				o.Scene = fmt.Sprintf("on command:%s do lose-ack once", command)
				r := simulated(t, o)
				p := open(t, r, optionsFor(o.Doubts, 115200))
				to, want := drivers.TrayGood, drivertest.Truth{Feeder: 99, Good: 1}
				if command == "Ser" {
					to, want = drivers.TrayReject, drivertest.Truth{Feeder: 99, Reject: 1}
				}
				if at, err := run(t.Context(), p, small(), to); err != nil {
					t.Fatalf("at %s: %v", at, err)
				}
				if got := truthOf(r); got != want {
					t.Errorf("%+v, want %+v", got, want)
				}
			})
		}
	}
}

// One byte changed on the line, wherever it falls: the card is made or a fault says where it is, no blank is taken
// behind it, the machine still answers, and the next card prints.
func TestFlippedByte(t *testing.T) {
	for _, way := range []string{"in", "out"} {
		for _, on := range []string{"Sis", "Rlr 4", "Rco", "Si", "Ss", "Dbc 2", "Dbc 4", "Se"} {
			for _, skip := range []int{0, 3, 500} {
				t.Run(fmt.Sprintf("%s %s %d", way, on, skip), func(t *testing.T) {
					t.Parallel()
					r := simulated(t, rig.Options{Speed: 400, Scene: fmt.Sprintf("on command:%s do flip-byte %s %d once", on, way, skip)})
					p := open(t, r, Options{})
					at, err := run(t.Context(), p, small(), drivers.TrayGood)
					got := truthOf(r)
					if err == nil {
						if want := (drivertest.Truth{Feeder: 99, Good: 1}); got != want {
							t.Fatalf("%+v, want %+v", got, want)
						}
						return
					}
					t.Log(at, err)
					held(t, r, drivers.AsFault(err).Card)
					tidy(t, r, p, "")
					nextCard(t, r, p)
				})
			}
		}
	}
}

// held checks the whereabouts of the only card against the truth.
func held(t *testing.T, r *rig.Rig, card drivers.Whereabouts) {
	t.Helper()
	got := truthOf(r)
	want := map[drivers.Whereabouts]drivertest.Truth{
		drivers.InHopper:  {Feeder: 100},
		drivers.InMachine: {Feeder: 99, Machine: 1},
		drivers.InTray:    {Feeder: 99, Good: 1},
		drivers.InReject:  {Feeder: 99, Reject: 1},
		drivers.Unknown:   got,
	}[card]
	if got != want {
		t.Errorf("the fault says %q; in truth %+v", card, got)
	}
}

func TestCancelFreesTheCaller(t *testing.T) {
	r := simulated(t, rig.Options{Speed: 1, Replies: "ack", Doubts: printer.Doubts{ACKAfter: true}})
	p := open(t, r, Options{})
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer stop()
		for r.World().Machine == nil && t.Context().Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
	}()
	err := p.Load(ctx, drivers.PositionContact) // takes 3.5 s by itself
	f := drivers.AsFault(err)
	if !errors.Is(err, context.Canceled) || f.Card != drivers.Unknown {
		t.Fatalf("%v, card %q", err, f.Card)
	}
	if r.World().Machine == nil {
		t.Error("the move ended before the cancel: the test proves nothing")
	}
	if s, err := p.Status(t.Context()); err != nil || s.CardsInserted != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
}

// A program that died in the middle of a panel leaves a machine that takes commands for image. The next one gets
// through.
func TestOpenAfterADeadProgram(t *testing.T) {
	for _, header := range []string{"Dbc;k;2;15000;", "Dbc;y;32;9000;"} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			r := simulated(t, rig.Options{Speed: 20})
			p := open(t, r, Options{})
			if err := p.Load(t.Context(), drivers.PositionHead); err != nil {
				t.Fatal(err)
			}
			for _, c := range []string{"Pr;ymcko", "Ss", "Sr"} {
				if err := p.tell(t.Context(), c); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := p.port.Write(t.Context(), []byte("\x1b"+header+"\x00\x00\x00"), time.Now().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
			p = open(t, r, Options{})
			s, err := p.Status(t.Context())
			if err != nil || s.Position != drivers.PositionHead {
				t.Fatalf("%+v, %v", s, err)
			}
			if err := p.Discharge(t.Context(), drivers.TrayReject); err != nil {
				t.Fatal(err)
			}
			nextCard(t, r, p)
		})
	}
}

func TestWrongSpeedIsNamed(t *testing.T) {
	r := simulated(t, rig.Options{})
	_, err := openAt(t.Context(), opener(r.Ready().Printer, 19200), Options{Baud: 19200}, logger(t), quick)
	f := drivers.AsFault(err)
	if f == nil || f.Code != drivers.LineNoise && f.Code != drivers.LineSilent || !strings.Contains(f.Detail, "19200") {
		t.Fatalf("%v", err)
	}
	t.Log(err)
	open(t, r, Options{}) // and the port is free for the right one
}

func TestWrongPrinter(t *testing.T) {
	r := simulated(t, rig.Options{})
	_, err := openAt(t.Context(), opener(r.Ready().Printer, 115200), Options{Serial: "ANOTHER"}, logger(t), quick)
	if !errors.Is(err, drivers.WrongPrinter) {
		t.Fatal(err)
	}
	// And another machine behind the same cable after it was pulled.
	p := open(t, r, Options{})
	p.id.Serial = "ANOTHER"
	do(t, r, "unplug")
	if _, err := p.Status(t.Context()); !errors.Is(err, drivers.LineGone) {
		t.Fatal(err)
	}
	do(t, r, "replug")
	if _, err := p.Status(t.Context()); !errors.Is(err, drivers.WrongPrinter) {
		t.Fatal(err)
	}
}

func TestUnplugged(t *testing.T) {
	r := simulated(t, rig.Options{})
	p := open(t, r, Options{})
	do(t, r, "unplug")
	for range 2 {
		if _, err := p.Status(t.Context()); !errors.Is(err, drivers.LineGone) {
			t.Fatal(err)
		}
	}
	if err := p.Load(t.Context(), drivers.PositionContact); !errors.Is(err, drivers.LineGone) || drivers.AsFault(err).Card != drivers.InHopper {
		t.Fatal(err)
	}
	do(t, r, "replug")
	nextCard(t, r, p)
}

func TestNoPort(t *testing.T) {
	_, err := Open(t.Context(), opener(t.TempDir()+"/none", 9600), Options{}, logger(t))
	if !errors.Is(err, drivers.LineNoPort) {
		t.Fatal(err)
	}
	if ports, err := serialport.List(); err != nil {
		t.Fatal(ports, err)
	}
}

// A hand takes the card from under the head while its last panel burns: no sensor sees it any more, as if it had gone out. It is
// not called out, however late the machine speaks of it.
func TestTakenOutAtLastPanel(t *testing.T) {
	t.Parallel()
	for _, replies := range []string{"ack", "text"} {
		for _, late := range []time.Duration{0, time.Second} {
			t.Run(fmt.Sprintf("%s/%s", replies, late), func(t *testing.T) {
				t.Parallel()
				r := simulated(t, rig.Options{Replies: replies})
				p := open(t, r, Options{})
				do(t, r, "on", "panel-o", "do", "hold", "once")
				hand := make(chan error, 1)
				go func() {
					_, err := r.Do("await")
					if err == nil {
						_, err = r.Do("clear")
					}
					time.Sleep(late)
					_, end := r.Do("go")
					hand <- errors.Join(err, end)
				}()
				at, err := run(t.Context(), p, small(), drivers.TrayGood)
				if err := <-hand; err != nil {
					t.Fatal(err)
				}
				if f := drivers.AsFault(err); at != atDischarge || err == nil || f.Card != drivers.Unknown {
					t.Errorf("at %s: %v", at, err)
				}
			})
		}
	}
}
