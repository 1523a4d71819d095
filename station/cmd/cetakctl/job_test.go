package main

import (
	"image"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/station/config"
	"cetak/station/face"
	"cetak/station/record"
)

// TestMainJob makes a whole inbox of cards and holds every one against its record: with each reply mode, with every
// doubt of the printer's language either way, through both reader doors, slow and fast.
func TestMainJob(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags []string
		set   func(*config.Config)
		cards string
	}{
		{name: "as it comes", cards: "25"},
		{name: "text replies", flags: []string{"--replies", "text"}, cards: "25"},
		{name: "through pcscd", flags: []string{"--pcsc", "pcscd"}, cards: "25"},
		{name: "9600 baud", flags: []string{"--baud", "9600", "--speed", "1000"}, cards: "25"},
		{name: "replies end in CR", flags: []string{"--replies", "text", "--option", "terminator=cr"}, cards: "3"},
		{name: "replies end in CR LF", flags: []string{"--option", "terminator=crlf"}, cards: "3"},
		{name: "another NACK byte", flags: []string{"--option", "nack=18"}, cards: "3"},
		{name: "least significant bit first", flags: []string{"--option", "packing=lsb"}, set: func(c *config.Config) { c.Printer.Packing = "lsb" }, cards: "3"},
		{name: "runs go on across lines", flags: []string{"--option", "runs=across"}, cards: "3"},
		{name: "Dbc with four parameters", flags: []string{"--option", "dbc=4"}, set: func(c *config.Config) { c.Printer.DbcParams = 4 }, cards: "3"},
		{name: "ACK after the move", flags: []string{"--option", "ack=after"}, cards: "3"},
		{name: "value after the ACK", flags: []string{"--option", "value=after"}, cards: "3"},
		{name: "a stale OK before a value", flags: []string{"--replies", "text", "--option", "stale=sometimes"}, cards: "3"},
		{name: "exact colours", set: func(c *config.Config) { c.Printer.Colour = "exact" }, cards: "3"},
		{name: "panels in parts", set: func(c *config.Config) { c.Printer.PartialPanels, c.Printer.BlackRegions = true, true }, cards: "3"},
		{name: "one panel in the sequence ahead", set: func(c *config.Config) { c.Printer.Overlap = "sequence" }, cards: "3"},
		{name: "nothing ahead", set: func(c *config.Config) { c.Printer.Overlap = "none" }, cards: "3"},
		{name: "no panel from memory", flags: []string{"--option", "recall=no"}, cards: "3"},
		{name: "memory forgets at Ss", flags: []string{"--option", "ss=drops"}, cards: "3"},
		{name: "shortened", set: func(c *config.Config) { c.Printer.LongestSeconds, c.Printer.Shorten = 1, "both" }, cards: "3"},
		{name: "contactless", flags: []string{"--station", "contactless"}, cards: "3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, append([]string{"--records", c.cards}, c.flags...)...)
			if c.set != nil {
				b.set(c.set)
			}
			b.must("run", "--until-empty")
			b.agree()
			b.holdCards(c.cards)
		})
	}
}

// holdCards compares every card in the good tray with the record it carries.
func (b *bench) holdCards(want string) {
	t := b.t
	t.Helper()
	w, records := b.world(), b.records()
	if got := len(w.Trays["good"]); got != len(records) {
		t.Fatalf("%d good cards of %s records", got, want)
	}
	faces, err := face.New()
	if err != nil {
		t.Fatal(err)
	}
	settings, err := config.Load(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	step := nearStep
	if settings.Printer.Colour == "exact" {
		step = levelStep
	}
	for _, c := range w.Trays["good"] {
		r := records[c.Files["6FF1"]]
		if r == nil {
			t.Errorf("card %s carries nobody's biodata, or somebody's twice", c.UID)
			continue
		}
		delete(records, c.Files["6FF1"])
		if c.State != "sealed" {
			t.Errorf("card %s is %s", c.UID, c.State)
		}
		for fid, content := range r.Chip {
			if c.Files[fid] != digest(content) {
				t.Errorf("card %s: EF %s is not its record's", c.UID, fid)
			}
		}
		if settings.HasPrinter() {
			holdFace(t, faces, r, c, step)
		} else if c.Printed {
			t.Errorf("card %s has a face, and no printer stands here", c.UID)
		}
	}
}

// levelStep is the widest distance of a colour from its nearest of 32 levels, rounding included. nearStep is that of a colour
// that is one level off, which printer.colour = "near" allows a dot where it saves bytes on the line.
const (
	levelStep = 255/31/2 + 2
	nearStep  = 255/31 + 2
)

func holdFace(t *testing.T, faces *face.Renderer, r *record.Record, c card, step int) {
	t.Helper()
	layout, err := face.LayoutFor(r.Kind)
	if err != nil {
		t.Fatal(err)
	}
	art, _, err := faces.Render(r, layout)
	if err != nil {
		t.Fatal(err)
	}
	black, printed := picture(t, c.Panels["k"]), picture(t, c.PNG)
	if size := image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight); black.Bounds() != size || printed.Bounds() != size {
		t.Fatalf("card %s: pictures of %v and %v", c.UID, black.Bounds(), printed.Bounds())
	}
	wrong, off := 0, 0
	for y := range drivers.FaceHeight {
		for x := range drivers.FaceWidth {
			burnt := art.Black.GrayAt(x, y).Y < 128
			g, _, _, _ := black.At(x, y).RGBA()
			if burnt != (g < 0x8000) {
				wrong++
			}
			if burnt {
				continue
			}
			want := art.Color.RGBAAt(x, y)
			pr, pg, pb, _ := printed.At(x, y).RGBA()
			if far(want.R, pr, step) || far(want.G, pg, step) || far(want.B, pb, step) {
				off++
			}
		}
	}
	if wrong > 0 || off > 0 {
		t.Errorf("card %s: %d dots of the black panel and %d of the colours are not the rendered face", c.UID, wrong, off)
	}
}

func far(want uint8, got uint32, step int) bool {
	d := int(want) - int(got>>8)
	return d > step || d < -step
}

// TestForeigners: the feeder holds blanks for citizens, so foreigners wait; a station with the other blanks prints them,
// on the other layout.
func TestForeigners(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "4", "--wna", "2")
	if out := b.must("run"); !strings.Contains(out, "2 good, 0 not, 2 waiting.") {
		t.Errorf("citizens: %s", out)
	}
	b.agree()
	other := &bench{t: t, sim: b.sim, dir: b.dir + "-wna", ready: b.ready}
	other.must("init", "--sim", b.sim, "--no-people", "--blank", "WNA")
	if out := other.must("run"); !strings.Contains(out, "2 good, 0 not, 2 waiting.") {
		t.Errorf("foreigners: %s", out)
	}
	if got := len(b.world().Trays["good"]); got != 4 {
		t.Errorf("%d cards", got)
	}
	b.holdCards("4")
}
