package model

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/readiness"
	"cetak/ui/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 11, 21, 10, 21, 7, 0, time.UTC)

func advisor(code drivers.Code, lang string) (Advice, bool) {
	if code == "Z-999" {
		return Advice{}, false
	}
	return Advice{Title: lang + " title of " + string(code), Steps: []string{"one", "two"}, Blank: "blank of " + string(code)}, true
}

func item() station.QueueItem {
	return station.QueueItem{ID: "PRR-9901-000001", Issue: 1, Name: "BUDI SANTOSO", NIK: "9901074703090001", Kind: "WNI", Reason: "pemula", Cleared: noon.Add(-6*24*time.Hour - time.Hour)}
}

func up() station.Device { return station.Device{State: station.DeviceUp, At: noon} }

func idle() station.Snapshot {
	it := item()
	return station.Snapshot{Office: "Kabupaten Banyumas", Desk: "2", Operator: "Siti R.", Phase: flow.Idle, Next: &it, Waiting: 25, Printer: up(), Reader: up(),
		Hopper: 87, RibbonLeft: 143, RejectCount: 2, RejectCapacity: 15, GoodToday: 112, SpoiledToday: 1}
}

var stepNames = []station.StepName{station.StepCheck, station.StepLoad, station.StepReadChip, station.StepWriteChip, station.StepVerify,
	station.StepPrint, station.StepDischarge, station.StepConfirm, station.StepSettle}

func busy(p flow.Phase, at int) station.Snapshot {
	s := idle()
	s.Phase, s.Busy = p, true
	s.Job = &station.Job{Item: item(), Attempt: "A-1", Started: noon}
	for i, n := range stepNames {
		st := station.Step{Name: n, State: station.StepWaiting, About: time.Duration(i+1) * 900 * time.Millisecond}
		if i < at {
			st.State, st.Took = station.StepDone, time.Duration(i+1)*1100*time.Millisecond
		}
		if i == at {
			st.State = station.StepRunning
		}
		s.Job.Steps = append(s.Job.Steps, st)
	}
	return s
}

func fault(code drivers.Code, card drivers.Whereabouts, cleared bool, kind station.QuestionKind, answers ...station.Answer) station.Snapshot {
	s := busy(flow.Held, 5)
	s.Job.Steps[5].State = station.StepFailed
	s.Fault = &station.FaultInfo{Code: code, Op: "print", Card: card, Detail: "reply 4B 10", Cleared: cleared, Since: noon}
	s.Question = &station.Question{Kind: kind, Answers: answers}
	return s
}

func preview(findings ...station.Finding) *station.Preview {
	return &station.Preview{Item: item(), Findings: findings, Lines: []station.FaceLine{{Field: "TMPT_LHR", Value: "BANYUMAS"}, {Field: "TGL_LHR", Value: "07-03-2009"}}}
}

type look1 struct {
	name  string
	snap  station.Snapshot
	local func(*Local)
}

func looks() []look1 {
	none := func(*Local) {}
	with := func(s station.Snapshot, change func(*station.Snapshot)) station.Snapshot { change(&s); return s }
	confirm := with(busy(flow.Confirming, 7), func(s *station.Snapshot) {
		s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood, station.AnswerSpoiled}}
	})
	where := fault(drivers.CardJamHead, drivers.Unknown, false, station.QuestionWhere, station.AnswerContinue, station.AnswerGood, station.AnswerSpoiled, station.AnswerMissing)
	out := []look1{
		{"checking", with(idle(), func(s *station.Snapshot) {
			s.Printer, s.Reader = station.Device{State: station.DeviceUnknown}, station.Device{State: station.DeviceUnknown}
		}), none},
		{"empty", with(idle(), func(s *station.Snapshot) { s.Next, s.Waiting = nil, 0 }), func(l *Local) { l.Chosen, l.Found, l.Preview = nil, 0, nil }},
		{"no-match", idle(), func(l *Local) { l.Chosen, l.Found, l.Preview, l.Query = nil, 0, nil, "zzz" }},
		{"ready", idle(), none},
		{"ready-specimen", with(idle(), func(s *station.Snapshot) { s.Specimen = true }), func(l *Local) { l.ShowNIK = true }},
		{"ready-chosen", idle(), func(l *Local) {
			it := item()
			it.ID, it.Issue, it.Name, it.Cleared, it.Reason = "PRR-9901-000002", 2, "DEWI", noon, "adat"
			l.Chosen, l.Preview, l.Query, l.Found, l.More = &it, nil, "dewi", 500, true
		}},
		{"ready-warnings", idle(), func(l *Local) { l.Preview = preview(station.Finding{Code: "R-130", Field: "TGL_LHR"}) }},
		{"refused-record", idle(), func(l *Local) { l.Preview = preview(station.Finding{Code: "R-101", Field: "NIK", Blocking: true}) }},
		{"refused-preview", idle(), func(l *Local) { l.Preview, l.Refused = nil, "R-150" }},
		{"ready-after-good", with(idle(), func(s *station.Snapshot) {
			s.Last = &station.Finished{Item: item(), Outcome: "good", Took: 34200 * time.Millisecond, At: noon}
		}), none},
		{"ready-after-spoiled", with(idle(), func(s *station.Snapshot) {
			s.Last = &station.Finished{Item: item(), Outcome: "spoiled", Took: 12 * time.Second, At: noon}
			s.Fault = &station.FaultInfo{Code: drivers.ChipMute, Card: drivers.InReject}
		}), none},
		{"low", with(idle(), func(s *station.Snapshot) { s.Hopper, s.RibbonLeft, s.RejectCount, s.Refused = 1, 0, 14, 3 }), none},
		{"ribbon-unknown", with(idle(), func(s *station.Snapshot) { s.RibbonLeft, s.RejectCapacity = drivers.RibbonUnknown, 0 }), none},
		{"printer-down", with(idle(), func(s *station.Snapshot) {
			s.Printer = station.Device{State: station.DeviceDown, Code: drivers.LineSilent, At: noon}
		}), none},
		{"reader-down", with(idle(), func(s *station.Snapshot) {
			s.Reader = station.Device{State: station.DeviceDown, Code: drivers.NoReaderService, At: noon}
		}), none},
		{"confirm", confirm, none},
		{"confirm-spoiled", confirm, func(l *Local) { l.Asking = station.AnswerSpoiled }},
		{"fault-hopper", fault(drivers.FeederEmpty, drivers.InHopper, false, station.QuestionFault, station.AnswerContinue, station.AnswerGiveUp), none},
		{"fault-machine", fault(drivers.ChipMute, drivers.InMachine, false, station.QuestionFault, station.AnswerContinue, station.AnswerGiveUp), func(l *Local) { l.ShowTech = true }},
		{"fault-machine-give-up", fault(drivers.ChipMute, drivers.InMachine, false, station.QuestionFault, station.AnswerContinue, station.AnswerGiveUp), func(l *Local) { l.Asking = station.AnswerGiveUp }},
		{"fault-cleared", fault(drivers.CoverOpen, drivers.InMachine, true, station.QuestionFault, station.AnswerContinue), none},
		{"fault-no-card", fault(drivers.NoReader, drivers.NoCard, false, station.QuestionFault), none},
		{"fault-unknown-code", fault("Z-999", drivers.InMachine, false, station.QuestionFault, station.AnswerContinue), none},
		{"not-open", station.Snapshot{Phase: flow.Held, Fault: &station.FaultInfo{Code: "K-101", Detail: "unknown key speed, line 12", Since: noon},
			Question: &station.Question{Kind: station.QuestionFault, Answers: []station.Answer{station.AnswerContinue}}}, func(l *Local) { l.Chosen, l.Found, l.Preview = nil, 0, nil }},
		{"where", where, none},
		{"where-missing", where, func(l *Local) { l.Asking = station.AnswerMissing }},
		{"where-after-crash", with(where, func(s *station.Snapshot) { s.Fault = nil }), none},
		{"locked", with(idle(), func(s *station.Snapshot) {
			s.Locked = &station.Locked{Last: "printing", At: noon, Attempt: "A-1", Record: "PRR-1", Issue: 1, UID: "04A1"}
		}), none},
		{"locked-no-card", with(idle(), func(s *station.Snapshot) { s.Locked = &station.Locked{Last: "start", At: noon} }), none},
		{"unproven", with(idle(), func(s *station.Snapshot) {
			s.Required, s.Readiness.Tests = true, []readiness.Standing{{Test: readiness.Line, Reason: readiness.Never}}
		}), none},
		{"pin", with(idle(), func(s *station.Snapshot) { s.PIN = &station.PINWanted{Place: "Dukcapil"} }), none},
		{"pin-asked", with(idle(), func(s *station.Snapshot) { s.PIN = &station.PINWanted{Place: "Dukcapil"} }), func(l *Local) { l.Form = FormPIN }},
		{"pin-wrong", with(idle(), func(s *station.Snapshot) { s.PIN = &station.PINWanted{Place: "Dukcapil", Low: true, Refused: true} }), func(l *Local) {
			l.Form, l.Said = FormPIN, Said{Code: drivers.KeysPIN}
		}},
		{"pin-module", with(idle(), func(s *station.Snapshot) {
			s.PIN = &station.PINWanted{Place: "Contoh Reader 01 00", Module: true, Tries: 3}
		}), func(l *Local) { l.Form = FormPIN }},
		{"pin-away", with(idle(), func(s *station.Snapshot) {
			s.PIN = &station.PINWanted{Place: "Dukcapil", Away: drivers.KeysUnavailable}
		}), func(l *Local) {
			l.Form = FormPIN
		}},
		{"pin-shut", with(idle(), func(s *station.Snapshot) { s.PIN = &station.PINWanted{Place: "Dukcapil", Low: true, Shut: true} }), func(l *Local) { l.Form = FormPIN }},
		{"pin-held", with(fault(drivers.KeysPIN, drivers.InMachine, false, station.QuestionFault, station.AnswerContinue, station.AnswerGiveUp), func(s *station.Snapshot) {
			s.Fault.Watched, s.PIN = true, &station.PINWanted{Place: "Dukcapil"}
		}), none},
		{"looking", with(where, func(s *station.Snapshot) { s.Question = nil }), none},
		{"stopping", with(busy(flow.Printing, 5), func(s *station.Snapshot) { s.Stopping = true }), none},
		{"stopped", with(idle(), func(s *station.Snapshot) { s.Phase, s.Stopping = flow.Stopping, true }), none},
	}
	for i, p := range []flow.Phase{flow.Claimed, flow.Loading, flow.AtChip, flow.Encoding, flow.Verifying, flow.Printing, flow.Discharging} {
		out = append(out, look1{"working-" + string(p), busy(p, i), none})
	}
	return append(out, look1{"working-settling", busy(flow.Settling, 8), none})
}

func (x look1) screen(lang string) Screen {
	it := item()
	l := Local{Words: text.For(lang), Advisor: advisor, Now: noon, Found: 25, Chosen: &it, Preview: preview()}
	x.local(&l)
	return Of(x.snap, l)
}

// Every situation of the desk, word for word, in both languages.
func TestScreens(t *testing.T) {
	for _, x := range looks() {
		for _, lang := range []string{"id", "en"} {
			t.Run(x.name+"."+lang, func(t *testing.T) {
				got := written(x.screen(lang))
				path := filepath.Join("testdata", x.name+"."+lang+".txt")
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

var untranslated = regexp.MustCompile(`\b(state|button|step|doing|advice|supply|queue|word|reason|face|card|where|place|ask|cause|note|wait|form|field|pin)\.[a-z-]+|\{[a-z]+\}`)

// What holds on every screen.
func TestRules(t *testing.T) {
	for _, x := range looks() {
		for _, lang := range []string{"id", "en"} {
			s := x.screen(lang)
			t.Run(x.name+"."+lang, func(t *testing.T) {
				keys := map[Key]string{}
				for _, b := range s.Buttons() {
					if other, taken := keys[b.Key]; taken {
						t.Errorf("%s is the key of %q and of %q", b.Key, other, b.Label)
					}
					keys[b.Key] = b.Label
					if b.Enabled && b.Do.Command == nil && b.Do.Screen == "" {
						t.Errorf("%q does nothing", b.Label)
					}
					if b.Look == LookDanger && b.Do.Command != nil && !b.Key.Digit() {
						t.Errorf("%q costs a blank in one step", b.Label)
					}
				}
				if s.Primary != nil && s.Primary.Look != LookPrimary {
					t.Error("the one large button looks like another")
				}
				if s.State.Tone == Plain || s.State.Title == "" || s.State.Detail == "" {
					t.Errorf("the state line says nothing: %+v", s.State)
				}
				all := written(s)
				if strings.Contains(all, "9901074703090001") != (x.name == "ready-specimen") {
					t.Error("the NIK is shown only when asked for")
				}
				if key := untranslated.FindString(all); key != "" {
					t.Errorf("something has no words: %s", key)
				}
			})
		}
	}
}

// An answer the station does not offer is not offered by the desk, also when its second step was open.
func TestAskingEndsWithTheQuestion(t *testing.T) {
	x := look1{"", idle(), func(l *Local) { l.Asking = station.AnswerSpoiled }}
	if got := x.screen("id").Centre.Kind; got != CentreFace {
		t.Errorf("centre shows %s", got)
	}
}

// What the journal's last line was is told in words, whichever it was.
func TestLastDeedInWords(t *testing.T) {
	for _, lang := range []string{"id", "en"} {
		for _, k := range journal.Kinds() {
			if !text.For(lang).Has("last." + string(k)) {
				t.Errorf("%s: no words for %s", lang, k)
			}
		}
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{"9901074703090001": "99••••••••••0001", "": "", "12345": "•••••"} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	it := item()
	it.Kind, it.Warnings = "WNA", 1
	got := Line(it, Local{Words: text.For("en"), Now: noon})
	if want := (Row{Name: "BUDI SANTOSO", Note: "WNA · first card · 6 days", Warning: "1 warning"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// written is a screen as text, from top to bottom.
func written(s Screen) string {
	var b strings.Builder
	put := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	button := func(x Button) string {
		off := ""
		if !x.Enabled {
			off = " off"
		}
		return fmt.Sprintf("[ %s  %s ] %s%s", x.Label, x.Key, x.Look, off)
	}
	put("%s | %s | %s | %s", s.Top.Name, s.Top.Place, s.Top.Desk, s.Top.Operator)
	for _, d := range s.Top.Devices {
		put("  (%s) %s %s", d.Tone, d.Name, d.Word)
	}
	put("  %s", button(s.Top.Language))
	if s.Banner != "" {
		put("! %s", s.Banner)
	}
	put("\n(%s) %s\n  %s", s.State.Tone, s.State.Title, s.State.Detail)
	if s.Primary != nil {
		put("  %s", button(*s.Primary))
	}
	put("\nqueue: %s | %s | %s", s.Queue.Search, s.Queue.Caption, s.Queue.Empty)
	c := s.Centre
	put("\ncentre: %s", c.Kind)
	if c.Heading+c.Detail != "" {
		put("  %s\n  %s", c.Heading, c.Detail)
	}
	if f := c.Face; c.Kind == CentreFace {
		put("  %s %s %s", f.Empty, f.EmptyDetail, f.Name)
		for _, x := range f.Facts {
			put("  %s: %s", x.Label, x.Value)
		}
		for _, x := range f.Checks {
			put("  (%s) %s", x.Tone, x.Text)
		}
		if f.NIK != nil {
			put("  %s", button(*f.NIK))
		}
	}
	if a := c.Advice; c.Kind == CentreAdvice {
		put("  %s", a.Title)
		for i, x := range a.Steps {
			put("  %d. %s", i+1, x)
		}
		for _, x := range append(a.Facts, a.Where) {
			put("  %s: %s", x.Label, x.Value)
		}
		for _, x := range a.Places {
			put("  <%s here=%v look=%v>", x.Name, x.Here, x.Look)
		}
		put("  %s %s", a.Code, a.Tech)
		if a.Detail != nil {
			put("  %s", button(*a.Detail))
		}
	}
	if f := c.Form; f != nil {
		put("  %s: %s", f.Title, f.Detail)
		for _, x := range f.Fields {
			put("  %s (%s)", x.Label, x.Kind)
		}
		if f.Said != nil {
			put("  (%s) %s", f.Said.Tone, f.Said.Text)
		}
		if f.Do != nil {
			put("  %s", button(*f.Do))
		}
	}
	for _, x := range c.Buttons {
		put("  %s %s", button(x.Button), x.Note)
	}
	put("\ncard: %s | %s | %s", s.Card.Title, s.Card.Name, s.Card.Total)
	if o := s.Card.Outcome; o != nil {
		put("  (%s) %s", o.Tone, o.Text)
	}
	for _, x := range s.Card.Lines {
		put("  %s", x)
	}
	for _, x := range s.Card.Steps {
		put("  %-8s %s %s", x.State, x.Name, x.Time)
	}
	put("")
	for _, x := range s.Supply {
		put("%s: (%s) %s %s", x.Label, x.Tone, x.Value, x.Word)
	}
	return b.String()
}
