package printer

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"cetak/hwsim/line"
	"cetak/hwsim/world"
)

// Line is the device's end of the serial cable; *line.Line is one.
type Line interface {
	io.Reader // io.EOF when the cable is gone for good
	io.Writer
	Set(line.Settings)
	Settings() line.Settings
	Drain(context.Context) error // until what was written has left at the speed it was written for
}

// Options of a Printer.
type Options struct {
	World *world.World
	Line  Line
	USB   io.ReadWriter // the printer's other socket: it always answers in words (evolis.md 2); nil = nothing hangs on it
	Text  bool          // text replies; else ACK/NACK, as after Pcom;...;ACK/NACK (evolis.md 2)
	// Factory: the serial port is disabled, as it comes (A5013 p.7).
	Factory bool
	Doubts  Doubts
	Seed    uint64 // of the serial number, and of when StaleOK strikes
}

// What the machine says of itself.
const (
	modelName   = "PRIMACY-SIM"
	firmware    = "1226"
	headKit     = "HK0001"
	bootTime    = 5 * time.Second // after power-on and Srs (evolis.md 3 and 7)
	cleaningDue = 1000            // cards (evolis.md 10)
)

// Printer is the machine's electronics. Make it with New and run it with Run; its other methods are the hand of fate and
// may be called from any goroutine.
type Printer struct {
	world  *world.World
	line   Line
	usb    io.ReadWriter
	doubts Doubts
	serial string

	mu       sync.Mutex
	protocol string // of Pcom: kept without power
	enable   byte   // of Pcom: E, R, D
	savedPem int
	nack     refusal // refuses the next command
	lose     int     // replies that do not reach the line
	drop     int     // commands that do not reach the machine
	mute     bool    // none does
	odd      oddities
	rng      *rand.Rand
	stale    int // stale answers in a row
	cutPower context.CancelFunc
	inARow   int       // cards printed without a rest
	lastCard time.Time // simulated
}

// New makes a printer that is switched on by Run.
func New(o Options) *Printer {
	rng := rand.New(rand.NewPCG(o.Seed, 0x65766f6c))
	p := &Printer{world: o.World, line: o.Line, usb: o.USB, doubts: o.Doubts, rng: rng, protocol: "ACK/NACK", enable: 'E',
		serial: fmt.Sprintf("1%010d", rng.Uint64N(1e10))}
	if o.Text || o.Factory {
		p.protocol = protocolOf(o.Line.Settings())
	}
	if o.Factory {
		p.enable = 'D'
	}
	return p
}

// Serial is the serial number.
func (p *Printer) Serial() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.serial
}

// arrival is bytes at one of the machine's sockets.
type arrival struct {
	b   []byte
	usb bool
}

// Run is the machine under power, until ctx ends or the line gives io.EOF. It returns when the line has ended too:
// whoever owns the line closes it.
func (p *Printer) Run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	in := make(chan arrival)
	listen := func(from io.Reader, usb bool) {
		buf := make([]byte, 4096)
		for {
			n, err := from.Read(buf)
			if err != nil {
				return
			}
			select {
			case in <- arrival{append([]byte(nil), buf[:n]...), usb}:
			case <-ctx.Done():
				return
			}
		}
	}
	wg.Go(func() { defer stop(); listen(p.line, false) })
	if p.usb != nil {
		wg.Go(func() { listen(p.usb, true) })
	}
	for ctx.Err() == nil {
		p.session(ctx, in)
		if ctx.Err() == nil {
			p.boot(ctx, in)
		}
	}
}

// session is one span of power: from switched on to switched off or reset.
func (p *Printer) session(ctx context.Context, in <-chan arrival) {
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	p.mu.Lock()
	p.cutPower, p.odd.starting = cut, false
	p.mu.Unlock()
	s := newSession(ctx, p, cut)
	defer s.transport.stop()
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-in:
			s.hear(a)
		}
	}
}

// boot is deaf.
func (p *Printer) boot(ctx context.Context, in <-chan arrival) {
	ready := make(chan struct{})
	go func() {
		defer close(ready)
		_ = p.world.Clock.Sleep(ctx, bootTime) // ctx ended: Run sees it
	}()
	for {
		select {
		case <-in:
		case <-ready:
			return
		}
	}
}

// PowerCycle switches the machine off and on: its memory is lost, the card stays where it is. The line hangs up nothing:
// the machine is only silent until it is up again: Power tells, from now on.
func (p *Printer) PowerCycle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cutPower != nil {
		p.odd.starting = true
		p.cutPower()
	}
}

// RefuseNext makes the next command fail with that NACK code, 0 for T, without doing it.
func (p *Printer) RefuseNext(code byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nack = refusalByCode(code)
}

// LoseCommand keeps the next command from the machine: nobody does it and nobody answers.
func (p *Printer) LoseCommand() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop++
}

// LoseReply keeps the next reply from the line.
func (p *Printer) LoseReply() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose++
}

// SetMute keeps every reply from the line until it is taken back; the machine goes on obeying.
func (p *Printer) SetMute(mute bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mute = mute
}

// rest is how long the head must cool before the next card: 10 s after 100 cards in a row, a row being cards less than a
// minute apart. That it rests is evolis.md 10; how long is our assumption.
func (p *Printer) rest() time.Duration {
	now := p.world.Clock.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.lastCard) > time.Minute {
		p.inARow = 0
	}
	p.lastCard = now
	p.inARow++
	if p.inARow > 100 {
		p.inARow = 1
		return 10 * time.Second
	}
	return 0
}
