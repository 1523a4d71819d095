package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
)

// noon is the present in tests.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// day is an ordinary opening: a receipt, a draw, blanks in the feeder.
func day(t *testing.T, received, drawn int) *Ledger {
	t.Helper()
	l := &Ledger{}
	apply(t, l, Movement{Kind: Receipt, From: Centre, To: Vault, Type: WNI, Count: received, Who: "siti", Second: "budi", Document: "BA-1"})
	apply(t, l, Movement{Kind: Draw, From: Vault, To: Hopper, Type: WNI, Count: drawn, Who: "siti", Second: "budi"})
	return l
}

func apply(t *testing.T, l *Ledger, m Movement) {
	t.Helper()
	if err := l.Apply(m); err != nil {
		t.Fatal(err)
	}
}

func load(attempt string) Movement {
	return Movement{Kind: Load, From: Hopper, To: Machine, Type: WNI, Count: 1, Who: Station, Attempt: attempt}
}

func good(attempt, uid string) Movement {
	return Movement{Kind: MadeGood, From: Machine, To: Good, Type: WNI, Count: 1, Who: Station, Attempt: attempt, UIDs: []string{uid}}
}

func TestOrdinaryDay(t *testing.T) {
	l := day(t, 100, 25)
	for i := range 3 {
		a := fmt.Sprintf("A-%d", i)
		apply(t, l, load(a))
		apply(t, l, good(a, fmt.Sprintf("04%02X", i)))
	}
	apply(t, l, load("A-3"))
	apply(t, l, Movement{Kind: Spoil, From: Machine, To: Spoiled, Type: WNI, Count: 1, Who: Station, Attempt: "A-3",
		Cause: FaultCause(drivers.CardJamHead)})
	apply(t, l, load("A-4"))
	apply(t, l, Movement{Kind: Spoil, From: Machine, To: Spoiled, Type: WNI, Count: 1, Who: "siti", Second: Station, Attempt: "A-4",
		Cause: "damage:scratched", UIDs: []string{"04FF"}})
	apply(t, l, load("A-5"))
	apply(t, l, Movement{Kind: CountAdjustment, From: Machine, To: Missing, Type: WNI, Count: 1, Who: "siti", Second: Station,
		Attempt: "A-5", Cause: CauseAdjust})
	want := map[Account]int{Centre: 100, Vault: 75, Hopper: 19, Good: 3, Spoiled: 2, Missing: 1}
	for _, a := range Accounts() {
		if got := l.Count(WNI, a); got != want[a] {
			t.Errorf("%s has %d, want %d", a, got, want[a])
		}
	}
	if err := l.Proof(); err != nil {
		t.Error(err)
	}
	if typ, at, ok := l.Where("04FF"); !ok || typ != WNI || at != Spoiled {
		t.Errorf("UID 04FF is in %s %s, %v", typ, at, ok)
	}
	if _, _, ok := l.Where("0499"); ok {
		t.Error("a UID nobody named has a place")
	}
}

func TestBalanceJSON(t *testing.T) {
	l := day(t, 10, 4)
	b, err := json.Marshal(l.Balance())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"WNA":{"borrowed":0,"centre":0,"destroyed":0,"good":0,"handed-over":0,"hopper":0,"lent":0,"machine":0,"missing":0,` +
		`"returned":0,"shipped":0,"spoiled":0,"vault":0},` +
		`"WNI":{"borrowed":0,"centre":10,"destroyed":0,"good":0,"handed-over":0,"hopper":4,"lent":0,"machine":0,"missing":0,` +
		`"returned":0,"shipped":0,"spoiled":0,"vault":6}}`
	if string(b) != want {
		t.Errorf("balance\n%s\nwant\n%s", b, want)
	}
	l.Balance()[WNI][Vault] = 99
	if l.Count(WNI, Vault) != 6 {
		t.Error("a balance given out changes the ledger")
	}
}

func TestRefused(t *testing.T) {
	base := Movement{Kind: Spoil, From: Machine, To: Spoiled, Type: WNI, Count: 1, Who: "siti", Second: "budi", Attempt: "A-0", Cause: CauseDamage}
	with := func(change func(*Movement)) Movement {
		m := base
		change(&m)
		return m
	}
	for _, tt := range []struct {
		name string
		m    Movement
		want drivers.Code
	}{
		{"no such kind", with(func(m *Movement) { m.Kind = "gift" }), NoSuchRoute},
		{"no such route", with(func(m *Movement) { m.To = HandedOver }), NoSuchRoute},
		{"backwards", with(func(m *Movement) { m.From, m.To = m.To, m.From }), NoSuchRoute},
		{"no blank type", with(func(m *Movement) { m.Type = "" }), BadMovement},
		{"nothing", with(func(m *Movement) { m.Count = 0 }), BadMovement},
		{"negative", with(func(m *Movement) { m.Count = -1 }), BadMovement},
		{"absurd", with(func(m *Movement) { m.Count = maxCount + 1 }), BadMovement},
		{"nobody", with(func(m *Movement) { m.Who = " " }), BadMovement},
		{"no attempt", with(func(m *Movement) { m.Attempt = "" }), BadMovement},
		{"two blanks in one attempt", with(func(m *Movement) { m.Count = 2 }), BadMovement},
		{"more UIDs than blanks", with(func(m *Movement) { m.UIDs = []string{"01", "02"} }), BadMovement},
		{"one UID twice", Movement{Kind: HandOver, From: Good, To: HandedOver, Type: WNI, Count: 2, Who: "siti", UIDs: []string{"01", "01"}}, BadMovement},
		{"UID in lower case", with(func(m *Movement) { m.UIDs = []string{"0a"} }), BadMovement},
		{"empty UID", with(func(m *Movement) { m.UIDs = []string{""} }), BadMovement},
		{"no second", with(func(m *Movement) { m.Second = "" }), SecondMissing},
		{"second is the first", with(func(m *Movement) { m.Second = " SITI" }), SecondMissing},
		{"no cause", with(func(m *Movement) { m.Cause = "" }), CauseMissing},
		{"cause of nobody's list", with(func(m *Movement) { m.Cause = "because" }), CauseMissing},
		{"cause with a sentence", with(func(m *Movement) { m.Cause = "damage:BUDI SANTOSO" }), CauseMissing},
		{"good without UID", Movement{Kind: MadeGood, From: Machine, To: Good, Type: WNI, Count: 1, Who: Station, Attempt: "A-0"}, BadMovement},
		{"draw by one", Movement{Kind: Draw, From: Vault, To: Hopper, Type: WNI, Count: 1, Who: "siti"}, SecondMissing},
		{"draw by the station", Movement{Kind: Draw, From: Vault, To: Hopper, Type: WNI, Count: 1, Who: "siti", Second: Station}, SecondMissing},
		{"receipt without paper", Movement{Kind: Receipt, From: Centre, To: Vault, Type: WNI, Count: 1, Who: "siti", Second: "budi"}, DocumentMissing},
		{"more than there is", Movement{Kind: Draw, From: Vault, To: Hopper, Type: WNI, Count: 76, Who: "siti", Second: "budi"}, NotEnough},
		{"the other type", Movement{Kind: Draw, From: Vault, To: Hopper, Type: WNA, Count: 1, Who: "siti", Second: "budi"}, NotEnough},
		{"nothing in the machine", base, NotEnough},
		{"back to a source more than it gave", Movement{Kind: Return, From: Vault, To: Borrowed, Type: WNI, Count: 1, Who: "siti", Second: "budi",
			Document: "BA-2"}, NotEnough},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := day(t, 100, 25)
			before := fmt.Sprint(l.Balance())
			if err := l.Apply(tt.m); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if fmt.Sprint(l.Balance()) != before {
				t.Error("a refused movement changed the balance")
			}
		})
	}
}

func TestOneChipOnePlace(t *testing.T) {
	l := day(t, 10, 5)
	apply(t, l, load("A-1"))
	apply(t, l, good("A-1", "04AA"))
	apply(t, l, load("A-2"))
	if err := l.Apply(good("A-2", "04AA")); !errors.Is(err, UIDElsewhere) {
		t.Errorf("the same chip good twice: %v", err)
	}
	apply(t, l, Movement{Kind: Spoil, From: Good, To: Spoiled, Type: WNI, Count: 1, Who: "siti", Second: "budi", Cause: CauseDamage, UIDs: []string{"04AA"}})
	if err := l.Apply(Movement{Kind: HandOver, From: Good, To: HandedOver, Type: WNI, Count: 1, Who: "siti", UIDs: []string{"04AA"}}); err == nil {
		t.Error("a spoiled card was handed over")
	}
}

func TestAllowsChangesNothing(t *testing.T) {
	l := day(t, 10, 5)
	apply(t, l, load("A-1"))
	apply(t, l, good("A-1", "04AA"))
	before := fmt.Sprint(l.Balance(), l.at)
	if err := l.Allows(noon, load("A-2"), good("A-2", "04BB")); err != nil {
		t.Error(err)
	}
	if err := l.Allows(noon, load("A-2"), good("A-2", "04AA")); !errors.Is(err, UIDElsewhere) {
		t.Errorf("the second of two: %v", err)
	}
	if err := l.Allows(noon, good("A-2", "04BB")); !errors.Is(err, NotEnough) {
		t.Errorf("without the load before it: %v", err)
	}
	again := Movement{Kind: Spoil, From: Good, To: Spoiled, Type: WNI, Count: 1, Who: "siti", Second: "budi", Cause: CauseDamage, UIDs: []string{"04AA"}}
	if err := l.Allows(noon, again, again); !errors.Is(err, NotEnough) {
		t.Errorf("the same card twice: %v", err)
	}
	if after := fmt.Sprint(l.Balance(), l.at); after != before {
		t.Errorf("before %s\nafter %s", before, after)
	}
	if err := (&Ledger{}).Allows(noon, load("A-1")); !errors.Is(err, NotEnough) {
		t.Errorf("an empty ledger: %v", err)
	}
}

// Every route can be walked, and what it demands is demanded.
func TestEveryRoute(t *testing.T) {
	kinds := map[Kind]bool{}
	seen := map[way]bool{}
	for _, r := range Routes() {
		kinds[r.Kind] = true
		w := way{r.Kind, r.From, r.To}
		if seen[w] {
			t.Errorf("%v twice", w)
		}
		seen[w] = true
		if r.From == r.To || r.Why == "" {
			t.Errorf("%v: no movement, or no word why", w)
		}
		m := legal(r, 1, "04AA")
		if err := m.Check(); err != nil {
			t.Errorf("%v: %v", w, err)
		}
		for name, drop := range map[string]func(*Movement) bool{
			"second":   func(m *Movement) bool { m.Second = ""; return r.Needs.Second },
			"document": func(m *Movement) bool { m.Document = ""; return r.Needs.Document },
			"cause":    func(m *Movement) bool { m.Cause = ""; return r.Needs.Cause },
			"attempt":  func(m *Movement) bool { m.Attempt = ""; return r.Needs.Attempt },
			"uid":      func(m *Movement) bool { m.UIDs = nil; return r.Needs.UID },
			"station":  func(m *Movement) bool { m.Who = Station; return !r.Needs.Station },
		} {
			cut := m
			if needed := drop(&cut); (cut.Check() != nil) != needed {
				t.Errorf("%v without %s: %v", w, name, cut.Check())
			}
		}
	}
	if len(kinds) != 15 {
		t.Errorf("%d kinds, the design has 15", len(kinds))
	}
}

func legal(r Route, count int, uids ...string) Movement {
	m := Movement{Kind: r.Kind, From: r.From, To: r.To, Type: WNI, Count: count, Who: "siti", Second: "budi", Cause: CauseDamage, Document: "BA-7"}
	if r.Needs.Attempt {
		m.Attempt = "A-1"
	}
	if r.Needs.UID {
		m.UIDs = uids
	}
	return m
}

func each(all []Movement, last error) iter.Seq2[Movement, error] {
	return func(yield func(Movement, error) bool) {
		for _, m := range all {
			if !yield(m, nil) {
				return
			}
		}
		if last != nil {
			yield(Movement{}, last)
		}
	}
}

func TestFoldNamesTheMovement(t *testing.T) {
	_, err := Fold(each([]Movement{
		{Kind: Receipt, From: Centre, To: Vault, Type: WNI, Count: 5, Who: "siti", Second: "budi", Document: "BA-1"}, load("A-1"),
	}, nil))
	if !errors.Is(err, NotEnough) || !strings.HasPrefix(err.Error(), "movement 2:") {
		t.Errorf("%v", err)
	}
	broken := errors.New("the disk")
	if _, err := Fold(each(nil, broken)); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if l, err := Fold(each(nil, nil)); err != nil || l.Proof() != nil {
		t.Errorf("empty: %v", err)
	}
}

func TestUnbalancedIsFound(t *testing.T) {
	l := day(t, 10, 5)
	l.held[0][Good.index()]++
	if err := l.Proof(); !errors.Is(err, Unbalanced) {
		t.Errorf("%v", err)
	}
	l.held[0][Good.index()]--
	l.held[0][Vault.index()], l.held[0][Hopper.index()] = -1, 11
	if err := l.Proof(); !errors.Is(err, Unbalanced) {
		t.Errorf("%v", err)
	}
}

func TestDecode(t *testing.T) {
	m := good("A-1", "04AA")
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(m) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{``, `{`, `[]`, `{"kind":"load","more":1}`, `{"count":"1"}`, string(b) + string(b)} {
		if _, err := Decode([]byte(bad)); !errors.Is(err, BadMovement) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// What is read fast is read as the decoder reads it, and what is not plain is left to the decoder.
func TestPlain(t *testing.T) {
	m := Movement{Kind: Return, From: Lent, To: Vault, Type: WNA, Count: 20, Who: "siti", Second: "budi", Cause: "adjust", Document: "BA/1 2", Attempt: "A-1",
		UIDs: []string{"04", "05"}, Issuer: "pusat", Date: "2026-03-02", Party: "Kec. Wirun", Reverses: 12}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := plain(b); !ok || !reflect.DeepEqual(got, m) {
		t.Errorf("%v: %+v", ok, got)
	}
	m.Boxes, m.Party = []Box{{Number: "K-1", Count: 3}}, "Kec. \u00cbbung \"A\""
	if b, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if got, err := Decode(b); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, s := range []string{"", "{", "{}", "null", "[]", `{"kind":"load","kind":"good"}`, `{"Kind":"load"}`, `{ "kind":"load"}`, `{"kind":null}`,
		`{"count":1.0}`, `{"count":01}`, `{"count":-1}`, `{"count":9999999999999999999}`, `{"kind":"a\u0041"}`, `{"kind":"load"}x`, `{"kind":"load",}`,
		`{"uids":[]}`, `{"uids":["04",]}`, `{"uids":null}`, `{"uids":["04"`, `{"boxes":[]}`, `{"kind":"` + "\xff" + `"}`} {
		if got, ok := plain([]byte(s)); ok {
			t.Errorf("%s is plain: %+v", s, got)
		}
	}
}

// Whatever stands in the journal, it is refused with a code or the sums hold.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"kind":"draw","from":"vault","to":"hopper","type":"WNI","count":5,"who":"siti","second":"budi"}`))
	f.Add([]byte(`{"kind":"transfer","from":"vault","to":"centre","type":"WNA","count":1000000000,"who":"a","second":"b","document":"c"}`))
	f.Add([]byte(`{"kind":"receipt","from":"centre","to":"vault","type":"WNI","count":9,"who":"a","second":"b","document":"c","uids":["04"],` +
		`"boxes":[{"number":"K","count":9,"first":"A1","last":"A9"}]}`))
	f.Add([]byte(`{"kind":"count-adjustment","from":"hopper","to":"vault","type":"WNI","count":1,"who":"a","second":"b","document":"c","cause":"adjust","reverses":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if slow, bad := decode(data); !reflect.DeepEqual(slow, m) || (bad == nil) != (err == nil) {
			t.Fatalf("%+v, %v; the decoder reads %+v, %v", m, err, slow, bad)
		}
		if err != nil {
			return
		}
		l := day(t, 100, 25)
		for i := range 3 {
			m.Seq = int64(i + 1)
			if err = l.Allows(noon, m); err == nil {
				err = l.Apply(m)
			}
			if err != nil && drivers.AsFault(err).Code == drivers.Unexpected {
				t.Error(err)
			}
		}
		if err := l.Proof(); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	data, err := json.Marshal(good("A-0123456789AB", "04AABBCCDDEE80"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFoldMillion(b *testing.B) {
	var all []Movement
	all = append(all,
		Movement{Kind: Receipt, From: Centre, To: Vault, Type: WNI, Count: 500_000, Who: "siti", Second: "budi", Document: "BA-1"},
		Movement{Kind: Draw, From: Vault, To: Hopper, Type: WNI, Count: 500_000, Who: "siti", Second: "budi"})
	for i := range 500_000 {
		a := fmt.Sprintf("A-%d", i)
		all = append(all, load(a), good(a, fmt.Sprintf("04%012X", i)))
	}
	for b.Loop() {
		if _, err := Fold(each(all, nil)); err != nil {
			b.Fatal(err)
		}
	}
}
