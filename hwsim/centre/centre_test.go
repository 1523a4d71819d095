package centre

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

var testNow = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

func testCentre(seed uint64) *Centre { return New(seed, Options{Now: testNow}) }

// openEnvelope does with plain go-jose what a station does.
func openEnvelope(t *testing.T, line string, station, centre jose.JSONWebKey) Record {
	t.Helper()
	sealed, err := jose.ParseEncryptedCompact(line, []jose.KeyAlgorithm{jose.ECDH_ES}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		t.Fatal(err)
	}
	if sealed.Header.KeyID != station.KeyID || sealed.Header.ExtraHeaders["cty"] != "JWS" {
		t.Fatalf("header of the envelope: %+v", sealed.Header)
	}
	signedText, err := sealed.Decrypt(station)
	if err != nil {
		t.Fatal(err)
	}
	var r Record
	if err := json.Unmarshal(openSigned(t, string(signedText), "prr+jws", centre), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func openSigned(t *testing.T, text, typ string, centre jose.JSONWebKey) []byte {
	t.Helper()
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	header := signed.Signatures[0].Protected
	if header.KeyID != centre.KeyID || header.ExtraHeaders["typ"] != typ {
		t.Fatalf("header of the signature: %+v", header)
	}
	payload, err := signed.Verify(centre)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func TestBundleOpens(t *testing.T) {
	c := New(7, Options{Now: testNow, WNA: 2})
	bundle, err := c.Bundle(6)
	if err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutSuffix(string(bundle), "\n")
	if !ok {
		t.Fatal("no LF at the end of the last line")
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 7 {
		t.Fatalf("%d lines", len(lines))
	}
	var m struct {
		V, Count int
		SHA256   string
		Made     time.Time
	}
	if err := json.Unmarshal(openSigned(t, lines[6], "prr-manifest+jws", c.CentreKey()), &m); err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(bundle[:len(bundle)-len(lines[6])-1])
	if m.V != 1 || m.Count != 6 || m.SHA256 != hex.EncodeToString(digest[:]) || !m.Made.Equal(testNow) {
		t.Fatalf("manifest %+v", m)
	}
	foreign := 0
	for i, line := range lines[:6] {
		r := openEnvelope(t, line, c.StationKey(), c.CentreKey())
		if r.ID != c.Record(i).ID || r.Fields != c.Record(i).Fields || !bytes.Equal(r.Photo, c.Record(i).Photo) {
			t.Errorf("line %d is not record %d", i+1, i)
		}
		if r.Kind == KindWNA {
			foreign++
		}
		checkRecord(t, c, r)
	}
	if foreign != 2 {
		t.Errorf("%d foreigners, want 2", foreign)
	}
}

// checkRecord holds a record against docs/record.md.
func checkRecord(t *testing.T, c *Centre, r Record) {
	t.Helper()
	if r.V != 1 || r.Issue < 1 || r.Revision < 1 || !r.Specimen || !strings.HasPrefix(r.ID, "PRR-9901-") {
		t.Errorf("%s: head %d %d %d %t", r.ID, r.V, r.Issue, r.Revision, r.Specimen)
	}
	if r.Cleared.After(testNow) || !r.NotAfter.After(testNow) || r.Cleared.Location() != time.UTC {
		t.Errorf("%s: cleared %v, not after %v", r.ID, r.Cleared, r.NotAfter)
	}
	photo, err := jpeg.DecodeConfig(bytes.NewReader(r.Photo))
	if err != nil || photo.Width != PhotoWidth || photo.Height != PhotoHeight {
		t.Errorf("%s: photo %+v, %v", r.ID, photo, err)
	}
	if picture, err := png.DecodeConfig(bytes.NewReader(r.Signature)); err != nil || picture.Width < 168 {
		t.Errorf("%s: signature %+v, %v", r.ID, picture, err)
	}
	total := CardControlSize
	for _, fid := range []string{"6FF1", "6FF2", "6FF3", "6FF4", "6FF5", "6FF6"} {
		content := r.Chip[fid]
		total += len(content)
		if len(content) < 2 || int(binary.BigEndian.Uint16(content)) != len(content)-2 {
			t.Fatalf("%s: length bytes of %s", r.ID, fid)
		}
	}
	if total > ChipCapacity || len(r.Chip) != 6 {
		t.Errorf("%s: %d files, %d bytes", r.ID, len(r.Chip), total)
	}
	if n := len(r.Chip["6FF2"]) - 2; n > ChipPortraitLimit {
		t.Errorf("%s: chip portrait %d bytes", r.ID, n)
	}
	if _, err := jpeg.Decode(bytes.NewReader(r.Chip["6FF2"][2:])); err != nil {
		t.Errorf("%s: chip portrait: %v", r.ID, err)
	}
	if len(r.Chip["6FF3"]) != 2+44*21 || len(r.Chip["6FF6"]) != 82 {
		t.Errorf("%s: 6FF3 %d, 6FF6 %d bytes", r.ID, len(r.Chip["6FF3"]), len(r.Chip["6FF6"]))
	}
	for _, fid := range []string{"6FF4", "6FF5"} {
		m := r.Chip[fid][2:]
		if len(m) < 300 || len(m) > 500 || string(m[:4]) != "FMR\x00" || int(binary.BigEndian.Uint32(m[8:])) != len(m) {
			t.Errorf("%s: minutiae %s: %d bytes", r.ID, fid, len(m))
		}
	}
	checkBiodata(t, r)
	checkRegisterSignature(t, c, r)
}

func checkBiodata(t *testing.T, r Record) {
	t.Helper()
	line := string(r.Chip["6FF1"][2:])
	if strings.ContainsFunc(line, func(c rune) bool { return c < ' ' || c > '~' }) {
		t.Errorf("%s: biodata is not ASCII", r.ID)
	}
	values := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, `"`), `"`), `","`)
	f := r.Fields
	if len(values) != 21 || strings.Count(line, `"`) != 42 {
		t.Fatalf("%s: biodata %s", r.ID, line)
	}
	for index, want := range map[int]string{0: f.NIK, 1: f.Address, 2: f.RT, 3: f.RW, 4: f.BirthPlace, 5: f.District, 6: f.Village, 7: f.Regency,
		8: f.Sex, 9: f.Blood, 10: f.Religion, 11: f.Marital, 12: f.Occupation, 13: f.Name, 14: f.BirthDate, 15: f.Province, 16: f.ValidUntil,
		19: f.Nationality, 20: f.DateOfIssue} {
		if values[index] != want || want == "" {
			t.Errorf("%s: biodata %d is %q, want %q", r.ID, index, values[index], want)
		}
	}
}

func checkRegisterSignature(t *testing.T, c *Centre, r Record) {
	t.Helper()
	h := sha256.New()
	for _, fid := range []string{"6FF1", "6FF2", "6FF3", "6FF4", "6FF5"} {
		h.Write(r.Chip[fid])
	}
	s := r.Chip["6FF6"][2:]
	key := c.CentreKey().Key.(*ecdsa.PublicKey)
	if !ecdsa.Verify(key, h.Sum(nil), new(big.Int).SetBytes(s[:32]), new(big.Int).SetBytes(s[32:64])) {
		t.Errorf("%s: 6FF6 does not prove the files", r.ID)
	}
	if !bytes.Equal(s[64:], make([]byte, 16)) {
		t.Errorf("%s: 6FF6 is not padded with zeros", r.ID)
	}
}

func decode(t *testing.T, content []byte) image.Image {
	t.Helper()
	picture, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}
