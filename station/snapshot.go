package station

import (
	"image"
	"time"

	"cetak/drivers"
	"cetak/station/flow"
	"cetak/station/ledger"
	"cetak/station/readiness"
)

// Snapshot is everything a screen may show, at one moment. It is a value: a reader may keep it, and nobody changes it.
// It carries the name of the person in hand and must not be logged.
type Snapshot struct {
	Seq      uint64 // rises with every change
	Handled  uint64 // commands performed to their end
	Office   string
	Desk     string
	Specimen bool   // a test station: every record and card is a specimen
	Operator string // who is at the desk: signed in, or as the program was told; "" = nobody

	Phase    flow.Phase
	Busy     bool       // a card is in hand; Job is set
	Stopping bool       // no further card will be started
	Batch    bool       // card after card is being printed
	Session  []Finished // every card since the program began, oldest first; shared, only ever appended to
	Job      *Job
	Last     *Finished // the card before, once there is one
	Fault    *FaultInfo
	Locked   *Locked   // the last run did not close in order: nothing is printed until Reopen
	Question *Question // only when Phase is Held or Confirming

	Next    *QueueItem // head of the queue, nil when empty
	Waiting int
	Refused int // envelopes refused since the program began

	Printer Device
	Reader  Device
	Machine Machine
	PIN     *PINWanted // the card keys wait for their PIN; nil: they do not; never changed

	Readiness readiness.Verdict // the self-tests; shared, never changed
	Required  bool              // no card is begun unless they all count
	Testing   readiness.Test    // the self-test that is being made; "" = none

	Centre *CentreState // nil: this desk has no centre; never changed

	People    People
	Shift     *ShiftInfo     // the open shift; nil when none is
	ShiftDue  bool           // no card is begun without one, and none is open
	Stock     ledger.Balance // every account of both types; shared, never changed; nil before the books are read
	Cover     []Cover        // how long the blanks will last, one for each type
	Burns     []Burn         // how blanks and ribbon went down, and will; shared, never changed
	Incidents []Incident     // open ones, oldest first; shared, never changed
	Held      int            // waiting records that the policy holds back today
	Refusal   *Refusal       // why the last command was refused; nil after one that was not

	Hopper         int       // blanks the ledger says lie in the feeder
	HopperUntil    time.Time // when it will be empty; zero = not known
	RejectCount    int       // cards put into the reject box since it was last emptied
	RejectCapacity int       // 0 = not configured
	RibbonLeft     int       // cards; drivers.RibbonUnknown
	GoodToday      int
	SpoiledToday   int

	recalls int // of CentreState
}

// Device is how a device was when last asked.
type Device struct {
	Name  string
	State DeviceState
	Code  drivers.Code // why, when State is DeviceDown
	At    time.Time    // when it was last asked; zero = never
}

// Machine is what the printer last said of itself.
type Machine struct {
	ID     drivers.PrinterID
	Status drivers.PrinterStatus
	At     time.Time // of Status; zero = never
}

// DeviceState is what is known of a device; unknown is shown as unknown.
type DeviceState string

// Device states.
const (
	DeviceUnknown DeviceState = "unknown"
	DeviceUp      DeviceState = "up"
	DeviceDown    DeviceState = "down"
)

// QueueItem is one waiting record, for the list.
type QueueItem struct {
	ID       string
	Issue    int
	Name     string
	NIK      string
	Kind     string // WNI, WNA
	Reason   string // pemula, prr, hilang, rusak, perubahan, pindah
	Cleared  time.Time
	Warnings int
	Turn     Turn
}

// Turn is what the policy says of a waiting record.
type Turn struct {
	Rank  int    // 1 = next; 0 = not in the order: held back, or of the other type of blank
	Held  bool   // not to be printed now: referred elsewhere, or to wait
	Refer string // where to, when held: ikd, suket, biodata, old-card, wait, with commas between
	Rule  string // the row of the table that decides
	ID    string // why, in a short Indonesian sentence; "" where the order is the day of clearing alone
	EN    string // the same in English
	// ShortID and ShortEN are a word or two for a narrow row.
	ShortID, ShortEN string
}

// Preview is what the centre of the desk shows before a card is made: the raster that will be printed, and the checks.
type Preview struct {
	Item     QueueItem
	Face     *image.RGBA     // 1016 x 648
	NIK      image.Rectangle // where on it the number lies, to be covered until it is asked for
	Findings []Finding
	Lines    []FaceLine // the record's fields in face order, for reading beside the picture
}

// FaceLine is one field by its register name ("NAMA_LGKP").
type FaceLine struct{ Field, Value string }

// Finding is one check that did not pass. A Blocking one refuses the record; the others are shown.
type Finding struct {
	Code     drivers.Code
	Field    string
	Blocking bool
}

// Job is the card in hand.
type Job struct {
	Plan    *CardPlan // what was foreseen before a blank moved; nil where the printer cannot say; shared, never changed
	Due     time.Time // when the card will be done, by the plan and by cards before; zero = not known
	Item    QueueItem
	Test    bool // a test card: Item names nobody
	Attempt string
	UID     string // hex, once read
	Started time.Time
	Steps   []Step
}

// CardPlan is what one card will cost.
type CardPlan struct {
	Bytes               int           // of its panels on the line
	Line, Machine, Chip time.Duration // each by itself: the panels, the motors and the head, the chip at its station
	Card                time.Duration // from the feeder to the tray
	Without             []string      // what is left out to make it in time: WithoutFineColour, WithoutVarnish
	Late                bool          // and it takes longer than the settings allow all the same
}

// Step is one line of the card's progress, in the order they happen.
type Step struct {
	Name  StepName
	State StepState
	Took  time.Duration // when done or failed
	About time.Duration // expected, from cards before; 0 = not known
	Began time.Time
}

// StepName names a step; the words shown are the screen's.
type StepName string

// Steps of a card.
const (
	StepCheck     StepName = "check"     // preflight
	StepLoad      StepName = "load"      // blank taken
	StepReadChip  StepName = "read-chip" // UID read, blank recognised
	StepWriteChip StepName = "write-chip"
	StepVerify    StepName = "verify" // read back, compared, sealed
	StepPrint     StepName = "print"
	StepDischarge StepName = "discharge"
	StepConfirm   StepName = "confirm"
	StepSettle    StepName = "settle"
)

// StepState is how far a step is.
type StepState string

// Step states.
const (
	StepWaiting StepState = "waiting"
	StepRunning StepState = "running"
	StepDone    StepState = "done"
	StepFailed  StepState = "failed"
)

// Finished is a card that has its outcome.
type Finished struct {
	Item    QueueItem
	Attempt string
	UID     string
	Outcome string // flow.OutcomeGood ..
	Took    time.Duration
	At      time.Time
	Steps   []Step
	Plan    *CardPlan // as in Job
}

// FaultInfo is the standing fault.
type FaultInfo struct {
	Code    drivers.Code
	Op      string
	Card    drivers.Whereabouts
	Again   drivers.Again
	Detail  string // technician's
	Cleared bool   // the device itself reports the cause gone
	Watched bool   // it will, once it is
	Since   time.Time
}

// Locked is what was in flight when the program was last cut off, as the journal tells it. Attempt, Record, and UID are
// empty where no card was in hand, or its chip had not been read.
type Locked struct {
	Last    string    // the last fact that was written
	At      time.Time // when
	Attempt string
	Record  string
	Issue   int
	UID     string
}

// Question is what a person must answer before the line goes on, with the answers that are legal now.
type Question struct {
	Kind    QuestionKind
	Answers []Answer
	// SecondForSpoiled: the shift's limit is reached, and AnswerSpoiled needs a second person (Reply.Second).
	SecondForSpoiled bool
}

// QuestionKind says what is asked.
type QuestionKind string

// Questions.
const (
	QuestionConfirm QuestionKind = "confirm" // is the print good?
	QuestionFault   QuestionKind = "fault"   // what shall happen after this fault?
	QuestionWhere   QuestionKind = "where"   // where is the card: good, spoiled, or not found?
)

// Answer is a person's word.
type Answer string

// Answers.
const (
	AnswerGood     Answer = "good"
	AnswerSpoiled  Answer = "spoiled"
	AnswerMissing  Answer = "missing"
	AnswerContinue Answer = "continue" // the cause is gone: go on with this card, or try this step again
	AnswerGiveUp   Answer = "give-up"  // reject the card in the machine, return the record to the queue
)

// People is who is here, as the desk knows it.
type People struct {
	SignIn bool      // everybody signs in with a password; false: names are believed
	Desk   *SignedIn // who the cards are made by; nil while nobody is signed in
	Blank  bool      // nobody is known yet: the first supervisor has to be made
}

// SignedIn is one person who gave the right password.
type SignedIn struct {
	Name  string
	Role  string // operator, technician, supervisor, auditor
	Since time.Time
}

// ShiftInfo is the open shift.
type ShiftInfo struct {
	ID     string
	Opened time.Time
	By     [2]string
	Tally  []Tally // one for each type of blank
	// SpoilAlone is how many more cards the operator may call spoiled without a second person.
	SpoilAlone int
}

// Tally is what a shift did with one type of blank.
type Tally struct {
	Type                                                    ledger.BlankType
	Opening, Drawn, Found, Good, Spoiled, Returned, Missing int
}

// Cover is how long the blanks of one type will last at the use of the weeks before.
type Cover struct {
	Type    ledger.BlankType
	Blanks  int // vault and feeder together
	Days    int // whole days; -1 = not known: too few days with data
	RunOut  time.Time
	OrderBy time.Time // the day by which new ones must be asked for
	Order   bool      // that day has come
}

// Incident is an open difference between two of the three witnesses: ledger, printer's counters, blind count.
type Incident struct {
	ID         string
	At         time.Time // when it was seen
	Between    [2]string // ledger, counter, panels, count
	Says       [2]int64  // what each says
	Difference int64     // the second less the first
	Type       ledger.BlankType
	Account    ledger.Account // of a blind count
	Since      string         // the first attempt it can have begun at; "" = another job, or none since the witnesses agreed
	SinceWhat  string         // that job, where it was no attempt
	SinceAt    time.Time
	Until      string // the last attempt before it was seen
}

// Refusal is why a command was not performed.
type Refusal struct {
	Code   drivers.Code
	Detail string
	At     time.Time
}
