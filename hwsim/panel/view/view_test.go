package view

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	xdraw "golang.org/x/image/draw"

	"cetak/hwsim/centre"
	"cetak/hwsim/panel/model"
	"cetak/hwsim/rig"
	"cetak/hwsim/scene"
	"cetak/hwsim/world"
)

var (
	pictureDir = flag.String("pictures", "", "write a PNG of every situation into this folder")
	update     = flag.Bool("update", false, "write docs/pictures/panel.*.png anew")
)

// chip is a chip in a state; nobody speaks to it here.
type chip struct {
	uid   []byte
	state string
	files map[string][]byte
}

func (c *chip) UID() []byte              { return c.uid }
func (c *chip) ATR() []byte              { return nil }
func (c *chip) PowerOn()                 {}
func (c *chip) PowerOff()                {}
func (c *chip) Reset()                   {}
func (c *chip) Transmit([]byte) []byte   { return nil }
func (c *chip) SetMute(bool)             {}
func (c *chip) SetATR([]byte)            {}
func (c *chip) State() string            { return c.state }
func (c *chip) Files() map[string][]byte { return c.files }

// stage is a world whose motors the test is, with invented people's faces to print.
type stage struct {
	t     *testing.T
	w     *world.World
	chips map[string]*chip
	faces [][]*world.Raster // y, m, c, k, o of each person
	done  int
	desk  rig.Desk
}

func newStage(t *testing.T, blanks, faces int) *stage {
	t.Helper()
	s := &stage{t: t, desk: rig.Desk{Cable: true, Power: "on", Reader: true}, chips: map[string]*chip{}}
	s.w = world.New(world.Options{Seed: 7, Blanks: blanks, Dir: t.TempDir(), NewChip: func(uid []byte) world.Chip {
		c := &chip{uid: uid, state: "blank", files: map[string][]byte{}}
		s.chips[strings.ToUpper(hex(uid))] = c
		return c
	}})
	people, err := centre.New(7, centre.Options{Now: now}).Make(faces)
	s.do(err)
	for _, p := range people {
		s.faces = append(s.faces, panels(t, p))
	}
	return s
}

func hex(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, x := range b {
		s.WriteByte(digits[x>>4])
		s.WriteByte(digits[x&15])
	}
	return s.String()
}

// panels makes a face of a card for the picture: ground, portrait, and lines where the fields stand.
func panels(t *testing.T, r centre.Record) []*world.Raster {
	t.Helper()
	face := image.NewRGBA(image.Rect(0, 0, world.Lines, world.LineDots))
	draw.Draw(face, face.Bounds(), image.NewUniform(color.RGBA{0xCF, 0xE6, 0xF2, 0xFF}), image.Point{}, draw.Src)
	photo, _, err := image.Decode(bytes.NewReader(r.Photo))
	if err != nil {
		t.Fatal(err)
	}
	xdraw.CatmullRom.Scale(face, image.Rect(730, 150, 966, 450), photo, photo.Bounds(), draw.Src, nil)
	text := []*world.Raster{world.NewRaster(2)}
	line := func(x, y, w, h int) {
		for dx := range w {
			for dy := range h {
				text[0].Dots[(x+dx)*world.LineDots+world.LineDots-1-y-dy] = 1
			}
		}
	}
	line(330, 30, 360, 26)
	line(350, 70, 320, 22)
	line(40, 130, 420, 34)
	for i, s := range []string{r.Fields.Name, r.Fields.BirthPlace, r.Fields.Sex, r.Fields.Address, r.Fields.Village, r.Fields.District, r.Fields.Religion, r.Fields.Occupation} {
		line(40, 190+44*i, 150, 14)
		line(220, 188+44*i, min(460, 15*len(s)), 18)
	}
	var list []*world.Raster
	for ch := range 3 { // yellow takes blue away, magenta green, cyan red
		p := world.NewRaster(256)
		for x := range world.Lines {
			for y := range world.LineDots {
				p.Dots[x*world.LineDots+world.LineDots-1-y] = 255 - face.Pix[face.PixOffset(x, y)+2-ch]
			}
		}
		list = append(list, p)
	}
	return append(list, text[0], world.NewRaster(2))
}

func (s *stage) do(errs ...error) {
	s.t.Helper()
	for _, err := range errs {
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// toHead takes the next blank to the head, its chip written.
func (s *stage) toHead() {
	s.t.Helper()
	s.do(s.w.Pick(), s.w.Arrive(world.Contacts))
	c := s.chips[s.uid()]
	c.state = "sealed"
	for _, f := range []string{"6FF1", "6FF2", "6FF3", "6FF4", "6FF5", "6FF6"} {
		sum := sha256.Sum256([]byte(f + s.uid()))
		c.files[f] = sum[:]
	}
	s.do(s.w.Depart(), s.w.Arrive(world.Head))
}

func (s *stage) uid() string {
	t, err := s.w.Truth()
	s.do(err)
	return t.Machine.UID
}

func (s *stage) burn(n int) {
	s.t.Helper()
	for i, p := range []string{"y", "m", "c", "k", "o"}[:n] {
		s.do(s.w.Unwind(p, i, i), s.w.Burn(p, s.faces[s.done%len(s.faces)][i]))
	}
}

// print takes the next blank through the whole machine into a tray.
func (s *stage) print(tray world.Place) {
	s.t.Helper()
	s.toHead()
	s.burn(5)
	s.done++
	s.do(s.w.Depart(), s.w.Drop(tray))
	s.w.NextSet()
}

// now is the clock of every picture.
var now = time.Date(2026, 11, 21, 10, 21, 7, 0, time.FixedZone("WIB", 7*3600))

func (s *stage) seen() model.Seen {
	s.t.Helper()
	t, err := s.w.Truth()
	s.do(err)
	t.Clock, t.Speed = now, 4
	s.desk.World = t
	s.desk.FeederBlind, s.desk.RejectBlind = s.w.Blind()
	return model.Seen{Dir: "/tmp/cetak/sim", Up: true, Known: true, Desk: s.desk, Catalogue: rig.Catalogue{Faults: scene.Kinds(), Events: scene.Events()}}
}

// screen is a window without a display.
type screen struct {
	t    *testing.T
	v    *View
	win  fyne.Window
	post []func()
	said []string // what hands were asked to do
	err  error    // what they answer
}

func open(t *testing.T, lang string, size fyne.Size) *screen {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(Theme())
	s := &screen{t: t}
	s.v = New(Options{Lang: lang, Run: func(f func()) { f() }, Post: func(f func()) { s.post = append(s.post, f) },
		Hand: func(words string, done func(error)) { s.said = append(s.said, words); done(s.err) }})
	s.win = test.NewTempWindow(t, s.v.Content())
	s.win.SetPadded(false)
	s.win.Resize(size)
	s.v.Attach(s.win.Canvas())
	return s
}

// settle runs what waits for the goroutine of the user interface.
func (s *screen) settle() {
	for len(s.post) > 0 {
		f := s.post[0]
		s.post = s.post[1:]
		f()
	}
}

func (s *screen) show(seen model.Seen) {
	s.v.Show(seen)
	s.settle()
}

func (s *screen) press(keys ...fyne.KeyName) {
	for _, k := range keys {
		s.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: k})
		s.settle()
	}
}

func (s *screen) typed(text string) {
	for _, r := range text {
		s.win.Canvas().OnTypedRune()(r)
		s.settle()
	}
}

func (s *screen) picture(path string) {
	s.t.Helper()
	f, err := os.Create(path)
	if err == nil {
		err = png.Encode(f, s.win.Canvas().Capture())
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// situations are what is drawn, by name.
func situations(t *testing.T) []struct {
	name string
	seen model.Seen
	keys func(*screen)
} {
	type situation = struct {
		name string
		seen model.Seen
		keys func(*screen)
	}
	s := newStage(t, 73, 5)
	var list []situation
	add := func(name string, keys func(*screen)) { list = append(list, situation{name, s.seen(), keys}) }
	add("fresh", nil)
	for range 8 {
		s.print(world.Good)
	}
	s.print(world.Reject)
	s.print(world.Reject)
	s.toHead()
	s.burn(3)
	add("head", nil)
	add("chosen", func(c *screen) { c.press(fyne.KeyRight, fyne.KeyRight, fyne.KeyEnd) })
	add("large", func(c *screen) { c.press(fyne.KeyRight, fyne.KeyReturn) })
	s.desk.Armed = []string{"on head do jam-head once", "on update 3 do card-pulled once"}
	add("faults", func(c *screen) { c.typed("g"); c.press(fyne.KeyDown, fyne.KeyDown, fyne.KeyDown) })
	s.desk.Armed = nil
	s.w.JamNow()
	add("jam", nil)
	s.w.TakeOut(world.Hand)
	s.do(s.w.Pick())
	add("path", nil)
	s.do(s.w.Arrive(world.Contacts))
	add("contact", nil)
	s.chips[s.uid()].state = "partial"
	s.do(s.w.Depart(), s.w.Arrive(world.Contactless))
	add("contactless", nil)
	s.do(s.w.Depart(), s.w.Drop(world.Good))
	_, err := s.w.Present(world.Good, "3")
	s.do(err)
	s.w.SetCover(true)
	s.w.BlindFeeder()
	add("cover", nil)
	s.w.TakeRibbon()
	s.desk.Cable, s.desk.Power, s.desk.Reader = false, "off", false
	s.w.BlindReject()
	add("off", nil)
	away := s.seen()
	away.Up = false
	list = append(list, situation{"away", away, nil}, situation{"never", model.Seen{Dir: "/tmp/cetak/sim"}, nil})
	return list
}

// TestPictures draws every situation in both languages, at the least size and at that of an office screen: nothing is cut or
// lies over another.
func TestPictures(t *testing.T) {
	list := situations(t)
	for _, lang := range []string{"id", "en"} {
		for _, size := range []fyne.Size{{Width: 1366, Height: 768}, MinSize} {
			w := open(t, lang, size)
			for _, s := range list {
				w.v.local = model.Start(lang)
				w.show(s.seen)
				if s.keys != nil {
					s.keys(w)
				}
				w.whole(lang + " " + s.name)
				if *pictureDir != "" {
					w.picture(filepath.Join(*pictureDir, s.name+"."+lang+map[bool]string{true: ".small"}[size == MinSize]+".png"))
				}
				if *update && s.name == "head" && size != MinSize {
					w.picture("../../../docs/pictures/panel." + lang + ".png")
				}
			}
		}
	}
}

// whole checks that each text lies within the window, is not cut, and touches no other.
func (s *screen) whole(what string) {
	s.t.Helper()
	type piece struct {
		text string
		x, y fyne.Position
	}
	var all []piece
	size := s.win.Canvas().Size()
	for _, o := range s.v.root.Objects {
		s.texts(o, fyne.Position{}, func(t *canvas.Text, at fyne.Position) {
			if t.Text == "" {
				return
			}
			m := t.MinSize()
			p := piece{t.Text, at, at.AddXY(m.Width, m.Height-4)} // lines of text may share their leading
			if p.x.X < 0 || p.x.Y < 0 || p.y.X > size.Width || p.y.Y > size.Height {
				s.t.Errorf("%s %v: %q lies outside, at %v", what, size, t.Text, at)
			}
			if strings.HasSuffix(t.Text, "…") {
				s.t.Errorf("%s %v: %q is cut", what, size, t.Text)
			}
			for _, q := range all {
				if p.x.X < q.y.X && q.x.X < p.y.X && p.x.Y < q.y.Y && q.x.Y < p.y.Y {
					s.t.Errorf("%s %v: %q lies over %q", what, size, t.Text, q.text)
				}
			}
			all = append(all, p)
		})
	}
}

// texts walks over the texts that can be seen, with their place in the window.
func (s *screen) texts(o fyne.CanvasObject, at fyne.Position, f func(*canvas.Text, fyne.Position)) {
	at = at.Add(o.Position())
	switch o := o.(type) {
	case *canvas.Text:
		f(o, at)
	case *fyne.Container:
		for _, c := range o.Objects {
			s.texts(c, at, f)
		}
	case *container.Scroll:
		s.texts(o.Content, fyne.NewPos(-10000, -10000), func(t *canvas.Text, _ fyne.Position) { // it may lie outside, but not be cut
			if strings.HasSuffix(t.Text, "…") {
				s.t.Errorf("%q is cut", t.Text)
			}
		})
	case *sheet:
		for _, c := range o.objects {
			s.texts(c, at, f)
		}
	case *button:
		l, k := o.label, o.key
		width := l.MinSize().Width
		if l.Position().X < 4 || l.Position().X+width > o.Size().Width-4 || k.Position().X+k.MinSize().Width > o.Size().Width-4 {
			s.t.Errorf("the button %q %s is %v wide: too narrow", l.Text, k.Text, o.Size().Width)
		}
		f(l, at.Add(l.Position()))
		f(k, at.Add(k.Position()))
	}
}
