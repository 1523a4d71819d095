package mosip

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
)

func code(err error) drivers.Code {
	if err == nil {
		return ""
	}
	return drivers.AsFault(err).Code
}

func TestGenuine(t *testing.T) {
	body := []byte(`{"event":{}}`)
	sum := func(secret string) string {
		m := hmac.New(sha256.New, []byte(secret))
		m.Write(body)
		return hex.EncodeToString(m.Sum(nil))
	}
	for header, want := range map[string]bool{
		"SHA256=" + sum("s"): true, "sha256=" + sum("s"): true, "SHA256=" + strings.ToUpper(sum("s")): true,
		"SHA256=" + sum("other"): false, "SHA1=" + sum("s"): false, "SHA512=" + sum("s"): false, "": false, "SHA256=": false, "SHA256=zz": false, sum("s"): false,
	} {
		if genuine(header, body, "s") != want {
			t.Errorf("%q: %v", header, !want)
		}
	}
}

func TestParseEvent(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, body, request string
		code                drivers.Code
	}{
		{"whole", `{"topic":"p/X","event":{"id":"e","transactionId":"t-1","timestamp":"2026-11-22T07:00:00.123Z","dataShareUri":"https://x/y","data":{"credentialType":"euin"}}}`, "t-1", ""},
		{"inline", `{"topic":"p/X","event":{"id":"e","transactionId":"t-1","data":{"credential":"abc"}}}`, "t-1", ""},
		{"another topic", `{"topic":"q/X","event":{"id":"e","transactionId":"t-1","dataShareUri":"https://x/y"}}`, "t-1", EventBroken},
		{"no request", `{"topic":"p/X","event":{"id":"e","dataShareUri":"https://x/y"}}`, "", EventBroken},
		{"a request that names files", `{"event":{"transactionId":"../x","dataShareUri":"https://x/y"}}`, "", EventBroken},
		{"nothing in it", `{"event":{"transactionId":"t-1"}}`, "t-1", EventBroken},
		{"a link to a file", `{"event":{"transactionId":"t-1","dataShareUri":"file:///etc/passwd"}}`, "t-1", EventBroken},
		{"data of another type", `{"event":{"transactionId":"t-1","data":"none"}}`, "t-1", EventBroken},
		{"no JSON", `x`, "", EventBroken},
	} {
		ev, request, err := parseEvent([]byte(c.body), "p/X", now)
		if code(err) != c.code || request != c.request || err == nil && ev.transaction != "t-1" {
			t.Errorf("%s: %v %q %v", c.name, ev, request, err)
		}
	}
}

func TestMapping(t *testing.T) {
	m, err := parseMapping(mappingTemplate)
	if err != nil {
		t.Fatal(err)
	}
	said := func(changes map[string]any) *credential {
		s := map[string]any{"UIN": "9901010101900001", "fullName": []any{map[string]any{"language": "eng", "value": "Budi S."}, map[string]any{"language": "ind", "value": "Budi Santoso"}},
			"placeOfBirth": "Kendal", "dateOfBirth": "1990/01/31", "gender": []any{map[string]any{"language": "eng", "value": "male"}}, "addressLine1": "Jl. Mawar 1", "addressLine2": "Gg. 2",
			"rt": "1", "rw": "02", "village": "A", "district": "B", "city": "Kabupaten C", "province": "D", "religion": "Islam", "maritalStatus": "Kawin", "occupation": "Petani/Pekebun"}
		for k, v := range changes {
			s[k] = v
		}
		return &credential{Subject: s, Issued: "2026-11-20T08:00:00.000Z"}
	}
	e, err := m.apply(said(nil), "reprint", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"NAMA_LGKP": "BUDI SANTOSO", "TGL_LHR": "31-01-1990", "JENIS_KLMIN": "LAKI-LAKI", "ALAMAT": "JL. MAWAR 1 GG. 2", "NO_RT": "001", "NO_RW": "002",
		"GOL_DARAH": "-", "KEWARGANEGARAAN": "WNI", "BERLAKU_HINGGA": "SEUMUR HIDUP", "TGL_KELUAR": "20-11-2026"} {
		if e.fields[name] != want {
			t.Errorf("%s = %q, want %q", name, e.fields[name], want)
		}
	}
	if e.office != "Kabupaten C" || e.kind != "WNI" || e.reason != "hilang" {
		t.Errorf("%q %q %q", e.office, e.kind, e.reason)
	}
	for name, change := range map[string]map[string]any{
		"no name": {"fullName": nil}, "a name of no type": {"fullName": 7.0}, "a date that is none": {"dateOfBirth": "1990/31/01"}, "a kind that is none": {"residenceStatus": "Visitor"},
	} {
		if _, err := m.apply(said(change), "euin", time.Time{}); code(err) != CredentialInvalid || strings.Contains(err.Error(), "1990") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := m.apply(said(nil), "unheard-of", time.Time{}); code(err) != CredentialInvalid {
		t.Errorf("a reason that is none: %v", err)
	}
	for name, change := range map[string][2]string{
		"an unknown word":     {"languages =", "tongues ="},
		"an unknown field":    {"[fields.NIK]", "[fields.NUMBER]"},
		"no source":           {`from = ["UIN"]`, ""},
		"a date form of none": {`date = "2006/01/02"`, `date = "yyyy/MM/dd"`},
		"an event's own":      {`"@issuanceDate"`, `"@today"`},
	} {
		if _, err := parseMapping(bytes.Replace(mappingTemplate, []byte(change[0]), []byte(change[1]), 1)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestSettings(t *testing.T) {
	good := "[hub]\nurl = \"https://h/hub/\"\npartner = \"p\"\ncallback = \"https://g/\"\n"
	for name, c := range map[string]struct {
		text string
		code drivers.Code
	}{
		"whole":           {good, ""},
		"as it comes":     {string(settingsTemplate), FolderUnusable},
		"unknown setting": {good + "[work]\ntrys = 3\n", FolderUnusable},
		"no time":         {good + "subscribe_every = \"often\"\n", FolderUnusable},
		"below nothing":   {good + "subscribe_every = \"-5m\"\n", FolderUnusable},
		"half a key":      {good + "[listen]\ncert = \"a\"\n", FolderUnusable},
		"not an address":  {strings.Replace(good, "https://h", "ftp://h", 1), FolderUnusable},
		"no such missing": {good + "[fingers]\nmissing = \"guess\"\n", FolderUnusable},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, SettingsFile), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := LoadSettings(dir)
		if code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (s.Hub.Topic != "p/CREDENTIAL_ISSUED" || s.Work.Tries != 8) {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if _, err := LoadSettings(t.TempDir()); code(err) != FolderUnusable {
		t.Error("a folder without settings is taken")
	}
}

// A JPEG 2000 picture goes through the settings' program and no file; a program that fails or hangs is a refusal.
func TestConvertPortrait(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	jp2 := []byte("\x00\x00\x00\x0cjP  \r\n\x87\n and so on")
	m := &maker{s: &Settings{}}
	m.s.Portrait.Within.Duration = time.Minute
	if _, err := m.decode(t.Context(), jp2); code(err) != PortraitUnusable {
		t.Errorf("without a program: %v", err)
	}
	m.s.Portrait.Convert = []string{self}
	for how, want := range map[string]drivers.Code{"jpeg": "", "fail": PortraitUnusable, "garbage": PortraitUnusable} {
		t.Setenv("CETAK_TEST_CONVERT", how)
		img, err := m.decode(t.Context(), jp2)
		if code(err) != want || err == nil && img.Bounds().Dx() != 300 {
			t.Errorf("%s: %v", how, err)
		}
	}
	m.s.Portrait.Within.Duration = time.Nanosecond
	t.Setenv("CETAK_TEST_CONVERT", "jpeg")
	if _, err := m.decode(t.Context(), jp2); code(err) != PortraitUnusable {
		t.Errorf("a program that is not done in time: %v", err)
	}
}

func TestCropped(t *testing.T) {
	for _, size := range []image.Point{{236, 300}, {300, 300}, {600, 800}, {1000, 500}, {120, 400}} {
		b := cropped(image.NewRGBA(image.Rectangle{Max: size})).Bounds()
		if b.Dx()*300 != b.Dy()*236 || b.Dx() < 236 {
			t.Errorf("%v becomes %v", size, b.Size())
		}
	}
}

func FuzzBiometrics(f *testing.F) {
	f.Add([]byte(`<BIR><BIR><BDBInfo><Type>Face</Type></BDBInfo><BDB>RkFDAA==</BDB></BIR></BIR>`))
	f.Add(append([]byte("FAC\x00030\x00"), make([]byte, 80)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = parseBiometrics(string(b))
		facePicture(b)
		isMinutiae(b)
	})
}

func FuzzEnvelope(f *testing.F) {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("VkVSX1Iy")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := unsealed(text, key, [32]byte{}); err == nil {
			t.Error("it opens")
		}
		if _, _, err := parseEvent([]byte(text), "t", time.Time{}); err != nil && code(err) != EventBroken {
			t.Error(err)
		}
		_, _ = parseCredential([]byte(text), "1")
	})
}

// Convert is the program of TestConvertPortrait.
func Convert() int {
	switch os.Getenv("CETAK_TEST_CONVERT") {
	case "jpeg":
		if jpeg.Encode(os.Stdout, image.NewGray(image.Rect(0, 0, 300, 400)), nil) != nil {
			return 1
		}
		return 0
	case "garbage":
		_ = json.NewEncoder(os.Stdout).Encode("no picture")
		return 0
	}
	return 1
}
