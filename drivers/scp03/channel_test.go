package scp03

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"cetak/drivers"
	"cetak/drivers/apdu"
	"cetak/hwsim/card"
)

var uid = []byte{0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6}

// inHand is a simulated chip as a drivers.Chip, and what can happen on the way to it.
type inHand struct {
	*card.Chip
	before func(command []byte) error // nil: nothing
	after  func(command, reply []byte) []byte
	sent   [][]byte
	closed int
}

func (h *inHand) Transmit(_ context.Context, command []byte) ([]byte, error) {
	h.sent = append(h.sent, bytes.Clone(command))
	if h.before != nil {
		if err := h.before(command); err != nil {
			return nil, err
		}
	}
	reply := h.Chip.Transmit(command)
	if h.after != nil {
		reply = h.after(command, reply)
	}
	return reply, nil
}

func (h *inHand) Close() error { h.closed++; return nil }

// count tells how many commands with this instruction were sent.
func (h *inHand) count(ins byte) (n int) {
	for _, c := range h.sent {
		if c[1] == ins {
			n++
		}
	}
	return n
}

// office is a key set and the cards of it.
func office(length int) (staticKeys, card.MasterKeys) {
	m := card.NewMasterKeys(0x30, length)
	return staticKeys{version: m.Version, keys: map[Role][]byte{ENC: m.ENC, MAC: m.MAC, DEK: m.DEK}}, m
}

// opened is a channel to a fresh card.
func opened(t testing.TB, level Level) (*Channel, *inHand) {
	t.Helper()
	keys, m := office(16)
	set := m.Of(uid)
	h := &inHand{Chip: card.New(uid, card.Options{Keys: &set})}
	c, err := Open(t.Context(), h, keys, Options{Level: level, Card: uid})
	if err != nil {
		t.Fatal(err)
	}
	return c, h
}

// must sends a command that has to succeed and gives its data.
func must(t testing.TB, c drivers.Chip, cmd apdu.Command) []byte {
	t.Helper()
	r, err := apdu.Exchange(t.Context(), c, cmd)
	if err != nil || r.SW != apdu.OK {
		t.Fatalf("%02X %02X%02X, %d bytes: %v, %v", cmd.INS, cmd.P1, cmd.P2, len(cmd.Data), r.SW, err)
	}
	return r.Data
}

func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*31 + n)
	}
	return b
}

// TestEveryKindOfCard personalises one card of every kind through the channel: what lies on the chip is what was written, and what is read is
// what lies there.
func TestEveryKindOfCard(t *testing.T) {
	n := 0
	for _, length := range []int{16, 24, 32} {
		for _, mode := range []Mode{S8, S16} {
			for _, random := range []bool{false, true} {
				for _, t0 := range []bool{false, true} { // GET RESPONSE
					for _, level := range []Level{CMACOnly, CENC, RMAC, CENCAndRMAC, RENC} {
						n++
						t.Run(fmt.Sprintf("AES-%d S%d random %t T0 %t level %02X", length*8, mode, random, t0, byte(level)), func(t *testing.T) {
							keys, m := office(length)
							m.S16 = mode == S16
							m.Plain = n%3 == 0
							set := m.Of(uid)
							set.Random = random
							h := &inHand{Chip: card.New(uid, card.Options{Keys: &set, GetResponse: t0})}
							o := Options{Level: level, Mode: mode}
							if !m.Plain {
								o.Card = uid
							}
							c, err := Open(t.Context(), h, keys, o)
							if err != nil {
								t.Fatal(err)
							}
							personalise(t, c, h)
						})
					}
				}
			}
		}
	}
}

func personalise(t *testing.T, c drivers.Channel, h *inHand) {
	t.Helper()
	if got := must(t, c, apdu.GetUID()); !bytes.Equal(got, uid) {
		t.Errorf("UID %X", got)
	}
	must(t, c, apdu.SelectFile(0x7F0A, true))
	must(t, c, apdu.SelectFile(0x6FF1, false))
	want := content(1000)
	step := c.MaxData(apdu.MaxShortData)
	for at := 0; at < len(want); at += step {
		must(t, c, apdu.UpdateBinary(at, want[at:min(at+step, len(want))]))
	}
	for _, cmd := range h.sent {
		if len(cmd) > 4+1+255+1 {
			t.Errorf("a command of %d bytes", len(cmd))
		}
	}
	if got := h.Files()["6FF1"]; !bytes.Equal(got, want) {
		t.Errorf("on the chip %d bytes, not what was written", len(got))
	}
	must(t, c, apdu.SelectFile(0x7F0A, false))
	must(t, c, apdu.Command{INS: 0x44}) // seals: from here on 6FF1 opens to the session only
	must(t, c, apdu.SelectFile(0x6FF1, false))
	var got []byte
	for step := c.MaxResponse(apdu.MaxShortNe); len(got) < len(want); {
		got = append(got, must(t, c, apdu.ReadBinary(len(got), min(step, len(want)-len(got))))...)
	}
	if !bytes.Equal(got, want) {
		t.Error("read something else than was written")
	}
	if h.State() != "sealed" {
		t.Errorf("state %s", h.State())
	}
	if err := c.Close(); err != nil || h.closed != 1 {
		t.Errorf("close: %v, the chip was closed %d times", err, h.closed)
	}
}

// TestRoom: the most that a short command and a short answer take is what is said (docs/secure-channel.md, section 3), to the byte.
func TestRoom(t *testing.T) {
	said := map[Level]map[Mode][2]int{
		CMACOnly: {S8: {247, 256}, S16: {239, 256}}, CENC: {S8: {239, 256}, S16: {223, 256}}, RMAC: {S8: {247, 248}, S16: {239, 240}},
		CENCAndRMAC: {S8: {239, 248}, S16: {223, 240}}, RENC: {S8: {239, 239}, S16: {223, 239}},
	}
	for _, level := range []Level{CMACOnly, CENC, RMAC, CENCAndRMAC, RENC} {
		for _, mode := range []Mode{S8, S16} {
			keys, m := office(32)
			m.S16 = mode == S16
			set := m.Of(uid)
			h := &inHand{Chip: card.New(uid, card.Options{Keys: &set})}
			c, err := Open(t.Context(), h, keys, Options{Level: level, Mode: mode, Card: uid})
			if err != nil {
				t.Fatal(err)
			}
			most, answer := c.MaxData(apdu.MaxShortData), c.MaxResponse(apdu.MaxShortNe)
			if got := [2]int{most, answer}; got != said[level][mode] {
				t.Errorf("level %02X S%d: %d, said %d", byte(level), mode, got, said[level][mode])
			}
			must(t, c, apdu.SelectFile(0x7F0A, false))
			must(t, c, apdu.SelectFile(0x6FF1, false))
			must(t, c, apdu.UpdateBinary(0, content(most)))
			short := h.sent[len(h.sent)-1]
			must(t, c, apdu.UpdateBinary(most, content(most+1)))
			long := h.sent[len(h.sent)-1]
			if short[4] == 0 || long[4] != 0 {
				t.Errorf("level %02X S%d: %d bytes went %X.., %d went %X..", byte(level), mode, most, short[:7], most+1, long[:7])
			}
			if got := must(t, c, apdu.ReadBinary(0, answer)); !bytes.Equal(got, h.Files()["6FF1"][:answer]) {
				t.Errorf("level %02X S%d: %d bytes read", byte(level), mode, len(got))
			}
			must(t, c, apdu.UpdateBinary(0, content(3000)))
			if got := must(t, c, apdu.ReadBinary(0, 3000)); !bytes.Equal(got, content(3000)) {
				t.Errorf("level %02X S%d: extended, %d bytes read", byte(level), mode, len(got))
			}
		}
	}
}

// TestForged turns every bit of an answer in turn, its status word included: each kills the session.
func TestForged(t *testing.T) {
	read := apdu.ReadBinary(0, 53)
	c, h := opened(t, RENC)
	must(t, c, apdu.SelectFile(0x7F0A, false))
	must(t, c, apdu.SelectFile(0x6FF0, false))
	if len(must(t, c, read)) != 53 {
		t.Fatal("that is not card control")
	}
	whole := len(h.Chip.Files()["6FF0"])/16*16 + 16 + 8 + 2
	for bit := range 8 * whole {
		c, h := opened(t, RENC)
		must(t, c, apdu.SelectFile(0x7F0A, false))
		must(t, c, apdu.SelectFile(0x6FF0, false))
		h.after = func(_, reply []byte) []byte {
			if len(reply) != whole {
				t.Fatalf("an answer of %d bytes, not %d", len(reply), whole)
			}
			reply[bit/8] ^= 0x80 >> (bit % 8)
			return reply
		}
		b, err := read.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		reply, err := c.Transmit(t.Context(), b)
		if reply != nil || !errors.Is(err, drivers.ChannelForged) {
			t.Fatalf("bit %d: %X, %v", bit, reply, err)
		}
		dead(t, c, h, drivers.ChannelForged)
	}
}

// TestWarning: the status word is under the MAC. A warning of the card passes, one that was put in success's place does not.
func TestWarning(t *testing.T) {
	c, h := opened(t, RENC)
	must(t, c, apdu.SelectFile(0x7F0A, false))
	must(t, c, apdu.SelectFile(0x6FF1, false))
	must(t, c, apdu.UpdateBinary(0, content(1000)))
	r, err := apdu.Exchange(t.Context(), c, apdu.ReadBinary(0, 3000))
	if err != nil || r.SW != apdu.EndOfFile || !bytes.Equal(r.Data, content(1000)) {
		t.Errorf("%v, %v, %d bytes", r.SW, err, len(r.Data))
	}
	h.after = func(_, reply []byte) []byte { return append(reply[:len(reply)-2], 0x62, 0x82) }
	if _, err = apdu.Exchange(t.Context(), c, apdu.ReadBinary(0, 100)); !errors.Is(err, drivers.ChannelForged) {
		t.Errorf("%v", err)
	}
}

// TestLeAll: cards that take no count in Le, and cards that give what there is for 00: what comes out is what was wanted.
func TestLeAll(t *testing.T) {
	for _, level := range []Level{CMACOnly, RMAC, RENC} {
		for _, all := range []bool{false, true} {
			keys, m := office(16)
			set := m.Of(uid)
			set.LeAll = all
			h := &inHand{Chip: card.New(uid, card.Options{Keys: &set})}
			c, err := Open(t.Context(), h, keys, Options{Level: level, Card: uid, LeAll: all})
			if err != nil {
				t.Fatal(err)
			}
			personalise(t, c, h)
		}
		_, m := office(16)
		set := m.Of(uid)
		set.LeAll = true
		h := &inHand{Chip: card.New(uid, card.Options{Keys: &set})}
		c, err := Open(t.Context(), h, staticKeys{version: 0x30, keys: map[Role][]byte{ENC: m.ENC, MAC: m.MAC}}, Options{Level: level, Card: uid})
		if err != nil {
			t.Fatal(err)
		}
		must(t, c, apdu.SelectFile(0x7F0A, false))
		must(t, c, apdu.SelectFile(0x6FF0, false))
		if r, err := apdu.Exchange(t.Context(), c, apdu.ReadBinary(0, 53)); err != nil || r.SW != apdu.WrongLength {
			t.Errorf("level %02X: a count was taken: %v, %v", byte(level), r.SW, err)
		}
	}
}

// dead checks that nothing more is sent and the same is said.
func dead(t *testing.T, c *Channel, h *inHand, want drivers.Code) {
	t.Helper()
	sent := len(h.sent)
	for range 2 {
		reply, err := c.Transmit(t.Context(), []byte{0xFF, 0xCA, 0, 0, 0})
		if reply != nil || !errors.Is(err, want) || len(h.sent) != sent {
			t.Fatalf("a dead channel: %X, %v, %d commands", reply, err, len(h.sent)-sent)
		}
	}
	if c.enc != nil || c.mac != nil || c.rmac != nil || c.chain != [16]byte{} {
		t.Error("session keys outlive the session")
	}
}

// TestEnds: what ends a session, what does not.
func TestEnds(t *testing.T) {
	answer := func(sw ...byte) func(_, reply []byte) []byte { return func(_, _ []byte) []byte { return sw } }
	for _, tt := range []struct {
		name   string
		before error
		after  func(_, reply []byte) []byte
		want   drivers.Code // "": the session lives
	}{
		{"pulled", pulled(), nil, drivers.ChipRemoved},
		{"an answer without a MAC", nil, answer(0x90, 0x00), drivers.ChannelForged},
		{"a warning without a MAC", nil, answer(0x62, 0x82), drivers.ChannelForged},
		{"an error with data", nil, answer(1, 2, 0x6A, 0x82), drivers.ChannelForged},
		{"secure messaging not supported", nil, answer(0x68, 0x82), drivers.ChannelLost},
		{"secure messaging missing", nil, answer(0x69, 0x87), drivers.ChannelLost},
		{"secure messaging wrong", nil, answer(0x69, 0x88), drivers.ChannelLost},
		{"half a status word", nil, answer(0x90), drivers.ReaderFailed},
		{"nothing", nil, answer(), drivers.ReaderFailed},
		{"more and more", nil, answer(0, 0x61, 0x01), drivers.ChannelForged},
		{"a refusal", nil, answer(0x69, 0x82), ""},
		{"an error", nil, answer(0x6A, 0x82), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, h := opened(t, RENC)
			h.after = tt.after
			h.before = func([]byte) error { return tt.before }
			_, err := c.Transmit(t.Context(), []byte{0, 0xA4, 0, 0, 2, 0x7F, 0x0A})
			if tt.want == "" {
				if err != nil || c.dead != nil {
					t.Errorf("%v", err)
				}
				return
			}
			if !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %s", err, tt.want)
			}
			dead(t, c, h, tt.want)
		})
	}
}

// TestSessionGone: the card was reset on its own. Nothing that it then says passes for an answer, at any level.
func TestSessionGone(t *testing.T) {
	for _, level := range []Level{CMACOnly, CENC, RMAC, CENCAndRMAC, RENC} {
		c, h := opened(t, level)
		must(t, c, apdu.SelectFile(0x7F0A, false))
		must(t, c, apdu.SelectFile(0x6FF1, false))
		h.Reset()
		for range 2 {
			r, err := apdu.Exchange(t.Context(), c, apdu.UpdateBinary(0, []byte{1}))
			if err == nil && r.SW == apdu.OK || h.State() != "blank" {
				t.Errorf("level %02X: %v, %v, the chip is %s", byte(level), r.SW, err, h.State())
			}
		}
	}
}

// TestNotSent: commands that are none or may not pass leave the session as it was, and nothing goes out.
func TestNotSent(t *testing.T) {
	c, h := opened(t, RENC)
	sent := len(h.sent)
	for _, command := range [][]byte{nil, {0}, {0, 0xA4, 0, 0, 3, 1}, {0x0C, 0xA4, 0, 0}, {0x01, 0xA4, 0, 0}, {0x10, 0xD6, 0, 0, 1, 0}, {0x84, 0xA4, 0, 0}} {
		if reply, err := c.Transmit(t.Context(), command); reply != nil || !errors.Is(err, drivers.Unexpected) {
			t.Errorf("%X: %X, %v", command, reply, err)
		}
	}
	big, err := apdu.Command{INS: 0xD6, Data: make([]byte, 65535)}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if reply, err := c.Transmit(t.Context(), big); reply != nil || !errors.Is(err, drivers.Unexpected) {
		t.Errorf("%X, %v", reply, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if reply, err := c.Transmit(ended, []byte{0, 0xA4, 0, 0}); reply != nil || !errors.Is(err, context.Canceled) || !errors.Is(err, drivers.ChipMute) {
		t.Errorf("%X, %v", reply, err)
	}
	if len(h.sent) != sent {
		t.Errorf("%d commands went out", len(h.sent)-sent)
	}
	must(t, c, apdu.SelectFile(0x7F0A, false))
	if err := errors.Join(c.Close(), c.Close()); err != nil || h.closed != 1 {
		t.Errorf("%v, closed %d times", err, h.closed)
	}
	if reply, err := c.Transmit(t.Context(), []byte{0, 0xA4, 0, 0}); reply != nil || !errors.Is(err, drivers.Unexpected) {
		t.Errorf("closed: %X, %v", reply, err)
	}
}

// TestNothingTwice: no two sessions and no two commands look alike on the line, whatever is said in them.
func TestNothingTwice(t *testing.T) {
	seen := map[string]bool{}
	keys, m := office(16)
	set := m.Of(uid)
	chip := card.New(uid, card.Options{Keys: &set})
	for range 3 {
		h := &inHand{Chip: chip}
		c, err := Open(t.Context(), h, keys, Options{Card: uid})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			must(t, c, apdu.SelectFile(0x7F0A, true))
		}
		for _, s := range h.sent {
			if seen[string(s)] {
				t.Errorf("sent twice: %X", s)
			}
			seen[string(s)] = true
		}
	}
}
