package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Exit codes of a run that met a fault.
const (
	accounted = 1 // every card is where the ledger says; the cause may need hands
	person    = 3 // a card needs a person, or the next run's evidence
)

// faultScene is a fault that happens once to one of the cards, and what is to come of it.
type faultScene struct {
	name   string
	scene  string
	flags  []string
	exit   int
	code   string   // of the fault told
	where  string   // whereabouts told, "" for none
	mend   []string // hwsim do, one a line
	book   int      // blanks received and drawn, because the hand laid them into the feeder
	settle string   // what the person answers, where the evidence does not do
	spoilt int      // cards in the reject boxes in the end
}

// TestScenes plays each fault once on the first of two cards, and holds the station to where the card is, how it exits,
// and what it advises; then mends the cause, and both people get their card.
func TestScenes(t *testing.T) {
	for _, c := range []faultScene{
		{name: "feeder empty", scene: "on feed do feeder-empty once", exit: accounted, code: "P-101", where: "in-hopper", mend: []string{"feed 5"}, book: 5},
		{name: "feeder empty, text", flags: []string{"--replies", "text"}, scene: "on feed do feeder-empty once", exit: accounted, code: "P-101", where: "in-hopper", mend: []string{"feed 5"}, book: 5},
		{name: "jam at feed", scene: "on feed do jam-feed once", exit: person, code: "P-102", where: "in-machine", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "jam at the head", scene: "on panel-m do jam-head once", exit: person, code: "P-103", where: "in-machine", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "jam at the head, text", flags: []string{"--replies", "text"}, scene: "on panel-m do jam-head once", exit: person, code: "P-103", where: "in-machine", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "cover open", scene: "on panel-c do cover-open once", exit: person, code: "P-104", where: "in-machine", mend: []string{"close cover"}, spoilt: 1},
		{name: "cover open and closed again", scene: "on panel-c do cover-open 200 once", exit: person, code: "P-104", where: "in-machine", spoilt: 1},
		{name: "cover open before the card", scene: "on command:Rfv do cover-open once", exit: accounted, code: "P-104", where: "", mend: []string{"close cover"}},
		{name: "ribbon end on yellow", scene: "on panel-y do ribbon-end once", exit: person, code: "P-105", where: "in-machine", mend: []string{"ribbon new"}, spoilt: 1},
		{name: "ribbon end on black", scene: "on panel-k do ribbon-end once", exit: person, code: "P-105", where: "in-machine", mend: []string{"ribbon new"}, spoilt: 1},
		{name: "ribbon end on varnish", scene: "on panel-o do ribbon-end once", exit: person, code: "P-105", where: "in-machine", mend: []string{"ribbon new"}, spoilt: 1},
		{name: "reject box full", scene: "on update do chip-mute once\non reject do reject-full once", exit: person, code: "P-107", where: "in-machine", mend: []string{"empty reject"}, spoilt: 1},
		{name: "chip mute at its first command", scene: "on select do chip-mute once", exit: accounted, code: "C-111", where: "in-machine", spoilt: 1},
		{name: "chip mute", scene: "on select 2 do chip-mute once", exit: accounted, code: "C-104", where: "in-machine", spoilt: 1},
		{name: "wrong ATR", scene: "on station do wrong-atr once", exit: accounted, code: "C-106", where: "in-machine", spoilt: 1},
		{name: "card pulled at the reader", scene: "on update 3 do card-pulled once", exit: accounted, code: "C-105", where: "in-machine", spoilt: 1},
		{name: "cable pulled in the yellow panel", scene: "on panel-y do cable-pulled once", exit: person, code: "L-102", where: "in-machine", mend: []string{"replug"}, spoilt: 1},
		{name: "cable pulled and back", scene: "on panel-y do cable-pulled 1 once", exit: person, code: "L-102", where: "in-machine", mend: []string{"replug"}, spoilt: 1},
		{name: "printer power-cycled at the chip", scene: "on update 3 do power-cycle once", exit: person, code: "P-110", where: "in-machine", spoilt: 1},
		{name: "printer power-cycled in the print", scene: "on panel-k do power-cycle once", exit: person, code: "P-110", where: "in-machine", spoilt: 1},
		{name: "printer power-cycled between the last panel and the eject", scene: "on command:Rlr 1 since command:Dbc 5 do power-cycle once", exit: person, code: "P-112", where: "in-tray", mend: []string{"reject good 0"}, settle: "spoiled", spoilt: 1},
		{name: "NACK to a panel", scene: "on command:Dbc 4 do nack 2 once", exit: accounted, code: "P-109", where: "in-machine", spoilt: 1},
		{name: "NACK to a panel sent ahead", scene: "on command:Dbc 1 do nack 2 once", exit: 0},
		{name: "a lost ACK of a panel sent ahead", scene: "on command:Dbc 1 do lose-ack once", exit: 0},
		{name: "a face sent ahead to a bad chip", scene: "on update 9 do chip-mute once", flags: []string{"--option", "reject=keeps", "--option", "ss=drops"}, exit: accounted, code: "C-104", where: "in-machine", spoilt: 1},
		{name: "a face sent ahead to a bad chip, no Ssd", scene: "on update 9 do chip-mute once", flags: []string{"--option", "reject=keeps", "--option", "recall=no"}, exit: accounted, code: "C-104", where: "in-machine", spoilt: 1},
		{name: "a lost ACK of the eject", scene: "on eject do lose-ack once", exit: 0},
		{name: "a lost ACK of the feed", scene: "on feed do lose-ack once", exit: 0},
		{name: "a flipped byte in a reply", scene: "on command:Rlr do flip-byte out 0 once", exit: 0},
		{name: "a flipped byte in a question", scene: "on command:Sr do flip-byte in 1 once", exit: 0}, // of what comes after Sr
		{name: "a flipped byte in a panel's command", scene: "on command:Ssd 3 do flip-byte in 1 once", exit: accounted, code: "P-109", where: "in-machine", spoilt: 1},
	} {
		t.Run(c.name, c.play)
	}
}

// play makes a day of two cards with the fault in it.
func (c faultScene) play(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "scene")
	if err := os.WriteFile(file, []byte(c.scene+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := start(t, append([]string{"--records", "2", "--scene", file}, c.flags...)...)
	code, out, errs := b.ctl("run", "--until-empty")
	if code != c.exit {
		t.Errorf("exit %d, want %d\n%s%s", code, c.exit, out, errs)
	}
	if c.code != "" {
		if !strings.Contains(errs, c.code+"  ") || !strings.Contains(errs, "  1. ") {
			t.Errorf("no advice for %s:\n%s", c.code, errs)
		}
		if c.where != "" && !strings.Contains(errs, "(card "+c.where+")") {
			t.Errorf("the card is not said to be %s:\n%s", c.where, errs)
		}
	}
	for end := time.Now().Add(10 * time.Second); c.mend == nil && b.world().CoverOpen && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond) // the lid falls shut by itself
	}
	for _, m := range c.mend {
		b.hand(strings.Fields(m)...)
	}
	if c.book > 0 {
		n := strconv.Itoa(c.book)
		b.must("ledger", "receive", n, "--document", "BA-1", "--second", "SECOND PERSON")
		b.must("ledger", "draw", n, "--second", "SECOND PERSON")
	}
	if c.settle != "" {
		if code, out, errs := b.ctl("settle"); code != 3 {
			t.Errorf("the evidence alone settled it: exit %d\n%s%s", code, out, errs)
		}
		b.must("settle", "--answer", c.settle)
	}
	b.must("run", "--until-empty")
	b.agree()
	b.holdCards("2")
	w := b.world().Trays
	if got := len(w["reject"]) + len(w["bin"]) + len(w["emptied"]); got != c.spoilt {
		t.Errorf("%d cards in the reject box, want %d", got, c.spoilt)
	}
}
