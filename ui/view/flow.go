package view

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// The toolkit asks every object for one smallest size; text that wraps has none until its width is known. The layouts of
// the desk therefore ask for the height at a width.

// tall is an object or a layout that knows its height at a width.
type tall interface{ heightFor(width float32) float32 }

type tallLayout interface {
	heightFor(o []fyne.CanvasObject, width float32) float32
}

// heightFor is the height an object needs at a width.
func heightFor(o fyne.CanvasObject, width float32) float32 {
	if t, ok := o.(tall); ok {
		return t.heightFor(width)
	}
	if c, ok := o.(*fyne.Container); ok {
		if l, ok := c.Layout.(tallLayout); ok {
			return l.heightFor(c.Objects, width)
		}
	}
	return o.MinSize().Height
}

// prose is text that wraps at words. Its smallest width is nothing: it takes what it is given.
type prose struct {
	widget.BaseWidget
	full  string
	size  float32
	least float32 // it gets smaller, down to this, before it takes a second line
	most  int     // lines; what goes beyond is cut, and can be read elsewhere; 0 = as many as it needs
	color fyne.ThemeColorName
	bold  bool
	lines []*canvas.Text
}

func newProse(s string, size float32, c fyne.ThemeColorName, bold bool) *prose {
	p := &prose{full: s, size: size, least: size, color: c, bold: bold}
	p.ExtendBaseWidget(p)
	return p
}

func (p *prose) shrinkTo(least float32) *prose { p.least = least; return p }

// atMost cuts what goes beyond so many lines. The whole must be shown elsewhere.
func (p *prose) atMost(lines int) *prose { p.most = lines; return p }

// say changes the text. What depends on its height is laid out by whoever holds it.
func (p *prose) say(s string, c fyne.ThemeColorName) {
	if p.full != s || p.color != c {
		p.full, p.color = s, c
		p.Refresh()
	}
}

func (p *prose) style() fyne.TextStyle { return fyne.TextStyle{Bold: p.bold} }

func (p *prose) lineHeight() float32 { return fyne.MeasureText("M", px(p.size), p.style()).Height }

// sizeAt is the largest size, of those allowed, at which the text stands in one line; the smallest when there is none.
func (p *prose) sizeAt(width float32) float32 {
	size := p.size
	for size > p.least && fyne.MeasureText(p.full, px(size), p.style()).Width > width {
		size--
	}
	return size
}

// wrap breaks the text at words, and a word longer than a line between its letters.
func (p *prose) wrap(width, size float32) []string {
	var out []string
	fits := func(s string) bool { return fyne.MeasureText(s, px(size), p.style()).Width <= width }
	now := ""
	for _, w := range strings.Fields(p.full) {
		if now != "" && fits(now+" "+w) {
			now += " " + w
			continue
		}
		if now != "" {
			out = append(out, now)
		}
		for now = w; !fits(now); {
			r := []rune(now)
			n := len(r) - 1
			for n > 1 && !fits(string(r[:n])) {
				n--
			}
			if n < 1 {
				break
			}
			out = append(out, string(r[:n]))
			now = string(r[n:])
		}
	}
	if now != "" {
		out = append(out, now)
	}
	if p.most > 0 && len(out) > p.most {
		rest := strings.Join(out[p.most-1:], " ")
		out = append(out[:p.most-1:p.most-1], cut(rest, width, px(size), p.style()))
	}
	return out
}

func (p *prose) heightFor(width float32) float32 {
	size := p.sizeAt(width)
	n := max(1, len(p.wrap(width, size)))
	if n == 1 {
		return p.lineHeight()
	}
	return fyne.MeasureText("M", px(size), p.style()).Height * float32(n)
}

// CreateRenderer draws it.
func (p *prose) CreateRenderer() fyne.WidgetRenderer { return &proseRenderer{p} }

type proseRenderer struct{ p *prose }

func (r *proseRenderer) Destroy()           {}
func (r *proseRenderer) Refresh()           { r.Layout(r.p.Size()) }
func (r *proseRenderer) MinSize() fyne.Size { return fyne.NewSize(0, r.p.lineHeight()) }
func (r *proseRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(r.p.lines))
	for i, l := range r.p.lines {
		out[i] = l
	}
	return out
}

func (r *proseRenderer) Layout(s fyne.Size) {
	p := r.p
	p.lines = p.lines[:0:0]
	size := p.sizeAt(s.Width)
	h := fyne.MeasureText("M", px(size), p.style()).Height
	for i, one := range p.wrap(s.Width, size) {
		t := words(one, size, p.color, p.bold)
		t.Resize(fyne.NewSize(s.Width, h))
		t.Move(fyne.NewPos(0, float32(i)*h))
		p.lines = append(p.lines, t)
	}
}

// column lays objects below each other, each as wide as the column and as high as it needs to be at that width.
func column(gap float32, o ...fyne.CanvasObject) *fyne.Container {
	return container.New(columnLayout(gap), o...)
}

type columnLayout float32

func (g columnLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, x := range o {
		s.Width = fyne.Max(s.Width, x.MinSize().Width)
	}
	s.Height = g.heightFor(o, 1e6)
	return s
}

func (g columnLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	h, shown := float32(0), 0
	for _, x := range o {
		if x.Visible() {
			h += heightFor(x, width)
			shown++
		}
	}
	return h + float32(g)*float32(max(0, shown-1))
}

func (g columnLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	y := float32(0)
	for _, x := range o {
		if !x.Visible() {
			continue
		}
		h := heightFor(x, s.Width)
		x.Move(fyne.NewPos(0, y))
		x.Resize(fyne.NewSize(s.Width, h))
		y += h + float32(g)
	}
}

// row lays objects side by side; the one at index grow takes what is left, and the row is as high as its highest. Texts
// stand in the middle of the height, unless the growing one wraps: then the others stand at its first line.
func row(gap float32, grow int, o ...fyne.CanvasObject) *fyne.Container {
	return container.New(&rowLayout{gap, grow}, o...)
}

type rowLayout struct {
	gap  float32
	grow int // -1 = none
}

func (l *rowLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	shown := 0
	for _, x := range o {
		if x.Visible() {
			m := x.MinSize()
			s.Width += m.Width
			s.Height = fyne.Max(s.Height, m.Height)
			shown++
		}
	}
	s.Width += l.gap * float32(max(0, shown-1))
	return s
}

func (l *rowLayout) widths(o []fyne.CanvasObject, width float32) []float32 {
	spare := fyne.Max(0, width-l.MinSize(o).Width)
	out := make([]float32, len(o))
	for i, x := range o {
		out[i] = x.MinSize().Width
		if i == l.grow {
			out[i] += spare
		}
	}
	return out
}

func (l *rowLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for i, w := range l.widths(o, width) {
		if o[i].Visible() {
			h = fyne.Max(h, heightFor(o[i], w))
		}
	}
	return h
}

func (l *rowLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	x := float32(0)
	for i, w := range l.widths(o, s.Width) {
		c := o[i]
		if !c.Visible() {
			continue
		}
		h := fyne.Min(s.Height, heightFor(c, w))
		y := (s.Height - h) / 2
		if l.grow >= 0 && i != l.grow {
			if p, ok := o[l.grow].(*prose); ok && s.Height > p.lineHeight()*1.9 {
				y = fyne.Max(0, (p.lineHeight()-h)/2)
			}
		}
		c.Resize(fyne.NewSize(w, h))
		c.Move(fyne.NewPos(x, y))
		x += w + l.gap
	}
}

// inset lays its first object over everything and the others within a margin.
type inset float32

func (m inset) MinSize(o []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, x := range o[1:] {
		s = s.Max(x.MinSize())
	}
	return s.AddWidthHeight(2*float32(m), 2*float32(m))
}

func (m inset) heightFor(o []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for _, x := range o[1:] {
		h = fyne.Max(h, heightFor(x, width-2*float32(m)))
	}
	return h + 2*float32(m)
}

func (m inset) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(s)
	o[0].Move(fyne.Position{})
	for _, x := range o[1:] {
		x.Resize(s.SubtractWidthHeight(2*float32(m), 2*float32(m)))
		x.Move(fyne.NewPos(float32(m), float32(m)))
	}
}

// wrapped lays objects side by side at their own size, and goes on below when a line is full.
type wrapped float32

func (g wrapped) place(o []fyne.CanvasObject, width float32, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	var x, y, high float32
	for _, c := range o {
		m := c.MinSize()
		if x > 0 && x+m.Width > width {
			x, y, high = 0, y+high+float32(g), 0
		}
		put(c, fyne.NewPos(x, y), m)
		x += m.Width + float32(g)
		high = fyne.Max(high, m.Height)
	}
	return y + high
}

func (g wrapped) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, g.heightFor(o, 1e6))
}

func (g wrapped) heightFor(o []fyne.CanvasObject, width float32) float32 {
	return g.place(o, width, func(fyne.CanvasObject, fyne.Position, fyne.Size) {})
}

func (g wrapped) Layout(o []fyne.CanvasObject, s fyne.Size) {
	g.place(o, s.Width, func(c fyne.CanvasObject, p fyne.Position, m fyne.Size) { c.Move(p); c.Resize(m) })
}

// shares lays objects side by side: each its own width and an equal part of what is left.
type shares float32

func (g shares) MinSize(o []fyne.CanvasObject) fyne.Size {
	s := fyne.NewSize(float32(g)*float32(max(0, len(o)-1)), 0)
	for _, x := range o {
		m := x.MinSize()
		s.Width += m.Width
		s.Height = fyne.Max(s.Height, m.Height)
	}
	return s
}

func (g shares) Layout(o []fyne.CanvasObject, s fyne.Size) {
	each := fyne.Max(0, s.Width-g.MinSize(o).Width) / float32(len(o))
	x := float32(0)
	for _, c := range o {
		w := c.MinSize().Width + each
		c.Resize(fyne.NewSize(w, s.Height))
		c.Move(fyne.NewPos(x, 0))
		x += w + float32(g)
	}
}

// scrolled shows as much of a column as there is room for, and lets the rest be scrolled to. Where the column
// would not fit, the object at index spare is hidden and the one after it stands in for it.
func scrolled(content *fyne.Container, spare int) *fyne.Container {
	hold := container.New(&pinned{}, content)
	return container.New(&scrolledLayout{content: content, hold: hold.Layout.(*pinned), spare: spare}, container.NewVScroll(hold))
}

type scrolledLayout struct {
	content *fyne.Container
	hold    *pinned
	spare   int // -1 = none
}

func (l *scrolledLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, 32) }

func (l *scrolledLayout) heightFor(_ []fyne.CanvasObject, width float32) float32 {
	return heightFor(l.content, width)
}

func (l *scrolledLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	if l.spare >= 0 {
		x, instead := l.content.Objects[l.spare], l.content.Objects[l.spare+1]
		x.Show()
		instead.Hide()
		if heightFor(l.content, s.Width) > s.Height {
			x.Hide()
			instead.Show()
		}
	}
	l.hold.size = fyne.NewSize(s.Width, fyne.Max(s.Height, heightFor(l.content, s.Width)))
	o[0].Resize(s)
	o[0].Refresh()
}

// pinned gives its objects a fixed size, centred in whatever room there is.
type pinned struct{ size fyne.Size }

func sized(s fyne.Size, o ...fyne.CanvasObject) *fyne.Container {
	return container.New(&pinned{s}, o...)
}

func gap(w, h float32) fyne.CanvasObject { return sized(fyne.NewSize(w, h)) }

// MinSize is the fixed size.
func (f *pinned) MinSize([]fyne.CanvasObject) fyne.Size { return f.size }

// Layout centres.
func (f *pinned) Layout(o []fyne.CanvasObject, s fyne.Size) {
	for _, x := range o {
		x.Resize(f.size)
		x.Move(fyne.NewPos((s.Width-f.size.Width)/2, (s.Height-f.size.Height)/2))
	}
}

// panel is a white sheet with a border and a margin.
func panel(margin float32, content fyne.CanvasObject) *fyne.Container {
	return container.New(inset(margin), sheet(colorPanel, colorLine), content)
}

func sheet(fill, edge fyne.ThemeColorName) *canvas.Rectangle {
	r := canvas.NewRectangle(theme.Color(fill))
	r.StrokeColor, r.StrokeWidth, r.CornerRadius = theme.Color(edge), 1, 10
	return r
}
