package world

import "fmt"

// Glance tells two moments of the world apart by what can be seen of it, without hashing a file or drawing a picture: it
// may be asked many times a second.
func (w *World) Glance() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	see := func(c *Card) string {
		if c == nil {
			return "-"
		}
		state := ""
		if c.chip != nil {
			state = c.chip.State()
		}
		return c.uid + "/" + string(c.place) + "/" + state
	}
	top := func(cards []*Card) string {
		if len(cards) == 0 {
			return "0"
		}
		return fmt.Sprint(len(cards), cards[0].uid, cards[len(cards)-1].uid)
	}
	return fmt.Sprint(top(w.feeder), w.feederBlind, " ", see(w.machine), " ", see(w.onReader), " ", top(w.trays[Good]), " ", top(w.trays[Reject]), w.rejectBlind,
		" ", top(w.trays[Emptied]), " ", top(w.trays[Hand]), " ", w.ribbon, w.counters, w.coverOpen, w.jammed, w.jamAtFeed, w.jamAtHead)
}

// Blind tells whether the feeder grips nothing though blanks lie in it, and whether the reject box says it is full though
// it is not.
func (w *World) Blind() (feeder, reject bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.feederBlind, w.rejectBlind
}
