package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/flow"
)

// benchCardCount is how many cards are made where nobody says otherwise.
const benchCardCount = 30

func benchFlags(f *flag.FlagSet, c *call) {
	f.IntVar(&c.values.count, "count", benchCardCount, "cards: how many are made, each takes half a minute")
	f.Float64Var(&c.values.speed, "speed", 1, "cards: how many times faster than real machine and line run")
	f.IntVar(&c.values.baud, "baud", 115200, "cards: speed of the line")
	f.IntVar(&c.values.records, "records", benchRecords, "ui: how many records wait")
}

// cardFigures is one card of benchCards, in seconds.
type cardFigures struct {
	Card     float64 `json:"card"`     // from the end of the one before, or from its own beginning
	Foreseen float64 `json:"foreseen"` // by the plan, from the feeder to the tray
	Line     float64 `json:"line"`     // its panels' bytes at the baud rate
	Chip     float64 `json:"chip"`     // read, written, verified
	Bytes    int     `json:"bytes"`
}

// cardsFigures are all of them, a card on average.
type cardsFigures struct {
	Cards []cardFigures `json:"cards"`
	Baud  int           `json:"baud"`
	Card  float64       `json:"card"` // from the beginning of the first to the end of the last, divided
	Line  float64       `json:"line"`
	// Machine is what the simulator says that its motors and its head ran.
	Machine  float64 `json:"machine"`
	Chip     float64 `json:"chip"`
	Overhead float64 `json:"overhead"` // Card over the larger of Line and Machine; the chip is in it
	Share    float64 `json:"share"`    // Overhead of Card
}

// benchCards makes cards on a simulator and a station of its own, as shipped, and compares their time with the line's and the
// machine's own.
func benchCards(ctx context.Context, c *call) error {
	if c.values.count < 1 || c.values.speed <= 0 {
		return usage("--count and --speed are more than 0")
	}
	dir, err := os.MkdirTemp("", "cetak") // short: a socket's path must fit in 108 bytes
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := benchSimulator(ctx, dir, c)
	if err != nil {
		return err
	}
	defer s.End()
	st := filepath.Join(dir, "st")
	if err := benchStation(ctx, s.dir, st); err != nil {
		return err
	}
	d, err := assembly.Open(ctx, st, assembly.Options{Log: c.log()})
	if err != nil {
		return err
	}
	cards, err := makeCards(ctx, c, d)
	if e := d.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	motors, err := s.motors(ctx)
	if err != nil {
		return err
	}
	f := cardsOf(cards, c.values.baud, c.values.speed, motors)
	if c.json {
		return c.encode(struct {
			Bench string `json:"bench"`
			cardsFigures
		}{"cards", f})
	}
	f.write(c.out)
	return nil
}

// benchSimulator starts a simulator at the given pace.
func benchSimulator(ctx context.Context, dir string, c *call) (*simulation, error) {
	return runSimulator(ctx, dir, "--speed", strconv.FormatFloat(c.values.speed, 'g', -1, 64), "--baud", strconv.Itoa(c.values.baud),
		"--records", strconv.Itoa(c.values.count), "--blanks", strconv.Itoa(c.values.count), "--pictures=false")
}

// benchStation makes a station on it, where nobody judges a card.
func benchStation(ctx context.Context, sim, st string) error {
	bundles, err := filepath.Glob(filepath.Join(sim, "inbox", "*.prr"))
	if err != nil {
		return err
	}
	for _, args := range [][]string{{"init", "--dir", st, "--sim", sim, "--no-people"}, append([]string{"import", "--dir", st}, bundles...)} {
		var errs bytes.Buffer
		if code := run(ctx, args, strings.NewReader(""), io.Discard, &errs); code != 0 {
			return fmt.Errorf("%s: exit %d: %s", args[0], code, strings.TrimSpace(errs.String()))
		}
	}
	cfg, err := config.Load(st)
	if err != nil {
		return err
	}
	cfg.Station.ConfirmEvery, cfg.Policy.Table = 0, ""
	return config.Save(st, cfg)
}

// makeCards has the Station make the cards, one after the other.
func makeCards(ctx context.Context, c *call, d *assembly.Desk) ([]station.Finished, error) {
	snaps, stop := d.Station.Watch()
	defer stop()
	d.Station.Do(station.RunQueue{Count: c.values.count})
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	var n station.Snapshot
	for told := 0; ; {
		select {
		case err := <-ended:
			return nil, err
		case n = <-snaps:
		}
		for ; told < len(n.Session); told++ {
			if !c.json {
				fmt.Fprintf(c.errs, "%d of %d: %s in %.2f s\n", told+1, c.values.count, n.Session[told].Outcome, n.Session[told].Took.Seconds())
			}
		}
		if n.Question != nil || n.Handled > 0 && !n.Batch && !n.Busy {
			break
		}
	}
	d.Station.Do(station.Stop{})
	if err := <-ended; err != nil {
		return nil, err
	}
	if f := n.Fault; f != nil {
		return nil, &drivers.Fault{Code: f.Code, Op: f.Op, Card: f.Card, Again: f.Again, Detail: f.Detail}
	}
	return n.Session, nil
}

// motors is how long the simulator's motors and head ran, in its own seconds.
func (s *simulation) motors(ctx context.Context) (float64, error) {
	out, err := s.Ask(ctx, "world", "--json")
	if err != nil {
		return 0, fmt.Errorf("hwsim world: %w", err)
	}
	var w struct {
		Counters struct {
			MotorMS int64 `json:"motor_ms"`
		} `json:"counters"`
	}
	err = json.Unmarshal(out, &w)
	return float64(w.Counters.MotorMS) / 1000, err
}

// cardsOf makes the figures, in seconds of the machine.
func cardsOf(cards []station.Finished, baud int, speed, motors float64) cardsFigures {
	f := cardsFigures{Baud: baud}
	var before time.Time
	for _, card := range cards {
		if card.Outcome != string(flow.OutcomeGood) {
			continue
		}
		took := card.Took
		if !before.IsZero() {
			took = card.At.Sub(before)
		}
		before = card.At
		one := cardFigures{Card: took.Seconds() * speed}
		for _, step := range card.Steps {
			switch step.Name {
			case station.StepReadChip, station.StepWriteChip, station.StepVerify:
				one.Chip += step.Took.Seconds() * speed
			}
		}
		if p := card.Plan; p != nil {
			one.Bytes, one.Foreseen = p.Bytes, p.Card.Seconds()*speed
			one.Line = float64(p.Bytes) * 10 / float64(baud)
		}
		f.Cards = append(f.Cards, one)
		f.Card, f.Line, f.Chip = f.Card+one.Card, f.Line+one.Line, f.Chip+one.Chip
	}
	n := float64(max(len(f.Cards), 1))
	f.Card, f.Line, f.Chip, f.Machine = f.Card/n, f.Line/n, f.Chip/n, motors/n
	f.Overhead = f.Card - max(f.Line, f.Machine)
	f.Share = f.Overhead / max(f.Card, 1e-9)
	return f
}

func (f cardsFigures) write(w io.Writer) {
	fmt.Fprintf(w, "%4s %9s %9s %9s %9s %8s\n", "card", "seconds", "foreseen", "line", "chip", "bytes")
	for i, c := range f.Cards {
		fmt.Fprintf(w, "%4d %7.2f s %7.2f s %7.2f s %7.2f s %8d\n", i+1, c.Card, c.Foreseen, c.Line, c.Chip, c.Bytes)
	}
	fmt.Fprintf(w, "A card takes %.2f s: the line's own time is %.2f s at %d baud, the machine's %.2f s, so the station's overhead is %.2f s, %.1f %% (the chip's %.2f s are in it).\n",
		f.Card, f.Line, f.Baud, f.Machine, f.Overhead, f.Share*100, f.Chip)
}
