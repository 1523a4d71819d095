package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cetak/drivers"
)

func newJournal(t *testing.T) (*Journal, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.db")
	j, err := Create(t.Context(), path, "9901-desk-2")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j, path
}

func mustAppend(t *testing.T, j *Journal, facts ...Fact) []Entry {
	t.Helper()
	entries, err := j.Append(t.Context(), facts...)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestAppendAndRead(t *testing.T) {
	j, path := newJournal(t)
	got := mustAppend(t, j,
		Fact{Kind: KindStart, Who: "station", Data: map[string]string{"version": "1"}},
		Fact{Kind: KindIntent, Record: "PRR-9901-000123", Issue: 2, Attempt: "A-1", Who: "siti"},
		Fact{Kind: KindUID, Attempt: "A-1", UID: "04a1b2c3d4e5f6", Who: "station"})
	if len(got) != 3 || got[0].Seq != 1 || got[2].Seq != 3 || got[1].Prev != got[0].Hash {
		t.Fatalf("entries: %+v", got)
	}
	if got[2].UID != "04A1B2C3D4E5F6" {
		t.Errorf("UID %q is not upper case", got[2].UID)
	}
	if string(got[0].Data) != `{"version":"1"}` || got[1].Data != nil {
		t.Errorf("data: %q, %q", got[0].Data, got[1].Data)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j2, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer j2.Close()
	if j2.Station() != "9901-desk-2" {
		t.Errorf("station %q", j2.Station())
	}
	var again []Entry
	for e, err := range j2.Entries(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		again = append(again, e)
	}
	if a, b := fmt.Sprint(got), fmt.Sprint(again); a != b {
		t.Errorf("read back differs:\n%s\n%s", a, b)
	}
	more := mustAppend(t, j2, Fact{Kind: KindStop, Who: "station"})
	if more[0].Seq != 4 || more[0].Prev != got[2].Hash {
		t.Errorf("the chain does not go on: %+v", more[0])
	}
	if rep, err := j2.Verify(t.Context()); err != nil || rep.Lines != 4 || rep.Good != 4 || rep.Head != more[0].Hash {
		t.Errorf("verify: %+v, %v", rep, err)
	}
}

func TestQueries(t *testing.T) {
	j, _ := newJournal(t)
	ctx := t.Context()
	mustAppend(t, j, Fact{Kind: KindStart, Who: "station"})
	mustAppend(t, j, Fact{Kind: KindIntent, Record: "PRR-1", Issue: 1, Attempt: "A-1", Who: "siti"})
	mustAppend(t, j, Fact{Kind: KindUID, Record: "PRR-1", Issue: 1, Attempt: "A-1", UID: "0411", Who: "station"})
	mustAppend(t, j, Fact{Kind: KindIntent, Record: "PRR-1", Issue: 2, Attempt: "A-2", Who: "siti"})
	mustAppend(t, j, Fact{Kind: KindOutcome, Record: "PRR-1", Issue: 1, Attempt: "A-1", UID: "0411", Who: "siti"})
	open, err := j.OpenIntents(ctx)
	if err != nil || len(open) != 1 || open[0].Attempt != "A-2" {
		t.Errorf("open intents: %+v, %v", open, err)
	}
	for _, tt := range []struct {
		uid  string
		want bool
	}{{"0411", true}, {"0412", false}, {"", false}, {"04aa", false}} {
		if got, err := j.UIDSeen(ctx, tt.uid); err != nil || got != tt.want {
			t.Errorf("UIDSeen(%q) = %v, %v", tt.uid, got, err)
		}
	}
	if e, err := j.OfAttempt(ctx, "A-1"); err != nil || len(e) != 3 {
		t.Errorf("OfAttempt: %d, %v", len(e), err)
	}
	if e, err := j.OfRecord(ctx, "PRR-1", 2); err != nil || len(e) != 1 || e[0].Attempt != "A-2" {
		t.Errorf("OfRecord: %+v, %v", e, err)
	}
	if e, err := j.OfAttempt(ctx, ""); err != nil || len(e) != 0 {
		t.Errorf("OfAttempt of no attempt: %+v, %v", e, err)
	}
	if e, ok, err := j.Last(ctx, KindStart, KindStop); err != nil || !ok || e.Seq != 1 {
		t.Errorf("Last: %+v, %v, %v", e, ok, err)
	}
	if e, ok, err := j.Last(ctx); err != nil || !ok || e.Kind != KindOutcome {
		t.Errorf("Last of all: %+v, %v, %v", e, ok, err)
	}
	if _, ok, err := j.Last(ctx, KindBundle); err != nil || ok {
		t.Errorf("Last of none: %v, %v", ok, err)
	}
	n := 0
	for e, err := range j.Of(ctx, 2, KindIntent) {
		if err != nil || e.Attempt != "A-2" {
			t.Errorf("Of: %+v, %v", e, err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("Of: %d", n)
	}
	mustAppend(t, j, Fact{Kind: KindMovement, Who: "siti", Data: map[string]int{"count": 5}})
	for _, kind := range []Kind{KindMovement, KindIntent} {
		var want, got []string
		for e, err := range j.Of(ctx, 0, kind) {
			want = append(want, fmt.Sprint(e.Seq, e.At, string(e.Data), e.Data == nil, err))
		}
		for d, err := range j.DataOf(ctx, kind) {
			got = append(got, fmt.Sprint(d.Seq, d.At, string(d.Data), d.Data == nil, err))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || len(got) == 0 {
			t.Errorf("DataOf %s: %v, want %v", kind, got, want)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	for d, err := range j.DataOf(gone, KindMovement) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %+v, %v", d, err)
		}
	}
}

// A reader may be in the middle of its walk while the station appends.
func TestReadWhileAppending(t *testing.T) {
	j, path := newJournal(t)
	for range 10 {
		mustAppend(t, j, Fact{Kind: KindFault, Who: "station"})
	}
	r, err := OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n := 0
	for _, err := range r.Entries(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		mustAppend(t, j, Fact{Kind: KindFault, Who: "station"})
	}
	if n != 10 {
		t.Errorf("the reader saw %d lines, not the 10 of its beginning", n)
	}
	if rep, err := r.Verify(t.Context()); err != nil || rep.Lines != 20 {
		t.Errorf("verify beside the station: %+v, %v", rep, err)
	}
}

func TestConcurrentAppends(t *testing.T) {
	j, _ := newJournal(t)
	var wait sync.WaitGroup
	for g := range 8 {
		wait.Go(func() {
			for i := range 25 {
				facts := []Fact{
					{Kind: KindLoaded, Attempt: fmt.Sprintf("A-%d-%d", g, i), Who: "station"},
					{Kind: KindMovement, Attempt: fmt.Sprintf("A-%d-%d", g, i), Who: "station"},
				}
				entries, err := j.Append(context.Background(), facts...)
				if err != nil || entries[1].Prev != entries[0].Hash {
					t.Errorf("append: %v, facts of one call are apart", err)
				}
			}
		})
	}
	wait.Wait()
	if rep, err := j.Verify(t.Context()); err != nil || rep.Lines != 400 {
		t.Errorf("verify: %+v, %v", rep, err)
	}
}

func TestAppendRefusesDefects(t *testing.T) {
	j, _ := newJournal(t)
	mustAppend(t, j, Fact{Kind: KindIntent, Attempt: "A-1", Who: "siti"})
	mustAppend(t, j, Fact{Kind: KindOutcome, Attempt: "A-1", Who: "siti"})
	for name, facts := range map[string][]Fact{
		"unknown kind":              {{Kind: "printed-maybe"}},
		"UID not hex":               {{Kind: KindWritten, UID: "04XY"}},
		"uid without number":        {{Kind: KindUID, Attempt: "A-1"}},
		"intent without attempt":    {{Kind: KindIntent}},
		"negative issue":            {{Kind: KindFault, Issue: -1}},
		"data no JSON":              {{Kind: KindFault, Data: make(chan int)}},
		"text not UTF-8":            {{Kind: KindFault, Who: "\xff"}},
		"text with NUL":             {{Kind: KindFault, Who: "a\x00b"}},
		"intent twice":              {{Kind: KindIntent, Attempt: "A-1", Who: "siti"}},
		"outcome twice":             {{Kind: KindOutcome, Attempt: "A-1", Who: "siti"}},
		"outcome without an intent": {{Kind: KindOutcome, Attempt: "A-9", Who: "siti"}},
		"good ones before a bad":    {{Kind: KindFault, Who: "station"}, {Kind: KindOutcome, Attempt: "A-9", Who: "siti"}},
	} {
		if _, err := j.Append(t.Context(), facts...); !errors.Is(err, drivers.Unexpected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if rep, err := j.Verify(t.Context()); err != nil || rep.Lines != 2 {
		t.Errorf("a refused append left something: %+v, %v", rep, err)
	}
}

func TestOneChipOneAttempt(t *testing.T) {
	j, _ := newJournal(t)
	uid := func(attempt string) error {
		_, err := j.Append(t.Context(), Fact{Kind: KindUID, Attempt: attempt, UID: "04AB", Who: "station"})
		return err
	}
	if err := uid("A-1"); err != nil {
		t.Fatal(err)
	}
	err := uid("A-2")
	if !errors.Is(err, UIDRepeated) {
		t.Fatalf("the same chip in a second attempt: %v", err)
	}
	if !strings.Contains(err.Error(), "04AB") {
		t.Errorf("the fault does not name the chip: %v", err)
	}
	if err := uid("A-1"); err == nil {
		t.Error("the same chip read for the first time twice")
	}
	mustAppend(t, j, Fact{Kind: KindFault, Who: "station"})
}

func TestCancelledBeforeItBegan(t *testing.T) {
	j, _ := newJournal(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.Append(ctx, Fact{Kind: KindStart}); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	if _, err := j.Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("verify: %v", err)
	}
	if rep, err := j.Verify(t.Context()); err != nil || rep.Lines != 0 {
		t.Errorf("%+v, %v", rep, err)
	}
}

// A long walk ends with its ctx, also in the middle.
func TestCancelledInTheMiddle(t *testing.T) {
	j, _ := newJournal(t)
	fill(t, j, 20)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range j.Entries(ctx, 0) {
		n++
		if last = err; n == 5 {
			cancel()
		}
	}
	if n != 6 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d lines, then %v", n, last)
	}
	for range j.Entries(t.Context(), 0) {
		break
	}
	if rep, err := j.Verify(t.Context()); err != nil || rep.Lines != 20 {
		t.Errorf("after it: %+v, %v", rep, err)
	}
}

func TestTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	synctest.Test(t, func(t *testing.T) {
		j, err := Create(t.Context(), path, "s")
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		day := time.Now().Add(24 * time.Hour)
		mustAppend(t, j, Fact{Kind: KindStart, Who: "station"})
		time.Sleep(25 * time.Hour)
		mustAppend(t, j, Fact{Kind: KindStop, Who: "station"})
		got, err := collect(j.Since(t.Context(), day))
		if err != nil || len(got) != 1 || got[0].Kind != KindStop {
			t.Fatalf("since: %+v, %v", got, err)
		}
		if want := day.Add(time.Hour); !got[0].At.Equal(want) || got[0].At.Location() != time.UTC {
			t.Errorf("at %v, want %v", got[0].At, want)
		}
		if rep, err := j.Verify(t.Context()); err != nil || rep.Last.Sub(rep.First) != 25*time.Hour || rep.Backwards != 0 {
			t.Errorf("%+v, %v", rep, err)
		}
	})
}

func TestOpenFaults(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.db")
	if _, err := Open(t.Context(), path); !errors.Is(err, NoJournal) {
		t.Errorf("open of nothing: %v", err)
	}
	if _, err := OpenReader(t.Context(), path); !errors.Is(err, NoJournal) {
		t.Errorf("read of nothing: %v", err)
	}
	if _, err := Open(t.Context(), dir); !errors.Is(err, Damaged) {
		t.Errorf("open of a folder: %v", err)
	}
	if _, err := Create(t.Context(), filepath.Join(dir, "no", "folder.db"), "s"); err == nil {
		t.Error("created in no folder")
	}
	j, err := Create(t.Context(), path, "s")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, InUse) {
		t.Errorf("a second station: %v", err)
	}
	if _, err := Create(t.Context(), path, "s"); !errors.Is(err, InUse) {
		t.Errorf("create beside a station: %v", err)
	}
	mustAppend(t, j, Fact{Kind: KindStart, Who: "station"})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(t.Context(), Fact{Kind: KindStop}); err == nil {
		t.Error("append after Close")
	}
	if _, err := Create(t.Context(), path, "s"); !errors.Is(err, AlreadyThere) {
		t.Errorf("create over a journal: %v", err)
	}
	for name, content := range map[string]string{
		"empty": "", "text": strings.Repeat("not a database. ", 500), "short": "SQLite format 3\x00",
	} {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), p); !errors.Is(err, Damaged) {
			t.Errorf("open of %s: %v", name, err)
		}
	}
	raw(t, path, `PRAGMA user_version = 2`)
	if _, err := Open(t.Context(), path); !errors.Is(err, NewerSchema) {
		t.Errorf("open of a newer journal: %v", err)
	}
}

// A disk that fills up refuses the append as a whole, and goes on once there is room.
func TestDiskFull(t *testing.T) {
	j, _ := newJournal(t)
	mustAppend(t, j, Fact{Kind: KindStart, Who: "station"})
	var pages int
	if err := j.writer.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		// The size limit makes SQLite answer SQLITE_FULL, as it does for ENOSPC.
		if _, err := j.writer.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages)
	big := Fact{Kind: KindConfig, Who: "station", Data: strings.Repeat("x", 100_000)}
	_, err := j.Append(t.Context(), Fact{Kind: KindFault, Who: "station"}, big)
	if !errors.Is(err, DiskFull) || drivers.AsFault(err).Again != drivers.AgainAfterOperator {
		t.Fatalf("append on a full disk: %v", err)
	}
	if rep, err := j.Verify(t.Context()); err != nil || rep.Lines != 1 {
		t.Fatalf("after it: %+v, %v", rep, err)
	}
	limit(pages + 1000)
	mustAppend(t, j, big)
	if rep, err := j.Verify(t.Context()); err != nil || rep.Lines != 2 {
		t.Fatalf("with room again: %+v, %v", rep, err)
	}
}

func TestFree(t *testing.T) {
	j, _ := newJournal(t)
	if free, err := j.Free(t.Context()); err != nil || free == 0 {
		t.Errorf("free: %d, %v", free, err)
	}
	if err := enough(MinFree); err != nil {
		t.Errorf("exactly enough: %v", err)
	}
	if err := enough(MinFree - 1); !errors.Is(err, DiskFull) {
		t.Errorf("too little: %v", err)
	}
}

func TestKindsAreDistinct(t *testing.T) {
	seen := map[Kind]bool{}
	for _, k := range Kinds() {
		if seen[k] {
			t.Errorf("%s twice", k)
		}
		seen[k] = true
	}
}

func TestReportJSON(t *testing.T) {
	b, err := json.Marshal(Report{Station: "s", Lines: 3, Good: 1, Break: &Break{Line: 2, Kind: Edited}})
	if err != nil || !strings.Contains(string(b), `"break":{"line":2,"kind":"edited"`) {
		t.Errorf("%s, %v", b, err)
	}
}
