package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"cetak/hwsim/hub"
	"cetak/station/centre/ca"
	"cetak/station/centre/mosip"
	house "cetak/station/centre/stand"
)

// gatewayTo makes a gateway's folder between a simulated MOSIP and a centre, and runs both. The centre has the office "Kendal".
func gatewayTo(t *testing.T, s *house.Stand, centre, deskKey string) (m *hub.Hub, public string) {
	t.Helper()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir, hubDir := filepath.Join(t.TempDir(), "gateway"), t.TempDir()
	try(mosip.Init(dir, time.Now()))
	key, err := os.ReadFile(deskKey)
	try(err)
	_, err = mosip.AddDesk(dir, "Kendal", key)
	try(err)
	try(os.Rename(s.Enrol(ca.Register, "mosip", centre), filepath.Join(dir, mosip.CentreFolder)))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	try(err)
	callback := l.Addr().String()
	try(l.Close())
	m, err = hub.Start(context.Background(), hub.Options{Dir: hubDir, Address: "127.0.0.1:0", Seed: 5, Partner: "p", Cert: filepath.Join(dir, mosip.PartnerCert), Client: "c", Secret: "s",
		Tries: 1, Pause: time.Millisecond})
	try(err)
	t.Cleanup(func() { _ = m.Close() })
	trust, err := os.ReadFile(filepath.Join(hubDir, hub.TrustFile))
	try(err)
	mapping, err := os.ReadFile(filepath.Join(dir, mosip.MappingFile))
	try(err)
	for name, text := range map[string][]byte{
		mosip.ProofTrust: trust, mosip.TokenSecret: []byte("s"), mosip.MappingFile: bytes.Replace(mapping, []byte(`from = ["city"]`), []byte(`else = "Kendal"`), 1),
		mosip.SettingsFile: fmt.Appendf(nil, "[hub]\nurl = \"%[1]s/hub/\"\npartner = \"p\"\ncallback = \"http://%[2]s/\"\nsubscribe_every = \"200ms\"\n"+
			"[token]\nurl = \"%[1]s/v1/authmanager/authenticate/clientidsecretkey\"\nclient = \"c\"\napp = \"print\"\n"+
			"[requests]\nurl = \"%[1]s/v1/credentialrequest\"\nevery = \"300ms\"\ngrace = \"5s\"\n[listen]\naddress = \"%[2]s\"\n[work]\npause = \"20ms\"\nlongest = \"200ms\"\nstates = \"200ms\"\n"+
			"[record]\nspecimen = true\n", m.URL, callback),
	} {
		try(os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	ctx, stop := context.WithCancel(context.Background())
	g, err := mosip.Open(ctx, dir, zerolog.Nop())
	try(err)
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		try(<-ended)
	})
	return m, filepath.Join(dir, mosip.RegisterPublic)
}

// From a credential event of the simulated MOSIP to a card in the simulated printer's tray, past every failure of the hub: MOSIP hears each
// status once, and PRINTED only of cards that lie there.
func TestMOSIPToCard(t *testing.T) {
	s := house.New(t)
	server := s.Serve("127.0.0.1:0")
	defer func() { _ = server.Close() }()
	b := powerUp(t, "--records", "0", "--blanks", "30", "--pictures=false")
	b.must("init", "--sim", b.sim, "--no-people", "--office", "Kendal", "--desk", "1")
	keys := filepath.Join(b.dir, "keys")
	m, public := gatewayTo(t, s, server.API.String(), filepath.Join(keys, "station.jwk"))
	text, err := os.ReadFile(public)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(keys, mosip.RegisterPublic), text, 0o600); err != nil {
		t.Fatal(err)
	}
	s.AddDesk("Kendal/1", "Kendal", filepath.Join(keys, "station.jwk"))
	b.must("centre", "enrol", s.Enrol(ca.Station, "Kendal/1", server.API.String()))

	patience := time.Now().Add(5 * time.Minute)
	heard := func(id string) (all string) {
		for _, q := range m.Truth().Requests {
			if q.ID == id {
				for _, u := range q.Updates {
					all += u.Status + u.Msg + " "
				}
			}
		}
		return all
	}
	wait := func(id, want string) {
		t.Helper()
		for heard(id) != want {
			if time.Now().After(patience) || len(heard(id)) > len(want) {
				t.Fatalf("MOSIP heard %q, want %q", heard(id), want)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	for m.Truth().Subscribers == 0 && time.Now().Before(patience) {
		time.Sleep(20 * time.Millisecond)
	}
	const validated = "RECEIVED DOWNLOADED VALIDATED "
	ids := []string{}
	for n, verb := range []string{"", "drop", "repeat", "forge", "lose", "expire", "break-share", "forget-tokens", "lose-answer", "refuse-answer", "away"} {
		if verb != "" {
			if err := m.Do(verb, map[string]int{"away": 500}[verb]+1); err != nil {
				t.Fatal(err)
			}
		}
		id, err := m.Order(n, "euin")
		if err != nil {
			t.Fatal(err)
		}
		wait(id, validated)
		ids = append(ids, id)
	}
	b.must("centre", "sync")
	b.must("run", "--until-empty")
	b.must("centre", "sync")
	for _, id := range ids {
		wait(id, validated+"PRINTED ")
	}
	if good := len(b.world().Trays["good"]); good != len(ids) {
		t.Errorf("%d cards lie in the tray, MOSIP was told of %d", good, len(ids))
	}
	b.agree()
	var state struct {
		Leased, Outbox int
	}
	if err := json.Unmarshal([]byte(b.must("centre", "status", "--json")), &state); err != nil || state.Outbox != 0 {
		t.Errorf("%+v, %v", state, err)
	}
}
