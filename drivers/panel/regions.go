package panel

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Bytes of a monochrome BMP file before its dots: file header 14, BITMAPINFOHEADER 40, two colours of 4.
const bmpHead = 14 + 40 + 8

// replyBytes is what the reply to one more command costs on the line: 16 ms, the latency of a common USB adapter, at
// 115,200 baud.
const replyBytes = 184

// region is a rectangle of the upright landscape face.
type region struct{ x0, y0, x1, y1 int }

func (r region) stride() int { return (r.x1 - r.x0 + 31) / 32 * 4 }

// cost is what r costs on the line as one Dbmp command.
func (r region) cost() int {
	const command = 2 + len("Dbmp;k;0000;000;0;")
	return command + bmpHead + replyBytes + r.stride()*(r.y1-r.y0)
}

// regions gives the commands of a cover of all burning dots. The rectangles do not overlap, so it does not matter
// whether the machine lays a file over what is there or in its place.
func regions(name byte, resin []byte) []Panel {
	c := newCover(resin)
	var out []Panel
	for _, r := range c.best(c.tight(region{0, 0, Lines, Dots}), 0).regions {
		out = append(out, Panel{Name: name, Form: "Dbmp", Header: fmt.Sprintf("Dbmp;%c;%d;%d;0;", name, r.x0, r.y0), Data: c.bmp(r)})
	}
	if len(out) > 0 {
		out[0].Clear = true
	}
	return out
}

// Words of 64 dots in a row and in a column of the face.
const (
	rowWords    = (Lines + 63) / 64
	columnWords = (Dots + 63) / 64
)

// cover looks for rectangles. The dots are held by rows and by columns, so that the reach of either can be read in a few
// words.
type cover struct {
	rows    [Dots][rowWords]uint64
	columns [Lines][columnWords]uint64
}

func newCover(resin []byte) *cover {
	c := new(cover)
	for x := range Lines {
		line := resin[x*lineBytes : (x+1)*lineBytes]
		for i, b := range line {
			for ; b != 0; b &= b - 1 {
				y := Dots - 1 - (i*8 + 7 - bits.TrailingZeros8(b))
				c.rows[y][x/64] |= 1 << (x % 64)
				c.columns[x][y/64] |= 1 << (y % 64)
			}
		}
	}
	return c
}

// reach gives the first burning dot of words from lo on and the one after the last before hi; first = hi: none.
func reach(words []uint64, lo, hi int) (first, end int) {
	first, end = hi, lo
	for w := lo / 64; w*64 < hi; w++ {
		v := words[w]
		if w == lo/64 {
			v &= ^uint64(0) << (lo % 64)
		}
		if hi < (w+1)*64 {
			v &= 1<<(hi%64) - 1
		}
		if v == 0 {
			continue
		}
		if first == hi {
			first = w*64 + bits.TrailingZeros64(v)
		}
		end = w*64 + 64 - bits.LeadingZeros64(v)
	}
	return first, end
}

// tight shrinks r to what burns in it; empty: x0 = x1.
func (c *cover) tight(r region) region {
	t := region{x0: r.x1, y0: r.y1, x1: r.x0, y1: r.y0}
	for y := r.y0; y < r.y1; y++ {
		if first, end := reach(c.rows[y][:], r.x0, r.x1); first < end {
			t.x0, t.x1 = min(t.x0, first), max(t.x1, end)
			t.y0, t.y1 = min(t.y0, y), y+1
		}
	}
	if t.x0 >= t.x1 {
		return region{}
	}
	return t
}

// choice is a cover of one rectangle and its cost.
type choice struct {
	cost    int
	regions []region
}

// deepest ends the search: a card's rows, words, and letters are found long before.
const deepest = 24

// best covers r, which is tight: as it is, or cut in two at the best place and each half covered at its best.
func (c *cover) best(r region, depth int) choice {
	if r.x0 >= r.x1 {
		return choice{}
	}
	whole := choice{r.cost(), []region{r}}
	// Two halves can only pay when what is saved is more than one more command.
	if r.stride()*(r.y1-r.y0) <= (region{}).cost() || depth == deepest {
		return whole
	}
	one, two, ok := c.cut(r)
	if !ok {
		return whole
	}
	a, b := c.best(one, depth+1), c.best(two, depth+1)
	if a.cost+b.cost < whole.cost {
		return choice{a.cost + b.cost, append(a.regions, b.regions...)}
	}
	return whole
}

// cut finds where r falls into two tight rectangles of the least cost together.
func (c *cover) cut(r region) (one, two region, ok bool) {
	least := 0
	consider := func(a, b region) {
		if a.x0 >= a.x1 || b.x0 >= b.x1 {
			return
		}
		if cost := a.cost() + b.cost(); !ok || cost < least {
			one, two, least, ok = a, b, cost, true
		}
	}
	// after[i] covers the rows (or columns) from i on.
	var after [Lines + 1]region
	grow := func(t region, x0, y0, x1, y1 int) region {
		if x0 >= x1 || y0 >= y1 {
			return t
		}
		if t.x0 >= t.x1 {
			return region{x0, y0, x1, y1}
		}
		return region{min(t.x0, x0), min(t.y0, y0), max(t.x1, x1), max(t.y1, y1)}
	}
	var first, end [Lines]int
	after[r.y1] = region{}
	for y := r.y1 - 1; y >= r.y0; y-- {
		first[y], end[y] = reach(c.rows[y][:], r.x0, r.x1)
		after[y] = grow(after[y+1], first[y], y, end[y], y+1)
	}
	var before region
	for y := r.y0; y < r.y1-1; y++ {
		before = grow(before, first[y], y, end[y], y+1)
		consider(before, after[y+1])
	}
	after[r.x1] = region{}
	for x := r.x1 - 1; x >= r.x0; x-- {
		first[x], end[x] = reach(c.columns[x][:], r.y0, r.y1)
		after[x] = grow(after[x+1], x, first[x], x+1, end[x])
	}
	before = region{}
	for x := r.x0; x < r.x1-1; x++ {
		before = grow(before, x, first[x], x+1, end[x])
		consider(before, after[x+1])
	}
	return one, two, ok
}

// bmp is the file of r: one bit a dot, bottom row first, colour 0 black and colour 1 white as Windows writes them.
func (c *cover) bmp(r region) []byte {
	width, height, stride := r.x1-r.x0, r.y1-r.y0, r.stride()
	le := binary.LittleEndian
	out := make([]byte, 0, bmpHead+stride*height)
	out = append(out, 'B', 'M')
	out = le.AppendUint32(out, uint32(bmpHead+stride*height))
	out = le.AppendUint32(out, 0)
	out = le.AppendUint32(out, bmpHead)
	out = le.AppendUint32(out, 40)
	out = le.AppendUint32(out, uint32(width))
	out = le.AppendUint32(out, uint32(height))
	out = le.AppendUint16(out, 1) // planes
	out = le.AppendUint16(out, 1) // bits a dot
	out = le.AppendUint32(out, 0) // not compressed
	out = le.AppendUint32(out, uint32(stride*height))
	out = le.AppendUint32(out, 11811) // dots a metre: 300 dpi
	out = le.AppendUint32(out, 11811)
	out = le.AppendUint32(out, 2)
	out = le.AppendUint32(out, 2)
	out = append(out, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0)
	for y := r.y1 - 1; y >= r.y0; y-- {
		at := len(out)
		out = append(out, make([]byte, stride)...)
		for x := range width {
			if c.rows[y][(r.x0+x)/64]>>((r.x0+x)%64)&1 == 0 {
				out[at+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return out
}
