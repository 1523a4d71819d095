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
