package drivers

import (
	"context"
	"image"
)

// Printer moves one card at a time from the feeder past the chip station and the print head into a tray. It is used
// by one goroutine. A method whose ctx ends returns promptly with ctx's error in the chain and leaves the machine
// able to answer Status. Every error is, or wraps, a *Fault that says where the card is now.
//
// No method retries anything that moves a card, spends ribbon, or burns a panel: that decision belongs to the flow.
type Printer interface {
	// Identify asks who the machine is. It moves nothing.
	Identify(ctx context.Context) (PrinterID, error)
	// Status asks for position, counters, and standing conditions. It moves nothing and may be called at any time
	// between other calls, also after a Fault.
	Status(ctx context.Context) (PrinterStatus, error)
	// Load takes one blank from the feeder to the position. It is the point of no return: from the moment it is
	// called the card must be accounted for by the Fault's Whereabouts or, on nil, as InMachine.
	// With a card already in the transport it moves that card instead and takes no blank. A position the machine does not
	// have, or cannot bring that card back to, is PrinterRefused or DispenserRefused, and nothing has moved.
	Load(ctx context.Context, to Position) error
	// Print sends the artwork and burns it on the card in the transport. The last panel may be burnt only by the
	// Discharge that follows. Artwork without anything to print is no error on any machine; a machine that prints nothing
	// refuses all other.
	Print(ctx context.Context, art Artwork) error
	// Discharge burns what is left and moves the card out. It returns nil only when the machine itself reports an
	// empty transport.
	Discharge(ctx context.Context, to Tray) error
	Close() error
}

// PrinterID is what a machine says of itself. Empty fields were not told.
type PrinterID struct {
	Model    string
	Serial   string
	Firmware string
}

// PrinterStatus is one look at the machine.
type PrinterStatus struct {
	Position      Position
	CardsInserted int64 // lifetime count of cards taken from the feeder, the independent witness of blank use, or CountUnknown
	CardsRejected int64 // cards the machine counts as put into its reject box, or CountUnknown; a technician may set it
	PanelsPrinted int64
	RibbonLeft    int // cards left on the ribbon; RibbonUnknown where the machine does not say
	Conditions    []Condition
}

// CountUnknown is a count that the machine does not tell.
const CountUnknown = -1

// RibbonUnknown is the RibbonLeft of a machine that does not tell.
const RibbonUnknown = -1

// Has reports whether c stands.
func (s PrinterStatus) Has(c Condition) bool {
	for _, have := range s.Conditions {
		if have == c {
			return true
		}
	}
	return false
}

// Condition is a standing condition of the machine: true now, whether or not a job ran into it.
type Condition string

// Standing conditions.
const (
	ConditionFeederEmpty Condition = "feeder-empty"
	ConditionCoverOpen   Condition = "cover-open"
	ConditionRibbonEnd   Condition = "ribbon-end"
	ConditionRejectFull  Condition = "reject-full"
	ConditionCleaningDue Condition = "cleaning-due"
)

// Position is where in the machine a card lies.
type Position string

// Positions of a card in the transport.
const (
	PositionNone        Position = "none" // the transport is empty
	PositionHead        Position = "head"
	PositionContact     Position = "contact"
	PositionContactless Position = "contactless"
	PositionGate        Position = "gate"    // of a dispenser: where a hand or the next machine takes it
	PositionUnknown     Position = "unknown" // the machine did not say, or contradicted itself
)

// Tray is where a finished card goes.
type Tray string

// Trays.
const (
	TrayGood   Tray = "good"
	TrayReject Tray = "reject"
)

// Dots of a card face at 300 dpi, landscape: 86 mm along the long side and 54.9 mm across, the head's width
// (Evolis "Programming Guide" A5013 Rev. E, bitmaps of 648 dots by 1016 lines).
const (
	FaceWidth  = 1016
	FaceHeight = 648
)

// Artwork is one card face for the printer: FaceWidth x FaceHeight dots, landscape, upright, origin at the top left.
type Artwork struct {
	// Color is what the dye panels (yellow, magenta, cyan) print; white is no dye. Nil prints no dye panel. Alpha is
	// ignored.
	Color *image.RGBA
	// Black is what the resin panel prints: a value below 128 burns. Nil prints no black panel.
	Black *image.Gray
	// Varnish lays the overlay panel over the whole face where the ribbon has one.
	Varnish bool
	// Thrift lets colours be off by a level of 32 wherever that saves bytes on the line, whatever the driver is set to.
	Thrift bool
}
