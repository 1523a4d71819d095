package evolis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/panel"
	"cetak/drivers/wire"
)

// Options are what a technician sets; the zero value is a ymcko ribbon at 115,200 baud.
type Options struct {
	Baud      int    // of the port that open opens; for deadlines only. 0 = 115200
	Ribbon    string // as the guide names it (p.25): "ymcko", "ko", "k", ... "" = ymcko
	Levels    int    // of a dye panel: 32, 64, 128. 0 = 32
	Packing   string // bits of dye panels: "msb" or "lsb". "" = msb
	DbcParams int    // of compressed bitmaps: 3 or 4. 0 = 3
	Near      bool   // colours may be off by a level of 32 where that saves bytes; see panel.Options
	Weight    int    // of an error in Near. 0 = panel.DefaultWeight
	Partial   bool   // the machine takes Dbp and Dbpc with a whole panel
	Regions   bool   // the machine takes Dbmp, x and y from the top left of the upright landscape face
	RejectBox string // where it hangs: "output" or "feeder". "" = output
	Serial    string // if set, another machine is a WrongPrinter
	Slot      bool   // cards come through the manual slot (Pmi;M), from a dispenser in line, and never from the feeder

	// Overlap is what is sent before Print. "" = OverlapMemory
	Overlap Overlap

	Turned           bool // the face is printed upside down, because the card lies so
	OffsetX, OffsetY int  // by which the face is moved on the card, in dots, right and down as it is read
	// ContrastColour and ContrastBlack are those of the panels (Pc, guide p.25: 10 as it comes). 0 = as the machine has it
	ContrastColour, ContrastBlack int
}

// The ribbons a host may name (guide p.25; k and h as drivers send them).
var ribbons = []string{"ymcko", "ymckos", "ymckok", "kb", "k", "kw", "kr", "kbl", "kgr", "kgo", "ksi", "ksc", "ko", "h", "ho"}

// Steps, as they stand in a Fault's Op.
const (
	opOpen     = "open"
	opIdentify = "identify"
	opStatus   = "status"
	opLoad     = "load"
	opPrint    = "print"
	opGood     = "discharge to the good tray"
	opReject   = "discharge to the reject box"
)

// Printer is one machine. It satisfies drivers.Printer and is used by one goroutine.
type Printer struct {
	open func(context.Context) (wire.Port, error)
	o    Options
	log  zerolog.Logger
	// pace scales waits for replies, so that a test need not wait as long as a desk does. It is 1.
	pace float64

	port    wire.Port // nil: the line is down and the next call opens it
	link    *wire.Link
	say     dialect
	id      drivers.PrinterID
	marker  struct{ command, answer string } // a question whose answer is known
	lost    bool                             // a reply may still come, or the machine may wait for more of a command
	inImage bool                             // and it may take commands for image
	cut     bool                             // the last command was cut short
	owed    int                              // so many bytes of the last image are missing
	stale   bool                             // an OK was seen where a value belongs
	taken   map[string]bool                  // commands the machine has taken at least once
	deaf    map[string]*refusal              // questions it does not know
	late    *refusal                         // a refusal that came after its command was thought done

	pem       int64  // what Rem says since Pem;2 was set; -1 = it does not tell
	restarted bool   // it has lost its memory since the card in it was begun
	feeding   string // Pmi as last set: F from the feeder, M from a hand; "" = not known
	card      drivers.Whereabouts
	panels    int       // sent since the sequence began
	doubt     bool      // the reply to one of them was lost
	moving    time.Time // until then a card may be moving, and the machine silent for it
	burnt     int64     // panels printed when the sequence began; -1 = not known
	still     bool      // the counter of panels was seen to stand still while several were burnt

	plans    planner
	ahead    *ahead        // nil: nothing is expected, or it was given up
	foul     map[byte]bool // panels of which the machine may hold a bitmap that is not this card's
	noRecall bool          // it does not know Ssd
	in       []panelIn     // when each panel of the sequence was in
}

var _ drivers.Printer = (*Printer)(nil)

// Open opens the line, finds out how the machine answers, and takes its errors into the host's hands. It moves
// nothing. The Printer owns the ports that open gives it. Faults: those of open; LineSilent, LineNoise (both name the
// baud rate), WrongPrinter, PrinterRefused (an option that is none, or a machine that does not take Pem;2).
func Open(ctx context.Context, open func(context.Context) (wire.Port, error), o Options, log zerolog.Logger) (*Printer, error) {
	return openAt(ctx, open, o, log, 1)
}

func openAt(ctx context.Context, open func(context.Context) (wire.Port, error), o Options, log zerolog.Logger, pace float64) (*Printer, error) {
	if o.Baud == 0 {
		o.Baud = 115200
	}
	if o.Ribbon == "" {
		o.Ribbon = "ymcko"
	}
	if o.RejectBox == "" {
		o.RejectBox = "output"
	}
	if o.Overlap == "" {
		o.Overlap = OverlapMemory
	}
	p := &Printer{open: open, o: o, log: log, pace: pace, taken: map[string]bool{}, deaf: map[string]*refusal{},
		pem: -1, burnt: -1, card: drivers.Unknown}
	p.plans.times = newTimes()
	p.unknownMemory()
	if err := p.checkOptions(); err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, p.fault(opOpen, drivers.NoCard, err)
	}
	if _, err := p.position(ctx); err != nil {
		_ = p.Close()
		return nil, p.fault(opOpen, drivers.NoCard, err)
	}
	return p, nil
}

func (p *Printer) checkOptions() error {
	bad := func(format string, a ...any) error {
		return &drivers.Fault{Code: drivers.PrinterRefused, Op: opOpen, Again: drivers.AgainNever, Detail: fmt.Sprintf(format, a...)}
	}
	if p.o.Baud < 0 {
		return bad("%d baud", p.o.Baud)
	}
	if !slices.Contains(ribbons, p.o.Ribbon) {
		return bad("ribbon %q: it is one of %s", p.o.Ribbon, strings.Join(ribbons, ", "))
	}
	if p.o.RejectBox != "output" && p.o.RejectBox != "feeder" {
		return bad("reject box %q: it is at the output or under the feeder", p.o.RejectBox)
	}
	if o := p.o.Overlap; o != OverlapMemory && o != OverlapSequence && o != OverlapNone {
		return bad("overlap %q: it is memory, sequence, or none", o)
	}
	_, err := panel.Encode(drivers.Artwork{}, p.o.Ribbon, p.panelOptions())
	return err
}

func (p *Printer) panelOptions() panel.Options {
	return panel.Options{Levels: p.o.Levels, Packing: panel.Packing(p.o.Packing), DbcParams: p.o.DbcParams,
		Near: p.o.Near, Weight: p.o.Weight, Partial: p.o.Partial, Regions: p.o.Regions}
}

func (p *Printer) scaled(d time.Duration) time.Duration { return time.Duration(float64(d) * p.pace) }

// Identify tells model, serial number, and firmware.
func (p *Printer) Identify(ctx context.Context) (drivers.PrinterID, error) {
	if err := p.ready(ctx); err != nil {
		return drivers.PrinterID{}, p.fault(opIdentify, p.card, err)
	}
	id := drivers.PrinterID{Serial: p.id.Serial}
	for _, q := range []struct {
		command string
		to      *string
	}{{"Rtp", &id.Model}, {"Rfv", &id.Firmware}} {
		v, err := p.query(ctx, q.command, isWordy)
		if !untold(err) {
			return id, p.fault(opIdentify, p.card, err)
		}
		*q.to = v
	}
	return id, nil
}

// isWordy is sound for a name: any text but an error and but a stale OK.
func isWordy(s string) bool { return isText(s) && s != "OK" }

// untold reports that there is no error but that the machine does not know the question.
func untold(err error) bool {
	var r *refusal
	return err == nil || errors.As(err, &r)
}

// Status asks where the card is, the counters, and what stands in the way. What this machine does not tell is left out.
// A full reject box is never among the conditions: no public command asks for it.
func (p *Printer) Status(ctx context.Context) (drivers.PrinterStatus, error) {
	s := drivers.PrinterStatus{Position: drivers.PositionUnknown, CardsRejected: drivers.CountUnknown, RibbonLeft: drivers.RibbonUnknown}
	fail := func(err error) (drivers.PrinterStatus, error) { return s, p.fault(opStatus, p.card, err) }
	if err := p.ready(ctx); err != nil {
		return fail(err)
	}
	var err error
	if s.Position, err = p.position(ctx); !untold(err) {
		return fail(err)
	}
	for _, q := range []struct {
		command string
		to      *int64
	}{{"Rco;c", &s.CardsInserted}, {"Rco;p", &s.PanelsPrinted}} {
		if *q.to, err = p.number(ctx, q.command); !untold(err) {
			return fail(err)
		}
	}
	left, err := p.number(ctx, "Rrt;count") // newer machines; Rco;l is "not accurate" (guide p.31)
	if untold(err) && err != nil {
		left, err = p.number(ctx, "Rco;l")
	}
	if !untold(err) {
		return fail(err)
	}
	if err == nil {
		s.RibbonLeft = int(left)
	}
	for _, q := range []struct {
		ask  func(context.Context) (bool, error)
		mean drivers.Condition
	}{
		{p.feederEmpty, drivers.ConditionFeederEmpty},
		{p.coverOpen, drivers.ConditionCoverOpen},
		{p.ribbonEnd, drivers.ConditionRibbonEnd},
		{p.cleaningDue, drivers.ConditionCleaningDue},
	} {
		yes, err := q.ask(ctx)
		if !untold(err) {
			return fail(err)
		}
		if yes {
			s.Conditions = append(s.Conditions, q.mean)
		}
	}
	return s, nil
}

// cleaningDue asks Rlr;r: OK, or ERR NEED CLEANING (guide p.34).
func (p *Printer) cleaningDue(ctx context.Context) (bool, error) {
	v, err := p.query(ctx, "Rlr;r", func(s string) bool { return s == "OK" || strings.HasSuffix(s, "NEED CLEANING") })
	return err == nil && v != "OK", err
}

// Close closes the line and leaves the machine as it is.
func (p *Printer) Close() error {
	if p.port == nil {
		return nil
	}
	err := p.port.Close()
	p.port, p.link = nil, nil
	return err
}

// position asks where the card is and keeps it in p.card. OK means none on newer machines, and may be stale: it is
// believed only when it is said again, and a third time by a machine that has sent a stale one.
func (p *Printer) position(ctx context.Context) (drivers.Position, error) {
	need := 2
	if p.stale {
		need = 3
	}
	for range need {
		v, err := p.askPlace(ctx)
		if err != nil {
			return drivers.PositionUnknown, err
		}
		if v == "NO CARD" {
			break
		}
		if v != "OK" {
			p.card = drivers.InMachine
			if places[v] == drivers.PositionUnknown {
				p.card = drivers.Unknown
			}
			return places[v], nil
		}
	}
	p.card = drivers.NoCard
	return drivers.PositionNone, nil
}

// askPlace asks Rlr;p. Where a refusal comes instead, it is a late word about the last move: it is kept, and the question
// asked again.
func (p *Printer) askPlace(ctx context.Context) (string, error) {
	for try := 1; ; try++ {
		v, err := p.query(ctx, "Rlr;p", func(s string) bool { _, ok := places[s]; return ok })
		var r *refusal
		if try == askAgain || !errors.As(err, &r) || r.look == syntax {
			return v, err
		}
		p.late = r
	}
}

// places are the answers to Rlr;p (host code; NO CARD and ERR CARD guide p.34).
var places = map[string]drivers.Position{
	"OK":               drivers.PositionNone,
	"NO CARD":          drivers.PositionNone,
	"CARD":             drivers.PositionHead,
	"SMART CARD":       drivers.PositionContact,
	"CONTACTLESS CARD": drivers.PositionContactless,
	"ERR CARD":         drivers.PositionUnknown,
}

// ready opens the line where it is down and looks whether the machine has lost its memory: then Pem;2 is set again, and
// restarted stands until the card in it is out.
func (p *Printer) ready(ctx context.Context) error {
	if p.port == nil {
		return p.connect(ctx)
	}
	return p.checkMemory(ctx)
}

// checkMemory reads the error mode back: it is lost at power-on (guide p.20).
func (p *Printer) checkMemory(ctx context.Context) error {
	if p.pem < 0 {
		return p.settleLine(ctx)
	}
	mode, err := p.errorMode(ctx)
	if err != nil || mode == p.pem {
		return err
	}
	p.restarted, p.feeding = true, ""
	p.log.Warn().Int64("pem", mode).Msg("the printer has lost its memory")
	return p.takeErrors(ctx)
}

// errorMode asks Rem: the current mode, and on some machines the saved one after it.
func (p *Printer) errorMode(ctx context.Context) (int64, error) {
	v, err := p.query(ctx, "Rem", func(s string) bool { _, ok := firstNumber(s); return ok })
	n, _ := firstNumber(v)
	return n, err
}

func firstNumber(s string) (int64, bool) {
	f := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if len(f) == 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(f[0], 10, 64)
	return n, err == nil
}

// takeErrors makes the host own errors (Pem;2): a printer that retries a job by itself spends ribbon, or a blank, behind
// the ledger.
func (p *Printer) takeErrors(ctx context.Context) error {
	err := p.tell(ctx, "Pem;2")
	if r := (*refusal)(nil); errors.As(err, &r) && r.look != syntax {
		p.late = r // a late word about the last move, perhaps of a program before this one
		err = p.tell(ctx, "Pem;2")
	}
	if err != nil {
		return err
	}
	mode, err := p.errorMode(ctx)
	switch {
	case err == nil && mode == 0:
		return &drivers.Fault{Code: drivers.PrinterRefused, Op: "Pem;2", Again: drivers.AgainNever,
			Detail: "the printer keeps managing errors by itself"}
	case err == nil:
		p.pem = mode
	case untold(err):
		p.pem = -1
	default:
		return err
	}
	return p.setContrast(ctx)
}

// connect opens the line and begins the conversation anew.
func (p *Printer) connect(ctx context.Context) error {
	again := p.marker.command != "" // this Printer has spoken with the machine before
	port, err := p.open(ctx)
	if err != nil {
		if again && errors.Is(err, drivers.LineNoPort) {
			// The path was right before: the cable or its adapter is out.
			return &drivers.Fault{Code: drivers.LineGone, Op: "reopen", Again: drivers.AgainAfterOperator, Err: err}
		}
		return err
	}
	p.port, p.link = port, wire.NewLink(port, p.o.Baud, p.log)
	p.lost, p.inImage, p.cut, p.owed, p.feeding = false, false, false, 0, ""
	p.giveUp()
	p.unknownMemory()
	if err := p.greet(ctx, again); err != nil {
		_ = p.Close()
		return err
	}
	return nil
}

// greet finds the dialect, checks who the machine is, and takes its errors.
func (p *Printer) greet(ctx context.Context, again bool) error {
	if err := p.probe(ctx); err != nil {
		return err
	}
	if err := p.whoIsThere(ctx); err != nil {
		return err
	}
	if again && p.pem >= 0 {
		return p.checkMemory(ctx)
	}
	return p.takeErrors(ctx)
}

// probe learns the dialect from the refusal of a command that does not exist. That also ends whatever half a command a
// program that died left in the machine.
func (p *Printer) probe(ctx context.Context) error {
	var heard []byte
	for try := range askAgain {
		r, err := p.link.Exchange(ctx, wire.Request{Name: "probe", Bytes: frame([]byte(nonsense)), Within: p.scaled(shortWait),
			Whole: func(got []byte) bool { return len(got) >= 2 }})
		if err != nil && (ctx.Err() != nil || !errors.Is(err, drivers.LineSilent)) {
			return p.lineError(err)
		}
		got := r.Got
		if len(got) > 0 {
			more, err := p.link.Quiet(ctx, p.link.CharTime(8)+40*time.Millisecond, time.Second)
			if err != nil {
				return p.lineError(err)
			}
			got = append(got, more...)
			if d, ok := learn(got); ok {
				p.say = d
				return nil
			}
			heard = append(heard, got...)
			continue
		}
		if try == 0 {
			if err := p.fill(ctx); err != nil {
				return p.lineError(err)
			}
		}
	}
	return p.deafOrWrongSpeed(heard)
}

func (p *Printer) deafOrWrongSpeed(heard []byte) error {
	if len(heard) == 0 {
		return &drivers.Fault{Code: drivers.LineSilent, Op: "first question", Again: drivers.AgainAfterOperator,
			Detail: fmt.Sprintf("no answer at %d baud: is the printer on, its serial port enabled (Pcom), and set to this speed?", p.o.Baud)}
	}
	return &drivers.Fault{Code: drivers.LineNoise, Op: "first question", Again: drivers.AgainAfterOperator,
		Detail: fmt.Sprintf("answers make no sense at %d baud (%q): the printer's port is set to another speed", p.o.Baud, heard[:min(len(heard), 16)])}
}

// whoIsThere reads the serial number, or where the machine has none to tell, another text that does not change, and
// keeps it as the marker.
func (p *Printer) whoIsThere(ctx context.Context) error {
	for _, command := range []string{"Rsn", "Rfv", "Rtp"} {
		v, err := p.query(ctx, command, isWordy)
		if err != nil {
			if untold(err) {
				continue
			}
			if errors.Is(err, drivers.LineNoise) {
				return p.deafOrWrongSpeed([]byte(drivers.AsFault(err).Detail))
			}
			return err
		}
		serial := ""
		if command == "Rsn" {
			serial = v
		}
		for _, want := range []string{p.o.Serial, p.id.Serial} {
			if want != "" && serial != want {
				return &drivers.Fault{Code: drivers.WrongPrinter, Op: command, Again: drivers.AgainAfterOperator,
					Detail: fmt.Sprintf("serial number %q, configured or seen before %q", serial, want)}
			}
		}
		p.id.Serial = serial
		p.marker.command, p.marker.answer = command, v
		return nil
	}
	return &drivers.Fault{Code: drivers.PrinterRefused, Op: "Rsn", Again: drivers.AgainNever,
		Detail: "it tells neither serial number, firmware, nor model: not a printer of this language"}
}

// fault says of an error where the card is. A *drivers.Fault keeps its code; a refusal is judged by its table alone.
func (p *Printer) fault(op string, card drivers.Whereabouts, err error) *drivers.Fault {
	var r *refusal
	if errors.As(err, &r) {
		return &drivers.Fault{Code: r.code, Op: op, Card: card, Again: r.again, Detail: r.raw, Err: err}
	}
	f := drivers.AsFault(err)
	detail := f.Detail
	if f.Op != "" && f.Op != op {
		detail = f.Op + ": " + detail
	}
	again := f.Again
	if card == drivers.Unknown && again == drivers.AgainNow {
		again = drivers.AgainAfterOperator
	}
	return &drivers.Fault{Code: f.Code, Op: op, Card: card, Again: again, Detail: detail, Err: f.Err}
}
