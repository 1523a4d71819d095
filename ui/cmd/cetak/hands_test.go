package main

import (
	"bytes"
	"context"
	"image/png"
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
	"cetak/station/screen"
)

// hands are the operator's: they work the keyboard and the mouse, and take pictures.
type hands struct {
	t       *testing.T
	rig     *rig.Rig
	dir     string // the station's folder
	screen  *screen.Screen
	eye     string // where the program tells what stands on the screen
	desk    *exec.Cmd
	log     strings.Builder
	stopped chan error
}

// unguarded are the settings of a desk without people and shifts.
func unguarded() config.Config {
	cfg := config.Default()
	cfg.People.SignIn, cfg.Shift.Required = false, false
	return cfg
}

// sit starts a simulator with records, a station beside it that people work at, and the real desk program on a screen of its own.
// made, if any, does something to the station's folder before the program starts.
func sit(t *testing.T, records int, cfg config.Config, made ...func(dir string)) *hands {
	t.Helper()
	return sitAt(t, rig.Options{Records: records, Speed: 30}, cfg, made...)
}

// sitAt is sit at a simulator of one's own choice.
func sitAt(t *testing.T, o rig.Options, cfg config.Config, made ...func(dir string)) *hands {
	t.Helper()
	base, err := os.MkdirTemp("", "cetak") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	sim := filepath.Join(base, "sim")
	o.Dir = sim
	r, err := rig.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	cfg.Station.Office, cfg.Station.Desk = "Dukcapil Kabupaten Contoh", "2"
	seat, err := screen.Start(context.Background(), 1366, 768)
	if err != nil {
		t.Fatalf("%v: install xvfb (make setup)", err)
	}
	t.Cleanup(seat.Close)
	h := &hands{t: t, rig: r, dir: filepath.Join(base, "desk"), screen: seat, eye: filepath.Join(base, "eye"), stopped: make(chan error, 1)}
	if err := assembly.InitSim(context.Background(), h.dir, sim, cfg); err != nil {
		t.Fatal(err)
	}
	for _, do := range made {
		do(h.dir)
	}
	h.desk = exec.Command("cetak", "--dir", h.dir, "--lang", "id")
	h.desk.Env = append(os.Environ(), "DISPLAY="+seat.Display(), eyeEnv+"="+h.eye)
	h.desk.Stderr = &h.log
	if err := h.desk.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { h.stopped <- h.desk.Wait() }()
	t.Cleanup(func() { h.desk.Process.Kill() })
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if w, err := seat.Window(); err != nil || time.Now().After(end) {
			t.Fatalf("the desk showed no window: %v\n%s", err, &h.log)
		} else if !w.Empty() {
			return h
		}
	}
}

// leave tells the program to end, as the session's end does.
func (h *hands) leave() {
	h.t.Helper()
	h.desk.Process.Signal(syscall.SIGTERM)
	h.ended()
}

// ended waits for the program to end in order. One that does not must tell where it hangs.
func (h *hands) ended() {
	h.t.Helper()
	select {
	case err := <-h.stopped:
		if err != nil {
			h.t.Errorf("the desk ended with %v\n%s", err, &h.log)
		}
	case <-time.After(patience):
		h.desk.Process.Signal(syscall.SIGQUIT)
		<-h.stopped
		h.t.Fatalf("the desk did not end\n%s", h.file(filepath.Join(h.dir, assembly.CrashFiles)))
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

// must ends the test where the display fails.
func (h *hands) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("%v\n%s", err, &h.log)
	}
}

// key presses a key and waits until the screen answers it, where it does.
func (h *hands) key(k string) {
	h.t.Helper()
	_, err := h.screen.Painted(context.Background(), h.screen.Bounds(), 50*time.Millisecond, 5*time.Second, func() error { return h.screen.Key(k) })
	h.must(err)
}

func (h *hands) types(text string) {
	h.t.Helper()
	h.must(h.screen.Type(text))
}

// picture keeps what the screen shows.
func (h *hands) picture(path string) {
	h.t.Helper()
	m, err := h.screen.Shot(h.screen.Bounds())
	h.must(err)
	var b bytes.Buffer
	h.must(png.Encode(&b, m))
	h.must(os.WriteFile(path, b.Bytes(), 0o644))
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

// first makes the first card of a desk and calls it good; key begins it.
func (h *hands) first(key string) {
	h.t.Helper()
	h.key(key)
	h.until("the card in the tray", func(w world.Truth) bool { return len(w.Trays.Good) == 1 })
	h.reads(words("state.confirm"))
	h.key("F6")
	h.wrote(journal.KindConfirmed, 1)
}

// settled gives the screen the time a person would: no animation runs, so two equal pictures mean that it rests. One without a
// thing on it is no screen yet.
func (h *hands) settled() {
	h.t.Helper()
	var last []byte
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		time.Sleep(250 * time.Millisecond)
		m, err := h.screen.Shot(h.screen.Bounds())
		h.must(err)
		if bytes.Equal(m.Pix, last) && !bytes.Equal(m.Pix, bytes.Repeat(m.Pix[:4], len(m.Pix)/4)) {
			return
		}
		last = m.Pix
	}
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
