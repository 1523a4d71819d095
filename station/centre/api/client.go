package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cetak/drivers"
)

// Faults of the link to the centre, found at this end of it. They concern no card.
const (
	Unreachable  drivers.Code = "N-201" // nobody answers: no network, or the centre is down
	NotTrusted   drivers.Code = "N-202" // one end does not take the other's certificate
	NoContract   drivers.Code = "N-203" // what answers is not a centre, or one of another contract
	NotEnrolled  drivers.Code = "N-204" // the folder with certificate, key, and address is not there or not whole
	clientWithin              = 45 * time.Second
)

// Files of an enrolment: what a holder is given by `centre ca make` and `centre station add`.
const (
	HolderCert = "client.crt"
	HolderKey  = "client.key"
	CentreCert = "ca.crt"
	CentreURL  = "centre.url"
)

// Client speaks to a centre in the name of one holder. It tries once: when to try again is its user's business. It is safe for concurrent
// use.
type Client struct {
	base string
	tls  *tls.Config
	http *http.Client
}

// Dial reads an enrolment and is ready to speak; it does not connect yet. Fault: NotEnrolled.
func Dial(dir string) (*Client, error) {
	refuse := func(detail string, err error) (*Client, error) {
		return nil, &drivers.Fault{Code: NotEnrolled, Op: "centre", Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
	}
	base, err := os.ReadFile(filepath.Join(dir, CentreURL))
	if err != nil {
		return refuse(filepath.Join(dir, CentreURL), err)
	}
	if !strings.HasPrefix(string(base), "https://") {
		return refuse(CentreURL+" is no https address", nil)
	}
	info, err := os.Stat(filepath.Join(dir, HolderKey))
	if err != nil {
		return refuse(HolderKey, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return refuse(HolderKey+" is open to others: its mode must be 0600", nil)
	}
	own, err := tls.LoadX509KeyPair(filepath.Join(dir, HolderCert), filepath.Join(dir, HolderKey))
	if err != nil {
		return refuse(HolderCert+" and "+HolderKey, err)
	}
	authority, err := os.ReadFile(filepath.Join(dir, CentreCert))
	if err != nil {
		return refuse(CentreCert, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return refuse(CentreCert+" is no certificate", nil)
	}
	only1 := new(http.Protocols) // a desk asks one thing after the other: HTTP/2 costs both ends more and brings nothing
	only1.SetHTTP1(true)
	secure := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}, RootCAs: pool}
	return &Client{base: strings.TrimRight(strings.TrimSpace(string(base)), "/"), tls: secure, http: &http.Client{
		Timeout: clientWithin,
		Transport: &http.Transport{
			TLSClientConfig: secure.Clone(), Protocols: only1, TLSHandshakeTimeout: 15 * time.Second, IdleConnTimeout: time.Minute,
		},
		// A centre sends nobody elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Do sends one request and reads the answer into out, JSON or a Sealed; in nil is a GET. A refusal comes back as a Fault with the centre's code.
// Faults of the link: Unreachable, NotTrusted, NoContract; then it is not known whether the centre did what was asked.
func (c *Client) Do(ctx context.Context, path string, in, out any) error {
	method, body := http.MethodGet, io.Reader(nil)
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return &drivers.Fault{Code: drivers.Unexpected, Op: "centre", Again: drivers.AgainNever, Err: err}
		}
		method, body = http.MethodPost, bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return &drivers.Fault{Code: NotEnrolled, Op: "centre", Again: drivers.AgainAfterOperator, Detail: CentreURL, Err: err}
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return c.linkFault(ctx, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody))
	if err != nil {
		return c.linkFault(ctx, err)
	}
	return ReadAnswer(resp.StatusCode, resp.Header.Get("Content-Type"), text, out)
}

// ReadAnswer reads what a centre answered into out, as Do. Faults: the refusal it is, NoContract.
func ReadAnswer(status int, mediaType string, text []byte, out any) error {
	strange := &drivers.Fault{Code: NoContract, Op: "centre", Again: drivers.AgainAfterOperator, Detail: http.StatusText(status)}
	if status != http.StatusOK {
		var p Problem
		if json.Unmarshal(text, &p) != nil || Status(p.Code) != status {
			return strange
		}
		return Refuse(p.Code, "centre", p.Detail, nil)
	}
	if sealed, ok := out.(*Sealed); ok {
		if mediaType != SealedType {
			return strange
		}
		*sealed = Sealed(text)
		return nil
	}
	if json.Unmarshal(text, out) != nil {
		return strange
	}
	return nil
}

// linkFault tells a certificate that is not taken from a line that is not there.
func (c *Client) linkFault(ctx context.Context, err error) error {
	f := &drivers.Fault{Code: Unreachable, Op: "centre", Again: drivers.AgainNow, Err: err}
	if notTrusted(err) || ctx.Err() == nil && notTrusted(c.greet(ctx)) {
		f.Code, f.Again = NotTrusted, drivers.AgainAfterOperator
	}
	return f
}

func notTrusted(err error) bool {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var said *net.OpError // crypto/tls gives the other end's alert as an OpError of this Op; its own type is not public
	return errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) || errors.As(err, &said) && said.Op == "remote error"
}

// greetFor is how long a refusal of our certificate may take to come. In TLS 1.3 it comes after the handshake, when a request is already on its way.
const greetFor = 2 * time.Second

// greet shakes hands and listens for a moment. Who takes our certificate says nothing: it is for us to ask.
func (c *Client) greet(ctx context.Context) error {
	u, err := url.Parse(c.base)
	if err != nil {
		return err
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "443")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*greetFor)
	defer cancel()
	conn, err := (&tls.Dialer{Config: c.tls.Clone()}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(greetFor)); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}
