package evolis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/wire"
)

const (
	opSetPort = "set up the port"
	opFind    = "find the printer"

	helloWait = 600 * time.Millisecond // for a machine to refuse nonsense; at 2400 baud both ways take 30 ms
	helloes   = 2                      // the first may end a command that was cut short, or a speed's rubbish
	pcomWait  = 700 * time.Millisecond // for the reply to Pcom, which may come at either speed
	settling  = 300 * time.Millisecond // for a port that changes its speed
)

// Setup is where a printer is looked for and set up. It moves nothing. One goroutine.
type Setup struct {
	// Serial opens the computer's serial port at a speed and flow control (none, rtscts, xonxoff, both).
	Serial func(ctx context.Context, baud int, flow string) (wire.Port, error)
	// USB opens another socket of the same printer (USB, parallel), where it answers in words at no speed; nil: there is none.
	USB func(ctx context.Context) (wire.Port, error)
	// Baud is tried first.
	Baud int
	Log  zerolog.Logger
}

// found is a conversation with a printer.
type found struct {
	port wire.Port
	link *wire.Link
	say  dialect
	baud int // 0 = not over the serial port
}

// rates are the speeds that are tried: what the settings say, then the guide's from the most used down, then what adapters and
// newer machines have.
func (s Setup) rates() []int {
	all := []int{s.Baud, 115200, 9600, 57600, 38400, 19200, 4800, 2400, 921600, 460800, 230400}
	var out []int
	for _, r := range all {
		if r > 0 && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// Find tries the speeds until a printer answers, at 8N1 and without flow control, and gives that speed. Faults: LineSilent or
// LineNoise where none does, naming what was tried; those of opening the port.
func (s Setup) Find(ctx context.Context) (int, error) {
	f, err := s.find(ctx)
	if err != nil {
		return 0, err
	}
	return f.baud, f.port.Close()
}

func (s Setup) find(ctx context.Context) (*found, error) {
	noise := false
	for range helloes {
		for _, baud := range s.rates() {
			f, heard, err := s.greet(ctx, baud, "none")
			if f != nil || err != nil {
				return f, err
			}
			noise = noise || heard
		}
	}
	code, what := drivers.LineSilent, "no answer"
	if noise {
		code, what = drivers.LineNoise, "no answer that makes sense"
	}
	return nil, &drivers.Fault{Code: code, Op: opFind, Again: drivers.AgainAfterOperator,
		Detail: fmt.Sprintf("%s at %s baud: is the printer on, the cable in, and its serial port enabled (Pcom)?", what, strings.Trim(fmt.Sprint(s.rates()), "[]"))}
}

// greet opens the serial port one way and asks once. It gives nil where no printer of this language answers there; heard
// says that something did.
func (s Setup) greet(ctx context.Context, baud int, flow string) (_ *found, heard bool, err error) {
	port, err := s.Serial(ctx, baud, flow)
	if err != nil {
		return nil, false, err
	}
	f := &found{port: port, link: wire.NewLink(port, baud, s.Log), baud: baud}
	ok, heard, err := f.hello(ctx)
	if ok {
		return f, true, nil
	}
	return nil, heard, errors.Join(err, port.Close())
}

// hello says nonsense and learns from the refusal how the machine answers.
func (f *found) hello(ctx context.Context) (ok, heard bool, err error) {
	r, err := f.link.Exchange(ctx, wire.Request{Name: "hello", Bytes: frame([]byte(nonsense)), Within: helloWait,
		Whole: func(got []byte) bool { return len(got) >= 2 }})
	if err != nil && (ended(ctx, err) || !errors.Is(err, drivers.LineSilent) && !errors.Is(err, drivers.LineHeld)) {
		return false, false, err
	}
	if len(r.Got) == 0 {
		return false, false, nil
	}
	more, err := f.link.Quiet(ctx, f.link.CharTime(8)+40*time.Millisecond, time.Second)
	if err != nil {
		return false, true, err
	}
	f.say, ok = learn(append(r.Got, more...))
	return ok, true, nil
}

// reach gives a conversation with the printer: at its other socket where there is one, else at the speed that is found.
func (s Setup) reach(ctx context.Context) (*found, error) {
	if s.USB == nil {
		return s.find(ctx)
	}
	port, err := s.USB(ctx)
	if err != nil {
		return nil, err
	}
	f := &found{port: port, link: wire.NewLink(port, 0, s.Log)}
	for range helloes {
		ok, _, err := f.hello(ctx)
		if ok {
			return f, nil
		}
		if err != nil {
			return nil, errors.Join(err, port.Close())
		}
	}
	return nil, errors.Join(&drivers.Fault{Code: drivers.LineSilent, Op: opFind, Again: drivers.AgainAfterOperator,
		Detail: "no printer of this language answers there: is it on, and is it the right device?"}, port.Close())
}

// ask asks a question; "" where the machine does not know it.
func (f *found) ask(ctx context.Context, command string) (string, error) {
	var last error
	for range askAgain {
		r, err := f.link.Exchange(ctx, wire.Request{Name: command, Bytes: frame([]byte(command)), Within: shortWait,
			Whole: func(got []byte) bool { return f.say.whole(got, value) }})
		a := f.say.read(r.Got)
		switch {
		case err == nil && a.refusal() != nil && a.refusal().look == syntax:
			return "", nil
		case err == nil && !a.junk && isWordy(a.text()):
			return a.text(), nil
		case err == nil:
			last = &drivers.Fault{Code: drivers.LineNoise, Op: command, Again: drivers.AgainNow, Detail: quoted(r.Got)}
		case ended(ctx, err) || errors.Is(err, drivers.LineGone):
			return "", err
		default:
			last = err
		}
	}
	return "", last
}

// PortNow tells how the printer's port is set, and at which speed it was found; 0 at its other socket. Told is false where
// the machine does not say how. Faults: those of Find.
func (s Setup) PortNow(ctx context.Context) (p Port, baud int, told bool, err error) {
	f, err := s.reach(ctx)
	if err != nil {
		return p, 0, false, err
	}
	p, told, err = f.portNow(ctx)
	return p, f.baud, told, errors.Join(err, f.port.Close())
}

func (f *found) portNow(ctx context.Context) (p Port, told bool, err error) {
	v, err := f.ask(ctx, "Rcom;1")
	if err != nil {
		return p, false, err
	}
	p, told = parsePort(v)
	return p, told, nil
}

// SetPort sets the printer's port with Pcom, over whichever socket it answers at, and returns only when it answers at the serial
// port as it was set. Faults: those of Find; PrinterRefused (it does not take Pcom); PortNotTaken, and the Detail says how it
// answers now.
func (s Setup) SetPort(ctx context.Context, to Port) error {
	f, err := s.reach(ctx)
	if err != nil {
		return err
	}
	before, at := s.Baud, f.baud
	if p, told, err := f.portNow(ctx); err == nil && told {
		before = p.Baud
	}
	err = f.setPort(ctx, to)
	if err := errors.Join(err, f.port.Close()); err != nil {
		return err
	}
	if err := wait(ctx, settling); err != nil {
		return err
	}
	took, how, err := s.answers(ctx, to)
	if took || err != nil {
		return err
	}
	if at == 0 {
		at = before
	}
	if how == "" {
		how = "it is not heard at the serial port"
		again := s
		again.Baud = at
		if baud, err := again.Find(ctx); err == nil {
			how = fmt.Sprintf("it answers at %d baud", baud)
		}
	}
	return &drivers.Fault{Code: drivers.PortNotTaken, Op: opSetPort, Again: drivers.AgainAfterOperator,
		Detail: fmt.Sprintf("%s was said, and %s", to.Command(), how)}
}

// setPort says Pcom. Over the serial port the reply may come at the new speed and is then nonsense, or never seen; only a clear
// refusal counts.
func (f *found) setPort(ctx context.Context, to Port) error {
	r, err := f.link.Exchange(ctx, wire.Request{Name: "Pcom", Bytes: frame([]byte(to.Command())), Within: pcomWait,
		Whole: func(got []byte) bool { return f.say.whole(got, order) }})
	if a := f.say.read(r.Got); err == nil && !a.junk && a.refusal() != nil {
		return &drivers.Fault{Code: drivers.PrinterRefused, Op: opSetPort, Again: drivers.AgainNever,
			Detail: to.Command() + " answered " + a.refusal().raw}
	}
	if errors.Is(err, drivers.LineSilent) && !ended(ctx, err) {
		err = nil
	}
	return err
}

// answers reports whether the printer is heard at the serial port as it was set, and if not how it is.
func (s Setup) answers(ctx context.Context, to Port) (ok bool, how string, err error) {
	for range askAgain {
		f, _, err := s.greet(ctx, to.Baud, to.Flow())
		if err != nil {
			return false, "", err
		}
		if f == nil {
			continue
		}
		is, told, err := f.portNow(ctx)
		say := f.say
		if err := errors.Join(err, f.port.Close()); err != nil {
			return false, "", err
		}
		switch {
		case told && is != to:
			return false, "it says its port is " + is.String(), nil
		case to.acks() && !say.acks: // the other way round is no failure: Pem turns ACK/NACK on as well (guide p.20)
			return false, fmt.Sprintf("it answers at %d baud in words", to.Baud), nil
		}
		return true, "", nil
	}
	return false, "", nil
}

// ended reports whether err came of ctx: its deadline may show in err a moment before ctx itself knows.
func ended(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded)
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
