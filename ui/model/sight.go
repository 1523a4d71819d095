package model

import (
	"strconv"
	"time"

	"cetak/drivers"
	"cetak/station/office"
)

// sightLines say what the card on the reader is, and what to do with it.
func (v look) sightLines() []Check {
	s := v.l.Seen
	switch {
	case v.l.Doing:
		return []Check{{Working, v.t("sight.reading")}}
	case s == nil:
		return []Check{{Plain, v.t("sight.none")}}
	}
	key := "sight." + string(s.What)
	return []Check{{sightTone(s.What), v.t(key)}, {Plain, v.t(key + ".next")}}
}

// sightTone is how much such a card matters.
func sightTone(w office.What) Tone {
	switch w {
	case office.WhatBlank, office.WhatGood, office.WhatShipped, office.WhatHandedOver:
		return Ready
	case office.WhatUnderWay, office.WhatElsewhere, office.WhatForeign, office.WhatNameless, office.WhatEnded, office.WhatHalf:
		return Waiting
	}
	return Stopped
}

// sightCells are what is known of that card: never whom it is for.
func (v look) sightCells() []Supply {
	s := v.l.Seen
	if s == nil || v.l.Doing {
		return nil
	}
	var out []Supply
	add := func(key, value string) {
		if value != "" {
			out = append(out, Supply{Label: v.t("sight.fact." + key), Value: value})
		}
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return v.l.Words.Moment(t.In(v.l.Now.Location()))
	}
	add("uid", s.UID)
	add("chip", v.t("sight.chip."+string(or(string(s.Chip), string(drivers.ChipForeign)))))
	if s.Known {
		c := s.Card
		add("record", c.Key.ID+"#"+strconv.Itoa(c.Key.Issue))
		add("made", at(c.Made))
		add("by", c.By)
		add("shipped", at(c.Shipped))
		add("handed", at(c.HandedOver))
		add("spoiled", at(c.Spoiled))
		add("destroyed", at(c.Destroyed))
		add("lost", at(c.Lost))
		add("box", c.Box)
	}
	return out
}
