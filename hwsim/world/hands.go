package world

import (
	"fmt"
	"strconv"
	"strings"
)

// SetCover opens or closes the lid.
func (w *World) SetCover(open bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.coverOpen = open
}

// BlindFeeder makes the feeder grip nothing and report itself empty, until AddBlanks (also with 0). The blanks in it
// stay: no card is lost from the count.
func (w *World) BlindFeeder() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.feederBlind = true
}

// TakeBlanks takes n blanks out of the feeder, from below, and gives how many are left. They leave the world: it has no vault.
func (w *World) TakeBlanks(n int) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left := len(w.feeder) - n
	if left < 0 {
		return 0, fmt.Errorf("the feeder holds %d blanks", len(w.feeder))
	}
	for _, c := range w.feeder[left:] {
		delete(w.cards, c.uid)
	}
	w.feeder = w.feeder[:left:left]
	return left, nil
}

// BlindReject makes the reject box report full until it is emptied.
func (w *World) BlindReject() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rejectBlind = true
}

// EmptyReject takes all cards out of the reject box and gives their number.
func (w *World) EmptyReject() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rejectBlind = false
	return w.emptyLocked(Reject)
}

func (w *World) emptyLocked(box Place) int {
	n := len(w.trays[box])
	for _, c := range w.trays[box] {
		c.place = Emptied
	}
	w.trays[Emptied] = append(w.trays[Emptied], w.trays[box]...)
	w.trays[box] = nil
	return n
}

// NewRibbon puts a full ribbon in. An empty kind keeps the kind that is in, or was.
func (w *World) NewRibbon(kind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if kind == "" {
		kind = w.ribbon.Type
	}
	if kind == "" {
		kind = w.opt.Ribbon
	}
	w.ribbon = Ribbon{Type: kind, Capacity: w.opt.RibbonCards, Panels: w.opt.RibbonCards * len(kind)}
}

// SetRibbonPanels leaves n single panels on the ribbon.
func (w *World) SetRibbonPanels(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ribbon.Panels = max(n, 0)
}

// TakeRibbon takes the ribbon out.
func (w *World) TakeRibbon() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ribbon = Ribbon{}
}

// JamAtFeed makes the next card jam as it leaves the feeder.
func (w *World) JamAtFeed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jamAtFeed = true
}

// JamAtHead makes the next card jam that arrives at the head, or the one that is there when it is next to move or burn.
func (w *World) JamAtHead() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jamAtHead = true
}

// JamNow jams the card in the machine where it is; without one, the next at the feed.
func (w *World) JamNow() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.machine != nil:
		w.jammed = true
	case w.front != nil:
		w.frontJammed = true
	default:
		w.jamAtFeed = true
	}
}

// Clear takes the card out of the transport by hand into the reject box, if there is one, and ends a jam. It gives the
// card's UID, "" for none.
func (w *World) Clear() string { return w.TakeOut(Reject) }

// TakeOut takes the card out of the transport by hand, if there is one, lays it into a tray (Reject, or Hand: it is kept)
// and ends a jam. It gives the card's UID, "" for none. Where printer, slot, and dispenser all have one, it is the printer's.
func (w *World) TakeOut(to Place) string {
	w.lift()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jammed, w.jamAtFeed, w.jamAtHead, w.frontJammed, w.jamAtGate = false, false, false, false, false
	c := w.machine
	if c == nil {
		c = w.slot
	}
	if c == nil {
		c = w.front
	}
	if c == nil {
		return ""
	}
	w.out(c, to)
	return c.uid
}

// PutIn lays a card of a tray into the transport by hand, under the head. which is its number from 0 or its UID. It
// fails when a card is in there, or no such card.
func (w *World) PutIn(tray Place, which string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.machine != nil {
		return "", fmt.Errorf("put-in: %w", Occupied)
	}
	c, _, err := w.takeFrom("put-in", tray, which)
	if err != nil {
		return "", err
	}
	c.place, w.machine = Head, c
	return c.uid, nil
}

// FeedCard lays a card of a tray into the feeder, where it is the next to be taken.
func (w *World) FeedCard(tray Place, which string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, _, err := w.takeFrom("feed-card", tray, which)
	if err != nil {
		return "", err
	}
	c.place = Feeder
	w.feeder = append([]*Card{c}, w.feeder...)
	return c.uid, nil
}

// ToReject moves a card of a tray into the reject box: a person has judged it bad. The box takes it though it be full.
func (w *World) ToReject(tray Place, which string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, _, err := w.takeFrom("reject", tray, which)
	if err != nil {
		return "", err
	}
	c.place = Reject
	w.trays[Reject] = append(w.trays[Reject], c)
	return c.uid, nil
}

// takeFrom takes a card out of a tray and tells its number there. The lock is held.
func (w *World) takeFrom(verb string, tray Place, which string) (*Card, int, error) {
	list := w.trays[tray]
	switch tray {
	case Feeder:
		list = w.feeder
	case Good, Reject, Bin, Emptied, Hand:
	default:
		return nil, 0, fmt.Errorf("%s: no tray %q; there are good, reject, bin, emptied, hand, feeder", verb, tray)
	}
	at := -1
	for i, c := range list {
		if strings.EqualFold(c.uid, which) {
			at = i
		}
	}
	if n, err := strconv.Atoi(which); at < 0 && err == nil && n >= 0 && n < len(list) {
		at = n
	}
	if at < 0 {
		return nil, 0, fmt.Errorf("%s: tray %s has %d cards, numbered from 0, and no card %q", verb, tray, len(list), which)
	}
	c := list[at]
	w.setTray(tray, append(append([]*Card(nil), list[:at]...), list[at+1:]...))
	return c, at, nil
}

// Pull breaks the contact between the reader and its card, now or, when there is none, at the next arrival. The card
// stays where it is.
func (w *World) Pull() {
	w.mu.Lock()
	none := w.touched == nil
	if none {
		w.pulled = true
	}
	w.mu.Unlock()
	if !none {
		w.lift()
	}
}

// InContact tells whether a door sees a card now.
func (w *World) InContact() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.touched != nil
}

// MuteChip makes the chip of the card in the machine, on the reader, or else next in the feeder, stop answering.
func (w *World) MuteChip() {
	if c := w.current(); c != nil {
		c.chip.SetMute(true)
	}
}

// SetATR gives that same card another answer to reset.
func (w *World) SetATR(atr []byte) {
	if c := w.current(); c != nil {
		c.chip.SetATR(atr)
	}
}

// Current is the chip of that same card; nil if there is none.
func (w *World) Current() Chip {
	if c := w.current(); c != nil {
		return c.chip
	}
	return nil
}

func (w *World) current() *Card {
	w.mu.Lock()
	defer w.mu.Unlock()
	var c *Card
	switch {
	case w.machine != nil:
		c = w.machine
	case w.front != nil:
		c = w.front
	case w.onReader != nil:
		c = w.onReader
	case len(w.feeder) > 0:
		c = w.feeder[0]
	}
	if c == nil || c.chip == nil {
		return nil
	}
	return c
}

// Present lays a card of a tray on the reader: tray is good, reject, emptied, hand or feeder, which its number from 0 or its
// UID. It fails when a card is on the reader or at a chip station already.
func (w *World) Present(tray Place, which string) (string, error) {
	w.mu.Lock()
	if w.onReader != nil || w.touched != nil {
		w.mu.Unlock()
		return "", fmt.Errorf("present: the reader already sees a card; remove it first")
	}
	c, at, err := w.takeFrom("present", tray, which)
	if err != nil {
		w.mu.Unlock()
		return "", err
	}
	c.place = Reader
	w.onReader, w.cameFrom, w.cameAt = c, tray, at
	w.mu.Unlock()
	w.insert(c)
	return c.uid, nil
}

// Withdraw takes the card off the reader and puts it back where it came from. It fails when none lies there.
func (w *World) Withdraw() (string, error) {
	w.mu.Lock()
	c := w.onReader
	w.mu.Unlock()
	if c == nil {
		return "", fmt.Errorf("remove: no card lies on the reader")
	}
	w.lift()
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.trays[w.cameFrom]
	if w.cameFrom == Feeder {
		list = w.feeder
	}
	at := min(w.cameAt, len(list))
	w.setTray(w.cameFrom, append(append(append([]*Card(nil), list[:at]...), c), list[at:]...))
	c.place = w.cameFrom
	w.onReader = nil
	return c.uid, nil
}

func (w *World) setTray(p Place, list []*Card) {
	if p == Feeder {
		w.feeder = list
		return
	}
	w.trays[p] = list
}
