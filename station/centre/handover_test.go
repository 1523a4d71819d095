package centre_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	people "cetak/hwsim/centre"
	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
	"cetak/station/record"
)

func passed(l api.Lease, hop int) api.Passed { return api.Passed{Holding: holding(l), Hop: hop} }

func paper(id, from, to string, leases ...api.Passed) api.Handover {
	return api.Handover{V: 1, ID: id, From: from, To: to, ToKid: "kid-" + to, Leases: leases}
}

// A lease moves with its fence; a paper may come late, again, and out of order, and nobody but the last taker is believed.
func TestHandOn(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		on := func(h api.Handover) string {
			t.Helper()
			v, err := r.store.HandOn(t.Context(), r.now, h)
			return r.verdict(v, err)
		}
		r.deposit("Kendal", 1, 3)
		r.deposit("Batang", 8, 8)
		leases := r.take(deskA, 3)
		there, back := paper("P1", deskA, deskB, passed(leases[0], 1)), paper("P2", deskB, deskA, passed(leases[0], 2))
		r.same("the second paper before the first", on(back), string(api.NotHeld))
		for range 2 {
			r.same("there", on(there), "")
		}
		_, c := r.done(deskA, leases[0], "a0", "good")
		r.same("the giver's card", c, string(api.StaleFence))
		r.same("the giver's claim", r.verdict(r.store.Claim(t.Context(), r.now, deskA, []api.Holding{holding(leases[0])})), string(api.NotHeld))
		held, err := r.store.Held(t.Context(), deskB)
		r.must(err)
		r.same("held", ids(held), "0001")
		r.same("its take", ids(r.taken(deskB, api.Take{Request: held[0].Request, Count: 5, Hours: 1})), "0001")
		r.same("back", on(back), "")
		r.same("the first paper again", on(there), "")
		if b, c := r.done(deskA, leases[0], "a1", "good"); c != "" || b.State != api.Finished {
			t.Fatal(b, c)
		}
		_, c = r.done(deskB, leases[0], "b1", "good")
		r.same("the one between", c, string(api.StaleFence))

		// Freed before the paper came, and waiting: its taker has it. Taken by a third before the paper came: he has it.
		for _, l := range leases[1:] {
			r.same("release", r.verdict(r.store.Release(t.Context(), r.now, deskA, []api.Holding{holding(l)})), "")
		}
		r.same("late paper", on(paper("P3", deskA, deskB, passed(leases[1], 1))), "")
		r.same("taken", ids(r.take(deskA, 5)), "0003")
		r.same("later paper", on(paper("P4", deskA, deskB, passed(leases[2], 1))), string(api.StaleFence))
		_, err = r.store.Withdraw(t.Context(), r.now, api.Withdrawal{Key: leases[1].Key, Reason: "death"})
		r.must(err)
		r.same("paper of a withdrawn one", on(paper("P5", deskB, deskA, passed(leases[1], 2))), string(api.Withdrawn))
		if b, c := r.done(deskA, leases[1], "a2", "good"); c != "" || !b.Cancel {
			t.Error("a withdrawn record's card after a hand-over", b, c)
		}
		other := r.take(deskC, 1)[0]
		_, err = r.store.HandOn(t.Context(), r.now, paper("P6", deskC, deskA, passed(other, 1)))
		r.same("two offices", code(err), string(api.PaperUnsigned))
		strange := paper("P7", deskA, deskB, passed(leases[2], 1))
		strange.ToKid = "another"
		_, err = r.store.HandOn(t.Context(), r.now, strange)
		r.same("another key", code(err), string(api.PaperUnsigned))
		r.same("a thief's paper", on(paper("P8", deskB, deskA, api.Passed{Holding: api.Holding{Key: leases[2].Key, Fence: 2}, Hop: 1})), string(api.NotHeld))
		r.same("no record", on(paper("P9", deskA, deskB, api.Passed{Holding: api.Holding{Key: api.Key{ID: "PRR-9", Issue: 1}, Fence: 1}, Hop: 1})), string(api.NoSuchRecord))
	})
}

// A store of the first version is brought up to date with what it has.
func TestOlderStore(t *testing.T) {
	engines(t, func(t *testing.T, r *rig) {
		r.deposit("Kendal", 1, 1)
		l := r.take(deskA, 1)[0]
		r.must(centre.MakeOld(t.Context(), r.store))
		r.must(r.store.Close())
		var err error
		r.store, err = r.open()
		r.must(err)
		v, err := r.store.HandOn(t.Context(), r.now, paper("P1", deskA, deskB, passed(l, 1)))
		r.same("hand on", r.verdict(v, err), "")
	})
}

// mobile is a second desk of the house with a key of its own.
func (h *house) mobile() record.Keys {
	h.t.Helper()
	dir := h.t.TempDir()
	if err := people.New(77, people.Options{}).WriteKeys(dir); err != nil {
		h.t.Fatal(err)
	}
	keys := must(record.LoadKeys(dir))
	kid, jwk, err := centre.PublicKey(must(os.ReadFile(filepath.Join(dir, "station.jwk"))))
	if err != nil {
		h.t.Fatal(err)
	}
	h.store(func(s centre.Store) error {
		return s.AddStation(h.t.Context(), centre.Station{ID: deskB, Kid: kid, JWK: jwk, Office: "Kendal", District: "Kab. Kendal", Province: "Jawa Tengah", Zone: 7, Added: time.Now()})
	})
	return keys
}

func byKey(k record.Keys, typ string, v any) string { return must(k.Sign(must(json.Marshal(v)), typ)) }

// What a desk without a link has to tell comes by another desk, which can change nothing of it.
func TestPacket(t *testing.T) {
	h := newHouse(t)
	keys := h.mobile()
	register, desk := h.as(ca.Register, "siak"), h.as(ca.Station, deskA)
	var verdicts api.Verdicts
	register.ok("/v1/deposits", "/v1/deposits", h.deposits(3), &verdicts)
	var taken api.Taken
	desk.ok("/v1/take", "/v1/take", api.Take{Request: "r", Count: 3, Hours: 100}, &taken)
	given := api.Handover{V: 1, ID: "H-1", From: deskA, To: deskB, ToKid: keys.Station(), At: time.Now()}
	for _, l := range taken.Leases {
		given.Leases = append(given.Leases, passed(l, 1))
	}
	note := byKey(h.keys, api.TypeHandover, given)
	outcome := func(l api.Lease, attempt, result string) api.Done {
		o := map[string]any{"v": 1, "id": l.ID, "issue": l.Issue, "attempt": attempt, "result": result, "uid": "", "at": time.Now(), "station": deskB}
		return api.Done{Fence: l.Fence, Outcome: byKey(keys, record.TypeOutcome, o)}
	}
	j := newJournal(t)
	books := j.after()
	p := api.Packet{V: 1, ID: "K-1", Station: deskB, At: time.Now(), Papers: []string{note}, Books: &books,
		Outcomes: []api.Done{outcome(taken.Leases[0], "b1", "good"), outcome(taken.Leases[0], "b2", "good")}, Releases: []api.Holding{holding(taken.Leases[2])}}
	var notary jose.JSONWebKey
	if err := json.Unmarshal(must(os.ReadFile(filepath.Join(h.dir, centre.NotaryPublic))), &notary); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a stick that is brought twice
		var answer api.CarryAnswer
		desk.ok("/v1/packets", "/v1/packets", api.Carry{Packet: byKey(keys, api.TypePacket, p)}, &answer)
		jws := must(jose.ParseSignedCompact(answer.Receipt, []jose.SignatureAlgorithm{jose.ES256}))
		var done api.Carried
		if err := json.Unmarshal(must(jws.Verify(notary)), &done); err != nil || jws.Signatures[0].Protected.ExtraHeaders["typ"] != api.TypeCarried {
			t.Fatal(err)
		}
		got := fmt.Sprint(done.Packet, " ", done.Station, " ", len(done.Papers), " ", done.Outcomes[0].State, done.Outcomes[0].Code, " ", done.Outcomes[1].Code, " ", done.Books.Head == books.Head, " ", done.Releases[0].Code, done.Releases[0].Fence)
		if want := "K-1 " + deskB + " 3 done N-108 true 1"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	// From here on the desk cannot have had another journal.
	forged := p
	other := newJournal(t).after()
	forged.Books = &other
	for what, c := range map[string]struct{ route, text, want string }{
		"by the carrier's key":   {"/v1/packets", byKey(h.keys, api.TypePacket, p), string(api.PaperUnsigned)},
		"another type":           {"/v1/packets", byKey(keys, api.TypeHandover, p), string(api.PaperUnsigned)},
		"not a paper":            {"/v1/packets", "a.b.c", string(api.PaperUnsigned)},
		"the taker's own paper":  {"/v1/handovers", byKey(keys, api.TypeHandover, given), string(api.PaperUnsigned)},
		"of nobody":              {"/v1/handovers", byKey(keys, api.TypeHandover, api.Handover{V: 1, ID: "x", From: "nobody/1", To: deskA, Leases: given.Leases}), string(api.PaperUnsigned)},
		"of version 2":           {"/v1/handovers", byKey(h.keys, api.TypeHandover, api.Handover{V: 2, ID: "x", From: deskA, To: deskB, Leases: given.Leases}), string(api.PaperUnsigned)},
		"the paper, once more":   {"/v1/handovers", note, ""},
		"another desk's journal": {"/v1/packets", byKey(keys, api.TypePacket, forged), ""},
	} {
		var in any = api.Carry{Packet: c.text}
		if c.route == "/v1/handovers" {
			in = api.Handovers{Papers: []string{c.text}}
		}
		var raw json.RawMessage
		if got := desk.call(c.route, c.route, in, &raw); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
	var incidents api.Incidents
	h.as(ca.Supervisor, "ani").ok("/v1/incidents", "/v1/incidents", nil, &incidents)
	kinds := map[string]int{}
	for _, i := range incidents.Incidents {
		kinds[i.Kind]++
	}
	if kinds["second-card"] != 1 || kinds["rollback"] != 1 || len(kinds) != 2 {
		t.Errorf("incidents %v", kinds)
	}
	h.nothingOfPeople()
}
