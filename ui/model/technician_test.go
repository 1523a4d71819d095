package model

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"cetak/station"
	"cetak/station/access"
	"cetak/station/flow"
	"cetak/station/papers"
	"cetak/station/readiness"
	"cetak/ui/text"
)

// atBench is a technician in the room, with a form open.
func atBench(f FormID, typed map[string]string) (station.Snapshot, Local) {
	s, l := signedIn(access.Technician, f, typed)
	l.Room = RoomTechnician
	l.Books = &Books{Bench: Bench{Ports: []PortFound{{"/dev/ttyUSB0", "FT232R"}, {"/dev/ttyS0", ""}}, Readers: []string{"R 0", "R 1"},
		Set: SetupWork{Port: "/dev/ttyS0", Reader: "R 1", OffsetX: -4}}}
	for _, t := range readiness.Tests() {
		s.Readiness.Tests = append(s.Readiness.Tests, readiness.Standing{Test: t, Reason: readiness.Never, Since: l.Now})
	}
	return s, l
}

// TestTechnicianForms: what the forms of the room ask for, and what they refuse.
func TestTechnicianForms(t *testing.T) {
	for name, tt := range map[string]struct {
		form  FormID
		typed map[string]string
		want  func(Work) bool
		wrong string // field that is marked
	}{
		"all without a card": {form: FormTest, want: func(w Work) bool { return w.Test != nil && len(w.Test.Tests) == 0 && !w.Test.Card }},
		"one test":           {form: FormTest, typed: map[string]string{"test": "disk"}, want: func(w Work) bool { return slices.Equal(w.Test.Tests, []readiness.Test{readiness.Disk}) }},
		"with a card": {form: FormTestCard, want: func(w Work) bool {
			return w.Test.Card && !slices.ContainsFunc(w.Test.Tests, func(t readiness.Test) bool { return !t.Card() })
		}},
		"the report": {form: FormTestReport, want: func(w Work) bool {
			return w.Paper != nil && w.Paper.Kind == papers.Readiness && w.Paper.Format == "pdf" && w.Rule == access.Test
		}},
		"set up as it is": {form: FormSetUp, want: func(w Work) bool {
			return w.Setup != nil && *w.Setup == SetupWork{Port: "/dev/ttyS0", Reader: "R 1", OffsetX: -4}
		}},
		"set up anew": {form: FormSetUp, typed: map[string]string{"port": "/dev/ttyUSB0", "turned": "yes", "offset-x": "7", "offset-y": "-12", "contrast-black": "12"},
			want: func(w Work) bool {
				return *w.Setup == SetupWork{Port: "/dev/ttyUSB0", Reader: "R 1", Turned: true, OffsetX: 7, OffsetY: -12, ContrastBlack: 12}
			}},
		"too far":        {form: FormSetUp, typed: map[string]string{"offset-x": "61"}, wrong: "offset-x"},
		"no number":      {form: FormSetUp, typed: map[string]string{"offset-y": "lima"}, wrong: "offset-y"},
		"too much":       {form: FormSetUp, typed: map[string]string{"contrast-colour": "21"}, wrong: "contrast-colour"},
		"below nothing":  {form: FormSetUp, typed: map[string]string{"contrast-black": "-1"}, wrong: "contrast-black"},
		"nothing at all": {form: FormSetUp, typed: map[string]string{"contrast-black": " "}, wrong: "contrast-black"},
	} {
		t.Run(name, func(t *testing.T) {
			w, next, ready := Draft(atBench(tt.form, tt.typed))
			if ready != (tt.wrong == "") || tt.wrong != "" && next.Wrong[tt.wrong] == "" {
				t.Fatalf("ready %v, wrong %v", ready, next.Wrong)
			}
			if tt.want != nil && !tt.want(w) {
				t.Errorf("%+v", w)
			}
		})
	}
}

// TestTechnicianRoom: readiness in words and tone, and every test in the table, in both languages.
func TestTechnicianRoom(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*station.Snapshot)
		tone   Tone
		says   string // in English
	}{
		"free":     {func(s *station.Snapshot) { s.Readiness.Since = noon }, Waiting, "is not proven ready"},
		"required": {func(s *station.Snapshot) { s.Required, s.Readiness.Since = true, noon }, Stopped, "no card is begun"},
		"ready": {func(s *station.Snapshot) {
			s.Readiness.Ready, s.Readiness.Since, s.Readiness.Until, s.Readiness.Left = true, noon, noon.AddDate(0, 0, 3), 1
			for i := range s.Readiness.Tests {
				s.Readiness.Tests[i].Reason, s.Readiness.Tests[i].Made, s.Readiness.Tests[i].Result.State = readiness.Countable, true, readiness.Passed
			}
		}, Ready, "for 1 more card."},
		"testing":        {func(s *station.Snapshot) { s.Testing = readiness.Line }, Working, "Being tested: Line to the printer."},
		"judge it":       {func(s *station.Snapshot) { s.Job, s.Question = &station.Job{Test: true}, &station.Question{} }, Waiting, "waits for your judgement"},
		"in the machine": {func(s *station.Snapshot) { s.Job = &station.Job{Test: true} }, Working, "is being made"},
		"refused":        {func(s *station.Snapshot) { s.Refusal = &station.Refusal{Code: station.TestBusy, At: noon} }, Stopped, "T-102"},
		"not read yet":   {func(s *station.Snapshot) { s.Readiness.Tests = nil }, Working, "..."},
	} {
		t.Run(name, func(t *testing.T) {
			for _, lang := range []string{"id", "en"} {
				s, l := atBench(FormNone, nil)
				l.Words = text.For(lang)
				tt.change(&s)
				p := Of(s, l).Page
				if p == nil || len(p.Lines) == 0 || len(p.Cells) != 4 || p.Table == nil || len(p.Table.Rows) != len(s.Readiness.Tests) {
					t.Fatalf("%+v", p)
				}
				if p.Lines[0].Tone != tt.tone || lang == "en" && tt.says != "..." && !strings.Contains(p.Lines[0].Text, tt.says) {
					t.Errorf("%+v", p.Lines)
				}
				for _, r := range p.Table.Rows {
					if slices.ContainsFunc(r.Cells, func(c string) bool { return strings.Contains(c, "tech.") }) {
						t.Errorf("%s: no words for %v", lang, r.Cells)
					}
				}
			}
		})
	}
	for _, lang := range []string{"id", "en"} { // every state and reason has words
		for _, r := range readiness.Reasons() {
			s, l := atBench(FormNone, nil)
			l.Words = text.For(lang)
			s.Readiness.Tests[0].Reason, s.Readiness.Tests[0].Made = r, r != readiness.Never
			s.Readiness.Tests[0].Result.State = map[readiness.Reason]readiness.State{readiness.WasBad: readiness.Failed, readiness.WasLeft: readiness.Abandoned}[r]
			if s.Readiness.Tests[0].Result.State == "" {
				s.Readiness.Tests[0].Result.State = readiness.Passed
			}
			if c := Of(s, l).Page.Table.Rows[0].Cells[1]; c == "" || strings.Contains(c, "tech.") {
				t.Errorf("%s %s: %q", lang, r, c)
			}
		}
	}
}

// TestLimitsInWords: whoever sets too much is told how much may be set.
func TestLimitsInWords(t *testing.T) {
	for _, lang := range []string{"id", "en"} {
		for key, most := range map[string]int{"wrong.offset": mostOffset, "wrong.contrast": mostContrast} {
			if w := text.For(lang).T(key); !strings.Contains(w, " "+strconv.Itoa(most)+".") {
				t.Errorf("%s: %q does not name %d", lang, w, most)
			}
		}
	}
}

// TestNotesOfTests: what a test found is told in the language of the screen; what an earlier release wrote is told as it was written.
func TestNotesOfTests(t *testing.T) {
	s, l := atBench(FormNone, nil)
	made := func(n ...readiness.Note) readiness.Standing {
		out := readiness.Standing{Test: readiness.Line, Made: true}
		out.Result.State, out.Result.Notes = readiness.Passed, n
		return out
	}
	old := made()
	old.Result.Detail = "100 of 100 answers right"
	bad := made(readiness.Found(readiness.FoundCards, 20488, 2))
	bad.Result.State, bad.Result.Code, bad.Result.Detail, bad.Reason = readiness.Failed, station.CountersWrong, "Rco;c 20488", readiness.WasBad
	s.Readiness.Tests = []readiness.Standing{made(readiness.Found(readiness.FoundDisk, 262144, 12)), old, bad}
	for lang, want := range map[string][]string{
		"id": {"262.144 byte ditulis sampai ke disk dalam 12 milidetik, lalu dibaca kembali", "100 of 100 answers right", "(T-104) penghitung kartu 20.488, bertambah 2"},
		"en": {"262,144 bytes written and synced in 12 ms, and read back", "100 of 100 answers right", "(T-104) card counter 20,488, more by 2"},
	} {
		l.Words = text.For(lang)
		for i, r := range Of(s, l).Page.Table.Rows {
			if note := r.Cells[4]; !strings.HasSuffix(note, want[i]) || strings.Contains(note, "Rco") {
				t.Errorf("%s: %q, want %q", lang, note, want[i])
			}
		}
	}
}

// TestTestCardAtTheDesk: a test card is told as what it is, and names nobody.
func TestTestCardAtTheDesk(t *testing.T) {
	s, l := atBench(FormNone, nil)
	l.Room, l.Words = RoomDesk, text.For("en")
	s.Phase, s.Busy = flow.Confirming, true
	s.Job = &station.Job{Test: true, Item: station.QueueItem{ID: station.TestCard}, Started: noon}
	s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood, station.AnswerSpoiled}}
	sc := Of(s, l)
	if !strings.Contains(sc.State.Title, "test card") || !strings.Contains(sc.State.Detail, "reject box") || sc.Card.Name != "TEST CARD" || s.Job.Item.Name != "" {
		t.Errorf("%+v %+v", sc.State, sc.Card)
	}
	if f := sc.Centre.Face; f.NIK != nil || len(f.Facts) != 0 || len(f.Checks) == 0 {
		t.Errorf("%+v", f)
	}
}
