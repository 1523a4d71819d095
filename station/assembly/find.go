package assembly

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// Take takes one bundle into the queue and writes to the journal what was taken and refused. The file stays as it is.
func (d *Desk) Take(ctx context.Context, path string) (source.Intake, error) {
	in, err := d.Store.Take(ctx, path, time.Now())
	if err != nil || in.Already {
		return in, err
	}
	_, err = d.Journal.Append(ctx, station.IntakeFacts(in, d.Who)...)
	return in, err
}

// Find gives the key of the waiting record named "ID" or "ID#ISSUE".
func (d *Desk) Find(ctx context.Context, name string) (record.Key, error) {
	items, err := d.Store.Queue(ctx)
	if err != nil {
		return record.Key{}, err
	}
	id, issue, numbered := strings.Cut(name, "#")
	for _, i := range items {
		if i.Key.ID == id && (!numbered || strconv.Itoa(i.Key.Issue) == issue) {
			return i.Key, nil
		}
	}
	return record.Key{}, &drivers.Fault{Code: station.NotWaiting, Op: "find", Again: drivers.AgainNever, Detail: name}
}

// CardHistory is what a journal knows of one chip.
type CardHistory struct {
	Record  string
	Issue   int
	Attempt string
	Outcome string // "" while the attempt is open
	At      time.Time
}

// History looks a chip up by its number; the zero CardHistory if the journal never saw it.
func History(ctx context.Context, j *journal.Reader, uid string) (CardHistory, error) {
	var h CardHistory
	if uid == "" {
		return h, nil
	}
	for e, err := range j.Of(ctx, 0, journal.KindUID) {
		if err != nil {
			return h, err
		}
		if e.UID == uid {
			h = CardHistory{Record: e.Record, Issue: e.Issue, Attempt: e.Attempt, At: e.At}
		}
	}
	if h.Attempt == "" {
		return h, nil
	}
	entries, err := j.OfAttempt(ctx, h.Attempt)
	for _, e := range entries {
		if e.Kind == journal.KindOutcome {
			var d struct{ Outcome string }
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return h, err
			}
			h.Outcome, h.At = d.Outcome, e.At
		}
	}
	return h, err
}
