package source

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"cetak/station/durable"
)

// migrations bring a store from the version of their place to the next, in one transaction with the new version number.
// Version 0 is the shape before the first release; no such file is in use. Its queue had no index in the order of printing. That of
// version 1 did not hold all that the list needs, and the list was read past every envelope. Version 2 knew no centre.
func migrations() []string {
	return []string{
		"CREATE INDEX queue_order ON queue (cleared, id, issue)",
		"DROP INDEX queue_order; CREATE INDEX queue_order ON queue (cleared, id, issue, notafter, line)",
		leaseTables,
	}
}

// migrate copies an older store beside itself (records.db.v0) and brings it to this release's version. The copy holds sealed
// envelopes of people, so it goes as soon as the migrated store was opened once more. A fresh store, a current one, and a
// newer one are left to prepare.
func migrate(ctx context.Context, path string, db *sql.DB) error {
	var version, tables int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'queue'").Scan(&tables); err != nil {
		return err
	}
	if version == schemaVersion {
		for v := range schemaVersion {
			if err := os.Remove(fmt.Sprintf("%s.v%d", path, v)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	if version >= schemaVersion || tables == 0 {
		return nil
	}
	kept := fmt.Sprintf("%s.v%d", path, version)
	if err := os.Remove(kept); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := durable.Write(kept, nil, 0o600); err != nil { // its mode before its content
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", kept); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, step := range migrations()[version:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}
