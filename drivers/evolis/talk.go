package evolis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/drivers/wire"
)

const (
	esc = 0x1B // start and stop characters (guide p.4)
	cr  = 0x0D

	// nonsense is a command that no source knows: no machine moves for it, and its refusal shows the dialect.
	nonsense = "Zz"

	shortWait = 2 * time.Second // for a short command (host code)
	busyWait  = 8 * time.Second // for a machine that answers only when its motors have stopped
	askAgain  = 3               // questions are asked this often in all (host code, of a stale OK)

	// fillBytes is what a machine may still wait for after a download that broke off: a whole black panel, or the dye
	// panel of a picture with white around it. One that waits for more answers when it is tried again.
	fillBytes = 100_000
	fillPiece = 2_048
	fillTime  = 12 * time.Second // of the line; enough for fillBytes at 115,200 baud
)

func frame(command []byte) []byte {
	b := make([]byte, 0, len(command)+2)
	b = append(b, esc)
	b = append(b, command...)
	return append(b, cr)
}

// message is one command to say.
type message struct {
	name  string // for the log and for what the machine has taken before
	text  []byte
	kind  kind
	wait  time.Duration
	image int // bytes of bitmap at its end
}

func short(command string, k kind) message {
	return message{name: command, text: []byte(command), kind: k, wait: shortWait}
}

// exchange says one command and reads its reply. A reply that does not come, or makes no sense, leaves the
// conversation unsure of itself: the next exchange first finds its place again.
func (p *Printer) exchange(ctx context.Context, m message) (answer, error) {
	if err := p.settleLine(ctx); err != nil {
		return answer{}, err
	}
	b := frame(m.text)
	req := wire.Request{Name: m.name, Bytes: b, Within: p.scaled(m.wait), Whole: func(got []byte) bool { return p.say.whole(got, m.kind) }}
	if m.image > 0 {
		req.Progress = func(left int) { p.leaving(ctx, len(b)-left) }
	}
	r, err := p.link.Exchange(ctx, req)
	p.noteLate(r.Stray)
	a := p.say.read(r.Got)
	a.sent = r.Sent > 0
	switch {
	case err == nil && a.junk:
		p.lost, p.inImage = true, m.image > 0
		return a, &drivers.Fault{Code: drivers.LineNoise, Op: m.name, Again: drivers.AgainNow, Detail: quoted(r.Got)}
	case err == nil:
		p.log.Debug().Str("command", m.name).Strs("reply", a.texts).Bytes("nack", nackText(a)).Msg("printer")
		if a.refusal() == nil {
			p.taken[m.name] = true
		}
		drivers.Pulse(ctx, max(0, time.Until(p.moving)))
		return a, nil
	case errors.Is(err, drivers.LineGone):
		p.hangUp()
	case r.Sent > 0:
		p.lost, p.inImage = true, m.image > 0
		p.cutShort(len(b)-r.Sent, m.image)
	}
	return a, err
}

// leaving tells, while an image leaves, for how long the machine may now be silent: a machine that holds the line up is at work as
// long as bytes go out.
func (p *Printer) leaving(ctx context.Context, rest int) {
	silence := p.link.CharTime(rest) + p.scaled(burns)
	if end := time.Now().Add(silence); end.After(p.moving) {
		p.moving = end
	}
	drivers.Pulse(ctx, max(0, time.Until(p.moving)))
}

// quoted shows the head of a reply that makes no sense. No more of it: a line that echoes would bring back what was sent, and
// that is a person's face.
func quoted(reply []byte) string {
	const head = 16
	if len(reply) <= head {
		return fmt.Sprintf("reply %q", reply)
	}
	return fmt.Sprintf("reply %q and %d bytes more", reply[:head], len(reply)-head)
}

// cutShort keeps what is missing of a command: image bytes and the stop character are owed; a command that broke off
// before its image is cut.
func (p *Printer) cutShort(missing, image int) {
	p.owed, p.cut = 0, false
	switch {
	case missing == 0:
	case image > 0 && missing <= image+1:
		p.owed = missing
	default:
		p.cut = true
	}
}

func nackText(a answer) []byte {
	if a.nack == 0 {
		return nil
	}
	return []byte{a.nack}
}

// noteLate keeps a refusal that came unasked: it belongs to the last thing that moved.
func (p *Printer) noteLate(b []byte) {
	if len(b) == 0 {
		return
	}
	if r := p.say.read(b).refusal(); r != nil && r.look != syntax {
		p.late = r
	}
}

// settleLine finds the place in the conversation again after a reply was lost, a request was cut, or bytes came that
// make no sense: what the machine still waits for is given to it as zeros, and a question whose answer is known is
// asked until that answer comes.
func (p *Printer) settleLine(ctx context.Context) error {
	if p.port == nil {
		return &drivers.Fault{Code: drivers.LineGone, Op: "talk", Again: drivers.AgainAfterOperator, Detail: "the line went down in this step"}
	}
	if !p.lost {
		return nil
	}
	if err := p.payOwed(ctx); err != nil {
		return p.lineError(err)
	}
	if p.marker.command == "" { // the conversation has only begun: no answer is known yet, and nothing has moved
		err := p.drain(ctx)
		p.lost = err != nil
		return p.lineError(err)
	}
	var last error
	for silent, asked := 0, 0; silent < askAgain && asked < 3*askAgain; asked++ {
		if err := p.drain(ctx); err != nil {
			return p.lineError(err)
		}
		r, err := p.link.Exchange(ctx, wire.Request{Name: p.marker.command, Bytes: frame([]byte(p.marker.command)),
			Within: p.scaled(busyWait), Whole: func(got []byte) bool { return p.say.whole(got, value) }})
		p.noteLate(r.Stray)
		p.noteLate(r.Got)
		a := p.say.read(r.Got)
		switch {
		case slices.Contains(a.texts, p.marker.answer):
			err := p.drain(ctx)
			p.lost, p.inImage = err != nil, false
			return p.lineError(err)
		case err == nil:
			last = &drivers.Fault{Code: drivers.LineNoise, Op: p.marker.command, Again: drivers.AgainNow, Detail: quoted(r.Got)}
			continue
		case ctx.Err() != nil || errors.Is(err, drivers.LineGone):
			return p.lineError(err)
		}
		last = err
		if silent++; p.inImage && len(r.Got) == 0 {
			if err := p.fill(ctx); err != nil {
				return p.lineError(err)
			}
		}
	}
	return last
}

// drain reads until the line is quiet.
func (p *Printer) drain(ctx context.Context) error {
	got, err := p.link.Quiet(ctx, p.link.CharTime(4)+20*time.Millisecond, time.Second)
	p.noteLate(got)
	return err
}

// payOwed ends a command that was cut short: image bytes are made up with zeros, which are white, and anything else is
// made a command that does not exist, so that half of a move is never completed.
func (p *Printer) payOwed(ctx context.Context) error {
	for p.owed > 0 {
		b := make([]byte, min(p.owed, fillPiece))
		if len(b) == p.owed {
			b[len(b)-1] = cr
		}
		n, err := p.link.Send(ctx, b)
		p.owed -= n
		if err != nil {
			return err
		}
	}
	if p.cut {
		if _, err := p.link.Send(ctx, []byte{'~', cr}); err != nil {
			return err
		}
		p.cut = false
	}
	return nil
}

// fill feeds a silent machine zeros until it answers: if it waits for the rest of an image, commands are swallowed as
// image, and zeros between commands are ignored (captures). A stop character after each piece ends the image's
// command; in the image it is one wrong byte, and that image belongs to a card that is lost already.
func (p *Printer) fill(ctx context.Context) error {
	piece := make([]byte, fillPiece)
	piece[fillPiece-1] = cr
	most := min(fillBytes, int(p.scaled(fillTime)/p.link.CharTime(1)))
	for sent := 0; sent < most; sent += fillPiece {
		if _, err := p.link.Send(ctx, piece); err != nil {
			return err
		}
		got, err := p.link.Listen(ctx, time.Millisecond)
		if err != nil || len(got) > 0 {
			p.noteLate(got)
			return err
		}
	}
	return nil
}

// lineError drops the line when it is gone.
func (p *Printer) lineError(err error) error {
	if errors.Is(err, drivers.LineGone) {
		p.hangUp()
	}
	return err
}

func (p *Printer) hangUp() {
	if p.port != nil {
		_ = p.port.Close() // it is dead; there is nothing to save
	}
	p.port, p.link = nil, nil
}

// query asks for a value. It moves nothing and is asked again after silence or noise, and as often after a stale OK. A
// refusal comes back as *refusal.
func (p *Printer) query(ctx context.Context, command string, sound func(string) bool) (string, error) {
	if r := p.deaf[command]; r != nil {
		return "", r
	}
	var last error
	for bad, stale := 0, 0; bad < askAgain && stale < askAgain; bad++ {
		a, err := p.exchange(ctx, short(command, value))
		text := a.text()
		if err != nil && errors.Is(err, drivers.LineSilent) && a.nack == 0 && ctx.Err() == nil && len(a.texts) > 0 {
			err = nil // the value came, the ACK did not
		}
		if err != nil {
			if last = err; ctx.Err() != nil || p.port == nil {
				return "", err
			}
			continue
		}
		if sound(text) {
			return text, nil
		}
		if r := a.refusal(); r != nil {
			if r.look != syntax {
				p.lost = true // a late word about the last move; the answer is still to come
				return "", r
			}
			if last = r; bad == askAgain-1 && !p.taken[command] {
				p.deaf[command] = r // it does not know the question
			}
			continue
		}
		if text == "OK" { // stale: the value may follow at once, or only when asked again
			p.stale = true
			stale, bad = stale+1, bad-1 // neither noise nor silence: it uses up none of their tries
			late, err := p.link.Listen(ctx, p.link.CharTime(16)+p.scaled(50*time.Millisecond))
			if err != nil {
				return "", p.lineError(err)
			}
			if v := p.say.read(late).text(); sound(v) {
				return v, nil
			}
		}
		last = &drivers.Fault{Code: drivers.LineNoise, Op: command, Again: drivers.AgainNow, Detail: fmt.Sprintf("answer %q", text)}
	}
	return "", last
}

// number asks for a whole number.
func (p *Printer) number(ctx context.Context, command string) (int64, error) {
	v, err := p.query(ctx, command, func(s string) bool { _, err := strconv.ParseInt(s, 10, 64); return err == nil })
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(v, 10, 64)
}

// tell gives an order that moves nothing and may be given again: a parameter, or the start of a sequence.
func (p *Printer) tell(ctx context.Context, command string) error {
	var last error
	for range askAgain {
		a, err := p.exchange(ctx, short(command, order))
		if err == nil {
			r := a.refusal()
			if r == nil {
				return nil
			}
			if r.look != syntax {
				return r
			}
			err = r // perhaps only a byte changed on its way
		}
		if last = err; ctx.Err() != nil || p.port == nil {
			break
		}
	}
	return last
}

func isText(s string) bool { return s != "" && !strings.HasPrefix(s, "ERROR") }
