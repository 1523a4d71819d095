//go:build !windows

package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"
)

// muteCrashes keeps what Go writes of a crash out of the log of the desktop session: the second process has it. A terminal is no log
// and goes on seeing it. Everything else the program says goes where it went: os.Stderr is another handle of the same.
func muteCrashes() {
	if isatty.IsTerminal(2) {
		return
	}
	said, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return
	}
	nothing, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		_ = unix.Close(said)
		return
	}
	defer nothing.Close()
	if unix.Dup2(int(nothing.Fd()), 2) == nil {
		os.Stderr = os.NewFile(uintptr(said), "/dev/stderr")
	}
}

// sticks are the folders where a desktop shows what was plugged in, the last one at the end: Debian's and macOS's.
func sticks() []string {
	return mounted("/media/*", "/media/*/*", "/run/media/*/*", "/Volumes/*")
}

// mounted are the folders of the patterns that are on a device of their own and may be written, the newest last.
func mounted(patterns ...string) []string {
	type stick struct {
		path string
		at   int64
	}
	var all []stick
	for _, p := range patterns {
		found, _ := filepath.Glob(p) // the patterns are sound
		for _, path := range found {
			var own, above syscall.Stat_t
			if syscall.Stat(path, &own) != nil || syscall.Stat(filepath.Dir(path), &above) != nil || own.Dev == above.Dev {
				continue
			}
			if st, err := os.Stat(path); err == nil && st.IsDir() && unix.Access(path, unix.W_OK) == nil {
				all = append(all, stick{path, int64(own.Dev)}) // devices are numbered as they come
			}
		}
	}
	slices.SortStableFunc(all, func(a, b stick) int { return cmp.Compare(a.at, b.at) })
	var out []string
	for _, s := range all {
		out = append(out, s.path)
	}
	return out
}
