package printer

import (
	"io"
	"math/rand/v2"
	"time"
)

// oddities are what a machine, its firmware, or its cable does that no machine should. Printer.mu guards them.
type oddities struct {
	off      bool
	starting bool          // power is on, and the machine not up yet
	say      []byte        // instead of the next reply
	hold     time.Duration // the next reply comes so late; simulated
	split    time.Duration // between the bytes of the next reply; simulated
	glue     bool          // the next reply waits for the one after it
	glued    []byte
	babble   time.Duration // to begin with the next reply; simulated

	base  int64 // added to the count of cards
	mask  int64 // bits the count has; 0 = all
	stuck bool
	at    int64 // where it is stuck
}

// HoldReply makes the next reply so many simulated seconds late.
func (p *Printer) HoldReply(seconds float64) {
	p.odder(func(o *oddities) { o.hold = simulated(seconds) })
}

// SplitReply puts so many simulated seconds between the bytes of the next reply.
func (p *Printer) SplitReply(seconds float64) {
	p.odder(func(o *oddities) { o.split = simulated(seconds) })
}

// GlueReply holds the next reply back until the one after it.
func (p *Printer) GlueReply() { p.odder(func(o *oddities) { o.glue = true }) }

// Babble sends rubbish from the next reply on, for so many simulated seconds.
func (p *Printer) Babble(seconds float64) {
	p.odder(func(o *oddities) { o.babble = simulated(seconds) })
}

// Say replaces the next reply; the command is done.
func (p *Printer) Say(b []byte) { p.odder(func(o *oddities) { o.say = b }) }

// RefuseWith makes the next command fail with the words of text mode, without doing it; in ACK/NACK mode with their code. Words
// that this machine does not know are said as a mechanical fault.
func (p *Printer) RefuseWith(words string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nack = refusal("T" + words)
	for _, r := range []refusal{unknownCommand, badParameter, noOption, timeOut, cardJam, rejectFull, coverOpen, feederEmpty, ribbonFault, ribbonUnknown} {
		if r.text() == words {
			p.nack = r
		}
	}
}

// SetOff makes the machine deaf, as if it were switched off, or hear again.
func (p *Printer) SetOff(off bool) { p.odder(func(o *oddities) { o.off = off }) }

// Power tells how the machine stands: on, starting, off.
func (p *Printer) Power() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.odd.off:
		return "off"
	case p.odd.starting:
		return "starting"
	}
	return "on"
}

// ClearCounter makes the machine count cards from 0.
func (p *Printer) ClearCounter() {
	n := p.world.Counters().Inserted
	p.odder(func(o *oddities) { o.base = -n })
}

// StickCounter makes the machine count no more cards.
func (p *Printer) StickCounter() {
	n := p.world.Counters().Inserted
	p.odder(func(o *oddities) { o.stuck, o.at = true, n })
}

// WrapCounter makes the machine's count 65,535, and the next 0.
func (p *Printer) WrapCounter() {
	n := p.world.Counters().Inserted
	p.odder(func(o *oddities) { o.base, o.mask = 0xFFFF-n, 0xFFFF })
}

// BeAnother makes it another machine of the same kind: its serial number differs.
func (p *Printer) BeAnother() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serial = "2" + p.serial[1:]
}

func (p *Printer) odder(change func(*oddities)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.odd)
}

// inserted is what the machine says when n cards have left its feeder.
func (p *Printer) inserted(n int64) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.odd
	if o.stuck {
		n = o.at
	}
	n += o.base
	if o.mask != 0 {
		n &= o.mask
	}
	return n
}

func simulated(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

// send is a reply on its way to the line, and what may befall it there.
func (s *session) send(b []byte) {
	p, out := s.p, s.at.out
	p.mu.Lock()
	o := &p.odd
	if o.say != nil {
		b, o.say = o.say, nil
	}
	b = append(o.glued, b...)
	o.glued = nil
	if o.glue {
		o.glue, o.glued = false, b
		p.mu.Unlock()
		return
	}
	hold, split, babble := o.hold, o.split, o.babble
	o.hold, o.split, o.babble = 0, 0, 0
	p.mu.Unlock()
	// What the line does not take is lost: it is gone only when the machine is.
	switch {
	case babble > 0:
		_, _ = out.Write(b)
		s.transport.wg.Go(func() { s.babble(out, babble) })
	case hold > 0:
		s.transport.wg.Go(func() {
			if p.world.Clock.Sleep(s.ctx, hold) == nil {
				_, _ = out.Write(b)
			}
		})
	case split > 0:
		for i := range b {
			_, _ = out.Write(b[i : i+1])
			if p.world.Clock.Sleep(s.ctx, split) != nil {
				return
			}
		}
	default:
		_, _ = out.Write(b)
	}
}

// babble writes rubbish for a while: all bytes but zero, ACKs and NACKs among them.
func (s *session) babble(out io.Writer, d time.Duration) {
	rng := rand.New(rand.NewPCG(uint64(len(s.p.serial)), 0x62616262))
	for end := s.p.world.Clock.Now().Add(d); s.p.world.Clock.Now().Before(end) && s.ctx.Err() == nil; {
		b := make([]byte, 16)
		for i := range b {
			b[i] = byte(1 + rng.UintN(255))
		}
		if _, err := out.Write(b); err != nil {
			return
		}
		if s.p.world.Clock.Sleep(s.ctx, 20*time.Millisecond) != nil {
			return
		}
	}
}
