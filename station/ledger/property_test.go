package ledger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// steps is how many movements the walk tries.
const steps = 100_000

// walk drives ledger, journal, and model through the same movements.
type walk struct {
	t    *testing.T
	rng  *rand.Rand
	w    *model
	l    *ledger.Ledger
	now  time.Time
	seq  int64
	n    int // of documents, attempts, boxes, and chips made up so far
	done []ledger.Movement
	wait []journal.Fact
	log  *journal.Journal

	legal, illegal int
	codes          map[drivers.Code]int
	kinds          map[string]int
}

// TestModel tries 100,000 movements, legal and illegal, on the ledger and on an independent model: what the model calls
// illegal is refused for a reason that the model names and changes nothing; what it calls legal is taken; and the
// balances of what the journal keeps are the model's.
func TestModel(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	j, err := journal.Create(t.Context(), filepath.Join(t.TempDir(), "journal.db"), "model")
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	k := &walk{t: t, rng: rand.New(rand.NewPCG(seed, 1)), w: newModel(), l: &ledger.Ledger{}, log: j,
		now: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), codes: map[drivers.Code]int{}, kinds: map[string]int{}}
	for i := range steps {
		k.now = k.now.Add(time.Duration(k.rng.IntN(180)) * time.Second)
		if k.rng.IntN(300) == 0 {
			k.act()
		} else {
			k.step()
		}
		if t.Failed() {
			t.Fatalf("seed %d, step %d", seed, i+1)
		}
		if i%20_000 == 19_999 {
			k.folded(k.done)
			k.shelves()
			k.store()
		}
	}
	k.fromJournal()
	t.Logf("%d legal, %d illegal: %v", k.legal, k.illegal, k.codes)
	if k.legal < steps/4 || k.illegal < steps/4 {
		t.Errorf("%d legal and %d illegal movements: the walk proves little", k.legal, k.illegal)
	}
	for code := 101; code <= 113; code++ { // 108 is what is found when the rest fails
		if c := drivers.Code(fmt.Sprintf("B-%d", code)); k.codes[c] == 0 && c != "B-108" {
			t.Errorf("nothing was refused with %s", c)
		}
	}
	for _, r := range allRules {
		if k.kinds[string(r.kind)+string(r.from)+string(r.to)] == 0 {
			t.Errorf("%s from %s to %s was never taken", r.kind, r.from, r.to)
		}
	}
}

// step tries one movement.
func (k *walk) step() {
	m := k.propose()
	if k.rng.IntN(2) == 0 {
		k.spoilIt(&m)
	}
	bad := k.w.wrongs(m, k.now, nil)
	before := k.look(m)
	err := k.l.Allows(k.now, m)
	if after := k.look(m); !reflect.DeepEqual(after, before) {
		k.t.Errorf("asking about %+v changed\n%v\nto\n%v", m, before, after)
	}
	if len(bad) == 0 {
		if err != nil {
			k.t.Errorf("legal and refused: %+v: %v", m, err)
			return
		}
		k.take(m)
		return
	}
	k.refused(m, err, bad)
	if later := []drivers.Code{"B-104", "B-105", "B-109", "B-110"}; !only(bad, later) {
		if err := k.l.Apply(m); err == nil {
			k.t.Errorf("illegal and taken from the journal: %+v: %v", m, bad)
		}
		if after := k.look(m); !reflect.DeepEqual(after, before) {
			k.t.Errorf("refusing %+v changed\n%v\nto\n%v", m, before, after)
		}
	}
}

func only(bad map[drivers.Code]bool, of []drivers.Code) bool {
	for c := range bad {
		if !slices.Contains(of, c) {
			return false
		}
	}
	return true
}

func (k *walk) refused(m ledger.Movement, err error, bad map[drivers.Code]bool) {
	k.illegal++
	if err == nil {
		k.t.Errorf("illegal and allowed: %+v: %v", m, bad)
		return
	}
	code := drivers.AsFault(err).Code
	if !bad[code] {
		k.t.Errorf("refused for the wrong reason: %+v: %v, want one of %v", m, err, bad)
	}
	k.codes[code]++
}

// act tries some movements as one: all or none.
func (k *walk) act() {
	all := []ledger.Movement{k.propose(), k.propose(), k.propose()}
	if k.rng.IntN(2) == 0 {
		all[1].Kind, all[1].From, all[1].To = all[0].Kind, all[0].From, all[0].To
		all[1].Document, all[1].Issuer, all[1].Reverses = all[0].Document, all[0].Issuer, all[0].Reverses
	}
	try := k.w.clone()
	var bad map[drivers.Code]bool
	for i, m := range all {
		if bad = try.wrongs(m, k.now, all[:i]); len(bad) > 0 {
			break
		}
		try.do(m, -1, k.now) // a line that no correction names
	}
	before := k.look(all...)
	err := k.l.Allows(k.now, all...)
	if after := k.look(all...); !reflect.DeepEqual(after, before) {
		k.t.Errorf("asking about %+v changed\n%v\nto\n%v", all, before, after)
	}
	if len(bad) > 0 {
		k.refused(all[0], err, bad)
		return
	}
	if err != nil {
		k.t.Errorf("a legal act refused: %+v: %v", all, err)
		return
	}
	for _, m := range all {
		k.take(m)
	}
}

// take writes the movement, reads it back as the journal would give it, and compares.
func (k *walk) take(m ledger.Movement) {
	k.legal++
	k.kinds[string(m.Kind)+string(m.From)+string(m.To)]++
	k.seq++
	b, err := json.Marshal(m)
	if err != nil {
		k.t.Error(err)
	}
	k.wait = append(k.wait, journal.Fact{Kind: journal.KindMovement, Who: m.Who, Data: m})
	back, err := ledger.Decode(b)
	if err != nil {
		k.t.Error(err)
	}
	back.Seq, back.At = k.seq, k.now
	if err := k.l.Apply(back); err != nil {
		k.t.Errorf("allowed and not taken: %+v: %v", m, err)
		return
	}
	k.done = append(k.done, back)
	k.w.do(m, k.seq, k.now)
	k.balance(k.l)
}

func (k *walk) balance(l *ledger.Ledger) {
	if err := l.Proof(); err != nil {
		k.t.Error(err)
	}
	for t, accounts := range l.Balance() {
		for a, n := range accounts {
			if want := k.w.amount(spot{t, a}); n != want {
				k.t.Errorf("%s %s has %d, the model %d", t, a, n, want)
			}
		}
	}
}

// look is what the movements could change, to be compared.
func (k *walk) look(all ...ledger.Movement) [2]any {
	var cards []any
	for _, m := range all {
		for _, u := range m.UIDs {
			t, a, ok := k.l.Where(u)
			cards = append(cards, u, t, a, ok)
		}
	}
	return [2]any{k.l.Balance(), cards}
}

// folded compares the ledger that refused so much with one that was never asked.
func (k *walk) folded(all []ledger.Movement) {
	l, err := ledger.Fold(func(yield func(ledger.Movement, error) bool) {
		for _, m := range all {
			if !yield(m, nil) {
				return
			}
		}
	})
	if err != nil {
		k.t.Fatal(err)
	}
	if !reflect.DeepEqual(l, k.l) {
		k.t.Error("a refused movement left a trace: the ledger is not that of its movements")
	}
}

// shelves compares the boxes.
func (k *walk) shelves() {
	for _, t := range ledger.BlankTypes() {
		have := map[string]int{}
		for _, b := range k.l.Boxes(t) {
			sum := 0
			for _, lot := range b.Lots {
				sum += lot.Count
				have[fmt.Sprint(strings.ToUpper(b.Number), lot.First, lot.Last)] += lot.Count
			}
			if sum != b.Left {
				k.t.Errorf("box %s has %d left in lots of %d", b.Number, b.Left, sum)
			}
		}
		vault := k.w.shelf[spot{t, "vault"}]
		boxed := 0
		for i := 0; i < len(vault); {
			th := vault[i]
			n := i + 1
			for n < len(vault) && vault[n].box == th.box && (th.serial < 0 || vault[n].serial == th.serial+n-i) {
				n++
			}
			if th.box != "" {
				c, name := k.w.boxes[crate{t, th.box}], th.box
				if th.serial >= 0 {
					name = fmt.Sprint(name, c.text(th.serial), c.text(th.serial+n-i-1))
				}
				if have[name] != n-i {
					k.t.Errorf("box %s has %d in the vault, the model %d", name, have[name], n-i)
				}
				boxed++
			}
			i = n
		}
		if boxed != len(have) {
			k.t.Errorf("%d lots in the vault, the model has %d", len(have), boxed)
		}
		n := 0
		for _, lot := range k.l.Next(t, len(vault)) {
			if strings.ToUpper(lot.Box) != vault[n].box {
				k.t.Errorf("the next blanks are of box %q, the model's of %q", lot.Box, vault[n].box)
			}
			n += lot.Count
		}
		if n != len(vault) {
			k.t.Errorf("the next %d blanks are %d", len(vault), n)
		}
	}
}

// store writes what was taken since to the journal, in one transaction.
func (k *walk) store() {
	if _, err := k.log.Append(k.t.Context(), k.wait...); err != nil {
		k.t.Fatal(err)
	}
	k.wait = nil
}

// fromJournal folds what the journal kept.
func (k *walk) fromJournal() {
	k.store()
	if _, err := k.log.Verify(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
	l, err := ledger.Fold(func(yield func(ledger.Movement, error) bool) {
		for e, err := range k.log.Of(k.t.Context(), 0, journal.KindMovement) {
			m, bad := ledger.Decode(e.Data)
			m.Seq, m.At = e.Seq, k.now
			if !yield(m, errors.Join(err, bad)) {
				return
			}
		}
	})
	if err != nil {
		k.t.Fatal(err)
	}
	k.balance(l)
}

// clone is the model to try an act on.
func (w *model) clone() *model {
	c := *w
	c.gave, c.heap, c.blanks, c.gone = maps.Clone(w.gave), maps.Clone(w.heap), maps.Clone(w.blanks), maps.Clone(w.gone)
	c.boxes, c.first, c.used = maps.Clone(w.boxes), maps.Clone(w.first), maps.Clone(w.used)
	c.shelf, c.cards, c.lines = map[spot][]thing{}, map[spot]map[string]bool{}, map[int64]*line{}
	for s, t := range w.shelf {
		c.shelf[s] = slices.Clone(t)
	}
	for s, t := range w.cards {
		c.cards[s] = maps.Clone(t)
	}
	for s, t := range w.lines {
		l := *t
		c.lines[s] = &l
	}
	return &c
}
