package drawing

// Things of a desk, each with its upper left corner.

// card is a card from the front: printed, or a blank.
func card(s *sheet, x, y, w float64, printed bool, p pen) {
	h := w * 53.98 / 85.6
	s.rect(x, y, w, h, w*0.05, p)
	s.rect(x+w*0.08, y+h*0.36, w*0.15, h*0.24, 2, pen{fill: gold, edge: ink, width: 1.2})
	if !printed {
		return
	}
	for i := range 5 {
		s.line(pen{edge: ink, width: w * 0.022}, x+w*0.3, y+h*(0.28+0.12*float64(i)), x+w*(0.52+0.06*float64(i%3)), y+h*(0.28+0.12*float64(i)))
	}
	s.rect(x+w*0.28, y+h*0.08, w*0.44, h*0.07, 1, pen{fill: ink})
	portrait(s, x+w*0.72, y+h*0.26, w*0.2, pen{fill: "#2F5D8A"})
}

// portrait is a picture of a person, four wide and five high.
func portrait(s *sheet, x, y, w float64, back pen) {
	h := w * 1.25
	s.rect(x, y, w, h, 1.5, back)
	s.circle(x+w/2, y+h*0.38, w*0.22, pen{fill: "#C6936C"})
	s.path("M"+num(x+w*0.12)+" "+num(y+h)+"C"+num(x+w*0.14)+" "+num(y+h*0.58)+" "+num(x+w*0.86)+" "+num(y+h*0.58)+" "+num(x+w*0.88)+" "+num(y+h)+"Z", pen{fill: paper})
}

// person is head and shoulders.
func person(s *sheet, x, y, w float64, p pen) {
	s.path("M"+num(x)+" "+num(y+w*1.3)+"C"+num(x)+" "+num(y+w*0.6)+" "+num(x+w)+" "+num(y+w*0.6)+" "+num(x+w)+" "+num(y+w*1.3)+"Z", p)
	s.circle(x+w/2, y+w*0.32, w*0.31, p)
}

// document is a sheet of paper with lines; the line marked is the one to look at, -1 = none.
func document(s *sheet, x, y, w, h float64, marked int, p pen) {
	f := w * 0.2
	s.poly(p, x, y, x+w-f, y, x+w, y+f, x+w, y+h, x, y+h)
	s.line(pen{edge: p.edge}, x+w-f, y, x+w-f, y+f, x+w, y+f)
	n := int((h - 40) / 16)
	for i := range n {
		at, long := y+32+16*float64(i), w*(0.72-0.12*float64((i+1)%3))
		if i == marked {
			s.rect(x+w*0.08, at-8, w*0.84, 16, 4, touch)
		}
		s.line(pen{edge: ink, width: 3}, x+w*0.14, at, x+w*0.14+long, at)
	}
}

// computer is a screen with its foot and keys.
func computer(s *sheet, x, y, w float64, screen pen) {
	h := w * 0.62
	s.rect(x, y, w, h, 5, dark)
	s.rect(x+w*0.05, y+w*0.05, w*0.9, h-w*0.1, 2, screen)
	s.poly(dark, x+w*0.42, y+h, x+w*0.58, y+h, x+w*0.63, y+h+w*0.12, x+w*0.37, y+h+w*0.12)
	s.rect(x+w*0.1, y+h+w*0.16, w*0.8, w*0.1, 3, solid)
	for i := range 6 {
		s.line(pen{edge: steel, width: 2.5}, x+w*(0.16+0.12*float64(i)), y+h+w*0.21, x+w*(0.21+0.12*float64(i)), y+h+w*0.21)
	}
}

// stick is a memory stick.
func stick(s *sheet, x, y, w float64, p pen) {
	s.rect(x, y, w*0.7, w*0.36, 5, p)
	s.rect(x+w*0.7, y+w*0.07, w*0.28, w*0.22, 1, white)
	s.rect(x+w*0.8, y+w*0.1, w*0.08, w*0.06, 0, pen{fill: steel})
	s.rect(x+w*0.8, y+w*0.2, w*0.08, w*0.06, 0, pen{fill: steel})
}

// padlock is shut.
func padlock(s *sheet, x, y, w float64, p pen) {
	s.path("M"+num(x+w*0.2)+" "+num(y+w*0.5)+"V"+num(y+w*0.32)+"A"+num(w*0.3)+" "+num(w*0.3)+" 0 0 1 "+num(x+w*0.8)+" "+num(y+w*0.32)+"V"+num(y+w*0.5), pen{edge: steel, width: w * 0.12})
	s.rect(x, y+w*0.46, w, w*0.72, w*0.08, p)
	s.circle(x+w/2, y+w*0.76, w*0.1, pen{fill: ink})
	s.line(pen{edge: ink, width: w * 0.08}, x+w/2, y+w*0.78, x+w/2, y+w*0.96)
}

// key lies.
func key(s *sheet, x, y, w float64, p pen) {
	r := w * 0.2
	s.poly(p, x+r*1.6, y+r*0.75, x+w, y+r*0.75, x+w, y+r*2, x+w*0.9, y+r*2, x+w*0.9, y+r*1.3, x+w*0.8, y+r*1.3, x+w*0.8, y+r*1.8, x+w*0.7, y+r*1.8, x+w*0.7, y+r*1.3, x+r*1.6, y+r*1.3)
	s.circle(x+r, y+r, r, p)
	s.circle(x+r, y+r, r*0.42, pen{fill: ground, edge: p.edge, width: p.width})
}

// box is a closed box of blanks.
func box(s *sheet, x, y, w float64, p pen) {
	s.poly(p, x, y+w*0.2, x+w, y+w*0.2, x+w, y+w*0.75, x, y+w*0.75)
	s.poly(p, x, y+w*0.2, x+w*0.14, y, x+w*0.86, y, x+w, y+w*0.2)
	card(s, x+w*0.34, y+w*0.34, w*0.32, false, white)
}

// clock shows ten past four.
func clock(s *sheet, x, y, r float64, p pen) {
	s.circle(x, y, r, p)
	for i := range 4 {
		dx, dy := []float64{0, 1, 0, -1}[i], []float64{-1, 0, 1, 0}[i]
		s.line(pen{edge: ink, width: 3}, x+dx*r*0.78, y+dy*r*0.78, x+dx*r*0.88, y+dy*r*0.88)
	}
	s.line(pen{edge: ink, width: 4}, x, y, x+r*0.42, y+r*0.26)
	s.line(pen{edge: ink, width: 3}, x, y, x+r*0.5, y-r*0.42)
}

// gear is a wheel with eight teeth.
func gear(s *sheet, x, y, r float64, p pen) {
	for i := range 4 {
		s.poly(p, turned(x-r*0.18, y-r, r*0.36, r*2, float64(i)*45, x, y)...)
	}
	s.circle(x, y, r*0.76, p)
	for i := range 4 { // without the edges of the teeth below the wheel
		s.poly(pen{fill: p.fill}, turned(x-r*0.18+1.6, y-r+1.8, r*0.36-3.2, r*2-3.6, float64(i)*45, x, y)...)
	}
	s.circle(x, y, r*0.3, pen{fill: ground, edge: p.edge, width: p.width})
}

// phone is a telephone with keys.
func phone(s *sheet, x, y, w float64, p pen) {
	s.rect(x, y, w, w*1.8, w*0.16, p)
	s.rect(x+w*0.14, y+w*0.2, w*0.72, w*0.5, 2, white)
	for i := range 9 {
		s.circle(x+w*(0.26+0.24*float64(i%3)), y+w*(0.94+0.26*float64(i/3)), w*0.07, pen{fill: ink})
	}
}

// drum is where a computer keeps its data.
func drum(s *sheet, x, y, w, h float64, p pen) {
	r := w * 0.16
	arc := "A" + num(w/2) + " " + num(r) + " 0 0 "
	s.path("M"+num(x)+" "+num(y+r)+"V"+num(y+h-r)+arc+"0 "+num(x+w)+" "+num(y+h-r)+"V"+num(y+r)+"Z", p)
	s.path("M"+num(x)+" "+num(y+r)+arc+"1 "+num(x+w)+" "+num(y+r)+arc+"1 "+num(x)+" "+num(y+r)+"Z", p)
	for _, k := range []float64{0.36, 0.66} {
		s.path("M"+num(x)+" "+num(y+h*k)+arc+"0 "+num(x+w)+" "+num(y+h*k), pen{edge: p.edge, width: p.width})
	}
}

// folder is a folder of files.
func folder(s *sheet, x, y, w float64, p pen) {
	s.poly(p, x, y, x+w*0.36, y, x+w*0.46, y+w*0.12, x+w, y+w*0.12, x+w, y+w*0.72, x, y+w*0.72)
	s.line(pen{edge: p.edge}, x, y+w*0.24, x+w, y+w*0.24)
}

// envelope is a sealed one.
func envelope(s *sheet, x, y, w float64, p pen) {
	h := w * 0.66
	s.rect(x, y, w, h, 3, p)
	s.line(pen{edge: p.edge}, x, y+2, x+w/2, y+h*0.55, x+w, y+2)
	s.circle(x+w/2, y+h*0.55, w*0.11, pen{fill: red, edge: ink, width: 1.5})
}

// deskReader is the reader on the table, its slot in front and its cable behind.
func deskReader(s *sheet, x, y, w float64, p pen) {
	s.rect(x, y, w, w*0.42, 7, p)
	s.rect(x+w*0.08, y+w*0.08, w*0.84, w*0.14, 2, pen{fill: ink})
	s.circle(x+w*0.88, y+w*0.32, w*0.03, pen{fill: green})
}

// rows is a list of people, one of them marked; -1 = none.
func rows(s *sheet, x, y, w float64, n, marked int) {
	for i := range n {
		at := y + float64(i)*30
		p := white
		if i == marked {
			p = touch
		}
		s.rect(x, at, w, 26, 4, p)
		s.circle(x+15, at+13, 7, pen{fill: steel})
		s.line(pen{edge: ink, width: 3}, x+32, at+13, x+w*(0.62+0.08*float64(i%3)), at+13)
	}
}

// book is the open ledger.
func book(s *sheet, x, y, w float64, marked int) {
	h := w * 0.62
	s.poly(white, x, y+h*0.08, x+w/2, y, x+w/2, y+h*0.92, x, y+h)
	s.poly(white, x+w, y+h*0.08, x+w/2, y, x+w/2, y+h*0.92, x+w, y+h)
	for i := range 5 {
		at := y + h*(0.26+0.13*float64(i))
		if i == marked {
			s.rect(x+w*0.54, at-8, w*0.42, 16, 4, touch)
		}
		s.line(pen{edge: ink, width: 2.6}, x+w*0.07, at, x+w*0.4, at-h*0.02)
		s.line(pen{edge: ink, width: 2.6}, x+w*0.6, at-h*0.02, x+w*0.9, at)
	}
}
