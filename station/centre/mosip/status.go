package mosip

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cetak/drivers"
)

// Status is how a gateway is, by its store; it may be read while the gateway runs.
type Status struct {
	Requests map[string]int       `json:"requests"` // by step
	Unsent   int                  `json:"unsent"`   // statuses that MOSIP was not told
	Last     map[string]time.Time `json:"last"`     // asked, subscribed, event, centre, reconciled: when that last went well
	Refused  []Refused            `json:"refused"`  // the last that ended without a card, and why
}

// Refused is a request that ended without a card.
type Refused struct {
	Request string       `json:"request"`
	Code    drivers.Code `json:"code"`
	At      time.Time    `json:"at"`
}

// Steps are the steps of a request in their order.
func Steps() []string {
	return []string{string(toFetch), string(toAsk), string(toCheck), string(toDeposit), string(toPrint), string(printed), string(failed)}
}

// ReadStatus reads a folder's store. Faults: FolderUnusable, StoreUnusable.
func ReadStatus(ctx context.Context, dir string) (*Status, error) {
	path := filepath.Join(dir, StoreFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fault(FolderUnusable, drivers.AgainAfterOperator, "no gateway ran in "+dir+" yet", nil)
	}
	st, err := openStore(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = st.close() }() // only read
	out := &Status{Requests: map[string]int{}, Last: map[string]time.Time{}, Refused: []Refused{}}
	read := func(text string, row func(scan func(...any) error) error) {
		if err != nil {
			return
		}
		rows, e := st.db.QueryContext(ctx, text)
		if e != nil {
			err = e
			return
		}
		defer rows.Close()
		for err == nil && rows.Next() {
			err = row(rows.Scan)
		}
		err = errors.Join(err, rows.Err())
	}
	read("SELECT step, count(*) FROM request GROUP BY step", func(scan func(...any) error) error {
		var name string
		var n int
		err := scan(&name, &n)
		out.Requests[name] = n
		return err
	})
	read("SELECT count(*) FROM report WHERE sent = 0", func(scan func(...any) error) error { return scan(&out.Unsent) })
	read("SELECT name, at FROM mark", func(scan func(...any) error) error {
		var name string
		var at int64
		err := scan(&name, &at)
		out.Last[name] = time.UnixMilli(at).UTC()
		return err
	})
	read("SELECT id, code, updated FROM request WHERE step = 'error' ORDER BY updated DESC LIMIT 20", func(scan func(...any) error) error {
		var r Refused
		var at int64
		err := scan(&r.Request, &r.Code, &at)
		r.At = time.UnixMilli(at).UTC()
		out.Refused = append(out.Refused, r)
		return err
	})
	if err != nil {
		return nil, fault(StoreUnusable, drivers.AgainNow, "", err)
	}
	return out, nil
}
