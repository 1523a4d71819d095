// Package model turns a station.Snapshot into a Screen: every word, tone, and button of the desk as plain data. It is
// pure and knows no widget, so what the operator reads is tested without a display.
package model

import (
	"image"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/office"
	"cetak/ui/text"
)

// Advice is what the operator reads for a fault.
type Advice struct {
	Title string
	Steps []string
	Blank string // what happens to the blank

	Picture Picture
}

// Picture is a drawing of ui/drawing, and what its strongest colour is on. The zero Picture is none.
type Picture struct{ Name, Caption string }

// Advisor gives the advice for a code in a language; false if there is none.
type Advisor func(code drivers.Code, lang string) (Advice, bool)

// Local is what belongs to the screen and not to the station: language, search, and what the operator has opened.
type Local struct {
	Words   text.Catalog
	Text    TextSize
	Sound   SoundState
	Silent  bool // nothing on this computer makes a sound
	Advisor Advisor
	Now     time.Time // of this look; in the zone of the desk

	Query    string             // what is typed into the search
	Found    int                // rows the list shows
	More     bool               // the list was cut
	Chosen   *station.QueueItem // the row under the mark; nil when the list is empty
	Preview  *station.Preview   // of whom the centre shows; nil while it is drawn
	Refused  drivers.Code       // the preview could not be made
	ShowNIK  bool
	ShowTech bool
	Asking   station.Answer // a second step is open for this answer
	Cause    string         // the word chosen in it, where a second person still has to be named

	Me     *Me    // who sits here; nil while nobody does
	Asleep bool   // nobody touched the desk for too long: the password is asked for again
	Room   Room   // "" is the desk
	Form   FormID // the open form of the room; "" is none
	Filled Filled // what is typed into it
	Doing  bool   // what was asked for is not answered yet
	Said   Said   // what came of the last thing asked for
	Books  *Books // nil until they were read
	// PINAside: whoever sits here has put the question for the PIN aside.
	PINAside bool
	Seen     *office.Sight // the card that was last read in RoomSight; nil before

	Drill  *Drill // the drill that this is; nil on a station
	Drills bool   // one can be started from here
	Crash  *Crash // a report that is offered; nil for none
}

// Me is who sits here.
type Me struct {
	Name string
	Role access.Role
}

// Filled is what a person has put into the open form. It is thrown away with the form; a password in it lives no longer.
type Filled struct {
	Values map[string]string // by Field.Name
	Wrong  map[string]string // key of the words that say what is wrong with a field
	Step   int               // of a form that is filled in one after the other by two people
	Mark   string            // the row under the mark
	Picked map[string]bool   // rows that were chosen
}

// Said is what came of something asked for.
type Said struct {
	Code  drivers.Code  // why it was refused
	Key   string        // else the words for what was done
	Pairs [2]string     // what stands in them
	Card  *office.Sight // of FormSight
	Drill *Drill        // as it stands now; of FormHint and FormScore
}

// Tone is the mood of a state; each has its colour, its icon, and its word.
type Tone string

// The four tones, and none.
const (
	Plain   Tone = ""
	Ready   Tone = "ready"   // green
	Working Tone = "working" // blue
	Waiting Tone = "waiting" // amber: a person is waited for
	Stopped Tone = "stopped" // red
)

// Screen is the whole desk.
type Screen struct {
	Lang    string
	About   string // the one thing the desk is about, by its stable name
	Open    bool   // false: the station folder could not be opened; only State, Primary, and Centre mean anything
	Top     Top
	Banner  string // across the desk of a test station; "" elsewhere
	Drill   bool   // the banner is that of a drill
	Offer   *Offer // below it; nil for none
	State   State
	Primary *Button // the one large button; nil when there is nothing to press
	Queue   Queue
	Centre  Centre
	Card    Card
	Supply  []Supply
	Keys    []Button // what only has a key

	Door     *Door   // nobody is let in yet: it stands in place of Page and desk
	Training *Button // the way to the drill; nil where there is none

	Tabs []Tab // the rooms this person may enter; nil while the desk alone is there
	Page *Page // the room; nil is the desk
}

// Tab is the way to a room.
type Tab struct {
	Button
	Open bool
}

// Top is the bar with who and where.
type Top struct {
	Name, Place, Desk, Operator string
	Devices                     []Device
	Menu                        Button   // opens what Screen.Listed has
	Language                    Button   // is there
	Text                        []Button // and so are the text sizes
	Sound                       Button   // and so is the sound; without a label there is none
	Rooms                       *Button  // to the rooms and back; nil while nobody may go
}

// Device is one device with its word.
type Device struct {
	Tone       Tone
	Name, Word string
}

// State is the line that says how the station is and what to do next.
type State struct {
	Tone          Tone
	Title, Detail string
}

// Queue is the frame of the waiting list; its rows are made by Of's sister Line, one at a time.
type Queue struct {
	Search  string // what the empty field says
	Caption string
	Empty   string // shown in place of rows; "" when there are rows
}

// Row is one waiting record. Note is the quiet second line.
type Row struct {
	Name, Note, Warning string
}

// CentreKind says what the middle of the desk shows.
type CentreKind string

// What the middle shows.
const (
	CentreFace   CentreKind = "face"   // the card face and the facts to check
	CentreAdvice CentreKind = "advice" // trouble, and what to do
	CentreAsk    CentreKind = "ask"    // the second step of something that cannot be undone
	CentreForm   CentreKind = "form"   // something has to be filled in
)

// Centre is the middle of the desk.
type Centre struct {
	Kind    CentreKind
	Face    Face
	Advice  Trouble
	Form    *Form
	Heading string // CentreAsk
	Detail  string
	Buttons []Choice
}

// Choice is a button with a line that says what it means.
type Choice struct {
	Button
	Note string
}

// Face is the card to look at.
type Face struct {
	Empty, EmptyDetail string // nothing to show
	Image              *image.RGBA
	Cover              image.Rectangle // the part of Image that hides the NIK; empty when it is shown
	Name               string
	Facts              []Fact
	Checks             []Check
	NIK                *Button // show or hide it
}

// Fact is one line beside the picture.
type Fact struct{ Label, Value string }

// Check is the result of the checks, in a line each.
type Check struct {
	Tone Tone
	Text string
}

// Trouble is an advice card.
type Trouble struct {
	Title   string // "" where the state line says it already
	Picture Picture
	Steps   []string
	Facts   []Fact  // the blank
	Where   Fact    // where the card is, in words
	Places  []Place // the same as a picture; nil when no card is concerned
	Code    string
	Tech    string  // the technician's line, once asked for
	Detail  *Button // asks for it
}

// Place is where a card can be.
type Place struct {
	Name string
	Here bool // it is there
	Look bool // it may be there: look
}

// Card is the card in hand, or the one before.
type Card struct {
	Title, Name string
	Total       string
	Steps       []Step
	Outcome     *Check
	Lines       []string
}

// Step is one line of the card's progress.
type Step struct {
	State station.StepState
	Name  string
	Time  string
	About bool // Time is an expectation
}

// Supply is one store at the foot of the desk.
type Supply struct {
	Tone               Tone
	Label, Value, Word string
}

// Key is a key of the keyboard, by Fyne's name of it.
type Key string

// Keys of the desk.
const (
	KeyTech     Key = "F1"
	KeyNIK      Key = "F2"
	KeyRooms    Key = "F3"
	KeyNext     Key = "F4" // the next room
	KeyPrint    Key = "F5"
	KeyGood     Key = "F6"
	KeyMissing  Key = "F7"
	KeySpoiled  Key = "F8"
	KeyContinue Key = "F9"
	KeyDo       Key = "F10" // what the open form is for
	KeyLeave    Key = "F11"
	KeyLanguage Key = "F12"
	KeySight    Key = "Insert" // what card is this?
	KeyBack     Key = "Escape"
)

// Digit reports whether k is one of the numbers that answer a second step.
func (k Key) Digit() bool { return len(k) == 1 }

// Button is something to press.
type Button struct {
	Label   string
	Key     Key
	Look    Look
	Enabled bool
	Do      Action
}

// Look is how much a button asks to be pressed.
type Look string

// Looks.
const (
	LookPlain   Look = "plain"
	LookPrimary Look = "primary"
	LookDanger  Look = "danger" // ends in a blank lost: never beside the primary one, and asks again
)

// Action is what a button does: a command to the station, or something on this screen only.
type Action struct {
	Command station.Command
	Screen  Deed
	Answer  station.Answer // Ask
	Cause   string         // NameSecond
	Room    Room           // Go
	Form    FormID         // Go
	Text    TextSize       // SetText
}

// Deed is something that concerns the screen alone.
type Deed string

// Deeds.
const (
	ToggleNIK      Deed = "toggle-nik"
	ToggleTech     Deed = "toggle-tech"
	SwitchLanguage Deed = "switch-language"
	SetText        Deed = "set-text" // to the text size Text
	OpenMenu       Deed = "menu"
	Ask            Deed = "ask"         // open the second step for Answer
	Back           Deed = "back"        // close it
	NameSecond     Deed = "name-second" // of the second step: a second person has to be named for Cause
	Go             Deed = "go"          // into Room, with Form open
	Do             Deed = "do"          // what the open form is for
	Leave          Deed = "leave"       // sign out
	SwitchSound    Deed = "switch-sound"
	SaveCrash      Deed = "save-crash"
	DismissCrash   Deed = "dismiss-crash"
)

// Buttons lists every button of the screen, the primary one first.
func (s Screen) Buttons() []Button {
	var all []Button
	if s.Primary != nil {
		all = append(all, *s.Primary)
	}
	for _, c := range s.Centre.Buttons {
		all = append(all, c.Button)
	}
	if b := s.Centre.Face.NIK; b != nil {
		all = append(all, *b)
	}
	if b := s.Centre.Advice.Detail; b != nil {
		all = append(all, *b)
	}
	if f := s.form(); f != nil && f.Do != nil {
		all = append(all, *f.Do)
	}
	for _, t := range s.Tabs {
		if t.Key != "" {
			all = append(all, t.Button)
		}
	}
	if s.Page != nil {
		for _, m := range s.Page.Menu {
			if m.Key != "" {
				all = append(all, m.Button)
			}
		}
	}
	if b := s.Top.Rooms; b != nil {
		all = append(all, *b)
	}
	if b := s.Training; b != nil {
		all = append(all, *b)
	}
	all = append(append(all, s.Keys...), s.Top.Language, s.Top.Menu)
	if s.Top.Sound.Label != "" {
		all = append(all, s.Top.Sound)
	}
	return append(all, s.Top.Text...)
}

// form is the one open form, wherever it stands.
func (s Screen) form() *Form {
	switch {
	case s.Door != nil:
		return &s.Door.Form
	case s.Page != nil:
		return s.Page.Form
	case s.Centre.Kind == CentreForm:
		return s.Centre.Form
	}
	return nil
}

// ByKey finds the enabled button of a key.
func (s Screen) ByKey(k Key) (Button, bool) {
	for _, b := range s.Buttons() {
		if b.Key == k && b.Enabled {
			return b, true
		}
	}
	return Button{}, false
}
