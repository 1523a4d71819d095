package main

import (
	"os"
	"path/filepath"
	"testing"

	"cetak/ui/model"
)

// What each person likes outlives the program; a file that is no such file is as none.
func TestTastes(t *testing.T) {
	dir := t.TempDir()
	large := model.Taste{Lang: "id", Text: model.TextLargest}
	readTastes(dir).Keep("siti", large)
	again := readTastes(dir)
	if got := again.Of("siti"); got != large {
		t.Errorf("siti likes %+v, want %+v", got, large)
	}
	if got := again.Of("rina"); got != (model.Taste{}) {
		t.Errorf("rina likes %+v", got)
	}
	if err := os.WriteFile(filepath.Join(dir, tastesFile), []byte("null"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := readTastes(dir)
	broken.Keep("", large)
	if got := readTastes(dir).Of(""); got != large {
		t.Errorf("after a broken file: %+v", got)
	}
	readTastes(filepath.Join(dir, "none")).Keep("siti", large) // nowhere to write: told to the log only
}
