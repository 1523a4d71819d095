package view

import (
	"image"
	_ "image/png" // what the simulator draws cards in
	"os"

	"golang.org/x/image/draw"

	"cetak/hwsim/panel/model"
)

// Widths a card is kept in, dots: small for the trays and the machine, large for one looked at.
const (
	smallWidth = 240
	largeWidth = 1016
)

// keptPictures is how many are kept: at small width, 150 kB each.
const keptPictures = 256

// pictures reads cards' pictures away from the goroutine of the user interface and keeps them small.
type pictures struct {
	run  func(func())
	post func(func())
	came func() // one has come: draw again

	have map[pictureKey]image.Image // nil while it is read, or when it cannot be
}

type pictureKey struct {
	key   string
	width int
}

// get gives the picture, or nil when there is none or it is still being read.
func (p *pictures) get(of model.Picture, width int) image.Image {
	if of.Path == "" {
		return nil
	}
	k := pictureKey{of.Key, width}
	img, known := p.have[k]
	if known {
		return img
	}
	if len(p.have) >= keptPictures {
		clear(p.have)
	}
	p.have[k] = nil
	p.run(func() {
		img := read(of.Path, width)
		p.post(func() {
			if img == nil {
				delete(p.have, k) // the next change asks again
				return
			}
			p.have[k] = img
			p.came()
		})
	})
	return p.have[k]
}

// read reads a picture and scales it down to the width. It gives nil when it cannot be read: the simulator may be
// writing it anew.
func read(path string, width int) image.Image {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	src, _, err := image.Decode(f)
	if err != nil {
		return nil
	}
	b := src.Bounds()
	if b.Dx() <= width {
		return src
	}
	dst := image.NewRGBA(image.Rect(0, 0, width, b.Dy()*width/b.Dx()))
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, b, draw.Src, nil)
	return dst
}
