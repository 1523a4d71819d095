package model

import (
	"time"

	"cetak/station"
	"cetak/station/flow"
)

// left says how long the card in hand will take yet, as far as anybody knows, and what it is made without.
func (v look) left() []string {
	j, p := v.s.Job, v.s.Phase
	if p == flow.Held || p == flow.Confirming || p == flow.Claimed {
		return v.spared(j.Plan) // how long a person takes is nobody's guess
	}
	var out []string
	switch d := j.Due.Sub(v.l.Now); {
	case j.Due.IsZero():
		out = append(out, v.t("card.left.unknown"))
	case d <= 0:
		out = append(out, v.t("card.left.late"))
	case d < 10*time.Second:
		out = append(out, v.t("card.left.soon"))
	default: // in steps of five: nobody waits by the second
		out = append(out, v.t("card.left", "t", v.l.Words.About(d.Round(5*time.Second)), "at", v.l.Words.Clock(j.Due.In(v.l.Now.Location()))))
	}
	return append(out, v.spared(j.Plan)...)
}

// spared says what a card is made without, so that it is done in time, and whether it is too slow all the same.
func (v look) spared(p *station.CardPlan) []string {
	if p == nil {
		return nil
	}
	var out []string
	for _, w := range p.Without {
		out = append(out, v.t("card.without."+w))
	}
	if p.Late {
		out = append(out, v.t("card.late"))
	}
	return out
}
