// Package model says what the simulator's window shows: plain data from the world's truth, without widgets, files, or
// clock. All of it is pure.
package model

import (
	"cetak/hwsim/panel/text"
	"cetak/hwsim/rig"
)

// Seen is what is known of the simulator.
type Seen struct {
	Dir       string // its folder
	Up        bool   // it answers
	Known     bool   // it has answered, so Desk is how it was last seen
	Desk      rig.Desk
	Catalogue rig.Catalogue
}

// Local is what the window itself remembers.
type Local struct {
	Words    text.Catalog
	Amount   int    // place in amounts: how many blanks a hand takes at once
	Chosen   string // UID of the card marked in the trays, "" for none
	Open     Page
	Shown    string // UID of the card shown large
	Fault    string // marked in the list of faults, "" for the first
	Event    string // chosen for it, "" for the usual one
	Argument string
	Typed    bool   // the argument was typed, else it is the example
	Refused  string // why the simulator did not do the last hand's work
}

// Page is what covers the trays and the machine.
type Page int

// Pages.
const (
	NoPage Page = iota
	LargePage
	FaultsPage
)

// Tone of the state: each has a colour, a shape, and a word.
type Tone int

// Tones.
const (
	Ready Tone = iota
	Working
	Waiting
	Stopped
)

// Screen is the window.
type Screen struct {
	Title    string
	State    State
	Clock    string // simulated; "" while not known
	Language Button
	Machine  Machine
	Reader   Reader
	Facts    []Fact
	Trays    []Tray
	Hands    []Button
	Large    *Large
	Faults   *Faults
	Known    bool // the simulator has answered: the machine is drawn
}

// State is the one line that says how the machine stands.
type State struct {
	Tone               Tone
	Word, Line, Detail string
}

// Fact is a name and a value.
type Fact struct{ Name, Value string }

// Key is a key of the keyboard: a capital letter, a sign, or a name as the toolkit has it (F2, Return, Escape, Left).
type Key string

// Button is something to press.
type Button struct {
	Key     Key
	Label   string
	Enabled bool
	Do      Action
}

// Action is what pressing does: a hand in the simulator, or a step in the window alone.
type Action struct {
	Hand string // a verb with its words, as `hwsim do` takes them
	Step Step
	Arg  string
}

// Card is a card as drawn.
type Card struct {
	UID     string
	Short   string // enough of the UID to tell it from its neighbours
	Place   string
	Chip    string // state of the chip, in words
	State   string // the same as the simulator says it
	Printed bool
	Picture Picture
}

// Picture is a file with a picture, and what it shows by a name of its own: it changes when the picture does.
type Picture struct{ Path, Key string }

// Machine is the printer, cut open.
type Machine struct {
	Feeder Feeder
	Lid    Lid
	Ribbon Ribbon
	Stops  []Stop // in the order a card passes them, between feeder and trays
	Head   bool   // it prints: there are a head and a ribbon
	Jam    string // what is written on the cards inside; "" = none
	Good   Pile
	Reject Pile
	Cable  Switch
	Power  Switch
}

// Feeder holds blanks.
type Feeder struct {
	Name  string
	Count int
	Text  string
	Level float64 // 0 to 1 of the hundred it holds
	Blind bool    // grips nothing
	Next  string  // UID of the next to be taken
	Do    Action
}

// Lid is the cover over head and ribbon.
type Lid struct {
	Open bool
	Text string
	Do   Action
}

// Ribbon is what is wound on the two spools.
type Ribbon struct {
	Panels string // in their order, a letter each; "" = none in
	Under  int    // the panel under the head, from 0; -1 = none yet of this set
	Left   float64
	Text   string
	Head   string // which panel is under the head, in words
	End    bool
	Do     Action
}

// Stop is a place on the way.
type Stop struct {
	Place, Name string
	Card        *Card // that stands there
}

// Pile is a tray as the machine shows it.
type Pile struct {
	Name  string
	Count int
	Text  string
	Full  bool
	Top   *Card // the last that fell in
	Do    Action
}

// Switch is the cable or the power.
type Switch struct {
	On   bool
	Text string
	Do   Action
}

// Reader is the reader on the desk.
type Reader struct {
	Name string
	Up   bool
	Text string
	Card *Card // laid on it by hand
	Do   Action
}

// Tray is a row of cards that came out, the newest first.
type Tray struct {
	Name   string
	Text   string // when it is empty
	Cards  []Card
	Chosen int // -1: none of these
}

// Large is one card looked at closely.
type Large struct {
	Title  string
	Card   Card
	Facts  []Fact // the one at ChipFact is the state of the chip
	Files  []Fact // of the chip: number, meaning, digest
	Panels []Panel
	Ask    string // hand that makes the picture, "" when there is one or nothing to draw
	NoFile string
	Hands  []Button
}

// ChipFact is where among a large card's facts its chip stands.
const ChipFact = 1

// Panel is what one panel of the ribbon burnt.
type Panel struct {
	Name    string
	Picture Picture
}

// Faults is the list of what can go wrong.
type Faults struct {
	Title    string
	List     []Choice
	Events   []Choice
	Argument *Argument // nil: it takes none
	Rule     string    // what arming adds to the scene
	Armed    []Button  // rules that wait; pressing forgets one
	ArmedIs  string    // title over them
	Hands    []Button
}

// Choice is one line of a list.
type Choice struct {
	Name, Words string
	Chosen      bool
	Do          Action
}

// Argument is typed.
type Argument struct {
	Name, Value string
	Example     bool // nobody has typed it
	Missing     bool // the fault cannot do without
}
