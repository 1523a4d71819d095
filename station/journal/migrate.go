package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"cetak/station/durable"
)

// migrations bring a file from the version of their place to the next, in one transaction with the new version number. A
// line is never touched: the chain must hold through it.
//
// Version 0 is the shape before the first release; no such file is in use. It had neither the index of open attempts nor the triggers that keep it.
func migrations() []func(context.Context, *sql.Tx) error {
	return []func(context.Context, *sql.Tx) error{addPending}
}

// migrate backs an older journal up beside itself (journal.db.v0) and brings it to this release's version. A current or
// newer file, and one that is no journal, it leaves to checkSchema. A failure leaves the journal as it was.
func migrate(ctx context.Context, path string, db *sql.DB) error {
	const op = "journal migrate"
	var app, version int
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&app); err != nil {
		return asFault(op, err)
	}
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return asFault(op, err)
	}
	if app != applicationID || version >= schemaVersion {
		return nil
	}
	if err := backUp(ctx, fmt.Sprintf("%s.v%d", path, version), db); err != nil {
		return asFault(op, err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return asFault(op, err)
	}
	defer tx.Rollback()
	for _, step := range migrations()[version:] {
		if err := step(ctx, tx); err != nil {
			return asFault(op, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schemaVersion)); err != nil {
		return asFault(op, err)
	}
	return asFault(op, tx.Commit())
}

// backUp copies the whole journal, log included, into a file of its own; a copy that is there already, of a migration that
// was cut off, is written anew.
func backUp(ctx context.Context, to string, db *sql.DB) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, to); err != nil {
		return err
	}
	if err := os.Chmod(to, 0o600); err != nil {
		return err
	}
	f, err := os.Open(to)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(to))
}

// addPending makes the index of open attempts, fills it from the lines, and sets its guards.
func addPending(ctx context.Context, tx *sql.Tx) error {
	added := map[string]bool{"pending": true, "fact_opens": true, "fact_closes_once": true, "fact_closes": true}
	for _, o := range objects() {
		if added[o[0]] {
			if _, err := tx.ExecContext(ctx, o[1]); err != nil {
				return err
			}
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO pending (attempt, seq) SELECT attempt, seq FROM fact AS i
		WHERE kind = 'intent' AND NOT EXISTS (SELECT 1 FROM fact WHERE attempt = i.attempt AND kind = 'outcome')`)
	return err
}
