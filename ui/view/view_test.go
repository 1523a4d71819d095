package view

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
	"cetak/station/record"
)

// situations are all faces of the desk.
func situations(items []station.QueueItem) map[string]func(*bench) {
	show := func(s station.Snapshot) func(*bench) { return func(b *bench) { b.show(s) } }
	last := func(outcome string) func(*bench) {
		return func(b *bench) {
			s := ready(items[1:])
			s.Last = &station.Finished{Item: items[0], Outcome: outcome, Took: 34200e6, At: noon}
			b.desk.items = items[1:]
			b.show(s)
		}
	}
	return map[string]func(*bench){
		"ready":      show(ready(items)),
		"ready-next": last("good"),
		"empty":      func(b *bench) { b.desk.items = nil; b.show(ready(nil)) },
		"working":    show(working(items, flow.Encoding, 3)),
		"printing":   show(working(items, flow.Printing, 5)),
		"confirm": func(b *bench) {
			s := working(items, flow.Confirming, 7)
			s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood, station.AnswerSpoiled}}
			b.show(s)
		},
		"ask": func(b *bench) {
			s := working(items, flow.Confirming, 7)
			s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood, station.AnswerSpoiled}}
			b.show(s)
			b.key("F8")
		},
		"fault":   show(held(items, drivers.CoverOpen, drivers.InMachine, false, station.AnswerContinue, station.AnswerGiveUp)),
		"cleared": show(held(items, drivers.CoverOpen, drivers.InMachine, true, station.AnswerContinue, station.AnswerGiveUp)),
		"where":   show(held(items, drivers.CardJamHead, drivers.Unknown, false, station.AnswerContinue, station.AnswerGood, station.AnswerSpoiled, station.AnswerMissing)),
		"printer-down": func(b *bench) {
			s := ready(items)
			s.Printer = station.Device{State: station.DeviceDown, Code: drivers.LineSilent, At: noon}
			b.show(s)
		},
		"checking": func(b *bench) {
			s := ready(items)
			s.Printer, s.Reader = station.Device{State: station.DeviceUnknown}, station.Device{State: station.DeviceUnknown}
			b.show(s)
		},
		"not-open": func(b *bench) {
			b.desk.items = nil
			b.show(station.Snapshot{Phase: flow.Held, Fault: &station.FaultInfo{Code: "K-101", Detail: "cetak.toml: unknown key speed, line 12", Since: noon},
				Question: &station.Question{Kind: station.QuestionFault, Answers: []station.Answer{station.AnswerContinue}}})
			b.key("F1")
		},
		"low": func(b *bench) {
			b.desk.finds = []station.Finding{{Code: record.NIKDateDiffers, Field: "TGL_LHR"}, {Code: record.NameOneWord, Field: "NAMA_LGKP"}}
			s := ready(items)
			s.Hopper, s.RibbonLeft, s.RejectCount, s.Refused = 4, 0, 14, 3
			b.show(s)
			b.key("Down")
			b.key("Down")
		},
	}
}

// Nothing on the desk sticks out of the window or of the part it stands in, with the longest Indonesian words.
func TestNothingOverflows(t *testing.T) {
	for _, size := range []fyne.Size{{Width: 1024, Height: 700}, {Width: 1200, Height: 680}, {Width: 1366, Height: 740}} {
		items := people()
		items[0].Name, items[1].Name = items[2].Name, "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
		for name, show := range situations(items) {
			t.Run(fmt.Sprintf("%s-%v", name, size.Width), func(t *testing.T) {
				b := newBench(t, "id", size.Width, size.Height)
				b.desk.items = items
				show(b)
				s := b.snap
				if s.Office != "" {
					s.Office, s.Operator = "Kabupaten Kepulauan Siau Tagulandang Biaro", "Muhammad Abdurrahman S."
				}
				b.show(s)
				if min := b.Content().MinSize(); min.Width > size.Width || min.Height > size.Height {
					t.Errorf("needs %v", min)
				}
				inside(t, b.Content(), fyne.Position{}, fyne.NewPos(size.Width, size.Height), true)
			})
		}
	}
}

// inside walks the laid out tree; right and bottom are the edges of the nearest part that cuts off what goes past it.
func inside(t *testing.T, o fyne.CanvasObject, at, edge fyne.Position, checkHeight bool) {
	t.Helper()
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	var kids []fyne.CanvasObject
	switch x := o.(type) {
	case *canvas.Text:
		m := x.MinSize()
		if x.Text != "" && (at.X < 0 || at.X+m.Width > edge.X+0.5 || checkHeight && at.Y+m.Height > edge.Y+0.5) {
			t.Errorf("%q at %v is %v and goes past %v", x.Text, at, m, edge)
		}
		return
	case *searchField, *queueList:
		return // they cut what they hold themselves
	case *container.Scroll:
		edge.X, checkHeight = min(edge.X, at.X+x.Size().Width), false
		kids = []fyne.CanvasObject{x.Content}
	case *fyne.Container:
		kids = x.Objects
	case fyne.Widget:
		kids = test.WidgetRenderer(x).Objects()
	}
	edge.X = min(edge.X, at.X+o.Size().Width)
	if checkHeight {
		edge.Y = min(edge.Y, at.Y+o.Size().Height)
	}
	for _, k := range kids {
		inside(t, k, at, edge, checkHeight)
	}
}

// A whole day's work without a mouse: search, choose, print, judge, put trouble right, look at a NIK, change language.
func TestKeyboard(t *testing.T) {
	b := newBench(t, "id", 1200, 680)
	items := b.desk.items
	b.show(ready(items))
	focus := func() fyne.Focusable { return b.win.Canvas().Focused() }
	press := func(k fyne.KeyName) { focus().TypedKey(&fyne.KeyEvent{Name: k}) }
	typed := func(s string) {
		for _, r := range s {
			focus().TypedRune(r)
		}
	}
	want := func(c station.Command) {
		t.Helper()
		if got := b.last(); got != c {
			t.Fatalf("got %#v, want %#v", got, c)
		}
	}

	typed("siti")
	press(fyne.KeyReturn)
	want(station.PrintCard{ID: items[3].ID, Issue: 2})
	press(fyne.KeyF5)
	if n := len(b.desk.done); n != 1 {
		t.Fatalf("a second press before the station answered gave %d commands", n)
	}

	s := working(items, flow.Printing, 5)
	s.Job.Item = items[3]
	b.show(s)
	press(fyne.KeyF5)
	press(fyne.KeyF6)
	if n := len(b.desk.done); n != 1 {
		t.Fatalf("keys without a button gave %d commands", n)
	}

	s.Phase = flow.Confirming
	s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood, station.AnswerSpoiled}}
	b.show(s)
	press(fyne.KeyReturn)
	typed("1")
	if n := len(b.desk.done); n != 1 || b.local.Query != "siti1" {
		t.Fatalf("Enter or a number judged a card nobody asked about: %d commands, search %q", n, b.local.Query)
	}
	press(fyne.KeyBackspace)
	press(fyne.KeyF8)
	press(fyne.KeyF8)
	typed("x")
	press(fyne.KeyEscape)
	if n := len(b.desk.done); n != 1 || b.local.Asking != "" || b.local.Query != "siti" {
		t.Fatalf("Esc did not only close the second step: %d commands, asking %q, search %q", n, b.local.Asking, b.local.Query)
	}
	press(fyne.KeyF8)
	typed("3")
	want(station.Reply{Answer: station.AnswerSpoiled, Cause: "scratched"})
	b.show(s)
	press(fyne.KeyF6)
	want(station.Reply{Answer: station.AnswerGood})

	b.show(held(items, drivers.CoverOpen, drivers.InMachine, true, station.AnswerContinue, station.AnswerGiveUp))
	press(fyne.KeyF9)
	want(station.Reply{Answer: station.AnswerContinue})

	b.show(held(items, drivers.CardJamHead, drivers.Unknown, false, station.AnswerContinue, station.AnswerSpoiled, station.AnswerMissing))
	press(fyne.KeyF6) // not offered: this card cannot be good
	want(station.Reply{Answer: station.AnswerContinue})
	press(fyne.KeyF7)
	typed("1")
	want(station.Reply{Answer: station.AnswerMissing})

	press(fyne.KeyEscape)
	b.show(ready(items))
	if b.local.Query != "" || len(b.queue.items) != len(items) {
		t.Fatalf("Esc left the search at %q with %d rows", b.local.Query, len(b.queue.items))
	}
	press(fyne.KeyEscape)
	press(fyne.KeyPageUp)
	press(fyne.KeyUp)
	press(fyne.KeyDown)
	press(fyne.KeyF2)
	if got := b.screen.Centre.Face.Facts[0].Value; got != items[1].NIK {
		t.Fatalf("F2 shows %q", got)
	}
	press(fyne.KeyDown)
	if b.local.ShowNIK {
		t.Fatal("the NIK of the next person is open too")
	}
	press(fyne.KeyF12)
	if got := b.screen.State.Title; got != "READY. Press F5 to print." {
		t.Fatalf("after F12 the state is %q", got)
	}
	if focus() != fyne.Focusable(b.queue.field) {
		t.Fatal("after F12 the search has lost the focus")
	}
	press(fyne.KeyF5)
	want(station.PrintCard{ID: items[2].ID, Issue: 1})
}

// Every button can be reached with Tab and pressed with Space, and typing there goes to the search.
func TestTab(t *testing.T) {
	b := newBench(t, "id", 1200, 680)
	b.show(ready(b.desk.items))
	c := b.win.Canvas()
	seen := map[string]bool{}
	for range 12 {
		c.FocusNext()
		if x, ok := c.Focused().(*button); ok {
			seen[x.is.Label] = true
			if x.ring.StrokeWidth == 0 {
				t.Errorf("%q has the focus and does not show it", x.is.Label)
			}
		}
	}
	for _, label := range []string{"Cetak kartu", "Tampilkan NIK", "Menu"} {
		if !seen[label] {
			t.Errorf("Tab never reached %q, only %v", label, seen)
		}
	}
	c.Focus(b.primary)
	b.primary.TypedRune('d')
	b.primary.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if b.local.Query != "d" || c.Focused() != fyne.Focusable(b.queue.field) || len(b.desk.done) != 1 {
		t.Errorf("search %q, %d commands", b.local.Query, len(b.desk.done))
	}
	c.Focus(b.queue.list)
	b.queue.list.TypedRune('e')
	if b.local.Query != "de" {
		t.Errorf("typing into the list gave the search %q", b.local.Query)
	}
}

// The search shows no one else: a record that matches nothing cannot be printed by Enter.
func TestNobodyMatches(t *testing.T) {
	b := newBench(t, "id", 1200, 680)
	b.show(ready(b.desk.items))
	b.queue.field.SetText("zzzz")
	b.key(fyne.KeyReturn)
	b.key(fyne.KeyF5)
	if len(b.desk.done) != 0 {
		t.Fatalf("printed %v", b.desk.done)
	}
}

// A nation's worth of waiting records: only what is looked at is asked for and drawn.
func TestLongQueue(t *testing.T) {
	const all = 313_281
	b := newBench(t, "id", 1200, 680)
	b.desk.items = make([]station.QueueItem, all)
	for i := range b.desk.items {
		b.desk.items[i] = person(i, "NAMA", 1, "prr")
	}
	b.show(ready(b.desk.items))
	if len(b.queue.items) != rowsFirst || b.screen.Queue.Caption != "313.281 menunggu" {
		t.Fatalf("%d rows, %q", len(b.queue.items), b.screen.Queue.Caption)
	}
	for range 6 {
		b.queue.list.ScrollToBottom()
	}
	if n := len(b.queue.items); n != rowsMost {
		t.Fatalf("%d rows after scrolling to the end", n)
	}
}

// The mark stays on its person when the queue moves under it, and the printed record is always the marked one.
func TestMarkStaysOnItsPerson(t *testing.T) {
	b := newBench(t, "id", 1200, 680)
	items := b.desk.items
	b.show(ready(items))
	b.key(fyne.KeyDown)
	b.key(fyne.KeyDown)
	b.desk.items = items[1:]
	b.show(ready(items[1:]))
	b.key(fyne.KeyF5)
	if got, want := b.last(), (station.PrintCard{ID: items[2].ID, Issue: 1}); got != want {
		t.Fatalf("got %#v, want %#v", got, want)
	}
}

// A search ends when the one it found is done, and not while it still finds somebody.
func TestSearchEndsWithItsPerson(t *testing.T) {
	b := newBench(t, "id", 1200, 680)
	items := b.desk.items
	b.show(ready(items))
	b.queue.field.SetText("suparno")
	b.desk.items = append(append([]station.QueueItem{}, items[:4]...), items[5:]...)
	s := ready(b.desk.items)
	s.Last = &station.Finished{Item: items[4], Outcome: "good", At: noon}
	b.show(s)
	if b.local.Query != "" || b.queue.field.Text != "" || len(b.queue.items) != len(items)-1 {
		t.Fatalf("search %q, %d rows", b.local.Query, len(b.queue.items))
	}
	b.queue.field.SetText("ratna")
	s.Last = &station.Finished{Item: items[8], Outcome: "good", At: noon.Add(time.Minute)}
	s.Waiting--
	b.show(s)
	if b.local.Query != "ratna" {
		t.Fatal("a search that still finds somebody was cleared")
	}
}

// A mouse does the same as the keys.
func TestMouse(t *testing.T) {
	b := newBench(t, "id", 1200, 680)
	b.show(ready(b.desk.items))
	b.queue.list.Select(4)
	test.Tap(b.primary)
	if got, want := b.last(), (station.PrintCard{ID: b.desk.items[4].ID, Issue: 1}); got != want {
		t.Fatalf("got %#v, want %#v", got, want)
	}
	if b.win.Canvas().Focused() != fyne.Focusable(b.queue.field) {
		t.Error("after a click into the list, typing does not reach the search")
	}
}

// A record that cannot be shown cannot be printed, and says why by code.
func TestPreviewRefused(t *testing.T) {
	b := newBench(t, "id", 1200, 680)
	b.desk.err = fmt.Errorf("render: %w", &drivers.Fault{Code: "R-150"})
	b.show(ready(b.desk.items))
	b.key(fyne.KeyF5)
	if len(b.desk.done) != 0 || b.local.Refused != "R-150" {
		t.Fatalf("%v, refused %q", b.desk.done, b.local.Refused)
	}
}

// A preview that comes late never shows one person's face beside another's name; those passed by are not drawn.
func TestLatePreview(t *testing.T) {
	b := newBench(t, "id", 1200, 680)
	var waiting []func()
	b.o.Run = func(f func()) { waiting = append(waiting, f) }
	b.show(ready(b.desk.items))
	b.key(fyne.KeyDown)
	b.key(fyne.KeyDown)
	if len(waiting) != 1 {
		t.Fatalf("%d previews under way", len(waiting))
	}
	waiting[0]()
	if b.screen.Centre.Face.Image != nil {
		t.Fatal("the first person's face is shown for the third")
	}
	if len(waiting) != 2 {
		t.Fatalf("%d previews asked for", len(waiting))
	}
	waiting[1]()
	if b.screen.Centre.Face.Image == nil || b.local.Preview.Item.ID != b.desk.items[2].ID {
		t.Fatal("the third person's face is missing")
	}
}

// Whoever was looked at before, the picture on the screen is that of the one who is looked at now, also with the number covered.
func TestPictureFollows(t *testing.T) {
	seen := func(rows ...int) (all []image.Image) {
		b := newBench(t, "id", 1200, 680)
		b.desk.draw = func(it station.QueueItem) (station.Preview, error) {
			face := image.NewRGBA(image.Rect(0, 0, 1016, 648))
			draw.Draw(face, face.Rect, image.NewUniform(color.RGBA{it.NIK[15] * 40, 90, 200, 0xFF}), image.Point{}, draw.Src)
			return station.Preview{Item: it, Face: face, NIK: image.Rect(100, 100, 500, 150)}, nil
		}
		b.show(ready(b.desk.items))
		for _, row := range rows {
			b.queue.list.Select(row)
			all = append(all, b.win.Canvas().Capture())
		}
		return all
	}
	alone := map[int]image.Image{}
	for _, row := range []int{0, 1, 2} {
		alone[row] = seen(row)[0]
	}
	rows := []int{0, 1, 2, 0, 2, 1}
	for i, got := range seen(rows...) {
		if !reflect.DeepEqual(got, alone[rows[i]]) {
			t.Errorf("look %d: not the picture of row %d", i, rows[i])
		}
		if other := alone[(rows[i]+1)%3]; reflect.DeepEqual(got, other) {
			t.Fatal("all look alike: the test proves nothing")
		}
	}
}

// Run shows what Watch tells, on the goroutine it is given, and ends with its context.
func TestRun(t *testing.T) {
	b := newBench(t, "id", 1200, 680)
	posts := make(chan func())
	b.o.Post = func(f func()) { posts <- f }
	b.desk.snap = ready(b.desk.items)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { b.Run(ctx); close(ended) }()
	show := <-posts
	b.o.Post = func(f func()) { f() }
	show()
	cancel()
	<-ended
	if b.snap.Waiting != len(b.desk.items) {
		t.Fatal("the snapshot did not arrive")
	}
}

// The main situations as trees of objects, for review.
func TestMarkup(t *testing.T) {
	for _, name := range []string{"ready", "confirm", "ask", "fault", "where", "printer-down"} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "id", 1024, 700)
			b.desk.face = nil
			situations(people())[name](b)
			got := test.RenderToMarkup(b.win.Canvas())
			path := filepath.Join("testdata", name+".xml")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s; if the change is wanted: make golden, and read the difference", path)
			}
		})
	}
}

// The number is hidden on the picture too, until it is asked for; the raster that will be printed is never touched.
func TestNumberIsCovered(t *testing.T) {
	face := image.NewRGBA(image.Rect(0, 0, 100, 60))
	for i := range face.Pix {
		face.Pix[i] = 0xFF
	}
	face.SetRGBA(20, 10, color.RGBA{A: 0xFF})
	before := slices.Clone(face.Pix)
	shot := newPortraitShot()
	hidden := shot.covered(face, image.Rect(10, 5, 40, 15))
	if hidden.RGBAAt(20, 10) == face.RGBAAt(20, 10) {
		t.Error("the number shows through its cover")
	}
	if hidden.RGBAAt(50, 10) != face.RGBAAt(50, 10) {
		t.Error("the cover reaches too far")
	}
	if !slices.Equal(face.Pix, before) {
		t.Error("the raster itself was changed")
	}
	if shot.covered(face, image.Rectangle{}) != face {
		t.Error("nothing is to be covered, and a copy was made")
	}
}
