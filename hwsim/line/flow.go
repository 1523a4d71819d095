package line

import "io"

const (
	dc1 = 0x11 // XON
	dc3 = 0x13 // XOFF

	// DefaultBuffer is more than any command is long: the port then never has to hold the host up.
	DefaultBuffer = 1 << 20

	// fullPacket of an FTDI adapter goes to the host at once: 64 bytes with two of status (FTDI AN232B-04, section 3).
	fullPacket = 62
)

// buffer is what has arrived at the device and was not read. Line.mu guards it.
type buffer struct {
	size    int
	b       []byte
	lost    int  // bytes that came when it was full
	idle    bool // the device does not read
	stopped bool // the device asks the host to wait
	heard   bool // and a DC3 to that effect came through
	saying  int  // DC1 and DC3 on their way
}

// arrive puts bytes into the device's buffer. Those it has no room for are lost, as of a UART that overruns.
func (l *Line) arrive(b []byte) {
	l.mu.Lock()
	room := max(l.buffer.size-len(l.buffer.b), 0)
	if len(b) > room {
		l.buffer.lost += len(b) - room
		b = b[:room]
	}
	l.buffer.b = append(l.buffer.b, b...)
	l.changed.Broadcast()
	l.mu.Unlock()
	l.regulate()
}

// Read gives bytes that have arrived at the device. It blocks through a pulled cable and gives io.EOF after Close. One
// goroutine reads.
func (l *Line) Read(b []byte) (int, error) {
	l.mu.Lock()
	for (len(l.buffer.b) == 0 || l.buffer.idle) && !l.closed {
		l.changed.Wait()
	}
	if l.closed {
		l.mu.Unlock()
		return 0, io.EOF
	}
	n := copy(b, l.buffer.b)
	l.buffer.b = append(l.buffer.b[:0], l.buffer.b[n:]...)
	l.mu.Unlock()
	l.regulate()
	return n, nil
}

// SetIdle makes the device read nothing until it is taken back: where its port has flow control it asks the host to wait,
// else what comes fills its buffer and then is lost.
func (l *Line) SetIdle(idle bool) {
	l.mu.Lock()
	l.buffer.idle = idle
	l.changed.Broadcast()
	l.mu.Unlock()
	l.regulate()
}

// Lost is how many bytes found the device's buffer full.
func (l *Line) Lost() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.lost
}

// regulate asks the host to wait from three quarters of the buffer on, and to go on below one quarter. How far a printer
// lets it come is in no source.
func (l *Line) regulate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	fill := len(l.buffer.b)
	stop := l.buffer.idle || fill*4 >= l.buffer.size*3
	if !stop && fill*4 >= l.buffer.size || stop == l.buffer.stopped {
		return
	}
	l.buffer.stopped = stop
	l.changed.Broadcast()
	if !l.settings.XONXOFF {
		return
	}
	say := byte(dc1)
	if stop {
		say = dc3
	}
	select {
	case l.control <- say:
		l.buffer.saying++
	default: // a thousand wait: nobody listens
	}
}

// told notes what of the port's own DC1 or DC3 came through to the host: nothing where the line spoilt it.
func (l *Line) told(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buffer.saying--
	l.changed.Broadcast()
	if len(b) == 1 && (b[0] == dc1 || b[0] == dc3) {
		l.buffer.heard = b[0] == dc3
	}
}

// awaitClear waits while the host holds its bytes back, and reports whether it did. A pseudo-terminal has no modem lines, so a
// host that set CRTSCTS is taken to see the device's RTS at once. What a host with IXON makes of a DC3 its own kernel shows: it
// writes no more; here it is only kept from the bytes that the pseudo-terminal had swallowed before, up to 24 kB, which in a
// real host stand behind the UART.
func (l *Line) awaitClear(p *pty) (waited bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.buffer.stopped && l.pty == p && !l.closed {
		rts, xon := p.obeys()
		if !(l.settings.RTSCTS && rts || l.settings.XONXOFF && xon && (l.buffer.heard || l.buffer.saying > 0)) {
			break
		}
		waited = true
		l.changed.Wait()
	}
	return waited
}
