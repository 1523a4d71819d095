package week

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tags are those that the programs are shipped with.
const tags = "x11,migrated_fynedo,no_animations"

// envShift is how many seconds a program's clock is set apart from the computer's.
const envShift = "CLOCK_SHIFT"

// shiftedNow is what is added to Go's own time package. It may use nothing but syscall.
const shiftedNow = `
var shifted = func() (n int64) {
	text, _ := syscall.Getenv("` + envShift + `")
	sign := int64(1)
	for i, c := range []byte(text) {
		if i == 0 && c == '-' {
			sign = -1
		} else {
			n = n*10 + int64(c-'0')
		}
	}
	return sign * n
}()
`

// build builds cetakctl with a clock that can be set, and hwsim as shipped, into dir. Deadlines do not hang on that clock: Go
// measures them by another.
func build(t *testing.T, dir string) {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const now = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(text), now) != 1 || !strings.Contains(string(text), "import (\n") {
		t.Fatalf("%s is not as this test knows it: how is its Now to be set?", file)
	}
	set := strings.Replace(string(text), now, now+"\tsec += shifted\n", 1)
	set = strings.Replace(set, "import (\n", "import (\n\t\"syscall\"\n", 1) + shiftedNow
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: filepath.Join(dir, "time.go")}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"time.go": set, "overlay.json": string(overlay)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"build", "-tags", tags, "-overlay", filepath.Join(dir, "overlay.json"), "-o", filepath.Join(dir, "cetakctl"), "cetak/station/cmd/cetakctl"},
		{"build", "-o", filepath.Join(dir, "hwsim"), "cetak/hwsim/cmd/hwsim"},
	} {
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
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
func (c *clock) shift() string {
	return fmt.Sprintf("%s=%d", envShift, int64(time.Until(c.now)/time.Second))
}

// passed moves the clock on by what a program took, and a second: no two programs work in the same one.
func (c *clock) passed(d time.Duration) { c.now = c.now.Add(d + time.Second) }
