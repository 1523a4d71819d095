package sound

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// Kind is one sound.
type Kind string

// Kinds. The one rises and is short, the other falls, twice: they are told apart also by who hears little.
const (
	Done  Kind = "done"
	Fault Kind = "fault"
)

// note is a tone and how long it lasts; no tone is a rest.
type note struct {
	hertz float64
	long  time.Duration
}

func notes(k Kind) []note {
	const c4, e4, g4, c5, g5 = 261.63, 329.63, 392.00, 523.25, 783.99
	if k == Done {
		return []note{{c5, 110 * time.Millisecond}, {g5, 190 * time.Millisecond}}
	}
	fall := []note{{g4, 150 * time.Millisecond}, {e4, 150 * time.Millisecond}, {c4, 260 * time.Millisecond}}
	return append(append(fall, note{0, 120 * time.Millisecond}), fall...)
}

// rate is how many samples a second has.
const rate = 22050

// pcm is a sound as samples: each note a tone with its octave above, faded in and out so that it does not click.
func pcm(k Kind) []int16 {
	const loud, fade = 0.35, 0.012
	var out []int16
	for _, n := range notes(k) {
		all := int(n.long.Seconds() * rate)
		for i := range all {
			t := float64(i) / rate
			left := n.long.Seconds() - t
			level := loud * math.Min(1, math.Min(t, left)/fade) * math.Exp(-3*t)
			wave := math.Sin(2*math.Pi*n.hertz*t) + 0.3*math.Sin(4*math.Pi*n.hertz*t)
			out = append(out, int16(level*wave/1.3*math.MaxInt16))
		}
	}
	return out
}

// WAV is a sound as a file of 16-bit samples, one channel (Multimedia Programming Interface and Data Specifications 1.0, 1991, "WAVE").
func WAV(k Kind) []byte {
	samples := pcm(k)
	size := uint32(2 * len(samples))
	var b bytes.Buffer
	for _, x := range []any{
		[]byte("RIFF"), 36 + size, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16),
		[]byte("data"), size, samples,
	} {
		_ = binary.Write(&b, binary.LittleEndian, x) // a buffer takes all
	}
	return b.Bytes()
}
