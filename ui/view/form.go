package view

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"cetak/ui/model"
)

// formPane is one form. Its widgets live as long as its fields stay the same, so that nobody is interrupted in typing by
// what happens at the machine.
type formPane struct {
	keys   *keyboard
	typed  func(name, value string)
	submit func() // Enter in the last field

	is      model.Form
	inputs  []input
	notes   []*prose
	said    *fyne.Container
	do      *button
	object  *fyne.Container
	filling bool // the fields are being set by the program
}

// input is one field's widget.
type input interface {
	fyne.Focusable
	fyne.CanvasObject
	put(string)
}

func newFormPane(keys *keyboard, typed func(name, value string), submit func()) *formPane {
	return &formPane{keys: keys, typed: typed, submit: submit, object: container.NewStack(), said: column(0)}
}

// set shows a form; nil shows none, and forgets the secrets that were typed into the one before.
func (p *formPane) set(f *model.Form) {
	if f == nil {
		p.filling = true
		for i, x := range p.is.Fields {
			if x.Kind == model.FieldSecret {
				p.inputs[i].put("")
			}
		}
		*p = formPane{keys: p.keys, typed: p.typed, submit: p.submit, object: p.object, said: column(0)}
		p.object.Objects = nil
		p.object.Refresh()
		return
	}
	old := p.is
	p.is = *f
	if len(p.object.Objects) == 0 || !sameForm(old, *f) {
		p.build()
	}
	p.filling = true
	for i, x := range f.Fields {
		p.inputs[i].put(x.Value)
		note, ink := x.Note, colorQuiet
		if x.Wrong != "" {
			note, ink = x.Wrong, colorStopped
		}
		p.notes[i].say(note, ink)
	}
	p.filling = false
	p.said.Objects = nil
	if f.Said != nil {
		p.said.Objects = []fyne.CanvasObject{row(8, 1, badge(f.Said.Tone, 22), newProse(f.Said.Text, sizeText, toneColor(f.Said.Tone), true))}
	}
	if f.Do != nil {
		p.do.set(*f.Do)
	}
	p.object.Refresh()
}

// sameForm reports whether both ask for the same in the same words.
func sameForm(a, b model.Form) bool {
	return a.ID == b.ID && a.Title == b.Title && a.Detail == b.Detail && (a.Do == nil) == (b.Do == nil) &&
		slices.EqualFunc(a.Fields, b.Fields, func(x, y model.Field) bool {
			return x.Name == y.Name && x.Label == y.Label && x.Kind == y.Kind && slices.Equal(x.Options, y.Options)
		})
}

func (p *formPane) build() {
	p.inputs, p.notes = nil, nil
	var all []fyne.CanvasObject
	if p.is.Title != "" {
		all = append(all, newProse(p.is.Title, sizeName, colorInk, true))
	}
	if p.is.Detail != "" {
		all = append(all, newProse(p.is.Detail, sizeText, colorQuiet, false))
	}
	var cells []fyne.CanvasObject
	var halves []bool
	for i, f := range p.is.Fields {
		in := p.input(i, f)
		note := newProse("", sizeText, colorQuiet, false)
		p.inputs, p.notes = append(p.inputs, in), append(p.notes, note)
		high := px(fieldHeight)
		if f.Kind == model.FieldLines {
			high = px(linesHeight)
		}
		var shown fyne.CanvasObject = in
		if f.Kind == model.FieldChoice { // the toolkit gives it no border while it rests
			border := sheet(colorPanel, theme.ColorNameInputBorder)
			border.StrokeWidth, border.CornerRadius = 2, 5
			shown = container.New(inset(2), border, in)
			if c, ok := in.(*choice); ok {
				c.border = border
			}
		}
		cells = append(cells, container.New(&fieldLayout{high, widest(f)}, newLine(f.Label, sizeText, colorInk, false), shown, note))
		halves = append(halves, f.Half)
	}
	if len(cells) > 0 {
		all = append(all, container.New(fieldsLayout(halves), cells...))
	}
	all = append(all, p.said)
	if p.is.Do != nil {
		p.do = newButton(*p.is.Do, 48+2*ringWidth, sizeDetail, false, p.keys)
		all = append(all, p.do)
	}
	p.object.Objects = []fyne.CanvasObject{scrolled(container.New(inset(edge), gap(1, 1), column(6, all...)), -1)}
}

// input makes the widget of a field.
func (p *formPane) input(i int, f model.Field) input {
	typed := func(value string) {
		if !p.filling {
			p.typed(f.Name, value)
		}
	}
	next := func(by int) { p.step(i, by) }
	if f.Kind == model.FieldChoice {
		return newChoice(p.keys, f, typed, next)
	}
	e := &entry{keys: p.keys, next: next}
	e.ExtendBaseWidget(e)
	e.Password = f.Kind == model.FieldSecret
	if e.MultiLine = f.Kind == model.FieldLines; e.MultiLine {
		e.Wrapping = fyne.TextWrapWord
	}
	e.OnChanged = typed
	return e
}

// step moves to the next field, or from the last one does what the form is for.
func (p *formPane) step(from, by int) {
	to := from + by
	if to >= len(p.inputs) {
		p.submit()
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(p.object); c != nil && to >= 0 {
		c.Focus(p.inputs[to])
	}
}

// first is the field to begin in: what is wrong, after a refusal the password that was forgotten with it, else the first
// that is empty.
func (p *formPane) first() fyne.Focusable {
	refused := p.is.Said != nil && p.is.Said.Tone == model.Stopped
	for _, is := range []func(model.Field) bool{
		func(f model.Field) bool { return f.Wrong != "" },
		func(f model.Field) bool { return refused && f.Kind == model.FieldSecret && f.Value == "" },
		func(f model.Field) bool { return f.Value == "" },
	} {
		if i := slices.IndexFunc(p.is.Fields, is); i >= 0 {
			return p.inputs[i]
		}
	}
	if len(p.inputs) > 0 {
		return p.inputs[0]
	}
	if p.do != nil {
		return p.do
	}
	return nil
}

// edge is kept free around what scrolls: what touches the edge of a scroll loses its border there.
const edge = 5

// Heights, at the normal text size, of a field's label, of a field of one line, and of one of several.
const (
	labelHeight float32 = 22
	fieldHeight float32 = 38
	linesHeight float32 = 56
)

// fieldLayout: label, field, and below it what there is to say of it.
type fieldLayout struct{ high, wide float32 }

func (l *fieldLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.wide, px(labelHeight)+l.high)
}

func (l *fieldLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	h := px(labelHeight) + l.high
	if n := o[2].(*prose); n.full != "" {
		h += heightFor(n, width)
	}
	return h
}

func (l *fieldLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	y := float32(0)
	for i, h := range []float32{px(labelHeight), l.high, heightFor(o[2], s.Width)} {
		o[i].Resize(fyne.NewSize(s.Width, h))
		o[i].Move(fyne.NewPos(0, y))
		y += h
	}
}

// fieldsLayout lays fields below each other, two halves side by side. It says of each field whether it is a half; one that needs more
// room gets a line of its own.
type fieldsLayout []bool

const fieldGap float32 = 8

func (l fieldsLayout) place(o []fyne.CanvasObject, width float32, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	y := float32(0)
	half := (width - fieldGap) / 2
	for i := 0; i < len(o); i++ {
		if !l[i] || o[i].MinSize().Width > half {
			h := heightFor(o[i], width)
			put(o[i], fyne.NewPos(0, y), fyne.NewSize(width, h))
			y += h + fieldGap
			continue
		}
		h := heightFor(o[i], half)
		if two := i+1 < len(o) && l[i+1] && o[i+1].MinSize().Width <= half; two {
			h = fyne.Max(h, heightFor(o[i+1], half))
			put(o[i+1], fyne.NewPos(half+fieldGap, y), fyne.NewSize(half, h))
			put(o[i], fyne.NewPos(0, y), fyne.NewSize(half, h))
			i++
		} else {
			put(o[i], fyne.NewPos(0, y), fyne.NewSize(half, h))
		}
		y += h + fieldGap
	}
	return fyne.Max(0, y-fieldGap)
}

func (l fieldsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(200, l.heightFor(o, 400))
}

func (l fieldsLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	return l.place(o, width, func(fyne.CanvasObject, fyne.Position, fyne.Size) {})
}

func (l fieldsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	l.place(o, s.Width, func(c fyne.CanvasObject, p fyne.Position, m fyne.Size) { c.Move(p); c.Resize(m) })
}

// entry is a field to type into. It keeps the keys of text editing and hands on all others.
type entry struct {
	widget.Entry
	keys *keyboard
	next func(by int)
}

// AcceptsTab leaves Tab to moving on, also where several lines may be typed.
func (e *entry) AcceptsTab() bool { return false }

func (e *entry) put(s string) {
	if e.Text != s {
		e.SetText(s)
	}
}

// CreateRenderer draws it as it stands.
func (e *entry) CreateRenderer() fyne.WidgetRenderer {
	return drawnAnew(e.Entry.CreateRenderer(), e.Size())
}

// TypedKey hands the keys of the desk on; Enter goes to the next field.
func (e *entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case (k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter) && !e.MultiLine:
		e.next(1)
	case k.Name == fyne.KeyDown && !e.MultiLine:
		e.next(1)
	case k.Name == fyne.KeyUp && !e.MultiLine:
		e.next(-1)
	case e.keys.form(k.Name):
	default:
		e.keys.touch()
		e.Entry.TypedKey(k)
	}
}

// FocusGained makes sure that the field is seen.
func (e *entry) FocusGained() { e.Entry.FocusGained(); e.keys.came(e) }

// TypedShortcut hands on what is no text editing.
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	if !e.keys.asShortcut(s) {
		e.Entry.TypedShortcut(s)
	}
}

// TypedRune edits.
func (e *entry) TypedRune(r rune) {
	e.keys.touch()
	e.Entry.TypedRune(r)
}

// choice is a field with a few answers.
type choice struct {
	widget.Select
	keys    *keyboard
	options []model.Option
	next    func(by int)
	border  *canvas.Rectangle // shows that the keyboard is here: the toolkit's own sign is hardly seen; in the colour of the other fields
}

// widest is the room that the longest answer of a field needs, with the sign that there are more.
func widest(f model.Field) float32 {
	var most float32
	for _, o := range f.Options {
		most = fyne.Max(most, fyne.MeasureText(o.Label, px(sizeText), fyne.TextStyle{}).Width+px(58))
	}
	return most
}

func newChoice(keys *keyboard, f model.Field, typed func(string), next func(int)) *choice {
	c := &choice{keys: keys, options: f.Options, next: next}
	for _, o := range f.Options {
		c.Options = append(c.Options, o.Label)
	}
	c.PlaceHolder = " "
	c.OnChanged = func(string) {
		if i := c.SelectedIndex(); i >= 0 && i < len(c.options) {
			typed(c.options[i].Value)
		}
	}
	c.ExtendBaseWidget(c)
	return c
}

func (c *choice) put(s string) {
	at := slices.IndexFunc(c.options, func(o model.Option) bool { return o.Value == s })
	switch {
	case at >= 0 && at != c.SelectedIndex():
		c.SetSelectedIndex(at)
	case at < 0 && c.Selected != "":
		c.ClearSelected()
	}
}

// FocusGained makes sure that the field is seen, and that the keyboard is there.
func (c *choice) FocusGained() {
	c.Select.FocusGained()
	c.edge(theme.ColorNamePrimary, ringWidth)
	c.keys.came(c)
}

// FocusLost gives it the border of a resting field.
func (c *choice) FocusLost() { c.Select.FocusLost(); c.edge(theme.ColorNameInputBorder, 2) }

func (c *choice) edge(ink fyne.ThemeColorName, width float32) {
	if c.border != nil {
		c.border.StrokeColor, c.border.StrokeWidth = theme.Color(ink), width
		c.border.Refresh()
	}
}

// TypedKey chooses with Space, Up, and Down; Enter goes to the next field. The keys of the desk are handed on.
func (c *choice) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter:
		c.next(1)
	case c.keys.form(k.Name):
	default:
		c.keys.touch()
		c.Select.TypedKey(k)
	}
}
