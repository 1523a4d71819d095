package station_test

import (
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/config"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/policy"
	"cetak/station/record"
	"cetak/station/source"
)

// room is one run of the real station at the test's desk.
type room struct {
	*desk
	s     *station.Station
	snaps <-chan station.Snapshot
	n     station.Snapshot // the latest
	sent  uint64
	done  func()
}

// strict are the settings of a station where people sign in and shifts are opened; siti, the operator, is at the desk.
func strict() station.Options {
	return station.Options{Who: "siti", SignIn: true, ShiftRequired: true, SpoilLimit: 1, OrderDays: 7}
}

// room begins a run. Only what o says differs from the desk of the other tests.
func (d *desk) room(o station.Options) *room {
	o.Office, o.Desk, o.Specimen, o.Blank, o.ChipStation = "O", "1", true, ledger.WNI, drivers.PositionContact
	devices := station.Devices(d.bench)
	if d.devices != nil {
		devices = d.devices
	}
	r := &room{desk: d, s: station.New(station.Parts{
		Devices: devices, Encoder: encoder{d.bench}, Journal: books{d.journal, d.bench.injected}, Store: records{d.store, d.bench.injected},
		Faces: d.faces, Keys: d.keys, CardKeys: d.secure, Log: zerolog.Nop(),
		NewDoor: func(reg *access.Register) *access.Door {
			return access.NewDoor(d.people, reg, config.People{SignIn: true, IdleMinutes: 5, Attempts: 3})
		},
	}, o)}
	var stop func()
	r.snaps, stop = r.s.Watch()
	ended := make(chan error, 1)
	go func() { ended <- r.s.Run(d.t.Context()) }()
	r.done = func() {
		d.t.Helper()
		r.s.Do(station.Stop{})
		if err := <-ended; err != nil {
			d.t.Errorf("run: %v", err)
		}
		stop()
	}
	r.do(station.Refresh{})
	return r
}

// do asks for something and waits until it is done and the line rests or asks.
func (r *room) do(c station.Command) {
	r.sent++
	r.s.Do(c)
	for r.n = range r.snaps {
		if r.n.Handled >= r.sent && (r.n.Question != nil || !r.n.Batch && !r.n.Busy) {
			return
		}
	}
}

func (r *room) act(a office.Act, by office.By) error {
	var refused error
	r.do(station.Act{Do: station.ByHand(a, by), Done: func(_ []journal.Entry, err error) { refused = err }})
	return refused
}

// must does what is not refused.
func (r *room) must(a office.Act, by office.By) {
	r.t.Helper()
	if err := r.act(a, by); err != nil {
		r.t.Fatalf("%T: %v", a, err)
	}
}

func (r *room) fault(want drivers.Code) {
	r.t.Helper()
	if r.n.Fault == nil || r.n.Fault.Code != want {
		r.t.Fatalf("the station shows %+v, want %s", r.n.Fault, want)
	}
}

// facts are those of a kind in the journal.
func (d *desk) facts(kinds ...journal.Kind) []journal.Entry {
	var out []journal.Entry
	for e, err := range d.journal.Entries(d.t.Context(), 0) {
		if err != nil {
			d.t.Fatal(err)
		}
		if slices.Contains(kinds, e.Kind) {
			out = append(out, e)
		}
	}
	return out
}

func (d *desk) write(facts ...journal.Fact) {
	d.t.Helper()
	if _, err := d.journal.Append(d.t.Context(), facts...); err != nil {
		d.t.Fatal(err)
	}
}

// staff makes siti an operator and rina a supervisor, budi another one, by their facts alone: nobody gives a password.
func (d *desk) staff() {
	for name, role := range map[string]access.Role{"siti": access.Operator, "rina": access.Supervisor, "budi": access.Supervisor} {
		d.write(journal.Fact{Kind: journal.KindPerson, Who: "rina", Data: access.PersonData{Name: name, Role: role, Active: true, Change: access.Added}})
	}
}

// waiting are the records that wait, first issues or further ones.
func (d *desk) waiting(further bool) []source.Item {
	q, err := d.store.Queue(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return slices.DeleteFunc(q, func(i source.Item) bool { return i.Kind != record.WNI || (i.Key.Issue > 1) != further })
}

func print(i source.Item) station.PrintCard {
	return station.PrintCard{ID: i.Key.ID, Issue: i.Key.Issue}
}

var two = office.By{Who: "siti", Second: "rina"}

func (d *desk) feeder() ledger.Count {
	b, err := station.ReadBooks(d.t.Context(), d.journal.Entries(d.t.Context(), 0), office.Rules{}, time.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	return ledger.Count{ledger.WNI: {ledger.Hopper: b.Ledger.Count(ledger.WNI, ledger.Hopper)}}
}

func (r *room) openShift() {
	r.t.Helper()
	r.must(office.OpenShift{First: r.feeder(), Second: r.feeder()}, two)
	if r.n.Shift == nil || r.n.ShiftDue || r.n.Shift.By != [2]string{"siti", "rina"} {
		r.t.Fatalf("the screen shows %+v", r.n.Shift)
	}
}

func TestNoShiftNoCard(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 8)
	d.staff()
	r := d.room(strict())
	defer r.done()
	if !r.n.ShiftDue || r.n.People.Desk == nil || r.n.People.Desk.Role != "operator" {
		t.Errorf("the screen does not say that a shift is due, or who is here: %+v", r.n.People)
	}
	r.do(print(d.waiting(false)[0]))
	r.fault(station.ShiftDue)
	if d.bench.counter != 7 || len(d.facts(journal.KindIntent)) != 0 {
		t.Error("a blank moved")
	}
	r.openShift()
	r.do(station.Reply{Answer: station.AnswerContinue})
	if len(r.n.Session) != 1 || r.n.Session[0].Outcome != string(flow.OutcomeGood) {
		t.Fatalf("%+v", r.n.Session)
	}
	if g := r.n.Shift.Tally[0]; g.Opening != 1000 || g.Good != 1 || r.n.Stock[ledger.WNI][ledger.Good] != 1 || r.n.Cover[0].Blanks != 999 {
		t.Errorf("%+v, %v, %+v", g, r.n.Stock, r.n.Cover)
	}
}

// A blind count that does not agree is kept although the shift is not opened, and the refusal is on the screen.
func TestRefusedActKeepsItsCounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.staff()
	r := d.room(strict())
	defer r.done()
	a := office.OpenShift{First: ledger.Count{ledger.WNI: {ledger.Hopper: 999}}, Second: ledger.Count{ledger.WNI: {ledger.Hopper: 998}}}
	if err := r.act(a, two); drivers.AsFault(err).Code != ledger.CountsDiffer {
		t.Errorf("%v", err)
	}
	if r.n.Shift != nil || r.n.Refusal == nil || r.n.Refusal.Code != ledger.CountsDiffer || len(d.facts(journal.KindCounted)) != 1 {
		t.Errorf("%+v, %+v, %d counts", r.n.Shift, r.n.Refusal, len(d.facts(journal.KindCounted)))
	}
	if err := r.act(office.OpenShift{First: r.feeder(), Second: r.feeder()}, office.By{Who: "siti"}); drivers.AsFault(err).Code != access.SecondNeeded {
		t.Errorf("one person: %v", err)
	}
}

// A further card of a record waits for two people's word, which holds for one card: not for a second one, and not again after a
// stop with the card in hand.
func TestReprintOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 12)
	d.staff()
	item := d.waiting(true)[0]
	r := d.room(strict())
	r.openShift()
	r.do(print(item))
	r.fault(office.NotAuthorised)
	r.do(station.Reply{Answer: station.AnswerGiveUp})
	if err := r.act(office.Authorise{Key: item.Key, Reason: "lost", Old: office.OldLost, Report: "LP-7"}, office.By{Who: "siti"}); drivers.AsFault(err).Code != access.SecondNeeded {
		t.Errorf("one person: %v", err)
	}
	allow := func() {
		t.Helper()
		r.must(office.Authorise{Key: item.Key, Reason: office.ReprintReasons()[0], Old: office.OldTaken, Report: "LP-7"}, two)
	}
	allow()
	d.bench.injected.at, d.bench.injected.fault = "load", &drivers.Fault{Code: drivers.CardJamFeed, Op: "test", Card: drivers.Unknown, Again: drivers.AgainAfterOperator}
	r.do(print(item))
	r.fault(drivers.CardJamFeed)
	r.done() // stopped with the card in hand: the intent is on the disk, its outcome is not
	d.bench.pos = drivers.PositionNone

	r = d.room(strict())
	defer func() { r.done() }()
	if r.n.Question == nil || r.n.Question.Kind != station.QuestionWhere {
		t.Fatalf("%+v, %+v", r.n.Question, r.n.Fault)
	}
	r.do(station.Reply{Answer: station.AnswerMissing})
	r.do(print(item))
	r.fault(office.NotAuthorised) // the blank of the one that was allowed was spent and is not found
	r.do(station.Reply{Answer: station.AnswerGiveUp})
	allow()
	r.do(print(item))
	if len(r.n.Session) != 2 || r.n.Session[1].Outcome != string(flow.OutcomeGood) {
		t.Fatalf("%+v, %+v", r.n.Session, r.n.Fault)
	}
	if n := len(d.facts(journal.KindAuthorised)); n != 2 {
		t.Errorf("%d authorisations for two intents", n)
	}
	if err := r.act(office.Authorise{Key: record.Key{ID: item.Key.ID, Issue: 9}, Reason: office.ReprintReasons()[0], Old: office.OldNone}, two); drivers.AsFault(err).Code != office.OldCardLives {
		t.Errorf("a further card beside a live one: %v", err)
	}
}

// What waits for its authorisation does not stop those behind it.
func TestBatchPassesReprints(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 12)
	d.staff()
	table, _ := policy.BuiltIn()
	o := strict()
	o.Policy = table
	r := d.room(o)
	defer r.done()
	r.openShift()
	first, further := d.waiting(false), d.waiting(true)
	if len(first) == 0 || len(further) == 0 {
		t.Fatal("the people of this seed have no further cards")
	}
	r.do(station.RunQueue{})
	if len(r.n.Session) != len(first) || r.n.Held < len(further) || r.n.Fault != nil {
		t.Errorf("%d made of %d, %d held of %d, %+v", len(r.n.Session), len(first), r.n.Held, len(further), r.n.Fault)
	}
}

// A card that was spoiled and lies in the feeder again is an alarm, is not printed, and goes to the reject box.
func TestDeadCardInTheFeeder(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 8)
	r := d.room(station.Options{Who: "siti"})
	defer r.done()
	q := d.waiting(false)
	d.bench.injected.at, d.bench.injected.fault = "print", &drivers.Fault{Code: drivers.HeadFault, Op: "test", Card: drivers.InMachine, Again: drivers.AgainNever}
	r.do(print(q[0]))
	spoiled := r.n.Session[0].UID
	d.bench.cards-- // and the next card out of the feeder is the same
	r.do(print(q[1]))
	r.fault(office.CardDead)
	alarms := d.facts(journal.KindAlarm)
	if len(alarms) != 1 || alarms[0].UID != spoiled || alarms[0].Record != q[0].Key.ID {
		t.Fatalf("%+v", alarms)
	}
	if r.n.Session[1].Outcome != string(flow.OutcomeSpoiled) || len(d.facts(journal.KindPrinting)) != 1 || len(d.facts(journal.KindWritten)) != 1 {
		t.Errorf("%+v", r.n.Session[1])
	}
}

// A blank that left the feeder beside the books is one incident, from the first card it can have left at; it is told once, also
// by the next run.
func TestCounterWitness(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 20)
	d.staff()
	d.bench.panels = 40
	r := d.room(strict())
	r.openShift()
	q := d.waiting(false)
	r.do(print(q[0]))
	r.do(print(q[1]))
	since := r.n.Session[1].Attempt
	if len(r.n.Incidents) != 0 {
		t.Fatalf("%+v", r.n.Incidents)
	}
	d.bench.counter++
	r.do(print(q[2]))
	if len(r.n.Incidents) != 1 || r.n.Incidents[0].Since != since || r.n.Incidents[0].Difference != 1 || r.n.Incidents[0].Between != [2]string{"ledger", "counter"} {
		t.Fatalf("%+v, want one since %s", r.n.Incidents, since)
	}
	r.do(station.Refresh{})
	r.done()
	r = d.room(strict())
	defer func() { r.done() }()
	r.do(print(q[3]))
	if n := len(d.facts(journal.KindIncident)); n != 1 || len(r.n.Incidents) != 1 {
		t.Fatalf("%d incidents", n)
	}
	r.must(office.CloseIncident{ID: r.n.Incidents[0].ID, Reason: "kartu uji tanpa catatan"}, office.By{Who: "rina", Second: "budi"})
	if len(r.n.Incidents) != 0 {
		t.Errorf("%+v", r.n.Incidents)
	}
	d.bench.panels++
	r.do(station.Refresh{})
	d.bench.panels++
	r.do(station.Refresh{})
	if len(r.n.Incidents) != 1 || r.n.Incidents[0].Between != [2]string{"ledger", "panels"} {
		t.Errorf("%+v", r.n.Incidents)
	}
}

const shortTable = `
[[rule]]
id = "uji"
from = 2020-01-01
level = "office"
basis = "uji"
text.id = "Uji."
text.en = "Test."
stock = "below"
first = [["pemula"]]
hold = [{ who = ["*"], refer = ["suket"] }]
`

func TestPolicyHolds(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 12)
	d.staff()
	table, err := policy.Parse([]byte(shortTable))
	if err != nil {
		t.Fatal(err)
	}
	o := strict()
	o.Policy, o.Reserve = table, 2000
	r := d.room(o)
	defer r.done()
	r.openShift()
	var free, held []source.Item
	for _, i := range d.waiting(false) {
		if i.Reason == "pemula" {
			free = append(free, i)
		} else {
			held = append(held, i)
		}
	}
	if len(free) < 2 || len(held) == 0 {
		t.Fatalf("%d first-time voters, %d others: another seed", len(free), len(held))
	}
	if r.n.Next == nil || r.n.Next.ID != free[0].Key.ID || r.n.Next.Turn.Rank != 1 {
		t.Errorf("next is %+v", r.n.Next)
	}
	r.do(print(held[0]))
	r.fault(policy.HeldByPolicy)
	r.do(station.Reply{Answer: station.AnswerGiveUp})
	for _, q := range r.s.Find("", 20) {
		if q.ID == held[0].Key.ID && (!q.Turn.Held || q.Turn.Refer != "suket" || q.Turn.ID == "" || q.Turn.EN == "") {
			t.Errorf("%+v", q.Turn)
		}
	}
	r.do(print(free[1]))
	r.fault(policy.OutOfTurn)
	r.do(station.Reply{Answer: station.AnswerGiveUp})
	c := print(held[0])
	c.Urgent = "because"
	r.do(c)
	r.fault(policy.NoUrgentReason)
	r.do(station.Reply{Answer: station.AnswerGiveUp})
	if d.bench.counter != 7 {
		t.Fatal("a blank moved")
	}
	c.Urgent = policy.UrgentReasons()[0].Reason
	r.do(c)
	urgent := d.facts(journal.KindUrgent, journal.KindIntent)
	if len(urgent) != 2 || urgent[0].Kind != journal.KindUrgent || urgent[0].Record != c.ID || urgent[0].Who != "siti" || urgent[1].Seq != urgent[0].Seq+1 {
		t.Fatalf("%+v", urgent)
	}
	r.do(station.RunQueue{})
	if len(r.n.Session) != 1+len(free) {
		t.Errorf("%d made of 1 and %d", len(r.n.Session), len(free))
	}
}

func TestSpoilLimit(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 12)
	d.staff()
	o := strict()
	o.ConfirmEvery = 1
	r := d.room(o)
	defer r.done()
	r.openShift()
	q := d.waiting(false)
	r.do(print(q[0]))
	if r.n.Question.SecondForSpoiled {
		t.Error("the first of a shift needs a second person")
	}
	r.do(station.Reply{Answer: station.AnswerSpoiled, Cause: "smudged"})
	r.do(print(q[0]))
	if !r.n.Question.SecondForSpoiled || r.n.Shift.SpoilAlone != 0 {
		t.Errorf("%+v, %+v", r.n.Question, r.n.Shift)
	}
	for _, refused := range []struct {
		second string
		want   drivers.Code
	}{{"", station.SpoilLimit}, {"siti", access.SamePerson}, {"joko", access.NoSuchPerson}} {
		r.do(station.Reply{Answer: station.AnswerSpoiled, Cause: "a word of nobody's", Second: refused.second})
		if r.n.Question == nil || r.n.Refusal == nil || r.n.Refusal.Code != refused.want || len(r.n.Session) != 1 {
			t.Fatalf("%q: %+v, %+v", refused.second, r.n.Question, r.n.Refusal)
		}
	}
	r.do(station.Reply{Answer: station.AnswerSpoiled, Cause: "a word of nobody's", Second: "rina"})
	if r.n.Refusal != nil || len(r.n.Session) != 2 {
		t.Fatalf("%+v", r.n.Refusal)
	}
	var spoils []ledger.Movement
	for _, e := range d.facts(journal.KindMovement) {
		m, err := ledger.Decode(e.Data)
		if err != nil {
			t.Fatal(err)
		}
		if m.Kind == ledger.Spoil {
			spoils = append(spoils, m)
		}
	}
	if len(spoils) != 2 || spoils[0].Second != ledger.Station || spoils[0].Cause != "damage:smudged" || spoils[1].Second != "rina" || spoils[1].Cause != "damage:other" {
		t.Errorf("%+v", spoils)
	}
	r.do(print(q[0]))
	r.do(station.Reply{Answer: station.AnswerGood})
	if len(r.n.Session) != 3 || r.n.Session[2].Outcome != string(flow.OutcomeGood) {
		t.Errorf("a good card needs one person: %+v", r.n.Refusal)
	}
}
