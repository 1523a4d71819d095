package link

import (
	"context"
	"errors"
	"slices"
	"time"

	"cetak/station"
	"cetak/station/centre/api"
	"cetak/station/handover"
	"cetak/station/record"
	"cetak/station/source"
)

// Carried proves a receipt for a packet and reads it. Fault: NotSigned.
func (n *Notary) Carried(receipt string) (c api.Carried, err error) {
	return c, n.open(receipt, api.TypeCarried, &c)
}

// Carried proves a receipt by the key of this desk's centre. Fault: NotSigned.
func (l *Link) Carried(receipt string) (api.Carried, error) { return l.notary.Carried(receipt) }

// Do sends one request in the desk's name, for what people ask for beside the rounds.
func (l *Link) Do(ctx context.Context, path string, in, out any) error {
	return l.wire.Do(ctx, path, in, out)
}

// memoDelivered says of a paper that the centre has it.
func memoDelivered(paper string) string { return "delivered-" + paper }

// Deliver brings the papers to the centre by which records came to this desk or left it. What left is forgotten then; until then the desk
// goes on naming it among what it holds, and the centre gives it to nobody. Faults: those of the line and of the store.
func (l *Link) Deliver(ctx context.Context) error {
	leases, err := l.store.Leases(ctx)
	if err != nil {
		return err
	}
	for _, lease := range leases {
		if lease.Code == station.HandedOn && lease.Detail != handover.ToCentre {
			if err := l.deliver(ctx, lease.Detail); err != nil {
				return err
			}
			done, err := l.store.Memo(ctx, memoDelivered(lease.Detail))
			if err == nil && done != "" {
				err = l.store.Forget(ctx, lease.Key, lease.Fence)
			}
			if err != nil {
				return err
			}
		}
		if paper, ok := handover.PaperOf(lease); ok {
			if err := l.deliver(ctx, paper); err != nil {
				return err
			}
		}
	}
	return nil
}

// deliver brings one paper, and those that led to it. A paper that the centre refuses for what it is, is an alarm; its records stay named.
func (l *Link) deliver(ctx context.Context, paper string) error {
	if done, err := l.store.Memo(ctx, memoDelivered(paper)); err != nil || done != "" {
		return err
	}
	papers, err := handover.Papers(ctx, l.store, paper)
	if err != nil || len(papers) == 0 { // the name of a take that was fetched again: the centre made it
		return err
	}
	var out api.Verdicts
	err = l.wire.Do(ctx, "/v1/handovers", api.Handovers{Papers: papers}, &out)
	switch {
	case err == nil:
		return l.store.SetMemo(ctx, memoDelivered(paper), time.Now().UTC().Format(time.RFC3339))
	case code(err) == api.PaperUnsigned:
		l.log.Error().Err(err).Str("paper", paper).Msg("hand-over refused")
		l.alarm(code(err))
		return nil
	}
	return err
}

// shown brings the centre the paper by which a lease came here, before it is asked about it: it would not know whose the lease is. Without a
// line the lease decides, as ever.
func (l *Link) shown(ctx context.Context, lease source.Lease) error {
	paper, ok := handover.PaperOf(lease)
	if !ok || l.down() {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, claimWithin)
	defer cancel()
	err := l.deliver(within, paper)
	if err != nil && (onTheLine(err) || within.Err() != nil && ctx.Err() == nil) {
		return nil
	}
	return err
}

// Pack puts all that this desk has to tell the centre into packets, to be carried there in their order by a desk that has a line. desk gets
// what the journal must know first. Nothing is forgotten before the receipt: packets that are lost are packed again. none: there is nothing to tell.
func (l *Link) Pack(ctx context.Context, desk Desk, id string, now time.Time) (all []api.Packet, err error) {
	if err := l.scan(ctx, desk); err != nil {
		return nil, err
	}
	unsent, err := l.store.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	p, err := l.rights(ctx)
	if err != nil {
		return nil, err
	}
	head, err := l.store.LastHead(ctx)
	if err != nil {
		return nil, err
	}
	after := api.Point{Seq: head.Seq, Hash: head.Hash}
	for {
		p.V, p.Station, p.At = 1, l.Station, now.UTC().Truncate(time.Second)
		p.ID = id + "-" + string(rune('a'+len(all)))
		for len(unsent) > 0 && len(p.Outcomes) < api.MaxPassed {
			p.Outcomes = append(p.Outcomes, api.Done{Fence: unsent[0].Outcome.Fence, Outcome: unsent[0].JWS})
			unsent = unsent[1:]
		}
		b, err := l.batch(ctx, after)
		if err != nil {
			return nil, err
		}
		if b.Head.Seq > after.Seq {
			p.Books, after = &b, b.Head
		}
		if len(p.Papers)+len(p.Outcomes)+len(p.Releases) == 0 && p.Books == nil {
			return all, nil
		}
		if all = append(all, p); len(all) == 26 {
			return all, nil // the rest comes with the next stick
		}
		p = api.Packet{}
	}
}

// rights is a packet with the papers by which the desk has its leases, as far as the centre may not know them, and what it gives back.
func (l *Link) rights(ctx context.Context) (p api.Packet, err error) {
	leases, err := l.store.Leases(ctx)
	if err != nil {
		return p, err
	}
	ids := map[string]bool{}
	for _, lease := range leases {
		if paper, ok := handover.PaperOf(lease); ok {
			ids[paper] = true
		}
		switch {
		case lease.Code == station.HandedOn && lease.Detail != handover.ToCentre:
			ids[lease.Detail] = true
		case l.back(lease):
			p.Releases = append(p.Releases, holding(lease))
		}
	}
	for id := range ids {
		if done, err := l.store.Memo(ctx, memoDelivered(id)); err != nil {
			return p, err
		} else if done != "" {
			continue
		}
		papers, err := handover.Papers(ctx, l.store, id)
		if err != nil {
			return p, err
		}
		for _, paper := range papers {
			if !slices.Contains(p.Papers, paper) {
				p.Papers = append(p.Papers, paper)
			}
		}
	}
	return p, nil
}

// back says whether a lease is to be given back to the centre: its record is not in the queue any more, and nobody else has it.
func (l *Link) back(lease source.Lease) bool {
	return !lease.Queued && (given(lease.Code) || lease.Code == station.HandedOn && lease.Detail == handover.ToCentre)
}

// Unpack does what the centre answered to a packet. It may come late and again. Faults: WrongHolder, and those of the store.
func (l *Link) Unpack(ctx context.Context, desk Desk, c api.Carried) error {
	if c.V != 1 || c.Station != l.Station {
		return fault(WrongHolder, "receipt", "it is for "+c.Station, nil)
	}
	l.alarms = nil
	unsent, err := l.store.Outbox(ctx)
	if err != nil && !errors.Is(err, source.OutboxFailed) {
		return err
	}
	for _, o := range c.Outcomes {
		i := slices.IndexFunc(unsent, func(u source.Unsent) bool { return u.Outcome.Attempt == o.Attempt && wireKey(u.Key) == o.Key })
		if i < 0 {
			continue
		}
		if o.Code == "" {
			err = l.booked(ctx, desk, unsent[i], o.Booked)
		} else {
			err = l.refused(ctx, desk, unsent[i], api.Refuse(o.Code, "receipt", "", nil))
		}
		if err != nil {
			return err
		}
	}
	if c.Books != nil {
		if _, err := l.receipt(ctx, api.Batch{Genesis: l.journal.Genesis()}, *c.Books); err != nil {
			return err
		}
	}
	if c.Refused != "" {
		l.alarm(c.Refused)
	}
	leases, err := l.store.Leases(ctx)
	if err != nil {
		return err
	}
	for _, lease := range leases {
		if l.back(lease) && slices.ContainsFunc(c.Releases, func(r api.CarriedRelease) bool { return r.Holding == holding(lease) }) {
			if err := l.store.Forget(ctx, lease.Key, lease.Fence); err != nil {
				return err
			}
		}
	}
	if len(l.alarms) > 0 {
		return fault(l.alarms[0], "receipt", "", nil)
	}
	return nil
}

// TakeNamed leases records by name, for a team that carries them away. What the centre does not give is not in the store afterwards. Faults:
// those of the line and of the store.
func (l *Link) TakeNamed(ctx context.Context, desk Desk, keys []record.Key, hours int) error {
	for part := range slices.Chunk(keys, api.MaxTake) {
		t := api.Take{Request: requestName(), Hours: hours}
		for _, k := range part {
			t.Records = append(t.Records, wireKey(k))
		}
		for whole := false; !whole; {
			var err error
			if _, whole, err = l.fetch(ctx, desk, t); err != nil {
				return err
			}
			if !whole { // it gave way: here to nobody
				<-l.wake
			}
		}
	}
	return nil
}

// RenewFor asks that leases last so many hours from now. Faults: the centre's code for the first that it does not renew, those of the line
// and of the store.
func (l *Link) RenewFor(ctx context.Context, keys []record.Key, hours int) error {
	ask := api.Renew{Hours: hours}
	for _, k := range keys {
		lease, ok, err := l.store.Lease(ctx, k)
		if err != nil {
			return err
		}
		if ok {
			ask.Leases = append(ask.Leases, holding(lease))
		}
	}
	if len(ask.Leases) == 0 {
		return nil
	}
	var out api.Verdicts
	if err := l.wire.Do(ctx, "/v1/renew", ask, &out); err != nil {
		return err
	}
	for i, v := range out.Verdicts {
		if v.Code != "" {
			return refusal(v.Code, v.ID+" "+v.Detail)
		}
		if v.Until != nil && i < len(ask.Leases) {
			if err := l.store.Prolong(ctx, record.Key{ID: v.ID, Issue: v.Issue}, ask.Leases[i].Fence, *v.Until); err != nil {
				return err
			}
		}
	}
	return nil
}

// Hand tells the centre what was handed on from here, and gives back what is for it. Faults: those of the line and of the store.
func (l *Link) Hand(ctx context.Context) error {
	if err := l.Deliver(ctx); err != nil {
		return err
	}
	leases, err := l.store.Leases(ctx)
	if err != nil {
		return err
	}
	return l.giveBack(ctx, leases)
}
