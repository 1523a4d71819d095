package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"modernc.org/sqlite"

	"cetak/hwsim/rig"
	"cetak/hwsim/world"
	"cetak/station/assembly"
	"cetak/station/journal"
	"cetak/station/record"
)

// crashEvery is how dense TestCrashPoints is: 1 is every crash point, n every n-th. `make crash` gives 1.
var crashEvery = flag.Int("crash", 37, "make every n-th crash of TestCrashPoints")

// The program under test is this test binary as `cetakctl`. Two variables of its environment let it die exactly where a
// durable write would begin; they do nothing to the code under test.
const (
	envCrashAt = "CRASH_TEST_AT"      // "journal.db 7": SIGKILL where the seventh transaction on that file would be committed
	envTrace   = "CRASH_TEST_COMMITS" // a file that gets one line, the database's name, a transaction
)

// armCrash hooks the transactions of both databases.
func armCrash() {
	at, trace := os.Getenv(envCrashAt), os.Getenv(envTrace)
	if at == "" && trace == "" {
		return
	}
	file, nth, _ := strings.Cut(at, " ")
	n, _ := strconv.Atoi(nth)
	var count atomic.Int64
	sqlite.RegisterConnectionHook(func(c sqlite.ExecQuerierContext, dsn string) error {
		name := assembly.JournalFile
		if strings.Contains(dsn, assembly.RecordsFile) {
			name = assembly.RecordsFile
		}
		c.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 {
			if trace != "" {
				if err := appendLine(trace, name); err != nil {
					panic(err)
				}
			}
			if name == file && count.Add(1) == int64(n) {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {} // the signal is on its way
			}
			return 0
		})
		return nil
	})
}

func appendLine(path, line string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, line)
	return errors.Join(err, f.Close())
}

// crash is one way for one card's run to be cut off.
type crash struct {
	event string // of the simulator, or the database whose transaction is next
	nth   int
	do    string
}

func (c crash) String() string { return fmt.Sprintf("%s#%d/%s", c.event, c.nth, c.do) }

// What happens at a crash point.
const (
	killBefore = "kill-before" // kill -9; the command never reaches the device
	killAfter  = "kill-after"  // kill -9; the device does it, and nobody hears the answer
	killCommit = "kill-commit" // kill -9 where a transaction would be committed
	noOutbox   = "kill-outbox" // the same, and the outcome file that stood before it was not written whole
	powerCut   = "power-cut"   // the printer loses its memory, the card stays where it is
	blackout   = "blackout"    // both
	lineCut    = "line-cut"    // the cable is out
	readerGone = "reader-gone" // the PC/SC service is killed
)

// crashesOf makes every crash from what a run without one did.
func crashesOf(events []rig.Event, commits []string) []crash {
	var all []crash
	add := func(event string, nth int, dos ...string) {
		for _, do := range dos {
			all = append(all, crash{event, nth, do})
		}
	}
	for _, e := range events {
		for n := 1; n <= e.Count; n++ {
			switch base, _, _ := strings.Cut(e.Name, ":"); base {
			case "command":
				add(e.Name, n, killBefore, killAfter, powerCut, lineCut)
			case "select", "read", "update", "activate", "apdu":
				add(e.Name, n, killAfter, readerGone, powerCut)
			default: // the motors
				add(e.Name, n, killAfter, powerCut, blackout, lineCut)
			}
		}
	}
	count := map[string]int{}
	for _, name := range commits {
		count[name]++
		add(name, count[name], killCommit)
	}
	add(assembly.RecordsFile, count[assembly.RecordsFile], noOutbox)
	return all
}

// points are the places, whatever happens at them.
func points(all []crash) int {
	seen := map[string]bool{}
	for _, c := range all {
		seen[c.event+" "+strconv.Itoa(c.nth)] = true
	}
	return len(seen)
}

// crashBench is a simulator in this process and a station on it, whose programs are processes.
type crashBench struct {
	*bench
	rig   *rig.Rig
	tally *tally
}

// tally counts what the crashes led to, so that a run which proves little is seen to.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (y *tally) add(what string) {
	if y == nil {
		return
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.n == nil {
		y.n = map[string]int{}
	}
	y.n[what]++
}

func (y *tally) String() string {
	var out []string
	for what, n := range y.n {
		out = append(out, fmt.Sprintf("%d %s", n, what))
	}
	slices.SortFunc(out, func(a, b string) int {
		_, a, _ = strings.Cut(a, " ")
		_, b, _ = strings.Cut(b, " ")
		return strings.Compare(a, b)
	})
	return strings.Join(out, ", ")
}

func startCrash(t *testing.T) *crashBench {
	t.Helper()
	base, err := os.MkdirTemp("", "cetak")
	if err != nil {
		t.Fatal(err)
	}
	b := &crashBench{bench: &bench{t: t, sim: filepath.Join(base, "sim"), dir: filepath.Join(base, "st")}}
	b.rig, err = rig.Start(t.Context(), rig.Options{Dir: b.sim, Speed: 2000, Blanks: 6, Records: 1, NoPictures: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.rig.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("kept: %s", base)
			return
		}
		os.RemoveAll(base)
	})
	r := b.rig.Ready()
	b.ready.Printer, b.ready.Reader, b.ready.Socket, b.ready.Inbox, b.ready.Keys = r.Printer, r.Reader, r.Socket, r.Inbox, r.Keys
	b.must("init", "--sim", b.sim, "--no-people")
	return b
}

// count lets the run add to y, its failure too.
func (b *crashBench) count(y *tally) {
	b.tally = y
	b.t.Cleanup(func() {
		if b.t.Failed() {
			y.add("failed")
		}
	})
}

func (b *crashBench) do(words ...string) string {
	b.t.Helper()
	text, err := b.rig.Do(words...)
	if err != nil {
		b.t.Fatalf("hwsim do %v: %v", words, err)
	}
	return text
}

// journey runs a program and lets c happen to it.
func (b *crashBench) journey(c crash, args ...string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "cetakctl", append(args, "--dir", b.dir)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	nth := strconv.Itoa(c.nth)
	switch c.do {
	case killCommit, noOutbox:
		cmd.Env = append(os.Environ(), envCrashAt+"="+c.event+" "+nth)
	case powerCut:
		b.do("on", c.event, nth, "do", "power-cycle", "once")
	case lineCut:
		b.do("on", c.event, nth, "do", "cable-pulled", "once")
	case readerGone:
		b.do("on", c.event, nth, "do", "reader-gone", "once")
	default:
		b.do("on", c.event, nth, "do", "hold", "once")
	}
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		b.rig.Do("go") // nothing will be held any more
	}()
	switch c.do {
	case killBefore, killAfter, blackout:
		if held, err := b.rig.Do("await"); err == nil {
			b.kill(cmd, c, held, ended)
		}
	}
	<-ended
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		b.tally.add("programs killed")
	}
	if ctx.Err() != nil {
		b.t.Fatalf("the program hung\n%s", &out)
	}
	if c.do == noOutbox {
		b.tearOutbox()
	}
	if b.t.Failed() {
		b.t.Logf("first run:\n%s", &out)
	}
}

// kill ends the program while the event is held, and then lets the event go on, or not.
func (b *crashBench) kill(cmd *exec.Cmd, c crash, held string, ended chan error) {
	if held != c.event {
		b.t.Errorf("held %s, not %s", held, c.event)
	}
	_ = cmd.Process.Kill()
	switch c.do {
	case killBefore:
		b.do("lose-command")
	case blackout:
		b.do("power-cycle")
	}
	b.do("go")
}

// tearOutbox takes back what was written between the journal's outcome and the end of the record: the outcome file, of
// which half a fresh one is left.
func (b *crashBench) tearOutbox() {
	b.t.Helper()
	box := filepath.Join(b.dir, "outbox")
	files, err := filepath.Glob(filepath.Join(box, "*.outcome"))
	if err != nil || len(files) != 1 {
		b.t.Fatalf("outcome files: %v, %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		b.t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(box, ".new-1"), text[:len(text)/2], 0o600), os.Remove(files[0])); err != nil {
		b.t.Fatal(err)
	}
}

// honest is the person who mends what is broken, opens the station again, looks, and says what lies where, until nobody
// waits.
func (b *crashBench) honest() {
	b.t.Helper()
	var story strings.Builder
	for range 12 {
		b.mend()
		code, out, errs := b.ctl("run", "--until-empty")
		fmt.Fprintf(&story, "run: %d\n%s%s", code, out, errs)
		if strings.Contains(errs, "B-204") {
			b.tally.add("stations reopened")
			code, out, errs = b.ctl("reopen", "--as", "SITI")
			fmt.Fprintf(&story, "reopen: %d\n%s%s", code, out, errs)
		}
		if strings.Contains(errs, "settle --dir") {
			answer := b.look()
			b.tally.add("cards found " + answer + " by a person")
			code, out, errs = b.ctl("settle", "--answer", answer)
			fmt.Fprintf(&story, "settle %s: %d\n%s%s", answer, code, out, errs)
		}
		if code == 0 && strings.Contains(out, " 0 waiting") {
			return
		}
	}
	b.t.Fatalf("the queue does not get empty:\n%s", &story)
}

// mend plugs in, closes, and starts what is not.
func (b *crashBench) mend() {
	b.t.Helper()
	if _, err := os.Stat(b.ready.Printer); err != nil {
		b.do("replug")
	}
	if err := b.rig.Door().Start(); err != nil {
		b.t.Logf("reader: %v", err)
	}
	if w := b.rig.World(); w.Jam {
		b.do("clear")
	}
}

// look finds the card of the open attempt in the world, and gives the truthful answer.
func (b *crashBench) look() string {
	b.t.Helper()
	open, seen := b.openAttempt()
	w := b.rig.World()
	mine := func(c world.CardInfo) bool { return open == c.UID || open == "" && !seen[c.UID] }
	if i := slices.IndexFunc(w.Trays.Good, mine); i >= 0 {
		c := w.Trays.Good[i]
		if c.State == "sealed" && len(c.Prints) == 5 {
			return "good"
		}
		b.do("reject", "good", c.UID)
		return "spoiled"
	}
	if slices.ContainsFunc(w.Trays.Reject, mine) {
		return "spoiled"
	}
	if w.Machine != nil && mine(*w.Machine) {
		b.do("clear")
		return "spoiled"
	}
	b.t.Fatalf("a person is asked for a card that never left the feeder: UID %q, world %+v", open, w)
	return ""
}

// openAttempt gives the UID of the card in hand, "" if it was never read, and all UIDs of the journal.
func (b *crashBench) openAttempt() (uid string, seen map[string]bool) {
	b.t.Helper()
	seen = map[string]bool{}
	open := ""
	for _, e := range b.facts() {
		switch {
		case e.Kind == journal.KindIntent:
			open, uid = e.Attempt, ""
		case e.Kind == journal.KindUID:
			seen[e.UID] = true
			if e.Attempt == open {
				uid = e.UID
			}
		}
	}
	return uid, seen
}

func (b *crashBench) facts() []journal.Entry {
	b.t.Helper()
	j, err := journal.OpenReader(b.t.Context(), filepath.Join(b.dir, assembly.JournalFile))
	if err != nil {
		b.t.Fatal(err)
	}
	defer j.Close()
	if _, err := j.Verify(b.t.Context()); err != nil {
		b.t.Errorf("I5: %v", err)
	}
	var all []journal.Entry
	for e, err := range j.Entries(b.t.Context(), 0) {
		if err != nil {
			b.t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// hold checks the invariants of the design against the world.
func (b *crashBench) hold(faces map[string]map[string]string) {
	t := b.t
	t.Helper()
	b.rig.World() // waits for motion to be told
	w, l := b.rig.World(), b.balance()
	for _, c := range []struct {
		what          string
		world, ledger int
	}{
		{"feeder", w.Feeder, l["hopper"]}, {"good", len(w.Trays.Good), l["good"]}, {"reject", len(w.Trays.Reject), l["spoiled"]},
		{"machine", b2i(w.Machine != nil), l["machine"]}, {"missing", 0, l["missing"]},
	} {
		if c.world != c.ledger {
			t.Errorf("I1: %s: the world has %d, the ledger %d", c.what, c.world, c.ledger)
		}
	}
	if len(w.Trays.Reject) > 2 {
		t.Errorf("%d cards were spoiled", len(w.Trays.Reject))
	}
	good := b.holdJournal()
	for range w.Trays.Reject {
		b.tally.add("blanks spoiled")
	}
	records := b.records()
	if len(w.Trays.Good) != len(records) || len(good) != len(records) {
		t.Errorf("I2: %d good cards in the tray, %d in the journal, of %d records", len(w.Trays.Good), len(good), len(records))
	}
	for _, c := range w.Trays.Good {
		r := records[c.Files["6FF1"]]
		if r == nil {
			t.Errorf("I4: card %s carries nobody's biodata, or somebody's twice", c.UID)
			continue
		}
		delete(records, c.Files["6FF1"])
		for fid, content := range r.Chip {
			if c.State != "sealed" || c.Files[fid] != digest(content) {
				t.Errorf("I4: card %s is %s, EF %s", c.UID, c.State, fid)
			}
		}
		if want := faces[c.Files["6FF1"]]; faces != nil && fmt.Sprint(want) != fmt.Sprint(c.Prints) {
			t.Errorf("I4: card %s is not printed as it is without a crash: %v", c.UID, c.Prints)
		}
		b.holdOutcome(r, good[r.Key().String()], c.UID)
	}
	b.holdSecrets()
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// holdJournal checks what the journal alone must fulfil, and gives the good attempt of each record.
func (b *crashBench) holdJournal() map[string]journal.Entry {
	t := b.t
	t.Helper()
	uids, outcomes, good := map[string]string{}, map[string]int{}, map[string]journal.Entry{}
	var clean, locked = true, false
	for _, e := range b.facts() {
		switch e.Kind {
		case journal.KindUID:
			if was, ok := uids[e.UID]; ok && was != e.Attempt {
				t.Errorf("I3: %s was spent on %s and on %s", e.UID, was, e.Attempt)
			}
			uids[e.UID] = e.Attempt
		case journal.KindStart, journal.KindUncleanStart:
			if (e.Kind == journal.KindStart) != clean {
				t.Errorf("line %d: %s, and the run before closed in order: %t", e.Seq, e.Kind, clean)
			}
			clean, locked = false, locked || e.Kind == journal.KindUncleanStart
		case journal.KindStop:
			clean = true
		case journal.KindReopened:
			locked = false
		case journal.KindIntent:
			outcomes[e.Attempt] += 0
			if locked {
				t.Errorf("line %d: a card was begun on a locked station", e.Seq)
			}
		case journal.KindOutcome:
			outcomes[e.Attempt]++
			if strings.Contains(string(e.Data), `"good"`) {
				key := fmt.Sprintf("%s#%d", e.Record, e.Issue)
				if _, twice := good[key]; twice {
					t.Errorf("I2: %s has two good cards", key)
				}
				good[key] = e
			}
		}
	}
	for a, n := range outcomes {
		if n != 1 {
			t.Errorf("I10: attempt %s has %d outcomes", a, n)
		}
	}
	if !clean {
		t.Error("the last run did not close")
	}
	return good
}

// holdOutcome checks what goes back to the centre: one file a record, and it says what the journal says.
func (b *crashBench) holdOutcome(r *record.Record, good journal.Entry, uid string) {
	t := b.t
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, "outbox", fmt.Sprintf("%s-%d.outcome", r.ID, r.Issue)))
	if err != nil {
		t.Errorf("I9: %v", err)
		return
	}
	var o struct{ ID, Attempt, Result, UID string }
	part := strings.Split(string(text), ".") // a compact JWS; that its signature holds is tested where it is made
	payload, err := base64.RawURLEncoding.DecodeString(part[min(1, len(part)-1)])
	if err == nil {
		err = json.Unmarshal(payload, &o)
	}
	if err != nil || o.Result != "good" || o.UID != uid || o.UID != good.UID || o.Attempt != good.Attempt || o.ID != r.ID {
		t.Errorf("I9: the outcome file says %+v (%v); the card is %s, the journal says %s %s", o, err, uid, good.Attempt, good.UID)
	}
}

// holdSecrets looks for the person in every file but the sealed store (I6).
func (b *crashBench) holdSecrets() {
	b.t.Helper()
	for _, r := range b.records() {
		err := filepath.WalkDir(b.dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			for _, secret := range []string{r.Fields.NIK, r.Fields.Name} {
				if bytes.Contains(text, []byte(secret)) {
					b.t.Errorf("I6: %s tells who the person is", path)
				}
			}
			return err
		})
		if err != nil {
			b.t.Error(err)
		}
	}
}

// clean runs without a crash: it gives what there is to crash at, and the printed face by the digest of EF 6FF1.
func cleanRun(t *testing.T) ([]crash, map[string]map[string]string) {
	t.Helper()
	b := startCrash(t)
	trace := filepath.Join(b.dir, "..", "commits")
	t.Setenv(envTrace, trace)
	b.must("run", "--until-empty")
	b.hold(nil)
	text, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	var commits []string
	for lines := bufio.NewScanner(text); lines.Scan(); {
		commits = append(commits, lines.Text())
	}
	faces := map[string]map[string]string{}
	for _, c := range b.rig.World().Trays.Good {
		faces[c.Files["6FF1"]] = c.Prints
	}
	if len(commits) < 15 || len(faces) != 1 {
		t.Fatalf("%d transactions and %d faces: nothing would be proved", len(commits), len(faces))
	}
	return crashesOf(b.rig.Events(), commits), faces
}

// TestCrashPoints makes one card, and cuts the run off at every durable write and every command to a device in its path;
// then an honest person mends, opens, and answers until the card is made, and every invariant is held against the world.
// One crash again: -run 'TestCrashPoints/(clean|at)/NAME' -crash 1.
func TestCrashPoints(t *testing.T) {
	var all []crash
	var faces map[string]map[string]string
	t.Run("clean", func(t *testing.T) { all, faces = cleanRun(t) })
	if t.Failed() {
		t.FailNow()
	}
	var mine []crash
	for i, c := range all {
		if i%*crashEvery == 0 {
			mine = append(mine, c)
		}
	}
	t.Logf("%d crash points, %d crashes; every %d. of them: %d runs", points(all), len(all), *crashEvery, len(mine))
	var y tally
	t.Run("at", func(t *testing.T) {
		for _, c := range mine {
			t.Run(c.String(), func(t *testing.T) {
				t.Parallel()
				b := startCrash(t)
				b.count(&y)
				b.journey(c, "run", "--until-empty")
				b.honest()
				b.hold(faces)
			})
		}
	})
	t.Logf("%d runs, %d of them do not hold: %s", len(mine), y.n["failed"], &y)
}

// TestCrashTwice cuts off what recovers from a crash as well: at every durable write of the reopening, and while it moves
// the card.
func TestCrashTwice(t *testing.T) {
	firsts := []crash{
		{"command:Sis", 1, killAfter}, {"station", 1, killAfter}, {"update", 3, killAfter}, {"activate", 1, killAfter},
		{"panel-y", 1, killAfter}, {"panel-k", 1, blackout}, {"command:Se", 1, killBefore}, {"command:Se", 1, killAfter}, {"eject", 1, blackout},
	}
	var seconds []crash
	for n := 1; n <= 8; n++ {
		seconds = append(seconds, crash{assembly.JournalFile, n, killCommit})
	}
	for _, event := range []string{"command:Sis", "station", "command:Ser", "reject", "select"} {
		for _, do := range []string{killAfter, powerCut, blackout, lineCut} {
			seconds = append(seconds, crash{event, 1, do})
		}
	}
	n, runs := 0, 0
	var y tally
	t.Run("at", func(t *testing.T) {
		for _, first := range firsts {
			for _, second := range seconds {
				if n++; n%*crashEvery != 0 {
					continue
				}
				runs++
				t.Run(first.String()+" then "+second.String(), func(t *testing.T) {
					t.Parallel()
					b := startCrash(t)
					b.count(&y)
					b.journey(first, "run", "--until-empty")
					b.mend()
					b.journey(second, "reopen", "--as", "SITI")
					b.honest()
					b.hold(nil)
				})
			}
		}
	})
	t.Logf("%d double crashes, %d of them do not hold: %s", runs, y.n["failed"], &y)
}
