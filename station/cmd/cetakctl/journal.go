package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"cetak/station/access"
	"cetak/station/journal"
)

func journalFlags(f *flag.FlagSet, c *call) {
	f.Int64Var(&c.values.after, "after", 0, "only the lines after this one")
	f.StringVar(&c.values.kind, "kind", "", "only facts of this kind")
}

// doJournal shows the journal's lines. Reading is written down first: it stands in the journal that is shown.
func doJournal(ctx context.Context, c *call) error {
	kind := journal.Kind(c.values.kind)
	switch {
	case len(c.args) > 0 || c.values.after < 0:
		return usage("--after takes a line's number, --kind a kind of fact")
	case kind != "" && !slices.Contains(journal.Kinds(), kind):
		return usage("there is no fact of kind " + c.values.kind)
	}
	part := fmt.Sprintf("after %d", c.values.after)
	if kind != "" {
		part += ", " + c.values.kind
	}
	j, done, err := c.readers(ctx, access.ReadData{What: "journal", Lines: part})
	if err != nil {
		return err
	}
	defer done()
	lines := j.Entries(ctx, c.values.after)
	if kind != "" {
		lines = j.Of(ctx, c.values.after, kind)
	}
	for e, err := range lines {
		if err != nil {
			return err
		}
		if err := c.tellLine(e); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) tellLine(e journal.Entry) error {
	if c.json {
		return c.encode(struct {
			Seq     int64           `json:"seq"`
			At      time.Time       `json:"at"`
			Kind    journal.Kind    `json:"kind"`
			Record  string          `json:"record,omitempty"`
			Issue   int             `json:"issue,omitempty"`
			Attempt string          `json:"attempt,omitempty"`
			UID     string          `json:"uid,omitempty"`
			Who     string          `json:"who"`
			Data    json.RawMessage `json:"data,omitempty"`
			Hash    string          `json:"hash"`
		}{e.Seq, e.At, e.Kind, e.Record, e.Issue, e.Attempt, e.UID, e.Who, e.Data, e.Hash})
	}
	words := []string{e.Attempt, e.UID, string(e.Data)}
	if e.Record != "" {
		words[0] = fmt.Sprintf("%s#%d %s", e.Record, e.Issue, e.Attempt)
	}
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	fmt.Fprintf(c.out, "%6d  %s  %-15s  %-12s %s\n", e.Seq, e.At.Local().Format("02-01-2006 15:04:05"), e.Kind, e.Who, strings.Join(words, "  "))
	return nil
}
