package report

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"
)

// writeCSV gives the paper by RFC 4180 in UTF-8: lines of label and value, then each table after an empty line, under its
// title and heads. Numbers stand without separators, times as ISO 8601, so that a program can read them.
func writeCSV(d document) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	row := func(cells ...string) {
		for i := range cells {
			cells[i] = harmless(cells[i])
		}
		_ = w.Write(cells) // a buffer takes everything; Flush is asked below
	}
	o := d.office
	row("Judul", d.title)
	for _, p := range (pairs{
		{"Nomor", d.number}, {"Perihal", d.about}, {"Pemerintah", o.Government}, {"Kantor", o.Name}, {"Alamat", o.Address},
		{"Stasiun", o.Station}, {"Meja", o.Desk}, {"Tempat", o.Place}, {"Sumber", d.foot},
	}) {
		if p.value != "" {
			row(p.label, p.value)
		}
	}
	row("Tanggal", d.at.Format(time.RFC3339))
	if word, _ := o.across(); word != "" {
		row("Status", word)
	}
	for _, p := range d.flat() {
		csvPart(row, p)
	}
	row()
	row("Peran", "Nama", "Keterangan")
	for _, r := range d.signers {
		for _, s := range r {
			row(s.Role, s.Name, s.ID)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func csvPart(row func(...string), p part) {
	switch p := p.(type) {
	case prose:
		row("Keterangan", string(p))
	case headline:
		row("Keterangan", string(p))
	case pairs:
		row()
		for _, e := range p {
			row(e.label, e.value)
		}
	case mono:
		if len(p.words) == 0 {
			return
		}
		row()
		row(p.title)
		for _, w := range p.words {
			row(w)
		}
	case picture:
		if p.caption != "" {
			row("Foto", p.caption)
		}
	case table:
		row()
		if p.title != "" {
			row(p.title)
		}
		heads := make([]string, len(p.columns))
		for i, c := range p.columns {
			heads[i] = c.head
		}
		row(heads...)
		for _, r := range p.rows {
			row(figures(r)...)
		}
		if p.total != nil {
			row(figures(p.total)...)
		}
	}
}

func figures(cells []any) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case int:
			out[i] = strconv.Itoa(c)
		case change:
			out[i] = strconv.Itoa(int(c))
		case percent:
			out[i] = strconv.FormatFloat(float64(c), 'f', 2, 64)
		case day:
			out[i] = time.Time(c).Format(time.DateOnly)
		case minute:
			out[i] = time.Time(c).Format(time.RFC3339)
		default:
			out[i] = text(c)
		}
	}
	return out
}

// harmless keeps a spreadsheet from taking a text for a formula: a name typed as "=..." stays a name. Numbers pass.
func harmless(s string) string {
	if s == "" || s == "-" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}
