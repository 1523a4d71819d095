package main

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"cetak/station/centre/bench"
	"cetak/station/cmdline"
)

// TestMain lets this program be the service that a measurement starts.
func TestMain(m *testing.M) {
	if os.Args[0] == "centre" {
		main()
	}
	os.Exit(m.Run())
}

// A small fleet is measured by all three ways on both engines, and everything that was asked was answered.
func TestBench(t *testing.T) {
	o := newOffice(t)
	text := o.done("bench", "--offices", "3", "--desks", "2", "--records", "2", "--lines", "6", "--envelope", "3000", "--together", "4", "--rate", "20", "--seconds", "1", "--json")
	var r bench.Result
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	if r.Without != "" && os.Getenv("CETAK_MUST_RUN") != "" {
		t.Fatal(errors.New(r.Without))
	}
	if r.Without == "" && len(r.Engines) != 2 {
		t.Fatalf("%d engines", len(r.Engines))
	}
	calls := func(steps []bench.Step) string {
		var b strings.Builder
		for _, s := range steps {
			if s.Rate <= 0 || s.P99 < s.P50 || s.Max < s.P99 {
				t.Errorf("%+v", s)
			}
			b.WriteString(s.Name + " ")
		}
		return b.String()
	}
	for _, e := range r.Engines {
		if got := calls(e.Service); got != "deposit connect take claim done ledger health " {
			t.Errorf("%s: the service was asked for %s", e.Name, got)
		}
		if got := calls(e.Bare); r.Without == "" && (got != "deposit take claim done ledger health " || e.Kept <= 0) {
			t.Errorf("%s: bare SQL did %s", e.Name, got)
		}
		if got := calls(e.Peak.Steps[:4]); got != "take claim done ledger " || e.Peak.Steps[3].Calls != 20 {
			t.Errorf("%s: the peak asked for %s, %d times", e.Name, got, e.Peak.Steps[3].Calls)
		}
		if e.Most <= 0 || e.Most < e.Idle {
			t.Errorf("%s: %v MiB, at most %v", e.Name, e.Idle, e.Most)
		}
	}
	o.wants(cmdline.Wrong, "--offices", "bench", "--offices", "0")
	o.wants(cmdline.Wrong, "--lines", "bench", "--lines", "1")
	o.wants(cmdline.Wrong, "no words", "bench", "everything")
}
