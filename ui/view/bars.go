package view

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"cetak/station"
	"cetak/ui/model"
)

// operatorWidth is the most the operator's name may take of the bar, at the normal text size. The whole of it stands on the door
// and in every paper the person signs.
const operatorWidth = 130

// topBar says where this is and who works here.
func topBar(t model.Top, keys *keyboard) fyne.CanvasObject {
	bar := canvas.NewRectangle(theme.Color(colorBar))
	place := container.New(wordsFit{t.Place}, newProse(t.Place, sizeText, colorOnBar, false).atMost(2)) // the whole is the title of the window
	all := []fyne.CanvasObject{words(t.Name, sizeName, colorOnBar, true), place}
	if t.Desk != "" {
		all = append(all, words(t.Desk, sizeText, colorOnBar, true))
	}
	if b := t.Rooms; b != nil {
		named := *b
		named.Label = cutName(b.Label, px(operatorWidth))
		all = append(all, row(6, -1, icon(theme.AccountIcon(), colorOnBar, 20), newButton(named, 36, sizeText, false, keys)))
	} else if t.Operator != "" {
		w := fyne.Min(px(operatorWidth), words(t.Operator, sizeText, colorOnBar, false).MinSize().Width)
		all = append(all, row(6, -1, icon(theme.AccountIcon(), colorOnBar, 20), sized(fyne.NewSize(w, px(22)), newLine(t.Operator, sizeText, colorOnBar, false).mayCut())))
	}
	for _, d := range t.Devices {
		all = append(all, onBar(d))
	}
	all = append(all, newButton(t.Menu, 36, sizeText, false, keys))
	return container.New(inset(5), bar, row(16, 2, append([]fyne.CanvasObject{gap(0, 1)}, all...)...))
}

// wordsFit lays out a text that may go when there is no room for the longest of its words: half a word tells nobody anything.
type wordsFit struct{ text string }

func (w wordsFit) MinSize(o []fyne.CanvasObject) fyne.Size { return column(0, o...).MinSize() }

func (w wordsFit) heightFor(o []fyne.CanvasObject, width float32) float32 {
	return columnLayout(0).heightFor(o, width)
}

func (w wordsFit) Layout(o []fyne.CanvasObject, s fyne.Size) {
	longest := float32(0)
	for word := range strings.FieldsSeq(w.text) {
		longest = max(longest, words(word, sizeText, colorOnBar, false).MinSize().Width)
	}
	for _, x := range o {
		if x.Hide(); s.Width >= longest {
			x.Show()
		}
	}
	columnLayout(0).Layout(o, s)
}

// onBar is a device as a light tag, so that its tone is seen on the dark bar.
func onBar(d model.Device) fyne.CanvasObject {
	tag := canvas.NewRectangle(theme.Color(toneGround(d.Tone)))
	tag.CornerRadius = 8
	return container.New(inset(5), tag, row(6, -1, gap(1, 1), badge(d.Tone, 20),
		words(d.Name+" "+d.Word, sizeText, toneColor(d.Tone), true), gap(1, 1)))
}

func icon(r fyne.Resource, c fyne.ThemeColorName, d float32) fyne.CanvasObject {
	d = px(d)
	i := canvas.NewImageFromResource(theme.NewColoredResource(r, c))
	i.FillMode = canvas.ImageFillContain
	return sized(fyne.NewSize(d, d), i)
}

// banner is the strip of a test station.
func banner(s string) fyne.CanvasObject {
	back := canvas.NewRectangle(theme.Color(colorWaiting + groundSuffix))
	l := newProse(s, sizeText, colorWaiting, true)
	return container.New(inset(3), back, row(8, 2, gap(4, 1), icon(theme.WarningIcon(), colorWaiting, 20), l))
}

// stateBar says how the station is and what to do next, with the one large button.
func stateBar(s model.State, primary fyne.CanvasObject) fyne.CanvasObject {
	back := sheet(toneGround(s.Tone), toneColor(s.Tone))
	back.StrokeWidth = 2
	title := newProse(s.Title, sizeState, toneColor(s.Tone), true).shrinkTo(sizeName)
	detail := newProse(s.Detail, sizeDetail, colorInk, false).shrinkTo(sizeText)
	all := []fyne.CanvasObject{badge(s.Tone, 48), column(0, title, detail), primary}
	return container.New(inset(8), back, row(16, 1, all...))
}

// footBar shows the stores and the day.
func footBar(all []model.Supply) fyne.CanvasObject {
	var cells []fyne.CanvasObject
	for _, s := range all {
		value := []fyne.CanvasObject{words(s.Value, sizeDetail, colorInk, true)}
		if s.Word != "" {
			value = append(value, words(s.Word, sizeText, toneColor(s.Tone), true))
		}
		if s.Tone != model.Plain {
			value = append([]fyne.CanvasObject{badge(s.Tone, 20)}, value...)
		}
		cells = append(cells, column(0, words(s.Label, sizeText, colorQuiet, false), row(6, -1, value...)))
	}
	return container.New(inset(6), sheet(colorPanel, colorLine), container.New(&spread{}, cells...))
}

// spread lays cells side by side at even distances, with a rule between them.
type spread struct{}

func (*spread) MinSize(o []fyne.CanvasObject) fyne.Size {
	s := fyne.NewSize(16, 0)
	for _, x := range o {
		m := x.MinSize()
		s.Width += m.Width
		s.Height = fyne.Max(s.Height, m.Height)
	}
	return s
}

func (l *spread) Layout(o []fyne.CanvasObject, s fyne.Size) {
	each := (s.Width - l.MinSize(o).Width) / float32(len(o))
	x := float32(8)
	for _, c := range o {
		m := c.MinSize()
		c.Resize(fyne.NewSize(m.Width, s.Height))
		c.Move(fyne.NewPos(x, 0))
		x += m.Width + each
	}
}

// cardBar is the right side: the steps of the card in hand, or how the one before ended.
func cardBar(c model.Card) fyne.CanvasObject {
	title := []fyne.CanvasObject{newLine(c.Title, sizeText, colorQuiet, false)}
	if c.Total != "" {
		title = append(title, words(c.Total, sizeText, colorQuiet, true))
	}
	all := []fyne.CanvasObject{row(8, 0, title...)}
	if c.Name != "" {
		all = append(all, newLine(c.Name, sizeDetail, colorInk, true).shrinkTo(sizeText))
	}
	if c.Outcome != nil {
		all = append(all, row(8, 1, badge(c.Outcome.Tone, 26), newLine(c.Outcome.Text, sizeName, toneColor(c.Outcome.Tone), true)))
	}
	for _, l := range c.Lines {
		all = append(all, newProse(l, sizeText, colorInk, false))
	}
	for _, s := range c.Steps {
		all = append(all, stepRow(s))
	}
	if enlarged() {
		return panel(12, scrolled(column(4, all...), -1))
	}
	return panel(12, scrolled(column(6, all...), -1))
}

func stepRow(s model.Step) fyne.CanvasObject {
	ink, bold, sgn := colorQuiet, false, badge(model.Plain, 22)
	switch s.State {
	case station.StepRunning:
		ink, bold, sgn = colorWorking, true, badge(model.Working, 22)
	case station.StepDone:
		ink, sgn = colorInk, badge(model.Ready, 22)
	case station.StepFailed:
		ink, bold, sgn = colorStopped, true, badge(model.Stopped, 22)
	}
	when := colorInk
	if s.About {
		when = colorQuiet
	}
	margin := inset(3)
	if enlarged() {
		margin = 1
	}
	content := row(10, 1, sgn, newLine(s.Name, sizeText, ink, bold), words(s.Time, sizeText, when, false))
	if s.State != station.StepRunning {
		return container.New(margin, gap(1, 1), content)
	}
	back := canvas.NewRectangle(theme.Color(colorWorking + groundSuffix))
	back.CornerRadius = 6
	return container.New(margin, back, content)
}
