package station_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/config"
	"cetak/station/journal"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 8)
	reg := &access.Register{}
	door := access.NewDoor(d.people, reg, config.People{SignIn: true, Attempts: 3})
	for _, p := range []struct {
		name string
		role access.Role
	}{{"rina", access.Supervisor}, {"siti", access.Operator}} {
		facts, err := door.Add(access.By{Who: "rina"}, p.name, p.role, "kunci-"+p.name+"-2026")
		if err != nil {
			t.Fatal(err)
		}
		entries, err := d.journal.Append(t.Context(), facts...)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if err := reg.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	o := strict()
	o.Who, o.ShiftRequired = "", false
	r := d.room(o)
	defer r.done()
	q := d.waiting(false)
	r.do(print(q[0]))
	r.fault(access.NotSignedIn)
	r.do(station.Reply{Answer: station.AnswerGiveUp})
	if _, err := r.s.SignIn(t.Context(), "siti", "kunci-rina-2026"); drivers.AsFault(err).Code != access.WrongPassword {
		t.Errorf("%v", err)
	}
	if _, err := r.s.SignIn(t.Context(), "rina", "kunci-rina-2026"); err != nil {
		t.Fatal(err)
	}
	r.do(print(q[0]))
	r.fault(access.NotAllowed)
	r.do(station.Reply{Answer: station.AnswerGiveUp})

	during := make(chan error, 1)
	d.bench.pause = func() { // siti comes while a card is made
		_, err := r.s.Vouch(context.Background(), "rina", "kunci-rina-2026")
		during <- err
	}
	session, err := r.s.SignIn(t.Context(), "siti", "kunci-siti-2026")
	if err != nil {
		t.Fatal(err)
	}
	r.do(print(q[0]))
	if err := <-during; err != nil {
		t.Errorf("signing in during a card: %v", err)
	}
	if r.n.Operator != "siti" || r.n.People.Desk == nil || r.n.People.Desk.Role != "operator" || len(r.n.Session) != 1 {
		t.Errorf("%+v, %+v", r.n.People, r.n.Session)
	}
	if e := d.facts(journal.KindIntent); len(e) != 1 || e[0].Who != "siti" {
		t.Errorf("%+v", e)
	}
	if err := r.s.SignOut(t.Context(), session); err != nil {
		t.Error(err)
	}
	r.do(print(q[1]))
	r.fault(access.NotSignedIn)
	r.do(station.Reply{Answer: station.AnswerGiveUp})
	var who []string
	for _, e := range d.facts(journal.KindSignedIn, journal.KindSignInRefused, journal.KindSignedOut) {
		who = append(who, string(e.Kind)+" "+e.Who)
	}
	if got := strings.Join(who, ", "); got != "sign-in-refused station, signed-in rina, signed-in siti, signed-in rina, signed-out siti" {
		t.Errorf("%s", got)
	}
}

// After an unclean stop the station of people who sign in is opened again by two.
func TestReopenByTwo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.staff()
	d.write(journal.Fact{Kind: journal.KindStart, Who: "siti"}, journal.Fact{Kind: journal.KindBundle, Who: "siti"})
	r := d.room(strict())
	defer r.done()
	r.do(station.Reopen{By: "siti"})
	if r.n.Locked == nil || r.n.Refusal == nil || r.n.Refusal.Code != access.SecondNeeded {
		t.Errorf("%+v, %+v", r.n.Locked, r.n.Refusal)
	}
	r.do(station.Reopen{By: "siti", Second: "rina"})
	e := d.facts(journal.KindReopened)
	var data struct{ Second string }
	if r.n.Locked != nil || len(e) != 1 || json.Unmarshal(e[0].Data, &data) != nil || data.Second != "rina" {
		t.Errorf("%+v, %+v, %+v", r.n.Locked, r.n.Refusal, e)
	}
}
