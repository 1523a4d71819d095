package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/ledger"
	"cetak/station/office"
)

func countFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.paper.counted, "count", "", "what the first person counted: 40, or WNI=40,WNA=2; asked for at a terminal")
	f.StringVar(&c.paper.counted2, "second-count", "", "what the second person counted, without seeing the first count")
}

func shiftFlags(f *flag.FlagSet, c *call) {
	countFlags(f, c)
	verifyShiftFlags(f, c)
	f.StringVar(&c.paper.waiver, "waiver", "", "open, close: the reason why a difference is let stand, in the name of --as")
	f.StringVar(&c.values.out, "o", "", "close, certificate: the signed file (default: in certificates/ of the station folder)")
}

func doShift(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return usage("what of the shift?")
	}
	verb, words := c.args[0], c.args[1:]
	if len(words) > 0 && verb != "certificate" && verb != "verify" {
		return usage(verb + " takes no more words")
	}
	switch verb {
	case "status":
		return c.shiftStatus(ctx)
	case "open":
		return c.atDesk(ctx, access.OpenShift, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
			first, second, err := c.twoCounts(d, ledger.Hopper)
			return office.OpenShift{First: first, Second: second, Waiver: c.paper.waiver}, err
		}, c.tellOpened)
	case "close":
		return c.atDesk(ctx, access.CloseShift, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
			first, second, err := c.twoCounts(d, ledger.Hopper)
			return office.CloseShift{First: first, Second: second, Waiver: c.paper.waiver}, err
		}, c.tellClosed)
	case "verify":
		c.args = words
		return doVerifyShift(ctx, c)
	case "certificate":
		if len(words) > 1 {
			return usage("certificate takes the id of one shift, or none for the last one")
		}
		return c.certify(ctx, strings.Join(words, ""))
	}
	return usage("a shift is not known to " + strconv.Quote(verb))
}

// twoCounts gives what two people counted of one account. At a terminal each types the figure unseen by the other.
func (c *call) twoCounts(d *assembly.Desk, of ledger.Account) (first, second ledger.Count, err error) {
	blank := ledger.BlankType(d.Config.Station.Blank)
	for _, one := range []struct {
		text *string
		who  string
		into *ledger.Count
	}{{&c.paper.counted, "The first person", &first}, {&c.paper.counted2, "The second person", &second}} {
		if *one.text == "" {
			if !terminal(c.in) {
				return nil, nil, usage("both counts are needed: --count and --second-count, or a terminal to ask at")
			}
			fmt.Fprintf(c.errs, "%s: how many did you count? (not shown) ", one.who)
			typed, err := term.ReadPassword(int(c.in.(*os.File).Fd()))
			fmt.Fprintln(c.errs)
			if err != nil {
				return nil, nil, usage("the count could not be read from the terminal")
			}
			*one.text = string(typed)
		}
		if *one.into, err = parseCount(*one.text, blank, of); err != nil {
			return nil, nil, err
		}
	}
	return first, second, nil
}

// maxCounted is more than any feeder or vault holds.
const maxCounted = 10_000_000

// parseCount reads a count as a person writes it: "40", which is of the given type, or "WNI=40,WNA=2"; a type that is not named
// counts as none. Fault: ledger.BadCount.
func parseCount(text string, blank ledger.BlankType, of ledger.Account) (ledger.Count, error) {
	out := ledger.Count{ledger.WNI: {of: 0}, ledger.WNA: {of: 0}}
	named := map[ledger.BlankType]bool{}
	for part := range strings.SplitSeq(text, ",") {
		t, figure, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			t, figure = string(blank), t
		}
		k := ledger.BlankType(strings.ToUpper(strings.TrimSpace(t)))
		n, err := strconv.Atoi(strings.TrimSpace(figure))
		if err != nil || n < 0 || n > maxCounted || named[k] || k != ledger.WNI && k != ledger.WNA {
			return nil, badCount(text)
		}
		named[k], out[k][of] = true, n
	}
	return out, nil
}

func badCount(text string) error {
	return &drivers.Fault{Code: ledger.BadCount, Op: "count", Again: drivers.AgainAfterOperator, Detail: strconv.Quote(text)}
}

func (c *call) tellOpened(d *deed) error {
	sh, _ := d.state.Shift()
	if c.json {
		return c.encode(shiftJSON(sh))
	}
	fmt.Fprintf(c.out, "Shift %s is open. Counted: %s.\n", sh.ID, countWords(sh.Opening))
	return nil
}

func (c *call) tellClosed(d *deed) error {
	all := d.state.Shifts()
	sh := all[len(all)-1]
	path, err := c.writeCertificate(d.desk, d.state, sh.ID)
	if err != nil {
		return err
	}
	if c.json {
		out := shiftJSON(sh)
		out["certificate"] = path
		return c.encode(out)
	}
	fmt.Fprintf(c.out, "Shift %s is closed.\n", sh.ID)
	c.tellEquation(sh)
	fmt.Fprintf(c.out, "Signed certificate: %s\nProve it on any machine: cetakctl verify-shift %s\n", path, filepath.Base(path))
	return nil
}

func (c *call) shiftStatus(ctx context.Context) error {
	s, err := c.readOffice(ctx)
	if err != nil {
		return err
	}
	sh, open := s.Shift()
	if all := s.Shifts(); !open && len(all) > 0 {
		sh = all[len(all)-1]
	}
	if c.json {
		out := shiftJSON(sh)
		out["open"] = open
		return c.encode(out)
	}
	switch {
	case open:
		fmt.Fprintf(c.out, "Shift %s is open since %s (%s, %s).\n", sh.ID, clockTime(sh.Opened), sh.By[0], sh.By[1])
		fmt.Fprintln(c.out, "What should be there is not told before both counts are in.")
	case sh.Closing == nil:
		fmt.Fprintln(c.out, "No shift was ever opened here.")
	default:
		fmt.Fprintf(c.out, "No shift is open. The last one, %s, was closed on %s (%s, %s).\n", sh.ID, clockTime(sh.Closing.Closed), sh.Closing.By[0], sh.Closing.By[1])
		c.tellEquation(sh)
	}
	return nil
}

func clockTime(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("02-01-2006 15:04")
}

// shiftJSON tells a shift. Of an open one the figures that a count must not know are left out.
func shiftJSON(sh office.Shift) map[string]any {
	if sh.Seq == 0 {
		return map[string]any{"shift": ""}
	}
	out := map[string]any{"shift": sh.ID, "opened": sh.Opened, "opened_by": sh.By, "opening": sh.Opening}
	if sh.Closing != nil {
		out["closing"] = sh.Closing
	}
	return out
}

func (c *call) tellEquation(sh office.Shift) {
	fmt.Fprintf(c.out, "%-4s %8s %6s %6s   %6s %8s %9s %8s %8s %11s\n", "", "opening", "drawn", "found", "good", "spoiled", "returned", "missing", "closing", "difference")
	for _, t := range ledger.BlankTypes() {
		s := sh.Closing.Sheets[t]
		fmt.Fprintf(c.out, "%-4s %8d %6d %6d = %6d %8d %9d %8d %8d %11d\n", t, s.Opening, s.Drawn, s.Found, s.Good, s.Spoiled, s.Returned, s.Missing, s.Closing, s.Difference())
	}
}

func countWords(n ledger.Count) string {
	var words []string
	for _, t := range ledger.BlankTypes() {
		for _, a := range ledger.Accounts() {
			if k, ok := n[t][a]; ok {
				words = append(words, fmt.Sprintf("%d %s in %s", k, t, a))
			}
		}
	}
	return strings.Join(words, ", ")
}

// certify writes the certificate of a closed shift once more: it follows from the journal.
func (c *call) certify(ctx context.Context, id string) error {
	d, _, err := c.openAs(ctx, access.Report)
	if err != nil {
		return err
	}
	defer d.Close()
	s, err := d.Office(ctx)
	if err != nil {
		return err
	}
	if id == "" {
		for _, sh := range s.Shifts() {
			if sh.Closing != nil {
				id = sh.ID
			}
		}
	}
	path, err := c.writeCertificate(d, s, id)
	if err != nil {
		return err
	}
	if c.json {
		return c.encode(map[string]any{"shift": id, "certificate": path})
	}
	fmt.Fprintln(c.out, path)
	return nil
}

// writeCertificate signs the certificate of a closed shift and writes it where the flags say, or into the station folder.
func (c *call) writeCertificate(d *assembly.Desk, s *office.State, id string) (string, error) {
	cert, ok := s.Certificate(id)
	if !ok {
		return "", &drivers.Fault{Code: office.NotListed, Op: "certificate", Again: drivers.AgainNever, Detail: "no closed shift " + strconv.Quote(id)}
	}
	return assembly.KeepCertificate(d.Dir, d.Keys, cert, c.values.out)
}

// pools are what can be counted.
func pools() []ledger.Account {
	return []ledger.Account{ledger.Hopper, ledger.Vault, ledger.Good, ledger.Shipped, ledger.Spoiled}
}

func doCount(ctx context.Context, c *call) error {
	if len(c.args) != 1 || !slices.Contains(pools(), ledger.Account(c.args[0])) {
		return usage(fmt.Sprintf("what was counted? One of %v", pools()))
	}
	return c.atDesk(ctx, access.Count, func(d *assembly.Desk, _ *office.State) (office.Act, error) {
		first, second, err := c.twoCounts(d, ledger.Account(c.args[0]))
		return office.NoteCount{First: first, Second: second}, err
	}, func(d *deed) error {
		if c.json {
			return c.tellDeed(d)
		}
		agreed := true
		for _, i := range d.state.Incidents() {
			if i.Seq >= d.entries[0].Seq {
				c.tellIncident(i)
				agreed = false
			}
		}
		if agreed {
			fmt.Fprintln(c.out, "Both counts agree with the books.")
		}
		return nil
	})
}

func incidentFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.paper.reason, "reason", "", "close: what was found")
}

func doIncident(ctx context.Context, c *call) error {
	switch {
	case len(c.args) == 1 && c.args[0] == "list":
		return c.listIncidents(ctx)
	case len(c.args) == 2 && c.args[0] == "close":
		return c.atDesk(ctx, access.ReleaseIncident, func(*assembly.Desk, *office.State) (office.Act, error) {
			return office.CloseIncident{ID: c.args[1], Reason: c.paper.reason}, nil
		}, nil)
	}
	return usage("list, or close and the number of an incident")
}

func (c *call) listIncidents(ctx context.Context) error {
	s, err := c.readOffice(ctx)
	if err != nil {
		return err
	}
	all := s.Incidents()
	if c.json {
		out := []map[string]any{}
		for _, i := range all {
			one := map[string]any{"id": i.ID, "at": i.Seen, "between": i.Between, "says": i.Says, "type": i.Type, "account": i.Account,
				"since": i.Since, "open": i.Closed.IsZero()}
			if !i.Closed.IsZero() {
				one["closed"], one["closed_by"], one["reason"] = i.Closed, i.ClosedBy, i.Reason
			}
			out = append(out, one)
		}
		return c.encode(out)
	}
	open := 0
	for _, i := range all {
		c.tellIncident(i)
		if i.Closed.IsZero() {
			open++
		}
	}
	fmt.Fprintf(c.out, "%d open of %d.\n", open, len(all))
	return nil
}

func (c *call) tellIncident(i office.Incident) {
	since := "no card was begun since they last agreed"
	if i.Since.Line != 0 {
		since = fmt.Sprintf("first possible at %s (%s)", strings.Join(nonEmpty(i.Since.Attempt, i.Since.What), " "), clockTime(i.Since.At))
	}
	fmt.Fprintf(c.out, "%-8s %s  %s: %s %d, %s %d; %s\n", i.ID, clockTime(i.Seen), strings.Join(nonEmpty(string(i.Type), string(i.Account)), " "),
		i.Between[0], i.Says[0], i.Between[1], i.Says[1], since)
	if !i.Closed.IsZero() {
		fmt.Fprintf(c.out, "         closed %s by %s and %s: %s\n", clockTime(i.Closed), i.ClosedBy[0], i.ClosedBy[1], i.Reason)
	}
}
