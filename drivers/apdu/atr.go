package apdu

import "fmt"

// ATR is what an answer to reset tells of the card (ISO/IEC 7816-3:2006, 8.2).
type ATR struct {
	Protocols  []int  // the T of every TD byte, in order, without 15; T=0 where there is no TD1
	Historical []byte // aliases the answer
}

// ParseATR takes an answer to reset apart. The check byte is not looked at: a reader has done that. Errors: ErrMalformed.
func ParseATR(b []byte) (ATR, error) {
	if len(b) < 2 || b[0] != 0x3B && b[0] != 0x3F {
		return ATR{}, fmt.Errorf("%w: answer to reset of %d bytes", ErrMalformed, len(b))
	}
	var a ATR
	follow, at := b[1]&0xF0, 2
	for follow != 0 {
		for bit := byte(0x10); bit <= 0x40; bit <<= 1 { // TA, TB, TC
			if follow&bit != 0 {
				at++
			}
		}
		if follow&0x80 == 0 {
			break
		}
		if at >= len(b) {
			return ATR{}, fmt.Errorf("%w: answer to reset ends in its interface bytes", ErrMalformed)
		}
		follow = b[at] & 0xF0
		if t := int(b[at] & 0x0F); t != 15 {
			a.Protocols = append(a.Protocols, t)
		}
		at++
	}
	if a.Protocols == nil {
		a.Protocols = []int{0}
	}
	k := int(b[1] & 0x0F)
	if at+k > len(b) {
		return ATR{}, fmt.Errorf("%w: answer to reset ends in its historical bytes", ErrMalformed)
	}
	a.Historical = b[at : at+k : at+k]
	return a, nil
}

// Bits of the third byte of the card capabilities (ISO/IEC 7816-4:2005, 8.1.1.2.7, table 88).
const extendedLengths = 0x40

// Extended tells whether the historical bytes say that the card knows extended length fields; said is false where they tell
// nothing of it.
func (a ATR) Extended() (extended, said bool) {
	h := a.Historical
	if len(h) == 0 {
		return false, false
	}
	switch h[0] { // category indicator: 8.1.1.1, table 83
	case 0x80:
		h = h[1:]
	case 0x00:
		if len(h) < 4 {
			return false, false
		}
		h = h[1 : len(h)-3] // a status indicator of three bytes ends it
	default:
		return false, false
	}
	for len(h) > 0 { // compact TLV: tag and length in one byte
		tag, n := h[0]>>4, int(h[0]&0x0F)
		if len(h) < 1+n {
			return false, false
		}
		if tag == 7 && n == 3 {
			return h[3]&extendedLengths != 0, true
		}
		h = h[1+n:]
	}
	return false, false
}
