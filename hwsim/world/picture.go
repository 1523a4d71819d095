package world

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// Dots of a panel: Lines lines along the long side of the card, LineDots dots each (evolis.md 6).
const (
	LineDots = 648
	Lines    = 1016
)

// Raster is one panel: dot d of line n is Dots[n*LineDots+d], 0 = nothing, Levels-1 = full. Line n is column n from the
// left of the landscape face, dot 0 of a line is its bottom row (evolis.md 6).
type Raster struct {
	Levels int
	Dots   []uint8
}

// NewRaster is an empty panel.
func NewRaster(levels int) *Raster {
	return &Raster{Levels: levels, Dots: make([]uint8, Lines*LineDots)}
}

// full is the share of a full dot, 0 to 255, at landscape x, y.
func (r *Raster) full(x, y int) int {
	if r == nil {
		return 0
	}
	return int(r.Dots[x*LineDots+LineDots-1-y]) * 255 / (r.Levels - 1)
}

// over is what a card shows that was burnt with r first and n then.
func (r *Raster) over(n *Raster) *Raster {
	if r == nil {
		return n
	}
	sum := NewRaster(256)
	for i := range sum.Dots {
		a := int(r.Dots[i]) * 255 / (r.Levels - 1)
		b := int(n.Dots[i]) * 255 / (n.Levels - 1)
		sum.Dots[i] = uint8(max(a, b))
	}
	return sum
}

// composite is one side of the card as seen: white plastic, dyes on it, resin over them. Varnish is clear.
func composite(burnt map[string]*Raster, side string) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, Lines, LineDots))
	y, m, c, k := burnt[side+"y"], burnt[side+"m"], burnt[side+"c"], burnt[side+"k"]
	for row := range LineDots {
		for col := range Lines {
			px := color.RGBA{uint8(255 - c.full(col, row)), uint8(255 - m.full(col, row)), uint8(255 - y.full(col, row)), 255}
			if k.full(col, row) > 127 {
				px = color.RGBA{A: 255}
			}
			img.SetRGBA(col, row, px)
		}
	}
	return img
}

// one is a single panel, dark = burnt; resin and varnish in one bit a dot.
func one(panel string, r *Raster) image.Image {
	if p := strings.TrimPrefix(panel, "back-"); p == "k" || p == "o" {
		img := image.NewPaletted(image.Rect(0, 0, Lines, LineDots), color.Palette{color.White, color.Black})
		for y := range LineDots {
			for x := range Lines {
				if r.full(x, y) > 127 {
					img.SetColorIndex(x, y, 1)
				}
			}
		}
		return img
	}
	img := image.NewGray(image.Rect(0, 0, Lines, LineDots))
	for y := range LineDots {
		for x := range Lines {
			img.SetGray(x, y, color.Gray{Y: uint8(255 - r.full(x, y))})
		}
	}
	return img
}

// draw writes the pictures of a card. Once it lies in a tray only the files are kept, so a long day stays small.
func (w *World) draw(c *Card) error {
	w.pictureMu.Lock()
	defer w.pictureMu.Unlock()
	w.mu.Lock()
	if !c.dirty {
		w.mu.Unlock()
		return nil
	}
	burnt := maps.Clone(c.burnt)
	c.dirty = false
	w.mu.Unlock()

	pictures := map[string]string{}
	put := func(panel, suffix string, img image.Image) error {
		path := filepath.Join(w.opt.Dir, c.uid+suffix+".png")
		if err := writePNG(path, img); err != nil {
			return err
		}
		pictures[panel] = path
		return nil
	}
	err := put("", "", composite(burnt, ""))
	for panel, r := range burnt {
		if err == nil {
			err = put(panel, "-"+panel, one(panel, r))
		}
		if err == nil && strings.HasPrefix(panel, "back-") && pictures["back"] == "" {
			err = put("back", "-back", composite(burnt, "back-"))
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		c.dirty = true
		return fmt.Errorf("picture of card %s: %w", c.uid, err)
	}
	maps.Copy(c.pictures, pictures)
	if w.machine != c && !c.dirty {
		clear(c.burnt)
	}
	return nil
}

func writePNG(path string, img image.Image) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".card-*")
	if err != nil {
		return err
	}
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	err = enc.Encode(f, img)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
