package view

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/advice"
	"cetak/ui/drawing"
	"cetak/ui/model"
	"cetak/ui/text"
)

// Every picture of advice is drawn by the toolkit, and what it shows to touch is seen on it.
func TestPicturesAreDrawn(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Theme())
	for _, name := range drawing.Names() {
		w := test.NewTempWindow(t, drawn(model.Picture{Name: name, Caption: "x"}))
		w.SetPadded(false)
		w.Resize(fyne.NewSize(160, 144))
		if n := countHot(w.Canvas().Capture()); n < 20 {
			t.Errorf("%s: %d dots of the strongest colour", name, n)
		}
	}
}

// countHot counts the dots of the colour that nothing but the part to be touched has: drawing's edge of it.
func countHot(m image.Image) int {
	n := 0
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			if c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA); c == (color.NRGBA{0xC2, 0x41, 0x0C, 0xFF}) {
				n++
			}
		}
	}
	return n
}

// The picture stands at the left of the steps where there is room for both, else small at their right, else below them.
func TestBeside(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Theme())
	for _, tt := range []struct {
		width       float32
		side, below bool
	}{{700, true, false}, {560, true, false}, {380, false, false}, {240, false, true}} {
		b := beside(drawn(model.Picture{Name: "lid", Caption: "The printer's cover"}), newProse(strings.Repeat("word ", 40), sizeText, colorInk, false)).(*fyne.Container)
		h := heightFor(b, tt.width)
		b.Resize(fyne.NewSize(tt.width, h))
		p, s := b.Objects[0], b.Objects[1]
		if side := s.Position().X > p.Position().X; side != tt.side {
			t.Errorf("at %v: steps at the right is %v", tt.width, side)
		}
		if below := p.Position().Y >= heightFor(s, s.Size().Width); below != tt.below {
			t.Errorf("at %v: the picture below is %v", tt.width, below)
		}
		if end := s.Position().Y + heightFor(s, s.Size().Width); end > h+0.5 || p.Position().Y+p.Size().Height > h+0.5 {
			t.Errorf("at %v: %v high, and the words end at %v", tt.width, h, end)
		}
	}
}

// With the largest letters the first step of every fault is read without scrolling, and where no answers take the room the second
// one begins above the fold.
func TestStepsAreSeenFirst(t *testing.T) {
	b := newBench(t, text.Indonesian, monitor.Width, monitor.Height)
	b.local.Advisor = manual
	b.like(model.Taste{Lang: text.Indonesian, Text: model.TextLargest})
	for _, code := range advice.Codes() {
		for _, where := range []bool{false, true} {
			s := held(b.desk.items, code, drivers.InMachine, false, station.AnswerContinue, station.AnswerGiveUp)
			if where {
				s = held(b.desk.items, code, drivers.Unknown, false, station.AnswerContinue, station.AnswerGood, station.AnswerSpoiled, station.AnswerMissing)
			}
			b.show(s)
			steps, want := b.screen.Centre.Advice.Steps, 1
			if !where {
				want = min(2, len(steps))
			}
			for _, step := range steps[:want] {
				if !slices.ContainsFunc(scan(b.Content(), monitor), func(f found) bool {
					x, ok := f.what.(*canvas.Text)
					return ok && len(x.Text) > 3 && strings.HasPrefix(step, x.Text) && f.is.within(f.seen)
				}) {
					t.Errorf("%s, where %v: %q is below the fold", code, where, step)
				}
			}
		}
	}
}

// burns are the stores of an office: blanks that go down with a delivery between, and the ribbon.
func burns() []station.Burn {
	line := func(from, to int, left func(int) int) string {
		var all []string
		for i := from; i <= to; i++ {
			all = append(all, fmt.Sprintf(`{"At":%q,"Left":%d}`, noon.AddDate(0, 0, i).Format(time.RFC3339), left(i)))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	var out []station.Burn
	raw := fmt.Sprintf(`[{"What":"WNI","Left":1327,"Past":%s,"Ahead":%s,"RunOut":%q},{"What":"WNA","Left":50,"Past":%s},{"What":"ribbon","Left":143,"Past":%s,"Ahead":%s,"RunOut":%q}]`,
		line(-20, 0, func(i int) int {
			if i < -8 {
				return 1327 - 110*(i+8)/2 - 600
			}
			return 1327 - 110*i
		}), line(1, 12, func(i int) int { return 1327 - 110*i }), noon.AddDate(0, 0, 12).Format(time.RFC3339),
		line(-3, 0, func(int) int { return 50 }),
		line(-3, 0, func(i int) int { return 143 - 100*i }), line(1, 1, func(int) int { return 30 }), noon.Add(30*time.Hour).Format(time.RFC3339))
	if err := json.Unmarshal([]byte(raw), &out); err != nil {
		panic(err)
	}
	return out
}

// The stock has its charts where a form would stand, and gives them up for one.
func TestCharts(t *testing.T) {
	for _, size := range []fyne.Size{{Width: 1024, Height: 700}, {Width: 1366, Height: 740}} {
		b, _ := newOffice(t, "id", size.Width, size.Height)
		s := atWork(b.desk.items)
		s.Burns = burns()
		b.show(s)
		b.signIn("rina")
		b.enter(model.RoomStock, model.FormNone)
		if n := len(b.screen.Page.Charts); n != 2 || !b.page.charts.Visible() || !b.page.right.Visible() {
			t.Fatalf("%d charts, seen %v", n, b.page.charts.Visible())
		}
		inside(t, b.Content(), fyne.Position{}, fyne.NewPos(size.Width, size.Height), true)
		before := b.page.charts.Objects[0]
		b.show(s)
		if b.page.charts.Objects[0] != before {
			t.Error("the charts are drawn anew, and nothing happened")
		}
		b.enter(model.RoomStock, model.FormID(b.screen.Page.Menu[0].Do.Form))
		if b.page.charts.Visible() || !b.page.form.object.Visible() {
			t.Error("a form is open, and the charts stand in its place")
		}
	}
}

// hearing notes what is to be heard, and reports that offer nothing.
type hearing struct {
	heard []model.Sound
	asked []string
	err   error
}

func (h *hearing) At() time.Time { return noon }

func (h *hearing) Save() (string, error) {
	h.asked = append(h.asked, "save")
	return "/media/stik/cetak", h.err
}

func (h *hearing) Dismiss() error { h.asked = append(h.asked, "dismiss"); return h.err }

// booked is the advice of the program itself.
func booked(code drivers.Code, lang string) (model.Advice, bool) {
	a, ok := advice.For(code, lang)
	return model.Advice{Title: a.Title, Steps: a.Steps, Blank: a.Blank, Picture: model.Picture(a.Picture)}, ok
}

func newHearing(t *testing.T) (*bench, *hearing) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Theme())
	h, d := &hearing{}, &canned{items: people()}
	v := New(d, Options{Lang: "id", Post: func(f func()) { f() }, Run: func(f func()) { f() }, Now: func() time.Time { return noon }, Advisor: booked,
		Crashes: h, Hear: func(s model.Sound) { h.heard = append(h.heard, s) }})
	win := test.NewTempWindow(t, v.Content())
	win.SetPadded(false)
	win.Resize(fyne.NewSize(1366, 740))
	v.Attach(win.Canvas())
	return &bench{v, d, win}, h
}

// Sounds are played as things happen, and not once they are switched off; switching on is heard.
func TestSounds(t *testing.T) {
	b, h := newHearing(t)
	items := b.desk.items
	b.show(ready(items))
	b.show(held(items, drivers.CoverOpen, drivers.InMachine, false, station.AnswerContinue))
	b.press(b.screen.Top.Sound)
	b.show(ready(items))
	b.show(held(items, drivers.CoverOpen, drivers.InMachine, false, station.AnswerContinue))
	b.press(b.screen.Top.Sound)
	if got := fmt.Sprint(h.heard); got != "[fault done]" {
		t.Errorf("heard %s", got)
	}
}

// The report of a crash is offered until it is saved or dismissed; what cannot be saved is offered on.
func TestCrashIsOffered(t *testing.T) {
	b, h := newHearing(t)
	b.show(ready(b.desk.items))
	inside(t, b.Content(), fyne.Position{}, fyne.NewPos(1366, 740), true)
	press := func(i int) { b.press(b.screen.Offer.Buttons[i]) }
	h.err = &drivers.Fault{Code: "X-102"}
	press(0)
	if o := b.screen.Offer; o == nil || !strings.Contains(o.Text, "(X-102)") {
		t.Fatalf("without a stick: %+v", o)
	}
	h.err = nil
	press(0)
	if o := b.screen.Offer; o == nil || !strings.Contains(o.Text, "/media/stik/cetak") {
		t.Fatalf("saved: %+v", o)
	}
	press(0)
	if b.screen.Offer != nil || fmt.Sprint(h.asked) != "[save save]" {
		t.Errorf("closed: %+v, asked %v", b.screen.Offer, h.asked)
	}
	b, h = newHearing(t)
	b.show(ready(b.desk.items))
	b.press(b.screen.Offer.Buttons[1])
	if b.screen.Offer != nil || fmt.Sprint(h.asked) != "[dismiss]" {
		t.Errorf("dismissed: %+v, asked %v", b.screen.Offer, h.asked)
	}
}
