package ledger

import (
	"slices"
	"testing"
	"time"
)

// What lay in vault and feeder at the end of each day: what goes from one to the other changes nothing.
func TestLevels(t *testing.T) {
	var l Levels
	for _, m := range []Movement{
		{Type: WNI, Count: 500, From: Centre, To: Vault, At: at("2026-03-02 08:00")},
		{Type: WNI, Count: 100, From: Vault, To: Hopper, At: at("2026-03-02 08:10")},
		{Type: WNI, Count: 1, From: Hopper, To: Machine, At: at("2026-03-02 09:00")},
		{Type: WNA, Count: 20, From: Centre, To: Vault, At: at("2026-03-02 09:10")},
		{Type: WNI, Count: 1, From: Machine, To: Good, At: at("2026-03-02 09:01")},
		{Type: WNI, Count: 40, From: Hopper, To: Machine, At: at("2026-03-02 15:00")},
		{Type: WNI, Count: 60, From: Hopper, To: Machine, At: at("2026-03-04 15:00").UTC()},
	} {
		l.Apply(m, wib)
	}
	want := []Level{{at("2026-03-02 15:00"), 459}, {at("2026-03-04 15:00"), 399}}
	if got := l.Of(WNI); !slices.EqualFunc(got, want, same) {
		t.Errorf("%v", got)
	}
	if got := l.Of(WNA); len(got) != 1 || got[0].Left != 20 {
		t.Errorf("%v", got)
	}
	for day := range 100 {
		l.Apply(Movement{Type: WNI, Count: 1, From: Centre, To: Vault, At: at("2026-04-01 08:00").AddDate(0, 0, day)}, wib)
	}
	if got := l.Of(WNI); len(got) != levelDays || got[len(got)-1].Left != 499 {
		t.Errorf("%d days, %v", len(got), got[len(got)-1])
	}
}

func same(a, b Level) bool { return a.At.Equal(b.At) && a.Left == b.Left }

// The foreseen way down ends where Project says the stock is gone, or at the days asked for.
func TestAhead(t *testing.T) {
	hours := Hours{8 * time.Hour, 16 * time.Hour}
	now := at("2026-03-05 12:00") // a Thursday
	got := Ahead(now, 230, weeks(4), hours, 30)
	want := []Level{{at("2026-03-05 16:00"), 180}, {at("2026-03-06 16:00"), 80}, {at("2026-03-07 16:00"), 50}, {at("2026-03-08 16:00"), 50}, {at("2026-03-09 12:00"), 0}}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("%v", got)
	}
	if end := Project(now, WNI, 230, weeks(4), hours, 7).RunOut; !end.Equal(got[len(got)-1].At) {
		t.Errorf("gone at %v, and by Project at %v", got[len(got)-1].At, end)
	}
	if long := Ahead(now, 100_000, weeks(4), hours, 10); len(long) != 10 || long[9].Left < 99_000 {
		t.Errorf("%d days, %v", len(long), long)
	}
	if none := Ahead(now, 100, nil, hours, 10); none != nil {
		t.Errorf("foreseen from nothing: %v", none)
	}
	if none := Ahead(now, 0, weeks(4), hours, 10); none != nil {
		t.Errorf("nothing goes down from nothing: %v", none)
	}
}
