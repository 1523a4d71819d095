package ledger

import "maps"

// Clone gives a Watch that goes its own way: for the question what the witnesses would say, without an answer being kept.
func (w *Watch) Clone() *Watch {
	c := *w
	c.accounts = maps.Clone(w.accounts)
	return &c
}

// Tell takes in an incident of the printer's counters that was written down: from here on its counter is compared with what it
// said then. The other counter goes on as it was.
func (w *Watch) Tell(i Incident) {
	switch i.Between[1] {
	case ByCounter:
		w.was.Cards, w.due.Cards = i.Says[1], 0
	case ByPanels:
		w.was.Panels, w.due.Panels = i.Says[1], 0
	default:
		return
	}
	w.since = span{}
}
