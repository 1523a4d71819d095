package centre

import "math"

type clothes int

const (
	shirt clothes = iota
	tee
	koko // stand-up collar
	suit
	blouse
	polo
	sortsOfClothes
)

type weave int

const (
	plain weave = iota
	batikKawung
	batikParang
	stripes
	checks
	plain2
	weaves
)

// body draws neck, shoulders, and clothes.
func (s *sitter) body() {
	chin := s.on(0, 1)
	base := chin.y + 0.30*s.rh // where the collar lies
	half := s.neckW * s.rw
	if s.covered == bareheaded || s.covered == peci {
		s.drawNeck(half, base)
	}
	wide := 1.95 * s.rw * s.shoulders
	drop := base + 0.42*s.rh
	x := s.at.x
	torso := s.fill(func(p *pen) {
		p.polygon(through([]point{{x - wide - 14, 330}, {x - wide, drop + 22}, {x - wide*0.80, drop - 4}, {x - half*1.55, base + 4}, {x - half*0.95, base - 9},
			{x, base + 10}, {x + half*0.95, base - 9}, {x + half*1.55, base + 4}, {x + wide*0.80, drop - 4}, {x + wide, drop + 22}, {x + wide + 14, 330}}, 10))
	})
	s.tint(torso, func(px, py float64) rgb {
		u := (px - x) / wide
		light := 0.80 + 0.28*lambert(0.8*u, -0.25+0.5*(py-base)/80)
		light -= 0.18 * math.Exp(-math.Pow((math.Abs(u)-0.93)/0.14, 2))
		return s.fabric(px, py).times(light)
	})
	s.folds(torso, base, half, wide)
	s.paint(s.fill(func(p *pen) { p.ellipse(point{x + 3, base - 2}, half*1.5, 13, 0) }).blur(5).and(torso), rgb{0, 0, 0}, 0.24)
	s.collar(torso, base, half)
}

func (s *sitter) drawNeck(half, base float64) {
	x := s.at.x
	top := s.on(0, 0.35).y
	neck := s.fill(func(p *pen) {
		p.polygon(through([]point{{x - half, top}, {x - half*0.96, base - 26}, {x - half*1.05, base - 8}, {x - half*1.75, base + 16}, {x, base + 46}, {x + half*1.75, base + 16},
			{x + half*1.05, base - 8}, {x + half*0.96, base - 26}, {x + half, top}}, 8))
	})
	s.tint(neck, func(px, py float64) rgb {
		u := (px - x) / (half * 1.1)
		return s.lit(lambert(0.8*u*math.Abs(u), 0.1) - 0.10)
	})
	chin := s.fill(func(p *pen) { p.ellipse(s.on(0.05, 0.78), s.rw*0.86, s.rh*0.42, 0) })
	s.paint(chin.blur(7).and(neck), s.shadow().times(0.9), 0.62)
	cords := s.plane()
	cords.stroke([]point{{x - half*0.7, base - 20}, {x - half*0.45, base - 4}, {x - half*0.15, base + 10}}, 1, 2, 1)
	cords.stroke([]point{{x + half*0.7, base - 20}, {x + half*0.45, base - 4}, {x + half*0.15, base + 10}}, 1, 2.4, 1)
	s.paint(cords.blur(2).and(neck), s.shadow(), 0.5)
}

// fabric is the colour of the cloth at a place.
func (s *sitter) fabric(x, y float64) rgb {
	ground, figure := s.colour, s.colour2
	if math.Abs(ground.r-figure.r)+math.Abs(ground.g-figure.g)+math.Abs(ground.b-figure.b) < 0.5 {
		figure = ground.mix(rgb{1, 1, 1}, 0.45)
	}
	if s.clothes == suit || s.clothes == koko {
		return ground
	}
	edge := func(v float64) float64 { return 1 / (1 + math.Exp(-v*6)) }
	switch s.weave {
	case batikKawung:
		const cell = 15.0
		u, v := math.Mod(x+900, cell)/cell-0.5, math.Mod(y+900, cell)/cell-0.5
		petal := math.Abs(math.Abs(u)-math.Abs(v))*2 + math.Abs(math.Hypot(u, v)-0.36)*3
		return ground.mix(figure, edge(0.62-petal)*0.85)
	case batikParang:
		t := math.Sin((x+y)/5.2) + 0.6*math.Sin((x-y)/3.1)*math.Sin((x+y)/10.4)
		return ground.mix(figure, edge(t-0.35)*0.8)
	case stripes:
		return ground.mix(figure, edge(math.Sin(x/2.6)-0.75)*0.8)
	case checks:
		return ground.mix(figure, 0.35*edge(math.Sin(x/4.2)-0.2)+0.35*edge(math.Sin(y/4.2)-0.2))
	}
	return ground
}

func (s *sitter) folds(torso *plane, base, half, wide float64) {
	x := s.at.x
	dark, light := s.plane(), s.plane()
	for _, side := range []float64{-1, 1} {
		for k := range 3 {
			j := s.rng.Float64() * 8
			from := point{x + side*wide*(0.62+0.08*float64(k)), base + 46 + j}
			dark.stroke([]point{from, from.plus(-side*(7+j), 16), from.plus(-side*(9+2*j), 40)}, 0.6, 3, 1)
			light.stroke([]point{from.plus(-4, 1), from.plus(-side*(7+j)-4, 17), from.plus(-side*(9+2*j)-4, 40)}, 0.6, 2.4, 1)
		}
		dark.stroke([]point{{x + side*half*1.7, base + 8}, {x + side*wide*0.55, base + 26}}, 0.5, 2.2, 0.6)
	}
	s.paint(dark.blur(2).and(torso), rgb{0, 0, 0}, 0.34)
	s.paint(light.blur(2).and(torso), rgb{1, 1, 1}, 0.16)
}

func (s *sitter) collar(torso *plane, base, half float64) {
	x := s.at.x
	cloth := s.fabric(x, 0)
	switch s.clothes {
	case tee, blouse:
		depth := 12.0
		if s.clothes == blouse {
			depth = 22
		}
		hole := s.fill(func(p *pen) {
			p.smooth([]point{{x - half*1.35, base - 12}, {x - half*1.05, base + depth*0.45}, {x, base + depth}, {x + half*1.05, base + depth*0.45}, {x + half*1.35, base - 12}, {x, base - 22}})
		})
		if s.covered == bareheaded || s.covered == peci {
			s.tint(hole.and(torso), func(px, py float64) rgb { return s.lit(0.62 - 0.25*(px-x)/(half*1.4) + 0.004*(py-base)) })
		}
		rim := s.plane()
		rim.stroke([]point{{x - half*1.35, base - 8}, {x - half*1.02, base + depth*0.5}, {x, base + depth + 2}, {x + half*1.02, base + depth*0.5}, {x + half*1.35, base - 8}}, 2.5, 3.6, 2.5)
		s.paint(rim, cloth.times(0.72), 0.9)
	case koko:
		s.stand(base, half, cloth)
	case suit:
		s.lapels(base, half)
	default:
		s.points(base, half, cloth, 25)
	}
}

// stand is the collar of a baju koko, with its embroidered placket.
func (s *sitter) stand(base, half float64, cloth rgb) {
	x := s.at.x
	band := s.plane()
	band.stroke([]point{{x - half*1.12, base - 12}, {x - half*0.8, base + 3}, {x, base + 13}, {x + half*0.8, base + 3}, {x + half*1.12, base - 12}}, 9, 10, 9)
	s.paint(band.moved(1, 3).blur(2), rgb{0, 0, 0}, 0.25)
	s.paint(band, cloth.times(0.93), 1)
	seam := s.plane()
	for _, side := range []float64{-1, 1} {
		seam.stroke([]point{{x + side*7, base + 12}, {x + side*7, 300}}, 1, 1, 1)
		for k := range 8 {
			y := base + 18 + 11*float64(k)
			seam.stroke([]point{{x + side*12, y}, {x + side*16, y + 4}, {x + side*12, y + 8}}, 1, 1.4, 1)
		}
	}
	seam.segment(point{x, base + 14}, point{x, 300}, 1)
	s.paint(seam, cloth.times(0.55).mix(s.colour2, 0.4), 0.75)
}

// points is a shirt collar with its two wings, buttons below.
func (s *sitter) points(base, half float64, cloth rgb, length float64) {
	x := s.at.x
	gap := s.fill(func(p *pen) {
		p.polygon([]point{{x - half*0.92, base - 12}, {x + half*0.92, base - 12}, {x, base + length*0.8}})
	})
	if s.covered == bareheaded || s.covered == peci {
		s.tint(gap, func(px, _ float64) rgb { return s.lit(0.52 - 0.2*(px-x)/half) })
	}
	for _, side := range []float64{-1, 1} {
		wing := s.fill(func(p *pen) {
			p.polygon([]point{{x + side*half*0.98, base - 19}, {x + side*half*1.32, base - 3}, {x + side*half*0.86, base + length + 5}, {x + side*1.5, base + length*0.55}})
		})
		s.paint(wing.moved(2, 4).blur(2), rgb{0, 0, 0}, 0.32)
		s.tint(wing, func(px, py float64) rgb { return s.fabric(px+7, py).times(0.99 - 0.07*side) })
		edge := s.plane()
		edge.stroke([]point{{x + side*1.5, base + length*0.55}, {x + side*half*0.86, base + length + 5}, {x + side*half*1.32, base - 3}}, 1, 1, 1)
		s.paint(edge, cloth.times(0.5), 0.6)
	}
	placket := s.plane()
	placket.segment(point{x + 5, base + length*0.6}, point{x + 6, 300}, 1)
	s.paint(placket, cloth.times(0.5), 0.6)
	for y := base + length + 8; y < 300; y += 26 {
		s.glow(point{x, y}, 1.8, 1.8, 0, cloth.mix(rgb{1, 1, 1}, 0.5).times(0.8), 0.9, nil)
	}
}

// lapels is a jacket over a white shirt, with a tie.
func (s *sitter) lapels(base, half float64) {
	x := s.at.x
	white := s.fill(func(p *pen) {
		p.polygon([]point{{x - half*0.9, base - 8}, {x + half*0.9, base - 8}, {x + half*0.75, base + 40}, {x + 10, 300}, {x - 10, 300}, {x - half*0.75, base + 40}})
	})
	s.paint(white, web(0xecebe8), 1)
	if !s.female {
		tie := s.fill(func(p *pen) {
			p.polygon([]point{{x - 6, base + 9}, {x + 6, base + 9}, {x + 4, base + 20}, {x + 11, 300}, {x - 11, 300}, {x - 4, base + 20}})
		})
		s.tint(tie, func(px, py float64) rgb {
			return s.colour2.times(0.75).mix(s.ground, 0.2).times(0.9 + 0.12*math.Sin((px+py)/3))
		})
	}
	keep, weaving := s.colour, s.weave
	s.colour, s.weave = web(0xf0efec), plain
	for _, side := range []float64{-1, 1} {
		wing := s.fill(func(p *pen) {
			p.polygon([]point{{x + side*half*0.95, base - 13}, {x + side*half*1.16, base - 3}, {x + side*half*0.7, base + 22}, {x + side*2, base + 10}})
		})
		s.paint(wing.moved(1, 3).blur(2), rgb{0, 0, 0}, 0.25)
		s.paint(wing, web(0xf4f3f1).times(0.98-0.05*side), 1)
		lapel := s.fill(func(p *pen) {
			p.polygon([]point{{x + side*half*1.22, base - 8}, {x + side*half*1.75, base + 34}, {x + side*half*1.42, base + 42}, {x + side*half*1.5, base + 50}, {x + side*9, 300}, {x + side*half*0.72, base + 30}})
		})
		s.paint(lapel.moved(int(2*side), 3).blur(2), rgb{0, 0, 0}, 0.3)
		s.paint(lapel, keep.times(0.82-0.06*side), 1)
		edge := s.plane()
		edge.stroke([]point{{x + side*half*1.75, base + 34}, {x + side*half*1.42, base + 42}, {x + side*half*1.5, base + 50}, {x + side*9, 300}}, 1, 1.2, 1)
		s.paint(edge, keep.times(0.45), 0.7)
	}
	s.colour, s.weave = keep, weaving
}
