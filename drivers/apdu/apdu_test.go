package apdu

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCommand(t *testing.T) {
	long := bytes.Repeat([]byte{0xAB}, 256)
	for _, row := range []struct {
		name string
		c    Command
		hex  string
	}{
		{"case 1", Command{INS: 0x44}, "00440000"},
		{"case 2, all", GetUID(), "FFCA000000"},
		{"case 2, some", ReadBinary(0x0102, 0xF8), "00B00102F8"},
		{"case 3", SelectFile(0x6FF2, false), "00A40000026FF2"},
		{"case 4", SelectFile(0x7F0A, true), "00A40000027F0A00"},
		{"case 2 extended", ReadBinary(0, 257), "00B00000000101"},
		{"case 2 extended, all", ReadBinary(0, MaxExtendedNe), "00B00000000000"},
		{"case 3 extended", UpdateBinary(0x7FFF, long), "00D67FFF000100" + strings.Repeat("AB", 256)},
		{"case 3 extended by wish", Command{INS: 0xD6, Data: []byte{1}, Extended: true}, "00D6000000000101"},
		{"case 4 extended", Command{INS: 0xC1, Data: []byte{1, 2}, Ne: 300, Extended: true}, "00C1000000000201020 12C"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, err := row.c.Bytes()
			if err != nil || !bytes.Equal(b, unhex(t, row.hex)) {
				t.Fatalf("%X, %v; want %s", b, err, row.hex)
			}
			c, err := Parse(b)
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := c.Bytes(); !bytes.Equal(again, b) {
				t.Fatalf("parsed and encoded again: %X", again)
			}
			if c.Ne != row.c.Ne || !bytes.Equal(c.Data, row.c.Data) {
				t.Fatalf("parsed %+v", c)
			}
		})
	}
}

func TestCommandRefused(t *testing.T) {
	for _, c := range []Command{{Ne: -1}, {Ne: MaxExtendedNe + 1}, {Data: make([]byte, MaxExtendedData+1)}} {
		if _, err := c.Bytes(); !errors.Is(err, ErrTooLong) {
			t.Errorf("Ne %d, Nc %d: %v", c.Ne, len(c.Data), err)
		}
	}
	for _, s := range []string{"", "00A400", "00A400000001", "00A400000201", "00A40000020102 0304", "00A40000000000FF",
		"00A400000000030102", "00A40000000001 FF 00"} {
		if c, err := Parse(unhex(t, s)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %+v, %v", s, c, err)
		}
	}
}

func TestStatus(t *testing.T) {
	if err := fmt.Errorf("read: %w", Status(0x6A82)); !errors.Is(err, FileNotFound) || errors.Is(err, WrongData) {
		t.Error(err)
	}
	if n, ok := Status(0x63C2).TriesLeft(); n != 2 || !ok {
		t.Error(n, ok)
	}
	if _, ok := WrongCryptogram.TriesLeft(); ok {
		t.Error("6300 is no counter")
	}
	for sw, want := range map[Status]string{
		0x6982: "SW 6982 security status not satisfied",
		0x63C0: "SW 63C0 0 tries left",
		0x6110: "SW 6110 more data",
		0x6C35: "SW 6C35 wrong Le",
		0x1234: "SW 1234",
	} {
		if sw.Error() != want {
			t.Errorf("%q, want %q", sw.Error(), want)
		}
	}
	for s := range 0x10000 {
		if Status(s).Error() == "" {
			t.Fatal(s)
		}
	}
}

func TestResponse(t *testing.T) {
	for _, b := range [][]byte{nil, {0x90}} {
		if _, err := ParseResponse(b); !errors.Is(err, ErrMalformed) {
			t.Errorf("%X: %v", b, err)
		}
	}
	r, err := ParseResponse([]byte{1, 2, 0x90, 0})
	if err != nil || r.Err() != nil || !bytes.Equal(r.Data, []byte{1, 2}) {
		t.Fatal(r, err)
	}
	// A later append to the data must not run into the status word of the buffer it came in.
	buf := []byte{7, 0x90, 0}
	r, _ = ParseResponse(buf)
	_ = append(r.Data, 0xFF)
	if buf[1] != 0x90 {
		t.Fatal("append wrote into the response buffer")
	}
}

// script answers each command by the next line: "want > answer".
type script struct {
	t     *testing.T
	lines []string
}

func (s *script) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if len(s.lines) == 0 {
		s.t.Fatalf("%X sent after the end of the script", command)
	}
	want, answer, _ := strings.Cut(s.lines[0], ">")
	s.lines = s.lines[1:]
	if !bytes.Equal(command, unhex(s.t, want)) {
		s.t.Fatalf("sent %X, want %s", command, want)
	}
	return unhex(s.t, answer), nil
}

func TestExchange(t *testing.T) {
	for _, row := range []struct {
		name  string
		c     Command
		lines []string
		data  string
		sw    Status
		err   error
	}{
		{"plain", ReadBinary(0, 2), []string{"00B0000002 > 0011 9000"}, "0011", OK, nil},
		{"status", ReadBinary(0, 2), []string{"00B0000002 > 6982"}, "", SecurityNotSatisfied, nil},
		{"warning with data", ReadBinary(0, 4), []string{"00B0000004 > 01 6282"}, "01", EndOfFile, nil},
		{"wrong Le", ReadBinary(0, 0xF8), []string{"00B00000F8 > 6C02", "00B0000002 > 0102 9000"}, "0102", OK, nil},
		{"wrong Le twice", ReadBinary(0, 9), []string{"00B0000009 > 6C02", "00B0000002 > 6C01"}, "", 0x6C01, nil},
		{"wrong Le, nothing asked", SelectFile(0x7F0A, false), []string{"00A40000027F0A > 6C02"}, "", 0x6C02, nil},
		{"get response", SelectFile(0x7F0A, true), []string{"00A40000027F0A00 > 6103", "00C0000003 > 6F0100 9000"}, "6F0100", OK, nil},
		{"in parts", ReadBinary(0, 300), []string{"00B0000000012C > 01 6102", "00C0000002 > 02 6101", "00C0000001 > 03 9000"}, "010203", OK, nil},
		{"get response with wrong Le", ReadBinary(0, 9), []string{"00B0000009 > 6100", "00C0000000 > 6C01", "00C0000001 > 09 9000"}, "09", OK, nil},
		{"nothing behind 61", ReadBinary(0, 9), []string{"00B0000009 > 6100", "00C0000000 > 6100"}, "", 0, ErrEndless},
		{"half a status word", ReadBinary(0, 9), []string{"00B0000009 > 90"}, "", 0, ErrMalformed},
		{"channel kept, chaining and secure messaging dropped", Command{CLA: 0x1E, INS: 1}, []string{"1E010000 > 6101", "02C0000001 > 05 9000"}, "05", OK, nil},
		{"proprietary class", Command{CLA: 0x80, INS: 1}, []string{"80010000 > 6101", "00C0000001 > 05 9000"}, "05", OK, nil},
		{"high channel", Command{CLA: 0x73, INS: 1}, []string{"73010000 > 6101", "43C0000001 > 05 9000"}, "05", OK, nil},
		{"reader's own", GetUID(), []string{"FFCA000000 > 6101", "FFC0000001 > 05 9000"}, "05", OK, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &script{t, row.lines}
			r, err := Exchange(t.Context(), s, row.c)
			if !errors.Is(err, row.err) {
				t.Fatal(err)
			}
			if r.SW != row.sw || !bytes.Equal(r.Data, unhex(t, row.data)) {
				t.Fatalf("%X %04X", r.Data, uint16(r.SW))
			}
			if len(s.lines) != 0 {
				t.Fatalf("not sent: %q", s.lines)
			}
		})
	}
}

// answers is a card that always says the same.
type answers struct {
	reply []byte
	sent  int
}

func (a *answers) Transmit(context.Context, []byte) ([]byte, error) { a.sent++; return a.reply, nil }

func TestExchangeEnds(t *testing.T) {
	for _, row := range []struct {
		name  string
		reply []byte
		most  int
	}{
		{"no data", []byte{0x61, 0x00}, 2},
		{"a byte at a time", []byte{1, 0x61, 0x01}, maxRounds},
		{"256 bytes at a time", append(make([]byte, 256), 0x61, 0x00), MaxExtendedNe/256 + 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := &answers{reply: row.reply}
			if _, err := Exchange(t.Context(), a, ReadBinary(0, 256)); !errors.Is(err, ErrEndless) {
				t.Fatal(err)
			}
			if a.sent > row.most {
				t.Fatalf("%d commands sent, at most %d allowed", a.sent, row.most)
			}
		})
	}
}

func TestTLV(t *testing.T) {
	fci := unhex(t, "6F 0D 82 01 78 83 02 7F0A 8A 01 03 00 84 00")
	list, err := ParseTLV(fci)
	if err != nil || len(list) != 1 || !list[0].Constructed() {
		t.Fatal(list, err)
	}
	if v, ok := FindTLV(fci, TagFCI, TagLifeCycle); !ok || !bytes.Equal(v, []byte{3}) {
		t.Errorf("life cycle %X, %v", v, ok)
	}
	for _, path := range [][]Tag{{}, {TagFCP}, {TagFCI, 0x9F70}, {TagFCI, TagLifeCycle, 0x80}} {
		if v, ok := FindTLV(fci, path...); ok {
			t.Errorf("%X found %X", path, v)
		}
	}
	for _, row := range []struct {
		t   TLV
		hex string
	}{
		{TLV{Tag: 0x9F70, Value: []byte{1}}, "9F7001 01"},
		{TLV{Tag: 0x9F8101}, "9F810100"},
		{TLV{Tag: 0x9F00}, "9F0000"},
		{TLV{Tag: 0x84, Value: []byte{1}, LengthBytes: 4}, "84 83000001 01"},
		{TLV{Tag: 0x53, Value: make([]byte, 0x7F)}, "53 7F" + strings.Repeat("00", 0x7F)},
		{TLV{Tag: 0x53, Value: make([]byte, 0x80)}, "53 8180" + strings.Repeat("00", 0x80)},
		{TLV{Tag: 0x53, Value: make([]byte, 0x100)}, "53 820100" + strings.Repeat("00", 0x100)},
	} {
		b := AppendTLV(nil, row.t)
		if !bytes.Equal(b, unhex(t, row.hex)) {
			t.Errorf("%X, want %s", b, row.hex)
		}
		if list, err := ParseTLV(b); err != nil || len(list) != 1 || list[0].Tag != row.t.Tag || len(list[0].Value) != len(row.t.Value) {
			t.Errorf("%s: %+v, %v", row.hex, list, err)
		}
	}
	for _, s := range []string{"6F", "6F02 01", "6F80 0000", "6F85 0000000000", "6F84 FFFFFFFF", "6F82 01", "9F", "9F8001 00", "9F818101 00"} {
		if list, err := ParseTLV(unhex(t, s)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v", s, list, err)
		}
	}
}

func TestATR(t *testing.T) {
	for _, row := range []struct {
		name, atr      string
		protocols      string
		historical     int
		extended, said bool
	}{
		{"KTP-el, no category", "3B8B8001654B5450304432654B54504C", "[0 1]", 11, false, false},
		{"card capabilities, extended", "3B8B8001807330014065434554414BB5", "[0 1]", 11, true, true},
		{"card capabilities, short", "3B858001 8073000000", "[0 1]", 5, false, true},
		{"category 00 with a status at its end", "3B888001 0073000040 079000", "[0 1]", 8, true, true},
		{"capabilities of one byte", "3B838001 8071FF", "[0 1]", 3, false, false},
		{"interface bytes", "3BF21100FF81 31 FE 45 8000", "[1 1]", 2, false, false}, // TA1 TB1 TC1 TD1=81: TD2=31: TA3 TB3
		{"T=0, no TD", "3B00", "[0]", 0, false, false},
		{"a category that breaks off", "3B8280018073", "[0 1]", 2, false, false},
	} {
		a, err := ParseATR(unhex(t, row.atr))
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		extended, said := a.Extended()
		if fmt.Sprint(a.Protocols) != row.protocols || len(a.Historical) != row.historical || extended != row.extended || said != row.said {
			t.Errorf("%s: %v, %X, %v %v", row.name, a.Protocols, a.Historical, extended, said)
		}
	}
	for _, s := range []string{"", "3B", "3C00", "3B80", "3B8081", "3B8B8001654B", "3B8080"} {
		if a, err := ParseATR(unhex(t, s)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v", s, a)
		}
	}
}

func TestCreateFile(t *testing.T) {
	for want, c := range map[string]Command{
		"00E0000009 6207 820138 83027F0A":                     CreateFile(0x7F0A, true, 0, Always, Always),
		"00E0000012 6210 80021194 820101 83026FF2 8C0303FF00": CreateFile(0x6FF2, false, 4500, Always, Never),
		"00E0000012 6210 80020050 820101 83026FF6 8C0303FF40": CreateFile(0x6FF6, false, 80, SecureMessaging, Never),
	} {
		if b, err := c.Bytes(); err != nil || !bytes.Equal(b, unhex(t, want)) {
			t.Errorf("%X, %v, want %s", b, err, want)
		}
	}
}

func FuzzATR(f *testing.F) {
	f.Add(unhex(f, "3B8B8001654B5450304432654B54504C"))
	f.Add(unhex(f, "3B888001 0073000040 079000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseATR(b)
		if err != nil && (a.Historical != nil || a.Protocols != nil) {
			t.Fatal("an error and something with it")
		}
		a.Extended()
	})
}

func FuzzCommand(f *testing.F) {
	for _, s := range []string{"00440000", "FFCA000000", "00A40000027F0A00", "00B00000000101", "00D6000000000101", "00C10000000002010201 2C"} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err != nil {
			if c.Data != nil || c.Ne != 0 {
				t.Fatal("an error and something with it")
			}
			return
		}
		again, err := c.Bytes()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%X became %X, %v", b, again, err)
		}
	})
}

func FuzzResponse(f *testing.F) {
	f.Add([]byte{0x90, 0x00})
	f.Add([]byte{1, 2, 3, 0x6C, 0x35})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseResponse(b)
		if err == nil && !bytes.Equal(r.Bytes(), b) {
			t.Fatalf("%X became %X", b, r.Bytes())
		}
		_ = r.SW.Error()
	})
}

func FuzzTLV(f *testing.F) {
	f.Add(unhex(f, "6F0D820178830 27F0A8A0103008400"))
	f.Add(unhex(f, "9F7001 01 5381 02 AABB"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := ParseTLV(b)
		if err != nil {
			if list != nil {
				t.Fatal("an error and something with it")
			}
			return
		}
		var again []byte
		for _, o := range list {
			again = AppendTLV(again, o)
		}
		if !bytes.Equal(again, b) {
			t.Fatalf("%X became %X", b, again)
		}
	})
}
