package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/sys/unix"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/advice"
	"cetak/station/assembly"
	"cetak/station/flow"
	"cetak/station/policy"
)

func runFlags(f *flag.FlagSet, c *call) {
	f.IntVar(&c.values.count, "count", 0, "make at most this many cards")
	f.BoolVar(&c.values.untilEmpty, "until-empty", false, "make cards until nobody waits (the default)")
	f.StringVar(&c.values.record, "record", "", "make the card of this record only: ID or ID#ISSUE")
	f.StringVar(&c.values.urgent, "urgent", "", "with --record: it is not this record's turn, and this is why: "+urgentReasons())
}

func urgentReasons() string {
	var words []string
	for _, u := range policy.UrgentReasons() {
		words = append(words, u.Reason)
	}
	return strings.Join(words, ", ")
}

func settleFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.values.answer, "answer", "", "what a person found: good, spoiled, or missing")
	f.StringVar(&c.values.cause, "cause", "", "for spoiled: what is wrong with the card, in a word")
}

func doRun(ctx context.Context, c *call) error {
	if c.values.count < 0 || (c.values.count > 0 && c.values.untilEmpty) {
		return usage("either --count N with N over 0, or --until-empty")
	}
	if c.values.record != "" && (c.values.count > 0 || c.values.untilEmpty) || c.values.record == "" && c.values.urgent != "" {
		return usage("--record stands without --count and --until-empty; --urgent needs --record")
	}
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	if d.Config.Station.ConfirmEvery > 0 && !terminal(c.in) {
		return usage("this station has every " + fmt.Sprint(d.Config.Station.ConfirmEvery) + ". card judged by eye: run it at a terminal, or set confirm_every = 0")
	}
	if _, err := c.who(ctx, d, access.Print); err != nil {
		return err
	}
	if d.CardKeys != nil { // before the progress bar: a PIN may have to be typed
		if _, err := d.CardKeys.Open(ctx); err != nil {
			return err
		}
	}
	if c.values.record == "" {
		return newRunner(c, d).run(ctx, station.RunQueue{Count: c.values.count})
	}
	key, err := d.Find(ctx, c.values.record)
	if err != nil {
		return err
	}
	return newRunner(c, d).run(ctx, station.PrintCard{ID: key.ID, Issue: key.Issue, Urgent: c.values.urgent})
}

func doSettle(ctx context.Context, c *call) error {
	switch c.values.answer {
	case "", "good", "spoiled", "missing":
	default:
		return usage("--answer is good, spoiled, or missing")
	}
	d, by, err := c.openAs(ctx, access.Print)
	if err != nil {
		return err
	}
	defer d.Close()
	r := newRunner(c, d)
	r.answer, r.beside = station.Answer(c.values.answer), by.Second
	return r.run(ctx, nil)
}

func doReopen(ctx context.Context, c *call) error {
	if strings.TrimSpace(c.as) == "" {
		return usage("say who opens the station again: --as NAME")
	}
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	by := access.By{Who: c.as}
	if d.Config.People.SignIn { // where names are believed, one of them opens it again
		if by, err = c.who(ctx, d, access.Reopen); err != nil {
			return err
		}
	}
	return newRunner(c, d).run(ctx, station.Reopen{By: by.Who, Second: by.Second})
}

// runner drives a Station without a window: it asks for the work, reports each card, and decides what needs no person.
type runner struct {
	c      *call
	d      *assembly.Desk
	bar    *progressbar.ProgressBar
	lines  *bufio.Reader
	asked  uint64         // commands sent
	told   int            // cards of the session reported
	answer station.Answer // settle: the person's word, used once
	beside string         // settle: the second person, whose password was confirmed
	denied time.Time      // the refusal reported last
	shown  time.Time      // the fault reported last
	good   int
	tests  bool                 // self-tests are made, no cards
	since  time.Time            // when they were asked for
	asking string               // the attempt a person is asked about
	said   chan station.Command // and what the person says
}

func newRunner(c *call, d *assembly.Desk) *runner {
	return &runner{c: c, d: d, lines: bufio.NewReader(c.in), said: make(chan station.Command, 1)}
}

func (r *runner) do(cmd station.Command) {
	r.asked++
	r.d.Station.Do(cmd)
}

// run performs first (nil: only what was left open) and stays until the line rests or needs a person.
func (r *runner) run(ctx context.Context, first station.Command) error {
	snaps, stop := r.d.Station.Watch()
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- r.d.Run(ctx) }()
	if early := r.hearCentre(ended, first); early != nil {
		ended <- *early
	}
	if first != nil {
		r.do(first)
	} else {
		r.do(station.Refresh{})
	}
	var last station.Snapshot
	var verdict error
	for done := false; !done; {
		select {
		case err := <-ended:
			select {
			case last = <-snaps:
			default:
			}
			return r.cutShort(ctx, last, err)
		case cmd := <-r.said:
			r.do(cmd)
		case last = <-snaps:
			r.report(last)
			if last.Handled >= r.asked && last.Seq > 0 {
				done, verdict = r.decide(ctx, last)
			}
		}
	}
	r.d.Station.Do(station.Stop{})
	if err := <-ended; err != nil {
		if verdict == nil {
			return err
		}
		r.c.tell(drivers.AsFault(err))
	}
	if verdict == nil {
		verdict = context.Cause(ctx)
	}
	return r.close(last, verdict)
}

// centreWithin is how long cards wait for the centre's first word; then what is leased is made.
const centreWithin = 15 * time.Second

// hearCentre lets the centre speak before cards are made, so that what it leases is in the queue. It gives how the run ended, if it did.
func (r *runner) hearCentre(ended <-chan error, first station.Command) *error {
	switch first.(type) {
	case station.PrintCard, station.RunQueue:
	default:
		return nil
	}
	if r.d.Centre == nil {
		return nil
	}
	within := time.NewTimer(centreWithin)
	defer within.Stop()
	select {
	case err := <-ended:
		return &err
	case <-r.d.Centre.Synced():
	case <-within.C:
	}
	return nil
}

// cutShort ends a run that was told to stop. A card in hand stays open in the journal: the next run settles it.
func (r *runner) cutShort(ctx context.Context, n station.Snapshot, err error) error {
	r.report(n)
	if n.Busy && n.Job.Attempt != "" {
		r.fault(n)
		fmt.Fprintf(r.c.errs, "Stopped with a card in hand (%s). Run again, or: cetakctl settle --dir %s\n", n.Job.Attempt, r.c.dir)
		return held{}
	}
	if err != nil {
		return err
	}
	return context.Cause(ctx)
}

// decide acts on a Snapshot in which everything asked was done. It reports whether the run is over.
func (r *runner) decide(ctx context.Context, n station.Snapshot) (bool, error) {
	if f := n.Refusal; f != nil && !f.At.Equal(r.denied) {
		r.denied, r.asking = f.At, ""
		r.c.tell(&drivers.Fault{Code: f.Code, Op: "refused", Again: drivers.AgainAfterOperator, Detail: f.Detail})
		if n.Question == nil || n.Question.Kind != station.QuestionConfirm || !terminal(r.c.in) {
			return true, told{}
		}
	}
	if n.Question == nil {
		switch {
		case n.Locked != nil:
			r.fault(n)
			r.locked(n.Locked)
			return true, held{}
		case n.Batch || n.Busy:
			return false, nil
		case n.Fault != nil:
			r.fault(n)
			return true, told{}
		}
		return true, nil
	}
	switch {
	case r.answer != "" && n.Question.Kind != station.QuestionFault:
		r.do(station.Reply{Answer: r.answer, Cause: r.c.values.cause, Second: r.beside})
		r.answer = ""
		return false, nil
	case n.Question.Kind == station.QuestionConfirm && terminal(r.c.in):
		if !n.Stopping && r.asking != n.Job.Attempt {
			r.asking = n.Job.Attempt
			go func() { r.said <- r.ask(ctx, n) }() // beside the run: a signal must end it while nobody answers
		}
		return false, nil
	case n.Question.Kind == station.QuestionFault && has(n.Question.Answers, station.AnswerGiveUp):
		r.fault(n)
		r.do(station.Reply{Answer: station.AnswerGiveUp})
		return false, nil
	}
	r.fault(n)
	return true, held{}
}

// ask has a person judge the card. What was typed before the question is no answer to it: a key pressed twice must not
// judge the next card.
func (r *runner) ask(ctx context.Context, n station.Snapshot) station.Command {
	forgetTyped(r.c.in)
	r.lines.Reset(r.c.in)
	for {
		name := n.Job.Item.Name
		if n.Job.Test {
			name = "The test card lies in the reject box and"
		}
		fmt.Fprintf(r.c.errs, "\n%s is printed. Good? [y/n] ", name)
		line, err := r.lines.ReadString('\n')
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "ya", "yes":
			return station.Reply{Answer: station.AnswerGood}
		case "n", "tidak", "no":
			fmt.Fprint(r.c.errs, "What is wrong, in a word? ")
			word, _ := r.lines.ReadString('\n')
			said := station.Reply{Answer: station.AnswerSpoiled, Cause: strings.TrimSpace(word)}
			if n.Question.SecondForSpoiled {
				said.Second = r.second(ctx)
			}
			return said
		}
		if err != nil {
			return station.Stop{}
		}
	}
}

// second has a second person say who they are, and prove it where people sign in; "" when they did not: then the station refuses.
func (r *runner) second(ctx context.Context) string {
	fmt.Fprint(r.c.errs, "This shift's limit is reached. The second person's name? ")
	name, _ := r.lines.ReadString('\n')
	name = strings.TrimSpace(name)
	if !r.d.Config.People.SignIn || name == "" {
		return name
	}
	password, err := r.c.password(ctx, "Password of "+name, secondEnv)
	if err == nil {
		var p access.Person
		if p, err = r.d.Station.Vouch(ctx, name, password); err == nil {
			return p.Name
		}
	}
	r.c.tell(drivers.AsFault(err))
	return ""
}

// report tells of each card that has its outcome since the last time.
func (r *runner) report(n station.Snapshot) {
	for ; r.told < len(n.Session); r.told++ {
		card := n.Session[r.told]
		if card.Outcome == string(flow.OutcomeGood) {
			r.good++
		}
		switch {
		case r.c.json:
			r.quiet(r.c.encode(map[string]any{"event": "card", "record": card.Item.ID, "issue": card.Item.Issue, "attempt": card.Attempt,
				"uid": card.UID, "outcome": card.Outcome, "seconds": card.Took.Seconds(), "steps": stepSeconds(card.Steps), "without": leftOut(card)}))
		case terminal(r.c.out):
			if r.bar == nil {
				total := n.Waiting + r.told + 1
				if r.c.values.count > 0 {
					total = r.c.values.count
				}
				r.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(r.c.errs), progressbar.OptionShowCount(),
					progressbar.OptionSetDescription("cards"), progressbar.OptionSetPredictTime(true))
			}
			r.quiet(r.bar.Add(1))
		default:
			without := ""
			if left := leftOut(card); len(left) > 0 {
				without = "  without " + strings.Join(left, ", ")
			}
			fmt.Fprintf(r.c.out, "%-9s %s#%d  %s  %s%s\n", card.Outcome, card.Item.ID, card.Item.Issue, card.UID, seconds(card.Took), without)
		}
	}
}

// leftOut is what the card was made without, to make it in time.
func leftOut(card station.Finished) []string {
	if card.Plan == nil || len(card.Plan.Without) == 0 {
		return []string{}
	}
	return card.Plan.Without
}

func stepSeconds(steps []station.Step) map[station.StepName]float64 {
	out := map[station.StepName]float64{}
	for _, s := range steps {
		out[s.Name] = s.Took.Seconds()
	}
	return out
}

// locked tells what was in flight when the last run was cut off.
func (r *runner) locked(l *station.Locked) {
	if r.c.json {
		r.quiet(r.c.encode(map[string]any{"event": "locked", "last": l.Last, "at": l.At, "attempt": l.Attempt, "record": l.Record, "issue": l.Issue, "uid": l.UID}))
	}
	fmt.Fprintf(r.c.errs, "  The last fact is %q of %s.", l.Last, l.At.Local().Format(time.DateTime))
	if l.Attempt != "" {
		uid := l.UID
		if uid == "" {
			uid = "not read"
		}
		fmt.Fprintf(r.c.errs, " In hand: %s for %s#%d, chip %s.", l.Attempt, l.Record, l.Issue, uid)
	}
	fmt.Fprintf(r.c.errs, "\n  Then: cetakctl reopen --dir %s --as NAME\n", r.c.dir)
}

// fault tells of the standing fault, once.
func (r *runner) fault(n station.Snapshot) {
	f := n.Fault
	if f == nil || f.Since.Equal(r.shown) {
		return
	}
	r.shown = f.Since
	if r.c.json {
		card, _ := advice.For(f.Code, r.d.Config.Station.Language)
		r.quiet(r.c.encode(map[string]any{"event": "fault", "code": f.Code, "op": f.Op, "card": f.Card, "again": f.Again, "title": card.Title, "steps": card.Steps}))
	}
	r.c.tell(&drivers.Fault{Code: f.Code, Op: f.Op, Card: f.Card, Again: f.Again, Detail: f.Detail})
}

// close says how the run ended.
func (r *runner) close(n station.Snapshot, verdict error) error {
	if r.tests {
		return r.closeTests(n, verdict)
	}
	if r.bar != nil {
		fmt.Fprintln(r.c.errs)
	}
	if r.c.json {
		r.quiet(r.c.encode(map[string]any{"event": "end", "good": r.good, "other": r.told - r.good, "waiting": n.Waiting, "held": n.Held}))
	} else {
		held := ""
		if n.Held > 0 {
			held = fmt.Sprintf(" (%d held)", n.Held)
		}
		fmt.Fprintf(r.c.out, "%d good, %d not, %d waiting%s.\n", r.good, r.told-r.good, n.Waiting, held)
	}
	if n.Question != nil && n.Question.Kind == station.QuestionWhere {
		fmt.Fprintf(r.c.errs, "Look for the card, then: cetakctl settle --dir %s --answer good|spoiled|missing\n", r.c.dir)
	}
	return verdict
}

// quiet drops the error of telling a terminal or pipe that is gone: the work itself is in the journal.
func (r *runner) quiet(error) {}

func has(answers []station.Answer, a station.Answer) bool {
	for _, x := range answers {
		if x == a {
			return true
		}
	}
	return false
}

// forgetTyped drops what lies unread in a terminal.
func forgetTyped(stream any) {
	if f, ok := stream.(*os.File); ok {
		_ = unix.IoctlSetInt(int(f.Fd()), unix.TCFLSH, unix.TCIFLUSH) // no terminal: nothing is dropped
	}
}

func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
