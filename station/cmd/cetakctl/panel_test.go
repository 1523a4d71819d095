package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"cetak/hwsim/panel"
	"cetak/hwsim/panel/model"
)

// TestPanel: a card that the station prints passes through the places that the simulator's window draws, in their order,
// and lies in the drawn tray sealed and printed. At each place it is held until the window has shown it.
func TestPanel(t *testing.T) {
	b := start(t, "--records", "1")
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	told := make(chan model.Seen)
	window := panel.Follow(ctx, b.sim, func(s model.Seen) {
		select {
		case told <- s:
		case <-ctx.Done():
		}
	})
	var seen model.Seen
	var uid string
	var drawn []string
	until := func(what string, holds func(model.Screen) bool) model.Screen {
		t.Helper()
		late := time.After(2 * time.Minute)
		for {
			select {
			case seen = <-told:
			case <-late:
				t.Fatalf("%s is never drawn; drawn so far: %q", what, drawn)
			}
			s := model.Of(seen, model.Start("id"))
			if at := s.Where(uid); at != "" && (len(drawn) == 0 || drawn[len(drawn)-1] != at) {
				drawn = append(drawn, at)
			}
			if seen.Up && holds(s) {
				return s
			}
		}
	}
	uid = until("the desk", func(s model.Screen) bool { return s.Machine.Feeder.Next != "" }).Machine.Feeder.Next
	drawn = append(drawn, "feeder")
	for _, event := range []string{"station", "head", "eject"} {
		b.hand("on", event, "do", "hold", "once")
	}
	ran := make(chan int, 1)
	go func() {
		code, _, _ := b.ctl("run", "--count", "1")
		ran <- code
	}()
	for _, step := range []struct{ event, place string }{{"station", "path"}, {"head", "contact"}, {"eject", "head"}} {
		until(step.place, func(s model.Screen) bool { return seen.Desk.Held == step.event && s.Where(uid) == step.place })
		released := make(chan error, 1)
		go func() { released <- window.Do("release") }()
		until("the release", func(model.Screen) bool { return seen.Desk.Held != step.event })
		if err := <-released; err != nil {
			t.Fatal(err)
		}
	}
	s := until("the tray", func(s model.Screen) bool { return s.Where(uid) == "good" && s.Machine.Good.Count == 1 })
	if c := s.Trays[0].Cards[0]; c.UID != uid || c.State != "sealed" || !c.Printed || c.Picture.Path == "" || s.Machine.Good.Top == nil {
		t.Errorf("in the tray: %+v", c)
	}
	if want := []string{"feeder", "path", "contact", "head", "good"}; !slices.Equal(drawn, want) {
		t.Errorf("drawn at %q, want %q", drawn, want)
	}
	for code := -1; code < 0; {
		select {
		case code = <-ran:
			if code != 0 {
				t.Errorf("the run ended with %d", code)
			}
		case seen = <-told:
		}
	}
}
