package view

import (
	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/drill"
	"cetak/ui/model"
)

// aDrill is the first day of the book, with its people.
func aDrill(hints int) *model.Drill {
	return &model.Drill{Day: drill.Days()[0], Password: "latihan-123", Hints: hints,
		People: []model.Me{{Name: "siti", Role: access.Operator}, {Name: "joko", Role: access.Technician}, {Name: "rina", Role: access.Supervisor}, {Name: "budi", Role: access.Supervisor}, {Name: "ayu", Role: access.Auditor}}}
}

// drillScenes are the room of the drill: beside a station, and in a drill.
func drillScenes() []scene {
	in := func(hints int, more func(*bench)) func(*bench) {
		return func(b *bench) {
			b.local.Drill = aDrill(hints)
			b.enter(model.RoomDrill, "")
			more(b)
		}
	}
	// refused has the form stay open that is otherwise done as soon as it is opened.
	refused := func(f model.FormID) func(*bench) {
		return in(0, func(b *bench) {
			b.o.Office.(*clerk).err = &drivers.Fault{Code: "K-223"}
			b.enter(model.RoomDrill, f)
		})
	}
	return []scene{
		{"drill", "siti", func(b *bench) { b.local.Drills = true; b.enter(model.RoomDrill, "") }},
		{"drill-start", "siti", func(b *bench) {
			b.local.Drills = true
			b.enter(model.RoomDrill, model.FormDrill)
			b.mark(drill.Days()[1].ID)
		}},
		{"drill-told", "siti", in(0, func(*bench) {})},
		{"drill-hints", "siti", in(2, func(*bench) {})},
		{"drill-hint-refused", "siti", refused(model.FormHint)},
		{"drill-score-refused", "siti", refused(model.FormScore)},
		{"drill-scored", "siti", in(1, func(b *bench) {
			d := aDrill(1)
			d.Score = &drill.Result{Day: d.Day.ID, Marks: 83, Of: 100, Hints: 1, Closed: true, Rows: []drill.Row{
				{What: drill.Advice, Marks: 18, Of: 35, Why: []drill.Reason{{Key: "again", N: 3}}}}}
			b.local.Drill = d
			b.refresh()
		})},
		{"drill-desk", "siti", func(b *bench) { b.local.Drill = aDrill(0); b.enter(model.RoomDesk, "") }},
	}
}
