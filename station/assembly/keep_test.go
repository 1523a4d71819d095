package assembly

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cetak/station/config"
)

// A photograph is kept under its digest, as often as it is asked for; what cannot be written leaves nothing behind.
func TestKeepPhoto(t *testing.T) {
	dir, from := t.TempDir(), filepath.Join(t.TempDir(), "foto.jpg")
	if err := os.WriteFile(from, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // of "abc", FIPS 180-4
	for range 2 {
		p, err := KeepPhoto(dir, from)
		if err != nil || p.File != "foto.jpg" || p.SHA256 != digest {
			t.Fatalf("%+v, %v", p, err)
		}
	}
	kept, err := os.ReadDir(filepath.Join(dir, PhotoFolder))
	if err != nil || len(kept) != 1 || kept[0].Name() != digest {
		t.Errorf("%v, %v", kept, err)
	}
	if _, err := KeepPhoto(dir, filepath.Join(dir, "none.jpg")); !errors.Is(err, config.Unreadable) {
		t.Errorf("%v", err)
	}
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Keep(taken, []byte("abc")); !errors.Is(err, config.Unreadable) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(taken + ".part"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a file is left: %v", err)
	}
}
