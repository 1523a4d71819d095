package report

import (
	"slices"
	"testing"
	"time"

	"cetak/station/ledger"
)

func TestWords(t *testing.T) {
	for n, want := range map[int]string{
		0: "nol", 1: "satu", 10: "sepuluh", 11: "sebelas", 12: "dua belas", 19: "sembilan belas", 20: "dua puluh", 21: "dua puluh satu", 99: "sembilan puluh sembilan",
		100: "seratus", 101: "seratus satu", 111: "seratus sebelas", 200: "dua ratus", 999: "sembilan ratus sembilan puluh sembilan", 1000: "seribu", 1001: "seribu satu",
		1100: "seribu seratus", 2026: "dua ribu dua puluh enam", 11_000: "sebelas ribu", 100_000: "seratus ribu", 1_000_000: "satu juta", 25_900_000: "dua puluh lima juta sembilan ratus ribu",
		1_000_000_000: "satu miliar", -2: "minus dua",
	} {
		if got := words(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1.000", -1234567: "-1.234.567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for nik, want := range map[string]string{"": "", "9901015708990001": "99**********0001", "99**********0001": "99**********0001", "SITI": "****************"} {
		if got := maskNIK(nik); got != want {
			t.Errorf("%q: %q, want %q", nik, got, want)
		}
	}
	for offset, want := range map[int]string{7: "WIB", 8: "WITA", 9: "WIT", 0: "UTC", 5: "UTC+05:00"} {
		if got := zone(time.Date(2026, 11, 21, 0, 0, 0, 0, time.FixedZone("", offset*3600))); got != want {
			t.Errorf("%d: %q, want %q", offset, got, want)
		}
	}
	if got := today(at21(8, 15)); got != "Pada hari ini, Sabtu, tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam (21-11-2026), pukul 08.15 WIB" {
		t.Errorf("%q", got)
	}
	if got := today(at21(0, 0)); got != "Pada hari ini, Sabtu, tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam (21-11-2026)" {
		t.Errorf("%q", got)
	}
	for _, a := range ledger.Accounts() {
		if AccountWords(a) == string(a) {
			t.Errorf("%s has no Indonesian name", a)
		}
	}
	for cause, want := range map[string]string{"": "Tidak dicatat", "damage:print": "Salah cetak", "fault:P-105": "Pita habis (P-105)", "fault:Z-999": "Gangguan Z-999"} {
		if got := causeWords(cause); got != want {
			t.Errorf("%q: %q, want %q", cause, got, want)
		}
	}
	for from, want := range map[string]string{"=HYPERLINK(1)": "'=HYPERLINK(1)", "-12": "-12", "+62 21": "'+62 21", "-": "-", "@a": "'@a", "a=b": "a=b", "": ""} {
		if got := harmless(from); got != want {
			t.Errorf("%q: %q, want %q", from, got, want)
		}
	}
}

// The table of Code 128 holds to the rules of its symbology, and the check symbol to a sum done by hand.
func TestCode128(t *testing.T) {
	seen := map[string]bool{}
	for i, s := range symbols() {
		modules, bars := 0, 0
		for j, w := range s {
			modules += int(w - '0')
			if j%2 == 0 {
				bars += int(w - '0')
			}
		}
		if want := 11; i < stopCode && (len(s) != 6 || modules != want || bars%2 != 0) || i == stopCode && (len(s) != 7 || modules != 13) || seen[s] {
			t.Errorf("symbol %d: %s", i, s)
		}
		seen[s] = true
	}
	if len(symbols()) != stopCode+1 {
		t.Errorf("%d symbols", len(symbols()))
	}
	got, err := code128("1234567890")
	if err != nil {
		t.Fatal(err)
	}
	var want []int
	for _, v := range []int{startC, 12, 34, 56, 78, 90, 85, stopCode} { // 105+12+2*34+3*56+4*78+5*90 = 1115 = 10*103+85
		for _, w := range symbols()[v] {
			want = append(want, int(w-'0'))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	for _, bad := range []string{"", "123", "12a4", "1２"} {
		if _, err := code128(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
