package ledger

import (
	"fmt"
	"testing"
)

func boxes(l *Ledger) string {
	s := ""
	for _, b := range l.Boxes(WNI) {
		s += fmt.Sprint(b.Number, " ", b.Left, " ")
		for _, lot := range b.Lots {
			s += fmt.Sprint(lot.First, "-", lot.Last, " ")
		}
	}
	return s
}

// Boxes leave the vault in order, lowest serial first; the printer takes them as they were put in; what a hand takes back goes
// back into its box.
func TestBoxes(t *testing.T) {
	l := &Ledger{}
	in := receipt(30, "BA-1")
	in.Boxes = []Box{{Number: "K-2", Count: 10, First: "ID0991", Last: "ID1000", Batch: "B7"}, {Number: "K-1", Count: 12}}
	if err := book(l, 1, in); err != nil {
		t.Fatal(err)
	}
	step := func(m Movement) {
		t.Helper()
		m.Type, m.Who, m.Second = WNI, "siti", "budi"
		if err := book(l, 0, m); err != nil {
			t.Fatal(err)
		}
		if err := l.Proof(); err != nil {
			t.Fatal(err)
		}
	}
	want := func(s string) {
		t.Helper()
		if got := boxes(l); got != s {
			t.Errorf("boxes %q, want %q", got, s)
		}
	}
	want("K-2 10 ID0991-ID1000 K-1 12 - ")
	if next := fmt.Sprint(l.Next(WNI, 20)); next != "[{ 8  } {K-2 10 ID0991 ID1000} {K-1 2  }]" || l.Weak(WNI) != 20 {
		t.Errorf("next %s, weak %d", next, l.Weak(WNI))
	}
	step(Movement{Kind: Draw, From: Vault, To: Hopper, Count: 12}) // 8 of no box, 4 of K-2
	want("K-2 6 ID0995-ID1000 K-1 12 - ")
	step(Movement{Kind: Return, From: Hopper, To: Vault, Count: 2}) // off the top
	want("K-2 8 ID0993-ID1000 K-1 12 - ")
	step(Movement{Kind: Draw, From: Vault, To: Hopper, Count: 3, Boxes: []Box{{Number: "k-2", Count: 2, First: "ID0996", Last: "ID0997"}, {Number: "K-1", Count: 1}}})
	want("K-2 6 ID0993-ID0995 ID0998-ID1000 K-1 11 - ")
	for i := range 13 {
		apply(t, l, load(fmt.Sprint("A-", i)))
		apply(t, l, good(fmt.Sprint("A-", i), fmt.Sprintf("04%02X", i)))
		if from := l.Loaded(WNI); from != map[bool]string{true: "", false: map[bool]string{true: "K-2", false: "K-1"}[i < 12]}[i < 8] {
			t.Errorf("card %d from box %q", i, from)
		}
	}
	lend := Movement{Kind: LoanOut, From: Vault, To: Lent, Count: 3, Document: "BA-2", Boxes: []Box{{Number: "K-2", Count: 3, First: "ID0998", Last: "ID1000"}}}
	step(lend)
	want("K-2 3 ID0993-ID0995 K-1 11 - ")
	back := Movement{Kind: Return, From: Lent, To: Vault, Count: 2, Document: "BA-3", Boxes: []Box{{Number: "K-2", Count: 2, First: "ID0998", Last: "ID0999"}}}
	step(back)
	want("K-2 5 ID0993-ID0995 ID0998-ID0999 K-1 11 - ")
	back.Document, back.Type, back.Who, back.Second, back.Count = "BA-4", WNI, "siti", "budi", 1
	for _, b := range []Box{{Number: "K-2", Count: 1, First: "ID0999", Last: "ID0999"}, {Number: "K-2", Count: 1}, {Number: "K-1", Count: 1, First: "1", Last: "1"},
		{Number: "K-2", Count: 1, First: "ID1001", Last: "ID1001"}, {Number: "K-9", Count: 1}} {
		back.Boxes = []Box{b}
		wantCode(t, fmt.Sprintf("%+v", b), l.Allows(noon, back), BadBox)
	}
}

func TestBoxRefused(t *testing.T) {
	l := &Ledger{}
	in := receipt(30, "BA-1")
	in.Boxes = []Box{{Number: "K-1", Count: 10, First: "00000000", Last: "00000009"}}
	if err := book(l, 1, in); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]Box{
		"received before":    {{Number: "k-1", Count: 5}},
		"serials again":      {{Number: "K-2", Count: 10, First: "00000009", Last: "00000018"}},
		"serials miscounted": {{Number: "K-2", Count: 10, First: "00000020", Last: "00000030"}},
		"backwards":          {{Number: "K-2", Count: 2, First: "00000021", Last: "00000020"}},
		"one serial only":    {{Number: "K-2", Count: 1, First: "00000020"}},
		"no digits":          {{Number: "K-2", Count: 1, First: "A", Last: "A"}},
		"two lengths":        {{Number: "K-2", Count: 1, First: "020", Last: "0020"}},
		"two kinds":          {{Number: "K-2", Count: 2, First: "A020", Last: "B021"}},
		"too long":           {{Number: "K-2", Count: 1, First: "99999999999999999999999999", Last: "99999999999999999999999999"}},
		"more than came":     {{Number: "K-2", Count: 31}},
		"nothing in it":      {{Number: "K-2", Count: 0}},
		"without a number":   {{Number: "", Count: 1}},
		"the other type":     {{Number: "K-2", Type: WNA, Count: 1}},
		"twice":              {{Number: "K-2", Count: 1}, {Number: "k-2", Count: 1}},
		"serials twice":      {{Number: "K-2", Count: 1, First: "50", Last: "50"}, {Number: "K-3", Count: 1, First: "50", Last: "50"}},
	} {
		m := receipt(30, "BA-2")
		m.Boxes = b
		wantCode(t, name, l.Allows(noon, m), BadBox)
		wantCode(t, name, l.Apply(m), BadBox)
		if got := boxes(l); got != "K-1 10 00000000-00000009 " {
			t.Fatalf("%s: %s", name, got)
		}
	}
	card := Movement{Kind: HandOver, From: Good, To: HandedOver, Type: WNI, Count: 1, Who: "siti", UIDs: []string{"04"}, Boxes: []Box{{Number: "K-1", Count: 1}}}
	wantCode(t, "a card", card.Check(), BadBox)
	undo := Movement{Kind: CountAdjustment, From: Vault, To: Centre, Type: WNI, Count: 10, Who: "siti", Second: "budi", Document: "P-1", Cause: "adjust:correction",
		Reverses: 1, Boxes: []Box{{Number: "K-1", Count: 10}}}
	if err := book(l, 2, undo); err != nil || boxes(l) != "" {
		t.Errorf("%s: %v", boxes(l), err)
	}
	in.Count, in.Document = 10, "BA-3"
	if err := book(l, 3, in); err != nil {
		t.Errorf("a box taken back whole and received anew: %v", err)
	}
}
