package pcsc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/ebfe/scard"
	"github.com/rs/zerolog"

	"cetak/drivers"
)

// Options choose a reader.
type Options struct {
	// Reader is the name PC/SC gives it, or the beginning of exactly one name: the numbers at its end change with the
	// socket it is plugged into. Empty means the only reader there is.
	Reader string
	// Socket is the PC/SC service's socket; empty means the system's. It takes effect only before the first PC/SC call
	// of the process and only if PCSCLITE_CSOCK_NAME is not set: one process talks to one service.
	Socket string
}

// socketVariable is where libpcsclite looks for the service's socket (pcsc-lite, SCardEstablishContext(3)).
const socketVariable = "PCSCLITE_CSOCK_NAME"

var (
	errNoATR    = errors.New("no answer to reset")
	errProtocol = errors.New("reader chose neither T=0 nor T=1")
)

// Open finds the reader; no card is needed. Wait is used by one goroutine; Close may come from another and ends it.
// Errors are *drivers.Fault: NoReaderService, NoReader (its Detail lists the readers that are there), ReaderFailed.
func Open(ctx context.Context, o Options, log zerolog.Logger) (drivers.ChipReader, error) {
	if other := useSocket(o.Socket); other != "" {
		log.Warn().Str("configured", o.Socket).Str("used", other).Msg("PC/SC socket is fixed by " + socketVariable)
	}
	r := &reader{want: o.Reader, log: log}
	r.open, r.shut = context.WithCancel(context.Background())
	if err := r.begin(ctx, "open reader"); err != nil {
		r.shut()
		return nil, err
	}
	return r, nil
}

// Readers lists the names of the readers that are there; none is no error. socket as in Options. Errors:
// NoReaderService, ReaderFailed.
func Readers(ctx context.Context, socket string) ([]string, error) {
	useSocket(socket)
	const op = "list readers"
	s, err := establish(ctx)
	if err != nil {
		return nil, serviceFault(op, err)
	}
	defer s.close(scard.LeaveCard)
	names, err := s.readers(ctx)
	if err != nil {
		return nil, serviceFault(op, err)
	}
	return names, nil
}

// useSocket names the service's socket to libpcsclite, unless somebody has before; it returns that other name.
func useSocket(socket string) string {
	set := os.Getenv(socketVariable)
	switch {
	case socket == "" || set == socket:
		return ""
	case set != "":
		return set
	}
	if err := os.Setenv(socketVariable, socket); err != nil {
		return "the system's" // a name with a zero byte
	}
	return ""
}

func serviceFault(op string, err error) *drivers.Fault {
	if serviceGone(err) {
		return fault(drivers.NoReaderService, op, drivers.NoCard, "", err)
	}
	return fault(drivers.ReaderFailed, op, drivers.NoCard, "", err)
}

// reader is one slot of a PC/SC reader. The watcher's context is its own: a chip has another.
type reader struct {
	want string
	log  zerolog.Logger
	open context.Context // ends with Close
	shut context.CancelFunc

	mu    sync.Mutex // held by Wait and by Close
	name  string     // in full, as the service has it now
	watch *session
	chip  *chip           // the last one given out
	stuck <-chan struct{} // an abandoned call on the card; closed when it has come back
	rest  bool            // the last card died, and the reader has not been left alone since
	last  scard.StateFlag // of the reader when that card was found
}

// begin opens a watching context and finds the reader in it.
func (r *reader) begin(ctx context.Context, op string) error {
	s, err := establish(ctx)
	if err != nil {
		return serviceFault(op, err)
	}
	names, err := s.readers(ctx)
	if err != nil {
		s.close(scard.LeaveCard)
		return serviceFault(op, err)
	}
	name, ok := choose(r.want, names)
	if !ok {
		s.close(scard.LeaveCard)
		return fault(drivers.NoReader, op, drivers.NoCard, described(r.want, names), nil)
	}
	r.watch, r.name = s, name
	r.log.Debug().Str("reader", name).Msg("reader found")
	return nil
}

// end throws the watching context away.
func (r *reader) end() {
	if r.watch != nil {
		r.watch.close(scard.LeaveCard)
		r.watch = nil
	}
}

func choose(want string, names []string) (string, bool) {
	var fits []string
	for _, name := range names {
		if name == want {
			return name, true
		}
		if strings.HasPrefix(name, want) {
			fits = append(fits, name)
		}
	}
	if len(fits) != 1 {
		return "", false
	}
	return fits[0], true
}

func described(want string, names []string) string {
	if len(names) == 0 {
		return fmt.Sprintf("wanted %q, no reader is there", want)
	}
	return fmt.Sprintf("wanted %q, there is %q", want, names)
}

// readers lists the readers of the service; none is no error.
func (s *session) readers(ctx context.Context) ([]string, error) {
	var names []string
	err := s.call(ctx, listLimit, func() error {
		var err error
		names, err = list(s.scard)
		return err
	})
	if errors.Is(err, scard.ErrNoReadersAvailable) {
		return nil, nil
	}
	if err != nil {
		return nil, err // names belongs to the abandoned call
	}
	return names, nil
}

// list guards scard, which indexes an empty list.
func list(c *scard.Context) (names []string, err error) {
	defer func() {
		if recover() != nil {
			names, err = nil, scard.ErrNoReadersAvailable
		}
	}()
	return c.ListReaders()
}

const opWait = "wait for chip"

// A chip that does not start is started again: contacts bounce, and pcscd shows a card for up to 400 ms after it was taken
// (PCSCLITE_STATUS_POLL_RATE), so it must not start for longer than that before it counts.
const (
	startSlice = 200 * time.Millisecond
	startTries = 5
)

// restLimit is three of pcscd's polls: one to see a gap, one to end the grace period in which it keeps a card powered, one
// to take the power off.
const restLimit = 1300 * time.Millisecond

// Wait implements drivers.ChipReader. It connects exclusively, in a transaction, powered up anew.
// A card that already lies there is returned at once, also the one that was there before. Errors are *drivers.Fault:
// NoChip with ctx's error (no card came, or the chip does not start), NoChip, ReaderBusy, NoReader, NoReaderService,
// ReaderFailed (also while an abandoned call on this reader has not come back), Unexpected for an unclosed Chip.
func (r *reader) Wait(ctx context.Context) (drivers.Chip, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(r.open, func() { cancel(os.ErrClosed) })()
	if r.open.Err() != nil {
		return nil, fault(drivers.Unexpected, opWait, drivers.NoCard, "reader is closed", nil)
	}
	if err := r.settle(ctx); err != nil {
		return nil, err
	}
	var known scard.StateFlag // nothing known: the first look returns at once
	slice, starts := watchSlice, 0
	for {
		state, err := r.look(ctx, known, slice)
		if err != nil {
			return nil, err
		}
		known = state.EventState &^ scard.StateChanged
		if known&scard.StatePresent == 0 {
			slice, starts = watchSlice, 0
			continue
		}
		slice = startSlice
		c, err := r.connect(ctx, known)
		if starts++; errors.Is(err, drivers.NoChip) && r.stuck == nil && ctx.Err() == nil && starts < startTries {
			continue
		}
		if err != nil {
			return nil, err
		}
		if c != nil {
			r.chip = c
			return c, nil
		}
	}
}

// settle waits for what an earlier card left behind.
func (r *reader) settle(ctx context.Context) error {
	if r.chip != nil {
		closed, dead, lost := r.chip.left()
		if !closed {
			return fault(drivers.Unexpected, opWait, drivers.NoCard, "the chip before is not closed", nil)
		}
		r.stuck, r.rest, r.last = lost, dead, r.chip.seen
		r.chip = nil
	}
	if r.stuck != nil {
		select {
		case <-r.stuck:
			r.stuck = nil
		case <-ctx.Done():
			return fault(drivers.ReaderFailed, opWait, drivers.NoCard, "an earlier call hangs in the reader", context.Cause(ctx))
		}
	}
	if !r.rest {
		return nil
	}
	// After a transport error another card may lie there, and pcscd may not know: it would give out the old ATR and a
	// card that was never powered up. Left alone it either sees the gap or takes the power off.
	for end := time.Now().Add(restLimit); ; {
		left := time.Until(end)
		if left <= 0 {
			break
		}
		state, err := r.look(ctx, scard.StateUnaware, 0)
		if err != nil {
			return err
		}
		if gapped(state.EventState, r.last) {
			break
		}
		known := state.EventState &^ scard.StateChanged
		if _, err := r.look(ctx, known, min(left, watchSlice)); err != nil {
			return err
		}
	}
	r.rest = false
	return nil
}

// gapped tells whether the reader has seen its card go since then: it is empty, or its count of insertions and removals,
// in the upper half of the state, is another one.
func gapped(now, then scard.StateFlag) bool {
	return now&scard.StatePresent == 0 || now>>16 != then>>16
}

// look gives the reader's state once it differs from known, or after a slice. A service that was restarted costs a new
// context and a new look, because the old one never recovers.
func (r *reader) look(ctx context.Context, known scard.StateFlag, slice time.Duration) (scard.ReaderState, error) {
	fresh := r.watch == nil
	for {
		if r.watch == nil {
			if err := r.begin(ctx, opWait); err != nil {
				return scard.ReaderState{}, r.ended(ctx, err)
			}
			known = scard.StateUnaware
		}
		state, err := r.watch.status(ctx, r.name, known, slice)
		switch {
		case err == nil && state.EventState&(scard.StateUnknown|scard.StateUnavailable|scard.StateIgnore) == 0:
			return state, nil
		case ctx.Err() != nil:
			if r.watch.lost != nil {
				r.watch = nil
			}
			return state, r.ended(ctx, err)
		case errors.Is(err, scard.ErrCancelled): // a cancel of the Wait before came late
			continue
		}
		r.end()
		switch noReader := err == nil || readerGone(err); {
		case !noReader && !serviceGone(err):
			return state, serviceFault(opWait, err)
		case fresh && noReader:
			return state, fault(drivers.NoReader, opWait, drivers.NoCard, fmt.Sprintf("%q has gone", r.name), err)
		case fresh:
			return state, serviceFault(opWait, err)
		}
		r.log.Debug().Err(err).Msg("PC/SC context lost")
		fresh = true
	}
}

// ended turns err into the fault of a Wait that is over because its ctx is; otherwise it stays.
func (r *reader) ended(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fault(drivers.NoChip, opWait, drivers.NoCard, "no card came", context.Cause(ctx))
}

// connect takes the card that lies there. Both results are nil when it has gone again, or the service has: the next look
// will tell.
func (r *reader) connect(ctx context.Context, state scard.StateFlag) (*chip, error) {
	s, err := establish(ctx)
	if err != nil {
		if serviceGone(err) || ctx.Err() != nil {
			return nil, nil
		}
		return nil, serviceFault(opWait, err)
	}
	c := &chip{reader: r.name, session: s, seen: state, log: r.log}
	err = s.call(ctx, connectLimit, func() error {
		var err error
		if c.atr, err = s.take(r.name); err == nil {
			c.reach, c.reachTold = reach(s.card)
		}
		return err
	})
	switch {
	case err == nil:
		r.log.Debug().Hex("atr", c.atr).Int("reach", c.reach).Bool("told", c.reachTold).Msg("chip connected")
		return c, nil
	case s.lost != nil:
		r.stuck = s.lost
	default:
		s.close(scard.LeaveCard)
	}
	switch {
	case cardGone(err), serviceGone(err), readerGone(err):
		return nil, nil
	case errors.Is(err, scard.ErrSharingViolation):
		return nil, fault(drivers.ReaderBusy, opWait, drivers.NoCard, r.name, err)
	case noAnswer(err):
		return nil, fault(drivers.NoChip, opWait, drivers.NoCard, "", err)
	case ctx.Err() != nil:
		return nil, r.ended(ctx, err)
	}
	return nil, fault(drivers.ReaderFailed, opWait, drivers.NoCard, "", err)
}

// take connects to the card of reader: exclusively, in a transaction, by a protocol that Transmit knows. It runs inside
// a call. The ATR is read after the card is ours.
func (s *session) take(reader string) ([]byte, error) {
	card, err := s.scard.Connect(reader, scard.ShareExclusive, scard.ProtocolAny)
	if err != nil {
		return nil, err
	}
	s.card = card
	if p := card.ActiveProtocol(); p != scard.ProtocolT0 && p != scard.ProtocolT1 {
		return nil, errProtocol // scard's Transmit would panic
	}
	if err := card.BeginTransaction(); err != nil {
		return nil, err
	}
	return answerToReset(card)
}

// answerToReset guards scard, which indexes an empty reader name.
func answerToReset(card *scard.Card) (atr []byte, err error) {
	defer func() {
		if recover() != nil {
			atr, err = nil, errNoATR
		}
	}()
	status, err := card.Status()
	if err != nil {
		return nil, err
	}
	if len(status.Atr) == 0 {
		return nil, errNoATR
	}
	return status.Atr, nil
}

// Close implements drivers.ChipReader. A Wait that is under way ends. A Chip that was given out stays with its user.
func (r *reader) Close() error {
	r.shut()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
	return nil
}
