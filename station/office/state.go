package office

import (
	"time"

	"cetak/station/certificate"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
)

// Rules are what of the settings an act is judged by.
type Rules struct {
	Office, Desk string
	SignIn       bool           // people are those of the register; else names are believed
	Place        *time.Location // where days begin; nil = UTC
}

// State is everything the journal says about stock, cards, shifts, and people. It is never stored. Not safe for concurrent use.
type State struct {
	rules Rules
	book  ledger.Ledger
	last  journal.Entry
}

// New gives the State of an empty journal.
func New(r Rules) *State { return &State{rules: r} }

// Apply takes the next line of the journal in. An error means a forged or damaged journal, or a defect of ours; the State is
// then no longer whole.
func (s *State) Apply(e journal.Entry) error { s.last = e; return nil }

// Ledger is the blanks by account. The caller changes nothing in it.
func (s *State) Ledger() *ledger.Ledger { return &s.book }

// Shift is the open shift, or ok is false.
func (s *State) Shift() (sh Shift, ok bool) { return Shift{}, false }

// Shifts are all shifts, the oldest first, the open one last.
func (s *State) Shifts() []Shift { return nil }

// Certificate is what a closed shift certifies, as its closing line in the journal has it: sign it with certificate.Sign. It can be
// made again at any time.
func (s *State) Certificate(shift string) (c certificate.Certificate, ok bool) {
	return certificate.Certificate{}, false
}

// Seen gives the card of a chip number. ok is false for a number the journal does not know.
func (s *State) Seen(uid string) (c Card, ok bool) { return Card{}, false }

// Alarm is the fact that a dead card lies in a reader. where: "desk", "hand-over", or the name of the reader. The caller appends it
// and refuses the card with CardDead.
func (s *State) Alarm(uid, where, attempt, who string) journal.Fact { return journal.Fact{} }

// Cards gives the cards in an account by the time they were made; "" is all.
func (s *State) Cards(where ledger.Account) []Card { return nil }

// CardsOf gives the cards of a record id, the oldest first.
func (s *State) CardsOf(recordID string) []Card { return nil }

// MayPrint says whether a card for this record may be begun: nil where none was ever made of this id and the issue is the first, or
// an authorisation is free. The engine asks before the intent, which uses the authorisation up; an attempt that makes no card gives
// it back. Faults: NotAuthorised, OldCardLives.
func (s *State) MayPrint(k record.Key) error { return nil }

// Authorisations are all allowed reprints, the oldest first.
func (s *State) Authorisations() []Authorisation { return nil }

// Spoilage lists every spoiling, the oldest first.
func (s *State) Spoilage() []Spoilage { return nil }

// Reject is how many cards lie in the machine's reject box by the books.
func (s *State) Reject() int { return 0 }

// Destructions are all destruction lists, the oldest first.
func (s *State) Destructions() []DestructionList { return nil }

// Shipments are all shipments, the oldest first.
func (s *State) Shipments() []Shipment { return nil }

// Incidents are all incidents, the oldest first.
func (s *State) Incidents() []Incident { return nil }

// Alarms are all alarms, the oldest first.
func (s *State) Alarms() []Alarm { return nil }

// Use is what each working day took of a blank type, the oldest first: what ledger's cover learns from.
func (s *State) Use(t ledger.BlankType) []ledger.Use { return nil }

// people judges By: names, two different ones where the act needs two, and with sign-in the register and the roles.
func (s *State) people(a Act, by By) (By, error) { return by, nil }
