package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/policy"
	"cetak/station/record"
	"cetak/station/source"
)

func policyFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.values.at, "at", "", "show, check: at another time, 2026-12-25 or 2026-12-25T10:00")
}

func doPolicy(ctx context.Context, c *call) error {
	verb, args := "show", c.args
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	need, ok := map[string]int{"show": 0, "why": 1, "table": 0, "check": 1}[verb]
	if !ok {
		return usage("policy has no " + verb)
	}
	if len(args) != need {
		return usage(fmt.Sprintf("%s takes %d words", verb, need))
	}
	switch verb {
	case "table":
		_, text := policy.BuiltIn()
		_, err := io.WriteString(c.out, text)
		return err
	case "check":
		return c.policyCheck(ctx, args[0])
	case "why":
		return c.policyWhy(ctx, args[0])
	}
	return c.policyShow(ctx)
}

// moment is the time asked for with --at, or now.
func (c *call) moment() (time.Time, error) {
	if c.values.at == "" {
		return time.Now(), nil
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(form, c.values.at, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("--at is a day or a moment like 2026-12-25 or 2026-12-25T10:00")
}

// standing is what the plan depends on beside the queue, from a station's folder.
type standing struct {
	opts   station.Options // what of them the plan needs
	books  *station.Books
	moment policy.Moment
}

// stand reads it from the journal, also beside a running station.
func stand(ctx context.Context, cfg config.Config, j *journal.Reader, now time.Time) (*standing, error) {
	table, err := assembly.PolicyTable(cfg)
	if err != nil {
		return nil, err
	}
	b, err := station.ReadBooks(ctx, j.Entries(ctx, 0), assembly.Rules(cfg), now)
	if err != nil {
		return nil, err
	}
	o := station.Options{Office: cfg.Station.Office, Reserve: cfg.Stock.Reserve, Policy: table, SignIn: cfg.People.SignIn}
	return &standing{opts: o, books: b, moment: b.Moment(o, 0, now)}, nil
}

// plan is what waits in the order of printing, and each record's place.
func (s *standing) plan(ctx context.Context, d *assembly.Desk) ([]source.Item, []policy.Verdict, error) {
	waiting, err := d.Store.List(ctx)
	if err != nil {
		return nil, nil, err
	}
	queue, plan := station.Plan(s.books, waiting, s.opts, s.moment.Now)
	return queue, plan, nil
}

// place is where one waiting record stands. Fault: NotWaiting.
func (s *standing) place(ctx context.Context, d *assembly.Desk, key record.Key) (source.Item, policy.Verdict, error) {
	queue, plan, err := s.plan(ctx, d)
	if err != nil {
		return source.Item{}, policy.Verdict{}, err
	}
	i := slices.IndexFunc(plan, func(v policy.Verdict) bool { return v.Key == key })
	if i < 0 {
		return source.Item{}, policy.Verdict{}, &drivers.Fault{Code: station.NotWaiting, Op: "policy", Again: drivers.AgainNever, Detail: key.String()}
	}
	return queue[i], plan[i], nil
}

// rule is the row in force for a type of blank.
func (s *standing) rule(k record.Kind) *policy.Rule {
	return s.opts.Policy.Rule(s.moment.Now, s.moment.Office, s.short(k))
}

func (s *standing) short(k record.Kind) bool { return s.moment.Stock[k].Left < s.moment.Reserve }

func (s *standing) letters() *policy.Register { return s.books.Office.Letters() }

func (c *call) policyShow(ctx context.Context) error {
	now, err := c.moment()
	if err != nil {
		return err
	}
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	return c.standUnder(ctx, cfg, now)
}

// standUnder tells what the policy of these settings says of the station as it stands. It asks for no lock.
func (c *call) standUnder(ctx context.Context, cfg config.Config, now time.Time) error {
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return err
	}
	defer j.Close()
	s, err := stand(ctx, cfg, j, now)
	if err != nil {
		return err
	}
	return c.tellPolicy(s, cfg.Station.Language)
}

// tellPolicy writes the rows in force and what the calendar says.
func (c *call) tellPolicy(s *standing, lang string) error {
	now := s.moment.Now
	open, election := s.opts.Policy.Opening(now, s.moment.Office), s.opts.Policy.Election(now, s.moment.Office)
	if c.json {
		type kind struct {
			Left    int          `json:"left"`
			Reserve int          `json:"reserve"`
			Short   bool         `json:"short"`
			Rule    *policy.Rule `json:"rule"`
		}
		kinds := map[record.Kind]kind{}
		for k, b := range s.moment.Stock {
			kinds[k] = kind{b.Left, s.moment.Reserve, s.short(k), s.rule(k)}
		}
		return c.encode(map[string]any{
			"at": now, "blanks": kinds, "election": election, "open": open.Always || open.Open, "last": open.Last,
			"urgent_today": s.letters().Urgent(now), "sukets": s.letters().Outstanding(now),
		})
	}
	for _, k := range []record.Kind{record.WNI, record.WNA} {
		stock := "above the reserve"
		if s.short(k) {
			stock = "below the reserve"
		}
		fmt.Fprintf(c.out, "%s: %d blanks, %s of %d\n", k, s.moment.Stock[k].Left, stock, s.moment.Reserve)
		r := s.rule(k)
		if r == nil {
			fmt.Fprintln(c.out, "  no row holds: in the order of clearing")
			continue
		}
		fmt.Fprintf(c.out, "  %s: %s\n  %s\n", r.ID, r.Text.In(lang), r.Basis)
		for n, g := range r.First {
			fmt.Fprintf(c.out, "  %d. %s\n", n+1, strings.Join(g, ", "))
		}
		for _, h := range r.Hold {
			fmt.Fprintf(c.out, "  held: %s -> %s\n", strings.Join(h.Who, ", "), policy.Referrals(h.Refer, lang))
		}
		if r.Keep > 0 {
			fmt.Fprintf(c.out, "  %d blanks are kept for %s\n", r.Keep, strings.Join(r.KeepFor, ", "))
		}
	}
	switch {
	case open.Open:
		fmt.Fprintf(c.out, "open until %s\n", open.Closes.Format("15:04"))
	case !open.Always && open.Opens.IsZero():
		fmt.Fprintln(c.out, "closed")
	case !open.Always:
		fmt.Fprintf(c.out, "closed until %s\n", open.Opens.Format("02-01-2006 15:04"))
	}
	if election != nil {
		fmt.Fprintf(c.out, "election: %s; first-time voters come first until %s\n", election.Name, election.Poll)
	}
	urgent := 0
	for _, n := range s.letters().Urgent(now) {
		urgent += n
	}
	fmt.Fprintf(c.out, "urgent cases today: %d; temporary letters that run: %d\n", urgent, s.letters().Outstanding(now))
	return nil
}

// policyCheck reads an own table and shows what it would put in force at this station; without a station, that it is sound.
func (c *call) policyCheck(ctx context.Context, path string) error {
	now, err := c.moment()
	if err != nil {
		return err
	}
	table, err := policy.Load(absolute(path))
	if err != nil {
		return err
	}
	if !c.json {
		fmt.Fprintf(c.out, "%s: %d rules, %d elections, %d special days: sound\n", path, len(table.Rules), len(table.Elections), len(table.Days))
	}
	if _, err := os.Stat(filepath.Join(c.dir, config.File)); err != nil {
		if c.json {
			return c.encode(map[string]any{"rules": len(table.Rules)})
		}
		return nil
	}
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	cfg.Policy.Table = absolute(path)
	return c.standUnder(ctx, cfg, now)
}

// policyWhy says why one person waits, or that it is his turn.
func (c *call) policyWhy(ctx context.Context, name string) error {
	d, _, err := c.openAs(ctx, access.Records)
	if err != nil {
		return err
	}
	defer d.Close()
	key, err := d.Find(ctx, name)
	if err != nil {
		return err
	}
	s, err := stand(ctx, d.Config, d.Journal.Reader, time.Now())
	if err != nil {
		return err
	}
	item, v, err := s.place(ctx, d, key)
	if err != nil {
		return err
	}
	if c.json {
		return c.encode(waitingJSON(item, v))
	}
	place := "held"
	if !v.Held() {
		place = fmt.Sprintf("number %d of %s", v.Rank, v.Kind)
	}
	fmt.Fprintf(c.out, "%s: %s. %s\n", key, place, v.Words(d.Config.Station.Language))
	if v.Rule != nil {
		fmt.Fprintf(c.out, "%s\n%s\n", v.Rule.Text.In(d.Config.Station.Language), v.Rule.Basis)
	}
	return nil
}

// waiting is one line of `queue --json`.
type waiting struct {
	ID       string         `json:"id"`
	Issue    int            `json:"issue"`
	Name     string         `json:"name"`
	NIK      string         `json:"nik"`
	Kind     string         `json:"kind"`
	Reason   string         `json:"reason"`
	Cleared  time.Time      `json:"cleared"`
	Warnings int            `json:"warnings"`
	Rank     int            `json:"rank"` // among its kind; 0 = held
	Why      policy.Why     `json:"why"`
	Rule     string         `json:"rule,omitempty"`
	Refer    []policy.Refer `json:"refer,omitempty"`
}

func waitingJSON(i source.Item, v policy.Verdict) waiting {
	w := waiting{
		ID: i.Key.ID, Issue: i.Key.Issue, Name: i.Name, NIK: i.NIK, Kind: string(i.Kind), Reason: i.Reason, Cleared: i.Cleared,
		Warnings: i.Warnings, Rank: v.Rank, Why: v.Why, Refer: v.Refer,
	}
	if v.Rule != nil {
		w.Rule = v.Rule.ID
	}
	return w
}

// planned opens the station, asks who is there, and lets tell say something of the queue as the policy orders it.
func (c *call) planned(ctx context.Context, tell func(*assembly.Desk, *standing, []source.Item, []policy.Verdict) error) error {
	d, _, err := c.openAs(ctx, access.Records)
	if err != nil {
		return err
	}
	defer d.Close()
	s, err := stand(ctx, d.Config, d.Journal.Reader, time.Now())
	if err != nil {
		return err
	}
	queue, plan, err := s.plan(ctx, d)
	if err != nil {
		return err
	}
	return tell(d, s, queue, plan)
}

// doQueue lists who waits, in the order of printing, and why.
func doQueue(ctx context.Context, c *call) error { return c.planned(ctx, c.tellQueue) }

func (c *call) tellQueue(d *assembly.Desk, _ *standing, queue []source.Item, plan []policy.Verdict) error {
	if c.json {
		out := []waiting{}
		for n, i := range queue {
			out = append(out, waitingJSON(i, plan[n]))
		}
		return c.encode(out)
	}
	held := 0
	for n, i := range queue {
		rank, why := fmt.Sprint(plan[n].Rank), ""
		if plan[n].Held() {
			rank = "-"
			held++
		}
		if plan[n].Why != policy.ByClearing {
			why = "  " + plan[n].Words(d.Config.Station.Language)
		}
		fmt.Fprintf(c.out, "%4s  %-16s %-3s %-10s %3d d  %s%s\n", rank, i.Key, i.Kind, i.Reason, int(time.Since(i.Cleared).Hours()/24), i.Name, why)
	}
	fmt.Fprintf(c.out, "%d waiting", len(queue))
	if held > 0 {
		fmt.Fprintf(c.out, ", %d of them held", held)
	}
	fmt.Fprintln(c.out, ".")
	return nil
}
