package mosip_test

import (
	"strings"
	"testing"

	"cetak/hwsim/hub"
	"cetak/station/centre"
	"cetak/station/centre/api"
)

// One credential's way to a good card: each status once, PRINTED only when the card is booked, also after spoiled ones.
func TestFromEventToCard(t *testing.T) {
	for name, change := range map[string]func(*hub.Options){
		"datashare": nil,
		"inline":    func(o *hub.Options) { o.Inline = true },
		"protected": func(o *hub.Options) { o.Protect = []string{"UIN", "fullName", "biometrics"} },
		"old":       func(o *hub.Options) { o.Old = true },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, change)
			r.start()
			id := r.order(0, "euin")
			r.becomes(id, ready)
			l, got := r.lease()
			who := r.hub.Truth().Requests[0]
			if got.Fields.NIK != who.NIK || !got.Specimen || got.Issue != 1 || got.Revision != 1 || got.Kind != "WNI" || got.Reason != "prr" {
				t.Errorf("%v is not the person of the request", got)
			}
			if strings.Contains(l.ID, who.NIK) || !strings.HasPrefix(l.ID, "M-") {
				t.Errorf("the record's id %s says whose it is", l.ID)
			}
			r.done(l, "spoiled")
			r.done(l, "good")
			r.becomes(id, whole)
			r.emptied()
			r.stop()
			r.nothingLeft()
		})
	}
}

// The hub fails in every way it can: in the end each request has each status once.
func TestHubFails(t *testing.T) {
	r := newRig(t, nil)
	r.start()
	n := 0
	next := func() string { n++; return r.order(n, "euin") }
	for _, c := range []struct {
		name   string
		before func()
		after  func()
	}{
		{"the subscriber is dropped", func() { r.do("drop", 1) }, func() {}},
		{"the event is repeated", func() { r.do("repeat", 1) }, func() {}},
		{"the event is forged, then lost", func() { r.do("forge", 1) }, func() {}},
		{"the event is lost", func() { r.do("lose", 1) }, func() {}},
		{"the link is over, twice", func() { r.do("expire", 2) }, func() {}},
		{"the datashare is broken", func() { r.do("break-share", 5) }, func() {}},
		{"the token is not taken any more", func() { r.do("forget-tokens", 1) }, func() {}},
		{"answers to statuses are lost", func() { r.do("lose-answer", 3) }, func() {}},
		{"statuses are taken and refused", func() { r.do("refuse-answer", 2) }, func() {}},
		{"the hub is away", func() {}, func() { r.do("away", 700) }},
		{"the hub is restarted", func() {}, func() { r.must(r.hub.Close()); r.startHub() }},
		{"the gateway is stopped at once", func() {}, func() { r.stop(); r.start() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			outer := r.T
			r.T = t
			defer func() { r.T = outer }()
			c.before()
			id := next()
			c.after()
			r.becomes(id, ready)
			r.print()
			r.becomes(id, whole)
			r.do("calm", 1)
		})
	}
	t.Run("events are reordered", func(t *testing.T) {
		outer := r.T
		r.T = t
		defer func() { r.T = outer }()
		r.do("reorder", 3)
		ids := []string{next(), next(), next()}
		for _, id := range ids {
			r.becomes(id, ready)
		}
		leases := 0
		r.wait("three leases", func() bool {
			for _, l := range r.take() {
				r.done(l, "good")
				leases++
			}
			return leases == 3
		})
		for _, id := range ids {
			r.becomes(id, whole)
		}
	})
	t.Run("a status is forgotten", func(t *testing.T) {
		outer := r.T
		r.T = t
		defer func() { r.T = outer }()
		id := next()
		r.becomes(id, ready)
		r.do("lose-status", 1)
		r.print()
		r.becomes(id, whole) // MOSIP shows VALIDATED though it was told PRINTED: it is told again
	})
	r.emptied()
}

// What cannot become a card is reported as ERROR with MOSIP's own words, and the next credential of the request begins anew.
func TestRefusedCredentials(t *testing.T) {
	r := newRig(t, nil)
	r.start()
	for i, c := range []struct{ verb, want string }{
		{"foreign-key", "RECEIVED DOWNLOADED ERROR:Unable to decrypt credential data"},
		{"cut", "RECEIVED DOWNLOADED ERROR:Unable to decrypt credential data"},
		{"bad-proof", "RECEIVED DOWNLOADED ERROR:Unable to validate credential"},
		{"invalid", "RECEIVED DOWNLOADED ERROR:Unable to validate credential"},
		{"unreadable", "ERROR:Error receiving credential event"},
		{"expire", "RECEIVED ERROR:Unable to download credential"},
	} {
		t.Run(c.verb, func(t *testing.T) {
			outer := r.T
			r.T = t
			defer func() { r.T = outer }()
			n := 1
			if c.verb == "expire" {
				n = 99
			}
			r.do(c.verb, n)
			id := r.order(i, "euin")
			r.becomes(id, c.want)
			r.do("calm", 1)
			if leases := r.take(); len(leases) != 0 {
				t.Errorf("%d records came of it", len(leases))
			}
		})
	}
	r.emptied()
}

// One person has one card at a time, however often MOSIP asks; a card that is out is followed by the next.
func TestOnePersonOneCard(t *testing.T) {
	r := newRig(t, nil)
	r.start()
	first := r.order(0, "euin")
	r.becomes(first, ready)
	second := r.order(0, "reprint") // before the first is printed: it takes its place
	r.becomes(second, ready)
	r.becomes(first, ready+" ERROR:Unable to print")
	l, got := r.lease()
	if got.Issue != 1 || got.Revision != 2 || got.Reason != "hilang" {
		t.Errorf("%v issue %d revision %d for %s", got, got.Issue, got.Revision, got.Reason)
	}
	r.done(l, "good")
	r.becomes(second, whole)
	third := r.order(0, "reprint") // after it: the next card
	r.becomes(third, ready)
	l2, got := r.lease()
	if got.Issue != 2 || got.Revision != 1 || l2.ID != l.ID {
		t.Errorf("%v issue %d revision %d", got, got.Issue, got.Revision)
	}
	// While it is at the desk a fourth comes: the desk's card, which comes out all the same, is to be cancelled, and the fourth is the next.
	fourth := r.order(0, "reprint")
	r.becomes(fourth, ready)
	r.becomes(third, ready+" ERROR:Unable to print")
	if b := r.done(l2, "good"); b.State != api.ToCancel {
		t.Errorf("the card of a replaced record is %s", b.State)
	}
	l3, got := r.lease()
	if got.Issue != 3 || got.Revision != 1 {
		t.Errorf("issue %d revision %d", got.Issue, got.Revision)
	}
	r.done(l3, "good")
	r.becomes(fourth, whole)
	r.emptied()
}

// What the register withdraws, and what runs out, is reported; MOSIP may ask again.
func TestWithdrawnIsReported(t *testing.T) {
	r := newRig(t, nil)
	r.start()
	id := r.order(0, "euin")
	r.becomes(id, ready)
	r.wait("the record", func() bool {
		s, err := centre.OpenFile(r.Context(), r.centreDir+"/"+centre.File)
		r.must(err)
		defer func() { _ = s.Close() }()
		w, err := s.Stations(r.Context())
		r.must(err)
		sum, err := s.Summary(r.Context(), w[0].Added, "office")
		r.must(err)
		return sum.Total.Waiting == 1
	})
	l, _ := r.lease()
	s, err := centre.OpenFile(t.Context(), r.centreDir+"/"+centre.File)
	r.must(err)
	_, err = s.Withdraw(t.Context(), l.Cleared, api.Withdrawal{Key: l.Key, Reason: "corrected"})
	r.must(err)
	r.must(s.Close())
	var v api.Verdicts
	r.must(r.desk.Do(t.Context(), "/v1/release", api.Holdings{Leases: []api.Holding{{Key: l.Key, Fence: l.Fence}}}, &v))
	r.becomes(id, ready+" ERROR:Unable to print")
	r.emptied()
}
