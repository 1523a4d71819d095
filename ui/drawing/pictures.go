package drawing

import (
	"maps"
	"slices"
)

// SVG draws the picture of a name; nil where there is none.
func SVG(name string) []byte {
	draw, ok := pictures()[name]
	if !ok {
		return nil
	}
	s := &sheet{}
	draw(s)
	return s.svg()
}

// Names are all pictures, in order.
func Names() []string { return slices.Sorted(maps.Keys(pictures())) }

func pictures() map[string]func(*sheet) {
	all := map[string]func(*sheet){}
	for _, some := range []map[string]func(*sheet){printers(), dispensers(), chips(), records(), files(), desks()} {
		maps.Copy(all, some)
	}
	return all
}

// printers are those of the card printer and its line.
func printers() map[string]func(*sheet) {
	return map[string]func(*sheet){
		"feeder": func(s *sheet) {
			printer{hot: "feeder"}.draw(s)
			for i := range 4 {
				s.rect(19, 20-float64(i)*5, 46, 4, 1, pen{fill: paper, edge: faint, width: 1.2})
			}
			s.arrow(42, 30, 42, 82)
		},
		"feeder-blank": func(s *sheet) { // which blanks lie in it
			printer{hot: "feeder", blanks: 8}.draw(s)
			card(s, 116, 18, 62, false, white)
			s.arrow(112, 40, 70, 70)
		},
		"lid": func(s *sheet) {
			printer{open: true, hot: "lid", blanks: 7}.draw(s)
			s.arrow(112, 30, 112, 82)
		},
		"jam-in": func(s *sheet) {
			printer{open: true, hot: "card", card: "way-in", blanks: 6}.draw(s)
			s.arrow(86, 122, 86, 50)
		},
		"jam-head": func(s *sheet) {
			printer{open: true, hot: "card", card: "head", blanks: 7}.draw(s)
			s.arrow(195, 140, 195, 70)
		},
		"ribbon": func(s *sheet) {
			printer{open: true, hot: "ribbon", blanks: 7}.draw(s)
			s.arrow(160, 48, 160, 96)
		},
		"reject-box": func(s *sheet) {
			printer{hot: "reject", blanks: 7, rejects: 8}.draw(s)
			s.arrow(70, 176, 116, 222)
		},
		"head": func(s *sheet) {
			printer{open: true, hot: "head", blanks: 7}.draw(s)
			s.arrow(196, 48, 196, 106)
		},
		"power": func(s *sheet) {
			printer{hot: "switch", blanks: 7, dead: true}.draw(s)
			s.line(wire, 232, 192, 262, 216, 312, 216)
			s.arrow(223, 232, 223, 201)
		},
		"cable": func(s *sheet) { // both ends of it
			s.rect(190, 66, 112, 108, 7, solid)
			s.rect(184, 54, 124, 13, 5, dark)
			s.circle(280, 160, 4, pen{fill: green})
			s.line(pen{edge: hotEdge, width: 5}, 96, 112, 118, 112, 118, 196, 166, 196, 166, 150, 186, 150)
			computer(s, 14, 60, 92, pen{fill: sky})
			s.rect(86, 101, 18, 22, 3, touch)
			s.rect(182, 139, 18, 22, 3, touch)
			s.arrow(136, 86, 108, 104)
			s.arrow(150, 124, 178, 142)
			s.rect(14, 204, 292, 4, 2, pen{fill: metal})
		},
		"port": func(s *sheet) { // of the computer, with nothing in it
			computer(s, 96, 30, 150, pen{fill: sky})
			s.rect(232, 76, 22, 30, 3, touch)
			s.line(pen{edge: ink}, 238, 84, 248, 84)
			s.line(pen{edge: ink}, 238, 91, 248, 91)
			s.line(pen{edge: ink}, 238, 98, 248, 98)
			s.line(wire, 320, 150, 292, 150, 278, 134)
			s.rect(262, 118, 24, 20, 3, dark)
			s.arrow(276, 116, 256, 98)
			s.rect(14, 204, 292, 4, 2, pen{fill: metal})
		},
		"printer-plate": func(s *sheet) { // its number
			s.rect(60, 44, 200, 150, 8, solid)
			s.rect(52, 30, 216, 16, 6, dark)
			s.rect(104, 92, 112, 62, 4, touch)
			for i := range 13 {
				s.line(pen{edge: ink, width: []float64{2, 4, 3, 2, 5}[i%5]}, 118+float64(i)*7, 102, 118+float64(i)*7, 126)
			}
			s.line(pen{edge: ink, width: 4}, 118, 140, 202, 140)
			s.arrow(276, 84, 222, 110)
			s.rect(14, 204, 292, 4, 2, pen{fill: metal})
		},
		"printer-call": func(s *sheet) { // what a technician sees to
			printer{open: true, blanks: 7}.draw(s)
			phone(s, 256, 14, 48, touch)
			s.arrow(250, 58, 226, 76)
		},
		"card-inside": func(s *sheet) {
			printer{hot: "card", card: "inside", blanks: 7}.draw(s)
			s.arrow(149, 40, 149, 128)
		},
		"look": func(s *sheet) { // where a card may lie
			printer{open: true, blanks: 7}.draw(s)
			s.doubt(278, 108, 15)
			s.doubt(148, 156, 15)
			s.doubt(42, 174, 15)
		},
		"to-reject": func(s *sheet) { // this card goes there
			printer{hot: "reject", blanks: 7}.draw(s)
			card(s, 112, 14, 84, true, white)
			s.cross(196, 18, 13)
			s.arrow(124, 76, 72, 150)
		},
	}
}

func dispensers() map[string]func(*sheet) {
	return map[string]func(*sheet){
		"dispenser":       func(s *sheet) { dispenser{hot: "switch"}.draw(s); s.arrow(169, 232, 169, 194) },
		"dispenser-cable": func(s *sheet) { dispenser{hot: "socket"}.draw(s); s.arrow(142, 234, 142, 194) },
		"dispenser-jam":   func(s *sheet) { dispenser{hot: "card", card: "stack"}.draw(s); s.arrow(136, 92, 176, 60) },
		"dispenser-chip":  func(s *sheet) { dispenser{hot: "card", card: "chip"}.draw(s); s.arrow(60, 64, 104, 110) },
		"dispenser-gate":  func(s *sheet) { dispenser{hot: "card", card: "gate"}.draw(s); s.arrow(208, 52, 208, 106) },
		"dispenser-bin":   func(s *sheet) { dispenser{hot: "bin", full: true}.draw(s); s.arrow(14, 174, 60, 174) },
		"dispenser-blanks": func(s *sheet) {
			dispenser{hot: "stack"}.draw(s)
			card(s, 190, 16, 62, false, white)
			s.arrow(188, 40, 152, 58)
		},
		"dispenser-call": func(s *sheet) { dispenser{}.draw(s); phone(s, 18, 14, 38, touch); s.arrow(58, 62, 82, 92) },
	}
}

// chips are those of the reader, the chip, and the keys.
func chips() map[string]func(*sheet) {
	table := func(s *sheet) { s.rect(14, 204, 292, 4, 2, pen{fill: metal}) }
	return map[string]func(*sheet){
		"reader": func(s *sheet) {
			table(s)
			s.line(pen{edge: hotEdge, width: 5}, 112, 186, 140, 186, 140, 158, 172, 158)
			computer(s, 20, 76, 104, pen{fill: sky})
			deskReader(s, 168, 134, 126, touch)
			s.arrow(230, 70, 230, 126)
		},
		"chip": func(s *sheet) { // its contacts
			card(s, 56, 50, 208, false, white)
			s.rect(72, 96, 34, 34, 5, touch)
			for _, y := range []float64{107, 119} {
				s.line(pen{edge: ink}, 72, y, 84, y)
				s.line(pen{edge: ink}, 94, y, 106, y)
			}
			s.rect(84, 99, 10, 28, 3, pen{edge: ink})
			s.arrow(38, 214, 76, 140)
		},
		"card-stay": func(s *sheet) { // it stays on the reader
			table(s)
			deskReader(s, 88, 130, 144, white)
			card(s, 100, 62, 120, false, touch)
			s.arrow(160, 14, 160, 56)
		},
		"another-card": func(s *sheet) {
			table(s)
			deskReader(s, 100, 150, 120, white)
			card(s, 22, 50, 108, true, touch)
			card(s, 190, 50, 108, true, white)
			s.cross(298, 52, 13)
			s.tick(24, 52, 13)
			s.arrow(104, 122, 138, 148)
		},
		"reader-busy": func(s *sheet) { // another program has it
			computer(s, 34, 26, 190, pen{fill: ground})
			s.rect(52, 42, 88, 62, 4, white)
			s.rect(52, 42, 88, 14, 4, dark)
			s.rect(116, 66, 84, 58, 4, touch)
			s.rect(116, 66, 84, 14, 4, dark)
			s.line(pen{edge: paper, width: 2.5}, 188, 70, 194, 76)
			s.line(pen{edge: paper, width: 2.5}, 194, 70, 188, 76)
			s.arrow(264, 34, 204, 68)
			deskReader(s, 238, 160, 70, white)
		},
		"other-chip": func(s *sheet) { // no card of ours
			card(s, 30, 62, 150, false, white)
			s.cross(178, 64, 15)
			phone(s, 222, 66, 62, touch)
			s.arrow(186, 116, 216, 116)
		},
		"keys": func(s *sheet) {
			key(s, 44, 60, 150, touch)
			card(s, 150, 124, 120, false, white)
			s.arrow(128, 120, 160, 150)
		},
		"keys-call": func(s *sheet) {
			key(s, 30, 84, 150, white)
			phone(s, 220, 66, 62, touch)
			s.arrow(182, 110, 214, 116)
		},
		"pin": func(s *sheet) {
			key(s, 26, 92, 120, white)
			s.rect(180, 34, 110, 160, 10, solid)
			s.rect(194, 48, 82, 28, 3, touch)
			for i := range 4 {
				s.circle(208+18*float64(i), 62, 5, pen{fill: ink})
			}
			for i := range 9 {
				s.rect(194+29*float64(i%3), 90+32*float64(i/3), 22, 24, 4, white)
			}
			s.arrow(136, 40, 184, 58)
		},
		"keys-lock": func(s *sheet) { // others may read the file
			folder(s, 36, 62, 150, white)
			key(s, 62, 108, 96, white)
			padlock(s, 212, 76, 72, touch)
			s.arrow(248, 20, 248, 70)
		},
	}
}

// records are those of what is known of a person.
func records() map[string]func(*sheet) {
	centre := func(s *sheet) { // it goes back there
		s.poly(solid, 224, 92, 262, 64, 300, 92)
		s.rect(230, 92, 64, 72, 2, solid)
		for i := range 4 {
			s.rect(237+14*float64(i), 102, 7, 50, 0, pen{fill: steel})
		}
		s.rect(224, 160, 76, 9, 1, dark)
	}
	return map[string]func(*sheet){
		"record": func(s *sheet) { // a field of it
			document(s, 70, 24, 150, 190, 3, white)
			portrait(s, 160, 130, 46, pen{fill: "#2F5D8A"})
			s.arrow(288, 84, 226, 104)
		},
		"record-back": func(s *sheet) {
			document(s, 30, 46, 116, 150, 2, white)
			centre(s)
			s.arrow(154, 124, 218, 124)
		},
		"record-photo": func(s *sheet) {
			document(s, 60, 22, 160, 196, -1, white)
			s.rect(142, 112, 66, 80, 4, touch)
			portrait(s, 148, 118, 54, pen{fill: "#2F5D8A"})
			s.arrow(290, 110, 216, 142)
		},
		"record-sign": func(s *sheet) { // its signature
			document(s, 60, 22, 160, 196, -1, white)
			s.rect(86, 164, 108, 38, 4, touch)
			s.path("M96 190C104 160 116 200 124 180C130 168 138 196 146 182C152 172 160 194 184 176", pen{edge: ink, width: 3})
			s.arrow(290, 150, 202, 180)
		},
		"record-date": func(s *sheet) {
			document(s, 34, 34, 126, 170, 1, white)
			s.rect(190, 58, 100, 96, 6, white)
			s.rect(190, 58, 100, 24, 6, dark)
			for i := range 12 {
				p := pen{fill: metal}
				if i == 6 {
					p = touch
				}
				s.rect(199+22*float64(i%4), 90+20*float64(i/4), 16, 14, 2, p)
			}
			s.arrow(262, 216, 252, 132)
		},
		"record-look": func(s *sheet) { // read with care; nothing is stopped
			document(s, 60, 22, 150, 196, 3, white)
			s.circle(206, 122, 42, pen{fill: sky, edge: steel, width: 6})
			s.line(pen{edge: steel, width: 12}, 238, 154, 278, 196)
			s.rect(178, 113, 56, 18, 4, touch)
			s.line(pen{edge: ink, width: 4}, 186, 122, 226, 122)
		},
		"compare": func(s *sheet) { // chip and face
			card(s, 24, 40, 134, true, white)
			card(s, 162, 116, 134, true, white)
			s.rect(34, 68, 22, 24, 3, touch)
			s.rect(257, 136, 31, 39, 3, touch)
			portrait(s, 259, 138, 27, pen{fill: "#8A2F2F"})
			s.arrow(70, 132, 50, 96)
			s.arrow(206, 62, 262, 132)
		},
		"face-fit": func(s *sheet) { // what does not fit on the card
			card(s, 44, 44, 220, true, white)
			s.rect(104, 112, 206, 22, 4, touch)
			s.line(pen{edge: ink, width: 6}, 114, 123, 300, 123)
			s.arrow(290, 206, 282, 140)
		},
		"two-cards": func(s *sheet) { // the same person has one
			card(s, 28, 46, 134, true, white)
			s.tick(160, 48, 14)
			card(s, 158, 112, 134, true, touch)
			s.cross(290, 114, 14)
		},
		"specimen": func(s *sheet) {
			card(s, 50, 60, 200, true, white)
			s.poly(touch, turned(60, 112, 180, 26, -16, 150, 125)...)
			s.line(pen{edge: ink, width: 6}, 84, 144, 216, 106)
			s.arrow(276, 34, 226, 92)
		},
		"queue": func(s *sheet) { // look for the person in it
			rows(s, 40, 42, 190, 5, 2)
			s.arrow(296, 115, 238, 115)
		},
		"queue-first": func(s *sheet) {
			rows(s, 40, 42, 190, 5, 0)
			s.arrow(296, 55, 238, 55)
		},
		"clock": func(s *sheet) { clock(s, 160, 120, 82, touch) },
		"letter": func(s *sheet) {
			document(s, 92, 22, 136, 190, 0, white)
			s.circle(198, 182, 22, pen{edge: "#2F5D8A", width: 4})
			s.circle(198, 182, 13, pen{edge: "#2F5D8A", width: 2})
			s.arrow(290, 36, 234, 52)
		},
		"letter-card": func(s *sheet) { // the card rather than the letter
			document(s, 24, 60, 92, 130, -1, white)
			s.cross(116, 62, 14)
			card(s, 164, 84, 134, true, touch)
			s.arrow(118, 126, 158, 126)
		},
	}
}

// files are those of bundles, store, journal, settings, and the computer.
func files() map[string]func(*sheet) {
	return map[string]func(*sheet){
		"stick": func(s *sheet) {
			computer(s, 20, 46, 170, pen{fill: sky})
			s.rect(168, 88, 14, 20, 2, dark)
			stick(s, 212, 74, 92, touch)
			s.arrow(244, 132, 192, 106)
		},
		"envelope": func(s *sheet) {
			envelope(s, 70, 62, 180, touch)
			s.cross(250, 62, 16)
		},
		"envelope-back": func(s *sheet) {
			envelope(s, 24, 80, 130, touch)
			phone(s, 228, 62, 64, white)
			s.arrow(160, 122, 222, 122)
		},
		"bundle": func(s *sheet) {
			for i := range 3 {
				envelope(s, 34+12*float64(i), 46+18*float64(i), 120, white)
			}
			stick(s, 206, 98, 98, touch)
			s.arrow(182, 136, 204, 122)
		},
		"inbox": func(s *sheet) {
			folder(s, 72, 84, 176, touch)
			envelope(s, 118, 18, 84, white)
			s.arrow(160, 74, 160, 122)
		},
		"store": func(s *sheet) {
			computer(s, 20, 52, 150, pen{fill: sky})
			drum(s, 208, 62, 84, 116, touch)
			s.arrow(250, 14, 250, 58)
		},
		"disk-full": func(s *sheet) {
			drum(s, 52, 46, 110, 150, white)
			s.path("M52 92V178A55 17.6 0 0 0 162 178V92A55 17.6 0 0 1 52 92Z", touch)
			folder(s, 216, 126, 74, white)
			s.arrow(168, 110, 212, 136)
		},
		"disk-call": func(s *sheet) {
			drum(s, 42, 54, 110, 140, white)
			s.cross(152, 58, 16)
			phone(s, 220, 62, 64, touch)
			s.arrow(162, 122, 214, 122)
		},
		"journal": func(s *sheet) { // its chain
			book(s, 20, 44, 190, -1)
			for i, p := range []pen{{edge: steel, width: 7}, {edge: hotEdge, width: 7}, {edge: steel, width: 7}} {
				s.rect(62+52*float64(i), 182, 60, 28, 14, p)
			}
			phone(s, 240, 44, 58, touch)
			s.arrow(160, 150, 152, 176)
		},
		"settings": func(s *sheet) {
			document(s, 34, 30, 130, 180, 2, white)
			gear(s, 232, 118, 56, touch)
			s.arrow(186, 44, 206, 72)
		},
		"settings-call": func(s *sheet) {
			gear(s, 96, 120, 60, white)
			phone(s, 220, 62, 64, touch)
			s.arrow(162, 122, 214, 122)
		},
		"folder": func(s *sheet) {
			computer(s, 20, 46, 150, pen{fill: sky})
			folder(s, 194, 74, 108, touch)
			s.arrow(248, 16, 248, 70)
		},
		"folder-lock": func(s *sheet) {
			folder(s, 34, 72, 150, white)
			padlock(s, 212, 76, 72, touch)
			s.arrow(248, 20, 248, 70)
		},
		"program-twice": func(s *sheet) {
			computer(s, 40, 30, 200, pen{fill: ground})
			s.rect(58, 46, 92, 64, 4, white)
			s.rect(58, 46, 92, 14, 4, dark)
			s.rect(124, 72, 92, 64, 4, touch)
			s.rect(124, 72, 92, 14, 4, dark)
			s.line(pen{edge: paper, width: 2.5}, 203, 76, 210, 83)
			s.line(pen{edge: paper, width: 2.5}, 210, 76, 203, 83)
			s.arrow(286, 44, 220, 76)
		},
		"program-new": func(s *sheet) { // another release
			computer(s, 30, 44, 170, pen{fill: sky})
			phone(s, 234, 56, 60, touch)
			s.arrow(200, 108, 228, 108)
		},
		"simulator": func(s *sheet) {
			computer(s, 30, 30, 230, pen{fill: ground})
			s.rect(76, 62, 120, 64, 5, touch)
			s.rect(70, 54, 132, 10, 4, dark)
			s.line(wire, 52, 100, 76, 104)
			s.rect(50, 76, 22, 28, 2, white)
			s.rect(200, 92, 22, 34, 2, white)
			s.arrow(300, 40, 206, 80)
		},
	}
}

// desks are those of people, counts, and papers.
func desks() map[string]func(*sheet) {
	two := func(s *sheet, p pen) {
		person(s, 36, 50, 96, white)
		person(s, 188, 50, 96, p)
	}
	return map[string]func(*sheet){
		"person": func(s *sheet) { person(s, 96, 34, 128, touch) },
		"person-call": func(s *sheet) {
			person(s, 40, 48, 110, white)
			phone(s, 214, 60, 66, touch)
			s.arrow(152, 120, 208, 120)
		},
		"person-lock": func(s *sheet) {
			person(s, 40, 40, 120, white)
			padlock(s, 200, 96, 76, touch)
		},
		"second": func(s *sheet) {
			two(s, touch)
			s.line(pen{edge: steel, width: 5}, 146, 112, 174, 112)
			s.line(pen{edge: steel, width: 5}, 160, 98, 160, 126)
		},
		"password": func(s *sheet) {
			computer(s, 60, 20, 200, pen{fill: ground})
			s.rect(96, 52, 128, 20, 3, white)
			s.rect(96, 84, 128, 24, 3, touch)
			for i := range 6 {
				s.circle(110+14*float64(i), 96, 4, pen{fill: ink})
			}
			s.arrow(34, 150, 92, 108)
		},
		"count": func(s *sheet) {
			person(s, 20, 34, 74, white)
			person(s, 226, 34, 74, white)
			for i := range 9 {
				s.rect(118, 186-float64(i)*10, 84, 8, 2, touch)
			}
			s.arrow(76, 150, 112, 150)
			s.arrow(244, 150, 208, 150)
		},
		"count-look": func(s *sheet) { // where the difference may lie
			printer{open: true, blanks: 5}.draw(s)
			s.doubt(42, 90, 15)
			s.doubt(148, 156, 15)
			s.doubt(42, 174, 15)
			s.doubt(278, 108, 15)
		},
		"book": func(s *sheet) {
			book(s, 34, 44, 240, 2)
			s.arrow(304, 40, 270, 104)
		},
		"box": func(s *sheet) {
			box(s, 74, 46, 172, touch)
			s.rect(98, 196, 124, 4, 1, pen{fill: metal})
		},
		"vault": func(s *sheet) { // draw or receive blanks
			s.rect(24, 40, 120, 160, 6, solid)
			s.rect(34, 50, 100, 140, 4, white)
			s.circle(118, 122, 9, dark)
			s.line(wire, 118, 122, 118, 136)
			box(s, 196, 96, 100, touch)
			s.arrow(148, 122, 192, 132)
		},
		"paper": func(s *sheet) {
			document(s, 84, 20, 152, 196, 0, white)
			s.arrow(300, 28, 242, 50)
		},
		"paper-figures": func(s *sheet) {
			document(s, 84, 20, 152, 196, 5, white)
			s.arrow(300, 150, 242, 134)
		},
		"paper-file": func(s *sheet) {
			computer(s, 20, 60, 140, pen{fill: sky})
			document(s, 196, 38, 104, 144, 1, white)
			s.arrow(166, 104, 192, 90)
		},
		"seal": func(s *sheet) { // of a certificate
			document(s, 74, 20, 156, 196, -1, white)
			s.poly(touch, 176, 182, 166, 222, 186, 212, 206, 222, 196, 182)
			s.circle(186, 170, 26, touch)
			s.arrow(290, 130, 216, 160)
		},
		"shift": func(s *sheet) { // two people and the sheet they sign
			person(s, 24, 60, 80, white)
			person(s, 216, 60, 80, white)
			document(s, 116, 44, 90, 140, 2, white)
			clock(s, 160, 206, 24, touch)
		},
		"hand-over": func(s *sheet) {
			person(s, 24, 46, 84, white)
			person(s, 212, 46, 84, white)
			card(s, 116, 126, 88, true, touch)
		},
		"wait": func(s *sheet) { // a minute
			clock(s, 110, 120, 70, touch)
			computer(s, 206, 84, 96, pen{fill: sky})
		},
		"call": func(s *sheet) {
			computer(s, 24, 48, 160, pen{fill: sky})
			s.cross(184, 50, 16)
			phone(s, 232, 56, 60, touch)
			s.arrow(190, 108, 226, 108)
		},
	}
}
