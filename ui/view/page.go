package view

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"cetak/ui/model"
)

// pagePane shows a room: menu, how things stand and the table, and the form.
type pagePane struct {
	keys   *keyboard
	is     model.Page
	menu   *fyne.Container
	head   *fyne.Container
	roll   *container.Scroll // of head, where its lines are more than there is room for
	table  *tablePane
	form   *formPane
	right  *fyne.Container
	middle *fyne.Container
	object *fyne.Container
	folded bool // the letters are large and a form is open: of the menu only the way back to it is there
	shape  *pageLayout
	lines  []*button // of the menu
	open   *button   // the one of what is shown
	charts *fyne.Container
}

func newPagePane(keys *keyboard, typed func(name, value string), submit func(), mark, take func(key string)) *pagePane {
	p := &pagePane{keys: keys, menu: container.NewStack(), head: column(0)}
	p.table = newTablePane(keys, mark, take)
	p.form = newFormPane(keys, typed, submit)
	p.charts = container.NewStack()
	p.right = panel(14-edge, container.NewStack(p.form.object, p.charts))
	head := scrolled(container.New(inset(edge), gap(1, 1), p.head), -1)
	p.roll, _ = head.Objects[0].(*container.Scroll)
	p.middle = panel(14, container.New(&headed{gap: 8, bleed: edge, least: p.table.least}, head, p.table.object))
	p.shape = &pageLayout{}
	p.object = container.New(p.shape, p.menu, p.middle, p.right)
	p.object.Hide()
	return p
}

// set shows a page.
func (p *pagePane) set(m model.Page) {
	folded := enlarged() && m.Form != nil
	if !slices.Equal(p.is.Menu, m.Menu) || len(p.menu.Objects) == 0 || folded != p.folded {
		p.menu.Objects = []fyne.CanvasObject{p.buildMenu(m.Menu, folded)}
		p.menu.Refresh()
	}
	p.folded, p.shape.folded = folded, folded
	p.menu.Show()
	if len(m.Menu) == 0 { // only to look at
		p.menu.Hide()
	}
	before := p.is.Charts
	p.is = m
	all := []fyne.CanvasObject{newProse(m.Title, sizeTitle, colorInk, true)}
	for _, l := range m.Lines {
		all = append(all, row(8, 1, badge(l.Tone, 22), newProse(l.Text, sizeText, colorInk, false)))
	}
	if len(m.Cells) > 0 {
		all = append(all, cellsBar(m.Cells))
	}
	p.head.Objects = []fyne.CanvasObject{column(6, all...)}
	p.table.object.Hide()
	if m.Table != nil {
		p.table.set(*m.Table)
		p.table.object.Show()
	}
	p.form.set(m.Form)
	p.right.Hide()
	if m.Form != nil {
		p.right.Show()
	}
	p.showCharts(m, before)
	p.object.Refresh()
	p.middle.Refresh()
}

// cellsBar is figures side by side, on as many lines as they need.
func cellsBar(all []model.Supply) fyne.CanvasObject {
	var cells []fyne.CanvasObject
	for _, s := range all {
		ink := colorInk
		if s.Tone != model.Plain {
			ink = toneColor(s.Tone)
		}
		label := s.Label
		if s.Word != "" {
			label += " · " + s.Word
		}
		back := canvas.NewRectangle(theme.Color(theme.ColorNameBackground))
		back.CornerRadius = 6
		cells = append(cells, container.New(inset(8), back, column(0, words(label, sizeText, colorQuiet, false), words(s.Value, sizeDetail, ink, true))))
	}
	return container.New(wrapped(8), cells...)
}

func (p *pagePane) buildMenu(all []model.MenuItem, folded bool) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	p.open, p.lines = nil, nil
	if folded {
		all = slices.DeleteFunc(slices.Clone(all), func(m model.MenuItem) bool { return m.Key != model.KeyBack })
	}
	for _, m := range all {
		b := newButton(m.Button, 40+2*ringWidth, sizeText, true, p.keys)
		b.flat, b.open, b.close = true, m.Open, true
		b.paint()
		p.lines = append(p.lines, b)
		if m.Open {
			p.open = b
		}
		rows = append(rows, b)
	}
	if folded {
		return column(0, rows...)
	}
	return panel(6-edge, scrolled(container.New(inset(edge), gap(1, 1), column(0, rows...)), -1))
}

// scroll moves the lines of a room by a part of what is seen of them.
func (p *pagePane) scroll(by float32) {
	const kept = 0.8 // of a screenful; the rest stays in sight
	most := p.roll.Content.MinSize().Height - p.roll.Size().Height
	p.roll.Offset.Y = fyne.Max(0, fyne.Min(most, p.roll.Offset.Y+by*kept*p.roll.Size().Height))
	p.roll.Refresh()
}

// headed gives the first object the height it needs, at the top, and the second what is left: where that is seen, no less than it needs
// at least.
type headed struct {
	gap   float32
	bleed float32                     // by which the first goes past its place on all sides: what is kept free around a part that scrolls
	least func(width float32) float32 // what the second needs; nil = its least size
}

func (*headed) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 120) }

func (l *headed) Layout(o []fyne.CanvasObject, s fyne.Size) {
	room := s.Height
	if o[1].Visible() {
		least := o[1].MinSize().Height
		if l.least != nil {
			least = l.least(s.Width)
		}
		room = fyne.Max(0, s.Height-l.gap-least)
	}
	h := fyne.Min(room, heightFor(o[0], s.Width+2*l.bleed)-2*l.bleed)
	o[0].Resize(fyne.NewSize(s.Width+2*l.bleed, h+2*l.bleed))
	o[0].Move(fyne.NewPos(-l.bleed, -l.bleed))
	o[1].Resize(fyne.NewSize(s.Width, fyne.Max(0, s.Height-h-l.gap)))
	o[1].Move(fyne.NewPos(0, h+l.gap))
}

// pageLayout: menu, middle, and the form at the right. Folded, the menu stands above the form.
type pageLayout struct{ folded bool }

func (*pageLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(900, 300) }

func (l *pageLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	const g = 8
	left := px(fyne.Min(256, fyne.Max(246, s.Width*0.19)))
	right := float32(0)
	if o[2].Visible() {
		right = fyne.Min(px(500), fyne.Max(px(380), s.Width*0.37))
	}
	put := func(o fyne.CanvasObject, x, w float32) {
		o.Resize(fyne.NewSize(w, s.Height))
		o.Move(fyne.NewPos(x, 0))
	}
	if l.folded {
		h := o[0].MinSize().Height
		mid := s.Width - right - g
		put(o[1], 0, mid)
		o[0].Resize(fyne.NewSize(right, h))
		o[0].Move(fyne.NewPos(mid+g, 0))
		o[2].Resize(fyne.NewSize(right, s.Height-h-g))
		o[2].Move(fyne.NewPos(mid+g, h+g))
		return
	}
	put(o[0], 0, left)
	if !o[0].Visible() {
		left = -g
	}
	mid := s.Width - left - g
	if right > 0 {
		mid -= right + g
		put(o[2], s.Width-right, right)
	}
	put(o[1], left+g, mid)
}

// doorPane is the sign-in, in the middle of an otherwise empty desk.
type doorPane struct {
	form   *formPane
	head   *fyne.Container
	object *fyne.Container
}

func newDoorPane(keys *keyboard, typed func(name, value string), submit func()) *doorPane {
	d := &doorPane{form: newFormPane(keys, typed, submit), head: column(0)}
	d.object = container.New(&doorLayout{}, panel(24-edge, container.New(&headed{gap: 11}, d.head, d.form.object)))
	d.object.Hide()
	return d
}

func (d *doorPane) set(m model.Door) {
	all := []fyne.CanvasObject{newProse(m.Title, sizeTitle, colorInk, true), newProse(m.Detail, sizeText, colorQuiet, false)}
	d.head.Objects = []fyne.CanvasObject{container.New(inset(edge), gap(1, 1), column(6, all...))}
	d.form.set(&m.Form)
	d.object.Refresh()
}

// doorLayout puts its object in the middle of the upper half.
type doorLayout struct{}

func (*doorLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(520, 300) }

func (*doorLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w, h := fyne.Min(px(560), s.Width), fyne.Min(px(430), s.Height)
	o[0].Resize(fyne.NewSize(w, h))
	o[0].Move(fyne.NewPos((s.Width-w)/2, (s.Height-h)*0.3))
}
