package drill

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"

	"cetak/drivers"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
)

// World is what of the simulator's truth a score needs (`hwsim world --json`).
type World struct {
	Feeder  int               `json:"feeder"`
	Machine *Card             `json:"machine"`
	Reader  *Card             `json:"reader"` // laid on it by hand
	Trays   map[string][]Card `json:"trays"`  // good, reject, bin, emptied, hand
}

// Card is one card of the world.
type Card struct {
	UID string `json:"uid"`
}

// rejected are the cards out of use: in the reject box, or taken out of it.
func (w World) rejected() []Card {
	return slices.Concat(w.Trays["reject"], w.Trays["bin"], w.Trays["emptied"])
}

// Evidence is what a score follows from.
type Evidence struct {
	Entries iter.Seq2[journal.Entry, error] // the drill's whole journal
	Rules   office.Rules
	World   World
	Hints   int // that the trainee asked for
}

// What is one part of a score.
type What string

// Parts of a score.
const (
	Work    What = "work"
	Advice  What = "advice"
	Blanks  What = "blanks"
	Idle    What = "idle"
	Closing What = "closing"
)

// How long the line may wait for a hand over the whole day. Up to idleFree nothing is lost, from idleNone on no mark is left; the time
// is the trainee's, also where the simulator runs faster than the machine.
const (
	idleFree = 3 * time.Minute
	idleNone = 10 * time.Minute
)

// Result is what a day was worth.
type Result struct {
	Day    string        `json:"drill"`
	Marks  int           `json:"marks"`
	Of     int           `json:"of"`
	Rows   []Row         `json:"rows"`
	Made   int           `json:"made"` // people with a card
	Lost   int           `json:"lost"` // blanks spoiled or missing
	Needed int           `json:"needed"`
	Waited time.Duration `json:"waited_ns"` // for a hand
	Hints  int           `json:"hints"`
	Closed bool          `json:"closed"` // the day is over
}

// Row is one part of it.
type Row struct {
	What  What     `json:"what"`
	Marks int      `json:"marks"`
	Of    int      `json:"of"`
	Why   []Reason `json:"why,omitempty"` // what was lost, or why nothing was
}

// Reason is a sentence of words.toml with its figures. Says gives it.
type Reason struct {
	Key  string `json:"key"`
	N    int    `json:"n,omitempty"`
	M    int    `json:"m,omitempty"`
	What string `json:"what,omitempty"`
}

// Of works out what a day was worth so far. It fails only where the journal does not read.
func Of(d Day, e Evidence) (Result, error) {
	b, err := readBook(d, e)
	if err != nil {
		return Result{}, err
	}
	r := Result{Day: d.ID, Of: Full, Made: len(b.good), Lost: b.lost(), Needed: d.Needed, Waited: b.waited, Hints: e.Hints, Closed: b.closed()}
	s := scorer{d: d, b: b, w: e.World}
	for _, p := range []struct {
		what What
		of   int
		do   func(of int) (int, []Reason)
	}{
		{Work, d.Marks.Work, s.work}, {Advice, d.Marks.Advice, s.advice}, {Blanks, d.Marks.Blanks, s.blanks},
		{Idle, d.Marks.Idle, s.idle}, {Closing, d.Marks.Closing, s.closing},
	} {
		if p.of == 0 {
			continue
		}
		marks, why := p.do(p.of)
		r.Rows = append(r.Rows, Row{What: p.what, Marks: marks, Of: p.of, Why: why})
		r.Marks += marks
	}
	return r, nil
}

// book is what the journal says, as far as a score asks.
type book struct {
	state    *office.State
	attempts []*attempt
	good     map[string]bool // records with a good card
	unclean  bool
	reopened bool
	booked   int // blanks booked from the feeder to missing, with minutes
	waited   time.Duration

	since time.Time // the line waits for a hand since then
	last  time.Time
}

// attempt is one blank on its way.
type attempt struct {
	id, uid, outcome string
	faults           []drivers.Code
	looked           []flow.Verdict // what the evidence said of it
	cut              bool           // it was in hand when the program was killed
}

func readBook(d Day, e Evidence) (*book, error) {
	b := &book{state: office.New(e.Rules), good: map[string]bool{}}
	for line, err := range e.Entries {
		if err == nil {
			err = b.state.Apply(line)
		}
		if err == nil {
			err = b.take(line)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *book) take(e journal.Entry) error {
	var d struct {
		Code    drivers.Code
		Outcome string
		Verdict flow.Verdict
		Tray    drivers.Tray
	}
	switch e.Kind {
	case journal.KindFault, journal.KindOutcome, journal.KindSettled, journal.KindDischarged:
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return fmt.Errorf("journal line %d: %w", e.Seq, err)
		}
	case journal.KindMovement:
		m, err := ledger.Decode(e.Data)
		if err != nil {
			return err
		}
		if m.Kind == ledger.CountAdjustment && m.Attempt == "" {
			switch {
			case m.From == ledger.Hopper && m.To == ledger.Missing:
				b.booked += m.Count
			case m.From == ledger.Missing && m.To == ledger.Hopper:
				b.booked -= m.Count
			}
		}
	}
	b.clock(e, d.Verdict, d.Tray)
	a := b.attempt(e.Attempt)
	switch e.Kind {
	case journal.KindUncleanStart:
		b.unclean = true
		if n := len(b.attempts); n > 0 && b.attempts[n-1].outcome == "" {
			b.attempts[n-1].cut = true
		}
	case journal.KindReopened:
		b.reopened = true
	}
	if a == nil {
		return nil
	}
	switch e.Kind {
	case journal.KindUID:
		a.uid = e.UID
	case journal.KindFault:
		a.faults = append(a.faults, d.Code)
	case journal.KindSettled:
		a.looked = append(a.looked, d.Verdict)
	case journal.KindOutcome:
		if a.outcome = d.Outcome; d.Outcome == string(flow.OutcomeGood) {
			b.good[e.Record] = true
		}
	}
	return nil
}

func (b *book) attempt(id string) *attempt {
	if id == "" {
		return nil
	}
	i := slices.IndexFunc(b.attempts, func(a *attempt) bool { return a.id == id })
	if i < 0 {
		b.attempts = append(b.attempts, &attempt{id: id})
		i = len(b.attempts) - 1
	}
	return b.attempts[i]
}

// clock adds up the time in which the line waited for a hand: from a fault, from a card that is to be judged, or from the last sign of
// life before the power failed, to the next thing that a machine did or a person decided.
func (b *book) clock(e journal.Entry, v flow.Verdict, t drivers.Tray) {
	switch e.Kind {
	case journal.KindFault, journal.KindUncleanStart:
		if b.since.IsZero() {
			b.since = e.At
			if e.Kind == journal.KindUncleanStart {
				b.since = b.last
			}
		}
	case journal.KindIntent, journal.KindLoaded, journal.KindUID, journal.KindWritten, journal.KindVerified, journal.KindPrinting,
		journal.KindPrinted, journal.KindDischarging, journal.KindDischarged, journal.KindConfirmed, journal.KindSettled, journal.KindOutcome,
		journal.KindReopened, journal.KindShiftClosed:
		if !b.since.IsZero() {
			b.waited += e.At.Sub(b.since)
			b.since = time.Time{}
		}
		if e.Kind == journal.KindDischarged && t == drivers.TrayGood || e.Kind == journal.KindSettled && v == flow.VerdictAsk {
			b.since = e.At
		}
	}
	b.last = e.At
}

func (b *book) count(a ledger.Account) int {
	n := 0
	for _, t := range ledger.BlankTypes() {
		n += b.state.Ledger().Count(t, a)
	}
	return n
}

func (b *book) lost() int {
	return b.count(ledger.Spoiled) + b.count(ledger.Destroyed) + b.count(ledger.Missing)
}

// shift is the last one; nil when none was opened.
func (b *book) shift() *office.Shift {
	all := b.state.Shifts()
	if len(all) == 0 {
		return nil
	}
	return &all[len(all)-1]
}

func (b *book) closed() bool { sh := b.shift(); return sh != nil && sh.Closing != nil }

// scorer judges a day by its book and the world.
type scorer struct {
	d Day
	b *book
	w World
}

func because(key string, n, m int) []Reason { return []Reason{{Key: key, N: n, M: m}} }

func (s scorer) done() int { return min(len(s.b.good), s.d.People) }

func (s scorer) work(of int) (int, []Reason) {
	return of * s.done() / s.d.People, because("made", s.done(), s.d.People)
}

// blanks and idle are worth something only as far as the day was worked.
func (s scorer) share(of int) int { return of * s.done() / s.d.People }

// blanks: each one beyond those that the day takes costs half.
func (s scorer) blanks(of int) (int, []Reason) {
	lost, over := s.b.lost(), max(0, s.b.lost()-s.d.Needed)
	key := "lost.fit"
	if over > 0 {
		key = "lost.over"
	}
	return s.share(of) * max(0, 2-over) / 2, []Reason{{Key: key, N: lost, M: s.d.Needed}}
}

func (s scorer) idle(of int) (int, []Reason) {
	over := max(0, s.b.waited-idleFree)
	left := max(0, idleNone-idleFree-over)
	key := "waited.fit"
	if over > 0 {
		key = "waited.over"
	}
	return int(time.Duration(s.share(of)) * left / (idleNone - idleFree)), because(key, int(s.b.waited/time.Second), int(idleFree/time.Second))
}

// closing: two fifths for a closed shift; the rest where every account of it lies in the world as the books say.
func (s scorer) closing(of int) (int, []Reason) {
	if !s.b.closed() {
		return 0, because("open", 0, 0)
	}
	var why []Reason
	inside := 0
	if s.w.Machine != nil {
		inside = 1
	}
	for _, x := range []struct {
		account     string
		book, world int
	}{
		{"hopper", s.b.count(ledger.Hopper), s.w.Feeder},
		{"machine", s.b.count(ledger.Machine), inside},
		{"good", s.b.count(ledger.Good) + s.b.count(ledger.Shipped) + s.b.count(ledger.HandedOver), len(s.w.Trays["good"])},
		{"spoiled", s.b.count(ledger.Spoiled) + s.b.count(ledger.Destroyed), len(s.w.rejected())},
	} {
		if x.book != x.world {
			why = append(why, Reason{Key: "differs", N: x.book, M: x.world, What: x.account})
		}
	}
	if s.w.Reader != nil {
		why = append(why, Reason{Key: "on-reader"})
	}
	if len(why) > 0 {
		return of * 2 / 5, why
	}
	return of, because("agrees", 0, 0)
}

// advice: half for having taken the cause away before going on, half for what became of the card.
func (s scorer) advice(of int) (int, []Reason) {
	var met bool
	var first, second *Reason // nil: right
	switch r := s.d.Recover; {
	case r.Missing > 0:
		met = s.b.closed()
		first, second = s.missing()
	case r.Cut:
		met = s.b.unclean
		first, second = s.cut()
	default:
		met = slices.ContainsFunc(s.b.attempts, s.hit)
		first, second = s.fault()
	}
	if !met {
		if s.done() == s.d.People && s.d.Recover.Missing == 0 {
			return of, because("avoided", 0, 0)
		}
		return 0, because("not-met", 0, 0)
	}
	marks, why := 0, []Reason{}
	for i, half := range []int{of - of/2, of / 2} {
		if wrong := []*Reason{first, second}[i]; wrong != nil {
			why = append(why, *wrong)
		} else {
			marks += half
		}
	}
	if len(why) == 0 {
		why = because("followed", 0, 0)
	}
	return marks, why
}

// hit reports whether the day's fault stopped this attempt.
func (s scorer) hit(a *attempt) bool {
	return slices.ContainsFunc(a.faults, func(c drivers.Code) bool { return slices.Contains(s.d.Recover.Fault, c) })
}

func (s scorer) fault() (first, second *Reason) {
	times := 0
	for _, a := range s.b.attempts {
		if !s.hit(a) {
			continue
		}
		times += len(a.faults)
		if w := s.ended(a); w != nil {
			second = w
		}
	}
	if times > max(1, s.d.Recover.Again) {
		first = &Reason{Key: "again", N: times}
	}
	return first, second
}

// ended holds a card that could not be finished to being booked as spoiled and lying with the others out of use.
func (s scorer) ended(a *attempt) *Reason {
	switch {
	case a.outcome == "":
		return &Reason{Key: "undecided"}
	case a.outcome != string(flow.OutcomeSpoiled):
		return &Reason{Key: "booked." + a.outcome}
	case a.uid != "" && !slices.ContainsFunc(s.w.rejected(), func(c Card) bool { return c.UID == a.uid }):
		return &Reason{Key: "not-in-box"}
	}
	return nil
}

func (s scorer) cut() (first, second *Reason) {
	first, second = &Reason{Key: "moved"}, &Reason{Key: "undecided"}
	for _, a := range s.b.attempts {
		if !a.cut {
			continue
		}
		if slices.Contains(a.looked, flow.VerdictInside) {
			first = nil
		}
		second = s.ended(a)
	}
	if !s.b.reopened {
		first = &Reason{Key: "locked"}
	}
	return first, second
}

func (s scorer) missing() (first, second *Reason) {
	sh := s.b.shift()
	if sh == nil || sh.Closing == nil {
		return &Reason{Key: "open"}, &Reason{Key: "open"}
	}
	counted := 0
	for _, t := range ledger.BlankTypes() {
		counted += sh.Closing.Counted[t][ledger.Hopper]
	}
	if counted != s.w.Feeder {
		first = &Reason{Key: "counted", N: counted, M: s.w.Feeder}
	}
	if s.b.booked != s.d.Recover.Missing {
		second = &Reason{Key: "not-booked", N: s.b.booked, M: s.d.Recover.Missing}
		if len(sh.Closing.Waivers) > 0 {
			second.Key = "waived"
		}
	}
	return first, second
}
