package station

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"time"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/face"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/readiness"
	"cetak/station/record"
	"cetak/station/source"
)

// Faults of self-tests.
const (
	TestBusy       drivers.Code = "T-102" // asked for while a card is in hand, a queue is printed, or the station is locked
	LineErrors     drivers.Code = "T-103" // more answers over the line were wrong or missing than may be
	CountersWrong  drivers.Code = "T-104" // the printer's counters did not rise by what was done
	TestPrintBad   drivers.Code = "T-105" // a person found the print of the test card bad
	TestNotReached drivers.Code = "T-106" // the test card did not come so far
	ClockWrong     drivers.Code = "T-107" // the computer's clock stands before the journal's newest line, or in no possible year
)

// TestCard is the id of what the screen shows in place of a waiting record while a test card is in hand.
const TestCard = "test-card"

// causeTest is the cause of the movement of a test card.
const causeTest = ledger.CauseScrap + ":test-card"

// linePasses is how many of a hundred answers may be wrong or missing: the conversation finds its place again after each.
const linePasses = 1

// testLimit bounds a self-test; the line's sends some 82 kB, which take six minutes at 2,400 baud.
const (
	testLimit     = time.Minute
	lineTestLimit = 15 * time.Minute
)

// Checks are the self-tests of what is no device. Each gives what it found, without personal data, and a *drivers.Fault where that is
// not good. They may take some seconds and end with ctx.
type Checks interface {
	// Clock holds the computer's clock to the newest time in the journal.
	Clock(ctx context.Context, newest time.Time) ([]readiness.Note, error)
	Disk(ctx context.Context) ([]readiness.Note, error)
	// Link looks whether records can come in and outcomes go out.
	Link(ctx context.Context) ([]readiness.Note, error)
}

// cardTest is what a test card is made for.
type cardTest struct {
	run   string // "" of one that an earlier run left: its tests were abandoned
	ended map[readiness.Test]bool
	print flow.Answer // a person's word on it
}

// judged takes the person's word on the print.
func (t *cardTest) judged(p flow.Phase, a flow.Answer) {
	if t != nil && p == flow.Confirming {
		t.print = a
	}
}

// selfTest makes self-tests between cards.
func (s *Station) selfTest(ctx context.Context, c SelfTest) {
	if s.state.Phase != flow.Idle || s.batch.on || s.books.Locked != nil || s.state.Stopping {
		s.refuse(&drivers.Fault{Code: TestBusy, Op: "self-test", Again: drivers.AgainAfterOperator, Detail: string(s.state.Phase)})
		return
	}
	if _, err := s.may(access.Test, ""); err != nil {
		s.refuse(err)
		return
	}
	s.state.Fault = nil
	run, card := "T-"+nonce(), c.Card || slices.ContainsFunc(c.Tests, readiness.Test.Card)
	for _, t := range readiness.Tests() {
		wanted := !t.Card() && (slices.Contains(c.Tests, t) || len(c.Tests) == 0)
		if wanted && !s.oneTest(ctx, run, t) {
			card = false
			break
		}
	}
	s.publish(func(n *Snapshot) { n.Testing = ""; s.fill(n) })
	if card && !s.stopAsked(ctx) {
		s.beginTestCard(ctx, run)
	}
}

func nonce() string {
	id := make([]byte, 4)
	rand.Read(id)
	return hex.EncodeToString(id)
}

// oneTest makes a self-test that takes no card. It reports false when the tests are to end here: the journal is not written, or the
// program is to stop, which leaves this test abandoned.
func (s *Station) oneTest(ctx context.Context, run string, t readiness.Test) bool {
	begin := readiness.Fact{Run: run, Test: t, State: readiness.Begun, On: s.present()}
	if err := s.append(ctx, s.testFact(begin)); err != nil {
		s.refuse(err)
		return false
	}
	s.publish(func(n *Snapshot) { n.Testing = t; s.fill(n) })
	limit := testLimit
	if t == readiness.Line {
		limit = lineTestLimit
	}
	within, cancel := s.untilAsked(ctx)
	within, end := context.WithTimeout(within, limit)
	began := time.Now()
	out, err := s.test(within, t)
	end()
	cancel()
	if s.stopAsked(ctx) {
		return false
	}
	out.Run, out.Test, out.On, out.Seconds = run, t, s.present(), time.Since(began).Seconds()
	if err != nil {
		f := drivers.AsFault(err)
		out.State, out.Code = readiness.Failed, f.Code
		out.Detail = f.Detail
		s.Log.Warn().Str("test", string(t)).Str("code", string(f.Code)).Str("found", readiness.Fact{Notes: out.Notes}.Says("en")).Str("detail", f.Detail).Err(f.Err).Msg("self-test failed")
	}
	if err := s.append(ctx, s.testFact(out)); err != nil {
		s.refuse(err)
		return false
	}
	return true
}

func (s *Station) testFact(d readiness.Fact) journal.Fact {
	d.Seconds = float64(int(d.Seconds*1000)) / 1000
	return s.fact(journal.KindSelfTest, d)
}

// test makes one of the tests that take no card.
func (s *Station) test(ctx context.Context, t readiness.Test) (readiness.Fact, error) {
	out := readiness.Fact{State: readiness.Passed}
	var err error
	switch t {
	case readiness.Line:
		return s.testLine(ctx)
	case readiness.Sensors:
		return s.testSensors(ctx)
	case readiness.Service:
		out.Notes = []readiness.Note{readiness.FoundWord(readiness.FoundReader, s.opts.Reader)}
		return out, s.openReader(ctx, true)
	}
	if s.Checks == nil {
		out.State, out.Notes = readiness.Absent, []readiness.Note{readiness.Found(readiness.FoundNotLooked)}
		return out, nil
	}
	switch t {
	case readiness.Clock:
		out.Notes, err = s.Checks.Clock(ctx, s.books.Tests.Newest())
	case readiness.Disk:
		if err = s.Journal.CheckSpace(ctx); err == nil {
			out.Notes, err = s.Checks.Disk(ctx)
		}
	case readiness.Link:
		out.Notes, err = s.Checks.Link(ctx)
	}
	return out, err
}

// statusAsked is how often a machine without a test of its line is asked how it is.
const statusAsked = 20

// testLine measures the line.
func (s *Station) testLine(ctx context.Context) (readiness.Fact, error) {
	out := readiness.Fact{State: readiness.Passed}
	s.unstage()
	if err := s.openPrinter(ctx); err != nil {
		return out, err
	}
	var q drivers.LineQuality
	if l, ok := s.printer.(drivers.LineTester); ok {
		var err error
		if q, err = l.TestLine(ctx); err != nil {
			s.seen(func(n *Snapshot) *Device { return &n.Printer }, err)
			return out, err
		}
	} else {
		for range statusAsked {
			began := time.Now()
			_, err := s.printer.Status(ctx)
			if q.Asked++; err == nil {
				q.Right++
				if took := time.Since(began); q.Turn == 0 || took < q.Turn {
					q.Turn = took
				}
			}
			if ctx.Err() != nil {
				return out, err
			}
		}
	}
	out.Quality = &readiness.Quality{Asked: q.Asked, Right: q.Right, Bytes: q.Bytes, Turn: float64(q.Turn.Microseconds()) / 1000}
	out.Notes = []readiness.Note{readiness.Found(readiness.FoundAnswers, int64(q.Right), int64(q.Asked))}
	if q.Bytes > 0 && q.Took > 0 {
		out.Quality.Rate = float64(int(float64(q.Bytes) / q.Took.Seconds()))
		out.Notes = append(out.Notes, readiness.Found(readiness.FoundBitmap, int64(q.Bytes), q.Took.Milliseconds()))
	}
	if (q.Asked-q.Right)*100 > linePasses*q.Asked {
		return out, &drivers.Fault{Code: LineErrors, Op: "self-test", Again: drivers.AgainAfterOperator}
	}
	return out, nil
}

// testSensors asks who the machine is and holds its sensors to a machine that is ready for a card.
func (s *Station) testSensors(ctx context.Context) (readiness.Fact, error) {
	out := readiness.Fact{State: readiness.Passed}
	s.unstage()
	if err := s.openPrinter(ctx); err != nil {
		return out, err
	}
	if _, err := s.printer.Identify(ctx); err != nil {
		return out, err
	}
	st, err := s.status(ctx)
	if err != nil {
		return out, err
	}
	out.Notes = []readiness.Note{readiness.FoundWord(readiness.FoundAt, string(st.Position))}
	if st.RibbonLeft != drivers.RibbonUnknown {
		out.Notes = append(out.Notes, readiness.Found(readiness.FoundRibbon, int64(st.RibbonLeft)))
	}
	for _, c := range st.Conditions {
		out.Notes = append(out.Notes, readiness.FoundWord(readiness.FoundCondition, string(c)))
	}
	return out, ready(st)
}

// beginTestCard takes a blank for the tests that need one.
func (s *Station) beginTestCard(ctx context.Context, run string) {
	s.job = s.newJob(source.Item{Kind: record.Kind(s.opts.Blank)})
	s.job.item.ID = TestCard
	s.job.test = &cardTest{run: run, ended: map[readiness.Test]bool{}}
	s.job.record = &record.Record{Kind: record.Kind(s.opts.Blank), Specimen: true, Chip: s.Encoder.TestFiles(run)}
	var facts []journal.Fact
	for _, t := range s.cardTests() {
		facts = append(facts, s.testFact(readiness.Fact{Run: run, Test: t, State: readiness.Begun, On: s.present()}))
	}
	if err := s.append(ctx, facts...); err != nil {
		s.job = nil
		s.refuse(err)
		return
	}
	if !s.opts.NoFace {
		s.job.add(Step{Name: StepConfirm, State: StepWaiting})
	}
	s.step(ctx, flow.Event{Kind: flow.Begin, Confirm: !s.opts.NoFace})
}

// cardTests are those that this machine can make with a card.
func (s *Station) cardTests() []readiness.Test {
	return slices.DeleteFunc(s.opts.tests(), func(t readiness.Test) bool { return !t.Card() })
}

// tests are those that this desk needs.
func (o Options) tests() []readiness.Test {
	r := o.Readiness
	r.Prints = !o.NoFace
	return r.Tests()
}

// preflightTest is preflight of a test card: no shift, no turn, and no readiness is asked for.
func (s *Station) preflightTest(ctx context.Context) error {
	if _, err := s.may(access.Test, ""); err != nil {
		return err
	}
	if !s.opts.NoFace {
		now := time.Now()
		art, err := s.Faces.TestCard("KARTU UJI · TEST CARD", shortened(s.opts.Office+", "+s.opts.Desk), now.Format("02-01-2006 15.04")+"   "+s.job.test.run,
			"bukan dokumen resmi · not an official document")
		if err != nil {
			return err
		}
		art.Varnish = s.opts.Varnish
		s.job.art = art
		s.mu.Lock()
		s.testArt = art
		s.mu.Unlock()
	}
	return s.able(ctx, s.job.record)
}

// shortened is what of an office's name fits on the test card.
func shortened(s string) string {
	const most = 48
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// previewTest shows the test card that is in hand, to hold the printed one against.
func (s *Station) previewTest() (Preview, error) {
	s.mu.Lock()
	art := s.testArt
	s.mu.Unlock()
	if art.Black == nil {
		return Preview{}, &drivers.Fault{Code: source.NotQueued, Op: "preview", Again: drivers.AgainNever, Detail: TestCard}
	}
	return Preview{Item: QueueItem{ID: TestCard}, Face: face.Composite(art)}, nil
}

// endTestChip ends the chip of a test card, which held what was written: nothing that could be taken for a card leaves the machine.
func (s *Station) endTestChip(ctx context.Context, got drivers.Files) error {
	n := 0
	for _, f := range got {
		n += len(f)
	}
	notes := []readiness.Note{readiness.Found(readiness.FoundChip, int64(n))}
	switch end := s.terminate(ctx); end {
	case "":
	case string(drivers.ChipTerminated):
		notes = append(notes, readiness.Found(readiness.FoundChipEnded))
	default:
		notes = append(notes, readiness.FoundWord(readiness.FoundChipKept, end))
	}
	s.closeChip()
	return s.append(ctx, s.tested(readiness.Chip, "", "", notes...)...)
}

// testMoved ends the tests of transport and counters once the card is in the reject box by the machine's own word.
func (s *Station) testMoved(ctx context.Context) []journal.Fact {
	facts := s.tested(readiness.Transport, "", "", readiness.Found(readiness.FoundCardWay))
	st, err := s.status(ctx)
	if err != nil {
		return append(facts, s.tested(readiness.Counters, drivers.AsFault(err).Code, drivers.AsFault(err).Detail)...)
	}
	if st.CardsInserted == drivers.CountUnknown || s.job.counter == drivers.CountUnknown {
		return append(facts, s.testEnded(readiness.Counters, readiness.Fact{State: readiness.Absent, Notes: []readiness.Note{readiness.Found(readiness.FoundNoCounters)}})...)
	}
	cards, code := st.CardsInserted-s.job.counter, drivers.Code("")
	notes := []readiness.Note{readiness.Found(readiness.FoundCards, st.CardsInserted, cards)}
	if cards != 1 {
		code = CountersWrong
	}
	if s.state.Printed && s.job.panels > 0 {
		rose, due := st.PanelsPrinted-s.job.panels, int64(panels(s.job.art))
		notes = append(notes, readiness.Found(readiness.FoundPanels, st.PanelsPrinted, rose, due))
		if rose != due {
			code = CountersWrong
		}
	}
	return append(facts, s.tested(readiness.Counters, code, "", notes...)...)
}

// testFailed ends the test that a fault belongs to.
func (s *Station) testFailed(f *drivers.Fault) []journal.Fact {
	if s.job == nil || s.job.test == nil {
		return nil
	}
	t := readiness.Transport
	switch s.state.Phase {
	case flow.AtChip, flow.Encoding, flow.Verifying:
		t = readiness.Chip
	case flow.Printing:
		t = readiness.Print
	case flow.Claimed, flow.Loading, flow.Discharging:
	default:
		return nil
	}
	return s.tested(t, f.Code, f.Detail)
}

// testOver ends what is left of the tests of a card whose outcome is written: the print by the person's word, the others as not
// reached.
func (s *Station) testOver() []journal.Fact {
	if s.job.test == nil {
		return nil
	}
	var facts []journal.Fact
	switch s.job.test.print {
	case flow.Good:
		facts = s.tested(readiness.Print, "", "", readiness.Found(readiness.FoundJudged))
	case flow.Spoiled:
		facts = s.tested(readiness.Print, TestPrintBad, "", readiness.Found(readiness.FoundJudged))
	}
	for _, t := range s.cardTests() {
		if !s.job.test.ended[t] {
			facts = append(facts, s.tested(t, TestNotReached, "")...)
		}
	}
	return facts
}

// testReleased is testOver for a card that was given up before a blank moved.
func (s *Station) testReleased(ctx context.Context) {
	if s.job == nil || s.job.test == nil {
		return
	}
	if facts := s.testOver(); len(facts) > 0 {
		within, cancel := s.patient(ctx, cardEffect)
		defer cancel()
		if err := s.append(within, facts...); err != nil {
			s.Log.Error().Err(err).Msg("self-tests not written to the journal") // they count as abandoned
		}
	}
}

// tested ends a test of the card in hand: passed without a code. One that an earlier run left stays as that left it.
func (s *Station) tested(t readiness.Test, code drivers.Code, detail string, notes ...readiness.Note) []journal.Fact {
	state := readiness.Passed
	if code != "" {
		state = readiness.Failed
	}
	return s.testEnded(t, readiness.Fact{State: state, Code: code, Notes: notes, Detail: detail})
}

func (s *Station) testEnded(t readiness.Test, d readiness.Fact) []journal.Fact {
	if s.job.test == nil || s.job.test.run == "" {
		return nil
	}
	s.job.test.ended[t] = true
	d.Run, d.Test, d.On, d.Seconds = s.job.test.run, t, s.present(), time.Since(s.job.began).Seconds()
	return []journal.Fact{s.testFact(d)}
}

// present is what stands at the desk.
func (s *Station) present() readiness.Present {
	return readiness.Present{Printer: s.id, Seen: s.idSince, Reader: s.opts.Reader, Program: s.opts.Program, Setup: s.opts.Setup}
}

// verdict is the readiness now.
func (s *Station) verdict(now time.Time) readiness.Verdict {
	r := s.opts.Readiness
	r.Prints = !s.opts.NoFace
	return s.books.Tests.Verdict(r, now, s.present())
}

// reconnect lets go of the devices and asks them anew.
func (s *Station) reconnect(ctx context.Context, c Reconnect) {
	if s.state.Phase != flow.Idle {
		s.refuse(&drivers.Fault{Code: TestBusy, Op: "settings", Again: drivers.AgainAfterOperator, Detail: string(s.state.Phase)})
		return
	}
	s.closeDevices()
	s.opts.Reader, s.opts.Setup = c.Reader, c.Setup
	s.look(ctx)
}
