package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"cetak/station/assembly"
)

// TestMain lets this test binary be the desk program on the PATH, as shipped, but that a test may be told what stands on its screen.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cetak": func() { openEye(); main() }})
}

// TestDesk works the real desk program on a screen of its own, by keyboard alone: finds a person by part of a name,
// prints the card, confirms it, and holds the world to it. It leaves bin/desk-after.png and bin/desk-before.png.
func TestDesk(t *testing.T) {
	h := sit(t, 25, unguarded())
	var want string // who is searched: the last in line, by the middle of the name
	for _, rec := range h.rig.Centre().Records() {
		if name := rec.Fields.Name; len(strings.Fields(name)) >= 2 {
			want = name
		}
	}
	h.reads(words("state.ready"))
	pictures := pictures(t)
	word := strings.ToLower(want)
	h.types(word[2:min(len(word), 14)])
	h.reads(opening("state.ready.chosen") + " " + want)
	h.settled()
	h.picture(filepath.Join(pictures, "desk-before.png"))
	h.first("Return")
	h.reads(words("card.last"))
	h.settled()
	h.picture(filepath.Join(pictures, "desk-after.png"))
	h.leave()
	w := h.rig.World()
	if w.Feeder != 99 || len(w.Trays.Good) != 1 || len(w.Trays.Reject) != 0 || w.Machine != nil {
		t.Fatalf("the world: %+v", w)
	}
	d, err := assembly.Open(context.Background(), h.dir, assembly.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	items, err := d.Store.Queue(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		if i.Name == want {
			t.Errorf("the person who was searched for still waits")
		}
	}
	h.hold(d, len(items))
}

// hold compares the ledger with the world.
func (h *hands) hold(d *assembly.Desk, waiting int) {
	l, err := assembly.ReadLedger(context.Background(), d.Journal.Reader)
	if err != nil {
		h.t.Fatal(err)
	}
	b := l.Balance()["WNI"]
	if b["hopper"] != 99 || b["good"] != 1 || b["machine"] != 0 || b["spoiled"] != 0 || waiting != 24 {
		h.t.Errorf("the ledger: %v, %d waiting", b, waiting)
	}
}
