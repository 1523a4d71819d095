package papers

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/report"
)

func (m *maker) daily(r Request) (report.Paper, error) {
	from := m.midnight(m.Now)
	if !r.From.IsZero() {
		from = m.midnight(r.From)
	}
	if from.After(m.Now) {
		return nil, none("the day is not yet: " + from.Format(time.DateOnly))
	}
	to := from.AddDate(0, 0, 1)
	all, err := m.folder().days(from, to, true)
	if err != nil {
		return nil, err
	}
	d := all[0]
	end := to.Add(-time.Minute)
	if m.Now.Before(to) {
		end = m.Now
	}
	p := report.DailySheet{
		Office: m.office, Day: end, Stock: d.byType(), Printed: d.reasons(), Spoiled: counted(d.spoiled), Later: counted(d.later), Suket: m.State.Letters().Outstanding(end),
		Faults: d.faults, Ribbons: d.ribbons,
	}
	if m.Now.Before(to) {
		p.Waiting = m.Waiting
	}
	for _, n := range m.State.Letters().Urgent(end) {
		p.Urgent += n
	}
	for _, sh := range m.State.Shifts() {
		last := m.Now
		if sh.Closing != nil {
			last = sh.Closing.Closed
		}
		if sh.Opened.Before(to) && !last.Before(from) {
			if sh.Closing != nil { // an open shift's figures would tell its counters what to find (features.md B9)
				p.Functions = append(p.Functions, m.functions(sh, d.printers(sh.Opened, last))...)
			}
			for i := range p.Faults {
				if f := &p.Faults[i]; sh.Closing != nil && !f.At.Before(sh.Opened) && !f.At.After(last) {
					f.Reviewer = sh.Closing.By[1]
				}
			}
			p.Operator, p.Reviewer = signer("", sh.By[0]), signer("", sh.By[1])
			if sh.Closing != nil {
				p.Operator, p.Reviewer = signer("", sh.Closing.By[0]), signer("", sh.Closing.By[1])
			}
		}
	}
	return p, nil
}

// functions are the rows of one closed shift: one for each type of blank that it had.
func (m *maker) functions(sh office.Shift, equipment string) []report.Function {
	var rows []report.Function
	for _, t := range ledger.BlankTypes() {
		c := sh.Closing
		s := c.Sheets[t]
		f := report.Function{Name: "Cetak, sif " + sh.ID, Type: t, Operator: c.By[0], Reviewer: c.By[1], At: m.local(c.Closed)}
		f.Opening, f.CarriedOver, f.HandedOver, f.Returned = s.Opening+s.Drawn+s.Found, s.Closing, s.Good, s.Returned
		f.Missing = s.Missing - s.Difference()
		for cause, n := range s.ByCause {
			if sample(ledger.Movement{Kind: ledger.Spoil, Cause: cause}) {
				f.Samples += n
			} else {
				f.Rejected += n
			}
		}
		f.Equipment = equipment
		if f.Opening != 0 || f.HandedOver != 0 || f.Rejected != 0 || f.CarriedOver != 0 {
			rows = append(rows, f)
		}
	}
	return rows
}

// month is the whole month that a request names, or the one that runs.
func (m *maker) month(r Request) (from, to time.Time) {
	at := m.Now
	if !r.From.IsZero() {
		at = m.local(r.From)
	}
	from = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, m.zone)
	return from, from.AddDate(0, 1, 0)
}

func (m *maker) monthly(r Request) (report.Paper, error) {
	from, to := m.month(r)
	if from.After(m.Now) {
		return nil, none("the month is not yet: " + from.Format("01-2006"))
	}
	all, err := m.folder().days(from, to, false)
	if err != nil {
		return nil, err
	}
	p := report.MonthlyBook{Office: m.office, At: m.Now, Month: from}
	for _, d := range all {
		p.Days = append(p.Days, report.BookDay{Day: d.day, Stock: d.byType(), Printed: d.reasons(), Destroyed: d.destroyed})
	}
	listed, err := List(m.ctx, m.Sources)
	if err != nil {
		return nil, err
	}
	types, err := m.documentTypes()
	if err != nil {
		return nil, err
	}
	for _, l := range listed {
		if l.Kind == Certificate || l.At.Before(from) || !l.At.Before(to) {
			continue
		}
		n := types[paperKey(l.Kind, l.Number)]
		p.Documents = append(p.Documents, report.DocumentLine{At: l.At, Kind: paperWords(l.Kind), Number: l.Number, Party: l.Party, Count: n})
	}
	return p, nil
}

func paperKey(k Kind, number string) string {
	return string(k) + " " + strings.ToUpper(strings.Join(strings.Fields(number), " "))
}

// documentTypes counts what each paper moved, by type.
func (m *maker) documentTypes() (map[string]report.PerType, error) {
	out := map[string]report.PerType{}
	for v, err := range m.movements() {
		if err != nil {
			return nil, err
		}
		kind, ok := kindOf(v)
		switch {
		case v.Kind == ledger.Destroy:
			kind, ok = Destruction, true
		case v.Kind == ledger.Ship:
			kind, ok = Shipping, true
		}
		if ok && v.Document != "" {
			k := paperKey(kind, v.Document)
			out[k] = out[k].Add(v.Type, v.Count)
		}
	}
	return out, nil
}

func paperWords(k Kind) string {
	return map[Kind]string{
		Receipt: "Berita acara penerimaan", Return: "Berita acara pengembalian", Loan: "Berita acara pinjaman", Transfer: "Berita acara antargudang",
		Adjustment: "Berita acara penyesuaian", Destruction: "Berita acara pemusnahan", Shipping: "Daftar pengiriman",
	}[k]
}

// workday is when cards are made, for the run-out moment, where no calendar says it. Office hours of a regency, without overtime.
func workday() ledger.Hours {
	return ledger.Hours{Open: 8 * time.Hour, Close: 15*time.Hour + 30*time.Minute}
}

func (m *maker) notice() report.Paper {
	p := report.StockNotice{Office: m.office, At: m.Now, Hours: m.Config.Letterhead.Hours, Complaint: m.Config.Letterhead.Complaints}
	book := m.State.Ledger()
	for _, t := range ledger.BlankTypes() {
		p.Available = p.Available.Add(t, book.Count(t, ledger.Vault)+book.Count(t, ledger.Hopper))
	}
	if m.Waiting != nil {
		p.Waiting = m.Waiting.Sum()
	}
	c := ledger.Project(m.Now, ledger.WNI, p.Available.WNI, m.State.Use(ledger.WNI), workday(), m.Config.Stock.OrderDays)
	if p.Available.WNI > 0 {
		p.LastUntil = c.RunOut
	}
	return p
}

// foundBad is why a card that left the machine good was spoiled before anybody had it: it was lost when it was made. A card that was
// sound and is not wanted any more (never fetched, the data changed, the holder died) was not: "".
func foundBad(c office.Card) string {
	if c.Spoiled.IsZero() || !c.HandedOver.IsZero() {
		return ""
	}
	switch c.Cause {
	case ledger.CauseDamage + ":unfetched", ledger.CauseDamage + ":data-changed", ledger.CauseDamage + ":holder-died", ledger.CauseDamage + ":replaced":
		return ""
	}
	if ledger.CauseRoot(c.Cause) == ledger.CauseAdjust {
		return ""
	}
	return c.Cause
}

func (m *maker) spoilage(r Request) (report.Paper, error) {
	from, to := m.month(r)
	if !r.To.IsZero() {
		from, to = m.local(r.From), m.local(r.To)
	}
	if !to.After(from) {
		return nil, none("the time ends before it begins")
	}
	p := report.Spoilage{Office: m.office, At: m.Now, From: from, To: to}
	tools := map[string][2]string{} // of attempts: ribbon and printer
	for e, err := range m.Entries(m.ctx) {
		if err != nil {
			return nil, err
		}
		switch e.Kind {
		case journal.KindIntent:
			var v struct{ Printer, Ribbon string }
			if err := json.Unmarshal(e.Data, &v); err != nil {
				return nil, err
			}
			tools[e.Attempt] = [2]string{v.Ribbon, v.Printer}
		case journal.KindMovement:
			v, err := ledger.Decode(e.Data)
			if err != nil {
				return nil, err
			}
			at := m.local(e.At)
			spent := slices.Contains(unused(), v.From) && (v.To == ledger.Good || v.To == ledger.Spoiled)
			if !spent || v.Reverses != 0 || at.Before(from) || !at.Before(to) {
				continue
			}
			one := report.SpentBlank{At: at, Type: v.Type, Ribbon: tools[v.Attempt][0], Printer: tools[v.Attempt][1]}
			if v.To == ledger.Spoiled {
				one.Cause = v.Cause
			}
			for i := range v.Count {
				one.Box = ""
				if i < len(v.UIDs) {
					c, _ := m.State.Seen(v.UIDs[i])
					one.Box = c.Box
					if v.To == ledger.Good {
						one.Cause = foundBad(c)
					}
				}
				p.Spent = append(p.Spent, one)
			}
		}
	}
	return p, nil
}
