// Package cmdline is the command line of our programs: a verb, flags before and after its words, help, how a fault is told, and what the
// program ends with. What a verb does is its program's.
package cmdline

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"cetak/drivers"
	"cetak/station/advice"
)

// Exit codes (DESIGN section 10).
const (
	Done  = 0
	Fault = 1
	Wrong = 2 // the command was used wrongly
	Held  = 3 // a person is needed
)

// Usage is a wrong use: told with the command's line, exit Wrong.
type Usage string

func (u Usage) Error() string { return string(u) }

// Command is one verb of a program whose calls are of type C.
type Command[C any] struct {
	Name, Args, What string
	Flags            func(*flag.FlagSet, *C) // nil: none of its own
	Do               func(context.Context, *C) error
}

// Program is what the commands of a program have in common.
type Program[C any] struct {
	Name     string
	Commands []Command[C]
	Help     func(io.Writer)
	Flags    func(*flag.FlagSet, *C)                                                              // those that every command takes
	Do       func(ctx context.Context, cmd Command[C], given *flag.FlagSet, words []string) error // flags are parsed into the call
	Tell     func(error) int                                                                      // a fault: tells it and gives the exit code; wrong use is told here
}

// Run does what ARGS (without the program's name) ask for and gives the exit code.
func (p Program[C]) Run(ctx context.Context, args []string, c *C, out, errs io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		p.Help(out)
		if len(args) == 0 {
			return Wrong
		}
		return Done
	}
	for _, cmd := range p.Commands {
		if cmd.Name == args[0] {
			return p.perform(ctx, cmd, args[1:], c, out, errs)
		}
	}
	fmt.Fprintf(errs, "%s: there is no command %q; `%[1]s help` lists them\n", p.Name, args[0])
	return Wrong
}

func (p Program[C]) perform(ctx context.Context, cmd Command[C], args []string, c *C, out, errs io.Writer) int {
	f := flag.NewFlagSet(cmd.Name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	p.Flags(f, c)
	if cmd.Flags != nil {
		cmd.Flags(f, c)
	}
	words, err := mixed(f, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(out, "%s %s [flags] %s\n  %s\n", p.Name, cmd.Name, cmd.Args, cmd.What)
		f.SetOutput(out)
		f.PrintDefaults()
		return Done
	}
	if err != nil {
		err = Usage(err.Error())
	} else {
		err = p.Do(ctx, cmd, f, words)
	}
	var u Usage
	switch {
	case err == nil:
		return Done
	case errors.As(err, &u):
		fmt.Fprintf(errs, "%s %s: %s\nusage: %[1]s %[2]s [flags] %[4]s\n", p.Name, cmd.Name, u, cmd.Args)
		return Wrong
	}
	return p.Tell(err)
}

// mixed lets flags stand before and after the words.
func mixed(f *flag.FlagSet, args []string) (words []string, err error) {
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

// TellFault gives a fault and its advice: one sentence, the steps, what becomes of the blank if one is concerned, and the technician's line.
func TellFault(w io.Writer, f *drivers.Fault, lang string) {
	card, _ := advice.For(f.Code, lang)
	fmt.Fprintf(w, "%s  %s\n", f.Code, card.Title)
	for i, s := range card.Steps {
		fmt.Fprintf(w, "  %d. %s\n", i+1, s)
	}
	line := f.Error()
	if f.Card != drivers.NoCard {
		if card.Blank != "" {
			fmt.Fprintf(w, "  %s\n", card.Blank)
		}
		line += " (card " + string(f.Card) + ")"
	}
	fmt.Fprintf(w, "  [%s]\n", line)
}

// EndSignals are what asks a program to end: a person's interrupt, a termination, and the end of its terminal or session, unless it was
// started to outlive that (nohup). A program that ignores one of them is ended by it at once, a card in the machine or not.
func EndSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// Asked gives a context that ends when the program is asked to end. The signals stay caught to the end: one that comes after the last line
// must not change the exit code. Nor does a word that nobody reads any more (run | head) end the program: cards are made all the same.
func Asked() context.Context {
	signal.Ignore(syscall.SIGPIPE)
	ctx, _ := signal.NotifyContext(context.Background(), EndSignals()...)
	return ctx
}

// Main runs a program until it ends, or is asked to.
func Main(run func(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int) {
	os.Exit(run(Asked(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
