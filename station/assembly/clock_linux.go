package assembly

import "syscall"

// timeServer says whether the kernel's clock is kept by a time server (adjtimex(2): TIME_ERROR is an unsynchronised clock).
func timeServer() string {
	const timeError = 5
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	switch {
	case err != nil:
		return "whether a time server keeps it is not known"
	case state == timeError:
		return "no time server keeps it"
	}
	return "kept by a time server"
}
