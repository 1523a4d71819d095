package model

import (
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/papers"
	"cetak/station/readiness"
)

// SetupWork is what a technician sets by looking at the machine, the reader, and a test card.
type SetupWork struct {
	Port, Reader                  string
	Turned                        bool
	OffsetX, OffsetY              int // dots, right and down
	ContrastColour, ContrastBlack int // 0 = as the machine has it
}

// PortFound is a serial port of this computer with what is known of what hangs on it.
type PortFound struct{ Path, Name string }

// Bench is what the technician's room shows and the Snapshot does not carry.
type Bench struct {
	Ports   []PortFound
	Readers []string
	Set     SetupWork
}

// Limits of what may be set, as the settings have them.
const (
	mostOffset   = 60
	mostContrast = 20
)

// technicianLines say whether the station is proven fit, since when, and why not.
func (v look) technicianLines() []Check {
	var out []Check
	if r := v.s.Refusal; r != nil && v.l.Now.Sub(r.At) < time.Minute {
		out = append(out, Check{Stopped, v.t("tech.refused") + ": " + sentence(v.advice(r.Code).Title) + " (" + string(r.Code) + ")"})
	}
	switch {
	case v.s.Testing != "":
		out = append(out, Check{Working, v.t("tech.testing", "test", v.t("tech.test."+string(v.s.Testing)))})
	case v.s.Job != nil && v.s.Job.Test && v.s.Question != nil:
		out = append(out, Check{Waiting, v.t("tech.waits")})
	case v.s.Job != nil && v.s.Job.Test:
		out = append(out, Check{Working, v.t("tech.card")})
	}
	r := v.s.Readiness
	if len(r.Tests) == 0 {
		return append(out, Check{Working, v.t("table.reading")})
	}
	if r.Ready {
		line := v.t("tech.ready", "since", v.moment(r.Since))
		if !r.Until.IsZero() {
			line += " " + v.t("tech.ready.until", "until", v.moment(r.Until))
		}
		if r.Left >= 0 {
			line += " " + v.n("tech.ready.cards", r.Left)
		}
		return append(out, Check{Ready, line})
	}
	tone, key := Waiting, "tech.not.free"
	if v.s.Required {
		tone, key = Stopped, "tech.not"
	}
	var why []string
	for _, s := range r.Why() {
		why = append(why, v.t("tech.test."+string(s.Test)))
	}
	return append(out, Check{tone, v.t(key, "since", v.moment(r.Since), "why", strings.Join(why, ", "))})
}

func (v look) moment(t time.Time) string { return v.l.Words.Moment(t.In(v.l.Now.Location())) }

// technicianCells are the devices: who they are, what they count, how the line is.
func (v look) technicianCells() []Supply {
	m := v.s.Machine
	unknown := func(s string) string { return or(s, v.t("tech.unknown")) }
	count := func(n int64) string {
		if m.At.IsZero() || n == drivers.CountUnknown {
			return v.t("tech.unknown")
		}
		return v.l.Words.Number(int(n))
	}
	line := v.t("tech.unknown")
	for _, s := range v.s.Readiness.Tests {
		if q := s.Result.Quality; s.Test == readiness.Line && q != nil && q.Asked > 0 {
			line = v.t("tech.line", "right", v.l.Words.Number(q.Right), "asked", v.l.Words.Number(q.Asked))
		}
	}
	reader := ""
	if v.l.Books != nil {
		reader = v.l.Books.Bench.Set.Reader
	}
	return []Supply{
		{Tone: v.deviceTone(v.s.Printer), Label: v.t("device.printer"), Value: unknown(strings.TrimSpace(m.ID.Model + " " + m.ID.Serial)), Word: v.t("tech.firmware", "n", unknown(m.ID.Firmware))},
		{Label: v.t("tech.counters"), Value: v.t("tech.counted", "cards", count(m.Status.CardsInserted), "panels", count(m.Status.PanelsPrinted))},
		{Label: v.t("tech.quality"), Value: line},
		{Tone: v.deviceTone(v.s.Reader), Label: v.t("device.reader"), Value: unknown(reader)},
	}
}

func (v look) deviceTone(d station.Device) Tone {
	switch d.State {
	case station.DeviceUp:
		return Ready
	case station.DeviceDown:
		return Stopped
	}
	return Plain
}

// technicianTable is each self-test with its last result.
func (v look) technicianTable() *Table {
	t := &Table{Columns: v.columns("test 2.2", "result 1.6", "when 1.4", "person 1", "note 3.4"), Empty: v.t("table.reading")}
	if v.narrow() {
		t.Columns = v.columns("test 2.4", "result 1.8", "when 1")
	}
	for _, s := range v.s.Readiness.Tests {
		row := TableRow{Key: string(s.Test), Tone: Ready}
		result, when, who, note := v.t("tech.reason.never"), "", "", ""
		if s.Made {
			result, when, who = v.t("tech.state."+string(s.Result.State)), v.when(s.Result.At), s.Result.Who
			note = s.Result.Says(v.l.Words.Lang())
			if s.Result.Code != "" { // the device's own words are for the readiness report
				found := readiness.Fact{Notes: s.Result.Notes}.Says(v.l.Words.Lang())
				note = strings.TrimSpace(sentence(v.advice(s.Result.Code).Title) + " (" + string(s.Result.Code) + ") " + found)
			}
		}
		switch s.Reason {
		case readiness.Countable:
		case readiness.Never, readiness.WasBad, readiness.WasLeft:
			row.Tone = Stopped
		default:
			row.Tone = Waiting
			result = v.t("tech.reason." + string(s.Reason))
		}
		row.Cells = []string{v.t("tech.test." + string(s.Test)), result, when, who, note}
		if v.narrow() {
			row.Cells = row.Cells[:3]
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// all is the choice of every test.
const allTests = "all"

func (v look) tested() []Field {
	options := []Option{{allTests, v.t("tech.test.all")}}
	for _, s := range v.s.Readiness.Tests {
		if !s.Test.Card() {
			options = append(options, Option{string(s.Test), v.t("tech.test." + string(s.Test))})
		}
	}
	return []Field{whole(v.field(FieldChoice, "test", allTests, options...))}
}

func (v look) setUp() []Field {
	var b Bench
	if v.l.Books != nil {
		b = v.l.Books.Bench
	}
	ports, readers := []Option{{b.Set.Port, portLabel(PortFound{Path: b.Set.Port})}}, []Option{{b.Set.Reader, b.Set.Reader}}
	for _, p := range b.Ports {
		if o := (Option{p.Path, portLabel(p)}); p.Path != b.Set.Port {
			ports = append(ports, o)
		} else {
			ports[0] = o
		}
	}
	for _, r := range b.Readers {
		if r != b.Set.Reader {
			readers = append(readers, Option{r, r})
		}
	}
	turned := "no"
	if b.Set.Turned {
		turned = "yes"
	}
	return []Field{
		whole(v.field(FieldChoice, "port", b.Set.Port, ports...)), whole(v.field(FieldChoice, "reader", b.Set.Reader, readers...)),
		whole(v.choose("turned", turned, "no", "yes")),
		v.field(FieldText, "offset-x", strconv.Itoa(b.Set.OffsetX)), v.field(FieldText, "offset-y", strconv.Itoa(b.Set.OffsetY)),
		v.field(FieldNumber, "contrast-colour", strconv.Itoa(b.Set.ContrastColour)), v.field(FieldNumber, "contrast-black", strconv.Itoa(b.Set.ContrastBlack)),
	}
}

// portLabel is what a person knows a port by: what hangs on it, else the end of its path.
func portLabel(p PortFound) string {
	const most = 36
	label := or(p.Name, p.Path)
	if r := []rune(label); len(r) > most {
		return "…" + string(r[len(r)-most+1:])
	}
	return label
}

// technician reads the forms of the technician's room.
func (r *reader) technician(id FormID, w *Work) {
	switch id {
	case FormTest:
		w.Test = &station.SelfTest{}
		if t := r.values["test"]; t != allTests {
			w.Test.Tests = []readiness.Test{readiness.Test(t)}
		}
	case FormTestCard:
		w.Test = &station.SelfTest{Tests: []readiness.Test{readiness.Transport, readiness.Chip, readiness.Print, readiness.Counters}, Card: true}
	case FormTestReport:
		w.Paper = &PaperWork{Format: "pdf"}
		w.Paper.Kind = papers.Readiness
	case FormSetUp:
		offset := func(name string) int { return r.within(name, -mostOffset, mostOffset, "offset") }
		contrast := func(name string) int { return r.within(name, 0, mostContrast, "contrast") }
		w.Setup = &SetupWork{
			Port: r.text("port"), Reader: r.text("reader"), Turned: r.values["turned"] == "yes", OffsetX: offset("offset-x"), OffsetY: offset("offset-y"),
			ContrastColour: contrast("contrast-colour"), ContrastBlack: contrast("contrast-black"),
		}
	}
}

// within reads a whole number between two others; why has the words that name them.
func (r *reader) within(name string, least, most int, why string) int {
	n, err := strconv.Atoi(r.text(name))
	switch {
	case err != nil:
		r.wrong(name, "number")
	case n < least || n > most:
		r.wrong(name, why)
	}
	return n
}
