package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cetak/station/record"
	"cetak/station/source"
)

// leased makes n records of the centre as they come with leases of a fence.
func (d *desk) leased(n int, fence int64, until time.Time) (all []source.Leased) {
	d.t.Helper()
	records, err := d.centre.Make(n)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range records {
		envelope, err := d.centre.Envelope(r)
		if err != nil {
			d.t.Fatal(err)
		}
		all = append(all, source.Leased{Envelope: envelope, Lease: source.Lease{Key: record.Key{ID: r.ID, Issue: r.Issue}, Revision: r.Revision, Fence: fence, Until: until, Request: "t-1"}})
	}
	return all
}

func (d *desk) deposit(all ...source.Leased) source.Deposited {
	d.t.Helper()
	out, err := d.store.Deposit(d.t.Context(), all, time.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (d *desk) lease(k record.Key) (source.Lease, bool) {
	d.t.Helper()
	l, ok, err := d.store.Lease(d.t.Context(), k)
	if err != nil {
		d.t.Fatal(err)
	}
	return l, ok
}

// Leases come once, get longer and never shorter, outlive their records until the centre has heard, and go with a restart between any two steps.
func TestLease(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	until := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Millisecond)
	all := d.leased(3, 1, until)
	for i, want := range []int{3, 0} {
		if out := d.deposit(all...); len(out.Taken) != want || len(out.Refused) != 0 {
			t.Errorf("time %d: %+v", i, out)
		}
	}
	for _, i := range d.queue() {
		if !i.Until.Equal(until) {
			t.Errorf("%s until %s", i.Key, i.Until)
		}
	}
	k := all[0].Key
	for _, c := range []struct {
		fence int64
		until time.Time
		want  time.Time
	}{{1, until.Add(-time.Hour), until}, {2, until.Add(time.Hour), until}, {1, until.Add(time.Hour), until.Add(time.Hour)}} {
		if err := d.store.Prolong(ctx, k, c.fence, c.until); err != nil {
			t.Fatal(err)
		}
		if l, _ := d.lease(k); !l.Until.Equal(c.want) {
			t.Errorf("%+v: %s", c, l.Until)
		}
	}
	d.reopen()

	// The card is good: the record leaves, the lease stays until the centre has heard.
	if err := d.store.Finish(ctx, k, source.Outcome{Attempt: "A-1", Result: source.Good, UID: "04AA", At: time.Now(), Station: "O/1", Fence: 1}); err != nil {
		t.Fatal(err)
	}
	if err := d.store.Report(ctx, all[1].Key, source.Outcome{Attempt: "A-2", Result: source.Spoiled, At: time.Now(), Station: "O/1", Fence: 1}); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	unsent, err := d.store.Outbox(ctx)
	if err != nil || len(unsent) != 2 || unsent[0].Outcome.Attempt != "A-1" || unsent[0].Outcome.Fence != 1 {
		t.Fatalf("%+v, %v", unsent, err)
	}
	if l, ok := d.lease(k); !ok || l.Queued {
		t.Errorf("%+v, %v", l, ok)
	}
	for range 2 {
		for _, u := range unsent {
			if err := d.store.Acknowledge(ctx, u); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, ok := d.lease(k); ok {
		t.Error("the lease of a finished record is held")
	}
	if l, ok := d.lease(all[1].Key); !ok || !l.Queued {
		t.Error("a spoiled card ended the lease")
	}
	if left, err := d.store.Outbox(ctx); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}

	// Taken back: marked once, dropped only when marked, forgotten by its fence.
	k = all[2].Key
	for _, step := range []error{d.store.Drop(ctx, k), d.store.Mark(ctx, k, "N-106", "death"), d.store.Mark(ctx, k, "N-107", "later")} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if l, _ := d.lease(k); l.Code != "N-106" || l.Detail != "death" || !l.Queued {
		t.Errorf("%+v", l)
	}
	if err := errors.Join(d.store.Drop(ctx, k), d.store.Forget(ctx, k, 0)); err != nil {
		t.Fatal(err)
	}
	if l, ok := d.lease(k); !ok || l.Queued {
		t.Errorf("%+v, %v", l, ok)
	}
	// It comes again, with the next fence.
	again := all[2]
	again.Fence = 2
	if out := d.deposit(again); len(out.Taken) != 1 {
		t.Errorf("%+v", out)
	}
	if l, _ := d.lease(k); l.Code != "" || l.Fence != 2 || !l.Queued {
		t.Errorf("%+v", l)
	}
	if err := d.store.Forget(ctx, k, 2); err != nil {
		t.Fatal(err)
	}
	if q := d.queue(); len(q) != 1 {
		t.Errorf("%d wait", len(q))
	}
}

// What cannot be opened, is another's, or is finished here is held and kept aside; what waits from a bundle goes on under the lease.
func TestLeaseRefused(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	until := time.Now().Add(time.Hour)
	all := d.leased(4, 3, until)
	all[0].Envelope = all[1].Envelope
	all[2].Envelope = "e.e.e.e.e"
	out := d.deposit(all...)
	if len(out.Taken) != 2 || len(out.Refused) != 2 || out.Refused[0].Line != 1 || out.Refused[1].Line != 3 {
		t.Fatalf("%+v", out)
	}
	for _, r := range out.Refused {
		if _, err := os.Stat(r.KeptAt); err != nil {
			t.Error(err)
		}
		if l, ok := d.lease(all[r.Line-1].Key); !ok || l.Code != r.Code || l.Queued {
			t.Errorf("%+v, %v", l, ok)
		}
	}
	finished := all[3]
	if err := d.store.Finish(ctx, finished.Key, source.Outcome{Attempt: "A-9", Result: source.Good, At: time.Now(), Station: "O/1"}); err != nil {
		t.Fatal(err)
	}
	finished.Fence = 4
	if out := d.deposit(finished); len(out.Refused) != 1 || out.Refused[0].Code != source.Repeated {
		t.Errorf("%+v", out)
	}
	unsent, err := d.store.Outbox(ctx) // the card of a stick, leased since: the centre hears of it under the lease
	if err != nil || len(unsent) != 1 || unsent[0].Outcome.Fence != 4 {
		t.Fatalf("%+v, %v", unsent, err)
	}
	if err := d.store.SetAside(ctx, unsent[0], "N-105", "given on"); err != nil {
		t.Fatal(err)
	}
	if kept, _ := filepath.Glob(filepath.Join(d.dir, "outbox", "refused", "*.outcome")); len(kept) != 1 {
		t.Errorf("%v", kept)
	}

	before := len(d.queue())
	d.take(d.drop("b.prr", d.bundle(1)))
	waits := d.queue()
	stick := waits[len(waits)-1]
	for _, i := range waits {
		if i.Until.IsZero() {
			stick = i
		}
	}
	r := d.centre.Records()[len(d.centre.Records())-1]
	envelope, err := d.centre.Envelope(r)
	if err != nil || (record.Key{ID: r.ID, Issue: r.Issue}) != stick.Key {
		t.Fatal(r.ID, stick.Key, err)
	}
	d.deposit(source.Leased{Envelope: envelope, Lease: source.Lease{Key: stick.Key, Revision: r.Revision, Fence: 1, Until: until}})
	if l, ok := d.lease(stick.Key); !ok || !l.Queued || len(d.queue()) != before+1 {
		t.Errorf("%+v, %v, %d wait", l, ok, len(d.queue()))
	}
}

// A file that is no outcome does not keep the others from being sent.
func TestBrokenOutcome(t *testing.T) {
	d := newDesk(t)
	all := d.leased(1, 1, time.Now().Add(time.Hour))
	d.deposit(all...)
	if err := d.store.Finish(t.Context(), all[0].Key, source.Outcome{Attempt: "A-1", Result: source.Good, At: time.Now(), Station: "O/1", Fence: 1}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a.outcome": "", "b.outcome": "x.y.z", "c.outcome": "e30.e30.e30", "d.txt": "x"} {
		if err := os.WriteFile(filepath.Join(d.dir, "outbox", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unsent, err := d.store.Outbox(t.Context())
	if len(unsent) != 1 || !errors.Is(err, source.OutboxFailed) {
		t.Errorf("%v, %v", unsent, err)
	}
}

// The newest heads are kept, and what is known of the centre.
func TestHeadsAndMemos(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	if h, err := d.store.LastHead(ctx); err != nil || h.Seq != 0 {
		t.Errorf("%+v, %v", h, err)
	}
	for seq := int64(1); seq <= 3; seq++ {
		if err := d.store.KeepHead(ctx, source.Head{Seq: seq, Hash: "h", JWS: "j", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if h, err := d.store.LastHead(ctx); err != nil || h.Seq != 3 {
		t.Errorf("%+v, %v", h, err)
	}
	for _, want := range []string{"", "1", "2"} {
		if want != "" {
			if err := d.store.SetMemo(ctx, "x", want); err != nil {
				t.Fatal(err)
			}
		}
		if v, err := d.store.Memo(ctx, "x"); err != nil || v != want {
			t.Errorf("%q, %v", v, err)
		}
	}
}
