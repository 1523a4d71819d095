// Package stand gives tests a centre: a whole one in a folder of its own, with its authority, its notary, and its real service, over TLS or
// called in the test's own process, where synctest's clock rules.
package stand

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
)

// Stand is one centre.
type Stand struct {
	testing.TB
	Dir       string
	Authority *ca.Authority

	mu      sync.Mutex
	service *centre.Service // in process; nil before the first Wire
	revoked map[string]bool // serial numbers, hex
}

// New makes a centre's folder; nothing runs yet.
func New(t testing.TB) *Stand {
	t.Helper()
	s := &Stand{TB: t, Dir: filepath.Join(t.TempDir(), "centre"), revoked: map[string]bool{}}
	now := time.Now()
	var err error
	s.Authority, err = ca.Create(filepath.Join(s.Dir, centre.CAFolder), "test", now)
	s.try(err)
	own, err := s.Authority.Issue(ca.Server, "localhost", []string{"localhost", "127.0.0.1"}, now)
	s.try(err)
	s.try(os.WriteFile(filepath.Join(s.Dir, centre.ServerCert), own.Cert, 0o600))
	s.try(os.WriteFile(filepath.Join(s.Dir, centre.ServerKey), own.Key, 0o600))
	_, err = centre.NewNotary(s.Dir)
	s.try(err)
	return s
}

func (s *Stand) try(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// Store opens the centre's store for one purpose, as its command line does.
func (s *Stand) Store(do func(centre.Store) error) {
	s.Helper()
	st, err := centre.OpenFile(context.Background(), filepath.Join(s.Dir, centre.File))
	s.try(err)
	err = do(st)
	if e := st.Close(); err == nil {
		err = e
	}
	s.try(err)
}

// AddDesk registers a desk by its station.jwk.
func (s *Stand) AddDesk(id, office, keyFile string) {
	s.Helper()
	text, err := os.ReadFile(keyFile)
	s.try(err)
	kid, jwk, err := centre.PublicKey(text)
	s.try(err)
	s.Store(func(st centre.Store) error {
		return st.AddStation(context.Background(), centre.Station{ID: id, Kid: kid, JWK: jwk, Office: office, District: "Kab. " + office, Province: "Jawa Tengah", Zone: 7, Added: time.Now()})
	})
}

// Enrol makes the enrolment of a holder, for a centre at an address such as "127.0.0.1:8443", and gives its folder.
func (s *Stand) Enrol(role ca.Role, name, address string) string {
	s.Helper()
	made, err := s.Authority.Issue(role, name, nil, time.Now())
	s.try(err)
	notary, err := os.ReadFile(filepath.Join(s.Dir, centre.NotaryPublic))
	s.try(err)
	dir := s.TempDir()
	for file, text := range map[string][]byte{api.HolderCert: made.Cert, api.HolderKey: made.Key, api.CentreCert: s.Authority.CertPEM(),
		api.CentreURL: []byte("https://" + address), centre.NotaryPublic: notary} {
		s.try(os.WriteFile(filepath.Join(dir, file), text, 0o600))
	}
	return dir
}

// Serve runs the service over TLS at an address; ":0" for any. The caller closes it.
func (s *Stand) Serve(listen string) *centre.Server {
	s.Helper()
	server, err := centre.Start(context.Background(), centre.Options{Dir: s.Dir, Listen: listen}, zerolog.Nop())
	s.try(err)
	return server
}

// Open makes the service ready to be called in process, until stop.
func (s *Stand) Open() (stop func()) {
	s.Helper()
	st, err := centre.OpenFile(context.Background(), filepath.Join(s.Dir, centre.File))
	s.try(err)
	notary, err := centre.OpenNotary(s.Dir)
	s.try(err)
	s.service = centre.NewService(st, notary, func(n *big.Int) (bool, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.revoked[n.Text(16)], nil
	}, zerolog.Nop())
	return func() { s.try(st.Close()) }
}

// Revoke takes back the certificate of an enrolment, for callers in process.
func (s *Stand) Revoke(enrolment string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked[certificate(s, enrolment).SerialNumber.Text(16)] = true
}

func certificate(s *Stand, enrolment string) *x509.Certificate {
	text, err := os.ReadFile(filepath.Join(enrolment, api.HolderCert))
	s.try(err)
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	s.try(err)
	return cert
}

// Wire calls the service in process in the name of an enrolment's holder, as api.Client does over TLS.
func (s *Stand) Wire(enrolment string) *Wire { return &Wire{s, certificate(s, enrolment)} }

// Wire is a way to the service without a network.
type Wire struct {
	stand *Stand
	cert  *x509.Certificate
}

// Do is api.Client's.
func (w *Wire) Do(ctx context.Context, path string, in, out any) error {
	method, body := http.MethodGet, []byte(nil)
	if in != nil {
		method = http.MethodPost
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	req := httptest.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	req.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{w.cert}, VerifiedChains: [][]*x509.Certificate{{w.cert}}}
	answer := httptest.NewRecorder()
	w.stand.service.Handler().ServeHTTP(answer, req)
	return api.ReadAnswer(answer.Code, answer.Header().Get("Content-Type"), answer.Body.Bytes(), out)
}
