package centre

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"
)

// Keys are both private keys of one simulator: the station's and the centre's. The zero value stands for "make new ones".
type Keys struct {
	Station jose.JSONWebKey
	Centre  jose.JSONWebKey
}

// NewKeys makes a fresh pair from crypto/rand. Keys never come from a seed: a seed is printed and shared.
func NewKeys() (Keys, error) {
	station, err := newKey("station")
	if err != nil {
		return Keys{}, err
	}
	centre, err := newKey("centre")
	if err != nil {
		return Keys{}, err
	}
	return Keys{Station: station, Centre: centre}, nil
}

func newKey(holder string) (jose.JSONWebKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("make the %s key: %w", holder, err)
	}
	jwk := jose.JSONWebKey{Key: private}
	thumbprint, err := jwk.Thumbprint(crypto.SHA256) // RFC 7638
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("name the %s key: %w", holder, err)
	}
	jwk.KeyID = holder + "-" + base64.RawURLEncoding.EncodeToString(thumbprint[:9])
	return jwk, nil
}

func (k Keys) centreKey() *ecdsa.PrivateKey { return k.Centre.Key.(*ecdsa.PrivateKey) }

// Save writes both private keys to one file, mode 0600, for LoadKeys: how another run makes bundles for the same station.
func (k Keys) Save(path string) error {
	return writeJSON(path, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.Station, k.Centre}})
}

// LoadKeys reads what Save wrote.
func LoadKeys(path string) (Keys, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Keys{}, fmt.Errorf("read the centre's keys: %w", err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil {
		return Keys{}, fmt.Errorf("%s: not a set of keys: %w", path, err)
	}
	if len(set.Keys) != 2 {
		return Keys{}, fmt.Errorf("%s: %d keys where the station's and the centre's are expected", path, len(set.Keys))
	}
	for _, key := range set.Keys {
		if private, ok := key.Key.(*ecdsa.PrivateKey); !ok || private.Curve != elliptic.P256() || key.KeyID == "" {
			return Keys{}, fmt.Errorf("%s: key %q is not a named P-256 private key", path, key.KeyID)
		}
	}
	return Keys{Station: set.Keys[0], Centre: set.Keys[1]}, nil
}

// WriteKeys writes what a station needs into dir, making it if need be: station.jwk (private) and centre.jwk (public). Source:
// docs/record.md, "Keys".
func (c *Centre) WriteKeys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for keys: %w", err)
	}
	if err := writeJSON(filepath.Join(dir, "station.jwk"), c.keys.Station); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, "centre.jwk"), c.keys.Centre.Public())
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write a key: %w", err)
	}
	return nil
}
