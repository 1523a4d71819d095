package evolis

import (
	"context"
	"fmt"
	"image"
	"image/color"

	"cetak/drivers"
)

// placed is the artwork as it must be printed to lie right on the card: turned for a machine whose cards come out upside down, moved by
// the offsets that were found on a test card. It is done to the dots, because how the machine's own offsets (Px, Py) are written is in
// no source. What is moved over the edge is lost; what comes in is white.
func (p *Printer) placed(a drivers.Artwork) drivers.Artwork {
	o := p.o
	if !o.Turned && o.OffsetX == 0 && o.OffsetY == 0 {
		return a
	}
	from := func(x, y int) image.Point { // the dot of the artwork that comes to lie there
		if o.Turned {
			x, y = drivers.FaceWidth-1-x, drivers.FaceHeight-1-y
		}
		return image.Pt(x-o.OffsetX, y-o.OffsetY)
	}
	if c := a.Color; c != nil {
		out := image.NewRGBA(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight))
		white := color.RGBA{255, 255, 255, 255}
		for y := range drivers.FaceHeight {
			for x := range drivers.FaceWidth {
				dot := white
				if at := from(x, y).Add(c.Rect.Min); at.In(c.Rect) {
					dot = c.RGBAAt(at.X, at.Y)
				}
				out.SetRGBA(x, y, dot)
			}
		}
		a.Color = out
	}
	if k := a.Black; k != nil {
		out := image.NewGray(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight))
		for y := range drivers.FaceHeight {
			for x := range drivers.FaceWidth {
				dot := color.Gray{255}
				if at := from(x, y).Add(k.Rect.Min); at.In(k.Rect) {
					dot = k.GrayAt(at.X, at.Y)
				}
				out.SetGray(x, y, dot)
			}
		}
		a.Black = out
	}
	return a
}

// setContrast says the contrast of the panels that the ribbon has, where the settings name one (Pc, guide p.25). A machine that refuses
// it is told before any blank moves.
func (p *Printer) setContrast(ctx context.Context) error {
	for _, name := range []byte(panelsOf(p.o.Ribbon)) {
		n := p.o.ContrastColour
		switch name {
		case 'k':
			n = p.o.ContrastBlack
		case 'o':
			n = 0
		}
		if n == 0 {
			continue
		}
		if err := p.tell(ctx, fmt.Sprintf("Pc;%c;=;%d", name, n)); err != nil {
			return err
		}
	}
	return nil
}
