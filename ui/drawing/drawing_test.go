package drawing

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cetak/station/advice"
)

var update = flag.Bool("update", false, "write docs/pictures/advice/*.svg")

const folderOfDocs = "../../docs/pictures/advice"

// Every picture that advice names is drawn, and none is drawn for nothing.
func TestEveryPictureOfAdviceIsDrawn(t *testing.T) {
	used := map[string]bool{}
	for _, code := range advice.Codes() {
		c, _ := advice.For(code, "id")
		used[c.Picture.Name] = true
		if SVG(c.Picture.Name) == nil {
			t.Errorf("%s: nobody has drawn %q", code, c.Picture.Name)
		}
	}
	used[advice.Where("id").Name] = true
	for _, name := range Names() {
		if !used[name] {
			t.Errorf("no advice shows %q", name)
		}
	}
	if SVG("nothing") != nil {
		t.Error("a picture without a name")
	}
}

// Every picture is sound XML, has one thing in the strongest colour, and no two are the same.
func TestPictures(t *testing.T) {
	same := map[string]string{}
	for _, name := range Names() {
		raw := SVG(name)
		for d := xml.NewDecoder(bytes.NewReader(raw)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if !strings.Contains(string(raw), hotEdge) {
			t.Errorf("%s shows nothing to touch", name)
		}
		if other := same[string(raw)]; other != "" {
			t.Errorf("%s is %s again", name, other)
		}
		same[string(raw)] = name
		if !bytes.Equal(raw, SVG(name)) {
			t.Errorf("%s is drawn otherwise the second time", name)
		}
	}
}

// The pictures of the manual are those of the program; -update writes them.
func TestDocs(t *testing.T) {
	have, err := filepath.Glob(filepath.Join(folderOfDocs, "*.svg"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range have {
		if !slices.Contains(Names(), strings.TrimSuffix(filepath.Base(path), ".svg")) {
			t.Errorf("%s is a picture of nothing: take it away", path)
		}
	}
	for _, name := range Names() {
		path := filepath.Join(folderOfDocs, name+".svg")
		if *update {
			if err := os.MkdirAll(folderOfDocs, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, SVG(name), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(raw, SVG(name)) {
			t.Errorf("%s is stale: make docs", path)
		}
	}
}
