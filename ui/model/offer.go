package model

import (
	"time"

	"cetak/drivers"
)

// Crash is the report of an end that nobody asked for, and what came of it.
type Crash struct {
	At     time.Time
	Doing  bool
	Code   drivers.Code // why it could not be saved
	Folder string       // where it was saved; it is offered no more
}

// Offer is a line across the window with something that may be done or left.
type Offer struct {
	Tone    Tone
	Text    string
	Buttons []Button // none of them has a key: they are in the menu, and Tab comes to them
}

// offer is that of the report of a crash.
func (v look) offer() *Offer {
	c := v.l.Crash
	if c == nil {
		return nil
	}
	button := func(label string, do Deed) Button {
		return Button{Label: v.t(label), Look: LookPlain, Enabled: !c.Doing, Do: Action{Screen: do}}
	}
	save, dismiss := button("crash.save", SaveCrash), button("crash.dismiss", DismissCrash)
	switch {
	case c.Folder != "":
		return &Offer{Ready, v.t("crash.saved", "folder", c.Folder), []Button{button("crash.close", DismissCrash)}}
	case c.Code != "":
		a := v.advice(c.Code)
		text := sentence(a.Title)
		if len(a.Steps) > 0 {
			text += " " + sentence(a.Steps[0])
		}
		return &Offer{Stopped, text + " (" + string(c.Code) + ")", []Button{save, dismiss}}
	}
	return &Offer{Waiting, v.t("crash.offer", "at", v.l.Words.Moment(c.At.In(v.l.Now.Location()))), []Button{save, dismiss}}
}
