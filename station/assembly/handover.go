package assembly

import (
	"context"
	"time"

	"cetak/station"
	"cetak/station/link"
)

// Speak lets do use the line while no Station runs: what it brings for the desk goes into the journal and out of the queue as it comes. Faults:
// NoCentre, those of do, and those of what could not be taken in.
func (d *Desk) Speak(ctx context.Context, do func(*link.Link, link.Desk) error) error {
	if d.Centre == nil {
		return NoCentre()
	}
	b, err := station.ReadBooks(ctx, d.Journal.Entries(ctx, 0), Rules(d.Config), time.Now())
	if err != nil {
		return err
	}
	still := &closed{desk: d, books: b, ctx: ctx}
	if err := do(d.Centre, still); err != nil {
		return err
	}
	return still.err
}
