package station

import (
	"context"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/policy"
	"cetak/station/record"
	"cetak/station/source"
)

// Centre is the desk's line to the centre, as the Station needs it. station/link stands behind it. Its methods are called from the goroutine
// of Run.
type Centre interface {
	// Claim asks, before a blank moves, whether the record may be issued here, and gives the fence of its lease; 0 where it came without
	// one. With a line the centre says so; without one, and within a short deadline, the lease does. Faults: the centre's refusals,
	// link.LeaseOver, those of the store.
	Claim(ctx context.Context, key record.Key) (fence int64, err error)
	// Recalled is the fault of a record that was taken back since its claim, as far as the desk has heard; nil while it stands. It asks
	// nobody.
	Recalled(ctx context.Context, key record.Key) error
	// Wake says that there is something to send.
	Wake()
}

// Arrival is what the line brought for the Station to act on, between two cards.
type Arrival struct {
	Facts  []journal.Fact
	Drop   []record.Key  // taken back: they leave the queue
	Policy *policy.Table // in force from now on; nil = as before
	Queue  bool          // records came
}

// CentreState is how the line to the centre is, for people.
type CentreState struct {
	State  DeviceState  // DeviceDown: nobody answered, or not as a centre does
	Code   drivers.Code // why it is down; or what is wrong all the same: a clock, a book that is refused
	At     time.Time    // the centre was last heard; zero = never
	Leased int          // records that may be printed here
	Until  time.Time    // the first of their leases ends; zero = none
	Outbox int          // outcomes that the centre has not acknowledged
	Recall int          // cards that are out and must be taken out of use
}

// DeskReport is what the line tells the centre of the desk, and needs to know how many records are wanted.
type DeskReport struct {
	Printer, Reader drivers.Code // "" = in order
	Waiting, Suket  int
	Blanks          map[string]int // WNI, WNA: vault and feeder
	Ribbon          int            // -1 = not known
	Blank           string         // what lies in the feeder
	PerDay          float64        // cards a working day of the weeks before; 0 = not known
	First           [][]string     // whose turn it is by the policy, by reasons
	Hold            []string       // whom it holds back
	Alarms          []drivers.Code
}

// Ready is closed once Run has read the books; it never is where it cannot.
func (s *Station) Ready() <-chan struct{} { return s.ready }

// Arrive hands over what came from the centre. It never waits.
func (s *Station) Arrive(a Arrival) {
	s.mu.Lock()
	s.arrivals = append(s.arrivals, a)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// ShowCentre puts the state of the line into the Snapshot. It may be called from any goroutine.
func (s *Station) ShowCentre(c CentreState) {
	s.publish(func(n *Snapshot) {
		c.Recall = n.recalls
		n.Centre = &c
	})
}

// Report gives how the desk is. It may be called from any goroutine; before Run has read the books it is false.
func (s *Station) Report() (DeskReport, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.report
	r.Waiting = s.snap.Waiting
	for _, d := range []struct {
		is  Device
		say *drivers.Code
	}{{s.snap.Printer, &r.Printer}, {s.snap.Reader, &r.Reader}} {
		if d.is.State == DeviceDown {
			*d.say = d.is.Code
		}
	}
	r.Ribbon = max(-1, s.snap.RibbonLeft)
	if f := s.snap.Fault; f != nil {
		r.Alarms = append(r.Alarms, f.Code)
	}
	return r, r.Blanks != nil
}

// takeIn does what the line brought. It reports whether there was something. A record in hand is taken out of the queue after its card.
func (s *Station) takeIn(ctx context.Context) bool {
	s.mu.Lock()
	all := s.arrivals
	s.arrivals = nil
	s.mu.Unlock()
	if len(all) == 0 {
		return false
	}
	acted, changed, later := false, false, Arrival{}
	for _, a := range all {
		if len(a.Facts) > 0 {
			if err := s.append(ctx, a.Facts...); err != nil {
				s.Log.Error().Err(err).Msg("the centre's word not written to the journal")
			}
		}
		if a.Policy != nil {
			s.opts.Policy = a.Policy
		}
		for _, key := range a.Drop {
			if s.job != nil && s.job.key == key || s.books.inHand(key) {
				later.Drop = append(later.Drop, key)
				continue
			}
			if err := s.Store.Drop(ctx, key); err != nil {
				s.Log.Error().Err(err).Msg("withdrawn record not dropped")
			}
			changed = true
		}
		changed = changed || a.Queue || a.Policy != nil
		acted = acted || len(a.Facts) > 0
	}
	if len(later.Drop) > 0 {
		s.mu.Lock()
		s.arrivals = append(s.arrivals, later)
		s.mu.Unlock()
	}
	if !changed {
		return acted
	}
	if err := s.reload(ctx); err != nil {
		s.Log.Error().Err(err).Msg("queue")
	}
	s.publish(s.fill)
	return true
}

// claim asks for the right to spend a blank on the record in hand.
func (s *Station) claim(ctx context.Context) error {
	if s.job.test != nil {
		return nil
	}
	if s.Centre != nil {
		fence, err := s.Centre.Claim(ctx, s.job.key)
		if s.job.fence = fence; err != nil {
			return err
		}
	}
	// What the journal says of a hand-over holds, whatever the store still has.
	if fence, gone := s.books.given[s.job.key]; gone && s.job.fence <= fence {
		return &drivers.Fault{Code: HandedOn, Op: "claim", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: s.job.key.String()}
	}
	return nil
}

// recalled refuses to go on with a card whose record was taken back since. It goes to the reject box.
func (s *Station) recalled(ctx context.Context) error {
	if s.Centre == nil || s.job.test != nil || s.job.fence == 0 {
		return nil
	}
	err := s.Centre.Recalled(ctx, s.job.key)
	if err == nil {
		return nil
	}
	f := *drivers.AsFault(err)
	f.Card, f.Again = drivers.InMachine, drivers.AgainNever
	return &f
}

// wakeCentre says that an outcome waits.
func (s *Station) wakeCentre() {
	if s.Centre != nil {
		s.Centre.Wake()
	}
}

// deskReport is the part of the report that follows from the books.
func (s *Station) deskReport(now time.Time) DeskReport {
	r := DeskReport{Blanks: map[string]int{}, Blank: string(s.opts.Blank), Suket: s.books.Office.Letters().Outstanding(now)}
	balance := s.books.Ledger.Balance()
	for _, t := range ledger.BlankTypes() {
		r.Blanks[string(t)] = balance[t][ledger.Vault] + balance[t][ledger.Hopper]
	}
	left := r.Blanks[r.Blank]
	r.PerDay = ledger.Project(now, s.opts.Blank, left, s.books.Office.Use(s.opts.Blank), workday, 0).PerDay
	if s.opts.Policy != nil {
		r.First, r.Hold = s.opts.Policy.Turns(now, s.opts.Office, left < s.opts.Reserve)
	}
	return r
}

// Report is what the books alone say of the desk, for a program that speaks to the centre without running it: devices are not asked.
func (b *Books) Report(o Options, waiting *source.List, now time.Time) DeskReport {
	s := &Station{opts: o, books: &books{Books: b, queue: waiting}}
	r := s.deskReport(now)
	r.Waiting, r.Ribbon = waiting.Len(), drivers.RibbonUnknown
	return r
}

// inHand says whether a card of the record is under way.
func (b *Books) inHand(key record.Key) bool { return b.Open != nil && b.Open.Key == key }

// TakeIn does what the line brought, for a program that speaks to the centre without running the desk: facts into the journal, and records
// that were taken back out of the queue.
func (b *Books) TakeIn(ctx context.Context, j Journal, st Store, a Arrival) error {
	if _, err := b.write(ctx, j, a.Facts...); err != nil {
		return err
	}
	for _, key := range a.Drop {
		if _, live := b.live[key]; live || b.inHand(key) {
			continue // it leaves once its attempt is settled, and a good card's outcome is in the outbox: the next start sees to both
		}
		if err := st.Drop(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// leaseRunsOut says whether the end of a record's lease is past. What the desk's clock is worth is for Claim to judge.
func leaseRunsOut(until, now time.Time) bool { return !until.IsZero() && now.After(until) }
