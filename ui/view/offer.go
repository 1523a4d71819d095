package view

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"cetak/drivers"
	"cetak/ui/model"
)

// Crashes are the reports of ends that nobody asked for, which nobody has looked at yet. Save and Dismiss may take their time and
// are called away from the goroutine of the user interface; each gives a *drivers.Fault when it refuses.
type Crashes interface {
	At() time.Time
	Save() (folder string, err error) // to a memory stick
	Dismiss() error
}

// crash does what was chosen for the report of a crash.
func (v *View) crash(save bool) {
	c := v.local.Crash
	if c == nil || c.Doing {
		return
	}
	if c.Folder != "" || v.o.Crashes == nil {
		v.local.Crash = nil
		v.refresh()
		return
	}
	v.local.Crash = &model.Crash{At: c.At, Doing: true}
	v.refresh()
	v.o.Run(func() {
		folder, err := "", error(nil)
		if save {
			folder, err = v.o.Crashes.Save()
		} else {
			err = v.o.Crashes.Dismiss()
		}
		v.o.Post(func() {
			now := &model.Crash{At: c.At, Folder: folder}
			switch {
			case err != nil:
				now = &model.Crash{At: c.At, Code: drivers.AsFault(err).Code}
			case !save:
				now = nil
			}
			v.local.Crash = now
			v.refresh()
		})
	})
}

// strips are what lies across the window below its bar: the strip of a test station, and an offer.
func strips(s model.Screen, keys *keyboard) fyne.CanvasObject {
	var all []fyne.CanvasObject
	if s.Banner != "" {
		all = append(all, bannerOf(s))
	}
	if s.Offer != nil {
		all = append(all, offerBar(*s.Offer, keys))
	}
	return column(0, all...)
}

func offerBar(o model.Offer, keys *keyboard) fyne.CanvasObject {
	back := canvas.NewRectangle(theme.Color(toneGround(o.Tone)))
	all := []fyne.CanvasObject{gap(4, 1), badge(o.Tone, 22), newProse(o.Text, sizeText, colorInk, false)}
	for _, b := range o.Buttons {
		all = append(all, newButton(b, 36, sizeText, false, keys))
	}
	return container.New(inset(3), back, row(8, 2, all...))
}
