package model

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"cetak/hwsim/panel/text"
	"cetak/hwsim/rig"
	"cetak/hwsim/scene"
	"cetak/hwsim/world"
)

// chip is a chip in a state; nobody speaks to it here.
type chip struct {
	uid   []byte
	state string
	files map[string][]byte
}

func (c *chip) UID() []byte              { return c.uid }
func (c *chip) ATR() []byte              { return nil }
func (c *chip) PowerOn()                 {}
func (c *chip) PowerOff()                {}
func (c *chip) Reset()                   {}
func (c *chip) Transmit([]byte) []byte   { return nil }
func (c *chip) SetMute(bool)             {}
func (c *chip) SetATR([]byte)            {}
func (c *chip) State() string            { return c.state }
func (c *chip) Files() map[string][]byte { return c.files }

// bench is a world whose hands and motors the test is.
type bench struct {
	t     *testing.T
	w     *world.World
	chips []*chip
	desk  rig.Desk
}

func newBench(t *testing.T, blanks int) *bench {
	b := &bench{t: t, desk: rig.Desk{Cable: true, Power: "on", Reader: true}}
	b.w = world.New(world.Options{Seed: 1, Blanks: blanks, RejectCapacity: 3, NewChip: func(uid []byte) world.Chip {
		c := &chip{uid: uid, state: "blank", files: map[string][]byte{}}
		b.chips = append(b.chips, c)
		return c
	}})
	return b
}

func (b *bench) do(errs ...error) {
	b.t.Helper()
	for _, err := range errs {
		if err != nil {
			b.t.Fatal(err)
		}
	}
}

// print takes the next blank through the whole machine into a tray.
func (b *bench) print(tray world.Place) {
	b.t.Helper()
	b.do(b.w.Pick(), b.w.Arrive(world.Contacts), b.w.Depart(), b.w.Arrive(world.Head))
	for i, p := range []string{"y", "m", "c", "k", "o"} {
		b.do(b.w.Unwind(p, i, i), b.w.Burn(p, world.NewRaster(2)))
	}
	b.do(b.w.Depart(), b.w.Drop(tray))
}

func (b *bench) seen() Seen {
	b.t.Helper()
	t, err := b.w.Truth()
	b.do(err)
	b.desk.World = t
	b.desk.FeederBlind, b.desk.RejectBlind = b.w.Blind()
	return Seen{Dir: "/sim", Up: true, Known: true, Desk: b.desk, Catalogue: rig.Catalogue{Faults: scene.Kinds(), Events: scene.Events()}}
}

// inside is the one card in the machine, nil when there is none or more than one.
func inside(s Screen) *Card {
	var c *Card
	for _, stop := range s.Machine.Stops {
		if stop.Card != nil {
			if c != nil {
				return nil
			}
			c = stop.Card
		}
	}
	return c
}

// TestStates: each condition of the machine has its own line, tone, and remedy, and the picture agrees.
func TestStates(t *testing.T) {
	here := func(place string) func(Screen) bool {
		return func(s Screen) bool {
			c := inside(s)
			return c != nil && s.Where(c.UID) == place
		}
	}
	for name, tc := range map[string]struct {
		blanks int
		set    func(*bench)
		key    string // of the line
		tone   Tone
		picked string // key of the hand that helps, enabled
		holds  func(Screen) bool
	}{
		"idle": {50, func(*bench) {}, "state.idle", Ready, "F", func(s Screen) bool {
			return s.Machine.Feeder.Level == 0.5 && inside(s) == nil && !s.Machine.Lid.Open && s.Machine.Ribbon.Under == -1
		}},
		"path":        {2, func(b *bench) { b.do(b.w.Pick()) }, "state.card", Working, "K", here("path")},
		"contact":     {2, func(b *bench) { b.do(b.w.Pick(), b.w.Arrive(world.Contacts)) }, "state.card", Working, "K", here("contact")},
		"contactless": {2, func(b *bench) { b.do(b.w.Pick(), b.w.Arrive(world.Contactless)) }, "state.card", Working, "K", here("contactless")},
		"head":        {2, func(b *bench) { b.do(b.w.Pick(), b.w.Arrive(world.Head)) }, "state.card", Working, "O", here("head")},
		"burning": {2, func(b *bench) {
			b.do(b.w.Pick(), b.w.Arrive(world.Head), b.w.Unwind("y", 0, 0), b.w.Burn("y", world.NewRaster(2)), b.w.Unwind("m", 1, 1))
		}, "state.card", Working, "K", func(s Screen) bool {
			return s.Machine.Ribbon.Under == 1 && strings.Contains(s.Machine.Ribbon.Head, "(M)") && inside(s).Printed
		}},
		"held": {2, func(b *bench) { b.desk.Held = "head" }, "state.held", Waiting, "N", nil},
		"jam": {2, func(b *bench) { b.do(b.w.Pick()); b.w.JamNow() }, "state.jam", Stopped, "K", func(s Screen) bool {
			return s.Machine.Jam != "" && here("path")(s)
		}},
		"cover":  {2, func(b *bench) { b.w.SetCover(true) }, "state.cover", Waiting, "L", func(s Screen) bool { return s.Machine.Lid.Open && s.Machine.Lid.Do.Hand == "close cover" }},
		"cable":  {2, func(b *bench) { b.desk.Cable = false }, "state.cable", Waiting, "C", func(s Screen) bool { return !s.Machine.Cable.On && s.Machine.Cable.Do.Hand == "replug" }},
		"off":    {2, func(b *bench) { b.desk.Power = "off" }, "state.off", Stopped, "P", func(s Screen) bool { return !s.Machine.Power.On }},
		"starts": {2, func(b *bench) { b.desk.Power = "starting" }, "state.starting", Waiting, "", func(s Screen) bool { return !s.Machine.Power.On }},
		"bare": {2, func(b *bench) { b.w.TakeRibbon() }, "state.no-ribbon", Waiting, "R", func(s Screen) bool {
			return s.Machine.Ribbon.Panels == "" && s.Machine.Ribbon.Under == -1
		}},
		"ribbon":      {2, func(b *bench) { b.w.SetRibbonPanels(0) }, "state.ribbon-end", Waiting, "R", func(s Screen) bool { return s.Machine.Ribbon.End }},
		"reader gone": {2, func(b *bench) { b.desk.Reader = false }, "state.reader", Waiting, "", func(s Screen) bool { return !s.Reader.Up }},
		"reject": {4, func(b *bench) {
			for range 3 {
				b.print(world.Reject)
			}
		}, "state.reject", Waiting, "E", func(s Screen) bool {
			return s.Machine.Reject.Full && s.Machine.Reject.Top != nil && len(s.Trays[1].Cards) == 3
		}},
		"reject says": {2, func(b *bench) { b.w.BlindReject() }, "state.reject", Waiting, "E", func(s Screen) bool { return s.Machine.Reject.Full }},
		"empty":       {0, func(*bench) {}, "state.feeder", Waiting, "F", func(s Screen) bool { return s.Machine.Feeder.Level == 0 }},
		"blind":       {2, func(b *bench) { b.w.BlindFeeder() }, "state.blind", Waiting, "A", func(s Screen) bool { return s.Machine.Feeder.Blind && s.Machine.Feeder.Do.Hand == "feed 0" }},
		"laid": {2, func(b *bench) {
			b.print(world.Good)
			_, err := b.w.Present(world.Good, "0")
			b.do(err)
		}, "state.idle", Ready, "X", func(s Screen) bool {
			return s.Reader.Card != nil && s.Where(s.Reader.Card.UID) == "reader" && len(s.Trays[0].Cards) == 0
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, tc.blanks)
			tc.set(b)
			for _, lang := range []string{text.Indonesian, text.English} {
				s := Of(b.seen(), Start(lang))
				c := text.For(lang)
				stem, _, _ := strings.Cut(c.T(tc.key), "{")
				if !strings.HasPrefix(s.State.Line, stem) || s.State.Tone != tc.tone || s.State.Detail == "" || s.State.Word == "" {
					t.Errorf("%s: state %+v, want %q", lang, s.State, c.T(tc.key))
				}
				if tc.holds != nil && !tc.holds(s) {
					t.Errorf("%s: drawn %+v", lang, s.Machine)
				}
				if a, on := s.Key(Key(tc.picked)); tc.picked != "" && (!on || a.Hand == "") {
					t.Errorf("%s: the hand that helps, %s, cannot be used: %+v", lang, tc.picked, a)
				}
			}
		})
	}
}

// TestTrays: cards lie newest first, the arrow keys walk over all of them, and the hands act on the marked one.
func TestTrays(t *testing.T) {
	b := newBench(t, 9)
	for range 3 {
		b.print(world.Good)
	}
	b.print(world.Reject)
	b.do(b.w.Pick())
	b.w.TakeOut(world.Hand)
	seen := b.seen()
	l := Start("en")
	s := Of(seen, l)
	good := seen.Desk.World.Trays.Good
	if len(s.Trays) != 3 || s.Trays[0].Cards[0].UID != good[2].UID || s.Trays[0].Chosen != -1 {
		t.Fatalf("%+v", s.Trays)
	}
	if a, on := s.Key("T"); !on || a.Hand != "present feeder 0" {
		t.Errorf("with no card marked a blank is tried: %+v", a)
	}
	for _, key := range []Key{"I", "H", "B", "Return"} {
		if _, on := s.Key(key); on {
			t.Errorf("%s acts though no card is marked", key)
		}
	}
	press := func(k Key) {
		t.Helper()
		a, ok := s.Key(k)
		if !ok {
			t.Fatalf("%s means nothing", k)
		}
		l = l.After(a)
		s = Of(seen, l)
	}
	var marked []string
	for _, k := range []Key{"Right", "Right", "Right", "Right", "Down", "Down", "Down", "Up", "Up", "Up", "End", "Home"} {
		press(k)
		marked = append(marked, l.Chosen)
	}
	g0, g1, g2 := good[0].UID, good[1].UID, good[2].UID
	r, h := seen.Desk.World.Trays.Reject[0].UID, seen.Desk.World.Trays.Hand[0].UID
	if want := []string{g2, g1, g0, g0, r, h, g2, h, r, g2, g0, g2}; !slices.Equal(marked, want) {
		t.Errorf("walked\n%v, want\n%v", marked, want)
	}
	for key, want := range map[Key]string{"T": "present good " + g2, "I": "feed-card good " + g2, "H": "put-in good " + g2, "B": "reject good " + g2} {
		if a, on := s.Key(key); !on || a.Hand != want {
			t.Errorf("%s: %+v, want %q", key, a, want)
		}
	}
	press("Return")
	if s.Large == nil || s.Large.Card.UID != g2 || s.Large.Ask != "picture "+g2 {
		t.Fatalf("large: %+v", s.Large)
	}
	if _, on := s.Key("L"); on {
		t.Error("a hand that cannot be seen acts")
	}
	press("Escape")
	press("Escape")
	if s.Large != nil || l.Chosen != "" {
		t.Errorf("after Escape twice: %+v", l)
	}
	l.Chosen = r
	if _, on := Of(seen, l).Key("B"); on {
		t.Error("a card in the reject box is judged bad again")
	}
}

// TestLarge tells what is on the chip and which panels burnt.
func TestLarge(t *testing.T) {
	b := newBench(t, 2)
	b.print(world.Good)
	seen := b.seen()
	i := &seen.Desk.World.Trays.Good[0]
	i.State, i.PNG = "sealed", "/x.png"
	i.Files = map[string]string{"6FF2": strings.Repeat("ab", 32), "6FF1": strings.Repeat("cd", 32)}
	i.Panels = map[string]string{"k": "/k.png", "y": "/y.png", "o": "/o.png"}
	l := Start("en").After(Action{Step: ShowCard, Arg: i.UID})
	p := Of(seen, l).Large
	if p == nil || p.Ask != "" || len(p.Files) != 2 || p.Files[0] != (Fact{"6FF1", "cdcdcdcdcdcdcdcd"}) || p.Facts[1].Value != "sealed" {
		t.Fatalf("%+v", p)
	}
	var panels []string
	for _, x := range p.Panels {
		panels = append(panels, x.Name)
	}
	if !slices.Equal(panels, []string{"yellow (Y)", "black (K)", "varnish (O)"}) {
		t.Errorf("%v", panels)
	}
	before := p.Card.Picture
	i.Prints["k"] = "another"
	if after := Of(seen, l).Large.Card.Picture; before == after {
		t.Error("a picture that has changed has the same key")
	}
	l.Shown = "gone"
	if Of(seen, l).Large != nil {
		t.Error("a card that is not there is shown")
	}
}

// TestFaults: the list is the simulator's; the usual event is chosen; what is armed reads as a rule of a scene.
func TestFaults(t *testing.T) {
	b := newBench(t, 2)
	seen := b.seen()
	l := Start("id")
	s := Of(seen, l)
	step := func(k Key) {
		t.Helper()
		a, ok := s.Key(k)
		if !ok {
			t.Fatalf("%s means nothing", k)
		}
		l = l.After(a)
		s = Of(seen, l)
	}
	typed := func(words string) {
		for _, r := range words {
			if a, ok := s.Rune(r); ok {
				l = l.After(a)
				s = Of(seen, l)
			}
		}
	}
	step("G")
	for _, k := range scene.Kinds() {
		l = l.After(Action{Step: ChooseFault, Arg: k.Name})
		s = Of(seen, l)
		a, on := s.Key("Return")
		if !on {
			t.Errorf("%s cannot be armed", k.Name)
		}
		if _, err := scene.Parse(a.Hand); err != nil || !strings.HasPrefix(a.Hand, "on "+k.Event+" do "+k.Name) || !strings.HasSuffix(a.Hand, " once") {
			t.Errorf("%s: %q, %v", k.Name, a.Hand, err)
		}
		if now, on := s.Key("F5"); on == (k.Name == "hold") || on && !strings.HasPrefix(now.Hand, k.Name) {
			t.Errorf("%s now: %+v %t", k.Name, now, on)
		}
	}
	l = l.After(Action{Step: ChooseFault, Arg: "noise"})
	s = Of(seen, l)
	typed("0.5")
	step("Left")
	events := scene.Events()
	if want := "on " + events[slices.Index(events, "command")-1] + " do noise 0.5 once"; s.Faults.Rule != want {
		t.Errorf("%q", s.Faults.Rule)
	}
	for range 3 {
		step("BackSpace")
	}
	if _, on := s.Key("Return"); on || !s.Faults.Argument.Missing {
		t.Error("a fault that needs an argument is armed without")
	}
	step("Home")
	if s.Faults.List[0].Name != scene.Faults()[0] || !s.Faults.List[0].Chosen || s.Faults.Argument != nil {
		t.Errorf("%+v", s.Faults.Argument)
	}
	step("End")
	step("PageUp")
	step("Up")
	if want := scene.Faults()[len(scene.Faults())-10]; l.Fault != want {
		t.Errorf("at %s, want %s", l.Fault, want)
	}
	typed("L")
	if l.Open != FaultsPage {
		t.Error("a letter left the page")
	}
	seen.Desk.Armed = []string{"on head do jam-head once", "on feed 3 do nack T"}
	s = Of(seen, l)
	if len(s.Faults.Armed) != 2 || s.Faults.Armed[0].Label != "Kartu macet di kepala cetak · kartu tiba di kepala cetak" ||
		s.Faults.Armed[1].Label != "Perintah ditolak dengan kode · blangko ditarik 3" || s.Faults.Armed[1].Do.Hand != "forget on feed 3 do nack T" {
		t.Errorf("%+v", s.Faults.Armed)
	}
	if a, on := s.Key("F8"); !on || a.Hand != "forget on feed 3 do nack T" {
		t.Errorf("%+v", a)
	}
}

// TestAway: a simulator that does not answer takes every hand away and says so in one sentence; the last picture stays.
func TestAway(t *testing.T) {
	b := newBench(t, 2)
	b.print(world.Good)
	seen := b.seen()
	seen.Up = false
	for _, open := range []Page{NoPage, LargePage, FaultsPage} {
		l := Start("en")
		l.Open, l.Shown = open, seen.Desk.World.Trays.Good[0].UID
		s := Of(seen, l)
		if s.State.Tone != Stopped || strings.Count(s.State.Line, ".") != 1 || s.State.Detail != "hwsim run --dir /sim" || !s.Known {
			t.Errorf("%+v", s.State)
		}
		for _, b := range s.buttons() {
			if b.Enabled && b.Do.Hand != "" {
				t.Errorf("%s still acts", b.Key)
			}
		}
		if s.Machine.Lid.Do.Hand != "" || s.Machine.Good.Top == nil {
			t.Errorf("%+v", s.Machine)
		}
	}
	if s := Of(Seen{Dir: "/sim"}, Start("id")); s.Known || s.State.Tone != Stopped || s.Title == "" || len(s.Hands) != 0 {
		t.Errorf("never seen: %+v", s)
	}
}

// TestSteps: language, amount, and a refusal.
func TestSteps(t *testing.T) {
	b := newBench(t, 60)
	seen := b.seen()
	l := Start("")
	if l.Words.Lang() != text.Indonesian {
		t.Error("Indonesian comes first")
	}
	l = l.After(Action{Step: Language})
	s := Of(seen, l)
	if s.Title != text.For("en").T("window.title") {
		t.Errorf("%q", s.Title)
	}
	for _, want := range []string{"feed 50", "feed 100", "feed 1"} {
		a, _ := s.Rune('+')
		l = l.After(a)
		s = Of(seen, l)
		if f, _ := s.Key("F"); f.Hand != want {
			t.Errorf("%q, want %q", f.Hand, want)
		}
	}
	a, _ := s.Rune('-')
	s = Of(seen, l.After(a))
	if f, on := s.Rune('u'); on || f.Hand != "unfeed 100" {
		t.Errorf("a hundred blanks of sixty are taken: %+v", f)
	}
	l.Refused = "no such thing"
	if s := Of(seen, l); !strings.Contains(s.State.Detail, "no such thing") {
		t.Errorf("%+v", s.State)
	}
	if !reflect.DeepEqual(Of(seen, l), Of(seen, l)) {
		t.Error("the same makes another screen: it would be drawn for nothing")
	}
}

// TestUnknownPlace: a place this window has not learnt is still drawn, under its own name.
func TestUnknownPlace(t *testing.T) {
	b := newBench(t, 2)
	b.do(b.w.Pick())
	seen := b.seen()
	seen.Desk.World.Machine.Place = "attic"
	s := Of(seen, Start("en"))
	if c := inside(s); c == nil || s.Machine.Stops[0].Name != "attic" || s.Where(c.UID) != "attic" {
		t.Errorf("%+v", s.Machine.Stops)
	}
}

// TestDispenser: a card in the dispenser and one in the printer are both drawn; a dispenser alone has no head.
func TestDispenser(t *testing.T) {
	b := newBench(t, 3)
	b.do(b.w.Pick(), b.w.Arrive(world.Head))
	seen := b.seen()
	seen.Desk.Dispenser = true
	front := *seen.Desk.World.Machine
	front.UID, front.Place = "04AA", world.Slot
	seen.Desk.World.Slot = &front
	s := Of(seen, Start("en"))
	if s.Where("04AA") != "slot" || s.Where(seen.Desk.World.Machine.UID) != "head" || !strings.Contains(s.State.Line, "under the print head") {
		t.Errorf("%+v", s.Machine.Stops)
	}
	front.Place = world.Contacts
	seen.Desk.World.Machine, seen.Desk.World.Slot, seen.Desk.World.Dispenser, seen.Desk.Power = nil, nil, &front, "none"
	seen.Desk.World.Ribbon = world.Ribbon{}
	s = Of(seen, Start("id"))
	if s.Machine.Head || s.Where("04AA") != "contact" || s.State.Tone != Working || s.Machine.Stops[len(s.Machine.Stops)-1].Place != "gate" {
		t.Errorf("%+v %+v", s.State, s.Machine.Stops)
	}
}

// TestKeysDiffer: no two hands that can be seen together have the same key.
func TestKeysDiffer(t *testing.T) {
	b := newBench(t, 2)
	b.print(world.Good)
	seen := b.seen()
	for _, open := range []Page{NoPage, LargePage, FaultsPage} {
		l := Start("en")
		l.Open, l.Shown = open, seen.Desk.World.Trays.Good[0].UID
		taken := map[Key]string{}
		for _, b := range Of(seen, l).buttons() {
			if taken[b.Key] != "" || b.Key == "" || b.Label == "" {
				t.Errorf("%q and %q both have the key %q", taken[b.Key], b.Label, b.Key)
			}
			taken[b.Key] = b.Label
		}
	}
}
