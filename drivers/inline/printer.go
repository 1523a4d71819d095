package inline

import (
	"context"
	"errors"

	"cetak/drivers"
)

// Steps, as they stand in a Fault's Op.
const (
	opLoad      = "load"
	opPass      = "pass to the printer"
	opDischarge = "discharge"
)

// Printer is the two machines. It satisfies drivers.Printer and is used by one goroutine.
type Printer struct {
	front, back drivers.Printer
	between     bool // the front was told to give its card away, and the back has not shown it since
}

var _ drivers.Printer = (*Printer)(nil)

// New takes both machines over: Close closes them. The front's Discharge to the good tray must end when its gate lets go of the card
// (crt591.Options.InLine), and the back must load from its slot (evolis.Options.Slot).
func New(front, back drivers.Printer) *Printer { return &Printer{front: front, back: back} }

// Identify tells the back's numbers and both models.
func (p *Printer) Identify(ctx context.Context) (drivers.PrinterID, error) {
	front, err := p.front.Identify(ctx)
	if err != nil {
		return drivers.PrinterID{}, err
	}
	id, err := p.back.Identify(ctx)
	id.Model = front.Model + " + " + id.Model
	return id, err
}

// where is one look at both machines.
type where struct{ front, back drivers.PrinterStatus }

func (p *Printer) look(ctx context.Context) (where, error) {
	var w where
	var err error
	if w.front, err = p.front.Status(ctx); err != nil {
		return w, err
	}
	if w.back, err = p.back.Status(ctx); err != nil {
		return w, err
	}
	if w.inBack() || w.inFront() && w.front.Position != drivers.PositionGate {
		p.between = false // it has come in, or never left
	}
	return w, nil
}

func (w where) inFront() bool { return w.front.Position != drivers.PositionNone }
func (w where) inBack() bool  { return w.back.Position != drivers.PositionNone }

// Status is that of both: where the card is, how many cards the front has taken and rejected, the back's panels and ribbon, what stands
// in the way of either. What the back counts as inserted is no count of blanks: one that jams in the front, or is lost between the two,
// never comes in. The back's own feeder is not used.
func (p *Printer) Status(ctx context.Context) (drivers.PrinterStatus, error) {
	w, err := p.look(ctx)
	s := w.back
	if err != nil {
		s.Position = drivers.PositionUnknown
		return s, err
	}
	s.CardsInserted, s.CardsRejected = w.front.CardsInserted, w.front.CardsRejected
	s.Position = p.position(w)
	s.Conditions = nil
	for _, c := range w.back.Conditions {
		if c != drivers.ConditionFeederEmpty {
			s.Conditions = append(s.Conditions, c)
		}
	}
	for _, c := range w.front.Conditions {
		if !s.Has(c) {
			s.Conditions = append(s.Conditions, c)
		}
	}
	return s, nil
}

// position tells where the card is; two cards are nothing that can be told.
func (p *Printer) position(w where) drivers.Position {
	switch {
	case w.inFront() && w.inBack():
		return drivers.PositionUnknown
	case w.inBack():
		return w.back.Position
	case w.inFront():
		return w.front.Position
	case p.between:
		return drivers.PositionGate
	}
	return drivers.PositionNone
}

// Load takes one blank from the front's feeder to its chip station, or on to the back's head. See drivers.Printer. A card that has left
// the front does not come back to its chip station.
func (p *Printer) Load(ctx context.Context, to drivers.Position) error {
	w, err := p.look(ctx)
	if err != nil {
		return p.placed(err, opLoad, w)
	}
	gone := w.inBack() || p.between
	switch {
	case p.position(w) == drivers.PositionUnknown:
		return &drivers.Fault{Code: drivers.CardAlreadyIn, Op: opLoad, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: "a card in the dispenser and one in the printer"}
	case to != drivers.PositionHead && gone:
		return &drivers.Fault{Code: drivers.PrinterRefused, Op: opLoad, Card: drivers.InMachine, Again: drivers.AgainNever,
			Detail: "a card that has left the dispenser does not come back to its chip station"}
	case to != drivers.PositionHead:
		return p.front.Load(ctx, to)
	}
	if !gone && !w.inFront() {
		if err := p.front.Load(ctx, drivers.PositionContact); err != nil {
			return err
		}
	}
	return p.toBack(ctx, w)
}

// placed gives an error of a look the place of the card as far as it was known before.
func (p *Printer) placed(err error, op string, w where) error {
	var f *drivers.Fault
	if !errors.As(err, &f) {
		return err
	}
	g := *f
	if g.Card == drivers.NoCard && op == opLoad {
		g.Card = drivers.InHopper
	}
	if at := w.front.Position; p.between || at != "" && at != drivers.PositionNone && at != drivers.PositionUnknown {
		g.Card = drivers.InMachine
	}
	return &g
}

// toBack brings the card to the back's head, from wherever it is: out of the front's gate first, if it is still inside.
func (p *Printer) toBack(ctx context.Context, w where) error {
	if w.inBack() {
		return p.back.Load(ctx, drivers.PositionHead)
	}
	if !p.between {
		p.between = true
		if err := p.front.Discharge(ctx, drivers.TrayGood); err != nil {
			p.between = ctx.Err() != nil // it may be on its way: what the next look sees decides
			return err
		}
	}
	err := p.back.Load(ctx, drivers.PositionHead)
	if err == nil {
		p.between = false
		return nil
	}
	f := *drivers.AsFault(err)
	switch f.Card {
	case drivers.InMachine:
		p.between = false
	case drivers.InHopper, drivers.NoCard: // of the back: nothing came in through its slot
		if ctx.Err() != nil {
			f.Card = drivers.InMachine
			return &f
		}
		p.between = false
		return &drivers.Fault{Code: drivers.CardLostAtGate, Op: opPass, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: "the dispenser let go of the card and the printer did not get it", Err: err}
	}
	return &f
}

// Print passes the card on and prints it. See drivers.Printer.
func (p *Printer) Print(ctx context.Context, art drivers.Artwork) error {
	w, err := p.look(ctx)
	if err != nil {
		return p.placed(err, opPass, w)
	}
	if art.Color == nil && art.Black == nil && !art.Varnish && (w.inFront() || w.inBack() || p.between) {
		return nil
	}
	if !w.inBack() && (w.inFront() || p.between) {
		if err := p.toBack(ctx, w); err != nil {
			return err
		}
	}
	return p.back.Print(ctx, art)
}

// Discharge moves the card out at the back's end, or into the reject box of the machine it is in. See drivers.Printer.
func (p *Printer) Discharge(ctx context.Context, to drivers.Tray) error {
	w, err := p.look(ctx)
	switch {
	case err != nil:
		return p.placed(err, opDischarge, w)
	case p.position(w) == drivers.PositionUnknown:
		return &drivers.Fault{Code: drivers.CardAlreadyIn, Op: opDischarge, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: "a card in the dispenser and one in the printer"}
	case w.inFront() && !w.inBack() && to == drivers.TrayReject && !p.between:
		return p.front.Discharge(ctx, to)
	case !w.inBack() && (w.inFront() || p.between):
		if err := p.toBack(ctx, w); err != nil {
			return err
		}
	}
	return p.back.Discharge(ctx, to)
}

// Close closes both.
func (p *Printer) Close() error { return errors.Join(p.front.Close(), p.back.Close()) }
