package assembly

import (
	"syscall"

	"cetak/station/readiness"
)

// timeServer says whether the kernel's clock is kept by a time server (adjtimex(2): TIME_ERROR is an unsynchronised clock).
func timeServer() readiness.Finding {
	const timeError = 5
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	switch {
	case err != nil:
		return readiness.FoundServerUnknown
	case state == timeError:
		return readiness.FoundServerNone
	}
	return readiness.FoundServerKeeps
}
