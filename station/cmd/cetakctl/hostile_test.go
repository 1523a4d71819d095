package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cetak/station/config"
)

// TestHostileLine runs a station against a line, a printer, and a reader that mean harm. Whatever happens, no card is lost or
// made twice: once the evidence and a person have spoken, the books agree with the world and both people have one card.
func TestHostileLine(t *testing.T) {
	for _, c := range []struct {
		name  string
		scene string
		flags []string
		code  string // that must be told in the first run, "" for none in particular
	}{
		{name: "a byte of a panel lost", scene: "on command:Dbc 2 do lose-byte in 900 once"},
		{name: "a byte of a panel twice", scene: "on command:Dbc 2 do double-byte in 900 once"},
		{name: "a byte of a move twice", scene: "on command:Ss 1 do double-byte in 2 once"},
		{name: "an ACK twice", scene: "on command:Se 1 do double-byte out 0 once"},
		{name: "a late ACK of a panel, glued to the next", scene: "on command:Dbc 1 do glue once"},
		{name: "a late ACK of the eject", scene: "on command:Se 1 do late 500 once"},
		{name: "a reply in pieces", scene: "on command:Rco 3 do split 20 once\non command:Rlr 3 do split 20 once"},
		{name: "the ACK of the eject swallowed, and the next answers", scene: "on command:Se 1 do lose-ack once\non command:Rlr 2 since command:Se do lose-ack once"},
		{name: "babble while a card is fed", scene: "on command:Sis 1 do babble 200 once"},
		{name: "babble at the eject", scene: "on command:Se 1 do babble 200 once"},
		{name: "stale OK all day", scene: "", flags: []string{"--option", "stale=sometimes"}},
		{name: "cable cut in a panel", scene: "on command:Dbc 2 do cable-cut in 700 once", code: "L-102"},
		{name: "cable cut at the eject", scene: "on command:Se 1 do cable-pulled once", code: "L-102"},
		{name: "counter cleared in a card", scene: "on command:Dbc 1 do counter-clear once\non command:Dbc 3 do power-cycle once", code: "P-110"},
		{name: "counter stuck", scene: "on feed do counter-stuck once\non command:Dbc 3 do power-cycle once", code: "P-110"},
		{name: "counter wraps", scene: "on command:Rem 1 do counter-wrap once"},
		{name: "counter wraps, and the evidence is asked", scene: "on command:Rem 1 do counter-wrap once\non command:Dbc 3 do power-cycle once", code: "P-110"},
		{name: "chip swapped between two commands", scene: "on update 5 do swap once"},
		{name: "chip swapped before the last look", scene: "on activate do swap once"},
		{name: "endless 61", scene: "on read 2 do endless-61 once", code: "C-107"},
		{name: "answers of wrong length", scene: "on read 1 since update do wrong-length once", code: "C-10"},
		{name: "reader service dies and comes back", scene: "on update 6 do reader-gone 200 once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "scene")
			if err := os.WriteFile(file, []byte(c.scene+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			b := start(t, append([]string{"--records", "2", "--scene", file}, c.flags...)...)
			code, out, errs := b.ctl("run", "--until-empty")
			if c.code != "" && !strings.Contains(errs, c.code) {
				t.Errorf("no %s: exit %d\n%s%s", c.code, code, out, errs)
			}
			t.Logf("exit %d: %s", code, codes(errs))
			if fired := b.fired(); len(fired) == 0 && c.scene != "" {
				t.Error("the scene never happened")
			}
			b.agreeOrOpen(code)
			b.hand("replug")
			for tries := 0; code != exitDone && tries < 5; tries++ {
				if code == exitHeld {
					b.spoilOrFind()
				}
				if tries > 0 {
					time.Sleep(time.Second) // what went away comes back by itself
				}
				code, out, errs = b.ctl("run", "--until-empty")
			}
			if code != exitDone {
				t.Fatalf("it does not come to an end: exit %d\n%s%s", code, out, errs)
			}
			b.agree()
			b.onceEach(2)
		})
	}
}

// TestAnotherPrinter: a machine in the place of the one that is configured is not given a card; nor one that takes its place
// while a card is in hand.
func TestAnotherPrinter(t *testing.T) {
	for _, c := range []struct{ name, scene string }{
		{"from the beginning", "on command:Rsn 1 do another-printer once"},
		{"in the middle of a card", "on command:Dbc 2 do another-printer once\non command:Dbc 2 do cable-pulled 1 once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "scene")
			if err := os.WriteFile(file, []byte(c.scene+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			b := start(t, "--records", "2", "--scene", file)
			var told string
			for range 2 {
				code, _, errs := b.ctl("run", "--until-empty")
				if told += errs; code == exitDone {
					t.Fatal("it prints on another printer")
				}
			}
			if !strings.Contains(told, "P-113  ") {
				t.Errorf("no P-113\n%s", told)
			}
			if n := len(b.world().Trays["good"]); n != 0 {
				t.Errorf("%d good cards from another printer", n)
			}
			b.set(func(c *config.Config) { c.Printer.Serial = "" }) // a technician takes the other machine on
			for range 4 {
				code, _, _ := b.ctl("run", "--until-empty")
				if code == exitDone {
					break
				}
				b.spoilOrFind()
			}
			b.agree()
			b.onceEach(2)
		})
	}
}

// fired tells how often each fault of the scene happened.
func (b *bench) fired() map[string]int {
	b.t.Helper()
	out, err := exec.Command("hwsim", "do", "--dir", b.sim, "fired").Output()
	if err != nil {
		b.t.Fatal(err)
	}
	var n map[string]int
	if err := json.Unmarshal(out, &n); err != nil {
		b.t.Fatalf("%v in %s", err, out)
	}
	return n
}

// codes gives the technician's lines of what was told.
func codes(errs string) string {
	var all []string
	for _, line := range strings.Split(errs, "\n") {
		if strings.HasPrefix(line, "  [") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return strings.Join(all, " ")
}

// agreeOrOpen holds the books against the world after a run that came to an end of its own; one that is held has a card whose
// place a person has yet to say.
func (b *bench) agreeOrOpen(code int) {
	b.t.Helper()
	if code != exitHeld {
		b.agree()
	}
}

// spoilOrFind is a person who looks for the card in hand: what lies finished in the good tray and is not in the books is good,
// what is in the machine is taken out and spoiled, what lies in the reject box besides the books is spoiled.
func (b *bench) spoilOrFind() {
	b.t.Helper()
	if code, _, _ := b.ctl("settle"); code != exitHeld {
		return
	}
	w, l := b.world(), b.balance()
	switch {
	case w.Machine != nil:
		b.hand("clear")
		b.must("settle", "--answer", "spoiled")
	case len(w.Trays["good"]) > l["good"]:
		if code, _, _ := b.ctl("settle", "--answer", "good"); code != exitDone {
			b.t.Log("good is refused: the card is laid into the reject box")
			b.hand("reject", "good", w.Trays["good"][len(w.Trays["good"])-1].UID)
			b.must("settle", "--answer", "spoiled")
		}
	case len(w.Trays["reject"]) > l["spoiled"]:
		b.must("settle", "--answer", "spoiled")
	}
}

// onceEach holds that every person has one good card, and no card carries nobody.
func (b *bench) onceEach(n int) {
	b.t.Helper()
	seen, records := map[string]bool{}, b.records()
	for _, c := range b.world().Trays["good"] {
		who := c.Files["6FF1"]
		if seen[who] || records[who] == nil {
			b.t.Errorf("card %s in the good tray is somebody's second, or nobody's", c.UID)
		}
		if c.State != "sealed" || !c.Printed {
			b.t.Errorf("card %s in the good tray is %s, printed %v", c.UID, c.State, c.Printed)
		}
		seen[who] = true
	}
	if len(seen) != n {
		b.t.Errorf("%d of %d people have a card", len(seen), n)
	}
}
