package model

// Paper is one kind of paper that is made from the books.
type Paper string

// Papers, by the names that `cetakctl report` knows them by.
const (
	PaperDaily       Paper = "daily"
	PaperMonthly     Paper = "monthly"
	PaperReceipt     Paper = "receipt"
	PaperReturn      Paper = "return"
	PaperAdjustment  Paper = "adjustment"
	PaperDestruction Paper = "destruction"
	PaperShipping    Paper = "shipping"
	PaperAgeing      Paper = "ageing"
	PaperSpoilage    Paper = "spoilage"
	PaperNotice      Paper = "notice"
	PaperCertificate Paper = "certificate"
)

// of is what a paper is asked for by.
type paperOf string

const (
	ofNow    paperOf = ""       // as things stand
	ofDay    paperOf = "day"    // one day
	ofMonth  paperOf = "month"  // one month
	ofTime   paperOf = "time"   // from one day to another
	ofNumber paperOf = "number" // the number of its document
	ofShift  paperOf = "shift"
)

// papers lists all, in the order they are offered.
func papers() []struct {
	id Paper
	of paperOf
} {
	return []struct {
		id Paper
		of paperOf
	}{
		{PaperDaily, ofDay}, {PaperMonthly, ofMonth}, {PaperReceipt, ofNumber}, {PaperReturn, ofNumber}, {PaperAdjustment, ofNumber}, {PaperDestruction, ofNumber},
		{PaperShipping, ofNumber}, {PaperAgeing, ofNow}, {PaperSpoilage, ofTime}, {PaperNotice, ofNow}, {PaperCertificate, ofShift},
	}
}

// paperNeeds says what a paper is asked for by; ok is false for a paper that does not exist.
func paperNeeds(p Paper) (of paperOf, ok bool) {
	for _, x := range papers() {
		if x.id == p {
			return x.of, true
		}
	}
	return "", false
}

func (v look) paper() []Field {
	of, ok := paperNeeds(Paper(v.l.Filled.Mark))
	if !ok {
		return nil
	}
	var fields []Field
	switch of {
	case ofDay:
		fields = append(fields, v.field(FieldText, "day", day(v.l.Now)))
	case ofMonth:
		fields = append(fields, v.field(FieldText, "month", v.l.Now.Format("01-2006")))
	case ofTime:
		fields = append(fields, v.field(FieldText, "from-day", day(v.l.Now.AddDate(0, -1, 1))), v.field(FieldText, "to-day", day(v.l.Now)))
	case ofNumber:
		fields = append(fields, v.field(FieldText, "number", ""))
	case ofShift:
		last := ""
		if v.l.Books != nil && v.l.Books.Shift != nil {
			last = v.l.Books.Shift.ID
		}
		fields = append(fields, v.field(FieldText, "shift", last))
	}
	return append(fields, v.choose("format", "pdf", "pdf", "xlsx", "csv"))
}
