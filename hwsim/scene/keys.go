package scene

// keyed are the faults of chips with keys and of their secure channel.
func keyed() map[string]argument {
	return map[string]argument{
		"keys-foreign": none, "keys-older": none, "keys-none": none, "keys-blocked": none, "session-lost": none, "forge-answer": none,
	}
}
