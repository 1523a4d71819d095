package centre_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/ledger"
)

func code(err error) string {
	if err == nil {
		return ""
	}
	return string(drivers.AsFault(err).Code)
}

func TestTakeInTheStationsOrder(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		reasons := []string{"rusak", "pemula", "hilang", "pemula", "prr", "rusak"}
		for n := 1; n <= 6; n++ {
			d := r.record(n, "Kendal")
			d.Reason = reasons[n-1]
			if n == 4 {
				d.Kind = "WNA"
			}
			if n == 5 {
				delete(d.Envelopes, "kid-"+deskA)
			}
			r.deposited(d)
		}
		old := r.record(7, "Kendal")
		old.NotAfter = r.now
		r.deposited(old)
		r.deposit("Batang", 8, 8)
		for _, c := range []struct {
			desk string
			take api.Take
			want string
		}{
			{deskA, api.Take{Request: "1", Count: 1, Hours: 1, First: [][]string{{"hilang", "prr"}, {"pemula"}}}, "0003"},
			{deskA, api.Take{Request: "1", Count: 9, Hours: 1}, "0003"}, // the same request again gives no more
			{deskA, api.Take{Request: "2", Count: 9, Hours: 1, Kinds: []string{"WNI"}, Hold: []string{"rusak"}}, "0002"},
			{deskA, api.Take{Request: "3", Hours: 1, Records: []api.Key{key(6), key(3), key(8)}}, "0006"},
			{deskA, api.Take{Request: "4", Count: 9, Hours: 1}, "0001 0004"},
			{deskB, api.Take{Request: "4", Count: 9, Hours: 1}, "0005"}, // another desk's request of the same name
			{deskB, api.Take{Request: "5", Count: 9, Hours: 1}, ""},
			{deskC, api.Take{Request: "1", Count: 9, Hours: 1}, "0008"},
		} {
			leases := r.taken(c.desk, c.take)
			r.same(c.desk+" "+c.take.Request, ids(leases), c.want)
			for _, l := range leases {
				want := fmt.Sprintf("sealed %s to %s", strings.TrimLeft(l.ID[4:], "0"), c.desk)
				if got, err := r.store.Envelope(t.Context(), c.desk, l.Key); err != nil || string(got) != want || l.Fence != 1 {
					t.Errorf("%+v, envelope %q, %v, want %q", l, got, err, want)
				}
				if got, err := r.store.Envelope(t.Context(), "Kendal/9", l.Key); !errors.Is(err, api.NotHeld) || got != "" {
					t.Errorf("another desk: %q, %v", got, err)
				}
			}
		}
		all, err := r.store.Held(t.Context(), deskA)
		r.must(err)
		r.same("held", ids(all), "0001 0002 0003 0004 0006")
		if all[0].Request != "4" {
			t.Errorf("%+v", all[0])
		}
	})
}

// Every record is leased to one desk, once, however many services and desks take at one moment.
func TestTakeTogether(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		const records = 120
		r.deposit("Kendal", 1, records)
		stores := []centre.Store{r.store}
		if strings.Contains(t.Name(), "postgres") {
			second, err := r.open()
			r.must(err)
			defer second.Close()
			stores = append(stores, second)
		}
		var mu sync.Mutex
		var all []string
		var wait sync.WaitGroup
		for worker := range 8 {
			desk := []string{deskA, deskB}[worker%2]
			s := stores[worker%len(stores)]
			wait.Go(func() {
				for n := 0; ; n++ {
					leases, err := s.Take(t.Context(), r.now, desk, api.Take{Request: fmt.Sprint(worker, "-", n), Count: 3, Hours: 1})
					if err != nil {
						t.Error(err)
						return
					}
					if len(leases) == 0 {
						return
					}
					mu.Lock()
					for _, l := range leases {
						all = append(all, l.ID)
					}
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		slices.Sort(all)
		if got := len(slices.Compact(slices.Clone(all))); got != records || len(all) != records {
			t.Errorf("%d leases of %d records, %d were there", len(all), got, records)
		}
	})
}

func TestDoneCountsOnce(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 1)
		l := r.take(deskA, 1)[0]
		if b, c := r.done(deskA, l, "a1", "spoiled"); c != "" || b.State != api.Leased {
			t.Fatal(b, c) // a spoiled blank ends no lease: the desk tries again
		}
		for range 3 {
			if b, c := r.done(deskA, l, "a2", "good"); c != "" || b.State != api.Finished || b.Cancel {
				t.Fatal(b, c)
			}
		}
		_, c := r.done(deskA, l, "a3", "good")
		r.same("a second card", c, string(api.Contradicts))
		_, c = r.done(deskA, l, "a2", "missing")
		r.same("another end of the same card", c, string(api.Contradicts))
		_, c = r.done(deskB, l, "b1", "good")
		r.same("another desk", c, string(api.NotHeld))
		_, c = r.done(deskA, api.Lease{Key: api.Key{ID: "PRR-9999", Issue: 1}, Fence: 1}, "x", "good")
		r.same("no such record", c, string(api.NoSuchRecord))
		r.same("incidents", r.incidents(), "second-card contradiction")
		// the same outcomes again, after a restart
		r.must(r.store.Close())
		var err error
		r.store, err = r.open()
		r.must(err)
		if b, c := r.done(deskA, l, "a2", "good"); c != "" || b.State != api.Finished {
			t.Fatal(b, c)
		}
		if b, c := r.done(deskA, l, "a1", "spoiled"); c != "" || b.State != api.Leased {
			t.Fatal(b, c)
		}
		r.same("taken again", ids(r.take(deskB, 5)), "")
	})
}

// A late outcome with an old fence changes nothing, and is not forgotten either.
func TestStaleFence(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 1)
		old := r.take(deskA, 1)[0]
		r.same("release", r.verdict(r.store.Release(t.Context(), r.now, deskA, []api.Holding{holding(old)})), "")
		r.same("release again", r.verdict(r.store.Release(t.Context(), r.now, deskA, []api.Holding{holding(old)})), "")
		l := r.take(deskB, 1)[0]
		if l.Fence <= old.Fence {
			t.Fatalf("fence %d after %d", l.Fence, old.Fence)
		}
		for range 2 {
			_, c := r.done(deskA, old, "a1", "good")
			r.same("late outcome", c, string(api.StaleFence))
		}
		r.same("late claim", r.verdict(r.store.Claim(t.Context(), r.now, deskA, []api.Holding{holding(old)})), string(api.StaleFence))
		r.same("late release", r.verdict(r.store.Release(t.Context(), r.now, deskA, []api.Holding{holding(old)})), string(api.StaleFence))
		r.same("late renewal", r.verdict(r.store.Renew(t.Context(), r.now, deskA, api.Renew{Leases: []api.Holding{holding(old)}, Hours: 5})), string(api.StaleFence))
		r.same("incidents", r.incidents(), "stale-done")
		if b, c := r.done(deskB, l, "b1", "good"); c != "" || b.State != api.Finished {
			t.Fatal(b, c)
		}
		_, c := r.done(deskA, old, "a1", "good")
		r.same("late outcome after the card", c, string(api.StaleFence))
	})
}

// A desk that gave a record back and has a card of it all the same is believed while nobody else has the record.
func TestDoneAfterRelease(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 1)
		l := r.take(deskA, 1)[0]
		r.same("release", r.verdict(r.store.Release(t.Context(), r.now, deskA, []api.Holding{holding(l)})), "")
		if b, c := r.done(deskA, l, "a1", "good"); c != "" || b.State != api.Finished {
			t.Fatal(b, c)
		}
		r.same("taken by another", ids(r.take(deskB, 1)), "")
	})
}

func (r *rig) health(desk string, outbox int, head api.Point, leases ...api.Lease) api.HealthAnswer {
	r.Helper()
	h := api.Health{At: r.now, Printer: "ok", Reader: "ok", Outbox: outbox, Head: head}
	for _, l := range leases {
		h.Leases = append(h.Leases, holding(l))
	}
	a, err := r.store.Health(r.Context(), r.now, desk, h)
	r.must(err)
	return a
}

// The lease of a silent station is not given away. It ends when the station itself, its books in step and nothing in its outbox, does not
// name it any more; or when two supervisors let it go.
func TestSilentStation(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 3)
		j := newJournal(t)
		head := j.send(r, deskA, j.after())
		leases := r.take(deskA, 3)
		r.same("claim", r.verdict(r.store.Claim(t.Context(), r.now, deskA, []api.Holding{holding(leases[2])})), "")
		if a := r.health(deskA, 0, head); len(a.Missing) != 3 {
			t.Errorf("it is told of %v", a.Missing) // the answer to its take was lost
		}
		r.pass(100 * 24 * time.Hour)
		r.same("taken from the silent", ids(r.take(deskB, 5)), "")
		for what, h := range map[string]func(){
			"outcomes wait at it":   func() { r.health(deskA, 1, head) },
			"its journal is behind": func() { r.health(deskA, 0, api.Point{}) },
			"it holds them":         func() { r.health(deskA, 0, head, leases...) },
			"it said so before the lease ended, and was heard late": func() {
				_, err := r.store.Health(t.Context(), r.now, deskA, api.Health{At: leases[0].Until.Add(-time.Hour), Printer: "ok", Reader: "ok", Head: head})
				r.must(err)
			},
		} {
			h()
			r.same(what, ids(r.take(deskB, 5)), "")
			r.pass(time.Minute)
		}
		a := r.health(deskA, 0, head, leases[0])
		if len(a.Missing) != 1 || a.Missing[0] != leases[2].Key {
			t.Errorf("missing %v", a.Missing)
		}
		// The first it holds, the second it let go, the third it had begun a card of.
		got := r.take(deskB, 5)
		r.same("taken", ids(got), "0002")
		if got[0].Fence != 2 {
			t.Errorf("fence %d", got[0].Fence)
		}
		ask := func(who, reason string) (api.Released, string) {
			out, err := r.store.FreeSilent(t.Context(), r.now, who, api.Release{Key: leases[2].Key, Fence: leases[2].Fence, Reason: reason})
			return out, code(err)
		}
		if out, c := ask("ani", "desk burnt"); c != "" || out.Proposed != "ani" || out.State != api.Leased {
			t.Fatal(out, c)
		}
		_, c := ask("ani", "desk burnt")
		r.same("the same person twice", c, string(api.NeedsTwo))
		if out, _ := ask("budi", "another reason"); out.Proposed != "budi" {
			t.Error("another reason is another proposal", out)
		}
		if out, c := ask("ani", "another reason"); c != "" || out.State != api.Waiting {
			t.Fatal(out, c)
		}
		if out, c := ask("ani", "another reason"); c != "" || out.State != api.Waiting {
			t.Fatal("repeated:", out, c)
		}
		r.same("taken after release", ids(r.take(deskB, 5)), "0003")
		_, c = r.done(deskA, leases[2], "a9", "good")
		r.same("the burnt desk's card", c, string(api.StaleFence))
		if b, c := r.done(deskA, leases[0], "a1", "good"); c != "" || b.State != api.Finished {
			t.Error("a lease that ran out and was not given on still counts", b, c)
		}
		if u := r.health(deskA, 0, head, leases[2]); len(u.Unknown) != 1 {
			t.Errorf("unknown %v", u.Unknown)
		}
	})
}

func TestRenewNeverShortens(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 1)
		l := r.take(deskA, 1)[0]
		for _, c := range []struct {
			hours int
			want  time.Duration
		}{{48, 48 * time.Hour}, {1, 48 * time.Hour}} {
			v, err := r.store.Renew(t.Context(), r.now, deskA, api.Renew{Leases: []api.Holding{holding(l)}, Hours: c.hours})
			r.must(err)
			if v[0].Until == nil || !v[0].Until.Equal(r.now.Add(c.want)) {
				t.Errorf("%d hours: %+v", c.hours, v[0])
			}
		}
		r.pass(49 * time.Hour)
		v, err := r.store.Claim(t.Context(), r.now, deskA, []api.Holding{holding(l)})
		r.must(err) // over, and still its own: it may print while it speaks with us
		if v[0].Code != "" || !v[0].Until.After(r.now) {
			t.Errorf("%+v", v[0])
		}
		l.Fence++
		r.same("a fence that never was", r.verdict(r.store.Claim(t.Context(), r.now, deskA, []api.Holding{holding(l)})), string(api.NotHeld))
		l.ID = "PRR-9999"
		r.same("no record", r.verdict(r.store.Claim(t.Context(), r.now, deskA, []api.Holding{holding(l)})), string(api.NoSuchRecord))
	})
}

func TestWithdraw(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 5)
		leases := r.take(deskA, 4)
		if _, c := r.done(deskA, leases[3], "a4", "good"); c != "" {
			t.Fatal(c)
		}
		for n, want := range []api.State{api.Leased, api.Leased, api.Leased, api.ToCancel, api.Gone} {
			for range 2 {
				state, err := r.store.Withdraw(t.Context(), r.now, api.Withdrawal{Key: key(n + 1), Reason: "death"})
				r.must(err)
				r.same(fmt.Sprint("record ", n+1), string(state), string(want))
			}
		}
		r.same("claim", r.verdict(r.store.Claim(t.Context(), r.now, deskA, []api.Holding{holding(leases[0])})), string(api.Withdrawn))
		r.same("renew", r.verdict(r.store.Renew(t.Context(), r.now, deskA, api.Renew{Leases: []api.Holding{holding(leases[0])}, Hours: 1})), string(api.Withdrawn))
		if a := r.health(deskA, 0, api.Point{}, leases[:3]...); len(a.Withdrawn) != 3 || a.Withdrawn[0].Detail != "death" {
			t.Errorf("%+v", a)
		}
		r.same("release", r.verdict(r.store.Release(t.Context(), r.now, deskA, []api.Holding{holding(leases[0])})), "")
		for range 2 {
			if b, c := r.done(deskA, leases[1], "a1", "good"); c != "" || b.State != api.ToCancel || !b.Cancel {
				t.Error("a card that came out all the same", b, c)
			}
		}
		if b, c := r.done(deskA, leases[2], "a2", "spoiled"); c != "" || b.Cancel {
			t.Error("a card that went to the reject box", b, c)
		}
		r.same("release", r.verdict(r.store.Release(t.Context(), r.now, deskA, []api.Holding{holding(leases[2])})), "")
		r.same("left", ids(r.take(deskB, 9)), "")
		r.same("incidents", r.incidents(), "cancel cancel")
		_, err := r.store.Withdraw(t.Context(), r.now, api.Withdrawal{Key: key(9), Reason: "ikd"})
		r.same("no record", code(err), string(api.NoSuchRecord))
	})
}

// A record whose take was never heard of, and that was withdrawn since, does not stay leased for days.
func TestWithdrawnOnTheWay(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 3)
		j := newJournal(t)
		head := j.send(r, deskA, j.after())
		leases := r.take(deskA, 3)
		r.same("claim", r.verdict(r.store.Claim(t.Context(), r.now, deskA, []api.Holding{holding(leases[1])})), "")
		for _, l := range leases[:2] {
			_, err := r.store.Withdraw(t.Context(), r.now, api.Withdrawal{Key: l.Key, Reason: "death"})
			r.must(err)
		}
		newer := r.record(3, "Kendal")
		newer.Revision = 2
		r.deposited(newer)
		r.health(deskA, 1, head)
		r.same("its books are not in step", leased(r), "3")
		r.pass(time.Second)
		r.health(deskA, 0, head)
		r.same("claimed, or with a newer revision behind it", leased(r), "2")
		r.same("nobody gets it", ids(r.take(deskB, 9)), "")
		if b, c := r.done(deskA, leases[0], "a1", "good"); c != "" || b.State != api.ToCancel {
			t.Error("its card came out all the same", b, c)
		}
	})
}

func leased(r *rig) string {
	r.Helper()
	sum, err := r.store.Summary(r.Context(), r.now, "office")
	r.must(err)
	return fmt.Sprint(sum.Total.Leased)
}

func TestDepositAndSupersede(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		conflict := func(what string, d api.Deposit) {
			t.Helper()
			v, err := r.store.Deposit(t.Context(), r.now, []api.Deposit{d})
			r.same(what, r.verdict(v, err), string(api.DepositConflict))
		}
		first := r.record(1, "Kendal")
		delete(first.Envelopes, "kid-"+deskB)
		r.deposited(first)
		w, err := r.store.Wanted(t.Context(), 9)
		r.must(err)
		if len(w) != 1 || w[0].Station != deskB || w[0].Kid != "kid-"+deskB {
			t.Errorf("wanted %+v", w)
		}
		r.deposited(r.record(1, "Kendal"), r.record(1, "Kendal")) // again, and with the missing envelope
		if w, err = r.store.Wanted(t.Context(), 9); err != nil || len(w) != 0 {
			t.Errorf("wanted %+v, %v", w, err)
		}
		other := r.record(1, "Kendal")
		other.Reason = "rusak"
		conflict("other facts", other)
		other.Revision = 3
		r.deposited(other) // replaces the waiting one
		conflict("older", r.record(1, "Kendal"))
		l := r.take(deskA, 1)[0]
		if l.Revision != 3 || l.Reason != "rusak" || l.Fence != 1 {
			t.Errorf("%+v", l)
		}
		newer := r.record(1, "Kendal")
		newer.Revision, newer.Reason = 4, "perubahan"
		r.deposited(newer, newer)
		if sealed, err := r.store.Envelope(t.Context(), deskA, l.Key); !errors.Is(err, api.NotHeld) {
			t.Errorf("a withdrawn one's envelope: %q, %v", sealed, err)
		}
		r.same("claim of the older", r.verdict(r.store.Claim(t.Context(), r.now, deskA, []api.Holding{holding(l)})), string(api.Withdrawn))
		if held, err := r.store.Held(t.Context(), deskA); err != nil || len(held) != 0 {
			t.Errorf("held %v, %v", held, err)
		}
		r.same("release", r.verdict(r.store.Release(t.Context(), r.now, deskA, []api.Holding{holding(l)})), "")
		l = r.take(deskB, 1)[0]
		if l.Revision != 4 || l.Reason != "perubahan" || l.Fence != 2 {
			t.Errorf("%+v", l)
		}
		if sealed, err := r.store.Envelope(t.Context(), deskB, l.Key); err != nil || sealed == "" {
			t.Errorf("the newer envelope: %q, %v", sealed, err)
		}
		if b, c := r.done(deskB, l, "b1", "good"); c != "" || b.State != api.Finished {
			t.Fatal(b, c)
		}
		newer.Revision = 5
		conflict("a newer revision of a card that is out", newer)
		next := r.record(1, "Kendal")
		next.Issue = 2
		r.deposited(next)
		if l := r.take(deskA, 1)[0]; l.Issue != 2 || l.Fence != 1 {
			t.Errorf("%+v", l)
		}
	})
}

func TestLostCard(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 1)
		l := r.take(deskA, 1)[0]
		if b, c := r.done(deskA, l, "a1", "missing"); c != "" || b.State != api.Lost {
			t.Fatal(b, c)
		}
		r.pass(1000 * time.Hour)
		r.same("given on", ids(r.take(deskB, 1)), "")
		for _, who := range []string{"ani", "budi"} {
			_, err := r.store.FreeSilent(t.Context(), r.now, who, api.Release{Key: l.Key, Fence: l.Fence, Reason: "searched"})
			r.must(err)
		}
		r.same("given on by two", ids(r.take(deskB, 1)), "0001")
		r.same("incidents", r.incidents(), "lost released")
		all, err := r.store.Incidents(t.Context(), 0)
		r.must(err)
		r.must(r.store.CloseIncident(t.Context(), all[0].Seq, "ani"))
		r.same("closed twice", code(r.store.CloseIncident(t.Context(), all[0].Seq, "ani")), string(api.NoSuchRecord))
		r.same("incidents", r.incidents(), "released")
	})
}

func TestOneChipTwice(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 2)
		for i, l := range r.take(deskA, 2) {
			o := outcome(l, fmt.Sprint("a", i), "good")
			o.UID = "04AABBCC"
			if b, err := r.store.Done(t.Context(), r.now, deskA, l.Fence, o); err != nil || b.State != api.Finished {
				t.Fatal(b, err)
			}
		}
		r.same("incidents", r.incidents(), "second-uid")
	})
}

func TestTidy(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 2)
		l := r.take(deskA, 1)[0]
		r.pass(300 * 24 * time.Hour)
		r.must(r.store.Tidy(t.Context(), r.now))
		r.same("release of what is too old", r.verdict(r.store.Release(t.Context(), r.now, deskA, []api.Holding{holding(l)})), "")
		r.same("taken", ids(r.take(deskA, 9)), "")
		late := r.record(2, "Kendal")
		late.Revision, late.Cleared = 2, r.now
		r.deposited(late) // cleared anew
		r.same("taken", ids(r.take(deskA, 9)), "0002")
	})
}

func TestPolicyAndStations(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		_, err := r.store.Policy(t.Context())
		r.same("none yet", code(err), string(api.NoPolicy))
		for i, digest := range []string{"aa", "bb", "aa"} {
			r.must(r.store.SetPolicy(t.Context(), api.Policy{Digest: digest, At: r.now.Add(time.Duration(i) * time.Second), Table: "# " + digest, JWS: "signed"}))
		}
		p, err := r.store.Policy(t.Context())
		r.must(err)
		r.same("in force", p.Digest+p.Table, "aa# aa")
		if a := r.health(deskA, 0, api.Point{}); a.Policy != "aa" {
			t.Errorf("told %q", a.Policy)
		}
		_, err = r.store.Station(t.Context(), "nobody")
		r.same("unknown", code(err), string(api.NotAllowed))
		st, err := r.store.Station(t.Context(), deskA)
		r.must(err)
		if st.Health == nil || st.Health.Printer != "ok" || !st.Seen.Equal(r.now) {
			t.Errorf("%+v", st)
		}
		st.Kid = "another"
		r.same("registered otherwise", code(r.store.AddStation(t.Context(), st)), string(api.DepositConflict))
		st.ID, st.Kid = "Kendal/3", "kid-"+deskA
		r.same("another's key", code(r.store.AddStation(t.Context(), st)), string(api.DepositConflict))
	})
}

func TestClockAndRollback(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		j := newJournal(t)
		head := j.send(r, deskA, j.after())
		report := func(made time.Duration, head api.Point) {
			_, err := r.store.Health(t.Context(), r.now, deskA, api.Health{At: r.now.Add(made), Head: head})
			r.must(err)
		}
		older := api.Point{Seq: head.Seq - 1, Hash: strings.Repeat("0", 64)}
		report(time.Hour, older)
		st, err := r.store.Station(t.Context(), deskA)
		r.must(err)
		if st.Skew != time.Hour {
			t.Errorf("skew %v", st.Skew)
		}
		r.same("a report that its books overtook", r.incidents(), "clock")
		r.pass(time.Hour)
		j.move(ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.WNI, Count: 40, Who: "A", Second: "B"})
		next := j.send(r, deskA, j.since(head))
		report(time.Hour-20*time.Second, head) // 20 seconds on its way
		r.same("another", r.incidents(), "clock")
		r.pass(3 * time.Minute)
		report(time.Hour, next)
		r.same("in step", r.incidents(), "clock")
		report(time.Hour+time.Second, head)
		r.same("a journal put back", r.incidents(), "clock rollback")
	})
}

func TestAnotherHead(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		j := newJournal(t)
		head := j.send(r, deskA, j.after())
		r.health(deskA, 0, api.Point{Seq: head.Seq, Hash: strings.Repeat("0", 64)})
		r.same("incidents", r.incidents(), "rollback")
	})
}

func TestNotAStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), centre.File)
	s, err := centre.OpenFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, api.Unavailable) {
		t.Error(err)
	}
	for what, open := range map[string]func() (centre.Store, error){
		"folder":     func() (centre.Store, error) { return centre.OpenFile(t.Context(), t.TempDir()) },
		"no address": func() (centre.Store, error) { return centre.OpenPostgres(t.Context(), "postgres://%%secret") },
		"nobody there": func() (centre.Store, error) {
			return centre.OpenPostgres(t.Context(), "postgres:///x?host="+t.TempDir()+"&connect_timeout=2")
		},
	} {
		_, err := open()
		if !errors.Is(err, centre.StoreUnusable) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
