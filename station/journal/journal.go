package journal

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"cetak/drivers"
	"cetak/station/durable"
)

// tailLines is how many lines at the end Open checks. Verify checks all.
const tailLines = 1000

// Journal is the station's journal, open for appending. Only one exists for a folder at a time. All methods are safe
// for concurrent use; appends are taken one after the other.
type Journal struct {
	*Reader
	mu     sync.Mutex
	writer *sql.DB // exactly one connection
	insert *sql.Stmt
	uid    *sql.Stmt
	head   *sql.Stmt
	lock   *os.File
	left   atomic.Bool // an append was left to itself
}

// Create makes a new, empty journal file for the station id and opens it. The id is part of the first hash: a journal
// cannot be passed off as another station's. Faults: AlreadyThere, InUse, ReadOnly, DiskFull, DiskFailed. A failure
// leaves no journal behind.
func Create(ctx context.Context, path, station string) (*Journal, error) {
	if station == "" {
		return nil, newFault(drivers.Unexpected, "journal create", "empty station id", nil)
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	if err := create(ctx, path, station); err != nil {
		lock.Close()
		return nil, err
	}
	return open(ctx, path, lock)
}

// create writes the new file beside its place and renames it there, so that a crash leaves all of it or nothing.
func create(ctx context.Context, path, station string) (err error) {
	const op = "journal create"
	if _, err := os.Lstat(path); err == nil {
		return newFault(AlreadyThere, op, filepath.Base(path), nil)
	} else if !errors.Is(err, os.ErrNotExist) {
		return asFault(op, err)
	}
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return asFault(op, err)
	}
	defer func() {
		if err != nil {
			os.Remove(fresh)
		}
	}()
	f, err := os.OpenFile(fresh, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return asFault(op, err)
	}
	if err := f.Close(); err != nil {
		return asFault(op, err)
	}
	if err := writeFresh(ctx, fresh, station); err != nil {
		return asFault(op, err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return asFault(op, err)
	}
	return asFault(op, durable.SyncDir(filepath.Dir(path)))
}

func writeFresh(ctx context.Context, path, station string) (err error) {
	db, err := sql.Open("sqlite", dsn(path, "journal_mode(DELETE)", "synchronous(FULL)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := createSchema(ctx, tx, station, time.Now().UnixNano()); err != nil {
		return err
	}
	return tx.Commit()
}

// Open opens the station's journal for appending and checks its guards, its head, and its last 1000 lines. Faults:
// NoJournal, InUse, ReadOnly, ChainBroken (the Detail names the line), Damaged, NewerSchema, DiskFailed. A journal that
// does not open can still be looked at with OpenReader.
func Open(ctx context.Context, path string) (*Journal, error) {
	if err := exists(path); err != nil {
		return nil, err
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	return open(ctx, path, lock)
}

func open(ctx context.Context, path string, lock *os.File) (j *Journal, err error) {
	const op = "journal open"
	j = &Journal{lock: lock}
	defer func() {
		if err != nil {
			err = asFault(op, err)
			_ = j.Close() // the first error is the one to tell
			j = nil
		}
	}()
	if err := writable(path); err != nil {
		return j, err
	}
	if err := wholePages(path); err != nil {
		return j, err
	}
	j.writer, err = sql.Open("sqlite", dsn(path, "busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)",
		"cell_size_check(1)", "trusted_schema(0)"))
	if err != nil {
		return j, err
	}
	j.writer.SetMaxOpenConns(1)
	if err := migrate(ctx, path, j.writer); err != nil {
		return j, err
	}
	if err := checkSchema(ctx, j.writer); err != nil {
		return j, err
	}
	if j.Reader, err = openReader(ctx, path); err != nil {
		return j, err
	}
	if err := j.verifyTail(ctx, tailLines); err != nil {
		return j, err
	}
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&j.head, `SELECT seq, hash FROM head`},
		{&j.uid, `SELECT EXISTS (SELECT 1 FROM fact WHERE uid = ? AND uid <> '' AND attempt <> ?)`},
		{&j.insert, `INSERT INTO fact (` + columns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
	} {
		if *s.stmt, err = j.writer.PrepareContext(ctx, s.text); err != nil {
			return j, err
		}
	}
	return j, nil
}

// Append writes the facts as one transaction, in order, and returns once they are on the disk: after a crash all of
// them are there or, if Append had not returned, all or none. It returns ctx's error if ctx ended before it began; once
// begun it is not interrupted. A ctx that ends while the disk is still at it gives Slow: then, and only then, it is not
// known what was appended, and the Journal takes no more. Other faults: DiskFull, ReadOnly, DiskFailed, Damaged,
// UIDRepeated; nothing was appended then.
func (j *Journal) Append(ctx context.Context, facts ...Fact) ([]Entry, error) {
	const op = "journal append"
	lines := make([]line, len(facts))
	for i, f := range facts {
		var err error
		if lines[i], err = newLine(f); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if len(lines) == 0 {
		return nil, nil
	}
	done := make(chan error, 1)
	go func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.left.Load() || ctx.Err() != nil { // nobody waits for it any more, and nothing was begun
			done <- newFault(Slow, op, "not begun", nil)
			return
		}
		done <- j.write(context.WithoutCancel(ctx), lines)
	}()
	select {
	case err := <-done:
		if err != nil {
			return nil, asFault(op, err)
		}
	case <-ctx.Done():
		j.left.Store(true)
		return nil, newFault(Slow, op, "the disk has not answered yet", context.Cause(ctx))
	}
	entries := make([]Entry, len(lines))
	for i := range lines {
		entries[i] = lines[i].entry()
	}
	return entries, nil
}

func (j *Journal) write(ctx context.Context, lines []line) error {
	tx, err := j.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var seq int64
	var prev []byte
	if err := tx.StmtContext(ctx, j.head).QueryRowContext(ctx).Scan(&seq, &prev); err != nil {
		return err
	}
	insert := tx.StmtContext(ctx, j.insert)
	var buf []byte
	for i := range lines {
		l := &lines[i]
		if l.kind == string(KindUID) {
			var seen bool
			if err := tx.StmtContext(ctx, j.uid).QueryRowContext(ctx, l.uid, l.attempt).Scan(&seen); err != nil {
				return err
			}
			if seen {
				return newFault(UIDRepeated, "journal append", "UID "+l.uid, nil)
			}
		}
		seq++
		l.seq, l.prev, l.at = seq, prev, time.Now().UnixNano()
		var sum [hashSize]byte
		sum, buf = l.sum(buf, prev, seq)
		l.hash = sum[:]
		prev = l.hash
		if _, err := insert.ExecContext(ctx, l.seq, l.at, l.kind, l.record, l.issue, l.attempt, l.uid, l.who, l.data,
			l.prev, l.hash); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Close ends the journal and frees the folder. Appends after it fail. After Slow it leaves the file and the folder's lock
// to the end of the program: the append may still be at work.
func (j *Journal) Close() error {
	if j.left.Load() {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	if j.Reader != nil {
		errs = append(errs, j.Reader.Close())
	}
	if j.writer != nil {
		errs = append(errs, j.writer.Close())
	}
	if j.lock != nil {
		errs = append(errs, j.lock.Close())
		j.lock = nil
	}
	return asFault("journal close", errors.Join(errs...))
}

func exists(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return newFault(NoJournal, "journal open", filepath.Base(path), nil)
	case err != nil:
		return asFault("journal open", err)
	case !info.Mode().IsRegular():
		return newFault(Damaged, "journal open", filepath.Base(path)+" is not a file", nil)
	}
	return nil
}

// writable asks the system, because SQLite opens a file it may not write as read-only and says so only at the first
// write.
func writable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

// wholePages finds a file that was cut or emptied before SQLite does: it fills up a last page that is not whole, and an
// empty file, without a word. With a write-ahead log beside it the end of the file may lawfully be old: then SQLite judges.
func wholePages(path string) error {
	const op, headerSize = "journal open", 100 // SQLite file format, section 1.3
	f, err := os.Open(path)
	if err != nil {
		return asFault(op, err)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return asFault(op, err)
	}
	var header [headerSize]byte
	if _, err := f.ReadAt(header[:], 0); err != nil {
		return newFault(Damaged, op, fmt.Sprintf("%s has %d bytes", filepath.Base(path), info.Size()), nil)
	}
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if log, err := os.Stat(path + "-wal"); page < 512 || err == nil && log.Size() > 0 {
		return nil
	}
	if info.Size()%page != 0 {
		return newFault(Damaged, op, fmt.Sprintf("the last page of %s is torn", filepath.Base(path)), nil)
	}
	return nil
}

func dsn(path string, pragmas ...string) string {
	// _txlock: a writer takes its lock at BEGIN, not in the middle.
	q := url.Values{"mode": {"rw"}, "_txlock": {"immediate"}}
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}
