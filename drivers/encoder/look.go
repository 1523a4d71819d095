package encoder

import (
	"context"
	"fmt"
	"strings"

	"cetak/drivers"
	"cetak/drivers/apdu"
)

// seen is what a look at the card showed.
type seen struct {
	state  drivers.ChipState
	detail string
	// told says that the state of the DF's life cycle was in its file control information.
	told bool
}

// Life cycle status bytes (ISO/IEC 7816-4:2005, 5.3.3.2, table 13): 01 creation, 03 initialisation, then the operational states
// 04 to 07, and 0C to 0F for a life that is over.
const (
	lastOpen        = 0x03
	firstTerminated = 0x0C
)

// look tells how far the card's life has come: by the life cycle status of the DF, and, on a card that does not give it, by a
// file that may not be read.
func (e *Encoder) look(ctx context.Context, t talk) (seen, error) {
	s, err := e.standing(ctx, t)
	if err != nil || s.state != drivers.ChipPartial || e.p.Create {
		return s, err
	}
	state := drivers.ChipBlank
	for _, f := range e.p.Files {
		if f.Factory {
			continue
		}
		head, err := e.head(ctx, t, f)
		if err != nil {
			return seen{}, err
		}
		if head.protected {
			return seen{state: drivers.ChipSealed, detail: f.ID + " is protected"}, nil
		}
		if len(head.bytes) == 1 || len(head.bytes) == 2 && declared(head.bytes) > 0 {
			if state = drivers.ChipPartial; s.told {
				break // one is enough: no file can say more than the DF did
			}
		}
	}
	return seen{state: state, told: s.told}, nil
}

// standing selects the DF and tells what that shows: ChipForeign, ChipTerminated, ChipSealed, and ChipBlank where the DF is yet to
// be made. Everything else is ChipPartial, of a blank too.
func (e *Encoder) standing(ctx context.Context, t talk) (seen, error) {
	atr := t.chip.ATR()
	if name, ok := e.p.Match(atr); !ok {
		return seen{state: drivers.ChipForeign, detail: strings.TrimSpace(fmt.Sprintf("ATR %X %s", atr, name))}, nil
	}
	what := "select " + e.p.Application
	r, err := e.selectDF(ctx, t, what)
	switch {
	case err != nil:
		return seen{}, err
	case r.SW == apdu.FileTerminated:
		return seen{drivers.ChipTerminated, "SW 6285", true}, nil
	case r.SW == apdu.FileNotFound && e.p.Create:
		return seen{drivers.ChipBlank, "", true}, nil
	case r.SW == apdu.FileNotFound:
		return seen{state: drivers.ChipForeign, detail: fmt.Sprintf("ATR %X, no %s", atr, e.p.Application)}, nil
	case r.SW != apdu.OK:
		return seen{}, t.refused(what, r.SW)
	}
	for _, template := range []apdu.Tag{apdu.TagFCI, apdu.TagFCP} {
		v, ok := apdu.FindTLV(r.Data, template, apdu.TagLifeCycle)
		if !ok || len(v) != 1 || v[0] == 0 { // 00: no information
			continue
		}
		detail := fmt.Sprintf("life cycle %02X", v[0])
		switch {
		case v[0] >= firstTerminated && v[0] < 0x10:
			return seen{drivers.ChipTerminated, detail, true}, nil
		case v[0] > lastOpen:
			return seen{drivers.ChipSealed, detail, true}, nil
		}
		return seen{drivers.ChipPartial, detail, true}, nil
	}
	return seen{state: drivers.ChipPartial}, nil
}

// enter leaves the DF of a card of this profile selected, whatever its state, and tells it.
func (e *Encoder) enter(ctx context.Context, t talk) (seen, error) {
	s, err := e.standing(ctx, t)
	if err == nil && s.state == drivers.ChipForeign {
		err = t.fault(drivers.WrongATR, s.detail, nil)
	}
	return s, err
}

// head is the beginning of a file: two bytes, fewer of a file that has fewer, none of an empty one.
type head struct {
	bytes     []byte
	protected bool
}

// head selects f and reads its length bytes.
func (e *Encoder) head(ctx context.Context, t talk, f File) (head, error) {
	what := "select " + f.ID
	r, err := t.send(ctx, what, apdu.SelectFile(f.fid, false))
	switch {
	case err != nil:
		return head{}, err
	case r.SW == apdu.FileNotFound:
		return head{}, nil
	case r.SW == apdu.SecurityNotSatisfied:
		return head{protected: true}, nil
	case r.SW != apdu.OK:
		return head{}, t.refused(what, r.SW)
	}
	b, protected, err := t.readBinary(ctx, f.ID, 0, 2)
	return head{b, protected}, err
}

// read gives a whole file with its length bytes: exactly as much as they say, in steps, as the public readers of the
// card do. It is empty for a file that is empty or protected.
func (e *Encoder) read(ctx context.Context, t talk, f File) ([]byte, bool, error) {
	h, err := e.head(ctx, t, f)
	if err != nil || h.protected || len(h.bytes) < 2 {
		return h.bytes, h.protected, err
	}
	content := h.bytes
	whole := 2 + declared(content)
	if whole > e.p.Budget {
		return content, false, nil
	}
	step := e.readStep(t)
	for range 2 * (whole/step + 1) { // a card may give less than asked, but not a byte at a time
		if len(content) >= whole {
			return content, false, nil
		}
		piece, _, err := t.readBinary(ctx, f.ID, len(content), min(step, whole-len(content)))
		if err != nil {
			return nil, false, err
		}
		if len(piece) == 0 {
			return content, false, nil // torn: shorter than it says
		}
		content = append(content, piece...)
	}
	return content, false, nil
}
