package evolis

import (
	"testing"

	"cetak/drivers"
	"cetak/hwsim/rig"
)

// Panels in parts are burnt dot for dot like whole ones, and nothing of the card before is left in them. The machine
// counts no more panels than are on the ribbon.
func TestPanelsInParts(t *testing.T) {
	r := simulated(t, rig.Options{Replies: "ack", Speed: 400})
	p := open(t, r, Options{Partial: true, Regions: true})
	arts := []drivers.Artwork{portrait(), small()}
	for _, art := range arts {
		if at, err := run(t.Context(), p, art, drivers.TrayGood); err != nil {
			t.Fatalf("at %s: %v", at, err)
		}
	}
	w := r.World()
	if len(w.Trays.Good) != len(arts) || len(w.Trays.Reject) != 0 {
		t.Fatalf("%+v", w.Trays)
	}
	for i, art := range arts {
		burntAs(t, art, w.Trays.Good[i].Panels)
	}
}
