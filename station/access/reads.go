package access

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"cetak/drivers"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// ReadsFile holds, in the station folder, what a program that may not write the journal has to state: who read it while another
// program held the folder, who signed in for that, and that a dead card lay on its reader. The next holder takes it into the journal.
const ReadsFile = "reads.log"

// ReadData is the Data of a journal.KindJournalRead; its Who is the person.
type ReadData struct {
	What  string `json:"what"`            // movements, journal, ...
	Lines string `json:"lines,omitempty"` // which part
}

// note is one line of reads.log.
type note struct {
	ID   string          `json:"id"` // unique, so that it is taken in once
	At   time.Time       `json:"at"`
	Kind journal.Kind    `json:"kind"`
	Who  string          `json:"who"`
	UID  string          `json:"uid,omitempty"` // of an alarm
	Data json.RawMessage `json:"data,omitempty"`

	data map[string]any // as it goes into the journal: Data, and where it came from
}

// read fills a note from its line. A line that somebody else wrote must not become a fact that the journal or the Register refuses:
// no later start could fold it.
func (n *note) read(line []byte) bool {
	if json.Unmarshal(line, n) != nil || n.ID == "" || !slices.Contains(noted(), n.Kind) {
		return false
	}
	if _, err := CheckName(n.Who); err != nil && n.Who != ledger.Station {
		return false
	}
	if _, err := hex.DecodeString(n.UID); err != nil || (n.UID != "") != (n.Kind == journal.KindAlarm) {
		return false
	}
	n.data = map[string]any{}
	if len(n.Data) > 0 && json.Unmarshal(n.Data, &n.data) != nil {
		return false
	}
	if n.data == nil { // null
		n.data = map[string]any{}
	}
	n.data["noted"], n.data["note"] = n.At, n.ID
	again, err := json.Marshal(n.data)
	var d refusedData
	var alarm struct{ Where, Reader, Instead string } // as station/office reads it
	return err == nil && json.Unmarshal(again, &d) == nil && json.Unmarshal(again, &alarm) == nil
}

// noted are the kinds that a program beside the holder may state: none of them moves a blank or changes a right, but for a wrong
// password, which only takes one away.
func noted() []journal.Kind {
	return []journal.Kind{journal.KindJournalRead, journal.KindSignedIn, journal.KindSignInRefused, journal.KindAlarm}
}

// NoteAside writes facts into reads.log and returns once they are on the disk. Any program may call it, several at a time. Fault:
// ReadingNotNoted; what was to be read must then not be shown.
func NoteAside(dir string, now time.Time, facts ...journal.Fact) error {
	var text []byte
	for _, f := range facts {
		if !slices.Contains(noted(), f.Kind) {
			return notNoted("a fact of kind "+string(f.Kind)+" belongs into the journal itself", nil)
		}
		n := note{ID: rand.Text(), At: now.UTC(), Kind: f.Kind, Who: f.Who, UID: f.UID}
		var err error
		if f.Data != nil {
			if n.Data, err = json.Marshal(f.Data); err != nil {
				return notNoted("data is no JSON", err)
			}
		}
		line, err := json.Marshal(n)
		if err != nil {
			return notNoted("data is no JSON", err)
		}
		text = append(append(text, line...), '\n')
	}
	f, err := lockReads(dir, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := endLine(f); err != nil {
		return notNoted("", err)
	}
	if _, err := f.Write(text); err != nil {
		return notNoted("", err)
	}
	if err := f.Sync(); err != nil {
		return notNoted("", err)
	}
	return syncFolder(dir)
}

// endLine goes to the end of the file and closes a line that was cut off there.
func endLine(f *os.File) error {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || end == 0 {
		return err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], end-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err = f.Write([]byte{'\n'})
	return err
}

// Aside gives what reads.log holds as facts that are not in the journal yet, so that a wrong password counts from the moment it was
// typed. Seq is 0; At is when it happened.
func Aside(dir string) ([]journal.Entry, error) {
	f, err := lockReads(dir, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	notes, _, err := readNotes(f)
	var all []journal.Entry
	for _, n := range notes {
		data, err := json.Marshal(n.data)
		if err != nil {
			return nil, notNoted("data is no JSON", err)
		}
		all = append(all, journal.Entry{At: n.At, Kind: n.Kind, Who: n.Who, UID: n.UID, Data: data})
	}
	return all, err
}

// TakeAside moves what reads.log holds into the journal. The holder of the folder calls it when it opens it, before anything folds
// the journal. Cut off in between it takes nothing twice. A line that does not read is stated as one that was there and does not.
// Faults: ReadingNotNoted, those of Journal.Append.
func TakeAside(ctx context.Context, dir string, j *journal.Journal) error {
	f, err := lockReads(dir, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	notes, bad, err := readNotes(f)
	if err != nil || len(notes)+bad == 0 {
		return err
	}
	taken, err := alreadyTaken(ctx, j)
	if err != nil {
		return err
	}
	var facts []journal.Fact
	for _, n := range notes {
		if taken[n.ID] {
			continue
		}
		facts = append(facts, journal.Fact{Kind: n.Kind, Who: n.Who, UID: n.UID, Data: n.data})
	}
	if bad > 0 {
		facts = append(facts, journal.Fact{Kind: journal.KindJournalRead, Who: ledger.Station, Data: map[string]any{"what": ReadsFile, "unreadable": bad}})
	}
	if _, err := j.Append(ctx, facts...); err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return notNoted("", err)
	}
	if err := f.Sync(); err != nil {
		return notNoted("", err)
	}
	return nil
}

// alreadyTaken gives the ids of the notes that the journal holds.
func alreadyTaken(ctx context.Context, j *journal.Journal) (map[string]bool, error) {
	ids := map[string]bool{}
	for _, kind := range noted() {
		for e, err := range j.Of(ctx, 0, kind) {
			if err != nil {
				return nil, err
			}
			var d struct{ Note string }
			if len(e.Data) > 0 && json.Unmarshal(e.Data, &d) == nil && d.Note != "" {
				ids[d.Note] = true
			}
		}
	}
	return ids, nil
}

// readNotes gives the lines that read, and how many do not. A last line without its end was never answered for: its writer stopped
// before it showed anything.
func readNotes(f io.Reader) (notes []note, bad int, err error) {
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return notes, bad, nil
		}
		if err != nil {
			return nil, 0, notNoted("", err)
		}
		var n note
		if !n.read(bytes.TrimSpace(line)) {
			bad++
			continue
		}
		notes = append(notes, n)
	}
}

// lockReads opens reads.log and takes its lock, which lasts until the file is closed. Those who hold it write a few lines: it waits
// three seconds for them.
func lockReads(dir string, mode int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, ReadsFile), mode, 0o600)
	if err != nil {
		return nil, notNoted("", err)
	}
	for end := time.Now().Add(3 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Now().After(end) {
			f.Close()
			return nil, notNoted("another program holds it", err)
		}
	}
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return notNoted("", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return notNoted("", err)
	}
	return nil
}

func notNoted(detail string, err error) error {
	return &drivers.Fault{Code: ReadingNotNoted, Op: "reads", Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}
