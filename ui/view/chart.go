package view

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"cetak/ui/model"
)

// showCharts puts charts where the form would stand, as long as none is open.
func (p *pagePane) showCharts(m model.Page, before []model.Chart) {
	if m.Form != nil || len(m.Charts) == 0 {
		p.charts.Hide()
		p.form.object.Show()
		return
	}
	if len(p.charts.Objects) == 0 || !reflect.DeepEqual(before, m.Charts) {
		var all []fyne.CanvasObject
		for _, c := range m.Charts {
			all = append(all, newProse(c.Title, sizeName, colorInk, true), newChart(c),
				row(8, 1, badge(c.Words.Tone, 22), newProse(c.Words.Text, sizeText, colorInk, false)), gap(1, 8))
		}
		p.charts.Objects = []fyne.CanvasObject{container.New(inset(edge), gap(1, 1), scrolled(column(8, all...), -1))}
	}
	p.form.object.Hide()
	p.charts.Show()
	p.right.Show()
	p.right.Refresh()
}

// chartHeight is how high the field of a chart is.
const chartHeight = 104

// newChart draws a chart: what was as a line, what is foreseen as dots.
func newChart(c model.Chart) fyne.CanvasObject {
	l := &chartLayout{is: c, field: canvas.NewRectangle(theme.Color(theme.ColorNameBackground))}
	l.field.StrokeColor, l.field.StrokeWidth, l.field.CornerRadius = theme.Color(colorLine), 1, 4
	all := []fyne.CanvasObject{l.field}
	stroke := func(c fyne.ThemeColorName, w float32) *canvas.Line {
		x := canvas.NewLine(theme.Color(c))
		x.StrokeWidth = w
		all = append(all, x)
		return x
	}
	for range c.Levels {
		l.rules = append(l.rules, stroke(colorLine, 1))
	}
	for i := 1; i < len(c.Past); i++ {
		l.past = append(l.past, stroke(colorWorking, 3))
	}
	for i := 1; i < len(c.Ahead); i++ {
		for range dots {
			l.ahead = append(l.ahead, stroke(colorWaiting, 3))
		}
	}
	for _, m := range c.Levels {
		l.levels = append(l.levels, words(m.Label, sizeText, colorQuiet, false))
	}
	for _, m := range c.Days {
		l.days = append(l.days, words(m.Label, sizeText, colorQuiet, false))
	}
	for _, t := range l.levels {
		all = append(all, t)
	}
	for _, t := range l.days {
		all = append(all, t)
	}
	return container.New(l, all...)
}

// dots are the strokes that a piece of the line ahead is made of, with as much room between them.
const dots = 4

// chartLayout places the strokes and words of a chart.
type chartLayout struct {
	is           model.Chart
	field        *canvas.Rectangle
	rules        []*canvas.Line
	past, ahead  []*canvas.Line
	levels, days []*canvas.Text
}

// sides are what the words take beside and below the field.
func (l *chartLayout) sides() (left, below float32) {
	for _, t := range l.levels {
		left = fyne.Max(left, t.MinSize().Width)
		below = t.MinSize().Height
	}
	return left + 8, below + 4
}

// MinSize is wide enough for the words at both ends.
func (l *chartLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	left, below := l.sides()
	w := left + 40
	for _, t := range l.days {
		w += t.MinSize().Width
	}
	return fyne.NewSize(w, px(chartHeight)+1.5*below)
}

// Layout places them.
func (l *chartLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	left, below := l.sides()
	air := below / 2 // the highest word stands in the middle of its rule
	wide, high := s.Width-left, s.Height-below-air
	at := func(p model.Point) fyne.Position {
		return fyne.NewPos(left+p.X*wide, air+(1-p.Y)*high)
	}
	l.field.Move(fyne.NewPos(left, air))
	l.field.Resize(fyne.NewSize(wide, high))
	put := func(x *canvas.Line, a, b fyne.Position) { x.Position1, x.Position2 = a, b; x.Refresh() }
	for i, m := range l.is.Levels {
		put(l.rules[i], at(model.Point{X: 0, Y: m.At}), at(model.Point{X: 1, Y: m.At}))
		z := l.levels[i].MinSize()
		l.levels[i].Resize(z)
		l.levels[i].Move(fyne.NewPos(left-8-z.Width, at(model.Point{Y: m.At}).Y-z.Height/2))
	}
	for i := range l.past {
		a, b := at(l.is.Past[i]), at(l.is.Past[i+1])
		put(l.past[i], fyne.NewPos(a.X-1, a.Y), b) // no light between two pieces
	}
	for i := range l.ahead {
		a, b := at(l.is.Ahead[i/dots]), at(l.is.Ahead[i/dots+1])
		part := func(k float32) fyne.Position { return fyne.NewPos(a.X+(b.X-a.X)*k, a.Y+(b.Y-a.Y)*k) }
		k := float32(i%dots) / dots
		put(l.ahead[i], part(k), part(k+0.5/dots))
	}
	for i, m := range l.is.Days {
		z := l.days[i].MinSize()
		x := left + m.At*wide - z.Width/2
		l.days[i].Resize(z)
		l.days[i].Move(fyne.NewPos(fyne.Max(left, fyne.Min(s.Width-z.Width, x)), s.Height-z.Height))
	}
}
