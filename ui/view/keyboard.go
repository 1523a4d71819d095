package view

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"cetak/ui/model"
)

// keyboard is where every key of the desk ends up, whichever widget has the focus. The toolkit's own shortcuts do not
// serve here: it makes none of a key without Ctrl or Alt (fyne v2.8.1, internal/driver/glfw/window.go,
// triggersShortcut), and a focused field swallows the rest. So each widget of the desk that can take the focus hands
// its keys on.
type keyboard struct {
	press func(model.Button)      // a button was pressed, by any means
	key   func(fyne.KeyName) bool // a key the focused widget does not use; reports whether it meant something
	typed func(rune)              // text typed outside the search field
	digit func(rune) bool         // text typed into the search field that is an answer instead
	form  func(fyne.KeyName) bool // a key a field of a form does not use
	touch func()                  // somebody is here: the idle time begins anew

	shortcut func(fyne.Shortcut)     // keys pressed together
	came     func(fyne.CanvasObject) // the focus came to it
}

// FocusGained makes sure that the field is seen.
func (f *searchField) FocusGained() { f.Entry.FocusGained(); f.keys.came(f) }

// TypedShortcut hands on what is no text editing.
func (f *searchField) TypedShortcut(s fyne.Shortcut) {
	if !f.keys.asShortcut(s) {
		f.Entry.TypedShortcut(s)
	}
}

// asShortcut does what keys pressed together mean, unless they edit text.
func (k *keyboard) asShortcut(s fyne.Shortcut) bool {
	if _, ok := keyOf(s); !ok {
		return false
	}
	k.shortcut(s)
	return true
}

// shortcuts are the keys pressed together that mean something wherever one is.
func shortcuts() []desktop.CustomShortcut {
	var all []desktop.CustomShortcut
	for _, k := range []fyne.KeyName{fyne.KeyPlus, fyne.KeyEqual, fyne.KeyMinus, fyne.Key0, fyne.KeyM, fyne.KeyS} {
		for _, m := range []fyne.KeyModifier{fyne.KeyModifierControl, fyne.KeyModifierControl | fyne.KeyModifierShift} {
			all = append(all, desktop.CustomShortcut{KeyName: k, Modifier: m})
		}
	}
	return all
}

// keyOf is the key of a button that a shortcut stands for. On many keyboards the plus is on the key of the equals sign.
func keyOf(s fyne.Shortcut) (model.Key, bool) {
	c, ok := s.(*desktop.CustomShortcut)
	if !ok || c.Modifier&fyne.KeyModifierControl == 0 {
		return "", false
	}
	name := c.KeyName
	if name == fyne.KeyEqual {
		name = fyne.KeyPlus
	}
	k := model.Key("Ctrl+" + string(name))
	return k, slices.Contains([]model.Key{model.KeyMenu, model.KeyLarger, model.KeySmaller, model.KeyUsual, model.KeySound}, k)
}

// searchField is the search. It keeps the keys of text editing and hands on all others.
type searchField struct {
	widget.Entry
	keys *keyboard
}

func newSearchField(keys *keyboard) *searchField {
	f := &searchField{keys: keys}
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer draws it as it stands.
func (f *searchField) CreateRenderer() fyne.WidgetRenderer {
	return drawnAnew(f.Entry.CreateRenderer(), f.Size())
}

// drawnAnew is a renderer that shows its field as it is now. The toolkit throws away what was not painted for a while (ui/thrift) and makes it again without
// its size, and without the sign that the keyboard is there.
func drawnAnew(r fyne.WidgetRenderer, size fyne.Size) fyne.WidgetRenderer {
	if !size.IsZero() {
		r.Layout(size)
		r.Refresh()
	}
	return r
}

// TypedKey hands the keys of the desk on.
func (f *searchField) TypedKey(e *fyne.KeyEvent) {
	edits := f.Text != "" && (e.Name == fyne.KeyHome || e.Name == fyne.KeyEnd)
	if edits || !f.keys.key(e.Name) {
		f.Entry.TypedKey(e)
	}
}

// TypedRune edits the search, unless the desk waits for a number.
func (f *searchField) TypedRune(r rune) {
	if !f.keys.digit(r) {
		f.Entry.TypedRune(r)
	}
}

// queueList is the list of those who wait. Typing while it has the focus goes to the search.
type queueList struct {
	widget.List
	keys *keyboard
	ring *canvas.Rectangle
}

// FocusGained shows where the keyboard is.
func (l *queueList) FocusGained() { l.List.FocusGained(); ringOn(l.ring, true) }

// FocusLost hides it.
func (l *queueList) FocusLost() { l.List.FocusLost(); ringOn(l.ring, false) }

// TypedKey hands the keys on; moving the mark is the desk's own work, so that mark and choice are the same.
func (l *queueList) TypedKey(e *fyne.KeyEvent) { l.keys.key(e.Name) }

// TypedRune goes to the search.
func (l *queueList) TypedRune(r rune) { l.keys.typed(r) }
