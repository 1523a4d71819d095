// Package softhsm makes tokens of Debian's softhsm2 for tests: a PKCS#11 token in files, in a folder of its own.
package softhsm

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Library is where Debian puts it.
const Library = "/usr/lib/softhsm/libsofthsm2.so"

// Env is the environment variable that names softhsm2's configuration. The library reads it in C_Initialize.
const Env = "SOFTHSM2_CONF"

// Installed tells whether the Debian package is there (make setup installs it).
func Installed() bool {
	_, err := os.Stat(Library)
	return err == nil
}

// Make initialises a token in the folder and gives the configuration for Env. The PIN stands in an argument list: it is a test's.
func Make(dir, label, pin string) (conf string, err error) {
	conf = filepath.Join(dir, "softhsm2.conf")
	text := fmt.Sprintf("directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", dir)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return "", err
	}
	cmd := exec.Command("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", pin)
	cmd.Env = append(os.Environ(), Env+"="+conf)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("softhsm2-util: %w: %s", err, out)
	}
	return conf, nil
}
