package assembly

import (
	"context"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station"
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
