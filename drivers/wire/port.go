package wire

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"time"

	"cetak/drivers"
)

// Port is a line of bytes. One goroutine may read while another writes; Close may come from any and ends both.
//
// Errors are *drivers.Fault without a Card: LineSilent when the deadline passed (with ctx's error in the chain when
// it was ctx that ended) and LineGone when the other end hung up. The line is still usable after LineSilent, and
// dead after LineGone.
type Port interface {
	// Read waits for at least one byte until by, or without limit when by is zero.
	Read(ctx context.Context, b []byte, by time.Time) (int, error)
	// Write hands over all of b, or says how many bytes were taken before it failed: those are on their way.
	// Taken is not received: up to 24 kB wait in buffers.
	Write(ctx context.Context, b []byte, by time.Time) (int, error)
	Close() error
}

// Queuer is a Port that can tell how many of the bytes it took still wait in this computer. A pseudo-terminal always says
// none, and an adapter's own buffer (some hundred bytes) is never counted.
type Queuer interface {
	Queued() (int, error)
}

// Queued asks p; errors.ErrUnsupported where it cannot tell.
func Queued(p any) (int, error) {
	if q, ok := p.(Queuer); ok {
		return q.Queued()
	}
	return 0, errors.ErrUnsupported
}

// Deadliner is what Over needs: os.File and net.Conn have it.
type Deadliner interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Over makes a Port of anything whose Read and Write obey deadlines. The name is for Detail of faults.
func Over(d Deadliner, name string) Port { return &over{d: d, name: name} }

type over struct {
	d    Deadliner
	name string
}

func (o *over) Read(ctx context.Context, b []byte, by time.Time) (int, error) {
	return o.do(ctx, "read", b, by, o.d.SetReadDeadline, o.d.Read)
}

func (o *over) Write(ctx context.Context, b []byte, by time.Time) (int, error) {
	return o.do(ctx, "write", b, by, o.d.SetWriteDeadline, o.d.Write)
}

func (o *over) Close() error { return o.d.Close() }

func (o *over) Queued() (int, error) { return Queued(o.d) }

func (o *over) do(ctx context.Context, op string, b []byte, by time.Time, limit func(time.Time) error,
	move func([]byte) (int, error)) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, o.fault(op, drivers.LineSilent, err)
	}
	if end, ok := ctx.Deadline(); ok && (by.IsZero() || end.Before(by)) {
		by = end
	}
	if err := limit(by); err != nil {
		return 0, o.fault(op, drivers.LineGone, err)
	}
	fired := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = limit(time.Unix(1, 0)) // a closed port has no deadline to set, and no reader to wake
		close(fired)
	})
	n, err := move(b)
	if !stop() { // it runs or ran: wait, or it could spoil the next call's deadline
		<-fired
	}
	if err == nil {
		return n, nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if ctx.Err() != nil {
			err = ctx.Err()
		} else if end, ok := ctx.Deadline(); ok && !by.Before(end) {
			err = context.DeadlineExceeded // our deadline fires a moment before ctx's own timer
		}
		return n, o.fault(op, drivers.LineSilent, err)
	}
	if Gone(err) {
		return n, o.fault(op, drivers.LineGone, err)
	}
	return n, o.fault(op, drivers.LineRefused, err)
}

func (o *over) fault(op string, code drivers.Code, err error) error {
	again := drivers.AgainAfterOperator
	if code == drivers.LineSilent {
		again = drivers.AgainNow
	}
	return &drivers.Fault{Code: code, Op: op, Again: again, Detail: o.name, Err: err}
}

// Gone reports whether err is how a pulled cable, a closed peer, or our own Close looks. On a Linux tty a hang-up is
// EOF or EIO; a USB adapter that was pulled answers ENXIO or ENODEV.
func Gone(err error) bool {
	for _, e := range []error{io.EOF, io.ErrClosedPipe, io.ErrUnexpectedEOF, os.ErrClosed,
		syscall.EIO, syscall.ENXIO, syscall.ENODEV, syscall.EPIPE, syscall.ECONNRESET} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
