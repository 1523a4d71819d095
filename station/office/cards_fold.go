package office

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
)

// Data of the facts about cards. Names in a fact's own columns (record, issue, attempt, UID, who) are not repeated.
type (
	authorisedData struct {
		Second string `json:"second"`
		Reason string `json:"reason"`
		Old    Old    `json:"old"`
		Report string `json:"report,omitempty"`
	}
	destructionData struct {
		List      string           `json:"list"`
		Done      bool             `json:"done"` // false: the list was made
		Second    string           `json:"second"`
		Type      ledger.BlankType `json:"type,omitempty"`
		Items     []int64          `json:"items,omitempty"`
		Document  string           `json:"document,omitempty"`
		Issuer    string           `json:"issuer,omitempty"`
		Date      string           `json:"date,omitempty"`
		Method    Method           `json:"method,omitempty"`
		Place     string           `json:"place,omitempty"`
		Witnesses [2]Witness       `json:"witnesses,omitzero"`
		Photo     Photograph       `json:"photo,omitzero"`
	}
	shipmentData struct {
		List     string   `json:"list"`
		Arrived  bool     `json:"arrived"` // false: it was sent
		To       string   `json:"to,omitempty"`
		Receiver string   `json:"receiver"`
		UIDs     []string `json:"uids,omitempty"`
		Absent   []string `json:"absent,omitempty"`
	}
	handedData struct {
		Collector Collector `json:"collector"`
		Proof     Proof     `json:"proof"`
		Slip      string    `json:"slip"`
		Portrait  string    `json:"portrait,omitempty"` // SHA-256 of what the chip showed
		Proved    bool      `json:"proved"`             // chip number and portrait are those written
		Waiver    string    `json:"waiver,omitempty"`
		Second    string    `json:"second,omitempty"`
	}
	lostData struct {
		Report string `json:"report"`
	}
	alarmData struct {
		Where   ledger.Account `json:"where"`  // by the books
		Reader  string         `json:"reader"` // where it appeared
		Instead string         `json:"instead,omitempty"`
	}
)

// papers takes the facts about cards in.
func (s *State) papers(e journal.Entry) error {
	switch e.Kind {
	case journal.KindAuthorised:
		var d authorisedData
		if err := read(e, &d); err != nil {
			return err
		}
		s.allowed = append(s.allowed, &Authorisation{
			Seq: e.Seq, At: e.At, Key: record.Key{ID: e.Record, Issue: e.Issue}, Reason: d.Reason, Old: d.Old, By: [2]string{e.Who, d.Second},
		})
	case journal.KindDestruction:
		return s.destruction(e)
	case journal.KindShipment:
		return s.shipment(e)
	case journal.KindCardLost:
		s.card(e.UID).Lost = e.At
	case journal.KindRecalled:
		if e.UID != "" {
			s.card(e.UID).Recalled = e.At
			s.recalled = append(s.recalled, e.UID)
		}
	case journal.KindAlarm:
		var d alarmData
		if err := read(e, &d); err != nil {
			return err
		}
		s.alarms = append(s.alarms, Alarm{Seq: e.Seq, At: e.At, UID: e.UID, Where: d.Where, Reader: d.Reader, Attempt: e.Attempt})
	}
	return nil
}

func (s *State) destruction(e journal.Entry) error {
	var d destructionData
	if err := read(e, &d); err != nil {
		return err
	}
	by := [2]string{e.Who, d.Second}
	if !d.Done {
		l := &DestructionList{Number: d.List, Type: d.Type, Made: e.At, MadeBy: by, Items: d.Items}
		for _, sp := range s.items(d.Items) {
			sp.List = d.List
			l.Count += sp.Left
			if c := s.cards[sp.UID]; c != nil {
				c.List = d.List
			}
		}
		s.lists = append(s.lists, l)
		return nil
	}
	l := s.list(d.List)
	if l == nil {
		return refuse(NotListed, "destruction list "+d.List)
	}
	date, _ := time.Parse(time.DateOnly, d.Date)
	for _, sp := range s.items(l.Items) {
		sp.Left = 0
	}
	l.Destroyed, l.By = e.At, by
	l.Minutes = Destroy{List: d.List, Paper: Paper{Number: d.Document, Issuer: d.Issuer, Date: date}, Method: d.Method, Place: d.Place,
		Witnesses: d.Witnesses, Photo: d.Photo}
	return nil
}

func (s *State) shipment(e journal.Entry) error {
	var d shipmentData
	if err := read(e, &d); err != nil {
		return err
	}
	if !d.Arrived {
		s.sent = append(s.sent, &Shipment{Number: d.List, To: d.To, Receiver: d.Receiver, Sent: e.At, UIDs: d.UIDs, By: e.Who})
		return nil
	}
	sh := s.sending(d.List)
	if sh == nil {
		return refuse(NotListed, "shipment "+d.List)
	}
	sh.Arrived, sh.Receiver, sh.Absent = e.At, d.Receiver, d.Absent
	return nil
}

// spoiled keeps what is spoiled and what leaves that store again.
func (s *State) spoiled(e journal.Entry, m ledger.Movement) {
	if m.From == ledger.Spoiled {
		s.leave(m)
	}
	if m.To != ledger.Spoiled {
		return
	}
	sp := Spoilage{Seq: e.Seq, At: e.At, Type: m.Type, From: m.From, Attempt: m.Attempt, Cause: m.Cause, By: [2]string{m.Who, m.Second}}
	if s.on != nil {
		sp.Shift = s.on.ID
	}
	if a := s.open; a != nil && a.id == m.Attempt {
		sp.Record, sp.Box, sp.Printer, sp.Ribbon = a.record, a.box, a.printer, a.ribbon
	}
	if m.From == ledger.Machine {
		s.reject += m.Count
		s.rejectLast = ledger.Job{Attempt: m.Attempt, What: string(m.Kind), At: m.At, Line: m.Seq}
		if s.reject == m.Count {
			s.rejectSince = s.rejectLast
		}
	}
	for _, uid := range m.UIDs { // one line each, so that each can be listed and destroyed by itself
		one := sp
		one.UID, one.Count, one.Left = uid, 1, 1
		if c := s.cards[uid]; c != nil && one.Record == "" {
			one.Record, one.Box = c.Key.ID, c.Box
		}
		s.spoilage = append(s.spoilage, &one)
	}
	if n := m.Count - len(m.UIDs); n > 0 {
		sp.Count, sp.Left = n, n
		s.spoilage = append(s.spoilage, &sp)
	}
}

// leave takes cards out of the store of the spoiled: those named, and for the rest the oldest that are on no list and have no chip
// number. What is destroyed is taken off by the fact of its list.
func (s *State) leave(m ledger.Movement) {
	if m.To == ledger.Destroyed {
		return
	}
	for _, sp := range s.spoilage {
		if sp.Left > 0 && slices.Contains(m.UIDs, sp.UID) {
			sp.Left = 0
		}
	}
	rest := m.Count - len(m.UIDs)
	for _, listed := range []bool{false, true} {
		for _, sp := range s.spoilage {
			if sp.UID == "" && sp.Type == m.Type && (sp.List != "") == listed {
				n := min(rest, sp.Left)
				sp.Left, rest = sp.Left-n, rest-n
			}
		}
	}
}

func (s *State) items(seqs []int64) []*Spoilage {
	var all []*Spoilage
	for _, sp := range s.spoilage {
		if slices.Contains(seqs, sp.Seq) && sp.Left > 0 {
			all = append(all, sp)
		}
	}
	return all
}

func (s *State) list(number string) *DestructionList {
	for _, l := range s.lists {
		if same(l.Number, number) {
			return l
		}
	}
	return nil
}

func (s *State) sending(number string) *Shipment {
	for _, sh := range s.sent {
		if same(sh.Number, number) {
			return sh
		}
	}
	return nil
}

// free is the authorisation of a record and issue that is not used.
func (s *State) free(k record.Key) *Authorisation {
	for _, a := range s.allowed {
		if a.Key == k && a.Attempt == "" {
			return a
		}
	}
	return nil
}

// Seen gives the card of a chip number. ok is false for a number the journal does not know.
func (s *State) Seen(uid string) (c Card, ok bool) {
	have := s.cards[strings.ToUpper(uid)]
	if have == nil {
		return Card{}, false
	}
	return *have, true
}

// Alarm is the fact that a dead card lies in a reader. where: "desk", "hand-over", or the name of the reader. The caller appends it
// and refuses the card with CardDead.
func (s *State) Alarm(uid, where, attempt, who string) journal.Fact {
	uid = strings.ToUpper(uid)
	f := journal.Fact{Kind: journal.KindAlarm, UID: uid, Attempt: attempt, Who: who}
	d := alarmData{Reader: where}
	if c := s.cards[uid]; c != nil {
		d.Where, f.Record, f.Issue = c.Where, c.Key.ID, c.Key.Issue
	}
	f.Data = d
	return f
}

// Cards gives the cards in an account by the time they were made; "" is all.
func (s *State) Cards(where ledger.Account) []Card {
	var all []Card
	for _, c := range s.cards {
		if where == "" || c.Where == where {
			all = append(all, *c)
		}
	}
	slices.SortFunc(all, func(a, b Card) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.UID, b.UID)) })
	return all
}

// CardsOf gives the cards of a record id, the oldest first.
func (s *State) CardsOf(recordID string) []Card { return copies(s.byRecord[recordID]) }

// MayPrint says whether a card for this record may be begun: nil where none of this id was ever made or lost from sight, and, where
// people sign in, the issue is the first; else an authorisation must be free. The engine asks before the intent, which uses the
// authorisation up; an attempt that makes no card gives it back. Faults: NotAuthorised, OldCardLives.
func (s *State) MayPrint(k record.Key) error {
	switch code, c := s.barred(k); code {
	case OldCardLives:
		return refuse(code, fmt.Sprintf("card %s of %s is in %s", c.UID, c.Key, c.Where))
	case NotAuthorised:
		return refuse(code, k.String())
	}
	return nil
}

// Barred is the code of MayPrint's fault, "" for none, without the words: for a whole queue.
func (s *State) Barred(k record.Key) drivers.Code {
	code, _ := s.barred(k)
	return code
}

func (s *State) barred(k record.Key) (drivers.Code, *Card) {
	needs := s.rules.SignIn && (k.Issue > 1 || s.missing[k.ID])
	for _, c := range s.byRecord[k.ID] {
		if c.Live() {
			return OldCardLives, c
		}
		needs = needs || !c.Made.IsZero()
	}
	if needs && s.free(k) == nil {
		return NotAuthorised, nil
	}
	return "", nil
}

func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }
