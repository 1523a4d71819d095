package handover

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// Took is what came of a stick.
type Took struct {
	Paper   string       `json:"paper"`
	From    string       `json:"from"`
	Giver   string       `json:"giver"` // the fingerprint of the key that signed the paper
	Records []record.Key `json:"-"`
	Until   time.Time    `json:"until"`
	Past    int          `json:"past"`    // leases that ran out on the way
	Refused int          `json:"refused"` // records that fail this desk's checks, or that it has finished
}

// Take takes over what lies on the stick for this desk. The journal says so first; a call that a crash cut off is completed by the next.
// Something that was taken in before is passed over; if there is nothing else, StickAgain. Faults: StickEmpty, StickForeign, StickHalf, StickAltered, StickLocked, StickPast, StickAgain,
// StickFailed, and those of store and journal.
func (d Desk) Take(ctx context.Context, stick, passphrase string, now time.Time) ([]Took, error) {
	files, err := sealedFiles(stick, parcelExt)
	if err != nil {
		return nil, err
	}
	var all []Took
	var first error
	mine := 0
	for _, f := range files {
		if f.To != d.Keys.Station() {
			continue
		}
		mine++
		t, err := d.takeFile(ctx, f, passphrase, now)
		switch {
		case errors.Is(err, StickAgain), errors.Is(err, StickPast):
			if first == nil {
				first = err
			}
		case err != nil:
			return all, err
		default:
			all = append(all, t)
		}
	}
	if mine == 0 {
		return nil, fault(StickForeign, "take over", "it is for the key "+files[0].To, nil)
	}
	if len(all) > 0 {
		first = nil
	}
	return all, first
}

// openParcel opens a parcel and proves that its papers fit it and this desk. Faults: StickLocked, StickAltered, StickForeign.
func (d Desk) openParcel(f file, passphrase string) (p parcel, h api.Handover, giver record.Addressee, err error) {
	body, err := f.open(passphrase)
	if err != nil {
		return p, h, giver, err
	}
	bad := func(detail string, err error) (parcel, api.Handover, record.Addressee, error) {
		return p, h, giver, fault(StickAltered, "take over", detail, err)
	}
	if err := json.Unmarshal(body, &p); err != nil || p.V != 1 || len(p.Papers) == 0 || len(p.Papers) > api.MaxPapers {
		return bad("no parcel of version 1", err)
	}
	text, giver, err := record.Attested(p.Papers[len(p.Papers)-1], api.TypeHandover)
	if err != nil {
		return bad("its paper", err)
	}
	if err := json.Unmarshal(text, &h); err != nil || h.V != 1 || h.ID != f.ID || len(h.Leases) != len(p.Records) || len(h.Leases) == 0 {
		return bad("its paper is another's", err)
	}
	for i, l := range h.Leases {
		if l.Key != p.Records[i].Key || l.Fence < 1 || l.Hop < 1 {
			return bad("its paper is of other records", nil)
		}
	}
	if h.To != d.Station || h.ToKid != d.Keys.Station() {
		return p, h, giver, fault(StickForeign, "take over", "it is for "+h.To, nil)
	}
	return p, h, giver, nil
}

func (d Desk) takeFile(ctx context.Context, f file, passphrase string, now time.Time) (Took, error) {
	p, h, giver, err := d.openParcel(f, passphrase)
	if err != nil {
		return Took{}, err
	}
	if done, err := d.Store.Memo(ctx, memoTook(h.ID)); err != nil || done != "" {
		if err == nil {
			err = fault(StickAgain, "take over", h.ID, nil)
		}
		return Took{}, err
	}
	before, err := d.past(ctx)
	if err != nil {
		return Took{}, err
	}
	t := Took{Paper: h.ID, From: h.From, Giver: giver.Fingerprint()}
	var leased []source.Leased
	var facts []journal.Fact
	for i, l := range h.Leases {
		r, k := p.Records[i], key(l.Key)
		last, known := before.records[k]
		switch {
		case known && last.Fence == l.Fence && last.given && last.Hop >= l.Hop, known && last.Fence > l.Fence:
			continue // it was here and went on
		case now.After(r.Until):
			t.Past++
			continue
		}
		if known && last.Fence == l.Fence && !last.given { // a crash cut its taking off, and it may have been printed since
			if begun, err := d.begun(ctx, k, last.seq); err != nil {
				return t, err
			} else if begun {
				continue
			}
		}
		leased = append(leased, source.Leased{Envelope: r.Envelope, Lease: source.Lease{Key: k, Revision: r.Revision, NotAfter: r.NotAfter, Fence: l.Fence, Until: r.Until, Request: Request(h.ID)}})
		if !known || last.given || last.Fence != l.Fence {
			facts = append(facts, d.fact(journal.KindTakenOver, k, passage{Paper: h.ID, From: h.From, Fence: l.Fence, Hop: l.Hop, Until: r.Until, Second: d.Second}))
		}
		if t.Until.IsZero() || r.Until.Before(t.Until) {
			t.Until = r.Until
		}
	}
	for _, l := range leased { // one that this desk cannot open is a matter of its keys: nothing is taken before that is mended
		if _, err := record.Open(l.Envelope, d.Keys); err != nil {
			return t, err
		}
	}
	if len(leased) == 0 && t.Past > 0 && !before.taken[h.ID] {
		return t, fault(StickPast, "take over", h.ID, nil)
	}
	return d.takeIn(ctx, t, p.Papers, leased, facts, now)
}

// takeIn writes facts, papers, and records, in this order.
func (d Desk) takeIn(ctx context.Context, t Took, papers []string, leased []source.Leased, facts []journal.Fact, now time.Time) (Took, error) {
	if err := d.keepPapers(ctx, t.Paper, papers); err != nil {
		return t, err
	}
	if _, err := d.Journal.Append(ctx, facts...); err != nil {
		return t, err
	}
	for _, l := range leased { // one that was handed on from here and comes back under the same lease
		had, ok, err := d.Store.Lease(ctx, l.Key)
		if err != nil {
			return t, err
		}
		if ok && had.Code != "" && had.Fence == l.Fence {
			if err := d.Store.Forget(ctx, l.Key, l.Fence); err != nil {
				return t, err
			}
		}
	}
	got, err := d.Store.Deposit(ctx, leased, now)
	if err != nil {
		return t, err
	}
	t.Records, t.Refused = got.Taken, len(got.Refused)
	if err := d.Store.SetMemo(ctx, memoTook(t.Paper), now.UTC().Format(time.RFC3339)); err != nil {
		return t, err
	}
	if len(facts) == 0 && len(got.Taken) == 0 {
		return t, fault(StickAgain, "take over", t.Paper, nil)
	}
	return t, nil
}

// begun says whether an attempt on a record was begun after a line of the journal.
func (d Desk) begun(ctx context.Context, k record.Key, after int64) (bool, error) {
	facts, err := d.Journal.OfRecord(ctx, k.ID, k.Issue)
	for _, e := range facts {
		if e.Kind == journal.KindIntent && e.Seq > after {
			return true, err
		}
	}
	return false, err
}

// HasWork says whether a parcel lies on a stick, for whomever. Fault: StickFailed.
func HasWork(stick string) (bool, error) {
	paths, err := names(stick, parcelExt)
	return len(paths) > 0, err
}
