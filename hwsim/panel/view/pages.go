package view

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"cetak/hwsim/panel/model"
)

// pageFoot is the height of a page's buttons.
const pageFoot = 46

// foot lays a row of buttons out from the left.
func foot(buttons []*button, width, y float32) {
	x := float32(sheetPad)
	for _, b := range buttons {
		w := b.MinSize().Width + 10
		put(b, x, y, min(w, width-x), 40)
		x += w + gap
	}
}

// replace brings a row of buttons to what they are now.
func replace(have []*button, are []model.Button, h *hands) []*button {
	for len(have) < len(are) {
		have = append(have, newButton(model.Button{}, h))
	}
	have = have[:len(are)]
	for i, b := range are {
		have[i].set(b, false)
	}
	return have
}

// largePane is one card looked at closely.
type largePane struct {
	is      model.Large
	root    *fyne.Container
	sheet   *sheet
	buttons []*button
	hands   *hands
}

func newLargePane(v *View) *largePane {
	p := &largePane{hands: v.hands}
	p.sheet = newSheet(v.pictures, v.hands, func(d *drawing, s fyne.Size) { drawLarge(d, p.is, v.local.Words.T, s) })
	p.sheet.of = func() any { return p.is }
	p.root = container.New(pageLayout(func(s fyne.Size) {
		put(p.sheet, 0, 0, s.Width, s.Height-pageFoot)
		foot(p.buttons, s.Width, s.Height-pageFoot+4)
	}), p.sheet)
	return p
}

func (p *largePane) set(l model.Large) {
	if reflect.DeepEqual(p.is, l) {
		return
	}
	p.is = l
	p.buttons = replace(p.buttons, l.Hands, p.hands)
	p.root.Objects = []fyne.CanvasObject{p.sheet}
	for _, b := range p.buttons {
		p.root.Objects = append(p.root.Objects, b)
	}
	p.root.Refresh()
}

// drawLarge draws the face at the left, what the chip holds at the right, and under the face what each panel burnt.
func drawLarge(d *drawing, l model.Large, t func(string, ...string) string, space fyne.Size) {
	d.box(0, 0, space.Width, space.Height, 6, paper, faint, 1)
	d.text(l.Title, 14, 8, 0, space.Width-28, ink, true)
	const side, panelRow = 390, 104
	h := space.Height - 36 - panelRow - 10
	w := min(space.Width-side-40, h*85.6/54)
	h = w * 54 / 85.6
	d.box(14, 36, w, h, 12, paper, edge, 2)
	if img := d.pictures.get(l.Card.Picture, largeWidth); img != nil {
		d.image(img, 16, 38, w-4, h-4, 11)
	} else {
		none := t("card.no-picture")
		if l.Card.Picture.Path != "" {
			none = t("card.reading")
		}
		d.text(none, 14+w/2, 36+h/2-10, 0.5, w, quiet, false)
	}
	for i, p := range l.Panels {
		x, y := 14+118*float32(i), 36+h+10
		d.box(x, y, 110, 70, 4, paper, edge, 1)
		if img := d.pictures.get(p.Picture, smallWidth); img != nil {
			d.image(img, x+1, y+1, 108, 68, 3)
		}
		d.text(p.Name, x+55, y+72, 0.5, 116, ink, false)
	}
	x, y := 14+w+24, float32(40)
	for i, f := range l.Facts {
		d.text(f.Name, x, y, 0, 80, quiet, false)
		indent := float32(84)
		if i == model.ChipFact {
			d.chip(l.Card.State, x+indent+10, y+11)
			indent += 26
		}
		d.text(f.Value, x+indent, y, 0, space.Width-x-100, ink, true)
		y += 26
	}
	y += 10
	d.text(t("card.files"), x, y, 0, space.Width-x-14, ink, true)
	y += 28
	if len(l.Files) == 0 {
		d.text(l.NoFile, x, y, 0, space.Width-x-14, quiet, false)
	}
	for _, f := range l.Files {
		d.text(f.Name, x, y, 0, 80, ink, false)
		d.text(f.Value, x+84, y, 0, space.Width-x-100, quiet, false)
		y += 24
	}
}

// faultsPane is the list of what can go wrong.
type faultsPane struct {
	is      model.Faults
	hands   *hands
	root    *fyne.Container
	sheet   *sheet
	list    *fyne.Container
	events  *fyne.Container
	armed   *fyne.Container
	scrolls [3]*container.Scroll
	rows    []*button
	whens   []*button
	rules   []*button
	buttons []*button
}

func newFaultsPane(v *View) *faultsPane {
	p := &faultsPane{hands: v.hands, list: container.New(rowsLayout{}), events: container.New(rowsLayout{}), armed: container.New(rowsLayout{})}
	for i, c := range []*fyne.Container{p.list, p.events, p.armed} {
		p.scrolls[i] = container.NewVScroll(c)
	}
	p.sheet = newSheet(v.pictures, v.hands, func(d *drawing, s fyne.Size) { drawFaults(d, p.is, v.local.Words.T, s) })
	p.root = container.New(pageLayout(func(s fyne.Size) {
		put(p.sheet, 0, 0, s.Width, s.Height-pageFoot)
		c := columns(s.Width)
		h := rowHeight * float32(int((s.Height-pageFoot-48)/rowHeight)) // whole rows
		put(p.scrolls[0], c[0]+8, 38, c[1]-c[0]-12, h)
		put(p.scrolls[1], c[1]+8, 38, c[2]-c[1]-12, h)
		put(p.scrolls[2], c[2]+8, 190, s.Width-c[2]-18, h-154)
		foot(p.buttons, s.Width, s.Height-pageFoot+4)
	}))
	return p
}

// columns are the left edges of faults, events, and the rest.
func columns(width float32) [3]float32 { return [3]float32{0, width * 0.31, width * 0.57} }

func (p *faultsPane) set(f model.Faults) {
	if reflect.DeepEqual(p.is, f) {
		return
	}
	p.is = f
	p.rows = choices(p.list, p.rows, f.List, p.hands)
	p.whens = choices(p.events, p.whens, f.Events, p.hands)
	var armed []model.Choice
	for _, b := range f.Armed {
		armed = append(armed, model.Choice{Words: b.Label, Do: b.Do})
	}
	p.rules = choices(p.armed, p.rules, armed, p.hands)
	p.buttons = replace(p.buttons, f.Hands, p.hands)
	p.root.Objects = []fyne.CanvasObject{p.sheet, p.scrolls[0], p.scrolls[1], p.scrolls[2]}
	for _, b := range p.buttons {
		p.root.Objects = append(p.root.Objects, b)
	}
	p.root.Refresh()
	p.sheet.Refresh()
	for i, list := range [][]model.Choice{f.List, f.Events} {
		for n, c := range list {
			if c.Chosen {
				reveal(p.scrolls[i], float32(n)*rowHeight)
			}
		}
	}
}

// choices brings the rows of a list to what they are now.
func choices(box *fyne.Container, have []*button, are []model.Choice, h *hands) []*button {
	same := len(have) == len(are)
	for len(have) < len(are) {
		have = append(have, newRow(model.Choice{}, h))
	}
	have = have[:len(are)]
	for i, c := range are {
		have[i].set(model.Button{Label: c.Words, Enabled: true, Do: c.Do}, c.Chosen)
	}
	if !same {
		box.Objects = nil
		for _, b := range have {
			box.Objects = append(box.Objects, b)
		}
		box.Refresh()
	}
	return have
}

// reveal scrolls so that a row can be seen.
func reveal(s *container.Scroll, y float32) {
	switch h := s.Size().Height; {
	case h <= 0:
	case y < s.Offset.Y:
		s.ScrollToOffset(fyne.NewPos(0, y))
	case y+rowHeight > s.Offset.Y+h:
		s.ScrollToOffset(fyne.NewPos(0, y+rowHeight-h))
	}
}

func drawFaults(d *drawing, f model.Faults, t func(string, ...string) string, space fyne.Size) {
	d.box(0, 0, space.Width, space.Height, 6, paper, faint, 1)
	c := columns(space.Width)
	d.text(f.Title, c[0]+16, 8, 0, c[1]-20, ink, true)
	d.text(t("faults.event"), c[1]+16, 8, 0, c[2]-c[1]-20, ink, true)
	x, w := c[2]+16, space.Width-c[2]-30
	d.line(c[1], 8, c[1], space.Height-8, 1, faint)
	d.line(c[2], 8, c[2], space.Height-8, 1, faint)
	if a := f.Argument; a != nil {
		line, tone := edge, ink
		if a.Missing {
			line = red
		}
		if a.Example {
			tone = quiet
		}
		d.text(a.Name, x, 8, 0, w, ink, true)
		d.box(x, 34, w, 32, 5, paper, line, 2)
		d.text(a.Value+"|", x+8, 39, 0, w-16, tone, false)
	}
	d.text(f.Rule, x, 78, 0, w, quiet, false)
	d.line(x, 110, x+w, 110, 1, faint)
	d.text(f.ArmedIs, x, 120, 0, w, ink, true)
	hint := t("faults.forget")
	if len(f.Armed) == 0 {
		hint = t("faults.none")
	}
	d.text(hint, x, 146, 0, w, quiet, false)
}

type pageLayout func(fyne.Size)

func (pageLayout) MinSize([]fyne.CanvasObject) fyne.Size       { return fyne.Size{} }
func (l pageLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) { l(s) }

// rowHeight is the height of a line of a list.
const rowHeight = 27

type rowsLayout struct{}

func (rowsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, rowHeight*float32(len(o)))
}

func (rowsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	for i, b := range o {
		put(b, 0, rowHeight*float32(i), s.Width-10, rowHeight) // the bar of a scroll stands beside
	}
}
