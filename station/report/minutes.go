package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"cetak/station/ledger"
)

func (p Adjustment) document() (document, error) {
	const title = "BERITA ACARA PENYESUAIAN STOK BLANGKO KTP-EL"
	if err := needs(title, "number", p.Number, "the reason", p.Reason, "who booked", p.Bookers[0].Name, "who booked second", p.Bookers[1].Name); err != nil {
		return document{}, err
	}
	counted := p.Counters != [2]Signer{}
	switch {
	case len(p.Lines) == 0:
		return document{}, refuse(Incomplete, title+": no account", nil)
	case counted && (p.Counters[0].Name == "" || p.Counters[1].Name == ""):
		return document{}, refuse(Incomplete, title+": who counted", nil)
	}
	t := table{columns: []column{number("No"), left("Tempat"), centre("Jenis"), number("Menurut buku"), number("Hasil hitung"), number("Selisih"), left("Sebab")}}
	if !counted {
		t.columns[3].head, t.columns[4].head = "Buku sebelum", "Buku sesudah"
	}
	var uids []string
	lost, found := 0, 0
	for i, l := range p.Lines {
		if l.Book < 0 || l.Counted < 0 {
			return document{}, unsound("%s: %s: book %d, counted %d", title, l.Account, l.Book, l.Counted)
		}
		diff := l.Counted - l.Book
		if len(l.UIDs) > max(diff, -diff) {
			return document{}, unsound("%s: %d chip numbers for a difference of %d", title, len(l.UIDs), diff)
		}
		if diff < 0 {
			lost -= diff
		} else {
			found += diff
		}
		uids = append(uids, l.UIDs...)
		t.rows = append(t.rows, []any{i + 1, AccountWords(l.Account), typeWords(l.Type), l.Book, l.Counted, change(diff), causeWords(l.Cause)})
	}
	if err := once(title, uids); err != nil {
		return document{}, err
	}
	d := document{office: p.Office, title: title, number: p.Number, at: p.At, foot: lineWords(p.Line)}
	people, opening := p.people()
	d.parts = []part{
		prose(today(p.At) + at(p.Office) + ", " + opening),
		people,
		prose("dengan hasil sebagai berikut:"),
		t,
		prose(fmt.Sprintf("Kurang %s, lebih %s. Keterangan: %s", pieces(lost), pieces(found), sentence(p.Reason))),
		mono{"Nomor chip (UID) yang bersangkutan", uids},
		prose("Selisih ini dibukukan sebagai gerakan tersendiri; angka yang lama tidak diubah. " + closing),
	}
	d.signers = append(p.signers(), []Signer{role(p.Approves, "Mengetahui")})
	return d, nil
}

// people names those who counted, where that is known, and those who booked, where they are others; opening begins the sentence.
func (p Adjustment) people() (people pairs, opening string) {
	if p.Counters == [2]Signer{} {
		return pairs{{"Dibukukan oleh", who(p.Bookers[0])}, {"", who(p.Bookers[1])}},
			"telah dibukukan penyesuaian stok blangko KTP-el oleh dua orang; buku tidak mencatat hitungan yang menemukan selisih ini:"
	}
	people = pairs{{"Penghitung pertama", who(p.Counters[0])}, {"Penghitung kedua", who(p.Counters[1])}}
	if !p.countersBooked() {
		people = append(people, pair{"Dibukukan oleh", who(p.Bookers[0])}, pair{"", who(p.Bookers[1])})
	}
	return people, "telah dilaksanakan penghitungan fisik blangko KTP-el oleh dua orang, masing-masing tanpa melihat angka buku:"
}

// countersBooked says whether the two who counted are the two who booked, in whatever order.
func (p Adjustment) countersBooked() bool {
	c, b := p.Counters, p.Bookers
	return c[0].Name == b[0].Name && c[1].Name == b[1].Name || c[0].Name == b[1].Name && c[1].Name == b[0].Name
}

func (p Adjustment) signers() [][]Signer {
	var rows [][]Signer
	if p.Counters != [2]Signer{} {
		rows = append(rows, []Signer{role(p.Counters[0], "Penghitung pertama"), role(p.Counters[1], "Penghitung kedua")})
	}
	if !p.countersBooked() {
		rows = append(rows, []Signer{role(p.Bookers[0], "Yang membukukan"), role(p.Bookers[1], "Orang kedua")})
	}
	return rows
}

// sentence ends a text with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsRune(".!?", rune(s[len(s)-1])) {
		return s
	}
	return s + "."
}

func (p Destruction) document() (document, error) {
	const title = "BERITA ACARA PEMUSNAHAN KTP-EL RUSAK ATAU INVALID"
	err := needs(title, "number", p.Number, "the place", p.Where, "the method", p.Method, "who destroys", p.Executes[0].Name, "the second who destroys", p.Executes[1].Name)
	if err != nil {
		return document{}, err
	}
	if len(p.Cards) == 0 {
		return document{}, refuse(Incomplete, title+": no card", nil)
	}
	if len(p.Witnesses) < 2 {
		return document{}, refuse(Incomplete, title+": two witnesses", nil)
	}
	list := table{
		title:   "Lampiran: daftar kartu yang dimusnahkan",
		columns: []column{number("No"), code("UID chip"), left("Tanda"), centre("Jenis"), number("Jumlah"), left("Sebab"), left("Rusak pada"), left("NIK")},
	}
	var uids []string
	var sum PerType
	causes := map[string]PerType{}
	for i, c := range p.Cards {
		n := max(c.Count, 1)
		if c.UID != "" && n > 1 {
			return document{}, unsound("%s: %d cards under one UID", title, n)
		}
		uids = append(uids, c.UID)
		sum = sum.Add(c.Type, n)
		causes[c.Cause] = causes[c.Cause].Add(c.Type, n)
		list.rows = append(list.rows, []any{i + 1, or(c.UID, "-"), or(c.Mark, "-"), typeWords(c.Type), n, causeWords(c.Cause), day(c.At), or(maskNIK(c.NIK), "-")})
	}
	if err := once(title, uids); err != nil {
		return document{}, err
	}
	list.total = []any{nil, "Jumlah", nil, nil, sum.Sum(), nil, nil, nil}
	list = list.without("NIK")
	d := document{office: p.Office, title: title, number: p.Number, at: p.At, foot: lineWords(p.Line)}
	people := pairs{{"Pelaksana", who(p.Executes[0])}, {"", who(p.Executes[1])}}
	for i, w := range p.Witnesses {
		label := ""
		if i == 0 {
			label = "Saksi"
		}
		people = append(people, pair{label, who(w)})
	}
	d.parts = []part{
		prose(today(p.At) + ", bertempat di " + p.Where + ", telah dimusnahkan KTP-el rusak atau invalid sebanyak " + pieces(sum.Sum()) + perType(sum) +
			" dengan cara " + p.Method + " sampai tidak dapat dipakai lagi, oleh dan di hadapan:"),
		people,
		countedTable("Rincian menurut sebab", "Sebab", causesOf(causes), true),
	}
	if p.Photograph.Name != "" {
		d.parts = append(d.parts, prose("Foto pemusnahan: "+p.Photograph.Name+"; SHA-256 "+groups(p.Photograph.SHA256)+"."))
	}
	if p.Note != "" {
		d.parts = append(d.parts, prose("Catatan: "+sentence(p.Note)))
	}
	d.parts = append(d.parts, list)
	if p.Photograph.Image != nil {
		if got := sha256.Sum256(p.Photograph.Image); !strings.EqualFold(hex.EncodeToString(got[:]), p.Photograph.SHA256) {
			return document{}, unsound("%s: the photograph %s has not the digest that was booked", title, p.Photograph.Name)
		}
		d.parts = append(d.parts, picture{image: p.Photograph.Image, caption: "Foto pemusnahan: " + p.Photograph.Name, height: 95})
	}
	d.parts = append(d.parts, prose("Pemusnahan ini dilaksanakan sesuai Surat Edaran Menteri Dalam Negeri Nomor 470.13/11176/SJ tanggal 13 Desember 2018. "+closing))
	d.signers = [][]Signer{{role(p.Executes[0], "Pelaksana pertama"), role(p.Executes[1], "Pelaksana kedua")}, witnesses(p.Witnesses), {role(p.Office.Head, "Mengetahui, Kepala Dinas")}}
	return d, nil
}

// causesOf lists causes by how many, then by word.
func causesOf(m map[string]PerType) []Counted {
	var all []Counted
	for cause, n := range m {
		all = append(all, Counted{cause, n})
	}
	slices.SortFunc(all, func(a, b Counted) int {
		if a.Count.Sum() != b.Count.Sum() {
			return b.Count.Sum() - a.Count.Sum()
		}
		return strings.Compare(a.What, b.What)
	})
	return all
}

// countedTable shows counts by word for both types with a sum.
func countedTable(title, head string, all []Counted, cause bool) table {
	t := table{title: title, columns: []column{left(head), quiet("WNI"), quiet("WNA"), number("Jumlah")}, empty: "tidak ada."}
	var sum PerType
	for _, c := range all {
		what := c.What
		if cause {
			what = causeWords(what)
		}
		t.rows = append(t.rows, []any{what, c.Count.WNI, c.Count.WNA, c.Count.Sum()})
		sum.WNI += c.Count.WNI
		sum.WNA += c.Count.WNA
	}
	t.total = []any{"Jumlah", sum.WNI, sum.WNA, sum.Sum()}
	return t
}

// groups sets a digest in groups of eight, so that a person can compare it.
func groups(hexDigits string) string {
	var g []string
	for s := hexDigits; s != ""; {
		n := min(8, len(s))
		g, s = append(g, s[:n]), s[n:]
	}
	return strings.Join(g, " ")
}

// digest of a list of chip numbers: SHA-256 over the numbers in their order, each with a line feed.
func digest(uids []string) string {
	var b bytes.Buffer
	for _, u := range uids {
		b.WriteString(u + "\n")
	}
	sum := sha256.Sum256(b.Bytes())
	return groups(hex.EncodeToString(sum[:]))
}

func (p MissingBlanks) document() (document, error) {
	const title = "DAFTAR BLANGKO DAN KARTU YANG TIDAK DITEMUKAN"
	// Field set and status word: ICAO Doc 9303-2, 8th edition, section 6.3 and appendix E.
	t := table{
		columns: []column{number("No"), code("Nomor seri / UID"), left("Negara penerbit"), left("Jenis dokumen"), left("Status"), centre("Jenis"), number("Jumlah"), left("Seharusnya di"), left("Diketahui"), left("Berita acara")},
		empty:   "Tidak ada blangko atau kartu yang dinyatakan tidak ditemukan.",
	}
	var uids []string
	sum := 0
	for i, l := range p.Lines {
		if l.Count < 1 || l.Serial != "" && l.Count != 1 {
			return document{}, unsound("%s: %d under one number", title, l.Count)
		}
		uids = append(uids, l.Serial)
		status := "BLANK"
		if l.From == ledger.Good || l.From == ledger.Shipped || l.From == ledger.Spoiled {
			status = "PERSONALISED"
		}
		t.rows = append(t.rows, []any{i + 1, or(l.Serial, "-"), "IDN", "KTP-el", status, typeWords(l.Type), l.Count, AccountWords(l.From), minute(l.Found), or(l.Paper, "-")})
		sum += l.Count
	}
	if err := once(title, uids); err != nil {
		return document{}, err
	}
	t.total = []any{nil, "Jumlah", nil, nil, nil, nil, sum, nil, nil, nil}
	d := document{office: p.Office, title: title, about: "Keadaan " + moment(p.At), at: p.At, landscape: true, parts: []part{t}}
	d.signers = [][]Signer{{role(p.Keeper, "Pengelola blangko"), role(p.Office.Head, "Mengetahui, Kepala Dinas")}}
	return d, nil
}
