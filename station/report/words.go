package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/advice"
	"cetak/station/ledger"
)

func months() []string {
	return []string{"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"}
}

func weekday(t time.Time) string {
	return []string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"}[t.Weekday()]
}

// longDate gives "21 November 2026".
func longDate(t time.Time) string {
	return fmt.Sprintf("%d %s %d", t.Day(), months()[t.Month()-1], t.Year())
}

// month gives "November 2026".
func month(t time.Time) string { return fmt.Sprintf("%s %d", months()[t.Month()-1], t.Year()) }

// shortDate gives "21-11-2026", as on the card.
func shortDate(t time.Time) string { return t.Format("02-01-2006") }

// clock gives "08.15", the Indonesian way.
func clock(t time.Time) string { return t.Format("15.04") }

// zone gives WIB, WITA, WIT, or the offset. The three are UTC+7, +8, and +9 all year.
func zone(t time.Time) string {
	_, offset := t.Zone()
	switch offset {
	case 0:
		return "UTC"
	case 7 * 3600:
		return "WIB"
	case 8 * 3600:
		return "WITA"
	case 9 * 3600:
		return "WIT"
	}
	return "UTC" + t.Format("-07:00")
}

// moment gives "Sabtu, 21 November 2026 pukul 08.15 WIB".
func moment(t time.Time) string {
	return weekday(t) + ", " + longDate(t) + " pukul " + clock(t) + " " + zone(t)
}

// today is how minutes begin: the date in words and figures, and the time where it is known.
func today(t time.Time) string {
	s := fmt.Sprintf("Pada hari ini, %s, tanggal %s bulan %s tahun %s (%s)", weekday(t), words(t.Day()), months()[t.Month()-1], words(t.Year()), shortDate(t))
	if t.Hour() == 0 && t.Minute() == 0 {
		return s
	}
	return s + ", pukul " + clock(t) + " " + zone(t)
}

// words gives a number in words: 1250 is "seribu dua ratus lima puluh".
func words(n int) string {
	small := []string{
		"nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
	}
	join := func(head string, rest int) string {
		if rest == 0 {
			return head
		}
		return head + " " + words(rest)
	}
	switch {
	case n < 0:
		return "minus " + words(-n)
	case n < 12:
		return small[n]
	case n < 20:
		return words(n-10) + " belas"
	case n < 100:
		return join(words(n/10)+" puluh", n%10)
	case n < 200:
		return join("seratus", n%100)
	case n < 1000:
		return join(words(n/100)+" ratus", n%100)
	case n < 2000:
		return join("seribu", n%1000)
	case n < 1_000_000:
		return join(words(n/1000)+" ribu", n%1000)
	case n < 1_000_000_000:
		return join(words(n/1_000_000)+" juta", n%1_000_000)
	}
	return join(words(n/1_000_000_000)+" miliar", n%1_000_000_000)
}

// pieces gives "1.250 (seribu dua ratus lima puluh) keping".
func pieces(n int) string { return fmt.Sprintf("%s (%s) keping", thousands(n), words(n)) }

// thousands gives "1.250".
func thousands(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return sign + s
}

// maskNIK leaves the first two and the last four digits: "33**********0001". Anything that is no NIK is hidden whole.
func maskNIK(nik string) string {
	switch {
	case nik == "":
		return ""
	case len(nik) != 16 || strings.Trim(nik, "0123456789*") != "":
		return strings.Repeat("*", 16)
	}
	return nik[:2] + strings.Repeat("*", 10) + nik[12:]
}

// typeWords names a type of blank.
func typeWords(t ledger.BlankType) string { return string(t) }

// AccountWords names in Indonesian where blanks are.
func AccountWords(a ledger.Account) string {
	switch a {
	case ledger.Vault:
		return "Brankas"
	case ledger.Hopper:
		return "Pengumpan pencetak"
	case ledger.Machine:
		return "Dalam pencetak"
	case ledger.Good:
		return "Kartu jadi di kantor"
	case ledger.Shipped:
		return "Dikirim ke kecamatan"
	case ledger.HandedOver:
		return "Sudah diserahkan"
	case ledger.Spoiled:
		return "Rusak, menunggu pemusnahan"
	case ledger.Destroyed:
		return "Dimusnahkan"
	case ledger.Returned:
		return "Dikembalikan ke pusat"
	case ledger.Lent:
		return "Dipinjamkan"
	case ledger.Borrowed:
		return "Pinjaman"
	case ledger.Missing:
		return "Tidak ditemukan"
	case ledger.Centre:
		return "Pusat"
	}
	return string(a)
}

// causeWords says a cause of the ledger. A fault is told by its advice, so that screen, manual, and paper say the same.
func causeWords(cause string) string {
	if c, ok := strings.CutPrefix(cause, "fault:"); ok {
		if card, known := advice.For(drivers.Code(c), "id"); known {
			return card.Title + " (" + c + ")"
		}
		return "Gangguan " + c
	}
	if cause == "" {
		return "Tidak dicatat"
	}
	words := []rune(ledger.CauseText(cause, "id"))
	return strings.ToUpper(string(words[0])) + string(words[1:])
}
