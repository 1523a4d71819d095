package evolis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cetak/drivers"
	"cetak/drivers/wire"
)

// LineUse is how one panel went over the line. It is white and stays in the machine's memory: nothing moves or burns.
type LineUse struct {
	Panel string
	Bytes int           // of its command, with start and stop characters
	Took  time.Duration // from the first byte handed over to the last of the answer
}

const opMeasure = "measure the line"

// Measure sends white panels of the sizes a face has and gives what they took, the middle one of three where they are short,
// and the shortest time between a short question and its answer beyond their own bytes: the machine's and the adapter's. dbcParams as in Options. Faults: LineSilent,
// LineNoise (no printer at that speed), PrinterRefused (it takes no bitmap outside a sequence), those of the line.
func (s Setup) Measure(ctx context.Context, flow string, dbcParams int) (uses []LineUse, turn time.Duration, err error) {
	f, _, err := s.greet(ctx, s.Baud, flow)
	if err == nil && f == nil {
		err = &drivers.Fault{Code: drivers.LineSilent, Op: opMeasure, Again: drivers.AgainAfterOperator, Detail: fmt.Sprintf("no answer at %d baud", s.Baud)}
	}
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, f.port.Close()) }()
	if turn, err = f.turn(ctx); err != nil {
		return nil, 0, err
	}
	for _, p := range []struct {
		name string
		text []byte
	}{
		{"black, packed", append([]byte("Db;k;2;"), make([]byte, 648*1016/8)...)},
		{"black, in lines", whiteLines(800, dbcParams)},
		{"one dye", whiteLines(250, dbcParams)},
		{"varnish", whiteLines(12, dbcParams)},
	} {
		b := frame(p.text)
		var took []time.Duration
		for len(took) == 0 || len(took) < 3 && f.link.CharTime(len(b)) < 2*time.Second {
			t, err := f.order(ctx, p.name, b)
			if err != nil {
				return nil, 0, err
			}
			took = append(took, t)
		}
		slices.Sort(took)
		uses = append(uses, LineUse{p.name, len(b), took[len(took)/2]})
	}
	_, err = f.order(ctx, "Wcb", frame([]byte("Wcb;k;0")))
	return uses, turn, err
}

// whiteLines is a black panel of n lines sent dot by dot, 82 bytes each, the rest white by what it leaves out.
func whiteLines(n, params int) []byte {
	line := append([]byte{81}, make([]byte, 81)...)
	data := slices.Repeat(line, n)
	data = append(data, make([]byte, 1016-n)...) // 00: a white line
	first := ""
	if params == 4 {
		first = "0;"
	}
	return append(fmt.Appendf(nil, "Dbc;k;2;%s%d;", first, len(data)), data...)
}

// order says one command that must be acknowledged.
func (f *found) order(ctx context.Context, name string, b []byte) (time.Duration, error) {
	r, err := f.link.Exchange(ctx, wire.Request{Name: name, Bytes: b, Within: panelWait,
		Whole: func(got []byte) bool { return f.say.whole(got, order) }})
	if err != nil {
		return 0, err
	}
	a := f.say.read(r.Got)
	switch no := a.refusal(); {
	case a.junk:
		return 0, &drivers.Fault{Code: drivers.LineNoise, Op: opMeasure, Again: drivers.AgainNow, Detail: name + ": " + quoted(r.Got)}
	case no != nil:
		return 0, &drivers.Fault{Code: drivers.PrinterRefused, Op: opMeasure, Again: drivers.AgainNever, Detail: name + " answered " + no.raw}
	}
	return r.Took, nil
}

// turn is the least of some short exchanges, without the time of their bytes.
func (f *found) turn(ctx context.Context) (time.Duration, error) {
	least := time.Duration(-1)
	for range 9 {
		b := frame([]byte(nonsense))
		r, err := f.link.Exchange(ctx, wire.Request{Name: "turn", Bytes: b, Within: shortWait,
			Whole: func(got []byte) bool { a := f.say.read(got); return a.tail == "" && (a.nack != 0 || len(a.texts) > 0) }})
		if err != nil {
			return 0, err
		}
		if d := max(0, r.Took-f.link.CharTime(len(b)+len(r.Got))); least < 0 || d < least {
			least = d
		}
	}
	return least, nil
}
