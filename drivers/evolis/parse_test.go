package evolis

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// driverJob builds a job as the maker's Windows driver writes it (evolis.md 1 and 6): the parameters of the card, one
// black panel as Dbc with three parameters whose every line is a count and bytes, NULs up to a multiple of 64 after it,
// Se;1, and 32 NULs.
func driverJob() (job []byte, lines [][]byte) {
	var b bytes.Buffer
	say := func(c string) { fmt.Fprintf(&b, "\x1b%s\r", c) }
	for _, c := range []string{"Pr;k", "Pmi;F;s", "Pc;k;=;10", "Pdt;DU", "Mr;s", "Ppws;1281693600", "Ss", "Sr"} {
		say(c)
	}
	var data []byte
	for n := range 1016 {
		line := make([]byte, 1+n%81)
		for i := range line {
			line[i] = byte(n*7 + i*13) // every value, also those of ESC, ; and CR
		}
		lines = append(lines, line)
		data = append(append(data, byte(len(line))), line...)
	}
	panel := fmt.Appendf(nil, "\x1bDbc;k;2;%d;", len(data))
	panel = append(append(panel, data...), '\r')
	for len(panel)%64 != 0 {
		panel = append(panel, 0)
	}
	b.Write(panel)
	say("Se;1")
	b.Write(make([]byte, 32))
	return b.Bytes(), lines
}

func TestParseOfTheMakersDriver(t *testing.T) {
	job, lines := driverJob()
	got, err := Parse(job)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range got {
		names = append(names, c.Name)
		if job[c.Offset] != esc {
			t.Errorf("%s at %d", c, c.Offset)
		}
	}
	if s := strings.Join(names, " "); s != "Pr Pmi Pc Pdt Mr Ppws Ss Sr Dbc Se" {
		t.Fatalf("commands %s", s)
	}
	if s := got[2].String(); s != "Pc;k;=;10" {
		t.Errorf("contrast %s", s)
	}
	if s := got[9].String(); s != "Se;1" {
		t.Errorf("end %s", s)
	}
	dbc := got[8]
	if len(dbc.Params) != 3 || dbc.Params[0] != "k" || dbc.Params[1] != "2" {
		t.Fatalf("panel %s", dbc)
	}
	data := dbc.Data
	for n, line := range lines {
		if int(data[0]) != len(line) || !bytes.Equal(data[1:1+len(line)], line) {
			t.Fatalf("line %d differs", n)
		}
		data = data[1+len(line):]
	}
	if len(data) > 0 {
		t.Errorf("%d bytes left", len(data))
	}
}

func TestParse(t *testing.T) {
	raw := strings.Repeat("\x1b;\r", 648*1016/8/3)
	bmp := "BM\x0a\x00\x00\x00\x1b\r;;"
	tests := map[string]struct {
		in, want, fails string
	}{
		"nothing":               {"", "", ""},
		"padding only":          {"\x00\x00", "", ""},
		"no ESC after CR":       {"\x1bSs\rSr\r\x00\x1bSe\r", "Ss Sr Se", ""},
		"packed panel":          {"\x1bDb;k;2;" + raw + "\rSe\r", "Db;k;2+82296 Se", ""},
		"three parameters":      {"\x1bDbc;k;2;3;\x02\r\x1b\r", "Dbc;k;2;3+3", ""},
		"four parameters":       {"\x1bDbc;k;2;0;3;\x02\r\x1b\r", "Dbc;k;2;0;3+3", ""},
		"no bytes at all":       {"\x1bDbc;k;2;0;\r", "Dbc;k;2;0+0", ""},
		"part of a panel":       {"\x1bDbp;y;32;0;2;" + strings.Repeat("\x00", 810) + "\r", "Dbp;y;32;0;2+810", ""},
		"part, compressed":      {"\x1bDbpc;y;32;7;2;\x80\x00\r", "Dbpc;y;32;7;2+2", ""},
		"BMP":                   {"\x1bDbmp;k;10;20;0;" + bmp + "\r", "Dbmp;k;10;20;0+10", ""},
		"other frame":           {"\x1bPsc;2;44;3\r\x02Pr,k\x03\x02Psc\x03\x1bSs\r", "Psc;2;44;3 Pr;k Psc Ss", ""},
		"noise":                 {"\x1bSs\r\x07", "Ss", "byte 4"},
		"no ESC at the start":   {"Ss\r", "", "byte 0"},
		"cut command":           {"\x1bSs\r\x1bSe", "Ss", "byte 5"},
		"cut panel":             {"\x1bDbc;k;2;9;\x01", "", "byte 1"},
		"panel without data":    {"\x1bDb;k;2\r", "", "before its data"},
		"levels that are none":  {"\x1bDb;k;9;\r", "", "levels"},
		"count that is none":    {"\x1bDbc;k;2;x;\r", "", "count"},
		"empty command":         {"\x1b\r", "", "empty"},
		"frame that is none":    {"\x1bPsc;0;1;2\r", "", "1 to 255"},
		"frame of one":          {"\x1bPsc;1\r", "", "three"},
		"five parameters":       {"\x1bDbc;k;2;0;0;0;\r", "", "no stop character"},
		"BMP that is cut":       {"\x1bDbmp;k;0;0;0;BM\xff\xff\x00\x00\r", "", "cut"},
		"command without end":   {"\x1b" + strings.Repeat("A", 400), "", "no stop"},
		"lines that are none":   {"\x1bDbp;y;32;0;2000;\r", "", "lines"},
		"BMP that is something": {"\x1bDbmp;k;0;0;0;GIF89a\r", "", "no BMP"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Parse([]byte(tt.in))
			var s []string
			for _, c := range got {
				text := c.String()
				if isImage(c.Name) {
					text += fmt.Sprintf("+%d", len(c.Data))
				}
				s = append(s, text)
			}
			if strings.Join(s, " ") != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
			if tt.fails == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var pe *ParseError
			if !errors.As(err, &pe) || !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("error %v, want %q in it", err, tt.fails)
			}
		})
	}
}

// What Parse takes, put together again, is the stream it was taken from: padding, an optional start character, the command, its data,
// and the stop character, with nothing between. (Parsing what was put together in another way would prove less: whether Dbc has three
// parameters or four can depend on a byte of padding.)
func FuzzParse(f *testing.F) {
	job, _ := driverJob()
	f.Add(job[:200])
	f.Add([]byte("\x1bPsc;2;44;3\r\x02Pr,k\x03"))
	f.Add([]byte("\x1bDbc;k;2;0;3;\x02\r\x1b\rSs\r"))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := Parse(in)
		at := 0
		for _, c := range got {
			if strings.Trim(string(in[at:c.Offset]), "\x00") != "" {
				t.Fatalf("%q: %q before %v was passed over", in, in[at:c.Offset], c)
			}
			if c.Name == "Psc" {
				return // the frame changes; what is between is not ESC ; CR
			}
			out := []byte(c.String())
			if isImage(c.Name) {
				out = append(append(out, ';'), c.Data...)
			}
			out = append(out, cr)
			if at = c.Offset; in[at] == esc {
				at++
			}
			if !bytes.HasPrefix(in[at:], out) {
				t.Fatalf("%q: %v is not at byte %d", in, c, at)
			}
			at += len(out)
		}
		if rest := strings.Trim(string(in[at:]), "\x00"); err == nil && rest != "" {
			t.Fatalf("%q: %q was left without an error", in, rest)
		}
	})
}

func TestLearn(t *testing.T) {
	tests := map[string]struct {
		in   string
		acks bool
		nack byte
		ok   bool
	}{
		"NACK 15":               {"\x151", true, 0x15, true},
		"NACK 18":               {"\x181", true, 0x18, true},
		"NACK and a terminator": {"\x151\r\n", true, 0x15, true},
		"word, NUL":             {"ERROR CDE\x00", false, 0x15, true},
		"word, CR LF":           {"ERROR CDE\r\n", false, 0x15, true},
		"an ACK":                {"\x06", true, 0x15, true},
		"noise":                 {"\xf8\xfe\x80", false, 0, false},
		"noise and a letter":    {"\xf8A\x00", false, 0, false},
		"noise and an ACK":      {"\xf8\xfe\x06A\x00", false, 0, false},
		"noise and NACK 1":      {"\xf8\xfe\x151", false, 0, false},
		"ACK, NACK 18":          {"\x06\x181", true, 0x18, true},
		"a late word":           {"OK\x00ERROR CDE\x00", false, 0x15, true},
		"nothing":               {"", false, 0, false},
		"half a word":           {"ERR", false, 0, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, ok := learn([]byte(tt.in))
			if ok != tt.ok || ok && (d.acks != tt.acks || d.nack != tt.nack) {
				t.Errorf("%+v, %t", d, ok)
			}
		})
	}
}

// Replies as they come apart on a slow line: whole only with the last byte.
func TestWhole(t *testing.T) {
	acks, words := dialect{acks: true, nack: nackByte}, dialect{nack: nackByte}
	tests := map[string]struct {
		d    dialect
		k    kind
		in   string
		text string
		nack byte
	}{
		"order, ACK":          {acks, order, "\x06", "", 0},
		"order, NACK":         {acks, order, "\x15F", "", 'F'},
		"order, word":         {words, order, "FEEDER EMPTY\x00", "FEEDER EMPTY", 0},
		"value before ACK":    {acks, value, "123\x00\x06", "123", 0},
		"value after ACK":     {acks, value, "\x06123\x00", "123", 0},
		"value without end":   {acks, value, "123\x06", "123", 0},
		"value in words, CR":  {words, value, "5,00 Volts\r", "5,00 Volts", 0},
		"value refused":       {acks, value, "\x151", "", '1'},
		"late NACK comes too": {acks, value, "\x15T", "", 'T'},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for n := range len(tt.in) {
				if tt.d.whole([]byte(tt.in[:n]), tt.k) {
					t.Errorf("whole after %q", tt.in[:n])
				}
			}
			a := tt.d.read([]byte(tt.in))
			if !tt.d.whole([]byte(tt.in), tt.k) || a.text() != tt.text || a.nack != tt.nack || a.junk {
				t.Errorf("%+v", a)
			}
		})
	}
}

func FuzzReply(f *testing.F) {
	f.Add([]byte("\x06123\x00\x15T"), true)
	f.Fuzz(func(t *testing.T, b []byte, acks bool) {
		d := dialect{acks: acks, nack: nackByte}
		for _, k := range []kind{order, value} {
			if d.whole(b, k) {
				a := d.read(b)
				if len(a.texts) == 0 && a.acks == 0 && a.nack == 0 && !a.junk {
					t.Fatalf("whole and empty: %q", b)
				}
			}
		}
		learn(b)
		if r := d.read(b).refusal(); r != nil && (r.code == "" || r.again == "") {
			t.Fatalf("%+v", r)
		}
	})
}
