package journal

import (
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"cetak/drivers"
)

// Kind says what a fact states. The set is closed: Append refuses any other.
type Kind string

// Kinds of facts. The JSON in Fact.Data belongs to whoever writes the fact; a reader ignores names it does not know.
const (
	KindStart         Kind = "start"          // the program opened the station
	KindStop          Kind = "stop"           // it closed it in order
	KindUncleanStart  Kind = "unclean-start"  // it opened a station whose last fact was not a stop
	KindReopened      Kind = "reopened"       // a person opened it again by name after an unclean stop
	KindConfig        Kind = "config"         // the settings in force, redacted
	KindBundle        Kind = "bundle"         // a bundle was taken: digest and counts
	KindRefused       Kind = "refused"        // one envelope of a bundle was refused: line and code
	KindIntent        Kind = "intent"         // a blank is about to be spent on (record, issue); opens an attempt
	KindLoaded        Kind = "loaded"         // the machine reports the blank in its transport
	KindUID           Kind = "uid"            // the chip's number was read for the first time; unique for ever
	KindAuthenticate  Kind = "authenticate"   // the chip is about to be authenticated to with the key set named; once in its life
	KindWritten       Kind = "written"        // the chip's files were written
	KindVerified      Kind = "verified"       // read back, compared, guard passed, sealed
	KindPrinting      Kind = "printing"       // the first panel is about to be burnt
	KindPrinted       Kind = "printed"        // the machine accepted the whole face
	KindDischarging   Kind = "discharging"    // the card is about to leave for a tray
	KindDischarged    Kind = "discharged"     // the machine reports an empty transport
	KindConfirmed     Kind = "confirmed"      // a person judged the print
	KindOutcome       Kind = "outcome"        // closes the attempt: good, spoiled, missing; once per attempt
	KindSettled       Kind = "settled"        // an attempt left open by a crash was decided, by evidence or by a person
	KindMovement      Kind = "movement"       // a line of the blank ledger
	KindFault         Kind = "fault"          // a device or the station reported a fault
	KindRejectEmptied Kind = "reject-emptied" // a person emptied the reject box

	KindPerson         Kind = "person"          // a person was added or changed: name, role, state, digest of the password's verifier
	KindSignedIn       Kind = "signed-in"       // a person gave the right password
	KindSignInRefused  Kind = "sign-in-refused" // a person was not let in, and why
	KindSignedOut      Kind = "signed-out"      // a person left, or the idle time did it
	KindJournalRead    Kind = "journal-read"    // a person read the journal: what of it
	KindShiftOpened    Kind = "shift-opened"    // two people counted and a shift began
	KindShiftClosed    Kind = "shift-closed"    // two people counted, the equation held or was waived, the certificate was signed
	KindCounted        Kind = "counted"         // a blind count: what, by whom, how many; also one that did not agree
	KindIncident       Kind = "incident"        // two of the three witnesses differ: by how much, and since which attempt
	KindIncidentClosed Kind = "incident-closed" // two people closed it, with a reason
	KindAuthorised     Kind = "authorised"      // one reprint of one record was allowed by two people
	KindUrgent         Kind = "urgent"          // a record was taken before its turn, with a reason
	KindDestruction    Kind = "destruction"     // a destruction list was made or its minutes signed
	KindHandedOver     Kind = "handed-over"     // who collected a card, with what proof, what its chip said
	KindSuket          Kind = "suket"           // a temporary letter was given or extended
	KindAlarm          Kind = "alarm"           // a card that must not live appeared in a reader
	KindShipment       Kind = "shipment"        // cards were sent to a sub-district, or arrived there: list, place, receiver
	KindCardLost       Kind = "card-lost"       // a card was reported lost by its holder
	KindHandedOn       Kind = "handed-on"       // a waiting record is not this desk's any more: to whom, by which paper, under which fence
	KindTakenOver      Kind = "taken-over"      // a record came from another desk: from whom, by which paper, under which fence
	KindSelfTest       Kind = "self-test"       // a self-test began, or ended: which, how, and on what
	KindCentre         Kind = "centre"          // the centre leased records, took one back, or put a table of rules in force
	KindRecalled       Kind = "recalled"        // a card that is out must be taken out of use: by the centre's word, and why
)

// Kinds lists every kind in the order of their declaration.
func Kinds() []Kind {
	return []Kind{
		KindStart, KindStop, KindUncleanStart, KindReopened, KindConfig, KindBundle, KindRefused, KindIntent, KindLoaded, KindUID,
		KindAuthenticate, KindWritten, KindVerified, KindPrinting, KindPrinted, KindDischarging, KindDischarged, KindConfirmed, KindOutcome,
		KindSettled, KindMovement, KindFault, KindRejectEmptied, KindPerson, KindSignedIn, KindSignInRefused, KindSignedOut,
		KindJournalRead, KindShiftOpened, KindShiftClosed, KindCounted, KindIncident, KindIncidentClosed, KindAuthorised,
		KindUrgent, KindDestruction, KindHandedOver, KindSuket, KindAlarm, KindShipment, KindCardLost,
		KindSelfTest, KindCentre, KindRecalled, KindHandedOn, KindTakenOver,
	}
}

// Fact is one thing that happened. It carries no personal data: a record is named by its opaque id, never by NIK or
// name.
type Fact struct {
	Kind    Kind
	Record  string // record id, empty where no record is concerned
	Issue   int
	Attempt string
	UID     string // chip number in hex; kept in upper case
	Who     string // the person or, for what the program does by itself, "station"
	Data    any    // marshalled to JSON; nil is kept as no data
}

// Entry is a fact in the journal.
type Entry struct {
	Seq     int64     // 1, 2, 3 without a gap
	At      time.Time // UTC, as the computer's clock said when it was appended; the clock may have been wrong
	Kind    Kind
	Record  string
	Issue   int
	Attempt string
	UID     string
	Who     string
	Data    json.RawMessage // nil for none
	Prev    string          // lower hex SHA-256 of the line before
	Hash    string          // lower hex SHA-256 of this line
}

// line is an Entry as it is stored and hashed.
type line struct {
	seq     int64
	at      int64 // nanoseconds since 1970-01-01T00:00:00Z
	kind    string
	record  string
	issue   int64
	attempt string
	uid     string
	who     string
	data    string
	prev    []byte
	hash    []byte
}

// take fills a line from the row; what has not the type of its column stays zero and fails its hash.
func (l *line) take(v []driver.Value) {
	l.seq, _ = v[0].(int64)
	l.at, _ = v[1].(int64)
	l.kind, _ = v[2].(string)
	l.record, _ = v[3].(string)
	l.issue, _ = v[4].(int64)
	l.attempt, _ = v[5].(string)
	l.uid, _ = v[6].(string)
	l.who, _ = v[7].(string)
	l.data, _ = v[8].(string)
	l.prev, _ = v[9].([]byte)
	l.hash, _ = v[10].([]byte)
}

func (l *line) entry() Entry {
	e := Entry{
		Seq: l.seq, At: time.Unix(0, l.at).UTC(), Kind: Kind(l.kind), Record: l.record, Issue: int(l.issue),
		Attempt: l.attempt, UID: l.uid, Who: l.who, Prev: hex.EncodeToString(l.prev), Hash: hex.EncodeToString(l.hash),
	}
	if l.data != "" {
		e.Data = json.RawMessage(l.data)
	}
	return e
}

// newLine checks a fact and gives it its stored form, still without place, time, and hash. What it refuses is a defect
// of the caller.
func newLine(f Fact) (line, error) {
	l := line{
		kind: string(f.Kind), record: f.Record, issue: int64(f.Issue), attempt: f.Attempt,
		uid: strings.ToUpper(f.UID), who: f.Who,
	}
	bad := func(what string) (line, error) {
		return line{}, newFault(drivers.Unexpected, "journal append", what, nil)
	}
	if !known(f.Kind) {
		return bad(fmt.Sprintf("unknown fact kind %q", f.Kind))
	}
	if _, err := hex.DecodeString(l.uid); err != nil {
		return bad("the UID is not hexadecimal")
	}
	if l.issue < 0 {
		return bad("negative issue")
	}
	switch f.Kind {
	case KindIntent, KindOutcome:
		if l.attempt == "" {
			return bad(l.kind + " without an attempt")
		}
	case KindUID:
		if l.uid == "" || l.attempt == "" {
			return bad("uid without a chip number or an attempt")
		}
	}
	if f.Data != nil {
		b, err := json.Marshal(f.Data)
		if err != nil {
			return line{}, newFault(drivers.Unexpected, "journal append", "data is no JSON", err)
		}
		l.data = string(b)
	}
	for _, s := range []string{l.record, l.attempt, l.who, l.data} {
		// SQLite text ends at NUL for some readers, and an auditor's tool must see the same bytes.
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return bad("text that is not UTF-8")
		}
	}
	return l, nil
}

func known(k Kind) bool {
	for _, have := range Kinds() {
		if k == have {
			return true
		}
	}
	return false
}
