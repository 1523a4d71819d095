package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"time"

	"cetak/station/ledger"
)

var wib = time.FixedZone("WIB", 7*3600)

func at21(hour, minute int) time.Time { return time.Date(2026, 11, 21, hour, minute, 0, 0, wib) }

func office() Office {
	return Office{
		Government: "Pemerintah Kabupaten Contoh", Name: "Dinas Kependudukan dan Pencatatan Sipil",
		Address: "Jalan Contoh Nomor 1, Contoh 99001, telepon (0000) 000000", Place: "Contoh", Station: "ST-9901", Desk: "2",
		Head: Signer{Role: "Kepala Dinas", Name: "Ratna Contohwati, S.H., M.Si.", ID: "NIP 19700101 199501 2 001"},
	}
}

func uid(n int) string { return fmt.Sprintf("04%012X", n*7919) }

func photo(w, h int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(255 * x / w), uint8(255 * y / h), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func photograph() Photograph {
	p := photo(640, 420)
	sum := sha256.Sum256(p)
	return Photograph{Name: "pemusnahan-21-11-2026.png", SHA256: hex.EncodeToString(sum[:]), Image: p}
}

func stock() StockByType {
	n, m := 812, 40
	return StockByType{
		WNI: Stock{Opening: 430, Received: 500, LoanIn: 20, LoanOut: 10, Returned: 5, Good: 112, Spoiled: 4, Defects: 2, Samples: 3, Adjusted: -2, Closing: 812, Counted: &n, GoodInHand: 230, SpoiledHeld: 19},
		WNA: Stock{Opening: 41, Good: 1, Closing: 40, Counted: &m, GoodInHand: 1},
	}
}

func causes() []Counted {
	return []Counted{{"fault:C-101", PerType{2, 0}}, {"damage:print", PerType{1, 0}}, {"fault:P-105", PerType{1, 0}}}
}

func reasons() []Counted {
	return []Counted{
		{"Pemula", PerType{40, 0}}, {"PRR lama", PerType{21, 0}}, {"Rusak", PerType{17, 0}}, {"Hilang", PerType{14, 0}}, {"Perubahan", PerType{11, 0}},
		{"Pindah", PerType{6, 0}}, {"Luar domisili", PerType{3, 0}}, {"WNA", PerType{0, 1}},
	}
}

func spent(n int) []SpentBlank {
	var all []SpentBlank
	list := []string{"fault:C-101", "damage:print", "fault:P-105", "damage:scratched", "scrap:test-card", "damage:factory"}
	for i := range n {
		s := SpentBlank{
			At: time.Date(2026, 11, 2+i%20, 8+i%8, i%60, 0, 0, wib), Type: ledger.WNI, Box: fmt.Sprintf("KTP-26-%04d", 117+i/150),
			Ribbon: fmt.Sprintf("R-%03d", 40+i/100), Printer: []string{"EV-0012345", "EV-0012399"}[i%2],
		}
		if i%17 == 3 || i%41 == 5 {
			s.Cause = list[(i/5)%len(list)]
		}
		if i%60 == 7 {
			s.Type = ledger.WNA
		}
		all = append(all, s)
	}
	return all
}

func cards(n int) []Card {
	names := []string{"SITI CONTOH", "BUDI UJI COBA", "RINA SPESIMEN PUTRI", "JOKO TELADAN SASTRAWIJAYA KUSUMANINGRAT HADIWINOTO PUTRA", "AYU"}
	var all []Card
	for i := range n {
		all = append(all, Card{
			Record: fmt.Sprintf("PRR-9901-%06d", i+1), Issue: 1 + i%3/2, UID: uid(i + 1), Type: ledger.WNI, Name: names[i%len(names)],
			NIK: fmt.Sprintf("990101%02d1100%04d", 1+i%28, i+1), Printed: time.Date(2026, 7+time.Month(i%5), 1+i%20, 9, 0, 0, 0, wib),
		})
	}
	return all
}

func boxes() []Box {
	return []Box{
		{Number: "KTP-26-0117", Type: ledger.WNI, Count: 250, First: "A0000001", Last: "A0000250"},
		{Number: "KTP-26-0118", Type: ledger.WNI, Count: 250, First: "A0000251", Last: "A0000500"}, {Type: ledger.WNA, Count: 20},
	}
}

func delivery(act Act) Delivery {
	d := Delivery{
		Office: office(), Act: act, Number: "470/117/BA-BLK/XI/2026", At: at21(8, 15), Party: "Direktorat Jenderal Kependudukan dan Pencatatan Sipil", Boxes: boxes(),
		Gives: Signer{Name: "Budi Contoh", ID: "Gudang blangko"}, Takes: Signer{Name: "Rina Teladan", ID: "NIP 19850505 201001 2 002"},
		Witnesses: []Signer{{Name: "Siti Contoh", ID: "Operator"}}, Note: "Segel kotak utuh.", Line: 117,
	}
	if act == ReturnSpoiled {
		d.Boxes = []Box{{Type: ledger.WNI, Count: 12, Cause: "damage:print"}, {Type: ledger.WNI, Count: 3, Cause: "fault:C-101"}}
	}
	if act == Unfetched {
		d.Boxes, d.UIDs = []Box{{Type: ledger.WNI, Count: 5}}, []string{uid(1), uid(2), uid(3), uid(4), uid(5)}
	}
	return d
}

func spoiledCards(n int) []SpoiledCard {
	list := []string{"fault:C-101", "damage:print", "damage:data-changed", "damage:worn", "damage:factory"}
	var all []SpoiledCard
	for i := range n {
		c := SpoiledCard{UID: uid(1000 + i), Type: ledger.WNI, Cause: list[i%len(list)], At: time.Date(2026, 11, 1+i%20, 10, 0, 0, 0, wib), NIK: "9901010101900001", Mark: fmt.Sprintf("A-%05d", i)}
		if i%9 == 4 {
			c.UID, c.NIK = "", ""
		}
		all = append(all, c)
	}
	return all
}

func daily() DailySheet {
	f := func(name string, t ledger.BlankType, n ...int) Function {
		return Function{
			Name: name, Type: t, Opening: n[0], CarriedOver: n[1], HandedOver: n[2], Returned: n[3], Rejected: n[4], Samples: n[5], Missing: n[6],
			Equipment: "EV-0012345", Operator: "Siti Contoh", At: at21(15, 45), Reviewer: "Rina Teladan",
		}
	}
	return DailySheet{
		Office: office(), Day: at21(16, 0),
		Functions: []Function{
			f("Cetak meja 2, sif 1", ledger.WNI, 150, 11, 71, 60, 5, 3, 0), f("Cetak meja 2, sif 2", ledger.WNI, 61, 18, 41, 0, 1, 0, 1),
			f("Cetak meja 2, sif 2", ledger.WNA, 5, 4, 1, 0, 0, 0, 0),
		},
		Stock: stock(), Printed: reasons(), Spoiled: causes(), Later: []Counted{{"damage:print", PerType{1, 0}}, {"damage:unfetched", PerType{1, 1}}}, Waiting: &PerType{318, 4}, Suket: 27, Urgent: 2,
		Faults: []FaultLine{
			{At: at21(9, 12), Machine: "EV-0012345", Record: "PRR-9901-000123", Code: "C-101", Operator: "Siti Contoh", Reviewer: "Rina Teladan"},
			{At: at21(13, 40), Machine: "EV-0012345", Record: "PRR-9901-000207", Code: "P-105", Operator: "Siti Contoh", Reviewer: "Rina Teladan"},
		},
		Ribbons:  []string{"R-041", "R-042"},
		Operator: Signer{Name: "Siti Contoh"}, Reviewer: Signer{Name: "Rina Teladan", ID: "NIP 19850505 201001 2 002"},
	}
}

func monthly() MonthlyBook {
	m := MonthlyBook{Office: office(), At: time.Date(2026, 12, 1, 9, 0, 0, 0, wib), Month: at21(0, 0), Keeper: Signer{Name: "Siti Contoh"}, Reviewer: Signer{Name: "Rina Teladan", ID: "NIP 19850505 201001 2 002"}}
	open, wna := 900, 41
	for d := 2; d <= 28; d++ {
		at := time.Date(2026, 11, d, 16, 0, 0, 0, wib)
		if at.Weekday() == time.Sunday || at.Weekday() == time.Saturday {
			continue
		}
		good, bad := 60+d, d%4
		s := Stock{Opening: open, Good: good, Spoiled: bad, Closing: open - good - bad}
		if d%9 == 0 {
			s.Received, s.Closing = 1000, s.Closing+1000
		}
		n := s.Closing
		if d%5 == 0 {
			s.Counted = &n
		}
		b := BookDay{Day: at, Stock: StockByType{WNI: s, WNA: Stock{Opening: wna, Closing: wna}}, Printed: []Counted{{"Pemula", PerType{good - 20, 0}}, {"Rusak", PerType{12, 0}}, {"Hilang", PerType{8, 0}}}}
		if d%7 == 0 {
			b.Stock.WNA.Good, b.Stock.WNA.Closing = 1, wna-1
			b.Printed = append(b.Printed, Counted{"WNA", PerType{0, 1}})
			b.Destroyed = PerType{WNI: 11}
			wna--
		}
		open = s.Closing
		m.Days = append(m.Days, b)
	}
	m.Documents = []DocumentLine{
		{At: at21(8, 15), Kind: "Berita acara penerimaan", Number: "470/117/BA-BLK/XI/2026", Party: "Direktorat Jenderal Kependudukan dan Pencatatan Sipil", Count: PerType{1000, 0}},
		{At: at21(15, 15), Kind: "Berita acara pemusnahan", Number: "470/121/BA-MSN/XI/2026", Count: PerType{11, 0}},
	}
	return m
}

func certificate(n int) ShiftCertificate {
	sum := sha256.Sum256([]byte("head"))
	key := sha256.Sum256([]byte("key"))
	c := ShiftCertificate{
		Office: office(), Shift: "ST-9901-20261121-1", Opened: at21(7, 58), Closed: at21(15, 45),
		Stock: []ShiftStock{
			{Type: ledger.WNI, Opening: 12, Drawn: 138, Good: 71, Spoiled: 8, Returned: 60, Closing: 11},
			{Type: ledger.WNA, Opening: 5, Good: 1, Closing: 4},
		},
		Spoiled:  []Counted{{"fault:C-101", PerType{5, 0}}, {"damage:print", PerType{3, 0}}},
		Waivers:  []Waiver{{"Dua orang di ruang cetak", "petugas kedua dipanggil melayani perekaman selama 20 menit", [2]string{"Rina Teladan", "Budi Contoh"}}},
		Incident: []string{"K-0007: penghitung pencetak 1 lebih banyak dari buku sejak percobaan A-00123; ditutup, kartu uji teknisi"},
		FirstSeq: 4123, LastSeq: 4988, Head: hex.EncodeToString(sum[:]), Key: hex.EncodeToString(key[:]), File: "ST-9901-20261121-1.shift",
		OpenedBy: [2]string{"Siti Contoh", "Rina Teladan"}, ClosedBy: [2]string{"Siti Contoh", "Rina Teladan"},
	}
	for i := range n {
		c.UIDs = append(c.UIDs, uid(i))
	}
	return c
}

func suket() Suket {
	return Suket{
		Office: office(), Number: "470/1093/SKT/XI/2026", Issued: at21(10, 0), Until: at21(10, 0).AddDate(0, 6, 0), Reason: "persediaan blangko di bawah cadangan",
		NIK: "9901015708990001", Name: "SITI CONTOH SPESIMEN", BirthPlace: "CONTOH", BirthDate: "17-08-1999", Sex: "PEREMPUAN", Blood: "O", Address: "JALAN CONTOH RAYA NOMOR 17 BLOK C",
		RT: "003", RW: "001", Village: "CONTOHSARI", District: "CONTOH UTARA", Regency: "KABUPATEN CONTOH", Province: "PROVINSI CONTOH", Religion: "ISLAM", Marital: "BELUM KAWIN",
		Occupation: "PELAJAR/MAHASISWA", Citizenship: "WNI", Photo: photo(236, 300),
	}
}

// sample is one of every paper, as a full one looks.
type sample struct {
	name  string
	paper Paper
}

func samples() []sample {
	adjust := Adjustment{
		Office: office(), Number: "470/119/BA-SEL/XI/2026", At: at21(16, 5), Reason: "Dua keping tidak ditemukan pada hitung tutup sif; brankas dan kotak tolak sudah diperiksa",
		Lines: []AdjustmentLine{
			{Account: ledger.Vault, Type: ledger.WNI, Book: 700, Counted: 698, Cause: "adjust:not-found"}, {Account: ledger.Good, Type: ledger.WNI, Book: 230, Counted: 231, Cause: "adjust:found", UIDs: []string{uid(77)}},
		},
		Counters: [2]Signer{{Name: "Siti Contoh"}, {Name: "Joko Teladan"}}, Bookers: [2]Signer{{Name: "Joko Teladan"}, {Name: "Siti Contoh"}}, Approves: Signer{Name: "Rina Teladan", ID: "NIP 19850505 201001 2 002"}, Line: 131,
	}
	booked := adjust
	booked.Counters = [2]Signer{}
	others := adjust
	others.Bookers = [2]Signer{{Name: "Rina Teladan"}, {Name: "Budi Contoh"}}
	destroy := Destruction{
		Office: office(), Number: "470/121/BA-MSN/XI/2026", At: at21(15, 15), Where: "halaman belakang kantor Dinas Kependudukan dan Pencatatan Sipil", Method: "dibakar", Cards: spoiledCards(37),
		Executes: [2]Signer{{Name: "Rina Teladan", ID: "NIP 19850505 201001 2 002"}, {Name: "Joko Teladan"}}, Photograph: photograph(), Line: 140,
		Witnesses: []Signer{{Name: "Agus Contoh", ID: "Satpol PP"}, {Name: "Dewi Contoh", ID: "Inspektorat"}},
	}
	ship := ShippingList{
		Office: office(), Number: "470/133/KIRIM/XI/2026", At: at21(14, 0), To: "Kecamatan Contoh Utara", Cards: cards(34), Gives: Signer{Name: "Siti Contoh"},
		Courier: Signer{Role: "Pengantar", Name: "Joko Teladan"}, Receives: Signer{ID: "Kasi Pemerintahan"}, Line: 160,
	}
	age := Ageing{Office: office(), At: at21(16, 0), Keeper: Signer{Name: "Siti Contoh"}}
	for i, c := range cards(40) {
		age.Cards = append(age.Cards, Uncollected{c, []string{"", "Kecamatan Contoh Utara", "Kecamatan Contoh Selatan"}[i%3]})
	}
	missing := MissingBlanks{Office: office(), At: at21(16, 30), Keeper: Signer{Name: "Siti Contoh"}, Lines: []MissingLine{
		{Type: ledger.WNI, Count: 2, From: ledger.Vault, Found: at21(16, 5), Paper: "470/119/BA-SEL/XI/2026"}, {Serial: uid(9), Type: ledger.WNI, Count: 1, From: ledger.Shipped, Found: at21(9, 0), Paper: "470/98/BA-SEL/XI/2026"},
	}}
	notice := StockNotice{Office: office(), At: at21(7, 30), Available: PerType{812, 40}, Waiting: 322, LastUntil: at21(14, 20).AddDate(0, 0, 8), Hours: "Senin sampai Jumat 08.00 sampai 15.30", Complaint: "Inspektorat Kabupaten Contoh"}
	spoil := Spoilage{Office: office(), At: time.Date(2026, 12, 1, 9, 0, 0, 0, wib), From: time.Date(2026, 11, 1, 0, 0, 0, 0, wib), To: time.Date(2026, 12, 1, 0, 0, 0, 0, wib), Spent: spent(900), Keeper: Signer{Name: "Siti Contoh"}}
	fit := Readiness{Office: office(), At: at21(8, 30), Since: at21(8, 12), Required: true, Printer: "Evolis Zenius 10000123456", Firmware: "1144", Reader: "HID Omnikey 5422 00 00",
		Program: "v1.4.0", Technician: Signer{Name: "Joko Teladan"}, Tests: []TestLine{
			{Test: "Saluran ke pencetak", Result: "lulus", At: at21(8, 5), Who: "joko", Counts: true, Detail: "100 of 100 answers right, 82305 bytes in 7.2 s"},
			{Test: "Cetakan, dinilai mata", Result: "gagal", At: at21(8, 12), Who: "joko", Code: "T-105", Detail: "judged by eye", Why: "gagal"},
			{Test: "Penghitung pencetak", Why: "belum pernah diuji"},
		}}
	ready := fit
	ready.Ready, ready.Until, ready.Left, ready.Tests = true, at21(8, 5).AddDate(0, 0, 30), 5000, fit.Tests[:1]
	all := []sample{
		{"kesiapan", ready}, {"kesiapan-belum", fit},
		{"penyesuaian", adjust}, {"penyesuaian-tanpa-hitung", booked}, {"penyesuaian-dibukukan-lain", others}, {"pemusnahan", destroy}, {"harian", daily()}, {"bulanan", monthly()}, {"pengiriman", ship}, {"belum-diambil", age}, {"kerusakan", spoil},
		{"pengumuman", notice}, {"sertifikat-sif", certificate(79)}, {"suket", suket()}, {"tidak-ditemukan", missing},
	}
	for _, a := range []Act{Receipt, LoanIn, LoanInBack, LoanOut, LoanOutBack, TransferIn, TransferOut, Return, ReturnSpoiled, Unfetched} {
		all = append(all, sample{"serah-terima-" + string(a), delivery(a)})
	}
	return all
}
