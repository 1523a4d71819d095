package model

import "slices"

// TextSize is how large everything that is read on the screen is drawn.
type TextSize string

// Text sizes: at the normal one the smallest text is 16 px high, at the large one 19, at the largest 22.
const (
	TextNormal  TextSize = "normal"
	TextLarge   TextSize = "large"
	TextLargest TextSize = "largest"
)

// TextSizes lists all from the smallest to the largest.
func TextSizes() []TextSize { return []TextSize{TextNormal, TextLarge, TextLargest} }

// step is the size so many steps away; the outermost one beyond either end. Anything unknown counts as normal.
func (s TextSize) step(by int) TextSize {
	all := TextSizes()
	return all[max(0, min(len(all)-1, max(0, slices.Index(all, s))+by))]
}

// Taste is how a person likes the screen. A member without a value was never chosen.
type Taste struct {
	Lang  string     `json:"lang,omitempty"`
	Text  TextSize   `json:"text,omitempty"`
	Sound SoundState `json:"sound,omitempty"`
}

// Keys that work wherever the keyboard is. Fyne's name of the key stands behind the plus.
const (
	KeyMenu    Key = "Ctrl+M"
	KeyLarger  Key = "Ctrl++"
	KeySmaller Key = "Ctrl+-"
	KeyUsual   Key = "Ctrl+0"
	KeySound   Key = "Ctrl+S"
)

// textSizes are the ways to another text size.
func (v look) textSizes() []Button {
	now := TextSize(or(string(v.l.Text), string(TextNormal)))
	var all []Button
	for _, x := range []struct {
		label string
		key   Key
		to    TextSize
	}{{"menu.larger", KeyLarger, now.step(1)}, {"menu.smaller", KeySmaller, now.step(-1)}, {"menu.usual", KeyUsual, TextNormal}} {
		all = append(all, Button{Label: v.t(x.label), Key: x.key, Look: LookPlain, Enabled: x.to != now, Do: Action{Screen: SetText, Text: x.to}})
	}
	return all
}

// Listed is what the menu of the window offers: everything that can be done wherever one is.
func (s Screen) Listed() []Button {
	var all []Button
	for _, t := range s.Tabs {
		if t.Key == KeySight {
			all = append(all, t.Button)
		}
	}
	if s.Training != nil {
		all = append(all, *s.Training)
	}
	all = append(all, s.Top.Text...)
	if s.Top.Sound.Label != "" {
		all = append(all, s.Top.Sound)
	}
	if s.Offer != nil {
		all = append(all, s.Offer.Buttons...)
	}
	return append(append(all, s.Top.Language), s.Keys...)
}
