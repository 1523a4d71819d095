package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	people "cetak/hwsim/centre"
	"cetak/hwsim/rig"
	"cetak/station/offclock"
)

// limit is how long one program may take for what it was asked, on a computer that is full of them.
const limit = 5 * time.Minute

// desk is one desk: a simulator, a station on it, a line to the centre, and the honest person who sits there.
type desk struct {
	f      *fleet
	n      int
	name   string // "Kantor 1/2"
	dir    string // simulator below sim, station below st, enrolment below enrolment
	people *people.Centre
	kid    string
	skew   time.Duration
	line   *line
	luck   *rand.Rand // of the goroutine that works here

	hw     *exec.Cmd
	errs   bytes.Buffer
	feeder []string // every blank that was ever laid in, the next first
	papers int

	mu      sync.Mutex
	running *program
}

func (d *desk) sim() string       { return filepath.Join(d.dir, "sim") }
func (d *desk) station() string   { return filepath.Join(d.dir, "st") }
func (d *desk) enrolment() string { return filepath.Join(d.dir, "enrolment") }

func (d *desk) fault(format string, a ...any) error {
	return fmt.Errorf("desk %s: %s", d.name, fmt.Sprintf(format, a...))
}

// setUp starts the machine, makes the station on it, and enrols it at the centre over its line.
func (d *desk) setUp(ctx context.Context, blanks int) error {
	keys := filepath.Join(d.sim(), "keys")
	if err := os.MkdirAll(keys, 0o700); err != nil {
		return err
	}
	if err := errors.Join(d.people.WriteKeys(keys), d.people.Keys().Save(filepath.Join(keys, rig.PrivateKeys))); err != nil {
		return err
	}
	d.hw = exec.Command(filepath.Join(d.f.bin, "hwsim"), "run", "--dir", d.sim(), "--speed", "2000", "--records", "0", "--pictures=false", "--reject-capacity", "200",
		"--ribbon-cards", "1000", "--seed", fmt.Sprint(d.f.seed+uint64(d.n)), "--blanks", fmt.Sprint(blanks))
	d.hw.Stderr = &d.errs
	out, err := d.hw.StdoutPipe()
	if err != nil {
		return err
	}
	if err := d.hw.Start(); err != nil {
		return err
	}
	var ready map[string]any
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		return d.fault("hwsim did not get ready: %v\n%s", err, &d.errs)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	office, place, _ := strings.Cut(d.name, "/")
	if p := d.ctl(ctx, "init", "--sim", d.sim(), "--no-people", "--office", office, "--desk", place); p.code != 0 {
		return d.fault("%s", p)
	}
	w, err := d.world()
	if err != nil {
		return err
	}
	d.feeder = w.FeederCards
	if _, err := d.f.centre.do(ctx, "station", "add", d.name, "--office", office, "--district", "Kab. "+office, "--province", "Jawa Tengah",
		"--key", filepath.Join(keys, "station.jwk"), "-o", d.enrolment()); err != nil {
		return err
	}
	if d.line, err = d.f.newLine(d.enrolment(), d.f.seed+uint64(d.n)); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.enrolment(), "centre.url"), []byte(d.line.at), 0o600); err != nil {
		return err
	}
	if p := d.ctl(ctx, "centre", "enrol", d.enrolment()); p.code != 0 {
		return d.fault("%s", p)
	}
	return d.hurry()
}

// hurry has the desk speak to the centre as often as it may.
func (d *desk) hurry() error {
	path := filepath.Join(d.station(), "cetak.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	hurried := strings.Replace(string(text), "\nevery = 60\n", "\nevery = 5\n", 1)
	if hurried == string(text) {
		return d.fault("cetak.toml has no every = 60")
	}
	return os.WriteFile(path, []byte(hurried), 0o600)
}

func (d *desk) switchOff() {
	if d.line != nil {
		d.line.close()
	}
	if d.hw == nil || d.hw.Process == nil {
		return
	}
	_ = d.hw.Process.Signal(syscall.SIGTERM)
	killer := time.AfterFunc(30*time.Second, func() { _ = d.hw.Process.Kill() })
	_ = d.hw.Wait()
	killer.Stop()
}

// program is one run of cetakctl.
type program struct {
	args      []string
	cmd       *exec.Cmd
	out, errs bytes.Buffer
	code      int // -1: killed
}

func (p *program) String() string {
	return fmt.Sprintf("cetakctl %s: exit %d\n%s%s", strings.Join(p.args, " "), p.code, &p.out, &p.errs)
}

// ctl runs cetakctl by this desk's clock to its end, or until somebody kills it.
func (d *desk) ctl(ctx context.Context, args ...string) *program {
	p := &program{args: args, code: -1}
	words := append([]string{args[0], "--dir", d.station()}, args[1:]...)
	p.cmd = exec.Command(filepath.Join(d.f.bin, "cetakctl"), words...)
	p.cmd.Env = append(os.Environ(), offclock.Env(d.skew))
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.errs
	if err := p.cmd.Start(); err != nil {
		p.errs.WriteString(err.Error())
		return p
	}
	d.mu.Lock()
	d.running = p
	d.mu.Unlock()
	hang := time.AfterFunc(limit, func() { _ = p.cmd.Process.Signal(syscall.SIGQUIT) })
	_ = p.cmd.Wait()
	d.mu.Lock()
	d.running = nil
	d.mu.Unlock()
	if !hang.Stop() {
		d.f.broken(d.fault("hangs: %s", p))
	}
	p.code = p.cmd.ProcessState.ExitCode()
	if strings.Contains(p.errs.String(), "panic:") || strings.Contains(p.errs.String(), "X-101") || p.code == 2 && ctx.Err() == nil {
		d.f.broken(d.fault("a defect or a wrong use: %s", p))
	}
	d.f.count(fmt.Sprintf("%s: exit %d", strings.Join(args[:min(len(args), 1+btoi(args[0] == "centre"))], " "), p.code))
	for line := range strings.Lines(p.out.String()) {
		var e struct{ Event, Code string }
		if json.Unmarshal([]byte(line), &e) == nil && e.Event == "fault" {
			d.f.count("told " + e.Code)
		}
	}
	return p
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// kill ends whatever runs here, at once. It reports whether anything did.
func (d *desk) kill() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running == nil {
		return false
	}
	_ = d.running.cmd.Process.Kill()
	return true
}

// card and world are `hwsim world --json`.
type card struct {
	UID     string            `json:"uid"`
	State   string            `json:"state"`
	Printed bool              `json:"printed"`
	Files   map[string]string `json:"files"`
}

type world struct {
	Feeder      int               `json:"feeder"`
	FeederCards []string          `json:"feeder_cards"`
	Machine     *card             `json:"machine"`
	Trays       map[string][]card `json:"trays"`
	Ribbon      struct{ Panels int }
}

func (d *desk) world() (w world, err error) {
	text, err := rig.Ask(d.sim(), "world")
	if err == nil {
		err = json.Unmarshal([]byte(text), &w)
	}
	return w, err
}

func (d *desk) hand(verb ...string) {
	if _, err := rig.Ask(d.sim(), verb...); err != nil {
		d.f.broken(d.fault("hwsim do %v: %v", verb, err))
	}
}

// state is what the desk says of itself.
type state struct {
	Open   string                    `json:"open_attempt"`
	Blanks map[string]map[string]int `json:"blanks"`
}

func (d *desk) state(ctx context.Context) (s state) {
	p := d.ctl(ctx, "status", "--json")
	if err := json.Unmarshal(p.out.Bytes(), &s); err != nil && p.code != -1 {
		d.f.broken(d.fault("%v: %s", err, p))
	}
	return s
}

// work is the desk's day: it makes cards, asks for more, is killed and put right, until the storm is over.
func (d *desk) work(ctx context.Context) {
	for d.f.stormy() && ctx.Err() == nil {
		switch n := d.luck.IntN(10); {
		case n < 2:
			d.ctl(ctx, "centre", "sync", "--json")
		case n < 5: // killed at some moment of its life, be it the first
			killer := time.AfterFunc(time.Duration(d.luck.Float64()*float64(d.f.killWithin)), func() {
				if d.kill() {
					d.f.count("desk killed with -9")
				}
			})
			d.ctl(ctx, "run", "--json", "--until-empty")
			killer.Stop()
		default:
			d.ctl(ctx, "run", "--json", "--until-empty")
		}
		d.putRight(ctx)
	}
}

// finish makes what is left, with nothing in the way. It reports whether nobody waits here and nothing is to be told any more.
func (d *desk) finish(ctx context.Context) bool {
	d.putRight(ctx)
	d.ctl(ctx, "run", "--json", "--until-empty")
	d.putRight(ctx)
	if p := d.ctl(ctx, "centre", "sync", "--json"); p.code != 0 {
		return false
	}
	var waiting []json.RawMessage
	p := d.ctl(ctx, "queue", "--json")
	return json.Unmarshal(p.out.Bytes(), &waiting) == nil && len(waiting) == 0
}

// putRight is the honest person after a program was cut off or asks for one: she opens the desk by name, lets the program weigh the evidence,
// and answers as the world is.
func (d *desk) putRight(ctx context.Context) {
	s := d.state(ctx)
	if hopper := s.Blanks["WNI"]["hopper"]; hopper < 3 && s.Open == "" && s.Blanks != nil {
		d.feed(ctx, 6)
	}
	for try := 0; ctx.Err() == nil; try++ {
		p := d.ctl(ctx, "settle", "--json")
		if strings.Contains(p.errs.String()+p.out.String(), "B-204") || strings.Contains(p.out.String(), `"event":"locked"`) {
			d.ctl(ctx, "reopen", "--json", "--as", "Siti")
			d.f.count("reopened by name")
		}
		if s = d.state(ctx); s.Open == "" && p.code != 3 {
			return
		}
		if try > 1 {
			d.answer(ctx)
		}
		if try > 12 {
			d.f.broken(d.fault("attempt %q stays open whatever is done: %s", s.Open, p))
			return
		}
	}
}

// feed lays blanks in and books them.
func (d *desk) feed(ctx context.Context, n int) {
	d.papers++
	if p := d.ctl(ctx, "ledger", "receive", fmt.Sprint(n), "--document", fmt.Sprintf("BA-%d", d.papers), "--second", "Budi"); p.code != 0 {
		return // locked, perhaps: she tries again another time
	}
	if p := d.ctl(ctx, "ledger", "draw", fmt.Sprint(n), "--second", "Budi"); p.code != 0 {
		d.f.broken(d.fault("%s", p))
		return
	}
	before, err := d.world()
	if err == nil {
		d.hand("feed", fmt.Sprint(n))
		var after world
		if after, err = d.world(); err == nil {
			d.feeder = append(d.feeder, after.FeederCards[len(before.FeederCards):]...)
		}
	}
	if err != nil {
		d.f.broken(d.fault("%v", err))
	}
}

// answer says where the card of the open attempt is, after a look.
func (d *desk) answer(ctx context.Context) {
	w, err := d.world()
	if err != nil {
		d.f.broken(d.fault("%v", err))
		return
	}
	taken := d.feeder[:len(d.feeder)-len(w.FeederCards)]
	if len(taken) == 0 {
		return
	}
	uid := taken[len(taken)-1]
	word := "spoiled"
	if i := slices.IndexFunc(w.Trays["good"], func(c card) bool { return c.UID == uid }); i >= 0 {
		if c := w.Trays["good"][i]; c.State == "sealed" && c.Printed {
			if p := d.ctl(ctx, "settle", "--json", "--answer", "good"); p.code == 0 {
				d.f.count("answered good")
				return
			}
		}
		d.hand("reject", "good", uid)
	} else if w.Machine != nil {
		d.hand("clear")
	}
	d.f.count("answered " + word)
	d.ctl(ctx, "settle", "--json", "--answer", word)
}
