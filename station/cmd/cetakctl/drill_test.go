package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/drill"
)

// school is a drill that is held by `cetakctl drill start`, and the trainee at its desk.
type school struct {
	*strict
	root    string
	station string // a real one, beside which all this happens
	proc    *exec.Cmd
	lines   chan map[string]any // what the drill tells after it is ready
}

// hold starts a drill, 200 times as fast as the machine.
func holdDrill(t *testing.T, day, station string) *school {
	t.Helper()
	base, err := os.MkdirTemp("", "cetak") // short: a socket's path must fit in 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	s := &school{strict: &strict{&bench{t: t}, map[string]string{}}, root: filepath.Join(base, "d"), station: station, lines: make(chan map[string]any, 20)}
	s.proc = exec.Command("cetakctl", "drill", "start", day, "--dir", s.root, "--speed", "200", "--confirm-every", "0", "--language", "en", "--json")
	s.proc.Env = append(os.Environ(), "CETAK_DIR="+station)
	var errs bytes.Buffer
	s.proc.Stderr = &errs
	out, err := s.proc.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.proc.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.proc.Process.Kill()
		if !t.Failed() {
			os.RemoveAll(base)
		} else {
			t.Logf("kept: %s\n%s", base, &errs)
		}
	})
	go func() {
		defer close(s.lines)
		for r := bufio.NewReader(out); ; {
			line, err := r.ReadBytes('\n')
			if err != nil {
				return
			}
			var m map[string]any
			if json.Unmarshal(line, &m) == nil {
				s.lines <- m
			}
		}
	}()
	ready := s.next()
	if ready["drill"] != day || ready["title"] == "" {
		t.Fatalf("not ready: %v\n%s", ready, &errs)
	}
	s.dir, s.sim = ready["desk"].(string), ready["sim"].(string)
	for _, p := range ready["people"].([]any) {
		s.passwords[p.(map[string]any)["name"].(string)] = ready["password"].(string)
	}
	return s
}

// next is the next line that the drill tells.
func (s *school) next() map[string]any {
	s.t.Helper()
	select {
	case m, ok := <-s.lines:
		if !ok {
			s.t.Fatal("the drill ended")
		}
		return m
	case <-time.After(3 * time.Minute):
		s.t.Fatal("the drill tells nothing")
	}
	return nil
}

// do gives a command in the drill as siti with rina beside, and holds it to an exit code.
func (s *school) do(exit int, args ...string) (out, errs string) {
	s.t.Helper()
	return s.by("siti", "rina", exit, args...)
}

func (s *school) by(who, second string, exit int, args ...string) (out, errs string) {
	s.t.Helper()
	d := s.dir
	s.dir = s.root // the newest drill of the folder
	defer func() { s.dir = d }()
	code, out, errs := s.as(who, second, append(args, "--drill")...)
	if code != exit {
		s.t.Fatalf("cetakctl %s: exit %d, want %d\n%s%s", strings.Join(args, " "), code, exit, out, errs)
	}
	if !strings.Contains(out+errs, "DRILL: ") {
		s.t.Errorf("cetakctl %s does not say that it is a drill:\n%s%s", strings.Join(args, " "), out, errs)
	}
	return out, errs
}

func (s *school) open() { s.count("open", s.world().Feeder) }

func (s *school) count(verb string, n int) {
	s.t.Helper()
	s.do(exitDone, "shift", verb, "--count", strconv.Itoa(n), "--second-count", strconv.Itoa(n))
}

// close closes the shift with what is in the feeder.
func (s *school) close() { s.count("close", s.world().Feeder) }

// end ends the drill and holds its score, the simulator's end, and the score as it is told afterwards together.
func (s *school) end(want int) drill.Result {
	s.t.Helper()
	s.proc.Process.Signal(syscall.SIGINT)
	var last map[string]any
	for m := range s.lines {
		last = m
	}
	if err := s.proc.Wait(); err != nil {
		s.t.Errorf("the drill ended with %v", err)
	}
	out, err := exec.Command("cetakctl", "drill", "score", "--dir", s.root, "--json").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	var r drill.Result
	if err := json.Unmarshal(out, &r); err != nil {
		s.t.Fatal(err)
	}
	if r.Marks != want || last["marks"] != float64(want) {
		s.t.Errorf("%d marks, told %v, want %d\n%s", r.Marks, last["marks"], want, strings.Join(r.Text("en"), "\n"))
	}
	if _, err := os.Stat(filepath.Join(s.sim, "hwsim.json")); err == nil {
		s.t.Error("the simulator runs on")
	}
	return r
}

// TestDrill works every day rightly, which gives full marks, and wrongly, which loses those it says. All the while a real station
// is the user's usual one, and nothing of it changes.
func TestDrill(t *testing.T) {
	t.Parallel()
	station := filepath.Join(t.TempDir(), "station")
	keys := t.TempDir()
	if err := keysIn(keys); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Printer.Port, c.Reader.Name = "/dev/null", "R"
	if err := assembly.Init(t.Context(), station, keys, c); err != nil {
		t.Fatal(err)
	}
	before := folderHash(t, station)
	t.Run("days", func(t *testing.T) {
		for name, work := range map[string]func(*testing.T, string){
			"first": drillFirst, "jam": drillJam, "jam wrongly": drillJamWrong, "power": drillPower, "power wrongly": drillPowerWrong,
			"ribbon": drillRibbon, "ribbon wrongly": drillRibbonWrong, "missing": drillMissing, "missing wrongly": drillMissingWrong,
			"refused": drillRefused,
		} {
			t.Run(name, func(t *testing.T) { t.Parallel(); work(t, station) })
		}
	})
	if after := folderHash(t, station); after != before {
		t.Errorf("the drills changed the station:\n%s\n%s", before, after)
	}
}

// folderHash is every file of a folder with its digest.
func folderHash(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		all.WriteString(path)
		if !e.IsDir() {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(b)
			all.WriteString(" " + hex.EncodeToString(sum[:]))
		}
		all.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func drillFirst(t *testing.T, station string) {
	s := holdDrill(t, "first", station)
	out, _ := s.do(exitDone, "status", "--json")
	if !strings.HasPrefix(out, `{"drill":"first",`) || !strings.Contains(out, assembly.DrillOffice) {
		t.Errorf("status: %s", out)
	}
	s.open()
	s.do(exitDone, "run", "--until-empty")
	s.close()
	out, _ = s.do(exitDone, "verify-shift", glob(t, filepath.Join(s.dir, assembly.CertificateFolder, "*.jws")))
	if !strings.Contains(out, assembly.DrillOffice) {
		t.Errorf("the certificate does not say that it is a drill's:\n%s", out)
	}
	sheet := filepath.Join(t.TempDir(), "day.csv")
	s.do(exitDone, "report", "daily", "-o", sheet)
	if b, err := os.ReadFile(sheet); err != nil || !strings.Contains(string(b), "LATIHAN") {
		t.Errorf("the daily sheet: %v\n%s", err, b)
	}
	hint, err := exec.Command("cetakctl", "drill", "hint", "--dir", s.root, "--json").Output()
	if err != nil || !strings.Contains(string(hint), `"more":true`) {
		t.Errorf("%v: %s", err, hint)
	}
	if r := s.end(drill.Full); r.Hints != 1 || !r.Closed || r.Made != 4 {
		t.Errorf("%+v", r)
	}
}

func glob(t *testing.T, pattern string) string {
	t.Helper()
	all, err := filepath.Glob(pattern)
	if err != nil || len(all) != 1 {
		t.Fatalf("%s: %v, %v", pattern, all, err)
	}
	return all[0]
}

func drillJam(t *testing.T, station string) {
	s := holdDrill(t, "jam", station)
	s.open()
	_, errs := s.do(exitHeld, "run", "--until-empty")
	if !strings.Contains(errs, "P-103  ") || len(s.world().Trays["good"]) != 6 {
		t.Errorf("no jam at card 7:\n%s", errs)
	}
	s.hand("clear")
	s.do(exitDone, "settle", "--answer", "spoiled")
	s.do(exitDone, "run", "--until-empty")
	s.close()
	s.end(drill.Full)
}

// The trainee goes on with the card still stuck, then pulls it out, keeps it, and calls it missing.
func drillJamWrong(t *testing.T, station string) {
	s := holdDrill(t, "jam", station)
	s.open()
	s.do(exitHeld, "run", "--until-empty")
	s.do(exitHeld, "settle")
	s.hand("take-out")
	s.do(exitDone, "settle", "--answer", "missing")
	s.do(exitDone, "run", "--until-empty")
	s.close()
	s.end(drill.Full - 35 - 7) // and one of eight has no card: whose card is missing gets another only when two allow it
}

// blackout prints until the power fails and comes back.
func (s *school) blackout() {
	s.t.Helper()
	s.open()
	code, out, errs := s.as("siti", "", "run", "--until-empty", "--drill", "--dir", s.root)
	if code != -1 {
		s.t.Fatalf("the run was not cut off: exit %d\n%s%s", code, out, errs)
	}
	for _, want := range []string{"power-gone", "power-back"} {
		if m := s.next(); m["moment"] != want {
			s.t.Errorf("told %v, want %s", m, want)
		}
	}
}

func drillPower(t *testing.T, station string) {
	s := holdDrill(t, "power", station)
	s.blackout()
	_, errs := s.do(exitHeld, "run", "--until-empty")
	if !strings.Contains(errs, "B-204  ") {
		t.Errorf("the station did not open locked:\n%s", errs)
	}
	s.do(exitDone, "reopen")
	s.do(exitDone, "run", "--until-empty")
	s.close()
	s.end(drill.Full)
}

// The trainee takes the card out before the station has looked at it, and calls it missing.
func drillPowerWrong(t *testing.T, station string) {
	s := holdDrill(t, "power", station)
	s.blackout()
	s.hand("take-out")
	s.do(exitHeld, "reopen")
	s.do(exitDone, "settle", "--answer", "missing")
	s.do(exitDone, "run", "--until-empty")
	s.close()
	s.end(drill.Full - 35 - 9) // and one of five has no card
}

func drillRibbon(t *testing.T, station string) {
	s := holdDrill(t, "ribbon", station)
	s.open()
	_, errs := s.do(exitHeld, "run", "--until-empty")
	if !strings.Contains(errs, "P-106  ") {
		t.Errorf("the ribbon fits:\n%s", errs)
	}
	s.hand("ribbon", "none")
	s.hand("ribbon", "new")
	s.do(exitDone, "run", "--until-empty")
	s.close()
	s.end(drill.Full)
}

// The trainee goes on with the wrong ribbon: another blank is lost to it.
func drillRibbonWrong(t *testing.T, station string) {
	s := holdDrill(t, "ribbon", station)
	s.open()
	s.do(exitHeld, "run", "--until-empty")
	s.do(exitHeld, "run", "--until-empty")
	s.hand("ribbon", "ymcko")
	s.do(exitDone, "run", "--until-empty")
	s.close()
	s.end(drill.Full - 18 - 10)
}

func drillMissing(t *testing.T, station string) {
	s := holdDrill(t, "missing", station)
	s.open()
	s.do(exitDone, "run", "--until-empty")
	n := strconv.Itoa(s.world().Feeder)
	_, errs := s.do(exitFault, "shift", "close", "--count", n, "--second-count", n)
	if !strings.Contains(errs, "B-217  ") {
		t.Errorf("the shift closes with a blank missing:\n%s", errs)
	}
	s.by("rina", "budi", exitDone, "stock", "adjust", "1", "--from", "hopper", "--to", "missing", "--cause", "adjust:count", "--document", "BA-1")
	s.close()
	s.end(drill.Full)
}

// The trainees write down the count that they hope for.
func drillMissingWrong(t *testing.T, station string) {
	s := holdDrill(t, "missing", station)
	s.open()
	s.do(exitDone, "run", "--until-empty")
	s.count("close", s.world().Feeder+1)
	s.end(drill.Full - 35 - 15)
}

// A drill is never held in a station, and no station is worked in a drill.
func drillRefused(t *testing.T, station string) {
	s := holdDrill(t, "first", station)
	refused := func(code string, args ...string) {
		t.Helper()
		cmd := exec.Command("cetakctl", args...)
		cmd.Env = append(os.Environ(), "CETAK_DIR="+station)
		var errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = io.Discard, &errs
		if cmd.Run(); cmd.ProcessState.ExitCode() != exitFault || !strings.HasPrefix(errs.String(), code+"  ") || !strings.Contains(errs.String(), "  1. ") {
			t.Errorf("cetakctl %v: exit %d, want %s\n%s", args, cmd.ProcessState.ExitCode(), code, &errs)
		}
	}
	refused("K-222", "drill", "start", "jam", "--dir", station)
	refused("K-222", "drill", "start", "jam", "--dir", filepath.Join(station, "inbox"))
	refused("K-222", "drill", "score", "--dir", station)
	refused("K-222", "queue", "--drill", "--dir", station)
	refused("K-221", "queue", "--dir", s.dir)
	refused("K-221", "status", "--dir", s.dir)
	// The marker taken out of the settings by hand does not make a station of it: the journal says what it is.
	cfg, err := config.Load(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Station.Drill = ""
	if err := config.Save(s.dir, cfg); err != nil {
		t.Fatal(err)
	}
	refused("K-221", "queue", "--dir", s.dir)
	cfg.Station.Drill = "first"
	if err := config.Save(s.dir, cfg); err != nil {
		t.Fatal(err)
	}
	// A drill whose simulator was killed with its keeper cannot be scored.
	s.end(0)
	if err := os.Remove(filepath.Join(filepath.Dir(s.dir), "world.json")); err != nil {
		t.Fatal(err)
	}
	refused("K-223", "drill", "score", "--dir", s.root)
}
