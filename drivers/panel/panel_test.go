package panel

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"cetak/drivers"
)

var update = flag.Bool("update", false, "rewrite golden files")

// decode reads a command back into one value per dot, line by line, straight from the guide's words. It shares nothing
// with the encoder and refuses whatever the guide does not allow.
func decode(cmd []byte, o Options) ([]byte, error) {
	dots, err := decodeLines(cmd, o)
	if err == nil && len(dots) != 648*1016 {
		err = fmt.Errorf("%d dots", len(dots))
	}
	return dots, err
}

func decodeLines(cmd []byte, o Options) ([]byte, error) {
	head := bytes.SplitN(cmd, []byte(";"), 4)
	if len(head) != 4 {
		return nil, fmt.Errorf("header of %q", cmd[:min(len(cmd), 20)])
	}
	levels, err := strconv.Atoi(string(head[2]))
	if err != nil {
		return nil, err
	}
	bits := int(math.Log2(float64(levels)))
	rest := head[3]
	if string(head[0]) == "Db" {
		if want := 648 * 1016 * bits / 8; len(rest) != want {
			return nil, fmt.Errorf("%d bytes, want %d", len(rest), want)
		}
		out := make([]byte, 648*1016)
		for i := range out {
			for b := range bits {
				at := i*bits + b
				if o.Packing == LSBFirst && levels > 2 {
					out[i] |= rest[at/8] >> (at % 8) & 1 << b
				} else {
					out[i] |= rest[at/8] >> (7 - at%8) & 1 << (bits - 1 - b)
				}
			}
		}
		return out, nil
	}
	if o.DbcParams == 4 {
		first, tail, _ := bytes.Cut(rest, []byte(";"))
		if string(first) != "0" {
			return nil, fmt.Errorf("first line %q", first)
		}
		rest = tail
	}
	count, data, _ := bytes.Cut(rest, []byte(";"))
	if n, err := strconv.Atoi(string(count)); err != nil || n != len(data) {
		return nil, fmt.Errorf("says %q bytes and has %d", count, len(data))
	}
	var out []byte
	for len(data) > 0 {
		line := make([]byte, 0, 648)
		if levels == 2 {
			n := int(data[0])
			data = data[1:]
			switch {
			case n == 0xFF:
				line = bytes.Repeat([]byte{1}, 648)
			case n > 81 || n > len(data):
				return nil, fmt.Errorf("line of %d bytes", n)
			default:
				for _, b := range data[:n] {
					for k := 7; k >= 0; k-- {
						line = append(line, b>>k&1)
					}
				}
				data = data[n:]
			}
		} else {
			for len(line) < 648 {
				if len(data) == 0 {
					return nil, errors.New("ends in a line")
				}
				b := data[0]
				data = data[1:]
				if b < 0x80 {
					line = append(line, b)
					continue
				}
				if len(data) == 0 {
					return nil, errors.New("run without count")
				}
				n := int(data[0])
				data = data[1:]
				if n == 0 {
					if len(line) > 0 {
						return nil, errors.New("white line in the middle of a line")
					}
					line = make([]byte, 648)
					break
				}
				if levels <= 64 && b&0x40 != 0 {
					n += 256
				}
				if levels == 32 && b&0x20 != 0 {
					n += 256
				}
				line = append(line, bytes.Repeat([]byte{b & byte(levels-1)}, n)...)
			}
			if len(line) > 648 {
				return nil, errors.New("a run across lines")
			}
		}
		out = append(out, line...)
		out = append(out, make([]byte, 648-len(line))...)
	}
	return out, nil
}

// want is what the panel must burn at landscape column x, row y.
func want(art drivers.Artwork, name byte, levels, x, y int) byte {
	light := func(v uint8) byte { return byte((2*(255-int(v))*(levels-1) + 255) / 510) } // rounded half up
	switch name {
	case 'y':
		return light(art.Color.RGBAAt(x, y).B)
	case 'm':
		return light(art.Color.RGBAAt(x, y).G)
	case 'c':
		return light(art.Color.RGBAAt(x, y).R)
	case 'k':
		if art.Black.GrayAt(x, y).Y < 128 {
			return 1
		}
		return 0
	}
	return 1
}

func check(t *testing.T, art drivers.Artwork, panels []Panel, o Options) {
	t.Helper()
	for _, p := range panels {
		levels := o.Levels
		if levels == 0 {
			levels = 32
		}
		if p.Name == 'k' || p.Name == 'o' {
			levels = 2
		}
		dots, err := decode(p.Command(), o)
		if err != nil {
			t.Fatalf("panel %c: %v", p.Name, err)
		}
		for x := range 1016 {
			for y := range 648 {
				if got, want := dots[x*648+647-y], want(art, p.Name, levels, x, y); got != want {
					t.Fatalf("panel %c at %d,%d: %d, want %d", p.Name, x, y, got, want)
				}
			}
		}
	}
}

// face draws something like a card: a shaded picture at the right, words and lines at the left.
func face() drivers.Artwork {
	art := drivers.Artwork{Color: image.NewRGBA(image.Rect(0, 0, 1016, 648)), Black: image.NewGray(image.Rect(0, 0, 1016, 648)), Varnish: true}
	for i := range art.Color.Pix {
		art.Color.Pix[i] = 255
	}
	for i := range art.Black.Pix {
		art.Black.Pix[i] = 255
	}
	noise := uint32(1)
	for y := 120; y < 420; y++ {
		for x := 740; x < 976; x++ {
			dx, dy := float64(x-858)/118, float64(y-270)/150
			c := color.RGBA{200, 20, 20, 255}
			if r := math.Sqrt(dx*dx*1.6 + dy*dy); r < 0.9 {
				noise = noise*1664525 + 1013904223
				v := 235 - 90*r + float64(noise>>30)
				c = color.RGBA{uint8(v), uint8(v * 0.8), uint8(v * 0.65), 255}
			}
			art.Color.SetRGBA(x, y, c)
		}
	}
	for row := range 12 {
		for x := 40; x < 700; x++ {
			for y := range 22 {
				if (x/3+y/4*7+row)%5 < 2 && (x/11)%8 != 0 {
					art.Black.SetGray(x, 60+row*44+y, color.Gray{0})
				}
			}
		}
	}
	return art
}

func TestDotExact(t *testing.T) {
	dense := drivers.Artwork{Color: image.NewRGBA(image.Rect(0, 0, 1016, 648)), Black: image.NewGray(image.Rect(0, 0, 1016, 648))}
	noise := uint32(7)
	next := func() byte { noise = noise*1664525 + 1013904223; return byte(noise >> 24) }
	for i := range dense.Color.Pix {
		dense.Color.Pix[i] = next()
	}
	for i := range dense.Black.Pix {
		dense.Black.Pix[i] = next()
	}
	// A picture that is a window of a larger one: bounds do not begin at 0,0.
	big := image.NewRGBA(image.Rect(-7, -9, 1100, 700))
	for i := range big.Pix {
		big.Pix[i] = byte(i / 4096)
	}
	window := drivers.Artwork{Color: big.SubImage(image.Rect(5, 6, 5+1016, 6+648)).(*image.RGBA)}
	for name, tt := range map[string]struct {
		art drivers.Artwork
		o   Options
	}{
		"card":                   {face(), Options{}},
		"card, 64 levels":        {face(), Options{Levels: 64}},
		"card, 128 levels":       {face(), Options{Levels: 128}},
		"card, four parameters":  {face(), Options{Levels: 32, DbcParams: 4}},
		"dense":                  {dense, Options{}},
		"dense, 32 levels, lsb":  {dense, Options{Levels: 32, Packing: LSBFirst}},
		"dense, 64 levels, msb":  {dense, Options{Levels: 64, Packing: MSBFirst}},
		"dense, 64 levels, lsb":  {dense, Options{Levels: 64, Packing: LSBFirst}},
		"dense, 128 levels, msb": {dense, Options{Levels: 128, Packing: MSBFirst}},
		"dense, 128 levels, lsb": {dense, Options{Levels: 128, Packing: LSBFirst}},
	} {
		t.Run(name, func(t *testing.T) {
			panels, err := Encode(tt.art, "ymcko", tt.o)
			if err != nil {
				t.Fatal(err)
			}
			check(t, tt.art, panels, tt.o)
		})
	}
	panels, err := Encode(window, "ymcko", Options{})
	if err != nil {
		t.Fatal(err)
	}
	moved := image.NewRGBA(image.Rect(0, 0, 1016, 648))
	for y := range 648 {
		for x := range 1016 {
			moved.Set(x, y, window.Color.At(x+5, y+6))
		}
	}
	check(t, drivers.Artwork{Color: moved}, panels, Options{})
}

// Runs whose low count byte would be 0 mean a white line to the printer and must not be written.
func TestRunLengthsAroundTheTraps(t *testing.T) {
	for _, levels := range []int{32, 64, 128} {
		for _, n := range []int{1, 2, 3, 254, 255, 256, 257, 510, 511, 512, 513, 647, 648} {
			for _, v := range []byte{0, 1, byte(levels - 1)} {
				dots := make([]byte, Lines*Dots)
				for i := range dots {
					if i%Dots < n {
						dots[i] = v
					} else {
						dots[i] = byte(1 + i%2)
					}
				}
				data := runs(dots, levels)
				got, err := decode(append(fmt.Appendf(nil, "Dbc;y;%d;%d;", levels, len(data)), data...), Options{})
				if err != nil || !bytes.Equal(got, dots) {
					t.Fatalf("%d levels, run of %d times %d: %v", levels, n, v, err)
				}
			}
		}
	}
}

func TestNeverLongerThanPacked(t *testing.T) {
	dense := image.NewGray(image.Rect(0, 0, 1016, 648))
	for y := range 648 {
		for x := range 1016 {
			if y == 0 || (x+y)%2 == 0 {
				dense.SetGray(x, y, color.Gray{0})
			} else {
				dense.SetGray(x, y, color.Gray{255})
			}
		}
	}
	p, err := Encode(drivers.Artwork{Black: dense}, "k", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p[0].Form != "Db" || len(p[0].Data) != 82_296 {
		t.Errorf("%s of %d bytes; the maker's driver would send 83,312", p[0].Form, len(p[0].Data))
	}
}

func TestRefused(t *testing.T) {
	small := drivers.Artwork{Color: image.NewRGBA(image.Rect(0, 0, 1011, 638))}
	tests := map[string]struct {
		art    drivers.Artwork
		ribbon string
		o      Options
	}{
		"wrong size":        {small, "ymcko", Options{}},
		"black, wrong size": {drivers.Artwork{Black: image.NewGray(image.Rect(0, 0, 648, 1016))}, "k", Options{}},
		"no dye":            {face(), "ko", Options{}},
		"no varnish":        {face(), "ymck", Options{}},
		"levels":            {face(), "ymcko", Options{Levels: 256}},
		"packing":           {face(), "ymcko", Options{Packing: "middle"}},
		"parameters":        {face(), "ymcko", Options{DbcParams: 5}},
		"no weight":         {face(), "ymcko", Options{Near: true, Weight: -1}},
		"too much weight":   {face(), "ymcko", Options{Near: true, Weight: MostWeight + 1}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := Encode(tt.art, tt.ribbon, tt.o)
			if !errors.Is(err, drivers.PrinterRefused) || p != nil || drivers.AsFault(err).Detail == "" {
				t.Fatalf("%v, %v", p, err)
			}
		})
	}
}

// The bytes of one drawn card, so that no change of encoding goes unseen.
func TestGolden(t *testing.T) {
	var b strings.Builder
	for _, o := range []Options{{}, {Packing: LSBFirst, DbcParams: 4}, {Levels: 64}, {Levels: 128}, {Near: true}, {Near: true, Partial: true, Regions: true},
		{Levels: 128, Near: true, Weight: 50}} {
		panels, err := Encode(face(), "ymcko", o)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%+v\n", o)
		for _, p := range panels {
			fmt.Fprintf(&b, "  %s %d bytes %x %.3f\n", p.Header, len(p.Data), sha256.Sum256(p.Data), p.Error)
		}
	}
	const file = "testdata/card.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func FuzzRuns(f *testing.F) {
	f.Add([]byte{0, 0, 0, 5, 5, 31}, byte(0))
	f.Add(bytes.Repeat([]byte{3}, 700), byte(1))
	f.Fuzz(func(t *testing.T, seed []byte, which byte) {
		if len(seed) == 0 {
			return
		}
		levels := []int{32, 64, 128}[which%3]
		dots := make([]byte, 4*Dots)
		// Each pair is a value and how often, so that runs of every length come up.
		at := 0
		for i := 0; at < len(dots); i++ {
			v := seed[i%len(seed)] & byte(levels-1)
			for n := 1 + int(seed[(i+1)%len(seed)])*(1+i%4); n > 0 && at < len(dots); n-- {
				dots[at] = v
				at++
			}
		}
		data := runs(dots, levels)
		got, err := decodeLines(append(fmt.Appendf(nil, "Dbc;m;%d;%d;", levels, len(data)), data...), Options{})
		if err != nil || !bytes.Equal(got, dots) {
			t.Fatalf("%d levels: %v", levels, err)
		}
	})
}

func FuzzLines(f *testing.F) {
	f.Add([]byte{0, 0xFF, 1, 0x80})
	f.Fuzz(func(t *testing.T, seed []byte) {
		if len(seed) == 0 {
			return
		}
		bits := make([]byte, 8*lineBytes)
		for i := range bits {
			if b := seed[i%len(seed)]; i/len(seed)%3 > 0 {
				bits[i] = b
			}
		}
		data := lines(bits)
		got, err := decodeLines(append(fmt.Appendf(nil, "Dbc;k;2;%d;", len(data)), data...), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range got {
			if d != bits[i/8]>>(7-i%8)&1 {
				t.Fatalf("dot %d", i)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	art := face()
	for _, o := range []Options{{}, {Near: true}, {Near: true, Partial: true, Regions: true}} {
		b.Run(fmt.Sprintf("near=%v regions=%v", o.Near, o.Regions), func(b *testing.B) {
			var panels []Panel
			for b.Loop() {
				panels, _ = Encode(art, "ymcko", o)
			}
			sum := map[byte]int{}
			for _, p := range panels {
				sum[p.Name] += p.Bytes()
			}
			for name, n := range sum {
				b.ReportMetric(float64(n), string(name)+"-bytes")
			}
		})
	}
}
