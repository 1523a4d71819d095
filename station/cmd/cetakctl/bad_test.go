package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cetak/hwsim/centre"
	"cetak/station/config"
)

// TestBadEnvelopes imports bundles with one bad envelope each: the rest is taken, that one is refused by number with its
// reason and kept aside, and no blank moves for it.
func TestBadEnvelopes(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "0", "--blanks", "30")
	keys, err := centre.LoadKeys(filepath.Join(b.sim, "keys", "private.jwks"))
	if err != nil {
		t.Fatal(err)
	}
	ours := centre.New(77, centre.Options{Keys: keys})
	waiting := 0
	take := func(t *testing.T, bundle []byte, taken, line int, code string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "bundle.prr")
		if err := os.WriteFile(path, bundle, 0o600); err != nil {
			t.Fatal(err)
		}
		exit, out, errs := b.ctl("import", "--json", path)
		var got struct {
			Taken   int
			Refused []struct {
				Line   int
				Code   string
				KeptAt string `json:"kept_at"`
			}
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("exit %d: %v\n%s%s", exit, err, out, errs)
		}
		if exit != 1 || got.Taken != taken || len(got.Refused) != 1 || got.Refused[0].Line != line || got.Refused[0].Code != code {
			t.Fatalf("exit %d, %+v; want %d taken and line %d refused with %s", exit, got, taken, line, code)
		}
		if _, err := os.Stat(got.Refused[0].KeptAt); err != nil {
			t.Errorf("it was not kept aside: %v", err)
		}
		waiting += taken
	}
	for flaw, code := range map[centre.Flaw]string{
		centre.Broken: "S-101", centre.Cut: "S-101", centre.Garbage: "S-101", centre.Unsigned: "S-103", centre.ForeignStation: "S-102",
		centre.UnknownCentre: "S-104", centre.Forged: "S-105", centre.NotARecord: "R-101", centre.Expired: "R-109",
		centre.BadPortrait: "R-110", centre.ChipTooLarge: "R-114", centre.ImpossibleNIK: "R-105",
	} {
		t.Run(string(flaw), func(t *testing.T) {
			bundle, err := ours.FlawedBundle(3, map[int]centre.Flaw{2: flaw})
			if err != nil {
				t.Fatal(err)
			}
			take(t, bundle, 2, 2, code)
		})
	}
	t.Run("repeated", func(t *testing.T) {
		records, err := ours.Make(2)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, r := range append(records, records[0]) {
			line, err := ours.Envelope(r)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, line)
		}
		bundle, err := ours.BundleOf(lines...)
		if err != nil {
			t.Fatal(err)
		}
		take(t, bundle, 2, 3, "S-106")
	})
	var queue []any
	if err := json.Unmarshal([]byte(b.must("queue", "--json")), &queue); err != nil || len(queue) != waiting {
		t.Errorf("%d wait, want %d (%v)", len(queue), waiting, err)
	}
	if w := b.world(); w.Feeder != 30 {
		t.Errorf("a blank moved: %d in the feeder", w.Feeder)
	}
	b.must("run", "--count", "2")
	b.agree()
}

// TestBadSettings breaks one setting at a time: one clear sentence, a stable code, the next step, no stack.
func TestBadSettings(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "1")
	file := filepath.Join(b.dir, config.File)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		make func(*config.Config)
		text string // appended
		code string
	}{
		{name: "unknown key", text: "\n[printer.extra]\ncolour = 1\n", code: "K-101"},
		{name: "not TOML", text: "\n= =\n", code: "K-104"},
		{name: "value out of range", make: func(c *config.Config) { c.Printer.Baud = 12345 }, code: "K-102"},
		{name: "missing port", make: func(c *config.Config) { c.Printer.Port = filepath.Join(b.sim, "nowhere") }, code: "L-104"},
		{name: "port is no terminal", make: func(c *config.Config) { c.Printer.Port = plain }, code: "L-105"},
		{name: "another printer", make: func(c *config.Config) { c.Printer.Serial = "999" }, code: "P-113"},
		{name: "reader that is not there", make: func(c *config.Config) { c.Reader.Name = "Other Reader 00 00" }, code: "C-102"},
		{name: "no PC/SC service", make: func(c *config.Config) { c.Reader.Socket = filepath.Join(b.sim, "nobody.comm") }, code: "C-101"},
		{name: "no keys", make: func(c *config.Config) { c.Source.Keys = t.TempDir() }, code: "S-120"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(file, append(bytes.Clone(good), c.text...), 0o600); err != nil {
				t.Fatal(err)
			}
			if c.make != nil {
				b.set(c.make)
			}
			code, out, errs := b.ctl("run")
			if code != 1 || !strings.HasPrefix(errs, c.code+"  ") || !strings.Contains(errs, "\n  1. ") {
				t.Errorf("exit %d, want 1 with %s and steps:\n%s%s", code, c.code, out, errs)
			}
			if strings.Contains(out+errs, "goroutine") || strings.Contains(out+errs, ".go:") {
				t.Errorf("a stack or a source line was shown:\n%s%s", out, errs)
			}
		})
	}
	if err := os.WriteFile(file, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if w := b.world(); w.Feeder != 100 || w.Machine != nil {
		t.Errorf("a blank moved: %+v", w)
	}
	b.must("doctor")
	b.must("run")
	b.agree()
}

// TestUsage holds wrong words to exit 2 and a line of usage, and help to exit 0.
func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"nonsense"}, {"run", "--nothing"}, {"run", "--count", "2", "--until-empty"}, {"import"}, {"ledger"},
		{"ledger", "draw", "-1"}, {"settle", "--answer", "perhaps"}, {"render", "X"}, {"init"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != 2 || out.Len()+errs.Len() == 0 {
			t.Errorf("%v: exit %d\n%s%s", args, code, &out, &errs)
		}
	}
	var out, errs bytes.Buffer
	for _, args := range [][]string{{"help"}, {"run", "--help"}} {
		if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != 0 {
			t.Errorf("%v: exit %d", args, code)
		}
	}
}

// TestOpenSC reads a finished card with Debian's own tool through the real pcscd, and identifies it with ours.
func TestOpenSC(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "1", "--pcsc", "pcscd")
	b.must("run")
	b.hand("present", "good", "0")
	var portrait []byte
	for _, r := range b.records() {
		portrait = r.Chip["6FF2"]
	}
	if code, out, errs := b.ctl("identify", "--json"); code != 0 || !strings.Contains(out, `"state":"sealed"`) || !strings.Contains(out, `"outcome":"good"`) {
		t.Errorf("identify: exit %d\n%s%s", code, out, errs)
	}
	want := strings.ToUpper(hex.EncodeToString(portrait[:8]))
	var out []byte
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		cmd := exec.Command("opensc-tool", "-s", "00A40000027F0A00", "-s", "00A40000026FF2", "-s", "00B0000008")
		cmd.Env = append(os.Environ(), "PCSCLITE_CSOCK_NAME="+b.ready.Socket)
		var err error
		if out, err = cmd.CombinedOutput(); err == nil {
			break
		}
	}
	got := strings.Join(strings.Fields(string(out)), "")
	if !strings.Contains(got, want) {
		t.Errorf("the portrait begins with %s; opensc-tool says\n%s", want, out)
	}
}
