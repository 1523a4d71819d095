package evolis

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/drivertest"
	"cetak/drivers/drivertest/stand"
	"cetak/drivers/serialport"
	"cetak/drivers/wire"
	"cetak/hwsim/printer"
	"cetak/hwsim/rig"
)

var (
	onPort    = flag.String("port", "", "serial port of a real printer: run the suite on it")
	onBaud    = flag.Int("baud", 115200, "its speed")
	inRibbon  = flag.String("ribbon", "ymcko", "the ribbon in it")
	chipAt    = flag.String("chip-station", "contact", "where its chip station is: contact or contactless")
	spend     = flag.Int("spend-blanks", 0, "how many blanks the suite may take from its feeder")
	showBytes = flag.Bool("show-bytes", false, "show the bytes on the line")
)

func TestMain(m *testing.M) { stand.Main(m, 12) }

// quick is the pace of the waits in tests: the simulator runs faster than a printer does.
const quick = 0.15

// simulated starts a machine of its own for the test.
func simulated(t *testing.T, o rig.Options) *rig.Rig {
	t.Helper()
	if o.Speed == 0 {
		o.Speed = 100
	}
	return stand.Start(t, o)
}

func opener(path string, baud int) func(context.Context) (wire.Port, error) {
	return func(context.Context) (wire.Port, error) {
		return openPort(path, baud, "")
	}
}

func openPort(path string, baud int, flow string) (wire.Port, error) {
	p, err := serialport.Open(serialport.Config{Path: path, Baud: baud, Flow: serialport.Flow(flow)})
	if err == nil && *showBytes {
		p = shown{p}
	}
	return p, err
}

// shown writes what passes to standard error, pictures by their heads.
type shown struct{ wire.Port }

func (s shown) Read(ctx context.Context, b []byte, by time.Time) (int, error) {
	n, err := s.Port.Read(ctx, b, by)
	if n > 0 {
		fmt.Fprintf(os.Stderr, "< %q\n", b[:n])
	}
	return n, err
}

func (s shown) Write(ctx context.Context, b []byte, by time.Time) (int, error) {
	fmt.Fprintf(os.Stderr, "> %q of %d\n", b[:min(len(b), 32)], len(b))
	return s.Port.Write(ctx, b, by)
}

// optionsFor are the settings a technician would find out for a machine with these doubts.
func optionsFor(d printer.Doubts, baud int) Options {
	o := Options{Baud: baud}
	if d.PackingLSB {
		o.Packing = "lsb"
	}
	if d.DbcFour {
		o.DbcParams = 4
	}
	return o
}

func logger(t *testing.T) zerolog.Logger {
	if *showBytes {
		return zerolog.New(zerolog.NewTestWriter(t))
	}
	return zerolog.Nop()
}

func open(t *testing.T, r *rig.Rig, o Options) *Printer {
	t.Helper()
	if o.Baud == 0 {
		o.Baud = r.Ready().Baud
	}
	p, err := openAt(t.Context(), opener(r.Ready().Printer, o.Baud), o, logger(t), quick)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func do(t *testing.T, r *rig.Rig, words ...string) {
	t.Helper()
	if _, err := r.Do(words...); err != nil {
		t.Fatal(err)
	}
}

func truthOf(r *rig.Rig) drivertest.Truth {
	w := r.World()
	tr := drivertest.Truth{Feeder: w.Feeder, Good: len(w.Trays.Good), Reject: len(w.Trays.Reject)}
	if w.Machine != nil {
		tr.Machine = 1
	}
	return tr
}

func suite(t *testing.T, o rig.Options) {
	r := simulated(t, o)
	pace := 2 * quick // many suites run at once
	if o.Doubts.StaleOK {
		pace *= 2 // stale answers use up the questions that a busy computer would need
	}
	drivertest.Printer(t, drivertest.Machine{
		Open: func(t *testing.T) drivers.Printer {
			p, err := openAt(t.Context(), opener(r.Ready().Printer, r.Ready().Baud), optionsFor(o.Doubts, r.Ready().Baud), logger(t), pace)
			if err != nil {
				t.Fatal(err)
			}
			return p
		},
		Station: drivers.PositionContact, Blanks: drivertest.PrinterBlanks, Ribbon: "ymcko",
		EmptyFeeder: func(t *testing.T) { do(t, r, "feeder-empty") },
		FillFeeder:  func(t *testing.T) { do(t, r, "feed", "1") },
		FillReject:  func(t *testing.T) { do(t, r, "reject-full") },
		EmptyReject: func(t *testing.T) { do(t, r, "empty", "reject") },
		Truth:       func(*testing.T) drivertest.Truth { return truthOf(r) },
	})
}

// The contract on simulated hardware, under either kind of reply with the doubts as most machines are thought to settle them
// (evolis.md 9), and with every two choices of two doubts together. TestOneCard takes them one by one.
func TestContract(t *testing.T) {
	tests := map[string]rig.Options{
		"ack":               {Replies: "ack"},
		"text":              {Replies: "text"},
		"ack at 2400 baud":  {Baud: 2400, Speed: 4800},
		"text at 9600 baud": {Replies: "text", Baud: 9600, Speed: 1200},
	}
	maps.Copy(tests, pairs(t))
	for name, o := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite(t, o)
		})
	}
}

// choices are the doubts, how the simulator names each choice.
func choices() [][]string {
	return [][]string{
		{"ack", "text"}, {"terminator=nul", "terminator=cr", "terminator=crlf"}, {"nack=15", "nack=18"}, {"packing=msb", "packing=lsb"},
		{"runs=line", "runs=across"}, {"dbc=3", "dbc=4"}, {"ack=before", "ack=after"}, {"value=before", "value=after"},
		{"stale=never", "stale=sometimes"},
	}
}

// pairs gives machines among which any two choices of different doubts are settled so in one of them at least.
func pairs(t *testing.T) map[string]rig.Options {
	t.Helper()
	rows := [][]string{nil}
	for _, c := range choices() {
		var longer [][]string
		for _, r := range rows {
			for _, v := range c {
				longer = append(longer, append(slices.Clip(r), v))
			}
		}
		rows = longer
	}
	both := func(row []string) map[[2]string]bool {
		set := map[[2]string]bool{}
		for i, a := range row {
			for _, b := range row[:i] {
				set[[2]string{b, a}] = true
			}
		}
		return set
	}
	missing := map[[2]string]bool{}
	for _, r := range rows {
		maps.Copy(missing, both(r))
	}
	tests := map[string]rig.Options{}
	for len(missing) > 0 {
		var best []string
		most := 0
		for _, r := range rows {
			n := 0
			for p := range both(r) {
				if missing[p] {
					n++
				}
			}
			if n > most {
				best, most = r, n
			}
		}
		o := rig.Options{Replies: best[0]}
		for _, option := range best[1:] {
			if err := o.Doubts.Set(option); err != nil {
				t.Fatal(err)
			}
		}
		for p := range both(best) {
			delete(missing, p)
		}
		tests[strings.Join(best, " ")] = o
	}
	if len(tests) < 6 || len(tests) > 15 {
		t.Fatalf("%d machines", len(tests))
	}
	return tests
}

func allDoubts() printer.Doubts {
	return printer.Doubts{Terminator: "\r\n", NACK: 0x18, PackingLSB: true, RunsAcross: true, DbcFour: true, ACKAfter: true,
		ValueAfterACK: true, StaleOK: true}
}

// The contract on a real machine: go test ./drivers/evolis -run Hardware -port /dev/ttyUSB0 -spend-blanks 8
func TestHardware(t *testing.T) {
	if *onPort == "" {
		return // no machine was named
	}
	drivertest.Printer(t, drivertest.Machine{
		Open: func(t *testing.T) drivers.Printer {
			p, err := Open(t.Context(), opener(*onPort, *onBaud), Options{Baud: *onBaud, Ribbon: *inRibbon}, zerolog.New(zerolog.NewTestWriter(t)))
			if err != nil {
				t.Fatal(err)
			}
			return p
		},
		Station: drivers.Position(*chipAt), Blanks: *spend, Ribbon: *inRibbon,
	})
}
