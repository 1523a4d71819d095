package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestDispenserStations makes ten cards at a desk that only writes chips, and ten at one with a dispenser before the printer: every
// card is its record's, and the books are the world's.
func TestDispenserStations(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags []string
	}{
		{"chip only", []string{"--machine", "crt591"}},
		{"chip only, contactless, doubts otherwise", []string{"--machine", "crt591", "--station", "contactless", "--option", "head=N", "--option", "counter=always",
			"--option", "repeat=done", "--option", "rf=refuses"}},
		{"two machines", []string{"--machine", "crt591+evolis"}},
		{"two machines, the gate holds, text replies", []string{"--machine", "crt591+evolis", "--option", "gate=holds", "--replies", "text"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, append([]string{"--records", "10"}, c.flags...)...)
			if out := b.must("run", "--until-empty"); !strings.Contains(out, "10 good, 0 not, 0 waiting.") {
				t.Errorf("%s", out)
			}
			b.agree()
			b.holdCards("10")
			if l := b.balance(); l["good"] != 10 || l["hopper"] != 90 {
				t.Errorf("%v", l)
			}
			var said struct {
				Inserted *int64 `json:"cards_inserted"`
			}
			if err := json.Unmarshal([]byte(b.must("status", "--json")), &said); err != nil {
				t.Fatal(err)
			}
			if said.Inserted != nil {
				t.Errorf("a machine that counts nothing is said to have taken %d cards", *said.Inserted)
			}
			b.must("doctor")
		})
	}
}

// TestDispenserScenes is TestScenes at desks with a dispenser.
func TestDispenserScenes(t *testing.T) {
	alone, line := []string{"--machine", "crt591"}, []string{"--machine", "crt591+evolis"}
	for _, c := range []faultScene{
		{name: "stacker empty", flags: alone, scene: "on feed do feeder-empty once", exit: accounted, code: "P-101", where: "in-hopper", mend: []string{"feed 5"}, book: 5},
		{name: "jam at the stacker", flags: alone, scene: "on feed do jam-feed once", exit: person, code: "D-103", where: "in-machine", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "jam in the gate", flags: alone, scene: "on gate do jam-gate once", exit: person, code: "D-103", where: "in-machine", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "bin full", flags: alone, scene: "on station do wrong-atr once\non command:3233 do bin-full once", exit: person, code: "P-107", where: "in-machine", mend: []string{"empty bin"}, spoilt: 1},
		{name: "bin full before the card", flags: alone, scene: "on command:A530 do bin-full once", exit: accounted, code: "P-107", mend: []string{"empty bin"}},
		{name: "wrong ATR", flags: alone, scene: "on station do wrong-atr once", exit: accounted, code: "C-106", where: "in-machine", spoilt: 1},
		{name: "power at the chip", flags: alone, scene: "on update 3 do dispenser-power-cycle once", exit: 0},
		{name: "power in the dispense", flags: alone, scene: "on feed do dispenser-power-cycle once", exit: person, code: "D-111", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "power on the way out", flags: alone, scene: "on gate do dispenser-power-cycle once", exit: person, code: "D-111", spoilt: 1},
		{name: "cable at the stacker", flags: alone, scene: "on feed do dispenser-cable-pulled once", exit: person, code: "D-102", where: "unknown", mend: []string{"replug"}, spoilt: 1},
		{name: "cable at the chip", flags: alone, scene: "on update 3 do dispenser-cable-pulled once", exit: person, code: "D-102", mend: []string{"replug"}, spoilt: 1},
		{name: "moved by hand", flags: alone, scene: "on command:3239 do nudge once", exit: person, code: "D-104", where: "unknown", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "a lost ACK of the dispense", flags: alone, scene: "on command:3231 do dispenser-lose-ack once", exit: 0},
		{name: "a flipped byte in a response", flags: alone, scene: "on command:3231 do dispenser-flip-byte out 4 once", exit: 0},
		{name: "line: stacker empty", flags: line, scene: "on feed do feeder-empty once", exit: accounted, code: "P-101", where: "in-hopper", mend: []string{"feed 5"}, book: 5},
		{name: "line: jam at the stacker", flags: line, scene: "on feed do jam-feed once", exit: person, code: "D-103", where: "in-machine", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "line: jam at the head", flags: line, scene: "on panel-m do jam-head once", exit: person, code: "P-103", where: "in-machine", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "line: wrong ATR", flags: line, scene: "on station do wrong-atr once", exit: accounted, code: "C-106", where: "in-machine", spoilt: 1},
		{name: "line: bin full", flags: line, scene: "on station do wrong-atr once\non command:3233 do bin-full once", exit: person, code: "P-107", where: "in-machine", mend: []string{"empty bin"}, spoilt: 1},
		{name: "line: printer power-cycled", flags: line, scene: "on panel-k do power-cycle once", exit: person, code: "P-110", where: "in-machine", mend: []string{"clear"}, settle: "spoiled", spoilt: 1},
		{name: "line: dispenser power-cycled", flags: line, scene: "on update 3 do dispenser-power-cycle once", exit: 0},
		{name: "line: dispenser's cable", flags: line, scene: "on feed do dispenser-cable-pulled 2 once", exit: person, code: "D-102", where: "unknown", spoilt: 1},
		{name: "line: printer's cable", flags: line, scene: "on panel-y do cable-pulled once", exit: person, code: "L-102", where: "in-machine", mend: []string{"replug", "clear"}, settle: "spoiled", spoilt: 1},
		{name: "line: card pulled at the gate", flags: line, scene: "on slot do take-gate once", exit: person, code: "D-105", where: "unknown", mend: []string{"reject hand 0"}, settle: "spoiled", spoilt: 1},
	} {
		t.Run(c.name, c.play)
	}
}
