package flow

import "cetak/drivers"

// Event is something that happened: an effect's result, a person's word, a wish to stop.
type Event struct {
	Kind    EventKind
	UID     string         // Done in AtChip: who the card is, hex
	Confirm bool           // Begin: a person judges this card
	Fault   *drivers.Fault // Failed
	Answer  Answer         // Answered
	Cause   string         // Answered spoiled: the person's word for it: lower-case letters, digits, hyphens
	Verdict Verdict        // Judged
}

// EventKind is the kind of an Event.
type EventKind string

// Events.
const (
	Begin    EventKind = "begin"    // a record was chosen
	Done     EventKind = "done"     // the effects of this phase succeeded
	Failed   EventKind = "failed"   // one of them did not
	Judged   EventKind = "judged"   // the evidence about a card was weighed
	Answered EventKind = "answered" // a person answered
	StopIt   EventKind = "stop"     // take no further card
)

// EventKinds lists all of them, for tests that must miss no pair.
func EventKinds() []EventKind { return []EventKind{Begin, Done, Failed, Judged, Answered, StopIt} }

// Phases lists all of them in order.
func Phases() []Phase {
	return []Phase{Idle, Claimed, Loading, AtChip, Encoding, Verifying, Printing, Discharging, Confirming, Settling, Held, Stopping}
}

// Answer is a person's word.
type Answer string

// Answers.
const (
	Good     Answer = "good"
	Spoiled  Answer = "spoiled"
	Missing  Answer = "missing"
	Continue Answer = "continue" // the cause is gone: go on
	GiveUp   Answer = "give-up"  // spend no more on this card
)

// Outcome is how an attempt ended.
type Outcome string

// Outcomes.
const (
	OutcomeGood     Outcome = "good"
	OutcomeSpoiled  Outcome = "spoiled"
	OutcomeMissing  Outcome = "missing"   // the blank left the feeder and was not found
	OutcomeNotTaken Outcome = "not-taken" // no blank left the feeder
)

// Effect is something the station must do. Effects of one Next are performed in order; the first that fails ends the
// list with a Failed event, the last that succeeds gives Done.
type Effect struct {
	Kind    EffectKind
	Tray    drivers.Tray // Discharge
	Outcome Outcome      // Settle
	Cause   string       // Settle
	Why     string       // Refuse: the phase and event that do not go together
}

// EffectKind is the kind of an Effect.
type EffectKind string

// Effects.
const (
	Preflight  EffectKind = "preflight"
	Intend     EffectKind = "intend" // the intent, on disk, before the blank moves
	Load       EffectKind = "load"
	ReadChip   EffectKind = "read-chip"
	Encode     EffectKind = "encode"
	Verify     EffectKind = "verify" // read back, guard, seal
	Print      EffectKind = "print"
	Discharge  EffectKind = "discharge"
	AskConfirm EffectKind = "ask-confirm"
	Settle     EffectKind = "settle" // outcome and ledger, one durable step
	Look       EffectKind = "look"   // gather Evidence, Judge it, answer with Judged
	Release    EffectKind = "release"
	Refuse     EffectKind = "refuse" // nothing changes
)
