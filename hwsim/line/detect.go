package line

import (
	"slices"

	"golang.org/x/sys/unix"
)

// Detect makes the device's port take the speed of a host that talks at one of these, as a device does that finds the speed out
// by itself. Without any the speed stays as it is.
func (l *Line) Detect(bauds ...int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.detect = bauds
}

// follow takes the host's speed while the device is finding it out.
func (l *Line) follow(p *pty) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.detect) == 0 {
		return
	}
	if baud := p.baud(); slices.Contains(l.detect, baud) {
		l.settings.Baud = baud
	}
}

// baud is what the host has set its terminal to, 0 where the kernel does not say.
func (p *pty) baud() int {
	conn, err := p.master.SyscallConn()
	if err != nil {
		return 0
	}
	baud := 0
	_ = conn.Control(func(fd uintptr) {
		if t, err := unix.IoctlGetTermios(int(fd), unix.TCGETS2); err == nil {
			baud = int(t.Ospeed)
		}
	})
	return baud
}
