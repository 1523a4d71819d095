package record

import (
	"bytes"
	"fmt"
	"image"
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
