package papers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/policy"
	"cetak/station/record"
	"cetak/station/report"
)

// desk is a station's books in memory: acts are judged by the office, cards are made by the facts that the engine writes.
type desk struct {
	t       *testing.T
	state   *office.State
	entries []journal.Entry
	now     time.Time
	cards   int
}

var wib = time.FixedZone("WIB", 7*3600)

func newDesk(t *testing.T) *desk {
	return &desk{
		t: t, state: office.New(office.Rules{Station: "Dukcapil/2", Place: wib}), now: time.Date(2026, 11, 19, 8, 0, 0, 0, wib),
	}
}

func (d *desk) write(facts ...journal.Fact) {
	d.t.Helper()
	for _, f := range facts {
		data, err := json.Marshal(f.Data)
		if err != nil {
			d.t.Fatal(err)
		}
		if f.Data == nil {
			data = nil
		}
		e := journal.Entry{
			Seq: int64(len(d.entries) + 1), At: d.now.UTC(), Kind: f.Kind, Record: f.Record, Issue: f.Issue, Attempt: f.Attempt, UID: f.UID, Who: f.Who, Data: data,
			Hash: fmt.Sprintf("%064x", len(d.entries)+1),
		}
		d.entries = append(d.entries, e)
		if err := d.state.Apply(e); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *desk) do(a office.Act, who, second string) {
	d.t.Helper()
	facts, err := d.state.Do(a, office.By{Who: who, Second: second}, d.now)
	if err != nil {
		d.t.Fatalf("%T: %v", a, err)
	}
	d.write(facts...)
	d.now = d.now.Add(time.Minute)
}

func uid(n int) string { return fmt.Sprintf("04%012X", n) }

// card makes one card; cause "" is a good one. It gives the chip number.
func (d *desk) card(reason, cause string) string {
	d.t.Helper()
	d.cards++
	attempt, chip := fmt.Sprintf("A-%d", d.cards), uid(d.cards)
	f := func(kind journal.Kind, data any) journal.Fact {
		return journal.Fact{Kind: kind, Record: fmt.Sprintf("PRR-9901-%06d", d.cards), Issue: 1, Attempt: attempt, UID: chip, Who: "siti", Data: data}
	}
	move := func(kind ledger.Kind, from, to ledger.Account, cause string, uids ...string) journal.Fact {
		return f(journal.KindMovement, ledger.Movement{Kind: kind, From: from, To: to, Type: ledger.WNI, Count: 1, Who: ledger.Station, Cause: cause, Attempt: attempt, UIDs: uids})
	}
	d.write(f(journal.KindIntent, map[string]any{"counter": d.cards, "blank": "WNI", "reason": reason, "printer": "EV-1", "ribbon": "R-1"}),
		f(journal.KindLoaded, nil), move(ledger.Load, ledger.Hopper, ledger.Machine, ""), f(journal.KindUID, nil))
	if cause != "" {
		if code, ok := strings.CutPrefix(cause, "fault:"); ok {
			d.write(f(journal.KindFault, map[string]any{"code": code}))
		}
		d.write(move(ledger.Spoil, ledger.Machine, ledger.Spoiled, cause, chip), f(journal.KindOutcome, map[string]any{"outcome": "spoiled"}))
	} else {
		d.write(move(ledger.MadeGood, ledger.Machine, ledger.Good, "", chip), f(journal.KindOutcome, map[string]any{"outcome": "good"}))
	}
	d.now = d.now.Add(time.Minute)
	return chip
}

func count(n int) ledger.Count {
	return ledger.Count{ledger.WNI: {ledger.Hopper: n}, ledger.WNA: {ledger.Hopper: 0}}
}

func (d *desk) sources() Sources {
	c := config.Default()
	c.Station.Office, c.Station.Desk = "Dinas Kependudukan dan Pencatatan Sipil", "2"
	c.Letterhead = config.Letterhead{Place: "Contoh", Head: "Ratna Contohwati"}
	return Sources{
		Config: c, Station: "Dukcapil/2", State: d.state, Now: d.now, Key: strings.Repeat("ab", 32), Waiting: &report.PerType{WNI: 4},
		Entries: func(context.Context) iter.Seq2[journal.Entry, error] {
			return func(yield func(journal.Entry, error) bool) {
				for _, e := range d.entries {
					if !yield(e, nil) {
						return
					}
				}
			}
		},
	}
}

// twoDays are the books of a delivery, two shifts, and all that can happen to cards.
func twoDays(t *testing.T) *desk {
	d := newDesk(t)
	d.do(office.Receive{Paper: office.Paper{Number: "BA-1", Party: "Pusat"}, Type: ledger.WNI, Count: 100, Boxes: []ledger.Box{{Number: "K-1", Count: 100, First: "A001", Last: "A100"}}}, "rina", "budi")
	d.do(office.Borrow{Paper: office.Paper{Number: "PJ-1", Party: "Kabupaten Tetangga"}, Type: ledger.WNI, Count: 20}, "rina", "budi")
	d.do(office.OpenShift{First: count(0), Second: count(0)}, "siti", "rina")
	d.do(office.Draw{Type: ledger.WNI, Count: 10}, "siti", "rina")
	for range 3 {
		d.card("pemula", "")
	}
	d.card("hilang", "fault:C-101")
	d.do(office.CloseShift{First: count(6), Second: count(6)}, "siti", "rina")

	d.now = time.Date(2026, 11, 20, 8, 0, 0, 0, wib)
	d.do(office.OpenShift{First: count(6), Second: count(6)}, "siti", "rina")
	good := []string{d.card("rusak", ""), d.card("", ""), d.card(record.ReasonOther, "")}
	d.card("prr", "damage:print")
	d.card("prr", "scrap:test-card")
	d.do(office.SpoilByHand{From: ledger.Hopper, Type: ledger.WNI, Count: 1, Cause: "damage:factory", Defect: true}, "siti", "rina")
	d.do(office.CloseShift{First: count(0), Second: count(0)}, "siti", "rina")
	d.do(office.GiveBack{Paper: office.Paper{Number: "PJ-2", Party: "Kabupaten Tetangga"}, Type: ledger.WNI, Count: 5}, "rina", "budi")
	d.do(office.Lend{Paper: office.Paper{Number: "PJ-3", Party: "Kabupaten Lain"}, Type: ledger.WNI, Count: 7}, "rina", "budi")
	d.do(office.Transfer{Paper: office.Paper{Number: "AG-1", Party: "Gudang Barat"}, Type: ledger.WNI, Count: 8}, "rina", "budi")
	d.do(office.Return{Paper: office.Paper{Number: "KB-1", Party: "Pusat"}, From: ledger.Vault, Type: ledger.WNI, Count: 3}, "rina", "budi")
	d.do(office.Adjust{Paper: office.Paper{Number: "SL-1"}, Type: ledger.WNI, From: ledger.Vault, To: ledger.Missing, Count: 2, Cause: "adjust:not-found"}, "rina", "budi")
	d.do(office.Adjust{Paper: office.Paper{Number: "SL-2"}, Type: ledger.WNI, From: ledger.Missing, To: ledger.Vault, Count: 1, Cause: "adjust:found"}, "rina", "budi")
	d.do(office.Ship{Paper: office.Paper{Number: "KR-1", Party: "Kecamatan Utara"}, Receiver: "joko", UIDs: good[:2]}, "siti", "rina")
	d.do(office.MakeDestructionList{Number: "DM-1", Type: ledger.WNI}, "rina", "budi")
	d.do(office.Destroy{
		List: "DM-1", Paper: office.Paper{Number: "MS-1"}, Method: office.Burnt, Place: "halaman kantor", Witnesses: [2]office.Witness{{Name: "Agus", Office: "Satpol PP"}, {Name: "Dewi", Office: "Inspektorat"}},
		Photo: office.Photograph{File: "foto.jpg", SHA256: strings.Repeat("0a", 32)},
	}, "rina", "budi")
	return d
}

// Every paper can be made of these books, in every format, and nothing of it is unsound.
func TestEveryPaper(t *testing.T) {
	s := twoDays(t).sources()
	for _, k := range Kinds() {
		p, err := Make(t.Context(), s, Request{Kind: k})
		if err != nil {
			t.Errorf("%s: %v", k, err)
			continue
		}
		for _, f := range report.Formats() {
			if err := report.Write(&bytes.Buffer{}, f, p); err != nil {
				t.Errorf("%s as %s: %v", k, f, err)
			}
		}
	}
}

func paper[P report.Paper](t *testing.T, s Sources, r Request) P {
	t.Helper()
	p, err := Make(t.Context(), s, r)
	if err != nil {
		t.Fatal(err)
	}
	out, ok := p.(P)
	if !ok {
		t.Fatalf("%T", p)
	}
	return out
}

func TestDaily(t *testing.T) {
	s := twoDays(t).sources()
	p := paper[report.DailySheet](t, s, Request{Kind: Daily})
	got := p.Stock.WNI
	got.Counted = nil
	// 120 came, 5 left the day before. On the day: 3 good, 1 misprint, 1 test card, 1 bad from the factory; 12 lent and given back, 11 to
	// the centre and another store; 2 not found, 1 found again.
	want := report.Stock{
		Opening: 116, LoanOut: 12, Returned: 11, Good: 3, Spoiled: 1, Defects: 1, Samples: 1, Adjusted: -1, Closing: 86, GoodInHand: 6,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if n := s.State.Ledger().Count(ledger.WNI, ledger.Vault) + s.State.Ledger().Count(ledger.WNI, ledger.Hopper); n != want.Closing {
		t.Errorf("the ledger holds %d", n)
	}
	if fmt.Sprint(p.Printed) != "[{Rusak {1 0}} {Lain-lain {1 0}} {Tidak dicatat {1 0}}]" {
		t.Errorf("%v", p.Printed)
	}
	if len(p.Functions) != 1 {
		t.Fatalf("%+v", p.Functions)
	}
	f := p.Functions[0]
	if f.Opening != 6 || f.HandedOver != 3 || f.Rejected != 2 || f.Samples != 1 || f.Missing != 0 || f.CarriedOver != 0 || f.Equipment != "EV-1" || f.Operator != "siti" || f.Reviewer != "rina" {
		t.Errorf("%+v", f)
	}
	if p.Waiting == nil || p.Waiting.WNI != 4 || p.Operator.Name != "siti" {
		t.Errorf("%+v", p)
	}
	before := paper[report.DailySheet](t, s, Request{Kind: Daily, From: time.Date(2026, 11, 19, 0, 0, 0, 0, wib)})
	if w := before.Stock.WNI; w.Opening != 0 || w.Received != 100 || w.LoanIn != 20 || w.Good != 3 || w.Spoiled != 1 || w.Closing != 116 {
		t.Errorf("%+v", w)
	}
	if before.Waiting != nil || len(before.Faults) != 1 || before.Faults[0].Reviewer != "rina" || before.Faults[0].Machine != "EV-1" || before.Functions[0].Opening != 10 {
		t.Errorf("%+v", before)
	}
	d := twoDays(t)
	d.do(office.OpenShift{First: count(0), Second: count(0)}, "siti", "rina")
	d.do(office.Draw{Type: ledger.WNI, Count: 10}, "siti", "rina")
	if p := paper[report.DailySheet](t, d.sources(), Request{Kind: Daily}); len(p.Functions) != 1 {
		t.Errorf("an open shift tells what its count must find: %+v", p.Functions)
	}
	empty := paper[report.DailySheet](t, s, Request{Kind: Daily, From: time.Date(2026, 11, 1, 0, 0, 0, 0, wib)})
	if empty.Stock.WNI != (report.Stock{}) || len(empty.Functions) != 0 {
		t.Errorf("a day before all: %+v", empty)
	}
}

func TestCountOfTheDay(t *testing.T) {
	d := twoDays(t)
	one := ledger.Count{ledger.WNI: {ledger.Vault: 86}, ledger.WNA: {ledger.Vault: 0}}
	if p := paper[report.DailySheet](t, d.sources(), Request{Kind: Daily}); p.Stock.WNI.Counted != nil {
		t.Error("half a count is told as a count")
	}
	d.do(office.NoteCount{First: one, Second: one}, "rina", "budi")
	d.do(office.Return{Paper: office.Paper{Number: "KB-2", Party: "Pusat"}, From: ledger.Vault, Type: ledger.WNI, Count: 6}, "rina", "budi")
	p := paper[report.DailySheet](t, d.sources(), Request{Kind: Daily})
	if c := p.Stock.WNI.Counted; c == nil || *c != 80 || p.Stock.WNI.Closing != 80 {
		t.Errorf("counted %v, closing %d: what moved after the count is not followed", c, p.Stock.WNI.Closing)
	}
	one[ledger.WNI][ledger.Vault] = 79
	d.do(office.NoteCount{First: one, Second: one}, "rina", "budi")
	d.do(office.Adjust{Paper: office.Paper{Number: "PH-9", Party: "Inspektorat"}, Type: ledger.WNI, From: ledger.Vault, To: ledger.Missing, Count: 1,
		Cause: "adjust:count"}, "rina", "budi")
	p = paper[report.DailySheet](t, d.sources(), Request{Kind: Daily})
	if c := p.Stock.WNI.Counted; c == nil || *c != 79 || p.Stock.WNI.Closing != 79 {
		t.Errorf("counted %v, closing %d: an adjustment moves no blank that was counted", c, p.Stock.WNI.Closing)
	}
}

// The minutes of an adjustment name as counters who counted, and nobody where no count found what was booked.
func TestCounters(t *testing.T) {
	d := twoDays(t)
	if a := paper[report.Adjustment](t, d.sources(), Request{Kind: Adjustment, Number: "SL-1"}); a.Counters != [2]report.Signer{} || a.Bookers[0].Name != "rina" || a.Bookers[1].Name != "budi" {
		t.Errorf("nobody counted: %v, booked by %v", a.Counters, a.Bookers)
	}
	one := ledger.Count{ledger.WNI: {ledger.Vault: 84}, ledger.WNA: {ledger.Vault: 0}}
	d.do(office.NoteCount{First: one, Second: one}, "siti", "joko")
	d.do(office.Return{Paper: office.Paper{Number: "KB-2", Party: "Pusat"}, From: ledger.Vault, Type: ledger.WNI, Count: 6}, "rina", "budi")
	adjust := func(number string, n int) report.Adjustment {
		d.do(office.Adjust{Paper: office.Paper{Number: number}, Type: ledger.WNI, From: ledger.Vault, To: ledger.Missing, Count: n, Cause: "adjust:count"}, "rina", "budi")
		return paper[report.Adjustment](t, d.sources(), Request{Kind: Adjustment, Number: number})
	}
	if a := adjust("PH-1", 1); a.Counters != [2]report.Signer{} {
		t.Errorf("the books agree with no count yet: %v", a.Counters)
	}
	if a := adjust("PH-2", 1); a.Counters[0].Name != "siti" || a.Counters[1].Name != "joko" || a.Bookers[0].Name != "rina" {
		t.Errorf("counted by %v, booked by %v", a.Counters, a.Bookers)
	}
	if a := paper[report.Adjustment](t, d.sources(), Request{Kind: Adjustment, Number: "PH-1"}); a.Counters != [2]report.Signer{} {
		t.Errorf("a later line made a count of it: %v", a.Counters)
	}
}

func TestMonthly(t *testing.T) {
	p := paper[report.MonthlyBook](t, twoDays(t).sources(), Request{Kind: Monthly})
	if len(p.Days) != 2 || p.Days[0].Stock.WNI.Closing != 116 || p.Days[1].Stock.WNI.Opening != 116 || p.Days[1].Destroyed.WNI != 4 {
		t.Errorf("%+v", p.Days)
	}
	var numbers []string
	for _, l := range p.Documents {
		numbers = append(numbers, fmt.Sprint(l.Number, " ", l.Count.WNI))
	}
	if got, want := strings.Join(numbers, ", "), "BA-1 100, PJ-1 20, PJ-2 5, PJ-3 7, AG-1 8, KB-1 3, SL-1 2, SL-2 1, KR-1 2, MS-1 4"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMinutes(t *testing.T) {
	s := twoDays(t).sources()
	for _, c := range []struct {
		kind   Kind
		number string
		act    report.Act
		gives  string
		takes  string
		count  int
	}{
		{Receipt, "ba-1", report.Receipt, "", "rina", 100}, {Loan, "PJ-1", report.LoanIn, "", "rina", 20}, {Loan, "PJ-2", report.LoanInBack, "rina", "", 5},
		{Loan, "", report.LoanOut, "rina", "", 7}, {Transfer, "", report.TransferOut, "rina", "", 8}, {Return, "KB-1", report.Return, "rina", "", 3},
	} {
		p := paper[report.Delivery](t, s, Request{Kind: c.kind, Number: c.number})
		n := 0
		for _, b := range p.Boxes {
			n += b.Count
		}
		if p.Act != c.act || p.Gives.Name != c.gives || p.Takes.Name != c.takes || n != c.count || p.Witnesses[0].Name != "budi" || p.Line == 0 {
			t.Errorf("%s %s: %+v", c.kind, c.number, p)
		}
	}
	a := paper[report.Adjustment](t, s, Request{Kind: Adjustment, Number: "SL-1"})
	if l := a.Lines[0]; l.Book != 87 || l.Counted != 85 || l.Account != ledger.Vault {
		t.Errorf("%+v", a.Lines)
	}
	a = paper[report.Adjustment](t, s, Request{Kind: Adjustment})
	if l := a.Lines[0]; l.Book != 85 || l.Counted != 86 || l.Account != ledger.Vault {
		t.Errorf("%+v", a.Lines)
	}
	m := paper[report.MissingBlanks](t, s, Request{Kind: Missing})
	if len(m.Lines) != 1 || m.Lines[0].Count != 1 || m.Lines[0].Paper != "SL-1" {
		t.Errorf("%+v", m.Lines)
	}
	d := paper[report.Destruction](t, s, Request{Kind: Destruction, Number: "MS-1"})
	if len(d.Cards) != 4 || d.Method != "dibakar" || len(d.Witnesses) != 2 || d.Executes[1].Name != "budi" || d.Photograph.Name != "foto.jpg" {
		t.Errorf("%+v", d)
	}
	ship := paper[report.ShippingList](t, s, Request{Kind: Shipping, Number: "KR-1"})
	if len(ship.Cards) != 2 || ship.To != "Kecamatan Utara" || ship.Cards[0].Record == "" || ship.Receives.Name != "joko" {
		t.Errorf("%+v", ship)
	}
	age := paper[report.Ageing](t, s, Request{Kind: Ageing})
	where := map[string]int{}
	for _, c := range age.Cards {
		where[c.Where]++
	}
	if where["Kantor"] != 4 || where["Kecamatan Utara"] != 2 {
		t.Errorf("%v", where)
	}
	cert := paper[report.ShiftCertificate](t, s, Request{Kind: Certificate})
	if len(cert.UIDs) != 5 || cert.Stock[0].Good != 3 || cert.Stock[0].Spoiled != 3 || cert.File != cert.Shift+".jws" {
		t.Errorf("%+v", cert)
	}
	first := paper[report.ShiftCertificate](t, s, Request{Kind: Certificate, Number: s.State.Shifts()[0].ID})
	if first.Stock[0].Drawn != 10 || first.Stock[0].Closing != 6 {
		t.Errorf("%+v", first)
	}
}

func TestSpoilage(t *testing.T) {
	s := twoDays(t).sources()
	p := paper[report.Spoilage](t, s, Request{Kind: Spoilage})
	bad, printers := 0, 0
	for _, b := range p.Spent {
		if b.Cause != "" {
			bad++
		}
		if b.Printer == "EV-1" && b.Ribbon == "R-1" {
			printers++
		}
	}
	if len(p.Spent) != 10 || bad != 4 || printers != 9 {
		t.Errorf("%d spent, %d bad, %d of the printer", len(p.Spent), bad, printers)
	}
	day := time.Date(2026, 11, 19, 0, 0, 0, 0, wib)
	if p = paper[report.Spoilage](t, s, Request{Kind: Spoilage, From: day, To: day.AddDate(0, 0, 1)}); len(p.Spent) != 4 {
		t.Errorf("%d on the first day", len(p.Spent))
	}
}

func TestNames(t *testing.T) {
	s := twoDays(t).sources()
	s.Person = func(k record.Key) (string, string) { return "SITI CONTOH " + k.ID, "9901010101900001" }
	p := paper[report.ShippingList](t, s, Request{Kind: Shipping})
	var b bytes.Buffer
	if err := report.Write(&b, report.CSV, p); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); !strings.Contains(text, "SITI CONTOH PRR-") || strings.Contains(text, "9901010101900001") || !strings.Contains(text, "99**********0001") {
		t.Errorf("%s", text)
	}
}

func TestNone(t *testing.T) {
	s := newDesk(t).sources()
	for _, k := range Kinds() {
		_, err := Make(t.Context(), s, Request{Kind: k})
		if want := k.Numbered(); want != errors.Is(err, NoSuchPaper) || !want && err != nil {
			t.Errorf("%s of empty books: %v", k, err)
		}
	}
	full := twoDays(t).sources()
	for _, r := range []Request{
		{Kind: "gift"}, {Kind: Receipt, Number: "BA-2"}, {Kind: Daily, From: full.Now.AddDate(0, 0, 2)}, {Kind: Monthly, From: full.Now.AddDate(0, 2, 0)},
		{Kind: Spoilage, From: full.Now, To: full.Now.AddDate(0, 0, -1)}, {Kind: Certificate, Number: "S-0"},
	} {
		if _, err := Make(t.Context(), full, r); !errors.Is(err, NoSuchPaper) || drivers.AsFault(err).Detail == "" {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if all, err := List(t.Context(), full); err != nil || len(all) != 12 {
		t.Errorf("%d papers, %v: %v", len(all), err, all)
	}
	torn := full
	torn.Entries = func(context.Context) iter.Seq2[journal.Entry, error] {
		return func(yield func(journal.Entry, error) bool) { yield(journal.Entry{}, context.Canceled) }
	}
	for _, k := range []Kind{Daily, Monthly, Receipt, Adjustment, Spoilage, Missing} {
		if _, err := Make(t.Context(), torn, Request{Kind: k}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s of a journal that cannot be read: %v", k, err)
		}
	}
}

// TestFoundBad: a card that is seen to be bad before anybody has it is lost at its making; one that is only not wanted any more is not.
func TestFoundBad(t *testing.T) {
	d := newDesk(t)
	d.do(office.Receive{Paper: office.Paper{Number: "BA-1", Party: "Pusat"}, Type: ledger.WNI, Count: 10}, "rina", "siti")
	d.do(office.Draw{Type: ledger.WNI, Count: 10}, "siti", "rina")
	bad, late := d.card("pemula", ""), d.card("pemula", "")
	d.do(office.SpoilByHand{From: ledger.Good, Type: ledger.WNI, Count: 1, Cause: "damage:print", UIDs: []string{bad}}, "siti", "rina")
	d.do(office.SpoilByHand{From: ledger.Good, Type: ledger.WNI, Count: 1, Cause: "damage:unfetched", UIDs: []string{late}}, "siti", "rina")
	p := paper[report.Spoilage](t, d.sources(), Request{Kind: Spoilage})
	if len(p.Spent) != 2 || p.Spent[0].Cause != "damage:print" || p.Spent[1].Cause != "" {
		t.Errorf("%+v", p.Spent)
	}
}

// A finished card that is called spoiled is on the sheet of the day it was, whenever it was made; its blank stays where it was.
func TestSpoiledLater(t *testing.T) {
	d := twoDays(t)
	good := d.state.Cards(ledger.Good)
	d.do(office.SpoilByHand{From: ledger.Good, Type: ledger.WNI, Count: 2, Cause: "damage:print", UIDs: []string{good[0].UID, good[1].UID}}, "siti", "rina")
	p := paper[report.DailySheet](t, d.sources(), Request{Kind: Daily})
	if fmt.Sprint(p.Later) != "[{damage:print {2 0}}]" || p.Stock.WNI.Good != 3 || p.Stock.WNI.SpoiledHeld != 2 {
		t.Errorf("%v, %+v", p.Later, p.Stock.WNI)
	}
	before := paper[report.DailySheet](t, d.sources(), Request{Kind: Daily, From: d.now.AddDate(0, 0, -1)})
	if len(before.Later) != 0 || before.Stock.WNI.Good != 3 {
		t.Errorf("a signed sheet changes: %+v", before)
	}
}

// The day's trouble is what failed, a power cut among it, and no refusal of what somebody asked for.
func TestFaultsOfTheDay(t *testing.T) {
	d := newDesk(t)
	fault := func(code drivers.Code) {
		d.write(journal.Fact{Kind: journal.KindFault, Who: "siti", Data: map[string]any{"code": code}})
	}
	for _, c := range []drivers.Code{office.NotAuthorised, access.NotAllowed, policy.OutOfTurn, ledger.CountsDiffer, ledger.SecondMissing, station.ShiftDue, drivers.RibbonEnd, ledger.Unbalanced, office.CardDead, station.NoBlankBooked} {
		fault(c)
	}
	d.write(journal.Fact{Kind: journal.KindIntent, Record: "PRR-9901-000007", Issue: 1, Attempt: "A-1", Who: "siti", Data: map[string]any{"counter": 1, "printer": "EV-1"}},
		journal.Fact{Kind: journal.KindUncleanStart, Who: ledger.Station})
	var got []string
	for _, f := range paper[report.DailySheet](t, d.sources(), Request{Kind: Daily}).Faults {
		got = append(got, strings.TrimSpace(f.Code+" "+f.Machine+" "+f.Record+" "+f.Operator))
	}
	if s, want := strings.Join(got, ", "), "P-105 siti, B-108 siti, B-308 siti, B-202 siti, B-204 EV-1 PRR-9901-000007"; strings.Join(strings.Fields(s), " ") != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

func TestFileName(t *testing.T) {
	now, from := time.Date(2026, 11, 20, 9, 0, 0, 0, wib), time.Date(2026, 11, 1, 0, 0, 0, 0, wib)
	for want, r := range map[string]Request{
		"daily-2026-11-20.pdf": {Kind: Daily}, "monthly-2026-11-01.pdf": {Kind: Monthly, From: from},
		"receipt-470-119-BA.pdf": {Kind: Receipt, Number: "470/119/BA", From: from}, "loan-2026-11-20.pdf": {Kind: Loan, Number: "../.."},
	} {
		if got := FileName(r, now, report.PDF); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
