package encoder

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"cetak/drivers"
	"cetak/drivers/apdu"
)

// Encoder works on chips of one profile. It keeps nothing between calls and may be used by any goroutine; a Chip may not.
type Encoder struct{ p Profile }

// New makes an Encoder for a profile that Load gave.
func New(p Profile) *Encoder { return &Encoder{p: p} }

// Profile is what the Encoder works by.
func (e *Encoder) Profile() Profile { return e.p }

// Check tells whether files can be written on a blank: every file of the profile is there and no other, the length
// bytes are right, and all fit. It needs no chip and is called before a blank moves. Errors: ChipDataTooLarge; Unexpected for
// files that a checked record cannot have.
func (e *Encoder) Check(files drivers.Files) error {
	const op = "check chip data"
	used, err := e.p.fits(files)
	if err != nil {
		return fault(drivers.Unexpected, op, drivers.NoCard, "", err)
	}
	if used > e.p.Budget {
		return fault(drivers.ChipDataTooLarge, op, drivers.NoCard, fmt.Sprintf("%d of %d bytes", used, e.p.Budget), nil)
	}
	return nil
}

// Identify tells what a card says without keys. A card of another profile is ChipForeign, not an error. Errors: those of
// the Chip, ChipRefused, ReaderFailed for a UID of a length that no card has.
func (e *Encoder) Identify(ctx context.Context, chip drivers.Chip) (drivers.ChipIdentity, error) {
	t := talk{chip: chip, op: "chip identify"}
	id := drivers.ChipIdentity{ATR: chip.ATR()}
	uid, err := t.send(ctx, "UID", apdu.GetUID())
	if err != nil {
		return id, err
	}
	if uid.SW == apdu.OK { // else the reader does not tell
		switch len(uid.Data) {
		case 0, 4, 7, 10: // ISO 14443-3 section 6.5.4: single, double, triple size
			id.UID = uid.Data
		default: // cut short on its way: under a wrong number the card would come back as a new blank
			return id, fault(drivers.ReaderFailed, t.op, drivers.InMachine, fmt.Sprintf("a UID of %d bytes", len(uid.Data)), nil)
		}
	}
	look, err := e.look(ctx, t)
	if err != nil {
		return id, err
	}
	id.State = look.state
	if id.State == drivers.ChipBlank || id.State == drivers.ChipForeign {
		return id, nil
	}
	for _, f := range e.p.Files {
		if !f.Portrait {
			continue
		}
		content, err := e.read(ctx, t, f)
		if err != nil {
			return id, err
		}
		if len(content) > 2 && declared(content) == len(content)-2 {
			id.Portrait = content[2:]
		}
	}
	return id, nil
}

// Write writes files on a blank or partly written card, in the profile's order, each from its beginning; what a partly
// written card held is overwritten. It does not seal and does not read back. A write that was interrupted leaves ChipPartial.
// Errors: those of Check and of the Chip, WrongATR, ChipUsed for a sealed card, ChipRefused.
func (e *Encoder) Write(ctx context.Context, chip drivers.Chip, files drivers.Files) error {
	if err := e.Check(files); err != nil {
		return err
	}
	t := talk{chip: chip, op: "chip write"}
	if err := e.open(ctx, t); err != nil {
		return err
	}
	for _, f := range e.p.Files {
		if f.Factory {
			continue
		}
		if err := t.must(ctx, "select "+f.ID, apdu.SelectFile(f.fid, false)); err != nil {
			return err
		}
		content := files[f.ID]
		for offset := 0; offset < len(content); offset += e.p.WriteStep {
			piece := content[offset:min(offset+e.p.WriteStep, len(content))]
			if err := t.must(ctx, fmt.Sprintf("%s at %d", f.ID, offset), apdu.UpdateBinary(offset, piece)); err != nil {
				return err
			}
		}
	}
	return nil
}

// open leaves the DF of a card selected that may be written.
func (e *Encoder) open(ctx context.Context, t talk) error {
	look, err := e.look(ctx, t)
	if err != nil {
		return err
	}
	switch look.state {
	case drivers.ChipForeign:
		return t.fault(drivers.WrongATR, look.detail, nil)
	case drivers.ChipSealed:
		return t.fault(drivers.ChipUsed, "sealed, "+look.detail, nil)
	}
	return t.must(ctx, "select "+e.p.Application, apdu.SelectFile(e.p.application, true))
}

// ReadBack reads every file the card lets be read; an empty or protected one is absent. A content shorter than its
// length bytes say comes as it is, and a length beyond the budget is not followed. Errors: those of the Chip, WrongATR,
// ChipRefused.
func (e *Encoder) ReadBack(ctx context.Context, chip drivers.Chip) (drivers.Files, error) {
	t := talk{chip: chip, op: "chip read"}
	fci, detail, err := e.application(ctx, t)
	if err != nil {
		return nil, err
	}
	if fci == nil {
		return nil, t.fault(drivers.WrongATR, detail, nil)
	}
	files := drivers.Files{}
	for _, f := range e.p.Files {
		content, err := e.read(ctx, t, f)
		if err != nil {
			return nil, err
		}
		if len(content) > 0 {
			files[f.ID] = content
		}
	}
	return files, nil
}

// Compare tells whether a read-back holds what was written, and nothing else but the factory's files. Errors: ChipMismatch, whose
// Detail names the files.
func (e *Encoder) Compare(want, got drivers.Files) error {
	differs := map[string]bool{}
	for id, content := range want {
		if have, ok := got[id]; !ok || !bytes.Equal(have, content) {
			differs[id] = true
		}
	}
	for id := range got {
		if _, ok := want[id]; !ok && !e.factory(id) {
			differs[id] = true
		}
	}
	if len(differs) == 0 {
		return nil
	}
	ids := make([]string, 0, len(differs))
	for id := range differs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return fault(drivers.ChipMismatch, "chip compare", drivers.InMachine, strings.Join(ids, ", "), nil)
}

func (e *Encoder) factory(id string) bool {
	return slices.ContainsFunc(e.p.Files, func(f File) bool { return f.ID == id && f.Factory })
}

// Seal closes a written card for good, and returns nil only when the card itself then says so. Errors: those of the Chip,
// WrongATR, ChipUsed for a sealed card, ChipRefused (also for a card with nothing on it).
func (e *Encoder) Seal(ctx context.Context, chip drivers.Chip) error {
	t := talk{chip: chip, op: "chip seal"}
	before, err := e.look(ctx, t)
	if err != nil {
		return err
	}
	if before.state == drivers.ChipBlank {
		return t.fault(drivers.ChipRefused, "nothing is written", nil)
	}
	if err := e.open(ctx, t); err != nil {
		return err
	}
	if err := t.must(ctx, "seal", e.p.seal); err != nil {
		return err
	}
	after, err := e.look(ctx, t)
	if err != nil {
		return err
	}
	if after.state != drivers.ChipSealed {
		return t.fault(drivers.ChipRefused, "the card took the command and is "+string(after.state), nil)
	}
	return nil
}

// seen is what a look at the card showed.
type seen struct {
	state  drivers.ChipState
	detail string
}

// lastOpen is the highest life cycle status that is not operational (ISO/IEC 7816-4:2005, 5.3.3.2, table 13: 01 creation, 03
// initialisation; activated, deactivated, and terminated states are above).
const lastOpen = 0x03

// look tells how far the card's life has come: by the life cycle status of the DF, and, on a card that does not give it,
// by a file that may not be read.
func (e *Encoder) look(ctx context.Context, t talk) (seen, error) {
	fci, detail, err := e.application(ctx, t)
	if err != nil {
		return seen{}, err
	}
	if fci == nil {
		return seen{drivers.ChipForeign, detail}, nil
	}
	for _, template := range []apdu.Tag{apdu.TagFCI, apdu.TagFCP} {
		if v, ok := apdu.FindTLV(fci, template, apdu.TagLifeCycle); ok && len(v) == 1 && v[0] > lastOpen {
			return seen{drivers.ChipSealed, fmt.Sprintf("life cycle %02X", v[0])}, nil
		}
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
			return seen{drivers.ChipSealed, f.ID + " is protected"}, nil
		}
		if len(head.bytes) == 1 || len(head.bytes) == 2 && declared(head.bytes) > 0 {
			state = drivers.ChipPartial
		}
	}
	return seen{state, ""}, nil
}

// application selects the DF of a card of this profile and gives its file control information; nil, and the reason, for a
// card of another.
func (e *Encoder) application(ctx context.Context, t talk) (fci []byte, detail string, err error) {
	atr := t.chip.ATR()
	if name, ok := e.p.Match(atr); !ok {
		return nil, strings.TrimSpace(fmt.Sprintf("ATR %X %s", atr, name)), nil
	}
	what := "select " + e.p.Application
	r, err := t.send(ctx, what, apdu.SelectFile(e.p.application, true))
	switch {
	case err != nil:
		return nil, "", err
	case r.SW == apdu.FileNotFound:
		return nil, fmt.Sprintf("ATR %X, no %s", atr, e.p.Application), nil
	case r.SW != apdu.OK:
		return nil, "", t.refused(what, r.SW)
	}
	return append(make([]byte, 0, len(r.Data)), r.Data...), "", nil // not nil, also without information
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
func (e *Encoder) read(ctx context.Context, t talk, f File) ([]byte, error) {
	h, err := e.head(ctx, t, f)
	if err != nil || h.protected || len(h.bytes) < 2 {
		return h.bytes, err
	}
	content := h.bytes
	whole := 2 + declared(content)
	if whole > e.p.Budget {
		return content, nil
	}
	for range 2 * (whole/e.p.ReadStep + 1) { // a card may give less than asked, but not a byte at a time
		if len(content) >= whole {
			return content, nil
		}
		piece, _, err := t.readBinary(ctx, f.ID, len(content), min(e.p.ReadStep, whole-len(content)))
		if err != nil {
			return nil, err
		}
		if len(piece) == 0 {
			return content, nil // torn: shorter than it says
		}
		content = append(content, piece...)
	}
	return content, nil
}
