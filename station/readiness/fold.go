package readiness

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
)

// NotReady is the fault of the readiness.
const NotReady drivers.Code = "T-101" // the settings demand valid self-tests, and one is missing, failed, or lapsed

// Rules are what of the settings readiness is judged by.
type Rules struct {
	Required bool // no card is begun unless the station is ready
	Days     int  // after which a test lapses; 0 = never by age
	Cards    int  // after which a test lapses; 0 = never by cards
	Prints   bool // the machine prints a face
}

// Tests are those that this desk needs.
func (r Rules) Tests() []Test {
	return slices.DeleteFunc(Tests(), func(t Test) bool { return t == Print && !r.Prints })
}

// Fold is everything the journal says of self-tests. Apply is called for each line in order. Not safe for concurrent use.
type Fold struct {
	results map[Test]standing
	cards   []time.Time // when each card was taken since the oldest of the results
	gone    int         // cards before those
	began   time.Time   // the journal's first line
	newest  time.Time   // the latest time among those of cards, runs, settings, and tests
	run     time.Time   // the program was last started
	config  time.Time   // the settings were last written down
	printer string      // serial number in the last intent
	other   time.Time   // since when it is that one
}

// standing is a test and how many cards were made before it.
type standing struct {
	Result
	before int
}

// New gives the Fold of an empty journal.
func New() *Fold { return &Fold{results: map[Test]standing{}} }

// Apply takes the next line of the journal in. An error means a forged or damaged journal, or a defect of ours.
func (f *Fold) Apply(e journal.Entry) error {
	if f.began.IsZero() {
		f.began = e.At
	}
	switch e.Kind {
	case journal.KindStart, journal.KindUncleanStart, journal.KindConfig, journal.KindIntent, journal.KindLoaded, journal.KindSelfTest:
		if e.At.After(f.newest) {
			f.newest = e.At
		}
	}
	switch e.Kind {
	case journal.KindStart, journal.KindUncleanStart:
		f.run = e.At
	case journal.KindConfig:
		f.config = e.At
	case journal.KindIntent:
		var d struct{ Printer string }
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return fmt.Errorf("journal line %d: %w", e.Seq, err)
		}
		if d.Printer != "" && d.Printer != f.printer {
			f.printer, f.other = d.Printer, e.At
		}
	case journal.KindLoaded:
		if len(f.results) > 0 {
			f.cards = append(f.cards, e.At)
		}
	case journal.KindSelfTest:
		return f.tested(e)
	}
	return nil
}

func (f *Fold) tested(e journal.Entry) error {
	var d Fact
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return fmt.Errorf("journal line %d: %w", e.Seq, err)
	}
	if !slices.Contains(Tests(), d.Test) {
		return nil // of a later release
	}
	if d.State == Begun {
		d.State = Abandoned
	}
	if d.On.Printer.Serial != "" {
		f.printer, f.other = d.On.Printer.Serial, e.At
	}
	f.results[d.Test] = standing{Result{Fact: d, At: e.At, Who: e.Who}, f.gone + len(f.cards)}
	least := f.gone + len(f.cards)
	for _, s := range f.results {
		least = min(least, s.before)
	}
	f.cards, f.gone = slices.Clone(f.cards[least-f.gone:]), least
	return nil
}

// Newest is the latest time that the journal has of cards, runs, settings, or tests: a clock that stands before it was set back.
func (f *Fold) Newest() time.Time { return f.newest }

// Last is the last word on a test; false when it was never begun.
func (f *Fold) Last(t Test) (Result, bool) {
	s, ok := f.results[t]
	return s.Result, ok
}

// Reason says why a test does not count.
type Reason string

// Reasons, in the order they are looked for.
const (
	Never     Reason = "never" // it was never made
	WasBad    Reason = "failed"
	WasLeft   Reason = "abandoned"
	Device    Reason = "device"  // another printer, or other firmware
	Reader    Reason = "reader"  // another reader
	Program   Reason = "program" // another version of the program
	Setup     Reason = "setup"   // the settings of the devices were changed
	TooOld    Reason = "age"
	TooMany   Reason = "cards"
	Countable Reason = "" // it counts
)

// Reasons lists those for which a test does not count.
func Reasons() []Reason {
	return []Reason{Never, WasBad, WasLeft, Device, Reader, Program, Setup, TooOld, TooMany}
}

// Standing is how one test stands now.
type Standing struct {
	Test   Test
	Made   bool   // there is a result at all
	Result Result // the last one
	Reason Reason // why it does not count; "" = it counts
	Since  time.Time
	Cards  int       // made since
	Until  time.Time // when it lapses by age; zero = never, or it has lapsed
}

// Verdict is the answer.
type Verdict struct {
	Ready bool
	// Since is when the last of the tests was made that make the station ready, or when the first of them ceased to count.
	Since time.Time
	Until time.Time  // Ready: when the first lapses by age; zero = never
	Left  int        // Ready: cards until the first lapses; -1 = never
	Tests []Standing // each that this desk needs, in the order of Tests
}

// Why are the tests that do not count.
func (v Verdict) Why() []Standing {
	return slices.DeleteFunc(slices.Clone(v.Tests), func(s Standing) bool { return s.Reason == Countable })
}

// Verdict judges the tests by the rules and by what stands at the desk now. What of it is not known is taken to be what it was.
func (f *Fold) Verdict(r Rules, now time.Time, p Present) Verdict {
	v := Verdict{Ready: true, Left: -1}
	for _, t := range r.Tests() {
		s := f.stand(r, t, now, p)
		v.Tests = append(v.Tests, s)
		switch {
		case s.Reason != Countable && (v.Ready || s.Since.Before(v.Since)):
			v.Ready, v.Since, v.Until, v.Left = false, s.Since, time.Time{}, -1
		case !v.Ready:
		default:
			if s.Result.At.After(v.Since) {
				v.Since = s.Result.At
			}
			if !s.Until.IsZero() && (v.Until.IsZero() || s.Until.Before(v.Until)) {
				v.Until = s.Until
			}
			if left := r.Cards - s.Cards; r.Cards > 0 && (v.Left < 0 || left < v.Left) {
				v.Left = left
			}
		}
	}
	return v
}

func (f *Fold) stand(rules Rules, t Test, now time.Time, p Present) Standing {
	r, ok := f.results[t]
	if !ok {
		return Standing{Test: t, Reason: Never, Since: f.began}
	}
	made := f.cards[r.before-f.gone:]
	s := Standing{Test: t, Made: true, Result: r.Result, Cards: len(made)}
	lapsed := func(why Reason, at time.Time) Standing {
		s.Reason, s.Since = why, at
		return s
	}
	switch r.State {
	case Failed:
		return lapsed(WasBad, r.At)
	case Abandoned:
		return lapsed(WasLeft, r.At)
	}
	if t.printer() {
		if other(r.On.Printer.Serial, p.Printer.Serial) || other(r.On.Printer.Firmware, p.Printer.Firmware) || other(r.On.Printer.Model, p.Printer.Model) {
			seen := p.Seen
			if seen.IsZero() {
				seen = now
			}
			return lapsed(Device, after(r.At, seen))
		}
		if p.Printer.Serial == "" && other(r.On.Printer.Serial, f.printer) {
			return lapsed(Device, f.other)
		}
	}
	switch {
	case t.reader() && other(r.On.Reader, p.Reader):
		return lapsed(Reader, after(r.At, f.config))
	case other(r.On.Program, p.Program):
		return lapsed(Program, after(r.At, f.run))
	case (t.printer() || t.reader()) && other(r.On.Setup, p.Setup):
		return lapsed(Setup, after(r.At, f.config))
	}
	if rules.Days > 0 {
		if s.Until = r.At.AddDate(0, 0, rules.Days); !now.Before(s.Until) {
			at := s.Until
			s.Until = time.Time{}
			return lapsed(TooOld, at)
		}
	}
	if rules.Cards > 0 && len(made) > rules.Cards {
		s.Until = time.Time{}
		return lapsed(TooMany, made[rules.Cards])
	}
	return s
}

// printer reports whether a test says something of the printer, reader of the reader.
func (t Test) printer() bool { return t.Card() || t == Line || t == Sensors }
func (t Test) reader() bool  { return t == Service || t == Chip }

// other reports whether two words that are both known differ.
func other(was, is string) bool { return was != "" && is != "" && was != is }

// after is when something changed that was seen at at; it cannot have been before the test was made.
func after(test, at time.Time) time.Time {
	if at.After(test) {
		return at
	}
	return test
}

// Fault refuses a card, where the rules demand it.
func (v Verdict) Fault(r Rules) error {
	if v.Ready || !r.Required {
		return nil
	}
	detail := ""
	for i, s := range v.Why() {
		if i > 0 {
			detail += ", "
		}
		detail += string(s.Test) + " " + string(s.Reason)
	}
	return &drivers.Fault{Code: NotReady, Op: "preflight", Again: drivers.AgainAfterOperator, Detail: detail}
}
