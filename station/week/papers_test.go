package week

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"cetak/station/config"
)

// letterhead is what stands on the papers: an office of no country.
func (d *desk) letterhead() {
	d.t.Helper()
	c, err := config.Load(d.station())
	d.must(err)
	c.Letterhead.Government, c.Letterhead.Place = "PEMERINTAH KABUPATEN CONTOH", "Contoh"
	c.Letterhead.Address = "Jalan Contoh Nomor 1, Contoh"
	c.Letterhead.Hours = "Senin sampai Jumat 08.00 sampai 15.30, Sabtu 08.00 sampai 12.00"
	c.Letterhead.Complaints = "Inspektorat Kabupaten Contoh"
	d.must(config.Save(d.station(), c))
}

// papers makes every paper of the week: those with a number from the list, and those of a day, a month, or a moment.
func (w *week) papers() {
	w.at(5, "12:15")
	for _, d := range []*desk{w.first, w.other} {
		var listed []struct{ Kind, Number string }
		d.ask(&listed, "rina", "", "report", "list")
		kinds := map[string]bool{}
		for _, l := range listed {
			kinds[l.Kind] = true
			d.paper(l.Kind, l.Number, "pdf")
		}
		want := []string{"transfer", "adjustment", "destruction", "loan", "certificate"}
		if d == w.first { // what comes from the centre, goes back to it, and is shipped passes desk 1
			want = append(want, "receipt", "return", "shipping")
		}
		for _, kind := range want {
			if !kinds[kind] {
				w.t.Errorf("desk %s: no paper of kind %s in the list: %v", d.name, kind, listed)
			}
		}
		for day := range 6 {
			d.paper("daily", "", "pdf", "--from", w.monday.AddDate(0, 0, day).Format("02-01-2006"))
		}
		d.paper("daily", "", "csv", "--from", w.monday.AddDate(0, 0, 3).Format("02-01-2006"))
		for _, format := range []string{"pdf", "xlsx", "csv"} {
			d.paper("monthly", "", format, "--from", "11-2026")
			d.paper("spoilage", "", format, "--from", w.monday.Format("02-01-2006"), "--to", w.monday.AddDate(0, 0, 5).Format("02-01-2006"))
		}
		d.paper("ageing", "", "pdf")
		d.paper("ageing", "", "xlsx")
		d.paper("notice", "", "pdf")
		if d == w.first { // desk 2 has found what it missed
			d.paper("missing", "", "pdf")
		}
	}
	w.pictures()
}

var plain = regexp.MustCompile(`[^A-Za-z0-9]+`)

// paper makes one into the folder of its desk.
func (d *desk) paper(kind, number, format string, more ...string) {
	d.t.Helper()
	name := []string{kind}
	args := []string{"report", kind}
	if number != "" {
		name, args = append(name, plain.ReplaceAllString(number, "-")), append(args, number)
	}
	if kind == "daily" {
		name = append(name, more[len(more)-1])
	}
	file := filepath.Join(d.w.out, "desk-"+d.name, strings.Join(name, "-")+"."+format)
	d.must(os.MkdirAll(filepath.Dir(file), 0o755))
	d.do("rina", "", append(append(args, more...), "-o", file)...)
	d.must(os.Chmod(file, 0o644))
}

// pictures draws every page of every PDF, and holds each to have words on it.
func (w *week) pictures() {
	files, err := filepath.Glob(filepath.Join(w.out, "desk-*", "*.pdf"))
	if err != nil || len(files) < 40 {
		w.t.Fatalf("only %d papers (%v)", len(files), err)
	}
	for _, f := range files {
		text, err := exec.Command("pdftotext", "-layout", f, "-").Output()
		if err != nil {
			w.t.Fatalf("%s: %v: install poppler-utils (make setup)", f, err)
		}
		if words := len(strings.Fields(string(text))); words < 30 {
			w.t.Errorf("%s has %d words", f, words)
		}
		if out, err := exec.Command("pdftoppm", "-r", "80", "-png", f, strings.TrimSuffix(f, ".pdf")).CombinedOutput(); err != nil {
			w.t.Fatalf("%s: %v\n%s", f, err, out)
		}
	}
	w.tell("%d papers as PDF in %s", len(files), w.out)
	fmt.Println("papers:", w.out)
}
