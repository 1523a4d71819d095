package ledger

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// wib is Western Indonesian Time.
var wib = time.FixedZone("WIB", 7*60*60)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, wib)
	if err != nil {
		panic(err)
	}
	return t
}

// weeks of use, Monday to Friday 100 good and 2 spoiled, on Saturdays 30, before Monday 2 March 2026.
func weeks(n int) []Use {
	var all []Use
	for day := at("2026-03-02 00:00").AddDate(0, 0, -7*n); day.Before(at("2026-03-02 00:00")); day = day.AddDate(0, 0, 1) {
		switch day.Weekday() {
		case time.Sunday:
		case time.Saturday:
			all = append(all, Use{day, 30, 0})
		default:
			all = append(all, Use{day, 98, 2})
		}
	}
	return all
}

func TestProject(t *testing.T) {
	hours := Hours{8 * time.Hour, 16 * time.Hour}
	for _, tt := range []struct {
		name, now string
		stock     int
		uses      []Use
		runOut    string
		orderBy   string
		order     bool
	}{
		{"nothing learned", "2026-03-02 07:00", 500, nil, "", "", false},
		{"nothing left", "2026-03-02 07:00", 0, nil, "2026-03-02 07:00", "2026-02-23 07:00", true},
		{"before opening", "2026-03-02 07:00", 50, weeks(4), "2026-03-02 12:00", "2026-02-23 12:00", true},
		{"in the middle of a day", "2026-03-02 12:00", 50, weeks(4), "2026-03-02 16:00", "2026-02-23 16:00", true},
		{"after closing", "2026-03-02 20:00", 50, weeks(4), "2026-03-03 12:00", "2026-02-24 12:00", true},
		{"over the weekend", "2026-03-06 20:00", 130, weeks(4), "2026-03-09 16:00", "2026-03-02 16:00", true},
		{"into the short day", "2026-03-06 20:00", 15, weeks(4), "2026-03-07 12:00", "2026-02-28 12:00", true},
		{"long", "2026-03-02 07:00", 530 * 4, weeks(4), "2026-03-28 16:00", "2026-03-21 16:00", false},
		{"one day learned", "2026-03-03 07:00", 100, []Use{{at("2026-03-02 00:00"), 50, 0}}, "2026-03-04 16:00", "2026-02-25 16:00", true},
		{"today is not learned from", "2026-03-02 07:00", 10, []Use{{at("2026-03-02 00:00"), 50, 0}}, "", "", false},
		{"never within a year", "2026-03-02 07:00", 1_000_000, weeks(4), "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Project(at(tt.now), WNI, tt.stock, tt.uses, hours, 7)
			say := func(x time.Time) string {
				if x.IsZero() {
					return ""
				}
				return x.Format("2006-01-02 15:04")
			}
			if say(c.RunOut) != tt.runOut || say(c.OrderBy) != tt.orderBy || c.Order != tt.order {
				t.Errorf("runs out %q, order by %q %v; want %q, %q %v", say(c.RunOut), say(c.OrderBy), c.Order, tt.runOut, tt.orderBy, tt.order)
			}
		})
	}
	c := Project(at("2026-03-02 07:00"), WNI, 1060, weeks(8), hours, 7)
	if c.Learned != 28 || math.Abs(c.Days-1060/c.PerDay) > 1e-9 || c.Spoilt <= 0.018 || c.Spoilt >= 0.02 {
		t.Errorf("%+v", c)
	}
}

func TestUsage(t *testing.T) {
	var u Usage
	made := func(at time.Time, to Account, typ BlankType) {
		u.Apply(Movement{From: Machine, To: to, Type: typ, Count: 1, At: at.UTC()}, wib)
	}
	made(at("2026-03-02 07:10"), Good, WNI) // 00:10 UTC: the same day
	made(at("2026-03-02 06:10"), Good, WNI) // the day before in UTC
	made(at("2026-03-03 09:00"), Spoiled, WNI)
	made(at("2026-03-03 09:00"), Missing, WNI)
	made(at("2026-03-03 09:00"), Good, WNA)
	made(at("2026-03-01 09:00"), Good, WNI) // a clock that was set back
	u.Apply(Movement{From: Good, To: Spoiled, Type: WNI, Count: 1, At: at("2026-03-03 10:00")}, wib)
	got := ""
	for _, d := range u.Of(WNI) {
		got += fmt.Sprint(d.Day.Format("02.01 "), d.Good, "+", d.Spoiled, " ")
	}
	if got != "01.03 1+0 02.03 2+0 03.03 0+1 " || len(u.Of(WNA)) != 1 {
		t.Error(got, u.Of(WNA))
	}
	for i := range 100 {
		made(at("2026-03-04 09:00").AddDate(0, 0, i), Good, WNI)
	}
	if n := len(u.Of(WNI)); n != learnDays+1 {
		t.Errorf("%d days are kept", n)
	}
}
