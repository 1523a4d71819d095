package assembly

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/readiness"
	"cetak/station/source"
)

// Readiness are the rules of the settings for self-tests.
func Readiness(c config.Config) readiness.Rules {
	return readiness.Rules{Required: c.Readiness.Required, Days: c.Readiness.Days, Cards: c.Readiness.Cards, Prints: c.HasPrinter()}
}

// Present is what stands at the desk by the settings and the program; the printer is not asked.
func Present(c config.Config) readiness.Present {
	return readiness.Present{Reader: c.Reader.Name, Program: Version(), Setup: SetupDigest(c)}
}

// SetupDigest names the settings on which self-tests rest: those of printer, dispenser, reader, and chip. Another digest means that
// the tests were made with other settings. What only says when to stop, or how long a card may take, is not among them.
func SetupDigest(c config.Config) string {
	p := c.Printer
	p.RejectCapacity, p.LongestSeconds, p.Shorten = 0, 0, ""
	chip := c.Chip
	chip.PINFile = ""
	b, err := json.Marshal([]any{p, c.Dispenser, c.Reader.Name, chip})
	if err != nil {
		return "" // not known; the types above marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// checks are the self-tests of this computer.
type checks struct{ dir, inbox string }

var _ station.Checks = checks{}

// clockSlack is how far the clock may stand before the journal's newest line: a time server sets it back a little.
const clockSlack = 5 * time.Second

// Clock implements station.Checks.
func (c checks) Clock(_ context.Context, newest time.Time) ([]readiness.Note, error) {
	now := time.Now()
	bad := func(n readiness.Note) ([]readiness.Note, error) {
		return []readiness.Note{n}, &drivers.Fault{Code: station.ClockWrong, Op: "clock", Again: drivers.AgainAfterOperator}
	}
	if y := now.Year(); y < 2026 || y > 2100 {
		return bad(readiness.FoundWord(readiness.FoundYear, strconv.Itoa(y)))
	}
	if back := newest.Sub(now); back > clockSlack {
		return bad(readiness.Found(readiness.FoundBehind, int64(back.Round(time.Second).Seconds())))
	}
	return []readiness.Note{readiness.FoundWord(readiness.FoundClock, now.Format("2006-01-02 15:04:05 -07:00")), readiness.Found(timeServer())}, nil
}

// diskBytes is what the disk test writes: some journal lines' worth.
const diskBytes = 256 << 10

// Disk implements station.Checks: a file of the station folder is written, synced, read back, and removed.
func (c checks) Disk(ctx context.Context) ([]readiness.Note, error) {
	bad := func(is readiness.Finding, err error) ([]readiness.Note, error) {
		return []readiness.Note{readiness.Found(is)}, &drivers.Fault{Code: journal.DiskFailed, Op: "disk", Again: drivers.AgainAfterOperator, Err: err}
	}
	want := make([]byte, diskBytes)
	rand.Read(want)
	began := time.Now()
	path, err := trial(c.dir, want, true)
	if path != "" {
		defer os.Remove(path)
	}
	if err != nil {
		return bad(readiness.FoundDiskUnwritten, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	took := time.Since(began)
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		return bad(readiness.FoundDiskChanged, err)
	}
	return []readiness.Note{readiness.Found(readiness.FoundDisk, diskBytes, took.Milliseconds())}, nil
}

// trial writes a file that is to be removed again; its name is given as soon as it is there.
func trial(dir string, content []byte, sync bool) (path string, err error) {
	f, err := os.CreateTemp(dir, ".selftest-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if err == nil && sync {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return f.Name(), err
}

// Link implements station.Checks: the drop folder can be read, and the folder of outcomes written.
func (c checks) Link(context.Context) ([]readiness.Note, error) {
	entries, err := os.ReadDir(c.inbox)
	if err != nil {
		return []readiness.Note{readiness.Found(readiness.FoundInboxShut)}, &drivers.Fault{Code: source.InboxUnreadable, Op: "link", Again: drivers.AgainAfterOperator, Err: err}
	}
	found := []readiness.Note{readiness.Found(readiness.FoundInbox, int64(len(entries)))}
	path, err := trial(filepath.Join(c.dir, "outbox"), []byte("self-test"), false)
	if path != "" {
		defer os.Remove(path)
	}
	if err != nil {
		return append(found, readiness.Found(readiness.FoundOutboxShut)), &drivers.Fault{Code: source.OutboxFailed, Op: "link", Again: drivers.AgainAfterOperator, Err: err}
	}
	return append(found, readiness.Found(readiness.FoundOutbox)), nil
}
