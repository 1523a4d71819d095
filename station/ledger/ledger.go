package ledger

import (
	"fmt"
	"iter"
	"time"

	"cetak/drivers"
)

// Balance is how many blanks each account holds, all 13 accounts for both types. As JSON it is
// {"WNI":{"vault":n,...},"WNA":{...}}.
type Balance map[BlankType]map[Account]int

// Ledger is the sum of the movements applied to it. The zero value is an empty one. Not safe for concurrent use.
type Ledger struct {
	held map[BlankType]map[Account]int
	at   map[string]place // where a card of known UID is
}

type place struct {
	blank   BlankType
	account Account
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

// Allows says whether Apply would take these movements one after the other, and changes nothing: the question before
// movements are written to the journal, where a refused one would stand for ever. Faults: those of Movement.Check,
// NotEnough, UIDElsewhere.
func (l *Ledger) Allows(now time.Time, movements ...Movement) error {
	var undo []func()
	defer func() {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
	}()
	for _, m := range movements {
		if err := l.allows(m); err != nil {
			return err
		}
		undo = append(undo, l.take(m))
	}
	return nil
}

// Apply takes one movement into the sums, or refuses it as Allows does.
func (l *Ledger) Apply(m Movement) error {
	if err := l.allows(m); err != nil {
		return err
	}
	l.take(m)
	return nil
}

func (l *Ledger) allows(m Movement) error {
	if err := m.Check(); err != nil {
		return err
	}
	if short, ok := l.short(m); ok {
		return &drivers.Fault{
			Code: NotEnough, Op: "ledger", Again: drivers.AgainAfterOperator,
			Detail: fmt.Sprintf("%s of %d %s: %s has %d", m.Kind, m.Count, m.Type, short, l.held[m.Type][short]),
		}
	}
	for _, u := range m.UIDs {
		if at, ok := l.at[u]; ok && at != (place{m.Type, m.From}) {
			return refuse(UIDElsewhere, fmt.Sprintf("UID %s is in %s (%s)", u, at.account, at.blank), nil)
		}
	}
	return nil
}

// short names the account that would fall below nothing. A source has as much as it likes to give, but cannot take back
// more than it gave.
func (l *Ledger) short(m Movement) (Account, bool) {
	if !m.From.source() && l.held[m.Type][m.From] < m.Count {
		return m.From, true
	}
	if m.To.source() && l.held[m.Type][m.To] < m.Count {
		return m.To, true
	}
	return "", false
}

// take changes the sums and gives the way back.
func (l *Ledger) take(m Movement) (undo func()) {
	if l.held == nil {
		l.held = map[BlankType]map[Account]int{WNI: {}, WNA: {}}
		l.at = map[string]place{}
	}
	was := make([]place, len(m.UIDs))
	l.held[m.Type][m.From] += sign(m.From, -m.Count)
	l.held[m.Type][m.To] += sign(m.To, m.Count)
	for i, u := range m.UIDs {
		was[i] = l.at[u]
		l.at[u] = place{m.Type, m.To}
	}
	return func() {
		l.held[m.Type][m.From] -= sign(m.From, -m.Count)
		l.held[m.Type][m.To] -= sign(m.To, m.Count)
		for i, u := range m.UIDs {
			if was[i] == (place{}) {
				delete(l.at, u)
			} else {
				l.at[u] = was[i]
			}
		}
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
func (l *Ledger) Count(t BlankType, a Account) int { return l.held[t][a] }

// Where says in which account the card of this UID is; ok is false for a UID no movement named.
func (l *Ledger) Where(uid string) (t BlankType, a Account, ok bool) {
	p, ok := l.at[uid]
	return p.blank, p.account, ok
}

// Balance gives all accounts of both types, the caller's to keep.
func (l *Ledger) Balance() Balance {
	b := Balance{}
	for _, t := range BlankTypes() {
		b[t] = map[Account]int{}
		for _, a := range Accounts() {
			b[t][a] = l.held[t][a]
		}
	}
	return b
}

// Proof checks invariant I1 and that no account is below nothing. Fault: Unbalanced.
func (l *Ledger) Proof() error {
	for t, accounts := range l.Balance() {
		in, out := 0, 0
		for a, n := range accounts {
			if n < 0 {
				return refuse(Unbalanced, fmt.Sprintf("%s %s has %d", t, a, n), nil)
			}
			if a.source() {
				in += n
			} else {
				out += n
			}
		}
		if in != out {
			return refuse(Unbalanced, fmt.Sprintf("%s: %d came in, %d are accounted for", t, in, out), nil)
		}
	}
	return nil
}
