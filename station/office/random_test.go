package office

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"cetak/station/certificate"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
)

var replay = flag.Uint64("seed", 0, "of the random acts to do again")

// tally is the independent model: how many blanks are where, by what each act says it does.
type tally map[ledger.BlankType]map[ledger.Account]int

func (c tally) move(t ledger.BlankType, from, to ledger.Account, n int) {
	if from == ledger.Centre || from == ledger.Borrowed {
		c[t][from] += n
	} else {
		c[t][from] -= n
	}
	if to == ledger.Centre || to == ledger.Borrowed {
		c[t][to] -= n
	} else {
		c[t][to] += n
	}
}

// Random acts, legal and illegal. Every accepted one moves what it says and no more; every refused one changes nothing; the books
// folded again from the journal are the same; every certificate holds.
func TestRandomActs(t *testing.T) {
	steps := 3000
	if testing.Short() {
		steps = 500
	}
	seed := *replay
	if seed == 0 {
		seed = rand.Uint64()
	}
	r := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	d := newDesk(t, Rules{Place: time.FixedZone("WIB", 7*3600)})
	w := &world{d: d, r: r, have: tally{ledger.WNI: {}, ledger.WNA: {}}}
	taken, refused := map[string]int{}, map[string]int{}
	for i := range steps {
		if r.IntN(3) == 0 {
			w.engine()
		}
		a, by, said := w.act()
		name := strings.TrimPrefix(fmt.Sprintf("%T", a), "office.")
		before, look := "", i%12 == 0 // the books as text take long; what Do changed in between, folding anew shows
		if look {
			before = d.digest()
		}
		err := d.try(a, by)
		if t.Failed() {
			t.Fatalf("seed %d step %d: %T %+v by %+v", seed, i, a, a, by)
		}
		if errors.Is(err, certificate.DoesNotAdd) {
			t.Fatalf("seed %d step %d: a shift cannot be closed: %v", seed, i, err)
		}
		if err == nil {
			taken[name]++
			said()
		} else if refused[name]++; look {
			if after := d.digest(); after != before {
				t.Fatalf("seed %d step %d: %s was refused with %v and changed\n%s", seed, i, name, err, differ(before, after))
			}
		}
		w.compare(seed, i)
		if i%1000 == 999 {
			d.again()
		}
		d.now = d.now.Add(time.Duration(r.IntN(3)) * time.Hour)
	}
	d.again()
	for _, sh := range d.s.Shifts() {
		if c, ok := d.s.Certificate(sh.ID); ok {
			if err := c.Check(); err != nil {
				t.Errorf("seed %d: certificate of %s: %v", seed, sh.ID, err)
			}
		}
	}
	for _, name := range strings.Fields(`Receive Borrow GiveBack Lend TakeBack Transfer Return Draw ReturnToVault Adjust SpoilByHand OpenShift
		CloseShift NoteCount RejectEmptied CloseIncident Ship Arrive Unfetched HandOver LostCard Authorise MakeDestructionList Destroy`) {
		if steps > 1000 && (taken[name] == 0 || refused[name] == 0) {
			t.Errorf("seed %d: %s was taken %d times and refused %d times: the test does not reach it", seed, name, taken[name], refused[name])
		}
	}
}

type world struct {
	d    *desk
	r    *rand.Rand
	have tally
	uid  int
	doc  int
}

func (w *world) compare(seed uint64, step int) {
	w.d.t.Helper()
	for typ, accounts := range w.d.s.Ledger().Balance() {
		for a, n := range accounts {
			if n != w.have[typ][a] {
				w.d.t.Fatalf("seed %d step %d: %s %s has %d, the model says %d", seed, step, typ, a, n, w.have[typ][a])
			}
		}
	}
	if err := w.d.s.Ledger().Proof(); err != nil {
		w.d.t.Fatalf("seed %d step %d: %v", seed, step, err)
	}
}

func (w *world) chance(percent int) bool { return w.r.IntN(100) < percent }

func (w *world) typ() ledger.BlankType {
	if w.chance(15) {
		return ledger.WNA
	}
	return ledger.WNI
}

// engine makes one card where a blank is in the feeder.
func (w *world) engine() {
	typ := w.typ()
	if w.have[typ][ledger.Hopper] == 0 {
		return
	}
	w.uid++
	uid, outcome, to := fmt.Sprintf("04%06X", w.uid), "good", ledger.Good
	switch w.r.IntN(8) {
	case 0, 1:
		outcome, to = "spoiled", ledger.Spoiled
		if w.chance(50) {
			uid = ""
		}
	case 2:
		outcome, to = "missing", ledger.Missing
	case 3:
		w.d.card(w.record(), 1, typ, "", "not-taken")
		return
	}
	w.d.card(fmt.Sprintf("PRR-%d", w.uid), 1, typ, uid, outcome)
	w.have.move(typ, ledger.Hopper, to, 1)
}

func (w *world) record() string { return fmt.Sprintf("PRR-%d", w.r.IntN(w.uid+1)) }

func (w *world) by() By {
	switch w.r.IntN(12) {
	case 0:
		return By{Who: "siti"}
	case 1:
		return pair("siti", "Siti")
	case 2:
		return pair("siti", "station")
	}
	return pair("siti", "rina")
}

func (w *world) paper() Paper {
	w.doc++
	p := Paper{Number: fmt.Sprintf("BA-%d", w.doc), Party: "Gudang"}
	switch w.r.IntN(12) {
	case 0:
		p.Number = "BA-1"
	case 1:
		p.Number = ""
	case 2:
		p.Date = w.d.now.Add(72 * time.Hour)
	}
	return p
}

// some picks cards, mostly of the account.
func (w *world) some(at ledger.Account, n int) (uids []string, typ ledger.BlankType) {
	cards := w.d.s.Cards(at)
	if w.chance(10) {
		cards = w.d.s.Cards("")
	}
	for range n {
		if len(cards) > 0 {
			c := cards[w.r.IntN(len(cards))]
			if len(uids) == 0 || c.Type == typ {
				uids, typ = append(uids, c.UID), c.Type
			}
		}
	}
	return uids, typ
}

// each books what cards do one by one, each by where it is now.
func (w *world) each(uids []string, to ledger.Account) func() {
	type step struct {
		t    ledger.BlankType
		from ledger.Account
	}
	var steps []step
	for _, u := range uids {
		c, _ := w.d.s.Seen(u)
		steps = append(steps, step{c.Type, c.Where})
	}
	return func() {
		for _, s := range steps {
			w.have.move(s.t, s.from, to, 1)
		}
	}
}

// act makes a random act, and what it does to the model where it is taken.
func (w *world) act() (Act, By, func()) {
	by, typ, n, none := w.by(), w.typ(), w.r.IntN(12)-1, func() {}
	moves := func(from, to ledger.Account) func() { return func() { w.have.move(typ, from, to, n) } }
	switch w.r.IntN(24) {
	case 0:
		return Receive{Paper: w.paper(), Type: typ, Count: n * 5}, by, func() { w.have.move(typ, ledger.Centre, ledger.Vault, n*5) }
	case 1:
		return Borrow{Paper: w.paper(), Type: typ, Count: n}, by, moves(ledger.Borrowed, ledger.Vault)
	case 2:
		return GiveBack{Paper: w.paper(), Type: typ, Count: n}, by, moves(ledger.Vault, ledger.Borrowed)
	case 3:
		return Lend{Paper: w.paper(), Type: typ, Count: n}, by, moves(ledger.Vault, ledger.Lent)
	case 4:
		return TakeBack{Paper: w.paper(), Type: typ, Count: n}, by, moves(ledger.Lent, ledger.Vault)
	case 5:
		if w.chance(50) {
			return Transfer{Paper: w.paper(), In: true, Type: typ, Count: n}, by, moves(ledger.Centre, ledger.Vault)
		}
		return Transfer{Paper: w.paper(), Type: typ, Count: n}, by, moves(ledger.Vault, ledger.Centre)
	case 6:
		if w.chance(50) {
			uids, t := w.some(ledger.Spoiled, 1)
			return Return{Paper: w.paper(), From: ledger.Spoiled, Type: t, Count: len(uids), UIDs: uids}, by, w.each(uids, ledger.Returned)
		}
		return Return{Paper: w.paper(), From: ledger.Vault, Type: typ, Count: n}, by, moves(ledger.Vault, ledger.Returned)
	case 7, 8:
		return Draw{Type: typ, Count: n}, by, moves(ledger.Vault, ledger.Hopper)
	case 9:
		return ReturnToVault{Type: typ, Count: n}, by, moves(ledger.Hopper, ledger.Vault)
	case 10:
		return w.adjust(typ, n, by)
	case 11:
		return w.spoil(typ, n, by)
	case 12, 13:
		return w.shift(by), by, none
	case 14:
		all := w.d.s.Incidents()
		id := fmt.Sprintf("I-%d", w.r.IntN(len(all)+2))
		return CloseIncident{ID: id, Reason: "dicari dan ditemukan"}, by, none
	default:
		return w.cards(by)
	}
}

func (w *world) adjust(typ ledger.BlankType, n int, by By) (Act, By, func()) {
	pool := []ledger.Account{ledger.Vault, ledger.Hopper, ledger.Missing, ledger.Missing, ledger.Centre, ledger.Good}
	from, to := pool[w.r.IntN(len(pool))], pool[w.r.IntN(len(pool))]
	n = min(n, 2)
	if len(w.d.entries) > 0 && w.chance(40) { // a correction of any line, and of one in two the opposite way
		e := w.d.entries[w.r.IntN(len(w.d.entries))]
		if m, err := ledger.Decode(e.Data); err == nil && e.Kind == journal.KindMovement {
			to, from, typ = m.From, m.To, m.Type
			return Adjust{Paper: w.paper(), Type: typ, From: from, To: to, Count: max(1, n), Cause: "adjust:correction", UIDs: m.UIDs, Reverses: e.Seq}, by,
				func() { w.have.move(typ, from, to, max(1, n)) }
		}
	}
	cause := []string{"adjust", "adjust:count", "adjust:none-of-these", "damage"}[min(3, w.r.IntN(8)/2)]
	return Adjust{Paper: w.paper(), Type: typ, From: from, To: to, Count: n, Cause: cause}, by, func() { w.have.move(typ, from, to, n) }
}

func (w *world) spoil(typ ledger.BlankType, n int, by By) (Act, By, func()) {
	cause := []string{"damage:print", "damage", "scrap", "damage:no-such-word", "adjust"}[min(4, w.r.IntN(8))]
	from := []ledger.Account{ledger.Vault, ledger.Hopper, ledger.Good, ledger.Shipped, ledger.HandedOver, ledger.Machine}[w.r.IntN(6)]
	if from == ledger.Vault || from == ledger.Hopper {
		n = min(n, 2)
		return SpoilByHand{From: from, Type: typ, Count: n, Cause: cause, Defect: w.chance(30)}, by, func() { w.have.move(typ, from, ledger.Spoiled, n) }
	}
	uids, t := w.some(from, 1)
	return SpoilByHand{From: from, Type: t, Count: len(uids), Cause: cause, UIDs: uids}, by, w.each(uids, ledger.Spoiled)
}

func (w *world) shift(by By) Act {
	count := func(off int) ledger.Count {
		return ledger.Count{ledger.WNI: {ledger.Hopper: w.have[ledger.WNI][ledger.Hopper] + off}, ledger.WNA: {ledger.Hopper: w.have[ledger.WNA][ledger.Hopper]}}
	}
	first, second, waiver := count(0), count(0), ""
	switch w.r.IntN(5) {
	case 0:
		second = count(1)
	case 1:
		first, second = count(-1), count(-1)
	case 2:
		first, second, waiver = count(2), count(2), "belum diketahui"
	}
	if _, on := w.d.s.Shift(); on != w.chance(15) {
		if waiver == "" && on && w.chance(30) {
			waiver = "selisih pembukaan"
		}
		return CloseShift{First: first, Second: second, Waiver: waiver}
	}
	return OpenShift{First: first, Second: second, Waiver: waiver}
}

func (w *world) cards(by By) (Act, By, func()) {
	none := func() {}
	switch w.r.IntN(9) {
	case 0:
		uids, _ := w.some(ledger.Good, 1+w.r.IntN(4))
		return Ship{Paper: w.paper(), Receiver: "joko", UIDs: uids}, by, w.each(uids, ledger.Shipped)
	case 1:
		all := w.d.s.Shipments()
		a := Arrive{Shipment: "SJ-0", Receiver: "joko", Paper: w.paper()}
		if len(all) > 0 {
			sh := all[w.r.IntN(len(all))]
			a.Shipment = sh.Number
			if w.chance(40) {
				a.Absent = sh.UIDs[:1]
			}
		}
		return a, by, w.each(a.Absent, ledger.Missing)
	case 2:
		uids, _ := w.some(ledger.Shipped, 2)
		return Unfetched{Paper: w.paper(), UIDs: uids}, by, w.each(uids, ledger.Good)
	case 3, 4:
		return w.handOver(by)
	case 5:
		uids, _ := w.some(ledger.HandedOver, 1)
		return LostCard{UID: strings.Join(uids, ""), Report: []string{"LP-1", ""}[w.r.IntN(2)]}, by, none
	case 6:
		return Authorise{
			Key:    record.Key{ID: w.record(), Issue: 1 + w.r.IntN(2)},
			Reason: []string{"lost", "damaged", "because"}[w.r.IntN(3)], Old: []Old{OldSpoiled, OldLost, OldTaken, OldNone}[w.r.IntN(4)], Report: "LP-1",
		}, by, none
	case 7:
		if w.chance(50) {
			n := w.r.IntN(3)
			return RejectEmptied{First: &n, Second: &n}, by, none
		}
		vault := ledger.Count{ledger.WNI: {ledger.Vault: w.have[ledger.WNI][ledger.Vault] + w.r.IntN(3) - 1}}
		other := vault
		if w.chance(20) {
			other = ledger.Count{ledger.WNI: {ledger.Vault: -1}}
		}
		return NoteCount{vault, other}, by, none
	}
	if w.chance(50) {
		return MakeDestructionList{Number: fmt.Sprintf("DM-%d", w.r.IntN(400)), Type: w.typ()}, by, none
	}
	return w.destroy(by)
}

func (w *world) handOver(by By) (Act, By, func()) {
	at := []ledger.Account{ledger.Good, ledger.Shipped}[w.r.IntN(2)]
	uids, _ := w.some(at, 1)
	uid := strings.Join(uids, "")
	h := HandOver{UID: uid, Collector: Holder, Proof: Receipt, Slip: "T-1", Chip: &ChipRead{UID: uid, Portrait: digestOf(uid)}}
	switch w.r.IntN(6) {
	case 0:
		h.Chip.Portrait = digestOf("00")
	case 1:
		h.Chip = nil
	case 2:
		h.Chip, h.Waiver = nil, "pembaca rusak"
	}
	return h, by, w.each(uids, ledger.HandedOver)
}

func (w *world) destroy(by By) (Act, By, func()) {
	a := Destroy{
		List: "DM-none", Paper: w.paper(), Method: Burnt, Place: "halaman", Witnesses: [2]Witness{{"agus", "Satpol PP"}, {"dewi", "Inspektorat"}},
		Photo: Photograph{File: "a.jpg", SHA256: strings.Repeat("ab", 32)},
	}
	typ, n := ledger.WNI, 0
	if all := w.d.s.Destructions(); len(all) > 0 {
		l := all[w.r.IntN(len(all))]
		a.List, typ = l.Number, l.Type
		for _, sp := range w.d.s.Spoilage() {
			if sp.List == l.Number {
				n += sp.Left
			}
		}
	}
	return a, by, func() { w.have.move(typ, ledger.Spoiled, ledger.Destroyed, n) }
}
