package papers

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
	"cetak/station/report"
)

// stocks is how many blanks each account holds after the movements applied: the books at a moment of the past, which the
// folded State no longer knows.
type stocks struct {
	at map[ledger.BlankType]map[ledger.Account]int
}

func (s *stocks) apply(v ledger.Movement) {
	if s.at == nil {
		s.at = map[ledger.BlankType]map[ledger.Account]int{ledger.WNI: {}, ledger.WNA: {}}
	}
	s.at[v.Type][v.From] -= v.Count
	s.at[v.Type][v.To] += v.Count
}

func (s *stocks) held(t ledger.BlankType, all ...ledger.Account) int {
	n := 0
	for _, a := range all {
		n += s.at[t][a]
	}
	return n
}

// unused are the accounts of blanks that are still blank.
func unused() []ledger.Account { return []ledger.Account{ledger.Vault, ledger.Hopper, ledger.Machine} }

// daybook is one day, or any other time, in the making.
type daybook struct {
	day       time.Time
	stock     map[ledger.BlankType]*report.Stock
	printed   map[string]report.PerType // by reason of the record
	spoiled   map[string]report.PerType // by cause
	later     map[string]report.PerType // by cause: finished cards called spoiled
	destroyed report.PerType
	counts    map[ledger.BlankType]map[ledger.Account]int // counted, and moved since
	faults    []report.FaultLine
	ribbons   []string
	began     []begun
	moved     bool
}

// begun is an attempt that was begun on a printer.
type begun struct {
	at      time.Time
	printer string
}

// printers are those that worked in a time of the day.
func (d *daybook) printers(from, to time.Time) string {
	var all []string
	for _, b := range d.began {
		if b.printer != "" && !b.at.Before(from) && !b.at.After(to) && !slices.Contains(all, b.printer) {
			all = append(all, b.printer)
		}
	}
	return strings.Join(all, ", ")
}

// folder reads the journal once and gives the days that something happened on.
type folder struct {
	*maker
	books   stocks
	reasons map[string]string // of attempts
	printer map[string]string
	ribbon  string
	begun   journal.Entry // intent of the attempt without an outcome
}

func (m *maker) folder() *folder {
	return &folder{maker: m, reasons: map[string]string{}, printer: map[string]string{}}
}

func (f *folder) open(day time.Time) *daybook {
	d := &daybook{
		day: day, stock: map[ledger.BlankType]*report.Stock{}, printed: map[string]report.PerType{}, spoiled: map[string]report.PerType{}, later: map[string]report.PerType{},
		counts: map[ledger.BlankType]map[ledger.Account]int{ledger.WNI: {}, ledger.WNA: {}},
	}
	for _, t := range ledger.BlankTypes() {
		d.stock[t] = &report.Stock{Opening: f.books.held(t, unused()...)}
	}
	return d
}

// close finishes a day with what the books hold at its end.
func (f *folder) close(d *daybook) *daybook {
	for _, t := range ledger.BlankTypes() {
		s := d.stock[t]
		s.Closing = f.books.held(t, unused()...)
		s.GoodInHand = f.books.held(t, ledger.Good, ledger.Shipped)
		s.SpoiledHeld = f.books.held(t, ledger.Spoiled)
		vault, ok := d.counts[t][ledger.Vault]
		hopper, both := d.counts[t][ledger.Hopper]
		if ok && both {
			n := vault + hopper + f.books.held(t, ledger.Machine)
			s.Counted = &n
		}
	}
	return d
}

// days gives each day from one midnight to another on which something of the blanks happened; whole gives one daybook for all of the time.
func (f *folder) days(from, to time.Time, whole bool) ([]*daybook, error) {
	var all []*daybook
	var on *daybook
	for e, err := range f.Entries(f.ctx) {
		if err != nil {
			return nil, err
		}
		at := f.local(e.At)
		if !at.Before(to) {
			break
		}
		day := f.midnight(at)
		if whole {
			day = from
		}
		switch {
		case at.Before(from): // only into the books
		case on == nil:
			on = f.open(day)
		case !on.day.Equal(day):
			all, on = append(all, f.close(on)), f.open(day)
		}
		if err := f.take(e, on); err != nil {
			return nil, err
		}
	}
	if on == nil && whole {
		on = f.open(from)
	}
	if on != nil {
		all = append(all, f.close(on))
	}
	return slices.DeleteFunc(all, func(d *daybook) bool { return !whole && !d.moved }), nil
}

// take reads one line into the books and, if it lies in the time, into its day.
func (f *folder) take(e journal.Entry, d *daybook) error {
	switch e.Kind {
	case journal.KindIntent:
		return f.intent(e, d)
	case journal.KindMovement:
		v, err := ledger.Decode(e.Data)
		if err != nil {
			return err
		}
		f.books.apply(v)
		if d != nil {
			d.move(v, f.reason(v))
		}
	case journal.KindCounted:
		var c ledger.Counted
		if err := json.Unmarshal(e.Data, &c); err != nil || d == nil || !c.Agreed {
			return err
		}
		for t, counts := range c.Tallies[0].Count {
			maps.Copy(d.counts[t], counts)
		}
	case journal.KindOutcome:
		f.begun = journal.Entry{}
	case journal.KindFault, journal.KindUncleanStart:
		return f.fault(e, d)
	}
	return nil
}

func (f *folder) intent(e journal.Entry, d *daybook) error {
	var v struct{ Reason, Printer, Ribbon string }
	if err := json.Unmarshal(e.Data, &v); err != nil {
		return err
	}
	f.begun = e
	f.reasons[e.Attempt], f.printer[e.Attempt] = v.Reason, v.Printer
	if v.Ribbon != "" && f.ribbon != "" && v.Ribbon != f.ribbon && d != nil {
		d.ribbons = append(d.ribbons, f.ribbon)
	}
	if d != nil {
		d.began = append(d.began, begun{f.local(e.At), v.Printer})
	}
	f.ribbon = or(v.Ribbon, f.ribbon)
	return nil
}

// reason is the line of the daily sheet that a good card counts in (ktpel.md 5.2).
func (f *folder) reason(v ledger.Movement) string {
	if v.Type == ledger.WNA {
		return reasonWords("wna")
	}
	return reasonWords(f.reasons[v.Attempt])
}

func reasonWords(reason string) string {
	for _, r := range reasonList() {
		if r[0] == reason {
			return r[1]
		}
	}
	return "Tidak dicatat"
}

// reasonList are the reasons in the order of the sheet: the record's word, and the sheet's.
func reasonList() [][2]string {
	return [][2]string{
		{"pemula", "Pemula"}, {"prr", "PRR lama"}, {"rusak", "Rusak"}, {"hilang", "Hilang"}, {"perubahan", "Perubahan"}, {"pindah", "Pindah"}, {"pudar", "Pudar"}, {"bencana", "Korban bencana"}, {"wna", "WNA"},
		{record.ReasonOther, "Lain-lain"}, {"", "Tidak dicatat"},
	}
}

// reasons lists counts in the order of the sheet.
func (d *daybook) reasons() []report.Counted {
	var all []report.Counted
	for _, r := range reasonList() {
		if n, ok := d.printed[r[1]]; ok && (n.WNI != 0 || n.WNA != 0) {
			all = append(all, report.Counted{What: r[1], Count: n})
		}
	}
	return all
}

// move takes a movement into a day's sheet. What brings the books up to a count moves no blank that was counted.
func (d *daybook) move(v ledger.Movement, reason string) {
	d.moved = true
	for a, n := range map[ledger.Account]int{v.From: -v.Count, v.To: v.Count} {
		if _, ok := d.counts[v.Type][a]; ok && !onPaper(v) {
			d.counts[v.Type][a] += n
		}
	}
	if v.To == ledger.Destroyed {
		d.destroyed = d.destroyed.Add(v.Type, v.Count)
	}
	if v.Kind == ledger.Spoil && slices.Contains([]ledger.Account{ledger.Good, ledger.Shipped, ledger.HandedOver}, v.From) {
		d.later[v.Cause] = d.later[v.Cause].Add(v.Type, v.Count)
	}
	in, out := slices.Contains(unused(), v.To), slices.Contains(unused(), v.From)
	if in == out {
		return
	}
	s := d.stock[v.Type]
	if onPaper(v) {
		if in {
			s.Adjusted += v.Count
		} else {
			s.Adjusted -= v.Count
		}
		return
	}
	switch {
	case v.From == ledger.Centre:
		s.Received += v.Count
	case in:
		s.LoanIn += v.Count // borrowed, or lent blanks that came back
	case v.To == ledger.Centre, v.To == ledger.Returned:
		s.Returned += v.Count
	case v.To == ledger.Lent, v.To == ledger.Borrowed:
		s.LoanOut += v.Count
	case sample(v):
		s.Samples += v.Count
	case v.To == ledger.Good:
		s.Good += v.Count
		d.printed[reason] = d.printed[reason].Add(v.Type, v.Count)
	case v.Kind == ledger.FactoryDefect:
		s.Defects += v.Count
	default:
		s.Spoiled += v.Count
		d.spoiled[v.Cause] = d.spoiled[v.Cause].Add(v.Type, v.Count)
	}
}

// onPaper says whether a movement only sets the books right.
func onPaper(v ledger.Movement) bool { return v.Kind == ledger.CountAdjustment || v.Reverses != 0 }

// sample says whether a blank was used up on purpose: a specimen, or a test, set-up, or cleaning card (features.md B18). A card
// that a person gave up is spoiled.
func sample(v ledger.Movement) bool {
	return v.Kind == ledger.Specimen || ledger.CauseRoot(v.Cause) == ledger.CauseScrap && !strings.HasSuffix(v.Cause, ":given-up")
}

func (d *daybook) byType() report.StockByType {
	return report.StockByType{WNI: *d.stock[ledger.WNI], WNA: *d.stock[ledger.WNA]}
}
