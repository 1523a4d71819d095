package link

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	people "cetak/hwsim/centre"
	"cetak/station"
	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
	"cetak/station/centre/stand"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
	"cetak/station/source"
)

// world is a centre, its register, and desks of one office.
type world struct {
	*testing.T
	stand    *stand.Stand
	register *people.Centre
	desks    []*desk
	next     int
}

// desk is a desk's books and records without its machines, and its line.
type desk struct {
	*world
	name, dir string
	enrolment string
	key       people.Keys
	store     *source.Store
	journal   *journal.Journal
	line      *faulty
	link      *Link
	report    station.DeskReport
	hand      record.Key   // whose card is under way
	later     []record.Key // taken back meanwhile

	mu      sync.Mutex
	shown   station.CentreState
	rounds  []time.Time
	arrived []station.Arrival
}

func newWorld(t *testing.T, desks int) *world {
	t.Helper()
	w := &world{T: t, stand: stand.New(t), register: people.New(11, people.Options{})}
	for i := range desks {
		w.add(i)
	}
	stop := w.stand.Open()
	t.Cleanup(stop)
	for _, d := range w.desks {
		d.connect()
	}
	return w
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (w *world) try(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) add(i int) {
	w.Helper()
	dir := w.TempDir()
	d := &desk{world: w, dir: dir, name: fmt.Sprintf("Kendal/%d", i+1), key: w.register.Keys(),
		report: station.DeskReport{Blanks: map[string]int{"WNI": 100, "WNA": 0}, Blank: "WNI", PerDay: 5, Ribbon: -1}}
	if i > 0 {
		d.key.Station = must(people.NewKeys()).Station
	}
	w.try(people.New(uint64(i), people.Options{Keys: d.key}).WriteKeys(dir))
	w.stand.AddDesk(d.name, "Kendal", filepath.Join(dir, "station.jwk"))
	keys, err := record.LoadKeys(dir)
	w.try(err)
	d.store, err = source.OpenStore(filepath.Join(dir, "records.db"), keys)
	w.try(err)
	w.Cleanup(func() { _ = d.store.Close() })
	d.journal, err = journal.Create(w.Context(), filepath.Join(dir, "journal.db"), d.name)
	w.try(err)
	w.Cleanup(func() { _ = d.journal.Close() })
	d.write(journal.Fact{Kind: journal.KindMovement, Who: "A", Data: ledger.Movement{Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Type: ledger.WNI,
		Count: 100, Who: "A", Second: "B", Document: "BA-1"}},
		journal.Fact{Kind: journal.KindMovement, Who: "A", Data: ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.WNI, Count: 100, Who: "A", Second: "B"}})
	d.enrolment = w.stand.Enrol(ca.Station, d.name, "127.0.0.1:1")
	w.desks = append(w.desks, d)
}

func (d *desk) options() Options {
	return Options{Station: d.name, Folder: d.enrolment, CoverDays: 2, Every: time.Minute, Version: "test"}
}

// connect makes a new line, as a program that is started again does.
func (d *desk) connect() {
	d.Helper()
	d.line = &faulty{Wire: d.stand.Wire(d.enrolment)}
	notary, err := OpenNotary(d.enrolment)
	d.try(err)
	d.link = newLink(d.options(), d.line, d.store, d.journal, notary, zerolog.Nop())
}

// faulty is a line with troubles.
type faulty struct {
	Wire
	mu    sync.Mutex
	cut   bool // nothing comes through
	deaf  int  // of so many requests the answer of every one is lost; then none
	twice bool // everything comes twice
	calls int
}

var errCut = &drivers.Fault{Code: api.Unreachable, Op: "test", Again: drivers.AgainNow, Err: errors.New("cut")}

func (f *faulty) Do(ctx context.Context, path string, in, out any) error {
	f.mu.Lock()
	f.calls++
	cut, twice := f.cut, f.twice
	lost := f.deaf > 0
	if lost {
		f.deaf--
	}
	f.mu.Unlock()
	if cut {
		return errCut
	}
	if twice {
		_ = f.Wire.Do(ctx, path, in, out)
	}
	err := f.Wire.Do(ctx, path, in, out)
	if lost {
		return errCut
	}
	return err
}

func (f *faulty) set(cut bool) { f.mu.Lock(); defer f.mu.Unlock(); f.cut = cut }

// Ready implements Desk.
func (d *desk) Ready() <-chan struct{} { c := make(chan struct{}); close(c); return c }

// Report implements Desk.
func (d *desk) Report() (station.DeskReport, bool) { return d.report, true }

// Arrive implements Desk: at once, as a station between two cards does.
func (d *desk) Arrive(a station.Arrival) {
	d.write(a.Facts...)
	for _, k := range a.Drop {
		if k == d.hand {
			d.later = append(d.later, k)
			continue
		}
		d.try(d.store.Drop(context.Background(), k))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.arrived = append(d.arrived, a)
}

// ShowCentre implements Desk.
func (d *desk) ShowCentre(c station.CentreState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shown = c
	d.rounds = append(d.rounds, time.Now())
}

func (d *desk) write(facts ...journal.Fact) {
	d.Helper()
	_, err := d.journal.Append(context.Background(), facts...)
	d.try(err)
}

func (d *desk) round() {
	d.Helper()
	d.try(d.link.Round(context.Background(), d))
}

// deposit has the register give n records to the centre, sealed to every desk.
func (w *world) deposit(n int) {
	w.Helper()
	var all []api.Deposit
	for _, r := range must(w.register.Make(n)) {
		d := api.Deposit{Key: api.Key{ID: r.ID, Issue: r.Issue}, Revision: r.Revision, Kind: string(r.Kind), Reason: r.Reason, Office: "Kendal", Cleared: r.Cleared,
			NotAfter: r.NotAfter, Envelopes: map[string]string{}}
		for _, desk := range w.desks {
			d.Envelopes[desk.key.Station.KeyID] = must(w.register.EnvelopeTo(r, desk.key.Station))
		}
		all = append(all, d)
	}
	w.stand.Store(func(s centre.Store) error {
		v, err := s.Deposit(context.Background(), time.Now(), all)
		for _, x := range v {
			if x.Code != "" {
				w.Errorf("%+v", x)
			}
		}
		return err
	})
}

func (w *world) withdraw(k record.Key, reason string) {
	w.Helper()
	w.stand.Store(func(s centre.Store) error {
		_, err := s.Withdraw(context.Background(), time.Now(), api.Withdrawal{Key: wireKey(k), Reason: reason})
		return err
	})
}

// free is two supervisors' release.
func (w *world) free(k record.Key, fence int64) {
	w.Helper()
	w.stand.Store(func(s centre.Store) error {
		for _, who := range []string{"ani", "budi"} {
			if _, err := s.FreeSilent(context.Background(), time.Now(), who, api.Release{Key: wireKey(k), Fence: fence, Reason: "lost"}); err != nil {
				return err
			}
		}
		return nil
	})
}

// incidents are those that stand, by kind.
func (w *world) incidents() map[string]int {
	kinds := map[string]int{}
	w.stand.Store(func(s centre.Store) error {
		all, err := s.Incidents(context.Background(), 0)
		for _, i := range all {
			kinds[i.Kind]++
		}
		return err
	})
	return kinds
}

func (d *desk) leases() []source.Lease { return must(d.store.Leases(context.Background())) }
func (d *desk) waiting() []source.Item { return must(d.store.Queue(context.Background())) }
func (d *desk) unsent() []source.Unsent {
	return must(d.store.Outbox(context.Background()))
}

// spend writes what the station does of one attempt up to a moment.
func (d *desk) spend(k record.Key, fence int64) (attempt, uid string) {
	d.Helper()
	d.next++
	d.hand = k
	attempt, uid = fmt.Sprintf("A-%s-%d", filepath.Base(d.name), d.next), fmt.Sprintf("04AA%04X%02X", d.next, len(d.name)+int(d.name[len(d.name)-1]))
	about := func(kind journal.Kind, data any) journal.Fact {
		return journal.Fact{Kind: kind, Record: k.ID, Issue: k.Issue, Attempt: attempt, UID: uid, Who: "station", Data: data}
	}
	d.write(about(journal.KindIntent, map[string]any{"blank": "WNI", "fence": fence}),
		about(journal.KindMovement, ledger.Movement{Kind: ledger.Load, From: ledger.Hopper, To: ledger.Machine, Type: ledger.WNI, Count: 1, Attempt: attempt, Who: "station", UIDs: []string{uid}}),
		about(journal.KindUID, nil))
	return attempt, uid
}

// end closes an attempt as the station does.
func (d *desk) end(k record.Key, fence int64, attempt, uid string, result source.Result) {
	d.Helper()
	m := ledger.Movement{From: ledger.Machine, Type: ledger.WNI, Count: 1, Attempt: attempt, Who: "station", UIDs: []string{uid}}
	switch result {
	case source.Good:
		m.Kind, m.To = ledger.MadeGood, ledger.Good
	case source.Spoiled:
		m.Kind, m.To, m.Cause = ledger.Spoil, ledger.Spoiled, "fault:C-104"
	case source.Missing:
		m.Kind, m.To, m.Cause, m.Second = ledger.CountAdjustment, ledger.Missing, "adjust", "B"
	}
	d.write(journal.Fact{Kind: journal.KindMovement, Record: k.ID, Issue: k.Issue, Attempt: attempt, UID: uid, Who: "station", Data: m},
		journal.Fact{Kind: journal.KindOutcome, Record: k.ID, Issue: k.Issue, Attempt: attempt, UID: uid, Who: "station", Data: map[string]any{"outcome": result}})
	if result == source.Good {
		d.try(d.store.Finish(context.Background(), k, source.Outcome{Attempt: attempt, Result: source.Good, UID: uid, At: time.Now(), Station: d.name, Fence: fence}))
	}
	d.hand = record.Key{}
	for _, k := range d.later {
		d.try(d.store.Drop(context.Background(), k))
	}
	d.later = nil
}

// print makes one card of a record that is claimed.
func (d *desk) print(k record.Key, result source.Result) (attempt string) {
	d.Helper()
	fence, err := d.link.Claim(context.Background(), k)
	d.try(err)
	attempt, uid := d.spend(k, fence)
	d.end(k, fence, attempt, uid, result)
	return attempt
}

func (d *desk) facts(kind journal.Kind) (all []journal.Entry) {
	for e, err := range d.journal.Of(context.Background(), 0, kind) {
		d.try(err)
		all = append(all, e)
	}
	return all
}

// stock is what the centre has of a desk's books.
func (d *desk) stock() map[string]int {
	var out map[string]int
	d.stand.Store(func(s centre.Store) error {
		all, err := s.Stock(context.Background(), d.name)
		out = all["WNI"]
		return err
	})
	return out
}

func wantCode(t *testing.T, err error, want drivers.Code) {
	t.Helper()
	if err == nil || code(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
}
