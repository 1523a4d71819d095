package station

import (
	"context"
	"sync"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
)

// A program that is told to stop ends within three seconds and the motion of a card already moving. While devices show
// life the card in hand is brought to a tray; one that falls mute is waited for quitGrace, and two facts and the closing of
// the devices may then take lastWords each.
const (
	quitGrace = 1200 * time.Millisecond
	lastWords = 400 * time.Millisecond
)

// patience knows whether the run is to end and when a device last showed life. It is safe for concurrent use.
type patience struct {
	asked chan struct{} // closed when the run was told to stop

	mu     sync.Mutex
	since  time.Time // when it was
	until  time.Time // when the last lawful silence of a device ends
	beside time.Time // the same of the printer, while the goroutine of Run talks to the chip
}

// ask tells that the run is to end.
func (p *patience) ask() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.since.IsZero() {
		p.since = time.Now()
		close(p.asked)
	}
}

func (p *patience) beat(silence time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Now().Add(silence)
}

// beatBeside is beat of the printer while the chip is written: neither's word shortens what the other said.
func (p *patience) beatBeside(silence time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beside = time.Now().Add(silence)
}

// left is how long may still be waited, once asked.
func (p *patience) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	from := p.since
	for _, t := range []time.Time{p.until, p.beside} {
		if t.After(from) {
			from = t
		}
	}
	return time.Until(from.Add(quitGrace))
}

func (p *patience) over() bool {
	select {
	case <-p.asked:
		return p.left() <= 0
	default:
		return false
	}
}

// watch cancels once the run was told to stop and patience is over. It ends with ctx.
func (p *patience) watch(ctx context.Context, cancel context.CancelFunc) {
	select {
	case <-ctx.Done():
		return
	case <-p.asked:
	}
	for {
		d := p.left()
		if d <= 0 {
			cancel()
			return
		}
		again := time.NewTimer(d)
		select {
		case <-ctx.Done():
			again.Stop()
			return
		case <-again.C:
		}
	}
}

// patient gives the ctx of a step that a wish to stop does not end: it ends after limit, or when the run is to end and
// the devices have fallen silent.
func (s *Station) patient(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return s.patientWith(ctx, limit, s.patience.beat)
}

// patientBeside is patient for what the printer does while the chip is written.
func (s *Station) patientBeside(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return s.patientWith(ctx, limit, s.patience.beatBeside)
}

func (s *Station) patientWith(ctx context.Context, limit time.Duration, beat func(time.Duration)) (context.Context, context.CancelFunc) {
	c, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	c = drivers.WithPulse(c, beat)
	go s.patience.watch(c, cancel)
	return c, cancel
}

// untilAsked gives the ctx of a step that a wish to stop ends at once: no card depends on it.
func (s *Station) untilAsked(ctx context.Context) (context.Context, context.CancelFunc) {
	c, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-c.Done():
		case <-s.patience.asked:
			cancel()
		}
	}()
	return c, cancel
}

// leave closes the devices; one that hangs is left to the end of the program.
func (s *Station) leave() {
	s.dropPrepared()
	done := make(chan struct{})
	go func() { defer close(done); s.closeDevices() }()
	if !s.patience.over() {
		<-done
		return
	}
	within := time.NewTimer(lastWords)
	defer within.Stop()
	select {
	case <-done:
	case <-within.C:
	}
}

// letGo makes of a fault that came because patience was over one that the flow holds the line with: nothing further is
// done to the card, and its intent opens the next start.
func (s *Station) letGo(f *drivers.Fault) *drivers.Fault {
	if !s.patience.over() {
		return f
	}
	g := *f
	g.Again = drivers.AgainAfterOperator
	return &g
}

// unhung runs do, which may hang in the disk and does not end with ctx. When ctx ends first, do is left to itself: what it
// writes may be written or not, as after a crash.
func unhung(ctx context.Context, op string, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return &drivers.Fault{Code: journal.Slow, Op: op, Again: drivers.AgainAfterOperator, Err: context.Cause(ctx)}
	}
}

// livelyChip is a chip whose answers are signs of life.
type livelyChip struct{ drivers.Chip }

// Reach implements drivers.Reach.
func (c livelyChip) Reach() (int, bool) { return drivers.ReachOf(c.Chip) }

func (c livelyChip) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	answer, err := c.Chip.Transmit(ctx, command)
	if err == nil {
		drivers.Pulse(ctx, 0)
	}
	return answer, err
}
