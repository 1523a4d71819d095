package model

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cetak/station"
	"cetak/station/access"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/papers"
	"cetak/station/record"
	"cetak/ui/text"
)

// signedIn is the screen of somebody with a form open.
func signedIn(role access.Role, f FormID, values map[string]string) (station.Snapshot, Local) {
	s := idle()
	s.People.SignIn, s.Hopper = true, 4713
	s.Shift = &station.ShiftInfo{ID: "S-1", Opened: noon, By: [2]string{"siti", "rina"}, Tally: []station.Tally{{Type: ledger.WNI, Opening: 4711}}}
	s.Stock = ledger.Balance{ledger.WNI: {ledger.Vault: 4712, ledger.Hopper: 4713}}
	l := Local{Words: text.For("en"), Advisor: advisor, Now: noon, Me: &Me{"siti", role}, Books: &Books{}, Form: f}
	if x, ok := formOf(f); ok {
		l.Room = x.room
	}
	l.Filled.Values = values
	return s, l
}

// everything is a screen with all that hangs from it.
func everything(t *testing.T, s Screen) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// pair adds a second person to what was typed.
func pair(values map[string]string) map[string]string {
	values["second"], values["second-password"] = "rina", "geheim"
	return values
}

// What is typed becomes the act that the books are asked for, whole.
func TestDraft(t *testing.T) {
	today := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	paper := office.Paper{Number: "SJ-1", Date: today, Party: "Provinsi"}
	document := func() map[string]string {
		return map[string]string{"number": "SJ-1", "party": "Provinsi", "count": "200"}
	}
	with := func(m map[string]string, k, v string) map[string]string { m[k] = v; return m }
	for _, x := range []struct {
		form   FormID
		values map[string]string
		mark   string
		picked []string
		want   office.Act
	}{
		{FormDraw, pair(map[string]string{"count": "200", "box": "K-7"}), "", nil, office.Draw{Type: ledger.WNI, Count: 200, Boxes: []ledger.Box{{Number: "K-7", Count: 200}}}},
		{FormBack, pair(map[string]string{"count": "20", "type": "WNA"}), "", nil, office.ReturnToVault{Type: ledger.WNA, Count: 20}},
		{FormReceive, pair(with(document(), "boxes", "K-1 150\nK-2 50 A001 A050\n")), "", nil, office.Receive{Paper: paper, Type: ledger.WNI, Count: 200,
			Boxes: []ledger.Box{{Number: "K-1", Count: 150}, {Number: "K-2", Count: 50, First: "A001", Last: "A050"}}}},
		{FormReturn, pair(with(document(), "from", "spoiled")), "", nil, office.Return{Paper: paper, From: ledger.Spoiled, Type: ledger.WNI, Count: 200}},
		{FormTransfer, pair(with(document(), "way", "in")), "", nil, office.Transfer{Paper: paper, In: true, Type: ledger.WNI, Count: 200}},
		{FormAdjust, pair(with(with(document(), "account", "hopper"), "way", "found")), "", nil, office.Adjust{Paper: office.Paper{Number: "SJ-1", Date: today}, Type: ledger.WNI,
			From: ledger.Missing, To: ledger.Hopper, Count: 200, Cause: ledger.CauseAdjust}},
		{FormDestroy, pair(map[string]string{"number": "BA-9", "place": "Kantor", "witness-1": "Ari, Inspektorat", "witness-2": "Dwi, Satpol PP", "photo": "/tmp/x.jpg"}), "DM-1", nil,
			office.Destroy{List: "DM-1", Paper: office.Paper{Number: "BA-9", Date: today}, Method: office.Burnt, Place: "Kantor",
				Witnesses: [2]office.Witness{{Name: "Ari", Office: "Inspektorat"}, {Name: "Dwi", Office: "Satpol PP"}}}},
		{FormShip, with(document(), "receiver", "joko"), "", []string{"04B2", "04A1"}, office.Ship{Paper: paper, Receiver: "joko", UIDs: []string{"04A1", "04B2"}}},
		{FormUnfetched, pair(map[string]string{"number": "BA-4"}), "", []string{"04D4"}, office.Unfetched{Paper: office.Paper{Number: "BA-4", Date: today}, UIDs: []string{"04D4"}}},
		{FormHandOver, map[string]string{"slip": "T-1"}, "", nil, office.HandOver{Collector: office.Holder, Proof: office.Receipt, Slip: "T-1"}},
		{FormHandOver, pair(map[string]string{"slip": "T-1", "no-reader": "rusak"}), "04A1", nil, office.HandOver{UID: "04A1", Collector: office.Holder, Proof: office.Receipt, Slip: "T-1", Waiver: "rusak"}},
		{FormReprint, pair(map[string]string{"old": "lost", "reason": "lost", "report": "LP-1"}), "PRR-1#2", nil,
			office.Authorise{Key: record.Key{ID: "PRR-1", Issue: 2}, Reason: "lost", Old: office.OldLost, Report: "LP-1"}},
		{FormIncident, pair(map[string]string{"found": "di lantai"}), "I-7", nil, office.CloseIncident{ID: "I-7", Reason: "di lantai"}},
		{FormReject, nil, "", nil, office.RejectEmptied{}},
	} {
		t.Run(string(x.form), func(t *testing.T) {
			s, l := signedIn(access.Supervisor, x.form, x.values)
			l.Books.Good = []office.Card{{UID: "04A1"}, {UID: "04B2"}, {UID: "04C3"}}
			l.Books.Shipped = []office.Card{{UID: "04D4"}}
			l.Filled.Mark = x.mark
			for _, k := range x.picked {
				l.Take(k)
			}
			w, next, ready := Draft(s, l)
			if !ready {
				t.Fatalf("not ready: %v", next.Wrong)
			}
			if !reflect.DeepEqual(w.Act, x.want) {
				t.Errorf("got  %+v\nwant %+v", w.Act, x.want)
			}
			if w.By.Who != "siti" || w.By.Second != x.values["second"] || w.Password != x.values["second-password"] {
				t.Errorf("by %+v, password %q", w.By, w.Password)
			}
			if w.Act.Permission() != w.Rule {
				t.Errorf("the form asks under %s, the act under %s", w.Rule, w.Act.Permission())
			}
		})
	}
}

// Bad input is refused at its field, in words of both languages, and asks for nothing.
func TestDraftRefuses(t *testing.T) {
	for _, x := range []struct {
		form   FormID
		values map[string]string
		field  string
		want   string
	}{
		{FormDraw, pair(map[string]string{"count": "dua"}), "count", "number"},
		{FormDraw, pair(map[string]string{"count": "2.5"}), "count", "number"},
		{FormDraw, pair(map[string]string{"count": "-3"}), "count", "number"},
		{FormDraw, pair(map[string]string{"count": "0"}), "count", "least"},
		{FormDraw, pair(map[string]string{}), "count", "empty"},
		{FormDraw, map[string]string{"count": "1"}, "second", "empty"},
		{FormDraw, map[string]string{"count": "1", "second": "Siti", "second-password": "x"}, "second", "same"},
		{FormDraw, map[string]string{"count": "1", "second": "rina"}, "second-password", "empty"},
		{FormReceive, pair(map[string]string{"number": "1", "party": "P", "count": "1", "date": "22-11-2026"}), "date", "future"},
		{FormReceive, pair(map[string]string{"number": "1", "party": "P", "count": "1", "date": "2026-11-20"}), "date", "date"},
		{FormReceive, pair(map[string]string{"number": "1", "party": "P", "count": "1", "boxes": "K-1"}), "boxes", "boxes"},
		{FormReceive, pair(map[string]string{"number": "1", "party": "P", "count": "1", "boxes": "K-1 5 A1"}), "boxes", "boxes"},
		{FormShip, map[string]string{"number": "1", "party": "P", "receiver": "r"}, "row", "rows"},
		{FormLost, map[string]string{"report": "1"}, "row", "row"},
		{FormAdd, pair(map[string]string{"name": "ayu", "password": "satu dua tiga", "password-again": "satu dua"}), "password-again", "differs"},
		{FormOpen, map[string]string{}, "first-WNI", "empty"},
		{FormOpen, map[string]string{"first-WNI": "seratus"}, "first-WNI", "number"},
	} {
		t.Run(fmt.Sprintf("%s %s %s", x.form, x.field, x.want), func(t *testing.T) {
			s, l := signedIn(access.Supervisor, x.form, x.values)
			if x.form == FormOpen {
				s.Shift = nil
			}
			w, next, ready := Draft(s, l)
			if ready || next.Wrong[x.field] != x.want || !reflect.DeepEqual(w, Work{}) {
				t.Errorf("ready %v, wrong %v, %+v", ready, next.Wrong, w)
			}
			for _, lang := range []string{"id", "en"} {
				if !text.For(lang).Has("wrong." + x.want) {
					t.Errorf("%s has no words for it", lang)
				}
			}
		})
	}
}

// A blind count: the second person sees neither the first's figure nor the books', and nothing is asked for before both are in.
func TestBlindCount(t *testing.T) {
	s, l := signedIn(access.Operator, FormClose, map[string]string{"first-WNI": "4714"})
	blind := func() {
		t.Helper()
		all := everything(t, Of(s, l))
		for _, figure := range []string{"4711", "4,711", "4712", "4,712", "4713", "4,713"} {
			if strings.Contains(all, figure) {
				t.Errorf("the books' %s is on the screen", figure)
			}
		}
		if l.Filled.Step == 1 && strings.Contains(all, "4714") {
			t.Error("the first person's figure is on the screen")
		}
	}
	blind()
	_, next, ready := Draft(s, l)
	if ready || next.Step != 1 {
		t.Fatalf("after one count: ready %v, step %d", ready, next.Step)
	}
	l.Filled = next
	blind()
	for k, v := range pair(map[string]string{"again-WNI": "4715"}) {
		l.Type(k, v)
	}
	w, _, ready := Draft(s, l)
	want := office.CloseShift{First: ledger.Count{ledger.WNI: {ledger.Hopper: 4714}}, Second: ledger.Count{ledger.WNI: {ledger.Hopper: 4715}}}
	if !ready || !reflect.DeepEqual(w.Act, office.Act(want)) {
		t.Fatalf("%+v", w)
	}
	l.Doing = true
	l.Came(FormClose, ledger.CountsDiffer, Said{})
	if l.Filled.Step != 0 || l.Filled.Values["first-WNI"]+l.Filled.Values["again-WNI"]+l.Filled.Values["second-password"] != "" || l.Doing {
		t.Errorf("unequal counts are counted again from nothing: %+v", l.Filled)
	}
	l.Filled = next
	l.Came(FormClose, ledger.EquationOpen, Said{})
	if l.Filled.Step != 2 || len(Of(s, l).Page.Form.Fields) != 1 {
		t.Errorf("a difference from the books asks for a reason: %+v", l.Filled)
	}
}

// A password lives no longer than what it was typed for.
func TestPasswordsAreForgotten(t *testing.T) {
	_, l := signedIn(access.Supervisor, FormDraw, pair(map[string]string{"count": "9"}))
	l.Came(FormDraw, ledger.NotEnough, Said{})
	if l.Filled.Values["second-password"] != "" || l.Filled.Values["count"] != "9" {
		t.Errorf("after a refusal: %v", l.Filled.Values)
	}
	l.Came(FormDraw, "", Said{Key: SaidDone})
	if len(l.Filled.Values) != 0 {
		t.Errorf("after it was done: %v", l.Filled.Values)
	}
}

// Who opened a shift to print stands at the desk then; who does not print, or has gone on, stays.
func TestOnward(t *testing.T) {
	for _, tt := range []struct {
		role    access.Role
		signIn  bool
		form    FormID // that is open now
		done    FormID
		toDesk  bool
		because string
	}{
		{access.Operator, true, FormOpen, FormOpen, true, "an operator prints"},
		{access.Supervisor, true, FormOpen, FormOpen, false, "a supervisor does not"},
		{access.Supervisor, false, FormOpen, FormOpen, true, "where nobody signs in everybody does"},
		{access.Operator, true, FormDraw, FormOpen, false, "the person has gone on"},
		{access.Operator, true, FormClose, FormClose, false, "the certificate is named there"},
	} {
		s, l := signedIn(tt.role, tt.form, nil)
		s.People.SignIn = tt.signIn
		if l.Onward(s, tt.done); (l.Room == RoomDesk && l.Form == FormNone) != tt.toDesk {
			t.Errorf("%s: in %s with %s", tt.because, l.Room, l.Form)
		}
	}
}

// Who sits here sees what they may begin, and nothing else; every line of a menu leads somewhere.
func TestRoomsByRole(t *testing.T) {
	want := map[access.Role][]Room{
		access.Operator:   {RoomDesk, RoomShift, RoomStock, RoomSpoiled, RoomCards, RoomSight, RoomIncidents, RoomPapers},
		access.Technician: {RoomDesk, RoomSpoiled, RoomSight, RoomTechnician},
		access.Supervisor: slices.DeleteFunc(Rooms(), func(r Room) bool { return r == RoomDrill }),
		access.Auditor:    {RoomShift, RoomStock, RoomSpoiled, RoomSight, RoomIncidents, RoomPeople, RoomPapers, RoomBook},
	}
	for role, rooms := range want {
		s, l := signedIn(role, FormNone, nil)
		var got []Room
		for _, x := range Of(s, l).Tabs {
			got = append(got, x.Do.Room)
		}
		if !slices.Equal(got, rooms) {
			t.Errorf("%s: %v, want %v", role, got, rooms)
		}
		for _, r := range rooms[1:] {
			l.Room = r
			sc := Of(s, l)
			if sc.Page == nil {
				t.Fatalf("%s has no %s", role, r)
			}
			for _, m := range sc.Page.Menu {
				f, ok := formOf(m.Do.Form)
				if m.Do.Screen != Go || m.Do.Form != FormNone && (!ok || f.room != r) {
					t.Errorf("%s, %s: %q does nothing", role, r, m.Label)
				}
			}
		}
	}
}

// Who approves does not print, and is not asked to.
func TestSupervisorDoesNotPrint(t *testing.T) {
	for role, prints := range map[access.Role]bool{access.Operator: true, access.Supervisor: false, access.Technician: false} {
		s, l := signedIn(role, FormNone, nil)
		it := item()
		l.Room, l.Chosen, l.Found = RoomDesk, &it, 25
		if b := Of(s, l).Primary; b == nil || b.Enabled != prints {
			t.Errorf("%s: %+v", role, b)
		}
	}
}

// Nobody's name is on the screen while nobody sits at it.
func TestDoorTellsNothing(t *testing.T) {
	for _, x := range looks() {
		x.snap.People.SignIn = true
		if x.snap.Office == "" {
			continue
		}
		for _, asleep := range []bool{false, true} {
			it := item()
			l := Local{Words: text.For("id"), Advisor: advisor, Now: noon, Chosen: &it, Preview: preview(), Found: 25}
			if asleep {
				l.Me, l.Asleep = &Me{"siti", access.Operator}, true
			}
			sc := Of(x.snap, l)
			if all := everything(t, sc); sc.Door == nil || strings.Contains(all, "BUDI") || strings.Contains(all, "9901") {
				t.Errorf("%s, asleep %v: %s", x.name, asleep, all)
			}
			for _, b := range sc.Buttons() {
				if b.Do.Command != nil {
					t.Errorf("%s: %q can be pressed by anybody", x.name, b.Label)
				}
			}
		}
	}
}

// Every paper that there is can be made at the screen.
func TestPapers(t *testing.T) {
	for _, k := range papers.Kinds() {
		s, l := signedIn(access.Supervisor, FormPaper, nil)
		l.Filled.Mark = string(k)
		w, next, ready := Draft(s, l)
		if !ready || w.Paper.Kind != k || w.Paper.Format != "pdf" {
			t.Errorf("%s: %+v, wrong %v", k, w.Paper, next.Wrong)
		}
		if !l.Words.Has("paper." + string(k)) {
			t.Errorf("%s has no words", k)
		}
	}
}
