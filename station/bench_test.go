package station_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"cetak/station"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/policy"
	"cetak/station/record"
	"cetak/station/source"
)

// BenchmarkReadBooks folds the facts of 5,000 cards: what a start costs beside reading the lines from the disk.
func BenchmarkReadBooks(b *testing.B) {
	all := cards(5_000)
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	entries := func(yield func(journal.Entry, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
	for b.Loop() {
		if _, err := station.ReadBooks(b.Context(), entries, office.Rules{}, now); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(all)), "us/fact")
}

// BenchmarkPlan puts the greatest queue of an office in order: what the policy costs after each card.
func BenchmarkPlan(b *testing.B) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	books, err := station.ReadBooks(b.Context(), func(func(journal.Entry, error) bool) {}, office.Rules{SignIn: true}, now)
	if err != nil {
		b.Fatal(err)
	}
	table, _ := policy.BuiltIn()
	waiting := make([]source.Item, 313_281)
	for i := range waiting {
		waiting[i] = source.Item{
			Key: record.Key{ID: fmt.Sprintf("PRR-%d", i), Issue: 1 + i%2}, Kind: record.WNI, Reason: []string{"pemula", "prr", "hilang", "rusak"}[i%4],
			NotAfter: now.AddDate(0, 6, 0),
		}
	}
	list := source.ListOf(waiting)
	o := station.Options{SignIn: true, Policy: table, Reserve: 500}
	for b.Loop() {
		if n := station.PlanLen(books, list, o, now); n != len(waiting) {
			b.Fatal(n)
		}
	}
}

// cards are the facts of n good cards as the station writes them.
func cards(n int) []journal.Entry {
	var all []journal.Entry
	at := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	add := func(f journal.Fact) {
		e := journal.Entry{Seq: int64(len(all) + 1), At: at, Kind: f.Kind, Record: f.Record, Issue: f.Issue, Attempt: f.Attempt, UID: f.UID, Who: f.Who}
		if f.Data != nil {
			e.Data, _ = json.Marshal(f.Data)
		}
		all = append(all, e)
	}
	move := func(m ledger.Movement) journal.Fact {
		m.Type = ledger.WNI
		return journal.Fact{Kind: journal.KindMovement, Attempt: m.Attempt, Who: m.Who, Data: m}
	}
	add(move(ledger.Movement{Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Count: n, Who: "rina", Second: "siti", Document: "BA-1"}))
	add(move(ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Count: n, Who: "siti", Second: "rina"}))
	for i := range n {
		at = at.Add(40 * time.Second)
		f := journal.Fact{Record: fmt.Sprintf("PRR-%d", i), Issue: 1, Attempt: fmt.Sprintf("A-%012x", i), Who: "siti"}
		of := func(k journal.Kind, data any) { f.Kind, f.Data = k, data; add(f) }
		of(journal.KindIntent, map[string]any{"counter": i, "panels": 5 * i, "blank": "WNI", "reason": "pemula", "printer": "12345", "ribbon": "R-1", "ribbon_left": 100})
		of(journal.KindLoaded, nil)
		add(move(ledger.Movement{Kind: ledger.Load, From: ledger.Hopper, To: ledger.Machine, Count: 1, Who: ledger.Station, Attempt: f.Attempt}))
		f.UID = fmt.Sprintf("04%012X", i)
		of(journal.KindUID, nil)
		of(journal.KindWritten, nil)
		of(journal.KindVerified, map[string]any{"portrait": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"})
		of(journal.KindPrinting, nil)
		of(journal.KindPrinted, map[string]any{"panels": 5})
		of(journal.KindDischarging, map[string]any{"tray": "good"})
		of(journal.KindDischarged, map[string]any{"tray": "good"})
		add(move(ledger.Movement{Kind: ledger.MadeGood, From: ledger.Machine, To: ledger.Good, Count: 1, Who: ledger.Station, Attempt: f.Attempt, UIDs: []string{f.UID}}))
		of(journal.KindOutcome, map[string]any{"outcome": "good", "cause": ""})
	}
	return all
}
