package view

import (
	"errors"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"cetak/hwsim/panel/model"
	"cetak/hwsim/world"
)

// TestSpots: what is drawn can be pressed where it is drawn: lid, feeder, ribbon, cable, power, and every card.
func TestSpots(t *testing.T) {
	s := newStage(t, 20, 1)
	s.print(world.Good)
	s.print(world.Reject)
	s.do(s.w.Pick(), s.w.Arrive(world.Head))
	seen := s.seen()
	w := open(t, "en", MinSize)
	w.show(seen)
	var hands, cards []string
	for _, sh := range append([]*sheet{w.v.machine, w.v.reader}, w.v.trays...) {
		for _, p := range slices.Clone(sh.spots) {
			w.said = nil
			sh.Tapped(&fyne.PointEvent{Position: fyne.NewPos(p.x+p.w/2, p.y+p.h/2)})
			w.settle()
			if w.v.screen.Large != nil {
				cards = append(cards, w.v.screen.Large.Card.UID)
				w.press(fyne.KeyEscape)
			}
			hands = append(hands, w.said...)
		}
	}
	slices.Sort(hands)
	if want := []string{"feed 25", "open cover", "power-cycle", "ribbon new", "unplug"}; !slices.Equal(hands, want) {
		t.Errorf("pressed %q, want %q", hands, want)
	}
	good, bad, in := seen.Desk.World.Trays.Good[0].UID, seen.Desk.World.Trays.Reject[0].UID, seen.Desk.World.Machine.UID
	slices.Sort(cards)
	want := []string{good, good, bad, bad, in} // once in the machine's picture, once in its tray
	slices.Sort(want)
	if !slices.Equal(cards, want) {
		t.Errorf("looked at %q, want %q", cards, want)
	}
}

// TestKeys: letters, arrows, Tab and Space do what the labels say; a refusal is told.
func TestKeys(t *testing.T) {
	s := newStage(t, 20, 1)
	s.print(world.Good)
	seen := s.seen()
	uid := seen.Desk.World.Trays.Good[0].UID
	w := open(t, "id", MinSize)
	w.show(seen)
	w.typed("lF")
	w.press(fyne.KeyRight)
	w.typed("t")
	w.press(fyne.KeyL) // comes as text too: once is enough
	if want := []string{"open cover", "feed 25", "present good " + uid}; !slices.Equal(w.said, want) {
		t.Errorf("said %q, want %q", w.said, want)
	}
	w.said = nil
	w.win.Canvas().FocusNext()
	w.win.Canvas().FocusNext()
	b, ok := w.win.Canvas().Focused().(*button)
	if !ok || !b.focused || b.ring.StrokeWidth == 0 || b.is.Key != "L" {
		t.Fatalf("the focus is on %+v", w.win.Canvas().Focused())
	}
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.TypedRune(' ')
	b.TypedRune('c')
	if want := []string{"open cover", "unplug"}; !slices.Equal(w.said, want) {
		t.Errorf("said %q, want %q", w.said, want)
	}
	test.Tap(w.v.buttons[3])
	if w.win.Canvas().Focused() != nil {
		t.Error("a click leaves the focus behind")
	}
	w.err = errors.New("the feeder is nailed shut")
	w.typed("f")
	if !strings.Contains(w.v.screen.State.Detail, "nailed") {
		t.Errorf("%+v", w.v.screen.State)
	}
	w.press(fyne.KeyF2)
	if w.v.Title() != "Cetak: the simulated machine" {
		t.Errorf("%q", w.v.Title())
	}
	w.typed("g")
	if w.v.screen.Faults == nil || !slices.Contains(w.v.root.Objects, fyne.CanvasObject(w.v.faults.root)) {
		t.Fatal("no list of faults")
	}
	w.said, w.err = nil, nil
	test.Tap(w.v.faults.rows[5])
	w.press(fyne.KeyReturn, fyne.KeyEscape)
	if k := seen.Catalogue.Faults[5]; len(w.said) != 1 || !strings.HasPrefix(w.said[0], "on "+k.Event+" do "+k.Name) {
		t.Errorf("armed %q", w.said)
	}
}

// TestIdle: what has not changed is not drawn again, and a clock within its minute is no change.
func TestIdle(t *testing.T) {
	s := newStage(t, 20, 1)
	w := open(t, "id", MinSize)
	seen := s.seen()
	w.show(seen)
	drawn := w.v.drawn
	parts := w.v.machine.objects
	test.WidgetRenderer(w.v.machine).Layout(w.v.machine.Size()) // as the toolkit does when it sees new objects
	if parts[0] != w.v.machine.objects[0] {
		t.Error("a layout for the same size draws: the toolkit would lay out for ever")
	}
	for n := range 5 {
		seen.Desk.World.Clock = now.Add(time.Duration(n) * 10 * time.Second)
		w.show(seen)
	}
	if w.v.drawn != drawn {
		t.Errorf("drawn %d times while nothing happened", w.v.drawn-drawn)
	}
	seen.Desk.World.Clock = now.Add(time.Minute)
	w.show(seen)
	if w.v.drawn != drawn+1 {
		t.Errorf("drawn %d times for a minute of the clock", w.v.drawn-drawn)
	}
	s.w.SetCover(true)
	seen = s.seen()
	seen.Desk.World.Clock = now.Add(time.Minute)
	w.show(seen)
	if w.v.drawn != drawn+3 { // the line of state, and the machine
		t.Errorf("drawn %d times for an open lid", w.v.drawn-drawn-1)
	}
}

// TestContrast: every ink on its ground is told apart by weak eyes (WCAG 2.1, 1.4.3: 4.5 to 1).
func TestContrast(t *testing.T) {
	pairs := map[string][2]color.NRGBA{
		"text on window": {ink, ground}, "text on paper": {ink, paper}, "text inside": {ink, inside}, "quiet on paper": {quiet, paper},
		"a button that is off": {quiet, ground}, "chosen": {ink, mark}, "trouble on window": {red, ground}, "trouble inside": {red, inside},
		"trouble on paper": {red, paper}, "place": {blue, inside}, "jam": {paper, red}, "bar": {onBar, bar},
		"y": {ink, colorful['y']}, "m": {paper, colorful['m']}, "c": {ink, colorful['c']}, "k": {paper, colorful['k']}, "o": {ink, colorful['o']},
	}
	for _, tone := range []model.Tone{model.Ready, model.Working, model.Waiting, model.Stopped} {
		pairs["tone "+string(rune('0'+int(tone)))] = [2]color.NRGBA{toneInk(tone), toneGround(tone)}
	}
	for name, p := range pairs {
		if c := contrast(p[0], p[1]); c < 4.5 {
			t.Errorf("%s: %.2f to 1", name, c)
		}
	}
}

func contrast(a, b color.NRGBA) float64 {
	light := func(c color.NRGBA) float64 {
		sum := 0.0
		for i, v := range []uint8{c.R, c.G, c.B} {
			x := float64(v) / 255
			if x <= 0.04045 {
				x /= 12.92
			} else {
				x = math.Pow((x+0.055)/1.055, 2.4)
			}
			sum += x * []float64{0.2126, 0.7152, 0.0722}[i]
		}
		return sum
	}
	x, y := light(a)+0.05, light(b)+0.05
	return max(x, y) / min(x, y)
}
