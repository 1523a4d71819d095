package link

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// Wire carries one request. *api.Client satisfies it.
type Wire interface {
	Do(ctx context.Context, path string, in, out any) error
}

// Store is what the line needs of the records. *source.Store satisfies it.
type Store interface {
	Deposit(ctx context.Context, leased []source.Leased, now time.Time) (source.Deposited, error)
	Leases(ctx context.Context) ([]source.Lease, error)
	Lease(ctx context.Context, k record.Key) (source.Lease, bool, error)
	Prolong(ctx context.Context, k record.Key, fence int64, until time.Time) error
	Mark(ctx context.Context, k record.Key, code drivers.Code, detail string) error
	Forget(ctx context.Context, k record.Key, fence int64) error
	Queue(ctx context.Context) ([]source.Item, error)
	Report(ctx context.Context, k record.Key, o source.Outcome) error
	Outbox(ctx context.Context) ([]source.Unsent, error)
	Acknowledge(ctx context.Context, u source.Unsent) error
	SetAside(ctx context.Context, u source.Unsent, code drivers.Code, detail string) error
	Memo(ctx context.Context, name string) (string, error)
	SetMemo(ctx context.Context, name, value string) error
	LastHead(ctx context.Context) (source.Head, error)
	KeepHead(ctx context.Context, h source.Head) error
}

// Journal is what the line reads of the desk's journal. *journal.Reader satisfies it.
type Journal interface {
	Genesis() string
	Entries(ctx context.Context, afterSeq int64) iter.Seq2[journal.Entry, error]
	Of(ctx context.Context, afterSeq int64, kind journal.Kind) iter.Seq2[journal.Entry, error]
	OfAttempt(ctx context.Context, attempt string) ([]journal.Entry, error)
	Last(ctx context.Context, kinds ...journal.Kind) (journal.Entry, bool, error)
}

// Desk is whom the line serves. *station.Station satisfies it.
type Desk interface {
	Ready() <-chan struct{}
	Report() (station.DeskReport, bool)
	Arrive(a station.Arrival)
	ShowCentre(c station.CentreState)
}

// Options are the settings of a line.
type Options struct {
	Station   string // "office/desk", as in the certificate
	Folder    string // of the enrolment
	CoverDays int    // leases are kept for so many days without a line
	Every     time.Duration
	OwnPolicy bool // the office has a table of rules of its own: the centre's is not taken over
	Version   string
}

// Link is one desk's line. Run belongs to one goroutine; Claim, Recalled, and Wake to that of the Station.
type Link struct {
	Options
	wire    Wire
	store   Store
	journal Journal
	notary  *Notary
	log     zerolog.Logger

	wake   chan struct{}
	synced chan struct{}

	scanning sync.Mutex // one reading of the journal's outcomes at a time

	mu    sync.Mutex
	desk  Desk
	state station.CentreState

	// the rest belongs to the goroutine of Run
	pending string          // the name of a take whose answer was lost
	asked   map[string]bool // attempts whose recall is on its way into the journal
	alarms  []drivers.Code  // of this round
}

var _ station.Centre = (*Link)(nil)

// New makes a line on an enrolment; nothing is asked before Run or Round. Faults: api.NotEnrolled, WrongHolder.
func New(o Options, s Store, j Journal, log zerolog.Logger) (*Link, error) {
	h, err := ReadHolder(o.Folder)
	if err != nil {
		return nil, err
	}
	if h.Station != o.Station {
		return nil, fault(WrongHolder, "centre", "the enrolment is for "+h.Station+", this desk is "+o.Station, nil)
	}
	notary, err := OpenNotary(o.Folder)
	if err != nil {
		return nil, err
	}
	wire, err := api.Dial(o.Folder)
	if err != nil {
		return nil, err
	}
	return newLink(o, wire, s, j, notary, log), nil
}

func newLink(o Options, w Wire, s Store, j Journal, n *Notary, log zerolog.Logger) *Link {
	return &Link{Options: o, wire: w, store: s, journal: j, notary: n, log: log.With().Str("part", "centre").Logger(),
		wake: make(chan struct{}, 1), synced: make(chan struct{}), asked: map[string]bool{}, state: station.CentreState{State: station.DeviceUnknown}}
}

// Wake implements station.Centre.
func (l *Link) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Synced is closed when the first round is over, however it ended.
func (l *Link) Synced() <-chan struct{} { return l.synced }

// Delays after a round that failed: doubled each time, and each desk another part of it, so that a thousand desks do not come back at once.
const (
	firstRetry = 5 * time.Second
	lastRetry  = 10 * time.Minute
)

// Run keeps the line until ctx ends.
func (l *Link) Run(ctx context.Context, desk Desk) {
	select {
	case <-desk.Ready():
	case <-ctx.Done():
		return
	}
	failed := 0
	for first := true; ctx.Err() == nil; first = false {
		err := l.Round(ctx, desk)
		if first {
			close(l.synced)
		}
		wake, wait := l.wake, jittered(l.Every, 0.1)
		if err != nil {
			wake, wait = nil, retryAfter(failed) // an outcome more does not bring a line back
			failed++
		} else {
			failed = 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// farewell bounds what is said when the desk closes: a program that is told to stop ends within three seconds.
const farewell = 1500 * time.Millisecond

// Farewell brings what came last to the centre, when the desk has stopped in order and the line was up. What it does not bring is brought
// at the next start.
func (l *Link) Farewell(ctx context.Context, desk Desk) {
	if l.State().State != station.DeviceUp {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	err := l.scan(ctx, desk)
	if err == nil {
		err = l.outcomes(ctx, desk)
	}
	if err == nil {
		_, err = l.ledger(ctx)
	}
	if err != nil {
		l.log.Info().Err(err).Msg("farewell")
	}
}

// retryAfter is between a half and the whole of a time that doubles with each failure.
func retryAfter(failed int) time.Duration {
	d := lastRetry
	if failed < 7 {
		d = min(lastRetry, firstRetry<<failed)
	}
	return d/2 + rand.N(d/2)
}

// jittered is d more or less a part of it.
func jittered(d time.Duration, part float64) time.Duration {
	return time.Duration(float64(d) * (1 - part + 2*part*rand.Float64()))
}

// State is how the line is now.
func (l *Link) State() station.CentreState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// down says whether the centre was asked and did not answer.
func (l *Link) down() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.State == station.DeviceDown
}

// onTheLine says whether a fault is the line's own, or the centre's store's, and tells nothing of what was asked.
func onTheLine(err error) bool {
	switch code(err) {
	case api.Unreachable, api.NotTrusted, api.NoContract, api.Unavailable, drivers.Unexpected:
		return true
	}
	return false
}

// shutOut says whether the centre has nothing to do with this desk.
func shutOut(err error) bool {
	c := code(err)
	return c == api.Revoked || c == api.NotAllowed
}

func code(err error) drivers.Code {
	if err == nil {
		return ""
	}
	return drivers.AsFault(err).Code
}

// Memos of the store about the line.
const (
	memoHeard  = "centre-heard"  // when the centre last spoke, by its clock, in Unix milliseconds
	memoOffset = "centre-offset" // its clock against this one's, in milliseconds
	memoShut   = "centre-shut"   // the code with which it shut this desk out; "" = it does not
	memoCode   = "centre-code"   // why the last round failed, or what was wrong; "" = nothing
	memoAt     = "centre-at"     // when the centre last spoke, by this clock, in Unix milliseconds
	memoTold   = "centre-told"   // the last outcome of the journal that was put into the outbox
	memoBlank  = "centre-blank"  // the type of blank that leases were asked for
)

func (l *Link) number(ctx context.Context, name string) (int64, error) {
	text, err := l.store.Memo(ctx, name)
	if err != nil || text == "" {
		return 0, err
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return n, nil
}

// remember keeps a memo; one that says so already costs no write.
func (l *Link) remember(ctx context.Context, name, value string) error {
	have, err := l.store.Memo(ctx, name)
	if err != nil || have == value {
		return err
	}
	return l.store.SetMemo(ctx, name, value)
}

// centreNow is the centre's time, as near as the desk knows it: never before it last spoke, whatever was done to this clock.
func (l *Link) centreNow(ctx context.Context, now time.Time) (time.Time, error) {
	heard, err := l.number(ctx, memoHeard)
	offset, err2 := l.number(ctx, memoOffset)
	if err := errors.Join(err, err2); err != nil {
		return now, err
	}
	at := now.Add(time.Duration(offset) * time.Millisecond)
	if last := time.UnixMilli(heard); at.Before(last) {
		at = last
	}
	return at, nil
}

// maxSkew is how far the clocks may differ: the centre's own bound.
const maxSkew = 5 * time.Minute

// clock takes in what the centre's clock said between two moments of this one.
func (l *Link) clock(ctx context.Context, before, after, centre time.Time) error {
	offset := centre.Sub(before.Add(after.Sub(before) / 2))
	if off := offset.Abs(); off > maxSkew+after.Sub(before)/2 {
		l.alarm(ClockOff)
	}
	if offset.Abs() < after.Sub(before) {
		offset = 0 // within what the way takes
	}
	return errors.Join(
		l.store.SetMemo(ctx, memoHeard, strconv.FormatInt(centre.UnixMilli(), 10)),
		l.store.SetMemo(ctx, memoOffset, strconv.FormatInt(offset.Milliseconds(), 10)),
		l.store.SetMemo(ctx, memoAt, strconv.FormatInt(after.UnixMilli(), 10)),
	)
}

func (l *Link) alarm(c drivers.Code) { l.alarms = append(l.alarms, c) }

// show tells people how the line is after a round.
func (l *Link) show(ctx context.Context, desk Desk, err error) {
	c, at := drivers.Code(""), station.DeviceUp
	switch {
	case err != nil:
		c, at = code(err), station.DeviceDown
	case len(l.alarms) > 0:
		c = l.alarms[0]
	}
	shut := ""
	if shutOut(err) {
		shut = string(c)
	}
	if err == nil || shut != "" {
		if e := l.remember(ctx, memoShut, shut); e != nil {
			l.log.Error().Err(e).Msg("memo")
		}
	}
	if e := l.remember(ctx, memoCode, string(c)); e != nil {
		l.log.Error().Err(e).Msg("memo")
	}
	s, e := Known(ctx, l.store)
	if e != nil {
		l.log.Error().Err(e).Msg("state of the line")
	}
	s.State, s.Code = at, c
	l.mu.Lock()
	l.state = s
	l.mu.Unlock()
	desk.ShowCentre(s)
}

// Known is what the store knows of the line without asking anybody; State is unknown.
func Known(ctx context.Context, s Store) (station.CentreState, error) {
	out := station.CentreState{State: station.DeviceUnknown}
	leases, err := s.Leases(ctx)
	if err != nil {
		return out, err
	}
	for _, l := range leases {
		if l.Code == "" && l.Queued {
			out.Leased++
			if out.Until.IsZero() || l.Until.Before(out.Until) {
				out.Until = l.Until
			}
		}
	}
	unsent, err := s.Outbox(ctx)
	if err != nil && !errors.Is(err, source.OutboxFailed) {
		return out, err
	}
	out.Outbox = len(unsent)
	c, err := s.Memo(ctx, memoCode)
	if err != nil {
		return out, err
	}
	out.Code = drivers.Code(c)
	at, err := s.Memo(ctx, memoAt)
	if ms, e := strconv.ParseInt(at, 10, 64); e == nil {
		out.At = time.UnixMilli(ms)
	}
	return out, err
}
