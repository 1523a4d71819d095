package assembly

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"cetak/drivers"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/office"
)

// Folders of a station folder that hold what belongs to papers.
const (
	CertificateFolder = "certificates" // signed shift certificates, ID.jws
	PhotoFolder       = "photos"       // photographs of destructions, by the SHA-256 of their bytes
)

// PhotoFile is where the photograph with this digest is kept.
func PhotoFile(dir, sha256 string) string { return filepath.Join(dir, PhotoFolder, sha256) }

// Office reads what the journal of the opened folder says of stock, cards, and shifts.
func (d *Desk) Office(ctx context.Context) (*office.State, error) {
	return ReadOffice(ctx, d.Config, d.Journal.Reader)
}

// ReadOffice folds a journal into what it says of stock, cards, and shifts.
func ReadOffice(ctx context.Context, c config.Config, j *journal.Reader) (*office.State, error) {
	s := office.New(Rules(c))
	for e, err := range j.Entries(ctx, 0) {
		if err == nil {
			err = s.Apply(e)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Act judges an act of people by s, appends what states it as one step, and takes that into s. Where an act is refused and
// something of it has to be kept (counts that did not agree, an alarm), that is appended and the Fault returned.
func (d *Desk) Act(ctx context.Context, s *office.State, a office.Act, by office.By) ([]journal.Entry, error) {
	facts, refused := s.Do(a, by, time.Now())
	entries, err := d.Journal.Append(ctx, facts...)
	for _, e := range entries {
		if err == nil {
			err = s.Apply(e)
		}
	}
	if err != nil {
		return nil, err
	}
	return entries, refused
}

// ReadCard waits for a card on a reader and asks what it says without keys. Fault: NoChip when none comes in time, and those of
// the reader and the encoder.
func ReadCard(ctx context.Context, c config.Chip, r drivers.ChipReader, within time.Duration) (drivers.ChipIdentity, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	chip, err := r.Wait(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return drivers.ChipIdentity{}, &drivers.Fault{Code: drivers.NoChip, Op: "identify", Again: drivers.AgainAfterOperator}
	}
	if err != nil {
		return drivers.ChipIdentity{}, err
	}
	defer chip.Close()
	enc, _, err := Makers(c)
	if err != nil {
		return drivers.ChipIdentity{}, err
	}
	return enc.Identify(ctx, chip)
}
