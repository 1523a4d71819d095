package view

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/advice"
	"cetak/station/flow"
	"cetak/station/office"
	"cetak/station/record"
	"cetak/ui/model"
	"cetak/ui/text"
)

// clerk is an Office that answers from values.
type clerk struct {
	books model.Books
	roles map[string]access.Role // by name; the password is "sandi " and the name
	works []model.Work
	err   error
	said  model.Said
	outs  int
	reads int
}

// sitting is a Session that locks when told to.
type sitting struct{ locked bool }

func (s *sitting) Touch(time.Time)       {}
func (s *sitting) Locked(time.Time) bool { return s.locked }

func (c *clerk) SignIn(_ context.Context, name, password string) (model.Me, Session, error) {
	role, ok := c.roles[name]
	if !ok || password != "sandi "+name {
		return model.Me{}, nil, &drivers.Fault{Code: access.WrongPassword}
	}
	return model.Me{Name: name, Role: role}, &sitting{}, nil
}

func (c *clerk) SignOut(context.Context, Session) error { c.outs++; return nil }

func (c *clerk) Read(context.Context, model.Room) (model.Books, error) {
	c.reads++
	return c.books, nil
}

func (c *clerk) Do(_ context.Context, w model.Work) (model.Said, error) {
	c.works = append(c.works, w)
	return c.said, c.err
}

func staff() map[string]access.Role {
	return map[string]access.Role{"siti": access.Operator, "joko": access.Technician, "rina": access.Supervisor, "budi": access.Supervisor, "ayu": access.Auditor}
}

// fullBooks are those of an office in its third week.
func fullBooks(items []station.QueueItem) model.Books {
	at := func(days, hour int) time.Time {
		return noon.AddDate(0, 0, -days).Add(time.Duration(hour-10) * time.Hour)
	}
	b := model.Books{At: noon, Reject: 2, Names: map[record.Key]model.Name{}, Bench: workbench()}
	for _, n := range []string{"ayu", "budi", "joko", "rina", "siti"} {
		b.People = append(b.People, access.Person{Name: n, Role: staff()[n], Active: n != "joko", Locked: n == "siti"})
	}
	causes := []string{"damage:print", "fault:C-105", "damage:factory", "scrap:test-card", "damage:data-changed"}
	for i := range 9 {
		s := office.Spoilage{Seq: int64(400 + i), At: at(9-i, 9), Type: "WNI", Count: 1, Left: 1, UID: fmt.Sprintf("04A1B2C3D4E5%02X", i), Cause: causes[i%len(causes)]}
		if i < 4 {
			s.List = "DM-11/2026/014"
		}
		if i == 6 {
			s.UID = ""
		}
		b.Spoilage = append(b.Spoilage, s)
	}
	b.Lists = []office.DestructionList{{Number: "DM-11/2026/014", Type: "WNI", Made: at(5, 14), Count: 4}}
	for i, it := range items[:14] {
		k := record.Key{ID: it.ID, Issue: it.Issue}
		c := office.Card{UID: fmt.Sprintf("04FF%08X", i), Key: k, Where: "good", Made: at(60-4*i, 11)}
		b.Names[k] = model.Name{Name: it.Name, NIK: it.NIK}
		if i > 10 {
			c.Where, c.Shipment = "shipped", "DK-11/2026/007"
			b.Shipped = append(b.Shipped, c)
			continue
		}
		b.Good = append(b.Good, c)
	}
	b.Shipments = []office.Shipment{{Number: "DK-11/2026/007", To: "Kecamatan Sumbang", Receiver: "joko", Sent: at(2, 8), UIDs: []string{"1", "2", "3"}}}
	i := office.Incident{Seq: 512}
	i.ID, i.Difference, i.Seen = "I-512", -1, at(0, 9)
	i.Between[0], i.Between[1], i.Since.Attempt = "ledger", "counter", "A-1f3a9c2b7d04"
	b.Incidents = []office.Incident{i}
	for n := range 12 {
		m := model.Move{Seq: int64(1620 - n), At: at(0, 10)}
		m.Kind, m.From, m.To, m.Type, m.Count, m.Who, m.Attempt = "good", "machine", "good", "WNI", 1, "siti", "A-1f3a9c2b7d04"
		switch n % 4 {
		case 1:
			m.Kind, m.From, m.To = "load", "hopper", "machine"
		case 2:
			m.Kind, m.From, m.To, m.Count, m.Second, m.Attempt = "draw", "vault", "hopper", 200, "rina", ""
		case 3:
			m.Kind, m.From, m.To, m.Count, m.Who, m.Second, m.Attempt, m.Document = "receipt", "centre", "vault", 2000, "rina", "siti", "", "SJ-470/1182"
		}
		b.Moves = append(b.Moves, m)
	}
	return b
}

// atWork is a desk of an office where people sign in.
func atWork(items []station.QueueItem) station.Snapshot {
	s := ready(items)
	s.Specimen, s.Operator = true, "siti"
	s = proven(s)
	s.People = station.People{SignIn: true}
	s.Shift = &station.ShiftInfo{ID: "S-2026-11-21-1", Opened: noon.Add(-2 * time.Hour), By: [2]string{"siti", "rina"}, SpoilAlone: 2,
		Tally: []station.Tally{{Type: "WNI", Opening: 40, Drawn: 200, Good: 112, Spoiled: 1, Returned: 20}, {Type: "WNA"}}}
	if err := json.Unmarshal([]byte(`{"WNI":{"vault":1240,"hopper":87,"good":431,"shipped":60,"handed-over":20113,"spoiled":14,"destroyed":310,
		"centre":22256,"missing":1},"WNA":{"vault":50,"centre":50}}`), &s.Stock); err != nil {
		panic(err)
	}
	s.Cover = []station.Cover{{Type: "WNI", Blanks: 1327, Days: 9, RunOut: noon.AddDate(0, 0, 12), OrderBy: noon.AddDate(0, 0, 4)}, {Type: "WNA", Blanks: 50, Days: -1}}
	s.Burns, s.HopperUntil = burns(), noon.Add(26*time.Hour)
	s.Incidents = []station.Incident{{ID: "I-512", At: noon, Difference: -1, Between: [2]string{"ledger", "counter"}}}
	return s
}

// locked is a desk whose card keys wait for their PIN.
func locked(items []station.QueueItem, p station.PINWanted) station.Snapshot {
	s := atWork(items)
	s.PIN = &p
	return s
}

// newOffice is a bench with people behind a door.
func newOffice(t *testing.T, lang string, w, h float32) (*bench, *clerk) {
	b := newBench(t, lang, w, h)
	c := &clerk{books: fullBooks(b.desk.items), roles: staff(), said: model.Said{Key: model.SaidDone, Pairs: [2]string{"line", "1.621"}}}
	b.o.Office = c
	b.local.Advisor = func(code drivers.Code, lang string) (model.Advice, bool) {
		a, ok := advice.For(code, lang)
		return model.Advice{Title: a.Title, Steps: a.Steps, Blank: a.Blank, Picture: model.Picture(a.Picture)}, ok
	}
	b.show(atWork(b.desk.items))
	return b, c
}

func (b *bench) press1(k fyne.KeyName) {
	if f := b.win.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: k})
		return
	}
	b.key(k)
}

func (b *bench) types(s string) {
	for _, r := range s {
		b.win.Canvas().Focused().TypedRune(r)
	}
}

// signIn does it by keyboard.
func (b *bench) signIn(name string) {
	b.types(name)
	b.press1(fyne.KeyReturn)
	b.types("sandi " + name)
	b.press1(fyne.KeyReturn)
}

// lays puts a card on the reader that is what is said.
func (b *bench) lays(w office.What) {
	s := office.Sight{What: w, UID: "04A1B2C3D4E580", Chip: drivers.ChipSealed, Known: true}
	s.Card = office.Card{UID: s.UID, Key: record.Key{ID: "PRR-000017", Issue: 1}, Made: noon.AddDate(0, 0, -3), By: "siti", Box: "K-7"}
	if w == office.WhatAlive {
		s.Card.Spoiled, s.Card.Destroyed = noon.AddDate(0, 0, -2), noon.AddDate(0, 0, -1)
	}
	b.o.Office.(*clerk).said = model.Said{Card: &s}
}

// scene is one new screen.
type scene struct {
	name string
	who  string
	show func(*bench)
}

func scenes() []scene {
	open := func(r model.Room, f model.FormID) func(*bench) { return func(b *bench) { b.enter(r, f) } }
	out := []scene{
		{"door", "", func(*bench) {}},
		{"door-wrong", "", func(b *bench) { b.types("siti"); b.press1(fyne.KeyReturn); b.types("salah"); b.press1(fyne.KeyReturn) }},
		{"door-asleep", "siti", func(b *bench) {
			s := working(b.desk.items, flow.Printing, 5)
			s.People.SignIn = true
			b.show(s)
			b.session.(*sitting).locked = true
			b.idle()
		}},
		{"desk-shift-due", "siti", func(b *bench) {
			s := atWork(b.desk.items)
			s.Shift, s.ShiftDue = nil, true
			b.show(s)
		}},
		{"desk-turn", "siti", func(b *bench) {
			b.desk.items[1].Turn = station.Turn{Rank: 4, ShortID: "giliran 4", ShortEN: "turn 4", ID: "Pemula lebih dahulu menjelang pemilu.", EN: "First-time voters come first before the election."}
			b.desk.items[2].Turn = station.Turn{Held: true, ShortID: "pakai IKD", ShortEN: "use IKD", ID: "Perubahan data ditahan selama stok di bawah cadangan; pakai IKD.", EN: "Changed data is held while stock is below the reserve; use IKD."}
			b.queue.field.SetText("dewi")
			b.queue.field.SetText("")
			b.key(fyne.KeyDown)
			b.key(fyne.KeyDown)
		}},
		{"desk-urgent", "siti", func(b *bench) {
			b.desk.items[1].Turn = station.Turn{Rank: 4, ID: "Pemula lebih dahulu.", EN: "First-time voters come first."}
			b.queue.field.SetText("dewi")
			b.queue.field.SetText("")
			b.key(fyne.KeyDown)
			b.key(fyne.KeyF8)
		}},
		{"desk-no-line", "siti", func(b *bench) {
			s := atWork(b.desk.items)
			s.Centre = &station.CentreState{State: station.DeviceDown, At: noon.Add(-5 * time.Hour), Leased: 40, Outbox: 3}
			b.show(s)
		}},
		{"desk-called-back", "siti", func(b *bench) {
			s := atWork(b.desk.items)
			s.Centre = &station.CentreState{State: station.DeviceUp, At: noon, Leased: 40, Recall: 1}
			b.show(s)
		}},
		{"desk-second", "siti", func(b *bench) {
			s := working(b.desk.items, flow.Confirming, 7)
			s.People.SignIn = true
			s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood, station.AnswerSpoiled}, SecondForSpoiled: true}
			b.show(s)
			b.key(fyne.KeyF8)
			b.types("1")
		}},
		{"desk-pin", "siti", func(b *bench) { b.show(locked(b.desk.items, station.PINWanted{Place: "Dukcapil 2"})) }},
		{"desk-pin-wrong", "siti", func(b *bench) {
			b.o.Office.(*clerk).err = &drivers.Fault{Code: drivers.KeysPIN}
			b.show(locked(b.desk.items, station.PINWanted{Place: "Dukcapil 2"}))
			b.types("1111")
			b.press1(fyne.KeyReturn)
			b.show(locked(b.desk.items, station.PINWanted{Place: "Dukcapil 2", Low: true, Refused: true}))
		}},
		{"desk-pin-module", "siti", func(b *bench) {
			b.show(locked(b.desk.items, station.PINWanted{Place: "ACS ACR1281 Dual Reader SAM 01 00", Module: true, Tries: 3}))
			b.types("2468")
		}},
		{"desk-pin-shut", "siti", func(b *bench) {
			b.show(locked(b.desk.items, station.PINWanted{Place: "Dukcapil 2", Low: true, Shut: true}))
		}},
		{"desk-pin-aside", "siti", func(b *bench) {
			b.show(locked(b.desk.items, station.PINWanted{Place: "Dukcapil 2"}))
			b.press1(fyne.KeyEscape)
		}},
		{"desk-reopen", "siti", func(b *bench) {
			s := atWork(b.desk.items)
			s.Locked = &station.Locked{Last: "printing", At: noon}
			b.show(s)
			b.key(fyne.KeyF9)
		}},
		{"shift", "siti", open(model.RoomShift, "")},
		{"shift-open", "siti", func(b *bench) {
			s := atWork(b.desk.items)
			s.Shift, s.ShiftDue = nil, true
			b.show(s)
			b.key(fyne.KeyF5)
		}},
		{"shift-close-second", "siti", func(b *bench) {
			b.enter(model.RoomShift, model.FormClose)
			b.types("87")
			b.press1(fyne.KeyF10)
		}},
		{"shift-close-waiver", "siti", func(b *bench) {
			b.enter(model.RoomShift, model.FormClose)
			b.o.Office.(*clerk).err = &drivers.Fault{Code: "B-217"}
			b.types("86")
			b.press1(fyne.KeyF10)
			b.signIn("rina")
			b.types("86")
			b.press1(fyne.KeyF10)
		}},
		{"people-row", "rina", func(b *bench) { b.enter(model.RoomPeople, model.FormUnlock); b.page.table.step(5) }},
		{"papers-spoilage", "rina", func(b *bench) { b.enter(model.RoomPapers, model.FormPaper); b.mark("spoilage") }},
		{"cards-picked", "rina", func(b *bench) {
			b.enter(model.RoomCards, model.FormShip)
			b.press1(fyne.KeyDown)
			b.press1(fyne.KeySpace)
			b.press1(fyne.KeyDown)
			b.press1(fyne.KeySpace)
		}},
		{"draw-done", "siti", func(b *bench) {
			b.enter(model.RoomStock, model.FormDraw)
			b.fill("count", "200")
			b.fill("second", "rina")
			b.fill("second-password", "sandi rina")
			b.press1(fyne.KeyF10)
		}},
		{"draw-wrong", "siti", func(b *bench) {
			b.enter(model.RoomStock, model.FormDraw)
			b.fill("count", "dua")
			b.press1(fyne.KeyF10)
		}},
		{"auditor", "ayu", func(*bench) {}},
		{"sight-good", "siti", func(b *bench) { b.lays(office.WhatGood); b.key(fyne.KeyInsert) }},
		{"sight-alive", "joko", func(b *bench) { b.lays(office.WhatAlive); b.key(fyne.KeyInsert) }},
		{"sight-none", "siti", func(b *bench) { b.o.Office.(*clerk).err = &drivers.Fault{Code: drivers.NoChip}; b.key(fyne.KeyInsert) }},
	}
	for _, r := range model.Rooms()[2:] {
		if r == model.RoomDrill {
			continue // drillScenes: it is nobody's on a station alone
		}
		out = append(out, scene{string(r), "rina", open(r, "")})
	}
	for _, f := range []struct {
		room  model.Room
		forms []model.FormID
	}{
		{model.RoomShift, []model.FormID{model.FormCount}},
		{model.RoomStock, []model.FormID{model.FormDraw, model.FormBack, model.FormReceive, model.FormReturn, model.FormBorrow, model.FormGiveBack, model.FormLend, model.FormTakeBack, model.FormTransfer, model.FormAdjust}},
		{model.RoomSpoiled, []model.FormID{model.FormSpoil, model.FormReject, model.FormList, model.FormDestroy}},
		{model.RoomCards, []model.FormID{model.FormHandOver, model.FormShip, model.FormArrive, model.FormUnfetched, model.FormLost, model.FormReprint}},
		{model.RoomIncidents, []model.FormID{model.FormIncident}},
		{model.RoomPeople, []model.FormID{model.FormAdd, model.FormRole, model.FormPassword, model.FormBlock, model.FormUnlock}},
		{model.RoomPapers, []model.FormID{model.FormPaper}},
		{model.RoomTechnician, []model.FormID{model.FormTest, model.FormTestCard, model.FormSetUp, model.FormTestReport}},
	} {
		for _, id := range f.forms {
			out = append(out, scene{string(f.room) + "-" + string(id), "rina", open(f.room, id)})
		}
	}
	out = append(out, technicianScenes()...)
	out = append(out, drillScenes()...)
	return append(out, scene{"book-verify", "ayu", open(model.RoomBook, model.FormVerify)})
}

// A desk nobody touches is locked: what moves goes on, nothing can be pressed, and who comes back finds their room again; somebody
// else does not.
func TestIdleLock(t *testing.T) {
	b, c := newOffice(t, "id", 1366, 768)
	b.signIn("rina")
	b.enter(model.RoomStock, model.FormDraw)
	b.types("200")
	sleep := func() {
		t.Helper()
		b.session.(*sitting).locked = true
		b.idle()
		if b.screen.Door == nil || b.local.Filled.Values["count"] != "" || c.outs == 0 {
			t.Fatalf("the desk is open: %+v", b.local)
		}
		for _, k := range []fyne.KeyName{fyne.KeyF5, fyne.KeyF6, fyne.KeyF9, fyne.KeyF3, fyne.KeyF11} {
			b.press1(k)
		}
		if len(b.desk.done) != 0 || b.screen.Door == nil {
			t.Fatalf("a key got past the door: %v", b.desk.done)
		}
	}
	sleep()
	b.press1(fyne.KeyF12) // the language may be changed by anybody
	b.types("sandi rina")
	b.press1(fyne.KeyReturn)
	if b.screen.Page == nil || b.local.Form != model.FormDraw || b.local.Words.Lang() != "en" {
		t.Fatalf("rina is not where she was: %+v", b.local)
	}
	sleep()
	b.press1(fyne.KeyUp) // from the password to the name
	b.local.Filled.Values = map[string]string{"name": "siti"}
	b.refresh()
	b.win.Canvas().Focus(b.door.form.inputs[1])
	b.types("sandi siti")
	b.press1(fyne.KeyReturn)
	if b.screen.Door != nil || b.screen.Page != nil || b.local.Me.Name != "siti" || b.local.Form != "" {
		t.Fatalf("siti has rina's room: %+v", b.local)
	}
	b.press1(fyne.KeyF11)
	if b.screen.Door == nil || b.local.Me != nil || c.outs != 3 {
		t.Fatalf("siti did not leave: %+v", b.local)
	}
}

// The books are read when a room is entered and when they changed, not whenever something happens: a reading is itself asked of
// the station. The journal is read only when it is asked for.
func TestReadings(t *testing.T) {
	b, c := newOffice(t, "id", 1366, 768)
	b.signIn("rina")
	want := func(n int, why string) {
		t.Helper()
		if c.reads != n {
			t.Fatalf("%s: read %d times, want %d", why, c.reads, n)
		}
	}
	want(0, "at the desk")
	b.enter(model.RoomStock, "")
	want(1, "entered")
	s := atWork(b.desk.items)
	for range 3 {
		s.Handled++
		b.show(s)
	}
	want(1, "nothing changed")
	s = atWork(b.desk.items)
	s.Stock["WNI"]["vault"]--
	b.show(s)
	want(2, "the stock changed")
	b.enter(model.RoomBook, "")
	want(3, "the book")
	b.show(atWork(b.desk.items))
	want(3, "the stock changed, and the journal is not asked for again")
}

// A room worked by keyboard: what was typed reaches the books once, and a refusal keeps what can be put right.
func TestRoomByKeyboard(t *testing.T) {
	b, c := newOffice(t, "id", 1366, 768)
	b.signIn("siti")
	b.press1(fyne.KeyF3)
	b.press1(fyne.KeyF4) // the stock
	b.press1(fyne.KeyReturn)
	b.types("200")
	b.press1(fyne.KeyReturn)
	b.press1(fyne.KeyReturn)
	b.types("rina")
	b.press1(fyne.KeyReturn)
	b.types("sandi rina")
	c.err = &drivers.Fault{Code: "B-101"}
	b.press1(fyne.KeyReturn)
	draw := office.Draw{Type: "WNI", Count: 200}
	if len(c.works) != 1 || fmt.Sprint(c.works[0].Act) != fmt.Sprint(draw) || c.works[0].By != (office.By{Who: "siti", Second: "rina"}) {
		t.Fatalf("%+v", c.works)
	}
	if v := b.local.Filled.Values; v["count"] != "200" || v["second-password"] != "" || b.local.Said.Code != "B-101" {
		t.Fatalf("after the refusal: %+v, %+v", v, b.local.Said)
	}
	c.err = nil
	b.types("sandi rina")
	b.press1(fyne.KeyF10)
	if len(c.works) != 2 || b.local.Filled.Values["count"] != "" || b.local.Said.Key != model.SaidDone {
		t.Fatalf("%+v, %+v", c.works, b.local)
	}
	b.press1(fyne.KeyEscape)
	b.press1(fyne.KeyEscape)
	if b.screen.Page != nil {
		t.Fatal("Esc does not lead back to the desk")
	}
}

// uncut finds text that was shortened and cannot be read elsewhere, words of a choice that do not fit, and, with the usual letters,
// forms and menus that do not fit their place.
func uncut(t *testing.T, o fyne.CanvasObject, r model.Room) {
	t.Helper()
	if !o.Visible() {
		return
	}
	switch x := o.(type) {
	case *line:
		if x.text.Text != x.full && !x.brief {
			t.Errorf("%q is cut to %q", x.full, x.text.Text)
		}
	case *button:
		if m := x.MinSize(); m.Width > x.Size().Width+0.5 {
			t.Errorf("button %q needs %v and has %v", x.is.Label, m.Width, x.Size().Width)
		}
	case *choice:
		for _, l := range x.Options {
			if w := fyne.MeasureText(l, px(sizeText), fyne.TextStyle{}).Width + px(58); w > x.Size().Width {
				t.Errorf("choice %q needs %v and has %v", l, w, x.Size().Width)
			}
		}
		return
	case *queueList, *searchField:
		return
	case *container.Scroll:
		if p, ok := x.Content.(*fyne.Container); ok {
			if l, ok := p.Layout.(*pinned); ok && !enlarged() && l.size.Height > x.Size().Height+0.5 {
				t.Errorf("%v high, and has %v", l.size.Height, x.Size().Height)
			}
		}
		uncut(t, x.Content, r)
		return
	case *fyne.Container:
		for _, k := range x.Objects {
			uncut(t, k, r)
		}
		return
	case *tableList:
		for _, k := range test.WidgetRenderer(x).Objects() {
			uncut(t, k, r)
		}
		return
	case *entry:
		return
	case fyne.Widget:
		for _, k := range test.WidgetRenderer(x).Objects() {
			uncut(t, k, r)
		}
	}
}

// Of every table some rows are seen, with the largest letters too, whichever row is under the mark; and that row is among them.
func TestRowsAreSeen(t *testing.T) {
	for _, lang := range []string{text.Indonesian, text.English} {
		b, _ := newOffice(t, lang, monitor.Width, monitor.Height)
		b.like(model.Taste{Lang: lang, Text: model.TextLargest})
		b.signIn("rina")
		s := atWork(b.desk.items)
		s.Required = true
		b.show(s)
		tables := 0
		for _, r := range model.Rooms() {
			b.enter(r, "")
			var forms []model.MenuItem
			if b.screen.Page != nil {
				forms = b.screen.Page.Menu
			}
			for _, f := range append([]model.MenuItem{{}}, forms...) {
				b.enter(r, f.Do.Form)
				if b.screen.Page == nil || b.screen.Page.Table == nil {
					continue
				}
				tables++
				p := b.page.table
				high := px(rowHeight) + theme.Padding()
				for i := range len(p.is.Rows) {
					p.step(-1 << 30)
					p.step(i)
					want := float32(min(3, len(p.is.Rows)))*high - theme.Padding()
					if got := p.list.Size().Height; got < want {
						t.Errorf("%s, %s %s, row %d: %.1f rows are seen", lang, r, f.Do.Form, i, got/high)
					}
					if at := float32(i)*high - p.list.GetScrollOffset(); at < -1 || at+px(rowHeight) > p.list.Size().Height+1 {
						t.Errorf("%s, %s %s: row %d is not seen", lang, r, f.Do.Form, i)
					}
				}
			}
		}
		if tables < 10 {
			t.Errorf("only %d tables were looked at", tables)
		}
	}
}
