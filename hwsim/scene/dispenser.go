package scene

import "maps"

// ofDispenser are the faults of a card dispenser and of its cable.
func ofDispenser() map[string]argument {
	return map[string]argument{
		"jam-gate": none, "take-gate": none, "nudge": none, "bin-full": none, "bin-counter": text, "another-dispenser": none,
		"dispenser-error": text, "dispenser-power-cycle": none, "dispenser-mute": seconds, "dispenser-off": seconds,
		"dispenser-lose-ack": none, "dispenser-lose-command": none, "dispenser-cable-pulled": seconds,
		"dispenser-flip-byte": skip, "dispenser-lose-byte": skip, "dispenser-noise": share,
	}
}

// ofPrinter are the faults that only a printer has.
func ofPrinter() []string {
	return []string{"jam-head", "cover-open", "ribbon-end", "power-cycle", "nack", "lose-ack", "lose-command", "printer-mute",
		"late", "glue", "split", "babble", "say", "refuse", "printer-off", "counter-clear", "counter-stuck", "counter-wrap",
		"another-printer", "swap"}
}

// every is what all machines and their cables can do.
func every() map[string]argument {
	all := faults()
	maps.Copy(all, hostile())
	maps.Copy(all, ofDispenser())
	maps.Copy(all, keyed())
	return all
}

// Fits tells whether a desk with these machines has a fault.
func Fits(fault string, printer, dispenser bool) bool {
	if _, ok := ofDispenser()[fault]; ok {
		return dispenser
	}
	for _, name := range ofPrinter() {
		if name == fault {
			return printer
		}
	}
	return true
}

// Uses lists the faults that the script's rules do.
func (s *Scene) Uses() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, r := range s.rules {
		names = append(names, r.fault.Name)
	}
	return names
}
