package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/station/papers"
)

// TestReport makes papers of a station where blanks came and two were missed, in every format, and asks for what there is not. Every
// paper of fuller books is in station/papers.
func TestReport(t *testing.T) {
	s := startStrict(t, "--records", "3", "--blanks", "10")
	s.do("rina", "budi", "stock", "receive", "50", "--document", "BA-9", "--party", "Pusat", "--box", "K-1=50")
	s.do("rina", "budi", "stock", "adjust", "1", "--from", "vault", "--to", "missing", "--cause", "adjust:count", "--document", "SL-9")
	out := t.TempDir()
	magic := map[string]string{"pdf": "%PDF-", "xlsx": "PK\x03\x04", "csv": "Judul,"}
	for _, name := range []string{
		"daily.pdf", "daily.xlsx", "daily.csv", "monthly.pdf", "notice.pdf", "receipt.xlsx", "adjustment.pdf", "ageing.csv", "spoilage.pdf", "missing.xlsx",
	} {
		kind, ext, _ := strings.Cut(name, ".")
		s.do("siti", "", "report", kind, "-o", filepath.Join(out, name))
		if b, err := os.ReadFile(filepath.Join(out, name)); err != nil || !bytes.HasPrefix(b, []byte(magic[ext])) {
			t.Errorf("%s: %v, %.10q", name, err, b)
		}
	}
	var listed []papers.Listed
	if err := json.Unmarshal([]byte(s.do("ayu", "", "report", "list", "--json")), &listed); err != nil || len(listed) != 3 {
		t.Errorf("%v: %+v", err, listed)
	}
	if text := s.do("ayu", "", "report", "receipt", "BA-9", "-o", filepath.Join(out, "ba.csv")); !strings.Contains(text, "ba.csv") {
		t.Errorf("%q", text)
	}
	if b, err := os.ReadFile(filepath.Join(out, "ba.csv")); err != nil || !strings.Contains(string(b), "1,K-1,WNI,-,-,50") || !strings.Contains(string(b), "SPESIMEN") {
		t.Errorf("%v\n%s", err, b)
	}

	none := filepath.Join(out, "none.pdf")
	for _, c := range []struct {
		code string
		who  string
		args []string
	}{
		{"W-107", "rina", []string{"receipt", "BA-0", "-o", none}}, {"W-107", "rina", []string{"certificate", "-o", none}}, {"W-107", "rina", []string{"shipping", "-o", none}},
		{"W-107", "rina", []string{"daily", "--from", "01-01-2099", "-o", none}}, {"W-104", "rina", []string{"daily", "-o", filepath.Join(out, "none.doc")}},
		{"K-105", "rina", []string{"destruction", "--photo", filepath.Join(out, "no.jpg"), "-o", none}}, {"K-105", "rina", []string{"daily", "-o", filepath.Join(out, "no", "none.pdf")}},
		{"U-104", "joko", []string{"daily", "-o", none}},
	} {
		s.refused(c.code, c.who, "", append([]string{"report"}, c.args...)...)
	}
	for _, args := range [][]string{
		{}, {"gift"}, {"daily", "X"}, {"receipt", "A", "B"}, {"daily", "--from", "2026-11-21"}, {"spoilage", "--to", "01-11-2026"},
		{"spoilage", "--from", "02-11-2026", "--to", "01-11-2026"}, {"list", "X"},
	} {
		if code, _, errs := s.as("rina", "", append([]string{"report"}, args...)...); code != exitUsage {
			t.Errorf("report %v: exit %d\n%s", args, code, errs)
		}
	}
	if left, err := filepath.Glob(filepath.Join(out, "none*")); err != nil || len(left) > 0 {
		t.Errorf("a refused paper left %v, %v", left, err)
	}
}
