package dispenser

import (
	"context"
	"fmt"
	"time"

	"cetak/hwsim/world"
)

// session is what the machine remembers while it has power. Its methods run on the goroutine that hears the line; motors run
// on their own and tell of their end through done.
type session struct {
	d     *Dispenser
	ctx   context.Context
	frame framer

	ready    bool        // INITIALIZE was done
	counting bool        // and with a parameter that lets the counter of captured cards work
	place    world.Place // where the machine has put the card

	stop   context.CancelFunc // of the command under way; nil: none is
	done   chan []byte        // its response
	next   *command           // waits behind it
	last   []byte             // response that was sent and not acknowledged
	resent int
	resend <-chan time.Time
}

func (s *session) run(in <-chan []byte) {
	defer func() {
		if s.stop != nil { // the power is off: the motor stands still before the next span begins
			s.stop()
			<-s.done
		}
	}()
	var gap <-chan time.Time
	for {
		select {
		case <-s.ctx.Done():
			return
		case b := <-in:
			if s.d.deaf() {
				continue
			}
			for _, h := range s.frame.push(b) {
				s.hear(h)
			}
			gap = nil
			if s.frame.partial() {
				gap = time.After(s.d.wall(charGap))
			}
		case <-gap:
			gap = nil
			s.frame.drop()
			s.say(nak)
		case r := <-s.done:
			s.stop()
			s.stop = nil
			s.respond(r)
			if c := s.next; c != nil {
				s.next = nil
				s.begin(c)
			}
		case <-s.resend:
			s.again()
		}
	}
}

func (d *Dispenser) deaf() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.off
}

func (s *session) hear(h heard) {
	switch {
	case h.broken:
		s.say(nak)
	case h.control == ack:
		s.last, s.resend = nil, nil
	case h.control == nak:
		if s.last != nil { // case 3 of 1.4.2
			s.send(s.last)
			s.resend = time.After(s.d.wall(resendAfter))
		}
	case h.control == eot: // case 5: what is under way is discontinued
		if s.stop != nil {
			s.stop()
			<-s.done
			s.stop = nil
		}
		s.last, s.resend, s.next = nil, nil, nil
		s.say(eot)
	case h.command != nil:
		s.take(h.command)
	}
}

func (s *session) take(c *command) {
	if c.addr != s.d.addr {
		return
	}
	s.d.world.Emit(fmt.Sprintf("command:%02X%02X", c.cm, c.pm))
	if s.ctx.Err() != nil || s.d.dropped() {
		return
	}
	if s.last != nil { // a new command: the old response is done with
		s.d.change(func() { s.d.unacked++ })
	}
	s.last, s.resend = nil, nil
	if s.stop != nil {
		if s.d.doubts.RepeatDone {
			s.say(ack)
			s.next = c
		}
		return
	}
	s.say(ack)
	s.begin(c)
}

func (d *Dispenser) dropped() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.drop > 0 {
		d.drop--
		return true
	}
	return false
}

// begin carries a command out on a goroutine of its own; the response comes through done.
func (s *session) begin(c *command) {
	ctx, stop := context.WithCancel(s.ctx)
	s.stop = stop
	go func() { s.done <- s.execute(ctx, c) }()
}

// respond sends a response and waits for its ACK; nil, of what was discontinued, is none.
func (s *session) respond(r []byte) {
	if r == nil || s.ctx.Err() != nil {
		return
	}
	s.d.change(func() { s.d.answered++ })
	s.last, s.resent = r, 0
	s.send(r)
	s.resend = time.After(s.d.wall(resendAfter))
}

// again sends a response again that no ACK followed.
func (s *session) again() {
	s.resend = nil
	if s.last == nil || s.resent == resends {
		return
	}
	s.resent++
	s.send(s.last)
	s.resend = time.After(s.d.wall(resendAfter))
}

func (s *session) say(control byte) { s.send([]byte{control}) }

func (s *session) send(b []byte) {
	d := s.d
	d.mu.Lock()
	lost := d.lose > 0
	if lost {
		d.lose--
	}
	lost = lost || d.mute || d.off
	d.mu.Unlock()
	if !lost {
		_, _ = d.line.Write(b) // what the line does not take is lost
	}
}
