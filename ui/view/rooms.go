package view

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"cetak/drivers"
	"cetak/station"
	"cetak/ui/model"
)

// Office is what stands behind the door and the rooms. Each method may take its time, is called away from the goroutine of the
// user interface, and gives a *drivers.Fault when it refuses.
type Office interface {
	SignIn(ctx context.Context, name, password string) (model.Me, Session, error)
	SignOut(ctx context.Context, s Session) error
	// Read gives what a room shows. Whose eyes it is for is who sits here.
	Read(ctx context.Context, r model.Room) (model.Books, error)
	Do(ctx context.Context, w model.Work) (model.Said, error)
}

// Session is one person's time at this screen. *access.Session satisfies it.
type Session interface {
	Touch(now time.Time)       // a key was pressed, or a button
	Locked(now time.Time) bool // the idle time is over: the password is asked for again
}

const (
	// idleLook is how often the idle time is looked at.
	idleLook = 5 * time.Second
	// actLimit is how long something asked for may take: it waits for the card under way, about 40 s, and for the disk.
	actLimit = 5 * time.Minute
)

// touch tells that somebody is here.
func (v *View) touch() {
	if v.session != nil {
		v.session.Touch(v.o.Now())
	}
}

// idle locks the screen when nobody was here for too long. A card under way goes on.
func (v *View) idle() {
	if v.session == nil || v.local.Asleep || !v.session.Locked(v.o.Now()) {
		return
	}
	v.local.Asleep, v.local.Filled, v.local.Said, v.local.ShowNIK, v.local.Asking = true, model.Filled{}, model.Said{}, false, ""
	v.out()
	v.refresh()
	v.focusHome()
}

// leave signs out.
func (v *View) leave() {
	if v.session == nil {
		return
	}
	v.out()
	v.nobody()
	v.greet()
	v.refresh()
	v.focusHome()
}

// nobody forgets who sat here and what was open.
func (v *View) nobody() {
	l := &v.local
	l.Me, l.Asleep, l.ShowNIK, l.ShowTech, l.Asking, l.Books, l.PINAside = nil, false, false, false, "", nil, false
	l.Open("", model.FormNone)
	v.queue.field.SetText("")
}

// out writes down that the person of the session is gone.
func (v *View) out() {
	s := v.session
	v.session = nil
	v.o.Run(func() {
		ctx, cancel := context.WithTimeout(context.Background(), actLimit)
		defer cancel()
		if err := v.o.Office.SignOut(ctx, s); err != nil {
			v.o.Post(func() { v.local.Said = model.Said{Code: drivers.AsFault(err).Code}; v.refresh() })
		}
	})
}

// enter goes into a room.
func (v *View) enter(r model.Room, f model.FormID) {
	v.local.PINAside = v.local.PINAside || v.local.Form == model.FormPIN
	v.local.Open(r, f)
	if r != model.RoomDesk {
		v.read()
	}
	if f == model.FormPIN {
		v.desk.Do(station.Refresh{}) // the token may be back in its socket, or its PIN unlocked
	}
	v.refresh()
	v.focusHome()
	if f == model.FormSight || f == model.FormHint || f == model.FormScore {
		v.submit()
	}
}

// fill takes what was typed into a field.
func (v *View) fill(name, value string) {
	v.touch()
	v.local.Type(name, value)
	v.refresh()
}

// mark puts the mark on a row.
func (v *View) mark(key string) {
	v.local.Filled.Mark = key
	delete(v.local.Filled.Wrong, "row")
	v.refresh()
}

// take takes or leaves a row.
func (v *View) take(key string) {
	v.local.Take(key)
	v.refresh()
}

// submit does what the open form is for.
func (v *View) submit() {
	if v.local.Doing || v.o.Office == nil {
		return
	}
	v.touch()
	step := v.local.Filled.Step
	w, next, ready := model.Draft(v.snap, v.local)
	v.local.Filled, v.local.Said = next, model.Said{}
	if !ready {
		v.refresh()
		if next.Step != step || len(next.Wrong) > 0 {
			v.focusHome()
		}
		return
	}
	v.local.Doing = true
	v.refresh()
	v.o.Run(func() {
		ctx, cancel := context.WithTimeout(context.Background(), actLimit)
		defer cancel()
		if in := w.SignIn; in != nil {
			me, s, err := v.o.Office.SignIn(ctx, in.Name, in.Password)
			v.o.Post(func() { v.let(me, s, err) })
			return
		}
		said, err := v.o.Office.Do(ctx, w)
		v.o.Post(func() { v.came(w.Form, said, err) })
	})
}

// let lets a person in, or says why not.
func (v *View) let(me model.Me, s Session, err error) {
	code := drivers.Code("")
	if err != nil {
		code = drivers.AsFault(err).Code
	}
	l := &v.local
	same := err == nil && l.Asleep && l.Me != nil && *l.Me == me
	l.Came(model.FormSignIn, code, model.Said{})
	if err == nil {
		if !same {
			v.nobody()
		}
		v.session, l.Asleep = s, false
		l.Me = &me
		v.greet()
		if r := model.Home(v.snap, *l); !same && r != model.RoomDesk {
			l.Open(r, model.FormNone)
		}
		if l.Room != "" && l.Room != model.RoomDesk {
			v.read()
		}
	}
	v.refresh()
	v.focusHome()
}

// came takes in what came of something asked for.
func (v *View) came(f model.FormID, said model.Said, err error) {
	code := drivers.Code("")
	if err != nil {
		code = drivers.AsFault(err).Code
	}
	v.local.Came(f, code, said)
	if code == "" {
		v.local.Onward(v.snap, f)
	}
	v.readAgain()
	v.refresh()
	v.focusHome()
}

// readAgain reads the books anew because they have changed. The journal is read only when somebody asks for it: each reading
// of it is written down.
func (v *View) readAgain() {
	if v.local.Room != model.RoomBook {
		v.read()
	}
}

// read reads the books for the room, one reading at a time.
func (v *View) read() {
	if v.o.Office == nil || v.local.Room == "" || v.local.Room == model.RoomDesk {
		return
	}
	if v.reading {
		v.stale = true
		return
	}
	v.reading, v.stale = true, false
	room := v.local.Room
	v.o.Run(func() {
		ctx, cancel := context.WithTimeout(context.Background(), actLimit)
		defer cancel()
		b, err := v.o.Office.Read(ctx, room)
		v.o.Post(func() {
			v.reading = false
			switch {
			case err != nil:
				v.local.Said = model.Said{Code: drivers.AsFault(err).Code}
			case v.local.Me != nil:
				v.local.Books = &b
			}
			if v.stale || room != v.local.Room {
				v.read()
			}
			v.refresh()
		})
	})
}

// formKey takes a key that a field does not use: the keys with a name of their own.
func (v *View) formKey(name fyne.KeyName) bool {
	if name == fyne.KeyEscape || name == fyne.KeyName(model.KeySight) || len(name) > 1 && name[0] == 'F' && name[1] >= '1' && name[1] <= '9' {
		return v.key(name)
	}
	return false
}

// roomKey does what a key means in a room or at the door. done is false for keys that mean there what they mean at the desk.
func (v *View) roomKey(name fyne.KeyName) (done, ok bool) {
	switch name {
	case fyne.KeyUp:
		v.canvas.FocusPrevious()
	case fyne.KeyDown:
		v.canvas.FocusNext()
	case fyne.KeyPageUp:
		v.page.scroll(-1)
	case fyne.KeyPageDown:
		v.page.scroll(1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyHome, fyne.KeyEnd:
	case fyne.KeyEscape:
		if b, ok := v.screen.ByKey(model.KeyBack); ok {
			v.press(b)
		}
	default:
		return false, false
	}
	return true, true
}

// focusHome puts the focus where a person begins: the first field to fill in, the rows, the menu, or the search.
func (v *View) focusHome() {
	if v.canvas == nil {
		return
	}
	var f fyne.Focusable
	switch s := v.screen; {
	case s.Door != nil:
		f = v.door.form.first()
	case s.Page != nil:
		f = v.page.first()
	case s.Centre.Kind == model.CentreForm:
		f = v.named.first()
	}
	if f == nil {
		f = v.queue.field
	}
	v.canvas.Focus(f)
}

// first is where a person begins in a room.
func (p *pagePane) first() fyne.Focusable {
	switch {
	case p.is.Table != nil && len(p.is.Table.Rows) > 0 && p.is.Table.Pick != model.PickNone && p.is.Table.Mark == "":
		return p.table.list
	case p.is.Form != nil:
		return p.form.first()
	case p.open != nil:
		return p.open
	case len(p.lines) > 0:
		return p.lines[0]
	}
	return p.table.list
}

// centre builds the middle of the desk.
func (v *View) centre(c model.Centre) fyne.CanvasObject {
	if c.Kind != model.CentreForm {
		v.named.set(nil) // what was typed is forgotten with it
		return centre(c, v.shot, v.keys)
	}
	v.named.set(c.Form)
	return panel(14-edge, container.New(&aboveLayout{gap: 8}, v.named.object, answers(c.Buttons, v.keys)))
}

// tabLine is what the strip of rooms is made of.
type tabLine struct {
	tabs []model.Tab
	keys []model.Button
}

func tabsOf(s model.Screen) tabLine {
	if s.Page == nil {
		return tabLine{}
	}
	return tabLine{s.Tabs, s.Keys}
}

// tabBar is the way to the rooms, and at its end the way out.
func tabBar(s model.Screen, keys *keyboard) fyne.CanvasObject {
	var all []fyne.CanvasObject
	for _, t := range s.Tabs {
		b := newButton(t.Button, 40, sizeText, false, keys)
		b.flat, b.open, b.close = true, t.Open, true
		b.paint()
		all = append(all, b)
	}
	for _, k := range s.Keys {
		b := newButton(k, 40, sizeText, false, keys)
		b.close = true
		all = append(all, b)
	}
	return container.New(inset(3), sheet(colorPanel, colorLine), container.New(tabsLayout(len(s.Tabs)), all...))
}

// tabsLayout lays the first so many objects side by side, on as many lines as they need, and the others at the right end of the
// last line.
type tabsLayout int

const tabGap = 2

func (n tabsLayout) place(o []fyne.CanvasObject, width float32, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	var x, y, high float32
	line := func(m fyne.Size) {
		if x > 0 && x+m.Width > width {
			x, y, high = 0, y+high+tabGap, 0
		}
		high = fyne.Max(high, m.Height)
	}
	for _, c := range o[:n] {
		m := c.MinSize()
		line(m)
		put(c, fyne.NewPos(x, y), m)
		x += m.Width + tabGap
	}
	last := fyne.Size{}
	for _, c := range o[n:] {
		m := c.MinSize()
		last = fyne.NewSize(last.Width+m.Width+tabGap, fyne.Max(last.Height, m.Height))
	}
	if len(o) > int(n) {
		line(last)
	}
	x = width - last.Width
	for _, c := range o[n:] {
		m := c.MinSize()
		put(c, fyne.NewPos(x+tabGap, y), m)
		x += m.Width + tabGap
	}
	return y + high
}

func (n tabsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, n.heightFor(o, 1e6))
}

func (n tabsLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	return n.place(o, width, func(fyne.CanvasObject, fyne.Position, fyne.Size) {})
}

func (n tabsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	n.place(o, s.Width, func(c fyne.CanvasObject, p fyne.Position, m fyne.Size) { c.Move(p); c.Resize(m) })
}

// cutName shortens a label to a width.
func cutName(s string, width float32) string {
	style := fyne.TextStyle{Bold: true}
	if fyne.MeasureText(s, px(sizeText), style).Width <= width {
		return s
	}
	return cut(s, width, px(sizeText), style)
}
