package view

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"cetak/ui/model"
)

// ringWidth is the room kept around a button for the ring that shows where the keyboard is.
const ringWidth float32 = 3

// focusRing shows around something that the keyboard is there, once ringOn says so.
func focusRing() *canvas.Rectangle {
	r := canvas.NewRectangle(nil)
	r.CornerRadius = 6
	return r
}

func ringOn(r *canvas.Rectangle, on bool) {
	r.StrokeWidth = 0
	if on {
		r.StrokeColor, r.StrokeWidth = theme.Color(colorRing), ringWidth
	}
	r.Refresh()
}

// button is a model.Button to press, with its key beside its label. It takes focus, shows it by a ring, and passes on
// the keys of the desk.
type button struct {
	widget.BaseWidget
	is      model.Button
	height  float32
	size    float32
	wide    bool // label at the left, as in a list of answers
	flat    bool // a line of a menu: no border
	open    bool // of a menu: what is shown now
	close   bool // stands close to others: a smaller margin
	keys    *keyboard
	focused bool
	hovered bool

	ring, face, cap *canvas.Rectangle
	label, key      *canvas.Text
}

func newButton(b model.Button, height, size float32, wide bool, keys *keyboard) *button {
	x := &button{is: b, height: px(height), size: size, wide: wide, keys: keys,
		ring: canvas.NewRectangle(nil), face: canvas.NewRectangle(nil), cap: canvas.NewRectangle(nil),
		label: words("", size, colorInk, true), key: words("", sizeText, colorInk, false)}
	x.ring.CornerRadius, x.face.CornerRadius, x.cap.CornerRadius = 11, 8, 5
	x.ExtendBaseWidget(x)
	x.paint()
	return x
}

// set changes what the button is.
func (b *button) set(is model.Button) {
	if b.is == is {
		return
	}
	b.is = is
	b.paint()
	b.Refresh()
}

func (b *button) paint() {
	fill, ink, edge := colorPanel, colorInk, theme.ColorNameInputBorder
	switch {
	case !b.is.Enabled:
		fill, ink, edge = theme.ColorNameBackground, colorQuiet, colorLine
	case b.is.Look == model.LookPrimary:
		fill, ink, edge = theme.ColorNamePrimary, colorPanel, theme.ColorNamePrimary
	case b.is.Look == model.LookDanger:
		ink, edge = colorStopped, colorStopped
	}
	b.face.FillColor, b.face.StrokeColor, b.face.StrokeWidth = theme.Color(fill), theme.Color(edge), 1.5
	if b.flat {
		b.face.StrokeWidth = 0
		if b.open {
			b.face.FillColor = theme.Color(theme.ColorNameSelection)
		}
	}
	b.ring.FillColor, b.ring.StrokeWidth = nil, 0
	if b.focused {
		b.ring.StrokeColor, b.ring.StrokeWidth = theme.Color(colorRing), ringWidth
	}
	if b.hovered && b.is.Enabled {
		b.face.StrokeWidth = 3
		if b.is.Look == model.LookPrimary {
			b.face.StrokeColor = theme.Color(colorBar)
		}
	}
	b.label.Text, b.label.Color = b.is.Label, theme.Color(ink)
	b.key.Text, b.key.Color = keyName(b.is.Key), theme.Color(ink)
	b.cap.FillColor, b.cap.StrokeColor, b.cap.StrokeWidth = nil, theme.Color(ink), 1
	if b.is.Key == "" {
		b.cap.StrokeWidth = 0
	}
}

func keyName(k model.Key) string {
	if k == model.KeyBack {
		return "Esc"
	}
	if with, last, ok := strings.Cut(string(k), "+"); ok { // keys pressed together
		return with + " " + last
	}
	return string(k)
}

func (b *button) press() {
	if b.is.Enabled {
		b.keys.press(b.is)
	}
}

// Tapped presses it.
func (b *button) Tapped(*fyne.PointEvent) { b.press() }

// FocusGained shows the ring.
func (b *button) FocusGained() { b.focused = true; b.paint(); b.Refresh(); b.keys.came(b) }

// FocusLost hides it.
func (b *button) FocusLost() { b.focused = false; b.paint(); b.Refresh() }

// TypedRune passes text on to the search.
func (b *button) TypedRune(r rune) {
	if r != ' ' {
		b.keys.typed(r)
	}
}

// TypedKey presses with Space and Enter and passes on the rest.
func (b *button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.press()
	default:
		b.keys.key(e.Name)
	}
}

// MouseIn marks the button under the pointer.
func (b *button) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.paint(); b.Refresh() }

// MouseMoved does nothing.
func (b *button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut unmarks it.
func (b *button) MouseOut() { b.hovered = false; b.paint(); b.Refresh() }

// CreateRenderer draws it.
func (b *button) CreateRenderer() fyne.WidgetRenderer { return &buttonRenderer{b} }

type buttonRenderer struct{ b *button }

func (r *buttonRenderer) Destroy() {}
func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.ring, r.b.face, r.b.cap, r.b.label, r.b.key}
}
func (r *buttonRenderer) Refresh() {
	r.Layout(r.b.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *buttonRenderer) keySize() fyne.Size {
	if r.b.is.Key == "" {
		return fyne.Size{}
	}
	return r.b.key.MinSize().AddWidthHeight(14, 2)
}

func (r *buttonRenderer) MinSize() fyne.Size {
	w := 2*ringWidth + 32 + r.b.label.MinSize().Width
	if r.b.close {
		w -= 14
	}
	if k := r.keySize(); k.Width > 0 {
		w += 14 + k.Width
	}
	return fyne.NewSize(w, r.b.height)
}

func (r *buttonRenderer) Layout(s fyne.Size) {
	b, ring := r.b, ringWidth
	b.ring.Resize(s)
	b.face.Move(fyne.NewPos(ring, ring))
	b.face.Resize(s.SubtractWidthHeight(2*ring, 2*ring))
	k, l := r.keySize(), b.label.MinSize()
	total := l.Width
	if k.Width > 0 {
		total += 14 + k.Width
	}
	at := (s.Width - total) / 2
	if b.wide {
		at = ring + 14
		if k.Width == 0 {
			place(b.label, at, l, s)
			return
		}
		place(b.cap, at, k, s)
		place(b.key, at+(k.Width-b.key.MinSize().Width)/2, b.key.MinSize(), s)
		place(b.label, at+k.Width+14, l, s)
		return
	}
	place(b.label, at, l, s)
	place(b.cap, at+l.Width+14, k, s)
	place(b.key, at+l.Width+14+(k.Width-b.key.MinSize().Width)/2, b.key.MinSize(), s)
}

func place(o fyne.CanvasObject, x float32, size, in fyne.Size) {
	o.Resize(size)
	o.Move(fyne.NewPos(x, (in.Height-size.Height)/2))
}
