package wire_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/wire"
)

func endsInLF(b []byte) bool { return bytes.HasSuffix(b, []byte("\n")) }

// peer runs f as the other end of a line in the same bubble.
func peer(t *testing.T, baud int, f func(c net.Conn)) (wire.Port, *wire.Link) {
	t.Helper()
	near, far := net.Pipe()
	done := make(chan struct{})
	t.Cleanup(func() { _ = near.Close(); _ = far.Close(); <-done })
	go func() { defer close(done); f(far) }()
	p := wire.Over(near, "pipe")
	return p, wire.NewLink(p, baud, zerolog.Nop())
}

func TestSilentIsNotGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := peer(t, 9600, func(c net.Conn) {
			time.Sleep(time.Minute)
			_ = c.Close()
		})
		b := make([]byte, 8)
		if _, err := p.Read(t.Context(), b, time.Now().Add(time.Second)); !errors.Is(err, drivers.LineSilent) {
			t.Fatalf("silent line: %v", err)
		}
		if _, err := p.Read(t.Context(), b, time.Time{}); !errors.Is(err, drivers.LineGone) {
			t.Fatalf("closed line: %v", err)
		}
		if _, err := p.Write(t.Context(), b, time.Now().Add(time.Second)); !errors.Is(err, drivers.LineGone) {
			t.Fatalf("write to a closed line: %v", err)
		}
	})
}

func TestContextEndsReadAndWrite(t *testing.T) {
	tests := map[string]struct {
		ctx  func(context.Context) (context.Context, context.CancelFunc)
		want error
	}{
		"cancelled": {func(c context.Context) (context.Context, context.CancelFunc) {
			c, stop := context.WithCancel(c)
			time.AfterFunc(time.Second, stop)
			return c, stop
		}, context.Canceled},
		"deadline": {func(c context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(c, time.Second)
		}, context.DeadlineExceeded},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, _ := peer(t, 9600, func(c net.Conn) {
					_, _ = c.Read(make([]byte, 3))
				})
				ctx, stop := tt.ctx(t.Context())
				defer stop()
				n, err := p.Write(ctx, []byte("abcdef"), time.Time{})
				if n != 3 || !errors.Is(err, tt.want) || !errors.Is(err, drivers.LineSilent) {
					t.Errorf("write: %d taken, %v", n, err)
				}
				if _, err := p.Read(ctx, make([]byte, 1), time.Time{}); !errors.Is(err, tt.want) {
					t.Errorf("read: %v", err)
				}
				// The port is not spoiled: a fresh context reads again.
				if _, err := p.Read(t.Context(), make([]byte, 1), time.Now().Add(time.Second)); !errors.Is(err, drivers.LineSilent) || errors.Is(err, tt.want) {
					t.Errorf("read after: %v", err)
				}
			})
		})
	}
}

func TestExchange(t *testing.T) {
	upper := func(b []byte) bool { return bytes.Equal(b, bytes.ToUpper(b)) }
	tests := map[string]struct {
		peer  func(c net.Conn)
		again int
		want  string
		stray string
		code  drivers.Code
	}{
		"plain":            {peer: func(c net.Conn) { hear(c); _ = say(c, "YES\n") }, want: "YES\n"},
		"in two pieces":    {peer: func(c net.Conn) { hear(c); _ = say(c, "Y"); time.Sleep(time.Second); _ = say(c, "ES\n") }, want: "YES\n"},
		"late bytes first": {peer: func(c net.Conn) { _ = say(c, "OLD\n"); hear(c); _ = say(c, "YES\n") }, want: "YES\n", stray: "OLD\n"},
		"noise once":       {peer: func(c net.Conn) { hear(c); _ = say(c, "yEs\n"); hear(c); _ = say(c, "YES\n") }, again: 1, want: "YES\n"},
		"noise for ever":   {peer: func(c net.Conn) { hear(c); _ = say(c, "a\n"); hear(c); _ = say(c, "b\n") }, again: 1, want: "b\n", code: drivers.LineNoise},
		"noise, may not repeat": {peer: func(c net.Conn) {
			hear(c)
			_ = say(c, "a\n")
			if n, _ := c.Read(make([]byte, 9)); n > 0 {
				panic("asked twice")
			}
		}, want: "a\n",
			code: drivers.LineNoise},
		"silence":      {peer: func(c net.Conn) { hear(c) }, code: drivers.LineSilent},
		"half a reply": {peer: func(c net.Conn) { hear(c); _ = say(c, "YE") }, want: "YE", code: drivers.LineSilent},
		"never whole": {peer: func(c net.Conn) {
			hear(c)
			for say(c, "x") == nil {
				time.Sleep(30 * time.Millisecond)
			}
		}, want: strings.Repeat("x", 67), code: drivers.LineSilent},
		"hang-up": {peer: func(c net.Conn) { hear(c); _ = c.Close() }, code: drivers.LineGone},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, l := peer(t, 0, tt.peer)
				r, err := l.Exchange(t.Context(), wire.Request{Name: "ask", Bytes: []byte("who?"), Within: 2 * time.Second,
					Whole: endsInLF, Sound: upper, Again: tt.again})
				if tt.code == "" && err != nil || tt.code != "" && !errors.Is(err, tt.code) {
					t.Fatalf("error %v, want %q", err, tt.code)
				}
				if string(r.Got) != tt.want || string(r.Stray) != tt.stray {
					t.Errorf("got %q stray %q, want %q and %q", r.Got, r.Stray, tt.want, tt.stray)
				}
			})
		})
	}
}

// A long request on a slow line must not time out while its bytes are still in the buffers.
func TestDeadlineCountsFromTheLastByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := peer(t, 9600, func(c net.Conn) {
			_, _ = c.Read(make([]byte, 96000)) // taken at once, as a kernel's buffer does
			time.Sleep(101 * time.Second)      // 96,000 bytes at 960 a second, and one second to think
			_ = say(c, "YES\n")
		})
		r, err := l.Exchange(t.Context(), wire.Request{Name: "long", Bytes: make([]byte, 96000), Within: 2 * time.Second, Whole: endsInLF})
		if err != nil || r.Sent != 96000 {
			t.Fatalf("%v, sent %d", err, r.Sent)
		}
	})
}

func TestCancelSaysHowMuchWasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := peer(t, 9600, func(c net.Conn) { _, _ = c.Read(make([]byte, 1000)) })
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		r, err := l.Exchange(ctx, wire.Request{Name: "long", Bytes: make([]byte, 5000), Within: time.Second, Whole: endsInLF})
		if r.Sent != 1000 || !errors.Is(err, context.Canceled) {
			t.Fatalf("sent %d, %v", r.Sent, err)
		}
	})
}

func hear(c net.Conn) { _, _ = c.Read(make([]byte, 256)) }

func say(c net.Conn, s string) error {
	_, err := c.Write([]byte(s))
	return err
}

// A listener hears what can have left at the line's rate, not what the buffers took, and the last byte before the reply.
func TestProgressIsTheLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := peer(t, 9600, func(c net.Conn) {
			_, _ = io.ReadFull(c, make([]byte, 4800)) // taken at once; the line needs 5 s
			time.Sleep(6 * time.Second)
			_ = say(c, "YES\n")
		})
		began := time.Now()
		last := 0
		r, err := l.Exchange(t.Context(), wire.Request{Name: "long", Bytes: make([]byte, 4800), Within: 2 * time.Second, Whole: endsInLF,
			Progress: func(left int) {
				if most := int(time.Since(began).Seconds() * 960); left > most || left <= last {
					t.Errorf("%d bytes after %v, told %d before", left, time.Since(began), last)
				}
				last = left
			}})
		if err != nil || last != 4800 || r.Took < 6*time.Second {
			t.Errorf("%v; last told %d; took %v", err, last, r.Took)
		}
	})
}

// waiting is a line whose system has a queue.
type waiting struct {
	net.Conn
	queued int
}

func (w *waiting) Queued() (int, error) { return w.queued, nil }

// What waits in the queue has not left, however fast the line could be.
func TestProgressKnowsTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		w := &waiting{Conn: near, queued: 700}
		go func() {
			_, _ = io.ReadFull(far, make([]byte, 1000))
			time.Sleep(5 * time.Second)
			_ = say(far, "YES\n")
		}()
		most := 0
		_, err := wire.NewLink(wire.Over(w, "pipe"), 115200, zerolog.Nop()).Exchange(t.Context(), wire.Request{Name: "long", Bytes: make([]byte, 1000),
			Within: 9 * time.Second, Whole: endsInLF, Progress: func(left int) { most = max(most, left) }})
		if err != nil || most != 300 {
			t.Errorf("told %d, want 300: %v", most, err)
		}
	})
}

// A machine that holds the line up is told from one that does not answer, and a held line from a cancelled call.
func TestHeldIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := peer(t, 9600, func(c net.Conn) {
			_, _ = io.ReadFull(c, make([]byte, 100))
			time.Sleep(time.Hour)
		})
		r, err := l.Exchange(t.Context(), wire.Request{Name: "long", Bytes: make([]byte, 4800), Within: time.Second, Whole: endsInLF})
		if !errors.Is(err, drivers.LineHeld) || r.Sent != 100 {
			t.Errorf("sent %d, %v", r.Sent, err)
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if _, err := l.Send(ctx, make([]byte, 10)); !errors.Is(err, drivers.LineSilent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended by its context: %v", err)
		}
	})
}
