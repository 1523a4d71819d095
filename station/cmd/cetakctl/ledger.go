package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strconv"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
)

func ledgerFlags(f *flag.FlagSet, c *call) {
	c.setPaper(f)
	countFlags(f, c)
	f.StringVar(&c.values.blank, "blank", "", "receive, draw: WNI or WNA (default: the station's)")
}

func doLedger(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return usage("what of the ledger?")
	}
	switch verb := c.args[0]; verb {
	case "balance", "movements", "verify":
		if len(c.args) > 1 {
			return usage(verb + " takes no more words")
		}
		return c.readLedger(ctx, verb)
	case "receive", "draw": // as in `cetakctl stock`; whoever sends blanks is the centre, where nobody else is named
		if c.paper.party == "" {
			c.paper.party = "Pusat"
		}
		return doStock(ctx, c)
	case "reject-emptied":
		return c.rejectEmptied(ctx)
	}
	return usage("the ledger does not know " + strconv.Quote(c.args[0]))
}

func (c *call) readLedger(ctx context.Context, verb string) error {
	switch verb {
	case "movements":
		return c.movements(ctx)
	case "balance":
		return c.balance(ctx)
	}
	if _, err := config.Load(c.dir); err != nil {
		return err
	}
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return err
	}
	defer j.Close()
	r, err := j.Verify(ctx)
	if err != nil {
		return err
	}
	l, err := assembly.ReadLedger(ctx, j)
	if err != nil {
		return err
	}
	if err := l.Proof(); err != nil {
		return err
	}
	if c.json {
		return c.encode(map[string]any{"ok": true, "lines": r.Lines, "head": r.Head})
	}
	fmt.Fprintf(c.out, "The chain of %d lines holds and the blanks balance. Head: %s\n", r.Lines, r.Head)
	return nil
}

// countDue says whether people the station knows will count the feeder blind, at the opening of a shift or at its closing: until
// then nobody who may count reads what they ought to find (features.md B9).
func countDue(cfg config.Config, s *office.State) bool {
	_, open := s.Shift()
	return cfg.People.SignIn && (cfg.Shift.Required || open)
}

// balance tells what each account holds. The accounts add up to nothing, so the feeder's figure cannot be left out alone: while a
// count is due, the balance is for those who may read the journal, and that they read it is written down.
func (c *call) balance(ctx context.Context) error {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return err
	}
	defer j.Close()
	if cfg.People.SignIn {
		s, err := assembly.ReadOffice(ctx, cfg, j)
		if err != nil {
			return err
		}
		if countDue(cfg, s) {
			_, done, err := c.readers(ctx, access.ReadData{What: "balance"})
			if err != nil {
				return err
			}
			done()
		}
	}
	l, err := assembly.ReadLedger(ctx, j)
	if err != nil {
		return err
	}
	b := l.Balance()
	if c.json {
		return c.encode(b)
	}
	fmt.Fprintf(c.out, "%-12s %8s %8s\n", "", ledger.WNI, ledger.WNA)
	for _, a := range ledger.Accounts() {
		fmt.Fprintf(c.out, "%-12s %8d %8d\n", a, b[ledger.WNI][a], b[ledger.WNA][a])
	}
	return nil
}

func (c *call) movements(ctx context.Context) error {
	j, done, err := c.readers(ctx, access.ReadData{What: "movements"})
	if err != nil {
		return err
	}
	defer done()
	for e, err := range j.Of(ctx, 0, journal.KindMovement) {
		if err != nil {
			return err
		}
		m, err := ledger.Decode(e.Data)
		if err != nil {
			return err
		}
		if c.json {
			if err := c.encode(map[string]any{"seq": e.Seq, "at": e.At, "movement": m}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(c.out, "%6d  %s  %4d %s  %-8s -> %-8s  %-16s %s %s %s\n", e.Seq, e.At.Local().Format("02-01-2006 15:04:05"),
			m.Count, m.Type, m.From, m.To, m.Kind, m.Who, m.Cause, m.Document)
	}
	return nil
}

// rejectEmptied books nothing: the cards stay spoiled until they are destroyed with minutes. It starts the count of the box anew;
// where two people counted what was in it, their figure is held against the books'.
func (c *call) rejectEmptied(ctx context.Context) error {
	return c.atDesk(ctx, access.EmptyReject, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		if c.paper.counted == "" && c.paper.counted2 == "" {
			return office.RejectEmptied{}, nil
		}
		first, second, err := c.twoCounts(d, ledger.Spoiled)
		if err != nil {
			return nil, err
		}
		n, m := both(first), both(second)
		return office.RejectEmptied{First: &n, Second: &m}, nil
	}, func(*deed) error {
		fmt.Fprintln(c.out, "The reject box counts from 0 again; its cards stay spoiled in the ledger until they are destroyed.")
		return nil
	})
}

// both adds up the types: the box holds cards of either.
func both(n ledger.Count) int { return n[ledger.WNI][ledger.Spoiled] + n[ledger.WNA][ledger.Spoiled] }
