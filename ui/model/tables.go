package model

import (
	"strconv"
	"strings"
	"time"

	"cetak/station"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/papers"
	"cetak/station/record"
)

// table is what a room shows, for looking through or for the open form to choose from.
func (v look) table(f form) *Table {
	var t *Table
	switch f.room {
	case RoomShift:
		t = v.shiftTable()
	case RoomStock:
		t = v.stockTable()
	case RoomSpoiled:
		if f.id == FormDestroy {
			t = v.listTable()
		} else {
			t = v.spoiledTable(f.id == FormList)
		}
	case RoomCards:
		t = v.cardTable(f.id)
	case RoomIncidents:
		t = v.incidentTable()
	case RoomPeople:
		t = v.peopleTable()
	case RoomPapers:
		t = v.paperTable()
	case RoomBook:
		t = v.moveTable()
	case RoomDrill:
		t = v.drillTable()
	case RoomTechnician:
		t = v.technicianTable()
	}
	if t == nil {
		return nil
	}
	t.Pick, t.Mark = f.pick, v.l.Filled.Mark
	if v.l.Books == nil && f.room != RoomPapers && f.room != RoomStock && f.room != RoomDrill && f.room != RoomShift && f.room != RoomTechnician {
		t.Empty = v.t("table.reading")
	}
	if f.pick == PickMany {
		n := 0
		for i := range t.Rows {
			if t.Rows[i].Picked = v.l.Filled.Picked[t.Rows[i].Key]; t.Rows[i].Picked {
				n++
			}
		}
		t.Picked = v.n("table.picked", n)
	}
	return t
}

// columns are written "words share", figures with a trailing ">".
func (v look) columns(all ...string) []Column {
	var out []Column
	for _, c := range all {
		key, share, _ := strings.Cut(c, " ")
		n, right := strings.CutSuffix(share, ">")
		x, _ := strconv.ParseFloat(n, 32)
		out = append(out, Column{Title: v.t("column." + key), Share: float32(x), Right: right})
	}
	return out
}

func (v look) shiftTable() *Table {
	if v.s.Shift == nil {
		return nil
	}
	t := &Table{Columns: []Column{{Title: v.t("column.what"), Share: 3}}}
	for _, x := range v.s.Shift.Tally {
		t.Columns = append(t.Columns, Column{Title: string(x.Type), Share: 1, Right: true})
	}
	for _, r := range []struct {
		key string
		of  func(station.Tally) int
	}{{"opening", func(x station.Tally) int { return x.Opening }}, {"drawn", func(x station.Tally) int { return x.Drawn }},
		{"good", func(x station.Tally) int { return x.Good }}, {"spoiled", func(x station.Tally) int { return x.Spoiled }},
		{"returned", func(x station.Tally) int { return x.Returned }}, {"missing", func(x station.Tally) int { return x.Missing }}} {
		cells := []string{v.t("tally." + r.key)}
		for _, x := range v.s.Shift.Tally {
			cells = append(cells, v.l.Words.Number(r.of(x)))
		}
		t.Rows = append(t.Rows, TableRow{Key: r.key, Cells: cells})
	}
	return t
}

func (v look) stockTable() *Table {
	t := &Table{Columns: []Column{{Title: v.t("column.account"), Share: 3}}, Empty: v.t("table.reading")}
	for _, x := range ledger.BlankTypes() {
		t.Columns = append(t.Columns, Column{Title: string(x), Share: 1, Right: true})
	}
	if v.s.Stock == nil {
		return t
	}
	for _, a := range ledger.Accounts() {
		always := a == ledger.Vault || a == ledger.Hopper || a == ledger.Good || a == ledger.Spoiled
		if !always && v.s.Stock[ledger.WNI][a] == 0 && v.s.Stock[ledger.WNA][a] == 0 {
			continue
		}
		cells := []string{v.t("account." + string(a))}
		for _, x := range ledger.BlankTypes() {
			cells = append(cells, v.l.Words.Number(v.s.Stock[x][a]))
		}
		t.Rows = append(t.Rows, TableRow{Key: string(a), Cells: cells})
	}
	return t
}

func (v look) spoiledTable(unlisted bool) *Table {
	t := &Table{Columns: v.columns("when 1.5", "chip 2.1", "cause 2.4", "count 1>", "list 1.8"), Empty: v.t("spoiled.none")}
	if v.narrow() {
		t.Columns = v.columns("when 48", "chip 150", "cause 204", "count 66>")
	}
	if v.l.Books == nil {
		return t
	}
	for _, s := range v.l.Books.Spoilage {
		if s.Left == 0 || unlisted && s.List != "" {
			continue
		}
		t.Rows = append(t.Rows, TableRow{Key: strconv.FormatInt(s.Seq, 10), Cells: []string{v.when(s.At), v.orNone(s.UID), ledger.CauseText(s.Cause, v.l.Words.Lang()),
			v.l.Words.Number(s.Left), v.orNone(s.List)}})
	}
	return t
}

func (v look) listTable() *Table {
	t := &Table{Columns: v.columns("list 2", "made 1.5", "count 1>", "type 1"), Empty: v.t("list.none")}
	if v.l.Books == nil {
		return t
	}
	for _, l := range v.l.Books.Lists {
		if l.Destroyed.IsZero() {
			t.Rows = append(t.Rows, TableRow{Key: l.Number, Cells: []string{l.Number, v.short(l.Made), v.l.Words.Number(l.Count), string(l.Type)}})
		}
	}
	return t
}

// cardTable is the finished cards, those on the way, or the shipments: what the open form is about.
func (v look) cardTable(id FormID) *Table {
	if id == FormArrive {
		return v.shipmentTable()
	}
	t := &Table{Columns: v.columns("name 4", "nik 1", "made 1.1", "age 1.2>", "where 3"), Empty: v.t("card.none.waiting")}
	cells := func(all ...string) []string { return all }
	switch {
	case id == FormShip: // all of them are here
		t.Columns = t.Columns[:4]
		cells = func(all ...string) []string { return all[:4] }
	case id != FormNone:
		t.Columns = v.columns("name 3.2", "nik 0.9", "made 0.95", "where 2.8")
		cells = func(all ...string) []string { return append(all[:3:3], all[4]) }
	}
	b := v.l.Books
	if b == nil {
		return t
	}
	var cards []office.Card
	if id != FormUnfetched {
		cards = append(cards, b.Good...)
	}
	if id != FormShip {
		cards = append(cards, b.Shipped...)
	}
	for _, c := range cards {
		n := b.Names[c.Key]
		key := c.UID
		if id == FormReprint {
			key = record.Key{ID: c.Key.ID, Issue: c.Key.Issue + 1}.String()
		}
		t.Rows = append(t.Rows, TableRow{Key: key, Tone: v.age(c.Made), Cells: cells(or(n.Name, c.Key.String()), tail(n.NIK),
			c.Made.In(v.l.Now.Location()).Format("02-01"), v.n("wait.days", v.days(c.Made)), v.whereabouts(c))})
	}
	return t
}

// whereabouts is where a finished card waits.
func (v look) whereabouts(c office.Card) string {
	if c.Where != ledger.Shipped {
		return v.t("card.here")
	}
	if v.l.Books != nil {
		for _, s := range v.l.Books.Shipments {
			if s.Number == c.Shipment {
				return s.To
			}
		}
	}
	return c.Shipment
}

// old is after how many days a finished card that nobody fetched is marked: a month.
const old = 30

func (v look) age(t time.Time) Tone {
	if v.days(t) > old {
		return Waiting
	}
	return Plain
}

func (v look) days(t time.Time) int { return int(v.l.Now.Sub(t).Hours() / 24) }

func (v look) shipmentTable() *Table {
	t := &Table{Columns: v.columns("list 1.6", "to 2.4", "sent 1.4", "count 1>"), Empty: v.t("shipment.none")}
	if v.l.Books == nil {
		return t
	}
	for _, s := range v.l.Books.Shipments {
		if s.Arrived.IsZero() {
			t.Rows = append(t.Rows, TableRow{Key: s.Number, Cells: []string{s.Number, s.To, v.short(s.Sent), v.l.Words.Number(len(s.UIDs))}})
		}
	}
	return t
}

func (v look) incidentTable() *Table {
	t := &Table{Columns: v.columns("incident 1", "seen 1.5", "witnesses 2.6", "difference 1.1>", "since 2.2"), Empty: v.t("incident.none")}
	if v.narrow() {
		t.Columns = v.columns("incident 66", "seen 62", "witnesses 150", "difference 56>", "since 160")
	}
	if v.l.Books == nil {
		return t
	}
	for _, i := range v.l.Books.Incidents {
		since := or(i.Since.Attempt, i.Since.What)
		if since == "" {
			since = v.t("incident.before")
		}
		d := strconv.FormatInt(i.Difference, 10)
		if i.Difference > 0 {
			d = "+" + d
		}
		t.Rows = append(t.Rows, TableRow{Key: i.ID, Tone: Stopped, Cells: []string{i.ID, v.when(i.Seen), v.t("witness."+string(i.Between[0])) + " / " + v.t("witness."+string(i.Between[1])), d, since}})
	}
	return t
}

func (v look) peopleTable() *Table {
	t := &Table{Columns: v.columns("person 1.6", "role 1.2", "state 2.2"), Empty: v.t("people.none")}
	if v.l.Books == nil {
		return t
	}
	for _, p := range v.l.Books.People {
		state, tone := "person.active", Plain
		switch {
		case !p.Active:
			state, tone = "person.blocked", Stopped
		case p.Locked:
			state, tone = "person.locked", Waiting
		}
		t.Rows = append(t.Rows, TableRow{Key: p.Name, Tone: tone, Cells: []string{p.Name, v.t("role." + string(p.Role)), v.t(state)}})
	}
	return t
}

func (v look) paperTable() *Table {
	t := &Table{Columns: v.columns("paper 3", "asked 2")}
	for _, k := range papers.Kinds() {
		t.Rows = append(t.Rows, TableRow{Key: string(k), Cells: []string{v.t("paper." + string(k)), v.t("paper.of." + string(paperNeeds(k)))}})
	}
	return t
}

func (v look) moveTable() *Table {
	t := &Table{Columns: v.columns("line 0.8>", "when 1.4", "move 1.7", "way 3.3", "count 1.1>", "who 1.5", "document 1.6"), Empty: v.t("move.none")}
	if v.l.Books == nil {
		return t
	}
	narrow := v.narrow()
	if narrow {
		t.Columns = v.columns("line 1>", "when 1.6", "move 2", "count 1.4>", "who 1.8")
	}
	for _, m := range v.l.Books.Moves {
		who := m.Who
		if m.Second != "" {
			who += ", " + m.Second
		}
		cells := []string{v.l.Words.Number(int(m.Seq)), v.short(m.At), v.t("move." + string(m.Kind)),
			v.t("account."+string(m.From)) + " > " + v.t("account."+string(m.To)), v.l.Words.Number(m.Count) + " " + string(m.Type), who, or(m.Document, m.Attempt)}
		if narrow {
			cells = []string{cells[0], cells[1], cells[2], cells[4], cells[5]}
		}
		t.Rows = append(t.Rows, TableRow{Key: strconv.FormatInt(m.Seq, 10), Cells: cells})
	}
	return t
}

// short is a moment for a narrow column.
func (v look) short(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return v.l.Words.Short(t.In(v.l.Now.Location()))
}

// narrow reports whether a form stands beside the table.
func (v look) narrow() bool { return v.l.Form != FormNone }

// when is a moment, or its day where there is little room.
func (v look) when(t time.Time) string {
	if v.narrow() {
		return t.In(v.l.Now.Location()).Format("02-01")
	}
	return v.short(t)
}

func (v look) orNone(s string) string { return or(s, v.t("table.nothing")) }

// tail is the end of a NIK, for a narrow column: what tells two people of one name apart.
func tail(nik string) string {
	if len(nik) < 8 {
		return ""
	}
	return "•" + nik[len(nik)-4:]
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
