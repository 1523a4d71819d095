package panel

import (
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
	at := 0
	for n := range Lines {
		p := img.PixOffset(img.Rect.Min.X+n, img.Rect.Max.Y-1)
		for range lineBytes {
			var b byte
			for range 8 {
				b <<= 1
				if img.Pix[p] < 128 {
					b |= 1
				}
				p -= img.Stride
			}
			out[at] = b
			at++
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
