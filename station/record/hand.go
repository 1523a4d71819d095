package record

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base32"

	"github.com/go-jose/go-jose/v4"
)

// Addressee is another station that a record may be sealed to: its key, and the name that the key goes by.
type Addressee struct {
	ID  string
	Key *ecdsa.PublicKey
}

// Reseal seals a record that this station may open to another station. What the register signed stays as it is, and the other station holds
// the signature as this one does. Faults: those of Open, and KeysUnusable.
func Reseal(envelope string, k Keys, to Addressee) (string, error) {
	signed, err := k.unseal(envelope)
	if err != nil {
		return "", err
	}
	if _, _, err := k.Verify(signed, TypeRecord); err != nil {
		return "", err
	}
	if to.Key == nil || to.ID == "" || to.Key.Curve != elliptic.P256() {
		return "", refuse(KeysUnusable, "reseal", "no public P-256 key with a name")
	}
	sealer, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.ECDH_ES, Key: to.Key, KeyID: to.ID}, new(jose.EncrypterOptions).WithContentType("JWS"))
	if err != nil {
		return "", refuse(KeysUnusable, "reseal", "the key cannot be sealed to")
	}
	sealed, err := sealer.Encrypt([]byte(signed))
	if err != nil {
		return "", refuse(KeysUnusable, "reseal", "the key cannot be sealed to")
	}
	return sealed.CompactSerialize()
}

// Attested reads what a station signed with Attest, by the key that is in it: that proves that its holder signed it, not who that is. For that
// people compare Fingerprint. Faults: EnvelopeUnsigned, EnvelopeBroken, SignatureWrong.
func Attested(compact, typ string) (payload []byte, by Addressee, err error) {
	head, ok := header(compact, 3)
	if !ok || head.Alg == "none" || head.Alg == "" {
		return nil, by, refuse(EnvelopeUnsigned, "attested", "no JWS")
	}
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || head.Typ != typ || len(jws.Signatures) != 1 || jws.Signatures[0].Protected.JSONWebKey == nil {
		return nil, by, refuse(EnvelopeBroken, "attested", "not ES256 with its key, or not of type "+typ)
	}
	key := jws.Signatures[0].Protected.JSONWebKey
	public, ok := key.Key.(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() || key.KeyID == "" {
		return nil, by, refuse(EnvelopeBroken, "attested", "its key is no P-256 key with a name")
	}
	if payload, err = jws.Verify(public); err != nil {
		return nil, by, refuse(SignatureWrong, "attested", "the signature does not hold")
	}
	return payload, Addressee{ID: key.KeyID, Key: public}, nil
}

// Fingerprint is what people compare of a key: 80 bits of its thumbprint (RFC 7638), in four groups of four letters and digits.
func (a Addressee) Fingerprint() string {
	if a.Key == nil {
		return ""
	}
	thumb, err := (&jose.JSONWebKey{Key: a.Key}).Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	text := base32.StdEncoding.EncodeToString(thumb[:10])
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}
