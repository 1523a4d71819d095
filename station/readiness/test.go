package readiness

import (
	"time"

	"cetak/drivers"
)

// Test is one self-test. Each walks the path that a card's data or the card itself takes.
type Test string

// The closed list of self-tests.
const (
	Line    Test = "line"    // question and answer many times over, and one long bitmap: error rate and speed
	Sensors Test = "sensors" // who the printer is, and what its sensors say of lid, feeder, ribbon, transport
	Service Test = "service" // the PC/SC service and the reader that the settings name
	Clock   Test = "clock"   // the computer's clock against the journal
	Disk    Test = "disk"    // written, synced, read back, and room enough
	Link    Test = "link"    // where records come from and outcomes go

	Transport Test = "transport" // a test card from the feeder past chip station and head into the reject box
	Chip      Test = "chip"      // its chip written, read back, compared, ended
	Print     Test = "print"     // its face, judged by a person
	Counters  Test = "counters"  // the printer's counters against what was done
)

// Tests lists all in the order they are made.
func Tests() []Test {
	return []Test{Line, Sensors, Service, Clock, Disk, Link, Transport, Chip, Print, Counters}
}

// Card says whether the test takes a blank. Those that do share one.
func (t Test) Card() bool { return t == Transport || t == Chip || t == Print || t == Counters }

// State is how a self-test stands.
type State string

// States. Abandoned is never written: it is what a begun test is until its end is in the journal.
const (
	Begun     State = "begun"
	Passed    State = "passed"
	Failed    State = "failed"
	Absent    State = "absent" // there is nothing to test here: a counter that this machine does not tell
	Abandoned State = "abandoned"
)

// Present is what stands at the desk: what a test was made with, or what is there now. Empty fields are not known and prove nothing.
type Present struct {
	Printer drivers.PrinterID `json:"printer,omitzero"`
	Reader  string            `json:"reader,omitempty"`
	Program string            `json:"program,omitempty"` // version
	Setup   string            `json:"setup,omitempty"`   // digest of the settings of the devices

	Seen time.Time `json:"-"` // since when this printer is there; zero = since now
}

// Fact is the data of a journal fact of kind "self-test": a test begins, or ends.
type Fact struct {
	Run     string       `json:"run"` // of the tests that were made together
	Test    Test         `json:"test"`
	State   State        `json:"state"`
	Code    drivers.Code `json:"code,omitempty"`   // of Failed
	Notes   []Note       `json:"notes,omitempty"`  // what was found
	Detail  string       `json:"detail,omitempty"` // of Failed: the device's own words; of earlier releases: what was found, in English
	Seconds float64      `json:"seconds,omitempty"`
	On      Present      `json:"on"`
	Quality *Quality     `json:"quality,omitempty"` // of Line
}

// Quality is what the line test measured.
type Quality struct {
	Asked int     `json:"asked"`
	Right int     `json:"right"`
	Bytes int     `json:"bytes,omitempty"`   // of the long bitmap
	Rate  float64 `json:"rate,omitempty"`    // bytes a second of it
	Turn  float64 `json:"turn_ms,omitempty"` // of a short question, without its bytes
}

// Result is the last word on a test.
type Result struct {
	Fact
	At  time.Time // when it ended; of an abandoned one when it began
	Who string
}
