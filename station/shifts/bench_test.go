package shifts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"cetak/hwsim/rig"
)

// deadline is how long any one program may take for what it was asked: some cards at 2,000 times the machine's pace and the
// deadlines of a dead device, with room for a busy computer.
const deadline = 90 * time.Second

// shift is one day at one desk.
type shift struct {
	c    *campaign
	seed uint64
	dir  string // simulator below sim, station below st
	hw   *exec.Cmd
	hwup io.Closer
	errs bytes.Buffer // of hwsim

	told []string // the story
	met  map[string]int
	made int
	day_
}

func (s *shift) tell(format string, a ...any) { s.told = append(s.told, fmt.Sprintf(format, a...)) }

func (s *shift) fail(format string, a ...any) { panic(broken(fmt.Sprintf(format, a...))) }

func (s *shift) must(err error) {
	if err != nil {
		s.fail("%v", err)
	}
}

func (s *shift) sim() string     { return filepath.Join(s.dir, "sim") }
func (s *shift) station() string { return filepath.Join(s.dir, "st") }

// open starts the simulator with the campaign's keys and makes a station on it.
func (s *shift) open(scene string, blanks int, flags ...string) {
	keys := filepath.Join(s.sim(), "keys")
	s.must(os.MkdirAll(keys, 0o700))
	s.must(os.CopyFS(keys, os.DirFS(s.c.keys)))
	file := filepath.Join(s.dir, "scene")
	s.must(os.WriteFile(file, []byte(scene), 0o600))
	s.hw = exec.Command(filepath.Join(s.c.bin, "hwsim"), append([]string{"run", "--dir", s.sim(), "--speed", "2000", "--records", "0", "--pictures=false",
		"--seed", fmt.Sprint(s.seed), "--blanks", fmt.Sprint(blanks), "--scene", file}, flags...)...)
	s.hw.Stderr = &s.errs
	out, err := s.hw.StdoutPipe()
	s.must(err)
	s.must(s.hw.Start())
	s.hwup = out
	var ready map[string]any
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		s.fail("hwsim did not get ready: %v\n%s", err, &s.errs)
	}
	if p := s.ctl("init", "--sim", s.sim(), "--no-people", "--confirm-every", fmt.Sprint(s.confirm)); p.code != 0 {
		s.fail("init: %s", p)
	}
	s.drawn = blanks
}

// close ends the simulator.
func (s *shift) close() {
	if s.hw == nil || s.hw.Process == nil {
		return
	}
	_ = s.hw.Process.Signal(syscall.SIGTERM)
	killer := time.AfterFunc(30*time.Second, func() { _ = s.hw.Process.Kill() })
	_ = s.hw.Wait()
	killer.Stop()
	s.met["cpu-ms of hwsim"] += int(s.cpu(s.hw))
}

func (s *shift) cpu(c *exec.Cmd) int64 {
	return (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Milliseconds()
}

// hand is the hand and the fate: `hwsim do`.
func (s *shift) hand(verb ...string) string {
	switch verb[0] {
	case "world", "fired", "picture":
	default:
		s.seen = nil
	}
	text, err := rig.Ask(s.sim(), verb...)
	if err != nil {
		s.fail("hwsim do %v: %v", verb, err)
	}
	return text
}

// program is one run of cetakctl.
type program struct {
	s        *shift
	args     []string
	cmd      *exec.Cmd
	out, err bytes.Buffer
	desk     *desk // the operator at its terminal, nil where none is needed
	ended    chan struct{}
	code     int // -1: killed
	began    time.Time
	killed   bool
}

func (p *program) String() string {
	return fmt.Sprintf("cetakctl %s: exit %d\n%s%s", strings.Join(p.args, " "), p.code, &p.out, &p.err)
}

// start starts cetakctl on the station.
func (s *shift) start(args ...string) *program {
	p := &program{s: s, args: args, ended: make(chan struct{}), began: time.Now()}
	switch {
	case args[0] == "status", args[0] == "queue", args[0] == "ledger" && (args[1] == "verify" || args[1] == "movements"):
	default:
		s.seen = nil
	}
	p.cmd = exec.Command(filepath.Join(s.c.bin, "cetakctl"), append([]string{args[0], "--dir", s.station()}, args[1:]...)...)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	if s.started++; s.confirm > 0 && args[0] == "run" {
		p.desk = s.sitDown(p)
	}
	s.must(p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		if p.desk != nil {
			p.desk.leave()
		}
		close(p.ended)
	}()
	return p
}

// wait waits for the end; a program that does not end in its time is a defect, and tells where it hangs.
func (p *program) wait() *program {
	select {
	case <-p.ended:
	case <-time.After(deadline):
		_ = p.cmd.Process.Signal(syscall.SIGQUIT)
		select {
		case <-p.ended:
		case <-time.After(5 * time.Second):
			_ = p.cmd.Process.Kill()
			<-p.ended
		}
		p.s.fail("hangs: %s", p)
	}
	if d := p.desk; d != nil {
		p.s.told, d.notes = append(p.s.told, d.notes...), nil
		for range d.judged {
			p.s.met["cards judged at the terminal"]++
		}
		d.judged = 0
	}
	p.code = p.cmd.ProcessState.ExitCode()
	p.s.met["cpu-ms of cetakctl "+p.args[0]] += int(p.s.cpu(p.cmd))
	p.s.met["wall-ms of cetakctl "+p.args[0]] += int(time.Since(p.began).Milliseconds())
	if p.code < 0 && !p.killed {
		p.s.fail("died of itself: %s", p)
	}
	if p.code == 2 && !strings.Contains(strings.Join(p.args, " "), "nonsense") {
		p.s.fail("a right use is called wrong: %s", p)
	}
	if strings.Contains(p.err.String(), "panic:") || strings.Contains(p.err.String(), "X-101") {
		p.s.fail("a defect: %s", p)
	}
	p.count()
	return p
}

// count notes which faults were told.
func (p *program) count() {
	for line := range strings.Lines(p.out.String()) {
		var e struct{ Event, Code string }
		if json.Unmarshal([]byte(line), &e) == nil && e.Event == "fault" {
			p.s.met["told "+e.Code]++
		}
	}
	p.s.met[fmt.Sprintf("%s exit %d", p.args[0], p.code)]++
}

func (p *program) kill() {
	p.killed = true
	_ = p.cmd.Process.Kill()
	p.wait()
}

// ctl runs cetakctl to its end.
func (s *shift) ctl(args ...string) *program { return s.start(args...).wait() }

// json runs a reading command that has to succeed.
func (s *shift) json(into any, args ...string) {
	p := s.ctl(append(args, "--json")...)
	if p.code != 0 {
		s.fail("%s", p)
	}
	if err := json.Unmarshal(p.out.Bytes(), into); err != nil {
		s.fail("%v: %s", err, p)
	}
}

// during starts cetakctl and holds the event's nth occurrence; do is called while it is held. It reports whether the
// event came before the program ended. The program is waited for.
func (s *shift) during(event string, nth int, do func(p *program), args ...string) (*program, bool) {
	s.hand("on", event, fmt.Sprint(nth), "do", "hold", "once")
	held := make(chan error, 1)
	p := s.start(args...)
	go func() {
		_, err := rig.Ask(s.sim(), "await")
		held <- err
	}()
	for {
		select {
		case err := <-held:
			if err == nil {
				do(p)
			}
			s.hand("go")
			return p.wait(), err == nil
		case <-p.ended:
			s.hand("go") // again until the wait has begun and ended
			time.Sleep(5 * time.Millisecond)
			select {
			case <-held:
				return p.wait(), false
			default:
			}
		}
	}
}
