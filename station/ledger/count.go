package ledger

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Counting is one blind count: two people count the same, neither sees the other's figure nor the books' before both are
// in, and unequal figures are counted again. It is kept in memory only: both people are there at one time. Not safe for
// concurrent use.
type Counting struct {
	by    [2]string
	what  []Account
	round int
	in    [2]Count
	both  bool // of this round
}

// Counted is one round of a blind count as the journal keeps it: fact kind counted.
type Counted struct {
	For     string    `json:"for"` // what was counted for: shift-open, shift-close, stock-take, incident
	What    []Account `json:"what"`
	Round   int       `json:"round"`
	Tallies [2]Tally  `json:"tallies"`
	Agreed  bool      `json:"agreed"`
}

// Difference is one account of one blank type where count and books differ.
type Difference struct {
	Type    BlankType `json:"type"`
	Account Account   `json:"account"`
	Book    int       `json:"book"`
	Count   int       `json:"count"`
}

// NewCounting begins a blind count of these accounts by two people. Fault: SecondMissing when they are one.
func NewCounting(first, second string, what ...Account) (*Counting, error) {
	first, second = strings.TrimSpace(first), strings.TrimSpace(second)
	switch {
	case first == "" || second == "" || samePerson(first, Station) || samePerson(second, Station) || samePerson(first, second):
		return nil, refuse(SecondMissing, "a count is made by two people", nil)
	case len(what) == 0:
		return nil, refuse(BadCount, "nothing to count", nil)
	}
	for _, a := range what {
		if !slices.Contains(Accounts(), a) || a.source() {
			return nil, refuse(BadCount, fmt.Sprintf("%q cannot be counted", a), nil)
		}
	}
	return &Counting{by: [2]string{first, second}, what: slices.Clone(what), round: 1}, nil
}

// Enter takes one person's figures; a blank type that is not named is none. Figures stand until both are in. When they are
// not equal the next Enter begins the next round. Faults: NotCounter, BadCount, AgreedAlready.
func (c *Counting) Enter(who string, n Count) error {
	i := slices.IndexFunc(c.by[:], func(s string) bool { return samePerson(s, who) })
	if i < 0 {
		return refuse(NotCounter, fmt.Sprintf("%q is not one of the two who count", who), nil)
	}
	full, err := c.complete(n)
	if err != nil {
		return err
	}
	switch {
	case c.both && c.equal():
		return refuse(AgreedAlready, "the two counts are equal", nil)
	case c.both:
		c.in, c.both = [2]Count{}, false
		c.round++
	case c.in[i] != nil:
		return refuse(AgreedAlready, fmt.Sprintf("%s has counted, the other has not", c.by[i]), nil)
	}
	c.in[i] = full
	c.both = c.in[0] != nil && c.in[1] != nil
	return nil
}

// complete checks the figures and gives them with all types and accounts of the count.
func (c *Counting) complete(n Count) (Count, error) {
	full := Count{}
	for _, t := range BlankTypes() {
		full[t] = map[Account]int{}
		for _, a := range c.what {
			full[t][a] = n[t][a]
		}
	}
	for t, accounts := range n {
		for a, v := range accounts {
			if full[t] == nil || !slices.Contains(c.what, a) || v < 0 || v > maxCount {
				return nil, refuse(BadCount, fmt.Sprintf("%d %s in %s", v, t, a), nil)
			}
		}
	}
	for _, a := range c.what {
		if !slices.ContainsFunc(BlankTypes(), func(t BlankType) bool { _, ok := n[t][a]; return ok }) {
			return nil, refuse(BadCount, fmt.Sprintf("no figure for %s", a), nil)
		}
	}
	return full, nil
}

func (c *Counting) equal() bool {
	for t, accounts := range c.in[0] {
		for a, n := range accounts {
			if c.in[1][t][a] != n {
				return false
			}
		}
	}
	return true
}

// By is who counts.
func (c *Counting) By() [2]string { return c.by }

// Round counts from 1; each unequal pair of figures begins another.
func (c *Counting) Round() int { return c.round }

// Waiting names who has still to count in this round; nobody once both figures are in.
func (c *Counting) Waiting() []string {
	var names []string
	for i, n := range c.in {
		if n == nil {
			names = append(names, c.by[i])
		}
	}
	return names
}

// Agreed gives the figures once both are in and equal. Faults: StillBlind while one is missing; CountsDiffer: count again.
func (c *Counting) Agreed() (Count, error) {
	switch {
	case !c.both:
		return nil, refuse(StillBlind, "not both have counted", nil)
	case !c.equal():
		return nil, refuse(CountsDiffer, fmt.Sprintf("round %d of the count by %s and %s", c.round, c.by[0], c.by[1]), nil)
	}
	return c.in[0].clone(), nil
}

// Note is the round as the journal keeps it, for what purpose. Fault: StillBlind while one figure is missing.
func (c *Counting) Note(purpose string) (Counted, error) {
	if !c.both {
		return Counted{}, refuse(StillBlind, "not both have counted", nil)
	}
	return Counted{
		For: purpose, What: slices.Clone(c.what), Round: c.round, Agreed: c.equal(),
		Tallies: [2]Tally{{c.by[0], c.in[0].clone()}, {c.by[1], c.in[1].clone()}},
	}, nil
}

// Against compares the agreed figures with the books: the first moment the books are seen. Faults: those of Agreed.
func (c *Counting) Against(book Balance) ([]Difference, error) {
	n, err := c.Agreed()
	if err != nil {
		return nil, err
	}
	return n.against(book, c.what), nil
}

func (n Count) against(book Balance, what []Account) []Difference {
	var all []Difference
	for _, t := range BlankTypes() {
		for _, a := range what {
			if d := (Difference{t, a, book[t][a], n[t][a]}); d.Book != d.Count {
				all = append(all, d)
			}
		}
	}
	return all
}

func (n Count) clone() Count {
	c := Count{}
	for t, accounts := range n {
		c[t] = map[Account]int{}
		for a, v := range accounts {
			c[t][a] = v
		}
	}
	return c
}

// ParseCount reads a figure as a person writes it. Fault: BadCount.
func ParseCount(s string) (int, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err != nil || n > maxCount {
		return 0, refuse(BadCount, strconv.Quote(s)+" is not a number of blanks", nil)
	}
	return int(n), nil
}
