package main

import (
	"bytes"
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
)

// TestMain lets this test binary be the program on the PATH, as shipped.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"panel": main})
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"--dir", "x", "more"}, {"--dir", "x", "--lang", "fr"}, {"--no-such"}} {
		var errs bytes.Buffer
		if code := run(args, nil, &errs); code != exitUsage || errs.Len() == 0 {
			t.Errorf("%q: exit %d, %q", args, code, &errs)
		}
	}
	if code := run([]string{"-h"}, nil, &bytes.Buffer{}); code != exitDone {
		t.Errorf("help ends with %d", code)
	}
}

// TestNoDisplay: without a display it says so and names the way that needs none.
func TestNoDisplay(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	var errs bytes.Buffer
	if code := run([]string{"--dir", t.TempDir()}, nil, &errs); code != exitNowhere || !strings.Contains(errs.String(), "hwsim world --dir") {
		t.Errorf("exit %d, %q", code, &errs)
	}
}

// TestWindow works the real program on a screen of its own: keys open the lid and fill the feeder of a simulator.
func TestWindow(t *testing.T) {
	base, err := os.MkdirTemp("", "panel") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	sim := filepath.Join(base, "sim")
	r, err := rig.Start(context.Background(), rig.Options{Dir: sim, Records: -1, Blanks: 60, Speed: 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	screen := display(t)
	var log bytes.Buffer
	window := exec.Command("panel", "--dir", sim, "--lang", "en")
	window.Env = append(os.Environ(), "DISPLAY="+screen)
	window.Stderr = &log
	if err := window.Start(); err != nil {
		t.Fatal(err)
	}
	do := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "DISPLAY="+screen)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	do("xdotool", "search", "--sync", "--onlyvisible", "--pid", fmt.Sprint(window.Process.Pid))
	press := func(key string, holds func(world.Truth) bool) {
		t.Helper()
		for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); {
			do("xdotool", "key", key) // the window may not listen yet
			for range 50 {
				if holds(r.World()) {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		}
		t.Fatalf("%s did nothing\n%s", key, &log)
	}
	press("l", func(w world.Truth) bool { return w.CoverOpen })
	shot := func() []byte {
		t.Helper()
		dots := filepath.Join(base, "window.rgb") // dots alone: a PNG would tell its moment too
		do("import", "-window", "root", "-depth", "8", "rgb:"+dots)
		b, err := os.ReadFile(dots)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	was := shot()
	for next := shot(); !bytes.Equal(was, next); next = shot() {
		was = next // until it is still
	}
	press("f", func(w world.Truth) bool { return w.Feeder > 60 })
	for end := time.Now().Add(2 * time.Minute); bytes.Equal(was, shot()); {
		if time.Now().After(end) {
			t.Fatal("what happened is not drawn")
		}
	}
	bin := filepath.Join("..", "..", "..", "bin") // where the desk's tests leave their pictures
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	do("import", "-window", "root", filepath.Join(bin, "panel.png"))
	if err := window.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := window.Wait(); err != nil {
		t.Errorf("it ended with %v\n%s", err, &log)
	}
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
	_ = w.Close()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	var number int
	if _, err := fmt.Fscan(r, &number); err != nil {
		t.Fatalf("Xvfb did not say its display: %v", err)
	}
	return fmt.Sprintf(":%d", number)
}
