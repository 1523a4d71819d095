package world

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Place is where a card lies.
type Place string

// Places. Path is anywhere in the transport where no sensor sees the card.
const (
	Feeder      Place = "feeder"
	Path        Place = "path"
	Contacts    Place = "contact"
	Contactless Place = "contactless"
	Head        Place = "head"
	Good        Place = "good"
	Reject      Place = "reject"
	Emptied     Place = "emptied" // taken out of the reject box by hand
	Reader      Place = "reader"  // laid on the reader by hand
	Hand        Place = "hand"    // taken out of the transport by hand and kept
)

// Trouble is a condition of the machine that stops a card. It is an error.
type Trouble string

// Troubles.
const (
	FeederEmpty Trouble = "feeder empty"
	Jam         Trouble = "card jam"
	CoverOpen   Trouble = "cover open"
	RibbonEnd   Trouble = "ribbon end"
	NoRibbon    Trouble = "no ribbon"
	RejectFull  Trouble = "reject box full"
	NoCard      Trouble = "no card in the transport"
	Occupied    Trouble = "a card is in the transport"
)

// Error names the trouble.
func (t Trouble) Error() string { return string(t) }

// Hooks are called by the world with no lock held. Set them before anything moves.
type Hooks struct {
	Event  func(name string) // something is about to happen; may change the world
	Insert func(*Contact)    // a card has come to a chip station or was laid on the reader
	Remove func()            // it is gone from there
}

// Options describe the machine at the start. Zero values mean: seed 0, speed 1, no blanks, a reject box of 15, a full
// ymcko ribbon for 200 cards.
type Options struct {
	Seed           uint64
	Speed          float64
	Blanks         int
	RejectCapacity int
	Ribbon         string                // panels in their order on the ribbon
	RibbonCards    int                   // capacity of a new ribbon
	Dir            string                // where pictures of cards are written; "" writes none
	OnDemand       bool                  // pictures are drawn only by Picture
	Dispenser      Dispenser             // what feeds
	NewChip        func(uid []byte) Chip // the chip of a new blank
}

// Defaults of Options. The guide names no size of the reject box; 15 is what current machines of this class hold.
const (
	DefaultRejectCapacity = 15
	DefaultRibbon         = "ymcko"
	DefaultRibbonCards    = 200
)

// World is the desk. Make it with New.
type World struct {
	Clock Clock
	hooks Hooks
	opt   Options

	mu       sync.Mutex
	rng      *rand.Rand
	cards    map[string]*Card
	feeder   []*Card
	machine  *Card
	front    *Card // in the dispenser
	slot     *Card // between dispenser and printer
	trays    map[Place][]*Card
	onReader *Card
	cameFrom Place // tray and index of onReader
	cameAt   int

	touched      *Card // the card the door sees now
	twists       twists
	pulled       bool // a card-pulled fault waits for the next arrival
	feederBlind  bool // the feeder grips nothing until it is filled again
	rejectBlind  bool // the reject box reports full until it is emptied
	coverOpen    bool
	jammed       bool
	jamAtFeed    bool // armed
	jamAtHead    bool // armed
	frontJammed  bool
	jamAtGate    bool // armed
	ribbon       Ribbon
	counters     Counters
	pictureGroup sync.WaitGroup
	pictureMu    sync.Mutex
}

// Ribbon is the ribbon in the machine.
type Ribbon struct {
	Type     string `json:"type"`     // panels in order; "" = no ribbon in
	Capacity int    `json:"capacity"` // cards, when new
	Panels   int    `json:"panels"`   // single panels left
}

// Cards is for how many whole cards the ribbon still lasts.
func (r Ribbon) Cards() int {
	if len(r.Type) == 0 {
		return 0
	}
	return r.Panels / len(r.Type)
}

// Counters are what the machine counts for life.
type Counters struct {
	Inserted      int64 `json:"inserted"`  // cards that left the feeder for the printer
	Dispensed     int64 `json:"dispensed"` // cards that left it for the dispenser
	Panels        int64 `json:"panels"`    // panels burnt
	SinceCleaning int64 `json:"since_cleaning"`
	Cleanings     int64 `json:"cleanings"`
	MotorMS       int64 `json:"motor_ms"` // how long motors and head ran, in simulated milliseconds
}

// New makes a world with its blanks in the feeder.
func New(o Options) *World {
	if o.RejectCapacity <= 0 {
		o.RejectCapacity = DefaultRejectCapacity
	}
	if o.Ribbon == "" {
		o.Ribbon = DefaultRibbon
	}
	if o.RibbonCards <= 0 {
		o.RibbonCards = DefaultRibbonCards
	}
	w := &World{
		Clock: NewClock(o.Speed),
		opt:   o,
		rng:   rand.New(rand.NewPCG(o.Seed, 0x63657461)),
		cards: map[string]*Card{},
		trays: map[Place][]*Card{},
	}
	w.ribbon = Ribbon{Type: o.Ribbon, Capacity: o.RibbonCards, Panels: o.RibbonCards * len(o.Ribbon)}
	w.AddBlanks(o.Blanks)
	return w
}

// SetHooks installs the hooks. Call it once, before anything moves.
func (w *World) SetHooks(h Hooks) { w.hooks = h }

// Emit announces an event to the hook. Firmware uses it for what only it knows ("command:Sis").
func (w *World) Emit(event string) {
	if w.hooks.Event != nil {
		w.hooks.Event(event)
	}
}

func (w *World) insert(c *Card) {
	w.mu.Lock()
	pulled := w.pulled
	w.pulled = false
	w.touched = c
	w.mu.Unlock()
	if w.hooks.Insert != nil {
		w.hooks.Insert(&Contact{world: w, card: c})
	}
	if pulled {
		w.lift()
	}
}

// lift takes the card away from the door.
func (w *World) lift() {
	w.mu.Lock()
	had := w.touched != nil
	w.touched = nil
	w.twists.endless = false
	w.mu.Unlock()
	if had && w.hooks.Remove != nil {
		w.hooks.Remove()
	}
}

func (w *World) touching(c *Card) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.touched == c
}

// AddBlanks puts n new blanks under those in the feeder and makes the feeder grip again.
func (w *World) AddBlanks(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range n {
		uid := make([]byte, 7)
		for {
			for i := range uid {
				uid[i] = byte(w.rng.Uint32())
			}
			uid[0] = 0x04 // ISO 7816-6 manufacturer, as on chips of this kind
			if w.cards[uidText(uid)] == nil {
				break
			}
		}
		c := &Card{uid: uidText(uid), place: Feeder, burnt: map[string]*Raster{}, prints: map[string]string{}, pictures: map[string]string{}}
		if w.opt.NewChip != nil {
			c.chip = w.opt.NewChip(append([]byte(nil), uid...))
		}
		w.cards[c.uid] = c
		w.feeder = append(w.feeder, c)
	}
	w.feederBlind = false
}

// Pick takes the next blank out of the feeder into the transport. Errors: Jam, Occupied, FeederEmpty; after Jam the card
// has left the feeder when it was the armed one.
func (w *World) Pick() error {
	w.Emit("feed")
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.jammed:
		return Jam
	case w.machine != nil:
		return Occupied
	case w.ownFeederEmptyLocked():
		return FeederEmpty
	}
	c := w.feeder[0]
	w.feeder = w.feeder[1:]
	c.place = Path
	w.machine = c
	w.counters.Inserted++
	w.counters.SinceCleaning++
	if w.jamAtFeed {
		w.jamAtFeed, w.jammed = false, true
		return Jam
	}
	return nil
}

// Depart is called when the card in the machine begins to move: a chip loses its contacts. The card counts as where it
// was until Arrive. Errors: Jam, NoCard.
func (w *World) Depart() error {
	w.mu.Lock()
	c, jam := w.machine, w.jammed
	w.mu.Unlock()
	if c == nil {
		return NoCard
	}
	if jam {
		return Jam
	}
	w.lift()
	return nil
}

// Arrive puts the card in the machine at the head or at a chip station, where the door then sees it. Errors: Jam,
// NoCard.
func (w *World) Arrive(p Place) error {
	if p == Head {
		w.Emit("head")
	} else {
		w.Emit("station")
	}
	w.mu.Lock()
	c := w.machine
	if c == nil {
		w.mu.Unlock()
		return NoCard
	}
	if w.jammed || (p == Head && w.jamAtHead) {
		if !w.jammed {
			c.place = Head
		}
		w.jammed, w.jamAtHead = true, false
		w.mu.Unlock()
		return Jam
	}
	c.place = p
	inTheWay := w.onReader != nil
	w.mu.Unlock()
	if p == Contacts || p == Contactless {
		if inTheWay { // one door: a card left on the reader by hand is taken off
			if _, err := w.Withdraw(); err != nil {
				return Occupied
			}
		}
		w.insert(c)
	}
	return nil
}

// Unwind advances the ribbon to the panel and says whether it could. from is how many panels of the current set are
// already used, to the index of the wanted one. Errors: Jam, NoCard, NoRibbon, RibbonEnd.
func (w *World) Unwind(panel string, from, to int) error {
	w.Emit("panel-" + panel)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.machine == nil:
		return NoCard
	case w.jammed || w.jamAtHead:
		w.jammed, w.jamAtHead = true, false
		return Jam
	case w.ribbon.Type == "":
		return NoRibbon
	case w.ribbon.Panels < to-from+1:
		w.ribbon.Panels = 0
		return RibbonEnd
	}
	w.ribbon.Panels -= to - from + 1
	return nil
}

// NextSet winds the ribbon on to the next first panel: what is left of a begun set is spent.
func (w *World) NextSet() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.ribbon.Type); n > 0 {
		w.ribbon.Panels -= w.ribbon.Panels % n
	}
}

// Burn puts a panel on the card at the head. The raster must not be changed afterwards. Errors: NoCard.
func (w *World) Burn(panel string, r *Raster) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.machine
	if c == nil {
		return NoCard
	}
	c.burnt[panel] = c.burnt[panel].over(r)
	c.dirty = true
	delete(c.prints, panel)
	w.counters.Panels++
	return nil
}

// CanDischarge asks, with the event "eject" or "reject", whether the card may begin its way out. Errors: Jam, NoCard,
// RejectFull.
func (w *World) CanDischarge(tray Place) error {
	if tray == Reject {
		w.Emit("reject")
	} else {
		w.Emit("eject")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.machine == nil:
		return NoCard
	case w.jammed:
		return Jam
	case w.jamAtHead:
		w.jammed, w.jamAtHead = true, false
		w.machine.place = Head
		return Jam
	case tray == Reject && w.rejectFullLocked():
		return RejectFull
	}
	return nil
}

// Drop lets the card fall into the tray. Errors: Jam, NoCard.
func (w *World) Drop(tray Place) error {
	w.mu.Lock()
	c := w.machine
	if c == nil || w.jammed {
		w.mu.Unlock()
		if c == nil {
			return NoCard
		}
		return Jam
	}
	w.out(c, tray)
	w.mu.Unlock()
	return nil
}

// ownFeederEmptyLocked tells whether the printer's own feeder gives nothing: with a dispenser the blanks lie in that.
func (w *World) ownFeederEmptyLocked() bool {
	return len(w.feeder) == 0 || w.feederBlind || w.opt.Dispenser != NoDispenser
}

// out puts a card that is in a machine into a tray. The lock is held.
func (w *World) out(c *Card, tray Place) {
	for _, at := range []**Card{&w.machine, &w.front, &w.slot} {
		if *at == c {
			*at = nil
		}
	}
	c.place = tray
	w.trays[tray] = append(w.trays[tray], c)
	if c.dirty && w.opt.Dir != "" && !w.opt.OnDemand {
		w.pictureGroup.Go(func() { _ = w.draw(c) }) // Truth draws again what failed here
	}
}

// Where is the place of the card in the machine, "" for none.
func (w *World) Where() Place {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.machine == nil {
		return ""
	}
	return w.machine.place
}

// Standing tells whether a trouble stands now.
func (w *World) Standing(t Trouble) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch t {
	case FeederEmpty: // of the printer
		return w.ownFeederEmptyLocked()
	case Jam:
		return w.jammed
	case CoverOpen:
		return w.coverOpen
	case RibbonEnd:
		return w.ribbon.Type != "" && w.ribbon.Panels == 0
	case NoRibbon:
		return w.ribbon.Type == ""
	case RejectFull:
		return w.rejectFullLocked()
	case NoCard:
		return w.machine == nil
	case Occupied:
		return w.machine != nil
	}
	return false
}

func (w *World) rejectFullLocked() bool {
	return w.rejectBlind || len(w.trays[Reject]) >= w.opt.RejectCapacity
}

// Ribbon is the ribbon in the machine.
func (w *World) Ribbon() Ribbon {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ribbon
}

// Ran counts how long the motors or the head ran, in simulated time.
func (w *World) Ran(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counters.MotorMS += d.Milliseconds()
}

// Counters are the machine's counters.
func (w *World) Counters() Counters {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counters
}

// StackerEmpty tells whether the dispenser's stacker gives nothing.
func (w *World) StackerEmpty() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.feeder) == 0 || w.feederBlind
}

// FeederCount is how many blanks lie in the feeder.
func (w *World) FeederCount() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.feeder)
}

// Cleaned notes a cleaning cycle.
func (w *World) Cleaned() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counters.Cleanings++
	w.counters.SinceCleaning = 0
}

// String is the one-line summary for a terminal.
func (w *World) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	in := "none"
	for _, c := range []*Card{w.front, w.slot, w.machine} {
		if c != nil {
			in = c.uid + " at " + string(c.place)
		}
	}
	return fmt.Sprintf("feeder %d, machine %s, good %d, reject %d of %d, ribbon %s %d cards, cover open %t, jam %t",
		len(w.feeder), in, len(w.trays[Good]), len(w.trays[Reject]), w.opt.RejectCapacity, w.ribbon.Type, w.ribbon.Cards(),
		w.coverOpen, w.jammed)
}
