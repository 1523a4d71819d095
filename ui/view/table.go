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

// tablePane is a list with columns: one row is one thing, chosen as a whole. (The toolkit's Table chooses cells, and
// with a header makes a line widget for every row.)
type tablePane struct {
	is     model.Table
	list   *tableList
	head   *fyne.Container
	empty  *prose
	picked *line
	mark   func(key string)
	take   func(key string)
	quiet  bool
	object *fyne.Container
}

func newTablePane(keys *keyboard, mark, take func(key string)) *tablePane {
	p := &tablePane{mark: mark, take: take, head: container.NewStack(), empty: newProse("", sizeText, colorQuiet, false), picked: newLine("", sizeText, colorQuiet, true)}
	p.list = &tableList{keys: keys, pane: p}
	p.list.Length = func() int { return len(p.is.Rows) }
	p.list.CreateItem = func() fyne.CanvasObject { return newTableRow() }
	p.list.UpdateItem = p.draw
	p.list.OnSelected = func(i int) {
		if p.quiet || i >= len(p.is.Rows) {
			return
		}
		keys.touch()
		p.mark(p.is.Rows[i].Key)
	}
	p.list.ExtendBaseWidget(p.list)
	p.object = container.New(&tableLayout{}, p.head, p.list, p.empty, p.picked)
	return p
}

// set shows a table.
func (p *tablePane) set(t model.Table) {
	if !slices.Equal(p.is.Columns, t.Columns) || len(p.head.Objects) == 0 {
		var cells []fyne.CanvasObject
		for _, c := range t.Columns {
			cells = append(cells, newCell(c.Title, colorQuiet, c.Right))
		}
		p.head.Objects = []fyne.CanvasObject{container.New(&cellsLayout{columns: t.Columns, pick: t.Pick == model.PickMany}, cells...)}
	}
	p.is = t
	p.empty.say("", colorQuiet)
	if len(t.Rows) == 0 {
		p.empty.say(t.Empty, colorQuiet)
	}
	p.picked.set(t.Picked, colorInk)
	p.list.Refresh()
	p.quiet = true
	if at := p.at(); at >= 0 {
		p.list.Select(at)
	} else {
		p.list.UnselectAll()
	}
	p.quiet = false
	p.object.Refresh()
}

// at is the row under the mark, -1 for none.
func (p *tablePane) at() int {
	if p.is.Mark == "" {
		return -1
	}
	return slices.IndexFunc(p.is.Rows, func(l model.TableRow) bool { return l.Key == p.is.Mark })
}

func (p *tablePane) draw(i int, o fyne.CanvasObject) {
	if i < len(p.is.Rows) {
		o.(*tableRow).set(p.is, p.is.Rows[i])
	}
}

// step moves the mark.
func (p *tablePane) step(by int) {
	n := len(p.is.Rows)
	if n == 0 {
		return
	}
	at := max(0, min(n-1, p.at()+by))
	p.list.ScrollTo(at)
	p.mark(p.is.Rows[at].Key)
}

// tableLayout: titles, rows or the word that there are none, and how many are chosen.
type tableLayout struct{}

func (tableLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 120) }

func (tableLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	const head = 28
	foot := float32(0)
	if l := o[3].(*line); l.full != "" {
		foot = 26
	}
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, y))
	}
	put(o[0], 0, 0, s.Width, head)
	put(o[1], 0, head, s.Width, s.Height-head-foot)
	put(o[2], 8, head+8, s.Width-16, s.Height-head-foot-8)
	put(o[3], 8, s.Height-foot, s.Width-16, foot)
}

// cellsLayout shares the width among the columns.
type cellsLayout struct {
	columns []model.Column
	pick    bool // room for a tick in front
}

const (
	cellGap  float32 = 12
	tickRoom float32 = 30
)

func (l *cellsLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 26) }

func (l *cellsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	total := float32(0)
	for _, c := range l.columns {
		total += c.Share
	}
	x := float32(8)
	if l.pick {
		x += tickRoom
	}
	free := s.Width - x - 8 - cellGap*float32(len(l.columns)-1)
	for i, c := range o {
		if i >= len(l.columns) {
			break
		}
		w := free * l.columns[i].Share / total
		c.Resize(fyne.NewSize(w, s.Height))
		c.Move(fyne.NewPos(x, 0))
		x += w + cellGap
	}
}

// newCell is one cell: its text at the left, or at the right for figures.
func newCell(s string, c fyne.ThemeColorName, right bool) *line {
	l := newLine(s, sizeText, c, false)
	if right {
		l.text.Alignment = fyne.TextAlignTrailing
	}
	return l
}

// rowHeight is the height of a row.
const rowHeight float32 = 26

// tableRow is one row.
type tableRow struct {
	widget.BaseWidget
	cells *fyne.Container
	lines []*line
	tick  *fyne.Container
	box   *fyne.Container
}

func newTableRow() *tableRow {
	r := &tableRow{cells: container.NewWithoutLayout(), tick: container.NewStack()}
	r.box = container.NewStack(gap(1, rowHeight), r.cells, r.tick)
	r.ExtendBaseWidget(r)
	return r
}

func (r *tableRow) set(t model.Table, l model.TableRow) {
	if len(r.lines) != len(t.Columns) {
		r.lines, r.cells.Objects = nil, nil
		for _, c := range t.Columns {
			x := newCell("", colorInk, c.Right)
			r.lines, r.cells.Objects = append(r.lines, x), append(r.cells.Objects, x)
		}
	}
	r.cells.Layout = &cellsLayout{columns: t.Columns, pick: t.Pick == model.PickMany}
	for i, c := range r.lines {
		c.text.Alignment = fyne.TextAlignLeading
		if t.Columns[i].Right {
			c.text.Alignment = fyne.TextAlignTrailing
		}
		text, ink := "", colorInk
		if i < len(l.Cells) {
			text = l.Cells[i]
		}
		if l.Tone != model.Plain {
			ink = toneColor(l.Tone)
		}
		c.set(text, ink)
	}
	r.tick.Objects = nil
	if t.Pick == model.PickMany {
		r.tick.Objects = []fyne.CanvasObject{row(0, 1, gap(6, 1), row(0, -1, tickBox(l.Picked)))}
	}
	r.box.Refresh()
}

// tickBox is an open or a ticked box.
func tickBox(on bool) fyne.CanvasObject {
	box := canvas.NewRectangle(theme.Color(colorPanel))
	box.StrokeColor, box.StrokeWidth, box.CornerRadius = theme.Color(colorQuiet), 2, 4
	if !on {
		return sized(fyne.NewSize(20, 20), box)
	}
	box.FillColor, box.StrokeColor = theme.Color(colorWorking), theme.Color(colorWorking)
	return sized(fyne.NewSize(20, 20), box, icon(theme.ConfirmIcon(), colorPanel, 18))
}

// CreateRenderer draws it.
func (r *tableRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

// tableList takes the keys of a list: the mark moves with the arrows, Space takes or leaves a row.
type tableList struct {
	widget.List
	keys *keyboard
	pane *tablePane
}

// TypedKey moves, chooses, and hands on the rest.
func (l *tableList) TypedKey(e *fyne.KeyEvent) {
	l.keys.touch()
	switch e.Name {
	case fyne.KeyUp:
		l.pane.step(-1)
	case fyne.KeyDown:
		l.pane.step(1)
	case fyne.KeyPageUp:
		l.pane.step(-10)
	case fyne.KeyPageDown:
		l.pane.step(10)
	case fyne.KeyHome:
		l.pane.step(-1 << 30)
	case fyne.KeyEnd:
		l.pane.step(1 << 30)
	case fyne.KeySpace:
		if l.pane.is.Mark != "" && l.pane.is.Pick == model.PickMany {
			l.pane.take(l.pane.is.Mark)
		}
	default:
		l.keys.form(e.Name)
	}
}

// TypedRune is not for a list.
func (l *tableList) TypedRune(rune) {}
