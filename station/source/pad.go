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

// Pad makes the queue longer by n records that have no envelope, behind those that wait: their names and numbers are mixed
// from those. It is for measuring what a long queue costs; none of them can be shown or printed (StoreBroken or as of
// record.Open). At least one record must wait.
func (s *Store) Pad(ctx context.Context, n int) error {
	real, err := s.Queue(ctx)
	if err != nil {
		return err
	}
	if len(real) == 0 {
		return fmt.Errorf("source: no record waits whose name could be used")
	}
	rng := rand.New(rand.NewPCG(uint64(n), uint64(len(real))))
	pick := func() *Item { return &real[rng.IntN(len(real))] }
	cleared := real[len(real)-1].Cleared
	return s.within(ctx, "pad", func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, "INSERT INTO queue (id, issue, cleared, notafter, digest, line, envelope) VALUES (?, ?, ?, ?, '', ?, x'')")
		if err != nil {
			return err
		}
		defer insert.Close()
		for i := range n {
			a, b := pick(), pick()
			key := record.Key{ID: fmt.Sprintf("PAD-%07d", i), Issue: a.Key.Issue}
			first, _, _ := strings.Cut(a.Name, " ")
			_, rest, _ := strings.Cut(b.Name, " ")
			line := record.Record{Kind: a.Kind, Reason: a.Reason}
			line.Fields.Name = strings.TrimSpace(first + " " + rest)
			line.Fields.NIK = a.NIK[:6] + b.NIK[6:12] + fmt.Sprintf("%04d", rng.IntN(10000))
			cleared = cleared.Add(time.Millisecond)
			if _, err := insert.ExecContext(ctx, key.ID, key.Issue, unix(cleared), unix(a.NotAfter), s.sealed(searchLine(&line, a.Warnings), key.String())); err != nil {
				return err
			}
		}
		return nil
	})
}
