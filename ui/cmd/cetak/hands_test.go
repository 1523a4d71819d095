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

	"cetak/hwsim/rig"
	"cetak/hwsim/world"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
)

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
	rig     *rig.Rig
	dir     string // the station's folder
	display string
	desk    *exec.Cmd
	log     strings.Builder
	stopped chan error
}

// sit starts a simulator with records, a station beside it that people work at, and the real desk program on a screen of its own.
// made, if any, does something to the station's folder before the program starts.
func sit(t *testing.T, records int, cfg config.Config, made ...func(dir string)) *hands {
	t.Helper()
	base, err := os.MkdirTemp("", "cetak") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	sim := filepath.Join(base, "sim")
	r, err := rig.Start(context.Background(), rig.Options{Dir: sim, Records: records, Speed: 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	cfg.Station.Office, cfg.Station.Desk = "Dukcapil Kabupaten Contoh", "2"
	h := &hands{t: t, rig: r, dir: filepath.Join(base, "desk"), display: display(t), stopped: make(chan error, 1)}
	if err := assembly.InitSim(context.Background(), h.dir, sim, cfg); err != nil {
		t.Fatal(err)
	}
	for _, do := range made {
		do(h.dir)
	}
	h.desk = exec.Command("cetak", "--dir", h.dir, "--lang", "id")
	h.desk.Env = append(os.Environ(), "DISPLAY="+h.display)
	h.desk.Stderr = &h.log
	if err := h.desk.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { h.stopped <- h.desk.Wait() }()
	t.Cleanup(func() { h.desk.Process.Kill() })
	h.do("xdotool", "search", "--sync", "--onlyvisible", "--pid", fmt.Sprint(h.desk.Process.Pid))
	return h
}

// leave tells the program to end, as the session's end does.
func (h *hands) leave() {
	h.t.Helper()
	h.desk.Process.Signal(syscall.SIGTERM)
	if err := <-h.stopped; err != nil {
		h.t.Errorf("the desk ended with %v\n%s", err, &h.log)
	}
}

// pictures is the folder where pictures of the real program are left.
func pictures(t *testing.T) string {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "bin")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
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

// says types words and moves on to the next field.
func (h *hands) says(all ...string) {
	for i, s := range all {
		if i > 0 {
			h.key("Return")
		}
		h.types(s)
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

// wrote waits until the station's journal has n facts of a kind: a password and a flush take their time.
func (h *hands) wrote(kind journal.Kind, n int) {
	h.t.Helper()
	if !h.has(kind, n, 30*time.Second) {
		h.t.Fatalf("the journal never had %d %s", n, kind)
	}
}

// has says whether the station's journal has n facts of a kind, within the time given.
func (h *hands) has(kind journal.Kind, n int, within time.Duration) bool {
	h.t.Helper()
	j, err := journal.OpenReader(context.Background(), filepath.Join(h.dir, assembly.JournalFile))
	if err != nil {
		h.t.Fatal(err)
	}
	defer j.Close()
	for end := time.Now().Add(within); ; time.Sleep(50 * time.Millisecond) {
		have := 0
		for _, err := range j.Of(context.Background(), 0, kind) {
			if err != nil {
				h.t.Fatal(err)
			}
			have++
		}
		if have >= n || time.Now().After(end) {
			return have >= n
		}
	}
}

// file waits for a file and reads it.
func (h *hands) file(pattern string) []byte {
	h.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if all, _ := filepath.Glob(pattern); len(all) > 0 {
			b, err := os.ReadFile(all[0])
			if err != nil {
				h.t.Fatal(err)
			}
			return b
		}
	}
	h.t.Fatalf("there is no %s", pattern)
	return nil
}
