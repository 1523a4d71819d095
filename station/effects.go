package station

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/centre/api"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/record"
	"cetak/station/source"
)

// Deadlines of effects past the point of no return, where the program's own ctx no longer counts: several times what
// the slowest machine needs (the drivers have closer ones of their own).
const (
	chipWait   = 10 * time.Second // a card at the station until the reader sees it; pcscd looks every 0.4 s
	chipEffect = 60 * time.Second
	cardEffect = 30 * time.Minute // five raw panels at 2,400 baud take two hours, the encoded ones minutes
)

// perform does the effects in order and gives the event that tells of it; false when the outside must speak first.
func (s *Station) perform(ctx context.Context, effects []flow.Effect) (flow.Event, bool) {
	if len(effects) == 0 {
		return flow.Event{}, false
	}
	var e flow.Event
	for _, f := range effects {
		switch f.Kind {
		case flow.AskConfirm:
			s.job.start(StepConfirm)
			return flow.Event{}, false
		case flow.Refuse:
			s.Log.Info().Str("what", f.Why).Msg("refused")
			return flow.Event{}, false
		case flow.Release:
			s.setAside()
			s.testReleased(ctx)
			s.job = nil
			return flow.Event{}, false
		case flow.Look:
			within, cancel := s.patient(ctx, cardEffect)
			v, err := s.judge(within)
			cancel()
			if err != nil {
				return s.failed(ctx, err), true
			}
			return flow.Event{Kind: flow.Judged, Verdict: v}, true
		}
		done, err := s.effect(ctx, f)
		if err != nil {
			if f.Kind == flow.Preflight && s.stopAsked(ctx) {
				break // told to stop before a blank moved: no fault, and the flow begins no card
			}
			return s.failed(ctx, err), true
		}
		e = done
	}
	e.Kind = flow.Done
	return e, true
}

// failed writes the fault down and gives the event for it. A journal that cannot be written is itself the fault.
func (s *Station) failed(ctx context.Context, err error) flow.Event {
	f := s.counted(ctx, s.letGo(drivers.AsFault(err)))
	tested := s.testFailed(f)
	s.job.fail()
	s.Log.Warn().Str("code", string(f.Code)).Str("op", f.Op).Str("card", string(f.Card)).Str("detail", f.Detail).Err(f.Err).Msg("fault")
	if f.Code[0] != 'J' {
		facts := []journal.Fact{s.fact(journal.KindFault, map[string]any{"code": f.Code, "op": f.Op, "card": f.Card, "detail": f.Detail})}
		if s.state.Phase == flow.Loading && f.Card == drivers.InMachine && !s.job.loaded {
			facts = append(facts, s.loadFacts()...)
		}
		facts = append(facts, tested...)
		within, cancel := s.patient(ctx, cardEffect)
		defer cancel()
		if jerr := s.append(within, facts...); jerr != nil {
			f = &drivers.Fault{Code: drivers.AsFault(jerr).Code, Op: f.Op, Card: f.Card, Again: drivers.AgainAfterOperator, Detail: f.Error(), Err: jerr}
		}
	}
	if s.Recorder != nil {
		s.Recorder.Fault(f)
	}
	if !s.patience.over() { // else leave does it
		s.dropLost(f)
	}
	return flow.Event{Kind: flow.Failed, Fault: f}
}

// counted looks closer at a machine that failed to load. A card in it need not be a blank of the feeder, somebody may have laid one
// in just then; and a blank that is said to lie in the feeder may be stuck inside, when a counter that the driver read was changed on
// the line. The counter as it was when the intent was written, and as it is now, tells whether a blank was taken. Where it says other
// than the fault, nothing is booked and a person looks.
func (s *Station) counted(ctx context.Context, f *drivers.Fault) *drivers.Fault {
	if s.state.Phase != flow.Loading || f.Card != drivers.InMachine && f.Card != drivers.InHopper || s.job.loaded || s.patience.over() {
		return f
	}
	st, err := s.status(ctx)
	if err != nil || st.CardsInserted == drivers.CountUnknown || (st.CardsInserted != s.job.counter) == (f.Card == drivers.InMachine) {
		return f
	}
	g := *f
	g.Card, g.Again = drivers.Unknown, drivers.AgainAfterOperator
	return &g
}

// effect performs one of the effects that end in Done or Failed. From Load on it runs on its own deadline.
func (s *Station) effect(ctx context.Context, f flow.Effect) (flow.Event, error) {
	var e flow.Event
	var err error
	run := func(name StepName, limit time.Duration, do func(context.Context) error) {
		if name != StepPrint || !s.opts.NoFace { // a step that does nothing is not shown
			s.job.start(name)
		}
		s.publish(s.fill)
		within, cancel := s.untilAsked(ctx)
		if limit > 0 {
			cancel()
			within, cancel = s.patient(ctx, limit)
		}
		defer cancel()
		if err = do(within); err == nil {
			s.job.done(name, s.took)
		}
	}
	switch f.Kind {
	case flow.Preflight:
		run(StepCheck, 0, s.preflight)
	case flow.Intend:
		run(StepCheck, cardEffect, s.intend)
	case flow.Load:
		run(StepLoad, cardEffect, s.load)
	case flow.ReadChip:
		run(StepReadChip, chipEffect, func(ctx context.Context) error { e.UID, err = s.readChip(ctx); return err })
	case flow.Encode:
		run(StepWriteChip, chipEffect, s.inChannel(s.encode))
	case flow.Verify:
		run(StepVerify, chipEffect, s.inChannel(s.verify))
	case flow.Print:
		run(StepPrint, cardEffect, s.print)
	case flow.Discharge:
		run(StepDischarge, cardEffect, func(ctx context.Context) error { return s.discharge(ctx, f.Tray) })
	case flow.Settle:
		run(StepSettle, cardEffect, func(ctx context.Context) error { return s.settle(ctx, f.Outcome, f.Cause) })
	}
	return e, err
}

// preflight finds every reason not to begin that can be known before a blank moves.
func (s *Station) preflight(ctx context.Context) error {
	if s.job.test != nil {
		return s.preflightTest(ctx)
	}
	if err := s.permitted(); err != nil {
		return err
	}
	r, err := s.Store.Record(ctx, s.job.key)
	if err != nil {
		return err
	}
	s.job.record = r
	if _, live := s.books.live[s.job.key]; live {
		return &drivers.Fault{Code: AlreadyIssued, Op: "preflight", Again: drivers.AgainNever}
	}
	for _, f := range record.Check(r, time.Now()) {
		if f.Severity == record.Error {
			return &drivers.Fault{Code: f.Code, Op: "preflight", Again: drivers.AgainNever, Detail: f.Field}
		}
	}
	if string(r.Kind) != string(s.opts.Blank) {
		return &drivers.Fault{Code: WrongBlank, Op: "preflight", Again: drivers.AgainAfterOperator, Detail: "record " + string(r.Kind) + ", feeder " + string(s.opts.Blank)}
	}
	if r.Specimen != s.opts.Specimen {
		return &drivers.Fault{Code: SpecimenMismatch, Op: "preflight", Again: drivers.AgainNever}
	}
	if err := s.render(ctx, r); err != nil {
		return err
	}
	return s.able(ctx, r)
}

// able finds what of chip data, disk, keys, stock, and devices stands in the way of a card.
func (s *Station) able(ctx context.Context, r *record.Record) error {
	if err := s.Encoder.Check(r.Chip); err != nil {
		return err
	}
	if err := s.Journal.CheckSpace(ctx); err != nil {
		return err
	}
	if s.CardKeys != nil {
		if err := s.CardKeys.Ready(ctx, r.Specimen); err != nil {
			s.lookAtPIN(ctx, false)
			return err
		}
	}
	if s.hopper() < 1 {
		return &drivers.Fault{Code: NoBlankBooked, Op: "preflight", Card: drivers.InHopper, Again: drivers.AgainAfterOperator}
	}
	if err := s.openReader(ctx, true); err != nil {
		return err
	}
	st, err := s.status(ctx)
	if err != nil {
		return err
	}
	s.job.counter, s.job.panels, s.job.ribbonLeft = st.CardsInserted, st.PanelsPrinted, st.RibbonLeft
	if err := ready(st); err != nil {
		return err
	}
	if s.job.test == nil {
		if err := s.verdict(time.Now()).Fault(s.opts.Readiness); err != nil {
			return err
		}
	}
	if err := s.foresee(); err != nil {
		return err
	}
	if err := s.witness(ctx, st); err != nil { // the intent begins a new comparison
		return err
	}
	return s.claim(ctx) // last: what is claimed ends by this desk's word only
}

// render makes the face that will be printed and judged.
func (s *Station) render(ctx context.Context, r *record.Record) error {
	var ready bool
	if s.job.art, s.job.notes, ready = s.takePrepared(ctx, r); ready {
		return nil
	}
	var err error
	s.job.art, s.job.notes, err = s.face(r)
	return err
}

// ready refuses a machine that would only spoil a blank.
func ready(st drivers.PrinterStatus) error {
	for _, c := range []struct {
		when drivers.Condition
		code drivers.Code
	}{
		{drivers.ConditionCoverOpen, drivers.CoverOpen},
		{drivers.ConditionRibbonEnd, drivers.RibbonEnd},
		{drivers.ConditionFeederEmpty, drivers.FeederEmpty},
		{drivers.ConditionRejectFull, drivers.RejectFull},
	} {
		if st.Has(c.when) {
			return &drivers.Fault{Code: c.code, Op: "preflight", Card: drivers.InHopper, Again: drivers.AgainAfterOperator}
		}
	}
	if st.RibbonLeft == 0 {
		return &drivers.Fault{Code: drivers.RibbonEnd, Op: "preflight", Card: drivers.InHopper, Again: drivers.AgainAfterOperator}
	}
	if st.Position != drivers.PositionNone {
		return &drivers.Fault{Code: drivers.CardAlreadyIn, Op: "preflight", Again: drivers.AgainAfterOperator, Detail: string(st.Position)}
	}
	return nil
}

func (s *Station) load(ctx context.Context) error {
	s.expect()
	err := s.printer.Load(ctx, s.opts.ChipStation)
	s.fed = time.Now()
	if err != nil {
		return err
	}
	s.stage(ctx)
	if err := s.append(ctx, s.loadFacts()...); err != nil {
		f := *drivers.AsFault(err) // the journal does not know where the card is: past the feeder
		f.Card, f.Again = drivers.InMachine, drivers.AgainAfterOperator
		return &f
	}
	return nil
}

// loadFacts tell that the blank left the feeder.
func (s *Station) loadFacts() []journal.Fact {
	return []journal.Fact{
		s.fact(journal.KindLoaded, nil),
		s.movement(ledger.Movement{Kind: ledger.Load, From: ledger.Hopper, To: ledger.Machine}),
	}
}

func (s *Station) readChip(ctx context.Context) (string, error) {
	s.closeChip()
	if err := s.openReader(ctx, s.job.uid != ""); err != nil {
		return "", err
	}
	id, err := s.whoIsThere(ctx)
	if err != nil {
		return "", err
	}
	return s.recognise(ctx, id)
}

// whoIsThere waits for the card at the chip station and asks who it is. The chip stays open for what follows.
func (s *Station) whoIsThere(ctx context.Context) (drivers.ChipIdentity, error) {
	wait, cancel := context.WithTimeout(ctx, chipWait)
	defer cancel()
	chip, err := s.reader.Wait(wait)
	if errors.Is(err, context.DeadlineExceeded) {
		err = &drivers.Fault{Code: drivers.NoChip, Op: "read chip", Card: drivers.InMachine, Again: drivers.AgainNever, Err: err}
	}
	if err != nil {
		return drivers.ChipIdentity{}, err
	}
	s.chip = livelyChip{chip}
	return s.Encoder.Identify(ctx, s.chip)
}

// recognise holds what lies at the chip station to I3: a blank of our profile that no attempt has touched, or the very
// card this attempt already knows.
func (s *Station) recognise(ctx context.Context, id drivers.ChipIdentity) (string, error) {
	bad := func(c drivers.Code, detail string) error {
		return &drivers.Fault{Code: c, Op: "read chip", Card: drivers.InMachine, Again: drivers.AgainNever, Detail: detail}
	}
	uid := hexUID(id.UID)
	switch {
	case id.State == drivers.ChipForeign:
		return "", bad(drivers.WrongATR, hex.EncodeToString(id.ATR))
	case uid == "":
		return "", bad(drivers.NoChip, "no UID")
	case s.job.uid != "" && s.job.uid != uid:
		return "", &drivers.Fault{Code: drivers.ChipSwapped, Op: "read chip", Card: drivers.Unknown, Again: drivers.AgainNever}
	case s.job.uid == "" && s.dead(uid):
		if err := s.append(ctx, s.books.Office.Alarm(uid, "desk", s.job.attempt, s.who())); err != nil {
			return "", err
		}
		return "", bad(office.CardDead, uid)
	case id.State == drivers.ChipSealed, id.State == drivers.ChipTerminated, id.State == drivers.ChipPartial && s.job.uid == "":
		return "", bad(drivers.ChipUsed, string(id.State))
	}
	if s.job.uid == "" {
		if s.books.uids[uid] {
			return "", bad(drivers.ChipUsed, "seen before")
		}
		fact := s.fact(journal.KindUID, nil)
		fact.UID = uid
		if err := s.append(ctx, fact); err != nil {
			return "", err
		}
		s.job.uid = uid
	}
	s.chipUID = uid
	return uid, nil
}

// dead says whether the card of this number must never be seen again: spoiled, destroyed, or reported lost.
func (s *Station) dead(uid string) bool {
	card, ok := s.books.Office.Seen(uid)
	return ok && card.Dead()
}

// hexUID is how a chip number is written everywhere outside the driver.
func hexUID(uid []byte) string { return strings.ToUpper(hex.EncodeToString(uid)) }

func (s *Station) encode(ctx context.Context) error {
	if err := s.recalled(ctx); err != nil {
		return err
	}
	if err := s.authenticate(ctx); err != nil {
		return err
	}
	if err := s.Encoder.Write(ctx, s.chip, s.job.record.Chip); err != nil {
		return err
	}
	return s.append(ctx, s.fact(journal.KindWritten, nil))
}

// verify is invariant I4: what was read back from this very card is what was to be written, and it is the person and
// revision whose face will be printed; only then is the chip closed.
func (s *Station) verify(ctx context.Context) error {
	got, err := s.Encoder.ReadBack(ctx, s.chip)
	if err != nil {
		return err
	}
	if err := s.Encoder.Compare(s.job.record.Chip, got); err != nil {
		return err
	}
	if s.job.test != nil {
		return s.endTestChip(ctx, got)
	}
	if err := record.Guard(s.job.record, got, s.job.portrait(), s.Keys); err != nil {
		return err
	}
	if err := s.Encoder.Seal(ctx, s.chip); err != nil {
		return err
	}
	id, err := s.Encoder.Identify(ctx, s.chip)
	if err != nil {
		return err
	}
	portrait := s.job.record.Chip["6FF2"]
	if id.State != drivers.ChipSealed || hexUID(id.UID) != s.job.uid || len(portrait) < 2 || !bytes.Equal(id.Portrait, portrait[2:]) {
		return &drivers.Fault{Code: drivers.ChipMismatch, Op: "verify", Card: drivers.InMachine, Again: drivers.AgainNever, Detail: "after sealing: " + string(id.State)}
	}
	s.closeChip()
	return s.append(ctx, s.fact(journal.KindVerified, map[string]any{"portrait": PortraitDigest(id)}))
}

func (s *Station) print(ctx context.Context) error {
	if err := s.recalled(ctx); err != nil {
		return err
	}
	if err := s.append(ctx, s.fact(journal.KindPrinting, s.job.leftOut())); err != nil {
		return err
	}
	s.unstage()
	if s.job.test == nil {
		s.prepareNext(ctx)
	}
	art := s.job.art
	if s.opts.NoFace {
		art = drivers.Artwork{}
	}
	if err := s.printer.Print(ctx, art); err != nil {
		return err
	}
	return s.append(ctx, s.fact(journal.KindPrinted, map[string]any{"panels": panels(art)}))
}

// panels is how far printing this raises the printer's own count of panels: three of colour, black, and the overlay.
func panels(a drivers.Artwork) int {
	n := 0
	if a.Color != nil {
		n += 3
	}
	if a.Black != nil {
		n++
	}
	if a.Varnish {
		n++
	}
	return n
}

// PortraitDigest is how the journal names the portrait in a chip, to know the card again at hand-over: SHA-256, lower hex; "" for a
// chip without one.
func PortraitDigest(id drivers.ChipIdentity) string {
	if len(id.Portrait) == 0 {
		return ""
	}
	sum := sha256.Sum256(id.Portrait)
	return hex.EncodeToString(sum[:])
}

func (s *Station) discharge(ctx context.Context, t drivers.Tray) error {
	if s.job.test != nil {
		t = drivers.TrayReject // it must never lie among finished cards
	}
	if t == drivers.TrayGood {
		if err := s.recalled(ctx); err != nil {
			return err
		}
	}
	data := map[string]any{"tray": t}
	if t == drivers.TrayReject {
		if end := s.terminate(ctx); end != "" {
			data["chip"] = end
		}
	}
	s.closeChip()
	if err := s.append(ctx, s.fact(journal.KindDischarging, data)); err != nil {
		return err
	}
	s.unstage()
	if err := s.openPrinter(ctx); err != nil {
		return err
	}
	if err := s.printer.Discharge(ctx, t); err != nil {
		return err
	}
	facts := []journal.Fact{s.fact(journal.KindDischarged, data)}
	if s.job.test != nil {
		facts = append(facts, s.testMoved(ctx)...)
	}
	return s.append(ctx, facts...)
}

func (s *Station) hopper() int { return s.books.Ledger.Count(s.opts.Blank, ledger.Hopper) }

// settle writes outcome and ledger in one durable step, then tells the source.
func (s *Station) settle(ctx context.Context, o flow.Outcome, cause string) error {
	var facts []journal.Fact
	if s.job.judge != "" {
		facts = append(facts, s.fact(journal.KindConfirmed, map[string]any{"outcome": o}))
	}
	if o != flow.OutcomeNotTaken && !s.job.loaded {
		facts = append(facts, s.loadFacts()...)
	}
	end := ledger.Movement{From: ledger.Machine, Cause: cause}
	switch o {
	case flow.OutcomeGood:
		end.Kind, end.To, end.Cause = ledger.MadeGood, ledger.Good, ""
	case flow.OutcomeSpoiled:
		end.Kind, end.To = ledger.Spoil, ledger.Spoiled
	case flow.OutcomeMissing:
		end.Kind, end.To = ledger.CountAdjustment, ledger.Missing
	}
	if s.job.test != nil && (o == flow.OutcomeGood || o == flow.OutcomeSpoiled) {
		end.Kind, end.To, end.Cause = ledger.Specimen, ledger.Spoiled, causeTest
	}
	if o != flow.OutcomeNotTaken {
		facts = append(facts, s.movement(end))
	}
	facts = append(facts, s.fact(journal.KindOutcome, map[string]any{"outcome": o, "cause": cause}))
	facts = append(facts, s.testOver()...)
	if s.job.outcome == "" { // else it is written, and only the report failed the time before
		if err := s.append(ctx, facts...); err != nil {
			return err
		}
		s.job.outcome = o
	}
	if o == flow.OutcomeGood && s.job.test == nil {
		return s.finished(ctx, s.job.key)
	}
	s.wakeCentre()
	if o == flow.OutcomeMissing && s.job.fence > 0 { // nobody prints it again before two people have decided
		s.aside[s.job.key] = api.NotHeld
	}
	s.replan(time.Now()) // there is a blank less
	return nil
}

// finished hands a good outcome to the source, which writes it out and wipes the record. It may be called again for the
// same card after a crash, and then says the same.
func (s *Station) finished(ctx context.Context, key record.Key) error {
	card := s.books.live[key]
	out := source.Outcome{
		Attempt: card.attempt, Result: source.Good, UID: card.uid, At: card.at, Station: s.opts.Office + "/" + s.opts.Desk,
		Fence: card.fence,
	}
	err := unhung(ctx, "report", func() error { return s.Store.Finish(context.WithoutCancel(ctx), key, out) })
	if err != nil {
		return err
	}
	s.wakeCentre()
	s.books.drop(key)
	s.replan(time.Now())
	return nil
}
