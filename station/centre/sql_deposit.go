package centre

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"cetak/station/centre/api"
)

func (s *sqlStore) Deposit(ctx context.Context, now time.Time, records []api.Deposit) ([]api.Verdict, error) {
	verdicts := make([]api.Verdict, len(records))
	err := s.within(ctx, "deposit", func(tx *sql.Tx) error {
		for i, d := range records {
			verdicts[i] = api.Verdict{Key: d.Key}
			if err := s.deposit(ctx, tx, now, d, &verdicts[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return verdicts, err
}

func (s *sqlStore) deposit(ctx context.Context, tx *sql.Tx, now time.Time, d api.Deposit, v *api.Verdict) error {
	res, err := tx.ExecContext(ctx, "INSERT INTO record (id, issue, revision, kind, reason, office, cleared, notafter, state) "+
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting') ON CONFLICT DO NOTHING", facts(d)...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n == 1 {
		return seal(ctx, tx, d)
	}
	r, err := s.locked(ctx, tx, "deposit", d.Key)
	if err != nil {
		return err
	}
	conflict := func(detail string) error {
		v.Code, v.Detail = api.DepositConflict, detail
		return nil
	}
	switch {
	case d.Revision < r.Revision:
		return conflict("a newer revision is here")
	case d.Revision == r.Revision && !r.same(d):
		return conflict("this revision is here with other facts")
	case d.Revision == r.Revision:
		if r.state != api.Waiting && r.state != api.Leased { // finished with: an envelope would never be used
			return nil
		}
		return seal(ctx, tx, d)
	case r.state == api.Finished || r.state == api.ToCancel:
		return conflict("it has a live card: another card is another issue")
	case r.state == api.Lost:
		return conflict("its card is not found: two supervisors decide first")
	case r.state == api.Leased:
		return s.succession(ctx, tx, d)
	}
	// It waited, was withdrawn, or ran out: the newer revision takes its place at once.
	if err := wipe(ctx, tx, d.Key); err != nil {
		return err
	}
	if err := s.queueSuccessor(ctx, tx, d); err != nil {
		return err
	}
	return s.succeed(ctx, tx, d.Key)
}

// succession keeps the newer revision aside while the older one is out; its holder is told that it is superseded. It also ends a
// withdrawal: a register that sends a newer revision wants a card.
func (s *sqlStore) succession(ctx context.Context, tx *sql.Tx, d api.Deposit) error {
	if err := s.queueSuccessor(ctx, tx, d); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE record SET withdrawn = $3 WHERE id = $1 AND issue = $2", d.ID, d.Issue, api.Superseded)
	return err
}

func (s *sqlStore) queueSuccessor(ctx context.Context, tx *sql.Tx, d api.Deposit) error {
	var have int
	err := tx.QueryRowContext(ctx, "SELECT revision FROM successor WHERE id = $1 AND issue = $2", d.ID, d.Issue).Scan(&have)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if have > d.Revision {
		return nil
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO successor (id, issue, revision, kind, reason, office, cleared, notafter) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "+
		"ON CONFLICT (id, issue) DO UPDATE SET revision = excluded.revision, kind = excluded.kind, reason = excluded.reason, office = excluded.office, "+
		"cleared = excluded.cleared, notafter = excluded.notafter", facts(d)...)
	if err != nil {
		return err
	}
	return seal(ctx, tx, d)
}

func facts(d api.Deposit) []any {
	return []any{d.ID, d.Issue, d.Revision, d.Kind, d.Reason, d.Office, ms(d.Cleared), ms(d.NotAfter)}
}

func (r row) same(d api.Deposit) bool {
	return r.Kind == d.Kind && r.Reason == d.Reason && r.office == d.Office && ms(r.Cleared) == ms(d.Cleared) && ms(r.NotAfter) == ms(d.NotAfter)
}

// seal keeps the envelopes; one that is there stays, for each sealing of one record is another text.
func seal(ctx context.Context, tx *sql.Tx, d api.Deposit) error {
	var rows [][]any
	for kid, body := range d.Envelopes {
		rows = append(rows, []any{d.ID, d.Issue, d.Revision, kid, body})
	}
	return insert(ctx, tx, "INSERT INTO envelope (id, issue, revision, kid, body)", " ON CONFLICT DO NOTHING", rows)
}

func (s *sqlStore) Withdraw(ctx context.Context, now time.Time, w api.Withdrawal) (api.State, error) {
	const op = "withdraw"
	var state api.State
	err := s.within(ctx, op, func(tx *sql.Tx) error {
		r, err := s.locked(ctx, tx, op, w.Key)
		if err != nil {
			return err
		}
		state = r.state
		withdrawn := r.withdrawn
		switch r.state {
		case api.Waiting, api.OutOfDate:
			state, withdrawn = api.Gone, w.Reason
			if err := wipe(ctx, tx, w.Key); err != nil {
				return err
			}
		case api.Leased, api.Lost:
			withdrawn = w.Reason
		case api.Finished:
			state, withdrawn = api.ToCancel, w.Reason
			if err := note(ctx, tx, now, "cancel", r.holder, w.Key, "a card that is out was withdrawn ("+w.Reason+")"); err != nil {
				return err
			}
		}
		if withdrawn != api.Superseded {
			if _, err := tx.ExecContext(ctx, "DELETE FROM successor WHERE id = $1 AND issue = $2", w.ID, w.Issue); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "UPDATE record SET state = $3, withdrawn = $4 WHERE id = $1 AND issue = $2", w.ID, w.Issue, string(state), withdrawn)
		return err
	})
	return state, err
}

func (s *sqlStore) States(ctx context.Context, keys []api.Key) ([]api.Standing, error) {
	all := []api.Standing{}
	for _, k := range keys {
		st := api.Standing{Key: k}
		err := s.reads.QueryRowContext(ctx, "SELECT revision, state, withdrawn FROM record WHERE id = $1 AND issue = $2", k.ID, k.Issue).
			Scan(&st.Revision, &st.State, &st.Withdrawn)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, asRefusal("states", err)
		}
		all = append(all, st)
	}
	return all, nil
}

func (s *sqlStore) Wanted(ctx context.Context, limit int) ([]api.Wanted, error) {
	all := []api.Wanted{}
	err := each(ctx, s.reads, "SELECT r.id, r.issue, r.revision, t.id, t.kid FROM record r JOIN station t ON t.office = r.office WHERE r.state = 'waiting' AND "+
		"NOT EXISTS (SELECT 1 FROM envelope e WHERE e.id = r.id AND e.issue = r.issue AND e.revision = r.revision AND e.kid = t.kid) "+
		"ORDER BY r.cleared, r.id, r.issue, t.id LIMIT $1", []any{limit}, func(scan func(...any) error) error {
		var w api.Wanted
		err := scan(&w.ID, &w.Issue, &w.Revision, &w.Station, &w.Kid)
		all = append(all, w)
		return err
	})
	return all, asRefusal("wanted", err)
}

// keepRequests is how long a take's name is remembered: longer than a lease, so that a delayed request gives nothing out anew.
const keepRequests = 90 * 24 * time.Hour

func (s *sqlStore) Tidy(ctx context.Context, now time.Time) error {
	return s.within(ctx, "tidy", func(tx *sql.Tx) error {
		const over = "state = 'waiting' AND notafter <= $1"
		if _, err := tx.ExecContext(ctx, "DELETE FROM envelope WHERE (id, issue) IN (SELECT id, issue FROM record WHERE "+over+")", ms(now)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE record SET state = 'expired' WHERE "+over, ms(now)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM request WHERE at < $1", ms(now.Add(-keepRequests)))
		return err
	})
}
