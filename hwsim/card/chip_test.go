package card_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"cetak/hwsim/card"
)

var uid = []byte{0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// say runs a conversation: "command > response" a line, in hex; blanks are for the eye, "*" stands for any data.
func say(t *testing.T, c *card.Chip, lines ...string) {
	t.Helper()
	for _, line := range lines {
		command, want, ok := strings.Cut(line, ">")
		if !ok {
			t.Fatalf("bad line %q", line)
		}
		want = strings.ReplaceAll(want, " ", "")
		got := strings.ToUpper(hex.EncodeToString(c.Transmit(unhex(t, command))))
		if tail, any := strings.CutPrefix(want, "*"); any {
			if !strings.HasSuffix(got, tail) || len(got) <= len(tail) {
				t.Errorf("%s> %s, want data and %s", command, got, tail)
			}
			continue
		}
		if got != want {
			t.Errorf("%s> %s, want %s", command, got, want)
		}
	}
}

// filled is a chip with every file written, and its contents.
func filled(t *testing.T) *card.Chip {
	t.Helper()
	c := card.New(uid, card.Options{})
	say(t, c,
		"00A4 0000 02 7F0A 00 > 6F0E 8102 1FCB 8201 38 8302 7F0A 8A01 03 9000",
		"00A4 0000 02 6FF1 > 9000", "00D6 0000 04 0002 4142 > 9000",
		"00A4 0000 02 6FF2 > 9000", "00D6 0000 08 0006 FFD8FFE0FFD9 > 9000",
		"00A4 0000 02 6FF3 > 9000", "00D6 0000 03 0001 FF > 9000",
		"00A4 0000 02 6FF4 > 9000", "00D6 0000 03 0001 11 > 9000",
		"00A4 0000 02 6FF5 > 9000", "00D6 0000 03 0001 22 > 9000",
		"00A4 0000 02 6FF6 > 9000", "00D6 0000 03 0001 33 > 9000")
	return c
}

func TestConversations(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
	}{
		{"as public readers do", []string{
			"FFCA 0000 00 > 04A1B2C3D4E5F6 9000",
			"00A4 0000 02 7F0A 00 > * 9000",
			"00A4 0000 02 6FF0 > 9000",
			"00B0 0000 35 > *9000",
			"00B0 0000 36 > 6C35",
			"00B0 0000 02 > 0033 9000",
			"00A4 0000 02 6FF2 > 9000",
			"00B0 0000 08 > 6B00", // a blank has no portrait
		}},
		{"as OpenSC does", []string{
			"00A4 0000 02 3F00 00 > *9000",
			"00A4 0000 02 3F00 > 9000",
			"00A4 0000 > 9000",
			"00A4 0800 02 7F0A 00 > *9000",
			"00A4 080C 04 7F0A 6FF2 > 9000",
			"00A4 0800 04 7F0A 6FF1 00 > 6F0E 8002 0000 8201 01 8302 6FF1 8A01 03 9000",
			"00A4 0804 06 3F00 7F0A 6FF1 00 > 620E 8002 0000 8201 01 8302 6FF1 8A01 03 9000",
			"00A4 0900 02 6FF0 00 > *9000",
			"00A4 040C 06 A00000024701 > 6A82",
		}},
		{"select", []string{
			"00A4 0000 02 6FF2 > 6A82", // from the MF the files of the DF are not to be seen
			"00A4 010C 02 7F0A > 9000",
			"00A4 010C 02 7F0A > 6A82",
			"00A4 020C 02 6FF1 > 9000",
			"00A4 030C > 9000",
			"00A4 030C > 9000",
			"00A4 030C > 6A82",
			"00A4 000C 02 5100 > 6A82",
			"00A4 080C 02 5100 > 6A82",
			"00A4 080C 04 7F0A 7F0A > 6A82",
			"00A4 080C 06 7F0A 6FF1 6FF2 > 6A82",
			"00A4 050C 02 7F0A > 6A86",
			"00A4 0001 02 7F0A > 6A86",
			"00A4 000C 01 7F > 6700",
			"00A4 000C 03 7F0A6F > 6700",
			"00A4 080C > 6700",
			"00A4 0000 02 7F0A 05 > 6C10",
			"00A4 0000 02 7F0A FF > *9000",
		}},
		{"a refused select leaves the current file", []string{
			"00A4 080C 04 7F0A 6FF0 > 9000", "00A4 000C 02 5100 > 6A82", "00B0 0000 02 > 0033 9000",
			"00A4 0000 02 7F0A 01 > 6C10", "00B0 0000 02 > 0033 9000",
		}},
		{"lengths and classes", []string{
			"00 > 6700", "00A4 > 6700", "00A400 > 6700",
			"00B0 0000 > 6700",
			"00D6 0000 > 6700",
			"00A4 0000 05 7F0A > 6700",
			"00A4 0000 02 7F0A 00 00 > 6700",
			"00A4 0000 00 0000 01 > 6700",
			"00A4 0000 00 00 > 6700",
			"80B0 0000 00 > 6E00", "A0A4 0000 02 3F00 > 6E00", "20B0 0000 00 > 6E00",
			"01B0 0000 00 > 6881", "41B0 0000 00 > 6881",
			"10D6 0000 01 00 > 6884",
			"0CB0 0000 00 > 6882",
			"0070 0000 01 > 6D00", "00FF 0000 > 6D00", "FFB0 0000 00 > 6D00",
			"FFCA 0100 00 > 6A81", "FFCA 0000 > 6700", "FFCA 0000 04 > 6C07", "FFCA 0000 08 > 04A1B2C3D4E5F6 6282", "FFCA 0000 07 > *9000",
		}},
		{"binary without a file", []string{
			"00B0 0000 00 > 6986", "00D6 0000 01 00 > 6986", "00B0 8200 00 > 6A82", "00B0 C000 00 > 6A86",
			"00A4 000C 02 7F0A > 9000", "00B0 0000 00 > 6986",
		}},
		{"write and read", []string{
			"00A4 080C 04 7F0A 6FF1 > 9000",
			"00B0 0000 00 > 6B00",
			"00D6 0001 01 AA > 6B00", // no holes
			"00D6 0000 04 0004 0102 > 9000",
			"00D6 0004 02 0304 > 9000",
			"00D6 0002 01 FF > 9000",
			"00B0 0000 00 > 0004 FF020304 9000",
			"00B0 0000 06 > 0004 FF020304 9000",
			"00B0 0000 07 > 6C06",
			"00B0 0004 00 > 0304 9000",
			"00B0 0006 01 > 6B00",
			"00B0 7FFF 01 > 6B00",
			"00B0 0000 000000 > 0004 FF020304 9000",
			"00B0 0000 000006 > 0004 FF020304 9000",
			"00D6 0006 000002 0506 > 9000",
			"00D6 0006 02 0506 00 > 6700", // UPDATE BINARY has no Le
			"00D6 0000 00 > 6700",
			"00B0 0000 01 00 > 6700",
			"00B0 0000 00 > 0004 FF0203040506 9000", // the length bytes are the writer's business
			"00A4 000C 02 6FF0 > 9000",
			"00D6 0000 01 00 > 6982",
		}},
		{"activate", []string{
			"0044 0000 > 6986",
			"00A4 080C 04 7F0A 6FF1 > 9000",
			"0044 0000 > 6986",
			"00A4 000C 02 7F0A > 9000",
			"0044 0100 > 6A86", "0044 0000 02 7F0A > 6700", "0044 0000 00 > 6700",
			"0044 0000 > 9000", "0044 0000 > 6985",
		}},
		{"nothing waits for GET RESPONSE at T=1", []string{"00C0 0000 00 > 6985", "00C0 0100 00 > 6A86", "00C0 0000 > 6700"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { say(t, card.New(uid, card.Options{}), tt.lines...) })
	}
}

func TestGetResponse(t *testing.T) {
	say(t, card.New(uid, card.Options{GetResponse: true}),
		"00A4 0000 02 7F0A > 6110",
		"00C0 0000 05 > 6F0E 8102 1F 610B",
		"00C0 0000 0D > 6C0B",
		"00C0 0000 0B > CB 8201 38 8302 7F0A 8A01 03 9000",
		"00C0 0000 00 > 6985",
		"00A4 0000 02 7F0A > 6110",
		"00A4 000C 02 6FF0 > 9000", // gives up what was waiting
		"00C0 0000 10 > 6985",
		"00B0 0000 02 > 0033 9000")
}

func TestSealed(t *testing.T) {
	c := filled(t)
	if got := c.State(); got != "partial" {
		t.Errorf("state %q before sealing", got)
	}
	before := c.Files()
	say(t, c,
		"00A4 000C 02 7F0A > 9000", "0044 0000 > 9000",
		"00A4 0000 02 7F0A 00 > 6F0E 8102 1FB3 8201 38 8302 7F0A 8A01 05 9000",
		"0044 0000 > 6985",
		"00A4 000C 02 6FF0 > 9000", "00B0 0000 35 > *9000", "00D6 0000 01 00 > 6982",
		"00A4 0000 02 6FF2 00 > 6F0E 8002 0008 8201 01 8302 6FF2 8A01 05 9000", "00B0 0000 08 > 0006 FFD8FFE0FFD9 9000", "00D6 0000 01 00 > 6982")
	for _, fid := range []string{"6FF1", "6FF3", "6FF4", "6FF5", "6FF6"} {
		say(t, c, "00A4 000C 02 "+fid+" > 9000", "00B0 0000 00 > 6982", "00D6 0000 01 00 > 6982")
	}
	if got := c.State(); got != "sealed" {
		t.Errorf("state %q after sealing", got)
	}
	if !maps.EqualFunc(before, c.Files(), bytes.Equal) {
		t.Error("a sealed chip changed")
	}
}

func TestTerminated(t *testing.T) {
	c := filled(t)
	before := c.Files()
	say(t, c,
		"00E6 0000 > 6986", // an EF is selected
		"00A4 000C 02 7F0A > 9000", "00E6 0100 > 6A86", "00E6 0000 00 > 6700", "00FE 0000 > 6D00",
		"0044 0000 > 9000", "00E6 0000 > 9000", "00E6 0000 > 6985", "0044 0000 > 6985",
		"00A4 0000 02 7F0A 00 > 6F0E 8102 1FB3 8201 38 8302 7F0A 8A01 0C 6285",
		"00A4 000C 02 6FF2 > 6285", "00B0 0000 00 > 6985", "00D6 0000 01 00 > 6985",
		"00A4 000C 02 6FF0 > 6285", "00B0 0000 00 > 6985",
		"FFCA 0000 07 > *9000")
	if c.State() != "terminated" || !maps.EqualFunc(before, c.Files(), bytes.Equal) {
		t.Errorf("state %q", c.State())
	}
	c.Reset()
	say(t, c, "00A4 000C 02 7F0A > 6285")
	say(t, card.New(uid, card.Options{GetResponse: true}), "00A4 000C 02 7F0A > 9000", "00E6 0000 > 9000", "00A4 0000 02 7F0A > 6285")
}

func TestPlain(t *testing.T) {
	c := card.New(uid, card.Options{Kind: card.Plain})
	if !bytes.Equal(c.ATR(), card.PlainATR()) || c.State() != "blank" || len(c.Files()) != 0 {
		t.Fatalf("%X, %s, %d files", c.ATR(), c.State(), len(c.Files()))
	}
	say(t, c,
		"00A4 0000 02 7F0A 00 > 6A82",
		"0044 0000 > 6986", "00E6 0000 > 6986", // not on the MF
		"00E0 0000 > 6700", "00E0 0100 02 6200 > 6A86", "00E0 0000 02 6200 > 6A80", "00E0 0000 03 620100 > 6A80", "00E0 0000 02 6F01 > 6A80",
		"00E0 0000 09 6207 8201 38 8302 7F0A > 9000",
		"00E0 0000 09 6207 8201 38 8302 3F00 > 6A80",
		"00E0 0000 09 6207 8201 01 8302 6FF1 > 6A80", // an EF without a size
		"00E0 0000 12 6210 8002 0004 8201 01 8302 6FF1 8C03 03FF40 > 9000",
		"00D6 0000 04 00024142 > 9000", // the new file is the current one
		"00D6 0004 01 FF > 6A84", "00D6 0005 01 FF > 6B00",
		"00E0 0000 12 6210 8002 0004 8201 01 8302 6FF1 8C03 03FF40 > 6A89",
		"00E0 0000 10 620E 8002 0004 8201 01 8302 6FF3 8C01 03 > 6A80",     // rules that break off
		"00E0 0000 12 6F10 8102 0003 8203 010000 8302 6FF2 A502 00 > 6A80", // an object that breaks off
		"00E0 0000 11 6F0F 8102 0003 8203 010000 8302 6FF2 8600 > 9000",    // as OpenSC does
		"00E0 0000 0D 620B 8002 8000 8201 01 8302 6FF4 > 6A84",
		"00A4 0000 02 7F0A 00 > 6F0E 8102 7FF9 8201 38 8302 7F0A 8A01 03 9000",
		"00A4 0000 02 6FF1 00 > 6F0E 8002 0004 8201 01 8302 6FF1 8A01 03 9000", "00B0 0000 00 > 00024142 9000")
	if c.State() != "partial" {
		t.Error(c.State())
	}
	say(t, c,
		"00A4 000C 02 7F0A > 9000", "0044 0000 > 9000",
		"00E0 0000 0D 620B 8002 0004 8201 01 8302 6FF5 > 6985",
		"00A4 000C 02 6FF1 > 9000", "00B0 0000 00 > 6982", "00D6 0000 01 00 > 6982",
		"00A4 000C 02 6FF2 > 9000", "00B0 0000 00 > 000000 9000")
	if c.State() != "sealed" {
		t.Error(c.State())
	}
	say(t, c, "00FE 0000 00 > 6700", "00FE 0001 > 6A86", "00FE 0000 > 9000", "00A4 0000 > 6285", "00B0 0000 00 > 6985", "FFCA 0000 07 > *9000")
	if c.State() != "terminated" {
		t.Error(c.State())
	}
}

func TestPlainIsFull(t *testing.T) {
	c := card.New(uid, card.Options{Kind: card.Plain})
	made := 0
	for id := range 100 {
		if r := c.Transmit([]byte{0, 0xE0, 0, 0, 9, 0x62, 7, 0x82, 1, 0x38, 0x83, 2, 0x50, byte(id)}); r[0] == 0x90 {
			made++
		}
	}
	if made != 63 {
		t.Errorf("%d files made", made)
	}
}

func TestShortOnly(t *testing.T) {
	say(t, card.New(uid, card.Options{ShortOnly: true}), "00A4 080C 04 7F0A 6FF0 > 9000", "00B0 0000 000002 > 6700", "00B0 0000 02 > 0033 9000")
}

// The status word must not be appended onto a piece of a file: it would be written into the file.
func TestReadingDoesNotWrite(t *testing.T) {
	c := filled(t)
	before := c.Files()
	say(t, c, "00A4 080C 04 7F0A 6FF2 > 9000", "00B0 0000 02 > 0006 9000", "00B0 0002 03 > FFD8FF 9000", "FFCA 0000 07 > *9000")
	if !maps.EqualFunc(before, c.Files(), bytes.Equal) || !bytes.Equal(c.UID(), uid) {
		t.Error("reading changed the chip")
	}
	r := c.Transmit(unhex(t, "00B0000008"))
	clear(r)
	c.Files()["6FF2"][0] = 0xEE
	if !maps.EqualFunc(before, c.Files(), bytes.Equal) {
		t.Error("the caller's slices are the chip's own")
	}
}

func update(offset int, data []byte) []byte {
	b := []byte{0x00, 0xD6, byte(offset >> 8), byte(offset), 0, byte(len(data) >> 8), byte(len(data))}
	return append(b, data...)
}

func TestBudget(t *testing.T) {
	c := card.New(uid, card.Options{})
	say(t, c, "00A4 080C 04 7F0A 6FF2 > 9000")
	room := card.Capacity - 53
	if got := c.Transmit(update(0, make([]byte, room+1))); !bytes.Equal(got, []byte{0x6A, 0x84}) {
		t.Errorf("one byte too many: %X", got)
	}
	if c.State() != "blank" {
		t.Error("a refused write left something")
	}
	if got := c.Transmit(update(0, make([]byte, room))); !bytes.Equal(got, []byte{0x90, 0x00}) {
		t.Errorf("all of the room: %X", got)
	}
	if got := c.Transmit(update(room, []byte{1})); !bytes.Equal(got, []byte{0x6A, 0x84}) {
		t.Errorf("growing past the room: %X", got)
	}
	say(t, c,
		"00D6 0000 02 1FC9 > 9000", // writing over costs nothing
		"00B0 0000 000000 > *9000",
		"00B0 1F00 00FFFF > 6C CB",
		"00B0 0100 00FFFF > *6282",
		"00A4 000C 02 6FF1 > 9000", "00D6 0000 01 00 > 6A84")
}

func TestPowerForgetsTheSelection(t *testing.T) {
	for _, cut := range []func(*card.Chip){(*card.Chip).Reset, (*card.Chip).PowerOff, (*card.Chip).PowerOn} {
		c := card.New(uid, card.Options{})
		say(t, c, "00A4 080C 04 7F0A 6FF0 > 9000", "00B0 0000 02 > 0033 9000")
		cut(c)
		say(t, c, "00B0 0000 02 > 6986")
	}
}

func TestMute(t *testing.T) {
	c := card.New(uid, card.Options{Mute: true})
	if len(c.ATR()) == 0 || c.Transmit(unhex(t, "00A40000")) != nil {
		t.Error("a mute chip gives its ATR and nothing else")
	}
	c.SetMute(false)
	say(t, c, "00A4 0000 > 9000")
}

// Every identity card's ATR has T=0 and T=1, the historical bytes it announces, and a right check byte (ISO/IEC 7816-3, 8.2.5).
func TestATRs(t *testing.T) {
	for _, atr := range append(card.ATRs(), card.DrivingLicenceATR(), card.PlainATR()) {
		var check byte
		for _, b := range atr[1:] {
			check ^= b
		}
		if check != 0 || len(atr) != 5+int(atr[1]&15) {
			t.Errorf("%X: check byte %02X, length %d", atr, check, len(atr))
		}
	}
	if got := card.New(uid, card.Options{}).ATR(); !bytes.Equal(got, card.ATRs()[0]) {
		t.Errorf("default ATR %X", got)
	}
	c := card.New(uid, card.Options{ATR: card.DrivingLicenceATR()})
	if !bytes.Equal(c.ATR(), card.DrivingLicenceATR()) {
		t.Errorf("ATR %X", c.ATR())
	}
	c.SetATR(nil)
	if len(c.ATR()) != 0 {
		t.Errorf("ATR %X of a dead chip", c.ATR())
	}
}

func TestFactoryBytesDiffer(t *testing.T) {
	a, b := card.New([]byte{1}, card.Options{}).Files(), card.New([]byte{2}, card.Options{}).Files()
	if len(a) != 1 || len(a["6FF0"]) != 53 || bytes.Equal(a["6FF0"], b["6FF0"]) {
		t.Errorf("%X and %X", a, b)
	}
}

func TestManyGoroutines(t *testing.T) {
	c := filled(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 200 {
				c.Transmit([]byte{0, 0xA4, 8, 0x0C, 4, 0x7F, 0x0A, 0x6F, 0xF0 + byte(n%7)})
				c.Transmit([]byte{0, 0xD6, 0, 0, 1, byte(n)})
				c.Files()
				c.SetMute(i == n)
				c.SetATR(c.ATR())
				_ = c.State()
				c.Reset()
			}
		})
	}
	all.Wait()
}

// FuzzTransmit takes the input as a run of commands, each behind its length in two bytes.
func FuzzTransmit(f *testing.F) {
	seed := func(apdus ...string) []byte {
		var b []byte
		for _, a := range apdus {
			raw := unhex(f, a)
			b = append(append(b, byte(len(raw)>>8), byte(len(raw))), raw...)
		}
		return b
	}
	f.Add(seed("00A40000027F0A00", "00A40000026FF2", "00B0000008"), true, true)
	f.Add(seed("00A40000027F0A", "00E60000", "00A40000026FF2", "00B0000000"), false, true)
	f.Add(seed("00A4080C047F0A6FF1", "00D6000004000401FF", "00B00000000000", "0044 0000"), false, false)
	f.Add(seed("00A40000027F0A", "00C0000005", "00440000", "00A4000C026FF1", "00D60000000001AA", "FFCA000000"), true, false)
	f.Fuzz(func(t *testing.T, in []byte, getResponse, sealed bool) {
		c := card.New(uid, card.Options{GetResponse: getResponse})
		say(t, c, "00A4 080C 04 7F0A 6FF2 > 9000", "00D6 0000 03 0001 AA > 9000", "00A4 000C 02 7F0A > 9000")
		if sealed {
			say(t, c, "0044 0000 > 9000")
		}
		c.Reset()
		before := c.Files()
		for len(in) >= 2 {
			n := min(int(in[0])<<8|int(in[1]), len(in)-2)
			apdu := slices.Clone(in[2 : 2+n])
			in = in[2+n:]
			r := c.Transmit(apdu)
			if len(r) < 2 || len(r) > card.Capacity+2 {
				t.Fatalf("%X answered with %d bytes", apdu, len(r))
			}
		}
		after := c.Files()
		total := 0
		for _, content := range after {
			total += len(content)
		}
		switch {
		case total > card.Capacity:
			t.Fatalf("%d bytes in the files", total)
		case !bytes.Equal(before["6FF0"], after["6FF0"]):
			t.Fatal("EF 6FF0 changed")
		case sealed && (!maps.EqualFunc(before, after, bytes.Equal) || c.State() != "sealed" && c.State() != "terminated"):
			t.Fatal("a sealed chip changed")
		}
	})
}

// FuzzCreate makes files of any parameters: the chip stays inside its memory and answers.
func FuzzCreate(f *testing.F) {
	f.Add(unhex(f, "6207 8201 38 8302 7F0A"), uint16(9))
	f.Add(unhex(f, "6210 8002 0004 8201 01 8302 6FF1 8C03 03FF40"), uint16(3))
	f.Fuzz(func(t *testing.T, data []byte, room uint16) {
		c := card.New(uid, card.Options{Kind: card.Plain})
		c.Transmit([]byte{0, 0xE0, 0, 0, 13, 0x62, 11, 0x80, 2, byte(room >> 8), byte(room), 0x82, 1, 1, 0x83, 2, 0x50, 1})
		if len(data) == 0 || len(data) > 255 {
			return
		}
		r := c.Transmit(append([]byte{0, 0xE0, 0, 0, byte(len(data))}, data...))
		total := 0
		for _, content := range c.Files() {
			total += len(content)
		}
		if len(r) != 2 || total > card.PlainCapacity {
			t.Fatalf("%X, %d bytes", r, total)
		}
	})
}

func Example() {
	c := card.New([]byte{0x04, 1, 2, 3, 4, 5, 6}, card.Options{})
	fmt.Printf("%X\n", c.Transmit([]byte{0x00, 0xA4, 0x00, 0x0C, 0x02, 0x7F, 0x0A}))
	fmt.Printf("%X\n", c.Transmit([]byte{0x00, 0xA4, 0x00, 0x0C, 0x02, 0x6F, 0xF0}))
	fmt.Printf("%X\n", c.Transmit([]byte{0x00, 0xB0, 0x00, 0x00, 0x02}))
	fmt.Println(c.State())
	// Output:
	// 9000
	// 9000
	// 00339000
	// blank
}
