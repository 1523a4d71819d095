package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/policy"
	"cetak/station/source"
)

func stockFlags(f *flag.FlagSet, c *call) {
	p := &c.paper
	c.setPaper(f)
	f.StringVar(&c.values.blank, "blank", "", "WNI or WNA (default: the station's)")
	f.Func("box", "NUMBER=COUNT, or NUMBER=COUNT:FIRST-LAST with its serials, or NUMBER=COUNT:FIRST-LAST:BATCH:KEYSET; may be repeated", func(s string) error {
		b, err := parseBox(s)
		p.boxes = append(p.boxes, b)
		return err
	})
	f.Func("chips", "receive: FILE with the chip numbers of the delivery's list, one a line", func(name string) error {
		text, err := os.ReadFile(name)
		p.chips = strings.Fields(string(text))
		return err
	})
	f.StringVar(&p.from, "from", "", "return, adjust, spoil: the account the blanks are taken from")
	f.StringVar(&p.to, "to", "", "adjust: the account they are booked to")
	f.StringVar(&c.values.cause, "cause", "", "adjust, spoil: why, from the list of causes")
	f.BoolVar(&p.defect, "defect", false, "spoil: bad from the factory")
	f.Int64Var(&p.reverses, "reverses", 0, "adjust: the line of the journal that it takes back")
	cardFlags(f, c)
}

// verbs of `cetakctl stock`, in the order of the help.
func stockVerbs() []string {
	return []string{"receive", "return", "borrow", "give-back", "lend", "take-back", "transfer-in", "transfer-out", "draw", "back",
		"adjust", "spoil", "destroy-list", "destroy", "ship", "arrive", "unfetched", "handover", "lost", "cards"}
}

func doStock(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return usage("what of the stock? " + strings.Join(stockVerbs(), ", "))
	}
	verb, words := c.args[0], c.args[1:]
	switch verb {
	case "receive", "borrow", "give-back", "lend", "take-back", "transfer-in", "transfer-out":
		return c.delivery(ctx, verb, words)
	case "return":
		return c.returned(ctx, words)
	case "draw", "back":
		return c.drawn(ctx, verb, words)
	case "adjust":
		return c.adjusted(ctx, words)
	case "spoil":
		return c.spoiled(ctx, words)
	case "cards":
		return c.listCards(ctx, words)
	}
	return c.cardVerb(ctx, verb, words)
}

// delivery is blanks that come from, or go to, somewhere else, with a paper.
func (c *call) delivery(ctx context.Context, verb string, words []string) error {
	n, paper, err := c.countAndPaper(verb, words)
	if err != nil {
		return err
	}
	may := access.Lend
	if verb == "receive" {
		may = access.Receive
	}
	return c.atDesk(ctx, may, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		t := c.blankType(d)
		return map[string]office.Act{
			"receive":      office.Receive{Paper: paper, Type: t, Count: n, Boxes: c.paper.boxes, UIDs: c.paper.chips},
			"borrow":       office.Borrow{Paper: paper, Type: t, Count: n, Boxes: c.paper.boxes},
			"give-back":    office.GiveBack{Paper: paper, Type: t, Count: n, Boxes: c.paper.boxes},
			"lend":         office.Lend{Paper: paper, Type: t, Count: n, Boxes: c.paper.boxes},
			"take-back":    office.TakeBack{Paper: paper, Type: t, Count: n, Boxes: c.paper.boxes},
			"transfer-in":  office.Transfer{Paper: paper, In: true, Type: t, Count: n, Boxes: c.paper.boxes},
			"transfer-out": office.Transfer{Paper: paper, Type: t, Count: n, Boxes: c.paper.boxes},
		}[verb], nil
	}, nil)
}

func (c *call) countAndPaper(verb string, words []string) (int, office.Paper, error) {
	if len(words) != 1 {
		return 0, office.Paper{}, usage(verb + " takes a number of blanks")
	}
	n, err := number(words[0])
	if err != nil {
		return 0, office.Paper{}, err
	}
	paper, err := c.paperOf()
	return n, paper, err
}

// returned gives unused blanks or spoiled cards back to the centre: a number, or the chips of the cards.
func (c *call) returned(ctx context.Context, words []string) error {
	n, uids, err := countOrCards("return", words)
	if err != nil {
		return err
	}
	paper, err := c.paperOf()
	if err != nil {
		return err
	}
	from := ledger.Vault
	if c.paper.from != "" {
		from = ledger.Account(c.paper.from)
	}
	return c.atDesk(ctx, access.Lend, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		return office.Return{Paper: paper, From: from, Type: c.blankType(d), Count: n, Boxes: c.paper.boxes, UIDs: uids}, nil
	}, nil)
}

// drawn moves blanks between vault and feeder. Their hand-over is on no paper: two people sign for it.
func (c *call) drawn(ctx context.Context, verb string, words []string) error {
	if verb == "draw" && len(words) == 0 {
		return c.planned(ctx, c.tellNeed)
	}
	if len(words) != 1 {
		return usage(verb + " takes a number of blanks")
	}
	n, err := number(words[0])
	if err != nil {
		return err
	}
	may := access.Draw
	if verb == "back" {
		may = access.Return
	}
	return c.atDesk(ctx, may, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		if verb == "back" {
			return office.ReturnToVault{Type: c.blankType(d), Count: n, Boxes: c.paper.boxes}, nil
		}
		return office.Draw{Type: c.blankType(d), Count: n, Boxes: c.paper.boxes}, nil
	}, nil)
}

// tellNeed tells how many blanks the queue needs beyond those in the feeder. It draws none.
func (c *call) tellNeed(d *assembly.Desk, s *standing, _ []source.Item, plan []policy.Verdict) error {
	t := c.blankType(d)
	waiting := 0
	for _, v := range plan {
		if !v.Held() && ledger.BlankType(v.Kind) == t {
			waiting++
		}
	}
	feeder, vault := s.books.Ledger.Count(t, ledger.Hopper), s.books.Ledger.Count(t, ledger.Vault)
	need := min(max(waiting-feeder, 0), vault)
	if c.json {
		return c.encode(map[string]any{"type": t, "waiting": waiting, "feeder": feeder, "vault": vault, "draw": need})
	}
	fmt.Fprintf(c.out, "%d wait for a card of %s, %d blanks lie in the feeder, %d in the vault: draw %d.\n", waiting, t, feeder, vault, need)
	return nil
}

func (c *call) adjusted(ctx context.Context, words []string) error {
	n, uids, err := countOrCards("adjust", words)
	if err != nil {
		return err
	}
	paper, err := c.paperOf()
	if err != nil {
		return err
	}
	if c.paper.from == "" || c.paper.to == "" {
		return usage("adjust needs --from and --to: one of them is missing, or centre for more than ever came")
	}
	return c.atDesk(ctx, access.Adjust, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		return office.Adjust{
			Paper: paper, Type: c.blankType(d), From: ledger.Account(c.paper.from), To: ledger.Account(c.paper.to), Count: n,
			Cause: c.values.cause, UIDs: uids, Reverses: c.paper.reverses,
		}, nil
	}, nil)
}

func (c *call) spoiled(ctx context.Context, words []string) error {
	n, uids, err := countOrCards("spoil", words)
	if err != nil {
		return err
	}
	if c.paper.from == "" {
		return usage("spoil needs --from: vault, hopper, good, shipped, or handed-over")
	}
	return c.atDesk(ctx, access.SpoilExtra, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		return office.SpoilByHand{
			From: ledger.Account(c.paper.from), Type: c.blankType(d), Count: n, Cause: c.values.cause, Defect: c.paper.defect, UIDs: uids,
		}, nil
	}, nil)
}

// countOrCards reads the words as one count, or as the chip numbers of cards. A number of up to five digits is a count: the
// shortest chip number has eight.
func countOrCards(verb string, words []string) (n int, uids []string, err error) {
	if len(words) == 0 {
		return 0, nil, usage(verb + " takes a number, or the chip numbers of cards")
	}
	if len(words) == 1 && len(words[0]) < 8 {
		n, err = number(words[0])
		return n, nil, err
	}
	for _, w := range words {
		uids = append(uids, strings.ToUpper(w))
	}
	return len(uids), uids, nil
}

// parseBox reads a box as it is written at the command line: its number, how many blanks, and from its label the first and last
// serial, the chips' batch, and the version of their keys.
func parseBox(text string) (ledger.Box, error) {
	parts := strings.Split(text, ":")
	box, count, ok := strings.Cut(parts[0], "=")
	n, err := strconv.Atoi(count)
	if !ok || box == "" || err != nil || n < 1 || len(parts) > 4 {
		return ledger.Box{}, usage("a box is NUMBER=COUNT or NUMBER=COUNT:FIRST-LAST:BATCH:KEYSET, not " + strconv.Quote(text))
	}
	b := ledger.Box{Number: box, Count: n}
	parts = append(parts, "", "", "")
	if parts[1] != "" {
		if b.First, b.Last, ok = strings.Cut(parts[1], "-"); !ok {
			return ledger.Box{}, usage("the serials of a box are FIRST-LAST, not " + strconv.Quote(parts[1]))
		}
	}
	b.Batch, b.KeySet = parts[2], parts[3]
	return b, nil
}

// list splits "a,b" and gives nothing for "".
func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func sequence(words []string) ([]int64, error) {
	var out []int64
	for _, w := range words {
		n, err := strconv.ParseInt(w, 10, 64)
		if err != nil || n < 1 {
			return nil, usage(strconv.Quote(w) + " is no line of the journal: `cetakctl stock cards spoiled` tells them")
		}
		out = append(out, n)
	}
	return out, nil
}
