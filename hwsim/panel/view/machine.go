package view

import (
	"image/color"

	"fyne.io/fyne/v2"

	"cetak/hwsim/panel/model"
)

// The machine's own units.
const (
	machineWidth  = 880
	machineHeight = 270
	beltY         = 182
	bodyLeft      = 150
	bodyRight     = 704
	cardWidth     = 100
)

// drawMachine draws the printer cut open, into the space.
func drawMachine(d *drawing, m model.Machine, space fyne.Size) {
	d.scale = min(space.Width/machineWidth, space.Height/machineHeight)
	d.dx = (space.Width - machineWidth*d.scale) / 2
	d.dy = (space.Height - machineHeight*d.scale) / 2
	drawFeeder(d, m.Feeder)
	drawPile(d, m.Reject, 0, 138, 130, 266)
	drawBody(d, m)
	if m.Head {
		drawRibbon(d, m.Ribbon)
	}
	drawStops(d, m.Stops)
	drawSwitches(d, m)
	drawPile(d, m.Good, 724, 66, 872, 240)
	drawCards(d, m)
}

func drawFeeder(d *drawing, f model.Feeder) {
	tone := ink
	if f.Blind || f.Count == 0 {
		tone = red
	}
	d.text(f.Name, 0, 0, 0, 148, ink, true)
	d.text(f.Text, 0, 20, 0, 148, tone, f.Blind || f.Count == 0)
	d.box(0, 44, 130, 88, 6, inside, steel, 2)
	const bottom, thick = 126, 3
	n := int(f.Level*25 + 0.999)
	for i := range n {
		skew := float32(0)
		if f.Blind {
			skew = float32(i%3) * 4
		}
		d.box(10+skew, bottom-thick*float32(i+1), 104, thick-1, 1, paper, edge, 0.7)
	}
	d.line(130, 128, bodyLeft, beltY, 3, steel) // the chute
	d.spot(0, 0, 140, 132, f.Do)
}

// drawPile draws a tray with its name above: between left and right, from top to bottom.
func drawPile(d *drawing, p model.Pile, left, top, right, bottom float32) {
	tone := ink
	if p.Full {
		tone = red
	}
	d.text(p.Name, left, top, 0, right-left+14, ink, true)
	d.text(p.Text, left, top+19, 0, right-left+14, tone, p.Full)
	d.box(left, top+43, right-left, bottom-top-43, 6, inside, steel, 2)
	if p.Top == nil {
		return
	}
	h := bottom - top - 43 - 14
	w := min(right-left-36, h*85.6/54)
	x, y := (left+right-w)/2, bottom-7-w*54/85.6
	for i := range min(p.Count-1, 4) {
		d.box(x-3*float32(i+1), y-2*float32(i+1), w, 4, 1, paper, edge, 1)
	}
	d.card(*p.Top, x, y, w)
	d.spot(left, top, right-left, bottom-top, p.Do)
}

func drawBody(d *drawing, m model.Machine) {
	d.box(bodyLeft, 40, bodyRight-bodyLeft, 228, 8, housing, steel, 2)
	d.box(bodyLeft+6, 46, bodyRight-bodyLeft-12, 216, 5, inside, nil, 0)
	d.line(bodyLeft, beltY, 724, beltY, 4, steel)
	for x := float32(168); x < bodyRight; x += 43 {
		d.disc(x, beltY+6, 5, steel, nil, 0)
	}
	d.line(bodyRight, beltY, 724, beltY, 4, steel)
	tone := ink
	if m.Lid.Open {
		tone = red
		d.line(bodyRight-4, 34, bodyRight-190, 4, 9*d.scale, steel)
		d.disc(bodyRight-4, 36, 7, steel, nil, 0)
	} else {
		d.box(bodyLeft-4, 27, bodyRight-bodyLeft+8, 14, 6, steel, nil, 0)
	}
	d.text(m.Lid.Text, bodyLeft+4, 4, 0, 300, tone, m.Lid.Open)
	d.spot(bodyLeft, 0, bodyRight-bodyLeft, 46, m.Lid.Do)
}

func drawRibbon(d *drawing, r model.Ribbon) {
	const middle, left, right, y = 560, 450, 670, 92
	tone := ink
	if r.Panels == "" || r.End {
		tone = red
	}
	d.text(r.Text, middle, 48, 0.5, 190, tone, r.Panels == "" || r.End)
	d.box(middle-26, 104, 52, 26, 4, steel, ink, 1) // the head
	d.box(middle-16, 130, 32, 8, 2, ink, nil, 0)
	if r.Panels != "" {
		d.line(left, y+8, middle-26, 139, 2, quiet)
		d.line(middle-26, 139, middle+26, 139, 2, quiet)
		d.line(middle+26, 139, right, y+8, 2, quiet)
		for i, share := range []float64{r.Left, 1 - r.Left} {
			x := []float32{left, right}[i]
			d.disc(x, y, 10+16*float32(share), rgb(0x7E8C99), steel, 2)
			d.disc(x, y, 6, paper, steel, 2)
		}
	}
	n := float32(len(r.Panels))
	for i := range len(r.Panels) {
		x := middle - n*12 + 24*float32(i)
		letter := ink
		if r.Panels[i] == 'k' || r.Panels[i] == 'm' {
			letter = paper
		}
		d.box(x, 72, 22, 24, 3, colorful[r.Panels[i]], edge, 1)
		d.text(string(r.Panels[i]-'a'+'A'), x+11, 72, 0.5, 24, letter, true)
		if i == r.Under {
			d.box(x-3, 69, 28, 30, 5, color.Transparent, red, 3)
		}
	}
	d.text(r.Head, middle, 240, 0.5, 260, ink, false)
	d.spot(left-30, 48, right-left+60, 90, r.Do)
}

// stopX is where on the belt a card at a place has its middle; a place not known is drawn on the path.
func stopX(place string) float32 {
	switch place {
	case "contact":
		return 276
	case "contactless":
		return 386
	case "gate", "slot":
		return 466
	case "head":
		return 560
	}
	return 202
}

func drawStops(d *drawing, stops []model.Stop) {
	drawContacts(d, stopX("contact"), 116)
	x := stopX("contactless")
	for r := float32(7); r <= 21; r += 7 {
		d.disc(x, 126, r, color.Transparent, steel, 2)
	}
	d.disc(x, 126, 3, steel, nil, 0)
	for _, s := range stops {
		tone := ink
		if s.Card != nil {
			tone = blue
		}
		most := float32(112)
		if s.Place == stops[0].Place {
			most = 54 // the next name stands close
		}
		d.text(s.Name, stopX(s.Place), 220, 0.5, most, tone, s.Card != nil)
	}
}

// drawContacts draws the eight contacts of ISO/IEC 7816-2.
func drawContacts(d *drawing, x, y float32) {
	d.box(x-20, y-17, 40, 40, 5, gold, steel, 2)
	for i := range 3 {
		d.line(x-20, y-7+10*float32(i), x-6, y-7+10*float32(i), 1.5, steel)
		d.line(x+6, y-7+10*float32(i), x+20, y-7+10*float32(i), 1.5, steel)
	}
	d.line(x-6, y-17, x-6, y+23, 1.5, steel)
	d.line(x+6, y-17, x+6, y+23, 1.5, steel)
}

func drawSwitches(d *drawing, m model.Machine) {
	lamp, tone := green, ink
	if !m.Power.On {
		lamp, tone = paper, red
	}
	d.disc(734, 11, 7, lamp, steel, 2)
	d.text(m.Power.Text, 750, 0, 0, 128, tone, !m.Power.On)
	d.spot(724, 0, 150, 24, m.Power.Do)
	tone = ink
	d.box(724, 32, 10, 12, 2, steel, nil, 0)
	if m.Cable.On {
		d.box(733, 30, 10, 16, 2, steel, nil, 0)
	} else {
		tone = red
		d.line(736, 46, 744, 30, 2.5, red)
	}
	d.text(m.Cable.Text, 750, 27, 0, 128, tone, !m.Cable.On)
	d.spot(724, 26, 150, 24, m.Cable.Do)
}

func drawCards(d *drawing, m model.Machine) {
	const h = cardWidth * 54 / 85.6
	for _, s := range m.Stops {
		if s.Card == nil {
			continue
		}
		x, y := stopX(s.Place)-cardWidth/2, float32(beltY-h/2)
		d.card(*s.Card, x, y, cardWidth)
		if m.Jam != "" {
			d.box(x-3, y-3, cardWidth+6, h+6, 8, color.Transparent, red, 4)
			d.box(x+8, y+h/2-12, cardWidth-16, 24, 5, red, nil, 0)
			d.text(m.Jam, x+cardWidth/2, y+h/2-11, 0.5, cardWidth-16, paper, true)
		}
		d.spot(x, y, cardWidth, h, model.Action{Step: model.ShowCard, Arg: s.Card.UID})
	}
}
