package model

import (
	"fmt"
	"strconv"
	"strings"

	"cetak/station/access"
	"cetak/station/drill"
)

// Drill is the drill that a screen belongs to: plainly marked on all of it.
type Drill struct {
	Day      drill.Day
	People   []Me          // who can be played
	Password string        // of everybody
	Hints    int           // that were asked for
	Score    *drill.Result // nil until it was asked for
}

// DrillWork is what the room of the drill asks for. Exactly one is set.
type DrillWork struct {
	Start string // a day, beside the station
	Hint  bool
	Score bool
}

// SaidDrill is that a drill was started, for Said.Key.
const SaidDrill = "said.drill" // day

// training marks every screen of a drill, and gives the way to its room, or to the choice of a day.
func (v look) training(sc *Screen) {
	if d := v.l.Drill; d != nil {
		sc.Drill = true
		sc.Banner = drill.Mark(v.l.Words.Lang(), d.Day.In(v.l.Words.Lang()).Title)
		if d.Password != "" {
			sc.Banner += " " + v.t("drill.password", "password", d.Password)
		}
	}
	if v.enters(RoomDrill) && !v.shut() && sc.Open {
		sc.Training = &Button{Label: v.t("room.drill"), Look: LookPlain, Enabled: v.room() != RoomDrill, Do: Action{Screen: Go, Room: RoomDrill}}
	}
}

// drills reports whether the room of the drill is somebody's here: in a drill, or where one can be started.
func (v look) drills() bool { return v.l.Drill != nil || v.l.Drills }

// trains reports whether a form of that room can be used now.
func (v look) trains(f FormID) bool {
	d := v.l.Drill
	switch f {
	case FormDrill:
		return d == nil
	case FormHint:
		return d != nil && d.Hints < len(d.Day.In(v.l.Words.Lang()).Hints)
	case FormScore:
		return d != nil
	}
	return false
}

// drillLines are what the trainee is told before, the hints that were asked for, and what it was worth.
func (v look) drillLines() []Check {
	d := v.l.Drill
	if d == nil {
		return []Check{{Plain, v.t("drill.about")}}
	}
	lang := v.l.Words.Lang()
	w := d.Day.In(lang)
	all := []Check{{Working, w.Title}}
	if s := d.Score; s != nil {
		tone := Waiting
		if s.Marks == s.Of {
			tone = Ready
		}
		all = append(all, Check{tone, drill.Word(lang, "total", s.Marks, s.Of, "") + " " + drill.Word(lang, "hints", s.Hints, 0, "")})
		for _, r := range s.Rows {
			tone := Ready
			if r.Marks < r.Of {
				tone = Waiting
			}
			all = append(all, Check{tone, fmt.Sprintf("%s %d/%d. %s", r.What.Name(lang), r.Marks, r.Of, r.Says(lang))})
		}
		if s.Closed {
			all = append(all, Check{Plain, w.Lesson})
		}
	} else {
		for _, l := range w.Told {
			all = append(all, Check{Plain, l})
		}
	}
	for i, h := range w.Hints[:min(d.Hints, len(w.Hints))] {
		all = append(all, Check{Waiting, v.t("drill.hint", "n", strconv.Itoa(i+1)) + " " + h})
	}
	return all
}

// drillCells are the people who can be played, and their password.
func (v look) drillCells() []Supply {
	d := v.l.Drill
	if d == nil {
		return nil
	}
	var out []Supply
	for _, r := range access.Roles() {
		var names []string
		for _, p := range d.People {
			if p.Role == r {
				names = append(names, p.Name)
			}
		}
		if len(names) > 0 {
			out = append(out, Supply{Label: v.t("role." + string(r)), Value: strings.Join(names, ", ")})
		}
	}
	return append(out, Supply{Label: v.t("drill.word"), Value: d.Password})
}

// drillTable is the days to choose from, where no drill is held.
func (v look) drillTable() *Table {
	if v.l.Drill != nil {
		return nil
	}
	t := &Table{Columns: v.columns("drill 4", "minutes 1>", "people 1>")}
	for _, x := range drill.Days() {
		t.Rows = append(t.Rows, TableRow{Key: x.ID, Cells: []string{x.In(v.l.Words.Lang()).Title, strconv.Itoa(x.Minutes), strconv.Itoa(x.People)}})
	}
	return t
}

// drill reads what the room of the drill asks for.
func (r *reader) drill(id FormID) *DrillWork {
	switch id {
	case FormHint:
		return &DrillWork{Hint: true}
	case FormScore:
		return &DrillWork{Score: true}
	}
	return &DrillWork{Start: r.mark()}
}
