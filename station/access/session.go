package access

import (
	"time"

	"cetak/station/journal"
)

// Session is one person signed in at a screen. It belongs to the screen's goroutine.
type Session struct {
	Person Person
	idle   time.Duration
	last   time.Time
	locked bool
}

// Touch tells that the person pressed a key or clicked. It does not open a locked session.
func (s *Session) Touch(now time.Time) {
	if !s.Locked(now) {
		s.last = now
	}
}

// Locked says that the idle time is over and the password is to be asked again; once locked, a session stays so, also when the
// clock is set back. A card that is under way goes on.
func (s *Session) Locked(now time.Time) bool {
	// The computer's own count of time stands still while it sleeps, the clock on the wall does not: either locks.
	s.locked = s.locked || now.Sub(s.last) >= s.idle || now.Round(0).Sub(s.last.Round(0)) >= s.idle
	return s.locked
}

// signedOutData is the Data of a journal.KindSignedOut; its Who is the person.
type signedOutData struct {
	Idle bool `json:"idle,omitempty"` // the idle time did it
}

// SignOut gives the fact that the person left, or that the idle time locked the screen.
func (s *Session) SignOut(now time.Time) []journal.Fact {
	return []journal.Fact{{Kind: journal.KindSignedOut, Who: s.Person.Name, Data: signedOutData{s.Locked(now)}}}
}
