package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	people "cetak/hwsim/centre"
	"cetak/station/centre/api"
	"cetak/station/cmdline"
)

// office is a centre's folder and the program that is called on it.
type office struct {
	*testing.T
	dir, dsk string
	centre   *people.Centre
}

// call runs the program and gives what it said and its exit code.
func (o *office) call(args ...string) (out, errs string, code int) {
	o.Helper()
	var a, b bytes.Buffer
	code = run(o.Context(), append(args, "--dir", o.dir), strings.NewReader(""), &a, &b)
	return a.String(), b.String(), code
}

func (o *office) done(args ...string) string {
	o.Helper()
	out, errs, code := o.call(args...)
	if code != cmdline.Done {
		o.Fatalf("%v: exit %d\n%s%s", args, code, out, errs)
	}
	return out
}

func (o *office) wants(code int, words string, args ...string) {
	o.Helper()
	out, errs, got := o.call(args...)
	if got != code || !strings.Contains(out+errs, words) {
		o.Errorf("%v: exit %d, want %d and %q\n%s%s", args, got, code, words, out, errs)
	}
}

func newOffice(t *testing.T) *office {
	t.Helper()
	t.Setenv("LANG", "en_US.UTF-8")
	o := &office{t, filepath.Join(t.TempDir(), "centre"), filepath.Join(t.TempDir(), "desk"), people.New(5, people.Options{})}
	if err := o.centre.WriteKeys(o.dsk); err != nil {
		t.Fatal(err)
	}
	o.done("init", "--host", "localhost,127.0.0.1")
	return o
}

// deposits writes a file of deposits of n people for the office Kendal.
func (o *office) deposits(n int) string {
	o.Helper()
	records, err := o.centre.Make(n)
	if err != nil {
		o.Fatal(err)
	}
	var b bytes.Buffer
	for _, r := range records {
		envelope, err := o.centre.Envelope(r)
		if err != nil {
			o.Fatal(err)
		}
		d := api.Deposit{Key: api.Key{ID: r.ID, Issue: r.Issue}, Revision: r.Revision, Kind: string(r.Kind), Reason: r.Reason, Office: "Kendal", Cleared: r.Cleared,
			NotAfter: r.NotAfter, Envelopes: map[string]string{o.centre.StationKey().KeyID: envelope}}
		if err := json.NewEncoder(&b).Encode(d); err != nil {
			o.Fatal(err)
		}
	}
	path := filepath.Join(o.TempDir(), "deposits.jsonl")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		o.Fatal(err)
	}
	return path
}

// serve runs the service until the returned function is called; the function gives its exit code.
func (o *office) serve(args ...string) (address map[string]string, stop func() int) {
	o.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"serve", "--dir", o.dir, "--listen", "127.0.0.1:0", "--monitor", "127.0.0.1:0", "--log", "error"}, args...), strings.NewReader(""), w, io.Discard)
		_ = w.Close()
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		o.Fatalf("the service did not begin: %v, exit %d", err, <-ended)
	}
	if err := json.Unmarshal([]byte(line), &address); err != nil {
		o.Fatal(err)
	}
	stop = func() int { cancel(); return <-ended }
	o.Cleanup(cancel)
	return address, stop
}

// From nothing to a desk that takes a record, and two supervisors who let it go.
func TestFromInitToTake(t *testing.T) {
	o := newOffice(t)
	enrolment := filepath.Join(t.TempDir(), "enrolment")
	o.done("station", "add", "Kendal/1", "--office", "Kendal", "--district", "Kab. Kendal", "--province", "Jawa Tengah", "--key", filepath.Join(o.dsk, "station.jwk"), "-o", enrolment)
	for _, name := range []string{"ani", "budi"} {
		o.done("ca", "make", "supervisor", name, "-o", filepath.Join(o.dsk, name))
	}
	file := o.deposits(3)
	o.wants(cmdline.Done, "3 records taken, 0 refused", "deposit", file)
	o.wants(cmdline.Done, "3 records taken, 0 refused", "deposit", file)
	table := filepath.Join(t.TempDir(), "table.toml")
	if err := os.WriteFile(table, []byte("last_minutes = 45\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.done("policy", "set", table)
	o.wants(cmdline.Done, "last_minutes = 45", "policy", "show")

	at, stop := o.serve()
	for _, dir := range []string{enrolment, filepath.Join(o.dsk, "ani"), filepath.Join(o.dsk, "budi")} {
		if err := os.WriteFile(filepath.Join(dir, api.CentreURL), []byte("https://"+at["api"]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	client, err := api.Dial(enrolment)
	if err != nil {
		t.Fatal(err)
	}
	var taken api.Taken
	if err := client.Do(t.Context(), "/v1/take", api.Take{Request: "1", Count: 2, Hours: 1}, &taken); err != nil || len(taken.Leases) != 2 {
		t.Fatal(taken, err)
	}
	l := taken.Leases[0]
	free := []string{"free", l.ID, fmt.Sprint(l.Issue), "--fence", fmt.Sprint(l.Fence), "--reason", "burnt"}
	o.wants(cmdline.Done, "Proposed by ani", append(free, "-o", filepath.Join(o.dsk, "ani"))...)
	o.wants(cmdline.Fault, "N-113", append(free, "-o", filepath.Join(o.dsk, "ani"))...)
	o.wants(cmdline.Done, "is waiting", append(free, "-o", filepath.Join(o.dsk, "budi"))...)
	o.wants(cmdline.Done, "is withdrawn", "withdraw", l.ID, fmt.Sprint(l.Issue), "--reason", "death")
	o.wants(cmdline.Done, "is leased", "withdraw", taken.Leases[1].ID, fmt.Sprint(taken.Leases[1].Issue), "--reason", "ikd")
	o.wants(cmdline.Done, "let go by ani and budi", "incidents")
	o.wants(cmdline.Done, "Jawa Tengah", "summary")
	o.wants(cmdline.Done, `"waiting": 1`, "summary", "office", "--json")
	o.wants(cmdline.Done, "", "loans")
	o.wants(cmdline.Done, "Kendal/1", "station", "list")

	o.wants(cmdline.Done, "1 certificates revoked", "ca", "revoke", "Kendal/1", "--reason", "stolen")
	o.wants(cmdline.Done, "stolen", "ca", "list")
	deadline := time.Now().Add(time.Minute)
	for {
		err := client.Do(t.Context(), "/v1/leases", nil, &taken)
		if code := fmt.Sprint(err); strings.Contains(code, string(api.Revoked)) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a revoked desk is still let in: ", err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if code := stop(); code != cmdline.Done {
		t.Errorf("the service ended with %d", code)
	}
}

func TestWrongUses(t *testing.T) {
	o := newOffice(t)
	broken := filepath.Join(t.TempDir(), "broken.jsonl")
	if err := os.WriteFile(broken, []byte(`{"id":"PRR-1","NIK":"9901"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  []string
		code  int
		words string
	}{
		{[]string{"init", "--host", "localhost"}, cmdline.Fault, "N-303"}, // there is a centre already
		{[]string{"init"}, cmdline.Wrong, "--host"},
		{[]string{"nonsense"}, cmdline.Wrong, "no command"},
		{[]string{"serve", "--nonsense"}, cmdline.Wrong, "nonsense"},
		{[]string{"serve", "--listen", "256.0.0.1:1"}, cmdline.Fault, "N-305"},
		{[]string{"serve", "--postgres", "postgres:///x?host=/nowhere&connect_timeout=1"}, cmdline.Fault, "N-301"},
		{[]string{"deposit"}, cmdline.Wrong, "file"},
		{[]string{"deposit", "/nowhere"}, cmdline.Fault, "N-304"},
		{[]string{"deposit", broken}, cmdline.Fault, "N-304"},
		{[]string{"policy", "set", broken}, cmdline.Fault, "Y-1"},
		{[]string{"policy", "show"}, cmdline.Fault, "N-116"},
		{[]string{"withdraw", "PRR-1", "1", "--reason", "death"}, cmdline.Fault, "N-104"},
		{[]string{"withdraw", "PRR-1", "1", "--reason", "because"}, cmdline.Wrong, "duplicate"},
		{[]string{"ca", "make", "king", "x", "-o", t.TempDir()}, cmdline.Wrong, "supervisor"},
		{[]string{"ca", "revoke", "nobody", "--reason", "x"}, cmdline.Wrong, "no certificate"},
		{[]string{"station", "add", "x"}, cmdline.Wrong, "--office"},
		{[]string{"station", "add", "x", "--office", "O", "--district", "D", "--province", "P", "--key", broken}, cmdline.Fault, "N-304"},
		{[]string{"summary", "village"}, cmdline.Wrong, "office"},
		{[]string{"free", "PRR-1", "1", "--fence", "1", "--reason", "x", "-o", t.TempDir()}, cmdline.Fault, "N-204"},
	} {
		_, errs, _ := o.call(c.args...)
		if strings.Contains(errs, "9901") {
			t.Errorf("%v tells a person's data: %s", c.args, errs)
		}
		o.wants(c.code, c.words, c.args...)
	}
	o.dir = t.TempDir()
	o.wants(cmdline.Fault, "N-303", "serve")
}
