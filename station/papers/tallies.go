package papers

import (
	"encoding/json"

	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/report"
)

// tallies are the last agreed count of each account, brought forward by what moved since.
type tallies map[pool]tally

type pool struct {
	blank   ledger.BlankType
	account ledger.Account
}

type tally struct {
	by [2]string
	n  int
}

// take notes a count on which both agreed. A count of the reject box has another shape and no account: it is none.
func (t tallies) take(e journal.Entry) error {
	var c ledger.Counted
	if err := json.Unmarshal(e.Data, &c); err != nil || !c.Agreed {
		return err
	}
	for blank, counts := range c.Tallies[0].Count {
		for account, n := range counts {
			t[pool{blank, account}] = tally{[2]string{c.Tallies[0].By, c.Tallies[1].By}, n}
		}
	}
	return nil
}

// move follows what was counted. What brings the books up to a count moves no blank.
func (t tallies) move(v ledger.Movement) {
	if onPaper(v) {
		return
	}
	for account, n := range map[ledger.Account]int{v.From: -v.Count, v.To: v.Count} {
		p := pool{v.Type, account}
		if c, ok := t[p]; ok {
			c.n += n
			t[p] = c
		}
	}
}

// found names the two whose count the books agree with after these lines were booked; ok is false where there was none, where not
// all of the lines are theirs, and where the books still say something else.
func (t tallies) found(books *stocks, lines []report.AdjustmentLine) (by [2]string, ok bool) {
	for i, l := range lines {
		c, counted := t[pool{l.Type, l.Account}]
		if !counted || c.n != books.held(l.Type, l.Account) || i > 0 && c.by != by {
			return by, false
		}
		by = c.by
	}
	return by, len(lines) > 0
}
