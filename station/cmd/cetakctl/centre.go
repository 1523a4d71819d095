package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"cetak/station"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/link"
	"cetak/station/record"
	"cetak/station/source"
)

// doCentre enrols the desk at a centre, speaks to it once, or tells what is known of it.
func doCentre(ctx context.Context, c *call) error {
	verb := ""
	if len(c.args) > 0 {
		verb = c.args[0]
	}
	switch {
	case verb == "status" && len(c.args) == 1:
		return c.centreStatus(ctx)
	case verb == "sync" && len(c.args) == 1:
		return c.centreSync(ctx)
	case verb == "enrol" && len(c.args) == 2:
		return c.centreEnrol(ctx, c.args[1])
	}
	return usage("enrol DIR, status, or sync")
}

func (c *call) centreEnrol(ctx context.Context, from string) error {
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	by, err := c.who(ctx, d, access.Test)
	if err != nil {
		return err
	}
	h, err := d.EnrolCentre(ctx, from, by.Who)
	if err != nil {
		return err
	}
	if c.json {
		return c.encode(map[string]any{"station": h.Station, "centre": h.Centre, "until": h.Ends})
	}
	fmt.Fprintf(c.out, "%s is enrolled at %s until %s. Try it: cetakctl centre sync --dir %s\n", h.Station, h.Centre, h.Ends.Local().Format("02-01-2006"), c.dir)
	return nil
}

func (c *call) centreSync(ctx context.Context) error {
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := c.who(ctx, d, access.Print); err != nil {
		return err
	}
	state, err := d.Sync(ctx)
	if err != nil {
		return err
	}
	return c.tellCentre(state, nil)
}

// centreStatus asks nobody: it works beside a running station, and without a line.
func (c *call) centreStatus(ctx context.Context) error {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	k, err := record.LoadKeys(cfg.Source.Keys)
	if err != nil {
		return err
	}
	s, err := source.OpenStore(filepath.Join(c.dir, assembly.RecordsFile), k)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // only read
	h, state, err := assembly.KnownCentre(ctx, cfg, s)
	if err != nil {
		return err
	}
	if err := c.tellCentre(state, &h); err != nil || c.json {
		return err
	}
	_, j, b, err := c.books(ctx)
	if err != nil {
		return err
	}
	defer j.Close()
	for _, card := range b.Office.Recalled() {
		fmt.Fprintf(c.out, "recalled %s of %s, in %s: cetakctl stock spoil --from %s --cause scrap %s\n", card.UID, card.Key, card.Where, card.Where, card.UID)
	}
	return nil
}

func (c *call) tellCentre(s station.CentreState, h *link.Holder) error {
	if c.json {
		out := map[string]any{"state": s.State, "code": s.Code, "leased": s.Leased, "outbox": s.Outbox}
		if !s.At.IsZero() {
			out["heard"] = s.At.UTC()
		}
		if !s.Until.IsZero() {
			out["until"] = s.Until.UTC()
		}
		if h != nil {
			out["station"], out["centre"], out["enrolled_until"] = h.Station, h.Centre, h.Ends
		}
		return c.encode(out)
	}
	if h != nil {
		fmt.Fprintf(c.out, "%s at %s, enrolled until %s\n", h.Station, h.Centre, h.Ends.Local().Format("02-01-2006"))
	}
	heard := "never"
	if !s.At.IsZero() {
		heard = s.At.Local().Format("02-01-2006 15:04") + ", " + time.Since(s.At).Round(time.Second).String() + " ago"
	}
	fmt.Fprintf(c.out, "heard    %s\n", heard)
	fmt.Fprintf(c.out, "leased   %d records", s.Leased)
	if !s.Until.IsZero() {
		fmt.Fprintf(c.out, ", the first until %s", s.Until.Local().Format("02-01-2006 15:04"))
	}
	fmt.Fprintf(c.out, "\noutbox   %d outcomes not acknowledged\n", s.Outbox)
	if s.Code != "" {
		fmt.Fprintf(c.out, "trouble  %s\n", s.Code)
	}
	return nil
}
