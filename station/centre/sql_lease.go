package centre

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cetak/station/centre/api"
)

// row is a record as it stands.
type row struct {
	api.Lease
	office, withdrawn, holder, proposed string
	state                               api.State
	claimed                             int64
	hop                                 int // hand-overs of this lease
}

const rowColumns = "id, issue, revision, kind, reason, office, cleared, notafter, state, withdrawn, fence, holder, until, claimed, proposed, hop"

func scanRow(scan func(...any) error) (r row, err error) {
	var cleared, notAfter, until int64
	err = scan(&r.ID, &r.Issue, &r.Revision, &r.Kind, &r.Reason, &r.office, &cleared, &notAfter, &r.state, &r.withdrawn, &r.Fence, &r.holder,
		&until, &r.claimed, &r.proposed, &r.hop)
	r.Cleared, r.NotAfter, r.Until = moment(cleared), moment(notAfter), moment(until)
	return r, err
}

// locked reads a record and keeps others from it until the transaction ends.
func (s *sqlStore) locked(ctx context.Context, tx *sql.Tx, op string, k api.Key) (row, error) {
	r, err := scanRow(tx.QueryRowContext(ctx, "SELECT "+rowColumns+" FROM record WHERE id = $1 AND issue = $2"+s.lock, k.ID, k.Issue).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, api.Refuse(api.NoSuchRecord, op, name(k), nil)
	}
	return r, err
}

func name(k api.Key) string { return fmt.Sprintf("%s#%d", k.ID, k.Issue) }

func (s *sqlStore) Take(ctx context.Context, now time.Time, station string, t api.Take) ([]api.Lease, error) {
	const op = "take"
	var leases []api.Lease
	err := s.within(ctx, op, func(tx *sql.Tx) error {
		var kid, office string
		if err := tx.QueryRowContext(ctx, "SELECT kid, office FROM station WHERE id = $1", station).Scan(&kid, &office); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, "INSERT INTO request (station, request, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", station, t.Request, ms(now))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 1 {
			if err := s.pick(ctx, tx, now, station, kid, office, t); err != nil {
				return err
			}
		}
		leases, err = held(ctx, tx, station, t.Request)
		return err
	})
	return leases, err
}

// pick leases what was asked for: the first of the office's records in the station's order, or those named.
func (s *sqlStore) pick(ctx context.Context, tx *sql.Tx, now time.Time, station, kid, office string, t api.Take) error {
	var a args
	where := "office = " + a.add(office) + " AND state = 'waiting' AND notafter > " + a.add(ms(now)) +
		" AND EXISTS (SELECT 1 FROM envelope e WHERE e.id = r.id AND e.issue = r.issue AND e.revision = r.revision AND e.kid = " + a.add(kid) + ")"
	limit := t.Count
	if len(t.Records) > 0 {
		limit = len(t.Records)
		named := make([]string, len(t.Records))
		for i, k := range t.Records {
			named[i] = "(r.id = " + a.add(k.ID) + " AND r.issue = " + a.add(k.Issue) + ")"
		}
		where += " AND (" + strings.Join(named, " OR ") + ")"
	}
	if len(t.Kinds) > 0 {
		where += " AND kind IN " + a.list(t.Kinds)
	}
	if len(t.Hold) > 0 {
		where += " AND reason NOT IN " + a.list(t.Hold)
	}
	order := ""
	if len(t.First) > 0 {
		order = "CASE"
		for i, group := range t.First {
			order += fmt.Sprintf(" WHEN reason IN %s THEN %d", a.list(group), i)
		}
		order += fmt.Sprintf(" ELSE %d END, ", len(t.First))
	}
	text := "WITH pick AS MATERIALIZED (SELECT id, issue FROM record r WHERE " + where + " ORDER BY " + order + "cleared, id, issue LIMIT " + a.add(limit) + s.skip +
		") UPDATE record SET state = 'leased', fence = fence + 1, claimed = 0, hop = 0, proposed = '', holder = " + a.add(station) + ", request = " + a.add(t.Request) +
		", until = " + a.add(ms(now.Add(time.Duration(t.Hours)*time.Hour))) + " WHERE (id, issue) IN (SELECT id, issue FROM pick)"
	_, err := tx.ExecContext(ctx, text, a.values...)
	return err
}

// held reads leases of a station: those of one request, or with "" all.
func held(ctx context.Context, q interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}, station, request string) ([]api.Lease, error) {
	var a args
	where := " WHERE r.holder = " + a.add(station) + " AND r.state = 'leased' AND r.withdrawn = ''"
	if request != "" {
		where += " AND r.request = " + a.add(request)
	}
	leases := []api.Lease{}
	err := each(ctx, q, "SELECT r.id, r.issue, r.revision, r.kind, r.reason, r.cleared, r.notafter, r.fence, r.until, r.request FROM record r"+where+
		" ORDER BY r.cleared, r.id, r.issue", a.values, func(scan func(...any) error) error {
		var l api.Lease
		var cleared, notAfter, until int64
		err := scan(&l.ID, &l.Issue, &l.Revision, &l.Kind, &l.Reason, &cleared, &notAfter, &l.Fence, &until, &l.Request)
		l.Cleared, l.NotAfter, l.Until = moment(cleared), moment(notAfter), moment(until)
		leases = append(leases, l)
		return err
	})
	return leases, err
}

func (s *sqlStore) Held(ctx context.Context, station string) ([]api.Lease, error) {
	leases, err := held(ctx, s.reads, station, "")
	return leases, asRefusal("held", err)
}

func (s *sqlStore) Envelope(ctx context.Context, station string, k api.Key) (api.Sealed, error) {
	var body api.Sealed
	err := s.reads.QueryRowContext(ctx, "SELECT e.body FROM record r JOIN station s ON s.id = r.holder JOIN envelope e ON e.id = r.id AND e.issue = r.issue AND e.revision = r.revision AND e.kid = s.kid"+
		" WHERE r.id = $1 AND r.issue = $2 AND r.holder = $3 AND r.state = 'leased' AND r.withdrawn = ''", k.ID, k.Issue, station).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", api.Refuse(api.NotHeld, "envelope", "", nil)
	}
	return body, asRefusal("envelope", err)
}

// judge does one thing with each of a station's holdings, in an order that no two callers can block each other in, and gives the verdicts
// in the order asked.
func (s *sqlStore) judge(ctx context.Context, op, station string, holdings []api.Holding, do func(*sql.Tx, row) (api.Verdict, error)) ([]api.Verdict, error) {
	verdicts := make([]api.Verdict, len(holdings))
	places := make([]int, len(holdings))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int {
		return cmp.Or(strings.Compare(holdings[a].ID, holdings[b].ID), cmp.Compare(holdings[a].Issue, holdings[b].Issue))
	})
	err := s.within(ctx, op, func(tx *sql.Tx) error {
		for _, i := range places {
			h := holdings[i]
			verdicts[i] = api.Verdict{Key: h.Key}
			r, err := s.locked(ctx, tx, op, h.Key)
			switch {
			case errors.Is(err, api.NoSuchRecord):
				verdicts[i].Code = api.NoSuchRecord
			case err != nil:
				return err
			case r.Fence > h.Fence:
				verdicts[i].Code = api.StaleFence
			case r.Fence < h.Fence || r.holder != station:
				verdicts[i].Code = api.NotHeld
			default:
				if verdicts[i], err = do(tx, r); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return verdicts, err
}

// stands is the verdict on a lease that its holder wants to go on with.
func (r row) stands() (v api.Verdict, ok bool) {
	v = api.Verdict{Key: r.Key}
	switch {
	case r.withdrawn != "":
		v.Code, v.Detail = api.Withdrawn, r.withdrawn
	case r.state != api.Leased:
		v.Code = api.NotHeld
	default:
		return v, true
	}
	return v, false
}

func (s *sqlStore) Renew(ctx context.Context, now time.Time, station string, r api.Renew) ([]api.Verdict, error) {
	until := now.Add(time.Duration(r.Hours) * time.Hour).UTC().Truncate(time.Millisecond)
	return s.judge(ctx, "renew", station, r.Leases, func(tx *sql.Tx, r row) (api.Verdict, error) {
		return s.prolong(ctx, tx, r, until, r.claimed)
	})
}

// claimHours is the least that is left of a lease when a blank is spent on it.
const claimHours = 1

func (s *sqlStore) Claim(ctx context.Context, now time.Time, station string, holdings []api.Holding) ([]api.Verdict, error) {
	least := now.Add(claimHours * time.Hour).UTC().Truncate(time.Millisecond)
	return s.judge(ctx, "claim", station, holdings, func(tx *sql.Tx, r row) (api.Verdict, error) {
		return s.prolong(ctx, tx, r, least, ms(now))
	})
}

// prolong never shortens: a request that was overtaken takes nothing away.
func (s *sqlStore) prolong(ctx context.Context, tx *sql.Tx, r row, until time.Time, claimed int64) (api.Verdict, error) {
	v, ok := r.stands()
	if !ok {
		return v, nil
	}
	if r.Until.After(until) {
		until = r.Until
	}
	v.Until = &until
	_, err := tx.ExecContext(ctx, "UPDATE record SET until = $3, claimed = $4 WHERE id = $1 AND issue = $2", r.ID, r.Issue, ms(until), claimed)
	return v, err
}

func (s *sqlStore) Release(ctx context.Context, now time.Time, station string, holdings []api.Holding) ([]api.Verdict, error) {
	return s.judge(ctx, "release", station, holdings, func(tx *sql.Tx, r row) (api.Verdict, error) {
		if r.state != api.Leased { // given back before, or finished: nothing is left to give back
			return api.Verdict{Key: r.Key}, nil
		}
		return api.Verdict{Key: r.Key}, s.free(ctx, tx, now, r.Key)
	})
}

// free ends a lease without a card: the record waits again, or its newer revision does, or it is gone. The fence and the holder's name
// stay: should his word still come that there is a card, it is believed as long as nobody else has the record.
func (s *sqlStore) free(ctx context.Context, tx *sql.Tx, now time.Time, k api.Key) error {
	r, err := s.locked(ctx, tx, "free", k)
	if err != nil {
		return err
	}
	if r.withdrawn == api.Superseded {
		return s.succeed(ctx, tx, k)
	}
	state := api.Waiting
	switch {
	case r.withdrawn != "":
		state = api.Gone
	case !r.NotAfter.After(now):
		state = api.OutOfDate
	}
	if _, err := tx.ExecContext(ctx, "UPDATE record SET state = $3, claimed = 0, proposed = '' WHERE id = $1 AND issue = $2", k.ID, k.Issue, string(state)); err != nil {
		return err
	}
	if state == api.Waiting {
		return nil
	}
	return wipe(ctx, tx, k)
}

// wipe deletes the envelopes of a record that nobody will print any more.
func wipe(ctx context.Context, tx *sql.Tx, k api.Key) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM envelope WHERE id = $1 AND issue = $2", k.ID, k.Issue)
	return err
}

// succeed puts the newer revision in the place of the one that was out.
func (s *sqlStore) succeed(ctx context.Context, tx *sql.Tx, k api.Key) error {
	for _, text := range []string{
		"UPDATE record SET (revision, kind, reason, office, cleared, notafter) = (SELECT revision, kind, reason, office, cleared, notafter FROM successor s " +
			"WHERE s.id = record.id AND s.issue = record.issue), state = 'waiting', withdrawn = '', claimed = 0, proposed = '', holder = '' WHERE id = $1 AND issue = $2",
		"DELETE FROM successor WHERE id = $1 AND issue = $2",
		"DELETE FROM envelope WHERE id = $1 AND issue = $2 AND revision < (SELECT revision FROM record WHERE id = $1 AND issue = $2)",
	} {
		if _, err := tx.ExecContext(ctx, text, k.ID, k.Issue); err != nil {
			return err
		}
	}
	return nil
}

func (s *sqlStore) Done(ctx context.Context, now time.Time, station string, fence int64, o Outcome) (api.Booked, error) {
	const op = "done"
	b := api.Booked{Key: o.Key}
	err := s.within(ctx, op, func(tx *sql.Tx) error {
		r, err := s.locked(ctx, tx, op, o.Key)
		if err != nil {
			return err
		}
		again, err := s.repeated(ctx, tx, now, station, fence, o, &b)
		if err != nil || again {
			return err
		}
		refuse := func(c *keptRefusal, kind, detail string) error {
			if err := note(ctx, tx, now, kind, station, o.Key, detail); err != nil {
				return err
			}
			return c
		}
		switch {
		case fence < r.Fence || fence == r.Fence && r.hop > 0 && r.holder != station:
			return refuse(&keptRefusal{api.Refuse(api.StaleFence, op, name(o.Key), nil)}, "stale-done",
				"attempt "+o.Attempt+" reported as "+o.Result+" after the lease was given on")
		case fence > r.Fence || r.holder != station:
			return api.Refuse(api.NotHeld, op, name(o.Key), nil)
		}
		b.State, b.Cancel = r.after(o.Result)
		if o.Result == good && (r.state == api.Finished || r.state == api.ToCancel) {
			return refuse(&keptRefusal{api.Refuse(api.Contradicts, op, name(o.Key)+" has a live card", nil)}, "second-card",
				"attempt "+o.Attempt+" reported as good beside another")
		}
		return s.book(ctx, tx, now, station, fence, o, r, b)
	})
	return b, err
}

// after says where a record stands after an outcome of its holder.
func (r row) after(result string) (state api.State, cancel bool) {
	switch {
	case result == good && r.withdrawn != "":
		return api.ToCancel, true
	case result == good:
		return api.Finished, false
	case result == missing && (r.state == api.Leased || r.state == api.Waiting || r.state == api.Gone):
		return api.Lost, false
	}
	return r.state, r.state == api.ToCancel
}

// repeated finds an outcome that is booked already and answers as it was answered.
func (s *sqlStore) repeated(ctx context.Context, tx *sql.Tx, now time.Time, station string, fence int64, o Outcome, b *api.Booked) (bool, error) {
	var from, result, uid, state string
	var was int64
	err := tx.QueryRowContext(ctx, "SELECT station, fence, result, uid, state FROM outcome WHERE id = $1 AND issue = $2 AND attempt = $3", o.ID, o.Issue,
		o.Attempt).Scan(&from, &was, &result, &uid, &state)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if from != station || was != fence || result != o.Result || uid != o.UID {
		if err := note(ctx, tx, now, "contradiction", station, o.Key, "attempt "+o.Attempt+" reported as "+o.Result+", booked as "+result); err != nil {
			return false, err
		}
		return false, &keptRefusal{api.Refuse(api.Contradicts, "done", "attempt "+o.Attempt+" is booked otherwise", nil)}
	}
	b.State = api.State(state)
	b.Cancel = b.State == api.ToCancel
	return true, nil
}

// book writes an outcome and what follows from it.
func (s *sqlStore) book(ctx context.Context, tx *sql.Tx, now time.Time, station string, fence int64, o Outcome, r row, b api.Booked) error {
	if o.UID != "" {
		var elsewhere int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM outcome WHERE uid = $1", o.UID).Scan(&elsewhere); err != nil {
			return err
		}
		if elsewhere > 0 {
			if err := note(ctx, tx, now, "second-uid", station, o.Key, "attempt "+o.Attempt+": its chip was reported before"); err != nil {
				return err
			}
		}
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO outcome (id, issue, attempt, station, fence, result, uid, at, booked, state, jws) "+
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		o.ID, o.Issue, o.Attempt, station, fence, o.Result, o.UID, ms(o.At), ms(now), string(b.State), o.JWS)
	if err != nil || b.State == r.state {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE record SET state = $3, claimed = 0, proposed = '' WHERE id = $1 AND issue = $2", o.ID, o.Issue, string(b.State)); err != nil {
		return err
	}
	switch b.State {
	case api.Lost:
		err = note(ctx, tx, now, "lost", station, o.Key, "attempt "+o.Attempt+": the card was not found")
	case api.ToCancel:
		err = errors.Join(note(ctx, tx, now, "cancel", station, o.Key, "attempt "+o.Attempt+": a card of a withdrawn record ("+r.withdrawn+")"), wipe(ctx, tx, o.Key))
	default:
		err = wipe(ctx, tx, o.Key)
	}
	return err
}

func (s *sqlStore) FreeSilent(ctx context.Context, now time.Time, who string, r api.Release) (api.Released, error) {
	const op = "release"
	out := api.Released{Key: r.Key}
	err := s.within(ctx, op, func(tx *sql.Tx) error {
		have, err := s.locked(ctx, tx, op, r.Key)
		if err != nil {
			return err
		}
		proposal := who + "\n" + r.Reason
		first, reason, asked := strings.Cut(have.proposed, "\n")
		switch {
		case have.Fence != r.Fence:
			return api.Refuse(api.StaleFence, op, name(r.Key), nil)
		case have.state == api.Waiting: // a confirmation that came twice
			out.State = have.state
			return nil
		case have.state != api.Leased && have.state != api.Lost:
			return api.Refuse(api.NotHeld, op, name(r.Key)+" is "+string(have.state), nil)
		case !asked || reason != r.Reason:
			out.State, out.Proposed = have.state, who
			_, err := tx.ExecContext(ctx, "UPDATE record SET proposed = $3 WHERE id = $1 AND issue = $2", r.ID, r.Issue, proposal)
			return err
		case first == who:
			return api.Refuse(api.NeedsTwo, op, name(r.Key)+" was proposed by "+first, nil)
		}
		if err := note(ctx, tx, now, "released", have.holder, r.Key, "let go by "+first+" and "+who+": "+r.Reason); err != nil {
			return err
		}
		if err := s.free(ctx, tx, now, r.Key); err != nil {
			return err
		}
		have, err = s.locked(ctx, tx, op, r.Key)
		out.State = have.state
		return err
	})
	return out, err
}
