package station

import (
	"time"

	"cetak/drivers"
	"cetak/station/ledger"
)

// Burn is how a store went down day by day, and how it will.
type Burn struct {
	What   string         // WNI, WNA, or BurnRibbon
	Left   int            // blanks in vault and feeder together; cards that the ribbon is good for
	Past   []ledger.Level // the end of each day, oldest first, and now
	Ahead  []ledger.Level // the close of each day as foreseen, and the moment it is gone; empty where too little was seen
	RunOut time.Time      // zero = not known, or not within a year
}

// BurnRibbon is Burn.What of the ribbon in the printer.
const BurnRibbon = "ribbon"

// burnAhead is how many days ahead a Burn looks.
const burnAhead = 60

// ribbonLog is what the cards tell of the ribbon: what was left before each, and so what a day takes.
type ribbonLog struct {
	name   string
	levels []ledger.Level
	uses   []ledger.Use
}

// before takes in what a ribbon had left before a card. at is local.
func (r *ribbonLog) before(at time.Time, name string, left int) {
	if n := len(r.levels); n > 0 && name == r.name && left < r.levels[n-1].Left {
		y, m, d := r.levels[n-1].At.Date() // of the card before, which took it
		day := time.Date(y, m, d, 0, 0, 0, 0, at.Location())
		if k := len(r.uses); k == 0 || !r.uses[k-1].Day.Equal(day) {
			r.uses = append(r.uses, ledger.Use{Day: day})
			r.uses = r.uses[max(0, len(r.uses)-burnAhead):]
		}
		r.uses[len(r.uses)-1].Good += r.levels[n-1].Left - left
	}
	r.name, r.levels = name, ledger.KeepDay(r.levels, ledger.Level{At: at, Left: left})
}

// burns are the stores, blanks first. ribbon is what the printer says; drivers.RibbonUnknown.
func (b *Books) burns(now time.Time, ribbon int) []Burn {
	var out []Burn
	add := func(what string, left int, past []ledger.Level, uses []ledger.Use) {
		if len(past) == 0 && left == 0 {
			return
		}
		out = append(out, Burn{What: what, Left: left, Past: append(past, ledger.Level{At: now, Left: left}),
			Ahead: ledger.Ahead(now, left, uses, workday, burnAhead), RunOut: ledger.Project(now, "", left, uses, workday, 0).RunOut})
	}
	stock := b.Ledger.Balance()
	for _, t := range ledger.BlankTypes() {
		add(string(t), stock[t][ledger.Vault]+stock[t][ledger.Hopper], b.Office.Levels(t), b.Office.Use(t))
	}
	if ribbon != drivers.RibbonUnknown {
		add(BurnRibbon, ribbon, append([]ledger.Level(nil), b.ribbons.levels...), b.ribbons.uses)
	}
	return out
}

// until is when the feeder will be empty at the use of the weeks before; zero where that is not known.
func (b *Books) until(now time.Time, t ledger.BlankType, hopper int) time.Time {
	if hopper == 0 {
		return time.Time{}
	}
	return ledger.Project(now, t, hopper, b.Office.Use(t), workday, 0).RunOut
}
