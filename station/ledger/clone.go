package ledger

import "maps"

// Clone gives a Watch that goes its own way: for the question what the witnesses would say, without an answer being kept.
func (w *Watch) Clone() *Watch {
	c := *w
	c.accounts = maps.Clone(w.accounts)
	return &c
}
