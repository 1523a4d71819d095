package centre_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/rs/zerolog"

	people "cetak/hwsim/centre"
	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
	"cetak/station/centre/stand"
	"cetak/station/record"
)

// house is a running centre on real TLS, its authority, and one desk with keys of its own.
type house struct {
	t         *testing.T
	stand     *stand.Stand
	dir       string
	authority *ca.Authority
	server    *centre.Server
	register  *people.Centre
	keys      record.Keys // the desk's
	contract  contract
	log       lockedBuffer

	mu     sync.Mutex
	called map[string]bool
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

func newHouse(t *testing.T) *house {
	t.Helper()
	s := stand.New(t)
	h := &house{t: t, stand: s, dir: s.Dir, authority: s.Authority, register: people.New(11, people.Options{}), contract: readContract(t), called: map[string]bool{}}
	deskKeys := t.TempDir()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	try(h.register.WriteKeys(deskKeys))
	var err error
	h.keys, err = record.LoadKeys(deskKeys)
	try(err)
	text, err := os.ReadFile(filepath.Join(deskKeys, "station.jwk"))
	try(err)
	if _, jwk, err := centre.PublicKey(text); err != nil || strings.Contains(jwk, `"d"`) {
		t.Error("the private half is kept", err)
	}
	s.AddDesk(deskA, "Kendal", filepath.Join(deskKeys, "station.jwk"))
	h.start()
	t.Cleanup(func() { try(h.server.Close()) })
	return h
}

func (h *house) start() {
	h.t.Helper()
	var err error
	h.server, err = centre.Start(h.t.Context(), centre.Options{Dir: h.dir, Listen: "127.0.0.1:0", Monitor: "127.0.0.1:0"}, zerolog.New(&h.log).Level(zerolog.DebugLevel))
	if err != nil {
		h.t.Fatal(err)
	}
}

// store opens the house's store beside the service, as the command line does.
func (h *house) store(do func(centre.Store) error) {
	h.t.Helper()
	h.stand.Store(do)
}

// enrolment makes a certificate and the folder that goes with it.
func (h *house) enrolment(role ca.Role, name string) string {
	h.t.Helper()
	return h.stand.Enrol(role, name, h.server.API.String())
}

// voice speaks plain HTTP in the name of one holder, and holds every word of both sides against the contract.
type voice struct {
	*house
	http http.Client
}

func (h *house) as(role ca.Role, name string) *voice {
	h.t.Helper()
	dir := h.enrolment(role, name)
	own, err := tls.LoadX509KeyPair(filepath.Join(dir, api.HolderCert), filepath.Join(dir, api.HolderKey))
	if err != nil {
		h.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(must(x509.ParseCertificate(own.Certificate[0])))
	pool.AppendCertsFromPEM(h.authority.CertPEM())
	return &voice{h, http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{own}}, ForceAttemptHTTP2: true}}}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// call sends in (nil: a GET) and gives the code of a refusal, "" for none. path may carry a query; route is it as the contract names it.
func (v *voice) call(route, path string, in, out any) string {
	v.t.Helper()
	method, text := "GET", []byte(nil)
	if in != nil {
		method = "POST"
		var ok bool
		if text, ok = in.([]byte); !ok {
			text = must(json.Marshal(in))
		}
	}
	req := must(http.NewRequestWithContext(v.t.Context(), method, "https://"+v.server.API.String()+path, bytes.NewReader(text)))
	resp, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body := must(io.ReadAll(resp.Body))
	v.mu.Lock()
	v.called[method+" "+route] = v.called[method+" "+route] || resp.StatusCode == 200
	v.mu.Unlock()
	said := body
	if resp.Header.Get("Content-Type") == api.SealedType { // a text that stands for itself
		said = must(json.Marshal(string(body)))
	}
	if err := v.contract.check(v.contract.body(method, route, fmt.Sprint(resp.StatusCode)), said); err != nil {
		v.t.Errorf("%s %s answers %s against the contract: %v", method, path, body, err)
	}
	if resp.StatusCode != 200 {
		var p api.Problem
		if err := json.Unmarshal(body, &p); err != nil || p.Status != resp.StatusCode || api.Status(p.Code) != p.Status || resp.Header.Get("Content-Type") != "application/problem+json" {
			v.t.Errorf("%s %s: %d %s %v", method, path, resp.StatusCode, body, err)
		}
		return string(p.Code)
	}
	if schema := v.contract.body(method, route, ""); in != nil && schema != nil {
		if err := v.contract.check(schema, text); err != nil {
			v.t.Errorf("%s %s takes what is against the contract: %v", method, path, err)
		}
	}
	if err := api.ReadAnswer(resp.StatusCode, resp.Header.Get("Content-Type"), body, out); err != nil {
		v.t.Error(err)
	}
	return ""
}

// ok is call where no refusal is meant to come.
func (v *voice) ok(route, path string, in, out any) {
	v.t.Helper()
	if c := v.call(route, path, in, out); c != "" {
		v.t.Fatalf("%s: %s", path, c)
	}
}

// deposits makes n people's records, sealed to the desk.
func (h *house) deposits(n int) api.Deposits {
	h.t.Helper()
	var d api.Deposits
	for _, r := range must(h.register.Make(n)) {
		d.Records = append(d.Records, api.Deposit{Key: api.Key{ID: r.ID, Issue: r.Issue}, Revision: r.Revision, Kind: string(r.Kind), Reason: r.Reason, Office: "Kendal",
			Cleared: r.Cleared, NotAfter: r.NotAfter, Envelopes: map[string]string{h.keys.Station(): must(h.register.Envelope(r))}})
	}
	return d
}

func (h *house) outcome(k api.Key, attempt, result, uid string) string {
	h.t.Helper()
	return must(h.keys.Sign(must(json.Marshal(map[string]any{"v": 1, "id": k.ID, "issue": k.Issue, "attempt": attempt, "result": result, "uid": uid,
		"at": time.Now().UTC().Format(time.RFC3339), "station": deskA})), record.TypeOutcome))
}

// One record's way over the wire, every call of the contract, and nothing of the person left behind.
func TestServiceWholeWay(t *testing.T) {
	h := newHouse(t)
	register, desk := h.as(ca.Register, "siak"), h.as(ca.Station, deskA)
	ani, budi, wall := h.as(ca.Supervisor, "ani"), h.as(ca.Supervisor, "budi"), h.as(ca.Reader, "wall")

	deposits := h.deposits(2)
	var verdicts api.Verdicts
	register.ok("/v1/deposits", "/v1/deposits", deposits, &verdicts)
	register.ok("/v1/deposits", "/v1/deposits", deposits, &verdicts) // repeated
	var wanted api.WantedList
	register.ok("/v1/wanted", "/v1/wanted", nil, &wanted)
	asked := api.Ask{Records: []api.Key{deposits.Records[1].Key, {ID: "PRR-none", Issue: 1}, deposits.Records[0].Key}}
	var stand api.Standings
	register.ok("/v1/states", "/v1/states", asked, &stand)
	if len(stand.Records) != 2 || stand.Records[0].Key != deposits.Records[1].Key || stand.Records[0].State != api.Waiting {
		t.Errorf("states %+v", stand)
	}
	var taken api.Taken
	take := api.Take{Request: "r-1", Count: 5, Hours: 24, First: [][]string{{"pemula"}}, Kinds: []string{"WNI"}}
	desk.ok("/v1/take", "/v1/take", take, &taken)
	desk.ok("/v1/take", "/v1/take", take, &taken)
	if len(taken.Leases) != 2 {
		t.Fatalf("%d leases", len(taken.Leases))
	}
	for _, l := range taken.Leases {
		var sealed api.Sealed
		desk.ok("/v1/records/{id}/{issue}/envelope", api.EnvelopePath(l.Key), nil, &sealed)
		r, err := record.Open(string(sealed), h.keys)
		if err != nil || r.ID != l.ID || r.Issue != l.Issue {
			t.Fatalf("the envelope of %s: %v, %v", l.ID, r, err)
		}
	}
	l, second := taken.Leases[0], taken.Leases[1]
	desk.ok("/v1/leases", "/v1/leases", nil, &taken)
	desk.ok("/v1/renew", "/v1/renew", api.Renew{Leases: []api.Holding{holding(l)}, Hours: 48}, &verdicts)
	desk.ok("/v1/claim", "/v1/claim", api.Holdings{Leases: []api.Holding{holding(l)}}, &verdicts)
	var booked api.Booked
	done := func(l api.Lease) string { return fmt.Sprintf("/v1/records/%s/%d/done", l.ID, l.Issue) }
	const doneRoute = "/v1/records/{id}/{issue}/done"
	for range 2 {
		desk.ok(doneRoute, done(l), api.Done{Fence: l.Fence, Outcome: h.outcome(l.Key, "a1", "good", "04AA11")}, &booked)
		if booked.State != api.Finished {
			t.Errorf("%+v", booked)
		}
	}

	// Withdrawn while it is out.
	var state api.Booked
	register.ok("/v1/withdrawals", "/v1/withdrawals", api.Withdrawal{Key: second.Key, Reason: "ikd"}, &state)
	desk.ok("/v1/claim", "/v1/claim", api.Holdings{Leases: []api.Holding{holding(second)}}, &verdicts)
	if verdicts.Verdicts[0].Code != api.Withdrawn || verdicts.Verdicts[0].Detail != "ikd" {
		t.Errorf("%+v", verdicts)
	}
	desk.ok("/v1/release", "/v1/release", api.Holdings{Leases: []api.Holding{holding(second)}}, &verdicts)

	// The books, and the centre's hand under them.
	j := newJournal(t)
	batch := j.after()
	var signed api.Countersigned
	desk.ok("/v1/ledger", "/v1/ledger", batch, &signed)
	desk.ok("/v1/ledger", "/v1/ledger", batch, &signed)
	var notary jose.JSONWebKey
	if err := json.Unmarshal(must(os.ReadFile(filepath.Join(h.dir, centre.NotaryPublic))), &notary); err != nil || !notary.IsPublic() {
		t.Fatal("notary.jwk: ", err)
	}
	jws := must(jose.ParseSignedCompact(signed.JWS, []jose.SignatureAlgorithm{jose.ES256}))
	var receipt api.Receipt
	if err := json.Unmarshal(must(jws.Verify(notary)), &receipt); err != nil || receipt.Hash != batch.Head.Hash || receipt.Station != deskA ||
		jws.Signatures[0].Protected.ExtraHeaders["typ"] != api.TypeHead {
		t.Errorf("%+v, %v", receipt, err)
	}
	var answer api.HealthAnswer
	desk.ok("/v1/health", "/v1/health", api.Health{At: time.Now(), Version: "test", Printer: "ok", Reader: "ok", Queue: 3, Suket: 2,
		Blanks: map[string]int{"WNI": 100}, Ribbon: 90, Head: batch.Head, Leases: []api.Holding{}}, &answer)
	if answer.Head != batch.Head || len(answer.Missing)+len(answer.Unknown) != 0 {
		t.Errorf("%+v", answer)
	}
	var p api.Policy
	if c := desk.call("/v1/policy", "/v1/policy", nil, &p); c != string(api.NoPolicy) {
		t.Error(c)
	}
	h.store(func(s centre.Store) error {
		n, err := centre.OpenNotary(h.dir)
		if err != nil {
			return err
		}
		p, err := n.Policy([]byte("last_minutes = 30\n"), time.Now())
		if err != nil {
			return err
		}
		return s.SetPolicy(t.Context(), p)
	})
	desk.ok("/v1/policy", "/v1/policy", nil, &p)

	// Two supervisors.
	register.ok("/v1/deposits", "/v1/deposits", h.deposits(1), &verdicts)
	desk.ok("/v1/take", "/v1/take", api.Take{Request: "r-2", Count: 1, Hours: 1}, &taken)
	l = taken.Leases[0]
	free := api.Release{Key: l.Key, Fence: l.Fence, Reason: "meja terbakar"}
	var released api.Released
	ani.ok("/v1/silent-releases", "/v1/silent-releases", free, &released)
	if c := ani.call("/v1/silent-releases", "/v1/silent-releases", free, &released); c != string(api.NeedsTwo) {
		t.Error(c)
	}
	budi.ok("/v1/silent-releases", "/v1/silent-releases", free, &released)
	if released.State != api.Waiting {
		t.Errorf("%+v", released)
	}
	var incidents api.Incidents
	ani.ok("/v1/incidents", "/v1/incidents?after=0", nil, &incidents)
	ani.ok("/v1/incidents/{seq}/close", fmt.Sprintf("/v1/incidents/%d/close", incidents.Incidents[0].Seq), struct{}{}, &struct{}{})

	// The figures.
	var sum api.Summary
	wall.ok("/v1/summary", "/v1/summary?by=office", nil, &sum)
	if len(sum.Areas) != 1 || sum.Areas[0].Waiting != 1 || sum.Areas[0].Suket != 2 || sum.Areas[0].Blanks["WNI"] != 100 || sum.Areas[0].Silent != 0 {
		t.Errorf("%+v", sum)
	}
	var stations api.Stations
	wall.ok("/v1/stations", "/v1/stations", nil, &stations)
	var stock map[string]map[string]int
	wall.ok("/v1/stock", "/v1/stock?station="+strings.ReplaceAll(deskA, "/", "%2F"), nil, &stock)
	if stock["WNI"]["vault"] != 100 {
		t.Errorf("%v", stock)
	}
	var loans api.Loans
	wall.ok("/v1/loans", "/v1/loans", nil, &loans)
	for path, want := range map[string][]string{
		"/metrics":      {`cetak_records_waiting{province="Jawa Tengah"} 1`, "cetak_store_up 1", `cetak_requests_total{route="/v1/take",status="200",code=""} 3`, "cetak_request_seconds_bucket"},
		"/?by=office":   {"Kendal", `lang="id"`, "Menunggu"},
		"/?lang=en":     {"Jawa Tengah", "Waiting"},
		"/summary.json": {`"good_today"`},
		"/ready":        {"{}"},
	} {
		page := h.wall(path)
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s has no %s:\n%s", path, w, page)
			}
		}
	}
	// By another's hand.
	mobile := h.mobile()
	given := api.Handover{V: 1, ID: "H-0", From: deskA, To: deskB, ToKid: mobile.Station(), Leases: []api.Passed{passed(l, 1)}}
	desk.ok("/v1/handovers", "/v1/handovers", api.Handovers{Papers: []string{byKey(h.keys, api.TypeHandover, given)}}, &verdicts)
	desk.ok("/v1/packets", "/v1/packets", api.Carry{Packet: byKey(mobile, api.TypePacket, api.Packet{V: 1, ID: "K-0", Station: deskB})}, &api.CarryAnswer{})
	for _, r := range centre.Routes() {
		if !h.called[r.Method+" "+r.Path] {
			t.Errorf("%s %s was not called", r.Method, r.Path)
		}
	}
	h.nothingOfPeople()
}

// wall reads a page of the monitor.
func (h *house) wall(path string) string {
	h.t.Helper()
	resp, err := http.Get("http://" + h.server.Wall.String() + path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	return string(must(io.ReadAll(resp.Body)))
}

// nothingOfPeople looks for everybody that the register made, in every file of the centre, its log, and its pages.
func (h *house) nothingOfPeople() {
	h.t.Helper()
	texts := map[string]string{"log": h.log.String(), "metrics": h.wall("/metrics"), "page": h.wall("/")}
	for _, path := range must(filepath.Glob(filepath.Join(h.dir, "*"))) {
		if b, err := os.ReadFile(path); err == nil {
			texts[filepath.Base(path)] = string(b)
		}
	}
	if !strings.Contains(texts["log"], "/v1/take") || len(texts[centre.File])+len(texts[centre.File+"-wal"]) < 50_000 {
		h.t.Error("the search would find nothing")
	}
	for _, r := range h.register.Records() {
		for where, text := range texts {
			for _, word := range []string{r.Fields.NIK, r.Fields.Name, r.Fields.Address} {
				if strings.Contains(text, word) {
					h.t.Errorf("%s has a person's data", where)
				}
			}
		}
	}
}

func TestServiceRefuses(t *testing.T) {
	h := newHouse(t)
	desk, register := h.as(ca.Station, deskA), h.as(ca.Register, "siak")
	stranger := h.as(ca.Station, "nobody/1")
	k := api.Key{ID: "PRR-1", Issue: 1}
	d := api.Deposit{Key: k, Revision: 1, Kind: "WNI", Reason: "pemula", Office: "Kendal", Cleared: time.Now(), NotAfter: time.Now().Add(time.Hour), Envelopes: map[string]string{h.keys.Station(): "a.b.c.d.e"}}
	var raw json.RawMessage
	register.ok("/v1/deposits", "/v1/deposits", api.Deposits{Records: []api.Deposit{d}}, &raw)
	var taken api.Taken
	desk.ok("/v1/take", "/v1/take", api.Take{Request: "1", Count: 1, Hours: 1}, &taken)
	plain := d
	plain.ID, plain.Envelopes = "PRR-2", map[string]string{"k": `{"NIK":"9901"}`}
	for _, c := range []struct {
		what  string
		who   *voice
		route string
		path  string
		in    any
		want  string
	}{
		{"another role", register, "/v1/take", "", api.Take{Request: "1", Count: 1, Hours: 1}, string(api.NotAllowed)},
		{"a desk in the register's place", desk, "/v1/deposits", "", api.Deposits{Records: []api.Deposit{d}}, string(api.NotAllowed)},
		{"a desk that frees itself", desk, "/v1/silent-releases", "", api.Release{Key: k, Fence: 1, Reason: "x"}, string(api.NotAllowed)},
		{"not registered", stranger, "/v1/records/{id}/{issue}/done", "/v1/records/PRR-1/1/done", api.Done{Fence: 1, Outcome: h.outcome(k, "a", "good", "")}, string(api.NotAllowed)},
		{"an unknown member", desk, "/v1/take", "", []byte(`{"request":"1","count":1,"hours":1,"all":true}`), string(api.BadRequest)},
		{"no JSON", desk, "/v1/take", "", []byte(`count=1`), string(api.BadRequest)},
		{"two values", desk, "/v1/take", "", []byte(`{"request":"1","count":1,"hours":1}{}`), string(api.BadRequest)},
		{"too many", desk, "/v1/take", "", api.Take{Request: "2", Count: 101, Hours: 1}, string(api.BadRequest)},
		{"for ever", desk, "/v1/take", "", api.Take{Request: "2", Count: 1, Hours: 9999}, string(api.BadRequest)},
		{"an unknown reason", desk, "/v1/take", "", api.Take{Request: "2", Count: 1, Hours: 1, Hold: []string{"x"}}, string(api.BadRequest)},
		{"an unsealed record", register, "/v1/deposits", "", api.Deposits{Records: []api.Deposit{plain}}, string(api.BadRequest)},
		{"too large", register, "/v1/deposits", "", bytes.Repeat([]byte(" "), api.MaxBody+1), string(api.TooLarge)},
		{"another's outcome", desk, "/v1/records/{id}/{issue}/done", "/v1/records/PRR-1/1/done", api.Done{Fence: 1, Outcome: h.outcome(api.Key{ID: "PRR-9", Issue: 1}, "a", "good", "")}, string(api.OutcomeUnsigned)},
		{"an unsigned outcome", desk, "/v1/records/{id}/{issue}/done", "/v1/records/PRR-1/1/done", api.Done{Fence: 1, Outcome: "e30.e30.e30"}, string(api.OutcomeUnsigned)},
		{"no fence", desk, "/v1/records/{id}/{issue}/done", "/v1/records/PRR-1/1/done", api.Done{Outcome: h.outcome(k, "a", "good", "")}, string(api.BadRequest)},
		{"a fence to come", desk, "/v1/records/{id}/{issue}/done", "/v1/records/PRR-1/1/done", api.Done{Fence: 2, Outcome: h.outcome(k, "a", "good", "")}, string(api.NotHeld)},
		{"a bad issue", desk, "/v1/records/{id}/{issue}/done", "/v1/records/PRR-1/x/done", api.Done{Fence: 1, Outcome: "x"}, string(api.BadRequest)},
		{"a withdrawal without a reason", register, "/v1/withdrawals", "", api.Withdrawal{Key: k, Reason: "because"}, string(api.BadRequest)},
		{"a withdrawal of nothing", register, "/v1/withdrawals", "", api.Withdrawal{Key: api.Key{ID: "PRR-7", Issue: 1}, Reason: "death"}, string(api.NoSuchRecord)},
		{"health of no time", desk, "/v1/health", "", api.Health{}, string(api.BadRequest)},
		{"a book without hashes", desk, "/v1/ledger", "", api.Batch{Head: api.Point{Seq: 1}}, string(api.BadRequest)},
	} {
		path := c.path
		if path == "" {
			path = c.route
		}
		if got := c.who.call(c.route, path, c.in, &raw); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	// Somebody with a certificate of another authority, and somebody with none, do not come in at all.
	other, err := ca.Create(t.TempDir(), "other", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	forged := must(other.Issue(ca.Station, deskA, nil, time.Now()))
	dir := h.enrolment(ca.Station, deskA)
	client := must(api.Dial(dir))
	if err := client.Do(t.Context(), "/v1/leases", nil, &taken); err != nil {
		t.Error(err)
	}
	for file, text := range map[string][]byte{api.HolderCert: forged.Cert, api.HolderKey: forged.Key} {
		if err := os.WriteFile(filepath.Join(dir, file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := must(api.Dial(dir)).Do(t.Context(), "/v1/leases", nil, &taken); code(err) != string(api.NotTrusted) {
		t.Errorf("a forged certificate: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, api.CentreCert), other.CertPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := must(api.Dial(dir)).Do(t.Context(), "/v1/leases", nil, &taken); code(err) != string(api.NotTrusted) {
		t.Errorf("a forged centre: %v", err)
	}
}

// A revoked holder is refused, also on a connection that is open.
func TestRevoked(t *testing.T) {
	h := newHouse(t)
	desk := h.as(ca.Station, deskA)
	var taken api.Taken
	desk.ok("/v1/leases", "/v1/leases", nil, &taken)
	revoked, err := h.authority.Revoke(deskA, "stolen", time.Now())
	if err != nil || len(revoked) != 1 {
		t.Fatal(revoked, err)
	}
	deadline := time.Now().Add(time.Minute)
	for desk.call("/v1/leases", "/v1/leases", nil, &taken) != string(api.Revoked) {
		if time.Now().After(deadline) {
			t.Fatal("a revoked desk is still let in")
		}
		time.Sleep(100 * time.Millisecond)
	}
	all, err := h.authority.List()
	if err != nil || !slices.ContainsFunc(all, func(e ca.Entry) bool { return e.Name == deskA && e.Why == "stolen" }) {
		t.Error(all, err)
	}
	if _, err := h.authority.Revoke("nobody", "x", time.Now()); !errors.Is(err, ca.ErrUnknown) {
		t.Error(err)
	}
}

// A centre that was restarted knows what it knew; a client of a centre that is down is told so.
func TestRestart(t *testing.T) {
	h := newHouse(t)
	register := h.as(ca.Register, "siak")
	var v api.Verdicts
	register.ok("/v1/deposits", "/v1/deposits", h.deposits(1), &v)
	dir := h.enrolment(ca.Station, deskA)
	if err := h.server.Close(); err != nil {
		t.Fatal(err)
	}
	var taken api.Taken
	if err := must(api.Dial(dir)).Do(t.Context(), "/v1/leases", nil, &taken); code(err) != string(api.Unreachable) {
		t.Error(err)
	}
	h.start()
	if err := os.WriteFile(filepath.Join(dir, api.CentreURL), []byte("https://"+h.server.API.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := must(api.Dial(dir)).Do(t.Context(), "/v1/take", api.Take{Request: "1", Count: 1, Hours: 1}, &taken); err != nil || len(taken.Leases) != 1 {
		t.Error(taken, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.server.Run(ctx); err != nil {
		t.Error(err)
	}
	h.start() // for the end of the test
}
