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
)

func ledgerFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.values.document, "document", "", "receive: number of the berita acara or delivery note")
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
	case "receive", "draw":
		if len(c.args) != 2 {
			return usage(verb + " takes a number of blanks")
		}
		n, err := strconv.Atoi(c.args[1])
		if err != nil || n < 1 {
			return usage(verb + " takes a number of blanks over 0")
		}
		return c.book(ctx, verb, n)
	case "reject-emptied":
		return c.rejectEmptied(ctx)
	}
	return usage("the ledger does not know " + strconv.Quote(c.args[0]))
}

func (c *call) readLedger(ctx context.Context, verb string) error {
	if verb == "movements" {
		return c.movements(ctx)
	}
	if _, err := config.Load(c.dir); err != nil {
		return err
	}
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return err
	}
	defer j.Close()
	if verb == "balance" {
		return c.balance(ctx, j)
	}
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

func (c *call) balance(ctx context.Context, j *journal.Reader) error {
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

func (c *call) book(ctx context.Context, verb string, n int) error {
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	act := access.Draw
	if verb == "receive" {
		act = access.Receive
	}
	by, err := c.who(ctx, d, act)
	if err != nil {
		return err
	}
	m := ledger.Movement{
		Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.BlankType(c.values.blank), Count: n,
		Who: by.Who, Second: by.Second, Document: c.values.document,
	}
	if m.Type == "" {
		m.Type = ledger.BlankType(d.Config.Station.Blank)
	}
	if verb == "receive" {
		m.Kind, m.From, m.To = ledger.Receipt, ledger.Centre, ledger.Vault
	}
	if err := assembly.Book(ctx, d.Journal, m); err != nil {
		return err
	}
	return c.balance(ctx, d.Journal.Reader)
}

// rejectEmptied books nothing: the cards stay spoiled until they are destroyed with minutes. It starts the count of the
// box anew.
func (c *call) rejectEmptied(ctx context.Context) error {
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	by, err := c.who(ctx, d, access.EmptyReject)
	if err != nil {
		return err
	}
	_, err = d.Journal.Append(ctx, journal.Fact{Kind: journal.KindRejectEmptied, Who: by.Who})
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, "The reject box counts from 0 again; its cards stay spoiled in the ledger until they are destroyed.")
	return nil
}
