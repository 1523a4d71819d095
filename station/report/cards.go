package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func (p ShippingList) document() (document, error) {
	const title = "DAFTAR PENGIRIMAN KTP-EL"
	if err := needs(title, "number", p.Number, "where to", p.To); err != nil {
		return document{}, err
	}
	if len(p.Cards) == 0 {
		return document{}, refuse(Incomplete, title+": no card", nil)
	}
	t := table{columns: []column{number("No"), left("Nama"), left("NIK"), left("Rekaman"), code("UID chip"), centre("Jenis"), left("Dicetak"), left("Diterima")}}
	var uids []string
	var sum PerType
	for i, c := range p.Cards {
		if c.UID == "" {
			return document{}, refuse(Incomplete, fmt.Sprintf("%s: the chip number of card %d", title, i+1), nil)
		}
		uids = append(uids, c.UID)
		sum = sum.Add(c.Type, 1)
		t.rows = append(t.rows, []any{i + 1, or(c.Name, "-"), or(maskNIK(c.NIK), "-"), recordWords(c), c.UID, typeWords(c.Type), day(c.Printed), nil})
	}
	if err := once(title, uids); err != nil {
		return document{}, err
	}
	t = t.without("Nama", "NIK")
	d := document{office: p.Office, title: title, number: p.Number, about: "Kepada " + p.To, at: p.At, landscape: true, foot: lineWords(p.Line)}
	d.parts = []part{
		prose("Dengan ini dikirim KTP-el yang sudah dicetak dan diperiksa sebanyak " + pieces(sum.Sum()) + perType(sum) + " untuk diserahkan kepada pemiliknya:"),
		t,
		prose("Penerima menghitung kartu di hadapan pengantar, menandai setiap kartu yang diterima, dan mengembalikan satu lembar yang telah ditandatangani. " +
			"Kartu yang tidak diambil dikembalikan dengan berita acara."),
	}
	row := []Signer{role(p.Gives, "Yang menyerahkan")}
	if p.Courier.Name != "" || p.Courier.Role != "" {
		row = append(row, role(p.Courier, "Pengantar"))
	}
	d.signers = [][]Signer{append(row, role(p.Receives, "Yang menerima, "+p.To))}
	return d, nil
}

// without drops the named columns where no row has anything in them: records are wiped once their card is made, so that names are
// often not known any more.
func (t table) without(heads ...string) table {
	for i := len(t.columns) - 1; i >= 0; i-- {
		known := slices.ContainsFunc(t.rows, func(r []any) bool { return r[i] != "-" })
		if known || !slices.Contains(heads, t.columns[i].head) {
			continue
		}
		t.columns = slices.Delete(slices.Clone(t.columns), i, i+1)
		for j := range t.rows {
			t.rows[j] = slices.Delete(t.rows[j], i, i+1)
		}
		if t.total != nil {
			t.total = slices.Delete(t.total, i, i+1)
		}
	}
	return t
}

func recordWords(c Card) string {
	if c.Record == "" {
		return "-"
	}
	if c.Issue > 1 {
		return fmt.Sprintf("%s (ke-%d)", c.Record, c.Issue)
	}
	return c.Record
}

// ages are the groups of days a card lies, the last without an end.
func ages() []struct {
	words string
	until int
} {
	return []struct {
		words string
		until int
	}{{"0 sampai 7 hari", 7}, {"8 sampai 30 hari", 30}, {"31 sampai 90 hari", 90}, {"lebih dari 90 hari", 1 << 30}}
}

func (p Ageing) document() (document, error) {
	const title = "DAFTAR KTP-EL TERCETAK YANG BELUM DIAMBIL"
	cards := slices.Clone(p.Cards)
	slices.SortStableFunc(cards, func(a, b Uncollected) int { return a.Printed.Compare(b.Printed) })
	list := table{
		title:   "Daftar, yang terlama di atas",
		columns: []column{number("No"), left("Nama"), left("NIK"), left("Rekaman"), code("UID chip"), centre("Jenis"), left("Tempat"), left("Dicetak"), number("Hari")},
		empty:   "tidak ada kartu yang menunggu.",
	}
	groups := ages()
	counts := map[string][]int{}
	sums := make([]int, len(groups)+1)
	var uids []string
	for i, c := range cards {
		n := days(c.Printed, p.At)
		if n < 0 {
			return document{}, unsound("%s: card %s was printed after %s", title, c.UID, shortDate(p.At))
		}
		uids = append(uids, c.UID)
		where := or(c.Where, "Kantor")
		if counts[where] == nil {
			counts[where] = make([]int, len(groups)+1)
		}
		g := slices.IndexFunc(groups, func(a struct {
			words string
			until int
		}) bool {
			return n <= a.until
		})
		for _, k := range []int{g, len(groups)} {
			counts[where][k]++
			sums[k]++
		}
		list.rows = append(list.rows, []any{i + 1, or(c.Name, "-"), or(maskNIK(c.NIK), "-"), recordWords(c.Card), or(c.UID, "-"), typeWords(c.Type), where, day(c.Printed), n})
	}
	if err := once(title, uids); err != nil {
		return document{}, err
	}
	list = list.without("Nama", "NIK")
	byPlace := table{title: "Umur kartu menurut tempat", columns: []column{left("Tempat")}, empty: "tidak ada kartu yang menunggu."}
	for _, g := range groups {
		byPlace.columns = append(byPlace.columns, number(g.words))
	}
	byPlace.columns = append(byPlace.columns, number("Jumlah"))
	for _, where := range sortedKeys(counts) {
		byPlace.rows = append(byPlace.rows, numbers(where, counts[where]))
	}
	byPlace.total = numbers("Jumlah", sums)
	d := document{office: p.Office, title: title, about: "Keadaan " + moment(p.At), at: p.At, parts: []part{byPlace, list}, landscape: true}
	d.signers = [][]Signer{{role(p.Keeper, "Pengelola kartu"), role(p.Office.Head, "Mengetahui, Kepala Dinas")}}
	return d, nil
}

func numbers(head string, all []int) []any {
	row := []any{head}
	for _, n := range all {
		row = append(row, n)
	}
	return row
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// days counts calendar days from one moment to another, in their own places.
func days(from, to time.Time) int {
	date := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(date(to).Sub(date(from)).Hours() / 24)
}

func (p Spoilage) document() (document, error) {
	const title = "LAPORAN KERUSAKAN BLANGKO KTP-EL"
	if !p.To.After(p.From) {
		return document{}, refuse(Incomplete, title+": the time it is about", nil)
	}
	last := p.To.Add(-time.Nanosecond)
	d := document{office: p.Office, title: title, about: "Tanggal " + longDate(p.From) + " sampai " + longDate(last), at: p.At}
	spoiled := 0
	for _, s := range p.Spent {
		if s.At.Before(p.From) || !s.At.Before(p.To) {
			return document{}, unsound("%s: a blank of %s", title, shortDate(s.At))
		}
		if s.Cause != "" {
			spoiled++
		}
	}
	good := len(p.Spent) - spoiled
	d.parts = []part{pairs{
		{"Blangko terpakai", thousands(len(p.Spent))}, {"Kartu baik", thousands(good)},
		{"Rusak", thousands(spoiled) + " (" + text(rate(spoiled, len(p.Spent))) + ")"},
	}}
	var empty []string
	add := func(t table, c chart) {
		if len(t.rows) == 0 {
			empty = append(empty, t.title)
			return
		}
		d.parts = append(d.parts, t)
		if len(c.values) > 1 {
			d.parts = append(d.parts, c)
		}
	}
	add(p.causes(spoiled))
	add(p.by("Menurut jam", "Jam", func(s SpentBlank) string { return s.At.Format("15") + ".00" }))
	add(p.by("Menurut pencetak", "Pencetak", func(s SpentBlank) string { return s.Printer }))
	add(p.by("Menurut pita", "Pita", func(s SpentBlank) string { return s.Ribbon }))
	add(p.by("Menurut kotak", "Kotak", func(s SpentBlank) string { return s.Box }))
	if len(empty) > 0 {
		d.parts = append(d.parts, prose("Tidak ada data: "+strings.Join(empty, ", ")+"."))
	}
	d.signers = [][]Signer{{role(p.Keeper, "Pengelola blangko"), role(p.Office.Head, "Mengetahui, Kepala Dinas")}}
	return d, nil
}

func rate(part, whole int) percent {
	if whole == 0 {
		return 0
	}
	return percent(float64(part) * 100 / float64(whole))
}

func (p Spoilage) causes(spoiled int) (table, chart) {
	m := map[string]PerType{}
	for _, s := range p.Spent {
		if s.Cause != "" {
			m[s.Cause] = m[s.Cause].Add(s.Type, 1)
		}
	}
	t := table{title: "Menurut sebab", columns: []column{left("Sebab"), number("WNI"), number("WNA"), number("Jumlah"), number("Bagian dari rusak")}}
	c := chart{title: "Rusak menurut sebab"}
	var sum PerType
	for _, e := range causesOf(m) {
		t.rows = append(t.rows, []any{causeWords(e.What), e.Count.WNI, e.Count.WNA, e.Count.Sum(), rate(e.Count.Sum(), spoiled)})
		sum.WNI += e.Count.WNI
		sum.WNA += e.Count.WNA
		if len(c.values) < 10 { // the chart shows the ten that matter; the table has all
			c.labels, c.values = append(c.labels, causeWords(e.What)), append(c.values, e.Count.Sum())
		}
	}
	t.total = []any{"Jumlah", sum.WNI, sum.WNA, sum.Sum(), rate(spoiled, spoiled)}
	return t, c
}

// by groups blanks by one property. A group that lost nothing stays in the table: it is what the others are compared with.
func (p Spoilage) by(title, head string, of func(SpentBlank) string) (table, chart) {
	spent, lost := map[string]int{}, map[string]int{}
	known := false
	for _, s := range p.Spent {
		k := of(s)
		known = known || k != ""
		k = or(k, "tidak dicatat")
		spent[k]++
		if s.Cause != "" {
			lost[k]++
		}
	}
	t := table{title: title, columns: []column{left(head), number("Terpakai"), number("Rusak"), number("Bagian rusak")}}
	c := chart{title: "Rusak " + strings.ToLower(title)}
	if !known {
		return t, c
	}
	all, bad := 0, 0
	for _, k := range sortedKeys(spent) {
		t.rows = append(t.rows, []any{k, spent[k], lost[k], rate(lost[k], spent[k])})
		c.labels, c.values = append(c.labels, k), append(c.values, lost[k])
		all, bad = all+spent[k], bad+lost[k]
	}
	t.total = []any{"Jumlah", all, bad, rate(bad, all)}
	if bad == 0 || len(c.values) > 24 || len(spent) < 2 || len(spent) == 2 && spent["tidak dicatat"] > 0 {
		c.values = nil
	}
	return t, c
}
