package source_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cetak/station/source"
)

// An older store with records waiting is copied, brought up to date, and loses nothing; the copy goes at the next opening. A
// newer one is refused and not touched.
func TestOlderAndNewerStore(t *testing.T) {
	const noLeases = "DROP TABLE lease; DROP TABLE memo; DROP TABLE head"
	d := newDesk(t)
	d.take(d.drop("a.prr", d.bundle(2)))
	path := filepath.Join(d.dir, "records.db")
	shape := func(statements ...string) {
		t.Helper()
		if err := d.store.Close(); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, s := range append(statements, "PRAGMA wal_checkpoint(TRUNCATE)") {
			if _, err := db.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	waiting := func(version string, want bool) {
		t.Helper()
		var err error
		if d.store, err = source.OpenStore(path, d.keys); err != nil {
			t.Fatal(err)
		}
		if q, err := d.store.Queue(context.Background()); err != nil || len(q) != 2 {
			t.Errorf("%d wait, %v", len(q), err)
		}
		info, err := os.Stat(path + ".v" + version)
		if (err == nil) != want || err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("the copy: %v, %v", info, err)
		}
	}
	for version, statements := range map[string][]string{
		"0": {noLeases, "DROP INDEX queue_order", "PRAGMA user_version = 0"},
		"1": {noLeases, "DROP INDEX queue_order", "CREATE INDEX queue_order ON queue (cleared, id, issue)", "PRAGMA user_version = 1"},
		"2": {noLeases, "PRAGMA user_version = 2"},
	} {
		shape(statements...)
		waiting(version, true)
		if err := d.store.Close(); err != nil {
			t.Fatal(err)
		}
		waiting(version, false)
	}
	d.open()
	if all, err := d.store.Leases(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("leases of an older store: %v, %v", all, err)
	}
	shape("PRAGMA user_version = 99")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.OpenStore(path, d.keys); !errors.Is(err, source.StoreNewer) {
		t.Error(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed (%v)", err)
	}
}
