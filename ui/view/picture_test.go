package view

import (
	"context"
	"encoding/json"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	register "cetak/hwsim/centre"
	"cetak/station"
	"cetak/station/face"
	"cetak/station/flow"
	"cetak/station/record"
)

// specimens is a Desk with invented people of the simulator's centre and their real faces.
type specimens struct {
	canned
	records []*record.Record
	faces   *face.Renderer
}

func newSpecimens(t *testing.T, n int) *specimens {
	t.Helper()
	made, err := register.New(3, register.Options{Now: noon}).Make(n)
	if err != nil {
		t.Fatal(err)
	}
	d := &specimens{}
	if d.faces, err = face.New(); err != nil {
		t.Fatal(err)
	}
	for i, m := range made {
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		r, err := record.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		d.records = append(d.records, r)
		d.items = append(d.items, station.QueueItem{ID: r.ID, Issue: r.Issue, Name: r.Fields.Name, NIK: r.Fields.NIK, Kind: string(r.Kind),
			Reason: r.Reason, Cleared: noon.Add(-time.Duration(n-i) * 7 * time.Hour)})
	}
	return d
}

func (d *specimens) Preview(_ context.Context, id string, issue int) (station.Preview, error) {
	for i, r := range d.records {
		if r.ID != id || r.Issue != issue {
			continue
		}
		layout, err := face.LayoutFor(r.Kind)
		if err != nil {
			return station.Preview{}, err
		}
		art, notes, err := d.faces.Render(r, layout)
		if err != nil {
			return station.Preview{}, err
		}
		p := station.Preview{Item: d.items[i], Face: face.Composite(art), NIK: notes.NIK}
		for _, l := range r.Fields.Lines() {
			p.Lines = append(p.Lines, station.FaceLine{Field: l.Name, Value: l.Value})
		}
		return p, nil
	}
	return station.Preview{}, os.ErrNotExist
}

// The picture of the desk in the README: an invented person's card being printed. With -update it is drawn anew.
func TestPictures(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Theme())
	d := newSpecimens(t, 25)
	v := New(d, Options{Lang: "id", Post: func(f func()) { f() }, Run: func(f func()) { f() }, Now: func() time.Time { return noon }, Advisor: advisor})
	win := test.NewTempWindow(t, v.Content())
	win.SetPadded(false)
	win.Resize(fyne.NewSize(1366, 768))
	v.Attach(win.Canvas())
	s := working(d.items, flow.Printing, 5)
	s.Office, s.Operator = "Kabupaten Contoh", "Siti R."
	v.Show(s)
	if v.screen.Centre.Face.Image == nil || !strings.Contains(v.screen.State.Detail, d.items[0].Name) {
		t.Fatalf("the desk shows %+v", v.screen.State)
	}
	if !*update {
		return
	}
	f, err := os.Create("../../docs/desk.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, win.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
