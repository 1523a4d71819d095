package source

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"cetak/drivers"
	"cetak/station/record"
)

// leaseTables came with version 3. A lease outlives its record in the queue: until the centre has heard how the card ended, or that there
// is none. code is why its record is not to be printed any more. memo holds what the desk last knew of the centre, and nothing of people.
const leaseTables = `
CREATE TABLE lease (
	id       TEXT NOT NULL,
	issue    INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	fence    INTEGER NOT NULL,
	until    INTEGER NOT NULL,
	request  TEXT NOT NULL,
	code     TEXT NOT NULL,
	detail   TEXT NOT NULL,
	PRIMARY KEY (id, issue)
) STRICT, WITHOUT ROWID;
CREATE TABLE memo (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE head (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, jws TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
`

// Lease is the centre's word that this desk may issue a record, for a time.
type Lease struct {
	Key      record.Key
	Revision int
	Fence    int64
	Until    time.Time // by the centre's clock
	Request  string    // the take that it came by
	// Code says why the record is not to be printed any more: withdrawn, given on, not readable here. "" = the lease stands.
	Code   drivers.Code
	Detail string
	Queued bool // its record waits here; false: it is finished, or was dropped
	// NotAfter is the register's last moment for printing; zero unless Queued.
	NotAfter time.Time
}

// Leased is a lease as it comes, with its record sealed to this station.
type Leased struct {
	Lease
	Envelope string
}

// Deposited is what came of leases.
type Deposited struct {
	Taken   []record.Key // wait now, and did not before
	Refused []Refusal    // Line is the place in what came, from 1
}

// Deposit takes leased records into the queue with their leases, in one transaction, as Take does with a bundle. A lease that is known by its
// fence only gets a later end. One whose envelope is refused is kept with the refusal's code: the desk holds it, and the envelope lies in
// refused/. A record that waits here from a bundle goes on under the lease; one that is finished here is refused with Repeated. Errors are
// Faults of the store (S-13x).
func (s *Store) Deposit(ctx context.Context, leased []Leased, now time.Time) (Deposited, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out Deposited
	verdicts := make([]verdict, len(leased))
	for i, l := range leased { // it takes long, so the store is not held meanwhile
		verdicts[i] = s.leasedVerdict(l, now)
	}
	err := s.within(ctx, "deposit", func(tx *sql.Tx) error {
		for i, l := range leased {
			known, err := prolonged(ctx, tx, l.Lease)
			if err != nil {
				return err
			}
			if known {
				continue
			}
			if err := s.depositOne(ctx, tx, i+1, l, verdicts[i], &out); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Deposited{}, err
	}
	return out, nil
}

func (s *Store) leasedVerdict(l Leased, now time.Time) verdict {
	r, err := record.Open(l.Envelope, s.keys)
	if err == nil && (r.Key() != l.Key || r.Revision != l.Revision) {
		err = fault(record.EnvelopeBroken, drivers.AgainNever, "deposit", "the envelope under "+l.Key.String()+" is another's", nil)
	}
	if err != nil {
		return verdict{refusal: err}
	}
	findings := record.Check(r, now)
	return verdict{l.Key, r.Cleared, r.NotAfter, s.sealed(searchLine(r, record.Warnings(findings)), l.Key.String()), record.Blocking(findings)}
}

// prolonged gives a known lease its later end; false: this one, by its fence, is not known.
func prolonged(ctx context.Context, tx *sql.Tx, l Lease) (bool, error) {
	res, err := tx.ExecContext(ctx, "UPDATE lease SET until = max(until, ?4) WHERE id = ?1 AND issue = ?2 AND fence >= ?3", l.Key.ID, l.Key.Issue, l.Fence, unix(l.Until))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func (s *Store) depositOne(ctx context.Context, tx *sql.Tx, line int, l Leased, v verdict, out *Deposited) error {
	l.Code, l.Detail = "", ""
	if v.refusal == nil {
		var over int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM finished WHERE id = ? AND issue = ?", l.Key.ID, l.Key.Issue).Scan(&over); err != nil {
			return err
		}
		if over > 0 {
			v.refusal = fault(Repeated, drivers.AgainNever, "deposit", l.Key.String(), nil)
		}
	}
	if v.refusal != nil {
		f := drivers.AsFault(v.refusal)
		l.Code, l.Detail = f.Code, f.Detail
		sum := sha256.Sum256([]byte(l.Envelope))
		refusal, err := s.keepAside(hex.EncodeToString(sum[:]), line, "The leased record "+l.Key.String(), l.Envelope, f)
		if err != nil {
			return err
		}
		out.Refused = append(out.Refused, refusal)
	} else if err := s.replaceQueued(ctx, tx, l, v, out); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO lease (id, issue, revision, fence, until, request, code, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "+
		"ON CONFLICT DO UPDATE SET revision = excluded.revision, fence = excluded.fence, until = excluded.until, request = excluded.request, "+
		"code = excluded.code, detail = excluded.detail", l.Key.ID, l.Key.Issue, l.Revision, l.Fence, unix(l.Until), l.Request, string(l.Code), l.Detail)
	return err
}

// replaceQueued puts the record into the queue, in the place of what a bundle or an older lease brought of it.
func (s *Store) replaceQueued(ctx context.Context, tx *sql.Tx, l Leased, v verdict, out *Deposited) error {
	res, err := tx.ExecContext(ctx, "DELETE FROM queue WHERE id = ? AND issue = ?", l.Key.ID, l.Key.Issue)
	if err != nil {
		return err
	}
	before, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if _, err := s.insertOne(ctx, tx, v, l.Envelope); err != nil {
		return err
	}
	if before == 0 {
		out.Taken = append(out.Taken, l.Key)
	}
	return nil
}

const leaseColumns = "id, issue, revision, fence, until, request, code, detail, (SELECT notafter FROM queue q WHERE q.id = lease.id AND q.issue = lease.issue)"

func scanLease(scan func(...any) error) (l Lease, err error) {
	var until int64
	var notAfter sql.NullInt64
	err = scan(&l.Key.ID, &l.Key.Issue, &l.Revision, &l.Fence, &until, &l.Request, &l.Code, &l.Detail, &notAfter)
	l.Until = time.UnixMilli(until).UTC()
	if l.Queued = notAfter.Valid; l.Queued {
		l.NotAfter = time.UnixMilli(notAfter.Int64).UTC()
	}
	return l, err
}

// Leases gives every lease that the desk has to answer for, by id and issue. Errors are Faults of the store.
func (s *Store) Leases(ctx context.Context) ([]Lease, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+leaseColumns+" FROM lease ORDER BY id, issue")
	if err != nil {
		return nil, storeFault("leases", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Lease
	for rows.Next() {
		l, err := scanLease(rows.Scan)
		if err != nil {
			return nil, storeFault("leases", err)
		}
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		return nil, storeFault("leases", err)
	}
	return all, nil
}

// Lease gives the lease of a record; false: there is none. Errors are Faults of the store.
func (s *Store) Lease(ctx context.Context, k record.Key) (Lease, bool, error) {
	l, err := scanLease(s.db.QueryRowContext(ctx, "SELECT "+leaseColumns+" FROM lease WHERE id = ? AND issue = ?", k.ID, k.Issue).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return l, false, nil
	}
	if err != nil {
		return l, false, storeFault("lease", err)
	}
	return l, true, nil
}

// Prolong gives a lease a later end; never an earlier one. Errors are Faults of the store.
func (s *Store) Prolong(ctx context.Context, k record.Key, fence int64, until time.Time) error {
	return s.change(ctx, "prolong", "UPDATE lease SET until = max(until, ?4) WHERE id = ?1 AND issue = ?2 AND fence = ?3", k.ID, k.Issue, fence, unix(until))
}

// Mark keeps why the record of a lease is not to be printed any more; the first reason stays. The record itself leaves with Drop. Errors are
// Faults of the store.
func (s *Store) Mark(ctx context.Context, k record.Key, code drivers.Code, detail string) error {
	return s.change(ctx, "mark", "UPDATE lease SET code = ?3, detail = ?4 WHERE id = ?1 AND issue = ?2 AND code = ''", k.ID, k.Issue, string(code), detail)
}

// Drop takes a record whose lease is marked out of the queue; its envelope is overwritten. It may come again with another lease. Errors are
// Faults of the store.
func (s *Store) Drop(ctx context.Context, k record.Key) error {
	err := s.change(ctx, "drop", "DELETE FROM queue WHERE id = ?1 AND issue = ?2 AND EXISTS (SELECT 1 FROM lease WHERE id = ?1 AND issue = ?2 AND code <> '')", k.ID, k.Issue)
	_, _ = s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)") // as in Finish
	return err
}

// Forget ends a lease that the centre knows to be over, unless a newer one of the record came; a record that still waits under it leaves
// the queue. Errors are Faults of the store.
func (s *Store) Forget(ctx context.Context, k record.Key, fence int64) error {
	return s.within(ctx, "forget", func(tx *sql.Tx) error {
		const over = " WHERE id = ?1 AND issue = ?2 AND EXISTS (SELECT 1 FROM lease WHERE id = ?1 AND issue = ?2 AND fence <= ?3)"
		if _, err := tx.ExecContext(ctx, "DELETE FROM queue"+over, k.ID, k.Issue, fence); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM lease WHERE id = ?1 AND issue = ?2 AND fence <= ?3", k.ID, k.Issue, fence)
		return err
	})
}

func (s *Store) change(ctx context.Context, op, text string, args ...any) error {
	if _, err := s.db.ExecContext(ctx, text, args...); err != nil {
		return storeFault(op, err)
	}
	return nil
}

// leaseEnds puts into a list, while nobody else has it, when its leases end.
func (s *Store) leaseEnds(ctx context.Context, list *List) error {
	leases, err := s.Leases(ctx)
	if err != nil || len(leases) == 0 {
		return err
	}
	ends := make(map[record.Key]time.Time, len(leases))
	for _, l := range leases {
		ends[l.Key] = l.Until
	}
	for _, p := range list.Parts() {
		for i := range p.rows {
			end, ok := ends[p.Key(i)]
			if !ok || end.IsZero() {
				continue
			}
			if p.until == nil {
				p.until = slices.Repeat([]int64{noLease}, len(p.rows))
			}
			p.until[i] = unix(end)
		}
	}
	return nil
}

// Memo gives what was kept under a name about the centre; "" where nothing was. Errors are Faults of the store.
func (s *Store) Memo(ctx context.Context, name string) (value string, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT value FROM memo WHERE name = ?", name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", storeFault("memo", err)
	}
	return value, nil
}

// SetMemo keeps a value under a name: nothing of a person. Errors are Faults of the store.
func (s *Store) SetMemo(ctx context.Context, name, value string) error {
	return s.change(ctx, "memo", "INSERT INTO memo (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value", name, value)
}

// Head is a place of the journal that the centre countersigned.
type Head struct {
	Seq  int64
	Hash string
	JWS  string // docs/centre.openapi.yaml, Countersigned
	At   time.Time
}

// keepHeads is how many countersigned heads are kept: the newest says all that the older ones say, those are for who looks into a quarrel.
const keepHeads = 1000

// KeepHead keeps a countersigned head. Errors are Faults of the store.
func (s *Store) KeepHead(ctx context.Context, h Head) error {
	return s.within(ctx, "head", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO head (seq, hash, jws, at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET hash = excluded.hash, jws = excluded.jws, at = excluded.at",
			h.Seq, h.Hash, h.JWS, unix(h.At)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM head WHERE seq <= (SELECT seq FROM head ORDER BY seq DESC LIMIT 1 OFFSET ?)", keepHeads)
		return err
	})
}

// LastHead gives the newest countersigned head; the zero Head where there is none. Errors are Faults of the store.
func (s *Store) LastHead(ctx context.Context) (h Head, err error) {
	var at int64
	err = s.db.QueryRowContext(ctx, "SELECT seq, hash, jws, at FROM head ORDER BY seq DESC LIMIT 1").Scan(&h.Seq, &h.Hash, &h.JWS, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, nil
	}
	if err != nil {
		return Head{}, storeFault("head", err)
	}
	h.At = time.UnixMilli(at).UTC()
	return h, nil
}
