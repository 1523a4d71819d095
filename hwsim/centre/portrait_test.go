package centre

import (
	"bytes"
	"image"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/draw"
)

// thumb is a picture as 32x40 luma, its mean taken out and its spread made one: what a rough human glance compares.
func thumb(picture image.Image) []float64 {
	small := image.NewGray(image.Rect(0, 0, 32, 40))
	draw.BiLinear.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	out := make([]float64, len(small.Pix))
	for i, v := range small.Pix {
		out[i] = float64(v)
	}
	var mean, square float64
	for _, v := range out {
		mean += v / float64(len(out))
	}
	for i := range out {
		out[i] -= mean
		square += out[i] * out[i] / float64(len(out))
	}
	for i := range out {
		out[i] /= math.Sqrt(square)
	}
	return out
}

// apart is the root mean square difference of two thumbs: 0 for the same picture, 1.41 for unrelated ones.
func apart(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

// A person's two portraits must be far nearer to each other than any two people are: the station's guard rests on it.
func TestPortraitsTellPeopleApart(t *testing.T) {
	const people = 24
	records, err := New(11, Options{Now: testNow, WNA: 4}).Make(people)
	if err != nil {
		t.Fatal(err)
	}
	printed, chip := make([][]float64, people), make([][]float64, people)
	for i, r := range records {
		printed[i], chip[i] = thumb(decode(t, r.Photo)), thumb(decode(t, r.Chip["6FF2"][2:]))
	}
	same, other := 0.0, math.Inf(1)
	for i := range people {
		for j := range people {
			d := apart(printed[i], chip[j])
			if i == j {
				same = max(same, d)
			} else if d < other {
				other = d
			}
		}
	}
	t.Logf("same person at most %.3f apart, two people at least %.3f, of %d pairs", same, other, people*(people-1))
	if other < 3*same {
		t.Errorf("same person up to %.3f apart, two people from %.3f on", same, other)
	}
}

func TestSameSeedSamePeople(t *testing.T) {
	o := Options{Now: testNow, WNA: 1}
	a, err := New(5, o).Make(3)
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(5, o).Make(3)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(6, o).Make(3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if a[i].ID != b[i].ID || a[i].Fields != b[i].Fields || !bytes.Equal(a[i].Photo, b[i].Photo) || !bytes.Equal(a[i].Signature, b[i].Signature) {
			t.Errorf("person %d differs between two runs", i)
		}
		for _, fid := range []string{"6FF1", "6FF2", "6FF3", "6FF4", "6FF5"} {
			if !bytes.Equal(a[i].Chip[fid], b[i].Chip[fid]) {
				t.Errorf("person %d: %s differs between two runs", i, fid)
			}
		}
		if a[i].ID == c[i].ID || a[i].Fields == c[i].Fields || bytes.Equal(a[i].Photo, c[i].Photo) {
			t.Errorf("person %d is the same for another seed", i)
		}
	}
}

func TestGroundFollowsBirthYear(t *testing.T) {
	people := newRegister(3, testNow)
	for i := range 8 {
		p := people.next(i%4 == 3)
		ground := DrawPortrait(3, p).RGBAAt(4, 4)
		switch odd := p.Born.Year()%2 == 1; {
		case p.Foreign:
			if ground.R < ground.G || ground.G < ground.B+0x30 {
				t.Errorf("%s: ground %v is not orange", p.ID, ground)
			}
		case odd != (ground.R > ground.B):
			t.Errorf("%s: born %s, ground %v", p.ID, p.Fields.BirthDate, ground)
		}
	}
}

func TestSignaturesHaveInk(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for p := range testCentre(9).People(40) {
		ink := 0
		for _, b := range drawSignature(rng, p).raster() {
			ink += bits.OnesCount8(b)
		}
		if ink < 150 || ink > 2000 {
			t.Errorf("%s: %d dots of ink", p.ID, ink)
		}
	}
}

func BenchmarkPortrait(b *testing.B) {
	var people []Person
	for p := range testCentre(1).People(25) {
		people = append(people, p)
	}
	for i := 0; b.Loop(); i++ {
		DrawPortrait(1, people[i%len(people)])
	}
}

func BenchmarkMake25(b *testing.B) {
	for b.Loop() {
		if _, err := testCentre(1).Make(25); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBundle25(b *testing.B) {
	for b.Loop() {
		if _, err := testCentre(1).Bundle(25); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPeople313281(b *testing.B) {
	for b.Loop() {
		for range testCentre(1).People(313281) {
		}
	}
}
