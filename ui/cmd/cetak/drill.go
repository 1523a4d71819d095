package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"cetak/drivers"
	"cetak/station/assembly"
	"cetak/station/cmdline"
	"cetak/station/drill"
	"cetak/station/drill/ground"
	"cetak/ui/model"
	"cetak/ui/text"
)

// drillSpeed is how many times as fast as the real machine a drill runs.
const drillSpeed = 4

func drillNames() string {
	var all []string
	for _, d := range drill.Days() {
		all = append(all, d.ID)
	}
	return strings.Join(all, ", ")
}

// drillFolder is where the drills of a station are kept: beside it.
func drillFolder(station string) string { return station + "-drill" }

// drillIn is the folder that a drill was asked for in: the one named, else that beside the station's.
func drillIn(flags *flag.FlagSet, dir string) string {
	given := false
	flags.Visit(func(f *flag.Flag) { given = given || f.Name == "dir" })
	if given {
		return dir
	}
	return drillFolder(dir)
}

// atDrill gives the drill that dir is, to be worked in a window. Where dir is none, a new one is held in a folder of its own in dir, to
// its end, with this program started once more as its desk; there is nothing left to show then, and code is how it ended.
func atDrill(day, dir, lang string, out, errs io.Writer) (g *ground.Ground, code int) {
	if ground.Is(dir) {
		g, err := ground.Open(dir)
		if err != nil {
			cmdline.TellFault(errs, drivers.AsFault(err), lang)
			return nil, 1
		}
		return g, 0
	}
	d, ok := drill.Named(day)
	if !ok {
		fmt.Fprintf(errs, "cetak: there is no drill %q; there are %s\n", day, drillNames())
		return nil, 2
	}
	if lang == "" {
		lang = text.Indonesian
	}
	ctx, stop := signal.NotifyContext(context.Background(), cmdline.EndSignals()...)
	defer stop()
	r, err := holdDrill(ctx, dir, d, lang)
	var desk *exec.ExitError
	switch {
	case errors.As(err, &desk): // it has said why
		return nil, max(1, desk.ExitCode())
	case err != nil:
		cmdline.TellFault(errs, drivers.AsFault(err), lang)
		return nil, 1
	}
	for _, l := range r.Text(lang) {
		fmt.Fprintln(out, l)
	}
	return nil, 0
}

// holdDrill holds a drill with a desk and the machine in windows, and gives its score.
func holdDrill(ctx context.Context, root string, d drill.Day, lang string) (drill.Result, error) {
	self, err := os.Executable()
	if err != nil {
		return drill.Result{}, &drivers.Fault{Code: assembly.NoProgram, Op: "drill", Card: drivers.NoCard, Again: drivers.AgainNever, Detail: "cetak", Err: err}
	}
	g, err := ground.Make(root, d, ground.Options{Speed: drillSpeed, Language: lang, Confirm: 1})
	if err != nil {
		return drill.Result{}, err
	}
	if err := g.Run(ctx, ground.Surroundings{Window: true, Desk: []string{self, "--drill", d.ID, "--dir", g.Dir, "--lang", lang}}); err != nil {
		return drill.Result{}, err
	}
	return g.Score(context.WithoutCancel(ctx))
}

// drillNow is the drill as the screen shows it; nil on a station.
func (c *clerk) drillNow() *model.Drill {
	g := c.ground
	if g == nil {
		return nil
	}
	d := &model.Drill{Day: g.Day, Password: g.Note.Password, Hints: g.Note.Hints}
	for _, p := range g.Note.People {
		d.People = append(d.People, model.Me{Name: p.Name, Role: p.Role})
	}
	return d
}

// drill does what the room of the drill asks for.
func (c *clerk) drill(ctx context.Context, w model.DrillWork) (model.Said, error) {
	if c.ground == nil {
		return c.startDrill(w.Start)
	}
	c.training.Lock()
	defer c.training.Unlock()
	if w.Hint {
		if _, _, err := c.ground.Hint(c.ground.Note.Language); err != nil {
			return model.Said{}, err
		}
		now := c.drillNow()
		now.Score = c.score
		return model.Said{Drill: now}, nil
	}
	r, err := c.ground.Score(ctx)
	if err != nil {
		return model.Said{}, err
	}
	c.score = &r
	now := c.drillNow()
	now.Score = c.score
	return model.Said{Drill: now}, nil
}

// startDrill starts a drill beside the station, as a program of its own that goes on when this one ends.
func (c *clerk) startDrill(id string) (model.Said, error) {
	self, err := os.Executable()
	d, ok := drill.Named(id)
	if err == nil && !ok {
		err = fmt.Errorf("there is no day %q", id)
	}
	if err == nil {
		if _, err := assembly.FindProgram("hwsim", "drill"); err != nil {
			return model.Said{}, err
		}
		if _, err := assembly.FindProgram("panel", "drill"); err != nil {
			return model.Said{}, err
		}
		cmd := exec.Command(self, "--drill", id, "--dir", drillFolder(c.desk.Dir), "--lang", c.desk.Config.Station.Language)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err = cmd.Start(); err == nil {
			go func() { _ = cmd.Wait() }() // it tells its own user how it went
			return model.Said{Key: model.SaidDrill, Pairs: [2]string{"day", d.In(c.desk.Config.Station.Language).Title}}, nil
		}
	}
	return model.Said{}, &drivers.Fault{Code: assembly.NoProgram, Op: "drill", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: "cetak", Err: err}
}
