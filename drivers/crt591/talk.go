package crt591

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cetak/drivers"
)

// Waits of the protocol (1.4.2), and ours.
const (
	ackWait   = 300 * time.Millisecond // no ACK: said again
	moveWait  = 20 * time.Second       // no response after ACK; the document prints 20 msec, its relatives' tables 20 s
	askWait   = 2 * time.Second        // a question moves nothing: its response is there or lost
	times     = 3                      // so often anything is said in all
	charGap   = 250 * time.Millisecond // between two bytes of one packet (of a relative: Sankyo MCT3Q8)
	moves     = 6 * time.Second        // a card at most takes: after it a machine that is silent is asked how it stands
	lookEvery = 2 * time.Second
)

// underWay is an order that was sent and whose response has not come.
type underWay struct {
	c     command
	by    time.Time // until then it may come
	look  time.Time // when the machine is next asked how it stands
	acked bool
}

// outcome is what became of an order.
type outcome struct {
	r     response
	done  bool // the machine's own response came
	taken bool // or at least its ACK
	err   error
}

// next waits until by for the next thing from the machine; nothing when none came.
func (d *Dispenser) next(ctx context.Context, by time.Time) (kind, response, error) {
	for {
		if k, r := d.in.next(); k != nothing {
			return k, r, nil
		}
		left := time.Until(by)
		if left <= 0 {
			return nothing, response{}, nil
		}
		gap := d.scaled(charGap) + d.link.CharTime(2)
		broken := d.in.partial()
		if broken {
			left = min(left, gap)
		}
		got, err := d.link.Listen(ctx, left)
		d.in.push(got) // also what came with the end of ctx
		if err != nil {
			return nothing, response{}, d.lineError(err)
		}
		if broken && len(got) == 0 && left == gap {
			d.in.drop() // it never ended
			return unreadable, response{}, nil
		}
	}
}

// say sends bytes.
func (d *Dispenser) say(ctx context.Context, b []byte) error {
	_, err := d.link.Send(ctx, b)
	return d.lineError(err)
}

// acknowledge sends ACK also for a caller that has gone: a response that was read must not be said again to the next one.
func (d *Dispenser) acknowledge(ctx context.Context) error {
	within, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer stop()
	return d.say(within, []byte{ack})
}

// drain takes in what came unasked: responses are acknowledged, or the machine says them again and again. After something was said
// twice, or not understood, it waits until the line is quiet: a late ACK must not be taken for that of the next command.
func (d *Dispenser) drain(ctx context.Context) error {
	for end := time.Now().Add(d.scaled(askWait)); ; {
		wait := d.link.CharTime(2) + time.Millisecond
		if d.unsure {
			wait = d.scaled(ackWait)
		}
		if d.in.partial() {
			wait = 2 * d.scaled(charGap)
		}
		k, _, err := d.next(ctx, time.Now().Add(wait))
		switch {
		case err != nil:
			return err
		case time.Now().After(end): // a line that never falls silent must not hold us
			d.in.drop()
			return nil
		case k == nothing && d.in.partial():
		case k == nothing:
			d.unsure = false
			return nil
		case k == answered:
			if err := d.acknowledge(ctx); err != nil {
				return err
			}
		}
	}
}

// give says a command once and waits for its ACK; nothing: none came, naked: the machine has not taken it. Where the ACK was
// lost on its way the response itself says that it was taken.
func (d *Dispenser) give(ctx context.Context, c command) (kind, response, error) {
	if err := d.drain(ctx); err != nil {
		return nothing, response{}, err
	}
	b := c.packet(d.o.Address)
	if err := d.say(ctx, b); err != nil {
		return nothing, response{}, err
	}
	for by := time.Now().Add(d.scaled(ackWait) + d.link.CharTime(len(b)+1)); ; {
		k, r, err := d.next(ctx, by)
		if k == answered && err == nil {
			err = d.acknowledge(ctx)
		}
		if err != nil || k == nothing || k == acked || k == naked || k == answered && r.answers(c) {
			d.unsure = k != acked
			return k, r, err
		}
	}
}

// response waits for the response to c. One that cannot be read is asked for again by NAK, which makes the machine say it
// again and do nothing. Every one that can be read is acknowledged, failures too: the machine would say it again.
func (d *Dispenser) response(ctx context.Context, c command, by time.Time) (response, bool, error) {
	for again := 0; ; {
		k, r, err := d.next(ctx, by)
		switch {
		case err != nil || k == nothing:
			return response{}, false, err
		case k == unreadable && again < times:
			again++
			d.unsure = true
			err = d.say(ctx, []byte{nak})
		case k == answered:
			err = d.acknowledge(ctx)
		}
		if err != nil {
			return response{}, false, err
		}
		if k == answered && r.answers(c) {
			d.log.Debug().Str("command", c.name).Str("failed", r.failed).Bytes("status", []byte{r.status.card, r.status.stacker, r.status.bin}).Msg("dispenser")
			return r, true, nil
		}
	}
}

// ask says a command that moves nothing, again where it or its response is lost.
func (d *Dispenser) ask(ctx context.Context, c command) (response, error) {
	if err := d.settle(ctx); err != nil {
		return response{}, err
	}
	for range times {
		k, r, err := d.give(ctx, c)
		came := k == answered
		if err == nil && k == acked {
			r, came, err = d.response(ctx, c, time.Now().Add(d.scaled(askWait)))
		}
		switch {
		case err != nil:
			return response{}, err
		case k == nothing || k == naked:
			continue
		case came:
			drivers.Pulse(ctx, 0)
			return r, nil
		}
		if err := d.clear(ctx); err != nil {
			return response{}, err
		}
	}
	return response{}, silent(c.name)
}

func silent(name string) error {
	return &drivers.Fault{Code: drivers.DispenserSilent, Op: name, Again: drivers.AgainAfterOperator, Detail: name + " was not answered"}
}

// order says a command that moves a card. It is said again only where the machine itself has shown that it did not take it:
// by a NAK, or by answering a question at once. When ctx ends it goes on, and the next call waits for its end first.
func (d *Dispenser) order(ctx context.Context, c command) outcome {
	if err := d.settle(ctx); err != nil {
		return outcome{err: err}
	}
	for range times {
		now := time.Now()
		d.under = &underWay{c: c, by: now.Add(d.scaled(moveWait)), look: now}
		drivers.Pulse(ctx, d.scaled(moves))
		k, r, err := d.give(ctx, c)
		switch {
		case err != nil:
			return outcome{err: err, taken: true} // it may have been
		case k == answered:
			d.under = nil
			return outcome{r: r, done: true, taken: true}
		case k == naked:
			d.under = nil
			continue
		case k == acked:
			d.under.acked, d.under.look = true, now.Add(d.scaled(moves))
		}
		if out, idle := d.await(ctx); !idle {
			return out
		}
	}
	return outcome{err: silent(c.name)}
}

// await waits for the response to the order under way. A machine that did not acknowledge, or is silent for longer than a move
// takes, is asked how it stands: while it moves it does not answer, or only after the response. idle reports that it stands
// still and has never taken the order.
func (d *Dispenser) await(ctx context.Context) (out outcome, idle bool) {
	for u := d.under; ; {
		by := u.look
		if by.After(u.by) {
			by = u.by
		}
		r, came, err := d.response(ctx, u.c, by)
		var how sight
		switch {
		case err != nil:
			return outcome{err: err, taken: true}, false
		case came:
			how = itsResponse
		case !time.Now().Before(u.by):
			d.under = nil
			if err := d.clear(ctx); err != nil {
				return outcome{err: err, taken: u.acked}, false
			}
			return outcome{err: silent(u.c.name), taken: u.acked}, false
		default:
			if r, how, err = d.look(ctx); err != nil {
				return outcome{err: err, taken: true}, false
			}
			u.look = time.Now().Add(d.scaled(lookEvery))
		}
		switch how {
		case itsResponse:
			d.under = nil
			drivers.Pulse(ctx, 0)
			return outcome{r: r, done: true, taken: true}, false
		case standsStill: // it never took the order, or its response was lost for good
			d.under = nil
			return outcome{err: silent(u.c.name), taken: u.acked}, !u.acked
		}
	}
}

// sight is what a look at a machine with an order under way showed.
type sight int

const (
	sawNothing sight = iota
	itsResponse
	standsStill
)

// look asks a machine with an order under way how it stands.
func (d *Dispenser) look(ctx context.Context) (response, sight, error) {
	d.unsure = true
	if err := d.say(ctx, askStatus.packet(d.o.Address)); err != nil {
		return response{}, sawNothing, err
	}
	by := time.Now().Add(d.scaled(ackWait) + d.link.CharTime(32))
	for {
		k, r, err := d.next(ctx, by)
		switch {
		case err != nil || k == nothing:
			return response{}, sawNothing, err
		case k == acked:
			by = time.Now().Add(d.scaled(askWait))
		case k == answered:
			if err := d.acknowledge(ctx); err != nil {
				return response{}, sawNothing, err
			}
			if r.answers(d.under.c) {
				return r, itsResponse, nil
			}
			if r.answers(askStatus) {
				return r, standsStill, nil
			}
		}
	}
}

// settle waits for the end of an order whose caller has gone.
func (d *Dispenser) settle(ctx context.Context) error {
	if d.port == nil {
		return &drivers.Fault{Code: drivers.DispenserGone, Op: "talk", Again: drivers.AgainAfterOperator, Detail: "the line went down in this step"}
	}
	if d.under == nil {
		return nil
	}
	drivers.Pulse(ctx, max(0, time.Until(d.under.by)))
	out, _ := d.await(ctx)
	if out.err != nil && (ctx.Err() != nil || d.port == nil) {
		return out.err
	}
	return nil // what became of it, its sensors tell
}

// clear makes the machine forget what it has not said (EOT, 1.4.2 cases 5 and 6). It would also stop a card on its way, so it is
// said only when none can be moving.
func (d *Dispenser) clear(ctx context.Context) error {
	for range times {
		if err := d.say(ctx, []byte{eot}); err != nil {
			return err
		}
		for by := time.Now().Add(d.scaled(ackWait)); ; {
			k, _, err := d.next(ctx, by)
			if err != nil {
				return err
			}
			if k == cleared {
				return nil
			}
			if k == nothing {
				break
			}
			if k == answered { // case 7: they crossed
				if err := d.acknowledge(ctx); err != nil {
					return err
				}
			}
		}
	}
	return nil // it is silent: the next question says so
}

// lineError drops the line when it is gone.
func (d *Dispenser) lineError(err error) error {
	if errors.Is(err, drivers.LineGone) {
		d.hangUp()
	}
	return err
}

func (d *Dispenser) hangUp() {
	if d.port != nil {
		_ = d.port.Close() // it is dead; there is nothing to save
	}
	d.port, d.link, d.under = nil, nil, nil
	d.in.drop()
}

func (d *Dispenser) scaled(t time.Duration) time.Duration { return time.Duration(float64(t) * d.pace) }

// fault makes a Fault of any error: what the wire says of the printer's line is the dispenser's here.
func (d *Dispenser) fault(op string, card drivers.Whereabouts, err error) error {
	var f *drivers.Fault
	if !errors.As(err, &f) {
		f = &drivers.Fault{Code: drivers.DispenserSilent, Again: drivers.AgainAfterOperator, Err: err}
	}
	g := *f
	g.Op, g.Card = op, card
	switch f.Code {
	case drivers.LineSilent, drivers.LineNoise, drivers.LineHeld:
		g.Code = drivers.DispenserSilent
	case drivers.LineGone:
		g.Code = drivers.DispenserGone
	case drivers.LineNoPort, drivers.LineNotSerial, drivers.LineBusy, drivers.LineRefused:
		g.Detail = "dispenser: " + f.Detail
	}
	if g.Detail == "" {
		g.Detail = fmt.Sprintf("dispenser, %s", f.Op)
	}
	return &g
}
