package station

import (
	"cetak/station/journal"
	"cetak/station/readiness"
)

// Command is what a screen or a program asks of the Station. Do never blocks; a command that is refused in the
// present phase changes nothing, and the Snapshot goes on to say why.
type Command interface{ command() }

// PrintCard asks for one person's card; the zero value takes the head of the queue. One whose turn it is not needs a
// reason in Urgent, which is counted.
type PrintCard struct {
	ID     string
	Issue  int
	Urgent string
}

// RunQueue prints card after card until the queue is empty, Count cards are made (0 = no limit), a fault holds the
// line, or Stop comes.
type RunQueue struct{ Count int }

// Reply answers the open Question.
type Reply struct {
	Answer Answer
	Cause  string // for AnswerSpoiled: what is wrong with the card, in a word
	// Second is who stands beside, where the Question says SecondForSpoiled. Where people sign in, the caller has had
	// that person's password confirmed by Vouch.
	Second string
}

// Stop ends after the card in hand.
type Stop struct{}

// Refresh asks the devices and the inbox again.
type Refresh struct{}

// Reopen opens a station that an unclean stop has locked. By is the name of who answers for it and goes into the journal;
// without one the command is refused. Where people sign in it takes two (access.Reopen), both confirmed by SignIn or Vouch. The
// attempt that was in hand is then taken up from the evidence.
type Reopen struct{ By, Second string }

// Act performs a Deed once on the goroutine of Run, between cards: its facts are appended as one transaction and folded into the
// books, or nothing changes. Done, if given, is called there afterwards with what was written and why it was refused, if
// it was, and must return at once. A refusal is in the Snapshot too.
type Act struct {
	Do   Deed
	Done func([]journal.Entry, error)
}

// SelfTest makes self-tests, one after the other, and writes each down as it begins and as it ends. Those that take a card are made
// together on one blank, which is accounted for like any other and never leaves as a card. It is refused while a card is in hand, a
// queue is printed, or the station is locked. Fault: TestBusy, those of access.Register.Allow.
type SelfTest struct {
	Tests []readiness.Test // none: all that take no card
	Card  bool             // and those that take one
}

// Reconnect lets go of the devices, because the settings of what they are were changed, and asks them anew. Between cards only.
type Reconnect struct {
	Reader, Setup string // as in Options
}

func (PrintCard) command() {}
func (RunQueue) command()  {}
func (Reply) command()     {}
func (Stop) command()      {}
func (Refresh) command()   {}
func (Reopen) command()    {}
func (Act) command()       {}
func (SelfTest) command()  {}
func (Reconnect) command() {}
