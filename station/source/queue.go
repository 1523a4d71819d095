package source

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/durable"
	"cetak/station/record"
)

// State is what may be done with a waiting record.
type State string

// States of a waiting record.
const (
	Waiting State = "waiting"
	Expired State = "expired" // the centre's last moment for printing has passed; it is refused if asked for
)

// Item is one waiting record, decrypted for the list and the search. It is personal data and stays in memory.
type Item struct {
	Key      record.Key
	Kind     record.Kind
	Reason   string
	Cleared  time.Time
	NotAfter time.Time
	Name     string
	NIK      string
	Warnings int
	Until    time.Time // end of the centre's lease, by the centre's clock; zero = it came without one
}

// State gives the item's state at a moment.
func (i Item) State(now time.Time) State {
	if now.After(i.NotAfter) {
		return Expired
	}
	return Waiting
}

// searchLine packs what the queue shows. Fields of a record hold no control characters, so 1F separates.
func searchLine(r *record.Record, warnings int) []byte {
	return []byte(strings.Join([]string{string(r.Kind), r.Reason, r.Fields.NIK, r.Fields.Name, strconv.Itoa(warnings)}, "\x1f"))
}

// Queue gives every waiting record in queue order, each by itself: for who looks at the queue once. An error is a Fault with StoreBroken or
// StoreKey.
func (s *Store) Queue(ctx context.Context) ([]Item, error) {
	l, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	return l.Items(), nil
}

func whole64(v any) int64 { n, _ := v.(int64); return n }

func moment(v any) time.Time { return time.UnixMilli(whole64(v)).UTC() }

// Record opens a waiting record from its envelope: the centre's signature is verified again each time. Errors are Faults
// with NotQueued, StoreBroken, or as of record.Open.
func (s *Store) Record(ctx context.Context, k record.Key) (*record.Record, error) {
	var envelope string
	err := s.db.QueryRowContext(ctx, "SELECT envelope FROM queue WHERE id = ? AND issue = ?", k.ID, k.Issue).Scan(&envelope)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault(NotQueued, drivers.AgainNever, "record", k.String(), nil)
	}
	if err != nil {
		return nil, storeFault("record", err)
	}
	r, err := record.Open(envelope, s.keys)
	if err != nil {
		return nil, err
	}
	if r.Key() != k {
		return nil, fault(StoreBroken, drivers.AgainNever, "record", "the envelope under "+k.String()+" is another's", nil)
	}
	return r, nil
}

// Result is how a record's card ended.
type Result string

// Results, as on the wire (docs/record.md, "Outcomes").
const (
	Good    Result = "good"
	Spoiled Result = "spoiled"
	Missing Result = "missing"
)

// Outcome is what goes back to the centre.
type Outcome struct {
	Attempt string
	Result  Result
	UID     string // hex, empty if it was never read
	At      time.Time
	Station string
	Fence   int64 // of the lease that the attempt was made under; 0 = none, and the centre is not told
}

// outcomeFile is the payload of an outcome file, docs/record.md.
type outcomeFile struct {
	V       int    `json:"v"`
	ID      string `json:"id"`
	Issue   int    `json:"issue"`
	Attempt string `json:"attempt"`
	Result  Result `json:"result"`
	UID     string `json:"uid"`
	At      string `json:"at"`
	Station string `json:"station"`
	Fence   int64  `json:"fence,omitempty"`
}

// Finish ends a record: the signed outcome is on the disk in outbox/ first, then the record leaves the queue and its envelope
// is overwritten, and its key and digest are kept so that it is never taken again. It is idempotent: after a crash in
// between, the same call completes it. A record that goes back to the queue is not finished. Errors are Faults with
// NotQueued, OutboxFailed, StoreFull, or StoreBroken.
func (s *Store) Finish(ctx context.Context, k record.Key, o Outcome) error {
	digest, err := s.holds(ctx, k)
	if err != nil {
		return err
	}
	if err := s.writeOutcome(k, o); err != nil {
		return err
	}
	err = s.within(ctx, "finish", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO finished (id, issue, digest, result, at) VALUES (?, ?, ?, ?, ?) "+
			"ON CONFLICT DO UPDATE SET result = excluded.result, at = excluded.at", k.ID, k.Issue, digest, string(o.Result), unix(o.At))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM queue WHERE id = ? AND issue = ?", k.ID, k.Issue)
		return err
	})
	if err != nil {
		return err
	}
	// The write-ahead log still holds the pages from before: emptying it is part of the wiping. Another process that
	// reads just now may delay it to its own next checkpoint, so its failure is no failure of Finish.
	_, _ = s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return nil
}

// holds gives the digest of a record that waits or is finished.
func (s *Store) holds(ctx context.Context, k record.Key) (digest string, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT digest FROM queue WHERE id = ?1 AND issue = ?2 UNION ALL "+
		"SELECT digest FROM finished WHERE id = ?1 AND issue = ?2", k.ID, k.Issue).Scan(&digest)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault(NotQueued, drivers.AgainNever, "finish", k.String(), nil)
	}
	if err != nil {
		return "", storeFault("finish", err)
	}
	return digest, nil
}

// writeOutcome signs an outcome into the outbox: under the record's name the one that ends it, beside it with its attempt's name any
// other.
func (s *Store) writeOutcome(k record.Key, o Outcome) error {
	payload, err := json.Marshal(outcomeFile{1, k.ID, k.Issue, o.Attempt, o.Result, o.UID, o.At.UTC().Format(time.RFC3339), o.Station, o.Fence})
	if err != nil {
		return fault(OutboxFailed, drivers.AgainNever, "outcome", "", err)
	}
	jws, err := s.keys.Sign(payload, record.TypeOutcome)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%d", k.ID, k.Issue)
	if o.Result != Good {
		name += "." + o.Attempt
	}
	box := filepath.Join(s.dir, outboxFolder)
	if err = os.MkdirAll(box, 0o700); err == nil {
		err = durable.Write(filepath.Join(box, name+outcomeExt), []byte(jws), 0o600)
	}
	return outboxFault(err)
}
