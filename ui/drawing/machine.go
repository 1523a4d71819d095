package drawing

// printer is the card printer from its side, as hwsim/panel shows it: blanks come from the left, the good tray is at the right,
// the reject box below the feeder, chip station, ribbon, and head under the lid.
type printer struct {
	open    bool
	hot     string // the part to touch
	card    string // where a card lies: way-in, head, inside, way-out
	blanks  int    // in the feeder
	rejects int    // in the reject box
	bare    bool   // no ribbon
	dead    bool   // its light is out
}

// laid out in the units of the sheet
const (
	bodyX, bodyY, bodyW, bodyH = 80.0, 92.0, 160.0, 108.0
	trackY                     = 152.0
)

func (p printer) draw(s *sheet) {
	p.sides(s)
	p.body(s)
	p.inside(s)
	p.lid(s)
	p.cards(s)
}

// sides are what stands beside the body.
func (p printer) sides(s *sheet) {
	s.rect(14, 204, 292, 4, 2, pen{fill: metal})
	s.line(wire, 68, 122, bodyX, trackY) // from the feeder
	s.line(wire, bodyX+bodyW, trackY, 252, trackY)
	s.rect(14, 58, 56, 66, 4, at(p.hot == "feeder", white)) // feeder
	for i := range p.blanks {
		s.rect(19, 114-float64(i)*5, 46, 4, 1, pen{fill: paper, edge: faint, width: 1.2})
	}
	s.rect(14, 138, 56, 58, 4, at(p.hot == "reject", white)) // reject box
	for i := range p.rejects {
		s.rect(19, 186-float64(i)*5, 46, 4, 1, pen{fill: sky, edge: red, width: 1.2})
	}
	s.line(pen{edge: red, width: 3}, 36, 143, 48, 155) // what is thrown away
	s.line(pen{edge: red, width: 3}, 48, 143, 36, 155)
	s.rect(250, 124, 56, 72, 4, at(p.hot == "tray", white)) // good tray
	s.line(pen{edge: green, width: 3}, 269, 134, 276, 141, 288, 128)
	for i := range 3 {
		s.rect(255, 186-float64(i)*5, 46, 4, 1, pen{fill: sky, edge: faint, width: 1.2})
	}
}

func (p printer) body(s *sheet) {
	s.rect(bodyX, bodyY, bodyW, bodyH, 7, solid)
	s.rect(bodyX+7, bodyY+6, bodyW-14, 78, 4, pen{fill: ground, edge: metal, width: 1.5})
	s.rect(92, 183, 18, 12, 2, at(p.hot == "socket", dark)) // data socket
	s.rect(214, 183, 18, 12, 3, at(p.hot == "switch", dark))
	light := green
	if p.dead {
		light = steel
	}
	s.circle(204, 189, 4, pen{fill: light, edge: ink, width: 1.2})
	s.line(wire, bodyX+4, trackY, bodyX+bodyW-4, trackY)
	for x := 96.0; x < 236; x += 22 {
		s.circle(x, trackY+6, 4, pen{fill: steel})
	}
}

// inside are chip station, ribbon, and head.
func (p printer) inside(s *sheet) {
	chip := pen{fill: gold, edge: steel, width: 1.5}
	s.rect(108, 112, 22, 22, 4, at(p.hot == "chip", chip))
	s.line(pen{edge: steel, width: 1.2}, 108, 119, 115, 119)
	s.line(pen{edge: steel, width: 1.2}, 108, 127, 115, 127)
	s.line(pen{edge: steel, width: 1.2}, 123, 119, 130, 119)
	s.line(pen{edge: steel, width: 1.2}, 123, 127, 130, 127)
	s.rect(115, 114, 8, 18, 2, pen{edge: steel, width: 1.2})
	if !p.bare {
		band := pen{edge: steel, width: 2.5}
		if p.hot == "ribbon" {
			band = pen{edge: hotEdge, width: 4.5}
		}
		s.line(band, 170, 124, 184, 143, 208, 143, 220, 122)
	}
	for _, roll := range []struct{ x, r float64 }{{160, 15}, {222, 9}} {
		if p.bare {
			s.circle(roll.x, 115, roll.r, pen{edge: faint, dash: "4 4"})
		} else {
			s.circle(roll.x, 115, roll.r, at(p.hot == "ribbon", pen{fill: "#7F8C98", edge: steel}))
		}
		s.circle(roll.x, 115, 4, white)
	}
	s.rect(184, 112, 24, 22, 3, at(p.hot == "head", dark))
	s.rect(190, 134, 12, 7, 1, at(p.hot == "head", pen{fill: ink}))
}

// hinge of the lid, and how far it opens.
const hingeX, hingeY, wide = 246.0, 88.0, 27.0

func (p printer) lid(s *sheet) {
	x, y, w, h := bodyX-6, bodyY-12, bodyW+12.0, 13.0
	if !p.open {
		s.rect(x, y, w, h, 5, at(p.hot == "lid", dark))
		return
	}
	s.poly(at(p.hot == "lid", dark), turned(x, y, w, h, wide, hingeX, hingeY)...)
	s.circle(hingeX, hingeY, 6, dark)
}

// cards are those under way.
func (p printer) cards(s *sheet) {
	stuck := pen{fill: sky, edge: steel}
	if p.hot == "card" {
		stuck = touch
	}
	switch p.card {
	case "way-in":
		lyingCard(s, stuck, 62, 126, 46, 28, 34)
	case "head":
		lyingCard(s, stuck, 172, 142, 46, 26, -10)
	case "inside":
		lyingCard(s, stuck, 126, 138, 46, 28, 0)
	case "way-out":
		lyingCard(s, stuck, 222, 138, 46, 28, 0)
	}
}

// lyingCard is a card with its chip, turned.
func lyingCard(s *sheet, p pen, x, y, w, h, degrees float64) {
	cx, cy := x+w/2, y+h/2
	s.poly(p, turned(x, y, w, h, degrees, cx, cy)...)
	s.poly(pen{fill: gold, edge: ink, width: 1.2}, turned(x+w*0.14, y+h*0.36, w*0.2, h*0.3, degrees, cx, cy)...)
}

// dispenser is the card dispenser with its gate at the right: stack above, chip station below it, reject box at its foot.
type dispenser struct {
	hot  string
	card string // stack, gate, chip
	full bool
}

func (d dispenser) draw(s *sheet) {
	s.rect(20, 204, 280, 4, 2, pen{fill: metal})
	s.rect(84, 30, 64, 64, 4, at(d.hot == "stack", white))
	for i := range 8 {
		s.rect(91, 84-float64(i)*6, 50, 5, 1, pen{fill: paper, edge: faint, width: 1.2})
	}
	s.rect(56, 94, 132, 106, 7, solid)
	s.rect(64, 102, 116, 46, 4, pen{fill: ground, edge: metal, width: 1.5})
	s.line(wire, 116, 94, 116, 126, 236, 126)
	for _, x := range []float64{132, 152, 172} {
		s.circle(x, 132, 4, pen{fill: steel})
	}
	s.rect(80, 106, 22, 22, 4, at(d.hot == "chip", pen{fill: gold, edge: steel, width: 1.5}))
	s.rect(66, 156, 58, 36, 4, at(d.hot == "bin", white))
	s.line(pen{edge: red, width: 3}, 72, 162, 82, 172)
	s.line(pen{edge: red, width: 3}, 82, 162, 72, 172)
	if d.full {
		for i := range 5 {
			s.rect(86, 184-float64(i)*5, 32, 4, 1, pen{fill: sky, edge: red, width: 1.2})
		}
	}
	s.rect(134, 176, 16, 12, 2, at(d.hot == "socket", dark))
	s.rect(160, 176, 18, 12, 3, at(d.hot == "switch", dark))
	s.rect(186, 114, 16, 26, 3, at(d.hot == "gate", dark)) // gate
	s.rect(228, 96, 74, 104, 7, solid)                     // the printer it feeds, by its manual slot
	s.rect(222, 84, 86, 13, 5, dark)
	s.rect(222, 116, 12, 22, 2, at(d.hot == "slot", dark))
	stuck := pen{fill: sky, edge: steel}
	if d.hot == "card" {
		stuck = touch
	}
	switch d.card {
	case "stack":
		lyingCard(s, stuck, 96, 82, 46, 26, 28)
	case "gate":
		lyingCard(s, stuck, 186, 112, 46, 28, 0)
	case "chip":
		lyingCard(s, stuck, 104, 112, 46, 28, 0)
	}
}
