package ledger

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Decode reads a movement back from the journal. It refuses names it does not know: a line of the ledger is understood
// whole or not at all. Fault: BadMovement.
func Decode(data []byte) (Movement, error) {
	if m, ok := plain(data); ok {
		return m, nil
	}
	return decode(data)
}

func decode(data []byte) (Movement, error) {
	var m Movement
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return Movement{}, refuse(BadMovement, "the movement in the journal is not readable", err)
	}
	if d.More() {
		return Movement{}, refuse(BadMovement, "more than one movement in a line of the journal", nil)
	}
	return m, nil
}

// plain reads the form in which nearly all movements are written: an object of ASCII strings without escapes, whole numbers,
// and a list of chip numbers. A start reads every movement there ever was, and this takes a fifth of the decoder's time.
// Whatever is not plain is the decoder's to judge.
func plain(data []byte) (m Movement, ok bool) {
	p := reading{rest: data}
	if !p.sign('{') {
		return m, false
	}
	var seen uint32
	for {
		field, ok := p.field(&m)
		if !ok || seen&field != 0 {
			return Movement{}, false
		}
		seen |= field
		if p.sign(',') {
			continue
		}
		return m, p.sign('}') && len(p.rest) == 0
	}
}

// reading is what is left of a plain movement.
type reading struct{ rest []byte }

func (p *reading) sign(c byte) bool {
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// text is a string of printable ASCII without escapes.
func (p *reading) text() ([]byte, bool) {
	if !p.sign('"') {
		return nil, false
	}
	for i, c := range p.rest {
		switch {
		case c == '"':
			s := p.rest[:i]
			p.rest = p.rest[i+1:]
			return s, true
		case c < ' ' || c == '\\' || c > '~':
			return nil, false
		}
	}
	return nil, false
}

// number is a whole number of at most 18 digits, as JSON writes it.
func (p *reading) number() (int64, bool) {
	n := 0
	for n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9' {
		n++
	}
	if n == 0 || n > 18 || n > 1 && p.rest[0] == '0' {
		return 0, false
	}
	v, err := strconv.ParseInt(string(p.rest[:n]), 10, 64)
	p.rest = p.rest[n:]
	return v, err == nil
}

// field reads one name and its value, and gives the bit that stands for the name.
func (p *reading) field(m *Movement) (bit uint32, ok bool) {
	name, ok := p.text()
	if !ok || !p.sign(':') {
		return 0, false
	}
	var to *string
	switch string(name) {
	case "kind":
		to, bit = (*string)(&m.Kind), 1
	case "from":
		to, bit = (*string)(&m.From), 1<<1
	case "to":
		to, bit = (*string)(&m.To), 1<<2
	case "type":
		to, bit = (*string)(&m.Type), 1<<3
	case "who":
		to, bit = &m.Who, 1<<4
	case "second":
		to, bit = &m.Second, 1<<5
	case "cause":
		to, bit = &m.Cause, 1<<6
	case "document":
		to, bit = &m.Document, 1<<7
	case "attempt":
		to, bit = &m.Attempt, 1<<8
	case "issuer":
		to, bit = &m.Issuer, 1<<9
	case "date":
		to, bit = &m.Date, 1<<10
	case "party":
		to, bit = &m.Party, 1<<11
	case "count":
		n, ok := p.number()
		m.Count = int(n)
		return 1 << 12, ok
	case "reverses":
		m.Reverses, ok = p.number()
		return 1 << 13, ok
	case "uids":
		m.UIDs, ok = p.texts()
		return 1 << 14, ok
	default: // boxes are rare
		return 0, false
	}
	s, ok := p.text()
	*to = word(s)
	return bit, ok
}

func (p *reading) texts() ([]string, bool) {
	if !p.sign('[') {
		return nil, false
	}
	var all []string
	for {
		s, ok := p.text()
		if !ok {
			return nil, false
		}
		all = append(all, string(s))
		if !p.sign(',') {
			return all, p.sign(']')
		}
	}
}

// word is the string of these bytes, without a copy for those of the rule book.
func word(b []byte) string {
	if w, ok := words[string(b)]; ok {
		return w
	}
	return string(b)
}

// words are the strings of the rule book; never changed.
var words = func() map[string]string {
	m := map[string]string{Station: Station, string(WNI): string(WNI), string(WNA): string(WNA)}
	for _, a := range Accounts() {
		m[string(a)] = string(a)
	}
	for _, r := range Routes() {
		m[string(r.Kind)] = string(r.Kind)
	}
	return m
}()
