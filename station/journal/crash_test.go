package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"cetak/drivers"
)

// TestMain lets the test binary play the process that is killed, and the one without rights.
func TestMain(m *testing.M) {
	switch path := os.Getenv("JOURNAL_TEST_PATH"); os.Getenv("JOURNAL_TEST_ROLE") {
	case "append":
		os.Exit(appendForEver(path))
	case "open":
		os.Exit(openOnly(path))
	}
	os.Exit(m.Run())
}

// appendForEver acknowledges each append on stdout by the last line's number.
func appendForEver(path string) int {
	ctx := context.Background()
	j, err := Open(ctx, path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for i := 0; ; i++ {
		attempt := fmt.Sprintf("A-%d-%d", os.Getpid(), i)
		entries, err := j.Append(ctx,
			Fact{Kind: KindIntent, Record: "PRR-1", Issue: 1, Attempt: attempt, Who: "siti"},
			Fact{Kind: KindMovement, Attempt: attempt, Who: "station", Data: strings.Repeat("x", 40+i%700)})
		if err == nil {
			fmt.Println(entries[1].Seq)
			_, err = j.Append(ctx, Fact{Kind: KindOutcome, Attempt: attempt, Who: "siti"})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
}

func openOnly(path string) int {
	ctx := context.Background()
	j, err := Open(ctx, path)
	if err == nil {
		j.Close()
		return 0
	}
	fmt.Println(drivers.AsFault(err).Code)
	return 1
}

// Killed in the middle of appends, every acknowledged fact is there, no call is there by half, and the chain holds.
func TestKilledWhileAppending(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, err := Create(t.Context(), path, "s")
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for round := range 8 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "JOURNAL_TEST_ROLE=append", "JOURNAL_TEST_PATH="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		acked := int64(0)
		for n := 0; lines.Scan(); n++ {
			if acked, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
				t.Fatal(err)
			}
			if n == round*7+1 {
				if _, err := Open(t.Context(), path); !errors.Is(err, InUse) {
					t.Errorf("opened beside another process: %v", err)
				}
				if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
		}
		cmd.Wait()
		checkAfterKill(t, path, acked)
	}
}

func checkAfterKill(t *testing.T, path string, acked int64) {
	t.Helper()
	j, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	rep, err := j.Verify(t.Context())
	if err != nil || acked == 0 || rep.Good < acked {
		t.Fatalf("acknowledged %d, found %+v, %v", acked, rep, err)
	}
	last, _, err := j.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if last.Kind == KindIntent {
		t.Error("an append of two facts is there by half")
	}
	open, err := j.OpenIntents(t.Context())
	if err != nil || len(open) > 1 {
		t.Errorf("open intents: %d, %v", len(open), err)
	}
	for _, e := range open {
		if _, err := j.Append(t.Context(), Fact{Kind: KindOutcome, Attempt: e.Attempt, Who: "siti"}); err != nil {
			t.Error(err)
		}
	}
}

// Without the right to write, the fault says so at once and not at the first card.
func TestReadOnlyFolder(t *testing.T) {
	dir, err := os.MkdirTemp("", "journal-ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		os.Chmod(dir, 0o700)
		os.RemoveAll(dir)
	})
	path := filepath.Join(dir, "journal.db")
	j, err := Create(t.Context(), path, "s")
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "program")
	copyProgram(t, program)
	for p, mode := range map[string]os.FileMode{path: 0o444, path + ".lock": 0o666, dir: 0o555} {
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_ROLE=open", "JOURNAL_TEST_PATH="+path)
	if os.Getuid() == 0 {
		// The superuser may write everywhere: be nobody.
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.Output()
	if err == nil || strings.TrimSpace(string(out)) != string(ReadOnly) {
		t.Errorf("opened where it may not write: %q, %v", out, err)
	}
}

func copyProgram(t *testing.T, to string) {
	t.Helper()
	from, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, from); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
