package flow

import "cetak/drivers"

// Evidence is what can be known of an attempt whose card is not where the flow last knew it: after a fault with
// Unknown whereabouts, after a jam cleared by hand, or at start with an intent open.
type Evidence struct {
	Position      drivers.Position // where the printer says a card is
	CounterBefore int64            // cards inserted, in the intent; drivers.CountUnknown where the machine does not count
	CounterNow    int64            // cards inserted, asked now; likewise
	Chip          ChipEvidence     // what the chip of the card inside says; asked only where WantsChip
	Loaded        bool             // the journal says the blank left the feeder
	Read          bool             // the journal has the UID of this attempt's card
	ChipBad       bool             // the journal has a fault of its chip
	Out           drivers.Tray     // the journal says it was discharged there, by the device's own word; "" if not
}

// ChipEvidence is what a chip says about being this attempt's.
type ChipEvidence string

// What a chip says.
const (
	ChipNotAsked ChipEvidence = ""
	ChipSame     ChipEvidence = "same"  // the UID of this attempt
	ChipNew      ChipEvidence = "new"   // a UID in no attempt, and this attempt has none yet
	ChipOther    ChipEvidence = "other" // another attempt's UID, not this one's, or a state this card has left behind
	ChipUnread   ChipEvidence = "unread"
)

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

// Inside reports whether the printer says that a card lies in its transport.
func (e Evidence) Inside() bool {
	return e.Position != drivers.PositionNone && e.Position != drivers.PositionUnknown
}

// uncounted reports that the machine does not say how many cards it has taken.
func (e Evidence) uncounted() bool {
	return e.CounterBefore == drivers.CountUnknown && e.CounterNow == drivers.CountUnknown
}

// WantsChip reports whether position and counter fit each other, so that the card inside is worth asking who it is. Where
// they do not, nothing moves: a person looks first.
func (e Evidence) WantsChip() bool {
	return e.Out == "" && e.Inside() && (e.uncounted() || e.CounterNow-e.CounterBefore == 1)
}

// MayBeUnderWay reports whether a blank may yet come from the feeder, where the order to take it was given a moment ago.
func (e Evidence) MayBeUnderWay() bool { return !e.Loaded && e.Out == "" && !e.WantsChip() }

// Judge weighs the evidence in the design's order: position, counter, chip; what the machine itself reported before
// counts with them. What contradicts itself is asked.
func Judge(e Evidence) Verdict {
	taken := e.CounterNow - e.CounterBefore
	if e.uncounted() {
		return judgeUncounted(e)
	}
	switch {
	case e.Out != "" && e.Position == drivers.PositionNone && taken == 1:
		if e.Out == drivers.TrayGood {
			return VerdictGoodTray
		}
		return VerdictReject
	case e.Out != "" || e.Position == drivers.PositionUnknown:
		return VerdictAsk
	case taken == 1 && e.Inside():
		return insideIs(e)
	case taken == 0 && !e.Inside() && !e.Loaded:
		return VerdictNotTaken
	default: // gone by an unknown way, counter cleared, stuck, or run ahead
		return VerdictAsk
	}
}

// judgeUncounted weighs the evidence of a machine without a counter: what it reported before, and what the chip of the card inside
// says. The journal's word that the machine had loaded a card stands for the count of one. An empty machine alone says nothing:
// whether a blank left it, a person must see.
func judgeUncounted(e Evidence) Verdict {
	switch {
	case e.Out == drivers.TrayGood && e.Position == drivers.PositionNone:
		return VerdictGoodTray
	case e.Out == drivers.TrayReject && e.Position == drivers.PositionNone:
		return VerdictReject
	case e.Out == "" && e.Inside() && (e.Loaded || e.Chip != ChipUnread):
		return insideIs(e)
	}
	return VerdictAsk
}

// insideIs weighs what the chip says. A chip that was read before and is silent now contradicts the journal, unless the
// journal knows that it failed: perhaps another card lies there.
func insideIs(e Evidence) Verdict {
	switch e.Chip {
	case ChipSame:
		return VerdictInside
	case ChipNew:
		if !e.Read {
			return VerdictInside
		}
	case ChipUnread:
		if !e.Read || e.ChipBad {
			return VerdictInside
		}
	}
	return VerdictAsk
}
