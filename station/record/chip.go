package record

import (
	"encoding/binary"
	"strings"

	"cetak/drivers"
)

// Sizes of the chip: 8 KB of memory for all elementary files (ktpel.md 3.1, 3.4), of which 6FF0, on the blank from the
// factory, takes 51 and its two length bytes.
const (
	chipBudget      = 8192
	cardControlSize = 53
)

// Contents of fixed size, without length bytes (docs/record.md): the signature raster of 168 x 44 dots, the register's
// signature.
const (
	signRasterSize  = 168 / 8 * 44
	registerSigSize = 80
)

// chipFiles are the files that a record brings.
func chipFiles() []string { return []string{"6FF1", "6FF2", "6FF3", "6FF4", "6FF5", "6FF6"} }

// chip holds the ready-made chip files against the chip's size, their form, and the fields and photo to print: what the
// guard will refuse after the chip is written is refused here before a blank moves.
func (c *checker) chip() {
	total, sound := cardControlSize, true
	for _, fid := range chipFiles() {
		raw, ok := c.r.Chip[fid]
		if !ok {
			c.error(ChipFileMissing, fid, "")
			sound = false
			continue
		}
		total += len(raw)
		if !lengthRight(fid, raw) {
			c.error(ChipFileLength, fid, "")
			sound = false
		}
	}
	if len(c.r.Chip) > len(chipFiles()) {
		c.error(ChipFileMissing, "", "a file that the chip does not have")
	}
	if total > chipBudget {
		c.error(ChipTooLarge, "", "")
	}
	if !sound {
		return
	}
	c.biodata()
	photo, err := c.r.Portrait()
	if err != nil {
		return // found by pictures
	}
	onChip, err := chipPortrait(c.r.Chip)
	if err != nil {
		c.error(ChipPhotoBroken, "6FF2", drivers.AsFault(err).Detail)
	} else if Likeness(photo, onChip) < MinLikeness {
		c.error(ChipPhotoDiffers, "6FF2", "")
	}
}

func (c *checker) biodata() {
	b, err := c.r.Biodata()
	if err != nil {
		c.error(BiodataBroken, "6FF1", drivers.AsFault(err).Detail)
		return
	}
	if names := b.differing(c.f); len(names) > 0 {
		c.error(BiodataDiffers, "6FF1", strings.Join(names, " "))
	}
}

func lengthRight(fid string, raw []byte) bool {
	if len(raw) < 3 || int(binary.BigEndian.Uint16(raw)) != len(raw)-2 {
		return false
	}
	switch fid {
	case "6FF3":
		return len(raw)-2 == signRasterSize
	case "6FF6":
		return len(raw)-2 == registerSigSize
	}
	return true
}
