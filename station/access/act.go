package access

import (
	"slices"

	"cetak/drivers"
)

// Role is what a person is at this station. A person has one.
type Role string

// Roles of the design (section "People").
const (
	Operator   Role = "operator"   // prints and hands out
	Technician Role = "technician" // tests the hardware
	Supervisor Role = "supervisor" // opens and closes shifts, keeps the vault, approves exceptions
	Auditor    Role = "auditor"    // reads and verifies
)

// Roles lists every role.
func Roles() []Role { return []Role{Operator, Technician, Supervisor, Auditor} }

// Act is something a person does that not everybody may.
type Act string

// The closed list of acts.
const (
	Print           Act = "print"            // make cards, judge them, settle what was left open
	Records         Act = "records"          // take in bundles, see who waits and a record's face
	Urgent          Act = "urgent"           // take a record before its turn, with a reason
	Suket           Act = "suket"            // give or extend a temporary letter
	Ship            Act = "ship"             // send cards to a kecamatan, note that they came there
	ShipBack        Act = "ship-back"        // take back cards that were not fetched, or book those that did not come there
	HandOver        Act = "hand-over"        // give a card to the citizen or to who collects it
	EmptyReject     Act = "empty-reject"     // empty the reject box
	Test            Act = "test"             // spend blanks on the test of the hardware
	Count           Act = "count"            // a blind count between opening and closing
	OpenShift       Act = "open-shift"       // both count
	CloseShift      Act = "close-shift"      // both count
	Waive           Act = "waive"            // close a shift whose equation does not hold
	Draw            Act = "draw"             // blanks from the vault to the desk
	Return          Act = "return"           // blanks from the desk to the vault
	Receive         Act = "receive"          // a delivery of blanks
	Lend            Act = "lend"             // lend to, borrow from, transfer or return to another office or the centre
	SpoilExtra      Act = "spoil-extra"      // call a card spoiled above the shift's limit, or without the machine's word
	Adjust          Act = "adjust"           // set a balance right after a count
	Destroy         Act = "destroy"          // list and destroy spoiled cards
	Reprint         Act = "reprint"          // allow one more card of a record
	Reopen          Act = "reopen"           // open the station after an unclean stop
	ReleaseIncident Act = "release-incident" // close a difference between the witnesses
	Report          Act = "report"           // make the papers
	Identify        Act = "identify"         // see what a card on the reader is
	OwnPassword     Act = "own-password"     // change one's own password
	People          Act = "people"           // add a person, change a role, a password, or a block
	Unlock          Act = "unlock"           // let a person in again after too many wrong passwords
	Block           Act = "block"            // shut a person out at once
	Policy          Act = "policy"           // change who is printed first
	Journal         Act = "journal"          // read the journal; itself journalled
	HandOn          Act = "hand-on"          // give waiting records to another desk, or back to the centre
)

// Rule says who may do an act, and who must do it with them.
type Rule struct {
	Act    Act
	Who    []Role
	Second []Role // nil: one person is enough
	Why    string
}

// Table is every act once, in the order of the list above.
func Table() []Rule {
	desk := []Role{Operator, Supervisor}
	sup := []Role{Supervisor}
	judges := []Role{Supervisor, Auditor}
	return []Rule{
		{Print, []Role{Operator}, nil, "who approves does not print (ICAO 9303-2 D.3, D.4)"},
		{Records, desk, nil, "a record shows a citizen's data"},
		{Urgent, desk, nil, "with a reason, and counted"},
		{Suket, desk, nil, "the letter is signed by the office's head on paper"},
		{Ship, desk, nil, "the receiver signs the list"},
		{ShipBack, desk, sup, "a finished card is missed, or comes back"},
		{HandOver, desk, nil, "the collector and the proof are written down"},
		{EmptyReject, []Role{Operator, Technician, Supervisor}, nil, "nothing is booked: its cards stay spoiled until destroyed"},
		{Test, []Role{Technician, Supervisor}, nil, "a test card is a blank like any other"},
		{Count, desk, desk, "two count and neither sees the other's figure"},
		{OpenShift, desk, desk, "counted and agreed by two (ICAO 9303-2 D.3)"},
		{CloseShift, desk, desk, "counted and agreed by two (ICAO 9303-2 D.3)"},
		{Waive, sup, nil, "with a name and a reason, on the certificate"},
		{Draw, desk, sup, "the vault is the supervisor's, the desk the operator's"},
		{Return, desk, sup, "the vault is the supervisor's, the desk the operator's"},
		{Receive, sup, desk, "a delivery is counted by two"},
		{Lend, sup, desk, "security stock leaves or enters the office"},
		{SpoilExtra, desk, sup, "spoiled cards are how blanks disappear"},
		{Adjust, sup, judges, "a count that differs is nobody's alone to explain"},
		{Destroy, sup, judges, "destruction is witnessed and cannot be undone"},
		{Reprint, desk, sup, "a second card of one person"},
		{Reopen, desk, sup, "a restart is authorised (PCI CP Logical 6.6.3)"},
		{ReleaseIncident, sup, judges, "a difference is nobody's alone to explain"},
		{Report, []Role{Operator, Supervisor, Auditor}, nil, "papers are made for them"},
		{Identify, Roles(), nil, "a card tells nobody's name"},
		{OwnPassword, Roles(), nil, "by the old one"},
		{People, sup, judges, "who could make a second person alone would be both"},
		{Unlock, sup, nil, "a forgotten password must not stop the day"},
		{Block, sup, nil, "shutting out is urgent, and two undo it"},
		{Policy, sup, nil, "the table is signed by the office, the change journalled"},
		{Journal, judges, nil, "reading is itself journalled"},
		{HandOn, desk, sup, "people's records leave the desk, and it cannot print them any more"},
	}
}

// RuleOf gives the rule of an act; ok is false for a word that is no act.
func RuleOf(a Act) (r Rule, ok bool) {
	t := Table()
	i := slices.IndexFunc(t, func(r Rule) bool { return r.Act == a })
	if i < 0 {
		return Rule{}, false
	}
	return t[i], true
}

// May says whether a role may begin an act; whether it may finish it alone is the rule's Second.
func May(role Role, a Act) bool {
	r, ok := RuleOf(a)
	return ok && slices.Contains(r.Who, role)
}

// NeedsSecond says whether an act takes two people.
func NeedsSecond(a Act) bool {
	r, ok := RuleOf(a)
	return !ok || r.Second != nil
}

// Check says whether p, with second where the act needs one, may do the act. Which of the two is named first does not
// matter: one must be of the rule's Who, the other of its Second. A second person where none is needed may be anybody else.
// Faults: Blocked, LockedOut, NotAllowed, SecondNeeded, SamePerson, SecondNotAllowed.
func Check(p Person, second *Person, a Act) error {
	r, ok := RuleOf(a)
	if !ok {
		return refusal(NotAllowed, "there is no act "+string(a))
	}
	if err := standing(p); err != nil {
		return err
	}
	if second != nil {
		if err := standing(*second); err != nil {
			return err
		}
		if key(p.Name) == key(second.Name) {
			return refusal(SamePerson, p.Name)
		}
	}
	first := slices.Contains(r.Who, p.Role)
	switch {
	case r.Second == nil && first:
		return nil
	case r.Second == nil:
		return refusal(NotAllowed, p.Name+" ("+string(p.Role)+"): "+string(a))
	case second == nil && !first && !slices.Contains(r.Second, p.Role):
		return refusal(NotAllowed, p.Name+" ("+string(p.Role)+"): "+string(a))
	case second == nil:
		return refusal(SecondNeeded, string(a))
	case first && slices.Contains(r.Second, second.Role), slices.Contains(r.Who, second.Role) && slices.Contains(r.Second, p.Role):
		return nil
	case !first && !slices.Contains(r.Second, p.Role):
		return refusal(NotAllowed, p.Name+" ("+string(p.Role)+"): "+string(a))
	}
	return refusal(SecondNotAllowed, second.Name+" ("+string(second.Role)+"): "+string(a))
}

func standing(p Person) error {
	switch {
	case !p.Active:
		return refusal(Blocked, p.Name)
	case p.Locked:
		return refusal(LockedOut, p.Name)
	}
	return nil
}

func refusal(code drivers.Code, detail string) error {
	return &drivers.Fault{Code: code, Op: "access", Again: drivers.AgainAfterOperator, Detail: detail}
}
