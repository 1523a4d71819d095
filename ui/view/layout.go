package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"cetak/ui/model"
)

// arrange shows the desk, a room, the door, or only the middle while the station folder is not open.
func (v *View) arrange(s model.Screen) {
	desk := s.Door == nil && s.Page == nil
	if s.Page != nil {
		v.page.set(*s.Page)
	}
	if s.Door != nil {
		v.door.set(*s.Door)
	}
	changed := false
	show := func(o fyne.CanvasObject, on bool) {
		if o.Visible() == on {
			return
		}
		changed = true
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
	for _, o := range []fyne.CanvasObject{v.queue.object, v.card, v.foot} {
		show(o, desk && s.Open)
	}
	show(v.middle, desk)
	show(v.tabs, s.Page != nil)
	show(v.page.object, s.Page != nil)
	show(v.door.object, s.Door != nil)
	if changed {
		v.root.Refresh()
	}
}

// deskLayout: top bar, banner, state, then queue, centre, card side by side, and the foot.
type deskLayout struct{}

// The least the desk fits into: a screen of 1024 by 700 with a window's frame around it; with larger letters, one of 1366 by 768.
func (*deskLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	if enlarged() {
		return fyne.NewSize(1300, 680)
	}
	return fyne.NewSize(1000, 640)
}

func (*deskLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	const g = 8
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, y))
	}
	y := float32(0)
	high := func(o fyne.CanvasObject, width, least float32) float32 {
		c := o.(*fyne.Container)
		if len(c.Objects) == 0 {
			return least
		}
		return fyne.Max(least, heightFor(c.Objects[0], width))
	}
	top := high(o[0], s.Width, px(46))
	put(o[0], 0, 0, s.Width, top)
	y += top
	if c := o[1].(*fyne.Container); len(c.Objects) > 0 {
		h := high(o[1], s.Width, px(28))
		put(o[1], 0, y, s.Width, h)
		y += h
	}
	y += g
	state := high(o[2], s.Width-2*g, 80)
	put(o[2], g, y, s.Width-2*g, state)
	y += state + g
	foot := high(o[6], s.Width-2*g, 60)
	left := fyne.Min(400, fyne.Max(292, s.Width*0.26))
	if enlarged() {
		left = s.Width * 0.272 // no more than the names need: the middle has the longest words
	}
	right := fyne.Min(px(330), fyne.Max(px(252), s.Width*0.22))
	if !o[6].Visible() && o[4].Visible() {
		put(o[4], g, y, s.Width-2*g, s.Height-y-g)
		return
	}
	if o[8].Visible() { // a room
		tabs := high(o[7], s.Width-2*g, 46)
		put(o[7], g, y, s.Width-2*g, tabs)
		put(o[8], g, y+tabs+g, s.Width-2*g, s.Height-y-tabs-2*g)
		return
	}
	if o[9].Visible() { // the door
		put(o[9], g, y, s.Width-2*g, s.Height-y-g)
		return
	}
	h := s.Height - y - foot - 2*g
	put(o[3], g, y, left, h)
	put(o[4], 2*g+left, y, s.Width-left-right-4*g, h)
	put(o[5], s.Width-right-g, y, right, h)
	put(o[6], g, s.Height-foot-g, s.Width-2*g, foot)
}

// scrollIn finds the first scroll within an object.
func scrollIn(o fyne.CanvasObject) *container.Scroll {
	switch o := o.(type) {
	case *container.Scroll:
		return o
	case *fyne.Container:
		for _, c := range o.Objects {
			if s := scrollIn(c); s != nil {
				return s
			}
		}
	}
	return nil
}
