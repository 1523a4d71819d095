package crt591

import (
	"bytes"
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/wire"
)

// machineAt is the other end of a line in a bubble of its own time: it answers each packet by f, and notes when each came.
type machineAt struct {
	conn net.Conn
	at   []time.Duration // of MOVE to IC
	all  [][]byte
}

func success(c []byte, data string) []byte {
	text := append([]byte{'P', c[5], c[6], '0', '2', '0'}, data...)
	b := append([]byte{stx, 0, 0, byte(len(text))}, text...)
	b = append(b, etx)
	return append(b, bcc(b))
}

// bubble opens a Dispenser at its real pace on a machine that is woken and then answers by f.
func bubble(t *testing.T, f func(m *machineAt, c []byte), do func(t *testing.T, d *Dispenser, m *machineAt)) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		m := &machineAt{conn: far}
		done := make(chan struct{})
		began := time.Now()
		go func() {
			defer close(done)
			buf := make([]byte, 256)
			for {
				n, err := far.Read(buf)
				if err != nil {
					return
				}
				c := bytes.Clone(buf[:n])
				if len(c) < 9 {
					continue // an ACK of ours
				}
				m.all = append(m.all, c)
				switch c[5] {
				case initialize.cm:
					_, _ = far.Write(append([]byte{ack}, success(c, "CRT-591-M001")...))
					continue
				case askSerial.cm:
					_, _ = far.Write(append([]byte{ack}, success(c, "\x01A")...))
					continue
				case toContact.cm:
					m.at = append(m.at, time.Since(began))
				}
				f(m, c)
			}
		}()
		d, err := Open(t.Context(), func(context.Context) (wire.Port, error) { return wire.Over(near, "pipe"), nil }, Options{Baud: 57600}, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		do(t, d, m)
		_ = d.Close()
		<-done
	})
}

func about(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if got < want || got > want+want/5 {
		t.Errorf("%s after %v, want %v", what, got, want)
	}
}

// No ACK within 300 ms: a question is said again, three times in all.
func TestNoACK(t *testing.T) {
	bubble(t, func(*machineAt, []byte) {}, func(t *testing.T, d *Dispenser, m *machineAt) {
		before, began := len(m.all), time.Now()
		_, err := d.Status(t.Context())
		if !errors.Is(err, drivers.DispenserSilent) || len(m.all)-before != times {
			t.Errorf("%v after %d commands", err, len(m.all)-before)
		}
		// The line is let fall quiet before each repetition.
		about(t, "given up", time.Since(began), 5*ackWait)
	})
}

// ACK and no response: a move is said once, the machine is asked how it stands from 6 s on, and is given up after 20 s.
func TestNoResponse(t *testing.T) {
	moving := false
	bubble(t, func(m *machineAt, c []byte) {
		switch {
		case moving:
		case c[5] == toContact.cm:
			moving = true
			_, _ = m.conn.Write([]byte{ack})
		default:
			_, _ = m.conn.Write(append([]byte{ack}, success(c, "")...))
		}
	}, func(t *testing.T, d *Dispenser, m *machineAt) {
		began := time.Now()
		err := d.Load(t.Context(), drivers.PositionContact)
		is(t, err, drivers.DispenserSilent, drivers.Unknown)
		if len(m.at) != 1 {
			t.Errorf("the move was said %d times", len(m.at))
		}
		if took := time.Since(began); took < moveWait || took > moveWait+6*time.Second {
			t.Errorf("given up after %v", took)
		}
	})
}

// A late ACK of a question that was said twice is not that of the move after it, which the machine did not hear.
func TestLateACK(t *testing.T) {
	statuses, card := 0, byte('0')
	bubble(t, func(m *machineAt, c []byte) {
		say := func(after time.Duration) {
			r := success(c, "")
			r[7] = card
			r[len(r)-1] ^= card ^ '0'
			go func() {
				time.Sleep(after)
				_, _ = m.conn.Write(append([]byte{ack}, r...))
			}()
		}
		switch c[5] {
		case askStatus.cm:
			if statuses++; statuses <= 2 {
				say(350 * time.Millisecond)
				return
			}
		case toContact.cm:
			card = '2'
		}
		say(0)
	}, func(t *testing.T, d *Dispenser, m *machineAt) {
		if err := d.Load(t.Context(), drivers.PositionContact); err != nil {
			t.Error(err)
		}
		if s := m.at; len(s) != 1 || s[0] < 650*time.Millisecond+ackWait {
			t.Errorf("the move was said at %v: the second status is answered after 650 ms", s)
		}
	})
}
