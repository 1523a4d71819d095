package centre

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Flaw is one way in which an envelope goes wrong on its way to a station; the text is stable, scripts may name it.
type Flaw string

// Flaws.
const (
	Broken         Flaw = "broken"          // one character of the ciphertext changed
	Cut            Flaw = "cut"             // the second half of the line is lost
	Garbage        Flaw = "garbage"         // not an envelope at all
	Unsigned       Flaw = "unsigned"        // sealed to the station, but the record inside carries no signature (alg none)
	ForeignStation Flaw = "foreign-station" // sealed to another station's key
	UnknownCentre  Flaw = "unknown-centre"  // signed by a centre whose key id the station does not have
	Forged         Flaw = "forged"          // signed by another key under the centre's key id
	NotARecord     Flaw = "not-a-record"    // signed and sealed, but the payload is not a record
	Expired        Flaw = "expired"         // not_after lies an hour before the centre's clock
	BadPortrait    Flaw = "bad-portrait"    // the printed portrait does not decode
	BadChipPhoto   Flaw = "bad-chip-photo"  // the chip's portrait does not decode
	ChipTooLarge   Flaw = "chip-too-large"  // a chip portrait beyond ChipCapacity, correctly signed
	WrongLength    Flaw = "wrong-length"    // the length bytes of 6FF3 lie, correctly signed
	ImpossibleNIK  Flaw = "impossible-nik"  // born on 29 February 1999 by its NIK
	WrongSexNIK    Flaw = "wrong-sex-nik"   // the NIK's day is of the other sex, its date the right one
	ChipSignature  Flaw = "chip-signature"  // 6FF6 signs something else
	OtherPerson    Flaw = "other-person"    // the chip carries another person's portrait, correctly signed
	OtherName      Flaw = "other-name"      // 6FF1 names another person, correctly signed
	MisenteredNIK  Flaw = "misentered-nik"  // NIK with another birth date: valid, a warning. Source: ktpel.md 1.1
	Underage       Flaw = "underage"        // under 17 and unmarried. Source: ktpel.md 1.2 rule 4
)

// Flaws lists all of them.
func Flaws() []Flaw {
	return []Flaw{Broken, Cut, Garbage, Unsigned, ForeignStation, UnknownCentre, Forged, NotARecord, Expired, BadPortrait, BadChipPhoto,
		ChipTooLarge, WrongLength, ImpossibleNIK, WrongSexNIK, ChipSignature, OtherPerson, OtherName, MisenteredNIK, Underage}
}

// ParseFlaw reads a Flaw's text.
func ParseFlaw(text string) (Flaw, error) {
	names := make([]string, 0, len(Flaws()))
	for _, f := range Flaws() {
		if string(f) == text {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("no flaw is called %q; there are %s", text, strings.Join(names, ", "))
}

// Flawed returns the envelope of r with the flaw f. r itself stays as it is.
func (c *Centre) Flawed(r Record, f Flaw) (string, error) {
	switch f {
	case Broken, Cut, Garbage:
		line, err := c.Envelope(r)
		if err != nil {
			return "", err
		}
		return damage(line, f), nil
	case Unsigned, ForeignStation, UnknownCentre, Forged, NotARecord:
		return c.missealed(r, f)
	}
	r = r.Clone()
	if err := c.spoil(&r, f); err != nil {
		return "", err
	}
	return c.Envelope(r)
}

func damage(line string, f Flaw) string {
	switch f {
	case Cut:
		return line[:len(line)/2]
	case Garbage:
		return "this line is no envelope"
	}
	parts := strings.Split(line, ".") // compact JWE: header, key, iv, ciphertext, tag (RFC 7516, 7.1)
	cipher := []byte(parts[3])
	at := len(cipher) / 2
	if cipher[at] == 'A' {
		cipher[at] = 'B'
	} else {
		cipher[at] = 'A'
	}
	parts[3] = string(cipher)
	return strings.Join(parts, ".")
}

// missealed wraps r in a way that the keys or the wrapping are wrong.
func (c *Centre) missealed(r Record, f Flaw) (string, error) {
	stranger, err := NewKeys()
	if err != nil {
		return "", err
	}
	station, signer := c.keys.Station, c.keys.Centre
	switch f {
	case Unsigned:
		payload, err := json.Marshal(r)
		if err != nil {
			return "", fmt.Errorf("write a record: %w", err)
		}
		header := `{"alg":"none","typ":"` + typeRecord + `"}` // RFC 7518, 3.6
		enc := base64.RawURLEncoding
		return seal([]byte(enc.EncodeToString([]byte(header))+"."+enc.EncodeToString(payload)+"."), station)
	case NotARecord:
		signed, err := sign([]byte(`["not", "a", "record"]`), signer, typeRecord)
		if err != nil {
			return "", err
		}
		return seal([]byte(signed), station)
	case ForeignStation:
		station = stranger.Station
	case UnknownCentre:
		signer = stranger.Centre
	case Forged:
		signer = stranger.Centre
		signer.KeyID = c.keys.Centre.KeyID
	}
	signed, err := signRecord(r, signer)
	if err != nil {
		return "", err
	}
	return seal([]byte(signed), station)
}

// spoil changes the record's own content; the envelope around it will be faultless.
func (c *Centre) spoil(r *Record, f Flaw) error {
	switch f {
	case Expired:
		r.NotAfter = c.now.Add(-time.Hour)
		r.Cleared = r.NotAfter.Add(-180 * 24 * time.Hour)
		return nil
	case BadPortrait:
		r.Photo = r.Photo[:40] // the JPEG's head without its picture
		return nil
	case BadChipPhoto:
		r.Chip["6FF2"] = withLength([]byte("no JPEG"))
		return c.SignChip(r)
	case ChipTooLarge:
		big := make([]byte, ChipCapacity)
		copy(big, r.Chip["6FF2"][2:])
		r.Chip["6FF2"] = withLength(big)
		return c.SignChip(r)
	case WrongLength:
		r.Chip["6FF3"][1]++
		return c.SignChip(r)
	case ChipSignature:
		r.Chip["6FF6"][10] ^= 0x01
		return nil
	case OtherPerson:
		return c.swapPortrait(r)
	case OtherName:
		right := r.Fields.Name
		r.Fields.Name = "BUKAN ORANGNYA"
		err := c.Resign(r)
		r.Fields.Name = right
		return err
	case ImpossibleNIK:
		r.Fields.NIK = r.Fields.NIK[:6] + "290299" + r.Fields.NIK[12:]
	case WrongSexNIK:
		day := int(r.Fields.NIK[6]-'0')*10 + int(r.Fields.NIK[7]-'0')
		r.Fields.NIK = fmt.Sprintf("%s%02d%s", r.Fields.NIK[:6], (day+40)%80, r.Fields.NIK[8:])
	case MisenteredNIK:
		day := "14" // keeps the sex: the tens of a woman's day start at 4
		if r.Fields.NIK[6] >= '4' {
			day = "54"
		}
		if r.Fields.NIK[6:8] == day {
			day = day[:1] + "5"
		}
		r.Fields.NIK = r.Fields.NIK[:6] + day + r.Fields.NIK[8:]
	case Underage:
		born := c.now.AddDate(-16, 0, 0)
		r.Fields.BirthDate = born.Format(dateLayout)
		r.Fields.NIK = r.Fields.NIK[:6] + nikDate(born, r.Fields.NIK[6] >= '4') + r.Fields.NIK[12:]
		r.Fields.Marital = "BELUM KAWIN"
	default:
		return fmt.Errorf("no flaw is called %q", f)
	}
	return c.Resign(r)
}

// swapPortrait puts the chip portrait of somebody else, of the other sex, into r.
func (c *Centre) swapPortrait(r *Record) error {
	people := newRegister(c.seed^0x5eed, c.now)
	for {
		p := people.next(false)
		if p.Fields.Sex == r.Fields.Sex {
			continue
		}
		portrait, err := encodeChipPortrait(DrawPortrait(c.seed^0x5eed, p))
		if err != nil {
			return err
		}
		r.Chip["6FF2"] = withLength(portrait)
		return c.SignChip(r)
	}
}

// FlawedBundle makes n new records and returns a bundle in which line i (from 1) has the flaw flaws[i]; the manifest is true.
func (c *Centre) FlawedBundle(n int, flaws map[int]Flaw) ([]byte, error) {
	records, err := c.Make(n)
	if err != nil {
		return nil, err
	}
	lines := make([]string, n)
	for i, r := range records {
		if f, ok := flaws[i+1]; ok {
			lines[i], err = c.Flawed(r, f)
		} else {
			lines[i], err = c.Envelope(r)
		}
		if err != nil {
			return nil, err
		}
	}
	return c.BundleOf(lines...)
}
