package centre

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the embedded engine

	"cetak/drivers"
	"cetak/station/centre/api"
	"cetak/station/durable"
)

// File is the embedded store in the centre's folder.
const File = "centre.db"

// sqlStore is the Store on either engine. The statements are the same; what differs is how a row is kept from others while it is worked
// on: PostgreSQL locks rows, SQLite has one writer.
type sqlStore struct {
	db    *sql.DB // writes
	reads *sql.DB
	lock  string // after a SELECT of the row to be changed
	skip  string // after a SELECT of rows that any other will do for
}

// OpenFile opens the embedded store, and makes it where there is none. A commit is on the disk when it returns. Faults: StoreUnusable,
// StoreNewer.
func OpenFile(ctx context.Context, path string) (Store, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := durable.Write(path, nil, 0o600); err != nil { // its mode before its content
			return nil, unusable(filepath.Base(path)+" cannot be made", err)
		}
	}
	open := func(pragmas ...string) (*sql.DB, error) {
		q := url.Values{"_txlock": {"immediate"}, "_pragma": append(pragmas, "busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)")}
		return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	}
	db, err := open("secure_delete(ON)")
	if err != nil {
		return nil, unusable(filepath.Base(path), err)
	}
	db.SetMaxOpenConns(1)
	s := &sqlStore{db: db}
	if err := s.prepare(ctx, schema); err != nil {
		_ = db.Close() // the first error is the one to tell
		return nil, err
	}
	if s.reads, err = open("query_only(ON)"); err != nil {
		_ = db.Close()
		return nil, unusable(filepath.Base(path), err)
	}
	s.reads.SetMaxOpenConns(4)
	return s, nil
}

// OpenPostgres opens a store in a PostgreSQL database, and makes its tables where there are none. Faults: StoreUnusable, StoreNewer.
func OpenPostgres(ctx context.Context, address string) (Store, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, unusable("the address of PostgreSQL is none", nil) // its text may hold a password
	}
	return OpenDatabase(ctx, config)
}

// OpenDatabase is OpenPostgres for an address that was read already.
func OpenDatabase(ctx context.Context, config *pgx.ConnConfig) (Store, error) {
	if config.RuntimeParams["synchronous_commit"] == "" {
		config.RuntimeParams["synchronous_commit"] = "on"
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(32)
	db.SetMaxIdleConns(32)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s := &sqlStore{db: db, reads: db, lock: " FOR UPDATE", skip: " FOR UPDATE SKIP LOCKED"}
	if err := s.prepare(ctx, forPostgres(schema)); err != nil {
		_ = db.Close() // the first error is the one to tell
		return nil, err
	}
	return s, nil
}

// prepare makes the tables once, also when several services begin at one moment.
func (s *sqlStore) prepare(ctx context.Context, schema string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return unusable("it does not answer", err)
	}
	defer tx.Rollback()
	exists := "SELECT count(*) FROM sqlite_master WHERE name = 'meta'"
	if s.lock != "" {
		exists = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'meta'"
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(20261122)"); err != nil {
			return unusable("it does not lock", err)
		}
	}
	var n, version int
	if err := tx.QueryRowContext(ctx, exists).Scan(&n); err != nil {
		return unusable("it does not read", err)
	}
	if n == 0 {
		for _, statement := range strings.Split(strings.TrimSpace(schema), ";\n") {
			if _, err := tx.ExecContext(ctx, strings.TrimSuffix(statement, ";")); err != nil {
				return unusable("its tables cannot be made", err)
			}
		}
	}
	if err := tx.QueryRowContext(ctx, "SELECT version FROM meta").Scan(&version); err != nil {
		return unusable("it is no centre's", err)
	}
	if version > schemaVersion {
		return &drivers.Fault{Code: StoreNewer, Op: "centre store", Again: drivers.AgainNever, Detail: fmt.Sprintf("version %d", version)}
	}
	for ; version < schemaVersion; version++ {
		step := migrations()[version]
		if s.lock != "" {
			step = forPostgres(step)
		}
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return unusable("it cannot be brought up to date", err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("UPDATE meta SET version = %d WHERE version < %d", version, version)); err != nil {
		return unusable("it cannot be brought up to date", err)
	}
	if err := tx.Commit(); err != nil {
		return unusable("its tables cannot be made", err)
	}
	return nil
}

func unusable(detail string, err error) error {
	return &drivers.Fault{Code: StoreUnusable, Op: "centre store", Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}

func (s *sqlStore) Ping(ctx context.Context) error {
	var one int
	return asRefusal("ping", s.reads.QueryRowContext(ctx, "SELECT one FROM meta").Scan(&one))
}

func (s *sqlStore) Close() error {
	if s.reads == s.db {
		return s.db.Close()
	}
	return errors.Join(s.reads.Close(), s.db.Close())
}

// within runs f in one transaction. A refusal that f returns with keep set is told after what f did was committed: an incident is booked
// though the call is refused.
func (s *sqlStore) within(ctx context.Context, op string, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return asRefusal(op, err)
	}
	defer tx.Rollback()
	err = f(tx)
	var kept *keptRefusal
	if err != nil && !errors.As(err, &kept) {
		return asRefusal(op, err)
	}
	if err := tx.Commit(); err != nil {
		return asRefusal(op, err)
	}
	if kept != nil {
		return kept.fault
	}
	return nil
}

// keptRefusal is a refusal whose transaction is kept.
type keptRefusal struct{ fault *drivers.Fault }

func (k *keptRefusal) Error() string { return k.fault.Error() }

// asRefusal keeps a Fault; anything else of an engine is Unavailable: whether it was done is not known.
func asRefusal(op string, err error) error {
	var f *drivers.Fault
	if err == nil || errors.As(err, &f) {
		return err
	}
	return api.Refuse(api.Unavailable, op, "", err)
}

// ms keeps a moment; the zero moment is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// args collects the values of a statement that is put together and gives their places.
type args struct{ values []any }

func (a *args) add(v any) string {
	a.values = append(a.values, v)
	return fmt.Sprintf("$%d", len(a.values))
}

func (a *args) list(words []string) string {
	places := make([]string, len(words))
	for i, w := range words {
		places[i] = a.add(w)
	}
	return "(" + strings.Join(places, ", ") + ")"
}

// insert writes rows in as few statements as the engines take. what is "INSERT INTO t (a, b)", tail "" or an ON CONFLICT clause.
func insert(ctx context.Context, tx *sql.Tx, what, tail string, rows [][]any) error {
	const places = 6000 // SQLite takes 32,766, PostgreSQL 65,535; longer statements gain nothing
	for len(rows) > 0 {
		n := min(len(rows), max(1, places/len(rows[0])))
		var a args
		lines := make([]string, n)
		for i, row := range rows[:n] {
			line := make([]string, len(row))
			for k, v := range row {
				line[k] = a.add(v)
			}
			lines[i] = "(" + strings.Join(line, ", ") + ")"
		}
		if _, err := tx.ExecContext(ctx, what+" VALUES "+strings.Join(lines, ", ")+tail, a.values...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// each gives every row of a query to f.
func each(ctx context.Context, q interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}, text string, values []any, f func(scan func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, text, values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
