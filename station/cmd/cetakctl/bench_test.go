package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"cetak/station/assembly"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// Budgets of a face's bytes: of the dyes in percent of one byte a dot, and of the black panel.
const (
	dyeShare    = 45
	blackMost   = 82_296 + len("\x1bDb;k;2;\r")
	regionShare = 60 // percent of blackMost, with black_regions
)

// TestBenchPanel holds what the faces of waiting records cost against the budgets. The times it prints are not judged.
func TestBenchPanel(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "8")
	if code, _, errs := b.ctl("bench", "panel"); code != 1 || !strings.Contains(errs, "R-403") {
		t.Errorf("an empty queue: exit %d\n%s", code, errs)
	}
	bundles, err := filepath.Glob(filepath.Join(b.ready.Inbox, "*.prr"))
	if err != nil {
		t.Fatal(err)
	}
	b.must(append([]string{"import"}, bundles...)...)
	var got struct {
		Faces []panelFigures `json:"faces"`
	}
	if err := json.Unmarshal([]byte(b.must("bench", "panel", "--json")), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Faces) != 9 || got.Faces[8].Face != "text only" {
		t.Fatalf("%d faces", len(got.Faces))
	}
	for _, f := range got.Faces {
		if dots := f.ByteADot - 2*blackMost; (f.Bytes-f.Black)*100 > dots*dyeShare && f.Face != "text only" {
			t.Errorf("%s: colours of %d bytes, %d at one byte a dot", f.Face, f.Bytes-f.Black, dots)
		}
		if f.Black > blackMost || f.BlackInParts*100 > blackMost*regionShare {
			t.Errorf("%s: black of %d bytes, %d in regions", f.Face, f.Black, f.BlackInParts)
		}
		if f.Worst > 1 || f.Mean > 0.5 || f.Bytes > f.Exact || f.InParts > f.Bytes {
			t.Errorf("%+v", f)
		}
	}
	if table := b.must("bench", "panel"); strings.Count(table, "\n") != 11 {
		t.Errorf("table:\n%s", table)
	}
}

// TestBenchLedger measures a short ledger: that what is measured is a whole one. The times are not judged.
func TestBenchLedger(t *testing.T) {
	t.Parallel()
	const n = 3001
	dir := t.TempDir()
	f, err := measureLedger(t.Context(), dir, n)
	if err != nil {
		t.Fatal(err)
	}
	if f.Movements != n || f.Bytes == 0 || f.VerifyMS <= 0 || f.FoldMS <= 0 || f.WriteMS <= 0 || f.BookMS < 0 || f.BalanceMS < 0 {
		t.Errorf("%+v", f)
	}
	j, err := journal.OpenReader(t.Context(), filepath.Join(dir, assembly.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	rep, err := j.Verify(t.Context())
	if err != nil || rep.Lines != n {
		t.Errorf("%d lines, want %d: %v", rep.Lines, n, err)
	}
	l, err := assembly.ReadLedger(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []ledger.Account{ledger.Hopper, ledger.HandedOver, ledger.Spoiled, ledger.Centre} {
		if l.Count(ledger.WNI, a) == 0 {
			t.Errorf("nothing was booked in %s", a)
		}
	}
}

// TestBenchCards makes cards on a simulator of its own: every one is measured, and the machine's time is that of the motions of
// a card. The times are not judged.
func TestBenchCards(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, dir: t.TempDir()} // a process of its own: it names the reader service's socket for all of it
	var f cardsFigures
	if err := json.Unmarshal([]byte(b.must("bench", "cards", "--count", "2", "--speed", "100", "--json")), &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Cards) != 2 || f.Machine != 26.5 || f.Line <= 0 || f.Line > f.Machine || f.Card < f.Machine || f.Share <= 0 || f.Share >= 1 {
		t.Errorf("%+v", f)
	}
	for _, c := range f.Cards {
		if c.Foreseen <= 0 || c.Bytes == 0 || c.Chip <= 0 || c.Card <= 0 {
			t.Errorf("%+v", c)
		}
	}
}

func TestBenchUsage(t *testing.T) {
	for _, args := range [][]string{{"bench"}, {"bench", "nothing"}, {"bench", "panel", "panel"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != 2 || !strings.Contains(errs.String(), "panel  bytes") {
			t.Errorf("%v: exit %d\n%s%s", args, code, &out, &errs)
		}
	}
}
