package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplay lets a fault happen, takes the station's recording of it, and plays it back on another simulator to another
// station: code, whereabouts, advice, exit, and ledger must be the same, at once and after the same hands have mended it.
func TestReplay(t *testing.T) {
	for _, c := range []struct {
		name  string
		scene string
		flags []string
		mend  []string
	}{
		{name: "NACK to a panel", scene: "on command:Dbc 4 do nack 2 once"},
		{name: "cover open at a panel, text", scene: "on panel-c do cover-open once", flags: []string{"--replies", "text"}, mend: []string{"close cover"}},
		{name: "cover open before the card", scene: "on command:Rfv do cover-open once", mend: []string{"close cover"}},
		{name: "jam at the feed", scene: "on feed do jam-feed once", mend: []string{"clear"}},
		{name: "mute chip", scene: "on update 3 do chip-mute once"},
		{name: "card pulled at the reader, reject box full", scene: "on update 4 do card-pulled once\non reject do reject-full once", mend: []string{"empty reject"}},
		{name: "cable pulled", scene: "on head do cable-pulled once", mend: []string{"replug"}},
		{name: "power cut in the print", scene: "on panel-k do power-cycle once"},
		{name: "a lost ACK, and a chip that refuses", scene: "on feed do lose-ack once\non update 2 do chip-says 6581 once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "scene")
			if err := os.WriteFile(file, []byte(c.scene+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			first := start(t, append([]string{"--records", "2", "--scene", file}, c.flags...)...)
			want := first.faulty()
			recordings, err := filepath.Glob(filepath.Join(first.dir, "recorder", "*.jsonl"))
			if err != nil || len(recordings) == 0 {
				t.Fatalf("no recording (%v)", err)
			}
			second := start(t, "--records", "2", "--replay", recordings[len(recordings)-1])
			got := second.faulty()
			if got != want {
				scene, _ := os.ReadFile(filepath.Join(second.sim, "replay.scene"))
				raw, _ := os.ReadFile(recordings[len(recordings)-1])
				t.Errorf("played back\n%s\nrecorded\n%s\nscene\n%s\nrecording\n%s", got, want, scene, raw)
			}
			for _, b := range []*bench{first, second} {
				for _, m := range c.mend {
					b.hand(strings.Fields(m)...)
				}
				if code, _, _ := b.ctl("run", "--until-empty"); code == exitHeld {
					b.must("settle", "--answer", "spoiled")
					b.must("run", "--until-empty")
				}
				b.agree()
				if n := len(b.world().Trays["good"]); n != 2 {
					t.Errorf("%d good cards", n)
				}
			}
			if got, want := second.books(), first.books(); got != want {
				t.Errorf("in the end the books say %s played back, and %s recorded", got, want)
			}
		})
	}
}

// faulty runs into the fault and gives what was told of it: exit, code, advice, whereabouts, and the books.
func (b *bench) faulty() string {
	b.t.Helper()
	code, _, errs := b.ctl("run", "--until-empty")
	var told []string
	for _, line := range strings.Split(errs, "\n") {
		if strings.HasPrefix(line, "  [") { // the technician's line: its end says where the card is
			_, where, _ := strings.Cut(line, " (card ")
			line = line[:min(len(line), 8)] + " " + where
		}
		told = append(told, strings.ReplaceAll(line, b.dir, "DIR"))
	}
	return string(rune('0'+code)) + "\n" + strings.Join(told, "\n") + b.books()
}

// books are the balances that are not zero.
func (b *bench) books() string {
	b.t.Helper()
	l := b.balance()
	var out []string
	for _, a := range []string{"vault", "hopper", "machine", "good", "spoiled", "missing"} {
		out = append(out, a+" "+string(rune('0'+l[a]/100))+string(rune('0'+l[a]/10%10))+string(rune('0'+l[a]%10)))
	}
	return strings.Join(out, ", ")
}
