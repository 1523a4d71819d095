package certificate

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/hex"
	"encoding/json"

	"github.com/go-jose/go-jose/v4"
)

// Type is the type in the signed header, so that no other message of the station can be taken for a certificate.
const Type = "shift-certificate+jws"

// Signer makes a compact JWS (ES256) with the signer's public key in its header: record.Keys.
type Signer interface {
	Attest(payload []byte, typ string) (string, error)
}

// Proved is what Verify found to be true.
type Proved struct {
	Certificate Certificate
	Key         *ecdsa.PublicKey // that signed it
	KeyID       string           // the name it gives itself
	Fingerprint string           // of Key: Fingerprint
}

// Sign checks the certificate and gives the file: one line, the JWS, and a line feed. Faults: DoesNotAdd, record.KeysUnusable.
func Sign(c Certificate, k Signer) ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return nil, refuse(DoesNotAdd, "cannot be written", err)
	}
	line, err := k.Attest(payload, Type)
	if err != nil {
		return nil, err
	}
	return append([]byte(line), '\n'), nil
}

// Verify proves a file by its own bytes: its form, the signature, the equation of each blank type, that no chip is in it twice, and
// that the counts are those of the cards. trusted is the station's key where it is known; nil proves only that whoever holds the
// key of Proved.Fingerprint signed it: compare that with the printed paper. There is one file for one content and signature: any
// byte more, less, or other is refused. Faults: NotCertificate, SignatureWrong, OtherStation, DoesNotAdd.
func Verify(file []byte, trusted *ecdsa.PublicKey) (Proved, error) {
	jws, key, err := opened(file)
	if err != nil {
		return Proved{}, err
	}
	if trusted != nil && !trusted.Equal(key) {
		return Proved{}, refuse(OtherStation, "signed by the key "+Fingerprint(key), nil)
	}
	payload, err := jws.Verify(key)
	if err != nil {
		return Proved{}, refuse(SignatureWrong, "the signature does not hold over the content", nil)
	}
	var c Certificate
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Proved{}, refuse(NotCertificate, "what is signed is no certificate", nil)
	}
	if again, err := json.Marshal(c); err != nil || !bytes.Equal(again, payload) {
		return Proved{}, refuse(NotCertificate, "what is signed is not in the one form of a certificate", err)
	}
	if err := c.Check(); err != nil {
		return Proved{}, err
	}
	return Proved{Certificate: c, Key: key, KeyID: jws.Signatures[0].Protected.JSONWebKey.KeyID, Fingerprint: Fingerprint(key)}, nil
}

// maxFile bounds a file: 100,000 cards of a shift are far above any desk.
const maxFile = 16 << 20

// opened reads the outer form and gives the public key that the file carries.
func opened(file []byte) (*jose.JSONWebSignature, *ecdsa.PublicKey, error) {
	line, ended := bytes.CutSuffix(file, []byte{'\n'})
	if !ended || len(file) > maxFile {
		return nil, nil, refuse(NotCertificate, "not one line that ends in a line feed", nil)
	}
	jws, err := jose.ParseSignedCompact(string(line), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, nil, refuse(NotCertificate, "no JWS by ES256", nil)
	}
	// base64 can write the same bytes in more than one way: the last letter has bits that nobody reads
	if again, err := jws.CompactSerialize(); err != nil || again != string(line) {
		return nil, nil, refuse(NotCertificate, "not in the one form of a JWS", err)
	}
	head := jws.Signatures[0].Protected
	if typ, _ := head.ExtraHeaders[jose.HeaderType].(string); typ != Type {
		return nil, nil, refuse(NotCertificate, "a JWS of another type", nil)
	}
	if head.JSONWebKey == nil {
		return nil, nil, refuse(NotCertificate, "it does not carry the key that signed it", nil)
	}
	key, ok := head.JSONWebKey.Key.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, nil, refuse(NotCertificate, "the key that signed it is not of P-256", nil)
	}
	return jws, key, nil
}

// Fingerprint is the SHA-256 thumbprint of a public key (RFC 7638) in lower hex.
func Fingerprint(k *ecdsa.PublicKey) string {
	sum, err := (&jose.JSONWebKey{Key: k}).Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(sum)
}
