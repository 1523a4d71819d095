package station

import (
	"context"
	"time"

	"cetak/drivers"
	"cetak/station/flow"
)

// glitch is how long a device that worked must be in trouble before anybody is told: a plug that was touched is nobody's business.
const glitch = time.Second

// ask looks at printer and reader while no card moves. A device that worked and does not is asked again after a moment, and only
// what it says then is shown.
func (s *Station) ask(ctx context.Context) (drivers.PrinterStatus, error) {
	s.hushed = true
	st, err := s.status(ctx)
	reader := s.askReader(ctx)
	s.hushed = false
	if err == nil && reader == nil {
		return st, nil
	}
	if worked := s.working(); err != nil && worked.Printer || reader != nil && worked.Reader {
		s.rest(ctx, glitch)
	}
	if err != nil {
		st, err = s.status(ctx)
	}
	if reader != nil {
		_ = s.askReader(ctx) // its fault is on the screen
	}
	return st, err
}

// askReader opens the reader anew while it is idle: an old context does not learn that the service died.
func (s *Station) askReader(ctx context.Context) error {
	if s.reader != nil && s.state.Phase != flow.Idle {
		return nil
	}
	return s.openReader(ctx, true)
}

type worked struct{ Printer, Reader bool }

// working says which devices are shown as in order.
func (s *Station) working() worked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return worked{s.snap.Printer.State == DeviceUp, s.snap.Reader.State == DeviceUp}
}

// rest waits, but not while somebody asks for something.
func (s *Station) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-s.wake: // Run looks for what was asked before it waits again
	}
}

// hindered puts into the Snapshot what keeps a printer that answers from making the next card: the root of it, as the preflight
// would find it. An empty feeder keeps nobody from anything while nobody waits.
func (s *Station) hindered(n *Snapshot, st drivers.PrinterStatus) {
	if s.state.Phase != flow.Idle || n.Printer.State != DeviceUp {
		return
	}
	if err := ready(st); err != nil {
		if code := drivers.AsFault(err).Code; code != drivers.FeederEmpty || n.Waiting > 0 {
			n.Printer.State, n.Printer.Code = DeviceDown, code
		}
	}
}

// watched reports whether the device itself will say that the cause is gone: gone looks for it.
func watched(c drivers.Code) bool {
	switch c {
	case drivers.CoverOpen, drivers.FeederEmpty, drivers.RibbonEnd, drivers.RibbonFault, drivers.RejectFull, drivers.CardAlreadyIn,
		drivers.NoReaderService, drivers.NoReader, drivers.ReaderBusy, drivers.ReaderFailed,
		drivers.LineSilent, drivers.LineGone, drivers.LineNoPort, drivers.KeysPIN:
		return true
	}
	return false
}
