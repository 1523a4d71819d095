package recorder

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
)

func TestMaskCommand(t *testing.T) {
	for _, c := range []struct {
		in, want string
		masked   bool
	}{
		{in: "\x1bSis\r", want: "Sis"},
		{in: "\x1bRlr;p\r", want: "Rlr;p"},
		{in: "\x1bPcom;1;115200;N;8;1;ACK/NACK;E\r", want: "Pcom;1;115200;N;8;1;ACK/NACK;E"},
		{in: "\x1bZz\r", want: "Zz"},
		{in: "\x1bDb;y;32;SITI AMINAH\r", want: "Db;y;32;", masked: true},
		{in: "\x1bDbc;k;2;4123;SITI;AMINAH;\r", want: "Dbc;k;2;4123;", masked: true},
		{in: "\x1bDbc;k;0;4123;\x00\x01;;;\r", want: "Dbc;k;0;4123;", masked: true},
		{in: "\x1bDbmp;k;12;40;SITI\r", want: "Dbmp;k;12;40;", masked: true},
		{in: "\x1bWt;10;10;SITI AMINAH\r", want: "Wt", masked: true},
		{in: "\x1bWb;10;10;9999010101900001\r", want: "Wb", masked: true},
		{in: "\x1bDSITIAMINAH\r", want: "", masked: true},
		{in: "\x1bXy;SITI\r", want: "Xy", masked: true},
		{in: "\x1bRlr;" + strings.Repeat("SITI", 20) + "\r", want: "Rlr", masked: true},
		{in: "\x1bRlr;\x00\x80\r", want: "Rlr", masked: true},
		{in: "SITI AMINAH\r", want: "", masked: true},
		{in: "\x1b9999010101900001\r", want: "", masked: true},
		{in: "", want: "", masked: true},
		{in: "~\r", want: "", masked: true},
	} {
		if got, masked := maskCommand([]byte(c.in)); got != c.want || masked != c.masked {
			t.Errorf("%q: %q %v, want %q %v", c.in, got, masked, c.want, c.masked)
		}
	}
}

func FuzzMaskCommand(f *testing.F) {
	f.Add([]byte("\x1bDbc;k;2;12;data\r"))
	f.Add([]byte("\x1bDb;;;;;;;;"))
	f.Fuzz(func(t *testing.T, b []byte) {
		text, masked := maskCommand(b)
		if len(text) > shortCommand || !printable([]byte(text)) {
			t.Errorf("%q shows %q", b, text)
		}
		if masked && strings.Count(text, ";") > 4 {
			t.Errorf("%q shows data: %q", b, text)
		}
	})
}

func TestMaskAPDU(t *testing.T) {
	for _, c := range []struct {
		in, want string
		open     bool
	}{
		{in: "00A4000C027F0A", want: "00A4000C027F0A", open: true},
		{in: "00B0000000", want: "00B00000"},
		{in: "00D6000004534954495349", want: "00D60000"},
		{in: "0020000008313233343536", want: "00200000"},
		{in: "80D80000FFAABB", want: "80D80000"},
		{in: "00C0000010", want: "00C00000"},
		{in: "00440000", want: "00440000"},
		{in: "0044000004AABBCCDD", want: "00440000"},
		{in: "FFCA000000", want: "FFCA0000"},
		{in: "00A4", want: ""},
	} {
		in, _ := hex.DecodeString(c.in)
		if got, open := maskAPDU(in); upper(got) != c.want || open != c.open {
			t.Errorf("%s: %X %v, want %s %v", c.in, got, open, c.want, c.open)
		}
	}
}

// port answers each command with the next reply.
type port struct {
	replies []string
	err     error
}

func (p *port) Write(_ context.Context, b []byte, _ time.Time) (int, error) { return len(b), p.err }
func (p *port) Close() error                                                { return nil }
func (p *port) Read(_ context.Context, b []byte, _ time.Time) (int, error) {
	if len(p.replies) == 0 {
		return 0, &drivers.Fault{Code: drivers.LineSilent}
	}
	n := copy(b, p.replies[0])
	p.replies = p.replies[1:]
	return n, nil
}

// TestFile records a line and a fault and reads the file back line by line.
func TestFile(t *testing.T) {
	r, dir := New(), filepath.Join(t.TempDir(), "recorder")
	p := &port{replies: []string{"SMART ", "CARD\x00\x06", strings.Repeat("RASTER", 40)}}
	l := r.Line(p)
	b := make([]byte, 512)
	r.Note("phase", "loading")
	for _, say := range []string{"\x1bRlr;p\r", "\x1bDb;k;2;RASTERRASTER\r"} {
		if _, err := l.Write(t.Context(), []byte(say), time.Time{}); err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := l.Read(t.Context(), b, time.Time{}); err != nil {
				break
			}
			if len(p.replies) == 1 { // the last is for the second command
				break
			}
		}
	}
	p.err = &drivers.Fault{Code: drivers.LineGone}
	if _, err := l.Write(t.Context(), []byte("\x1bSe\r"), time.Time{}); !errors.Is(err, drivers.LineGone) {
		t.Fatal(err)
	}
	path, err := r.Dump(dir, &drivers.Fault{Code: drivers.LineGone, Op: "print", Card: drivers.InMachine, Detail: "EIO"}, About{Program: "test", Baud: 9600, Station: "contact"})
	if err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st, err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []string
	for s := bufio.NewScanner(f); s.Scan(); {
		var m map[string]any
		if err := json.Unmarshal(s.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		delete(m, "t")
		delete(m, "at")
		line, _ := json.Marshal(m)
		got = append(got, string(line))
	}
	want := []string{
		`{"baud":9600,"card":"in-machine","code":"L-102","detail":"EIO","dropped":0,"format":"cetak-recording-1","op":"print","program":"test","station":"contact"}`,
		`{"k":"open","v":"line"}`,
		`{"k":"phase","v":"loading"}`,
		`{"k":"tx","n":7,"v":"Rlr;p"}`,
		`{"hex":"534d415254204341524400` + `06","k":"rx","n":12}`,
		`{"k":"tx","n":21,"v":"Db;k;2;"}`,
		`{"hex":"5241535445525241","k":"rx","n":240}`,
		`{"k":"tx","n":4,"v":"Se"}`,
		`{"code":"L-102","k":"tx-failed","n":4,"taken":4}`,
		`{"card":"in-machine","code":"L-102","k":"fault","v":"print"}`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestBounds: neither the ring nor the folder grows for ever, and what went is told.
func TestBounds(t *testing.T) {
	r, dir := New(), t.TempDir()
	for i := range 3 * MaxEntries {
		r.Note("fact", fmt.Sprintf("%d", i))
	}
	if len(r.entries) != MaxEntries || r.dropped != 2*MaxEntries || r.last().Text != fmt.Sprint(3*MaxEntries-1) {
		t.Errorf("%d entries, %d dropped, last %v", len(r.entries), r.dropped, r.last())
	}
	for i := range 3000 {
		r.Note("fact", strings.Repeat("x", 400)+fmt.Sprint(i))
	}
	sum := 0
	for _, e := range r.ordered() {
		sum += e.cost()
	}
	if sum != r.bytes || sum > MaxBytes || r.dropped+len(r.entries) != 3*MaxEntries+3000 {
		t.Errorf("%d bytes counted, %d held, %d + %d entries", r.bytes, sum, r.dropped, len(r.entries))
	}
	for range Kept + 5 {
		if _, err := r.Dump(dir, &drivers.Fault{Code: drivers.ChipMute}, About{}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != Kept {
		t.Errorf("%d files, %v", len(files), err)
	}
	if _, err := r.Dump("/dev/null/x", &drivers.Fault{Code: drivers.ChipMute}, About{}); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func BenchmarkCard(b *testing.B) {
	r := New()
	p := &port{}
	l := r.Line(p)
	buf, frame := make([]byte, 64), []byte("\x1bRlr;p\r")
	b.ReportAllocs()
	for b.Loop() {
		p.replies = append(p.replies[:0], "SMART CARD\x00\x06")
		_, _ = l.Write(context.Background(), frame, time.Time{})
		_, _ = l.Read(context.Background(), buf, time.Time{})
	}
}
