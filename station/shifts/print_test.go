package shifts

import (
	"encoding/json"
	"fmt"
	"image"
	_ "image/png"
	"os"

	"cetak/drivers"
	"cetak/station/face"
	"cetak/station/record"
)

// levelStep is the widest distance of a colour from the face: half a level to the nearest of 32, and one more that DESIGN section 11
// gives the encoder.
const levelStep = 255/31/2 + 255/31 + 3

// judgePrint says what is wrong with a card's print, "" for nothing. The same print of the same person is looked at once.
func (c *campaign) judgePrint(s *shift, r *record.Record, k card) string {
	key := r.Key().String()
	for _, p := range []string{"y", "m", "c", "k"} {
		if k.Prints[p] == "" {
			return "panel " + p + " was not burnt"
		}
		key += k.Prints[p]
	}
	c.mu.Lock()
	why, known := c.judged[key]
	c.mu.Unlock()
	if known {
		return why
	}
	var drawn card
	s.must(json.Unmarshal([]byte(s.hand("picture", k.UID)), &drawn))
	why = c.compare(s, r, drawn)
	c.mu.Lock()
	c.judged[key] = why
	c.mu.Unlock()
	return why
}

func (c *campaign) compare(s *shift, r *record.Record, k card) string {
	layout, err := face.LayoutFor(r.Kind)
	s.must(err)
	art, _, err := c.faces.Render(r, layout)
	s.must(err)
	black, printed := s.picture(k.Panels["k"]), s.picture(k.PNG)
	if size := image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight); black.Bounds() != size || printed.Bounds() != size {
		return fmt.Sprintf("pictures of %v and %v", black.Bounds(), printed.Bounds())
	}
	wrong, off := 0, 0
	for y := range drivers.FaceHeight {
		for x := range drivers.FaceWidth {
			burnt := art.Black.GrayAt(x, y).Y < 128
			g, _, _, _ := black.At(x, y).RGBA()
			if burnt != (g < 0x8000) {
				wrong++
			}
			want := art.Color.RGBAAt(x, y)
			pr, pg, pb, _ := printed.At(x, y).RGBA()
			if !burnt && (far(want.R, pr) || far(want.G, pg) || far(want.B, pb)) {
				off++
			}
		}
	}
	if wrong > 0 || off > 0 {
		return fmt.Sprintf("%d dots of the black panel and %d of the colours are not its face", wrong, off)
	}
	return ""
}

func far(want uint8, got uint32) bool {
	d := int(want) - int(got>>8)
	return d > levelStep || d < -levelStep
}

func (s *shift) picture(path string) image.Image {
	f, err := os.Open(path)
	s.must(err)
	defer f.Close()
	img, _, err := image.Decode(f)
	s.must(err)
	return img
}
