package panel

import (
	"bytes"
	"image"
)

// separate gives the levels of yellow, magenta, and cyan, line by line in the printer's order. Full dye is the highest
// level and white is 0; a dye is the complement of the light it takes away (yellow of blue, magenta of green, cyan of
// red), rounded to the nearest level.
func separate(img *image.RGBA, levels int) [3][]byte {
	var level [256]byte
	for v := range level {
		level[v] = byte(((255-v)*(levels-1) + 127) / 255)
	}
	y, m, c := make([]byte, Lines*Dots), make([]byte, Lines*Dots), make([]byte, Lines*Dots)
	at := 0
	for n := range Lines {
		// Dot 0 is the bottom row, so the column is read upward.
		p := img.PixOffset(img.Rect.Min.X+n, img.Rect.Max.Y-1)
		for range Dots {
			px := img.Pix[p : p+3 : p+3]
			c[at], m[at], y[at] = level[px[0]], level[px[1]], level[px[2]]
			p -= img.Stride
			at++
		}
	}
	return [3][]byte{y, m, c}
}

// bitsOf is the width of a dot: "packed so that each bit is useful" (guide p.14).
func bitsOf(levels int) uint {
	switch levels {
	case 32:
		return 5
	case 64:
		return 6
	}
	return 7
}

// packLevels gives the data of Db: 648 x 1016 x bits / 8 bytes.
func packLevels(dots []byte, o Options) []byte {
	bits := bitsOf(o.Levels)
	out := make([]byte, 0, len(dots)*int(bits)/8)
	var acc, have uint
	for _, d := range dots {
		if o.Packing == LSBFirst {
			acc |= uint(d) << have
		} else {
			acc = acc<<bits | uint(d)
		}
		have += bits
		for have >= 8 {
			have -= 8
			if o.Packing == LSBFirst {
				out = append(out, byte(acc))
				acc >>= 8
			} else {
				out = append(out, byte(acc>>have))
				acc &= 1<<have - 1
			}
		}
	}
	return out
}

// runs gives the data of Dbc for a dye panel (guide p.5): a byte with bit 7 clear is one dot; with bit 7 set it is a run,
// the value in the low bits and the count in the next byte. At 64 levels bit 6 adds 256 to the count, at 32 levels bits 6
// and 5 add 256 each.
//
// No run crosses a line: no source says that it may. A count whose second byte would be 0 (256, 512) is never written,
// because 0 there means a white line. Under these rules a line cannot be shorter: a run costs two bytes and a single dot
// one, so runs are as long as they can be, and only a lone dot is not a run.
func runs(dots []byte, levels int) []byte {
	out := make([]byte, 0, len(dots)/8)
	most := 255
	switch levels {
	case 32:
		most = 767
	case 64:
		most = 511
	}
	var white [Dots]byte
	for ; len(dots) > 0; dots = dots[Dots:] {
		line := dots[:Dots]
		if bytes.Equal(line, white[:]) {
			out = append(out, 0x80, 0) // count 0: the whole line is white (guide p.5)
			continue
		}
		for i := 0; i < Dots; {
			v := line[i]
			n := 1
			for i+n < Dots && line[i+n] == v {
				n++
			}
			i += n
			for n > 0 {
				k := min(n, most)
				if k&0xFF == 0 {
					k--
				}
				out = appendRun(out, v, k)
				n -= k
			}
		}
	}
	return out
}

func appendRun(out []byte, v byte, n int) []byte {
	if n == 1 {
		return append(out, v)
	}
	code := 0x80 | v
	switch n >> 8 { // never more at this number of levels than it has bits for
	case 1:
		code |= 0x40
	case 2:
		code |= 0x60
	}
	return append(out, code, byte(n))
}
