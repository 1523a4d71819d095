package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Count is what people counted, by blank type and account. An account that is not in it was not counted.
type Count map[BlankType]map[Account]int

// Tally is one person's figures of a blind count.
type Tally struct {
	By    string `json:"by"`
	Count Count  `json:"count"`
}

// Shift is one desk's time from a counted opening to a counted closing. The desk is feeder and machine.
type Shift struct {
	ID      string              `json:"id"`
	Desk    string              `json:"desk"`
	Opened  time.Time           `json:"opened"`
	By      [2]string           `json:"by"`
	Opening Count               `json:"opening"`
	Waivers []Waiver            `json:"waivers,omitempty"` // of differences found at the opening
	Sheets  map[BlankType]Sheet `json:"-"`                 // what has happened since, by the movements
}

// Sheet is the closing equation of one blank type: opening + drawn + found = good + spoiled + returned + missing +
// closing. Figures of movements that were corrected are net.
type Sheet struct {
	Opening  int            `json:"opening"`
	Drawn    int            `json:"drawn"`           // out of the vault
	Found    int            `json:"found,omitempty"` // in the feeder beyond the books, with minutes
	Good     int            `json:"good"`
	Spoiled  int            `json:"spoiled"`
	ByCause  map[string]int `json:"by_cause,omitempty"` // of the spoiled
	Returned int            `json:"returned"`           // into the vault
	Missing  int            `json:"missing"`
	Closing  int            `json:"closing"` // counted; Book until then
}

// Book is what must be at the desk by the movements.
func (s Sheet) Book() int {
	return s.Opening + s.Drawn + s.Found - s.Good - s.Spoiled - s.Returned - s.Missing
}

// Difference is what the count is above (+) or below (-) the book; 0 when the equation holds.
func (s Sheet) Difference() int { return s.Closing - s.Book() }

func (s Sheet) clone() Sheet {
	s.ByCause = maps.Clone(s.ByCause)
	return s
}

// Waiver lets a shift close though the equation does not hold, or be worked with fewer people than it should: in somebody's
// name and for a reason.
type Waiver struct {
	Who        string    `json:"who"`
	Second     string    `json:"second"`
	Reason     string    `json:"reason"`
	Type       BlankType `json:"type,omitempty"`       // of the difference
	Difference int       `json:"difference,omitempty"` // counted above (+) or below (-) the book
}

// Closing is the end of a shift: what the certificate states.
type Closing struct {
	Shift   string              `json:"shift"`
	Closed  time.Time           `json:"closed"`
	By      [2]string           `json:"by"`
	Counted Count               `json:"counted"`
	Sheets  map[BlankType]Sheet `json:"sheets"`
	Waivers []Waiver            `json:"waivers,omitempty"`
}

// OpenShift begins a shift of a desk with the agreed count of its feeder. Where the count differs from the books the
// difference is waived, or the books are brought right by minutes before. Faults: StillBlind, CountsDiffer, CardUnderWay,
// EquationOpen, BadWaiver.
func OpenShift(id, desk string, now time.Time, c *Counting, book Balance, waivers ...Waiver) (Shift, error) {
	n, err := c.Agreed()
	if err != nil {
		return Shift{}, err
	}
	if err := atRest(book); err != nil {
		return Shift{}, err
	}
	s := Shift{ID: id, Desk: desk, Opened: now, By: c.by, Opening: n, Waivers: slices.Clone(waivers)}
	for _, t := range BlankTypes() {
		if err := settled(t, n[t][Hopper], book[t][Hopper], waivers); err != nil {
			return Shift{}, err
		}
	}
	return s, checkWaivers(waivers)
}

// Apply takes a movement into the shift's sheets. The journal's reader calls it for every movement behind the opening.
func (s *Shift) Apply(m Movement) {
	if s.Sheets == nil {
		s.Sheets = map[BlankType]Sheet{}
		for _, t := range BlankTypes() {
			s.Sheets[t] = Sheet{Opening: s.Opening[t][Hopper]}
		}
	}
	in, out := m.To.desk(), m.From.desk()
	if in == out {
		return
	}
	n, other := m.Count, m.To
	if in {
		n, other = -n, m.From // what comes back from an account is less of what went there
	}
	sheet := s.Sheets[m.Type]
	switch other {
	case Vault:
		if drawn := m.Kind == Draw || m.Reverses > 0 && out; drawn {
			sheet.Drawn -= n
		} else {
			sheet.Returned += n
		}
	case Centre, Borrowed:
		sheet.Found -= n
	case Missing:
		sheet.Missing += n
	case Spoiled:
		sheet.Spoiled += n
		sheet.ByCause = maps.Clone(sheet.ByCause)
		if sheet.ByCause == nil {
			sheet.ByCause = map[string]int{}
		}
		sheet.ByCause[m.Cause] += n
	default:
		sheet.Good += n
	}
	s.Sheets[m.Type] = sheet
}

// Sheet is the equation of one blank type so far; its Closing is what the books expect.
func (s *Shift) Sheet(t BlankType) Sheet {
	sheet, ok := s.Sheets[t]
	if !ok {
		sheet.Opening = s.Opening[t][Hopper]
	}
	sheet = sheet.clone()
	sheet.Closing = sheet.Book()
	return sheet
}

// Spoilt is how many cards of both types were spoiled in the shift, for the limit above which a second person signs.
func (s *Shift) Spoilt() int { return s.Sheet(WNI).Spoiled + s.Sheet(WNA).Spoiled }

// Close ends the shift with the agreed count of the feeder, if the closing equation holds for each blank type or its
// difference is waived. Nothing is changed. Faults: StillBlind, CountsDiffer, CardUnderWay, EquationOpen, BadWaiver.
func (s *Shift) Close(now time.Time, c *Counting, book Balance, waivers ...Waiver) (Closing, error) {
	n, err := c.Agreed()
	if err != nil {
		return Closing{}, err
	}
	if err := atRest(book); err != nil {
		return Closing{}, err
	}
	out := Closing{Shift: s.ID, Closed: now, By: c.by, Counted: n, Sheets: map[BlankType]Sheet{}, Waivers: slices.Clone(waivers)}
	for _, t := range BlankTypes() {
		sheet := s.Sheet(t)
		sheet.Closing = n[t][Hopper]
		if err := settled(t, sheet.Closing, sheet.Book(), waivers); err != nil {
			return Closing{}, err
		}
		out.Sheets[t] = sheet
	}
	return out, checkWaivers(waivers)
}

// desk says whether blanks in the account are the desk's to account for.
func (a Account) desk() bool { return a == Hopper || a == Machine }

// atRest refuses while the machine holds a card: it is neither in the feeder to be counted nor anywhere else.
func atRest(book Balance) error {
	for _, t := range BlankTypes() {
		if n := book[t][Machine]; n != 0 {
			return refuse(CardUnderWay, fmt.Sprintf("%d %s in the machine", n, t), nil)
		}
	}
	return nil
}

// settled says whether count and book are equal or the whole difference is waived.
func settled(t BlankType, count, book int, waivers []Waiver) error {
	left := count - book
	for _, w := range waivers {
		if w.Type == t {
			left -= w.Difference
		}
	}
	if left != 0 {
		return refuse(EquationOpen, fmt.Sprintf("%s: counted %d, the books say %d, %d not accounted for", t, count, book, abs(left)), nil)
	}
	return nil
}

func checkWaivers(waivers []Waiver) error {
	for _, w := range waivers {
		who, second := strings.TrimSpace(w.Who), strings.TrimSpace(w.Second)
		switch {
		case who == "" || second == "" || samePerson(who, second) || samePerson(who, Station) || samePerson(second, Station):
			return refuse(BadWaiver, "a waiver needs two names", nil)
		case strings.TrimSpace(w.Reason) == "":
			return refuse(BadWaiver, "a waiver needs a reason", nil)
		case w.Difference != 0 && w.Type != WNI && w.Type != WNA:
			return refuse(BadWaiver, "a waived difference needs its blank type", nil)
		}
	}
	return nil
}

func abs(n int) int { return max(n, -n) }
