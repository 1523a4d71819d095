package source

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/durable"
	"cetak/station/record"
)

const (
	outboxFolder  = "outbox"
	outcomeExt    = ".outcome"
	refusedFolder = "refused" // in the outbox: outcomes that the centre does not take
	maxOutcome    = 64 << 10
)

// Unsent is an outcome of a leased record that the centre has not acknowledged.
type Unsent struct {
	Key     record.Key
	Outcome Outcome
	JWS     string
	file    string
}

// Report puts an outcome that does not end its record into the outbox: a spoiled card, or one not found. It is idempotent. Faults:
// OutboxFailed, StoreFull.
func (s *Store) Report(_ context.Context, k record.Key, o Outcome) error { return s.writeOutcome(k, o) }

// Outbox gives what the centre has not acknowledged, in the order of names. Outcomes of records that came without a lease are not for the
// centre; they stay where they are. A file that is no outcome is left where it is, and named in the error beside the others. Fault:
// OutboxFailed.
func (s *Store) Outbox(ctx context.Context) ([]Unsent, error) {
	box := filepath.Join(s.dir, outboxFolder)
	entries, err := os.ReadDir(box)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, outboxFault(err)
	}
	leases, err := s.Leases(ctx)
	if err != nil {
		return nil, err
	}
	fences := make(map[record.Key]int64, len(leases))
	for _, l := range leases {
		fences[l.Key] = l.Fence
	}
	var all []Unsent
	var broken error
	for _, e := range entries {
		if !e.Type().IsRegular() || filepath.Ext(e.Name()) != outcomeExt {
			continue
		}
		u, err := readOutcome(filepath.Join(box, e.Name()))
		if err != nil {
			broken = errors.Join(broken, err)
			continue
		}
		if fence, leased := fences[u.Key]; leased { // taken again meanwhile: the newer right to issue it is what counts
			u.Outcome.Fence = fence
		}
		if u.Outcome.Fence > 0 {
			all = append(all, u)
		}
	}
	return all, broken
}

// readOutcome reads our own file; whoever else signs nothing here is not asked to prove it.
func readOutcome(path string) (Unsent, error) {
	text, err := os.ReadFile(path)
	bad := func(err error) (Unsent, error) {
		return Unsent{}, fault(OutboxFailed, drivers.AgainAfterOperator, "outbox", filepath.Base(path)+" is no outcome", err)
	}
	if err != nil || len(text) > maxOutcome {
		return bad(err)
	}
	part := strings.Split(string(text), ".")
	if len(part) != 3 {
		return bad(nil)
	}
	payload, err := base64.RawURLEncoding.DecodeString(part[1])
	if err != nil {
		return bad(err)
	}
	var o outcomeFile
	if err := json.Unmarshal(payload, &o); err != nil || o.ID == "" || o.Issue < 1 || o.Attempt == "" {
		return bad(err)
	}
	at, _ := time.Parse(time.RFC3339, o.At)
	return Unsent{Key: record.Key{ID: o.ID, Issue: o.Issue}, JWS: string(text), file: path,
		Outcome: Outcome{Attempt: o.Attempt, Result: o.Result, UID: o.UID, At: at, Station: o.Station, Fence: o.Fence}}, nil
}

// Acknowledge takes an outcome that the centre has booked out of the outbox, and with one that ended its record the lease. It is
// idempotent. Faults: OutboxFailed and those of the store.
func (s *Store) Acknowledge(ctx context.Context, u Unsent) error {
	if u.Outcome.Result != Spoiled {
		if err := s.Forget(ctx, u.Key, u.Outcome.Fence); err != nil {
			return err
		}
	}
	err := os.Remove(u.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = durable.SyncDir(filepath.Dir(u.file))
	}
	return outboxFault(err)
}

// SetAside keeps an outcome that the centre will never book, with the reason, in refused/ of the outbox: people decide about the card. Faults:
// OutboxFailed and those of the store.
func (s *Store) SetAside(ctx context.Context, u Unsent, code drivers.Code, detail string) error {
	dir := filepath.Join(filepath.Dir(u.file), refusedFolder)
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		kept := filepath.Join(dir, filepath.Base(u.file))
		err = errors.Join(durable.Write(kept+".reason.txt", []byte(string(code)+" "+detail+"\n"), 0o600), durable.Write(kept, []byte(u.JWS), 0o600))
	}
	if err != nil {
		return outboxFault(err)
	}
	return s.Acknowledge(ctx, u)
}

// outboxFault keeps nil, a Fault, and a full disk as they are.
func outboxFault(err error) error {
	if err == nil {
		return nil
	}
	if full := storeFault("outcome", err); errors.Is(full, StoreFull) {
		return full
	}
	return fault(OutboxFailed, drivers.AgainAfterOperator, "outcome", "", err)
}
