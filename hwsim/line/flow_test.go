package line

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestFlowControl: a device that stops reading loses nothing of a host that obeys what both have set, and does of any
// other. The buffer is small, so that the terminal's own 24 kB would run it over.
func TestFlowControl(t *testing.T) {
	ixon := func(x *unix.Termios) {
		x.Iflag |= unix.IXON
		x.Cc[unix.VSTART], x.Cc[unix.VSTOP] = dc1, dc3
	}
	crtscts := func(x *unix.Termios) { x.Cflag |= unix.CRTSCTS }
	for _, tc := range []struct {
		name   string
		device Settings
		host   func(*unix.Termios)
		whole  bool
	}{
		{"none", Settings{}, func(*unix.Termios) {}, false},
		{"XON/XOFF", Settings{XONXOFF: true}, ixon, true},
		{"XON/XOFF and the host does not", Settings{XONXOFF: true}, crtscts, false},
		{"RTS/CTS", Settings{RTSCTS: true}, crtscts, true},
		{"RTS/CTS and the host does not", Settings{RTSCTS: true}, ixon, false},
		{"both", Settings{XONXOFF: true, RTSCTS: true}, func(x *unix.Termios) { ixon(x); crtscts(x) }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.device.Baud = 115200
			const buffer = 16_384
			l, err := Open(Options{Link: filepath.Join(t.TempDir(), "p"), Speed: 100, Settings: tc.device, Buffer: buffer})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			h := host(t, l)
			configure(t, h, tc.host)
			l.SetIdle(true)
			time.Sleep(20 * time.Millisecond) // an XOFF is on its way
			sent := everyByte(60000)
			wrote := make(chan error, 1)
			go func() {
				_, err := h.Write(sent)
				wrote <- err
			}()
			for end := time.Now().Add(time.Minute); !tc.whole && l.Lost() == 0 && time.Now().Before(end); {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(100 * time.Millisecond) // more than the buffer takes would come by now
			l.SetIdle(false)
			if !tc.whole {
				if l.Lost() == 0 {
					t.Fatal("nothing was lost")
				}
				return
			}
			got := make([]byte, len(sent))
			for n := 0; n < len(got); { // slowly: the buffer fills again and again
				k, err := l.Read(got[n:min(n+3000, len(got))])
				if err != nil {
					t.Fatal(err)
				}
				n += k
				time.Sleep(200 * time.Microsecond)
			}
			if err := <-wrote; err != nil || !bytes.Equal(got, sent) || l.Lost() != 0 {
				t.Errorf("equal %v, lost %d, %v", bytes.Equal(got, sent), l.Lost(), err)
			}
		})
	}
}

// TestHeldLineEnds: a cable that is pulled, and a line that is closed, end the wait of a held one.
func TestHeldLineEnds(t *testing.T) {
	l, err := Open(Options{Link: filepath.Join(t.TempDir(), "p"), Speed: 100, Settings: Settings{Baud: 115200, RTSCTS: true}, Buffer: 100})
	if err != nil {
		t.Fatal(err)
	}
	h := host(t, l)
	configure(t, h, func(x *unix.Termios) { x.Cflag |= unix.CRTSCTS })
	l.SetIdle(true)
	if _, err := h.Write(make([]byte, 3000)); err != nil {
		t.Fatal(err)
	}
	if err := l.Unplug(); err != nil {
		t.Fatal(err)
	}
	if err := l.Plug(); err != nil {
		t.Fatal(err)
	}
	h = host(t, l)
	configure(t, h, func(x *unix.Termios) { x.Cflag |= unix.CRTSCTS })
	if _, err := h.Write(make([]byte, 3000)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestAdapterLatency: a short packet is never early.
func TestAdapterLatency(t *testing.T) {
	const latency = 16 * time.Millisecond
	l, err := Open(Options{Link: filepath.Join(t.TempDir(), "p"), Settings: Settings{Baud: 921600}, Latency: latency})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	h := host(t, l)
	began := time.Now()
	if _, err := l.Write([]byte("\x06")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(h, make([]byte, 1)); err != nil || time.Since(began) < latency {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}
