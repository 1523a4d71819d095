package report

import (
	"fmt"
	"strings"
)

func (p ShiftCertificate) document() (document, error) {
	const title = "SERTIFIKAT SIF PENCETAKAN KTP-EL"
	err := needs(title, "the shift", p.Shift, "the head of the journal", p.Head, "the fingerprint of the key", p.Key, "the signed file", p.File,
		"who opened", p.OpenedBy[0], "the second who opened", p.OpenedBy[1], "who closed", p.ClosedBy[0], "the second who closed", p.ClosedBy[1])
	if err != nil {
		return document{}, err
	}
	if p.Closed.Before(p.Opened) || p.LastSeq < p.FirstSeq {
		return document{}, unsound("%s: it ends before it begins", title)
	}
	t := table{title: "Persamaan penutup: awal + diambil + ditemukan = baik + rusak + kembali + hilang + akhir", columns: []column{
		centre("Jenis"), number("Hitung awal"), number("Diambil dari brankas"), number("Ditemukan"), number("Baik"), number("Rusak"), number("Kembali ke brankas"), number("Hilang"), number("Hitung akhir"), number("Selisih dikecualikan"),
	}}
	spoiled := 0
	for _, s := range p.Stock {
		if in, out := s.Opening+s.Drawn+s.Found+s.Waived, s.Good+s.Spoiled+s.Returned+s.Missing+s.Closing; in != out {
			return document{}, unsound("%s %s: %d came in, %d are accounted for", title, s.Type, in, out)
		}
		spoiled += s.Spoiled
		t.rows = append(t.rows, []any{typeWords(s.Type), s.Opening, s.Drawn, s.Found, s.Good, s.Spoiled, s.Returned, s.Missing, s.Closing, change(s.Waived)})
	}
	by := 0
	for _, c := range p.Spoiled {
		by += c.Count.Sum()
	}
	if by != spoiled {
		return document{}, unsound("%s: %d spoiled by cause, %d in the equation", title, by, spoiled)
	}
	if err := once(title, p.UIDs); err != nil {
		return document{}, err
	}
	d := document{office: p.Office, title: title, number: p.Shift, at: p.Closed, onePage: true}
	d.parts = []part{
		pairs{
			{"Stasiun", or(p.Office.station(), "-")},
			{"Dibuka", moment(p.Opened) + " oleh " + p.OpenedBy[0] + " dan " + p.OpenedBy[1]},
			{"Ditutup", moment(p.Closed) + " oleh " + p.ClosedBy[0] + " dan " + p.ClosedBy[1]},
		},
		t,
	}
	if spoiled > 0 {
		d.parts = append(d.parts, countedTable("Rusak menurut sebab", "Sebab", p.Spoiled, true))
	}
	d.parts = append(d.parts, p.remarks(), mono{fmt.Sprintf("UID kartu yang dibuat dalam sif ini (%d)", len(p.UIDs)), p.UIDs},
		mono{fmt.Sprintf("Kepala jurnal (SHA-256 baris %d; sif ini baris %d sampai %d)", p.LastSeq, p.FirstSeq, p.LastSeq), []string{groups(p.Head)}},
		mono{"Sidik jari kunci penanda tangan (SHA-256)", []string{groups(p.Key)}},
		prose("Lembar ini menyertai berkas bertanda tangan "+p.File+". Yang membuktikan adalah berkas itu: cetakctl verify-shift "+p.File+" memeriksanya di komputer mana pun tanpa jaringan."))
	d.signers = [][]Signer{{{Role: "Penutup pertama", Name: p.ClosedBy[0]}, {Role: "Penutup kedua", Name: p.ClosedBy[1]}}}
	return d, nil
}

func (p ShiftCertificate) remarks() pairs {
	var r pairs
	for _, w := range p.Waivers {
		r = append(r, pair{"Pengecualian", w.Rule + ": " + sentence(w.Reason) + " Oleh " + join(" dan ", w.By[0], w.By[1]) + "."})
	}
	for _, i := range p.Incident {
		r = append(r, pair{"Kejadian", sentence(i)})
	}
	if r == nil {
		r = pairs{{"Pengecualian dan kejadian", "tidak ada"}}
	}
	return r
}

func (p StockNotice) document() (document, error) {
	const title = "PENGUMUMAN PERSEDIAAN BLANGKO KTP-EL"
	if p.Available.WNI < 0 || p.Available.WNA < 0 || p.Waiting < 0 {
		return document{}, unsound("%s: a number below nothing", title)
	}
	d := document{office: p.Office, title: title, about: moment(p.At), at: p.At, big: true}
	d.parts = []part{
		headline(thousands(p.Available.Sum()) + " keping tersedia"),
		pairs{
			{"Untuk WNI", thousands(p.Available.WNI) + " keping"},
			{"Untuk WNA", thousands(p.Available.WNA) + " keping"},
			{"Menunggu dicetak", thousands(p.Waiting) + " orang"},
		},
	}
	if !p.LastUntil.IsZero() {
		d.parts = append(d.parts, prose("Dengan pemakaian seperti sekarang, persediaan diperkirakan cukup sampai "+weekday(p.LastUntil)+", "+longDate(p.LastUntil)+"."))
	}
	d.parts = append(d.parts, prose("KTP-el dicetak menurut urutan yang ditetapkan. Seluruh layanan TIDAK DIPUNGUT BIAYA. Jangan memberi apa pun kepada siapa pun agar didahulukan."))
	var more pairs
	if p.Hours != "" {
		more = append(more, pair{"Jam layanan", p.Hours})
	}
	if p.Complaint != "" {
		more = append(more, pair{"Pengaduan", p.Complaint})
	}
	if more != nil {
		d.parts = append(d.parts, more)
	}
	d.signers = [][]Signer{{role(p.Office.Head, "Kepala Dinas")}}
	return d, nil
}

func (p Suket) document() (document, error) {
	const title = "SURAT KETERANGAN"
	err := needs(title, "number", p.Number, "name", p.Name, "place of birth", p.BirthPlace, "date of birth", p.BirthDate, "address", p.Address, "the reason", p.Reason)
	if err != nil {
		return document{}, err
	}
	if len(p.NIK) != 16 || strings.Trim(p.NIK, "0123456789") != "" {
		return document{}, refuse(Incomplete, title+": the NIK of 16 digits", nil)
	}
	if !p.Until.After(p.Issued) {
		return document{}, unsound("%s: it ends on %s and is given on %s", title, shortDate(p.Until), shortDate(p.Issued))
	}
	office := p.Office
	office.Station, office.Desk = "", "" // the citizen's letter names no desk
	d := document{office: office, title: title + " PENGGANTI SEMENTARA KTP-EL", number: p.Number, at: p.Issued, onePage: true, letter: true}
	if p.Extension > 0 {
		d.about = "Perpanjangan ke-" + thousands(p.Extension)
	}
	d.parts = []part{
		prose("Yang bertanda tangan di bawah ini menerangkan bahwa penduduk berikut telah melakukan perekaman KTP-el dan tercatat dalam basis data kependudukan:"),
		pairs{
			{"NIK", p.NIK}, {"Nama", p.Name}, {"Tempat/Tgl Lahir", p.BirthPlace + ", " + p.BirthDate}, {"Jenis Kelamin", or(p.Sex, "-")}, {"Gol. Darah", or(p.Blood, "-")},
			{"Alamat", p.Address}, {"RT/RW", or(join(" / ", p.RT, p.RW), "-")}, {"Kel/Desa", or(p.Village, "-")}, {"Kecamatan", or(p.District, "-")},
			{"Kabupaten/Kota", or(p.Regency, "-")}, {"Provinsi", or(p.Province, "-")}, {"Agama", or(p.Religion, "-")}, {"Status Perkawinan", or(p.Marital, "-")},
			{"Pekerjaan", or(p.Occupation, "-")}, {"Kewarganegaraan", or(p.Citizenship, "-")},
		},
		barcode(p.NIK),
		prose("KTP-el yang bersangkutan belum dapat dicetak: " + sentence(p.Reason) + " Surat keterangan ini berlaku sebagai pengganti sementara KTP-el sejak " + longDate(p.Issued) +
			" sampai dengan " + longDate(p.Until) + ", dapat diperpanjang, dan dikembalikan pada waktu KTP-el diserahkan."),
		picture{image: p.Photo, caption: "Pas foto 3 x 4", height: 36, beside: true},
		prose("Demikian surat keterangan ini dibuat untuk dipergunakan sebagaimana mestinya. Layanan ini tidak dipungut biaya."),
	}
	d.signers = [][]Signer{{{}, {Role: "Pemegang", Name: p.Name}, role(p.Office.Head, "Kepala Dinas")}} // the portrait stands in the first place
	return d, nil
}
