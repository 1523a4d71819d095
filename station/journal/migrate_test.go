package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// An older journal with a card in flight (testdata/v0.db: two attempts, the second without an outcome) is backed up, brought
// up to date, keeps its chain, and takes the outcome that was missing.
func TestOlderJournal(t *testing.T) {
	old, err := os.ReadFile("testdata/v0.db")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "journal.db")
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if rep, err := j.Verify(t.Context()); err != nil || rep.Lines != 6 {
		t.Errorf("%+v, %v", rep, err)
	}
	if _, err := j.Append(t.Context(), Fact{Kind: KindOutcome, Attempt: "A-1", Who: "station"}); err == nil {
		t.Error("a closed attempt was closed again")
	}
	mustAppend(t, j, Fact{Kind: KindOutcome, Attempt: "A-2", Who: "station"})
	if rep, err := j.Verify(t.Context()); err != nil || rep.Lines != 7 {
		t.Errorf("%+v, %v", rep, err)
	}
	kept := open0(t, path+".v0")
	defer kept.Close()
	var version, lines int
	if err := kept.QueryRow(`SELECT (SELECT user_version FROM pragma_user_version), count(*) FROM fact`).Scan(&version, &lines); err != nil || version != 0 || lines != 6 {
		t.Errorf("the copy has version %d and %d lines: %v", version, lines, err)
	}
}

// A journal of a newer release, with a card in flight, is refused in one sentence and not touched.
func TestNewerJournal(t *testing.T) {
	j, path := newJournal(t)
	mustAppend(t, j, Fact{Kind: KindIntent, Attempt: "A-1", Who: "station"})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	db := open0(t, path)
	if _, err := db.Exec(fmt.Sprintf("PRAGMA user_version = %d", schemaVersion+1)); err != nil {
		t.Fatal(err)
	}
	db.Close()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), path); !errors.Is(err, NewerSchema) {
		t.Errorf("%v", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed (%v)", err)
	}
}

func open0(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	return db
}
