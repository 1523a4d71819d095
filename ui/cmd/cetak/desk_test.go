package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cetak/hwsim/rig"
	"cetak/hwsim/world"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
)

// TestMain lets this test binary be the desk program on the PATH, as shipped.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cetak": main})
}

// display starts an X server of its own and gives its DISPLAY.
func display(t *testing.T) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: install xvfb (make setup)", err)
	}
	w.Close()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not say its display: %v", err)
	}
	return ":" + strings.TrimSpace(line)
}

// hands are the operator's: they work the keyboard and take pictures.
type hands struct {
	t       *testing.T
	display string
	rig     *rig.Rig
}

func (h *hands) do(name string, args ...string) {
	h.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+h.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// key presses a key and waits until the screen answers it, where it does.
func (h *hands) key(k string) {
	h.t.Helper()
	before := h.shot()
	h.do("xdotool", "key", k)
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && h.shot() == before; {
		time.Sleep(50 * time.Millisecond)
	}
}

func (h *hands) types(text string) { h.do("xdotool", "type", "--delay", "30", text) }
func (h *hands) picture(path string) {
	h.do("import", "-window", "root", path)
}

// until waits for the world to become as expected.
func (h *hands) until(what string, is func(world.Truth) bool) {
	h.t.Helper()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if is(h.rig.World()) {
			return
		}
	}
	h.picture(filepath.Join(os.TempDir(), "cetak-desk-failed.png"))
	h.t.Fatalf("%s did not happen; %+v", what, h.rig.World())
}

// TestDesk works the real desk program on a screen of its own, by keyboard alone: finds a person by part of a name,
// prints the card, confirms it, and holds the world to it. It leaves bin/desk-after.png and bin/desk-before.png.
func TestDesk(t *testing.T) {
	base, err := os.MkdirTemp("", "cetak")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	r, err := rig.Start(context.Background(), rig.Options{Dir: filepath.Join(base, "sim"), Records: 25, Speed: 30})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cfg := config.Default()
	cfg.Station.Office, cfg.Station.Desk = "Dukcapil Kabupaten Contoh", "2"
	cfg.People.SignIn, cfg.Shift.Required = false, false
	dir := filepath.Join(base, "desk")
	if err := assembly.InitSim(context.Background(), dir, filepath.Join(base, "sim"), cfg); err != nil {
		t.Fatal(err)
	}
	var want string // who is searched: the last in line, by the middle of the name
	for _, rec := range r.Centre().Records() {
		if name := rec.Fields.Name; len(strings.Fields(name)) >= 2 {
			want = name
		}
	}
	h := &hands{t: t, display: display(t), rig: r}
	desk := exec.Command("cetak", "--dir", dir, "--lang", "id")
	desk.Env = append(os.Environ(), "DISPLAY="+h.display)
	var log strings.Builder
	desk.Stderr = &log
	if err := desk.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- desk.Wait() }()
	defer desk.Process.Kill()
	h.do("xdotool", "search", "--sync", "--onlyvisible", "--pid", fmt.Sprint(desk.Process.Pid))
	h.settled()
	pictures := filepath.Join("..", "..", "..", "bin")
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		t.Fatal(err)
	}
	word := strings.ToLower(want)
	h.types(word[2:min(len(word), 14)])
	h.settled()
	h.picture(filepath.Join(pictures, "desk-before.png"))
	for range 4 { // a slow screen may not have found the person yet; once a card has begun, the key begins no other
		h.key("Return")
		if h.has(dir, journal.KindIntent, 1, 15*time.Second) {
			break
		}
	}
	h.until("the card in the tray", func(w world.Truth) bool { return len(w.Trays.Good) == 1 })
	h.settled()
	h.key("F6")
	h.settled()
	h.picture(filepath.Join(pictures, "desk-after.png"))
	desk.Process.Signal(syscall.SIGTERM)
	if err := <-stopped; err != nil {
		t.Errorf("the desk ended with %v\n%s", err, &log)
	}
	w := r.World()
	if w.Feeder != 99 || len(w.Trays.Good) != 1 || len(w.Trays.Reject) != 0 || w.Machine != nil {
		t.Fatalf("the world: %+v", w)
	}
	d, err := assembly.Open(context.Background(), dir, assembly.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	items, err := d.Store.Queue(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		if i.Name == want {
			t.Errorf("the person who was searched for still waits")
		}
	}
	h.hold(d, len(items))
}

// hold compares the ledger with the world.
func (h *hands) hold(d *assembly.Desk, waiting int) {
	l, err := assembly.ReadLedger(context.Background(), d.Journal.Reader)
	if err != nil {
		h.t.Fatal(err)
	}
	b := l.Balance()["WNI"]
	if b["hopper"] != 99 || b["good"] != 1 || b["machine"] != 0 || b["spoiled"] != 0 || waiting != 24 {
		h.t.Errorf("the ledger: %v, %d waiting", b, waiting)
	}
}

// settled gives the screen the time a person would: no animation runs, so two equal pictures mean that it rests. One without a
// thing on it is no screen yet.
func (h *hands) settled() {
	h.t.Helper()
	last := ""
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		time.Sleep(250 * time.Millisecond)
		now := h.shot()
		if now == last && strings.Trim(now, now[:1]) != "" {
			return
		}
		last = now
	}
}

// shot is what the screen shows, as raw bytes.
func (h *hands) shot() string {
	h.t.Helper()
	cmd := exec.Command("import", "-window", "root", "-depth", "8", "rgb:-")
	cmd.Env = append(os.Environ(), "DISPLAY="+h.display)
	out, err := cmd.Output()
	if err != nil || len(out) == 0 {
		h.t.Fatalf("import: %v", err)
	}
	return string(out)
}
