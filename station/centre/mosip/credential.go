package mosip

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"cetak/drivers"
)

// credential is an opened credential: what it says of a person. It is personal data from end to end and lives as long as one step.
type credential struct {
	Type      []string       `json:"type"`
	Issued    string         `json:"issuanceDate"`
	Subject   map[string]any `json:"credentialSubject"`
	Protected []string       `json:"protectedAttributes"`
}

// verifiable is the type that every credential of the W3C's model has.
const verifiable = "VerifiableCredential"

// parseCredential reads an opened credential and opens its protected attributes with the event's pin. Faults: CredentialInvalid,
// CredentialSealed.
func parseCredential(text []byte, pin string) (*credential, error) {
	var c credential
	if json.Unmarshal(text, &c) != nil {
		return nil, invalid("no JSON, or a member of the wrong type")
	}
	if len(c.Type) > 0 && !slices.Contains(c.Type, verifiable) {
		return nil, invalid("its type is not " + verifiable)
	}
	if len(c.Subject) == 0 {
		return nil, invalid("no credentialSubject")
	}
	for _, name := range c.Protected {
		sealed, ok := c.Subject[name].(string)
		if !ok {
			continue // the policy shares fewer attributes than it protects
		}
		plain, err := withPin(sealed, pin)
		if err != nil {
			return nil, err
		}
		c.Subject[name] = plain
		var list []any // a list is protected as its JSON
		if json.Unmarshal([]byte(plain), &list) == nil {
			c.Subject[name] = list
		}
	}
	return &c, nil
}

// text gives an attribute in the first of the languages that it has, or as it is when it has none.
func (c *credential) text(name string, languages []string) string {
	switch v := c.Subject[name].(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	case []any:
		for _, lang := range append(slices.Clone(languages), "") {
			for _, item := range v {
				m, _ := item.(map[string]any)
				said, _ := m["language"].(string)
				value, _ := m["value"].(string)
				if value != "" && (said == lang || lang == "") {
					return strings.TrimSpace(value)
				}
			}
		}
	}
	return ""
}

// issued is the day of the credential, or the fallback.
func (c *credential) issued(fallback time.Time) time.Time {
	if t, err := time.Parse(time.RFC3339, c.Issued); err == nil {
		return t
	}
	return fallback
}

// biometrics are the parts of a BIR that a card needs.
type biometrics struct {
	face    []byte            // the picture, still encoded
	minutes map[string][]byte // ISO/IEC 19794-2 records by BDB subtype, as "Right IndexFinger"
}

// bir is one Biometric Information Record of ISO/IEC 19785-3, as MOSIP writes it in XML: records within records.
type bir struct {
	Within []bir `xml:"BIR"`
	Info   struct {
		Type    string `xml:"Type"`
		Subtype string `xml:"Subtype"`
	} `xml:"BDBInfo"`
	Data string `xml:"BDB"`
}

// parseBiometrics reads the biometrics of a credential. Faults: CredentialInvalid, PortraitUnusable.
func parseBiometrics(text string) (biometrics, error) {
	out := biometrics{minutes: map[string][]byte{}}
	raw, ok := base64Any(text)
	if !ok {
		return out, invalid("biometrics is not base64")
	}
	var root bir
	if xml.Unmarshal(raw, &root) != nil {
		return out, invalid("biometrics is no BIR in XML")
	}
	all := append(root.Within, root)
	for len(all) > 0 {
		b := all[0]
		if all = all[1:]; b.Data == "" {
			if len(b.Within) > 0 && len(all) < 1000 {
				all = append(all, b.Within...)
			}
			continue
		}
		data, ok := base64Any(b.Data)
		if !ok {
			return out, invalid("a BDB is not base64")
		}
		switch {
		case b.Info.Type == "Face" && out.face == nil:
			picture, ok := facePicture(data)
			if !ok {
				return out, fault(PortraitUnusable, drivers.AgainNever, "the face is no ISO/IEC 19794-5 record with a picture in it", nil)
			}
			out.face = picture
		case b.Info.Type == "Finger" && isMinutiae(data):
			out.minutes[strings.Join(strings.Fields(b.Info.Subtype), " ")] = data
		}
	}
	return out, nil
}

// Sizes of a face record, ISO/IEC 19794-5:2011 clause 8 as MOSIP's own services read it (docs/mosip.md, "Portrait").
const (
	faceHeader   = 4 + 4 + 4 + 2 + 1 + 2 // "FAC", version, length, representations, certification, time
	faceCapture  = 4 + 14                // length of the representation, how it was captured
	faceQuality  = 5
	faceInfo     = 2 + 15 // landmark count, and what is said of the face
	faceLandmark = 8
	faceImage    = 11
)

// facePicture cuts the picture out of a face record; a bare picture is taken as it is.
func facePicture(b []byte) ([]byte, bool) {
	if pictureKind(b) != "" {
		return b, true
	}
	if !bytes.HasPrefix(b, []byte("FAC\x00")) {
		return nil, false
	}
	at := faceHeader + faceCapture
	if len(b) < at+1 {
		return nil, false
	}
	at += 1 + int(b[at])*faceQuality
	if len(b) < at+faceInfo {
		return nil, false
	}
	at += faceInfo + int(binary.BigEndian.Uint16(b[at:]))*faceLandmark + faceImage
	if len(b) < at+4 {
		return nil, false
	}
	size := int64(binary.BigEndian.Uint32(b[at:]))
	if at += 4; int64(len(b)-at) < size {
		return nil, false
	}
	picture := b[at : int64(at)+size]
	return picture, pictureKind(picture) != ""
}

// pictureKind tells a picture by its first bytes: jpeg, png, jp2 (a JPEG 2000 file or bare code stream), or "".
func pictureKind(b []byte) string {
	for magic, kind := range map[string]string{
		"\xff\xd8\xff": "jpeg", "\x89PNG\r\n\x1a\n": "png", "\x00\x00\x00\x0cjP  \r\n\x87\n": "jp2", "\xff\x4f\xff\x51": "jp2",
	} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return kind
		}
	}
	return ""
}

// isMinutiae tells a finger minutiae record (ISO/IEC 19794-2:2005: "FMR", version " 20", length) from a picture of a finger.
func isMinutiae(b []byte) bool {
	return len(b) >= 24 && bytes.HasPrefix(b, []byte("FMR\x00 20\x00")) && int64(binary.BigEndian.Uint32(b[8:])) == int64(len(b))
}
