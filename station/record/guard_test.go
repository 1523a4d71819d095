package record_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"cetak/drivers"
	"cetak/hwsim/centre"
	"cetak/station/record"
)

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func copyKey(t *testing.T, dir, from, to string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, from))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, to, string(data))
}

// opened takes records through their envelopes, as the station gets them.
func opened(t *testing.T, c *centre.Centre, n int) ([]*record.Record, record.Keys) {
	t.Helper()
	k := keysOf(t, c)
	var rs []*record.Record
	for _, r := range made(t, c, n) {
		envelope, err := c.Envelope(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := record.Open(envelope, k)
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, got)
	}
	return rs, k
}

// padded plays a card whose files are longer than their content.
func padded(files drivers.Files) drivers.Files {
	out := drivers.Files{}
	for fid, content := range files {
		out[fid] = append(bytes.Clone(content), 0, 0, 0, 0)
	}
	return out
}

func TestGuard(t *testing.T) {
	rs, k := opened(t, newCentre(21, 0), 2)
	r, other := rs[0], rs[1]
	mine, err := r.Portrait()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := other.Portrait()
	if err != nil {
		t.Fatal(err)
	}
	_, strangers := opened(t, newCentre(22, 0), 0)
	with := func(change func(drivers.Files)) drivers.Files {
		files := padded(r.Chip)
		change(files)
		return files
	}
	for _, x := range []struct {
		name    string
		files   drivers.Files
		printed image.Image
		keys    record.Keys
		want    drivers.Code
	}{
		{"good", r.Chip, mine, k, ""},
		{"good, padded", padded(r.Chip), mine, k, ""},
		{"another's card", other.Chip, mine, k, record.GuardFieldsDiffer},
		{"another's biodata", with(func(f drivers.Files) { f["6FF1"] = other.Chip["6FF1"] }), mine, k, record.GuardFieldsDiffer},
		{"no biodata", with(func(f drivers.Files) { delete(f, "6FF1") }), mine, k, record.GuardFileMissing},
		{"biodata cut", with(func(f drivers.Files) { f["6FF1"] = f["6FF1"][:9] }), mine, k, record.GuardFileMissing},
		{"another's portrait", with(func(f drivers.Files) { f["6FF2"] = other.Chip["6FF2"] }), mine, k, record.GuardPhotoDiffers},
		{"portrait flipped", with(func(f drivers.Files) { f["6FF2"][2] ^= 0xFF }), mine, k, record.GuardPhotoUnusable},
		{"no portrait", with(func(f drivers.Files) { delete(f, "6FF2") }), mine, k, record.GuardFileMissing},
		{"another's face printed", r.Chip, theirs, k, record.GuardPrintDiffers},
		{"white printed", r.Chip, image.NewGray(image.Rect(0, 0, 236, 300)), k, record.GuardPrintDiffers},
		{"nothing printed", r.Chip, nil, k, record.GuardPrintDiffers},
		{"endless image", r.Chip, image.NewUniform(color.Black), k, record.GuardPrintDiffers},
		{"minutiae exchanged", with(func(f drivers.Files) { f["6FF4"], f["6FF5"] = f["6FF5"], f["6FF4"] }), mine, k, record.GuardSignatureBad},
		{"ink flipped", with(func(f drivers.Files) { f["6FF3"][500] ^= 1 }), mine, k, record.GuardSignatureBad},
		{"signature of another", with(func(f drivers.Files) { f["6FF6"] = other.Chip["6FF6"] }), mine, k, record.GuardSignatureBad},
		{"signature with a tail", with(func(f drivers.Files) { f["6FF6"][70] = 1 }), mine, k, record.GuardSignatureBad},
		{"no signature", with(func(f drivers.Files) { delete(f, "6FF6") }), mine, k, record.GuardFileMissing},
		{"no minutiae", with(func(f drivers.Files) { delete(f, "6FF5") }), mine, k, record.GuardFileMissing},
		{"no keys", r.Chip, mine, record.Keys{}, record.GuardSignatureBad},
		{"strange keys", r.Chip, mine, strangers, record.GuardSignatureBad},
	} {
		err := record.Guard(r, x.files, x.printed, x.keys)
		if x.want == "" && err != nil || x.want != "" && !errors.Is(err, x.want) {
			t.Errorf("%s: want %q, got %v", x.name, x.want, err)
		}
		if err != nil && drivers.AsFault(err).Card != drivers.InMachine {
			t.Errorf("%s: the card is %q", x.name, drivers.AsFault(err).Card)
		}
	}
}
