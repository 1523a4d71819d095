package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"cetak/station"
	"cetak/ui/model"
)

// Rows asked of the station at first, and at most: the list asks for four times as many whenever its end comes in
// sight. Beyond the most, 5.8 million points down, positions in the list would lose whole points (float32), and a person
// searches anyway.
const (
	rowsFirst = 500
	rowsMost  = 100_000
)

// queuePane is the left side: search, count, and the list of those who wait.
type queuePane struct {
	field   *searchField
	list    *queueList
	caption *line
	empty   *line
	items   []station.QueueItem
	at      int // row under the mark, -1 when there is none
	limit   int
	local   func() model.Local
	more    func() // the end of the list came in sight
	chosen  func(int)
	quiet   bool // the mark is being moved by the program
	object  fyne.CanvasObject
}

func newQueuePane(keys *keyboard, local func() model.Local) *queuePane {
	q := &queuePane{field: newSearchField(keys), caption: newLine("", sizeText, colorQuiet, false),
		empty: newLine("", sizeText, colorQuiet, false), at: -1, limit: rowsFirst, local: local}
	q.field.Icon = theme.SearchIcon()
	q.list = &queueList{keys: keys, ring: focusRing()}
	q.list.Length = func() int { return len(q.items) }
	q.list.CreateItem = func() fyne.CanvasObject { return newQueueRow() }
	q.list.UpdateItem = q.draw
	q.list.OnSelected = func(i int) {
		if !q.quiet && i != q.at {
			q.chosen(i)
		}
	}
	q.list.ExtendBaseWidget(q.list)
	top := column(6, q.field, indentBy(4, q.caption))
	q.object = panel(10, container.NewBorder(top, nil, nil, nil, container.NewStack(q.list, q.list.ring, container.NewVBox(gap(1, 12), indentBy(4, q.empty)))))
	return q
}

func indentBy(w float32, o fyne.CanvasObject) fyne.CanvasObject { return row(0, 1, gap(w, 1), o) }

func (q *queuePane) draw(i int, o fyne.CanvasObject) {
	if i >= len(q.items) {
		return
	}
	o.(*queueRow).set(model.Line(q.items[i], q.local()))
	if i >= len(q.items)-20 && len(q.items) == q.limit && q.limit < rowsMost {
		q.more()
	}
}

// show puts new rows into the list, with the mark on the row at.
func (q *queuePane) show(items []station.QueueItem, at int) {
	q.items = items
	if len(items) == 0 {
		q.list.Hide()
	} else {
		q.list.Show()
	}
	q.list.Refresh()
	q.mark(at)
}

func (q *queuePane) mark(at int) {
	q.quiet = true
	if q.at = at; at < 0 {
		q.list.UnselectAll()
	} else {
		q.list.Select(at)
		q.list.ScrollTo(at)
	}
	q.quiet = false
}

// screenful is how many rows are seen at once, less one that stays in sight.
func (q *queuePane) screenful() int {
	row := newQueueRow().MinSize().Height + theme.Padding()
	return max(1, int(q.list.Size().Height/row)-1)
}

func (q *queuePane) set(m model.Queue) {
	q.caption.set(m.Caption, colorQuiet)
	q.empty.set(m.Empty, colorQuiet)
	if q.field.PlaceHolder != m.Search {
		q.field.SetPlaceHolder(m.Search)
	}
}

// queueRow is one waiting record: the name, and below it why and since when.
type queueRow struct {
	widget.BaseWidget
	name, note *line
	sign       fyne.CanvasObject
	warning    *canvas.Text
	box        *fyne.Container
}

func newQueueRow() *queueRow {
	// The whole name stands in the middle as soon as the row is chosen.
	r := &queueRow{name: newLine("", sizeText, colorInk, true).mayCut(), note: newLine("", sizeText, colorQuiet, false),
		sign: icon(theme.WarningIcon(), colorWaiting, 18), warning: words("", sizeText, colorWaiting, false)}
	r.box = container.New(inset(4), gap(1, 1), column(0, r.name, row(6, 0, r.note, r.sign, r.warning)))
	r.ExtendBaseWidget(r)
	return r
}

func (r *queueRow) set(m model.Row) {
	r.name.set(m.Name, colorInk)
	r.note.set(m.Note, colorQuiet)
	r.warning.Text = m.Warning
	if m.Warning == "" {
		r.sign.Hide()
		r.warning.Hide()
	} else {
		r.sign.Show()
		r.warning.Show()
		r.warning.Refresh()
	}
	r.box.Refresh()
}

// CreateRenderer draws it.
func (r *queueRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }
