package pcsc

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/ebfe/scard"
)

// Limits of calls that PC/SC itself does not limit.
const (
	establishLimit = 5 * time.Second
	listLimit      = 5 * time.Second
	connectLimit   = 10 * time.Second
	transmitLimit  = 30 * time.Second // for a caller without a deadline; a write of 32 KB on a slow chip takes 3 s
	closeLimit     = 2 * time.Second
	watchSlice     = time.Second // a wait is never longer, because SCardCancel can be lost
	cancelEvery    = 20 * time.Millisecond
	cancelLimit    = watchSlice + closeLimit
)

// errAbandoned: the call did not come back in time; its session is gone.
var errAbandoned = errors.New("call abandoned")

// session is one PC/SC context. At most one call is under way on it at any time, and it is used by one goroutine.
type session struct {
	scard *scard.Context
	card  *scard.Card // set by the connect call
	// pin makes the reader name of this session's waits unlike any other's: scard keeps the C string of a wait alive
	// in a map by name, so that two waits for one name would free each other's string (ebfe/scard, scard_unix.go).
	pin string
	// lost is closed when an abandoned call has come back after all and its context has been released; nil while
	// no call has been abandoned.
	lost chan struct{}
}

// establish opens a context. Errors: scard.Error, errAbandoned with ctx's error.
func establish(ctx context.Context) (*session, error) {
	s := &session{pin: rand.Text()}
	err := s.call(ctx, establishLimit, func() error {
		c, err := scard.EstablishContext()
		s.scard = c
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// call runs f, which makes scard calls on this session only, and waits for it at most for limit and for ctx. When
// that is over before f, the session is abandoned: it must not be used again, and lost tells when it is gone.
func (s *session) call(ctx context.Context, limit time.Duration, f func() error) error {
	if s.lost != nil {
		return errAbandoned
	}
	if ctx.Err() != nil { // nothing was begun, so nothing is lost
		return context.Cause(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		s.abandon(done)
		return errors.Join(errAbandoned, context.Cause(ctx))
	}
}

// abandon leaves the running call to itself.
func (s *session) abandon(done <-chan error) {
	lost := make(chan struct{})
	s.lost = lost
	go func() {
		defer close(lost)
		<-done
		s.free(scard.LeaveCard)
	}()
}

// free gives card and context back. It may block for ever; it runs inside a call or behind an abandoned one.
func (s *session) free(d scard.Disposition) {
	if s.card != nil {
		_ = s.card.EndTransaction(scard.LeaveCard)
		_ = s.card.Disconnect(d)
		s.card = nil
	}
	if s.scard != nil {
		_ = s.scard.Release() // of a service that died it fails, and there is nothing left to release
		s.scard = nil
	}
}

// close gives everything back, waiting at most closeLimit. The caller's context does not matter: closing is what one
// does after it ended. A card that may have gone must be left alone (scard.LeaveCard): pcscd (winscard.c,
// SCardDisconnect) takes a power command that fails for a removal, its watching thread does not, and a card that was
// laid down within the same poll stays invisible until it is taken away again.
func (s *session) close(d scard.Disposition) {
	_ = s.call(context.Background(), closeLimit, func() error { s.free(d); return nil })
}

// status waits until the reader's state differs from known, or for one slice, and gives the state now. It ends with
// ctx. known 0 asks for the state at once. Errors: scard.Error (scard.ErrTimeout for an unchanged state is none),
// ctx's error.
func (s *session) status(ctx context.Context, reader string, known scard.StateFlag, slice time.Duration) (scard.ReaderState, error) {
	state := scard.ReaderState{Reader: pinned(reader, s.pin), CurrentState: known}
	if s.lost != nil {
		return state, errAbandoned
	}
	if ctx.Err() != nil {
		return state, context.Cause(ctx)
	}
	states := []scard.ReaderState{state}
	done := make(chan error, 1)
	go func() { done <- s.scard.GetStatusChange(states, slice) }()

	limit := time.NewTimer(slice + establishLimit) // a service that has stopped answering
	defer limit.Stop()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		stop := make(chan struct{})
		defer close(stop)
		go cancel(s.scard, stop)
		limit.Reset(cancelLimit)
		select {
		case <-done:
		case <-limit.C:
			s.abandon(done)
		}
		return state, context.Cause(ctx)
	case <-limit.C:
		s.abandon(done)
		return state, errAbandoned
	}
	if err != nil && !errors.Is(err, scard.ErrTimeout) {
		return state, err
	}
	if err != nil { // unchanged: scard fills in nothing
		states[0].EventState = known
	}
	return states[0], nil
}

// cancel frees the wait that is under way on c. One SCardCancel can come too early and be lost, so it is repeated.
func cancel(c *scard.Context, stop <-chan struct{}) {
	tick := time.NewTicker(cancelEvery)
	defer tick.Stop()
	for {
		if c.Cancel() != nil {
			return // no service, so no wait either
		}
		select {
		case <-stop:
			return
		case <-tick.C:
		}
	}
}
