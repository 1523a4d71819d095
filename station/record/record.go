package record

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/rs/zerolog"

	"cetak/drivers"
)

// Key names one card of one record. At most one live card exists per Key.
type Key struct {
	ID    string
	Issue int
}

// String gives "PRR-9901-000123#1".
func (k Key) String() string { return k.ID + "#" + strconv.Itoa(k.Issue) }

// Kind is the holder's kind, and with it the kind of blank.
type Kind string

// Kinds.
const (
	WNI Kind = "WNI" // citizen, blue blank
	WNA Kind = "WNA" // foreigner with a permanent stay permit, orange blank
)

// Record is one print-ready record. It is personal data from end to end: it is never logged (it marshals redacted), and
// whoever holds one drops it as soon as the card is done. It is not changed after Parse.
type Record struct {
	ID       string
	Issue    int
	Revision int
	Kind     Kind
	Specimen bool
	Reason   string
	Cleared  time.Time
	NotAfter time.Time
	Fields   Fields
	// Photo is the portrait to print (JPEG), Signature the holder's signature (PNG), both still encoded.
	Photo, Signature []byte
	// Chip is the ready-made content of 6FF1..6FF6, as the centre signed it.
	Chip drivers.Files
	// SignedBy is the kid of the centre's key that signed the envelope; empty when the record came through none.
	SignedBy string
}

// Key gives the record's key.
func (r *Record) Key() Key { return Key{r.ID, r.Issue} }

// MarshalZerologObject writes what may be logged of a record: never a field, a portrait, or chip data.
func (r *Record) MarshalZerologObject(e *zerolog.Event) {
	e.Str("record", r.ID).Int("issue", r.Issue).Str("kind", string(r.Kind))
}

// Format keeps personal data out of every %v, %+v, and %#v.
func (r *Record) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "record %s (%s)", r.Key(), r.Kind)
}

// maxPayload bounds a record's JSON; a real one is about 60 KB.
const maxPayload = 3 << 20

// maxID bounds a record's id, which also names files.
const maxID = 64

// Parse reads the record's JSON (docs/record.md, "Record") strictly: every key there once and no other. It judges form
// only; Check judges content. On any error, always a Fault with NotARecord, it returns no record. The detail names keys,
// never values.
func Parse(payload []byte) (*Record, error) {
	if len(payload) > maxPayload {
		return nil, notARecord("larger than %d bytes", maxPayload)
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(payload, &top); err != nil {
		return nil, notARecord("not JSON, or a repeated key") // the decoder's own words may quote the text
	}
	p := parser{top: top}
	if v := p.number("v"); p.fault == nil && v != 1 {
		return nil, notARecord("version %d", v)
	}
	r := &Record{
		ID: p.text("id"), Issue: p.number("issue"), Revision: p.number("revision"), Kind: Kind(p.text("kind")),
		Reason: p.text("reason"), Cleared: p.moment("cleared"), NotAfter: p.moment("not_after"),
		Photo: p.bytes("photo"), Signature: p.bytes("signature"),
	}
	p.into("specimen", &r.Specimen)
	var fields, chip map[string]string
	p.into("fields", &fields)
	p.into("chip", &chip)
	p.rest()
	if p.fault != nil {
		return nil, p.fault
	}
	for _, e := range r.Fields.table() {
		*e.value = fields[e.name]
		delete(fields, e.name)
	}
	if len(fields) > 0 {
		return nil, notARecord("%d unknown keys in fields", len(fields))
	}
	r.Chip = make(drivers.Files, len(chip))
	for fid, text := range chip {
		content, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return nil, notARecord("a chip file is not base64")
		}
		r.Chip[fid] = content
	}
	if err := r.form(); err != nil {
		return nil, err
	}
	return r, nil
}

// form checks what the rest of the program relies on: the id names files, numbers count from one.
func (r *Record) form() error {
	switch {
	case !validID(r.ID):
		return notARecord("id is not 1 to %d letters, digits, dots, and dashes", maxID)
	case r.Issue < 1 || r.Issue > 9999:
		return notARecord("issue %d", r.Issue)
	case r.Revision < 1:
		return notARecord("revision %d", r.Revision)
	case r.Kind != WNI && r.Kind != WNA:
		return notARecord("kind is neither WNI nor WNA")
	}
	return nil
}

// validID keeps ids safe as file names on any system.
func validID(id string) bool {
	if id == "" || len(id) > maxID || id[0] == '.' || id[0] == '-' {
		return false
	}
	for i := 0; i < len(id); i++ {
		c := id[i]
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_') {
			return false
		}
	}
	return true
}

func notARecord(format string, args ...any) *drivers.Fault {
	return refuse(NotARecord, "record parse", fmt.Sprintf(format, args...))
}

// parser takes keys out of a JSON object and keeps the first fault.
type parser struct {
	top   map[string]json.RawMessage
	fault error
}

func (p *parser) into(key string, v any) {
	raw, ok := p.top[key]
	delete(p.top, key)
	if p.fault != nil {
		return
	}
	if !ok || string(raw) == "null" {
		p.fault = notARecord("no %s", key)
		return
	}
	if err := json.Unmarshal(raw, v); err != nil {
		p.fault = notARecord("%s is of the wrong type", key)
	}
}

func (p *parser) text(key string) (s string) { p.into(key, &s); return s }

func (p *parser) number(key string) (n int) { p.into(key, &n); return n }

func (p *parser) moment(key string) (t time.Time) {
	s := p.text(key)
	if p.fault != nil {
		return t
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		p.fault = notARecord("%s is no RFC 3339 time", key)
	}
	return t.UTC()
}

func (p *parser) bytes(key string) []byte {
	s := p.text(key)
	if p.fault != nil {
		return nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		p.fault = notARecord("%s is not base64", key)
	}
	return b
}

func (p *parser) rest() {
	if p.fault == nil && len(p.top) > 0 {
		p.fault = notARecord("%d unknown keys", len(p.top))
	}
}
