package handover

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cetak/station"
	"cetak/station/centre/api"
	"cetak/station/durable"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// parcel is what lies sealed in a file for another desk.
type parcel struct {
	V       int      `json:"v"`
	Papers  []string `json:"papers"` // oldest first; the last is this one's
	Records []packed `json:"records"`
}

// packed is a record of a parcel, sealed to the taker's key as well.
type packed struct {
	api.Key
	Revision int       `json:"revision"`
	NotAfter time.Time `json:"not_after"`
	Until    time.Time `json:"until"`
	Envelope string    `json:"envelope"`
}

// Given is what was handed on.
type Given struct {
	Paper   string    `json:"paper"`
	To      string    `json:"to"`
	Records int       `json:"records"`
	Until   time.Time `json:"until"` // the first of the leases ends
}

// standsHere gives the leases of records that wait here and may be handed on, whose leases end after a moment. Fault: CannotGo, naming the
// first that may not.
func (d Desk) standsHere(ctx context.Context, keys []record.Key, at time.Time) ([]source.Lease, past, error) {
	before, err := d.past(ctx)
	if err != nil {
		return nil, before, err
	}
	open, err := d.Journal.OpenIntents(ctx)
	if err != nil {
		return nil, before, err
	}
	var all []source.Lease
	for _, k := range keys {
		l, leased, err := d.Store.Lease(ctx, k)
		if err != nil {
			return nil, before, err
		}
		refuse := func(why string) ([]source.Lease, past, error) {
			return nil, before, fault(CannotGo, "hand on", k.String()+" "+why, nil)
		}
		last := before.records[k]
		switch {
		case !leased:
			return refuse("has no lease")
		case l.Code != "" || !l.Queued:
			return refuse("does not wait here")
		case last.given && last.Fence >= l.Fence:
			return refuse("was handed on")
		case at.After(l.Until):
			return refuse("has a lease that ran out")
		case slices.ContainsFunc(open, func(e journal.Entry) bool { return e.Record == k.ID && e.Issue == k.Issue }):
			return refuse("is in hand")
		case slices.ContainsFunc(all, func(o source.Lease) bool { return o.Key == k }):
			return refuse("is named twice")
		}
		all = append(all, l)
	}
	if len(all) == 0 || len(all) > api.MaxPassed {
		return nil, before, fault(CannotGo, "hand on", fmt.Sprintf("1 to %d records may go by one paper, not %d", api.MaxPassed, len(all)), nil)
	}
	return all, before, nil
}

// Give hands waiting records on to the desk of the card, in a file on the stick that only it, with the passphrase, can open. The journal says
// so first: from then on they are not printed here, and what a crash leaves undone Finish does. The centre is told by whoever next speaks with
// it (Papers). Faults: CannotGo, StickFailed, access.WeakPassword, and those of store, journal, and keys; after a StickFailed that names the
// stick the records are handed on, and Again writes them to another.
func (d Desk) Give(ctx context.Context, keys []record.Key, to Card, passphrase, stick string, now time.Time) (Given, error) {
	leases, before, err := d.standsHere(ctx, keys, now)
	if err != nil {
		return Given{}, err
	}
	if to.Station == d.Station {
		return Given{}, fault(CardUntrusted, "hand on", "it is this desk's own card", nil)
	}
	id := newID()
	out := Given{Paper: id, To: to.Station, Records: len(leases), Until: leases[0].Until}
	p := parcel{V: 1}
	h := api.Handover{V: 1, ID: id, From: d.Station, To: to.Station, ToKid: to.ID, At: now.UTC().Truncate(time.Second)}
	var facts []journal.Fact
	for _, l := range leases {
		hop := 1
		if last := before.records[l.Key]; last.Fence == l.Fence && !last.given { // it came by a paper itself
			hop = last.Hop + 1
			if p.Papers, err = d.joined(ctx, p.Papers, last.Paper); err != nil {
				return Given{}, err
			}
		}
		text, err := d.Store.Envelope(ctx, l.Key)
		if err != nil {
			return Given{}, err
		}
		if text, err = record.Reseal(text, d.Keys, to.Addressee); err != nil {
			return Given{}, err
		}
		p.Records = append(p.Records, packed{wire(l.Key), l.Revision, l.NotAfter, l.Until, text})
		h.Leases = append(h.Leases, api.Passed{Holding: api.Holding{Key: wire(l.Key), Fence: l.Fence}, Hop: hop})
		facts = append(facts, d.fact(journal.KindHandedOn, l.Key, passage{Paper: id, To: to.Station, Fence: l.Fence, Hop: hop, Until: l.Until, Second: d.Second}))
		if l.Until.Before(out.Until) {
			out.Until = l.Until
		}
	}
	paper, err := json.Marshal(h)
	if err != nil {
		return Given{}, fault(StickFailed, "hand on", "", err)
	}
	jws, err := d.Keys.Attest(paper, api.TypeHandover)
	if err != nil {
		return Given{}, err
	}
	p.Papers = append(p.Papers, jws)
	if len(p.Papers) > api.MaxPapers {
		return Given{}, fault(CannotGo, "hand on", "these records have been through too many hands: give them back to the centre", nil)
	}
	if err := d.keepParcel(ctx, label{What: parcelExt, ID: id, From: d.Station, To: to.ID}, p, passphrase); err != nil {
		return Given{}, err
	}
	if _, err := d.Journal.Append(ctx, facts...); err != nil {
		return Given{}, err
	}
	if err := d.Finish(ctx); err != nil {
		return out, err
	}
	return out, d.Again(id, stick)
}

func (d Desk) fact(kind journal.Kind, k record.Key, p passage) journal.Fact {
	return journal.Fact{Kind: kind, Record: k.ID, Issue: k.Issue, Who: d.Who, Data: p}
}

// joined adds a paper and those that led to it to papers, each once.
func (d Desk) joined(ctx context.Context, papers []string, id string) ([]string, error) {
	more, err := Papers(ctx, d.Store, id)
	for _, p := range more {
		if !slices.Contains(papers, p) {
			papers = append(papers, p)
		}
	}
	return papers, err
}

// keepParcel seals a parcel onto this desk's disk, before anything says that it was given.
func (d Desk) keepParcel(ctx context.Context, l label, p parcel, passphrase string) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fault(StickFailed, "hand on", "", err)
	}
	text, err := sealed(l, body, passphrase)
	if err != nil {
		return err
	}
	path := d.parcelPath(l.ID)
	if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		err = durable.Write(path, text, 0o600)
	}
	if err != nil {
		return fault(StickFailed, "hand on", path, err)
	}
	return d.keepPapers(ctx, l.ID, p.Papers)
}

// Again writes what was handed on by a paper to another stick. It is the same parcel: its taker takes it once, whatever becomes of the
// first stick. Faults: StickEmpty where there is no such parcel any more, StickFailed.
func (d Desk) Again(id, stick string) error {
	if !exists(d.parcelPath(id)) {
		return fault(StickEmpty, "hand on", "this desk keeps no parcel "+id, nil)
	}
	text, err := readFile(d.parcelPath(id), maxSealed)
	if err != nil {
		return err
	}
	return write(stick, id, parcelExt, text)
}

// GiveBack gives waiting records back to the centre: any desk of the office may have them then. The centre is told by Release of the line, or
// by a packet. Faults: CannotGo and those of store and journal.
func (d Desk) GiveBack(ctx context.Context, keys []record.Key) (int, error) {
	leases, _, err := d.standsHere(ctx, keys, time.Time{}) // one that ran out goes back all the same
	if err != nil {
		return 0, err
	}
	var facts []journal.Fact
	for _, l := range leases {
		facts = append(facts, d.fact(journal.KindHandedOn, l.Key, passage{To: ToCentre, Fence: l.Fence, Until: l.Until, Second: d.Second}))
	}
	if _, err := d.Journal.Append(ctx, facts...); err != nil {
		return 0, err
	}
	return len(leases), d.Finish(ctx)
}

// Waiting gives the records that wait here under leases, without one that is in hand.
func (d Desk) Waiting(ctx context.Context) ([]record.Key, error) {
	leases, err := d.Store.Leases(ctx)
	if err != nil {
		return nil, err
	}
	open, err := d.Journal.OpenIntents(ctx)
	if err != nil {
		return nil, err
	}
	var all []record.Key
	for _, l := range leases {
		inHand := slices.ContainsFunc(open, func(e journal.Entry) bool { return e.Record == l.Key.ID && e.Issue == l.Key.Issue })
		if l.Queued && l.Code == "" && !inHand {
			all = append(all, l.Key)
		}
	}
	return all, nil
}

// Finish brings the store up to the journal: what was handed on is marked and leaves the queue. It is idempotent, and what a crash left
// undone is done by the next.
func (d Desk) Finish(ctx context.Context) error {
	p, err := d.past(ctx)
	if err != nil {
		return err
	}
	leases, err := d.Store.Leases(ctx)
	if err != nil {
		return err
	}
	for _, l := range leases {
		last, ok := p.records[l.Key]
		if !ok || !last.given || last.Fence < l.Fence {
			continue
		}
		detail := last.Paper
		if detail == "" {
			detail = ToCentre
		}
		if l.Code == "" {
			if err := d.Store.Mark(ctx, l.Key, station.HandedOn, detail); err != nil {
				return err
			}
		}
		if l.Queued {
			if err := d.Store.Drop(ctx, l.Key); err != nil {
				return err
			}
		}
	}
	return nil
}
