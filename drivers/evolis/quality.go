package evolis

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/drivers/panel"
	"cetak/drivers/wire"
)

const (
	opQuality = "test the line"

	// questions is how often the line is tried: one answer in a hundred is the error rate that a self-test lets pass.
	questions = 100
)

var _ drivers.LineTester = (*Printer)(nil)

// TestLine asks the marker question again and again and sends a white black panel, outside of any sequence. See
// drivers.LineTester.
func (p *Printer) TestLine(ctx context.Context) (drivers.LineQuality, error) {
	q := drivers.LineQuality{Turn: -1}
	if err := p.ready(ctx); err != nil {
		return q, p.fault(opQuality, p.card, err)
	}
	for range questions {
		turn, right, err := p.echo(ctx)
		if err != nil {
			return q, p.fault(opQuality, p.card, err)
		}
		q.Asked++
		if right {
			q.Right++
			if q.Turn < 0 || turn < q.Turn {
				q.Turn = turn
			}
		}
	}
	q.Turn = max(0, q.Turn)
	if !strings.Contains(panelsOf(p.o.Ribbon), "k") {
		return q, nil
	}
	p.giveUp()
	pn := panel.Panel{Name: 'k', Form: "Db", Header: "Db;k;2;", Data: make([]byte, drivers.FaceWidth*drivers.FaceHeight/8)}
	began := time.Now()
	if err := p.sendPart(ctx, pn); err != nil {
		if r := (*refusal)(nil); errors.As(err, &r) && r.look == syntax {
			return q, p.settled(ctx) // it takes no bitmap between cards
		}
		return q, p.fault(opQuality, p.card, err)
	}
	q.Bytes, q.Took = pn.Bytes(), time.Since(began)
	if err := p.tell(ctx, "Wcb;k;0"); err == nil {
		delete(p.foul, 'k')
	} else if !untold(err) {
		return q, p.fault(opQuality, p.card, err)
	}
	return q, nil
}

// settled finds the place in the conversation again and gives the fault of not finding it.
func (p *Printer) settled(ctx context.Context) error {
	if err := p.settleLine(ctx); err != nil {
		return p.fault(opQuality, p.card, err)
	}
	return nil
}

// echo asks the marker question once. A wrong answer or none is no error; the conversation is whole again when it returns. A stale
// OK is an answer: it came over the line as it was sent.
func (p *Printer) echo(ctx context.Context) (turn time.Duration, right bool, err error) {
	if err := p.settleLine(ctx); err != nil {
		return 0, false, err
	}
	b := frame([]byte(p.marker.command))
	r, err := p.link.Exchange(ctx, wire.Request{Name: p.marker.command, Bytes: b, Within: p.scaled(shortWait),
		Whole: func(got []byte) bool { return p.say.whole(got, value) }})
	p.noteLate(r.Stray)
	if err != nil {
		if ctx.Err() != nil || !errors.Is(err, drivers.LineSilent) {
			return 0, false, p.lineError(err)
		}
		p.lost = true
		return 0, false, nil
	}
	a := p.say.read(r.Got)
	right = !a.junk && (slices.Contains(a.texts, p.marker.answer) || a.text() == "OK")
	if !right {
		p.lost = true
	}
	drivers.Pulse(ctx, 0)
	return max(0, r.Took-p.link.CharTime(len(b)+len(r.Got))), right, nil
}
