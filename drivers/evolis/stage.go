package evolis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cetak/drivers"
	"cetak/drivers/panel"
)

const opStage = "send ahead"

// ahead is the artwork of the card in hand, and how much of it the machine has before its Print.
type ahead struct {
	art     drivers.Artwork
	all     []group
	sent    int  // panels that are in whole, of all
	begun   bool // Pr was said, and what could be left of other cards was cleared
	inside  bool // the sequence is open already (OverlapSequence)
	stopped bool // something went wrong: no more is sent ahead
}

func (a *ahead) next() (group, bool) {
	if a == nil || a.stopped || a.sent == len(a.all) {
		return group{}, false
	}
	return a.all[a.sent], true
}

func (a *ahead) count() int {
	if a == nil {
		return 0
	}
	return a.sent
}

// bound reports whether the line and not the machine decides how long the card takes.
func (p *Printer) bound(all []group, t times) bool {
	line, machine := time.Duration(0), t.load+t.way+t.eject
	for _, g := range all {
		line += t.onLine(p.charTime(g.bytes()))
		machine += t.burns(g.name)
	}
	return line > machine
}

// Expect names the artwork of the card that the next Load takes. See drivers.Planner. A machine that does not tell a restart
// (Rem) gets nothing ahead: nobody could say whether its memory still holds it.
func (p *Printer) Expect(art drivers.Artwork) {
	p.giveUp()
	if !p.mayStage() {
		return
	}
	panels, err := p.encode(art)
	if err != nil {
		return // Print says so
	}
	p.ahead = &ahead{art: art, all: groups(panels)}
}

func (p *Printer) mayStage() bool {
	return p.o.Overlap != OverlapNone && p.pem >= 0 && (p.o.Overlap != OverlapMemory || !p.noRecall)
}

// giveUp forgets what was sent ahead. The machine still holds it, and p.foul says so.
func (p *Printer) giveUp() { p.ahead = nil }

// Stage sends panels ahead while the card is at the chip station. See drivers.Planner.
func (p *Printer) Stage(ctx context.Context, free func() time.Duration) error {
	if _, more := p.ahead.next(); !more {
		return nil
	}
	if err := p.ready(ctx); err != nil {
		p.ahead.stopped = true
		return p.fault(opStage, drivers.InMachine, err)
	}
	if p.restarted {
		p.giveUp() // Print tells
		return nil
	}
	var err error
	if p.o.Overlap == OverlapSequence {
		err = p.stageFirst(ctx, free)
	} else {
		err = p.sendAhead(ctx, 0, free)
	}
	if err != nil {
		return p.fault(opStage, drivers.InMachine, err)
	}
	return nil
}

// stageFirst opens the sequence and sends its first panel, once.
func (p *Printer) stageFirst(ctx context.Context, free func() time.Duration) error {
	if p.ahead.sent > 0 || free() <= 0 {
		return nil
	}
	if err := p.openAhead(ctx); err != nil {
		return err
	}
	for _, command := range []string{"Ss", "Sr"} {
		if err := p.tell(ctx, command); err != nil {
			p.ahead.stopped = true
			return err
		}
	}
	p.ahead.inside = true
	return p.sendGroup(ctx, p.ahead.all[0])
}

// sendAhead sends panels into the machine's memory for as long as free allows, and at least as many as there must be.
func (p *Printer) sendAhead(ctx context.Context, least int, free func() time.Duration) error {
	t := p.expected()
	for {
		g, more := p.ahead.next()
		if !more {
			return nil
		}
		line := t.onLine(p.charTime(g.bytes()))
		if !worth(line, free(), p.ahead.sent < least, p.bound(p.ahead.all, t)) {
			return nil
		}
		if err := p.openAhead(ctx); err != nil || p.ahead.stopped {
			return err
		}
		if err := p.sendGroup(ctx, g); err != nil {
			return err
		}
	}
}

// openAhead says the ribbon and clears what another card may have left, before the first panel is sent ahead.
func (p *Printer) openAhead(ctx context.Context) error {
	if p.ahead.begun {
		return nil
	}
	outside, err := p.prepare(ctx)
	if err != nil || !outside && p.o.Overlap == OverlapMemory {
		p.ahead.stopped = true
	}
	p.ahead.begun = err == nil
	return err
}

// sendGroup sends one panel whole. Only when all of it was taken does it count as sent.
func (p *Printer) sendGroup(ctx context.Context, g group) error {
	began, n := time.Now(), 0
	for _, pn := range g.parts {
		if err := p.sendPart(ctx, pn); err != nil {
			p.ahead.stopped = true
			return err
		}
		n += pn.Bytes()
	}
	p.ahead.sent++
	took, should := time.Since(began), p.charTime(n)
	if should > 200*time.Millisecond { // a short one tells of the reply more than of the line
		p.seen(func(t *times) {
			old := time.Duration(t.line * float64(should))
			t.line = float64(drift(old, took)) / float64(should)
		})
	}
	return nil
}

func (p *Printer) sendPart(ctx context.Context, pn panel.Panel) error {
	p.foul[pn.Name] = true
	name := panelCommand(pn)
	moving := p.moving // a card may be on its way meanwhile
	if silence := p.link.CharTime(len(pn.Data)) + p.scaled(time.Second); time.Now().Add(silence).After(moving) {
		p.begin(ctx, silence)
	}
	defer func() { p.moving = moving }()
	a, err := p.exchange(ctx, message{name: name, text: pn.Command(), kind: order, wait: panelWait, image: len(pn.Data)})
	if err != nil {
		return err
	}
	if r := a.refusal(); r != nil {
		p.lost = true // what followed a refused header may have been read as commands
		return r
	}
	return nil
}

func panelCommand(pn panel.Panel) string { return fmt.Sprintf("%s;%c", pn.Form, pn.Name) }

// prepare says what must be said before Ss: the ribbon, and Wcb for each panel that goes in parts or could hold a bitmap of
// another card that this one does not write over, and for the first that is to be sent ahead: Wcb is not taken between Ss and
// Se (guide p.46), so that a machine that takes it burns nothing of what comes next. One that refuses it, because a program that
// died or a rejected card left a sequence open, gets nothing ahead, whole panels, and an empty one where this card has none.
func (p *Printer) prepare(ctx context.Context) (outside bool, err error) {
	if err := p.tell(ctx, "Pr;"+p.o.Ribbon); err != nil {
		return false, err
	}
	has := map[byte]bool{}
	var clear []byte
	for i, g := range p.ahead.all {
		has[g.name] = true
		if g.parts[0].Clear || i == 0 && !p.ahead.stopped && p.o.Overlap == OverlapMemory {
			clear = append(clear, g.name)
		}
	}
	for _, name := range []byte(panelsOf(p.o.Ribbon)) {
		if p.foul[name] && !has[name] {
			clear = append(clear, name)
		}
	}
	for _, name := range clear {
		err := p.tell(ctx, fmt.Sprintf("Wcb;%c;0", name))
		var r *refusal
		switch {
		case err == nil:
			delete(p.foul, name)
		case errors.As(err, &r) && r.look == syntax:
			return false, p.overwrite()
		default:
			return false, err
		}
	}
	return true, nil
}

// overwrite makes the card one of whole panels, with an empty one for each other that may hold something.
func (p *Printer) overwrite() error {
	o := p.optionsFor(p.ahead.art)
	o.Partial, o.Regions = false, false
	panels, err := panel.Encode(p.placed(p.ahead.art), p.o.Ribbon, o)
	if err != nil {
		return err
	}
	byName := map[byte]group{}
	for _, g := range groups(panels) {
		byName[g.name] = g
	}
	var out []group
	for _, name := range []byte(panelsOf(p.o.Ribbon)) {
		g, have := byName[name]
		switch {
		case have:
			out = append(out, g)
		case p.foul[name]:
			out = append(out, group{name, []panel.Panel{panel.Empty(name, o)}})
		}
	}
	p.ahead.all = out
	return nil
}

// recall takes a panel that was sent ahead from the machine's memory into the sequence, as if it had come now (Ssd, guide
// p.44). It reports false where the machine does not know the command: then the panel is sent. A lost reply is settled like
// that to a panel.
func (p *Printer) recall(ctx context.Context, g group) (bool, error) {
	name := fmt.Sprintf("Ssd;%c", g.name)
	p.begin(ctx, p.scaled(burns))
	defer func() { p.moving = time.Time{} }()
	a, err := p.exchange(ctx, short(name, order))
	if err == nil && p.late == nil {
		r := a.refusal()
		switch {
		case r == nil:
			return true, nil
		case r.look == syntax:
			p.noRecall = !p.taken[name]
			return false, nil
		}
		return false, p.printFault(ctx, name, r)
	}
	if err := p.afterLost(ctx, name, err); err != nil {
		return false, err
	}
	if p.burnt < 0 { // nobody counts whether it was taken
		return false, p.fault(opPrint, drivers.InMachine, err)
	}
	return true, nil
}

// clean says that nothing of a card is left in the machine: its sequence ended with all of it burnt.
func (p *Printer) clean() { p.foul = map[byte]bool{} }

// unknownMemory says that any panel may hold anything.
func (p *Printer) unknownMemory() {
	p.foul = map[byte]bool{}
	for _, name := range []byte(panelsOf(p.o.Ribbon)) {
		p.foul[name] = true
	}
}

// same reports whether art is what was sent ahead.
func (a *ahead) same(art drivers.Artwork) bool { return a != nil && keyOf(a.art) == keyOf(art) }

var _ drivers.Planner = (*Printer)(nil)
