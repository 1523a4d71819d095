package centre

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// opens tells how far a station with these keys gets with a line: "sealed", "signed", or "record".
func opens(line string, station, centre jose.JSONWebKey) (string, []byte) {
	sealed, err := jose.ParseEncryptedCompact(line, []jose.KeyAlgorithm{jose.ECDH_ES}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil || sealed.Header.KeyID != station.KeyID {
		return "sealed", nil
	}
	text, err := sealed.Decrypt(station)
	if err != nil {
		return "sealed", nil
	}
	signed, err := jose.ParseSignedCompact(string(text), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || signed.Signatures[0].Protected.KeyID != centre.KeyID {
		return "signed", nil
	}
	payload, err := signed.Verify(centre)
	if err != nil {
		return "signed", nil
	}
	return "record", payload
}

func TestFlaws(t *testing.T) {
	c := testCentre(1)
	if _, err := c.Make(1); err != nil {
		t.Fatal(err)
	}
	reach := map[Flaw]string{Broken: "sealed", Cut: "sealed", Garbage: "sealed", ForeignStation: "sealed", Unsigned: "signed",
		UnknownCentre: "signed", Forged: "signed"}
	for _, f := range Flaws() {
		t.Run(string(f), func(t *testing.T) {
			good := c.Record(0)
			line, err := c.Flawed(good, f)
			if err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(line, "\r\n") {
				t.Fatal("more than one line")
			}
			got, payload := opens(line, c.StationKey(), c.CentreKey())
			want := reach[f]
			if want == "" {
				want = "record"
			}
			if got != want {
				t.Fatalf("opens up to %s, want %s", got, want)
			}
			if got != "record" || f == NotARecord {
				return
			}
			var r Record
			if err := json.Unmarshal(payload, &r); err != nil {
				t.Fatal(err)
			}
			checkFlaw(t, c, f, good, r)
		})
		checkRecord(t, c, c.Record(0)) // untouched
		if parsed, err := ParseFlaw(string(f)); err != nil || parsed != f {
			t.Errorf("ParseFlaw(%q) = %q, %v", f, parsed, err)
		}
	}
	if _, err := ParseFlaw("sad"); err == nil {
		t.Error("a flaw that does not exist is read")
	}
}

func checkFlaw(t *testing.T, c *Centre, f Flaw, good, r Record) {
	t.Helper()
	total := CardControlSize
	for _, content := range r.Chip {
		total += len(content)
	}
	var ok bool
	switch f {
	case Expired:
		ok = r.NotAfter.Before(c.Now())
	case BadPortrait:
		_, err := jpeg.Decode(bytes.NewReader(r.Photo))
		ok = err != nil
	case BadChipPhoto:
		_, err := jpeg.Decode(bytes.NewReader(r.Chip["6FF2"][2:]))
		ok = err != nil
	case ChipTooLarge:
		ok = total > ChipCapacity
	case WrongLength:
		ok = int(r.Chip["6FF3"][1]) != int(good.Chip["6FF3"][1])
	case ImpossibleNIK:
		ok = r.Fields.NIK[6:12] == "290299"
	case WrongSexNIK, MisenteredNIK, Underage:
		ok = r.Fields.NIK != good.Fields.NIK && len(r.Fields.NIK) == 16
	case ChipSignature:
		ok = !bytes.Equal(r.Chip["6FF6"], good.Chip["6FF6"]) && bytes.Equal(r.Chip["6FF1"], good.Chip["6FF1"])
	case OtherPerson:
		ok = apart(thumb(decode(t, r.Chip["6FF2"][2:])), thumb(decode(t, r.Photo))) > 0.2
	case OtherName:
		ok = r.Fields == good.Fields && !bytes.Equal(r.Chip["6FF1"], good.Chip["6FF1"])
	}
	if !ok {
		t.Errorf("the record does not have the flaw")
	}
	switch f {
	case ImpossibleNIK, WrongSexNIK, MisenteredNIK, Underage, Expired, BadPortrait:
		checkRegisterSignature(t, c, r)
		checkBiodata(t, r)
	case OtherPerson, OtherName, ChipTooLarge, WrongLength, BadChipPhoto:
		checkRegisterSignature(t, c, r)
	}
}

func TestFlawedBundleAndManifests(t *testing.T) {
	c := testCentre(2)
	bundle, err := c.FlawedBundle(3, map[int]Flaw{2: Unsigned})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(bundle), "\n"), "\n")
	want := []string{"record", "signed", "record"}
	for i := range want {
		if got, _ := opens(lines[i], c.StationKey(), c.CentreKey()); got != want[i] {
			t.Errorf("line %d opens up to %s", i+1, got)
		}
	}
	openSigned(t, lines[3], "prr-manifest+jws", c.CentreKey())
	wrong, err := c.ManifestOf(7, strings.Repeat("0", 64))
	if err != nil {
		t.Fatal(err)
	}
	if payload := openSigned(t, wrong, "prr-manifest+jws", c.CentreKey()); !bytes.Contains(payload, []byte(`"count":7`)) {
		t.Errorf("manifest %s", payload)
	}
	if got := JoinBundle(lines[:1], wrong); string(got) != lines[0]+"\n"+wrong+"\n" {
		t.Errorf("joined: %q", got)
	}
}

func TestKeyFiles(t *testing.T) {
	c := testCentre(1)
	dir := filepath.Join(t.TempDir(), "keys")
	if err := c.WriteKeys(dir); err != nil {
		t.Fatal(err)
	}
	read := func(name string) jose.JSONWebKey {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(text); err != nil || !key.Valid() || key.KeyID == "" {
			t.Fatalf("%s: %v", name, err)
		}
		return key
	}
	station, centre := read("station.jwk"), read("centre.jwk")
	if station.IsPublic() || !centre.IsPublic() {
		t.Error("station.jwk must be private, centre.jwk public")
	}
	bundle, err := c.Bundle(1)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(bundle), "\n")
	openEnvelope(t, line, station, centre)

	saved := filepath.Join(dir, "both.jwks")
	if err := c.Keys().Save(saved); err != nil {
		t.Fatal(err)
	}
	keys, err := LoadKeys(saved)
	if err != nil {
		t.Fatal(err)
	}
	again, err := New(2, Options{Now: testNow, Keys: keys}).Bundle(1)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ = strings.Cut(string(again), "\n")
	openEnvelope(t, line, station, centre)
	if _, err := LoadKeys(filepath.Join(dir, "station.jwk")); err == nil {
		t.Error("one key is taken for both")
	}
	if other := testCentre(1); other.StationKey().KeyID == c.StationKey().KeyID {
		t.Error("keys come from the seed")
	}
}
