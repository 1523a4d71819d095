package dispenser

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"cetak/hwsim/world"
)

// Line is the device's end of the serial cable; *line.Line is one.
type Line interface {
	io.Reader // io.EOF when the cable is gone for good
	io.Writer
	Detect(bauds ...int)
}

// Options of a Dispenser.
type Options struct {
	World   *world.World
	Line    Line
	Address byte // by its four switches, 0 to 15 (1.3)
	Doubts  Doubts
	Seed    uint64 // of the serial number
}

// What the machine says of itself, and how fast it is. Only the name is in the document.
const (
	modelName   = "CRT-591-M001"
	firmware    = "CRT591M_V1.00"
	bootTime    = 2 * time.Second
	initTime    = time.Second
	feedTime    = 1500 * time.Millisecond
	stationTime = time.Second
	gateTime    = time.Second
	captureTime = 1200 * time.Millisecond
	fewCards    = 10 // in the stacker, or less: "few"
	counterMax  = 999
)

// Protocol times. The gap between the bytes of one packet is that of a relative of this dialect (Sankyo MCT3Q8).
const (
	resendAfter = 300 * time.Millisecond
	resends     = 3
	charGap     = 250 * time.Millisecond
	leastWait   = 100 * time.Millisecond // of the wall: a host does not run faster than real
)

// bauds are the speeds that the first INITIALIZE finds out (1.1.1; it prints 192000 for 19200).
func bauds() []int { return []int{9600, 19200, 38400, 57600} }

// Dispenser is the machine's electronics. Make it with New and run it with Run; its other methods are the hand of fate and
// may be called from any goroutine.
type Dispenser struct {
	world  *world.World
	line   Line
	doubts Doubts
	addr   byte
	serial string

	mu       sync.Mutex
	counter  int    // of captured cards: kept without power
	unacked  int    // responses that no ACK followed until the next command
	answered int    // responses sent for the first time
	fail     string // error code of the next command that is not INITIALIZE
	lose     int    // replies that do not reach the line
	drop     int    // commands that do not reach the machine
	mute     bool
	off      bool
	starting bool // between power and the first byte heard
	cutPower context.CancelFunc
}

// New makes a dispenser that is switched on by Run.
func New(o Options) *Dispenser {
	rng := rand.New(rand.NewPCG(o.Seed, 0x63727435))
	return &Dispenser{world: o.World, line: o.Line, doubts: o.Doubts, addr: o.Address & 0x0F,
		serial: fmt.Sprintf("CRT%010d", rng.Uint64N(1e10))}
}

// Serial is the serial number.
func (d *Dispenser) Serial() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.serial
}

// Run is the machine under power, until ctx ends or the line gives io.EOF. It returns when the line has ended too:
// whoever owns the line closes it.
func (d *Dispenser) Run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	in := make(chan []byte)
	wg.Go(func() {
		defer stop()
		buf := make([]byte, 4096)
		for {
			n, err := d.line.Read(buf)
			if err != nil {
				return
			}
			select {
			case in <- append([]byte(nil), buf[:n]...):
			case <-ctx.Done():
				return
			}
		}
	})
	for ctx.Err() == nil {
		d.session(ctx, in)
		d.boot(ctx, in)
	}
}

// session is one span of power.
func (d *Dispenser) session(ctx context.Context, in <-chan []byte) {
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	d.mu.Lock()
	d.cutPower, d.starting = cut, false
	d.mu.Unlock()
	d.line.Detect(bauds()...)
	s := &session{d: d, ctx: ctx, done: make(chan []byte, 1), place: d.world.Front()}
	s.run(in)
}

// boot is deaf.
func (d *Dispenser) boot(ctx context.Context, in <-chan []byte) {
	ready := make(chan struct{})
	go func() {
		defer close(ready)
		_ = d.world.Clock.Sleep(ctx, bootTime) // ctx ended: Run sees it
	}()
	for {
		select {
		case <-in:
		case <-ready:
			return
		}
	}
}

// PowerCycle switches the machine off and on: it must be initialised again, the card stays where it is. Power tells when it
// hears again.
func (d *Dispenser) PowerCycle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cutPower != nil {
		d.starting = true
		d.cutPower()
	}
}

// FailNext makes the next command that is not INITIALIZE fail with this error code, without being done.
func (d *Dispenser) FailNext(code string) { d.change(func() { d.fail = code }) }

// LoseReply keeps the next ACK, NAK, EOT, or response from the line.
func (d *Dispenser) LoseReply() { d.change(func() { d.lose++ }) }

// LoseCommand keeps the next command from the machine.
func (d *Dispenser) LoseCommand() { d.change(func() { d.drop++ }) }

// SetMute keeps every reply from the line until it is taken back; the machine goes on obeying.
func (d *Dispenser) SetMute(mute bool) { d.change(func() { d.mute = mute }) }

// SetOff makes the machine deaf, as if it were switched off, or hear again.
func (d *Dispenser) SetOff(off bool) { d.change(func() { d.off = off }) }

// Power tells how the machine stands: on, starting, off.
func (d *Dispenser) Power() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.off:
		return "off"
	case d.starting:
		return "starting"
	}
	return "on"
}

// SetCounter sets the counter of captured cards.
func (d *Dispenser) SetCounter(n int) { d.change(func() { d.counter = n }) }

// BeAnother makes it another machine of the same kind: its serial number differs.
func (d *Dispenser) BeAnother() { d.change(func() { d.serial = "CRX" + d.serial[3:] }) }

// SetSerial gives it another serial number, of any bytes: up to 18 (3.6.7).
func (d *Dispenser) SetSerial(serial string) {
	d.change(func() { d.serial = serial[:min(len(serial), 18)] })
}

// Counter is the counter of captured cards.
func (d *Dispenser) Counter() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.counter
}

// Unacked is how many responses the host never acknowledged before its next command, of how many.
func (d *Dispenser) Unacked() (never, of int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.unacked, d.answered
}

func (d *Dispenser) change(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	do()
}

// wall is how long a protocol time takes on the wall.
func (d *Dispenser) wall(t time.Duration) time.Duration {
	return max(time.Duration(float64(t)/d.world.Clock.Speed()), leastWait)
}
