package hub

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"cetak/hwsim/centre"
)

// spoken is one value of an attribute that MOSIP keeps by language.
type spoken struct {
	Language string `json:"language"`
	Value    string `json:"value"`
}

// subject writes an invented person as MOSIP's credentials do: its default identity schema, and such attributes as a country adds.
func subject(r centre.Record, encode []string) (map[string]any, error) {
	f := r.Fields
	ind := func(v string) []spoken { return []spoken{{"ind", v}} }
	born, err := time.Parse("02-01-2006", f.BirthDate)
	if err != nil {
		return nil, fmt.Errorf("a birth date: %w", err)
	}
	gender := []spoken{{"eng", "Male"}, {"ind", "Laki-laki"}}
	if f.Sex == "PEREMPUAN" || f.Sex == "FEMALE" {
		gender = []spoken{{"eng", "Female"}, {"ind", "Perempuan"}}
	}
	biometrics, err := bir(r, encode)
	if err != nil {
		return nil, err
	}
	s := map[string]any{
		"UIN": f.NIK, "VID": "5429" + f.NIK[4:], "fullName": ind(title(f.Name)), "dateOfBirth": born.Format("2006/01/02"), "gender": gender,
		"phone": "0800000000", "email": "nobody@example.invalid", "postalCode": "99999",
		"placeOfBirth": ind(title(f.BirthPlace)), "addressLine1": ind(f.Address), "rt": f.RT, "rw": f.RW, "village": ind(f.Village), "district": ind(f.District),
		"city": ind(f.Regency), "province": ind(f.Province), "religion": ind(f.Religion), "maritalStatus": ind(f.Marital), "occupation": ind(f.Occupation),
		"residenceStatus": []spoken{{"eng", "Non-Foreigner"}, {"ind", "Bukan Orang Asing"}}, "signature": base64.StdEncoding.EncodeToString(r.Signature),
		"biometrics": biometrics,
	}
	if f.Blood != "-" {
		s["bloodType"] = f.Blood
	}
	return s, nil
}

// title writes words with one capital each: MOSIP keeps names as they were typed.
func title(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = w[:1] + strings.ToLower(w[1:])
	}
	return strings.Join(words, " ")
}

// bir writes the biometrics as MOSIP's CBEFF utility does: records within a record (ISO/IEC 19785-3), each with its data in base64.
func bir(r centre.Record, encode []string) (string, error) {
	photo, kind := r.Photo, byte(0)
	if len(encode) > 0 {
		cmd := exec.Command(encode[0], encode[1:]...)
		cmd.Stdin = bytes.NewReader(photo)
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("%s: %w", encode[0], err)
		}
		photo, kind = out, 1
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<BIR xmlns="http://standards.iso.org/iso-iec/19785/-3/ed-2/">` + "\n")
	b.WriteString("    <BIRInfo>\n        <Integrity>false</Integrity>\n    </BIRInfo>\n")
	part := func(form int, typ, sub, level string, data []byte) {
		fmt.Fprintf(&b, "    <BIR>\n        <BIRInfo>\n            <Integrity>false</Integrity>\n        </BIRInfo>\n        <BDBInfo>\n            <Format>\n"+
			"                <Organization>Mosip</Organization>\n                <Type>%d</Type>\n            </Format>\n            <CreationDate>2026-01-05T08:00:00.000Z</CreationDate>\n"+
			"            <Type>%s</Type>\n            <Subtype>%s</Subtype>\n            <Level>%s</Level>\n            <Purpose>Enroll</Purpose>\n        </BDBInfo>\n        <BDB>%s</BDB>\n    </BIR>\n",
			form, typ, sub, level, base64.StdEncoding.EncodeToString(data))
	}
	part(2, "Finger", "Right IndexFinger", "Processed", r.Chip["6FF4"][2:])
	part(2, "Finger", "Left IndexFinger", "Processed", r.Chip["6FF5"][2:])
	part(8, "Face", "", "Raw", face(photo, kind))
	b.WriteString("</BIR>\n")
	return base64.URLEncoding.EncodeToString([]byte(b.String())), nil
}

// face wraps a picture as ISO/IEC 19794-5:2011 clause 8 lays down: header, one representation with one quality block and two landmarks, picture.
// kind is 0 for JPEG and 1 for JPEG 2000.
func face(picture []byte, kind byte) []byte {
	u16 := binary.BigEndian.AppendUint16
	u32 := binary.BigEndian.AppendUint32
	rep := []byte{0x07, 0xEA, 1, 5, 8, 0, 0, 0, 0} // captured
	rep = append(rep, 0, 0, 1, 0, 1)               // by what
	rep = append(rep, 1, 80, 0, 1, 0, 1)           // one quality block
	rep = u16(rep, 2)                              // landmarks
	rep = append(rep, 1, 0, 0, 0xB0)               // gender, eyes, hair, height
	rep = append(rep, 0, 0, 0, 0, 0)               // properties, expression
	rep = append(rep, 0, 0, 0, 0, 0, 0)            // pose
	rep = append(rep, make([]byte, 2*8)...)
	rep = append(rep, 1, kind)
	rep = u16(u16(rep, centre.PhotoWidth), centre.PhotoHeight)
	rep = append(rep, 0, 0, 0, 0, 1) // sampling, post-acquisition, reference, colour
	rep = append(u32(rep, uint32(len(picture))), picture...)
	rep = append(u32(nil, uint32(len(rep)+4)), rep...)
	out := append([]byte("FAC\x00030\x00"), u32(nil, uint32(17+len(rep)))...)
	out = append(u16(out, 1), 0, 0, 0)
	return append(out, rep...)
}

// credential writes the verifiable credential of a person, some of its attributes protected by the pin.
func credential(r centre.Record, now time.Time, protect []string, pin string, encode []string) ([]byte, error) {
	s, err := subject(r, encode)
	if err != nil {
		return nil, err
	}
	for _, name := range protect {
		plain, ok := s[name].(string)
		if !ok {
			text, err := json.Marshal(s[name])
			if err != nil {
				return nil, err
			}
			plain = string(text)
		}
		if s[name], err = sealPin(plain, pin); err != nil {
			return nil, err
		}
	}
	c := map[string]any{
		"@context": []string{"https://www.w3.org/2018/credentials/v1"}, "id": "http://mosip.io/credentials/" + r.ID,
		"type": []string{"VerifiableCredential", "MOSIPVerifiableCredential"}, "issuer": "http://mosip.io/issuers/", "issuanceDate": now.UTC().Format("2006-01-02T15:04:05.000Z"),
		"credentialSubject": s,
	}
	if len(protect) > 0 {
		c["protectedAttributes"] = protect
	}
	return json.Marshal(c)
}
