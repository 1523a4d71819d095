package sound

import (
	"errors"
	"os"

	"github.com/mattn/go-isatty"
)

// Terminal rings the bell of the terminal the program was started from, if it was.
func Terminal(f *os.File) Bell {
	return func() error {
		if !isatty.IsTerminal(f.Fd()) {
			return errors.New("no terminal")
		}
		_, err := f.WriteString("\a")
		return err
	}
}
