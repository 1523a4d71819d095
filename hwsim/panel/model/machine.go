package model

import (
	"slices"
	"strconv"

	"cetak/hwsim/rig"
	"cetak/hwsim/world"
)

// feederHolds is how many blanks fill the feeder: what machines of this class hold.
const feederHolds = 100

func machineOf(d rig.Desk, l Local) Machine {
	w, t := l.Words, d.World
	m := Machine{
		Feeder: Feeder{Name: w.T("place.feeder"), Count: t.Feeder, Text: w.N("blanks", t.Feeder), Level: min(1, float64(t.Feeder)/feederHolds),
			Blind: d.FeederBlind, Do: hand("feed", strconv.Itoa(amounts()[l.Amount]))},
		Lid:    Lid{Open: t.CoverOpen, Text: w.T("lid.closed"), Do: hand("open", "cover")},
		Ribbon: ribbonOf(t, l),
		Head:   d.Power != "none",
		Good:   Pile{Name: w.T("place.good"), Count: len(t.Trays.Good), Text: w.N("cards", len(t.Trays.Good))},
		Reject: Pile{Name: w.T("place.reject"), Count: len(t.Trays.Reject) + len(t.Trays.Bin), Full: d.RejectBlind || len(t.Trays.Reject) >= t.RejectCapacity,
			Text: w.T("pile.of", "n", w.Number(len(t.Trays.Reject)+len(t.Trays.Bin)), "of", w.Number(t.RejectCapacity))},
		Cable: Switch{On: d.Cable, Text: w.T("cable.in"), Do: hand("unplug")},
		Power: Switch{On: d.Power == "on", Text: w.Of("power", d.Power), Do: hand("power-cycle")},
	}
	if len(t.FeederCards) > 0 {
		m.Feeder.Next = t.FeederCards[0]
	}
	if d.FeederBlind && t.Feeder > 0 {
		m.Feeder.Text, m.Feeder.Do = w.T("feeder.blind"), hand("feed", "0")
	}
	if m.Lid.Open {
		m.Lid.Text, m.Lid.Do = w.T("lid.open"), hand("close", "cover")
	}
	if !d.Cable {
		m.Cable.Text, m.Cable.Do = w.T("cable.out"), hand("replug")
	}
	if t.Jam {
		m.Jam = w.T("jam")
	}
	top(&m.Good, t.Trays.Good, l)
	top(&m.Reject, append(slices.Clone(t.Trays.Bin), t.Trays.Reject...), l)
	m.Stops = stopsOf(d, l)
	return m
}

func top(p *Pile, list []world.CardInfo, l Local) {
	if n := len(list); n > 0 {
		c := card(list[n-1], l)
		p.Top, p.Do = &c, Action{Step: ShowCard, Arg: c.UID}
	}
}

// stopsOf are the places of the transport in their order, those of a dispenser among them where there is one. A place this
// window does not know takes the first, under its own name: the machine has grown, and the card is not hidden.
func stopsOf(d rig.Desk, l Local) []Stop {
	places := []world.Place{world.Path, world.Contacts, world.Contactless}
	if d.Dispenser {
		places = append(places, world.Gate)
	}
	if d.Power != "none" {
		places = append(places, world.Head)
	}
	var stops []Stop
	for _, p := range places {
		stops = append(stops, Stop{Place: string(p), Name: l.Words.Of("place", string(p))})
	}
	for _, i := range insideOf(d.World) {
		c := card(*i, l)
		at := slices.Index(places, i.Place)
		if i.Place == world.Slot {
			at = slices.Index(places, world.Gate)
		}
		at = max(at, 0)
		stops[at] = Stop{Place: c.Place, Name: l.Words.Of("place", c.Place), Card: &c}
	}
	return stops
}

// insideOf are the cards in the transport, the first one last.
func insideOf(t world.Truth) []*world.CardInfo {
	var in []*world.CardInfo
	for _, i := range []*world.CardInfo{t.Dispenser, t.Slot, t.Machine} {
		if i != nil {
			in = append(in, i)
		}
	}
	return in
}

// ribbonOf reads the panel under the head off what is left: panels go in their order, and the last one wound there stays
// until the set is wound on.
func ribbonOf(t world.Truth, l Local) Ribbon {
	w, r := l.Words, t.Ribbon
	k := Ribbon{Panels: r.Type, Under: -1, Do: hand("ribbon", "new"), Text: w.T("ribbon.none"), Head: w.T("head.none")}
	n := len(r.Type)
	if n == 0 {
		return k
	}
	k.End = r.Panels == 0
	k.Left = min(1, float64(r.Panels)/float64(max(1, r.Capacity*n)))
	k.Text = w.T("ribbon.left", "n", w.Number(r.Cards()))
	k.Head = w.T("head.fresh")
	if used := (n - r.Panels%n) % n; used > 0 {
		k.Under = used - 1
		k.Head = w.T("head.panel", "panel", w.Of("panel", r.Type[used-1:used]))
	}
	if k.End {
		k.Text, k.Head, k.Under = w.T("ribbon.end"), w.T("head.none"), -1
	}
	return k
}

// Where tells where the screen draws a card, "" for nowhere: the name of a place of the world.
func (s Screen) Where(uid string) string {
	if uid == "" {
		return ""
	}
	m := s.Machine
	for _, stop := range m.Stops {
		if stop.Card != nil && stop.Card.UID == uid {
			return stop.Place
		}
	}
	if m.Feeder.Next == uid {
		return string(world.Feeder)
	}
	if s.Reader.Card != nil && s.Reader.Card.UID == uid {
		return string(world.Reader)
	}
	for _, t := range s.Trays {
		for _, c := range t.Cards {
			if c.UID == uid {
				return c.Place
			}
		}
	}
	return ""
}
