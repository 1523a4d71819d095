package flow

// Phase is where the running attempt stands.
type Phase string

// Phases, in the order a good card passes them.
const (
	Idle        Phase = "idle"
	Claimed     Phase = "claimed"     // preflight runs; no blank has moved
	Loading     Phase = "loading"     // the intent is on disk; a blank is being taken
	AtChip      Phase = "at-chip"     // reading who the card is
	Encoding    Phase = "encoding"    // writing the chip
	Verifying   Phase = "verifying"   // reading back, guarding, sealing
	Printing    Phase = "printing"    // panels on the line and under the head
	Discharging Phase = "discharging" // leaving the machine
	Confirming  Phase = "confirming"  // a person judges the print
	Settling    Phase = "settling"    // outcome and ledger are being written
	Held        Phase = "held"        // a person is needed
	Stopping    Phase = "stopping"
)
