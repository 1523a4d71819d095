package scp03

import (
	"bytes"
	"testing"

	"cetak/drivers/apdu"
)

// FuzzAnswer: an answer to INITIALIZE UPDATE is taken apart whole or not at all.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(nil))
	for _, options := range []byte{0x00, 0x01, 0x10, 0x11, 0x60, 0x61, 0x70, 0x71} {
		for _, n := range []int{13, 29, 32, 45, 48} {
			b := make([]byte, n)
			b[10], b[11], b[12] = 0x30, protocol, options
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parseAnswer(b)
		if err != nil {
			return
		}
		back := append([]byte{a.version, protocol, a.options}, a.challenge...)
		back = append(append(back, a.cryptogram...), a.sequence...)
		if !bytes.Equal(back, b[diversification:]) {
			t.Errorf("%X came back as %X", b[diversification:], back)
		}
		if n := len(a.challenge); n != len(a.cryptogram) || n != 8 && n != 16 || len(a.sequence) != 0 && len(a.sequence) != sequenceLength {
			t.Errorf("%X: parts of %d, %d, %d", b, n, len(a.cryptogram), len(a.sequence))
		}
	})
}

// FuzzUnwrap: no answer passes that the card did not make, none ends the program, and after a refused one the session is dead.
func FuzzUnwrap(f *testing.F) {
	f.Add(byte(RENC), []byte{0x90, 0x00})
	f.Add(byte(RENC), append(make([]byte, 24), 0x90, 0x00))
	f.Add(byte(RMAC), append(make([]byte, 8), 0x62, 0x82))
	f.Add(byte(CENC), []byte{0x61, 0x10})
	f.Add(byte(RENC), []byte{1, 0x6A, 0x82})
	f.Fuzz(func(t *testing.T, level byte, reply []byte) {
		switch Level(level) {
		case RMAC, CENCAndRMAC, RENC:
		default:
			return
		}
		c, h := opened(t, Level(level))
		h.after = func(_, _ []byte) []byte { return bytes.Clone(reply) }
		got, err := c.Transmit(t.Context(), []byte{0, 0xB0, 0, 0, 0})
		if err != nil {
			if c.dead == nil {
				t.Errorf("%X: %v, and the session lives", reply, err)
			}
			return
		}
		r, err := apdu.ParseResponse(got)
		if err != nil || len(r.Data) > 0 || r.SW == apdu.OK || r.SW.SW1() == 0x62 || r.SW.SW1() == 0x63 {
			t.Errorf("%X passed for %X, %v", reply, got, err)
		}
	})
}
