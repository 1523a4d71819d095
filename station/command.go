package station

// Command is what a screen or a program asks of the Station. Do never blocks; a command that is refused in the
// present phase changes nothing, and the Snapshot goes on to say why.
type Command interface{ command() }

// PrintCard asks for one person's card; the zero value takes the head of the queue.
type PrintCard struct {
	ID    string
	Issue int
}

// RunQueue prints card after card until the queue is empty, Count cards are made (0 = no limit), a fault holds the
// line, or Stop comes.
type RunQueue struct{ Count int }

// Reply answers the open Question.
type Reply struct {
	Answer Answer
	Cause  string // for AnswerSpoiled: what is wrong with the card, in a word
}

// Stop ends after the card in hand.
type Stop struct{}

// Refresh asks the devices and the inbox again.
type Refresh struct{}

// Reopen opens a station that an unclean stop has locked. By is the name of who answers for it and goes into the journal;
// without one the command is refused. The attempt that was in hand is then taken up from the evidence.
type Reopen struct{ By string }

func (PrintCard) command() {}
func (RunQueue) command()  {}
func (Reply) command()     {}
func (Stop) command()      {}
func (Refresh) command()   {}
func (Reopen) command()    {}
