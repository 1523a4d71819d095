package policy

import (
	"fmt"
	"io"
	"strings"
)

// Manual writes the table as Markdown: the part of docs/policy.md between its marks, and nothing else.
func (t *Table) Manual(w io.Writer) error {
	var b strings.Builder
	for i := range t.Rules {
		r := &t.Rules[i]
		fmt.Fprintf(&b, "### %s\n\n%s\n\n*%s*\n\n", r.ID, r.Text.ID, r.Text.EN)
		fmt.Fprintf(&b, "| | |\n|---|---|\n| in force | %s |\n| made by | %s |\n| basis | %s |\n", r.period(), r.maker(), r.Basis)
		if r.Source != "" {
			fmt.Fprintf(&b, "| read in | %s |\n", r.Source)
		}
		fmt.Fprintf(&b, "| stock | %s |\n| order | %s |\n| held | %s |\n| suket | %s |\n", r.when(), r.order(), r.heldBack(), r.letters())
		if r.Keep > 0 {
			fmt.Fprintf(&b, "| kept | %d blanks for %s |\n", r.Keep, strings.Join(r.KeepFor, ", "))
		}
		if r.QuotaDay > 0 || r.QuotaMonth > 0 {
			fmt.Fprintf(&b, "| quota | %d a day, %d a month (0 = no bound) |\n", r.QuotaDay, r.QuotaMonth)
		}
		b.WriteByte('\n')
	}
	b.WriteString("### Elections\n\n| election | first-time voters first | basis |\n|---|---|---|\n")
	for _, e := range t.Elections {
		fmt.Fprintf(&b, "| %s | %s to %s | %s |\n", e.Name, e.From, e.Poll, e.Basis)
	}
	b.WriteString("\n### Days with other hours\n\n| day | what | open | where |\n|---|---|---|---|\n")
	for _, d := range t.Days {
		open, where := d.Open, d.Office
		if open == "" {
			open = "closed"
		}
		if where == "" {
			where = "everywhere"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", d.Date, d.Name, open, where)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Rule) period() string {
	if r.Until == nil {
		return "from " + r.From.String()
	}
	return r.From.String() + " to " + r.Until.String()
}

func (r *Rule) maker() string {
	switch {
	case r.Level == ByOffice && r.Office != "":
		return "the office of " + r.Office + ", for itself"
	case r.Level == ByOffice:
		return "this office"
	case r.Level == ByNation:
		return "the ministry, for all"
	}
	return "the program"
}

func (r *Rule) when() string {
	if r.Stock == BelowReserve {
		return "below the reserve only"
	}
	return "any"
}

func (r *Rule) order() string {
	if len(r.First) == 0 {
		return "by clearing"
	}
	groups := make([]string, len(r.First))
	for i, g := range r.First {
		groups[i] = fmt.Sprintf("%d: %s", i+1, strings.Join(g, ", "))
	}
	return strings.Join(groups, "; ") + "; then the rest, if not held"
}

func (r *Rule) heldBack() string {
	if len(r.Hold) == 0 {
		return "nobody"
	}
	parts := make([]string, len(r.Hold))
	for i, h := range r.Hold {
		who := strings.Join(h.Who, ", ")
		if who == "*" {
			who = "all others"
		}
		parts[i] = who + " → " + Referrals(h.Refer, "en")
	}
	return strings.Join(parts, "; ")
}

func (r *Rule) letters() string {
	switch r.Suket {
	case LetterNever:
		return "not given"
	case LetterOut:
		return "only when no blank is left"
	case LetterShort:
		return "only below the reserve"
	}
	return "may be given"
}
