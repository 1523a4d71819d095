package main

import (
	"bufio"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestTypedPassword types a password at a terminal: it is not shown, and the terminal is as before afterwards, also when a signal
// ends the program while it waits.
func TestTypedPassword(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, dir: filepath.Join(t.TempDir(), "station")}
	keys := t.TempDir()
	if err := keysIn(keys); err != nil {
		t.Fatal(err)
	}
	keyboard, screen := terminalPair(t)
	defer keyboard.Close()
	shows := func() bool {
		a, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		return a.Lflag&unix.ECHO != 0
	}
	begin := func(args ...string) (*exec.Cmd, *bufio.Reader) {
		cmd := exec.Command("cetakctl", append(args, "--dir", b.dir)...)
		cmd.Stdin = screen
		errs, err := cmd.StderrPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		return cmd, bufio.NewReader(errs)
	}
	asked := func(told *bufio.Reader, prompt string) {
		t.Helper()
		if got, err := told.ReadString(':'); err != nil || !strings.HasSuffix(got, prompt+":") {
			t.Fatalf("it asks %q (%v), not %q", got, err, prompt)
		}
		for end := time.Now().Add(time.Minute); shows(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("what is typed would be shown")
			}
		}
	}
	types := func(s string) {
		if _, err := io.WriteString(keyboard, s+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	ended := func(cmd *exec.Cmd, told *bufio.Reader, want int) {
		t.Helper()
		rest, _ := io.ReadAll(told)
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Errorf("%v: exit %d, want %d\n%s", cmd.Args, code, want, rest)
		}
		if !shows() {
			t.Error("the terminal shows nothing any more")
		}
	}
	make := []string{"init", "--port", "/dev/null", "--reader", "R", "--keys", keys, "--supervisor", "rina"}

	cmd, told := begin(make...)
	asked(told, "New password of rina")
	types("benar sekali")
	asked(told, "Once more")
	types("benar sekarang")
	ended(cmd, told, exitUsage)

	cmd, told = begin(make...)
	asked(told, "New password of rina")
	types("benar sekali")
	asked(told, "Once more")
	types("benar sekali")
	ended(cmd, told, exitDone)

	cmd, told = begin("queue", "--as", "rina")
	asked(told, "Password of rina")
	types("benar sekali")
	ended(cmd, told, exitDone)

	cmd, told = begin("queue", "--as", "rina")
	asked(told, "Password of rina")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended(cmd, told, exitFault)
}
