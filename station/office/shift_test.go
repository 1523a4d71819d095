package office

import (
	"testing"

	"cetak/station/access"
	"cetak/station/certificate"
	"cetak/station/journal"
	"cetak/station/ledger"
)

func TestShiftFromCountToCertificate(t *testing.T) {
	d := opened(t)
	d.card("PRR-1", 1, ledger.WNI, "0401", "good")
	d.card("PRR-2", 1, ledger.WNI, "0402", "spoiled")
	d.card("PRR-2", 1, ledger.WNI, "0403", "good")
	d.card("PRR-3", 1, ledger.WNI, "", "spoiled")
	d.card("PRR-3", 1, ledger.WNI, "", "not-taken")
	d.do(Draw{Type: ledger.WNI, Count: 5}, two)
	d.do(ReturnToVault{Type: ledger.WNI, Count: 10}, two)
	head := d.entries[len(d.entries)-1]
	d.do(CloseShift{First: hopper(16), Second: hopper(16)}, By{Who: "siti", Second: "budi"})
	if _, on := d.s.Shift(); on {
		t.Error("the shift is still open")
	}
	c, ok := d.s.Certificate("2026-03-02-1")
	if !ok {
		t.Fatal("no certificate")
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	w := c.Stock[0]
	if w.Opening != 25 || w.Drawn != 5 || w.Good != 2 || w.SpoiledAll() != 2 || w.Spoiled["fault:P-103"] != 2 || w.Returned != 10 ||
		w.Missing != 0 || w.Closing != 16 || w.Difference != 0 {
		t.Errorf("%+v", w)
	}
	if len(c.Cards) != 3 || c.Cards[1] != (certificate.Card{UID: "0402", Type: "WNI", Result: certificate.Spoiled, Cause: "fault:P-103"}) {
		t.Errorf("%+v", c.Cards)
	}
	if c.Journal.Last != head.Seq || c.Journal.Head != head.Hash || c.OpenedBy != [2]string{"siti", "rina"} || c.ClosedBy != [2]string{"siti", "budi"} {
		t.Errorf("%+v %v %v", c.Journal, c.OpenedBy, c.ClosedBy)
	}
	d.again()
	d.do(OpenShift{First: hopper(16), Second: hopper(16)}, two)
	if sh, _ := d.s.Shift(); sh.ID != "2026-03-02-2" {
		t.Errorf("the second shift of the day is %s", sh.ID)
	}
}

func TestBlindCounts(t *testing.T) {
	d := newDesk(t, Rules{})
	d.do(Receive{Paper: Paper{Number: "BA-1", Issuer: "Pusat", Party: "Gudang Pusat"}, Type: ledger.WNI, Count: 100}, two)
	d.do(Draw{Type: ledger.WNI, Count: 25}, two)
	lines := len(d.entries)
	d.refuse(OpenShift{First: hopper(24), Second: hopper(25)}, two, ledger.CountsDiffer)
	if k := d.entries[len(d.entries)-1].Kind; len(d.entries) != lines+1 || k != journal.KindCounted {
		t.Errorf("the counts that did not agree are not kept: %s", k)
	}
	d.refuse(OpenShift{First: hopper(24), Second: hopper(24)}, two, ledger.EquationOpen)
	if all := d.s.Incidents(); len(all) != 1 || all[0].Difference != -1 || all[0].Account != ledger.Hopper {
		t.Errorf("%+v", all)
	}
	d.refuse(OpenShift{First: hopper(25), Second: hopper(25)}, alone, access.SecondNeeded)
	d.refuse(OpenShift{First: hopper(25), Second: hopper(25)}, pair("siti", "SITI"), access.SamePerson)
	d.refuse(OpenShift{First: hopper(-1), Second: hopper(-1)}, two, ledger.BadCount)
	d.refuse(OpenShift{}, two, ledger.BadCount)
	d.refuse(CloseShift{First: hopper(25), Second: hopper(25)}, two, ShiftNeeded)
	d.do(OpenShift{First: hopper(24), Second: hopper(24), Waiver: "satu blangko dicari besok"}, two)
	d.refuse(OpenShift{First: hopper(24), Second: hopper(24)}, two, ShiftIsOpen)
	if all := d.s.Incidents(); len(all) != 1 {
		t.Errorf("a difference that was told is told again: %+v", all)
	}
	d.do(CloseShift{First: hopper(24), Second: hopper(24)}, two)
	c, _ := d.s.Certificate("2026-03-02-1")
	if c.Stock[0].Opening != 24 || c.Stock[0].Difference != 0 || len(c.Waivers) != 1 || c.Waivers[0].At != "opening" || len(c.Incidents) != 1 {
		t.Errorf("%+v", c)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

func TestClosingADifference(t *testing.T) {
	d := opened(t)
	d.card("PRR-1", 1, ledger.WNI, "0401", "good")
	d.refuse(CloseShift{First: hopper(23), Second: hopper(23)}, two, ledger.EquationOpen)
	d.do(Adjust{Paper: Paper{Number: "BA-7"}, Type: ledger.WNI, From: ledger.Hopper, To: ledger.Missing, Count: 1, Cause: "adjust:not-found"}, two)
	d.do(CloseShift{First: hopper(23), Second: hopper(23)}, two)
	c, _ := d.s.Certificate("2026-03-02-1")
	if c.Stock[0].Missing != 1 || c.Check() != nil {
		t.Errorf("%+v: %v", c.Stock, c.Check())
	}
	if i := c.Incidents; len(i) != 1 || !i[0].Open || i[0].Since != "A-1" {
		t.Errorf("%+v", i)
	}
	// the next day it is found again
	d.do(OpenShift{First: hopper(23), Second: hopper(23)}, two)
	d.do(Adjust{Paper: Paper{Number: "BA-8"}, Type: ledger.WNI, From: ledger.Missing, To: ledger.Hopper, Count: 1, Cause: "adjust:found"}, two)
	d.do(CloseIncident{ID: "I-1", Reason: "terselip di bawah pengumpan"}, two)
	d.refuse(CloseIncident{ID: "I-1", Reason: "lagi"}, two, NotListed)
	d.do(CloseShift{First: hopper(25), Second: hopper(25), Waiver: "satu lebih, belum diketahui"}, two)
	c, _ = d.s.Certificate("2026-03-02-2")
	if s := c.Stock[0]; s.Found != 1 || s.Missing != 0 || s.Difference != 1 || c.Check() != nil {
		t.Errorf("%+v: %v", c.Stock, c.Check())
	}
	d.again()
}

// What is net in the sheet is told apart in the certificate, so that no shift is stuck on a figure below nothing.
func TestCorrectionsAcrossShifts(t *testing.T) {
	d := opened(t)
	draw := d.entries[1].Seq
	d.card("PRR-0", 1, ledger.WNI, "", "missing")
	d.do(CloseShift{First: hopper(24), Second: hopper(24)}, two)
	d.do(OpenShift{First: hopper(24), Second: hopper(24)}, two)
	d.card("PRR-1", 1, ledger.WNI, "0401", "missing")
	d.do(Adjust{Paper: Paper{Number: "BA-2"}, Type: ledger.WNI, From: ledger.Missing, To: ledger.Hopper, Count: 1, Cause: "adjust:found"}, two)
	d.do(Adjust{Paper: Paper{Number: "BA-3"}, Type: ledger.WNI, From: ledger.Hopper, To: ledger.Vault, Count: 2, Cause: "adjust:correction", Reverses: draw}, two)
	d.do(CloseShift{First: hopper(22), Second: hopper(22)}, two)
	c, _ := d.s.Certificate("2026-03-02-2")
	if s := c.Stock[0]; s.Opening != 24 || s.Drawn != 0 || s.Found != 1 || s.Missing != 1 || s.Returned != 2 || s.Closing != 22 || s.Difference != 0 {
		t.Errorf("%+v", s)
	}
	d.again()
}

func TestNoShiftOnACardInHand(t *testing.T) {
	d := opened(t)
	d.write(journal.Fact{Kind: journal.KindIntent, Record: "PRR-1", Issue: 1, Attempt: "A-9", Who: "siti", Data: map[string]any{"counter": 0}})
	d.refuse(CloseShift{First: hopper(25), Second: hopper(25)}, two, ledger.CardUnderWay)
}

func TestWitnesses(t *testing.T) {
	d := opened(t)
	d.card("PRR-1", 1, ledger.WNI, "0401", "good")
	if facts := d.s.Witness(d.now, ledger.Reading{Cards: 1, Panels: ledger.Unknown}); len(facts) != 0 {
		t.Fatalf("the witnesses agree, and %+v", facts)
	}
	d.card("PRR-2", 1, ledger.WNI, "0402", "good")
	d.counter++ // somebody fed a card by hand
	facts := d.s.Witness(d.now, ledger.Reading{Cards: d.counter, Panels: ledger.Unknown})
	if len(facts) != 1 {
		t.Fatalf("a card that nobody booked: %+v", facts)
	}
	if again := d.s.Witness(d.now, ledger.Reading{Cards: d.counter, Panels: ledger.Unknown}); len(again) != 1 {
		t.Error("the question changed the State")
	}
	d.write(facts...)
	all := d.s.Incidents()
	if len(all) != 1 || all[0].Difference != 1 || all[0].Since.Attempt != "A-2" || all[0].Between[1] != ledger.ByCounter {
		t.Errorf("%+v", all)
	}
	if facts := d.s.Witness(d.now, ledger.Reading{Cards: d.counter, Panels: ledger.Unknown}); len(facts) != 0 {
		t.Errorf("told twice: %+v", facts)
	}
	d.card("PRR-3", 1, ledger.WNI, "0403", "good")
	if facts := d.s.Witness(d.now, ledger.Reading{Cards: d.counter, Panels: ledger.Unknown}); len(facts) != 0 {
		t.Errorf("the next card is blamed for it: %+v", facts)
	}
	d.again()
}

func TestRejectBoxAndStockTake(t *testing.T) {
	d := opened(t)
	d.card("PRR-1", 1, ledger.WNI, "0401", "spoiled")
	d.card("PRR-1", 1, ledger.WNI, "", "spoiled")
	if d.s.Reject() != 2 {
		t.Errorf("%d in the box", d.s.Reject())
	}
	n := func(i int) *int { return &i }
	d.refuse(RejectEmptied{First: n(2), Second: n(1)}, two, ledger.CountsDiffer)
	d.refuse(RejectEmptied{First: n(2)}, two, Incomplete)
	d.refuse(RejectEmptied{First: n(2), Second: n(2)}, alone, access.SecondNeeded)
	d.do(RejectEmptied{First: n(1), Second: n(1)}, two)
	if all := d.s.Incidents(); d.s.Reject() != 0 || len(all) != 1 || all[0].Difference != -1 || all[0].Since.Attempt != "A-1" {
		t.Errorf("%+v", all)
	}
	d.card("PRR-1", 1, ledger.WNI, "", "spoiled")
	d.do(RejectEmptied{}, alone)
	if d.s.Reject() != 0 {
		t.Error("the box is not empty")
	}
	vault := ledger.Count{ledger.WNI: {ledger.Vault: 75, ledger.Spoiled: 3}}
	d.do(NoteCount{vault, vault}, two)
	if len(d.s.Incidents()) != 1 {
		t.Errorf("%+v", d.s.Incidents())
	}
	d.do(NoteCount{ledger.Count{ledger.WNI: {ledger.Vault: 74}}, ledger.Count{ledger.WNI: {ledger.Vault: 74}}}, two)
	if all := d.s.Incidents(); len(all) != 2 || all[1].Account != ledger.Vault {
		t.Errorf("%+v", all)
	}
	d.refuse(NoteCount{}, two, Incomplete)
	d.again()
}
