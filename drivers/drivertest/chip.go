package drivertest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"cetak/drivers"
)

// ChipBench is a reader on the bench and the hand that lays cards on it. A nil function is a thing that cannot be done
// there (nobody's hand is at a real reader during a test); the cases that need it are left out of the run and named in its log.
type ChipBench struct {
	// Open opens the reader under test. The suite closes it.
	Open func(t *testing.T) drivers.ChipReader
	// Lay takes away what lies on the reader, lays a fresh card there, and tells what is on the card. A mute card gives its
	// answer to reset and then answers nothing. When Lay is nil a card must lie on the reader before the suite begins.
	Lay func(t *testing.T, mute bool) (atr, uid []byte)
	// Take takes the card away.
	Take func(t *testing.T)
	// Stop and Start end the PC/SC service as if it had died, and bring it back under the same name.
	Stop, Start func(t *testing.T)
}

// Times of the suite. They bound a run that goes wrong; a test that passes does not depend on them, but for patience,
// which is what a case waits for something that must not happen.
const (
	chipLimit = 30 * time.Second
	patience  = 200 * time.Millisecond
)

// getUID is the reader's own GET DATA (PC/SC part 3, 3.2.2.1.3); unknown is an instruction no card has (ISO/IEC 7816-4:2005,
// 5.1.2: INS 60 to 6F are invalid). Neither changes anything on a card.
func getUID() []byte  { return []byte{0xFF, 0xCA, 0, 0, 0} }
func unknown() []byte { return []byte{0x00, 0x60, 0, 0} }

// Chip runs the contract of drivers.ChipReader and drivers.Chip. It writes nothing on a card.
func Chip(t *testing.T, b ChipBench) {
	cases := []struct {
		name string
		can  bool
		run  func(*testing.T, ChipBench)
	}{
		{"a card that lies there is found", true, chipFound},
		{"a status word is no error", true, chipStatusWord},
		{"a chip comes again after close", true, chipAgain},
		{"commands that are none are refused", true, chipBadCommands},
		{"a context that has ended sends nothing", true, chipEndedContext},
		{"a closed chip answers nothing", true, chipClosed},
		{"a reader closes", true, chipReaderClose},
		{"one chip at a time", true, chipOneAtATime},
		{"wait ends with its context", b.Take != nil, chipWaitEnds},
		{"wait ends when the reader is closed", b.Take != nil, chipWaitCloses},
		{"wait sees a card laid later", b.Take != nil && b.Lay != nil, chipLaidLater},
		{"a card that was taken is dead", b.Take != nil && b.Lay != nil, chipTaken},
		{"a card taken in the middle", b.Take != nil && b.Lay != nil, chipTakenInside},
		{"a card that was swapped is dead", b.Lay != nil, chipSwapped},
		{"a mute chip ends with the deadline", b.Take != nil && b.Lay != nil, chipMute},
		{"a mute chip ends with cancel", b.Take != nil && b.Lay != nil, chipMuteCancelled},
		{"a stuck reader says so", b.Take != nil && b.Lay != nil, chipStuck},
		{"a service that dies and comes back", b.Stop != nil && b.Start != nil && b.Lay != nil, chipService},
		{"a service that dies during wait", b.Stop != nil && b.Start != nil && b.Take != nil, chipServiceWait},
	}
	for _, c := range cases {
		if !c.can {
			t.Logf("not possible on this bench: %s", c.name)
			continue
		}
		t.Run(c.name, func(t *testing.T) { c.run(t, b) })
	}
}

// lay lays a fresh card, where there is a hand.
func (b ChipBench) lay(t *testing.T, mute bool) (atr, uid []byte) {
	t.Helper()
	if b.Lay == nil {
		return nil, nil
	}
	return b.Lay(t, mute)
}

func (b ChipBench) open(t *testing.T) drivers.ChipReader {
	t.Helper()
	r := b.Open(t)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close reader: %v", err)
		}
	})
	return r
}

func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), chipLimit)
	t.Cleanup(cancel)
	return ctx
}

// waitChip waits for the card that must come.
func waitChip(t *testing.T, r drivers.ChipReader) drivers.Chip {
	t.Helper()
	c, err := r.Wait(limited(t))
	if err != nil {
		t.Fatalf("wait: %v", err)
	}
	t.Cleanup(func() { closeChip(t, c) })
	return c
}

// closeChip closes; a chip may be closed again.
func closeChip(t *testing.T, c drivers.Chip) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Errorf("close chip: %v", err)
	}
}

// wantUID asks for the UID; nil takes any.
func wantUID(t *testing.T, c drivers.Chip, uid []byte) {
	t.Helper()
	reply, err := c.Transmit(limited(t), getUID())
	if err != nil {
		t.Fatalf("transmit: %v", err)
	}
	if len(reply) < 2 || uid != nil && !bytes.Equal(reply, append(bytes.Clone(uid), 0x90, 0x00)) {
		t.Fatalf("reply %X, want %X 9000", reply, uid)
	}
}

// wantFault checks that err is a Fault with one of these codes, in the whereabouts a chip fault has, and gives its code.
func wantFault(t *testing.T, err error, place drivers.Whereabouts, codes ...drivers.Code) drivers.Code {
	t.Helper()
	var f *drivers.Fault
	if !errors.As(err, &f) {
		t.Fatalf("no Fault: %v", err)
	}
	if f.Op == "" || f.Again == "" {
		t.Errorf("a Fault without step or retry right: %+v", f)
	}
	if f.Card != place {
		t.Errorf("card %q, want %q: %v", f.Card, place, f)
	}
	for _, code := range codes {
		if errors.Is(err, code) {
			return code
		}
	}
	t.Fatalf("fault %v, want one of %q", err, codes)
	return ""
}

// wantDead checks that the chip stays dead, with the same code.
func wantDead(t *testing.T, c drivers.Chip, code drivers.Code) {
	t.Helper()
	for range 2 {
		reply, err := c.Transmit(limited(t), getUID())
		if reply != nil {
			t.Fatalf("a dead chip answered %X", reply)
		}
		wantFault(t, err, drivers.InMachine, code)
	}
}

func chipFound(t *testing.T, b ChipBench) {
	atr, uid := b.lay(t, false)
	c := waitChip(t, b.open(t))
	got := c.ATR()
	if len(got) < 2 || atr != nil && !bytes.Equal(got, atr) {
		t.Fatalf("ATR %X, want %X", got, atr)
	}
	got[0]++ // the caller's copy
	if bytes.Equal(got, c.ATR()) {
		t.Error("ATR hands out its own bytes")
	}
	for range 3 {
		wantUID(t, c, uid)
	}
}

func chipStatusWord(t *testing.T, b ChipBench) {
	b.lay(t, false)
	c := waitChip(t, b.open(t))
	reply, err := c.Transmit(limited(t), unknown())
	if err != nil || len(reply) != 2 || reply[0] == 0x90 {
		t.Fatalf("%X, %v; want a status word other than success", reply, err)
	}
	if reply, err = c.Transmit(limited(t), getUID()); err != nil {
		t.Fatalf("after it: %X, %v", reply, err)
	}
}

func chipAgain(t *testing.T, b ChipBench) {
	_, uid := b.lay(t, false)
	r := b.open(t)
	for range 3 {
		c, err := r.Wait(limited(t))
		if err != nil {
			t.Fatal(err)
		}
		wantUID(t, c, uid)
		for range 2 { // closing twice is closing
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func chipBadCommands(t *testing.T, b ChipBench) {
	_, uid := b.lay(t, false)
	c := waitChip(t, b.open(t))
	for _, command := range [][]byte{nil, {}, {0x00}, {0x04}, {0x00, 0xA4, 0x00}, make([]byte, 1<<16)} {
		reply, err := c.Transmit(limited(t), command)
		if reply != nil {
			t.Fatalf("%d bytes were answered %X", len(command), reply)
		}
		wantFault(t, err, drivers.InMachine, drivers.Unexpected)
	}
	wantUID(t, c, uid) // and none of them hurt the chip
}

func chipEndedContext(t *testing.T, b ChipBench) {
	_, uid := b.lay(t, false)
	r := b.open(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Wait(ended); !errors.Is(err, context.Canceled) {
		t.Fatalf("wait: %v", err)
	}
	c := waitChip(t, r)
	if reply, err := c.Transmit(ended, getUID()); reply != nil || !errors.Is(err, context.Canceled) {
		t.Fatalf("transmit: %X, %v", reply, err)
	}
	wantUID(t, c, uid)
}

func chipClosed(t *testing.T, b ChipBench) {
	b.lay(t, false)
	c := waitChip(t, b.open(t))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	reply, err := c.Transmit(limited(t), getUID())
	if reply != nil {
		t.Fatalf("answered %X", reply)
	}
	wantFault(t, err, drivers.InMachine, drivers.Unexpected)
}

func chipReaderClose(t *testing.T, b ChipBench) {
	_, uid := b.lay(t, false)
	r := b.open(t)
	c := waitChip(t, r)
	for range 2 {
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	wantUID(t, c, uid) // the chip belongs to whoever has it
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := r.Wait(limited(t))
	wantFault(t, err, drivers.NoCard, drivers.Unexpected)
}

func chipOneAtATime(t *testing.T, b ChipBench) {
	b.lay(t, false)
	r := b.open(t)
	waitChip(t, r)
	_, err := r.Wait(limited(t))
	wantFault(t, err, drivers.NoCard, drivers.Unexpected)

	other := b.open(t) // exclusive: not even another program
	_, err = other.Wait(limited(t))
	wantFault(t, err, drivers.NoCard, drivers.ReaderBusy)
}

func chipWaitEnds(t *testing.T, b ChipBench) {
	b.Take(t)
	r := b.open(t)
	for _, cause := range []error{context.DeadlineExceeded, context.Canceled} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		if errors.Is(cause, context.Canceled) {
			ctx, cancel = context.WithCancel(t.Context())
			time.AfterFunc(patience/4, cancel)
		}
		c, err := r.Wait(ctx)
		cancel()
		if c != nil || !errors.Is(err, cause) {
			t.Fatalf("%v, %v; want %v", c, err, cause)
		}
		wantFault(t, err, drivers.NoCard, drivers.NoChip)
	}
}

func chipWaitCloses(t *testing.T, b ChipBench) {
	b.Take(t)
	r := b.open(t)
	over := make(chan error, 1)
	go func() {
		_, err := r.Wait(limited(t))
		over <- err
	}()
	time.Sleep(patience / 4) // so that it usually waits; either order must do
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-over; err == nil {
		t.Fatal("a chip from a closed reader")
	}
}

func chipLaidLater(t *testing.T, b ChipBench) {
	b.Take(t)
	r := b.open(t)
	for range 2 {
		type found struct {
			c   drivers.Chip
			err error
		}
		over := make(chan found, 1)
		go func() {
			c, err := r.Wait(limited(t))
			over <- found{c, err}
		}()
		select {
		case f := <-over:
			t.Fatalf("before a card lay there: %v, %v", f.c, f.err)
		case <-time.After(patience):
		}
		atr, uid := b.Lay(t, false)
		f := <-over
		if f.err != nil {
			t.Fatal(f.err)
		}
		if !bytes.Equal(f.c.ATR(), atr) {
			t.Fatalf("ATR %X, want %X", f.c.ATR(), atr)
		}
		wantUID(t, f.c, uid)
		closeChip(t, f.c)
		b.Take(t)
		gone(t, r)
	}
}

// gone waits until the reader has noticed that its card was taken.
func gone(t *testing.T, r drivers.ChipReader) {
	t.Helper()
	for end := time.Now().Add(chipLimit); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		c, err := r.Wait(ctx)
		cancel()
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				return
			}
			continue // it noticed while it was connecting
		}
		closeChip(t, c)
	}
	t.Fatal("the reader still shows the card that was taken")
}

func chipTaken(t *testing.T, b ChipBench) {
	_, uid := b.Lay(t, false)
	r := b.open(t)
	c := waitChip(t, r)
	wantUID(t, c, uid)
	b.Take(t)
	_, err := c.Transmit(limited(t), getUID())
	code := wantFault(t, err, drivers.InMachine, drivers.ChipRemoved)
	wantDead(t, c, code)
	_, uid = b.Lay(t, false)
	wantDead(t, c, code) // another card lies there now
	closeChip(t, c)
	wantUID(t, waitChip(t, r), uid)
}

func chipTakenInside(t *testing.T, b ChipBench) {
	b.Lay(t, true) // it takes the command and has not answered when it is pulled
	r := b.open(t)
	c := waitChip(t, r)
	over := make(chan error, 1)
	go func() {
		_, err := c.Transmit(limited(t), getUID())
		over <- err
	}()
	time.Sleep(patience / 4) // so that the command is usually under way; either order must do
	b.Take(t)
	code := wantFault(t, <-over, drivers.InMachine, drivers.ChipRemoved)
	wantDead(t, c, code)
	closeChip(t, c)
	_, uid := b.Lay(t, false)
	wantUID(t, waitChip(t, r), uid)
}

func chipSwapped(t *testing.T, b ChipBench) {
	_, first := b.Lay(t, false)
	r := b.open(t)
	c := waitChip(t, r)
	wantUID(t, c, first)
	_, second := b.Lay(t, false) // at once: pcscd may never see the gap
	_, err := c.Transmit(limited(t), getUID())
	code := wantFault(t, err, drivers.InMachine, drivers.ChipRemoved, drivers.ChipMute)
	wantDead(t, c, code)
	closeChip(t, c)
	for end := time.Now().Add(chipLimit); time.Now().Before(end); {
		c, err := r.Wait(limited(t))
		if err != nil {
			t.Fatal(err)
		}
		reply, err := c.Transmit(limited(t), getUID())
		closeChip(t, c)
		if err == nil {
			if !bytes.Equal(reply[:len(reply)-2], second) {
				t.Fatalf("UID %X, want %X", reply, second)
			}
			return
		}
		wantFault(t, err, drivers.InMachine, drivers.ChipRemoved, drivers.ChipMute) // the swap is noticed late
	}
	t.Fatal("the second card never answered")
}

func chipMute(t *testing.T, b ChipBench) {
	b.Lay(t, true)
	r := b.open(t)
	c := waitChip(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	reply, err := c.Transmit(ctx, getUID())
	if reply != nil || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%X, %v", reply, err)
	}
	wantDead(t, c, wantFault(t, err, drivers.InMachine, drivers.ChipMute))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	b.Take(t)
	_, uid := b.Lay(t, false) // the reader is whole again
	wantUID(t, waitChip(t, r), uid)
}

func chipMuteCancelled(t *testing.T, b ChipBench) {
	b.Lay(t, true)
	r := b.open(t)
	c := waitChip(t, r)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(patience/4, cancel)
	reply, err := c.Transmit(ctx, getUID())
	if reply != nil || !errors.Is(err, context.Canceled) {
		t.Fatalf("%X, %v", reply, err)
	}
	wantDead(t, c, wantFault(t, err, drivers.InMachine, drivers.ChipMute))
	closeChip(t, c)
	b.Take(t)
	gone(t, r) // and the reader has got over it
}

func chipStuck(t *testing.T, b ChipBench) {
	b.Lay(t, true)
	r := b.open(t)
	c := waitChip(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := c.Transmit(ctx, getUID())
	wantFault(t, err, drivers.InMachine, drivers.ChipMute)
	closeChip(t, c)
	// The command still hangs in the reader, and the card that hangs it still lies there.
	ctx, cancel = context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err = r.Wait(ctx)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	wantFault(t, err, drivers.NoCard, drivers.ReaderFailed)
	b.Take(t)
	_, uid := b.Lay(t, false)
	wantUID(t, waitChip(t, r), uid)
}

func chipService(t *testing.T, b ChipBench) {
	_, uid := b.Lay(t, false)
	r := b.open(t)
	c := waitChip(t, r)
	wantUID(t, c, uid)
	b.Stop(t)
	_, err := c.Transmit(limited(t), getUID())
	code := wantFault(t, err, drivers.InMachine, drivers.ReaderFailed)
	wantDead(t, c, code)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = r.Wait(limited(t))
	wantFault(t, err, drivers.NoCard, drivers.NoReaderService)
	b.Start(t)
	wantDead(t, c, drivers.Unexpected) // closed, and the service's return does not wake it
	wantUID(t, waitChip(t, r), uid)    // the same card, on a new context
}

func chipServiceWait(t *testing.T, b ChipBench) {
	b.Take(t)
	r := b.open(t)
	over := make(chan error, 1)
	go func() {
		_, err := r.Wait(limited(t))
		over <- err
	}()
	time.Sleep(patience / 4) // so that it usually waits; either order must do
	b.Stop(t)
	wantFault(t, <-over, drivers.NoCard, drivers.NoReaderService)
	b.Start(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := r.Wait(ctx)
	wantFault(t, err, drivers.NoCard, drivers.NoChip)
}
