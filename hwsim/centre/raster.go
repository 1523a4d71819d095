package centre

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"
)

// point is a place on the picture, in dots.
type point struct{ x, y float64 }

func (p point) plus(dx, dy float64) point { return point{p.x + dx, p.y + dy} }

// rgb is a colour, 0..1 a channel, gamma as it is.
type rgb struct{ r, g, b float64 }

func web(v uint32) rgb {
	return rgb{float64(v>>16&255) / 255, float64(v>>8&255) / 255, float64(v&255) / 255}
}

func (c rgb) times(f float64) rgb { return rgb{c.r * f, c.g * f, c.b * f} }

func (c rgb) mix(d rgb, t float64) rgb {
	return rgb{c.r + (d.r-c.r)*t, c.g + (d.g-c.g)*t, c.b + (d.b-c.b)*t}
}

// plane holds one value a dot, mostly coverage from 0 to 1.
type plane struct {
	w, h int
	v    []float32
}

func newPlane(w, h int) *plane { return &plane{w, h, make([]float32, w*h)} }

// fill returns the coverage of what draw puts on the pen.
func (c *canvas) fill(draw func(*pen)) *plane {
	rasterizer := vector.NewRasterizer(c.w, c.h)
	draw(&pen{rasterizer})
	alpha := image.NewAlpha(image.Rect(0, 0, c.w, c.h))
	rasterizer.Draw(alpha, alpha.Bounds(), image.Opaque, image.Point{})
	out := newPlane(c.w, c.h)
	for i, a := range alpha.Pix {
		out.v[i] = float32(a) / 255
	}
	return out
}

func (p *plane) each(f func(v float32, i int) float32) *plane {
	out := newPlane(p.w, p.h)
	for i, v := range p.v {
		out.v[i] = f(v, i)
	}
	return out
}

func (p *plane) and(q *plane) *plane {
	return p.each(func(v float32, i int) float32 { return v * q.v[i] })
}

func (p *plane) without(q *plane) *plane {
	return p.each(func(v float32, i int) float32 { return v * (1 - q.v[i]) })
}

func (p *plane) or(q *plane) *plane {
	return p.each(func(v float32, i int) float32 { return v + q.v[i] - v*q.v[i] })
}

// moved returns the plane shifted by whole dots.
func (p *plane) moved(dx, dy int) *plane {
	out := newPlane(p.w, p.h)
	for y := range p.h {
		for x := range p.w {
			if sx, sy := x-dx, y-dy; sx >= 0 && sx < p.w && sy >= 0 && sy < p.h {
				out.v[y*p.w+x] = p.v[sy*p.w+sx]
			}
		}
	}
	return out
}

// blur softens by three box passes, close to a Gaussian of the given radius.
func (p *plane) blur(radius int) *plane {
	a, b := p.each(func(v float32, _ int) float32 { return v }), newPlane(p.w, p.h)
	for range 3 {
		boxRows(a.v, b.v, p.w, p.h, 1, p.w, radius)
		boxRows(b.v, a.v, p.h, p.w, p.w, 1, radius)
	}
	return a
}

// boxRows averages over 2*radius+1 dots along lines of n dots, step apart, for each of lines lines; edges repeat.
func boxRows(from, to []float32, n, lines, step, stride, radius int) {
	scale := 1 / float32(2*radius+1)
	for line := range lines {
		base := line * stride
		at := func(i int) float32 { return from[base+min(max(i, 0), n-1)*step] }
		var sum float32
		for i := -radius; i <= radius; i++ {
			sum += at(i)
		}
		for i := range n {
			to[base+i*step] = sum * scale
			sum += at(i+radius+1) - at(i-radius)
		}
	}
}

// pen draws outlines for fill.
type pen struct{ to *vector.Rasterizer }

func (p *pen) polygon(points []point) {
	p.to.MoveTo(float32(points[0].x), float32(points[0].y))
	for _, q := range points[1:] {
		p.to.LineTo(float32(q.x), float32(q.y))
	}
	p.to.ClosePath()
}

// smooth draws a closed Catmull-Rom spline through the points.
func (p *pen) smooth(points []point) {
	n := len(points)
	p.to.MoveTo(float32(points[0].x), float32(points[0].y))
	for i := range n {
		a, b, c, d := points[(i+n-1)%n], points[i], points[(i+1)%n], points[(i+2)%n]
		p.to.CubeTo(float32(b.x+(c.x-a.x)/6), float32(b.y+(c.y-a.y)/6), float32(c.x-(d.x-b.x)/6), float32(c.y-(d.y-b.y)/6), float32(c.x), float32(c.y))
	}
	p.to.ClosePath()
}

func (p *pen) ellipse(at point, rx, ry, turn float64) {
	const steps = 28
	points := make([]point, steps)
	sin, cos := math.Sincos(turn)
	for i := range points {
		s, c := math.Sincos(2 * math.Pi * float64(i) / steps)
		points[i] = point{at.x + rx*c*cos - ry*s*sin, at.y + rx*c*sin + ry*s*cos}
	}
	p.smooth(points)
}

// stroke lays a spline through the points onto the plane, its width going from one end's over the middle's to the other end's.
// Crossings stay at full coverage.
func (p *plane) stroke(points []point, from, middle, to float64) {
	line := through(points, 6)
	n := float64(len(line) - 1)
	for i := range len(line) - 1 {
		t := (float64(i) + 0.5) / n
		width := from + (middle-from)*2*t
		if t > 0.5 {
			width = middle + (to-middle)*(2*t-1)
		}
		p.segment(line[i], line[i+1], width)
	}
}

// segment lays one straight, round-ended piece.
func (p *plane) segment(a, b point, width float64) {
	half := width / 2
	x0, x1 := max(int(math.Min(a.x, b.x)-half-1), 0), min(int(math.Max(a.x, b.x)+half+2), p.w)
	y0, y1 := max(int(math.Min(a.y, b.y)-half-1), 0), min(int(math.Max(a.y, b.y)+half+2), p.h)
	dx, dy := b.x-a.x, b.y-a.y
	square := math.Max(dx*dx+dy*dy, 1e-9)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			px, py := float64(x)+0.5-a.x, float64(y)+0.5-a.y
			t := math.Min(math.Max((px*dx+py*dy)/square, 0), 1)
			distance := math.Hypot(px-t*dx, py-t*dy)
			cover := math.Min(math.Min(half-distance+0.5, width), 1)
			if i := y*p.w + x; cover > float64(p.v[i]) {
				p.v[i] = float32(cover)
			}
		}
	}
}

// through returns dots on an open Catmull-Rom spline, per of them for each stretch.
func through(points []point, per int) []point {
	n := len(points)
	out := make([]point, 0, n*per)
	for i := range n - 1 {
		a, b, c, d := points[max(i-1, 0)], points[i], points[i+1], points[min(i+2, n-1)]
		for k := range per {
			t := float64(k) / float64(per)
			out = append(out, point{spline(a.x, b.x, c.x, d.x, t), spline(a.y, b.y, c.y, d.y, t)})
		}
	}
	return append(out, points[n-1])
}

func spline(a, b, c, d, t float64) float64 {
	return b + t*(c-a+t*(2*a-5*b+4*c-d+t*(3*(b-c)+d-a)))/2
}

// canvas is a picture under work.
type canvas struct {
	w, h int
	px   []rgb
}

func newCanvas(w, h int, ground rgb) *canvas {
	c := &canvas{w, h, make([]rgb, w*h)}
	for i := range c.px {
		c.px[i] = ground
	}
	return c
}

// paint lays a colour over the picture where the mask is.
func (c *canvas) paint(mask *plane, colour rgb, opacity float64) {
	for i, a := range mask.v {
		if a > 0 {
			c.px[i] = c.px[i].mix(colour, float64(a)*opacity)
		}
	}
}

// tint lays a colour that depends on the place.
func (c *canvas) tint(mask *plane, colour func(x, y float64) rgb) {
	for i, a := range mask.v {
		if a > 0 {
			c.px[i] = c.px[i].mix(colour(float64(i%c.w)+0.5, float64(i/c.w)+0.5), float64(a))
		}
	}
}

// glow lays a soft elliptic patch of colour, within the mask if there is one.
func (c *canvas) glow(at point, rx, ry, turn float64, colour rgb, opacity float64, within *plane) {
	reach := 2.6 * math.Max(rx, ry)
	sin, cos := math.Sincos(turn)
	for y := max(int(at.y-reach), 0); y < min(int(at.y+reach)+1, c.h); y++ {
		for x := max(int(at.x-reach), 0); x < min(int(at.x+reach)+1, c.w); x++ {
			dx, dy := float64(x)+0.5-at.x, float64(y)+0.5-at.y
			u, v := (dx*cos+dy*sin)/rx, (-dx*sin+dy*cos)/ry
			d := u*u + v*v
			if d > 6.5 {
				continue
			}
			i := y*c.w + x
			a := opacity * math.Exp(-d)
			if within != nil {
				a *= float64(within.v[i])
			}
			c.px[i] = c.px[i].mix(colour, a)
		}
	}
}

func (c *canvas) image() *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
	for i, p := range c.px {
		out.SetRGBA(i%c.w, i/c.w, color.RGBA{level(p.r), level(p.g), level(p.b), 255})
	}
	return out
}

func level(v float64) uint8 { return uint8(math.Min(math.Max(v, 0), 1)*255 + 0.5) }
