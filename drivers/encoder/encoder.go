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

// Encoder works on chips of one profile. Between calls it keeps nothing but whether extended length fields pass, and may be used
// by any goroutine; a Chip may not. A Chip that is a drivers.Channel is written and read inside its session.
type Encoder struct {
	p       Profile
	learned *learned
}

// New makes an Encoder for a profile that Load or Named gave.
func New(p Profile) *Encoder { return &Encoder{p: p, learned: &learned{}} }

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
	t := e.begin(chip, "chip identify")
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
	if id.State != drivers.ChipPartial && id.State != drivers.ChipSealed {
		return id, nil
	}
	for _, f := range e.p.Files {
		if !f.Portrait {
			continue
		}
		content, _, err := e.read(ctx, t, f)
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
// written card held is overwritten. It makes the files that the blank lacks, where the profile says so. It does not seal and
// does not read back. A write that was interrupted leaves ChipPartial; inside a session nothing is taken up again. Errors: those
// of Check and of the Chip, WrongATR, ChipUsed for a sealed or terminated card, ChipLocked for a card that takes only who has its
// keys, ChipRefused.
func (e *Encoder) Write(ctx context.Context, chip drivers.Chip, files drivers.Files) error {
	if err := e.Check(files); err != nil {
		return err
	}
	t := e.begin(chip, "chip write")
	if e.p.NeedsSession() && t.channel == nil {
		return t.fault(drivers.ChipLocked, "the profile wants a secure session", nil)
	}
	card, err := e.open(ctx, t)
	if err != nil {
		return err
	}
	if card.state == drivers.ChipBlank && e.p.Create {
		if err := t.change(ctx, "create "+e.p.Application, apdu.CreateFile(e.p.application, true, 0, 0, 0)); err != nil {
			return err
		}
	}
	step := e.writeStep(t)
	for _, f := range e.p.Files {
		if f.Factory {
			continue
		}
		content := files[f.ID]
		if err := e.choose(ctx, t, f, len(content), card.state == drivers.ChipBlank); err != nil {
			return err
		}
		for offset := 0; offset < len(content); offset += step {
			piece := content[offset:min(offset+step, len(content))]
			if err := t.change(ctx, fmt.Sprintf("%s at %d", f.ID, offset), apdu.UpdateBinary(offset, piece)); err != nil {
				return err
			}
		}
	}
	return nil
}

// choose leaves f selected, made before where the profile says so and it is not there; on a blank card none is.
func (e *Encoder) choose(ctx context.Context, t talk, f File, size int, blank bool) error {
	if !e.p.Create {
		return t.must(ctx, "select "+f.ID, apdu.SelectFile(f.fid, false))
	}
	if !blank {
		r, err := t.send(ctx, "select "+f.ID, apdu.SelectFile(f.fid, false))
		switch {
		case err != nil:
			return err
		case r.SW == apdu.OK:
			return nil
		case r.SW != apdu.FileNotFound:
			return t.refused("select "+f.ID, r.SW)
		}
	}
	read := apdu.Always
	if f.Read == Session {
		read = apdu.SecureMessaging
	}
	return t.change(ctx, "create "+f.ID, apdu.CreateFile(f.fid, false, size, read, apdu.Never))
}

// open leaves the DF of a card selected that may be written, if there is one already.
func (e *Encoder) open(ctx context.Context, t talk) (seen, error) {
	card, err := e.enter(ctx, t)
	if err == nil && !card.told { // only its files tell whether it is sealed
		if card, err = e.look(ctx, t); err == nil {
			err = t.must(ctx, "select "+e.p.Application, apdu.SelectFile(e.p.application, true))
		}
	}
	switch {
	case err != nil:
		return card, err
	case card.state == drivers.ChipSealed, card.state == drivers.ChipTerminated:
		return card, t.fault(drivers.ChipUsed, string(card.state)+", "+card.detail, nil)
	}
	return card, nil
}

// ReadBack reads every file the card lets be read; an empty or protected one is absent. A content shorter than its
// length bytes say comes as it is, and a length beyond the budget is not followed. Errors: those of the Chip, WrongATR, ChipUsed for a
// terminated card, ChipRefused, also for a file that the profile calls free, or that a session should open, and that is not.
func (e *Encoder) ReadBack(ctx context.Context, chip drivers.Chip) (drivers.Files, error) {
	t := e.begin(chip, "chip read")
	card, err := e.enter(ctx, t)
	switch {
	case err != nil:
		return nil, err
	case card.state == drivers.ChipTerminated:
		return nil, t.fault(drivers.ChipUsed, "terminated, "+card.detail, nil)
	case card.state == drivers.ChipBlank: // nothing was made yet
		return drivers.Files{}, nil
	}
	files := drivers.Files{}
	for _, f := range e.p.Files {
		content, protected, err := e.read(ctx, t, f)
		if err != nil {
			return nil, err
		}
		if protected && (f.Read == Free || t.channel != nil) {
			return nil, t.refused("read "+f.ID, apdu.SecurityNotSatisfied)
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
// WrongATR, ChipUsed for a sealed or terminated card, ChipLocked, ChipRefused (also for a card with nothing on it).
func (e *Encoder) Seal(ctx context.Context, chip drivers.Chip) error {
	t := e.begin(chip, "chip seal")
	before, err := e.look(ctx, t)
	if err != nil {
		return err
	}
	if before.state == drivers.ChipBlank {
		return t.fault(drivers.ChipRefused, "nothing is written", nil)
	}
	if _, err := e.open(ctx, t); err != nil {
		return err
	}
	if err := t.change(ctx, "seal", e.p.seal); err != nil {
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

// Terminate ends the life of a spoiled card for good, whatever is on it, and returns true only when the card itself then
// says so; a card that had said so before is left alone. It is false without an error for a profile whose cards cannot be ended.
// Errors: those of the Chip, WrongATR, ChipLocked, ChipRefused.
func (e *Encoder) Terminate(ctx context.Context, chip drivers.Chip) (bool, error) {
	if e.p.Terminate == "" {
		return false, nil
	}
	t := e.begin(chip, "chip terminate")
	card, err := e.enter(ctx, t)
	if err != nil || card.state == drivers.ChipTerminated {
		return err == nil, err
	}
	if err := t.change(ctx, "terminate", e.p.terminate); err != nil {
		return false, err
	}
	if card, err = e.enter(ctx, t); err != nil {
		return false, err
	}
	if card.state != drivers.ChipTerminated {
		return false, t.fault(drivers.ChipRefused, "the card took the command and is "+string(card.state), nil)
	}
	return true, nil
}
