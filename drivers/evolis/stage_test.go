package evolis

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/hwsim/printer"
	"cetak/hwsim/rig"
)

// lean is a face with little on each panel: a patch of colours and one of black, elsewhere for each n.
func lean(n int) drivers.Artwork {
	art := drivers.Artwork{Color: image.NewRGBA(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)),
		Black: image.NewGray(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)), Varnish: true}
	for i := range art.Color.Pix {
		art.Color.Pix[i] = 0xFF
	}
	for i := range art.Black.Pix {
		art.Black.Pix[i] = 0xFF
	}
	rng := rand.New(rand.NewPCG(uint64(n), 2))
	for y := range 80 {
		for x := range 60 {
			art.Color.SetRGBA(100*n+x, 70*n+y, color.RGBA{R: uint8(rng.Uint32() >> 1), G: uint8(x+n) * 2, B: uint8(y+n) * 2, A: 255})
			if rng.Uint32()%3 == 0 {
				art.Black.SetGray(500+70*n+x, 40*n+y, color.Gray{})
			}
		}
	}
	return art
}

// patient is open with longer waits: the computer may be busy, and nothing here is about them.
func patient(t *testing.T, r *rig.Rig, o Options) *Printer {
	t.Helper()
	o.Baud = r.Ready().Baud
	p, err := openAt(t.Context(), opener(r.Ready().Printer, o.Baud), o, logger(t), 0.6)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// whole is free all the time.
func whole() time.Duration { return time.Minute }

// toChip takes a card to the chip station and sends ahead of its face what may be sent.
func toChip(t *testing.T, p *Printer, art drivers.Artwork) {
	t.Helper()
	p.Expect(art)
	if err := p.Load(t.Context(), drivers.PositionContact); err != nil {
		t.Fatal(err)
	}
	if err := p.Stage(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
}

// finish prints the card that is at the chip station and puts it out.
func finish(t *testing.T, p *Printer, art drivers.Artwork, to drivers.Tray) {
	t.Helper()
	if err := p.Print(t.Context(), art); err != nil {
		t.Fatal(err)
	}
	if err := p.Discharge(t.Context(), to); err != nil {
		t.Fatal(err)
	}
}

func reject(t *testing.T, p *Printer) {
	t.Helper()
	if err := p.Discharge(t.Context(), drivers.TrayReject); err != nil {
		t.Fatal(err)
	}
}

// lastGood checks the newest card in the good tray dot for dot, and that it is the only one that was printed on.
func lastGood(t *testing.T, r *rig.Rig, art drivers.Artwork) {
	t.Helper()
	w := r.World()
	if len(w.Trays.Good) == 0 {
		t.Fatalf("no good card: %+v", w.Trays)
	}
	for _, c := range w.Trays.Reject {
		if len(c.Panels) > 0 {
			t.Errorf("a panel was burnt on a rejected card: %v", c.Panels)
		}
	}
	burntAs(t, art, w.Trays.Good[len(w.Trays.Good)-1].Panels)
}

// doubtful are the doubts that bear on what is sent ahead.
func doubtful() map[string]rig.Options {
	return map[string]rig.Options{
		"ack":                         {Replies: "ack", Speed: 800},
		"text, ACK after":             {Replies: "text", Speed: 800, Doubts: printer.Doubts{ACKAfter: true}},
		"text, no Ssd, reject keeps":  {Replies: "text", Speed: 800, Doubts: printer.Doubts{NoRecall: true, RejectKeeps: true}},
		"ack, no Ssd, Ss drops":       {Replies: "ack", Speed: 800, Doubts: printer.Doubts{NoRecall: true, SsDrops: true}},
		"ack, Ss drops, reject keeps": {Replies: "ack", Speed: 800, Doubts: printer.Doubts{SsDrops: true, RejectKeeps: true}},
	}
}

// TestNeverOnAnotherCard: what was sent ahead for a card that was then given up, in every way it can be, is on no other card:
// the next one is as its own face dot for dot.
func TestNeverOnAnotherCard(t *testing.T) {
	first, second := lean(1), lean(2)
	ends := map[string]func(*testing.T, *rig.Rig, *Printer) *Printer{
		"rejected": func(t *testing.T, _ *rig.Rig, p *Printer) *Printer { reject(t, p); return p },
		"the program died": func(t *testing.T, r *rig.Rig, p *Printer) *Printer {
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
			p = patient(t, r, p.o)
			reject(t, p)
			return p
		},
		"the printer was off": func(t *testing.T, r *rig.Rig, p *Printer) *Printer {
			do(t, r, "power-cycle")
			if err := p.Print(t.Context(), first); !errors.Is(err, drivers.PrinterRestarted) {
				t.Fatalf("after a power cycle: %v", err)
			}
			reject(t, p)
			return p
		},
		"the cable was out": func(t *testing.T, r *rig.Rig, p *Printer) *Printer {
			do(t, r, "unplug")
			if _, err := p.Status(t.Context()); !errors.Is(err, drivers.LineGone) {
				t.Fatal(err)
			}
			do(t, r, "replug")
			reject(t, p)
			return p
		},
	}
	for way, end := range ends {
		for name, o := range doubtful() {
			for _, overlap := range []Overlap{OverlapMemory, OverlapSequence} {
				t.Run(fmt.Sprintf("%s, %s, %s", way, name, overlap), func(t *testing.T) {
					t.Parallel()
					r := simulated(t, o)
					p := patient(t, r, Options{Overlap: overlap})
					toChip(t, p, first)
					if p.ahead.count() == 0 {
						t.Fatal("nothing was sent ahead: the test proves nothing")
					}
					p = end(t, r, p)
					toChip(t, p, second)
					finish(t, p, second, drivers.TrayGood)
					lastGood(t, r, second)
				})
			}
		}
	}
}

// TestNothingWhereNothingBelongs: a card without colours and varnish, behind one whose colours were sent ahead and given up, has
// none, and no panel more is burnt than its own.
func TestNothingWhereNothingBelongs(t *testing.T) {
	for name, o := range doubtful() {
		for _, overlap := range []Overlap{OverlapMemory, OverlapSequence} {
			t.Run(name+", "+string(overlap), func(t *testing.T) {
				t.Parallel()
				r := simulated(t, o)
				p := patient(t, r, Options{Overlap: overlap})
				toChip(t, p, lean(1))
				reject(t, p)
				text := drivers.Artwork{Black: lean(2).Black}
				toChip(t, p, text)
				finish(t, p, text, drivers.TrayGood)
				for panel, path := range r.World().Trays.Good[0].Panels {
					if panel == "k" {
						continue
					}
					for _, v := range picture(t, path).Pix {
						if v != 255 {
							t.Fatalf("panel %s of the card before was burnt", panel)
						}
					}
				}
			})
		}
	}
}

// TestSentAheadAndPrinted: cards one after the other, each with its own face, and less sent in Print than a whole face.
func TestSentAheadAndPrinted(t *testing.T) {
	for name, o := range doubtful() {
		for _, overlap := range []Overlap{OverlapMemory, OverlapSequence, OverlapNone} {
			t.Run(fmt.Sprintf("%s, %s", name, overlap), func(t *testing.T) {
				t.Parallel()
				r := simulated(t, o)
				p := patient(t, r, Options{Overlap: overlap, Partial: o.Doubts.SsDrops, Regions: o.Doubts.SsDrops})
				for n := range 3 {
					art := lean(n + 1)
					toChip(t, p, art)
					if (p.ahead.count() > 0) != (overlap != OverlapNone) && !p.noRecall {
						t.Errorf("%d panels sent ahead", p.ahead.count())
					}
					finish(t, p, art, drivers.TrayGood)
					lastGood(t, r, art)
				}
			})
		}
	}
}

// TestOtherArtwork: what was sent ahead is printed as its own artwork or not at all, and never without Print.
func TestOtherArtwork(t *testing.T) {
	for name, o := range doubtful() {
		for _, overlap := range []Overlap{OverlapMemory, OverlapSequence} {
			t.Run(name+", "+string(overlap), func(t *testing.T) {
				t.Parallel()
				r := simulated(t, o)
				p := patient(t, r, Options{Overlap: overlap})
				art := lean(2)
				toChip(t, p, lean(1))
				finish(t, p, art, drivers.TrayGood)
				lastGood(t, r, art)

				if p.noRecall {
					return // nothing is sent ahead any more
				}
				toChip(t, p, lean(1))
				if err := p.Discharge(t.Context(), drivers.TrayGood); !errors.Is(err, drivers.PrinterRefused) {
					t.Errorf("a card that was not printed went out as good: %v", err)
				}
				reject(t, p)
				lastGood(t, r, art)
			})
		}
	}
}

// TestStageCutShort: the caller went away in the middle of a panel; the card can be printed all the same, or rejected, and the
// next is its own.
func TestStageCutShort(t *testing.T) {
	for _, overlap := range []Overlap{OverlapMemory, OverlapSequence} {
		for _, and := range []string{"printed", "rejected"} {
			t.Run(string(overlap)+", "+and, func(t *testing.T) {
				t.Parallel()
				r := simulated(t, rig.Options{Replies: "ack", Speed: 100})
				p := patient(t, r, Options{Overlap: overlap})
				art := portrait()
				for i := 0; i < len(art.Color.Pix); i += 4 { // its yellow takes a third of a second
					art.Color.Pix[i], art.Color.Pix[i+2] = art.Color.Pix[i+2], art.Color.Pix[i]
				}
				p.Expect(art)
				p.seen(func(t *times) { t.load = 0 }) // nothing on the way
				if err := p.Load(t.Context(), drivers.PositionContact); err != nil {
					t.Fatal(err)
				}
				ctx, stop := context.WithTimeout(t.Context(), 60*time.Millisecond)
				defer stop()
				if err := p.Stage(ctx, whole); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("the panel was not cut: %v", err)
				}
				if and == "rejected" {
					reject(t, p)
					art = lean(1)
					toChip(t, p, art)
				}
				finish(t, p, art, drivers.TrayGood)
				lastGood(t, r, art)
			})
		}
	}
}

// TestStageMishaps: a lost, refused, or garbled word about what is sent ahead costs no card, or the fault says where it is; what
// comes out good is whole.
func TestStageMishaps(t *testing.T) {
	both, memory := []Overlap{OverlapMemory, OverlapSequence}, []Overlap{OverlapMemory}
	for scene, overlaps := range map[string][]Overlap{
		"on command:Dbc 1 do lose-ack once": both, "on command:Dbc 1 do nack 2 once": both, "on command:Dbc 1 do nack T once": both,
		"on command:Dbc 1 do flip-byte in 700 once": both, "on command:Dbc 1 do power-cycle once": both, "on command:Dbc 1 do cover-open once": both,
		"on command:Ssd 1 do lose-ack once": memory, "on command:Ssd 2 do nack 1 once": memory, "on command:Ssd 1 do nack R once": memory,
		"on command:Ssd 1 do flip-byte in 2 once": memory, "on command:Ssd 2 do power-cycle once": memory, "on command:Ssd 1 do cable-pulled once": memory,
		"on command:Ssd 1 do lose-command once": memory, "on station do jam-feed once": memory, "on feed do feeder-empty once": memory,
	} {
		for _, overlap := range overlaps {
			t.Run(string(overlap)+", "+scene, func(t *testing.T) {
				t.Parallel()
				r := simulated(t, rig.Options{Replies: "ack", Speed: 400, Scene: scene})
				p := patient(t, r, Options{Overlap: overlap})
				art := lean(3)
				p.Expect(art)
				err := p.Load(t.Context(), drivers.PositionContact)
				if err == nil {
					_ = p.Stage(t.Context(), whole) // Print finds out
					err = p.Print(t.Context(), art)
				}
				if err == nil {
					err = p.Discharge(t.Context(), drivers.TrayGood)
				}
				if err == nil {
					if !strings.Contains(scene, "flip") { // a flipped byte of a picture is not noticed by anyone
						lastGood(t, r, art)
					}
					return
				}
				t.Log(err)
				held(t, r, drivers.AsFault(err).Card)
				tidy(t, r, p, "replug, close cover, clear, feed 1")
				toChip(t, p, lean(2))
				finish(t, p, lean(2), drivers.TrayGood)
				good := r.World().Trays.Good
				burntAs(t, lean(2), good[len(good)-1].Panels)
			})
		}
	}
}

// TestDeadProgramInASequence: a program died with the sequence open and a panel in it, and somebody took the card: Wcb is
// refused then, and the next card is whole all the same.
func TestDeadProgramInASequence(t *testing.T) {
	for _, art := range []drivers.Artwork{lean(2), {Black: lean(2).Black}} {
		r := simulated(t, rig.Options{Replies: "ack", Speed: 800, Doubts: printer.Doubts{RejectKeeps: true}})
		p := patient(t, r, Options{Overlap: OverlapSequence})
		toChip(t, p, lean(1))
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		p = patient(t, r, Options{Partial: true, Regions: true})
		reject(t, p)
		toChip(t, p, art)
		finish(t, p, art, drivers.TrayGood)
		panels := r.World().Trays.Good[0].Panels
		if art.Color != nil {
			burntAs(t, art, panels)
			continue
		}
		for name, path := range panels {
			for i, v := range picture(t, path).Pix {
				if name != "k" && v != 255 {
					t.Fatalf("panel %s of the card before was burnt at %d", name, i)
				}
			}
		}
	}
}

// TestPlan holds what Plan foresees together: bytes and times of the same panels that Print sends, and a course that is never
// shorter than the line or the machine alone.
func TestPlan(t *testing.T) {
	for _, overlap := range []Overlap{OverlapMemory, OverlapSequence, OverlapNone} {
		for _, baud := range []int{2400, 115200, 921600} {
			p := &Printer{o: Options{Baud: baud, Ribbon: "ymcko", Overlap: overlap}}
			p.plans.times = newTimes()
			art := portrait()
			e, err := p.Plan(art, 2*time.Second)
			if err != nil || len(e.Panels) != 5 || e.Machine != 26500*time.Millisecond {
				t.Fatalf("%+v, %v", e, err)
			}
			if e.Line.Round(time.Millisecond) != (time.Duration(e.Bytes) * 10 * time.Second / time.Duration(baud)).Round(time.Millisecond) {
				t.Errorf("%d bytes in %s", e.Bytes, e.Line)
			}
			if card := e.Card(2 * time.Second); card < e.Machine || card < e.Line || card > e.Machine+e.Line+2*time.Second {
				t.Errorf("%s at %d: %s, line %s, machine %s", overlap, baud, card, e.Line, e.Machine)
			}
			thrift := art
			thrift.Thrift = true
			if l, err := p.Plan(thrift, 0); err != nil || l.Bytes >= e.Bytes {
				t.Errorf("thrift: %d bytes, %d without; %v", l.Bytes, e.Bytes, err)
			}
			art.Color.SetRGBA(0, 0, color.RGBA{}) // only read: what is kept is not made anew
			if again, err := p.Plan(art, 2*time.Second); err != nil || again.Bytes != e.Bytes {
				t.Error("the panels were made twice")
			}
		}
	}
}
