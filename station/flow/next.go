package flow

import "cetak/drivers"

// State is all the flow knows of the running attempt.
type State struct {
	Phase    Phase
	UID      string              // once read
	Card     drivers.Whereabouts // of this attempt's card
	Verified bool                // the guard passed on a read-back from this card, and it is sealed
	Printed  bool                // the artwork was sent and accepted whole
	Confirm  bool                // a person judges this card
	Tray     drivers.Tray        // Discharging, Confirming: where it goes or went
	Outcome  Outcome             // Settling: what is being written
	Cause    string              // of a spoiled card, as the ledger wants it: "fault:C-104", "damage:smudged"
	Fault    *drivers.Fault      // the last one; stands until the next Begin
	Resume   Phase               // Held: where Continue leads
	Intended bool                // an intent without an outcome is on disk
	Looking  bool                // Held: a Look is out, its Judged or Failed will come
	Stopping bool                // no further card
}

// Recovered is the state in which an attempt that an earlier run left open is taken up again: held, with a Look asked
// for at once. card tells what the journal says of it.
func Recovered(card State) (State, []Effect) {
	card.Phase, card.Card, card.Resume = Held, drivers.Unknown, Discharging
	card.Intended, card.Looking = true, true
	return card, effects(Look)
}

// Answers lists what a person may legally say now; none outside Held and Confirming.
func (s State) Answers() []Answer {
	switch {
	case s.Phase == Confirming:
		return []Answer{Good, Spoiled}
	case s.Phase != Held:
		return nil
	case s.Card == drivers.Unknown && s.Verified && s.Printed:
		return []Answer{Continue, Good, Spoiled, Missing}
	case s.Card == drivers.Unknown:
		return []Answer{Continue, Spoiled, Missing}
	case s.Resume == Discharging || s.Resume == Settling:
		return []Answer{Continue} // the card is spoiled already, or its outcome decided: only forward
	default:
		return []Answer{Continue, GiveUp}
	}
}

// Next is the whole machine. An event that does not belong to the phase leaves the state as it is and gives one Refuse.
func Next(s State, e Event) (State, []Effect) {
	if e.Kind == StopIt {
		return stop(s)
	}
	switch s.Phase {
	case Idle:
		if e.Kind == Begin && !s.Stopping {
			return State{Phase: Claimed, Confirm: e.Confirm}, effects(Preflight)
		}
	case Claimed:
		return claimed(s, e)
	case Loading:
		return loading(s, e)
	case AtChip, Encoding, Verifying:
		return chip(s, e)
	case Printing:
		return printing(s, e)
	case Discharging:
		return discharging(s, e)
	case Confirming:
		return confirming(s, e)
	case Settling:
		return settling(s, e)
	case Held:
		return held(s, e)
	case Stopping: // final
	}
	return refuse(s, e)
}

func claimed(s State, e Event) (State, []Effect) {
	switch e.Kind {
	case Done:
		if s.Stopping { // told to stop before a blank moved
			return State{Phase: Idle, Stopping: true}, effects(Release)
		}
		s.Phase = Loading
		return s, effects(Intend, Load)
	case Failed:
		return hold(s, e.Fault, drivers.NoCard, Claimed), nil
	}
	return refuse(s, e)
}

func loading(s State, e Event) (State, []Effect) {
	switch e.Kind {
	case Done:
		s.Phase, s.Card, s.Intended = AtChip, drivers.InMachine, true
		return s, effects(ReadChip)
	case Failed:
		switch e.Fault.Card {
		case drivers.NoCard: // the intent itself could not be written
			return hold(s, e.Fault, drivers.NoCard, Claimed), nil
		case drivers.InHopper:
			s.Intended = true
			return hold(s, e.Fault, drivers.InHopper, Loading), nil
		}
		s.Intended = true
		return spoil(s, e.Fault)
	}
	return refuse(s, e)
}

func chip(s State, e Event) (State, []Effect) {
	switch e.Kind {
	case Done:
		switch s.Phase {
		case AtChip:
			s.Phase, s.UID = Encoding, e.UID
			return s, effects(Encode)
		case Encoding:
			s.Phase = Verifying
			return s, effects(Verify)
		default:
			s.Phase, s.Verified = Printing, true
			return s, effects(Print)
		}
	case Failed:
		if e.Fault.Card != drivers.Unknown && e.Fault.Again != drivers.AgainNever {
			return hold(s, e.Fault, drivers.InMachine, AtChip), nil // the same card may be tried again, from its UID on
		}
		return spoil(s, e.Fault)
	}
	return refuse(s, e)
}

func printing(s State, e Event) (State, []Effect) {
	switch e.Kind {
	case Done:
		s.Phase, s.Printed, s.Tray = Discharging, true, drivers.TrayGood
		return s, []Effect{{Kind: Discharge, Tray: drivers.TrayGood}}
	case Failed:
		return spoil(s, e.Fault)
	}
	return refuse(s, e)
}

func discharging(s State, e Event) (State, []Effect) {
	switch e.Kind {
	case Done:
		if s.Tray != drivers.TrayGood {
			s.Card = drivers.InReject
			return settle(s, OutcomeSpoiled, s.Cause)
		}
		s.Card = drivers.InTray
		if s.Confirm {
			s.Phase = Confirming
			return s, effects(AskConfirm)
		}
		return settle(s, OutcomeGood, "")
	case Failed:
		if s.Tray == drivers.TrayGood {
			return spoil(s, e.Fault) // the last panel burns on the way out: what stopped there is not a good card
		}
		return hold(s, e.Fault, cardOr(e.Fault, drivers.InMachine), Discharging), nil
	}
	return refuse(s, e)
}

func confirming(s State, e Event) (State, []Effect) {
	if e.Kind == Answered {
		switch e.Answer {
		case Good:
			return settle(s, OutcomeGood, "")
		case Spoiled:
			s.Card = drivers.InReject // the person lays it there
			return settle(s, OutcomeSpoiled, judgedBad(e.Cause))
		}
	}
	return refuse(s, e)
}

func settling(s State, e Event) (State, []Effect) {
	switch e.Kind {
	case Done:
		return State{Phase: Idle, Fault: s.Fault, Outcome: s.Outcome, UID: s.UID, Stopping: s.Stopping}, nil
	case Failed:
		return hold(s, e.Fault, s.Card, Settling), nil
	}
	return refuse(s, e)
}

func held(s State, e Event) (State, []Effect) {
	switch e.Kind {
	case Judged:
		if !s.Looking {
			return refuse(s, e)
		}
		s.Looking = false
		return judged(s, e.Verdict)
	case Answered:
		if s.Looking || !allowed(s, e.Answer) {
			return refuse(s, e)
		}
		switch e.Answer {
		case Good:
			s.Card = drivers.InTray
			return settle(s, OutcomeGood, "")
		case Spoiled:
			s.Card = drivers.InReject
			return settle(s, OutcomeSpoiled, causeOr(s.Cause, judgedBad(e.Cause)))
		case Missing:
			return settle(s, OutcomeMissing, s.Cause)
		case GiveUp:
			return giveUp(s)
		case Continue:
			return resume(s)
		}
	case Failed: // the Look itself failed: still held, with the newer reason
		if s.Looking {
			s.Fault, s.Looking = e.Fault, false
			return s, nil
		}
	}
	return refuse(s, e)
}

func giveUp(s State) (State, []Effect) {
	switch s.Card {
	case drivers.NoCard:
		return State{Phase: Idle, Fault: s.Fault, Stopping: s.Stopping}, effects(Release)
	case drivers.InHopper:
		return settle(s, OutcomeNotTaken, s.Cause)
	}
	return reject(s)
}

func resume(s State) (State, []Effect) {
	switch s.Resume {
	case Claimed:
		s.Phase = Claimed
		return s, effects(Preflight)
	case Loading:
		s.Phase = Loading
		return s, effects(Load)
	case AtChip:
		s.Phase, s.Cause = AtChip, ""
		return s, effects(ReadChip)
	case Settling:
		return settle(s, s.Outcome, s.Cause)
	}
	s.Looking = true
	return s, effects(Look)
}

// judged acts on what the evidence says of a card that is not where the flow last knew it.
func judged(s State, v Verdict) (State, []Effect) {
	if v == VerdictGoodTray && !(s.Verified && s.Printed) {
		v = VerdictAsk // an unfinished card cannot have been released as good
	}
	switch v {
	case VerdictNotTaken:
		s.Card = drivers.InHopper
		return settle(s, OutcomeNotTaken, s.Cause)
	case VerdictInside:
		return reject(s)
	case VerdictGoodTray:
		s.Card, s.Tray = drivers.InTray, drivers.TrayGood
		if s.Confirm {
			s.Phase = Confirming
			return s, effects(AskConfirm)
		}
		return settle(s, OutcomeGood, "")
	case VerdictReject:
		s.Card = drivers.InReject
		return settle(s, OutcomeSpoiled, s.Cause)
	}
	s.Phase, s.Card, s.Resume = Held, drivers.Unknown, Discharging
	return s, nil
}

// spoil ends the good life of a card that has left the feeder: straight to the reject box where the machine still
// obeys, else a person first.
func spoil(s State, f *drivers.Fault) (State, []Effect) {
	s.Fault, s.Cause = f, "fault:"+string(f.Code)
	where := cardOr(f, drivers.InMachine)
	if where == drivers.InMachine && f.Again != drivers.AgainAfterOperator {
		return reject(s)
	}
	return hold(s, f, where, Discharging), nil
}

func reject(s State) (State, []Effect) {
	s.Phase, s.Card, s.Tray = Discharging, drivers.InMachine, drivers.TrayReject
	if s.Cause == "" {
		s.Cause = "scrap:given-up"
		if s.Fault != nil {
			s.Cause = "fault:" + string(s.Fault.Code)
		}
	}
	return s, []Effect{{Kind: Discharge, Tray: drivers.TrayReject}}
}

func settle(s State, o Outcome, cause string) (State, []Effect) {
	s.Phase, s.Outcome, s.Cause = Settling, o, cause
	return s, []Effect{{Kind: Settle, Outcome: o, Cause: cause}}
}

func hold(s State, f *drivers.Fault, card drivers.Whereabouts, resume Phase) State {
	s.Phase, s.Fault, s.Card, s.Resume = Held, f, card, resume
	return s
}

func stop(s State) (State, []Effect) {
	s.Stopping = true
	if s.Phase == Idle || (s.Phase == Held && !s.Looking) || s.Phase == Confirming {
		s.Phase = Stopping // an open intent stays on disk and opens the next start
	}
	return s, nil
}

func refuse(s State, e Event) (State, []Effect) {
	why := string(e.Kind) + " in " + string(s.Phase)
	if e.Answer != "" {
		why = string(e.Answer) + " in " + string(s.Phase)
	}
	return s, []Effect{{Kind: Refuse, Why: why}}
}

func allowed(s State, a Answer) bool {
	for _, x := range s.Answers() {
		if x == a {
			return true
		}
	}
	return false
}

func effects(kinds ...EffectKind) []Effect {
	out := make([]Effect, len(kinds))
	for i, k := range kinds {
		out[i] = Effect{Kind: k}
	}
	return out
}

func cardOr(f *drivers.Fault, w drivers.Whereabouts) drivers.Whereabouts {
	if f.Card == drivers.NoCard || f.Card == drivers.InHopper {
		return w // past the feeder, a fault that names no card cannot have put it back
	}
	return f.Card
}

// judgedBad is the cause of a card that a person found bad: the person's word under its root in the ledger.
func judgedBad(word string) string { return "damage:" + causeOr(word, "print") }

func causeOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
