package office

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cetak/station/access"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/policy"
	"cetak/station/record"
)

// Rules are what of the settings an act is judged by.
type Rules struct {
	Station string         // office/desk: into certificates
	SignIn  bool           // people are those of the register; else names are believed
	Place   *time.Location // where days begin; nil = UTC
}

// State is everything the journal says about stock, cards, shifts, and people. It is never stored. Not safe for concurrent use;
// its register of people alone is.
type State struct {
	rules                   Rules
	book                    *ledger.Ledger
	people                  *access.Register
	letters                 *policy.Register
	watch                   ledger.Watch
	usage                   ledger.Usage
	levels                  ledger.Levels
	last                    journal.Entry
	open                    *attempt // without an outcome
	cards                   map[string]*Card
	byRecord                map[string][]*Card
	missing                 map[string]bool // records with an attempt whose card was not found
	shifts                  []*Shift
	on                      *Shift // the open one
	spoilage                []*Spoilage
	reject                  int
	rejectSince, rejectLast ledger.Job // the first and last card in the box since it was emptied
	lists                   []*DestructionList
	sent                    []*Shipment
	allowed                 []*Authorisation
	cases                   []*Incident
	alarms                  []Alarm
	recalled                []string // chips of cards that the centre has called back
}

// attempt is one blank on its way.
type attempt struct {
	id, record      string
	issue           int
	printer, ribbon string
	box             string
	uid             string
	panels          int64 // printed by it; ledger.Unknown when it was broken off
}

// New gives the State of an empty journal.
func New(r Rules) *State {
	if r.Place == nil {
		r.Place = time.UTC
	}
	return &State{
		rules: r, book: &ledger.Ledger{}, people: &access.Register{}, letters: policy.NewRegister(r.Place),
		cards: map[string]*Card{}, byRecord: map[string][]*Card{}, missing: map[string]bool{},
	}
}

// Ledger is the blanks by account. The caller changes nothing in it.
func (s *State) Ledger() *ledger.Ledger { return s.book }

// People is the register of people, kept up to date by Apply: for access.NewDoor.
func (s *State) People() *access.Register { return s.people }

// Letters is the register of temporary letters and urgent cases, kept up to date by Apply.
func (s *State) Letters() *policy.Register { return s.letters }

// Apply takes the next line of the journal in. An error means a forged or damaged journal, or a defect of ours; the State is
// then no longer whole.
func (s *State) Apply(e journal.Entry) error {
	err := s.people.Apply(e)
	if err == nil {
		err = s.letters.Apply(e)
	}
	if err == nil {
		err = s.take(e)
	}
	s.last = e
	if err != nil {
		return fmt.Errorf("journal line %d: %w", e.Seq, err)
	}
	return nil
}

func (s *State) take(e journal.Entry) error {
	switch e.Kind {
	case journal.KindMovement:
		m, err := ledger.Decode(e.Data)
		if err != nil {
			return err
		}
		m.Seq, m.At = e.Seq, e.At
		return s.moved(e, m)
	case journal.KindIntent, journal.KindUID, journal.KindVerified, journal.KindPrinting, journal.KindPrinted, journal.KindFault,
		journal.KindOutcome:
		return s.attempt(e)
	case journal.KindShiftOpened, journal.KindShiftClosed, journal.KindCounted, journal.KindIncident, journal.KindIncidentClosed,
		journal.KindRejectEmptied:
		return s.counted(e)
	case journal.KindAuthorised, journal.KindDestruction, journal.KindShipment, journal.KindHandedOver, journal.KindCardLost, journal.KindRecalled,
		journal.KindAlarm:
		return s.papers(e)
	}
	return nil
}

// moved takes a movement into everything that counts blanks.
func (s *State) moved(e journal.Entry, m ledger.Movement) error {
	if err := s.book.Apply(m); err != nil {
		return err
	}
	if a := s.open; a != nil && m.Kind == ledger.Load && m.Attempt == a.id {
		a.box = s.book.Loaded(m.Type)
	}
	s.watch.Apply(m)
	s.usage.Apply(m, s.rules.Place)
	s.levels.Apply(m, s.rules.Place)
	if s.on != nil {
		s.on.Apply(m)
		s.on.cards(m)
		if m.From == ledger.Machine && m.To == ledger.Spoiled && m.Kind != ledger.Specimen && m.Who != ledger.Station && m.Second == ledger.Station {
			s.on.Alone++
		}
	}
	s.spoiled(e, m)
	for _, uid := range m.UIDs {
		s.card(uid).move(m)
	}
	return nil
}

// attempt follows the card in hand.
func (s *State) attempt(e journal.Entry) error {
	if e.Kind == journal.KindIntent {
		return s.begun(e)
	}
	a := s.open
	if a == nil || a.id != e.Attempt {
		return nil
	}
	switch e.Kind {
	case journal.KindUID:
		a.uid = e.UID
		c := s.card(e.UID)
		c.Key, c.Attempt, c.Box, c.Where = record.Key{ID: a.record, Issue: a.issue}, a.id, a.box, ledger.Machine
		if s.on != nil {
			c.Shift = s.on.ID
		}
		s.byRecord[a.record] = append(s.byRecord[a.record], c)
	case journal.KindVerified:
		var d struct {
			Portrait string `json:"portrait"`
		}
		if err := read(e, &d); err != nil {
			return err
		}
		if c := s.cards[a.uid]; c != nil {
			c.Portrait = d.Portrait
		}
	case journal.KindPrinting:
		a.panels = ledger.Unknown
	case journal.KindPrinted:
		var d struct {
			Panels *int64 `json:"panels"`
		}
		if err := read(e, &d); err != nil {
			return err
		}
		if d.Panels != nil {
			a.panels = *d.Panels
		}
	case journal.KindFault: // a jam under a panel is told only after the face was taken: what was burnt is not known then
		if a.panels != 0 {
			a.panels = ledger.Unknown
		}
	case journal.KindOutcome:
		return s.ended(e, a)
	}
	return nil
}

// begun opens an attempt: it uses an authorisation up and looks at the counters that the intent tells.
func (s *State) begun(e journal.Entry) error {
	var d struct {
		Counter int64  `json:"counter"`
		Panels  *int64 `json:"panels"`
		Printer string `json:"printer"`
		Ribbon  string `json:"ribbon"`
	}
	if err := read(e, &d); err != nil {
		return err
	}
	s.open = &attempt{id: e.Attempt, record: e.Record, issue: e.Issue, printer: d.Printer, ribbon: d.Ribbon}
	r := ledger.Reading{Cards: d.Counter, Panels: ledger.Unknown}
	if d.Panels != nil {
		r.Panels = *d.Panels
	}
	s.watch.Look(e.At, r) // what differs here was told by Witness before the intent
	if a := s.free(record.Key{ID: e.Record, Issue: e.Issue}); a != nil {
		a.Attempt = e.Attempt
	}
	return nil
}

// ended closes an attempt. One that made no card gives its authorisation back.
func (s *State) ended(e journal.Entry, a *attempt) error {
	var d struct {
		Outcome string `json:"outcome"`
	}
	if err := read(e, &d); err != nil {
		return err
	}
	s.open = nil
	s.watch.Expect(ledger.Job{Attempt: a.id, At: e.At, Line: e.Seq, Panels: a.panels})
	switch d.Outcome {
	case "good":
	case "missing":
		s.missing[a.record] = true
	default:
		for _, have := range s.allowed {
			if have.Attempt == a.id {
				have.Attempt = ""
			}
		}
	}
	return nil
}

func (s *State) card(uid string) *Card {
	c := s.cards[uid]
	if c == nil {
		c = &Card{UID: uid}
		s.cards[uid] = c
	}
	return c
}

// judged checks By: names, two different ones where the act needs two, and with sign-in the register and the roles. The names come
// back as they are kept.
func (s *State) judged(a Act, by By) (By, error) {
	who, err := access.CheckName(by.Who)
	if err != nil {
		return By{}, err
	}
	out := By{Who: who}
	if by.Second != "" {
		if out.Second, err = access.CheckName(by.Second); err != nil {
			return By{}, err
		}
	}
	if err := s.people.Allow(out, a.Permission(), s.rules.SignIn); err != nil || !s.rules.SignIn {
		return out, err
	}
	p, _ := s.people.Person(out.Who)
	second, _ := s.people.Person(out.Second)
	return By{Who: p.Name, Second: second.Name}, nil
}

// moving checks movements together and makes their facts.
func (s *State) moving(by By, now time.Time, ms ...ledger.Movement) ([]journal.Fact, error) {
	for i := range ms {
		ms[i].Who, ms[i].Second = by.Who, by.Second
		if c := ms[i].Cause; c != "" && !ledger.CauseKnown(c) {
			return nil, refuse(Incomplete, "cause "+c+" is not in the list")
		}
	}
	if err := s.book.Allows(now.In(s.rules.Place), ms...); err != nil {
		return nil, err
	}
	var facts []journal.Fact
	for _, m := range ms {
		facts = append(facts, journal.Fact{Kind: journal.KindMovement, Who: by.Who, Data: m})
	}
	return facts, nil
}

// read takes the data of a fact; a fact without data leaves all as it is.
func read(e journal.Entry, into any) error {
	if e.Data == nil {
		return nil
	}
	return json.Unmarshal(e.Data, into)
}

func copies[T any](all []*T) []T {
	out := make([]T, len(all))
	for i, p := range all {
		out[i] = *p
	}
	return out
}

// Spoilage lists every spoiling, the oldest first.
func (s *State) Spoilage() []Spoilage { return copies(s.spoilage) }

// Reject is how many cards lie in the machine's reject box by the books.
func (s *State) Reject() int { return s.reject }

// Destructions are all destruction lists, the oldest first.
func (s *State) Destructions() []DestructionList { return copies(s.lists) }

// Shipments are all shipments, the oldest first.
func (s *State) Shipments() []Shipment { return copies(s.sent) }

// Authorisations are all allowed reprints, the oldest first.
func (s *State) Authorisations() []Authorisation { return copies(s.allowed) }

// Alarms are all alarms, the oldest first.
func (s *State) Alarms() []Alarm { return slices.Clone(s.alarms) }

// Recalls is how many cards the centre has called back that are not taken out of use yet.
func (s *State) Recalls() (n int) {
	for _, uid := range s.recalled {
		if s.cards[uid].Spoiled.IsZero() {
			n++
		}
	}
	return n
}

// Recalled are those cards, the oldest call first.
func (s *State) Recalled() (all []Card) {
	for _, uid := range s.recalled {
		if c := s.cards[uid]; c.Spoiled.IsZero() {
			all = append(all, *c)
		}
	}
	return all
}

// Use is what each working day took of a blank type, the oldest first: what ledger.Project learns from.
func (s *State) Use(t ledger.BlankType) []ledger.Use { return s.usage.Of(t) }

// Levels is what lay in vault and feeder at the end of each day, the oldest first.
func (s *State) Levels(t ledger.BlankType) []ledger.Level { return s.levels.Of(t) }
