package keys

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// In a process of its own: what NoCore does to this one cannot be undone.
func TestNoCore(t *testing.T) {
	if os.Getenv("CETAK_TEST_NO_CORE") == "" {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestNoCore$", "-test.v")
		cmd.Env = append(os.Environ(), "CETAK_TEST_NO_CORE=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	if err := NoCore(); err != nil {
		t.Fatal(err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
		t.Errorf("core files of %d, at most %d bytes; %v", limit.Cur, limit.Max, err)
	}
	if on, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || on != 0 {
		t.Errorf("dumpable %d, %v", on, err)
	}
}
