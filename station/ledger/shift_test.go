package ledger

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// shiftOf opens a shift on n blanks in the feeder.
func shiftOf(t *testing.T, n int) Shift {
	t.Helper()
	s, err := OpenShift("S-1", "2", noon, agreed(t, n), Balance{WNI: {Hopper: n}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The closing equation of a whole day, with corrections and with what is found and missing.
func TestShift(t *testing.T) {
	l := day(t, 200, 10)
	s := shiftOf(t, 10)
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	s = Shift{}
	if err := json.Unmarshal(b, &s); err != nil { // as the journal gives it back
		t.Fatal(err)
	}
	seq := int64(100)
	do := func(m Movement) {
		t.Helper()
		seq++
		m.Type, m.Seq = WNI, seq
		if m.Who == "" {
			m.Who, m.Second, m.Document = "siti", "budi", fmt.Sprint("BA-", seq)
		}
		apply(t, l, m)
		s.Apply(m)
	}
	do(Movement{Kind: Draw, From: Vault, To: Hopper, Count: 50})
	do(Movement{Kind: CountAdjustment, From: Hopper, To: Vault, Count: 5, Cause: "adjust:correction", Reverses: seq}) // 45 were drawn
	for i := range 7 {
		a := fmt.Sprint("A-", i)
		do(load(a))
		switch {
		case i < 4:
			do(good(a, fmt.Sprintf("04%02X", i)))
		case i < 6:
			do(Movement{Kind: Spoil, From: Machine, To: Spoiled, Count: 1, Who: Station, Attempt: a, Cause: "fault:P-104"})
		default:
			do(Movement{Kind: CountAdjustment, From: Machine, To: Missing, Count: 1, Who: Station, Attempt: a, Cause: CauseAdjust})
		}
	}
	do(Movement{Kind: Spoil, From: Hopper, To: Spoiled, Count: 1, Cause: "damage:broken"})
	do(Movement{Kind: Spoil, From: Vault, To: Spoiled, Count: 3, Cause: "damage:broken"}) // not the desk's
	do(Movement{Kind: Return, From: Hopper, To: Vault, Count: 20})
	do(Movement{Kind: CountAdjustment, From: Vault, To: Hopper, Count: 2, Cause: "adjust:correction", Reverses: seq}) // 18 were returned
	do(Movement{Kind: CountAdjustment, From: Hopper, To: Missing, Count: 2, Cause: "adjust:count"})
	do(Movement{Kind: CountAdjustment, From: Missing, To: Hopper, Count: 1, Cause: "adjust:found"})
	do(Movement{Kind: CountAdjustment, From: Centre, To: Hopper, Count: 4, Cause: "adjust:count"})
	got := fmt.Sprintf("%+v", s.Sheet(WNI))
	const want = "{Opening:10 Drawn:45 Found:4 Good:4 Spoiled:3 ByCause:map[damage:broken:1 fault:P-104:2] Returned:18 Missing:2 Closing:32}"
	if got != want {
		t.Errorf("sheet\n%s\nwant\n%s", got, want)
	}
	if n := l.Count(WNI, Hopper); n != 32 || s.Spoilt() != 3 {
		t.Errorf("the feeder has %d, %d spoilt", n, s.Spoilt())
	}
	_, err = s.Close(noon, agreed(t, 31), l.Balance())
	wantCode(t, "one too few", err, EquationOpen)
	c, err := s.Close(noon.Add(time.Hour), agreed(t, 32), l.Balance())
	if err != nil || c.Sheets[WNI].Difference() != 0 || c.Sheets[WNI].Closing != 32 || c.By != [2]string{"siti", "budi"} || c.Shift != "S-1" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestWaivers(t *testing.T) {
	s := shiftOf(t, 10)
	ok := Waiver{Who: "rina", Second: "budi", Reason: "box label says 9", Type: WNI, Difference: -1}
	with := func(change func(*Waiver)) Waiver { w := ok; change(&w); return w }
	book := Balance{WNI: {Hopper: 10}}
	if c, err := s.Close(noon, agreed(t, 9), book, ok); err != nil || len(c.Waivers) != 1 || c.Sheets[WNI].Difference() != -1 {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := OpenShift("S-2", "2", noon, agreed(t, 9), book, ok); err != nil {
		t.Error(err)
	}
	_, err := OpenShift("S-2", "2", noon, agreed(t, 9), book)
	wantCode(t, "opening that differs", err, EquationOpen)
	for name, w := range map[string]Waiver{
		"the other way": with(func(w *Waiver) { w.Difference = 1 }), "too much": with(func(w *Waiver) { w.Difference = -2 }),
		"the other type": with(func(w *Waiver) { w.Type = WNA }),
	} {
		_, err := s.Close(noon, agreed(t, 9), book, w)
		wantCode(t, name, err, EquationOpen)
	}
	for name, w := range map[string]Waiver{
		"one name": with(func(w *Waiver) { w.Second = "" }), "one person": with(func(w *Waiver) { w.Second = "Rina " }),
		"no reason": with(func(w *Waiver) { w.Reason = " " }), "the station": with(func(w *Waiver) { w.Who = "station" }),
	} {
		_, err := s.Close(noon, agreed(t, 9), book, w)
		wantCode(t, name, err, BadWaiver)
	}
	_, err = s.Close(noon, agreed(t, 10), Balance{WNI: {Hopper: 9, Machine: 1}})
	wantCode(t, "a card in the machine", err, CardUnderWay)
	_, err = OpenShift("S-3", "2", noon, agreed(t, 10), Balance{WNI: {Hopper: 10}, WNA: {Machine: 1}})
	wantCode(t, "a card in the machine at opening", err, CardUnderWay)
}
