package mosip_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	people "cetak/hwsim/centre"
	"cetak/hwsim/hub"
	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
	"cetak/station/centre/mosip"
	"cetak/station/record"
)

const (
	deskID = "Kendal/1"
	client = "mosip-print-client"
	secret = "a secret of the client"
)

// keyring is a gateway's folder and a simulated MOSIP's, with keys and no more: RSA keys are slow to make, and the tests may share them.
var keyring = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cetak-mosip-keys-")
	if err != nil {
		return "", err
	}
	if err := mosip.Init(filepath.Join(dir, "gateway"), time.Now()); err != nil {
		return "", err
	}
	h, err := hub.Start(context.Background(), hub.Options{Dir: mkdir(filepath.Join(dir, "hub")), Address: "127.0.0.1:0", Partner: "p", Cert: filepath.Join(dir, "gateway", mosip.PartnerCert)})
	if err != nil {
		return "", err
	}
	return dir, h.Close()
})

func TestMain(m *testing.M) {
	if os.Getenv("CETAK_TEST_CONVERT") != "" {
		os.Exit(mosip.Convert())
	}
	code := m.Run()
	if dir, err := keyring(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func mkdir(dir string) string {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		panic(err)
	}
	return dir
}

func copyDir(from, to string) error {
	return os.CopyFS(to, os.DirFS(from))
}

// rig is a centre with one desk, a MOSIP, and the gateway between them.
type rig struct {
	*testing.T
	centreDir, hubDir, dir string
	server                 *centre.Server
	hub                    *hub.Hub
	hubOptions             hub.Options
	register               *people.Centre
	desk                   *api.Client
	keys                   record.Keys
	stop                   func()
	log                    lockedBuffer
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

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// freePort gives an address that nobody listens at: hub and gateway have to name each other before they are there.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func newRig(t *testing.T, change func(*hub.Options)) *rig {
	t.Helper()
	r := &rig{T: t, centreDir: t.TempDir(), register: people.New(4, people.Options{})}
	shared, err := keyring()
	r.must(err)
	r.dir, r.hubDir = filepath.Join(t.TempDir(), "g"), filepath.Join(t.TempDir(), "h")
	r.must(copyDir(filepath.Join(shared, "gateway"), r.dir))
	r.must(copyDir(filepath.Join(shared, "hub"), r.hubDir))
	_ = os.Remove(filepath.Join(r.hubDir, "mosip-state.json"))
	for _, f := range []string{mosip.PartnerKey, mosip.RegisterKey, mosip.PersonKey, mosip.HubSecret} { // a copy has the umask's mode
		r.must(os.Chmod(filepath.Join(r.dir, f), 0o600))
	}

	authority, err := ca.Create(mkdir(filepath.Join(r.centreDir, centre.CAFolder)), "test", time.Now())
	r.must(err)
	own, err := authority.Issue(ca.Server, "localhost", []string{"localhost", "127.0.0.1"}, time.Now())
	r.must(err)
	r.must(os.WriteFile(filepath.Join(r.centreDir, centre.ServerCert), own.Cert, 0o600))
	r.must(os.WriteFile(filepath.Join(r.centreDir, centre.ServerKey), own.Key, 0o600))
	_, err = centre.NewNotary(r.centreDir)
	r.must(err)
	deskKeys := t.TempDir()
	r.must(r.register.WriteKeys(deskKeys))
	public, err := os.ReadFile(filepath.Join(r.dir, mosip.RegisterPublic))
	r.must(err)
	r.must(os.WriteFile(filepath.Join(deskKeys, mosip.RegisterPublic), public, 0o600))
	r.keys, err = record.LoadKeys(deskKeys)
	r.must(err)
	text, err := os.ReadFile(filepath.Join(deskKeys, "station.jwk"))
	r.must(err)
	_, err = mosip.AddDesk(r.dir, "Kendal", text)
	r.must(err)
	kid, jwk, err := centre.PublicKey(text)
	r.must(err)
	s, err := centre.OpenFile(t.Context(), filepath.Join(r.centreDir, centre.File))
	r.must(err)
	r.must(s.AddStation(t.Context(), centre.Station{ID: deskID, Kid: kid, JWK: jwk, Office: "Kendal", District: "Kab. Kendal", Province: "Jawa Tengah", Zone: 7, Added: time.Now()}))
	r.must(s.Close())
	r.server, err = centre.Start(t.Context(), centre.Options{Dir: r.centreDir, Listen: "127.0.0.1:0"}, zerolog.Nop())
	r.must(err)
	t.Cleanup(func() { _ = r.server.Close() })
	enrol := func(role ca.Role, name, dir string) {
		made, err := authority.Issue(role, name, nil, time.Now())
		r.must(err)
		mkdir(dir)
		for file, text := range map[string][]byte{api.HolderCert: made.Cert, api.HolderKey: made.Key, api.CentreCert: authority.CertPEM(),
			api.CentreURL: []byte("https://" + r.server.API.String() + "\n")} {
			r.must(os.WriteFile(filepath.Join(dir, file), text, 0o600))
		}
	}
	enrol(ca.Register, "mosip", filepath.Join(r.dir, mosip.CentreFolder))
	deskDir := filepath.Join(t.TempDir(), "desk")
	enrol(ca.Station, deskID, deskDir)
	r.desk, err = api.Dial(deskDir)
	r.must(err)

	callback, hubAt := freePort(t), freePort(t)
	r.hubOptions = hub.Options{Dir: r.hubDir, Address: hubAt, Seed: 7, Partner: "mpartner-cetak", Cert: filepath.Join(r.dir, mosip.PartnerCert), Client: client, Secret: secret,
		Tries: 2, Pause: 20 * time.Millisecond}
	if change != nil {
		change(&r.hubOptions)
	}
	r.startHub()
	r.settings(fmt.Sprintf(`
[hub]
url = "http://%[1]s/hub/"
partner = "mpartner-cetak"
callback = "http://%[2]s/mosip"
subscribe_every = "200ms"
[token]
url = "http://%[1]s/v1/authmanager/authenticate/clientidsecretkey"
client = "`+client+`"
app = "print"
[requests]
url = "http://%[1]s/v1/credentialrequest"
every = "300ms"
grace = "4s"
page = 2
[listen]
address = "%[2]s"
[work]
tries = 3
pause = "20ms"
longest = "200ms"
states = "100ms"
[record]
specimen = true
`, hubAt, callback))
	trust, err := os.ReadFile(filepath.Join(r.hubDir, hub.TrustFile))
	r.must(err)
	r.must(os.WriteFile(filepath.Join(r.dir, mosip.ProofTrust), trust, 0o600))
	r.must(os.WriteFile(filepath.Join(r.dir, mosip.TokenSecret), []byte(secret+"\n"), 0o600))
	mapping, err := os.ReadFile(filepath.Join(r.dir, mosip.MappingFile))
	r.must(err)
	r.must(os.WriteFile(filepath.Join(r.dir, mosip.MappingFile), bytes.Replace(mapping, []byte(`from = ["city"]`), []byte(`else = "Kendal"`), 1), 0o600))
	t.Cleanup(func() {
		if r.stop != nil {
			r.stop()
		}
		if r.hub != nil {
			_ = r.hub.Close()
		}
		if t.Failed() {
			t.Log(r.log.String())
			truth, _ := json.MarshalIndent(r.hub.Truth(), "", " ")
			t.Logf("%s", truth)
		}
		for _, q := range r.hub.Truth().Requests { // I6
			if strings.Contains(r.log.String(), q.NIK) {
				t.Errorf("the log has the number of a person")
			}
		}
	})
	return r
}

func (r *rig) settings(text string) {
	r.Helper()
	r.must(os.WriteFile(filepath.Join(r.dir, mosip.SettingsFile), []byte(text), 0o600))
}

func (r *rig) startHub() {
	r.Helper()
	var err error
	for range 50 { // the port of one that was closed is free a moment later
		if r.hub, err = hub.Start(context.Background(), r.hubOptions); err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	r.Fatal(err)
}

// start runs the gateway in this process.
func (r *rig) start() {
	r.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	g, err := mosip.Open(ctx, r.dir, zerolog.New(&r.log).Level(zerolog.DebugLevel))
	r.must(err)
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	r.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			r.Error(err)
		}
		r.stop = nil
	}
	r.wait("a subscription", func() bool { return r.hub.Truth().Subscribers == 1 })
}

// patience is for a machine that does much else.
const patience = 3 * time.Minute

func (r *rig) wait(what string, done func() bool) {
	r.Helper()
	for until := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			r.Fatalf("waited in vain for %s", what)
		}
	}
}

func (r *rig) order(person int, kind string) string {
	r.Helper()
	id, err := r.hub.Order(person, kind)
	r.must(err)
	return id
}

func (r *rig) do(verb string, n int) { r.Helper(); r.must(r.hub.Do(verb, n)) }

// told is what MOSIP has of a request: its statuses in order, each with its message.
func (r *rig) told(id string) string {
	for _, q := range r.hub.Truth().Requests {
		if q.ID == id {
			var all []string
			for _, u := range q.Updates {
				all = append(all, strings.TrimSuffix(u.Status+":"+u.Msg, ":"))
			}
			return strings.Join(all, " ")
		}
	}
	return "no such request"
}

func (r *rig) becomes(id, want string) {
	r.Helper()
	r.wait(id+" "+want, func() bool {
		have := r.told(id)
		return have == want || len(have) > len(want)
	})
	if have := r.told(id); have != want {
		r.Errorf("MOSIP was told %q, want %q", have, want)
	}
}

const (
	ready = "RECEIVED DOWNLOADED VALIDATED"
	whole = ready + " PRINTED"
)

// take leases what waits.
func (r *rig) take() []api.Lease {
	r.Helper()
	var taken api.Taken
	r.must(r.desk.Do(r.Context(), "/v1/take", api.Take{Request: fmt.Sprint(time.Now().UnixNano()), Count: 50, Hours: 24}, &taken))
	return taken.Leases
}

// lease waits for one record and opens it as the desk does.
func (r *rig) lease() (api.Lease, *record.Record) {
	r.Helper()
	var all []api.Lease
	r.wait("a lease", func() bool { all = r.take(); return len(all) > 0 })
	if len(all) != 1 {
		r.Fatalf("%d leases where one is wanted", len(all))
	}
	var sealed api.Sealed
	r.must(r.desk.Do(r.Context(), api.EnvelopePath(all[0].Key), nil, &sealed))
	got, err := record.Open(string(sealed), r.keys)
	r.must(err)
	if err := record.Blocking(record.Check(got, time.Now())); err != nil {
		r.Errorf("a desk refuses the record: %v", err)
	}
	return all[0], got
}

// done reports how a card of a lease ended, signed as the desk signs.
func (r *rig) done(l api.Lease, result string) api.Booked {
	r.Helper()
	payload, err := json.Marshal(map[string]any{"v": 1, "id": l.ID, "issue": l.Issue, "attempt": fmt.Sprint("a", time.Now().UnixNano()), "result": result,
		"uid": fmt.Sprintf("%014X", time.Now().UnixNano()), "at": time.Now().UTC().Format(time.RFC3339), "station": deskID})
	r.must(err)
	jws, err := r.keys.Sign(payload, record.TypeOutcome)
	r.must(err)
	var b api.Booked
	r.must(r.desk.Do(r.Context(), fmt.Sprintf("/v1/records/%s/%d/done", l.ID, l.Issue), api.Done{Fence: l.Fence, Outcome: jws}, &b))
	return b
}

func (r *rig) print() { r.Helper(); l, _ := r.lease(); r.done(l, "good") }

// emptied waits until MOSIP's answer to the last status is noted.
func (r *rig) emptied() {
	r.Helper()
	r.wait("statuses that are not sent", func() bool {
		s, err := mosip.ReadStatus(r.Context(), r.dir)
		r.must(err)
		return s.Unsent == 0
	})
}

// nothingLeft holds the stopped gateway's folder against every credential that lay in the datashare.
func (r *rig) nothingLeft() {
	r.Helper()
	var state struct {
		Shares map[string]struct{ Body []byte }
	}
	text, err := os.ReadFile(filepath.Join(r.hubDir, "mosip-state.json"))
	r.must(err)
	r.must(json.Unmarshal(text, &state))
	files, err := filepath.Glob(filepath.Join(r.dir, mosip.StoreFile+"*"))
	r.must(err)
	for _, f := range files {
		have, err := os.ReadFile(f)
		r.must(err)
		for _, s := range state.Shares {
			for at := 0; at+64 <= len(s.Body); at += 1000 {
				if bytes.Contains(have, s.Body[at:at+64]) {
					r.Fatalf("%s has a part of a credential whose request has ended", filepath.Base(f))
				}
			}
		}
	}
}
