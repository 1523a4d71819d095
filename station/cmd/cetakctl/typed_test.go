package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// typist works the program at a terminal.
type typist struct {
	*bench
	keyboard io.Writer
	screen   *os.File
	cmd      *exec.Cmd
	told     *bufio.Reader
}

func newTypist(b *bench) *typist {
	b.t.Helper()
	keyboard, screen := terminalPair(b.t)
	b.t.Cleanup(func() { _ = keyboard.Close() })
	return &typist{bench: b, keyboard: keyboard, screen: screen}
}

// shows reports whether what is typed would be seen.
func (p *typist) shows() bool {
	a, err := unix.IoctlGetTermios(int(p.screen.Fd()), unix.TCGETS)
	if err != nil {
		p.t.Fatal(err)
	}
	return a.Lflag&unix.ECHO != 0
}

func (p *typist) begin(args ...string) {
	p.t.Helper()
	p.cmd = exec.Command("cetakctl", append(args, "--dir", p.dir)...)
	p.cmd.Stdin = p.screen
	errs, err := p.cmd.StderrPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := p.cmd
	p.t.Cleanup(func() { _ = cmd.Process.Kill() })
	p.told = bufio.NewReader(errs)
}

// asked waits for a question whose answer is not shown.
func (p *typist) asked(prompt string) {
	p.t.Helper()
	if got, err := p.told.ReadString(':'); err != nil || !strings.HasSuffix(got, prompt+":") {
		p.t.Fatalf("it asks %q (%v), not %q", got, err, prompt)
	}
	for end := time.Now().Add(time.Minute); p.shows(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatal("what is typed would be shown")
		}
	}
}

func (p *typist) types(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p.keyboard, s+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// ended waits for the end, and gives what was said until then.
func (p *typist) ended(want int) string {
	p.t.Helper()
	rest, _ := io.ReadAll(p.told)
	_ = p.cmd.Wait()
	if code := p.cmd.ProcessState.ExitCode(); code != want {
		p.t.Errorf("%v: exit %d, want %d\n%s", p.cmd.Args, code, want, rest)
	}
	if !p.shows() {
		p.t.Error("the terminal shows nothing any more")
	}
	return string(rest)
}

// TestTypedPassword types a password at a terminal: it is not shown, and the terminal is as before afterwards, also when a signal
// ends the program while it waits.
func TestTypedPassword(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, dir: filepath.Join(t.TempDir(), "station")}
	keys := t.TempDir()
	if err := keysIn(keys); err != nil {
		t.Fatal(err)
	}
	p := newTypist(b)
	make := []string{"init", "--port", "/dev/null", "--reader", "R", "--keys", keys, "--supervisor", "rina"}

	p.begin(make...)
	p.asked("New password of rina")
	p.types("benar sekali")
	p.asked("Once more")
	p.types("benar sekarang")
	p.ended(exitUsage)

	p.begin(make...)
	p.asked("New password of rina")
	p.types("benar sekali")
	p.asked("Once more")
	p.types("benar sekali")
	p.ended(exitDone)

	p.begin("queue", "--as", "rina")
	p.asked("Password of rina")
	p.types("benar sekali")
	p.ended(exitDone)

	p.begin("queue", "--as", "rina")
	p.asked("Password of rina")
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.ended(exitFault)
}
