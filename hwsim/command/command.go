// Package command is the hwsim program: run, do, world, people, deposits, hub.
package command

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"cetak/hwsim/centre"
	"cetak/hwsim/replay"
	"cetak/hwsim/rig"
	"cetak/hwsim/scene"
)

const usage = `hwsim plays a card printer, a chip card reader, blank cards and the centre that clears records.

  hwsim run --dir D [flags]        start; prints one JSON line when ready; SIGTERM ends it (hwsim run -h lists the flags)
  hwsim do --dir D VERB...         the hand and the fate (hwsim do --dir D lists the verbs)
  hwsim world --dir D [--json]     the truth: feeder, machine, trays, every card
  hwsim hub --dir D --partner-cert FILE [flags]   play a MOSIP to its print partner; prints one JSON line when ready; SIGTERM ends it
  hwsim people -n N --seed S -o FILE.prr [--keys D] [--wna N]   make a bundle of invented people
  hwsim deposits -n N --seed S --office O --keys D -o FILE.jsonl [--also STATION.jwk,..]   play the register: records for a centre to lease out
`

// Exit codes (DESIGN 10).
const (
	exitDone  = 0
	exitFault = 1
	exitUsage = 2
)

// Run carries out one command line, without the program's name, and gives the exit code.
func Run(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	commands := map[string]func([]string, io.Writer, io.Writer) error{"run": run, "do": do, "world": truth, "people": people, "deposits": deposits, "hub": mosip}
	c, ok := commands[args[0]]
	if !ok {
		if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
			fmt.Fprint(stdout, usage)
			return exitDone
		}
		fmt.Fprintf(stderr, "hwsim: no command %q\n\n%s", args[0], usage)
		return exitUsage
	}
	err := c(args[1:], stdout, stderr)
	var wrong usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "hwsim %s: %v\n", args[0], err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "hwsim %s: %v\n", args[0], err)
	return exitFault
}

// usageError is a command line that cannot be meant.
type usageError struct{ error }

func parse(f *flag.FlagSet, args []string, stderr io.Writer, words bool) error {
	f.SetOutput(io.Discard)
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		f.SetOutput(stderr)
		f.PrintDefaults()
		return err
	}
	if err == nil && !words && f.NArg() > 0 {
		err = fmt.Errorf("unexpected %q", f.Arg(0))
	}
	if err != nil {
		return usageError{err}
	}
	return nil
}

func run(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	o := rig.Options{}
	blanks, records := 0, 0
	f.StringVar(&o.Dir, "dir", "", "the simulator's folder")
	f.Uint64Var(&o.Seed, "seed", 1, "same seed, same day")
	script := f.String("scene", "", "file with rules: on <event> [nth] do <fault> [once]; events: "+strings.Join(scene.Events(), " ")+
		"; faults: "+strings.Join(scene.Faults(), " "))
	recording := f.String("replay", "", "recording of a desk: its fault happens to the first card here; the scene is kept as replay.scene in the folder")
	f.Float64Var(&o.Speed, "speed", 1, "how many times faster than real, machine and line together")
	f.IntVar(&blanks, "blanks", 100, "blanks in the feeder")
	f.IntVar(&records, "records", 25, "people in the first bundle")
	f.IntVar(&o.WNA, "wna", 0, "how many of them are foreigners")
	f.BoolVar(&o.FirstCards, "first-cards", false, "nobody of them had a card before; else some lost or changed theirs")
	f.StringVar(&o.PCSC, "pcsc", "own", "door of the reader: own | pcscd | none")
	f.StringVar(&o.Station, "station", "contact", "chip station told to the station: contact | contactless")
	f.IntVar(&o.Baud, "baud", 115200, "speed of the serial port")
	f.StringVar(&o.Flow, "flow", "none", "flow control of the printer's port, with --replies text: none | rtscts | xonxoff | both")
	f.DurationVar(&o.Latency, "latency", 0, "what the serial adapter keeps a short reply for, for example 16ms")
	f.IntVar(&o.LineBuffer, "line-buffer", 0, "bytes the printer's port takes in before it holds the line up; 0 = never full")
	f.BoolVar(&o.Factory, "factory", false, "the printer's serial port is disabled, as it comes; its USB socket is at printer-usb in the folder")
	f.StringVar(&o.Replies, "replies", "ack", "ack | text")
	f.StringVar(&o.Machine, "machine", "evolis", "what stands at the desk: evolis | crt591 (a card dispenser with chip station) | crt591+evolis")
	f.Func("option", "a doubt about the firmware, NAME=VALUE, may be repeated: terminator=nul|cr|crlf nack=HEX packing=msb|lsb "+
		"runs=line|across dbc=3|4 ack=before|after value=before|after stale=never|sometimes; of a dispenser: head=E|N "+
		"gate=drops|holds counter=armed|always repeat=ignored|done rf=dispenses|refuses", func(option string) error { return doubt(&o, option) })
	f.StringVar(&o.Chip, "chip", "ktpel", "what the blanks are: ktpel | plain (a file card without an application)")
	f.Func("scp03", rig.SCP03Usage, o.SCP03.Set)
	f.BoolVar(&o.SAM, "sam", false, "with --scp03 and --pcsc pcscd: a secure access module with the master keys in the reader's second slot; its PIN is in the keys folder")
	f.IntVar(&o.RejectCapacity, "reject-capacity", 15, "cards the reject box holds")
	f.StringVar(&o.Ribbon, "ribbon", "ymcko", "ribbon in the machine: ymcko | ymckok | ko | k")
	f.IntVar(&o.RibbonCards, "ribbon-cards", 200, "cards a full ribbon lasts")
	pictures := f.Bool("pictures", true, "draw every card; false: only those asked for with the verb picture")
	if err := parse(f, args, stderr, false); err != nil {
		return err
	}
	o.NoPictures = !*pictures
	if o.Dir == "" {
		return usageError{errors.New("--dir is missing")}
	}
	if blanks < 0 || records < 0 || !(o.Speed > 0) || o.Baud <= 0 || o.RejectCapacity <= 0 || o.RibbonCards <= 0 || o.Latency < 0 || o.LineBuffer < 0 {
		return usageError{errors.New("speed, baud, reject-capacity and ribbon-cards are above 0, blanks, records, latency and line-buffer not below")}
	}
	o.Blanks, o.Records = orNone(blanks), orNone(records)
	if *script != "" {
		text, err := os.ReadFile(*script)
		if err != nil {
			return err
		}
		o.Scene = string(text)
	}
	if *recording != "" {
		if *script != "" {
			return usageError{errors.New("--scene or --replay, not both")}
		}
		given := map[string]bool{}
		f.Visit(func(f *flag.Flag) { given[f.Name] = true })
		if err := playback(*recording, given, &o); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := rig.Start(ctx, o)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(stdout).Encode(r.Ready()); err != nil {
		return errors.Join(err, r.Close())
	}
	<-ctx.Done()
	stop() // a second signal ends a close that hangs
	return r.Close()
}

// doubt sets a doubt about the printer's firmware or the dispenser's.
func doubt(o *rig.Options, option string) error {
	switch name, value, _ := strings.Cut(option, "="); name {
	case "head", "gate", "counter", "repeat", "rf":
		return o.Dispenser.Set(name, value)
	}
	return o.Doubts.Set(option)
}

// playback sets a simulator up as the recorded desk was, where no flag says otherwise, and makes the scene.
func playback(path string, given map[string]bool, o *rig.Options) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	r, err := replay.Read(in)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	s, err := r.Scene()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	o.Scene = s.Text
	if !given["replies"] {
		o.Replies = s.Replies
	}
	if !given["baud"] && r.Head.Baud > 0 {
		o.Baud = r.Head.Baud
	}
	if !given["station"] && r.Head.Station != "" {
		o.Station = r.Head.Station
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.Dir, "replay.scene"), []byte(s.Text), 0o600)
}

// orNone: in rig.Options 0 means the default.
func orNone(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

func do(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("do", flag.ContinueOnError)
	dir := f.String("dir", "", "the simulator's folder")
	if err := parse(f, args, stderr, true); err != nil {
		return err
	}
	if *dir == "" || f.NArg() == 0 {
		return usageError{fmt.Errorf("--dir D VERB...; verbs:\n  %s", strings.Join(rig.Usage(), "\n  "))}
	}
	text, err := rig.Ask(*dir, f.Args()...)
	if err == nil {
		fmt.Fprintln(stdout, text)
	}
	return err
}

func truth(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("world", flag.ContinueOnError)
	dir := f.String("dir", "", "the simulator's folder")
	asJSON := f.Bool("json", false, "everything, as JSON")
	if err := parse(f, args, stderr, false); err != nil {
		return err
	}
	if *dir == "" {
		return usageError{errors.New("--dir is missing")}
	}
	verb := "summary"
	if *asJSON {
		verb = "world"
	}
	text, err := rig.Ask(*dir, verb)
	if err == nil {
		fmt.Fprintln(stdout, text)
	}
	return err
}

func people(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("people", flag.ContinueOnError)
	n := f.Int("n", 25, "how many")
	seed := f.Uint64("seed", 1, "same seed, same people")
	out := f.String("o", "", "the bundle to write, NAME.prr")
	keys := f.String("keys", "", "folder of keys: those in it are used, else new ones are written there (default: beside the bundle)")
	wna := f.Int("wna", 0, "how many are foreigners")
	if err := parse(f, args, stderr, false); err != nil {
		return err
	}
	if *out == "" || *n < 0 || *wna < 0 {
		return usageError{errors.New("-n N --seed S -o FILE.prr")}
	}
	if *keys == "" {
		*keys = strings.TrimSuffix(*out, ".prr") + "-keys"
	}
	if err := os.MkdirAll(*keys, 0o700); err != nil {
		return err
	}
	c, err := rig.OpenCentre(*seed, centre.Options{WNA: *wna}, *keys)
	if err != nil {
		return err
	}
	bundle, err := c.Bundle(*n)
	if err != nil {
		return err
	}
	if err := os.WriteFile(*out, bundle, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d people in %s, keys in %s\n", *n, *out, *keys)
	return nil
}
