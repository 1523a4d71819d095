package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"cetak/station/centre/bench"
)

func benchFlags(f *flag.FlagSet, c *call) {
	o := bench.Defaults()
	f.IntVar(&o.Offices, "offices", o.Offices, "offices")
	f.IntVar(&o.Desks, "desks", o.Desks, "desks of each office")
	f.IntVar(&o.Records, "records", o.Records, "records that each desk leases, claims, and reports")
	f.IntVar(&o.Lines, "lines", o.Lines, "movements in each desk's ledger batch")
	f.IntVar(&o.Envelope, "envelope", o.Envelope, "bytes of a sealed record")
	f.IntVar(&o.Together, "together", o.Together, "requests under way at one moment")
	f.Float64Var(&o.Rate, "rate", o.Rate, "cards a second in the peak")
	f.IntVar(&o.Seconds, "seconds", o.Seconds, "seconds that the peak lasts")
	c.bench = &o
}

func doBench(ctx context.Context, c *call) error {
	o := c.bench
	switch {
	case len(c.args) != 0:
		return usage("it takes no words")
	case o.Offices < 1 || o.Desks < 1 || o.Desks > 64 || o.Records < 1 || o.Records > 100 || o.Together < 1 || o.Together > 150:
		return usage("--offices 1 or more, --desks 1 to 64, --records 1 to 100, --together 1 to 150")
	case o.Lines < 4 || o.Lines > 5000 || o.Envelope < 100 || o.Envelope > 150_000 || o.Rate < 0 || o.Seconds < 0:
		return usage("--lines 4 to 5000, --envelope 100 to 150000, --rate and --seconds 0 or more")
	}
	var err error
	if o.Program, err = os.Executable(); err != nil {
		return folderFault(err)
	}
	o.Postgres = c.postgres
	o.Tell = func(what string) { fmt.Fprintln(c.stderr, what) }
	r, err := bench.Run(ctx, *o)
	if err != nil {
		return err
	}
	return c.say(r, func(w io.Writer) { showBench(w, r) })
}

func showBench(w io.Writer, r bench.Result) {
	fmt.Fprintf(w, "%d offices, %d desks, each with its certificate and connection; a sealed record of %d bytes for each desk of its office; %d requests at a time.\n",
		r.Offices, r.Desks, r.Envelope, r.Together)
	for _, e := range r.Engines {
		fmt.Fprintf(w, "\n%-10s %-9s %10s %9s %9s %9s %11s", e.Name, "", "a second", "p50 ms", "p99 ms", "max ms", "service ms")
		if len(e.Store) > 0 {
			fmt.Fprintf(w, " %12s", "its store")
		}
		if len(e.Bare) > 0 {
			fmt.Fprintf(w, " %12s %6s", "bare SQL", "kept")
		}
		fmt.Fprintln(w)
		for _, s := range e.Service {
			fmt.Fprintf(w, "%-10s %-9s %10.0f %9.1f %9.1f %9.1f %11.2f", s.Name, s.Unit, s.Rate, s.P50, s.P99, s.Max, s.CPU)
			if b := find(e.Store, s.Name); b != nil {
				fmt.Fprintf(w, " %12.0f", b.Rate)
			}
			if b := find(e.Bare, s.Name); b != nil {
				fmt.Fprintf(w, " %12.0f %6.2f", b.Rate, s.Rate/b.Rate)
			}
			fmt.Fprintln(w)
		}
		if e.Kept > 0 {
			fmt.Fprintf(w, "a whole card (lease, claim, outcome, two movements): the service keeps %.2f of bare SQL\n", e.Kept)
		}
		fmt.Fprintf(w, "memory of the service: %.0f MiB with every desk connected, %.0f MiB at most\n", e.Idle, e.Most)
		if e.Stored > 0 {
			fmt.Fprintf(w, "the store: %.0f KiB for each record that waits, %.1f KiB for each card made, with %.1f movements of the books\n", e.Waiting, e.Stored, float64(r.Lines)/float64(r.Records))
		}
		if len(e.Peak.Steps) == 0 {
			continue
		}
		fmt.Fprintf(w, "peak of %g cards a second for %.0f s, the service uses %.2f of a core:\n", e.Peak.Rate, e.Peak.Seconds, e.Peak.Cores)
		for _, s := range e.Peak.Steps {
			fmt.Fprintf(w, "%-10s %-9s %10.1f %9.1f %9.1f %9.1f\n", s.Name, s.Unit, s.Rate, s.P50, s.P99, s.Max)
		}
	}
	if r.Without != "" {
		fmt.Fprintf(w, "\nNot measured: %s\n", r.Without)
	}
}

func find(all []bench.Step, name string) *bench.Step {
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}
