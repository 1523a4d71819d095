package station

import (
	"time"

	"cetak/station/source"
)

// PlanLen makes the plan as a desk does after each card, and gives how many it has.
func PlanLen(b *Books, waiting *source.List, o Options, now time.Time) int {
	return newTurns(b, waiting, o, nil, 0, now).plan.Len()
}
