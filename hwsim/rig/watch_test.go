package rig

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func look(t *testing.T, r *Rig, stamp ...string) Desk {
	t.Helper()
	var d Desk
	text, err := r.Do(append([]string{"watch"}, stamp...)...)
	if err == nil {
		err = json.Unmarshal([]byte(text), &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestWatch: whoever looks on is told of each thing a hand or a rule changes, and of nothing else.
func TestWatch(t *testing.T) {
	r := up(t, Options{Blanks: 2, PCSC: "own"})
	d := look(t, r)
	if !d.Cable || d.Power != "on" || !d.Reader || d.World.Feeder != 2 || d.Held != "" || len(d.Armed) != 0 {
		t.Fatalf("a fresh desk: %+v", d)
	}
	for _, step := range []struct {
		do    string
		holds func(Desk) bool
	}{
		{"open cover", func(d Desk) bool { return d.World.CoverOpen }},
		{"feed 3", func(d Desk) bool { return d.World.Feeder == 5 }},
		{"feeder-empty", func(d Desk) bool { return d.FeederBlind && d.World.Feeder == 5 }},
		{"reject-full", func(d Desk) bool { return d.RejectBlind }},
		{"present feeder 0", func(d Desk) bool { return d.World.Reader != nil }},
		{"remove", func(d Desk) bool { return d.World.Reader == nil && d.World.Feeder == 5 }},
		{"unplug", func(d Desk) bool { return !d.Cable }},
		{"replug", func(d Desk) bool { return d.Cable }},
		{"on head 2 do jam-head once", func(d Desk) bool { return slices.Equal(d.Armed, []string{"on head 2 do jam-head once"}) }},
		{"forget on head 2 do jam-head once", func(d Desk) bool { return len(d.Armed) == 0 }},
		{"reader-gone", func(d Desk) bool { return !d.Reader }},
		{"printer-off", func(d Desk) bool { return d.Power == "off" }},
		{"ribbon 7", func(d Desk) bool { return d.World.Ribbon.Panels == 7 }},
	} {
		told := make(chan Desk, 1)
		go func() {
			var d2 Desk
			if text, err := r.Do("watch", d.Stamp); err == nil {
				_ = json.Unmarshal([]byte(text), &d2)
			}
			told <- d2
		}()
		do(t, r, step.do)
		d = <-told
		if !step.holds(d) {
			t.Errorf("after %q: %+v", step.do, d)
		}
	}
	if _, err := r.Do("forget", "on", "head", "do", "jam-head"); err == nil {
		t.Error("a rule that is not there was forgotten")
	}
	if _, err := r.Do("watch", "a", "b"); err == nil {
		t.Error("two stamps")
	}
}

// TestGone: an answer that refuses is told from nobody there.
func TestGone(t *testing.T) {
	r := up(t, Options{})
	if _, err := Ask(r.dir, "feed", "many"); err == nil || errors.Is(err, ErrGone) {
		t.Errorf("a refused hand: %v", err)
	}
	if _, err := Ask(t.TempDir(), "world"); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "hwsim run --dir") {
		t.Errorf("nobody there: %v", err)
	}
}
