package view

import (
	"slices"
	"strings"

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
	whole  *prose            // of the row under the mark, what does not fit its columns
	ring   *canvas.Rectangle // shows that the keyboard is here
	mark   func(key string)
	take   func(key string)
	quiet  bool
	object *fyne.Container
}

func newTablePane(keys *keyboard, mark, take func(key string)) *tablePane {
	p := &tablePane{mark: mark, take: take, head: container.NewStack(), empty: newProse("", sizeText, colorQuiet, false), picked: newLine("", sizeText, colorQuiet, true),
		whole: newProse("", sizeText, colorInk, false), ring: focusRing()}
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
	p.object = container.New(&tableLayout{p}, p.head, p.list, p.empty, p.picked, p.whole, p.ring)
	return p
}

// set shows a table.
func (p *tablePane) set(t model.Table) {
	if !slices.Equal(p.is.Columns, t.Columns) || len(p.head.Objects) == 0 {
		var cells []fyne.CanvasObject
		for _, c := range t.Columns {
			cells = append(cells, newCell(c.Title, colorQuiet, c.Right).mayCut())
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

// wholeOf writes out what of the row under the mark does not fit its column, with the titles of the columns.
func (p *tablePane) wholeOf(width float32) string {
	at := p.at()
	if at < 0 {
		return ""
	}
	fits := func(s string, w float32) bool { return fyne.MeasureText(s, px(sizeText), fyne.TextStyle{}).Width <= w }
	l := cellsLayout{columns: p.is.Columns, pick: p.is.Pick == model.PickMany}
	var all []string
	for i, w := range l.widths(width) {
		if cells := p.is.Rows[at].Cells; i < len(cells) && cells[i] != "" && (!fits(cells[i], w) || !fits(p.is.Columns[i].Title, w)) {
			all = append(all, p.is.Columns[i].Title+": "+cells[i])
		}
	}
	return strings.Join(all, " · ")
}

// screenful is how many rows are seen at once, less one that stays in sight.
func (p *tablePane) screenful() int {
	return max(1, int(p.list.Size().Height/(px(rowHeight)+theme.Padding()))-1)
}

// leastRows is how many rows of a table are seen, however large the letters.
const leastRows = 3

// least is the height of the titles, some rows, and what is written below them.
func (p *tablePane) least(width float32) float32 {
	rows := float32(min(leastRows, len(p.is.Rows)))
	if rows == 0 {
		return px(headHeight) + 8 + heightFor(p.empty, width-16) + p.foot()
	}
	return px(headHeight) + rows*(px(rowHeight)+theme.Padding()) + p.foot() + p.below(width)
}

// foot is the height of the line with how many are chosen.
func (p *tablePane) foot() float32 {
	if p.picked.full == "" {
		return 0
	}
	return px(26)
}

// below writes out what of the row under the mark does not fit, and gives its height.
func (p *tablePane) below(width float32) float32 {
	p.whole.say(p.wholeOf(width), colorInk)
	if p.whole.full == "" {
		return 0
	}
	return heightFor(p.whole, width-16) + 8
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

// tableLayout: titles, rows or the word that there are none, what of the marked row is cut, and how many are chosen.
type tableLayout struct{ p *tablePane }

func (*tableLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 120) }

func (l *tableLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	head, foot, whole := px(headHeight), l.p.foot(), l.p.below(s.Width)
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, y))
	}
	was := o[1].Size().Height
	put(o[0], 0, 0, s.Width, head)
	put(o[1], 0, head, s.Width, s.Height-head-foot-whole)
	if at := l.p.at(); at >= 0 && o[1].Size().Height < was { // the row that was just chosen must not go out of sight by it
		l.p.list.ScrollTo(at)
	}
	put(o[2], 8, head+8, s.Width-16, s.Height-head-foot-8)
	put(o[3], 8, s.Height-foot, s.Width-16, foot)
	put(o[4], 8, s.Height-foot-whole+4, s.Width-16, fyne.Max(0, whole-8))
	put(o[5], 0, head, s.Width, s.Height-head-foot-whole)
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

func (l *cellsLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, px(rowHeight)) }

// start is where the first column begins.
func (l *cellsLayout) start() float32 {
	if l.pick {
		return 8 + px(tickRoom)
	}
	return 8
}

// widths are those of the columns in a row of a width.
func (l *cellsLayout) widths(width float32) []float32 {
	total := float32(0)
	for _, c := range l.columns {
		total += c.Share
	}
	free := width - l.start() - 8 - cellGap*float32(len(l.columns)-1)
	out := make([]float32, len(l.columns))
	for i, c := range l.columns {
		out[i] = free * c.Share / total
	}
	return out
}

func (l *cellsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	x, widths := l.start(), l.widths(s.Width)
	for i, c := range o {
		if i >= len(widths) {
			break
		}
		w := widths[i]
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

// Heights of the titles and of a row at the normal text size.
const (
	headHeight float32 = 28
	rowHeight  float32 = 26
)

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
	r.box = container.NewStack(gap(1, px(rowHeight)), r.cells, r.tick)
	r.ExtendBaseWidget(r)
	return r
}

func (r *tableRow) set(t model.Table, l model.TableRow) {
	if len(r.lines) != len(t.Columns) {
		r.lines, r.cells.Objects = nil, nil
		for _, c := range t.Columns {
			x := newCell("", colorInk, c.Right).mayCut() // the whole stands below the rows
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
	d := px(20)
	box := canvas.NewRectangle(theme.Color(colorPanel))
	box.StrokeColor, box.StrokeWidth, box.CornerRadius = theme.Color(colorQuiet), 2, 4
	if !on {
		return sized(fyne.NewSize(d, d), box)
	}
	box.FillColor, box.StrokeColor = theme.Color(colorWorking), theme.Color(colorWorking)
	return sized(fyne.NewSize(d, d), box, icon(theme.ConfirmIcon(), colorPanel, 18))
}

// CreateRenderer draws it.
func (r *tableRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

// tableList takes the keys of a list: the mark moves with the arrows, Space takes or leaves a row.
type tableList struct {
	widget.List
	keys *keyboard
	pane *tablePane
}

// FocusGained shows where the keyboard is. The toolkit's own sign of it, a tinted row, is not the row under the mark: it is left out.
func (l *tableList) FocusGained() { ringOn(l.pane.ring, true); l.keys.came(l) }

// FocusLost hides it.
func (l *tableList) FocusLost() { ringOn(l.pane.ring, false) }

// TypedKey moves, chooses, and hands on the rest.
func (l *tableList) TypedKey(e *fyne.KeyEvent) {
	l.keys.touch()
	switch e.Name {
	case fyne.KeyUp:
		l.pane.step(-1)
	case fyne.KeyDown:
		l.pane.step(1)
	case fyne.KeyPageUp:
		l.pane.step(-l.pane.screenful())
	case fyne.KeyPageDown:
		l.pane.step(l.pane.screenful())
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
