package view

import (
	"time"

	"fyne.io/fyne/v2"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
	"cetak/station/readiness"
	"cetak/ui/model"
)

// standing is a self-test as the technician's room shows it.
func standing(t readiness.Test, s readiness.State, why readiness.Reason, notes ...readiness.Note) readiness.Standing {
	out := readiness.Standing{Test: t, Made: s != "", Reason: why, Since: noon.Add(-time.Hour)}
	if out.Made {
		out.Result.At, out.Result.Who = noon.Add(-time.Hour), "joko"
		out.Result.State, out.Result.Notes, out.Result.Test = s, notes, t
	}
	return out
}

// proven gives a snapshot the devices and self-tests of a machine that was tested and changed since.
func proven(s station.Snapshot) station.Snapshot {
	s.Machine = station.Machine{ID: drivers.PrinterID{Model: "Evolis Zenius", Serial: "10000123456", Firmware: "1144"},
		Status: drivers.PrinterStatus{CardsInserted: 20487, PanelsPrinted: 101_911, RibbonLeft: 143}, At: noon}
	line := standing(readiness.Line, readiness.Passed, "", readiness.Found(readiness.FoundAnswers, 100, 100), readiness.Found(readiness.FoundBitmap, 82_305, 7_243))
	line.Result.Quality = &readiness.Quality{Asked: 100, Right: 100, Bytes: 82_305, Rate: 11_431, Turn: 1.2}
	bad := standing(readiness.Print, readiness.Failed, readiness.WasBad, readiness.Found(readiness.FoundJudged))
	bad.Result.Code = station.TestPrintBad
	s.Readiness = readiness.Verdict{Since: noon.Add(-time.Hour), Left: -1, Tests: []readiness.Standing{
		line, standing(readiness.Sensors, readiness.Passed, "", readiness.FoundWord(readiness.FoundAt, "none"), readiness.Found(readiness.FoundRibbon, 143)),
		standing(readiness.Service, readiness.Passed, readiness.Reader, readiness.FoundWord(readiness.FoundReader, "HID Omnikey 5422 00 00")),
		standing(readiness.Clock, readiness.Passed, "", readiness.FoundWord(readiness.FoundClock, "2026-11-21 09:00:00 +07:00"), readiness.Found(readiness.FoundServerKeeps)),
		standing(readiness.Disk, readiness.Passed, readiness.TooOld, readiness.Found(readiness.FoundDisk, 262_144, 12)),
		standing(readiness.Link, readiness.Passed, "", readiness.Found(readiness.FoundInbox, 3), readiness.Found(readiness.FoundOutbox)),
		standing(readiness.Transport, readiness.Passed, readiness.Setup, readiness.Found(readiness.FoundCardWay)),
		standing(readiness.Chip, readiness.Abandoned, readiness.WasLeft), bad, standing(readiness.Counters, "", readiness.Never),
	}}
	return s
}

// ready machine: all its tests count.
func provenReady(s station.Snapshot) station.Snapshot {
	s = proven(s)
	for i := range s.Readiness.Tests {
		t := &s.Readiness.Tests[i]
		was := t.Result
		*t = standing(t.Test, readiness.Passed, "", was.Notes...)
		t.Result.Quality = was.Quality
		switch t.Test {
		case readiness.Chip:
			t.Result.Notes = []readiness.Note{readiness.Found(readiness.FoundChip, 4_096), readiness.Found(readiness.FoundChipEnded)}
		case readiness.Counters:
			t.Result.Notes = []readiness.Note{readiness.Found(readiness.FoundCards, 20_488, 1), readiness.Found(readiness.FoundPanels, 101_916, 5, 5)}
		}
	}
	s.Readiness.Ready, s.Readiness.Until, s.Readiness.Left = true, noon.AddDate(0, 0, 29), 4_812
	return s
}

func workbench() model.Bench {
	return model.Bench{
		Ports:   []model.PortFound{{Path: "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A10KQ1-if00-port0", Name: "FT232R USB UART A10KQ1"}, {Path: "/dev/ttyS0"}},
		Readers: []string{"HID Omnikey 5422 00 00", "ACS ACR1252 00 00"},
		Set:     model.SetupWork{Port: "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A10KQ1-if00-port0", Reader: "HID Omnikey 5422 00 00", OffsetX: 3, OffsetY: -5, ContrastBlack: 12},
	}
}

// technicianScenes are those of the technician's room beyond one for each of its forms.
func technicianScenes() []scene {
	return []scene{
		{"technician-ready", "joko", func(b *bench) { b.show(provenReady(atWork(b.desk.items))); b.enter(model.RoomTechnician, "") }},
		{"technician-required", "joko", func(b *bench) {
			s := atWork(b.desk.items)
			s.Required = true
			b.show(s)
			b.enter(model.RoomTechnician, "")
			b.page.table.step(9)
		}},
		{"technician-testing", "joko", func(b *bench) {
			s := atWork(b.desk.items)
			s.Testing = readiness.Disk
			b.show(s)
			b.enter(model.RoomTechnician, "")
		}},
		{"technician-refused", "joko", func(b *bench) {
			s := atWork(b.desk.items)
			s.Refusal = &station.Refusal{Code: station.TestBusy, At: noon}
			b.show(s)
			b.enter(model.RoomTechnician, model.FormTestCard)
		}},
		{"technician-set-up-wrong", "joko", func(b *bench) {
			b.enter(model.RoomTechnician, model.FormSetUp)
			b.fill("offset-x", "900")
			b.fill("contrast-black", "hitam")
			b.press1(fyne.KeyF10)
		}},
		{"desk-test-card", "joko", func(b *bench) {
			s := working(b.desk.items, flow.Confirming, 7)
			s.People.SignIn, s.Operator = true, "joko"
			s.Job.Item, s.Job.Test = station.QueueItem{ID: station.TestCard}, true
			s.Question = &station.Question{Kind: station.QuestionConfirm, Answers: []station.Answer{station.AnswerGood, station.AnswerSpoiled}}
			b.show(s)
		}},
	}
}
