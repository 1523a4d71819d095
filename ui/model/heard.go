package model

import (
	"cetak/station"
	"cetak/station/flow"
)

// Sound is what is heard when nobody looks at the screen.
type Sound string

// Sounds.
const (
	SoundNone  Sound = ""
	SoundDone  Sound = "done"  // a card is out, to be judged or to be taken
	SoundFault Sound = "fault" // a person is needed before it goes on
)

// Heard is what is to be heard of a change: of the cause of a trouble once, and not of what follows from it.
func Heard(old, now station.Snapshot) Sound {
	if old.Seq == 0 {
		return SoundNone // the first look: nothing has happened yet
	}
	asked := func(s station.Snapshot) bool { return s.Phase == flow.Held && s.Question != nil }
	down := func(s station.Snapshot) bool {
		return s.Phase == flow.Idle && (s.Printer.State == station.DeviceDown || s.Reader.State == station.DeviceDown)
	}
	ended := now.Last != nil && (old.Last == nil || !now.Last.At.Equal(old.Last.At))
	switch {
	case asked(now):
		if !asked(old) || now.Fault != nil && (old.Fault == nil || old.Fault.Code != now.Fault.Code) {
			return SoundFault
		}
	case now.Phase == flow.Confirming:
		if old.Phase != flow.Confirming {
			return SoundDone
		}
	case ended && old.Phase != flow.Confirming && !asked(old): // else a person has just said so
		if now.Last.Outcome == string(flow.OutcomeGood) {
			return SoundDone
		}
		return SoundFault
	case down(now) && !down(old) && old.Phase == flow.Idle:
		return SoundFault
	}
	return SoundNone
}

// SoundState says whether a person wants to hear the sounds; "" is where there are none.
type SoundState string

// Sound states.
const (
	SoundOn  SoundState = "on"
	SoundOff SoundState = "off"
)

// Other is what a switch leads to.
func (s SoundState) Other() SoundState {
	if s == SoundOn {
		return SoundOff
	}
	return SoundOn
}

// soundButton switches the sounds, or says that there are none to be had here.
func (v look) soundButton() Button {
	b := Button{Key: KeySound, Look: LookPlain, Enabled: true, Do: Action{Screen: SwitchSound}}
	switch {
	case v.l.Sound == "":
		return Button{}
	case v.l.Silent:
		b.Label, b.Enabled = v.t("menu.sound.none"), false
	default:
		b.Label = v.t("menu.sound." + string(v.l.Sound.Other()))
	}
	return b
}
