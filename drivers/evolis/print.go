package evolis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cetak/drivers"
	"cetak/drivers/panel"
)

// panelWait is how long the reply to a panel may take once its last byte can have arrived: a machine that answers after
// the move burns the panel before it first. Hosts give a panel 30 s with its bytes (host code).
const panelWait = 12 * time.Second

// Print sends the panels and burns all but perhaps the last. See drivers.Printer. The order is the guide's (p.69). What was
// sent ahead is not sent again; nothing burns before the card is seen under the head. When it is cut short the card is
// InMachine and good for the reject box only.
func (p *Printer) Print(ctx context.Context, art drivers.Artwork) error {
	if !p.ahead.same(art) {
		p.giveUp()
	}
	defer p.giveUp()
	panels, err := p.encode(art)
	if err != nil {
		return p.fault(opPrint, p.card, err)
	}
	if err := p.ready(ctx); err != nil {
		return p.fault(opPrint, p.card, err)
	}
	pos, err := p.position(ctx)
	if err != nil {
		return p.fault(opPrint, p.card, err)
	}
	switch {
	case pos == drivers.PositionNone || pos == drivers.PositionUnknown:
		return &drivers.Fault{Code: drivers.CardNotMoved, Op: opPrint, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: "there is no card in place to print on"}
	case p.restarted:
		return p.memoryLost(opPrint, drivers.InMachine)
	case len(panels) == 0:
		return nil
	}
	if p.burnt, err = p.count(ctx, "Rco;p"); err != nil {
		return p.fault(opPrint, drivers.InMachine, err)
	}
	if p.ahead == nil { // nothing was sent yet: it begins on the way to the head
		p.ahead = &ahead{art: art, all: groups(panels), stopped: p.o.Overlap != OverlapMemory || !p.mayStage()}
	}
	if err := p.openAhead(ctx); err != nil {
		return p.printFault(ctx, "Pr", err)
	}
	if pos != drivers.PositionHead {
		if err := p.toHead(ctx); err != nil {
			return err
		}
	}
	return p.burnAll(ctx, p.ahead)
}

// burnAll opens the sequence and has every panel of the card taken into it, from memory or from the line.
func (p *Printer) burnAll(ctx context.Context, had *ahead) error {
	if had.inside = had.inside && had.sent > 0; !had.inside {
		for _, command := range []string{"Ss", "Sr"} {
			if err := p.tell(ctx, command); err != nil {
				return p.printFault(ctx, command, err)
			}
		}
	}
	if had.sent > 0 { // what was sent ahead may be gone since; from here on a lost reply would show it
		if err := p.memoryFault(ctx, opPrint, drivers.InMachine); err != nil {
			return err
		}
	}
	p.panels, p.doubt, p.late = 0, false, nil
	p.in = p.in[:0]
	for i, g := range had.all {
		p.panels++
		there := i < had.sent && had.inside
		if i < had.sent && !had.inside {
			var err error
			if there, err = p.recall(ctx, g); err != nil {
				return err
			}
		}
		for k := 0; !there && k < len(g.parts); k++ {
			if err := p.sendPanel(ctx, g.parts[k]); err != nil {
				return err
			}
		}
		p.in = append(p.in, panelIn{g.name, time.Now()})
	}
	p.forget(keyOf(had.art))
	return nil
}

// toHead moves the card that is inside under the head. Si takes a blank where the transport is empty, and a hand may have
// reached in since the last look; so the feeder is shut off for the move, and the counter watched.
func (p *Printer) toHead(ctx context.Context) error {
	inserted, err := p.count(ctx, "Rco;c")
	if err == nil {
		err = p.feedFrom(ctx, "M")
	}
	if err != nil {
		return p.fault(opPrint, drivers.InMachine, err)
	}
	began, sent := time.Now(), p.ahead.count()
	out := p.move(ctx, "Si", drivers.PositionHead, loadWithin, func(ctx context.Context) error {
		if p.o.Overlap != OverlapMemory {
			return nil
		}
		way := p.expected().way
		return p.sendAhead(ctx, begins, func() time.Duration { return way - time.Since(began) })
	})
	if now, err := p.count(ctx, "Rco;c"); out.err == nil && err == nil && now != inserted {
		return &drivers.Fault{Code: drivers.CardNotMoved, Op: opPrint, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: fmt.Sprintf("Si took a blank although a card was inside: cards inserted %d, then %d", inserted, now)}
	}
	if out.err != nil {
		p.card = drivers.InMachine
		return p.fault(opPrint, p.card, out.err)
	}
	if out.pos == drivers.PositionHead && out.refused == nil {
		if out.came || p.ahead.count() == sent { // else it may have been there before it was asked
			p.seen(func(t *times) { t.way = drift(t.way, time.Since(began)) })
		}
		return nil
	}
	card := drivers.InMachine
	if out.pos == drivers.PositionNone || out.pos == drivers.PositionUnknown {
		card = drivers.Unknown
	}
	if err := p.memoryFault(ctx, opPrint, card); err != nil {
		return err
	}
	if out.pos == drivers.PositionNone {
		return &drivers.Fault{Code: drivers.CardNotMoved, Op: opPrint, Card: drivers.Unknown, Again: drivers.AgainAfterOperator,
			Detail: "the card left the machine on its way to the head"}
	}
	return p.notThere(ctx, opPrint, "Si", card, out, fmt.Sprintf("position %s", out.pos))
}

// feedFrom sets where inserts take cards from (Pmi, guide, table of moves). A machine without a manual feeder refuses the
// parameter; then the counter alone tells.
func (p *Printer) feedFrom(ctx context.Context, feeder string) error {
	if p.feeding == feeder {
		return nil
	}
	err := p.tell(ctx, "Pmi;"+feeder)
	if r := (*refusal)(nil); errors.As(err, &r) && r.look == syntax {
		err = nil
	}
	if err == nil {
		p.feeding = feeder
	}
	return err
}

// sendPanel sends one panel, or one part of it, once.
func (p *Printer) sendPanel(ctx context.Context, pn panel.Panel) error {
	name := panelCommand(pn)
	p.foul[pn.Name] = true
	p.begin(ctx, p.link.CharTime(len(pn.Data))+p.scaled(burns))
	defer func() { p.moving = time.Time{} }()
	a, err := p.exchange(ctx, message{name: name, text: pn.Command(), kind: order, wait: panelWait, image: len(pn.Data)})
	if err == nil && p.late == nil {
		r := a.refusal()
		if r == nil {
			return nil
		}
		p.lost = true // what followed a refused header may have been read as commands
		return p.printFault(ctx, name, r)
	}
	return p.afterLost(ctx, name, err)
}

// afterLost settles a panel whose reply was lost by whether the machine still answers and has kept its memory: had it missed a
// byte it would take the question for image and stay silent.
func (p *Printer) afterLost(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil || p.port == nil {
		return p.fault(opPrint, drivers.InMachine, err)
	}
	if p.late == nil {
		p.doubt = true
		if err := p.checkMemory(ctx); err != nil {
			return p.fault(opPrint, drivers.InMachine, err)
		}
	}
	switch {
	case p.restarted:
		return p.memoryLost(opPrint, drivers.InMachine)
	case p.late != nil:
		return p.printFault(ctx, name, p.late)
	}
	p.log.Warn().Str("panel", name).Msg("the reply to a panel was lost; the printer goes on")
	return nil
}

// printFault is the fault of a step of printing, with the card looked for.
func (p *Printer) printFault(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil || p.port == nil {
		return p.fault(opPrint, drivers.InMachine, err)
	}
	card := drivers.InMachine
	if pos, err := p.position(ctx); err == nil && (pos == drivers.PositionNone || pos == drivers.PositionUnknown) {
		card = drivers.Unknown
	}
	if err := p.memoryFault(ctx, opPrint, card); err != nil {
		return err
	}
	var r *refusal
	if errors.As(err, &r) {
		return p.judge(ctx, opPrint, name, r, card)
	}
	return p.fault(opPrint, card, err)
}
