package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/advice"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/drill/ground"
	"cetak/ui/model"
	"cetak/ui/sound"
	"cetak/ui/text"
	_ "cetak/ui/thrift" // before the toolkit
	"cetak/ui/view"
)

// firstSize fits a screen of 1366 by 768 with the frame of a window and the bar of a desktop.
var firstSize = fyne.NewSize(1200, 680)

func run(args []string, out, errs io.Writer) int {
	if folder := os.Getenv(crashWatch); folder != "" {
		signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // what ends a session ends the other process first
		return watchCrash(os.Stdin, folder)
	}
	flags := flag.NewFlagSet("cetak", flag.ContinueOnError)
	flags.SetOutput(errs)
	dir := flags.String("dir", assembly.DefaultDir(), "the station folder (CETAK_DIR)")
	lang := flags.String("lang", "", "id or en; default: the language of the settings")
	day := flags.String("drill", "", "hold a drill on a simulated machine, in a folder of its own in --dir (default: beside the station's): "+drillNames())
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() > 0 || *lang != "" && *lang != text.Indonesian && *lang != text.English {
		fmt.Fprintln(errs, "cetak: usage: cetak [--dir FOLDER] [--lang id|en] [--drill DAY]")
		return 2
	}
	if why := noDisplay(os.Getenv); why != "" {
		fmt.Fprintf(errs, noWindow, why)
		return 3
	}
	var practice *ground.Ground
	if *day != "" {
		var code int
		if practice, code = atDrill(*day, drillIn(flags, *dir), *lang, out, errs); practice == nil {
			return code
		}
		*dir = practice.Desk()
	}
	folder := crashFolder(*dir)
	found := findCrashes(*dir, folder)
	errs = catchCrashes(folder, errs)
	log.SetOutput(newGLWatch(errs))
	a := app.NewWithID("id.cetak.desk")
	a.Settings().SetTheme(view.Theme())
	w := a.NewWindow("Cetak")
	w.SetPadded(false)
	w.Resize(firstSize)
	w.SetMaster()
	p := &program{ctx: context.Background(), window: w, dir: *dir, lang: *lang, practice: practice, crashes: found, sounds: sound.New(ringX, sound.Terminal(os.Stderr))}
	p.leaving, p.depart = context.WithCancel(p.ctx)
	w.SetCloseIntercept(p.close)
	a.Lifecycle().SetOnStarted(func() {
		p.ctx = takeSignals()
		context.AfterFunc(p.ctx, p.depart)
		p.open()
	})
	w.Show()
	outlive()
	go p.leave()
	a.Run()
	p.close() // by a signal from before they were taken from the toolkit
	select {}
}

// program is the window and the station behind it. All its methods belong to the goroutine of the user interface, but leave and work.
type program struct {
	ctx     context.Context    // ends with a signal
	leaving context.Context    // ends when the window is closed, too
	depart  context.CancelFunc // ends leaving
	books   sync.Mutex         // held while the station folder is open
	code    int                // the exit code; guarded by books
	window  fyne.Window
	dir     string
	lang    string
	office  string   // "" while the settings were not read
	tastes  *tastes  // nil while the folder was not looked into
	crashes *crashes // of earlier runs
	sounds  *sound.Player
	view    *view.View
	unwatch context.CancelFunc // ends the pump of view
	desk    *assembly.Desk     // nil while the folder is not open

	practice *ground.Ground // the drill that this desk belongs to; nil on a station
}

// leave ends the process once that is asked for and no folder is open. The toolkit has no part in it: a display that hangs holds
// nothing up, and its own way out may wait for itself for ever (fyne v2.8.1, internal/driver/glfw/loop.go, runGL: what comes into its queue between
// the last look at it and its closing is neither run nor answered).
func (p *program) leave() {
	<-p.leaving.Done()
	p.books.Lock()
	p.sounds.Close()
	os.Exit(p.code)
}

// open opens the station folder and starts its work, or shows why it cannot.
func (p *program) open() {
	cfg, err := config.Load(p.dir)
	if err != nil {
		p.fail(err)
		return
	}
	p.tastes = readTastes(p.dir)
	if p.lang == "" {
		p.lang = p.tastes.Of("").Lang
	}
	if p.lang == "" {
		p.lang = cfg.Station.Language
	}
	p.office = cfg.Station.Office
	p.books.Lock()
	d, err := assembly.Open(p.ctx, p.dir, assembly.Options{Log: assembly.OpenLog(p.dir, cfg.Log.Level), Drill: p.practice != nil})
	if err != nil {
		p.books.Unlock()
		p.fail(err)
		return
	}
	p.desk = d
	go func() {
		select {
		case <-d.Station.Ready():
			giveBackSoon() // what reading journal and queue took
		case <-p.ctx.Done():
		}
	}()
	p.show(d.Station, &clerk{desk: d, ground: p.practice})
	go p.work(d)
}

// work does the desk's work on a goroutine of its own, and closes its folder.
func (p *program) work(d *assembly.Desk) {
	err := d.Run(p.ctx)
	if e := d.Close(); err == nil {
		err = e
	}
	p.code = 0
	if err != nil {
		p.code = 1
	}
	p.books.Unlock()
	fyne.Do(func() {
		p.desk = nil
		if err != nil && p.leaving.Err() == nil {
			p.fail(err)
		}
	})
}

// show gives the window to a desk.
func (p *program) show(d view.Desk, o view.Office) {
	if p.unwatch != nil {
		p.unwatch()
	}
	title := func(c text.Catalog) {
		name := c.T("app.title")
		if p.office != "" {
			name += " · " + p.office
		}
		p.window.SetTitle(name)
	}
	options := view.Options{Lang: p.lang, Post: fyne.Do, Advisor: advisor, Office: o, Switched: func(c text.Catalog) {
		p.lang = c.Lang()
		title(c)
	}}
	if p.tastes != nil {
		options.Tastes, options.Text = p.tastes, p.tastes.Of("").Text
	}
	options.Hear, options.Silent = func(s model.Sound) { p.sounds.Play(sound.Kind(s)) }, p.sounds.Silent
	if len(p.crashes.files) > 0 {
		options.Crashes = p.crashes
	}
	options.Drill, options.Drills = (&clerk{ground: p.practice}).drillNow(), p.practice == nil
	v := view.New(d, options)
	p.view = v
	title(v.Words())
	p.window.SetContent(v.Content())
	v.Attach(p.window.Canvas())
	ctx, cancel := context.WithCancel(p.ctx)
	p.unwatch = cancel
	go v.Run(ctx)
}

// fail shows why the station could not be opened, as an advice card like any other.
func (p *program) fail(err error) {
	f := drivers.AsFault(err)
	p.show(&closed{fault: *f, again: func() { fyne.Do(p.open) }}, nil)
}

// close ends the program once the card in hand has come to a tray.
func (p *program) close() {
	p.depart()
	if p.desk != nil {
		p.desk.Station.Do(station.Stop{})
	}
}

func advisor(code drivers.Code, lang string) (model.Advice, bool) {
	c, ok := advice.For(code, lang)
	return model.Advice{Title: c.Title, Steps: c.Steps, Blank: c.Blank, Picture: model.Picture(c.Picture)}, ok
}
