package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var into = flag.String("into", "", "write every sample paper into this folder, to look at")

func make1(t *testing.T, f Format, p Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLook writes the papers where they can be looked at.
func TestLook(t *testing.T) {
	if *into == "" {
		t.Skip("only with -into FOLDER: for eyes")
	}
	for _, s := range samples() {
		for _, f := range Formats() {
			if d, _ := s.paper.document(); d.letter && f != PDF {
				continue
			}
			if err := os.WriteFile(filepath.Join(*into, s.name+"."+string(f)), make1(t, f, s.paper), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
