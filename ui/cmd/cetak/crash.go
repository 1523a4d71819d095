package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"cetak/station/assembly"
)

// A crash is told to a second process of this program, through a pipe: what Go writes of a crash can hold the value of a panic, and
// that could name a person. The second one lets through only what is known to name nobody, so nothing else ever reaches a disk.

// crashWatch, set, makes this process the one that waits for the crash of another. Its value is the folder of the report.
const crashWatch = "CETAK_CRASH_WATCH"

// crashMost is how much of a crash is read: the goroutines of a desk are some 60 kB.
const crashMost = 4 << 20

// crashName is the file of a report, like those of `cetakctl` in the same folder (assembly.CrashFiles).
func crashName(at time.Time, pid int) string {
	return fmt.Sprintf("crash-%s-%d.txt", at.UTC().Format("20060102T150405Z"), pid)
}

// catchCrashes starts the process that waits for the crash of this one, and gives where the program says what it has to say from now
// on. Where it cannot be started that is said, a crash leaves no report, and nothing else is the worse for it.
func catchCrashes(folder string, errs io.Writer) io.Writer {
	if err := startWatcher(folder); err != nil {
		fmt.Fprintf(errs, "cetak: a crash would leave no report: %v\n", err)
		return errs
	}
	if errs == io.Writer(os.Stderr) {
		muteCrashes()
		return os.Stderr
	}
	return errs
}

func startWatcher(folder string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close() // the runtime keeps a handle of its own
	watcher := &exec.Cmd{Path: self, Args: os.Args[:1], Env: append(os.Environ(), crashWatch+"="+folder), Stdin: r}
	if err := watcher.Start(); err != nil {
		return err
	}
	go func() { _ = watcher.Wait() }() // it ends after this process, or was ended by somebody
	debug.SetTraceback("all")
	return debug.SetCrashOutput(w, debug.CrashOptions{})
}

// watchCrash waits for the end of the process that started this one, and writes the report of its crash, if it had one.
func watchCrash(in io.Reader, folder string) int {
	began, pid := time.Now(), os.Getppid()
	raw, err := io.ReadAll(io.LimitReader(in, crashMost))
	if len(raw) == 0 {
		return 0
	}
	_, _ = io.Copy(io.Discard, in) // the one that crashes must not hang in its last words
	if err != nil {
		return 1
	}
	if err := assembly.Keep(filepath.Join(folder, crashName(time.Now(), pid)), crashReport(raw, began, time.Now())); err != nil {
		return 1
	}
	return 0
}

// crashHead begins every report.
const crashHead = "Cetak stopped unexpectedly.\n"

// crashReport is a report from what Go wrote of a crash: where the program was, in words that name nobody.
func crashReport(raw []byte, began, at time.Time) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%sprogram: %s, %s, %s/%s\nstarted: %s\nstopped: %s\n", crashHead, assembly.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH,
		began.UTC().Format(time.RFC3339), at.UTC().Format(time.RFC3339))
	b.WriteString("This report holds places in the program and no contents: no person can be known from it.\n\n")
	b.Write(redact(raw))
	return b.Bytes()
}

var (
	panicLine     = regexp.MustCompile(`^(\t?panic: )(.*)$`)
	fatalLine     = regexp.MustCompile(`^fatal error: [A-Za-z][A-Za-z0-9 ,:'/()-]{0,120}$`)
	signalLine    = regexp.MustCompile(`^\[signal (SIG[A-Z]+)`)
	goroutineLine = regexp.MustCompile(`^goroutine (\d+) .*\[([a-zA-Z][a-zA-Z0-9 .,()/-]*)\]:?`)
	callLine      = regexp.MustCompile(`^(created by )?([a-z][a-zA-Z0-9_.~/-]*[./][a-zA-Z0-9_.*()\[\]{}/·…-]*?)(\([^()]*\)| in goroutine \d+)?$`)
	placeLine     = regexp.MustCompile(`^\t.*?((?:[^/\\]+[/\\]){0,2}[^/\\]+\.(?:go|s|c|cpp|h|m)):(\d+)(?: \+0x[0-9a-f]+)?$`)
	placeClean    = regexp.MustCompile(`^[a-zA-Z0-9_.@~!/\\-]+$`)

	ownCode  = regexp.MustCompile(`^[A-Z]-\d{3}\b`)
	ownType  = regexp.MustCompile(`^\(?(\*?[a-z][a-z0-9_/]*\.[A-Za-z][A-Za-z0-9_]*)(\)|\()`)
	ofNobody = regexp.MustCompile(`^(runtime error: (index out of range|slice bounds out of range|makeslice: |integer divide by zero|integer overflow|` +
		`negative shift amount|invalid memory address or nil pointer dereference|hash of unhashable type |comparing uncomparable type |cannot convert slice)` +
		`[a-zA-Z0-9_ .,:\[\]*/{}-]*|interface conversion: [a-zA-Z0-9_ .,:*\[\]/{}()-]*|assignment to entry in nil map|close of (nil|closed) channel|` +
		`send on closed channel|sync: [a-zA-Z ]*)( \[recovered[a-z, ]*\])?$`)
)

// redact lets through what Go writes of a crash in forms that cannot hold a person's data: kinds of trouble, names of functions,
// files, and lines. Values, arguments, registers, and everything of a form not known here are left out, and how much it was is said.
func redact(raw []byte) []byte {
	var b bytes.Buffer
	left, call := 0, "" // a call is written once its place follows
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, crashMost+1)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r")
		was := call
		call = ""
		if m := placeLine.FindStringSubmatch(line); m != nil && was != "" && placeClean.MatchString(m[1]) {
			fmt.Fprintf(&b, "%s\n\t%s:%s\n", was, m[1], m[2])
			continue
		}
		if was != "" {
			left++
		}
		switch m := panicLine.FindStringSubmatch(line); {
		case m != nil:
			b.WriteString(m[1] + why(m[2]) + "\n")
			continue
		case fatalLine.MatchString(line):
			b.WriteString(line + "\n")
			continue
		}
		if m := signalLine.FindStringSubmatch(line); m != nil {
			b.WriteString("[signal " + m[1] + "]\n")
			continue
		}
		if m := goroutineLine.FindStringSubmatch(line); m != nil {
			fmt.Fprintf(&b, "\ngoroutine %s [%s]:\n", m[1], m[2])
			continue
		}
		if m := callLine.FindStringSubmatch(line); m != nil {
			call = m[1] + m[2] + "(...)"
			continue
		}
		if line != "" {
			left++
		}
	}
	if left > 0 || lines.Err() != nil {
		fmt.Fprintf(&b, "\n(%d lines with values left out)\n", left)
	}
	return b.Bytes()
}

// why is what may be told of the value of a panic.
func why(value string) string {
	if ofNobody.MatchString(value) {
		return value
	}
	if code := ownCode.FindString(value); code != "" {
		return code + " (the rest is left out)"
	}
	if m := ownType.FindStringSubmatch(value); m != nil {
		return m[1] + " (its value is left out)"
	}
	return "(a value, left out: it might name a person)"
}

// seenSuffix is what a report is named with once somebody has saved or dismissed it. It stays for the technician's bundle.
const seenSuffix = ".seen.txt"

// crashFolder is where reports lie: in the station folder, or in the user's cache while there is none.
func crashFolder(dir string) string {
	if st, err := os.Stat(dir); err == nil && st.IsDir() {
		return dir
	}
	if cache, err := os.UserCacheDir(); err == nil {
		return filepath.Join(cache, "cetak")
	}
	return filepath.Join(os.TempDir(), "cetak")
}

// crashes are the reports nobody has looked at yet.
type crashes struct {
	files  []string        // oldest first
	sticks func() []string // where a memory stick is, the one put in last at the end
}

// findCrashes finds the reports of the folders, and takes away empty ones that a process which was killed has left.
func findCrashes(folders ...string) *crashes {
	c := &crashes{sticks: sticks}
	for _, f := range slices.Compact(folders) {
		all, _ := filepath.Glob(filepath.Join(f, assembly.CrashFiles)) // the pattern is sound
		for _, path := range all {
			st, err := os.Stat(path)
			if err == nil && st.Size() > 0 && !strings.HasSuffix(path, seenSuffix) {
				c.files = append(c.files, path)
			}
		}
	}
	return c
}

// At is when the newest was written.
func (c *crashes) At() time.Time {
	var at time.Time
	for _, path := range c.files {
		if st, err := os.Stat(path); err == nil && st.ModTime().After(at) {
			at = st.ModTime()
		}
	}
	return at
}

// Save writes all reports to the memory stick that was put in last, and gives the folder on it. Those of `cetakctl` are redacted on
// their way. Faults: NoStick, NotSaved.
func (c *crashes) Save() (string, error) {
	all := c.sticks()
	if len(all) == 0 {
		return "", fault(NoStick, nil)
	}
	folder := filepath.Join(all[len(all)-1], "cetak")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fault(NotSaved, err)
	}
	for _, path := range c.files {
		raw, err := os.ReadFile(path)
		if err != nil {
			return "", fault(NotSaved, err)
		}
		if !bytes.HasPrefix(raw, []byte(crashHead)) {
			at := c.At()
			raw = crashReport(raw, at, at)
		}
		if err := assembly.Keep(filepath.Join(folder, filepath.Base(path)), raw); err != nil {
			return "", fault(NotSaved, err)
		}
	}
	return folder, c.Dismiss()
}

// Dismiss offers them no more. They stay in the folder. Fault: NotSaved.
func (c *crashes) Dismiss() error {
	for _, path := range c.files {
		if err := os.Rename(path, strings.TrimSuffix(path, ".txt")+seenSuffix); err != nil {
			return fault(NotSaved, err)
		}
	}
	c.files = nil
	return nil
}
