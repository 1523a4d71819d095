package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/program"
	"cetak/station/screen"
	"cetak/station/source"
)

const (
	// benchRecords is the largest queue we know of (DESIGN 11), benchGenuine how many of it can be opened: these stand at the head, and
	// it is they who are searched for, since the desk shows the face of whoever is found. The simulator draws one in a second.
	benchRecords = 313_281
	benchGenuine = 10

	benchKeys  = 200 // key strokes in the search
	benchPages = 60

	// uiQuiet is for how long nothing is painted once the answer to a key is there: the longest pause within one is that
	// before the face of whoever was found.
	deskStop  = 5 * time.Second
	uiQuiet   = 200 * time.Millisecond
	uiLimit   = 5 * time.Second
	uiStart   = time.Minute
	uiSettled = 5 * time.Second // longer than the books are read without a word
	uiIdle    = 20 * time.Second
	uiLater   = 40 * time.Second
)

// wallFigures are times of something done often, in milliseconds.
type wallFigures struct {
	N     int     `json:"n"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Worst float64 `json:"worst_ms"`
}

// uiFigures are what a person at the desk waits for, and what the desk costs while nobody does anything.
type uiFigures struct {
	Bench      string      `json:"bench"`
	Records    int         `json:"records"`
	Processors int         `json:"processors"`
	Window     [2]int      `json:"window"`
	Door       float64     `json:"door_ms"`            // from the start of the program to the picture of the door
	SignIn     float64     `json:"sign_in_ms"`         // from Enter at the door to the picture of the queue, as it stays
	Queue      float64     `json:"queue_ms"`           // from the start of the program to that picture; somebody who types as fast as a machine
	Key        wallFigures `json:"key"`                // a stroke in the search to the painted result
	Page       wallFigures `json:"page"`               // a page of the queue
	Idle       float64     `json:"idle_percent"`       // in the first half minute
	Later      float64     `json:"idle_later_percent"` // after that
	Resident   float64     `json:"resident_mib"`
	Own        float64     `json:"own_mib"` // of Resident: no program text, no library
	Peak       float64     `json:"peak_mib"`
}

// benchUI makes a station with a long queue on a simulator of its own, sits at a display of its own, and measures the desk program
// as it is shipped: what is timed is what a person gets, from the key to the dots on the screen.
func benchUI(ctx context.Context, c *call) error {
	if c.values.records < 1 {
		return usage("--records is more than 0")
	}
	desk, err := assembly.FindProgram("cetak", "bench ui")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "cetak") // short: a socket's path must fit in 108 bytes
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintf(c.errs, "Making a station with %d waiting records and measuring the desk; this takes some minutes.\n", c.values.records)
	s, err := runSimulator(ctx, dir, "--records", strconv.Itoa(min(c.values.records, benchGenuine)), "--pictures=false")
	if err != nil {
		return err
	}
	defer s.End()
	u := &uiBench{dir: filepath.Join(dir, "st"), seat: rand.New(rand.NewPCG(11, 13))}
	if err := u.station(ctx, s.dir, c.values.records); err != nil {
		return err
	}
	if u.screen, err = screen.Start(ctx, 1366, 768); err != nil {
		return program.Missing("bench ui", screen.Program, err)
	}
	defer u.screen.Close()
	f, err := u.measure(ctx, desk)
	if err != nil {
		return err
	}
	f.Records = c.values.records
	if c.json {
		return c.encode(f)
	}
	f.write(c.out)
	return nil
}

// uiBench is a station, a seat, and the desk program at it.
type uiBench struct {
	dir            string
	name, password string
	people         []source.Item // of those that can be opened
	seat           *rand.Rand
	screen         *screen.Screen
	desk           *exec.Cmd
	errs           bytes.Buffer
	list           image.Rectangle // the part of the screen with search and queue
}

// station makes it: people sign in, no shift is needed, n records wait.
func (u *uiBench) station(ctx context.Context, sim string, n int) error {
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"init", "--dir", u.dir, "--sim", sim, "--strict", "--json"}, strings.NewReader(""), &out, &errs); code != exitDone {
		return fmt.Errorf("init: exit %d: %s", code, strings.TrimSpace(errs.String()))
	}
	var made struct {
		People []struct {
			Name, Password string
			Role           access.Role
		}
	}
	if err := json.Unmarshal(out.Bytes(), &made); err != nil {
		return err
	}
	for _, p := range made.People {
		if p.Role == access.Operator {
			u.name, u.password = p.Name, p.Password
		}
	}
	cfg, err := config.Load(u.dir)
	if err != nil {
		return err
	}
	cfg.Shift.Required = false
	if err := config.Save(u.dir, cfg); err != nil {
		return err
	}
	bundles, err := filepath.Glob(filepath.Join(sim, "inbox", "*.prr"))
	if err != nil {
		return err
	}
	d, err := assembly.Open(ctx, u.dir, assembly.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	for _, b := range bundles {
		if _, err := d.Take(ctx, b); err != nil {
			return err
		}
	}
	if u.people, err = d.Store.Queue(ctx); err != nil {
		return err
	}
	return d.Store.Pad(ctx, n-len(u.people))
}

func (u *uiBench) measure(ctx context.Context, desk string) (f uiFigures, err error) {
	f = uiFigures{Bench: "ui", Processors: runtime.GOMAXPROCS(0)}
	u.desk = exec.CommandContext(ctx, desk, "--dir", u.dir, "--lang", "id")
	u.desk.Env = append(os.Environ(), "DISPLAY="+u.screen.Display())
	u.desk.Stdout, u.desk.Stderr = io.Discard, &u.errs
	u.desk.Cancel = func() error { return u.desk.Process.Signal(syscall.SIGTERM) }
	u.desk.WaitDelay = deskStop
	begun := time.Now()
	if err := u.desk.Start(); err != nil {
		return f, program.Missing("bench ui", "cetak", err)
	}
	defer func() {
		_ = u.desk.Cancel()
		if e := u.desk.Wait(); err == nil && e != nil {
			err = fmt.Errorf("the desk: %w: %s", e, strings.TrimSpace(u.errs.String()))
		}
	}()
	for _, step := range []func(context.Context, time.Time, *uiFigures) error{u.signIn, u.search, u.pages, u.idle} {
		if err := step(ctx, begun, &f); err != nil {
			if said := strings.TrimSpace(u.errs.String()); said != "" {
				err = fmt.Errorf("%w; the desk says: %s", err, said)
			}
			return f, errors.Join(err, u.keep())
		}
	}
	return f, nil
}

// keep leaves a picture of a screen that did not do what was expected, and tells where.
func (u *uiBench) keep() error {
	m, err := u.screen.Shot(u.screen.Bounds())
	if err != nil {
		return err
	}
	f, err := os.CreateTemp("", "cetak-bench-ui-*.png")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		return err
	}
	return errors.New("the screen as it was: " + f.Name())
}

// signIn waits for the door and signs in as fast as a machine types.
func (u *uiBench) signIn(ctx context.Context, begun time.Time, f *uiFigures) error {
	p, err := u.screen.Painted(ctx, u.screen.Bounds(), time.Second, uiStart, func() error { return nil })
	if err != nil {
		return err
	}
	w, err := u.screen.Window()
	if err != nil {
		return err
	}
	if !p.Changed || w.Empty() {
		return errors.New("the desk showed no window")
	}
	f.Door = milli(time.Since(begun) - time.Second) // nothing was painted in the last second
	f.Window = [2]int{w.Dx(), w.Dy()}
	u.list = image.Rect(w.Min.X, w.Min.Y+w.Dy()*2/5, w.Min.X+w.Dx()/4, w.Max.Y-w.Dy()/6)
	for _, do := range []func() error{
		func() error { return u.screen.Type(u.name) }, func() error { return u.screen.Key("Return") },
		func() error { return u.screen.Type(u.password) },
	} {
		if _, err := u.screen.Painted(ctx, u.list, 100*time.Millisecond, time.Second, do); err != nil {
			return err
		}
	}
	at := time.Since(begun)
	if p, err = u.screen.Answered(ctx, u.list, uiSettled, uiStart, func() error { return u.screen.Key("Return") }); err != nil {
		return err
	}
	if !p.Changed {
		return errors.New("the desk did not let " + u.name + " in")
	}
	f.SignIn, f.Queue = milli(p.Final), milli(at+p.Final)
	return nil
}

// search types parts of names and numbers of people who wait, one letter after the other was answered.
func (u *uiBench) search(ctx context.Context, _ time.Time, f *uiFigures) error {
	var took []time.Duration
	for turn := 0; len(took) < benchKeys; turn++ {
		q := u.query(turn)
		for _, letter := range q {
			p, err := u.answer(ctx, string(letter))
			if err != nil {
				return err
			}
			took = append(took, p.Final)
		}
		if err := u.screen.Key("Escape"); err != nil {
			return err
		}
		if _, err := u.screen.Rest(ctx, uiQuiet, uiLimit); err != nil {
			return err
		}
	}
	f.Key = wallOf(took)
	return nil
}

// query is what somebody types to find a person: the beginning of a word of the name, or some digits of the number.
func (u *uiBench) query(turn int) string {
	for {
		p := u.people[u.seat.IntN(len(u.people))]
		if turn%3 == 2 {
			at := u.seat.IntN(len(p.NIK) - 6)
			return p.NIK[at : at+6]
		}
		all := strings.Fields(p.Name)
		w := strings.ToLower(all[u.seat.IntN(len(all))])
		if len(w) >= 4 && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" {
			return w[:min(len(w), 6)]
		}
	}
}

// answer presses a key of which the list, or the search above it, looks different afterwards.
func (u *uiBench) answer(ctx context.Context, key string) (screen.Paint, error) {
	left := image.Rect(u.list.Min.X, u.list.Min.Y/2, u.list.Max.X, u.list.Max.Y) // with the search field
	p, err := u.screen.Answered(ctx, left, uiQuiet, uiLimit, func() error { return u.screen.Key(key) })
	if err == nil && !p.Changed {
		err = fmt.Errorf("nothing was painted for the key %q", key)
	}
	return p, err
}

// pages goes down the queue a page at a time.
func (u *uiBench) pages(ctx context.Context, _ time.Time, f *uiFigures) error {
	var took []time.Duration
	for range benchPages {
		p, err := u.answer(ctx, "Next")
		if err != nil {
			return err
		}
		took = append(took, p.Final)
	}
	f.Page = wallOf(took)
	return nil
}

// idle looks at what the program costs while nobody touches it.
func (u *uiBench) idle(ctx context.Context, _ time.Time, f *uiFigures) error {
	if _, err := u.screen.Rest(ctx, uiSettled, uiStart); err != nil {
		return err
	}
	var err error
	if f.Idle, err = u.share(ctx, uiIdle); err != nil {
		return err
	}
	if f.Resident, f.Own, f.Peak, err = memory(u.desk.Process.Pid); err != nil {
		return err
	}
	f.Later, err = u.share(ctx, uiLater)
	return err
}

// share is what the program takes of a processor for so long, in percent.
func (u *uiBench) share(ctx context.Context, d time.Duration) (float64, error) {
	before, err := processTime(u.desk.Process.Pid)
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	select {
	case <-time.After(d):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	after, err := processTime(u.desk.Process.Pid)
	return 100 * (after - before).Seconds() / time.Since(begun).Seconds(), err
}

// processTime is what a process has had of the processors, from /proc/PID/stat (proc(5)), in ticks of a hundredth of a second.
func processTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(b, []byte(") ")) // the name before may hold spaces
	fields := strings.Fields(string(rest))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	ticks := 0
	for _, at := range []int{11, 12} { // utime, stime
		n, err := strconv.Atoi(fields[at])
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// memory is what a process holds of the memory now, what of it is no file's, and what it held at most, in MiB, from /proc/PID/status.
func memory(pid int) (now, own, most float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, 0, err
	}
	for line := range strings.Lines(string(b)) {
		w := strings.Fields(line)
		if len(w) < 2 {
			continue
		}
		kib, _ := strconv.ParseFloat(w[1], 64)
		switch w[0] {
		case "VmRSS:":
			now = kib / 1024
		case "RssAnon:":
			own = kib / 1024
		case "VmHWM:":
			most = kib / 1024
		}
	}
	return now, own, most, nil
}

func milli(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func wallOf(all []time.Duration) wallFigures {
	slices.Sort(all)
	n := len(all)
	return wallFigures{N: n, P50: milli(all[n/2]), P99: milli(all[min(n-1, n*99/100)]), Worst: milli(all[n-1])}
}

func (f uiFigures) write(w io.Writer) {
	fmt.Fprintf(w, "%d records wait, window %d x %d, %d processors, drawn without a graphics card\n", f.Records, f.Window[0], f.Window[1], f.Processors)
	for _, r := range []struct {
		name, value, budget, what string
	}{
		{"door", ms(f.Door), "", "from the start of the program until a person may sign in"},
		{"sign-in", ms(f.SignIn), "1000 ms", "from Enter at the door to the queue on the screen"},
		{"queue", ms(f.Queue), "", "from the start of the program to the queue on the screen"},
		{"key", ms(f.Key.P50), "", fmt.Sprintf("a key in the search to the painted result, median of %d", f.Key.N)},
		{"", ms(f.Key.P99), "", fmt.Sprintf("99th percentile; the slowest took %s", ms(f.Key.Worst))},
		{"page", ms(f.Page.P50), "", fmt.Sprintf("a page of the queue, median of %d", f.Page.N)},
		{"", ms(f.Page.P99), "", fmt.Sprintf("99th percentile; the slowest took %s", ms(f.Page.Worst))},
		{"idle", fmt.Sprintf("%.1f %%", f.Idle), "1 %", "of a processor in the first half minute without anybody"},
		{"", fmt.Sprintf("%.1f %%", f.Later), "1 %", "after that"},
		{"memory", fmt.Sprintf("%.0f MiB", f.Resident), "200 MiB", fmt.Sprintf("held then, %.0f MiB of it no file; at most it held %.0f MiB", f.Own, f.Peak)},
	} {
		fmt.Fprintf(w, "%-8s %10s  %-8s  %s\n", r.name, r.value, r.budget, r.what)
	}
	fmt.Fprintln(w, "The third column is the budget of the design, where it has one.")
}

func ms(v float64) string { return fmt.Sprintf("%.0f ms", v) }
