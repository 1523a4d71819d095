package centre

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// entry is a line as the journal hashes it.
func entry(l api.Line) journal.Entry {
	return journal.Entry{
		Seq: l.Seq, At: l.At, Kind: journal.Kind(l.Kind), Record: l.Record, Issue: l.Issue, Attempt: l.Attempt, UID: l.UID, Who: l.Who,
		Data: json.RawMessage(l.Data), Prev: l.Prev,
	}
}

// checkBatch holds a batch to itself: numbers rise, every line's hash is that of its content, and neighbours are linked. Faults:
// BadRequest, ChainForged.
func checkBatch(b api.Batch) error {
	const op = "ledger"
	at := b.After
	for _, l := range b.Lines {
		if l.Seq <= at.Seq {
			return api.Refuse(api.BadRequest, op, fmt.Sprintf("line %d does not follow line %d", l.Seq, at.Seq), nil)
		}
		if sum, err := entry(l).Sum(); err != nil || sum != l.Hash {
			return api.Refuse(api.ChainForged, op, fmt.Sprintf("line %d is not what its hash says", l.Seq), err)
		}
		if l.Seq == at.Seq+1 && l.Prev != at.Hash && (at.Seq > 0 || l.Prev != b.Genesis) {
			return api.Refuse(api.ChainForged, op, fmt.Sprintf("line %d is not linked to the line before it", l.Seq), nil)
		}
		at = api.Point{Seq: l.Seq, Hash: l.Hash}
	}
	switch {
	case b.Head.Seq < at.Seq || b.Head.Seq == 0:
		return api.Refuse(api.BadRequest, op, "the head is before the last line", nil)
	case b.Head.Seq == at.Seq && b.Head.Hash != at.Hash:
		return api.Refuse(api.ChainForged, op, "the head is not the last line", nil)
	}
	return nil
}

func (s *sqlStore) Append(ctx context.Context, now time.Time, station string, b api.Batch, sign func(api.Receipt) (string, error)) (api.Countersigned, error) {
	const op = "ledger"
	out := api.Countersigned{Head: b.Head}
	if err := checkBatch(b); err != nil {
		return out, err
	}
	err := s.within(ctx, op, func(tx *sql.Tx) error {
		forged := func(detail string) error {
			if err := note(ctx, tx, now, "rollback", station, api.Key{}, detail); err != nil {
				return err
			}
			return &keptRefusal{api.Refuse(api.ChainForged, op, detail, nil)}
		}
		var genesis string
		var head api.Point
		var zone int
		err := tx.QueryRowContext(ctx, "SELECT genesis, headseq, headhash, zone FROM station WHERE id = $1"+s.lock, station).Scan(&genesis, &head.Seq, &head.Hash, &zone)
		if err != nil {
			return err
		}
		if genesis != "" && genesis != b.Genesis {
			return forged("the journal was begun anew")
		}
		if b.After.Seq > head.Seq {
			return api.Refuse(api.ChainGap, op, fmt.Sprintf("the centre has the journal up to line %d", head.Seq), nil)
		}
		if ok, err := s.agrees(ctx, tx, station, b, head); err != nil {
			return err
		} else if !ok {
			return forged("a line is another than the centre has in its place")
		}
		if b.Head.Seq <= head.Seq {
			return s.receipted(ctx, tx, station, b, head, &out)
		}
		lines := b.Lines
		for len(lines) > 0 && lines[0].Seq <= head.Seq {
			lines = lines[1:]
		}
		if len(lines) > 0 && lines[0].Seq == head.Seq+1 && head.Seq > 0 && lines[0].Prev != head.Hash {
			return forged(fmt.Sprintf("line %d is not linked to the head that was countersigned", lines[0].Seq))
		}
		if out.Findings, err = s.takeLines(ctx, tx, now, station, zone, lines); err != nil {
			return err
		}
		receipt := api.Receipt{V: 1, Station: station, Genesis: b.Genesis, Seq: b.Head.Seq, Hash: b.Head.Hash, At: now.UTC()}
		if out.JWS, err = sign(receipt); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO head (station, seq, hash, at, jws) VALUES ($1, $2, $3, $4, $5)", station, b.Head.Seq, b.Head.Hash,
			ms(now), out.JWS); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE station SET genesis = $2, headseq = $3, headhash = $4 WHERE id = $1", station, b.Genesis, b.Head.Seq, b.Head.Hash)
		return err
	})
	return out, err
}

// agrees holds what the centre has of the part of the journal that a batch repeats against the batch.
func (s *sqlStore) agrees(ctx context.Context, tx *sql.Tx, station string, b api.Batch, head api.Point) (bool, error) {
	said := map[int64]string{b.Head.Seq: b.Head.Hash}
	if b.After.Seq > 0 {
		said[b.After.Seq] = b.After.Hash
	}
	last := b.After.Seq
	for _, l := range b.Lines {
		if l.Seq <= head.Seq {
			said[l.Seq], last = l.Hash, l.Seq
		}
	}
	if hash, ok := said[head.Seq]; ok && head.Seq > 0 && hash != head.Hash {
		return false, nil
	}
	agree := true
	read := func(scan func(...any) error) error {
		var seq int64
		var hash string
		err := scan(&seq, &hash)
		if have, ok := said[seq]; ok && have != hash {
			agree = false
		}
		return err
	}
	if err := each(ctx, tx, "SELECT seq, hash FROM head WHERE station = $1 AND seq >= $2 AND seq <= $3", []any{station, b.After.Seq, b.Head.Seq}, read); err != nil {
		return false, err
	}
	if last == b.After.Seq {
		return agree, nil
	}
	// A movement that the centre has and the batch passes over is a movement taken out.
	n := 0
	err := each(ctx, tx, "SELECT seq, hash FROM line WHERE station = $1 AND seq > $2 AND seq <= $3", []any{station, b.After.Seq, min(head.Seq, b.Head.Seq)},
		func(scan func(...any) error) error { n++; return read(scan) })
	repeated := 0
	for _, l := range b.Lines {
		if l.Seq <= head.Seq {
			repeated++
		}
	}
	return agree && n == repeated, err
}

// receipted answers a batch that the centre has already.
func (s *sqlStore) receipted(ctx context.Context, tx *sql.Tx, station string, b api.Batch, head api.Point, out *api.Countersigned) error {
	err := tx.QueryRowContext(ctx, "SELECT jws FROM head WHERE station = $1 AND seq = $2 AND hash = $3", station, b.Head.Seq, b.Head.Hash).Scan(&out.JWS)
	if errors.Is(err, sql.ErrNoRows) { // a part of what a longer batch brought: the later receipt covers it
		out.Head = head
		err = tx.QueryRowContext(ctx, "SELECT jws FROM head WHERE station = $1 AND seq = $2", station, head.Seq).Scan(&out.JWS)
	}
	return err
}

// takeLines keeps new lines and adds up what their movements do. What is not understood is kept and told: a station of a newer release
// must not be stopped by an older centre.
func (s *sqlStore) takeLines(ctx context.Context, tx *sql.Tx, now time.Time, station string, zone int, lines []api.Line) ([]api.Finding, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	sums := newSums(zone)
	rows := make([][]any, len(lines))
	for i, l := range lines {
		account := ledger.Account("")
		if l.Kind == string(journal.KindMovement) {
			account = sums.take(l)
		}
		rows[i] = []any{station, l.Seq, l.At.UnixNano(), l.Kind, l.Record, l.Issue, l.Attempt, l.UID, l.Who, l.Data, l.Prev, l.Hash, string(account)}
	}
	if err := insert(ctx, tx, "INSERT INTO line (station, seq, at, kind, record, issue, attempt, uid, who, data, prev, hash, account)", "", rows); err != nil {
		return nil, err
	}
	if err := sums.write(ctx, tx, station); err != nil {
		return nil, err
	}
	for _, l := range sums.cards {
		if err := watch(ctx, tx, now, station, l); err != nil {
			return nil, err
		}
	}
	err := each(ctx, tx, "SELECT type, account, n FROM stock WHERE station = $1 AND n < 0", []any{station}, func(scan func(...any) error) error {
		var blank, account string
		var n int
		err := scan(&blank, &account, &n)
		sums.findings = append(sums.findings, api.Finding{Seq: lines[len(lines)-1].Seq, Detail: fmt.Sprintf("%s %s has %d", blank, account, n)})
		return err
	})
	for _, f := range sums.findings {
		err = errors.Join(err, note(ctx, tx, now, "finding", station, api.Key{}, fmt.Sprintf("line %d: %s", f.Seq, f.Detail)))
	}
	return sums.findings, err
}

// watch holds a good card that a desk booked against who has its record: the books tell of a second card also where no outcome does.
func watch(ctx context.Context, tx *sql.Tx, now time.Time, station string, l api.Line) error {
	k := api.Key{ID: l.Record, Issue: l.Issue}
	var holder string
	err := tx.QueryRowContext(ctx, "SELECT holder FROM record WHERE id = $1 AND issue = $2", k.ID, k.Issue).Scan(&holder)
	if errors.Is(err, sql.ErrNoRows) || err == nil && holder == station { // not of this centre: a stick's; or the holder's
		return nil
	}
	if err != nil {
		return err
	}
	return note(ctx, tx, now, "second-card", station, k, fmt.Sprintf("line %d of its journal: a good card of a record that is another desk's", l.Seq))
}

// untold says whether a desk's books have a blank spent on a record that did not end as spoiled.
func untold(ctx context.Context, tx *sql.Tx, station string, k api.Key) (bool, error) {
	var open int
	err := tx.QueryRowContext(ctx, "SELECT COALESCE(sum(CASE account WHEN 'machine' THEN 1 WHEN 'spoiled' THEN -1 ELSE 0 END), 0) FROM line "+
		"WHERE record = $2 AND issue = $3 AND record <> '' AND station = $1", station, k.ID, k.Issue).Scan(&open)
	return open > 0, err
}

// sums is what a batch's movements do to a station's books at the centre.
type sums struct {
	zone     *time.Location
	stock    map[[2]string]int // type, account
	good     map[string]int    // by day
	spoiled  map[string]int
	handed   [][]any // seq, way, type, n, document, issuer, party
	back     [][2]int64
	cards    []api.Line // good cards of named records
	findings []api.Finding
}

func newSums(zone int) *sums {
	return &sums{zone: time.FixedZone("", zone*3600), stock: map[[2]string]int{}, good: map[string]int{}, spoiled: map[string]int{}}
}

// take adds a movement up and gives the account that it went to; empty when it is not understood.
func (s *sums) take(l api.Line) ledger.Account {
	m, err := ledger.Decode([]byte(l.Data))
	if err == nil {
		err = m.Check()
	}
	if err != nil {
		s.findings = append(s.findings, api.Finding{Seq: l.Seq, Detail: "the movement is not understood"})
		return ""
	}
	day := l.At.In(s.zone).Format(time.DateOnly)
	s.stock[[2]string{string(m.Type), string(m.From)}] -= m.From.Sign() * m.Count
	s.stock[[2]string{string(m.Type), string(m.To)}] += m.To.Sign() * m.Count
	switch {
	case m.To == ledger.Good && m.From == ledger.Machine:
		s.good[day] += m.Count
		if l.Record != "" {
			s.cards = append(s.cards, l)
		}
	case m.To == ledger.Spoiled && (m.From == ledger.Machine || m.From == ledger.Hopper || m.From == ledger.Vault):
		s.spoiled[day] += m.Count
	}
	if way := between(m); way != "" {
		s.handed = append(s.handed, []any{l.Seq, way, string(m.Type), m.Count, m.Document, m.Issuer, m.Party})
	}
	if m.Reverses > 0 {
		s.back = append(s.back, [2]int64{m.Reverses, int64(m.Count)})
	}
	return m.To
}

// between names a movement from one office to another; "" for all others.
func between(m ledger.Movement) string {
	switch {
	case m.Kind == ledger.LoanOut:
		return "loan-out"
	case m.Kind == ledger.LoanIn:
		return "loan-in"
	case m.Kind == ledger.Return && m.To == ledger.Borrowed:
		return "loan-return-out"
	case m.Kind == ledger.Return && m.From == ledger.Lent:
		return "loan-return-in"
	case m.Kind == ledger.Transfer && m.To == ledger.Centre:
		return "transfer-out"
	case m.Kind == ledger.Transfer:
		return "transfer-in"
	}
	return ""
}

func (s *sums) write(ctx context.Context, tx *sql.Tx, station string) error {
	var stock, days, handed [][]any
	for k, n := range s.stock {
		stock = append(stock, []any{station, k[0], k[1], n})
	}
	both := map[string]bool{}
	for _, m := range []map[string]int{s.good, s.spoiled} {
		for day := range m {
			both[day] = true
		}
	}
	for day := range both {
		days = append(days, []any{station, day, s.good[day], s.spoiled[day]})
	}
	for _, h := range s.handed {
		handed = append(handed, append([]any{station}, h...))
	}
	err := errors.Join(
		insert(ctx, tx, "INSERT INTO stock (station, type, account, n)", " ON CONFLICT (station, type, account) DO UPDATE SET n = stock.n + excluded.n", stock),
		insert(ctx, tx, "INSERT INTO tally (station, day, good, spoiled)", " ON CONFLICT (station, day) DO UPDATE SET good = tally.good + excluded.good, "+
			"spoiled = tally.spoiled + excluded.spoiled", days),
		insert(ctx, tx, "INSERT INTO handover (station, seq, way, type, n, document, issuer, party)", "", handed),
	)
	for _, b := range s.back {
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE handover SET n = n - $3 WHERE station = $1 AND seq = $2", station, b[0], b[1])
		}
	}
	return err
}

func (s *sqlStore) Stock(ctx context.Context, station string) (map[string]map[string]int, error) {
	all := map[string]map[string]int{}
	for _, t := range ledger.BlankTypes() {
		all[string(t)] = map[string]int{}
		for _, a := range ledger.Accounts() {
			all[string(t)][string(a)] = 0
		}
	}
	err := each(ctx, s.reads, "SELECT type, account, n FROM stock WHERE station = $1", []any{station}, func(scan func(...any) error) error {
		var blank, account string
		var n int
		err := scan(&blank, &account, &n)
		if all[blank] != nil {
			all[blank][account] = n
		}
		return err
	})
	return all, asRefusal("stock", err)
}

// handover is one side of blanks that went between two offices.
type handover struct {
	office, way, blank, document, issuer, party string
	n                                           int
}

func (s *sqlStore) Loans(ctx context.Context) ([]api.Loan, error) {
	var sides []handover
	err := each(ctx, s.reads, "SELECT t.office, h.way, h.type, h.document, h.issuer, h.party, h.n FROM handover h JOIN station t ON t.id = h.station "+
		"WHERE h.n <> 0 ORDER BY h.document, h.station, h.seq", nil, func(scan func(...any) error) error {
		var h handover
		err := scan(&h.office, &h.way, &h.blank, &h.document, &h.issuer, &h.party, &h.n)
		sides = append(sides, h)
		return err
	})
	if err != nil {
		return nil, asRefusal("loans", err)
	}
	return pair(sides), nil
}

// plainWords compares names and numbers as people write them.
func plainWords(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), " ")) }

// pair lays what offices booked out beside what others booked in: by the paper's number, the blank type, and the giver.
func pair(sides []handover) []api.Loan {
	loans := []api.Loan{}
	find := func(kind string, h handover, givers ...string) *api.Loan {
		for i := range loans {
			l := &loans[i]
			if l.Kind != kind || l.Type != h.blank || plainWords(l.Document) != plainWords(h.document) {
				continue
			}
			for _, g := range givers {
				if plainWords(g) == plainWords(l.From) {
					return l
				}
			}
		}
		loans = append(loans, api.Loan{Document: h.document, Type: h.blank, Kind: kind})
		return &loans[len(loans)-1]
	}
	for _, h := range sides {
		if kind, ok := strings.CutSuffix(h.way, "-out"); ok {
			l := find(kind, h, h.office)
			l.From, l.Out = h.office, l.Out+h.n
			if l.To == "" {
				l.To = h.party
			}
		}
	}
	for _, h := range sides {
		if kind, ok := strings.CutSuffix(h.way, "-in"); ok {
			l := find(kind, h, h.issuer, h.party)
			if l.From == "" {
				l.From = h.party
			}
			l.To, l.In = h.office, l.In+h.n
		}
	}
	for i := range loans {
		l := &loans[i]
		switch {
		case l.Out == l.In:
			l.State = "agreed"
		case l.Out == 0:
			l.State = "unmatched"
		case l.In == 0:
			l.State = "on-the-way"
		default:
			l.State = "differs"
		}
	}
	return loans
}
