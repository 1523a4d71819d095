package crt591

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// everything takes out all there is.
func everything(s *scanner) []string {
	var out []string
	for {
		k, r := s.next()
		switch k {
		case nothing:
			return out
		case answered:
			out = append(out, fmt.Sprintf("%02X%02X %s%c%c%c %s", r.cm, r.pm, r.failed, r.status.card, r.status.stacker, r.status.bin, r.data))
		default:
			out = append(out, []string{"", "ACK", "NAK", "EOT", "", "unreadable"}[k])
		}
	}
}

func TestCommandPacket(t *testing.T) {
	// A move to the IC position, packed by hand after 1.2.1.
	want := "f200000343323103" + "72"
	if got := hex.EncodeToString(toContact.packet(0)); got != want[:16]+fmt.Sprintf("%02x", bcc([]byte{0xf2, 0, 0, 3, 0x43, 0x32, 0x31, 3})) {
		t.Errorf("%s", got)
	}
	if got := zeroCounter.packet(5); !bytes.Equal(got[:10], []byte{0xF2, 5, 0, 6, 'C', 0xA5, 0x31, '0', '0', '0'}) || len(got) != 12 {
		t.Errorf("% X", got)
	}
}

func TestScanner(t *testing.T) {
	packet := func(addr byte, text string) string {
		b := append([]byte{stx, addr, 0, byte(len(text))}, text...)
		b = append(b, etx)
		return string(append(b, bcc(b)))
	}
	status := packet(0, "P10020")
	for name, c := range map[string]struct{ in, want string }{
		"control":            {"\x06\x15\x04", "ACK NAK EOT"},
		"rubbish":            {"abc\x06", "ACK"},
		"success":            {status, "3130 020 "},
		"after ACK":          {"\x06" + status, "ACK 3130 020 "},
		"failure E":          {packet(0, "E21A0"), "3231 A0\x00\x00\x00 "},
		"failure N":          {packet(0, "N21A0"), "3231 A0\x00\x00\x00 "},
		"data with an ETX":   {packet(0, "P\xA20020\x03\x03\x03"), "A230 020 \x03\x03\x03"},
		"data with an ACK":   {packet(0, "P\xA20020\x06\xF2"), "A230 020 \x06\xF2"},
		"another address":    {packet(1, "P10020") + "\x06", "ACK"},
		"bad BCC":            {status[:len(status)-1] + "\x00\x06", "unreadable ACK"},
		"no ETX":             {strings.Replace(status, "\x03", "\x04", 1), "unreadable"},
		"too short a text":   {"\xF2\x00\x00\x02ab", "unreadable"},
		"too long a text":    {"\xF2\x00\xFF\xFFab", "unreadable"},
		"no status":          {packet(0, "P1002"), "unreadable"},
		"impossible status":  {packet(0, "P10920"), "unreadable"},
		"neither P nor E":    {packet(0, "Q10020"), "unreadable"},
		"failure, no code":   {packet(0, "E21"), "unreadable"},
		"two packets":        {status + status, "3130 020  3130 020 "},
		"half a packet":      {status[:6], ""},
		"length of a header": {"\xF2\x00\x00", ""},
	} {
		s := scanner{}
		var got []string
		for i := range len(c.in) { // one byte at a time
			s.push([]byte{c.in[i]})
			got = append(got, everything(&s)...)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %q, want %q", name, g, c.want)
		}
	}
}

func FuzzScanner(f *testing.F) {
	f.Add([]byte{ack, stx, 0, 0, 6, 'P', '1', '0', '0', '2', '0', etx, 0x11})
	f.Add(toContact.packet(0))
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, pieces := scanner{}, scanner{}
		whole.push(b)
		a := everything(&whole)
		var p []string
		for i := range b {
			pieces.push(b[i : i+1])
			p = append(p, everything(&pieces)...)
		}
		if len(whole.buf) > len(b) || len(whole.buf) > maxPacket {
			t.Fatalf("%d bytes are kept of %d", len(whole.buf), len(b))
		}
		// A length that cannot be drops what came with it: in pieces what follows is read.
		if !strings.Contains(strings.Join(a, " "), "unreadable") && strings.Join(a, "|") != strings.Join(p, "|") {
			t.Fatalf("whole %q, in pieces %q", a, p)
		}
	})
}
