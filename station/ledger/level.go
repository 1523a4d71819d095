package ledger

import (
	"slices"
	"time"
)

// Level is what lay in a store at a moment.
type Level struct {
	At   time.Time
	Left int
}

// levelDays is how many days Levels keep.
const levelDays = 60

// Levels gathers what lay in vault and feeder together at the last movement of each day. The zero value has seen nothing.
type Levels struct{ days map[BlankType][]Level }

// Apply takes in a movement; its At says the day, in the location given.
func (l *Levels) Apply(m Movement, where *time.Location) {
	by := 0
	for _, s := range []struct {
		account Account
		count   int
	}{{m.From, -m.Count}, {m.To, m.Count}} {
		if s.account == Vault || s.account == Hopper {
			by += s.count
		}
	}
	if by == 0 {
		return
	}
	if l.days == nil {
		l.days = map[BlankType][]Level{}
	}
	l.days[m.Type] = KeepDay(l.days[m.Type], Level{m.At.In(where), by + lastOf(l.days[m.Type])})
}

func lastOf(all []Level) int {
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].Left
}

// Of gives the days of one blank type, oldest first, the caller's to keep.
func (l *Levels) Of(t BlankType) []Level { return slices.Clone(l.days[t]) }

// KeepDay puts a level behind those before it, in place of an earlier one of the same day, and lets go of the oldest. It may
// write into all.
func KeepDay(all []Level, now Level) []Level {
	if n := len(all); n > 0 {
		y, m, d := all[n-1].At.Date()
		if ny, nm, nd := now.At.Date(); y == ny && m == nm && d == nd {
			all[n-1] = now
			return all
		}
	}
	all = append(all, now)
	return all[max(0, len(all)-levelDays):]
}

// Ahead is how a stock goes down at the use that Project learns: what is left at the close of each day, and at last the moment it
// is gone. It ends after so many days, and is empty where nothing was learned. now is local time.
func Ahead(now time.Time, stock int, uses []Use, h Hours, days int) []Level {
	uses, today := learned(now, uses)
	if len(uses) == 0 || stock <= 0 {
		return nil
	}
	total := 0
	for _, u := range uses {
		total += u.Good + u.Spoiled
	}
	var out []Level
	gone := walk(now, today, float64(stock), weekdays(uses, today, float64(total)/float64(len(uses))), h, days, func(close time.Time, left float64) {
		if close.After(now) {
			out = append(out, Level{close, int(left + 0.5)})
		}
	})
	if !gone.IsZero() {
		out = append(out, Level{gone, 0})
	}
	return out
}
