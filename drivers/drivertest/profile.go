package drivertest

import (
	"bytes"
	"context"
	"testing"

	"cetak/drivers"
)

// Encoder is what works on the chips of one profile. *encoder.Encoder is one.
type Encoder interface {
	Identify(ctx context.Context, chip drivers.Chip) (drivers.ChipIdentity, error)
	Write(ctx context.Context, chip drivers.Chip, files drivers.Files) error
	ReadBack(ctx context.Context, chip drivers.Chip) (drivers.Files, error)
	Compare(want, got drivers.Files) error
	Seal(ctx context.Context, chip drivers.Chip) error
	Terminate(ctx context.Context, chip drivers.Chip) (bool, error)
}

// Profile takes cards of one profile through their life, each step on a new connection, so that what is seen is what the card kept.
// It spends a blank for each case: Lay must be there. files is one record's; portrait names the one with the picture.
func Profile(t *testing.T, b ChipBench, e Encoder, files drivers.Files, portrait string) {
	l := life{b: b, e: e, files: files, picture: files[portrait][2:]}
	for _, c := range []struct {
		name string
		run  func(life, *testing.T)
	}{
		{"blank, partial, sealed, terminated", life.whole},
		{"what was begun can be written over", life.again},
		{"a blank can be ended", life.endBlank},
		{"a blank cannot be sealed", life.sealBlank},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, l.uid = b.Lay(t, false)
			c.run(l, t)
		})
	}
}

// life is one card on its way.
type life struct {
	b       ChipBench
	e       Encoder
	files   drivers.Files
	picture []byte
	uid     []byte
}

// with does something with the card on a connection of its own.
func (l life) with(t *testing.T, do func(context.Context, drivers.Chip) error) {
	t.Helper()
	r := l.b.open(t)
	c := waitChip(t, r)
	defer func() {
		closeChip(t, c)
		if err := r.Close(); err != nil {
			t.Errorf("close reader: %v", err)
		}
	}()
	if err := do(limited(t), c); err != nil {
		t.Fatal(err)
	}
}

// is checks what the card says of itself.
func (l life) is(t *testing.T, want drivers.ChipState) {
	t.Helper()
	l.with(t, func(ctx context.Context, c drivers.Chip) error {
		id, err := l.e.Identify(ctx, c)
		if err != nil {
			return err
		}
		shown := want == drivers.ChipPartial || want == drivers.ChipSealed
		if id.State != want || !bytes.Equal(id.UID, l.uid) || shown != bytes.Equal(id.Portrait, l.picture) {
			t.Errorf("%s, UID %X, portrait of %d bytes; want %s, %X", id.State, id.UID, len(id.Portrait), want, l.uid)
		}
		return nil
	})
}

func (l life) write(t *testing.T) {
	t.Helper()
	l.with(t, func(ctx context.Context, c drivers.Chip) error { return l.e.Write(ctx, c, l.files) })
}

// holds checks what is on the card.
func (l life) holds(t *testing.T) {
	t.Helper()
	l.with(t, func(ctx context.Context, c drivers.Chip) error {
		got, err := l.e.ReadBack(ctx, c)
		if err != nil {
			return err
		}
		return l.e.Compare(l.files, got)
	})
}

// refuses checks that the card, or the encoder for it, takes no more.
func (l life) refuses(t *testing.T, code drivers.Code, do func(context.Context, drivers.Chip) error) {
	t.Helper()
	l.with(t, func(ctx context.Context, c drivers.Chip) error {
		wantFault(t, do(ctx, c), drivers.InMachine, code)
		return nil
	})
}

func (l life) end(t *testing.T) {
	t.Helper()
	l.with(t, func(ctx context.Context, c drivers.Chip) error {
		done, err := l.e.Terminate(ctx, c)
		if err == nil && !done {
			t.Error("not terminated")
		}
		return err
	})
	l.is(t, drivers.ChipTerminated)
	l.refuses(t, drivers.ChipUsed, func(ctx context.Context, c drivers.Chip) error { return l.e.Write(ctx, c, l.files) })
}

func (l life) whole(t *testing.T) {
	l.is(t, drivers.ChipBlank)
	l.write(t)
	l.is(t, drivers.ChipPartial)
	l.holds(t)
	l.with(t, func(ctx context.Context, c drivers.Chip) error { return l.e.Seal(ctx, c) })
	l.is(t, drivers.ChipSealed)
	l.refuses(t, drivers.ChipUsed, func(ctx context.Context, c drivers.Chip) error { return l.e.Write(ctx, c, l.files) })
	l.refuses(t, drivers.ChipUsed, func(ctx context.Context, c drivers.Chip) error { return l.e.Seal(ctx, c) })
	l.end(t)
}

func (l life) again(t *testing.T) {
	l.write(t)
	l.write(t)
	l.holds(t)
}

func (l life) endBlank(t *testing.T) { l.end(t) }

func (l life) sealBlank(t *testing.T) {
	l.refuses(t, drivers.ChipRefused, func(ctx context.Context, c drivers.Chip) error { return l.e.Seal(ctx, c) })
	l.is(t, drivers.ChipBlank)
}
