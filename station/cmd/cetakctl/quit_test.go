package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
)

// quitWithin is the requirement: a program told to stop ends within three seconds and the motion of a card already
// moving. The motion is what the driver allows a mute machine: a panel's bytes on the line and its burning, or the last
// panel and the way out. slack is for the computer the test runs on.
const (
	quitWithin = 3 * time.Second
	motion     = 9 * time.Second
	slack      = 3 * time.Second
)

// TestQuit tells the program to stop in every phase of a card, with the printer mute, the reader hung, or the disk not
// answering, and holds it to its time; then mends the cause, and both people get their card.
func TestQuit(t *testing.T) {
	const done, interrupted, person = 0, 1, 3
	for _, c := range []struct {
		phase, cause string
		scene        string
		after        journal.Kind // the fact that stands when the signal comes
		disk         string       // the file whose lock is held
		bound        time.Duration
		exit         []int
	}{
		{"claimed", "printer", "on command:Rcr do printer-mute once", journal.KindBundle, "", quitWithin, []int{interrupted}},
		{"loading", "printer", "on feed do printer-mute once", journal.KindIntent, "", quitWithin + motion, []int{person}},
		{"encoding", "printer", "on update do printer-mute once", journal.KindUID, "", quitWithin + motion, []int{person}},
		{"printing", "printer", "on panel-y do printer-mute once", journal.KindPrinting, "", quitWithin + motion, []int{person}},
		{"discharging", "printer", "on eject do printer-mute once", journal.KindDischarging, "", quitWithin + motion, []int{person}},

		{"at-chip", "reader", "on select do chip-mute once", journal.KindLoaded, "", quitWithin, []int{person}},
		{"encoding", "reader", "on update do chip-mute once", journal.KindUID, "", quitWithin, []int{person}},
		{"verifying", "reader", "on activate do chip-mute once", journal.KindWritten, "", quitWithin, []int{person}},
		{"printing", "reader", "on panel-y do chip-mute once", journal.KindPrinting, "", quitWithin + motion, []int{done, interrupted}},

		{"claimed", "disk", "on command:Rcr do printer-mute once", journal.KindBundle, assembly.JournalFile, quitWithin, []int{interrupted}},
		{"loading", "disk", "on feed do printer-mute once", journal.KindIntent, assembly.JournalFile, quitWithin + motion, []int{person}},
		{"at-chip", "disk", "on select do chip-mute once", journal.KindLoaded, assembly.JournalFile, quitWithin, []int{person}},
		{"encoding", "disk", "on update do chip-mute once", journal.KindUID, assembly.JournalFile, quitWithin, []int{person}},
		{"verifying", "disk", "on activate do chip-mute once", journal.KindWritten, assembly.JournalFile, quitWithin, []int{person}},
		{"printing", "disk", "on panel-y do printer-mute once", journal.KindPrinting, assembly.JournalFile, quitWithin + motion, []int{person}},
		{"discharging", "disk", "on eject do printer-mute once", journal.KindDischarging, assembly.JournalFile, quitWithin + motion, []int{person}},
		{"settling", "disk", "on feed do printer-mute 400 once", journal.KindOutcome, assembly.RecordsFile, quitWithin, []int{person}},
	} {
		t.Run(c.phase+", "+c.cause, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "scene")
			if err := os.WriteFile(file, []byte(c.scene+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			b := start(t, "--records", "2", "--scene", file)
			free := func() {}
			p := b.run(nil, "run", "--until-empty")
			if c.disk == assembly.RecordsFile { // past the intent, only the report writes there
				b.until(journal.KindIntent)
				free = b.hold(c.disk)
			}
			b.until(c.after)
			b.struck()
			if c.disk == assembly.JournalFile {
				free = b.hold(c.disk)
			}
			code, took := p.stop(t, syscall.SIGTERM)
			free()
			if took > c.bound+slack {
				t.Errorf("it took %v to end, %v is allowed\n%s", took, c.bound, &p.errs)
			}
			if !slices.Contains(c.exit, code) {
				t.Errorf("exit %d, want %v\n%s", code, c.exit, &p.errs)
			}
			t.Logf("%v", took.Round(10*time.Millisecond))
			b.recover()
		})
	}
}

// TestQuitWhileAsked stops the program while a person is asked about a print.
func TestQuitWhileAsked(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "1")
	b.set(func(c *config.Config) { c.Station.ConfirmEvery = 1 })
	keyboard, screen := terminalPair(t)
	defer keyboard.Close()
	p := b.run(screen, "run", "--until-empty")
	b.until(journal.KindDischarged)
	time.Sleep(600 * time.Millisecond) // until the question is asked; stopped before it, the program ends in the same way
	if code, took := p.stop(t, syscall.SIGTERM); code != 3 || took > quitWithin+slack {
		t.Errorf("exit %d after %v\n%s", code, took, &p.errs)
	}
	b.set(func(c *config.Config) { c.Station.ConfirmEvery = 0 })
	b.recover()
}

// Whatever asks it to end while a card is printed, the end of its terminal too: the card comes to its tray and nothing is left open.
func TestQuitWhilePrinting(t *testing.T) {
	heard := make(chan os.Signal, 1) // a program started by one that ignores the end of its terminal would ignore it too
	signal.Notify(heard, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(heard) })
	for _, how := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(how.String(), func(t *testing.T) {
			t.Parallel()
			b := start(t, "--records", "2")
			p := b.run(nil, "run", "--until-empty")
			b.until(journal.KindPrinting)
			if code, _ := p.stop(t, how); code != exitFault {
				t.Errorf("exit %d\n%s", code, &p.errs)
			}
			if w := b.world(); w.Machine != nil || len(w.Trays["good"]) != 1 {
				t.Errorf("the world: %+v", w)
			}
			b.until(journal.KindStop)
			b.recover()
		})
	}
}

// Nobody reads any more what it says (run | head, or an interrupt that has ended the program behind it first): the work goes on.
func TestUnheard(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "3")
	cmd := exec.Command("cetakctl", "run", "--dir", b.dir, "--until-empty")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "good") {
		t.Errorf("it says %q, %v", line, err)
	}
	out.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	b.agree()
	b.holdCards("3")
}

// running is a cetakctl at work.
type running struct {
	cmd  *exec.Cmd
	errs bytes.Buffer
	done chan struct{}
}

// run starts cetakctl on the station and does not wait for it.
func (b *bench) run(in *os.File, args ...string) *running {
	b.t.Helper()
	p := &running{cmd: exec.Command("cetakctl", append([]string{args[0], "--dir", b.dir}, args[1:]...)...), done: make(chan struct{})}
	if in != nil {
		p.cmd.Stdin = in
	}
	p.cmd.Stderr = &p.errs
	if err := p.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	go func() { defer close(p.done); _ = p.cmd.Wait() }()
	b.t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.done })
	return p
}

// stop sends a signal and gives the exit code and how long the end took.
func (p *running) stop(t *testing.T, how syscall.Signal) (int, time.Duration) {
	t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(how); err != nil {
		t.Fatalf("it had ended by itself: %v\n%s", err, &p.errs)
	}
	select {
	case <-p.done:
	case <-time.After(2 * time.Minute):
		t.Fatalf("it never ended\n%s", &p.errs)
	}
	return p.cmd.ProcessState.ExitCode(), time.Since(began)
}

// struck waits until the scene has done its fault: the program meets it now.
func (b *bench) struck() {
	b.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if len(b.fired()) > 0 {
			return
		}
	}
	b.t.Fatal("the scene's fault was never done")
}

// until waits until the fact is in the journal.
func (b *bench) until(kind journal.Kind) {
	b.t.Helper()
	r, err := journal.OpenReader(context.Background(), filepath.Join(b.dir, assembly.JournalFile))
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Close()
	var last journal.Entry
	seen := false // a device that does not hang lets later facts follow at once
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for e, err := range r.Entries(context.Background(), last.Seq) {
			if err != nil {
				b.t.Fatal(err)
			}
			last = e
			seen = seen || e.Kind == kind
		}
		if seen || kind == journal.KindLoaded && last.Kind == journal.KindMovement {
			return
		}
	}
	b.t.Fatalf("no %s in the journal; its last is %s", kind, last.Kind)
}

// hold takes the write lock of a store of the station, as a disk would that answers nobody.
func (b *bench) hold(file string) (free func()) {
	b.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.dir, file)+"?_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		b.t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		b.t.Fatal(err)
	}
	return func() { _ = tx.Rollback(); _ = db.Close() }
}

// recover mends the devices and runs on until nobody waits: by the evidence where it does, else a person looks.
func (b *bench) recover() {
	b.t.Helper()
	var told string
	for range 5 {
		b.hand("printer-mute", "0.01")
		code, out, errs := b.ctl("run", "--until-empty")
		told += fmt.Sprintf("exit %d\n%s%s", code, out, errs)
		if code == 0 {
			b.agree()
			b.holdCards(fmt.Sprint(len(b.records())))
			return
		}
		switch {
		case strings.Contains(errs, "B-204"):
			b.ctl("reopen", "--as", "SUPERVISOR")
		case code == 3:
			answer := "spoiled"
			if w := b.world(); w.Machine == nil && len(w.Trays["good"]) > b.balance()["good"] {
				answer = "good"
			} else {
				b.hand("clear")
			}
			b.ctl("settle", "--answer", answer)
		}
	}
	b.t.Errorf("the station does not come back:\n%s", told)
}

// terminalPair is a pseudo-terminal: what a person types into, and what the program reads.
func terminalPair(t *testing.T) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	return keyboard, screen
}
