package week

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"cetak/station/offclock"
)

// tags are those that the programs are shipped with.
const tags = "x11,migrated_fynedo,no_animations,no_emoji"

// build builds cetakctl with a clock that can be set, and hwsim as shipped, into dir.
func build(t *testing.T, dir string) {
	t.Helper()
	if err := offclock.Build(t.Context(), dir, tags, "cetak/station/cmd/cetakctl"); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "hwsim"), "cetak/hwsim/cmd/hwsim").CombinedOutput(); err != nil {
		t.Fatalf("build hwsim: %v\n%s", err, out)
	}
}

// clock is the week's: it stands where the script sets it and goes on while a program runs. It never goes back.
type clock struct {
	monday time.Time
	now    time.Time
}

// at sets the clock to a day of the week, Monday being 0, and a time of day.
func (c *clock) at(day int, hour string) error {
	d, err := time.ParseInLocation("15:04", hour, c.monday.Location())
	if err != nil {
		return err
	}
	to := time.Date(c.monday.Year(), c.monday.Month(), c.monday.Day()+day, d.Hour(), d.Minute(), 0, 0, c.monday.Location())
	if to.Before(c.now) {
		return fmt.Errorf("the script goes back from %s to %s", c.now, to)
	}
	c.now = to
	return nil
}

// shift is for the environment of a program that starts now.
func (c *clock) shift() string { return offclock.Env(time.Until(c.now)) }

// passed moves the clock on by what a program took, and a second: no two programs work in the same one.
func (c *clock) passed(d time.Duration) { c.now = c.now.Add(d + time.Second) }
