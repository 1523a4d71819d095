package main

import (
	"maps"
	"reflect"
	"testing"

	"cetak/drivers"
	"cetak/station/ledger"
)

func TestParseCount(t *testing.T) {
	for text, want := range map[string][2]int{ // WNI, WNA
		"40": {40, 0}, " 0 ": {0, 0}, "WNA=3": {0, 3}, "wni=40, wna=2": {40, 2}, "12,WNA=2": {12, 2}, "10000000": {10_000_000, 0},
	} {
		got, err := parseCount(text, ledger.WNI, ledger.Vault)
		if err != nil || !maps.Equal(got[ledger.WNI], map[ledger.Account]int{ledger.Vault: want[0]}) || got[ledger.WNA][ledger.Vault] != want[1] {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "forty", "-1", "4 0", "40.5", "1e3", "WNI", "WNI=", "=4", "XXX=4", "4,5", "WNI=4,WNI=4", "10000001", "99999999999999999999", "４０"} {
		if got, err := parseCount(text, ledger.WNI, ledger.Vault); got != nil || err == nil || drivers.AsFault(err).Code != ledger.BadCount {
			t.Errorf("%q: %v, %v; want it refused with %s", text, got, err, ledger.BadCount)
		}
	}
}

func TestParseBox(t *testing.T) {
	for text, want := range map[string]ledger.Box{
		"K-1=50":                      {Number: "K-1", Count: 50},
		"K-1=50:A001-A050":            {Number: "K-1", Count: 50, First: "A001", Last: "A050"},
		"K-1=50:A001-A050:B-7:KS-3":   {Number: "K-1", Count: 50, First: "A001", Last: "A050", Batch: "B-7", KeySet: "KS-3"},
		"K-1=50::B-7":                 {Number: "K-1", Count: 50, Batch: "B-7"},
		"Dus 12 / 2026=1:0001-0001::": {Number: "Dus 12 / 2026", Count: 1, First: "0001", Last: "0001"},
	} {
		if got, err := parseBox(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "K-1", "=5", "K-1=", "K-1=x", "K-1=0", "K-1=-3", "K-1=5:A001", "K-1=5:A1-A5:b:k:more"} {
		if got, err := parseBox(text); err == nil {
			t.Errorf("%q is taken for %+v", text, got)
		}
	}
}
