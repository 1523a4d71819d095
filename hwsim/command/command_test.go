package command

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cetak/hwsim/rig"
	"cetak/hwsim/world"
)

func try(args ...string) (int, string, string) {
	var out, errs bytes.Buffer
	code := Run(args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// TestRunDoWorld drives a simulator as scripts do, and ends it with a signal.
func TestRunDoWorld(t *testing.T) {
	dir := t.TempDir()
	scenePath := filepath.Join(t.TempDir(), "scene")
	if err := os.WriteFile(scenePath, []byte("on feed do jam-feed once\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	ended := make(chan int)
	go func() {
		ended <- Run([]string{"run", "--dir", dir, "--speed", "50", "--records", "1", "--blanks", "7", "--scene", scenePath,
			"--option", "terminator=cr", "--option", "ack=after", "--reject-capacity", "4"}, nil, w, io.Discard)
		_ = w.Close()
	}()
	var ready rig.Ready
	if err := json.NewDecoder(r).Decode(&ready); err != nil {
		t.Fatal(err)
	}
	if ready.Blanks != 7 || ready.Speed != 50 || ready.RejectCapacity != 4 {
		t.Errorf("%+v", ready)
	}
	if code, out, errs := try("do", "--dir", dir, "feed", "3"); code != 0 || out != "10 blanks in the feeder\n" {
		t.Errorf("%d %q %q", code, out, errs)
	}
	code, out, _ := try("world", "--dir", dir, "--json")
	var tr world.Truth
	if err := json.Unmarshal([]byte(out), &tr); code != 0 || err != nil || tr.Feeder != 10 {
		t.Errorf("%d %s %v", code, out, err)
	}
	if code, out, _ := try("world", "--dir", dir); code != 0 || !strings.HasPrefix(out, "feeder 10,") {
		t.Errorf("%d %q", code, out)
	}
	if code, _, errs := try("do", "--dir", dir, "fly"); code != 1 || !strings.Contains(errs, "no verb") {
		t.Errorf("%d %q", code, errs)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := <-ended; code != 0 {
		t.Errorf("ended with %d", code)
	}
	if code, _, errs := try("world", "--dir", dir); code != 1 || !strings.Contains(errs, "no simulator runs") {
		t.Errorf("%d %q", code, errs)
	}
}

func TestPeople(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "more.prr")
	if code, _, errs := try("people", "-n", "2", "--seed", "5", "-o", file); code != 0 {
		t.Fatal(errs)
	}
	b, err := os.ReadFile(file)
	if err != nil || bytes.Count(b, []byte("\n")) != 3 {
		t.Errorf("%d lines, %v", bytes.Count(b, []byte("\n")), err)
	}
	if _, err := os.Stat(filepath.Join(dir, "more-keys", "station.jwk")); err != nil {
		t.Error(err)
	}
}

func TestUsage(t *testing.T) {
	for _, tc := range []struct {
		args string
		code int
		says string
	}{
		{"", 2, "hwsim run"}, {"fly", 2, "no command"}, {"run", 2, "--dir is missing"}, {"run --dir x --speed 0", 2, "above 0"},
		{"run --dir x --option ack=never", 2, "option ack"}, {"run --dir x --blanks many", 2, "many"}, {"run --dir x y", 2, "unexpected"},
		{"do", 2, "verbs"}, {"world", 2, "--dir is missing"}, {"people", 2, "FILE.prr"}, {"run -h", 0, "-scene"},
		{"run --dir x --scene /does/not/exist", 1, "/does/not/exist"},
	} {
		code, _, errs := try(strings.Fields(tc.args)...)
		if code != tc.code || !strings.Contains(errs, tc.says) {
			t.Errorf("%q: %d %q", tc.args, code, errs)
		}
	}
}
