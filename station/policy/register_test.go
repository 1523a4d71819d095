package policy_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
	"cetak/station/policy"
	"cetak/station/record"
)

// book is a register with a journal's part in front of it.
type book struct {
	*policy.Register
	seq int64
}

func newBook() *book { return &book{Register: policy.NewRegister(wib())} }

func (b *book) take(t *testing.T, at time.Time, f journal.Fact) error {
	t.Helper()
	data, err := json.Marshal(f.Data)
	if err != nil {
		t.Fatal(err)
	}
	b.seq++
	return b.Apply(journal.Entry{Seq: b.seq, At: at.UTC(), Kind: f.Kind, Record: f.Record, Issue: f.Issue, Attempt: f.Attempt, Who: f.Who, Data: data})
}

func (b *book) give(t *testing.T, at time.Time, id, number string) (journal.Fact, error) {
	t.Helper()
	f, err := b.Give(policy.NewLetter{Key: record.Key{ID: id, Issue: 1}, Kind: record.WNI, Reason: "prr", Number: number, Desk: "Loket 2", Who: "siti"}, at, policy.Verdict{}, 0, true)
	if err == nil {
		if err := b.take(t, at, f); err != nil {
			t.Fatal(err)
		}
	}
	return f, err
}

func card(t *testing.T, b *book, at time.Time, id, attempt, outcome string) {
	t.Helper()
	for _, f := range []journal.Fact{
		{Kind: journal.KindIntent, Record: id, Issue: 1, Attempt: attempt, Who: "siti", Data: map[string]any{"counter": 1, "blank": "WNI"}},
		{Kind: journal.KindOutcome, Record: id, Issue: 1, Attempt: attempt, Who: "siti", Data: map[string]any{"outcome": outcome}},
	} {
		if err := b.take(t, at, f); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSuket(t *testing.T) {
	b := newBook()
	f, err := b.give(t, on("2026-08-31 10:00"), "PRR-1", "")
	if err != nil {
		t.Fatal(err)
	}
	want := policy.SuketData{Act: "given", Number: "0001/SUKET/Loket-2/2026", Reason: "prr", Issued: "2026-08-31", Until: "2027-02-28", Because: policy.BecauseOut}
	if f.Data != want || f.Record != "PRR-1" || f.Issue != 1 || f.Who != "siti" {
		t.Errorf("%+v", f)
	}
	key := record.Key{ID: "PRR-1", Issue: 1}
	for at, runs := range map[string]bool{"2026-08-31 10:00": true, "2027-02-28 23:59": true, "2027-03-01 00:00": false} {
		if b.Runs(key, on(at)) != runs {
			t.Errorf("%s: runs %v", at, !runs)
		}
	}
	refused := func(name string, err error, code drivers.Code) {
		t.Helper()
		if !errors.Is(err, code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = b.give(t, on("2026-09-01 10:00"), "PRR-1", "")
	refused("a second", err, policy.SuketRuns)
	_, err = b.give(t, on("2026-09-01 10:00"), "PRR-2", "0001/SUKET/Loket-2/2026")
	refused("a number twice", err, policy.SuketNumber)
	_, err = b.give(t, on("2026-09-01 10:00"), "PRR-2", "470/1 <b>")
	refused("no number", err, policy.SuketNumber)
	_, err = b.Extend("no", on("2026-09-01 10:00"), "siti")
	refused("unknown", err, policy.SuketUnknown)
	_, err = b.Extend("0001/SUKET/Loket-2/2026", on("2027-01-28 10:00"), "siti")
	refused("31 days before its end", err, policy.SuketTooEarly)
	f, err = b.Extend("0001/SUKET/Loket-2/2026", on("2027-01-29 10:00"), "budi")
	if err != nil || f.Data.(policy.SuketData).Until != "2027-08-28" {
		t.Fatalf("%+v %v", f, err)
	}
	if err := b.take(t, on("2027-01-29 10:00"), f); err != nil {
		t.Fatal(err)
	}
	if f, err = b.Extend("0001/SUKET/Loket-2/2026", on("2028-01-05 10:00"), "budi"); err != nil || f.Data.(policy.SuketData).Until != "2028-07-05" {
		t.Errorf("one that ran out begins again today: %+v %v", f, err)
	}
	if f, err = b.give(t, on("2027-01-02 10:00"), "PRR-2", ""); err != nil || f.Data.(policy.SuketData).Number != "0001/SUKET/Loket-2/2027" {
		t.Errorf("the numbers begin again with the year: %+v %v", f, err)
	}
	if n := b.Outstanding(on("2027-02-01 10:00")); n != 2 {
		t.Errorf("%d outstanding", n)
	}
	card(t, b, on("2027-02-02 10:00"), "PRR-1", "A-1", "spoiled")
	card(t, b, on("2027-02-02 10:00"), "PRR-1", "A-2", "good")
	s, _ := b.Suket("0001/SUKET/Loket-2/2026")
	if b.Runs(key, on("2027-02-03 10:00")) || s.EndedBy != "A-2" || s.Ended.String() != "2027-02-02" || s.Extended != 1 {
		t.Errorf("ended by its card: %+v", s)
	}
	_, err = b.Extend(s.Number, on("2027-08-20 10:00"), "siti")
	refused("ended", err, policy.SuketUnknown)
}

func TestSuketByRule(t *testing.T) {
	b := newBook()
	for _, c := range []struct {
		letter policy.Letter
		left   int
		short  bool
		ok     bool
	}{
		{policy.LetterFree, 100, false, true}, {policy.LetterNever, 0, true, false},
		{policy.LetterOut, 1, true, false}, {policy.LetterOut, 0, true, true},
		{policy.LetterShort, 100, false, false}, {policy.LetterShort, 100, true, true}, {policy.LetterShort, 0, false, true},
	} {
		rule := &policy.Rule{ID: "r", Basis: "b", Suket: c.letter}
		_, err := b.Give(policy.NewLetter{Key: record.Key{ID: "PRR-1", Issue: 1}, Kind: record.WNI, Desk: "1"}, on("2026-03-02 10:00"), policy.Verdict{Rule: rule}, c.left, c.short)
		if c.ok != (err == nil) || err != nil && !errors.Is(err, policy.SuketNotNow) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for refer, ok := range map[policy.Refer]bool{policy.ToSuket: true, policy.ToIKD: false} {
		held := policy.Verdict{Why: policy.HeldRule, Refer: []policy.Refer{policy.KeepOld, refer}}
		_, err := b.Give(policy.NewLetter{Key: record.Key{ID: "PRR-1", Issue: 1}, Kind: record.WNI, Desk: "1"}, on("2026-03-02 10:00"), held, 0, true)
		if ok != (err == nil) || err != nil && !errors.Is(err, policy.SuketNotNow) {
			t.Errorf("sent to %s: %v", refer, err)
		}
	}
	_, err := b.Give(policy.NewLetter{Kind: record.WNA}, on("2026-03-02 10:00"), policy.Verdict{}, 0, true)
	if !errors.Is(err, policy.SuketNotForWNA) {
		t.Error(err)
	}
}

func TestMadeAndUrgent(t *testing.T) {
	b := newBook()
	card(t, b, on("2026-02-28 23:30"), "PRR-1", "A-1", "good") // UTC says the 28th, so does the office
	card(t, b, on("2026-03-01 00:30"), "PRR-2", "A-2", "good") // UTC says the 28th, the office the 1st
	card(t, b, on("2026-03-02 09:00"), "PRR-3", "A-3", "good")
	card(t, b, on("2026-03-02 09:10"), "PRR-4", "A-4", "spoiled")
	if day, month := b.Made(record.WNI, on("2026-03-02 23:00")); day != 1 || month != 2 {
		t.Errorf("%d today, %d this month", day, month)
	}
	table, _ := policy.BuiltIn()
	q := waits("prr", "pudar")
	plan := table.Plan(moment("2026-03-02 10:00", "Dukcapil", 1, 50), q)
	f, err := policy.TakeUrgent(plan, q[1].Key, "berobat", "siti")
	if err != nil || f.Data != (policy.UrgentData{Reason: "berobat", Why: policy.HeldRule, Rule: "kekurangan"}) || f.Record != q[1].Key.ID {
		t.Fatalf("%+v %v", f, err)
	}
	if err := b.take(t, on("2026-03-02 10:00"), f); err != nil {
		t.Fatal(err)
	}
	if got := b.Urgent(on("2026-03-02 10:00")); len(got) != 1 || got["berobat"] != 1 {
		t.Errorf("%v", got)
	}
	if got := b.Urgent(on("2026-03-03 10:00")); len(got) != 0 {
		t.Errorf("%v", got)
	}
	for _, reason := range []string{"", "karena saya mau", "BUDI SANTOSO"} {
		if _, err := policy.TakeUrgent(plan, q[0].Key, reason, "siti"); !errors.Is(err, policy.NoUrgentReason) {
			t.Errorf("%q: %v", reason, err)
		}
	}
}

// A journal that says what cannot be is an error, never a panic.
func TestForged(t *testing.T) {
	for name, e := range map[string]journal.Entry{
		"no data":          {Kind: journal.KindSuket},
		"unknown act":      {Kind: journal.KindSuket, Data: json.RawMessage(`{"act":"sold","number":"1","until":"2026-01-01"}`)},
		"no date":          {Kind: journal.KindSuket, Data: json.RawMessage(`{"act":"given","number":"1","issued":"2026-01-01","until":"soon"}`)},
		"extended unknown": {Kind: journal.KindSuket, Data: json.RawMessage(`{"act":"extended","number":"1","until":"2026-01-01"}`)},
		"urgent":           {Kind: journal.KindUrgent, Data: json.RawMessage(`[]`)},
		"intent":           {Kind: journal.KindIntent, Attempt: "A-1", Data: json.RawMessage(`7`)},
		"outcome":          {Kind: journal.KindOutcome, Attempt: "A-1", Data: json.RawMessage(`"x"`)},
	} {
		if err := newBook().Apply(e); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	b := newBook()
	given := journal.Entry{Kind: journal.KindSuket, Data: json.RawMessage(`{"act":"given","number":"1","issued":"2026-01-01","until":"2026-07-01"}`)}
	if err := b.Apply(given); err != nil {
		t.Fatal(err)
	}
	if err := b.Apply(given); err == nil || !strings.Contains(err.Error(), "given before") {
		t.Error(err)
	}
}
