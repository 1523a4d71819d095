package card

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
)

// Capacity is how many bytes all elementary files of an identity card may hold together, length bytes and the factory's
// 6FF0 included: the 8 KB of the card's memory (BPPT's description of the KTP-el chip). PlainCapacity is that of a plain
// file card.
const (
	Capacity      = 8192
	PlainCapacity = 32 << 10
)

// controlLength is the content length of EF 6FF0, Card Control: 0x33 bytes behind its two length bytes (public readers
// read `00 B0 00 00 35`).
const controlLength = 0x33

// Kind is what a chip is made for.
type Kind string

// Kinds of chips.
const (
	KTPel Kind = ""      // the identity card: its application and files are on it from the factory
	Plain Kind = "plain" // a file card as ISO/IEC 7816-4 and 7816-9 describe it: empty, files are made with CREATE FILE
)

// Options are what may differ from one simulated chip to the next.
type Options struct {
	Kind Kind
	// ATR is the answer to reset; nil is the first of ATRs, or PlainATR.
	ATR []byte
	// Mute makes a chip that gives its answer to reset and then answers no command.
	Mute bool
	// GetResponse makes the chip hand out response data the way a T=0 card does: a command that brings data of its own
	// and asks for data is answered 61xx, and GET RESPONSE fetches it (ISO/IEC 7816-3, 12.2.2).
	GetResponse bool
	// Keys makes the chip speak SCP03 and, unless they say otherwise, refuse to be changed outside a session.
	Keys *KeySet
	// ShortOnly makes a chip that knows no extended length fields: it answers them 6700.
	ShortOnly bool
}

// Chip is one chip. All methods may be called from any goroutine.
type Chip struct {
	mu          sync.Mutex
	uid         []byte
	atr         []byte
	kind        Kind
	mute        bool
	getResponse bool
	shortOnly   bool

	root *file // the MF
	dead bool  // TERMINATE CARD USAGE

	// What power-off forgets: the current file and a response waiting for GET RESPONSE.
	current *file
	pending []byte

	// demand makes the chip refuse to be changed outside a secure session; secured says that the command being executed
	// came through one.
	demand, secured bool
	secure          *secure // nil: the chip knows no keys
}

// New makes a blank chip with the given UID. EF 6FF0 holds bytes derived from the UID, as the factory would have put
// something unique there.
func New(uid []byte, o Options) *Chip {
	c := &Chip{uid: slices.Clone(uid), kind: o.Kind, mute: o.Mute, getResponse: o.GetResponse, shortOnly: o.ShortOnly}
	c.setKeys(o.Keys)
	c.root = &file{id: fidMF, dir: true, cycle: activated}
	c.current = c.root
	c.atr = slices.Clone(o.ATR)
	switch {
	case o.Kind == Plain:
		if o.ATR == nil {
			c.atr = PlainATR()
		}
		return c
	case o.ATR == nil:
		c.atr = ATRs()[0]
	}
	control := make([]byte, 0, 2+controlLength)
	control = append(control, 0, controlLength)
	for block := byte(0); len(control) < 2+controlLength; block++ {
		sum := sha256.Sum256(append([]byte{block}, uid...))
		control = append(control, sum[:min(len(sum), 2+controlLength-len(control))]...)
	}
	df := c.root.add(&file{id: fidDF, dir: true, cycle: initialised})
	df.add(&file{id: fidControl, grows: true, content: control, cycle: activated, read: always, update: never})
	for id := fidControl + 1; id <= fidLast; id++ {
		f := df.add(&file{id: id, grows: true, cycle: initialised, read: session, update: never})
		if id == fidPortrait {
			f.read = always
		}
	}
	return c
}

// UID returns the chip's unique identifier; the slice is the caller's.
func (c *Chip) UID() []byte { return slices.Clone(c.uid) }

// ATR returns the answer to reset, empty for a chip that gives none; the slice is the caller's.
func (c *Chip) ATR() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.atr)
}

// SetATR changes the answer to reset; an empty one is a chip that gives none. A reader takes note at the next reset.
func (c *Chip) SetATR(atr []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.atr = slices.Clone(atr)
}

// SetMute makes the chip stop answering commands, or answer again.
func (c *Chip) SetMute(mute bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mute = mute
}

// PowerOn is a cold reset: nothing is selected but the MF.
func (c *Chip) PowerOn() { c.Reset() }

// PowerOff takes the power away; the current file and a waiting response are forgotten, contents stay.
func (c *Chip) PowerOff() { c.Reset() }

// Reset is a warm reset; it forgets the same as PowerOff.
func (c *Chip) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current, c.pending = c.root, nil
	c.secure.forget()
}

// State tells how far the chip's life has come: "blank", "partial" (something written or made, not sealed), "sealed", or
// "terminated".
func (c *Chip) State() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := "blank"
	for f := range c.root.all() {
		switch {
		case f == c.root:
		case f.dir && f.cycle == terminated:
			return "terminated"
		case f.dir && f.cycle == activated:
			state = "sealed"
		case state == "blank" && (c.kind == Plain || len(f.content) > 0 && f.id != fidControl):
			state = "partial"
		}
	}
	if c.dead {
		return "terminated"
	}
	return state
}

// Files returns the contents of all files that are not empty, by file identifier in upper-case hex, each with its two
// length bytes. It is the truth about the chip, whatever its access rules; the map is the caller's.
func (c *Chip) Files() map[string][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[string][]byte)
	for f := range c.root.all() {
		if len(f.content) > 0 {
			out[fmt.Sprintf("%04X", f.id)] = slices.Clone(f.content)
		}
	}
	return out
}

// Transmit answers one command APDU with response data and two bytes of status word. A mute chip returns nil: it
// never answers. The caller keeps the command and owns the response.
func (c *Chip) Transmit(apdu []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mute {
		return nil
	}
	data, sw := c.execute(apdu)
	// A new slice always: data may be a piece of a file, and appending to it would write the status word into the file.
	out := make([]byte, 0, len(data)+2)
	out = append(out, data...)
	return append(out, byte(sw>>8), byte(sw))
}
