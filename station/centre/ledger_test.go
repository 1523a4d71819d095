package centre_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// books is a desk's real journal.
type books struct {
	t testing.TB
	*journal.Journal
	genesis string
}

func newJournal(t *testing.T) *books { t.Helper(); return openJournal(t) }

func openJournal(t testing.TB) *books {
	t.Helper()
	j, err := journal.Create(t.Context(), filepath.Join(t.TempDir(), "journal.db"), "desk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	b := &books{t, j, ""}
	b.append(journal.Fact{Kind: journal.KindStart, Who: "station"})
	for e, err := range j.Entries(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		b.genesis = e.Prev
	}
	b.move(ledger.Movement{Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Type: ledger.WNI, Count: 100, Who: "A", Second: "B", Document: "BA-1"})
	return b
}

func (b *books) append(f ...journal.Fact) {
	b.t.Helper()
	if _, err := b.Append(b.t.Context(), f...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *books) move(all ...ledger.Movement) {
	b.t.Helper()
	for _, m := range all {
		b.append(journal.Fact{Kind: journal.KindMovement, Who: m.Who, Data: m})
	}
}

// after is the batch of everything.
func (b *books) after() api.Batch { return b.since(api.Point{}) }

// since is the batch of what came after a head.
func (b *books) since(after api.Point) api.Batch {
	b.t.Helper()
	batch := api.Batch{Genesis: b.genesis, After: after}
	for e, err := range b.Entries(b.t.Context(), after.Seq) {
		if err != nil {
			b.t.Fatal(err)
		}
		batch.Head = api.Point{Seq: e.Seq, Hash: e.Hash}
		if e.Kind == journal.KindMovement {
			batch.Lines = append(batch.Lines, api.Line{Seq: e.Seq, At: e.At, Kind: string(e.Kind), Record: e.Record, Issue: e.Issue, Attempt: e.Attempt,
				UID: e.UID, Who: e.Who, Data: string(e.Data), Prev: e.Prev, Hash: e.Hash})
		}
	}
	return batch
}

func sign(r api.Receipt) (string, error) { return fmt.Sprintf("%s at %d", r.Station, r.Seq), nil }

// send brings a batch to the centre.
func (b *books) send(r *rig, desk string, batch api.Batch) api.Point {
	r.Helper()
	c, err := r.store.Append(r.Context(), r.now, desk, batch, sign)
	r.must(err)
	if len(c.Findings) > 0 {
		r.Errorf("findings %+v", c.Findings)
	}
	return c.Head
}

func (r *rig) refused(what string, want string, desk string, b api.Batch) {
	r.Helper()
	_, err := r.store.Append(r.Context(), r.now, desk, b, sign)
	r.same(what, code(err), want)
}

func TestLedgerIsOneChain(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		j := newJournal(t)
		first := j.after()
		head := j.send(r, deskA, first)
		if again := j.send(r, deskA, first); again != head {
			t.Errorf("a repeated batch ends at %v, not %v", again, head)
		}
		j.append(journal.Fact{Kind: journal.KindSignedIn, Who: "A"})
		j.move(ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.WNI, Count: 40, Who: "A", Second: "B"},
			ledger.Movement{Kind: ledger.Load, From: ledger.Hopper, To: ledger.Machine, Type: ledger.WNI, Count: 1, Who: "station", Attempt: "a1"})
		middle := j.since(head)
		j.move(ledger.Movement{Kind: ledger.MadeGood, From: ledger.Machine, To: ledger.Good, Type: ledger.WNI, Count: 1, Who: "station", Attempt: "a1", UIDs: []string{"04AA"}})
		j.append(journal.Fact{Kind: journal.KindStop, Who: "station"})
		longer := j.since(head)

		gap := j.since(longer.Head)
		gap.Head = api.Point{Seq: longer.Head.Seq + 1, Hash: strings.Repeat("1", 64)}
		r.refused("a batch too early", string(api.ChainGap), deskA, gap)
		forge := func(what, want string, change func(*api.Batch)) {
			t.Helper()
			b := j.since(head)
			change(&b)
			r.refused(what, want, deskA, b)
		}
		forge("another amount", string(api.ChainForged), func(b *api.Batch) { b.Lines[0].Data = strings.Replace(b.Lines[0].Data, "40", "30", 1) })
		forge("another time", string(api.ChainForged), func(b *api.Batch) { b.Lines[0].At = b.Lines[0].At.Add(1) })
		forge("exchanged", string(api.BadRequest), func(b *api.Batch) { b.Lines[0], b.Lines[1] = b.Lines[1], b.Lines[0] })
		forge("unlinked", string(api.ChainForged), func(b *api.Batch) {
			l := &b.Lines[1]
			l.Prev = strings.Repeat("2", 64)
			e := journal.Entry{Seq: l.Seq, At: l.At, Kind: journal.KindMovement, Attempt: l.Attempt, Who: l.Who, Data: []byte(l.Data), Prev: l.Prev}
			l.Hash, _ = e.Sum()
		})
		forge("another beginning", string(api.ChainForged), func(b *api.Batch) { b.Genesis = strings.Repeat("3", 64) })
		forge("another past", string(api.ChainForged), func(b *api.Batch) { b.After.Hash = strings.Repeat("4", 64) })
		forge("no head", string(api.BadRequest), func(b *api.Batch) { b.Head = api.Point{} })
		forge("another head", string(api.ChainForged), func(b *api.Batch) {
			b.Lines = b.Lines[:3]
			b.Head = api.Point{Seq: b.Lines[2].Seq, Hash: strings.Repeat("5", 64)}
		})

		j.send(r, deskA, longer)
		if at := j.send(r, deskA, middle); at != longer.Head { // overtaken on its way
			t.Errorf("an overtaken batch ends at %v", at)
		}
		j.send(r, deskA, j.after()) // all of it once more, from the beginning
		cut := j.after()
		cut.Lines = append(cut.Lines[:1:1], cut.Lines[2:]...)
		r.refused("a movement taken out of what was sent", string(api.ChainForged), deskA, cut)
		r.refused("another's journal", string(api.ChainForged), deskA, newJournal(t).after())

		stock, err := r.store.Stock(t.Context(), deskA)
		r.must(err)
		for account, want := range map[string]int{"centre": 100, "vault": 60, "hopper": 39, "machine": 0, "good": 1, "spoiled": 0} {
			if got := stock["WNI"][account]; got != want {
				t.Errorf("%s: %d, want %d", account, got, want)
			}
		}
	})
}

// A desk that lost its store of records and not its journal does not get a record freed that it spent a blank on; and the books tell of a
// card of a record that another desk has.
func TestBooksAgainstLeases(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 4)
		leases := r.take(deskA, 3)
		r.take(deskB, 1)
		j := newJournal(t)
		j.move(ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.WNI, Count: 40, Who: "A", Second: "B"})
		blank := func(k api.Key, attempt string, end ledger.Movement) {
			load := ledger.Movement{Kind: ledger.Load, From: ledger.Hopper, To: ledger.Machine, Type: ledger.WNI, Count: 1, Who: "station", Attempt: attempt}
			end.From, end.Type, end.Count, end.Who, end.Attempt = ledger.Machine, ledger.WNI, 1, "station", attempt
			for _, m := range []ledger.Movement{load, end} {
				j.append(journal.Fact{Kind: journal.KindMovement, Who: "station", Record: k.ID, Issue: k.Issue, Attempt: attempt, Data: m})
			}
		}
		blank(leases[0].Key, "a1", ledger.Movement{Kind: ledger.Spoil, To: ledger.Spoiled, Second: "A", Cause: "damage:print"})
		blank(leases[1].Key, "a2", ledger.Movement{Kind: ledger.MadeGood, To: ledger.Good, UIDs: []string{"04A2"}})
		blank(key(4), "a3", ledger.Movement{Kind: ledger.MadeGood, To: ledger.Good, UIDs: []string{"04A3"}})
		head := j.send(r, deskA, j.after())
		r.same("incidents", r.incidents(), "second-card")
		r.pass(25 * time.Hour)
		r.health(deskA, 0, head)
		r.same("freed", ids(r.take(deskB, 9)), "0001 0003")
		r.same("incidents", r.incidents(), "second-card untold")
	})
}

// What the centre does not understand it keeps and tells, and goes on.
func TestFindings(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		j := newJournal(t)
		j.append(journal.Fact{Kind: journal.KindMovement, Who: "A", Data: map[string]any{"kind": "teleport", "count": 3}})
		j.move(ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.WNI, Count: 101, Who: "A", Second: "B"})
		for range 2 {
			c, err := r.store.Append(t.Context(), r.now, deskA, j.after(), sign)
			r.must(err)
			r.same("receipt", c.JWS, "Kendal/1 at 4")
		}
		r.same("incidents", r.incidents(), "finding finding")
	})
}

// What one office lends is what the other borrows, by both ledgers and the centre.
func TestLoansAgree(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		kendal, batang := newJournal(t), newJournal(t)
		kendal.move(
			ledger.Movement{Kind: ledger.LoanOut, From: ledger.Vault, To: ledger.Lent, Type: ledger.WNI, Count: 30, Who: "A", Second: "B", Document: "470/1", Party: "Batang"},
			ledger.Movement{Kind: ledger.LoanOut, From: ledger.Vault, To: ledger.Lent, Type: ledger.WNI, Count: 5, Who: "A", Second: "B", Document: "470/2", Party: "Batang"},
		)
		kendal.send(r, deskA, kendal.after())
		states := func(want string) {
			t.Helper()
			loans, err := r.store.Loans(t.Context())
			r.must(err)
			var got []string
			for _, l := range loans {
				got = append(got, fmt.Sprintf("%s %s %s>%s %d/%d %s", l.Document, l.Kind, l.From, l.To, l.Out, l.In, l.State))
			}
			r.same("loans", strings.Join(got, "; "), want)
		}
		states("470/1 loan Kendal>Batang 30/0 on-the-way; 470/2 loan Kendal>Batang 5/0 on-the-way")
		batang.move(
			ledger.Movement{Kind: ledger.LoanIn, From: ledger.Borrowed, To: ledger.Vault, Type: ledger.WNI, Count: 30, Who: "C", Second: "D", Document: "470/1", Issuer: "KENDAL", Party: "Kendal"},
			ledger.Movement{Kind: ledger.LoanIn, From: ledger.Borrowed, To: ledger.Vault, Type: ledger.WNI, Count: 4, Who: "C", Second: "D", Document: "470/2", Issuer: "Kendal"},
			ledger.Movement{Kind: ledger.Return, From: ledger.Vault, To: ledger.Borrowed, Type: ledger.WNI, Count: 10, Who: "C", Second: "D", Document: "99/1", Party: "Kendal"},
		)
		batang.send(r, deskC, batang.after())
		states("470/1 loan Kendal>Batang 30/30 agreed; 470/2 loan Kendal>Batang 5/4 differs; 99/1 loan-return Batang>Kendal 10/0 on-the-way")
	})
}

func TestSummary(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		j := newJournal(t)
		r.now = j.since(api.Point{}).Lines[0].At
		j.move(ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.WNI, Count: 40, Who: "A", Second: "B"},
			ledger.Movement{Kind: ledger.Spoil, From: ledger.Hopper, To: ledger.Spoiled, Type: ledger.WNI, Count: 2, Who: "A", Second: "B", Cause: "damage:broken"})
		j.send(r, deskA, j.after())
		r.deposit("Kendal", 1, 5)
		r.deposit("Batang", 6, 6)
		r.take(deskA, 2)
		r.pass(25 * 60 * 60 * 1e9)
		r.health(deskB, 0, api.Point{})
		for by, want := range map[string]string{
			"office":   "Batang 1/1 1 0 0 0|Kendal 2/1 3 2 2 98|",
			"province": "Jawa Tengah 3/2 4 2 2 98|",
		} {
			s, err := r.store.Summary(t.Context(), r.now, by)
			r.must(err)
			got := ""
			for _, a := range s.Areas {
				got += fmt.Sprintf("%s %d/%d %d %d %d %d|", a.Name, a.Stations, a.Silent, a.Waiting, a.Leased, a.Overdue, a.Blanks["WNI"])
			}
			r.same(by, got, want)
			if s.Total.BadMonth != 2 || s.Total.BadToday != 0 || s.Total.Waiting != 4 {
				t.Errorf("%+v", s.Total)
			}
		}
		_, err := r.store.Summary(t.Context(), r.now, "village")
		r.same("by", code(err), string(api.BadRequest))
	})
}
