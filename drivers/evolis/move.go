package evolis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cetak/drivers"
)

// Waits for moves. A feed takes 2 s and a way inside 1.5 s; hosts give an ejection 10 s. The first wait is for the reply
// itself; after it, or after an early ACK, the machine is asked where the card is until the whole time is up.
const (
	replyWait  = 6 * time.Second
	loadWithin = 15 * time.Second
	ejectBase  = 15 * time.Second
	panelBurn  = 6 * time.Second // on top of ejectBase for each panel that may still have to be burnt
	lookEvery  = 20 * time.Millisecond
	moves      = 4 * time.Second // a card at most takes, from rest to rest: a feed and a way inside
	burns      = 5 * time.Second // the panel under the head at most takes
)

// inserts are the commands that bring a card to a position: from the feeder, or from where it is (guide p.40 to 45).
var inserts = map[drivers.Position]string{
	drivers.PositionHead:        "Si",
	drivers.PositionContact:     "Sis",
	drivers.PositionContactless: "Sic",
}

// outcome is what became of a move.
type outcome struct {
	pos     drivers.Position
	said    bool     // the machine said yes
	refused *refusal // or no, at once or late
	err     error    // the line or ctx ended before it was known; pos is then unknown
	sent    bool     // at least part of the command is on its way
	came    bool     // it was seen not to be there yet, and then it was
}

// begin tells that the machine may be silent for so long, for what it is told now.
func (p *Printer) begin(ctx context.Context, silence time.Duration) {
	p.moving = time.Now().Add(silence)
	drivers.Pulse(ctx, silence)
}

// move gives one command that moves a card, once, and asks where the card is until it is there, the machine has
// refused, or the time is up. meanwhile, unless nil, uses the line while the card moves; it moves and burns nothing, and what
// it is refused with belongs to the move.
func (p *Printer) move(ctx context.Context, command string, want drivers.Position, within time.Duration, meanwhile func(context.Context) error) outcome {
	p.late = nil
	p.begin(ctx, p.scaled(moves+burns*time.Duration(min(p.panels, 1))))
	defer func() { p.moving = time.Time{} }()
	end := time.Now().Add(p.scaled(within))
	a, err := p.exchange(ctx, message{name: command, text: []byte(command), kind: order, wait: replyWait})
	out := outcome{pos: drivers.PositionUnknown, sent: a.sent}
	if err != nil && (ctx.Err() != nil || p.port == nil || !a.sent) {
		out.err = err
		return out
	}
	out.refused, out.said = a.refusal(), err == nil && a.refusal() == nil
	if out.said && meanwhile != nil {
		began := time.Now()
		if r := (*refusal)(nil); errors.As(meanwhile(ctx), &r) && r.look != syntax {
			out.refused = r
		}
		end = end.Add(time.Since(began))
	}
	for {
		pos, err := p.position(ctx)
		if err != nil && (ctx.Err() != nil || p.port == nil) {
			out.err = err
			return out
		}
		out.err = err // silence and noise may pass: they count only when the time is up
		if err == nil {
			out.pos = pos
			if out.refused == nil {
				out.refused = p.late
			}
			if pos == want || out.refused != nil {
				return out
			}
			out.came = true
		}
		if !time.Now().Before(end) {
			return out
		}
		heard, err := p.link.Listen(ctx, max(p.scaled(lookEvery), 10*time.Millisecond))
		p.noteLate(heard)
		if err != nil {
			out.err = p.lineError(err)
			return out
		}
	}
}

// Load takes one blank from the feeder, or moves the card that is in the transport. See drivers.Printer.
func (p *Printer) Load(ctx context.Context, to drivers.Position) error {
	command, ok := inserts[to]
	if !ok {
		return &drivers.Fault{Code: drivers.PrinterRefused, Op: opLoad, Card: p.unmoved(), Again: drivers.AgainNever,
			Detail: fmt.Sprintf("no position %q", to)}
	}
	if err := p.ready(ctx); err != nil {
		return p.fault(opLoad, p.unmoved(), err)
	}
	before, err := p.position(ctx)
	if err != nil {
		return p.fault(opLoad, p.unmoved(), err)
	}
	switch {
	case before == drivers.PositionUnknown:
		return &drivers.Fault{Code: drivers.CardAlreadyIn, Op: opLoad, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: "the printer reports a card that is not in place"}
	case before == drivers.PositionNone:
		p.restarted, p.panels, p.doubt = false, 0, false // no card was in it: nothing is lost
	case p.ahead != nil:
		p.giveUp() // another card than the one that was expected
	}
	switch {
	case before == drivers.PositionNone:
	case p.restarted:
		return p.memoryLost(opLoad, drivers.InMachine)
	case before == to:
		return nil
	}
	inserted, err := p.count(ctx, "Rco;c")
	if err == nil {
		from := "F"
		if before != drivers.PositionNone || p.o.Slot {
			from = "M" // a card is inside: no blank may follow it in
		}
		err = p.feedFrom(ctx, from)
	}
	if err != nil {
		return p.fault(opLoad, p.unmoved(), err)
	}
	began := time.Now()
	out := p.move(ctx, command, to, loadWithin, func(ctx context.Context) error { return p.stageOnTheWay(ctx, to, began) })
	if out.err == nil && out.refused == nil && out.pos == to {
		if before == drivers.PositionNone && to != drivers.PositionHead && (out.came || p.ahead.count() == 0) {
			p.seen(func(t *times) { t.load = drift(t.load, time.Since(began)) })
		}
		if after, err := p.count(ctx, "Rco;c"); err == nil && before == drivers.PositionNone && after != inserted+1 {
			p.log.Warn().Int64("before", inserted).Int64("after", after).Msg("one card was taken and the counter says otherwise")
		}
		return nil
	}
	p.giveUp()
	return p.notLoaded(ctx, command, before, inserted, out)
}

// stageOnTheWay uses the line while a blank is on its way to the chip station.
func (p *Printer) stageOnTheWay(ctx context.Context, to drivers.Position, began time.Time) error {
	if p.ahead == nil || p.o.Overlap != OverlapMemory || to == drivers.PositionHead {
		return nil
	}
	load := p.expected().load
	return p.sendAhead(ctx, 0, func() time.Duration { return load - time.Since(began) })
}

// unmoved is the card's place while nothing of ours has moved it in a Load.
func (p *Printer) unmoved() drivers.Whereabouts {
	if p.card == drivers.NoCard {
		return drivers.InHopper
	}
	return p.card
}

// notLoaded finds the blank: the position tells where it is, the counter of inserted cards whether it left the feeder.
func (p *Printer) notLoaded(ctx context.Context, command string, before drivers.Position, inserted int64, out outcome) error {
	inside := before != drivers.PositionNone
	card := drivers.Unknown
	if inside {
		card = drivers.InMachine // no command of ours sends it out
	}
	if out.err != nil {
		if !out.sent && !inside {
			card = drivers.InHopper
		}
		p.card = card
		if card == drivers.InHopper {
			p.card = drivers.NoCard
		}
		return p.fault(opLoad, card, out.err)
	}
	after, err := p.count(ctx, "Rco;c")
	if err != nil {
		p.card = card
		return p.fault(opLoad, card, err)
	}
	counted := inserted >= 0 && after >= 0
	switch {
	case out.pos != drivers.PositionNone && out.pos != drivers.PositionUnknown:
		card = drivers.InMachine
	case inside || !counted:
		// A card that was inside and is seen no more, or a machine without a counter: nobody can say.
		card = drivers.Unknown
	case after == inserted && out.pos == drivers.PositionNone:
		card = drivers.InHopper
	case after > inserted && (out.refused != nil || out.pos == drivers.PositionUnknown):
		card = drivers.InMachine // it left the feeder, and the machine says that it got stuck
	default:
		card = drivers.Unknown
	}
	p.card = card
	if card == drivers.InHopper {
		p.card = drivers.NoCard
	}
	if err := p.memoryFault(ctx, opLoad, card); err != nil {
		return err
	}
	return p.notThere(ctx, opLoad, command, card, out, fmt.Sprintf("position %s, cards inserted %d before and %d after", out.pos, inserted, after))
}

// notThere is the fault of a move whose card is not where it should be.
func (p *Printer) notThere(ctx context.Context, op, command string, card drivers.Whereabouts, out outcome, evidence string) error {
	if out.refused != nil {
		f := p.judge(ctx, op, command, out.refused, card)
		f.Detail += "; " + evidence
		return f
	}
	f := &drivers.Fault{Code: drivers.CardNotMoved, Op: op, Card: card, Again: drivers.AgainAfterOperator, Detail: evidence}
	if open, err := p.coverOpen(ctx); err == nil && open {
		f.Code = drivers.CoverOpen
	} else if empty, err := p.feederEmpty(ctx); err == nil && empty && op == opLoad && card == drivers.InHopper {
		f.Code = drivers.FeederEmpty
	} else if !out.said {
		f.Code = drivers.LineSilent
		f.Detail = command + " was not answered; " + evidence
	}
	return f
}

// memoryFault looks after a failed step whether the machine was off or reset.
func (p *Printer) memoryFault(ctx context.Context, op string, card drivers.Whereabouts) error {
	if !p.restarted {
		if err := p.checkMemory(ctx); err != nil && !untold(err) {
			return p.fault(op, card, err)
		}
	}
	if p.restarted {
		return p.memoryLost(op, card)
	}
	return nil
}

func (p *Printer) memoryLost(op string, card drivers.Whereabouts) error {
	p.restarted, p.panels, p.doubt = false, 0, false // told once; what it had in memory is gone
	return &drivers.Fault{Code: drivers.PrinterRestarted, Op: op, Card: card, Again: drivers.AgainAfterOperator,
		Detail: "Rem no longer reads what Pem;2 set"}
}

// count asks for a counter; -1 where the machine has none.
func (p *Printer) count(ctx context.Context, command string) (int64, error) {
	n, err := p.number(ctx, command)
	if err != nil {
		if untold(err) {
			return -1, nil
		}
		return -1, err
	}
	return n, nil
}

// Discharge burns what is left and moves the card out. See drivers.Printer. With nothing in the transport it sends
// nothing, because Se would take a blank, and says CardNotMoved.
func (p *Printer) Discharge(ctx context.Context, to drivers.Tray) error {
	op, command, out := opGood, "Se", drivers.InTray
	if to == drivers.TrayReject {
		op, command, out = opReject, "Ser", drivers.InReject
		if p.o.RejectBox == "feeder" {
			command = "Seb"
		}
	}
	ahead := p.ahead
	p.giveUp()
	if err := p.ready(ctx); err != nil {
		return p.fault(op, p.card, err)
	}
	before, err := p.position(ctx)
	if err != nil {
		return p.fault(op, p.card, err)
	}
	if to == drivers.TrayGood && ahead.count() > 0 {
		return &drivers.Fault{Code: drivers.PrinterRefused, Op: op, Card: drivers.InMachine, Again: drivers.AgainNever,
			Detail: "panels were sent ahead for this card and it was not printed: it goes to the reject box"}
	}
	if before == drivers.PositionNone {
		return &drivers.Fault{Code: drivers.CardNotMoved, Op: op, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: "there is no card in the transport"}
	}
	if p.restarted && to == drivers.TrayGood && p.panels > 0 {
		return p.memoryLost(op, drivers.InMachine)
	}
	if p.late != nil && to == drivers.TrayGood && p.panels > 0 {
		f := p.judge(ctx, op, "a panel", p.late, drivers.InMachine)
		p.late = nil
		return f
	}
	p.restarted = false
	res := p.move(ctx, command, drivers.PositionNone, ejectBase+time.Duration(p.panels)*panelBurn, nil)
	switch {
	case res.err != nil:
		if p.card = drivers.Unknown; !res.sent {
			p.card = drivers.InMachine
		}
		return p.fault(op, p.card, res.err)
	case res.pos == drivers.PositionNone && res.refused == nil:
		return p.wentOut(ctx, op, out, res)
	case res.pos == drivers.PositionNone:
		// Refused, and no sensor sees the card: stuck between two of them, out with a panel missing, or taken out by hand.
		p.sequenceOver()
		p.card = drivers.Unknown
		return p.notThere(ctx, op, command, p.card, res, "no sensor sees the card")
	}
	card := drivers.InMachine
	if res.pos == drivers.PositionUnknown {
		card = drivers.Unknown
	}
	if err := p.memoryFault(ctx, op, card); err != nil {
		return err
	}
	return p.notThere(ctx, op, command, card, res, fmt.Sprintf("position %s", res.pos))
}

// wentOut checks a card that left: nobody sees it, but who saw it go? A machine that lost its memory after it was last asked, between
// two commands, takes Se and drops the card with its last panel unburnt, and a hand may have taken the card from under the head
// while that panel burnt. So the machine is asked once more whether it was off, and its counter of panels whether all were burnt.
// A counter that was cleared, or stood still over more than one panel, tells nothing and is believed only where something else is wrong.
func (p *Printer) wentOut(ctx context.Context, op string, at drivers.Whereabouts, res outcome) error {
	panels, burnt, doubt := p.panels, p.burnt, p.doubt || !res.said
	if at != drivers.InTray || panels == 0 {
		p.sequenceOver()
		return nil
	}
	p.learnBurning()
	err := p.checkMemory(ctx)
	restarted := p.restarted
	p.sequenceOver()
	switch {
	case !untold(err):
		return p.fault(op, at, err)
	case burnt < 0 && restarted:
		return p.memoryLost(op, at)
	case burnt < 0 && doubt:
		return nil
	case burnt < 0:
		p.clean()
		return nil
	}
	now, err := p.count(ctx, "Rco;p")
	if err != nil {
		return p.fault(op, at, err)
	}
	missing := now >= 0 && now-burnt < int64(panels)
	switch {
	case missing && (doubt || restarted):
	case missing && (now > burnt || now == burnt && panels == 1 && !p.still):
		p.card, at = drivers.Unknown, drivers.Unknown
	case missing:
		p.still = p.still || now == burnt
		p.log.Warn().Int64("before", burnt).Int64("now", now).Int("panels", panels).Msg("the counter of panels tells nothing")
		missing = false
	}
	if missing {
		return &drivers.Fault{Code: drivers.MechanicalFault, Op: op, Card: at, Again: drivers.AgainNever,
			Detail: fmt.Sprintf("the card is out with %d of %d panels burnt", now-burnt, panels)}
	}
	p.clean()
	return nil
}

func (p *Printer) sequenceOver() { p.panels, p.doubt, p.burnt, p.restarted = 0, false, -1, false }
