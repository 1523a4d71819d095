package face

import (
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"cetak/drivers"
)

// TestCard draws what a technician judges a printer by: a frame 2 mm inside the card's edge with a ruler on each side, an arrow up,
// patches of each dye and of their mixtures, steps of grey in dye and lines in resin from one dot wide, and the words given, which say
// what it is. Nothing on it is anybody's. The caller sets its Varnish.
func (r *Renderer) TestCard(title string, lines ...string) (drivers.Artwork, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	const w, h = drivers.FaceWidth, drivers.FaceHeight
	t := &testCard{types: r.types, color: image.NewRGBA(image.Rect(0, 0, w, h)), black: image.NewGray(image.Rect(0, 0, w, h))}
	fill(t.color.Pix)
	fill(t.black.Pix)
	t.rulers()
	t.arrow(image.Pt(w-96, 150))
	for i, c := range []color.RGBA{{255, 255, 0, 255}, {255, 0, 255, 255}, {0, 255, 255, 255}, {255, 0, 0, 255}, {0, 170, 0, 255}, {0, 0, 255, 255}, {0, 0, 0, 255}} {
		t.dye(image.Rect(70+i*110, 300, 70+i*110+100, 390), c)
	}
	const steps = 16
	for i := range steps {
		v := uint8(255 - 255*i/(steps-1))
		t.dye(image.Rect(70+i*48, 400, 70+(i+1)*48, 470), color.RGBA{v, v, v, 255})
	}
	x := 70
	for width := 1; width <= 6; width++ { // resin: bars as wide as the gaps between them
		for range 8 {
			t.burn(image.Rect(x, 485, x+width, 545))
			x += 2 * width
		}
		x += 24
	}
	if err := t.say("bold", 44, 70, 118, title); err != nil {
		return drivers.Artwork{}, err
	}
	for i, l := range lines {
		if err := t.say("medium", 26, 70, 164+36*i, l); err != nil {
			return drivers.Artwork{}, err
		}
	}
	if err := t.say("regular", 20, 70, 585, "0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz"); err != nil {
		return drivers.Artwork{}, err
	}
	return drivers.Artwork{Color: t.color, Black: t.black}, nil
}

type testCard struct {
	types *typeset
	color *image.RGBA
	black *image.Gray
}

func (t *testCard) dye(r image.Rectangle, c color.RGBA) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			t.color.SetRGBA(x, y, c)
		}
	}
}

func (t *testCard) burn(r image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			t.black.SetGray(x, y, color.Gray{})
		}
	}
}

// rulers draw the frame and, inwards from it, a tick each millimetre, longer each fifth.
func (t *testCard) rulers() {
	const w, h, edge = drivers.FaceWidth, drivers.FaceHeight, 24
	for _, r := range []image.Rectangle{
		image.Rect(edge, edge, w-edge, edge+2), image.Rect(edge, h-edge-2, w-edge, h-edge),
		image.Rect(edge, edge, edge+2, h-edge), image.Rect(w-edge-2, edge, w-edge, h-edge),
	} {
		t.burn(r)
	}
	tick := func(n int) int {
		if n%5 == 0 {
			return 20
		}
		return 10
	}
	for n := 0; ; n++ {
		x := edge + int(float64(n)*dotsPerMM)
		if x >= w-edge {
			break
		}
		t.burn(image.Rect(x, edge, x+2, edge+tick(n)))
		t.burn(image.Rect(x, h-edge-tick(n), x+2, h-edge))
	}
	for n := 0; ; n++ {
		y := edge + int(float64(n)*dotsPerMM)
		if y >= h-edge {
			break
		}
		t.burn(image.Rect(edge, y, edge+tick(n), y+2))
		t.burn(image.Rect(w-edge-tick(n), y, w-edge, y+2))
	}
}

// arrow points up, so that nobody has to guess which way round the card lies.
func (t *testCard) arrow(top image.Point) {
	for y := range 60 {
		t.burn(image.Rect(top.X-y*2/3, top.Y-90+y, top.X+y*2/3, top.Y-90+y+1))
	}
	t.burn(image.Rect(top.X-12, top.Y-30, top.X+12, top.Y+50))
}

func (t *testCard) say(name string, size float64, x, y int, s string) error {
	if wide, err := t.types.width(name, size, s); err != nil {
		return err
	} else if x+int(wide) > drivers.FaceWidth-70 {
		return fault(DoesNotFit, fmt.Sprintf("a line of the test card of %d letters", len([]rune(s))))
	}
	f, err := t.types.face(name, size)
	if err != nil {
		return err
	}
	d := font.Drawer{Dst: t.black, Src: image.NewUniform(color.Gray{}), Face: f, Dot: fixed.P(x, y)}
	d.DrawString(s)
	return nil
}
