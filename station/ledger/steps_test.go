package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"cetak/station/ledger"
)

// propose makes up a movement that the model would most likely call legal.
func (k *walk) propose() ledger.Movement {
	r := allRules[k.rng.IntN(len(allRules))]
	t := ledger.BlankTypes()[k.rng.IntN(8)/7]
	if k.rng.IntN(15) == 0 {
		if back := k.correction(); back.Count > 0 {
			return back
		}
	}
	for range 20 { // one for which there are blanks
		if isSource(r.from) && k.w.amount(spot{t, "vault"}) < 900 || k.w.amount(spot{t, r.from}) > 0 && !isSource(r.from) {
			break
		}
		r = allRules[k.rng.IntN(len(allRules))]
	}
	m := ledger.Movement{Kind: r.kind, From: r.from, To: r.to, Type: t, Who: "siti", Count: 1}
	has := func(s string) bool { return strings.Contains(r.asks, s) }
	if !has("a") {
		m.Count += k.rng.IntN(30)
		if have := k.w.amount(spot{t, r.from}); !isSource(r.from) && m.Count > have {
			m.Count = max(1, have)
		}
	}
	k.complete(&m, has)
	k.name(&m, has("u"))
	k.box(&m)
	return m
}

func (k *walk) next(prefix string) string { k.n++; return fmt.Sprintf("%s%d", prefix, k.n) }

func (k *walk) complete(m *ledger.Movement, has func(string) bool) {
	switch {
	case has("s") && k.rng.IntN(2) == 0:
		m.Who = "station"
	case has("s") && has("2") && k.rng.IntN(2) == 0:
		m.Second = "station"
	case has("2") || k.rng.IntN(4) == 0:
		m.Second = "budi"
	}
	if has("a") {
		m.Attempt = k.next("A-")
	}
	if has("p") {
		m.Document = k.next("BA-")
		m.Issuer = []string{"", "pusat", "provinsi"}[k.rng.IntN(3)]
		if k.rng.IntN(2) == 0 {
			m.Date = k.now.Format("2006-01-02")
		}
	}
	if has("c") {
		causes := map[ledger.Kind][]string{"count-adjustment": {"adjust", "adjust:count", "adjust:lost"}, "destroy": {"destroy", "destroy:burnt"}}[m.Kind]
		if causes == nil {
			causes = []string{"damage", "damage:scratched", "scrap:test-card", "fault:P-104"}
		}
		m.Cause = causes[k.rng.IntN(len(causes))]
	}
}

// name puts chip numbers on a movement: those that it must have, and some that it may.
func (k *walk) name(m *ledger.Movement, all bool) {
	from := spot{m.Type, m.From}
	fresh := func() string { k.n++; return fmt.Sprintf("04%08X", k.n) }
	switch {
	case all && isPool(m.From), k.rng.IntN(6) == 0 && isPool(m.From):
		for range m.Count {
			m.UIDs = append(m.UIDs, fresh())
		}
		if u := anyKey(k.rng, k.w.blanks); u != "" && k.rng.IntN(2) == 0 && k.w.blanks[u] == m.Type {
			m.UIDs[0] = u
		}
	case isSource(m.From):
		if k.rng.IntN(5) == 0 {
			m.UIDs = append(m.UIDs, fresh())
		}
	case !isPool(m.From):
		for u := range k.w.cards[from] {
			if len(m.UIDs) == m.Count || len(m.UIDs) >= m.Count-k.w.heap[from] && !all && k.rng.IntN(2) == 0 {
				break
			}
			m.UIDs = append(m.UIDs, u)
		}
		slices.Sort(m.UIDs)
		if all {
			m.Count = max(1, len(m.UIDs))
		}
	}
}

func anyKey[V any](rng *rand.Rand, m map[string]V) string {
	if len(m) == 0 {
		return ""
	}
	least := ""
	skip := rng.IntN(len(m))
	for k := range m {
		if least = k; skip == 0 {
			break
		}
		skip--
	}
	return least
}

// box puts boxes on a movement of blanks, now and then.
func (k *walk) box(m *ledger.Movement) {
	if k.rng.IntN(3) > 0 || !isShelf(m.From) && !isShelf(m.To) {
		return
	}
	if isSource(m.From) {
		b := ledger.Box{Number: k.next("Kotak "), Count: 1 + k.rng.IntN(m.Count)}
		if k.rng.IntN(3) > 0 {
			low := k.n * 100
			b.First, b.Last = fmt.Sprintf("ID%09d", low), fmt.Sprintf("ID%09d", low+b.Count-1)
		}
		m.Boxes = append(m.Boxes, b)
		return
	}
	if shelf := k.w.shelf[spot{m.Type, m.From}]; isShelf(m.From) && len(shelf) > 0 {
		th := shelf[k.rng.IntN(len(shelf))]
		if c := k.w.boxes[crate{m.Type, th.box}]; c != nil {
			b := ledger.Box{Number: c.label, Count: 1}
			if th.serial >= 0 && k.rng.IntN(2) == 0 {
				b.First = c.text(th.serial)
				b.Last = b.First
			}
			m.Boxes = append(m.Boxes, b)
		}
		return
	}
	for c, b := range k.w.boxes { // back from elsewhere, whether that can be or not
		if c.t == m.Type {
			n := ledger.Box{Number: b.label, Count: 1}
			if b.low >= 0 {
				n.First = b.text(b.low + k.rng.IntN(b.count))
				n.Last = n.First
			}
			m.Boxes = append(m.Boxes, n)
			return
		}
	}
}

// correction takes back a part of an earlier line; one without a count when there is none.
func (k *walk) correction() ledger.Movement {
	l, o := k.earlier(func(l *line) bool { return l.left > 0 })
	if l == nil {
		return ledger.Movement{}
	}
	m := k.takesBack(o)
	m.Count = 1 + k.rng.IntN(l.left)
	k.name(&m, false)
	return m
}

// twice takes a line back that was taken back before; one more than is left of it.
func (k *walk) twice() ledger.Movement {
	l, o := k.earlier(func(l *line) bool { return l.left < l.m.Count })
	if l == nil {
		return ledger.Movement{}
	}
	m := k.takesBack(o)
	m.Count = l.left + 1
	k.name(&m, false)
	return m
}

// earlier finds one of the last lines.
func (k *walk) earlier(fits func(*line) bool) (*line, ledger.Movement) {
	for range 50 {
		if len(k.done) == 0 {
			break
		}
		o := k.done[max(0, len(k.done)-1-k.rng.IntN(200))]
		if l := k.w.lines[o.Seq]; l != nil && fits(l) {
			return l, o
		}
	}
	return nil, ledger.Movement{}
}

func (k *walk) takesBack(o ledger.Movement) ledger.Movement {
	return ledger.Movement{Kind: "count-adjustment", From: o.To, To: o.From, Type: o.Type, Who: "rina", Second: "budi", Document: k.next("BA-"),
		Cause: "adjust:correction", Reverses: o.Seq}
}

// spoilIt changes a movement in one way, which may make it illegal.
func (k *walk) spoilIt(m *ledger.Movement) {
	some := func(s ...string) string { return s[k.rng.IntN(len(s))] }
	account := func() ledger.Account { return ledger.Accounts()[k.rng.IntN(13)] }
	switch k.rng.IntN(23) {
	case 0:
		m.Kind = allRules[k.rng.IntN(len(allRules))].kind
	case 1:
		m.From = account()
	case 2:
		m.To = account()
	case 3:
		m.Type = ledger.BlankType(some("", "WNI", "WNA", "wni"))
	case 4:
		m.Count = []int{0, -1, m.Count + 1, 1e9 + 1, m.Count + 1000}[k.rng.IntN(5)]
	case 5:
		m.Who = some("", " ", "station", "budi", "rina")
	case 6:
		m.Second = some("", " ", "station", "SITI ", "rina", "station ")
	case 7:
		m.Document = some("", "  ", "BA-1", "ba-2", " BA-3 ", strings.Repeat("9", 61))
	case 8:
		m.Document, m.Issuer = "BA-"+fmt.Sprint(1+k.rng.IntN(k.n+1)), some("", "pusat", "Provinsi ")
	case 9:
		m.Cause = some("", "because", "damage:nobody", "damage:", "fault:", "fault:P-104", "fault:p-1", "destroy:burnt", "adjust:count", "scrap", "damage:print")
	case 10:
		m.Date = some("yesterday", "2026-02-30", "2010-12-31", k.now.AddDate(0, 0, 1).Format("2006-01-02"), k.now.AddDate(0, -2, 0).Format("2006-01-02"),
			"2026-01-04", "2026-01-05", k.now.Format("2006-01-02"))
	case 11:
		m.UIDs = append(m.UIDs, some("04aa", "0", "", "04AA", "XY"))
	case 12:
		if len(m.UIDs) > 0 {
			m.UIDs = m.UIDs[1:]
		}
	case 13:
		if len(m.UIDs) > 0 {
			m.UIDs = append(slices.Clone(m.UIDs[1:]), m.UIDs[len(m.UIDs)-1])
		}
	case 14, 15: // a card from somewhere else, a UID received twice
		if s := k.w.cards[spot{m.Type, account()}]; len(s) > 0 {
			m.UIDs = append(m.UIDs, anyKey(k.rng, s))
		}
	case 16:
		if u := anyKey(k.rng, k.w.blanks); u != "" {
			m.UIDs = append(m.UIDs, u)
		}
	case 17:
		m.Attempt = ""
	case 18:
		if len(m.Boxes) > 0 {
			b := &m.Boxes[0]
			switch k.rng.IntN(6) {
			case 0:
				b.Number = some("", "no such box", " Kotak", strings.ToUpper(b.Number))
			case 1:
				b.Count = []int{0, -1, b.Count + 1, m.Count + 1}[k.rng.IntN(4)]
			case 2:
				b.First, b.Last = b.Last, some("", b.First, "ID1", "12")
			case 3:
				b.Type = ledger.BlankType(some("WNI", "WNA"))
			case 4:
				m.Boxes = append(m.Boxes, *b)
			case 5:
				if b.First != "" {
					b.First, b.Last = "ID000000100", fmt.Sprintf("ID%09d", 100+b.Count-1)
				}
			}
		}
	case 19: // a box received twice, or one that is not
		m.Boxes = []ledger.Box{{Number: "Kotak " + fmt.Sprint(1+k.rng.IntN(k.n+1)), Count: 1}}
	case 20:
		m.Reverses = 1 + k.rng.Int64N(k.seq+2)
	case 21:
		if back := k.correction(); back.Count > 0 {
			*m = back
			switch k.rng.IntN(4) {
			case 0:
				m.Count += 1000
			case 1:
				m.From, m.To = m.To, m.From
			case 2:
				m.Kind = "return"
			case 3:
				m.Date = some("2026-01-04", k.now.Format("2006-01-02"))
			}
		}
	case 22:
		if back := k.twice(); back.Count > 0 {
			*m = back
		}
	}
}
