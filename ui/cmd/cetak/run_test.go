package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/station"
)

func TestGLWatch(t *testing.T) {
	for _, tt := range []struct {
		line string
		code int
		told bool
	}{
		{"Fyne error: window creation error", 3, true},
		{"Fyne error: failed to initialise GLFW", 3, true},
		{"Fyne error: failed to watch theme settings", 0, false},
		{"Fyne error:  something else", 0, true},
	} {
		var out bytes.Buffer
		code := 0
		if _, err := (&glWatch{out: &out, exit: func(c int) { code = c }}).Write([]byte(tt.line)); err != nil {
			t.Fatal(err)
		}
		if code != tt.code || strings.Contains(out.String(), "no window") != (tt.code != 0) || strings.HasPrefix(out.String(), tt.line) != tt.told {
			t.Errorf("%s: exit %d, %q", tt.line, code, out.String())
		}
	}
}

// How long the toolkit keeps a drawing is said before it looks: Go traces in which order this program's packages are initialised.
func TestThrift(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run", "^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := bytes.Index(trace, []byte("init cetak/ui/thrift ")), bytes.Index(trace, []byte("init fyne.io/fyne/v2/internal/cache "))
	if ours < 0 || theirs < 0 || ours > theirs {
		t.Errorf("ours at %d, the toolkit's at %d of\n%s", ours, theirs, trace)
	}
}

func TestNoDisplay(t *testing.T) {
	if noDisplay(func(string) string { return "" }) == "" {
		t.Error("no display was not noticed")
	}
	if why := noDisplay(func(k string) string { return map[string]string{"DISPLAY": ":1"}[k] }); why != "" {
		t.Error(why)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"--lang", "fr"}, {"--nothing"}, {"file"}} {
		var out, errs bytes.Buffer
		if code := run(args, &out, &errs); code != 2 || errs.Len() == 0 {
			t.Errorf("%v: exit %d, %q", args, code, errs.String())
		}
	}
}

// A desk that could not be opened shows its fault and opens again when told to.
func TestClosed(t *testing.T) {
	tried := 0
	c := &closed{fault: drivers.Fault{Code: "K-102", Detail: "cetak.toml"}, again: func() { tried++ }}
	ch, stop := c.Watch()
	defer stop()
	if s := <-ch; s.Fault.Code != "K-102" || s.Fault.Detail != "cetak.toml" {
		t.Errorf("%+v", s.Fault)
	}
	c.Do(station.Refresh{})
	c.Do(station.Reply{Answer: station.AnswerContinue})
	if tried != 1 {
		t.Errorf("opened %d times", tried)
	}
}
