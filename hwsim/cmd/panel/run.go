package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"cetak/hwsim/panel"
	"cetak/hwsim/panel/model"
	"cetak/hwsim/panel/text"
	"cetak/hwsim/panel/view"
)

// Exit codes (DESIGN 10).
const (
	exitDone    = 0
	exitUsage   = 2
	exitNowhere = 3 // no window can be made here
)

// noWindow is said where no window can be made, with the way that needs none.
const noWindow = `panel: no window can be opened here: %s.
  The same without a window: hwsim world --dir D shows the machine, hwsim do --dir D VERB is the hand.
`

func run(args []string, _, errs io.Writer) int {
	flags := flag.NewFlagSet("panel", flag.ContinueOnError)
	flags.SetOutput(errs)
	dir := flags.String("dir", "", "the simulator's folder, as given to hwsim run")
	lang := flags.String("lang", text.Indonesian, "id or en")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return exitDone
	} else if err != nil {
		return exitUsage
	}
	if flags.NArg() > 0 || *dir == "" || *lang != text.Indonesian && *lang != text.English {
		fmt.Fprintln(errs, "panel: usage: panel --dir FOLDER [--lang id|en]")
		return exitUsage
	}
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		fmt.Fprintf(errs, noWindow, "there is no display (DISPLAY is not set)")
		return exitNowhere
	}
	log.SetOutput(toolkitLog{errs})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, leave)
	open(ctx, *dir, *lang)
	return exitDone
}

// leave ends the process, which holds nothing. The toolkit's own way out may wait for itself for ever (fyne v2.8.1,
// internal/driver/glfw/loop.go, runGL: what comes into its queue between the last look at it and its closing is neither run nor answered).
func leave() { os.Exit(exitDone) }

// open shows the window until the process ends.
func open(ctx context.Context, dir, lang string) {
	a := app.NewWithID("id.cetak.panel")
	a.Settings().SetTheme(view.Theme())
	var hands *panel.Follower
	w := a.NewWindow("Cetak")
	v := view.New(view.Options{
		Lang: lang, Post: fyne.Do, Run: func(f func()) { go f() }, Switched: w.SetTitle,
		Hand: func(words string, done func(error)) { go func() { done(hands.Do(strings.Fields(words)...)) }() },
	})
	w.SetTitle(v.Title())
	w.SetPadded(false)
	w.SetContent(v.Content())
	w.Resize(view.FirstSize)
	w.SetMaster()
	v.Attach(w.Canvas())
	hands = panel.Follow(ctx, dir, func(s model.Seen) { fyne.Do(func() { v.Show(s) }) })
	w.SetCloseIntercept(leave)
	w.ShowAndRun()
}

// toolkitLog reads the toolkit's log. Without OpenGL it logs that and runs on, invisible, for ever (fyne v2.8.1,
// internal/driver/glfw); this ends the program instead.
type toolkitLog struct{ out io.Writer }

// Write passes the log on.
func (l toolkitLog) Write(p []byte) (int, error) {
	n, err := l.out.Write(p)
	why := ""
	switch {
	case bytes.Contains(p, []byte("window creation error")):
		why = "OpenGL 2.1 is missing"
	case bytes.Contains(p, []byte("failed to initialise GLFW")):
		why = "the display does not answer"
	}
	if why != "" {
		fmt.Fprintf(l.out, noWindow, why)
		os.Exit(exitNowhere)
	}
	return n, err
}
