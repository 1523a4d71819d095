package ledger

import (
	"errors"
	"fmt"
	"testing"

	"cetak/drivers"
)

func feeder(wni, wna int) Count { return Count{WNI: {Hopper: wni}, WNA: {Hopper: wna}} }

// agreed is a count of the feeder that two people agree on.
func agreed(t *testing.T, n int) *Counting {
	t.Helper()
	c, err := NewCounting("siti", "budi", Hopper)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range c.By() {
		if err := c.Enter(who, feeder(n, 0)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func wantCode(t *testing.T, what string, err error, code drivers.Code) {
	t.Helper()
	if !errors.Is(err, code) || err == nil {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// Nothing is told before both figures are in, and unequal ones are counted again.
func TestBlindCount(t *testing.T) {
	c, err := NewCounting("siti", "budi", Hopper)
	if err != nil {
		t.Fatal(err)
	}
	book := Balance{WNI: {Hopper: 40}}
	blind := func(when string) {
		t.Helper()
		_, err := c.Agreed()
		wantCode(t, when, err, StillBlind)
		_, err = c.Against(book)
		wantCode(t, when, err, StillBlind)
		_, err = c.Note("shift-open")
		wantCode(t, when, err, StillBlind)
		_, err = OpenShift("S-1", "1", noon, c, book)
		wantCode(t, when, err, StillBlind)
	}
	blind("nobody has counted")
	if err := c.Enter("Siti ", feeder(41, 0)); err != nil {
		t.Fatal(err)
	}
	blind("one has counted")
	wantCode(t, "again before the other", c.Enter("siti", feeder(40, 0)), AgreedAlready)
	wantCode(t, "a third person", c.Enter("rina", feeder(40, 0)), NotCounter)
	if w := fmt.Sprint(c.Waiting()); w != "[budi]" {
		t.Errorf("waiting for %s", w)
	}
	if err := c.Enter("budi", Count{WNI: {Hopper: 40}}); err != nil {
		t.Fatal(err)
	}
	_, err = c.Against(book)
	wantCode(t, "unequal", err, CountsDiffer)
	if n, err := c.Note("shift-open"); err != nil || n.Agreed || n.Round != 1 || n.Tallies[0].Count[WNI][Hopper] != 41 {
		t.Errorf("%+v, %v", n, err)
	}
	if err := c.Enter("budi", feeder(40, 0)); err != nil || c.Round() != 2 {
		t.Errorf("round %d: %v", c.Round(), err)
	}
	blind("one has counted again")
	if err := c.Enter("siti", feeder(40, 0)); err != nil {
		t.Fatal(err)
	}
	if d, err := c.Against(book); err != nil || len(d) != 0 {
		t.Errorf("%v, %v", d, err)
	}
	if d, err := c.Against(Balance{WNI: {Hopper: 42}, WNA: {Hopper: 1}}); err != nil || fmt.Sprint(d) != "[{WNI hopper 42 40} {WNA hopper 1 0}]" {
		t.Errorf("%v, %v", d, err)
	}
	wantCode(t, "after agreement", c.Enter("siti", feeder(9, 0)), AgreedAlready)
}

func TestCountRefused(t *testing.T) {
	for _, two := range [][2]string{{"siti", "SITI "}, {"", "budi"}, {"siti", " "}, {"siti", Station}, {"Station", "budi"}} {
		_, err := NewCounting(two[0], two[1], Hopper)
		wantCode(t, fmt.Sprint(two), err, SecondMissing)
	}
	for _, what := range [][]Account{nil, {"drawer"}, {Centre}} {
		_, err := NewCounting("siti", "budi", what...)
		wantCode(t, fmt.Sprint(what), err, BadCount)
	}
	for _, n := range []Count{
		nil, {}, {WNI: {Vault: 3}}, {WNI: {Hopper: -1}}, {WNI: {Hopper: maxCount + 1}}, {"WNX": {Hopper: 1}}, {WNI: {Hopper: 1, Vault: 2}},
	} {
		c, err := NewCounting("siti", "budi", Hopper)
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, fmt.Sprint(n), c.Enter("siti", n), BadCount)
		if len(c.Waiting()) != 2 {
			t.Errorf("%v was taken", n)
		}
	}
	for _, s := range []string{"", "x", "12x", "-1", "1.5", "1e3", "²", "+3", "9999999999999999999999", "2000000000", "0x10"} {
		if n, err := ParseCount(s); err == nil {
			t.Errorf("%q is %d", s, n)
		}
	}
	for s, want := range map[string]int{"0": 0, " 42 ": 42, "007": 7, "1000000000": maxCount} {
		if n, err := ParseCount(s); err != nil || n != want {
			t.Errorf("%q is %d, %v", s, n, err)
		}
	}
}
