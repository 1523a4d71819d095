package face

import (
	"image"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"cetak/drivers"
)

// word is the specimen word as dots of the face: line is its outline, hatch the strokes inside.
type word struct{ line, hatch []image.Point }

// word gives the drawn word of a layout; drawing it takes longer than a face, so it is kept.
func (r *Renderer) word(d Diagonal) (*word, error) {
	if w := r.words[d]; w != nil {
		return w, nil
	}
	mask, err := r.types.diagonal(d)
	if err != nil {
		return nil, err
	}
	const w, h = drivers.FaceWidth, drivers.FaceHeight
	out := &word{}
	reach, every := max(1, dots(d.Line)), max(2, dots(d.Hatch))
	solid := func(x, y int) bool { return x >= 0 && y >= 0 && x < w && y < h && mask.Pix[y*mask.Stride+x] >= 128 }
	for y := range h {
		for x := range w {
			if !solid(x, y) {
				continue
			}
			edge := false
			for dy := -reach; dy <= reach && !edge; dy++ {
				for dx := -reach; dx <= reach && !edge; dx++ {
					edge = dx*dx+dy*dy <= reach*reach && !solid(x+dx, y+dy)
				}
			}
			if edge {
				out.line = append(out.line, image.Pt(x, y))
			} else if (x-y+every*h)%every == 0 {
				out.hatch = append(out.hatch, image.Pt(x, y))
			}
		}
	}
	r.words[d] = out
	return out, nil
}

// diagonal fills the word's outlines, turned and centred on the face.
func (t *typeset) diagonal(d Diagonal) (*image.Alpha, error) {
	const w, h = drivers.FaceWidth, drivers.FaceHeight
	f, ppem := t.fonts["bold"], fixed.Int26_6(math.Round(d.Size*dotsPerMM*64))
	var buf sfnt.Buffer
	wide := fixed.Int26_6(0)
	for _, r := range d.Word {
		g, err := f.GlyphIndex(&buf, r)
		if err != nil || g == 0 {
			return nil, fault(NoGlyph, "specimen word")
		}
		a, err := f.GlyphAdvance(&buf, g, ppem, font.HintingNone)
		if err != nil {
			return nil, err
		}
		wide += a
	}
	m, err := f.Metrics(&buf, ppem, font.HintingNone)
	if err != nil {
		return nil, err
	}
	sin, cos := math.Sincos(d.Angle * math.Pi / 180)
	x0, y0 := -float64(wide)/128, float64(m.CapHeight)/128
	z := vector.NewRasterizer(w, h)
	for _, r := range d.Word {
		g, _ := f.GlyphIndex(&buf, r)
		outline, err := f.LoadGlyph(&buf, g, ppem, nil)
		if err != nil {
			return nil, err
		}
		at := func(p fixed.Point26_6) (float32, float32) {
			x, y := x0+float64(p.X)/64, y0+float64(p.Y)/64
			return float32(w/2 + x*cos + y*sin), float32(h/2 - x*sin + y*cos)
		}
		trace(z, outline, at)
		a, err := f.GlyphAdvance(&buf, g, ppem, font.HintingNone)
		if err != nil {
			return nil, err
		}
		x0 += float64(a) / 64
	}
	mask := image.NewAlpha(image.Rect(0, 0, w, h))
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return mask, nil
}

func trace(z *vector.Rasterizer, outline sfnt.Segments, at func(fixed.Point26_6) (float32, float32)) {
	for _, s := range outline {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			z.ClosePath()
			z.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			z.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			z.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			z.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	z.ClosePath()
}

// haloShape widens the halo along the line of writing, so that no crumb of the word between two letters can be taken for
// an apostrophe or a dot.
const haloShape = 2.2

// across lays the word over a face: burnt where no text is near, and as a light line in the photo, where resin would
// hide the face.
func (w *word) across(color *image.RGBA, black *image.Gray, photo image.Rectangle, halo float64) {
	near := bitsOf(black).widened(dots(halo*haloShape), dots(halo))
	for _, p := range w.line {
		if p.In(photo) {
			lighten(color.Pix[color.PixOffset(p.X, p.Y):][:3])
		}
	}
	for _, dots := range [][]image.Point{w.line, w.hatch} {
		for _, p := range dots {
			if !p.In(photo) && !near.at(p) {
				black.Pix[black.PixOffset(p.X, p.Y)] = 0
			}
		}
	}
}

// lighten moves a colour a quarter of the way to white: seen, and too little for the guard to take the portrait for another
// (TestPrintedPortraitPassesTheGuard).
func lighten(rgb []byte) {
	for c := range rgb {
		rgb[c] += (255 - rgb[c]) / 4
	}
}

// faceBits is a face with one bit a dot: dot x of a row is bit x%64 of word x/64.
type faceBits [drivers.FaceHeight][(drivers.FaceWidth + 63) / 64]uint64

func bitsOf(black *image.Gray) *faceBits {
	b := new(faceBits)
	for y := range b {
		for x, v := range black.Pix[y*black.Stride:][:drivers.FaceWidth] {
			if v < 128 {
				b[y][x/64] |= 1 << (x % 64)
			}
		}
	}
	return b
}

func (b *faceBits) at(p image.Point) bool { return b[p.Y][p.X/64]>>(p.X%64)&1 == 1 }

// widened gives the dots within a box of dx by dy around a set one.
func (b *faceBits) widened(dx, dy int) *faceBits {
	rows := new(faceBits)
	for y := range b {
		row := b[y]
		for range dx {
			next := row
			for i := range row {
				next[i] |= row[i]<<1 | row[i]>>1
				if i > 0 {
					next[i] |= row[i-1] >> 63
				}
				if i+1 < len(row) {
					next[i] |= row[i+1] << 63
				}
			}
			row = next
		}
		rows[y] = row
	}
	out := new(faceBits)
	for y := range out {
		for from := max(0, y-dy); from <= min(len(rows)-1, y+dy); from++ {
			for i := range out[y] {
				out[y][i] |= rows[from][i]
			}
		}
	}
	return out
}
