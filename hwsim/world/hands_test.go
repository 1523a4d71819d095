package world

import (
	"os"
	"slices"
	"testing"
)

// TestHandsMoveCards: a card taken out, kept, laid in again, fed again, and thrown away is the same card all the time.
func TestHandsMoveCards(t *testing.T) {
	w, _ := desk(t, 3)
	if uid := w.TakeOut(Hand); uid != "" {
		t.Errorf("%s came out of an empty machine", uid)
	}
	first := truth(t, w).FeederCards[0]
	must(t, w.Pick())
	if uid := w.TakeOut(Hand); uid != first || w.Where() != "" {
		t.Errorf("took %s out, want %s; the machine has one at %q", uid, first, w.Where())
	}
	tr := truth(t, w)
	if len(tr.Trays.Hand) != 1 || tr.Trays.Hand[0].Place != Hand || tr.Feeder != 2 {
		t.Errorf("hand %v, feeder %d", tr.Trays.Hand, tr.Feeder)
	}
	if uid, err := w.PutIn(Hand, "0"); err != nil || uid != first || w.Where() != Head {
		t.Errorf("put in %s, %v, at %q", uid, err, w.Where())
	}
	if _, err := w.PutIn(Feeder, "0"); err == nil {
		t.Error("two cards went into the transport")
	}
	w.Clear()
	if uid, err := w.FeedCard(Reject, first); err != nil || uid != first || truth(t, w).FeederCards[0] != first {
		t.Errorf("fed %s, %v; the feeder has %v", uid, err, truth(t, w).FeederCards)
	}
	must(t, w.Pick(), w.Drop(Good))
	if uid, err := w.ToReject(Good, "0"); err != nil || uid != first {
		t.Errorf("rejected %s, %v", uid, err)
	}
	tr = truth(t, w)
	if tr.Counters.Inserted != 2 || len(tr.Trays.Good) != 0 || !slices.ContainsFunc(tr.Trays.Reject, func(c CardInfo) bool { return c.UID == first }) {
		t.Errorf("in the end %+v", tr)
	}
	if _, err := w.ToReject(Good, "0"); err == nil {
		t.Error("a card came out of an empty tray")
	}
}

// TestPicturesOnDemand: without a picture the truth still tells one print from another.
func TestPicturesOnDemand(t *testing.T) {
	w := New(Options{Seed: 3, Blanks: 2, Dir: t.TempDir(), OnDemand: true})
	for i := range 2 {
		r := NewRaster(2)
		r.Dots[i] = 1
		must(t, w.Pick(), w.Arrive(Head), w.Burn("k", r), w.Drop(Good))
	}
	cards := truth(t, w).Trays.Good
	if cards[0].PNG != "" || cards[0].Prints["k"] == "" || cards[0].Prints["k"] == cards[1].Prints["k"] {
		t.Errorf("%+v", cards)
	}
	c, err := w.Picture(cards[0].UID)
	must(t, err)
	if _, err := os.Stat(c.PNG); err != nil || c.Prints["k"] != cards[0].Prints["k"] {
		t.Errorf("%+v, %v", c, err)
	}
	if again := truth(t, w).Trays.Good[0]; again.Prints["k"] != c.Prints["k"] {
		t.Error("the print changed as it was drawn")
	}
	if _, err := w.Picture("00"); err == nil {
		t.Error("a card that does not exist was drawn")
	}
}
