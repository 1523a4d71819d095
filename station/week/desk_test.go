package week

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cetak/hwsim/centre"
	"cetak/hwsim/rig"
)

// limit is how long any one program may take.
const limit = 2 * time.Minute

// desk is one desk of the office: a simulator, a station on it, and what the clerk keeps of it.
type desk struct {
	t         *testing.T
	w         *week
	name      string // of the desk: "1"
	dir       string // simulator below sim, station below st
	hw        *exec.Cmd
	errs      bytes.Buffer
	passwords map[string]string
	centre    *centre.Centre
	clerk     books
	seen      int // bundles handed in
	slips     int // receipts signed
}

// world is the part of the simulator's truth that is compared.
type world struct {
	Feeder  int `json:"feeder"`
	Machine *struct{ UID string }
	Trays   map[string][]struct {
		UID     string
		State   string
		Printed bool
	}
}

func (d *desk) sim() string     { return filepath.Join(d.dir, "sim") }
func (d *desk) station() string { return filepath.Join(d.dir, "st") }

// setUp starts the machine, empty, and makes the station and its people on it.
func (d *desk) setUp(seed uint64) {
	d.t.Helper()
	keys := filepath.Join(d.sim(), "keys")
	d.must(os.MkdirAll(keys, 0o700))
	d.centre = centre.New(seed, centre.Options{Now: d.w.now})
	d.must(errors.Join(d.centre.WriteKeys(keys), d.centre.Keys().Save(filepath.Join(keys, rig.PrivateKeys))))
	d.hw = exec.Command(filepath.Join(d.w.bin, "hwsim"), "run", "--dir", d.sim(), "--speed", "2000", "--records", "0", "--pictures=false",
		"--blanks", "0", "--seed", fmt.Sprint(seed))
	d.hw.Stderr = &d.errs
	out, err := d.hw.StdoutPipe()
	d.must(err)
	d.must(d.hw.Start())
	d.t.Cleanup(d.switchOff)
	var ready map[string]any
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		d.t.Fatalf("hwsim did not get ready: %v\n%s", err, &d.errs)
	}
	p := d.program("", "", "init", "--sim", d.sim(), "--strict", "--office", officeName, "--desk", d.name, "--json").wait()
	var made struct {
		People []struct{ Name, Password string }
	}
	if err := json.Unmarshal(p.out.Bytes(), &made); err != nil || p.code != 0 {
		d.t.Fatalf("%v: %s", err, p)
	}
	d.passwords = map[string]string{}
	for _, one := range made.People {
		d.passwords[one.Name] = one.Password
	}
	d.clerk = books{"WNI": {}, "WNA": {}}
	d.letterhead()
}

func (d *desk) switchOff() {
	_ = d.hw.Process.Signal(syscall.SIGTERM)
	killer := time.AfterFunc(30*time.Second, func() { _ = d.hw.Process.Kill() })
	_ = d.hw.Wait()
	killer.Stop()
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// hand is the hand and the fate: `hwsim do`.
func (d *desk) hand(verb ...string) string {
	d.t.Helper()
	text, err := rig.Ask(d.sim(), verb...)
	if err != nil {
		d.t.Fatalf("desk %s: hwsim do %v: %v", d.name, verb, err)
	}
	return text
}

func (d *desk) world() world {
	d.t.Helper()
	var w world
	d.must(json.Unmarshal([]byte(d.hand("world")), &w))
	return w
}

// program is one run of cetakctl.
type program struct {
	d         *desk
	args      []string
	cmd       *exec.Cmd
	out, errs bytes.Buffer
	code      int
	began     time.Time
}

func (p *program) String() string {
	return fmt.Sprintf("%s desk %s: cetakctl %s: exit %d\n%s%s", p.d.w.now.Format("Mon 15:04"), p.d.name, strings.Join(p.args, " "), p.code, &p.out, &p.errs)
}

// program starts cetakctl in the name of one or two people, by the week's clock.
func (d *desk) program(who, second string, args ...string) *program {
	d.t.Helper()
	args = append([]string{args[0], "--dir", d.station()}, args[1:]...)
	if who != "" {
		args = append(args, "--as", who)
	}
	if second != "" {
		args = append(args, "--second", second)
	}
	p := &program{d: d, args: args, cmd: exec.Command(filepath.Join(d.w.bin, "cetakctl"), args...), began: time.Now()}
	p.cmd.Env = append(os.Environ(), d.w.shift(), "CETAK_PASSWORD="+d.passwords[who], "CETAK_SECOND_PASSWORD="+d.passwords[second], "TZ=Asia/Jakarta")
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.errs
	d.must(p.cmd.Start())
	return p
}

func (p *program) wait() *program {
	p.d.t.Helper()
	killer := time.AfterFunc(limit, func() { _ = p.cmd.Process.Signal(syscall.SIGQUIT) })
	_ = p.cmd.Wait()
	if !killer.Stop() {
		p.d.t.Fatalf("hangs: %s", p)
	}
	p.code = p.cmd.ProcessState.ExitCode()
	p.d.w.passed(time.Since(p.began))
	if strings.Contains(p.errs.String(), "X-101") || p.code == 2 {
		p.d.t.Fatalf("a defect or a wrong use: %s", p)
	}
	return p
}

// do has one or two people do something that succeeds.
func (d *desk) do(who, second string, args ...string) string {
	d.t.Helper()
	p := d.program(who, second, args...).wait()
	if p.code != 0 {
		d.t.Fatalf("refused: %s", p)
	}
	d.w.tell("%s  desk %s  %-6s %-6s %s", d.w.now.Format("Mon 15:04"), d.name, who, second, strings.Join(args, " "))
	return p.out.String()
}

// refused has them try something that must be refused with this code, and that changes no account.
func (d *desk) refused(code, who, second string, args ...string) {
	d.t.Helper()
	before := d.balance()
	p := d.program(who, second, args...).wait()
	if p.code != 1 || !strings.HasPrefix(p.errs.String(), code+"  ") {
		d.t.Fatalf("want it refused with %s: %s", code, p)
	}
	if after := d.balance(); !after.equal(before) {
		d.t.Fatalf("refused and booked all the same, %v -> %v: %s", before, after, p)
	}
	d.w.tell("%s  desk %s  %-6s %-6s %s  -> %s", d.w.now.Format("Mon 15:04"), d.name, who, second, strings.Join(args, " "), code)
}

func (d *desk) balance() books {
	d.t.Helper()
	p := d.program("ayu", "", "ledger", "balance", "--json").wait() // the feeder is to be counted: who counts it may not read it
	b := books{}
	if err := json.Unmarshal(p.out.Bytes(), &b); err != nil || p.code != 0 {
		d.t.Fatalf("%v: %s", err, p)
	}
	return b
}

// records hands a bundle in. change may alter each record before it is sealed.
func (d *desk) records(n int, change func(*centre.Record)) []centre.Record {
	d.t.Helper()
	made, err := d.centre.Make(n)
	d.must(err)
	for i := range made {
		made[i].Issue, made[i].Revision = 1, 1
		if change != nil {
			change(&made[i])
		}
	}
	d.bundle(made...)
	return made
}

func (d *desk) bundle(records ...centre.Record) {
	d.t.Helper()
	var lines []string
	for _, r := range records {
		line, err := d.centre.Envelope(r)
		d.must(err)
		lines = append(lines, line)
	}
	text, err := d.centre.BundleOf(lines...)
	d.must(err)
	d.seen++
	file := filepath.Join(d.dir, fmt.Sprintf("bundle-%d.prr", d.seen))
	d.must(os.WriteFile(file, text, 0o600))
	d.do("siti", "", "import", file)
}

// cards are made one after the other until n are good or the program stops; what came out is booked by what lies in the trays.
func (d *desk) cards(n int) *program {
	d.t.Helper()
	before := d.world()
	p := d.program("siti", "", "run", "--count", fmt.Sprint(n), "--json").wait()
	d.clerk.made(before, d.world())
	d.w.tell("%s  desk %s  siti          run --count %d: exit %d, %v", d.w.now.Format("Mon 15:04"), d.name, n, p.code, d.clerk["WNI"])
	return p
}

// books are blanks by type and account.
type books map[string]map[string]int

func (b books) move(kind string, n int, from, to string) {
	for account, change := range map[string]int{from: -n, to: n} {
		if account == "centre" || account == "borrowed" {
			change = -change // a source counts what it supplied
		}
		b[kind][account] += change
	}
}

// made books the cards of a run by what two looks into the trays tell.
func (b books) made(before, after world) {
	good := len(after.Trays["good"]) - len(before.Trays["good"])
	bad := len(after.Trays["reject"]) - len(before.Trays["reject"])
	b.move("WNI", good, "hopper", "good")
	b.move("WNI", bad, "hopper", "spoiled")
}

func (b books) equal(o books) bool {
	for _, kind := range []string{"WNI", "WNA"} {
		for _, m := range []map[string]int{b[kind], o[kind]} {
			for account := range m {
				if b[kind][account] != o[kind][account] {
					return false
				}
			}
		}
	}
	return true
}

// agree holds the three against each other: the station's ledger, the clerk's books, and the simulator's world.
func (d *desk) agree() {
	d.t.Helper()
	d.do("ayu", "", "ledger", "verify")
	l, w := d.balance(), d.world()
	if !l.equal(d.clerk) {
		d.t.Fatalf("desk %s: the ledger says %v, the clerk %v", d.name, l, d.clerk)
	}
	k := d.clerk["WNI"]
	for _, c := range []struct {
		what        string
		world, want int
	}{
		{"feeder", w.Feeder, k["hopper"]},
		{"good cards, here or given out", len(w.Trays["good"]), k["good"] + k["shipped"] + k["handed-over"] + d.w.onTheWay[d.name]},
		{"rejected cards, destroyed ones among them", len(w.Trays["reject"]) + len(w.Trays["emptied"]), k["spoiled"] + k["destroyed"]},
	} {
		if c.world != c.want {
			d.t.Fatalf("desk %s: %s: the world has %d, the books %d (%v)", d.name, c.what, c.world, c.want, k)
		}
	}
	if w.Machine != nil {
		d.t.Fatalf("desk %s: card %s lies in the machine", d.name, w.Machine.UID)
	}
	if kinds := slices.Compact(slices.Sorted(slices.Values(kindsOf(l)))); len(kinds) != 2 {
		d.t.Fatalf("the balance has the types %v", kinds)
	}
}

func kindsOf(b books) []string {
	var out []string
	for k := range b {
		out = append(out, k)
	}
	return out
}
