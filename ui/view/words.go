package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"cetak/ui/model"
)

// words is one line of text at its natural width. Here as everywhere in this package a text's size is the one it has at the
// normal text size.
func words(s string, size float32, c fyne.ThemeColorName, bold bool) *canvas.Text {
	t := canvas.NewText(s, theme.Color(c))
	t.TextSize, t.TextStyle.Bold = px(size), bold
	return t
}

// line is one line of text that takes the width it is given: first it gets smaller, down to least, then it is cut. Cutting it
// is a fault of the screen, unless it is brief: then the whole of it can be read elsewhere.
type line struct {
	widget.BaseWidget
	full  string
	size  float32
	least float32
	brief bool
	text  *canvas.Text
}

func newLine(s string, size float32, c fyne.ThemeColorName, bold bool) *line {
	l := &line{full: s, size: px(size), least: px(size), text: words(s, size, c, bold)}
	l.ExtendBaseWidget(l)
	return l
}

func (l *line) shrinkTo(least float32) *line { l.least = px(least); return l }

// mayCut marks a line whose whole can be read elsewhere on the same screen.
func (l *line) mayCut() *line { l.brief = true; return l }

func (l *line) set(s string, c fyne.ThemeColorName) {
	ink := theme.Color(c)
	if l.full == s && l.text.Color == ink {
		return
	}
	l.full, l.text.Color = s, ink
	l.fit(l.Size().Width)
	l.text.Refresh()
}

func (l *line) fit(width float32) {
	l.text.Text, l.text.TextSize = l.full, l.size
	for l.text.TextSize > l.least && l.text.MinSize().Width > width {
		l.text.TextSize--
	}
	if l.text.MinSize().Width > width {
		l.text.Text = cut(l.full, width, l.text.TextSize, l.text.TextStyle)
	}
}

// cut shortens s to the width, with an ellipsis where something is missing.
func cut(s string, width, size float32, style fyne.TextStyle) string {
	runes := []rune(s)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if fyne.MeasureText(string(runes[:mid])+"…", size, style).Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return ""
	}
	return string(runes[:low]) + "…"
}

func (l *line) CreateRenderer() fyne.WidgetRenderer { return &lineRenderer{l} }

type lineRenderer struct{ l *line }

func (r *lineRenderer) Destroy()                     {}
func (r *lineRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.l.text} }
func (r *lineRenderer) Refresh()                     { r.l.text.Refresh() }
func (r *lineRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, fyne.MeasureText("M", r.l.size, r.l.text.TextStyle).Height)
}

func (r *lineRenderer) Layout(s fyne.Size) {
	r.l.fit(s.Width)
	h := r.l.text.MinSize().Height
	r.l.text.Resize(fyne.NewSize(s.Width, h))
	r.l.text.Move(fyne.NewPos(0, (s.Height-h)/2))
}

// badge is the round sign of a tone.
func badge(t model.Tone, d float32) fyne.CanvasObject {
	if t == model.Plain {
		d = px(d)
		dot := canvas.NewCircle(theme.Color(colorPanel))
		dot.StrokeColor, dot.StrokeWidth = theme.Color(colorQuiet), 2
		return sized(fyne.NewSize(d, d), dot)
	}
	return sign(toneIcon(t), toneColor(t), d)
}

// sign is a white shape in a coloured disc.
func sign(icon fyne.Resource, c fyne.ThemeColorName, d float32) fyne.CanvasObject {
	d = px(d)
	disc := canvas.NewCircle(theme.Color(c))
	shape := canvas.NewImageFromResource(theme.NewColoredResource(icon, colorPanel))
	shape.FillMode = canvas.ImageFillContain
	return sized(fyne.NewSize(d, d), container.New(inset(d*0.18), disc, shape))
}
