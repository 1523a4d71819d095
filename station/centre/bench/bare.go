package bench

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
)

// statement is one that the store sent.
type statement struct {
	text string
	args []any
}

// reads says whether rows come back.
func (s statement) reads() bool {
	if len(s.args) == 0 {
		return false
	}
	_, is := s.args[0].(pgx.QueryResultFormatsByOID) // database/sql asks for rows so
	return is
}

// script is what one request was for the database, with begin and commit.
type script []statement

// recorder is a tracer that writes down what a store sends in the name of a context.
type recorder struct{}

type scriptKey struct{}

// into gives a context whose statements are written into s. One goroutine uses it.
func into(ctx context.Context, s *script) context.Context {
	return context.WithValue(ctx, scriptKey{}, s)
}

// TraceQueryStart is pgx's.
func (recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if s, ok := ctx.Value(scriptKey{}).(*script); ok {
		*s = append(*s, statement{q.SQL, q.Args})
	}
	return ctx
}

// TraceQueryEnd is pgx's.
func (recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// barePostgres sends scripts over connections of its own, one for each worker: nothing is read from an answer and nothing is decided.
type barePostgres struct{ conns []*pgx.Conn }

func dialBare(ctx context.Context, config *pgx.ConnConfig, n int) (*barePostgres, error) {
	b := &barePostgres{}
	for range n {
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return nil, errors.Join(err, b.close(ctx))
		}
		b.conns = append(b.conns, conn)
	}
	return b, nil
}

func (b *barePostgres) play(ctx context.Context, worker int, s script) error {
	conn := b.conns[worker]
	for _, st := range s {
		if st.reads() {
			rows, err := conn.Query(ctx, st.text, st.args...)
			if err != nil {
				return err
			}
			rows.Close() // reads to the end
			if err := rows.Err(); err != nil {
				return err
			}
		} else if _, err := conn.Exec(ctx, st.text, st.args...); err != nil {
			return err
		}
	}
	return nil
}

func (b *barePostgres) close(ctx context.Context) error {
	var errs []error
	for _, c := range b.conns {
		errs = append(errs, c.Close(ctx))
	}
	return errors.Join(errs...)
}

// bareFile sends the same to SQLite: one writer, as SQLite has it.
type bareFile struct{ db *sql.DB }

// forFile takes PostgreSQL's row locks off: SQLite locks the file.
var forFile = strings.NewReplacer(" FOR UPDATE SKIP LOCKED", "", " FOR UPDATE", "")

func (b *bareFile) play(ctx context.Context, _ int, s script) (err error) {
	conn, err := b.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	for _, st := range s {
		text := forFile.Replace(st.text)
		switch {
		case text == "begin":
			_, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE")
		case st.reads():
			err = drain(ctx, conn, text, st.args[1:])
		default:
			_, err = conn.ExecContext(ctx, text, st.args...)
		}
		if err != nil {
			_, undo := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return errors.Join(err, undo)
		}
	}
	return nil
}

func drain(ctx context.Context, conn *sql.Conn, text string, args []any) error {
	rows, err := conn.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
