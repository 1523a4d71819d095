package week

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	out      = flag.String("out", "", "folder for the papers of the week; else they are made and thrown away")
	programs = flag.String("programs", "", "folder of a cetakctl with a clock that can be set, and hwsim; built when not given")
)

// officeName is the office of the week, and of no country.
const officeName = "Dukcapil Kabupaten Contoh"

// week is the office in its week.
type week struct {
	clock
	t        *testing.T
	dir, bin string
	out      string
	first    *desk
	other    *desk
	told     []string
	shipped  []string       // cards of the shipment to the sub-district
	missing  string         // the card that disappeared at desk 2
	onTheWay map[string]int // good cards that are booked missing and lie in the good tray of a simulator
}

func (w *week) tell(format string, a ...any) { w.told = append(w.told, fmt.Sprintf(format, a...)) }

// TestWeek plays the week from Monday, 9 November 2026, to Saturday.
func TestWeek(t *testing.T) {
	jakarta, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "week") // short: a socket's path must fit in 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	w := &week{t: t, dir: dir, bin: *programs, out: *out, onTheWay: map[string]int{}}
	w.monday = time.Date(2026, 11, 9, 0, 0, 0, 0, jakarta)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("kept: %s\nthe week so far:\n%s", dir, strings.Join(w.told, "\n"))
			return
		}
		os.RemoveAll(dir)
	})
	if w.bin == "" {
		w.bin = filepath.Join(dir, "bin")
		if err := os.Mkdir(w.bin, 0o700); err != nil {
			t.Fatal(err)
		}
		build(t, w.bin)
	}
	if w.out == "" {
		w.out = filepath.Join(dir, "papers")
	}
	for _, d := range []string{w.out, filepath.Join(w.out, "certificates")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.at(0, "07:00")
	w.first, w.other = w.desk("1", 901), w.desk("2", 902)
	for day, play := range []func(){w.monday_, w.tuesday, w.wednesday, w.thursday, w.friday, w.saturday} {
		w.tell("-- %s", w.monday.AddDate(0, 0, day).Format("Monday, 2 January 2006"))
		play()
		w.first.agree()
		w.other.agree()
	}
	w.papers()
	t.Logf("%s", strings.Join(w.told, "\n"))
}

func (w *week) at(day int, hour string) {
	w.t.Helper()
	if err := w.clock.at(day, hour); err != nil {
		w.t.Fatal(err)
	}
}

func (w *week) desk(name string, seed uint64) *desk {
	d := &desk{t: w.t, w: w, name: name, dir: filepath.Join(w.dir, name)}
	d.setUp(seed)
	return d
}
