package centre

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cetak/drivers"
	"cetak/station/centre/api"
	"cetak/station/durable"
	"cetak/station/policy"
	"cetak/station/record"
)

// NotaryFile is the notary's private key in the centre's folder; NotaryPublic what every station is given of it.
const (
	NotaryFile   = "notary.key.jwk"
	NotaryPublic = "notary.jwk"
)

// Notary signs what the centre vouches for: heads of journals and the table of rules. It cannot sign records.
type Notary struct{ key jose.JSONWebKey }

func unusableFolder(detail string, err error) error {
	return &drivers.Fault{Code: FolderUnusable, Op: "centre", Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}

// NewNotary makes a key in dir.
func NewNotary(dir string) (*Notary, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, unusableFolder("a key cannot be made", err)
	}
	key := jose.JSONWebKey{Key: private}
	thumb, err := key.Thumbprint(crypto.SHA256) // RFC 7638
	if err != nil {
		return nil, unusableFolder("a key cannot be named", err)
	}
	key.KeyID = "notary-" + base64.RawURLEncoding.EncodeToString(thumb[:9])
	public, err := json.MarshalIndent(key.Public(), "", "  ")
	if err != nil {
		return nil, unusableFolder("a key cannot be written", err)
	}
	text, err := json.MarshalIndent(key, "", "  ")
	if err == nil {
		err = errors.Join(durable.Write(filepath.Join(dir, NotaryPublic), append(public, '\n'), 0o644), durable.Write(filepath.Join(dir, NotaryFile), append(text, '\n'), 0o600))
	}
	if err != nil {
		return nil, unusableFolder(NotaryFile, err)
	}
	return &Notary{key}, nil
}

// OpenNotary reads the key in dir. Fault: FolderUnusable.
func OpenNotary(dir string) (*Notary, error) {
	path := filepath.Join(dir, NotaryFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unusableFolder(dir+" is no centre's folder: make one with `centre init`", nil)
	}
	if err != nil {
		return nil, unusableFolder(NotaryFile, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, unusableFolder(NotaryFile+" is open to others: its mode must be 0600", nil)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, unusableFolder(NotaryFile, err)
	}
	n := &Notary{}
	if err := json.Unmarshal(text, &n.key); err != nil || n.key.IsPublic() || n.key.KeyID == "" {
		return nil, unusableFolder(NotaryFile+" is no private key", nil)
	}
	return n, nil
}

func (n *Notary) sign(payload any, typ string) (string, error) {
	text, err := json.Marshal(payload)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: n.key}, new(jose.SignerOptions).WithType(jose.ContentType(typ)))
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(text)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// Countersign signs a head.
func (n *Notary) Countersign(r api.Receipt) (string, error) { return n.sign(r, api.TypeHead) }

// Policy checks a table of rules and signs it. Faults of station/policy.
func (n *Notary) Policy(table []byte, now time.Time) (api.Policy, error) {
	if _, err := policy.Parse(table); err != nil {
		return api.Policy{}, err
	}
	sum := sha256.Sum256(table)
	p := api.Policy{Digest: hex.EncodeToString(sum[:]), At: now.UTC().Truncate(time.Millisecond), Table: string(table)}
	var err error
	p.JWS, err = n.sign(map[string]any{"v": 1, "digest": p.Digest, "at": p.At}, api.TypePolicy)
	return p, err
}

// PublicKey reads a station's key and gives its public half alone, with its name. Fault: FileWrong.
func PublicKey(text []byte) (kid, jwk string, err error) {
	var key jose.JSONWebKey
	wrong := &drivers.Fault{Code: FileWrong, Op: "station key", Again: drivers.AgainNever, Detail: "no P-256 JWK with a kid"}
	if json.Unmarshal(text, &key) != nil || !key.Valid() || key.KeyID == "" {
		return "", "", wrong
	}
	key = key.Public()
	if public, ok := key.Key.(*ecdsa.PublicKey); !ok || public.Curve != elliptic.P256() {
		return "", "", wrong
	}
	out, err := json.Marshal(key)
	if err != nil {
		return "", "", wrong
	}
	return key.KeyID, string(out), nil
}

// openOutcome proves that an outcome was signed by the station's key and reads it. Fault: OutcomeUnsigned.
func openOutcome(jwk, compact string) (Outcome, error) {
	refuse := func(detail string) (Outcome, error) {
		return Outcome{}, api.Refuse(api.OutcomeUnsigned, "done", detail, nil)
	}
	var key jose.JSONWebKey
	if json.Unmarshal([]byte(jwk), &key) != nil {
		return refuse("the station's registered key does not read")
	}
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || len(jws.Signatures) != 1 || jws.Signatures[0].Protected.ExtraHeaders[jose.HeaderType] != record.TypeOutcome {
		return refuse("not a signed outcome")
	}
	payload, err := jws.Verify(key)
	if err != nil {
		return refuse("not signed by the station's key")
	}
	var o struct {
		V       int       `json:"v"`
		ID      string    `json:"id"`
		Issue   int       `json:"issue"`
		Attempt string    `json:"attempt"`
		Result  string    `json:"result"`
		UID     string    `json:"uid"`
		At      time.Time `json:"at"`
	}
	if json.Unmarshal(payload, &o) != nil || o.V != 1 || o.Attempt == "" || o.Result != good && o.Result != spoiled && o.Result != missing {
		return refuse("not an outcome of version 1")
	}
	if len(o.Attempt) > 64 || strings.ContainsFunc(o.Attempt, func(r rune) bool { return r < ' ' }) || strings.Trim(o.UID, "0123456789ABCDEFabcdef") != "" || len(o.UID) > 40 {
		return refuse("its attempt or chip number is none")
	}
	return Outcome{Key: api.Key{ID: o.ID, Issue: o.Issue}, Attempt: o.Attempt, Result: o.Result, UID: strings.ToUpper(o.UID), At: o.At, JWS: compact}, nil
}
