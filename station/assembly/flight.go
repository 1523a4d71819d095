package assembly

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/recorder"
	"cetak/station/config"
)

// RecorderFolder is where the flight recorder writes, in a station folder.
const RecorderFolder = "recorder"

// flight is the recorder of one desk: the Station tells it what it does, the Devices let it listen.
type flight struct {
	ring  *recorder.Ring
	dir   string
	about recorder.About
	log   zerolog.Logger
}

func newFlight(dir string, c config.Config, log zerolog.Logger) *flight {
	return &flight{ring: recorder.New(), dir: filepath.Join(dir, RecorderFolder), log: log,
		about: recorder.About{Program: Version(), Baud: c.Printer.Baud, Station: c.Printer.ChipStation}}
}

// Note keeps what the Station does.
func (f *flight) Note(kind, what string) { f.ring.Note(kind, what) }

// Fault writes the recording out. A recording that cannot be written must not stop a card: the log says so.
func (f *flight) Fault(fault *drivers.Fault) {
	if _, err := f.ring.Dump(f.dir, fault, f.about); err != nil {
		f.log.Warn().Err(err).Msg("recording not written")
	}
}

// Version is the program's version as the build knows it: its revision, and whether the source was changed.
func Version() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, changed := b.Main.Version, ""
	for _, s := range b.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+changed"
		}
	}
	return rev + changed
}

// CrashFiles is the pattern of crash files in a station folder: crash-<time>-<process>.txt.
const CrashFiles = "crash-*.txt"

// CatchCrash lets a crash of this process write its goroutines into a file of the station folder. done takes the file away
// when nothing is in it; a program calls it at a clean exit, not by defer, which a panic runs too. Empty files of processes
// that were killed are taken away at once. Go writes addresses there and no contents, but for the value of a panic: code must
// not panic with a person's data.
func CatchCrash(dir string) (done func()) {
	old, _ := filepath.Glob(filepath.Join(dir, CrashFiles)) // the pattern is sound
	for _, path := range old {
		if !running(path) {
			removeEmpty(path)
		}
	}
	path := filepath.Join(dir, fmt.Sprintf("crash-%s-%d.txt", time.Now().UTC().Format("20060102T150405Z"), os.Getpid()))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return func() {} // no folder yet, or one in trouble: opening it says so
	}
	if err := debug.SetCrashOutput(f, debug.CrashOptions{}); err != nil { // the runtime keeps a handle of its own
		_ = f.Close()
		removeEmpty(path)
		return func() {}
	}
	_ = f.Close() // nothing was written through it
	return func() { removeEmpty(path) }
}

// running reports whether the process that a crash file is named for lives.
func running(path string) bool {
	_, number, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), "crash-"), "-")
	pid, err := strconv.Atoi(strings.TrimSuffix(number, ".txt"))
	if err != nil {
		return false
	}
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}

func removeEmpty(path string) {
	if st, err := os.Stat(path); err == nil && st.Size() == 0 {
		_ = os.Remove(path) // what stays is tried again next time
	}
}
