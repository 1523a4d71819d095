package reader_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"cetak/hwsim/card"
	"cetak/hwsim/reader"
)

const ownName = "Cetak Test Reader 00 00"

// openOwn and openPCSCD open a door for a test, and at its end close it and look for what it may have left behind.
func openOwn(t *testing.T) reader.Door {
	t.Helper()
	d, err := reader.OpenOwn(t.TempDir(), ownName)
	return opened(t, d, err)
}

func openPCSCD(t *testing.T) reader.Door {
	t.Helper()
	d, err := reader.OpenPCSCD(t.TempDir(), nil)
	return opened(t, d, err)
}

func opened(t *testing.T, d reader.Door, err error) reader.Door {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 2 {
			if err := d.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
		if _, err := os.Lstat(d.Socket()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the socket is still there: %v", err)
		}
		if err := d.Start(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("start after close: %v", err)
		}
		d.Insert(card.New(nil, card.Options{})) // without effect
		d.Remove()
	})
	return d
}

// leftBehind returns the goroutines that the doors of all tests have left; there must be none when all are closed.
func leftBehind() []string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var out []string
	for _, s := range strings.Split(string(stacks), "\n\n") {
		if strings.Contains(s, "hwsim/reader.(*") || strings.Contains(s, "hwsim/reader.link") {
			out = append(out, s)
		}
	}
	return out
}

func stop(t *testing.T, d reader.Door) {
	t.Helper()
	if err := d.Stop(); err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, d reader.Door) {
	t.Helper()
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
}

// written is a chip with a portrait, sealed.
func written(t *testing.T) *card.Chip {
	t.Helper()
	c := card.New([]byte{0x04, 1, 2, 3, 4, 5, 6}, card.Options{})
	for _, apdu := range [][]byte{
		{0x00, 0xA4, 0x08, 0x0C, 0x04, 0x7F, 0x0A, 0x6F, 0xF2},
		{0x00, 0xD6, 0x00, 0x00, 0x08, 0x00, 0x06, 0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xD9},
		{0x00, 0xA4, 0x00, 0x0C, 0x02, 0x7F, 0x0A},
		{0x00, 0x44, 0x00, 0x00},
	} {
		if r := c.Transmit(apdu); string(r) != "\x90\x00" {
			t.Fatalf("%X: %X", apdu, r)
		}
	}
	return c
}

// openscTool runs OpenSC's command line tool, a client that is not ours, against a door.
func openscTool(t *testing.T, d reader.Door, args ...string) (string, error) {
	t.Helper()
	tool, err := exec.LookPath("opensc-tool")
	if err != nil {
		t.Fatal("opensc-tool is missing: install the Debian package opensc")
	}
	cmd := exec.Command(tool, args...)
	cmd.Env = append(os.Environ(), "PCSCLITE_CSOCK_NAME="+d.Socket())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestOpenSC(t *testing.T) {
	for _, tt := range []struct {
		name string
		open func(*testing.T) reader.Door
	}{{"own", openOwn}, {"pcscd", openPCSCD}} {
		t.Run(tt.name, func(t *testing.T) {
			d := tt.open(t)
			d.Insert(written(t))
			waitPresent(t, d)
			out, err := openscTool(t, d, "-s", "00A40000027F0A00", "-s", "00A40000026FF2", "-s", "00B0000008")
			if err != nil || !strings.Contains(out, "00 06 FF D8 FF E0 FF D9") {
				t.Fatalf("%v\n%s", err, out)
			}
			out, err = openscTool(t, d, "-a")
			if want := "3b:8b:80:01:65:4b:54:50:30:44:32:65:4b:54:50:4c"; err != nil || !strings.Contains(out, want) {
				t.Fatalf("%v\n%s", err, out)
			}
			d.Remove()
		})
	}
}

// waitPresent returns when the service shows a card; pcscd takes note of one within 0.4 s.
func waitPresent(t *testing.T, d reader.Door) {
	t.Helper()
	r := dial(t, d)
	r.ask(0x11, numbers(4, 4, 0), 12)
	for binary.LittleEndian.Uint32(r.ask(0x13, nil, 16*184)[132:])&4 == 0 {
		if _, err := io.ReadFull(r, make([]byte, 8)); err != nil { // the change
			t.Fatal(err)
		}
	}
}

func TestLongFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("a", 60), strings.Repeat("b", 60))
	d, err := reader.OpenOwn(dir, ownName)
	opened(t, d, err)
	link := filepath.Join(dir, "pcscd.comm")
	if to, err := os.Readlink(link); err != nil || to != d.Socket() || len(to) > 107 {
		t.Errorf("%q, %v", to, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(link); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the link is still there: %v", err)
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"", strings.Repeat("x", 128)} {
		if d, err := reader.OpenOwn(t.TempDir(), name); err == nil {
			d.Close()
			t.Errorf("a name of %d bytes was taken", len(name))
		}
	}
}

// raw is a connection that speaks the protocol by hand.
type raw struct {
	net.Conn
	t *testing.T
}

func dial(t *testing.T, d reader.Door) raw {
	t.Helper()
	c, err := net.Dial("unix", d.Socket())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return raw{c, t}
}

func numbers(n ...uint32) []byte {
	var b []byte
	for _, v := range n {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

func (r raw) ask(cmd uint32, body []byte, reply int) []byte {
	r.t.Helper()
	if _, err := r.Write(append(numbers(uint32(len(body)), cmd), body...)); err != nil {
		r.t.Fatal(err)
	}
	b := make([]byte, reply)
	if _, err := io.ReadFull(r, b); err != nil {
		r.t.Fatal(err)
	}
	return b
}

// Newer clients (pcsc-lite 2.3: 4:5, 2.5: 4:6) offer their version, are told ours with an error, and offer that. Here on one connection; a new one does as well.
func TestVersions(t *testing.T) {
	r := dial(t, openOwn(t))
	for _, tt := range []struct{ major, minor, rv uint32 }{{4, 6, 0x8010001E}, {4, 5, 0x8010001E}, {4, 3, 0x8010001E}, {5, 4, 0x8010001E}, {4, 4, 0}} {
		if got, want := r.ask(0x11, numbers(tt.major, tt.minor, 0), 12), numbers(4, 4, tt.rv); string(got) != string(want) {
			t.Errorf("%d:%d: % X", tt.major, tt.minor, got)
		}
	}
	if got := r.ask(0x12, nil, 16*184); !strings.HasPrefix(string(got), ownName+"\x00") {
		t.Errorf("states: % X", got[:40])
	}
}

// What is no command ends the connection, and only that connection.
func TestNonsense(t *testing.T) {
	d := openOwn(t)
	d.Insert(card.New([]byte{1}, card.Options{}))
	good := dial(t, d)
	for _, b := range [][]byte{
		numbers(0, 0x00), numbers(0, 0x03), numbers(0, 0x0C), numbers(0, 0x15), numbers(0, 0xFFFFFFFF),
		numbers(0xFFFFFFFF, 0x11), numbers(0, 0x04), numbers(11, 0x11),
		append(numbers(32, 0x09), numbers(0, 2, 16, 0xFFFFFFFF, 0, 0, 0xFFFFFFFF, 0)...),
		append(numbers(24, 0x0A), numbers(0, 0, 0xFFFFFFFF, 0, 0, 0)...),
		append(append(append(numbers(280, 0x0F), numbers(0, 0)...), make([]byte, 264)...), numbers(265, 0)...),
	} {
		c := dial(t, d)
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
		if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("% X was answered", b[:8])
		}
	}
	// Handles and contexts that do not exist are answered.
	for cmd, body := range map[uint32][]byte{
		0x02: numbers(7, 0), 0x05: numbers(7, 2, 3, 0, 0, 0), 0x06: numbers(7, 0, 0), 0x07: numbers(7, 0), 0x08: numbers(7, 0, 0),
		0x0B: numbers(7, 0), 0x0D: numbers(7, 0),
	} {
		got := good.ask(cmd, body, len(body))
		if rv := binary.LittleEndian.Uint32(got[len(got)-4:]); rv != 0x80100003 {
			t.Errorf("command %02X: %08X", cmd, rv)
		}
	}
	if got := good.ask(0x12, nil, 16*184); !strings.HasPrefix(string(got), ownName) {
		t.Error("the good client lost its connection")
	}
}

// A client's handle is not another's.
func TestForeignHandle(t *testing.T) {
	d := openOwn(t)
	d.Insert(card.New([]byte{1}, card.Options{}))
	a, b := dial(t, d), dial(t, d)
	context := a.ask(0x01, numbers(0, 0, 0), 12)[4:8]
	request := append(append(append([]byte{}, context...), append([]byte(ownName), make([]byte, 128-len(ownName))...)...), numbers(2, 3, 0, 0, 0)...)
	reply := a.ask(0x04, request, len(request))
	if rv := binary.LittleEndian.Uint32(reply[len(reply)-4:]); rv != 0 {
		t.Fatalf("connect: %08X", rv)
	}
	handle := reply[len(reply)-12:][:4]
	if got := b.ask(0x0B, append(append([]byte{}, handle...), 0, 0, 0, 0), 8); binary.LittleEndian.Uint32(got[4:]) != 0x80100003 {
		t.Errorf("status by another client: % X", got)
	}
	if got := a.ask(0x0B, append(append([]byte{}, handle...), 0, 0, 0, 0), 8); binary.LittleEndian.Uint32(got[4:]) != 0 {
		t.Errorf("status: % X", got)
	}
}

// FuzzService sends a client's whole life as bytes. The service neither panics nor stops serving others, whatever they are.
func FuzzService(f *testing.F) {
	establish := append(numbers(12, 0x01), numbers(0, 0, 0)...)
	connect := append(numbers(152, 0x04), append(append(numbers(1), append([]byte(ownName), make([]byte, 128-len(ownName))...)...), numbers(2, 3, 0, 0, 0)...)...)
	for _, b := range [][]byte{
		append(append([]byte{}, establish...), connect...),
		append(append(append([]byte{}, establish...), numbers(0, 0x13)...), numbers(0, 0x14)...),
		append(append(numbers(32, 0x09), numbers(1, 2, 16, 5, 0, 0, 300, 0)...), 0, 0xA4, 0, 0, 0),
		append(append(numbers(24, 0x0A), numbers(1, 0, 2, 0, 0, 0)...), 1, 2),
		append(numbers(24, 0x05), numbers(1, 1, 3, 2, 0, 0)...),
	} {
		f.Add(b)
	}
	d, err := reader.OpenOwn(f.TempDir(), ownName)
	if err != nil {
		f.Fatal(err)
	}
	defer d.Close()
	d.Insert(card.New([]byte{1}, card.Options{}))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := dial(t, d)
		go func() {
			_, _ = r.Write(b) // the service may have hung up already
			_ = r.Conn.(*net.UnixConn).CloseWrite()
		}()
		if _, err := io.Copy(io.Discard, r); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("the service hangs")
		}
		if got := dial(t, d).ask(0x11, numbers(4, 4, 0), 12); string(got) != string(numbers(4, 4, 0)) {
			t.Fatalf("version: % X", got)
		}
	})
}
