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

// shares gives for each level the share of a full dot, 0 to 255.
func (r *Raster) shares() [256]uint8 {
	var t [256]uint8
	if r != nil {
		for v := range r.Levels {
			t[v] = uint8(v * 255 / (r.Levels - 1))
		}
	}
	return t
}

// each calls f with every dot's index in Dots and its pixel's index in a landscape picture.
func each(f func(dot, pixel int)) {
	for n := range Lines {
		for d := range LineDots {
			f(n*LineDots+d, (LineDots-1-d)*Lines+n)
		}
	}
}

// over is what a card shows that was burnt with r first and n then.
func (r *Raster) over(n *Raster) *Raster {
	if r == nil {
		return n
	}
	sum := NewRaster(256)
	was, now := r.shares(), n.shares()
	for i := range sum.Dots {
		sum.Dots[i] = max(was[r.Dots[i]], now[n.Dots[i]])
	}
	return sum
}

// composite is one side of the card as seen: white plastic, dyes on it, resin over them. Varnish is clear.
func composite(burnt map[string]*Raster, side string) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, Lines, LineDots))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for channel, dye := range []string{"c", "m", "y"} { // each takes away one of red, green, blue
		r := burnt[side+dye]
		if r == nil {
			continue
		}
		share := r.shares()
		each(func(dot, pixel int) { img.Pix[4*pixel+channel] = 255 - share[r.Dots[dot]] })
	}
	if k := burnt[side+"k"]; k != nil {
		share := k.shares()
		each(func(dot, pixel int) {
			if share[k.Dots[dot]] > 127 {
				clear(img.Pix[4*pixel : 4*pixel+3])
			}
		})
	}
	return img
}

// one is a single panel, dark = burnt; resin and varnish in one bit a dot.
func one(panel string, r *Raster) image.Image {
	share := r.shares()
	box := image.Rect(0, 0, Lines, LineDots)
	if p := strings.TrimPrefix(panel, "back-"); p == "k" || p == "o" {
		img := image.NewPaletted(box, color.Palette{color.White, color.Black})
		each(func(dot, pixel int) { img.Pix[pixel] = share[r.Dots[dot]] >> 7 })
		return img
	}
	img := image.NewGray(box)
	each(func(dot, pixel int) { img.Pix[pixel] = 255 - share[r.Dots[dot]] })
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
	c.dirty, c.drawing = false, true
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
	c.drawing = false
	if err != nil {
		c.dirty = true
		return fmt.Errorf("picture of card %s: %w", c.uid, err)
	}
	maps.Copy(c.pictures, pictures)
	if w.machine != c && !c.dirty {
		c.digests()
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
