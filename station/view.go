package station

import (
	"time"

	"cetak/station/ledger"
	"cetak/station/office"
)

// officeView is what the Snapshot shows of stock and shift, kept until the books change.
type officeView struct {
	made      time.Time // zero: to be made again
	shift     *ShiftInfo
	stock     ledger.Balance
	cover     []Cover
	incidents []Incident
	burns     []Burn
	until     time.Time // the feeder is empty
	recalls   int
}

// viewAge is how old a view may be: how long the blanks last goes by minutes.
const viewAge = time.Minute

// workday is when cards are made, for the moment the blanks run out: the hours of service that offices publish, 08:00 to 15:30.
var workday = ledger.Hours{Open: 8 * time.Hour, Close: 15*time.Hour + 30*time.Minute}

// fillOffice brings the Snapshot up to stock, shift, and incidents.
func (s *Station) fillOffice(n *Snapshot) {
	if now := time.Now(); s.view.made.IsZero() || now.Sub(s.view.made) > viewAge {
		s.view = s.books.view(now, s.opts.OrderDays, s.spoilAlone())
		s.report = s.deskReport(now)
		s.view.recalls = s.books.Office.Recalls()
		s.view.burns, s.view.until = s.books.burns(now, n.RibbonLeft), s.books.until(now, s.opts.Blank, s.hopper())
	}
	if n.recalls = s.view.recalls; n.Centre != nil && n.Centre.Recall != n.recalls {
		c := *n.Centre
		c.Recall = n.recalls
		n.Centre = &c
	}
	n.Burns, n.HopperUntil = s.view.burns, s.view.until
	n.Shift, n.Stock, n.Cover, n.Incidents = s.view.shift, s.view.stock, s.view.cover, s.view.incidents
	n.ShiftDue = s.opts.ShiftRequired && n.Shift == nil
	n.People.Blank = s.opts.SignIn && s.books.Office.People().Empty()
}

func (b *Books) view(now time.Time, orderDays, alone int) officeView {
	v := officeView{made: now, stock: b.Ledger.Balance()}
	if sh, ok := b.Office.Shift(); ok {
		v.shift = shiftInfo(sh, alone)
	}
	for _, t := range ledger.BlankTypes() {
		c := ledger.Project(now, t, v.stock[t][ledger.Vault]+v.stock[t][ledger.Hopper], b.Office.Use(t), workday, orderDays)
		days := -1
		if c.PerDay > 0 {
			days = int(c.Days)
		}
		v.cover = append(v.cover, Cover{Type: t, Blanks: c.Stock, Days: days, RunOut: c.RunOut, OrderBy: c.OrderBy, Order: c.Order})
	}
	for _, i := range b.Office.Incidents() {
		if i.Closed.IsZero() {
			v.incidents = append(v.incidents, incident(i))
		}
	}
	return v
}

func shiftInfo(sh office.Shift, alone int) *ShiftInfo {
	info := &ShiftInfo{ID: sh.ID, Opened: sh.Opened, By: sh.By, SpoilAlone: alone}
	for _, t := range ledger.BlankTypes() {
		e := sh.Sheet(t)
		info.Tally = append(info.Tally, Tally{
			Type: t, Opening: e.Opening, Drawn: e.Drawn, Found: e.Found, Good: e.Good, Spoiled: e.Spoiled, Returned: e.Returned, Missing: e.Missing,
		})
	}
	return info
}

func incident(i office.Incident) Incident {
	return Incident{
		ID: i.ID, At: i.Seen, Between: [2]string{string(i.Between[0]), string(i.Between[1])}, Says: i.Says, Difference: i.Difference,
		Type: i.Type, Account: i.Account, Since: i.Since.Attempt, SinceWhat: i.Since.What, SinceAt: i.Since.At, Until: i.Until.Attempt,
	}
}
