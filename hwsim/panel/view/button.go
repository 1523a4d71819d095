package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"cetak/hwsim/panel/model"
)

// hands is where presses and keys go, whichever widget has the focus.
type hands struct {
	do    func(model.Action)
	key   func(fyne.KeyName)
	typed func(rune)
}

// button is a model.Button. It takes the focus by Tab, shows it by a ring, and hands the keys on.
type button struct {
	widget.BaseWidget
	is      model.Button
	plain   bool // a line of a list: label at the left, no border
	chosen  bool
	hands   *hands
	focused bool
	hovered bool

	ring, face, cap *canvas.Rectangle
	label, key      *canvas.Text
}

func newButton(is model.Button, h *hands) *button {
	b := &button{is: is, hands: h, ring: canvas.NewRectangle(nil), face: canvas.NewRectangle(nil), cap: canvas.NewRectangle(nil),
		label: say("", sizeText, ink, false), key: say("", sizeText, ink, false)}
	b.ring.CornerRadius, b.face.CornerRadius, b.cap.CornerRadius = 9, 7, 4
	b.ExtendBaseWidget(b)
	b.paint()
	return b
}

// newRow is a line of a list to choose from.
func newRow(c model.Choice, h *hands) *button {
	b := newButton(model.Button{Label: c.Words, Enabled: true, Do: c.Do}, h)
	b.plain, b.chosen = true, c.Chosen
	b.paint()
	return b
}

func (b *button) set(is model.Button, chosen bool) {
	if b.is == is && b.chosen == chosen {
		return
	}
	b.is, b.chosen = is, chosen
	b.change()
}

func (b *button) change() {
	b.paint()
	b.Refresh()
}

func (b *button) paint() {
	fill, text, line := paper, ink, edge
	if !b.is.Enabled {
		fill, text, line = ground, quiet, faint
	}
	b.face.FillColor, b.face.StrokeColor, b.face.StrokeWidth = fill, line, 1.5
	if b.plain {
		b.face.StrokeWidth = 0
		if b.chosen {
			b.face.FillColor, b.face.StrokeWidth, b.face.StrokeColor = mark, 2, blue
		}
	}
	if b.hovered && b.is.Enabled {
		b.face.StrokeWidth, b.face.StrokeColor = 2.5, blue
	}
	b.ring.FillColor, b.ring.StrokeWidth = nil, 0
	if b.focused {
		b.ring.StrokeColor, b.ring.StrokeWidth = ring, 3
	}
	b.label.Text, b.label.Color = b.is.Label, text
	b.key.Text, b.key.Color = keyName(b.is.Key), text
	b.cap.FillColor, b.cap.StrokeColor, b.cap.StrokeWidth = nil, text, 1
	if b.is.Key == "" {
		b.cap.StrokeWidth = 0
	}
}

func keyName(k model.Key) string {
	switch k {
	case "Escape":
		return "Esc"
	case "Return":
		return "Enter"
	}
	return string(k)
}

func (b *button) press() {
	if b.is.Enabled {
		b.hands.do(b.is.Do)
	}
}

// Tapped presses it. The focus is for who uses the keyboard: a click leaves none behind.
func (b *button) Tapped(*fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(b); c != nil {
		c.Unfocus()
	}
	b.press()
}

// FocusGained shows the ring.
func (b *button) FocusGained() { b.focused = true; b.change() }

// FocusLost hides it.
func (b *button) FocusLost() { b.focused = false; b.change() }

// TypedRune hands a letter on.
func (b *button) TypedRune(r rune) {
	if r != ' ' {
		b.hands.typed(r)
	}
}

// TypedKey presses with Space and Enter and hands the rest on.
func (b *button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.press()
	default:
		b.hands.key(e.Name)
	}
}

// MouseIn marks it under the pointer.
func (b *button) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.change() }

// MouseMoved does nothing.
func (b *button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut unmarks it.
func (b *button) MouseOut() { b.hovered = false; b.change() }

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

func (r *buttonRenderer) cap() fyne.Size {
	if r.b.is.Key == "" {
		return fyne.Size{}
	}
	return r.b.key.MinSize().AddWidthHeight(10, 0)
}

func (r *buttonRenderer) MinSize() fyne.Size {
	w := 24 + r.b.label.MinSize().Width
	if k := r.cap(); k.Width > 0 {
		w += 8 + k.Width
	}
	if r.b.plain {
		return fyne.NewSize(w, 27)
	}
	return fyne.NewSize(w, 38)
}

func (r *buttonRenderer) Layout(s fyne.Size) {
	b := r.b
	if b.plain {
		b.label.Text = fit(b.is.Label, s.Width-16, sizeText, b.label.TextStyle)
	}
	put(b.ring, 0, 0, s.Width, s.Height)
	put(b.face, 2, 2, s.Width-4, s.Height-4)
	k, l := r.cap(), b.label.MinSize()
	at := (s.Width - l.Width - k.Width - 8) / 2
	if k.Width == 0 {
		at = (s.Width - l.Width) / 2
	}
	if b.plain {
		at = 10
	}
	put(b.label, at, (s.Height-l.Height)/2, l.Width, l.Height)
	put(b.cap, at+l.Width+8, (s.Height-k.Height)/2, k.Width, k.Height)
	put(b.key, at+l.Width+13, (s.Height-k.Height)/2, k.Width-10, k.Height)
}
