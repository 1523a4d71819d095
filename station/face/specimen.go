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

// word is the specimen word as dots of the whole face: line is its outline, hatch the strokes inside.
type word struct{ line, hatch []bool }

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
	out := &word{make([]bool, w*h), make([]bool, w*h)}
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
			out.line[y*w+x] = edge
			out.hatch[y*w+x] = !edge && (x-y+every*h)%every < 2
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

// across lays the word over a face: burnt where no text is near, and as a light line in the photo, where resin would
// hide the face.
func (w *word) across(color *image.RGBA, black *image.Gray, photo image.Rectangle, halo int) {
	near := widen(black, halo)
	for y := range drivers.FaceHeight {
		for x := range drivers.FaceWidth {
			i := y*drivers.FaceWidth + x
			if !w.line[i] && !w.hatch[i] {
				continue
			}
			if image.Pt(x, y).In(photo) {
				if w.line[i] {
					lighten(color.Pix[color.PixOffset(x, y):][:3])
				}
				continue
			}
			if !near[i] {
				black.Pix[y*black.Stride+x] = 0
			}
		}
	}
}

// lighten moves a colour half way to white.
func lighten(rgb []byte) {
	for c := range rgb {
		rgb[c] += (255 - rgb[c]) / 2
	}
}

// widen gives the dots within reach of a burnt one, by rows and then by columns.
func widen(black *image.Gray, reach int) []bool {
	const w, h = drivers.FaceWidth, drivers.FaceHeight
	rows := make([]bool, w*h)
	for y := range h {
		row := black.Pix[y*black.Stride:][:w]
		until := -1 // rows are marked up to here
		for x, v := range row {
			if v >= 128 {
				continue
			}
			for m := max(until+1, x-reach); m <= min(w-1, x+reach); m++ {
				rows[y*w+m] = true
			}
			until = min(w-1, x+reach)
		}
	}
	out := make([]bool, w*h)
	for y := range h {
		for from := max(0, y-reach); from <= min(h-1, y+reach); from++ {
			src, dst := rows[from*w:][:w], out[y*w:][:w]
			for x := range dst {
				dst[x] = dst[x] || src[x]
			}
		}
	}
	return out
}
