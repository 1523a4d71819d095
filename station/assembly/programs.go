package assembly

import (
	"os"
	"os/exec"
	"path/filepath"

	"cetak/drivers"
)

// FindProgram finds another of our programs beside this one, or else in PATH. Fault: NoProgram.
func FindProgram(name, op string) (string, error) {
	if own, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(own), name)
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", &drivers.Fault{Code: NoProgram, Op: op, Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: name, Err: err}
	}
	return path, nil
}
