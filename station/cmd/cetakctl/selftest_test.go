package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/station/config"
	"cetak/station/ledger"
)

// proof is a line of `cetakctl selftest --json`.
type proof struct {
	Event, Test, State, Code, Detail, Reason string
	Counts, Ready                            bool
	Quality                                  struct{ Asked, Right, Bytes int }
}

func proofs(t *testing.T, out string) map[string]proof {
	t.Helper()
	all := map[string]proof{}
	for l := range strings.Lines(out) {
		var s proof
		if err := json.Unmarshal([]byte(l), &s); err != nil {
			t.Fatalf("%v in %s", err, l)
		}
		name := s.Test
		if s.Event == "readiness" {
			name = s.Event
		}
		all[name] = s
	}
	return all
}

// TestSelfTests walks the path of a technician: no card without tests where the settings demand them, tests without and with a card, the
// card accounted for with its own cause and dead, and what ends readiness again.
func TestSelfTests(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "3")
	b.set(func(c *config.Config) { c.Readiness.Required, c.Station.ConfirmEvery = true, 0 })

	code, _, errs := b.ctl("run", "--count", "1")
	if code != exitFault || !strings.Contains(errs, "T-101") || !strings.Contains(errs, "line never") {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	if l := b.balance(); l["hopper"] != 100 {
		t.Errorf("%v", l)
	}
	if code, _, errs := b.ctl("doctor"); code != exitFault || !strings.Contains(errs, "not ok readiness") {
		t.Errorf("doctor: exit %d\n%s", code, errs)
	}
	if code, _, errs := b.ctl("selftest", "--card"); code != exitUsage || !strings.Contains(errs, "--print good") {
		t.Errorf("exit %d\n%s", code, errs)
	}

	got := proofs(t, b.must("selftest", "--json"))
	for _, name := range []string{"line", "sensors", "service", "clock", "disk", "link"} {
		if s := got[name]; s.State != "passed" || !s.Counts {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if q := got["line"].Quality; q.Asked != 100 || q.Right != 100 || q.Bytes != 82_305 || got["readiness"].Ready {
		t.Errorf("%+v %+v", q, got["readiness"])
	}
	if w := b.world(); w.Feeder != 100 {
		t.Error("a test without a card took one")
	}

	got = proofs(t, b.must("selftest", "--card", "--print", "good", "--json"))
	for _, name := range []string{"transport", "chip", "print", "counters"} {
		if s := got[name]; s.State != "passed" || !s.Counts {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if !got["readiness"].Ready {
		t.Errorf("%+v", got)
	}
	w := b.world()
	if len(w.Trays["reject"]) != 1 || w.Feeder != 99 || w.Trays["reject"][0].State != "terminated" || w.Trays["reject"][0].Panels["k"] == "" {
		t.Fatalf("%+v", w)
	}
	b.agree()
	if l := b.balance(); l["spoiled"] != 1 || l["hopper"] != 99 {
		t.Errorf("%v", l)
	}
	if out := b.must("ledger", "movements", "--json"); !strings.Contains(out, `"kind":"`+string(ledger.Specimen)+`"`) || !strings.Contains(out, "scrap:test-card") {
		t.Errorf("%s", out)
	}
	if out := b.must("doctor"); !strings.Contains(out, "ready since") {
		t.Errorf("%s", out)
	}
	if out := b.must("run", "--count", "1"); !strings.Contains(out, "1 good, 0 not") {
		t.Error(out)
	}
	if code, out, errs := b.ctl("report", "readiness", "-o", filepath.Join(b.dir, "r.pdf")); code != 0 {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	} else if pdf, err := os.ReadFile(filepath.Join(b.dir, "r.pdf")); err != nil || !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("%v", err)
	}

	b.must("setup", "--offset-x", "3", "--contrast-black", "12") // the face lies elsewhere now
	if code, _, errs := b.ctl("run", "--count", "1"); code != exitFault || !strings.Contains(errs, "print setup") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	if out := b.must("journal", "--kind", "config", "--json"); !strings.Contains(out, `"OffsetX":3`) {
		t.Errorf("the journal does not know:\n%s", out)
	}
	for _, bad := range [][]string{{"--offset-x", "61"}, {"--contrast-black", "21"}} {
		if code, _, errs := b.ctl(append([]string{"setup"}, bad...)...); code != exitFault || !strings.Contains(errs, "K-102") {
			t.Errorf("%v: exit %d\n%s", bad, code, errs)
		}
	}
	b.agree()
}

// TestSelfTestsFail: what is wrong is found by the test that is there for it, each with its code, and the test card is accounted for
// whatever becomes of it.
func TestSelfTestsFail(t *testing.T) {
	for _, c := range []struct {
		name, scene string
		hands       []string
		args        []string
		test        string // which fails
		code        string
		spoiled     int
		held        bool
	}{
		{name: "noise on the line", scene: "on command:Rsn 10 do flip-byte out 1 once\non command:Rsn 30 do flip-byte out 1 once\non command:Rsn 50 do lose-ack once", args: []string{"line"}, test: "line", code: "T-103"},
		{name: "lid open", hands: []string{"open cover"}, args: []string{"sensors"}, test: "sensors", code: "P-104"},
		{name: "dead chip", scene: "on station do wrong-atr once", args: []string{"--card", "--print", "good"}, test: "chip", code: "C-106", spoiled: 1},
		{name: "print bad", args: []string{"--card", "--print", "bad"}, test: "print", code: "T-105", spoiled: 1},
		{name: "jam at the head", scene: "on panel-m do jam-head once", args: []string{"--card", "--print", "good"}, test: "print", code: "P-103", held: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			flags := []string{"--records", "0"}
			if c.scene != "" {
				file := filepath.Join(t.TempDir(), "scene")
				if err := os.WriteFile(file, []byte(c.scene+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				flags = append(flags, "--scene", file)
			}
			b := start(t, flags...)
			for _, h := range c.hands {
				b.hand(strings.Fields(h)...)
			}
			code, out, errs := b.ctl(append([]string{"selftest", "--json"}, c.args...)...)
			if want := exitFault; c.held && code != exitHeld || !c.held && code != want {
				t.Fatalf("exit %d\n%s%s", code, out, errs)
			}
			if c.held {
				b.hand("clear")
				b.must("settle", "--answer", "spoiled")
				_, out, _ = b.ctl("selftest", "show", "--json")
			}
			got := proofs(t, out)
			if s := got[c.test]; s.State != "failed" || s.Code != c.code || s.Counts || got["readiness"].Ready {
				t.Errorf("%+v", got)
			}
			if c.test == "chip" && (got["print"].Code != "T-106" || got["transport"].State != "passed") {
				t.Errorf("%+v", got)
			}
			b.must("ledger", "verify")
			l := b.balance()
			if want := c.spoiled; !c.held && (l["spoiled"] != want || l["hopper"]+l["spoiled"] != 100) || c.held && l["spoiled"] != 1 {
				t.Errorf("%v", l)
			}
			if !c.held {
				b.agree()
			}
		})
	}
}

// TestSelfTestAbandoned: a test card that the program leaves is settled by the next start, and its tests count as failed.
func TestSelfTestAbandoned(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "0", "--speed", "20")
	p := b.run(nil, "selftest", "--card", "--print", "good")
	b.until("written")
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.done
	code, _, errs := b.ctl("selftest", "show")
	if code != exitFault {
		t.Errorf("exit %d\n%s", code, errs)
	}
	b.must("reopen", "--as", "joko")
	_, out, _ := b.ctl("selftest", "show", "--json")
	got := proofs(t, out)
	for _, name := range []string{"transport", "print", "counters"} {
		if s := got[name]; s.Reason != "abandoned" || s.Counts {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if l := b.balance(); l["spoiled"] != 1 || l["hopper"] != 99 {
		t.Errorf("%v", l)
	}
	b.agree()
	if out := b.must("ledger", "movements", "--json"); !strings.Contains(out, `"kind":"specimen"`) {
		t.Error(out)
	}
}

// TestSetup lists what is there and keeps what is set.
func TestSetup(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "0")
	var got struct {
		Ports    []any
		Readers  []string
		Settings struct {
			Port, Reader string
			Turned       bool
			OffsetY      int `json:"offset_y"`
		}
	}
	if err := json.Unmarshal([]byte(b.must("setup", "--json")), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Readers) != 1 || got.Readers[0] != b.ready.Reader || got.Settings.Port != b.ready.Printer {
		t.Errorf("%+v", got)
	}
	b.must("setup", "--turned", "true", "--offset-y", "-5")
	if err := json.Unmarshal([]byte(b.must("setup", "--json")), &got); err != nil || !got.Settings.Turned || got.Settings.OffsetY != -5 {
		t.Errorf("%+v, %v", got, err)
	}
	if out := b.must("doctor"); !strings.Contains(out, "face turned, moved +0 right -5 down") || !strings.Contains(out, b.ready.Reader) {
		t.Errorf("%s", out)
	}
}
