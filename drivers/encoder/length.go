package encoder

import (
	"context"
	"errors"
	"sync"

	"cetak/drivers"
	"cetak/drivers/apdu"
)

// Extended says whether commands with extended length fields are sent.
type Extended string

// Choices.
const (
	// ExtendedAuto asks the reader (drivers.Reach) and the card's historical bytes, and where they leave it open sends the first SELECT
	// to a card of this kind with extended length fields. A reader that breaks on that costs one press of a key, because
	// nothing was written yet; from then on the short form is used.
	ExtendedAuto   Extended = "auto"
	ExtendedNever  Extended = "never"
	ExtendedAlways Extended = "always"
)

// learned is what was found out of extended length fields, by the kind of card. It lives as long as the Encoder.
type learned struct {
	mu   sync.Mutex
	pass map[string]bool // by the name of the answer to reset in the profile
}

func (l *learned) get(name string) (pass, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	pass, known = l.pass[name]
	return pass, known
}

func (l *learned) set(name string, pass bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pass == nil {
		l.pass = map[string]bool{}
	}
	l.pass[name] = pass
}

// begin starts an operation: it settles how long the commands of it are.
func (e *Encoder) begin(chip drivers.Chip, op string) talk {
	t := talk{chip: chip, op: op, data: apdu.MaxShortData, answer: apdu.MaxShortNe}
	if c, ok := chip.(drivers.Channel); ok {
		t.channel, t.data, t.answer = c, c.MaxData(t.data), c.MaxResponse(t.answer)
	}
	if e.p.Extended == ExtendedNever {
		return t
	}
	reach, told := drivers.ReachOf(chip)
	limit := e.p.ExtendedStep
	if told && reach > 0 {
		limit = min(limit, reach)
	}
	if e.p.Extended == ExtendedAlways {
		t.extended = limit
		return t
	}
	name, _ := e.p.Match(chip.ATR())
	pass, known := e.learned.get(name)
	atr, err := apdu.ParseATR(chip.ATR())
	card, said := atr.Extended()
	switch {
	case err != nil, onlyT0(atr), told && reach == 0, said && !card, known && !pass:
	case known, said && told: // it went well before, or both ends say so
		t.extended = limit
	default:
		t.ask = t.channel == nil // nothing is tried inside a session: a refusal might end it
	}
	return t
}

// onlyT0: the protocol T=0 has no extended lengths (ISO/IEC 7816-3:2006, 12.2).
func onlyT0(a apdu.ATR) bool {
	for _, p := range a.Protocols {
		if p != 0 {
			return false
		}
	}
	return true
}

// selectDF selects the DF and asks for its file control information. Where nobody knows whether extended length fields pass,
// it is sent with them, and remembered whether it was understood; one that was not is sent again in the short form. It is the
// first command to a card, nothing was written yet: a reader that breaks on it gives a fault that lets the same card be tried again.
func (e *Encoder) selectDF(ctx context.Context, t talk, what string) (apdu.Response, error) {
	c := apdu.SelectFile(e.p.application, true)
	if !t.ask {
		return t.send(ctx, what, c)
	}
	name, _ := e.p.Match(t.chip.ATR())
	long := c
	long.Extended = true
	r, err := t.send(ctx, what+", extended", long)
	switch {
	case err == nil && (r.SW == apdu.OK || r.SW == apdu.FileNotFound || r.SW == apdu.FileTerminated):
		e.learned.set(name, true)
		return r, nil
	case err == nil:
		e.learned.set(name, false)
		return t.send(ctx, what, c)
	case ctx.Err() != nil, errors.Is(err, drivers.ChipRemoved):
		return r, err
	}
	e.learned.set(name, false)
	f := *drivers.AsFault(err)
	f.Code, f.Again = drivers.ReaderFailed, drivers.AgainNow
	return r, &f
}

// writeStep is how many bytes one UPDATE BINARY of t has.
func (e *Encoder) writeStep(t talk) int {
	if t.extended <= apdu.MaxShortData {
		return max(1, min(e.p.WriteStep, t.data))
	}
	if t.channel != nil {
		return t.channel.MaxData(t.extended)
	}
	return t.extended
}

// readStep is how many bytes one READ BINARY of t asks for.
func (e *Encoder) readStep(t talk) int {
	if t.extended <= apdu.MaxShortNe {
		return max(1, min(e.p.ReadStep, t.answer))
	}
	if t.channel != nil {
		return t.channel.MaxResponse(t.extended)
	}
	return t.extended
}
