package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrinterPort: a printer that was set otherwise than the settings say is found and said, by doctor too, and one command
// sets both ends; what the printer does not take changes nothing.
func TestPrinterPort(t *testing.T) {
	t.Parallel()
	b := start(t, "--baud", "9600")
	file := filepath.Join(b.dir, "cetak.toml")
	was, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(was), "baud = 9600\n") {
		t.Fatalf("%v\n%s", err, was)
	}
	if out := b.must("printer", "port"); !strings.Contains(out, "1;9600;N;8;1;ACK/NACK;E") {
		t.Error(out)
	}
	wrong := strings.Replace(string(was), "baud = 9600\n", "baud = 115200\n", 1)
	if err := os.WriteFile(file, []byte(wrong), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"doctor"}, {"printer", "port"}, {"printer", "port", "--json"}} {
		code, _, errs := b.ctl(args...)
		if code != 1 || !strings.Contains(errs, "L-109") || !strings.Contains(errs, "answers at 9600 baud and printer.baud is 115200") || !strings.Contains(errs, "cetakctl printer port --baud") {
			t.Errorf("%v: exit %d\n%s", args, code, errs)
		}
	}
	for _, args := range [][]string{{"--baud", "921600"}, {"--baud", "115200", "--flow", "rtscts", "--reply", "ack"}, {"--flow", "dtr"}} {
		if code, _, errs := b.ctl(append([]string{"printer", "port"}, args...)...); code != 1 || !strings.Contains(errs, "P-109") {
			t.Errorf("%v: exit %d\n%s", args, code, errs)
		}
	}
	b.hand("on", "command:Pcom", "1", "do", "lose-command")
	if code, _, errs := b.ctl("printer", "port", "--baud", "57600"); code != 1 || !strings.Contains(errs, "L-110") || !strings.Contains(errs, "it answers at 9600 baud") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != wrong {
		t.Errorf("the settings were changed: %v\n%s", err, now)
	}
	b.must("printer", "port", "--baud", "57600", "--flow", "xonxoff")
	now, err := os.ReadFile(file)
	if want := strings.NewReplacer("baud = 9600\n", "baud = 57600\n", "flow = \"none\"", "flow = \"xonxoff\"").Replace(string(was)); err != nil || string(now) != want {
		t.Errorf("%v\n%s", err, now)
	}
	b.must("doctor")
	if out := b.must("journal", "--kind", "config", "--json"); !strings.Contains(out, "57600") {
		t.Errorf("the journal does not know:\n%s", out)
	}
}

// TestFactoryPrinter: a printer as it comes is set up over its USB socket, and then prints.
func TestFactoryPrinter(t *testing.T) {
	t.Parallel()
	b := start(t, "--factory", "--records", "1", "--line-buffer", "16384")
	if code, _, errs := b.ctl("printer", "port", "--via", filepath.Join(b.sim, "printer-usb")); code != 1 || !strings.Contains(errs, "L-109") || !strings.Contains(errs, "it is set to D") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	b.must("printer", "port", "--baud", "115200", "--flow", "both", "--via", filepath.Join(b.sim, "printer-usb"))
	b.hand("on", "command:Dbc", "1", "do", "line-held", "1")
	b.must("run", "--count", "1")
	if w := b.world(); len(w.Trays["good"]) != 1 {
		t.Errorf("%+v", w.Trays)
	}
}

// TestBenchLine measures a line. Its figures are not judged: the machine of a test is busy.
func TestBenchLine(t *testing.T) {
	t.Parallel()
	b := start(t, "--baud", "921600", "--latency", "16ms")
	var got struct {
		Baud   int
		Turn   float64 `json:"turn_ms"`
		Panels []lineFigures
	}
	if err := json.Unmarshal([]byte(b.must("bench", "line", "--json")), &got); err != nil {
		t.Fatal(err)
	}
	if got.Baud != 921600 || len(got.Panels) != 4 || got.Panels[0].Bytes != 82_296+len("\x1bDb;k;2;\r") {
		t.Errorf("%+v", got)
	}
	for _, p := range got.Panels {
		if p.Seconds <= 0 || p.Use < p.Whole {
			t.Errorf("%+v", p)
		}
	}
	if table := b.must("bench", "line"); strings.Count(table, "\n") != 6 {
		t.Error(table)
	}
	if w := b.world(); w.Feeder != 100 || w.Machine != nil {
		t.Errorf("it moved something: %+v", w)
	}
	b.hand("unplug")
	if code, _, errs := b.ctl("bench", "line"); code != 1 || !strings.Contains(errs, "L-104") {
		t.Errorf("exit %d\n%s", code, errs)
	}
}
