package printer

import (
	"fmt"
	"strconv"
	"strings"
)

// Doubts are the points of the language that no public source settles (evolis.md 9). The zero value is the reading
// named first there.
type Doubts struct {
	Terminator    string // ends a reply text: "" = NUL, else "\r" or "\r\n"
	NACK          byte   // 0 = 15 hex
	PackingLSB    bool   // multi-level dots least significant bit first
	RunsAcross    bool   // runs of y, m, c go on over the end of a line
	DbcFour       bool   // Dbc carries the first line as third parameter
	ACKAfter      bool   // a move is acknowledged when it is done, not when it is taken
	ValueAfterACK bool   // in ACK/NACK mode the value of a read comes after the ACK
	PcomOld       bool   // Pcom is answered as the port was set before it, not as after
	StaleOK       bool   // a read now and then answers OK in place of its value

	NoRecall    bool // Ssd is not known
	SsDrops     bool // Ss forgets that panels were received before it; their bitmaps stay (Wcb before Ss is printed by p.46)
	RejectKeeps bool // Ser and Seb leave the sequence open, and what it received waiting
}

// Set sets one doubt from its name and value as on the command line: terminator=nul|cr|crlf, nack=HEX,
// packing=msb|lsb, runs=line|across, dbc=3|4, ack=before|after, value=before|after, stale=never|sometimes, recall=yes|no,
// ss=keeps|drops, reject=ends|keeps.
func (d *Doubts) Set(option string) error {
	name, value, _ := strings.Cut(option, "=")
	two := func(first, second string, to *bool) error {
		switch value {
		case first:
			*to = false
		case second:
			*to = true
		default:
			return fmt.Errorf("option %s is %s or %s, not %q", name, first, second, value)
		}
		return nil
	}
	switch name {
	case "terminator":
		switch value {
		case "nul":
			d.Terminator = ""
		case "cr":
			d.Terminator = "\r"
		case "crlf":
			d.Terminator = "\r\n"
		default:
			return fmt.Errorf("option terminator is nul, cr or crlf, not %q", value)
		}
	case "nack":
		n, err := strconv.ParseUint(value, 16, 8)
		if err != nil || n == ackByte {
			return fmt.Errorf("option nack is one byte in hex, not 06, not %q", value)
		}
		d.NACK = byte(n)
	case "packing":
		return two("msb", "lsb", &d.PackingLSB)
	case "runs":
		return two("line", "across", &d.RunsAcross)
	case "dbc":
		return two("3", "4", &d.DbcFour)
	case "ack":
		return two("before", "after", &d.ACKAfter)
	case "value":
		return two("before", "after", &d.ValueAfterACK)
	case "pcom":
		return two("new", "old", &d.PcomOld)
	case "stale":
		return two("never", "sometimes", &d.StaleOK)
	case "recall":
		return two("yes", "no", &d.NoRecall)
	case "ss":
		return two("keeps", "drops", &d.SsDrops)
	case "reject":
		return two("ends", "keeps", &d.RejectKeeps)
	default:
		return fmt.Errorf("no option %q; there are terminator, nack, packing, runs, dbc, ack, value, stale, recall, ss, reject", name)
	}
	return nil
}

func (d Doubts) terminator() string {
	if d.Terminator == "" {
		return "\x00"
	}
	return d.Terminator
}

func (d Doubts) nack() byte {
	if d.NACK == 0 {
		return 0x15
	}
	return d.NACK
}
