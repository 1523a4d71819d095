package source

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"iter"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"cetak/drivers"
	"cetak/station/record"
)

// List is every waiting record in queue order: by the moment the register cleared it, then by id and issue. It is what a program
// holds that needs the whole queue at any moment: a queue may have hundreds of thousands of records, so they lie side by side in few
// pieces of memory, without a pointer of their own. It is personal data and stays in memory. A List is never changed: any number of
// goroutines may read it. The nil List is empty.
type List struct {
	parts  []*Part
	starts []int // the place of each part's first record; one more for the end
}

// Part is a run of a List's records. A List that follows from another one shares the parts in which nothing changed: what is made of a
// Part may be kept as long as the Part is there.
type Part struct {
	rows  []row
	lines string // NAME, a space, NIK, LF; record after record
	ids   string
	words []kindReason
	until []int64 // ends of the leases, as moment; nil: no record of this part has one
}

// row is one record; 32 bytes.
type row struct {
	cleared, notAfter int64  // as moment
	line, id          uint32 // where its line and its id end
	issue             uint16
	nik               uint16 // how long it is
	word              uint16 // in words
	warnings          uint16
}

type kindReason struct {
	kind   record.Kind
	reason string
}

// partRows is how many records are read, opened, and kept together.
const partRows = 4096

// Len is the number of records.
func (l *List) Len() int {
	if l == nil || len(l.parts) == 0 {
		return 0
	}
	return l.starts[len(l.parts)]
}

// Parts gives the parts in queue order, each with the place of its first record.
func (l *List) Parts() iter.Seq2[int, *Part] {
	return func(yield func(int, *Part) bool) {
		if l == nil {
			return
		}
		for i, p := range l.parts {
			if !yield(l.starts[i], p) {
				return
			}
		}
	}
}

// At gives the part that holds a place, and the place within it.
func (l *List) At(place int) (*Part, int) {
	n := min(place/partRows, len(l.parts)-1) // exact where every part before is full
	for l.starts[n] > place {
		n--
	}
	for l.starts[n+1] <= place {
		n++
	}
	return l.parts[n], place - l.starts[n]
}

// Item gives the record at a place. Its strings are its own: an Item may be kept and the List forgotten.
func (l *List) Item(place int) Item {
	p, i := l.At(place)
	r := &p.rows[i]
	line, id := p.Line(i), p.id(i)
	own := id + line // one piece of memory for the three
	name := len(own) - 2 - int(r.nik)
	return Item{
		Key: record.Key{ID: own[:len(id)], Issue: int(r.issue)}, Kind: p.Kind(i), Reason: p.Reason(i),
		Cleared: moment(r.cleared), NotAfter: moment(r.notAfter), Name: own[len(id):name], NIK: own[name+1 : len(own)-1],
		Warnings: int(r.warnings), Until: p.Until(i),
	}
}

// Items gives all of them.
func (l *List) Items() []Item {
	items := make([]Item, l.Len())
	for i := range items {
		items[i] = l.Item(i)
	}
	return items
}

// Find gives the place of a record.
func (l *List) Find(k record.Key) (place int, ok bool) {
	for start, p := range l.Parts() {
		for i := range p.rows {
			if int(p.rows[i].issue) == k.Issue && p.id(i) == k.ID {
				return start + i, true
			}
		}
	}
	return 0, false
}

// Without gives the list without the record of the key, or the same one where there is none.
func (l *List) Without(k record.Key) *List {
	place, ok := l.Find(k)
	if !ok {
		return l
	}
	p, _ := l.At(place)
	n := slices.Index(l.parts, p)
	parts := slices.Clone(l.parts)
	if parts[n] = p.without(place - l.starts[n]); len(parts[n].rows) == 0 {
		parts = slices.Delete(parts, n, n+1)
	}
	return listOf(parts)
}

func listOf(parts []*Part) *List {
	l := &List{parts: parts, starts: make([]int, len(parts)+1)}
	for i, p := range parts {
		l.starts[i+1] = l.starts[i] + len(p.rows)
	}
	return l
}

// ListOf makes a List of items that lie in queue order. Their issues count from 1 to 9999, as those of every record.
func ListOf(items []Item) *List {
	var parts []*Part
	for some := range slices.Chunk(items, partRows) {
		b := newBatch()
		until := false
		for _, i := range some {
			b.add([]byte(i.Key.ID), int64(i.Key.Issue), unix(i.Cleared), unix(i.NotAfter))
			until = until || !i.Until.IsZero()
		}
		var w partWriter
		for n, i := range some {
			w.add(&b.rows[n], []byte(i.Kind), []byte(i.Reason), []byte(i.NIK), []byte(i.Name), i.Warnings)
		}
		p := w.part(b)
		if until {
			p.until = make([]int64, len(some))
			for n, i := range some {
				p.until[n] = unixOrZero(i.Until)
			}
		}
		parts = append(parts, p)
	}
	return listOf(parts)
}

// Len is the number of records.
func (p *Part) Len() int { return len(p.rows) }

// Lines is what can be searched: NAME, a space, NIK, LF; record after record.
func (p *Part) Lines() string { return p.lines }

// LineStart is where the line of the record begins in Lines; that of Len is the end.
func (p *Part) LineStart(i int) int {
	if i == 0 {
		return 0
	}
	return int(p.rows[i-1].line)
}

// Line is one of Lines, with its LF. It shares the memory of the List.
func (p *Part) Line(i int) string { return p.lines[p.LineStart(i):p.rows[i].line] }

func (p *Part) id(i int) string {
	from := uint32(0)
	if i > 0 {
		from = p.rows[i-1].id
	}
	return p.ids[from:p.rows[i].id]
}

// Key is the record's. It shares the memory of the List: it is for comparing and not for keeping.
func (p *Part) Key(i int) record.Key { return record.Key{ID: p.id(i), Issue: int(p.rows[i].issue)} }

// Kind is the record's.
func (p *Part) Kind(i int) record.Kind { return p.words[p.rows[i].word].kind }

// Reason is the record's.
func (p *Part) Reason(i int) string { return p.words[p.rows[i].word].reason }

// NotAfter is the centre's last moment for printing the record.
func (p *Part) NotAfter(i int) time.Time { return moment(p.rows[i].notAfter) }

// Until is the end of the record's lease; zero = it came without one.
func (p *Part) Until(i int) time.Time {
	if p.until == nil || p.until[i] == noLease {
		return time.Time{}
	}
	return moment(p.until[i])
}

const noLease = math.MinInt64

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return noLease
	}
	return unix(t)
}

func (p *Part) without(i int) *Part {
	line, id := p.Line(i), p.id(i)
	q := &Part{
		rows:  slices.Concat(p.rows[:i], p.rows[i+1:]),
		lines: p.lines[:p.LineStart(i)] + p.lines[p.rows[i].line:],
		ids:   p.ids[:int(p.rows[i].id)-len(id)] + p.ids[p.rows[i].id:],
		words: p.words,
	}
	for n := i; n < len(q.rows); n++ {
		q.rows[n].line -= uint32(len(line))
		q.rows[n].id -= uint32(len(id))
	}
	if p.until != nil {
		q.until = slices.Concat(p.until[:i], p.until[i+1:])
	}
	return q
}

// batch is what was read of a part before its lines are opened.
type batch struct {
	rows  []row
	ids   []byte
	lines []byte // sealed, one after the other
	ends  []int  // where each of them ends
}

func newBatch() *batch { return &batch{rows: make([]row, 0, partRows)} }

// add takes a row in. It reports false for an issue that no record can have.
func (b *batch) add(id []byte, issue, cleared, notAfter int64) bool {
	b.ids = append(b.ids, id...)
	b.rows = append(b.rows, row{cleared: cleared, notAfter: notAfter, id: uint32(len(b.ids)), issue: uint16(issue)})
	return issue >= 0 && issue <= math.MaxUint16
}

// partWriter writes the lines of a part.
type partWriter struct {
	lines []byte
	words []kindReason
}

// add writes one line; it reports false for what no record holds.
func (w *partWriter) add(r *row, kind, reason, nik, name []byte, warnings int) bool {
	w.lines = append(append(append(append(w.lines, name...), ' '), nik...), '\n')
	r.line, r.nik, r.warnings = uint32(len(w.lines)), uint16(len(nik)), uint16(warnings)
	n := slices.IndexFunc(w.words, func(k kindReason) bool { return string(k.kind) == string(kind) && k.reason == string(reason) })
	if n < 0 {
		n = len(w.words)
		w.words = append(w.words, kindReason{record.Kind(kind), string(reason)})
	}
	r.word = uint16(n)
	return len(nik) <= math.MaxUint16 && warnings >= 0 && warnings <= math.MaxUint16
}

func (w *partWriter) part(b *batch) *Part {
	return &Part{rows: slices.Clip(b.rows), lines: string(w.lines), ids: string(b.ids), words: w.words}
}

// List reads every waiting record. An error is a Fault with StoreBroken or StoreKey.
func (s *Store) List(ctx context.Context) (*List, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, issue, cleared, notafter, line FROM queue ORDER BY cleared, id, issue")
	if err != nil {
		return nil, storeFault("queue", err)
	}
	defer func() { _ = rows.Close() }()
	var o opening
	b := newBatch()
	for rows.Next() {
		var id, sealed sql.RawBytes
		var issue, cleared, notAfter any // into an integer, database/sql would go by way of its text
		if err := rows.Scan(&id, &issue, &cleared, &notAfter, &sealed); err != nil {
			return nil, errors.Join(storeFault("queue", err), o.wait())
		}
		if !b.add(id, whole64(issue), whole64(cleared), whole64(notAfter)) {
			return nil, errors.Join(altered(string(id)), o.wait())
		}
		b.lines = append(b.lines, sealed...)
		if b.ends = append(b.ends, len(b.lines)); len(b.rows) == partRows {
			o.start(s, b)
			b = newBatch()
		}
	}
	if len(b.rows) > 0 {
		o.start(s, b)
	}
	if err := o.wait(); err != nil {
		return nil, err
	}
	if err := rows.Err(); err != nil {
		return nil, storeFault("queue", err)
	}
	_, _ = s.db.ExecContext(ctx, "PRAGMA shrink_memory") // what was read is not read again soon
	l := listOf(o.parts)
	return l, s.leaseEnds(ctx, l)
}

func altered(key string) error {
	return fault(StoreBroken, drivers.AgainNever, "queue", "the search line of "+key+" was altered", nil)
}

// opening opens the sealed lines of what was read beside the reading of what follows: of a long queue, the start waits for both.
type opening struct {
	wg    sync.WaitGroup
	mu    sync.Mutex
	parts []*Part
	err   error
}

// start opens the lines of a batch, which the caller then leaves alone.
func (o *opening) start(s *Store, b *batch) {
	o.mu.Lock()
	n := len(o.parts)
	o.parts = append(o.parts, nil)
	o.mu.Unlock()
	o.wg.Go(func() {
		p, err := s.open(b)
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.parts[n] = p; o.err == nil {
			o.err = err
		}
	})
}

// wait gives the first error, once all that was started is opened.
func (o *opening) wait() error {
	o.wg.Wait()
	return o.err
}

// open makes a part of what was read.
func (s *Store) open(b *batch) (*Part, error) {
	var bound, plain []byte
	w := partWriter{lines: make([]byte, 0, len(b.lines))} // a sealed line is the longer one
	n, from, id := s.seal.NonceSize(), 0, uint32(0)
	for i := range b.rows {
		r, sealed := &b.rows[i], b.lines[from:b.ends[i]]
		from = b.ends[i]
		bound = strconv.AppendInt(append(append(bound[:0], b.ids[id:r.id]...), '#'), int64(r.issue), 10) // as Key.String
		id = r.id
		if len(sealed) < n {
			return nil, altered(string(bound))
		}
		var err error
		if plain, err = s.seal.Open(plain[:0], sealed[:n], sealed[n:], bound); err != nil {
			return nil, altered(string(bound))
		}
		var field [5][]byte
		rest, all := plain, true
		for f := range field[:4] {
			var more bool
			field[f], rest, more = bytes.Cut(rest, []byte{0x1f})
			all = all && more
		}
		field[4] = rest
		warnings, err := strconv.Atoi(string(field[4]))
		if err != nil || !all || !w.add(r, field[0], field[1], field[2], field[3], warnings) {
			return nil, altered(string(bound))
		}
	}
	return w.part(b), nil
}
