package link

import (
	"context"
	"errors"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// claimWithin is how long a card waits for the centre's word. Then its lease decides.
const claimWithin = 4 * time.Second

// Claim implements station.Centre. A record that came without a lease is asked for too: one that the centre knows is another's business
// until it is leased here.
func (l *Link) Claim(ctx context.Context, key record.Key) (int64, error) {
	if err := l.scan(ctx, nil); err != nil { // a card that was not found ends its record here, also without a line
		return 0, err
	}
	lease, leased, err := l.store.Lease(ctx, key)
	if err != nil {
		return 0, err
	}
	if leased && lease.Code != "" {
		return 0, refusal(lease.Code, lease.Detail)
	}
	if shut, err := l.store.Memo(ctx, memoShut); err != nil || shut != "" {
		if err == nil {
			err = refusal(drivers.Code(shut), "the centre has shut this desk out")
		}
		return 0, err
	}
	if err := l.shown(ctx, lease); err != nil {
		return 0, err
	}
	v, err := l.ask(ctx, key, max(1, lease.Fence))
	switch {
	case err != nil && shutOut(err):
		return 0, refusal(code(err), "the centre has shut this desk out")
	case err != nil && !leased:
		return 0, nil
	case err != nil:
		return lease.Fence, l.decide(ctx, lease)
	case v.Code == api.NoSuchRecord && !leased:
		return 0, nil
	case v.Code != "" && !leased:
		return 0, refusal(v.Code, v.Detail)
	case v.Code != "":
		return 0, l.lost(ctx, lease, v)
	case !leased:
		return 0, refusal(api.NotHeld, "its lease is on its way")
	}
	if v.Until != nil {
		err = l.store.Prolong(ctx, key, lease.Fence, *v.Until)
	}
	return lease.Fence, err
}

// errNoLine stands for a line that is known to be down: nobody waits for it a second time.
var errNoLine = &drivers.Fault{Code: api.Unreachable, Op: "claim", Again: drivers.AgainNow, Detail: "the line is down"}

func (l *Link) ask(ctx context.Context, key record.Key, fence int64) (api.Verdict, error) {
	if l.down() {
		return api.Verdict{}, errNoLine
	}
	within, cancel := context.WithTimeout(ctx, claimWithin)
	defer cancel()
	var out api.Verdicts
	k := api.Key{ID: key.ID, Issue: key.Issue}
	err := l.wire.Do(within, "/v1/claim", api.Holdings{Leases: []api.Holding{{Key: k, Fence: fence}}}, &out)
	if err == nil && (len(out.Verdicts) != 1 || out.Verdicts[0].Key != k) {
		err = &drivers.Fault{Code: api.NoContract, Op: "claim", Again: drivers.AgainAfterOperator}
	}
	if err == nil {
		return out.Verdicts[0], nil
	}
	if ctx.Err() != nil { // the desk is told to stop: the line is as it was
		return api.Verdict{}, err
	}
	l.log.Info().Str("code", string(code(err))).Msg("claim not answered")
	if shutOut(err) {
		return api.Verdict{}, errors.Join(err, l.store.SetMemo(ctx, memoShut, string(code(err))))
	}
	if onTheLine(err) {
		l.mu.Lock()
		l.state.State, l.state.Code = station.DeviceDown, code(err)
		s, desk := l.state, l.desk
		l.mu.Unlock()
		if desk != nil {
			desk.ShowCentre(s)
		}
		l.Wake()
	}
	return api.Verdict{}, err
}

// decide is the lease's word where the centre has none.
func (l *Link) decide(ctx context.Context, lease source.Lease) error {
	now, err := l.centreNow(ctx, time.Now())
	if err == nil && now.After(lease.Until) {
		err = refusal(station.LeaseOver, "until "+lease.Until.Format(time.RFC3339))
	}
	return err
}

// lost keeps the centre's refusal, and has the record leave the queue.
func (l *Link) lost(ctx context.Context, lease source.Lease, v api.Verdict) error {
	l.mu.Lock()
	desk := l.desk
	l.mu.Unlock()
	if err := l.takeBack(ctx, desk, lease, v.Code, v.Detail); err != nil {
		return err
	}
	l.Wake()
	return refusal(v.Code, v.Detail)
}

// takeBack marks a lease and tells the desk, once.
func (l *Link) takeBack(ctx context.Context, desk Desk, lease source.Lease, c drivers.Code, detail string) error {
	if lease.Code != "" {
		return nil
	}
	if err := l.store.Mark(ctx, lease.Key, c, detail); err != nil {
		return err
	}
	if desk != nil {
		desk.Arrive(station.Arrival{Drop: []record.Key{lease.Key}, Facts: []journal.Fact{{Kind: journal.KindCentre, Who: who, Record: lease.Key.ID,
			Issue: lease.Key.Issue, Data: map[string]any{"what": "taken-back", "code": c, "reason": detail, "fence": lease.Fence}}}})
	}
	return nil
}

// Recalled implements station.Centre.
func (l *Link) Recalled(ctx context.Context, key record.Key) error {
	lease, leased, err := l.store.Lease(ctx, key)
	if err != nil { // not known to be taken back: the claim stands, and no blank is spoiled for it
		l.log.Error().Err(err).Msg("recalled")
	}
	if err != nil || !leased {
		return nil
	}
	switch lease.Code {
	case api.Withdrawn, api.StaleFence, api.NotHeld, api.NoSuchRecord: // not its last moment, which the card was begun before
		return refusal(lease.Code, lease.Detail)
	}
	return nil
}

func refusal(c drivers.Code, detail string) error {
	return &drivers.Fault{Code: c, Op: "claim", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: detail}
}
