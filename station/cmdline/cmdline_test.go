package cmdline_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/station/cmdline"
)

type asked struct {
	dir   string
	count int
}

// Flags stand before and after the words; what cannot be done is told with what can.
func TestRun(t *testing.T) {
	for _, c := range []struct {
		args      string
		code      int
		out, errs string
	}{
		{"", cmdline.Wrong, "the help", ""},
		{"help", cmdline.Done, "the help", ""},
		{"--help", cmdline.Done, "the help", ""},
		{"make", cmdline.Done, "[] in home, 1", ""},
		{"make a --count 2 b --dir d c", cmdline.Done, "[a b c] in d, 2", ""},
		{"make --count 2 a", cmdline.Done, "[a] in home, 2", ""},
		{"make --help", cmdline.Done, "prog make [flags] WHAT\n  makes it", ""},
		{"make a --help", cmdline.Done, "how many", ""},
		{"make --count", cmdline.Wrong, "", "usage: prog make [flags] WHAT"},
		{"make --other 1", cmdline.Wrong, "", "usage: prog make [flags] WHAT"},
		{"make wrong", cmdline.Wrong, "", "prog make: not that\nusage: prog make [flags] WHAT"},
		{"make broken", cmdline.Held, "", "told: broken"},
		{"mend", cmdline.Wrong, "", `there is no command "mend"; ` + "`prog help` lists them"},
	} {
		var out, errs bytes.Buffer
		var a asked
		words := []string{}
		p := cmdline.Program[asked]{
			Name: "prog",
			Commands: []cmdline.Command[asked]{{
				Name: "make", Args: "WHAT", What: "makes it",
				Flags: func(f *flag.FlagSet, a *asked) { f.IntVar(&a.count, "count", 1, "how many") },
				Do: func(_ context.Context, a *asked) error {
					if strings.Join(words, " ") == "wrong" {
						return fmt.Errorf("deep below: %w", cmdline.Usage("not that"))
					}
					if strings.Join(words, " ") == "broken" {
						return errors.New("broken")
					}
					_, err := fmt.Fprintf(&out, "%v in %s, %d", words, a.dir, a.count)
					return err
				},
			}},
			Help:  func(w io.Writer) { fmt.Fprint(w, "the help") },
			Flags: func(f *flag.FlagSet, a *asked) { f.StringVar(&a.dir, "dir", "home", "where") },
			Do: func(ctx context.Context, cmd cmdline.Command[asked], _ *flag.FlagSet, given []string) error {
				words = append(words, given...)
				return cmd.Do(ctx, &a)
			},
			Tell: func(err error) int { fmt.Fprintf(&errs, "told: %v", err); return cmdline.Held },
		}
		code := p.Run(t.Context(), strings.Fields(c.args), &a, &out, &errs)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errs.String(), c.errs) {
			t.Errorf("%q: exit %d\n%s%s", c.args, code, &out, &errs)
		}
		if (c.out == "") != (out.Len() == 0) || (c.errs == "") != (errs.Len() == 0) {
			t.Errorf("%q: said %q and %q", c.args, &out, &errs)
		}
	}
}

// A fault is told with its advice; of a blank only where one is concerned.
func TestTellFault(t *testing.T) {
	var b bytes.Buffer
	cmdline.TellFault(&b, &drivers.Fault{Code: drivers.CardJamHead, Op: "feed", Card: drivers.InMachine, Again: drivers.AgainAfterOperator}, "en")
	if s := b.String(); !strings.HasPrefix(s, string(drivers.CardJamHead)+"  ") || !strings.Contains(s, "\n  1. ") || !strings.Contains(s, "(card "+string(drivers.InMachine)+")]") {
		t.Error(s)
	}
	b.Reset()
	cmdline.TellFault(&b, &drivers.Fault{Code: drivers.CardJamHead, Op: "feed", Again: drivers.AgainAfterOperator}, "id")
	if s := b.String(); strings.Contains(s, "(card") {
		t.Error(s)
	}
}
