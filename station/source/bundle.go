package source

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/durable"
	"cetak/station/record"
)

// Bounds of a bundle. A record's envelope is about 110 KB; a day's bundle of 5,000 is about 550 MB.
const (
	maxBundle = 2 << 30
	maxLine   = 8 << 20
)

// Intake is what came of one bundle.
type Intake struct {
	Bundle  string // the file's name, without its folder
	Digest  string // SHA-256 of the file, lower hex
	Already bool   // this very bundle was taken before; nothing was done
	Taken   []record.Key
	Refused []Refusal
}

// Refusal is one line that was not taken, or the whole bundle (Line 0).
type Refusal struct {
	Line   int // 1..
	Code   drivers.Code
	Detail string // for the technician; no personal data
	KeptAt string // the reason file in refused/; the envelope lies beside it. Empty for a whole bundle: it stays where it is
}

// Take reads one bundle into the queue. A bad line is refused alone, with its reason, and kept in refused/; the rest is
// taken in one transaction: after a crash either all of it waits or none. A bundle whose digest was taken before gives
// Already. The bundle itself is only read. A bundle that is refused whole gives an Intake with one Refusal of Line 0 and
// a nil error; it may be taken again when its cause is gone. Errors are Faults of the store (S-13x) or BundleUnreadable.
func (s *Store) Take(ctx context.Context, bundlePath string, now time.Time) (Intake, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take(ctx, bundlePath, now)
}

func (s *Store) take(ctx context.Context, path string, now time.Time) (Intake, error) {
	in := Intake{Bundle: filepath.Base(path)}
	f, err := openBundle(path)
	if err != nil {
		return in, err
	}
	defer func() { _ = f.Close() }()
	seal, err := survey(f)
	in.Digest = seal.file
	if err != nil {
		return whole(in, err)
	}
	if in.Already, err = s.taken(ctx, in.Digest); err != nil || in.Already {
		return in, err
	}
	if err := seal.judge(s.keys); err != nil {
		return whole(in, err)
	}
	verdicts, err := s.verdicts(ctx, f, &seal, now)
	if err != nil {
		return in, err
	}
	err = s.within(ctx, "take", func(tx *sql.Tx) error { return s.insert(ctx, tx, f, &seal, verdicts, &in, now) })
	if err != nil {
		in.Taken, in.Refused = nil, nil
		return whole(in, err)
	}
	return in, nil
}

// whole turns the refusal of a whole bundle into an Intake; other faults stay errors.
func whole(in Intake, err error) (Intake, error) {
	f := drivers.AsFault(err)
	switch f.Code {
	case BundleUnfinished, BundleCount, BundleDigest, BundleManifest, BundleTooLarge:
		in.Refused = []Refusal{{Code: f.Code, Detail: f.Detail}}
		return in, nil
	}
	return in, err
}

func openBundle(path string) (*os.File, error) {
	info, err := os.Stat(path) // before opening: a pipe would block
	if err != nil {
		return nil, unreadable(err)
	}
	if !info.Mode().IsRegular() {
		return nil, fault(BundleUnreadable, drivers.AgainAfterOperator, "bundle", "no plain file", nil)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(err)
	}
	return f, nil
}

func unreadable(err error) error {
	return fault(BundleUnreadable, drivers.AgainAfterOperator, "bundle", "", err)
}

// bundleSeal is what one reading of a bundle tells before any line is opened.
type bundleSeal struct {
	file, lines string // SHA-256 of the file, and of all envelope lines with their LF
	count       int
	manifest    string
	wrongDigest bool
}

// survey reads the file once.
func survey(f io.Reader) (bundleSeal, error) {
	b := bundleSeal{}
	all, lines := sha256.New(), sha256.New()
	r := bufio.NewReaderSize(io.TeeReader(io.LimitReader(f, maxBundle+1), all), 1<<16)
	var last []byte
	size := 0
	for {
		line, err := readLine(r)
		size += len(line)
		if size > maxBundle || errors.Is(err, errLong) {
			return b, fault(BundleTooLarge, drivers.AgainNever, "bundle", "", nil)
		}
		if err == nil || len(line) > 0 {
			if last != nil {
				lines.Write(last)
				b.count++
			}
			last = append(last[:0], line...)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return b, unreadable(err)
		}
	}
	b.file, b.lines = digest(all), digest(lines)
	b.manifest = strings.TrimSuffix(string(last), "\n")
	if !strings.HasSuffix(string(last), "\n") || !record.IsManifest(b.manifest) {
		return b, fault(BundleUnfinished, drivers.AgainAfterOperator, "bundle", "the last line is no manifest", nil)
	}
	return b, nil
}

func digest(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

var errLong = errors.New("line too long") // a sentinel

// readLine reads one line with its LF.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return nil, errLong
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// judge verifies the manifest and its count. A wrong digest is noted: whether a refused line explains it is known later.
func (b *bundleSeal) judge(k record.Keys) error {
	payload, _, err := k.Verify(b.manifest, record.TypeManifest)
	if err != nil {
		return fault(BundleManifest, drivers.AgainAfterOperator, "bundle", drivers.AsFault(err).Detail, nil)
	}
	var m struct {
		V      int    `json:"v"`
		Count  int    `json:"count"`
		SHA256 string `json:"sha256"`
		Made   string `json:"made"`
	}
	if json.Unmarshal(payload, &m) != nil || m.V != 1 {
		return fault(BundleManifest, drivers.AgainNever, "bundle", "no manifest of version 1", nil)
	}
	if m.Count != b.count {
		return fault(BundleCount, drivers.AgainNever, "bundle", fmt.Sprintf("%d lines, the manifest says %d", b.count, m.Count), nil)
	}
	b.wrongDigest = m.SHA256 != b.lines
	return nil
}

func (s *Store) taken(ctx context.Context, digest string) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM bundles WHERE digest = ?", digest).Scan(&n)
	if err != nil {
		return false, storeFault("take", err)
	}
	return n > 0, nil
}

// verdict is what was found of one line: a record to take, or why not.
type verdict struct {
	key               record.Key
	cleared, notAfter time.Time
	search            []byte // sealed
	refusal           error
}

// verdicts opens and checks every line. It takes long, so the store is not held meanwhile; and it keeps no envelope, so a
// bundle may be larger than the memory.
func (s *Store) verdicts(ctx context.Context, f io.ReadSeeker, b *bundleSeal, now time.Time) ([]verdict, error) {
	var vs []verdict
	seen := map[record.Key]bool{}
	err := b.each(f, func(_ int, envelope string) error {
		if err := ctx.Err(); err != nil {
			return fault(BundleUnreadable, drivers.AgainNow, "take", "stopped", err)
		}
		v := s.verdict(envelope, now)
		if v.refusal == nil && seen[v.key] {
			v.refusal = fault(Repeated, drivers.AgainNever, "take", v.key.String(), nil)
		}
		if v.refusal == nil {
			seen[v.key] = true
		}
		vs = append(vs, v)
		return nil
	})
	return vs, err
}

func (s *Store) verdict(envelope string, now time.Time) verdict {
	r, err := record.Open(envelope, s.keys)
	if err != nil {
		return verdict{refusal: err}
	}
	findings := record.Check(r, now)
	k := r.Key()
	return verdict{k, r.Cleared, r.NotAfter, s.sealed(searchLine(r, record.Warnings(findings)), k.String()), record.Blocking(findings)}
}

// insert takes the good lines and keeps the others aside, inside the transaction.
func (s *Store) insert(ctx context.Context, tx *sql.Tx, f io.ReadSeeker, b *bundleSeal, vs []verdict, in *Intake, now time.Time) error {
	err := b.each(f, func(n int, envelope string) error {
		if err := ctx.Err(); err != nil {
			return fault(BundleUnreadable, drivers.AgainNow, "take", "stopped", err)
		}
		v := vs[n-1]
		if v.refusal == nil {
			taken, err := s.insertOne(ctx, tx, v, envelope)
			if err != nil {
				return err
			}
			if taken {
				in.Taken = append(in.Taken, v.key)
				return nil
			}
			v.refusal = fault(Repeated, drivers.AgainNever, "take", v.key.String(), nil)
		}
		refusal, err := s.keepAside(in.Digest, n, fmt.Sprintf("Line %d of the bundle with SHA-256 %s", n, in.Digest), envelope, drivers.AsFault(v.refusal))
		in.Refused = append(in.Refused, refusal)
		return err
	})
	if err != nil {
		return err
	}
	if b.wrongDigest && len(in.Refused) == 0 {
		return fault(BundleDigest, drivers.AgainNever, "bundle", "lines were exchanged or reordered", nil)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO bundles (digest, taken, refused, at) VALUES (?, ?, ?, ?)",
		in.Digest, len(in.Taken), len(in.Refused), unix(now))
	return err
}

// insertOne takes one record; false if it waits already or is finished.
func (s *Store) insertOne(ctx context.Context, tx *sql.Tx, v verdict, envelope string) (bool, error) {
	sum := sha256.Sum256([]byte(envelope))
	res, err := tx.ExecContext(ctx, "INSERT INTO queue (id, issue, cleared, notafter, digest, line, envelope) "+
		"SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM finished WHERE id = ?1 AND issue = ?2) "+
		"AND NOT EXISTS (SELECT 1 FROM queue WHERE id = ?1 AND issue = ?2)",
		v.key.ID, v.key.Issue, unix(v.cleared), unix(v.notAfter), hex.EncodeToString(sum[:]), v.search, []byte(envelope))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// each reads the envelope lines once more, from the start, and holds the whole file against its digest at the end.
func (b *bundleSeal) each(f io.ReadSeeker, do func(n int, envelope string) error) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return unreadable(err)
	}
	all := sha256.New()
	r := bufio.NewReaderSize(io.TeeReader(f, all), 1<<16)
	for n := 1; n <= b.count; n++ {
		line, err := readLine(r)
		if err != nil {
			return unreadable(err)
		}
		if err := do(n, strings.TrimSuffix(string(line), "\n")); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return unreadable(err)
	}
	if digest(all) != b.file {
		return fault(BundleUnreadable, drivers.AgainNow, "bundle", "it changed while it was read", nil)
	}
	return nil
}

// keepAside keeps a refused envelope as it came, and a text file that says why. Both names are made of the digest of what it came with
// and the line; what says that to a person.
func (s *Store) keepAside(digest string, line int, what, envelope string, why *drivers.Fault) (Refusal, error) {
	dir := filepath.Join(s.dir, "refused")
	base := filepath.Join(dir, fmt.Sprintf("%s-line-%05d", digest[:12], line))
	reason := fmt.Sprintf("%s was refused.\nCode: %s\nDetail: %s %s\nThe envelope lies beside this file as it came.\n", what, why.Code, why.Op, why.Detail)
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = durable.Write(base+".envelope", []byte(envelope+"\n"), 0o600)
	}
	if err == nil {
		err = durable.Write(base+".reason.txt", []byte(reason), 0o600)
	}
	if err != nil {
		return Refusal{}, storeFault("refused", err)
	}
	return Refusal{Line: line, Code: why.Code, Detail: why.Detail, KeptAt: base + ".reason.txt"}, nil
}

// glance is how a file in the inbox looked at the last Scan.
type glance struct {
	size   int64
	mtime  time.Time
	judged bool // it was taken or refused as it looks now
}

// Scan takes every new *.prr file of the inbox, in the order of their names. It never alters the inbox: no move, no
// deletion, no mark. A file that has not changed since it was last judged is not read again; an unfinished copy is
// reported once it has not grown between two scans. A bundle that cannot be read gives a Refusal of Line 0 and does not
// stop the others; a fault of the store stops the scan. Errors are Faults with InboxUnreadable or S-13x.
func (s *Store) Scan(ctx context.Context, inbox string, now time.Time) ([]Intake, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries, err := os.ReadDir(inbox)
	if err != nil {
		return nil, fault(InboxUnreadable, drivers.AgainAfterOperator, "scan", "", err)
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	var intakes []Intake
	for _, e := range entries {
		path := filepath.Join(inbox, e.Name())
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !strings.EqualFold(filepath.Ext(e.Name()), ".prr") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		look := glance{size: info.Size(), mtime: info.ModTime()}
		before, known := s.seen[path]
		still := known && before.size == look.size && before.mtime.Equal(look.mtime)
		if still && before.judged {
			continue
		}
		in, err := s.take(ctx, path, now)
		if err != nil && !errors.Is(err, BundleUnreadable) {
			return intakes, err
		}
		if err != nil {
			in.Refused = []Refusal{{Code: BundleUnreadable, Detail: "the file cannot be read"}}
		}
		unfinished := len(in.Refused) == 1 && in.Refused[0].Code == BundleUnfinished
		look.judged = !unfinished || still
		s.seen[path] = look
		if look.judged && !in.Already {
			intakes = append(intakes, in)
		}
	}
	return intakes, nil
}
