package centre

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"strings"
)

// The raster of 6FF3. Source: docs/record.md, "Record"; ktpel.md 2.5.
const (
	rasterWidth  = 168
	rasterHeight = 44
	rasterRow    = rasterWidth / 8

	signatureScale = 3 // the printed signature has this many dots for one of the raster
)

// signature is a hand's line: strokes in raster dots, each a spline.
type signature struct{ strokes [][]point }

// drawSignature writes something like p's name as a hurried hand does: loops along a slanted line, tall letters at the start of
// words, and most often a flourish back under it.
func drawSignature(rng *rand.Rand, p Person) signature {
	words := strings.Fields(p.Fields.Name)
	if len(words) > 2 {
		words = words[:2]
	}
	var s signature
	slant, rise := 0.15+0.5*rng.Float64(), -0.10*rng.Float64()
	letters := 0
	for _, word := range words {
		letters += min(len(word), 7) + 1
	}
	step := 128 / float64(letters+2)
	x, base := 14.0, 29+3*rng.Float64()
	at := func(dx, dy float64) point { return point{x + dx - slant*dy, base + rise*(x-14) + dy} }
	for _, word := range words {
		var line []point
		for i := range min(len(word), 7) {
			tall := 4 + 4*rng.Float64()
			if i == 0 {
				tall = 17 + 6*rng.Float64()
			} else if strings.ContainsRune("BDFHKLT", rune(word[i])) {
				tall = 12 + 4*rng.Float64()
			}
			line = append(line, at(0, -1), at(step*0.5, -tall), at(step*0.25+rng.Float64(), -tall*0.55), at(step*0.6, 1))
			if strings.ContainsRune("GJPQY", rune(word[i])) {
				line = append(line, at(step*0.3, 9+3*rng.Float64()), at(step*0.1, 5))
			}
			x += step
		}
		s.strokes = append(s.strokes, line)
		x += step * 0.6
	}
	if rng.IntN(4) > 0 {
		end := x
		s.strokes = append(s.strokes, []point{
			{end - 1.4*step, base - 1}, {end + 2, base - 8 - 3*rng.Float64()}, {end + 12 + 6*rng.Float64(), base - 3}, {end * 0.7, base + 7 + 3*rng.Float64()},
			{18 + 10*rng.Float64(), base + 8}, {end * 0.5, base + 5 + 3*rng.Float64()}, {math.Min(end+16, 160), base + 4*rng.Float64()},
		})
	}
	return s
}

// ink returns the coverage of the signature, dots of the picture for one of the raster.
func (s signature) ink(dots int) *plane {
	scale := float64(dots)
	sum := newCanvas(rasterWidth*dots, rasterHeight*dots, rgb{}).plane()
	for _, stroke := range s.strokes {
		points := make([]point, len(stroke))
		for i, q := range stroke {
			points[i] = point{math.Min(math.Max(q.x, 2), rasterWidth-3) * scale, math.Min(math.Max(q.y, 2), rasterHeight-3) * scale}
		}
		sum.stroke(points, 0.9*scale, 1.7*scale, 0.8*scale)
	}
	return sum
}

// png draws the signature for the printed face: black on white.
func (s signature) png() ([]byte, error) {
	ink := s.ink(signatureScale)
	picture := image.NewGray(ink.c.bounds())
	for i, a := range ink.v {
		picture.Pix[i] = uint8(255 - 255*a + 0.5)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("encode a signature: %w", err)
	}
	return out.Bytes(), nil
}

// raster is the one-bit picture of 6FF3: 1 is ink, the first dot the most significant bit.
func (s signature) raster() []byte {
	out := make([]byte, rasterRow*rasterHeight)
	for i, a := range s.ink(1).v {
		if a >= 0.45 {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return out
}
