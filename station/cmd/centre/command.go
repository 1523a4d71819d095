package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"cetak/drivers"
	"cetak/station/centre"
	"cetak/station/centre/bench"
	"cetak/station/cmdline"
)

// postgresEnv holds the address of PostgreSQL where it should not stand in the list of processes: it may have a password in it.
const postgresEnv = "CETAK_POSTGRES"

type (
	command = cmdline.Command[call]
	usage   = cmdline.Usage
)

func verb(name, args, what string, flags func(*flag.FlagSet, *call), do func(context.Context, *call) error) command {
	return command{Name: name, Args: args, What: what, Flags: flags, Do: do}
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

func commands() []command {
	return []command{
		verb("init", "--host NAME[,NAME...]", "make a centre's folder: authority, server certificate, notary's key", initFlags, doInit),
		verb("serve", "[--listen ADDR] [--monitor ADDR]", "answer stations until told to stop", serveFlags, doServe),
		verb("ca", "make ROLE NAME -o DIR | list | revoke NAME|SERIAL --reason WHY", "certificates: station, register, supervisor, reader", caFlags, doCA),
		verb("station", "add ID --office O --district D --province P --key FILE [-o DIR] | list", "the desks", stationFlags, doStation),
		verb("deposit", "FILE...", "take records of the register: one JSON deposit a line", nil, doDeposit),
		verb("withdraw", "RECORD ISSUE --reason WHY", "take a record back", reasonFlag, doWithdraw),
		verb("policy", "set FILE | show", "the table of rules that stations are given", nil, doPolicy),
		verb("summary", "[office|district|province]", "what the fleet has and lacks", nil, doSummary),
		verb("loans", "", "blanks that went from office to office", nil, doLoans),
		verb("incidents", "", "what somebody has to look at", nil, doIncidents),
		verb("gateway", "mosip [run | init | status | desk FILE --office O]", "stand between a MOSIP and a centre as a register: docs/mosip.md", gatewayFlags, doGateway),
		verb("free", "RECORD ISSUE --fence N --reason WHY -o DIR", "as the supervisor enrolled in DIR let go of a silent station's lease; a second one confirms", freeFlags, doFree),
		verb("bench", "[--offices N] [--desks N] [--rate CARDS] [--seconds N]", "measure the service, its store, and bare SQL on this machine with the whole country's desks", benchFlags, doBench),
	}
}

// run is the whole program.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	c := &call{stdin: in, stdout: out, stderr: errs}
	return cmdline.Program[call]{Name: "centre", Commands: commands(), Help: printHelp, Flags: flags, Do: c.perform, Tell: c.exit}.Run(ctx, args, c, out, errs)
}

func printHelp(w io.Writer) {
	fmt.Fprintln(w, "centre: the service behind many desks. Every command takes --dir D (the centre's folder), --postgres URL or "+postgresEnv+", and --json.")
	for _, c := range commands() {
		fmt.Fprintf(w, "  centre %s %s\n      %s\n", c.Name, c.Args, c.What)
	}
}

// flags are those that every command takes.
func flags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.dir, "dir", defaultDir(), "the centre's folder")
	f.StringVar(&c.postgres, "postgres", os.Getenv(postgresEnv), "address of a PostgreSQL database; without it the store is a file in the folder")
	f.BoolVar(&c.json, "json", false, "answer in JSON")
}

func (c *call) perform(ctx context.Context, cmd command, _ *flag.FlagSet, words []string) error {
	c.args = words
	return cmd.Do(ctx, c)
}

// exit tells a fault and gives the exit code.
func (c *call) exit(err error) int {
	lang := "id"
	if strings.HasPrefix(os.Getenv("LANG"), "en") {
		lang = "en"
	}
	cmdline.TellFault(c.stderr, drivers.AsFault(err), lang)
	return cmdline.Fault
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
