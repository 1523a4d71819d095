package main

import (
	"context"
	"fmt"
	"time"

	"cetak/station/assembly"
	"cetak/station/config"
)

// lineFigures are how one panel used the line.
type lineFigures struct {
	Panel   string  `json:"panel"`
	Bytes   int     `json:"bytes"`
	Seconds float64 `json:"seconds"` // from its first byte to the last of the answer
	// Use is the panel's own time on the line over the time it took but for the turn of an answer; Whole over all of it.
	Use   float64 `json:"use"`
	Whole float64 `json:"use_with_answer"`
}

// benchLine measures the line to this station's printer, as both are set: white panels into the machine's memory. Nothing moves.
func benchLine(ctx context.Context, c *call) error {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	s, err := assembly.Devices{Config: cfg, Log: c.log()}.LineSetup("")
	if err != nil {
		return err
	}
	uses, turn, err := s.Measure(ctx, cfg.Printer.Flow, cfg.Printer.DbcParams)
	if err != nil {
		return err
	}
	var out []lineFigures
	for _, u := range uses {
		line := float64(u.Bytes) * 10 / float64(cfg.Printer.Baud)
		sent := u.Took - turn
		if sent <= 0 { // a line so fast, or a computer so busy, that the turn cannot be told from the panel
			sent = u.Took
		}
		out = append(out, lineFigures{u.Panel, u.Bytes, u.Took.Seconds(), line / sent.Seconds(), line / u.Took.Seconds()})
	}
	if c.json {
		return c.encode(map[string]any{"bench": "line", "baud": cfg.Printer.Baud, "flow": cfg.Printer.Flow, "turn_ms": float64(turn) / float64(time.Millisecond), "panels": out})
	}
	fmt.Fprintf(c.out, "%-16s %7s %9s %7s %12s\n", "panel", "bytes", "seconds", "use", "with answer")
	for _, f := range out {
		fmt.Fprintf(c.out, "%-16s %7d %8.3f s %5.1f %% %10.1f %%\n", f.Panel, f.Bytes, f.Seconds, f.Use*100, f.Whole*100)
	}
	fmt.Fprintf(c.out, "%d baud, flow control %s. An answer takes %.1f ms to come; use is without it: while a panel burns the next is on the line.\n",
		cfg.Printer.Baud, cfg.Printer.Flow, float64(turn)/float64(time.Millisecond))
	return nil
}
