package centre

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Header values of docs/record.md, "Bundle".
const (
	typeRecord   = "prr+jws"
	typeManifest = "prr-manifest+jws"
	cargoJWS     = "JWS"
)

type manifest struct {
	V      int       `json:"v"`
	Count  int       `json:"count"`
	SHA256 string    `json:"sha256"`
	Made   time.Time `json:"made"`
}

// Envelope signs r with the centre's key and seals it to the station: one line of a bundle, without its LF.
func (c *Centre) Envelope(r Record) (string, error) { return c.EnvelopeTo(r, c.keys.Station) }

// EnvelopeTo is Envelope sealed to another station's key, of which the public half is enough.
func (c *Centre) EnvelopeTo(r Record, station jose.JSONWebKey) (string, error) {
	signed, err := signRecord(r, c.keys.Centre)
	if err != nil {
		return "", err
	}
	return seal([]byte(signed), station)
}

// Manifest signs the count and digest of lines: the last line of a bundle, without its LF.
func (c *Centre) Manifest(lines []string) (string, error) {
	h := sha256.New()
	for _, line := range lines {
		h.Write([]byte(line + "\n"))
	}
	return c.ManifestOf(len(lines), hex.EncodeToString(h.Sum(nil)))
}

// ManifestOf signs any count and digest, also wrong ones.
func (c *Centre) ManifestOf(count int, digest string) (string, error) {
	payload, err := json.Marshal(manifest{V: 1, Count: count, SHA256: digest, Made: c.now})
	if err != nil {
		return "", fmt.Errorf("write a manifest: %w", err)
	}
	return sign(payload, c.keys.Centre, typeManifest)
}

// BundleOf makes the content of a *.prr file from ready lines, with a true manifest.
func (c *Centre) BundleOf(lines ...string) ([]byte, error) {
	last, err := c.Manifest(lines)
	if err != nil {
		return nil, err
	}
	return JoinBundle(lines, last), nil
}

// JoinBundle makes the content of a *.prr file from envelopes and a manifest as they are.
func JoinBundle(lines []string, manifest string) []byte {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	b.WriteString(manifest + "\n")
	return []byte(b.String())
}

func signRecord(r Record, key jose.JSONWebKey) (string, error) {
	payload, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("write a record: %w", err)
	}
	return sign(payload, key, typeRecord)
}

func sign(payload []byte, key jose.JSONWebKey, typ string) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, new(jose.SignerOptions).WithType(jose.ContentType(typ)))
	if err != nil {
		return "", fmt.Errorf("sign a %s: %w", typ, err)
	}
	object, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign a %s: %w", typ, err)
	}
	return object.CompactSerialize()
}

func seal(signed []byte, station jose.JSONWebKey) (string, error) {
	public := station.Public()
	encrypter, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.ECDH_ES, Key: &public},
		new(jose.EncrypterOptions).WithContentType(cargoJWS))
	if err != nil {
		return "", fmt.Errorf("seal an envelope: %w", err)
	}
	object, err := encrypter.Encrypt(signed)
	if err != nil {
		return "", fmt.Errorf("seal an envelope: %w", err)
	}
	return object.CompactSerialize()
}
