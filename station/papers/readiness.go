package papers

import (
	"cetak/station/readiness"
	"cetak/station/report"
)

// readiness fills the report of the self-tests. The printer is taken to be the one that the journal saw last.
func (m *maker) readiness(rules readiness.Rules) (report.Paper, error) {
	f := readiness.New()
	for e, err := range m.Entries(m.ctx) {
		if err == nil {
			err = f.Apply(e)
		}
		if err != nil {
			return nil, err
		}
	}
	v := f.Verdict(rules, m.Now, m.Present)
	p := report.Readiness{
		Office: m.office, At: m.Now, Ready: v.Ready, Since: m.local(v.Since), Until: v.Until, Left: v.Left, Required: rules.Required,
		Reader: m.Present.Reader, Program: m.Present.Program,
	}
	if !v.Until.IsZero() {
		p.Until = m.local(v.Until)
	}
	if v.Since.IsZero() { // an empty journal
		p.Since = m.Now
	}
	for _, s := range v.Tests {
		l := report.TestLine{Test: testWords(s.Test), Counts: s.Reason == readiness.Countable, Why: testReason(s.Reason)}
		if s.Made {
			l.Result, l.At, l.Who, l.Code, l.Detail = stateWords(s.Result.State), m.local(s.Result.At), s.Result.Who, s.Result.Code, s.Result.Says("id")
			if id := s.Result.On.Printer; id.Model != "" || id.Serial != "" {
				p.Printer, p.Firmware = id.Model+" "+id.Serial, id.Firmware
			}
			if p.Technician.Name == "" {
				p.Technician = signer("", s.Result.Who)
			}
		}
		p.Tests = append(p.Tests, l)
	}
	return p, nil
}

func testWords(t readiness.Test) string {
	return map[readiness.Test]string{
		readiness.Line: "Saluran ke pencetak", readiness.Sensors: "Sensor pencetak", readiness.Service: "Layanan pembaca kartu", readiness.Clock: "Jam komputer",
		readiness.Disk: "Disk", readiness.Link: "Jalan rekaman dan hasil", readiness.Transport: "Jalur kartu", readiness.Chip: "Tulis dan baca chip",
		readiness.Print: "Cetakan, dinilai mata", readiness.Counters: "Penghitung pencetak",
	}[t]
}

func stateWords(s readiness.State) string {
	return map[readiness.State]string{
		readiness.Passed: "lulus", readiness.Failed: "gagal", readiness.Absent: "tidak ada di mesin ini", readiness.Abandoned: "ditinggalkan",
	}[s]
}

func testReason(r readiness.Reason) string {
	return map[readiness.Reason]string{
		readiness.Never: "belum pernah diuji", readiness.WasBad: "gagal", readiness.WasLeft: "ditinggalkan", readiness.Device: "pencetak lain",
		readiness.Reader: "pembaca lain", readiness.Program: "versi program lain", readiness.Setup: "setelan diubah", readiness.TooOld: "terlalu lama",
		readiness.TooMany: "terlalu banyak kartu sejak itu",
	}[r]
}
