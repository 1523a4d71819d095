package serialport

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cetak/drivers"
	"cetak/drivers/wire"
)

// pty opens a pseudo-terminal and gives its master and the slave's path.
func pty(t *testing.T) (*os.File, string) {
	t.Helper()
	m, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	var n int
	err = control(m, func(fd int) error {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		var err error
		n, err = unix.IoctlGetInt(fd, unix.TIOCGPTN)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, fmt.Sprintf("/dev/pts/%d", n)
}

func open(t *testing.T, path string) wire.Port {
	t.Helper()
	p, err := Open(Config{Path: path, Baud: 115200})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestOpenFaults(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "plain")
	if err := os.WriteFile(file, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	dangling := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "gone"), dangling); err != nil {
		t.Fatal(err)
	}
	_, slave := pty(t)
	_, busy := pty(t)
	open(t, busy)
	tests := map[string]struct {
		c    Config
		want drivers.Code
	}{
		"no path":      {Config{Baud: 9600}, drivers.LineNoPort},
		"missing":      {Config{Path: filepath.Join(dir, "none"), Baud: 9600}, drivers.LineNoPort},
		"unplugged":    {Config{Path: dangling, Baud: 9600}, drivers.LineNoPort},
		"plain file":   {Config{Path: file, Baud: 9600}, drivers.LineNotSerial},
		"directory":    {Config{Path: dir, Baud: 9600}, drivers.LineNotSerial},
		"fifo":         {Config{Path: fifo, Baud: 9600}, drivers.LineNotSerial},
		"null device":  {Config{Path: "/dev/null", Baud: 9600}, drivers.LineNotSerial},
		"in use":       {Config{Path: busy, Baud: 9600}, drivers.LineBusy},
		"strange baud": {Config{Path: slave, Baud: 12345}, drivers.LineRefused},
		"strange flow": {Config{Path: slave, Baud: 9600, Flow: "dtr"}, drivers.LineRefused},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := Open(tt.c)
			if !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %s", err, tt.want)
			}
			if p != nil {
				t.Fatal("a port with an error")
			}
			if f := drivers.AsFault(err); f.Detail == "" || f.Card != drivers.NoCard || f.Again == "" {
				t.Errorf("fault is incomplete: %+v", f)
			}
		})
	}
	if b, _ := os.ReadFile(file); string(b) != "keep" {
		t.Error("the plain file was changed")
	}
}

func TestEveryByteBothWays(t *testing.T) {
	m, path := pty(t)
	p := open(t, path)
	data := make([]byte, 200_000)
	_, _ = rand.Read(data)
	for i := range 256 {
		data[i] = byte(i)
	}
	down := make(chan []byte)
	go func() {
		got := make([]byte, 0, len(data))
		buf := make([]byte, 1000)
		for len(got) < len(data) {
			n, err := m.Read(buf)
			if err != nil {
				break
			}
			got = append(got, buf[:n]...)
		}
		down <- got
	}()
	go func() { _, _ = m.Write(data) }()
	wrote := make(chan error)
	go func() {
		n, err := p.Write(t.Context(), data, time.Now().Add(time.Minute))
		if err == nil && n != len(data) {
			err = fmt.Errorf("%d written", n)
		}
		wrote <- err
	}()
	up := make([]byte, 0, len(data))
	buf := make([]byte, 777)
	for len(up) < len(data) {
		n, err := p.Read(t.Context(), buf, time.Now().Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		up = append(up, buf[:n]...)
	}
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(up, data) || !bytes.Equal(<-down, data) {
		t.Error("bytes changed on the way")
	}
}

func TestSilentCancelledGone(t *testing.T) {
	m, path := pty(t)
	p := open(t, path)
	b := make([]byte, 16)
	if _, err := p.Read(t.Context(), b, time.Now().Add(20*time.Millisecond)); !errors.Is(err, drivers.LineSilent) {
		t.Fatalf("silence: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, stop)
	if _, err := p.Read(ctx, b, time.Time{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled read: %v", err)
	}
	ctx, stop = context.WithCancel(t.Context())
	// Nobody reads the master: the kernel takes some and then blocks.
	arrived := make(chan error, 1)
	go func() {
		defer stop()
		arrived <- control(m, func(fd int) (err error) {
			for err = unix.EINTR; errors.Is(err, unix.EINTR); {
				_, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 60_000)
			}
			return err
		})
	}()
	n, err := p.Write(ctx, make([]byte, 1<<20), time.Time{})
	if !errors.Is(err, context.Canceled) || n <= 0 || n >= 1<<20 {
		t.Fatalf("cancelled write: %d, %v", n, err)
	}
	if err := <-arrived; err != nil {
		t.Fatal(err)
	}
	// The count is exact: the master gets that many.
	got := 0
	buf := make([]byte, 1<<16)
	for got < n {
		k, err := m.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got += k
	}
	go func() { _ = m.Close() }()
	if _, err := p.Read(t.Context(), b, time.Now().Add(time.Minute)); !errors.Is(err, drivers.LineGone) {
		t.Fatalf("hang-up: %v", err)
	}
	if _, err := p.Write(t.Context(), b, time.Now().Add(time.Minute)); !errors.Is(err, drivers.LineGone) {
		t.Fatalf("write after hang-up: %v", err)
	}
}

func TestCloseEndsReadAndWrite(t *testing.T) {
	_, path := pty(t)
	p := open(t, path)
	ended := make(chan error, 2)
	go func() { _, err := p.Read(context.Background(), make([]byte, 1), time.Time{}); ended <- err }()
	go func() { _, err := p.Write(context.Background(), make([]byte, 1<<20), time.Time{}); ended <- err }()
	time.Sleep(20 * time.Millisecond)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-ended; !errors.Is(err, drivers.LineGone) {
			t.Errorf("after Close: %v", err)
		}
	}
	open(t, path) // and the port is free again
}

// Flow control is a property of the terminal: another descriptor sees it.
func TestFlowIsSet(t *testing.T) {
	for flow, want := range map[Flow]struct{ c, i uint32 }{
		"": {}, FlowNone: {}, FlowRTSCTS: {c: unix.CRTSCTS}, FlowXONXOFF: {i: unix.IXON}, FlowBoth: {unix.CRTSCTS, unix.IXON},
	} {
		_, path := pty(t)
		p, err := Open(Config{Path: path, Baud: 9600, Flow: flow})
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
		if err != nil {
			t.Fatal(err)
		}
		err = control(f, func(fd int) error {
			tio, err := unix.IoctlGetTermios(fd, unix.TCGETS)
			if err == nil && (tio.Cflag&unix.CRTSCTS != want.c || tio.Iflag&(unix.IXON|unix.IXOFF|unix.IXANY) != want.i || tio.Cflag&unix.CBAUD != unix.B9600) {
				err = fmt.Errorf("%q: cflag %#o iflag %#o", flow, tio.Cflag, tio.Iflag)
			}
			return err
		})
		if err := errors.Join(err, f.Close(), p.Close()); err != nil {
			t.Error(err)
		}
	}
}

// An XOFF of the other end stops what is sent and an XON lets it go on, with neither among the replies; and an XOFF without
// an end does not outlive the program it was told.
func TestXOFFHoldsTheLine(t *testing.T) {
	m, path := pty(t)
	p, err := Open(Config{Path: path, Baud: 9600, Flow: FlowXONXOFF})
	if err != nil {
		t.Fatal(err)
	}
	say := func(s string) {
		t.Helper()
		if _, err := m.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	b := make([]byte, 8)
	say("\x13a")
	if n, err := p.Read(t.Context(), b, time.Now().Add(time.Minute)); err != nil || string(b[:n]) != "a" {
		t.Fatalf("read %q, %v", b[:n], err)
	}
	if n, err := p.Write(t.Context(), []byte("x"), time.Now().Add(50*time.Millisecond)); n != 0 || !errors.Is(err, drivers.LineSilent) {
		t.Fatalf("%d bytes went out after an XOFF: %v", n, err)
	}
	say("\x11b")
	if n, err := p.Read(t.Context(), b, time.Now().Add(time.Minute)); err != nil || string(b[:n]) != "b" {
		t.Fatalf("read %q, %v", b[:n], err)
	}
	if n, err := p.Write(t.Context(), []byte("x"), time.Now().Add(time.Minute)); n != 1 || err != nil {
		t.Fatalf("after an XON: %d, %v", n, err)
	}
	say("\x13c")
	if n, err := p.Read(t.Context(), b, time.Now().Add(time.Minute)); err != nil || string(b[:n]) != "c" {
		t.Fatalf("read %q, %v", b[:n], err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p = open(t, path)
	if n, err := p.Write(t.Context(), []byte("y"), time.Now().Add(time.Minute)); n != 1 || err != nil {
		t.Fatalf("the next program: %d, %v", n, err)
	}
	if n, err := wire.Queued(p); n != 0 || err != nil {
		t.Errorf("queued %d, %v", n, err)
	}
}

func TestListFindsAdaptersByTheirStableName(t *testing.T) {
	root := t.TempDir()
	sys, dev := filepath.Join(root, "sys"), filepath.Join(root, "dev")
	usb := filepath.Join(sys, "devices/usb1/1-2")
	write := func(path, s string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(path, to string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(usb, "idVendor"), "0403\n")
	write(filepath.Join(usb, "idProduct"), "6001\n")
	write(filepath.Join(usb, "serial"), "A10K\n")
	write(filepath.Join(usb, "product"), "FT232R USB UART\n")
	write(filepath.Join(sys, "drivers/ftdi_sio/x"), "")
	write(filepath.Join(sys, "drivers/serial8250/x"), "")
	port := filepath.Join(usb, "1-2:1.0/ttyUSB0")
	write(filepath.Join(port, "x"), "")
	link(filepath.Join(port, "driver"), filepath.Join(sys, "drivers/ftdi_sio"))
	link(filepath.Join(sys, "class/tty/ttyUSB0/device"), port)
	for name, kind := range map[string]string{"ttyS0": "4\n", "ttyS1": "0\n"} { // S1: a name without a UART
		plat := filepath.Join(sys, "devices/platform", name)
		write(filepath.Join(plat, "x"), "")
		link(filepath.Join(plat, "driver"), filepath.Join(sys, "drivers/serial8250"))
		link(filepath.Join(sys, "class/tty", name, "device"), plat)
		write(filepath.Join(sys, "class/tty", name, "type"), kind)
	}
	write(filepath.Join(sys, "class/tty/tty0/dev"), "4:0\n") // a console: no device
	write(filepath.Join(dev, "ttyUSB0"), "")
	byID := filepath.Join(dev, "serial/by-id/usb-FTDI_A10K-if00-port0")
	link(byID, filepath.Join(dev, "ttyUSB0"))

	got, err := list(sys, dev)
	if err != nil {
		t.Fatal(err)
	}
	want := []Found{
		{Path: filepath.Join(dev, "ttyS0"), Device: filepath.Join(dev, "ttyS0"), Driver: "serial8250"},
		{Path: byID, Device: filepath.Join(dev, "ttyUSB0"), Driver: "ftdi_sio", Vendor: "0403", Product: "6001",
			Name: "FT232R USB UART", Serial: "A10K"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if _, err := List(); err != nil {
		t.Errorf("this machine's ports: %v", err)
	}
}
