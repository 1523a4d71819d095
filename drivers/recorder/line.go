package recorder

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/drivers/wire"
)

// Line records a port: what is written as commands, what is read as bytes. It changes nothing that passes.
func (r *Ring) Line(p wire.Port) wire.Port {
	r.add(entry{Kind: "open", Text: "line"})
	return &line{Port: p, ring: r}
}

type line struct {
	wire.Port
	ring *Ring
}

func (l *line) Read(ctx context.Context, b []byte, by time.Time) (int, error) {
	n, err := l.Port.Read(ctx, b, by)
	if n > 0 || err != nil && !errors.Is(err, drivers.LineSilent) {
		l.ring.received(b[:n], err)
	}
	return n, err
}

func (l *line) Write(ctx context.Context, b []byte, by time.Time) (int, error) {
	// Written down before it is sent: the reply must not come to stand before its command.
	text, masked := maskCommand(b)
	l.ring.sent(entry{Kind: "tx", Text: text, Len: len(b)}, masked)
	n, err := l.Port.Write(ctx, b, by)
	if err != nil {
		l.ring.add(entry{Kind: "tx-failed", Taken: &n, Len: len(b), Code: codeOf(err)})
	}
	return n, err
}

func (l *line) Queued() (int, error) { return wire.Queued(l.Port) }

// Bytes shown of one reply: of any, and of one to a command whose data is masked. A line that echoes would give the data
// back.
const (
	replyShown = 64
	echoShown  = 8
)

func (r *Ring) sent(e entry, masked bool) {
	e.At = time.Since(r.began).Microseconds()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rx = replyShown
	if masked {
		r.rx = echoShown
	}
	r.push(e)
}

// received adds to the reply that is coming in, or begins one.
func (r *Ring) received(b []byte, err error) {
	at := time.Since(r.began).Microseconds()
	r.mu.Lock()
	defer r.mu.Unlock()
	shown := b[:min(len(b), r.rx)]
	r.rx -= len(shown)
	if last := r.last(); last != nil && last.Kind == "rx" && last.Code == "" {
		last.Hex += hex.EncodeToString(shown)
		last.Len += len(b)
		last.Code = codeOf(err)
		r.bytes += 2*len(shown) + len(last.Code)
		return
	}
	r.push(entry{At: at, Kind: "rx", Hex: hex.EncodeToString(shown), Len: len(b), Code: codeOf(err)})
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return string(drivers.AsFault(err).Code)
}

// Frame characters of the printer's language (Evolis "Programming Guide" A5013 p.4).
const (
	esc = 0x1B
	cr  = 0x0D
)

// shortCommand is the longest command shown whole; the longest that moves or asks has 12 characters (docs/printer-evolis.md).
const shortCommand = 40

// maskCommand shows a command without its frame: settings, sequences, and questions whole (P, S, R, M), downloads (D) by
// their header, and all else by its name. masked tells that something is not shown.
func maskCommand(b []byte) (text string, masked bool) {
	if len(b) < 3 || b[0] != esc {
		return "", true
	}
	body := bytes.TrimSuffix(b[1:], []byte{cr})
	name := body
	for i, c := range body {
		if !letter(c) {
			name = body[:i]
			break
		}
	}
	if len(name) == 0 || len(name) > 5 {
		return "", true
	}
	switch name[0] {
	case 'P', 'S', 'R', 'M', 'Z':
		if len(body) <= shortCommand && printable(body) {
			return string(body), false
		}
	case 'D':
		return string(header(body)), true
	}
	return string(name), true
}

// headerFields are the fields of a download before its data that all forms have: name, panel, and, of Db and Dbp, levels,
// of the others also a count (A5013 p.49 to 56).
func header(body []byte) []byte {
	fields := 3
	if name, _, _ := strings.Cut(string(body[:min(len(body), 6)]), ";"); name != "Db" && name != "Dbp" {
		fields = 4
	}
	end := 0
	for i := 0; i < len(body) && fields > 0 && i < shortCommand; i++ {
		c := body[i]
		if c == ';' {
			fields--
			end = i + 1
		} else if !letter(c) && (c < '0' || c > '9') {
			break
		}
	}
	return body[:end]
}

func letter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func printable(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c > 0x7E {
			return false
		}
	}
	return true
}
