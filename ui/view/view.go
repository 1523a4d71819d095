// Package view is the desk in widgets: it shows a model.Screen and turns keys and presses into station commands. It holds
// no state of a job, opens no device, and needs no display to be tested: it never imports fyne.io/fyne/v2/app.
//
// All methods of View but Run belong to the goroutine of the user interface.
package view

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"cetak/drivers"
	"cetak/station"
	"cetak/ui/model"
	"cetak/ui/text"
)

// Desk is what a screen needs of a station. station.Station satisfies it. No method but Preview may take its time.
type Desk interface {
	Do(station.Command)
	Watch() (<-chan station.Snapshot, func()) // the first value is the present state; the latest wins
	Find(query string, limit int) []station.QueueItem
	Preview(ctx context.Context, id string, issue int) (station.Preview, error)
}

// Options are what the surroundings give a View. Nil members take the values of the program.
type Options struct {
	Lang    string       // text.Indonesian or text.English
	Post    func(func()) // runs f on the goroutine of the user interface, later or now
	Run     func(func()) // runs f away from it; only previews are made there
	Now     func() time.Time
	Advisor model.Advisor // what the operator is told for a fault

	Switched func(text.Catalog) // called when the language of the desk became another; may be nil
	Text     model.TextSize     // "" is the normal one
	Tastes   Tastes             // nil: what is chosen on the screen is forgotten with it

	Office Office // nil: the desk alone is shown

	Crashes Crashes           // nil: there is none to tell of
	Hear    func(model.Sound) // has a sound played, and does not wait for it; nil: there are none
	Silent  func() bool       // nothing on this computer makes a sound; may be nil

	Drill  *model.Drill // the drill that this is; nil on a station
	Drills bool         // one can be started from here
}

// Tastes keeps how each person likes the screen. The empty name is whoever comes: it holds while nobody has signed in, or where
// nobody does. Its methods belong to the goroutine of the user interface and may not take their time.
type Tastes interface {
	Of(person string) model.Taste
	Keep(person string, t model.Taste)
}

// previewLimit is how long a preview may take before the desk says it has none.
const previewLimit = 20 * time.Second

// View is one desk on one window.
type View struct {
	desk   Desk
	o      Options
	canvas fyne.Canvas

	snap   station.Snapshot
	local  model.Local
	screen model.Screen
	sent   uint64 // Seq of the snapshot a command was given on; until a newer one comes, no other is given
	asked  bool

	session Session // of who sits here; nil where nobody signs in
	reading bool    // the books are being read for a room
	stale   bool    // and have changed since

	want    who // whose preview the centre should show
	drawing bool
	keys    *keyboard
	menu    *widget.PopUp // what the menu offers; nil while it is closed
	queue   *queuePane
	primary *button
	root    *fyne.Container
	whole   *fyne.Container // within root: everything, laid out
	top     *fyne.Container
	banner  *fyne.Container
	state   *fyne.Container
	middle  *fyne.Container
	shot    *portraitShot
	card    *fyne.Container
	foot    *fyne.Container
	tabs    *fyne.Container
	page    *pagePane
	door    *doorPane
	named   *formPane // of the desk: who stands beside
}

type who struct {
	id    string
	issue int
}

// New builds the desk. It shows nothing of the station until Show or Run.
func New(desk Desk, o Options) *View {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Run == nil {
		o.Run = func(f func()) { go f() }
	}
	if o.Post == nil {
		o.Post = fyne.Do
	}
	v := &View{desk: desk, o: o, root: container.NewStack()}
	v.keys = &keyboard{press: v.press, key: v.key, typed: v.typed, digit: v.digit, form: v.formKey, touch: v.touch, shortcut: v.shortcut, came: v.reveal}
	v.local = model.Local{Words: text.For(o.Lang), Text: o.Text, Advisor: o.Advisor, Drill: o.Drill, Drills: o.Drills}
	if o.Hear != nil {
		v.local.Sound = model.SoundOn
	}
	if o.Crashes != nil {
		v.local.Crash = &model.Crash{At: o.Crashes.At()}
	}
	dress(o.Text)
	v.build()
	return v
}

// Content is what the window shows.
func (v *View) Content() fyne.CanvasObject { return v.root }

// Words are the words in the language of the desk.
func (v *View) Words() text.Catalog { return v.local.Words }

// Attach makes the keys of a canvas those of the desk. Content must be on it.
func (v *View) Attach(c fyne.Canvas) {
	v.canvas = c
	c.SetOnTypedKey(func(e *fyne.KeyEvent) { v.key(e.Name) })
	c.SetOnTypedRune(v.typed)
	for _, s := range shortcuts() {
		c.AddShortcut(&s, v.shortcut)
	}
	v.focusHome()
}

// Run shows what the station tells until ctx ends. Any goroutine but the user interface's may call it, once.
func (v *View) Run(ctx context.Context) {
	latest, stop := v.desk.Watch()
	defer stop()
	idle := time.NewTicker(idleLook)
	defer idle.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-idle.C:
			v.o.Post(func() { v.idle(); v.tick() })
		case s, ok := <-latest:
			if !ok {
				return
			}
			v.o.Post(func() { v.Show(s) })
		}
	}
}

// Show puts a snapshot on the screen.
func (v *View) Show(s station.Snapshot) {
	old := v.snap
	v.snap = s
	v.hear(model.Heard(old, s))
	if s.Question == nil || !slices.Contains(s.Question.Answers, v.local.Asking) {
		v.local.Asking = ""
	}
	if s.Question == nil && v.local.Form == model.FormSecond || s.Locked == nil && v.local.Form == model.FormReopen || s.PIN == nil && v.local.Form == model.FormPIN {
		v.local.Form, v.local.Cause, v.local.Filled = model.FormNone, "", model.Filled{}
	}
	if s.PIN == nil {
		v.local.PINAside = false
	}
	if !reflect.DeepEqual(s.Stock, old.Stock) || !reflect.DeepEqual(s.Shift, old.Shift) || len(s.Incidents) != len(old.Incidents) {
		v.readAgain()
	}
	if s.Fault == nil || old.Fault == nil || s.Fault.Code != old.Fault.Code {
		v.local.ShowTech = false
	}
	if len(v.queue.items) == 0 || s.Waiting != old.Waiting || !reflect.DeepEqual(s.Next, old.Next) || s.Refused != old.Refused {
		v.find()
	}
	if ended := s.Last != nil && (old.Last == nil || !s.Last.At.Equal(old.Last.At)); ended && len(v.queue.items) == 0 && v.local.Query != "" {
		v.queue.field.SetText("") // who was searched for is done: back to the whole queue
	}
	v.refresh()
}

// build makes the widgets anew, in the language of v.local.
func (v *View) build() {
	if raw, err := text.Toolkit(v.local.Words.Lang()); err == nil {
		// The toolkit follows the system's language and has no call to choose one: its words are replaced under both names
		// it looks at.
		for _, l := range []fyne.Locale{"en", lang.SystemLocale()} {
			if err := lang.AddTranslationsForLocale(raw, l); err != nil {
				fyne.LogError("words of the toolkit", err)
			}
		}
	}
	v.queue = newQueuePane(v.keys, func() model.Local { return v.local })
	v.queue.more = func() { v.o.Post(v.findMore) }
	v.queue.chosen = func(i int) { v.choose(i); v.focusSearch() }
	v.queue.field.SetText(v.local.Query)
	v.queue.field.OnChanged = v.search
	v.primary = newButton(model.Button{}, 56+2*ringWidth, sizeName, false, v.keys)
	v.primary.Hide()
	v.page = newPagePane(v.keys, v.fill, v.submit, v.mark, v.take)
	v.door = newDoorPane(v.keys, v.fill, v.submit)
	v.named = newFormPane(v.keys, v.fill, v.submit)
	for _, c := range []**fyne.Container{&v.top, &v.banner, &v.state, &v.middle, &v.card, &v.foot, &v.tabs} {
		*c = container.NewStack()
	}
	v.shot = newPortraitShot()
	v.screen = model.Screen{}
	v.whole = container.New(&deskLayout{}, v.top, v.banner, v.state, v.queue.object, v.middle, v.card, v.foot,
		v.tabs, v.page.object, v.door.object)
	v.root.Objects = []fyne.CanvasObject{v.whole}
}

// refresh makes the screen anew and changes what differs.
func (v *View) refresh() {
	v.local.Now, v.local.Found, v.local.More = v.o.Now(), len(v.queue.items), len(v.queue.items) == v.queue.limit
	v.local.Silent = v.o.Silent != nil && v.o.Silent()
	v.local.Chosen = nil
	if v.queue.at >= 0 && v.queue.at < len(v.queue.items) {
		v.local.Chosen = &v.queue.items[v.queue.at]
	}
	v.preview()
	if !v.snap.People.SignIn {
		v.local.Me = nil
		if v.o.Office != nil {
			v.local.Me = model.Believed(v.snap)
		}
	}
	asks := model.AsksPIN(v.snap, v.local)
	if asks {
		v.local.Open(model.RoomDesk, model.FormPIN)
	}
	old, s := v.screen, model.Of(v.snap, v.local)
	v.screen = s
	moved := change(v.top, old.Top, s.Top, func() fyne.CanvasObject { return topBar(s.Top, v.keys) })
	moved = change(v.foot, old.Supply, s.Supply, func() fyne.CanvasObject { return footBar(s.Supply) }) || moved
	change(v.card, old.Card, s.Card, func() fyne.CanvasObject { return cardBar(s.Card) })
	change(v.middle, old.Centre, s.Centre, func() fyne.CanvasObject { return v.centre(s.Centre) })
	moved = change(v.tabs, tabsOf(old), tabsOf(s), func() fyne.CanvasObject { return tabBar(s, v.keys) }) || moved
	if s.Primary == nil {
		v.primary.Hide()
	} else {
		v.primary.set(*s.Primary)
		v.primary.Show()
	}
	type line struct {
		s model.State
		b *model.Button
	}
	moved = change(v.state, line{old.State, old.Primary}, line{s.State, s.Primary}, func() fyne.CanvasObject { return stateBar(s.State, v.primary) }) || moved
	if moved { // their heights follow from their words
		v.whole.Layout.Layout(v.whole.Objects, v.whole.Size())
	}
	if old.Banner != s.Banner || !reflect.DeepEqual(old.Offer, s.Offer) || len(v.banner.Objects) == 0 {
		v.banner.Objects = nil
		if s.Banner != "" || s.Offer != nil {
			v.banner.Objects = []fyne.CanvasObject{strips(s, v.keys)}
		}
		v.root.Refresh()
	}
	v.queue.set(s.Queue)
	v.arrange(s)
	if asks {
		v.focusHome()
	}
	v.keepFocus()
}

// change rebuilds one part of the screen when its model differs, and reports whether it did: nothing moves unless something
// happened.
func change[T any](part *fyne.Container, old, now T, build func() fyne.CanvasObject) bool {
	if len(part.Objects) > 0 && reflect.DeepEqual(old, now) {
		return false
	}
	part.Objects = []fyne.CanvasObject{build()}
	part.Refresh()
	return true
}

// keepFocus gives the focus back to the search when the widget that had it is gone.
func (v *View) keepFocus() {
	if v.canvas == nil || v.canvas.Overlays().Top() != nil {
		return
	}
	if f, ok := v.canvas.Focused().(fyne.CanvasObject); ok && f.Visible() && within(v.root, f) {
		return
	}
	v.focusHome()
}

func within(o, find fyne.CanvasObject) bool {
	if o == find {
		return true
	}
	if !o.Visible() {
		return false
	}
	switch o := o.(type) {
	case *fyne.Container:
		return slices.ContainsFunc(o.Objects, func(c fyne.CanvasObject) bool { return within(c, find) })
	case *container.Scroll:
		return within(o.Content, find)
	}
	return false
}

func (v *View) focusSearch() {
	if v.canvas != nil {
		v.canvas.Focus(v.queue.field)
	}
}

// press does what a button says.
func (v *View) press(b model.Button) {
	v.touch()
	v.closeMenu()
	switch b.Do.Screen {
	case model.Go:
		v.enter(b.Do.Room, b.Do.Form)
		return
	case model.Do:
		v.submit()
		return
	case model.Leave:
		v.leave()
		return
	case model.SaveCrash, model.DismissCrash:
		v.crash(b.Do.Screen == model.SaveCrash)
		return
	case model.SwitchSound:
		v.local.Sound = v.local.Sound.Other()
		v.keep()
		v.hear(model.SoundDone)
	case model.NameSecond:
		v.local.Form, v.local.Cause, v.local.Filled = model.FormSecond, b.Do.Cause, model.Filled{}
		v.refresh()
		v.focusHome()
		return
	case model.ToggleNIK:
		v.local.ShowNIK = !v.local.ShowNIK
	case model.ToggleTech:
		v.local.ShowTech = !v.local.ShowTech
	case model.Ask:
		v.local.Asking = b.Do.Answer
	case model.Back:
		v.local.PINAside = v.local.PINAside || v.local.Form == model.FormPIN
		v.local.Asking, v.local.Form, v.local.Cause, v.local.Filled, v.local.Said = "", model.FormNone, "", model.Filled{}, model.Said{}
	case model.OpenMenu:
		v.openMenu()
		return
	case model.SwitchLanguage:
		v.like(model.Taste{Lang: v.local.Words.Other(), Text: v.local.Text})
		v.keep()
		return
	case model.SetText:
		v.like(model.Taste{Lang: v.local.Words.Lang(), Text: b.Do.Text})
		v.keep()
		return
	}
	if c := b.Do.Command; c != nil {
		if v.asked && v.sent == v.snap.Seq {
			return // the answer to the command before is not here yet: a key held too long, or pressed twice
		}
		v.asked, v.sent = true, v.snap.Seq
		v.local.Asking = ""
		v.desk.Do(c)
	}
	v.refresh()
}

// key does what a key means on this screen and reports whether it means anything.
func (v *View) key(name fyne.KeyName) bool {
	v.touch()
	if v.menuOpen() {
		return v.menuKey(name)
	}
	if v.screen.Page != nil || v.screen.Door != nil {
		if done, ok := v.roomKey(name); done {
			return ok
		}
	}
	switch name {
	case fyne.KeyUp:
		return v.step(-1)
	case fyne.KeyDown:
		return v.step(1)
	case fyne.KeyPageUp:
		return v.turnPage(-1)
	case fyne.KeyPageDown:
		return v.turnPage(1)
	case fyne.KeyHome:
		return v.step(-len(v.queue.items))
	case fyne.KeyEnd:
		return v.step(len(v.queue.items))
	case fyne.KeyReturn, fyne.KeyEnter:
		if b, ok := v.screen.ByKey(model.KeyPrint); ok {
			v.press(b) // only ever prints: no answer about a card is given by Enter
		}
		return true
	case fyne.KeyEscape:
		if b, ok := v.screen.ByKey(model.KeyBack); ok {
			v.press(b)
		} else {
			v.queue.field.SetText("")
			v.focusSearch()
		}
		return true
	}
	if len(name) < 2 {
		return false // letters and numbers come as text
	}
	if b, ok := v.screen.ByKey(model.Key(name)); ok {
		v.press(b)
		return true
	}
	return false
}

// digit answers a second step by its number. While one is open nothing is typed into the search.
func (v *View) digit(r rune) bool {
	if v.screen.Centre.Kind != model.CentreAsk {
		return false
	}
	if b, ok := v.screen.ByKey(model.Key(r)); ok {
		v.press(b)
	}
	return true
}

// typed takes text typed while something else has the focus: it belongs to the search.
func (v *View) typed(r rune) {
	v.touch()
	if v.menuOpen() || v.digit(r) || v.screen.Page != nil || v.screen.Door != nil || v.screen.Centre.Kind == model.CentreForm {
		return
	}
	v.focusSearch()
	v.queue.field.TypedRune(r)
}

func (v *View) step(by int) bool {
	if n := len(v.queue.items); n > 0 {
		v.choose(max(0, min(n-1, v.queue.at+by)))
	}
	return true
}

// turnPage moves by a screenful: through the advice while that stands in the middle, else through the queue.
func (v *View) turnPage(way int) bool {
	if v.screen.Centre.Kind == model.CentreFace {
		return v.step(v.queue.screenful() * way)
	}
	if s := scrollIn(v.middle); s != nil {
		s.ScrollToOffset(fyne.NewPos(0, s.Offset.Y+float32(way)*s.Size().Height*0.8))
	}
	return true
}

func (v *View) choose(i int) {
	v.touch()
	v.queue.mark(i)
	v.refresh()
}

func (v *View) search(q string) {
	v.touch()
	v.local.Query = q
	v.queue.limit = rowsFirst
	v.queue.at = -1 // a new search begins at its first row
	v.find()
	v.refresh()
}

func (v *View) findMore() {
	v.queue.limit = min(rowsMost, v.queue.limit*4)
	v.find()
	v.refresh()
}

// find asks for the rows. It is done here and now, because Enter right after the last letter must mean the row that
// letter leads to. The mark stays on its person, or goes to the first row.
func (v *View) find() {
	var had who
	if v.queue.at >= 0 && v.queue.at < len(v.queue.items) {
		had = who{v.queue.items[v.queue.at].ID, v.queue.items[v.queue.at].Issue}
	}
	items := v.desk.Find(v.local.Query, v.queue.limit)
	at := slices.IndexFunc(items, func(it station.QueueItem) bool { return who{it.ID, it.Issue} == had })
	if at < 0 && len(items) > 0 {
		at = 0
	}
	v.queue.show(items, at)
}

// preview asks for the picture of whom the centre is about, one at a time: whoever is passed by quickly is never drawn.
func (v *View) preview() {
	it := v.local.Chosen
	if v.snap.Job != nil {
		it = &v.snap.Job.Item
	}
	if it == nil {
		v.want, v.local.Preview, v.local.Refused = who{}, nil, ""
		return
	}
	if w := (who{it.ID, it.Issue}); v.want != w {
		v.want, v.local.Preview, v.local.Refused, v.local.ShowNIK = w, nil, "", false
		v.draw()
	}
}

func (v *View) draw() {
	if v.drawing {
		return
	}
	v.drawing = true
	w := v.want
	v.o.Run(func() {
		ctx, cancel := context.WithTimeout(context.Background(), previewLimit)
		defer cancel()
		p, err := v.desk.Preview(ctx, w.id, w.issue)
		v.o.Post(func() {
			v.drawing = false
			if w != v.want {
				if v.want != (who{}) {
					v.draw()
				}
				return
			}
			v.local.Preview, v.local.Refused = &p, ""
			if err != nil {
				v.local.Preview = nil
				v.local.Refused = drivers.Unexpected
				var f *drivers.Fault
				if errors.As(err, &f) {
					v.local.Refused = f.Code
				}
			}
			v.refresh()
		})
	})
}
