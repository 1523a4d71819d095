package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station/advice"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/drill/ground"
)

// Exit codes (DESIGN section 10).
const (
	exitDone  = 0
	exitFault = 1
	exitUsage = 2
	exitHeld  = 3 // a person is needed
)

// command is one verb. do is called with the flags parsed.
type command struct {
	name, args, what string
	setup            func(*flag.FlagSet, *call)
	do               func(context.Context, *call) error
}

// call is one use of a command: what the user gave and where to answer.
type call struct {
	dir, as string
	second  string
	json    bool
	drill   bool           // the folder is a trainee's
	ground  *ground.Ground // of that drill
	paper   paperFlags
	card    cardValues
	report  reportValues
	port    portFlags
	test    testFlags
	setup   setupFlags
	keys    keyValues
	args    []string
	values  values
	in      io.Reader
	out     io.Writer
	errs    io.Writer
}

// usage is a wrong use: told with the command's line, exit 2.
type usage string

func (u usage) Error() string { return string(u) }

// held means that a person is needed: exit 3. What is to be done was told already.
type held struct{}

func (held) Error() string { return "held: a person is needed" }

// told is a fault that the user has seen already: exit 1.
type told struct{}

func (told) Error() string { return "fault" }

func commands() []command {
	return append([]command{
		{"init", "", "make a station folder (--sim SIMDIR: on a running simulator)", initFlags, doInit},
		{"import", "FILE...", "take the records of bundles into the queue", nil, doImport},
		{"queue", "", "who waits, in order", nil, doQueue},
		{"policy", "show | why RECORD | table | check FILE", "who is printed first, who waits, and why", policyFlags, doPolicy},
		{"suket", "give RECORD | extend NUMBER | print NUMBER | list", "temporary letters", suketFlags, doSuket},
		{"run", "", "make cards until the queue is empty, or --count of them", runFlags, doRun},
		{"reopen", "--as NAME", "open the station again after the last run was cut off; NAME answers for it", nil, doReopen},
		{"settle", "", "decide about the card that was in hand when the last run stopped", settleFlags, doSettle},
		{"status", "", "how the station is now", nil, doStatus},
		{"printer", "port [--baud N] [--flow F] [--reply R] [--via DEVICE]", "find the printer and show its serial port; with flags set it up, and the settings with it", printerFlags, doPrinter},
		{"setup", "[--port P] [--reader R] [--turned B] [--offset-x N] [--offset-y N] [--contrast-colour N] [--contrast-black N]", "list ports and readers; set them, and how the face lies on the card", setupFlagsOf, doSetup},
		{"selftest", selftestArgs(), "prove devices and computer; each result is dated and kept", selftestFlags, doSelftest},
		{"doctor", "", "check settings, journal, disk, printer, and reader", nil, doDoctor},
		{"bundle", "-o FILE.zip", "what support needs to look into a fault; nothing of a person", bundleFlags, doBundle},
		{"people", "list | add NAME --role ROLE | role NAME ROLE | password [NAME] | block NAME | unlock NAME", "who may sit here", peopleFlags, doPeople},
		{"journal", "[--after LINE] [--kind KIND]", "the journal's lines; that you read them is journalled", journalFlags, doJournal},
		{"keys", "check | use none|file|pkcs11|sam | import FILE", "the card keys: what is there, where they come from", keysFlags, doKeys},
		{"identify", "", "what card lies on the reader?", identifyFlags, doIdentify},
		{"ledger", "balance|movements|verify|receive N|draw N|reject-emptied", "the blanks", ledgerFlags, doLedger},
		{"report", reportArgs(), "papers for people who sign, read, and audit", reportFlags, doReport},
		{"bench", benchNames(), "measure what the station does", benchFlags, doBench},
		{"drill", "days | start DAY | show | hint | score", "practise on a simulated machine, in a folder of its own", drillFlags, doDrill},
		{"render", "RECORD -o FILE.png", "the face of a waiting record, as it will be printed", renderFlags, doRender},
	}, deskCommands()...)
}

// run is the whole program.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		printHelp(out)
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
	fmt.Fprintf(errs, "cetakctl: there is no command %q; `cetakctl help` lists them\n", args[0])
	return exitUsage
}

func perform(ctx context.Context, c command, args []string, in io.Reader, out, errs io.Writer) int {
	call := &call{in: in, out: out, errs: errs}
	f := flag.NewFlagSet(c.name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&call.dir, "dir", assembly.DefaultDir(), "the station folder")
	f.StringVar(&call.as, "as", "", "who you are: where people sign in with the password from "+passwordEnv+" or typed, elsewhere by default the computer's user")
	f.StringVar(&call.second, "second", "", "the second person of an act for two; the password from "+secondEnv+" or typed")
	f.BoolVar(&call.json, "json", false, "answer in JSON")
	f.BoolVar(&call.drill, "drill", false, "work in a drill: --dir is its folder, or the folder of drills, whose newest it then is")
	if c.setup != nil {
		c.setup(f, call)
	}
	rest, err := parseMixed(f, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(out, "cetakctl %s [flags] %s\n  %s\n", c.name, c.args, c.what)
		f.SetOutput(out)
		f.PrintDefaults()
		return exitDone
	}
	if err != nil {
		err = usage(err.Error())
	} else if err = call.where(c, f); err == nil {
		call.args = rest
		clean := assembly.CatchCrash(call.dir)
		err = c.do(ctx, call)
		clean()
	}
	return call.exit(c, err)
}

// parseMixed lets flags stand before and after the words.
func parseMixed(f *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			return words, nil
		}
		words, args = append(words, f.Arg(0)), f.Args()[1:]
	}
}

// exit tells the user what went wrong and gives the exit code.
func (c *call) exit(cmd command, err error) int {
	var u usage
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &u):
		fmt.Fprintf(c.errs, "cetakctl %s: %s\nusage: cetakctl %s [flags] %s\n", cmd.name, u, cmd.name, cmd.args)
		return exitUsage
	case errors.Is(err, held{}):
		return exitHeld
	case errors.Is(err, told{}):
		return exitFault
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(c.errs, "cetakctl: interrupted")
		return exitFault
	}
	c.tell(drivers.AsFault(err))
	return exitFault
}

// tell gives a fault and its advice: one sentence, the steps, and the technician's line.
func (c *call) tell(f *drivers.Fault) {
	lang := "id"
	if cfg, err := config.Load(c.dir); err == nil {
		lang = cfg.Station.Language
	}
	card, _ := advice.For(f.Code, lang)
	fmt.Fprintf(c.errs, "%s  %s\n", f.Code, card.Title)
	for i, s := range card.Steps {
		fmt.Fprintf(c.errs, "  %d. %s\n", i+1, s)
	}
	if card.Blank != "" && f.Card != drivers.NoCard {
		fmt.Fprintf(c.errs, "  %s\n", card.Blank)
	}
	line := f.Error()
	if f.Card != drivers.NoCard {
		line += " (card " + string(f.Card) + ")"
	}
	fmt.Fprintf(c.errs, "  [%s]\n", line)
}

// open opens the station folder for work. Whoever then acts is settled by who, before anything is done.
func (c *call) open(ctx context.Context) (*assembly.Desk, error) {
	as, err := c.registered(ctx)
	if err != nil {
		return nil, err
	}
	return assembly.Open(ctx, c.dir, assembly.Options{Who: as, Log: c.log(), PIN: c.askPIN, Drill: c.drill})
}

// log writes the technician's log into the station folder, so that screen and log are never mixed.
func (c *call) log() zerolog.Logger {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return zerolog.Nop()
	}
	return assembly.OpenLog(c.dir, cfg.Log.Level)
}

func (c *call) encode(v any) error {
	v, err := c.marked(v)
	if err != nil {
		return err
	}
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func printHelp(w io.Writer) {
	fmt.Fprint(w, "cetakctl runs and inspects a print desk.\n\n  cetakctl COMMAND [--dir D] [--drill] [--as NAME] [--second NAME] [--json] ...\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-12s %s\n", c.name, c.what)
	}
	fmt.Fprintln(w, "\nExit codes: 0 done, 1 fault (code and advice on stderr), 2 usage, 3 held: a person is needed.")
}

func seconds(d time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
}
