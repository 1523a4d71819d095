package ledger

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"cetak/drivers"
)

// Faults of the ledger. A refused movement changes nothing.
const (
	// NotEnough: the ledger holds fewer blanks in the account than the movement takes from it. Seen before a card
	// begins it means that the feeder is empty by the books: blanks were put in without a draw.
	NotEnough drivers.Code = "B-101"
	// NoSuchRoute: this kind of movement does not go between these two accounts.
	NoSuchRoute drivers.Code = "B-102"
	// SecondMissing: the movement needs a second person other than the first.
	SecondMissing drivers.Code = "B-103"
	// DocumentMissing: the movement needs the number of its berita acara or delivery note.
	DocumentMissing drivers.Code = "B-104"
	// CauseMissing: the movement needs a cause of the list, or the cause given is not in it.
	CauseMissing drivers.Code = "B-105"
	// BadMovement: the movement itself is not complete: who, count, blank type, attempt, or chip numbers.
	BadMovement drivers.Code = "B-106"
	// UIDElsewhere: the card with this chip number is booked in another account.
	UIDElsewhere drivers.Code = "B-107"
	// Unbalanced: the sums do not agree; a defect of ours or a journal that was tampered with.
	Unbalanced drivers.Code = "B-108"
	// DocumentUsed: a movement of this kind already carries this number of this issuer.
	DocumentUsed drivers.Code = "B-109"
	// BadDate: the date of the paper is none, is in the future, or is before the blanks could be there.
	BadDate drivers.Code = "B-110"
	// BadBox: a box is not known, was received before, holds fewer than are taken, or its serials do not fit.
	BadBox drivers.Code = "B-111"
	// UIDsMissing: cards whose chip numbers are known do not move without naming them.
	UIDsMissing drivers.Code = "B-112"
	// BadReversal: the line a correction takes back is none that can be, or not so many are left of it.
	BadReversal drivers.Code = "B-113"
)

// Faults of counts and shifts.
const (
	// CountsDiffer: the two people's counts are not equal; both count again.
	CountsDiffer drivers.Code = "B-211"
	// StillBlind: the figures were asked for before both counts are in.
	StillBlind drivers.Code = "B-212"
	// NotCounter: a count by somebody who is not one of the two.
	NotCounter drivers.Code = "B-213"
	// AgreedAlready: a figure that is in is not given again.
	AgreedAlready drivers.Code = "B-214"
	// BadCount: the count is no number, is below nothing, or of something that was not to be counted.
	BadCount drivers.Code = "B-215"
	// CardUnderWay: the machine holds a card; a shift neither opens nor closes on it.
	CardUnderWay drivers.Code = "B-216"
	// EquationOpen: count and books differ, and the difference is neither booked nor waived.
	EquationOpen drivers.Code = "B-217"
	// BadWaiver: a waiver without two names or a reason.
	BadWaiver drivers.Code = "B-218"
)

// Station is the Who of a movement that the station books by itself, on evidence of its devices and without a person:
// load, good, and, in an unattended run, spoil with the cause fault:<code>. For a card in its own machine it may also be
// the Second beside the operator who judged the card. Nowhere else.
const Station = "station"

// maxCount is far above the yearly need of the country (25.9 million blanks were bought for 2024, ktpel.md 5.1) and far
// below an overflow.
const maxCount = 1_000_000_000

// Movement is one line of the ledger. It is kept as the Data of a journal fact of kind "movement".
type Movement struct {
	Kind     Kind      `json:"kind"`
	From     Account   `json:"from"`
	To       Account   `json:"to"`
	Type     BlankType `json:"type"`
	Count    int       `json:"count"`
	Who      string    `json:"who"`
	Second   string    `json:"second,omitempty"`
	Cause    string    `json:"cause,omitempty"`
	Document string    `json:"document,omitempty"`
	Attempt  string    `json:"attempt,omitempty"`
	UIDs     []string  `json:"uids,omitempty"`     // upper-case hex, where known; at most Count
	Boxes    []Box     `json:"boxes,omitempty"`    // of unused blanks, where known; together at most Count
	Issuer   string    `json:"issuer,omitempty"`   // who numbered Document: centre, province, another office; empty = this office
	Date     string    `json:"date,omitempty"`     // of Document, as 2006-01-02
	Party    string    `json:"party,omitempty"`    // office, store, or sub-district that gives or receives
	Reverses int64     `json:"reverses,omitempty"` // a correction: the journal line it takes back, whole or in part

	// Where it stands in the journal; zero before it is written. Who reads the journal sets them beside Decode: without
	// Seq a movement cannot be corrected, without At its day is not known.
	Seq int64     `json:"-"`
	At  time.Time `json:"-"`
}

// Check says whether the movement is one the rules know and carries what they demand. It looks at no balance. Faults:
// BadMovement, NoSuchRoute, SecondMissing, DocumentMissing, CauseMissing.
func (m Movement) Check() error {
	if m.Type != WNI && m.Type != WNA {
		return refuse(BadMovement, fmt.Sprintf("blank type %q is neither WNI nor WNA", m.Type), nil)
	}
	if m.Count < 1 || m.Count > maxCount {
		return refuse(BadMovement, fmt.Sprintf("count %d", m.Count), nil)
	}
	if strings.TrimSpace(m.Who) == "" {
		return refuse(BadMovement, "nobody is named who did it", nil)
	}
	needs, ok := m.needs()
	if !ok {
		return refuse(NoSuchRoute, fmt.Sprintf("%s from %s to %s", m.Kind, m.From, m.To), nil)
	}
	if err := m.checkBlanks(needs); err != nil {
		return err
	}
	if len(m.Boxes) > 0 {
		if err := m.checkBoxes(); err != nil {
			return err
		}
	}
	if err := m.checkPeople(needs); err != nil {
		return err
	}
	if needs.Document && strings.TrimSpace(m.Document) == "" {
		return refuse(DocumentMissing, string(m.Kind)+" without a document", nil)
	}
	return m.checkCause(needs)
}

// needs looks the movement up in the rule book.
func (m Movement) needs() (Needs, bool) {
	if m.Reverses == 0 {
		n, ok := needs[way{m.Kind, m.From, m.To}]
		return n, ok
	}
	back := func(r Route) bool { return r.Kind.Correctable() && r.From == m.To && r.To == m.From }
	return Needs{Second: true, Document: true, Cause: true},
		m.Kind == CountAdjustment && m.Reverses > 0 && slices.ContainsFunc(Routes(), back)
}

func (m Movement) checkBlanks(needs Needs) error {
	if needs.Attempt && (m.Attempt == "" || m.Count != 1) {
		return refuse(BadMovement, string(m.Kind)+" needs one blank and its attempt", nil)
	}
	if len(m.UIDs) > m.Count || needs.UID && len(m.UIDs) != m.Count {
		return refuse(BadMovement, fmt.Sprintf("%d chip numbers for %d blanks", len(m.UIDs), m.Count), nil)
	}
	for _, u := range m.UIDs {
		if !isUID(u) {
			return refuse(BadMovement, "a chip number is not upper-case hexadecimal", nil)
		}
	}
	if len(m.UIDs) < 2 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(m.UIDs))
	for i, u := range sorted[1:] {
		if u == sorted[i] {
			return refuse(BadMovement, "chip number "+u+" twice", nil)
		}
	}
	return nil
}

func (m Movement) checkPeople(needs Needs) error {
	station := samePerson(m.Who, Station)
	if !needs.Station && (station || samePerson(m.Second, Station)) {
		return refuse(SecondMissing, fmt.Sprintf("%s from %s to %s is booked by people", m.Kind, m.From, m.To), nil)
	}
	if m.Second != "" && samePerson(m.Second, m.Who) {
		return refuse(SecondMissing, "the second person is the first", nil)
	}
	if needs.Second && strings.TrimSpace(m.Second) == "" && !station {
		return refuse(SecondMissing, string(m.Kind)+" without a second person", nil)
	}
	return nil
}

// samePerson compares names as people write them.
func samePerson(a, b string) bool {
	return a == b || strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

func (m Movement) checkCause(needs Needs) error {
	switch {
	case needs.Cause && m.Cause == "":
		return refuse(CauseMissing, string(m.Kind)+" without a cause", nil)
	case m.Cause != "" && !causeShape.MatchString(m.Cause):
		return refuse(CauseMissing, fmt.Sprintf("cause %q is not in the list", m.Cause), nil)
	}
	return nil
}

type way struct {
	kind     Kind
	from, to Account
}

// needs is Routes by its key, causeShape the shape of a cause; neither is ever changed.
var (
	needs = func() map[way]Needs {
		m := map[way]Needs{}
		for _, r := range Routes() {
			m[way{r.Kind, r.From, r.To}] = r.Needs
		}
		return m
	}()
	causeShape = regexp.MustCompile(`^((scrap|damage|adjust|destroy)(:[a-z0-9][a-z0-9-]{0,39})?|fault:[A-Z]-[0-9]{3})$`)
)

func isUID(s string) bool {
	if s == "" || len(s)%2 != 0 {
		return false
	}
	return strings.Trim(s, "0123456789ABCDEF") == ""
}

func refuse(code drivers.Code, detail string, err error) error {
	return &drivers.Fault{Code: code, Op: "ledger", Again: drivers.AgainNever, Detail: detail, Err: err}
}
