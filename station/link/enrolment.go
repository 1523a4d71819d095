package link

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cetak/station/centre/api"
	"cetak/station/durable"
	"cetak/station/policy"
)

// Files of a desk's enrolment beside those of package api. The table of rules is kept there once it came.
const (
	NotaryFile = "notary.jwk"
	policyFile = "policy.json"
)

// Notary is the key by which a centre signs what it says about books and rules.
type Notary struct{ key jose.JSONWebKey }

// OpenNotary reads the notary's public key of an enrolment. Fault: api.NotEnrolled.
func OpenNotary(folder string) (*Notary, error) {
	text, err := os.ReadFile(filepath.Join(folder, NotaryFile))
	n := &Notary{}
	if err == nil {
		err = json.Unmarshal(text, &n.key)
	}
	if err != nil {
		return nil, fault(api.NotEnrolled, "enrolment", NotaryFile, err)
	}
	if public, ok := n.key.Key.(*ecdsa.PublicKey); !ok || public.Curve != elliptic.P256() {
		return nil, fault(api.NotEnrolled, "enrolment", NotaryFile+" is no public P-256 key", nil)
	}
	return n, nil
}

// open verifies what the notary signed and reads its payload. Fault: NotSigned.
func (n *Notary) open(compact, typ string, into any) error {
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || len(jws.Signatures) != 1 || jws.Signatures[0].Protected.ExtraHeaders[jose.HeaderType] != typ {
		return fault(NotSigned, "notary", "no "+typ, err)
	}
	payload, err := jws.Verify(n.key)
	if err == nil {
		err = json.Unmarshal(payload, into)
	}
	if err != nil {
		return fault(NotSigned, "notary", typ, err)
	}
	return nil
}

// table proves a table of rules and reads it. Faults: NotSigned, those of policy.Parse.
func (n *Notary) table(p api.Policy) (*policy.Table, error) {
	var signed struct {
		V      int    `json:"v"`
		Digest string `json:"digest"`
	}
	if err := n.open(p.JWS, api.TypePolicy, &signed); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(p.Table))
	if signed.V != 1 || signed.Digest != hex.EncodeToString(sum[:]) {
		return nil, fault(NotSigned, "policy", "the signature is another table's", nil)
	}
	return policy.Parse([]byte(p.Table))
}

// Policy gives the centre's table of rules that was taken over last, and its digest; nil where none was. What lies in the folder is proved
// each time. Faults: api.NotEnrolled, NotSigned, those of policy.Parse.
func Policy(folder string) (*policy.Table, string, error) {
	text, err := os.ReadFile(filepath.Join(folder, policyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	var p api.Policy
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return nil, "", fault(NotSigned, "policy", policyFile, err)
	}
	n, err := OpenNotary(folder)
	if err != nil {
		return nil, "", err
	}
	t, err := n.table(p)
	return t, p.Digest, err
}

func keepPolicy(folder string, p api.Policy) error {
	text, err := json.Marshal(p)
	if err == nil {
		err = durable.Write(filepath.Join(folder, policyFile), text, 0o600)
	}
	if err != nil {
		return fault(api.NotEnrolled, "policy", policyFile+" cannot be written", err)
	}
	return nil
}

// Holder is whom an enrolment speaks for.
type Holder struct {
	Station string
	Centre  string // the address
	Ends    time.Time
}

// ReadHolder reads who an enrolment is for. Fault: api.NotEnrolled.
func ReadHolder(folder string) (Holder, error) {
	bad := func(what string, err error) (Holder, error) {
		return Holder{}, fault(api.NotEnrolled, "enrolment", what, err)
	}
	text, err := os.ReadFile(filepath.Join(folder, api.HolderCert))
	if err != nil {
		return bad(api.HolderCert, err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return bad(api.HolderCert+" is no certificate", nil)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return bad(api.HolderCert+" is no certificate", err)
	}
	if len(cert.URIs) != 1 || cert.URIs[0].Scheme != "cetak" || cert.URIs[0].Host != "station" {
		return bad(api.HolderCert+" is no desk's", nil)
	}
	base, err := os.ReadFile(filepath.Join(folder, api.CentreURL))
	if err != nil {
		return bad(api.CentreURL, err)
	}
	return Holder{Station: strings.TrimPrefix(cert.URIs[0].Path, "/"), Centre: strings.TrimSpace(string(base)), Ends: cert.NotAfter}, nil
}

// Enrol copies a desk's enrolment into folder, whole or not at all; an older one there is replaced. station is the name that the desk's
// books go by. Faults: api.NotEnrolled, WrongHolder.
func Enrol(from, folder, station string) (Holder, error) {
	h, err := ReadHolder(from)
	if err != nil {
		return h, err
	}
	if h.Station != station {
		return h, fault(WrongHolder, "enrolment", "it is for "+h.Station+", this desk is "+station, nil)
	}
	if _, err := api.Dial(from); err != nil {
		return h, err
	}
	if _, err := OpenNotary(from); err != nil {
		return h, err
	}
	fresh := folder + ".new"
	if err := errors.Join(os.RemoveAll(fresh), os.MkdirAll(fresh, 0o700)); err != nil {
		return h, fault(api.NotEnrolled, "enrolment", "the folder cannot be made", err)
	}
	for _, name := range []string{api.HolderKey, api.HolderCert, api.CentreCert, api.CentreURL, NotaryFile} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = durable.Write(filepath.Join(fresh, name), text, 0o600)
		}
		if err != nil {
			return h, fault(api.NotEnrolled, "enrolment", name, err)
		}
	}
	old := folder + ".old"
	err = os.RemoveAll(old)
	if err == nil {
		if err = os.Rename(folder, old); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		err = errors.Join(os.Rename(fresh, folder), durable.SyncDir(filepath.Dir(folder)), os.RemoveAll(old))
	}
	if err != nil {
		return h, fault(api.NotEnrolled, "enrolment", "the folder cannot be put in its place", err)
	}
	return h, nil
}
