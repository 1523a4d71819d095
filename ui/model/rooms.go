package model

import (
	"slices"
	"strconv"
	"strings"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
)

// formID is the form that is open: the door's, the desk's, or the room's.
func (v look) formID() FormID {
	switch {
	case v.shut():
		return FormSignIn
	case v.room() != RoomDesk:
		return v.l.Form
	case v.l.Form == FormReopen && v.s.Locked != nil, v.l.Form == FormSecond && v.s.Question != nil, v.l.Form == FormPIN && v.s.PIN != nil:
		return v.l.Form
	}
	return FormNone
}

// shut reports whether somebody has to sign in before anything else.
func (v look) shut() bool {
	return v.s.People.SignIn && v.s.Office != "" && (v.l.Me == nil || v.l.Asleep)
}

// room is where this person is: the desk when the room is not theirs.
func (v look) room() Room {
	if v.l.Room == "" || !v.enters(v.l.Room) {
		return RoomDesk
	}
	return v.l.Room
}

// CountsBlind reports whether a blind count is open: until both are in, no figure of the books is shown.
func (l Local) CountsBlind() bool {
	return slices.Contains([]FormID{FormOpen, FormClose, FormCount, FormReject}, l.Form) && l.Filled.Step < 2
}

func (v look) door() *Door {
	how := "open"
	if v.l.Asleep {
		how = "asleep"
	}
	f, _ := formOf(FormSignIn)
	detail := v.t("door." + how + ".detail")
	if d := v.l.Drill; d != nil && len(d.People) > 0 { // a trainee knows nobody here
		var all []string
		for _, p := range d.People {
			all = append(all, p.Name+" ("+v.t("role."+string(p.Role))+")")
		}
		detail += " " + v.t("drill.people", "people", strings.Join(all, ", "))
	}
	return &Door{Title: v.t("door." + how), Detail: detail, Form: *v.form(f)}
}

// tabs are the rooms this person may enter. The room after the open one has a key; what card lies on the reader has always one, and
// is passed by.
func (v look) tabs() []Tab {
	var all []Tab
	for _, r := range Rooms() {
		if v.enters(r) && (r != RoomDrill || v.l.Drill != nil || v.room() == RoomDrill) { // from a station the menu leads there
			all = append(all, Tab{Button: Button{Label: v.t("room." + string(r)), Look: LookPlain, Enabled: true, Do: Action{Screen: Go, Room: r}}, Open: r == v.room()})
		}
	}
	at := slices.IndexFunc(all, func(t Tab) bool { return t.Open })
	for i := range all {
		t := &all[(at+1+i)%len(all)]
		if t.Do.Room != RoomSight {
			if !t.Open {
				t.Key = KeyNext
			}
			break
		}
	}
	for i := range all {
		if t := &all[i]; t.Do.Room == RoomSight && !t.Open {
			t.Key, t.Do.Form, t.Enabled = KeySight, FormSight, !v.l.Doing
		}
	}
	return all
}

// Home is where a person begins: the desk, or the first room of somebody who has none.
func Home(s station.Snapshot, l Local) Room {
	v := look{s: s, l: l}
	if l.Drill != nil {
		return RoomDrill // what the trainee is told before
	}
	for _, r := range Rooms() {
		if v.enters(r) {
			return r
		}
	}
	return RoomDesk
}

func (v look) page() *Page {
	r := v.room()
	p := &Page{Title: v.t("room." + string(r)), Lines: v.lines(r), Cells: v.cells(r)}
	var open *form
	for _, f := range forms() {
		if f.room != r || f.act != "" && !v.mayBegin(f.act) || f.when != nil && !f.when(v) {
			continue
		}
		p.Menu = append(p.Menu, MenuItem{Open: f.id == v.l.Form, Button: Button{Label: v.t("form." + string(f.id)), Look: LookPlain, Enabled: true, Do: Action{Screen: Go, Room: r, Form: f.id}}})
		if f.id == v.l.Form {
			open = &f
		}
	}
	if open != nil {
		p.Form = v.form(*open)
		p.Table = v.table(*open)
	} else {
		p.Table = v.table(form{room: r})
	}
	if r == RoomStock {
		p.Charts = v.charts()
	}
	if v.l.CountsBlind() {
		p.Table, p.Cells, p.Charts = nil, nil, nil
	}
	if said := v.said(); p.Form == nil && said != nil {
		p.Lines = append([]Check{*said}, p.Lines...)
	}
	back := MenuItem{Button: Button{Label: v.t("button.back"), Key: KeyBack, Look: LookPlain, Enabled: true, Do: Action{Screen: Go, Room: r}}}
	if v.l.Form == FormNone {
		back.Do.Room = RoomDesk
	}
	if v.l.Form != FormNone || v.enters(RoomDesk) {
		p.Menu = append(p.Menu, back)
	}
	return p
}

// form makes the form of a thing to do.
func (v look) form(f form) *Form {
	id := string(f.id)
	out := &Form{ID: id, Title: v.t("form." + id), Detail: v.t("form." + id + ".detail")}
	if f.id == FormSignIn {
		out.Title, out.Detail = "", ""
	}
	if s := v.l.Filled.Step; s > 0 {
		out.ID += strconv.Itoa(s)
		out.Detail = v.t("count.step." + strconv.Itoa(s))
	}
	if f.fields != nil {
		out.Fields = f.fields(v)
	}
	if f.id == FormPIN {
		out.Detail = v.pinDetail()
	}
	out.Do = &Button{Label: v.doing(f), Key: KeyDo, Look: LookPrimary, Enabled: !v.l.Doing, Do: Action{Screen: Do}}
	if (f.id == FormPaper || f.id == FormPIN) && len(out.Fields) == 0 {
		out.Do = nil
	}
	out.Said = v.said()
	if w := v.l.Filled.Wrong["row"]; w != "" {
		out.Said = &Check{Stopped, v.t("wrong." + w)}
	}
	return out
}

// doing is the label of a form's button.
func (v look) doing(f form) string {
	switch {
	case v.l.Doing:
		return v.t("button.busy")
	case f.id == FormSignIn:
		return v.t("button.sign-in")
	case v.l.CountsBlind() && v.l.Filled.Step == 0 && (f.id != FormReject || v.l.Filled.Values["first-all"] != ""):
		return v.t("button.next")
	}
	return v.t("form." + string(f.id) + ".do")
}

// said is what came of the last thing asked for.
func (v look) said() *Check {
	s := v.l.Said
	switch {
	case s.Code == drivers.NoChip && v.l.Form == FormSight: // its advice is for a blank in the machine
		return &Check{Stopped, v.t("sight.no-chip") + " (" + string(s.Code) + ")"}
	case s.Code == drivers.KeysPIN && v.l.Form == FormPIN: // its advice leads here
		return &Check{Stopped, v.t("pin.wrong") + " (" + string(s.Code) + ")"}
	case s.Code != "":
		a := v.advice(s.Code)
		text := sentence(a.Title)
		if len(a.Steps) > 0 {
			text += " " + sentence(a.Steps[0])
		}
		return &Check{Stopped, text + " (" + string(s.Code) + ")"}
	case s.Key != "":
		return &Check{Ready, v.t(s.Key, s.Pairs[0], s.Pairs[1])}
	}
	return nil
}

// lines says how things stand in a room.
func (v look) lines(r Room) []Check {
	switch r {
	case RoomTechnician:
		return v.technicianLines()
	case RoomShift:
		return v.shiftLines()
	case RoomDrill:
		return v.drillLines()
	case RoomStock:
		return v.coverLines()
	case RoomSight:
		return v.sightLines()
	case RoomIncidents:
		if n := len(v.s.Incidents); n > 0 {
			return []Check{{Waiting, v.n("incident.open", n)}}
		}
		return []Check{{Ready, v.t("incident.none")}}
	case RoomPeople:
		if v.s.People.SignIn {
			return []Check{{Ready, v.t("people.signin")}}
		}
		return []Check{{Waiting, v.t("people.believed")}}
	}
	return nil
}

func (v look) shiftLines() []Check {
	s := v.s.Shift
	if s == nil {
		if v.s.ShiftDue {
			return []Check{{Waiting, v.t("shift.due")}}
		}
		return []Check{{Plain, v.t("shift.none")}}
	}
	return []Check{{Ready, v.t("shift.open", "id", s.ID, "at", v.l.Words.Hour(s.Opened.In(v.l.Now.Location())), "one", s.By[0], "two", s.By[1])}}
}

// coverLines say how long the blanks last.
func (v look) coverLines() []Check {
	var out []Check
	for _, c := range v.s.Cover {
		pairs := []string{"type", string(c.Type), "n", v.l.Words.Number(c.Blanks), "days", v.l.Words.Number(c.Days)}
		switch {
		case c.Blanks == 0 && c.Days < 0:
			out = append(out, Check{Plain, v.t("cover.none", pairs...)})
		case c.Days < 0 || c.RunOut.IsZero():
			out = append(out, Check{Plain, v.t("cover.unknown", pairs...)})
		case c.Order:
			out = append(out, Check{Waiting, v.t("cover.order", append(pairs, "until", v.l.Words.Moment(c.RunOut.In(v.l.Now.Location())))...)})
		default:
			out = append(out, Check{Ready, v.t("cover.enough", append(pairs, "until", v.l.Words.Moment(c.RunOut.In(v.l.Now.Location())), "order", day(c.OrderBy.In(v.l.Now.Location())))...)})
		}
	}
	return out
}

func (v look) cells(r Room) []Supply {
	switch r {
	case RoomDrill:
		return v.drillCells()
	case RoomSight:
		return v.sightCells()
	case RoomTechnician:
		return v.technicianCells()
	}
	b := v.l.Books
	if b == nil || r != RoomSpoiled {
		return nil
	}
	waiting := 0
	for _, s := range b.Spoilage {
		if s.List == "" {
			waiting += s.Left
		}
	}
	return []Supply{{Label: v.t("spoiled.reject"), Value: v.n("supply.cards", b.Reject)}, {Label: v.t("spoiled.unlisted"), Value: v.n("supply.cards", waiting)}}
}

// Believed is who sits at a desk where nobody signs in: the one the program was told of, who may do everything.
func Believed(s station.Snapshot) *Me {
	if s.People.SignIn || s.Office == "" {
		return nil
	}
	return &Me{Name: s.Operator, Role: access.Supervisor}
}
