package station

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/readiness"
	"cetak/station/record"
	"cetak/station/source"
)

// Books is everything that follows from the journal, kept up to date fact by fact. It is never stored.
type Books struct {
	Office     *office.State // stock, cards, shifts, people, and letters
	Tests      *readiness.Fold
	Ledger     *ledger.Ledger // of Office
	Good       int            // cards made since Day began
	Spoiled    int
	Day        time.Time // local midnight that Good and Spoiled count from
	Open       *Attempt  // the attempt without an outcome; there is at most one
	Locked     *Locked   // an unclean stop that nobody has answered for; nil when there is none
	live       map[record.Key]liveCard
	given      map[record.Key]int64 // records that were handed on, by the fence of the lease that went with them
	uids       map[string]bool      // every chip that was ever spent: read from the facts themselves, because an index can be damaged
	spent      map[string]bool      // chip and key set of every authentication that was begun
	ribbon     string               // the last card was made with
	ribbonLeft int
	ribbons    ribbonLog
	last       journal.Entry
	clean      bool // the last run closed in order
	begun      bool // there was a run before
}

// liveCard is the good card of a record.
type liveCard struct {
	attempt, uid string
	at           time.Time
	fence        int64
}

// Attempt is what the journal knows of one blank spent on one record.
type Attempt struct {
	ID       string
	Key      record.Key
	UID      string
	Intent   intentData
	Loaded   bool
	Verified bool
	Printed  bool
	ChipBad  bool         // a fault of the chip or the reader was written down
	Out      drivers.Tray // discharged there, by the machine's word
	Cause    string       // of the last fault
	At       time.Time
}

// ReadBooks folds the whole journal. The rules are those that acts on these books will be judged by.
func ReadBooks(ctx context.Context, entries iter.Seq2[journal.Entry, error], rules office.Rules, now time.Time) (*Books, error) {
	b := &Books{
		Office: office.New(rules), Tests: readiness.New(), live: map[record.Key]liveCard{}, given: map[record.Key]int64{}, uids: map[string]bool{}, spent: map[string]bool{}, clean: true,
	}
	b.Ledger = b.Office.Ledger()
	b.roll(now)
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if err := b.apply(e); err != nil {
			return nil, err
		}
	}
	return b, ctx.Err()
}

// roll begins a new day's counts when t is past the one they count for.
func (b *Books) roll(t time.Time) {
	y, m, d := t.Date()
	if day := time.Date(y, m, d, 0, 0, 0, 0, t.Location()); day.After(b.Day) {
		b.Day, b.Good, b.Spoiled = day, 0, 0
	}
}

// apply takes one fact in. A fact that cannot follow from the ones before is a defect or a forged journal.
func (b *Books) apply(e journal.Entry) error {
	if err := b.Office.Apply(e); err != nil {
		return err
	}
	if err := b.Tests.Apply(e); err != nil {
		return err
	}
	switch e.Kind {
	case journal.KindUncleanStart:
		if b.Locked == nil {
			b.Locked = b.inFlight()
		}
		b.begun, b.clean = true, false
	case journal.KindReopened:
		b.Locked = nil
	case journal.KindStart:
		b.begun, b.clean = true, false
	case journal.KindStop:
		b.clean = true
	case journal.KindUID:
		b.uids[e.UID] = true
	case journal.KindHandedOn:
		var d struct{ Fence int64 }
		if err := read(e, &d); err != nil {
			return err
		}
		b.given[record.Key{ID: e.Record, Issue: e.Issue}] = d.Fence
	case journal.KindTakenOver:
		delete(b.given, record.Key{ID: e.Record, Issue: e.Issue})
	case journal.KindAuthenticate:
		var d authenticateData
		if err := read(e, &d); err != nil {
			return err
		}
		b.spent[d.on(e.UID)] = true
	case journal.KindIntent:
		a := &Attempt{ID: e.Attempt, Key: record.Key{ID: e.Record, Issue: e.Issue}, At: e.At}
		if err := read(e, &a.Intent); err != nil {
			return err
		}
		b.Open = a
		if a.Intent.Ribbon != "" {
			b.ribbon, b.ribbonLeft = a.Intent.Ribbon, a.Intent.RibbonLeft
			b.ribbons.before(e.At.In(b.Day.Location()), b.ribbon, b.ribbonLeft)
		}
	}
	if !aboutPeople(e.Kind) { // who came in or read since says nothing of what was in flight
		b.last = e
	}
	if b.Open != nil && e.Attempt == b.Open.ID {
		return b.attempt(e)
	}
	return nil
}

// aboutPeople says that a fact is of people and moves no card.
func aboutPeople(k journal.Kind) bool {
	switch k {
	case journal.KindPerson, journal.KindSignedIn, journal.KindSignInRefused, journal.KindSignedOut, journal.KindJournalRead:
		return true
	}
	return false
}

// read takes what the books need out of the data of a fact.
func read(e journal.Entry, into any) error {
	if err := json.Unmarshal(e.Data, into); err != nil {
		return fmt.Errorf("journal line %d: %w", e.Seq, err)
	}
	return nil
}

// inFlight is what stood in the journal when the last run was cut off.
func (b *Books) inFlight() *Locked {
	l := &Locked{Last: string(b.last.Kind), At: b.last.At}
	if a := b.Open; a != nil {
		l.Attempt, l.Record, l.Issue, l.UID = a.ID, a.Key.ID, a.Key.Issue, a.UID
	}
	return l
}

func (b *Books) attempt(e journal.Entry) error {
	a := b.Open
	switch e.Kind {
	case journal.KindLoaded:
		a.Loaded = true
	case journal.KindUID:
		a.UID = e.UID
	case journal.KindVerified:
		a.Verified = true
	case journal.KindPrinted:
		a.Printed = true
	case journal.KindFault:
		var d struct{ Code string }
		if err := read(e, &d); err != nil {
			return err
		}
		a.Cause = "fault:" + d.Code
		a.ChipBad = a.ChipBad || strings.HasPrefix(d.Code, "C-")
	case journal.KindDischarged:
		var d struct{ Tray drivers.Tray }
		if err := read(e, &d); err != nil {
			return err
		}
		a.Out = d.Tray
	case journal.KindOutcome:
		var d struct{ Outcome flow.Outcome }
		if err := read(e, &d); err != nil {
			return err
		}
		b.Open = nil
		if a.Intent.Test {
			return nil // it is nobody's card
		}
		b.roll(e.At.In(b.Day.Location()))
		switch today := !e.At.Before(b.Day); {
		case d.Outcome == flow.OutcomeGood:
			b.live[a.Key] = liveCard{attempt: a.ID, uid: a.UID, at: e.At, fence: a.Intent.Fence}
			if today {
				b.Good++
			}
		case d.Outcome == flow.OutcomeSpoiled && today:
			b.Spoiled++
		}
	}
	return nil
}

// books adds to what the journal says what waits to be printed.
type books struct {
	*Books
	queue   *source.List
	refused int
}

func (b *books) find(key record.Key) (source.Item, bool) {
	place, ok := b.queue.Find(key)
	if !ok {
		return source.Item{}, false
	}
	return b.queue.Item(place), true
}

func (b *books) drop(key record.Key) { b.queue = b.queue.Without(key) }

// fact makes a fact of the running attempt.
func (s *Station) fact(kind journal.Kind, data any) journal.Fact {
	f := journal.Fact{Kind: kind, Who: s.who(), Data: data}
	if j := s.job; j != nil {
		f.Record, f.Issue, f.Attempt, f.UID = j.key.ID, j.key.Issue, j.attempt, j.uid
	}
	return f
}

// movement makes the fact of the blank in hand moving: by the devices' word, or by a person's beside theirs.
func (s *Station) movement(m ledger.Movement) journal.Fact {
	m.Type, m.Count, m.Attempt, m.Who = s.opts.Blank, 1, s.job.attempt, ledger.Station
	if s.job.judge != "" {
		m.Who, m.Second = s.job.judge, ledger.Station
		if s.job.second != "" {
			m.Second = s.job.second
		}
	}
	if s.job.uid != "" {
		m.UIDs = []string{s.job.uid}
	}
	return s.fact(journal.KindMovement, m)
}

// write appends the facts as one transaction if the ledger allows their movements, and brings the books up to them.
func (b *Books) write(ctx context.Context, j Journal, facts ...journal.Fact) ([]journal.Entry, error) {
	var moves []ledger.Movement
	for _, f := range facts {
		if m, ok := f.Data.(ledger.Movement); ok {
			moves = append(moves, m)
		}
	}
	if err := b.Ledger.Allows(time.Now(), moves...); err != nil {
		return nil, err // a line the ledger refuses must never reach the journal: no later start could read it
	}
	entries, err := j.Append(ctx, facts...)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := b.apply(e); err != nil {
			return entries, &drivers.Fault{Code: drivers.Unexpected, Op: "books", Card: drivers.Unknown, Again: drivers.AgainNever, Err: err}
		}
	}
	return entries, nil
}

// append writes facts durably and brings the books up to them.
func (s *Station) append(ctx context.Context, facts ...journal.Fact) error {
	if s.patience.over() {
		c, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
		defer cancel()
		ctx = c
	}
	s.writing.Lock()
	entries, err := s.books.write(ctx, s.Journal, facts...)
	s.writing.Unlock()
	s.written(entries)
	return err
}

// written notes what is in the journal now.
func (s *Station) written(entries []journal.Entry) {
	s.view.made = time.Time{}
	for _, e := range entries {
		s.note("fact", string(e.Kind))
		s.stale = s.stale || !aboutPeople(e.Kind)
		if e.Kind == journal.KindLoaded && s.job != nil {
			s.job.loaded = true
		}
	}
}
