package office

import (
	"time"

	"cetak/station/ledger"
	"cetak/station/record"
)

// Card is what is known of one blank whose chip number was read.
type Card struct {
	UID        string
	Key        record.Key
	Attempt    string
	Type       ledger.BlankType
	Box        string         // it came out of, where boxes are kept
	Where      ledger.Account // Machine while its attempt is open
	Portrait   string         // SHA-256 of the portrait in its chip, lower hex, as verified; empty if the journal does not say
	Shift      string
	Made       time.Time
	By         string // who judged it good
	Shipped    time.Time
	Shipment   string
	HandedOver time.Time
	Spoiled    time.Time
	Cause      string
	List       string // its destruction list
	Destroyed  time.Time
	Lost       time.Time // reported lost by its holder
	Recalled   time.Time // the centre says that it must be taken out of use
}

// Dead says whether the card must never be used again: it was spoiled, which is never undone, or is reported lost.
func (c Card) Dead() bool { return !c.Spoiled.IsZero() || !c.Lost.IsZero() }

// Live says whether the card is a good one that its holder has or may get.
func (c Card) Live() bool {
	return (c.Where == ledger.Good || c.Where == ledger.Shipped || c.Where == ledger.HandedOver) && c.Lost.IsZero()
}

// move follows the ledger.
func (c *Card) move(m ledger.Movement) {
	c.Type, c.Where = m.Type, m.To
	switch m.To {
	case ledger.Good:
		if c.Made.IsZero() {
			c.Made, c.By = m.At, m.Who
		}
		c.Shipped, c.Shipment, c.HandedOver = time.Time{}, "", time.Time{} // it came back
	case ledger.Shipped:
		if m.From == ledger.Good {
			c.Shipped, c.Shipment = m.At, m.Document
		}
		c.HandedOver = time.Time{}
	case ledger.HandedOver:
		c.HandedOver = m.At
	case ledger.Spoiled:
		if c.Spoiled.IsZero() {
			c.Spoiled, c.Cause = m.At, m.Cause
		}
	case ledger.Destroyed:
		c.Destroyed = m.At
	}
}

// ChipRead is what a reader says of the card at hand-over.
type ChipRead struct {
	UID      string
	Portrait string // SHA-256 of the portrait, lower hex
}

// Ship sends finished cards to a sub-district.
type Ship struct {
	Paper    Paper // the shipping list; Party is the sub-district
	Receiver string
	UIDs     []string
}

// Arrive tells that a shipment came: all but Absent, which are booked missing with the minutes' number. Fault: NotListed.
type Arrive struct {
	Shipment string // number of the shipping list
	Receiver string
	Absent   []string
	Paper    Paper // minutes, where any are absent
}

// Unfetched brings shipped cards back that nobody came for.
type Unfetched struct {
	Paper Paper
	UIDs  []string
}

// Collector says who came for a card. No name: it is on the receipt, on paper.
type Collector string

// Collectors.
const (
	Holder Collector = "holder"
	Family Collector = "family"
	Proxy  Collector = "proxy"    // with a power of attorney
	Public Collector = "official" // of the village or sub-district, for the holder
)

// Proof says what the collector showed.
type Proof string

// Proofs.
const (
	OldCard     Proof = "old-card"
	FamilyCard  Proof = "family-card"
	SuketShown  Proof = "suket"
	Attorney    Proof = "power-of-attorney"
	Fingerprint Proof = "fingerprint"
	Receipt     Proof = "receipt"
)

// Collectors lists them.
func Collectors() []Collector { return []Collector{Holder, Family, Proxy, Public} }

// Proofs lists them.
func Proofs() []Proof {
	return []Proof{OldCard, FamilyCard, SuketShown, Attorney, Fingerprint, Receipt}
}

// HandOver gives a card to its holder. The chip is read again: its number and portrait must be those that were written. Where no
// reader is at hand, Waiver says why, and it needs a second person. Faults: CardElsewhere, CardDead (with an alarm), ChipDiffers
// (with an alarm).
type HandOver struct {
	UID       string
	Collector Collector
	Proof     Proof
	Slip      string    // number of the signed receipt
	Chip      *ChipRead // nil only with a Waiver
	Waiver    string    // why the chip could not be read
}

// LostCard notes that the holder reports a card lost. From then on it is dead.
type LostCard struct {
	UID    string
	Report string // number of the police or office report
}

// Old says what became of the card that a reprint replaces.
type Old string

// Fates of the old card.
const (
	OldSpoiled Old = "spoiled" // made here, and spoiled in the books
	OldLost    Old = "lost"    // reported lost
	OldTaken   Old = "taken"   // made elsewhere, taken from the holder and cut
	OldNone    Old = "none"    // the books know of no card: the attempt before was spoiled or not found
)

// ReprintReasons lists why a further card may be allowed.
func ReprintReasons() []string { return []string{"damaged", "lost", "changed", "misprint", "moved"} }

// Authorise allows one further card for a record, once.
type Authorise struct {
	Key    record.Key
	Reason string // of ReprintReasons
	Old    Old
	Report string // number of the report, where Old is lost or taken
}

// Authorisation is an allowed reprint.
type Authorisation struct {
	Seq     int64
	At      time.Time
	Key     record.Key
	Reason  string
	Old     Old
	By      [2]string
	Attempt string // that used it; empty while it is free
}

// MakeDestructionList puts spoiled cards on a list: all that are on none, or those named.
type MakeDestructionList struct {
	Number string
	Type   ledger.BlankType
	Items  []int64 // lines of the journal: Spoilage.Seq; empty = all
}

// Method of destruction.
type Method string

// Methods; each is a cause destroy:<method> of the ledger.
const (
	Burnt    Method = "burnt" // as SE 470.13/11176/SJ demands for KTP-el (ktpel.md 5.3)
	Shredded Method = "shredded"
	Punched  Method = "punched"
)

// Witness of a destruction, usually of another office.
type Witness struct{ Name, Office string }

// Photograph names the picture of an act by its digest.
type Photograph struct {
	File   string // base name
	SHA256 string // lower hex
}

// Destroy tells that the cards of a list were destroyed before two witnesses, with minutes.
type Destroy struct {
	List      string
	Paper     Paper
	Method    Method
	Place     string
	Witnesses [2]Witness
	Photo     Photograph
}

// Spoilage is one spoiled card, or blanks without chip numbers spoiled together.
type Spoilage struct {
	Seq                  int64 // line of the journal; cards spoiled together share it
	At                   time.Time
	Type                 ledger.BlankType
	Count                int
	From                 ledger.Account
	UID                  string
	Attempt              string
	Record               string
	Cause                string
	Box, Ribbon, Printer string // where the journal knows
	Shift                string
	By                   [2]string
	List                 string
	Left                 int // still kept: not destroyed, given back, or not found
}

// DestructionList is a list of spoiled cards on their way out.
type DestructionList struct {
	Number    string
	Type      ledger.BlankType
	Made      time.Time
	MadeBy    [2]string
	Items     []int64
	Count     int
	Destroyed time.Time // zero while it waits
	Minutes   Destroy
	By        [2]string
}

// Shipment is a list of cards sent to a sub-district.
type Shipment struct {
	Number   string
	To       string
	Receiver string
	Sent     time.Time
	UIDs     []string
	By       string
	Arrived  time.Time // zero while nobody told
	Absent   []string
}

// Alarm is a card that appeared where it must not be.
type Alarm struct {
	Seq     int64
	At      time.Time
	UID     string
	Where   ledger.Account
	Reader  string
	Attempt string
}
