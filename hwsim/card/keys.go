package card

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// MasterKeys is the key set of an office, of which every card has its own keys. The file is described in docs/secure-channel.md, section 5.
type MasterKeys struct {
	Version byte // 01 to 7F
	S16     bool
	Plain   bool // every card has these very keys
	ENC     []byte
	MAC     []byte
	DEK     []byte
}

// NewMasterKeys makes a set from the system's random numbers, with keys of 16, 24, or 32 bytes. Keys never come from a seed: a seed is
// printed and shared.
func NewMasterKeys(version byte, length int) MasterKeys {
	key := func() []byte {
		b := make([]byte, length)
		rand.Read(b)
		return b
	}
	return MasterKeys{Version: version, ENC: key(), MAC: key(), DEK: key()}
}

// keyFile is the file of test keys.
type keyFile struct {
	Format      string            `json:"format"`
	Test        bool              `json:"test"`
	Version     string            `json:"version"`
	Length      int               `json:"length"`
	Derivation  string            `json:"derivation"`
	Mode        string            `json:"mode"`
	Keys        map[string]string `json:"keys"`
	CheckValues map[string]string `json:"check_values"`
}

const (
	keyFormat       = "cetak-chip-keys-1"
	derivedByUID    = "sp800-108-uid"
	derivedNot      = "none"
	checkValueBytes = 3
)

// Save writes the file, mode 0600.
func (m MasterKeys) Save(path string) error {
	f := keyFile{Format: keyFormat, Test: true, Version: fmt.Sprintf("%02X", m.Version), Length: len(m.ENC), Derivation: derivedByUID,
		Mode: "S8", Keys: map[string]string{}, CheckValues: map[string]string{}}
	if m.S16 {
		f.Mode = "S16"
	}
	if m.Plain {
		f.Derivation = derivedNot
	}
	for role, key := range m.roles() {
		f.Keys[role] = strings.ToUpper(hex.EncodeToString(key))
		f.CheckValues[role] = checkValue(key)
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

// LoadMasterKeys reads what Save wrote.
func LoadMasterKeys(path string) (MasterKeys, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return MasterKeys{}, err
	}
	var f keyFile
	if err := json.Unmarshal(text, &f); err != nil {
		return MasterKeys{}, fmt.Errorf("%s: %w", path, err)
	}
	version, err := hex.DecodeString(f.Version)
	if err != nil || len(version) != 1 || f.Format != keyFormat {
		return MasterKeys{}, fmt.Errorf("%s: not a file of chip keys", path)
	}
	m := MasterKeys{Version: version[0], S16: f.Mode == "S16", Plain: f.Derivation == derivedNot}
	for role, key := range map[string]*[]byte{"ENC": &m.ENC, "MAC": &m.MAC, "DEK": &m.DEK} {
		*key, err = hex.DecodeString(f.Keys[role])
		if n := len(*key); err != nil || n != f.Length || n != 16 && n != 24 && n != 32 || checkValue(*key) != f.CheckValues[role] {
			return MasterKeys{}, fmt.Errorf("%s: the key %s is broken", path, role)
		}
	}
	return m, nil
}

func (m MasterKeys) roles() map[string][]byte {
	return map[string][]byte{"ENC": m.ENC, "MAC": m.MAC, "DEK": m.DEK}
}

// checkValue is how a key is told from another without showing it (GlobalPlatform Card Specification, B.6).
func checkValue(key []byte) string {
	ones := block{0x0101010101010101, 0x0101010101010101}
	return strings.ToUpper(hex.EncodeToString(newAuthenticator(key).encrypted(ones).bytes()[:checkValueBytes]))
}

// Of gives the key set of one card (docs/secure-channel.md, section 4).
func (m MasterKeys) Of(uid []byte) KeySet {
	own := func(role string, master []byte) []byte {
		if m.Plain {
			return master
		}
		after := append([]byte("SCP03 "+role+"\x00"), uid...)
		after = binary.BigEndian.AppendUint16(after, uint16(8*len(master)))
		return newAuthenticator(master).produce(nil, after, len(master))
	}
	return KeySet{Version: m.Version, S16: m.S16, ENC: own("ENC", m.ENC), MAC: own("MAC", m.MAC)}
}
