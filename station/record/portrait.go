package record

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"

	"cetak/drivers"
)

// Bounds on pictures from outside, looked at before a decoder allocates for them. The printed portrait is 236 x 300 dots
// at 300 dpi or more of the same proportion (docs/record.md); the chip's picture has no lower bound of its own but to be
// recognisable.
const (
	PhotoWidth                    = 236
	PhotoHeight                   = 300
	maxPhotoWidth, maxPhotoHeight = 2360, 3000
	maxChipSide                   = 1200
	maxSignWidth, maxSignHeight   = 2400, 1200
	minSide                       = 16
)

// Portrait decodes the photo to print. Errors are Faults with PhotoBroken or PhotoSize.
func (r *Record) Portrait() (image.Image, error) {
	img, err := decodeJPEG(r.Photo, maxPhotoWidth, maxPhotoHeight, PhotoBroken)
	if err != nil {
		return nil, err
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if w < PhotoWidth || h < PhotoHeight || math.Abs(float64(w)*PhotoHeight/(float64(h)*PhotoWidth)-1) > 0.02 {
		return nil, refuse(PhotoSize, "photo", fmt.Sprintf("%d x %d", w, h))
	}
	return img, nil
}

// SignatureImage decodes the holder's signature. Errors are Faults with SignatureBroken.
func (r *Record) SignatureImage() (image.Image, error) {
	c, err := png.DecodeConfig(bytes.NewReader(r.Signature))
	if err != nil {
		return nil, refuse(SignatureBroken, "signature", "no PNG")
	}
	if c.Width < minSide || c.Height < minSide || c.Width > maxSignWidth || c.Height > maxSignHeight {
		return nil, refuse(SignatureBroken, "signature", fmt.Sprintf("%d x %d", c.Width, c.Height))
	}
	img, err := png.Decode(bytes.NewReader(r.Signature))
	if err != nil {
		return nil, refuse(SignatureBroken, "signature", "cut or altered")
	}
	return img, nil
}

// chipPortrait decodes the picture in EF 6FF2.
func chipPortrait(files drivers.Files) (image.Image, error) {
	content, err := fileContent(files, "6FF2")
	if err != nil {
		return nil, err
	}
	return decodeJPEG(content, maxChipSide, maxChipSide, ChipPhotoBroken)
}

func decodeJPEG(data []byte, maxW, maxH int, code drivers.Code) (image.Image, error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, refuse(code, "portrait", "no JPEG")
	}
	if c.Width < minSide || c.Height < minSide || c.Width > maxW || c.Height > maxH {
		return nil, refuse(code, "portrait", fmt.Sprintf("%d x %d", c.Width, c.Height))
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, refuse(code, "portrait", "cut or altered")
	}
	return img, nil
}

// The likeness of two portraits is judged on a grid of mean colours: compression and scaling disappear in the mean of a
// cell, another person does not. gridW x gridH keeps the proportion of the photo.
const (
	gridW, gridH = 20, 25
	// MaxUnlikeness is the largest Unlikeness of two pictures that count as the same one. The same photo, scaled to the
	// chip and compressed to 4,500 bytes, stays well below; any two people stay well above: the margins are reported by
	// TestUnlikenessMargins.
	MaxUnlikeness = 6.0
)

// Unlikeness is how far two portraits differ: the root mean square, over the grid's cells and the three colours, of the
// difference of the cells' means, in levels of 0 to 255. 0 is the same picture.
func Unlikeness(a, b image.Image) float64 {
	ga, gb := grid(a), grid(b)
	sum := 0.0
	for i := range ga {
		d := ga[i] - gb[i]
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(ga)))
}

// grid gives the mean colour of each cell; a dot belongs to one cell.
func grid(img image.Image) [gridW * gridH * 3]float64 {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	rgba, ok := img.(*image.RGBA)
	if !ok {
		rgba = image.NewRGBA(image.Rect(0, 0, w, h))
		draw.Draw(rgba, rgba.Bounds(), img, b.Min, draw.Src)
	}
	var means [gridW * gridH * 3]float64
	for cy := range gridH {
		for cx := range gridW {
			x0, x1 := cx*w/gridW, (cx+1)*w/gridW
			y0, y1 := cy*h/gridH, (cy+1)*h/gridH
			var red, green, blue int
			for y := y0; y < y1; y++ {
				row := rgba.Pix[y*rgba.Stride+x0*4:]
				for x := 0; x < (x1-x0)*4; x += 4 {
					red, green, blue = red+int(row[x]), green+int(row[x+1]), blue+int(row[x+2])
				}
			}
			n := float64(max(1, (x1-x0)*(y1-y0)))
			cell := (cy*gridW + cx) * 3
			means[cell], means[cell+1], means[cell+2] = float64(red)/n, float64(green)/n, float64(blue)/n
		}
	}
	return means
}
