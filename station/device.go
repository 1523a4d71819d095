package station

import (
	"context"
	"errors"
	"slices"
	"time"

	"cetak/drivers"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/record"
)

// statusLimit bounds one look at the printer: seven short questions of at most two seconds each.
const statusLimit = 15 * time.Second

func (s *Station) openPrinter(ctx context.Context) error {
	if s.printer != nil {
		return nil
	}
	p, err := s.Devices.Printer(ctx)
	s.seen(func(n *Snapshot) *Device { return &n.Printer }, err)
	if err != nil {
		return err
	}
	s.printer = p
	if id, err := p.Identify(ctx); err == nil {
		if id != s.id {
			s.id, s.idSince = id, time.Now()
		}
		s.publish(func(n *Snapshot) { n.Printer.Name, n.Machine.ID = id.Model, id })
	}
	return nil
}

// openReader opens the reader; anew when fresh, because an old context does not learn that the service died.
func (s *Station) openReader(ctx context.Context, fresh bool) error {
	if s.reader != nil && !fresh {
		return nil
	}
	s.closeReader()
	r, err := s.Devices.Reader(ctx)
	s.seen(func(n *Snapshot) *Device { return &n.Reader }, err)
	if err != nil {
		return err
	}
	s.reader = r
	return nil
}

// status looks at the printer and puts what it says into the Snapshot.
func (s *Station) status(ctx context.Context) (drivers.PrinterStatus, error) {
	s.unstage()
	if err := s.openPrinter(ctx); err != nil {
		return drivers.PrinterStatus{}, err
	}
	within, cancel := context.WithTimeout(ctx, statusLimit)
	defer cancel()
	st, err := s.printer.Status(within)
	s.seen(func(n *Snapshot) *Device { return &n.Printer }, err)
	if err == nil {
		s.publish(func(n *Snapshot) { n.RibbonLeft, n.Machine.Status, n.Machine.At = st.RibbonLeft, st, time.Now() })
	}
	return st, err
}

// seen notes how a device answered.
func (s *Station) seen(device func(*Snapshot) *Device, err error) {
	s.publish(func(n *Snapshot) {
		d := device(n)
		if err != nil && s.hushed && d.State == DeviceUp {
			return
		}
		d.At, d.State, d.Code = time.Now(), DeviceUp, ""
		if err != nil {
			d.State, d.Code = DeviceDown, drivers.AsFault(err).Code
		}
	})
}

// look asks the devices while no card moves, so that the screen shows a closed lid, a pulled cable, or a cause that is
// gone without anybody pressing a key.
func (s *Station) look(ctx context.Context) {
	if s.state.Phase != flow.Idle && s.state.Phase != flow.Held {
		return
	}
	s.books.roll(time.Now())
	_, _ = s.head(time.Now()) // a plan grows old while nobody prints
	ctx, cancel := s.untilAsked(ctx)
	defer cancel()
	s.lookAtPIN(ctx, false)
	st, err := s.ask(ctx)
	if err == nil {
		if werr := s.witness(ctx, st); werr != nil {
			s.Log.Error().Err(werr).Msg("incident not written to the journal")
		}
	}
	s.publish(func(n *Snapshot) {
		s.fill(n)
		if err == nil {
			s.hindered(n, st)
		}
		if n.Fault != nil {
			n.Fault.Cleared = err == nil && watched(n.Fault.Code) && gone(n.Fault.Code, st, n.Reader, n.PIN)
		}
	})
}

// witness compares the printer's counters with the books, while a shift is open and no card is under way, and writes down what
// differs. The panels are told once until somebody closed the incident: what a machine's counter counts is its own affair.
func (s *Station) witness(ctx context.Context, st drivers.PrinterStatus) error {
	if _, on := s.books.Office.Shift(); !on || s.books.Open != nil {
		return nil
	}
	r := ledger.Reading{Cards: st.CardsInserted, Panels: st.PanelsPrinted}
	if r.Panels == 0 {
		r.Panels = ledger.Unknown
	}
	var facts []journal.Fact
	for _, f := range s.books.Office.Witness(time.Now(), r) {
		if i, ok := f.Data.(ledger.Incident); ok && i.Between[1] == ledger.ByPanels && slices.ContainsFunc(s.books.Office.Incidents(), openOfPanels) {
			continue
		}
		facts = append(facts, f)
	}
	if len(facts) == 0 {
		return nil
	}
	within, cancel := s.patient(ctx, cardEffect)
	defer cancel()
	return s.append(within, facts...)
}

func openOfPanels(i office.Incident) bool {
	return i.Closed.IsZero() && i.Between[1] == ledger.ByPanels
}

// gone reports whether the device itself no longer shows a cause that is watched. That of the line is gone once the printer answers at all.
func gone(c drivers.Code, st drivers.PrinterStatus, reader Device, pin *PINWanted) bool {
	switch c {
	case drivers.CoverOpen:
		return !st.Has(drivers.ConditionCoverOpen)
	case drivers.FeederEmpty:
		return !st.Has(drivers.ConditionFeederEmpty)
	case drivers.RibbonEnd, drivers.RibbonFault:
		return !st.Has(drivers.ConditionRibbonEnd) && st.RibbonLeft != 0
	case drivers.RejectFull:
		return !st.Has(drivers.ConditionRejectFull)
	case drivers.CardAlreadyIn:
		return st.Position == drivers.PositionNone
	case drivers.NoReaderService, drivers.NoReader, drivers.ReaderBusy, drivers.ReaderFailed:
		return reader.State == DeviceUp
	case drivers.KeysPIN:
		return pin == nil
	}
	return true
}

// dropLost lets go of a device that cannot be used further.
func (s *Station) dropLost(f *drivers.Fault) {
	switch f.Code {
	case drivers.NoReaderService, drivers.NoReader, drivers.ReaderBusy, drivers.ReaderFailed, drivers.ChipMute, drivers.ChipRemoved, drivers.NoChip:
		s.closeChip()
		s.closeReader()
	case drivers.WrongPrinter:
		s.closePrinter()
	}
}

func (s *Station) closeChip() {
	if s.chip != nil {
		s.closed("chip", s.chip.Close())
		s.chip, s.chipUID = nil, ""
	}
}

func (s *Station) closeReader() {
	s.closeChip()
	if s.reader != nil {
		s.closed("reader", s.reader.Close())
		s.reader = nil
	}
}

func (s *Station) closePrinter() {
	s.unstage()
	if s.printer != nil {
		s.closed("printer", s.printer.Close())
		s.printer = nil
	}
}

func (s *Station) closeDevices() {
	s.closeReader()
	s.closePrinter()
}

func (s *Station) closed(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		s.Log.Debug().Str("what", what).Err(err).Msg("close")
	}
}

// fill brings the Snapshot up to the state of the run.
func (s *Station) fill(n *Snapshot) {
	if s.books == nil {
		return
	}
	n.Locked = s.books.Locked
	n.Phase, n.Stopping, n.Batch = s.state.Phase, s.state.Stopping, s.batch.on
	s.fillFault(n)
	s.fillJob(n)
	n.Next = nil
	if at, ok := s.turns.next(s.opts.Blank, record.Key{}); ok {
		q := s.turns.shown(at)
		n.Next = &q
	}
	n.Held = s.turns.held()
	n.Waiting, n.Refused = s.books.queue.Len(), s.books.refused
	n.Hopper = s.hopper()
	n.RejectCount, n.GoodToday, n.SpoiledToday = s.books.Office.Reject(), s.books.Good, s.books.Spoiled
	s.fillOffice(n)
	n.Readiness, n.Required = s.verdict(time.Now()), s.opts.Readiness.Required
}

func (s *Station) fillFault(n *Snapshot) {
	f := s.state.Fault
	if f == nil {
		n.Fault = nil
		return
	}
	cleared := n.Fault != nil && n.Fault.Code == f.Code && n.Fault.Since.Equal(s.faultAt) && n.Fault.Cleared
	card := f.Card
	if s.state.Phase == flow.Held {
		card = s.state.Card
	}
	n.Fault = &FaultInfo{Code: f.Code, Op: f.Op, Card: card, Again: f.Again, Detail: f.Detail, Cleared: cleared, Watched: watched(f.Code), Since: s.faultAt}
}

func (s *Station) fillJob(n *Snapshot) {
	switch {
	case s.job == nil:
		n.Busy, n.Job = false, nil
	case s.state.Phase == flow.Idle: // its outcome was written
		if s.job.outcome != "" && s.job.test == nil {
			done := Finished{Item: s.job.item, Attempt: s.job.attempt, UID: s.job.uid, Outcome: string(s.job.outcome), Took: time.Since(s.job.began), At: time.Now(), Steps: s.job.view().Steps, Plan: s.job.plan}
			n.Last = &done
			n.Session = append(n.Session, done)
		}
		s.job, n.Busy, n.Job = nil, false, nil
	default:
		n.Busy, n.Job = true, s.job.view()
	}
	n.Question = nil
	if answers := s.state.Answers(); len(answers) > 0 {
		q := Question{Kind: QuestionFault}
		switch {
		case s.state.Phase == flow.Confirming:
			q.Kind = QuestionConfirm
		case s.state.Card == drivers.Unknown:
			q.Kind = QuestionWhere
		}
		for _, a := range answers {
			q.Answers = append(q.Answers, Answer(a))
		}
		q.SecondForSpoiled = s.spoilAlone() == 0 && s.job.test == nil
		n.Question = &q
	}
}
