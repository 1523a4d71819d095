// Package offclock builds programs whose clock can be set apart from the computer's, for tests of weeks and of wrong clocks. The programs'
// own source is not touched: Go's time.Now is compiled with a shift that it reads from the environment. Deadlines do not hang on that clock,
// Go measures them by another.
package offclock

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// variable is how many seconds a program's clock is set apart.
const variable = "CLOCK_SHIFT"

// shiftedNow is what is added to Go's own time package. It may use nothing but syscall.
const shiftedNow = `
var shifted = func() (n int64) {
	text, _ := syscall.Getenv("` + variable + `")
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

// Env sets the clock of a program that starts with it in its environment. Whole seconds count.
func Env(d time.Duration) string { return fmt.Sprintf("%s=%d", variable, int64(d/time.Second)) }

// Build builds a program of this module, named by its import path, into dir.
func Build(ctx context.Context, dir, tags, program string) error {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	file := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	const now = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(text), now) != 1 || !strings.Contains(string(text), "import (\n") {
		return fmt.Errorf("%s is not as it is known here: how is its Now to be set?", file)
	}
	set := strings.Replace(string(text), now, now+"\tsec += shifted\n", 1)
	set = strings.Replace(set, "import (\n", "import (\n\t\"syscall\"\n", 1) + shiftedNow
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: filepath.Join(dir, "time.go")}})
	if err != nil {
		return err
	}
	for name, content := range map[string]string{"time.go": set, "overlay.json": string(overlay)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", tags, "-overlay", filepath.Join(dir, "overlay.json"), "-o", filepath.Join(dir, filepath.Base(program)), program)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", program, err, out)
	}
	return nil
}
