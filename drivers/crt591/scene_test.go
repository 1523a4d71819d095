package crt591

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/drivers/drivertest/stand"
	"cetak/hwsim/dispenser"
	"cetak/hwsim/rig"
)

// is checks a fault's code and the card's place.
func is(t *testing.T, err error, code drivers.Code, card drivers.Whereabouts) {
	t.Helper()
	var f *drivers.Fault
	if !errors.As(err, &f) || f.Code != code || f.Card != card {
		t.Errorf("%v, card %q; want %s, card %q", err, drivers.AsFault(errors.Join(err, errors.New(""))).Card, code, card)
	}
}

func load(t *testing.T, d *Dispenser) {
	t.Helper()
	if err := d.Load(t.Context(), drivers.PositionContact); err != nil {
		t.Fatal(err)
	}
}

func see(t *testing.T, d *Dispenser) drivers.PrinterStatus {
	t.Helper()
	s, err := d.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every error code of the document, at a move that takes a blank and at one that gives it away: the code's own fault, nothing has
// moved, and the negative response is acknowledged as a positive one is, or the machine would say it again.
func TestErrorCodes(t *testing.T) {
	t.Parallel()
	for _, doubts := range []dispenser.Doubts{{}, {HeadN: true}} {
		r := simulated(t, rig.Options{Dispenser: doubts})
		d := open(t, r, Options{})
		load(t, d)
		for code, c := range causes {
			if code == counterOverflow || code == notReset {
				continue // each has its own test
			}
			do(t, r, "on", "command:3233", "do", "dispenser-error", code, "once")
			card := c.card
			if card == "" {
				card = drivers.InMachine
			}
			is(t, d.Discharge(t.Context(), drivers.TrayReject), c.code, card)
			if s := see(t, d); s.Position != drivers.PositionContact || r.World().Dispenser == nil {
				t.Errorf("%s: %+v", code, s)
			}
		}
		do(t, r, "on", "command:3239", "do", "dispenser-error", "77", "once")
		is(t, d.Discharge(t.Context(), drivers.TrayGood), drivers.DispenserFault, drivers.InMachine)
		if err := d.Discharge(t.Context(), drivers.TrayGood); err != nil {
			t.Fatal(err)
		}
		for code, card := range map[string]drivers.Whereabouts{"A0": drivers.InHopper, "10": drivers.InMachine, "51": drivers.Unknown} {
			do(t, r, "on", "command:3231", "do", "dispenser-error", code, "once")
			is(t, d.Load(t.Context(), drivers.PositionContact), causes[code].code, card)
		}
		// A machine under load may say a question again; a host that does not acknowledge failures misses every third.
		if never, of := r.Dispenser().Unacked(); never > of/10 || of < 40 {
			t.Errorf("%d of %d responses were never acknowledged", never, of)
		}
	}
}

// A packet ends where its length says: data that looks like an end is data.
func TestDataThatLooksLikeAnEnd(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{})
	// The packet of the serial number is F2 00 00 13 50 A2 30 st0 st1 st2 len ...; ETX and the XOR of all before it stand in the
	// number itself.
	head := []byte{0xF2, 0, 0, 0x13, 0x50, 0xA2, 0x30, '0', '2', '0', 12, 'A', 'B', 'C', 0x03}
	serial := "ABC\x03" + string(xorOf(head)) + "DEFGHIJ"
	r.Dispenser().SetSerial(serial)
	d := open(t, r, Options{Serial: "ABC" + printable([]byte{xorOf(head)}) + "DEFGHIJ"})
	if id, err := d.Identify(t.Context()); err != nil || id.Model != "CRT-591-M001" || id.Firmware == "" {
		t.Errorf("%+v, %v", id, err)
	}
}

func xorOf(b []byte) byte {
	var x byte
	for _, c := range b {
		x ^= c
	}
	return x
}

// Whatever happens to single bytes, both ways, one blank is taken for one card and the card comes to where it should.
func TestLineTrouble(t *testing.T) {
	t.Parallel()
	faults := [][]string{
		{"dispenser-lose-ack"}, {"dispenser-lose-command"},
		{"dispenser-flip-byte", "in", "0"}, {"dispenser-flip-byte", "in", "3"}, {"dispenser-flip-byte", "in", "8"},
		{"dispenser-lose-byte", "in", "0"}, {"dispenser-lose-byte", "in", "5"},
		{"dispenser-flip-byte", "out", "0"}, {"dispenser-flip-byte", "out", "1"}, {"dispenser-flip-byte", "out", "4"},
		{"dispenser-flip-byte", "out", "8"}, {"dispenser-lose-byte", "out", "0"}, {"dispenser-lose-byte", "out", "1"},
		{"dispenser-lose-byte", "out", "9"},
	}
	for _, doubts := range []dispenser.Doubts{{}, {RepeatDone: true}} {
		r := simulated(t, rig.Options{Dispenser: doubts, Speed: 20})
		d := open(t, r, Options{})
		for i, f := range faults {
			for n, command := range []string{"3231", "3239"} {
				// At the command itself the machine has it already: what comes in is harmed from the question before it on.
				event := "command:" + command
				if f[0] != "dispenser-lose-ack" && (f[0] == "dispenser-lose-command" || slices.Contains(f, "in")) {
					event = "command:3130"
				}
				do(t, r, append(append([]string{"on", event, "do"}, f...), "once")...)
				err := error(nil)
				if n == 0 {
					err = d.Load(t.Context(), drivers.PositionContact)
				} else {
					err = d.Discharge(t.Context(), drivers.TrayGood)
				}
				if err != nil {
					t.Errorf("%v at %s: %v", f, command, err)
				}
				w := r.World()
				if int(w.Counters.Dispensed) != i+1 || len(w.Trays.Good) != i+n || (w.Dispenser != nil) != (n == 0) {
					t.Fatalf("%v at %s: dispensed %d, good %d, inside %v", f, command, w.Counters.Dispensed, len(w.Trays.Good), w.Dispenser)
				}
			}
		}
	}
}

// Power that goes and comes back: at rest nothing is lost; in the middle of a move the card is nowhere that can be seen.
func TestPowerCycle(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{Speed: 20})
	d := open(t, r, Options{})
	load(t, d)
	do(t, r, "dispenser-power-cycle")
	for end := time.Now().Add(time.Minute); r.Dispenser().Power() != "on" && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if s := see(t, d); s.Position != drivers.PositionContact {
		t.Errorf("%+v", s)
	}
	load(t, d) // the contacts are lowered again
	if r.World().Counters.Dispensed != 1 {
		t.Error("a second blank was taken")
	}
	do(t, r, "on", "command:3239", "do", "dispenser-power-cycle", "once")
	err := d.Discharge(t.Context(), drivers.TrayGood)
	is(t, err, drivers.DispenserRestarted, drivers.InMachine)
	do(t, r, "on", "gate", "do", "dispenser-power-cycle", "once")
	if err = d.Discharge(t.Context(), drivers.TrayGood); err == nil {
		t.Error("a card was called good although the power went as it came out")
	}
	do(t, r, "clear")
	if err := d.Load(t.Context(), drivers.PositionContact); err != nil {
		is(t, err, drivers.DispenserRestarted, drivers.InHopper)
		load(t, d)
	}
}

// The cable goes in the middle of a dispense: the fault says where the card may be, and when the cable is back the sensors tell.
func TestCablePulled(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{Speed: 20})
	d := open(t, r, Options{})
	do(t, r, "on", "feed", "do", "dispenser-cable-pulled", "once")
	is(t, d.Load(t.Context(), drivers.PositionContact), drivers.DispenserGone, drivers.Unknown)
	if _, err := d.Status(t.Context()); !errors.Is(err, drivers.LineNoPort) {
		t.Errorf("without a cable: %v", err)
	}
	do(t, r, "replug")
	if s := see(t, d); s.Position != drivers.PositionContact {
		t.Errorf("%+v", s)
	}
	if err := d.Discharge(t.Context(), drivers.TrayReject); err != nil {
		t.Fatal(err)
	}
}

// A machine that falls silent in the middle of a move is waited for as the document says, and then its sensors decide.
func TestMute(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{})
	d := openWith(t, r, Options{}, quick)
	do(t, r, "on", "feed", "do", "dispenser-mute", "once")
	is(t, d.Load(t.Context(), drivers.PositionContact), drivers.DispenserSilent, drivers.Unknown)
	r.Dispenser().SetMute(false)
	if s := see(t, d); s.Position != drivers.PositionContact {
		t.Errorf("%+v", s)
	}
	do(t, r, "on", "capture", "do", "dispenser-mute", "5", "once") // of the machine's seconds: gone before we give up
	if err := d.Discharge(t.Context(), drivers.TrayReject); err != nil {
		t.Errorf("the card is out and its sensors say so: %v", err)
	}
}

func TestJamAtTheStackerAndTheGate(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{})
	d := open(t, r, Options{})
	do(t, r, "jam-feed")
	is(t, d.Load(t.Context(), drivers.PositionContact), drivers.DispenserJam, drivers.InMachine)
	is(t, d.Load(t.Context(), drivers.PositionContact), drivers.DispenserJam, drivers.InMachine)
	do(t, r, "clear")
	load(t, d)
	do(t, r, "jam-gate")
	is(t, d.Discharge(t.Context(), drivers.TrayGood), drivers.DispenserJam, drivers.InMachine)
	do(t, r, "clear")
	if s := see(t, d); s.Position != drivers.PositionNone {
		t.Errorf("%+v", s)
	}
}

// A hand in the machine: the card is pushed out of its place, or taken.
func TestMovedByHand(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{})
	d := open(t, r, Options{})
	for _, c := range []struct {
		fault string
		want  drivers.Code
	}{{"take-gate", drivers.CardMovedByHand}, {"nudge", drivers.CardMovedByHand}} {
		load(t, d)
		do(t, r, "on", "command:3239", "do", c.fault, "once")
		is(t, d.Discharge(t.Context(), drivers.TrayGood), c.want, drivers.Unknown)
		do(t, r, "clear")
	}
	load(t, d)
	do(t, r, "take-gate")
	is(t, d.Discharge(t.Context(), drivers.TrayGood), drivers.CardNotMoved, drivers.Unknown)
}

// A card that waits in the gate is good when somebody takes it, and not before.
func TestGateHolds(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{Dispenser: dispenser.Doubts{GateHolds: true}})
	d := openWith(t, r, Options{}, quick)
	load(t, d)
	is(t, d.Discharge(t.Context(), drivers.TrayGood), drivers.CardInGate, drivers.InMachine)
	if s := see(t, d); s.Position != drivers.PositionGate {
		t.Errorf("%+v", s)
	}
	took := time.AfterFunc(500*time.Millisecond, func() { _, _ = r.Do("take-gate") })
	defer took.Stop()
	if err := d.Discharge(t.Context(), drivers.TrayGood); err != nil {
		t.Fatal(err)
	}
	load(t, d)
	next := open(t, simulated(t, rig.Options{Dispenser: dispenser.Doubts{GateHolds: true}}), Options{InLine: true})
	load(t, next)
	if err := next.Discharge(t.Context(), drivers.TrayGood); err != nil {
		t.Errorf("a machine in line takes it: %v", err)
	}
}

// The counter of captured cards: it counts, begins anew before it runs over, and a machine that refuses to count on is begun
// anew too.
func TestBinCounter(t *testing.T) {
	t.Parallel()
	for _, doubts := range []dispenser.Doubts{{}, {CounterAlways: true}} {
		r := simulated(t, rig.Options{Dispenser: doubts})
		d := open(t, r, Options{})
		do(t, r, "bin-counter", "998")
		for i, want := range []int64{999, 1000, 1001} {
			load(t, d)
			if err := d.Discharge(t.Context(), drivers.TrayReject); err != nil {
				t.Fatal(err)
			}
			if s := see(t, d); s.CardsRejected != want {
				t.Errorf("card %d: %d, want %d", i, s.CardsRejected, want)
			}
		}
		if n := r.Dispenser().Counter(); n != 2 {
			t.Errorf("the machine says %d", n)
		}
		load(t, d)
		do(t, r, "on", "command:3233", "do", "bin-counter", "999", "once") // after it was asked
		is(t, d.Discharge(t.Context(), drivers.TrayReject), drivers.BinCounterFull, drivers.InMachine)
		if n := r.Dispenser().Counter(); n != 0 {
			t.Errorf("the machine says %d", n)
		}
		if err := d.Discharge(t.Context(), drivers.TrayReject); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStackerLevels(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{Blanks: 12})
	d := open(t, r, Options{})
	var levels []byte
	for _, n := range []string{"1", "10", "1"} {
		st, _, err := d.sensors(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		levels = append(levels, st.stacker)
		do(t, r, "unfeed", n)
	}
	if string(levels) != "221" {
		t.Errorf("levels %s of 12, 11, and 1 cards", levels)
	}
	if s := see(t, d); !s.Has(drivers.ConditionFeederEmpty) {
		t.Errorf("%+v", s)
	}
}

func TestWrongDispenserAndOptions(t *testing.T) {
	t.Parallel()
	r := simulated(t, rig.Options{})
	d := open(t, r, Options{Serial: r.Ready().DispenserSerial})
	do(t, r, "dispenser-cable-pulled", "1")
	do(t, r, "another-dispenser")
	var err error
	for end := time.Now().Add(time.Minute); !errors.Is(err, drivers.WrongDispenser) && time.Now().Before(end); {
		_, err = d.Status(t.Context()) // at first the line is found to be down
	}
	if !errors.Is(err, drivers.WrongDispenser) {
		t.Errorf("%v", err)
	}
	for name, o := range map[string]Options{"address": {Address: 16}, "station": {Station: drivers.PositionHead}} {
		if _, err := Open(t.Context(), nil, o, logger(t)); !errors.Is(err, drivers.DispenserRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := simulated(t, rig.Options{})
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if _, err := openAt(ctx, stand.Port(other.Ready().Dispenser, 9600), Options{Address: 3}, logger(t), 0.05); !errors.Is(err, drivers.DispenserSilent) {
		t.Errorf("another address: %v", err)
	}
}
