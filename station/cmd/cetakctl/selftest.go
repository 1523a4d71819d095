package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"cetak/station"
	"cetak/station/access"
	"cetak/station/advice"
	"cetak/station/assembly"
	"cetak/station/readiness"
)

// testFlags are of `selftest`.
type testFlags struct {
	card  bool
	print string
}

func selftestFlags(f *flag.FlagSet, c *call) {
	f.BoolVar(&c.test.card, "card", false, "and the tests that take a blank: transport, chip, print, counters")
	f.StringVar(&c.test.print, "print", "", "what a person says of the printed test card, where this is no terminal: good or bad")
}

func selftestArgs() string {
	var words []string
	for _, t := range readiness.Tests() {
		words = append(words, string(t))
	}
	return "[show | " + strings.Join(words, "|") + " ...] [--card]"
}

// doSelftest makes self-tests, or shows how they stand.
func doSelftest(ctx context.Context, c *call) error {
	if len(c.args) == 1 && c.args[0] == "show" {
		return c.showTests(ctx)
	}
	cmd := station.SelfTest{Card: c.test.card}
	for _, w := range c.args {
		t := readiness.Test(w)
		if !slices.Contains(readiness.Tests(), t) {
			return usage(fmt.Sprintf("there is no self-test %q", w))
		}
		cmd.Tests, cmd.Card = append(cmd.Tests, t), cmd.Card || t.Card()
	}
	answer, ok := map[string]station.Answer{"": "", "good": station.AnswerGood, "bad": station.AnswerSpoiled}[c.test.print]
	if !ok {
		return usage("--print is good or bad")
	}
	d, _, err := c.openAs(ctx, access.Test)
	if err != nil {
		return err
	}
	defer d.Close()
	if cmd.Card && d.Config.HasPrinter() && answer == "" && !terminal(c.in) {
		return usage("a person judges the printed test card by eye: run it at a terminal, or say --print good or --print bad")
	}
	if cmd.Card && d.CardKeys != nil { // a PIN may have to be typed
		if _, err := d.CardKeys.Open(ctx); err != nil {
			return err
		}
	}
	r := newRunner(c, d)
	r.answer, r.tests, r.since = answer, true, time.Now()
	return r.run(ctx, cmd)
}

// showTests tells how the self-tests stand. The printer is taken to be the one that the journal saw last.
func (c *call) showTests(ctx context.Context) error {
	cfg, j, b, err := c.books(ctx)
	if err != nil {
		return err
	}
	defer j.Close()
	v := b.Tests.Verdict(assembly.Readiness(cfg), time.Now(), assembly.Present(cfg))
	if err := c.tellTests(v, cfg.Station.Language, time.Time{}); err != nil {
		return err
	}
	if !v.Ready {
		return told{}
	}
	return nil
}

// tellTests lists the self-tests made since a time, all for the zero time, and what follows from them.
func (c *call) tellTests(v readiness.Verdict, lang string, since time.Time) error {
	for _, s := range v.Tests {
		if !since.IsZero() && (!s.Made || s.Result.At.Before(since)) {
			continue
		}
		if c.json {
			line := map[string]any{"event": "self-test", "test": s.Test, "counts": s.Reason == readiness.Countable, "cards_since": s.Cards}
			if s.Reason != readiness.Countable {
				line["reason"], line["lapsed"] = s.Reason, s.Since
			}
			if s.Made {
				line["state"], line["at"], line["who"], line["code"], line["notes"], line["detail"] = s.Result.State, s.Result.At, s.Result.Who, s.Result.Code, s.Result.Notes, s.Result.Says(lang)
			}
			if s.Result.Quality != nil {
				line["quality"] = s.Result.Quality
			}
			if err := c.encode(line); err != nil {
				return err
			}
			continue
		}
		word, at := "never made", ""
		if s.Made {
			word, at = string(s.Result.State), s.Result.At.Local().Format(time.DateTime)
		}
		if s.Reason != readiness.Countable && s.Reason != readiness.Never && s.Reason != readiness.WasBad && s.Reason != readiness.WasLeft {
			word = "lapsed: " + string(s.Reason)
		}
		fmt.Fprintf(c.out, "%-10s %-16s %-19s  %s\n", s.Test, word, at, s.Result.Says(lang))
		if s.Result.Code != "" {
			card, _ := advice.For(s.Result.Code, lang)
			fmt.Fprintf(c.out, "           %s  %s\n", s.Result.Code, card.Title)
		}
	}
	if c.json {
		line := map[string]any{"event": "readiness", "ready": v.Ready, "since": v.Since}
		if v.Ready && !v.Until.IsZero() {
			line["until"] = v.Until
		}
		if v.Ready && v.Left >= 0 {
			line["cards_left"] = v.Left
		}
		return c.encode(line)
	}
	fmt.Fprintln(c.out, readinessLine(v))
	return nil
}

// readinessLine says in a line whether the station is ready, since when, and until when or why not.
func readinessLine(v readiness.Verdict) string {
	at := func(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
	if !v.Ready {
		var why []string
		for _, s := range v.Why() {
			why = append(why, string(s.Test)+" "+string(s.Reason))
		}
		return fmt.Sprintf("not ready since %s: %s", at(v.Since), strings.Join(why, ", "))
	}
	line := "ready since " + at(v.Since)
	if !v.Until.IsZero() {
		line += ", until " + at(v.Until)
	}
	if v.Left >= 0 {
		line += fmt.Sprintf(", for %d more cards", v.Left)
	}
	return line
}

// closeTests tells what came of self-tests.
func (r *runner) closeTests(n station.Snapshot, verdict error) error {
	if err := r.c.tellTests(n.Readiness, r.d.Config.Station.Language, r.since); err != nil && verdict == nil {
		return err
	}
	if n.Question != nil && n.Question.Kind == station.QuestionWhere {
		fmt.Fprintf(r.c.errs, "Look for the test card, then: cetakctl settle --dir %s --answer spoiled|missing\n", r.c.dir)
	}
	if verdict != nil {
		return verdict
	}
	for _, s := range n.Readiness.Tests {
		if s.Made && !s.Result.At.Before(r.since) && s.Reason != readiness.Countable {
			return told{}
		}
	}
	return nil
}

// checkReadiness is the line of `doctor` about the self-tests.
func (c *call) checkReadiness(ctx context.Context) (string, error) {
	cfg, j, b, err := c.books(ctx)
	if err != nil {
		return "", err
	}
	defer j.Close()
	rules := assembly.Readiness(cfg)
	v := b.Tests.Verdict(rules, time.Now(), assembly.Present(cfg))
	if err := v.Fault(rules); err != nil {
		return "", err
	}
	line := readinessLine(v)
	if !v.Ready {
		line += " (no card waits for it: readiness.required is false)"
	}
	return line, nil
}
