package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/hwsim/centre"
	"cetak/station/record"
)

// now is the centre's clock in these tests.
func now() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }

func newCentre(seed uint64, wna int) *centre.Centre {
	return centre.New(seed, centre.Options{Now: now(), WNA: wna})
}

func made(t testing.TB, c *centre.Centre, n int) []centre.Record {
	t.Helper()
	rs, err := c.Make(n)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// parsed sends a centre's record over the wire form.
func parsed(t testing.TB, r centre.Record) *record.Record {
	t.Helper()
	payload, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.Parse(payload)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func keysOf(t testing.TB, c *centre.Centre) record.Keys {
	t.Helper()
	dir := t.TempDir()
	if err := c.WriteKeys(dir); err != nil {
		t.Fatal(err)
	}
	k, err := record.LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func codes(fs []record.Finding) string {
	var s []string
	for _, f := range fs {
		s = append(s, string(f.Code)+" "+f.Field)
	}
	return strings.Join(s, ", ")
}

func TestPeopleOfTheCentreHaveNoErrors(t *testing.T) {
	for _, r := range crowd() {
		if err := record.Blocking(record.Check(parsed(t, r), now())); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
	}
}

func TestParseIsStrict(t *testing.T) {
	good, err := json.Marshal(made(t, newCentre(1, 0), 1)[0])
	if err != nil {
		t.Fatal(err)
	}
	cut := func(old, replacement string) []byte {
		if !bytes.Contains(good, []byte(old)) {
			t.Fatalf("no %s in the record", old)
		}
		return bytes.Replace(good, []byte(old), []byte(replacement), 1)
	}
	for name, payload := range map[string][]byte{
		"empty":               nil,
		"null":                []byte("null"),
		"array":               []byte("[]"),
		"not JSON":            good[:len(good)/2],
		"trailing":            append(append([]byte{}, good...), "{}"...),
		"version 2":           cut(`"v":1`, `"v":2`),
		"version text":        cut(`"v":1`, `"v":"1"`),
		"unknown key":         cut(`"v":1`, `"v":1,"x":1`),
		"repeated key":        cut(`"v":1`, `"v":1,"v":1`),
		"key of another case": cut(`"specimen"`, `"Specimen"`),
		"missing key":         cut(`"specimen":true,`, ``),
		"null key":            cut(`"specimen":true`, `"specimen":null`),
		"unknown field":       cut(`"NIK":`, `"NO_KK":"x","NIK":`),
		"repeated field":      cut(`"NIK":`, `"NIK":"1","NIK":`),
		"field number":        cut(`"NIK":"`, `"NAMA":5,"NIK":"`),
		"kind":                cut(`"kind":"WNI"`, `"kind":"wni"`),
		"issue 0":             cut(`"issue":1`, `"issue":0`),
		"issue huge":          cut(`"issue":1`, `"issue":99999999999999999999`),
		"revision":            cut(`"revision":1`, `"revision":-1`),
		"id path":             cut(`"id":"`, `"id":"../`),
		"id empty":            cut(`"id":"`, `"id":"","idx":"`),
		"cleared":             cut(`"cleared":"2`, `"cleared":"x2`),
		"photo base64":        cut(`"photo":"`, `"photo":"*`),
		"chip base64":         cut(`"6FF1":"`, `"6FF1":"*`),
	} {
		r, err := record.Parse(payload)
		if !errors.Is(err, record.NotARecord) || r != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// change is one way a record can be wrong.
type change struct {
	name     string
	do       func(*centre.Record)
	code     drivers.Code
	severity record.Severity
}

func TestCheck(t *testing.T) {
	long := strings.Repeat("ABCDE ", 30)
	sealed := func(f func(*centre.Fields)) func(*centre.Record) { return func(r *centre.Record) { f(&r.Fields) } }
	file := func(fid string, content []byte) func(*centre.Record) {
		return func(r *centre.Record) { r.Chip[fid] = lengthened(content) }
	}
	c := newCentre(3, 0)
	rs := made(t, c, 2)
	other := rs[1]
	for _, x := range []change{
		{"expired", func(r *centre.Record) { r.NotAfter = now().Add(-time.Minute) }, record.RecordExpired, record.Error},
		{"cleared tomorrow", func(r *centre.Record) { r.Cleared = now().Add(26 * time.Hour) }, record.ClearedLater, record.Warning},
		{"reason", func(r *centre.Record) { r.Reason = "hadiah" }, record.ReasonUnknown, record.Warning},
		{"no name", sealed(func(f *centre.Fields) { f.Name = " " }), record.FieldMissing, record.Error},
		{"no village", sealed(func(f *centre.Fields) { f.Village = "" }), record.FieldMissing, record.Error},
		{"quote", sealed(func(f *centre.Fields) { f.Address = `JL "MAWAR"` }), record.FieldCharacter, record.Error},
		{"tab", sealed(func(f *centre.Fields) { f.Address = "JL\tMAWAR" }), record.FieldCharacter, record.Error},
		{"accent", sealed(func(f *centre.Fields) { f.Name = "RENÉ BUDI" }), record.FieldCharacter, record.Error},
		{"name of 61", sealed(func(f *centre.Fields) { f.Name = long[:61] }), record.FieldTooLong, record.Error},
		{"address of 121", sealed(func(f *centre.Fields) { f.Address = long[:121] }), record.FieldTooLong, record.Error},
		{"lower case", sealed(func(f *centre.Fields) { f.Name = "Budi SANTOSO" }), record.LowerCase, record.Warning},
		{"NIK of 15", sealed(func(f *centre.Fields) { f.NIK = f.NIK[:15] }), record.NIKImpossible, record.Error},
		{"NIK with a letter", sealed(func(f *centre.Fields) { f.NIK = f.NIK[:15] + "O" }), record.NIKImpossible, record.Error},
		{"NIK serial", sealed(func(f *centre.Fields) { f.NIK = f.NIK[:12] + "0000" }), record.NIKImpossible, record.Error},
		{"NIK month", sealed(func(f *centre.Fields) { f.NIK = f.NIK[:8] + "13" + f.NIK[10:] }), record.NIKImpossible, record.Error},
		{"NIK day", sealed(func(f *centre.Fields) { f.NIK = f.NIK[:6] + "00" + f.NIK[8:] }), record.NIKImpossible, record.Error},
		{"NIK day 40", sealed(func(f *centre.Fields) { f.NIK = f.NIK[:6] + "40" + f.NIK[8:] }), record.NIKImpossible, record.Error},
		{"NIK day 72", sealed(func(f *centre.Fields) { f.NIK = f.NIK[:6] + "72" + f.NIK[8:] }), record.NIKImpossible, record.Error},
		{"NIK 29 Feb 99", sealed(func(f *centre.Fields) { f.NIK = f.NIK[:6] + "290299" + f.NIK[12:] }), record.NIKImpossible, record.Error},
		{"NIK 29 Feb 00", sealed(func(f *centre.Fields) { f.NIK = f.NIK[:6] + "290200" + f.NIK[12:] }), record.NIKDateDiffers, record.Warning},
		{"NIK of a woman", born("12-11-1987", "9901015211870001", "LAKI-LAKI"), record.NIKSexContradicts, record.Error},
		{"NIK of another woman", born("12-11-1987", "9901015311870001", "LAKI-LAKI"), record.NIKSexDiffers, record.Warning},
		{"real region on a true record", func(r *centre.Record) { r.Specimen = false }, record.RegionUnknown, record.Warning},
		{"no such province", sealed(func(f *centre.Fields) { f.NIK = "20" + f.NIK[2:] }), record.RegionUnknown, record.Warning},
		{"birth date", sealed(func(f *centre.Fields) { f.BirthDate = "31-02-1990" }), record.DateImpossible, record.Error},
		{"birth date form", sealed(func(f *centre.Fields) { f.BirthDate = "1990-02-01" }), record.DateImpossible, record.Error},
		{"birth in future", sealed(func(f *centre.Fields) { f.BirthDate = "31-12-2027" }), record.DateImpossible, record.Error},
		{"issue date", sealed(func(f *centre.Fields) { f.DateOfIssue = "soon" }), record.DateImpossible, record.Error},
		{"issued later", sealed(func(f *centre.Fields) { f.DateOfIssue = "01-01-2030" }), record.IssuedLater, record.Warning},
		{"WNI with a date", sealed(func(f *centre.Fields) { f.ValidUntil = "01-01-2030" }), record.ValidityWrong, record.Error},
		{"WNI of another country", sealed(func(f *centre.Fields) { f.Nationality = "JAPAN" }), record.KindContradicts, record.Error},
		{"WNA for life", func(r *centre.Record) { r.Kind = "WNA"; r.Fields.Nationality = "JAPAN" }, record.ValidityWrong, record.Error},
		{"WNA over", func(r *centre.Record) {
			r.Kind, r.Fields.Nationality, r.Fields.ValidUntil = "WNA", "JAPAN", "18-11-2026"
		}, record.ValidityWrong, record.Error},
		{"religion", sealed(func(f *centre.Fields) { f.Religion = "JEDI" }), record.ReligionUnknown, record.Warning},
		{"occupation", sealed(func(f *centre.Fields) { f.Occupation = "PEMBUAT APLIKASI" }), record.OccupationUnknown, record.Warning},
		{"marital", sealed(func(f *centre.Fields) { f.Marital = "KAWIN BELUM TERCATAT" }), record.MaritalUnknown, record.Warning},
		{"sex", sealed(func(f *centre.Fields) { f.Sex = "L" }), record.SexUnknown, record.Warning},
		{"blood", sealed(func(f *centre.Fields) { f.Blood = "A++" }), record.BloodUnknown, record.Warning},
		{"one word", sealed(func(f *centre.Fields) { f.Name = "SUKARNO" }), record.NameOneWord, record.Warning},
		{"apostrophe", sealed(func(f *centre.Fields) { f.Name = "NUR'AINI PUTRI" }), record.NameCharacters, record.Warning},
		{"RT", sealed(func(f *centre.Fields) { f.RT = "3" }), record.RTRWUnusual, record.Warning},
		{"photo cut", func(r *centre.Record) { r.Photo = r.Photo[:200] }, record.PhotoBroken, record.Error},
		{"photo PNG", func(r *centre.Record) { r.Photo = r.Signature }, record.PhotoBroken, record.Error},
		{"photo small", func(r *centre.Record) { r.Photo = picture(118, 150) }, record.PhotoSize, record.Error},
		{"photo square", func(r *centre.Record) { r.Photo = picture(300, 300) }, record.PhotoSize, record.Error},
		{"photo huge", func(r *centre.Record) { r.Photo = claiming(r.Photo, 60000, 60000) }, record.PhotoBroken, record.Error},
		{"signature cut", func(r *centre.Record) { r.Signature = r.Signature[:40] }, record.SignatureBroken, record.Error},
		{"signature huge", func(r *centre.Record) { r.Signature = blank(2401, 20) }, record.SignatureBroken, record.Error},
		{"no 6FF4", func(r *centre.Record) { delete(r.Chip, "6FF4") }, record.ChipFileMissing, record.Error},
		{"6FF0", func(r *centre.Record) { r.Chip["6FF0"] = []byte{0, 1, 1} }, record.ChipFileMissing, record.Error},
		{"length bytes", func(r *centre.Record) { r.Chip["6FF3"][1]++ }, record.ChipFileLength, record.Error},
		{"empty file", func(r *centre.Record) { r.Chip["6FF4"] = nil }, record.ChipFileLength, record.Error},
		{"raster size", file("6FF3", make([]byte, 925)), record.ChipFileLength, record.Error},
		{"6FF6 of 64", file("6FF6", make([]byte, 64)), record.ChipFileLength, record.Error},
		{"chip photo broken", file("6FF2", []byte("no picture")), record.ChipPhotoBroken, record.Error},
		{"chip photo of another", func(r *centre.Record) { r.Chip["6FF2"] = other.Chip["6FF2"] }, record.ChipPhotoDiffers, record.Error},
		{"biodata short", file("6FF1", []byte(`"1","2"`)), record.BiodataBroken, record.Error},
		{"biodata bytes", file("6FF1", []byte("\"\xff\"")), record.BiodataBroken, record.Error},
		{"biodata of another", func(r *centre.Record) { r.Chip["6FF1"] = other.Chip["6FF1"] }, record.BiodataDiffers, record.Error},
	} {
		r := rs[0].Clone()
		x.do(&r)
		found := record.Check(parsed(t, r), now())
		hit := false
		for _, f := range found {
			hit = hit || f.Code == x.code && f.Severity == x.severity
		}
		if !hit {
			t.Errorf("%s: want %s, found %s", x.name, x.code, codes(found))
		}
	}
}

func born(date, nik, sex string) func(*centre.Record) {
	return func(r *centre.Record) { r.Fields.BirthDate, r.Fields.NIK, r.Fields.Sex = date, nik, sex }
}

func lengthened(content []byte) []byte {
	return append([]byte{byte(len(content) >> 8), byte(len(content))}, content...)
}

func picture(w, h int) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, w, h)), nil)
	return b.Bytes()
}

func blank(w, h int) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)))
	return b.Bytes()
}

// claiming changes the size in a JPEG's frame header: a bomb.
func claiming(data []byte, w, h int) []byte {
	out := bytes.Clone(data)
	i := bytes.Index(out, []byte{0xFF, 0xC0})
	copy(out[i+5:], []byte{byte(h >> 8), byte(h), byte(w >> 8), byte(w)})
	return out
}

func TestChipBudget(t *testing.T) {
	r := made(t, newCentre(3, 0), 1)[0]
	others := 53
	for fid, content := range r.Chip {
		if fid != "6FF4" {
			others += len(content)
		}
	}
	for _, x := range []struct {
		size int
		want bool
	}{{8192 - others, false}, {8193 - others, true}} {
		r := r.Clone()
		r.Chip["6FF4"] = lengthened(make([]byte, x.size-2))
		found := codes(record.Check(parsed(t, r), now()))
		if strings.Contains(found, string(record.ChipTooLarge)) != x.want {
			t.Errorf("6FF4 of %d bytes: %s", x.size, found)
		}
	}
}

func TestAge(t *testing.T) {
	base := made(t, newCentre(3, 0), 1)[0]
	for _, x := range []struct {
		birth, status string
		want          bool
	}{
		{"20-11-2009", "BELUM KAWIN", false}, // 17 today
		{"21-11-2009", "BELUM KAWIN", true},
		{"21-11-2009", "KAWIN", false},
		{"21-11-2009", "CERAI HIDUP", false},
		{"29-02-2008", "BELUM KAWIN", false},
	} {
		r := base.Clone()
		r.Fields.BirthDate, r.Fields.Marital = x.birth, x.status
		found := codes(record.Check(parsed(t, r), now()))
		if strings.Contains(found, string(record.TooYoung)) != x.want {
			t.Errorf("%v: %s", x, found)
		}
	}
}

// Findings and faults go to logs and reason files: none may carry a value.
func TestFindingsCarryNoPersonalData(t *testing.T) {
	c := newCentre(5, 0)
	r, k := made(t, c, 1)[0], keysOf(t, c)
	for _, f := range centre.Flaws() {
		envelope, err := c.Flawed(r, f)
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		got, err := record.Open(envelope, k)
		if err != nil {
			said.WriteString(err.Error())
		} else {
			fmt.Fprintf(&said, "%+v %v %#v", record.Check(got, now()), got, got)
		}
		for _, secret := range []string{r.Fields.NIK, r.Fields.Name, r.Fields.Address, r.Fields.BirthDate} {
			if strings.Contains(said.String(), secret) {
				t.Errorf("%s: personal data in %s", f, said.String())
			}
		}
	}
}

func TestRecordLogsRedacted(t *testing.T) {
	r := parsed(t, made(t, newCentre(5, 0), 1)[0])
	var b bytes.Buffer
	log := zerolog.New(&b)
	log.Info().Object("record", r).Interface("again", r).Msg("")
	for _, l := range r.Fields.Lines() {
		if len(l.Value) > 3 && strings.Contains(b.String(), l.Value) && l.Value != string(r.Kind) {
			t.Errorf("the log holds %s", l.Name)
		}
	}
	if !strings.Contains(b.String(), r.ID) {
		t.Error("the log does not name the record")
	}
}

func TestOpenRefusesEachFlaw(t *testing.T) {
	c := newCentre(11, 0)
	k := keysOf(t, c)
	want := map[centre.Flaw]drivers.Code{
		centre.Broken: record.EnvelopeBroken, centre.Cut: record.EnvelopeBroken, centre.Garbage: record.EnvelopeBroken,
		centre.Unsigned: record.EnvelopeUnsigned, centre.ForeignStation: record.EnvelopeForeign,
		centre.UnknownCentre: record.CentreUnknown, centre.Forged: record.SignatureWrong, centre.NotARecord: record.NotARecord,
		centre.Expired: record.RecordExpired, centre.BadPortrait: record.PhotoBroken, centre.BadChipPhoto: record.ChipPhotoBroken,
		centre.ChipTooLarge: record.ChipTooLarge, centre.WrongLength: record.ChipFileLength, centre.ImpossibleNIK: record.NIKImpossible,
		centre.WrongSexNIK: record.NIKSexContradicts, centre.ChipSignature: record.ChipSignatureBad,
		centre.OtherPerson: record.ChipPhotoDiffers, centre.OtherName: record.BiodataDiffers, centre.Underage: record.TooYoung,
		centre.MisenteredNIK: "",
	}
	r := made(t, c, 1)[0]
	for _, f := range centre.Flaws() {
		code, known := want[f]
		if !known {
			t.Errorf("no expectation for the flaw %s", f)
			continue
		}
		envelope, err := c.Flawed(r, f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := record.Open(envelope, k)
		if err == nil {
			err = record.Blocking(record.Check(got, now()))
		}
		switch {
		case code == "" && err != nil:
			t.Errorf("%s: %v", f, err)
		case code != "" && !errors.Is(err, code):
			t.Errorf("%s: want %s, got %v", f, code, err)
		}
	}
}

func TestOpenKeepsWhatTheCentreSigned(t *testing.T) {
	c := newCentre(12, 1)
	k := keysOf(t, c)
	for _, r := range made(t, c, 3) {
		envelope, err := c.Envelope(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := record.Open(envelope, k)
		if err != nil {
			t.Fatal(err)
		}
		if got.ID != r.ID || got.Fields.Name != r.Fields.Name || !bytes.Equal(got.Chip["6FF2"], r.Chip["6FF2"]) || !got.Cleared.Equal(r.Cleared) {
			t.Error("the record changed on its way")
		}
		if got.SignedBy != c.CentreKey().KeyID {
			t.Errorf("signed by %q", got.SignedBy)
		}
	}
}

// A manifest and an outcome are signed by known keys too; neither may pass as a record.
func TestTypesAreNotInterchangeable(t *testing.T) {
	c := newCentre(12, 0)
	k := keysOf(t, c)
	m, err := c.Manifest(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := k.Verify(m, record.TypeManifest); err != nil {
		t.Error(err)
	}
	if _, _, err := k.Verify(m, record.TypeRecord); !errors.Is(err, record.EnvelopeBroken) {
		t.Errorf("a manifest passed as a record: %v", err)
	}
	if !record.IsManifest(m) || record.IsManifest("a.b.c") || record.IsManifest("") {
		t.Error("IsManifest")
	}
}

func TestLoadKeysRefuses(t *testing.T) {
	c := newCentre(1, 0)
	for name, spoil := range map[string]func(dir string){
		"nothing":        func(dir string) { remove(t, dir, "station.jwk") },
		"no centre":      func(dir string) { remove(t, dir, "centre.jwk") },
		"public station": func(dir string) { copyKey(t, dir, "centre.jwk", "station.jwk") },
		// With the centre's private key a thief of the station could make people.
		"private centre": func(dir string) { copyKey(t, dir, "station.jwk", "centre.jwk") },
		"garbage":        func(dir string) { write(t, dir, "station.jwk", "{") },
		"no kid":         func(dir string) { write(t, dir, "station.jwk", `{"kty":"oct","k":"AAAA"}`) },
	} {
		dir := t.TempDir()
		if err := c.WriteKeys(dir); err != nil {
			t.Fatal(err)
		}
		spoil(dir)
		if _, err := record.LoadKeys(dir); !errors.Is(err, record.KeysUnusable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k := keysOf(t, c)
	if s := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); s != "keys keys keys keys" {
		t.Errorf("keys print as %s", s)
	}
}

func FuzzParse(f *testing.F) {
	good, err := json.Marshal(made(f, newCentre(1, 0), 1)[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"v":1,"chip":{"6FF1":"AAA="}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		r, err := record.Parse(payload)
		if err != nil {
			if r != nil || !errors.Is(err, record.NotARecord) {
				t.Fatalf("%v", err)
			}
			return
		}
		record.Check(r, now())
		_ = record.Guard(r, r.Chip, image.NewUniform(color.Black), record.Keys{})
	})
}

// FuzzPictures reaches the decoders, which a changed JSON rarely does.
func FuzzPictures(f *testing.F) {
	r := made(f, newCentre(1, 0), 1)[0]
	f.Add(r.Photo, r.Signature, r.Chip["6FF1"], r.Chip["6FF2"])
	f.Add(claiming(r.Photo, 65535, 65535), r.Signature, []byte{0, 0}, []byte{255, 255})
	base := parsed(f, r)
	f.Fuzz(func(t *testing.T, photo, sign, biodata, chipPhoto []byte) {
		r := *base
		r.Photo, r.Signature = photo, sign
		r.Chip = drivers.Files{"6FF1": biodata, "6FF2": chipPhoto, "6FF3": base.Chip["6FF3"], "6FF4": base.Chip["6FF4"], "6FF5": base.Chip["6FF5"], "6FF6": base.Chip["6FF6"]}
		record.Check(&r, now())
	})
}

// BenchmarkCheck: what the preflight of one card costs, pictures included.
func BenchmarkCheck(b *testing.B) {
	r := parsed(b, made(b, newCentre(1, 0), 1)[0])
	for b.Loop() {
		if record.Blocking(record.Check(r, now())) != nil {
			b.Fatal("refused")
		}
	}
}
