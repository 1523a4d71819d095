package office

import (
	"time"

	"cetak/station/ledger"
)

// Paper is the berita acara or delivery note of an act.
type Paper struct {
	Number string
	Issuer string    // who numbered it; empty = this office
	Date   time.Time // the day on the paper; zero = today. Never in the future
	Party  string    // the other side: the centre, an office, a store, a sub-district. Not a private person
}

// Receive books blanks that arrive from the centre or the province into the vault. Fault: ledger.BadBox when boxes are named and hold
// together another number than Count.
type Receive struct {
	Paper Paper
	Type  ledger.BlankType
	Count int
	Boxes []ledger.Box // as their labels say; none = count mode without boxes. Their counts add up to Count
	UIDs  []string     // chip numbers, where the delivery came with a list of them
}

// Borrow books blanks that another office lends into the vault. GiveBack returns them.
type Borrow struct {
	Paper Paper
	Type  ledger.BlankType
	Count int
	Boxes []ledger.Box
}

// GiveBack returns borrowed blanks from the vault to the office that lent them.
type GiveBack struct {
	Paper Paper
	Type  ledger.BlankType
	Count int
	Boxes []ledger.Box
}

// Lend books blanks out of the vault to another office, to come back.
type Lend struct {
	Paper Paper
	Type  ledger.BlankType
	Count int
	Boxes []ledger.Box
}

// TakeBack books lent blanks back into the vault.
type TakeBack struct {
	Paper Paper
	Type  ledger.BlankType
	Count int
	Boxes []ledger.Box
}

// Transfer moves blanks for good between two stores of the same office: In brings them here.
type Transfer struct {
	Paper Paper
	In    bool
	Type  ledger.BlankType
	Count int
	Boxes []ledger.Box
}

// Return sends unused blanks of the vault, or spoiled cards, back to the centre.
type Return struct {
	Paper Paper
	From  ledger.Account // Vault or Spoiled
	Type  ledger.BlankType
	Count int
	Boxes []ledger.Box // of the vault
	UIDs  []string     // of spoiled cards with known chips
}

// Draw moves counted blanks from the vault into the feeder. The movement carries the boxes as people named them. Which serials that are
// follows from the movements before it, always the same (ledger.Ledger resolves it), and is not written a second time: two statements of
// one thing could differ. The same holds for everything that leaves the vault or the feeder.
type Draw struct {
	Type  ledger.BlankType
	Count int
	Boxes []ledger.Box // what of which box; none = the lowest serials, or the oldest box
}

// ReturnToVault moves counted unused blanks from the feeder back into the vault.
type ReturnToVault struct {
	Type  ledger.BlankType
	Count int
	Boxes []ledger.Box
}

// Adjust books the difference between a count and the books, with minutes: From or To is Missing or, for more than ever came, From
// is Centre. Reverses names the journal line that it takes back, where it corrects one.
type Adjust struct {
	Paper    Paper
	Type     ledger.BlankType
	From, To ledger.Account
	Count    int
	Cause    string // adjust or adjust:<word>
	UIDs     []string
	Reverses int64
}

// SpoilByHand takes blanks or finished cards out of use: From is Vault, Hopper, Good, Shipped, or HandedOver. A card of the machine
// is spoiled by the flow.
type SpoilByHand struct {
	From   ledger.Account
	Type   ledger.BlankType
	Count  int
	Cause  string // of ledger.Causes
	Defect bool   // from the factory; Vault and Hopper only
	UIDs   []string
}
