package centre

import "math"

type hairStyle int

const (
	sideParted hairStyle = iota
	cropped
	curly
	brushedUp
	receding
	wreath // bald above, hair at the sides
	shaved
	fringe
	longStraight
	longBehind
	bun
	bob
	pixie
	longWavy
	longFringe
)

var menStyles = []hairStyle{sideParted, sideParted, cropped, cropped, curly, brushedUp, fringe, receding, sideParted, brushedUp}

var womenStyles = []hairStyle{longStraight, longBehind, bun, bob, pixie, longWavy, longFringe, bun, curly}

func (s *sitter) veiled() bool { return s.covered >= hijabPinned && s.covered <= hijabLong }

// around is a place on the skull: turn 0 at the right ear's height, -π/2 on top, π at the left; reach 1 on the skin.
func (s *sitter) around(turn, reach float64) point {
	sin, cos := math.Sincos(turn)
	return s.on(cos*reach*(0.97+0.03*math.Abs(sin)), -0.08+sin*reach*0.95)
}

// hairMass shades a mask as a body of hair: dark at the edges, a sheen where the light meets it.
func (s *sitter) hairMass(mask *plane, sheen point) {
	s.paint(mask, s.hair, 1)
	deep := mask.without(mask.blur(6))
	s.paint(deep.and(mask), s.hair.times(0.45), 0.5)
	s.glow(sheen, 0.55*s.rw, 0.14*s.rh, -0.25, s.hair.mix(rgb{0.75, 0.72, 0.72}, 0.42), 0.62, mask)
}

// strands lays many hairs, dark and bright, along what path gives.
func (s *sitter) strands(mask *plane, n int, path func() []point) {
	dark, bright := s.plane(), s.plane()
	for k := range n {
		to := dark
		if k%2 == 0 {
			to = bright
		}
		to.stroke(path(), 0.4, 0.5+0.7*s.rng.Float64(), 0.3)
	}
	s.paint(dark.and(mask), s.hair.times(0.4), 0.55)
	s.paint(bright.and(mask), s.hair.mix(rgb{0.8, 0.76, 0.74}, 0.30), 0.38)
}

// backHair draws what hangs behind neck and shoulders.
func (s *sitter) backHair() {
	if s.covered != bareheaded {
		return
	}
	x := s.at.x
	low := func(width, bottom, flare float64) {
		mask := s.fill(func(p *pen) {
			p.smooth([]point{s.on(-1.0-s.thick*0.4, -0.3), s.on(-1.02-s.thick*0.4, 0), s.on(-width, 0.5), {x - s.rw*flare, bottom - 26}, {x - s.rw*flare*0.82, bottom}, {x, bottom + 4},
				{x + s.rw*flare*0.82, bottom}, {x + s.rw*flare, bottom - 26}, s.on(width, 0.5), s.on(1.02+s.thick*0.4, 0), s.on(1.0+s.thick*0.4, -0.3), s.on(0, -0.8)})
		})
		s.hairMass(mask, s.on(-0.9, 0.5))
		s.paint(mask.and(s.fill(func(p *pen) { p.ellipse(s.on(0, 0.9), s.rw*1.05, s.rh*0.9, 0) }).blur(4)), rgb{0, 0, 0}, 0.45)
		s.strands(mask, 90, func() []point {
			u := (2*s.rng.Float64() - 1) * width
			wave := s.rng.Float64() * 4
			return []point{s.on(u*0.9, -0.3), s.on(u*1.03, 0.5).plus(wave, 0), {x + u*s.rw*flare/width*0.95, bottom - 4}}
		})
	}
	switch s.style {
	case longBehind:
		low(1.16, 262, 1.28)
	case longStraight, longFringe:
		low(1.14, 250, 1.2)
	case longWavy:
		low(1.22, 268, 1.42)
	case bob:
		low(1.18, s.on(0, 1.05).y, 1.16)
	case bun:
		ball := s.fill(func(p *pen) { p.ellipse(s.on(s.part*0.5, -1.16), 0.44*s.rw, 0.25*s.rh, 0) })
		s.hairMass(ball, s.on(s.part*0.5-0.1, -1.22))
	}
}

// hairline is where hair starts on the face, from the left ear over the forehead to the right one.
func (s *sitter) hairline() [][2]float64 {
	side := 1.0
	if s.part < 0 {
		side = -1
	}
	mirror := func(points ...[2]float64) [][2]float64 {
		if side < 0 {
			out := make([][2]float64, len(points))
			for i, q := range points {
				out[len(points)-1-i] = [2]float64{-q[0], q[1]}
			}
			return out
		}
		return points
	}
	ear := s.foreheadW + 0.04
	switch s.style {
	case cropped:
		return [][2]float64{{-ear, 0.02}, {-ear + 0.08, -0.3}, {-0.72, -0.56}, {-0.35, -0.70}, {0, -0.70}, {0.35, -0.70}, {0.72, -0.56}, {ear - 0.08, -0.3}, {ear, 0.02}}
	case brushedUp:
		return [][2]float64{{-ear, 0.0}, {-ear + 0.08, -0.34}, {-0.70, -0.64}, {-0.3, -0.74}, {0.05, -0.70}, {0.35, -0.75}, {0.70, -0.64}, {ear - 0.08, -0.34}, {ear, 0.0}}
	case receding:
		return [][2]float64{{-ear, 0.02}, {-ear + 0.05, -0.4}, {-0.68, -0.80}, {-0.42, -0.90}, {0, -0.78}, {0.42, -0.90}, {0.68, -0.80}, {ear - 0.05, -0.4}, {ear, 0.02}}
	case fringe, longFringe:
		return [][2]float64{{-ear, 0.02}, {-ear + 0.07, -0.20}, {-0.66, -0.33}, {-0.3, -0.37}, {0.02, -0.34}, {0.3, -0.38}, {0.66, -0.33}, {ear - 0.07, -0.20}, {ear, 0.02}}
	case longStraight, longWavy:
		p := s.part * 0.35
		return [][2]float64{{-ear - 0.02, 0.10}, {-ear + 0.06, -0.20}, {-0.66, -0.46}, {-0.3, -0.66}, {p, -0.84}, {0.3, -0.66}, {0.66, -0.46}, {ear - 0.06, -0.20}, {ear + 0.02, 0.10}}
	case bun, longBehind:
		return [][2]float64{{-ear, 0.0}, {-ear + 0.06, -0.32}, {-0.70, -0.58}, {-0.3, -0.72}, {0, -0.74}, {0.3, -0.72}, {0.70, -0.58}, {ear - 0.06, -0.32}, {ear, 0.0}}
	case pixie, bob:
		return mirror([2]float64{-ear - 0.02, 0.16}, [2]float64{-ear + 0.12, -0.12}, [2]float64{-0.62, -0.30}, [2]float64{-0.2, -0.48}, [2]float64{0.34, -0.70}, [2]float64{0.55, -0.60}, [2]float64{0.76, -0.40}, [2]float64{ear - 0.05, -0.18}, [2]float64{ear + 0.02, 0.16})
	case curly:
		return [][2]float64{{-ear, 0.04}, {-ear + 0.06, -0.26}, {-0.74, -0.54}, {-0.34, -0.64}, {0, -0.66}, {0.34, -0.64}, {0.74, -0.54}, {ear - 0.06, -0.26}, {ear, 0.04}}
	}
	// Side parting: low over one temple, rising to the part.
	return mirror([2]float64{-ear, 0.04}, [2]float64{-ear + 0.06, -0.28}, [2]float64{-0.70, -0.48}, [2]float64{-0.32, -0.56}, [2]float64{0.1, -0.66}, [2]float64{0.46, -0.78}, [2]float64{0.72, -0.56}, [2]float64{ear - 0.06, -0.3}, [2]float64{ear, 0.04})
}

func (s *sitter) frontHair() {
	if s.veiled() {
		return
	}
	if s.style == shaved || s.style == wreath {
		s.baldness()
		return
	}
	thick := s.thick
	switch s.style {
	case cropped:
		thick = 0.05 + 0.3*(s.thick-0.12)
	case curly:
		thick += 0.12
	case brushedUp:
		thick += 0.07
	case receding:
		thick = 0.07
	case bun:
		thick *= 0.5
	}
	mask := s.fill(func(p *pen) {
		var outline []point
		for k := range 15 { // from the left ear over the top to the right one
			t := float64(k) / 14
			turn := math.Pi + t*math.Pi
			over := math.Sin(t * math.Pi)
			reach := 1 + thick*(0.35+0.65*over)
			if s.style == brushedUp {
				reach += 0.035 * math.Sin(t*26) * over
			}
			outline = append(outline, s.around(turn, reach))
		}
		line := s.all(s.hairline()...)
		for k := len(line) - 1; k >= 0; k-- {
			outline = append(outline, line[k])
		}
		p.smooth(outline)
	})
	var rings *plane
	if s.style == curly {
		mask, rings = s.curls(mask, thick)
	}
	if s.style == cropped {
		mask = mask.blur(1)
	}
	crown, hanging := mask, s.curtains()
	for _, curtain := range hanging {
		mask = mask.or(curtain.mask)
	}
	s.paint(mask.moved(2, 4).blur(2).and(s.face).without(mask), s.shadow().times(0.7), 0.55)
	s.hairMass(mask, s.on(-0.35, -0.98-thick*0.2))
	if rings != nil {
		s.paint(rings.moved(1, 1).and(mask), s.hair.times(0.5), 0.5)
		s.paint(rings.and(mask), s.hair.mix(rgb{0.8, 0.76, 0.74}, 0.34), 0.6)
	}
	s.comb(crown, thick)
	for _, curtain := range hanging {
		s.glow(s.on(curtain.side*1.02, 0.1), 0.2*s.rw, 0.3*s.rh, 0, s.hair.mix(rgb{0.75, 0.72, 0.72}, 0.4), 0.4, curtain.mask)
		s.strands(curtain.mask, 70, curtain.strand)
	}
}

// comb lays the strands the way the style is worn.
func (s *sitter) comb(mask *plane, thick float64) {
	switch s.style {
	case curly:
		return
	case cropped:
		grain := s.plane()
		for range 700 {
			at := s.around(math.Pi+s.rng.Float64()*math.Pi, 0.7+0.45*s.rng.Float64())
			grain.segment(at, at.plus(1-2*s.rng.Float64(), 1.5), 0.6)
		}
		s.paint(grain.and(mask), s.hair.mix(s.skin, 0.5), 0.34)
		return
	}
	part := -math.Pi/2 + s.part*0.8
	if s.style == longStraight || s.style == longWavy {
		part = -math.Pi/2 + s.part*0.3
	}
	s.strands(mask, 230, func() []point {
		turn := -math.Pi - 0.1 + s.rng.Float64()*(math.Pi+0.2)
		reach := 0.62 + s.rng.Float64()*(0.42+thick)
		if s.style == brushedUp || s.style == bun || s.style == longBehind || s.style == receding {
			return []point{s.around(turn, 0.62), s.around(turn+0.05*s.part, 0.85), s.around(turn+0.22*s.part, 1.04+thick)}
		}
		if s.style == fringe || s.style == longFringe {
			return []point{s.around(part+0.35*(turn-part), 1+thick), s.around(part+0.7*(turn-part), (reach+1)/2+0.08), s.around(turn, reach-0.25)}
		}
		return []point{s.around(part, math.Min(reach+0.2, 1+thick)), s.around((part+turn)/2, reach+0.10), s.around(turn, reach)}
	})
	if s.style == sideParted || s.style == bob || s.style == pixie || s.style == longStraight || s.style == longWavy {
		line := s.plane()
		side := s.part
		if s.style == longStraight || s.style == longWavy {
			side *= 0.35
		} else {
			side = math.Copysign(0.36, s.part)
		}
		line.stroke([]point{s.on(side, -0.72), s.on(side*0.95, -0.9), s.on(side*0.8, -1.0-thick*0.6)}, 1.3, 1.2, 0.4)
		s.paint(line.and(mask), s.skin.times(0.7), 0.65)
	}
}

// curtain is hair that hangs in front of ear and shoulder on one side.
type curtain struct {
	side   float64
	mask   *plane
	strand func() []point
}

// curtains returns both sides of long or bobbed hair; there are none where the style has none.
func (s *sitter) curtains() []curtain {
	var bottom, flare float64
	switch s.style {
	case longStraight, longFringe:
		bottom, flare = 292, 1.22
	case longWavy:
		bottom, flare = 286, 1.36
	case bob:
		bottom, flare = s.on(0, 0.98).y, 1.14
	default:
		return nil
	}
	wave := func(k float64) float64 {
		if s.style == longWavy {
			return 5 * math.Sin(k)
		}
		return 0
	}
	x := s.at.x
	out := make([]curtain, 0, 2)
	for _, side := range []float64{-1, 1} {
		mask := s.fill(func(p *pen) {
			p.smooth([]point{s.on(side*0.62, -0.70), s.on(side*0.86, -0.30), s.on(side*0.91, 0.05), s.on(side*0.86, 0.42), s.on(side*0.80, 0.85).plus(wave(1), 0),
				{x + side*s.rw*0.74 + wave(2), (bottom + s.on(0, 0.9).y) / 2}, {x + side*s.rw*0.84, bottom - 22}, {x + side*s.rw*flare*0.88, bottom}, {x + side*s.rw*flare*0.99, bottom - 30},
				{x + side*s.rw*(flare+0.02) + wave(4), (bottom + s.on(0, 0.6).y) / 2}, s.on(side*(1.10+s.thick*0.5), 0.35).plus(wave(5), 0), s.on(side*(1.05+s.thick*0.6), -0.10),
				s.on(side*(0.93+s.thick*0.6), -0.50), s.on(side*(0.70+s.thick*0.4), -0.80)})
		})
		out = append(out, curtain{side, mask, func() []point {
			u := 0.78 + 0.44*s.rng.Float64()
			return []point{s.on(side*u*0.84, -0.62), s.on(side*u, -0.1), s.on(side*u*0.98, 0.75).plus(wave(u*9), 0), {x + side*s.rw*(u-0.04) + wave(u*12), bottom}}
		}})
	}
	return out
}

// curls makes the outline bumpy and the surface with it.
func (s *sitter) curls(mask *plane, thick float64) (outline, rings *plane) {
	bumps := s.fill(func(p *pen) {
		for k := range 26 {
			turn := math.Pi - 0.12 + float64(k)/25*(math.Pi+0.24)
			r := (0.09 + 0.05*s.rng.Float64()) * s.rw
			p.ellipse(s.around(turn, 1+thick*(0.5+0.5*math.Sin(float64(k)/25*math.Pi))), r, r, 0)
		}
	})
	mask = mask.or(bumps)
	rings = s.plane()
	for range 260 {
		at := s.around(math.Pi-0.1+s.rng.Float64()*(math.Pi+0.2), 0.66+s.rng.Float64()*(0.40+thick))
		r := 1.6 + 1.8*s.rng.Float64()
		turn := s.rng.Float64() * 6
		var ring []point
		for k := range 4 {
			sin, cos := math.Sincos(turn + float64(k)*1.1)
			ring = append(ring, at.plus(r*cos, r*sin))
		}
		rings.stroke(ring, 0.5, 1.0, 0.4)
	}
	return mask, rings
}

// baldness is a shaved or bald head: hair only as shade, or as a wreath over the ears.
func (s *sitter) baldness() {
	top := s.fill(func(p *pen) {
		p.smooth(s.all([2]float64{-0.90, -0.25}, [2]float64{-0.72, -0.62}, [2]float64{0, -0.76}, [2]float64{0.72, -0.62}, [2]float64{0.90, -0.25}, [2]float64{0.98, -0.7}, [2]float64{0.5, -1.02}, [2]float64{0, -1.06}, [2]float64{-0.5, -1.02}, [2]float64{-0.98, -0.7}))
	})
	if s.style == shaved {
		s.paint(top.blur(4).and(s.face), s.hair.mix(s.skin, 0.45), 0.5)
	}
	s.glow(s.on(-0.25, -0.84), 0.30*s.rw, 0.10*s.rh, -0.2, rgb{1, 0.97, 0.93}, 0.32, s.face)
	if s.style != wreath {
		return
	}
	for _, side := range []float64{-1, 1} {
		tuft := s.fill(func(p *pen) {
			p.smooth(s.all([2]float64{side * (s.foreheadW - 0.02), 0.05}, [2]float64{side * (s.foreheadW - 0.06), -0.25}, [2]float64{side * 0.84, -0.52}, [2]float64{side * 0.95, -0.58}, [2]float64{side * 1.08, -0.3}, [2]float64{side * 1.07, 0.02}))
		}).blur(1)
		s.hairMass(tuft, s.on(side, -0.3))
		s.strands(tuft, 60, func() []point {
			v := -0.5 + 0.5*s.rng.Float64()
			return []point{s.on(side*0.84, v-0.1), s.on(side*0.95, v), s.on(side*1.06, v+0.12)}
		})
	}
}

// headgear puts on the hijab or the peci.
func (s *sitter) headgear() {
	switch {
	case s.covered == peci:
		s.putPeci()
	case s.veiled():
		s.putHijab()
	}
}

func (s *sitter) putPeci() {
	cap := s.fill(func(p *pen) {
		p.polygon(append(through(s.all([2]float64{-1.03, -0.46}, [2]float64{-0.97, -1.00}, [2]float64{-0.82, -1.13}, [2]float64{0, -1.18}, [2]float64{0.82, -1.13}, [2]float64{0.97, -1.00}, [2]float64{1.03, -0.46}), 8),
			through(s.all([2]float64{1.03, -0.46}, [2]float64{0.5, -0.56}, [2]float64{0, -0.59}, [2]float64{-0.5, -0.56}, [2]float64{-1.03, -0.46}), 8)...))
	})
	s.paint(cap.moved(1, 5).blur(2).and(s.face).without(cap), s.shadow().times(0.6), 0.7)
	velvet := pick(s.rng, []rgb{web(0x121214), web(0x121214), web(0x1b2230), web(0x2b1718)})
	s.tint(cap, func(x, y float64) rgb {
		u := (x - s.at.x) / s.rw
		return velvet.mix(rgb{0.55, 0.55, 0.60}, 0.20*math.Exp(-math.Pow((u+0.45)/0.28, 2))+0.06)
	})
	crown := s.plane()
	crown.stroke(s.all([2]float64{-0.93, -0.96}, [2]float64{-0.5, -1.05}, [2]float64{0, -1.08}, [2]float64{0.5, -1.05}, [2]float64{0.93, -0.96}), 0.8, 1.4, 0.8)
	s.paint(crown.blur(1), rgb{0.45, 0.45, 0.5}, 0.5)
}

func (s *sitter) putHijab() {
	x := s.at.x
	chin := s.on(0, 1).y
	width, drop := 1.26, chin+58
	if s.covered == hijabLong {
		drop = 330
	}
	shoulder := 1.5
	if s.covered == hijabLong {
		shoulder = 1.72
	}
	if s.covered == hijabDraped {
		shoulder, drop = 1.75, chin+74
	}
	outer := s.fill(func(p *pen) {
		p.smooth([]point{s.on(0, -1.17), s.on(0.62, -1.07), s.on(1.04, -0.66), s.on(width-0.06, 0), s.on(width-0.10, 0.55), {x + s.rw*1.12, chin + 4}, {x + s.rw*shoulder, chin + 34}, {x + s.rw*shoulder*0.9, drop},
			{x, drop + 14}, {x - s.rw*shoulder*0.9, drop}, {x - s.rw*shoulder, chin + 34}, {x - s.rw*1.12, chin + 4}, s.on(-width+0.10, 0.55), s.on(-width+0.06, 0), s.on(-1.04, -0.66), s.on(-0.62, -1.07)})
	})
	opening := s.fill(func(p *pen) {
		p.smooth(s.all(mirrored([2]float64{0, -0.60}, [2]float64{0.46, -0.53}, [2]float64{0.78, -0.24}, [2]float64{0.87, 0.18}, [2]float64{s.jaw - 0.01, 0.58}, [2]float64{s.chin + 0.02, 0.87}, [2]float64{0, 0.965})...))
	})
	cloth := outer.without(opening)
	s.paint(outer.moved(2, 5).blur(4).without(outer), rgb{0, 0, 0}, 0.16)
	s.paint(cloth.moved(2, 4).blur(3).and(opening), s.shadow().times(0.75), 0.62)
	s.tint(cloth, func(px, py float64) rgb {
		u, v := (px-x)/(s.rw*1.3), (py-s.at.y)/(s.rh*1.25)
		light := lambert(0.85*u*math.Abs(u), 0.6*math.Min(v*math.Abs(v), 0.4))
		return s.cloth.times(0.42 + 0.66*light)
	})
	s.hijabFolds(cloth, chin)
	rim := s.plane()
	edge := mirrored([2]float64{0, -0.61}, [2]float64{0.46, -0.54}, [2]float64{0.79, -0.24}, [2]float64{0.88, 0.18}, [2]float64{s.jaw, 0.58}, [2]float64{s.chin + 0.03, 0.88}, [2]float64{0, 0.975})
	rim.stroke(s.all(append(edge, edge[0])...), 1.6, 1.6, 1.6)
	s.paint(rim.blur(1).and(cloth), s.cloth.mix(rgb{1, 1, 1}, 0.35), 0.5)
	if s.covered == hijabLong { // the stiff brim of a ready-made one
		brim := s.plane()
		brim.stroke(s.all([2]float64{-0.76, -0.36}, [2]float64{-0.44, -0.66}, [2]float64{0, -0.74}, [2]float64{0.44, -0.66}, [2]float64{0.76, -0.36}), 1, 2, 1)
		s.paint(brim.blur(1).and(cloth), s.cloth.times(0.45), 0.7)
	}
}

func (s *sitter) hijabFolds(cloth *plane, chin float64) {
	x := s.at.x
	dark, light := s.plane(), s.plane()
	fold := func(width float64, points ...point) {
		dark.stroke(points, 0.6, width, 0.8)
		shifted := make([]point, len(points))
		for i, q := range points {
			shifted[i] = q.plus(-width*0.8, -width*0.7)
		}
		light.stroke(shifted, 0.5, width*0.8, 0.6)
	}
	j := func(v float64) float64 { return v * (2*s.rng.Float64() - 1) }
	for _, side := range []float64{-1, 1} {
		for k := range 3 {
			a := 0.92 + 0.09*float64(k)
			fold(2.2, s.on(side*0.42*a, -0.70*a-0.12), s.on(side*a*0.98, -0.2+j(0.1)), s.on(side*a*0.96, 0.45+j(0.08)), s.on(side*(0.72+0.1*float64(k)), 0.9))
		}
	}
	switch s.covered {
	case hijabPinned:
		for k := range 5 {
			t := float64(k) / 4
			fold(3, point{x + j(3), chin + 10}, point{x - s.rw*(0.9-1.8*t)*0.7, chin + 30 + j(5)}, point{x - s.rw*(1.2-2.4*t), chin + 70})
		}
		s.glow(point{x, chin + 10}, 2.6, 2.6, 0, web(0xe9d9a4), 0.9, nil)
	case hijabDraped:
		for k := range 6 {
			y := chin + 4 + 11*float64(k)
			fold(3.4, s.on(-1.02, 0.62).plus(j(2), 4*float64(k)), point{x - s.rw*0.4, y + 8 + j(3)}, point{x + s.rw*0.5, y + 6 + j(3)}, point{x + s.rw*(1.2+0.07*float64(k)), y - 12})
		}
	default:
		for k := range 7 {
			t := float64(k)/6*2 - 1
			fold(3, point{x + t*s.rw*0.75, chin + 6 + j(4)}, point{x + t*s.rw*1.0 + j(4), chin + 40}, point{x + t*s.rw*1.35, 310})
		}
	}
	s.paint(dark.blur(2).and(cloth), s.cloth.times(0.35), 0.62)
	s.paint(light.blur(2).and(cloth), s.cloth.mix(rgb{1, 1, 1}, 0.55), 0.40)
}
