package source

import (
	"context"
	"database/sql"
	"errors"

	"cetak/drivers"
	"cetak/station/record"
)

// Envelope gives a waiting record as it came, sealed to this station. Errors are Faults with NotQueued or those of the store.
func (s *Store) Envelope(ctx context.Context, k record.Key) (string, error) {
	var envelope string
	err := s.db.QueryRowContext(ctx, "SELECT envelope FROM queue WHERE id = ? AND issue = ?", k.ID, k.Issue).Scan(&envelope)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault(NotQueued, drivers.AgainNever, "envelope", k.String(), nil)
	}
	if err != nil {
		return "", storeFault("envelope", err)
	}
	return envelope, nil
}
