package apdu

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Lengths of ISO/IEC 7816-4:2005, 5.1 (table 1).
const (
	MaxShortData    = 255
	MaxShortNe      = 256
	MaxExtendedData = 65535
	MaxExtendedNe   = 65536
)

// Errors of encoding and decoding.
var (
	// ErrMalformed: bytes that are no command APDU, response APDU, or BER-TLV data object.
	ErrMalformed = errors.New("apdu: malformed")
	// ErrTooLong: data or expected length outside what the coding can say.
	ErrTooLong = errors.New("apdu: too long")
)

// Command is one command APDU.
type Command struct {
	CLA, INS, P1, P2 byte
	Data             []byte // at most MaxExtendedData bytes
	Ne               int    // response data bytes expected at most, 0 = none; MaxShortNe and MaxExtendedNe mean "all there is"
	// Extended forces extended length fields. Without it they are used only where the short ones cannot say Data or Ne.
	Extended bool
}

// Bytes encodes c (ISO/IEC 7816-4:2005, 5.1). Errors: ErrTooLong.
func (c Command) Bytes() ([]byte, error) {
	if len(c.Data) > MaxExtendedData || c.Ne < 0 || c.Ne > MaxExtendedNe {
		return nil, fmt.Errorf("%w: Nc %d, Ne %d", ErrTooLong, len(c.Data), c.Ne)
	}
	b := make([]byte, 4, 4+3+len(c.Data)+3)
	b[0], b[1], b[2], b[3] = c.CLA, c.INS, c.P1, c.P2
	if c.Extended || len(c.Data) > MaxShortData || c.Ne > MaxShortNe {
		if len(c.Data) > 0 || c.Ne > 0 {
			b = append(b, 0) // one zero byte announces the extended form
		}
		if len(c.Data) > 0 {
			b = binary.BigEndian.AppendUint16(b, uint16(len(c.Data)))
			b = append(b, c.Data...)
		}
		if c.Ne > 0 {
			b = binary.BigEndian.AppendUint16(b, uint16(c.Ne)) // 65536 is coded 0000
		}
		return b, nil
	}
	if len(c.Data) > 0 {
		b = append(b, byte(len(c.Data)))
		b = append(b, c.Data...)
	}
	if c.Ne > 0 {
		b = append(b, byte(c.Ne)) // 256 is coded 00
	}
	return b, nil
}

// Parse decodes one command APDU; Data aliases b. Encoding the result gives b again. Errors: ErrMalformed.
func Parse(b []byte) (Command, error) {
	if len(b) < 4 {
		return Command{}, fmt.Errorf("%w: command of %d bytes", ErrMalformed, len(b))
	}
	c := Command{CLA: b[0], INS: b[1], P1: b[2], P2: b[3]}
	body := b[4:]
	switch {
	case len(body) == 0: // case 1
		return c, nil
	case len(body) == 1: // case 2, short
		c.Ne = expected(int(body[0]), MaxShortNe)
		return c, nil
	case body[0] != 0: // cases 3 and 4, short
		return c.split(body[1:], int(body[0]), 1)
	case len(body) == 3: // case 2, extended
		c.Extended = true
		c.Ne = expected(int(binary.BigEndian.Uint16(body[1:])), MaxExtendedNe)
		return c, nil
	case len(body) > 3: // cases 3 and 4, extended
		c.Extended = true
		return c.split(body[3:], int(binary.BigEndian.Uint16(body[1:])), 2)
	}
	return Command{}, fmt.Errorf("%w: length field of %d bytes", ErrMalformed, len(body))
}

// split fills Data and Ne from what follows an Lc field; le is the width of the Le field.
func (c Command) split(rest []byte, nc, le int) (Command, error) {
	switch {
	case nc == 0:
		return Command{}, fmt.Errorf("%w: Lc of zero", ErrMalformed)
	case len(rest) == nc:
		c.Data = rest
		return c, nil
	case len(rest) == nc+le && le == 1:
		c.Data, c.Ne = rest[:nc:nc], expected(int(rest[nc]), MaxShortNe)
		return c, nil
	case len(rest) == nc+le:
		c.Data, c.Ne = rest[:nc:nc], expected(int(binary.BigEndian.Uint16(rest[nc:])), MaxExtendedNe)
		return c, nil
	}
	return Command{}, fmt.Errorf("%w: Lc says %d, %d bytes follow", ErrMalformed, nc, len(rest))
}

func expected(le, all int) int {
	if le == 0 {
		return all
	}
	return le
}

// Instructions of ISO/IEC 7816-4:2005, and of 7816-9:2004 for CREATE FILE, that this project sends.
const (
	insSelect      = 0xA4
	insReadBinary  = 0xB0
	insUpdate      = 0xD6
	insGetResponse = 0xC0
	insGetData     = 0xCA
	insCreate      = 0xE0
)

// SelectFile selects the DF or EF of this identifier (7.1.1, P1P2 = 0000). With fci the card's file control
// information is asked for.
func SelectFile(fid uint16, fci bool) Command {
	c := Command{INS: insSelect, Data: binary.BigEndian.AppendUint16(nil, fid)}
	if fci {
		c.Ne = MaxShortNe
	}
	return c
}

// MaxOffset is the last offset READ BINARY and UPDATE BINARY can name in P1P2 (7.2.3: fifteen bits).
const MaxOffset = 0x7FFF

// ReadBinary reads at most ne bytes of the selected EF from offset, which is at most MaxOffset (7.2.3).
func ReadBinary(offset, ne int) Command {
	return Command{INS: insReadBinary, P1: byte(offset>>8) & 0x7F, P2: byte(offset), Ne: ne}
}

// UpdateBinary writes data to the selected EF from offset, which is at most MaxOffset (7.2.5).
func UpdateBinary(offset int, data []byte) Command {
	return Command{INS: insUpdate, P1: byte(offset>>8) & 0x7F, P2: byte(offset), Data: data}
}

// GetUID asks the reader for the card's UID (PC/SC part 3, 3.2.2.1.3: FF CA 00 00 00).
func GetUID() Command { return Command{CLA: 0xFF, INS: insGetData, Ne: MaxShortNe} }

// CreateFile makes a DF, or a transparent EF of this size, under the current DF, and leaves it selected (7816-9:2004, 6.1). read
// and update are the security conditions of the file once it is activated.
func CreateFile(fid uint16, folder bool, size int, read, update Condition) Command {
	id := binary.BigEndian.AppendUint16(nil, fid)
	var fcp []byte
	if folder {
		fcp = AppendTLV(fcp, TLV{Tag: TagDescriptor, Value: []byte{0x38}})
		fcp = AppendTLV(fcp, TLV{Tag: TagIdentifier, Value: id})
	} else {
		fcp = AppendTLV(fcp, TLV{Tag: TagSize, Value: binary.BigEndian.AppendUint16(nil, uint16(size))})
		fcp = AppendTLV(fcp, TLV{Tag: TagDescriptor, Value: []byte{0x01}})
		fcp = AppendTLV(fcp, TLV{Tag: TagIdentifier, Value: id})
		fcp = AppendTLV(fcp, TLV{Tag: TagRules, Value: []byte{0x03, byte(update), byte(read)}}) // mode: UPDATE and READ BINARY
	}
	return Command{INS: insCreate, Data: AppendTLV(nil, TLV{Tag: TagFCP, Value: fcp})}
}

// Condition is a security condition in the compact format (ISO/IEC 7816-4:2005, 5.4.3.1, table 20).
type Condition byte

// Conditions.
const (
	Always          Condition = 0x00
	SecureMessaging Condition = 0x40
	Never           Condition = 0xFF
)
