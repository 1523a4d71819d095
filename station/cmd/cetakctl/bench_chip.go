package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/encoder"
	"cetak/drivers/pcsc"
	"cetak/station/assembly"
	"cetak/station/config"
)

// What the chip benchmark measures: chipBytes of files, on chipRuns cards each way.
const (
	chipBytes = 8192
	chipRuns  = 7
	chipWait  = 15 * time.Second // for a card just laid down; pcscd looks every 0.4 s
)

// chipFigures are what one way of writing a chip costs: times are medians of the runs, with the least of them beside.
type chipFigures struct {
	Way      string `json:"way"`
	Commands int    `json:"commands"` // of all steps
	Sent     int    `json:"sent_bytes"`
	Received int    `json:"received_bytes"`

	Open   step `json:"open"` // a secure session; without keys there is none
	Write  step `json:"write"`
	Verify step `json:"verify"`
	Seal   step `json:"seal"`
}

// step is how long one took.
type step struct {
	Median float64 `json:"ms"`
	Least  float64 `json:"least_ms"`
}

func (s step) String() string { return fmt.Sprintf("%.1f (%.1f)", s.Median, s.Least) }

// stepOf condenses times.
func stepOf(all []time.Duration) step {
	if len(all) == 0 {
		return step{}
	}
	slices.Sort(all)
	return step{milliseconds(all[len(all)/2]), milliseconds(all[0])}
}

// way is one way of writing.
type way struct {
	name     string
	keys     bool
	extended encoder.Extended
}

func ways() []way {
	return []way{
		{"short", false, encoder.ExtendedNever},
		{"extended", false, encoder.ExtendedAlways},
		{"short, SCP03", true, encoder.ExtendedNever},
		{"extended, SCP03", true, encoder.ExtendedAlways},
	}
}

// benchChip writes, verifies, and seals blanks of a simulator of its own through the real pcscd, and has OpenSC's explorer write
// the same files on the same kind of card. No station is needed.
func benchChip(ctx context.Context, c *call) error {
	dir, err := os.MkdirTemp("", "cetak")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	profile, err := encoder.Named(encoder.NamePlain)
	if err != nil {
		return err
	}
	files := chipFiles(profile)
	var out []chipFigures
	var other *openscFigures
	for _, keys := range []bool{false, true} {
		sim, err := startSimulator(ctx, dir, keys)
		if err != nil {
			return err
		}
		for _, w := range ways() {
			if w.keys != keys || err != nil {
				continue
			}
			profile.Extended = w.extended
			var f chipFigures
			if f, err = sim.measure(ctx, w, encoder.New(profile), files); err == nil {
				out = append(out, f)
			}
		}
		if err == nil && !keys {
			other, err = sim.opensc(ctx, profile, files)
		}
		sim.End() // of both the socket has the same path: this program's PC/SC library knows only one
		if err != nil {
			return err
		}
	}
	return tellChip(c, out, other)
}

// chipFiles fill the budget of a profile to the last byte, the most of it with the portrait.
func chipFiles(p encoder.Profile) drivers.Files {
	sizes := map[string]int{"6FF1": 300, "6FF3": 924, "6FF4": 500, "6FF5": 512, "6FF6": 80}
	rest := chipBytes
	for _, n := range sizes {
		rest -= n + 2
	}
	sizes["6FF2"] = rest - 2
	files := drivers.Files{}
	for _, f := range p.Files {
		n := sizes[f.ID]
		content := append(make([]byte, 0, n+2), byte(n>>8), byte(n))
		for i := range n {
			content = append(content, byte(i*7+n))
		}
		files[f.ID] = content
	}
	return files
}

// counted counts what passes to a chip and back.
type counted struct {
	drivers.Chip
	f *chipFigures
}

func (c counted) Reach() (int, bool) { return drivers.ReachOf(c.Chip) }

func (c counted) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	reply, err := c.Chip.Transmit(ctx, command)
	c.f.Commands++
	c.f.Sent += len(command)
	c.f.Received += len(reply)
	return reply, err
}

// measure personalises chipRuns blanks one way.
func (s *simulation) measure(ctx context.Context, w way, e *encoder.Encoder, files drivers.Files) (chipFigures, error) {
	r, err := pcsc.Open(ctx, pcsc.Options{Reader: s.Reader, Socket: s.Socket}, zerolog.Nop())
	if err != nil {
		return chipFigures{}, err
	}
	defer r.Close()
	took := map[string][]time.Duration{}
	f := chipFigures{Way: w.name}
	for range chipRuns {
		f.Commands, f.Sent, f.Received = 0, 0, 0
		uid, err := s.lay(ctx)
		if err != nil {
			return f, err
		}
		if err := s.personalise(ctx, r, w, e, files, &f, took); err != nil {
			return f, fmt.Errorf("card %s, %s: %w", uid, w.name, err)
		}
		if err := s.takeAway(ctx); err != nil {
			return f, err
		}
	}
	f.Open, f.Write, f.Verify, f.Seal = stepOf(took["open"]), stepOf(took["write"]), stepOf(took["verify"]), stepOf(took["seal"])
	return f, nil
}

// personalise is what the station does with one blank, but for its journal.
func (s *simulation) personalise(ctx context.Context, r drivers.ChipReader, w way, e *encoder.Encoder, files drivers.Files, f *chipFigures, took map[string][]time.Duration) error {
	wait, cancel := context.WithTimeout(ctx, chipWait)
	defer cancel()
	found, err := r.Wait(wait)
	if err != nil {
		return err
	}
	var chip drivers.Chip = counted{found, f}
	defer func() { _ = chip.Close() }()
	id, err := e.Identify(ctx, chip)
	if err != nil {
		return err
	}
	run := func(name string, do func() error) {
		if err == nil {
			began := time.Now()
			err = do()
			took[name] = append(took[name], time.Since(began))
		}
	}
	if w.keys {
		var keys *assembly.CardKeys
		if keys, err = s.cardKeys(ctx); err != nil {
			return err
		}
		defer keys.Close()
		run("open", func() error {
			secured, err := keys.Authenticate(ctx, chip, id.UID)
			if err == nil {
				chip = secured
			}
			return err
		})
	}
	run("write", func() error { return e.Write(ctx, chip, files) })
	run("verify", func() error {
		got, err := e.ReadBack(ctx, chip)
		if err != nil {
			return err
		}
		return e.Compare(files, got)
	})
	run("seal", func() error { return e.Seal(ctx, chip) })
	return err
}

// cardKeys opens the simulator's test keys.
func (s *simulation) cardKeys(ctx context.Context) (*assembly.CardKeys, error) {
	chip, err := assembly.TestKeys(config.Default().Chip, s.ChipKeys)
	if err != nil {
		return nil, err
	}
	keys := assembly.NewCardKeys(config.Config{Chip: chip}, nil, zerolog.Nop())
	return keys, keys.Ready(ctx, true)
}

// tellChip prints the table.
func tellChip(c *call, all []chipFigures, other *openscFigures) error {
	if c.json {
		return c.encode(map[string]any{"bench": "chip", "bytes": chipBytes, "runs": chipRuns, "ways": all, "opensc": other})
	}
	fmt.Fprintf(c.out, "%d bytes in six files, %d cards each way, median milliseconds (least)\n\n", chipBytes, chipRuns)
	fmt.Fprintf(c.out, "%-18s %8s %7s %8s %14s %14s %14s %14s\n", "way", "commands", "sent", "received", "open", "write", "verify", "seal")
	for _, f := range all {
		fmt.Fprintf(c.out, "%-18s %8d %7d %8d %14s %14s %14s %14s\n", f.Way, f.Commands, f.Sent, f.Received, f.Open, f.Write, f.Verify, f.Seal)
	}
	if other == nil {
		fmt.Fprintf(c.out, "\nopensc-explorer is not there to compare with: apt-get install opensc\n")
		return nil
	}
	fmt.Fprintf(c.out, "%-18s %8s %7s %8s %14s %14s %14s\n", "opensc-explorer", "", "", "", "", other.Write, other.Verify)
	fmt.Fprintf(c.out, "\nIts times are those of the program, less one that only starts and connects: %s ms. Writing: it takes", other.Start)
	for _, f := range all {
		fmt.Fprintf(c.out, " %.1f times %s,", other.Write.Median/(f.Open.Median+f.Write.Median), f.Way)
	}
	fmt.Fprintf(c.out, " the opening of a session counted. Everything here is software: a card takes its own time on top, the same for both.\n")
	return nil
}
