package face

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/fixed"

	"cetak/drivers"
	"cetak/station/record"
)

// Fit says how one value was made to fit.
type Fit struct {
	Field string // the register's name, or REGION for the place of issue
	Rule  Rule
	Lines int
	Size  float64 // em in points
}

// Notes say how a face came out. They carry no values.
type Notes struct {
	Layout   string
	Specimen bool
	Pitch    float64 // mm between rows
	Fits     []Fit
	// Portrait is where the photo lies in the colour layer: what the guard compares with the chip.
	Portrait image.Rectangle
	// NIK is where the number lies: what a screen covers until someone asks for it.
	NIK image.Rectangle
}

// String gives one line a value.
func (n Notes) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "layout %s, specimen %v, pitch %.2f mm, portrait %v\n", n.Layout, n.Specimen, n.Pitch, n.Portrait)
	for _, f := range n.Fits {
		fmt.Fprintf(&b, "%-16s %-8s %d line(s) %.1f pt\n", f.Field, f.Rule, f.Lines, f.Size)
	}
	return b.String()
}

// Renderer draws faces. It holds parsed fonts, so one is made and kept. It is safe for concurrent use.
type Renderer struct {
	mu    sync.Mutex
	types *typeset
	words map[Diagonal]*word
}

// New parses the fonts. An error is a defect of the build.
func New() (*Renderer, error) {
	t, err := newTypeset()
	if err != nil {
		return nil, err
	}
	return &Renderer{types: t, words: map[Diagonal]*word{}}, nil
}

// Render draws a record's face: drivers.FaceWidth x drivers.FaceHeight, upright. The caller owns the Artwork and sets its
// Varnish. Errors are Faults with DoesNotFit, NoGlyph, or LayoutBroken, or the record's own for photo and signature; they
// say the field, never its value.
func (r *Renderer) Render(rec *record.Record, l Layout) (drivers.Artwork, Notes, error) {
	if err := l.check(); err != nil {
		return drivers.Artwork{}, Notes{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &page{
		types: r.types, rec: rec, layout: &l,
		color: image.NewRGBA(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)),
		black: image.NewGray(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)),
		notes: Notes{Layout: l.Name, Specimen: rec.Specimen, Portrait: l.Photo.dots()},
	}
	fill(p.color.Pix)
	fill(p.black.Pix)
	for _, part := range []func() error{p.photo, p.headings, p.rows, p.under, p.signature} {
		if err := part(); err != nil {
			return drivers.Artwork{}, Notes{}, err
		}
	}
	if rec.Specimen {
		w, err := r.word(l.Specimen)
		if err != nil {
			return drivers.Artwork{}, Notes{}, err
		}
		w.across(p.color, p.black, p.notes.Portrait, l.Specimen.Halo)
	}
	return drivers.Artwork{Color: p.color, Black: p.black}, p.notes, nil
}

// fill makes an image white: no dye, no resin.
func fill(pix []byte) {
	pix[0] = 0xFF
	for n := 1; n < len(pix); n *= 2 {
		copy(pix[n:], pix[:n])
	}
}

// page is one face being drawn.
type page struct {
	types  *typeset
	rec    *record.Record
	layout *Layout
	color  *image.RGBA
	black  *image.Gray
	notes  Notes
}

func (p *page) photo() error {
	img, err := p.rec.Portrait()
	if err != nil {
		return err
	}
	box := p.notes.Portrait
	if img.Bounds().Size() == box.Size() {
		draw.Draw(p.color, box, img, img.Bounds().Min, draw.Src)
		return nil
	}
	draw.CatmullRom.Scale(p.color, box, img, img.Bounds(), draw.Src, nil)
	return nil
}

func (p *page) headings() error { return p.column(p.layout.Headings) }

func (p *page) under() error { return p.column(p.layout.Under) }

// column draws centred texts.
func (p *page) column(texts []Text) error {
	last := 0.0
	for _, t := range texts {
		f, err := p.lay(t.Value, t.Font, t.W, t.Size, t.Min, t.Lines)
		if err != nil {
			return err
		}
		y := t.Y
		if t.Follow {
			y += last
		}
		for i, line := range f.lines {
			last = y + float64(i)*t.Pitch
			w, err := p.types.width(t.Font, f.size, line)
			if err != nil {
				return err
			}
			if err := p.text(t.Font, f.size, line, t.X*dotsPerMM+(t.W*dotsPerMM-w)/2, last); err != nil {
				return err
			}
		}
	}
	return nil
}

// lay expands and fits a value and notes how.
func (p *page) lay(value, font string, width, size, smallest float64, lines int) (fitted, error) {
	name := field(value)
	text, err := expand(value, &p.rec.Fields)
	if err != nil {
		return fitted{}, err
	}
	f, err := p.types.fit(font, text, width*dotsPerMM, size, smallest, lines)
	if err != nil {
		if known := drivers.AsFault(err); known.Code != drivers.Unexpected {
			return f, fault(known.Code, strings.TrimSpace(name+" "+known.Detail))
		}
		return f, err
	}
	p.notes.Fits = append(p.notes.Fits, Fit{name, f.rule, len(f.lines), math.Round(f.size/dotsPerMM*72/25.4*10) / 10})
	return f, nil
}

// lineShare is how far the lines of one value stand apart, as a share of the pitch of rows; lineRoom is the least distance
// of two lines as a share of the em: capitals of the Go fonts are 0.73 of it, and commas hang below.
const (
	lineShare = 0.86
	lineRoom  = 0.92
)

// rows draws the table. All values are fitted first: how many lines they need decides how far the rows stand apart, and
// if that becomes too close for the layout's size, the whole table is set smaller.
func (p *page) rows() error {
	t := p.layout.Rows
	mark := len(p.notes.Fits)
	for i, s := range steps(t.Size, t.Min) {
		p.notes.Fits = p.notes.Fits[:mark]
		fits, pitch, err := p.table(s/dotsPerMM, i > 0)
		if err != nil {
			return err
		}
		if pitch*lineShare < lineRoom*s/dotsPerMM {
			continue
		}
		p.notes.Pitch = pitch
		y := t.Top
		for i, r := range t.List {
			if r.Value == "{NIK}" {
				up := int(fits[i].size)
				p.notes.NIK = image.Rect(dots(t.ValueX), dots(y)-up, dots(t.ValueX+t.ValueW), dots(y)+up/4)
			}
			if err := p.row(t.filled(r), fits[i], y, pitch, s); err != nil {
				return err
			}
			y += pitch*(1+lineShare*float64(len(fits[i].lines)-1)) + r.Drop
		}
		return nil
	}
	return fault(DoesNotFit, "rows")
}

// table fits all values at a size of at most size (mm) and gives the pitch that is left for them. Smaller says that size is
// not the layout's.
func (p *page) table(size float64, smaller bool) ([]fitted, float64, error) {
	t := &p.layout.Rows
	fits := make([]fitted, len(t.List))
	units, drop := -1.0, 0.0
	for i, r := range t.List {
		own := r.Size != 0
		if !own {
			r.Size = size
		}
		r = t.filled(r)
		width := t.ValueW
		if r.Aside != nil {
			width = r.Aside.X - t.ValueX - 1
		}
		var err error
		if fits[i], err = p.lay(r.Value, r.Font, width, r.Size, r.Min, r.Lines); err != nil {
			return nil, 0, err
		}
		if note := &p.notes.Fits[len(p.notes.Fits)-1]; smaller && !own && note.Rule == Full {
			note.Rule = Shrunk
		}
		units += 1 + lineShare*float64(len(fits[i].lines)-1)
		drop += r.Drop
	}
	return fits, min(t.Pitch, (t.Bottom-t.Top-drop)/max(units, 1)), nil
}

// row draws one row at y (mm); normal is the table's size in dots.
func (p *page) row(r Row, f fitted, y, pitch, normal float64) error {
	t := &p.layout.Rows
	if p.layout.Labels {
		x := t.LabelX
		if r.Indent {
			x += t.Indent
		}
		size := normal
		if r.Size > t.Size { // a larger row has a larger label
			size = math.Round((r.Size+t.Size)/2*dotsPerMM/sizeStep) * sizeStep
		}
		if err := p.label(r.Label, size, x, t.ColonX, y); err != nil {
			return err
		}
	}
	for i, line := range f.lines {
		if err := p.text(r.Font, f.size, line, t.ValueX*dotsPerMM, y+float64(i)*pitch*lineShare); err != nil {
			return err
		}
	}
	if r.Aside == nil {
		return nil
	}
	if p.layout.Labels {
		if err := p.label(r.Aside.Label, normal, r.Aside.X, r.Aside.ValueX-1.2, y); err != nil {
			return err
		}
	}
	a, err := p.lay(r.Aside.Value, r.Font, r.Aside.ValueW, normal/dotsPerMM, r.Min, 1)
	if err != nil {
		return err
	}
	return p.text(r.Font, a.size, a.lines[0], r.Aside.ValueX*dotsPerMM, y)
}

func (p *page) label(label string, size, x, colonX, y float64) error {
	if err := p.text(p.layout.Rows.Label, size, label, x*dotsPerMM, y); err != nil {
		return err
	}
	return p.text(p.layout.Rows.Label, size, ":", colonX*dotsPerMM, y)
}

// text burns one line: x in dots, y (the baseline) in millimetres. Each glyph starts on a whole dot, so a letter looks
// the same wherever it stands, and a dot burns where the glyph covers half of it or more.
func (p *page) text(name string, size float64, s string, x, y float64) error {
	f, err := p.types.face(name, size)
	if err != nil {
		return err
	}
	pen := fixed.Int26_6(math.Round(x * 64))
	prev := rune(-1)
	for _, r := range s {
		if prev >= 0 {
			pen += f.Kern(prev, r)
		}
		dot := fixed.Point26_6{X: fixed.I(pen.Round()), Y: fixed.I(dots(y))}
		box, mask, at, advance, ok := f.Glyph(dot, r)
		if !ok {
			return fault(NoGlyph, fmt.Sprintf("U+%04X", r))
		}
		if !box.In(p.black.Rect) {
			return fault(DoesNotFit, "text leaves the card")
		}
		p.burn(box, mask, at)
		pen += advance
		prev = r
	}
	return nil
}

func (p *page) burn(box image.Rectangle, mask image.Image, at image.Point) {
	alpha, ok := mask.(*image.Alpha)
	if !ok {
		alpha = image.NewAlpha(mask.Bounds())
		draw.Draw(alpha, alpha.Rect, mask, mask.Bounds().Min, draw.Src)
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		from := alpha.Pix[alpha.PixOffset(at.X, at.Y+y-box.Min.Y):]
		to := p.black.Pix[p.black.PixOffset(box.Min.X, y):]
		for x := range box.Dx() {
			if from[x] >= 128 {
				to[x] = 0
			}
		}
	}
}

// inkThreshold keeps the thin strokes of a scaled signature: a dot with a quarter of ink burns.
const inkThreshold = 192

// signature burns the holder's signature, as large as its place allows, unturned and in proportion.
func (p *page) signature() error {
	img, err := p.rec.SignatureImage()
	if err != nil {
		return err
	}
	paper := image.NewGray(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(paper, paper.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(paper, paper.Rect, img, img.Bounds().Min, draw.Over)
	ink := inkBox(paper)
	if ink.Empty() {
		return nil // who cannot write signs nothing
	}
	box := p.layout.Signature.dots()
	scale := min(float64(box.Dx())/float64(ink.Dx()), float64(box.Dy())/float64(ink.Dy()))
	w, h := max(1, int(float64(ink.Dx())*scale)), max(1, int(float64(ink.Dy())*scale))
	place := image.Rect(0, 0, w, h).Add(box.Min).Add(image.Pt((box.Dx()-w)/2, (box.Dy()-h)/2))
	scaled := image.NewGray(place)
	draw.CatmullRom.Scale(scaled, place, paper, ink, draw.Src, nil)
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for x := place.Min.X; x < place.Max.X; x++ {
			if scaled.GrayAt(x, y).Y < inkThreshold {
				p.black.Pix[p.black.PixOffset(x, y)] = 0
			}
		}
	}
	return nil
}

func inkBox(paper *image.Gray) image.Rectangle {
	var box image.Rectangle
	for y := range paper.Rect.Dy() {
		for x := range paper.Rect.Dx() {
			if paper.Pix[y*paper.Stride+x] < 128 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// Composite shows what the card will look like: white card, dye where there is colour, resin over it. It is the raster
// that is printed, and so the preview.
func Composite(a drivers.Artwork) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight))
	fill(out.Pix)
	if a.Color != nil {
		draw.Draw(out, out.Rect, a.Color, a.Color.Rect.Min, draw.Src)
		for i := 3; i < len(out.Pix); i += 4 {
			out.Pix[i] = 0xFF
		}
	}
	if a.Black == nil {
		return out
	}
	for y := range min(drivers.FaceHeight, a.Black.Rect.Dy()) {
		row := a.Black.Pix[y*a.Black.Stride:][:min(drivers.FaceWidth, a.Black.Rect.Dx())]
		for x, v := range row {
			if v < 128 {
				i := out.PixOffset(x, y)
				out.Pix[i], out.Pix[i+1], out.Pix[i+2] = 0, 0, 0
			}
		}
	}
	return out
}
