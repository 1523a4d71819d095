package model

import (
	"strconv"

	"cetak/hwsim/rig"
	"cetak/hwsim/world"
)

// newPeople is how many records a hand has the centre send.
const newPeople = 5

// handsOf are the hands at the machine, always the same and in the same order, so that a finger finds them blind.
func handsOf(d rig.Desk, l Local) []Button {
	w, t := l.Words, d.World
	n := amounts()[l.Amount]
	inside := len(insideOf(t)) > 0 || t.Jam
	box := "reject"
	if d.Dispenser && len(t.Trays.Reject) == 0 {
		box = "bin"
	}
	either := func(key Key, now bool, yes, no string, doYes, doNo Action) Button {
		if now {
			return Button{key, w.T(yes), true, doYes}
		}
		return Button{key, w.T(no), true, doNo}
	}
	return []Button{
		either("L", t.CoverOpen, "hand.close-lid", "hand.open-lid", hand("close", "cover"), hand("open", "cover")),
		{"K", w.T("hand.take-out"), inside, hand("take-out")},
		{"O", w.T("hand.clear"), inside, hand("clear")},
		{"F", w.N("hand.feed", n), true, hand("feed", strconv.Itoa(n))},
		{"U", w.N("hand.unfeed", n), t.Feeder >= n, hand("unfeed", strconv.Itoa(n))},
		{"+", w.T("hand.amount", "n", strconv.Itoa(n)), true, Action{Step: More}},
		{"A", w.T("hand.square"), d.FeederBlind, hand("feed", "0")},
		{"R", w.T("hand.ribbon"), d.Power != "none", hand("ribbon", "new")},
		{"V", w.T("hand.no-ribbon"), d.Power != "none" && t.Ribbon.Type != "", hand("ribbon", "none")},
		{"E", w.T("hand.empty"), len(t.Trays.Reject)+len(t.Trays.Bin) > 0 || d.RejectBlind, hand("empty", box)},
		either("C", d.Cable, "hand.unplug", "hand.replug", hand("unplug"), hand("replug")),
		{"P", w.T("hand.power"), d.Power != "none", hand("power-cycle")},
		{"M", w.N("hand.records", newPeople), true, hand("records", strconv.Itoa(newPeople))},
		{"N", w.T("hand.go"), d.Held != "", hand("release")},
		{"G", w.T("hand.faults"), true, Action{Step: ShowFaults}},
		{"X", w.T("hand.remove"), t.Reader != nil, hand("remove")},
	}
}

// cardHands are what a hand does with the marked card; with none marked, the next blank can be laid on the reader.
func cardHands(d rig.Desk, l Local, c *world.CardInfo) []Button {
	w, t := l.Words, d.World
	free := t.Reader == nil && (t.Machine == nil || t.Machine.Place != world.Contacts && t.Machine.Place != world.Contactless)
	if !lies(c) {
		return []Button{
			{"T", w.T("hand.present-blank"), free && t.Feeder > 0, hand("present", "feeder", "0")},
			{"I", w.T("hand.feed-card"), false, Action{}},
			{"H", w.T("hand.put-in"), false, Action{}},
			{"B", w.T("hand.reject"), false, Action{}},
			{"Return", w.T("hand.show"), false, Action{}},
		}
	}
	tray := string(c.Place)
	return []Button{
		{"T", w.T("hand.present"), free, hand("present", tray, c.UID)},
		{"I", w.T("hand.feed-card"), true, hand("feed-card", tray, c.UID)},
		{"H", w.T("hand.put-in"), t.Machine == nil, hand("put-in", tray, c.UID)},
		{"B", w.T("hand.reject"), c.Place != world.Reject, hand("reject", tray, c.UID)},
		{"Return", w.T("hand.show"), true, Action{Step: ShowCard, Arg: c.UID}},
	}
}
