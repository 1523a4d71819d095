package mosip

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"cetak/drivers"
)

// hub speaks to MOSIP: its token service, WebSub hub, datashare, and credential request generator. It tries once; when to try again is its
// user's business. Safe for concurrent use.
type hub struct {
	s      *Settings
	http   *http.Client
	secret string // of the subscription
	client string // secret of the client at the token service

	mu    sync.Mutex
	token string
}

// hubPatience bounds one request to MOSIP.
const hubPatience = 30 * time.Second

func newHub(dir string, s *Settings, k *keys) (*hub, error) {
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.Hub.CA != "" {
		path := s.Hub.CA
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fault(FolderUnusable, drivers.AgainAfterOperator, "hub.ca", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(text) {
			return nil, fault(FolderUnusable, drivers.AgainAfterOperator, "hub.ca is no certificate", nil)
		}
		secure.RootCAs = pool
	}
	return &hub{s: s, secret: k.hub, client: k.token, http: &http.Client{
		Timeout:       hubPatience,
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: secure, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a token goes to nobody else
	}}, nil
}

// answer is what MOSIP said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// errorCode is the first code of MOSIP's list of errors, with which it answers also under status 200; "" without one.
func (a answer) errorCode() string {
	var said struct {
		Errors []struct {
			Code string `json:"errorCode"`
		} `json:"errors"`
	}
	if !bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("{")) || json.Unmarshal(a.body, &said) != nil || len(said.Errors) == 0 {
		return ""
	}
	if code := said.Errors[0].Code; code != "" && len(code) <= 32 {
		return code
	}
	return "an error without a code"
}

// Codes of MOSIP (docs/mosip.md, "Errors").
const (
	notSignedIn = "KER-ATH-401"
	noneFound   = "IDR-CRG-009"
)

// do sends one request, with a token where one is set up; a token that is not taken is fetched anew once. Fault: HubUnreachable.
func (h *hub) do(ctx context.Context, method, address, kind string, body []byte) (answer, error) {
	for try := 0; ; try++ {
		token, err := h.signedIn(ctx)
		if err != nil {
			return answer{}, err
		}
		a, err := h.send(ctx, method, address, kind, body, token)
		if err != nil {
			return a, err
		}
		if token == "" || try > 0 || a.status != http.StatusUnauthorized && a.errorCode() != notSignedIn {
			return a, nil
		}
		h.mu.Lock()
		if h.token == token {
			h.token = ""
		}
		h.mu.Unlock()
	}
}

func (h *hub) send(ctx context.Context, method, address, kind string, body []byte, token string) (answer, error) {
	unreachable := func(err error) (answer, error) {
		var shown *url.Error // its text holds the address, and a datashare's address is a key to a person
		if errors.As(err, &shown) {
			err = shown.Err
		}
		return answer{}, fault(HubUnreachable, drivers.AgainNow, method, err)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return unreachable(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if token != "" {
		req.AddCookie(&http.Cookie{Name: "Authorization", Value: token})
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return unreachable(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxEnvelope*2))
	if err != nil {
		return unreachable(err)
	}
	return answer{resp.StatusCode, resp.Header, text}, nil
}

// signedIn gives the token, and fetches one when there is none. Faults: HubUnreachable, HubRefused.
func (h *hub) signedIn(ctx context.Context) (string, error) {
	if h.s.Token.URL == "" {
		return "", nil
	}
	h.mu.Lock()
	defer h.mu.Unlock() // one asks, the others wait for it
	if h.token != "" {
		return h.token, nil
	}
	body, err := json.Marshal(map[string]any{"id": "cetak", "version": "1.0", "requesttime": time.Now().UTC().Format(mosipTime), "metadata": map[string]string{},
		"request": map[string]string{"clientId": h.s.Token.Client, "secretKey": h.client, "appId": h.s.Token.App}})
	if err != nil {
		return "", fault(HubRefused, drivers.AgainAfterOperator, "token", err)
	}
	a, err := h.send(ctx, http.MethodPost, h.s.Token.URL, "application/json", body, "")
	if err != nil {
		return "", err
	}
	token := a.header.Get("Authorization")
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == "Authorization" && c.Value != "" {
			token = c.Value
		}
	}
	if code := a.errorCode(); a.status != http.StatusOK || code != "" || token == "" {
		return "", refusedBy("token", a)
	}
	h.token = token
	return token, nil
}

func refusedBy(what string, a answer) error {
	return fault(HubRefused, drivers.AgainNow, strings.TrimSpace(fmt.Sprintf("%s: status %d %s", what, a.status, a.errorCode())), nil)
}

// subscribe asks the hub for the partner's topic; the hub then asks the callback whether that is so. Faults: HubUnreachable, HubRefused.
func (h *hub) subscribe(ctx context.Context) error {
	form := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {h.s.Hub.Topic}, "hub.callback": {h.s.Hub.Callback}, "hub.secret": {h.secret}}
	if h.s.Hub.LeaseSeconds > 0 {
		form.Set("hub.lease_seconds", strconv.Itoa(h.s.Hub.LeaseSeconds))
	}
	a, err := h.do(ctx, http.MethodPost, h.s.Hub.URL, "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return err
	}
	if a.status == http.StatusAccepted || a.status == http.StatusOK && accepted(a.body) {
		return nil
	}
	return refusedBy("subscription", a)
}

// accepted reads the older hub's answer, a form in the body.
func accepted(body []byte) bool {
	v, err := url.ParseQuery(strings.TrimSpace(string(body)))
	return err == nil && v.Get("hub.result") == "accepted" || err == nil && v.Get("hub.mode") == "accepted"
}

// Forms of time in MOSIP's messages.
const (
	mosipTime   = "2006-01-02T15:04:05.000Z"
	mosipStatus = "2006-01-02 15:04:05.000000"
)

// publish reports one status. Faults: HubUnreachable (then it is not known whether it came), HubRefused.
func (h *hub) publish(ctx context.Context, r statusReport) error {
	type inner struct {
		ID        string `json:"id"`
		RequestID string `json:"requestId"`
		Timestamp string `json:"timestamp"`
		Status    string `json:"status"`
		Message   string `json:"msg,omitempty"`
		URL       string `json:"url,omitempty"`
	}
	body, err := json.Marshal(struct {
		Publisher   string `json:"publisher"`
		Topic       string `json:"topic"`
		PublishedOn string `json:"publishedOn"`
		Event       inner  `json:"event"`
	}{h.s.Hub.Publisher, h.s.Hub.StatusTopic, time.Now().UTC().Format(mosipTime),
		inner{r.id, r.request, r.at.Format(mosipStatus), r.status, r.msg, r.url}})
	if err != nil {
		return fault(HubRefused, drivers.AgainNever, "status", err)
	}
	address := h.s.Hub.URL + "?" + url.Values{"hub.mode": {"publish"}, "hub.topic": {h.s.Hub.StatusTopic}}.Encode()
	a, err := h.do(ctx, http.MethodPost, address, "application/json", body)
	if err != nil {
		return err
	}
	if a.status/100 == 2 && a.errorCode() == "" {
		return nil
	}
	return refusedBy("status", a)
}

// fetch downloads a credential. over means that the link will never give it. Faults: HubUnreachable, CredentialLost.
func (h *hub) fetch(ctx context.Context, address string) (body string, over bool, err error) {
	a, err := h.do(ctx, http.MethodGet, address, "", nil)
	if err != nil {
		return "", false, err
	}
	code := a.errorCode()
	switch {
	case a.status == http.StatusOK && code == "" && len(bytes.TrimSpace(a.body)) > 0:
		return string(a.body), false, nil
	case a.status >= 500 || a.status == http.StatusTooManyRequests || code == notSignedIn:
		return "", false, fault(CredentialLost, drivers.AgainNow, fmt.Sprintf("status %d %s", a.status, code), nil)
	}
	return "", true, fault(CredentialLost, drivers.AgainNever, fmt.Sprintf("status %d %s", a.status, code), nil)
}

// issued is a credential request as the request generator lists it.
type issued struct {
	ID      string `json:"requestId"`
	Partner string `json:"partner"`
	Status  string `json:"statusCode"`
	Updated string `json:"updateDateTime"`
}

// listed gives one page of requests with a status, since a moment. Faults: HubUnreachable, HubRefused.
func (h *hub) listed(ctx context.Context, status string, since time.Time, page int) (all []issued, more bool, err error) {
	q := url.Values{"statusCode": {status}, "effectivedtimes": {since.UTC().Format(mosipTime)}, "pageNumber": {strconv.Itoa(page)},
		"pageSize": {strconv.Itoa(h.s.Requests.Page)}, "orderBy": {h.s.Requests.OrderBy}, "direction": {"ASC"}}
	a, err := h.do(ctx, http.MethodGet, strings.TrimRight(h.s.Requests.URL, "/")+"/getRequestIds?"+q.Encode(), "", nil)
	if err != nil {
		return nil, false, err
	}
	if a.errorCode() == noneFound {
		return nil, false, nil
	}
	var said struct {
		Response struct {
			Pages int      `json:"totalPages"`
			Data  []issued `json:"data"`
		} `json:"response"`
	}
	if a.status != http.StatusOK || a.errorCode() != "" || json.Unmarshal(a.body, &said) != nil {
		return nil, false, refusedBy("list of requests", a)
	}
	return said.Response.Data, page+1 < said.Response.Pages, nil
}

// status is what MOSIP has for a request. Faults: HubUnreachable, HubRefused.
func (h *hub) status(ctx context.Context, id string) (string, error) {
	a, err := h.do(ctx, http.MethodGet, strings.TrimRight(h.s.Requests.URL, "/")+"/get/"+url.PathEscape(id), "", nil)
	if err != nil {
		return "", err
	}
	var said struct {
		Response struct {
			Status string `json:"statusCode"`
		} `json:"response"`
	}
	if a.status != http.StatusOK || a.errorCode() != "" || json.Unmarshal(a.body, &said) != nil {
		return "", refusedBy("status of a request", a)
	}
	return said.Response.Status, nil
}

// retrigger asks MOSIP to issue a credential again. Faults: HubUnreachable, HubRefused.
func (h *hub) retrigger(ctx context.Context, id string) error {
	a, err := h.do(ctx, http.MethodPut, strings.TrimRight(h.s.Requests.URL, "/")+"/retrigger/"+url.PathEscape(id), "", nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK || a.errorCode() != "" {
		return refusedBy("retrigger", a)
	}
	return nil
}

// uuid makes a random one, RFC 9562 version 4.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
