package hub

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// listener is a subscriber's callback.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	modes  []string
	events int
	deaf   bool
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		switch {
		case r.Method == http.MethodGet:
			l.modes = append(l.modes, r.URL.Query().Get("hub.mode"))
			_, _ = io.WriteString(w, r.URL.Query().Get("hub.challenge"))
		case l.deaf:
			w.WriteHeader(http.StatusServiceUnavailable)
		case strings.HasPrefix(r.Header.Get("X-Hub-Signature"), "SHA256="):
			l.events++
		}
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) saw() (modes string, events int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.modes, " "), l.events
}

func (l *listener) set(deaf bool) { l.mu.Lock(); defer l.mu.Unlock(); l.deaf = deaf }

func certificate(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "partner.crt")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// The hub asks a subscriber back, denies one that it has, drops one that does not answer, and goes on where it stopped, also after a restart.
func TestSubscriptions(t *testing.T) {
	o := Options{Dir: filepath.Join(t.TempDir(), "new"), Address: "127.0.0.1:0", Seed: 1, Partner: "p", Cert: certificate(t), Tries: 2, Pause: time.Millisecond}
	h, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	subscribe := func(topic string) int {
		t.Helper()
		resp, err := http.PostForm(h.URL+"/hub/", url.Values{"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.callback": {l.URL}, "hub.secret": {"s"}})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	order := func(n int) {
		t.Helper()
		if _, err := h.Order(n, "euin"); err != nil {
			t.Fatal(err)
		}
	}
	events := func(n int) {
		t.Helper()
		until(t, "events", func() bool { _, have := l.saw(); return have == n })
	}
	if subscribe("another") != http.StatusBadRequest || subscribe("p/CREDENTIAL_ISSUED") != http.StatusAccepted {
		t.Fatal("subscriptions")
	}
	until(t, "the subscription", func() bool { return h.Truth().Subscribers == 1 })
	subscribe("p/CREDENTIAL_ISSUED")
	until(t, "the denial", func() bool { modes, _ := l.saw(); return modes == "subscribe denied" })
	order(0)
	events(1)
	l.set(true)
	order(1)
	until(t, "the drop", func() bool { return h.Truth().Subscribers == 0 })
	l.set(false)
	order(2)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if h, err = Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	if truth := h.Truth(); truth.Waiting != 2 || len(truth.Requests) != 3 {
		t.Fatalf("after the restart %+v", truth)
	}
	subscribe("p/CREDENTIAL_ISSUED")
	events(3)
	for verb, ok := range map[string]bool{"lose": true, "calm": true, "sing": false} {
		if err := h.Do(verb, 1); (err == nil) != ok {
			t.Errorf("%s: %v", verb, err)
		}
	}
}
