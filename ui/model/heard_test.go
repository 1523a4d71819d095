package model

import (
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
	"cetak/station/ledger"
	"cetak/ui/text"
)

// What is heard: the cause once, a card once, and never what somebody has just said.
func TestHeard(t *testing.T) {
	with := func(s station.Snapshot, change func(*station.Snapshot)) station.Snapshot {
		s.Seq = 7
		change(&s)
		return s
	}
	plain := func(s station.Snapshot) station.Snapshot { return with(s, func(*station.Snapshot) {}) }
	jam := plain(fault(drivers.CardJamHead, drivers.InMachine, false, station.QuestionFault, station.AnswerContinue))
	lid := plain(fault(drivers.CoverOpen, drivers.InMachine, false, station.QuestionFault, station.AnswerContinue))
	looking := with(jam, func(s *station.Snapshot) { s.Question = nil })
	confirm := with(busy(flow.Confirming, 7), func(s *station.Snapshot) {
		s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood}}
	})
	last := func(outcome string) station.Snapshot {
		return with(idle(), func(s *station.Snapshot) { s.Last = &station.Finished{Outcome: outcome, At: noon} })
	}
	down := with(idle(), func(s *station.Snapshot) { s.Printer.State = station.DeviceDown })
	both := with(down, func(s *station.Snapshot) { s.Reader.State = station.DeviceDown })
	for _, tt := range []struct {
		name     string
		old, now station.Snapshot
		want     Sound
	}{
		{"the first look", station.Snapshot{}, jam, SoundNone},
		{"nothing new", plain(idle()), plain(idle()), SoundNone},
		{"a card is begun", plain(idle()), plain(busy(flow.Claimed, 0)), SoundNone},
		{"a fault", plain(busy(flow.Printing, 5)), jam, SoundFault},
		{"it is looked for", plain(busy(flow.Printing, 5)), looking, SoundNone},
		{"it was looked for", looking, jam, SoundFault},
		{"the same fault", jam, jam, SoundNone},
		{"the device reports it gone", jam, with(jam, func(s *station.Snapshot) { s.Fault.Cleared = true }), SoundNone},
		{"another fault", lid, jam, SoundFault},
		{"to be judged", plain(busy(flow.Discharging, 6)), confirm, SoundDone},
		{"judged", confirm, last("good"), SoundNone},
		{"good by evidence", plain(busy(flow.Settling, 8)), last("good"), SoundDone},
		{"spoiled by evidence", plain(busy(flow.Settling, 8)), last("spoiled"), SoundFault},
		{"given up", jam, last("spoiled"), SoundNone},
		{"the printer went", plain(idle()), down, SoundFault},
		{"and the reader with it", down, both, SoundNone},
		{"both at once", plain(idle()), both, SoundFault},
		{"back again", both, plain(idle()), SoundNone},
	} {
		if got := Heard(tt.old, tt.now); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

// The root hides what follows from it: one trouble is told at a time, the one to begin with.
func TestRootCause(t *testing.T) {
	s := idle()
	s.Printer = station.Device{State: station.DeviceDown, Code: drivers.LineGone}
	s.Reader = station.Device{State: station.DeviceDown, Code: drivers.NoReader}
	show := func(s station.Snapshot) Screen { return look1{"", s, func(*Local) {}}.screen("en") }
	if got := show(s).Centre.Advice.Code; got != "Code L-101" && got != "Code L-102" {
		t.Errorf("printer and reader are gone, and the desk shows %q", got)
	}
	held := fault(drivers.CoverOpen, drivers.InMachine, false, station.QuestionFault, station.AnswerContinue)
	held.Printer, held.Reader = s.Printer, s.Reader
	if got := show(held); got.State.Title != "STOPPED. en title of P-104." {
		t.Errorf("a card is held by its lid, and the desk says %q", got.State.Title)
	}
}

// A cause that the device itself reports keeps the button off until it is gone; there is always a way on.
func TestWatchedCause(t *testing.T) {
	for _, tt := range []struct {
		watched, cleared bool
		on, anyway       bool
	}{{false, false, true, false}, {true, false, false, true}, {true, true, true, false}} {
		s := fault(drivers.CoverOpen, drivers.InMachine, tt.cleared, station.QuestionFault, station.AnswerContinue, station.AnswerGiveUp)
		s.Fault.Watched = tt.watched
		sc := look1{"", s, func(*Local) {}}.screen("en")
		_, on := sc.ByKey(KeyContinue)
		anyway, ok := sc.ByKey(KeyMissing)
		if on != tt.on || ok != tt.anyway || ok && anyway.Do.Command != (station.Reply{Answer: station.AnswerContinue}) {
			t.Errorf("%+v: F9 %v, F7 %v %+v", tt, on, ok, anyway)
		}
	}
}

// The card says how long it takes yet, only as far as it is known, and what it is made without.
func TestLeft(t *testing.T) {
	for _, tt := range []struct {
		phase flow.Phase
		due   time.Duration // 0 = not known
		plan  *station.CardPlan
		want  []string
	}{
		{flow.Printing, 18 * time.Second, nil, []string{"About 20 s more, until 10:21:25."}},
		{flow.Printing, 12400 * time.Millisecond, nil, []string{"About 10 s more, until 10:21:19."}},
		{flow.Printing, 4 * time.Second, nil, []string{"A few seconds more."}},
		{flow.Printing, -time.Second, nil, []string{"Takes longer than foreseen."}},
		{flow.Loading, 0, nil, []string{"Time left not known yet."}},
		{flow.Confirming, 3 * time.Second, nil, nil},
		{flow.Printing, 4 * time.Second, &station.CardPlan{Without: []string{station.WithoutFineColour, station.WithoutVarnish}, Late: true}, []string{"A few seconds more.",
			"Without the finest colours, to be done in time.", "Without the protective overlay, to be done in time.", "Still longer than the settings allow."}},
	} {
		s := busy(tt.phase, 5)
		s.Job.Plan = tt.plan
		if tt.due != 0 {
			s.Job.Due = noon.Add(tt.due)
		}
		got := look1{"", s, func(*Local) {}}.screen("en").Card.Lines
		if len(got) != len(tt.want) {
			t.Errorf("%v: %q", tt, got)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%q, want %q", got[i], tt.want[i])
			}
		}
	}
}

func ledgerLevel(at time.Time, left int) ledger.Level { return ledger.Level{At: at, Left: left} }

// burn is a store of the stock's chart.
func burn() station.Burn {
	b := station.Burn{What: "WNI", Left: 230, RunOut: noon.AddDate(0, 0, 3)}
	for i := 10; i >= 1; i-- {
		b.Past = append(b.Past, ledgerLevel(noon.AddDate(0, 0, -i), 230+i*60))
	}
	b.Past = append(b.Past, ledgerLevel(noon, 230))
	for i, left := range []int{180, 80, 40, 0} {
		b.Ahead = append(b.Ahead, ledgerLevel(noon.AddDate(0, 0, i).Add(5*time.Hour), left))
	}
	return b
}

// A chart has every point within its field, words for its numbers, and marks that stand apart.
func TestChart(t *testing.T) {
	v := look{l: Local{Words: text.For("en"), Now: noon}}
	none := burn()
	none.Ahead, none.RunOut = nil, time.Time{}
	empty := station.Burn{What: "ribbon", Past: burn().Past[10:]}
	empty.Past[0].Left = 0
	for _, tt := range []struct {
		name  string
		burn  station.Burn
		tone  Tone
		words string
	}{
		{"going down", burn(), Ready, "230 left. At the usual use gone by Tuesday 24-11-2026 10:21."},
		{"nothing learned", none, Plain, "230 left. Too few days of work to foresee when they run out."},
		{"empty", empty, Waiting, "None left."},
	} {
		c := v.chart(tt.burn)
		if c.Words != (Check{tt.tone, tt.words}) {
			t.Errorf("%s: %+v", tt.name, c.Words)
		}
		for _, p := range append(c.Past, c.Ahead...) {
			if p.X < 0 || p.X > 1 || p.Y < 0 || p.Y > 1 {
				t.Errorf("%s: %+v is outside", tt.name, p)
			}
		}
		if len(c.Past) != len(tt.burn.Past) || len(c.Ahead) > 0 && c.Ahead[0] != c.Past[len(c.Past)-1] {
			t.Errorf("%s: %d points back, ahead %+v", tt.name, len(c.Past), c.Ahead)
		}
		for i := 1; i < len(c.Days); i++ {
			if c.Days[i].At-c.Days[i-1].At < 0.2 {
				t.Errorf("%s: %+v stand in each other", tt.name, c.Days)
			}
		}
	}
	if got := ceiling(831); got != 1000 {
		t.Error(got)
	}
	for n := 1; n < 100_000; n += 7 {
		if c := ceiling(n); c < n || c > 10*n && c > 10 || c%2 != 0 {
			t.Fatalf("ceiling(%d) = %d", n, c)
		}
	}
}

// The report of a crash is offered in words, with what came of it, and closed.
func TestOffer(t *testing.T) {
	for _, tt := range []struct {
		crash *Crash
		text  string
		n     int
	}{
		{&Crash{At: noon}, "The program stopped unexpectedly on Saturday 21-11-2026 10:21. Its report names nobody; give it to the technician.", 2},
		{&Crash{At: noon, Code: "X-102"}, "en title of X-102. one. (X-102)", 2},
		{&Crash{At: noon, Folder: "/media/x/cetak"}, "The report is saved in /media/x/cetak.", 1},
	} {
		sc := look1{"", idle(), func(l *Local) { l.Crash = tt.crash }}.screen("en")
		if sc.Offer == nil || sc.Offer.Text != tt.text || len(sc.Offer.Buttons) != tt.n {
			t.Errorf("%+v: %+v", tt.crash, sc.Offer)
		}
		if listed := sc.Listed(); len(listed) < tt.n {
			t.Errorf("the menu has %d", len(listed))
		}
	}
	if sc := (look1{"", idle(), func(*Local) {}}).screen("en"); sc.Offer != nil {
		t.Error("nothing happened, and it is offered")
	}
}

// The menu switches the sound, or says that there is none.
func TestSoundButton(t *testing.T) {
	for _, tt := range []struct {
		state  SoundState
		silent bool
		label  string
		on     bool
	}{{"", false, "", false}, {SoundOn, false, "Sound off", true}, {SoundOff, false, "Sound on", true}, {SoundOn, true, "This computer makes no sound", false}} {
		b := look1{"", idle(), func(l *Local) { l.Sound, l.Silent = tt.state, tt.silent }}.screen("en").Top.Sound
		if b.Label != tt.label || b.Enabled != tt.on {
			t.Errorf("%+v: %+v", tt, b)
		}
	}
}
