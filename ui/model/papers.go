package model

import "cetak/station/papers"

// paperOf is what a paper is asked for by.
type paperOf string

const (
	ofNow    paperOf = "now"    // as things stand
	ofDay    paperOf = "day"    // one day
	ofMonth  paperOf = "month"  // one month
	ofTime   paperOf = "time"   // from one day to another
	ofNumber paperOf = "number" // the number of its document
	ofShift  paperOf = "shift"
)

// paperNeeds says what a paper is asked for by.
func paperNeeds(k papers.Kind) paperOf {
	switch {
	case k == papers.Daily:
		return ofDay
	case k == papers.Monthly:
		return ofMonth
	case k == papers.Spoilage:
		return ofTime
	case k == papers.Certificate:
		return ofShift
	case k.Numbered():
		return ofNumber
	}
	return ofNow
}

func (v look) paper() []Field {
	if v.l.Filled.Mark == "" {
		return nil
	}
	var fields []Field
	switch paperNeeds(papers.Kind(v.l.Filled.Mark)) {
	case ofDay:
		fields = append(fields, v.field(FieldText, "day", day(v.l.Now)))
	case ofMonth:
		fields = append(fields, v.field(FieldText, "month", v.l.Now.Format(monthShape)))
	case ofTime:
		fields = append(fields, v.field(FieldText, "from-day", day(v.l.Now.AddDate(0, -1, 1))), v.field(FieldText, "to-day", day(v.l.Now)))
	case ofNumber:
		fields = append(fields, v.field(FieldText, "paper-number", ""))
	case ofShift:
		fields = append(fields, v.field(FieldText, "shift", ""))
	}
	return append(fields, v.choose("format", "pdf", "pdf", "xlsx", "csv"))
}

func (r *reader) paperWork() *PaperWork {
	p := &PaperWork{Format: r.values["format"]}
	p.Kind = papers.Kind(r.mark())
	switch paperNeeds(p.Kind) {
	case ofDay:
		p.From = r.date("day")
	case ofMonth:
		p.From = r.month("month")
	case ofTime:
		if p.From, p.To = r.date("from-day"), r.date("to-day"); p.To.Before(p.From) {
			r.wrong("to-day", "before")
		}
		p.To = p.To.AddDate(0, 0, 1)
	case ofNumber:
		p.Number = r.maybe("paper-number")
	case ofShift:
		p.Number = r.maybe("shift")
	}
	return p
}
