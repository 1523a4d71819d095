package centre_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/cluster"
)

// private is the PostgreSQL of this test run, started by the first test that needs it.
var private = struct {
	once sync.Once
	*cluster.Cluster
	err error
}{}

func TestMain(m *testing.M) {
	code := m.Run()
	if private.Cluster != nil {
		if err := private.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func startCluster() (*cluster.Cluster, error) { return cluster.Start(context.Background()) }

func postgres(t *testing.T) *cluster.Cluster {
	t.Helper()
	private.once.Do(func() { private.Cluster, private.err = startCluster() })
	if errors.Is(private.err, cluster.ErrNone) && os.Getenv("CETAK_MUST_RUN") == "" {
		t.Skip(private.err)
	}
	if private.err != nil {
		t.Fatal(private.err)
	}
	return private.Cluster
}

// engines runs a test on each engine, on a store of its own with three desks of two offices. open opens the same store once more, as after a
// restart or as a second service.
func engines(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), centre.File)
		test(t, newRig(t, func() (centre.Store, error) { return centre.OpenFile(t.Context(), path) }))
	})
	t.Run("postgres", func(t *testing.T) {
		c := postgres(t)
		t.Parallel()
		address, err := c.Schema(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		test(t, newRig(t, func() (centre.Store, error) { return centre.OpenPostgres(t.Context(), address) }))
	})
}

const (
	deskA = "Kendal/1"
	deskB = "Kendal/2"
	deskC = "Batang/1"
)

type rig struct {
	*testing.T
	store centre.Store
	open  func() (centre.Store, error)
	now   time.Time
	takes int
}

func newRig(t *testing.T, open func() (centre.Store, error)) *rig {
	t.Helper()
	r := &rig{T: t, open: open, now: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)}
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	r.store = s
	t.Cleanup(func() {
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, id := range []string{deskA, deskB, deskC} {
		office, _, _ := strings.Cut(id, "/")
		r.must(s.AddStation(t.Context(), centre.Station{ID: id, Kid: "kid-" + id, JWK: "{}", Office: office, District: "Kab. " + office,
			Province: "Jawa Tengah", Zone: 7, Added: r.now}))
	}
	return r
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// pass lets time go by.
func (r *rig) pass(d time.Duration) { r.now = r.now.Add(d) }

func key(n int) api.Key { return api.Key{ID: fmt.Sprintf("PRR-%04d", n), Issue: 1} }

// record is the n-th record of an office, sealed to both desks of it.
func (r *rig) record(n int, office string) api.Deposit {
	d := api.Deposit{Key: key(n), Revision: 1, Kind: "WNI", Reason: "pemula", Office: office,
		Cleared: r.now.Add(time.Duration(n-10000) * time.Minute), NotAfter: r.now.AddDate(0, 6, 0), Envelopes: map[string]string{}}
	for _, id := range []string{deskA, deskB, deskC} {
		if strings.HasPrefix(id, office) {
			d.Envelopes["kid-"+id] = fmt.Sprintf("sealed %d to %s", n, id)
		}
	}
	return d
}

// deposit gives the office's records from..to to the centre.
func (r *rig) deposit(office string, from, to int) {
	r.Helper()
	var all []api.Deposit
	for n := from; n <= to; n++ {
		all = append(all, r.record(n, office))
	}
	r.deposited(all...)
}

func (r *rig) deposited(all ...api.Deposit) {
	r.Helper()
	verdicts, err := r.store.Deposit(r.Context(), r.now, all)
	r.must(err)
	for _, v := range verdicts {
		if v.Code != "" {
			r.Fatalf("%v: %s %s", v.Key, v.Code, v.Detail)
		}
	}
}

// take leases n records for a day.
func (r *rig) take(desk string, n int) []api.Lease {
	r.Helper()
	r.takes++
	return r.taken(desk, api.Take{Request: fmt.Sprint("take-", r.takes), Count: n, Hours: 24})
}

func (r *rig) taken(desk string, t api.Take) []api.Lease {
	r.Helper()
	leases, err := r.store.Take(r.Context(), r.now, desk, t)
	r.must(err)
	return leases
}

func ids(leases []api.Lease) string {
	var all []string
	for _, l := range leases {
		all = append(all, strings.TrimPrefix(l.ID, "PRR-"))
	}
	return strings.Join(all, " ")
}

func holding(l api.Lease) api.Holding { return api.Holding{Key: l.Key, Fence: l.Fence} }

func outcome(l api.Lease, attempt, result string) centre.Outcome {
	return centre.Outcome{Key: l.Key, Attempt: attempt, Result: result, UID: "04" + strings.TrimPrefix(l.ID, "PRR-") + attempt, JWS: "signed"}
}

// done reports an outcome and gives the code of the refusal, "" for none.
func (r *rig) done(desk string, l api.Lease, attempt, result string) (api.Booked, string) {
	r.Helper()
	b, err := r.store.Done(r.Context(), r.now, desk, l.Fence, outcome(l, attempt, result))
	return b, code(err)
}

// verdict is the code of the only verdict.
func (r *rig) verdict(v []api.Verdict, err error) string {
	r.Helper()
	r.must(err)
	if len(v) != 1 {
		r.Fatalf("%d verdicts", len(v))
	}
	return string(v[0].Code)
}

// incidents gives the kinds of the open ones.
func (r *rig) incidents() string {
	r.Helper()
	all, err := r.store.Incidents(r.Context(), 0)
	r.must(err)
	var kinds []string
	for _, i := range all {
		kinds = append(kinds, i.Kind)
	}
	return strings.Join(kinds, " ")
}

func (r *rig) same(what, got, want string) {
	r.Helper()
	if got != want {
		r.Errorf("%s: %q, want %q", what, got, want)
	}
}
