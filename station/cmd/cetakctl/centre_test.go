package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
	centretest "cetak/station/centre/stand"
)

// tied is a desk on a simulator that is enrolled at a centre over TLS.
type tied struct {
	*bench
	stand     *centretest.Stand
	server    *centre.Server
	address   string
	enrolment string
}

const tiedDesk = "Dukcapil Contoh/1"

func tie(t *testing.T) *tied {
	t.Helper()
	b := powerUp(t, "--records", "0", "--blanks", "20")
	b.must("init", "--sim", b.sim, "--no-people", "--office", "Dukcapil Contoh")
	d := &tied{bench: b, stand: centretest.New(t)}
	d.stand.AddDesk(tiedDesk, "Dukcapil Contoh", filepath.Join(b.ready.Keys, "station.jwk"))
	d.server = d.stand.Serve("127.0.0.1:0")
	t.Cleanup(func() { _ = d.server.Close() })
	d.address = d.server.API.String()
	d.enrolment = d.stand.Enrol(ca.Station, tiedDesk, d.address)
	if out := b.must("centre", "enrol", d.enrolment); !strings.Contains(out, tiedDesk) {
		t.Fatal(out)
	}
	return d
}

// deposit has `hwsim deposits` play the register, and gives the records in the order they were made.
func (d *tied) deposit(n int) (keys []api.Key) {
	d.t.Helper()
	file := filepath.Join(d.t.TempDir(), "deposits.jsonl")
	out, err := exec.Command("hwsim", "deposits", "-n", fmt.Sprint(n), "--office", "Dukcapil Contoh", "--keys", d.ready.Keys, "-o", file).CombinedOutput()
	if err != nil {
		d.t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	var all []api.Deposit
	for line := range strings.Lines(string(text)) {
		var x api.Deposit
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			d.t.Fatal(err)
		}
		if err := centre.CheckDeposit(x); err != nil {
			d.t.Fatal(err)
		}
		all, keys = append(all, x), append(keys, x.Key)
	}
	d.stand.Store(func(s centre.Store) error {
		_, err := s.Deposit(d.t.Context(), time.Now(), all)
		return err
	})
	return keys
}

// line is `cetakctl centre status --json`.
func (d *tied) line() (s struct {
	Leased, Outbox int
	Code           string
	Heard          time.Time
}) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.must("centre", "status", "--json")), &s); err != nil {
		d.t.Fatal(err)
	}
	return s
}

// made is what the centre has of the desk's books, and of open incidents.
func (d *tied) made() (good, spoiled int, incidents []string) {
	d.stand.Store(func(s centre.Store) error {
		stock, err := s.Stock(d.t.Context(), tiedDesk)
		if err != nil {
			return err
		}
		good, spoiled = stock["WNI"]["good"], stock["WNI"]["spoiled"]
		all, err := s.Incidents(d.t.Context(), 0)
		for _, i := range all {
			incidents = append(incidents, i.Kind+" "+i.Detail)
		}
		return err
	})
	return good, spoiled, incidents
}

// The real desk, on the real simulator, at a real centre over TLS: it leases, prints, and reports; with the centre away it prints from its
// leases and loses nothing; a record that is withdrawn meanwhile is refused before a blank moves.
func TestDeskAtCentre(t *testing.T) {
	d := tie(t)
	keys := d.deposit(6)
	if out := d.must("run", "--count", "2"); strings.Count(out, "good ") < 2 {
		t.Fatal(out)
	}
	if good, _, _ := d.made(); good != 2 {
		t.Errorf("the centre's books have %d good cards", good)
	}
	if s := d.line(); s.Outbox != 0 || s.Leased != 4 || s.Heard.IsZero() {
		t.Errorf("%+v", s)
	}
	if err := d.server.Close(); err != nil {
		t.Fatal(err)
	}
	d.must("run", "--count", "2")
	if s := d.line(); s.Outbox != 2 || s.Leased != 2 || s.Code != string(api.Unreachable) {
		t.Errorf("%+v", s)
	}
	if code, _, errs := d.ctl("centre", "sync"); code != exitFault || !strings.Contains(errs, string(api.Unreachable)) {
		t.Errorf("%d %s", code, errs)
	}
	withdrawn := 0
	d.stand.Store(func(s centre.Store) error {
		for _, k := range keys {
			held, err := s.Held(t.Context(), tiedDesk)
			if err != nil {
				return err
			}
			left := strings.Contains(d.must("queue", "--json"), `"`+k.ID+`"`)
			if left && withdrawn == 0 && len(held) == 4 {
				withdrawn++
				if _, err := s.Withdraw(t.Context(), time.Now(), api.Withdrawal{Key: k, Reason: "death"}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	d.server = d.stand.Serve(d.address)
	before := d.world()
	d.must("centre", "sync")
	if s := d.line(); s.Outbox != 0 || s.Leased != 1 || s.Code != "" {
		t.Errorf("%+v", s)
	}
	d.must("run")
	if good, _, incidents := d.made(); good != 5 || len(incidents) != 0 || before.Feeder-d.world().Feeder != 1 {
		t.Errorf("%d good, %v, %d and %d in the feeder", good, incidents, before.Feeder, d.world().Feeder)
	}
	if code, _, _ := d.ctl("centre", "enrol", t.TempDir()); code != exitFault {
		t.Error("an empty enrolment was taken")
	}
}

// Without a centre the commands say so, and the desk works as before.
func TestDeskWithoutCentre(t *testing.T) {
	b := start(t, "--records", "1")
	for _, verb := range []string{"status", "sync"} {
		if code, _, errs := b.ctl("centre", verb); code != exitFault || !strings.Contains(errs, "N-211") {
			t.Errorf("%s: %d %s", verb, code, errs)
		}
	}
	if code, _, _ := b.ctl("centre", "dance"); code != exitUsage {
		t.Error(code)
	}
	b.must("run")
}
