package model

import (
	"strconv"
	"strings"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/policy"
	"cetak/station/readiness"
)

func (v look) centre(sit situation) Centre {
	switch sit {
	case sitNamed:
		f, _ := formOf(v.formID())
		return Centre{Kind: CentreForm, Form: v.form(f), Buttons: []Choice{{Button: Button{Label: v.t("button.back"), Key: KeyBack, Enabled: true, Do: Action{Screen: Back}}}}}
	case sitAsk:
		return v.ask()
	case sitHeld, sitCleared, sitWhere:
		c := Centre{Kind: CentreAdvice, Advice: v.trouble(), Buttons: v.choices()}
		if sit == sitHeld {
			c.Advice.Title = "" // the state line says it
		}
		return c
	case sitLocked:
		return Centre{Kind: CentreAdvice, Advice: v.inFlight()}
	case sitPrinter, sitReader:
		t := v.instructions(v.down(sit).Code)
		t.Title = "" // the state line says it
		return Centre{Kind: CentreAdvice, Advice: t}
	case sitUnproven:
		t := v.instructions(readiness.NotReady)
		t.Title = ""
		return Centre{Kind: CentreAdvice, Advice: t}
	case sitTurn:
		c := Centre{Kind: CentreFace, Face: v.face()}
		if v.mayBegin(access.Urgent) {
			c.Buttons = []Choice{{Button: Button{Label: v.t("button.urgent"), Key: KeySpoiled, Look: LookPlain, Enabled: true, Do: Action{Screen: Ask, Answer: AskUrgent}}}}
		}
		return c
	case sitConfirm:
		return Centre{Kind: CentreFace, Face: v.face(), Buttons: v.choices()}
	}
	return Centre{Kind: CentreFace, Face: v.face()}
}

// choices are the answers besides the primary one. What cannot be undone opens a second step.
func (v look) choices() []Choice {
	var out []Choice
	add := func(key Key, label, note string, look Look, do Action) {
		out = append(out, Choice{Button: Button{Label: v.t(label), Key: key, Look: look, Enabled: true, Do: do}, Note: note})
	}
	if v.s.Question == nil {
		return nil
	}
	for _, a := range v.s.Question.Answers {
		second := Action{Screen: Ask, Answer: a}
		switch a {
		case station.AnswerContinue: // it is the primary one, once the device says so
			if v.watched() && !v.holdsForPIN() {
				add(KeyMissing, "button.anyway", v.t("note.anyway"), LookPlain, Action{Command: station.Reply{Answer: a}})
			}
		case station.AnswerGood:
			if v.s.Question.Kind != station.QuestionConfirm { // there it is the primary one
				add(KeyGood, "button.good", "", LookPlain, Action{Command: station.Reply{Answer: a}})
			}
		case station.AnswerSpoiled:
			add(KeySpoiled, "button.spoiled", "", LookDanger, second)
		case station.AnswerMissing:
			add(KeyMissing, "button.missing", "", LookDanger, second)
		case station.AnswerGiveUp:
			if v.spends() {
				add(KeySpoiled, "button.giveup.reject", v.t("note.giveup.reject"), LookDanger, second)
			} else {
				add(KeySpoiled, "button.giveup", v.t("note.giveup"), LookPlain, Action{Command: station.Reply{Answer: a}})
			}
		}
	}
	return out
}

// watched reports whether a device is waited for, to tell that the cause is gone.
func (v look) watched() bool {
	f := v.s.Fault
	return f != nil && f.Watched && !f.Cleared && v.may(station.AnswerContinue) && !v.may(station.AnswerMissing) && !v.may(station.AnswerSpoiled)
}

// spends reports whether giving up costs a blank: it does once one has left the feeder.
func (v look) spends() bool {
	return v.s.Fault == nil || v.s.Fault.Card != drivers.NoCard && v.s.Fault.Card != drivers.InHopper
}

// causes are the words a spoiled card is booked with, in the order they are offered.
func causes() []string { return []string{"print", "colour", "scratched", "wrong-person", "other"} }

// ask is the second step. Its answers are numbers, which no first step uses, so no key held too long gets through.
func (v look) ask() Centre {
	a := v.l.Asking
	c := Centre{Kind: CentreAsk, Heading: v.t("ask." + string(a)), Detail: v.t("ask." + string(a) + ".detail")}
	add := func(label, cause string) {
		k := Key(strconv.Itoa((len(c.Buttons) + 1) % 10))
		c.Buttons = append(c.Buttons, Choice{Button: Button{Label: label, Key: k, Look: LookDanger, Enabled: true,
			Do: Action{Command: station.Reply{Answer: a, Cause: cause}}}})
	}
	switch {
	case a == AskUrgent:
		for _, u := range policy.UrgentReasons() {
			add(u.Text.In(v.l.Words.Lang()), "")
			c.Buttons[len(c.Buttons)-1].Look = LookPlain
			c.Buttons[len(c.Buttons)-1].Do.Command = station.PrintCard{ID: v.l.Chosen.ID, Issue: v.l.Chosen.Issue, Urgent: u.Reason}
		}
	case a == station.AnswerSpoiled:
		for _, cause := range causes() {
			add(v.t("cause."+cause), cause)
			if v.s.Question.SecondForSpoiled {
				c.Buttons[len(c.Buttons)-1].Do = Action{Screen: NameSecond, Cause: cause}
			}
		}
	default:
		add(v.t("ask."+string(a)+".yes"), "")
	}
	c.Buttons = append(c.Buttons, Choice{Button: Button{Label: v.t("button.back"), Key: KeyBack, Enabled: true, Do: Action{Screen: Back}}})
	return c
}

// trouble is the advice card of the standing fault, or of a card nobody knows the place of.
func (v look) trouble() Trouble {
	f := v.s.Fault
	if f == nil {
		name := ""
		if who := v.who(); who != nil {
			name = who.Name
		}
		return Trouble{
			Title:   v.t("state.where"),
			Picture: v.advice(drivers.CardNotMoved).Picture,
			Steps:   []string{v.t("advice.where.1"), v.t("advice.where.2"), v.t("advice.where.3", "name", name)},
			Facts:   []Fact{{v.t("advice.blank"), v.t("advice.where.blank")}, {v.t("advice.where"), v.t("where.unknown")}},
			Places:  v.places(drivers.Unknown),
		}
	}
	t := v.instructions(f.Code)
	t.Places = v.places(f.Card)
	t.Where = Fact{v.t("advice.where"), v.t("where." + string(f.Card))}
	if !f.Since.IsZero() {
		t.Code += " · " + v.t("advice.since", "at", v.l.Words.Clock(f.Since))
	}
	if f.Detail != "" || f.Op != "" {
		t.Detail = &Button{Label: v.t("button.detail"), Key: KeyTech, Enabled: true, Do: Action{Screen: ToggleTech}}
		if v.l.ShowTech {
			t.Tech = (&drivers.Fault{Code: f.Code, Op: f.Op, Detail: f.Detail}).Error()
		}
	}
	return t
}

// inFlight is the advice card of a station that was cut off, with what the journal knows of the card in hand.
func (v look) inFlight() Trouble {
	l, t := v.s.Locked, v.instructions(station.StationLocked)
	t.Title = "" // the state line says it
	t.Facts = append(t.Facts, Fact{v.t("locked.last"), v.l.Words.Or("last."+l.Last, l.Last) + " · " + v.l.Words.Clock(l.At)})
	if l.Attempt != "" {
		uid := l.UID
		if uid == "" {
			uid = v.t("locked.unread")
		}
		t.Facts = append(t.Facts, Fact{v.t("locked.record"), l.Record + "#" + strconv.Itoa(l.Issue)}, Fact{v.t("locked.chip"), uid})
		t.Where, t.Places = Fact{v.t("advice.where"), v.t("where.unknown")}, v.places(drivers.Unknown)
	}
	return t
}

// places draws the machine with the card in it; nil when no card is concerned.
func (v look) places(card drivers.Whereabouts) []Place {
	if card == drivers.NoCard {
		return nil
	}
	out := []Place{}
	for _, p := range []struct {
		where drivers.Whereabouts
		name  string
	}{{drivers.InHopper, "place.hopper"}, {drivers.InMachine, "place.machine"}, {drivers.InTray, "place.tray"}, {drivers.InReject, "place.reject"}} {
		out = append(out, Place{Name: v.t(p.name), Here: p.where == card, Look: card == drivers.Unknown && p.where != drivers.InHopper})
	}
	return out
}

// instructions is the advice card for a code, before anything is known of a card.
func (v look) instructions(code drivers.Code) Trouble {
	a := v.advice(code)
	t := Trouble{Title: a.Title, Picture: a.Picture, Code: v.t("advice.code", "code", string(code))}
	for _, s := range a.Steps {
		t.Steps = append(t.Steps, unmarked(s))
	}
	if a.Blank != "" {
		t.Facts = append(t.Facts, Fact{v.t("advice.blank"), unmarked(a.Blank)})
	}
	return t
}

// unmarked is a sentence without the marks of commands, which the manual needs.
func unmarked(s string) string { return strings.ReplaceAll(s, "`", "") }

func (v look) advice(code drivers.Code) Advice {
	if v.l.Advisor != nil {
		if a, ok := v.l.Advisor(code, v.l.Words.Lang()); ok {
			return a
		}
	}
	return Advice{Title: v.t("advice.unknown"), Steps: []string{v.t("advice.unknown.step")}}
}

func (v look) face() Face {
	who, p := v.who(), v.l.Preview
	if who == nil {
		return Face{Empty: v.t("face.none"), EmptyDetail: v.t("face.none.detail")}
	}
	f := Face{Name: who.Name}
	if p == nil || p.Item.ID != who.ID || p.Item.Issue != who.Issue {
		p = nil
		f.Empty = v.t("face.loading")
	} else {
		f.Image = p.Face
		if !v.l.ShowNIK {
			f.Cover = p.NIK
		}
	}
	if v.testCard() {
		f.Checks = []Check{{Working, v.t("tech.compare")}}
		return f
	}
	nik, label := Mask(who.NIK), "button.shownik"
	if v.l.ShowNIK {
		nik, label = who.NIK, "button.hidenik"
	}
	f.NIK = &Button{Label: v.t(label), Key: KeyNIK, Enabled: true, Do: Action{Screen: ToggleNIK}}
	f.Facts = append(f.Facts, Fact{v.t("face.nik"), nik})
	if born := born(p); born != "" {
		f.Facts = append(f.Facts, Fact{v.t("face.born"), born})
	}
	kind := who.Kind + ", " + v.l.Words.Or("reason."+who.Reason, who.Reason)
	if who.Issue > 1 {
		kind += ", " + v.t("face.issue", "n", strconv.Itoa(who.Issue))
	}
	f.Facts = append(f.Facts, Fact{v.t("face.kind"), kind})
	f.Checks = v.checks(p)
	return f
}

// born is place and date of birth, as on the card.
func born(p *station.Preview) string {
	if p == nil {
		return ""
	}
	var place, day string
	for _, l := range p.Lines {
		switch l.Field {
		case "TMPT_LHR":
			place = l.Value
		case "TGL_LHR":
			day = l.Value
		}
	}
	if place == "" || day == "" {
		return place + day
	}
	return place + ", " + day
}

func (v look) checks(p *station.Preview) []Check {
	if r := v.s.Refusal; r != nil && v.s.Job == nil && r.Code != v.l.Refused {
		return []Check{{Stopped, v.t("face.refused") + ": " + v.advice(r.Code).Title + " (" + string(r.Code) + ")"}}
	}
	if v.l.Refused != "" && v.s.Job == nil {
		return []Check{{Stopped, v.t("face.blocked") + ": " + v.advice(v.l.Refused).Title + " (" + string(v.l.Refused) + ")"}}
	}
	if p == nil {
		return nil
	}
	var stop, warn []Check
	for _, f := range p.Findings {
		line := v.advice(f.Code).Title
		if f.Field != "" {
			line += ", " + v.t("face.field", "field", f.Field)
		}
		line += " (" + string(f.Code) + ")"
		if f.Blocking {
			stop = append(stop, Check{Stopped, v.t("face.blocked") + ": " + line})
		} else {
			warn = append(warn, Check{Waiting, v.t("face.warning") + ": " + line})
		}
	}
	if len(stop)+len(warn) == 0 {
		if v.s.Job != nil {
			return nil // it passed, or it would not be in hand
		}
		return []Check{{Ready, v.t("face.ok")}}
	}
	return append(stop, warn...)
}
