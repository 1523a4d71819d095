// Package softhsm makes tokens of Debian's softhsm2 for tests: a PKCS#11 token in files, in a folder of its own.
package softhsm

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Library is where Debian puts it.
const Library = "/usr/lib/softhsm/libsofthsm2.so"

// Env is the environment variable that names softhsm2's configuration. The library reads it in C_Initialize.
const Env = "SOFTHSM2_CONF"

// Token initialises a token in a folder of the test and makes it the one the library finds until the test ends (so the test must
// not be parallel). Without the Debian package (make setup installs it) the test is skipped, and fails where CETAK_MUST_RUN is set.
// The PIN stands in an argument list: it is a test's.
func Token(t testing.TB, label, pin string) {
	t.Helper()
	if _, err := os.Stat(Library); err != nil {
		if os.Getenv("CETAK_MUST_RUN") != "" {
			t.Fatal("softhsm2 is missing: make setup")
		}
		t.Skip("softhsm2 is missing: make setup")
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "softhsm2.conf")
	text := fmt.Sprintf("directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", dir)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(Env, conf)
	cmd := exec.Command("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", pin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("softhsm2-util: %v: %s", err, out)
	}
}
