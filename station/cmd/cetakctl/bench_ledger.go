package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"cetak/station/assembly"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// benchMovements is how many movements are measured: those of 400,000 cards, some years of a large office.
const benchMovements = 1_000_000

// ledgerFigures are what a long ledger costs, in milliseconds: by the wall clock, and the processors' own time beside it, which
// a busy machine does not stretch.
type ledgerFigures struct {
	Bench      string  `json:"bench"`
	Movements  int     `json:"movements"`
	Bytes      int64   `json:"bytes"` // of the journal's file
	Processors int     `json:"processors"`
	VerifyMS   float64 `json:"verify_ms"` // recompute the whole chain: the best of some
	VerifyCPU  float64 `json:"verify_cpu_ms"`
	FoldMS     float64 `json:"fold_ms"` // read all movements and make the ledger of them: once, when a program opens the folder
	FoldCPU    float64 `json:"fold_cpu_ms"`
	BalanceMS  float64 `json:"balance_ms"` // all accounts, from the ledger of a program that has it open, proved by I1
	BookMS     float64 `json:"book_ms"`    // ask for one movement more and take it into the ledger, without the disk
	WriteMS    float64 `json:"write_ms"`   // write the movements of this measurement, in batches
}

// benchLedger writes a journal of a million movements in a temporary folder, measures it, and takes it away.
func benchLedger(ctx context.Context, c *call) error {
	dir, err := os.MkdirTemp("", "cetak-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintf(c.errs, "Writing %d movements into %s and measuring; this takes some minutes.\n", benchMovements, dir)
	f, err := measureLedger(ctx, dir, benchMovements)
	if err != nil {
		return err
	}
	if c.json {
		return c.encode(f)
	}
	fmt.Fprintf(c.out, "%d movements, %d MiB, %d processors\n", f.Movements, f.Bytes>>20, f.Processors)
	for _, r := range []struct {
		name string
		ms   float64
		what string
	}{
		{"verify", f.VerifyMS, fmt.Sprintf("the whole chain is recomputed (%.0f ms of the processors)", f.VerifyCPU)},
		{"fold", f.FoldMS, fmt.Sprintf("all movements are read and summed, once when a program opens the folder (%.0f ms)", f.FoldCPU)},
		{"balance", f.BalanceMS, "all accounts of a program that has the folder open, proved"},
		{"book", f.BookMS, "one movement more is checked and summed, without the disk"},
		{"write", f.WriteMS, "these movements were written"},
	} {
		fmt.Fprintf(c.out, "%-8s %12.3f ms  %s\n", r.name, r.ms, r.what)
	}
	return nil
}

func measureLedger(ctx context.Context, dir string, n int) (ledgerFigures, error) {
	f := ledgerFigures{Bench: "ledger", Movements: n, Processors: runtime.GOMAXPROCS(0)}
	path := filepath.Join(dir, assembly.JournalFile)
	j, err := journal.Create(ctx, path, "bench")
	if err != nil {
		return f, err
	}
	defer j.Close()
	begun := time.Now()
	if err := writeMovements(ctx, j, n); err != nil {
		return f, err
	}
	f.WriteMS = since(begun)
	if info, err := os.Stat(path); err == nil {
		f.Bytes = info.Size()
	}
	if f.VerifyMS, f.VerifyCPU, err = bestCPU(3, func() error { _, err := j.Verify(ctx); return err }); err != nil {
		return f, err
	}
	var l *ledger.Ledger
	if f.FoldMS, f.FoldCPU, err = bestCPU(3, func() error { l, err = assembly.ReadLedger(ctx, j.Reader); return err }); err != nil {
		return f, err
	}
	if f.BalanceMS, err = bestOf(100, func() error { _ = l.Balance(); return l.Proof() }); err != nil {
		return f, err
	}
	times := 0
	f.BookMS, err = bestOf(100, func() error {
		times++
		m := ledger.Movement{Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Type: ledger.WNI, Count: 1, Who: "siti", Second: "budi",
			Document: fmt.Sprint("one more ", times)}
		if err := l.Allows(time.Now(), m); err != nil {
			return err
		}
		return l.Apply(m)
	})
	return f, err
}

// writeMovements writes what a busy desk books, n lines: for every 200 cards a delivery, two draws, and the cards, one in
// fifty of them spoiled, good ones handed to their holders.
func writeMovements(ctx context.Context, j *journal.Journal, n int) error {
	const cards, batch = 200, 5000
	var facts []journal.Fact
	put := func(m ledger.Movement) error {
		m.Type = ledger.WNI
		if m.Count == 0 {
			m.Count = 1
		}
		if m.Who == "" {
			m.Who = ledger.Station
		}
		facts = append(facts, journal.Fact{Kind: journal.KindMovement, Who: m.Who, Attempt: m.Attempt, Data: m})
		if n--; n > 0 && len(facts) < batch {
			return nil
		}
		_, err := j.Append(ctx, facts...)
		facts = facts[:0]
		return err
	}
	day := []ledger.Movement{
		{Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Count: cards, Who: "rina", Second: "budi", Issuer: "pusat"},
		{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Count: cards / 2, Who: "siti", Second: "rina"},
		{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Count: cards / 2, Who: "siti", Second: "rina"},
	}
	for i := 0; n > 0; i++ {
		a, uid := fmt.Sprintf("A-%012X", i), fmt.Sprintf("04%012X", i)
		var moves []ledger.Movement
		if i%cards == 0 {
			day[0].Document = fmt.Sprintf("BA-%d", i/cards)
			day[0].Boxes = []ledger.Box{{Number: fmt.Sprintf("K-%d", i/cards), Count: cards, First: fmt.Sprintf("%010d", i), Last: fmt.Sprintf("%010d", i+cards-1)}}
			moves = append(moves, day...)
		}
		moves = append(moves, ledger.Movement{Kind: ledger.Load, From: ledger.Hopper, To: ledger.Machine, Attempt: a})
		if i%50 == 49 {
			moves = append(moves, ledger.Movement{Kind: ledger.Spoil, From: ledger.Machine, To: ledger.Spoiled, Attempt: a, Cause: "damage:print",
				UIDs: []string{uid}, Who: "siti", Second: ledger.Station})
		} else {
			moves = append(moves,
				ledger.Movement{Kind: ledger.MadeGood, From: ledger.Machine, To: ledger.Good, Attempt: a, UIDs: []string{uid}},
				ledger.Movement{Kind: ledger.HandOver, From: ledger.Good, To: ledger.HandedOver, UIDs: []string{uid}, Who: "siti"})
		}
		for _, m := range moves[:min(len(moves), n)] {
			if err := put(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// bestOf is the shortest of some times in milliseconds: what the work takes when nothing else runs.
func bestOf(times int, work func() error) (float64, error) {
	least := time.Hour
	for range times {
		start := time.Now()
		if err := work(); err != nil {
			return 0, err
		}
		least = min(least, time.Since(start))
	}
	return milliseconds(least), nil
}

// bestCPU is bestOf, and the least processor time of this program in any of the times.
func bestCPU(times int, work func() error) (wall, cpu float64, err error) {
	least := time.Hour
	wall, err = bestOf(times, func() error {
		before := processorTime()
		err := work()
		least = min(least, processorTime()-before)
		return err
	})
	return wall, milliseconds(least), err
}

// processorTime is what this program has used of the processors, its own and the system's for it.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func since(t time.Time) float64 { return milliseconds(time.Since(t)) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
