package link

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"math"
	"slices"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// recover fetches what the centre has leased to this desk and what did not come.
func (l *Link) recover(ctx context.Context, desk Desk, missing []api.Key) (whole bool, err error) {
	var all api.Taken
	if err := l.wire.Do(ctx, "/v1/leases", nil, &all); err != nil {
		return false, err
	}
	wanted := map[api.Key]bool{}
	for _, k := range missing {
		wanted[k] = true
	}
	return l.bring(ctx, desk, slices.DeleteFunc(all.Leases, func(lease api.Lease) bool { return !wanted[lease.Key] }))
}

// fetch makes one take and puts what it brings into the store. It gives how many leases came, and whether all their records did.
func (l *Link) fetch(ctx context.Context, desk Desk, t api.Take) (leases int, whole bool, err error) {
	var taken api.Taken
	if err := l.wire.Do(ctx, "/v1/take", t, &taken); err != nil {
		return 0, false, err
	}
	whole, err = l.bring(ctx, desk, taken.Leases)
	return len(taken.Leases), whole, err
}

// atOnce is how many records go into the store together: a line that breaks off loses less than that.
const atOnce = 10

// bring fetches the envelopes of leases and puts them into the store. On a poor line that takes minutes, so it gives way to a card that was
// made meanwhile: what did not come is missing in the next round's report.
func (l *Link) bring(ctx context.Context, desk Desk, leases []api.Lease) (whole bool, err error) {
	for len(leases) > 0 {
		part := leases[:min(atOnce, len(leases))]
		leased, cut := l.envelopes(ctx, part)
		if err := l.deposit(ctx, desk, leased); err != nil {
			return false, err
		}
		if cut != nil {
			return false, cut
		}
		if leases = leases[len(part):]; len(leases) > 0 && len(l.wake) > 0 {
			return false, nil
		}
	}
	return true, nil
}

// envelopes fetches those that are not here yet. With an error it gives what came before.
func (l *Link) envelopes(ctx context.Context, leases []api.Lease) ([]source.Leased, error) {
	var came []source.Leased
	for _, lease := range leases {
		k := record.Key{ID: lease.ID, Issue: lease.Issue}
		known, is, err := l.store.Lease(ctx, k)
		if err != nil {
			return came, err
		}
		if is && known.Fence >= lease.Fence {
			if err := l.store.Prolong(ctx, k, lease.Fence, lease.Until); err != nil {
				return came, err
			}
			continue
		}
		var sealed api.Sealed
		err = l.wire.Do(ctx, api.EnvelopePath(lease.Key), nil, &sealed)
		if code(err) == api.NotHeld { // withdrawn meanwhile: the next report says so
			continue
		}
		if err != nil {
			return came, err
		}
		came = append(came, source.Leased{Envelope: string(sealed), Lease: source.Lease{Key: k, Revision: lease.Revision, Fence: lease.Fence, Until: lease.Until,
			Request: lease.Request}})
	}
	return came, nil
}

// deposit puts leased records into the store, and tells the desk.
func (l *Link) deposit(ctx context.Context, desk Desk, leased []source.Leased) error {
	d, err := l.store.Deposit(ctx, leased, time.Now())
	if err != nil {
		return err
	}
	if len(d.Taken)+len(d.Refused) > 0 {
		a := station.Arrival{Queue: true, Facts: []journal.Fact{{Kind: journal.KindCentre, Who: who, Data: map[string]any{
			"what": "leased", "request": leased[0].Request, "taken": len(d.Taken), "refused": len(d.Refused)}}}}
		for _, r := range d.Refused {
			lease := leased[r.Line-1]
			a.Facts = append(a.Facts, journal.Fact{Kind: journal.KindRefused, Who: who, Record: lease.Key.ID, Issue: lease.Key.Issue,
				Data: map[string]any{"request": lease.Request, "code": r.Code}})
		}
		desk.Arrive(a)
	}
	if len(d.Refused) > 0 {
		l.alarm(Unreadable)
	}
	return nil
}

// given says whether a marked lease is to be given back. One whose record cannot be read here is not: the desk would be given it again.
func given(c drivers.Code) bool {
	switch c {
	case api.Withdrawn, api.StaleFence, api.NotHeld, api.NoSuchRecord, record.RecordExpired, station.WrongBlank:
		return true
	}
	return false
}

// release gives back what cannot be printed here and was dropped.
func (l *Link) release(ctx context.Context, desk Desk, r station.DeskReport) error {
	if err := l.unfit(ctx, desk, r); err != nil {
		return err
	}
	leases, err := l.store.Leases(ctx)
	if err != nil {
		return err
	}
	if err := l.scan(ctx, desk); err != nil { // an outcome written since must be told first
		return err
	}
	return l.giveBack(ctx, leases)
}

// giveBack gives those of the leases back that are marked for it and of which the centre has been told everything.
func (l *Link) giveBack(ctx context.Context, leases []source.Lease) error {
	unsent, err := l.store.Outbox(ctx)
	if err != nil && !errors.Is(err, source.OutboxFailed) {
		return err
	}
	var back api.Holdings
	for _, lease := range leases { // what was done with it is told first
		if l.back(lease) && !slices.ContainsFunc(unsent, func(u source.Unsent) bool { return u.Key == lease.Key }) {
			back.Leases = append(back.Leases, holding(lease))
		}
	}
	if len(back.Leases) == 0 {
		return nil
	}
	var v api.Verdicts
	if err := l.wire.Do(ctx, "/v1/release", back, &v); err != nil {
		return err
	}
	for _, h := range back.Leases { // whatever the verdict: it is not this desk's any more
		if err := l.store.Forget(ctx, record.Key{ID: h.ID, Issue: h.Issue}, h.Fence); err != nil {
			return err
		}
	}
	return nil
}

// unfit marks what waits and cannot be printed here: past the register's last moment, or for another type of blank than the desk's.
func (l *Link) unfit(ctx context.Context, desk Desk, r station.DeskReport) error {
	leases, err := l.store.Leases(ctx)
	if err != nil {
		return err
	}
	now, err := l.centreNow(ctx, time.Now())
	if err != nil {
		return err
	}
	for _, lease := range leases {
		if lease.Code == "" && lease.Queued && now.After(lease.NotAfter) {
			if err := l.takeBack(ctx, desk, lease, record.RecordExpired, ""); err != nil {
				return err
			}
		}
	}
	blank, err := l.store.Memo(ctx, memoBlank)
	if err != nil || blank == r.Blank {
		return err
	}
	items, err := l.store.Queue(ctx)
	if err != nil {
		return err
	}
	other := map[record.Key]bool{}
	for _, i := range items {
		if string(i.Kind) != r.Blank {
			other[i.Key] = true
		}
	}
	for _, lease := range leases {
		if lease.Queued && other[lease.Key] {
			if err := l.takeBack(ctx, desk, lease, station.WrongBlank, ""); err != nil {
				return err
			}
		}
	}
	return l.store.SetMemo(ctx, memoBlank, r.Blank)
}

// hours is how long leases are asked for: a day more than they must last, so that each is renewed about once a day.
func (l *Link) hours() int { return min(api.MaxLease, (l.CoverDays+1)*24) }

// renew asks for more time for what would not last as long as the desk must do without a line.
func (l *Link) renew(ctx context.Context, desk Desk) error {
	leases, err := l.store.Leases(ctx)
	if err != nil {
		return err
	}
	now, err := l.centreNow(ctx, time.Now())
	if err != nil {
		return err
	}
	least := now.Add(time.Duration(l.CoverDays) * 24 * time.Hour)
	ask := api.Renew{Hours: l.hours()}
	held := map[api.Key]source.Lease{}
	for _, lease := range leases {
		if lease.Code == "" && lease.Queued && lease.Until.Before(least) {
			ask.Leases = append(ask.Leases, holding(lease))
			held[wireKey(lease.Key)] = lease
		}
	}
	if len(ask.Leases) == 0 {
		return nil
	}
	var out api.Verdicts
	if err := l.wire.Do(ctx, "/v1/renew", ask, &out); err != nil {
		return err
	}
	for _, v := range out.Verdicts {
		lease, ok := held[v.Key]
		switch {
		case !ok:
			continue
		case v.Code != "":
			err = l.takeBack(ctx, desk, lease, v.Code, v.Detail)
		case v.Until != nil:
			err = l.store.Prolong(ctx, lease.Key, lease.Fence, *v.Until)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	// usualDay is how many cards a desk makes in a day until it has learned its own: 26 million a year, at 514 offices of four desks, in 250
	// days (docs/scale.md).
	usualDay = 51
	// leastHeld and mostHeld bound what a desk keeps.
	leastHeld = 10
	mostHeld  = api.MaxBatch - 500
)

// wanted is how many records the desk should hold: for so many days, and not more than it has blanks for, but for a day.
func wanted(r station.DeskReport, coverDays int) int {
	day := r.PerDay
	if day <= 0 {
		day = usualDay
	}
	n := min(int(math.Ceil(day*float64(coverDays))), max(r.Blanks[r.Blank], int(math.Ceil(day))))
	return min(mostHeld, max(leastHeld, n))
}

// take leases what is wanted, once a fifth of it is gone.
func (l *Link) take(ctx context.Context, desk Desk, r station.DeskReport) error {
	leases, err := l.store.Leases(ctx)
	if err != nil {
		return err
	}
	have := 0
	for _, lease := range leases {
		if lease.Code == "" && lease.Queued {
			have++
		}
	}
	want := wanted(r, l.CoverDays)
	if have > want-want/5 && have > 0 {
		return nil
	}
	for need := min(want-have, mostHeld-len(leases)); need > 0; {
		n := min(need, api.MaxTake)
		if l.pending == "" {
			l.pending = requestName()
		}
		came, whole, err := l.fetch(ctx, desk, api.Take{Request: l.pending, Count: n, Hours: l.hours(), Kinds: []string{r.Blank}, First: r.First, Hold: r.Hold})
		if err != nil {
			return err
		}
		l.pending = ""
		if came < n || !whole {
			break
		}
		need -= came
	}
	return nil
}

// requestName names one need, for ever.
func requestName() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return "t-" + hex.EncodeToString(b)
}
