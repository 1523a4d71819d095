package station

import (
	"context"
	"encoding/hex"
	"errors"

	"cetak/drivers"
	"cetak/station/journal"
)

// CardKeys are the keys that chips are written with, wherever they are kept. The Station calls them from the goroutine of
// Run. Errors are *drivers.Fault.
type CardKeys interface {
	// Ready holds the key set to the settings, and the kind of record to the kind of keys, before a card is touched. It opens the
	// place of the keys where that is not open. Faults: KeysUnavailable, KeysPIN, KeysDiffer, KeysForTests, KeysExposed.
	Ready(ctx context.Context, specimen bool) error
	// Set names the key set in the journal, by version and check value. It never changes.
	Set() string
	// Authenticate opens a secure channel to the chip and gives the chip behind it, which closes chip when it is closed. It is
	// called once for a chip: a second try can block the chip's keys. After an error the chip must not be used for writing.
	Authenticate(ctx context.Context, chip drivers.Chip, uid []byte) (drivers.Chip, error)
	// PIN tells that a person has to give the PIN before Ready can open the place of the keys; nil where not. It tries none. The place itself is
	// asked once for each opening that failed, and again when fresh; what was told before is given until then, and never changed.
	PIN(ctx context.Context, fresh bool) *PINWanted
	// Unlock opens the place of the keys with a PIN that a person typed: it is tried once, and overwritten. Faults: KeysPIN, KeysUnavailable,
	// KeysExposed.
	Unlock(ctx context.Context, pin []byte) error
}

// PINWanted is what a person is told who is asked for the PIN of the card keys.
type PINWanted struct {
	Place   string       // the label of the token, or the reader that the module is in
	Module  bool         // it is a secure access module
	Tries   int          // left before it locks itself; 0 = it does not say how many
	Low     bool         // it says that the last one given to it was wrong
	Shut    bool         // it is locked, or one try is left, which is not used up here
	Away    drivers.Code // why it could not be asked; "" = it was
	Refused bool         // the last one given here was refused
}

// unlock is Unlock on the goroutine of Run.
type unlock struct {
	pin  []byte
	done func(error)
}

func (unlock) command() {}

// Unlock opens the card keys with the PIN that a person typed. It is tried once, between two steps of the work, and overwritten, also
// when ctx has ended before. It may be called from any goroutine while Run runs. Faults: those of CardKeys.Unlock.
func (s *Station) Unlock(ctx context.Context, pin []byte) error {
	came := make(chan error, 1)
	s.Do(unlock{pin, func(err error) { came <- err }})
	select {
	case err := <-came:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *Station) unlock(ctx context.Context, c unlock) {
	defer clear(c.pin)
	var err error
	if s.CardKeys != nil {
		err = s.CardKeys.Unlock(ctx, c.pin)
	}
	s.lookAtPIN(ctx, false)
	c.done(err)
	s.look(ctx) // a fault for want of the PIN is over
}

// lookAtPIN finds out whether a person has to give the PIN of the card keys.
func (s *Station) lookAtPIN(ctx context.Context, fresh bool) {
	if s.CardKeys == nil {
		return
	}
	pin := s.CardKeys.PIN(ctx, fresh)
	s.publish(func(n *Snapshot) { n.PIN = pin })
}

// authenticateData is the data of an authenticate fact.
type authenticateData struct {
	Keys string `json:"keys"`
}

// on is what is spent by it: this key set on this chip.
func (d authenticateData) on(uid string) string { return uid + " " + d.Keys }

// authenticate puts the chip behind a secure channel, where cards take keys. That it is tried is in the journal first, so that no
// retry and no restart tries it again: every wrong cryptogram counts in the chip, and a few of them block it. Faults: KeysSpent, those of
// CardKeys, of the journal, and of the chip.
func (s *Station) authenticate(ctx context.Context) error {
	if s.CardKeys == nil {
		return nil
	}
	d := authenticateData{Keys: s.CardKeys.Set()}
	if s.books.spent[d.on(s.job.uid)] {
		return &drivers.Fault{Code: drivers.KeysSpent, Op: "authenticate", Card: drivers.InMachine, Again: drivers.AgainNever, Detail: d.Keys}
	}
	if err := s.CardKeys.Ready(ctx, s.job.record.Specimen); err != nil { // the token may have been pulled since
		f := *drivers.AsFault(err)
		f.Card = drivers.InMachine
		return &f
	}
	uid, err := hex.DecodeString(s.job.uid)
	if err != nil {
		return &drivers.Fault{Code: drivers.Unexpected, Op: "authenticate", Card: drivers.InMachine, Again: drivers.AgainNever, Err: err}
	}
	if err := s.append(ctx, s.fact(journal.KindAuthenticate, d)); err != nil {
		return err
	}
	chip, err := s.CardKeys.Authenticate(ctx, s.chip, uid)
	if err != nil {
		return err
	}
	s.chip = chip
	return nil
}

// inChannel is a step with the chip for which no second try is offered once its keys are spent: what broke off cannot be taken up.
func (s *Station) inChannel(do func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		err := do(ctx)
		f, ok := errors.AsType[*drivers.Fault](err)
		if !ok || s.CardKeys == nil || f.Code[0] != 'C' || !s.books.spent[authenticateData{s.CardKeys.Set()}.on(s.job.uid)] {
			return err
		}
		g := *f
		g.Again = drivers.AgainNever
		return &g
	}
}
