package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/policy"
	"cetak/station/record"
)

func wib() *time.Location { return time.FixedZone("WIB", 7*3600) }

func on(date string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", date, wib())
	if err != nil {
		panic(err)
	}
	return t
}

// waits makes a queue in the order of clearing: "hilang", "suket:hilang" (with a running letter), "WNA:prr".
func waits(words ...string) policy.Items {
	var q policy.Items
	for i, w := range words {
		it := policy.Item{Key: record.Key{ID: fmt.Sprintf("%d.%s", i+1, w), Issue: 1}, Kind: record.WNI, NotAfter: on("2099-01-01 00:00")}
		if rest, ok := strings.CutPrefix(w, "WNA:"); ok {
			it.Kind, w = record.WNA, rest
		}
		it.Reason, it.Suket = strings.TrimPrefix(w, "suket:"), strings.HasPrefix(w, "suket:")
		q = append(q, it)
	}
	return q
}

// told is a plan in one line: those that are printed in order, then the held ones with why or where they are sent.
func told(plan *policy.Plan) string {
	var b strings.Builder
	for i, v := range plan.Verdicts() {
		id := v.Key.ID[strings.Index(v.Key.ID, ".")+1:]
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(id)
		if v.Held() {
			b.WriteString("=" + string(v.Why))
			if v.Why == policy.HeldRule {
				b.WriteString(fmt.Sprint(v.Refer))
			}
		}
	}
	return b.String()
}

func moment(at, office string, left, reserve int) policy.Moment {
	return policy.Moment{Now: on(at), Office: office, Reserve: reserve, Stock: map[record.Kind]policy.Blanks{record.WNI: {Left: left}, record.WNA: {Left: left}}}
}

// TestReplay prints the same nine people under each rule of ktpel.md 5.4, on a day on which it held.
func TestReplay(t *testing.T) {
	table, _ := policy.BuiltIn()
	people := []string{"rusak", "pindah", "hilang", "pudar", "prr", "perubahan", "suket:hilang", "bencana", "pemula"}
	short, plenty := 10, 1000
	for _, c := range []struct {
		at, office, rule string
		left             int
		want             string
	}{
		{"2015-06-01 10:00", "Dukcapil", "dasar", short, "rusak pindah hilang pudar prr perubahan suket:hilang bencana pemula"},
		{"2016-10-03 10:00", "Dukcapil", "nasional-2016-09", short, "pindah prr pemula rusak=rule[suket] hilang=rule[suket] pudar=rule[suket] perubahan=rule[suket] suket:hilang=rule[suket] bencana=rule[suket]"},
		{"2016-10-03 10:00", "Dukcapil", "dasar", plenty, "rusak pindah hilang pudar prr perubahan suket:hilang bencana pemula"},
		{"2019-11-20 10:00", "Dukcapil", "nasional-2019-11", plenty, "prr pemula rusak=rule[suket] pindah=rule[wait] hilang=rule[suket] pudar=rule[wait] perubahan=rule[suket] suket:hilang=rule[suket] bencana=rule[wait]"},
		{"2020-01-15 10:00", "Dukcapil", "nasional-2020-01", plenty, "pemula bencana prr suket:hilang pindah pudar rusak=rule[suket] hilang=rule[suket] perubahan=rule[suket]"},
		{"2022-11-15 10:00", "Dukcapil", "nasional-2022-11", plenty, "rusak pindah hilang pudar prr perubahan suket:hilang bencana pemula"},
		{"2022-09-24 10:00", "Dukcapil Kota Mataram", "mataram-2022-09", plenty, "prr pemula rusak pindah hilang perubahan suket:hilang bencana pudar=rule[suket ikd biodata]"},
		{"2023-08-10 10:00", "Disdukcapil Kab. Batang", "batang-2023-08", plenty, "pemula rusak=rule[ikd] pindah=rule[ikd] hilang=rule[ikd] pudar=rule[ikd] prr=rule[ikd] perubahan=rule[ikd] suket:hilang=rule[ikd] bencana=rule[ikd]"},
		{"2023-08-10 10:00", "Dukcapil Batanghari", "nasional-2022-11", plenty, "rusak pindah hilang pudar prr perubahan suket:hilang bencana pemula"},
		{"2023-11-02 10:00", "Dukcapil Kotawaringin Timur", "kotim-2023-11", 6000, "pemula pindah pudar prr perubahan bencana rusak=rule[ikd] hilang=rule[ikd] suket:hilang=rule[ikd]"},
		{"2023-11-02 10:00", "Dukcapil Kotawaringin Timur", "kotim-2023-11", 5000, "pindah pemula=keep rusak=rule[ikd] hilang=rule[ikd] pudar=keep prr=keep perubahan=keep suket:hilang=rule[ikd] bencana=keep"},
		{"2023-11-02 10:00", "Dukcapil Kotawaringin Timur", "kotim-2023-11", 5002, "pemula pindah pudar rusak=rule[ikd] hilang=rule[ikd] prr=keep perubahan=keep suket:hilang=rule[ikd] bencana=keep"},
		{"2023-11-20 10:00", "Dukcapil Kotawaringin Timur", "kotim-2023-11", 5000, "pemula pindah rusak=rule[ikd] hilang=rule[ikd] pudar=keep prr=keep perubahan=keep suket:hilang=rule[ikd] bencana=keep"},
		{"2024-11-06 10:00", "Dukcapil", "nasional-2024-11", short, "pemula rusak pindah hilang pudar prr perubahan suket:hilang bencana"},
		{"2024-11-28 10:00", "Dukcapil", "nasional-2024-11", short, "rusak pindah hilang pudar prr perubahan suket:hilang bencana pemula"},
		{"2025-01-20 10:00", "Dukcapil Kabupaten Ponorogo", "ponorogo-2025-01", plenty, "rusak hilang suket:hilang pemula pindah=rule[old-card ikd] pudar=rule[old-card ikd] prr=rule[old-card ikd] perubahan=rule[old-card ikd] bencana=rule[old-card ikd]"},
		{"2025-06-01 10:00", "Dukcapil", "kekurangan", short, "pemula bencana prr rusak pindah hilang suket:hilang pudar=rule[ikd old-card] perubahan=rule[ikd old-card]"},
		{"2025-06-01 10:00", "Dukcapil", "dasar", plenty, "rusak pindah hilang pudar prr perubahan suket:hilang bencana pemula"},
	} {
		plan := table.Plan(moment(c.at, c.office, c.left, 100), waits(people...))
		if plan.At(0).Rule == nil || plan.At(0).Rule.ID != c.rule {
			t.Errorf("%s %s, %d blanks: rule %+v, want %s", c.at, c.office, c.left, plan.At(0).Rule, c.rule)
		}
		if got := told(plan); got != c.want {
			t.Errorf("%s %s, %d blanks:\n got %s\nwant %s", c.at, c.office, c.left, got, c.want)
		}
	}
}

// The most specific selector decides: suket:hilang before suket before hilang.
func TestMostSpecific(t *testing.T) {
	table, _ := policy.BuiltIn()
	plan := table.Plan(moment("2020-01-15 10:00", "Dukcapil", 100, 0), waits("suket:hilang", "suket:pindah", "hilang", "pindah", "prr"))
	if got := told(plan); got != "suket:pindah prr suket:hilang pindah hilang=rule[suket]" {
		t.Error(got)
	}
}

// TestNothingChanges: with a reserve of 0 and today's rules the order is that of clearing, as before there were rules.
func TestNothingChanges(t *testing.T) {
	table, _ := policy.BuiltIn()
	q := waits("rusak", "WNA:prr", "pemula", "whatever the register says", "hilang")
	plan := table.Plan(moment("2026-11-22 03:00", "Dukcapil", 0, 0), q)
	for i, v := range plan.Verdicts() {
		if v.Key != q[i].Key || v.Held() || v.Why != policy.ByClearing {
			t.Errorf("%d: %+v", i, v)
		}
	}
	if got := fmt.Sprint(plan.At(0).Rank, plan.At(1).Rank, plan.At(2).Rank); got != "1 1 2" {
		t.Errorf("WNI and WNA are ranked apart: %s", got)
	}
	if k, ok := policy.Head(plan, record.WNA); !ok || k != q[1].Key {
		t.Errorf("head WNA: %v", k)
	}
}

func parse(t *testing.T, text string) *policy.Table {
	t.Helper()
	table, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

const row = `
[[rule]]
id = "a"
from = 2026-01-01
level = "office"
basis = "SK Kepala Dinas 1/2026"
text.id = "x"
text.en = "x"
`

func TestQuota(t *testing.T) {
	table := parse(t, row+"quota_day = 3\nquota_month = 10\n")
	for _, c := range []struct {
		day, month int
		want       string
	}{
		{0, 0, "prr rusak hilang pemula=day"},
		{2, 9, "prr rusak=month hilang=day pemula=day"},
		{3, 3, "prr=day rusak=day hilang=day pemula=day"},
		{0, 9, "prr rusak=month hilang=month pemula=day"},
		{0, 12, "prr=month rusak=month hilang=month pemula=month"},
	} {
		m := moment("2026-03-02 10:00", "Dukcapil", 500, 0)
		m.Stock[record.WNI] = policy.Blanks{Left: 500, MadeDay: c.day, MadeMonth: c.month}
		got := told(table.Plan(m, waits("prr", "rusak", "hilang", "pemula")))
		// which of two spent quotas is named does not matter; what is held does
		if simple := strings.NewReplacer("=day", "=", "=month", "="); simple.Replace(got) != simple.Replace(c.want) {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestPrecedence(t *testing.T) {
	rule := func(id, from, level, rest string) string {
		return fmt.Sprintf("[[rule]]\nid=%q\nfrom=%s\nlevel=%q\nbasis=\"b\"\ntext.id=\"x\"\ntext.en=\"x\"\n%s\n", id, from, level, rest)
	}
	table := parse(t, rule("n1", "2026-01-01", "national", "")+rule("n2", "2026-02-01", "national", "stock=\"below\"")+
		rule("n3", "2026-03-01", "national", "until=2026-03-31")+rule("o", "2025-12-01", "office", "until=2026-01-31")+
		rule("o2", "2026-05-01", "office", "")+rule("o3", "2026-05-01", "office", "stock=\"below\"")+rule("p", "2020-01-01", "program", ""))
	for _, c := range []struct {
		at    string
		short bool
		want  string
	}{
		{"2019-12-31 23:59", true, ""}, {"2020-01-01 00:00", false, "p"}, {"2025-12-01 00:00", true, "o"}, {"2026-01-31 23:59", false, "o"},
		{"2026-02-01 00:00", false, "n1"}, {"2026-02-01 00:00", true, "n2"}, {"2026-03-01 00:00", true, "n3"}, {"2026-04-01 00:00", true, "n2"},
		{"2026-05-02 00:00", true, "o3"}, {"2026-05-02 00:00", false, "o2"},
	} {
		got := ""
		if r := table.Rule(on(c.at), "Dukcapil", c.short); r != nil {
			got = r.ID
		}
		if got != c.want {
			t.Errorf("%s short %v: %q, want %q", c.at, c.short, got, c.want)
		}
	}
}

func TestCalendar(t *testing.T) {
	table := parse(t, `
last_minutes = 60
[hours]
mon = "08:00-15:30"
tue = "08:00-15:30"
wed = "08:00-15:30"
thu = "08:00-15:30"
fri = "08:00-11:30"
[[day]]
date = 2026-12-25
name = "Natal"
open = ""
[[day]]
date = 2026-12-26
name = "Jemput bola"
open = "09:00-10:00"
office = "Kendal"
[[day]]
date = 2026-12-09
name = "Pemungutan suara"
open = "07:00-12:00"
`)
	q := waits("prr", "prr", "prr")
	for _, c := range []struct{ at, office, want, opens string }{
		{"2026-12-07 07:59", "Dukcapil", "prr=closed prr=closed prr=closed", "07-12-2026 08:00"}, // Monday
		{"2026-12-07 08:00", "Dukcapil", "prr prr prr", ""},
		{"2026-12-07 14:31", "Dukcapil", "prr prr prr", ""},      // the last hour, and all can be finished
		{"2026-12-07 15:26", "Dukcapil", "prr prr prr=last", ""}, // 90 s a card
		{"2026-12-07 15:29", "Dukcapil", "prr=last prr=last prr=last", ""},
		{"2026-12-07 15:30", "Dukcapil", "prr=closed prr=closed prr=closed", "08-12-2026 08:00"},
		{"2026-12-08 20:00", "Dukcapil", "prr=closed prr=closed prr=closed", "09-12-2026 07:00"}, // polling day opens earlier
		{"2026-12-09 12:00", "Dukcapil", "prr=closed prr=closed prr=closed", "10-12-2026 08:00"},
		{"2026-12-11 11:30", "Dukcapil", "prr=closed prr=closed prr=closed", "14-12-2026 08:00"}, // the weekend
		{"2026-12-25 09:00", "Dukcapil", "prr=closed prr=closed prr=closed", "28-12-2026 08:00"},
		{"2026-12-25 09:00", "Dukcapil Kab. Kendal", "prr=closed prr=closed prr=closed", "26-12-2026 09:00"},
		{"2026-12-26 09:30", "Dukcapil Kab. Kendal", "prr prr prr", ""},
	} {
		plan := table.Plan(moment(c.at, c.office, 100, 0), q)
		if got := told(plan); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.at, c.office, got, c.want)
		}
		if c.opens != "" && !plan.At(0).Opens.Equal(on(c.opens[6:10]+"-"+c.opens[3:5]+"-"+c.opens[:2]+c.opens[10:])) {
			t.Errorf("%s %s: opens %v, want %s", c.at, c.office, plan.At(0).Opens, c.opens)
		}
		if c.opens != "" && !strings.Contains(plan.At(0).Words("id"), "Buka "+c.opens) {
			t.Errorf("%s: %s", c.at, plan.At(0).Words("id"))
		}
	}
}

// Polling day at Kotawaringin Timur, from the table in the program: until noon.
func TestPollingDay(t *testing.T) {
	table, _ := policy.BuiltIn()
	for at, open := range map[string]bool{"2024-02-14 09:00": true, "2024-02-14 11:59": true, "2024-02-14 12:00": false} {
		if o := table.Opening(on(at), "Dukcapil Kotawaringin Timur"); o.Open != open || o.Name == "" {
			t.Errorf("%s: %+v", at, o)
		}
	}
	if o := table.Opening(on("2024-02-14 13:00"), "Dukcapil Kendal"); !o.Always {
		t.Errorf("elsewhere: %+v", o)
	}
	if e := table.Election(on("2024-11-27 23:59"), "Dukcapil"); e == nil || e.Name != "Pilkada serentak 2024" {
		t.Errorf("%+v", e)
	}
	if e := table.Election(on("2024-11-28 00:00"), "Dukcapil"); e != nil {
		t.Errorf("%+v", e)
	}
}

func TestExpiredAndAside(t *testing.T) {
	table, _ := policy.BuiltIn()
	q := waits("prr", "rusak", "hilang")
	q[0].NotAfter = on("2026-01-01 00:00")
	q[1].Aside = record.PhotoBroken
	plan := table.Plan(moment("2026-03-02 10:00", "Dukcapil", 9, 0), q)
	if got := told(plan); got != "hilang prr=expired rusak=set-aside" {
		t.Error(got)
	}
	if got := plan.At(2).Words("en"); got != "Set aside: the record was refused ("+string(record.PhotoBroken)+")." {
		t.Error(got)
	}
	for _, i := range q[:2] { // their own check says better what is wrong
		if err := policy.Allowed(plan, i.Key, policy.TurnStrict); err != nil {
			t.Error(err)
		}
	}
}

// Until the moment that a plan names, the clock changes nothing of it.
func TestUntil(t *testing.T) {
	table := parse(t, `
last_minutes = 30
[hours]
mon = "08:00-15:30"
wed = "08:00-15:30"
thu = "08:00-15:30"
[[day]]
date = 2026-12-09
name = "Pilkada"
open = "07:00-13:00"
source = "test"
[[election]]
name = "Pilkada"
from = 2026-12-07
poll = 2026-12-09
basis = "test"
[[rule]]
id = "later"
basis = "test"
from = 2026-12-08
level = "program"
text.id = "hilang dahulu"
text.en = "lost ones first"
first = [["hilang"]]
`)
	q := waits("prr", "rusak", "hilang", "pemula", "prr", "rusak")
	q[1].NotAfter, q[4].NotAfter = on("2026-12-08 03:17"), on("2026-12-09 12:40")
	words := func(now time.Time) (string, time.Time) {
		m := moment("2026-12-07 00:00", "Dukcapil", 100, 0)
		m.Now, m.CardTime = now, 10*time.Minute
		plan := table.Plan(m, q)
		var b strings.Builder
		for _, v := range plan.Verdicts() {
			fmt.Fprintln(&b, v.Key, v.Rank, v.Group, v.Why, v.Refer, v.Words("en"))
		}
		return b.String(), plan.Until()
	}
	changes := 0
	at := on("2026-12-06 23:00")
	was, until := words(at)
	for end := at.AddDate(0, 0, 5); at.Before(end); at = at.Add(30 * time.Second) {
		now, next := words(at)
		if now != was {
			if changes++; at.Before(until) {
				t.Fatalf("at %v, before %v, the plan is another:\n%swas:\n%s", at, until, now, was)
			}
		}
		if was = now; !at.Before(until) {
			until = next
		}
		if !next.After(at) {
			t.Fatalf("at %v it changes at %v", at, next)
		}
	}
	if changes < 15 {
		t.Errorf("%d changes in five days", changes)
	}
}

func TestAllowed(t *testing.T) {
	table, _ := policy.BuiltIn()
	q := waits("pudar", "prr", "pemula")
	plan := table.Plan(moment("2026-03-02 10:00", "Dukcapil", 9, 100), q)
	closed := parse(t, "[hours]\nmon=\"08:00-09:00\"").Plan(moment("2026-03-02 10:00", "Dukcapil", 9, 100), q)
	for _, c := range []struct {
		name string
		plan *policy.Plan
		key  record.Key
		turn policy.Turn
		want drivers.Code
	}{
		{"the next", plan, q[2].Key, policy.TurnStrict, ""},
		{"out of turn", plan, q[1].Key, policy.TurnStrict, policy.OutOfTurn},
		{"out of turn where one may choose", plan, q[1].Key, policy.TurnFree, ""},
		{"held", plan, q[0].Key, policy.TurnFree, policy.HeldByPolicy},
		{"closed", closed, q[2].Key, policy.TurnFree, policy.OfficeClosed},
		{"not waiting", plan, record.Key{ID: "no", Issue: 1}, policy.TurnFree, policy.HeldByPolicy},
	} {
		err := policy.Allowed(c.plan, c.key, c.turn)
		if c.want == "" && err != nil || c.want != "" && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Every why has words in both languages, long and short, without a place left open.
func TestWords(t *testing.T) {
	table, _ := policy.BuiltIn()
	rule := table.Rules[0]
	for _, why := range []policy.Why{
		policy.ByClearing, policy.ByGroup, policy.ByRest, policy.ByElection, policy.HeldRule, policy.HeldKeep, policy.HeldDay, policy.HeldMonth,
		policy.HeldClosed, policy.HeldLast, policy.HeldExpired, policy.HeldAside,
	} {
		v := policy.Verdict{Why: why, Rule: &rule, Refer: []policy.Refer{policy.ToIKD, policy.ToSuket, policy.ToBiodata, policy.KeepOld, policy.ToWait}}
		for _, lang := range []string{"id", "en"} {
			if w := v.Words(lang); len(w) < 10 || strings.ContainsAny(w, "{}") || !strings.HasSuffix(w, ".") {
				t.Errorf("%s %s: %q", why, lang, w)
			}
			if v.Short(lang) == "" {
				t.Errorf("%s %s: no short word", why, lang)
			}
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	table, _ := policy.BuiltIn()
	words := append(record.Reasons(), "suket:hilang")
	var q policy.Items
	for len(q) < 313_281 { // the waiting cards of the largest queue we know of (DESIGN 11)
		q = append(q, waits(words...)...)
	}
	m := moment("2026-03-02 10:00", "Dukcapil", 9, 100)
	b.ReportAllocs()
	for b.Loop() {
		table.Plan(m, q)
	}
}
