package model

import (
	"math"
	"time"

	"cetak/station"
	"cetak/station/ledger"
)

// Chart is a store that goes down: how it did, and how it will. All places are shares of the width and the height, from the lower
// left corner.
type Chart struct {
	Title  string
	Words  Check // the same in words
	Past   []Point
	Ahead  []Point // empty where nothing is foreseen
	Days   []Mark  // below the chart, from left to right
	Levels []Mark  // beside it, from below
}

// Point is a place in a chart.
type Point struct{ X, Y float32 }

// Mark is a place at an edge of a chart, with its words.
type Mark struct {
	At    float32
	Label string
}

// chartPast is how many days back a chart looks, and chartAhead how many ahead at the most.
const (
	chartPast  = 28
	chartAhead = 42
)

// charts are those of the stores that are used: one that never went down has nothing to show that its figure does not.
func (v look) charts() []Chart {
	var out []Chart
	for _, b := range v.s.Burns {
		for i := 1; i < len(b.Past); i++ {
			if b.Past[i].Left < b.Past[i-1].Left {
				out = append(out, v.chart(b))
				break
			}
		}
	}
	return out
}

func (v look) chart(b station.Burn) Chart {
	zone := v.l.Now.Location()
	c := Chart{Title: v.t("chart." + b.What), Words: v.burned(b)}
	from, to, most := v.l.Now.AddDate(0, 0, -1), v.l.Now.AddDate(0, 0, 1), max(b.Left, 1)
	for _, l := range b.Past {
		if age := v.l.Now.Sub(l.At); age < chartPast*24*time.Hour {
			most = max(most, l.Left)
			if l.At.Before(from) {
				from = l.At
			}
		}
	}
	for _, l := range b.Ahead {
		if l.At.Sub(v.l.Now) < chartAhead*24*time.Hour && l.At.After(to) {
			to = l.At
		}
	}
	top := ceiling(most)
	at := func(t time.Time) float32 { return float32(t.Sub(from)) / float32(to.Sub(from)) }
	place := func(all []ledger.Level) []Point {
		var out []Point
		for _, l := range all {
			if x := at(l.At); x >= -1e-6 && x <= 1+1e-6 {
				out = append(out, Point{min(1, max(0, x)), float32(l.Left) / float32(top)})
			}
		}
		return out
	}
	c.Past, c.Ahead = place(b.Past), place(b.Ahead)
	if n := len(c.Past); n > 0 && len(c.Ahead) > 0 {
		c.Ahead = append([]Point{c.Past[n-1]}, c.Ahead...)
	}
	for _, l := range []int{0, top / 2, top} {
		c.Levels = append(c.Levels, Mark{float32(l) / float32(top), v.l.Words.Number(l)})
	}
	now := at(v.l.Now)
	if now > 0.25 { // two words need their room
		c.Days = append(c.Days, Mark{0, from.In(zone).Format("02-01")})
	}
	c.Days = append(c.Days, Mark{now, v.t("chart.today")})
	if now < 0.75 {
		c.Days = append(c.Days, Mark{1, to.In(zone).Format("02-01")})
	}
	return c
}

// burned says in words what a chart shows.
func (v look) burned(b station.Burn) Check {
	n := v.l.Words.Number(b.Left)
	switch {
	case b.Left == 0:
		return Check{Waiting, v.t("burn.none")}
	case b.RunOut.IsZero():
		return Check{Plain, v.t("burn.unknown", "n", n)}
	}
	tone := Ready
	if b.RunOut.Sub(v.l.Now) < 24*time.Hour {
		tone = Waiting
	}
	return Check{tone, v.t("burn.until", "n", n, "until", v.l.Words.Moment(b.RunOut.In(v.l.Now.Location())))}
}

// ceiling is the next even number of one digit and noughts.
func ceiling(n int) int {
	if n <= 10 {
		return 10
	}
	unit := int(math.Pow10(int(math.Log10(float64(n)))))
	for _, k := range []int{1, 2, 4, 6, 8} {
		if n <= k*unit {
			return k * unit
		}
	}
	return 10 * unit
}

// ribbonUntil is when the ribbon will be used up; zero = not known.
func (v look) ribbonUntil() time.Time {
	for _, b := range v.s.Burns {
		if b.What == station.BurnRibbon {
			return b.RunOut
		}
	}
	return time.Time{}
}
