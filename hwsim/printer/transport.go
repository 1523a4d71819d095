package printer

import (
	"context"
	"errors"
	"sync"
	"time"

	"cetak/hwsim/world"
)

// Times of the machine (evolis.md 10).
const (
	feedTime    = 2 * time.Second
	stationTime = 1500 * time.Millisecond
	colorTime   = 4500 * time.Millisecond
	blackTime   = 2500 * time.Millisecond
	varnishTime = 4 * time.Second
	flipTime    = 2500 * time.Millisecond
	ejectTime   = 1500 * time.Millisecond
	cleanTime   = 20 * time.Second // not in the source
	adjustTime  = 3 * time.Second  // not in the source
)

// burn is one panel on its way to the head.
type burn struct {
	panel, key string
	place      int    // on the ribbon
	ribbon     string // the job's
	raster     *world.Raster
}

// transport is the motors and the head: it does one thing after the other on its own goroutine, while the line goes on.
type transport struct {
	p    *Printer
	ctx  context.Context
	jobs chan job
	wg   sync.WaitGroup

	mu      sync.Mutex
	idle    *sync.Cond
	busy    int
	pem     int
	pending []burn  // received, in order, not burnt
	job     []burn  // all of this card, for a printer that retries by itself
	manual  bool    // Pmi;M: cards come from a hand, not from the feeder
	used    int     // panels of the current set that are gone
	fault   refusal // of work nobody waited for, not yet told
	ruined  refusal // the card in hand cannot be finished
}

type job struct {
	do   func(*transport) error
	done chan error // nil: nobody waits
}

func startTransport(ctx context.Context, p *Printer) *transport {
	t := &transport{p: p, ctx: ctx, jobs: make(chan job, 64)}
	t.idle = sync.NewCond(&t.mu)
	t.wg.Go(t.run)
	return t
}

func (t *transport) run() {
	for {
		select {
		case <-t.ctx.Done():
			t.mu.Lock()
			t.busy = 0
			t.idle.Broadcast()
			t.mu.Unlock()
			return
		case j := <-t.jobs:
			err := t.blocked()
			if err == nil {
				err = j.do(t)
			}
			t.mu.Lock()
			t.finished(err, j.done == nil)
			t.busy--
			t.idle.Broadcast()
			t.mu.Unlock()
			if j.done != nil {
				j.done <- err
			}
		}
	}
}

// told is the error of work that stands behind an untold fault.
type told refusal

func (e told) Error() string { return refusal(e).text() }

// blocked keeps work from running behind a fault that the host has not heard of.
func (t *transport) blocked() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fault != accepted {
		return told(t.fault)
	}
	return nil
}

// finished keeps the fault of a piece of work. The lock is held.
func (t *transport) finished(err error, untold bool) {
	var behind told
	if err == nil || t.ctx.Err() != nil {
		return
	}
	if errors.As(err, &behind) {
		if !untold {
			t.fault = accepted // the waiting command tells it
		}
		return
	}
	r := refusalOf(err)
	if untold {
		t.fault = r
	}
	if r == cardJam || r == ribbonFault || r == ribbonUnknown {
		t.pending = nil
		t.ruined = r
	}
}

// stop waits for the motors to stand still after ctx has ended.
func (t *transport) stop() { t.wg.Wait() }

// queue adds work.
func (t *transport) queue(do func(*transport) error, done chan error) {
	t.mu.Lock()
	t.busy++
	t.mu.Unlock()
	select {
	case t.jobs <- job{do, done}:
	case <-t.ctx.Done():
	}
}

// settle waits until all work is done.
func (t *transport) settle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.busy > 0 && t.ctx.Err() == nil {
		t.idle.Wait()
	}
}

// untold takes the fault of work that nobody waited for.
func (t *transport) untold() refusal {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.fault
	t.fault = accepted
	return r
}

// dead tells why the card in hand cannot be finished.
func (t *transport) dead() refusal {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ruined
}

// revive forgets a ruined card's job.
func (t *transport) revive() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ruined, t.pending, t.job = accepted, nil, nil
}

func (t *transport) setPem(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pem = n
}

// printerOwns: with Pem 0 the printer waits for the cause to go and does the job again by itself (evolis.md 4).
func (t *transport) printerOwns() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pem == 0
}

func (t *transport) coverIgnored() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pem == 1
}

// sleep is motors and head at work.
func (t *transport) sleep(d time.Duration) error {
	t.p.world.Ran(d)
	return t.p.world.Clock.Sleep(t.ctx, d)
}

func (t *transport) lid() error {
	if !t.coverIgnored() && t.p.world.Standing(world.CoverOpen) {
		return world.CoverOpen
	}
	return nil
}

// owned does a step, and under Pem 0 does it again once its cause is gone.
func (t *transport) owned(step func() error) error {
	for {
		err := step()
		var trouble world.Trouble
		if err == nil || !t.printerOwns() || !errors.As(err, &trouble) {
			return err
		}
		if err := t.gone(trouble); err != nil {
			return err
		}
	}
}

// gone waits until a trouble no longer stands.
func (t *transport) gone(trouble world.Trouble) error {
	for t.p.world.Standing(trouble) {
		if err := t.p.world.Clock.Sleep(t.ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// bring takes the card in the machine, or the next blank, to a place. Sensors see it where it was until it is there.
func (t *transport) bring(to world.Place) error {
	w := t.p.world
	if err := t.lid(); err != nil {
		return err
	}
	at := w.Where()
	if at == to && (to == world.Head || w.InContact()) {
		if w.Standing(world.Jam) {
			return world.Jam
		}
		return nil
	}
	if at == "" {
		pick := w.Pick
		if t.byHand() {
			pick = w.PickSlot // nobody stands there with a card, but a dispenser may have pushed one in
		}
		if err := pick(); err != nil {
			return err
		}
		if err := t.sleep(feedTime); err != nil {
			return err
		}
	} else if err := w.Depart(); err != nil {
		return err
	}
	if at != "" || to != world.Head {
		if err := t.sleep(stationTime); err != nil {
			return err
		}
	}
	if err := t.lid(); err != nil {
		return err
	}
	return w.Arrive(to)
}

func (t *transport) byHand() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.manual
}

// setManual is Pmi: M takes cards from a hand only, F and B from the feeder too (guide, table of moves).
func (t *transport) setManual(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.manual = on
}

// print queues panels that have arrived whole.
func (t *transport) print(ops []burn) {
	t.mu.Lock()
	t.pending = append(t.pending, ops...)
	t.job = append(t.job, ops...)
	t.mu.Unlock()
	t.queue((*transport).printed, nil)
}

// printed burns what is pending.
func (t *transport) printed() error {
	for {
		t.mu.Lock()
		if len(t.pending) == 0 {
			t.mu.Unlock()
			return nil
		}
		b := t.pending[0]
		t.mu.Unlock()
		err := t.owned(func() error { return t.bring(world.Head) })
		if err == nil {
			err = t.burn(b)
		}
		var trouble world.Trouble
		switch {
		case err == nil:
			t.mu.Lock()
			if len(t.pending) > 0 {
				t.pending = t.pending[1:]
			}
			t.mu.Unlock()
		case t.printerOwns() && errors.As(err, &trouble):
			if err := t.again(trouble); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

// again is what a printer that owns errors does behind the host's back: once the cause is gone it puts the spoilt card
// out and prints the whole job on another blank.
func (t *transport) again(trouble world.Trouble) error {
	if err := t.gone(trouble); err != nil {
		return err
	}
	if trouble == world.CoverOpen {
		return nil
	}
	if t.p.world.Where() != "" {
		if err := t.discharge(world.Good); err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pending = append([]burn(nil), t.job...)
	t.used = 0
	return nil
}

// burn burns one panel on the card at the head.
func (t *transport) burn(b burn) error {
	w := t.p.world
	if err := t.lid(); err != nil {
		return err
	}
	if w.Ribbon().Type != b.ribbon {
		return world.NoRibbon
	}
	t.mu.Lock()
	used := t.used
	t.mu.Unlock()
	if used == 0 {
		if err := t.sleep(t.p.rest()); err != nil {
			return err
		}
	}
	if err := w.Unwind(b.panel, used, b.place); err != nil {
		return err
	}
	t.mu.Lock()
	t.used = b.place + 1
	t.mu.Unlock()
	d := colorTime
	switch b.panel {
	case "k":
		d = blackTime
	case "o":
		d = varnishTime
	}
	if err := t.sleep(d); err != nil {
		return err
	}
	return w.Burn(b.key, b.raster)
}

// discharge puts the card into a tray and winds the ribbon to its next set.
func (t *transport) discharge(tray world.Place) error {
	w := t.p.world
	if w.Where() == "" {
		return nil
	}
	if err := t.lid(); err != nil {
		return err
	}
	if err := w.CanDischarge(tray); err != nil {
		return err
	}
	if err := w.Depart(); err != nil {
		return err
	}
	if err := t.sleep(ejectTime); err != nil {
		return err
	}
	if err := t.lid(); err != nil {
		return err
	}
	if err := w.Drop(tray); err != nil {
		return err
	}
	t.nextSet()
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.pending) == 0 {
		t.job = nil
	}
	return nil
}

func (t *transport) nextSet() {
	t.mu.Lock()
	used := t.used
	t.used = 0
	t.mu.Unlock()
	if used > 0 {
		t.p.world.NextSet()
	}
}

func (t *transport) flip(newSet bool) error {
	if t.p.world.Where() == "" {
		return nil
	}
	if err := t.bring(world.Head); err != nil {
		return err
	}
	if err := t.sleep(flipTime); err != nil {
		return err
	}
	if newSet {
		t.nextSet()
	}
	return t.lid()
}

func (t *transport) passThrough() error {
	if err := t.owned(func() error { return t.bring(world.Head) }); err != nil {
		return err
	}
	return t.discharge(world.Good)
}

func (t *transport) clean() error {
	if err := t.sleep(cleanTime); err != nil {
		return err
	}
	t.p.world.Cleaned()
	return nil
}

func (t *transport) adjust() error { return t.sleep(adjustTime) }
