package panel

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cetak/hwsim/command"
	"cetak/hwsim/panel/model"
	"cetak/hwsim/rig"
	"cetak/hwsim/world"
)

// TestMain lets this test binary be the simulator on the PATH, as shipped.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hwsim": func() { os.Exit(command.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }})
}

// desk is a simulator in a process of its own, and a window on it without the drawing.
type desk struct {
	t     *testing.T
	dir   string
	cmd   *exec.Cmd
	tty   *os.File
	f     *Follower
	told  chan model.Seen
	seen  model.Seen
	local model.Local
}

func sit(t *testing.T) *desk {
	t.Helper()
	base, err := os.MkdirTemp("", "panel") // short: a socket's path must fit in 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	d := &desk{t: t, dir: filepath.Join(base, "sim"), told: make(chan model.Seen), local: model.Start("id")}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	d.f = Follow(ctx, d.dir, func(s model.Seen) {
		select {
		case d.told <- s:
		case <-ctx.Done():
		}
	})
	return d
}

// power starts the simulator.
func (d *desk) power() {
	d.t.Helper()
	cmd := exec.Command("hwsim", "run", "--dir", d.dir, "--speed", "500", "--blanks", "60", "--records", "0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	var ready rig.Ready
	if err == nil {
		err = json.NewDecoder(out).Decode(&ready)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.cmd = cmd
	d.t.Cleanup(d.cut)
}

// cut ends the simulator.
func (d *desk) cut() {
	if d.cmd != nil {
		_ = d.cmd.Process.Signal(syscall.SIGTERM)
		_ = d.cmd.Wait()
		d.cmd = nil
	}
}

func (d *desk) screen() model.Screen { return model.Of(d.seen, d.local) }

// until takes in what is told until it holds.
func (d *desk) until(what string, holds func(model.Seen) bool) {
	d.t.Helper()
	late := time.After(2 * time.Minute)
	for !holds(d.seen) {
		select {
		case d.seen = <-d.told:
		case <-late:
			d.t.Fatalf("%s: not seen; the screen: %+v", what, d.screen().State)
		}
	}
}

// press does what a key does, as the window does it, and waits until it is seen.
func (d *desk) press(key model.Key, holds func(rig.Desk) bool) {
	d.t.Helper()
	a, on := d.screen().Key(key)
	if !on {
		d.t.Fatalf("%s cannot be pressed: %+v; %+v", key, a, d.screen().State)
	}
	if a.Step != model.NoStep {
		d.local = d.local.After(a)
		return
	}
	d.do(a.Hand)
	d.until(string(key)+" "+a.Hand, func(s model.Seen) bool { return s.Up && holds(s.Desk) })
}

// do does a verb while what is told is taken in.
func (d *desk) do(words string) {
	d.t.Helper()
	done := make(chan error, 1)
	go func() { done <- d.f.Do(strings.Fields(words)...) }()
	for {
		select {
		case err := <-done:
			if err != nil {
				d.t.Fatalf("%s: %v", words, err)
			}
			return
		case d.seen = <-d.told:
		}
	}
}

// command has the printer do a command, as a station would.
func (d *desk) command(text string) {
	d.t.Helper()
	if d.tty == nil {
		f, err := os.OpenFile(filepath.Join(d.dir, "printer"), os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
		if err != nil {
			d.t.Fatal(err)
		}
		d.t.Cleanup(func() { _ = f.Close() })
		d.tty = f
	}
	if _, err := d.tty.WriteString("\x1b" + text + "\r"); err != nil {
		d.t.Fatal(err)
	}
}

// arm arms a fault, once, at its usual event, by the list.
func (d *desk) arm(fault string) {
	d.t.Helper()
	d.press("G", nil)
	d.local = d.local.After(model.Action{Step: model.ChooseFault, Arg: fault})
	d.press("Return", func(k rig.Desk) bool { return len(k.Armed) == 1 })
	d.press("Escape", nil)
}

// TestHands: each key of the window changes the real simulator's world as it says.
func TestHands(t *testing.T) {
	d := sit(t)
	d.power()
	d.until("a fresh desk", func(s model.Seen) bool { return s.Up && s.Desk.World.Feeder == 60 && len(s.Catalogue.Faults) > 0 })

	d.press("L", func(k rig.Desk) bool { return k.World.CoverOpen })
	d.press("L", func(k rig.Desk) bool { return !k.World.CoverOpen })
	d.press("F", func(k rig.Desk) bool { return k.World.Feeder == 85 })
	d.press("+", nil)
	d.press("U", func(k rig.Desk) bool { return k.World.Feeder == 35 })
	d.press("V", func(k rig.Desk) bool { return k.World.Ribbon.Type == "" })
	d.press("R", func(k rig.Desk) bool { return k.World.Ribbon.Cards() == 200 })
	d.press("T", func(k rig.Desk) bool { return k.World.Reader != nil && k.World.Feeder == 34 })
	d.press("X", func(k rig.Desk) bool { return k.World.Reader == nil && k.World.Feeder == 35 })
	d.do("feeder-empty")
	d.until("a blind feeder", func(s model.Seen) bool { return s.Desk.FeederBlind })
	d.press("A", func(k rig.Desk) bool { return !k.FeederBlind })
	d.press("C", func(k rig.Desk) bool { return !k.Cable })
	d.press("C", func(k rig.Desk) bool { return k.Cable })
	d.press("M", func(rig.Desk) bool {
		in, err := filepath.Glob(filepath.Join(d.dir, "inbox", "*.prr"))
		return err == nil && len(in) == 1
	})

	d.arm("jam-feed")
	d.command("Pem;2")
	d.command("Si")
	d.until("a jam", func(s model.Seen) bool {
		return s.Desk.World.Jam && s.Desk.World.Machine != nil && len(s.Desk.Armed) == 0
	})
	jammed := d.seen.Desk.World.Machine.UID
	d.press("K", func(k rig.Desk) bool { return !k.World.Jam && k.World.Machine == nil && len(k.World.Trays.Hand) == 1 })

	d.local.Chosen = jammed
	d.press("I", func(k rig.Desk) bool { return k.World.FeederCards[0] == jammed && len(k.World.Trays.Hand) == 0 })
	d.arm("hold") // at the head
	d.command("Se")
	d.command("Si")
	d.until("a held card", func(s model.Seen) bool { return s.Desk.Held == "head" })
	if at := d.screen().Where(jammed); at != string(world.Path) {
		t.Errorf("held before the head it is drawn at %q", at)
	}
	d.press("N", func(k rig.Desk) bool {
		return k.Held == "" && k.World.Machine != nil && k.World.Machine.Place == world.Head
	})
	d.press("O", func(k rig.Desk) bool { return k.World.Machine == nil && len(k.World.Trays.Reject) == 1 })
	d.press("H", func(k rig.Desk) bool { return k.World.Machine != nil && k.World.Machine.UID == jammed })
	d.press("K", func(k rig.Desk) bool { return len(k.World.Trays.Hand) == 1 })
	d.press("B", func(k rig.Desk) bool { return len(k.World.Trays.Reject) == 1 })
	d.press("T", func(k rig.Desk) bool { return k.World.Reader != nil && k.World.Reader.UID == jammed })
	d.press("X", func(k rig.Desk) bool { return len(k.World.Trays.Reject) == 1 })
	d.press("E", func(k rig.Desk) bool { return len(k.World.Trays.Reject) == 0 && len(k.World.Trays.Emptied) == 1 })
	d.do("printer-off")
	d.until("no power", func(s model.Seen) bool { return s.Desk.Power == "off" })
	d.press("P", func(k rig.Desk) bool { return k.Power == "on" })

	d.press("Return", nil)
	if l := d.screen().Large; l == nil || l.Card.UID != jammed {
		t.Errorf("looked at: %+v", l)
	}
	if err := d.f.Do("feed", "many"); err == nil {
		t.Error("nonsense was not refused")
	}
}

// TestComesBack: a simulator that stops is said to be away, and one that starts again is found.
func TestComesBack(t *testing.T) {
	d := sit(t)
	d.until("nobody there", func(s model.Seen) bool { return s.Dir != "" && !s.Up })
	if s := d.screen(); s.Known || s.State.Tone != model.Stopped {
		t.Errorf("%+v", s.State)
	}
	d.power()
	d.until("there", func(s model.Seen) bool { return s.Up })
	d.cut()
	d.until("gone", func(s model.Seen) bool { return !s.Up })
	if s := d.screen(); !s.Known || s.Machine.Feeder.Count != 60 {
		t.Error("how it was last seen is forgotten")
	}
	d.power()
	d.until("back", func(s model.Seen) bool { return s.Up && s.Desk.World.Feeder == 60 })
}
