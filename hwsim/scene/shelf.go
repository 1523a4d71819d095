package scene

import "slices"

// Kind is one fault as a list for a person's hand shows it.
type Kind struct {
	Name    string `json:"name"`
	Takes   string `json:"takes,omitempty"`   // its argument: seconds, code, bytes, share, hex, words; "" = none
	Needs   bool   `json:"needs,omitempty"`   // it does not do without
	Example string `json:"example,omitempty"` // an argument that means something
	Event   string `json:"event"`             // where it happens to a real desk: the first choice of a rule
}

// Kinds lists all faults, by name.
func Kinds() []Kind {
	all := every()
	var kinds []Kind
	for _, name := range Faults() {
		k := Kind{Name: name, Event: usual(name)}
		switch all[name] {
		case seconds:
			k.Takes, k.Example = "seconds", "10"
		case code:
			k.Takes, k.Example = "code", "T"
		case skip:
			k.Takes, k.Example = "bytes", "out 0"
		case share:
			k.Takes, k.Needs, k.Example = "share", true, "0.001"
		case bytesHex:
			k.Takes, k.Needs, k.Example = "hex", true, "15"
			if name == "chip-says" {
				k.Example = "6F00" // no precise diagnosis (ISO/IEC 7816-4 table 6)
			}
		case text:
			k.Takes, k.Needs, k.Example = "words", true, "CARD-JAM"
			switch name {
			case "dispenser-error":
				k.Example = "51" // motor error (CRT-591-M001, 2.2)
			case "bin-counter":
				k.Example = "999"
			}
		}
		kinds = append(kinds, k)
	}
	return kinds
}

// usual is the event at which a fault hits a desk that works. One that is not named here hits when a blank is taken.
func usual(fault string) string {
	switch fault {
	case "jam-head", "hold", "swap", "printer-mute":
		return "head"
	case "cover-open", "cable-pulled", "cable-cut", "power-cycle", "printer-off":
		return "panel-c"
	case "ribbon-end":
		return "panel-k"
	case "reject-full":
		return "reject"
	case "bin-full", "bin-counter":
		return "capture"
	case "jam-gate", "take-gate":
		return "gate"
	case "nudge":
		return "update"
	case "dispenser-error", "dispenser-power-cycle", "dispenser-mute", "dispenser-off", "dispenser-lose-ack", "dispenser-lose-command",
		"dispenser-cable-pulled", "dispenser-flip-byte", "dispenser-lose-byte", "dispenser-noise":
		return "command"
	case "chip-mute", "wrong-atr":
		return "station"
	case "keys-foreign", "keys-older", "keys-none", "keys-blocked":
		return "station"
	case "endless-61":
		return "select"
	case "wrong-length":
		return "read"
	case "card-pulled", "reader-gone", "chip-says", "session-lost", "forge-answer":
		return "update"
	case "nack", "refuse", "say", "lose-ack", "lose-command", "flip-byte", "lose-byte", "double-byte", "noise", "late", "split", "glue", "babble", "line-held":
		return "command"
	}
	return "feed"
}

// Waiting lists the rules that can still fire, as they were written.
func (s *Scene) Waiting() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []string{}
	for i, r := range s.rules {
		spent := r.once && s.fired[i] > 0 || r.nth != 0 && s.seen[i] >= r.nth
		if !spent {
			list = append(list, r.text)
		}
	}
	return list
}

// Forget takes out the first rule that is written so and can still fire. It reports whether there was one.
func (s *Scene) Forget(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.rules {
		if r.text == text && !(r.once && s.fired[i] > 0) {
			s.rules = slices.Delete(s.rules, i, i+1)
			s.seen, s.fired = slices.Delete(s.seen, i, i+1), slices.Delete(s.fired, i, i+1)
			return true
		}
	}
	return false
}
