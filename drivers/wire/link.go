package wire

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
)

// Request is one thing said to the machine, and how to know its reply.
type Request struct {
	Name  string // for the log; never data
	Bytes []byte
	// Within is how long the reply may take, counted from the moment the last byte can have left at the line's rate.
	Within time.Duration
	// Whole reports whether what came is a whole reply. It sees all bytes since the request.
	Whole func(got []byte) bool
	// Sound reports whether a whole reply makes sense; nil takes any.
	Sound func(got []byte) bool
	// Again is how often the request may be said again after noise. It is 0 for whatever moves, burns, or counts.
	Again int
	// Progress, if set, is told how many bytes of the request can have left the computer: never more than the line's rate
	// allows, nor than the system's queue has let go of. It is called in Exchange's goroutine, about ten times a second,
	// and does not wait. What has left is not received: only the reply says that.
	Progress func(left int)
}

// Reply is what came.
type Reply struct {
	Stray []byte // came before the request was sent: late, or unasked
	Got   []byte // the reply; also on an error, as far as it came
	Sent  int    // bytes of the request that were taken; less than all only on an error
	// Took is the time from the request's first byte to the last of the reply.
	Took time.Duration
}

// Link holds one conversation: one request, one reply, in one goroutine. Bytes that came before a request are never
// taken for its reply.
type Link struct {
	port  Port
	baud  int
	log   zerolog.Logger
	until time.Time // when the last byte written can have left, at the line's rate
}

// NewLink starts a conversation over p. The baud rate gives the deadlines of long requests. The Link does not close p.
func NewLink(p Port, baud int, log zerolog.Logger) *Link {
	return &Link{port: p, baud: baud, log: log}
}

// settleGap is the shortest listen: long enough for a waiting byte to be handed over.
const settleGap = time.Millisecond

// Exchange drops what came unasked, sends the request, and reads until the reply is whole. Errors are
// *drivers.Fault: LineSilent (no whole reply in time, or ctx ended: then with its error in the chain), LineNoise (no
// sound reply, asked Again times), LineHeld (the machine does not let the request out), LineGone. After LineSilent the
// reply may still come; the next Exchange finds it in Stray if it came by then.
func (l *Link) Exchange(ctx context.Context, r Request) (Reply, error) {
	var reply Reply
	for try := 0; ; try++ {
		stray, err := l.Listen(ctx, l.CharTime(2)+settleGap)
		reply.Stray = append(reply.Stray, stray...)
		if err != nil {
			return reply, err
		}
		reply.Got = nil
		out := outgoing{began: time.Now(), size: len(r.Bytes), tell: r.Progress}
		if reply.Sent, err = l.send(ctx, r.Bytes, &out); err != nil {
			return reply, err
		}
		reply.Got, err = l.read(ctx, r, &out)
		reply.Took = time.Since(out.began)
		if err != nil {
			return reply, err
		}
		l.until = time.Now() // what was answered has left, however fast the line is
		if r.Sound == nil || r.Sound(reply.Got) {
			l.log.Trace().Str("request", r.Name).Int("sent", len(r.Bytes)).Int("got", len(reply.Got)).Msg("exchange")
			return reply, nil
		}
		l.log.Debug().Str("request", r.Name).Int("got", len(reply.Got)).Msg("reply makes no sense")
		if try >= r.Again {
			return reply, &drivers.Fault{Code: drivers.LineNoise, Op: r.Name, Again: drivers.AgainNow,
				Detail: "the reply makes no sense"}
		}
		if _, err := l.Quiet(ctx, l.CharTime(16)+20*time.Millisecond, time.Second); err != nil {
			return reply, err
		}
	}
}

func (l *Link) read(ctx context.Context, r Request, out *outgoing) ([]byte, error) {
	by := l.until.Add(r.Within)
	var got []byte
	buf := make([]byte, 512)
	for {
		slice := by
		if l.tellLeft(out) {
			slice = earlier(by, time.Now().Add(tellEvery))
		}
		n, err := l.port.Read(ctx, buf, slice)
		got = append(got, buf[:n]...)
		if n > 0 && r.Whole(got) {
			return got, nil
		}
		if err != nil && (slice.Equal(by) || silenceIsFine(ctx, err) != nil) {
			return got, err
		}
		// A line that never falls silent must not hold us: noise counts as no reply once the time is up.
		if !time.Now().Before(by) {
			return got, &drivers.Fault{Code: drivers.LineSilent, Op: "read", Again: drivers.AgainNow, Detail: "no whole reply"}
		}
	}
}

// Send writes bytes that have no reply of their own and says how many were taken. Faults: LineHeld, LineSilent (ctx ended),
// LineGone.
func (l *Link) Send(ctx context.Context, b []byte) (int, error) {
	return l.send(ctx, b, &outgoing{began: time.Now(), size: len(b)})
}

func (l *Link) send(ctx context.Context, b []byte, out *outgoing) (int, error) {
	now := time.Now()
	if l.until.Before(now) {
		l.until = now
	}
	l.until = l.until.Add(l.CharTime(len(b)))
	// Half as much again as the line needs, and a moment for a machine that holds the line up.
	by := now.Add(l.until.Sub(now)*3/2 + 30*time.Second)
	piece := len(b)
	if out.tell != nil {
		piece = l.piece()
	}
	for out.taken < len(b) {
		n, err := l.port.Write(ctx, b[out.taken:min(out.taken+piece, len(b))], by)
		out.taken += n
		if err != nil {
			l.until = l.until.Add(-l.CharTime(len(b) - out.taken))
			return out.taken, held(ctx, err)
		}
		l.tellLeft(out)
	}
	return out.taken, nil
}

// held names a write that ran out of time: the other end holds the line up, for ctx did not end it.
func held(ctx context.Context, err error) error {
	if silenceIsFine(ctx, err) != nil {
		return err
	}
	f := drivers.AsFault(err)
	return &drivers.Fault{Code: drivers.LineHeld, Op: f.Op, Again: drivers.AgainAfterOperator, Detail: f.Detail, Err: f.Err}
}

// outgoing is a request on its way out.
type outgoing struct {
	began time.Time // when its first byte was handed over
	size  int
	taken int
	told  int
	tell  func(left int) // nil: nobody listens
}

// tellEvery is how long a listener of Progress waits for news at most.
const tellEvery = 100 * time.Millisecond

// piece is what is handed over at a time where somebody listens: tellEvery of line. The system's own buffer keeps the line
// busy between two.
func (l *Link) piece() int { return max(256, int(tellEvery/max(l.CharTime(1), 1))) }

// tellLeft tells the listener what has left since, and reports whether more is to be told.
func (l *Link) tellLeft(out *outgoing) bool {
	if out.tell == nil || out.told == out.size {
		return false
	}
	left := out.taken
	if n, err := Queued(l.port); err == nil {
		left = max(left-n, 0)
	}
	if char := l.CharTime(1); char > 0 {
		left = min(left, int(time.Since(out.began)/char))
	}
	if left > out.told {
		out.told = left
		out.tell(left)
	}
	return out.told < out.size
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Listen waits up to d for unasked bytes and returns what came; silence is no error.
func (l *Link) Listen(ctx context.Context, d time.Duration) ([]byte, error) {
	buf := make([]byte, 512)
	n, err := l.port.Read(ctx, buf, time.Now().Add(d))
	got := buf[:n]
	for err == nil && n == len(buf) {
		n, err = l.port.Read(ctx, buf, time.Now().Add(settleGap))
		got = append(got[:len(got):len(got)], buf[:n]...)
	}
	return got, silenceIsFine(ctx, err)
}

// Quiet reads until nothing came for gap, or for at most limit, and returns what came.
func (l *Link) Quiet(ctx context.Context, gap, limit time.Duration) ([]byte, error) {
	var got []byte
	buf := make([]byte, 512)
	for end := time.Now().Add(limit); time.Now().Before(end); {
		n, err := l.port.Read(ctx, buf, time.Now().Add(gap))
		got = append(got, buf[:n]...)
		if err != nil {
			return got, silenceIsFine(ctx, err)
		}
	}
	return got, nil
}

func silenceIsFine(ctx context.Context, err error) error {
	if err != nil && ctx.Err() == nil && errors.Is(err, drivers.LineSilent) && !errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// CharTime is how long n bytes take at 8N1: ten bits each.
func (l *Link) CharTime(n int) time.Duration {
	if l.baud <= 0 {
		return 0
	}
	return time.Duration(n) * 10 * time.Second / time.Duration(l.baud)
}
