package centre

import "math"

type beard int

const (
	noBeard beard = iota
	stubble
	moustache
	goatee
	fullBeard
	heavyMoustache
)

// outline is the edge of the face.
func (s *sitter) outline(p *pen) {
	p.smooth(s.all(mirrored([2]float64{0, -1.05}, [2]float64{0.42, -0.96}, [2]float64{s.foreheadW - 0.07, -0.64}, [2]float64{s.foreheadW + 0.06, -0.2},
		[2]float64{s.cheek - 0.01, 0.2}, [2]float64{s.jaw, 0.62}, [2]float64{s.chin, 0.9}, [2]float64{0, 1.0})...))
}

// head draws ears and the bare face with its light.
func (s *sitter) head() {
	for _, side := range []float64{-1, 1} {
		s.ear(side)
	}
	s.tint(s.face, func(x, y float64) rgb {
		u, v := (x-s.at.x)/s.rw, (y-s.at.y)/s.rh
		nx, ny := 0.86*u*math.Abs(u)+0.1*u, 0.62*v*math.Abs(v)
		return s.lit(lambert(nx, ny))
	})
	rim := s.face.without(s.face.blur(7).square())
	s.paint(rim.and(s.face), s.shadow(), 0.34)
	s.glow(s.on(-0.15, -0.62), 0.42*s.rw, 0.20*s.rh, 0, s.shine(), 0.22, s.face)
	for _, side := range []float64{-1, 1} {
		s.glow(s.on(side*0.52, 0.26), 0.26*s.rw, 0.13*s.rh, 0, s.shine(), 0.16-0.06*side, s.face)
		s.glow(s.on(side*0.58, 0.38), 0.30*s.rw, 0.16*s.rh, 0, rgb{0.80, 0.33, 0.30}, 0.16+0.5*s.blush*0.5, s.face)
		s.glow(s.on(side*0.66, 0.62), 0.20*s.rw, 0.22*s.rh, side*0.5, s.shadow(), 0.18+0.06*side, s.face)
	}
	s.glow(s.on(0, 0.90), 0.22*s.rw, 0.08*s.rh, 0, s.shine(), 0.16, s.face)
}

func (s *sitter) ear(side float64) {
	at := s.on(side*(s.cheek+0.03), 0.12)
	rx, ry := 0.13*s.rw*s.earSize, 0.21*s.rh*s.earSize
	ear := s.fill(func(p *pen) { p.ellipse(at, rx, ry, side*0.16) })
	s.tint(ear, func(x, _ float64) rgb { return s.lit(0.66 - 0.16*(x-at.x)/rx - 0.08*side) })
	inner := s.fill(func(p *pen) { p.ellipse(at.plus(side*0.6, -1), rx*0.55, ry*0.62, side*0.16) })
	s.paint(inner.blur(1).and(ear), s.shadow(), 0.5)
	if s.female && s.covered == bareheaded {
		s.glow(at.plus(0, ry*0.9), 1.7, 1.7, 0, web(0xf2e2b0), 0.9, nil)
	}
}

// features draws what makes a face: brows, eyes, nose, mouth, age, beard.
func (s *sitter) features() {
	s.nose()
	for _, side := range []float64{-1, 1} {
		s.eye(side)
		s.brow(side)
	}
	s.mouth()
	s.ageing()
	s.growBeard()
	if s.mole {
		at := s.on(0.5*s.part/0.55, 0.5)
		s.glow(at, 1.5, 1.4, 0, web(0x2a1a14), 0.8, s.face)
	}
}

func (s *sitter) eye(side float64) {
	centre := s.on(side*0.43*s.eyeGap, 0)
	ew := 0.215 * s.rw * s.eyeSize
	eh := ew * 0.46 * s.eyeOpen
	if s.age > 60 {
		eh *= 0.85
	}
	slant := s.eyeSlant * eh
	// Shares of the eye: x outwards, y downwards.
	at := func(x, y float64) point {
		p := point{centre.x + side*x*ew, centre.y + y*eh - x*slant}
		return p.plus(0, side*s.tilt*x*ew)
	}
	s.glow(at(0.05, -1.1), ew*1.15, eh*1.5, 0, s.shadow(), 0.34, s.face)
	s.glow(at(-0.95, -0.6), ew*0.42, eh*1.5, 0, s.shadow(), 0.30, s.face)
	s.glow(at(0, 1.6), ew*0.9, eh*0.7, 0, s.shadow(), 0.16+0.003*float64(s.age), s.face)
	upper := []point{at(-1.02, 0.28), at(-0.6, -0.62), at(-0.05, -1), at(0.5, -0.78), at(1.04, -0.02)}
	lower := []point{at(0.62, 0.58), at(0.05, 0.80), at(-0.55, 0.62)}
	ball := s.fill(func(p *pen) { p.smooth(append(append([]point{}, upper...), lower...)) })
	s.tint(ball, func(x, y float64) rgb {
		v := (y - centre.y) / eh
		return web(0xe9e2db).times(0.84 + 0.14*v - 0.16*math.Pow((x-centre.x)/ew, 2))
	})
	radius := math.Max(eh*0.98, ew*0.40)
	iris := s.fill(func(p *pen) { p.ellipse(at(-0.03, -0.1), radius, radius, 0) }).and(ball)
	s.paint(iris, web(0x2c1a10).mix(s.hair, 0.25), 0.95)
	s.glow(at(0.06, 0.3), radius*0.55, radius*0.4, 0, web(0x70482a), 0.55, iris)
	pupil := s.fill(func(p *pen) { p.ellipse(at(-0.03, -0.1), radius*0.42, radius*0.42, 0) }).and(ball)
	s.paint(pupil, web(0x080606), 0.95)
	s.glow(at(-0.03, -0.1).plus(-radius*0.36, -radius*0.36), 1.15, 1.15, 0, rgb{1, 1, 1}, 0.95, ball)

	lid := s.plane()
	lash := 1.3
	if s.female {
		lash = 2.0
		lid.stroke([]point{at(0.7, -0.55), at(1.05, -0.12), at(1.28, -0.5)}, 1.2, 1.2, 0.4)
	}
	lid.stroke(upper, 0.7, lash, 1.1)
	s.paint(lid, web(0x160e0b), 0.9)
	soft := s.plane()
	if s.crease {
		soft.stroke([]point{at(-1, -0.45), at(-0.5, -1.35), at(0.1, -1.62), at(0.75, -1.2), at(1.15, -0.4)}, 0.6, 1.1, 0.6)
	}
	soft.stroke(append([]point{at(1.04, -0.02)}, append(lower, at(-1.02, 0.28))...), 0.7, 0.9, 0.6)
	s.paint(soft.and(s.face), s.shadow().times(0.7), 0.62)
	s.glow(at(-1.08, 0.3), 1.2, 1.0, 0, rgb{0.72, 0.36, 0.33}, 0.6, s.face)
}

func (s *sitter) brow(side float64) {
	height := -0.215 - 0.03*(s.eyeOpen-0.9)
	points := s.all([2]float64{side * 0.16, height + 0.004}, [2]float64{side * 0.34, height - 0.6*s.browArch}, [2]float64{side * 0.53, height - s.browArch}, [2]float64{side * 0.74, height + 0.045})
	brow := s.plane()
	brow.stroke(points, 0.75*s.browHeavy, s.browHeavy, 0.9)
	s.paint(brow.blur(1).and(s.face), s.hair.mix(s.skin, 0.12), 0.62)
	hairs := s.plane()
	for k := range 22 {
		t := float64(k) / 22
		root := through(points, 8)[int(t*23)]
		up := s.browHeavy * 0.5
		hairs.stroke([]point{root.plus(-side*1.5, up*(0.7-s.rng.Float64()*0.4)), root.plus(side*(1.5+2*t), -up*(0.7-0.9*t))}, 0.7, 0.7, 0.3)
	}
	s.paint(hairs.and(s.face), s.hair.times(0.8), 0.5)
}

func (s *sitter) nose() {
	base := s.noseL + 0.02
	w := s.noseW
	s.glow(s.on(0.13, 0.10), 0.09*s.rw, 0.22*s.rh, -0.12, s.shadow(), 0.30, s.face)
	s.glow(s.on(-0.14, 0.06), 0.07*s.rw, 0.16*s.rh, 0.12, s.shadow(), 0.16, s.face)
	s.glow(s.on(-0.02, 0.08), 0.055*s.rw, 0.20*s.rh, 0, s.shine(), 0.50, s.face)
	s.glow(s.on(w*0.9, base-0.07), 0.14*s.rw, 0.09*s.rh, 0, s.shadow(), 0.26, s.face)
	s.glow(s.on(-w*0.4, base-0.07), 0.13*s.rw, 0.07*s.rh, 0, s.shine(), 0.12, s.face)
	s.glow(s.on(-0.02, base-0.09), 0.09*s.rw, 0.055*s.rh, 0, s.shine(), 0.60, s.face)
	s.glow(s.on(0.03, base+0.075), 0.26*s.rw, 0.05*s.rh, 0, s.shadow(), 0.42, s.face)
	wings := s.plane()
	holes := s.plane()
	for _, side := range []float64{-1, 1} {
		wings.stroke(s.all([2]float64{side * w * 0.80, base - 0.15}, [2]float64{side * w * 1.04, base - 0.06}, [2]float64{side * w * 0.94, base + 0.015}, [2]float64{side * w * 0.70, base + 0.03}), 0.6, 1.8, 1.0)
		hole := s.fill(func(p *pen) { p.ellipse(s.on(side*w*0.50, base+0.012), w*0.26*s.rw, 0.019*s.rh, side*0.22) })
		holes = holes.or(hole)
	}
	wings.stroke(s.all([2]float64{-w * 0.30, base + 0.02}, [2]float64{0, base + 0.045}, [2]float64{w * 0.30, base + 0.02}), 0.8, 1.3, 0.8)
	s.paint(wings.blur(1).and(s.face), s.shadow().times(0.72), 0.85)
	s.paint(holes.blur(1), s.shadow().times(0.34), 0.95)
}

func (s *sitter) mouth() {
	y := s.noseL + 0.245 + 0.02*(s.lipUp-0.06)*10
	w := s.mouthW
	corner := y - s.smile
	upper := s.fill(func(p *pen) {
		p.smooth(s.all([2]float64{-w, corner}, [2]float64{-0.5 * w, y - 0.72*s.lipUp}, [2]float64{-0.17 * w, y - s.lipUp}, [2]float64{0, y - 0.82*s.lipUp},
			[2]float64{0.17 * w, y - s.lipUp}, [2]float64{0.5 * w, y - 0.72*s.lipUp}, [2]float64{w, corner}, [2]float64{0.45 * w, y + 0.012}, [2]float64{0, y + 0.016}, [2]float64{-0.45 * w, y + 0.012}))
	})
	lower := s.fill(func(p *pen) {
		p.smooth(s.all([2]float64{-0.92 * w, corner + 0.004}, [2]float64{-0.4 * w, y + 0.008}, [2]float64{0, y + 0.012}, [2]float64{0.4 * w, y + 0.008}, [2]float64{0.92 * w, corner + 0.004},
			[2]float64{0.55 * w, y + 0.78*s.lipLow}, [2]float64{0, y + s.lipLow}, [2]float64{-0.55 * w, y + 0.78*s.lipLow}))
	})
	lip := s.skin.mix(rgb{0.60, 0.27, 0.26}, 0.42)
	if s.lipstick > 0.25 {
		lip = lip.mix(rgb{0.72, 0.16, 0.22}, s.lipstick*0.75)
	}
	s.glow(s.on(0.02, y+s.lipLow+0.045), 0.5*w*s.rw*1.2, 0.035*s.rh, 0, s.shadow(), 0.42, s.face)
	s.glow(s.on(-0.01, y-s.lipUp-0.05), 0.05*s.rw, 0.045*s.rh, 0, s.shadow(), 0.22, s.face)
	s.paint(upper.blur(1), lip.times(0.80), 0.9)
	s.paint(lower.blur(1), lip, 0.88)
	s.glow(s.on(-0.05, y+0.5*s.lipLow), 0.42*w*s.rw, 0.022*s.rh, 0, rgb{1, 0.88, 0.85}, 0.30, lower)
	line := s.plane()
	line.stroke(s.all([2]float64{-w * 1.02, corner - 0.004}, [2]float64{-0.45 * w, y + 0.006}, [2]float64{0, y + 0.013}, [2]float64{0.45 * w, y + 0.006}, [2]float64{w * 1.02, corner - 0.004}), 0.9, 1.5, 0.9)
	s.paint(line, web(0x35100d), 0.75)
	for _, side := range []float64{-1, 1} {
		s.glow(s.on(side*(w+0.03), corner), 2.4, 2.0, 0, s.shadow(), 0.5, s.face)
	}
}

// ageing draws what the years leave.
func (s *sitter) ageing() {
	years := math.Min(math.Max(float64(s.age-22)/60, 0), 1)
	folds := s.plane()
	mouth := s.noseL + 0.245
	for _, side := range []float64{-1, 1} {
		folds.stroke(s.all([2]float64{side * (s.noseW + 0.07), s.noseL - 0.03}, [2]float64{side * (s.mouthW + 0.06), mouth - 0.10}, [2]float64{side * (s.mouthW + 0.11), mouth + 0.03}), 1, 2.2, 0.8)
		if s.age > 42 {
			folds.stroke(s.all([2]float64{side * 0.24, 0.12}, [2]float64{side * 0.42, 0.165}, [2]float64{side * 0.60, 0.12}), 0.6, 1.3, 0.5)
			for k := -1.0; k <= 1; k++ {
				folds.stroke(s.all([2]float64{side * 0.70, 0.01 + 0.02*k}, [2]float64{side * 0.80, 0.01 + 0.055*k}), 0.9, 0.8, 0.3)
			}
		}
		if s.age > 60 {
			folds.stroke(s.all([2]float64{side * (s.mouthW + 0.05), mouth + 0.04}, [2]float64{side * (s.mouthW + 0.08), mouth + 0.16}), 0.8, 1.8, 0.6)
		}
	}
	if s.age > 46 {
		for k := range 3 {
			v := -0.40 - 0.085*float64(k)
			folds.stroke(s.all([2]float64{-0.46, v + 0.02}, [2]float64{-0.15, v - 0.012}, [2]float64{0.15, v + 0.008}, [2]float64{0.46, v + 0.015}), 0.5, 1.4, 0.5)
		}
	}
	s.paint(folds.blur(1).and(s.face), s.shadow().times(0.85), 0.16+0.62*years)
}

func (s *sitter) growBeard() {
	if s.beard == noBeard {
		return
	}
	mouth := s.noseL + 0.245
	region := s.plane()
	lip := func(thick float64) {
		region.stroke(s.all([2]float64{-s.mouthW - 0.02, mouth - 0.015}, [2]float64{-0.2, mouth - s.lipUp - 0.045}, [2]float64{0, mouth - s.lipUp - 0.035}, [2]float64{0.2, mouth - s.lipUp - 0.045}, [2]float64{s.mouthW + 0.02, mouth - 0.015}), 2, thick, 2)
	}
	opacity := 0.6
	switch s.beard {
	case moustache:
		lip(4.5)
	case heavyMoustache:
		lip(8.5)
		opacity = 0.82
	case goatee:
		lip(4)
		region.stroke(s.all([2]float64{-0.16, mouth + s.lipLow + 0.12}, [2]float64{0, mouth + s.lipLow + 0.16}, [2]float64{0.16, mouth + s.lipLow + 0.12}), 6, 12, 6)
		opacity = 0.66
	default:
		lip(6)
		jaw := s.fill(func(p *pen) {
			p.smooth(s.all([2]float64{-1.0, 0.05}, [2]float64{-0.84, 0.30}, [2]float64{-0.62, 0.58}, [2]float64{-0.30, mouth + 0.13}, [2]float64{0, mouth + 0.12}, [2]float64{0.30, mouth + 0.13},
				[2]float64{0.62, 0.58}, [2]float64{0.84, 0.30}, [2]float64{1.0, 0.05}, [2]float64{1.05, 0.6}, [2]float64{0.6, 1.05}, [2]float64{0, 1.12}, [2]float64{-0.6, 1.05}, [2]float64{-1.05, 0.6}))
		})
		region = region.or(jaw.blur(2))
		opacity = 0.26
		if s.beard == fullBeard {
			opacity = 0.74
		}
	}
	region = region.blur(1).and(s.face)
	s.paint(region, s.hair.mix(s.skin, 0.1), opacity*0.8)
	if s.beard == stubble {
		return
	}
	hairs := s.plane()
	for range 420 {
		at := s.on(2*s.rng.Float64()-1, 0.2+0.85*s.rng.Float64())
		hairs.segment(at, at.plus((at.x-s.at.x)*0.03+s.rng.Float64()-0.5, 3.5), 0.7)
	}
	s.paint(hairs.and(region), s.hair.times(0.7), 0.55)
}

func (s *sitter) wearGlasses() {
	if !s.glasses {
		return
	}
	rims := s.plane()
	thick := 1.2 + 1.6*s.rng.Float64()
	round := 0.75 + 0.25*s.rng.Float64()
	for _, side := range []float64{-1, 1} {
		var lens []point
		for k := range 25 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / 24)
			// Between a circle and a rounded box.
			f := math.Pow(math.Pow(math.Abs(cos), 2/round)+math.Pow(math.Abs(sin), 2/round), -round/2)
			lens = append(lens, s.on(side*0.44*s.eyeGap+0.31*cos*f, 0.045+0.155*sin*f))
		}
		rims.stroke(lens, thick, thick, thick)
		rims.stroke(s.all([2]float64{side * (0.44*s.eyeGap + 0.31), -0.02}, [2]float64{side * (s.cheek + 0.02), -0.04}), thick, thick, thick)
		glass := s.fill(func(p *pen) { p.smooth(lens[:24]) })
		s.paint(glass, rgb{1, 1, 1}, 0.05)
		s.glow(s.on(side*0.44*s.eyeGap-0.12, -0.02), 2.2, 9, 0.6, rgb{1, 1, 1}, 0.20, glass)
	}
	rims.stroke(s.all([2]float64{-0.14, 0.01}, [2]float64{0, -0.02}, [2]float64{0.14, 0.01}), thick, thick, thick)
	s.paint(rims.moved(1, 2).blur(1).and(s.face), s.shadow(), 0.4)
	s.paint(rims, pick(s.rng, []rgb{web(0x17171a), web(0x3a2417), web(0x8d8470), web(0x4d5057)}), 0.92)
}
