package station

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"cetak/station/journal"
	"cetak/station/office"
	"cetak/station/record"
)

// fenced is a line whose lease has the fence.
type fenced int64

func (f fenced) Claim(context.Context, record.Key) (int64, error) { return int64(f), nil }
func (fenced) Recalled(context.Context, record.Key) error         { return nil }
func (fenced) Wake()                                              {}

// What the journal says was handed on is refused at claim, whatever the store still has; a newer lease, or its coming back, ends that.
func TestHandedOnIsRefused(t *testing.T) {
	key := record.Key{ID: "PRR-1", Issue: 1}
	line := func(kind journal.Kind, fence int64) journal.Entry {
		data, err := json.Marshal(map[string]any{"fence": fence, "paper": "x"})
		if err != nil {
			t.Fatal(err)
		}
		return journal.Entry{Kind: kind, Record: key.ID, Issue: key.Issue, Who: "siti", At: time.Now(), Data: data}
	}
	on, back := line(journal.KindHandedOn, 5), line(journal.KindTakenOver, 5)
	for what, c := range map[string]struct {
		lines []journal.Entry
		line  Centre
		gone  bool
	}{
		"handed on":                       {[]journal.Entry{on}, fenced(5), true},
		"and the settings name no centre": {[]journal.Entry{on}, nil, true},
		"leased anew":                     {[]journal.Entry{on}, fenced(6), false},
		"handed back":                     {[]journal.Entry{on, back}, fenced(5), false},
		"handed on, back, and on":         {[]journal.Entry{on, back, on}, fenced(5), true},
		"never handed on":                 {nil, fenced(5), false},
	} {
		b, err := ReadBooks(t.Context(), func(yield func(journal.Entry, error) bool) {
			for i, e := range c.lines {
				if e.Seq = int64(i + 1); !yield(e, nil) {
					return
				}
			}
		}, office.Rules{Station: "a/1", Place: time.Local}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		s := &Station{Parts: Parts{Centre: c.line}, books: &books{Books: b}, job: &job{key: key}}
		if err := s.claim(t.Context()); errors.Is(err, HandedOn) != c.gone || !c.gone && err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
