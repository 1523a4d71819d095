package model

import (
	"reflect"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/flow"
)

// The desk asks by itself whoever makes cards, and nobody who put the question aside.
func TestAsksPIN(t *testing.T) {
	for _, x := range []struct {
		name string
		role access.Role
		with func(*station.Snapshot, *Local)
		want bool
	}{
		{"operator", access.Operator, func(*station.Snapshot, *Local) {}, true},
		{"no shift yet", access.Operator, func(s *station.Snapshot, _ *Local) { s.Shift, s.ShiftDue = nil, true }, true},
		{"supervisor", access.Supervisor, func(*station.Snapshot, *Local) {}, false},
		{"technician", access.Technician, func(*station.Snapshot, *Local) {}, false},
		{"none wanted", access.Operator, func(s *station.Snapshot, _ *Local) { s.PIN = nil }, false},
		{"put aside", access.Operator, func(_ *station.Snapshot, l *Local) { l.PINAside = true }, false},
		{"nobody here", access.Operator, func(_ *station.Snapshot, l *Local) { l.Me = nil }, false},
		{"asleep", access.Operator, func(_ *station.Snapshot, l *Local) { l.Asleep = true }, false},
		{"in a room", access.Operator, func(_ *station.Snapshot, l *Local) { l.Room = RoomStock }, false},
		{"a card in hand", access.Operator, func(s *station.Snapshot, _ *Local) { s.Phase = flow.Printing }, false},
		{"locked", access.Operator, func(s *station.Snapshot, _ *Local) { s.Locked = &station.Locked{} }, false},
	} {
		s, l := signedIn(x.role, FormNone, nil)
		l.Room, s.PIN = RoomDesk, &station.PINWanted{Place: "T"}
		x.with(&s, &l)
		if got := AsksPIN(s, l); got != x.want {
			t.Errorf("%s: %v", x.name, got)
		}
	}
}

// A desk that waits for the PIN can do all but print: the one large button asks again, at the desk and from wherever F5 is pressed.
func TestWithoutPIN(t *testing.T) {
	s, l := signedIn(access.Operator, FormNone, nil)
	it := item()
	l.Room, l.Chosen, l.Found, l.PINAside = RoomDesk, &it, 25, true
	s.PIN = &station.PINWanted{Place: "T"}
	sc := Of(s, l)
	want := Action{Screen: Go, Room: RoomDesk, Form: FormPIN}
	if b := sc.Primary; b == nil || !b.Enabled || !reflect.DeepEqual(b.Do, want) || sc.Centre.Kind != CentreFace {
		t.Errorf("%+v, %s", b, sc.Centre.Kind)
	}
	for _, b := range sc.Buttons() {
		if _, prints := b.Do.Command.(station.PrintCard); prints {
			t.Errorf("%q prints", b.Label)
		}
	}
}

// What was typed is asked for once, shown nowhere, and forgotten after the answer, whichever it is.
func TestPINIsForgotten(t *testing.T) {
	s, l := signedIn(access.Operator, FormPIN, map[string]string{"pin": "13572468"})
	l.Room, s.PIN = RoomDesk, &station.PINWanted{Place: "T"}
	w, _, ready := Draft(s, l)
	if !ready || string(w.PIN) != "13572468" || w.Form != FormPIN {
		t.Fatalf("%+v", w)
	}
	f := Of(s, l).Centre.Form
	if f == nil || len(f.Fields) != 1 || f.Fields[0].Kind != FieldSecret {
		t.Fatalf("%+v", f)
	}
	l.Came(FormPIN, drivers.KeysPIN, Said{})
	if l.Filled.Values["pin"] != "" || l.Form != FormPIN || l.Said.Code != drivers.KeysPIN {
		t.Errorf("refused: %+v, %+v", l.Filled, l.Said)
	}
	if said := Of(s, l).Centre.Form.Said; said == nil || strings.Count(said.Text, ".") > 1 {
		t.Errorf("%+v", said)
	}
	l.Type("pin", "2468")
	l.Came(FormPIN, "", Said{})
	if l.Filled.Values["pin"] != "" || l.Form != FormNone {
		t.Errorf("taken: %+v, %s", l.Filled, l.Form)
	}
	if _, next, ready := Draft(s, func() Local { l.Form, l.Filled = FormPIN, Filled{}; return l }()); ready || next.Wrong["pin"] != "empty" {
		t.Error("an empty PIN was asked for")
	}
}
