package panel

import "math"

// Weight is what an error of one level of 32, squared, is worth in hundredths of a byte: the more, the closer to the
// exact dots and the longer the panel.
const (
	DefaultWeight = 200
	LeastWeight   = 1
	MostWeight    = 10_000
)

// meanLimit is the most that the dots of a near panel may be off on average, in levels of 32.
const meanLimit = 0.5

// Error says how far a panel's dots are from the artwork, in levels of 32. It counts the dots that the artwork gives dye.
type Error struct {
	Worst, Mean float64
}

// One level is whole of the fixed-point units that near reckons in: a dot that takes v of 255 parts of the light has the
// exact value v*(levels-1) of them. Whole numbers make the bytes the same on every computer.
const whole = 255

// near gives each dot a level that is at most one level of 32 from its exact value, so that the runs of the panel cost
// few bytes. Line by line it finds the least sum of bytes and weighted squared errors (dynamic programming over the levels
// a run may have at each dot). What a dot is off is handed on to the next line, so that the mean over a few dots stays
// what it was and no step stands out. A dot without dye stays without.
func (p plane) near(levels, weight int) []byte {
	t := newTrellis(levels, weight)
	out := make([]byte, Lines*Dots)
	for n := p.first; n < p.end; n++ {
		t.line(p.takes[n*Dots:(n+1)*Dots], out[n*Dots:(n+1)*Dots])
	}
	return out
}

// windowMost is the most levels a dot can choose from: 4 either side at 128 levels.
const windowMost = 9

// trellis chooses the dots of one line after the other.
type trellis struct {
	levels  int
	low, hi [256]byte // the levels that a dot taking v of the light may have
	byteIs  int64     // the cost of one byte, in squared units

	carry [Dots + 2]int32 // what earlier lines owe each dot (one place on), in units
	next  [Dots + 2]int32

	open   [128]int64 // the least cost with a run of this level open
	begun  [Dots][windowMost]bool
	single [Dots]byte // the best level of a lone dot
	last   [Dots]int16
}

// alone marks a dot that is no run's in last.
const alone = -1

func newTrellis(levels, weight int) *trellis {
	t := &trellis{levels: levels}
	reach := whole * (levels - 1) / 31 // one level of 32
	for v := range t.low {
		exact := v * (levels - 1)
		t.low[v] = byte((max(exact-reach, 0) + whole - 1) / whole)
		t.hi[v] = byte(min(exact+reach, whole*(levels-1)) / whole)
	}
	t.low[0], t.hi[0] = 0, 0
	t.byteIs = int64(reach) * int64(reach) * 100 / int64(weight)
	return t
}

// line chooses the dots of the next line.
func (t *trellis) line(takes, out []byte) {
	a, b := 0, len(takes)
	for a < b && takes[a] == 0 {
		a++
	}
	for b > a && takes[b-1] == 0 {
		b--
	}
	clear(t.next[:])
	if a < b {
		t.forward(takes, a, b)
		t.back(takes, out, a, b)
		t.handOn(takes, out, a, b)
	}
	t.carry, t.next = t.next, t.carry
}

// target is the dot's exact value with what earlier lines owe it, in units.
func (t *trellis) target(takes []byte, i int) int64 {
	return int64(takes[i])*int64(t.levels-1) + int64(t.carry[i+1])
}

func (t *trellis) forward(takes []byte, a, b int) {
	const never = math.MaxInt64 / 2
	done := int64(0) // least cost of the dots so far
	lo, hi := 1, 0   // levels that have a run open
	if a > 0 {
		done = 2 * t.byteIs
		lo, hi = 0, 0
		t.open[0] = done // the margin's run may go on
	}
	for i := a; i < b; i++ {
		v := takes[i]
		from, to := int(t.low[v]), int(t.hi[v])
		target := t.target(takes, i)
		best, bestAt := int64(never), 0
		least, leastAt := int64(never), 0
		start := done + 2*t.byteIs
		for q := from; q <= to; q++ {
			d := int64(q)*whole - target
			d *= d
			if d < least {
				least, leastAt = d, q
			}
			cost := start
			begun := true
			if q >= lo && q <= hi && t.open[q] <= start {
				cost, begun = t.open[q], false
			}
			cost += d
			t.open[q] = cost
			t.begun[i][q-from] = begun
			if cost < best {
				best, bestAt = cost, q
			}
		}
		lo, hi = from, to
		t.single[i] = byte(leastAt)
		t.last[i] = int16(bestAt)
		if lone := done + t.byteIs + least; lone < best {
			best, t.last[i] = lone, alone
		}
		done = best
	}
	// The margin after the last dot is a run of its own or the end of one of level 0.
	if b < Dots && lo == 0 && t.open[0] < done+2*t.byteIs {
		t.last[b-1] = 0
	}
}

func (t *trellis) back(takes, out []byte, a, b int) {
	for i := b - 1; i >= a; {
		q := t.last[i]
		if q == alone {
			out[i] = t.single[i]
			i--
			continue
		}
		for {
			out[i] = byte(q)
			begun := t.begun[i][byte(q)-t.low[takes[i]]]
			i--
			if begun || i < a {
				break
			}
		}
	}
}

// handOn spreads each dot's error over three dots of the next line. Debts that cannot be paid are forgiven above a level.
func (t *trellis) handOn(takes, out []byte, a, b int) {
	most := int32(whole * (t.levels - 1) / 31)
	for i := a; i < b; i++ {
		if takes[i] == 0 {
			continue
		}
		// Against the nearest level, not the exact value: where that is the same all over, as on a plain background,
		// nothing is owed and no stripes are laid to make up for fractions of a level.
		nearest := (int32(takes[i])*int32(t.levels-1) + whole/2) / whole * whole
		off := nearest + t.carry[i+1] - int32(out[i])*whole
		off = max(-most, min(most, off))
		side := off / 4
		t.next[i] += side
		t.next[i+1] += off - 2*side
		t.next[i+2] += side
	}
}

// errors compares dots with the exact values.
func (p plane) errors(dots []byte, levels int) Error {
	worst, sum, n := 0, 0, 0
	for i := p.first * Dots; i < p.end*Dots; i++ {
		if p.takes[i] == 0 {
			continue
		}
		n++
		off := int(dots[i])*whole - int(p.takes[i])*(levels-1)
		if off < 0 {
			off = -off
		}
		sum += off
		worst = max(worst, off)
	}
	unit := whole * float64(levels-1) / 31
	return Error{Worst: float64(worst) / unit, Mean: float64(sum) / unit / float64(max(n, 1))}
}
