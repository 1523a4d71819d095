package apdu

import "fmt"

// Status is a status word SW1-SW2. Any but OK is itself an error, so errors.Is(err, FileNotFound) works on a chain.
type Status uint16

// Status words (ISO/IEC 7816-4:2005, 5.1.3, tables 5 and 6).
const (
	OK                      Status = 0x9000
	EndOfFile               Status = 0x6282 // fewer bytes than asked for; data came
	FileTerminated          Status = 0x6285 // the file was selected, and its life is over
	WrongCryptogram         Status = 0x6300
	MemoryFailure           Status = 0x6581
	WrongLength             Status = 0x6700
	SecurityNotSatisfied    Status = 0x6982
	AuthenticationBlocked   Status = 0x6983
	ConditionsNotSatisfied  Status = 0x6985
	NoCurrentEF             Status = 0x6986
	WrongData               Status = 0x6A80
	FunctionNotSupported    Status = 0x6A81
	FileNotFound            Status = 0x6A82
	NotEnoughMemory         Status = 0x6A84
	WrongP1P2               Status = 0x6A86
	OffsetOutside           Status = 0x6B00
	InstructionNotSupported Status = 0x6D00
	ClassNotSupported       Status = 0x6E00
	NoPreciseDiagnosis      Status = 0x6F00
)

// First bytes whose second byte is a number: 61xx bytes still to fetch, 6Cxx the right Le, 63Cx tries left.
const (
	sw1MoreData = 0x61
	sw1Le       = 0x6C
	sw1Counter  = 0x63
	counterBits = 0xC0
)

// SW1 is the first byte.
func (s Status) SW1() byte { return byte(s >> 8) }

// SW2 is the second byte.
func (s Status) SW2() byte { return byte(s) }

// TriesLeft is the counter of a 63Cx; ok tells whether s is one.
func (s Status) TriesLeft() (n int, ok bool) {
	if s.SW1() != sw1Counter || s.SW2()&0xF0 != counterBits {
		return 0, false
	}
	return int(s.SW2() & 0x0F), true
}

// Error gives the four hex digits and their meaning.
func (s Status) Error() string {
	if text := s.meaning(); text != "" {
		return fmt.Sprintf("SW %04X %s", uint16(s), text)
	}
	return fmt.Sprintf("SW %04X", uint16(s))
}

func (s Status) meaning() string {
	switch s {
	case OK:
		return "success"
	case EndOfFile:
		return "end of file"
	case FileTerminated:
		return "selected file in termination state"
	case WrongCryptogram:
		return "authentication failed"
	case MemoryFailure:
		return "memory failure"
	case WrongLength:
		return "wrong length"
	case SecurityNotSatisfied:
		return "security status not satisfied"
	case AuthenticationBlocked:
		return "authentication blocked"
	case ConditionsNotSatisfied:
		return "conditions of use not satisfied"
	case NoCurrentEF:
		return "no file selected"
	case WrongData:
		return "wrong data"
	case FunctionNotSupported:
		return "function not supported"
	case FileNotFound:
		return "file not found"
	case NotEnoughMemory:
		return "not enough memory"
	case WrongP1P2:
		return "wrong P1-P2"
	case OffsetOutside:
		return "offset outside the file"
	case InstructionNotSupported:
		return "instruction not supported"
	case ClassNotSupported:
		return "class not supported"
	case NoPreciseDiagnosis:
		return "no precise diagnosis"
	}
	if n, ok := s.TriesLeft(); ok {
		return fmt.Sprintf("%d tries left", n)
	}
	switch s.SW1() {
	case sw1MoreData:
		return "more data"
	case sw1Le:
		return "wrong Le"
	}
	return ""
}
