package assembly

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/keys"
	"cetak/drivers/pkcs11/softhsm"
	"cetak/hwsim/card"
	"cetak/station/config"
)

// Test keys are for specimens only, whatever the settings say.
func TestTestKeysAreForSpecimens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chip-keys.json")
	if err := card.NewMasterKeys(0x30, 16).Save(path); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	var err error
	if c.Chip, err = TestKeys(c.Chip, path); err != nil {
		t.Fatal(err)
	}
	k := NewCardKeys(c, nil, zerolog.Nop())
	defer k.Close()
	if err := k.Ready(t.Context(), false); !errors.Is(err, drivers.KeysForTests) {
		t.Errorf("a record that is no specimen: %v", err)
	}
	if err := k.Ready(t.Context(), true); err != nil {
		t.Errorf("a specimen: %v", err)
	}
	if err := k.Ready(t.Context(), false); !errors.Is(err, drivers.KeysForTests) {
		t.Errorf("once they are open: %v", err)
	}
}

// A refused PIN is not tried again while the program runs.
func TestPINOnce(t *testing.T) {
	softhsm.Token(t, "T", "2468")
	t.Setenv(keys.PINEnv, "")
	c := config.Default()
	c.Chip.Keys, c.Chip.Module, c.Chip.Token, c.Chip.Key, c.Chip.Version, c.Chip.CheckValue = config.KeysPKCS11, softhsm.Library, "T", "k", 1, "000000000000"
	asked := 0
	k := NewCardKeys(c, func(context.Context) ([]byte, error) { asked++; return []byte("1111"), nil }, zerolog.Nop())
	defer k.Close()
	for range 3 {
		if err := k.Ready(t.Context(), true); !errors.Is(err, drivers.KeysPIN) {
			t.Errorf("%v", err)
		}
	}
	if asked != 1 {
		t.Errorf("the PIN was tried %d times", asked)
	}
}
