package journal

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// raw changes a journal behind its back, as someone with the file and a database tool would.
func raw(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path, "synchronous(OFF)"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	statements = append(append([]string{"BEGIN"}, statements...), "COMMIT")
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// forge takes the triggers out, runs the statements, and puts the triggers back, so that only the chain can tell.
func forge(t *testing.T, path string, statements ...string) {
	t.Helper()
	all := []string{}
	for _, o := range objects() {
		if strings.HasPrefix(o[1], "CREATE TRIGGER") {
			all = append(all, "DROP TRIGGER "+o[0])
		}
	}
	all = append(all, statements...)
	for _, o := range objects() {
		if strings.HasPrefix(o[1], "CREATE TRIGGER") {
			all = append(all, o[1])
		}
	}
	raw(t, path, all...)
}

// desk makes a closed journal of n lines.
func desk(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.db")
	j, err := Create(t.Context(), path, "9901-desk-2")
	if err != nil {
		t.Fatal(err)
	}
	fill(t, j, n)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// another gives a copy of a closed journal, which is one file.
func another(t *testing.T, of string) string {
	t.Helper()
	b, err := os.ReadFile(of)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "journal.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// rehash gives line seq the hash that its present content asks for.
func rehash(t *testing.T, path string, seq int64) string {
	t.Helper()
	r, err := OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var l line
	if err := r.db.QueryRow(`SELECT `+columns+` FROM fact WHERE seq = ?`, seq).Scan(&l.seq, &l.at, &l.kind, &l.record,
		&l.issue, &l.attempt, &l.uid, &l.who, &l.data, &l.prev, &l.hash); err != nil {
		t.Fatal(err)
	}
	sum, _ := l.sum(nil, l.prev, seq)
	return fmt.Sprintf("x'%x'", sum[:])
}

const swap = `UPDATE fact SET seq = -1 WHERE seq = %[1]d;
	UPDATE fact SET seq = %[1]d WHERE seq = %[2]d;
	UPDATE fact SET seq = %[2]d WHERE seq = -1`

// makeRoom moves every line from n on one place up, as an inserted line needs it.
const makeRoom = `UPDATE fact SET seq = -seq WHERE seq >= %[1]d; UPDATE fact SET seq = 1 - seq WHERE seq < 0;
	UPDATE head SET seq = seq + 1`

const closeGap = `DELETE FROM fact WHERE seq = %[1]d; UPDATE fact SET seq = -seq WHERE seq > %[1]d;
	UPDATE fact SET seq = -seq - 1 WHERE seq < 0; UPDATE head SET seq = seq - 1`

// copyLine puts a copy of line %[2]d at the free place %[1]d.
const copyLine = `INSERT INTO fact SELECT %[1]d, at, kind, record, issue, 'A-forged', '', who, data, prev, hash
	FROM fact WHERE seq = %[2]d`

func TestTampering(t *testing.T) {
	const n = 60
	whole := desk(t, n)
	for _, tt := range []struct {
		name string
		do   func(t *testing.T, path string)
		line int64
		kind BreakKind
	}{
		{"data edited", func(t *testing.T, p string) {
			forge(t, p, `UPDATE fact SET data = '{"position":"head"}' WHERE seq = 17`)
		}, 17, Edited},
		{"who edited", func(t *testing.T, p string) { forge(t, p, `UPDATE fact SET who = 'budi' WHERE seq = 1`) }, 1, Edited},
		{"time edited", func(t *testing.T, p string) { forge(t, p, `UPDATE fact SET at = at + 1 WHERE seq = 60`) }, 60, Edited},
		{"hash edited", func(t *testing.T, p string) {
			forge(t, p, `UPDATE fact SET hash = zeroblob(32) WHERE seq = 30`)
		}, 30, Edited},
		{"edited with a new hash", func(t *testing.T, p string) {
			forge(t, p, `UPDATE fact SET who = 'budi' WHERE seq = 17`)
			forge(t, p, `UPDATE fact SET hash = `+rehash(t, p, 17)+` WHERE seq = 17`)
		}, 17, Edited},
		{"last line edited with a new hash", func(t *testing.T, p string) {
			forge(t, p, `UPDATE fact SET who = 'budi' WHERE seq = 60`)
			forge(t, p, `UPDATE fact SET hash = `+rehash(t, p, 60)+` WHERE seq = 60`)
		}, 60, Edited},
		{"removed", func(t *testing.T, p string) { forge(t, p, `DELETE FROM fact WHERE seq = 20`) }, 20, Removed},
		{"many removed", func(t *testing.T, p string) {
			forge(t, p, `DELETE FROM fact WHERE seq BETWEEN 20 AND 45`)
		}, 20, Removed},
		{"first removed", func(t *testing.T, p string) { forge(t, p, `DELETE FROM fact WHERE seq = 1`) }, 1, Removed},
		{"last removed", func(t *testing.T, p string) { forge(t, p, `DELETE FROM fact WHERE seq = 60`) }, 60, Removed},
		{"all removed", func(t *testing.T, p string) { forge(t, p, `DELETE FROM fact`) }, 1, Removed},
		{"removed and renumbered", func(t *testing.T, p string) {
			forge(t, p, fmt.Sprintf(closeGap, 20))
		}, 20, Removed},
		{"inserted at the end", func(t *testing.T, p string) {
			forge(t, p, fmt.Sprintf(copyLine, 61, 60), `UPDATE fact SET prev = (SELECT hash FROM head) WHERE seq = 61`)
			forge(t, p, `UPDATE fact SET hash = `+rehash(t, p, 61)+` WHERE seq = 61`)
		}, 61, Inserted},
		{"inserted in the middle", func(t *testing.T, p string) {
			forge(t, p, fmt.Sprintf(makeRoom, 30), fmt.Sprintf(copyLine, 30, 29))
		}, 30, Inserted},
		{"inserted with a good hash", func(t *testing.T, p string) {
			forge(t, p, fmt.Sprintf(makeRoom, 30), fmt.Sprintf(copyLine, 30, 29),
				`UPDATE fact SET prev = (SELECT hash FROM fact WHERE seq = 29) WHERE seq = 30`)
			forge(t, p, `UPDATE fact SET hash = `+rehash(t, p, 30)+` WHERE seq = 30`)
		}, 30, Inserted},
		{"neighbours swapped", func(t *testing.T, p string) { forge(t, p, fmt.Sprintf(swap, 30, 31)) }, 30, Reordered},
		{"distant lines swapped", func(t *testing.T, p string) { forge(t, p, fmt.Sprintf(swap, 12, 48)) }, 12, Reordered},
		{"last line torn", func(t *testing.T, p string) {
			forge(t, p, `UPDATE fact SET data = substr(data, 1, 9), hash = substr(hash, 1, 7) WHERE seq = 60`)
		}, 60, Torn},
		{"inserted, guards left out", func(t *testing.T, p string) {
			forge(t, p, fmt.Sprintf(makeRoom, 30), fmt.Sprintf(copyLine, 30, 29))
			raw(t, p, `DROP TRIGGER fact_in_order`, `DROP TRIGGER fact_no_update`)
		}, 30, Inserted},
		{"removed, guards left out", func(t *testing.T, p string) {
			forge(t, p, `DELETE FROM fact WHERE seq = 20`)
			raw(t, p, `DROP TRIGGER fact_no_delete`)
		}, 20, Removed},
		{"swapped, guards left out", func(t *testing.T, p string) {
			forge(t, p, fmt.Sprintf(swap, 12, 48))
			raw(t, p, `DROP TRIGGER fact_no_update`)
		}, 12, Reordered},
		{"trigger taken out", func(t *testing.T, p string) { raw(t, p, `DROP TRIGGER fact_no_update`) }, 0, Guards},
		{"trigger weakened", func(t *testing.T, p string) {
			raw(t, p, `DROP TRIGGER fact_no_update`, `CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact BEGIN SELECT 1; END`)
		}, 0, Guards},
		{"trigger added", func(t *testing.T, p string) {
			raw(t, p, `CREATE TRIGGER more AFTER INSERT ON fact BEGIN UPDATE head SET hash = hash; END`)
		}, 0, Guards},
		{"head removed", func(t *testing.T, p string) { forge(t, p, `DELETE FROM head`) }, 0, Guards},
		{"station changed", func(t *testing.T, p string) { forge(t, p, `UPDATE genesis SET station = 'other'`) }, 0, Guards},
		{"open attempt hidden", func(t *testing.T, p string) { raw(t, p, `DELETE FROM pending`) }, 0, Guards},
		{"open attempt invented", func(t *testing.T, p string) {
			raw(t, p, `INSERT INTO pending (attempt, seq) VALUES ('A-x', 1)`)
		}, 0, Guards},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := another(t, whole)
			tt.do(t, path)
			r, err := OpenReader(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			rep, err := r.Verify(t.Context())
			if !errors.Is(err, ChainBroken) || rep.Break == nil {
				t.Fatalf("not found: %+v, %v", rep, err)
			}
			if rep.Break.Line != tt.line || rep.Break.Kind != tt.kind {
				t.Errorf("named line %d %s (%s), want line %d %s", rep.Break.Line, rep.Break.Kind, rep.Break.Detail, tt.line, tt.kind)
			}
			for _, parts := range []int{1, 3, n} {
				c, err := r.check(t.Context(), 0, parts)
				if err != nil || c.report.Break == nil || *c.report.Break != *rep.Break || c.report.Good != rep.Good {
					t.Errorf("in %d parts: %+v, %v", parts, c.report, err)
				}
			}
			if rep.Break.Kind == Guards && strings.HasPrefix(tt.name, "open attempt") {
				return // found by Verify only
			}
			if j, err := Open(t.Context(), path); !errors.Is(err, ChainBroken) {
				t.Errorf("a station opened on it: %v", err)
				if err == nil {
					j.Close()
				}
			}
		})
	}
}

// Open checks the last lines only; what is older is found by Verify.
func TestTail(t *testing.T) {
	path := desk(t, tailLines+50)
	forge(t, path, `UPDATE fact SET who = 'budi' WHERE seq = 20`)
	j, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if rep, err := j.Verify(t.Context()); !errors.Is(err, ChainBroken) || rep.Break.Line != 20 || rep.Good != 19 {
		t.Errorf("%+v, %v", rep, err)
	}
}

func TestTriggersRefuse(t *testing.T) {
	path := desk(t, 5)
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range []string{
		`UPDATE fact SET who = 'budi'`, `DELETE FROM fact`, `DELETE FROM fact WHERE seq = 5`, `UPDATE genesis SET station = 'x'`,
		`DELETE FROM genesis`, `DELETE FROM head`, `UPDATE head SET seq = 1`, fmt.Sprintf(copyLine, 6, 5), fmt.Sprintf(copyLine, 9, 5),
	} {
		if _, err := db.Exec(s); err == nil {
			t.Errorf("allowed: %s", s)
		}
	}
}

// Whatever single value of whatever line is changed, the line is named.
func TestAnyChange(t *testing.T) {
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 1))
	changes := []string{
		`at = at + 1`, `kind = kind || 'x'`, `record = record || 'x'`, `issue = issue + 1`, `attempt = attempt || 'x'`,
		`uid = uid || '0'`, `who = ''`, `data = data || ' '`, `prev = zeroblob(32)`, `hash = randomblob(32)`, `hash = x''`,
	}
	const n = 40
	whole := desk(t, n)
	for range 12 {
		seq := 1 + rng.IntN(n)
		change := changes[rng.IntN(len(changes))]
		path := another(t, whole)
		forge(t, path, fmt.Sprintf(`UPDATE fact SET %s WHERE seq = %d`, change, seq))
		r, err := OpenReader(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		rep, err := r.Verify(t.Context())
		if !errors.Is(err, ChainBroken) || rep.Break.Line != int64(seq) {
			t.Errorf("seed %d: %s of line %d: %+v, %v", seed, change, seq, rep.Break, err)
		}
		r.Close()
	}
}

// FuzzEncode reads the hashed bytes back with docs/journal.md in hand: what can be read back in one way only cannot be two
// different lines.
func FuzzEncode(f *testing.F) {
	f.Add(int64(1), int64(0), "intent", "PRR-1", int64(1), "A-1", "04AB", "siti", `{"a":1}`)
	f.Add(int64(1<<62), int64(-1), "", "", int64(0), "", "", "", "")
	f.Fuzz(func(t *testing.T, seq, at int64, kind, record string, issue int64, attempt, uid, who, data string) {
		l := line{at: at, kind: kind, record: record, issue: issue, attempt: attempt, uid: uid, who: who, data: data}
		prev := make([]byte, 32)
		prev[0], prev[31] = 1, 2
		b := l.encode(nil, prev, seq)
		num := func() int64 {
			v := int64(binary.BigEndian.Uint64(b))
			b = b[8:]
			return v
		}
		text := func() string {
			n := binary.BigEndian.Uint32(b)
			s := string(b[4 : 4+n])
			b = b[4+n:]
			return s
		}
		if string(b[:32]) != string(prev) {
			t.Fatal("prev")
		}
		b = b[32:]
		if num() != seq || num() != at || text() != kind || text() != record || num() != issue || text() != attempt ||
			text() != uid || text() != who || text() != data || len(b) != 0 {
			t.Fatal("the bytes do not read back")
		}
	})
}
