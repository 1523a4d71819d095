package keys

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"cetak/drivers"
	"cetak/drivers/scp03"
)

// Format of a file of test keys (docs/secure-channel.md, section 5).
const Format = "cetak-chip-keys-1"

// Derivations of a card's keys from a set.
const (
	DeriveByUID = "sp800-108-uid"
	DeriveNone  = "none"
)

// File is a set of test keys in memory. It is a scp03.Keys.
type File struct {
	// Derivation and Mode are those of the cards that the keys are for: DeriveByUID or DeriveNone, S8 or S16.
	Derivation, Mode string

	version byte
	keys    map[scp03.Role][]byte
}

// form is the file itself.
type form struct {
	Format      string                `json:"format"`
	Test        bool                  `json:"test"`
	Version     string                `json:"version"`
	Length      int                   `json:"length"`
	Derivation  string                `json:"derivation"`
	Mode        string                `json:"mode"`
	Keys        map[scp03.Role]string `json:"keys"`
	CheckValues map[scp03.Role]string `json:"check_values"`
}

// OpenFile reads a file of test keys, strictly. Faults: KeysUnavailable for one that is missing or not of this form, KeysExposed for one that
// others may read. None of them shows what is in the file.
func OpenFile(path string) (*File, error) {
	text, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	f, err := parse(text)
	if err != nil {
		return nil, fault(drivers.KeysUnavailable, "open test keys", filepath.Base(path)+": "+err.Error(), nil)
	}
	return f, nil
}

// parse never puts a value of the file into an error: it may be a key in the wrong place.
func parse(text []byte) (*File, error) {
	var f form
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, errors.New("it is no JSON of the form that docs/secure-channel.md gives")
	}
	if d.More() {
		return nil, errors.New("something follows the keys")
	}
	version, err := hex.DecodeString(f.Version)
	switch {
	case f.Format != Format || !f.Test:
		return nil, fmt.Errorf("format %s and test true are wanted", Format)
	case err != nil || len(version) != 1 || version[0] < 1 || version[0] > 0x7F:
		return nil, errors.New("version is two hex digits, 01 to 7F")
	case f.Derivation != DeriveByUID && f.Derivation != DeriveNone:
		return nil, fmt.Errorf("derivation is %s or %s", DeriveByUID, DeriveNone)
	case f.Mode != "S8" && f.Mode != "S16":
		return nil, errors.New("mode is S8 or S16")
	case len(f.Keys) != 3 || len(f.CheckValues) != 3:
		return nil, errors.New("three keys and three check values are wanted")
	}
	set := &File{Derivation: f.Derivation, Mode: f.Mode, version: version[0], keys: map[scp03.Role][]byte{}}
	for _, role := range []scp03.Role{scp03.ENC, scp03.MAC, scp03.DEK} {
		key, err := hex.DecodeString(f.Keys[role])
		if err != nil || len(key) != f.Length {
			return nil, fmt.Errorf("key %s does not have the %d bytes that length says", role, f.Length)
		}
		set.keys[role] = key
		value, err := scp03.CheckValue(key)
		if err != nil {
			return nil, errors.New("length is 16, 24, or 32")
		}
		if want, err := hex.DecodeString(f.CheckValues[role]); err != nil || !bytes.Equal(want, value[:]) {
			return nil, fmt.Errorf("the check value of %s does not fit the key", role)
		}
	}
	return set, nil
}

// Version is the key version number.
func (f *File) Version() byte { return f.version }

// Length of each key in bytes.
func (f *File) Length() int { return len(f.keys[scp03.ENC]) }

// CMAC is AES-CMAC under a key of the set, or, with a card's number, under the key derived for that card.
func (f *File) CMAC(_ context.Context, card []byte, role scp03.Role, message []byte) ([16]byte, error) {
	master := f.keys[role]
	if card == nil {
		return scp03.CMAC(master, message)
	}
	key, err := scp03.Diversify(func(m []byte) ([16]byte, error) { return scp03.CMAC(master, m) }, role, card, len(master))
	if err != nil {
		return [16]byte{}, err
	}
	defer clear(key)
	return scp03.CMAC(key, message)
}

// CheckValue is the check value of a key of the set.
func (f *File) CheckValue(_ context.Context, role scp03.Role) ([3]byte, error) {
	return scp03.CheckValue(f.keys[role])
}

// Keys gives the keys themselves, to import them into a token. The caller overwrites them.
func (f *File) Keys() map[scp03.Role][]byte {
	out := map[scp03.Role][]byte{}
	for role, key := range f.keys {
		out[role] = bytes.Clone(key)
	}
	return out
}

// Close overwrites the keys.
func (f *File) Close() error {
	for _, key := range f.keys {
		clear(key)
	}
	f.keys = nil
	return nil
}

// readPrivate reads a file that only its owner may read. Where the system has no such rights (Windows), it is not checked.
func readPrivate(path string) ([]byte, error) {
	const op = "read keys"
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault(drivers.KeysUnavailable, op, path+" is not there", nil)
	case err != nil:
		return nil, fault(drivers.KeysUnavailable, op, path, err)
	case runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0:
		return nil, fault(drivers.KeysExposed, op, fmt.Sprintf("%s has mode %04o: chmod 600", path, st.Mode().Perm()), nil)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault(drivers.KeysUnavailable, op, path, err)
	}
	return text, nil
}
