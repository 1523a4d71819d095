package world

import "cetak/hwsim/scene"

// twists are what happens to the answers of a chip between it and the reader. World.mu guards them.
type twists struct {
	endless bool   // every answer says that more is to come
	length  bool   // the next answer to a read that has data has one byte too few, the one after it too many
	longer  bool   // it is the one after
	says    []byte // instead of the next answer
	forge   bool   // one bit of the next answer that has data is turned
}

// Endless61 makes every answer of the card in contact, from now on, ask for one more GET RESPONSE, until it leaves.
func (w *World) Endless61() { w.twister(func(t *twists) { t.endless = true }) }

// WrongLength takes a byte off the next answer to a read that has data, and puts three before the one after it.
func (w *World) WrongLength() { w.twister(func(t *twists) { t.length = true }) }

// ChipSays answers the next command with these bytes; the chip does not get to see it.
func (w *World) ChipSays(b []byte) { w.twister(func(t *twists) { t.says = b }) }

// ForgeAnswer turns one bit of the next answer that has data.
func (w *World) ForgeAnswer() { w.twister(func(t *twists) { t.forge = true }) }

func (w *World) twister(change func(*twists)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.twists)
}

// twist passes a command to the chip and its answer through what stands between.
func (w *World) twist(apdu []byte, chip func([]byte) []byte) []byte {
	w.mu.Lock()
	says := w.twists.says
	w.twists.says = nil
	w.mu.Unlock()
	if says != nil {
		return says
	}
	reply := chip(apdu)
	w.mu.Lock()
	defer w.mu.Unlock()
	t := &w.twists
	switch {
	case reply == nil:
	case t.forge && len(reply) > 2:
		t.forge = false
		return append([]byte{reply[0] ^ 1}, reply[1:]...)
	case t.endless:
		return append(make([]byte, 16), 0x61, 0x10)
	case t.length && len(reply) > 2 && scene.APDU(apdu) == "read":
		sw := reply[len(reply)-2:]
		if t.longer {
			t.length, t.longer = false, false
			return append(append([]byte{1, 2, 3}, reply[:len(reply)-2]...), sw...)
		}
		t.longer = true
		return append(append([]byte(nil), reply[:len(reply)-3]...), sw...)
	}
	return reply
}

// Swap exchanges the card in the machine for the next of the feeder, by hand and without the printer noticing.
func (w *World) Swap() {
	w.mu.Lock()
	a := w.machine
	if a == nil || len(w.feeder) == 0 {
		w.mu.Unlock()
		return
	}
	b := w.feeder[0]
	w.feeder[0], w.machine = a, b
	b.place, a.place = a.place, Feeder
	seen := w.touched == a
	w.mu.Unlock()
	if seen {
		w.lift()
		w.insert(b)
	}
}
