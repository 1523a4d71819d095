package certificate_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cetak/station/certificate"
)

// The page an auditor works from must be true: its example is proved, and every name in the form is on it.
func TestPage(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "shift-certificate.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	example := regexp.MustCompile("(?s)```jws\n(.*?)\n```").FindStringSubmatch(page)
	print := regexp.MustCompile(`fingerprint .([0-9a-f]{64}).`).FindStringSubmatch(page)
	if example == nil || print == nil {
		t.Fatal("docs/shift-certificate.md has no example")
	}
	file := strings.Join(strings.Fields(example[1]), "") + "\n"
	p, err := certificate.Verify([]byte(file), nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.Fingerprint != print[1] {
		t.Errorf("signed by %s, the page says %s", p.Fingerprint, print[1])
	}
	if p.Certificate.Shift != "2026-03-02-1" || p.Certificate.Stock[0].Good != 2 {
		t.Errorf("%+v", p.Certificate)
	}
	for _, name := range regexp.MustCompile(`json:"(\w+)`).FindAllStringSubmatch(source(t), -1) {
		if !strings.Contains(page, "`"+name[1]+"`") {
			t.Errorf("the page does not name %s", name[1])
		}
	}
}

func source(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("certificate.go")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
