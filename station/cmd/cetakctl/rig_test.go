package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	_ "image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	hwsim "cetak/hwsim/command"
	"cetak/station/config"
	"cetak/station/record"
)

// TestMain lets this test binary be both programs: as `cetakctl` and `hwsim` on the PATH of tests and scripts, each in a
// process of its own, exactly as shipped.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"cetakctl": func() { armCrash(); main() },
		"hwsim": func() {
			os.Exit(hwsim.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// bench is a simulator and a station on it, as processes.
type bench struct {
	t     *testing.T
	sim   string // folder
	dir   string // station folder
	ready struct {
		Printer, Reader, Socket, Inbox, Keys string
	}
	log bytes.Buffer
}

// card is one card in the simulator's truth.
type card struct {
	UID     string            `json:"uid"`
	State   string            `json:"state"`
	Files   map[string]string `json:"files"`
	PNG     string            `json:"png"`
	Panels  map[string]string `json:"panels"`
	Printed bool              `json:"printed"`
}

// truth is `hwsim world --json`.
type truth struct {
	Feeder    int               `json:"feeder"`
	Machine   *card             `json:"machine"`
	Dispenser *card             `json:"dispenser"`
	Slot      *card             `json:"slot"`
	Trays     map[string][]card `json:"trays"`
	CoverOpen bool              `json:"cover_open"`
}

// start runs `hwsim run` with the flags and makes a station on it, where names are believed and no shift is needed.
func start(t *testing.T, flags ...string) *bench {
	t.Helper()
	b := powerUp(t, flags...)
	b.must("init", "--sim", b.sim, "--no-people")
	return b
}

// powerUp runs `hwsim run` with the flags. There is no station yet.
func powerUp(t *testing.T, flags ...string) *bench {
	t.Helper()
	base, err := os.MkdirTemp("", "cetak") // short: a socket's path must fit in 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, sim: filepath.Join(base, "sim"), dir: filepath.Join(base, "st")}
	cmd := exec.Command("hwsim", append([]string{"run", "--dir", b.sim, "--speed", "200"}, flags...)...)
	cmd.Stderr = &b.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Errorf("hwsim: %v\n%s", err, &b.log)
		}
		if !t.Failed() {
			os.RemoveAll(base)
		} else {
			t.Logf("kept: %s", base)
		}
	})
	if err := json.NewDecoder(out).Decode(&b.ready); err != nil {
		t.Fatalf("hwsim did not get ready: %v\n%s", err, &b.log)
	}
	return b
}

// ctl runs cetakctl on the station and gives exit code, stdout, and stderr.
func (b *bench) ctl(args ...string) (int, string, string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "cetakctl", append([]string{args[0], "--dir", b.dir}, args[1:]...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	if ctx.Err() != nil {
		b.t.Fatalf("cetakctl %v hung\n%s%s", args, &out, &errs)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// must is ctl that has to succeed.
func (b *bench) must(args ...string) string {
	b.t.Helper()
	code, out, errs := b.ctl(args...)
	if code != 0 {
		b.t.Fatalf("cetakctl %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// hand is the hand and the fate: `hwsim do`.
func (b *bench) hand(verb ...string) {
	b.t.Helper()
	out, err := exec.Command("hwsim", append([]string{"do", "--dir", b.sim}, verb...)...).CombinedOutput()
	if err != nil {
		b.t.Fatalf("hwsim do %v: %v\n%s", verb, err, out)
	}
}

func (b *bench) world() truth {
	b.t.Helper()
	out, err := exec.Command("hwsim", "world", "--dir", b.sim, "--json").Output()
	if err != nil {
		b.t.Fatalf("hwsim world: %v", err)
	}
	var w truth
	if err := json.Unmarshal(out, &w); err != nil {
		b.t.Fatalf("%v in %s", err, out)
	}
	return w
}

func (b *bench) balance() map[string]int {
	b.t.Helper()
	return b.balanceOf(b.must("ledger", "balance", "--json"))
}

func (b *bench) balanceOf(said string) map[string]int {
	b.t.Helper()
	var all map[string]map[string]int
	if err := json.Unmarshal([]byte(said), &all); err != nil {
		b.t.Fatal(err)
	}
	return all["WNI"]
}

// agree holds the ledger against the world: two books that know nothing of each other.
func (b *bench) agree() {
	b.t.Helper()
	b.agreeWith(b.balance())
}

func (b *bench) agreeWith(l map[string]int) {
	b.t.Helper()
	w := b.world()
	machine := 0
	for _, c := range []*card{w.Machine, w.Dispenser, w.Slot} {
		if c != nil {
			machine++
		}
	}
	for _, c := range []struct {
		what          string
		world, ledger int
	}{
		{"feeder", w.Feeder, l["hopper"]},
		{"machine", machine, l["machine"]},
		{"good", len(w.Trays["good"]), l["good"]},
		{"reject", len(w.Trays["reject"]) + len(w.Trays["bin"]), l["spoiled"]},
	} {
		if c.world != c.ledger {
			b.t.Errorf("%s: the world has %d, the ledger %d", c.what, c.world, c.ledger)
		}
	}
	b.must("ledger", "verify")
}

// set changes one setting of the station.
func (b *bench) set(change func(*config.Config)) {
	b.t.Helper()
	c, err := config.Load(b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	change(&c)
	if err := config.Save(b.dir, c); err != nil {
		b.t.Fatal(err)
	}
}

// records opens what lies in the inbox, by the digest of EF 6FF1: what a chip can be told by.
func (b *bench) records() map[string]*record.Record {
	b.t.Helper()
	keys, err := record.LoadKeys(b.ready.Keys)
	if err != nil {
		b.t.Fatal(err)
	}
	bundles, err := filepath.Glob(filepath.Join(b.ready.Inbox, "*.prr"))
	if err != nil || len(bundles) == 0 {
		b.t.Fatalf("no bundle in %s (%v)", b.ready.Inbox, err)
	}
	out := map[string]*record.Record{}
	for _, path := range bundles {
		text, err := os.ReadFile(path)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, line := range strings.Fields(string(text)) {
			if record.IsManifest(line) {
				continue
			}
			r, err := record.Open(line, keys)
			if err != nil {
				b.t.Fatal(err)
			}
			out[digest(r.Chip["6FF1"])] = r
		}
	}
	return out
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func picture(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return img
}
