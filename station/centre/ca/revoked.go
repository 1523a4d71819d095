package ca

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// lookAgain is how often the list's file is looked at: how long a revoked certificate may go on.
const lookAgain = time.Second

// Revocations is the list of revoked certificates as it lies on the disk now. It is safe for concurrent use.
type Revocations struct {
	path string
	cert *x509.Certificate

	mu      sync.Mutex
	serials map[string]bool
	mtime   time.Time
	looked  time.Time
}

// Watch opens the list in an authority's folder; it needs no key. A list that is not there or not the authority's is an error.
func Watch(dir string) (*Revocations, error) {
	cert, err := readCert(filepath.Join(dir, CertFile))
	if err != nil {
		return nil, err
	}
	r := &Revocations{path: filepath.Join(dir, RevokedFile), cert: cert}
	return r, r.read()
}

// Authority is the certificate that the holders' are signed by.
func (r *Revocations) Authority() *x509.Certificate { return r.cert }

func (r *Revocations) read() error {
	info, err := os.Stat(r.path)
	if err != nil || info.ModTime().Equal(r.mtime) {
		return err
	}
	text, err := os.ReadFile(r.path)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return errors.New(RevokedFile + " is no list of revoked certificates")
	}
	list, err := x509.ParseRevocationList(block.Bytes)
	if err != nil {
		return err
	}
	if err := list.CheckSignatureFrom(r.cert); err != nil {
		return err
	}
	serials := map[string]bool{}
	for _, e := range list.RevokedCertificateEntries {
		serials[e.SerialNumber.Text(16)] = true
	}
	r.serials, r.mtime = serials, info.ModTime()
	return nil
}

// Revoked says whether a certificate was taken back. A list that cannot be read any more leaves the last one in force, and the error says
// so.
func (r *Revocations) Revoked(serial *big.Int) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	if now := time.Now(); now.Sub(r.looked) >= lookAgain {
		r.looked = now
		err = r.read()
	}
	return r.serials[serial.Text(16)], err
}
