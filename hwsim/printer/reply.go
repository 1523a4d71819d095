package printer

import (
	"errors"

	"cetak/hwsim/world"
)

const ackByte = 0x06 // A5013 p.66

// refusal is a negative answer: its first letter is the code of ACK/NACK mode, the rest the words of text mode
// (evolis.md 2). The empty refusal is none. Where a word has no code of its own in the guide, it is T, mechanical.
type refusal string

const (
	accepted       refusal = ""
	unknownCommand refusal = "1ERROR CDE"
	badParameter   refusal = "2ERROR PARAMETRES"
	noOption       refusal = "1OPT NOT AVAILABLE"
	timeOut        refusal = "TERROR TIME OUT"
	cardJam        refusal = "TCARD JAM"
	rejectFull     refusal = "THOPPER FULL"
	coverOpen      refusal = "CCOVER OPEN"
	feederEmpty    refusal = "FFEEDER EMPTY"
	ribbonFault    refusal = "RERROR RIBBON"
	ribbonUnknown  refusal = "RERR RIB DETECTION"
)

func (r refusal) code() byte   { return r[0] }
func (r refusal) text() string { return string(r[1:]) }

// refusalOf a trouble of the world.
func refusalOf(err error) refusal {
	var behind told
	if errors.As(err, &behind) {
		return refusal(behind)
	}
	var t world.Trouble
	if !errors.As(err, &t) {
		return timeOut
	}
	switch t {
	case world.FeederEmpty:
		return feederEmpty
	case world.CoverOpen:
		return coverOpen
	case world.Jam:
		return cardJam
	case world.RibbonEnd:
		return ribbonFault
	case world.NoRibbon:
		return ribbonUnknown
	case world.RejectFull:
		return rejectFull
	}
	return timeOut
}

// refusalByCode is the answer of a scene's NACK.
func refusalByCode(code byte) refusal {
	switch code {
	case '1':
		return unknownCommand
	case '2':
		return badParameter
	case 'C':
		return coverOpen
	case 'F':
		return feederEmpty
	case 'R':
		return ribbonFault
	case 'K':
		return "KERROR MAG CHECKSUM"
	case 'D':
		return "DERROR MAG DATA"
	case 'W':
		return "WERROR MAG"
	}
	return timeOut
}

// answer is what a command gives back.
type answer struct {
	refused  refusal
	value    string
	hasValue bool
	exact    bool // the value may be OK in earnest: it is never made stale
}

func ok() answer                { return answer{} }
func no(r refusal) answer       { return answer{refused: r} }
func value(v string) answer     { return answer{value: v, hasValue: true} }
func exactly(v string) answer   { return answer{value: v, hasValue: true, exact: true} }
func answerOf(err error) answer { return no(refusalOf(err)) }

// encode is the answer in bytes (evolis.md 2 and 9).
func (a answer) encode(ack bool, d Doubts) []byte {
	end := d.terminator()
	switch {
	case a.refused != accepted && ack:
		return []byte{d.nack(), a.refused.code()}
	case a.refused != accepted:
		return []byte(a.refused.text() + end)
	case !ack && a.hasValue:
		return []byte(a.value + end)
	case !ack:
		return []byte("OK" + end)
	case !a.hasValue:
		return []byte{ackByte}
	case d.ValueAfterACK:
		return []byte("\x06" + a.value + end)
	}
	return []byte(a.value + end + "\x06")
}
