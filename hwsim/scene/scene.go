// Package scene reads scripts that make a simulated machine fail: one rule a line,
//
//	on <event> [nth] [since <event> [nth]] do <fault> [argument] [once]
//
// With since, occurrences count from that other event's on, itself included. A rule without nth fires every time its event happens, with nth only at that occurrence (from 1), with once only the
// first time. Text from # to the end of a line is a comment. What an event is and what a fault does is decided by the
// caller; this package knows their names, so that a misspelt rule is refused before anything moves.
package scene

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Events of the world and of the firmware. "command" is any command the printer takes, "command:Sis" that one; "chip"
// is any APDU, the others one kind of it.
const events = "feed station head panel-y panel-m panel-c panel-k panel-o eject reject gate slot capture command chip select read " +
	"update activate authenticate apdu"

// argument kinds of a fault.
type argument int

const (
	none     argument = iota
	seconds           // how long, on the world's clock; without it for good
	code              // one NACK code
	skip              // [out] [bytes]: direction to the host, and how many bytes pass unharmed first
	share             // a probability
	bytesHex          // bytes in hex
	text              // words of a reply, joined by hyphens
)

// faults are what a rule can do, and what argument each takes.
func faults() map[string]argument {
	return map[string]argument{
		"feeder-empty": none, "jam-feed": none, "jam-head": none, "cover-open": seconds, "ribbon-end": none, "reject-full": none,
		"chip-mute": none, "wrong-atr": none, "card-pulled": none, "cable-pulled": seconds, "power-cycle": none, "nack": code,
		"lose-ack": none, "lose-command": none, "flip-byte": skip, "lose-byte": skip, "noise": share, "reader-gone": seconds,
		"printer-mute": seconds,
		"hold":         none,
	}
}

// Faults lists the names of all faults, sorted.
func Faults() []string {
	var names []string
	for n := range every() {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Events lists the names of all events.
func Events() []string { return strings.Fields(events) }

// APDU names the event of a command APDU by its INS byte (ISO/IEC 7816-4 table 4; ACTIVATE FILE: ISO/IEC 7816-9).
func APDU(apdu []byte) string {
	if len(apdu) < 2 {
		return "apdu"
	}
	switch apdu[1] {
	case 0xA4:
		return "select"
	case 0xB0, 0xB1:
		return "read"
	case 0xD6, 0xD7:
		return "update"
	case 0x44:
		return "activate"
	case 0x82:
		return "authenticate"
	}
	return "apdu"
}

// Fault is one thing to do.
type Fault struct {
	Name    string
	Seconds float64 // how long it lasts; 0 = until it is undone by hand
	Code    byte    // of nack; 0 = the caller's choice
	ToHost  bool    // direction of flip-byte and lose-byte
	Skip    int     // bytes before it
	Share   float64 // of noise
	Bytes   []byte  // of say and chip-says
	Text    string  // of refuse, dispenser-error, bin-counter
}

// ParseFault reads a fault with its argument: ["cover-open", "3"].
func ParseFault(words []string) (Fault, error) {
	if len(words) == 0 {
		return Fault{}, errors.New("a fault is missing")
	}
	f := Fault{Name: words[0]}
	kind, ok := every()[f.Name]
	if !ok {
		return f, fmt.Errorf("no fault %q; there are %s", f.Name, strings.Join(Faults(), ", "))
	}
	rest := words[1:]
	if kind == skip && len(rest) > 0 && (rest[0] == "out" || rest[0] == "in") {
		f.ToHost = rest[0] == "out"
		rest = rest[1:]
	}
	if len(rest) == 0 {
		switch kind {
		case share:
			return f, fmt.Errorf("%s needs a share between 0 and 1", f.Name)
		case bytesHex:
			return f, fmt.Errorf("%s needs bytes in hex", f.Name)
		case text:
			return f, fmt.Errorf("%s needs the words of a reply, joined by hyphens", f.Name)
		}
		return f, nil
	}
	if kind == none || len(rest) > 1 {
		return f, fmt.Errorf("%s does not take %q", f.Name, strings.Join(rest, " "))
	}
	var err error
	switch kind {
	case seconds:
		f.Seconds, err = strconv.ParseFloat(strings.TrimSuffix(rest[0], "s"), 64)
		if err != nil || !(f.Seconds > 0 && f.Seconds < 86400) {
			return f, fmt.Errorf("%s takes seconds, not %q", f.Name, rest[0])
		}
	case code:
		if len(rest[0]) != 1 || !strings.Contains("12TCFRKDW", rest[0]) {
			return f, fmt.Errorf("%s takes one code of 1 2 T C F R K D W, not %q", f.Name, rest[0])
		}
		f.Code = rest[0][0]
	case skip:
		f.Skip, err = strconv.Atoi(rest[0])
		if err != nil || f.Skip < 0 {
			return f, fmt.Errorf("%s takes [in|out] and a number of bytes, not %q", f.Name, rest[0])
		}
	case bytesHex:
		f.Bytes, err = hex.DecodeString(rest[0])
		if err != nil || len(f.Bytes) == 0 {
			return f, fmt.Errorf("%s takes bytes in hex, not %q", f.Name, rest[0])
		}
	case text:
		f.Text = strings.ReplaceAll(rest[0], "-", " ")
	case share:
		f.Share, err = strconv.ParseFloat(rest[0], 64)
		if err != nil || !(f.Share >= 0 && f.Share <= 1) {
			return f, fmt.Errorf("%s takes a share between 0 and 1, not %q", f.Name, rest[0])
		}
	}
	return f, nil
}

// rule is one line of a script.
type rule struct {
	event string
	nth   int // 0 = every
	once  bool
	fault Fault
	since since
	text  string // as it was written
}

// Scene is a script and how far it has gone. It is safe for concurrent use.
type Scene struct {
	mu    sync.Mutex
	rules []rule
	seen  []int // how often each rule's event has happened
	fired []int
}

// Parse reads a script. The error names every bad line by its number.
func Parse(text string) (*Scene, error) {
	s := &Scene{}
	var errs []error
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		r, err := parseRule(words)
		if err != nil {
			errs = append(errs, fmt.Errorf("scene line %d: %w", i+1, err))
			continue
		}
		s.rules = append(s.rules, r)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	s.seen = make([]int, len(s.rules))
	s.fired = make([]int, len(s.rules))
	return s, nil
}

// Add takes one more rule in, which counts its events from now.
func (s *Scene) Add(words []string) error {
	r, err := parseRule(words)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.seen, s.fired = append(s.rules, r), append(s.seen, 0), append(s.fired, 0)
	return nil
}

// Drop takes all rules with this fault out.
func (s *Scene) Drop(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.rules) - 1; i >= 0; i-- {
		if s.rules[i].fault.Name == fault {
			s.rules = slices.Delete(s.rules, i, i+1)
			s.seen, s.fired = slices.Delete(s.seen, i, i+1), slices.Delete(s.fired, i, i+1)
		}
	}
}

// Fired tells how often each fault was done.
func (s *Scene) Fired() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := map[string]int{}
	for i, r := range s.rules {
		if s.fired[i] > 0 {
			n[r.fault.Name] += s.fired[i]
		}
	}
	return n
}

func parseRule(words []string) (rule, error) {
	r := rule{text: strings.Join(words, " ")}
	if words[0] != "on" || len(words) < 2 {
		return r, fmt.Errorf("a rule is: on <event> [nth] do <fault> [argument] [once]")
	}
	rest, err := parseOccurrence(words[1:], &r.event, &r.nth)
	if err != nil {
		return r, err
	}
	if len(rest) > 1 && rest[0] == "since" {
		if rest, err = parseOccurrence(rest[1:], &r.since.event, &r.since.left); err != nil {
			return r, err
		}
	}
	if len(rest) == 0 || rest[0] != "do" {
		return r, fmt.Errorf("do is missing after %q", r.event)
	}
	rest = rest[1:]
	if len(rest) > 0 && rest[len(rest)-1] == "once" {
		r.once, rest = true, rest[:len(rest)-1]
	}
	r.fault, err = ParseFault(rest)
	return r, err
}

// parseOccurrence reads an event and how many times it must happen, 0 when it is not said.
func parseOccurrence(words []string, event *string, nth *int) (rest []string, err error) {
	base, which, isCommand := strings.Cut(words[0], ":")
	if !slices.Contains(Events(), base) || (isCommand && (base != "command" || which == "")) {
		return nil, fmt.Errorf("no event %q; there are %s, and command:NAME", words[0], strings.Join(Events(), ", "))
	}
	*event, rest = words[0], words[1:]
	if len(rest) == 0 || rest[0] == "do" || rest[0] == "since" {
		return rest, nil
	}
	n, err := strconv.Atoi(rest[0])
	if err != nil || n < 1 {
		return nil, fmt.Errorf("after the event comes do, since, or a count from 1, not %q", rest[0])
	}
	*nth = n
	return rest[1:], nil
}

// On counts an event and gives what is to be done now, in the script's order.
func (s *Scene) On(event string) []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var do []Fault
	for i, r := range s.rules {
		if !s.rules[i].since.reached(event) || !matches(r.event, event) {
			continue
		}
		s.seen[i]++
		if (r.nth != 0 && s.seen[i] != r.nth) || (r.once && s.fired[i] > 0) {
			continue
		}
		s.fired[i]++
		do = append(do, r.fault)
	}
	return do
}

// matches tells whether a rule's event covers what happened: "command" covers "command:Sis", "chip" every APDU.
func matches(want, happened string) bool {
	if want == happened {
		return true
	}
	base, _, _ := strings.Cut(happened, ":")
	if want == "command" && base == "command" {
		return true
	}
	if want == "chip" {
		switch happened {
		case "select", "read", "update", "activate", "apdu":
			return true
		}
	}
	return false
}
