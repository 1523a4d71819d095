package pcsc

// pinned is reader: on Windows scard keeps no name alive, and a name may hold no zero.
func pinned(reader, _ string) string { return reader }
