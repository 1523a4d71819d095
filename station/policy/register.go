package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"cetak/station/journal"
	"cetak/station/record"
)

// SuketMonths is how long a temporary letter is valid from its issue and by each extension (ktpel.md 5.5: [TANGNEWS][LENSA]).
const SuketMonths = 6

// extendWithin is the last time of a letter in which it may be extended, so that it is not extended for years in one go. Ours.
const extendWithin = 30 * 24 * time.Hour

// Suket is one temporary letter: that its holder was recorded, is in the database, and has no card yet. Nothing of the person is in
// it; the paper takes him from the record.
type Suket struct {
	Number   string
	Record   string // its holder's waiting record
	Issue    int
	Reason   string // of the record, when the letter was given
	Because  string // BecauseOut, BecauseShort, or BecauseTurn, when it was given
	Issued   Date
	Until    Date   // the last day
	Extended int    // times
	Ended    Date   // the day the card was made; zero while it was not
	EndedBy  string // the attempt that made it
	GivenBy  string
}

// Runs says whether the letter is valid on the day of now.
func (s Suket) Runs(now time.Time) bool {
	return s.Ended == (Date{}) && !before(s.Until, day(now))
}

// State is "ended" once the card was made, "expired" when its time ran out, else "runs".
func (s Suket) State(now time.Time) string {
	switch {
	case s.Ended != (Date{}):
		return "ended"
	case s.Runs(now):
		return "runs"
	}
	return "expired"
}

// File is the number as a file's name.
func (s Suket) File() string { return strings.Map(plain, s.Number) }

// SuketData is the data of a journal.KindSuket fact; the record and issue are the fact's own.
type SuketData struct {
	Act    string `json:"act"` // "given" or "extended"; the card's outcome ends a letter without a fact of its own
	Number string `json:"number"`
	Reason string `json:"reason,omitempty"`
	Issued string `json:"issued,omitempty"` // 2006-01-02
	Until  string `json:"until"`
	Rule   string `json:"rule,omitempty"` // the rule in force
	// Because is why there was no card: BecauseOut, BecauseShort, or BecauseTurn.
	Because string `json:"because,omitempty"`
}

// Why there is no card yet, as a letter says it.
const (
	BecauseOut   = "out"   // no blank is left
	BecauseShort = "short" // blanks are below the reserve
	BecauseTurn  = "turn"  // the card waits its turn
)

func because(left int, short bool) string {
	switch {
	case left == 0:
		return BecauseOut
	case short:
		return BecauseShort
	}
	return BecauseTurn
}

// Register is what the journal says about letters, urgent cases, and cards made. It is a fold: Apply every entry once, in order. The
// zero Register is empty. One goroutine uses it.
type Register struct {
	sukets []Suket
	byNo   map[string]int
	byKey  map[record.Key]int // the latest letter of a record
	urgent map[Date]map[string]int
	made   map[record.Kind]map[Date]int
	blanks map[string]record.Kind // open attempts: which blank their intent named
	zone   *time.Location
}

// NewRegister makes an empty register that counts days in a time zone, the office's.
func NewRegister(zone *time.Location) *Register {
	return &Register{
		byNo: map[string]int{}, byKey: map[record.Key]int{}, urgent: map[Date]map[string]int{},
		made: map[record.Kind]map[Date]int{}, blanks: map[string]record.Kind{}, zone: zone,
	}
}

// Apply takes one fact in; a kind that is not the register's is passed over. An error means a forged journal or a defect.
func (r *Register) Apply(e journal.Entry) error {
	bad := func(err error) error { return fmt.Errorf("journal line %d: %w", e.Seq, err) }
	on := day(e.At.In(r.zone))
	switch e.Kind {
	case journal.KindIntent:
		var d struct{ Blank record.Kind }
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return bad(err)
		}
		r.blanks[e.Attempt] = d.Blank
	case journal.KindOutcome:
		var d struct{ Outcome string }
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return bad(err)
		}
		kind := r.blanks[e.Attempt]
		delete(r.blanks, e.Attempt)
		if d.Outcome != "good" {
			return nil
		}
		if r.made[kind] == nil {
			r.made[kind] = map[Date]int{}
		}
		r.made[kind][on]++
		if i, ok := r.byKey[record.Key{ID: e.Record, Issue: e.Issue}]; ok && r.sukets[i].Ended == (Date{}) {
			r.sukets[i].Ended, r.sukets[i].EndedBy = on, e.Attempt
		}
	case journal.KindUrgent:
		var d UrgentData
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return bad(err)
		}
		if r.urgent[on] == nil {
			r.urgent[on] = map[string]int{}
		}
		r.urgent[on][d.Reason]++
	case journal.KindSuket:
		if err := r.suket(e); err != nil {
			return bad(err)
		}
	}
	return nil
}

func (r *Register) suket(e journal.Entry) error {
	var d SuketData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return err
	}
	return r.record(e.Record, e.Issue, e.Who, d)
}

func (r *Register) record(id string, issue int, who string, d SuketData) error {
	var until Date
	if err := until.UnmarshalText([]byte(d.Until)); err != nil {
		return fmt.Errorf("suket %s: until: %w", d.Number, err)
	}
	i, known := r.byNo[d.Number]
	switch d.Act {
	case "given":
		s := Suket{Number: d.Number, Record: id, Issue: issue, Reason: d.Reason, Because: d.Because, Until: until, GivenBy: who}
		if err := s.Issued.UnmarshalText([]byte(d.Issued)); err != nil {
			return fmt.Errorf("suket %s: issued: %w", d.Number, err)
		}
		if known {
			return fmt.Errorf("suket %s was given before", d.Number)
		}
		r.byNo[d.Number] = len(r.sukets)
		r.byKey[record.Key{ID: id, Issue: issue}] = len(r.sukets)
		r.sukets = append(r.sukets, s)
	case "extended":
		if !known || before(until, r.sukets[i].Until) {
			return fmt.Errorf("suket %s cannot be extended", d.Number)
		}
		r.sukets[i].Until = until
		r.sukets[i].Extended++
	default:
		return fmt.Errorf("suket %s: unknown act %q", d.Number, d.Act)
	}
	return nil
}

// Runs says whether a letter of the record is valid on the day of now.
func (r *Register) Runs(key record.Key, now time.Time) bool {
	i, ok := r.byKey[key]
	return ok && r.sukets[i].Runs(now)
}

// Sukets gives every letter, the oldest first.
func (r *Register) Sukets() []Suket { return slices.Clone(r.sukets) }

// Suket finds a letter by its number.
func (r *Register) Suket(number string) (Suket, bool) {
	i, ok := r.byNo[number]
	if !ok {
		return Suket{}, false
	}
	return r.sukets[i], true
}

// Outstanding counts the letters that run.
func (r *Register) Outstanding(now time.Time) (n int) {
	for _, s := range r.sukets {
		if s.Runs(now) {
			n++
		}
	}
	return n
}

// Urgent counts the records taken before their turn on the day of now, by reason.
func (r *Register) Urgent(now time.Time) map[string]int {
	out := map[string]int{}
	for reason, n := range r.urgent[day(now.In(r.zone))] {
		out[reason] = n
	}
	return out
}

// Made counts the good cards of a kind on the day and in the month of now.
func (r *Register) Made(kind record.Kind, now time.Time) (today, month int) {
	is := day(now.In(r.zone))
	for on, n := range r.made[kind] {
		if on.Year == is.Year && on.Month == is.Month {
			month += n
			if on == is {
				today += n
			}
		}
	}
	return today, month
}

// NewLetter is what a new temporary letter is asked for.
type NewLetter struct {
	Key    record.Key
	Kind   record.Kind
	Reason string // of the record, as record.ReasonWord gives it: the journal carries no free text
	Number string // "" = the next of this desk
	Desk   string // names the desk in the number
	Who    string
}

// Give makes the fact of a new letter for a record that waits, valid from the day of now. v is its place in the plan: who is held and
// sent elsewhere gets no letter, or it would be a way past the order. left and short are the stock: blanks left of the type, and
// whether that is below the reserve. It changes nothing: the fact is applied when it is in the journal. Faults: SuketNotForWNA,
// SuketRuns, SuketNumber, SuketNotNow.
func (r *Register) Give(l NewLetter, now time.Time, v Verdict, left int, short bool) (journal.Fact, error) {
	rule := v.Rule
	if l.Kind == record.WNA {
		return journal.Fact{}, refuse(SuketNotForWNA, "suket", "the record is a WNA's")
	}
	if rule != nil && !rule.letter(left, short) {
		return journal.Fact{}, refuse(SuketNotNow, "suket", fmt.Sprintf("rule %s (%s); %d blanks are left", rule.ID, rule.Basis, left))
	}
	if v.Why == HeldRule && !slices.Contains(v.Refer, ToSuket) {
		return journal.Fact{}, refuse(SuketNotNow, "suket", v.Words("en"))
	}
	if i, ok := r.byKey[l.Key]; ok && r.sukets[i].Runs(now.In(r.zone)) {
		return journal.Fact{}, refuse(SuketRuns, "suket", "number "+r.sukets[i].Number+" until "+r.sukets[i].Until.String())
	}
	today := day(now.In(r.zone))
	if l.Number == "" {
		l.Number = r.Next(l.Desk, today.Year)
	}
	if what := wrongNumber(l.Number); what != "" {
		return journal.Fact{}, refuse(SuketNumber, "suket", what)
	}
	if _, ok := r.byNo[l.Number]; ok {
		return journal.Fact{}, refuse(SuketNumber, "suket", l.Number+" is another letter's number")
	}
	d := SuketData{Act: "given", Number: l.Number, Reason: l.Reason, Issued: today.String(), Until: months(today, SuketMonths).String(), Because: because(left, short)}
	if rule != nil {
		d.Rule = rule.ID
	}
	return journal.Fact{Kind: journal.KindSuket, Record: l.Key.ID, Issue: l.Key.Issue, Who: l.Who, Data: d}, nil
}

// letter says whether a rule lets a temporary letter be given.
func (r *Rule) letter(left int, short bool) bool {
	switch r.Suket {
	case LetterNever:
		return false
	case LetterOut:
		return left == 0
	case LetterShort:
		return short || left == 0
	}
	return true
}

// Next is the number the next letter of a desk gets: a running number of the year, the desk, and the year. Offices that number in
// their own book give the number themselves.
func (r *Register) Next(desk string, year int) string {
	for n := 1; ; n++ {
		no := fmt.Sprintf("%04d/SUKET/%s/%d", n, strings.Map(plain, desk), year)
		if _, used := r.byNo[no]; !used {
			return no
		}
	}
}

func plain(c rune) rune {
	if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' || c == '.' {
		return c
	}
	return '-'
}

func wrongNumber(no string) string {
	if no == "" || len(no) > 60 || strings.TrimSpace(no) != no {
		return "a number has 1 to 60 letters and digits"
	}
	for _, c := range no {
		if plain(c) != c && c != '/' {
			return "a number has letters, digits, dots, dashes, and slashes only"
		}
	}
	return ""
}

// Extend makes the fact that a letter runs for another six months, from its end, or from today where it has run out. Faults:
// SuketUnknown, SuketTooEarly.
func (r *Register) Extend(number string, now time.Time, who string) (journal.Fact, error) {
	s, ok := r.Suket(number)
	if !ok || s.Ended != (Date{}) {
		return journal.Fact{}, refuse(SuketUnknown, "suket", number)
	}
	today, from := day(now.In(r.zone)), s.Until
	if before(from, today) {
		from = today
	}
	if s.Until.AsTime(r.zone).Sub(today.AsTime(r.zone)) > extendWithin {
		return journal.Fact{}, refuse(SuketTooEarly, "suket", number+" runs until "+s.Until.String())
	}
	d := SuketData{Act: "extended", Number: number, Until: months(from, SuketMonths).String()}
	return journal.Fact{Kind: journal.KindSuket, Record: s.Record, Issue: s.Issue, Who: who, Data: d}, nil
}

// After is the letter as it will be once a fact of Give or Extend is in the journal; the register stays as it is.
func (r *Register) After(f journal.Fact) (Suket, error) {
	d, ok := f.Data.(SuketData)
	if !ok {
		return Suket{}, refuse(SuketUnknown, "suket", "no fact of a letter")
	}
	one := NewRegister(r.zone)
	if s, ok := r.Suket(d.Number); ok {
		one.sukets, one.byNo[d.Number] = []Suket{s}, 0
	}
	if err := one.record(f.Record, f.Issue, f.Who, d); err != nil {
		return Suket{}, err
	}
	return one.sukets[0], nil
}

// Running finds a letter that is valid on the day of now. Fault: SuketUnknown.
func (r *Register) Running(number string, now time.Time) (Suket, error) {
	s, ok := r.Suket(number)
	if !ok || !s.Runs(now.In(r.zone)) {
		return Suket{}, refuse(SuketUnknown, "suket", number)
	}
	return s, nil
}

// months adds calendar months; the 31st becomes the month's last day.
func months(d Date, n int) Date {
	first := time.Date(d.Year, time.Month(d.Month+n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{Year: first.Year(), Month: int(first.Month()), Day: min(d.Day, last)}
}
