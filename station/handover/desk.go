package handover

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// Store is what handing on needs of the records. *source.Store satisfies it.
type Store interface {
	Lease(ctx context.Context, k record.Key) (source.Lease, bool, error)
	Leases(ctx context.Context) ([]source.Lease, error)
	Envelope(ctx context.Context, k record.Key) (string, error)
	Deposit(ctx context.Context, leased []source.Leased, now time.Time) (source.Deposited, error)
	Prolong(ctx context.Context, k record.Key, fence int64, until time.Time) error
	Mark(ctx context.Context, k record.Key, code drivers.Code, detail string) error
	Drop(ctx context.Context, k record.Key) error
	Forget(ctx context.Context, k record.Key, fence int64) error
	Memo(ctx context.Context, name string) (string, error)
	SetMemo(ctx context.Context, name, value string) error
}

// Journal is what handing on needs of the desk's journal. *journal.Journal satisfies it.
type Journal interface {
	Append(ctx context.Context, facts ...journal.Fact) ([]journal.Entry, error)
	Of(ctx context.Context, afterSeq int64, kind journal.Kind) iter.Seq2[journal.Entry, error]
	OpenIntents(ctx context.Context) ([]journal.Entry, error)
	OfRecord(ctx context.Context, record string, issue int) ([]journal.Entry, error)
}

// Desk is the desk at which somebody hands on or takes over. No Station may run on it: its folder is this program's.
type Desk struct {
	Dir         string // of the station
	Station     string // "office/desk"
	Keys        record.Keys
	Store       Store
	Journal     Journal
	Who, Second string // the people who do it
}

// folder in the station's, for parcels and receipts.
const folder = "handovers"

// ToCentre stands in the store for the paper of what was given back to the centre. A lease that came by a paper has Request(id) for its take's name; one that was handed on is marked with
// station.HandedOn and the paper's id, or ToCentre.
const ToCentre = "centre"

// requestPrefix is also how the centre names what was handed over.
const requestPrefix = "handover-"

// Request is the name of the take that a lease carries which came by a paper.
func Request(paper string) string { return requestPrefix + paper }

// PaperOf gives the paper that a lease came by; false: it came from the centre.
func PaperOf(l source.Lease) (string, bool) { return strings.CutPrefix(l.Request, requestPrefix) }

func memoPaper(id string) string { return "paper-" + id }
func memoTook(id string) string  { return "took-" + id }

// Papers gives a paper and those that led to it, oldest first: the whole right by which its taker has what is in it. None is known: nil.
func Papers(ctx context.Context, s interface {
	Memo(ctx context.Context, name string) (string, error)
}, id string) ([]string, error) {
	text, err := s.Memo(ctx, memoPaper(id))
	if err != nil || text == "" {
		return nil, err
	}
	var all []string
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, fault(StickAltered, "papers", id, err)
	}
	return all, nil
}

func (d Desk) keepPapers(ctx context.Context, id string, papers []string) error {
	text, err := json.Marshal(papers)
	if err != nil {
		return fault(StickFailed, "papers", id, err)
	}
	return d.Store.SetMemo(ctx, memoPaper(id), string(text))
}

// passage is the data of a fact of a hand-over.
type passage struct {
	Paper  string    `json:"paper,omitempty"` // empty: given back to the centre
	From   string    `json:"from,omitempty"`
	To     string    `json:"to,omitempty"`
	Fence  int64     `json:"fence"`
	Hop    int       `json:"hop,omitempty"`
	Until  time.Time `json:"until"`
	Second string    `json:"second,omitempty"`
}

// standing is what the journal says last of a record's passages.
type standing struct {
	passage
	given bool // it is not this desk's any more
	seq   int64
}

// past is what the journal says of all passages.
type past struct {
	records map[record.Key]standing
	taken   map[string]bool         // papers by which something came
	given   map[string][]record.Key // what went by each paper
	to      map[string]standing     // by paper: to whom, until when
	order   []string                // papers that were given, oldest first
}

func (d Desk) past(ctx context.Context) (past, error) {
	p := past{map[record.Key]standing{}, map[string]bool{}, map[string][]record.Key{}, map[string]standing{}, nil}
	for _, kind := range []journal.Kind{journal.KindHandedOn, journal.KindTakenOver} {
		for e, err := range d.Journal.Of(ctx, 0, kind) {
			if err != nil {
				return p, err
			}
			s := standing{given: kind == journal.KindHandedOn, seq: e.Seq}
			if err := json.Unmarshal(e.Data, &s.passage); err != nil {
				return p, fmt.Errorf("journal line %d: %w", e.Seq, err)
			}
			k := record.Key{ID: e.Record, Issue: e.Issue}
			switch {
			case !s.given:
				p.taken[s.Paper] = true
			case s.Paper != "":
				if p.given[s.Paper] == nil {
					p.order = append(p.order, s.Paper)
				}
				p.given[s.Paper] = append(p.given[s.Paper], k)
				if have, ok := p.to[s.Paper]; !ok || s.Until.Before(have.Until) {
					p.to[s.Paper] = s
				}
			}
			if s.seq > p.records[k].seq {
				p.records[k] = s
			}
		}
	}
	return p, nil
}

func key(k api.Key) record.Key { return record.Key{ID: k.ID, Issue: k.Issue} }

func wire(k record.Key) api.Key { return api.Key{ID: k.ID, Issue: k.Issue} }

// parcelPath is where the giver keeps what it sealed, for a stick that is lost.
func (d Desk) parcelPath(id string) string {
	return filepath.Join(d.Dir, folder, prefix+id+parcelExt)
}
