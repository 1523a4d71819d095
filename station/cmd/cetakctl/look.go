package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
)

// books reads what the journal says, also while another program runs the station.
func (c *call) books(ctx context.Context) (config.Config, *journal.Reader, *station.Books, error) {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return cfg, nil, nil, err
	}
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return cfg, nil, nil, err
	}
	b, err := station.ReadBooks(ctx, j.Entries(ctx, 0), assembly.Rules(cfg), time.Now())
	if err != nil {
		j.Close()
		return cfg, nil, nil, err
	}
	return cfg, j, b, nil
}

func doStatus(ctx context.Context, c *call) error {
	cfg, j, b, err := c.books(ctx)
	if err != nil {
		return err
	}
	defer j.Close()
	devices := assembly.Devices{Config: cfg, Log: c.log()}
	st, printerErr := printerStatus(ctx, devices)
	readerErr := readerStatus(ctx, devices)
	open := ""
	if b.Open != nil {
		open = b.Open.ID
	}
	balance := b.Ledger.Balance()
	blind := countDue(cfg, b.Office)
	for _, accounts := range balance {
		if blind {
			delete(accounts, ledger.Hopper)
		}
	}
	if c.json {
		if err := c.encode(map[string]any{
			"office": cfg.Station.Office, "desk": cfg.Station.Desk, "specimen": cfg.Station.Specimen,
			"printer": deviceJSON(printerErr), "reader": deviceJSON(readerErr), "position": st.Position, "ribbon": st.RibbonLeft,
			"cards_inserted": known(st.CardsInserted), "good_today": b.Good, "spoiled_today": b.Spoiled, "reject_box": b.Office.Reject(),
			"open_attempt": open, "blanks": balance,
		}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(c.out, "%s, desk %s\n", cfg.Station.Office, cfg.Station.Desk)
		fmt.Fprintf(c.out, "printer      %s\n", deviceWord(printerErr))
		fmt.Fprintf(c.out, "reader       %s\n", deviceWord(readerErr))
		fmt.Fprintf(c.out, "today        %d good, %d spoiled; reject box %d\n", b.Good, b.Spoiled, b.Office.Reject())
		for _, t := range []string{"WNI", "WNA"} {
			for bt, accounts := range balance {
				if string(bt) == t {
					feeder := "is to be counted"
					if !blind {
						feeder = strconv.Itoa(accounts["hopper"])
					}
					fmt.Fprintf(c.out, "blanks %s   vault %d, feeder %s, machine %d, good %d, spoiled %d, missing %d\n", t,
						accounts["vault"], feeder, accounts["machine"], accounts["good"], accounts["spoiled"], accounts["missing"])
				}
			}
		}
	}
	if open != "" {
		fmt.Fprintf(c.errs, "An attempt is open (%s): a card was in hand when the last run stopped. Next: cetakctl settle\n", open)
		return held{}
	}
	return nil
}

func printerStatus(ctx context.Context, d assembly.Devices) (drivers.PrinterStatus, error) {
	p, err := d.Printer(ctx)
	if err != nil {
		return drivers.PrinterStatus{RibbonLeft: drivers.RibbonUnknown, Position: drivers.PositionUnknown}, err
	}
	defer p.Close()
	return p.Status(ctx)
}

func readerStatus(ctx context.Context, d assembly.Devices) error {
	r, err := d.Reader(ctx)
	if err != nil {
		return err
	}
	return r.Close()
}

// known is a count, or nothing where the machine does not tell it.
func known(n int64) *int64 {
	if n == drivers.CountUnknown {
		return nil
	}
	return &n
}

func deviceWord(err error) string {
	if err == nil {
		return "ready"
	}
	return drivers.AsFault(err).Error()
}

func deviceJSON(err error) map[string]any {
	if err == nil {
		return map[string]any{"state": "up"}
	}
	return map[string]any{"state": "down", "code": drivers.AsFault(err).Code}
}

// doDoctor checks everything a card needs and names the next step for what is missing.
func doDoctor(ctx context.Context, c *call) error {
	bad := 0
	check := func(name string, f func() (string, error)) {
		detail, err := f()
		if c.json {
			line := map[string]any{"check": name, "ok": err == nil, "detail": detail}
			if err != nil {
				line["code"] = drivers.AsFault(err).Code
			}
			if e := c.encode(line); e != nil && err == nil {
				err = e
			}
		} else if err == nil {
			fmt.Fprintf(c.out, "ok    %-10s %s\n", name, detail)
		}
		if err != nil {
			bad++
			fmt.Fprintf(c.errs, "not ok %s\n", name)
			c.tell(drivers.AsFault(err))
		}
	}
	var cfg config.Config
	check("settings", func() (string, error) {
		var err error
		cfg, err = config.Load(c.dir)
		return filepath.Join(c.dir, config.File), err
	})
	if bad > 0 {
		return told{}
	}
	check("journal", func() (string, error) { return checkJournal(ctx, c.dir) })
	devices := assembly.Devices{Config: cfg, Log: c.log()}
	check("printer", func() (string, error) {
		p, err := devices.Printer(ctx)
		if err != nil {
			return "", devices.ExplainLine(ctx, err)
		}
		defer p.Close()
		id, err := p.Identify(ctx)
		return strings.TrimSpace(id.Model + " " + id.Serial + " firmware " + id.Firmware), err
	})
	check("reader", func() (string, error) { return cfg.Reader.Name, readerStatus(ctx, devices) })
	check("setup", func() (string, error) { return strings.TrimPrefix(setupLine(cfg), "set     "), nil })
	check("ports", func() (string, error) {
		ports, err := assembly.Ports()
		var all []string
		for _, p := range ports {
			all = append(all, p.Path+" ("+portLine(p)+")")
		}
		return cmp.Or(strings.Join(all, "; "), "none with a device behind it"), err
	})
	check("readers", func() (string, error) {
		all, err := assembly.Readers(ctx, cfg)
		if err != nil {
			return "not to be asked: " + deviceWord(err), nil // the line above says what to do
		}
		return cmp.Or(strings.Join(all, "; "), "none"), nil
	})
	check("readiness", func() (string, error) { return c.checkReadiness(ctx) })
	if cfg.Chip.Keys != config.KeysNone {
		check("keys", func() (string, error) {
			k := assembly.NewCardKeys(cfg, c.askPIN, c.log())
			defer k.Close()
			return cfg.Chip.Keys + " " + k.Set(), k.Ready(ctx, true)
		})
	}
	check("makers", func() (string, error) {
		_, _, err := assembly.Makers(cfg.Chip)
		return "chip profile and face layouts", err
	})
	if bad > 0 {
		return told{}
	}
	return nil
}

func checkJournal(ctx context.Context, dir string) (string, error) {
	j, err := journal.OpenReader(ctx, filepath.Join(dir, assembly.JournalFile))
	if err != nil {
		return "", err
	}
	defer j.Close()
	r, err := j.Verify(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d lines, head %.12s", r.Lines, r.Head), j.CheckSpace(ctx)
}

func identifyFlags(f *flag.FlagSet, c *call) {
	f.IntVar(&c.values.wait, "wait", 10, "seconds to wait for a card")
}

func doIdentify(ctx context.Context, c *call) error {
	cfg, j, b, err := c.books(ctx)
	if err != nil {
		return err
	}
	defer j.Close()
	id, err := c.readCard(ctx, assembly.Devices{Config: cfg, Log: c.log()})
	if err != nil {
		return err
	}
	sight := b.Office.Look(id)
	if err := c.tellCard(sight, id.ATR); err != nil {
		return err
	}
	if sight.What.Alarms() {
		if err := c.alarm(ctx, b.Office.Alarm(sight.UID, cfg.Reader.Name, "", assembly.Name(c.as))); err != nil {
			return err
		}
		return &drivers.Fault{Code: office.CardDead, Op: "identify", Again: drivers.AgainNever, Detail: "it is booked as " + string(sight.Card.Where)}
	}
	return nil
}

// alarm writes down that a dead card lies on the reader: in the journal, or beside it while another program holds the folder.
func (c *call) alarm(ctx context.Context, f journal.Fact) error {
	j, err := journal.Open(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if errors.Is(err, journal.InUse) {
		return access.NoteAside(c.dir, time.Now(), f)
	}
	if err != nil {
		return err
	}
	defer j.Close()
	_, err = j.Append(ctx, f)
	return err
}

// tellCard says what a card is, and what to do with it.
func (c *call) tellCard(s office.Sight, atr []byte) error {
	card := s.Card
	outcome, at := "", card.Made
	switch {
	case !card.Spoiled.IsZero():
		outcome, at = "spoiled", card.Spoiled
	case !card.Made.IsZero():
		outcome = "good"
	case card.Where == ledger.Missing:
		outcome = "missing"
	}
	if c.json {
		return c.encode(map[string]any{"uid": s.UID, "atr": hex.EncodeToString(atr), "state": s.Chip, "what": s.What, "record": card.Key.ID,
			"issue": card.Key.Issue, "attempt": card.Attempt, "outcome": outcome, "where": card.Where, "at": at, "by": card.By})
	}
	says := whatWords(s.What)
	fmt.Fprintf(c.out, "%s  %s\n", s.UID, says[0])
	if s.Known {
		fmt.Fprintf(c.out, "this station: %s#%d, %s", card.Key.ID, card.Key.Issue, cmp.Or(outcome, "without an outcome yet"))
		if !at.IsZero() {
			fmt.Fprintf(c.out, ", %s", at.Local().Format("02-01-2006 15:04"))
		}
		if card.By != "" {
			fmt.Fprintf(c.out, ", judged by %s", card.By)
		}
		fmt.Fprintln(c.out)
	}
	fmt.Fprintln(c.out, says[1])
	return nil
}

// whatWords say what a card is and what to do with it.
func whatWords(w office.What) [2]string {
	return map[office.What][2]string{
		office.WhatBlank:      {"a blank: nothing is written, and the books never saw it", "It may go into the feeder, if it was drawn from the vault."},
		office.WhatHalf:       {"half made: written and not closed, and in no attempt of this station", "Lay it aside, find out where it was begun, and have a supervisor spoil it."},
		office.WhatUnderWay:   {"the card of the attempt that is not settled yet", "Settle that attempt first: cetakctl settle."},
		office.WhatGood:       {"a finished card, made here and not given out", "Put it with the finished cards, or hand it over: cetakctl stock handover."},
		office.WhatShipped:    {"a finished card, sent to a sub-district", "Ask there before it is given to anybody."},
		office.WhatHandedOver: {"a finished card that its holder was given", "Give it back to its holder, or note its loss: cetakctl stock lost."},
		office.WhatSpoiled:    {"spoiled: out of use for good", "Put it with the spoiled cards until it is destroyed. Its appearance is in the journal."},
		office.WhatAlive:      {"destroyed on paper, and yet it lies here", "Call a supervisor: the minutes of its destruction are wrong. Its appearance is in the journal."},
		office.WhatLost:       {"reported lost by its holder", "Keep it and call a supervisor: its holder may have a new one. Its appearance is in the journal."},
		office.WhatMissing:    {"a card the books could not find", "Call a supervisor: it is to be spoiled with minutes."},
		office.WhatElsewhere:  {"a finished card that this station did not make", "Ask the office that made it; it is none of this station's stock."},
		office.WhatEnded:      {"a card that was ended for good", "It can never be used again. Put it with the spoiled cards of whoever owns it."},
		office.WhatForeign:    {"no card of ours", "Take it out: it belongs in no feeder here."},
		office.WhatDiffers:    {"the books say that it was finished, its chip says otherwise", "Keep it and call a supervisor: card or books were tampered with."},
		office.WhatNameless:   {"a card of ours whose number the reader did not give", "Lay it on again, flat. The books go by the number."},
	}[w]
}

func writePNG(path string, img image.Image) error {
	f, err := create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(f, img); err != nil {
		f.Close()
		return fileFault(path, err)
	}
	if err := f.Close(); err != nil {
		return fileFault(path, err)
	}
	return nil
}
