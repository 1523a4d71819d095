package station

import (
	"context"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/face"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// start reads the books, writes down that a run began, takes in what waits, and takes up an attempt left open. After an
// unclean stop it only locks the station: nothing moves until a person opens it again by name.
func (s *Station) start(ctx context.Context) error {
	s.fed = time.Now() // a program before this one may have ended just after its order
	b, err := ReadBooks(ctx, s.Journal.Entries(ctx, 0), s.opts.rules(), time.Now())
	if err == nil {
		s.books = &books{Books: b}
		if s.NewDoor != nil {
			s.door = s.NewDoor(b.Office.People())
		}
		s.arrived(b)
	}
	s.unread = err
	close(s.opened)
	if err != nil {
		return err
	}
	kind := journal.KindStart
	if b.begun && !b.clean {
		kind = journal.KindUncleanStart
	}
	if err := s.append(ctx, s.fact(kind, nil)); err != nil {
		return err
	}
	s.begunRun = true
	if err := s.reload(ctx); err != nil {
		return err
	}
	for _, p := range s.books.queue.Parts() { // a good card whose report the last run did not get to
		for i := range p.Len() {
			if _, live := s.books.live[p.Key(i)]; live {
				if err := s.finished(ctx, p.Key(i)); err != nil {
					return err
				}
			}
		}
	}
	s.scan(ctx)
	switch {
	case b.Locked != nil:
		s.state.Fault, s.faultAt = lockedFault(b.Locked), time.Now()
	case b.Open != nil:
		s.takeUp(ctx, *b.Open)
	}
	s.publish(s.fill)
	close(s.ready)
	return nil
}

func lockedFault(l *Locked) *drivers.Fault {
	f := &drivers.Fault{Code: StationLocked, Op: "start", Again: drivers.AgainAfterOperator, Detail: "the last fact is " + l.Last}
	if l.Attempt != "" {
		f.Card, f.Detail = drivers.Unknown, f.Detail+" of "+l.Attempt
	}
	return f
}

// reopen writes down who answers for going on after an unclean stop, and takes up what was in flight.
func (s *Station) reopen(ctx context.Context, r Reopen) {
	if s.books.Locked == nil || strings.TrimSpace(r.By) == "" {
		s.Log.Info().Msg("refused: reopen without a lock or without a name")
		return
	}
	if s.opts.SignIn {
		if err := s.books.Office.People().Allow(access.By{Who: r.By, Second: r.Second}, access.Reopen, true); err != nil {
			s.refuse(err)
			return
		}
	}
	data := map[string]any{"last": s.books.Locked.Last, "attempt": s.books.Locked.Attempt}
	if r.Second != "" {
		data["second"] = r.Second
	}
	if err := s.append(ctx, journal.Fact{Kind: journal.KindReopened, Who: r.By, Data: data}); err != nil {
		s.state.Fault, s.faultAt = drivers.AsFault(err), time.Now()
		return
	}
	s.state.Fault = nil
	if s.books.Open != nil {
		s.takeUp(ctx, *s.books.Open)
	}
}

// takeUp goes on with an attempt that an earlier run left open, from evidence first.
func (s *Station) takeUp(ctx context.Context, a Attempt) {
	item, ok := s.books.find(a.Key)
	if !ok {
		item = source.Item{Key: a.Key}
	}
	s.job = s.newJob(item)
	if a.Intent.Test {
		s.job.test = &cardTest{}
		s.job.item.ID = TestCard
	}
	s.job.attempt, s.job.uid, s.job.counter = a.ID, a.UID, a.Intent.Counter
	s.job.intended, s.job.loaded, s.job.began, s.job.fence = true, a.Loaded, time.Now(), a.Intent.Fence
	state, effects := flow.Recovered(flow.State{
		UID: a.UID, Verified: a.Verified, Printed: a.Printed, Confirm: a.Intent.Confirm, Cause: causeOf(a),
		Fault: &drivers.Fault{Code: AttemptOpen, Op: "start", Card: drivers.Unknown, Again: drivers.AgainAfterOperator, Detail: a.ID},
	})
	s.state, s.faultAt = state, time.Now()
	if e, more := s.perform(ctx, effects); more {
		s.step(ctx, e)
	}
}

func causeOf(a Attempt) string {
	if a.Cause != "" {
		return a.Cause
	}
	return "fault:" + string(AttemptOpen)
}

// judge gathers the evidence about the card in hand and weighs it.
func (s *Station) judge(ctx context.Context) (flow.Verdict, error) {
	e, err := s.whereabouts(ctx)
	if err != nil {
		return "", err
	}
	uid := ""
	if e.WantsChip() {
		if e.Chip, uid, err = s.lookAtChip(ctx); err != nil {
			return "", err
		}
	}
	v := flow.Judge(e)
	var facts []journal.Fact
	if v == flow.VerdictInside && e.Chip == flow.ChipNew {
		s.job.uid = uid // I3: it was spent on this attempt, and must never come back as a blank
		facts = append(facts, s.fact(journal.KindUID, nil))
	}
	if e.Chip == flow.ChipOther && s.dead(uid) {
		facts = append(facts, s.books.Office.Alarm(uid, "desk", s.job.attempt, s.who()))
	}
	facts = append(facts, s.fact(journal.KindSettled, map[string]any{
		"by": "evidence", "verdict": v, "position": e.Position, "before": e.CounterBefore, "now": e.CounterNow, "chip": e.Chip,
	}))
	return v, s.append(ctx, facts...)
}

// underWay is how long a blank may be on its way from the feeder to a sensor: about 3.5 s in a desktop printer (22 s a card), and half as
// much again. Not checked on hardware.
const underWay = 5 * time.Second

// whereabouts asks the machine where the card is. The order to take a blank may be the last that it heard before the line was lost or the
// program ended, and it answers while the blank is on its way: what it says counts once that must have come to its end.
func (s *Station) whereabouts(ctx context.Context) (flow.Evidence, error) {
	for {
		st, err := s.status(ctx)
		if err != nil {
			return flow.Evidence{}, err
		}
		e := flow.Evidence{Position: st.Position, CounterBefore: s.job.counter, CounterNow: st.CardsInserted, Loaded: s.job.loaded}
		if a := s.books.Open; a != nil {
			e.Out, e.Read, e.ChipBad = a.Out, a.UID != "", a.ChipBad
		}
		left := time.Until(s.fed.Add(underWay))
		if !e.MayBeUnderWay() || left <= 0 {
			return e, nil
		}
		select {
		case <-time.After(min(left, 200*time.Millisecond)):
		case <-ctx.Done():
			err = ctx.Err()
		case <-s.patience.asked:
			err = context.Canceled
		}
		if err != nil {
			return flow.Evidence{}, &drivers.Fault{Code: AttemptOpen, Op: "look", Card: drivers.Unknown, Again: drivers.AgainAfterOperator, Err: err}
		}
	}
}

// lookAtChip brings the card that is in the machine to the chip station and asks who it is: the last of the evidence. A
// fault is one of the printer or of the reader, not of the chip: what the chip does not say is ChipUnread.
func (s *Station) lookAtChip(ctx context.Context) (flow.ChipEvidence, string, error) {
	within, cancel := context.WithTimeout(ctx, chipEffect)
	defer cancel()
	if err := s.openReader(within, true); err != nil {
		return "", "", err
	}
	if err := s.printer.Load(within, s.opts.ChipStation); err != nil {
		if f := drivers.AsFault(err); f.Code == drivers.PrinterRefused && f.Card == drivers.InMachine {
			return flow.ChipUnread, "", nil // it has left the chip station for good, as in a printer behind a dispenser
		}
		return "", "", err
	}
	id, err := s.whoIsThere(within)
	if err == nil {
		v, uid := s.whose(id)
		if v == flow.ChipSame {
			s.chipUID = uid // it stays at the station: it is to be terminated
		} else {
			s.closeChip()
		}
		return v, uid, nil
	}
	s.closeChip()
	if ctx.Err() != nil {
		return "", "", &drivers.Fault{Code: AttemptOpen, Op: "look", Card: drivers.Unknown, Again: drivers.AgainAfterOperator, Err: err}
	}
	switch f := drivers.AsFault(err); f.Code {
	case drivers.NoReaderService, drivers.NoReader, drivers.ReaderBusy, drivers.ReaderFailed:
		return "", "", err
	}
	return flow.ChipUnread, "", nil
}

// whose compares a chip with what the journal knows of the attempt.
func (s *Station) whose(id drivers.ChipIdentity) (flow.ChipEvidence, string) {
	uid, a := hexUID(id.UID), s.books.Open
	switch {
	case uid == "":
		return flow.ChipUnread, ""
	case s.job.uid != "" && s.job.uid != uid:
		return flow.ChipOther, uid
	case s.job.uid == uid && a != nil && a.Verified && (id.State == drivers.ChipBlank || id.State == drivers.ChipPartial):
		return flow.ChipOther, uid // what was sealed cannot open again
	case s.job.uid == uid:
		return flow.ChipSame, uid
	}
	if s.books.uids[uid] {
		return flow.ChipOther, uid
	}
	return flow.ChipNew, uid
}

// finish writes down that the run ended in order.
func (s *Station) finish(ctx context.Context) error {
	s.job = nil
	within, cancel := s.patient(ctx, cardEffect)
	defer cancel()
	return s.append(within, s.fact(journal.KindStop, nil))
}

// scan takes in what lies in the inbox. A bundle it cannot take is told in the log and in the count of refusals, and
// stays where it is.
func (s *Station) scan(ctx context.Context) {
	if s.opts.Inbox == "" || s.state.Phase != flow.Idle {
		return
	}
	var intakes []source.Intake
	within, cancel := s.patient(ctx, cardEffect)
	defer cancel()
	err := unhung(within, "inbox", func() error {
		var err error
		intakes, err = s.Store.Scan(ctx, s.opts.Inbox, time.Now())
		return err
	})
	if err != nil {
		f := drivers.AsFault(err)
		s.Log.Warn().Str("code", string(f.Code)).Str("detail", f.Detail).Msg("inbox")
	}
	changed := false
	for _, in := range intakes {
		if in.Already {
			continue
		}
		changed = true
		if err := s.append(ctx, IntakeFacts(in, s.who())...); err != nil {
			s.Log.Error().Err(err).Msg("intake not written to the journal")
		}
		s.books.refused += len(in.Refused)
	}
	if changed {
		if err := s.reload(ctx); err != nil {
			s.Log.Error().Err(err).Msg("queue")
		}
		s.publish(s.fill)
	}
}

// IntakeFacts are what the journal keeps of a bundle: its digest, how many were taken, and each refusal.
func IntakeFacts(in source.Intake, who string) []journal.Fact {
	facts := []journal.Fact{{Kind: journal.KindBundle, Who: who, Data: map[string]any{
		"digest": in.Digest, "taken": len(in.Taken), "refused": len(in.Refused),
	}}}
	for _, r := range in.Refused {
		facts = append(facts, journal.Fact{Kind: journal.KindRefused, Who: who, Data: map[string]any{
			"digest": in.Digest, "line": r.Line, "code": r.Code,
		}})
	}
	return facts
}

// reload reads the queue anew.
func (s *Station) reload(ctx context.Context) error {
	q, err := s.Store.List(ctx)
	if err != nil {
		return err
	}
	s.books.queue = q
	s.replan(time.Now())
	return nil
}

// Find gives the waiting records that match any part of a name or NIK, in queue order; "" matches all. It is instant
// and may be called from any goroutine.
func (s *Station) Find(query string, limit int) []QueueItem {
	s.mu.Lock()
	t := s.turns
	s.mu.Unlock()
	var order []int32
	if t.plan != nil {
		order = t.plan.Order()
	}
	found := t.index.Places(query, limit, order)
	out := make([]QueueItem, len(found))
	for i, at := range found {
		out[i] = t.shown(at)
	}
	return out
}

// Preview renders the face of a waiting record exactly as it will be printed and checks it. It may be called from any
// goroutine; it reads the sealed store and takes some tens of milliseconds.
func (s *Station) Preview(ctx context.Context, id string, issue int) (Preview, error) {
	if id == TestCard {
		return s.previewTest()
	}
	r, err := s.Store.Record(ctx, record.Key{ID: id, Issue: issue})
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Item: QueueItem{
		ID: r.ID, Issue: r.Issue, Name: r.Fields.Name, NIK: r.Fields.NIK, Kind: string(r.Kind), Reason: r.Reason, Cleared: r.Cleared,
	}}
	for _, f := range record.Check(r, time.Now()) {
		p.Findings = append(p.Findings, Finding{Code: f.Code, Field: f.Field, Blocking: f.Severity == record.Error})
	}
	for _, l := range r.Fields.Lines() {
		p.Lines = append(p.Lines, FaceLine{Field: l.Name, Value: l.Value})
	}
	layout, err := face.LayoutFor(r.Kind)
	if err != nil {
		return Preview{}, err
	}
	art, notes, err := s.Faces.Render(r, layout)
	if err != nil {
		return Preview{}, err
	}
	p.Face, p.NIK = face.Composite(art), notes.NIK
	return p, nil
}
