package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"cetak/ui/drawing"
	"cetak/ui/model"
)

// drawn is a picture of advice with its words below.
func drawn(p model.Picture) fyne.CanvasObject {
	img := canvas.NewImageFromResource(fyne.NewStaticResource("advice-"+p.Name+".svg", drawing.SVG(p.Name)))
	img.FillMode = canvas.ImageFillContain
	return container.New(drawnLayout{}, img, newProse(p.Caption, sizeText, colorQuiet, false))
}

// drawnLayout gives the picture the whole width in its proportion, and the words what they need below it.
type drawnLayout struct{}

const drawnGap = 4

func (drawnLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(160, 120) }

func (drawnLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	return width*drawing.Height/drawing.Width + drawnGap + heightFor(o[1], width)
}

func (drawnLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	h := s.Width * drawing.Height / drawing.Width
	o[0].Move(fyne.Position{})
	o[0].Resize(fyne.NewSize(s.Width, h))
	o[1].Move(fyne.NewPos(0, h+drawnGap))
	o[1].Resize(fyne.NewSize(s.Width, s.Height-h-drawnGap))
}

// beside puts the steps at the right of their picture, or below it where there is no room for both.
func beside(picture, steps fyne.CanvasObject) fyne.CanvasObject {
	return container.New(besideLayout{}, picture, steps)
}

type besideLayout struct{}

const besideGap = 14

// widths of picture and steps; steps of no width stand below.
func (besideLayout) widths(width float32) (picture, steps float32) {
	picture = fyne.Min(px(280), width*0.4)
	if steps = width - picture - besideGap; steps < px(240) {
		return fyne.Min(px(240), width), 0
	}
	return picture, steps
}

func (besideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().Max(o[1].MinSize())
}

func (l besideLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	p, s := l.widths(width)
	if s == 0 {
		return heightFor(o[0], p) + besideGap + heightFor(o[1], width)
	}
	return fyne.Max(heightFor(o[0], p), heightFor(o[1], s))
}

func (l besideLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	p, s := l.widths(size.Width)
	high := heightFor(o[0], p)
	o[0].Move(fyne.Position{})
	o[0].Resize(fyne.NewSize(p, high))
	if s == 0 {
		o[1].Move(fyne.NewPos(0, high+besideGap))
		o[1].Resize(fyne.NewSize(size.Width, size.Height-high-besideGap))
		return
	}
	o[1].Move(fyne.NewPos(p+besideGap, 0))
	o[1].Resize(fyne.NewSize(s, size.Height))
}
