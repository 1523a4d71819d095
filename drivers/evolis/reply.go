package evolis

import (
	"bytes"
	"strings"
)

// ack is 6 decimal (guide p.66). The NACK byte is not spelled out; nackByte is the ASCII one, taken until the machine
// has shown another.
const (
	ack      = 0x06
	nackByte = 0x15
)

// dialect is how the machine was found to answer.
type dialect struct {
	acks bool // ACK/NACK; else words
	nack byte
}

// kind says what a whole reply to a command is.
type kind int

const (
	order kind = iota // an ACK, or a word
	value             // a value, and in ACK/NACK mode an ACK before or after it
)

// answer is the sense of the bytes that came.
type answer struct {
	acks  int
	nack  byte     // the code after a NACK; 0 = none
	texts []string // values and words, in order
	junk  bool     // bytes that are neither
	tail  string   // a text whose end has not come
	sent  bool     // at least part of the command is on its way
}

// read takes bytes apart. A text ends with NUL, CR, LF, or the ACK or NACK after it, whichever the machine uses; an
// empty text is only the second half of a terminator.
func (d dialect) read(b []byte) answer {
	var a answer
	var text []byte
	end := func() {
		if len(text) > 0 {
			a.texts = append(a.texts, strings.TrimSpace(string(text)))
			text = nil
		}
	}
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == ack:
			end()
			a.acks++
		case c == d.nack:
			end()
			if i+1 == len(b) {
				a.tail = "\x15" // the code is still to come
				return a
			}
			i++
			if _, ok := nackCauses[b[i]]; ok {
				a.nack = b[i]
			} else {
				a.junk = true
			}
		case c == 0, c == '\r', c == '\n':
			end()
		case c >= 0x20 && c < 0x7F:
			text = append(text, c)
		default:
			a.junk = true
		}
	}
	a.tail = string(text)
	return a
}

// whole reports whether a reply of this kind is complete.
func (d dialect) whole(b []byte, k kind) bool {
	a := d.read(b)
	switch {
	case a.tail != "":
		return false
	case a.nack != 0 || a.junk:
		return true
	case k == value && d.acks:
		return a.acks > 0 && len(a.texts) > 0
	case k == value:
		return len(a.texts) > 0
	}
	return a.acks > 0 || len(a.texts) > 0
}

// text is the last text: a stale one, if any, comes before the value that was asked for.
func (a answer) text() string {
	if len(a.texts) == 0 {
		return ""
	}
	return a.texts[len(a.texts)-1]
}

// refusal gives what the machine refused with, or nil. Values are judged by who asked for them; here only NACKs and the
// words that are no value count.
func (a answer) refusal() *refusal {
	if a.nack != 0 {
		return &refusal{raw: "NACK " + string(a.nack), cause: nackCauses[a.nack]}
	}
	for _, w := range a.texts {
		if c, ok := wordCauses[w]; ok {
			return &refusal{raw: w, cause: c}
		}
	}
	return nil
}

// learn reads the dialect from the reply to a command that does not exist: NACK and `1`, or a word. It reports false
// where any of the bytes make no sense: among rubbish an ACK proves nothing.
func learn(b []byte) (dialect, bool) {
	d := dialect{nack: nackByte}
	trimmed := bytes.Trim(b, "\x00\r\n")
	if n := len(trimmed); n >= 2 && trimmed[n-1] == '1' {
		if c := trimmed[n-2]; c < 0x20 && !bytes.ContainsRune([]byte{ack, 0, '\r', '\n'}, rune(c)) {
			d.nack = c
		}
	}
	a := d.read(b)
	d.acks = a.acks > 0 || a.nack != 0
	return d, !a.junk && (d.acks || len(a.texts) > 0 && len(a.text()) > 1)
}
