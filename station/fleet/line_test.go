package fleet

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
)

// line stands between one desk and the centre. It has the centre's certificate towards the desk and the desk's towards the centre, so that
// it can do to whole requests what a bad network does to packets, and it can cut the connection under them.
type line struct {
	f      *fleet
	server *http.Server
	at     string // its address, for the desk's enrolment
	client *http.Client
	late   sync.WaitGroup // requests that are delivered when nobody waits for them any more

	mu   sync.Mutex
	luck *rand.Rand
	down time.Time // until then nothing gets through
	open map[net.Conn]bool
}

type connKey struct{}

// newLine opens a line for the holder whose enrolment lies in the folder.
func (f *fleet) newLine(enrolment string, seed uint64) (*line, error) {
	theirs, err := tls.LoadX509KeyPair(filepath.Join(f.centre.dir, centre.ServerCert), filepath.Join(f.centre.dir, centre.ServerKey))
	if err != nil {
		return nil, err
	}
	own, err := tls.LoadX509KeyPair(filepath.Join(enrolment, api.HolderCert), filepath.Join(enrolment, api.HolderKey))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(filepath.Join(enrolment, api.CentreCert))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &line{f: f, at: "https://" + listener.Addr().String(), luck: rand.New(rand.NewPCG(seed, 1)), open: map[net.Conn]bool{}, client: &http.Client{
		Timeout: time.Minute,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS13},
			ForceAttemptHTTP2: true, TLSHandshakeTimeout: 30 * time.Second},
	}}
	l.server = &http.Server{
		Handler: l, TLSConfig: &tls.Config{Certificates: []tls.Certificate{theirs}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS13},
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ConnState:   l.watch, ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() { _ = l.server.ServeTLS(listener, "", "") }() // ends by close
	return l, nil
}

// watch keeps what is open, and lets nobody in while the line is down.
func (l *line) watch(c net.Conn, s http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch s {
	case http.StateNew:
		l.open[c] = true
		if time.Now().Before(l.down) {
			_ = c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		delete(l.open, c)
	}
}

// cut takes the line away for a time.
func (l *line) cut(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = time.Now().Add(d)
	for c := range l.open {
		_ = c.Close()
	}
}

func (l *line) close() {
	l.late.Wait()
	_ = l.server.Close()
}

// fate is what happens to one request.
type fate string

const (
	whole     fate = "passed"
	lost      fate = "request lost"
	deaf      fate = "answer lost"
	twice     fate = "repeated"
	again     fate = "repeated later"
	slow      fate = "delayed"
	overtaken fate = "given up and delivered later"
	strange   fate = "answered by a stranger"
)

// draw chooses a request's fate, and a time that may go with it.
func (l *line) draw() (fate, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, d := l.luck.IntN(100), time.Duration(l.luck.ExpFloat64()*2*float64(time.Second))
	if !l.f.stormy() {
		return whole, 0
	}
	for _, of := range []struct {
		share int
		fate  fate
	}{{4, lost}, {6, deaf}, {6, twice}, {6, again}, {6, slow}, {6, overtaken}, {2, strange}} {
		if n -= of.share; n < 0 {
			return of.fate, min(d, 15*time.Second)
		}
	}
	return whole, 0
}

// ServeHTTP carries one request.
func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the desk is gone
	}
	fate, wait := l.draw()
	l.f.count("line: " + string(fate))
	pass := func() (*http.Response, []byte, error) { return l.pass(r.Method, r.URL.RequestURI(), body) }
	later := func() {
		l.late.Go(func() {
			time.Sleep(wait)
			_, _, _ = pass() // nobody waits for the answer
		})
	}
	switch fate {
	case lost:
		l.hangUp(r)
	case deaf:
		_, _, _ = pass()
		l.hangUp(r)
	case overtaken:
		later()
		l.hangUp(r)
	case strange:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<html><h1>502 Bad Gateway</h1></html>"))
		return
	case twice:
		_, _, _ = pass()
	case again:
		later()
	case slow:
		time.Sleep(wait)
	}
	resp, answer, err := pass()
	if err != nil {
		l.hangUp(r)
	}
	for _, name := range []string{"Content-Type", "Retry-After", "Cache-Control"} {
		if v := resp.Header.Get(name); v != "" {
			w.Header().Set(name, v)
		}
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(answer)
}

// hangUp closes the connection under a request; it does not return.
func (l *line) hangUp(r *http.Request) {
	if c, ok := r.Context().Value(connKey{}).(net.Conn); ok {
		_ = c.Close()
	}
	panic(http.ErrAbortHandler)
}

// pass brings a request to the centre wherever it is now.
func (l *line) pass(method, path string, body []byte) (*http.Response, []byte, error) {
	address := l.f.centre.address()
	if address == "" {
		return nil, nil, errors.New("the service is down")
	}
	req, err := http.NewRequest(method, address+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp, answer, err
}
