package flow

import "cetak/drivers"

// Evidence is what can be known of an attempt whose card is not where the flow last knew it: after a fault with
// Unknown whereabouts, after a jam cleared by hand, or at start with an intent open.
type Evidence struct {
	Position      drivers.Position // where the printer says a card is
	CounterBefore int64            // cards inserted, in the intent
	CounterNow    int64            // cards inserted, asked now
	Loaded        bool             // the journal says the blank left the feeder
	Out           drivers.Tray     // the journal says it was discharged there, by the device's own word; "" if not
}

// Verdict is what the evidence amounts to.
type Verdict string

// Verdicts.
const (
	VerdictNotTaken Verdict = "not-taken" // no blank left the feeder
	VerdictInside   Verdict = "inside"    // the card is in the machine: to the reject box
	VerdictGoodTray Verdict = "good-tray"
	VerdictReject   Verdict = "reject"
	VerdictAsk      Verdict = "ask" // a person must look; nothing is guessed
)

// Judge weighs the evidence in the order: recorded discharge, counter, position. What contradicts itself is asked.
func Judge(e Evidence) Verdict {
	taken := e.CounterNow - e.CounterBefore
	inside := e.Position != drivers.PositionNone && e.Position != drivers.PositionUnknown
	switch {
	case e.Out != "" && e.Position == drivers.PositionNone:
		if e.Out == drivers.TrayGood {
			return VerdictGoodTray
		}
		return VerdictReject
	case e.Out != "" || e.Position == drivers.PositionUnknown:
		return VerdictAsk
	case taken == 1 && inside:
		return VerdictInside
	case taken == 0 && !inside && !e.Loaded:
		return VerdictNotTaken
	default: // gone by an unknown way, counter cleared, stuck, or run ahead
		return VerdictAsk
	}
}
