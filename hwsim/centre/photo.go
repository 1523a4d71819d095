package centre

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

const (
	// PhotoWidth is the printed portrait's in dots. Source: docs/record.md, "Record".
	PhotoWidth = 236
	// PhotoHeight is the printed portrait's in dots.
	PhotoHeight = 300

	photoQuality = 90
	chipWidth    = 118
	chipHeight   = 150
)

func encodePhoto(portrait image.Image) ([]byte, error) { return encodeJPEG(portrait, photoQuality) }

// encodeChipPortrait scales the portrait down and takes the best quality that ChipPortraitLimit allows.
func encodeChipPortrait(portrait image.Image) ([]byte, error) {
	small := image.NewRGBA(image.Rect(0, 0, chipWidth, chipHeight))
	draw.CatmullRom.Scale(small, small.Bounds(), portrait, portrait.Bounds(), draw.Src, nil)
	for quality := 84; quality >= 20; quality -= 4 {
		out, err := encodeJPEG(small, quality)
		if err != nil || len(out) <= ChipPortraitLimit {
			return out, err
		}
	}
	return nil, fmt.Errorf("a portrait does not go into %d bytes", ChipPortraitLimit)
}

func encodeJPEG(picture image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode a portrait: %w", err)
	}
	return out.Bytes(), nil
}
