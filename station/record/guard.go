package record

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"image"
	"math/big"
	"strings"

	"cetak/drivers"
)

// Guard is invariant I4: nothing is released unless it passed on a read-back from that very card. It holds what was read
// back from the chip against the record and against the portrait that will be printed (the part of the face's colour
// raster with the photo, or the decoded photo itself), and the register's signature against the centre's key that
// signed the record. Only a record that came through no envelope (SignedBy empty) has no signature to hold.
//
// A refusal is a Fault with a code; the card in the machine must not be printed. It says fields and file
// identifiers, never values.
func Guard(r *Record, readBack drivers.Files, printed image.Image, k Keys) error {
	if err := GuardFields(r, readBack); err != nil {
		return err
	}
	if err := guardPortrait(r, readBack, printed); err != nil {
		return err
	}
	return guardSignature(r, readBack, k)
}

// GuardFields holds the biodata read back (EF 6FF1) against the fields that will be printed.
func GuardFields(r *Record, readBack drivers.Files) error {
	content, err := fileContent(readBack, "6FF1")
	if err != nil {
		return stop(GuardFileMissing, "6FF1")
	}
	b, err := ParseBiodata(content)
	if err != nil {
		return stop(GuardFieldsDiffer, drivers.AsFault(err).Detail)
	}
	if names := b.differing(&r.Fields); len(names) > 0 {
		return stop(GuardFieldsDiffer, strings.Join(names, " "))
	}
	return nil
}

func guardPortrait(r *Record, readBack drivers.Files, printed image.Image) error {
	if _, err := fileContent(readBack, "6FF2"); err != nil {
		return stop(GuardFileMissing, "6FF2")
	}
	onChip, err := chipPortrait(readBack)
	if err != nil {
		return stop(GuardPhotoUnusable, "6FF2")
	}
	photo, err := r.Portrait()
	if err != nil {
		return stop(GuardPrintDiffers, "the record's photo does not decode")
	}
	if printed == nil || printed.Bounds().Empty() || printed.Bounds().Dx() > maxPhotoWidth || printed.Bounds().Dy() > maxPhotoHeight {
		return stop(GuardPrintDiffers, "no portrait to print")
	}
	face := MinLikeness
	if r.Specimen {
		face = SpecimenLikeness
	}
	if Likeness(printed, photo) < face {
		return stop(GuardPrintDiffers, "")
	}
	if Likeness(onChip, photo) < MinLikeness || Likeness(printed, onChip) < face {
		return stop(GuardPhotoDiffers, "6FF2")
	}
	return nil
}

// guardSignature verifies EF 6FF6: ECDSA P-256 over the SHA-256 of 6FF1..6FF5 in order with their length bytes, r and s
// of 32 bytes each, padded with zeros to 80 (docs/record.md; the 80 bytes are ktpel.md 3.3).
func guardSignature(r *Record, readBack drivers.Files, k Keys) error {
	if r.SignedBy == "" {
		return nil
	}
	key := k.registerKey(r.SignedBy)
	if key == nil {
		return stop(GuardSignatureBad, "the key that signed the record is not known")
	}
	digest := sha256.New()
	for _, fid := range chipFiles()[:5] {
		content, err := fileContent(readBack, fid)
		if err != nil {
			return stop(GuardFileMissing, fid)
		}
		digest.Write(readBack[fid][:2+len(content)])
	}
	sig, err := fileContent(readBack, "6FF6")
	if err != nil {
		return stop(GuardFileMissing, "6FF6")
	}
	if len(sig) != registerSigSize || strings.Trim(string(sig[64:]), "\x00") != "" ||
		!ecdsa.Verify(key, digest.Sum(nil), new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:64])) {
		return stop(GuardSignatureBad, "6FF6")
	}
	return nil
}

func stop(c drivers.Code, detail string) *drivers.Fault {
	return &drivers.Fault{Code: c, Op: "guard", Card: drivers.InMachine, Again: drivers.AgainNever, Detail: detail}
}
