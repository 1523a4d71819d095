package rig

import "testing"

// TestHold: a rule given while it runs stops an event until a hand lets it go, and is gone with it.
func TestHold(t *testing.T) {
	r := up(t, Options{Blanks: 3})
	do := func(words ...string) string {
		t.Helper()
		text, err := r.Do(words...)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	h := dial(t, r)
	h.say("Pem;2", "\x06")
	do("on", "feed", "2", "do", "hold")
	h.say("Si", "\x06") // the first is not held
	h.say("Sie", "\x06")
	h.send("Si")
	if e := do("await"); e != "feed" {
		t.Errorf("held %q", e)
	}
	if tr := r.World(); tr.Machine != nil || tr.Feeder != 2 {
		t.Errorf("it happened while it was held: %+v", tr)
	}
	if e := do("go"); e != "feed" {
		t.Errorf("let %q go", e)
	}
	h.say("Ser", "\x06\x06")
	if do("go") != "" {
		t.Error("something else is held")
	}
	do("on", "eject", "do", "hold")
	waited := make(chan error, 1)
	started := make(chan struct{})
	go func() {
		close(started)
		_, err := r.Do("await")
		waited <- err
	}()
	<-started
	for done := false; !done; { // the wait may not have begun yet
		do("go")
		select {
		case err := <-waited:
			done = true
			if err == nil {
				t.Error("a wait ended with nothing held")
			}
		default:
		}
	}
	for _, bad := range [][]string{{"hold"}, {"on", "nowhere", "do", "hold"}, {"put-in", "good", "99"}, {"feed-card", "good"}, {"picture", "00"}, {"reject", "attic", "0"}} {
		if text, err := r.Do(bad...); err == nil {
			t.Errorf("%v: %q", bad, text)
		}
	}
}
