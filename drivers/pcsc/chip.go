package pcsc

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ebfe/scard"
	"github.com/rs/zerolog"

	"cetak/drivers"
)

// Lengths of a command that may reach scard. Fewer than four bytes are no APDU: vpcd takes a single byte for a control
// and may hang, and scard panics on none. More than 65,535 do not fit vpcd's 16-bit length.
const (
	minCommand = 4
	maxCommand = 65535
)

// removalSlice is how long a removal may take to be noticed: pcscd looks every 400 ms (PCSCLITE_STATUS_POLL_RATE).
const removalSlice = 900 * time.Millisecond

// chip is one connected card, with a PC/SC context of its own.
type chip struct {
	reader string
	atr    []byte
	seen   scard.StateFlag // of the reader when the card was found
	log    zerolog.Logger

	reach     int // what Reach gives
	reachTold bool

	mu      sync.Mutex
	session *session
	dead    *drivers.Fault
	closed  bool
}

func (c *chip) ATR() []byte { return bytes.Clone(c.atr) }

// Reach implements drivers.Reach.
func (c *chip) Reach() (bytes int, told bool) { return c.reach, c.reachTold }

const opTransmit = "transmit"

// Transmit implements drivers.Chip. A ctx without a deadline gets transmitLimit. Errors are *drivers.Fault with Card InMachine:
// ChipMute with ctx's error (abandoned; also given, and nothing sent, when ctx had ended before: then the chip lives on),
// ChipMute (the reader gave it up), ChipRemoved, NoReader, ReaderFailed, and Unexpected for a command of fewer than four or more
// than 65,535 bytes, which is not sent.
func (c *chip) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return nil, fault(drivers.Unexpected, opTransmit, drivers.InMachine, "chip is closed", nil)
	case c.dead != nil:
		again := *c.dead
		return nil, &again
	case len(command) < minCommand || len(command) > maxCommand:
		return nil, fault(drivers.Unexpected, opTransmit, drivers.InMachine, fmt.Sprintf("command of %d bytes", len(command)), nil)
	case ctx.Err() != nil:
		return nil, fault(drivers.ChipMute, opTransmit, drivers.InMachine, "not sent", context.Cause(ctx))
	}
	var reply []byte
	sent := bytes.Clone(command) // an abandoned call may read it when the caller has long gone on
	err := c.session.call(ctx, transmitLimit, func() error {
		var err error
		reply, err = c.session.card.Transmit(sent)
		return err
	})
	if err == nil && len(reply) >= 2 {
		return bytes.Clone(reply), nil // scard's buffer is 64 KiB
	}
	c.dead = c.died(ctx, err)
	c.log.Debug().Str("code", string(c.dead.Code)).Err(err).Msg("chip lost")
	again := *c.dead
	return nil, &again
}

// died tells why a transmission failed. After it the handle must not be used: another card may lie there now, and
// pcscd lets the old handle work on it.
func (c *chip) died(ctx context.Context, err error) *drivers.Fault {
	code, detail := drivers.ReaderFailed, ""
	switch {
	case c.session.lost != nil:
		code, detail = drivers.ChipMute, "no answer within the deadline"
	case err == nil: // vpcd, when the card is pulled in the middle of a command
		code, detail = drivers.ChipRemoved, "empty reply"
	case cardGone(err):
		code = drivers.ChipRemoved
	case readerGone(err):
		code = drivers.NoReader
	case is(err, scard.ErrNotTransacted): // pulled and not yet noticed, or given up by the reader
		code = drivers.ChipMute
		if c.removed(ctx) {
			code = drivers.ChipRemoved
		}
	}
	return fault(code, opTransmit, drivers.InMachine, detail, err)
}

// removed asks the reader whether the card has gone since it was connected.
func (c *chip) removed(ctx context.Context) bool {
	var known scard.StateFlag
	for range 2 {
		state, err := c.session.status(ctx, c.reader, known, removalSlice)
		if err != nil {
			return false
		}
		if gapped(state.EventState, c.seen) {
			return true
		}
		known = state.EventState &^ scard.StateChanged
	}
	return false
}

// left tells whether the chip is closed, whether it died, and the call it left hanging if there is one.
func (c *chip) left() (closed, dead bool, lost <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed, c.dead != nil, c.session.lost
}

// Close implements drivers.Chip. It takes the power off a card that answered to the last, so that it keeps nothing for the
// next user and may be moved; a dead one it leaves alone. It never fails and never hangs.
func (c *chip) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	if c.dead != nil {
		c.session.close(scard.LeaveCard)
	} else {
		c.session.close(scard.UnpowerCard)
	}
	return nil
}
