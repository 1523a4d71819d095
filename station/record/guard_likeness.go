package record

import (
	"image"
	"image/draw"
	"math"
)

// The likeness of two portraits is judged on a grid of mean brightness: compression and scaling disappear in the mean of a
// cell, another person does not. gridW x gridH keeps the proportion of the photo and is coarser than any picture on a chip.
const (
	gridW, gridH = 40, 50
	// MinLikeness is the smallest Likeness of two pictures that count as the same one. docs/guard.md has what was measured, and why
	// it lies where it lies.
	MinLikeness = 0.98
	// SpecimenLikeness is that of a specimen's portrait on the face: the word SPECIMEN lies across it. Real cards have no word.
	SpecimenLikeness = 0.95
)

// Likeness is the normalised correlation of two portraits over the grid: 1 for the same picture, whatever its brightness and
// contrast, and 0 where one has nothing to correlate, as a single colour.
func Likeness(a, b image.Image) float64 {
	return patternOf(a).with(patternOf(b))
}

// pattern is a portrait's grid with its mean taken away and brought to length 1; all zeros for a picture of one colour.
type pattern [gridW * gridH]float64

func (p pattern) with(q pattern) float64 {
	sum := 0.0
	for i := range p {
		sum += p[i] * q[i]
	}
	return sum
}

func patternOf(img image.Image) pattern {
	p := grid(img)
	mean, power := 0.0, 0.0
	for _, v := range p {
		mean += v / float64(len(p))
	}
	for i := range p {
		p[i] -= mean
		power += p[i] * p[i]
	}
	if power < float64(len(p)) { // under one level a cell: the noise of an encoder
		return pattern{}
	}
	for i := range p {
		p[i] /= math.Sqrt(power)
	}
	return p
}

// grid gives the mean brightness of each cell, in levels of 0 to 255 (ITU-R BT.601). A dot on a border counts in each of its
// cells by its share.
func grid(img image.Image) (means pattern) {
	b := img.Bounds()
	rgba, ok := img.(*image.RGBA)
	if !ok {
		rgba = image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		draw.Draw(rgba, rgba.Bounds(), img, b.Min, draw.Src)
	}
	across, down := shares(b.Dx(), gridW), shares(b.Dy(), gridH)
	for y, rows := range down {
		line := rgba.Pix[y*rgba.Stride:]
		var sums [gridW]float64
		for x, columns := range across {
			dot := line[4*x : 4*x+3]
			bright := 0.299*float64(dot[0]) + 0.587*float64(dot[1]) + 0.114*float64(dot[2])
			for _, c := range columns {
				sums[c.cell] += c.part * bright
			}
		}
		for _, r := range rows {
			for cx, s := range sums {
				means[r.cell*gridW+cx] += r.part * s
			}
		}
	}
	return means
}

// share is the part of a cell, of 1, that one dot fills.
type share struct {
	cell int
	part float64
}

// shares tells for each of n dots in a row which of the cells they lie in.
func shares(n, cells int) [][]share {
	out := make([][]share, n)
	width := float64(n) / float64(cells) // dots a cell
	for i := range out {
		for c := int(float64(i) / width); c < cells && float64(c)*width < float64(i+1); c++ {
			part := min(float64(i+1), float64(c+1)*width) - max(float64(i), float64(c)*width)
			if part > 0 {
				out[i] = append(out[i], share{c, part / width})
			}
		}
	}
	return out
}
