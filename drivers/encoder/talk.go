package encoder

import (
	"context"
	"errors"
	"fmt"

	"cetak/drivers"
	"cetak/drivers/apdu"
)

// talk is one operation on one chip.
type talk struct {
	chip         drivers.Chip
	op           string
	channel      drivers.Channel // chip, where it is a secure channel
	data, answer int             // what a short command and its answer carry
	extended     int             // what a command or answer with extended length fields carries; 0: none is sent
	ask          bool            // nobody knows yet whether they pass
}

// send exchanges one command. What it is about goes into the Detail of a fault.
func (t talk) send(ctx context.Context, what string, c apdu.Command) (apdu.Response, error) {
	r, err := apdu.Exchange(ctx, t.chip, c)
	if err == nil {
		return r, nil
	}
	if _, ok := errors.AsType[*drivers.Fault](err); ok {
		f := *drivers.AsFault(err)
		f.Op, f.Err = t.op, err
		f.Detail = what
		return apdu.Response{}, &f
	}
	code := drivers.ReaderFailed // half a status word
	if errors.Is(err, apdu.ErrEndless) {
		code = drivers.ChipRefused
	}
	return apdu.Response{}, t.fault(code, what, err)
}

// must sends a command that has to succeed.
func (t talk) must(ctx context.Context, what string, c apdu.Command) error {
	r, err := t.send(ctx, what, c)
	if err != nil {
		return err
	}
	if r.SW != apdu.OK {
		return t.refused(what, r.SW)
	}
	return nil
}

// change is must for a command that changes the card: one that takes only who has its keys says so.
func (t talk) change(ctx context.Context, what string, c apdu.Command) error {
	r, err := t.send(ctx, what, c)
	switch {
	case err != nil:
		return err
	case r.SW == apdu.SecurityNotSatisfied && t.channel == nil:
		f := t.fault(drivers.ChipLocked, what, r.SW)
		f.Again = drivers.AgainAfterOperator
		return f
	case r.SW != apdu.OK:
		return t.refused(what, r.SW)
	}
	return nil
}

// readBinary reads at most n bytes of the selected file, none behind its end.
func (t talk) readBinary(ctx context.Context, file string, offset, n int) (b []byte, protected bool, err error) {
	what := fmt.Sprintf("%s at %d", file, offset)
	r, err := t.send(ctx, what, apdu.ReadBinary(offset, n))
	switch {
	case err != nil:
		return nil, false, err
	case r.SW == apdu.SecurityNotSatisfied:
		return nil, true, nil
	case r.SW == apdu.OffsetOutside || r.SW.SW1() == 0x6C: // nothing there, said in two ways
		return nil, false, nil
	case r.SW != apdu.OK && r.SW != apdu.EndOfFile:
		return nil, false, t.refused(what, r.SW)
	case len(r.Data) > n:
		return nil, false, t.fault(drivers.ChipRefused, fmt.Sprintf("%s: %d bytes for %d", what, len(r.Data), n), nil)
	}
	return append([]byte(nil), r.Data...), false, nil
}

// refused is a status word other than success.
func (t talk) refused(what string, sw apdu.Status) *drivers.Fault {
	return t.fault(drivers.ChipRefused, what, sw)
}

func (t talk) fault(code drivers.Code, detail string, err error) *drivers.Fault {
	return fault(code, t.op, drivers.InMachine, detail, err)
}

// fault builds one Fault. But for a reader's stumble nobody may try the same step with the same card again.
func fault(code drivers.Code, op string, card drivers.Whereabouts, detail string, err error) *drivers.Fault {
	again := drivers.AgainNever
	if code == drivers.ReaderFailed {
		again = drivers.AgainNow
	}
	if sw, ok := errors.AsType[apdu.Status](err); ok {
		detail = fmt.Sprintf("%s: SW %04X", detail, uint16(sw))
	}
	return &drivers.Fault{Code: code, Op: op, Card: card, Again: again, Detail: detail, Err: err}
}
