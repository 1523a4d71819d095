package apdu

import "fmt"

// Tag is a BER-TLV tag as its bytes stand, one to three of them (ISO/IEC 7816-4:2005, 5.2.2.1): 0x6F, 0x9F70.
type Tag uint32

// Padding is the Tag of a single byte 00 between data objects, which has no length and no value (ISO/IEC 7816-4:2005, 5.2.2).
const Padding Tag = 0

// Tags of file control information (ISO/IEC 7816-4:2005, 5.3.3, tables 11 and 12).
const (
	TagFCP        Tag = 0x62
	TagFCI        Tag = 0x6F
	TagSize       Tag = 0x80 // data bytes of an EF
	TagDescriptor Tag = 0x82 // 01 transparent EF, 38 DF
	TagIdentifier Tag = 0x83
	TagLifeCycle  Tag = 0x8A
	TagRules      Tag = 0x8C // access rules in the compact format
)

// TLV is one BER-TLV data object.
type TLV struct {
	Tag   Tag
	Value []byte
	// LengthBytes is how many bytes the length field has; 0, or fewer than the length needs, means the shortest form.
	LengthBytes int
}

// Constructed tells whether Value is itself made of data objects.
func (t TLV) Constructed() bool {
	first := t.Tag
	for first > 0xFF {
		first >>= 8
	}
	return first&0x20 != 0
}

// ParseTLV decodes a run of data objects; values alias b. AppendTLV of each in turn gives b again. Errors:
// ErrMalformed, also for the indefinite length, which smart cards do not use.
func ParseTLV(b []byte) ([]TLV, error) {
	var list []TLV
	for len(b) > 0 {
		if b[0] == 0 {
			list, b = append(list, TLV{Tag: Padding}), b[1:]
			continue
		}
		tag, n, err := parseTag(b)
		if err != nil {
			return nil, err
		}
		length, width, err := parseLength(b[n:])
		if err != nil {
			return nil, err
		}
		b = b[n+width:]
		if length > len(b) {
			return nil, fmt.Errorf("%w: tag %X says %d bytes, %d follow", ErrMalformed, uint32(tag), length, len(b))
		}
		list = append(list, TLV{Tag: tag, Value: b[:length:length], LengthBytes: width})
		b = b[length:]
	}
	return list, nil
}

func parseTag(b []byte) (Tag, int, error) {
	tag := Tag(b[0])
	if b[0]&0x1F != 0x1F {
		return tag, 1, nil
	}
	for n := 1; n < 3 && n < len(b); n++ {
		if n == 1 && b[n] == 0x80 {
			break // a tag number with a leading zero
		}
		tag = tag<<8 | Tag(b[n])
		if b[n]&0x80 == 0 {
			return tag, n + 1, nil
		}
	}
	return 0, 0, fmt.Errorf("%w: tag begins %02X and does not end", ErrMalformed, b[0])
}

func parseLength(b []byte) (length, width int, err error) {
	if len(b) == 0 {
		return 0, 0, fmt.Errorf("%w: no length", ErrMalformed)
	}
	if b[0] < 0x80 {
		return int(b[0]), 1, nil
	}
	n := int(b[0] & 0x7F)
	if n == 0 || n > 4 || len(b) < 1+n {
		return 0, 0, fmt.Errorf("%w: length begins %02X", ErrMalformed, b[0])
	}
	var v uint32
	for _, x := range b[1 : 1+n] {
		v = v<<8 | uint32(x)
	}
	if v > 1<<24 { // far above what a card can answer; keeps int safe on 32 bits
		return 0, 0, fmt.Errorf("%w: length %d", ErrMalformed, v)
	}
	return int(v), 1 + n, nil
}

// AppendTLV encodes t behind dst.
func AppendTLV(dst []byte, t TLV) []byte {
	if t.Tag == Padding {
		return append(dst, 0)
	}
	for shift := 16; shift >= 0; shift -= 8 {
		if v := t.Tag >> shift; v != 0 {
			dst = append(dst, byte(v))
		}
	}
	n := len(t.Value)
	width := 1
	if n > 0x7F {
		for width = 2; n>>(8*(width-1)) != 0; width++ {
		}
	}
	width = min(max(width, t.LengthBytes), 5)
	if width == 1 {
		dst = append(dst, byte(n))
	} else {
		dst = append(dst, 0x80|byte(width-1))
		for i := width - 2; i >= 0; i-- {
			dst = append(dst, byte(n>>(8*i)))
		}
	}
	return append(dst, t.Value...)
}

// FindTLV walks down b by tags, the first of each, and returns the value of the last. It reports false if b is
// malformed on the way or has no such object.
func FindTLV(b []byte, path ...Tag) ([]byte, bool) {
	for _, want := range path {
		list, err := ParseTLV(b)
		if err != nil {
			return nil, false
		}
		found := false
		for _, t := range list {
			if t.Tag == want {
				b, found = t.Value, true
				break
			}
		}
		if !found {
			return nil, false
		}
	}
	return b, len(path) > 0
}
