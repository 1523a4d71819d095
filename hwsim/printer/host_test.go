package printer

import (
	"context"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cetak/hwsim/card"
	"cetak/hwsim/line"
	"cetak/hwsim/world"
)

// machine is a printer on a real pseudo-terminal and the computer at its other end.
type machine struct {
	t     *testing.T
	world *world.World
	line  *line.Line
	p     *Printer
	tty   *os.File
	// with setup.factory
	socket *line.Line
	usb    *os.File
}

type setup struct {
	text   bool
	doubts Doubts
	blanks int
	ribbon string
	cards  int // ribbon capacity
	reject int
	speed  float64
	event  func(*machine, string)
	flow   line.Settings // Baud 0 = 115200
	// factory: the serial port is disabled and the host speaks at the USB socket.
	factory bool
	blind   bool // no pictures: a test that only asks whether a card is printed
}

func start(t *testing.T, s setup) *machine {
	t.Helper()
	if s.speed == 0 {
		s.speed = 2000
	}
	if s.blanks == 0 {
		s.blanks = 5
	}
	dir := t.TempDir()
	pictures := dir
	if s.blind {
		pictures = ""
	}
	m := &machine{t: t, world: world.New(world.Options{Seed: 7, Speed: s.speed, Blanks: s.blanks, Ribbon: s.ribbon,
		RibbonCards: s.cards, RejectCapacity: s.reject, Dir: pictures,
		NewChip: func(uid []byte) world.Chip { return card.New(uid, card.Options{}) }})}
	if s.event != nil {
		m.world.SetHooks(world.Hooks{Event: func(name string) { s.event(m, name) }})
	}
	var err error
	if s.flow.Baud == 0 {
		s.flow.Baud = 115200
	}
	m.line, err = line.Open(line.Options{Link: filepath.Join(dir, "printer"), Speed: s.speed, Settings: s.flow})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{World: m.world, Line: m.line, Text: s.text, Doubts: s.doubts, Seed: 7, Factory: s.factory}
	if s.factory {
		usb, err := line.Open(line.Options{Link: filepath.Join(dir, "usb"), Speed: s.speed, Settings: line.Settings{Baud: 4_000_000}})
		if err != nil {
			t.Fatal(err)
		}
		o.USB, m.socket = usb, usb
		if m.usb, err = os.OpenFile(filepath.Join(dir, "usb"), os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = m.usb.Close() })
	}
	m.p = New(o)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { m.p.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		if err := m.line.Close(); err != nil {
			t.Error(err)
		}
		if m.socket != nil {
			_ = m.socket.Close()
		}
		wg.Wait()
	})
	m.tty, err = os.OpenFile(filepath.Join(dir, "printer"), os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.tty.Close() })
	return m
}

// send writes bytes as they are.
func (m *machine) send(b string) {
	m.t.Helper()
	if err := m.tty.SetWriteDeadline(time.Now().Add(20 * time.Second)); err != nil {
		m.t.Fatal(err)
	}
	if _, err := io.WriteString(m.tty, b); err != nil {
		m.t.Fatal(err)
	}
}

// hear reads as many bytes as are wanted and compares. Bytes too many spoil the next one.
func (m *machine) hear(after, want string) {
	m.t.Helper()
	if err := m.tty.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		m.t.Fatal(err)
	}
	got := make([]byte, len(want))
	n, err := io.ReadFull(m.tty, got)
	if err != nil || string(got) != want {
		m.t.Fatalf("after %.40q: %q (%v), want %q", after, got[:n], err, want)
	}
}

// say sends a command in its frame and wants that reply.
func (m *machine) say(command, want string) {
	m.t.Helper()
	m.send("\x1b" + command + "\r")
	m.hear(command, want)
}

// all sends commands that must each be acknowledged in ACK/NACK mode.
func (m *machine) all(commands ...string) {
	m.t.Helper()
	for _, c := range commands {
		m.say(c, "\x06")
	}
}

// up waits until the machine has started again. A wait of its boot time by the world's clock would not do: on a computer with much to do it may come
// up later than that.
func (m *machine) up() {
	m.t.Helper()
	for end := time.Now().Add(20 * time.Second); m.p.Power() != "on"; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatalf("the machine is %s", m.p.Power())
		}
	}
}

// until asks until the answer comes: for moves that were acknowledged before they were done.
func (m *machine) until(command, want string) {
	m.t.Helper()
	end := time.Now().Add(10 * time.Second)
	for {
		m.send("\x1b" + command + "\r")
		var got []byte
		for !done(got) {
			b := make([]byte, 64)
			if err := m.tty.SetReadDeadline(end); err != nil {
				m.t.Fatal(err)
			}
			n, err := m.tty.Read(b)
			if err != nil {
				m.t.Fatalf("%s: %q, %v", command, got, err)
			}
			got = append(got, b[:n]...)
		}
		if string(got) == want {
			return
		}
		if time.Now().After(end) {
			m.t.Fatalf("%s: last %q, want %q", command, got, want)
		}
	}
}

// done tells that an ACK/NACK answer with the default doubts is whole.
func done(b []byte) bool {
	n := len(b)
	return n > 0 && (b[n-1] == ackByte || (n >= 2 && b[n-2] == 0x15))
}

func (m *machine) truth() world.Truth {
	m.t.Helper()
	tr, err := m.world.Truth()
	if err != nil {
		m.t.Fatal(err)
	}
	return tr
}

func picture(t *testing.T, path string) image.Image {
	t.Helper()
	if path == "" {
		t.Fatal("there is no such picture")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// dark lists the dots of a picture that are not white, at most ten.
func dark(img image.Image) []image.Point {
	var list []image.Point
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if r, g, b, _ := img.At(x, y).RGBA(); (r != 0xffff || g != 0xffff || b != 0xffff) && len(list) < 10 {
				list = append(list, image.Pt(x, y))
			}
		}
	}
	return list
}

// packed is a Db image, written bit by bit from the guide: dot(n, d) is the value of dot d in line n.
func packed(bits int, lsb bool, dot func(n, d int) int) string {
	out := make([]byte, LineDots*Lines*bits/8)
	at := 0
	for n := range Lines {
		for d := range LineDots {
			v := dot(n, d)
			for b := range bits {
				if lsb {
					out[at/8] |= byte(v>>b&1) << (at % 8)
				} else {
					out[at/8] |= byte(v>>(bits-1-b)&1) << (7 - at%8)
				}
				at++
			}
		}
	}
	return string(out)
}

// one has a single dot of value v at column x, row y of the landscape face.
func oneDot(x, y, v int) func(n, d int) int {
	return func(n, d int) int {
		if n == x && d == LineDots-1-y {
			return v
		}
		return 0
	}
}

func white(lines int) string { return strings.Repeat("\x00", lines) }

// deadLine is a line nobody listens on, for fuzzing the firmware without a terminal.
type deadLine struct{ s line.Settings }

func (l *deadLine) Read([]byte) (int, error)    { return 0, io.EOF }
func (l *deadLine) Write(b []byte) (int, error) { return len(b), nil }
func (l *deadLine) Set(s line.Settings)         { l.s = s }
func (l *deadLine) Settings() line.Settings     { return l.s }
func (l *deadLine) Drain(context.Context) error { return nil }
