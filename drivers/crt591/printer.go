package crt591

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/wire"
)

// Options are what a technician sets; the zero value is a dispenser with all switches on, alone at the desk.
type Options struct {
	Baud    int              // of the port that open opens; for deadlines only. 0 = 9600
	Address byte             // by its four switches, 0 to 15 (1.3)
	Station drivers.Position // where its chip station is: PositionContact ("" too) or PositionContactless
	Serial  string           // if set, another machine is a WrongDispenser
	InLine  bool             // another machine takes cards out of the gate: Discharge to the good tray ends there
}

// Steps, as they stand in a Fault's Op.
const (
	opOpen     = "open dispenser"
	opIdentify = "identify dispenser"
	opStatus   = "dispenser status"
	opLoad     = "dispense"
	opPrint    = "print"
	opGood     = "move out of the gate"
	opReject   = "capture to the bin"
)

// Commands (2.1.1). Initialize leaves a card where it is and lets the counter of captured cards work.
var (
	initialize  = command{name: "INITIALIZE", cm: 0x30, pm: 0x37}
	askStatus   = command{name: "STATUS", cm: 0x31, pm: 0x30}
	toContact   = command{name: "MOVE to IC", cm: 0x32, pm: 0x31}
	toRF        = command{name: "MOVE to RF", cm: 0x32, pm: 0x32}
	toBin       = command{name: "MOVE to bin", cm: 0x32, pm: 0x33}
	outOfGate   = command{name: "MOVE out of gate", cm: 0x32, pm: 0x39}
	askSerial   = command{name: "SERIAL NUMBER", cm: 0xA2, pm: 0x30}
	askVersion  = command{name: "VERSION", cm: 0xA4, pm: 0x30}
	readCounter = command{name: "BIN COUNTER", cm: 0xA5, pm: 0x30}
	zeroCounter = command{name: "SET BIN COUNTER", cm: 0xA5, pm: 0x31, data: []byte("000")}
)

// wakeWait is how long a machine that is starting, or still moves for a host before us, is tried.
const wakeWait = 10 * time.Second

// Dispenser is one machine. It satisfies drivers.Printer and is used by one goroutine.
type Dispenser struct {
	open func(context.Context) (wire.Port, error)
	o    Options
	log  zerolog.Logger
	pace float64 // scales waits, so that a test need not wait as long as a desk does. It is 1.

	port  wire.Port // nil: the line is down and the next call opens it
	link  *wire.Link
	in    scanner
	under *underWay

	unsure bool // something may still come that answers what was said before

	id       drivers.PrinterID
	card     drivers.Whereabouts
	at       drivers.Position // where at the chip station we have put the card; "" = not known
	captured int64            // by counters that ran full in this run
}

var _ drivers.Printer = (*Dispenser)(nil)

// Open opens the line and initialises the machine, which leaves a card where it is. The Dispenser owns the ports that open gives
// it. Faults: those of open; DispenserSilent, WrongDispenser, DispenserRefused (an option that is none).
func Open(ctx context.Context, open func(context.Context) (wire.Port, error), o Options, log zerolog.Logger) (*Dispenser, error) {
	return openAt(ctx, open, o, log, 1)
}

func openAt(ctx context.Context, open func(context.Context) (wire.Port, error), o Options, log zerolog.Logger, pace float64) (*Dispenser, error) {
	if o.Baud == 0 {
		o.Baud = 9600
	}
	if o.Station == "" {
		o.Station = drivers.PositionContact
	}
	d := &Dispenser{open: open, o: o, log: log, pace: pace, in: scanner{addr: o.Address}, card: drivers.Unknown}
	if o.Address > 15 || o.Baud < 0 || o.Station != drivers.PositionContact && o.Station != drivers.PositionContactless {
		return nil, &drivers.Fault{Code: drivers.DispenserRefused, Op: opOpen, Again: drivers.AgainNever,
			Detail: fmt.Sprintf("address %d, %d baud, chip station %q", o.Address, o.Baud, o.Station)}
	}
	if err := d.connect(ctx); err != nil {
		return nil, d.fault(opOpen, drivers.NoCard, err)
	}
	return d, nil
}

// connect opens the line to the machine that is meant, or leaves it closed.
func (d *Dispenser) connect(ctx context.Context) error {
	port, err := d.open(ctx)
	if err != nil {
		return err
	}
	d.port, d.link = port, wire.NewLink(port, d.o.Baud, d.log)
	d.in.drop()
	if err := d.greet(ctx); err != nil {
		d.hangUp() // the next call begins anew: nothing is said to a machine that was not looked at
		return err
	}
	return nil
}

// greet wakes the machine and looks whether it is the one that is meant.
func (d *Dispenser) greet(ctx context.Context) error {
	if err := d.wake(ctx); err != nil {
		return err
	}
	r, err := d.ask(ctx, askSerial)
	if err != nil {
		return err
	}
	serial := ""
	if r.failed == "" && len(r.data) > 0 && int(r.data[0]) <= len(r.data)-1 { // 3.6.7: a length, then so many characters
		serial = printable(r.data[1 : 1+r.data[0]])
	}
	if d.o.Serial != "" && serial != d.o.Serial || d.id.Serial != "" && serial != d.id.Serial {
		return &drivers.Fault{Code: drivers.WrongDispenser, Op: opOpen, Again: drivers.AgainAfterOperator,
			Detail: fmt.Sprintf("serial number %q", serial)}
	}
	d.id.Serial = serial
	return nil
}

// wake initialises the machine (3.1.1): nothing else is taken before, and the first time the machine finds the line's speed out
// by it. A machine that moves or boots does not hear it at once.
func (d *Dispenser) wake(ctx context.Context) error {
	end := time.Now().Add(d.scaled(wakeWait))
	for {
		r, err := d.ask(ctx, initialize)
		switch {
		case err == nil && r.failed == "":
			d.id.Model = printable(r.data)
			d.at = ""
			return nil
		case err == nil:
			return d.refused(opOpen, r.failed, drivers.NoCard)
		case ctx.Err() != nil || d.port == nil || !time.Now().Before(end):
			return err
		}
	}
}

// ready opens the line where it is down.
func (d *Dispenser) ready(ctx context.Context) error {
	if d.port == nil {
		return d.connect(ctx)
	}
	return nil
}

// Identify tells model, serial number, and firmware.
func (d *Dispenser) Identify(ctx context.Context) (drivers.PrinterID, error) {
	err := d.ready(ctx)
	var r response
	if err == nil {
		r, _, err = d.question(ctx, askVersion)
	}
	if err != nil {
		return drivers.PrinterID{}, d.fault(opIdentify, d.card, err)
	}
	id := d.id
	if r.failed == "" {
		id.Firmware = printable(r.data)
	}
	return id, nil
}

// Status asks where the card is, what the stacker and the bin hold, and the counter of captured cards. The machine does not count
// the cards it takes from the stacker.
func (d *Dispenser) Status(ctx context.Context) (drivers.PrinterStatus, error) {
	s := drivers.PrinterStatus{Position: drivers.PositionUnknown, CardsInserted: drivers.CountUnknown,
		CardsRejected: drivers.CountUnknown, RibbonLeft: drivers.RibbonUnknown}
	st, _, err := d.sensors(ctx)
	if err != nil {
		return s, d.fault(opStatus, d.card, err)
	}
	s.Position = d.position(st)
	if st.stacker == stackerEmpty {
		s.Conditions = append(s.Conditions, drivers.ConditionFeederEmpty)
	}
	if st.bin == binFull {
		s.Conditions = append(s.Conditions, drivers.ConditionRejectFull)
	}
	if s.CardsRejected, err = d.count(ctx); err != nil {
		return s, d.fault(opStatus, d.card, err)
	}
	return s, nil
}

// sensors asks st0, st1, st2, and initialises a machine that had no power. restarted reports that.
func (d *Dispenser) sensors(ctx context.Context) (st status, restarted bool, err error) {
	if err := d.ready(ctx); err != nil {
		return st, false, err
	}
	r, restarted, err := d.question(ctx, askStatus)
	if err == nil && r.failed != "" {
		err = d.refused(opStatus, r.failed, d.card)
	}
	return r.status, restarted, err
}

// question asks and, where the machine must be initialised first (B0), does that and asks again.
func (d *Dispenser) question(ctx context.Context, c command) (r response, restarted bool, err error) {
	r, err = d.ask(ctx, c)
	if err != nil || r.failed != notReset {
		return r, false, err
	}
	d.log.Warn().Msg("the dispenser had no power")
	if err := d.wake(ctx); err != nil {
		return r, true, err
	}
	r, err = d.ask(ctx, c)
	return r, true, err
}

// position tells where the sensors see the card, and keeps it in d.card.
func (d *Dispenser) position(st status) drivers.Position {
	d.card = drivers.InMachine
	switch st.card {
	case cardAtChip: // one code for both stations
		if d.at != "" {
			return d.at
		}
		return d.o.Station
	case cardInGate:
		return drivers.PositionGate
	}
	d.card, d.at = drivers.NoCard, ""
	return drivers.PositionNone
}

// count reads the counter of captured cards (3.6.9.1); CountUnknown where the machine has none.
func (d *Dispenser) count(ctx context.Context) (int64, error) {
	r, _, err := d.question(ctx, readCounter)
	if err != nil || r.failed != "" {
		return drivers.CountUnknown, err
	}
	n, err := strconv.ParseUint(string(r.data), 10, 16)
	if err != nil {
		return drivers.CountUnknown, nil
	}
	return d.captured + int64(n), nil
}

// Close closes the line and leaves the machine as it is. It lets the last ACK leave first: a port that is closed
// may drop it, and the machine would say its response again to whoever comes next.
func (d *Dispenser) Close() error {
	if d.port == nil {
		return nil
	}
	_, _ = d.link.Listen(context.Background(), d.link.CharTime(4)+30*time.Millisecond) // what comes is nobody's any more
	err := d.port.Close()
	d.port, d.link, d.under = nil, nil, nil
	return err
}

func printable(b []byte) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(b)))
}

// isSilent reports a machine that did not answer, as against a line that is down or a caller that has gone.
func (d *Dispenser) isSilent(ctx context.Context, err error) bool {
	return errors.Is(err, drivers.DispenserSilent) && ctx.Err() == nil && d.port != nil
}
