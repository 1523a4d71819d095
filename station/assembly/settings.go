package assembly

import (
	"bytes"
	"context"
	"encoding/json"

	"cetak/drivers"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// noteSettings writes the settings down when they are not those that the journal last told of, so that nobody turns sign-in or the
// shift off and on again unseen. Faults: those of the journal.
func noteSettings(ctx context.Context, j *journal.Journal, c config.Config) error {
	now, err := json.Marshal(c.Redacted())
	if err != nil {
		return &drivers.Fault{Code: drivers.Unexpected, Op: "settings", Again: drivers.AgainNever, Err: err}
	}
	last, ok, err := j.Last(ctx, journal.KindConfig)
	if err != nil || ok && bytes.Equal(last.Data, now) {
		return err
	}
	_, err = j.Append(ctx, journal.Fact{Kind: journal.KindConfig, Who: ledger.Station, Data: json.RawMessage(now)})
	return err
}
