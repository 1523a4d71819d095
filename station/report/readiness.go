package report

import (
	"fmt"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/advice"
)

// Readiness is the report of a station's self-tests: what stands at the desk, which tests count, and what follows from them.
type Readiness struct {
	Office     Office
	At         time.Time
	Ready      bool
	Since      time.Time // since when it is, or is not
	Until      time.Time // Ready: when the first test lapses by age; zero = never
	Left       int       // Ready: cards until the first lapses; below 0 = never
	Required   bool      // no card is begun unless it is ready
	Printer    string    // model and serial number
	Firmware   string
	Reader     string
	Program    string
	Tests      []TestLine // at least one
	Technician Signer
}

// TestLine is one self-test.
type TestLine struct {
	Test   string // in words
	Result string // in words; "" = never made
	At     time.Time
	Who    string
	Code   drivers.Code // of a failed one
	Detail string
	Counts bool
	Why    string // in words, why it does not count
}

func (p Readiness) document() (document, error) {
	const title = "LAPORAN KESIAPAN STASIUN"
	if len(p.Tests) == 0 {
		return document{}, refuse(Incomplete, title+": the self-tests", nil)
	}
	t := table{columns: []column{left("Uji mandiri"), left("Hasil"), left("Waktu"), left("Oleh"), left("Berlaku"), left("Keterangan")}}
	var short []string
	for _, l := range p.Tests {
		if p.Ready && !l.Counts {
			return document{}, unsound("%s: ready, and %s does not count", title, l.Test)
		}
		counts, at := "ya", any(nil)
		if !l.Counts {
			counts = "tidak: " + l.Why
			short = append(short, l.Test)
		}
		if !l.At.IsZero() {
			at = minute(l.At)
		}
		note := l.Detail
		if l.Code != "" {
			card, _ := advice.For(l.Code, "id")
			note = join("; ", string(l.Code)+" "+card.Title, note)
		}
		t.rows = append(t.rows, []any{l.Test, or(l.Result, "belum pernah"), at, or(l.Who, "-"), counts, or(note, "-")})
	}
	state := "SIAP"
	about := "Stasiun ini siap mencetak kartu sejak " + moment(p.Since) + "."
	if !p.Ready {
		state = "BELUM SIAP"
		about = "Stasiun ini tidak siap sejak " + moment(p.Since) + ". Yang kurang: " + strings.Join(short, ", ") + "."
	}
	var ends []string
	if p.Ready && !p.Until.IsZero() {
		ends = append(ends, "sampai "+moment(p.Until))
	}
	if p.Ready && p.Left >= 0 {
		ends = append(ends, fmt.Sprintf("untuk %s kartu lagi", thousands(p.Left)))
	}
	demand := "tidak: kartu dicetak juga tanpa uji"
	if p.Required {
		demand = "ya: tanpa uji yang berlaku tidak ada kartu yang dimulai"
	}
	d := document{office: p.Office, title: title, about: "Keadaan " + moment(p.At), at: p.At, landscape: true}
	d.parts = []part{
		headline(state), prose(about),
		pairs{
			{"Pencetak", or(p.Printer, "-")}, {"Peranti lunak pencetak", or(p.Firmware, "-")}, {"Pembaca kartu", or(p.Reader, "-")}, {"Versi program", or(p.Program, "-")},
			{"Berlaku", or(strings.Join(ends, ", atau "), "-")}, {"Diwajibkan setelan", demand},
		},
		t,
	}
	d.signers = [][]Signer{{role(p.Technician, "Teknisi"), role(p.Office.Head, "Mengetahui, Kepala Dinas")}}
	return d, nil
}
