package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
	"cetak/station/source"
)

// who writes what the line brings into the journal.
const who = ledger.Station

// Round says everything that is to be said, and brings everything that is to be had, once. Its error is a Fault of the line, or one of the
// store or the journal; everything that was done before it stands.
func (l *Link) Round(ctx context.Context, desk Desk) error {
	l.mu.Lock()
	l.desk = desk
	l.mu.Unlock()
	l.alarms = nil
	err := l.round(ctx, desk)
	if ctx.Err() != nil && err != nil {
		return err // stopped: the line is as it was
	}
	if err != nil {
		f := drivers.AsFault(err)
		l.log.Info().Str("code", string(f.Code)).Str("op", f.Op).Str("detail", f.Detail).Err(f.Err).Msg("round")
	}
	l.show(ctx, desk, err)
	return err
}

// round has an order: the outcomes and the books come before the word about silence (health), or the centre would judge the desk by what
// it has not heard yet.
func (l *Link) round(ctx context.Context, desk Desk) error {
	if err := l.scan(ctx, desk); err != nil {
		return err
	}
	if err := l.Deliver(ctx); err != nil { // by what right the desk has what its outcomes tell of
		return err
	}
	if err := l.outcomes(ctx, desk); err != nil {
		return err
	}
	head, err := l.ledger(ctx)
	if err != nil {
		return err
	}
	report, open := desk.Report()
	if !open {
		return nil // the desk has not read its books yet
	}
	missing, err := l.health(ctx, desk, report, head)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		if whole, err := l.recover(ctx, desk, missing); err != nil || !whole {
			return err
		}
	}
	if err := l.release(ctx, desk, report); err != nil {
		return err
	}
	if err := l.renew(ctx, desk); err != nil {
		return err
	}
	return l.take(ctx, desk, report)
}

// scan puts into the outbox what the journal says of attempts that spoiled a blank or whose card was not found: the station itself hands
// over only what ends a record.
func (l *Link) scan(ctx context.Context, desk Desk) error {
	l.scanning.Lock()
	defer l.scanning.Unlock()
	after, err := l.number(ctx, memoTold)
	if err != nil {
		return err
	}
	last := after
	for e, err := range l.journal.Of(ctx, after, journal.KindOutcome) {
		if err != nil {
			return err
		}
		if err := l.told(ctx, desk, e); err != nil {
			return err
		}
		last = e.Seq
	}
	if last == after {
		return nil
	}
	return l.store.SetMemo(ctx, memoTold, strconv.FormatInt(last, 10))
}

func (l *Link) told(ctx context.Context, desk Desk, e journal.Entry) error {
	var d struct{ Outcome string }
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return fmt.Errorf("journal line %d: %w", e.Seq, err)
	}
	result := source.Result(d.Outcome)
	if result != source.Spoiled && result != source.Missing {
		return nil
	}
	facts, err := l.journal.OfAttempt(ctx, e.Attempt)
	if err != nil {
		return err
	}
	var intent struct {
		Fence int64
		Test  bool
	}
	for _, f := range facts {
		if f.Kind == journal.KindIntent {
			if err := json.Unmarshal(f.Data, &intent); err != nil {
				return fmt.Errorf("journal line %d: %w", f.Seq, err)
			}
		}
	}
	if intent.Fence == 0 || intent.Test {
		return nil
	}
	key := record.Key{ID: e.Record, Issue: e.Issue}
	err = l.store.Report(ctx, key, source.Outcome{Attempt: e.Attempt, Result: result, UID: e.UID, At: e.At, Station: l.Station, Fence: intent.Fence})
	if err != nil || result == source.Spoiled {
		return err
	}
	lease, leased, err := l.store.Lease(ctx, key)
	if err != nil || !leased {
		return err
	}
	return l.takeBack(ctx, desk, lease, api.NotHeld, "its card was not found")
}

// outcomes brings the outbox to the centre.
func (l *Link) outcomes(ctx context.Context, desk Desk) error {
	all, err := l.store.Outbox(ctx)
	if err != nil {
		if len(all) == 0 {
			return err
		}
		l.alarm(code(err))
	}
	for _, u := range all {
		var b api.Booked
		err := l.wire.Do(ctx, fmt.Sprintf("/v1/records/%s/%d/done", u.Key.ID, u.Key.Issue), api.Done{Fence: u.Outcome.Fence, Outcome: u.JWS}, &b)
		switch {
		case err == nil:
			if err := l.booked(ctx, desk, u, b); err != nil {
				return err
			}
		case onTheLine(err), shutOut(err):
			return err
		case final(code(err)):
			if err := l.refused(ctx, desk, u, drivers.AsFault(err)); err != nil {
				return err
			}
		default: // not about this card: a key, or a contract; it stays in the outbox, and does not keep the others from being sent
			l.log.Error().Err(err).Msg("outcome not taken")
			l.alarm(code(err))
		}
	}
	return nil
}

// final says whether the centre will never book an outcome that it refused so.
func final(c drivers.Code) bool {
	return c == api.StaleFence || c == api.Contradicts || c == api.NotHeld || c == api.NoSuchRecord
}

// second says whether another card of the record may be out, or be made: then this one must not reach its person. A centre that does not know a
// record or a lease that it gave was set back; its people look.
func second(c drivers.Code) bool { return c == api.StaleFence || c == api.Contradicts }

// booked takes an outcome out of the outbox once what follows from the answer is in the journal.
func (l *Link) booked(ctx context.Context, desk Desk, u source.Unsent, b api.Booked) error {
	if b.Cancel && u.Outcome.Result == source.Good {
		if in, err := l.recall(ctx, desk, u, api.Withdrawn, "withdrawn while it was made"); err != nil || !in {
			return err
		}
	}
	return l.store.Acknowledge(ctx, u)
}

// refused keeps an outcome that the centre will not book, and calls its card back where there may be two.
func (l *Link) refused(ctx context.Context, desk Desk, u source.Unsent, f *drivers.Fault) error {
	l.alarm(NotBooked)
	if u.Outcome.Result == source.Good && second(f.Code) {
		if in, err := l.recall(ctx, desk, u, f.Code, f.Detail); err != nil || !in {
			return err
		}
	}
	return l.store.SetAside(ctx, u, f.Code, f.Detail)
}

// recall has it written down that a card must be taken out of use. It reports whether it is in the journal; the outcome stays in the
// outbox until then, and is told again.
func (l *Link) recall(ctx context.Context, desk Desk, u source.Unsent, c drivers.Code, reason string) (bool, error) {
	in := func() (bool, error) {
		facts, err := l.journal.OfAttempt(ctx, u.Outcome.Attempt)
		for _, e := range facts {
			if e.Kind == journal.KindRecalled {
				return true, err
			}
		}
		return false, err
	}
	if done, err := in(); err != nil || done {
		delete(l.asked, u.Outcome.Attempt)
		return done, err
	}
	if !l.asked[u.Outcome.Attempt] {
		l.asked[u.Outcome.Attempt] = true
		desk.Arrive(station.Arrival{Facts: []journal.Fact{{Kind: journal.KindRecalled, Who: who, Record: u.Key.ID, Issue: u.Key.Issue,
			Attempt: u.Outcome.Attempt, UID: u.Outcome.UID, Data: map[string]any{"code": c, "reason": reason}}}})
	}
	return in()
}

// health says how the desk is, and hears what the centre has to say. It gives the records that the desk should hold and does not.
func (l *Link) health(ctx context.Context, desk Desk, r station.DeskReport, head api.Point) (missing []api.Key, err error) {
	leases, err := l.store.Leases(ctx)
	if err != nil {
		return nil, err
	}
	unsent, err := l.store.Outbox(ctx)
	if err != nil && !errors.Is(err, source.OutboxFailed) {
		return nil, err
	}
	h := api.Health{Version: l.Version, Printer: word(r.Printer), Reader: word(r.Reader), Queue: r.Waiting, Suket: r.Suket, Blanks: r.Blanks,
		Ribbon: r.Ribbon, Outbox: len(unsent), Head: head, Leases: []api.Holding{}}
	held := make(map[api.Key]source.Lease, len(leases))
	for _, lease := range leases {
		h.Leases = append(h.Leases, holding(lease))
		held[wireKey(lease.Key)] = lease
	}
	for _, c := range append(l.alarms, r.Alarms...) {
		h.Alarms = append(h.Alarms, string(c))
	}
	before := time.Now()
	h.At = before
	var answer api.HealthAnswer
	if err := l.wire.Do(ctx, "/v1/health", h, &answer); err != nil {
		return nil, err
	}
	if err := l.clock(ctx, before, time.Now(), answer.Now); err != nil {
		return nil, err
	}
	for _, v := range answer.Withdrawn {
		if lease, ok := held[v.Key]; ok {
			if err := l.takeBack(ctx, desk, lease, api.Withdrawn, v.Detail); err != nil {
				return nil, err
			}
		}
	}
	for _, k := range answer.Unknown {
		if lease, ok := held[k]; ok {
			if err := l.takeBack(ctx, desk, lease, api.NotHeld, "the centre does not know the lease"); err != nil {
				return nil, err
			}
		}
	}
	return answer.Missing, l.policy(ctx, desk, answer.Policy)
}

func word(c drivers.Code) string {
	if c == "" {
		return "ok"
	}
	return string(c)
}

func wireKey(k record.Key) api.Key { return api.Key{ID: k.ID, Issue: k.Issue} }

func holding(l source.Lease) api.Holding { return api.Holding{Key: wireKey(l.Key), Fence: l.Fence} }

// policy takes a new table of rules over.
func (l *Link) policy(ctx context.Context, desk Desk, digest string) error {
	if l.OwnPolicy || digest == "" {
		return nil
	}
	_, have, err := Policy(l.Folder)
	if err == nil && have == digest {
		return nil
	}
	var p api.Policy
	if err := l.wire.Do(ctx, "/v1/policy", nil, &p); err != nil {
		return err
	}
	t, err := l.notary.table(p)
	if err != nil { // the old one stays in force
		l.log.Error().Err(err).Msg("table of rules")
		l.alarm(code(err))
		return nil
	}
	if err := keepPolicy(l.Folder, p); err != nil {
		return err
	}
	desk.Arrive(station.Arrival{Policy: t, Facts: []journal.Fact{{Kind: journal.KindCentre, Who: who, Data: map[string]any{"what": "policy", "digest": p.Digest}}}})
	return nil
}
