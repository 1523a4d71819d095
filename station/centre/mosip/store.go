package mosip

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the store's engine

	"cetak/drivers"
	"cetak/station/durable"
)

// step is where a credential request stands.
type step string

// Steps, in their order.
const (
	toFetch   step = "fetch"   // RECEIVED is reported; the credential is to be downloaded
	toAsk     step = "ask"     // its link is over: a new event was asked for, and is waited for
	toCheck   step = "check"   // downloaded; to be opened, checked, and made a record
	toDeposit step = "deposit" // VALIDATED; to be given to the centre
	toPrint   step = "print"   // with the centre; a desk prints it
	printed   step = "printed" // a good card is booked
	failed    step = "error"   // ERROR is reported
)

// Statuses and standard messages (docs/mosip.md, "Statuses").
const (
	received   = "RECEIVED"
	downloaded = "DOWNLOADED"
	validated  = "VALIDATED"
	cardOut    = "PRINTED"
	erred      = "ERROR"

	msgReceive  = "Error receiving credential event"
	msgDownload = "Unable to download credential"
	msgDecrypt  = "Unable to decrypt credential data"
	msgValidate = "Unable to validate credential"
	msgPrint    = "Unable to print"
)

const storeVersion = 1

// storeSchema: at is the event's own time, which orders events; round counts how often MOSIP began the request anew. body, pin, and proof are the
// credential as MOSIP sealed it: they are deleted when the request ends.
const storeSchema = `
CREATE TABLE request (
	id TEXT PRIMARY KEY,
	event TEXT NOT NULL,
	at INTEGER NOT NULL,
	round INTEGER NOT NULL,
	kind TEXT NOT NULL,
	url TEXT NOT NULL,
	body TEXT NOT NULL,
	pin TEXT NOT NULL,
	proof TEXT NOT NULL,
	step TEXT NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	asked INTEGER NOT NULL DEFAULT 0,
	due INTEGER NOT NULL,
	record TEXT NOT NULL DEFAULT '',
	issue INTEGER NOT NULL DEFAULT 0,
	revision INTEGER NOT NULL DEFAULT 0,
	code TEXT NOT NULL DEFAULT '',
	updated INTEGER NOT NULL
) STRICT;
CREATE INDEX request_due ON request (step, due);
CREATE INDEX request_record ON request (record, issue) WHERE record <> '';
CREATE TABLE seen (event TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
CREATE TABLE report (
	seq INTEGER PRIMARY KEY,
	request TEXT NOT NULL,
	round INTEGER NOT NULL,
	status TEXT NOT NULL,
	msg TEXT NOT NULL,
	url TEXT NOT NULL,
	id TEXT NOT NULL,
	at INTEGER NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	due INTEGER NOT NULL,
	begun INTEGER NOT NULL DEFAULT 0,
	sent INTEGER NOT NULL DEFAULT 0,
	UNIQUE (request, round, status)
) STRICT;
CREATE INDEX report_open ON report (request, seq) WHERE sent = 0;
CREATE TABLE person (
	id TEXT PRIMARY KEY,
	issue INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	request TEXT NOT NULL,
	at INTEGER NOT NULL,
	carded INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE mark (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
PRAGMA user_version = 1;
`

// store keeps what the gateway must not forget. Safe for concurrent use.
type store struct{ db *sql.DB }

// request is one row.
type request struct {
	id, event, kind, url, body, pin, proof string
	at                                     time.Time
	round, tries, asked                    int
	step                                   step
	record                                 string
	issue, revision                        int
	code                                   string
}

// openStore opens the gateway's store, and makes it where there is none. A commit is on the disk when it returns. Fault: StoreUnusable.
func openStore(ctx context.Context, path string) (*store, error) {
	bad := func(detail string, err error) (*store, error) {
		return nil, fault(StoreUnusable, drivers.AgainAfterOperator, detail, err)
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := durable.Write(path, nil, 0o600); err != nil { // its mode before its content
			return bad(filepath.Base(path)+" cannot be made", err)
		}
	}
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return bad(filepath.Base(path), err)
	}
	db.SetMaxOpenConns(1)
	s := &store{db}
	err = s.within(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		switch {
		case version > storeVersion:
			return fmt.Errorf("version %d, written by a newer release", version)
		case version == 0:
			_, err := tx.ExecContext(ctx, storeSchema)
			return err
		}
		return nil
	})
	if err != nil {
		_ = db.Close() // the first error is the one to tell
		return nil, err
	}
	return s, nil
}

func (s *store) close() error { return s.db.Close() }

func (s *store) within(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	defer tx.Rollback()
	if err = f(tx); err == nil {
		err = tx.Commit()
	}
	var known *drivers.Fault
	if err != nil && !errors.As(err, &known) {
		return fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	return err
}

const requestColumns = "id, event, at, round, kind, url, body, pin, proof, step, tries, asked, record, issue, revision, code"

func scanRequest(scan func(...any) error) (r request, err error) {
	var at int64
	err = scan(&r.id, &r.event, &at, &r.round, &r.kind, &r.url, &r.body, &r.pin, &r.proof, &r.step, &r.tries, &r.asked, &r.record, &r.issue, &r.revision, &r.code)
	r.at = time.UnixMilli(at).UTC()
	return r, err
}

func (s *store) one(ctx context.Context, tx *sql.Tx, id string) (request, bool, error) {
	r, err := scanRequest(tx.QueryRowContext(ctx, "SELECT "+requestColumns+" FROM request WHERE id = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

// accept takes an event in. It is safe with the disk when it returns; the same event again, and an older one of the same request, change nothing.
func (s *store) accept(ctx context.Context, ev *event, now time.Time) (fresh bool, err error) {
	err = s.within(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "INSERT INTO seen (event, at) VALUES (?, ?) ON CONFLICT DO NOTHING", ev.key(), now.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		old, there, err := s.one(ctx, tx, ev.transaction)
		if err != nil {
			return err
		}
		round, at := 1, toFetch
		if ev.credential != "" {
			at = toCheck
		}
		switch {
		case there && ev.at.Before(old.at):
			return nil
		case there && (old.step == toCheck || old.step == toDeposit || old.step == toPrint):
			return nil // it is in hand
		case there && old.step == printed:
			// MOSIP began anew what is printed: no second card, and it is told once more.
			fresh = true
			if _, err := tx.ExecContext(ctx, "UPDATE request SET event = ?, at = ?, round = ?, updated = ? WHERE id = ?",
				ev.id, ev.at.UnixMilli(), old.round+1, now.UnixMilli(), old.id); err != nil {
				return err
			}
			return report(ctx, tx, request{id: old.id, round: old.round + 1}, cardOut, "", now)
		case there && old.step == failed:
			round = old.round + 1
		case there:
			round = old.round
		}
		fresh = true
		return take(ctx, tx, ev, round, at, now)
	})
	return fresh, err
}

// take writes an event's request as one that begins, in this round.
func take(ctx context.Context, tx *sql.Tx, ev *event, round int, at step, now time.Time) error {
	r := request{id: ev.transaction, round: round, url: ev.url}
	_, err := tx.ExecContext(ctx, "INSERT INTO request (id, event, at, round, kind, url, body, pin, proof, step, due, updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "+
		"ON CONFLICT (id) DO UPDATE SET event = excluded.event, at = excluded.at, round = excluded.round, kind = excluded.kind, url = excluded.url, body = excluded.body, "+
		"pin = excluded.pin, proof = excluded.proof, step = excluded.step, tries = 0, asked = CASE WHEN round = excluded.round THEN asked ELSE 0 END, due = excluded.due, "+
		"code = '', updated = excluded.updated",
		r.id, ev.id, ev.at.UnixMilli(), round, ev.kind, ev.url, ev.credential, ev.pin, ev.proof, string(at), now.UnixMilli(), now.UnixMilli())
	if err != nil {
		return err
	}
	if err := report(ctx, tx, r, received, "", now); err != nil || at == toFetch {
		return err
	}
	return report(ctx, tx, r, downloaded, "", now)
}

// report lays a status down to be sent; one that is there stays.
func report(ctx context.Context, tx *sql.Tx, r request, status, msg string, now time.Time) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO report (request, round, status, msg, url, id, at, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		r.id, r.round, status, msg, r.url, uuid(), now.UnixMilli(), now.UnixMilli())
	return err
}

// due gives requests of some steps whose time has come, the longest waiting first.
func (s *store) due(ctx context.Context, now time.Time, limit int, steps ...step) (all []request, err error) {
	for _, at := range steps {
		rows, err := s.db.QueryContext(ctx, "SELECT "+requestColumns+" FROM request WHERE step = ? AND due <= ? ORDER BY due LIMIT ?", string(at), now.UnixMilli(), limit)
		if err != nil {
			return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
		}
		for rows.Next() {
			r, err := scanRequest(rows.Scan)
			if err != nil {
				_ = rows.Close()
				return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
			}
			all = append(all, r)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
		}
	}
	return all, nil
}

// out gives the requests whose records are at the centre, without their credentials: there may be many.
func (s *store) out(ctx context.Context) (all []request, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, event, at, round, kind, url, '', '', '', step, tries, asked, record, issue, revision, code FROM request WHERE step = ?", string(toPrint))
	if err != nil {
		return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRequest(rows.Scan)
		if err != nil {
			return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	return all, nil
}

// move takes a request that still stands where r was read to another step, and does more in the same transaction. moved is false when something
// else came in between: then nothing is done.
func (s *store) move(ctx context.Context, r request, to step, due time.Time, now time.Time, more func(*sql.Tx) error) (moved bool, err error) {
	err = s.within(ctx, func(tx *sql.Tx) error {
		have, there, err := s.one(ctx, tx, r.id)
		if err != nil || !there || have.event != r.event || have.step != r.step || have.round != r.round {
			return err
		}
		moved = true
		tries := 0
		if to == r.step {
			tries = have.tries + 1
		}
		if _, err := tx.ExecContext(ctx, "UPDATE request SET step = ?, tries = ?, due = ?, updated = ? WHERE id = ?", string(to), tries, due.UnixMilli(), now.UnixMilli(), r.id); err != nil {
			return err
		}
		if more == nil {
			return nil
		}
		return more(tx)
	})
	return moved, err
}

// end finishes a request: its status is laid down, and what it held of a person is deleted.
func (s *store) end(ctx context.Context, r request, to step, status, msg, code string, now time.Time) error {
	_, err := s.move(ctx, r, to, now, now, func(tx *sql.Tx) error { return finish(ctx, tx, r, status, msg, code, now) })
	return err
}

func finish(ctx context.Context, tx *sql.Tx, r request, status, msg, code string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, "UPDATE request SET body = '', pin = '', proof = '', code = ? WHERE id = ?", code, r.id); err != nil {
		return err
	}
	return report(ctx, tx, r, status, msg, now)
}

// assign decides which card of which person a checked request is: the next one, or a newer revision of one that is not printed yet. carded says
// that the centre has a card of the person's last issue. ok is false when a newer request of the person is here.
func assign(ctx context.Context, tx *sql.Tx, r request, person string, carded bool) (issue, revision int, ok bool, err error) {
	var last string
	var at int64
	var done bool
	err = tx.QueryRowContext(ctx, "SELECT issue, revision, request, at, carded FROM person WHERE id = ?", person).Scan(&issue, &revision, &last, &at, &done)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		issue, revision = 1, 1
	case err != nil:
		return 0, 0, false, err
	case at > r.at.UnixMilli() && last != r.id:
		return issue, revision, false, nil
	case done || carded:
		issue, revision = issue+1, 1
	case last == r.id && at == r.at.UnixMilli(): // the same event again
		return issue, revision, true, nil
	default:
		revision++
	}
	if _, err = tx.ExecContext(ctx, "INSERT INTO person (id, issue, revision, request, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET issue = excluded.issue, "+
		"revision = excluded.revision, request = excluded.request, at = excluded.at, carded = 0", person, issue, revision, r.id, r.at.UnixMilli()); err != nil {
		return 0, 0, false, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE request SET record = ?, issue = ?, revision = ? WHERE id = ?", person, issue, revision, r.id)
	return issue, revision, true, err
}

// supersede ends the requests whose place a deposited one has taken: the centre took the newer revision, so there is no card of theirs.
func (s *store) supersede(ctx context.Context, tx *sql.Tx, r request, now time.Time) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+requestColumns+" FROM request WHERE record = ? AND issue = ? AND revision < ? AND step NOT IN (?, ?)",
		r.record, r.issue, r.revision, string(printed), string(failed))
	if err != nil {
		return err
	}
	var older []request
	for rows.Next() {
		o, err := scanRequest(rows.Scan)
		if err != nil {
			_ = rows.Close()
			return err
		}
		older = append(older, o)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, o := range older {
		if _, err := tx.ExecContext(ctx, "UPDATE request SET step = ?, updated = ? WHERE id = ?", string(failed), now.UnixMilli(), o.id); err != nil {
			return err
		}
		if err := finish(ctx, tx, o, erred, msgPrint, string(NotPrinted), now); err != nil {
			return err
		}
	}
	return nil
}

// told gives the last status of a request and whether MOSIP has it.
func (s *store) told(ctx context.Context, id string) (status string, sent bool, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT status, sent FROM report WHERE request = ? ORDER BY seq DESC LIMIT 1", id).Scan(&status, &sent)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	return status, sent, nil
}

// card notes that the person's issue has a card.
func card(ctx context.Context, tx *sql.Tx, r request) error {
	_, err := tx.ExecContext(ctx, "UPDATE person SET carded = 1 WHERE id = ? AND issue = ?", r.record, r.issue)
	return err
}

// statusReport is one status to be sent.
type statusReport struct {
	seq             int64
	request, status string
	msg, url, id    string
	at              time.Time
	tries           int
	begun           bool // it was sent before, and no answer came
}

// unsent gives statuses to be sent: of each request the first that is not.
func (s *store) unsent(ctx context.Context, now time.Time, limit int) (all []statusReport, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT seq, request, status, msg, url, id, at, tries, begun FROM report r WHERE sent = 0 AND due <= ? AND "+
		"NOT EXISTS (SELECT 1 FROM report e WHERE e.request = r.request AND e.sent = 0 AND e.seq < r.seq) ORDER BY seq LIMIT ?", now.UnixMilli(), limit)
	if err != nil {
		return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r statusReport
		var at int64
		if err := rows.Scan(&r.seq, &r.request, &r.status, &r.msg, &r.url, &r.id, &at, &r.tries, &r.begun); err != nil {
			return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
		}
		r.at = time.UnixMilli(at).UTC()
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	return all, nil
}

func (s *store) exec(ctx context.Context, text string, args ...any) error {
	if _, err := s.db.ExecContext(ctx, text, args...); err != nil {
		return fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	return nil
}

// begin notes that a status is on its way: after a stop it is not known whether it came.
func (s *store) begin(ctx context.Context, seq int64) error {
	return s.exec(ctx, "UPDATE report SET begun = 1 WHERE seq = ?", seq)
}

func (s *store) sent(ctx context.Context, seq int64) error {
	return s.exec(ctx, "UPDATE report SET sent = 1 WHERE seq = ?", seq)
}

func (s *store) later(ctx context.Context, seq int64, due time.Time) error {
	return s.exec(ctx, "UPDATE report SET tries = tries + 1, due = ? WHERE seq = ?", due.UnixMilli(), seq)
}

// again lets the last status of a request be sent once more, under its own id: MOSIP shows that it never came. It does nothing while a status is
// on its way.
func (s *store) again(ctx context.Context, request string, now time.Time) error {
	return s.exec(ctx, "UPDATE report SET sent = 0, begun = 0, tries = 0, due = ? WHERE seq = (SELECT max(seq) FROM report WHERE request = ?) AND "+
		"NOT EXISTS (SELECT 1 FROM report WHERE request = ? AND sent = 0)", now.UnixMilli(), request, request)
}

// atRecord gives the request that stands behind a record at the centre.
func (s *store) atRecord(ctx context.Context, record string, issue int) (r request, there bool, err error) {
	r, err = scanRequest(s.db.QueryRowContext(ctx, "SELECT "+requestColumns+" FROM request WHERE record = ? AND issue = ? AND step = ? ORDER BY revision DESC LIMIT 1",
		record, issue, string(toPrint)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	return r, true, nil
}

// mark keeps when something last went well, for those who ask how the gateway is.
func (s *store) mark(ctx context.Context, name string, now time.Time) error {
	return s.exec(ctx, "INSERT INTO mark (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at", name, now.UnixMilli())
}

// keepSeen is how long an event's id is remembered: longer than MOSIP's hub keeps an event.
const keepSeen = 90 * 24 * time.Hour

// tidy forgets what is over, also in SQLite's own log.
func (s *store) tidy(ctx context.Context, now time.Time) error {
	if err := s.exec(ctx, "DELETE FROM seen WHERE at < ?", now.Add(-keepSeen).UnixMilli()); err != nil {
		return err
	}
	return s.exec(ctx, "PRAGMA wal_checkpoint(TRUNCATE)") // what was deleted stands in SQLite's log until then
}

// unreadable notes an event that says no more than which request it is of: ERROR is reported, unless the request is in hand.
func (s *store) unreadable(ctx context.Context, id string, now time.Time) error {
	return s.within(ctx, func(tx *sql.Tx) error {
		_, there, err := s.one(ctx, tx, id)
		if err != nil || there {
			return err
		}
		r := request{id: id, round: 1}
		if _, err := tx.ExecContext(ctx, "INSERT INTO request (id, event, at, round, kind, url, body, pin, proof, step, due, updated) VALUES (?, '', 0, 1, '', '', '', '', '', ?, ?, ?)",
			id, string(failed), now.UnixMilli(), now.UnixMilli()); err != nil {
			return err
		}
		return finish(ctx, tx, r, erred, msgReceive, string(EventBroken), now)
	})
}
