package scp03

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/drivers"
)

// lines reads a file of published data: words a line, without comments.
func lines(t testing.TB, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 0 && words[0][0] != '#' {
			out = append(out, words)
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s holds nothing", name)
	}
	return out
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.TrimPrefix(s, "-"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func under(t testing.TB, key string) PRF {
	return func(message []byte) ([16]byte, error) { return CMAC(unhex(t, key), message) }
}

func TestCMACVectors(t *testing.T) {
	for _, v := range lines(t, "cmac.txt") {
		message := unhex(t, v[1])
		got, err := CMAC(unhex(t, v[0]), message)
		if err != nil || !bytes.Equal(got[:], unhex(t, v[2])) {
			t.Errorf("key %s, %d bytes: %x, %v; want %s", v[0], len(message), got, err, v[2])
		}
		m, err := newCMAC(unhex(t, v[0]))
		if err != nil {
			t.Fatal(err)
		}
		for cut := range len(message) { // in parts, wherever they end
			if got := m.sum(message[:cut], nil, message[cut:]); !bytes.Equal(got[:], unhex(t, v[2])) {
				t.Errorf("key %s, %d bytes cut at %d: %x", v[0], len(message), cut, got)
			}
		}
	}
	for _, n := range []int{0, 8, 15, 17, 33} {
		if _, err := CMAC(make([]byte, n), nil); err == nil {
			t.Errorf("a key of %d bytes was taken", n)
		}
	}
}

func TestDerivationVectors(t *testing.T) {
	for _, v := range lines(t, "counter.txt") {
		want := unhex(t, v[2])
		got, err := expand(under(t, v[0]), len(want), func(i byte) []byte { return append([]byte{i}, unhex(t, v[1])...) })
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("SP 800-108, key %s: %x, %v", v[0], got, err)
		}
	}
	for _, v := range lines(t, "derive.txt") {
		want := unhex(t, v[3])
		got, err := derive(under(t, v[0]), unhex(t, v[1])[0], unhex(t, v[2]), len(want))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("Amd D, constant %s: %x, %v", v[1], got, err)
		}
	}
	for _, v := range lines(t, "check_values.txt") {
		got, err := CheckValue(unhex(t, v[0]))
		if err != nil || !bytes.Equal(got[:], unhex(t, v[1])) {
			t.Errorf("check value of %s: %x, %v", v[0], got, err)
		}
	}
}

// TestDiversify holds the fields of docs/secure-channel.md, section 4, to the letter.
func TestDiversify(t *testing.T) {
	master, uid := bytes.Repeat([]byte{7}, 32), []byte{4, 1, 2, 3, 4, 5, 6}
	prf := func(m []byte) ([16]byte, error) { return CMAC(master, m) }
	for length, bits := range map[int]string{16: "0080", 24: "00C0", 32: "0100"} {
		var want []byte
		for _, i := range []string{"01", "02"} {
			block, err := CMAC(master, unhex(t, i+hex.EncodeToString([]byte("SCP03 DEK"))+"00"+"04010203040506"+bits))
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, block[:]...)
		}
		got, err := Diversify(prf, DEK, uid, length)
		if err != nil || !bytes.Equal(got, want[:length]) {
			t.Errorf("%d bytes: %x, %v; want %x", length, got, err, want[:length])
		}
	}
	if _, err := Diversify(func([]byte) ([16]byte, error) { return [16]byte{}, drivers.KeysUnavailable }, ENC, uid, 32); !errors.Is(err, drivers.KeysUnavailable) {
		t.Errorf("the error of the key's place became %v", err)
	}
}

// staticKeys is a key set in memory.
type staticKeys struct {
	version byte
	keys    map[Role][]byte
}

func (k staticKeys) Version() byte { return k.version }
func (k staticKeys) Length() int   { return len(k.keys[ENC]) }
func (k staticKeys) Close() error  { return nil }
func (k staticKeys) CheckValue(_ context.Context, r Role) ([3]byte, error) {
	return CheckValue(k.keys[r])
}

func (k staticKeys) CMAC(_ context.Context, card []byte, r Role, message []byte) ([16]byte, error) {
	key := k.keys[r]
	if card != nil {
		var err error
		if key, err = Diversify(func(m []byte) ([16]byte, error) { return CMAC(key, m) }, r, card, len(key)); err != nil {
			return [16]byte{}, err
		}
	}
	return CMAC(key, message)
}

// tape is a card that was recorded: it wants these commands in this order and gives these answers.
type tape struct {
	t     *testing.T
	lines [][2]string // command, answer
}

func (p *tape) ATR() []byte  { return nil }
func (p *tape) Close() error { return nil }
func (p *tape) Transmit(_ context.Context, command []byte) ([]byte, error) {
	p.t.Helper()
	if len(p.lines) == 0 {
		p.t.Fatalf("one command too many: %x", command)
	}
	want, answer := p.lines[0][0], p.lines[0][1]
	p.lines = p.lines[1:]
	if got := hex.EncodeToString(command); got != want {
		p.t.Errorf("sent %s, want %s", got, want)
	}
	if answer == "-" {
		answer = "6985" // nobody recorded one; an error carries no MAC and the session goes on
	}
	return unhex(p.t, answer), nil
}

// recorded is one block of sessions.txt.
type recorded struct {
	name  string
	keys  staticKeys
	wire  [][2]string
	plain [][2]string
}

func sessions(t *testing.T) []recorded {
	t.Helper()
	var out []recorded
	for _, w := range lines(t, "sessions.txt") {
		if w[0] == "session" {
			out = append(out, recorded{name: strings.Join(w[1:], " ")})
			continue
		}
		r := &out[len(out)-1]
		switch w[0] {
		case "keys":
			r.keys = staticKeys{keys: map[Role][]byte{ENC: unhex(t, w[1]), MAC: unhex(t, w[2])}}
		case "aid": // the card's business (hwsim/card)
		case "wire":
			r.wire = append(r.wire, [2]string{w[1], w[3]})
		case "plain":
			r.plain = append(r.plain, [2]string{w[1], w[3]})
		default:
			t.Fatalf("line of kind %q", w[0])
		}
	}
	return out
}

// TestPublishedSessions opens every published session with its own challenge and works through it: what we send must be, byte for byte,
// what was sent, and what we understand what was said.
func TestPublishedSessions(t *testing.T) {
	all := sessions(t)
	if len(all) != 14 {
		t.Errorf("%d sessions", len(all))
	}
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			initialize, authenticate := unhex(t, r.wire[0][0]), unhex(t, r.wire[1][0])
			r.keys.version = initialize[2]
			challenge := initialize[5 : 5+int(initialize[4])]
			level := Level(authenticate[2])
			p := &tape{t: t, lines: r.wire}
			h := handshake{chip: p, keys: r.keys, host: challenge, o: Options{Level: level, Mode: Mode(len(challenge))}}
			c, err := h.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range r.plain {
				got, err := c.Transmit(t.Context(), unhex(t, x[0]))
				if err != nil {
					t.Fatal(err)
				}
				if x[1] != "-" && hex.EncodeToString(got) != x[1] {
					t.Errorf("%s gave %x, want %s", x[0], got, x[1])
				}
			}
			if len(p.lines) > 0 {
				t.Errorf("%d commands were not sent", len(p.lines))
			}
		})
	}
}
