package centre_test

import (
	"errors"
	"testing"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
)

// PostgreSQL falls over and comes back: what was answered is there, what was not may be asked again, and the service need not be
// started anew.
func TestPostgresComesBack(t *testing.T) {
	postgres(t) // says so where PostgreSQL is not installed
	c, err := startCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	r := newRig(t, func() (centre.Store, error) { return centre.OpenPostgres(t.Context(), c.URL("")) })
	r.deposit("Kendal", 1, 2)
	l := r.take(deskA, 1)[0]
	if _, code := r.done(deskA, l, "a1", "good"); code != "" {
		t.Fatal(code)
	}
	if err := c.Abort(); err != nil {
		t.Fatal(err)
	}
	again := api.Take{Request: "again", Count: 5, Hours: 1}
	if _, err := r.store.Take(t.Context(), r.now, deskB, again); !errors.Is(err, api.Unavailable) {
		t.Errorf("without a store: %v", err)
	}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		leases, err := r.store.Take(t.Context(), r.now, deskB, again)
		if err == nil {
			r.same("taken", ids(leases), "0002")
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if b, code := r.done(deskA, l, "a1", "good"); code != "" || b.State != api.Finished {
		t.Error("the outcome from before:", b, code)
	}
}
