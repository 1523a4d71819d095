package crt591

import (
	"context"
	"fmt"
	"time"

	"cetak/drivers"
)

// takeWait is how long a finished card may lie in the gate until somebody takes it.
const takeWait = 20 * time.Second

// Load takes one blank from the stacker to the chip station, or moves the card that is inside. See drivers.Printer. There is no
// head to load to.
func (d *Dispenser) Load(ctx context.Context, to drivers.Position) error {
	if to != drivers.PositionContact && to != drivers.PositionContactless {
		return &drivers.Fault{Code: drivers.DispenserRefused, Op: opLoad, Card: d.unmoved(), Again: drivers.AgainNever,
			Detail: fmt.Sprintf("no position %q", to)}
	}
	st, _, err := d.sensors(ctx)
	if err != nil {
		return d.fault(opLoad, d.unmoved(), err)
	}
	empty := d.position(st) == drivers.PositionNone
	if d.at == to && st.card == cardAtChip {
		return nil
	}
	moves := []command{toContact}
	if to == drivers.PositionContactless {
		moves = append(moves, toRF) // only the move to IC is said to take a card from the stacker (2.1.1)
		if !empty {
			moves = moves[1:]
		}
	}
	for _, c := range moves {
		out := d.order(ctx, c)
		if f := out.r.failed; empty && (f == movedByHand || f == notInOrder) {
			// Its sensors see no card and it remembers one that a hand has taken since: it forgets that, and nothing has moved.
			if err := d.wake(ctx); err != nil {
				return d.fault(opLoad, drivers.InHopper, err)
			}
			out = d.order(ctx, c)
		}
		if !out.done || out.r.failed != "" || out.r.status.card != cardAtChip {
			return d.notLoaded(ctx, c, empty, out)
		}
		d.card, empty = drivers.InMachine, false
	}
	d.at = to
	return nil
}

// unmoved is the card's place while nothing of ours has moved it in a Load.
func (d *Dispenser) unmoved() drivers.Whereabouts {
	if d.card == drivers.NoCard {
		return drivers.InHopper
	}
	return d.card
}

// notLoaded finds the blank. The machine does not count what it dispenses: only its answer and its sensors tell.
func (d *Dispenser) notLoaded(ctx context.Context, c command, empty bool, out outcome) error {
	d.at = ""
	if out.r.failed == stackerIsEmpty {
		d.card = drivers.NoCard
		return &drivers.Fault{Code: drivers.FeederEmpty, Op: opLoad, Card: drivers.InHopper, Again: drivers.AgainAfterOperator,
			Detail: c.name + " failed with " + out.r.failed}
	}
	card := drivers.InMachine // it was inside, and nothing of ours sends it out
	switch {
	case !empty:
	case out.err == nil && out.r.failed == notReset:
		card = drivers.InHopper
	case out.err == nil && out.r.failed == jammed:
		card = drivers.InMachine // between stacker and station: it must be accounted for
	default:
		card = drivers.Unknown
	}
	if out.err != nil && !d.isSilent(ctx, out.err) {
		if empty && !out.taken {
			card = drivers.InHopper
		}
		d.card = card
		return d.fault(opLoad, card, out.err)
	}
	return d.whatHappened(ctx, opLoad, c, card, empty, out)
}

// whatHappened looks, after a move that did not go well, where the sensors see the card, and makes the Fault.
func (d *Dispenser) whatHappened(ctx context.Context, op string, c command, card drivers.Whereabouts, empty bool, out outcome) error {
	st, restarted, err := d.sensors(ctx)
	if err != nil {
		d.card = card
		return d.fault(op, card, err)
	}
	pos := d.position(st)
	switch {
	case pos != drivers.PositionNone:
		card = drivers.InMachine
	case empty && !out.taken && out.r.failed == "":
		card = drivers.InHopper // it stands still with nothing inside, and never said that it took the order
	case !empty && out.r.failed != jammed:
		card = drivers.Unknown // it was inside and no sensor sees it
	}
	d.card = card
	if card == drivers.InHopper {
		d.card = drivers.NoCard
	}
	f := &drivers.Fault{Op: op, Card: card, Again: drivers.AgainAfterOperator, Detail: fmt.Sprintf("%s; the sensors see the card: %s", c.name, pos)}
	switch {
	case restarted || out.r.failed == notReset:
		f.Code = drivers.DispenserRestarted
	case out.r.failed != "":
		f = d.refused(op, out.r.failed, card)
		f.Detail = c.name + " failed with " + f.Detail + fmt.Sprintf("; the sensors see the card: %s", pos)
	case out.err != nil:
		f.Code, f.Err = drivers.DispenserSilent, out.err
	default:
		f.Code = drivers.CardNotMoved
	}
	return f
}

// Print prints nothing. See drivers.Printer.
func (d *Dispenser) Print(ctx context.Context, art drivers.Artwork) error {
	st, _, err := d.sensors(ctx)
	if err != nil {
		return d.fault(opPrint, d.card, err)
	}
	if d.position(st) == drivers.PositionNone {
		return &drivers.Fault{Code: drivers.CardNotMoved, Op: opPrint, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: "there is no card in the dispenser"}
	}
	if art.Color != nil || art.Black != nil || art.Varnish {
		return &drivers.Fault{Code: drivers.DispenserRefused, Op: opPrint, Card: d.card, Again: drivers.AgainNever,
			Detail: "a dispenser has no print head"}
	}
	return nil
}

// Discharge moves the card out of the gate, or into the bin. See drivers.Printer.
func (d *Dispenser) Discharge(ctx context.Context, to drivers.Tray) error {
	op, c := opGood, outOfGate
	if to == drivers.TrayReject {
		op, c = opReject, toBin
	}
	st, _, err := d.sensors(ctx)
	if err != nil {
		return d.fault(op, d.card, err)
	}
	if d.position(st) == drivers.PositionNone {
		return &drivers.Fault{Code: drivers.CardNotMoved, Op: op, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: "there is no card in the dispenser"}
	}
	if to == drivers.TrayReject {
		if err := d.makeRoom(ctx); err != nil {
			return d.fault(op, drivers.InMachine, err)
		}
	}
	out := d.order(ctx, c)
	d.at = ""
	switch {
	case out.err != nil && !d.isSilent(ctx, out.err):
		if d.card = drivers.InMachine; out.taken {
			d.card = drivers.Unknown
		}
		return d.fault(op, d.card, out.err)
	case out.r.failed == counterOverflow:
		return d.overflow(ctx)
	case !out.done || out.r.failed != "":
		return d.notOut(ctx, op, c, to, out)
	case out.r.status.card == noCard:
		d.card = drivers.NoCard
		return nil
	case to == drivers.TrayGood && out.r.status.card == cardInGate:
		return d.awaitTaken(ctx)
	}
	return d.whatHappened(ctx, op, c, drivers.InMachine, false, out)
}

// notOut looks where the card is whose way out was not confirmed. An order that was taken and ended with an empty transport, without
// a failure and without a loss of power, was done: only its response was lost.
func (d *Dispenser) notOut(ctx context.Context, op string, c command, to drivers.Tray, out outcome) error {
	if out.r.failed == "" && out.taken {
		st, restarted, err := d.sensors(ctx)
		if err != nil {
			d.card = drivers.Unknown
			return d.fault(op, d.card, err)
		}
		switch pos := d.position(st); {
		case restarted && pos == drivers.PositionNone:
			return &drivers.Fault{Code: drivers.DispenserRestarted, Op: op, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
				Detail: c.name + " broke off: the machine had no power"}
		case pos == drivers.PositionNone:
			return nil
		case pos == drivers.PositionGate && to == drivers.TrayGood && !restarted:
			return d.awaitTaken(ctx)
		case restarted:
			out.r.failed = notReset
		}
	}
	return d.whatHappened(ctx, op, c, drivers.InMachine, false, out)
}

// awaitTaken waits until a card that is held in the gate is taken. With a machine in line that is the machine's affair.
func (d *Dispenser) awaitTaken(ctx context.Context) error {
	if d.o.InLine {
		return nil
	}
	for end := time.Now().Add(d.scaled(takeWait)); ; {
		drivers.Pulse(ctx, d.scaled(lookEvery))
		if _, err := d.link.Quiet(ctx, d.scaled(lookEvery)/4, d.scaled(lookEvery)/4); err != nil {
			return d.fault(opGood, drivers.InMachine, d.lineError(err))
		}
		st, restarted, err := d.sensors(ctx)
		if err != nil {
			return d.fault(opGood, drivers.InMachine, err)
		}
		if pos := d.position(st); pos != drivers.PositionGate && !restarted {
			if pos == drivers.PositionNone {
				return nil
			}
			return d.whatHappened(ctx, opGood, outOfGate, drivers.InMachine, false, outcome{})
		}
		if !time.Now().Before(end) {
			return &drivers.Fault{Code: drivers.CardInGate, Op: opGood, Card: drivers.InMachine, Again: drivers.AgainAfterOperator,
				Detail: "nobody took the card out of the gate"}
		}
	}
}

// makeRoom sets the counter of captured cards to zero before it would run over.
func (d *Dispenser) makeRoom(ctx context.Context) error {
	n, err := d.count(ctx)
	if err != nil || n == drivers.CountUnknown || n-d.captured < counterMax {
		return err
	}
	return d.zero(ctx)
}

// zero begins the machine's counter anew and keeps in mind what it had counted.
func (d *Dispenser) zero(ctx context.Context) error {
	n, err := d.count(ctx)
	if err != nil {
		return err
	}
	r, _, err := d.question(ctx, zeroCounter)
	if err == nil && r.failed == "" && n > 0 {
		d.captured = n
	}
	d.log.Info().Int64("captured", n).Msg("the dispenser's counter begins anew")
	return err
}

// overflow is a capture that the machine refused because its counter would run over.
func (d *Dispenser) overflow(ctx context.Context) error {
	if err := d.zero(ctx); err != nil {
		return d.fault(opReject, drivers.InMachine, err)
	}
	st, _, err := d.sensors(ctx)
	if err != nil {
		return d.fault(opReject, drivers.InMachine, err)
	}
	if d.position(st) == drivers.PositionNone {
		return nil // it said so and captured the card all the same
	}
	return &drivers.Fault{Code: drivers.BinCounterFull, Op: opReject, Card: drivers.InMachine, Again: drivers.AgainNow,
		Detail: "the counter of captured cards ran over and was set to 000"}
}
