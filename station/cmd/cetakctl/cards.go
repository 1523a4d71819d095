package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/record"
)

// cardValues are the words of the acts on finished and spoiled cards.
type cardValues struct {
	collector, proof, slip string
	method, place, photo   string
	witnesses              []string
	report, old            string
}

func cardFlags(f *flag.FlagSet, c *call) {
	p, v := &c.paper, &c.card
	f.StringVar(&p.receiver, "receiver", "", "ship, arrive: who takes the cards at the sub-district")
	f.StringVar(&p.absent, "absent", "", "arrive: chip numbers of the cards that did not come, with commas")
	f.StringVar(&p.waiver, "waiver", "", "handover: why the card cannot be read again; takes a second person")
	f.StringVar(&v.collector, "collector", "holder", "handover: holder, family, proxy, or official")
	f.StringVar(&v.proof, "proof", "", "handover: old-card, family-card, suket, power-of-attorney, fingerprint, or receipt")
	f.StringVar(&v.slip, "slip", "", "handover: number of the signed receipt")
	f.StringVar(&v.report, "report", "", "lost: number of the report")
	f.StringVar(&v.method, "method", string(office.Burnt), "destroy: burnt, shredded, or punched")
	f.StringVar(&v.place, "place", "", "destroy: where")
	f.StringVar(&v.photo, "photo", "", "destroy: the photograph, JPEG or PNG; a copy is kept in the station folder")
	f.Func("witness", "destroy: NAME, OFFICE; twice", func(s string) error { v.witnesses = append(v.witnesses, s); return nil })
	f.IntVar(&c.values.wait, "wait", 10, "handover: seconds to wait for the card on the reader")
}

func (c *call) cardVerb(ctx context.Context, verb string, words []string) error {
	switch verb {
	case "ship":
		return c.ship(ctx, words)
	case "arrive":
		return c.arrive(ctx, words)
	case "unfetched":
		return c.unfetched(ctx, words)
	case "handover":
		return c.handOver(ctx, words)
	case "lost":
		return c.lost(ctx, words)
	case "destroy-list":
		return c.destroyList(ctx, words)
	case "destroy":
		return c.destroy(ctx, words)
	}
	return usage("the stock does not know " + strconv.Quote(verb))
}

// ship sends the cards of these chips, or all that wait here, to a sub-district.
func (c *call) ship(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return usage("ship takes the chip numbers of the cards, or all")
	}
	paper, err := c.paperOf()
	if err != nil {
		return err
	}
	return c.atDesk(ctx, access.Ship, func(_ *assembly.Desk, s *office.State) (office.Act, error) {
		return office.Ship{Paper: paper, Receiver: c.paper.receiver, UIDs: chips(words, s.Cards(ledger.Good))}, nil
	}, nil)
}

// chips are the words as chip numbers, or those of all the cards.
func chips(words []string, all []office.Card) []string {
	var uids []string
	if slices.Equal(words, []string{"all"}) {
		for _, k := range all {
			if !k.Dead() {
				uids = append(uids, k.UID)
			}
		}
		return uids
	}
	for _, w := range words {
		uids = append(uids, strings.ToUpper(w))
	}
	return uids
}

func (c *call) arrive(ctx context.Context, words []string) error {
	if len(words) != 1 {
		return usage("arrive takes the number of the shipping list")
	}
	paper, err := c.paperOf()
	if err != nil {
		return err
	}
	act := office.Arrive{Shipment: words[0], Receiver: c.paper.receiver, Absent: chips(list(c.paper.absent), nil), Paper: paper}
	return c.atDesk(ctx, act.Permission(), func(*assembly.Desk, *office.State) (office.Act, error) { return act, nil }, nil)
}

func (c *call) unfetched(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return usage("unfetched takes the chip numbers of the cards")
	}
	paper, err := c.paperOf()
	if err != nil {
		return err
	}
	act := office.Unfetched{Paper: paper, UIDs: chips(words, nil)}
	return c.atDesk(ctx, act.Permission(), func(*assembly.Desk, *office.State) (office.Act, error) { return act, nil }, nil)
}

// handOver reads the card on the reader again and gives it out. With --waiver the card is named by its chip number instead.
func (c *call) handOver(ctx context.Context, words []string) error {
	if (c.paper.waiver == "") != (len(words) == 0) || len(words) > 1 {
		return usage("handover reads the card on the reader; with --waiver it takes its chip number instead")
	}
	return c.atDesk(ctx, access.HandOver, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		act := office.HandOver{Collector: office.Collector(c.card.collector), Proof: office.Proof(c.card.proof), Slip: c.card.slip, Waiver: c.paper.waiver}
		if act.Waiver != "" {
			act.UID = strings.ToUpper(words[0])
			return act, nil
		}
		id, err := c.readCard(ctx, d.Devices)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(id.Portrait)
		act.Chip = &office.ChipRead{UID: strings.ToUpper(hex.EncodeToString(id.UID)), Portrait: hex.EncodeToString(sum[:])}
		act.UID = act.Chip.UID
		return act, nil
	}, nil)
}

func (c *call) lost(ctx context.Context, words []string) error {
	if len(words) != 1 {
		return usage("lost takes the chip number of the card: `cetakctl stock cards` tells it")
	}
	return c.atDesk(ctx, access.HandOver, func(*assembly.Desk, *office.State) (office.Act, error) {
		return office.LostCard{UID: strings.ToUpper(words[0]), Report: c.card.report}, nil
	}, nil)
}

func (c *call) destroyList(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return usage("destroy-list takes the number of the list, and the lines of single spoilings (default: all that are on no list)")
	}
	items, err := sequence(words[1:])
	if err != nil {
		return err
	}
	return c.atDesk(ctx, access.Destroy, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		return office.MakeDestructionList{Number: words[0], Type: c.blankType(d), Items: items}, nil
	}, nil)
}

func (c *call) destroy(ctx context.Context, words []string) error {
	if len(words) != 1 {
		return usage("destroy takes the number of the destruction list")
	}
	if len(c.card.witnesses) != 2 {
		return usage("destroy takes two witnesses: --witness NAME, OFFICE each")
	}
	paper, err := c.paperOf()
	if err != nil {
		return err
	}
	act := office.Destroy{List: words[0], Paper: paper, Method: office.Method(c.card.method), Place: c.card.place}
	for i, w := range c.card.witnesses {
		name, of, _ := strings.Cut(w, ",")
		act.Witnesses[i] = office.Witness{Name: strings.TrimSpace(name), Office: strings.TrimSpace(of)}
	}
	return c.atDesk(ctx, access.Destroy, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		if c.card.photo == "" {
			return act, nil // the act says what is missing
		}
		var err error
		act.Photo, err = assembly.KeepPhoto(d.Dir, c.card.photo)
		return act, err
	}, nil)
}

func reprintFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.paper.reason, "reason", "", "damaged, lost, changed, misprint, or moved")
	f.StringVar(&c.card.old, "old", "", "what became of the old card: spoiled, lost, taken, or none")
	f.StringVar(&c.card.report, "report", "", "number of the report, for an old card that is lost or taken")
}

// doReprint allows one more card for one record, once.
func doReprint(ctx context.Context, c *call) error {
	if len(c.args) != 1 {
		return usage("name one record and its issue: cetakctl reprint PRR-1#2")
	}
	id, issue, numbered := strings.Cut(c.args[0], "#")
	key := record.Key{ID: id, Issue: 1}
	if numbered {
		var err error
		if key.Issue, err = strconv.Atoi(issue); err != nil || key.Issue < 1 {
			return usage("the issue is a number over 0, as in PRR-1#2")
		}
	}
	return c.atDesk(ctx, access.Reprint, func(*assembly.Desk, *office.State) (office.Act, error) {
		return office.Authorise{Key: key, Reason: c.paper.reason, Old: office.Old(c.card.old), Report: c.card.report}, nil
	}, nil)
}

// listCards tells the cards in one account, or all: by chip, record, and what became of them. No name is in it. What was spoiled
// without a chip number is told too.
func (c *call) listCards(ctx context.Context, words []string) error {
	if len(words) > 1 {
		return usage("cards takes one account, or none for all")
	}
	where := ledger.Account(strings.Join(words, ""))
	if where != "" && !slices.Contains(ledger.Accounts(), where) {
		return usage("there is no account " + strconv.Quote(string(where)))
	}
	s, err := c.readOffice(ctx)
	if err != nil {
		return err
	}
	cards := s.Cards(where)
	if c.json {
		return c.cardsJSON(s, where, cards)
	}
	for _, k := range cards {
		fmt.Fprintf(c.out, "%-20s %-3s %-11s %-18s %-16s %s\n", k.UID, k.Type, k.Where, k.Key, clockTime(k.Made), k.Cause)
	}
	if where == ledger.Spoiled {
		for _, x := range s.Spoilage() {
			if x.Left > 0 {
				fmt.Fprintf(c.out, "line %-6d %3d %-3s from %-11s %-20s %-24s list %s\n", x.Seq, x.Left, x.Type, x.From, x.UID, x.Cause, x.List)
			}
		}
	}
	return nil
}

func (c *call) cardsJSON(s *office.State, where ledger.Account, cards []office.Card) error {
	type card struct {
		UID     string           `json:"uid"`
		Type    ledger.BlankType `json:"type"`
		Where   ledger.Account   `json:"where"`
		Record  string           `json:"record"`
		Issue   int              `json:"issue"`
		Attempt string           `json:"attempt"`
		Cause   string           `json:"cause,omitempty"`
		Dead    bool             `json:"dead"`
	}
	out := []card{}
	for _, k := range cards {
		out = append(out, card{k.UID, k.Type, k.Where, k.Key.ID, k.Key.Issue, k.Attempt, k.Cause, k.Dead()})
	}
	answer := map[string]any{"cards": out}
	if where == ledger.Spoiled || where == "" {
		answer["spoilage"] = spoilageJSON(s.Spoilage())
	}
	return c.encode(answer)
}

func spoilageJSON(all []office.Spoilage) []map[string]any {
	out := []map[string]any{}
	for _, x := range all {
		out = append(out, map[string]any{"line": x.Seq, "at": x.At, "type": x.Type, "count": x.Count, "left": x.Left, "from": x.From, "uid": x.UID,
			"record": x.Record, "cause": x.Cause, "box": x.Box, "ribbon": x.Ribbon, "printer": x.Printer, "list": x.List})
	}
	return out
}

// readCard waits for a card on the reader and asks what it says without keys. Fault: NoChip when none comes.
func (c *call) readCard(ctx context.Context, d assembly.Devices) (drivers.ChipIdentity, error) {
	r, err := d.Reader(ctx)
	if err != nil {
		return drivers.ChipIdentity{}, err
	}
	defer r.Close()
	return assembly.ReadCard(ctx, d.Config.Chip, r, time.Duration(c.values.wait)*time.Second)
}
