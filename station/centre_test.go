package station_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/record"
	"cetak/station/source"
)

// wire is a line to a centre that says what a test wants.
type wire struct {
	mu              sync.Mutex
	claim, recalled error
	woken           int
}

func (w *wire) Claim(context.Context, record.Key) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return 7, w.claim
}

func (w *wire) Recalled(context.Context, record.Key) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.recalled
}

func (w *wire) Wake() { w.mu.Lock(); defer w.mu.Unlock(); w.woken++ }

func (w *wire) takeBack() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.recalled = &drivers.Fault{Code: api.Withdrawn, Op: "claim", Again: drivers.AgainAfterOperator, Detail: "death"}
}

// at runs a desk with a line, gives it one card to make, and what it shows when it rests.
func (d *desk) at(w *wire, during func(*station.Station)) (station.Snapshot, func()) {
	d.t.Helper()
	s := station.New(station.Parts{
		Devices: d.bench, Encoder: encoder{d.bench}, Journal: d.journal, Store: d.store, Faces: d.faces, Keys: d.keys, Log: zerolog.Nop(), Centre: w,
	}, station.Options{Office: "O", Desk: "1", Who: "W", Specimen: true, Blank: ledger.WNI, ChipStation: drivers.PositionContact})
	snaps, stop := s.Watch()
	ended := make(chan error, 1)
	d.bench.pause = func() {
		if during != nil {
			during(s)
		}
	}
	s.Do(station.RunQueue{Count: 1})
	go func() { ended <- s.Run(d.t.Context()) }()
	<-s.Ready()
	var n station.Snapshot
	for n = range snaps {
		if n.Handled >= 1 && (n.Question != nil || !n.Batch && !n.Busy) {
			break
		}
	}
	return n, func() {
		s.Do(station.Stop{})
		if err := <-ended; err != nil {
			d.t.Error(err)
		}
		stop()
	}
}

// A record that the centre refuses at claim costs no blank, and its reason is on the screen.
func TestCentreRefusesClaim(t *testing.T) {
	d := newDesk(t, 1)
	w := &wire{claim: &drivers.Fault{Code: api.Withdrawn, Op: "claim", Again: drivers.AgainAfterOperator, Detail: "death"}}
	n, stop := d.at(w, nil)
	stop()
	if n.Fault == nil || n.Fault.Code != api.Withdrawn || n.Fault.Detail != "death" || d.bench.counter != 7 || d.outcome() != "no blank moved" {
		t.Errorf("%+v, %d cards taken, %s", n.Fault, d.bench.counter-7, d.outcome())
	}
}

// A record that is withdrawn while its card is inside goes to the reject box; what the line brings meanwhile is taken in after the card.
func TestCentreTakesBack(t *testing.T) {
	d := newDesk(t, 2)
	w := &wire{}
	before, err := d.store.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key := before[0].Key
	lease := source.Leased{Lease: source.Lease{Key: key, Fence: 7, Until: time.Now().Add(time.Hour)}, Envelope: "no envelope: the one in the queue stays"}
	if _, err := d.store.Deposit(t.Context(), []source.Leased{lease}, time.Now()); err != nil {
		t.Fatal(err)
	}
	n, stop := d.at(w, func(s *station.Station) {
		w.takeBack()
		s.Arrive(station.Arrival{Drop: []record.Key{key}, Facts: []journal.Fact{{Kind: journal.KindCentre, Who: "station", Record: key.ID, Issue: key.Issue, Data: map[string]any{"what": "taken-back"}}}})
	})
	if n.Fault == nil || n.Fault.Code != api.Withdrawn || d.outcome() != "spoiled" || w.woken == 0 {
		t.Errorf("%+v, %s, woken %d times", n.Fault, d.outcome(), w.woken)
	}
	deadline := time.Now().Add(time.Minute)
	for left := before; len(left) == 2; time.Sleep(time.Millisecond) {
		if left, err = d.store.Queue(t.Context()); err != nil || time.Now().After(deadline) {
			t.Fatalf("%d wait, %v", len(left), err)
		}
	}
	stop()
	seen := map[journal.Kind]string{}
	for e, err := range d.journal.Entries(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		seen[e.Kind] = string(e.Data)
	}
	if !strings.Contains(seen[journal.KindIntent], `"fence":7`) || !strings.Contains(seen[journal.KindDischarged], `"reject"`) || seen[journal.KindCentre] == "" {
		t.Errorf("%v", seen)
	}
}

// The state of the line is on the screen, and the desk's own is told to the centre.
func TestCentreShown(t *testing.T) {
	d := newDesk(t, 1)
	shown := make(chan station.DeskReport, 1)
	n, stop := d.at(&wire{}, func(s *station.Station) {
		s.ShowCentre(station.CentreState{State: station.DeviceUp, Leased: 3})
		r, open := s.Report()
		if !open {
			t.Error("no report of an open desk")
		}
		shown <- r
	})
	stop()
	r := <-shown
	if n.Centre == nil || n.Centre.Leased != 3 || r.Blanks["WNI"] != 999 || r.Waiting != 1 || r.Printer != "" {
		t.Errorf("%+v, %+v", n.Centre, r)
	}
}

// A good card whose outcome the last run did not get to write out keeps its record in the queue, also when the centre takes it back meanwhile:
// else nobody would hear of the card.
func TestTakeInKeepsLiveCards(t *testing.T) {
	d := newDesk(t, 2)
	ctx := t.Context()
	waiting, err := d.store.Queue(ctx)
	if err != nil {
		t.Fatal(err)
	}
	made, other := waiting[0].Key, waiting[1].Key
	about := func(kind journal.Kind, data any) journal.Fact {
		return journal.Fact{Kind: kind, Record: made.ID, Issue: made.Issue, Attempt: "A-1", Who: "station", Data: data}
	}
	if _, err := d.journal.Append(ctx, about(journal.KindIntent, map[string]any{"blank": "WNI", "fence": 1}), about(journal.KindOutcome, map[string]any{"outcome": "good"})); err != nil {
		t.Fatal(err)
	}
	for _, key := range []record.Key{made, other} {
		if _, err := d.store.Deposit(ctx, []source.Leased{{Lease: source.Lease{Key: key, Fence: 1, Until: time.Now()}}}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	b, err := station.ReadBooks(ctx, d.journal.Entries(ctx, 0), office.Rules{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.TakeIn(ctx, d.journal, d.store, station.Arrival{Drop: []record.Key{made, other}}); err != nil {
		t.Fatal(err)
	}
	if left, err := d.store.Queue(ctx); err != nil || len(left) != 1 || left[0].Key != made {
		t.Errorf("%v, %v", left, err)
	}
}
