package link

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// Records come, one card ends good and one spoiled and then good, the centre hears all of it, countersigns the books, and the desk asks for more.
func TestWholeWay(t *testing.T) {
	w := newWorld(t, 1)
	d := w.desks[0]
	w.deposit(14)
	d.round()
	if got := len(d.waiting()); got != 10 || d.shown.Leased != 10 || d.shown.State != station.DeviceUp || d.shown.Code != "" {
		t.Fatalf("%d wait, shown %+v", got, d.shown)
	}
	first, second := d.waiting()[0].Key, d.waiting()[1].Key
	d.print(first, source.Good)
	d.print(second, source.Spoiled)
	d.print(second, source.Good)
	if n := len(d.unsent()); n != 3 {
		t.Errorf("%d in the outbox", n)
	}
	d.round()
	if n := len(d.unsent()); n != 0 {
		t.Errorf("%d in the outbox", n)
	}
	for _, l := range d.leases() {
		if l.Key == first || l.Key == second {
			t.Errorf("%v is still held", l)
		}
	}
	if s := d.stock(); s["good"] != 2 || s["spoiled"] != 1 || s["hopper"] != 97 {
		t.Errorf("the centre's books: %v", s)
	}
	head, err := d.store.LastHead(t.Context())
	if last, _, _ := d.journal.Last(t.Context()); err != nil || head.Seq == 0 || head.Seq > last.Seq {
		t.Errorf("%+v, %v", head, err)
	}
	if len(w.incidents()) != 0 {
		t.Error(w.incidents())
	}
	if n := len(d.waiting()); n != 10 { // a fifth was gone: filled up again
		t.Errorf("%d wait", n)
	}
	d.print(d.waiting()[0].Key, source.Good)
	d.round()
	if n := len(d.waiting()); n != 9 {
		t.Errorf("%d wait: one card is no need", n)
	}
}

// Answers are lost at every request in turn, requests come twice, and the program is started anew each time: nothing is leased, booked, or
// counted twice, and nothing is lost.
func TestLostAnswers(t *testing.T) {
	w := newWorld(t, 1)
	d := w.desks[0]
	w.deposit(12)
	for i := range 8 {
		d.line.twice = i%2 == 0
		for skip := range 16 { // the answer after so many is lost
			d.line.mu.Lock()
			d.line.deaf = 0
			d.line.mu.Unlock()
			lossy := &nth{Wire: d.line, at: skip}
			d.link.wire = lossy
			_ = d.link.Round(context.Background(), d)
			d.connect()
		}
		d.round()
		if waiting := d.waiting(); len(waiting) > 0 {
			d.print(waiting[0].Key, source.Good)
		}
	}
	d.round()
	if s := d.stock(); s["good"] != 8 || len(d.unsent()) != 0 || len(d.leases()) != len(d.waiting()) {
		t.Errorf("%v, %d unsent, %d leases, %d wait", s, len(d.unsent()), len(d.leases()), len(d.waiting()))
	}
	if n := len(w.incidents()); n != 0 {
		t.Error(w.incidents())
	}
}

// nth loses one answer.
type nth struct {
	Wire
	at int
}

func (n *nth) Do(ctx context.Context, path string, in, out any) error {
	err := n.Wire.Do(ctx, path, in, out)
	n.at--
	if n.at == -1 {
		return errCut
	}
	return err
}

// A line that breaks off has brought what it has brought: the rest comes when it is back, and nothing is fetched twice.
func TestPoorLine(t *testing.T) {
	const records = 25
	w := newWorld(t, 1)
	d := w.desks[0]
	d.report.Blanks["WNI"], d.report.PerDay = 100, 100
	w.deposit(records)
	fetched := map[string]int{}
	d.link.wire = envelopes{d.line, func(path string) bool {
		fetched[path]++
		return len(fetched) != 14 && len(fetched) != 19 || fetched[path] > 1
	}}
	for _, want := range []int{13, 18, records, records} {
		err := d.link.Round(t.Context(), d)
		if n := len(d.waiting()); n != want || (err == nil) != (want == records) {
			t.Errorf("%d wait, want %d: %v", n, want, err)
		}
	}
	for path, n := range fetched {
		if n > 2 || len(fetched) != records {
			t.Errorf("%s fetched %d times, of %d", path, n, len(fetched))
		}
	}
}

// Many records on a poor line give way to a card that was made meanwhile.
func TestGivesWay(t *testing.T) {
	const records = 45
	w := newWorld(t, 1)
	d := w.desks[0]
	d.report.PerDay = 100
	w.deposit(records)
	asked, printed := 0, false
	d.link.wire = envelopes{d.line, func(string) bool {
		if asked++; asked == 15 {
			d.print(d.waiting()[0].Key, source.Good)
			d.link.Wake()
			printed = true
		}
		return true
	}}
	d.round()
	if n := len(d.waiting()); n != 19 || asked != 20 || !printed || len(d.unsent()) != 1 {
		t.Errorf("%d wait, %d asked, %d outcomes unsent", n, asked, len(d.unsent()))
	}
	d.round() // still woken: a few come all the same
	if n := len(d.waiting()); n != 29 || len(d.unsent()) != 0 {
		t.Errorf("%d wait, %d outcomes unsent", n, len(d.unsent()))
	}
	<-d.link.wake
	d.round()
	if n := len(d.waiting()); n != records-1 || asked != records || len(d.leases()) != n {
		t.Errorf("%d wait, %d asked, %d leases", n, asked, len(d.leases()))
	}
}

// What is withdrawn between its lease and its envelope does not come, and keeps nothing else from coming.
func TestWithdrawnOnItsWay(t *testing.T) {
	w := newWorld(t, 1)
	d := w.desks[0]
	w.deposit(3)
	asked := 0
	d.link.wire = envelopes{d.line, func(path string) bool {
		if asked++; asked > 1 {
			return true
		}
		var all api.Taken
		w.try(d.line.Do(t.Context(), "/v1/leases", nil, &all))
		for _, l := range all.Leases {
			if api.EnvelopePath(l.Key) != path {
				w.withdraw(record.Key{ID: l.ID, Issue: l.Issue}, "death")
			}
		}
		return true
	}}
	for range 2 {
		d.round()
		if n := len(d.waiting()); n != 1 || n != len(d.leases()) || asked != 3 {
			t.Errorf("%d wait, %d leases, %d asked", n, len(d.leases()), asked)
		}
	}
	if n := len(w.incidents()); n != 0 {
		t.Error(w.incidents())
	}
}

// envelopes is a line on which envelopes get lost.
type envelopes struct {
	Wire
	comes func(path string) bool
}

func (e envelopes) Do(ctx context.Context, path string, in, out any) error {
	if _, is := out.(*api.Sealed); is && !e.comes(path) {
		return errCut
	}
	return e.Wire.Do(ctx, path, in, out)
}

// A record that is withdrawn is refused at claim, before the next round; one withdrawn while its card is made is recalled; one whose card is
// out is called back, written down, and not handed over.
func TestWithdrawn(t *testing.T) {
	w := newWorld(t, 1)
	d := w.desks[0]
	w.deposit(3)
	d.round()
	at, inside, out := d.waiting()[0].Key, d.waiting()[1].Key, d.waiting()[2].Key
	w.withdraw(at, "death")
	_, err := d.link.Claim(t.Context(), at)
	wantCode(t, err, api.Withdrawn)
	if f := drivers.AsFault(err); f.Detail != "death" {
		t.Errorf("no reason: %v", f)
	}
	if len(d.waiting()) != 2 {
		t.Error("it still waits")
	}

	fence, err := d.link.Claim(t.Context(), inside)
	w.try(err)
	attempt, uid := d.spend(inside, fence)
	w.withdraw(inside, "ikd")
	if err := d.link.Recalled(t.Context(), inside); err != nil {
		t.Errorf("nobody said so yet: %v", err)
	}
	d.round()
	wantCode(t, d.link.Recalled(t.Context(), inside), api.Withdrawn)
	d.end(inside, fence, attempt, uid, source.Spoiled)

	fence, err = d.link.Claim(t.Context(), out)
	w.try(err)
	attempt, uid = d.spend(out, fence)
	w.withdraw(out, "duplicate")
	d.end(out, fence, attempt, uid, source.Good)
	d.round()
	recalled := d.facts(journal.KindRecalled)
	if len(recalled) != 1 || recalled[0].Attempt != attempt || recalled[0].UID != uid {
		t.Errorf("%+v", recalled)
	}
	d.round()
	if len(d.leases()) != 0 || len(d.unsent()) != 0 || len(d.waiting()) != 0 {
		t.Errorf("%v, %v, %v", d.leases(), d.unsent(), d.waiting())
	}
	if k := w.incidents(); k["cancel"] != 1 || len(k) != 1 {
		t.Error(k)
	}
}

// A lease that two supervisors gave on is refused at claim with a line; without one its card is made, the centre will not book it, and the
// card is called back. A second desk's card for a record that it has from a stick is refused at claim.
func TestStaleFence(t *testing.T) {
	w := newWorld(t, 2)
	a, b := w.desks[0], w.desks[1]
	w.deposit(2)
	a.round()
	first, second := a.leases()[0], a.leases()[1]
	w.free(first.Key, first.Fence)
	w.free(second.Key, second.Fence)
	b.round()
	if len(b.waiting()) != 2 {
		t.Fatalf("%d wait at the second desk", len(b.waiting()))
	}
	_, err := a.link.Claim(t.Context(), first.Key)
	wantCode(t, err, api.StaleFence)
	a.line.set(true)
	if err := a.link.Round(context.Background(), a); code(err) != api.Unreachable {
		t.Error(err)
	}
	a.print(second.Key, source.Good) // by its lease, which has not run out
	a.line.set(false)
	b.print(second.Key, source.Good)
	b.round()
	a.round()
	if r := a.facts(journal.KindRecalled); len(r) != 1 || len(a.unsent()) != 0 {
		t.Errorf("%+v, %v", r, a.unsent())
	}
	if kept, _ := filepath.Glob(filepath.Join(a.dir, "outbox", "refused", "*.outcome")); len(kept) != 1 {
		t.Errorf("kept: %v", kept)
	}
	if a.shown.Code != NotBooked {
		t.Errorf("%+v", a.shown)
	}
	if k := w.incidents(); k["stale-done"] != 1 {
		t.Error(k)
	}
	// b has it: a desk without its lease asks all the same.
	_, err = a.link.Claim(t.Context(), first.Key)
	if err == nil {
		t.Error("a second desk's card is claimed")
	}
}

// A week without a line: the desk prints what it has leased for as long as the leases last, then refuses; what it made is brought on return,
// and nothing of it was given to the other desk, which kept asking.
func TestWeekWithoutLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)))
		w := newWorld(t, 2)
		a, b := w.desks[0], w.desks[1]
		a.link.CoverDays, a.report.PerDay = 7, 5
		w.deposit(40)
		a.round()
		if len(a.waiting()) != 35 {
			t.Fatalf("%d wait", len(a.waiting()))
		}
		a.line.set(true)
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { a.link.Run(ctx, a); close(done) }()
		begun := time.Now()
		made := 0
		for day := range 7 {
			for range 4 {
				time.Sleep(time.Hour)
				a.print(a.waiting()[0].Key, source.Good)
				made++
			}
			if day == 3 {
				a.print(a.waiting()[0].Key, source.Spoiled)
			}
			time.Sleep(time.Until(begun.AddDate(0, 0, day+1)))
			b.round()
		}
		if len(b.waiting()) != 5 {
			t.Errorf("the other desk has %d", len(b.waiting()))
		}
		last := a.waiting()[0].Key
		time.Sleep(2 * 24 * time.Hour) // the leases ran for a day more than a week
		b.round()
		if _, err := a.link.Claim(ctx, last); code(err) != station.LeaseOver {
			t.Errorf("after its end: %v", err)
		}
		a.mu.Lock()
		rounds := len(a.rounds)
		a.mu.Unlock()
		if hours := int(time.Since(begun).Hours()); rounds > 12*hours || rounds < 5*hours {
			t.Errorf("%d tries in %d hours", rounds, hours)
		}
		a.line.set(false)
		time.Sleep(lastRetry + time.Second)
		synctest.Wait()
		if n := len(a.unsent()); n != 0 || a.stock()["good"] != made || a.stock()["spoiled"] != 1 {
			t.Errorf("%d unsent, the centre's books %v, made %d", n, a.stock(), made)
		}
		if _, err := a.link.Claim(ctx, last); err != nil {
			t.Errorf("after the return: %v", err)
		}
		if k := w.incidents(); len(k) != 0 {
			t.Error(k)
		}
		b.round()
		if len(b.waiting()) != 5 {
			t.Errorf("the other desk has %d of a silent desk's", len(b.waiting())-5)
		}
		stop()
		<-done
	})
}

// A clock that is set back does not make a lease longer.
func TestClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)))
		w := newWorld(t, 1)
		d := w.desks[0]
		w.deposit(1)
		d.round()
		key := d.waiting()[0].Key
		w.try(d.store.SetMemo(t.Context(), memoHeard, "0"))
		w.try(d.store.SetMemo(t.Context(), memoOffset, "864000000")) // the centre is ten days ahead
		d.line.set(true)
		_, err := d.link.Claim(t.Context(), key)
		wantCode(t, err, station.LeaseOver)
		d.line.set(false)
		d.link.wire = ahead{d.line}
		d.round()
		if d.shown.Code != ClockOff || d.shown.State != station.DeviceUp {
			t.Errorf("%+v", d.shown)
		}
	})
}

// ahead is a centre whose clock is an hour ahead.
type ahead struct{ Wire }

func (a ahead) Do(ctx context.Context, path string, in, out any) error {
	err := a.Wire.Do(ctx, path, in, out)
	if h, ok := out.(*api.HealthAnswer); ok {
		h.Now = h.Now.Add(time.Hour)
	}
	return err
}

// A desk whose certificate was revoked prints nothing, also not when it is cut off afterwards; taken in again it goes on.
func TestRevoked(t *testing.T) {
	w := newWorld(t, 1)
	d := w.desks[0]
	w.deposit(1)
	d.round()
	key := d.waiting()[0].Key
	d.stand.Revoke(d.enrolment)
	_, err := d.link.Claim(t.Context(), key)
	wantCode(t, err, api.Revoked)
	wantCode(t, d.link.Round(t.Context(), d), api.Revoked)
	d.connect()
	d.line.set(true)
	_, err = d.link.Claim(t.Context(), key)
	wantCode(t, err, api.Revoked)
	d.enrolment = d.stand.Enrol(ca.Station, d.name, "127.0.0.1:1")
	d.connect()
	d.round()
	if _, err := d.link.Claim(t.Context(), key); err != nil {
		t.Error(err)
	}
}

// The centre's table of rules is taken over, kept, and proved; one that somebody else signed is not.
func TestPolicy(t *testing.T) {
	w := newWorld(t, 1)
	d := w.desks[0]
	set := func(dir, table string) {
		n, err := centre.OpenNotary(dir)
		w.try(err)
		p, err := n.Policy([]byte(table), time.Now())
		w.try(err)
		w.stand.Store(func(s centre.Store) error { return s.SetPolicy(t.Context(), p) })
	}
	set(w.stand.Dir, "last_minutes = 33\n")
	d.round()
	table, digest, err := Policy(d.enrolment)
	if err != nil || table.LastMinutes != 33 || len(d.arrived) != 1 || d.arrived[0].Policy == nil {
		t.Fatalf("%v, %v, %+v", table, err, d.arrived)
	}
	d.round()
	if len(d.arrived) != 1 {
		t.Error("it was taken over twice")
	}
	other := t.TempDir()
	_, err = centre.NewNotary(other)
	w.try(err)
	time.Sleep(2 * time.Millisecond) // the newest table is in force, by milliseconds
	set(other, "last_minutes = 1\n")
	d.round()
	if d.shown.Code != NotSigned {
		t.Errorf("%+v", d.shown)
	}
	if _, still, err := Policy(d.enrolment); err != nil || still != digest {
		t.Errorf("%s, %v", still, err)
	}
}

// What cannot be printed here is given back: another type of blank, and a lost store's leases are fetched again.
func TestGiveBackAndRecover(t *testing.T) {
	w := newWorld(t, 2)
	a, b := w.desks[0], w.desks[1]
	w.deposit(6)
	a.round()
	lossy := a.leases()
	for _, l := range lossy { // as if the answer of the take had never come
		w.try(a.store.Forget(t.Context(), l.Key, l.Fence))
	}
	a.round()
	if len(a.waiting()) != len(lossy) {
		t.Errorf("%d of %d came again", len(a.waiting()), len(lossy))
	}
	a.report.Blank = "WNA"
	a.round()
	if len(a.leases()) != 0 || len(a.waiting()) != 0 {
		t.Errorf("%v", a.leases())
	}
	b.round()
	if len(b.waiting()) != 6 {
		t.Errorf("%d wait at the other desk", len(b.waiting()))
	}
}

// A card that was not found keeps everybody from its record, here at once and without a line.
func TestMissing(t *testing.T) {
	w := newWorld(t, 1)
	d := w.desks[0]
	w.deposit(1)
	d.round()
	key := d.waiting()[0].Key
	d.line.set(true)
	d.print(key, source.Missing)
	_, err := d.link.Claim(t.Context(), key)
	wantCode(t, err, api.NotHeld)
	d.line.set(false)
	d.round()
	if k := w.incidents(); k["lost"] != 1 || len(d.unsent()) != 0 || len(d.leases()) != 0 {
		t.Errorf("%v, %v, %v", k, d.unsent(), d.leases())
	}
}

// The same over TLS, with the enrolment as the desk keeps it.
func TestOverTLS(t *testing.T) {
	w := newWorld(t, 1)
	d := w.desks[0]
	w.deposit(2)
	server := w.stand.Serve("127.0.0.1:0")
	from := w.stand.Enrol(ca.Station, d.name, server.API.String())
	home := filepath.Join(t.TempDir(), "centre")
	if _, err := Enrol(from, home, "Kendal/9"); code(err) != WrongHolder {
		t.Error(err)
	}
	for range 2 { // anew over the old one
		h, err := Enrol(from, home, d.name)
		if err != nil || h.Station != d.name || !strings.HasSuffix(h.Centre, server.API.String()) {
			t.Fatalf("%+v, %v", h, err)
		}
	}
	if info, err := os.Stat(filepath.Join(home, api.HolderKey)); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	o := d.options()
	o.Folder = home
	l, err := New(o, d.store, d.journal, zerolog.Nop())
	w.try(err)
	d.link = l
	d.round()
	d.print(d.waiting()[0].Key, source.Good)
	w.try(server.Close())
	wantCode(t, l.Round(t.Context(), d), api.Unreachable)
	if d.shown.State != station.DeviceDown || d.shown.Outbox != 1 || d.shown.At.IsZero() {
		t.Errorf("%+v", d.shown)
	}
	if _, err := l.Claim(t.Context(), d.waiting()[0].Key); err != nil {
		t.Errorf("its lease lasts: %v", err)
	}
	o.Station = "Kendal/9"
	if _, err := New(o, d.store, d.journal, zerolog.Nop()); code(err) != WrongHolder {
		t.Error(err)
	}
	for _, name := range []string{NotaryFile, api.HolderCert, api.HolderKey} {
		w.try(os.Remove(filepath.Join(home, name)))
		if _, err := New(o, d.store, d.journal, zerolog.Nop()); code(err) != api.NotEnrolled && code(err) != WrongHolder {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestWanted(t *testing.T) {
	for _, c := range []struct {
		perDay       float64
		blanks, days int
		want         int
	}{
		{0, 1000, 3, 153}, {40, 1000, 3, 120}, {40, 60, 3, 60}, {40, 0, 3, 40}, {1, 1000, 3, 10}, {4000, 90000, 13, mostHeld},
	} {
		r := station.DeskReport{Blank: "WNI", Blanks: map[string]int{"WNI": c.blanks}, PerDay: c.perDay}
		if got := wanted(r, c.days); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for failed, most := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second, 320 * time.Second, lastRetry, lastRetry} {
		seen := map[time.Duration]bool{}
		for range 50 {
			d := retryAfter(failed)
			seen[d] = true
			if d < most/2 || d > most {
				t.Errorf("after %d: %s", failed, d)
			}
		}
		if len(seen) < 10 {
			t.Errorf("after %d every desk waits alike", failed)
		}
	}
}
