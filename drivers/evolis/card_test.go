package evolis

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"testing"

	"cetak/drivers"
	"cetak/hwsim/printer"
	"cetak/hwsim/rig"
)

// portrait is artwork whose cyan is noise, so that its panel goes packed, and whose other panels go in runs.
func portrait() drivers.Artwork {
	rng := rand.New(rand.NewPCG(1, 2))
	art := drivers.Artwork{Color: image.NewRGBA(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)),
		Black: image.NewGray(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)), Varnish: true}
	for y := range drivers.FaceHeight {
		for x := range drivers.FaceWidth {
			c := color.RGBA{R: uint8(rng.Uint32()), G: 255, B: 255, A: 255}
			if x > 740 && x < 976 && y > 100 && y < 400 {
				c.G, c.B = uint8(x+y), uint8(y/3)
			}
			art.Color.SetRGBA(x, y, c)
			k := color.Gray{Y: 255}
			if x < 700 && (x/7+y/5*3)%4 == 0 && y%30 < 18 {
				k.Y = 0
			}
			art.Black.SetGray(x, y, k)
		}
	}
	return art
}

func picture(t *testing.T, path string) *image.Gray {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	gray := image.NewGray(img.Bounds())
	draw.Draw(gray, gray.Rect, img, image.Point{}, draw.Src)
	return gray
}

// burntAs compares what the simulator burnt, which it decoded by itself, with the artwork, dot for dot.
func burntAs(t *testing.T, art drivers.Artwork, panels map[string]string) {
	t.Helper()
	for _, name := range []string{"y", "m", "c", "k", "o"} {
		if panels[name] == "" {
			t.Errorf("panel %s was not burnt", name)
			continue
		}
		img := picture(t, panels[name])
		for y := range drivers.FaceHeight {
			for x := range drivers.FaceWidth {
				if got, want := img.GrayAt(x, y).Y, burn(art, name[0], x, y); got != want {
					t.Fatalf("panel %s at %d,%d: %d, want %d", name, x, y, got, want)
				}
			}
		}
	}
}

// burn is how dark the simulator shows a dot of a panel: 32 levels on a scale of 255, dark is burnt.
func burn(art drivers.Artwork, panel byte, x, y int) uint8 {
	var light uint8
	switch px := art.Color.RGBAAt(x, y); panel {
	case 'y':
		light = px.B
	case 'm':
		light = px.G
	case 'c':
		light = px.R
	case 'k':
		if art.Black.GrayAt(x, y).Y >= 128 {
			return 255
		}
		return 0
	case 'o':
		return 0
	}
	return uint8(255 - (int(255-light)*31+127)/255*255/31)
}

// One card under each doubt that no source settles (evolis.md 9), and either kind of reply: the face is burnt dot for
// dot.
func TestOneCard(t *testing.T) {
	tests := map[string]struct {
		d    printer.Doubts
		text bool // it also changes replies in words
		art  func() drivers.Artwork
	}{
		"plain":           {text: true, art: portrait},
		"ends in CR":      {d: printer.Doubts{Terminator: "\r"}, text: true, art: small},
		"ends in CR LF":   {d: printer.Doubts{Terminator: "\r\n"}, text: true, art: small},
		"NACK 18":         {d: printer.Doubts{NACK: 0x18}, art: small},
		"lsb":             {d: printer.Doubts{PackingLSB: true}, art: portrait},
		"runs across":     {d: printer.Doubts{RunsAcross: true}, art: portrait},
		"Dbc with four":   {d: printer.Doubts{DbcFour: true}, art: small},
		"ACK after":       {d: printer.Doubts{ACKAfter: true}, text: true, art: small},
		"value after ACK": {d: printer.Doubts{ValueAfterACK: true}, art: small},
		"stale OK":        {d: printer.Doubts{StaleOK: true}, text: true, art: small},
		"all of them":     {d: allDoubts(), text: true, art: portrait},
	}
	for name, tt := range tests {
		for _, replies := range []string{"ack", "text"} {
			if replies == "text" && !tt.text {
				continue
			}
			t.Run(replies+" "+name, func(t *testing.T) {
				t.Parallel()
				r := simulated(t, rig.Options{Replies: replies, Doubts: tt.d, Speed: 400})
				art := tt.art()
				if at, err := run(t.Context(), open(t, r, optionsFor(tt.d, 115200)), art, drivers.TrayGood); err != nil {
					t.Fatalf("at %s: %v", at, err)
				}
				w := r.World()
				if len(w.Trays.Good) != 1 || w.Feeder != 99 || len(w.Trays.Reject) != 0 || w.Machine != nil {
					t.Fatalf("%+v", w)
				}
				burntAs(t, art, w.Trays.Good[0].Panels)
			})
		}
	}
}

func TestContactlessStationAndOtherRejectBox(t *testing.T) {
	r := simulated(t, rig.Options{})
	p := open(t, r, Options{RejectBox: "feeder"})
	if err := p.Load(t.Context(), drivers.PositionContactless); err != nil {
		t.Fatal(err)
	}
	if s, err := p.Status(t.Context()); err != nil || s.Position != drivers.PositionContactless {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := p.Discharge(t.Context(), drivers.TrayReject); err != nil {
		t.Fatal(err)
	}
	if w := r.World(); len(w.Trays.Reject) != 1 {
		t.Errorf("%+v", w.Trays)
	}
}

func TestStatusTellsWhatStands(t *testing.T) {
	for _, replies := range []string{"ack", "text"} {
		r := simulated(t, rig.Options{Replies: replies, Blanks: 1})
		p := open(t, r, Options{})
		s, err := p.Status(t.Context())
		if err != nil || len(s.Conditions) != 0 || s.RibbonLeft <= 0 || s.Position != drivers.PositionNone {
			t.Fatalf("%s: at rest: %+v, %v", replies, s, err)
		}
		do(t, r, "open", "cover")
		do(t, r, "feeder-empty")
		do(t, r, "ribbon", "0")
		s, err = p.Status(t.Context())
		if err != nil || !s.Has(drivers.ConditionCoverOpen) || !s.Has(drivers.ConditionFeederEmpty) || !s.Has(drivers.ConditionRibbonEnd) || s.RibbonLeft != 0 {
			t.Fatalf("%s: %+v, %v", replies, s, err)
		}
	}
}

func TestIdentify(t *testing.T) {
	r := simulated(t, rig.Options{})
	p := open(t, r, Options{Serial: r.Ready().Serial})
	id, err := p.Identify(t.Context())
	if err != nil || id.Serial != r.Ready().Serial || id.Model == "" || id.Firmware == "" {
		t.Errorf("%+v, %v", id, err)
	}
}

func TestOptionsThatAreNone(t *testing.T) {
	for name, o := range map[string]Options{
		"ribbon": {Ribbon: "ymcx"}, "packing": {Packing: "middle"}, "parameters": {DbcParams: 7}, "levels": {Levels: 3},
		"reject box": {RejectBox: "desk"},
	} {
		_, err := Open(t.Context(), nil, o, logger(t))
		if f := drivers.AsFault(err); !errors.Is(err, drivers.PrinterRefused) || f.Again != drivers.AgainNever || f.Detail == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
