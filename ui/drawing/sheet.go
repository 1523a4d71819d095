package drawing

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Width and Height are the size of every picture in its own units.
const (
	Width  = 320
	Height = 240
)

// Colours. What is to be touched has hot and its edge, and nothing else has: it is found at a glance, also by who sees no red,
// because it is lighter than the machine and has the widest edge, and an arrow stands at it.
const (
	paper   = "#FFFFFF"
	ground  = "#F4F7FA"
	pale    = "#E3E8ED"
	metal   = "#C3CCD4"
	steel   = "#4A5763"
	ink     = "#33414E"
	faint   = "#93A0AC"
	sky     = "#D6E8F6"
	gold    = "#C9A227"
	green   = "#1A7337"
	red     = "#B3261E"
	hot     = "#FFD166"
	hotEdge = "#C2410C"
)

// pen is how a shape is drawn. An empty fill is none, an empty edge too.
type pen struct {
	fill, edge string
	width      float64
	dash       string
}

func (p pen) String() string {
	fill := p.fill
	if fill == "" {
		fill = "none"
	}
	s := ` fill="` + fill + `"`
	if p.edge != "" {
		w := p.width
		if w == 0 {
			w = 2
		}
		s += ` stroke="` + p.edge + `" stroke-width="` + num(w) + `" stroke-linejoin="round" stroke-linecap="round"`
	}
	if p.dash != "" {
		s += ` stroke-dasharray="` + p.dash + `"`
	}
	return s
}

var (
	solid = pen{fill: pale, edge: steel}
	white = pen{fill: paper, edge: steel}
	dark  = pen{fill: steel, edge: ink}
	wire  = pen{edge: steel, width: 3}
	touch = pen{fill: hot, edge: hotEdge, width: 3.5}
)

// at gives touch for the part to be touched, else p.
func at(is bool, p pen) pen {
	if is {
		return touch
	}
	return p
}

// sheet is a picture being drawn.
type sheet struct{ b strings.Builder }

func num(f float64) string {
	return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64)
}

func (s *sheet) rect(x, y, w, h, r float64, p pen) {
	fmt.Fprintf(&s.b, `<rect x="%s" y="%s" width="%s" height="%s" rx="%s" ry="%s"%v/>`+"\n", num(x), num(y), num(w), num(h), num(r), num(r), p)
}

func (s *sheet) circle(x, y, r float64, p pen) {
	fmt.Fprintf(&s.b, `<circle cx="%s" cy="%s" r="%s"%v/>`+"\n", num(x), num(y), num(r), p)
}

func (s *sheet) path(d string, p pen) { fmt.Fprintf(&s.b, `<path d="%s"%v/>`+"\n", d, p) }

// poly draws points one after the other, closed.
func (s *sheet) poly(p pen, xy ...float64) { s.path(points(xy)+"Z", p) }

// line draws points one after the other.
func (s *sheet) line(p pen, xy ...float64) { s.path(points(xy), p) }

func points(xy []float64) string {
	var b strings.Builder
	for i := 0; i+1 < len(xy); i += 2 {
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(num(xy[i]) + " " + num(xy[i+1]))
	}
	return b.String()
}

// turned gives the corners of a box turned by degrees, clockwise, about a point.
func turned(x, y, w, h, degrees, cx, cy float64) []float64 {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	out := make([]float64, 0, 8)
	for _, c := range [][2]float64{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}} {
		dx, dy := c[0]-cx, c[1]-cy
		out = append(out, cx+dx*cos-dy*sin, cy+dx*sin+dy*cos)
	}
	return out
}

// arrow points from the first place to the second: the eye goes there, or the hand moves so. It has a light edge, so that it is
// seen on everything.
func (s *sheet) arrow(x1, y1, x2, y2 float64) {
	const head, wing, half = 17.0, 12.0, 4.5
	d := math.Hypot(x2-x1, y2-y1)
	ux, uy := (x2-x1)/d, (y2-y1)/d
	bx, by := x2-ux*head, y2-uy*head
	s.poly(pen{fill: hotEdge, edge: paper, width: 2},
		x1-uy*half, y1+ux*half, bx-uy*half, by+ux*half, bx-uy*wing, by+ux*wing, x2, y2,
		bx+uy*wing, by-ux*wing, bx+uy*half, by-ux*half, x1+uy*half, y1-ux*half)
}

// cross and tick are the signs of bad and good.
func (s *sheet) cross(x, y, r float64) {
	s.circle(x, y, r, pen{fill: red, edge: paper})
	k, p := r*0.42, pen{edge: paper, width: r * 0.3}
	s.line(p, x-k, y-k, x+k, y+k)
	s.line(p, x+k, y-k, x-k, y+k)
}

func (s *sheet) tick(x, y, r float64) {
	s.circle(x, y, r, pen{fill: green, edge: paper})
	s.line(pen{edge: paper, width: r * 0.3}, x-r*0.45, y, x-r*0.1, y+r*0.38, x+r*0.48, y-r*0.35)
}

// doubt is the sign of what is not known.
func (s *sheet) doubt(x, y, r float64) {
	s.circle(x, y, r, touch)
	k := r / 12
	s.path(fmt.Sprintf("M%s %sC%s %s %s %s %s %sC%s %s %s %s %s %s", num(x-4*k), num(y-3*k), num(x-4*k), num(y-9*k), num(x+5*k), num(y-9*k), num(x+4*k), num(y-3*k),
		num(x+4*k), num(y), num(x), num(y), num(x), num(y+3*k)), pen{edge: ink, width: 2.6 * k})
	s.circle(x, y+7*k, 1.8*k, pen{fill: ink})
}

// svg closes the picture.
func (s *sheet) svg() []byte {
	return []byte(fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d">`+"\n", Width, Height, Width, Height) +
		fmt.Sprintf(`<rect x="0" y="0" width="%d" height="%d" rx="10" ry="10" fill="%s"/>`+"\n", Width, Height, ground) + s.b.String() + "</svg>\n")
}
