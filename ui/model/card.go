package model

import (
	"strconv"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
)

// card is the right side: the steps of the card in hand, else the card before.
func (v look) card() Card {
	w := v.l.Words
	if j := v.s.Job; j != nil {
		c := Card{Title: v.t("card.now"), Name: j.Item.Name}
		var spent time.Duration
		for _, s := range j.Steps {
			st := Step{State: s.State, Name: v.t("step." + string(s.Name))}
			switch {
			case s.State == station.StepDone || s.State == station.StepFailed:
				st.Time = w.Took(s.Took)
				spent += s.Took
			case s.About > 0 && s.Name != station.StepConfirm: // how long a person takes is nobody's guess
				st.Time, st.About = v.t("card.about", "t", w.About(s.About)), true
			}
			c.Steps = append(c.Steps, st)
		}
		if spent > 0 {
			c.Total = clock(spent)
		}
		c.Lines = v.left()
		return c
	}
	last := v.s.Last
	if last == nil {
		return Card{Title: v.t("card.now"), Lines: []string{v.t("card.none"), v.t("card.none.detail")}}
	}
	tone, ok := map[string]Tone{string(flow.OutcomeGood): Ready, string(flow.OutcomeSpoiled): Stopped,
		string(flow.OutcomeMissing): Stopped, string(flow.OutcomeNotTaken): Waiting}[last.Outcome]
	if !ok {
		tone = Plain
	}
	c := Card{Title: v.t("card.last"), Name: last.Item.Name, Outcome: &Check{tone, w.Or("card."+last.Outcome, last.Outcome)}}
	if f := v.s.Fault; f != nil && tone != Ready {
		c.Lines = append(c.Lines, sentence(v.advice(f.Code).Title)+" ("+string(f.Code)+")")
	}
	if last.Took > 0 {
		c.Lines = append(c.Lines, v.t("card.took", "t", w.Took(last.Took), "at", w.Clock(last.At.In(v.l.Now.Location()))))
	} else if !last.At.IsZero() {
		c.Lines = append(c.Lines, v.t("card.at", "at", w.Clock(last.At.In(v.l.Now.Location()))))
	}
	c.Lines = append(c.Lines, v.spared(last.Plan)...)
	return c
}

// clock writes minutes and seconds.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	pad := ""
	if s%60 < 10 {
		pad = "0"
	}
	return strconv.Itoa(s/60) + ":" + pad + strconv.Itoa(s%60)
}

// few is the count at which a store is called nearly used up: about a quarter of an hour of work.
const few = 10

func (v look) supply() []Supply {
	w, s := v.l.Words, v.s
	hopper := v.store("supply.hopper", s.Hopper, s.HopperUntil)
	if s.ShiftDue { // it is about to be counted, without looking at the book
		hopper = Supply{Label: v.t("supply.hopper"), Value: v.t("supply.blind")}
	}
	ribbon := Supply{Label: v.t("supply.ribbon"), Value: v.t("supply.unknown")}
	if s.RibbonLeft != drivers.RibbonUnknown {
		ribbon = v.store("supply.ribbon", s.RibbonLeft, v.ribbonUntil())
		ribbon.Value = v.n("supply.cards", s.RibbonLeft)
	}
	reject := Supply{Label: v.t("supply.reject"), Value: v.n("supply.cards", s.RejectCount)}
	if s.RejectCapacity > 0 {
		reject.Value = v.t("supply.of", "n", w.Number(s.RejectCount), "of", w.Number(s.RejectCapacity))
		switch left := s.RejectCapacity - s.RejectCount; {
		case left <= 0:
			reject.Tone, reject.Word = Stopped, v.t("supply.full")
		case left <= 2:
			reject.Tone, reject.Word = Waiting, v.t("supply.nearfull")
		}
	}
	out := []Supply{hopper, ribbon, reject, {Label: v.t("supply.today"),
		Value: v.t("supply.made", "good", w.Number(s.GoodToday), "spoiled", w.Number(s.SpoiledToday))}}
	if s.Refused > 0 {
		out = append(out, Supply{Tone: Waiting, Label: v.t("supply.refused"), Value: w.Number(s.Refused)})
	}
	return out
}

// store is what is left of something, and until when it lasts at the usual use; zero = not known.
func (v look) store(label string, n int, until time.Time) Supply {
	s := Supply{Label: v.t(label), Value: v.l.Words.Number(n)}
	switch {
	case n <= 0:
		s.Tone, s.Word = Stopped, v.t("supply.empty")
	case n <= few:
		s.Tone, s.Word = Waiting, v.t("supply.low")
	case !until.IsZero():
		s.Word = v.t("supply.until", "at", v.l.Words.Soon(until.In(v.l.Now.Location()), v.l.Now))
	}
	return s
}
