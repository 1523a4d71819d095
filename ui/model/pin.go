package model

import (
	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
)

// AsksPIN reports whether the desk opens the form for the PIN of the card keys by itself: somebody who makes cards has come to it, and
// none is in hand. Whoever put it aside is not asked again.
func AsksPIN(s station.Snapshot, l Local) bool {
	v := look{s: s, l: l}
	return s.PIN != nil && !l.PINAside && l.Me != nil && !v.shut() && v.room() == RoomDesk && l.Form == FormNone && l.Asking == "" &&
		s.Phase == flow.Idle && s.Locked == nil && !s.Stopping && v.prints()
}

// holdsForPIN reports whether a card in the machine waits for the PIN.
func (v look) holdsForPIN() bool {
	return v.s.PIN != nil && v.s.Fault != nil && v.s.Fault.Code == drivers.KeysPIN
}

// pinPlace names the place of the keys.
func (v look) pinPlace() string {
	key := "pin.token"
	if v.s.PIN.Module {
		key = "pin.module"
	}
	return v.t(key, "name", v.s.PIN.Place)
}

// pinDetail says whose PIN it is, and how many tries are left, where that is known.
func (v look) pinDetail() string {
	p := v.s.PIN
	text := v.t("form.pin.detail", "place", v.pinPlace())
	switch {
	case p.Away != "":
		return text + " " + v.t("pin.away") + " (" + string(p.Away) + ")"
	case p.Shut:
		return v.t("pin.shut", "place", v.pinPlace())
	case p.Tries > 0:
		return text + " " + v.n("pin.tries", p.Tries)
	case p.Low:
		return text + " " + v.t("pin.low")
	}
	return text
}

// pinButton opens the form for the PIN.
func (v look) pinButton(k Key) Button {
	return Button{Label: v.t("button.pin"), Key: k, Look: LookPrimary, Enabled: true, Do: Action{Screen: Go, Room: RoomDesk, Form: FormPIN}}
}
