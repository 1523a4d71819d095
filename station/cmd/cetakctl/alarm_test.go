package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/journal"
	"cetak/station/office"
)

// kept are the facts of a kind in the bench's journal.
func (b *bench) kept(kind journal.Kind) []journal.Entry {
	b.t.Helper()
	j, err := journal.OpenReader(b.t.Context(), filepath.Join(b.dir, assembly.JournalFile))
	if err != nil {
		b.t.Fatal(err)
	}
	defer j.Close()
	var all []journal.Entry
	for e, err := range j.Of(b.t.Context(), 0, kind) {
		if err != nil {
			b.t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// TestDeadCardOnTheReader lays a spoiled card on the reader: it is refused and reported, also beside a program that holds the
// folder.
func TestDeadCardOnTheReader(t *testing.T) {
	t.Parallel()
	scene := filepath.Join(t.TempDir(), "scene")
	if err := os.WriteFile(scene, []byte("on command:Dbc 4 do nack 2 once\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := start(t, "--records", "1", "--scene", scene)
	if code, out, errs := b.ctl("run"); code != exitFault {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	b.must("run")
	uid := b.world().Trays["reject"][0].UID
	b.hand("present", "good", "0")
	b.must("identify")
	b.hand("remove")
	b.hand("present", "reject", "0")
	dead := func() {
		t.Helper()
		if code, _, errs := b.ctl("identify"); code != exitFault || !strings.HasPrefix(errs, string(office.CardDead)) {
			t.Errorf("exit %d\n%s", code, errs)
		}
	}
	dead()
	if all := b.kept(journal.KindAlarm); len(all) != 1 || all[0].UID != uid {
		t.Fatalf("%+v", all)
	}
	j, err := journal.Open(t.Context(), filepath.Join(b.dir, assembly.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	dead()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(b.dir, access.ReadsFile)); err != nil || !strings.Contains(string(text), uid) {
		t.Errorf("%s, %v", text, err)
	}
	b.must("queue") // the next who holds the folder
	if all := b.kept(journal.KindAlarm); len(all) != 2 || all[1].UID != uid {
		t.Errorf("%+v", all)
	}
	b.must("status")
}

// TestWitnessOnTheWire: the printer's counters of cards and panels say what the books say, also of spoiled cards; a card that goes
// through beside the books is one incident.
func TestWitnessOnTheWire(t *testing.T) {
	t.Parallel()
	scene := filepath.Join(t.TempDir(), "scene")
	if err := os.WriteFile(scene, []byte("on command:Dbc 7 do nack 2 once\non update 12 do chip-mute once\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := start(t, "--records", "5", "--scene", scene)
	n := fmt.Sprint(b.balance()["hopper"])
	b.must("shift", "open", "--as", "siti", "--second", "rina", "--count", n, "--second-count", n)
	for range 3 {
		if code, out, errs := b.ctl("run", "--until-empty"); code > exitFault {
			t.Fatalf("exit %d\n%s%s", code, out, errs)
		}
	}
	if all := b.kept(journal.KindIncident); len(all) != 0 || len(b.kept(journal.KindOutcome)) < 6 {
		t.Errorf("%d incidents, %d outcomes: %v", len(all), len(b.kept(journal.KindOutcome)), all)
	}
	var printed struct{ Panels int }
	for _, e := range b.kept(journal.KindPrinted) {
		if err := json.Unmarshal(e.Data, &printed); err != nil || printed.Panels != 5 {
			t.Errorf("%s, %v", e.Data, err)
		}
	}
}
