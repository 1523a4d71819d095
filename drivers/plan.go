package drivers

import (
	"context"
	"time"
)

// Planner is a Printer that says beforehand what a card will cost and uses the line while the machine is busy otherwise.
// It is optional: whoever has a Printer asks for it by a type assertion, and without it a card's panels are sent when Print
// is called.
//
// A panel that was sent ahead lies in the machine's memory and is burnt by nobody but the Print of the very Artwork it
// was made from. Whatever ends the card otherwise (a Discharge, a fault, a restart, another Artwork) gives it up, and no
// later card is printed before it is overwritten or cleared.
type Planner interface {
	// Plan encodes art and foresees the times of its card. chip is how long the card will lie at the chip station, 0 where
	// that is not known. It sends nothing and may be called from any goroutine at any time, also while another method
	// runs. The encoded panels of the last artworks are kept, so that Print need not make them. Fault: PrinterRefused, as
	// Print would give it.
	Plan(art Artwork, chip time.Duration) (Estimate, error)
	// Expect names the artwork of the card that the next Load takes. It sends nothing: Load may then send panels while the
	// card is on its way. It belongs to the one goroutine that uses the Printer.
	Expect(art Artwork)
	// Stage sends more panels of the expected artwork while the card lies at the chip station. Nothing moves and nothing is
	// burnt. Before each panel free is asked how long the line will not be needed for anything else, and Stage returns when
	// the next panel takes longer, or when what may be sent ahead is. One goroutine may call it while another talks to the
	// chip; no other method but Plan is called until it has returned. An error leaves the card where it is: the Print that
	// follows finds out for itself how the machine is.
	Stage(ctx context.Context, free func() time.Duration) error
}

// Estimate is what one card costs, before it starts. Machine times are those the maker's guide or earlier cards of this
// machine told; they are no promise.
type Estimate struct {
	Panels []PanelEstimate
	Bytes  int           // of all panels, with their commands
	Line   time.Duration // Bytes at the line's rate
	// Machine is what motors and head need by themselves from the feeder to the tray, one after the other.
	Machine time.Duration
	// Load, Print, and Discharge are how long these calls will take, with what is sent ahead taken into account.
	Load, Print, Discharge time.Duration
}

// Card is how long the card will take from the feeder to the tray, the time at the chip station included.
func (e Estimate) Card(chip time.Duration) time.Duration {
	return e.Load + chip + e.Print + e.Discharge
}

// PanelEstimate is one panel's share.
type PanelEstimate struct {
	Name  string // y m c k o
	Form  string // the command it is sent with
	Bytes int
	Line  time.Duration
	Burn  time.Duration
}
