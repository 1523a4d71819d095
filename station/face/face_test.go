package face_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cetak/drivers"
	"cetak/hwsim/centre"
	"cetak/station/face"
	"cetak/station/record"
)

// update rewrites the golden files: go test ./station/face -update; then look at the pictures.
var update = flag.Bool("update", false, "rewrite testdata")

// people gives two people who do not exist, a citizen and a foreigner, frozen in testdata so that the pictures do not change
// with the simulator that once made them.
func people(t testing.TB) []centre.Record {
	t.Helper()
	rs := make([]centre.Record, 2)
	for i, name := range []string{"wni.json", "wna.json"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &rs[i]); err != nil {
			t.Fatal(err)
		}
	}
	return rs
}

func parsed(t testing.TB, r centre.Record) *record.Record {
	t.Helper()
	payload, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.Parse(payload)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func renderer(t testing.TB) *face.Renderer {
	t.Helper()
	r, err := face.New()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func layout(t testing.TB, kind record.Kind) face.Layout {
	t.Helper()
	l, err := face.LayoutFor(kind)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestGolden holds four faces of people who do not exist against what a person has looked at: the notes and the black
// layer's digest in a text file, the whole face as a picture beside it.
func TestGolden(t *testing.T) {
	rs := people(t)
	r := renderer(t)
	for name, change := range map[string]func() centre.Record{
		"short": func() centre.Record { x := rs[0].Clone(); x.Fields.Name = "SITI AMINAH"; return x },
		"plain": func() centre.Record { x := rs[0].Clone(); x.Specimen = false; return x },
		"long":  func() centre.Record { return long(rs[0]) },
		"wna": func() centre.Record {
			x := rs[1].Clone()
			x.Fields.Name = "KRISHNAMURTHYSUBRAMANIAMVENKATESWARANRAJAGOPALACHARIIYENGAR"
			return x
		},
	} {
		rec := parsed(t, change())
		art, notes, err := r.Render(rec, layout(t, rec.Kind))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := fmt.Sprintf("black layer %x\n%s", sha256.Sum256(art.Black.Pix), notes)
		golden(t, name+".txt", []byte(got))
		picture(t, name+".png", face.Composite(art))
	}
}

func long(r centre.Record) centre.Record {
	r = r.Clone()
	r.Fields.Name = "RADEN AJENG KUSUMANINGRUM WIRYODININGRAT PRAWIROKUSUMO SOSRO"
	r.Fields.Address = "PERUMAHAN GRIYA PERSADA PERMAI INDAH BLOK C NO. 12 GANG KENANGA TIMUR DUSUN KARANGANYAR LOR KM 3 DEKAT BALAI DESA WETAN"
	r.Fields.BirthPlace = "TANJUNG SELATAN KOTA BARU SEBERANG"
	r.Fields.Village = "DESA ADAT BANJAR TEGAL MENGKEB KAJA KANGINAN"
	r.Fields.Occupation = "TENTARA NASIONAL INDONESIA (TNI)"
	r.Fields.Regency = "KABUPATEN ADMINISTRASI KEPULAUAN SELARAS"
	return r
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s\nwant:\n%s", name, got, want)
	}
}

// picture compares dot for dot.
func picture(t *testing.T, name string, img *image.RGBA) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	for y := range drivers.FaceHeight {
		for x := range drivers.FaceWidth {
			if want.At(x, y) != img.RGBAAt(x, y) {
				t.Fatalf("%s differs at %d, %d", name, x, y)
			}
		}
	}
}

func TestLayersAreWhatThePrinterNeeds(t *testing.T) {
	rec := parsed(t, people(t)[0])
	art, notes, err := renderer(t).Render(rec, layout(t, rec.Kind))
	if err != nil {
		t.Fatal(err)
	}
	full := image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)
	if art.Color.Rect != full || art.Black.Rect != full {
		t.Fatalf("%v, %v", art.Color.Rect, art.Black.Rect)
	}
	burnt := 0
	for i, v := range art.Black.Pix {
		if v != 0 && v != 255 {
			t.Fatal("grey in the black layer")
		}
		if v == 0 {
			burnt++
			if image.Pt(i%drivers.FaceWidth, i/drivers.FaceWidth).In(notes.Portrait) {
				t.Fatal("resin over the portrait")
			}
		}
	}
	if burnt < 20000 {
		t.Errorf("only %d dots burn", burnt)
	}
	for y := range drivers.FaceHeight {
		for x := range drivers.FaceWidth {
			if c := art.Color.RGBAAt(x, y); !image.Pt(x, y).In(notes.Portrait) && (c.R&c.G&c.B) != 255 {
				t.Fatalf("dye outside the portrait at %d, %d", x, y)
			}
		}
	}
	if notes.Portrait.Dx() != record.PhotoWidth || notes.Portrait.Dy() != record.PhotoHeight {
		t.Errorf("portrait %v", notes.Portrait)
	}
}

// The portrait as it will be printed, the specimen's word across it, still passes the guard as its own and as no other.
func TestPrintedPortraitPassesTheGuard(t *testing.T) {
	rs := people(t)
	r := renderer(t)
	var printed []image.Image
	var recs []*record.Record
	for _, m := range rs {
		rec := parsed(t, m)
		art, notes, err := r.Render(rec, layout(t, rec.Kind))
		if err != nil {
			t.Fatal(err)
		}
		recs = append(recs, rec)
		printed = append(printed, art.Color.SubImage(notes.Portrait))
	}
	for i, rec := range recs {
		photo, err := rec.Portrait()
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("specimen over the portrait: likeness %.4f, at least %.3f", record.Likeness(printed[i], photo), record.SpecimenLikeness)
		if l := record.Likeness(printed[i], photo); 1-l > (1-record.SpecimenLikeness)*2/3 {
			t.Errorf("%d: the word leaves the guard no room: %.4f", i, l)
		}
		if err := record.Guard(rec, rec.Chip, printed[i], record.Keys{}); err != nil {
			t.Errorf("%d: %v", i, err)
		}
		if err := record.Guard(rec, rec.Chip, printed[1-i], record.Keys{}); !errors.Is(err, record.GuardPrintDiffers) {
			t.Errorf("%d: another's printed portrait: %v", i, err)
		}
	}
}

func TestSpecimenIsMarkedAndOthersAreNot(t *testing.T) {
	r := renderer(t)
	m := people(t)[0]
	faces := map[bool]drivers.Artwork{}
	for _, specimen := range []bool{true, false} {
		m.Specimen = specimen
		art, _, err := r.Render(parsed(t, m), layout(t, record.WNI))
		if err != nil {
			t.Fatal(err)
		}
		faces[specimen] = art
	}
	more, less := 0, 0
	for i := range faces[true].Black.Pix {
		switch a, b := faces[true].Black.Pix[i], faces[false].Black.Pix[i]; {
		case a < b:
			more++
		case a > b:
			less++
		}
	}
	if more < 5000 || less != 0 {
		t.Errorf("the word adds %d dots and takes %d of the text", more, less)
	}
	if bytes.Equal(faces[true].Color.Pix, faces[false].Color.Pix) {
		t.Error("the portrait of a specimen is not marked")
	}
}

func TestSameRecordSameDots(t *testing.T) {
	rec := parsed(t, long(people(t)[0]))
	l := layout(t, rec.Kind)
	first, _, err := renderer(t).Render(rec, l)
	if err != nil {
		t.Fatal(err)
	}
	shared := renderer(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			art, _, err := shared.Render(rec, l)
			if err != nil || !bytes.Equal(art.Black.Pix, first.Black.Pix) || !bytes.Equal(art.Color.Pix, first.Color.Pix) {
				t.Errorf("another face: %v", err)
			}
		})
	}
	wg.Wait()
}

func TestFitting(t *testing.T) {
	r := renderer(t)
	m := people(t)[0]
	letters := func(n int) string { return strings.Repeat("ABDEGHIKLMNOPRSTU", 8)[:n] }
	words := func(n int) string { return strings.TrimSpace(strings.Repeat("SUKMAWATI ", 12)[:n]) }
	for _, x := range []struct {
		name  string
		set   func(*centre.Fields)
		field string
		rule  face.Rule
		lines int
	}{
		{"short name", func(f *centre.Fields) { f.Name = "ANI" }, "NAMA_LGKP", face.Full, 1},
		{"name of 30", func(f *centre.Fields) { f.Name = words(30) }, "NAMA_LGKP", face.Shrunk, 1},
		{"name of 60", func(f *centre.Fields) { f.Name = words(60) }, "NAMA_LGKP", face.Wrapped, 2},
		{"one word of 60", func(f *centre.Fields) { f.Name = letters(60) }, "NAMA_LGKP", face.Broken, 2},
		{"address of 120", func(f *centre.Fields) { f.Address = words(120) }, "ALAMAT", face.Wrapped, 3},
		{"region", func(f *centre.Fields) { f.Regency = "KOTA X" }, "REGION", face.Full, 1},
	} {
		c := m.Clone()
		x.set(&c.Fields)
		_, notes, err := r.Render(parsed(t, c), layout(t, record.WNI))
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		for _, f := range notes.Fits {
			if f.Field == x.field && (f.Rule != x.rule || f.Lines != x.lines) {
				t.Errorf("%s: %+v", x.name, f)
			}
		}
	}
}

// A person with every value at its longest still has a face: the whole table is set smaller.
func TestEveryRowLong(t *testing.T) {
	c := people(t)[0]
	f := &c.Fields
	for _, v := range []*string{&f.Name, &f.BirthPlace, &f.Village, &f.District, &f.Religion, &f.Marital, &f.Occupation, &f.Nationality} {
		*v = strings.Repeat("KEPULAUAN ", 6)[:59]
	}
	f.Address = strings.Repeat("PERUMAHAN ", 12)[:119]
	art, notes, err := renderer(t).Render(parsed(t, c), layout(t, record.WNI))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "every-row-long.txt", []byte(notes.String()))
	picture(t, "every-row-long.png", face.Composite(art))
}

// What does not fit is refused by name, never cut, and before a blank moves.
func TestRefusals(t *testing.T) {
	r := renderer(t)
	m := people(t)[0]
	for _, x := range []struct {
		name string
		do   func(*centre.Record)
		want drivers.Code
	}{
		{"60 times W", func(c *centre.Record) { c.Fields.Name = strings.Repeat("W", 60) }, face.DoesNotFit},
		{"no glyph", func(c *centre.Record) { c.Fields.Name = "王小明" }, face.NoGlyph},
		{"photo", func(c *centre.Record) { c.Photo = c.Photo[:99] }, record.PhotoBroken},
		{"signature", func(c *centre.Record) { c.Signature = []byte("x") }, record.SignatureBroken},
	} {
		c := m.Clone()
		x.do(&c)
		art, _, err := r.Render(parsed(t, c), layout(t, record.WNI))
		if !errors.Is(err, x.want) || art.Black != nil {
			t.Errorf("%s: %v", x.name, err)
		}
		if err != nil && strings.Contains(err.Error(), c.Fields.Name) {
			t.Errorf("%s: the error names the person", x.name)
		}
	}
}

func TestLabelsAreASwitch(t *testing.T) {
	rec := parsed(t, people(t)[0])
	rec.Specimen = false
	l := layout(t, rec.Kind)
	l.Labels = false
	art, _, err := renderer(t).Render(rec, l)
	if err != nil {
		t.Fatal(err)
	}
	left := image.Rect(0, 100, 260, drivers.FaceHeight)
	for y := left.Min.Y; y < left.Max.Y; y++ {
		for x := left.Min.X; x < left.Max.X; x++ {
			if art.Black.GrayAt(x, y).Y < 128 {
				t.Fatal("a label is printed")
			}
		}
	}
}

func TestParseLayoutRefuses(t *testing.T) {
	good, err := os.ReadFile("wni.toml")
	if err != nil {
		t.Fatal(err)
	}
	for name, swap := range map[string][2]string{
		"unknown key":   {"labels = true", "labels = true\nlabel = true"},
		"type":          {"labels = true", "labels = 3"},
		"syntax":        {"[rows]", "[rows"},
		"unknown field": {"{AGAMA}", "{AGAMMA}"},
		"unknown font":  {`font = "mono"`, `font = "comic"`},
		"photo outside": {"w = 19.98", "w = 59.98"},
		"values":        {"value_w = 38.6", "value_w = 98.6"},
		"sizes":         {"min = 1.55", "min = 5.0"},
		"no word":       {`word = "SPECIMEN"`, `word = ""`},
	} {
		if !bytes.Contains(good, []byte(swap[0])) {
			t.Fatalf("%s: no %s in the layout", name, swap[0])
		}
		if _, err := face.ParseLayout(bytes.Replace(good, []byte(swap[0]), []byte(swap[1]), 1)); !errors.Is(err, face.LayoutBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The preview is the raster: black where resin burns, else the dye.
func TestCompositeIsTheRaster(t *testing.T) {
	rec := parsed(t, people(t)[0])
	art, _, err := renderer(t).Render(rec, layout(t, rec.Kind))
	if err != nil {
		t.Fatal(err)
	}
	img := face.Composite(art)
	for y := range drivers.FaceHeight {
		for x := range drivers.FaceWidth {
			want := art.Color.RGBAAt(x, y)
			if art.Black.GrayAt(x, y).Y < 128 {
				want.R, want.G, want.B = 0, 0, 0
			}
			if img.RGBAAt(x, y) != want {
				t.Fatalf("%d, %d", x, y)
			}
		}
	}
	if blank := face.Composite(drivers.Artwork{}); blank.RGBAAt(5, 5).R != 255 {
		t.Error("a blank card is not white")
	}
}

// BenchmarkRender: the budget for render and encode together is 60 ms on one core (design, section 11).
func BenchmarkRender(b *testing.B) {
	rec := parsed(b, people(b)[0])
	l := layout(b, rec.Kind)
	r := renderer(b)
	if _, _, err := r.Render(rec, l); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := r.Render(rec, l); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkComposite(b *testing.B) {
	rec := parsed(b, people(b)[0])
	art, _, err := renderer(b).Render(rec, layout(b, rec.Kind))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		face.Composite(art)
	}
}
