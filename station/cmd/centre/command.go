package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"cetak/drivers"
	"cetak/station/advice"
	"cetak/station/centre"
	"cetak/station/centre/bench"
)

// Exit codes (DESIGN section 10).
const (
	exitDone  = 0
	exitFault = 1
	exitUsage = 2
)

// postgresEnv holds the address of PostgreSQL where it should not stand in the list of processes: it may have a password in it.
const postgresEnv = "CETAK_POSTGRES"

// command is one verb.
type command struct {
	name, args, what string
	setup            func(*flag.FlagSet, *call)
	do               func(context.Context, *call) error
}

// call is one use of a command.
type call struct {
	dir, postgres    string
	json             bool
	listen, monitor  string
	level            string
	hosts, address   string
	office, district string
	province, key    string
	out, reason      string
	zone             int
	fence            int64
	bench            *bench.Options
	args             []string
	stdin            io.Reader
	stdout, stderr   io.Writer
}

// usage is a wrong use: told with the command's line, exit 2.
type usage string

func (u usage) Error() string { return string(u) }

func commands() []command {
	return []command{
		{"init", "--host NAME[,NAME...]", "make a centre's folder: authority, server certificate, notary's key", initFlags, doInit},
		{"serve", "[--listen ADDR] [--monitor ADDR]", "answer stations until told to stop", serveFlags, doServe},
		{"ca", "make ROLE NAME -o DIR | list | revoke NAME|SERIAL --reason WHY", "certificates: station, register, supervisor, reader", caFlags, doCA},
		{"station", "add ID --office O --district D --province P --key FILE [-o DIR] | list", "the desks", stationFlags, doStation},
		{"deposit", "FILE...", "take records of the register: one JSON deposit a line", nil, doDeposit},
		{"withdraw", "RECORD ISSUE --reason WHY", "take a record back", reasonFlag, doWithdraw},
		{"policy", "set FILE | show", "the table of rules that stations are given", nil, doPolicy},
		{"summary", "[office|district|province]", "what the fleet has and lacks", nil, doSummary},
		{"loans", "", "blanks that went from office to office", nil, doLoans},
		{"incidents", "", "what somebody has to look at", nil, doIncidents},
		{"free", "RECORD ISSUE --fence N --reason WHY -o DIR", "as the supervisor enrolled in DIR let go of a silent station's lease; a second one confirms", freeFlags, doFree},
		{"bench", "[--offices N] [--desks N] [--rate CARDS] [--seconds N]", "measure the service, its store, and bare SQL on this machine with the whole country's desks", benchFlags, doBench},
	}
}

// run is the whole program.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprintln(out, "centre: the service behind many desks. Every command takes --dir D (the centre's folder), --postgres URL or "+postgresEnv+", and --json.")
		for _, c := range commands() {
			fmt.Fprintf(out, "  centre %s %s\n      %s\n", c.name, c.args, c.what)
		}
		if len(args) == 0 {
			return exitUsage
		}
		return exitDone
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return perform(ctx, c, args[1:], in, out, errs)
		}
	}
	fmt.Fprintf(errs, "centre: there is no command %q; `centre help` lists them\n", args[0])
	return exitUsage
}

func perform(ctx context.Context, c command, words []string, in io.Reader, out, errs io.Writer) int {
	call := &call{stdin: in, stdout: out, stderr: errs}
	f := flag.NewFlagSet(c.name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&call.dir, "dir", defaultDir(), "the centre's folder")
	f.StringVar(&call.postgres, "postgres", os.Getenv(postgresEnv), "address of a PostgreSQL database; without it the store is a file in the folder")
	f.BoolVar(&call.json, "json", false, "answer in JSON")
	if c.setup != nil {
		c.setup(f, call)
	}
	err := error(nil)
	for err == nil && len(words) > 0 { // flags may stand before and after the words
		if err = f.Parse(words); err == nil && f.NArg() > 0 {
			call.args, words = append(call.args, f.Arg(0)), f.Args()[1:]
			continue
		}
		break
	}
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(out, "centre %s %s\n  %s\n", c.name, c.args, c.what)
		f.SetOutput(out)
		f.PrintDefaults()
		return exitDone
	}
	if err != nil {
		err = usage(err.Error())
	} else {
		err = c.do(ctx, call)
	}
	var u usage
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &u):
		fmt.Fprintf(errs, "centre %s: %s\nusage: centre %s %s\n", c.name, u, c.name, c.args)
		return exitUsage
	}
	tell(errs, drivers.AsFault(err))
	return exitFault
}

// tell gives a fault and its advice: one sentence, the steps, and the technician's line.
func tell(w io.Writer, f *drivers.Fault) {
	lang := "id"
	if strings.HasPrefix(os.Getenv("LANG"), "en") {
		lang = "en"
	}
	card, _ := advice.For(f.Code, lang)
	fmt.Fprintf(w, "%s  %s\n", f.Code, card.Title)
	for i, s := range card.Steps {
		fmt.Fprintf(w, "  %d. %s\n", i+1, s)
	}
	fmt.Fprintf(w, "  [%s]\n", f.Error())
}

// defaultDir is CETAK_CENTRE_DIR, or a folder of the user's.
func defaultDir() string {
	if dir := os.Getenv("CETAK_CENTRE_DIR"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "centre"
	}
	return filepath.Join(home, ".local", "share", "cetak-centre")
}

// store opens the store of the call.
func (c *call) store(ctx context.Context) (centre.Store, error) {
	return centre.OpenStore(ctx, centre.Options{Dir: c.dir, Postgres: c.postgres})
}

// say answers: v in JSON, or the lines.
func (c *call) say(v any, lines func(w io.Writer)) error {
	if !c.json {
		lines(c.stdout)
		return nil
	}
	e := json.NewEncoder(c.stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func wrongFile(detail string, err error) error {
	return &drivers.Fault{Code: centre.FileWrong, Op: "centre", Again: drivers.AgainNever, Detail: detail, Err: err}
}

func folderFault(err error) error {
	if err == nil {
		return nil
	}
	return &drivers.Fault{Code: centre.FolderUnusable, Op: "centre", Again: drivers.AgainAfterOperator, Err: err}
}
