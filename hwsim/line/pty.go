package line

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// pty is one pseudo-terminal. The slave handle is held open so that the master outlives a host that closes its end.
type pty struct {
	master *os.File
	slave  int
	name   string
}

func openPTY(s Settings) (*pty, error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/ptmx: %w", err)
	}
	fail := func(what string, err error) (*pty, error) {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return fail("unlock pty", err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return fail("pty number", err)
	}
	name := fmt.Sprintf("/dev/pts/%d", n)
	slave, err := unix.Open(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fail("open "+name, err)
	}
	if err := raw(slave, s); err != nil {
		_ = unix.Close(slave)
		return fail("raw "+name, err)
	}
	return &pty{master: os.NewFile(uintptr(fd), "/dev/ptmx"), slave: slave, name: name}, nil
}

// raw sets the terminal as a host would that never touches it: eight bits, no echo, the port's own speed.
func raw(fd int, s Settings) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
	if err != nil {
		return err
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.BOTHER
	t.Ispeed, t.Ospeed = uint32(s.Baud), uint32(s.Baud)
	if s.Stop == 2 {
		t.Cflag |= unix.CSTOPB
	}
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(fd, unix.TCSETS2, t)
}

// agrees tells whether the host has set its terminal as the device is set; where the kernel does not say, it does. Linux
// keeps no parity on a pseudo-terminal: it cannot be compared.
func (p *pty) agrees(s Settings) bool {
	t := p.termios()
	if t == nil {
		return true
	}
	stop := 1
	if t.Cflag&unix.CSTOPB != 0 {
		stop = 2
	}
	return int(t.Ospeed) == s.Baud && stop == s.Stop
}

// obeys tells which flow control the host has set.
func (p *pty) obeys() (rtscts, xonxoff bool) {
	t := p.termios()
	return t != nil && t.Cflag&unix.CRTSCTS != 0, t != nil && t.Iflag&unix.IXON != 0
}

// termios are the host's settings; nil where the kernel does not say.
func (p *pty) termios() (t *unix.Termios) {
	conn, err := p.master.SyscallConn()
	if err != nil {
		return nil
	}
	_ = conn.Control(func(fd uintptr) {
		if got, err := unix.IoctlGetTermios(int(fd), unix.TCGETS2); err == nil {
			t = got
		}
	})
	return t
}

// waiting is how many bytes the host has written that were not read; 0 where the kernel does not say.
func (p *pty) waiting() (n int) {
	conn, err := p.master.SyscallConn()
	if err != nil {
		return 0
	}
	_ = conn.Control(func(fd uintptr) {
		if got, err := unix.IoctlGetInt(int(fd), unix.TIOCINQ); err == nil {
			n = got
		}
	})
	return n
}

func (p *pty) close() error {
	return errors.Join(unix.Close(p.slave), p.master.Close())
}
