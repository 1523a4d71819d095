package centre

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
)

// patience is how long one request may take: longer than a store's hiccup, shorter than a client's.
const patience = 30 * time.Second

// Service answers stations, the register, and supervisors. It holds nothing of its own: any number may stand before one store.
type Service struct {
	store   Store
	notary  *Notary
	revoked func(*big.Int) (bool, error)
	log     zerolog.Logger
	figures *figures
	summary *remembered
}

// NewService makes a service. revoked says whether a certificate's serial number was taken back.
func NewService(s Store, n *Notary, revoked func(*big.Int) (bool, error), log zerolog.Logger) *Service {
	return &Service{store: s, notary: n, revoked: revoked, log: log, figures: newFigures(), summary: &remembered{store: s, at: map[string]time.Time{}, is: map[string]api.Summary{}}}
}

// caller is who speaks, by his certificate.
type caller struct {
	role ca.Role
	name string
}

// route is one way to call the service.
type route struct {
	method, path string
	roles        []ca.Role
	do           func(*Service, *call) (any, error)
}

// most is how many bytes a request of the route may have.
func (r route) most() int64 {
	switch r.path {
	case "/v1/deposits": // a hundred records with the envelopes of several desks
		return api.MaxBody
	case "/v1/ledger", "/v1/handovers", "/v1/packets":
		return 16 << 20
	}
	return 1 << 20
}

// call is one request under way.
type call struct {
	context.Context
	*http.Request
	caller
	body []byte
	now  time.Time
}

// into reads the body strictly. Fault: BadRequest.
func (c *call) into(v any) error {
	if bytes.Contains(c.body, []byte(`\u0000`)) { // PostgreSQL keeps no NUL
		return bad("a NUL in a text")
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return bad("the body is not what the contract says: " + jsonFault(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad("more than one value in the body")
	}
	return nil
}

func bad(detail string) error { return api.Refuse(api.BadRequest, "request", detail, nil) }

// jsonFault says what is wrong without the content: it might be anything.
func jsonFault(err error) string {
	var typ *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typ):
		return fmt.Sprintf("%s is a %s", typ.Field, typ.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("no JSON at byte %d", syntax.Offset)
	}
	return "an unknown or malformed member"
}

// routes is the whole contract; a test holds it against docs/centre.openapi.yaml.
func routes() []route {
	station, register := []ca.Role{ca.Station}, []ca.Role{ca.Register}
	readers := []ca.Role{ca.Reader, ca.Supervisor}
	return []route{
		{"POST", "/v1/take", station, (*Service).take},
		{"GET", "/v1/leases", station, (*Service).leases},
		{"GET", "/v1/records/{id}/{issue}/envelope", station, (*Service).envelope},
		{"POST", "/v1/renew", station, (*Service).renew},
		{"POST", "/v1/claim", station, (*Service).claim},
		{"POST", "/v1/release", station, (*Service).release},
		{"POST", "/v1/records/{id}/{issue}/done", station, (*Service).done},
		{"POST", "/v1/ledger", station, (*Service).ledger},
		{"POST", "/v1/health", station, (*Service).health},
		{"POST", "/v1/handovers", station, (*Service).handOn},
		{"POST", "/v1/packets", station, (*Service).carry},
		{"GET", "/v1/policy", []ca.Role{ca.Station, ca.Reader, ca.Supervisor}, (*Service).policy},
		{"POST", "/v1/deposits", register, (*Service).deposits},
		{"POST", "/v1/withdrawals", register, (*Service).withdraw},
		{"POST", "/v1/states", register, (*Service).states},
		{"GET", "/v1/wanted", register, (*Service).wanted},
		{"POST", "/v1/silent-releases", []ca.Role{ca.Supervisor}, (*Service).freeSilent},
		{"GET", "/v1/summary", readers, (*Service).sum},
		{"GET", "/v1/stations", readers, (*Service).stations},
		{"GET", "/v1/stock", readers, (*Service).stock},
		{"GET", "/v1/loans", readers, (*Service).loans},
		{"GET", "/v1/incidents", readers, (*Service).incidents},
		{"POST", "/v1/incidents/{seq}/close", []ca.Role{ca.Supervisor}, (*Service).closeIncident},
	}
}

// Handler is the API. It must stand behind TLS that asks for a client's certificate and verifies it.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes() {
		mux.Handle(r.method+" "+r.path, s.serve(r))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.answer(w, r, "none", caller{}, time.Now(), nil, api.Refuse(api.BadRequest, "request", "there is no such path or method", nil))
	})
	return mux
}

// serve does for each route what all need: who is it, may he, how much does he send, how long may it take, what was answered.
func (s *Service) serve(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		began := time.Now()
		who, err := s.identify(req, r.roles)
		if err != nil {
			s.answer(w, req, r.path, who, began, nil, err)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, r.most()))
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			s.answer(w, req, r.path, who, began, nil, api.Refuse(api.TooLarge, "request", fmt.Sprintf("more than %d bytes", large.Limit), nil))
			return
		case err != nil: // he hung up: nobody hears an answer
			s.answer(w, req, r.path, who, began, nil, bad("the request broke off"))
			return
		}
		ctx, cancel := context.WithTimeout(req.Context(), patience)
		defer cancel()
		out, err := r.do(s, &call{Context: ctx, Request: req, caller: who, body: body, now: began})
		s.answer(w, req, r.path, who, began, out, err)
	})
}

func (s *Service) identify(req *http.Request, roles []ca.Role) (caller, error) {
	if req.TLS == nil || len(req.TLS.VerifiedChains) == 0 {
		return caller{}, api.Refuse(api.NotAllowed, "request", "no certificate", nil)
	}
	cert := req.TLS.PeerCertificates[0]
	role, name, ok := ca.Identity(cert)
	if !ok {
		return caller{}, api.Refuse(api.NotAllowed, "request", "the certificate names nobody", nil)
	}
	who := caller{role, name}
	gone, err := s.revoked(cert.SerialNumber)
	if err != nil {
		s.log.Error().Err(err).Msg("the list of revoked certificates cannot be read; the last one stays in force")
	}
	if gone {
		return who, api.Refuse(api.Revoked, "request", "", nil)
	}
	for _, r := range roles {
		if r == role {
			return who, nil
		}
	}
	return who, api.Refuse(api.NotAllowed, "request", "not for a "+string(role), nil)
}

// answer writes what came of a request, counts it, and logs it: who, what, how long, never a content.
func (s *Service) answer(w http.ResponseWriter, req *http.Request, path string, who caller, began time.Time, out any, err error) {
	status, code := http.StatusOK, drivers.Code("")
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	var body []byte
	if sealed, ok := out.(api.Sealed); ok && err == nil {
		h.Set("Content-Type", api.SealedType)
		body = []byte(sealed)
	} else if err == nil {
		h.Set("Content-Type", "application/json")
		body, err = json.Marshal(out)
	}
	if err != nil {
		f := drivers.AsFault(err)
		code, status = f.Code, api.Status(f.Code)
		p := api.Problem{Type: "urn:cetak:problem:" + string(code), Title: http.StatusText(status), Status: status, Detail: f.Detail, Code: code}
		h.Set("Content-Type", "application/problem+json")
		if status == http.StatusServiceUnavailable {
			h.Set("Retry-After", "5")
		}
		body, _ = json.Marshal(p) // it is made of strings and a number
	}
	w.WriteHeader(status)
	_, sent := w.Write(body)
	took := time.Since(began)
	s.figures.count(path, status, code, took)
	event := s.log.Debug()
	switch {
	case status >= 500:
		event = s.log.Error().Err(errors.Unwrap(err))
	case status >= 400:
		event = s.log.Info()
	}
	if sent != nil {
		event = event.Bool("unheard", true)
	}
	event.Str("method", req.Method).Str("path", path).Str("role", string(who.role)).Str("caller", who.name).Int("status", status).
		Str("code", string(code)).Int("in", int(req.ContentLength)).Int("out", len(body)).Dur("took", took).Msg("request")
}

func number(text string, low, high int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, bad(fmt.Sprintf("a number from %d to %d is wanted", low, high))
	}
	return n, nil
}
