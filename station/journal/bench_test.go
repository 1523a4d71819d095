package journal

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// fill writes n lines as a busy desk would: eighteen facts a card, one transaction for many cards.
func fill(tb testing.TB, j *Journal, n int) {
	tb.Helper()
	ctx := context.Background()
	kinds := []Kind{
		KindIntent, KindLoaded, KindMovement, KindUID, KindWritten, KindVerified, KindPrinting, KindPrinted,
		KindDischarging, KindDischarged, KindConfirmed, KindOutcome, KindMovement,
	}
	var batch []Fact
	for i := 0; i < n; i++ {
		card := i / len(kinds)
		f := Fact{
			Kind: kinds[i%len(kinds)], Record: fmt.Sprintf("PRR-9901-%06d", card), Issue: 1,
			Attempt: fmt.Sprintf("A-%08d", card), Who: "station",
			Data: map[string]any{"position": "contact", "cards": card, "took_ms": 2100},
		}
		switch f.Kind {
		case KindUID, KindWritten, KindOutcome:
			f.UID = fmt.Sprintf("04%012X", card)
		}
		batch = append(batch, f)
		if len(batch) == 5000 || i == n-1 {
			if _, err := j.Append(ctx, batch...); err != nil {
				tb.Fatal(err)
			}
			batch = batch[:0]
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	j, err := Create(b.Context(), filepath.Join(b.TempDir(), "journal.db"), "bench")
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	n := 0
	for b.Loop() {
		n++
		f := Fact{Kind: KindFault, Attempt: fmt.Sprintf("A-%08d", n), Who: "station", Data: map[string]any{"code": "P-101"}}
		if _, err := j.Append(b.Context(), f); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

// BenchmarkMillion is a journal of a million lines: what a start pays, and the budget of a whole check in 3 s.
func BenchmarkMillion(b *testing.B) {
	path := filepath.Join(b.TempDir(), "journal.db")
	j, err := Create(b.Context(), path, "bench")
	if err != nil {
		b.Fatal(err)
	}
	fill(b, j, 1_000_000)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if err := j.Close(); err != nil {
				b.Fatal(err)
			}
			if j, err = Open(b.Context(), path); err != nil {
				b.Fatal(err)
			}
			if open, err := j.OpenIntents(b.Context()); err != nil || len(open) > 1 {
				b.Fatal(open, err)
			}
			for _, err := range j.Since(b.Context(), time.Now()) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			rep, err := j.Verify(b.Context())
			if err != nil || rep.Good != 1_000_000 {
				b.Fatal(rep, err)
			}
		}
	})
	b.Run("entries", func(b *testing.B) {
		for b.Loop() {
			for _, err := range j.Entries(b.Context(), 0) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("movements", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for _, err := range j.Of(b.Context(), 0, KindMovement) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(n), "lines")
		}
	})
	j.Close()
}
