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

// beside puts the steps at the right of their picture. Where there is no room for both as large as that, as with large letters, the
// steps come first and the picture stands small at their right, or below them: nobody scrolls for what is to be done.
func beside(picture, steps fyne.CanvasObject) fyne.CanvasObject {
	return container.New(besideLayout{}, picture, steps)
}

type besideLayout struct{}

const besideGap = 14

// widths of picture and steps, and whether the steps come first; a picture below them has no steps beside it.
func (besideLayout) widths(width float32) (picture, steps float32, first bool) {
	picture = fyne.Min(px(280), width*0.4)
	if steps = width - picture - besideGap; steps >= px(240) {
		return picture, steps, false
	}
	picture = fyne.Max(px(110), width*0.28)
	if steps = width - picture - besideGap; steps >= px(160) {
		return picture, steps, true
	}
	return fyne.Min(px(240), width), 0, true
}

func (besideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().Max(o[1].MinSize())
}

func (l besideLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	p, s, _ := l.widths(width)
	if s == 0 {
		return heightFor(o[0], p) + besideGap + heightFor(o[1], width)
	}
	return fyne.Max(heightFor(o[0], p), heightFor(o[1], s))
}

func (l besideLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	p, s, first := l.widths(size.Width)
	high := heightFor(o[0], p)
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	switch {
	case s == 0:
		put(o[1], 0, 0, size.Width, size.Height-high-besideGap)
		put(o[0], 0, size.Height-high, p, high)
	case first:
		put(o[1], 0, 0, s, size.Height)
		put(o[0], s+besideGap, 0, p-8, high) // the bar of the scroll lies over the edge
	default:
		put(o[0], 0, 0, p, high)
		put(o[1], p+besideGap, 0, s, size.Height)
	}
}
