package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"cetak/ui/model"
	"cetak/ui/text"
)

// dress gives the program the look for a text size. The toolkit has one look for all of a program.
func dress(s model.TextSize) {
	settings := fyne.CurrentApp().Settings()
	if t, ok := settings.Theme().(deskTheme); ok && t.scale == themeOf(s).scale {
		return
	}
	settings.SetTheme(themeOf(s))
}

// like puts the screen into a language and a text size. What is chosen, typed, and open stays.
func (v *View) like(t model.Taste) {
	lang := v.local.Words.Lang()
	if t.Lang == "" {
		t.Lang = lang
	}
	if t.Text == "" {
		t.Text = model.TextNormal
	}
	if v.local.Sound != "" && t.Sound != "" {
		v.local.Sound = t.Sound
	}
	if t.Lang == lang && t.Text == v.local.Text {
		return
	}
	v.local.Words, v.local.Text = text.For(t.Lang), t.Text
	dress(t.Text)
	items, at, limit := v.queue.items, v.queue.at, v.queue.limit
	v.build()
	v.queue.limit = limit
	v.queue.show(items, at)
	v.refresh()
	v.root.Refresh()
	v.focusHome()
	if t.Lang != lang && v.o.Switched != nil {
		v.o.Switched(v.local.Words)
	}
}

// keep remembers what was chosen, for who chose it.
func (v *View) keep() {
	if v.o.Tastes != nil {
		v.o.Tastes.Keep(v.person(), model.Taste{Lang: v.local.Words.Lang(), Text: v.local.Text, Sound: v.local.Sound})
	}
}

// person is who the screen belongs to: nobody in particular where nobody signs in.
func (v *View) person() string {
	if v.snap.People.SignIn && v.local.Me != nil {
		return v.local.Me.Name
	}
	return ""
}

// greet gives the screen the look of who it belongs to now: their own, else the one of whoever comes.
func (v *View) greet() {
	if v.o.Tastes == nil {
		return
	}
	own, all := v.o.Tastes.Of(v.person()), v.o.Tastes.Of("")
	if own.Lang == "" {
		own.Lang = all.Lang
	}
	if own.Lang == "" {
		own.Lang = v.o.Lang
	}
	if own.Text == "" {
		own.Text = all.Text
	}
	if own.Sound == "" {
		own.Sound = all.Sound
	}
	if own.Sound == "" {
		own.Sound = model.SoundOn
	}
	if own.Text == "" {
		own.Text = v.o.Text
	}
	v.like(own)
}

// openMenu lays the menu over the screen, below its button, and closes it when it is open.
func (v *View) openMenu() {
	if v.canvas == nil {
		return
	}
	var rows []fyne.CanvasObject
	for _, b := range v.screen.Listed() {
		x := newButton(b, 44, sizeText, true, v.keys)
		x.flat = true
		x.paint()
		rows = append(rows, x)
	}
	if len(rows) == 0 {
		return
	}
	pop := widget.NewPopUp(container.New(inset(edge), sheet(colorPanel, theme.ColorNameInputBorder), column(2, rows...)), v.canvas)
	v.menu = pop
	size := pop.MinSize()
	pop.ShowAtPosition(fyne.NewPos(v.canvas.Size().Width-size.Width-edge, v.top.Size().Height))
	pop.Resize(size)
	for _, r := range rows {
		if b := r.(*button); b.is.Enabled {
			v.canvas.Focus(b)
			break
		}
	}
}

// menuOpen reports whether the menu lies over the screen. A press beside it closes it.
func (v *View) menuOpen() bool {
	if v.menu != nil && !v.menu.Visible() {
		v.menu = nil
	}
	return v.menu != nil
}

func (v *View) closeMenu() {
	if v.menu != nil {
		v.menu.Hide()
		v.menu = nil
	}
}

// menuKey does what a key means while the menu is open.
func (v *View) menuKey(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyUp:
		v.canvas.FocusPrevious()
	case fyne.KeyDown:
		v.canvas.FocusNext()
	case fyne.KeyEscape:
		v.closeMenu()
		v.keepFocus()
	default:
		if b, ok := v.screen.ByKey(model.Key(name)); ok {
			v.press(b)
		}
	}
	return true
}

// shortcut does what keys pressed together mean.
func (v *View) shortcut(s fyne.Shortcut) {
	v.touch()
	k, ok := keyOf(s)
	if !ok {
		return
	}
	if k == model.KeyMenu && v.menuOpen() {
		v.closeMenu()
		v.keepFocus()
		return
	}
	if b, ok := v.screen.ByKey(k); ok {
		v.press(b)
	}
}

// reveal scrolls to what the focus came to, where it stands in a part that scrolls.
func (v *View) reveal(o fyne.CanvasObject) {
	s, at, ok := scrollAround(v.root, o, nil, fyne.Position{})
	if !ok || s == nil {
		return
	}
	const air = 8
	offset := s.Offset.Y
	if low := at.Y + o.Size().Height + air - s.Size().Height; offset < low {
		offset = low
	}
	offset = fyne.Max(0, fyne.Min(offset, at.Y-air))
	if offset != s.Offset.Y {
		s.ScrollToOffset(fyne.NewPos(0, offset))
	}
}

// scrollAround finds the innermost scroll around find, and the place of find in what it scrolls.
func scrollAround(o, find fyne.CanvasObject, in *container.Scroll, at fyne.Position) (*container.Scroll, fyne.Position, bool) {
	if o == find {
		return in, at, true
	}
	switch o := o.(type) {
	case *container.Scroll:
		return scrollAround(o.Content, find, o, fyne.Position{})
	case *fyne.Container:
		for _, c := range o.Objects {
			if s, p, ok := scrollAround(c, find, in, at.Add(c.Position())); ok {
				return s, p, true
			}
		}
	}
	return nil, fyne.Position{}, false
}
