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

// plane holds one value a dot, mostly coverage from 0 to 1. Outside box all are 0.
type plane struct {
	c   *canvas
	v   []float32
	box image.Rectangle
}

// plane returns an empty one, out of those that step has freed if there are any.
func (c *canvas) plane() *plane {
	var p *plane
	if n := len(c.free); n > 0 {
		p, c.free = c.free[n-1], c.free[:n-1]
		for y := p.box.Min.Y; y < p.box.Max.Y; y++ {
			clear(p.v[y*c.w+p.box.Min.X : y*c.w+p.box.Max.X])
		}
		p.box = image.Rectangle{}
	} else {
		p = &plane{c: c, v: make([]float32, c.w*c.h)}
	}
	c.used = append(c.used, p)
	return p
}

// step runs one piece of the drawing and takes back its planes: pages are dear, a portrait needs some two hundred planes.
func (c *canvas) step(draw func()) {
	mark := len(c.used)
	draw()
	c.free = append(c.free, c.used[mark:]...)
	c.used = c.used[:mark]
}

func (c *canvas) bounds() image.Rectangle { return image.Rect(0, 0, c.w, c.h) }

// fill returns the coverage of what draw puts on the pen.
func (c *canvas) fill(draw func(*pen)) *plane {
	var ink pen
	draw(&ink)
	out := c.plane()
	out.box = ink.reach().Intersect(c.bounds())
	if out.box.Empty() {
		return out
	}
	rasterizer := vector.NewRasterizer(out.box.Dx(), out.box.Dy())
	ink.replay(rasterizer, out.box.Min)
	alpha := image.NewAlpha(image.Rectangle{Max: out.box.Size()})
	rasterizer.Draw(alpha, alpha.Bounds(), image.Opaque, image.Point{})
	for y := range out.box.Dy() {
		row := out.v[(y+out.box.Min.Y)*c.w+out.box.Min.X:]
		for x, a := range alpha.Pix[y*alpha.Stride:][:out.box.Dx()] {
			row[x] = float32(a) / 255
		}
	}
	return out
}

// each returns a plane whose dots within box are f of p's; f gets the index of the dot.
func (p *plane) each(box image.Rectangle, f func(v float32, i int) float32) *plane {
	out := p.c.plane()
	out.box = box
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for i := y*p.c.w + box.Min.X; i < y*p.c.w+box.Max.X; i++ {
			out.v[i] = f(p.v[i], i)
		}
	}
	return out
}

func (p *plane) and(q *plane) *plane {
	return p.each(p.box.Intersect(q.box), func(v float32, i int) float32 { return v * q.v[i] })
}

func (p *plane) without(q *plane) *plane {
	return p.each(p.box, func(v float32, i int) float32 { return v * (1 - q.v[i]) })
}

func (p *plane) or(q *plane) *plane {
	return p.each(p.box.Union(q.box), func(v float32, i int) float32 { return v + q.v[i] - v*q.v[i] })
}

// square darkens the half tones of a mask.
func (p *plane) square() *plane {
	return p.each(p.box, func(v float32, _ int) float32 { return v * v })
}

// moved returns the plane shifted by whole dots.
func (p *plane) moved(dx, dy int) *plane {
	box := p.box.Add(image.Pt(dx, dy)).Intersect(p.c.bounds())
	return p.each(box, func(_ float32, i int) float32 { return p.v[i-dy*p.c.w-dx] })
}

// blur softens by three box passes, close to a Gaussian of the given radius.
func (p *plane) blur(radius int) *plane {
	box := p.box.Inset(-3 * radius).Intersect(p.c.bounds())
	out := p.each(box, func(v float32, _ int) float32 { return v })
	buffer := make([]float32, max(box.Dx(), box.Dy())+2*radius+1)
	for range 3 {
		for y := box.Min.Y; y < box.Max.Y; y++ {
			boxLine(out.v[y*p.c.w+box.Min.X:], box.Dx(), 1, radius, buffer)
		}
		for x := box.Min.X; x < box.Max.X; x++ {
			boxLine(out.v[box.Min.Y*p.c.w+x:], box.Dy(), p.c.w, radius, buffer)
		}
	}
	return out
}

// boxLine averages n dots, step apart, over 2*radius+1 of them each; the ends repeat. The buffer holds n+2*radius+1.
func boxLine(v []float32, n, step, radius int, buffer []float32) {
	for i := range radius {
		buffer[i], buffer[radius+n+i] = v[0], v[(n-1)*step]
	}
	buffer[n+2*radius] = 0
	for i := range n {
		buffer[radius+i] = v[i*step]
	}
	var sum float32
	for _, b := range buffer[:2*radius+1] {
		sum += b
	}
	scale := 1 / float32(2*radius+1)
	for i := range n {
		v[i*step] = max(sum*scale, 0)
		sum += buffer[i+2*radius+1] - buffer[i]
	}
}

// pen collects outlines for fill. Every piece is a cubic; its control points are kept, so its reach is known before it is drawn.
type pen struct{ outlines [][]point }

func (p *pen) polygon(points []point) {
	outline := []point{points[0]}
	for i := range points {
		a, b := points[i], points[(i+1)%len(points)]
		outline = append(outline, a, b, b)
	}
	p.outlines = append(p.outlines, outline)
}

// smooth draws a closed Catmull-Rom spline through the points.
func (p *pen) smooth(points []point) {
	n := len(points)
	outline := []point{points[0]}
	for i := range n {
		a, b, c, d := points[(i+n-1)%n], points[i], points[(i+1)%n], points[(i+2)%n]
		outline = append(outline, point{b.x + (c.x-a.x)/6, b.y + (c.y-a.y)/6}, point{c.x - (d.x-b.x)/6, c.y - (d.y-b.y)/6}, c)
	}
	p.outlines = append(p.outlines, outline)
}

// reach is a rectangle around all outlines: a cubic stays within its control points.
func (p *pen) reach() image.Rectangle {
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, outline := range p.outlines {
		for _, q := range outline {
			low, high = point{min(low.x, q.x), min(low.y, q.y)}, point{max(high.x, q.x), max(high.y, q.y)}
		}
	}
	return image.Rect(int(math.Floor(low.x)), int(math.Floor(low.y)), int(math.Ceil(high.x))+1, int(math.Ceil(high.y))+1)
}

func (p *pen) replay(to *vector.Rasterizer, origin image.Point) {
	ox, oy := float64(origin.X), float64(origin.Y)
	for _, outline := range p.outlines {
		to.MoveTo(float32(outline[0].x-ox), float32(outline[0].y-oy))
		for i := 1; i+2 < len(outline); i += 3 {
			a, b, c := outline[i], outline[i+1], outline[i+2]
			if b == c && a == outline[i-1] {
				to.LineTo(float32(c.x-ox), float32(c.y-oy))
				continue
			}
			to.CubeTo(float32(a.x-ox), float32(a.y-oy), float32(b.x-ox), float32(b.y-oy), float32(c.x-ox), float32(c.y-oy))
		}
		to.ClosePath()
	}
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
	x0, x1 := max(int(min(a.x, b.x)-half-1), 0), min(int(max(a.x, b.x)+half+2), p.c.w)
	y0, y1 := max(int(min(a.y, b.y)-half-1), 0), min(int(max(a.y, b.y)+half+2), p.c.h)
	if x0 >= x1 || y0 >= y1 {
		return
	}
	p.box = p.box.Union(image.Rect(x0, y0, x1, y1))
	dx, dy := b.x-a.x, b.y-a.y
	square := max(dx*dx+dy*dy, 1e-9)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			px, py := float64(x)+0.5-a.x, float64(y)+0.5-a.y
			t := min(max((px*dx+py*dy)/square, 0), 1)
			distance := math.Sqrt((px-t*dx)*(px-t*dx) + (py-t*dy)*(py-t*dy))
			cover := min(half-distance+0.5, width, 1)
			if i := y*p.c.w + x; cover > float64(p.v[i]) {
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
	w, h       int
	px         []rgb
	free, used []*plane
}

func newCanvas(w, h int, ground rgb) *canvas {
	c := &canvas{w: w, h: h, px: make([]rgb, w*h)}
	for i := range c.px {
		c.px[i] = ground
	}
	return c
}

// paint lays a colour over the picture where the mask is.
func (c *canvas) paint(mask *plane, colour rgb, opacity float64) {
	for y := mask.box.Min.Y; y < mask.box.Max.Y; y++ {
		for i := y*c.w + mask.box.Min.X; i < y*c.w+mask.box.Max.X; i++ {
			if a := mask.v[i]; a > 0 {
				c.px[i] = c.px[i].mix(colour, float64(a)*opacity)
			}
		}
	}
}

// tint lays a colour that depends on the place.
func (c *canvas) tint(mask *plane, colour func(x, y float64) rgb) {
	for y := mask.box.Min.Y; y < mask.box.Max.Y; y++ {
		for x := mask.box.Min.X; x < mask.box.Max.X; x++ {
			if a := mask.v[y*c.w+x]; a > 0 {
				c.px[y*c.w+x] = c.px[y*c.w+x].mix(colour(float64(x)+0.5, float64(y)+0.5), float64(a))
			}
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
