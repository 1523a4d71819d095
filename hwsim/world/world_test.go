package world

import (
	"errors"
	"image/png"
	"os"
	"reflect"
	"runtime"
	"sync"
	"testing"
)

// chip is a UID and nothing more: the world only carries chips about.
type chip struct {
	uid  []byte
	mu   sync.Mutex
	seen int
}

func (c *chip) UID() []byte              { return c.uid }
func (c *chip) ATR() []byte              { return []byte{0x3B, 0x80} }
func (c *chip) PowerOn()                 {}
func (c *chip) PowerOff()                {}
func (c *chip) Reset()                   {}
func (c *chip) SetMute(bool)             {}
func (c *chip) SetATR([]byte)            {}
func (c *chip) State() string            { return "blank" }
func (c *chip) Files() map[string][]byte { return map[string][]byte{"6FF2": []byte("abc")} }
func (c *chip) Transmit(apdu []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen++
	return []byte{0x90, 0x00}
}

func desk(t *testing.T, blanks int) (*World, *[]string) {
	t.Helper()
	w := New(Options{Seed: 3, Blanks: blanks, Dir: t.TempDir(), RejectCapacity: 2,
		NewChip: func(uid []byte) Chip { return &chip{uid: uid} }})
	log := &[]string{}
	var mu sync.Mutex
	note := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		*log = append(*log, s)
	}
	w.SetHooks(Hooks{Event: note, Insert: func(c *Contact) { note("in " + c.UID()[:4]) }, Remove: func() { note("out") }})
	return w, log
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func truth(t *testing.T, w *World) Truth {
	t.Helper()
	tr, err := w.Truth()
	must(t, err)
	return tr
}

func TestSameSeedSameCards(t *testing.T) {
	a, _ := desk(t, 3)
	b, _ := desk(t, 3)
	seen := map[string]bool{}
	for i := range a.feeder {
		if a.feeder[i].uid != b.feeder[i].uid {
			t.Error("another card")
		}
		seen[a.feeder[i].uid] = true
	}
	if len(seen) != 3 {
		t.Error("a UID twice")
	}
}

// TestDoorSeesTheCard: the reader sees the card that comes to a station, and loses it when it moves on.
func TestDoorSeesTheCard(t *testing.T) {
	w, log := desk(t, 2)
	must(t, w.Pick(), w.Arrive(Contacts), w.Depart(), w.Arrive(Head), w.CanDischarge(Good), w.Depart(), w.Drop(Good))
	uid := truth(t, w).Trays.Good[0].UID
	want := []string{"feed", "station", "in " + uid[:4], "out", "head", "eject"}
	if !reflect.DeepEqual(*log, want) {
		t.Errorf("%v, want %v", *log, want)
	}
}

func TestChipEvents(t *testing.T) {
	w, log := desk(t, 1)
	var seen *Contact
	h := w.hooks
	h.Insert = func(c *Contact) { seen = c }
	w.SetHooks(h)
	must(t, w.Pick(), w.Arrive(Contactless))
	*log = nil
	for _, apdu := range [][]byte{{0, 0xA4, 0, 0}, {0, 0xB0, 0, 0}, {0, 0xD6, 0, 0}, {0, 0x44, 0, 0}, {0, 0x84, 0, 0}, {}} {
		if seen.Transmit(apdu) == nil {
			t.Error("mute")
		}
	}
	if want := []string{"select", "read", "update", "activate", "apdu", "apdu"}; !reflect.DeepEqual(*log, want) {
		t.Errorf("%v", *log)
	}
	w.Pull()
	if seen.Transmit([]byte{0, 0xB0, 0, 0}) != nil {
		t.Error("a pulled card answered")
	}
	if w.Where() != Contactless {
		t.Error("pulling moved the card")
	}
}

// TestPresent: a card of a tray is laid on the reader and goes back to its place.
func TestPresent(t *testing.T) {
	w, _ := desk(t, 3)
	for range 3 {
		must(t, w.Pick(), w.Arrive(Head), w.Drop(Good))
	}
	before := truth(t, w).Trays.Good
	uid, err := w.Present(Good, "1")
	must(t, err)
	if uid != before[1].UID {
		t.Errorf("presented %s", uid)
	}
	if tr := truth(t, w); tr.Reader == nil || tr.Reader.UID != uid || len(tr.Trays.Good) != 2 {
		t.Errorf("%+v", tr)
	}
	if _, err := w.Present(Good, "0"); err == nil {
		t.Error("two cards on one reader")
	}
	_, err = w.Withdraw()
	must(t, err)
	if got := truth(t, w).Trays.Good; !reflect.DeepEqual(got, before) {
		t.Errorf("%v, want %v", got, before)
	}
	_, err = w.Present(Good, before[2].UID)
	must(t, err)
	for _, bad := range [][2]string{{"good", "7"}, {"good", "-1"}, {"pocket", "0"}, {"reject", "0"}} {
		if _, err := w.Present(Place(bad[0]), bad[1]); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
	must(t, second(w.Withdraw()))
	if _, err := w.Withdraw(); err == nil {
		t.Error("took away what is not there")
	}
}

func second(_ string, err error) error { return err }

func TestRejectBox(t *testing.T) {
	w, _ := desk(t, 3)
	for range 2 {
		must(t, w.Pick(), w.Arrive(Head), w.CanDischarge(Reject), w.Drop(Reject))
	}
	must(t, w.Pick(), w.Arrive(Head))
	if err := w.CanDischarge(Reject); !errors.Is(err, RejectFull) {
		t.Errorf("%v", err)
	}
	if n := w.EmptyReject(); n != 2 {
		t.Errorf("%d taken out", n)
	}
	must(t, w.CanDischarge(Reject), w.Drop(Reject))
	if tr := truth(t, w).Trays; len(tr.Emptied) != 2 || len(tr.Reject) != 1 {
		t.Errorf("%+v", tr)
	}
}

func TestJams(t *testing.T) {
	w, _ := desk(t, 5)
	w.JamAtFeed()
	if err := w.Pick(); !errors.Is(err, Jam) || w.Where() != Path {
		t.Errorf("%v at %s", err, w.Where())
	}
	if err := w.Pick(); !errors.Is(err, Jam) {
		t.Errorf("a second card went in: %v", err)
	}
	if w.Clear() == "" {
		t.Error("nothing to clear")
	}
	must(t, w.Pick())
	if err := w.Pick(); !errors.Is(err, Occupied) {
		t.Errorf("%v", err)
	}
	w.JamAtHead()
	if err := w.Arrive(Head); !errors.Is(err, Jam) || w.Where() != Head {
		t.Errorf("%v at %s", err, w.Where())
	}
	w.Clear()
	if tr := truth(t, w); tr.Jam || len(tr.Trays.Reject) != 2 || tr.Counters.Inserted != 2 || tr.Feeder != 3 {
		t.Errorf("%+v", tr)
	}
}

func TestRibbon(t *testing.T) {
	w, _ := desk(t, 1)
	must(t, w.Pick(), w.Arrive(Head))
	w.SetRibbonPanels(8)
	must(t, w.Unwind("y", 0, 0), w.Unwind("k", 1, 3))
	w.NextSet() // of the 4 left no whole set remains
	if r := w.Ribbon(); r.Panels != 0 || r.Cards() != 0 {
		t.Errorf("%+v", r)
	}
	if err := w.Unwind("y", 0, 0); !errors.Is(err, RibbonEnd) {
		t.Errorf("%v", err)
	}
	w.NewRibbon("k")
	if r := w.Ribbon(); r.Cards() != DefaultRibbonCards || r.Type != "k" {
		t.Errorf("%+v", r)
	}
}

// TestPictures: what was burnt is on the card, the right way up, also after it has been let out of memory.
func TestPictures(t *testing.T) {
	w, _ := desk(t, 1)
	must(t, w.Pick(), w.Arrive(Head))
	r := NewRaster(2)
	r.Dots[10*LineDots+0] = 1 // column 10, bottom row
	must(t, w.Burn("k", r))
	if c := truth(t, w).Machine; !c.Printed || c.PNG == "" {
		t.Errorf("%+v", c)
	}
	must(t, w.Drop(Good))
	c := truth(t, w).Trays.Good[0]
	if !c.Printed || c.Files["6FF2"] != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("%+v", c)
	}
	for _, path := range []string{c.PNG, c.Panels["k"]} {
		f, err := os.Open(path)
		must(t, err)
		img, err := png.Decode(f)
		must(t, err, f.Close())
		if r, _, _, _ := img.At(10, LineDots-1).RGBA(); r != 0 {
			t.Errorf("%s: the dot is not at the bottom", path)
		}
		if r, _, _, _ := img.At(10, 0).RGBA(); r == 0 {
			t.Errorf("%s: the dot is at the top", path)
		}
	}
}

// TestPictureAndPrintsAgree: a panel that is burnt while the pictures are drawn is not told before it is in them.
func TestPictureAndPrintsAgree(t *testing.T) {
	w := New(Options{Seed: 1, Blanks: 1, Dir: t.TempDir()})
	if w.Pick() != nil || w.Arrive(Head) != nil || w.Burn("y", NewRaster(2)) != nil {
		t.Fatal("the card does not move")
	}
	burnt := make(chan error)
	go func() {
		for drawing := false; !drawing; runtime.Gosched() {
			w.mu.Lock()
			drawing = w.machine.drawing
			w.mu.Unlock()
		}
		burnt <- w.Burn("k", NewRaster(2))
	}()
	told := make(chan Truth)
	go func() {
		tr, err := w.Truth()
		if err != nil {
			t.Error(err)
		}
		told <- tr
	}()
	if err := <-burnt; err != nil {
		t.Fatal(err)
	}
	if c := (<-told).Machine; len(c.Prints) != len(c.Panels) {
		t.Errorf("prints %v, pictures %v", c.Prints, c.Panels)
	}
}
