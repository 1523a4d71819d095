package evolis

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"cetak/drivers"
	"cetak/hwsim/rig"
)

// TestLineQuality: a good line has no wrong answer and takes a whole panel; of a bad one the wrong and missing answers are counted, and
// after it the machine is talked to as before. Nothing moves, and a card made after it has nothing of the test on it.
func TestLineQuality(t *testing.T) {
	tests := map[string]struct {
		scene   string
		replies string
		stale   bool
		wrong   int
	}{
		"good":          {},
		"good, words":   {replies: "text"},
		"stale OK":      {stale: true},
		"lost replies":  {scene: "on command:Rsn 10 do lose-ack once\non command:Rsn 40 do lose-ack once", wrong: 2},
		"flipped byte":  {scene: "on command:Rsn 20 do flip-byte out 1 once", wrong: 1},
		"no bitmap now": {scene: "on command:Db do nack 1 once"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := rig.Options{Scene: tt.scene, Replies: tt.replies, Speed: 400}
			o.Doubts.StaleOK = tt.stale
			r := simulated(t, o)
			p := open(t, r, Options{})
			q, err := p.TestLine(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if q.Asked != questions || q.Asked-q.Right != tt.wrong {
				t.Errorf("%+v", q)
			}
			if want := drivers.FaceWidth*drivers.FaceHeight/8 + len("\x1bDb;k;2;\r"); q.Bytes != want && name != "no bitmap now" {
				t.Errorf("%+v", q)
			}
			if w := r.World(); w.Feeder != 100 || w.Machine != nil {
				t.Error("a card moved")
			}
			art := lean(1)
			if at, err := run(t.Context(), p, art, drivers.TrayGood); err != nil {
				t.Fatalf("at %s: %v", at, err)
			}
			lastGood(t, r, art)
		})
	}
}

// TestLineQualityGone: a cable that is pulled ends the test, and says so.
func TestLineQualityGone(t *testing.T) {
	r := simulated(t, rig.Options{Scene: "on command:Rsn 30 do cable-pulled once"})
	p := open(t, r, Options{})
	if _, err := p.TestLine(t.Context()); !errors.Is(err, drivers.LineGone) {
		t.Error(err)
	}
}

// TestContrast: a contrast is said before any blank moves, for the panels it is set for, and again by a machine that lost its memory;
// a machine that refuses it is not used.
func TestContrast(t *testing.T) {
	for name, tt := range map[string]struct {
		o    Options
		code drivers.Code
	}{
		"none is set": {},
		"black":       {o: Options{ContrastBlack: 12}, code: drivers.PrinterRefused},
		"colour":      {o: Options{ContrastColour: 8}, code: drivers.PrinterRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := simulated(t, rig.Options{})
			do(t, r, "on", "command:Pc", "do", "nack", "2")
			p, err := openAt(t.Context(), opener(r.Ready().Printer, 115200), tt.o, logger(t), quick)
			if tt.code == "" && err != nil || tt.code != "" && !errors.Is(err, tt.code) {
				t.Error(err)
			}
			if p != nil {
				_ = p.Close()
			}
		})
	}
	r := simulated(t, rig.Options{Speed: 400})
	p := open(t, r, Options{ContrastColour: 11, ContrastBlack: 9})
	do(t, r, "power-cycle")
	if at, err := run(t.Context(), p, lean(1), drivers.TrayGood); err != nil {
		t.Errorf("at %s: %v", at, err)
	}
}

// TestPlaced: the face is moved as it is read, and turned for a card that lies the other way round.
func TestPlaced(t *testing.T) {
	face := func(r image.Rectangle) drivers.Artwork {
		art := drivers.Artwork{Color: image.NewRGBA(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)), Black: image.NewGray(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)), Varnish: true}
		draw.Draw(art.Color, art.Color.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(art.Black, art.Black.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(art.Color, r, image.NewUniform(color.RGBA{0, 255, 255, 255}), image.Point{}, draw.Src)
		draw.Draw(art.Black, r.Intersect(image.Rect(0, 0, 2000, r.Min.Y+4)), image.Black, image.Point{}, draw.Src)
		return art
	}
	at := image.Rect(100, 60, 140, 90)
	moved := at.Add(image.Pt(7, -5))
	turned := image.Rect(drivers.FaceWidth-moved.Max.X, drivers.FaceHeight-moved.Max.Y, drivers.FaceWidth-moved.Min.X, drivers.FaceHeight-moved.Min.Y)
	upsideDown := face(turned)
	draw.Draw(upsideDown.Black, upsideDown.Black.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(upsideDown.Black, image.Rect(turned.Min.X, turned.Max.Y-4, turned.Max.X, turned.Max.Y), image.Black, image.Point{}, draw.Src)
	for name, tt := range map[string]struct {
		o    Options
		want drivers.Artwork
	}{
		"as it is": {Options{}, face(at)},
		"moved":    {Options{OffsetX: 7, OffsetY: -5}, face(moved)},
		"turned":   {Options{OffsetX: 7, OffsetY: -5, Turned: true}, upsideDown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := simulated(t, rig.Options{Speed: 400})
			p := open(t, r, tt.o)
			if step, err := run(t.Context(), p, face(at), drivers.TrayGood); err != nil {
				t.Fatalf("at %s: %v", step, err)
			}
			burntAs(t, tt.want, r.World().Trays.Good[0].Panels)
		})
	}
}
