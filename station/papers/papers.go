// Package papers fills the papers of station/report from a station's books: the journal folded by station/office, the
// journal's own lines, and the settings. cetakctl and the supervisor's screen make their papers through it, so both make the same
// files. It reads no clock and no disk.
package papers

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/readiness"
	"cetak/station/record"
	"cetak/station/report"
)

// Kind is a paper.
type Kind string

// Kinds of papers. The suket is not among them: it is made when it is given, from the waiting record.
const (
	Receipt     Kind = "receipt"     // minutes, by number
	Return      Kind = "return"      // minutes of blanks or cards given back to the centre, or come back unfetched
	Loan        Kind = "loan"        // minutes of blanks borrowed or lent, and given back
	Transfer    Kind = "transfer"    // minutes between stores of the same office
	Adjustment  Kind = "adjustment"  // minutes of a difference
	Destruction Kind = "destruction" // minutes of a destruction
	Daily       Kind = "daily"       // sheet of the day From
	Monthly     Kind = "monthly"     // book of the month From lies in
	Shipping    Kind = "shipping"    // list to a sub-district, by number
	Ageing      Kind = "ageing"      // printed and not collected, now
	Spoilage    Kind = "spoilage"    // From to To
	Notice      Kind = "notice"      // stock, for the public, now
	Certificate Kind = "certificate" // one shift, by its id
	Missing     Kind = "missing"     // what is not found, now
	Readiness   Kind = "readiness"   // the self-tests, now
)

// Kinds lists them in the order of menus.
func Kinds() []Kind {
	return []Kind{
		Daily, Monthly, Notice, Certificate, Receipt, Return, Loan, Transfer, Adjustment, Destruction, Shipping, Ageing, Spoilage, Missing, Readiness,
	}
}

// Numbered says whether the paper is one of many with a number.
func (k Kind) Numbered() bool {
	return slices.Contains([]Kind{Receipt, Return, Loan, Transfer, Adjustment, Destruction, Shipping, Certificate}, k)
}

// NoSuchPaper is refused where the books know of no paper of this kind, number, or time.
const NoSuchPaper drivers.Code = "W-107" // the family is report's

// Request says which paper.
type Request struct {
	Kind     Kind
	Number   string    // of a numbered one; empty = the last
	From, To time.Time // To is exclusive; zero = today for a daily sheet, this month for the others
	Photo    []byte    // of a destruction: JPEG or PNG, must be the one that was booked; nil = only its name
}

// Sources is where papers are filled from. Nothing in it is changed.
type Sources struct {
	Config  config.Config
	Station string                                                // id, as the journal has it
	State   *office.State                                         // of the whole journal
	Entries func(context.Context) iter.Seq2[journal.Entry, error] // the whole journal, from its first line
	Waiting *report.PerType                                       // records in the queue; nil = not known
	Person  func(record.Key) (name, nik string)                   // of a record that is still stored, for lists; nil = none
	Photo   func(sha256 string) []byte                            // a photograph that was booked, where it is kept; nil = none
	Key     string                                                // fingerprint of the station's key, for certificates
	Now     time.Time                                             // in the office's zone, in which days are counted

	Readiness readiness.Rules   // of the settings
	Present   readiness.Present // what stands at the desk, as far as it is known
}

// Make fills a paper. Faults: NoSuchPaper, those of report.Write's data, and of the journal.
func Make(ctx context.Context, s Sources, r Request) (report.Paper, error) {
	m := maker{Sources: s, ctx: ctx, zone: s.Now.Location(), office: OfficeOf(s.Config, s.Station)}
	switch r.Kind {
	case Daily:
		return m.daily(r)
	case Monthly:
		return m.monthly(r)
	case Notice:
		return m.notice(), nil
	case Certificate:
		return m.certificate(r)
	case Receipt, Return, Loan, Transfer:
		return m.delivery(r)
	case Adjustment:
		return m.adjustment(r)
	case Destruction:
		return m.destruction(r)
	case Shipping:
		return m.shipping(r)
	case Ageing:
		return m.ageing(), nil
	case Spoilage:
		return m.spoilage(r)
	case Missing:
		return m.missing()
	case Readiness:
		return m.readiness(s.Readiness)
	}
	return nil, none("there is no paper " + string(r.Kind))
}

// FileName is the name of a paper's file: its kind with its number, or with its day.
func FileName(r Request, now time.Time, f report.Format) string {
	tail := strings.Trim(regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(r.Number, "-"), "-")
	if tail == "" {
		day := r.From
		if day.IsZero() {
			day = now
		}
		tail = day.Format(time.DateOnly)
	}
	return string(r.Kind) + "-" + tail + "." + string(f)
}

func none(detail string) error {
	return &drivers.Fault{Code: NoSuchPaper, Op: "paper", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: detail}
}

// OfficeOf is the letterhead that the settings give; station is the station's id.
func OfficeOf(c config.Config, station string) report.Office {
	h := c.Letterhead
	return report.Office{
		Government: h.Government, Name: c.Station.Office, Address: h.Address, Place: h.Place, Station: station, Desk: c.Station.Desk,
		Head: report.Signer{Name: h.Head, ID: h.HeadID}, Specimen: c.Station.Specimen,
		Drill: c.Station.Drill != "",
	}
}

// maker holds what one paper is made with.
type maker struct {
	Sources
	ctx    context.Context
	zone   *time.Location
	office report.Office
}

func (m *maker) local(t time.Time) time.Time { return t.In(m.zone) }

func (m *maker) midnight(t time.Time) time.Time {
	y, mo, d := m.local(t).Date()
	return time.Date(y, mo, d, 0, 0, 0, 0, m.zone)
}

// movements gives every movement with its line.
func (m *maker) movements() iter.Seq2[ledger.Movement, error] {
	return func(yield func(ledger.Movement, error) bool) {
		for e, err := range m.Entries(m.ctx) {
			if err != nil {
				yield(ledger.Movement{}, err)
				return
			}
			if e.Kind != journal.KindMovement {
				continue
			}
			v, err := ledger.Decode(e.Data)
			v.Seq, v.At = e.Seq, e.At
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// dated is the day on a movement's paper, or the moment it was booked, if that is the same day.
func (m *maker) dated(v ledger.Movement) time.Time {
	at := m.local(v.At)
	d, err := time.ParseInLocation(time.DateOnly, v.Date, m.zone)
	if err != nil || d.Equal(m.midnight(at)) {
		return at
	}
	return d
}

func same(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

func signer(role, name string) report.Signer {
	if name == ledger.Station {
		name = ""
	}
	return report.Signer{Role: role, Name: name}
}

func people(names ...string) []report.Signer {
	var all []report.Signer
	for _, n := range names {
		if n != "" && n != ledger.Station {
			all = append(all, report.Signer{Name: n})
		}
	}
	return all
}

func or(s, instead string) string {
	if strings.TrimSpace(s) == "" {
		return instead
	}
	return s
}

// card is a finished card for a list.
func (m *maker) card(c office.Card) report.Card {
	out := report.Card{Record: c.Key.ID, Issue: c.Key.Issue, UID: c.UID, Type: c.Type, Printed: m.local(c.Made)}
	if m.Person != nil {
		out.Name, out.NIK = m.Person(c.Key)
	}
	return out
}

// Listed is one numbered paper that the books can make.
type Listed struct {
	Kind   Kind      `json:"kind"`
	Number string    `json:"number"`
	At     time.Time `json:"at"`
	Party  string    `json:"party,omitempty"`
	Count  int       `json:"count"`
}

// List gives every numbered paper of the books, the oldest first.
func List(ctx context.Context, s Sources) ([]Listed, error) {
	m := maker{Sources: s, ctx: ctx, zone: s.Now.Location()}
	var all []Listed
	for v, err := range m.movements() {
		if err != nil {
			return nil, err
		}
		kind, ok := kindOf(v)
		if !ok || v.Document == "" {
			continue
		}
		i := slices.IndexFunc(all, func(l Listed) bool { return l.Kind == kind && same(l.Number, v.Document) })
		if i < 0 {
			all = append(all, Listed{Kind: kind, Number: v.Document, At: m.dated(v), Party: or(v.Party, v.Issuer)})
			i = len(all) - 1
		}
		all[i].Count += v.Count
	}
	for _, l := range s.State.Destructions() {
		if !l.Destroyed.IsZero() {
			all = append(all, Listed{Kind: Destruction, Number: l.Minutes.Paper.Number, At: m.local(l.Destroyed), Count: l.Count})
		}
	}
	for _, l := range s.State.Shipments() {
		all = append(all, Listed{Kind: Shipping, Number: l.Number, At: m.local(l.Sent), Party: l.To, Count: len(l.UIDs)})
	}
	for _, sh := range s.State.Shifts() {
		if sh.Closing != nil {
			all = append(all, Listed{Kind: Certificate, Number: sh.ID, At: m.local(sh.Closing.Closed)})
		}
	}
	slices.SortStableFunc(all, func(a, b Listed) int { return a.At.Compare(b.At) })
	return all, nil
}

// kindOf says what paper a movement with a document belongs to. Destructions and shipments have facts of their own.
func kindOf(v ledger.Movement) (Kind, bool) {
	switch v.Kind {
	case ledger.Receipt:
		return Receipt, true
	case ledger.LoanIn, ledger.LoanOut:
		return Loan, true
	case ledger.Transfer:
		return Transfer, true
	case ledger.Return:
		switch {
		case v.To == ledger.Borrowed, v.From == ledger.Lent:
			return Loan, true
		case v.To == ledger.Returned, v.From == ledger.Shipped:
			return Return, true
		}
	case ledger.CountAdjustment:
		return Adjustment, v.Document != ""
	}
	return "", false
}

func what(k Kind, number string) string {
	if number == "" {
		return fmt.Sprintf("the books know of no %s yet", k)
	}
	return fmt.Sprintf("the books know of no %s with the number %q", k, number)
}
