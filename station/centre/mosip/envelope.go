package mosip

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"

	"cetak/drivers"
)

// The envelope of a credential, docs/mosip.md "The envelope".
const (
	keySplitter  = "#KEY_SPLITTER#"
	versionRSA   = "VER_R2"
	thumbprint   = sha256.Size
	additional   = 32 // bytes of additional data; the nonce is their beginning
	nonceSize    = 12
	oldNonceSize = 16 // without versionRSA: the nonce stands at the end
	pinSalt      = 32
	pinRounds    = 100_000
	maxEnvelope  = 32 << 20
)

// unsealed opens a credential as it lies in the datashare or in an event. cert is the SHA-256 of the partner's certificate. Fault:
// CredentialSealed.
func unsealed(text string, key *rsa.PrivateKey, cert [thumbprint]byte) ([]byte, error) {
	refuse := func(detail string) ([]byte, error) {
		return nil, fault(CredentialSealed, drivers.AgainNever, detail, nil)
	}
	raw, ok := base64Any(text)
	if !ok || len(raw) > maxEnvelope {
		return refuse("not base64")
	}
	head, modern := bytes.CutPrefix(raw, []byte(versionRSA))
	for _, print := range []int{thumbprint, 0} { // with the certificate's thumbprint, and without
		end := print + key.Size()
		if len(head) < end+len(keySplitter) || string(head[end:end+len(keySplitter)]) != keySplitter {
			continue
		}
		other := print > 0 && !bytes.Equal(head[:print], cert[:])
		session, err := rsa.DecryptOAEP(sha256.New(), nil, key, head[print:end], nil)
		switch {
		case err != nil && other:
			return refuse("sealed to another certificate")
		case err != nil:
			return refuse("the session key does not open")
		}
		plain, err := opened(session, head[end+len(keySplitter):], modern)
		if err != nil {
			return refuse("altered")
		}
		return plain, nil
	}
	return refuse("no session key where one is expected")
}

func opened(session, body []byte, modern bool) ([]byte, error) {
	block, err := aes.NewCipher(session)
	if err != nil {
		return nil, err
	}
	if modern && len(body) >= additional {
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		return gcm.Open(nil, body[:nonceSize], body[additional:], body[:additional])
	}
	if modern || len(body) < oldNonceSize {
		return nil, aes.KeySizeError(len(body))
	}
	gcm, err := cipher.NewGCMWithNonceSize(block, oldNonceSize)
	if err != nil {
		return nil, err
	}
	end := len(body) - oldNonceSize
	return gcm.Open(nil, body[end:], body[:end], nil)
}

// withPin opens one protected attribute. Fault: CredentialSealed.
func withPin(text, pin string) (string, error) {
	refuse := func(detail string) (string, error) {
		return "", fault(CredentialSealed, drivers.AgainNever, detail, nil)
	}
	raw, ok := base64Any(text)
	if !ok || len(raw) < pinSalt+nonceSize {
		return refuse("a protected attribute is not of the agreed form")
	}
	salt, nonce, body := raw[:pinSalt], raw[pinSalt:pinSalt+nonceSize], raw[pinSalt+nonceSize:]
	key, err := pbkdf2.Key(sha512.New, pin, salt, pinRounds, 32)
	if err != nil {
		return refuse("the protection key is none")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return refuse("the protection key is none")
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return refuse("the protection key is none")
	}
	plain, err := gcm.Open(nil, nonce, body, salt)
	if err != nil {
		return refuse("a protected attribute does not open with the event's protection key")
	}
	return string(plain), nil
}

// base64Any reads base64 in either alphabet, with padding or without: MOSIP's own decoders take all four, and its parts send more than one.
func base64Any(text string) ([]byte, bool) {
	text = strings.Trim(strings.TrimSpace(text), `"`)
	text = strings.NewReplacer("\r", "", "\n", "", "-", "+", "_", "/", "=", "").Replace(text)
	raw, err := base64.RawStdEncoding.DecodeString(text)
	return raw, err == nil && len(raw) > 0
}
