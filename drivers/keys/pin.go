package keys

import (
	"bytes"
	"os"

	"cetak/drivers"
)

// PINEnv is the environment variable with the PIN of token or module.
const PINEnv = "CETAK_PIN"

// PIN takes the PIN from the environment, or else from the file named, which only its owner may read; nil where neither has one. It
// goes into no log and no argument list. Faults: KeysExposed, KeysUnavailable for the file, KeysPIN for an empty one.
func PIN(file string) ([]byte, error) {
	if pin := os.Getenv(PINEnv); pin != "" {
		return []byte(pin), nil
	}
	if file == "" {
		return nil, nil
	}
	text, err := readPrivate(file)
	if err != nil {
		return nil, err
	}
	pin := bytes.TrimRight(text, "\r\n")
	if len(pin) == 0 {
		return nil, fault(drivers.KeysPIN, "read PIN", "the PIN file is empty", nil)
	}
	return pin, nil
}
