package main

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
)

// paperFlags are the words of the acts on stock, cards, and shifts.
type paperFlags struct {
	document, date    string
	party, issuer     string
	from, to, reason  string
	boxes             []ledger.Box
	chips             []string
	receiver, absent  string
	counted, counted2 string
	waiver            string
	defect            bool
	reverses          int64
}

// deskCommands are those of people at stock, cards, and shifts.
func deskCommands() []command {
	return []command{
		verb("shift", "open|close|status|certificate [ID]|verify FILE", "the desk's day, from a counted opening to a counted closing", shiftFlags, doShift),
		verb("verify-shift", "FILE", "prove a shift certificate, on any machine", verifyShiftFlags, doVerifyShift),
		verb("count", "hopper|vault|good|shipped|spoiled", "a blind count by two people at any time", countFlags, doCount),
		verb("incident", "list | close N --reason R", "differences between books, printer, and counts", incidentFlags, doIncident),
		verb("stock", strings.Join(stockVerbs(), "|")+" ...", "blanks and cards: what comes, goes, is spoiled, shipped, and handed over", stockFlags, doStock),
		verb("reprint", "RECORD#ISSUE --reason R --old WHAT", "allow one more card for a record, once, by two people", reprintFlags, doReprint),
	}
}

// setPaper defines the flags of a berita acara or delivery note.
func (c *call) setPaper(f *flag.FlagSet) {
	p := &c.paper
	f.StringVar(&p.document, "document", "", "number of the berita acara, delivery note, or list")
	f.StringVar(&p.date, "date", "", "day on the paper, DD-MM-YYYY (default: today)")
	f.StringVar(&p.issuer, "issuer", "", "who numbered the paper (default: this office)")
	f.StringVar(&p.party, "party", "", "the other side: the centre, an office, a store, a sub-district")
}

// paperOf makes the paper the flags tell of.
func (c *call) paperOf() (office.Paper, error) {
	p := office.Paper{Number: c.paper.document, Issuer: c.paper.issuer, Party: c.paper.party}
	if c.paper.date == "" {
		return p, nil
	}
	day, err := time.ParseInLocation("02-01-2006", c.paper.date, time.Local)
	if err != nil {
		return p, usage("--date is a day as DD-MM-YYYY, not " + strconv.Quote(c.paper.date))
	}
	p.Date = day
	return p, nil
}

// blankType is the type of blanks the flags name, or the station's.
func (c *call) blankType(d *assembly.Desk) ledger.BlankType {
	if c.values.blank != "" {
		return ledger.BlankType(c.values.blank)
	}
	return ledger.BlankType(d.Config.Station.Blank)
}

// number reads one of the words as a count. Fault: ledger.BadCount.
func number(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		return 0, badCount(word)
	}
	return n, nil
}

// deed is an act of people that was judged and written down.
type deed struct {
	desk    *assembly.Desk
	state   *office.State // after it
	entries []journal.Entry
}

// atDesk opens the station for one act of people: who they are is settled, make gives the act by what the books say, the act is
// judged, and its facts are written as one step or nothing is. then, if given, tells of it; without, the lines are told.
func (c *call) atDesk(ctx context.Context, may access.Act, make func(*assembly.Desk, *office.State) (office.Act, error),
	then func(*deed) error) error {
	d, by, err := c.openAs(ctx, may)
	if err != nil {
		return err
	}
	defer d.Close()
	s, err := d.Office(ctx)
	if err != nil {
		return err
	}
	act, err := make(d, s)
	if err != nil {
		return err
	}
	entries, err := d.Act(ctx, s, act, by)
	if err != nil {
		return err
	}
	done := &deed{desk: d, state: s, entries: entries}
	if then != nil {
		return then(done)
	}
	return c.tellDeed(done)
}

// line is one line of the journal that an act wrote.
type line struct {
	Seq      int64            `json:"seq"`
	Kind     journal.Kind     `json:"kind"`
	Movement *ledger.Movement `json:"movement,omitempty"`
}

func (c *call) tellDeed(d *deed) error {
	lines := make([]line, len(d.entries))
	for i, e := range d.entries {
		lines[i] = line{Seq: e.Seq, Kind: e.Kind}
		if e.Kind == journal.KindMovement {
			m, err := ledger.Decode(e.Data)
			if err != nil {
				return err
			}
			lines[i].Movement = &m
		}
	}
	if c.json {
		out := map[string]any{"lines": lines}
		if !countDue(d.desk.Config, d.state) {
			out["blanks"] = d.state.Ledger().Balance()
		}
		return c.encode(out)
	}
	for _, l := range lines {
		if m := l.Movement; m != nil {
			fmt.Fprintf(c.out, "%6d  %4d %s  %s -> %s  %s\n", l.Seq, m.Count, m.Type, m.From, m.To, strings.Join(nonEmpty(m.Document, m.Cause), " "))
			continue
		}
		fmt.Fprintf(c.out, "%6d  %s\n", l.Seq, l.Kind)
	}
	return nil
}

func nonEmpty(words ...string) []string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

// readOffice reads what the journal says of stock, cards, and shifts, also while another program runs the station.
func (c *call) readOffice(ctx context.Context) (*office.State, error) {
	cfg, j, _, err := c.books(ctx)
	if err != nil {
		return nil, err
	}
	defer j.Close()
	return assembly.ReadOffice(ctx, cfg, j)
}
