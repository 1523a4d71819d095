package policy

import (
	"fmt"
	"strings"
	"time"
)

// Election is a time in which first-time voters (pemula) are printed before everybody, whatever the rule in force says.
type Election struct {
	Name   string `toml:"name" json:"name"`
	From   Date   `toml:"from" json:"from"`
	Poll   Date   `toml:"poll" json:"poll"` // polling day, the last of it
	Office string `toml:"office" json:"office,omitempty"`
	Basis  string `toml:"basis" json:"basis"`
	Source string `toml:"source" json:"source,omitempty"`
}

// Hours are the opening hours by weekday, "08:00-15:30"; "" = closed. A table without any hours is open at all times.
type Hours struct {
	Mon string `toml:"mon" json:"mon"`
	Tue string `toml:"tue" json:"tue"`
	Wed string `toml:"wed" json:"wed"`
	Thu string `toml:"thu" json:"thu"`
	Fri string `toml:"fri" json:"fri"`
	Sat string `toml:"sat" json:"sat"`
	Sun string `toml:"sun" json:"sun"`
}

func (h Hours) of(d time.Weekday) string {
	return [...]string{h.Sun, h.Mon, h.Tue, h.Wed, h.Thu, h.Fri, h.Sat}[d]
}

// Day is a day with other hours than its weekday: a holiday (Open ""), a polling day, or a Saturday on which the office opens.
type Day struct {
	Date   Date   `toml:"date" json:"date"`
	Name   string `toml:"name" json:"name"`
	Open   string `toml:"open" json:"open"`
	Office string `toml:"office" json:"office,omitempty"`
	Source string `toml:"source" json:"source,omitempty"`
}

// span gives the minutes of a day between which "08:00-15:30" is open.
func span(s string) (from, to int, err error) {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return '0'
		}
		return c
	}, s)
	if digits != "00:00-00:00" {
		return 0, 0, fmt.Errorf("%q is no time of opening like 08:00-15:30", s)
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	from, to = two(0)*60+two(3), two(6)*60+two(9)
	if two(3) > 59 || two(9) > 59 || to > 24*60 || from >= to {
		return 0, 0, fmt.Errorf("%q does not open before it closes", s)
	}
	return from, to, nil
}

func (t *Table) checkCalendar() error {
	wrong := func(where string, what any) error {
		return refuse(TableWrong, "policy", fmt.Sprintf("%s: %v", where, what))
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if s := t.Hours.of(d); s != "" {
			if _, _, err := span(s); err != nil {
				return wrong("hours", err)
			}
		}
	}
	for i, d := range t.Days {
		name := fmt.Sprintf("day number %d", i+1)
		if d.Date == (Date{}) || strings.TrimSpace(d.Name) == "" {
			return wrong(name, "date and name must be there")
		}
		if d.Open != "" {
			if _, _, err := span(d.Open); err != nil {
				return wrong(name, err)
			}
		}
	}
	for i, e := range t.Elections {
		name := fmt.Sprintf("election number %d", i+1)
		switch {
		case strings.TrimSpace(e.Name) == "" || strings.TrimSpace(e.Basis) == "" || e.From == (Date{}) || e.Poll == (Date{}):
			return wrong(name, "name, basis, from, and poll must be there")
		case before(e.Poll, e.From):
			return wrong(name, "poll is before from")
		}
	}
	return nil
}

// Election gives the election whose time it is for the office, or nil.
func (t *Table) Election(now time.Time, office string) *Election {
	today := day(now)
	for i := range t.Elections {
		e := &t.Elections[i]
		if !before(today, e.From) && !before(e.Poll, today) && inOffice(e.Office, office) {
			return e
		}
	}
	return nil
}

// Opening is what the calendar says of a moment.
type Opening struct {
	Always bool      // no hours are kept: the rest is empty
	Open   bool      // open now
	Opens  time.Time // when closed: the next opening; zero when none is known within a month
	Closes time.Time // when open
	Last   bool      // open, in the last minutes before closing
	Name   string    // of the special day it is
}

// Opening says whether the office is open. Times are in now's zone.
func (t *Table) Opening(now time.Time, office string) Opening {
	from, to, special, kept := t.hours(now, office)
	o := Opening{Always: !kept}
	if special != nil {
		o.Name = special.Name
	}
	if !kept {
		return o
	}
	if from < to && !now.Before(at(now, from)) && now.Before(at(now, to)) {
		o.Open, o.Closes = true, at(now, to)
		o.Last = o.Closes.Sub(now) <= time.Duration(t.LastMinutes)*time.Minute
		return o
	}
	for ahead := range 32 {
		on := at(now, 12*60).AddDate(0, 0, ahead)
		from, to, _, kept := t.hours(on, office)
		if !kept {
			from, to = 0, 24*60
		}
		if opens := at(on, from); from < to && opens.After(now) {
			o.Opens = opens
			break
		}
	}
	return o
}

// hours gives the minutes of opening of a day; from == to when it is closed all day; kept is false when nothing is said of the day.
func (t *Table) hours(now time.Time, office string) (from, to int, special *Day, kept bool) {
	today := day(now)
	for i := range t.Days {
		if d := &t.Days[i]; d.Date == today && inOffice(d.Office, office) {
			special = d
		}
	}
	text := t.Hours.of(now.Weekday())
	switch {
	case special != nil:
		text = special.Open
	case t.Hours == (Hours{}):
		return 0, 0, nil, false
	}
	if text == "" {
		return 0, 0, special, true
	}
	from, to, _ = span(text) // Parse has read it
	return from, to, special, true
}

// at is the moment of a day so many minutes after its midnight by the clock on the wall.
func at(t time.Time, minutes int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, minutes, 0, 0, t.Location())
}
