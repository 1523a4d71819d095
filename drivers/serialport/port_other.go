//go:build !linux

package serialport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tarm/serial"

	"cetak/drivers"
	"cetak/drivers/wire"
)

// slice is how long one Read waits: cancel and Close are seen this late. ReadTimeout must not be 0, or Close hangs.
const slice = 100 * time.Millisecond

// Open opens the port. Faults: LineNoPort, LineNotSerial, LineBusy, LineRefused. Here reads are cut into slices of
// 100 ms and a Write in progress cannot be ended before its piece of 256 bytes is out. Flow control
// is not to be had.
func Open(c Config) (wire.Port, error) {
	if c.Flow.hardware() || c.Flow.software() {
		return nil, fault(drivers.LineRefused, "flow control can be set on Linux only: set the printer and printer.flow to none", errors.ErrUnsupported)
	}
	if c.Path == "" {
		return nil, fault(drivers.LineNoPort, "no port is configured", errors.ErrUnsupported)
	}
	p, err := serial.OpenPort(&serial.Config{Name: c.Path, Baud: c.Baud, ReadTimeout: slice})
	if err != nil {
		return nil, openFault(c.Path, err)
	}
	return &sliced{p: p, path: c.Path}, nil
}

// OpenUSB is not to be had here: a printer is set up from a Linux computer, or by the maker's own program.
func OpenUSB(path string) (wire.Port, error) {
	return nil, fault(drivers.LineRefused, path, errors.ErrUnsupported)
}

// List is not to be had here: the port's name comes from the system's own settings.
func List() ([]Found, error) {
	return nil, fmt.Errorf("serialport: listing ports: %w", errors.ErrUnsupported)
}

type sliced struct {
	p    *serial.Port
	path string
}

func (s *sliced) Read(ctx context.Context, b []byte, by time.Time) (int, error) {
	for {
		if err := s.over(ctx, "read", by); err != nil {
			return 0, err
		}
		began := time.Now()
		n, err := s.p.Read(b)
		switch {
		case n > 0:
			return n, nil
		case err == nil, errors.Is(err, io.EOF) && time.Since(began) >= slice*9/10:
			// Silence is 0, nil on Windows and an EOF at the end of the slice elsewhere; an EOF at once is a hang-up.
		default:
			return 0, s.fault("read", drivers.LineGone, err)
		}
	}
}

func (s *sliced) Write(ctx context.Context, b []byte, by time.Time) (int, error) {
	sent := 0
	for sent < len(b) {
		if err := s.over(ctx, "write", by); err != nil {
			return sent, err
		}
		n, err := s.p.Write(b[sent:min(sent+256, len(b))])
		sent += n
		if err != nil {
			return sent, s.fault("write", drivers.LineGone, err)
		}
	}
	return sent, nil
}

func (s *sliced) Close() error { return s.p.Close() }

func (s *sliced) over(ctx context.Context, op string, by time.Time) error {
	if err := ctx.Err(); err != nil {
		return s.fault(op, drivers.LineSilent, err)
	}
	if !by.IsZero() && !time.Now().Before(by) {
		return s.fault(op, drivers.LineSilent, nil)
	}
	return nil
}

func (s *sliced) fault(op string, code drivers.Code, err error) error {
	again := drivers.AgainAfterOperator
	if code == drivers.LineSilent {
		again = drivers.AgainNow
	}
	return &drivers.Fault{Code: code, Op: op, Again: again, Detail: s.path, Err: err}
}
