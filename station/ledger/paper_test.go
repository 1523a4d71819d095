package ledger

import (
	"fmt"
	"strings"
	"testing"

	"cetak/drivers"
)

// book asks and takes: what a program does with a movement of people.
func book(l *Ledger, seq int64, m Movement) error {
	if err := l.Allows(noon, m); err != nil {
		return err
	}
	m.Seq, m.At = seq, noon
	return l.Apply(m)
}

func receipt(n int, document string) Movement {
	return Movement{Kind: Receipt, From: Centre, To: Vault, Type: WNI, Count: n, Who: "siti", Second: "budi", Document: document}
}

func TestDocumentOnce(t *testing.T) {
	l := &Ledger{}
	if err := book(l, 1, receipt(5, "470/12")); err != nil {
		t.Fatal(err)
	}
	issued := receipt(5, "470/12")
	issued.Issuer = "provinsi"
	loan := Movement{Kind: LoanIn, From: Borrowed, To: Vault, Type: WNI, Count: 5, Who: "siti", Second: "budi", Document: "470/12"}
	other := receipt(5, "470/12")
	other.Type = WNA
	for name, tt := range map[string]struct {
		all  []Movement
		want drivers.Code
	}{
		"again":                    {[]Movement{receipt(5, "470/12")}, DocumentUsed},
		"in other letters":         {[]Movement{receipt(5, " 470/12 ")}, DocumentUsed},
		"of the other type":        {[]Movement{other}, DocumentUsed},
		"another kind":             {[]Movement{loan}, ""},
		"another issuer":           {[]Movement{issued}, ""},
		"one act, two movements":   {[]Movement{receipt(5, "470/13"), receipt(7, "470/13")}, ""},
		"used by an act before":    {[]Movement{receipt(5, "470/13"), receipt(7, "470/12")}, DocumentUsed},
		"longer than a paper's":    {[]Movement{receipt(5, strings.Repeat("4", paperLength+1))}, DocumentMissing},
		"with a sign of no paper":  {[]Movement{receipt(5, "470\x0012")}, DocumentMissing},
		"with half a letter":       {[]Movement{receipt(5, "470\xff")}, DocumentMissing},
		"a line break in the name": {[]Movement{func() Movement { m := receipt(5, "1"); m.Party = "a\nb"; return m }()}, DocumentMissing},
	} {
		err := l.Allows(noon, tt.all...)
		if tt.want == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		} else if tt.want != "" {
			wantCode(t, name, err, tt.want)
		}
	}
}

func TestDates(t *testing.T) {
	l := &Ledger{}
	first := receipt(50, "BA-1")
	first.Date = "2026-02-10"
	if err := book(l, 1, first); err != nil {
		t.Fatal(err)
	}
	lend := func(date string) Movement {
		return Movement{Kind: LoanOut, From: Vault, To: Lent, Type: WNI, Count: 5, Who: "siti", Second: "budi", Document: "BA-2", Date: date}
	}
	for date, want := range map[string]drivers.Code{
		"": "", "2026-02-10": "", "2026-03-02": "", "2026-02-09": BadDate, "2026-03-03": BadDate, "2026-02-30": BadDate, "10-02-2026": BadDate,
		"2026-2-9": BadDate, "yesterday": BadDate,
	} {
		if err := l.Allows(noon, lend(date)); want == "" && err != nil {
			t.Errorf("%s: %v", date, err)
		} else if want != "" {
			wantCode(t, date, err, want)
		}
	}
	old := receipt(1, "BA-3")
	old.Date = "2010-12-31"
	wantCode(t, "before there were any", l.Allows(noon, old), BadDate)
	if err := book(l, 2, lend("2026-02-20")); err != nil {
		t.Fatal(err)
	}
	back := Movement{Kind: Return, From: Lent, To: Vault, Type: WNI, Count: 5, Who: "siti", Second: "budi", Document: "BA-4", Date: "2026-02-19"}
	wantCode(t, "back before they were lent", l.Allows(noon, back), BadDate)
	undo := Movement{Kind: CountAdjustment, From: Lent, To: Vault, Type: WNI, Count: 5, Who: "siti", Second: "budi", Document: "BA-5", Cause: "adjust:correction",
		Reverses: 2, Date: "2026-02-19"}
	wantCode(t, "corrected before it was booked", l.Allows(noon, undo), BadDate)
}

func TestCorrections(t *testing.T) {
	l := &Ledger{}
	if err := book(l, 7, receipt(100, "BA-1")); err != nil {
		t.Fatal(err)
	}
	if err := book(l, 8, Movement{Kind: Draw, From: Vault, To: Hopper, Type: WNI, Count: 20, Who: "siti", Second: "budi"}); err != nil {
		t.Fatal(err)
	}
	back := func(line int64, from, to Account, n int) Movement {
		return Movement{Kind: CountAdjustment, From: from, To: to, Type: WNI, Count: n, Who: "siti", Second: "budi", Cause: "adjust:correction",
			Document: fmt.Sprint("P-", line, from, n), Reverses: line}
	}
	wantCode(t, "a line that is none", l.Allows(noon, back(9, Vault, Centre, 1)), BadReversal)
	wantCode(t, "another line's way", l.Allows(noon, back(8, Vault, Centre, 1)), BadReversal)
	wantCode(t, "more than there is", l.Allows(noon, back(8, Hopper, Vault, 21)), NotEnough)
	wantCode(t, "no way of a correction", l.Allows(noon, back(8, Hopper, Missing, 1)), NoSuchRoute)
	wantCode(t, "of a card", l.Allows(noon, back(8, Destroyed, Spoiled, 1)), NoSuchRoute)
	alone := back(8, Hopper, Vault, 1)
	alone.Second = ""
	wantCode(t, "by one", l.Allows(noon, alone), SecondMissing)
	if err := book(l, 10, back(8, Hopper, Vault, 15)); err != nil {
		t.Fatal(err)
	}
	if err := book(l, 20, Movement{Kind: Draw, From: Vault, To: Hopper, Type: WNI, Count: 30, Who: "siti", Second: "budi"}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "more than is left", l.Allows(noon, back(8, Hopper, Vault, 6)), BadReversal)
	wantCode(t, "two halves of one act", l.Allows(noon, back(8, Hopper, Vault, 3), back(8, Hopper, Vault, 4)), BadReversal)
	if err := book(l, 21, back(20, Hopper, Vault, 30)); err != nil {
		t.Fatal(err)
	}
	if err := book(l, 11, back(7, Vault, Centre, 95)); err != nil || l.Count(WNI, Centre) != 5 || l.Count(WNI, Hopper) != 5 {
		t.Errorf("%v: %v", l.Balance()[WNI], err)
	}
	wantCode(t, "a correction is not corrected", l.Allows(noon, back(11, Centre, Vault, 1)), BadReversal)
}

// Cards known by number move by number; a number is received once.
func TestCardsByNumber(t *testing.T) {
	l := &Ledger{}
	in := receipt(10, "BA-1")
	in.UIDs = []string{"04A1", "04A2"}
	if err := book(l, 1, in); err != nil {
		t.Fatal(err)
	}
	again := receipt(10, "BA-2")
	again.UIDs = []string{"04A2"}
	wantCode(t, "received twice", l.Allows(noon, again), UIDElsewhere)
	if err := book(l, 2, Movement{Kind: Draw, From: Vault, To: Hopper, Type: WNI, Count: 10, Who: "siti", Second: "budi"}); err != nil {
		t.Fatal(err)
	}
	apply(t, l, load("A-1"))
	apply(t, l, good("A-1", "04A2")) // one that the delivery's list named
	apply(t, l, load("A-2"))
	apply(t, l, Movement{Kind: Spoil, From: Machine, To: Spoiled, Type: WNI, Count: 1, Who: Station, Attempt: "A-2", Cause: "fault:C-101"}) // no chip answered
	destroy := Movement{Kind: Destroy, From: Spoiled, To: Destroyed, Type: WNI, Count: 1, Who: "siti", Second: "budi", Document: "BA-3", Cause: "destroy:burnt"}
	if err := l.Allows(noon, destroy); err != nil {
		t.Errorf("a card without a number: %v", err)
	}
	bad := Movement{Kind: Spoil, From: Good, To: Spoiled, Type: WNI, Count: 1, Who: "siti", Second: "budi", Cause: "damage:print", UIDs: []string{"04A2"}}
	if err := book(l, 3, bad); err != nil {
		t.Fatal(err)
	}
	destroy.Count = 2
	wantCode(t, "two, one of them known", l.Allows(noon, destroy), UIDsMissing)
	destroy.UIDs = []string{"04A2"}
	if err := book(l, 4, destroy); err != nil {
		t.Error(err)
	}
	if _, a, ok := l.Where("04A2"); !ok || a != Destroyed {
		t.Errorf("in %s", a)
	}
	again.UIDs = []string{"04A2"}
	wantCode(t, "a destroyed card received", l.Allows(noon, again), UIDElsewhere)
	apply(t, l, load("A-3"))
	wantCode(t, "a destroyed card made good", l.Apply(good("A-3", "04A2")), UIDElsewhere)
}

func TestCauses(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range Causes() {
		if c := w.Cause(); seen[c] || !CauseKnown(c) || !causeShape.MatchString(c) || w.ID == "" || w.EN == "" || CauseText(c, "id") != w.ID || CauseText(c, "en") != w.EN {
			t.Errorf("%+v", w)
		}
		seen[w.Cause()] = true
	}
	for _, c := range []string{"", "damage:", "damage:nobody", "nothing", "fault", "fault:", "fault:P-1", "fault:P-104x", "damage:print:print"} {
		if CauseKnown(c) {
			t.Errorf("%q is a cause", c)
		}
	}
	for c, want := range map[string]string{"fault:P-104": "gangguan P-104", "damage:smelly": "rusak (smelly)", "gift": "gift"} {
		if got := CauseText(c, "id"); got != want {
			t.Errorf("%s: %q, want %q", c, got, want)
		}
	}
	for word, want := range map[string]string{"print": "damage:print", "": "damage:other", "smelly": "damage:other"} {
		if got := DamageCause(word); got != want {
			t.Errorf("%q: %s", word, got)
		}
	}
	l := day(t, 10, 5)
	m := Movement{Kind: Spoil, From: Vault, To: Spoiled, Type: WNI, Count: 1, Who: "siti", Second: "budi", Cause: "damage:smelly"}
	wantCode(t, "a new line", l.Allows(noon, m), CauseMissing)
	apply(t, l, m) // a line of an earlier release
	m.Cause = "adjust:count"
	wantCode(t, "another column", l.Allows(noon, m), CauseMissing)
}
