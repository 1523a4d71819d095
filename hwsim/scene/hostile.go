package scene

// hostile are the faults of a line and of a reader that mean harm, and those a recording of a desk is played back with.
func hostile() map[string]argument {
	return map[string]argument{
		"double-byte": skip, "cable-cut": skip, "late": seconds, "glue": none, "split": seconds, "babble": seconds,
		"say": bytesHex, "refuse": text, "printer-off": seconds, "line-held": seconds,
		"counter-clear": none, "counter-stuck": none, "counter-wrap": none, "another-printer": none,
		"endless-61": none, "wrong-length": none, "swap": none, "chip-says": bytesHex,
	}
}

// since is the event from which a rule counts.
type since struct {
	event string // "" = from the beginning
	left  int    // how often it must still happen; 0 = once
	open  bool
}

// reached takes note of an event and reports whether the rule counts by now.
func (s *since) reached(event string) bool {
	if s.event == "" || s.open {
		return true
	}
	if !matches(s.event, event) {
		return false
	}
	s.left--
	s.open = s.left <= 0
	return s.open
}
