package office

import (
	"strings"
	"testing"
	"time"

	"cetak/station/access"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
)

func TestFromThePrinterToTheHolder(t *testing.T) {
	d := opened(t)
	for _, uid := range []string{"0401", "0402", "0403", "0404"} {
		d.card("PRR-"+uid, 1, ledger.WNI, uid, "good")
	}
	list := Ship{Paper: Paper{Number: "SJ-1", Party: "Kecamatan Contoh"}, Receiver: "joko", UIDs: []string{"0401", "0402", "0403"}}
	d.refuse(Ship{Paper: list.Paper, Receiver: "joko"}, alone, Incomplete)
	d.refuse(Ship{Paper: list.Paper, Receiver: "joko", UIDs: []string{"0499"}}, alone, CardElsewhere)
	d.do(list, alone)
	d.refuse(list, alone, NumberUsed)
	d.refuse(Arrive{Shipment: "SJ-1", Receiver: "joko", Absent: []string{"0403"}, Paper: Paper{Number: "BA-3"}}, alone, access.SecondNeeded)
	d.refuse(Unfetched{Paper: Paper{Number: "BA-4"}, UIDs: []string{"0402"}}, alone, access.SecondNeeded)
	d.refuse(Arrive{Shipment: "SJ-1", Receiver: "joko", Absent: []string{"0404"}}, two, CardElsewhere)
	d.refuse(Arrive{Shipment: "SJ-1", Receiver: "joko", Absent: []string{"0403"}}, two, ledger.DocumentMissing)
	d.do(Arrive{Shipment: "SJ-1", Receiver: "joko", Absent: []string{"0403"}, Paper: Paper{Number: "BA-3"}}, two)
	d.refuse(Arrive{Shipment: "SJ-1", Receiver: "joko"}, alone, NotListed)

	chip := func(uid string) *ChipRead { return &ChipRead{UID: uid, Portrait: digestOf(uid)} }
	give := HandOver{UID: "0401", Collector: Holder, Proof: Receipt, Slip: "T-17", Chip: chip("0401")}
	for _, change := range []func(*HandOver){
		func(h *HandOver) { h.Collector = "neighbour" },
		func(h *HandOver) { h.Proof = "" },
		func(h *HandOver) { h.Slip = " " },
		func(h *HandOver) { h.Chip = nil },
	} {
		bad := give
		change(&bad)
		d.refuse(bad, two, Incomplete)
	}
	bad := give
	bad.Chip, bad.Waiver = nil, "pembaca di kecamatan rusak"
	d.refuse(bad, alone, access.SecondNeeded)
	bad = give
	bad.Chip = &ChipRead{UID: "0401", Portrait: digestOf("0402")}
	d.refuse(bad, alone, ChipDiffers)
	bad.Chip = chip("0402")
	d.refuse(bad, alone, ChipDiffers)
	if len(d.s.Alarms()) != 2 {
		t.Errorf("%+v", d.s.Alarms())
	}
	d.do(give, alone)
	d.refuse(give, alone, CardElsewhere)
	d.do(Unfetched{Paper: Paper{Number: "BA-4"}, UIDs: []string{"0402"}}, two)
	d.do(HandOver{UID: "0402", Collector: Family, Proof: FamilyCard, Slip: "T-18", Waiver: "pembaca rusak"}, two)
	for uid, want := range map[string]ledger.Account{"0401": ledger.HandedOver, "0402": ledger.HandedOver, "0403": ledger.Missing, "0404": ledger.Good} {
		if c, ok := d.s.Seen(uid); !ok || c.Where != want {
			t.Errorf("card %s is in %s, want %s", uid, c.Where, want)
		}
	}
	d.again()
}

func TestSpoiledToAshes(t *testing.T) {
	d := opened(t)
	d.card("PRR-1", 1, ledger.WNI, "0401", "spoiled")
	d.card("PRR-1", 1, ledger.WNI, "", "spoiled")
	d.card("PRR-1", 1, ledger.WNI, "0402", "good")
	spoil := SpoilByHand{From: ledger.Good, Type: ledger.WNI, Count: 1, Cause: "damage:print", UIDs: []string{"0402"}}
	d.refuse(spoil, alone, access.SecondNeeded)
	d.refuse(SpoilByHand{From: ledger.Good, Type: ledger.WNI, Count: 1, Cause: "damage:print"}, two, Incomplete)
	d.refuse(SpoilByHand{From: ledger.Good, Type: ledger.WNI, Count: 1, Cause: "damage:bored", UIDs: []string{"0402"}}, two, Incomplete)
	d.refuse(SpoilByHand{From: ledger.Good, Type: ledger.WNI, Count: 1, Cause: "adjust", UIDs: []string{"0402"}}, two, Incomplete)
	d.refuse(SpoilByHand{From: ledger.Machine, Type: ledger.WNI, Count: 1, Cause: "damage:print"}, two, Incomplete)
	d.do(spoil, two)
	d.refuse(spoil, two, CardElsewhere)
	d.do(SpoilByHand{From: ledger.Vault, Type: ledger.WNI, Count: 3, Cause: "damage:factory", Defect: true}, two)

	d.refuse(MakeDestructionList{Number: "DM-1", Type: ledger.WNA}, two, Incomplete)
	first := d.s.Spoilage()[0]
	if first.UID != "0401" || first.Printer != "P-77" || first.Ribbon != "R-9" || first.Record != "PRR-1" || first.Shift == "" {
		t.Errorf("%+v", first)
	}
	d.do(MakeDestructionList{Number: "DM-0", Type: ledger.WNI, Items: []int64{first.Seq}}, two)
	d.refuse(MakeDestructionList{Number: "DM-1", Type: ledger.WNI, Items: []int64{first.Seq}}, two, NotListed)
	d.do(MakeDestructionList{Number: "DM-1", Type: ledger.WNI}, two)
	d.refuse(MakeDestructionList{Number: "dm-1", Type: ledger.WNI}, two, NumberUsed)
	if l := d.s.Destructions()[1]; l.Count != 5 || len(l.Items) != 3 {
		t.Errorf("%+v", l)
	}
	burn := Destroy{
		List: "DM-1", Paper: Paper{Number: "BA-9"}, Method: Burnt, Place: "halaman kantor",
		Witnesses: [2]Witness{{"agus", "Satpol PP"}, {"dewi", "Inspektorat"}},
		Photo:     Photograph{File: "dm-1.jpg", SHA256: strings.Repeat("0f", 32)},
	}
	for _, change := range []func(*Destroy){
		func(b *Destroy) { b.Method = "eaten" },
		func(b *Destroy) { b.Place = "" },
		func(b *Destroy) { b.Witnesses[1] = b.Witnesses[0] },
		func(b *Destroy) { b.Witnesses[1].Name = "rina" },
		func(b *Destroy) { b.Photo.SHA256 = "0f" },
		func(b *Destroy) { b.Photo.File = "/tmp/dm-1.jpg" },
	} {
		bad := burn
		change(&bad)
		d.refuse(bad, two, Incomplete)
	}
	bad := burn
	bad.Paper.Number = ""
	d.refuse(bad, two, ledger.DocumentMissing)
	bad = burn
	bad.List = "DM-7"
	d.refuse(bad, two, NotListed)
	d.do(burn, two)
	d.refuse(burn, two, NotListed)
	if b := d.s.Ledger().Balance()[ledger.WNI]; b[ledger.Destroyed] != 5 || b[ledger.Spoiled] != 1 {
		t.Errorf("%v", b)
	}
	if c, _ := d.s.Seen("0402"); !c.Dead() || c.Where != ledger.Destroyed || c.List != "DM-1" {
		t.Errorf("%+v", c)
	}
	if l := d.s.Destructions()[1]; l.Destroyed.IsZero() || l.Minutes.Method != Burnt || l.Minutes.Witnesses[0].Name != "agus" {
		t.Errorf("%+v", l)
	}
	// the card of DM-0 lives on in somebody's pocket
	d.refuse(HandOver{UID: "0401", Collector: Holder, Proof: Receipt, Slip: "T-1", Chip: &ChipRead{UID: "0401"}}, alone, CardDead)
	if a := d.s.Alarms(); len(a) != 1 || a[0].UID != "0401" || a[0].Where != ledger.Spoiled || a[0].Reader != "hand-over" {
		t.Errorf("%+v", a)
	}
	d.do(Return{Paper: Paper{Number: "BA-10", Party: "Pusat"}, From: ledger.Spoiled, Type: ledger.WNI, Count: 1, UIDs: []string{"0401"}}, two)
	burn.List, burn.Paper.Number = "DM-0", "BA-11"
	d.refuse(burn, two, NotListed)
	d.again()
}

func TestReprint(t *testing.T) {
	d := opened(t)
	key := record.Key{ID: "PRR-1", Issue: 1}
	next := record.Key{ID: "PRR-1", Issue: 2}
	may := func(k record.Key, want error) {
		t.Helper()
		if err := d.s.MayPrint(k); want == nil && err != nil || want != nil && !isCode(err, want) {
			t.Errorf("%s: %v, want %v", k, err, want)
		}
	}
	may(key, nil)
	d.card("PRR-1", 1, ledger.WNI, "0401", "good")
	may(next, OldCardLives)
	lost := Authorise{Key: next, Reason: "lost", Old: OldLost, Report: "LP-1"}
	d.refuse(lost, two, OldCardLives)
	d.do(HandOver{UID: "0401", Collector: Holder, Proof: Receipt, Slip: "T-1", Chip: &ChipRead{UID: "0401", Portrait: digestOf("0401")}}, alone)
	d.refuse(LostCard{UID: "0401"}, alone, Incomplete)
	d.do(LostCard{UID: "0401", Report: "LP-1"}, alone)
	d.refuse(LostCard{UID: "0401", Report: "LP-1"}, alone, CardDead)
	may(next, NotAuthorised)
	d.refuse(lost, alone, access.SecondNeeded)
	for _, change := range []func(*Authorise){
		func(a *Authorise) { a.Reason = "because" },
		func(a *Authorise) { a.Report = "" },
		func(a *Authorise) { a.Old = "eaten" },
		func(a *Authorise) { a.Key.Issue = 0 },
	} {
		bad := lost
		change(&bad)
		d.refuse(bad, two, Incomplete)
	}
	for _, old := range []Old{OldSpoiled, OldTaken, OldNone} {
		bad := lost
		bad.Old = old
		d.refuse(bad, two, OldCardLives)
	}
	d.do(lost, two)
	d.refuse(lost, two, AuthorisedAlready)
	may(next, nil)
	d.card("PRR-1", 2, ledger.WNI, "0402", "spoiled") // no card was made: it may be tried again
	may(next, nil)
	d.card("PRR-1", 2, ledger.WNI, "0403", "good")
	may(next, OldCardLives)
	d.do(SpoilByHand{From: ledger.Good, Type: ledger.WNI, Count: 1, Cause: "damage:print", UIDs: []string{"0403"}}, two)
	may(next, NotAuthorised) // one card for one authorisation
	d.do(Authorise{Key: next, Reason: "misprint", Old: OldSpoiled}, two)
	may(next, nil)
	if all := d.s.Authorisations(); len(all) != 2 || all[0].Attempt != "A-3" || all[1].Attempt != "" || all[0].By != [2]string{"siti", "rina"} {
		t.Errorf("%+v", all)
	}
	// a lost card that comes back is dead and raises an alarm
	d.refuse(HandOver{UID: "0401", Collector: Holder, Proof: Receipt, Slip: "T-9", Chip: &ChipRead{UID: "0401"}}, alone, CardDead)
	d.again()
}

func TestReprintOfACardFromElsewhere(t *testing.T) {
	d := newDesk(t, Rules{SignIn: true})
	staff(d)
	by := By{Who: "siti", Second: "rina"}
	if err := d.s.MayPrint(record.Key{ID: "PRR-1", Issue: 2}); !isCode(err, NotAuthorised) {
		t.Errorf("got %v", err)
	}
	d.do(Authorise{Key: record.Key{ID: "PRR-1", Issue: 2}, Reason: "damaged", Old: OldTaken, Report: "TT-5"}, by)
	if err := d.s.MayPrint(record.Key{ID: "PRR-1", Issue: 2}); err != nil {
		t.Error(err)
	}
}

// staff puts the people of the tests into the register.
func staff(d *desk) {
	for name, role := range map[string]access.Role{
		"siti": access.Operator, "joko": access.Technician, "rina": access.Supervisor, "budi": access.Supervisor, "ayu": access.Auditor,
	} {
		d.write(journal.Fact{Kind: journal.KindPerson, Who: "rina", Data: access.PersonData{
			Name: name, Role: role, Active: true, Verifier: strings.Repeat("0", 64), Change: access.Added}})
	}
}

func TestRoles(t *testing.T) {
	d := newDesk(t, Rules{SignIn: true})
	staff(d)
	in := Receive{Paper: Paper{Number: "BA-1", Issuer: "Pusat", Party: "Gudang Pusat"}, Type: ledger.WNI, Count: 100}
	d.refuse(in, pair("ayu", "joko"), access.NotAllowed)
	d.refuse(in, pair("siti", "joko"), access.SecondNotAllowed)
	d.refuse(in, pair("rina", "agus"), access.NoSuchPerson)
	d.refuse(in, pair("rina", ""), access.SecondNeeded)
	d.refuse(in, pair("", "rina"), access.BadName)
	d.do(in, pair("Rina", "siti"))
	d.refuse(Draw{Type: ledger.WNI, Count: 5}, pair("siti", "ayu"), access.SecondNotAllowed)
	d.do(Draw{Type: ledger.WNI, Count: 5}, pair("siti", "budi"))
	d.refuse(OpenShift{First: hopper(4), Second: hopper(4), Waiver: "dicari"}, pair("siti", "joko"), access.SecondNotAllowed)
	d.refuse(Unfetched{UIDs: []string{"0401"}}, pair("siti", "joko"), access.SecondNotAllowed)
	d.refuse(Arrive{Absent: []string{"0401"}}, pair("siti", ""), access.SecondNeeded)
	d.refuse(Arrive{Shipment: "SJ-9"}, pair("siti", ""), NotListed)
	d.do(OpenShift{First: hopper(4), Second: hopper(4), Waiver: "dicari"}, pair("siti", "rina"))
	sh, _ := d.s.Shift()
	if len(sh.Waivers) != 1 || sh.Waivers[0].Who != "rina" || sh.Waivers[0].Second != "siti" {
		t.Errorf("the waiver is not in the supervisor's name: %+v", sh.Waivers)
	}
}

func TestPapersOfStock(t *testing.T) {
	d := newDesk(t, Rules{})
	paper := func(n string) Paper { return Paper{Number: n, Issuer: "Pusat", Party: "Gudang Pusat"} }
	d.do(Receive{Paper: paper("BA-1"), Type: ledger.WNI, Count: 100}, two)
	d.refuse(Receive{Paper: paper("BA-1"), Type: ledger.WNI, Count: 100}, two, ledger.DocumentUsed)
	future := paper("BA-2")
	future.Date = d.now.Add(48 * time.Hour)
	d.refuse(Receive{Paper: future, Type: ledger.WNI, Count: 1}, two, ledger.BadDate)
	d.refuse(Receive{Paper: Paper{Number: "BA-2"}, Type: ledger.WNI, Count: 1}, two, Incomplete)
	d.refuse(Receive{Paper: paper(""), Type: ledger.WNI, Count: 1}, two, ledger.DocumentMissing)
	d.refuse(Receive{Paper: paper("BA-2"), Type: ledger.WNI, Count: 0}, two, ledger.BadMovement)
	d.refuse(Receive{Paper: paper("BA-2"), Type: "WNX", Count: 1}, two, ledger.BadMovement)
	for _, boxes := range [][]ledger.Box{{{Number: "K-1", Count: 9}}, {{Number: "K-1", Count: 5}, {Number: "K-2", Count: 4}}, {{Number: "K-1", Count: 11}}, {{Number: "K-1", Count: 12}, {Number: "K-2", Count: -2}}} {
		d.refuse(Receive{Paper: paper("BA-2"), Type: ledger.WNI, Count: 10, Boxes: boxes}, two, ledger.BadBox)
	}
	d.refuse(Draw{Type: ledger.WNI, Count: 101}, two, ledger.NotEnough)
	d.do(Borrow{Paper: paper("BA-3"), Type: ledger.WNI, Count: 50}, two)
	d.refuse(GiveBack{Paper: paper("BA-4"), Type: ledger.WNI, Count: 51}, two, ledger.NotEnough)
	d.do(GiveBack{Paper: paper("BA-4"), Type: ledger.WNI, Count: 20}, two)
	d.do(Lend{Paper: paper("BA-5"), Type: ledger.WNI, Count: 30}, two)
	d.refuse(TakeBack{Paper: paper("BA-6"), Type: ledger.WNI, Count: 31}, two, ledger.NotEnough)
	d.do(TakeBack{Paper: paper("BA-6"), Type: ledger.WNI, Count: 10}, two)
	d.do(Transfer{Paper: paper("BA-7"), In: true, Type: ledger.WNA, Count: 5}, two)
	d.do(Transfer{Paper: paper("BA-8"), Type: ledger.WNA, Count: 2}, two)
	d.do(Return{Paper: paper("BA-9"), From: ledger.Vault, Type: ledger.WNI, Count: 10}, two)
	d.refuse(Return{Paper: paper("BA-10"), From: ledger.Hopper, Type: ledger.WNI, Count: 1}, two, Incomplete)
	d.refuse(Adjust{Paper: paper("BA-10"), Type: ledger.WNI, From: ledger.Vault, To: ledger.Missing, Count: 1, Cause: "damage"}, two, Incomplete)
	d.refuse(ReturnToVault{Type: ledger.WNI, Count: 1}, two, ledger.NotEnough)
	b := d.s.Ledger().Balance()
	if w := b[ledger.WNI]; w[ledger.Vault] != 100+50-20-30+10-10 || w[ledger.Borrowed] != 30 || w[ledger.Lent] != 20 || w[ledger.Returned] != 10 {
		t.Errorf("%v", w)
	}
	if w := b[ledger.WNA]; w[ledger.Vault] != 3 || w[ledger.Centre] != 3 {
		t.Errorf("%v", w)
	}
	d.again()
}

// A card that the centre has called back reaches nobody, and is taken out of use like any other.
func TestRecalledCard(t *testing.T) {
	d := opened(t)
	d.card("PRR-1", 1, ledger.WNI, "0401", "good")
	if err := d.s.Apply(journal.Entry{Seq: 1 << 40, At: d.now, Kind: journal.KindRecalled, Record: "PRR-1", Issue: 1, UID: "0401", Who: "station"}); err != nil {
		t.Fatal(err)
	}
	if d.s.Recalls() != 1 || d.s.Recalled()[0].UID != "0401" {
		t.Errorf("%d, %+v", d.s.Recalls(), d.s.Recalled())
	}
	d.refuse(Ship{Paper: Paper{Number: "K-1", Party: "Kec. A"}, Receiver: "x", UIDs: []string{"0401"}}, two, CardRecalled)
	d.refuse(HandOver{UID: "0401", Collector: Collectors()[0], Proof: Proofs()[0], Slip: "1", Chip: &ChipRead{UID: "0401"}}, alone, CardRecalled)
	d.do(SpoilByHand{From: ledger.Good, Type: ledger.WNI, Count: 1, Cause: "scrap", UIDs: []string{"0401"}}, two)
	if d.s.Recalls() != 0 {
		t.Error("a card that is spoiled is still called back")
	}
}
