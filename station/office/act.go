package office

import (
	"time"

	"cetak/station/access"
	"cetak/station/journal"
)

// By names who does an act. With sign-in both have given their passwords before the act is made. Second may be empty where the act
// needs one person.
type By = access.By

// Act is one deed of people. The set is closed: it is the act types of this package.
type Act interface {
	// Permission is the row of access.Table that the act falls under.
	Permission() access.Act
	// facts states the act after By is judged. It may give facts together with a Fault: see State.Do.
	facts(s *State, by By, now time.Time) ([]journal.Fact, error)
}

// Do judges an act and gives the facts that state it; the State itself is not changed. The caller appends all facts in one
// transaction, applies them, and only then tells of success.
//
// It may give facts *and* a Fault: counts that did not agree and alarms are kept although the act is refused. Then the facts are
// appended all the same, and the Fault is shown. Such facts move no blank and open or close nothing.
//
// Faults: those of this package, of access.Check, and of ledger.Ledger.Allows.
func (s *State) Do(a Act, by By, now time.Time) ([]journal.Fact, error) {
	by, err := s.judged(a, by)
	if err != nil {
		return nil, err
	}
	return a.facts(s, by, now.UTC())
}
