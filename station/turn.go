package station

import (
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/centre/api"
	"cetak/station/ledger"
	"cetak/station/policy"
	"cetak/station/record"
	"cetak/station/search"
	"cetak/station/source"
)

// turns is the queue in the order of the policy, at one moment, with its search. It is replaced whole and never changed.
type turns struct {
	made  time.Time
	until time.Time    // the clock alone changes nothing before it; zero = never
	list  *source.List // in the order of clearing; shared with the books
	index *search.Index
	plan  *policy.Plan // nil without a policy
	words []Turn       // of each class of the plan, without Rank
}

// place is where in the list the record stands that has a place in the order of printing.
func (t *turns) place(at int) int {
	if t.plan != nil {
		at = int(t.plan.Order()[at])
	}
	return at
}

func (t *turns) item(at int) source.Item { return t.list.Item(t.place(at)) }

// held is how many the policy holds back.
func (t *turns) held() int {
	if t.plan == nil {
		return 0
	}
	return t.plan.Len() - t.plan.Printed()
}

// head is the next record that the blanks in the feeder fit, by a plan that still holds.
func (s *Station) head(now time.Time) (source.Item, bool) {
	t := s.turns
	if s.stale || now.Before(t.made) || !t.until.IsZero() && !now.Before(t.until) {
		s.replan(now)
	}
	at, ok := s.turns.next(s.opts.Blank, record.Key{})
	if !ok {
		return source.Item{}, false
	}
	return s.turns.item(at), true
}

// next is the place of the first record that those blanks fit, and that is not the one of the key.
func (t *turns) next(blank ledger.BlankType, but record.Key) (at int, ok bool) {
	n := t.list.Len()
	if t.plan != nil {
		n = t.plan.Printed()
	}
	for at := range n {
		if p, i := t.list.At(t.place(at)); string(p.Kind(i)) == string(blank) && p.Key(i) != but {
			return at, true
		}
	}
	return 0, false
}

// replan puts the queue in order: after it, the stock, the rules' day, or what was set aside changed.
func (s *Station) replan(now time.Time) {
	card := time.Duration(0)
	for _, took := range s.took {
		card += took
	}
	t := newTurns(s.books.Books, s.books.queue, s.opts, s.aside, card, now)
	if t.index = s.turns.index; t.list != s.turns.list {
		t.index = t.index.Over(t.list)
	}
	s.stale = false
	s.mu.Lock()
	s.turns = t
	s.mu.Unlock()
}

// Plan puts what waits (in the order of clearing) into the order of the policy in o, and gives each record's place; without a
// policy there are no places.
func Plan(b *Books, waiting *source.List, o Options, now time.Time) ([]source.Item, []policy.Verdict) {
	t := newTurns(b, waiting, o, nil, 0, now)
	ordered := make([]source.Item, t.list.Len())
	for i := range ordered {
		ordered[i] = t.item(i)
	}
	if t.plan == nil {
		return ordered, nil
	}
	return ordered, t.plan.Verdicts()
}

// Moment is what the policy depends on beside its table and the queue. card is how long one takes, 0 = not known.
func (b *Books) Moment(o Options, card time.Duration, now time.Time) policy.Moment {
	m := policy.Moment{Now: now, Office: o.Office, Reserve: o.Reserve, CardTime: card, Stock: map[record.Kind]policy.Blanks{}}
	for _, blank := range ledger.BlankTypes() {
		k := record.Kind(blank)
		day, month := b.Office.Letters().Made(k, now)
		m.Stock[k] = policy.Blanks{Left: b.Ledger.Count(blank, ledger.Vault) + b.Ledger.Count(blank, ledger.Hopper), MadeDay: day, MadeMonth: month}
	}
	return m
}

// newTurns makes the plan.
func newTurns(b *Books, waiting *source.List, o Options, aside map[record.Key]drivers.Code, card time.Duration, now time.Time) *turns {
	t := &turns{made: now, list: waiting}
	if o.Policy == nil {
		return t
	}
	t.plan = o.Policy.Plan(b.Moment(o, card, now), planned{list: waiting, books: b, signIn: o.SignIn, aside: aside, now: now})
	t.until = t.plan.Until()
	for _, p := range waiting.Parts() {
		for i := range p.Len() {
			if end := p.Until(i); !end.IsZero() && !leaseRunsOut(end, now) && end.Before(t.until) {
				t.until = end.Add(1) // at the end itself it still runs
			}
		}
	}
	t.words = make([]Turn, t.plan.Classes())
	for i := range t.words {
		t.words[i] = turnOf(t.plan.Class(i))
	}
	return t
}

// planned is the queue as the policy sees it, at one moment.
type planned struct {
	list   *source.List
	books  *Books
	signIn bool
	aside  map[record.Key]drivers.Code
	now    time.Time
}

// Len implements policy.Queue.
func (q planned) Len() int { return q.list.Len() }

// Key implements policy.Queue.
func (q planned) Key(place int) record.Key {
	p, i := q.list.At(place)
	return p.Key(i)
}

// At implements policy.Queue.
func (q planned) At(place int) policy.Item {
	p, i := q.list.At(place)
	key := p.Key(i)
	it := policy.Item{Key: key, Kind: p.Kind(i), Reason: p.Reason(i), NotAfter: p.NotAfter(i), Suket: q.books.Office.Letters().Runs(key, q.now), Aside: q.aside[key]}
	if it.Aside == "" && leaseRunsOut(p.Until(i), q.now) {
		it.Aside = LeaseOver
	}
	if it.Aside == "" && q.signIn { // what must be allowed first does not stop those behind it
		it.Aside = q.books.Office.Barred(key)
	}
	return it
}

// shown is the record at a place, for the list.
func (t *turns) shown(at int) QueueItem {
	q := queueItem(t.item(at))
	if t.plan != nil {
		q.Turn = t.words[t.plan.ClassAt(at)]
		q.Turn.Rank = t.plan.Rank(at)
	}
	return q
}

// turnOf is what the screen is told of a verdict, but for the rank.
func turnOf(v policy.Verdict) Turn {
	out := Turn{Held: v.Why.Held(), ID: v.Words("id"), EN: v.Words("en"), ShortID: v.Short("id"), ShortEN: v.Short("en")}
	if v.Why == policy.ByClearing {
		out.ID, out.EN, out.ShortID, out.ShortEN = "", "", "", ""
	}
	if v.Rule != nil {
		out.Rule = v.Rule.ID
	}
	for _, r := range v.Refer {
		out.Refer = strings.TrimPrefix(out.Refer+","+string(r), ",")
	}
	return out
}

// allowed holds a record to the order. An urgent case gives the fact that it was one, to be written with the intent.
// Faults: those of policy.Allowed and policy.TakeUrgent.
func (s *Station) allowed(now time.Time) error {
	if s.opts.Policy == nil {
		return nil
	}
	_, _ = s.head(now) // the plan still holds
	if s.job.urgent != "" {
		f, err := policy.TakeUrgent(s.turns.plan, s.job.key, s.job.urgent, s.who())
		s.job.early = &f
		return err
	}
	turn := policy.TurnFree
	if s.opts.SignIn {
		turn = policy.TurnStrict
	}
	return policy.Allowed(s.turns.plan, s.job.key, turn)
}

// setAside keeps a record that was refused for itself from stopping those behind it, for the rest of the run.
func (s *Station) setAside() {
	if f := s.state.Fault; f != nil && s.job != nil && s.job.test == nil && ofRecord(f.Code) {
		s.aside[s.job.key] = f.Code
		s.replan(time.Now())
	}
}

// ofRecord says whether a fault is the record's own: another try at it says the same.
func ofRecord(c drivers.Code) bool {
	switch c {
	case drivers.ChipDataTooLarge, source.NotQueued, HandedOn, LeaseOver, api.Withdrawn, api.StaleFence, api.NotHeld, api.NoSuchRecord:
		return true
	}
	return c[0] == 'R'
}
