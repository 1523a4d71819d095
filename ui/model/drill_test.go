package model

import (
	"slices"
	"strings"
	"testing"

	"cetak/station/access"
	"cetak/station/drill"
	"cetak/ui/text"
)

// practice is a drill as the program hands it to the screen.
func practice(t *testing.T) *Drill {
	t.Helper()
	day, ok := drill.Named("jam")
	if !ok {
		t.Fatal("no such day")
	}
	return &Drill{Day: day, Password: "latihan-123", People: []Me{{"siti", access.Operator}, {"rina", access.Supervisor}, {"budi", access.Supervisor}}}
}

// Every screen of a drill says so, also the door and one whose folder did not open; none of a station does.
func TestDrillIsMarked(t *testing.T) {
	for _, x := range looks() {
		for _, lang := range []string{"id", "en"} {
			for _, signIn := range []bool{false, true} {
				x.snap.People.SignIn = signIn
				l := Local{Words: text.For(lang), Advisor: advisor, Now: noon, Drill: practice(t)}
				sc := Of(x.snap, l)
				if title := l.Drill.Day.In(lang).Title; !sc.Drill || !strings.Contains(sc.Banner, title) || !strings.Contains(sc.Banner, "latihan-123") {
					t.Errorf("%s, %s: %q", x.name, lang, sc.Banner)
				}
				l.Drill = nil
				if sc := Of(x.snap, l); sc.Drill || strings.Contains(sc.Banner, "LATIHAN") || strings.Contains(sc.Banner, "DRILL") {
					t.Errorf("%s: a station is marked as a drill: %q", x.name, sc.Banner)
				}
			}
		}
	}
}

// The room of the drill has what the trainee is told, then the hints that were asked for, then the score; everybody may enter it.
func TestDrillRoom(t *testing.T) {
	for _, role := range access.Roles() {
		s, l := signedIn(role, FormNone, nil)
		l.Drill, l.Words = practice(t), text.For("id")
		if Home(s, l) != RoomDrill {
			t.Errorf("%s does not begin with what the trainee is told", role)
		}
		l.Room = RoomDrill
		sc := Of(s, l)
		if sc.Page == nil || !slices.ContainsFunc(sc.Tabs, func(x Tab) bool { return x.Do.Room == RoomDrill && x.Open }) {
			t.Fatalf("%s has no such room", role)
		}
		told := everything(t, sc)
		for _, want := range append(l.Drill.Day.In("id").Told, "rina, budi", "latihan-123") {
			if !strings.Contains(told, want) {
				t.Errorf("%s is not told %q", role, want)
			}
		}
		var forms []FormID
		for _, m := range sc.Page.Menu {
			forms = append(forms, m.Do.Form)
		}
		if !slices.Contains(forms, FormHint) || !slices.Contains(forms, FormScore) || slices.Contains(forms, FormDrill) {
			t.Errorf("%s: %v", role, forms)
		}
	}
	s, l := signedIn(access.Operator, FormHint, nil)
	l.Drill, l.Room, l.Words = practice(t), RoomDrill, text.For("id")
	w, _, ready := Draft(s, l)
	if !ready || w.Drill == nil || !w.Drill.Hint {
		t.Fatalf("%+v", w)
	}
	after := *l.Drill
	after.Hints = 1
	l.Came(FormHint, "", Said{Drill: &after})
	if all := everything(t, Of(s, l)); !strings.Contains(all, l.Drill.Day.In("id").Hints[0]) || strings.Contains(all, l.Drill.Day.In("id").Hints[1]) || l.Form != FormNone {
		t.Errorf("after one hint: %s", all)
	}
	after.Hints, after.Score = 3, &drill.Result{Day: "jam", Marks: 83, Of: 100, Closed: true, Rows: []drill.Row{
		{What: drill.Advice, Marks: 17, Of: 35, Why: []drill.Reason{{Key: "again", N: 3}}}}}
	l.Came(FormScore, "", Said{Drill: &after})
	all := everything(t, Of(s, l))
	for _, want := range []string{"Nilai 83 dari 100", "17/35", "3 kali", l.Drill.Day.In("id").Lesson, l.Drill.Day.In("id").Hints[2]} {
		if !strings.Contains(all, want) {
			t.Errorf("the score does not say %q: %s", want, all)
		}
	}
	if Of(s, l).Page.Menu[0].Do.Form == FormHint {
		t.Error("there is a hint after the last")
	}
}

// From a station the way to a drill is there where one can be started, and it asks for a day.
func TestDrillBesideStation(t *testing.T) {
	s, l := signedIn(access.Operator, FormDrill, nil)
	if Of(s, l).Training != nil {
		t.Error("a drill is offered where none can be started")
	}
	l.Drills, l.Room = true, RoomDesk
	b := Of(s, l).Training
	if b == nil || !b.Enabled || b.Do.Room != RoomDrill {
		t.Fatalf("%+v", b)
	}
	if slices.ContainsFunc(Of(s, l).Tabs, func(x Tab) bool { return x.Do.Room == RoomDrill }) {
		t.Error("the desk has a tab for it")
	}
	l.Room = RoomDrill
	if p := Of(s, l).Page; p == nil || p.Table == nil || len(p.Table.Rows) != len(drill.Days()) {
		t.Fatalf("%+v", p)
	}
	if _, next, ready := Draft(s, l); ready || next.Wrong["row"] != "row" {
		t.Error("a drill is started without a day")
	}
	l.Filled.Mark = "jam"
	if w, _, ready := Draft(s, l); !ready || w.Drill == nil || w.Drill.Start != "jam" {
		t.Errorf("%+v", w)
	}
	s.People.SignIn, l.Me = true, nil
	if Of(s, l).Training != nil {
		t.Error("nobody has signed in, and a drill is offered")
	}
}
