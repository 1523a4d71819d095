package crt591

import (
	"flag"
	"testing"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/drivertest"
	"cetak/drivers/drivertest/stand"
	"cetak/hwsim/dispenser"
	"cetak/hwsim/rig"
)

var (
	onPort = flag.String("port", "", "serial port of a real dispenser: run the suite on it")
	onBaud = flag.Int("baud", 9600, "its speed")
	chipAt = flag.String("chip-station", "contact", "where its chip station is: contact or contactless")
	spend  = flag.Int("spend-blanks", 0, "how many blanks the suite may take from its stacker")
	showIt = flag.Bool("show", false, "show the conversation")
)

func TestMain(m *testing.M) { stand.Main(m, 8) }

// quick is the pace of the waits in tests that wait for nothing to come.
const quick = 0.3

// simulated starts a dispenser of its own for the test.
func simulated(t *testing.T, o rig.Options) *rig.Rig {
	t.Helper()
	o.Machine = "crt591"
	return stand.Start(t, o)
}

func logger(t *testing.T) zerolog.Logger {
	if *showIt {
		return zerolog.New(zerolog.NewTestWriter(t))
	}
	return zerolog.Nop()
}

func open(t *testing.T, r *rig.Rig, o Options) *Dispenser {
	t.Helper()
	return openWith(t, r, o, 1)
}

func openWith(t *testing.T, r *rig.Rig, o Options, pace float64) *Dispenser {
	t.Helper()
	if o.Baud == 0 {
		o.Baud = 38400
	}
	d, err := openAt(t.Context(), stand.Port(r.Ready().Dispenser, o.Baud), o, logger(t), pace)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func do(t *testing.T, r *rig.Rig, words ...string) {
	t.Helper()
	if _, err := r.Do(words...); err != nil {
		t.Fatal(err)
	}
}

func truthOf(r *rig.Rig) drivertest.Truth {
	w := r.World()
	tr := drivertest.Truth{Feeder: w.Feeder, Good: len(w.Trays.Good), Reject: len(w.Trays.Bin)}
	if w.Dispenser != nil {
		tr.Machine = 1
	}
	return tr
}

func machine(r *rig.Rig, o Options) drivertest.Machine {
	station := o.Station
	if station == "" {
		station = drivers.PositionContact
	}
	return drivertest.Machine{
		Open:    func(t *testing.T) drivers.Printer { return open(t, r, o) },
		Station: station, Blanks: drivertest.PrinterBlanks,
		EmptyFeeder: func(t *testing.T) { do(t, r, "feeder-empty") },
		FillFeeder:  func(t *testing.T) { do(t, r, "feed", "1") },
		FillReject:  func(t *testing.T) { do(t, r, "bin-full") },
		EmptyReject: func(t *testing.T) { do(t, r, "empty", "bin") },
		Truth:       func(*testing.T) drivertest.Truth { return truthOf(r) },
	}
}

// The contract of a printer on a simulated dispenser, with the doubts as thought and settled the other way, at every speed that
// the machine finds out, at either chip station.
func TestContract(t *testing.T) {
	for name, c := range map[string]struct {
		doubts dispenser.Doubts
		o      Options
	}{
		"as thought":   {},
		"all doubts":   {doubts: dispenser.Doubts{HeadN: true, CounterAlways: true, RepeatDone: true, RFRefuses: true}},
		"contactless":  {o: Options{Station: drivers.PositionContactless}},
		"RF refuses":   {o: Options{Station: drivers.PositionContactless}, doubts: dispenser.Doubts{RFRefuses: true}},
		"at 9600 baud": {o: Options{Baud: 9600}},
		"at 57600":     {o: Options{Baud: 57600}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := simulated(t, rig.Options{Dispenser: c.doubts})
			drivertest.Printer(t, machine(r, c.o))
		})
	}
}

// The contract on a real machine: go test ./drivers/crt591 -run Hardware -port /dev/ttyUSB0 -spend-blanks 8
func TestHardware(t *testing.T) {
	if *onPort == "" {
		return // no machine was named
	}
	drivertest.Printer(t, drivertest.Machine{
		Open: func(t *testing.T) drivers.Printer {
			d, err := Open(t.Context(), stand.Port(*onPort, *onBaud), Options{Baud: *onBaud, Station: drivers.Position(*chipAt)}, zerolog.New(zerolog.NewTestWriter(t)))
			if err != nil {
				t.Fatal(err)
			}
			return d
		},
		Station: drivers.Position(*chipAt), Blanks: *spend,
	})
}
