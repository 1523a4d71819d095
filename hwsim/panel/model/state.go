package model

import (
	"cetak/hwsim/rig"
	"cetak/hwsim/world"
)

// stateOf says how the machine stands: the trouble that stops it first, else what the card is at.
func stateOf(s Seen, l Local) State {
	w := l.Words
	st := State{Tone: Ready}
	if !s.Up {
		st = State{Tone: Stopped, Line: w.T("state.away"), Detail: w.T("state.away.detail", "dir", s.Dir)}
	} else if key := trouble(s.Desk); key != "" {
		st.Tone = Waiting
		if key == "jam" || key == "off" {
			st.Tone = Stopped
		}
		event := w.Of("event", s.Desk.Held)
		st.Line, st.Detail = w.T("state."+key, "event", event), w.T("state."+key+".detail", "event", event)
	} else if in := insideOf(s.Desk.World); len(in) > 0 {
		m := in[len(in)-1]
		st = State{Tone: Working, Line: w.T("state.card", "uid", short(m.UID), "place", w.Of("at", string(m.Place))),
			Detail: w.T("state.card.detail", "chip", w.Of("chip", m.State), "print", w.T(printed(m)))}
	} else {
		st.Line = w.T("state.idle")
		st.Detail = w.T("state.idle.detail", "feeder", w.N("blanks", s.Desk.World.Feeder), "ribbon", w.N("cards", s.Desk.World.Ribbon.Cards()))
	}
	if l.Refused != "" {
		st.Detail = w.T("state.refused", "why", l.Refused)
	}
	st.Word = w.T([]string{Ready: "word.ready", Working: "word.working", Waiting: "word.waiting", Stopped: "word.stopped"}[st.Tone])
	return st
}

func printed(m *world.CardInfo) string {
	if m.Printed {
		return "face.printed"
	}
	return "face.empty"
}

// trouble names what stands in the way, "" for nothing. What hides the rest comes first.
func trouble(d rig.Desk) string {
	w := d.World
	switch {
	case d.Held != "":
		return "held"
	case d.Power == "off":
		return "off"
	case d.Power == "starting":
		return "starting"
	case w.Jam:
		return "jam"
	case w.CoverOpen:
		return "cover"
	case !d.Cable:
		return "cable"
	case d.Power != "none" && w.Ribbon.Type == "":
		return "no-ribbon"
	case d.Power != "none" && w.Ribbon.Panels == 0:
		return "ribbon-end"
	case !d.Reader:
		return "reader"
	case d.RejectBlind || len(w.Trays.Reject) >= w.RejectCapacity:
		return "reject"
	case len(insideOf(w)) == 0 && w.Feeder == 0:
		return "feeder"
	case len(insideOf(w)) == 0 && d.FeederBlind:
		return "blind"
	}
	return ""
}
