package main

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"cetak/hwsim/rig"
	"cetak/hwsim/world"
	"cetak/station/journal"
)

// Whatever ends the program while a card is printed: the card comes to its tray, the journal says that the station stopped, and the
// process ends.
func TestEndsInTheMiddleOfACard(t *testing.T) {
	heard := make(chan os.Signal, 1) // a program started by one that ignores the end of its terminal would ignore it too
	signal.Notify(heard, syscall.SIGHUP)
	defer signal.Stop(heard)
	for _, c := range []struct {
		what string
		end  func(h *hands)
	}{
		{"the session", func(h *hands) { h.desk.Process.Signal(syscall.SIGTERM) }},
		{"the terminal", func(h *hands) { h.desk.Process.Signal(syscall.SIGHUP) }},
		{"a person, twice", func(h *hands) { h.desk.Process.Signal(syscall.SIGINT); h.desk.Process.Signal(syscall.SIGINT) }},
		{"the window's cross", func(h *hands) { h.must(h.screen.CloseWindow()) }},
		{"the display", func(h *hands) { h.screen.Close() }},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := sitAt(t, rig.Options{Records: 5, Speed: 5}, unguarded())
			h.reads(words("state.ready"))
			h.key("F5")
			h.until("a panel printed", func(w world.Truth) bool { return w.Counters.Panels > 0 })
			c.end(h)
			for end := time.Now().Add(patience); c.what != "the display" && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				if w, err := h.screen.Window(); err == nil && !w.Empty() {
					continue
				}
				if h.rig.World().Machine != nil {
					t.Error("the window left the card alone in the machine")
				}
				break
			}
			h.ended()
			if w := h.rig.World(); w.Machine != nil || len(w.Trays.Good) != 1 {
				t.Errorf("the world: %+v", w)
			}
			if !h.has(journal.KindStop, 1, 0) {
				t.Error("the journal does not say that the station stopped")
			}
		})
	}
}

// A program that is closed in the middle of a paste from the desk must not take the desk with it.
func TestPasteThatVanishes(t *testing.T) {
	h := sit(t, 5, unguarded())
	h.reads(words("state.ready"))
	h.types("budi")
	h.key("ctrl+a")
	h.key("ctrl+c")
	for range 10 {
		h.must(h.screen.Vanish())
		h.sees()
	}
	h.leave()
}
