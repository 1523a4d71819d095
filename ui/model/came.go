package model

import (
	"maps"
	"strings"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/ledger"
)

// Words for what was done: Said.Key.
const (
	SaidDone   = "said.done"   // line
	SaidFile   = "said.file"   // file
	SaidClosed = "said.closed" // file of the certificate
	SaidSound  = "said.sound"  // n
	SaidTests  = "said.tests"
	SaidSetup  = "said.setup"
)

// Came takes in what came of something a form asked for: code is why it was refused, "" when it was done, and said the words
// for it. What was typed stays where it can be put right; passwords never do.
func (l *Local) Came(id FormID, code drivers.Code, said Said) {
	l.Doing = false
	if said.Drill != nil {
		l.Drill = said.Drill
	}
	if l.Form != id && id != FormSignIn {
		return // the person has gone on to something else
	}
	l.Said = said
	l.Seen = nil
	if code == "" {
		l.Seen = said.Card
		mark := l.Filled.Mark
		l.Filled = Filled{}
		if id == FormPaper {
			l.Filled.Mark = mark
		}
		if id == FormReopen || id == FormSecond || id == FormPIN || id == FormHint || id == FormScore {
			l.Form, l.Said, l.Cause = FormNone, Said{}, ""
		}
		return
	}
	l.Said = Said{Code: code}
	values := maps.Clone(l.Filled.Values)
	switch code {
	case ledger.CountsDiffer: // both count again
		maps.DeleteFunc(values, func(k, _ string) bool { return strings.HasPrefix(k, "first-") || strings.HasPrefix(k, "again-") })
		l.Filled.Step = 0
	case ledger.EquationOpen: // both are in: it takes minutes, or a reason to let it stand
		l.Filled.Step = 2
		l.Filled.Values = values
		return
	}
	maps.DeleteFunc(values, func(k, _ string) bool { return k == "pin" || strings.Contains(k, "password") })
	l.Filled.Values = values
}

// Onward goes on from what was just done: who opened a shift, and prints, to the desk. Somebody who has gone on already stays there.
func (l *Local) Onward(s station.Snapshot, done FormID) {
	if done == FormOpen && l.Form == done && (look{s: s, l: *l}).prints() {
		l.Open(RoomDesk, FormNone)
	}
}

// Type puts what was typed into the open form.
func (l *Local) Type(name, value string) {
	l.Filled.put(name, value)
	delete(l.Filled.Wrong, name)
	l.Said = Said{}
}

// Take takes or leaves a row.
func (l *Local) Take(key string) {
	if l.Filled.Picked == nil {
		l.Filled.Picked = map[string]bool{}
	}
	l.Filled.Picked[key] = !l.Filled.Picked[key]
	delete(l.Filled.Wrong, "row")
}

// Open goes into a room, with a form of it open or none. What was typed into another form is thrown away.
func (l *Local) Open(r Room, f FormID) {
	mark := ""
	if r == l.Room {
		mark = l.Filled.Mark // the row under the mark stays, to be dealt with
	}
	l.Room, l.Form, l.Filled, l.Said, l.Asking, l.Seen = r, f, Filled{Mark: mark}, Said{}, "", nil
}
