package printer

import (
	"encoding/binary"

	"cetak/hwsim/world"
)

// Dots of a panel (evolis.md 6).
const (
	LineDots = world.LineDots
	Lines    = world.Lines
	lineSize = LineDots / 8 // bytes of a line at one bit a dot
)

// Unpack reads packed dots, lines of them from first on, into r. data must hold them all. One-bit dots are most
// significant bit first always; wider ones as lsb says (evolis.md 6 and 9).
func Unpack(r *world.Raster, data []byte, first, lines int, lsb bool) {
	bits := bitsOf(r.Levels)
	dots := r.Dots[first*LineDots : (first+lines)*LineDots]
	for i := range dots {
		var v uint8
		for b := range bits {
			at := i*bits + b
			if lsb && bits > 1 {
				v |= data[at/8] >> (at % 8) & 1 << b
			} else {
				v = v<<1 | data[at/8]>>(7-at%8)&1
			}
		}
		dots[i] = v
	}
}

func bitsOf(levels int) int {
	switch levels {
	case 32:
		return 5
	case 64:
		return 6
	case 128:
		return 7
	}
	return 1
}

// ExpandBlack reads the compressed lines of k and o into r from line first on: 00 a white line, FF a black one, else n
// bytes, the rest white (evolis.md 6). It is false when the bytes are no such thing.
func ExpandBlack(r *world.Raster, data []byte, first int) bool {
	for line := first; len(data) > 0; line++ {
		if line >= Lines {
			return false
		}
		dots := r.Dots[line*LineDots : (line+1)*LineDots]
		clear(dots)
		n := int(data[0])
		data = data[1:]
		switch {
		case n == 0:
		case n == 0xFF:
			for i := range dots {
				dots[i] = 1
			}
		case n > lineSize || n > len(data):
			return false
		default:
			for i := range n * 8 {
				dots[i] = data[i/8] >> (7 - i%8) & 1
			}
			data = data[n:]
		}
	}
	return true
}

// ExpandColor reads the compressed dots of y, m, c into r from line first on (evolis.md 6). A run of count 0 makes the
// rest of its line white. Without across a run must end within its line. It is false when the bytes are no such thing.
func ExpandColor(r *world.Raster, data []byte, first int, across bool) bool {
	bits := bitsOf(r.Levels)
	mask := byte(1<<bits - 1)
	at := first * LineDots
	for len(data) > 0 {
		c := data[0]
		left := LineDots - at%LineDots
		v, n := c&mask, 1
		if c&0x80 == 0 {
			if c > mask {
				return false
			}
			data = data[1:]
		} else {
			if len(data) < 2 {
				return false
			}
			// 64 levels: bit 6 adds 256; 32 levels: bits 6 and 5 add 256 each.
			n = int(data[1]) + 256*highBits(c, bits)
			data = data[2:]
			if n == 0 {
				v, n = 0, left
			}
		}
		if (n > left && !across) || at+n > len(r.Dots) {
			return false
		}
		for i := range n {
			r.Dots[at+i] = v
		}
		at += n
	}
	return true
}

// highBits counts the bits between the run mark and the value.
func highBits(c byte, bits int) int {
	n := 0
	for b := bits; b < 7; b++ {
		n += int(c >> b & 1)
	}
	return n
}

// PlaceBMP burns the dark dots of an uncompressed one-bit BMP file into r, its top left corner at column x and row y of
// the landscape face; the others stay as they are. It is false when the file is no such thing or does not fit.
func PlaceBMP(r *world.Raster, file []byte, x, y int) bool {
	if len(file) < 54 || file[0] != 'B' || file[1] != 'M' {
		return false
	}
	u32 := func(at int) int { return int(binary.LittleEndian.Uint32(file[at:])) }
	offset, header := u32(10), u32(14)
	width, height := u32(18), int(int32(binary.LittleEndian.Uint32(file[22:])))
	up := height > 0
	if !up {
		height = -height
	}
	if header < 40 || header > 256 || binary.LittleEndian.Uint16(file[28:]) != 1 || u32(30) != 0 || width < 1 || height < 1 ||
		x+width > Lines || y+height > LineDots || 14+header+8 > len(file) {
		return false
	}
	stride := (width + 31) / 32 * 4
	if offset < 14+header+8 || offset > len(file) || offset+stride*height > len(file) {
		return false
	}
	var dark [2]bool
	for i := range dark {
		c := file[14+header+4*i:]
		dark[i] = int(c[0])+int(c[1])+int(c[2]) < 3*128
	}
	for row := range height {
		from := row
		if up {
			from = height - 1 - row
		}
		bits := file[offset+from*stride:]
		for col := range width {
			if dark[bits[col/8]>>(7-col%8)&1] {
				r.Dots[(x+col)*LineDots+LineDots-1-(y+row)] = 1
			}
		}
	}
	return true
}
