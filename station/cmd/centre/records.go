package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
)

func stationFlags(f *flag.FlagSet, c *call) {
	outFlag(f, c)
	f.StringVar(&c.office, "office", "", "office as its own settings name it")
	f.StringVar(&c.district, "district", "", "kabupaten or kota")
	f.StringVar(&c.province, "province", "", "province")
	f.StringVar(&c.key, "key", "", "the station's key, public or private half: its station.jwk")
	f.IntVar(&c.zone, "zone", 7, "hours ahead of UTC: 7 WIB, 8 WITA, 9 WIT")
}

func doStation(ctx context.Context, c *call) error {
	add := len(c.args) == 2 && c.args[0] == "add" && c.office != "" && c.district != "" && c.province != "" && c.key != "" && c.zone >= 7 && c.zone <= 9
	if !add && !slices.Equal(c.args, []string{"list"}) {
		return usage("add ID with --office, --district, --province, --key, and --zone 7, 8, or 9; or list")
	}
	s, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // what was written is committed
	if !add {
		all, err := s.Stations(ctx)
		if err != nil {
			return err
		}
		return c.say(all, func(w io.Writer) {
			for _, st := range all {
				seen := "never heard of"
				if !st.Seen.IsZero() {
					seen = "heard of " + st.Seen.Format(time.RFC3339)
				}
				fmt.Fprintf(w, "%-24s  %s, %s, %s  %s  journal to line %d\n", st.ID, st.Office, st.District, st.Province, seen, st.Head.Seq)
			}
		})
	}
	text, err := os.ReadFile(c.key)
	if err != nil {
		return wrongFile(filepath.Base(c.key), err)
	}
	kid, jwk, err := centre.PublicKey(text)
	if err != nil {
		return err
	}
	st := centre.Station{ID: c.args[1], Kid: kid, JWK: jwk, Office: c.office, District: c.district, Province: c.province, Zone: c.zone, Added: time.Now()}
	if err := s.AddStation(ctx, st); err != nil {
		return err
	}
	if c.out == "" {
		return c.say(map[string]string{"station": st.ID, "kid": kid}, func(w io.Writer) { fmt.Fprintf(w, "%s is registered with the key %s.\n", st.ID, kid) })
	}
	authority, err := ca.Open(filepath.Join(c.dir, centre.CAFolder))
	if err != nil {
		return folderFault(err)
	}
	return c.enrol(authority, ca.Station, st.ID)
}

func doDeposit(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return usage("a file is wanted")
	}
	s, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // what was written is committed
	taken := 0
	refused := []api.Verdict{}
	for _, path := range c.args {
		err := eachDeposit(path, func(batch []api.Deposit) error {
			verdicts, err := s.Deposit(ctx, time.Now(), batch)
			for _, v := range verdicts {
				if v.Code != "" {
					refused = append(refused, v)
				} else if err == nil {
					taken++
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return c.say(map[string]any{"taken": taken, "refused": refused}, func(w io.Writer) {
		fmt.Fprintf(w, "%d records taken, %d refused.\n", taken, len(refused))
		for _, v := range refused {
			fmt.Fprintf(w, "  %s#%d  %s  %s\n", v.ID, v.Issue, v.Code, v.Detail)
		}
	})
}

// eachDeposit reads a file of deposits in batches. Fault: FileWrong with the line.
func eachDeposit(path string, do func([]api.Deposit) error) error {
	f, err := os.Open(path)
	if err != nil {
		return wrongFile(filepath.Base(path), err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, api.MaxBody)
	var batch []api.Deposit
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var d api.Deposit
		dec := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		dec.DisallowUnknownFields()
		err := dec.Decode(&d)
		if err == nil {
			err = centre.CheckDeposit(d)
		}
		if err != nil {
			return wrongFile(fmt.Sprintf("%s line %d; the %d lines before it that were full batches are in", filepath.Base(path), n, n-1-len(batch)), err)
		}
		if batch = append(batch, d); len(batch) == api.MaxDeposit {
			if err := do(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := lines.Err(); err != nil {
		return wrongFile(filepath.Base(path), err)
	}
	if len(batch) == 0 {
		return nil
	}
	return do(batch)
}

// key reads RECORD ISSUE.
func (c *call) recordKey() (api.Key, bool) {
	if len(c.args) != 2 {
		return api.Key{}, false
	}
	issue, err := strconv.Atoi(c.args[1])
	return api.Key{ID: c.args[0], Issue: issue}, err == nil
}

func doWithdraw(ctx context.Context, c *call) error {
	k, ok := c.recordKey()
	if !ok || !slices.Contains(api.Reasons(), c.reason) {
		return usage(fmt.Sprintf("RECORD ISSUE --reason, one of %v", api.Reasons()))
	}
	s, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // what was written is committed
	state, err := s.Withdraw(ctx, time.Now(), api.Withdrawal{Key: k, Reason: c.reason})
	if err != nil {
		return err
	}
	return c.say(api.Booked{Key: k, State: state, Cancel: state == api.ToCancel}, func(w io.Writer) {
		switch state {
		case api.Gone:
			fmt.Fprintf(w, "%s#%d is withdrawn: nobody will print it.\n", k.ID, k.Issue)
		case api.ToCancel:
			fmt.Fprintf(w, "%s#%d: its card is out and has to be cancelled; an incident is open.\n", k.ID, k.Issue)
		default:
			fmt.Fprintf(w, "%s#%d is %s: its desk is told when it next speaks, and refuses it at claim.\n", k.ID, k.Issue, state)
		}
	})
}

func doPolicy(ctx context.Context, c *call) error {
	set := len(c.args) == 2 && c.args[0] == "set"
	if !set && !slices.Equal(c.args, []string{"show"}) {
		return usage("set FILE, or show")
	}
	s, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // what was written is committed
	if set {
		notary, err := centre.OpenNotary(c.dir)
		if err != nil {
			return err
		}
		table, err := os.ReadFile(c.args[1])
		if err != nil {
			return wrongFile(filepath.Base(c.args[1]), err)
		}
		p, err := notary.Policy(table, time.Now())
		if err != nil {
			return err
		}
		if err := s.SetPolicy(ctx, p); err != nil {
			return err
		}
	}
	p, err := s.Policy(ctx)
	if err != nil {
		return err
	}
	return c.say(p, func(w io.Writer) {
		fmt.Fprintf(w, "# in force since %s, SHA-256 %s\n", p.At.Format(time.RFC3339), p.Digest)
		if !set {
			fmt.Fprint(w, p.Table)
		}
	})
}

func doSummary(ctx context.Context, c *call) error {
	by := "province"
	if len(c.args) == 1 {
		by = c.args[0]
	}
	if len(c.args) > 1 || !slices.Contains([]string{"office", "district", "province"}, by) {
		return usage("office, district, or province")
	}
	s, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // only read
	sum, err := s.Summary(ctx, time.Now(), by)
	if err != nil {
		return err
	}
	return c.say(sum, func(w io.Writer) {
		fmt.Fprintf(w, "%-30s %7s %7s %8s %8s %8s %7s %8s %8s\n", by, "desks", "silent", "waiting", "leased", "overdue", "today", "spoiled", "blanks")
		for _, a := range append(slices.Clone(sum.Areas), sum.Total) {
			name := a.Name
			if name == "" {
				name = "all"
			}
			fmt.Fprintf(w, "%-30s %7d %7d %8d %8d %8d %7d %8d %8d\n", name, a.Stations, a.Silent, a.Waiting, a.Leased, a.Overdue, a.GoodToday, a.BadToday, a.Blanks["WNI"]+a.Blanks["WNA"])
		}
		fmt.Fprintf(w, "%d open incidents\n", sum.Incidents)
	})
}

func doLoans(ctx context.Context, c *call) error {
	s, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // only read
	loans, err := s.Loans(ctx)
	if err != nil {
		return err
	}
	return c.say(api.Loans{Loans: loans}, func(w io.Writer) {
		for _, l := range loans {
			fmt.Fprintf(w, "%-16s %-12s %s  %s -> %s  out %d, in %d: %s\n", l.Document, l.Kind, l.Type, l.From, l.To, l.Out, l.In, l.State)
		}
	})
}

func doIncidents(ctx context.Context, c *call) error {
	s, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // only read
	all, err := s.Incidents(ctx, 0)
	if err != nil {
		return err
	}
	return c.say(api.Incidents{Incidents: all}, func(w io.Writer) {
		for _, i := range all {
			record := ""
			if i.Record != "" {
				record = fmt.Sprintf("%s#%d ", i.Record, i.Issue)
			}
			fmt.Fprintf(w, "%d  %s  %-13s %s  %s%s\n", i.Seq, i.At.Format(time.RFC3339), i.Kind, i.Station, record, i.Detail)
		}
	})
}

func freeFlags(f *flag.FlagSet, c *call) {
	outFlag(f, c)
	reasonFlag(f, c)
	f.Int64Var(&c.fence, "fence", 0, "the lease's number")
}

func doFree(ctx context.Context, c *call) error {
	k, ok := c.recordKey()
	if !ok || c.fence < 1 || c.reason == "" || c.out == "" {
		return usage("RECORD ISSUE --fence N --reason WHY -o the supervisor's enrolment")
	}
	client, err := api.Dial(c.out)
	if err != nil {
		return err
	}
	var r api.Released
	if err := client.Do(ctx, "/v1/silent-releases", api.Release{Key: k, Fence: c.fence, Reason: c.reason}, &r); err != nil {
		return err
	}
	return c.say(r, func(w io.Writer) {
		if r.Proposed != "" {
			fmt.Fprintf(w, "Proposed by %s. Another supervisor confirms with the same reason.\n", r.Proposed)
			return
		}
		fmt.Fprintf(w, "%s#%d is %s.\n", k.ID, k.Issue, r.State)
	})
}
