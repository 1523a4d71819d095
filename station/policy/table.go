package policy

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2"

	"cetak/station/record"
)

// Date is a day in the office's own time zone.
type Date = toml.LocalDate

// Level says who made a rule. A rule of the office goes before a national one, that before the program's own.
type Level string

// Levels, the strongest first.
const (
	ByOffice  Level = "office"
	ByNation  Level = "national"
	ByProgram Level = "program" // no legal basis: what the program does when nobody has said anything
)

// Stock says at which stock a rule holds.
type Stock string

// Stock conditions.
const (
	AnyStock     Stock = "any"
	BelowReserve Stock = "below" // fewer blanks of the type than stock.reserve; never with a reserve of 0
)

// Refer is where a held person is sent meanwhile.
type Refer string

// Referrals (ktpel.md 5.4).
const (
	ToIKD     Refer = "ikd"      // the digital identity on the telephone
	ToSuket   Refer = "suket"    // the temporary letter
	ToBiodata Refer = "biodata"  // the A4 print of the biodata
	KeepOld   Refer = "old-card" // goes on with the old card
	ToWait    Refer = "wait"
)

// Letter says when a temporary letter may be given.
type Letter string

// When a suket may be given.
const (
	LetterFree  Letter = "free"
	LetterShort Letter = "short" // below the reserve only
	LetterOut   Letter = "out"   // only when no blank is left
	LetterNever Letter = "never"
)

// Text is a sentence in both languages.
type Text struct {
	ID string `toml:"id" json:"id"`
	EN string `toml:"en" json:"en"`
}

// In gives the text in a language; Indonesian for any but en.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.ID
}

// Table is the whole policy of a station. It is not changed after Parse and may be shared.
type Table struct {
	Rules     []Rule     `toml:"rule"`
	Elections []Election `toml:"election"`
	Hours     Hours      `toml:"hours"`
	Days      []Day      `toml:"day"`
	// LastMinutes before closing in which only what can still be finished is started.
	LastMinutes int `toml:"last_minutes"`
}

// Rule is one dated row.
//
// Who is a selector: a reason of a record ("pemula"), "suket" (who holds a running temporary letter), "suket:hilang" (both), or
// "*" (everybody). The most specific selector of First and Hold that fits a record decides; in one row each stands once. Who fits none
// comes after all groups of First.
type Rule struct {
	ID     string `toml:"id" json:"id"`
	From   Date   `toml:"from" json:"from"`
	Until  *Date  `toml:"until" json:"until,omitempty"` // the last day; nil = until a later row of the same level
	Level  Level  `toml:"level" json:"level"`
	Office string `toml:"office" json:"office,omitempty"` // of ByOffice: part of the office's name; "" = this one
	Basis  string `toml:"basis" json:"basis"`             // the law, letter, or decision
	Source string `toml:"source" json:"source,omitempty"` // where the program's authors read it
	Text   Text   `toml:"text" json:"text"`
	Stock  Stock  `toml:"stock" json:"stock"`
	// First are groups in order of priority; within a group by the moment of clearing.
	First [][]string `toml:"first" json:"first"`
	Hold  []Hold     `toml:"hold" json:"hold,omitempty"`
	// Keep blanks of the type are left for the KeepFor alone.
	Keep    int      `toml:"keep" json:"keep,omitempty"`
	KeepFor []string `toml:"keep_for" json:"keep_for,omitempty"`
	// QuotaDay and QuotaMonth bound the good cards of one type in a day and a month; 0 = no bound.
	QuotaDay   int    `toml:"quota_day" json:"quota_day,omitempty"`
	QuotaMonth int    `toml:"quota_month" json:"quota_month,omitempty"`
	Suket      Letter `toml:"suket" json:"suket"`
}

// Hold names who is not printed under a rule, and where he is sent.
type Hold struct {
	Who   []string `toml:"who" json:"who"`
	Refer []Refer  `toml:"refer" json:"refer"`
}

//go:embed table.toml
var builtIn string

// BuiltIn is the table in the program. The text is its source, to begin an own file with.
func BuiltIn() (t *Table, text string) {
	t, err := Parse([]byte(builtIn))
	if err != nil {
		panic("station/policy/table.toml: " + err.Error()) // a test reads it: a broken one does not leave the workshop
	}
	return t, builtIn
}

// Load reads the table that the settings name; "" is the one in the program. An own file is the whole table: nothing of the
// one in the program is added. Faults: TableUnreadable, TableWrong.
func Load(path string) (*Table, error) {
	if path == "" {
		t, _ := BuiltIn()
		return t, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f := refuse(TableUnreadable, "policy", "the table of rules may not be read")
		f.Err = err
		return nil, f
	}
	return Parse(b)
}

// maxTable bounds a table's text; the one in the program has 10 KB.
const maxTable = 1 << 20

// Parse reads and checks a table. Fault: TableWrong with the line or the row and one sentence.
func Parse(text []byte) (*Table, error) {
	if len(text) > maxTable {
		return nil, refuse(TableWrong, "policy", fmt.Sprintf("the table is larger than %d bytes", maxTable))
	}
	t := &Table{LastMinutes: 60}
	err := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields().Decode(t)
	var strict *toml.StrictMissingError
	var syntax *toml.DecodeError
	switch {
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		line, _ := strict.Errors[0].Position()
		return nil, refuse(TableWrong, "policy", fmt.Sprintf("line %d: there is no key %q", line, strings.Join(strict.Errors[0].Key(), ".")))
	case errors.As(err, &syntax):
		line, _ := syntax.Position()
		return nil, refuse(TableWrong, "policy", fmt.Sprintf("line %d: %s", line, strings.TrimPrefix(syntax.Error(), "toml: ")))
	case err != nil:
		f := refuse(TableWrong, "policy", "not a table of rules")
		f.Err = err
		return nil, f
	}
	for i := range t.Rules {
		t.Rules[i].fill()
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	return t, nil
}

// fill writes in what a row may leave out.
func (r *Rule) fill() {
	if r.Stock == "" {
		r.Stock = AnyStock
	}
	if r.Suket == "" {
		r.Suket = LetterFree
	}
}

func selector(s string) bool {
	reason := strings.TrimPrefix(s, "suket:")
	return s == "*" || s == "suket" || slices.Contains(record.Reasons(), reason)
}

// check holds every row to what it may say. Fault: TableWrong.
func (t *Table) check() error {
	ids := map[string]bool{}
	for i := range t.Rules {
		r := &t.Rules[i]
		name := r.ID
		if name == "" {
			name = fmt.Sprintf("number %d", i+1)
		}
		what := r.wrong()
		if what == "" && ids[r.ID] {
			what = "another rule has the same id"
		}
		if what != "" {
			return refuse(TableWrong, "policy", "rule "+name+": "+what)
		}
		ids[r.ID] = true
	}
	if t.LastMinutes < 0 || t.LastMinutes > 600 {
		return refuse(TableWrong, "policy", "last_minutes must be 0 to 600")
	}
	return t.checkCalendar()
}

// wrong says what of a row cannot hold; "" when it is sound.
func (r *Rule) wrong() string {
	switch {
	case r.ID == "" || len(r.ID) > 60:
		return "id must be 1 to 60 letters"
	case r.From == (Date{}):
		return "from, the first day, is missing"
	case r.Until != nil && before(*r.Until, r.From):
		return "until is before from"
	case !slices.Contains([]Level{ByOffice, ByNation, ByProgram}, r.Level):
		return `level must be "office", "national", or "program"`
	case r.Office != "" && r.Level != ByOffice:
		return "office is for level office only"
	case strings.TrimSpace(r.Basis) == "":
		return "basis, the letter or decision behind the rule, is missing"
	case r.Text.ID == "" || r.Text.EN == "":
		return "text.id and text.en are what people are told; both must be there"
	case !slices.Contains([]Stock{AnyStock, BelowReserve}, r.Stock):
		return `stock must be "any" or "below"`
	case !slices.Contains([]Letter{LetterFree, LetterShort, LetterOut, LetterNever}, r.Suket):
		return `suket must be "free", "short", "out", or "never"`
	case r.Keep < 0 || r.QuotaDay < 0 || r.QuotaMonth < 0:
		return "keep and the quotas may not be below 0"
	case (r.Keep > 0) != (len(r.KeepFor) > 0):
		return "keep needs keep_for, and keep_for needs keep"
	}
	return r.wrongSelectors()
}

func (r *Rule) wrongSelectors() string {
	seen := map[string]bool{}
	take := func(list []string) string {
		if len(list) == 0 {
			return "an empty group"
		}
		for _, s := range list {
			if !selector(s) {
				return fmt.Sprintf("%q is no reason of a record, nor suket, suket:REASON, or *", s)
			}
			if seen[s] {
				return fmt.Sprintf("%q stands in two groups", s)
			}
			seen[s] = true
		}
		return ""
	}
	for _, g := range r.First {
		if what := take(g); what != "" {
			return "first: " + what
		}
	}
	for _, h := range r.Hold {
		if what := take(h.Who); what != "" {
			return "hold: " + what
		}
		if len(h.Refer) == 0 {
			return "hold: refer is missing"
		}
		for _, to := range h.Refer {
			if !slices.Contains([]Refer{ToIKD, ToSuket, ToBiodata, KeepOld, ToWait}, to) {
				return fmt.Sprintf("hold: refer %q is not ikd, suket, biodata, old-card, or wait", to)
			}
			if to == ToSuket && r.Suket == LetterNever {
				return "hold: refers to a suket that the same rule forbids"
			}
		}
	}
	clear(seen)
	if len(r.KeepFor) > 0 {
		if what := take(r.KeepFor); what != "" {
			return "keep_for: " + what
		}
	}
	return ""
}

// Rule gives the row in force for an office at a moment: of the strongest level that has one, the row that began last; of two
// that began on one day, the one for shortage. short says that the stock is below the reserve. nil when no row holds: then everybody
// is printed in the order of clearing.
func (t *Table) Rule(now time.Time, office string, short bool) *Rule {
	var best *Rule
	for i := range t.Rules {
		r := &t.Rules[i]
		if r.holds(now, office, short) && (best == nil || r.beats(best)) {
			best = r
		}
	}
	return best
}

func (r *Rule) holds(now time.Time, office string, short bool) bool {
	today := day(now)
	return !before(today, r.From) && (r.Until == nil || !before(*r.Until, today)) &&
		(r.Stock == AnyStock || short) && inOffice(r.Office, office)
}

// inOffice compares whole words, so that Batang is not Batanghari.
func inOffice(rule, office string) bool {
	words := func(s string) string {
		return " " + strings.Join(strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }), " ") + " "
	}
	return rule == "" || strings.Contains(words(office), words(rule))
}

func (r *Rule) beats(other *Rule) bool {
	if a, b := r.Level.strength(), other.Level.strength(); a != b {
		return a > b
	}
	if r.From != other.From {
		return before(other.From, r.From)
	}
	return r.Stock == BelowReserve && other.Stock != BelowReserve
}

func (l Level) strength() int {
	switch l {
	case ByOffice:
		return 2
	case ByNation:
		return 1
	}
	return 0
}

func day(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: int(m), Day: d}
}

func before(a, b Date) bool {
	if a.Year != b.Year {
		return a.Year < b.Year
	}
	if a.Month != b.Month {
		return a.Month < b.Month
	}
	return a.Day < b.Day
}
