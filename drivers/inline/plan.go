package inline

import (
	"context"
	"errors"
	"time"

	"cetak/drivers"
)

// Plan foresees the back's share: its line and its head. See drivers.Planner.
func (p *Printer) Plan(art drivers.Artwork, chip time.Duration) (drivers.Estimate, error) {
	if b, ok := p.back.(drivers.Planner); ok {
		return b.Plan(art, chip)
	}
	return drivers.Estimate{}, &drivers.Fault{Code: drivers.PrinterRefused, Op: "plan", Again: drivers.AgainNever, Err: errors.ErrUnsupported}
}

// Expect tells the back.
func (p *Printer) Expect(art drivers.Artwork) {
	if b, ok := p.back.(drivers.Planner); ok {
		b.Expect(art)
	}
}

// Stage sends panels to the back while the card is in the front.
func (p *Printer) Stage(ctx context.Context, free func() time.Duration) error {
	if b, ok := p.back.(drivers.Planner); ok {
		return b.Stage(ctx, free)
	}
	return nil
}

var _ drivers.Planner = (*Printer)(nil)
