package station

import (
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
	"cetak/station/office"
)

// What a ribbon has left before each card tells what the days took, whichever ribbon it was.
func TestRibbonLog(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	var r ribbonLog
	for _, c := range []struct {
		day, hour int
		name      string
		left      int
	}{{2, 9, "R-1", 40}, {2, 10, "R-1", 39}, {2, 15, "R-1", 20}, {3, 9, "R-1", 19}, {3, 10, "R-2", 200}, {3, 16, "R-2", 150}} {
		r.before(at(c.day, c.hour), c.name, c.left)
	}
	if len(r.uses) != 2 || r.uses[0].Good != 21 || r.uses[1].Good != 50 {
		t.Errorf("used %+v", r.uses)
	}
	if len(r.levels) != 2 || r.levels[0].Left != 20 || r.levels[1].Left != 150 {
		t.Errorf("left %+v", r.levels)
	}
}

// The causes that a device reports gone are those that it is waited for; for no other is the button off.
func TestWatched(t *testing.T) {
	bad := drivers.PrinterStatus{Conditions: []drivers.Condition{drivers.ConditionCoverOpen, drivers.ConditionFeederEmpty, drivers.ConditionRibbonEnd,
		drivers.ConditionRejectFull}, Position: drivers.PositionHead}
	good := drivers.PrinterStatus{RibbonLeft: 10, Position: drivers.PositionNone}
	up, down := Device{State: DeviceUp}, Device{State: DeviceDown}
	for _, codes := range Faults() {
		for _, c := range codes {
			if !watched(c) {
				continue
			}
			line := c == drivers.LineSilent || c == drivers.LineGone || c == drivers.LineNoPort // gone once the printer answers at all
			if !line && gone(c, bad, down, &PINWanted{}) || !gone(c, good, up, nil) {
				t.Errorf("%s is waited for, and the device does not tell", c)
			}
		}
	}
}

// What hinders the next card is told by its root, and an empty feeder only while somebody waits.
func TestHindered(t *testing.T) {
	for _, tt := range []struct {
		conditions []drivers.Condition
		waiting    int
		want       drivers.Code
	}{
		{nil, 5, ""},
		{[]drivers.Condition{drivers.ConditionRibbonEnd, drivers.ConditionCoverOpen}, 5, drivers.CoverOpen},
		{[]drivers.Condition{drivers.ConditionFeederEmpty}, 0, ""},
		{[]drivers.Condition{drivers.ConditionFeederEmpty}, 1, drivers.FeederEmpty},
		{[]drivers.Condition{drivers.ConditionCleaningDue}, 1, ""},
	} {
		s := New(Parts{}, Options{})
		n := Snapshot{Waiting: tt.waiting, Printer: Device{State: DeviceUp}}
		s.hindered(&n, drivers.PrinterStatus{Conditions: tt.conditions, RibbonLeft: 10, Position: drivers.PositionNone})
		if n.Printer.Code != tt.want || (n.Printer.State == DeviceDown) != (tt.want != "") {
			t.Errorf("%v: %+v", tt.conditions, n.Printer)
		}
	}
}

// A device that worked is not shown as down by the first look that fails.
func TestHushed(t *testing.T) {
	s := New(Parts{}, Options{})
	printer := func(n *Snapshot) *Device { return &n.Printer }
	gone := &drivers.Fault{Code: drivers.LineGone}
	s.seen(printer, nil)
	s.hushed = true
	s.seen(printer, gone)
	if s.snap.Printer.State != DeviceUp {
		t.Error("shown at once")
	}
	s.hushed = false
	s.seen(printer, gone)
	if s.snap.Printer.Code != drivers.LineGone {
		t.Error("not shown at all")
	}
	s.hushed = true
	s.seen(printer, &drivers.Fault{Code: drivers.LineSilent})
	if s.snap.Printer.Code != drivers.LineSilent {
		t.Error("what is down is told as it is")
	}
}

func TestBurns(t *testing.T) {
	b, err := ReadBooks(t.Context(), func(func(journal.Entry, error) bool) {}, office.Rules{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if all := b.burns(time.Now(), drivers.RibbonUnknown); len(all) != 0 {
		t.Errorf("of nothing: %+v", all)
	}
	all := b.burns(time.Now(), 40)
	if len(all) != 1 || all[0].What != BurnRibbon || all[0].Left != 40 || len(all[0].Past) != 1 || !all[0].RunOut.IsZero() {
		t.Errorf("%+v", all)
	}
}
