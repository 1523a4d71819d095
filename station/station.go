package station

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/face"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/policy"
	"cetak/station/readiness"
	"cetak/station/record"
	"cetak/station/search"
	"cetak/station/source"
)

// Devices opens the machines of the desk. The Station calls it from its own goroutine, at first need and again after a
// device was lost; an error is a *drivers.Fault.
type Devices interface {
	Printer(ctx context.Context) (drivers.Printer, error)
	Reader(ctx context.Context) (drivers.ChipReader, error)
}

// Encoder knows one chip profile. drivers/encoder satisfies it.
type Encoder interface {
	Check(files drivers.Files) error
	Identify(ctx context.Context, chip drivers.Chip) (drivers.ChipIdentity, error)
	Write(ctx context.Context, chip drivers.Chip, files drivers.Files) error
	ReadBack(ctx context.Context, chip drivers.Chip) (drivers.Files, error)
	Compare(want, got drivers.Files) error
	Seal(ctx context.Context, chip drivers.Chip) error
	// Terminate ends a spoiled chip for good; false where its kind cannot be ended.
	Terminate(ctx context.Context, chip drivers.Chip) (bool, error)
	// TestFiles is content for a test card, nobody's, that follows from seed.
	TestFiles(seed string) drivers.Files
}

// Recorder is told what the Station does, so that a fault can be looked into afterwards. It gets nothing of a person. The
// Station calls it from the goroutine of Run. drivers/recorder stands behind it.
type Recorder interface {
	Note(kind, what string) // kind "phase", or "fact" once a fact is in the journal
	Fault(f *drivers.Fault) // after it was written to the journal, or could not be
}

// Journal is what the Station needs of the journal. *journal.Journal satisfies it.
type Journal interface {
	Append(ctx context.Context, facts ...journal.Fact) ([]journal.Entry, error)
	Entries(ctx context.Context, afterSeq int64) iter.Seq2[journal.Entry, error]
	UIDSeen(ctx context.Context, uid string) (bool, error)
	CheckSpace(ctx context.Context) error
}

// Store is what the Station needs of the records. *source.Store satisfies it.
type Store interface {
	Scan(ctx context.Context, inbox string, now time.Time) ([]source.Intake, error)
	List(ctx context.Context) (*source.List, error)
	Record(ctx context.Context, key record.Key) (*record.Record, error)
	Finish(ctx context.Context, key record.Key, o source.Outcome) error
	Drop(ctx context.Context, key record.Key) error
}

// Options are the settings of one desk.
type Options struct {
	Office, Desk string
	// Who is written into every fact this program makes. Where people sign in, it is somebody whose password was confirmed before,
	// or "" while nobody is at the desk: then only the station itself writes.
	Who            string
	Specimen       bool // takes specimen records only; without it, refuses them
	Blank          ledger.BlankType
	ConfirmEvery   int  // a person judges every n-th card; 0 = none
	NoFace         bool // the machine prints nothing: cards are made without a face
	ChipStation    drivers.Position
	Varnish        bool
	Inbox          string
	RejectCapacity int
	// LongestCard is how long a card may take from the feeder to the tray; 0 = as long as it takes. One that would take longer
	// is made without what Shorten names, and journal and snapshot say so.
	LongestCard time.Duration
	Shorten     Shorten

	SignIn        bool          // people sign in, and what they may do is the register's to say
	ShiftRequired bool          // no card is begun without an open shift
	SpoilLimit    int           // cards of a shift that the operator may call spoiled alone
	Reserve       int           // blanks of a type under which the policy's rules for shortage hold
	OrderDays     int           // days before the run-out by which blanks are asked for
	Policy        *policy.Table // who is printed first; nil = in the order of clearing

	Readiness readiness.Rules
	// Program is the version, Reader the reader of the settings, and Setup a digest of those of the devices: a self-test counts as
	// long as they are the same.
	Program, Reader, Setup string
}

// rules are those of the acts of people.
func (o Options) rules() office.Rules {
	return office.Rules{Station: o.Office + "/" + o.Desk, SignIn: o.SignIn, Place: time.Local}
}

// Parts are what a Station is made of. The caller opens and closes Journal and Store; the Station closes the devices
// it opened.
type Parts struct {
	Devices Devices
	Encoder Encoder
	// CardKeys open the secure channel to a chip; nil where cards are written without keys.
	CardKeys CardKeys
	Journal  Journal
	Store    Store
	Faces    *face.Renderer
	Keys     record.Keys
	Log      zerolog.Logger
	// Recorder may be nil: nothing is recorded then.
	Recorder Recorder
	// Checks are the self-tests of the computer; nil: there are none here.
	Checks Checks
	// Centre is the line to the centre; nil where the desk has none.
	Centre Centre
	// NewDoor makes the door people sign in at, on the register of the books; nil where names are believed.
	NewDoor func(*access.Register) *access.Door
}

// Station runs one desk. Run owns the devices and the running attempt; all other methods may be called from any
// goroutine at any time.
type Station struct {
	Parts
	opts Options

	// writing is held while facts are appended and folded in: the goroutine of Run does, and people's sign-in does beside it.
	// What of the books the facts about people do not change, Run reads without it.
	writing sync.Mutex

	mu       sync.Mutex // guards what follows, up to the blank line
	snap     Snapshot
	watchers map[chan Snapshot]struct{}
	commands []Command
	arrivals []Arrival
	report   DeskReport    // what the books say of the desk
	turns    *turns        // replaced whole, never changed
	desk     string        // who is at the desk; "" = nobody
	wake     chan struct{} // buffered by one: there is something to do
	patience patience
	testArt  drivers.Artwork // of the last test card

	// the rest belongs to the goroutine of Run
	state   flow.State
	books   *books
	job     *job
	printer drivers.Printer
	id      drivers.PrinterID
	idSince time.Time // since when the printer is that one
	reader  drivers.ChipReader
	chip    drivers.Chip
	chipUID string // of chip, once it was read and is this attempt's
	batch   batch

	staging  *staging                   // nil: nobody but Run's goroutine uses the printer
	prepared *prepared                  // the next card's face; nil: none
	took     map[StepName]time.Duration // running mean, for "about"
	begun    int                        // cards begun since the program started, for ConfirmEvery
	faultAt  time.Time
	fed      time.Time // the last moment at which a blank may have been asked for
	view     officeView
	aside    map[record.Key]drivers.Code // records that were refused for themselves in this run
	stale    bool                        // facts were written since the queue was put in order
	door     *access.Door                // nil where names are believed; set before opened is closed
	ready    chan struct{}               // closed when the desk stands: what waits is read, and an attempt left open is taken up
	opened   chan struct{}               // closed when the books are read, or cannot be
	unread   error                       // why they cannot; set before opened is closed

	begunRun bool // this run's start is in the journal
	hushed   bool // a device that worked and does not answer is not shown so yet
}

// batch is the wish to print card after card.
type batch struct {
	on   bool
	left int // cards still to make; < 0 = no limit
}

// New makes a Station. Nothing is opened or asked before Run.
func New(p Parts, o Options) *Station {
	s := &Station{
		Parts: p, opts: o,
		watchers: map[chan Snapshot]struct{}{},
		wake:     make(chan struct{}, 1),
		patience: patience{asked: make(chan struct{})},
		took:     map[StepName]time.Duration{},
		state:    flow.State{Phase: flow.Idle},
		turns:    &turns{index: search.New(nil)},
		desk:     o.Who,
		aside:    map[record.Key]drivers.Code{},
		opened:   make(chan struct{}),
		ready:    make(chan struct{}),
	}
	s.snap = Snapshot{
		Office: o.Office, Desk: o.Desk, Specimen: o.Specimen, Operator: o.Who, Phase: flow.Idle,
		RejectCapacity: o.RejectCapacity, RibbonLeft: drivers.RibbonUnknown, People: People{SignIn: o.SignIn},
		Printer: Device{State: DeviceUnknown}, Reader: Device{State: DeviceUnknown},
	}
	return s
}

// Do asks for something. It never blocks; a command refused in the present phase changes nothing.
func (s *Station) Do(c Command) {
	s.mu.Lock()
	s.commands = append(s.commands, c)
	s.mu.Unlock()
	if _, ok := c.(Stop); ok {
		s.patience.ask()
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Watch gives Snapshots: at once the present one, then the latest whenever something changed; a slow watcher misses
// those in between. stop ends it and must be called.
func (s *Station) Watch() (latest <-chan Snapshot, stop func()) {
	ch := make(chan Snapshot, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	ch <- s.snap
	s.watchers[ch] = struct{}{}
	return ch, func() {
		s.mu.Lock()
		delete(s.watchers, ch)
		s.mu.Unlock()
	}
}

// publish changes the Snapshot and hands it to the watchers.
func (s *Station) publish(change func(*Snapshot)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if change != nil {
		change(&s.snap)
	}
	s.snap.Seq++
	for ch := range s.watchers {
		select {
		case <-ch: // the older one nobody took
		default:
		}
		ch <- s.snap
	}
}

// take gives the next command, oldest first.
func (s *Station) take() (Command, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.commands) == 0 {
		return nil, false
	}
	c := s.commands[0]
	s.commands = s.commands[1:]
	return c, true
}

// idlePoll is how often the devices are asked while no card moves: often enough that a closed lid is seen while the
// hand is still on it, seldom enough to cost no notable share of a core.
const idlePoll = 2 * time.Second

// Run does the work of the desk until ctx ends or Stop comes. Past the point of no return it first brings the card to a
// tray, unless a device or the disk has fallen mute: then it lets go within three seconds and the motion of the card. On return no device is open; an attempt that needs a person stays open in the journal. The error is what kept
// Run from starting, or nil.
func (s *Station) Run(ctx context.Context) error {
	defer s.leave()
	defer context.AfterFunc(ctx, s.patience.ask)()
	if err := s.start(ctx); err != nil {
		if s.begunRun {
			_ = s.finish(ctx) // the first error is the one to tell; without a stop in the journal the next start is locked
		}
		return err
	}
	tick := time.NewTicker(idlePoll)
	defer tick.Stop()
	if !s.waiting() {
		s.look(ctx) // a screen should not begin with devices it knows nothing of
	}
	for s.state.Phase != flow.Stopping {
		if s.patience.over() { // nothing more is begun, whatever else was asked
			s.step(ctx, flow.Event{Kind: flow.StopIt})
			continue
		}
		if s.takeIn(ctx) {
			continue
		}
		if c, ok := s.take(); ok {
			s.handle(ctx, c)
			s.publish(func(n *Snapshot) { n.Handled++; s.fill(n) })
			tick.Reset(idlePoll) // whoever asked may ask on: a look at a mute printer takes its time
			continue
		}
		if s.nextOfBatch(ctx) {
			tick.Reset(idlePoll)
			continue
		}
		select {
		case <-ctx.Done():
			s.step(ctx, flow.Event{Kind: flow.StopIt})
		case <-s.wake:
		case <-tick.C:
			if !s.waiting() {
				s.scan(ctx)
				s.look(ctx)
			}
		}
	}
	s.publish(s.fill)
	return s.finish(ctx)
}

// waiting reports whether there are commands to perform.
func (s *Station) waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.commands) > 0
}

// handle performs one command to its end: a card, when it starts one.
func (s *Station) handle(ctx context.Context, c Command) {
	s.publish(func(n *Snapshot) { n.Refusal = nil })
	switch c := c.(type) {
	case PrintCard:
		s.begin(ctx, record.Key{ID: c.ID, Issue: c.Issue}, c.Urgent)
	case RunQueue:
		if s.state.Phase == flow.Idle && s.books.Locked == nil {
			s.batch = batch{on: true, left: c.Count}
			if c.Count <= 0 {
				s.batch.left = -1
			}
		}
	case Reply:
		s.answer(ctx, c)
	case Reopen:
		s.reopen(ctx, c)
	case Act:
		s.act(ctx, c)
	case Stop:
		s.step(ctx, flow.Event{Kind: flow.StopIt})
	case SelfTest:
		s.selfTest(ctx, c)
	case Reconnect:
		s.reconnect(ctx, c)
	case unlock:
		s.unlock(ctx, c)
	case Refresh:
		s.lookAtPIN(ctx, true)
		s.scan(ctx)
		s.look(ctx)
	}
}

// answer hands a person's word to the flow. Words of judgement make the person answer for the outcome.
func (s *Station) answer(ctx context.Context, r Reply) {
	a := flow.Answer(r.Answer)
	if !slices.Contains(s.state.Answers(), a) {
		s.Log.Info().Str("answer", string(a)).Str("phase", string(s.state.Phase)).Msg("refused")
		return
	}
	s.job.judge, s.job.second = "", ""
	if s.state.Card != drivers.NoCard { // else no blank has moved, and a card that is begun again is looked at again
		by, err := s.judgedBy(a, r.Second)
		if err != nil {
			s.refuse(err)
			return
		}
		s.job.test.judged(s.state.Phase, a)
		if a == flow.Good || a == flow.Spoiled || a == flow.Missing {
			s.job.judge, s.job.second = by.Who, by.Second
		}
	}
	s.step(ctx, flow.Event{Kind: flow.Answered, Answer: a, Cause: causeWord(r.Cause)})
}

// causeWord brings a person's word into the list that the ledger keeps; "" stays.
func causeWord(s string) string {
	word := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s)), "-")
	if word == "" {
		return ""
	}
	return strings.TrimPrefix(ledger.DamageCause(word), ledger.CauseDamage+":")
}

// nextOfBatch begins the next card of a batch. It reports whether it did.
func (s *Station) nextOfBatch(ctx context.Context) bool {
	if !s.batch.on || s.state.Phase != flow.Idle {
		return false
	}
	head, ok := s.head(time.Now())
	if !ok || s.state.Fault != nil || s.batch.left == 0 || s.state.Stopping || ctx.Err() != nil {
		s.batch.on = false
		s.publish(s.fill)
		return false
	}
	s.batch.left--
	s.begin(ctx, head.Key, "")
	return true
}

// step runs the flow from one event until it needs the outside again.
func (s *Station) step(ctx context.Context, e flow.Event) {
	for more := true; more; {
		before := s.state
		next, effects := flow.Next(s.state, e)
		s.state = next
		if next.Phase != before.Phase {
			s.note("phase", string(next.Phase))
		}
		if next.Fault != nil && next.Fault != before.Fault {
			s.faultAt = time.Now()
		}
		s.publish(s.fill)
		e, more = s.perform(ctx, effects)
		if s.stopAsked(ctx) {
			s.state.Stopping = true
		}
	}
	if f := s.state.Fault; s.state.Phase == flow.Idle && f != nil && f.Code == AttemptOpen {
		s.state.Fault = nil // what an earlier run left is settled: the line is free
	}
	s.publish(s.fill)
}

func (s *Station) note(kind, what string) {
	if s.Recorder != nil {
		s.Recorder.Note(kind, what)
	}
}

// stopAsked looks for a Stop among the waiting commands without taking the others.
func (s *Station) stopAsked(ctx context.Context) bool {
	if ctx.Err() != nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.commands {
		if _, ok := c.(Stop); ok {
			return true
		}
	}
	return false
}

// begin takes up one record; the zero Key is the head of the queue. A reason takes it before its turn.
func (s *Station) begin(ctx context.Context, key record.Key, urgent string) {
	if s.state.Phase != flow.Idle || s.state.Stopping || s.books.Locked != nil {
		return
	}
	item, ok := s.books.find(key)
	if key == (record.Key{}) {
		item, ok = s.head(time.Now())
	}
	if !ok {
		if s.Centre != nil && key != (record.Key{}) { // it left the queue between the choice and now
			if err := s.Centre.Recalled(ctx, key); err != nil {
				s.refuse(err)
			}
		}
		return
	}
	s.begun++
	s.job = s.newJob(item)
	s.job.urgent = urgent
	confirm := s.opts.ConfirmEvery > 0 && s.begun%s.opts.ConfirmEvery == 0
	if confirm {
		s.job.add(Step{Name: StepConfirm, State: StepWaiting})
	}
	s.step(ctx, flow.Event{Kind: flow.Begin, Confirm: confirm})
}
