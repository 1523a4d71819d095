package ledger

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"cetak/drivers"
)

// Balance is how many blanks each account holds, all 13 accounts for both types. As JSON it is
// {"WNI":{"vault":n,...},"WNA":{...}}.
type Balance map[BlankType]map[Account]int

// Ledger is the sum of the movements applied to it. The zero value is an empty one. Not safe for concurrent use.
type Ledger struct {
	held   [types][accounts]int
	named  [types][accounts]int    // of them, cards whose chip number is known; not of pooled accounts
	since  [types][accounts]string // day on which the first came there
	stock  [types]stock
	at     map[string]place // where a card of known UID is
	papers map[paper]bool   // documents that movements carry
	open   map[int64]entry  // by journal line, what a correction can take back
	undo   []func()         // of the running Allows
	asking bool
}

const (
	types    = 2
	accounts = 13
)

type place struct{ blank, account uint8 }

// index is the type's place in BlankTypes. Only for types that Check has let through.
func (t BlankType) index() uint8 {
	if t == WNA {
		return 1
	}
	return 0
}

// index is the account's place in Accounts.
func (a Account) index() uint8 {
	switch a {
	case Vault:
		return 0
	case Hopper:
		return 1
	case Machine:
		return 2
	case Good:
		return 3
	case Shipped:
		return 4
	case HandedOver:
		return 5
	case Spoiled:
		return 6
	case Destroyed:
		return 7
	case Returned:
		return 8
	case Lent:
		return 9
	case Borrowed:
		return 10
	case Missing:
		return 11
	}
	return 12
}

func (p place) String() string {
	return fmt.Sprintf("%s (%s)", Accounts()[p.account], BlankTypes()[p.blank])
}

// Fold makes a ledger of all movements. It stops at the first that is not readable or not allowed and names its number.
func Fold(movements iter.Seq2[Movement, error]) (*Ledger, error) {
	l := &Ledger{}
	n := 0
	for m, err := range movements {
		n++
		if err == nil {
			err = l.Apply(m)
		}
		if err != nil {
			return nil, fmt.Errorf("movement %d: %w", n, err)
		}
	}
	return l, l.Proof()
}

// Allows says whether these movements may be written to the journal now, one after the other and in one transaction, and
// changes nothing: a line that the ledger refuses would stand there for ever. The movements of one act may share a
// document. Faults: those of Movement.Check; NotEnough, UIDElsewhere, UIDsMissing, BadBox, BadReversal; and CauseMissing,
// DocumentMissing, DocumentUsed, BadDate for rules that lines of earlier releases are not held to.
func (l *Ledger) Allows(now time.Time, movements ...Movement) error {
	l.asking = true
	defer func() {
		for _, back := range slices.Backward(l.undo) {
			back()
		}
		l.undo, l.asking = nil, false
	}()
	for i, m := range movements {
		m.At = now
		if err := l.allows(m); err != nil {
			return err
		}
		if err := l.fresh(now, m, movements[:i]); err != nil {
			return err
		}
		if err := l.take(m); err != nil {
			return err
		}
	}
	return nil
}

// Apply takes one movement of the journal into the sums, or refuses it and changes nothing. It is less strict than Allows
// in what earlier releases did not ask for: words of causes, numbers and dates of documents.
func (l *Ledger) Apply(m Movement) error {
	if err := l.allows(m); err != nil {
		return err
	}
	return l.take(m)
}

func (l *Ledger) allows(m Movement) error {
	if err := m.Check(); err != nil {
		return err
	}
	if short, ok := l.short(m); ok {
		return &drivers.Fault{
			Code: NotEnough, Op: "ledger", Again: drivers.AgainAfterOperator,
			Detail: fmt.Sprintf("%s of %d %s: %s has %d", m.Kind, m.Count, m.Type, short, l.Count(m.Type, short)),
		}
	}
	if err := l.reversible(m); err != nil {
		return err
	}
	return l.known(m)
}

// known holds a movement to what is known of chip numbers: a card is where it was booked last, and cards that are known
// by number do not move without naming them.
func (l *Ledger) known(m Movement) error {
	t, from := m.Type.index(), m.From.index()
	here := 0
	for _, u := range m.UIDs {
		at, ok := l.at[u]
		if !ok {
			continue
		}
		last := Accounts()[at.account]
		switch {
		case at == place{t, from}:
			here++
		case at.blank == t && m.From.pooled() && last.pooled():
		default:
			return refuse(UIDElsewhere, fmt.Sprintf("UID %s is in %s", u, at), nil)
		}
	}
	if m.From.pooled() || m.From.source() {
		return nil
	}
	if unnamed := l.held[t][from] - l.named[t][from]; m.Count-here > unnamed {
		return refuse(UIDsMissing, fmt.Sprintf("%s of %d %s, %d of them named: %s has %d without a number", m.Kind, m.Count, m.Type, here, m.From,
			unnamed), nil)
	}
	return nil
}

// short names the account that would fall below nothing. A source has as much as it likes to give, but cannot take back
// more than it gave.
func (l *Ledger) short(m Movement) (Account, bool) {
	t := m.Type.index()
	if !m.From.source() && l.held[t][m.From.index()] < m.Count {
		return m.From, true
	}
	if m.To.source() && l.held[t][m.To.index()] < m.Count {
		return m.To, true
	}
	return "", false
}

// take changes the sums. Only boxes can still refuse, and they do before anything is changed.
func (l *Ledger) take(m Movement) error {
	if err := l.takeStock(m); err != nil {
		return err
	}
	t, from, to := m.Type.index(), m.From.index(), m.To.index()
	l.shift(t, from, to, sign(m.From, -m.Count), sign(m.To, m.Count))
	if was := l.since[t][to]; was == "" || m.Date != "" {
		if day := m.day(); day != "" && (was == "" || day < was) {
			l.since[t][to] = day
			l.back(func() { l.since[t][to] = was })
		}
	}
	l.takeUIDs(m)
	l.takePaper(m)
	return nil
}

func (l *Ledger) shift(t, from, to uint8, out, in int) {
	l.held[t][from] += out
	l.held[t][to] += in
	if l.asking {
		l.undo = append(l.undo, func() { l.held[t][from] -= out; l.held[t][to] -= in })
	}
}

// takeStock moves boxes: of accounts in which boxes stand.
func (l *Ledger) takeStock(m Movement) error {
	boxed := func(a Account) bool { return a == Vault || a == Hopper }
	if !boxed(m.From) && !boxed(m.To) {
		return nil
	}
	back, err := l.stock[m.Type.index()].move(m, l.asking)
	if back != nil {
		l.undo = append(l.undo, back)
	}
	return err
}

func (l *Ledger) takeUIDs(m Movement) {
	if len(m.UIDs) == 0 {
		return
	}
	if l.at == nil {
		l.at = map[string]place{}
	}
	t, to := m.Type.index(), m.To.index()
	for _, u := range m.UIDs {
		was, ok := l.at[u]
		l.at[u] = place{t, to}
		if ok {
			l.named[was.blank][was.account]--
		}
		l.named[t][to]++
		if !l.asking {
			continue
		}
		l.undo = append(l.undo, func() {
			l.named[t][to]--
			if !ok {
				delete(l.at, u)
				return
			}
			l.named[was.blank][was.account]++
			l.at[u] = was
		})
	}
}

// back remembers the way back while Allows asks.
func (l *Ledger) back(undo func()) {
	if l.asking {
		l.undo = append(l.undo, undo)
	}
}

// sign turns a change round for a source, which counts what it has supplied.
func sign(a Account, n int) int {
	if a.source() {
		return -n
	}
	return n
}

// Count is what one account holds.
func (l *Ledger) Count(t BlankType, a Account) int { return l.held[t.index()][a.index()] }

// Where says in which account the card of this UID is; ok is false for a UID no movement named. A blank that is known
// from a delivery's list and was not read yet may be anywhere among vault, feeder, and machine.
func (l *Ledger) Where(uid string) (t BlankType, a Account, ok bool) {
	p, ok := l.at[uid]
	if !ok {
		return "", "", false
	}
	return BlankTypes()[p.blank], Accounts()[p.account], true
}

// Balance gives all accounts of both types, the caller's to keep.
func (l *Ledger) Balance() Balance {
	b := Balance{}
	for t, name := range BlankTypes() {
		b[name] = make(map[Account]int, accounts)
		for a, account := range Accounts() {
			b[name][account] = l.held[t][a]
		}
	}
	return b
}

// Boxes gives the boxes of a type of which something is still in the vault, in the order in which they should be used.
func (l *Ledger) Boxes(t BlankType) []Stored {
	s := &l.stock[t.index()]
	var all []Stored
	last := ""
	for _, lot := range s.vault {
		if lot.box == "" {
			continue
		}
		if lot.box != last {
			all = append(all, Stored{Box: s.boxes[lot.box].label, Paper: s.boxes[lot.box].paper})
			last = lot.box
		}
		b := &all[len(all)-1]
		b.Left += lot.n
		b.Lots = append(b.Lots, s.say(lot))
	}
	return all
}

// Next says what a draw of n blanks should take out of the vault: what no box is known of first, then box by box in the
// order of arrival, lowest serial first (features.md B2). A draw that names no box takes just these. The lots hold n
// blanks, or all there are.
func (l *Ledger) Next(t BlankType, n int) []Lot {
	s := &l.stock[t.index()]
	_, gone, err := leave(slices.Clone(s.vault), nil, n, false)
	if err != nil || n < 1 {
		return nil
	}
	lots := make([]Lot, len(gone))
	for i, g := range gone {
		lots[i] = s.say(g)
	}
	return lots
}

// Weak says how many blanks of the type in vault and feeder are in count mode: of no box, or of a box without serials.
func (l *Ledger) Weak(t BlankType) int {
	n := 0
	s := &l.stock[t.index()]
	for _, lots := range [][]lot{s.vault, s.hopper} {
		for _, lot := range lots {
			if lot.first == 0 {
				n += lot.n
			}
		}
	}
	return n
}

// Loaded is the number of the box of the blank that the printer took last; "" if none is known of it. Blanks are taken
// for used in the order in which they were put into the feeder.
func (l *Ledger) Loaded(t BlankType) string {
	s := &l.stock[t.index()]
	return s.boxes[s.loaded].label.Number
}

// Proof checks invariant I1, that no account is below nothing, and that cards and boxes are not more than blanks. Fault:
// Unbalanced.
func (l *Ledger) Proof() error {
	for t, name := range BlankTypes() {
		in, out := 0, 0
		for a, account := range Accounts() {
			n := l.held[t][a]
			if n < 0 {
				return refuse(Unbalanced, fmt.Sprintf("%s %s has %d", name, account, n), nil)
			}
			if account.source() {
				in += n
				continue
			}
			out += n
			if named := l.named[t][a]; !account.pooled() && (named < 0 || named > n) {
				return refuse(Unbalanced, fmt.Sprintf("%s %s has %d, %d of them by number", name, account, n, named), nil)
			}
		}
		if in != out {
			return refuse(Unbalanced, fmt.Sprintf("%s: %d came in, %d are accounted for", name, in, out), nil)
		}
		s := &l.stock[t]
		if v, h := sum(s.vault), sum(s.hopper); v != l.Count(name, Vault) || h != l.Count(name, Hopper) {
			return refuse(Unbalanced, fmt.Sprintf("%s: boxes of %d in the vault and %d in the feeder", name, v, h), nil)
		}
	}
	return nil
}

func sum(lots []lot) int {
	n := 0
	for _, l := range lots {
		n += l.n
	}
	return n
}
