package report

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"cetak/drivers"
	"cetak/station/ledger"
)

var (
	into   = flag.String("into", "", "write every sample paper into this folder, to look at")
	update = flag.Bool("update", false, "write the golden texts of the papers anew")
)

func made(t *testing.T, f Format, p Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// laid lays a paper out as Write does and holds every text to its place and its page.
func laid(t *testing.T, p Paper) *sheet {
	t.Helper()
	d, err := p.document()
	if err != nil {
		t.Fatal(err)
	}
	s, err := layOut(&d)
	if err != nil {
		t.Fatal(err)
	}
	held(t, s)
	return s
}

func held(t *testing.T, s *sheet) {
	t.Helper()
	pages := map[int]bool{}
	for _, m := range s.marks {
		pages[m.page] = true
		if m.x < marginSide-slack || m.x+m.width > s.width-marginSide+slack || m.x+m.width > m.limit+slack || m.bottom > s.height || m.top < 0 {
			t.Errorf("page %d: %q runs over: %.1f to %.1f mm, place ends at %.1f, page at %.1f", m.page, m.text, m.x, m.x+m.width, m.limit, s.width)
		}
	}
	for i, a := range s.marks {
		for _, b := range s.marks[i+1:] {
			const touch = 0.3 // line boxes may touch
			if a.page == b.page && a.x+a.width > b.x+touch && b.x+b.width > a.x+touch && a.bottom > b.top+touch*3 && b.bottom > a.top+touch*3 {
				t.Errorf("page %d: %q and %q lie over each other", a.page, a.text, b.text)
			}
		}
	}
	for n := 1; n <= s.pdf.PageCount(); n++ {
		if !pages[n] || !slices.ContainsFunc(s.marks, func(m mark) bool {
			return m.page == n && m.text == fmt.Sprintf("Halaman %d dari %d", n, s.pdf.PageCount())
		}) {
			t.Errorf("page %d of %d does not say so", n, s.pdf.PageCount())
		}
	}
}

// read gives the words of a laid-out paper in the order they were set.
func (s *sheet) read() string {
	var b strings.Builder
	page := 0
	for _, m := range s.marks {
		if m.page != page {
			page = m.page
			fmt.Fprintf(&b, "== page %d\n", page)
		}
		fmt.Fprintln(&b, m.text)
	}
	return b.String()
}

// Every paper says what its golden text says, in each format, with the same bytes each time, and hides what it must hide.
func TestEveryPaper(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			text := laid(t, s.paper).read()
			golden(t, s.name+".txt", text)
			d, _ := s.paper.document()
			for _, f := range Formats() {
				if d.letter && f != PDF {
					var b bytes.Buffer
					if err := Write(&b, f, s.paper); !errors.Is(err, UnknownFormat) || b.Len() > 0 {
						t.Errorf("a letter as %s: %v, %d bytes", f, err, b.Len())
					}
					continue
				}
				one := made(t, f, s.paper)
				if !bytes.Equal(one, made(t, f, s.paper)) {
					t.Errorf("two %s of the same data differ", f)
				}
				switch f {
				case CSV:
					golden(t, s.name+".csv", string(one))
					text += string(one)
				case XLSX:
					text += workbook(t, one)
				}
			}
			if nik := longDigits(text); nik != "" && !d.letter {
				t.Errorf("a whole NIK stands on the paper: %s", nik)
			}
			for _, want := range []string{"DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL", d.title, longDate(d.at)} {
				if flat := strings.Join(strings.Fields(text), " "); !strings.Contains(flat, want) {
					t.Errorf("%q is not on the paper", want)
				}
			}
		})
	}
}

// longDigits finds 16 digits in a row: what a NIK is.
func longDigits(s string) string {
	run := 0
	for i, r := range s {
		if r < '0' || r > '9' {
			run = 0
			continue
		}
		if run++; run == 16 && (i+1 == len(s) || s[i+1] < '0' || s[i+1] > '9') {
			return s[i-15 : i+1]
		}
	}
	return ""
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is no longer what the paper says; run with -update and read the difference\n%s", name, got)
	}
}

// workbook reads a workbook back, as a spreadsheet program would.
func workbook(t *testing.T, b []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all strings.Builder
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			fmt.Fprintln(&all, strings.Join(r, "\t"))
		}
	}
	return all.String()
}

// Numbers and dates of a workbook are numbers and dates.
func TestWorkbookTypes(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(made(t, XLSX, delivery(Receipt))))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(letterSheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for i, r := range rows {
		if len(r) > 5 && r[1] == "Jumlah" {
			found = true
			cell := fmt.Sprintf("F%d", i+1)
			kind, err := f.GetCellType(letterSheet, cell)
			if err != nil || r[5] != "520" || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
				t.Errorf("the sum in %s is %q of type %v, %v", cell, r[5], kind, err)
			}
		}
	}
	if !found {
		t.Errorf("no line of the sum in %v", rows)
	}
	table := table{columns: []column{left("a")}, rows: [][]any{{percent(12.5)}, {day(at21(1, 2))}, {minute(at21(1, 2))}}}
	b := made(t, XLSX, plainPaper{office(), []part{table}})
	if f, err = excelize.OpenReader(bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err = f.GetRows(letterSheet); err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(rows); !strings.Contains(text, "12.5%") || !strings.Contains(text, "21-11-2026]") || !strings.Contains(text, "21-11-2026 01:02") {
		t.Errorf("%v", rows)
	}
}

// plainPaper is a paper of any parts.
type plainPaper struct {
	office Office
	parts  []part
}

func (p plainPaper) document() (document, error) {
	return document{office: p.office, title: "UJI", at: at21(9, 0), parts: p.parts, signers: [][]Signer{{{Role: "A"}, {Role: "B"}}}}, nil
}

// A certificate stands on one page, whatever the shift made; with too many numbers their digest stands for them.
func TestCertificateIsOnePage(t *testing.T) {
	for _, n := range []int{0, 1, 79, 200, 400, 5000} {
		s := laid(t, certificate(n))
		if s.pdf.PageCount() != 1 {
			t.Errorf("%d cards: %d pages", n, s.pdf.PageCount())
		}
		brief := strings.Contains(s.read(), "SHA-256 dari daftarnya")
		if listed := n == 0 || strings.Contains(s.read(), uid(n-1)); listed == brief {
			t.Errorf("%d cards: listed %v, as a digest %v", n, listed, brief)
		}
	}
	c := certificate(3)
	for range 40 {
		c.Incident = append(c.Incident, strings.Repeat("panjang ", 40))
	}
	if err := Write(&bytes.Buffer{}, PDF, c); !errors.Is(err, TooLong) {
		t.Errorf("a certificate of more than a page: %v", err)
	}
}

// The signatures never stand on a page without anything they sign.
func TestSignaturesAreNotAlone(t *testing.T) {
	for n := 1; n < 90; n += 1 + n/12 {
		p := delivery(Receipt)
		p.Boxes = nil
		for i := range n {
			p.Boxes = append(p.Boxes, Box{Number: fmt.Sprintf("K-%03d", i), Type: ledger.WNI, Count: 10})
		}
		ship := ShippingList{Office: office(), Number: "1", At: at21(9, 0), To: "Kecamatan", Cards: cards(n)}
		age := Ageing{Office: office(), At: at21(9, 0)}
		for _, c := range cards(n) {
			age.Cards = append(age.Cards, Uncollected{c, ""})
		}
		for _, paper := range []Paper{p, ship, age} {
			s := laid(t, paper)
			last, words := s.pdf.PageCount(), 0
			for _, m := range s.marks {
				if m.page == last && m.text == "Contoh, 21 November 2026" {
					break
				}
				if m.page == last && m.top < s.height-marginBottom {
					words++
				}
			}
			if words == 0 {
				t.Errorf("%T with %d lines: the signatures stand alone", paper, n)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	change := func(change func(*DailySheet)) Paper { p := daily(); change(&p); return p }
	deliver := func(change func(*Delivery)) Paper { p := delivery(Receipt); change(&p); return p }
	cert := func(change func(*ShiftCertificate)) Paper { p := certificate(4); change(&p); return p }
	letter := func(change func(*Suket)) Paper { p := suket(); change(&p); return p }
	month := func(change func(*MonthlyBook)) Paper { p := monthly(); change(&p); return p }
	var destroy Destruction
	for _, s := range samples() {
		if d, ok := s.paper.(Destruction); ok {
			destroy = d
		}
	}
	burn := func(change func(*Destruction)) Paper {
		p := destroy
		p.Cards = slices.Clone(p.Cards)
		change(&p)
		return p
	}
	for _, c := range []struct {
		name  string
		paper Paper
		want  drivers.Code
	}{
		{"stock that does not add up", change(func(p *DailySheet) { p.Stock.WNI.Closing++ }), Unsound},
		{"stock below nothing", change(func(p *DailySheet) { p.Stock.WNA.Good, p.Stock.WNA.Closing = -1, 42 }), Unsound},
		{"good by reason and in all", change(func(p *DailySheet) { p.Printed = p.Printed[1:] }), Unsound},
		{"spoiled by cause and in all", change(func(p *DailySheet) { p.Spoiled = nil }), Unsound},
		{"a function that lost one", change(func(p *DailySheet) { p.Functions[0].Rejected-- }), Unsound},
		{"a day that does not follow", month(func(p *MonthlyBook) { p.Days = slices.Delete(p.Days, 3, 4) }), Unsound},
		{"a day of another month", month(func(p *MonthlyBook) { p.Month = p.Month.AddDate(0, 1, 0) }), Unsound},
		{"no number", deliver(func(p *Delivery) { p.Number = " " }), Incomplete},
		{"no date", deliver(func(p *Delivery) { p.At = time.Time{} }), Incomplete},
		{"no office", deliver(func(p *Delivery) { p.Office.Name = "" }), Incomplete},
		{"no box", deliver(func(p *Delivery) { p.Boxes = nil }), Incomplete},
		{"an empty box", deliver(func(p *Delivery) { p.Boxes[0].Count = 0 }), Unsound},
		{"a box twice", deliver(func(p *Delivery) { p.Boxes[1].Number = p.Boxes[0].Number }), Unsound},
		{"a note of two pages", deliver(func(p *Delivery) { p.Note = strings.Repeat("panjang ", 600) }), TooLong},
		{"no such act", deliver(func(p *Delivery) { p.Act = "gift" }), Incomplete},
		{"one witness", burn(func(p *Destruction) { p.Witnesses = p.Witnesses[:1] }), Incomplete},
		{"a card twice", burn(func(p *Destruction) { p.Cards = append(p.Cards, p.Cards[0]) }), Unsound},
		{"another photograph", burn(func(p *Destruction) { p.Photograph.Image = photo(3, 3) }), Unsound},
		{"an equation that is open", cert(func(p *ShiftCertificate) { p.Stock = []ShiftStock{{Type: ledger.WNI, Opening: 1}} }), Unsound},
		{"a chip twice", cert(func(p *ShiftCertificate) { p.UIDs[1] = p.UIDs[0] }), Unsound},
		{"one who closes", cert(func(p *ShiftCertificate) { p.ClosedBy[1] = "" }), Incomplete},
		{"a NIK of 15 digits", letter(func(p *Suket) { p.NIK = p.NIK[1:] }), Incomplete},
		{"a letter that ended before", letter(func(p *Suket) { p.Until = p.Issued }), Unsound},
		{"a torn portrait", letter(func(p *Suket) { p.Photo = p.Photo[:len(p.Photo)/2] }), BadPicture},
		{"no picture at all", letter(func(p *Suket) { p.Photo = []byte("GIF89a") }), BadPicture},
		{"a letter without a glyph", letter(func(p *Suket) { p.Name = "SITI 李" }), NoGlyph},
		{"bytes that are no text", deliver(func(p *Delivery) { p.Number = "470/\xff" }), NoGlyph},
		{"a letter of four bytes", deliver(func(p *Delivery) { p.Number = "470/😀" }), NoGlyph},
		{"a control sign", letter(func(p *Suket) { p.Name = "SITI\x07" }), NoGlyph},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			err := Write(&b, PDF, c.paper)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if b.Len() > 0 {
				t.Errorf("%d bytes were written all the same", b.Len())
			}
		})
	}
	for name, want := range map[string]error{"a.pdf": nil, "A.XLSX": nil, "x.y.csv": nil, "a.doc": UnknownFormat, "pdf": UnknownFormat, "": UnknownFormat} {
		if _, err := FormatOf(name); !errors.Is(err, want) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// FuzzPaper sets any text anywhere: it fits, or the paper is refused by name, and nothing runs over.
func FuzzPaper(f *testing.F) {
	f.Add("470/1", "Direktorat", "K-1", "Segel utuh", "Siti")
	f.Add(strings.Repeat("9", 300), strings.Repeat("W", 400), strings.Repeat("x", 90), strings.Repeat("kata ", 3000), strings.Repeat("Nama", 60))
	f.Add("=1+1", "-", "\"a\",b", "a\nb\n\nc", "ÄÖ é ß Ł")
	f.Add(" ", "\t", "", "\u00a0", "\ufeff")
	f.Fuzz(func(t *testing.T, number, party, box, note, name string) {
		p := Delivery{
			Office: office(), Act: Receipt, Number: number, At: at21(8, 15), Party: party, Note: note, Takes: Signer{Name: name, ID: party},
			Boxes: []Box{{Number: box, Type: ledger.WNI, Count: 5, First: number, Last: name}}, Witnesses: []Signer{{Name: name}},
		}
		p.Office.Address, p.Office.Desk = note, name
		d, err := p.document()
		if err == nil {
			err = d.complete()
		}
		if err == nil {
			var s *sheet
			if s, err = layOut(&d); err == nil {
				held(t, s)
			}
		}
		if err != nil && drivers.AsFault(err).Code == drivers.Unexpected {
			t.Fatalf("%v", err)
		}
		for _, f := range []Format{XLSX, CSV} {
			if err := Write(&bytes.Buffer{}, f, p); err != nil && drivers.AsFault(err).Code == drivers.Unexpected {
				t.Fatalf("%s: %v", f, err)
			}
		}
	})
}

// TestLook writes every paper in every format it has into a folder; with -into FOLDER they stay, for eyes.
func TestLook(t *testing.T) {
	folder := *into
	if folder == "" {
		folder = t.TempDir()
	}
	for _, s := range samples() {
		for _, f := range Formats() {
			if d, _ := s.paper.document(); d.letter && f != PDF {
				continue
			}
			if err := os.WriteFile(filepath.Join(folder, s.name+"."+string(f)), made(t, f, s.paper), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A table's heads and title never stand on a page without a row: also where the first row is the last and takes the signatures with it.
func TestHeadsAreNotAlone(t *testing.T) {
	for rows := 1; rows <= 2; rows++ {
		for lines := range 50 {
			parts := make([]part, 0, lines+1)
			for i := range lines {
				parts = append(parts, prose(fmt.Sprintf("baris %d", i)))
			}
			tab := table{title: "Judul tabel", columns: []column{left("Kepala"), number("Jumlah")}, total: []any{"Seluruhnya", rows}}
			for i := range rows {
				tab.rows = append(tab.rows, []any{fmt.Sprintf("isi %d", i), 1})
			}
			s := laid(t, plainPaper{office(), append(parts, tab)})
			on := map[string]int{}
			heads := map[int]bool{}
			for _, m := range s.marks {
				on[m.text] = m.page
				if m.text == "Kepala" {
					heads[m.page] = true
				}
			}
			if len(heads) != len(map[int]bool{on["isi 0"]: true, on[fmt.Sprintf("isi %d", rows-1)]: true}) || on["Judul tabel"] != on["isi 0"] || on["Seluruhnya"] != on[fmt.Sprintf("isi %d", rows-1)] {
				t.Errorf("%d rows after %d lines: heads on %v, the rest on %v", rows, lines, heads, on)
			}
		}
	}
}

// Only the paper breaks a word: a file for programs has it whole.
func TestHeadsAreWhole(t *testing.T) {
	for _, p := range []Paper{daily(), monthly()} {
		d, err := p.document()
		if err != nil {
			t.Fatal(err)
		}
		var broken []string
		for _, part := range d.flat() {
			tab, _ := part.(table)
			for _, c := range tab.columns {
				if c.narrow == "" {
					continue
				}
				broken = append(broken, c.narrow)
				if strings.ReplaceAll(strings.ReplaceAll(c.narrow, "- ", ""), " ", "") != c.head {
					t.Errorf("%q is broken as %q", c.head, c.narrow)
				}
			}
		}
		book, text := workbook(t, made(t, XLSX, p)), string(made(t, CSV, p))
		if len(broken) == 0 {
			t.Errorf("%T breaks no head: this test sees nothing", p)
		}
		for _, b := range broken {
			if strings.Contains(book, b) || strings.Contains(text, b) {
				t.Errorf("%T: %q stands in the file", p, b)
			}
		}
	}
}
