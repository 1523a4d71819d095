// Package panel keeps a window in step with a simulator that runs in another process, over its control socket.
package panel

import (
	"context"
	"encoding/json"
	"time"

	"cetak/hwsim/panel/model"
	"cetak/hwsim/rig"
)

// again is how long a simulator that does not answer is left alone.
const again = time.Second

// Follower is a window's side of the control socket. Make it with Follow.
type Follower struct {
	ctx  context.Context
	dir  string
	show func(model.Seen)
	poke chan struct{}
}

// Follow tells show how the simulator in the folder stands: now, at every change, and when it goes away or comes back. It
// returns at once; show is called on one goroutine, until ctx ends.
func Follow(ctx context.Context, dir string, show func(model.Seen)) *Follower {
	f := &Follower{ctx: ctx, dir: dir, show: show, poke: make(chan struct{}, 1)}
	go f.run()
	return f
}

// Do does a verb of a hand and gives the simulator's refusal, or rig.ErrGone. It takes its time: not for the goroutine of
// a user interface.
func (f *Follower) Do(words ...string) error {
	_, err := rig.Ask(f.dir, words...)
	select {
	case f.poke <- struct{}{}: // what a hand did is seen at once, also what is no change to a stamp
	default:
	}
	return err
}

// answer is what the simulator said of itself, or why it said nothing.
type answer struct {
	desk rig.Desk
	err  error
}

func (f *Follower) run() {
	seen := model.Seen{Dir: f.dir}
	stamp := ""
	for f.ctx.Err() == nil {
		change := f.ask(stamp)
		for waits := true; waits; {
			var a answer
			select {
			case <-f.ctx.Done():
				return
			case a = <-change:
				waits = false
			case <-f.poke: // the wait for a change goes on meanwhile
				a = <-f.ask("")
			}
			stamp = f.take(&seen, a)
		}
		if !seen.Up {
			f.rest()
		}
	}
}

// take takes an answer in, tells it, and gives the stamp to ask with next.
func (f *Follower) take(seen *model.Seen, a answer) (stamp string) {
	if a.err == nil && !seen.Up { // it may be another one, of another make
		seen.Catalogue, a.err = f.catalogue()
	}
	seen.Up = a.err == nil
	if seen.Up {
		stamp, seen.Desk, seen.Known = a.desk.Stamp, a.desk, true
	}
	f.tell(*seen)
	return stamp
}

func (f *Follower) tell(s model.Seen) {
	if f.ctx.Err() == nil {
		f.show(s)
	}
}

func (f *Follower) rest() {
	t := time.NewTimer(again)
	defer t.Stop()
	select {
	case <-t.C:
	case <-f.ctx.Done():
	}
}

// ask waits for the next change after the stamp; without one it is told at once how things stand. One that nobody waits for
// any more ends by itself, at the latest when the simulator has waited its 20 s.
func (f *Follower) ask(stamp string) <-chan answer {
	words := []string{"watch"}
	if stamp != "" {
		words = append(words, stamp)
	}
	told := make(chan answer, 1)
	go func() {
		var a answer
		text, err := rig.Ask(f.dir, words...)
		if err == nil {
			err = json.Unmarshal([]byte(text), &a.desk)
		}
		a.err = err
		told <- a
	}()
	return told
}

func (f *Follower) catalogue() (rig.Catalogue, error) {
	var c rig.Catalogue
	text, err := rig.Ask(f.dir, "faults")
	if err == nil {
		err = json.Unmarshal([]byte(text), &c)
	}
	return c, err
}
