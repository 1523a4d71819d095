package centre

import (
	"image"
	"math"
	"math/rand/v2"
)

// DrawPortrait draws p as a camera at the office would see them, PhotoWidth x PhotoHeight. The same seed and person give the same dots.
func DrawPortrait(seed uint64, p Person) *image.RGBA {
	rng := rand.New(rand.NewPCG(seed, streamPortrait+uint64(p.Number)))
	l := newLook(rng, p)
	c := newCanvas(PhotoWidth, PhotoHeight, l.ground)
	s := sitter{canvas: c, look: l, rng: rng}
	s.draw()
	return c.image()
}

// look is what makes one person's picture differ from another's. Lengths are in dots, shares of the head otherwise.
type look struct {
	ground     rgb
	skin, hair rgb
	at         point // middle of the head
	rw, rh     float64
	jaw, chin  float64
	female     bool
	age        int
}

func newLook(rng *rand.Rand, p Person) look {
	return look{
		ground: ground(p), skin: skins[rng.IntN(len(skins))], hair: web(0x1c1512),
		at: point{118 + 3*rng.NormFloat64(), 128 + 4*rng.NormFloat64()}, rw: 50 + 3*rng.NormFloat64(), rh: 70 + 3*rng.NormFloat64(),
		jaw: 0.72 + 0.14*rng.Float64(), chin: 0.36 + 0.16*rng.Float64(), female: p.Female, age: p.Age,
	}
}

var skins = []rgb{web(0xe3b48f), web(0xd3a178), web(0xc08b62), web(0xa9744e), web(0x8a5a3b), web(0xeac3a2)}

// ground is the plain colour behind the person: red for an odd birth year, blue for an even one, orange for foreigners. Source: ktpel.md 2.5.
func ground(p Person) rgb {
	switch {
	case p.Foreign:
		return web(0xe07a1f)
	case p.Born.Year()%2 == 1:
		return web(0xc2242b)
	}
	return web(0x2457b0)
}

type sitter struct {
	*canvas
	look
	rng *rand.Rand
}

// on turns shares of the head (-1..1 each way) into dots.
func (s *sitter) on(u, v float64) point { return point{s.at.x + u*s.rw, s.at.y + v*s.rh} }

func (s *sitter) face() []point {
	right := [][2]float64{{0, -1.02}, {0.55, -0.93}, {0.88, -0.6}, {0.98, -0.15}, {0.95, 0.2}, {s.jaw, 0.6}, {s.chin, 0.9}, {0, 1.0}}
	var points []point
	for _, q := range right {
		points = append(points, s.on(q[0], q[1]))
	}
	for i := len(right) - 2; i > 0; i-- {
		points = append(points, s.on(-right[i][0], right[i][1]))
	}
	return points
}

func (s *sitter) draw() {
	face := s.fill(func(p *pen) { p.smooth(s.face()) })
	s.tint(face, func(x, y float64) rgb {
		u, v := (x-s.at.x)/s.rw, (y-s.at.y)/s.rh
		n := math.Sqrt(math.Max(1-0.8*u*u-0.6*v*v, 0.05))
		return s.skin.times(0.6 + 0.45*math.Max(-0.3*u-0.4*v+0.85*n, 0))
	})
}
