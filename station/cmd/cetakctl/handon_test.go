package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
)

const teamDesk = "Dukcapil Contoh/2"

// team is a second desk of the office, with a simulator and keys of its own, that knows the office's register.
func (d *tied) team() *bench {
	d.t.Helper()
	b := powerUp(d.t, "--records", "0", "--blanks", "20", "--seed", "9")
	b.must("init", "--sim", b.sim, "--no-people", "--office", "Dukcapil Contoh", "--desk", "2")
	text, err := os.ReadFile(filepath.Join(d.ready.Keys, "centre.jwk"))
	if err == nil {
		err = os.WriteFile(filepath.Join(b.dir, "keys", "centre-office.jwk"), text, 0o600)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.stand.AddDesk(teamDesk, "Dukcapil Contoh", filepath.Join(b.ready.Keys, "station.jwk"))
	b.must("centre", "enrol", d.stand.Enrol(ca.Station, teamDesk, d.address))
	return b
}

// card makes a desk's card and gives its file and fingerprint.
func (b *bench) card() (file, fingerprint string) {
	b.t.Helper()
	file = filepath.Join(b.t.TempDir(), "desk.card")
	out := b.must("team", "card", "-o", file)
	return file, regexp.MustCompile(`[A-Z2-7]{4}(-[A-Z2-7]{4}){3}`).FindString(out)
}

// two is must by two people.
func (b *bench) two(args ...string) string {
	b.t.Helper()
	return b.must(append(args, "--as", "siti", "--second", "rina")...)
}

// refuses is ctl that has to fail with the code.
func (b *bench) refuses(code string, args ...string) {
	b.t.Helper()
	if exit, out, errs := b.ctl(args...); exit != exitFault || !strings.HasPrefix(errs, code) {
		b.t.Errorf("%v: exit %d, want %s\n%s%s", args, exit, code, out, errs)
	}
}

// held is whose leases the centre has, and how records stand there.
func (d *tied) held(desk string) int {
	n := 0
	d.stand.Store(func(s centre.Store) error {
		all, err := s.Held(d.t.Context(), desk)
		n = len(all)
		return err
	})
	return n
}

func (d *tied) incidents() (kinds []string) {
	d.stand.Store(func(s centre.Store) error {
		all, err := s.Incidents(d.t.Context(), 0)
		for _, i := range all {
			kinds = append(kinds, i.Kind+" "+i.Detail)
		}
		return err
	})
	return kinds
}

// A mobile team, from the list to the receipt: the office leases by name, the team prints without a line, and what it tells comes back on the
// stick by the office's line. The team never speaks with the centre.
func TestMobileTeam(t *testing.T) {
	t.Setenv(passphraseEnv, "kuda hijau makan rumput")
	d := tie(t)
	keys := d.deposit(4)
	team := d.team()
	card, fingerprint := team.card()
	list := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(list, []byte(keys[0].ID+"\n\n"+keys[1].ID+"#1 village A\n"+keys[2].ID+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stick := t.TempDir()
	out := []string{"export-work", "--list", list, "--days", "5", "--to", card, "--stick", stick}
	if exit, _, errs := d.ctl(out...); exit != exitUsage || !strings.Contains(errs, fingerprint) {
		t.Errorf("without a fingerprint: %d %s", exit, errs)
	}
	d.refuses("S-151", append(out, "--fingerprint", "AAAA-AAAA-AAAA-AAAA")...)
	d.refuses("U-105", append(out, "--fingerprint", fingerprint)...)
	said := d.two(append(out, "--fingerprint", fingerprint)...)
	if !strings.Contains(said, "3 records were handed on to "+teamDesk) || strings.Contains(said, "does not know it yet") {
		t.Error(said)
	}
	if n, m := d.held(tiedDesk), d.held(teamDesk); n != 0 || m != 3 {
		t.Errorf("the centre has %d leases of the office and %d of the team", n, m)
	}
	d.refuses("S-150", append(out[:1:1], keys[0].ID, "--to", card, "--stick", stick, "--fingerprint", fingerprint, "--as", "siti", "--second", "rina")...)

	// Away: there is no line.
	if err := d.server.Close(); err != nil {
		t.Fatal(err)
	}
	if out := team.must("import-work", stick); !strings.Contains(out, "3 records of "+tiedDesk+" were taken over") {
		t.Error(out)
	}
	team.refuses("S-146", "import-work", stick)
	team.must("run", "--count", "2")
	team.agree()
	if out := team.two("team", "home", stick); !strings.Contains(out, "2 outcomes, and 1 records that were not printed go back") {
		t.Error(out)
	}
	if out := team.must("queue", "--json"); strings.Contains(out, "PRR-") {
		t.Errorf("it gave its records back, and they wait: %s", out)
	}
	d.refuses(string(api.Unreachable), "team", "carry", stick)

	// At the office again.
	d.server = d.stand.Serve(d.address)
	if out := d.must("team", "carry", stick); !strings.Contains(out, "2 outcomes, 1 records given back, books countersigned") {
		t.Error(out)
	}
	d.refuses("S-146", "team", "carry", stick)
	if n := d.held(teamDesk); n != 0 {
		t.Errorf("%d leases are still the team's", n)
	}
	d.stand.Store(func(s centre.Store) error {
		stock, err := s.Stock(t.Context(), teamDesk)
		if stock["WNI"]["good"] != 2 {
			t.Errorf("the team's books at the centre: %v", stock)
		}
		return err
	})
	if all := d.incidents(); len(all) != 0 {
		t.Errorf("incidents: %q", all)
	}
	if out := d.must("team", "list"); !strings.Contains(out, "3 records, 3 heard of") {
		t.Error(out)
	}
	if out := team.must("import-work", stick); !strings.Contains(out, "The centre has 2 outcomes of this desk") {
		t.Error(out)
	}
	var s struct{ Leased, Outbox int }
	if err := json.Unmarshal([]byte(team.must("centre", "status", "--json")), &s); err != nil || s.Outbox != 0 || s.Leased != 0 {
		t.Errorf("%+v %v", s, err)
	}
	// What came back waits for anybody of the office, and is printed once.
	d.must("run", "--until-empty")
	if good, _, _ := d.made(); good != 2 {
		t.Errorf("the office made %d of the two that were left", good)
	}
	if all := d.incidents(); len(all) != 0 {
		t.Errorf("incidents: %q", all)
	}
}

// A printer dies where there is no line: the queue goes to the neighbour on a stick, in the middle of that the giver is cut off, and the centre hears
// of it from whoever speaks first.
func TestHandOnWithoutLine(t *testing.T) {
	t.Setenv(passphraseEnv, "kuda hijau makan rumput")
	d := tie(t)
	d.deposit(3)
	d.must("centre", "sync")
	other := d.team()
	card, fingerprint := other.card()
	if err := d.server.Close(); err != nil {
		t.Fatal(err)
	}
	stick := t.TempDir()
	said := d.two("export-work", "all", "--to", card, "--fingerprint", fingerprint, "--stick", stick)
	if !strings.Contains(said, "3 records were handed on") || !strings.Contains(said, "does not know it yet") {
		t.Error(said)
	}
	d.must("run", "--until-empty") // nothing is left to print
	if good := d.balance()["good"]; good != 0 {
		t.Errorf("the giver printed %d", good)
	}
	other.must("import-work", stick)
	other.must("run", "--count", "1")

	d.server = d.stand.Serve(d.address)
	other.must("run", "--until-empty") // asks the centre at each claim: the paper comes first
	other.agree()
	if good := other.balance()["good"]; good != 3 {
		t.Errorf("the taker printed %d of 3", good)
	}
	d.must("centre", "sync")
	var s struct{ Leased, Outbox int }
	if err := json.Unmarshal([]byte(d.must("centre", "status", "--json")), &s); err != nil || s.Leased != 0 {
		t.Errorf("%+v %v", s, err)
	}
	if n, m := d.held(tiedDesk), d.held(teamDesk); n+m != 0 {
		t.Errorf("%d and %d leases are left", n, m)
	}
	if all := d.incidents(); len(all) != 0 {
		t.Errorf("incidents: %q", all)
	}
}

// With a line the queue of a desk whose printer died goes back to the centre, and any desk of the office has it.
func TestGiveBack(t *testing.T) {
	d := tie(t)
	keys := d.deposit(2)
	d.must("centre", "sync")
	if n := d.held(tiedDesk); n != 2 {
		t.Fatalf("%d leases", n)
	}
	d.refuses("U-105", "export-work", "all")
	if out := d.two("export-work", keys[0].ID); !strings.Contains(out, "1 records were given back") || strings.Contains(out, "does not know") {
		t.Error(out)
	}
	if n := d.held(tiedDesk); n != 1 {
		t.Errorf("%d leases", n)
	}
	d.stand.Store(func(s centre.Store) error {
		leases, err := s.Take(t.Context(), time.Now(), tiedDesk, api.Take{Request: "x", Hours: 1, Records: keys[:1]})
		if len(leases) != 1 || leases[0].Fence != 2 {
			t.Errorf("%+v", leases)
		}
		return err
	})
	d.refuses("S-150", "export-work", keys[0].ID, "--as", "siti", "--second", "rina")
}

// Blanks that one office lends to another: both ledgers say so, and the centre lays them side by side.
func TestLoanBetweenOffices(t *testing.T) {
	d := tie(t)
	other := powerUp(t, "--records", "0", "--blanks", "5", "--seed", "9")
	other.must("init", "--sim", other.sim, "--no-people", "--office", "Dukcapil Batang", "--desk", "1")
	d.stand.AddDesk("Dukcapil Batang/1", "Dukcapil Batang", filepath.Join(other.ready.Keys, "station.jwk"))
	other.must("centre", "enrol", d.stand.Enrol(ca.Station, "Dukcapil Batang/1", d.address))
	agree := func(want string) {
		t.Helper()
		d.stand.Store(func(s centre.Store) error {
			loans, err := s.Loans(t.Context())
			var got []string
			for _, l := range loans {
				got = append(got, strings.Join([]string{l.Kind, l.Document, l.From, l.To, l.State}, "|"))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%q, want %q", got, want)
			}
			return err
		})
	}
	d.two("stock", "receive", "50", "--document", "BA-1", "--party", "Pusat")
	d.two("stock", "lend", "20", "--document", "P-7", "--party", "Dukcapil Batang")
	d.must("centre", "sync")
	agree("loan|P-7|Dukcapil Contoh|Dukcapil Batang|on-the-way")
	other.two("stock", "borrow", "20", "--document", "p-7", "--party", "dukcapil  contoh", "--issuer", "Dukcapil Contoh")
	other.must("centre", "sync")
	agree("loan|P-7|Dukcapil Contoh|Dukcapil Batang|agreed")
	other.two("stock", "give-back", "5", "--document", "K-1", "--party", "Dukcapil Contoh")
	d.two("stock", "take-back", "4", "--document", "K-1", "--party", "Dukcapil Batang", "--issuer", "Dukcapil Batang")
	other.must("centre", "sync")
	d.must("centre", "sync")
	agree("loan-return|K-1|Dukcapil Batang|Dukcapil Contoh|differs loan|P-7|Dukcapil Contoh|Dukcapil Batang|agreed")
	for _, b := range []*bench{d.bench, other} { // and both ledgers say the same of it
		b.must("ledger", "verify")
	}
	if lent, borrowed := d.balance()["lent"], other.balance()["borrowed"]; lent != 16 || borrowed != 15 {
		t.Errorf("lent %d, borrowed %d", lent, borrowed)
	}
}

// A team is given up, two supervisors let its record go, the office prints it; then the team's desk is found, with a card. Nothing is booked twice,
// and both ends say that there is a card too many.
func TestTeamGivenUp(t *testing.T) {
	t.Setenv(passphraseEnv, "kuda hijau makan rumput")
	d := tie(t)
	keys := d.deposit(1)
	team := d.team()
	card, fingerprint := team.card()
	stick := t.TempDir()
	d.two("export-work", keys[0].ID, "--days", "1", "--to", card, "--fingerprint", fingerprint, "--stick", stick)
	address := d.address
	if err := d.server.Close(); err != nil {
		t.Fatal(err)
	}
	team.must("import-work", stick)
	team.must("run", "--count", "1")
	team.must("team", "home", stick, "--keep")

	d.server = d.stand.Serve(address)
	let := func(who string) (state api.State, code string) {
		t.Helper()
		client, err := api.Dial(d.stand.Enrol(ca.Supervisor, who, address))
		if err != nil {
			t.Fatal(err)
		}
		var r api.Released
		err = client.Do(t.Context(), "/v1/silent-releases", api.Release{Key: keys[0], Fence: 1, Reason: "desk lost"}, &r)
		if err != nil {
			return "", err.Error()[:5]
		}
		return r.State, ""
	}
	if state, code := let("ani"); state != api.Leased || code != "" {
		t.Fatal(state, code)
	}
	if _, code := let("ani"); code != string(api.NeedsTwo) {
		t.Errorf("one supervisor alone: %q", code)
	}
	if state, code := let("budi"); state != api.Waiting || code != "" {
		t.Fatal(state, code)
	}
	d.must("run", "--until-empty")
	if good := d.balance()["good"]; good != 1 {
		t.Fatalf("the office made %d", good)
	}
	if out := d.must("team", "carry", stick); !strings.Contains(out, "did not book 1 outcomes") {
		t.Error(out)
	}
	if all := strings.Join(d.incidents(), "\n"); !strings.Contains(all, "stale-done") || !strings.Contains(all, "second-card") {
		t.Errorf("incidents: %s", all)
	}
	team.refuses("N-210", "import-work", stick)
	if out := team.must("journal", "--kind", "recalled", "--as", "siti"); !strings.Contains(out, keys[0].ID) {
		t.Errorf("the team's card is not called back: %s", out)
	}
}
