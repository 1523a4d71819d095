package panel

import (
	"encoding/binary"
	"image"
)

// plane is one dye, line by line in the printer's order: how much of the light it takes away, 0 (no dye) to 255. Lines
// before first and from end on have none.
type plane struct {
	takes      []byte
	first, end int
}

// separate gives yellow, magenta, and cyan. A dye is the complement of the light it takes away: yellow of blue, magenta of
// green, cyan of red.
func separate(img *image.RGBA) [3]plane {
	y, m, c := make([]byte, Lines*Dots), make([]byte, Lines*Dots), make([]byte, Lines*Dots)
	first, end := Lines, 0
	for row := range Dots {
		// Dot 0 is the bottom row.
		dot := Dots - 1 - row
		at := img.PixOffset(img.Rect.Min.X, img.Rect.Min.Y+row)
		pix := img.Pix[at : at+4*Lines]
		for n := range Lines {
			if binary.LittleEndian.Uint32(pix[4*n:])|0xFF000000 == 0xFFFFFFFF {
				continue
			}
			first, end = min(first, n), max(end, n+1)
			to := n*Dots + dot
			c[to], m[to], y[to] = 255-pix[4*n], 255-pix[4*n+1], 255-pix[4*n+2]
		}
	}
	if end == 0 {
		first = 0
	}
	return [3]plane{{y, first, end}, {m, first, end}, {c, first, end}}
}

// exact gives each dot the level nearest to it: full dye is the highest level and white is 0.
func (p plane) exact(levels int) []byte {
	var level [256]byte
	for v := range level {
		level[v] = byte((v*(levels-1) + 127) / 255)
	}
	out := make([]byte, Lines*Dots)
	for i := p.first * Dots; i < p.end*Dots; i++ {
		out[i] = level[p.takes[i]]
	}
	return out
}

// command makes the command of a dye panel that costs the fewest bytes.
func (p plane) command(name byte, o Options) Panel {
	exact := p.exact(o.Levels)
	best := o.compressed(name, o.Levels, runs(exact, o.Levels))
	dots := exact
	better := func(c Panel) bool {
		if c.Bytes() >= best.Bytes() {
			return false
		}
		best = c
		return true
	}
	if o.Near {
		near := p.near(o.Levels, o.Weight)
		if p.errors(near, o.Levels).Mean <= meanLimit && better(o.compressed(name, o.Levels, runs(near, o.Levels))) {
			dots = near
		}
	}
	if o.Partial && p.first < p.end {
		part := dots[p.first*Dots : p.end*Dots]
		if data := runs(part, o.Levels); better(o.part(name, "Dbpc", p.first, len(data), data)) {
			best.Clear = true
		}
		if bytes := len(part) * int(bitsOf(o.Levels)) / 8; bytes < len(best.Data) {
			if better(o.part(name, "Dbp", p.first, p.end-p.first, packLevels(exact[p.first*Dots:p.end*Dots], o))) {
				best.Clear, dots = true, exact
			}
		}
	}
	if Lines*Dots*int(bitsOf(o.Levels))/8 <= len(best.Data) {
		if better(o.packed(name, o.Levels, packLevels(exact, o))) {
			dots = exact
		}
	}
	best.Error = p.errors(dots, o.Levels)
	return best
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

// packLevels gives the data of Db and Dbp: lines x 648 x bits / 8 bytes.
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

// runs gives the data of Dbc and Dbpc for a dye panel (guide p.5): a byte with bit 7 clear is one dot; with bit 7 set it
// is a run, the value in the low bits and the count in the next byte. At 64 levels bit 6 adds 256 to the count, at 32
// levels bits 6 and 5 add 256 each.
//
// No run crosses a line: no source says that it may. A count whose second byte would be 0 (256, 512) is never written,
// because 0 there means a white line. Under these rules a line of given dots cannot be shorter: a run costs two bytes and
// a single dot one, so runs are as long as they can be, and only a lone dot is not a run.
func runs(dots []byte, levels int) []byte {
	out := make([]byte, 0, len(dots)/8)
	most := 255
	switch levels {
	case 32:
		most = 767
	case 64:
		most = 511
	}
	for ; len(dots) > 0; dots = dots[Dots:] {
		line := dots[:Dots]
		for i := 0; i < Dots; {
			v := line[i]
			n := 1
			for i+n < Dots && line[i+n] == v {
				n++
			}
			if v == 0 && n == Dots {
				out = append(out, 0x80, 0) // count 0: the whole line is white (guide p.5)
				break
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
