package office

import (
	"encoding/hex"
	"strings"

	"cetak/drivers"
	"cetak/station/ledger"
)

// What says what a card on a reader is: what its chip tells, held against the books.
type What string

// What a card can be.
const (
	WhatBlank      What = "blank"       // nothing is written, and the books never saw it
	WhatHalf       What = "half"        // written and not closed; no attempt knows it, or its attempt was given up elsewhere
	WhatUnderWay   What = "under-way"   // of the attempt that is not settled yet
	WhatGood       What = "good"        // finished here, not given out yet
	WhatShipped    What = "shipped"     // finished here, sent to a sub-district
	WhatHandedOver What = "handed-over" // finished here, in its holder's hands
	WhatSpoiled    What = "spoiled"     // out of use, to be destroyed
	WhatAlive      What = "alive"       // destroyed on paper, and yet it lies here
	WhatLost       What = "lost"        // its holder reported it lost
	WhatMissing    What = "missing"     // the books could not find it
	WhatElsewhere  What = "elsewhere"   // finished, and by no station of these books
	WhatEnded      What = "ended"       // its chip was terminated, and the books do not know it
	WhatForeign    What = "foreign"     // no card of ours
	WhatDiffers    What = "differs"     // the books say it was finished, its chip says otherwise
	WhatNameless   What = "nameless"    // the reader gave no chip number: the books cannot be asked
)

// Whats lists them.
func Whats() []What {
	return []What{WhatBlank, WhatHalf, WhatUnderWay, WhatGood, WhatShipped, WhatHandedOver, WhatSpoiled, WhatAlive, WhatLost, WhatMissing,
		WhatElsewhere, WhatEnded, WhatForeign, WhatDiffers, WhatNameless}
}

// Alarms says whether such a card must not be where it is: the caller appends State.Alarm.
func (w What) Alarms() bool { return w == WhatSpoiled || w == WhatAlive || w == WhatLost }

// Sight is one card as it lies on a reader.
type Sight struct {
	What  What
	UID   string // upper hex; "" where the reader gave none
	Chip  drivers.ChipState
	Card  Card // the zero Card where Known is false
	Known bool // the books have this chip number
}

// Look says what a card is. It changes nothing.
func (s *State) Look(id drivers.ChipIdentity) Sight {
	sight := Sight{UID: strings.ToUpper(hex.EncodeToString(id.UID)), Chip: id.State}
	if sight.UID != "" {
		sight.Card, sight.Known = s.Seen(sight.UID)
	}
	switch {
	case sight.Known:
		sight.What = sight.Card.what(id.State)
	case id.State == drivers.ChipForeign:
		sight.What = WhatForeign
	case id.State == drivers.ChipTerminated:
		sight.What = WhatEnded
	case sight.UID == "":
		sight.What = WhatNameless
	case id.State == drivers.ChipBlank:
		sight.What = WhatBlank
	case id.State == drivers.ChipPartial:
		sight.What = WhatHalf
	default:
		sight.What = WhatElsewhere
	}
	return sight
}

// what a card of the books is whose chip is so. What the books forbid comes first, then what the chip contradicts.
func (c Card) what(chip drivers.ChipState) What {
	switch {
	case c.Where == ledger.Destroyed:
		return WhatAlive
	case !c.Lost.IsZero():
		return WhatLost
	case !c.Spoiled.IsZero():
		return WhatSpoiled
	}
	switch c.Where {
	case ledger.Machine:
		return WhatUnderWay
	case ledger.Missing:
		return WhatMissing
	}
	if chip != drivers.ChipSealed {
		return WhatDiffers
	}
	switch c.Where {
	case ledger.Shipped:
		return WhatShipped
	case ledger.HandedOver:
		return WhatHandedOver
	case ledger.Good:
		return WhatGood
	}
	return WhatDiffers // a finished card in an account of blanks
}
