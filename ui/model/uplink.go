package model

import (
	"time"

	"cetak/station"
)

// fresh is how old the centre's word may be without its age being shown: two times that a desk speaks to it, and a little.
const fresh = 3 * time.Minute

// uplink is the line to the centre as a device of the bar. A line that is down stops nobody: the desk has leased records.
func (v look) uplink(c *station.CentreState) Device {
	d := Device{Tone: Ready, Name: v.t("device.centre"), Word: v.t("device.up")}
	switch {
	case c.State == station.DeviceUnknown:
		d.Tone, d.Word = Plain, v.t("device.unknown")
	case c.State == station.DeviceDown:
		d.Tone, d.Word = Waiting, v.t("device.centre.down")
	case c.Code != "":
		d.Tone, d.Word = Waiting, v.t("device.down")
	}
	if c.Recall > 0 { // above all: such a card must not reach its person
		d.Tone, d.Word = Stopped, v.n("device.centre.recall", c.Recall)
		return d
	}
	if age := v.l.Now.Sub(c.At); !c.At.IsZero() && age > fresh {
		d.Word = v.ago(age)
	}
	return d
}

// ago is how long ago, in the largest unit that fits.
func (v look) ago(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return v.n("age.days", int(d.Hours()/24))
	case d >= 2*time.Hour:
		return v.n("age.hours", int(d.Hours()))
	}
	return v.n("age.minutes", int(d.Minutes()))
}
