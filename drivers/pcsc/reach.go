package pcsc

import (
	"encoding/binary"

	"github.com/ebfe/scard"
)

// Of PC/SC part 10, revision 2.02.09: 2.2 (the list of features, control codes big-endian) and 2.6.14 (the list of properties,
// little-endian): tags as in pcsc-lite's reader.h.
const (
	getFeatures      = 3400 // CM_IOCTL_GET_FEATURE_REQUEST is SCARD_CTL_CODE of it
	getTLVProperties = 0x12 // a feature
	maxAPDUDataSize  = 0x0A // a property: 0 for a reader of short APDUs
)

// reach asks the reader how many data bytes a command may have; told is false where it does not say. T=0 has no extended
// lengths (ISO/IEC 7816-3:2006, 12.2). It runs inside a call.
func reach(card *scard.Card) (bytes int, told bool) {
	if card.ActiveProtocol() == scard.ProtocolT0 {
		return 0, true
	}
	features, err := card.Control(scard.CtlCode(getFeatures), nil)
	if err != nil {
		return 0, false
	}
	code := parseTLV(features)[getTLVProperties]
	if len(code) != 4 {
		return 0, false
	}
	properties, err := card.Control(binary.BigEndian.Uint32(code), nil)
	if err != nil {
		return 0, false
	}
	return dataSize(properties)
}

// dataSize finds the largest data size among a reader's properties.
func dataSize(properties []byte) (bytes int, told bool) {
	v := parseTLV(properties)[maxAPDUDataSize]
	if len(v) != 4 {
		return 0, false
	}
	n := binary.LittleEndian.Uint32(v)
	switch {
	case n == 0:
		return 0, true
	case n < 256: // not foreseen: who knows what is meant
		return 0, false
	}
	return int(min(n, 1<<16)), true
}

// parseTLV reads tags and lengths of one byte each; nil for bytes that break off.
func parseTLV(b []byte) map[byte][]byte {
	all := map[byte][]byte{}
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return nil
		}
		all[b[0]] = b[2 : 2+int(b[1])]
		b = b[2+int(b[1]):]
	}
	return all
}
