package ledger_test

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/ledger"
)

// model is the blank ledger a second time, written from DESIGN section 7 and ktpel.md 5.1 and 5.3, not from the package. Every
// blank in vault and feeder is a thing of its own here; elsewhere cards are names and a heap of nameless ones.
type model struct {
	gave   map[spot]int // sources
	shelf  map[spot][]thing
	heap   map[spot]int             // nameless blanks of all other accounts
	cards  map[spot]map[string]bool // cards by number
	blanks map[string]ledger.BlankType
	// blanks are the numbers known to be somewhere among the unread blanks; gone those that went back to a source.
	gone  map[string]spot
	boxes map[crate]*content
	first map[spot]string // day on which something first came there
	used  map[string]bool // kind, issuer, and number of papers
	lines map[int64]*line
	crate int
}

type (
	spot struct {
		t ledger.BlankType
		a ledger.Account
	}
	thing struct {
		box    string
		order  int // of the box's arrival; 0 = of no box
		serial int // -1 = none
	}
	crate struct {
		t      ledger.BlankType
		number string
	}
	content struct {
		order, count  int
		prefix, label string
		width         int
		low           int // -1 = count mode
	}
	line struct {
		m    ledger.Movement
		left int
		day  string
	}
)

func (c *content) text(serial int) string { return fmt.Sprintf("%s%0*d", c.prefix, c.width, serial) }

func newModel() *model {
	return &model{gave: map[spot]int{}, shelf: map[spot][]thing{}, heap: map[spot]int{}, cards: map[spot]map[string]bool{},
		blanks: map[string]ledger.BlankType{}, gone: map[string]spot{}, boxes: map[crate]*content{}, first: map[spot]string{},
		used: map[string]bool{}, lines: map[int64]*line{}}
}

// book is the rule book: kind, ways, and what is asked. "2" a second person, "p" a paper, "c" a cause, "a" an attempt of one
// blank, "u" all numbers, "s" the station may do it.
const book = `
receipt centre>vault 2p
loan-in borrowed>vault 2p
loan-out vault>lent 2p
transfer centre>vault,vault>centre 2p
draw vault>hopper 2
load hopper>machine as
good machine>good aus
specimen machine>good aus
spoil machine>spoiled a2cs
factory-defect machine>spoiled a2cs
specimen machine>spoiled a2cs
count-adjustment machine>missing a2cs
spoil hopper>spoiled,vault>spoiled 2c
factory-defect hopper>spoiled,vault>spoiled 2c
spoil good>spoiled,shipped>spoiled,handed-over>spoiled 2cu
return hopper>vault 2
return lent>vault,vault>borrowed,vault>returned,spoiled>returned 2p
return shipped>good 2pu
count-adjustment vault>missing,hopper>missing,good>missing,shipped>missing,spoiled>missing 2pc
count-adjustment missing>vault,missing>hopper,missing>good,missing>spoiled,centre>vault,centre>hopper 2pc
ship good>shipped pu
hand-over good>handed-over,shipped>handed-over u
destroy spoiled>destroyed 2pc
`

type rule struct {
	kind     ledger.Kind
	from, to ledger.Account
	asks     string
}

func rules() []rule {
	var all []rule
	for _, l := range strings.Split(strings.TrimSpace(book), "\n") {
		f := strings.Fields(l)
		for _, w := range strings.Split(f[1], ",") {
			from, to, _ := strings.Cut(w, ">")
			all = append(all, rule{ledger.Kind(f[0]), ledger.Account(from), ledger.Account(to), f[2]})
		}
	}
	return all
}

var allRules = rules()

// takesBack are the kinds that a correction may undo.
const takesBack = "receipt loan-in loan-out transfer draw return ship hand-over"

func isSource(a ledger.Account) bool { return a == "centre" || a == "borrowed" }
func isShelf(a ledger.Account) bool  { return a == "vault" || a == "hopper" }
func isPool(a ledger.Account) bool   { return isShelf(a) || a == "machine" || a == "lent" }

func (w *model) asks(m ledger.Movement) (string, bool) {
	for _, r := range allRules {
		if m.Reverses == 0 && r.kind == m.Kind && r.from == m.From && r.to == m.To {
			return r.asks, true
		}
		if m.Reverses > 0 && m.Kind == "count-adjustment" && strings.Contains(takesBack, string(r.kind)) && r.from == m.To && r.to == m.From {
			return "2pc", true
		}
	}
	return "", false
}

func (w *model) amount(s spot) int {
	switch {
	case isSource(s.a):
		return w.gave[s]
	case isShelf(s.a):
		return len(w.shelf[s])
	}
	return w.heap[s] + len(w.cards[s])
}

var (
	number  = regexp.MustCompile(`^([0-9A-F]{2})+$`)
	printed = regexp.MustCompile(`^(.*?)([0-9]+)$`)
)

// wrongs are the codes of all that is wrong with a movement; none when it is legal.
func (w *model) wrongs(m ledger.Movement, now time.Time, act []ledger.Movement) map[drivers.Code]bool {
	bad := map[drivers.Code]bool{}
	if m.Type != "WNI" && m.Type != "WNA" || m.Count < 1 || m.Count > 1e9 || strings.TrimSpace(m.Who) == "" {
		return map[drivers.Code]bool{"B-106": true}
	}
	asks, ok := w.asks(m)
	if !ok {
		return map[drivers.Code]bool{"B-102": true}
	}
	has := func(s string) bool { return strings.Contains(asks, s) }
	seen := map[string]bool{}
	for _, u := range m.UIDs {
		if seen[u] || !number.MatchString(u) {
			bad["B-106"] = true
		}
		seen[u] = true
	}
	if len(m.UIDs) > m.Count || has("u") && len(m.UIDs) != m.Count || has("a") && (m.Count != 1 || m.Attempt == "") {
		bad["B-106"] = true
	}
	one, two := strings.ToLower(strings.TrimSpace(m.Who)), strings.ToLower(strings.TrimSpace(m.Second))
	station := one == "station" || two == "station"
	if !has("s") && station || one == two || has("2") && two == "" && one != "station" {
		bad["B-103"] = true
	}
	if has("p") && strings.TrimSpace(m.Document) == "" || len([]rune(m.Document)) > 60 {
		bad["B-104"] = true
	}
	if has("p") && w.used[key(m)] && !slices.ContainsFunc(act, func(o ledger.Movement) bool { return key(o) == key(m) }) {
		bad["B-109"] = true
	}
	w.causes(m, has, bad)
	w.days(m, now, bad)
	w.cratesFit(m, bad)
	w.cardsFit(m, bad)
	if !isSource(m.From) && w.amount(spot{m.Type, m.From}) < m.Count || isSource(m.To) && w.amount(spot{m.Type, m.To}) < m.Count {
		bad["B-101"] = true
	}
	if m.Reverses > 0 {
		l := w.lines[m.Reverses]
		if l == nil || l.m.Type != m.Type || l.m.From != m.To || l.m.To != m.From || l.left < m.Count {
			bad["B-113"] = true
		}
	}
	return bad
}

func key(m ledger.Movement) string {
	norm := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	return string(m.Kind) + "|" + norm(m.Issuer) + "|" + norm(m.Document)
}

func (w *model) causes(m ledger.Movement, has func(string) bool, bad map[drivers.Code]bool) {
	root, word, second := strings.Cut(m.Cause, ":")
	fine := false
	switch root {
	case "fault":
		fine = regexp.MustCompile(`^[A-Z]-[0-9]{3}$`).MatchString(word)
	case "scrap":
		fine = !second || strings.Contains(" test-card cleaning transport-test given-up ", " "+word+" ")
	case "damage":
		fine = !second || strings.Contains(" print colour scratched smudged broken peeled worn factory chip wrong-person data-changed replaced "+
			"holder-died unfetched other ", " "+word+" ")
	case "adjust":
		fine = !second || strings.Contains(" count not-found found stolen lost transit correction ", " "+word+" ")
	case "destroy":
		fine = !second || strings.Contains(" burnt shredded punched ", " "+word+" ")
	case "":
		fine = m.Cause == "" && !has("c")
	}
	if m.Cause != "" && !has("s") {
		switch m.Kind {
		case "spoil", "factory-defect":
			fine = fine && (root == "scrap" || root == "damage" || root == "fault")
		case "count-adjustment":
			fine = fine && (root == "adjust" || root == "fault")
		case "destroy":
			fine = fine && root == "destroy"
		}
	}
	if !fine {
		bad["B-105"] = true
	}
}

func (w *model) days(m ledger.Movement, now time.Time, bad map[drivers.Code]bool) {
	if m.Date == "" {
		return
	}
	d, err := time.Parse("2006-01-02", m.Date)
	before := func(day string) bool { b, err := time.Parse("2006-01-02", day); return err == nil && d.Before(b) }
	if err != nil || d.After(now) || before("2011-01-01") || !isSource(m.From) && before(w.first[spot{m.Type, m.From}]) ||
		w.lines[m.Reverses] != nil && before(w.lines[m.Reverses].day) {
		bad["B-110"] = true
	}
}

func (w *model) cardsFit(m ledger.Movement, bad map[drivers.Code]bool) {
	here, from := 0, spot{m.Type, m.From}
	for _, u := range m.UIDs {
		t, unread := w.blanks[u]
		back, wasBack := w.gone[u]
		owner := w.holder(u)
		switch {
		case w.cards[from][u]:
			here++
		case owner != nil, unread && (t != m.Type || !isPool(m.From)), wasBack && back != from:
			bad["B-107"] = true
		}
	}
	if !isPool(m.From) && !isSource(m.From) && m.Count-here > w.heap[from] {
		bad["B-112"] = true
	}
}

// holder is the account that has this card by number; nil for none.
func (w *model) holder(uid string) *spot {
	for s, set := range w.cards {
		if set[uid] {
			return &s
		}
	}
	return nil
}

// unlabel reads a box's serials; ok is false when they do not make sense.
func unlabel(b ledger.Box) (prefix string, width, low int, ok bool) {
	if b.First == "" && b.Last == "" {
		return "", 0, -1, true
	}
	f, l := printed.FindStringSubmatch(b.First), printed.FindStringSubmatch(b.Last)
	if f == nil || l == nil || f[1] != l[1] || len(f[2]) != len(l[2]) {
		return "", 0, 0, false
	}
	low, _ = strconv.Atoi(f[2])
	high, _ := strconv.Atoi(l[2])
	return f[1], len(f[2]), low, high-low+1 == b.Count
}

func (w *model) cratesFit(m ledger.Movement, bad map[drivers.Code]bool) {
	if len(m.Boxes) == 0 {
		return
	}
	if !isShelf(m.From) && !isShelf(m.To) {
		bad["B-111"] = true
		return
	}
	total := 0
	times := map[string]int{}
	counted := map[string]bool{}
	back := map[thing]bool{}
	backOf := map[string]int{}
	for _, b := range m.Boxes {
		total += b.Count
		n := strings.ToUpper(b.Number)
		times[n]++
		counted[n] = counted[n] || b.First == ""
		known := w.boxes[crate{m.Type, n}]
		prefix, width, low, ok := unlabel(b)
		if !ok || b.Count < 1 || n == "" || n != strings.TrimSpace(n) || b.Type != "" && b.Type != m.Type || times[n] > 1 && (isSource(m.From) || counted[n]) {
			bad["B-111"] = true
			return
		}
		if isSource(m.From) {
			if known != nil {
				bad["B-111"] = true
			}
			for c, o := range w.boxes {
				if c.t == m.Type && o.low >= 0 && low >= 0 && o.prefix == prefix && o.width == width && low < o.low+o.count && o.low < low+b.Count {
					bad["B-111"] = true
				}
			}
			continue
		}
		if known == nil || low >= 0 && (known.low < 0 || prefix != known.prefix || width != known.width || low < known.low || low+b.Count > known.low+known.count) {
			bad["B-111"] = true
			return
		}
		if isShelf(m.From) {
			if low < 0 && w.inside(spot{m.Type, m.From}, n) < b.Count {
				bad["B-111"] = true
			}
			for i := 0; low >= 0 && i < b.Count; i++ {
				th := thing{n, known.order, low + i}
				if back[th] || !slices.Contains(w.shelf[spot{m.Type, m.From}], th) {
					bad["B-111"] = true
				}
				back[th] = true
			}
			continue
		}
		backOf[n] += b.Count
		if w.inside(spot{m.Type, "vault"}, n)+w.inside(spot{m.Type, "hopper"}, n)+backOf[n] > known.count || known.low >= 0 && low < 0 {
			bad["B-111"] = true
		}
		for i := 0; low >= 0 && i < b.Count; i++ {
			th := thing{n, known.order, low + i}
			if back[th] || slices.Contains(w.shelf[spot{m.Type, "vault"}], th) || slices.Contains(w.shelf[spot{m.Type, "hopper"}], th) {
				bad["B-111"] = true
			}
			back[th] = true
		}
	}
	if total > m.Count {
		bad["B-111"] = true
	}
}

func (w *model) inside(s spot, box string) int {
	n := 0
	for _, th := range w.shelf[s] {
		if th.box == box {
			n++
		}
	}
	return n
}

// do moves the blanks of a legal movement.
func (w *model) do(m ledger.Movement, seq int64, now time.Time) {
	from, to := spot{m.Type, m.From}, spot{m.Type, m.To}
	moved := w.lift(m, from, to)
	fresh := 0
	for _, u := range m.UIDs {
		if w.cards[from][u] {
			delete(w.cards[from], u)
		} else {
			fresh++
		}
		delete(w.blanks, u)
		delete(w.gone, u)
		switch {
		case isSource(m.To):
			w.gone[u] = to
		case isPool(m.To):
			w.blanks[u] = m.Type
		default:
			if w.cards[to] == nil {
				w.cards[to] = map[string]bool{}
			}
			w.cards[to][u] = true
		}
	}
	if !isSource(m.From) && !isShelf(m.From) {
		w.heap[from] -= m.Count - (len(m.UIDs) - fresh)
	}
	switch {
	case isSource(m.To):
		w.gave[to] -= m.Count
	case m.To == "vault":
		w.shelf[to] = append(w.shelf[to], moved...)
		sort.SliceStable(w.shelf[to], func(i, j int) bool {
			a, b := w.shelf[to][i], w.shelf[to][j]
			return a.order < b.order || a.order == b.order && a.serial < b.serial
		})
	case m.To == "hopper":
		w.shelf[to] = append(w.shelf[to], moved...)
	case isPool(m.To):
		w.heap[to] += m.Count
	default:
		w.heap[to] += m.Count - len(m.UIDs)
	}
	w.write(m, to, seq, now)
}

// lift takes the things of a movement from where they are.
func (w *model) lift(m ledger.Movement, from, to spot) []thing {
	var moved []thing
	for _, b := range m.Boxes {
		n := strings.ToUpper(b.Number)
		prefix, width, low, _ := unlabel(b)
		if isSource(m.From) {
			w.crate++
			w.boxes[crate{m.Type, n}] = &content{order: w.crate, count: b.Count, prefix: prefix, width: width, low: low, label: b.Number}
		}
		c := w.boxes[crate{m.Type, n}]
		for i := range b.Count {
			th := thing{n, c.order, -1}
			if low >= 0 {
				th.serial = low + i
			}
			if isShelf(m.From) {
				at := slices.IndexFunc(w.shelf[from], func(o thing) bool { return o.box == n && (low < 0 || o.serial == th.serial) })
				th = w.shelf[from][at]
				w.shelf[from] = slices.Delete(w.shelf[from], at, at+1)
			}
			moved = append(moved, th)
		}
	}
	if isSource(m.From) {
		w.gave[from] += m.Count
	}
	for len(moved) < m.Count {
		switch stack := w.shelf[from]; {
		case !isShelf(m.From):
			moved = append(moved, thing{serial: -1})
		case m.From == "hopper" && m.To == "vault":
			moved = append(moved, stack[len(stack)-1])
			w.shelf[from] = stack[:len(stack)-1]
		default:
			moved = append(moved, stack[0])
			w.shelf[from] = stack[1:]
		}
	}
	if m.Reverses > 0 && isSource(m.To) {
		took := map[string]int{}
		for _, th := range moved {
			took[th.box]++
		}
		for n, k := range took {
			if c := w.boxes[crate{m.Type, n}]; c != nil && c.count == k {
				delete(w.boxes, crate{m.Type, n})
			}
		}
	}
	return moved
}

func (w *model) write(m ledger.Movement, to spot, seq int64, now time.Time) {
	day := m.Date
	if day == "" {
		day = now.Format("2006-01-02")
	}
	if w.first[to] == "" || day < w.first[to] {
		w.first[to] = day
	}
	if m.Document != "" {
		w.used[key(m)] = true
	}
	if m.Reverses > 0 {
		w.lines[m.Reverses].left -= m.Count
	}
	if strings.Contains(takesBack, string(m.Kind)) {
		w.lines[seq] = &line{m, m.Count, day}
	}
}
