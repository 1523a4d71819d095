package model

// Room is a part of the program that stands in the window in place of the desk.
type Room string

// Rooms, in the order of the menu.
const (
	RoomDesk      Room = "desk"
	RoomShift     Room = "shift"
	RoomStock     Room = "stock"
	RoomSpoiled   Room = "spoiled"
	RoomCards     Room = "cards"
	RoomSight     Room = "sight"
	RoomIncidents Room = "incidents"
	RoomPeople    Room = "people"
	RoomPapers    Room = "papers"
	RoomBook      Room = "book"
	RoomDrill     Room = "drill" // the trainee's: in a drill, and where one is chosen

	RoomTechnician Room = "technician"
)

// Rooms lists all in the order of the menu.
func Rooms() []Room {
	return []Room{RoomDesk, RoomShift, RoomStock, RoomSpoiled, RoomCards, RoomSight, RoomIncidents, RoomPeople, RoomPapers, RoomBook, RoomTechnician, RoomDrill}
}

// Page is what stands in a room: how things are, a table, and the form of what can be done.
type Page struct {
	Menu   []MenuItem
	Title  string
	Lines  []Check // how things stand
	Cells  []Supply
	Table  *Table
	Form   *Form
	Charts []Chart // stand where the form would, while none is open
}

// MenuItem is one line of a room's menu: one thing to do.
type MenuItem struct {
	Button
	Open bool // is shown now
}

// Table is rows to look through, and where Pick is set to choose from.
type Table struct {
	Columns []Column
	Rows    []TableRow
	Empty   string // shown in place of rows
	Pick    Pick
	Mark    string // Key of the row under the mark; "" when none
	Picked  string // how many are chosen, in words; "" when nothing can be chosen
}

// Pick says how rows are chosen.
type Pick string

// Ways to choose rows.
const (
	PickNone Pick = ""
	PickOne  Pick = "one"  // the row under the mark
	PickMany Pick = "many" // each row is taken or left, with Space or a press
)

// Column is one column; Share is its part of the width.
type Column struct {
	Title string
	Share float32
	Right bool // figures stand at the right
}

// TableRow is one row of a table. Key is what an act is told; it is never shown.
type TableRow struct {
	Key    string
	Cells  []string
	Tone   Tone
	Picked bool
}

// Form is one thing to do: its fields and its one large button.
type Form struct {
	ID     string
	Title  string
	Detail string
	Fields []Field
	Said   *Check // what came of it, or what is wrong
	Do     *Button
}

// FieldKind says what may be typed.
type FieldKind string

// Kinds of fields.
const (
	FieldText   FieldKind = "text"
	FieldSecret FieldKind = "secret" // shown as dots, forgotten once used
	FieldNumber FieldKind = "number"
	FieldLines  FieldKind = "lines"  // several lines
	FieldChoice FieldKind = "choice" // one of Options
)

// Field is one field of a form. What was typed is in Local.Values under Name.
type Field struct {
	Name, Label, Note string
	Kind              FieldKind
	Value             string
	Options           []Option
	Wrong             string // what is wrong with it, in words
	Half              bool   // half a line is enough for it
}

// Option is one choice of a field.
type Option struct{ Value, Label string }

// Door is the sign-in, in place of everything that is not for everybody's eyes.
type Door struct {
	Title, Detail string
	Form          Form
}
