package record

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

// Types of the signed messages on the wire (docs/record.md). The type is part of what is signed, so that one message can
// never be taken for another.
const (
	TypeRecord   = "prr+jws"
	TypeManifest = "prr-manifest+jws"
	TypeOutcome  = "prr-outcome+jws"
)

// Keys are the station's private key and the centres' public keys. The zero value opens nothing. It is immutable and safe
// for concurrent use, and it prints and logs as nothing.
type Keys struct{ ring *ring }

type ring struct {
	stationID string
	station   *ecdsa.PrivateKey
	centres   map[string]*ecdsa.PublicKey
}

// String keeps keys out of every print.
func (Keys) String() string { return "keys" }

// GoString keeps keys out of %#v.
func (Keys) GoString() string { return "keys" }

// Station gives the key id of the station.
func (k Keys) Station() string {
	if k.ring == nil {
		return ""
	}
	return k.ring.stationID
}

// maxKeyFile bounds a JWK; a P-256 one is about 250 bytes.
const maxKeyFile = 64 << 10

// LoadKeys reads DIR/station.jwk (private) and every DIR/centre*.jwk (public; several while a centre changes its key). Each is
// a P-256 JWK with a kid. Errors are Faults with KeysUnusable that name the file.
func LoadKeys(dir string) (Keys, error) {
	k := &ring{centres: map[string]*ecdsa.PublicKey{}}
	jwk, err := readJWK(filepath.Join(dir, "station.jwk"))
	if err != nil {
		return Keys{}, err
	}
	private, ok := jwk.Key.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return Keys{}, refuse(KeysUnusable, "keys", "station.jwk is no private P-256 key")
	}
	k.stationID, k.station = jwk.KeyID, private
	entries, err := os.ReadDir(dir)
	if err != nil {
		return Keys{}, refuse(KeysUnusable, "keys", dir+" cannot be read")
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, "centre") || filepath.Ext(name) != ".jwk" {
			continue
		}
		jwk, err := readJWK(filepath.Join(dir, name))
		if err != nil {
			return Keys{}, err
		}
		// A centre's private key here would let whoever steals the station make records.
		public, ok := jwk.Key.(*ecdsa.PublicKey)
		if !ok || public.Curve != elliptic.P256() {
			return Keys{}, refuse(KeysUnusable, "keys", name+" is no public P-256 key")
		}
		k.centres[jwk.KeyID] = public
	}
	if len(k.centres) == 0 {
		return Keys{}, refuse(KeysUnusable, "keys", "no centre.jwk in "+dir)
	}
	return Keys{k}, nil
}

func readJWK(path string) (*jose.JSONWebKey, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return nil, refuse(KeysUnusable, "keys", path+" is not there, or no key file")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, refuse(KeysUnusable, "keys", path+" cannot be read")
	}
	var jwk jose.JSONWebKey
	if json.Unmarshal(data, &jwk) != nil || !jwk.Valid() || jwk.KeyID == "" {
		return nil, refuse(KeysUnusable, "keys", filepath.Base(path)+" is no JWK with a kid")
	}
	return &jwk, nil
}

// Open opens an envelope: decrypts it with the station's key, verifies the centre's signature, and parses the record. Only
// ECDH-ES with A256GCM around ES256 is accepted, whatever the header says. Errors are Faults with EnvelopeBroken,
// EnvelopeForeign, EnvelopeUnsigned, CentreUnknown, SignatureWrong, NotARecord, or ChipSignatureBad; there is no record then.
func Open(envelope string, k Keys) (*Record, error) {
	signed, err := k.unseal(envelope)
	if err != nil {
		return nil, err
	}
	payload, kid, err := k.Verify(signed, TypeRecord)
	if err != nil {
		return nil, err
	}
	r, err := Parse(payload)
	if err != nil {
		return nil, err
	}
	r.SignedBy = kid
	if err := k.provesChip(r); err != nil {
		return nil, err
	}
	return r, nil
}

// unseal gives what is in an envelope: a record as its centre signed it, not verified yet.
func (k Keys) unseal(envelope string) (string, error) {
	if k.ring == nil {
		return "", refuse(KeysUnusable, "open", "no keys")
	}
	head, ok := header(envelope, 5)
	if !ok || head.Alg != string(jose.ECDH_ES) || head.Enc != string(jose.A256GCM) || head.Zip != "" || head.Cty != "JWS" {
		return "", refuse(EnvelopeBroken, "open", "not ECDH-ES with A256GCM in five parts")
	}
	if head.Kid != k.ring.stationID {
		return "", refuse(EnvelopeForeign, "open", "sealed to another key id")
	}
	sealed, err := jose.ParseEncryptedCompact(envelope, []jose.KeyAlgorithm{jose.ECDH_ES}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return "", refuse(EnvelopeBroken, "open", "no JWE")
	}
	signed, err := sealed.Decrypt(k.ring.station)
	if err != nil {
		return "", refuse(EnvelopeBroken, "open", "does not decrypt: altered, or sealed to another key of the same name")
	}
	return string(signed), nil
}

// provesChip holds the register's signature over the chip files before a blank is spent on them. Files of the wrong form
// are for Check to find.
func (k Keys) provesChip(r *Record) error {
	for _, fid := range chipFiles() {
		if !lengthRight(fid, r.Chip[fid]) {
			return nil
		}
	}
	if err := guardSignature(r, r.Chip, k); err != nil {
		return refuse(ChipSignatureBad, "open", "6FF6")
	}
	return nil
}

// Verify checks a compact JWS of the wanted type against the centres' keys and gives its payload and the key id. Errors
// are Faults as of Open.
func (k Keys) Verify(compact, typ string) (payload []byte, kid string, err error) {
	head, ok := header(compact, 3)
	if !ok || head.Alg == "none" || head.Alg == "" {
		return nil, "", refuse(EnvelopeUnsigned, "verify", "no JWS")
	}
	if head.Alg != string(jose.ES256) || head.Typ != typ {
		return nil, "", refuse(EnvelopeBroken, "verify", "not ES256, or not of type "+typ)
	}
	if k.ring == nil || k.ring.centres[head.Kid] == nil {
		return nil, "", refuse(CentreUnknown, "verify", "signed by a key that is not in the keys folder")
	}
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, "", refuse(EnvelopeBroken, "verify", "no JWS")
	}
	payload, err = jws.Verify(k.ring.centres[head.Kid])
	if err != nil {
		return nil, "", refuse(SignatureWrong, "verify", "the signature does not hold")
	}
	return payload, head.Kid, nil
}

// Sign makes a compact JWS by the station's key. An error is a Fault with KeysUnusable.
func (k Keys) Sign(payload []byte, typ string) (string, error) { return k.sign(payload, typ, false) }

// Attest is Sign with the public key in the header: whoever has no folder of keys can check it. An error is a Fault with
// KeysUnusable.
func (k Keys) Attest(payload []byte, typ string) (string, error) { return k.sign(payload, typ, true) }

// Public is the station's public key; nil without keys.
func (k Keys) Public() *ecdsa.PublicKey {
	if k.ring == nil {
		return nil
	}
	return &k.ring.station.PublicKey
}

func (k Keys) sign(payload []byte, typ string, embed bool) (string, error) {
	if k.ring == nil {
		return "", refuse(KeysUnusable, "sign", "no keys")
	}
	opts := (&jose.SignerOptions{EmbedJWK: embed}).WithType(jose.ContentType(typ))
	key := any(k.ring.station)
	if embed { // the key carries its id into the header
		key = jose.JSONWebKey{Key: k.ring.station, KeyID: k.ring.stationID}
	} else {
		opts = opts.WithHeader("kid", k.ring.stationID)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, opts)
	if err != nil {
		return "", refuse(KeysUnusable, "sign", "the station's key cannot sign")
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", refuse(KeysUnusable, "sign", "the station's key cannot sign")
	}
	return jws.CompactSerialize()
}

// joseHeader is the part of a protected header that we judge ourselves.
type joseHeader struct{ Alg, Enc, Kid, Cty, Typ, Zip string }

// header reads the protected header of a compact JWE or JWS with the given number of parts.
func header(compact string, parts int) (h joseHeader, ok bool) {
	if strings.Count(compact, ".") != parts-1 {
		return h, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(compact[:strings.IndexByte(compact, '.')])
	if err != nil {
		return h, false
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return h, false
	}
	for key, dst := range map[string]*string{"alg": &h.Alg, "enc": &h.Enc, "kid": &h.Kid, "cty": &h.Cty, "typ": &h.Typ, "zip": &h.Zip} {
		if v, there := fields[key]; there && json.Unmarshal(v, dst) != nil {
			return h, false
		}
	}
	return h, true
}

// IsManifest reports whether a line claims to be a bundle's manifest; it verifies nothing.
func IsManifest(line string) bool {
	h, ok := header(line, 3)
	return ok && h.Typ == TypeManifest
}

// registerKey gives the public key that signed the record's chip data.
func (k Keys) registerKey(kid string) *ecdsa.PublicKey {
	if k.ring == nil {
		return nil
	}
	return k.ring.centres[kid]
}
