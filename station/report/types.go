package report

import (
	"time"

	"cetak/station/ledger"
)

// Times in these structs are printed in their own location: the caller gives them in the office's.

// Office is the letterhead, and what every paper says about where it comes from.
type Office struct {
	Government string // "PEMERINTAH KABUPATEN CONTOH"; may be empty
	Name       string // "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL"
	Address    string // street, town, telephone; may be empty
	Place      string // town where papers are dated; may be empty
	Station    string // the station's id
	Desk       string
	Head       Signer // head of the office; an empty name leaves a line to write on
	Specimen   bool   // a test station: every page says so across it
	Drill      bool   // a trainee's: that stands there instead
}

// across is what is set across every page of an office that is none, and note says it in a line; both empty for a real one.
func (o Office) across() (word, note string) {
	switch {
	case o.Drill:
		return "LATIHAN", "LATIHAN - dibuat dalam latihan, bukan dokumen resmi"
	case o.Specimen:
		return "SPESIMEN", "SPESIMEN - dibuat pada stasiun uji, bukan dokumen resmi"
	}
	return "", ""
}

// Signer is one signature block. An empty Name leaves a dotted line to write on.
type Signer struct {
	Role string // "Yang menerima"; printed above the signature
	Name string
	ID   string // NIP, rank, or office; printed under the name; may be empty
}

// PerType is a number of blanks of each type.
type PerType struct{ WNI, WNA int }

// Of gives the number of one type.
func (p PerType) Of(t ledger.BlankType) int {
	if t == ledger.WNA {
		return p.WNA
	}
	return p.WNI
}

// Add gives p with n more of a type.
func (p PerType) Add(t ledger.BlankType, n int) PerType {
	if t == ledger.WNA {
		p.WNA += n
	} else {
		p.WNI += n
	}
	return p
}

// Sum is both types together.
func (p PerType) Sum() int { return p.WNI + p.WNA }

// Act is what minutes of blanks between two offices are about.
type Act string

// Acts. Loans and transfers are papers of the same form.
const (
	Receipt       Act = "receipt"        // blanks received from the centre or the province
	LoanIn        Act = "loan-in"        // borrowed from another office
	LoanInBack    Act = "loan-in-back"   // borrowed blanks given back
	LoanOut       Act = "loan-out"       // lent to another office
	LoanOutBack   Act = "loan-out-back"  // lent blanks that came back
	TransferIn    Act = "transfer-in"    // from another store of the same office
	TransferOut   Act = "transfer-out"   // to another store of the same office
	Return        Act = "return"         // unused blanks given back to the centre
	ReturnSpoiled Act = "return-spoiled" // spoiled cards given to the centre
	Unfetched     Act = "unfetched"      // shipped cards that nobody fetched came back
)

// Delivery is the berita acara of blanks that came or went: receipt, return, loan, transfer.
type Delivery struct {
	Office    Office
	Act       Act
	Number    string    // of the berita acara or delivery note
	At        time.Time // at midnight: only the day is known
	Party     string    // the other side: who gave, or who takes
	Boxes     []Box     // at least one; blanks without a box are one Box without a number
	UIDs      []string  // of cards
	Note      string    // may be empty
	Gives     Signer
	Takes     Signer
	Witnesses []Signer // the second person who counted, and others
	Line      int64    // line of the journal the paper is made from; 0 = not booked yet
}

// Box is one box of blanks or, without a number, a loose count.
type Box struct {
	Number      string
	Type        ledger.BlankType
	Count       int
	First, Last string // serials; empty in count mode
	Cause       string // of spoiled cards: a cause of the ledger; else empty
}

// Adjustment is the berita acara of a difference between book and count.
type Adjustment struct {
	Office   Office
	Number   string
	At       time.Time
	Lines    []AdjustmentLine
	Reason   string    // what is known about it, in a sentence
	Counters [2]Signer // who counted, each without seeing the book; empty = the books know of no count that found this
	Bookers  [2]Signer // who booked it
	Approves Signer
	Line     int64
}

// AdjustmentLine is one account that was set right: Counted is what the books hold of it afterwards, which is what was counted
// where Counters are named.
type AdjustmentLine struct {
	Account       ledger.Account
	Type          ledger.BlankType
	Book, Counted int
	Cause         string
	UIDs          []string // chips of missing or found cards, where known
}

// Destruction is the berita acara of spoiled cards that were destroyed before witnesses.
type Destruction struct {
	Office     Office
	Number     string
	At         time.Time
	Where      string // place of the destruction
	Method     string // "dibakar"
	Cards      []SpoiledCard
	Executes   [2]Signer
	Witnesses  []Signer // at least two
	Photograph Photograph
	Note       string
	Line       int64
}

// SpoiledCard is one line of a destruction list.
type SpoiledCard struct {
	UID   string // empty where the chip never answered
	Type  ledger.BlankType
	Cause string    // of the ledger
	At    time.Time // when it was spoiled
	NIK   string    // masked by the paper; empty when not known
	Mark  string    // attempt or box: how the card without a UID is known
	Count int       // 0 = 1; more only without a UID
}

// Photograph is a picture that belongs to minutes. Without Image only its name and digest are printed.
type Photograph struct {
	Name   string
	SHA256 string // lower hex
	Image  []byte // JPEG or PNG
}

// DailySheet is the sheet of one day.
type DailySheet struct {
	Office    Office
	Day       time.Time // any moment of it
	Functions []Function
	Stock     StockByType
	Printed   []Counted // good cards by reason of the record: pemula, rusak, ...
	Spoiled   []Counted // spoiled by cause of the ledger, without factory defects and test cards
	Later     []Counted // finished cards, of this day or before, that were called spoiled on it, by cause; their blanks stand under Printed
	Waiting   *PerType  // records in the queue; nil = not known any more
	Suket     int       // temporary letters that are still valid and without a card
	Urgent    int       // cards taken before their turn
	Faults    []FaultLine
	Ribbons   []string // used ribbons taken out: they keep the image of the cards and are destroyed too
	Operator  Signer
	Reviewer  Signer
}

// Function is one row of a closed shift's audit control: a desk, a shift, a type of blanks. The columns and their order are
// those of features.md B10. Opening is what was counted at the opening and drawn after it, CarriedOver what was counted in the
// feeder at the closing. Opening = CarriedOver + HandedOver + Returned + Rejected + Samples + Missing, or the paper is refused.
type Function struct {
	Name        string // "Cetak, sif 1"
	Type        ledger.BlankType
	Opening     int
	CarriedOver int
	HandedOver  int // good cards
	Returned    int // to the vault
	Rejected    int // spoiled, factory defects among them
	Samples     int // specimen and test cards
	Missing     int
	Equipment   string // the printer
	Operator    string
	At          time.Time // closing
	Reviewer    string
}

// Counted is a number under a word: a reason, a cause.
type Counted struct {
	What  string
	Count PerType
}

// FaultLine is one fault of the day (features.md B11).
type FaultLine struct {
	At       time.Time
	Machine  string
	Record   string // the order number: a record's opaque id
	Code     string
	Operator string
	Reviewer string
}

// StockByType is a Stock of each type.
type StockByType struct{ WNI, WNA Stock }

// Of gives the stock of one type.
func (s StockByType) Of(t ledger.BlankType) Stock {
	if t == ledger.WNA {
		return s.WNA
	}
	return s.WNI
}

// Stock is how unused blanks (vault, feeder, and machine together) came and went in a time. All numbers are positive but
// Adjusted.
type Stock struct {
	Opening     int
	Received    int // from the centre and other stores of the office
	LoanIn      int // borrowed, and lent blanks that came back
	LoanOut     int // lent, and borrowed blanks given back
	Returned    int // to the centre, and to other stores
	Good        int
	Spoiled     int
	Defects     int  // from the factory
	Samples     int  // specimen and test cards
	Adjusted    int  // found (+) and missing (-)
	Closing     int  // by the book; it must be the sum of the above
	Counted     *int // by a blind count of two people; nil = not counted
	GoodInHand  int  // finished cards that are not handed over
	SpoiledHeld int  // spoiled cards kept for destruction
}

// MonthlyBook is the book of printing and use of blanks of one month.
type MonthlyBook struct {
	Office    Office
	At        time.Time // when the paper is made
	Month     time.Time // any moment of it
	Days      []BookDay // in order; each begins with what the one before closed with
	Documents []DocumentLine
	Keeper    Signer
	Reviewer  Signer
}

// BookDay is one day in the book.
type BookDay struct {
	Day       time.Time
	Stock     StockByType
	Printed   []Counted // good cards by reason
	Destroyed PerType
}

// DocumentLine is one paper of the month.
type DocumentLine struct {
	At     time.Time
	Kind   string // "Berita acara penerimaan"
	Number string
	Party  string
	Count  PerType
}

// ShippingList goes with finished cards to a sub-district.
type ShippingList struct {
	Office   Office
	Number   string
	At       time.Time
	To       string // "Kecamatan ..."
	Cards    []Card
	Gives    Signer
	Courier  Signer // may be empty
	Receives Signer
	Line     int64
}

// Card is a finished card on a list.
type Card struct {
	Record  string // opaque id
	Issue   int
	UID     string
	Type    ledger.BlankType
	Name    string // empty when the record is wiped already
	NIK     string // masked by the paper
	Printed time.Time
}

// Ageing lists cards that are printed and not collected.
type Ageing struct {
	Office Office
	At     time.Time // ages count to here
	Cards  []Uncollected
	Keeper Signer
}

// Uncollected is one of them.
type Uncollected struct {
	Card
	Where string // "Kantor" or the sub-district it was shipped to
}

// Spoilage shows what blanks are lost to. Every blank spent in the time is given, good ones too: the rates come from them.
type Spoilage struct {
	Office   Office
	At       time.Time // when the paper is made
	From, To time.Time // To is exclusive
	Spent    []SpentBlank
	Keeper   Signer
}

// SpentBlank is one blank that left the stock.
type SpentBlank struct {
	At      time.Time
	Type    ledger.BlankType
	Cause   string // of the ledger; empty = a good card
	Box     string // empty = not known
	Ribbon  string
	Printer string
}

// StockNotice is what the office hangs out every day.
type StockNotice struct {
	Office    Office
	At        time.Time
	Available PerType
	Waiting   int       // records in the queue
	LastUntil time.Time // run-out moment by use; zero = not known
	Hours     string    // opening hours, in words; may be empty
	Complaint string    // where to complain; may be empty
}

// ShiftCertificate is one shift on one page. The signed file beside it is what proves; the paper names it.
type ShiftCertificate struct {
	Office   Office
	Shift    string // id
	Opened   time.Time
	Closed   time.Time
	Stock    []ShiftStock
	Spoiled  []Counted // by cause
	UIDs     []string  // of good and spoiled cards
	Waivers  []Waiver
	Incident []string // open and closed in the shift, each in a sentence
	FirstSeq int64    // lines of the journal the shift covers
	LastSeq  int64
	Head     string // hash of the last line, lower hex
	Key      string // fingerprint of the key that signed the file, lower hex
	File     string // name of the signed file
	OpenedBy [2]string
	ClosedBy [2]string
}

// ShiftStock is the closing equation of one type: Opening + Drawn + Found = Good + Spoiled + Returned + Missing + Closing.
type ShiftStock struct {
	Type                                                             ledger.BlankType
	Opening, Drawn, Found, Good, Spoiled, Returned, Missing, Closing int
	Waived                                                           int // what was counted above (+) or below (-) the equation, and waived
}

// Waiver is a rule that two people let pass.
type Waiver struct {
	Rule, Reason string
	By           [2]string
}

// Suket is the temporary letter for a resident whose card cannot be printed yet. It is the one paper with a whole NIK.
type Suket struct {
	Office    Office
	Number    string
	Issued    time.Time
	Until     time.Time
	Extension int    // 0 = first, n = extended for the n-th time
	Reason    string // why no card is printed, in a sentence
	NIK       string
	Name      string
	BirthPlace, BirthDate,
	Sex, Blood, Address, RT, RW, Village, District, Regency, Province,
	Religion, Marital, Occupation, Citizenship string
	Photo []byte // JPEG or PNG; nil leaves a frame to glue one on
}

// MissingBlanks is the list of blanks and cards that are not found, as documents of a State are reported (ICAO Doc 9303-2,
// section 6.3 and appendix E).
type MissingBlanks struct {
	Office Office
	At     time.Time
	Lines  []MissingLine
	Keeper Signer
}

// MissingLine is one of them, or a count without serials.
type MissingLine struct {
	Serial string // chip UID or the blank's serial; empty = not known
	Type   ledger.BlankType
	Count  int
	From   ledger.Account // where it should have been
	Found  time.Time      // when it was missed
	Paper  string         // number of the berita acara
}
