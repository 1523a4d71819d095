package centre

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"cetak/station/centre/api"
)

// HandOn is the store's side of a hand-over's paper.
func (s *sqlStore) HandOn(ctx context.Context, now time.Time, h api.Handover) ([]api.Verdict, error) {
	const op = "hand on"
	verdicts := make([]api.Verdict, len(h.Leases))
	places := make([]int, len(h.Leases))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { // one order for all callers
		return cmp.Or(strings.Compare(h.Leases[a].ID, h.Leases[b].ID), cmp.Compare(h.Leases[a].Issue, h.Leases[b].Issue))
	})
	request := "handover-" + h.ID
	err := s.within(ctx, op, func(tx *sql.Tx) error {
		if err := s.neighbours(ctx, tx, h); err != nil {
			return err
		}
		// The taker, should it lose what it took, asks by this name: it gets what is still held of it, and no others.
		_, err := tx.ExecContext(ctx, "INSERT INTO request (station, request, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", h.To, request, ms(now))
		if err != nil {
			return err
		}
		for _, i := range places {
			p := h.Leases[i]
			verdicts[i] = api.Verdict{Key: p.Key}
			r, err := s.locked(ctx, tx, op, p.Key)
			switch {
			case errors.Is(err, api.NoSuchRecord):
				verdicts[i].Code = api.NoSuchRecord
			case err != nil:
				return err
			case r.Fence > p.Fence:
				verdicts[i].Code = api.StaleFence
			case r.Fence < p.Fence:
				verdicts[i].Code = api.NotHeld
			case r.hop >= p.Hop: // it came before, or a later one did
				verdicts[i], _ = r.stands()
			case r.hop+1 < p.Hop:
				verdicts[i].Code, verdicts[i].Detail = api.NotHeld, "the paper before this one has not come"
			case r.holder != h.From || r.state == api.Finished || r.state == api.ToCancel:
				verdicts[i].Code = api.NotHeld
			default:
				if verdicts[i], err = pass(ctx, tx, h.To, request, r); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return verdicts, err
}

// neighbours says that both desks are known, of one office, and that the taker's key is the one that the envelopes were sealed to.
func (s *sqlStore) neighbours(ctx context.Context, tx *sql.Tx, h api.Handover) error {
	var from, to, kid string
	err := tx.QueryRowContext(ctx, "SELECT a.office, b.office, b.kid FROM station a, station b WHERE a.id = $1 AND b.id = $2", h.From, h.To).Scan(&from, &to, &kid)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return api.Refuse(api.PaperUnsigned, "hand on", "a desk that is not registered", nil)
	case err != nil:
		return err
	case from != to:
		return api.Refuse(api.PaperUnsigned, "hand on", "the desks are of two offices", nil)
	case kid != h.ToKid:
		return api.Refuse(api.PaperUnsigned, "hand on", h.To+" is registered with another key", nil)
	}
	return nil
}

// pass makes the taker the holder. A lease that was freed meanwhile, and that nobody else has taken, is leased again: its taker may have
// printed it.
func pass(ctx context.Context, tx *sql.Tx, to, request string, r row) (api.Verdict, error) {
	if r.state == api.Waiting {
		r.state = api.Leased
	}
	v, _ := r.stands()
	_, err := tx.ExecContext(ctx, "UPDATE record SET holder = $3, request = $4, hop = hop + 1, state = $5, proposed = '' WHERE id = $1 AND issue = $2",
		r.ID, r.Issue, to, request, string(r.state))
	return v, err
}
