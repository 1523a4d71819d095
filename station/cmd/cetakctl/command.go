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
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/cmdline"
	"cetak/station/config"
	"cetak/station/drill/ground"
)

// Exit codes (DESIGN section 10).
const (
	exitDone  = cmdline.Done
	exitFault = cmdline.Fault
	exitUsage = cmdline.Wrong
	exitHeld  = cmdline.Held
)

type (
	command = cmdline.Command[call]
	usage   = cmdline.Usage
)

func verb(name, args, what string, flags func(*flag.FlagSet, *call), do func(context.Context, *call) error) command {
	return command{Name: name, Args: args, What: what, Flags: flags, Do: do}
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
	hand    handValues
	args    []string
	values  values
	in      io.Reader
	out     io.Writer
	errs    io.Writer
}

// held means that a person is needed: exit 3. What is to be done was told already.
type held struct{}

func (held) Error() string { return "held: a person is needed" }

// told is a fault that the user has seen already: exit 1.
type told struct{}

func (told) Error() string { return "fault" }

func commands() []command {
	return append([]command{
		verb("init", "", "make a station folder (--sim SIMDIR: on a running simulator)", initFlags, doInit),
		verb("import", "FILE...", "take the records of bundles into the queue", nil, doImport),
		verb("export-work", "all|RECORD... [--list FILE] [--to CARD --fingerprint F --stick DIR [--days N]]", "hand waiting records on: to another desk on a stick, or back to the centre", exportWorkFlags, doExportWork),
		verb("import-work", "STICK", "take in what lies on a stick for this desk: records of another one, and the centre's receipts", nil, doImportWork),
		verb("team", "card -o FILE | home STICK [--keep] | carry STICK | again PAPER STICK | list", "a desk without a line: its card, its way home, and what is away", teamFlags, doTeam),
		verb("queue", "", "who waits, in order", nil, doQueue),
		verb("policy", "show | why RECORD | table | check FILE", "who is printed first, who waits, and why", policyFlags, doPolicy),
		verb("suket", "give RECORD | extend NUMBER | print NUMBER | list", "temporary letters", suketFlags, doSuket),
		verb("run", "", "make cards until the queue is empty, or --count of them", runFlags, doRun),
		verb("reopen", "--as NAME", "open the station again after the last run was cut off; NAME answers for it", nil, doReopen),
		verb("settle", "", "decide about the card that was in hand when the last run stopped", settleFlags, doSettle),
		verb("status", "", "how the station is now", nil, doStatus),
		verb("printer", "port [--baud N] [--flow F] [--reply R] [--via DEVICE]", "find the printer and show its serial port; with flags set it up, and the settings with it", printerFlags, doPrinter),
		verb("setup", "[--port P] [--reader R] [--turned B] [--offset-x N] [--offset-y N] [--contrast-colour N] [--contrast-black N]", "list ports and readers; set them, and how the face lies on the card", setupFlagsOf, doSetup),
		verb("selftest", selftestArgs(), "prove devices and computer; each result is dated and kept", selftestFlags, doSelftest),
		verb("doctor", "", "check settings, journal, disk, printer, and reader", nil, doDoctor),
		verb("bundle", "-o FILE.zip", "what support needs to look into a fault; nothing of a person", bundleFlags, doBundle),
		verb("centre", "enrol DIR | status | sync", "the line to the centre that records are leased from", nil, doCentre),
		verb("people", "list | add NAME --role ROLE | role NAME ROLE | password [NAME] | block NAME | unlock NAME", "who may sit here", peopleFlags, doPeople),
		verb("journal", "[--after LINE] [--kind KIND]", "the journal's lines; that you read them is journalled", journalFlags, doJournal),
		verb("keys", "check | use none|file|pkcs11|sam | import FILE", "the card keys: what is there, where they come from", keysFlags, doKeys),
		verb("identify", "", "what card lies on the reader?", identifyFlags, doIdentify),
		verb("ledger", "balance|movements|verify|receive N|draw N|reject-emptied", "the blanks", ledgerFlags, doLedger),
		verb("report", reportArgs(), "papers for people who sign, read, and audit", reportFlags, doReport),
		verb("bench", benchNames(), "measure what the station does", benchFlags, doBench),
		verb("drill", "days | start DAY | show | hint | score", "practise on a simulated machine, in a folder of its own", drillFlags, doDrill),
		verb("render", "RECORD -o FILE.png", "the face of a waiting record, as it will be printed", renderFlags, doRender),
	}, deskCommands()...)
}

// run is the whole program.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	c := &call{in: in, out: out, errs: errs}
	return cmdline.Program[call]{Name: "cetakctl", Commands: commands(), Help: printHelp, Flags: flags, Do: c.perform, Tell: c.exit}.Run(ctx, args, c, out, errs)
}

// flags are those that every command takes.
func flags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.dir, "dir", assembly.DefaultDir(), "the station folder")
	f.StringVar(&c.as, "as", "", "who you are: where people sign in with the password from "+passwordEnv+" or typed, elsewhere by default the computer's user")
	f.StringVar(&c.second, "second", "", "the second person of an act for two; the password from "+secondEnv+" or typed")
	f.BoolVar(&c.json, "json", false, "answer in JSON")
	f.BoolVar(&c.drill, "drill", false, "work in a drill: --dir is its folder, or the folder of drills, whose newest it then is")
}

func (c *call) perform(ctx context.Context, cmd command, given *flag.FlagSet, words []string) error {
	if err := c.where(cmd, given); err != nil {
		return err
	}
	c.args = words
	clean := assembly.CatchCrash(c.dir)
	err := cmd.Do(ctx, c)
	clean()
	return err
}

// exit tells the user what went wrong and gives the exit code.
func (c *call) exit(err error) int {
	switch {
	case errors.Is(err, held{}):
		return exitHeld
	case errors.Is(err, told{}):
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(c.errs, "cetakctl: interrupted")
	default:
		c.tell(drivers.AsFault(err))
	}
	return exitFault
}

// tell gives a fault and its advice in the station's language.
func (c *call) tell(f *drivers.Fault) {
	lang := "id"
	if cfg, err := config.Load(c.dir); err == nil {
		lang = cfg.Station.Language
	}
	cmdline.TellFault(c.errs, f, lang)
}

// open opens the station folder for work. Whoever then acts is settled by who, before anything is done.
func (c *call) open(ctx context.Context) (*assembly.Desk, error) {
	as, err := c.registered(ctx)
	if err != nil {
		return nil, err
	}
	return assembly.Open(ctx, c.dir, assembly.Options{Who: as, Log: c.log(), PIN: c.askPIN, Drill: c.drill})
}

// openAs opens the station folder for an act and settles who does it.
func (c *call) openAs(ctx context.Context, act access.Act) (*assembly.Desk, access.By, error) {
	d, err := c.open(ctx)
	if err != nil {
		return nil, access.By{}, err
	}
	by, err := c.who(ctx, d, act)
	if err != nil {
		d.Close()
		return nil, access.By{}, err
	}
	return d, by, nil
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
		fmt.Fprintf(w, "  %-12s %s\n", c.Name, c.What)
	}
	fmt.Fprintln(w, "\nExit codes: 0 done, 1 fault (code and advice on stderr), 2 usage, 3 held: a person is needed.")
}

func seconds(d time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
}
