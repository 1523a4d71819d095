package main

import (
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
			"cards_inserted": st.CardsInserted, "good_today": b.Good, "spoiled_today": b.Spoiled, "reject_box": b.Office.Reject(),
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
			return "", err
		}
		defer p.Close()
		id, err := p.Identify(ctx)
		return strings.TrimSpace(id.Model + " " + id.Serial + " firmware " + id.Firmware), err
	})
	check("reader", func() (string, error) { return cfg.Reader.Name, readerStatus(ctx, devices) })
	check("makers", func() (string, error) {
		_, _, err := assembly.Makers()
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
	if err := c.tellCard(ctx, j, id); err != nil {
		return err
	}
	uid := strings.ToUpper(hex.EncodeToString(id.UID))
	if card, ok := b.Office.Seen(uid); ok && card.Dead() {
		if err := c.alarm(ctx, b.Office.Alarm(uid, cfg.Reader.Name, "", assembly.Name(c.as))); err != nil {
			return err
		}
		return &drivers.Fault{Code: office.CardDead, Op: "identify", Again: drivers.AgainNever, Detail: "it is booked as " + string(card.Where)}
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

// tellCard says what a card is: by its chip, and by what this station's journal knows of it.
func (c *call) tellCard(ctx context.Context, j *journal.Reader, id drivers.ChipIdentity) error {
	uid := strings.ToUpper(hex.EncodeToString(id.UID))
	h, err := assembly.History(ctx, j, uid)
	if err != nil {
		return err
	}
	if c.json {
		return c.encode(map[string]any{"uid": uid, "atr": hex.EncodeToString(id.ATR), "state": id.State, "record": h.Record,
			"issue": h.Issue, "attempt": h.Attempt, "outcome": h.Outcome, "at": h.At})
	}
	words := map[drivers.ChipState]string{
		drivers.ChipBlank: "a blank: nothing is written", drivers.ChipPartial: "half made: written and not closed",
		drivers.ChipSealed: "a finished card", drivers.ChipForeign: "no card of ours",
	}
	fmt.Fprintf(c.out, "%s  %s\n", uid, words[id.State])
	if h.Attempt != "" {
		outcome := h.Outcome
		if outcome == "" {
			outcome = "without an outcome yet"
		}
		fmt.Fprintf(c.out, "this station: %s#%d, %s, %s\n", h.Record, h.Issue, outcome, h.At.Local().Format("02-01-2006 15:04"))
	} else if id.State != drivers.ChipForeign {
		fmt.Fprintln(c.out, "this station has never had it")
	}
	return nil
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
