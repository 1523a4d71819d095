package station

import (
	"encoding/json"
	"testing"
	"time"

	"cetak/station/journal"
	"cetak/station/office"
)

// TestLockedTellsTheLastDeed: people who sign in or read between a crash and the next start do not cover what was in flight.
func TestLockedTellsTheLastDeed(t *testing.T) {
	now := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	lines := []journal.Entry{{Kind: journal.KindStart}, {Kind: journal.KindRejectEmptied, Who: "siti"}}
	for _, k := range []journal.Kind{journal.KindSignedIn, journal.KindSignedOut, journal.KindJournalRead, journal.KindSignInRefused} {
		lines = append(lines, journal.Entry{Kind: k, Who: "ayu", Data: json.RawMessage(`{}`)})
	}
	lines = append(lines, journal.Entry{Kind: journal.KindUncleanStart})
	b, err := ReadBooks(t.Context(), func(yield func(journal.Entry, error) bool) {
		for i, e := range lines {
			e.Seq, e.At = int64(i+1), now.Add(time.Duration(i)*time.Minute)
			if !yield(e, nil) {
				return
			}
		}
	}, office.Rules{Place: time.UTC}, now)
	if err != nil || b.Locked == nil || b.Locked.Last != string(journal.KindRejectEmptied) {
		t.Errorf("%+v, %v", b, err)
	}
}
