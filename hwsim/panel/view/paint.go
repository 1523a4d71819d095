package view

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"cetak/hwsim/panel/model"
)

// spot is a part of a drawing that can be pressed.
type spot struct {
	x, y, w, h float32
	do         model.Action
}

// drawing collects the objects of one picture. Coordinates are in its own units, times scale; text keeps its size.
type drawing struct {
	scale    float32
	pad      float32 // kept free at the edges: the toolkit's picture painter shifts what it has to clip
	dx, dy   float32
	objects  []fyne.CanvasObject
	spots    []spot
	pictures *pictures
}

func (d *drawing) at(x, y float32) fyne.Position {
	return fyne.NewPos(d.pad+d.dx+x*d.scale, d.pad+d.dy+y*d.scale)
}

func (d *drawing) add(o fyne.CanvasObject) { d.objects = append(d.objects, o) }

// box is a rectangle; stroke 0 draws no line around it.
func (d *drawing) box(x, y, w, h, corner float32, fill, line color.Color, stroke float32) {
	r := canvas.NewRectangle(fill)
	r.CornerRadius, r.StrokeColor, r.StrokeWidth = corner, line, stroke
	r.Move(d.at(x, y))
	r.Resize(fyne.NewSize(w*d.scale, h*d.scale))
	d.add(r)
}

func (d *drawing) disc(x, y, radius float32, fill, line color.Color, stroke float32) {
	c := canvas.NewCircle(fill)
	c.StrokeColor, c.StrokeWidth = line, stroke
	c.Move(d.at(x-radius, y-radius))
	c.Resize(fyne.NewSize(2*radius*d.scale, 2*radius*d.scale))
	d.add(c)
}

func (d *drawing) line(x1, y1, x2, y2, width float32, c color.Color) {
	l := canvas.NewLine(c)
	l.StrokeWidth = width
	l.Position1, l.Position2 = d.at(x1, y1), d.at(x2, y2)
	d.add(l)
}

// text writes a line whose left end (align 0), middle (0.5) or right end (1) is at x and whose top is at y.
func (d *drawing) text(s string, x, y, align, most float32, c color.Color, bold bool) {
	t := say(s, sizeText, c, bold)
	t.Text = fit(s, most*d.scale, sizeText, t.TextStyle)
	size := t.MinSize()
	p := d.at(x, y)
	t.Move(fyne.NewPos(p.X-align*size.Width, p.Y))
	t.Resize(size)
	d.add(t)
}

func (d *drawing) spot(x, y, w, h float32, do model.Action) {
	if do == (model.Action{}) {
		return
	}
	p := d.at(x, y)
	d.spots = append(d.spots, spot{p.X, p.Y, w * d.scale, h * d.scale, do})
}

func (d *drawing) image(img image.Image, x, y, w, h, corner float32) {
	i := canvas.NewImageFromImage(img)
	i.FillMode, i.ScaleMode, i.CornerRadius = canvas.ImageFillStretch, canvas.ImageScaleSmooth, corner
	i.Move(d.at(x, y))
	i.Resize(fyne.NewSize(w*d.scale, h*d.scale))
	d.add(i)
}

// card draws a card with its left top corner at x, y: its face as far as it is printed, and the state of its chip.
func (d *drawing) card(c model.Card, x, y, w float32) {
	h := w * 54 / 85.6 // ID-1, ISO/IEC 7810
	d.box(x+2, y+3, w, h, 6, shade, nil, 0)
	d.box(x, y, w, h, 6, paper, edge, 1.5)
	if img := d.pictures.get(c.Picture, smallWidth); img != nil {
		d.image(img, x+1.5, y+1.5, w-3, h-3, 5)
	} else if c.Printed {
		for n := range 4 {
			d.box(x+w*0.34, y+h*(0.3+0.14*float32(n)), w*0.5, h*0.06, 1, faint, nil, 0)
		}
		d.box(x+w*0.08, y+h*0.3, w*0.2, h*0.48, 2, faint, nil, 0)
	}
	d.chip(c.State, x+13, y+h-13)
}

// chip is the state of a chip as a shape: hollow is blank, half full is partly written, full is sealed, crossed is
// terminated.
func (d *drawing) chip(state string, x, y float32) {
	const r = 8
	d.disc(x, y, r+2, paper, nil, 0)
	switch state {
	case "none":
	case "blank":
		d.disc(x, y, r, paper, steel, 2)
	case "partial":
		d.disc(x, y, r, paper, amber, 2)
		d.disc(x, y, r*0.5, amber, nil, 0)
	case "sealed":
		d.disc(x, y, r, green, green, 2)
		d.line(x-4, y, x-1, y+3, 2, paper)
		d.line(x-1, y+3, x+4, y-3, 2, paper)
	default:
		d.disc(x, y, r, paper, red, 2)
		d.line(x-4, y-4, x+4, y+4, 2, red)
		d.line(x-4, y+4, x+4, y-4, 2, red)
	}
}
