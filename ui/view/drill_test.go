package view

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/drill"
	"cetak/ui/model"
	"cetak/ui/text"
)

// aDrill is the first day of the book, with its people.
func aDrill(hints int) *model.Drill {
	return &model.Drill{Day: drill.Days()[0], Password: "K7-44-PQ", Hints: hints,
		People: []model.Me{{Name: "siti", Role: access.Operator}, {Name: "joko", Role: access.Technician}, {Name: "rina", Role: access.Supervisor}, {Name: "budi", Role: access.Supervisor}, {Name: "ayu", Role: access.Auditor}}}
}

// With the largest letters what a drill tells is more than there is room for, and Page Down brings it into sight.
func TestDrillScrolls(t *testing.T) {
	b, _ := newOffice(t, text.Indonesian, monitor.Width, monitor.Height)
	b.like(model.Taste{Text: model.TextLargest})
	b.signIn("siti")
	b.local.Drill = aDrill(2)
	b.enter(model.RoomDrill, "")
	word := func() bool {
		return slices.ContainsFunc(scan(b.Content(), monitor), func(f found) bool {
			x, ok := f.what.(*canvas.Text)
			return ok && x.Text == "K7-44-PQ" && f.is.within(f.seen)
		})
	}
	if word() {
		t.Fatal("everything is seen at once: nothing is tested")
	}
	b.press1(fyne.KeyPageDown)
	if !word() {
		t.Error("Page Down does not show the rest")
	}
	b.press1(fyne.KeyPageUp)
	if b.page.roll.Offset.Y != 0 {
		t.Errorf("Page Up leaves %v", b.page.roll.Offset)
	}
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
		{"drill-door", "", func(b *bench) { b.local.Drill = aDrill(0); b.refresh() }},
		{"drill-desk", "siti", func(b *bench) { b.local.Drill = aDrill(0); b.enter(model.RoomDesk, "") }},
	}
}
