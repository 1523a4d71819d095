package ground

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/drill"
	"cetak/station/durable"
	"cetak/station/program"
)

const (
	outage  = 4 * time.Second // the power stays away
	askWait = time.Minute     // for a hand, or for the world
)

// table is the policy of a drill.
//
//go:embed policy.toml
var table []byte

// Moment is what a drill tells of itself while it runs.
type Moment string

// Moments.
const (
	Ready     Moment = "ready"      // the station can be worked
	PowerGone Moment = "power-gone" // the programs at the desk were killed
	PowerBack Moment = "power-back" // they can be started again
)

// Surroundings are what stands beside the drill.
type Surroundings struct {
	// Desk is the program that the trainee works at, with its arguments; it is started when the station is ready, again after a power
	// cut, and the drill is over when it ends. nil: the trainee starts programs, and the drill is over when ctx ends.
	Desk []string
	// Window shows the machine, if there is a program that can.
	Window bool
	// Told is called for each Moment, on the goroutine of Run; it must return at once.
	Told func(Moment)
}

// Run holds the drill: it starts the simulator and makes the station on it, does what the day says happens, and ends everything it
// started, the simulator last, when the drill is over. The world as it was in the end is kept for Score. It is called once. Faults:
// NoProgram, NoSimulator, NoWorld, those of assembly.InitSim.
func (g *Ground) Run(ctx context.Context, s Surroundings) error {
	runtime.LockOSThread() // what is started here ends when this thread does, also by a kill
	defer runtime.UnlockOSThread()
	sim, err := g.startSimulator(ctx)
	if err != nil {
		return err
	}
	err = g.hold(ctx, s)
	return errors.Join(err, g.end(sim))
}

// hold is the drill between the simulator's beginning and its end.
func (g *Ground) hold(ctx context.Context, s Surroundings) error {
	if err := g.makeStation(ctx); err != nil {
		return err
	}
	for _, hand := range g.Day.Before {
		if err := g.hand(ctx, hand); err != nil {
			return err
		}
	}
	ctx, over := context.WithCancel(ctx)
	defer over()
	if s.Window {
		if err := g.openWindow(ctx); err != nil {
			return err
		}
	}
	g.tell(s, Ready)
	cuts, gone := make(chan powerCut), make(chan error, 1) // Run's goroutine is the one that tells and starts
	go func() { gone <- g.stages(ctx, cuts) }()
	var desk *program.Process
	if s.Desk != nil {
		var err error
		if desk, err = program.Start("drill", s.Desk...); err != nil {
			return err
		}
	}
	for {
		select {
		case <-ctx.Done():
			desk.End()
			return nil
		case <-desk.Over():
			return desk.Err()
		case err := <-gone:
			if err != nil && ctx.Err() == nil {
				desk.End()
				return err
			}
			gone = nil
		case cut := <-cuts:
			var err error
			if desk, err = g.cutPower(ctx, s, cut.stage, desk); err != nil {
				desk.End()
				return err
			}
			close(cut.done)
		}
	}
}

// powerCut is a stage at which the power fails; done is closed when it is back.
type powerCut struct {
	stage drill.Stage
	done  chan struct{}
}

// stages waits for each moment at which a hand reaches into the machine.
func (g *Ground) stages(ctx context.Context, cuts chan<- powerCut) error {
	for _, st := range g.Day.Stages {
		if err := g.await(ctx); err != nil {
			return err
		}
		if !st.Cut {
			if err := g.reach(ctx, st); err != nil {
				return err
			}
			continue
		}
		cut := powerCut{st, make(chan struct{})}
		select {
		case cuts <- cut:
		case <-ctx.Done():
			return nil
		}
		select {
		case <-cut.done:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// reach does what a stage says and lets the machine go on.
func (g *Ground) reach(ctx context.Context, st drill.Stage) error {
	for _, hand := range append(slices.Clone(st.Hands), "release") {
		if err := g.hand(ctx, hand); err != nil {
			return err
		}
	}
	return nil
}

// await waits until the machine stands at the next stage: as long as the trainee takes. The simulator lets go of who waits after a
// minute.
func (g *Ground) await(ctx context.Context) error {
	for {
		_, err := g.ask(ctx, "do", "await")
		switch {
		case err == nil, ctx.Err() != nil:
			return nil
		case !g.running():
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

// hand does something at the machine.
func (g *Ground) hand(ctx context.Context, words string) error {
	within, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	_, err := g.ask(within, "do", strings.Fields(words)...)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// cutPower kills every program that works this station, does the same to the machine, and starts the desk again once the power is back.
// Nothing is closed in order: that is what a power cut is.
func (g *Ground) cutPower(ctx context.Context, s Surroundings, st drill.Stage, desk *program.Process) (*program.Process, error) {
	if err := killHolders(filepath.Join(g.Desk(), assembly.JournalFile+".lock")); err != nil {
		return desk, err
	}
	desk.Kill()
	g.tell(s, PowerGone)
	if err := g.reach(ctx, st); err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, nil
	case <-time.After(outage):
	}
	g.tell(s, PowerBack)
	if s.Desk == nil {
		return nil, nil
	}
	return program.Start("drill", s.Desk...)
}

// startSimulator starts hwsim as the day asks for it.
func (g *Ground) startSimulator(ctx context.Context) (*program.Simulator, error) {
	scene := filepath.Join(g.Dir, sceneFile)
	if err := durable.Write(scene, []byte(g.Day.Script()), 0o600); err != nil {
		return nil, unreadable(scene, err)
	}
	return program.StartSimulator(ctx, "drill", g.Sim(), "--seed", strconv.FormatUint(g.Day.Seed, 10), "--scene", scene,
		"--speed", strconv.FormatFloat(g.Note.Speed, 'f', -1, 64), "--blanks", strconv.Itoa(g.Day.Blanks),
		"--records", strconv.Itoa(g.Day.People), "--first-cards", "--pictures=false") // a reprint needs two people first
}

// makeStation makes the drill's station on the simulator, with the people who can be played.
func (g *Ground) makeStation(ctx context.Context) error {
	c := config.Default()
	c.Station.Office, c.Station.Drill, c.Station.Language = assembly.DrillOffice, g.Day.ID, g.Note.Language
	c.Station.ConfirmEvery = g.Note.Confirm
	c.Policy.Table = filepath.Join("..", policyFile) // from the station's folder
	if err := durable.Write(filepath.Join(g.Dir, policyFile), table, 0o600); err != nil {
		return unreadable(policyFile, err)
	}
	c.People.IdleMinutes = 60 // nobody passes by a trainee's screen
	if err := assembly.InitSim(ctx, g.Desk(), g.Sim(), c); err != nil {
		return err
	}
	var people []assembly.Newcomer
	for _, supervisors := range []bool{true, false} { // the first supervisor makes the others
		for _, p := range g.Note.People {
			if (p.Role == access.Supervisor) == supervisors {
				people = append(people, assembly.Newcomer{Person: access.Person{Name: p.Name, Role: p.Role, Active: true}, Password: g.Note.Password})
			}
		}
	}
	return assembly.MakePeople(ctx, g.Desk(), c, people)
}

// openWindow shows the machine. A window that is closed by the trainee, or cannot be made, ends nothing.
func (g *Ground) openWindow(ctx context.Context) error {
	panel, err := assembly.FindProgram("panel", "drill")
	if err != nil {
		return err
	}
	p, err := program.Start("drill", panel, "--dir", g.Sim(), "--lang", g.Note.Language)
	if err != nil {
		return err
	}
	go func() {
		select {
		case <-ctx.Done():
			p.End()
		case <-p.Over():
		}
	}()
	return nil
}

// end keeps the world as it is and ends the simulator.
func (g *Ground) end(sim *program.Simulator) error {
	within, cancel := context.WithTimeout(context.Background(), askWait)
	defer cancel()
	world, err := g.ask(within, "world", "--json")
	if err == nil {
		if werr := durable.Write(filepath.Join(g.Dir, worldFile), world, 0o600); werr != nil {
			err = unreadable(worldFile, werr)
		}
	}
	sim.End()
	if rerr := g.read(); rerr != nil { // a hint may have been taken meanwhile
		return errors.Join(err, rerr)
	}
	g.Note.Ended = time.Now().UTC()
	return errors.Join(err, g.save())
}

func (g *Ground) tell(s Surroundings, m Moment) {
	if s.Told != nil {
		s.Told(m)
	}
}

// killHolders kills the programs of this user that hold a file open, but this one.
func killHolders(path string) error {
	want, err := os.Stat(path)
	if err != nil {
		return nil // nothing was opened yet
	}
	fds, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return err
	}
	killed := map[int]bool{os.Getpid(): true}
	for _, fd := range fds {
		pid, err := strconv.Atoi(strings.Split(fd, "/")[2])
		if err != nil || killed[pid] {
			continue
		}
		if have, err := os.Stat(fd); err != nil || !os.SameFile(want, have) {
			continue
		}
		killed[pid] = true
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("the program %d that works the drill's station cannot be stopped: %w", pid, err)
		}
	}
	return nil
}
