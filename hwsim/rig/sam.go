package rig

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"

	"cetak/hwsim/card"
	"cetak/hwsim/reader"
)

// SAMPINFile is the file in the keys folder with the PIN of the secure access module.
const SAMPINFile = "sam-pin"

// openSAM makes the module of the second slot, nil without one. It holds the master keys of the cards, which openChipKeys wrote before; its PIN
// is kept from run to run, as they are.
func (o Options) openSAM() (reader.Card, error) {
	if !o.SAM {
		return nil, nil
	}
	if !o.SCP03.On || o.PCSC != "pcscd" {
		return nil, errors.New("--sam needs --scp03 and --pcsc pcscd: it holds the cards' keys and lies in the second slot of pcscd's reader")
	}
	keys := filepath.Join(o.Dir, "keys")
	master, err := card.LoadMasterKeys(filepath.Join(keys, ChipKeysFile))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(keys, SAMPINFile)
	pin, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil {
			return nil, err
		}
		pin = fmt.Appendf(nil, "%06d\n", n)
		if err := os.WriteFile(path, pin, 0o600); err != nil {
			return nil, fmt.Errorf("write the module's PIN: %w", err)
		}
	} else if err != nil {
		return nil, err
	}
	return card.NewSAM(master, strings.TrimSpace(string(pin))), nil
}
