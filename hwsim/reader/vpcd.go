package reader

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The card's side of vsmartcard's vpcd 0.8 (src/vpcd/vpcd.h there). Both ways: a length of two bytes, most significant first, and
// that many bytes. A message of one byte is a control: power off, power on, reset, or a request for the ATR; only the last is
// answered. All else is a command APDU.
const (
	vpcdOff   = 0
	vpcdOn    = 1
	vpcdReset = 2
	vpcdATR   = 4
	vpcdMost  = 0xFFFF
)

// redial is the pause before a card that the driver has dropped is shown to it again.
const redial = 50 * time.Millisecond

// link shows one card to the driver at addr until ctx ends, over as many connections as that takes.
func link(ctx context.Context, addr string, card Card) {
	var dialer net.Dialer
	for ctx.Err() == nil {
		if conn, err := dialer.DialContext(ctx, "tcp4", addr); err == nil {
			pulled := context.AfterFunc(ctx, func() { conn.Close() })
			_ = play(ctx, conn.(*net.TCPConn), card) // whatever ended it, the driver is dialled again
			pulled()
			conn.Close()
		}
		pause := time.NewTimer(redial)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}

// play answers the driver until the connection or ctx ends: what a card says after it was pulled reaches nobody.
func play(ctx context.Context, conn *net.TCPConn, card Card) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	in := quickReader{conn: conn, raw: raw}
	var length [2]byte
	message := make([]byte, vpcdMost)
	out := make([]byte, 0, 2+vpcdMost)
	for {
		if _, err := io.ReadFull(in, length[:]); err != nil {
			return err
		}
		n := int(binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(in, message[:n]); err != nil {
			return err
		}
		var reply []byte
		switch {
		case n == 0:
			continue
		case n > 1:
			reply = card.Transmit(append([]byte(nil), message[:n]...))
			if reply == nil {
				continue // a mute card; the driver waits until it is taken away
			}
		case message[0] == vpcdATR:
			reply = card.ATR()
		default:
			control(card, message[0])
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(reply) > vpcdMost {
			return errors.New("reader: a response over 65,535 bytes does not fit the driver's protocol")
		}
		out = append(binary.BigEndian.AppendUint16(out[:0], uint16(len(reply))), reply...)
		if _, err := conn.Write(out); err != nil { // in one piece: two would cost a delayed acknowledgement
			return err
		}
	}
}

func control(card Card, c byte) {
	switch c {
	case vpcdOff:
		card.PowerOff()
	case vpcdOn:
		card.PowerOn()
	case vpcdReset:
		card.Reset()
	}
}

// quickReader acknowledges at once. The driver sends length and body in two pieces with Nagle's algorithm on, so without this
// each APDU waits 40 ms for our delayed acknowledgement. The kernel forgets the option: it is set before every read.
type quickReader struct {
	conn *net.TCPConn
	raw  syscall.RawConn
}

func (q quickReader) Read(b []byte) (int, error) {
	if err := q.raw.Control(func(fd uintptr) {
		// Without the option the link is slow, not wrong.
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	}); err != nil {
		return 0, err
	}
	return q.conn.Read(b)
}
