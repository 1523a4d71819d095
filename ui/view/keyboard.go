package view

import (
	"fyne.io/fyne/v2"
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

// TypedKey hands the keys of the desk on.
func (f *searchField) TypedKey(e *fyne.KeyEvent) {
	if !f.keys.key(e.Name) {
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
}

// TypedKey hands the keys on; moving the mark is the desk's own work, so that mark and choice are the same.
func (l *queueList) TypedKey(e *fyne.KeyEvent) { l.keys.key(e.Name) }

// TypedRune goes to the search.
func (l *queueList) TypedRune(r rune) { l.keys.typed(r) }
