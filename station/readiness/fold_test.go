package readiness_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
	"cetak/station/readiness"
)

var start = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

// book is a journal that is written line by line.
type book struct {
	t    *testing.T
	fold *readiness.Fold
	seq  int64
	at   time.Time
}

func newBook(t *testing.T) *book {
	return &book{t: t, fold: readiness.New(), at: start}
}

func (b *book) line(kind journal.Kind, data any) {
	b.t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		b.t.Fatal(err)
	}
	b.seq++
	if err := b.fold.Apply(journal.Entry{Seq: b.seq, At: b.at, Kind: kind, Who: "joko", Data: raw}); err != nil {
		b.t.Fatal(err)
	}
	b.at = b.at.Add(time.Second)
}

func here() readiness.Present {
	return readiness.Present{Printer: drivers.PrinterID{Model: "Zenius", Serial: "E-1", Firmware: "1144"}, Reader: "R 0", Program: "v1", Setup: "aa"}
}

// pass makes tests and has them pass.
func (b *book) pass(on readiness.Present, all ...readiness.Test) {
	for _, t := range all {
		b.line(journal.KindSelfTest, readiness.Fact{Run: "T-1", Test: t, State: readiness.Begun, On: on})
		b.line(journal.KindSelfTest, readiness.Fact{Run: "T-1", Test: t, State: readiness.Passed, On: on})
	}
}

func (b *book) cards(n int) {
	for range n {
		b.line(journal.KindLoaded, nil)
	}
}

// why is the reasons by test.
func why(v readiness.Verdict) string {
	var all []string
	for _, s := range v.Why() {
		all = append(all, fmt.Sprintf("%s %s", s.Test, s.Reason))
	}
	return strings.Join(all, ", ")
}

func rules() readiness.Rules {
	return readiness.Rules{Required: true, Days: 30, Cards: 10, Prints: true}
}

// TestVerdict: what ends the validity of which test, and since when.
func TestVerdict(t *testing.T) {
	all := readiness.Tests()
	printer := "line device, sensors device, transport device, chip device, print device, counters device"
	everything := func(reason string) string {
		var out []string
		for _, x := range all {
			out = append(out, string(x)+" "+reason)
		}
		return strings.Join(out, ", ")
	}
	for name, tt := range map[string]struct {
		do    func(*book, *readiness.Present)
		rules func(*readiness.Rules)
		after time.Duration // of looking, after the last line
		want  string
		since func(*book) time.Time // nil: not looked at
	}{
		"all passed": {do: func(b *book, p *readiness.Present) { b.pass(*p, all...) }, since: func(b *book) time.Time { return b.at.Add(-time.Second) }},
		"nothing was made": {do: func(b *book, _ *readiness.Present) { b.line(journal.KindStart, nil) }, want: everything("never"),
			since: func(*book) time.Time { return start }},
		"one failed": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, all...)
			b.line(journal.KindSelfTest, readiness.Fact{Test: readiness.Disk, State: readiness.Failed, Code: journal.DiskFailed, On: *p})
		}, want: "disk failed", since: func(b *book) time.Time { return b.at.Add(-time.Second) }},
		"one failed and was made again": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, all...)
			b.line(journal.KindSelfTest, readiness.Fact{Test: readiness.Disk, State: readiness.Failed, Code: journal.DiskFailed, On: *p})
			b.pass(*p, readiness.Disk)
		}},
		"one abandoned": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, all...)
			b.line(journal.KindSelfTest, readiness.Fact{Test: readiness.Chip, State: readiness.Begun, On: *p})
			b.cards(1)
		}, want: "chip abandoned", since: func(b *book) time.Time { return b.at.Add(-2 * time.Second) }},
		"nothing to test there": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, all...)
			b.line(journal.KindSelfTest, readiness.Fact{Test: readiness.Counters, State: readiness.Absent, On: *p})
		}},
		"a machine that prints nothing": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, slices.DeleteFunc(readiness.Tests(), func(x readiness.Test) bool { return x == readiness.Print })...)
		}, rules: func(r *readiness.Rules) { r.Prints = false }},
		"too old, one made since": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, all...)
			b.at = b.at.AddDate(0, 0, 20)
			b.pass(*p, readiness.Line)
		}, after: 15 * 24 * time.Hour, want: strings.TrimPrefix(everything("age"), "line age, "),
			since: func(*book) time.Time { return start.Add(3*time.Second).AddDate(0, 0, 30) }},
		"never too old":         {do: func(b *book, p *readiness.Present) { b.pass(*p, all...) }, rules: func(r *readiness.Rules) { r.Days = 0 }, after: 20000 * time.Hour},
		"ten cards are allowed": {do: func(b *book, p *readiness.Present) { b.pass(*p, all...); b.cards(10) }},
		"eleven are not": {do: func(b *book, p *readiness.Present) { b.pass(*p, all...); b.cards(14); b.pass(*p, readiness.Clock) },
			want:  strings.Replace(everything("cards"), "clock cards, ", "", 1),
			since: func(b *book) time.Time { return start.Add(time.Duration(2*len(all)+10) * time.Second) }},
		"any number of cards":      {do: func(b *book, p *readiness.Present) { b.pass(*p, all...); b.cards(50) }, rules: func(r *readiness.Rules) { r.Cards = 0 }},
		"another printer":          {do: func(b *book, p *readiness.Present) { b.pass(*p, all...); p.Printer.Serial = "E-2" }, want: printer},
		"other firmware":           {do: func(b *book, p *readiness.Present) { b.pass(*p, all...); p.Printer.Firmware = "1145" }, want: printer},
		"the printer is not known": {do: func(b *book, p *readiness.Present) { b.pass(*p, all...); p.Printer = drivers.PrinterID{} }},
		"the journal has seen another printer": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, all...)
			b.line(journal.KindIntent, map[string]any{"printer": "E-2", "counter": 1})
			p.Printer = drivers.PrinterID{}
		}, want: printer, since: func(b *book) time.Time { return b.at.Add(-time.Second) }},
		"another reader": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, all...)
			b.line(journal.KindConfig, nil)
			p.Reader = "R 1"
		}, want: "service reader, chip reader", since: func(b *book) time.Time { return b.at.Add(-time.Second) }},
		"another program": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, all...)
			b.line(journal.KindStart, nil)
			p.Program = "v2"
		}, want: everything("program"), since: func(b *book) time.Time { return b.at.Add(-time.Second) }},
		"other settings of the devices": {do: func(b *book, p *readiness.Present) { b.pass(*p, all...); p.Setup = "bb" },
			want: "line setup, sensors setup, service setup, transport setup, chip setup, print setup, counters setup"},
		"a test of a later release": {do: func(b *book, p *readiness.Present) {
			b.pass(*p, all...)
			b.line(journal.KindSelfTest, map[string]any{"test": "smell", "state": "failed"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b, p, r := newBook(t), here(), rules()
			tt.do(b, &p)
			if tt.rules != nil {
				tt.rules(&r)
			}
			v := b.fold.Verdict(r, b.at.Add(tt.after), p)
			if got := why(v); got != tt.want || v.Ready != (tt.want == "") {
				t.Errorf("ready %v: %s\nwant %s", v.Ready, got, tt.want)
			}
			if tt.since != nil && !v.Since.Equal(tt.since(b)) {
				t.Errorf("since %s, want %s", v.Since, tt.since(b))
			}
			err := v.Fault(r)
			if v.Ready != (err == nil) || err != nil && (!errors.Is(err, readiness.NotReady) || !strings.Contains(err.Error(), strings.Split(tt.want, ",")[0])) {
				t.Error(err)
			}
			if r.Required = false; v.Fault(r) != nil {
				t.Error("it is refused where the settings do not demand it")
			}
		})
	}
}

// TestUntil: how long a ready station stays so.
func TestUntil(t *testing.T) {
	b := newBook(t)
	b.pass(here(), readiness.Tests()...)
	b.cards(4)
	v := b.fold.Verdict(rules(), b.at, here())
	if !v.Ready || v.Left != 6 || !v.Until.Equal(start.Add(time.Second).AddDate(0, 0, 30)) {
		t.Errorf("%+v", v)
	}
	free := rules()
	free.Days, free.Cards = 0, 0
	if v := b.fold.Verdict(free, b.at, here()); !v.Ready || v.Left != -1 || !v.Until.IsZero() {
		t.Errorf("%+v", v)
	}
}

// TestNewest: a start under a clock that was set back does not hide the time before.
func TestNewest(t *testing.T) {
	b := newBook(t)
	b.pass(here(), readiness.Disk)
	want := b.at.Add(-time.Second)
	b.at = start.AddDate(0, 0, -1)
	b.line(journal.KindStart, nil)
	if got := b.fold.Newest(); !got.Equal(want) {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestBroken: a line that says nothing that can be read is told by its number.
func TestBroken(t *testing.T) {
	for _, k := range []journal.Kind{journal.KindSelfTest, journal.KindIntent} {
		err := readiness.New().Apply(journal.Entry{Seq: 7, Kind: k, Data: json.RawMessage(`{"test":7,"printer":7}`)})
		if err == nil || !strings.Contains(err.Error(), "line 7") {
			t.Errorf("%s: %v", k, err)
		}
	}
}
