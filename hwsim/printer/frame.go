package printer

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

const (
	nul       = 0x00
	escape    = 0x1B
	cr        = 0x0D
	semicolon = ';'

	headLimit = 128     // of a command without its data
	dataLimit = 1 << 21 // more than any bitmap needs
	bmpHeader = 6       // bytes of a BMP file up to the end of its size field
)

// request is one command off the line. bad says that the frame itself was wrong.
type request struct {
	name string
	args []string
	data []byte
	bad  refusal
}

// framer cuts the byte stream into requests (evolis.md 1). It keeps what is incomplete between calls of push.
type framer struct {
	start, sep, end byte
	dbcFour         bool

	state framing
	ended bool // the last command ended with its end byte: the next may come without its start byte
	head  []byte
	req   request
	need  int // data bytes still to come
	sized bool
}

type framing int

const (
	between  framing = iota // waiting for a command
	inHead                  // its name and parameters
	inData                  // its image
	atEnd                   // its end byte
	skipping                // lost: nothing counts until a start byte and a letter
	resuming                // lost, and just saw a start byte
)

func newFramer(d Doubts) framer {
	return framer{start: escape, sep: semicolon, end: cr, dbcFour: d.DbcFour}
}

// set changes the three bytes of the frame (Psc).
func (f *framer) set(start, sep, end byte) { f.start, f.sep, f.end = start, sep, end }

// push takes bytes and hands each complete request over.
func (f *framer) push(b []byte, take func(request)) {
	for len(b) > 0 {
		if f.state == inData {
			n := min(f.need, len(b))
			f.req.data = append(f.req.data, b[:n]...)
			f.need -= n
			b = b[n:]
			if f.need == 0 {
				f.dataComplete(take)
			}
			continue
		}
		f.step(b[0], take)
		b = b[1:]
	}
}

func (f *framer) step(c byte, take func(request)) {
	switch f.state {
	case between:
		switch {
		case c == f.start:
			f.begin()
		case c < ' ' || c > '~' || !f.ended:
			// padding (NUL), a stray LF, or noise
		default:
			f.begin()
			f.inHead(c, take)
		}
	case inHead:
		f.inHead(c, take)
	case atEnd:
		switch c {
		case nul:
		case f.end:
			f.emit(f.req, take)
			f.state, f.ended = between, true
		case f.start:
			f.emit(request{name: f.req.name, bad: badParameter}, take)
			f.begin()
		default:
			f.lost(badParameter, take)
		}
	case skipping:
		if c == f.start {
			f.state = resuming
		}
	case resuming:
		switch {
		case c == f.start:
		case c >= 'A' && c <= 'Z':
			f.begin()
			f.inHead(c, take)
		default:
			f.state = skipping
		}
	}
}

func (f *framer) begin() {
	f.state, f.head, f.req, f.ended = inHead, f.head[:0], request{}, false
}

func (f *framer) emit(r request, take func(request)) {
	f.req = request{}
	take(r)
}

// lost refuses what came and waits for the next command that begins with its start byte.
func (f *framer) lost(why refusal, take func(request)) {
	name := f.req.name
	f.state, f.ended = skipping, false
	f.emit(request{name: name, bad: why}, take)
}

func (f *framer) inHead(c byte, take func(request)) {
	switch {
	case c == f.start: // the command before was cut short
		f.emit(request{bad: unknownCommand}, take)
		f.begin()
		return
	case c == f.end:
		parts := strings.Split(string(f.head), string(f.sep))
		r := request{name: parts[0], args: parts[1:]}
		if isBitmap(r.name) {
			r.bad = badParameter // it ended before its image
		}
		f.state, f.ended = between, true
		f.emit(r, take)
		return
	case c == f.sep:
		parts := strings.Split(string(f.head), string(f.sep))
		if isBitmap(parts[0]) && len(parts)-1 == f.parameters(parts[0]) {
			f.req = request{name: parts[0], args: parts[1:]}
			n, good := imageBytes(f.req, f.dbcFour)
			if !good {
				f.lost(badParameter, take)
				return
			}
			f.need, f.sized = n, f.req.name != "Dbmp"
			f.state = inData
			if n == 0 {
				f.state = atEnd
			}
			return
		}
	}
	if len(f.head) >= headLimit {
		f.lost(unknownCommand, take)
		return
	}
	f.head = append(f.head, c)
}

// dataComplete is called when the needed bytes are in; a BMP file then tells its full size.
func (f *framer) dataComplete(take func(request)) {
	if f.sized {
		f.state = atEnd
		return
	}
	f.sized = true
	size := binary.LittleEndian.Uint32(f.req.data[2:bmpHeader])
	if !bytes.HasPrefix(f.req.data, []byte("BM")) || size < bmpHeader || size > dataLimit {
		f.lost(badParameter, take)
		return
	}
	f.need = int(size) - bmpHeader
	if f.need == 0 {
		f.state = atEnd
	}
}

func isBitmap(name string) bool {
	switch name {
	case "Db", "Dbc", "Dbp", "Dbpc", "Dbmp":
		return true
	}
	return false
}

// parameters is how many parameters stand before the image.
func (f *framer) parameters(name string) int {
	switch name {
	case "Db":
		return 2
	case "Dbc":
		if f.dbcFour {
			return 4
		}
		return 3
	}
	return 4 // Dbp, Dbpc, Dbmp
}

// imageBytes checks the parameters of a bitmap command and says how many bytes of image follow; for a BMP file, how many
// tell its size.
func imageBytes(r request, four bool) (int, bool) {
	if r.name == "Dbmp" {
		x, xok := number(r.args[1], Lines-1)
		y, yok := number(r.args[2], LineDots-1)
		return bmpHeader, (r.args[0] == "k" || r.args[0] == "o") && xok && yok && x >= 0 && y >= 0 && r.args[3] == "0"
	}
	bits := bitsPerDot(r.args[0], r.args[1])
	if bits == 0 {
		return 0, false
	}
	if (r.name == "Dbp" || r.name == "Dbpc") && bits == 1 {
		return 0, false // part of a panel: y, m, c only
	}
	switch r.name {
	case "Db":
		return LineDots * Lines * bits / 8, true
	case "Dbp":
		first, fok := number(r.args[2], Lines-1)
		n, nok := number(r.args[3], Lines)
		return n * LineDots * bits / 8, fok && nok && n > 0 && first+n <= Lines
	}
	first := "0"
	if r.name == "Dbpc" || four {
		first = r.args[2]
	}
	n, nok := number(r.args[len(r.args)-1], dataLimit)
	_, fok := number(first, Lines-1)
	return n, nok && fok
}

// bitsPerDot is 0 for levels the panel does not have (evolis.md 6).
func bitsPerDot(panel, levels string) int {
	switch panel {
	case "k", "o":
		if levels == "2" {
			return 1
		}
	case "y", "m", "c":
		switch levels {
		case "32":
			return 5
		case "64":
			return 6
		case "128":
			return 7
		}
	}
	return 0
}

// number reads a plain decimal from 0 to most.
func number(s string, most int) (int, bool) {
	if s == "" || len(s) > 8 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n <= most
}
