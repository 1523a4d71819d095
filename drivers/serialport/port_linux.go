package serialport

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"syscall"
	"time"

	"github.com/tarm/serial"
	"golang.org/x/sys/unix"

	"cetak/drivers"
	"cetak/drivers/wire"
)

// Open opens the port for this process alone. Faults: LineNoPort, LineNotSerial, LineBusy, LineRefused. After
// LineGone the port is dead: close it and Open again, under the same stable path.
func Open(c Config) (wire.Port, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	lock, err := claim(c.Path)
	if err != nil {
		return nil, openFault(c.Path, err)
	}
	// ReadTimeout 0 is VMIN 1, VTIME 0: a non-blocking read then says EAGAIN and never a false end of file.
	p, err := serial.OpenPort(&serial.Config{Name: c.Path, Baud: c.Baud})
	if err != nil {
		_ = lock.Close()
		var no syscall.Errno
		var path *os.PathError
		if !errors.As(err, &no) && !errors.As(err, &path) {
			return nil, fault(drivers.LineRefused, fmt.Sprintf("%s at %d baud", c.Path, c.Baud), err)
		}
		return nil, openFault(c.Path, err)
	}
	t := &tty{Port: p, lock: lock}
	if err := t.prepare(c); err != nil {
		_ = t.Close()
		return nil, fault(drivers.LineRefused, c.Path, err)
	}
	return wire.Over(t, c.Path), nil
}

// OpenUSB opens another socket of a machine than a serial port, as the kernel shows it (/dev/usb/lp0, /dev/lp0): bytes at no
// speed. Faults: as Open.
func OpenUSB(path string) (wire.Port, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, openFault(path, err)
	}
	if err := f.SetDeadline(time.Time{}); err != nil { // what does not know readiness would hang
		_ = f.Close()
		return nil, fault(drivers.LineRefused, path, err)
	}
	return wire.Over(f, path), nil
}

// claim takes the advisory lock that keeps a second Cetak, or any program that looks for it, off the port. The lock
// lives as long as the file. It must come before tarm/serial opens: a second open changes the first one's speed.
func claim(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	err = control(f, func(fd int) error {
		if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil {
			return err // ENOTTY: a character device that is no terminal
		}
		return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
	})
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// tty is tarm's port with its own file made pollable. tarm/serial opens the file non-blocking, so Go's poller owns it,
// and then makes it blocking, so that neither deadlines nor Close work. Undone, the poller serves tarm's Read and
// Write, and all bytes still pass through tarm/serial.
type tty struct {
	*serial.Port
	file *os.File
	lock *os.File
}

func (t *tty) prepare(c Config) error {
	field := reflect.ValueOf(t.Port).Elem().FieldByName("f")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*os.File]() {
		return errors.New("this tarm/serial keeps its file elsewhere; build with the pinned version")
	}
	t.file = (*os.File)(field.UnsafePointer())
	err := control(t.file, func(fd int) error {
		if err := unix.SetNonblock(fd, true); err != nil {
			return err
		}
		return settings(fd, c.Flow)
	})
	if err != nil {
		return err
	}
	return t.file.SetDeadline(time.Time{}) // fails where the poller does not have the file
}

// Majors of Unix98 pseudo-terminals, slave side (kernel Documentation/admin-guide/devices.txt).
const ptyFirst, ptyLast = 136, 143

// tarm/serial has no flow control: it is set in the termios of the same terminal.
func settings(fd int, flow Flow) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	// TIOCEXCL keeps programs off that know no lock. It belongs to the terminal, not to us: a pseudo-terminal whose
	// other end stays open would refuse the next start after a crash, so only ports that reset on last close get it.
	if m := unix.Major(st.Rdev); m < ptyFirst || m > ptyLast {
		if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
			return err
		}
	}
	tio, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	tio.Cflag &^= unix.CRTSCTS
	tio.Iflag &^= unix.IXON | unix.IXOFF | unix.IXANY
	if flow.hardware() {
		tio.Cflag |= unix.CRTSCTS
	}
	if flow.software() {
		tio.Iflag |= unix.IXON
		tio.Cc[unix.VSTART], tio.Cc[unix.VSTOP] = dc1, dc3
	}
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, tio); err != nil {
		return err
	}
	got, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	if got.Cflag&unix.CRTSCTS != tio.Cflag&unix.CRTSCTS {
		return errors.New("the adapter does not do RTS/CTS") // some drop the bit without an error
	}
	if got.Iflag&unix.IXON != tio.Iflag&unix.IXON {
		return errors.New("the adapter does not do XON/XOFF")
	}
	// An XOFF that a program before this one was given may still hold the line.
	return unix.IoctlSetInt(fd, unix.TCXONC, tcoon)
}

const (
	dc1   = 0x11 // XON
	dc3   = 0x13 // XOFF
	tcoon = 1    // of tcflow: restart output (asm-generic/termbits.h)
)

// Queued is what waits in the kernel for the UART.
func (t *tty) Queued() (n int, err error) {
	err = control(t.file, func(fd int) error {
		n, err = unix.IoctlGetInt(fd, unix.TIOCOUTQ)
		return err
	})
	return n, err
}

func (t *tty) SetReadDeadline(d time.Time) error  { return t.file.SetReadDeadline(d) }
func (t *tty) SetWriteDeadline(d time.Time) error { return t.file.SetWriteDeadline(d) }

// Close drops bytes that are still queued for sending, or the kernel would wait up to 30 s for a line that is held
// up, and frees the port.
func (t *tty) Close() error {
	if t.file != nil {
		_ = control(t.file, func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH) })
	}
	return errors.Join(t.Port.Close(), t.lock.Close())
}

// control runs fn on the descriptor. File.Fd is not used: it would make the file blocking.
func control(f *os.File, fn func(fd int) error) error {
	rc, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := rc.Control(func(fd uintptr) { inner = fn(int(fd)) }); err != nil {
		return err
	}
	return inner
}
