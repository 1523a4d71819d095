package centre_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/ledger"
)

// counted numbers what benchmarks make: a benchmark is run several times, and on the same store.
var counted atomic.Int64

// benchEngines runs a benchmark on each engine, on an empty store with 50 desks of 50 offices.
func benchEngines(b *testing.B, bench func(b *testing.B, s centre.Store, desks []string)) {
	const offices = 50
	run := func(name string, open func(context.Context) (centre.Store, error)) {
		b.Run(name, func(b *testing.B) {
			s, err := open(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { s.Close() })
			var desks []string
			for n := range offices {
				desk := fmt.Sprintf("Office %d/1", n)
				desks = append(desks, desk)
				if err := s.AddStation(b.Context(), centre.Station{ID: desk, Kid: "kid-" + desk, JWK: "{}", Office: fmt.Sprint("Office ", n), District: "D", Province: "P", Zone: 7}); err != nil {
					b.Fatal(err)
				}
			}
			bench(b, s, desks)
		})
	}
	path := filepath.Join(b.TempDir(), centre.File)
	run("sqlite", func(ctx context.Context) (centre.Store, error) { return centre.OpenFile(ctx, path) })
	private.once.Do(func() { private.Cluster, private.err = startCluster() })
	if private.err != nil {
		b.Fatal(private.err)
	}
	run("postgres", func(ctx context.Context) (centre.Store, error) {
		address, err := private.Schema(ctx)
		if err != nil {
			return nil, err
		}
		return centre.OpenPostgres(ctx, address)
	})
}

// A record's whole way at the centre: deposited with a sealed envelope of the usual size, taken, claimed, done.
func BenchmarkRecord(b *testing.B) {
	envelope := strings.Repeat("A", 110_000)
	benchEngines(b, func(b *testing.B, s centre.Store, desks []string) {
		now := time.Now()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := counted.Add(1)
				desk := desks[i%int64(len(desks))]
				k := api.Key{ID: fmt.Sprint("PRR-", i), Issue: 1}
				ctx := b.Context()
				_, err := s.Deposit(ctx, now, []api.Deposit{{Key: k, Revision: 1, Kind: "WNI", Reason: "pemula", Office: fmt.Sprint("Office ", i%int64(len(desks))), Cleared: now,
					NotAfter: now.Add(time.Hour), Envelopes: map[string]string{"kid-" + desk: envelope}}})
				if err != nil {
					b.Error(err)
					return
				}
				leases, err := s.Take(ctx, now, desk, api.Take{Request: fmt.Sprint(i), Hours: 1, Records: []api.Key{k}})
				if err != nil || len(leases) != 1 {
					b.Error(leases, err)
					return
				}
				if _, err := s.Claim(ctx, now, desk, []api.Holding{holding(leases[0])}); err != nil {
					b.Error(err)
					return
				}
				if _, err := s.Done(ctx, now, desk, leases[0].Fence, outcome(leases[0], "a", "good")); err != nil {
					b.Error(err)
					return
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	})
}

// Batches of 500 movements, each from a journal that the batch is checked against.
func BenchmarkLedger(b *testing.B) {
	const lines = 500
	batch := longBatch(b, lines)
	benchEngines(b, func(b *testing.B, s centre.Store, _ []string) {
		for range b.N {
			desk := fmt.Sprint("Desk/", counted.Add(1)) // a batch counts once for each desk
			if err := s.AddStation(b.Context(), centre.Station{ID: desk, Kid: desk, JWK: "{}", Office: "O", District: "D", Province: "P", Zone: 7}); err != nil {
				b.Fatal(err)
			}
			if _, err := s.Append(b.Context(), time.Now(), desk, batch, sign); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N*lines)/b.Elapsed().Seconds(), "lines/s")
	})
}

func longBatch(b *testing.B, lines int) api.Batch {
	b.Helper()
	j := openJournal(b)
	for range lines - 1 {
		j.move(ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.WNI, Count: 1, Who: "A", Second: "B"})
	}
	return j.after()
}
