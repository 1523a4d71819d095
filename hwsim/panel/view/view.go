// Package view is the simulator's window in widgets: it draws a model.Screen and turns keys and presses into hands. It
// needs no display to be tested: it never imports fyne.io/fyne/v2/app.
//
// All methods of View belong to the goroutine of the user interface.
package view

import (
	"image"
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"cetak/hwsim/panel/model"
)

// Options are what the surroundings give a View.
type Options struct {
	Lang string
	Hand func(words string, done func(error)) // does a verb in the simulator and calls done, on any goroutine
	Post func(func())                         // runs f on the goroutine of the user interface
	Run  func(func())                         // runs f away from it

	Switched func(title string) // the language has changed; may be nil
}

// View is the window's content.
type View struct {
	o      Options
	canvas fyne.Canvas
	seen   model.Seen
	local  model.Local
	screen model.Screen
	drawn  int // how many sheets were drawn
	asked  string

	hands    *hands
	pictures *pictures
	root     *fyne.Container
	top      *sheet
	language *button
	machine  *sheet
	reader   *sheet
	facts    *sheet
	trays    []*sheet
	buttons  []*button
	page     *fyne.Container
	large    *largePane
	faults   *faultsPane
}

// New builds the window. Until Show it says that the simulator does not answer.
func New(o Options) *View {
	v := &View{o: o, local: model.Start(o.Lang)}
	v.hands = &hands{do: v.do, key: v.key, typed: v.typed}
	v.pictures = &pictures{run: o.Run, post: o.Post, came: func() { v.redraw(true) }, have: map[pictureKey]image.Image{}}
	sheet := func(of func() any, draw func(*drawing, fyne.Size)) *sheet {
		s := newSheet(v.pictures, v.hands, draw)
		s.of = of
		return s
	}
	v.top = sheet(func() any { return []any{v.screen.Title, v.screen.State, v.screen.Clock} },
		func(d *drawing, s fyne.Size) { drawTop(d, v.screen, s) })
	v.top.pad = 0
	v.machine = sheet(func() any { return v.screen.Machine }, func(d *drawing, s fyne.Size) { drawMachine(d, v.screen.Machine, s) })
	v.reader = sheet(func() any { return v.screen.Reader }, func(d *drawing, s fyne.Size) { drawReader(d, v.screen.Reader, s) })
	v.facts = sheet(func() any { return v.screen.Facts }, func(d *drawing, s fyne.Size) { drawFacts(d, v.screen.Facts, s) })
	for i := range 3 {
		of := func() model.Tray {
			if i < len(v.screen.Trays) {
				return v.screen.Trays[i]
			}
			return model.Tray{}
		}
		tray := sheet(func() any { return of() }, func(d *drawing, s fyne.Size) { drawTray(d, of(), s) })
		tray.scroll = func(dy float32) { v.wheel(i, dy) }
		v.trays = append(v.trays, tray)
	}
	v.screen = model.Of(v.seen, v.local)
	v.language = newButton(v.screen.Language, v.hands)
	v.large, v.faults = newLargePane(v), newFaultsPane(v)
	v.page = container.NewStack()
	v.root = container.New(&windowLayout{v}, v.top, v.language)
	v.compose()
	return v
}

// Content is what the window shows.
func (v *View) Content() fyne.CanvasObject { return v.root }

// Title is the window's.
func (v *View) Title() string { return v.screen.Title }

// Attach takes the keys that no button has.
func (v *View) Attach(c fyne.Canvas) {
	v.canvas = c
	c.SetOnTypedKey(func(e *fyne.KeyEvent) { v.key(e.Name) })
	c.SetOnTypedRune(v.typed)
}

// Show shows what is seen now. It draws only when the screen has changed.
func (v *View) Show(s model.Seen) {
	v.seen = s
	v.refresh()
}

func (v *View) refresh() {
	if v.local.Open == model.LargePage && model.Of(v.seen, v.local).Large == nil {
		v.local.Open = model.NoPage // the card was taken away: back to the machine
	}
	was, now := v.screen, model.Of(v.seen, v.local)
	if reflect.DeepEqual(was, now) {
		return
	}
	v.screen = now
	v.compose()
	if was.Title != now.Title && v.o.Switched != nil {
		v.o.Switched(now.Title)
	}
	if l := now.Large; l != nil && l.Ask != "" && l.Ask != v.asked {
		v.asked = l.Ask
		v.do(model.Action{Hand: l.Ask})
	}
}

// compose puts the parts of the present screen into the window and draws them.
func (v *View) compose() {
	s := v.screen
	v.language.set(s.Language, false)
	for len(v.buttons) < len(s.Hands) {
		v.buttons = append(v.buttons, newButton(model.Button{}, v.hands))
	}
	for i, b := range s.Hands {
		v.buttons[i].set(b, false)
	}
	objects := []fyne.CanvasObject{v.top, v.language}
	switch {
	case !s.Known:
	case s.Large != nil:
		v.large.set(*s.Large)
		objects = append(objects, v.large.root)
	case s.Faults != nil:
		v.faults.set(*s.Faults)
		objects = append(objects, v.faults.root)
	default:
		objects = append(objects, v.machine, v.reader, v.facts)
		for _, t := range v.trays {
			objects = append(objects, t)
		}
		for _, b := range v.buttons {
			objects = append(objects, b)
		}
	}
	if len(objects) != len(v.root.Objects) || objects[len(objects)-1] != v.root.Objects[len(v.root.Objects)-1] {
		if v.canvas != nil {
			v.canvas.Unfocus()
		}
		v.root.Objects = objects
		v.root.Refresh()
	}
	v.redraw(false)
}

// redraw draws the sheets that can be seen and show something else than they did, or all of them.
func (v *View) redraw(all bool) {
	for _, o := range append([]fyne.CanvasObject{v.large.sheet}, v.root.Objects...) {
		s, ok := o.(*sheet)
		if !ok || s == v.large.sheet && v.screen.Large == nil {
			continue
		}
		if now := s.of(); all || !reflect.DeepEqual(now, s.was) {
			s.was = now
			v.drawn++
			s.Refresh()
		}
	}
}

// do does what a press or a key means.
func (v *View) do(a model.Action) {
	if a.Step != model.NoStep {
		v.local = v.local.After(a)
		v.local.Refused = ""
		v.refresh()
		return
	}
	if a.Hand == "" {
		return
	}
	v.o.Hand(a.Hand, func(err error) {
		v.o.Post(func() {
			v.local.Refused = ""
			if err != nil {
				v.local.Refused = err.Error()
			}
			v.refresh()
		})
	})
}

func (v *View) key(name fyne.KeyName) {
	k := model.Key(name)
	switch name {
	case fyne.KeyPageUp:
		k = "PageUp"
	case fyne.KeyPageDown:
		k = "PageDown"
	case fyne.KeyEnter:
		k = "Return"
	}
	if len(k) == 1 {
		return // a letter comes as text too
	}
	if a, ok := v.screen.Key(k); ok {
		v.do(a)
	}
}

func (v *View) typed(r rune) {
	if a, ok := v.screen.Rune(r); ok {
		v.do(a)
	}
}

// wheel moves the mark along a tray.
func (v *View) wheel(tray int, dy float32) {
	t := v.screen.Trays[tray]
	by := 1
	if dy > 0 {
		by = -1
	}
	if at := t.Chosen + by; at >= 0 && at < len(t.Cards) {
		v.do(model.Action{Step: model.ChooseCard, Arg: t.Cards[at].UID})
	}
}

// The window's rows.
const (
	gap       = 6
	topHeight = 106
	trayRow   = 122
	handRow   = 40
	perRow    = 7
	sideWidth = 292
	factsRow  = 128
)

// MinSize is the least window everything fits into. FirstSize fits a screen of 1366 by 768 with a window's frame around it.
var (
	MinSize   = fyne.NewSize(1180, 660)
	FirstSize = fyne.NewSize(1200, 680)
)

type windowLayout struct{ v *View }

func (*windowLayout) MinSize([]fyne.CanvasObject) fyne.Size { return MinSize }

func (l *windowLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	v := l.v
	put(v.top, 0, 0, s.Width, topHeight)
	lw := v.language.MinSize().Width
	put(v.language, s.Width-lw-gap, 1, lw, 38)
	page := func(o fyne.CanvasObject) {
		put(o, gap-sheetPad, topHeight, s.Width-2*gap+2*sheetPad, s.Height-topHeight-gap)
	}
	page(v.large.root)
	page(v.faults.root)

	rows := (len(v.buttons) + perRow - 1) / perRow
	handsTop := s.Height - gap - float32(rows)*handRow
	w := (s.Width - 2*gap + gap) / perRow
	for i, b := range v.buttons {
		put(b, gap+w*float32(i%perRow), handsTop+handRow*float32(i/perRow), w-gap, handRow-2)
	}
	traysTop := handsTop - gap - trayRow
	x := float32(gap)
	for i, share := range []float32{0.5, 0.25, 0.25} {
		tw := (s.Width - 4*gap) * share
		lay(v.trays[i], x, traysTop, tw, trayRow)
		x += tw + gap
	}
	y, h := float32(topHeight+gap-2), traysTop-topHeight-2*gap+2
	lay(v.machine, gap, y, s.Width-sideWidth-3*gap, h)
	lay(v.reader, s.Width-sideWidth-gap, y, sideWidth, h-factsRow-gap)
	lay(v.facts, s.Width-sideWidth-gap, y+h-factsRow, sideWidth, factsRow)
}

// lay gives a sheet its place: what it keeps free lies in the gap around it.
func lay(s *sheet, x, y, w, h float32) {
	put(s, x-sheetPad, y-sheetPad, w+2*sheetPad, h+2*sheetPad)
}

// drawTop draws the bar and the line of state.
func drawTop(d *drawing, s model.Screen, space fyne.Size) {
	d.box(0, 0, space.Width, 40, 0, bar, nil, 0)
	title := say(s.Title, sizeName, onBar, true)
	put(title, 12, (40-title.MinSize().Height)/2, title.MinSize().Width, title.MinSize().Height)
	d.add(title)
	d.text(s.Clock, space.Width-150, 9, 1, 200, onBar, true)

	tone := toneInk(s.State.Tone)
	d.box(gap, 46, space.Width-2*gap, topHeight-50, 6, toneGround(s.State.Tone), tone, 1.5)
	d.disc(38, 74, 17, tone, nil, 0)
	icon := canvas.NewImageFromResource(white(toneIcon(s.State.Tone)))
	put(icon, 27, 63, 22, 22)
	d.add(icon)
	word := say(s.State.Word, sizeName, tone, true)
	put(word, 66, 47, word.MinSize().Width, word.MinSize().Height)
	d.add(word)
	at := 66 + word.MinSize().Width + 14
	line := say("", sizeName, ink, true)
	line.Text = fit(s.State.Line, space.Width-at-20, sizeName, line.TextStyle)
	put(line, at, 47, line.MinSize().Width, line.MinSize().Height)
	d.add(line)
	d.text(s.State.Detail, 66, 75, 0, space.Width-86, ink, false)
}
