package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"cetak/drivers"
)

// Recorder writes every read and write of a Port as one line of text: time since it began in microseconds, `<` or `>`, the
// bytes as a quoted string, and what failed. It keeps the first Keep bytes of each, so that a card's picture and text,
// which pass here, are not written down; it does not change what passes.
type Recorder struct {
	port  Port
	keep  int
	began time.Time

	mu sync.Mutex
	w  io.Writer
}

// KeepHead is the Keep that shows any command and no picture: longer writes are cut to their head and their length.
const KeepHead = 16

// Record wraps p. With keep <= 0 everything is written down: for test cards only.
func Record(p Port, w io.Writer, keep int) *Recorder {
	return &Recorder{port: p, w: w, keep: keep, began: time.Now()}
}

// Read passes on and writes down.
func (r *Recorder) Read(ctx context.Context, b []byte, by time.Time) (int, error) {
	n, err := r.port.Read(ctx, b, by)
	r.line('<', b[:n], err)
	return n, err
}

// Write passes on and writes down.
func (r *Recorder) Write(ctx context.Context, b []byte, by time.Time) (int, error) {
	n, err := r.port.Write(ctx, b, by)
	r.line('>', b[:n], err)
	return n, err
}

// Close passes on.
func (r *Recorder) Close() error { return r.port.Close() }

func (r *Recorder) line(way byte, b []byte, err error) {
	if len(b) == 0 && errors.Is(err, drivers.LineSilent) {
		return
	}
	shown, more := b, ""
	if r.keep > 0 && len(b) > r.keep {
		shown, more = b[:r.keep], fmt.Sprintf(" +%d", len(b)-r.keep)
	}
	if err != nil {
		more += " " + drivers.AsFault(err).Code.Error()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// A trace that cannot be written must not stop a card.
	_, _ = fmt.Fprintf(r.w, "%d %c %q%s\n", time.Since(r.began).Microseconds(), way, shown, more)
}
