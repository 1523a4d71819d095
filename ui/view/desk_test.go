package view

import (
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
	"cetak/ui/model"
)

var every = flag.Bool("screens", false, "draw every screen: some minutes (make screens)")

var update = flag.Bool("update", false, "write the golden files and docs/pictures anew")

// noon is the moment of every picture.
var noon = time.Date(2026, 11, 21, 10, 21, 7, 0, time.FixedZone("WIB", 7*3600))

// canned is a Desk that answers from values: what is tested here is the screen.
type canned struct {
	mu    sync.Mutex
	snap  station.Snapshot
	items []station.QueueItem
	done  []station.Command
	face  *image.RGBA
	finds []station.Finding
	err   error
	draw  func(station.QueueItem) (station.Preview, error) // in place of face
}

func (d *canned) Do(c station.Command) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done = append(d.done, c)
}

func (d *canned) Watch() (<-chan station.Snapshot, func()) {
	ch := make(chan station.Snapshot, 1)
	ch <- d.snap
	return ch, func() {}
}

func (d *canned) Find(q string, limit int) []station.QueueItem {
	var out []station.QueueItem
	for _, it := range d.items {
		if len(out) == limit {
			break
		}
		if strings.Contains(it.Name, strings.ToUpper(q)) || strings.Contains(it.NIK, q) {
			out = append(out, it)
		}
	}
	return out
}

func (d *canned) Preview(_ context.Context, id string, issue int) (station.Preview, error) {
	all := d.items
	if id == station.TestCard && d.draw != nil {
		all = []station.QueueItem{{ID: id, Issue: issue}}
	}
	for _, it := range all {
		if it.ID == id && it.Issue == issue {
			if d.draw != nil && d.err == nil {
				p, err := d.draw(it)
				p.Findings = d.finds
				return p, err
			}
			return station.Preview{Item: it, Face: d.face, Findings: d.finds, Lines: []station.FaceLine{
				{Field: "TMPT_LHR", Value: "BANYUMAS"}, {Field: "TGL_LHR", Value: "07-03-2009"}}}, d.err
		}
	}
	return station.Preview{}, drivers.Unexpected
}

func person(i int, name string, days int, reason string) station.QueueItem {
	return station.QueueItem{ID: fmt.Sprintf("PRR-9901-%06d", i), Issue: 1, Name: name, NIK: fmt.Sprintf("990107%06d%04d", 470309+i, i),
		Kind: "WNI", Reason: reason, Cleared: noon.Add(-time.Duration(days) * 24 * time.Hour)}
}

func people() []station.QueueItem {
	all := []station.QueueItem{
		person(1, "BUDI SANTOSO", 6, "pemula"),
		person(2, "NI LUH PUTU AYU KARTIKA DEWI", 6, "hilang"),
		person(3, "MUHAMMAD ABDURRAHMAN AL-FARISI SYAHPUTRA WIRANEGARA KUSUMAH", 5, "perubahan"),
		person(4, "SITI NURHALIZA BINTI H. ABDUL KADIR", 4, "rusak"),
		person(5, "SUPARNO", 4, "prr"),
		person(6, "YOHANES DE BRITTO A. NONG MEAK", 2, "pemula"),
		person(7, "DEWI SARTIKA", 1, "pindah"),
		person(8, "I GEDE WAYAN SUARDANA", 0, "pemula"),
	}
	all[1].Warnings, all[3].Issue = 1, 2
	for i := 9; i <= 25; i++ {
		all = append(all, person(i, fmt.Sprintf("RATNA WULANDARI %c", 'A'+i-9), 0, "pemula"))
	}
	return all
}

func ready(items []station.QueueItem) station.Snapshot {
	s := station.Snapshot{Seq: 1, Office: "Kabupaten Banyumas", Desk: "2", Specimen: true, Operator: "Siti R.", Phase: flow.Idle, Waiting: len(items),
		Printer: station.Device{Name: "Evolis", State: station.DeviceUp, At: noon}, Reader: station.Device{Name: "ACS", State: station.DeviceUp, At: noon},
		Hopper: 87, RibbonLeft: 143, RejectCount: 2, RejectCapacity: 15, GoodToday: 112, SpoiledToday: 1}
	if len(items) > 0 {
		s.Next = &items[0]
	}
	return s
}

// steps makes the steps of a card with the first n done.
func steps(n int) []station.Step {
	took := []int{40, 2130, 240, 4480, 1950, 18700, 2600, 3900, 20}
	names := []station.StepName{station.StepCheck, station.StepLoad, station.StepReadChip, station.StepWriteChip, station.StepVerify,
		station.StepPrint, station.StepDischarge, station.StepConfirm, station.StepSettle}
	var out []station.Step
	for i, name := range names {
		d := time.Duration(took[i]) * time.Millisecond
		s := station.Step{Name: name, State: station.StepWaiting, About: d}
		switch {
		case i < n:
			s.State, s.Took = station.StepDone, d
		case i == n:
			s.State = station.StepRunning
		}
		out = append(out, s)
	}
	return out
}

func working(items []station.QueueItem, phase flow.Phase, n int) station.Snapshot {
	s := ready(items)
	s.Phase, s.Busy = phase, true
	s.Job = &station.Job{Item: items[0], Attempt: "A-1", UID: "04a1b2c3d4e5f6", Started: noon, Steps: steps(n)}
	return s
}

func held(items []station.QueueItem, code drivers.Code, card drivers.Whereabouts, cleared bool, answers ...station.Answer) station.Snapshot {
	at, op := 5, "print"
	if code[0] == 'C' {
		at, op = 3, "write chip"
	}
	s := working(items, flow.Held, at)
	s.Job.Steps[at].State, s.Job.Steps[at].Took = station.StepFailed, 7200*time.Millisecond
	s.Fault = &station.FaultInfo{Code: code, Op: op, Card: card, Again: drivers.AgainAfterOperator, Detail: "reply 4B 10", Cleared: cleared, Since: noon}
	s.Question = &station.Question{Kind: station.QuestionFault, Answers: answers}
	return s
}

// words for codes, of the lengths that real advice has.
func advisor(code drivers.Code, lang string) (model.Advice, bool) {
	if lang == "en" {
		return model.Advice{Title: "The printer's cover is open", Steps: []string{"Look whether a card hangs out of the printer; do not pull it.",
			"Close the cover until it clicks.", "Wait until the lamp stands still."}, Blank: "The card inside is spoiled; it is moved into the reject box."}, true
	}
	return model.Advice{Title: "Tutup pencetak terbuka", Steps: []string{"Lihat apakah ada kartu yang menonjol dari pencetak; jangan ditarik dengan paksa.",
		"Tutup penutup pencetak sampai berbunyi klik.", "Tunggu sampai lampu pencetak berhenti berkedip."},
		Blank: "Kartu di dalam rusak; kartu itu dipindahkan ke kotak tolak."}, code != "X-999"
}

// bench is a View on a canvas of a given size.
type bench struct {
	*View
	desk *canned
	win  fyne.Window
}

func (b *bench) show(s station.Snapshot) {
	s.Seq = b.snap.Seq + 1
	b.desk.snap = s
	b.Show(s)
}

func (b *bench) last() station.Command {
	if len(b.desk.done) == 0 {
		return nil
	}
	return b.desk.done[len(b.desk.done)-1]
}

func newBench(t *testing.T, lang string, w, h float32) *bench {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Theme())
	d := &canned{items: people(), face: drawnFace(t)}
	v := New(d, Options{Lang: lang, Post: func(f func()) { f() }, Run: func(f func()) { f() }, Now: func() time.Time { return noon }, Advisor: advisor})
	win := test.NewTempWindow(t, v.Content())
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	v.Attach(win.Canvas())
	return &bench{v, d, win}
}

// drawnFace stands in for a rendered card: the view neither knows nor changes what is on it.
func drawnFace(t *testing.T) *image.RGBA {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{0xD6, 0xE8, 0xF6, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(730, 150, 966, 450), image.NewUniform(color.RGBA{0xB0, 0x2A, 0x2A, 255}), image.Point{}, draw.Src)
	for y := 150; y < 450; y++ {
		for x := 730; x < 966; x++ {
			dx, dy := x-848, y-280
			if dx*dx*4+dy*dy*2 < 4*80*80/2*2 {
				m.SetRGBA(x, y, color.RGBA{0xC6, 0x93, 0x6C, 255})
			} else if dy > 70 && dx*dx < (dy+30)*(dy+30) {
				m.SetRGBA(x, y, color.RGBA{0xF5, 0xF5, 0xF5, 255})
			}
		}
	}
	write := func(ttf []byte, size float64, x, y int, s string) {
		f, err := opentype.Parse(ttf)
		if err != nil {
			t.Fatal(err)
		}
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
		if err != nil {
			t.Fatal(err)
		}
		(&font.Drawer{Dst: m, Src: image.Black, Face: face, Dot: fixed.P(x, y)}).DrawString(s)
	}
	write(gobold.TTF, 40, 330, 60, "PROVINSI CONTOH")
	write(gobold.TTF, 36, 300, 105, "KABUPATEN SPECIMEN")
	write(gobold.TTF, 44, 40, 165, "NIK : 9901074703090001")
	for i, s := range []string{"Nama             : BUDI SANTOSO", "Tempat/Tgl Lahir : BANYUMAS, 07-03-2009", "Jenis Kelamin    : LAKI-LAKI", "Alamat           : JL. CONTOH NO. 1",
		"Agama            : ISLAM", "Status           : BELUM KAWIN", "Pekerjaan        : PELAJAR", "Kewarganegaraan  : WNI", "Berlaku Hingga   : SEUMUR HIDUP"} {
		write(goregular.TTF, 28, 40, 220+i*46, s)
	}
	write(gobold.TTF, 64, 330, 620, "SPECIMEN")
	return m
}
