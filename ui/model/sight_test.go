package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/office"
	"cetak/station/record"
	"cetak/ui/text"
)

// Every kind of card has its words and its next step in both languages, and its facts name nobody.
func TestSight(t *testing.T) {
	for _, lang := range []string{"id", "en"} {
		for _, w := range office.Whats() {
			s, l := signedIn(access.Operator, FormSight, nil)
			l.Words = text.For(lang)
			l.Seen = &office.Sight{What: w, UID: "04A1", Chip: drivers.ChipSealed, Known: true,
				Card: office.Card{Key: record.Key{ID: "PRR-1", Issue: 2}, Made: noon, By: "siti", Spoiled: noon.Add(time.Hour)}}
			p := Of(s, l).Page
			if len(p.Lines) != 2 || p.Lines[0].Tone == Plain || strings.Contains(p.Lines[0].Text, "sight.") || strings.Contains(p.Lines[1].Text, "sight.") {
				t.Errorf("%s, %s: %+v", lang, w, p.Lines)
			}
			if !slices.ContainsFunc(p.Cells, func(c Supply) bool { return c.Value == "PRR-1#2" }) || len(p.Cells) != 6 {
				t.Errorf("%s, %s: %+v", lang, w, p.Cells)
			}
			if (p.Lines[0].Tone == Stopped) != (w.Alarms() || w == office.WhatMissing || w == office.WhatDiffers) {
				t.Errorf("%s: tone %s", w, p.Lines[0].Tone)
			}
		}
	}
}

// A card can be asked for from every screen, with one key, by everybody who has signed in; at the door nobody can.
func TestSightFromEverywhere(t *testing.T) {
	for _, role := range access.Roles() {
		s, l := signedIn(role, FormNone, nil)
		for _, x := range Of(s, l).Tabs {
			l.Room = x.Do.Room
			b, ok := Of(s, l).ByKey(KeySight)
			if l.Room == RoomSight {
				continue // its own button reads
			}
			if !ok || b.Do.Room != RoomSight || b.Do.Form != FormSight {
				t.Errorf("%s in %s: %+v", role, l.Room, b)
			}
		}
		l.Asleep = true
		if _, ok := Of(s, l).ByKey(KeySight); ok {
			t.Errorf("%s, asleep, may look", role)
		}
	}
}

// What was read is gone with the room, and with the next thing asked for.
func TestSightIsForgotten(t *testing.T) {
	l := Local{Form: FormSight}
	l.Came(FormSight, "", Said{Card: &office.Sight{What: office.WhatGood}})
	if l.Seen == nil {
		t.Fatal("nothing was seen")
	}
	l.Came(FormSight, drivers.NoChip, Said{Card: &office.Sight{}})
	if l.Seen != nil {
		t.Error("a card that could not be read is shown")
	}
	l.Seen = &office.Sight{}
	l.Open(RoomStock, FormNone)
	if l.Seen != nil {
		t.Error("the card is still shown")
	}
}
