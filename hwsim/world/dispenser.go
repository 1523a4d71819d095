package world

// A dispenser takes blanks from the feeder, has a chip station, a gate where cards leave it, and a bin for bad ones. It
// stands alone, and then a card out of its gate falls into the good tray, or before the printer, and then the card is
// pushed into the printer's slot. With a dispenser the feeder is its stacker, and the printer has an empty feeder of its own.

// Places of a card at a dispenser, besides Contacts, Contactless, and Path.
const (
	Gate Place = "gate" // held in the dispenser's gate
	Slot Place = "slot" // between the gate and the printer, where no sensor sees it
	Bin  Place = "bin"  // the dispenser's box of bad cards
)

// Dispenser says what stands at the desk.
type Dispenser string

// Dispensers.
const (
	NoDispenser Dispenser = ""
	Alone       Dispenser = "alone"
	InLine      Dispenser = "in-line" // its gate before the printer's slot
)

// Dispense takes the next blank out of the stacker into the dispenser. Errors: Jam, Occupied, FeederEmpty; after Jam the
// card has left the stacker when it was the armed one.
func (w *World) Dispense() error {
	w.Emit("feed")
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.frontJammed:
		return Jam
	case w.front != nil:
		return Occupied
	case len(w.feeder) == 0 || w.feederBlind:
		return FeederEmpty
	}
	c := w.feeder[0]
	w.feeder = w.feeder[1:]
	c.place = Path
	w.front = c
	w.counters.Dispensed++
	if w.jamAtFeed {
		w.jamAtFeed, w.frontJammed = false, true
		return Jam
	}
	return nil
}

// FrontDepart is called when the card in the dispenser begins to move: a chip loses its contacts. Errors: Jam, NoCard.
func (w *World) FrontDepart() error {
	w.mu.Lock()
	c, jam := w.front, w.frontJammed
	w.mu.Unlock()
	if c == nil {
		return NoCard
	}
	if jam {
		return Jam
	}
	w.liftOf(c)
	return nil
}

// FrontArrive puts the card in the dispenser at a chip station or into the gate. Errors: Jam, NoCard.
func (w *World) FrontArrive(p Place) error {
	if p == Gate {
		w.Emit("gate")
	} else {
		w.Emit("station")
	}
	w.mu.Lock()
	c := w.front
	if c == nil {
		w.mu.Unlock()
		return NoCard
	}
	if w.frontJammed || p == Gate && w.jamAtGate {
		w.frontJammed, w.jamAtGate = true, false
		c.place = Path
		w.mu.Unlock()
		return Jam
	}
	c.place = p
	inTheWay := w.onReader != nil
	w.mu.Unlock()
	if p == Contacts || p == Contactless {
		if inTheWay {
			if _, err := w.Withdraw(); err != nil {
				return Occupied
			}
		}
		w.insert(c)
	}
	return nil
}

// FrontOut lets go of the card in the gate: into the good tray, or into the printer's slot. Errors: Jam, NoCard.
func (w *World) FrontOut() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.front
	switch {
	case c == nil:
		return NoCard
	case w.frontJammed:
		return Jam
	}
	if w.opt.Dispenser == InLine {
		if w.slot != nil {
			w.frontJammed = true
			return Jam
		}
		w.front, w.slot = nil, c
		c.place = Slot
		return nil
	}
	w.out(c, Good)
	return nil
}

// FrontCapture lets the card in the dispenser fall into the bin. Errors: Jam, NoCard, RejectFull.
func (w *World) FrontCapture() error {
	w.Emit("capture")
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.front == nil:
		return NoCard
	case w.frontJammed:
		return Jam
	case w.binFullLocked():
		return RejectFull
	}
	w.out(w.front, Bin)
	return nil
}

// PickSlot takes the card in the slot, or the one that is held in the gate before it, into the printer's transport: what
// the printer does when it is told to insert by hand. Errors: Jam, Occupied, FeederEmpty.
func (w *World) PickSlot() error {
	w.Emit("slot")
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.slot
	if c == nil && w.opt.Dispenser == InLine && w.front != nil && w.front.place == Gate && !w.frontJammed {
		c = w.front
	}
	switch {
	case w.jammed:
		return Jam
	case w.machine != nil:
		return Occupied
	case c == nil:
		return FeederEmpty
	}
	if c == w.front {
		w.front = nil
	} else {
		w.slot = nil
	}
	c.place, w.machine = Path, c
	w.counters.Inserted++
	w.counters.SinceCleaning++
	return nil
}

// Front is the place of the card in the dispenser, "" for none.
func (w *World) Front() Place {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.front == nil {
		return ""
	}
	return w.front.place
}

// FrontJammed tells whether a card is stuck in the dispenser.
func (w *World) FrontJammed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.frontJammed
}

// BinFull tells whether the dispenser's bin takes no more cards.
func (w *World) BinFull() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.binFullLocked()
}

func (w *World) binFullLocked() bool {
	return w.rejectBlind || len(w.trays[Bin]) >= w.opt.RejectCapacity
}

// JamAtGate makes the next card jam that comes to the gate.
func (w *World) JamAtGate() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jamAtGate = true
}

// TakeAtGate takes the card out of the dispenser's gate, out of the slot behind it, or, where neither has one, out of the
// dispenser's transport, by hand, and keeps it. It gives the card's UID, "" for none.
func (w *World) TakeAtGate() string {
	w.mu.Lock()
	c := w.slot
	if w.front != nil && (w.front.place == Gate || c == nil) {
		c = w.front
	}
	w.mu.Unlock()
	if c == nil {
		return ""
	}
	w.liftOf(c)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out(c, Hand)
	return c.uid
}

// Nudge pushes the card in the dispenser out of its place by hand, to where no sensor knows it. It gives the card's UID,
// "" for none.
func (w *World) Nudge() string {
	w.mu.Lock()
	c := w.front
	if c != nil {
		c.place = Path
	}
	w.mu.Unlock()
	if c == nil {
		return ""
	}
	w.liftOf(c)
	return c.uid
}

// EmptyBin takes all cards out of the dispenser's bin and gives their number.
func (w *World) EmptyBin() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rejectBlind = false
	return w.emptyLocked(Bin)
}

// liftOf takes the card away from the door if it is the one that lies there.
func (w *World) liftOf(c *Card) {
	if w.touching(c) {
		w.lift()
	}
}
