package panel

import (
	"encoding/binary"
	"image"
)

// Line codes of a compressed k or o panel (guide p.5, p.6); 1 to 81 is a count of bytes.
const (
	blankLine byte = 0x00
	blackLine byte = 0xFF
)

// burn gives the packed bits of a resin panel: 1 burns, most significant bit first, 81 bytes a line.
func burn(img *image.Gray) []byte {
	out := make([]byte, Lines*lineBytes)
	const light = 0x8080808080808080
	for row := range Dots {
		dot := Dots - 1 - row // dot 0 is the bottom row
		at := img.PixOffset(img.Rect.Min.X, img.Rect.Min.Y+row)
		pix := img.Pix[at : at+Lines]
		to, bit := dot/8, byte(0x80)>>(dot%8)
		for n := 0; n < Lines; n += 8 { // Lines is 127 x 8
			if binary.LittleEndian.Uint64(pix[n:])&light == light {
				continue
			}
			for k := n; k < n+8; k++ {
				if pix[k] < 128 {
					out[k*lineBytes+to] |= bit
				}
			}
		}
	}
	return out
}

// lines gives the data of Dbc for a resin panel: per line a blank or a black code, or the count of bytes up to the last
// that burns, and these.
func lines(bits []byte) []byte {
	out := make([]byte, 0, Lines*(lineBytes+1))
	for ; len(bits) > 0; bits = bits[lineBytes:] {
		line := bits[:lineBytes]
		n, black := 0, true
		for i, b := range line {
			if b != 0 {
				n = i + 1
			}
			black = black && b == 0xFF
		}
		switch {
		case n == 0:
			out = append(out, blankLine)
		case black:
			out = append(out, blackLine)
		default:
			out = append(out, byte(n))
			out = append(out, line[:n]...)
		}
	}
	return out
}
