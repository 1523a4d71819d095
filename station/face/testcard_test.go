package face

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/drivers"
)

// TestTestCard: what a technician measures by is where it is said to be, and nothing touches the edge of the card.
func TestTestCard(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	art, err := r.TestCard("KARTU UJI · TEST CARD", "Dukcapil Kabupaten Contoh, 2", "22-11-2026 08.15  T-1f3a9c", "bukan dokumen resmi · not an official document")
	if err != nil {
		t.Fatal(err)
	}
	for y := range drivers.FaceHeight {
		for x := range drivers.FaceWidth {
			inner := x >= 24 && y >= 24 && x < drivers.FaceWidth-24 && y < drivers.FaceHeight-24
			c := art.Color.RGBAAt(x, y)
			if white := c.R == 255 && c.G == 255 && c.B == 255 && art.Black.GrayAt(x, y).Y == 255; !inner && !white {
				t.Fatalf("%d,%d is printed", x, y)
			}
		}
	}
	for name, dark := range map[string]bool{"the frame": art.Black.GrayAt(24, 300).Y == 0, "a bar one dot wide": art.Black.GrayAt(70, 500).Y == 0 && art.Black.GrayAt(71, 500).Y == 255,
		"yellow": art.Color.RGBAAt(100, 350).B == 0, "the last grey": art.Color.RGBAAt(70+15*48+9, 440).R == 0} {
		if !dark {
			t.Error(name)
		}
	}
	if _, err := r.TestCard("KARTU UJI", strings.Repeat("W", 60)); err == nil {
		t.Error("a line that does not fit is cut")
	}
	if dir := os.Getenv("CETAK_TESTCARD"); dir != "" {
		f, err := os.Create(filepath.Join(dir, "testcard.png"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := png.Encode(f, Composite(art)); err != nil {
			t.Fatal(err)
		}
	}
}
