// Package ca makes, lists, and revokes the certificates by which a centre knows who speaks: one small authority in one folder, for one
// centre. Who the holder is stands in the certificate as a URI, cetak://ROLE/NAME.
package ca

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cetak/station/durable"
)

// Role is what a certificate's holder is.
type Role string

// Roles.
const (
	Station    Role = "station"    // a desk: takes records, reports outcomes and books
	Register   Role = "register"   // gives records and withdraws them
	Supervisor Role = "supervisor" // reads everything, lets go of silent stations' leases, with another
	Reader     Role = "reader"     // reads figures
	Server     Role = "server"     // the centre itself
)

// Roles lists the roles of those who call the centre.
func Roles() []Role { return []Role{Station, Register, Supervisor, Reader} }

// Files of an authority.
const (
	CertFile    = "ca.crt"
	keyFile     = "ca.key"
	issuedFile  = "issued.jsonl"
	RevokedFile = "revoked.crl"
)

// Lifetimes. A desk's certificate lasts longer than its leases by far and not longer than a printer.
const (
	authorityYears = 15
	holderYears    = 2
)

// Errors of an authority.
var (
	ErrExists  = errors.New("there is an authority already")
	ErrUnknown = errors.New("no certificate of this name or serial number was issued")
	ErrName    = errors.New("a name has 1 to 120 characters and none of them is a control character")
	ErrExposed = errors.New("the authority's key is open to others: its mode must be 0600")
)

// Authority signs certificates. One program uses it at a time.
type Authority struct {
	dir  string
	cert *x509.Certificate
	key  crypto.Signer
}

// Entry is one issued certificate.
type Entry struct {
	Serial   string    `json:"serial"` // hex
	Role     Role      `json:"role"`
	Name     string    `json:"name"`
	Issued   time.Time `json:"issued"`
	NotAfter time.Time `json:"not_after"`
	Revoked  time.Time `json:"revoked,omitzero"`
	Why      string    `json:"why,omitempty"`
}

// Issued is a fresh certificate with its key, both PEM. The authority keeps no copy of the key.
type Issued struct {
	Serial    string
	Cert, Key []byte
}

// Create makes an authority in dir.
func Create(dir, name string, now time.Time) (*Authority, error) {
	if _, err := os.Stat(filepath.Join(dir, keyFile)); err == nil {
		return nil, ErrExists
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(authorityYears, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return nil, err
	}
	if err := durable.Write(filepath.Join(dir, CertFile), pemOf("CERTIFICATE", der), 0o644); err != nil {
		return nil, err
	}
	if err := durable.Write(filepath.Join(dir, keyFile), keyPEM, 0o600); err != nil {
		return nil, err
	}
	a, err := Open(dir)
	if err != nil {
		return nil, err
	}
	return a, a.writeRevoked(nil, now)
}

// Open opens the authority in dir.
func Open(dir string) (*Authority, error) {
	info, err := os.Stat(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, ErrExposed
	}
	cert, err := readCert(filepath.Join(dir, CertFile))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no key", keyFile)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", keyFile, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s cannot sign", keyFile)
	}
	return &Authority{dir, cert, signer}, nil
}

func readCert(path string) (*x509.Certificate, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no certificate", filepath.Base(path))
	}
	return x509.ParseCertificate(block.Bytes)
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pemOf("PRIVATE KEY", der), err
}

// serial is 16 random bytes: no two, and nobody guesses the next.
func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails since Go 1.24
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b)
}

// CertPEM is the authority's own certificate, which everybody else needs.
func (a *Authority) CertPEM() []byte { return pemOf("CERTIFICATE", a.cert.Raw) }

// Issue makes a certificate with a fresh key. hosts are the names and addresses of a server; nobody else has any.
func (a *Authority) Issue(role Role, name string, hosts []string, now time.Time) (Issued, error) {
	if name == "" || len(name) > 120 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return Issued{}, ErrName
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Issued{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name, OrganizationalUnit: []string{string(role)}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(holderYears, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, URIs: []*url.URL{{Scheme: "cetak", Host: string(role), Path: "/" + name}},
	}
	if role == Server {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		for _, h := range hosts {
			if ip := net.ParseIP(h); ip != nil {
				template.IPAddresses = append(template.IPAddresses, ip)
			} else {
				template.DNSNames = append(template.DNSNames, h)
			}
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return Issued{}, err
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return Issued{}, err
	}
	out := Issued{Serial: template.SerialNumber.Text(16), Cert: pemOf("CERTIFICATE", der), Key: keyPEM}
	// Before it is handed out it is in the list: what is not in the list cannot be revoked.
	return out, a.append(Entry{Serial: out.Serial, Role: role, Name: name, Issued: now.UTC(), NotAfter: template.NotAfter.UTC()})
}

// Identity says who holds a certificate.
func Identity(cert *x509.Certificate) (Role, string, bool) {
	if len(cert.URIs) != 1 || cert.URIs[0].Scheme != "cetak" {
		return "", "", false
	}
	name, ok := strings.CutPrefix(cert.URIs[0].Path, "/")
	return Role(cert.URIs[0].Host), name, ok && name != ""
}

// append writes one line to the list and waits for the disk.
func (a *Authority) append(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(a.dir, issuedFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// List gives every certificate that was issued, oldest first.
func (a *Authority) List() ([]Entry, error) {
	text, err := os.ReadFile(filepath.Join(a.dir, issuedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Entry
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		var e Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", issuedFile, n, err)
		}
		i := slices.IndexFunc(all, func(have Entry) bool { return have.Serial == e.Serial })
		if i >= 0 { // a line about a certificate that is in the list says what became of it
			all[i] = e
		} else {
			all = append(all, e)
		}
	}
	return all, lines.Err()
}

// Revoke takes back every certificate that goes by the name or the serial number. A service refuses it within seconds, also where its
// holder is connected.
func (a *Authority) Revoke(what, why string, now time.Time) ([]Entry, error) {
	all, err := a.List()
	if err != nil {
		return nil, err
	}
	var revoked []Entry
	known := false
	for i := range all {
		e := &all[i]
		if e.Serial != what && e.Name != what {
			continue
		}
		known = true
		if !e.Revoked.IsZero() {
			continue
		}
		e.Revoked, e.Why = now.UTC(), why
		if err := a.append(*e); err != nil {
			return revoked, err
		}
		revoked = append(revoked, *e)
	}
	if !known {
		return nil, ErrUnknown
	}
	return revoked, a.writeRevoked(all, now)
}

func (a *Authority) writeRevoked(all []Entry, now time.Time) error {
	list := &x509.RevocationList{Number: big.NewInt(now.UnixMilli()), ThisUpdate: now, NextUpdate: now.AddDate(authorityYears, 0, 0)}
	for _, e := range all {
		n, ok := new(big.Int).SetString(e.Serial, 16)
		if ok && !e.Revoked.IsZero() {
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: n, RevocationTime: e.Revoked})
		}
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.cert, a.key)
	if err != nil {
		return err
	}
	return durable.Write(filepath.Join(a.dir, RevokedFile), pemOf("X509 CRL", der), 0o644)
}
