package drivers

import "context"

// ChipReader is one slot of a PC/SC reader.
type ChipReader interface {
	// Wait blocks until a card lies on the reader, connects to it exclusively, and returns it. It ends with ctx. One
	// Chip at a time: the caller closes it before it waits again.
	Wait(ctx context.Context) (Chip, error)
	Close() error
}

// Chip is one connected card. It is used by one goroutine. After any transport error it is dead: every further
// Transmit fails with the same Code, because another card may lie there now.
type Chip interface {
	// ATR is the answer to reset read when the card was connected (ISO 7816-3).
	ATR() []byte
	// Transmit sends one command APDU and returns data and status word, at least two bytes. A status word other than
	// 9000 is not an error here. When ctx ends first the call is abandoned and returns.
	Transmit(ctx context.Context, command []byte) (response []byte, err error)
	Close() error
}

// ChipState is how far a card's life has come, as far as it can be told without keys.
type ChipState string

// Chip states.
const (
	ChipBlank   ChipState = "blank"   // our profile, nothing written
	ChipPartial ChipState = "partial" // something written, not sealed
	ChipSealed  ChipState = "sealed"  // personalised and closed
	ChipForeign ChipState = "foreign" // not a card of this profile
	// ChipTerminated is a card that was ended for good: it does nothing any more but say so.
	ChipTerminated ChipState = "terminated"
)

// ChipIdentity is what a card tells without keys.
type ChipIdentity struct {
	ATR   []byte
	UID   []byte // as the reader gives it; empty if the card has none
	State ChipState
	// Portrait is the content of EF 6FF2 after its two length bytes; nil if empty or not this profile.
	Portrait []byte
}

// Files is the content of a chip by file identifier in upper-case hex ("6FF2"), each with its two length bytes.
type Files map[string][]byte

// Reach is a Chip behind a reader that tells how much one command carries (PC/SC part 10, dwMaxAPDUDataSize).
type Reach interface {
	// Reach is how many data bytes a command or its answer may have at most: 0 where only short length fields pass. It is
	// false where the reader does not tell.
	Reach() (bytes int, told bool)
}

// ReachOf is the reach of a chip, if it has one.
func ReachOf(c Chip) (bytes int, told bool) {
	if r, ok := c.(Reach); ok {
		return r.Reach()
	}
	return 0, false
}

// Channel is a Chip whose commands go through a secure session, which leaves less room in them.
type Channel interface {
	Chip
	// MaxData is the most data a command may have whose Lc, once secured, is at most limit (255 for a short command), and
	// MaxResponse the most an answer may have that, once secured, has at most limit bytes (256 for a short one).
	MaxData(limit int) int
	MaxResponse(limit int) int
}
