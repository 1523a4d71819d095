package centre

import (
	"image"
	"math"
	"math/rand/v2"
)

// DrawPortrait draws p as a camera at the office would see them, PhotoWidth x PhotoHeight. The same seed and person give the same dots.
func DrawPortrait(seed uint64, p Person) *image.RGBA {
	rng := rand.New(rand.NewPCG(seed, streamPortrait+uint64(p.Number)))
	s := sitter{look: newLook(rng, p), rng: rng}
	s.canvas = newCanvas(PhotoWidth, PhotoHeight, s.ground)
	s.face = s.fill(s.outline)
	for _, draw := range []func(){s.backHair, s.body, s.head, s.features, s.frontHair, s.headgear, s.wearGlasses} {
		s.step(draw)
	}
	s.develop()
	return s.image()
}

// headgear worn on the picture.
type headgear int

const (
	bareheaded headgear = iota
	hijabPinned
	hijabDraped
	hijabLong
	peci // the velvet cap
)

// look is what makes one person's picture differ from another's. Lengths are in dots, or shares of the head where sitter.on takes them.
type look struct {
	ground     rgb
	skin, hair rgb
	female     bool
	age        int

	at        point // middle of the head, on the line of the eyes
	rw, rh    float64
	tilt      float64 // radians
	jaw, chin float64
	cheek     float64
	foreheadW float64
	browHeavy float64
	browArch  float64
	eyeSize   float64
	eyeOpen   float64
	eyeGap    float64
	eyeSlant  float64
	crease    bool
	noseW     float64
	noseL     float64
	mouthW    float64
	lipUp     float64
	lipLow    float64
	smile     float64
	earSize   float64
	blush     float64
	lipstick  float64
	beard     beard
	glasses   bool
	mole      bool
	style     hairStyle
	thick     float64 // of the hair over the skull
	part      float64 // where it parts, -1..1
	covered   headgear
	cloth     rgb // of the hijab
	clothes   clothes
	shoulders float64
	colour    rgb // of the clothes
	colour2   rgb
	weave     weave
	neckW     float64
}

var skins = []rgb{web(0xe9c3a0), web(0xddb088), web(0xcf9d73), web(0xbf895f), web(0xab754d), web(0x91603e), web(0x74492f), web(0x5c3a27)}

var veils = []rgb{web(0x27303f), web(0xd9cdbb), web(0x8c3f4d), web(0x3d6b5c), web(0xb98fa6), web(0x9a7b52), web(0x5b5f73), web(0xe7e3dc),
	web(0x6b3d63), web(0x1d1d20), web(0x7fa1ad), web(0xc27a4e)}

var fabrics = []rgb{web(0xf1efea), web(0x2b3350), web(0x7d1f2a), web(0x3f5a3a), web(0xb7c4d6), web(0x50443a), web(0x1f1f22), web(0xc9b27a),
	web(0x6d7f8f), web(0x934f2d), web(0xdfc7cb), web(0x2f6670)}

// ground is the plain colour behind the person: red for an odd birth year, blue for an even one, orange for foreigners. Source: ktpel.md 2.5.
func ground(p Person) rgb {
	switch {
	case p.Foreign:
		return web(0xe07f24)
	case p.Born.Year()%2 == 1:
		return web(0xc4242c)
	}
	return web(0x2a5cb8)
}

func newLook(rng *rand.Rand, p Person) look {
	spread := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	l := look{
		ground: ground(p), female: p.Female, age: p.Age,
		at: point{118 + 4*spread(-1, 1), spread(136, 148)}, rw: spread(53, 62), tilt: spread(-0.035, 0.035),
		jaw: spread(0.70, 0.90), chin: spread(0.34, 0.54), cheek: spread(0.90, 1.02), foreheadW: spread(0.80, 0.95),
		browHeavy: spread(2.6, 5.6), browArch: spread(0.015, 0.065), eyeSize: spread(0.98, 1.22), eyeOpen: spread(0.85, 1.22),
		eyeGap: spread(0.92, 1.08), eyeSlant: spread(-0.25, 0.35), crease: rng.IntN(3) > 0,
		noseW: spread(0.20, 0.34), noseL: spread(0.35, 0.45), mouthW: spread(0.31, 0.45), lipUp: spread(0.045, 0.10), lipLow: spread(0.065, 0.13),
		smile: spread(0.006, 0.05), earSize: spread(0.78, 1.08), blush: spread(0, 0.25), mole: rng.IntN(7) == 0,
		thick: spread(0.12, 0.24), part: spread(-0.55, 0.55), shoulders: spread(0.92, 1.12), neckW: spread(0.50, 0.62),
		colour: pick(rng, fabrics), colour2: pick(rng, fabrics), cloth: pick(rng, veils), weave: weave(rng.IntN(int(weaves))),
	}
	l.rh = l.rw * spread(1.30, 1.46)
	l.skin = skins[min(int(math.Abs(rng.NormFloat64())*1.6+rng.Float64()*3), len(skins)-1)]
	if p.Foreign {
		l.skin = pick(rng, []rgb{web(0xf0cdb2), web(0xeac0a0), web(0xe3b795), web(0xa87350)})
	}
	l.hair = pick(rng, []rgb{web(0x17120f), web(0x1d1613), web(0x231915), web(0x120f0e)})
	if p.Foreign && rng.IntN(2) == 0 {
		l.hair = pick(rng, []rgb{web(0x6b4a2b), web(0x8a6a3f), web(0x4a3120)})
	}
	if grey := float64(p.Age-44)/34 + 0.3*(rng.Float64()-0.5); grey > 0 {
		l.hair = l.hair.mix(web(0xc9c5c0), math.Min(grey, 0.9))
	}
	l.glasses = rng.Float64() < 0.06+float64(max(p.Age-40, 0))/150
	l.dress(rng, p)
	l.jaw = math.Min(l.jaw, l.cheek-0.12)
	return l
}

// dress settles what depends on sex, age, and custom.
func (l *look) dress(rng *rand.Rand, p Person) {
	muslim := p.Fields.Religion == "ISLAM"
	l.clothes = clothes(rng.IntN(int(sortsOfClothes)))
	if !p.Female {
		l.style = menStyles[rng.IntN(len(menStyles))]
		if p.Age > 50 && rng.IntN(2) == 0 {
			l.style = []hairStyle{receding, wreath, shaved, receding}[rng.IntN(4)]
		}
		if l.age > 19 {
			l.beard = beard(max(rng.IntN(10)-4, 0))
		}
		if muslim && rng.IntN(4) == 0 {
			l.covered = peci
		}
		l.neckW += 0.08
		l.shoulders += 0.08
		l.jaw += 0.03
		l.browHeavy += 0.9
		return
	}
	l.style = womenStyles[rng.IntN(len(womenStyles))]
	l.jaw -= 0.09
	l.chin -= 0.05
	l.neckW -= 0.04
	l.browHeavy -= 0.8
	l.lipstick = rng.Float64() * 0.8
	l.noseW -= 0.02
	l.blush += 0.08
	if muslim && rng.IntN(10) < 7 {
		l.covered = headgear(int(hijabPinned) + rng.IntN(3))
	}
	if l.clothes == suit && rng.IntN(2) == 0 {
		l.clothes = blouse
	}
}

// sitter is the person in front of the camera while the picture grows.
type sitter struct {
	*canvas
	look
	rng  *rand.Rand
	face *plane
}

// on turns shares of the head (u to the right, v downwards, ±1 at its edges) into dots.
func (s *sitter) on(u, v float64) point {
	sin, cos := math.Sincos(s.tilt)
	x, y := u*s.rw, v*s.rh
	return point{s.at.x + x*cos - y*sin, s.at.y + x*sin + y*cos}
}

// all turns a list of shares into dots.
func (s *sitter) all(shares ...[2]float64) []point {
	points := make([]point, len(shares))
	for i, q := range shares {
		points[i] = s.on(q[0], q[1])
	}
	return points
}

// mirrored takes the right half of an outline, from top to bottom on the middle line, and adds the left half.
func mirrored(right ...[2]float64) [][2]float64 {
	out := right
	for i := len(right) - 2; i > 0; i-- {
		out = append(out, [2]float64{-right[i][0], right[i][1]})
	}
	return out
}

// shadow and shine are the skin away from and towards the light; blood makes shadows red.
func (s *sitter) shadow() rgb { return rgb{s.skin.r * 0.56, s.skin.g * 0.45, s.skin.b * 0.40} }
func (s *sitter) shine() rgb  { return s.skin.mix(rgb{1, 0.96, 0.90}, 0.42) }

// lit is skin under an amount of light, 0.75 being its own colour.
func (s *sitter) lit(light float64) rgb {
	if light < 0.75 {
		return s.shadow().mix(s.skin, math.Max(light, 0)/0.75)
	}
	return s.skin.mix(s.shine(), math.Min((light-0.75)/0.4, 1))
}

// lambert is the light on a surface leaning by nx and ny; the lamp stands high on the left.
func lambert(nx, ny float64) float64 {
	nz := math.Sqrt(math.Max(1-nx*nx-ny*ny, 0.02))
	return 0.16 + 0.80*math.Max(-0.36*nx-0.42*ny+0.83*nz, 0)
}

// develop is the camera: a little softness and the sensor's noise.
func (s *sitter) develop() {
	soft := make([]rgb, len(s.px))
	for i, p := range s.px {
		x, y := i%s.w, i/s.w
		left, right := s.px[i-min(x, 1)], s.px[i+min(s.w-1-x, 1)]
		up, down := s.px[i-s.w*min(y, 1)], s.px[i+s.w*min(s.h-1-y, 1)]
		soft[i] = rgb{
			0.6*p.r + 0.1*(left.r+right.r+up.r+down.r), 0.6*p.g + 0.1*(left.g+right.g+up.g+down.g), 0.6*p.b + 0.1*(left.b+right.b+up.b+down.b),
		}
	}
	for i, p := range soft {
		grain := 0.008
		if p == s.ground {
			grain = 0.003 // a well lit, even wall
		}
		n := grain * (s.rng.Float64() + s.rng.Float64() - 1)
		s.px[i] = rgb{p.r + n, p.g + n, p.b + n}
	}
}
