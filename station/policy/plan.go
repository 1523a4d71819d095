package policy

import (
	"slices"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/record"
)

// Item is what the plan knows of a waiting record.
type Item struct {
	Key      record.Key
	Kind     record.Kind
	Reason   string
	NotAfter time.Time
	Suket    bool // a temporary letter of this record runs: Register.Runs
	// Aside is the fault for which this record itself was refused earlier in this run and was not mended; "" = none. It is
	// passed over, so that it does not stop those behind it.
	Aside drivers.Code
}

// Blanks is the stock of one type.
type Blanks struct {
	Left      int // vault and feeder together
	MadeDay   int // good cards today: Register.Made
	MadeMonth int
}

// Moment is what the plan depends on beside table and queue.
type Moment struct {
	Now     time.Time // in the office's time zone
	Office  string
	Reserve int // stock.reserve
	Stock   map[record.Kind]Blanks
	// CardTime is how long one card takes, for the last hour; 0 = usualCard.
	CardTime time.Duration
}

// usualCard is a card's time until the station has learned its own: 40 to 60 s of colour panels and chip, and the hand's time (DESIGN 15).
const usualCard = 90 * time.Second

// Why says why a record stands where it stands.
type Why string

// Whys of records that may be printed, and of held ones.
const (
	ByClearing Why = "clearing" // no rule in force, or one without groups: in the order of clearing
	ByGroup    Why = "group"    // in a group of the rule
	ByRest     Why = "rest"     // in none of its groups
	ByElection Why = "election" // first-time voter in an election

	HeldRule    Why = "rule"      // the rule sends this reason elsewhere
	HeldKeep    Why = "keep"      // the blanks that are left are kept for others
	HeldDay     Why = "day"       // today's quota is spent
	HeldMonth   Why = "month"     // this month's quota is spent
	HeldClosed  Why = "closed"    // outside the opening hours
	HeldLast    Why = "last"      // cannot be finished before closing
	HeldExpired Why = "expired"   // the centre's last moment has passed
	HeldAside   Why = "set-aside" // the record itself was refused
)

// Queue is what waits, in the order of clearing.
type Queue interface {
	Len() int
	At(place int) Item
	Key(place int) record.Key // that of At, without the rest
}

// Items is a Queue of items that lie one after the other.
type Items []Item

// Len implements Queue.
func (q Items) Len() int { return len(q) }

// At implements Queue.
func (q Items) At(place int) Item { return q[place] }

// Key implements Queue.
func (q Items) Key(place int) record.Key { return q[place].Key }

// Held says that a record with this why is not to be printed now.
func (w Why) Held() bool {
	switch w {
	case ByClearing, ByGroup, ByRest, ByElection:
		return false
	}
	return true
}

// Verdict is the plan for one record.
type Verdict struct {
	Key   record.Key
	Kind  record.Kind
	At    int // its place in the queue that was planned
	Rank  int // 1 is the next of its Kind; 0 = held
	Group int // of the rule's First, from 1; 0 = election; after the last = none of them
	Why   Why
	Rule  *Rule        // in force for this Kind; nil = none
	Refer []Refer      // of a held record; may be empty
	Opens time.Time    // of HeldClosed: when the office opens next; zero where none is known
	Aside drivers.Code // of HeldAside: why
}

// Held says that the record is not to be printed now.
func (v Verdict) Held() bool { return v.Why.Held() }

// Plan is a queue in the order in which it is to be printed: those that may be printed by rank, WNI and WNA ranked apart, then those
// that are held. A place of that order takes ten bytes. A Plan is never changed.
type Plan struct {
	queue   Queue
	order   []int32   // places in the queue
	rank    []int32   // of each in the order; 0 = held
	class   []uint16  // of each in the order: in classes
	classes []Verdict // every verdict that there is, without Key, At, and Rank
	printed int       // how many may be printed: the first ones of the order
	until   time.Time
}

// Plan puts a queue in order. queue is in the order of clearing (source.Store.List), which is kept within every group. It must be made again
// when a card was made, the stock, the queue, or a suket changed, and at Until; it is linear in the queue.
func (t *Table) Plan(m Moment, queue Queue) *Plan {
	if m.CardTime <= 0 {
		m.CardTime = usualCard
	}
	open, election := t.Opening(m.Now, m.Office), t.Election(m.Now, m.Office) != nil
	p := &planner{
		moment: m, open: open, election: election, desks: map[record.Kind]*desk{},
		named: t.named(), known: map[traits]uint16{}, whole: map[whole]uint16{}, until: t.changes(m.Now, open),
	}
	for _, k := range []record.Kind{record.WNI, record.WNA} {
		stock := m.Stock[k]
		p.desks[k] = newDesk(k, t.Rule(m.Now, m.Office, stock.Left < m.Reserve), stock, m, open)
	}
	n := queue.Len()
	out := &Plan{queue: queue, order: make([]int32, n), rank: make([]int32, n), class: make([]uint16, n)}
	drawn := make([]uint16, n) // by place in the queue: in p.places
	for i := range n {
		drawn[i] = p.place(queue.At(i))
	}
	held := n
	for _, i := range p.byGroup(drawn) {
		pl := p.places[drawn[i]]
		c, rank := pl.desk.verdict(pl)
		at := out.printed
		if rank == 0 {
			held--
			at = held
		} else {
			out.printed++
		}
		out.order[at], out.rank[at], out.class[at] = i, int32(rank), p.class(drawn[i], c)
	}
	slices.Reverse(out.order[held:])
	slices.Reverse(out.class[held:])
	if open.Last {
		for _, d := range p.desks { // the last one that can still be finished will be too late a moment after this
			p.until = sooner(p.until, open.Closes.Add(1-time.Duration(d.ranked)*m.CardTime), m.Now)
		}
	}
	out.classes, out.until = p.classes, p.until
	return out
}

// named are the reasons that decide anything.
func (t *Table) named() map[string]string {
	named := map[string]string{electionFirst: electionFirst}
	add := func(who []string) {
		for _, w := range who {
			reason := strings.TrimPrefix(w, "suket:")
			named[reason] = reason
		}
	}
	for i := range t.Rules {
		r := &t.Rules[i]
		for _, group := range r.First {
			add(group)
		}
		for _, h := range r.Hold {
			add(h.Who)
		}
		add(r.KeepFor)
	}
	return named
}

// electionFirst is the reason of first-time voters.
const electionFirst = "pemula"

// Len is the number of records.
func (p *Plan) Len() int { return len(p.order) }

// Printed is how many of them may be printed now: the first ones.
func (p *Plan) Printed() int { return p.printed }

// Order gives the places in the queue, in the order of printing. It is not to be changed.
func (p *Plan) Order() []int32 { return p.order }

// At is the verdict on a place of the order.
func (p *Plan) At(at int) Verdict {
	v := p.classes[p.class[at]]
	v.At, v.Rank = int(p.order[at]), int(p.rank[at])
	v.Key = p.queue.Key(v.At)
	return v
}

// Rank is the rank at a place of the order; 0 = held.
func (p *Plan) Rank(at int) int { return int(p.rank[at]) }

// Classes is how many different verdicts there are, but for record and rank.
func (p *Plan) Classes() int { return len(p.classes) }

// Class is one of them, without Key, At, and Rank.
func (p *Plan) Class(n int) Verdict { return p.classes[n] }

// ClassAt is which of them stands at a place of the order.
func (p *Plan) ClassAt(at int) int { return int(p.class[at]) }

// Verdicts gives all of them, in the order of printing.
func (p *Plan) Verdicts() []Verdict {
	all := make([]Verdict, p.Len())
	for at := range all {
		all[at] = p.At(at)
	}
	return all
}

// Until is when calendar, deadlines, or the time that is left before closing change the plan next: before it, the clock alone changes
// nothing.
func (p *Plan) Until() time.Time { return p.until }

// changes is when the calendar alone changes what it says.
func (t *Table) changes(now time.Time, open Opening) time.Time {
	until := at(now, 24*60) // rules, elections, holidays, quotas, and letters go by days
	for _, next := range []time.Time{open.Opens, open.Closes, open.Closes.Add(-time.Duration(t.LastMinutes) * time.Minute)} {
		until = sooner(until, next, now)
	}
	return until
}

// sooner is next where that is still to come and comes before until.
func sooner(until, next, now time.Time) time.Time {
	if next.After(now) && next.Before(until) {
		return next
	}
	return until
}

// Turns gives, for whoever fetches records, whose turn it is: the groups of the rule in force by the reasons of records, and the reasons
// that it holds back. What a rule says of holders of a letter the fetcher cannot know.
func (t *Table) Turns(now time.Time, office string, short bool) (first [][]string, hold []string) {
	if t.Election(now, office) != nil {
		first = append(first, []string{electionFirst})
	}
	r := t.Rule(now, office, short)
	if r == nil {
		return first, nil
	}
	reasons := record.Reasons()
	for _, group := range r.First {
		var g []string
		for _, who := range group {
			if slices.Contains(reasons, who) {
				g = append(g, who)
			}
		}
		if len(g) > 0 {
			first = append(first, g)
		}
	}
	for _, h := range r.Hold {
		for _, who := range h.Who {
			if slices.Contains(reasons, who) && !slices.ContainsFunc(r.First, func(g []string) bool { return slices.Contains(g, "suket:"+who) || slices.Contains(g, "suket") }) {
				hold = append(hold, who)
			}
		}
	}
	return first, hold
}

// planner is a plan in the making.
type planner struct {
	moment   Moment
	open     Opening
	election bool
	desks    map[record.Kind]*desk
	places   []place
	named    map[string]string // the reasons that a rule or an election names, by themselves
	known    map[traits]uint16 // in places
	classes  []Verdict
	whole    map[whole]uint16 // in classes
	until    time.Time
}

// traits are all that decides where a record belongs: few of them are different.
type traits struct {
	kind    record.Kind
	reason  string
	suket   bool
	expired bool
	aside   drivers.Code
}

// place is where a record belongs before counts and hours are looked at.
type place struct {
	desk  *desk
	group int
	why   Why
	refer []Refer
	kept  bool // one of KeepFor
	aside drivers.Code
}

// whole is a place with what came of it.
type whole struct {
	place uint16
	why   Why
}

// place finds where a record belongs.
func (p *planner) place(i Item) uint16 {
	s := traits{i.Kind, p.named[i.Reason], i.Suket, p.moment.Now.After(i.NotAfter), i.Aside} // NotAfter itself is still in time
	if !s.expired {
		p.until = sooner(p.until, i.NotAfter.Add(1), p.moment.Now)
	}
	n, ok := p.known[s]
	if !ok {
		if p.desks[i.Kind] == nil {
			p.desks[i.Kind] = newDesk(i.Kind, nil, Blanks{}, p.moment, p.open)
		}
		n = uint16(len(p.places))
		p.known[s] = n
		p.places = append(p.places, p.desks[i.Kind].place(s, p.election))
	}
	return n
}

// byGroup gives the places in the queue sorted by group, stable.
func (p *planner) byGroup(drawn []uint16) []int32 {
	groups := 1
	for _, pl := range p.places {
		groups = max(groups, pl.group+1)
	}
	start := make([]int32, groups+1)
	for _, n := range drawn {
		start[p.places[n].group+1]++
	}
	for g := range groups {
		start[g+1] += start[g]
	}
	order := make([]int32, len(drawn))
	for i, n := range drawn {
		g := p.places[n].group
		order[start[g]] = int32(i)
		start[g]++
	}
	return order
}

// class keeps a verdict once.
func (p *planner) class(n uint16, why Why) uint16 {
	c, ok := p.whole[whole{n, why}]
	if !ok {
		c = uint16(len(p.classes))
		p.whole[whole{n, why}] = c
		p.classes = append(p.classes, p.places[n].words(why))
	}
	return c
}

// desk is the plan in the making for one kind of blank.
type desk struct {
	kind   record.Kind
	rule   *Rule
	stock  Blanks
	moment Moment
	open   Opening
	match  map[string]place
	rest   place
	ranked int
	others int // ranked that are not of KeepFor
}

func newDesk(k record.Kind, r *Rule, stock Blanks, m Moment, open Opening) *desk {
	d := &desk{kind: k, rule: r, stock: stock, moment: m, open: open, match: map[string]place{}}
	d.rest = place{group: 1, why: ByClearing}
	if r == nil {
		return d
	}
	if len(r.First) > 0 || len(r.Hold) > 0 {
		d.rest = place{group: len(r.First) + 1, why: ByRest}
	}
	for g, who := range r.First {
		for _, s := range who {
			d.match[s] = place{group: g + 1, why: ByGroup}
		}
	}
	for h := range r.Hold {
		for _, s := range r.Hold[h].Who {
			d.match[s] = place{group: len(r.First) + 1, why: HeldRule, refer: r.Hold[h].Refer}
		}
	}
	return d
}

// place finds the most specific selector of the rule that fits.
func (d *desk) place(s traits, election bool) place {
	p, ok := d.find(s)
	if !ok {
		p = d.rest
	}
	if election && s.reason == electionFirst {
		p = place{group: 0, why: ByElection}
	}
	switch {
	case s.expired:
		p.why, p.refer = HeldExpired, nil
	case s.aside != "":
		p.why, p.refer, p.aside = HeldAside, nil, s.aside
	}
	if d.rule != nil {
		for _, who := range d.rule.KeepFor {
			p.kept = p.kept || fits(who, s)
		}
	}
	p.desk = d
	return p
}

func (d *desk) find(s traits) (p place, ok bool) {
	if s.suket {
		if p, ok = d.match["suket:"+s.reason]; ok {
			return p, ok
		}
		if p, ok = d.match["suket"]; ok {
			return p, ok
		}
	}
	if p, ok = d.match[s.reason]; ok {
		return p, ok
	}
	p, ok = d.match["*"]
	return p, ok
}

func fits(who string, s traits) bool {
	return who == "*" || who == s.reason || s.suket && (who == "suket" || who == "suket:"+s.reason)
}

// verdict takes the records in their order and counts what the calendar, the quotas, and the kept blanks still leave. It gives the rank,
// 0 for a held one.
func (d *desk) verdict(p place) (why Why, rank int) {
	switch p.why {
	case HeldAside, HeldRule, HeldExpired:
		return p.why, 0
	}
	free := p.why == ByElection // an election is what the last blanks are for
	switch r := d.rule; {
	case !d.open.Always && !d.open.Open:
		return HeldClosed, 0
	case d.open.Last && d.moment.Now.Add(time.Duration(d.ranked+1)*d.moment.CardTime).After(d.open.Closes):
		return HeldLast, 0
	case r == nil || free:
	case r.Keep > 0 && !p.kept && d.stock.Left-d.others <= r.Keep:
		return HeldKeep, 0
	case r.QuotaDay > 0 && d.stock.MadeDay+d.ranked >= r.QuotaDay:
		return HeldDay, 0
	case r.QuotaMonth > 0 && d.stock.MadeMonth+d.ranked >= r.QuotaMonth:
		return HeldMonth, 0
	}
	d.ranked++
	if !p.kept {
		d.others++
	}
	return p.why, d.ranked
}

// words is the verdict on the records of a place.
func (p place) words(why Why) Verdict {
	v := Verdict{Kind: p.desk.kind, Group: p.group, Why: why, Rule: p.desk.rule, Refer: p.refer}
	switch why {
	case HeldAside:
		v.Aside = p.aside
	case HeldClosed:
		v.Opens = p.desk.open.Opens
	case HeldKeep, HeldDay, HeldMonth:
		v.Refer = []Refer{ToWait}
	}
	return v
}

// Turn says how free the operator is among those who may be printed.
type Turn string

// Turns.
const (
	TurnFree   Turn = "free"   // anybody who is not held
	TurnStrict Turn = "strict" // only the next one; anybody else is an urgent case
)

// Allowed says whether a record may be begun now by the plan. An urgent case is not asked: Urgent is. What is wrong with the record
// itself (expired, set aside) is left to its own check, which says it better. Faults: HeldByPolicy, OfficeClosed, OutOfTurn, each with
// the reason in the detail.
func Allowed(plan *Plan, key record.Key, turn Turn) error {
	v, ok := plan.Find(key)
	if !ok {
		return refuse(HeldByPolicy, "policy", "the record is not in the plan")
	}
	switch v.Why {
	case HeldExpired, HeldAside:
		return nil
	case HeldClosed, HeldLast:
		return refuse(OfficeClosed, "policy", v.Words("en"))
	case HeldRule, HeldKeep, HeldDay, HeldMonth:
		return refuse(HeldByPolicy, "policy", v.Words("en"))
	}
	if turn == TurnStrict && v.Rank > 1 {
		return refuse(OutOfTurn, "policy", v.Words("en"))
	}
	return nil
}

// Find gives the verdict on a record; false where it is not in the plan.
func (p *Plan) Find(key record.Key) (Verdict, bool) {
	for at, i := range p.order {
		if p.queue.Key(int(i)) == key {
			return p.At(at), true
		}
	}
	return Verdict{}, false
}

// Head gives the next record of a kind.
func Head(plan *Plan, kind record.Kind) (record.Key, bool) {
	for at := range plan.printed {
		if v := plan.At(at); v.Kind == kind {
			return v.Key, true
		}
	}
	return record.Key{}, false
}
