package station

import (
	"context"
	"reflect"
	"sync/atomic"
	"time"

	"cetak/drivers"
	"cetak/station/face"
	"cetak/station/record"
)

// What of a card is left out to make it in time, as snapshot and journal say it.
const (
	WithoutFineColour = "fine-colour" // colours up to a level of 32 off wherever that saves bytes
	WithoutVarnish    = "varnish"     // no overlay panel
)

// Shorten says what may be left out of a card that would take longer than Options.LongestCard, in this order.
type Shorten struct{ Colour, Varnish bool }

// chipUnknown is how long a chip is thought to take before the first one of the run was written: little, because a panel that
// goes on when the chip is done holds the card up, and one that is not sent yet goes on its way to the head.
const chipUnknown = 500 * time.Millisecond

// planner is the printer's gift of foresight; nil where it has none.
func (s *Station) planner() drivers.Planner {
	p, _ := s.printer.(drivers.Planner)
	return p
}

// chipTime is how long a card lies at the chip station, by those before; 0 = not known.
func (s *Station) chipTime() time.Duration {
	return s.took[StepReadChip] + s.took[StepWriteChip] + s.took[StepVerify]
}

// foresee plans the card in hand before a blank moves, and leaves out what the settings allow where it would take too long.
// Fault: PrinterRefused, for artwork that this printer cannot print.
func (s *Station) foresee() error {
	p := s.planner()
	if p == nil {
		return nil
	}
	chip := s.chipTime()
	best, err := p.Plan(s.job.art, chip)
	if err != nil {
		return err
	}
	var without []string
	try := func(name string, allowed bool, change func(*drivers.Artwork)) {
		if err != nil || !allowed || s.opts.LongestCard <= 0 || best.Card(chip) <= s.opts.LongestCard {
			return
		}
		art := s.job.art
		change(&art)
		var e drivers.Estimate
		if e, err = p.Plan(art, chip); err == nil && e.Card(chip) < best.Card(chip) {
			s.job.art, best, without = art, e, append(without, name)
		}
	}
	try(WithoutFineColour, s.opts.Shorten.Colour, func(a *drivers.Artwork) { a.Thrift = true })
	try(WithoutVarnish, s.opts.Shorten.Varnish && s.job.art.Varnish, func(a *drivers.Artwork) { a.Varnish = false })
	if err != nil {
		return err
	}
	s.job.plan = &CardPlan{Bytes: best.Bytes, Line: best.Line, Machine: best.Machine, Chip: chip, Card: best.Card(chip), Without: without,
		Late: s.opts.LongestCard > 0 && best.Card(chip) > s.opts.LongestCard}
	s.job.about(StepLoad, best.Load)
	s.job.about(StepPrint, best.Print)
	s.job.about(StepDischarge, best.Discharge)
	if len(without) > 0 {
		s.Log.Warn().Strs("without", without).Dur("card", best.Card(chip)).Msg("the card would take too long")
	}
	return nil
}

// staging is what is on the line while the chip is written.
type staging struct {
	over atomic.Bool // the chip is done: the line is needed
	done chan struct{}
}

// expect tells the printer, before the blank is taken, which face it will get.
func (s *Station) expect() {
	if p := s.planner(); p != nil {
		p.Expect(s.job.art)
	}
}

// stage sends the first panels while the chip is written, in a goroutine of its own. Nothing is burnt by it, and what goes
// wrong with it is seen by Print.
func (s *Station) stage(ctx context.Context) {
	p := s.planner()
	if p == nil {
		return
	}
	g, began, chip := &staging{done: make(chan struct{})}, time.Now(), s.chipTime()
	if chip == 0 {
		chip = chipUnknown
	}
	free := func() time.Duration {
		if g.over.Load() {
			return 0
		}
		return max(chip-time.Since(began), time.Millisecond)
	}
	within, cancel := s.patientBeside(ctx, cardEffect)
	s.staging = g
	go func() {
		defer close(g.done)
		defer cancel()
		if err := p.Stage(within, free); err != nil {
			s.Log.Warn().Err(err).Msg("nothing more is sent ahead")
		}
	}()
}

// unstage waits until the line is free. Whoever uses the printer calls it first.
func (s *Station) unstage() {
	if s.staging == nil {
		return
	}
	s.staging.over.Store(true)
	<-s.staging.done
	s.staging = nil
	s.patience.beatBeside(0)
}

// prepared is the face of the record that is next, made while the card before it is printed.
type prepared struct {
	key    record.Key
	record *record.Record
	art    drivers.Artwork
	notes  face.Notes
	err    error
	done   chan struct{}
	cancel context.CancelFunc
}

// prepareNext renders and encodes the face of the card that a run will make next, in a goroutine of its own. It is only used if
// the record is that same one when its turn has come; everything else is checked then.
func (s *Station) prepareNext(ctx context.Context) {
	ctx = context.WithoutCancel(ctx) // it goes on when Print has returned

	s.dropPrepared()
	at, ok := s.turns.next(s.opts.Blank, s.job.key)
	if !ok || s.batch.on && s.batch.left == 0 || s.state.Stopping {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	n, p := &prepared{key: s.turns.item(at).Key, done: make(chan struct{}), cancel: cancel}, s.planner()
	s.prepared = n
	go func() {
		defer close(n.done)
		defer cancel()
		if n.record, n.err = s.Store.Record(ctx, n.key); n.err != nil {
			return
		}
		if n.art, n.notes, n.err = s.face(n.record); n.err == nil && p != nil {
			_, n.err = p.Plan(n.art, 0) // the printer keeps the panels
		}
	}()
}

// dropPrepared forgets a face that was made ahead.
func (s *Station) dropPrepared() {
	if n := s.prepared; n != nil {
		n.cancel()
		s.prepared = nil
	}
}

// takePrepared gives the face that was made ahead for this very record, if there is one.
func (s *Station) takePrepared(ctx context.Context, r *record.Record) (drivers.Artwork, face.Notes, bool) {
	n := s.prepared
	s.prepared = nil
	if n == nil {
		return drivers.Artwork{}, face.Notes{}, false
	}
	if n.key != s.job.key {
		n.cancel()
		return drivers.Artwork{}, face.Notes{}, false
	}
	select {
	case <-n.done:
	case <-ctx.Done():
		n.cancel()
		return drivers.Artwork{}, face.Notes{}, false
	}
	if n.err != nil || !reflect.DeepEqual(n.record, r) {
		return drivers.Artwork{}, face.Notes{}, false
	}
	return n.art, n.notes, true
}

// face renders what will be printed and judged.
func (s *Station) face(r *record.Record) (drivers.Artwork, face.Notes, error) {
	layout, err := face.LayoutFor(r.Kind)
	if err != nil {
		return drivers.Artwork{}, face.Notes{}, err
	}
	art, notes, err := s.Faces.Render(r, layout)
	art.Varnish = s.opts.Varnish
	return art, notes, err
}
