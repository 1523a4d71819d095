package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cetak/hwsim/hub"
	"cetak/station/centre/api"
	"cetak/station/centre/mosip"
	"cetak/station/cmdline"
	"cetak/station/record"
)

func called(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var a, b bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(""), &a, &b)
	return a.String() + b.String(), code
}

func TestGatewayWords(t *testing.T) {
	t.Setenv("LANG", "en_US.UTF-8")
	dir, key := filepath.Join(t.TempDir(), "g"), filepath.Join(t.TempDir(), "key.jwk")
	if err := os.WriteFile(key, []byte(`{"kty":"oct","k":"AAAA"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  []string
		code  int
		words string
	}{
		{[]string{"gateway"}, cmdline.Wrong, "mosip"},
		{[]string{"gateway", "sap"}, cmdline.Wrong, "mosip"},
		{[]string{"gateway", "mosip", "--dir", dir}, cmdline.Fault, "N-601"},
		{[]string{"gateway", "mosip", "status", "--dir", dir}, cmdline.Fault, "N-601"},
		{[]string{"gateway", "mosip", "init", "--dir", dir}, cmdline.Done, mosip.RegisterPublic},
		{[]string{"gateway", "mosip", "init", "--dir", dir}, cmdline.Fault, "N-601"},
		{[]string{"gateway", "mosip", "--dir", dir}, cmdline.Fault, "hub.url"}, // not filled in
		{[]string{"gateway", "mosip", "desk", key, "--office", "Kendal", "--dir", dir}, cmdline.Fault, "N-601"},
		{[]string{"gateway", "mosip", "desk", "/nowhere", "--office", "Kendal", "--dir", dir}, cmdline.Fault, "N-304"},
		{[]string{"gateway", "mosip", "desk", key, "--dir", dir}, cmdline.Wrong, "--office"},
	} {
		if out, code := called(t, c.args...); code != c.code || !strings.Contains(out, c.words) {
			t.Errorf("%v: exit %d, want %d and %q\n%s", c.args, code, c.code, c.words, out)
		}
	}
}

// gatewayProcess runs `centre gateway mosip` in a process and gives its end.
func gatewayProcess(t *testing.T, dir string) (kill func()) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", "gateway", "mosip", "--dir", dir, "--log", "warn")
	cmd.Args[0] = "centre" // TestMain
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		_ = cmd.Wait()
		t.Fatalf("the gateway did not begin: %v\n%s", err, &errs)
	}
	var once sync.Once
	kill = func() {
		once.Do(func() { _ = cmd.Process.Kill(); _, _ = io.Copy(io.Discard, out); _ = cmd.Wait() })
	}
	t.Cleanup(kill)
	return kill
}

// The gateway is killed again and again while credentials come: nothing is lost, and MOSIP hears each status once.
func TestGatewayKilled(t *testing.T) {
	o := newOffice(t)
	o.done("station", "add", "Kendal/1", "--office", "Kendal", "--district", "Kab. Kendal", "--province", "Jawa Tengah", "--key", filepath.Join(o.dsk, "station.jwk"), "-o", filepath.Join(o.dsk, "line"))
	dir, hubDir := filepath.Join(t.TempDir(), "g"), t.TempDir()
	for _, args := range [][]string{{"init"}, {"desk", filepath.Join(o.dsk, "station.jwk"), "--office", "Kendal"}} {
		if out, code := called(t, append(append([]string{"gateway", "mosip"}, args...), "--dir", dir)...); code != cmdline.Done {
			t.Fatal(out)
		}
	}
	o.done("ca", "make", "register", "mosip", "-o", filepath.Join(dir, mosip.CentreFolder))
	at, stop := o.serve()
	defer stop()
	for _, d := range []string{filepath.Join(dir, mosip.CentreFolder), filepath.Join(o.dsk, "line")} {
		if err := os.WriteFile(filepath.Join(d, api.CentreURL), []byte("https://"+at["api"]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	callback := l.Addr().String()
	_ = l.Close()
	h, err := hub.Start(context.Background(), hub.Options{Dir: hubDir, Address: "127.0.0.1:0", Seed: 3, Partner: "p", Cert: filepath.Join(dir, mosip.PartnerCert), Tries: 1, Pause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	trust, err := os.ReadFile(filepath.Join(hubDir, hub.TrustFile))
	if err != nil {
		t.Fatal(err)
	}
	mapping, err := os.ReadFile(filepath.Join(dir, mosip.MappingFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		mosip.ProofTrust: trust, mosip.MappingFile: bytes.Replace(mapping, []byte(`from = ["city"]`), []byte(`else = "Kendal"`), 1),
		mosip.SettingsFile: fmt.Appendf(nil, "[hub]\nurl = \"%[1]s/hub/\"\npartner = \"p\"\ncallback = \"http://%[2]s/\"\nsubscribe_every = \"100ms\"\n"+
			"[requests]\nurl = \"%[1]s/v1/credentialrequest\"\nevery = \"300ms\"\ngrace = \"5s\"\n[listen]\naddress = \"%[2]s\"\n[work]\npause = \"20ms\"\nlongest = \"200ms\"\nstates = \"100ms\"\n"+
			"[record]\nspecimen = true\n", h.URL, callback),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	desk, err := api.Dial(filepath.Join(o.dsk, "line"))
	if err != nil {
		t.Fatal(err)
	}
	patience := time.Now().Add(4 * time.Minute)
	wait := func(what string, done func() bool) {
		t.Helper()
		for !done() {
			if time.Now().After(patience) {
				truth, _ := json.MarshalIndent(h.Truth(), "", " ")
				t.Fatalf("waited in vain for %s\n%s", what, truth)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	const cards = 6
	kill := gatewayProcess(t, dir)
	wait("a subscription", func() bool { return h.Truth().Subscribers == 1 })
	statuses := func(id string) (all string) {
		for _, q := range h.Truth().Requests {
			if q.ID == id {
				for _, u := range q.Updates {
					all += u.Status + u.Msg + " "
				}
			}
		}
		return all
	}
	ids := []string{}
	for n := range cards {
		id, err := h.Order(n, "euin")
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		// Killed at another moment each time: before the event is taken, while its statuses are sent, while the record is made.
		wait("a little", func() bool { return len(statuses(id)) >= []int{0, 1, 10, 20, 30, 0}[n] })
		kill()
		kill = gatewayProcess(t, dir)
	}
	booked := 0
	wait("every card", func() bool {
		var taken api.Taken
		if err := desk.Do(t.Context(), "/v1/take", api.Take{Request: fmt.Sprint(time.Now().UnixNano()), Count: 50, Hours: 1}, &taken); err != nil {
			t.Fatal(err)
		}
		for _, l := range taken.Leases {
			var b api.Booked
			if err := desk.Do(t.Context(), fmt.Sprintf("/v1/records/%s/%d/done", l.ID, l.Issue), api.Done{Fence: l.Fence, Outcome: o.outcome(l, booked)}, &b); err != nil {
				t.Fatal(err)
			}
			booked++
			kill()
			kill = gatewayProcess(t, dir)
		}
		return booked == cards
	})
	for _, id := range ids {
		wait(id, func() bool { return strings.Contains(statuses(id), "PRINTED") })
		if got := statuses(id); got != "RECEIVED DOWNLOADED VALIDATED PRINTED " {
			t.Errorf("MOSIP heard %s", got)
		}
	}
	if out, code := called(t, "gateway", "mosip", "status", "--dir", dir); code != cmdline.Done || !strings.Contains(out, fmt.Sprintf("printed    %d", cards)) {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// outcome is a good card of a lease, signed as the desk signs.
func (o *office) outcome(l api.Lease, n int) string {
	o.Helper()
	keys, err := record.LoadKeys(o.dsk)
	if err != nil {
		o.Fatal(err)
	}
	payload := fmt.Appendf(nil, `{"v":1,"id":%q,"issue":%d,"attempt":"a%d","result":"good","uid":"%014X","at":%q,"station":"Kendal/1"}`, l.ID, l.Issue, n, n+1, time.Now().UTC().Format(time.RFC3339))
	jws, err := keys.Sign(payload, record.TypeOutcome)
	if err != nil {
		o.Fatal(err)
	}
	return jws
}
