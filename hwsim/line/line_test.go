package line

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestPacerNeverCreditsIdle guards against the flattering line: one that stood idle must not catch up, one that woke late
// must (serial-store-fleet.md A4).
func TestPacerNeverCreditsIdle(t *testing.T) {
	const perByte = time.Millisecond
	start := time.Unix(1000, 0)
	ms := func(n int) time.Time { return start.Add(time.Duration(n) * time.Millisecond) }
	for _, tc := range []struct {
		name    string
		arrived []int // ms
		bytes   []int
		due     []int
	}{
		{"back to back: drift is made good", []int{0, 0, 0}, []int{10, 10, 10}, []int{10, 20, 30}},
		{"a chunk that waited leaves right behind", []int{0, 3, 9}, []int{10, 10, 10}, []int{10, 20, 30}},
		{"a gap of 1 ms is lost for good", []int{0, 11, 11}, []int{10, 10, 10}, []int{10, 21, 31}},
		{"a gap of 15 ms is lost for good", []int{0, 25}, []int{10, 10}, []int{10, 35}},
		{"a long rest is lost for good", []int{0, 60000, 60000}, []int{1, 1, 1}, []int{1, 60001, 60002}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var p pacer
			for i := range tc.bytes {
				if got := p.due(ms(tc.arrived[i]), tc.bytes[i], perByte); !got.Equal(ms(tc.due[i])) {
					t.Errorf("chunk %d is due after %v, want %d ms", i, got.Sub(start), tc.due[i])
				}
			}
		})
	}
}

// queue is how many bytes wait, one figure a look.
type queue []int

func (q *queue) waiting() int {
	n := (*q)[0]
	*q = (*q)[1:]
	return n
}

// TestArrivalIsWhenBytesWereSeen: bytes seen to wait had arrived by then; no others are dated back.
func TestArrivalIsWhenBytesWereSeen(t *testing.T) {
	var w waiting
	q := &queue{10, 3, 0, 5}
	began := time.Now()
	first := w.took(4, q) // nothing was seen before it; 10 are seen now
	seen := w.at
	if first.Before(began) || seen.Before(first) || w.n != 10 {
		t.Fatalf("first %v, seen %v, %d waiting", first, seen, w.n)
	}
	time.Sleep(time.Millisecond)
	if a, b := w.took(4, q), w.took(6, q); !a.Equal(seen) || !b.Equal(seen) || w.n != 3 {
		t.Errorf("of the 10: %v, %v, want %v; then %d", a, b, seen, w.n)
	}
	time.Sleep(time.Millisecond)
	if late := w.took(4, q); !late.After(w.at.Add(-time.Millisecond)) || w.n != 0 {
		t.Errorf("one more than was seen: %v is dated back to %v", late, w.at)
	}
	if none := w.took(1, q); none.Before(w.at.Add(-time.Millisecond)) {
		t.Errorf("none was seen: %v", none)
	}
}

func TestTimeOfAByte(t *testing.T) {
	for _, tc := range []struct {
		s     Settings
		speed float64
		want  time.Duration
	}{
		{Settings{Baud: 115200, Parity: 'N', Stop: 1}, 1, 86805 * time.Nanosecond},
		{Settings{Baud: 2400, Parity: 'N', Stop: 1}, 1, 4166666 * time.Nanosecond},
		{Settings{Baud: 2400, Parity: 'N', Stop: 1}, 10, 416666 * time.Nanosecond},
		{Settings{Baud: 9600, Parity: 'E', Stop: 2}, 1, 1250 * time.Microsecond}, // 12 bits
	} {
		l := &Line{speed: tc.speed, settings: tc.s}
		if got := l.perByte(); got != tc.want {
			t.Errorf("%+v at speed %g: %v, want %v", tc.s, tc.speed, got, tc.want)
		}
	}
}

func TestQuantum(t *testing.T) {
	for _, tc := range []struct {
		perByte time.Duration
		want    int
	}{{4166 * time.Microsecond, 1}, {86805 * time.Nanosecond, 46}, {100 * time.Nanosecond, 4096}, {0, 4096}} {
		if got := quantum(tc.perByte); got != tc.want {
			t.Errorf("%v a byte: %d, want %d", tc.perByte, got, tc.want)
		}
	}
}

func open(t *testing.T, baud int) *Line {
	t.Helper()
	l, err := Open(Options{Link: filepath.Join(t.TempDir(), "printer"), Speed: 100, Settings: Settings{Baud: baud}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// configure changes the host's terminal.
func configure(t *testing.T, h *os.File, change func(*unix.Termios)) {
	t.Helper()
	conn, err := h.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Control(func(fd uintptr) {
		x, err := unix.IoctlGetTermios(int(fd), unix.TCGETS2)
		if err == nil {
			change(x)
			err = unix.IoctlSetTermios(int(fd), unix.TCSETS2, x)
		}
		if err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

func host(t *testing.T, l *Line) *os.File {
	t.Helper()
	f, err := os.OpenFile(l.link, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if err := f.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return f
}

func everyByte(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

func TestBytesPassUnchanged(t *testing.T) {
	l := open(t, 115200)
	h := host(t, l)
	sent := everyByte(30000)
	go func() {
		if _, err := h.Write(sent); err != nil {
			t.Error(err)
		}
	}()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(l, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, sent) {
		t.Error("host to device: changed")
	}
	go func() {
		if _, err := l.Write(sent); err != nil {
			t.Error(err)
		}
	}()
	if _, err := io.ReadFull(h, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, sent) {
		t.Error("device to host: changed")
	}
}

func TestSpoiltBytes(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(*Line)
		want  string
	}{
		{"clean", func(*Line) {}, "abcdef"},
		{"flip the first", func(l *Line) { l.FlipByte(false, 0) }, "`bcdef"},
		{"flip the fourth", func(l *Line) { l.FlipByte(false, 3) }, "abceef"},
		{"lose the second", func(l *Line) { l.LoseByte(false, 1) }, "acdef"},
		{"the other direction stays clean", func(l *Line) { l.FlipByte(true, 0); l.LoseByte(true, 1) }, "abcdef"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := open(t, 9600)
			tc.spoil(l)
			if _, err := host(t, l).Write([]byte("abcdef")); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(tc.want))
			if _, err := io.ReadFull(l, got); err != nil || string(got) != tc.want {
				t.Errorf("%q, %v; want %q", got, err, tc.want)
			}
		})
	}
}

func TestNoiseHitsSomeBytes(t *testing.T) {
	l := open(t, 115200)
	l.SetNoise(0.1)
	sent := make([]byte, 2000)
	if _, err := host(t, l).Write(sent); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(l, got); err != nil {
		t.Fatal(err)
	}
	wrong := len(got) - bytes.Count(got, []byte{0})
	if wrong < 100 || wrong > 400 {
		t.Errorf("%d of %d bytes are wrong, about 200 expected", wrong, len(sent))
	}
}

// TestWrongSpeedGarbles: a host that set its terminal otherwise than the device hears and says nonsense.
func TestWrongSpeedGarbles(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*unix.Termios)
	}{
		{"speed", func(x *unix.Termios) { x.Cflag = x.Cflag&^unix.CBAUD | unix.B9600; x.Ospeed, x.Ispeed = 9600, 9600 }},
		{"stop bits", func(x *unix.Termios) { x.Cflag |= unix.CSTOPB }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := open(t, 115200)
			h := host(t, l)
			configure(t, h, tc.change)
			got := make([]byte, 5)
			if _, err := h.Write([]byte("hello")); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(l, got); err != nil || string(got) == "hello" {
				t.Errorf("heard %q, %v", got, err)
			}
		})
	}
}

func TestUnplugAndReplug(t *testing.T) {
	l := open(t, 115200)
	h := host(t, l)
	before := l.Name()
	if err := l.Unplug(); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !errors.Is(err, unix.EIO) {
		t.Errorf("the host sees %v, want a hang-up", err)
	}
	if _, err := os.Lstat(l.link); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the symlink is still there: %v", err)
	}
	if _, err := l.Write([]byte("lost")); err != nil {
		t.Errorf("the device cannot know: %v", err)
	}
	if err := l.Plug(); err != nil {
		t.Fatal(err)
	}
	if l.Name() == before {
		t.Errorf("it came back as %s, the name it had", before)
	}
	if err := l.Plug(); err != nil {
		t.Errorf("plugging in what is in: %v", err)
	}
	h = host(t, l)
	if _, err := h.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 1)
	if _, err := io.ReadFull(l, got); err != nil || got[0] != 'x' {
		t.Errorf("%q %v", got, err)
	}
}

func TestReadEndsWithTheLine(t *testing.T) {
	l := open(t, 115200)
	go func() { _ = l.Close() }()
	if _, err := l.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}

func TestLinkIsNotOverwritten(t *testing.T) {
	link := filepath.Join(t.TempDir(), "printer")
	if err := os.WriteFile(link, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := Open(Options{Link: link, Settings: Settings{Baud: 9600}}); err == nil {
		_ = l.Close()
		t.Error("a file of somebody else's was replaced")
	}
}

func TestDoubleByteAndCut(t *testing.T) {
	l, err := Open(Options{Link: filepath.Join(t.TempDir(), "port"), Speed: 1000, Settings: Settings{Baud: 115200}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	l.DoubleByte(false, 2)
	l.DoubleByte(true, 0)
	if got := string(l.pass([]byte("abcde"), false, true)); got != "abccde" {
		t.Errorf("to the device %q", got)
	}
	if got := string(l.pass([]byte("xy"), true, true)); got != "xxy" {
		t.Errorf("to the host %q", got)
	}
	l.CutAfter(false, 7)
	if got := string(l.pass([]byte("abcde"), false, true)); got != "abcde" {
		t.Errorf("before the cut %q", got)
	}
	if got := string(l.pass([]byte("fghij"), false, true)); got != "fg" {
		t.Errorf("at the cut %q", got)
	}
	for end := time.Now().Add(10 * time.Second); l.Name() != "" && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if l.Name() != "" {
		t.Error("the cable is still in")
	}
}
