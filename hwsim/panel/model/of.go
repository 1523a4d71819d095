package model

import (
	"fmt"
	"slices"
	"strings"

	"cetak/hwsim/rig"
	"cetak/hwsim/world"
)

// Of makes the screen of what is seen and remembered.
func Of(s Seen, l Local) Screen {
	w := l.Words
	screen := Screen{
		Title: w.T("window.title"), State: stateOf(s, l), Known: s.Known,
		Language: Button{Key: "F2", Label: w.T("hand.language"), Enabled: true, Do: Action{Step: Language}},
	}
	if !s.Known {
		return screen
	}
	d := s.Desk
	screen.Clock = w.T("clock", "clock", w.Clock(d.World.Clock), "speed", w.Decimal(d.World.Speed))
	screen.Machine = machineOf(d, l)
	screen.Reader = readerOf(d, l)
	screen.Facts = factsOf(d, l)
	screen.Trays = traysOf(d, l)
	chosen := find(d.World, l.Chosen)
	screen.Hands = append(handsOf(d, l), cardHands(d, l, chosen)...)
	switch l.Open {
	case LargePage:
		screen.Large = largeOf(d, l)
	case FaultsPage:
		screen.Faults = faultsOf(s, l)
	case NoPage:
	}
	if !s.Up {
		still(&screen)
	}
	return screen
}

// still takes every hand away: nobody is there to do its work.
func still(s *Screen) {
	lists := [][]Button{s.Hands}
	if s.Large != nil {
		lists = append(lists, s.Large.Hands)
	}
	if s.Faults != nil {
		lists = append(lists, s.Faults.Hands, s.Faults.Armed)
	}
	for _, list := range lists {
		for i := range list {
			list[i].Enabled = list[i].Enabled && list[i].Do.Hand == ""
		}
	}
	m := &s.Machine
	for _, a := range []*Action{&m.Feeder.Do, &m.Lid.Do, &m.Ribbon.Do, &m.Cable.Do, &m.Power.Do} {
		a.Hand = ""
	}
}

func hand(words ...string) Action { return Action{Hand: strings.Join(words, " ")} }

// card draws one.
func card(i world.CardInfo, l Local) Card {
	c := Card{UID: i.UID, Short: short(i.UID), Place: string(i.Place), State: i.State, Chip: l.Words.Of("chip", i.State), Printed: i.Printed}
	if i.PNG != "" {
		c.Picture = Picture{Path: i.PNG, Key: i.UID + " " + burnt(i, "")}
	}
	return c
}

// burnt names what is on the card, or what one panel burnt.
func burnt(i world.CardInfo, panel string) string {
	if panel != "" {
		return i.Prints[panel]
	}
	var all []string
	for p, sum := range i.Prints {
		all = append(all, p+sum)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// short is the end of a UID: its first byte is the maker's, the same on every card.
func short(uid string) string { return uid[max(0, len(uid)-6):] }

func readerOf(d rig.Desk, l Local) Reader {
	w := l.Words
	r := Reader{Name: w.T("reader.name"), Up: d.Reader, Text: w.T("reader.empty")}
	switch {
	case !d.Reader:
		r.Text = w.T("reader.gone")
	case d.World.Reader != nil:
		r.Text = w.T("reader.card", "uid", short(d.World.Reader.UID))
	}
	if i := d.World.Reader; i != nil {
		c := card(*i, l)
		r.Card, r.Do = &c, Action{Step: ShowCard, Arg: c.UID}
	}
	return r
}

func factsOf(d rig.Desk, l Local) []Fact {
	w, c := l.Words, d.World.Counters
	n := func(key string, n int64) Fact { return Fact{w.T(key), w.Number(int(n))} }
	return []Fact{
		n("count.inserted", c.Inserted), n("count.panels", c.Panels), n("count.since-cleaning", c.SinceCleaning), n("count.cleanings", c.Cleanings),
		{w.T("count.ribbon"), w.T("count.panels-left", "n", w.Number(d.World.Ribbon.Panels))},
		{w.T("count.seed"), fmt.Sprint(d.World.Seed)},
	}
}

func traysOf(d rig.Desk, l Local) []Tray {
	t := d.World.Trays
	tray := func(key string, lists ...[]world.CardInfo) Tray {
		tray := Tray{Text: l.Words.T(key + ".empty"), Chosen: -1}
		for _, list := range lists {
			for _, i := range slices.Backward(list) {
				if i.UID == l.Chosen {
					tray.Chosen = len(tray.Cards)
				}
				tray.Cards = append(tray.Cards, card(i, l))
			}
		}
		tray.Name = l.Words.T(key, "n", l.Words.Number(len(tray.Cards)))
		return tray
	}
	return []Tray{tray("tray.good", t.Good), tray("tray.reject", t.Bin, t.Reject), tray("tray.hand", t.Hand, t.Emptied)}
}

// find finds a card that can be seen, by UID.
func find(t world.Truth, uid string) *world.CardInfo {
	for _, list := range [][]world.CardInfo{t.Trays.Good, t.Trays.Reject, t.Trays.Bin, t.Trays.Hand, t.Trays.Emptied} {
		for i := range list {
			if list[i].UID == uid {
				return &list[i]
			}
		}
	}
	for _, i := range append(insideOf(t), t.Reader) {
		if i != nil && i.UID == uid {
			return i
		}
	}
	return nil
}

// lies tells whether a card is in a tray, where a hand can take it.
func lies(i *world.CardInfo) bool {
	return i != nil && slices.Contains([]world.Place{world.Good, world.Reject, world.Bin, world.Emptied, world.Hand}, i.Place)
}
