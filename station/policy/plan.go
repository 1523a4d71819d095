package policy

import (
	"slices"
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

// Verdict is the plan for one record.
type Verdict struct {
	Key   record.Key
	Kind  record.Kind
	At    int // its index in the queue that was planned
	Rank  int // 1 is the next of its Kind; 0 = held
	Group int // of the rule's First, from 1; 0 = election; after the last = none of them
	Why   Why
	Rule  *Rule   // in force for this Kind; nil = none
	Refer []Refer // of a held record; may be empty
	more  *more   // few verdicts have it, and a queue has hundreds of thousands
}

type more struct {
	opens time.Time
	aside drivers.Code
}

// Opens is when the office opens next, of HeldClosed; zero where none is known.
func (v Verdict) Opens() time.Time {
	if v.more == nil {
		return time.Time{}
	}
	return v.more.opens
}

// Held says that the record is not to be printed now.
func (v Verdict) Held() bool { return v.Rank == 0 }

// Plan puts a queue in the order in which it is to be printed: those that may be printed by rank, WNI and WNA ranked apart, then those
// that are held. queue is in the order of clearing (source.Store.Queue), which is kept within every group. It must be made again
// when a card was made, the stock, the queue, or a suket changed, and when the calendar's hour or day did; it is linear in the queue.
func (t *Table) Plan(m Moment, queue []Item) []Verdict {
	if m.CardTime <= 0 {
		m.CardTime = usualCard
	}
	open, election := t.Opening(m.Now, m.Office), t.Election(m.Now, m.Office) != nil
	desks := map[record.Kind]*desk{}
	for _, k := range []record.Kind{record.WNI, record.WNA} {
		stock := m.Stock[k]
		desks[k] = newDesk(t.Rule(m.Now, m.Office, stock.Left < m.Reserve), stock, m, open, election)
	}
	places := make([]place, len(queue))
	groups := 2
	for i := range queue {
		if desks[queue[i].Kind] == nil {
			desks[queue[i].Kind] = newDesk(nil, Blanks{}, m, open, election)
		}
		places[i] = desks[queue[i].Kind].place(&queue[i], m.Now)
		groups = max(groups, places[i].group+1)
	}
	order := byGroup(places, groups)
	out := make([]Verdict, len(queue))
	printed, held := 0, len(out)
	for _, i := range order {
		v := desks[queue[i].Kind].verdict(&queue[i], places[i])
		v.At = i
		if v.Held() {
			held--
			out[held] = v
		} else {
			out[printed] = v
			printed++
		}
	}
	slices.Reverse(out[held:])
	return out
}

// Turns gives, for whoever fetches records, whose turn it is: the groups of the rule in force by the reasons of records, and the reasons
// that it holds back. What a rule says of holders of a letter the fetcher cannot know.
func (t *Table) Turns(now time.Time, office string, short bool) (first [][]string, hold []string) {
	if t.Election(now, office) != nil {
		first = append(first, []string{"pemula"})
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

// byGroup gives the indexes sorted by group, stable.
func byGroup(places []place, groups int) []int {
	start := make([]int, groups+1)
	for _, p := range places {
		start[p.group+1]++
	}
	for g := range groups {
		start[g+1] += start[g]
	}
	order := make([]int, len(places))
	for i, p := range places {
		order[start[p.group]] = i
		start[p.group]++
	}
	return order
}

// place is where a record belongs before counts and hours are looked at.
type place struct {
	group int
	why   Why
	refer []Refer
	kept  bool // one of KeepFor
}

// desk is the plan in the making for one kind of blank.
type desk struct {
	rule     *Rule
	stock    Blanks
	moment   Moment
	open     Opening
	election bool
	match    map[string]place
	rest     place
	ranked   int
	others   int // ranked that are not of KeepFor
	closed   *more
}

func newDesk(r *Rule, stock Blanks, m Moment, open Opening, election bool) *desk {
	d := &desk{rule: r, stock: stock, moment: m, open: open, election: election, match: map[string]place{}, closed: &more{opens: open.Opens}}
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

// place finds the most specific selector that fits.
func (d *desk) place(i *Item, now time.Time) place {
	p, ok := d.find(i)
	if !ok {
		p = d.rest
	}
	if d.election && i.Reason == "pemula" {
		p = place{group: 0, why: ByElection}
	}
	switch {
	case now.After(i.NotAfter):
		p.why, p.refer = HeldExpired, nil
	case i.Aside != "":
		p.why, p.refer = HeldAside, nil
	}
	if d.rule != nil {
		for _, s := range d.rule.KeepFor {
			p.kept = p.kept || fits(s, i)
		}
	}
	return p
}

func (d *desk) find(i *Item) (p place, ok bool) {
	if i.Suket {
		if p, ok = d.match["suket:"+i.Reason]; ok {
			return p, ok
		}
		if p, ok = d.match["suket"]; ok {
			return p, ok
		}
	}
	if p, ok = d.match[i.Reason]; ok {
		return p, ok
	}
	p, ok = d.match["*"]
	return p, ok
}

func fits(s string, i *Item) bool {
	return s == "*" || s == i.Reason || i.Suket && (s == "suket" || s == "suket:"+i.Reason)
}

// verdict takes the records in their order and counts what the calendar, the quotas, and the kept blanks still leave.
func (d *desk) verdict(i *Item, p place) Verdict {
	v := Verdict{Key: i.Key, Kind: i.Kind, Group: p.group, Why: p.why, Rule: d.rule, Refer: p.refer}
	free := p.why == ByElection // an election is what the last blanks are for
	switch p.why {
	case HeldAside:
		v.more = &more{aside: i.Aside}
		return v
	case HeldRule, HeldExpired:
		return v
	}
	switch r := d.rule; {
	case !d.open.Always && !d.open.Open:
		v.Why, v.more = HeldClosed, d.closed
	case d.open.Last && d.moment.Now.Add(time.Duration(d.ranked+1)*d.moment.CardTime).After(d.open.Closes):
		v.Why = HeldLast
	case r == nil || free:
	case r.Keep > 0 && !p.kept && d.stock.Left-d.others <= r.Keep:
		v.Why, v.Refer = HeldKeep, []Refer{ToWait}
	case r.QuotaDay > 0 && d.stock.MadeDay+d.ranked >= r.QuotaDay:
		v.Why, v.Refer = HeldDay, []Refer{ToWait}
	case r.QuotaMonth > 0 && d.stock.MadeMonth+d.ranked >= r.QuotaMonth:
		v.Why, v.Refer = HeldMonth, []Refer{ToWait}
	}
	if v.Why != p.why {
		return v
	}
	d.ranked++
	if !p.kept {
		d.others++
	}
	v.Rank = d.ranked
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
func Allowed(plan []Verdict, key record.Key, turn Turn) error {
	for i := range plan {
		v := &plan[i]
		if v.Key != key {
			continue
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
	return refuse(HeldByPolicy, "policy", "the record is not in the plan")
}

// Head gives the next record of a kind.
func Head(plan []Verdict, kind record.Kind) (record.Key, bool) {
	for i := range plan {
		if plan[i].Held() {
			break // the held ones stand last
		}
		if plan[i].Kind == kind {
			return plan[i].Key, true
		}
	}
	return record.Key{}, false
}
