package station_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"cetak/station"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
)

// FuzzReadBooks folds arbitrary facts, one a line: kind, attempt, uid, and data between tabs. What it takes keeps the
// blanks in balance and folds the same again; what it refuses gives nothing beside the error.
func FuzzReadBooks(f *testing.F) {
	f.Add([]byte("start\t\t\t\nmovement\t\t\t{\"kind\":\"receipt\",\"from\":\"centre\",\"to\":\"vault\",\"type\":\"WNI\",\"count\":5,\"who\":\"A\",\"second\":\"B\",\"document\":\"BA-1\"}\n" +
		"intent\tA-1\t\t{\"counter\":7,\"blank\":\"WNI\"}\nloaded\tA-1\t\t\nuid\tA-1\t04AB\t\nfault\tA-1\t\t{\"code\":\"C-104\"}\n" +
		"discharged\tA-1\t\t{\"tray\":\"good\"}\noutcome\tA-1\t04AB\t{\"outcome\":\"good\"}\nstop\t\t\t"))
	f.Add([]byte("unclean-start\t\t\t\nintent\tA-1\t\t{}\nintent\tA-2\t\t{}\noutcome\tA-1\t\t{\"outcome\":\"spoiled\"}\nreopened\t\t\t"))
	f.Add([]byte("outcome\t\t\tnull\nreject-emptied\t\t\t[]\nfault\t\t\t1"))
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text []byte) {
		entries := func(yield func(journal.Entry, error) bool) {
			for i, l := range bytes.Split(text, []byte("\n")) {
				p := append(bytes.SplitN(l, []byte("\t"), 4), nil, nil, nil)
				e := journal.Entry{Seq: int64(i + 1), At: now, Kind: journal.Kind(p[0]), Record: "PRR-1", Issue: 1, Attempt: string(p[1]), UID: string(p[2])}
				if len(p[3]) > 0 {
					e.Data = json.RawMessage(p[3])
				}
				if !yield(e, nil) {
					return
				}
			}
		}
		b, err := station.ReadBooks(t.Context(), entries, office.Rules{}, now)
		if err != nil {
			if b != nil {
				t.Error("books beside an error")
			}
			return
		}
		if err := b.Ledger.Proof(); err != nil {
			t.Error(err)
		}
		again, err := station.ReadBooks(t.Context(), entries, office.Rules{}, now)
		if err != nil || again.Good != b.Good || again.Spoiled != b.Spoiled || again.Office.Reject() != b.Office.Reject() || (again.Open == nil) != (b.Open == nil) ||
			again.Ledger.Count(ledger.WNI, ledger.Vault) != b.Ledger.Count(ledger.WNI, ledger.Vault) {
			t.Errorf("folded again it differs: %v", err)
		}
	})
}
