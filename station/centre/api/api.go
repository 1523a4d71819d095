package api

import (
	"fmt"
	"time"

	"cetak/drivers"
)

// Bounds of one request.
const (
	MaxTake    = 100      // records of one take
	MaxBatch   = 5000     // lines of one ledger batch
	MaxDeposit = 100      // records of one deposit
	MaxBody    = 64 << 20 // bytes of any request
	MaxLease   = 14 * 24  // hours
)

// Types of what the centre signs with its notary key. It is another key than the register's: with it nobody can make a record.
const (
	TypeHead   = "cetak-head+jws"
	TypePolicy = "cetak-policy+jws"
)

// Problem is an answer that is no success: RFC 9457, application/problem+json, with our code.
type Problem struct {
	Type   string       `json:"type"` // "urn:cetak:problem:N-105"
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitempty"`
	Code   drivers.Code `json:"code"`
}

// Key names one card of one record.
type Key struct {
	ID    string `json:"id"`
	Issue int    `json:"issue"`
}

// Lease is the right to issue one record for a time. A lease that has run out is not given to another desk while its holder may have
// printed it.
type Lease struct {
	Key
	Revision int       `json:"revision"`
	Kind     string    `json:"kind"`
	Reason   string    `json:"reason"`
	Cleared  time.Time `json:"cleared"`
	NotAfter time.Time `json:"not_after"`
	Fence    int64     `json:"fence"`
	Until    time.Time `json:"until"`
	Request  string    `json:"request"` // of the take that it came by
}

// Sealed is a leased record, sealed to its holder: a compact JWE (docs/record.md). Each is fetched by itself and not as JSON, as application/jose
// (RFC 7515 section 9.2.1): it is nearly all that a desk's line carries, and on a poor line a hundred in one answer would never come whole.
type Sealed string

// SealedType is the media type of Sealed.
const SealedType = "application/jose"

// EnvelopePath is where the envelope of a lease is fetched from.
func EnvelopePath(k Key) string { return fmt.Sprintf("/v1/records/%s/%d/envelope", k.ID, k.Issue) }

// Take asks for leases; their envelopes are fetched one by one. The same request again, also much later, gives no others: it answers with what is
// still held of it.
type Take struct {
	Request string     `json:"request"` // made by the station, once for each need
	Count   int        `json:"count,omitempty"`
	Hours   int        `json:"hours"`
	Kinds   []string   `json:"kinds,omitempty"`   // WNI, WNA; empty = both
	First   [][]string `json:"first,omitempty"`   // groups of reasons in the order of the policy; the rest comes after
	Hold    []string   `json:"hold,omitempty"`    // reasons that the policy holds back
	Records []Key      `json:"records,omitempty"` // just these, for a mobile team or another desk's queue; then no Count
}

// Taken answers Take.
type Taken struct {
	Leases []Lease   `json:"leases"`
	Now    time.Time `json:"now"`
}

// Holding is one lease as its holder names it.
type Holding struct {
	Key
	Fence int64 `json:"fence"`
}

// Renew asks for more time.
type Renew struct {
	Leases []Holding `json:"leases"`
	Hours  int       `json:"hours"`
}

// Holdings are leases that a station gives back (release) or is about to spend a blank on (claim).
type Holdings struct {
	Leases []Holding `json:"leases"`
}

// Verdict is what became of one holding.
type Verdict struct {
	Key
	Until  *time.Time   `json:"until,omitempty"`
	Code   drivers.Code `json:"code,omitempty"`   // empty: done as asked
	Detail string       `json:"detail,omitempty"` // the reason of a withdrawal
}

// Verdicts answers renew, claim, and release: one for each lease, in the order asked.
type Verdicts struct {
	Verdicts []Verdict `json:"verdicts"`
	Now      time.Time `json:"now"`
}

// Done reports how a card ended.
type Done struct {
	Fence   int64  `json:"fence"`
	Outcome string `json:"outcome"` // compact JWS of docs/record.md, "Outcomes", by the station's key
}

// State is where a record stands at the centre.
type State string

// States of a record at the centre.
const (
	Waiting   State = "waiting"
	Leased    State = "leased"
	Finished  State = "done"      // one live card
	Lost      State = "lost"      // a card was made and not found: nobody gets it before two people decide
	Gone      State = "withdrawn" // no card, and none will be made
	ToCancel  State = "cancel"    // a card came out although the record was withdrawn: it must be cancelled
	OutOfDate State = "expired"   // its last moment for printing passed while it waited
)

// Superseded is the reason of a withdrawal that a newer revision makes.
const Superseded = "superseded"

// Booked answers Done. Repeating an outcome gives the same answer and counts nothing twice.
type Booked struct {
	Key
	State  State `json:"state"`
	Cancel bool  `json:"cancel"` // the card must be taken out of use: the record was withdrawn while it was made
}

// Line is one line of a station's journal, docs/journal.md section 3: all that its hash is made of.
type Line struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"` // to the nanosecond
	Kind    string    `json:"kind"`
	Record  string    `json:"record,omitempty"`
	Issue   int       `json:"issue,omitempty"`
	Attempt string    `json:"attempt,omitempty"`
	UID     string    `json:"uid,omitempty"`
	Who     string    `json:"who,omitempty"`
	Data    string    `json:"data,omitempty"` // byte for byte as in the journal
	Prev    string    `json:"prev"`
	Hash    string    `json:"hash"`
}

// Batch carries a part of a station's journal: every movement of blanks from After to Head, in order. Lines of other kinds stay at the
// station: their place in the chain is held by the hashes around them, and an auditor with the journal proves the rest.
type Batch struct {
	Genesis string `json:"genesis"` // hash of the journal's beginning
	After   Point  `json:"after"`   // the last head that the centre countersigned; zero for the first batch
	Lines   []Line `json:"lines"`
	Head    Point  `json:"head"`
}

// Point is a place in a journal's chain.
type Point struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// Countersigned is the centre's receipt: from then on the station cannot have had another journal.
type Countersigned struct {
	Head Point  `json:"head"`
	JWS  string `json:"jws"` // TypeHead, by the notary key, payload Receipt
	// Findings are movements that the centre does not understand or that do not add up; they were kept all the same.
	Findings []Finding `json:"findings,omitempty"`
}

// Receipt is what the centre signs of a head.
type Receipt struct {
	V       int       `json:"v"`
	Station string    `json:"station"`
	Genesis string    `json:"genesis"`
	Seq     int64     `json:"seq"`
	Hash    string    `json:"hash"`
	At      time.Time `json:"at"`
}

// Finding is a line that an auditor should look at.
type Finding struct {
	Seq    int64  `json:"seq"`
	Detail string `json:"detail"`
}

// Health is what a station says of itself. It is also how the centre learns that a station is not silent.
type Health struct {
	At      time.Time      `json:"at"` // by the station's clock
	Version string         `json:"version"`
	Printer string         `json:"printer"` // ok, or the code of the standing fault
	Reader  string         `json:"reader"`
	Queue   int            `json:"queue"`            // records waiting at the desk
	Suket   int            `json:"suket"`            // temporary letters that run
	Blanks  map[string]int `json:"blanks"`           // WNI, WNA: vault and feeder
	Ribbon  int            `json:"ribbon"`           // cards left; -1 = the machine does not say
	Outbox  int            `json:"outbox"`           // outcomes that the centre has not acknowledged
	Head    Point          `json:"head"`             // of the journal, where the centre has it
	Leases  []Holding      `json:"leases"`           // all that the station holds
	Alarms  []string       `json:"alarms,omitempty"` // codes that stand
}

// HealthAnswer is what the centre has to say to a station.
type HealthAnswer struct {
	Now       time.Time `json:"now"`
	Withdrawn []Verdict `json:"withdrawn"` // of what it holds
	Unknown   []Key     `json:"unknown"`   // it says it holds these, and the centre does not: do not print them
	Missing   []Key     `json:"missing"`   // the centre says it holds these: list them, and fetch their envelopes
	Head      Point     `json:"head"`      // the last that the centre has
	Policy    string    `json:"policy"`    // digest of the table in force; empty when there is none
}

// Policy is the table of rules in force, station/policy's TOML.
type Policy struct {
	Digest string    `json:"digest"` // SHA-256 of the table, lower hex
	At     time.Time `json:"at"`
	Table  string    `json:"table"`
	JWS    string    `json:"jws"` // TypePolicy, by the notary key, payload {"v":1,"digest":..,"at":..}
}

// Deposit is a record as the register gives it to the centre: what the centre must know to lease it, and the envelopes that it cannot
// read, one for each station that may print it, by the station's key id.
type Deposit struct {
	Key
	Revision  int               `json:"revision"`
	Kind      string            `json:"kind"`
	Reason    string            `json:"reason"`
	Office    string            `json:"office"`
	Cleared   time.Time         `json:"cleared"`
	NotAfter  time.Time         `json:"not_after"`
	Envelopes map[string]string `json:"envelopes"`
}

// Deposits are records to be leased.
type Deposits struct {
	Records []Deposit `json:"records"`
}

// Withdrawal takes a record back.
type Withdrawal struct {
	Key
	Reason string `json:"reason"` // one of Reasons
}

// Reasons of a withdrawal.
func Reasons() []string { return []string{"death", "duplicate", "corrected", "ikd", "other"} }

// Ask names records whose standing the register asks for.
type Ask struct {
	Records []Key `json:"records"` // at most MaxAsk
}

// MaxAsk is how many records one Ask may name.
const MaxAsk = 1000

// Standing is where one record stands.
type Standing struct {
	Key
	Revision  int    `json:"revision"` // the one that is out or waits; a newer one may wait behind it
	State     State  `json:"state"`
	Withdrawn string `json:"withdrawn,omitempty"` // why it was taken back
}

// Standings answers Ask: those of the records that the centre has, in the order asked.
type Standings struct {
	Records []Standing `json:"records"`
}

// Wanted is a record that waits and has no envelope for a desk of its office.
type Wanted struct {
	Key
	Revision int    `json:"revision"`
	Station  string `json:"station"`
	Kid      string `json:"kid"`
}

// WantedList answers GET /v1/wanted.
type WantedList struct {
	Wanted []Wanted `json:"wanted"`
}

// Release lets go of a silent station's lease: one supervisor asks, another confirms with the same words.
type Release struct {
	Key
	Fence  int64  `json:"fence"`
	Reason string `json:"reason"`
}

// Released answers Release.
type Released struct {
	Key
	State    State  `json:"state"`
	Proposed string `json:"proposed,omitempty"` // who asked first; empty once it is done
}

// Area is the sum over an office, a district, a province, or the whole.
type Area struct {
	Name      string         `json:"name"`
	Stations  int            `json:"stations"`
	Silent    int            `json:"silent"` // not heard of for SilentAfter
	Ailing    int            `json:"ailing"` // heard of, and printer or reader is not ok
	Waiting   int            `json:"waiting"`
	Leased    int            `json:"leased"`
	Overdue   int            `json:"overdue"` // leases that ran out at a silent station
	Lost      int            `json:"lost"`
	Cancel    int            `json:"cancel"`
	Suket     int            `json:"suket"`
	Blanks    map[string]int `json:"blanks"` // vault and feeder, by the ledgers
	GoodToday int            `json:"good_today"`
	BadToday  int            `json:"spoiled_today"`
	GoodMonth int            `json:"good_28_days"`
	BadMonth  int            `json:"spoiled_28_days"`
}

// SilentAfter is how long a station may say nothing before it is called silent.
const SilentAfter = 30 * time.Minute

// Summary is the state of the whole fleet.
type Summary struct {
	Now       time.Time `json:"now"`
	By        string    `json:"by"` // office, district, province
	Total     Area      `json:"total"`
	Areas     []Area    `json:"areas"`
	Incidents int       `json:"incidents"` // open
}

// Loan is blanks that went from one office to another: what the giver booked out against what the taker booked in.
type Loan struct {
	Document string `json:"document"`
	Type     string `json:"type"`
	Kind     string `json:"kind"` // loan, transfer, or loan-return
	From     string `json:"from"` // office that gave; empty: nobody booked it out
	To       string `json:"to"`   // office that took; empty: nobody booked it in
	Out      int    `json:"out"`
	In       int    `json:"in"`
	State    string `json:"state"` // agreed, on-the-way, unmatched, differs
}

// Loans answers GET /v1/loans.
type Loans struct {
	Loans []Loan `json:"loans"`
}

// Incident is something that a person has to look at.
type Incident struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"` // as docs/centre.md lists them
	Station string    `json:"station"`
	Record  string    `json:"record,omitempty"`
	Issue   int       `json:"issue,omitempty"`
	Detail  string    `json:"detail"`
}

// Incidents answers GET /v1/incidents.
type Incidents struct {
	Incidents []Incident `json:"incidents"`
}

// StationState is a desk as the centre sees it.
type StationState struct {
	ID       string     `json:"id"`
	Office   string     `json:"office"`
	District string     `json:"district"`
	Province string     `json:"province"`
	Seen     *time.Time `json:"seen,omitempty"` // none: never heard of
	Silent   bool       `json:"silent"`
	Skew     int64      `json:"skew_ms"` // of its clock, when it last spoke
	Head     Point      `json:"head"`
	Health   *Health    `json:"health,omitempty"`
}

// Stations answers GET /v1/stations.
type Stations struct {
	Stations []StationState `json:"stations"`
}
