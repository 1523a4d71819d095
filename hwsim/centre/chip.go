package centre

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"strings"
)

const (
	// ChipCapacity is what all elementary files of a chip hold together, 6FF0 included. Source: docs/record.md; ktpel.md 3.1.
	ChipCapacity = 8192
	// CardControlSize is the factory-written 6FF0, which counts against ChipCapacity. Source: docs/record.md; ktpel.md 3.3.
	CardControlSize = 53
	// ChipPortraitLimit is the most that the JPEG in 6FF2 may take.
	ChipPortraitLimit = 4500

	registerSignatureSize = 80 // r||s and zeros. Source: ktpel.md 3.3, EF 6FF6
)

// Finger positions of the two prints in the chip. Source: ISO/IEC 19794-2:2005, table 2; right and left index by ktpel.md 3.1.
const (
	rightIndex = 2
	leftIndex  = 7
)

// withLength puts the two length bytes in front; they do not count themselves. Source: ktpel.md 3.3.
func withLength(content []byte) []byte {
	out := binary.BigEndian.AppendUint16(make([]byte, 0, len(content)+2), uint16(len(content)))
	return append(out, content...)
}

// Biodata is the line in 6FF1, without length bytes. Source: docs/record.md, "Record".
func (f Fields) Biodata() []byte {
	values := [21]string{
		f.NIK, f.Address, f.RT, f.RW, f.BirthPlace, f.District, f.Village, f.Regency, f.Sex, f.Blood, f.Religion,
		f.Marital, f.Occupation, f.Name, f.BirthDate, f.Province, f.ValidUntil, "TELUNJUK KANAN", "TELUNJUK KIRI",
		f.Nationality, f.DateOfIssue,
	}
	return []byte(`"` + strings.Join(values[:], `","`) + `"`)
}

// signChip makes 6FF6: ECDSA over the SHA-256 of 6FF1..6FF5 in order, r||s padded with zeros. Source: docs/record.md, "Record".
func signChip(key *ecdsa.PrivateKey, files map[string][]byte) ([]byte, error) {
	digest := chipDigest(files)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return nil, fmt.Errorf("sign the chip's files: %w", err)
	}
	signature := make([]byte, registerSignatureSize)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:64])
	return withLength(signature), nil
}

func chipDigest(files map[string][]byte) [sha256.Size]byte {
	h := sha256.New()
	for _, fid := range []string{"6FF1", "6FF2", "6FF3", "6FF4", "6FF5"} {
		h.Write(files[fid])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Resign makes 6FF1 and 6FF6 of r anew from its fields and files: after it, a changed record is consistent again. The caller owns r.
func (c *Centre) Resign(r *Record) error {
	r.Chip["6FF1"] = withLength(r.Fields.Biodata())
	return c.SignChip(r)
}

// SignChip makes only 6FF6 of r anew, over the files as they are. The caller owns r.
func (c *Centre) SignChip(r *Record) error {
	signature, err := signChip(c.keys.centreKey(), r.Chip)
	if err != nil {
		return err
	}
	r.Chip["6FF6"] = signature
	return nil
}

// minutiae draws one finger view as a record that looks like ISO/IEC 19794-2:2005 clause 8 ("FMR", version 20, one view): the ridges
// are not a real finger's, the layout is plausible.
func minutiae(rng *mathrand.Rand, finger byte) []byte {
	const width, height, resolution = 400, 560, 197 // dots, and dots a centimetre (500 dpi)
	count := 46 + rng.IntN(30)
	size := 24 + 4 + 6*count + 2
	out := make([]byte, 0, size)
	out = append(out, "FMR\x00 20\x00"...)
	out = binary.BigEndian.AppendUint32(out, uint32(size))
	out = binary.BigEndian.AppendUint16(out, 0) // capture equipment: unreported
	for _, v := range []uint16{width, height, resolution, resolution} {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	out = append(out, 1, 0)                                          // one view, reserved
	out = append(out, finger, 0, byte(60+rng.IntN(40)), byte(count)) // view 0, live-scan plain, quality, minutiae
	whorl := [2]float64{width/2 + 20*rng.NormFloat64(), height/2 + 30*rng.NormFloat64()}
	for range count {
		x, y := 40+rng.IntN(width-80), 40+rng.IntN(height-80)
		kind := uint16(1 + rng.IntN(2)) // ending or bifurcation
		out = binary.BigEndian.AppendUint16(out, kind<<14|uint16(x))
		out = binary.BigEndian.AppendUint16(out, uint16(y))
		out = append(out, ridgeAngle(float64(x)-whorl[0], float64(y)-whorl[1], rng), byte(40+rng.IntN(60)))
	}
	return binary.BigEndian.AppendUint16(out, 0) // no extended data
}

// ridgeAngle is the direction of a ridge that circles the centre of a whorl, in units of 1.40625 degrees. Source: ISO/IEC 19794-2:2005,
// 8.5.2.4.
func ridgeAngle(dx, dy float64, rng *mathrand.Rand) byte {
	turn := math.Atan2(dy, dx) + math.Pi/2 + 0.15*rng.NormFloat64()
	return byte(int(math.Round(turn/(2*math.Pi)*256)) & 255)
}
