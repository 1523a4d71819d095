package hub

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// TrustFile is what a partner trusts: the authority that signs MOSIP's certificates.
const TrustFile = "mosip-ca.pem"

const signerFile = "mosip-signer.pem"

// signer is MOSIP's signing key with its certificate.
type signer struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

// openSigner reads the folder's signing key, or makes one and its authority.
func openSigner(dir string, now time.Time) (*signer, error) {
	path := filepath.Join(dir, signerFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if text, err = makeSigner(dir, now); err != nil {
			return nil, err
		}
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("MOSIP's signing key: %w", err)
	}
	var s signer
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "RSA PRIVATE KEY":
			s.key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "CERTIFICATE":
			s.cert, err = x509.ParseCertificate(block.Bytes)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if s.key == nil || s.cert == nil {
		return nil, fmt.Errorf("%s holds no key and certificate", path)
	}
	return &s, nil
}

func makeSigner(dir string, now time.Time) ([]byte, error) {
	authority, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "simulated MOSIP root"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	rootRaw, err := x509.CreateCertificate(rand.Reader, root, root, &authority.PublicKey, authority)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "simulated MOSIP credential service"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature}
	leafRaw, err := x509.CreateCertificate(rand.Reader, leaf, root, &key.PublicKey, authority)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, TrustFile), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootRaw}), 0o600); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = errors.Join(pem.Encode(&out, &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: leafRaw}))
	return out.Bytes(), err
}

// sign makes the proof of a sealed credential: a compact JWS with the certificate in its header, without its payload. The payload is the sealed
// credential's bytes, whose base64url the credential's text is.
func (s *signer) sign(sealed []byte) (string, error) {
	o := new(jose.SignerOptions).WithHeader("x5c", []string{base64.StdEncoding.EncodeToString(s.cert.Raw)})
	js, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: s.key}, o)
	if err != nil {
		return "", fmt.Errorf("sign a credential: %w", err)
	}
	jws, err := js.Sign(sealed)
	if err != nil {
		return "", fmt.Errorf("sign a credential: %w", err)
	}
	return jws.DetachedCompactSerialize()
}

// partner is to whom credentials are sealed.
type partner struct {
	key   *rsa.PublicKey
	print [sha256.Size]byte // of its certificate
}

func readPartner(path string) (partner, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return partner{}, fmt.Errorf("the partner's certificate: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return partner{}, fmt.Errorf("%s is no PEM", path)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return partner{}, fmt.Errorf("%s: %w", path, err)
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return partner{}, fmt.Errorf("%s is not of an RSA key", path)
	}
	return partner{key, sha256.Sum256(cert.Raw)}, nil
}

// stranger is a partner that nobody is.
func stranger() (partner, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return partner{}, err
	}
	return partner{&key.PublicKey, sha256.Sum256(x509.MarshalPKCS1PublicKey(&key.PublicKey))}, nil
}

// seal encrypts as MOSIP's key manager does since 1.2: "VER_R2", thumbprint, the session key by RSA-OAEP with SHA-256, "#KEY_SPLITTER#", 32
// bytes of additional data that begin with the nonce, AES-256-GCM. old is the form before: no version, and an IV of 16 bytes at the end.
func (p partner) seal(plain []byte, old bool) ([]byte, error) {
	session, extra := make([]byte, 32), make([]byte, 32)
	_, _ = rand.Read(session) // never fails
	_, _ = rand.Read(extra)
	wrapped, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, p.key, session, nil)
	if err != nil {
		return nil, fmt.Errorf("seal a credential: %w", err)
	}
	block, err := aes.NewCipher(session)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if !old {
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		out.WriteString("VER_R2")
		out.Write(p.print[:])
		out.Write(wrapped)
		out.WriteString("#KEY_SPLITTER#")
		out.Write(extra)
		out.Write(gcm.Seal(nil, extra[:12], plain, extra))
		return out.Bytes(), nil
	}
	gcm, err := cipher.NewGCMWithNonceSize(block, 16)
	if err != nil {
		return nil, err
	}
	out.Write(p.print[:])
	out.Write(wrapped)
	out.WriteString("#KEY_SPLITTER#")
	out.Write(gcm.Seal(nil, extra[:16], plain, nil))
	out.Write(extra[:16])
	return out.Bytes(), nil
}

// sealPin protects one attribute by the event's protection key: salt of 32 bytes, nonce of 12, AES-256-GCM with the salt as additional data; the key
// by PBKDF2 with HMAC-SHA-512 in 100,000 rounds.
func sealPin(plain, pin string) (string, error) {
	head := make([]byte, 32+12)
	_, _ = rand.Read(head) // never fails
	key, err := pbkdf2.Key(sha512.New, pin, head[:32], 100_000, 32)
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(gcm.Seal(head, head[32:], []byte(plain), head[:32])), nil
}
