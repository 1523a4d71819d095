package access

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"cetak/drivers"
	"cetak/station/config"
	"cetak/station/journal"
)

// folder is a station folder with a real journal in it.
func folder(t *testing.T) (string, *journal.Journal) {
	t.Helper()
	dir := t.TempDir()
	j, err := journal.Create(t.Context(), filepath.Join(dir, "journal.db"), "9901/1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return dir, j
}

func read(who string) journal.Fact {
	return journal.Fact{Kind: journal.KindJournalRead, Who: who, Data: ReadData{What: "movements"}}
}

// taken gives the facts of the journal as "kind who".
func taken(t *testing.T, j *journal.Journal) []string {
	t.Helper()
	var all []string
	for e, err := range j.Entries(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(e.Kind)+" "+e.Who)
	}
	return all
}

func TestTakeAside(t *testing.T) {
	dir, j := folder(t)
	if err := TakeAside(t.Context(), dir, j); err != nil {
		t.Fatalf("without a file: %v", err)
	}
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	if err := NoteAside(dir, at, read("ayu"), read("rina")); err != nil {
		t.Fatal(err)
	}
	if err := NoteAside(dir, at, read("ayu")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, ReadsFile)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := TakeAside(t.Context(), dir, j); err != nil {
		t.Fatal(err)
	}
	want := "journal-read ayu, journal-read rina, journal-read ayu"
	if got := strings.Join(taken(t, j), ", "); got != want {
		t.Errorf("%s", got)
	}
	e, _, err := j.Last(t.Context())
	var d struct {
		What  string
		Noted time.Time
	}
	if err != nil || json.Unmarshal(e.Data, &d) != nil || d.What != "movements" || !d.Noted.Equal(at) {
		t.Errorf("%s (%v)", e.Data, err)
	}
	// Cut off between the append and the emptying: the file is as it was, and a line more came since.
	if err := os.WriteFile(path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := NoteAside(dir, at, read("budi")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := TakeAside(t.Context(), dir, j); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(taken(t, j), ", "); got != want+", journal-read budi" {
		t.Errorf("taken twice: %s", got)
	}
	if left, err := os.ReadFile(path); err != nil || len(left) > 0 {
		t.Errorf("%q is left (%v)", left, err)
	}
}

// TestHostileReads puts lines of another's making into reads.log: each is told of, none stops a later start.
func TestHostileReads(t *testing.T) {
	lines := []string{
		`nonsense`, `{}`, `null`, `{"id":"1","kind":"movement","who":"ayu"}`, `{"id":"2","kind":"person","who":"rina","data":{"name":"x"}}`,
		`{"id":"3","kind":"journal-read","who":""}`, `{"id":"4","kind":"journal-read","who":"a\u0000b"}`,
		`{"id":"5","kind":"sign-in-refused","who":"station","data":{"why":5}}`, `{"id":"6","kind":"journal-read","who":"ayu","data":[1]}`,
		`{"id":"7","kind":"signed-in","who":"ayu","data":7}`, `{"id":"8","kind":"journal-read","who":"ayu","at":"yesterday"}`,
	}
	dir, j := folder(t)
	good := `{"id":"9","kind":"journal-read","who":"ayu","data":null}` + "\n"
	text := good + strings.Join(lines, "\n") + "\n" + `{"id":"10","kind":"journal-read","who":"cut o`
	if err := os.WriteFile(filepath.Join(dir, ReadsFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := NoteAside(dir, time.Now(), read("rina")); err != nil { // closes the line that was cut off
		t.Fatal(err)
	}
	if err := TakeAside(t.Context(), dir, j); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(taken(t, j), ", "); got != "journal-read ayu, journal-read rina, journal-read station" {
		t.Errorf("%s", got)
	}
	e, _, err := j.Last(t.Context())
	if err != nil || !strings.Contains(string(e.Data), `"unreadable":12`) {
		t.Errorf("%s (%v)", e.Data, err)
	}
	if _, err := Read(t.Context(), dir, j.Reader); err != nil {
		t.Error(err)
	}
}

func TestNoteAsideRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := NoteAside(dir, time.Now(), journal.Fact{Kind: journal.KindMovement, Who: "ayu"}); !is(err, ReadingNotNoted) {
		t.Errorf("a movement was noted aside: %v", err)
	}
	if err := NoteAside(filepath.Join(dir, "nowhere"), time.Now(), read("ayu")); !is(err, ReadingNotNoted) {
		t.Errorf("%v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, ReadsFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := NoteAside(dir, time.Now(), read("ayu")); !is(err, ReadingNotNoted) {
		t.Errorf("%v", err)
	}
}

// TestReadersTogether has readers note while the holder takes: nothing is lost, nothing is there twice.
func TestReadersTogether(t *testing.T) {
	dir, j := folder(t)
	const readers, each = 4, 5
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			for range each {
				if err := NoteAside(dir, time.Now(), read("ayu")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Go(func() {
		for range each {
			if err := TakeAside(t.Context(), dir, j); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
	if err := TakeAside(t.Context(), dir, j); err != nil {
		t.Fatal(err)
	}
	if n := len(taken(t, j)); n != readers*each {
		t.Errorf("%d facts, want %d", n, readers*each)
	}
}

// TestLockBesideAStation types wrong passwords in a program that does not hold the folder: they count at once there, and for the
// holder when it next opens. What is typed there opens no lock.
func TestLockBesideAStation(t *testing.T) {
	dir, j := folder(t)
	people := config.People{SignIn: true, IdleMinutes: 5, Attempts: 3}
	door := func(r *Register) *Door {
		d := NewDoor(dir, r, people)
		d.derive = func(password string, salt []byte) []byte { return bytes.Repeat([]byte(password[:1]), tagLen) }
		return d
	}
	r := &Register{}
	for _, name := range []string{"rina", "budi"} {
		facts, err := door(r).Add(By{Who: "rina"}, name, Supervisor, good)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := j.Append(t.Context(), facts...)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Apply(entries[0]); err != nil {
			t.Fatal(err)
		}
	}
	beside := func(password string, want drivers.Code) {
		t.Helper()
		r, err := Read(t.Context(), dir, j.Reader)
		if err != nil {
			t.Fatal(err)
		}
		_, facts, err := door(r).SignIn("rina", password, time.Now())
		if !is(err, want) {
			t.Errorf("%q: %v, want %q", password, err, want)
		}
		if err := NoteAside(dir, time.Now(), facts...); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		beside("salah sekali", WrongPassword)
	}
	beside(good, LockedOut)
	forged := journal.Fact{Kind: journal.KindSignedIn, Who: "rina", Data: signedInData{Role: Supervisor}}
	if err := NoteAside(dir, time.Now(), forged); err != nil {
		t.Fatal(err)
	}
	beside(good, LockedOut)
	if err := TakeAside(t.Context(), dir, j); err != nil {
		t.Fatal(err)
	}
	beside(good, LockedOut)
	r, err := Read(t.Context(), dir, j.Reader)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := door(r).Unlock(By{Who: "budi"}, "rina")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(t.Context(), facts...); err != nil {
		t.Fatal(err)
	}
	beside(good, "")
}

// FuzzReads: whatever lies in reads.log, what is taken from it the journal takes and the Register folds.
func FuzzReads(f *testing.F) {
	f.Add([]byte(`{"id":"9","at":"2026-11-02T09:00:00Z","kind":"sign-in-refused","who":"station","data":{"name":"rina","why":"password","locks":true}}` + "\n"))
	f.Add([]byte("{}\n\x00\nnull\n[]"))
	f.Add([]byte(`{"id":"1","kind":"signed-in","who":"rina","data":{"noted":"x"}}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		notes, bad, err := readNotes(bytes.NewReader(text))
		if err != nil || len(notes)+bad != bytes.Count(text, []byte("\n")) {
			t.Fatalf("%d notes, %d bad, %v", len(notes), bad, err)
		}
		r := &Register{}
		for i, n := range notes {
			data, err := json.Marshal(n.data)
			if err != nil || !utf8.ValidString(n.Who) || strings.ContainsRune(n.Who, 0) || !slices.Contains(noted(), n.Kind) {
				t.Fatalf("%+v: %v", n, err)
			}
			if err := r.Apply(journal.Entry{Seq: int64(i + 1), At: n.At, Kind: n.Kind, Who: n.Who, Data: data}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzPeople: whatever lies in people.toml is read or refused with its code, and what is written reads again.
func FuzzPeople(f *testing.F) {
	f.Add([]byte("[[person]]\nname = 'siti'\nverifier = '" + verifier{make([]byte, saltLen), make([]byte, tagLen)}.String() + "'\n"))
	f.Add([]byte("[[person]]\nname = 5\n"))
	f.Add([]byte("person = 1"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := parseVerifiers(text)
		if err != nil {
			if !is(err, PeopleUnreadable) {
				t.Fatal(err)
			}
			return
		}
		for _, e := range v.People {
			if got, err := parseVerifier(e.Verifier); err == nil && got.String() != e.Verifier {
				t.Errorf("%q is written as %q", e.Verifier, got)
			}
		}
		if err := v.write(dir); err != nil {
			t.Fatal(err)
		}
		again, err := readVerifiers(dir)
		if err != nil || len(again.People) != len(v.People) {
			t.Errorf("%d people, then %d (%v)", len(v.People), len(again.People), err)
		}
	})
}
