package main

import (
	"encoding/json"
	"image"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"cetak/ui/text"
)

// eyeEnv names the socket at which the program under test tells what stands on its screen. The mouse of a test finds things by the words
// on them, as a person does; the program itself is the shipped one.
const eyeEnv = "CETAK_TEST_EYE"

// sign is a text on the screen, in dots of the window, and the thing to press that it stands on, if it stands on one.
type sign struct {
	Text     string
	At       image.Rectangle
	Press    image.Rectangle
	Pressing bool
}

// openEye listens for tests that want to know what is on the screen.
func openEye() {
	path := os.Getenv(eyeEnv)
	if path == "" || os.Getenv(crashWatch) != "" { // the process that waits for a crash has no screen
		return
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			var all []sign
			fyne.DoAndWait(func() { all = signs() })
			_ = json.NewEncoder(c).Encode(all)
			_ = c.Close()
		}
	}()
}

// signs are all texts on the screen, in the order in which they are drawn.
func signs() []sign {
	var all []sign
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		c := w.Canvas()
		for _, o := range append([]fyne.CanvasObject{c.Content()}, c.Overlays().List()...) {
			if o == nil {
				continue
			}
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
			walk(o, at.Subtract(o.Position()), rect{at, at.AddXY(o.Size().Width, o.Size().Height)}, nil, func(t string, at rect, press *rect) {
				s := sign{Text: t, At: at.dots(c.Scale())}
				if press != nil {
					s.Press, s.Pressing = press.dots(c.Scale()), true
				}
				all = append(all, s)
			})
		}
	}
	return all
}

// rect is a part of a canvas.
type rect struct{ min, max fyne.Position }

func (r rect) within(o rect) rect {
	return rect{fyne.NewPos(max(r.min.X, o.min.X), max(r.min.Y, o.min.Y)), fyne.NewPos(min(r.max.X, o.max.X), min(r.max.Y, o.max.Y))}
}

func (r rect) empty() bool { return r.min.X >= r.max.X || r.min.Y >= r.max.Y }

func (r rect) dots(scale float32) image.Rectangle {
	return image.Rect(int(r.min.X*scale), int(r.min.Y*scale), int(r.max.X*scale), int(r.max.Y*scale))
}

// walk finds the texts that can be seen below an object. at is where its parent stands.
func walk(o fyne.CanvasObject, at fyne.Position, clip rect, press *rect, found func(string, rect, *rect)) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	here := rect{at, at.AddXY(o.Size().Width, o.Size().Height)}
	if _, ok := o.(fyne.Tappable); ok {
		p := here.within(clip)
		press = &p
	}
	switch o := o.(type) {
	case *canvas.Text:
		if seen := here.within(clip); !seen.empty() && strings.TrimSpace(o.Text) != "" {
			found(o.Text, seen, press)
		}
	case *fyne.Container:
		for _, c := range o.Objects {
			walk(c, at, clip, press, found)
		}
	case fyne.Widget:
		if _, ok := o.(*container.Scroll); ok {
			clip = clip.within(here)
		}
		for _, c := range test.WidgetRenderer(o).Objects() {
			walk(c, at, clip, press, found)
		}
	}
}

// sighted is what a person sees at one moment.
type sighted []sign

// sees asks the program what stands on its screen.
func (h *hands) sees() sighted {
	h.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		var all sighted
		c, err := net.Dial("unix", h.eye)
		if err == nil {
			err = json.NewDecoder(c).Decode(&all)
			_ = c.Close()
		}
		if err == nil {
			return all
		}
		if time.Now().After(end) {
			h.t.Fatalf("the program does not tell what is on its screen: %v\n%s", err, &h.log)
		}
	}
}

// text is all that can be read, in the order in which it is drawn. Long sentences run on over their lines.
func (s sighted) text() string {
	var all []string
	for _, x := range s {
		all = append(all, x.Text)
	}
	return strings.Join(all, " ")
}

func (s sighted) reads(words string) bool { return strings.Contains(s.text(), words) }

// button finds the highest thing to press with these words on it; of two as high the later one.
func (s sighted) button(words string) (sign, bool) {
	best, ok := sign{}, false
	for _, x := range s {
		if x.Text == words && x.Pressing && (!ok || x.Press.Dy() >= best.Press.Dy()) {
			best, ok = x, true
		}
	}
	return best, ok
}

// label finds the words that stand on nothing to press: the name of a field.
func (s sighted) label(words string) (sign, bool) {
	i := slices.IndexFunc(s, func(x sign) bool { return x.Text == words && !x.Pressing })
	if i < 0 {
		return sign{}, false
	}
	return s[i], true
}

// patience is how long a test waits for what a person waits for.
const patience = 2 * time.Minute

// reads waits until words can be read on the screen.
func (h *hands) reads(words string) {
	h.t.Helper()
	var s sighted
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if s = h.sees(); s.reads(words) {
			return
		}
	}
	h.lost("%q was never to be read", words)
}

// readsNot waits until words are gone from the screen.
func (h *hands) readsNot(words string) {
	h.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if !h.sees().reads(words) {
			return
		}
	}
	h.lost("%q stayed on the screen", words)
}

// lost ends the test and leaves a picture of the screen, and its words.
func (h *hands) lost(format string, args ...any) {
	h.t.Helper()
	path := filepath.Join(os.TempDir(), "cetak-desk-failed.png")
	h.picture(path)
	h.t.Fatalf(format+"\nthe screen (%s): %s\nthe world: %+v\n%s", append(args, path, h.sees().text(), h.rig.World(), &h.log)...)
}

// words are those of the desk.
func words(key string, pairs ...string) string { return text.For(text.Indonesian).T(key, pairs...) }

// opening is how a sentence of the desk begins, before the first thing that it names.
func opening(key string) string {
	before, _, _ := strings.Cut(words(key), "{")
	return strings.TrimSpace(before)
}
