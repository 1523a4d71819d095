package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"cetak/hwsim/centre"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
)

// keysIn writes the two keys of a station into the folder dir.
func keysIn(dir string) error {
	keys, err := centre.NewKeys()
	if err != nil {
		return err
	}
	return centre.New(1, centre.Options{Keys: keys}).WriteKeys(dir)
}

// TestPeople plays stations where people sign in, with no hardware beside them: who comes in needs none.
func TestPeople(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "people"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("CETAK_DIR", filepath.Join(e.WorkDir, "station"))
			return keysIn(filepath.Join(e.WorkDir, "keys"))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"hold": hold, "release": release},
	})
}

// holders are the journals that scripts hold open, as a running station does.
var holders = struct {
	sync.Mutex
	by map[*testscript.TestScript]*journal.Journal
}{by: map[*testscript.TestScript]*journal.Journal{}}

// hold is `hold FOLDER`: a station runs there, until `release` or the script's end.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	j, err := journal.Open(context.Background(), filepath.Join(ts.MkAbs(args[0]), assembly.JournalFile))
	ts.Check(err)
	holders.Lock()
	holders.by[ts] = j
	holders.Unlock()
	ts.Defer(func() { release(ts, false, nil) })
}

func release(ts *testscript.TestScript, _ bool, _ []string) {
	holders.Lock()
	defer holders.Unlock()
	if j := holders.by[ts]; j != nil {
		ts.Check(j.Close())
	}
	delete(holders.by, ts)
}

// TestEveryCommandAsksWho holds every command to asking for a name on a station where people sign in, but for those that show
// nothing of a citizen and move nothing.
func TestEveryCommandAsksWho(t *testing.T) { // not parallel: it sets the environment
	b := &bench{t: t, dir: filepath.Join(t.TempDir(), "station")}
	keys := t.TempDir()
	if err := keysIn(keys); err != nil {
		t.Fatal(err)
	}
	t.Setenv(passwordEnv, "benar sekali")
	b.must("init", "--port", "/dev/null", "--reader", "R", "--keys", keys, "--supervisor", "rina", "--confirm-every", "0")
	t.Setenv(passwordEnv, "")
	t.Setenv(passphraseEnv, "empat kata untuk tongkat")
	free := map[string]string{
		"init": "there is nobody yet", "status": "counts and devices", "doctor": "counts and devices", "bundle": "nothing of a person",
		"identify": "the card in one's own hand", "verify-shift": "a file that was given out", "policy": "rules and record ids, but for why",
		"printer": "a device and its settings", "drill": "a folder of its own, with nobody's data", "keys": "a device and its settings",
	}
	asks := map[string][][]string{
		"import": {{"x.prr"}}, "queue": {{}}, "run": {{"--count", "1"}}, "reopen": {{}}, "settle": {{}}, "render": {{"X", "-o", "x.png"}},
		"people":  {{"add", "siti", "--role", "operator"}, {"role", "rina", "auditor"}, {"password", "rina"}, {"block", "rina"}, {"unlock", "rina"}},
		"journal": {{}}, "bench": {{"panel"}}, "setup": {{"--offset-x", "1"}}, "selftest": {{"disk"}},
		"ledger":      {{"movements"}, {"balance"}, {"receive", "5"}, {"draw", "5", "--second", "budi"}, {"reject-emptied"}},
		"export-work": {{"all"}}, "import-work": {{"x"}}, "team": {{"home", "x"}, {"carry", "x"}, {"again", "P", "x"}, {"list"}}, "centre": {{"enrol", "x"}, {"sync"}},
		"policy": {{"why", "X"}}, "suket": {{"give", "X"}, {"extend", "1"}, {"print", "1"}}, "reprint": {{"X#1"}}, "report": {{"daily"}},
		"shift": {{"open"}, {"close"}, {"certificate"}}, "count": {{"vault"}}, "incident": {{"close", "1"}},
		"stock": {
			{"receive", "5"}, {"return", "5"}, {"borrow", "5"}, {"give-back", "5"}, {"lend", "5"}, {"take-back", "5"}, {"transfer-in", "5"},
			{"transfer-out", "5"}, {"draw", "5"}, {"back", "5"}, {"adjust", "5", "--from", "vault", "--to", "missing"}, {"spoil", "5", "--from", "vault"},
			{"destroy-list", "L-1"}, {"destroy", "L-1", "--witness", "A, B", "--witness", "C, D"}, {"ship", "all"}, {"arrive", "L-1"},
			{"unfetched", "04AA"}, {"handover", "--waiver", "x", "04AA"}, {"lost", "04AA"},
		},
	}
	for _, c := range commands() {
		if free[c.Name] == "" && asks[c.Name] == nil {
			t.Errorf("%s: does it ask who, or why not?", c.Name)
		}
		for _, args := range asks[c.Name] {
			args = append([]string{c.Name}, args...)
			if c.Name == "reopen" {
				args = append(args, "--as", "tono") // without a name it is a wrong use
			}
			code, out, errs := b.ctl(args...)
			if code != exitFault || !strings.HasPrefix(errs, "U-108  ") || out != "" {
				t.Errorf("%v: exit %d\n%s%s", args, code, out, errs)
			}
		}
	}
	for _, name := range []string{"status", "doctor"} {
		if _, _, errs := b.ctl(name); strings.Contains(errs, "U-1") {
			t.Errorf("%s asks who: %s", name, errs)
		}
	}
}

// TestStationWithoutPeople opens one made by a release that knew none: nothing is done before somebody is there, and the first is
// made without signing in.
func TestStationWithoutPeople(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, dir: filepath.Join(t.TempDir(), "station")}
	keys := t.TempDir()
	if err := keysIn(keys); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Printer.Port, c.Reader.Name = "/dev/null", "R"
	if err := assembly.Init(t.Context(), b.dir, keys, c); err != nil {
		t.Fatal(err)
	}
	people := func(want int, code string, env string, args ...string) {
		t.Helper()
		cmd := exec.Command("cetakctl", append(args, "--dir", b.dir)...)
		cmd.Env = append(os.Environ(), env)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want || !strings.HasPrefix(string(out), code) {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	people(1, "U-116  ", "CETAK_PASSWORD=benar sekali", "queue", "--as", "rina")
	people(1, "U-116  ", "CETAK_NEW_PASSWORD=benar sekali", "people", "add", "siti", "--role", "operator")
	people(0, "rina ", "CETAK_NEW_PASSWORD=benar sekali", "people", "add", "rina", "--role", "supervisor")
	people(1, "U-108  ", "CETAK_NEW_PASSWORD=benar sekali", "people", "add", "tono", "--role", "supervisor")
	people(0, "", "CETAK_PASSWORD=benar sekali", "queue", "--as", "rina")
}
