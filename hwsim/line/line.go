package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Settings are the device's port settings, eight data bits.
type Settings struct {
	Baud    int
	Parity  byte // N, O, E
	Stop    int  // 1, 2
	RTSCTS  bool // the device holds the host up by its RTS
	XONXOFF bool // or by DC3 and DC1 on the line
}

// bits on the wire for one byte, start bit and all.
func (s Settings) bits() int {
	n := 9 + s.Stop
	if s.Parity != 'N' {
		n++
	}
	return n
}

// Options of a Line.
type Options struct {
	Link  string  // the stable symlink the host opens
	Speed float64 // how many times faster than real the line runs; 0 = 1
	Seed  uint64  // of the noise
	// Latency is how long the host's adapter keeps what came for it before it passes a short packet on: 16 ms of FTDI's.
	Latency time.Duration
	// Buffer is how many bytes the device takes in before it reads them; 0 = DefaultBuffer. At least four of the line's quanta
	// are taken.
	Buffer int
	Settings
}

// Line is the device's end of the cable. Read and Write are the device's UART; both survive a pulled cable: nothing
// comes, and what is written is lost.
type Line struct {
	link    string
	speed   float64
	latency time.Duration
	out     chan chunk
	control chan byte // DC1 and DC3 of the device's port itself: they go before what waits
	done    chan struct{}
	wg      sync.WaitGroup

	mu       sync.Mutex
	changed  *sync.Cond // buffer, or closed
	asked    int        // the least size of buffer
	buffer   buffer
	pty      *pty
	last     string // name before the cable was pulled
	settings Settings
	detect   []int // speeds the device tells apart; none: it has one
	noise    float64
	rng      *rand.Rand
	host     spoiler // host to device
	device   spoiler // device to host
	closed   bool
}

type chunk struct {
	b       []byte
	arrived time.Time
	control bool
	gone    chan struct{} // of no bytes: closed when what was written before has left
}

// spoiler is what shall happen to bytes of one direction.
type spoiler struct {
	flip   []int // bytes still to pass before one is flipped
	lose   []int // before one is lost
	double []int // before one comes twice
	cut    []int // before the cable is pulled
}

// Open makes the terminal and its symlink. An existing symlink at that path is replaced; anything else there is an error.
func Open(o Options) (*Line, error) {
	if o.Speed <= 0 {
		o.Speed = 1
	}
	if o.Parity == 0 {
		o.Parity = 'N'
	}
	if o.Stop == 0 {
		o.Stop = 1
	}
	if o.Buffer <= 0 {
		o.Buffer = DefaultBuffer
	}
	if o.Baud <= 0 {
		return nil, fmt.Errorf("line: baud rate %d", o.Baud)
	}
	l := &Line{
		link: o.Link, speed: o.Speed, settings: o.Settings, rng: rand.New(rand.NewPCG(o.Seed, 0x6c696e65)),
		latency: time.Duration(float64(o.Latency) / o.Speed),
		out:     make(chan chunk, 64), control: make(chan byte, 1024), done: make(chan struct{}),
	}
	l.changed = sync.NewCond(&l.mu)
	l.asked = o.Buffer
	l.Set(o.Settings)
	if err := l.Plug(); err != nil {
		return nil, err
	}
	l.wg.Go(l.send)
	return l, nil
}

// Plug puts the cable in: a new terminal, never of the name it had before, behind the same symlink. It does nothing
// when the cable is in.
func (l *Line) Plug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.pty != nil {
		return nil
	}
	p, err := openPTY(l.settings)
	if err != nil {
		return fmt.Errorf("line: %w", err)
	}
	if p.name == l.last {
		other, err := openPTY(l.settings)
		if err != nil {
			return errors.Join(fmt.Errorf("line: %w", err), p.close())
		}
		if err := p.close(); err != nil {
			return errors.Join(fmt.Errorf("line: %w", err), other.close())
		}
		p = other
	}
	if err := point(l.link, p.name); err != nil {
		return errors.Join(fmt.Errorf("line: %w", err), p.close())
	}
	l.pty, l.buffer.heard = p, false
	l.wg.Go(func() { l.receive(p) })
	return nil
}

// point makes link a symlink to name in one step.
func point(link, name string) error {
	if st, err := os.Lstat(link); err == nil && st.Mode()&os.ModeSymlink == 0 {
		return fmt.Errorf("%s exists and is no symlink", link)
	}
	tmp := filepath.Join(filepath.Dir(link), fmt.Sprintf(".%s.%d", filepath.Base(link), os.Getpid()))
	_ = os.Remove(tmp) // left by a run that was killed
	if err := os.Symlink(name, tmp); err != nil {
		return err
	}
	return os.Rename(tmp, link)
}

// Unplug pulls the cable: the host sees a hang-up and the symlink is gone. It does nothing when it is out.
func (l *Line) Unplug() error {
	l.mu.Lock()
	p := l.pty
	l.pty = nil
	if p != nil {
		l.last = p.name
		l.changed.Broadcast()
	}
	l.mu.Unlock()
	if p == nil {
		return nil
	}
	err := os.Remove(l.link)
	return errors.Join(err, p.close())
}

// Close pulls the cable for good. Read then gives io.EOF.
func (l *Line) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.changed.Broadcast()
	l.mu.Unlock()
	err := l.Unplug()
	close(l.done)
	l.wg.Wait()
	return err
}

// Set changes the device's port settings, as from now on both ways.
func (l *Line) Set(s Settings) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settings = s
	l.buffer.size = max(l.asked, 4*quantum(s.perByte(l.speed)))
}

// Settings are the device's port settings.
func (l *Line) Settings() Settings {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.settings
}

// SetNoise makes each byte wrong with that probability, both ways. 0 is a clean line.
func (l *Line) SetNoise(p float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.noise = p
}

// FlipByte turns one bit of the byte that passes after skip others, to the device or to the host.
func (l *Line) FlipByte(toHost bool, skip int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.direction(toHost)
	s.flip = append(s.flip, skip)
}

// LoseByte lets the byte that passes after skip others vanish.
func (l *Line) LoseByte(toHost bool, skip int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.direction(toHost)
	s.lose = append(s.lose, skip)
}

// DoubleByte lets the byte that passes after skip others come twice.
func (l *Line) DoubleByte(toHost bool, skip int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.direction(toHost)
	s.double = append(s.double, skip)
}

// CutAfter pulls the cable when skip more bytes have passed in that direction.
func (l *Line) CutAfter(toHost bool, skip int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.direction(toHost)
	s.cut = append(s.cut, skip)
}

func (l *Line) direction(toHost bool) *spoiler {
	if toHost {
		return &l.device
	}
	return &l.host
}

// pass is what becomes of b on its way.
func (l *Line) pass(b []byte, toHost, agreed bool) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.direction(toHost)
	if !agreed {
		for i := range b { // sampled at the wrong moments: nothing but nonsense with the top bit set
			b[i] = byte(l.rng.Uint32()) | 0x80
		}
	}
	if l.noise > 0 {
		for i := range b {
			if l.rng.Float64() < l.noise {
				b[i] ^= 1 << l.rng.UintN(8)
			}
		}
	}
	s.flip = strike(s.flip, len(b), func(i int) { b[i] ^= 0x01 })
	s.cut = strike(s.cut, len(b), func(i int) {
		b = b[:i]
		go func() { _ = l.Unplug() }() // its own goroutine: the lock is held; the link may be gone already
	})
	s.double = strike(s.double, len(b), func(i int) { b = append(b[:i+1:i+1], b[i:]...) })
	kept := b
	s.lose = strike(s.lose, len(b), func(i int) { kept = append(kept[:i:i], kept[i+1:]...) })
	return kept
}

// strike applies hit at every count that falls within the next n bytes and gives the counts that are left.
func strike(counts []int, n int, hit func(int)) []int {
	var left []int
	for _, c := range counts {
		if c < n {
			hit(c)
			n-- // a lost byte makes the chunk shorter; for a flip the next count is one late at most
			continue
		}
		left = append(left, c-n)
	}
	return left
}

func (l *Line) perByte() time.Duration { return l.Settings().perByte(l.speed) }

func (s Settings) perByte(speed float64) time.Duration {
	return time.Duration(float64(time.Second) * float64(s.bits()) / (float64(s.Baud) * speed))
}

// ahead is how many quanta may wait with their arrival stamped: a wake-up as late as all of them together, some 130 ms, is
// still made good.
const ahead = 32

// receive carries bytes from one terminal to Read until it is closed. A second goroutine stamps arrivals while the first
// waits for the line.
func (l *Line) receive(p *pty) {
	arrivals := make(chan chunk, ahead)
	l.wg.Go(func() {
		defer close(arrivals)
		var w waiting
		for {
			b := make([]byte, quantum(l.perByte()))
			n, err := p.master.Read(b)
			if n > 0 {
				select {
				case arrivals <- chunk{b: b[:n], arrived: w.took(n, p)}:
				case <-l.done:
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
	var pace pacer
	for c := range arrivals {
		if l.awaitClear(p) {
			c.arrived = time.Now() // while it was held up it stood still in the host
		}
		l.follow(p)
		agreed := p.agrees(l.Settings())
		sleepUntil(pace.due(c.arrived, len(c.b), l.perByte()))
		l.arrive(l.pass(c.b, false, agreed))
	}
}

// send carries what the device writes to the host.
func (l *Line) send() {
	var pace pacer
	for {
		var c chunk
		select {
		case c = <-l.out:
		case b := <-l.control:
			c = chunk{b: []byte{b}, arrived: time.Now(), control: true}
		case <-l.done:
			return
		}
		if c.gone != nil {
			close(c.gone)
		}
		for len(c.b) > 0 {
			n := min(len(c.b), quantum(l.perByte()))
			part := c.b[:n]
			c.b = c.b[n:]
			due := pace.due(c.arrived, n, l.perByte())
			if n < fullPacket {
				due = due.Add(l.latency)
			}
			sleepUntil(due)
			l.mu.Lock()
			p := l.pty
			l.mu.Unlock()
			if p == nil {
				if c.control {
					l.told(nil)
				}
				continue
			}
			part = l.pass(part, true, p.agrees(l.Settings()))
			if c.control {
				l.told(part)
			}
			// A host that does not read loses bytes, as a UART overruns.
			_ = p.master.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = p.master.Write(part)
		}
	}
}

func sleepUntil(t time.Time) {
	if d := time.Until(t); d > 0 {
		time.Sleep(d)
	}
}

// Write hands bytes to the device's UART. They are lost when the cable is out.
func (l *Line) Write(b []byte) (int, error) {
	select {
	case l.out <- chunk{b: append([]byte(nil), b...), arrived: time.Now()}:
		return len(b), nil
	case <-l.done:
		return 0, io.ErrClosedPipe
	}
}

// Drain waits until everything that was written before has left the device, or ctx ends, or the line is closed.
func (l *Line) Drain(ctx context.Context) error {
	gone := make(chan struct{})
	select {
	case l.out <- chunk{gone: gone}:
	case <-l.done:
		return io.ErrClosedPipe
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-gone:
		return nil
	case <-l.done:
		return io.ErrClosedPipe
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Name is the terminal's own name now, "" when the cable is out.
func (l *Line) Name() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pty == nil {
		return ""
	}
	return l.pty.name
}
