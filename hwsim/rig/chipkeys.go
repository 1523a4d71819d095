package rig

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"cetak/hwsim/card"
	"cetak/hwsim/scene"
)

// ChipKeysFile is the file in the keys folder with the master keys of the cards (docs/secure-channel.md, section 5).
const ChipKeysFile = "chip-keys.json"

// SCP03 says that the cards have keys and how. The zero value, but for On, is that of `--scp03 default`.
type SCP03 struct {
	On      bool
	Version byte // 0 = 30
	Length  int  // 0 = 16
	S16     bool
	Random  bool
	Answers string // "" or "encrypted", "mac", "plain"
	Tries   int    // 0 = 10
	Free    bool
	Plain   bool // every card has the same keys
	LeAll   bool // in a session Le is 00
}

// Set is one option of `--scp03`; "default" is all as it is.
func (s *SCP03) Set(option string) error {
	s.On = true
	name, value, _ := strings.Cut(option, "=")
	var n uint64
	var err error
	switch name {
	case "default":
	case "version":
		n, err = strconv.ParseUint(value, 16, 7)
		if s.Version = byte(n); n == 0 {
			err = strconv.ErrRange
		}
	case "length":
		s.Length, err = strconv.Atoi(value)
		err = errors.Join(err, oneOf(value, "16", "24", "32"))
	case "mode":
		s.S16, err = value == "S16", oneOf(value, "S8", "S16")
	case "challenge":
		s.Random, err = value == "random", oneOf(value, "random", "pseudo-random")
	case "answers":
		s.Answers, err = value, oneOf(value, "encrypted", "mac", "plain")
	case "tries":
		s.Tries, err = strconv.Atoi(value)
		if s.Tries < 1 {
			err = strconv.ErrRange
		}
	case "write":
		s.Free, err = value == "free", oneOf(value, "free", "session")
	case "le":
		s.LeAll, err = value == "all", oneOf(value, "count", "all")
	case "derivation":
		s.Plain, err = value == "none", oneOf(value, "none", "uid")
	default:
		err = errors.New("no such option")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", option, err)
	}
	return nil
}

// SCP03Usage lists what Set takes.
const SCP03Usage = "the cards have keys and take no write without a secure channel: default, or NAME=VALUE, may be repeated: length=16|24|32 mode=S8|S16 " +
	"challenge=pseudo-random|random answers=encrypted|mac|plain tries=N version=HEX write=session|free derivation=uid|none le=count|all"

func oneOf(value string, choices ...string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	return fmt.Errorf("one of %s", strings.Join(choices, ", "))
}

// openChipKeys gives the key set of a card by its UID, nil where cards have none. Master keys that lie in the folder are used again:
// a station may be set up with them.
func openChipKeys(s SCP03, path string) (func(uid []byte) *card.KeySet, error) {
	if !s.On {
		return func([]byte) *card.KeySet { return nil }, nil
	}
	if s.Version == 0 {
		s.Version = 0x30
	}
	if s.Length == 0 {
		s.Length = 16
	}
	master, err := card.LoadMasterKeys(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		master = card.NewMasterKeys(s.Version, s.Length)
		master.S16, master.Plain = s.S16, s.Plain
		if err := master.Save(path); err != nil {
			return nil, fmt.Errorf("write the chip keys: %w", err)
		}
	case err != nil:
		return nil, err
	case master.Version != s.Version || len(master.ENC) != s.Length || master.S16 != s.S16 || master.Plain != s.Plain:
		return nil, fmt.Errorf("%s holds other keys than --scp03 asks for: take it away, or ask for those", path)
	}
	return func(uid []byte) *card.KeySet {
		set := master.Of(uid)
		set.Random, set.Tries, set.Free, set.PlainAnswers, set.LeAll = s.Random, s.Tries, s.Free, s.Answers == "plain", s.LeAll
		if s.Answers == "mac" {
			set.Answers = 0x20
		}
		return &set
	}, nil
}

// atKeys makes one of the faults of a chip with keys happen to the card in the machine, else on the reader. It reports false for another fault.
func (r *Rig) atKeys(f scene.Fault) bool {
	chip, _ := r.world.Current().(*card.Chip)
	switch f.Name {
	case "keys-foreign":
		rekey(chip, func(s *card.KeySet) {
			s.ENC, s.MAC = make([]byte, len(s.ENC)), make([]byte, len(s.MAC))
			rand.Read(s.ENC)
			rand.Read(s.MAC)
		})
	case "keys-older":
		rekey(chip, func(s *card.KeySet) { s.Version = s.Version%0x7F + 1 })
	case "keys-none":
		if chip != nil {
			chip.SetKeys(nil)
		}
	case "keys-blocked":
		if chip != nil {
			chip.BlockKeys()
		}
	case "session-lost":
		if chip != nil {
			chip.EndSession()
		}
	case "forge-answer":
		r.world.ForgeAnswer()
	default:
		return false
	}
	return true
}

// rekey changes the keys of a chip that has some.
func rekey(chip *card.Chip, change func(*card.KeySet)) {
	if chip == nil {
		return
	}
	if set := chip.Keys(); set != nil {
		change(set)
		chip.SetKeys(set)
	}
}
