package source

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"cetak/station/record"
)

// Pad makes the queue longer by n records of nobody, behind those that wait: with invented names and specimen numbers, and the kinds
// and reasons of those. They have no envelope, so none of them can be shown or printed. It is for measuring what a long queue
// costs. At least one record must wait.
func (s *Store) Pad(ctx context.Context, n int) error {
	waiting, err := s.Queue(ctx)
	if err != nil {
		return err
	}
	if len(waiting) == 0 {
		return fmt.Errorf("source: no record waits whose name could be used")
	}
	rng := rand.New(rand.NewPCG(uint64(n), uint64(len(waiting))))
	cleared := waiting[len(waiting)-1].Cleared
	return s.within(ctx, "pad", func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, "INSERT INTO queue (id, issue, cleared, notafter, digest, line, envelope) VALUES (?, ?, ?, ?, '', ?, x'')")
		if err != nil {
			return err
		}
		defer func() { _ = insert.Close() }() // the transaction ends it too
		for i := range n {
			a := &waiting[rng.IntN(len(waiting))]
			key := record.Key{ID: fmt.Sprintf("PAD-%07d", i), Issue: a.Key.Issue}
			line := record.Record{Kind: a.Kind, Reason: a.Reason}
			line.Fields.Name = nobody(rng)
			line.Fields.NIK = fmt.Sprintf("99%04d%02d%02d%02d%04d", rng.IntN(10000), 1+rng.IntN(28), 1+rng.IntN(12), rng.IntN(100), rng.IntN(10000))
			cleared = cleared.Add(time.Millisecond)
			if _, err := insert.ExecContext(ctx, key.ID, key.Issue, unix(cleared), unix(a.NotAfter), s.sealed(searchLine(&line, a.Warnings), key.String())); err != nil {
				return err
			}
		}
		return nil
	})
}

// nobody invents a name of one to three words.
func nobody(rng *rand.Rand) string {
	syllables := []string{"SU", "DI", "RA", "NI", "TA", "WI", "HAR", "TO", "NO", "YA", "MU", "RI", "AN", "LES", "PUT", "KAR", "MA", "SIH", "BU", "DAH", "ZUL", "FIT", "EN", "GU"}
	var words []string
	for range 1 + rng.IntN(3) {
		var w strings.Builder
		for range 2 + rng.IntN(3) {
			w.WriteString(syllables[rng.IntN(len(syllables))])
		}
		words = append(words, w.String())
	}
	return strings.Join(words, " ")
}
