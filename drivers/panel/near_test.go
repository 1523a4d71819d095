package panel

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/hwsim/centre"
	"cetak/hwsim/printer"
	"cetak/hwsim/world"
)

// machine is the memory of the simulated printer, fed with what its framer would hand on. Its decoder is not ours.
type machine map[byte]*world.Raster

func (m machine) take(t *testing.T, p Panel, o Options) {
	t.Helper()
	levels, old := o.Levels, m[p.Name]
	if levels == 0 {
		levels = 32
	}
	if p.Name == 'k' || p.Name == 'o' {
		levels = 2
	}
	if old == nil || p.Clear {
		old = world.NewRaster(levels)
	}
	good := true
	args := strings.Split(strings.TrimSuffix(p.Header, ";"), ";")
	if args[0] != p.Form || args[1] != string(p.Name) {
		t.Fatalf("%s says it is %s of %c", p.Header, p.Form, p.Name)
	}
	number := func(i int) (n int) {
		if _, err := fmt.Sscanf(args[i], "%d", &n); err != nil {
			t.Fatalf("%s: %v", p.Header, err)
		}
		return n
	}
	switch p.Form {
	case "Db":
		printer.Unpack(old, p.Data, 0, Lines, o.Packing == LSBFirst)
	case "Dbp":
		good = len(p.Data) == number(4)*Dots*int(bitsOf(levels))/8
		printer.Unpack(old, p.Data, number(3), number(4), o.Packing == LSBFirst)
	case "Dbpc":
		good = len(p.Data) == number(4) && printer.ExpandColor(old, p.Data, number(3), false)
	case "Dbmp":
		good = args[4] == "0" && printer.PlaceBMP(old, p.Data, number(2), number(3))
	case "Dbc":
		old = world.NewRaster(levels)
		good = number(len(args)-1) == len(p.Data)
		if levels == 2 {
			good = good && printer.ExpandBlack(old, p.Data, 0)
		} else {
			good = good && printer.ExpandColor(old, p.Data, 0, false)
		}
	}
	if !good {
		t.Fatalf("%s is no panel", p.Header)
	}
	m[p.Name] = old
}

// portraits are the simulated registry's: drawn, on a plain red or blue background, JPEG.
func portraits(t *testing.T, n int) []image.Image {
	t.Helper()
	records, err := centre.New(1, centre.Options{Now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}).Make(n)
	if err != nil {
		t.Fatal(err)
	}
	var out []image.Image
	for _, r := range records {
		img, err := jpeg.Decode(bytes.NewReader(r.Photo))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, img)
	}
	return out
}

// onCard lays a portrait where a card has it.
func onCard(img image.Image) drivers.Artwork {
	art := drivers.Artwork{Color: image.NewRGBA(image.Rect(0, 0, Lines, Dots))}
	draw.Draw(art.Color, art.Color.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(art.Color, image.Rect(740, 120, 740+236, 420), img, img.Bounds().Min, draw.Src)
	return art
}

// off compares what a machine would print with the artwork, in levels of 32: the worst and the mean error of the dots that
// have dye, and the worst of the means over 8 x 8 dots, which is what a band would be.
func off(t *testing.T, m machine, art drivers.Artwork, levels int) (worst, mean, band float64) {
	t.Helper()
	n := 0
	for name, raster := range m {
		at := map[byte]int{'c': 0, 'm': 1, 'y': 2}[name]
		diff := func(x, y int) (d float64, dye bool) {
			v := 255 - float64(art.Color.Pix[art.Color.PixOffset(x, y)+at])
			got := float64(raster.Dots[x*Dots+Dots-1-y])
			if v == 0 && got != 0 {
				t.Fatalf("panel %c puts dye on a white dot at %d,%d", name, x, y)
			}
			return got*31/float64(levels-1) - v*31/255, v > 0
		}
		for x := range Lines {
			for y := range Dots {
				if raster.Dots[x*Dots+Dots-1-y] == 0 && art.Color.Pix[art.Color.PixOffset(x, y)+at] == 255 {
					continue
				}
				if d, dye := diff(x, y); dye {
					worst = max(worst, math.Abs(d))
					mean += math.Abs(d)
					n++
				}
			}
		}
		for y := 120; y+8 <= 420; y += 6 {
			for x := 740; x+8 <= 976; x += 6 {
				sum := 0.0
				for i := range 64 {
					d, _ := diff(x+i%8, y+i/8)
					sum += d
				}
				band = max(band, math.Abs(sum)/64)
			}
		}
	}
	return worst, mean / float64(max(n, 1)), band
}

// The independent decoder finds no dot more than a level off and the mean within half a level, in fewer bytes than exact
// runs, and far fewer than a byte a dot.
func TestNearPortraits(t *testing.T) {
	const byteADot = 3 * 236 * 300
	for i, img := range portraits(t, 8) {
		art := onCard(img)
		exact, err := Encode(art, "ymcko", Options{})
		if err != nil {
			t.Fatal(err)
		}
		before := machine{}
		for _, p := range exact {
			before.take(t, p, Options{})
		}
		_, _, exactBand := off(t, before, art, 32)
		for _, o := range []Options{{Near: true}, {Near: true, Partial: true}, {Near: true, Weight: LeastWeight}, {Near: true, Levels: 64}, {Near: true, Levels: 128}} {
			if i > 0 && (o.Levels > 0 || o.Weight > 0 || o.Partial) {
				continue
			}
			near, err := Encode(art, "ymcko", o)
			if err != nil {
				t.Fatal(err)
			}
			m, sum, was := machine{}, 0, 0
			for k, p := range near {
				m.take(t, p, o)
				sum += p.Bytes()
				was += exact[k].Bytes()
			}
			levels := max(o.Levels, 32)
			worst, mean, band := off(t, m, art, levels)
			t.Logf("portrait %d %+v: %d bytes (exact %d), %.1f %% of a byte a dot, worst %.2f, mean %.2f, over 8 x 8 dots %.2f", i, o, sum, was,
				100*float64(sum)/byteADot, worst, mean, band)
			if worst > 1 || mean > 0.5 {
				t.Errorf("portrait %d %+v: worst %.3f, mean %.3f", i, o, worst, mean)
			}
			if o.Weight == 0 && band > exactBand+0.1 {
				t.Errorf("portrait %d %+v: 8 x 8 dots are %.3f of a level off, %.3f in exact mode", i, o, band, exactBand)
			}
			if o.Levels == 0 && (sum >= was || sum > byteADot*45/100) {
				t.Errorf("portrait %d %+v: %d bytes, exact %d", i, o, sum, was)
			}
			for _, p := range near {
				if math.Abs(p.Error.Worst) > worst+1e-9 {
					t.Errorf("panel %c says worst %.3f, is %.3f", p.Name, p.Error.Worst, worst)
				}
			}
		}
	}
}

// A plain background and a sky stay what they are in exact mode, in the mean of any few dots.
func TestNearDoesNotBand(t *testing.T) {
	for name, paint := range map[string]func(x, y int) color.RGBA{
		"plain":      func(int, int) color.RGBA { return color.RGBA{200, 37, 44, 255} },
		"sky down":   func(_, y int) color.RGBA { return color.RGBA{uint8(90 + y/4), uint8(140 + y/6), 230, 255} },
		"sky across": func(x, _ int) color.RGBA { return color.RGBA{uint8(90 + x/4), uint8(140 + x/6), 230, 255} },
	} {
		img := image.NewRGBA(image.Rect(0, 0, 236, 300))
		for y := range 300 {
			for x := range 236 {
				img.SetRGBA(x, y, paint(x, y))
			}
		}
		art := onCard(img)
		bands := map[bool]float64{}
		for _, near := range []bool{false, true} {
			panels, err := Encode(art, "ymc", Options{Near: near})
			if err != nil {
				t.Fatal(err)
			}
			m := machine{}
			for _, p := range panels {
				m.take(t, p, Options{})
			}
			_, _, bands[near] = off(t, m, art, 32)
		}
		if bands[true] > bands[false]+0.13 {
			t.Errorf("%s: 8 x 8 dots are %.3f of a level off, %.3f in exact mode", name, bands[true], bands[false])
		}
	}
}

// What is in the machine's memory from another card is not printed, and no form changes a dot of the black panel.
func TestPartsWriteTheWhole(t *testing.T) {
	arts := map[string]drivers.Artwork{"card": face(), "nothing": {Black: image.NewGray(image.Rect(0, 0, Lines, Dots)), Color: image.NewRGBA(image.Rect(0, 0, Lines, Dots))}}
	for i := range arts["nothing"].Black.Pix {
		arts["nothing"].Black.Pix[i] = 255
	}
	for i := range arts["nothing"].Color.Pix {
		arts["nothing"].Color.Pix[i] = 255
	}
	for name, art := range arts {
		for _, o := range []Options{{Regions: true}, {Partial: true}, {Partial: true, Regions: true, Levels: 64, Packing: LSBFirst, DbcParams: 4}} {
			panels, err := Encode(art, "ymcko", o)
			if err != nil {
				t.Fatal(err)
			}
			m := machine{}
			for _, n := range []byte("ymcko") {
				levels := max(o.Levels, 32)
				if n == 'k' || n == 'o' {
					levels = 2
				}
				m[n] = world.NewRaster(levels)
				copy(m[n].Dots, bytes.Repeat([]byte{1}, Lines*Dots))
			}
			for _, p := range panels {
				m.take(t, p, o)
			}
			// The whole panels, which TestDotExact holds against the artwork.
			whole, err := Encode(art, "ymcko", Options{Levels: o.Levels, Packing: o.Packing, DbcParams: o.DbcParams})
			if err != nil {
				t.Fatal(err)
			}
			exact := machine{}
			for _, p := range whole {
				exact.take(t, p, o)
			}
			for n := range exact {
				if !bytes.Equal(m[n].Dots, exact[n].Dots) {
					t.Errorf("%s %+v: panel %c has other dots", name, o, n)
				}
			}
		}
	}
}

// Noise is cheapest packed; a part of a card of noise is cheapest as packed lines.
func TestNoiseGoesPacked(t *testing.T) {
	art := onCard(image.White)
	noise := uint32(7)
	for x := 100; x < 130; x++ {
		for y := range Dots {
			noise = noise*1664525 + 1013904223
			art.Color.SetRGBA(x, y, color.RGBA{uint8(noise >> 24), uint8(noise >> 16), uint8(noise >> 8), 255})
		}
	}
	panels, err := Encode(art, "ymc", Options{Partial: true})
	if err != nil {
		t.Fatal(err)
	}
	m := machine{}
	for _, p := range panels {
		if p.Form != "Dbp" || !strings.HasSuffix(p.Header, ";100;30;") {
			t.Errorf("%s of %d bytes", p.Header, len(p.Data))
		}
		m.take(t, p, Options{})
	}
	if worst, _, _ := off(t, m, art, 32); worst > 0.5 {
		t.Errorf("worst %.3f", worst)
	}
}

// FuzzNear holds the chosen dots against the exact ones, for pictures of runs, ramps, and noise.
func FuzzNear(f *testing.F) {
	f.Add([]byte{0, 0, 0, 5, 5, 31, 200, 201, 203, 203}, byte(0), uint16(100))
	f.Add(bytes.Repeat([]byte{250, 3}, 300), byte(1), uint16(1))
	f.Add([]byte{0, 255, 0, 255, 1, 2}, byte(2), uint16(10_000))
	f.Fuzz(func(t *testing.T, seed []byte, which byte, weight uint16) {
		if len(seed) == 0 {
			return
		}
		levels := []int{32, 64, 128}[which%3]
		p := plane{takes: make([]byte, Lines*Dots), first: 2, end: 8}
		v := byte(0)
		for i := p.first * Dots; i < p.end*Dots; i++ {
			s := seed[(i+i/61)%len(seed)]
			switch i / 97 % 3 {
			case 0:
				v = s
			case 1:
				v += s >> 6
			}
			p.takes[i] = v
		}
		dots := p.near(levels, LeastWeight+int(weight)%MostWeight)
		data := runs(dots, levels)
		raster := world.NewRaster(levels)
		if !printer.ExpandColor(raster, data, 0, false) || !bytes.Equal(raster.Dots, dots) {
			t.Fatal("the decoder reads other dots")
		}
		e := p.errors(raster.Dots, levels)
		if e.Worst > 1 || e.Mean > 1 {
			t.Fatalf("%+v", e)
		}
		for i, d := range raster.Dots {
			if p.takes[i] == 0 && d != 0 {
				t.Fatalf("dye on white dot %d", i)
			}
		}
	})
}

// FuzzRegions: a cover burns every dot and no other, and its rectangles do not overlap.
func FuzzRegions(f *testing.F) {
	f.Add([]byte{10, 20, 200, 3, 30, 40, 2, 100})
	f.Add([]byte{0, 0, 255, 255})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, seed []byte) {
		resin := make([]byte, Lines*lineBytes)
		for i := 0; i+4 <= len(seed) && i < 200; i += 4 {
			for x := int(seed[i]) * 4; x < min(int(seed[i])*4+int(seed[i+2]), Lines); x++ {
				for y := int(seed[i+1]) * 2; y < min(int(seed[i+1])*2+int(seed[i+3])/2, Dots); y++ {
					if dot := Dots - 1 - y; (x^y)%5 > 0 {
						resin[x*lineBytes+dot/8] |= 0x80 >> (dot % 8)
					}
				}
			}
		}
		want, got := world.NewRaster(2), machine{}
		printer.Unpack(want, resin, 0, Lines, false)
		got['k'] = world.NewRaster(2)
		c := newCover(resin)
		seen := image.NewAlpha(image.Rect(0, 0, Lines, Dots))
		for _, r := range c.best(c.tight(region{0, 0, Lines, Dots}), 0).regions {
			for y := r.y0; y < r.y1; y++ {
				for x := r.x0; x < r.x1; x++ {
					if at := seen.PixOffset(x, y); seen.Pix[at] > 0 {
						t.Fatal("two regions overlap")
					} else {
						seen.Pix[at] = 1
					}
				}
			}
		}
		for _, p := range regions('k', resin) {
			got.take(t, p, Options{})
		}
		if !bytes.Equal(got['k'].Dots, want.Dots) {
			t.Fatal("the regions burn something else")
		}
	})
}

// No freedom makes a panel longer than its cheapest exact command.
func TestNeverLongerThanExact(t *testing.T) {
	noise := onCard(image.White)
	for i := range noise.Color.Pix {
		noise.Color.Pix[i] = byte(i * i >> 7 * 31)
	}
	noise.Black = image.NewGray(noise.Color.Rect)
	for i := range noise.Black.Pix {
		noise.Black.Pix[i] = byte(i*i>>5) * 17
	}
	for name, art := range map[string]drivers.Artwork{"card": face(), "noise": noise} {
		exact, err := Encode(art, "ymcko", Options{})
		if err != nil {
			t.Fatal(err)
		}
		most := map[byte]int{}
		for _, p := range exact {
			most[p.Name] += p.Bytes()
		}
		for _, o := range []Options{{Near: true}, {Near: true, Weight: MostWeight}, {Partial: true, Regions: true}, {Near: true, Partial: true, Regions: true}} {
			panels, err := Encode(art, "ymcko", o)
			if err != nil {
				t.Fatal(err)
			}
			sum := map[byte]int{}
			for _, p := range panels {
				sum[p.Name] += p.Bytes()
			}
			for n := range most {
				if sum[n] > most[n] || most[n] > (Panel{Name: n}).RawBytes() {
					t.Errorf("%s %+v panel %c: %d bytes, exact %d", name, o, n, sum[n], most[n])
				}
			}
		}
	}
}
