package journal

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

const (
	columns = `seq, at, kind, record, issue, attempt, uid, who, data, prev, hash`
	width   = 11 // of them
)

// Reader looks at a journal without the right to write: the queries of a running station, and the command line beside
// one. It sees every fact whose Append has returned. Safe for concurrent use.
type Reader struct {
	path    string
	db      *sql.DB
	station string
	made    time.Time
	genesis []byte
}

// OpenReader opens the journal for looking at it, also while a station runs, also when its chain is broken. Faults:
// NoJournal, ReadOnly (SQLite needs to write beside the file even for reading), Damaged, NewerSchema.
func OpenReader(ctx context.Context, path string) (*Reader, error) {
	if err := exists(path); err != nil {
		return nil, err
	}
	return openReader(ctx, path)
}

func openReader(ctx context.Context, path string) (*Reader, error) {
	const op = "journal open"
	db, err := sql.Open("sqlite", dsn(path, "busy_timeout(5000)", "query_only(1)", "trusted_schema(0)"))
	if err != nil {
		return nil, asFault(op, err)
	}
	r := &Reader{path: path, db: db}
	if err := r.readGenesis(ctx); err != nil {
		_ = db.Close() // the first error is the one to tell
		return nil, err
	}
	return r, nil
}

func (r *Reader) readGenesis(ctx context.Context) error {
	const op = "journal open"
	if err := checkSchema(ctx, r.db); err != nil && !errors.Is(err, ChainBroken) {
		return err
	}
	var made int64
	err := r.db.QueryRowContext(ctx, `SELECT station, made, hash FROM genesis`).Scan(&r.station, &made, &r.genesis)
	if errors.Is(err, sql.ErrNoRows) {
		return newFault(Damaged, op, "the journal has no beginning", nil)
	}
	r.made = time.Unix(0, made).UTC()
	return asFault(op, err)
}

// Station is the id the journal was created for.
func (r *Reader) Station() string { return r.station }

// Genesis is the hash of the journal's beginning, which its first line is linked to; lower hex.
func (r *Reader) Genesis() string { return hex.EncodeToString(r.genesis) }

// Made is when the journal was created.
func (r *Reader) Made() time.Time { return r.made }

// Entries gives the facts after afterSeq (0 = all) in order. An error is the last value. The consumer may append while
// it iterates; it then sees the journal as it was when it began.
func (r *Reader) Entries(ctx context.Context, afterSeq int64) iter.Seq2[Entry, error] {
	return r.query(ctx, `WHERE seq > ? ORDER BY seq`, afterSeq)
}

// Since gives the facts whose time is t or later, in the order they were appended.
func (r *Reader) Since(ctx context.Context, t time.Time) iter.Seq2[Entry, error] {
	return r.query(ctx, `WHERE at >= ? ORDER BY seq`, t.UnixNano())
}

// Of gives the facts of one kind after afterSeq, in order; the ledger is folded from Of(ctx, 0, KindMovement).
func (r *Reader) Of(ctx context.Context, afterSeq int64, kind Kind) iter.Seq2[Entry, error] {
	return r.query(ctx, `WHERE kind = ? AND seq > ? ORDER BY seq`, string(kind), afterSeq)
}

// Datum is what one fact of a kind says, and where it stands.
type Datum struct {
	Seq  int64
	At   time.Time // UTC
	Data []byte    // nil for none
}

// DataOf gives the data of the facts of one kind, in order: as Of, at a third of its time, for who folds very many.
func (r *Reader) DataOf(ctx context.Context, kind Kind) iter.Seq2[Datum, error] {
	return func(yield func(Datum, error) bool) {
		conn, err := r.db.Conn(ctx)
		if err == nil {
			defer release(conn)
			err = scanRows(ctx, conn, `SELECT seq, at, data FROM fact WHERE kind = ? ORDER BY seq`, 3, []any{string(kind)},
				func(v []driver.Value) bool {
					d := Datum{}
					d.Seq, _ = v[0].(int64)
					at, _ := v[1].(int64)
					d.At = time.Unix(0, at).UTC()
					if s, _ := v[2].(string); s != "" {
						d.Data = []byte(s)
					}
					return yield(d, nil)
				})
		}
		if err != nil {
			yield(Datum{}, readError(ctx, "journal read", err))
		}
	}
}

// OfAttempt gives the facts of one attempt, in order.
func (r *Reader) OfAttempt(ctx context.Context, attempt string) ([]Entry, error) {
	return collect(r.query(ctx, `WHERE attempt = ? AND attempt <> '' ORDER BY seq`, attempt))
}

// OfRecord gives the facts of one record and issue, in order, over all its attempts.
func (r *Reader) OfRecord(ctx context.Context, record string, issue int) ([]Entry, error) {
	return collect(r.query(ctx, `WHERE record = ? AND issue = ? AND record <> '' ORDER BY seq`, record, int64(issue)))
}

// OpenIntents gives the intent of every attempt that has no outcome yet, oldest first. After a crash these are the
// attempts to settle before anything else.
func (r *Reader) OpenIntents(ctx context.Context) ([]Entry, error) {
	return collect(r.query(ctx, `WHERE seq IN (SELECT seq FROM pending) ORDER BY seq`))
}

// Last gives the newest fact of any of the kinds (of all kinds when none is named); ok is false if there is none.
func (r *Reader) Last(ctx context.Context, kinds ...Kind) (e Entry, ok bool, err error) {
	where, args := "", []any{}
	if len(kinds) > 0 {
		where = "WHERE kind IN (?" + strings.Repeat(", ?", len(kinds)-1) + ")"
		for _, k := range kinds {
			args = append(args, string(k))
		}
	}
	found, err := collect(r.query(ctx, where+` ORDER BY seq DESC LIMIT 1`, args...))
	if err != nil || len(found) == 0 {
		return Entry{}, false, err
	}
	return found[0], true, nil
}

// UIDSeen says whether any fact carries this chip number (hex, either case).
func (r *Reader) UIDSeen(ctx context.Context, uid string) (bool, error) {
	var seen bool
	err := r.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM fact WHERE uid = ? AND uid <> '')`,
		strings.ToUpper(uid)).Scan(&seen)
	return seen, readError(ctx, "journal read", err)
}

// Close ends the reader.
func (r *Reader) Close() error { return asFault("journal close", r.db.Close()) }

func (r *Reader) query(ctx context.Context, where string, args ...any) iter.Seq2[Entry, error] {
	const op = "journal read"
	return func(yield func(Entry, error) bool) {
		conn, err := r.db.Conn(ctx)
		if err != nil {
			yield(Entry{}, readError(ctx, op, err))
			return
		}
		defer release(conn)
		err = scan(ctx, conn, `SELECT `+columns+` FROM fact `+where, args, func(l *line) bool {
			return yield(l.entry(), nil)
		})
		if err != nil {
			yield(Entry{}, readError(ctx, op, err))
		}
	}
}

// release puts a connection back that only read.
func release(conn *sql.Conn) { _ = conn.Close() }

// scan gives the lines of a query until use returns false.
func scan(ctx context.Context, conn *sql.Conn, text string, args []any, use func(*line) bool) error {
	return scanRows(ctx, conn, text, width, args, func(values []driver.Value) bool {
		var l line
		l.take(values)
		return use(&l)
	})
}

// scanRows gives the rows of a query of so many columns until use returns false; a row is the consumer's until it returns.
// It reads with the driver's own rows: a million lines through database/sql cost more than hashing them. Arguments are
// int64 or string.
func scanRows(ctx context.Context, conn *sql.Conn, text string, width int, args []any, use func([]driver.Value) bool) error {
	named := make([]driver.NamedValue, len(args))
	for i, a := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return conn.Raw(func(raw any) error {
		rows, err := raw.(driver.QueryerContext).QueryContext(ctx, text, named)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // what was read is checked by then
		values := make([]driver.Value, width)
		for {
			if err := ctx.Err(); err != nil {
				return err // the driver looks at ctx only while it begins
			}
			if err := rows.Next(values); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			if !use(values) {
				return nil
			}
		}
	})
}

func collect(seq iter.Seq2[Entry, error]) ([]Entry, error) {
	var all []Entry
	for e, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// readError keeps a cancelled ctx apart from a fault of the disk: SQLite reports both as an interrupted statement.
func readError(ctx context.Context, op string, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, ctx.Err())
	}
	return asFault(op, err)
}
