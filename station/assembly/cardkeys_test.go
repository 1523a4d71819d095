package assembly

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/keys"
	"cetak/drivers/pkcs11"
	"cetak/drivers/pkcs11/softhsm"
	"cetak/hwsim/card"
	"cetak/station"
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
	k := NewCardKeys(c, func(context.Context, station.PINWanted) ([]byte, error) { asked++; return []byte("1111"), nil }, zerolog.Nop())
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

// A person types the PIN: what the token says of itself is told before, a wrong one is not tried again by the next card, and after the
// right one nothing is asked. One that is pulled asks anew.
func TestPINTyped(t *testing.T) {
	softhsm.Token(t, "T", "2468")
	t.Setenv(keys.PINEnv, "")
	dir := t.TempDir()
	file := filepath.Join(dir, "chip-keys.json")
	if err := card.NewMasterKeys(0x30, 16).Save(file); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	var err error
	if c.Chip, err = TestKeys(c.Chip, file); err != nil {
		t.Fatal(err)
	}
	c.Chip.Keys, c.Chip.Module, c.Chip.Token, c.Chip.Key = config.KeysPKCS11, softhsm.Library, "T", "k"
	fill(t, c, file)
	k := NewCardKeys(c, nil, zerolog.Nop())
	defer k.Close()

	if err := k.Ready(t.Context(), true); !errors.Is(err, drivers.KeysPIN) {
		t.Errorf("without a PIN: %v", err)
	}
	if w := k.PIN(t.Context(), false); w == nil || *w != (station.PINWanted{Place: "T"}) {
		t.Errorf("wanted is %+v", w)
	}
	if err := k.Unlock(t.Context(), []byte("1111")); !errors.Is(err, drivers.KeysPIN) {
		t.Errorf("a wrong PIN: %v", err)
	}
	if w := k.PIN(t.Context(), false); w == nil || !w.Refused {
		t.Errorf("after a wrong PIN wanted is %+v", w)
	}
	if err := k.Ready(t.Context(), true); !errors.Is(err, drivers.KeysPIN) || k.tried && k.refused == nil {
		t.Errorf("the next card: %v", err)
	}
	pin := []byte("2468")
	if err := k.Unlock(t.Context(), pin); err != nil || string(pin) == "2468" {
		t.Errorf("%v, %q is kept", err, pin)
	}
	if err := k.Ready(t.Context(), true); err != nil || k.PIN(t.Context(), true) != nil {
		t.Errorf("%v, wanted is %+v", err, k.PIN(t.Context(), false))
	}
	k.shut() // it was pulled
	if w := k.PIN(t.Context(), false); w == nil || w.Refused || w.Away != "" {
		t.Errorf("pulled: wanted is %+v", w)
	}
	t.Setenv(keys.PINEnv, "1111") // the environment's is wrong: a person may give the right one
	other := NewCardKeys(c, nil, zerolog.Nop())
	defer other.Close()
	if w := other.PIN(t.Context(), false); w != nil {
		t.Errorf("it has one, and wants %+v", w)
	}
	if err := other.Ready(t.Context(), true); !errors.Is(err, drivers.KeysPIN) || other.PIN(t.Context(), false) == nil {
		t.Errorf("%v, wanted is nothing", err)
	}
	if err := other.Unlock(t.Context(), []byte("2468")); err != nil {
		t.Error(err)
	}
}

// fill puts test keys into the token of the settings.
func fill(t *testing.T, c config.Config, file string) {
	t.Helper()
	f, err := keys.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o := NewCardKeys(c, func(context.Context, station.PINWanted) ([]byte, error) { return []byte("2468"), nil }, zerolog.Nop()).TokenOptions()
	if err := pkcs11.Import(t.Context(), o, f.Version(), f.Keys()); err != nil {
		t.Fatal(err)
	}
}
