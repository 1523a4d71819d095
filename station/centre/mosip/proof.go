package mosip

import (
	"crypto/x509"
	"encoding/base64"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cetak/drivers"
)

// proved holds the event's signature (a compact JWS without its payload, the signer's certificate in its header) over the credential as it
// was delivered. Fault: CredentialForged.
func proved(signature, credential string, trust *x509.CertPool, now time.Time) error {
	refuse := func(detail string) error { return fault(CredentialForged, drivers.AgainNever, detail, nil) }
	parts := strings.Split(signature, ".")
	if len(parts) != 3 {
		return refuse("no signature in three parts")
	}
	credential = strings.Trim(strings.TrimSpace(credential), `"`)
	// What stands between header and signature is the sealed credential, which is base64 already; a signer that encodes its text once more
	// signs the same text.
	for _, payload := range []string{strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(credential), "="), base64.RawURLEncoding.EncodeToString([]byte(credential))} {
		jws, err := jose.ParseSignedCompact(parts[0]+"."+payload+"."+parts[2], []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256})
		if err != nil || len(jws.Signatures) != 1 {
			return refuse("no JWS, or of another algorithm than RS256, PS256, and ES256")
		}
		chains, err := jws.Signatures[0].Protected.Certificates(x509.VerifyOptions{
			Roots: trust, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if err != nil {
			return refuse("its certificate does not lead to a trusted one")
		}
		if _, err := jws.Verify(chains[0][0].PublicKey); err == nil {
			return nil
		}
	}
	return refuse("the signature does not hold")
}
