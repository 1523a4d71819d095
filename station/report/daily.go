package report

import (
	"fmt"
	"strings"
	"time"

	"cetak/station/ledger"
)

// sum is what the closing must be.
func (s Stock) sum() int {
	return s.Opening + s.Received + s.LoanIn - s.LoanOut - s.Returned - s.Good - s.Spoiled - s.Defects - s.Samples + s.Adjusted
}

func (s Stock) check(what string) error {
	for _, n := range []int{s.Opening, s.Received, s.LoanIn, s.LoanOut, s.Returned, s.Good, s.Spoiled, s.Defects, s.Samples, s.Closing, s.GoodInHand, s.SpoiledHeld} {
		if n < 0 {
			return unsound("%s: a number below nothing", what)
		}
	}
	if s.sum() != s.Closing {
		return unsound("%s: the lines give %d, the book closes with %d", what, s.sum(), s.Closing)
	}
	return nil
}

// stockLines are the fields of ktpel.md 5.2, with the sign they count with.
func stockLines() []struct {
	label string
	of    func(Stock) any
} {
	type line = struct {
		label string
		of    func(Stock) any
	}
	return []line{
		{"Saldo awal", func(s Stock) any { return s.Opening }},
		{"Diterima (+)", func(s Stock) any { return s.Received }},
		{"Pinjaman masuk (+)", func(s Stock) any { return s.LoanIn }},
		{"Pinjaman keluar (-)", func(s Stock) any { return s.LoanOut }},
		{"Dikembalikan ke pusat (-)", func(s Stock) any { return s.Returned }},
		{"Dicetak baik (-)", func(s Stock) any { return s.Good }},
		{"Rusak saat cetak (-)", func(s Stock) any { return s.Spoiled }},
		{"Cacat pabrik (-)", func(s Stock) any { return s.Defects }},
		{"Contoh dan uji (-)", func(s Stock) any { return s.Samples }},
		{"Penyesuaian hitung (+/-)", func(s Stock) any { return change(s.Adjusted) }},
		{"Saldo akhir menurut buku", func(s Stock) any { return s.Closing }},
		{"Hasil hitung dua orang", func(s Stock) any {
			if s.Counted == nil {
				return "tidak dihitung"
			}
			return *s.Counted
		}},
		{"Selisih hitung dan buku", func(s Stock) any {
			if s.Counted == nil {
				return "-"
			}
			return change(*s.Counted - s.Closing)
		}},
		{"Kartu jadi belum diserahkan", func(s Stock) any { return s.GoodInHand }},
		{"Kartu rusak menunggu pemusnahan", func(s Stock) any { return s.SpoiledHeld }},
	}
}

func stockTable(title string, s StockByType) table {
	t := table{title: title, columns: []column{left("Uraian"), number("WNI"), number("WNA")}}
	for _, l := range stockLines() {
		t.rows = append(t.rows, []any{l.label, l.of(s.WNI), l.of(s.WNA)})
	}
	return t
}

func (p DailySheet) document() (document, error) {
	const title = "LEMBAR HARIAN BLANGKO KTP-EL"
	for _, t := range ledger.BlankTypes() {
		if err := p.Stock.Of(t).check(fmt.Sprintf("%s %s %s", title, shortDate(p.Day), t)); err != nil {
			return document{}, err
		}
	}
	if err := p.agree(title); err != nil {
		return document{}, err
	}
	functions, err := p.functions(title)
	if err != nil {
		return document{}, err
	}
	waiting := "tidak dicatat"
	if w := p.Waiting; w != nil {
		waiting = thousands(w.Sum()) + " (WNI " + thousands(w.WNI) + ", WNA " + thousands(w.WNA) + ")"
	}
	d := document{
		scale:  0.88,
		office: p.Office, title: title, about: weekday(p.Day) + ", " + longDate(p.Day), at: p.Day, landscape: true,
	}
	d.parts = []part{
		functions,
		halves{
			left: []part{stockTable("Stok blangko", p.Stock)},
			right: []part{
				countedTable("Kartu baik menurut alasan cetak", "Alasan", p.Printed, false),
				countedTable("Kartu rusak menurut sebab", "Sebab", p.Spoiled, true),
				pairs{
					{"Rusak setelah jadi", laterWords(p.Later)},
					{"Menunggu dicetak", waiting},
					{"Surat keterangan berlaku", thousands(p.Suket)},
					{"Mendesak di luar urutan", thousands(p.Urgent)},
					{"Pita bekas (dimusnahkan)", or(strings.Join(p.Ribbons, ", "), "tidak ada")},
				},
			},
		},
		p.faults(),
	}
	d.signers = [][]Signer{{role(p.Operator, "Operator"), role(p.Reviewer, "Pemeriksa"), role(p.Office.Head, "Mengetahui, Kepala Dinas")}}
	return d, nil
}

// laterWords names finished cards that were called spoiled, by cause.
func laterWords(all []Counted) string {
	var words []string
	sum := 0
	for _, c := range all {
		sum += c.Count.Sum()
		words = append(words, causeWords(c.What)+" "+thousands(c.Count.Sum()))
	}
	if sum == 0 {
		return "tidak ada"
	}
	return thousands(sum) + " (" + strings.Join(words, ", ") + ")"
}

// agree refuses a sheet whose tables contradict its stock.
func (p DailySheet) agree(title string) error {
	for _, t := range ledger.BlankTypes() {
		s := p.Stock.Of(t)
		if n := total(p.Printed, t); n != s.Good {
			return unsound("%s %s: %d good by reason, %d in the stock", title, t, n, s.Good)
		}
		if n := total(p.Spoiled, t); n != s.Spoiled {
			return unsound("%s %s: %d spoiled by cause, %d in the stock", title, t, n, s.Spoiled)
		}
	}
	return nil
}

func total(all []Counted, t ledger.BlankType) int {
	n := 0
	for _, c := range all {
		n += c.Count.Of(t)
	}
	return n
}

// functions are the columns of features.md B10, in its order.
func (p DailySheet) functions(title string) (table, error) {
	t := table{
		title: "Pengendalian menurut fungsi",
		columns: []column{
			left("Fungsi"), centre("Jenis"), number("Saldo awal"), number("Terbawa"), number("Diserahkan"), number("Kembali ke brankas"),
			number("Ditolak"), number("Contoh/uji").brokenAs("Contoh/ uji"), left("Alat"), left("Operator dan paraf"), left("Tanggal dan jam"), left("Pemeriksa dan paraf"), number("Hilang"),
		},
		empty: "tidak ada sif yang sudah ditutup hari ini.",
		tall:  9, // room for the initials
	}
	for _, f := range p.Functions {
		out := f.CarriedOver + f.HandedOver + f.Returned + f.Rejected + f.Samples + f.Missing
		if f.Opening != out {
			return t, unsound("%s: %s %s began with %d and accounts for %d", title, f.Name, f.Type, f.Opening, out)
		}
		t.rows = append(t.rows, []any{
			f.Name, typeWords(f.Type), f.Opening, f.CarriedOver, f.HandedOver, f.Returned, f.Rejected, f.Samples,
			or(f.Equipment, "-"), or(f.Operator, "-"), minute(f.At), or(f.Reviewer, "-"), f.Missing,
		})
	}
	return t, nil
}

func (p DailySheet) faults() table {
	t := table{
		title:   "Gangguan hari ini",
		columns: []column{left("Waktu"), left("Alat"), left("Nomor rekaman"), left("Sebab"), left("Operator"), left("Pemeriksa")},
		empty:   "tidak ada.",
	}
	for _, f := range p.Faults {
		t.rows = append(t.rows, []any{minute(f.At), or(f.Machine, "-"), or(f.Record, "-"), causeWords("fault:" + f.Code), or(f.Operator, "-"), or(f.Reviewer, "-")})
	}
	return t
}

func (p MonthlyBook) document() (document, error) {
	const title = "BUKU PENCETAKAN DAN PENGGUNAAN BLANGKO KTP-EL"
	d := document{office: p.Office, title: title, about: "Bulan " + month(p.Month), at: p.At, landscape: true}
	for _, t := range ledger.BlankTypes() {
		use, err := p.use(title, t)
		if err != nil {
			return document{}, err
		}
		if use.rows != nil {
			d.parts = append(d.parts, use)
		}
	}
	if d.parts == nil {
		d.parts = append(d.parts, prose("Tidak ada gerakan blangko dalam bulan ini."))
	}
	d.parts = append(d.parts, p.printed(), p.documents())
	d.signers = [][]Signer{{role(p.Keeper, "Pengelola blangko"), role(p.Reviewer, "Pemeriksa"), role(p.Office.Head, "Mengetahui, Kepala Dinas")}}
	return d, nil
}

// use is the book of one type, a line a day; days without blanks at all give no table.
func (p MonthlyBook) use(title string, t ledger.BlankType) (table, error) {
	b := table{title: "Penggunaan blangko " + typeWords(t), columns: []column{
		left("Tanggal"), number("Saldo awal"), quiet("Terima"), quiet("Pinjam masuk"), quiet("Pinjam keluar"), quiet("Kembali ke pusat"), quiet("Cetak baik"),
		quiet("Rusak"), quiet("Cacat pabrik"), quiet("Uji"), quiet("Penyesuaian").brokenAs("Penye- suaian"), number("Saldo akhir"), number("Hasil hitung"), quiet("Musnah"),
	}}
	var sum Stock
	destroyed, used := 0, false
	for i, d := range p.Days {
		s := d.Stock.Of(t)
		what := fmt.Sprintf("%s %s %s", title, shortDate(d.Day), t)
		if err := s.check(what); err != nil {
			return b, err
		}
		if !inMonth(d.Day, p.Month) {
			return b, unsound("%s: not in %s", what, month(p.Month))
		}
		if i > 0 && s.Opening != p.Days[i-1].Stock.Of(t).Closing {
			return b, unsound("%s: opens with %d, the day before closed with %d", what, s.Opening, p.Days[i-1].Stock.Of(t).Closing)
		}
		if n := total(d.Printed, t); n != s.Good {
			return b, unsound("%s: %d good by reason, %d in the stock", what, n, s.Good)
		}
		bare := s
		bare.Counted = nil
		used = used || bare != Stock{} || s.Counted != nil && *s.Counted != 0
		counted := any("-")
		if s.Counted != nil {
			counted = *s.Counted
		}
		b.rows = append(b.rows, []any{day(d.Day), s.Opening, s.Received, s.LoanIn, s.LoanOut, s.Returned, s.Good, s.Spoiled, s.Defects, s.Samples, change(s.Adjusted), s.Closing, counted, d.Destroyed.Of(t)})
		if i == 0 {
			sum.Opening = s.Opening
		}
		sum = sum.plus(s)
		destroyed += d.Destroyed.Of(t)
	}
	if !used {
		return table{}, nil
	}
	b.total = []any{"Jumlah", sum.Opening, sum.Received, sum.LoanIn, sum.LoanOut, sum.Returned, sum.Good, sum.Spoiled, sum.Defects, sum.Samples, change(sum.Adjusted), sum.Closing, nil, destroyed}
	return b, nil
}

// plus adds a later time: it opens with what s opened with and closes with what n closes with.
func (s Stock) plus(n Stock) Stock {
	s.Received += n.Received
	s.LoanIn += n.LoanIn
	s.LoanOut += n.LoanOut
	s.Returned += n.Returned
	s.Good += n.Good
	s.Spoiled += n.Spoiled
	s.Defects += n.Defects
	s.Samples += n.Samples
	s.Adjusted += n.Adjusted
	s.Closing, s.Counted = n.Closing, n.Counted
	return s
}

func inMonth(t, m time.Time) bool { return t.Year() == m.Year() && t.Month() == m.Month() }

// printed is the book of printing: a line a day, a column a reason.
func (p MonthlyBook) printed() table {
	t := table{title: "Pencetakan menurut alasan", columns: []column{left("Tanggal")}, empty: "tidak ada kartu yang dicetak baik dalam bulan ini."}
	var reasons []string
	at := map[string]int{}
	for _, d := range p.Days {
		for _, c := range d.Printed {
			if _, ok := at[c.What]; !ok && c.Count.Sum() > 0 {
				at[c.What] = len(reasons)
				reasons = append(reasons, c.What)
				t.columns = append(t.columns, quiet(c.What))
			}
		}
	}
	t.columns = append(t.columns, number("Jumlah"))
	sums := make([]int, len(reasons)+1)
	for _, d := range p.Days {
		row := make([]int, len(reasons)+1)
		for _, c := range d.Printed {
			if i, ok := at[c.What]; ok {
				row[i] += c.Count.Sum()
				row[len(reasons)] += c.Count.Sum()
			}
		}
		if row[len(reasons)] == 0 {
			continue
		}
		cells := []any{day(d.Day)}
		for i, n := range row {
			cells = append(cells, n)
			sums[i] += n
		}
		t.rows = append(t.rows, cells)
	}
	t.total = []any{"Jumlah"}
	for _, n := range sums {
		t.total = append(t.total, n)
	}
	return t
}

func (p MonthlyBook) documents() table {
	t := table{
		title:   "Berita acara dan dokumen bulan ini",
		columns: []column{number("No"), left("Tanggal"), left("Jenis dokumen"), left("Nomor"), left("Pihak lain"), quiet("WNI"), quiet("WNA")},
		empty:   "tidak ada.",
	}
	for i, l := range p.Documents {
		t.rows = append(t.rows, []any{i + 1, day(l.At), l.Kind, l.Number, or(l.Party, "-"), l.Count.WNI, l.Count.WNA})
	}
	return t
}
