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

// turns is the queue in the order of the policy, at one moment. It is replaced whole and never changed.
type turns struct {
	made  time.Time
	queue []source.Item    // in the order of clearing; shared with the books
	plan  []policy.Verdict // of each of them, in the order of printing, the held ones last; nil without a policy
	held  int
}

// item is the record at a place of the order of printing.
func (t *turns) item(at int) source.Item {
	if t.plan != nil {
		at = t.plan[at].At
	}
	return t.queue[at]
}

// planAge is how old a plan may be: the calendar goes by minutes.
const planAge = time.Minute

// head is the next record that the blanks in the feeder fit, by a plan that is not old.
func (s *Station) head(now time.Time) (source.Item, bool) {
	if age := now.Sub(s.turns.made); age > planAge || age < 0 {
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
	for i := range t.queue {
		if t.plan != nil && t.plan[i].Held() {
			break // the held ones stand last
		}
		if q := t.item(i); string(q.Kind) == string(blank) && q.Key != but {
			return i, true
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
	var ix *search.Index
	if !t.same(s.turns) {
		ix = search.Ordered(t.queue, t.order())
	}
	s.mu.Lock()
	s.turns = t
	if ix != nil {
		s.index = ix
	}
	s.mu.Unlock()
}

// same reports whether both have the same records in the same order.
func (t *turns) same(as *turns) bool {
	if len(t.queue) != len(as.queue) {
		return false
	}
	for i := range t.queue {
		if t.item(i).Key != as.item(i).Key {
			return false
		}
	}
	return true
}

// order gives the places in the queue, in the order of printing; nil where they are the same.
func (t *turns) order() []int32 {
	if t.plan == nil {
		return nil
	}
	order := make([]int32, len(t.plan))
	for i := range t.plan {
		order[i] = int32(t.plan[i].At)
	}
	return order
}

// Plan puts what waits (in the order of clearing) into the order of the policy in o, and gives each record's place; without a
// policy there are no places.
func Plan(b *Books, waiting []source.Item, o Options, now time.Time) ([]source.Item, []policy.Verdict) {
	t := newTurns(b, waiting, o, nil, 0, now)
	ordered := make([]source.Item, len(t.queue))
	for i := range ordered {
		ordered[i] = t.item(i)
	}
	return ordered, t.plan
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
func newTurns(b *Books, waiting []source.Item, o Options, aside map[record.Key]drivers.Code, card time.Duration, now time.Time) *turns {
	t := &turns{made: now, queue: waiting}
	if o.Policy == nil {
		return t
	}
	items := make([]policy.Item, len(waiting))
	for i, q := range waiting {
		items[i] = policy.Item{Key: q.Key, Kind: q.Kind, Reason: q.Reason, NotAfter: q.NotAfter, Suket: b.Office.Letters().Runs(q.Key, now), Aside: aside[q.Key]}
		if items[i].Aside == "" && leaseRunsOut(q, now) {
			items[i].Aside = LeaseOver
		}
		if items[i].Aside == "" && o.SignIn { // what must be allowed first does not stop those behind it
			if err := b.Office.MayPrint(q.Key); err != nil {
				items[i].Aside = drivers.AsFault(err).Code
			}
		}
	}
	t.plan = o.Policy.Plan(b.Moment(o, card, now), items)
	for i := range t.plan {
		if t.plan[i].Held() {
			t.held++
		}
	}
	return t
}

// shown is the record at a place, for the list.
func (t *turns) shown(at int) QueueItem {
	q := queueItem(t.item(at))
	q.Turn = t.turn(at)
	return q
}

// turn is what the screen is told of a place.
func (t *turns) turn(at int) Turn {
	if t.plan == nil {
		return Turn{}
	}
	v := t.plan[at]
	out := Turn{Rank: v.Rank, Held: v.Held(), ID: v.Words("id"), EN: v.Words("en"), ShortID: v.Short("id"), ShortEN: v.Short("en")}
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
	_, _ = s.head(now) // the plan is not old
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
