package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/station/assembly"
	"cetak/station/journal"
)

// copyTree makes a second station folder with the same content, modes included.
func copyTree(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "st")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// at gives the same bench on another station folder.
func (b *bench) at(t *testing.T, dir string) *bench {
	c := *b
	c.t, c.dir = t, dir
	return &c
}

// edit changes a database by SQL, as somebody with the right tool and the wrong intent would.
func edit(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// alter changes a file's bytes.
func alter(change func([]byte) []byte) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		b, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, change(b), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestDamagedFiles: a journal or a record store that is torn, cut, flipped, exchanged, or gone is found and named before
// anything moves, and stays as it was found.
func TestDamagedFiles(t *testing.T) {
	b := startCrash(t)
	b.do("records", "2")
	b.must("run", "--count", "1")
	cut := func(n int) func(*testing.T, string) {
		return alter(func(b []byte) []byte { return b[:max(0, len(b)-n)] })
	}
	half := alter(func(b []byte) []byte { return b[:len(b)/2] })
	remove := func(t *testing.T, path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	bySQL := func(statements ...string) func(*testing.T, string) {
		return func(t *testing.T, path string) { edit(t, path, statements...) }
	}
	zeroPage := alter(func(b []byte) []byte { clear(b[len(b)-4096:]); return b })
	zeroRows := alter(func(b []byte) []byte { clear(b[4096:]); return b })
	flip := func(needle string) func(*testing.T, string) {
		return alter(func(b []byte) []byte {
			found := false
			for i := range b { // in every copy: a page that was split keeps the old ones where nobody reads
				if bytes.HasPrefix(b[i:], []byte(needle)) {
					b[i], found = b[i]^1, true
				}
			}
			if !found {
				t.Errorf("no %q in the file", needle)
			}
			return b
		})
	}
	drop := "DROP TRIGGER IF EXISTS "
	triggers := []string{}
	for _, name := range triggerNames(t, filepath.Join(b.dir, assembly.JournalFile)) {
		triggers = append(triggers, drop+name)
	}
	for _, c := range []struct {
		name, file string
		harm       func(*testing.T, string)
		codes      string // those that may be told
		named      string // what the technician's line says
	}{
		{"journal gone", assembly.JournalFile, remove, "J-106", "journal.db"},
		{"journal empty", assembly.JournalFile, alter(func([]byte) []byte { return nil }), "J-105", ""},
		{"journal is something else", assembly.JournalFile, alter(func([]byte) []byte { return []byte(strings.Repeat("not a journal ", 900)) }), "J-105", ""},
		{"journal cut in half", assembly.JournalFile, half, "J-105", ""},
		{"journal without its last byte", assembly.JournalFile, cut(1), "J-105", ""},
		{"journal without its last page", assembly.JournalFile, cut(4096), "J-105", ""},
		{"journal with a page of zeros", assembly.JournalFile, zeroPage, "J-104 J-105", ""},
		{"journal's header flipped", assembly.JournalFile, alter(func(b []byte) []byte { b[3] ^= 4; return b }), "J-105", ""},
		{"a bit of a line flipped", assembly.JournalFile, flip(`{"counter":`), "J-104 J-105", "line "},
		{"a line edited, guards gone", assembly.JournalFile, bySQL(append(triggers, `UPDATE fact SET who = 'nobody' WHERE seq = 4`)...), "J-104", ""},
		{"a line taken out, guards gone", assembly.JournalFile, bySQL(append(triggers, `DELETE FROM fact WHERE seq = 5`)...), "J-104", ""},
		{"two lines exchanged, guards gone", assembly.JournalFile, bySQL(append(triggers,
			`UPDATE fact SET seq = 1000 WHERE seq = 5`, `UPDATE fact SET seq = 5 WHERE seq = 6`, `UPDATE fact SET seq = 6 WHERE seq = 1000`)...), "J-104", ""},
		{"records gone", assembly.RecordsFile, remove, "S-130", "records.db"},
		{"records empty", assembly.RecordsFile, alter(func([]byte) []byte { return nil }), "S-130", "records.db"},
		{"records something else", assembly.RecordsFile, alter(func([]byte) []byte { return []byte(strings.Repeat("no records at all ", 900)) }), "S-130", ""},
		{"records cut in half", assembly.RecordsFile, half, "S-130", ""},
		{"records without the last byte", assembly.RecordsFile, cut(1), "S-130", ""},
		{"records with pages of zeros", assembly.RecordsFile, zeroRows, "S-130", ""},
		{"a search line altered", assembly.RecordsFile, bySQL(`UPDATE queue SET line = zeroblob(length(line)) WHERE rowid = (SELECT MAX(rowid) FROM queue)`), "S-130", "search line of PRR"},
		{"two records exchanged", assembly.RecordsFile, bySQL(`UPDATE queue SET issue = issue + 100`), "S-130", "search line of PRR"},
		{"key gone", "data.key", remove, "S-132", ""},
		{"another key", "data.key", alter(func(b []byte) []byte { b[0] = '0' + (b[0]-'0'+1)%10; return b }), "S-132", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := b.at(t, copyTree(t, b.dir))
			path := filepath.Join(d.dir, c.file)
			c.harm(t, path)
			was, _ := os.ReadFile(path)
			before := b.rig.World().Counters
			code, out, errs := d.ctl("run", "--until-empty")
			told := strings.Fields(errs + " -")[0]
			if code != exitFault || !strings.Contains(c.codes, told) || !strings.Contains(errs, "  1. ") || !strings.Contains(errs, c.named) {
				t.Errorf("exit %d, %s; want 1, one of %s with advice, and %q\n%s%s", code, told, c.codes, c.named, out, errs)
			}
			if now := b.rig.World().Counters; now != before {
				t.Errorf("the printer moved: %+v, before %+v", now, before)
			}
			if is, _ := os.ReadFile(path); !bytes.Equal(is, was) {
				t.Errorf("%s was changed: %d bytes, before %d", c.file, len(is), len(was))
			}
		})
	}
}

func triggerNames(t *testing.T, path string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT name FROM sqlite_master WHERE type = 'trigger'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	return names
}

// TestDamagedBits flips one bit of the journal after the other, everywhere in the file: either the file is refused, or the
// very same facts are read from it (the bit was in unused space). It never reads as another history.
func TestDamagedBits(t *testing.T) {
	b := startCrash(t)
	b.must("run", "--until-empty")
	path := filepath.Join(b.dir, assembly.JournalFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := history(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 3))
	hurt := filepath.Join(t.TempDir(), assembly.JournalFile)
	refused, same := 0, 0
	for range max(150, 6000 / *crashEvery) {
		i := r.IntN(len(whole) * 8)
		whole[i/8] ^= 1 << (i % 8)
		if err := errors.Join(os.WriteFile(hurt, whole, 0o600), removeAll(hurt+"-wal", hurt+"-shm")); err != nil {
			t.Fatal(err)
		}
		whole[i/8] ^= 1 << (i % 8)
		switch got, err := history(t.Context(), hurt); {
		case err != nil:
			refused++
		case got == want:
			same++
		default:
			t.Fatalf("bit %d flipped: another history is read from it, and nobody says so", i)
		}
	}
	t.Logf("%d flips refused, %d in unused space", refused, same)
	if refused == 0 {
		t.Error("no flip was found: the test proves nothing")
	}
}

func removeAll(paths ...string) error {
	var errs []error
	for _, p := range paths {
		errs = append(errs, os.RemoveAll(p))
	}
	return errors.Join(errs...)
}

// history is all that a journal says, once it has been opened and verified.
func history(ctx context.Context, path string) (string, error) {
	j, err := journal.Open(ctx, path)
	if err != nil {
		return "", err
	}
	defer j.Close()
	if _, err := j.Verify(ctx); err != nil {
		return "", err
	}
	var s strings.Builder
	for e, err := range j.Entries(ctx, 0) {
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&s, "%+v\n", e)
	}
	open, err := j.OpenIntents(ctx)
	fmt.Fprintf(&s, "open %d", len(open))
	return s.String(), err
}

// TestDamagedByAnOldCopy: a store of records from before the last card is put back. The journal knows of the card, and
// nobody gets a second one.
func TestDamagedByAnOldCopy(t *testing.T) {
	b := startCrash(t)
	old := copyTree(t, b.dir)
	b.must("import", filepath.Join(b.ready.Inbox, "records.prr"))
	b.must("run", "--until-empty")
	for _, name := range []string{assembly.RecordsFile, "data.key"} {
		text, err := os.ReadFile(filepath.Join(old, name))
		if err == nil {
			err = errors.Join(removeAll(filepath.Join(b.dir, name+"-wal"), filepath.Join(b.dir, name+"-shm")), os.WriteFile(filepath.Join(b.dir, name), text, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := b.ctl("run", "--until-empty")
	if good := len(b.rig.World().Trays.Good); good != 1 {
		t.Errorf("%d cards for one record: exit %d\n%s%s", good, code, out, errs)
	}
	b.must("ledger", "verify")
}
