package mosip

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"cetak/drivers"
	"cetak/station/record"
)

// Mapping says what of a credential goes where in a record: data, because every country's identity schema is another. It is pure.
type Mapping struct {
	Languages []string        `toml:"languages"`
	Fields    map[string]Rule `toml:"fields"` // by the register's names, docs/record.md
	Office    Rule            `toml:"office"`
	Kind      Rule            `toml:"kind"`
	Reason    Rule            `toml:"reason"`
	Biometric string          `toml:"biometrics"` // the attribute with the BIR
	Signature string          `toml:"signature"`  // the attribute with the holder's signature, a PNG or JPEG in base64; "" = none is sent
}

// Rule makes one value.
type Rule struct {
	From   []string          `toml:"from"`   // attributes, joined by a blank; "@..." are the event's own: see eventNames
	Words  map[string]string `toml:"words"`  // what a value becomes; compared without case. A value that is not there stays as it is
	Date   string            `toml:"date"`   // the value is a date of this form (Go's reference date) and becomes DD-MM-YYYY
	Digits int               `toml:"digits"` // a number gets leading zeros to so many digits
	Else   string            `toml:"else"`   // when there is no value
}

// Names of what a Rule may take from the event instead of the credential.
const (
	fromType   = "@credentialType"
	fromIssued = "@issuanceDate" // DD-MM-YYYY
)

// loadMapping reads a mapping strictly and holds it against the register's fields. Fault: FolderUnusable.
func loadMapping(path string) (*Mapping, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault(FolderUnusable, drivers.AgainAfterOperator, filepath.Base(path), err)
	}
	m, err := parseMapping(text)
	if err != nil {
		return nil, fault(FolderUnusable, drivers.AgainAfterOperator, filepath.Base(path)+": "+err.Error(), nil)
	}
	return m, nil
}

func parseMapping(text []byte) (*Mapping, error) {
	var m Mapping
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&m); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return nil, errors.New("an unknown word:\n" + strict.String())
		}
		return nil, err
	}
	var wrong []string
	known := fieldNames()
	for name := range m.Fields {
		if !slices.Contains(known, name) {
			wrong = append(wrong, name+" is no field of a record")
		}
	}
	for _, name := range known {
		if _, ok := m.Fields[name]; !ok {
			wrong = append(wrong, name+" has no rule")
		}
	}
	all := map[string]Rule{"office": m.Office, "kind": m.Kind, "reason": m.Reason}
	for name, r := range m.Fields {
		all[name] = r
	}
	for name, r := range all {
		if len(r.From) == 0 && r.Else == "" {
			wrong = append(wrong, name+" takes nothing from anywhere")
		}
		if r.Date != "" {
			if day := time.Date(2003, 11, 27, 0, 0, 0, 0, time.UTC); !sameDay(day, r.Date) {
				wrong = append(wrong, name+": date is no form of Go's reference date, as 2006/01/02")
			}
		}
		for _, from := range r.From {
			if strings.HasPrefix(from, "@") && from != fromType && from != fromIssued {
				wrong = append(wrong, fmt.Sprintf("%s: %s is not %s or %s", name, from, fromType, fromIssued))
			}
		}
	}
	if m.Biometric == "" {
		wrong = append(wrong, "biometrics names no attribute")
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return nil, errors.New(strings.Join(wrong, "; "))
	}
	return &m, nil
}

func sameDay(day time.Time, form string) bool {
	back, err := time.Parse(form, day.Format(form))
	return err == nil && back.Equal(day)
}

func fieldNames() []string {
	var f record.Fields
	var names []string
	for _, l := range f.Lines() {
		names = append(names, l.Name)
	}
	return names
}

// dayForm is a date on a card (docs/record.md).
const dayForm = "02-01-2006"

// entry is what the mapping makes of a credential.
type entry struct {
	fields               map[string]string
	office, kind, reason string
}

// apply makes the fields. Fault: CredentialInvalid, with names and never values.
func (m *Mapping) apply(c *credential, kind string, at time.Time) (entry, error) {
	e := entry{fields: map[string]string{}}
	var lacks []string
	take := func(name string, r Rule) string {
		v, ok := m.value(r, c, kind, at)
		if !ok || v == "" {
			lacks = append(lacks, name)
		}
		return v
	}
	for _, name := range fieldNames() {
		e.fields[name] = strings.ToUpper(take(name, m.Fields[name]))
	}
	e.office, e.kind, e.reason = take("office", m.Office), take("kind", m.Kind), take("reason", m.Reason)
	if len(lacks) > 0 {
		return e, invalid("no usable value for " + strings.Join(lacks, ", "))
	}
	if e.kind != string(record.WNI) && e.kind != string(record.WNA) {
		return e, invalid("kind is neither WNI nor WNA")
	}
	if !slices.Contains(record.Reasons(), e.reason) {
		return e, invalid("the reason for printing is not on the list")
	}
	return e, nil
}

// value follows one rule; ok is false when a value is there and is not what the rule wants.
func (m *Mapping) value(r Rule, c *credential, kind string, at time.Time) (string, bool) {
	var parts []string
	for _, from := range r.From {
		v := ""
		switch from {
		case fromType:
			v = kind
		case fromIssued:
			v = c.issued(at).Format(dayForm)
		default:
			v = c.text(from, m.Languages)
		}
		if v != "" {
			parts = append(parts, v)
		}
	}
	v := strings.Join(parts, " ")
	if v == "" {
		return r.Else, true
	}
	for from, to := range r.Words {
		if strings.EqualFold(from, v) {
			v = to
			break
		}
	}
	if r.Date != "" {
		day, err := time.Parse(r.Date, v)
		if err != nil {
			return "", false
		}
		v = day.Format(dayForm)
	}
	if r.Digits > 0 && strings.Trim(v, "0123456789") == "" && len(v) < r.Digits {
		v = strings.Repeat("0", r.Digits-len(v)) + v
	}
	return v, true
}

// maxOffice is how long an office's name may be at the centre (docs/centre.openapi.yaml).
const maxOffice = 120

func checkOffice(office string) error {
	if len(office) > maxOffice || strings.ContainsAny(office, "\r\n") {
		return invalid("the office's name is too long")
	}
	return nil
}
