package ledger

import (
	"slices"
	"time"
)

// Use is what a day took of one blank type. A day on which the desk did not work has none.
type Use struct {
	Day     time.Time // local midnight
	Good    int
	Spoiled int
}

// Hours is when cards are made on a working day, from local midnight.
type Hours struct{ Open, Close time.Duration }

// Cover is how long the stock lasts.
type Cover struct {
	Type    BlankType `json:"type"`
	Stock   int       `json:"stock"`   // vault and feeder
	PerDay  float64   `json:"per_day"` // mean use of a working day, good and spoiled; 0 = nothing learned
	Spoilt  float64   `json:"spoilt"`  // share of it that was spoiled, 0..1
	Learned int       `json:"learned"` // days it was learned from
	Days    float64   `json:"days"`    // working days the stock covers
	RunOut  time.Time `json:"run_out"` // zero: not within a year, or nothing learned
	OrderBy time.Time `json:"order_by"`
	Order   bool      `json:"order"` // the moment to order has come
}

// learnDays is how many days of use are looked back on: four weeks, so that each weekday is seen four times.
const learnDays = 28

// horizon is how many days ahead a run-out is looked for.
const horizon = 366

// Usage gathers the use of each day from the movements. The zero value has seen nothing.
type Usage struct{ days map[BlankType][]Use }

// Apply takes in a movement; its At says the day, in the location given.
func (u *Usage) Apply(m Movement, where *time.Location) {
	if !m.From.desk() || m.To != Good && m.To != Spoiled {
		return
	}
	y, mo, d := m.At.In(where).Date()
	day := time.Date(y, mo, d, 0, 0, 0, 0, where)
	if u.days == nil {
		u.days = map[BlankType][]Use{}
	}
	all := u.days[m.Type]
	i, found := slices.BinarySearchFunc(all, day, func(u Use, day time.Time) int { return u.Day.Compare(day) })
	if !found {
		all = slices.Insert(all, i, Use{Day: day})
	}
	if m.To == Good {
		all[i].Good += m.Count
	} else {
		all[i].Spoiled += m.Count
	}
	u.days[m.Type] = all[max(0, len(all)-learnDays-1):] // and today, which is not learned from
}

// Of gives the days of one blank type, oldest first, the caller's to keep.
func (u *Usage) Of(t BlankType) []Use { return slices.Clone(u.days[t]) }

// Project says how long a stock lasts. It learns from the last 28 days with use before today, each weekday for itself: a
// weekday on which nothing was made though the desk existed is a closed day; one it has not seen yet is like the others
// if it is no weekend. The run-out falls inside the working hours. orderDays is how many days before it blanks are
// ordered. now is local time.
func Project(now time.Time, t BlankType, stock int, uses []Use, h Hours, orderDays int) Cover {
	c := Cover{Type: t, Stock: stock}
	uses, today := learned(now, uses)
	c.Learned = len(uses)
	if c.Learned > 0 {
		good, spoiled := 0, 0
		for _, u := range uses {
			good, spoiled = good+u.Good, spoiled+u.Spoiled
		}
		c.PerDay = float64(good+spoiled) / float64(len(uses))
		c.Spoilt = float64(spoiled) / float64(good+spoiled)
		c.Days = float64(stock) / c.PerDay
		c.RunOut = walk(now, today, float64(stock), weekdays(uses, today, c.PerDay), h, horizon, func(time.Time, float64) {})
	}
	if stock == 0 {
		c.RunOut = now
	}
	if !c.RunOut.IsZero() {
		c.OrderBy = c.RunOut.AddDate(0, 0, -orderDays)
		c.Order = !now.Before(c.OrderBy)
	}
	return c
}

// learned are the days of use that a stock is foreseen from, oldest first, and the midnight before now.
func learned(now time.Time, uses []Use) ([]Use, time.Time) {
	y, m, d := now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	uses = slices.DeleteFunc(slices.Clone(uses), func(u Use) bool { return !u.Day.Before(today) || u.Good+u.Spoiled == 0 })
	slices.SortFunc(uses, func(a, b Use) int { return a.Day.Compare(b.Day) })
	return uses[max(0, len(uses)-learnDays):], today
}

// weekdays is what each weekday takes.
func weekdays(uses []Use, today time.Time, mean float64) [7]float64 {
	var sum, n [7]float64
	for _, u := range uses {
		sum[u.Day.Weekday()] += float64(u.Good + u.Spoiled)
		n[u.Day.Weekday()]++
	}
	var passed [7]bool // weekdays that came by since the first day of use
	for day, i := uses[0].Day, 0; day.Before(today) && i < 7; day, i = day.AddDate(0, 0, 1), i+1 {
		passed[day.Weekday()] = true
	}
	var each [7]float64
	for w := range each {
		weekend := time.Weekday(w) == time.Saturday || time.Weekday(w) == time.Sunday
		switch {
		case n[w] > 0:
			each[w] = sum[w] / n[w]
		case !passed[w] && !weekend:
			each[w] = mean
		}
	}
	return each
}

// walk goes through the days until the stock is used, and tells what is left at the close of each. Zero: not within so many days.
func walk(now, today time.Time, stock float64, each [7]float64, h Hours, days int, tell func(close time.Time, left float64)) time.Time {
	for i := range days {
		day := today.AddDate(0, 0, i)
		from, to := clock(day, h.Open), clock(day, h.Close)
		use := each[day.Weekday()]
		if i == 0 && now.After(from) {
			left := max(0, to.Sub(now))
			use *= float64(left) / float64(to.Sub(from))
			from = now
		}
		if use > 0 && stock <= use {
			return from.Add(time.Duration(float64(to.Sub(from)) * stock / use)).Truncate(time.Minute)
		}
		stock -= use
		tell(to, stock)
	}
	return time.Time{}
}

// clock is a time of a day by the wall clock.
func clock(day time.Time, d time.Duration) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, int(d/time.Second), 0, day.Location())
}
