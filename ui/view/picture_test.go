package view

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	register "cetak/hwsim/centre"
	"cetak/station"
	"cetak/station/face"
	"cetak/station/record"
	"cetak/ui/model"
)

// printed gives the faces of people as the printer will print them: invented people of the simulator's centre, under the names of the
// fixtures. A face is drawn once for all tests.
func printed(t *testing.T) func(station.QueueItem) (station.Preview, error) {
	t.Helper()
	return func(it station.QueueItem) (station.Preview, error) {
		if p, ok := faces[it.ID]; ok {
			return p, nil
		}
		if it.ID == station.TestCard {
			return testCard(it)
		}
		made, err := register.New(3, register.Options{Now: noon}).Make(1)
		if err != nil {
			return station.Preview{}, err
		}
		raw, err := json.Marshal(made[0])
		if err != nil {
			return station.Preview{}, err
		}
		r, err := record.Parse(raw)
		if err != nil {
			return station.Preview{}, err
		}
		r.Fields.Name, r.Fields.NIK = it.Name, it.NIK
		layout, err := face.LayoutFor(r.Kind)
		if err != nil {
			return station.Preview{}, err
		}
		renderer, err := face.New()
		if err != nil {
			return station.Preview{}, err
		}
		art, notes, err := renderer.Render(r, layout)
		if err != nil {
			return station.Preview{}, err
		}
		p := station.Preview{Item: it, Face: face.Composite(art), NIK: notes.NIK}
		for _, l := range r.Fields.Lines() {
			p.Lines = append(p.Lines, station.FaceLine{Field: l.Name, Value: l.Value})
		}
		faces[it.ID] = p
		return p, nil
	}
}

// testCard is the one that a technician judges.
func testCard(it station.QueueItem) (station.Preview, error) {
	r, err := face.New()
	if err != nil {
		return station.Preview{}, err
	}
	art, err := r.TestCard("KARTU UJI · TEST CARD", "Kabupaten Banyumas, 2", noon.Format("02-01-2006 15.04")+"   T-1f3a9c2b", "bukan dokumen resmi · not an official document")
	return station.Preview{Item: it, Face: face.Composite(art)}, err
}

var faces = map[string]station.Preview{}

const (
	pictureFolder = "../../docs/pictures"
	// A point differs when a channel is further off than the palette can bring it; a picture differs when more points do than a
	// handful, as another processor's arithmetic may make them.
	pointDiffers   = 96
	pictureDiffers = 40
	// All pictures of docs/pictures together may not be larger.
	picturesMost = 22 << 20
)

// same compares a screen with its picture in the tree, or writes it there with -update.
func same(t *testing.T, name string, img image.Image) {
	t.Helper()
	path := filepath.Join(pictureFolder, name+".png")
	now := palette(img)
	if *update {
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, now); err != nil {
			t.Fatal(err)
		}
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, b.Bytes()) {
			return
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v: go test ./ui/view -run TestScreens -update draws it", err)
	}
	defer f.Close()
	was, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if was.Bounds() != now.Bounds() {
		t.Fatalf("%s is of %v, the screen of %v", path, was.Bounds(), now.Bounds())
	}
	off, first := 0, image.Point{}
	for y := range now.Rect.Dy() {
		for x := range now.Rect.Dx() {
			if apartBy(now.At(x, y), was.At(x, y)) > pointDiffers {
				if off++; off == 1 {
					first = image.Pt(x, y)
				}
			}
		}
	}
	if off > pictureDiffers {
		t.Errorf("%s differs in %d points, the first at %v; if the change is wanted: go test ./ui/view -run TestScreens -update, and look at it", path, off, first)
	}
}

func apartBy(a, b color.Color) int {
	r, g, u, _ := a.RGBA()
	x, y, z, _ := b.RGBA()
	d := func(p, q uint32) int { return max(int(p>>8)-int(q>>8), int(q>>8)-int(p>>8)) }
	return max(d(r, x), d(g, y), d(u, z))
}

// palette reduces a picture to few colours: the tones and their grounds as they are, so that no picture shows amber where the desk is
// red, then the grounds most used, then what is most used and not near another. What is left takes the nearest.
func palette(img image.Image) *image.Paletted {
	const colours, grounds, near = 26, 10, 48
	b := img.Bounds()
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA {
		r, g, u, _ := img.At(x, y).RGBA()
		return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(u >> 8), 255}
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	all := make([]color.RGBA, 0, len(count))
	for c := range count {
		all = append(all, c)
	}
	key := func(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
	slices.SortFunc(all, func(p, q color.RGBA) int {
		if d := count[q] - count[p]; d != 0 {
			return d
		}
		return key(p) - key(q)
	})
	var p color.Palette
	for _, t := range []model.Tone{model.Ready, model.Working, model.Waiting, model.Stopped} {
		for _, n := range []fyne.ThemeColorName{toneColor(t), toneGround(t)} {
			r, g, u, _ := theme.Color(n).RGBA()
			if c := (color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(u >> 8), 255}); count[c] > 0 {
				p = append(p, c)
			}
		}
	}
	for i, c := range all {
		if len(p) == colours {
			break
		}
		if slices.Contains(p, color.Color(c)) {
			continue
		}
		if i >= grounds && slices.ContainsFunc(p, func(o color.Color) bool { return apartBy(o, c) < near }) {
			continue
		}
		p = append(p, c)
	}
	nearest := map[color.RGBA]uint8{}
	out := image.NewPaletted(image.Rect(0, 0, b.Dx(), b.Dy()), p)
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := at(b.Min.X+x, b.Min.Y+y)
			i, ok := nearest[c]
			if !ok {
				i = uint8(p.Index(c))
				nearest[c] = i
			}
			out.Pix[y*out.Stride+x] = i
		}
	}
	return out
}

// onlyPictures finds pictures of screens that are no more, and too large ones altogether. With -update it takes the former away.
func onlyPictures(t *testing.T, all []scene) {
	paths, err := filepath.Glob(filepath.Join(pictureFolder, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, p := range paths {
		name, _, _ := strings.Cut(filepath.Base(p), ".")
		if name != "panel" && !slices.ContainsFunc(all, func(s scene) bool { return s.name == name }) {
			if !*update {
				t.Errorf("%s is the picture of no screen", p)
			} else if err := os.Remove(p); err != nil {
				t.Error(err)
			}
			continue
		}
		if s, err := os.Stat(p); err == nil {
			total += s.Size()
		}
	}
	if total > picturesMost {
		t.Errorf("the pictures are %d bytes altogether, at most %d", total, picturesMost)
	}
	t.Logf("%d pictures, %d bytes", len(paths), total)
}
