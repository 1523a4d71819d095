package keys

import "golang.org/x/sys/unix"

// NoCore keeps the process from leaving its memory in a core file, and other programs of the same user from reading it. It cannot be
// undone by an unprivileged process, and is called before keys are opened.
func NoCore() error {
	// The limit alone does not hold a kernel whose core_pattern is a pipe (core(5)); a process that is not dumpable has no core at all.
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
