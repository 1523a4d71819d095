package model

import (
	"slices"
	"strings"

	"cetak/hwsim/rig"
	"cetak/hwsim/scene"
)

// largeOf is the card looked at, nil when it cannot be seen any more.
func largeOf(d rig.Desk, l Local) *Large {
	i := find(d.World, l.Shown)
	if i == nil {
		return nil
	}
	w := l.Words
	c := card(*i, l)
	p := &Large{Title: w.T("card.title", "uid", i.UID), Card: c, NoFile: w.T("card.no-files"), Facts: []Fact{
		{w.T("card.place"), w.Of("place", c.Place)},
		{w.T("card.chip"), c.Chip},
		{w.T("card.face"), w.T(printed(i))},
	}}
	if i.Printed && i.PNG == "" {
		p.Ask = "picture " + i.UID
	}
	var files, panels []string
	for id := range i.Files {
		files = append(files, id)
	}
	for name := range i.Panels {
		panels = append(panels, name)
	}
	slices.Sort(files)
	slices.SortFunc(panels, func(a, b string) int {
		return strings.Index("ymcko", a[len(a)-1:]) - strings.Index("ymcko", b[len(b)-1:])
	})
	for _, id := range files {
		p.Files = append(p.Files, Fact{id, i.Files[id][:min(16, len(i.Files[id]))]})
	}
	for _, name := range panels {
		p.Panels = append(p.Panels, Panel{w.Of("panel", name), Picture{i.Panels[name], i.UID + " " + name + " " + burnt(*i, name)}})
	}
	inside := slices.Contains(insideOf(d.World), i)
	switch {
	case lies(i):
		p.Hands = cardHands(d, l, i)[:4]
	case inside:
		p.Hands = []Button{{"K", w.T("hand.take-out"), true, hand("take-out")}, {"O", w.T("hand.clear"), true, hand("clear")}}
	default:
		p.Hands = []Button{{"X", w.T("hand.remove"), true, hand("remove")}}
	}
	p.Hands = append(p.Hands, Button{"Escape", w.T("hand.back"), true, Action{Step: Close}})
	return p
}

// faultsOf is the list of what can go wrong, as the simulator tells it.
func faultsOf(s Seen, l Local) *Faults {
	w := l.Words
	f := &Faults{Title: w.T("faults.title"), ArmedIs: w.N("faults.armed", len(s.Desk.Armed))}
	var kind scene.Kind
	for i, k := range s.Catalogue.Faults {
		if k.Name == l.Fault || i == 0 {
			kind = k
		}
	}
	for _, k := range s.Catalogue.Faults {
		f.List = append(f.List, Choice{k.Name, w.Of("fault", k.Name), k.Name == kind.Name, Action{Step: ChooseFault, Arg: k.Name}})
	}
	event := l.Event
	if event == "" {
		event = kind.Event
	}
	for _, e := range s.Catalogue.Events {
		f.Events = append(f.Events, Choice{e, w.Of("event", e), e == event, Action{Step: ChooseEvent, Arg: e}})
	}
	words := []string{kind.Name}
	if kind.Takes != "" {
		a := Argument{Name: w.Of("takes", kind.Takes), Value: kind.Example, Example: true}
		if l.Typed {
			a.Value, a.Example = l.Argument, false
		}
		a.Missing = kind.Needs && strings.TrimSpace(a.Value) == ""
		f.Argument = &a
		words = append(words, strings.Fields(a.Value)...)
	}
	can := kind.Name != "" && (f.Argument == nil || !f.Argument.Missing)
	do := strings.Join(words, " ")
	f.Rule = "on " + event + " do " + do + " once"
	f.Hands = []Button{
		{"Return", w.T("hand.arm"), can, hand(f.Rule)},
		{"F5", w.T("hand.now"), can && kind.Name != "hold", hand(do)},
		{"F8", w.T("hand.forget"), len(s.Desk.Armed) > 0, Action{}},
		{"Escape", w.T("hand.back"), true, Action{Step: Close}},
	}
	for _, rule := range s.Desk.Armed {
		f.Armed = append(f.Armed, Button{Label: told(rule, l), Enabled: true, Do: hand("forget", rule)})
	}
	if n := len(s.Desk.Armed); n > 0 {
		f.Hands[2].Do = hand("forget", s.Desk.Armed[n-1])
	}
	return f
}

// told says a rule in words: what goes wrong, and at which event. "since" stays as it was written.
func told(rule string, l Local) string {
	at, what, ok := strings.Cut(strings.TrimPrefix(rule, "on "), " do ")
	words, when := strings.Fields(what), strings.Fields(at)
	if !ok || len(words) == 0 || len(when) == 0 {
		return rule
	}
	event := strings.TrimSpace(l.Words.Of("event", when[0]) + " " + strings.Join(when[1:], " "))
	return l.Words.T("faults.rule", "fault", l.Words.Of("fault", words[0]), "event", event)
}
