package model

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"cetak/hwsim/panel/text"
)

// Step is what changes in the window alone.
type Step int

// Steps.
const (
	NoStep   Step = iota
	Language      // the other language
	More          // amount, and round again
	Less
	ChooseCard // Arg: UID; "" takes the mark away
	ShowCard   // Arg: UID
	ShowFaults
	Close
	ChooseFault // Arg: name
	ChooseEvent // Arg: name
	Type        // Arg: the argument as it is typed by now
)

// amounts a hand takes blanks in.
func amounts() []int { return []int{1, 5, 10, 25, 50, 100} }

// Start is what a window remembers when it opens.
func Start(lang string) Local { return Local{Words: text.For(lang), Amount: 3} }

// After is what the window remembers once a step is done.
func (l Local) After(a Action) Local {
	n := len(amounts())
	switch a.Step {
	case Language:
		l.Words = text.For(l.Words.Other())
	case More:
		l.Amount = (l.Amount + 1) % n
	case Less:
		l.Amount = (l.Amount + n - 1) % n
	case ChooseCard:
		l.Chosen = a.Arg
	case ShowCard:
		l.Chosen, l.Shown, l.Open = a.Arg, a.Arg, LargePage
	case ShowFaults:
		l.Open = FaultsPage
	case Close:
		l.Open = NoPage
	case ChooseFault:
		l.Fault, l.Event, l.Argument, l.Typed = a.Arg, "", "", false
	case ChooseEvent:
		l.Event = a.Arg
	case Type:
		l.Argument, l.Typed = a.Arg, true
	case NoStep:
	}
	return l
}

// Key gives what a key does on this screen.
func (s Screen) Key(k Key) (Action, bool) {
	for _, b := range s.buttons() {
		if b.Key == k {
			return b.Do, b.Enabled
		}
	}
	switch {
	case s.Faults != nil:
		return s.Faults.key(k)
	case s.Large != nil:
		return Action{}, false
	}
	return s.walk(k)
}

// Rune gives what a typed sign does: a letter of the argument, or the key of a button.
func (s Screen) Rune(r rune) (Action, bool) {
	if s.Faults != nil {
		a := s.Faults.Argument
		switch {
		case a == nil || !unicode.IsPrint(r) || len(a.Value) >= 40:
			return Action{}, false
		case a.Example:
			return Action{Step: Type, Arg: string(r)}, true
		}
		return Action{Step: Type, Arg: a.Value + string(r)}, true
	}
	if r == '-' && s.Large == nil {
		return Action{Step: Less}, true
	}
	return s.Key(Key(unicode.ToUpper(r)))
}

// buttons are those that can be seen now.
func (s Screen) buttons() []Button {
	list := []Button{s.Language}
	switch {
	case s.Faults != nil:
		return append(list, s.Faults.Hands...)
	case s.Large != nil:
		return append(list, s.Large.Hands...)
	}
	return append(list, s.Hands...)
}

// walk moves the mark over the cards: along a tray, and to the next tray that holds any.
func (s Screen) walk(k Key) (Action, bool) {
	row, at := -1, -1
	for i, t := range s.Trays {
		if t.Chosen >= 0 {
			row, at = i, t.Chosen
		}
	}
	to := func(row, at int) (Action, bool) {
		cards := s.Trays[row].Cards
		return Action{Step: ChooseCard, Arg: cards[min(max(at, 0), len(cards)-1)].UID}, true
	}
	side := 0
	switch k {
	case "Escape":
		return Action{Step: ChooseCard}, row >= 0
	case "Left":
		side = -1
	case "Right":
		side = 1
	case "Up", "Down":
		side = 0
	case "Home":
		side = -1 << 20
	case "End":
		side = 1 << 20
	default:
		return Action{}, false
	}
	if row >= 0 && side != 0 {
		return to(row, at+side)
	}
	by := 1
	if k == "Up" && row >= 0 {
		by = len(s.Trays) - 1
	}
	for n := range s.Trays {
		i := (max(row, 0) + (n+1)*by) % len(s.Trays)
		if row < 0 {
			i = n
		}
		if len(s.Trays[i].Cards) > 0 {
			return to(i, 0)
		}
	}
	return Action{}, false
}

// key moves in the list of faults and in that of events, and rubs the argument out.
func (f Faults) key(k Key) (Action, bool) {
	const page = 8
	by := map[Key]int{"Up": -1, "Down": 1, "PageUp": -page, "PageDown": page, "Home": -1 << 20, "End": 1 << 20}
	list := f.List
	switch k {
	case "Left":
		list, by = f.Events, map[Key]int{k: -1}
	case "Right":
		list, by = f.Events, map[Key]int{k: 1}
	case "BackSpace":
		if f.Argument == nil || f.Argument.Value == "" {
			return Action{}, false
		}
		if f.Argument.Example {
			return Action{Step: Type}, true
		}
		_, n := utf8.DecodeLastRuneInString(f.Argument.Value)
		return Action{Step: Type, Arg: f.Argument.Value[:len(f.Argument.Value)-n]}, true
	}
	if by[k] == 0 || len(list) == 0 {
		return Action{}, false
	}
	at := slices.IndexFunc(list, func(c Choice) bool { return c.Chosen })
	return list[min(max(at+by[k], 0), len(list)-1)].Do, true
}
