package journal

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"cetak/drivers"
)

// Report is what Verify found.
type Report struct {
	Station   string    `json:"station"`
	Lines     int64     `json:"lines"` // lines in the file
	Good      int64     `json:"good"`  // lines from the beginning whose chain holds
	Head      string    `json:"head"`  // hash of the last good line; write it down to prove later that nothing was cut off
	First     time.Time `json:"first"` // time of line 1; zero in an empty journal
	Last      time.Time `json:"last"`  // time of the last good line
	Backwards int64     `json:"backwards"`
	// Backwards counts the lines whose clock is before that of the line before: a clock that was set, not a forgery.
	Break *Break `json:"break,omitempty"` // nil when all is well
}

// Break is the first place where the chain does not hold.
type Break struct {
	Line   int64     `json:"line"` // the first line concerned
	Kind   BreakKind `json:"kind"`
	Detail string    `json:"detail"`
}

// BreakKind says what was done to the journal, as far as the bytes tell.
type BreakKind string

// Kinds of breaks.
const (
	Edited    BreakKind = "edited"    // the line's content does not fit its hash, or the line was replaced
	Removed   BreakKind = "removed"   // lines are missing from here
	Inserted  BreakKind = "inserted"  // a line was put in here
	Reordered BreakKind = "reordered" // the line stands in another line's place
	Torn      BreakKind = "torn"      // the last line is not whole
	Guards    BreakKind = "guards"    // the file's triggers, genesis, or list of open attempts were changed
)

// Verify recomputes the whole chain. A broken one gives the Report with Break set and a ChainBroken fault that names
// the line. It uses all processors, about 2 s for a million lines on two, and does not hinder a running station.
func (r *Reader) Verify(ctx context.Context) (Report, error) {
	c, err := r.check(ctx, 0, runtime.GOMAXPROCS(0))
	if err != nil {
		return c.report, err
	}
	return c.report, brokenFault(c.report)
}

// verifyTail checks the genesis, the head, and the last n lines.
func (r *Reader) verifyTail(ctx context.Context, n int64) error {
	var last int64
	if err := r.db.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM fact`).Scan(&last); err != nil {
		return readError(ctx, "journal verify", err)
	}
	c, err := r.check(ctx, max(0, last-n), 1)
	if err != nil {
		return err
	}
	return brokenFault(c.report)
}

func brokenFault(rep Report) error {
	if rep.Break == nil {
		return nil
	}
	detail := string(rep.Break.Kind) + ": " + rep.Break.Detail
	if rep.Break.Line > 0 {
		detail = fmt.Sprintf("line %d %s", rep.Break.Line, detail)
	}
	return newFault(ChainBroken, "journal verify", detail, nil)
}

// checker walks the lines in order of seq.
type checker struct {
	report Report
	prev   []byte // hash of the last good line
	part   part
	bad    *line // the first line that does not fit
	next   *line // the one behind it
	buf    []byte
}

// part is a run of lines checked by one goroutine. Its first line follows a line whose stored hash is taken on trust
// and is proved by the part before it.
type part struct {
	after, to int64
	opened    map[string]struct{} // attempts whose intent is in this part and whose outcome is not
	closed    map[string]struct{} // attempts the other way round
}

// check verifies the lines behind after as they are at its beginning; a running station may go on appending.
func (r *Reader) check(ctx context.Context, after int64, parts int) (*checker, error) {
	c := &checker{prev: r.genesis}
	c.report.Station = r.station
	if want := genesisHash(r.station, r.made.UnixNano()); !bytes.Equal(want[:], r.genesis) {
		c.breakAt(0, Guards, "the beginning does not fit the station id and date")
		return c, nil
	}
	guards := checkSchema(ctx, r.db)
	if guards != nil && !errors.Is(guards, ChainBroken) {
		return c, guards
	}
	err := r.checkAll(ctx, c, after, parts)
	if guards == nil {
		return c, err
	}
	// Who takes the guards out does it to change a line: the line is what has to be named.
	switch {
	case err != nil && ctx.Err() != nil:
		return c, err
	case err != nil || c.report.Break == nil || c.report.Break.Line == 0:
		c.breakAt(0, Guards, "%s", drivers.AsFault(guards).Detail)
	default:
		c.report.Break.Detail += "; " + drivers.AsFault(guards).Detail
	}
	return c, nil
}

// checkAll walks lines, head, and open attempts, and leaves the first break in c.
func (r *Reader) checkAll(ctx context.Context, c *checker, after int64, parts int) error {
	const op = "journal verify"
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return readError(ctx, op, err)
	}
	defer tx.Rollback()
	var last, headSeq int64
	var headHash []byte
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM fact`).Scan(&last); err != nil {
		return readError(ctx, op, err)
	}
	if err := tx.QueryRowContext(ctx, `SELECT seq, hash FROM head`).Scan(&headSeq, &headHash); err != nil &&
		!errors.Is(err, sql.ErrNoRows) {
		return readError(ctx, op, err)
	}
	open, err := r.checkLines(ctx, c, after, last, parts)
	if err != nil || c.report.Break != nil {
		return readError(ctx, op, err)
	}
	if c.bad != nil {
		return readError(ctx, op, c.explain(ctx, tx))
	}
	c.checkHead(headSeq, headHash)
	if c.report.Break == nil && after == 0 {
		return readError(ctx, op, c.checkPending(ctx, tx, open))
	}
	return nil
}

// checkLines walks the lines in count parts, each on its own connection, and joins what they found in c. It gives the
// attempts that are open at the end.
func (r *Reader) checkLines(ctx context.Context, c *checker, after, last int64, count int) (map[string]struct{}, error) {
	n := max(1, min(int64(count), last-after))
	parts := make([]*checker, n)
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range parts {
		parts[i] = newPart(r.genesis, after+(last-after)*int64(i)/n, after+(last-after)*int64(i+1)/n)
		wait.Go(func() { errs[i] = parts[i].run(ctx, r.db) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	open := map[string]struct{}{}
	for _, p := range parts {
		broken := p.bad != nil || p.report.Good < p.part.to
		if broken && p.part.to < last {
			// Once more without an end, so that the line behind the break is seen too.
			p = newPart(r.genesis, p.part.after, last)
			if err := p.run(ctx, r.db); err != nil {
				return nil, err
			}
		}
		c.join(p, open)
		if broken {
			break
		}
	}
	return open, nil
}

func newPart(genesis []byte, after, to int64) *checker {
	return &checker{
		prev: genesis,
		part: part{after: after, to: to, opened: map[string]struct{}{}, closed: map[string]struct{}{}},
	}
}

func (c *checker) run(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer release(conn)
	if c.part.after > 0 {
		var at int64
		err := conn.QueryRowContext(ctx, `SELECT at, hash FROM fact WHERE seq = ?`, c.part.after).Scan(&at, &c.prev)
		if errors.Is(err, sql.ErrNoRows) {
			c.breakAt(c.part.after, Removed, "line %d is missing", c.part.after)
			return nil
		} else if err != nil {
			return err
		}
		c.report.Last = time.Unix(0, at).UTC()
	}
	c.report.Good = c.part.after
	return c.walk(ctx, conn)
}

// join adds the next part, and takes its attempts into or out of open.
func (c *checker) join(p *checker, open map[string]struct{}) {
	if c.report.First.IsZero() {
		c.report.First = p.report.First
	}
	c.report.Backwards += p.report.Backwards
	c.report.Good, c.report.Last, c.report.Break = p.report.Good, p.report.Last, p.report.Break
	c.prev, c.bad, c.next = p.prev, p.bad, p.next
	for a := range p.part.closed {
		delete(open, a)
	}
	for a := range p.part.opened {
		open[a] = struct{}{}
	}
	c.report.Head = hex.EncodeToString(c.prev)
	c.report.Lines = c.report.Good
}

func (c *checker) walk(ctx context.Context, conn *sql.Conn) error {
	var l line // one for all: a line that does not fit is copied
	return scanRows(ctx, conn, `SELECT `+columns+` FROM fact WHERE seq > ? AND seq <= ? ORDER BY seq`, width,
		[]any{c.part.after, c.part.to}, func(values []driver.Value) bool {
			l.take(values)
			if c.bad != nil {
				c.next = &l
				return false
			}
			c.step(&l)
			return true
		})
}

func (c *checker) step(l *line) {
	want := c.report.Good + 1
	sum, buf := l.sum(c.buf, c.prev, want)
	c.buf = buf
	if l.seq != want || !bytes.Equal(l.prev, c.prev) || !bytes.Equal(l.hash, sum[:]) {
		bad := *l
		c.bad = &bad
		return
	}
	at := time.Unix(0, l.at).UTC()
	if want == 1 {
		c.report.First = at
	} else if at.Before(c.report.Last) {
		c.report.Backwards++
	}
	c.report.Last = at
	c.report.Good = want
	c.prev = l.hash
	switch Kind(l.kind) {
	case KindIntent:
		c.part.opened[l.attempt] = struct{}{}
	case KindOutcome:
		if _, ok := c.part.opened[l.attempt]; ok {
			delete(c.part.opened, l.attempt)
		} else {
			c.part.closed[l.attempt] = struct{}{}
		}
	}
}

func (c *checker) breakAt(line int64, kind BreakKind, format string, args ...any) {
	c.report.Break = &Break{Line: line, Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

// explain names what was done at the first line that does not fit. Each line keeps the hash of the one before, so a
// line that was moved still proves where it stood.
func (c *checker) explain(ctx context.Context, tx *sql.Tx) error {
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM fact`).Scan(&c.report.Lines); err != nil {
		return err
	}
	bad, place := c.bad, c.report.Good+1
	holds := func(l *line, prev []byte, seq int64) bool {
		sum, buf := l.sum(c.buf, prev, seq)
		c.buf = buf
		return bytes.Equal(l.hash, sum[:])
	}
	switch {
	case bad.seq > place && bad.seq == place+1:
		c.breakAt(place, Removed, "line %d is missing", place)
		return nil
	case bad.seq > place:
		c.breakAt(place, Removed, "lines %d to %d are missing", place, bad.seq-1)
		return nil
	case holds(bad, bad.prev, place):
		// Whole in itself and at its place, but it follows another line than the one that is there now.
		c.breakAt(place-1, Edited, "the line was replaced: line %d follows another one", place)
		return nil
	case c.next == nil && (len(bad.hash) != hashSize || len(bad.prev) != hashSize || !whole(bad.data)):
		c.breakAt(place, Torn, "the last line is not whole")
		return nil
	case c.next != nil && bytes.Equal(c.next.prev, c.prev) && holds(c.next, c.prev, place):
		return c.swapped(ctx, tx, place)
	}
	was, err := c.origin(ctx, tx, bad)
	switch {
	case err != nil:
		return err
	case was > place:
		return c.moved(ctx, tx, place, was)
	case was > 0:
		c.breakAt(was, Inserted, "the true line %d now stands at %d", was, place)
	default:
		c.breakAt(place, Edited, "the content does not fit the hash")
	}
	return nil
}

// swapped is called when the line behind the bad one belongs at the bad one's place: the bad one was put in, or it
// changed places with its neighbour.
func (c *checker) swapped(ctx context.Context, tx *sql.Tx, place int64) error {
	was, err := c.origin(ctx, tx, c.bad)
	if err != nil {
		return err
	}
	if was > place {
		c.breakAt(place, Reordered, "line %d stands at %d", was, place)
	} else {
		c.breakAt(place, Inserted, "the true line %d now stands at %d", place, place+1)
	}
	return nil
}

// moved is called when a later line stands here: either the true line still exists further on, or it was taken out and
// the rest renumbered.
func (c *checker) moved(ctx context.Context, tx *sql.Tx, place, was int64) error {
	var elsewhere bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM fact WHERE prev = ? AND seq > ?)`, c.prev, place).
		Scan(&elsewhere)
	if err != nil {
		return err
	}
	if elsewhere {
		c.breakAt(place, Reordered, "line %d stands at %d", was, place)
	} else {
		c.breakAt(place, Removed, "line %d stands at %d: %d missing, the rest renumbered", was, place, was-place)
	}
	return nil
}

// origin finds the number a line had when it was written, by trying all there are; 0 if none fits.
func (c *checker) origin(ctx context.Context, tx *sql.Tx, l *line) (int64, error) {
	var last, head int64
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM fact`).Scan(&last); err != nil {
		return 0, err
	}
	if err := tx.QueryRowContext(ctx, `SELECT seq FROM head`).Scan(&head); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	for seq := int64(1); seq <= max(last, head); seq++ {
		if seq%1024 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		sum, buf := l.sum(c.buf, l.prev, seq)
		c.buf = buf
		if bytes.Equal(l.hash, sum[:]) {
			return seq, nil
		}
	}
	return 0, nil
}

// checkHead compares the last line with the head, which is written in the same transaction.
func (c *checker) checkHead(seq int64, hash []byte) {
	good := c.report.Good
	switch {
	case len(hash) == 0:
		c.breakAt(0, Guards, "the head is missing")
	case good < seq:
		c.breakAt(good+1, Removed, "the last line is %d, the head says %d", good, seq)
	case good > seq:
		c.breakAt(seq+1, Inserted, "the last line is %d, the head says %d", good, seq)
	case !bytes.Equal(hash, c.prev):
		c.breakAt(good, Edited, "the last line is not the one the head names")
	}
}

// checkPending compares the list of open attempts with the facts: who hides an open intent hides a blank.
func (c *checker) checkPending(ctx context.Context, tx *sql.Tx, open map[string]struct{}) error {
	rows, err := tx.QueryContext(ctx, `SELECT attempt FROM pending`)
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var attempt string
		if err := rows.Scan(&attempt); err != nil {
			return err
		}
		if _, ok := open[attempt]; !ok {
			c.breakAt(0, Guards, "attempt %s is listed as open and is not", attempt)
			return nil
		}
		n++
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != len(open) {
		c.breakAt(0, Guards, "%d attempts are open, %d are listed", len(open), n)
	}
	return nil
}

func whole(data string) bool { return data == "" || json.Valid([]byte(data)) }
