package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/centre/api"
	"cetak/station/handover"
	"cetak/station/link"
	"cetak/station/record"
)

// passphraseEnv is where the passphrase of a stick comes from when nobody types it.
const passphraseEnv = "CETAK_PASSPHRASE"

// handValues are the flags of handing on.
type handValues struct {
	to, fingerprint, stick, list string
	days                         int
	keep                         bool
}

func exportWorkFlags(f *flag.FlagSet, c *call) {
	v := &c.hand
	f.StringVar(&v.to, "to", "", "card of the desk that is to print them (`team card` makes it there); without it they go back to the centre")
	f.StringVar(&v.fingerprint, "fingerprint", "", "of that card, as the other desk shows it")
	f.StringVar(&v.stick, "stick", "", "folder of the stick")
	f.StringVar(&v.list, "list", "", "file with records, one ID or ID#ISSUE a line")
	f.IntVar(&v.days, "days", 0, "lease them for so many days first; what is on the list and not here is taken from the centre")
}

func teamFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.values.out, "o", "", "card: the file")
	f.BoolVar(&c.hand.keep, "keep", false, "home: what was not printed stays here")
}

// handDesk is the opened station as the room of hand-overs knows it, with the people who act. What an earlier run left undone is done first.
func handDesk(ctx context.Context, d *assembly.Desk, by access.By) (handover.Desk, error) {
	h := handover.Desk{Dir: d.Dir, Station: d.Journal.Station(), Keys: d.Keys, Store: d.Store, Journal: d.Journal, Who: by.Who, Second: by.Second}
	return h, h.Finish(ctx)
}

// lineWithin is how long these commands wait for the centre: whoever stands at the desk has a stick in hand.
const lineWithin = 20 * time.Second

// enrolled is the desk's line. Fault: link.NoEnrolment where it has none: such a desk cannot answer for leases.
func enrolled(d *assembly.Desk) (*link.Link, error) {
	if d.Centre == nil {
		return nil, assembly.NoCentre()
	}
	return d.Centre, nil
}

// atLine speaks to the centre for a while.
func atLine(ctx context.Context, d *assembly.Desk, within time.Duration, do func(context.Context, *link.Link, link.Desk) error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return d.Speak(ctx, func(l *link.Link, desk link.Desk) error { return do(ctx, l, desk) })
}

func hand(ctx context.Context, l *link.Link, _ link.Desk) error    { return l.Hand(ctx) }
func deliver(ctx context.Context, l *link.Link, _ link.Desk) error { return l.Deliver(ctx) }

func doExportWork(ctx context.Context, c *call) error {
	v := c.hand
	if len(c.args) == 0 && v.list == "" {
		return usage("which records? all, their ids, or --list FILE")
	}
	if (v.to == "") != (v.stick == "") {
		return usage("--to and --stick belong together; without both the records go back to the centre")
	}
	if v.days < 0 || v.days*24 > api.MaxLease || v.days > 0 && v.to == "" {
		return usage("--days is for --to, up to " + strconv.Itoa(api.MaxLease/24))
	}
	var card handover.Card
	var passphrase string
	if v.to != "" {
		var err error
		if card, err = c.knownCard(); err != nil {
			return err
		}
		if passphrase, err = c.newPassphrase(ctx); err != nil {
			return err
		}
	}
	d, by, err := c.openAs(ctx, access.HandOn)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := enrolled(d); err != nil {
		return err
	}
	desk, err := handDesk(ctx, d, by)
	if err != nil {
		return err
	}
	keys, err := c.handKeys(ctx, d, desk)
	if err != nil {
		return err
	}
	var given handover.Given
	if v.to == "" {
		given.To = handover.ToCentre
		given.Records, err = desk.GiveBack(ctx, keys)
	} else {
		given, err = desk.Give(ctx, keys, card, passphrase, v.stick, time.Now())
	}
	if given.Records == 0 {
		return err
	}
	// Handed on is handed on, also where the stick was full: the centre hears of it now if it can.
	return errors.Join(err, c.tellGiven(given, atLine(ctx, d, lineWithin, hand)))
}

// knownCard reads the other desk's card, once a person has compared its fingerprint.
func (c *call) knownCard() (handover.Card, error) {
	card, err := handover.ReadCard(c.hand.to)
	if err != nil {
		return card, err
	}
	told := strings.ToUpper(strings.TrimSpace(c.hand.fingerprint))
	if told == "" {
		return card, usage("the card is of " + card.Station + ", fingerprint " + card.Fingerprint() + ": compare it with what that desk shows, and give it with --fingerprint")
	}
	if told != card.Fingerprint() {
		return card, &drivers.Fault{Code: handover.CardUntrusted, Op: "card", Again: drivers.AgainAfterOperator, Detail: "its fingerprint is " + card.Fingerprint() + ", told was " + told}
	}
	return card, nil
}

// handKeys are the records that are meant; with --days those that are not here are leased first, and all for so long.
func (c *call) handKeys(ctx context.Context, d *assembly.Desk, desk handover.Desk) ([]record.Key, error) {
	if len(c.args) == 1 && c.args[0] == "all" && c.hand.list == "" {
		return desk.Waiting(ctx)
	}
	words := c.args
	if c.hand.list != "" {
		more, err := listed(c.hand.list)
		if err != nil {
			return nil, err
		}
		words = append(words, more...)
	}
	var keys, away []record.Key
	for _, w := range words {
		k, err := recordKey(w)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
		if lease, ok, err := d.Store.Lease(ctx, k); err != nil {
			return nil, err
		} else if !ok || !lease.Queued {
			away = append(away, k)
		}
	}
	if c.hand.days == 0 {
		return keys, nil
	}
	return keys, atLine(ctx, d, lineWithin+time.Duration(len(keys))*time.Second, func(ctx context.Context, l *link.Link, still link.Desk) error {
		if err := l.TakeNamed(ctx, still, away, c.hand.days*24); err != nil {
			return err
		}
		return l.RenewFor(ctx, keys, c.hand.days*24)
	})
}

// recordKey reads ID or ID#ISSUE; without an issue it is the first card.
func recordKey(word string) (record.Key, error) {
	id, issue, numbered := strings.Cut(word, "#")
	k := record.Key{ID: id, Issue: 1}
	if numbered {
		n, err := strconv.Atoi(issue)
		if err != nil || n < 1 {
			return k, usage(strconv.Quote(word) + " is no record: ID or ID#ISSUE")
		}
		k.Issue = n
	}
	return k, nil
}

// listed reads the records of a list; empty lines and what follows a second word are passed over.
func listed(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &drivers.Fault{Code: handover.StickFailed, Op: "list", Again: drivers.AgainAfterOperator, Detail: path, Err: err}
	}
	defer f.Close()
	var all []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if w := strings.Fields(lines.Text()); len(w) > 0 {
			all = append(all, w[0])
		}
	}
	if err := lines.Err(); err != nil {
		return nil, &drivers.Fault{Code: handover.StickFailed, Op: "list", Again: drivers.AgainAfterOperator, Detail: path, Err: err}
	}
	return all, nil
}

// passphrase takes the passphrase of a stick from the environment or has it typed.
func (c *call) passphrase(ctx context.Context) (string, error) {
	p, err := c.password(ctx, "Passphrase of the stick", passphraseEnv)
	if errors.Is(err, access.NotSignedIn) {
		return "", usage("the passphrase of the stick is wanted: in " + passphraseEnv + ", or typed at a terminal")
	}
	return p, err
}

// newPassphrase takes one that is being made, typed twice.
func (c *call) newPassphrase(ctx context.Context) (string, error) {
	p, err := c.passphrase(ctx)
	if err == nil && os.Getenv(passphraseEnv) == "" {
		var again string
		if again, err = c.password(ctx, "Once more", passphraseEnv); err == nil && again != p {
			err = usage("the two passphrases differ: nothing was done")
		}
	}
	if err == nil {
		err = access.CheckPassphrase(p)
	}
	return p, err
}

// tellGiven tells what was handed on. That the centre does not know yet is no fault: it is told when the line is back.
func (c *call) tellGiven(g handover.Given, line error) error {
	known := line == nil
	if c.json {
		return c.encode(map[string]any{"paper": g.Paper, "to": g.To, "records": g.Records, "until": g.Until, "centre_knows": known})
	}
	if g.To == handover.ToCentre {
		fmt.Fprintf(c.out, "%d records were given back: this desk does not print them any more.\n", g.Records)
	} else {
		fmt.Fprintf(c.out, "%d records were handed on to %s by paper %s, to print until %s. This desk does not print them any more.\n", g.Records, g.To, g.Paper, g.Until.Local().Format("02-01-2006 15:04"))
	}
	if !known {
		fmt.Fprintf(c.out, "The centre does not know it yet (%s): it is told when the line is back.\n", drivers.AsFault(line).Code)
	}
	return nil
}

// doImportWork takes in what lies on a stick for this desk: the centre's receipts for what it told, and records of another desk.
func doImportWork(ctx context.Context, c *call) error {
	if len(c.args) != 1 {
		return usage("name the folder of the stick")
	}
	return c.atHand(ctx, access.Records, func(d *assembly.Desk, desk handover.Desk, l *link.Link) error { return c.importWork(ctx, d, desk, l) })
}

func (c *call) importWork(ctx context.Context, d *assembly.Desk, desk handover.Desk, l *link.Link) error {
	receipts, err := desk.Receipts(c.args[0], l)
	if err != nil {
		return err
	}
	heard := 0
	err = d.Speak(ctx, func(l *link.Link, still link.Desk) error {
		for _, r := range receipts {
			if err := l.Unpack(ctx, still, r); err != nil {
				return err
			}
			heard += len(r.Outcomes)
		}
		return nil
	})
	if err != nil {
		return err
	}
	took, err := c.takeOver(ctx, desk)
	if len(receipts) > 0 && (errors.Is(err, handover.StickEmpty) || errors.Is(err, handover.StickAgain)) {
		err = nil // it is the way home: what the team took out still lies there
	}
	if len(took) == 0 && len(receipts) == 0 {
		return err
	}
	return errors.Join(err, c.tellTook(took, heard, atLine(ctx, d, lineWithin, deliver)))
}

func (c *call) takeOver(ctx context.Context, desk handover.Desk) ([]handover.Took, error) {
	if any, err := handover.HasWork(c.args[0]); err != nil || !any {
		if err == nil {
			err = &drivers.Fault{Code: handover.StickEmpty, Op: "import", Again: drivers.AgainAfterOperator, Detail: c.args[0]}
		}
		return nil, err
	}
	passphrase, err := c.passphrase(ctx)
	if err != nil {
		return nil, err
	}
	return desk.Take(ctx, c.args[0], passphrase, time.Now())
}

func (c *call) tellTook(took []handover.Took, heard int, line error) error {
	if c.json {
		type one struct {
			handover.Took
			Taken int `json:"taken"`
		}
		all := []one{}
		for _, t := range took {
			all = append(all, one{t, len(t.Records)})
		}
		return c.encode(map[string]any{"took": all, "acknowledged": heard, "centre_knows": line == nil})
	}
	if heard > 0 {
		fmt.Fprintf(c.out, "The centre has %d outcomes of this desk.\n", heard)
	}
	for _, t := range took {
		fmt.Fprintf(c.out, "%d records of %s were taken over by paper %s, to print until %s (%d had run out, %d were refused). Their giver's fingerprint: %s\n",
			len(t.Records), t.From, t.Paper, t.Until.Local().Format("02-01-2006 15:04"), t.Past, t.Refused, t.Giver)
	}
	return nil
}

func doTeam(ctx context.Context, c *call) error {
	verb, words := "", c.args
	if len(words) > 0 {
		verb, words = words[0], words[1:]
	}
	switch {
	case verb == "card" && len(words) == 0 && c.values.out != "":
		return c.teamCard(ctx)
	case verb == "home" && len(words) == 1:
		return c.teamHome(ctx, words[0])
	case verb == "carry" && len(words) == 1:
		return c.teamCarry(ctx, words[0])
	case verb == "again" && len(words) == 2:
		return c.teamAgain(ctx, words[0], words[1])
	case verb == "list" && len(words) == 0:
		return c.teamList(ctx)
	}
	return usage("card -o FILE, home STICK, carry STICK, again PAPER STICK, or list")
}

// atHand opens the desk for an act of handing on.
func (c *call) atHand(ctx context.Context, may access.Act, do func(*assembly.Desk, handover.Desk, *link.Link) error) error {
	d, by, err := c.openAs(ctx, may)
	if err != nil {
		return err
	}
	defer d.Close()
	l, err := enrolled(d)
	if err != nil {
		return err
	}
	desk, err := handDesk(ctx, d, by)
	if err != nil {
		return err
	}
	return do(d, desk, l)
}

// teamCard writes what others seal to. It is nobody's secret.
func (c *call) teamCard(ctx context.Context) error {
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	card, err := handover.WriteCard(c.values.out, d.Journal.Station(), d.Keys)
	if err != nil {
		return err
	}
	if c.json {
		return c.encode(map[string]string{"station": card.Station, "key": card.ID, "fingerprint": card.Fingerprint()})
	}
	fmt.Fprintf(c.out, "The card of %s is in %s. Its fingerprint, to be compared at the other desk: %s\n", card.Station, c.values.out, card.Fingerprint())
	return nil
}

// teamHome puts all that the centre must hear onto a stick. What was not printed goes back with it, unless it is to be kept.
func (c *call) teamHome(ctx context.Context, stick string) error {
	passphrase, err := c.newPassphrase(ctx)
	if err != nil {
		return err
	}
	may := access.HandOn
	if c.hand.keep {
		may = access.Records
	}
	return c.atHand(ctx, may, func(d *assembly.Desk, desk handover.Desk, _ *link.Link) error {
		back := 0
		if !c.hand.keep {
			keys, err := desk.Waiting(ctx)
			if err == nil && len(keys) > 0 {
				back, err = desk.GiveBack(ctx, keys)
			}
			if err != nil {
				return err
			}
		}
		var packets []api.Packet
		err := d.Speak(ctx, func(l *link.Link, still link.Desk) (err error) {
			packets, err = l.Pack(ctx, still, handover.NewPacketID(), time.Now())
			return err
		})
		if err != nil {
			return err
		}
		if err := desk.Pack(packets, passphrase, stick); err != nil {
			return err
		}
		outcomes := 0
		for _, p := range packets {
			outcomes += len(p.Outcomes)
		}
		if c.json {
			return c.encode(map[string]any{"packets": len(packets), "outcomes": outcomes, "given_back": back})
		}
		fmt.Fprintf(c.out, "%d packets are on the stick: %d outcomes, and %d records that were not printed go back. Keep this desk's folder until the receipt comes: a stick that is lost is written again.\n",
			len(packets), outcomes, back)
		return nil
	})
}

// teamCarry brings a team's packets to the centre, and its receipts back onto the stick.
func (c *call) teamCarry(ctx context.Context, stick string) error {
	passphrase, err := c.passphrase(ctx)
	if err != nil {
		return err
	}
	return c.atHand(ctx, access.Records, func(_ *assembly.Desk, desk handover.Desk, l *link.Link) error {
		within, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		all, err := desk.Carry(within, l, stick, passphrase)
		if len(all) == 0 {
			return err
		}
		refused := 0
		for _, r := range all {
			for _, o := range r.Outcomes {
				if o.Code != "" {
					refused++
				}
			}
		}
		if c.json {
			return errors.Join(err, c.encode(map[string]any{"receipts": all}))
		}
		for _, r := range all {
			fmt.Fprintf(c.out, "%s: %d outcomes, %d records given back, books %s.\n", r.Station, len(r.Outcomes), len(r.Releases), booksWord(r))
		}
		if refused > 0 {
			fmt.Fprintf(c.out, "The centre did not book %d outcomes: incidents are open there, and the team's desk names the cards when it reads the receipt.\n", refused)
		}
		return err
	})
}

func booksWord(r api.Carried) string {
	switch {
	case r.Refused != "":
		return "refused (" + string(r.Refused) + ")"
	case r.Books != nil:
		return "countersigned to line " + strconv.FormatInt(r.Books.Head.Seq, 10)
	}
	return "unchanged"
}

func (c *call) teamAgain(ctx context.Context, paper, stick string) error {
	return c.atHand(ctx, access.HandOn, func(_ *assembly.Desk, desk handover.Desk, _ *link.Link) error {
		if err := desk.Again(paper, stick); err != nil {
			return err
		}
		if c.json {
			return c.encode(map[string]string{"paper": paper})
		}
		fmt.Fprintf(c.out, "The parcel of paper %s is on the stick once more. It opens with the passphrase of the first one, and is taken in once.\n", paper)
		return nil
	})
}

// teamList tells what is away. Work that is overdue wants a person: exit 3.
func (c *call) teamList(ctx context.Context) error {
	return c.atHand(ctx, access.Records, func(_ *assembly.Desk, desk handover.Desk, l *link.Link) error {
		all, err := desk.Outstanding(ctx, l, time.Now())
		if err != nil {
			return err
		}
		if c.json {
			if err := c.encode(map[string]any{"away": all}); err != nil {
				return err
			}
		} else {
			for _, o := range all {
				fmt.Fprintf(c.out, "%s  %s  %d records, %d heard of, until %s\n", o.Paper, o.To, o.Records, o.Heard, o.Until.Local().Format("02-01-2006 15:04"))
			}
		}
		if err := handover.Missing(all); err != nil {
			c.tell(drivers.AsFault(err))
			return held{}
		}
		return nil
	})
}
