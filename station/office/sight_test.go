package office

import (
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/ledger"
)

// Every chip state against every place in the books: a card that must not be is told before anything its chip says, and only a
// closed chip in its right place is a finished card.
func TestLook(t *testing.T) {
	then := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	uid := []byte{0x04, 0xA1}
	chips := []drivers.ChipState{drivers.ChipBlank, drivers.ChipPartial, drivers.ChipSealed, drivers.ChipTerminated, drivers.ChipForeign}
	reached := map[What]bool{}
	for _, c := range []struct {
		name  string
		known *Card
		want  [5]What // by chip, as above
	}{
		{"not in the books", nil, [5]What{WhatBlank, WhatHalf, WhatElsewhere, WhatEnded, WhatForeign}},
		{"under way", &Card{Where: ledger.Machine}, [5]What{WhatUnderWay, WhatUnderWay, WhatUnderWay, WhatUnderWay, WhatUnderWay}},
		{"good", &Card{Where: ledger.Good, Made: then}, [5]What{WhatDiffers, WhatDiffers, WhatGood, WhatDiffers, WhatDiffers}},
		{"shipped", &Card{Where: ledger.Shipped, Made: then}, [5]What{WhatDiffers, WhatDiffers, WhatShipped, WhatDiffers, WhatDiffers}},
		{"handed over", &Card{Where: ledger.HandedOver, Made: then}, [5]What{WhatDiffers, WhatDiffers, WhatHandedOver, WhatDiffers, WhatDiffers}},
		{"handed over, lost", &Card{Where: ledger.HandedOver, Made: then, Lost: then}, [5]What{WhatLost, WhatLost, WhatLost, WhatLost, WhatLost}},
		{"spoiled", &Card{Where: ledger.Spoiled, Spoiled: then}, [5]What{WhatSpoiled, WhatSpoiled, WhatSpoiled, WhatSpoiled, WhatSpoiled}},
		{"destroyed", &Card{Where: ledger.Destroyed, Spoiled: then, Destroyed: then}, [5]What{WhatAlive, WhatAlive, WhatAlive, WhatAlive, WhatAlive}},
		{"missing", &Card{Where: ledger.Missing}, [5]What{WhatMissing, WhatMissing, WhatMissing, WhatMissing, WhatMissing}},
		{"in the vault", &Card{Where: ledger.Vault}, [5]What{WhatDiffers, WhatDiffers, WhatDiffers, WhatDiffers, WhatDiffers}},
	} {
		s := &State{cards: map[string]*Card{}}
		if c.known != nil {
			s.cards["04A1"] = c.known
		}
		for i, chip := range chips {
			got := s.Look(drivers.ChipIdentity{UID: uid, State: chip})
			reached[got.What] = true
			if got.What != c.want[i] || got.UID != "04A1" || got.Known != (c.known != nil) {
				t.Errorf("%s, chip %s: %+v, want %s", c.name, chip, got, c.want[i])
			}
			if dead := c.known != nil && (c.known.Dead() || c.known.Where == ledger.Destroyed); got.What.Alarms() != dead {
				t.Errorf("%s, chip %s: alarm %v", c.name, chip, !dead)
			}
		}
	}
	nameless := (&State{}).Look(drivers.ChipIdentity{State: drivers.ChipBlank})
	reached[nameless.What] = true
	if nameless.What != WhatNameless {
		t.Errorf("without a number: %s", nameless.What)
	}
	for _, w := range Whats() {
		if !reached[w] {
			t.Errorf("%s is never said", w)
		}
	}
}
