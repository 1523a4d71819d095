package view

import (
	"testing"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
)

// situations are all faces of the desk.
func situations(items []station.QueueItem) map[string]func(*bench) {
	show := func(s station.Snapshot) func(*bench) { return func(b *bench) { b.show(s) } }
	last := func(outcome string) func(*bench) {
		return func(b *bench) {
			s := ready(items[1:])
			s.Last = &station.Finished{Item: items[0], Outcome: outcome, Took: 34200e6, At: noon}
			b.desk.items = items[1:]
			b.show(s)
		}
	}
	return map[string]func(*bench){
		"ready":      show(ready(items)),
		"ready-next": last("good"),
		"empty":      func(b *bench) { b.desk.items = nil; b.show(ready(nil)) },
		"working":    show(working(items, flow.Encoding, 3)),
		"printing":   show(working(items, flow.Printing, 5)),
		"confirm": func(b *bench) {
			s := working(items, flow.Confirming, 7)
			s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood, station.AnswerSpoiled}}
			b.show(s)
		},
		"ask": func(b *bench) {
			s := working(items, flow.Confirming, 7)
			s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood, station.AnswerSpoiled}}
			b.show(s)
			b.key("F8")
		},
		"fault":   show(held(items, drivers.CoverOpen, drivers.InMachine, false, station.AnswerContinue, station.AnswerGiveUp)),
		"cleared": show(held(items, drivers.CoverOpen, drivers.InMachine, true, station.AnswerContinue, station.AnswerGiveUp)),
		"where":   show(held(items, drivers.CardJamHead, drivers.Unknown, false, station.AnswerContinue, station.AnswerGood, station.AnswerSpoiled, station.AnswerMissing)),
		"printer-down": func(b *bench) {
			s := ready(items)
			s.Printer = station.Device{State: station.DeviceDown, Code: drivers.LineSilent, At: noon}
			b.show(s)
		},
		"checking": func(b *bench) {
			s := ready(items)
			s.Printer, s.Reader = station.Device{State: station.DeviceUnknown}, station.Device{State: station.DeviceUnknown}
			b.show(s)
		},
		"low": func(b *bench) {
			b.desk.finds = []station.Finding{{Code: "R-130", Field: "TGL_LHR"}, {Code: "R-131", Field: "KEC_NAME"}}
			s := ready(items)
			s.Hopper, s.RibbonLeft, s.RejectCount, s.Refused = 4, 0, 14, 3
			b.show(s)
			b.key("Down")
			b.key("Down")
		},
	}
}

func TestSituations(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h float32
	}{{"1200", 1200, 680}, {"1024", 1024, 700}} {
		for _, lang := range []string{"id", "en"} {
			if lang == "en" && size.w == 1024 {
				continue
			}
			for name, show := range situations(people()) {
				t.Run(name+"-"+lang+"-"+size.name, func(t *testing.T) {
					b := newBench(t, lang, size.w, size.h)
					show(b)
					b.picture(t, name+"-"+lang+"-"+size.name)
				})
			}
		}
	}
}
