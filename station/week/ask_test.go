package week

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ask has a program answer in JSON.
func (d *desk) ask(into any, who, second string, args ...string) {
	d.t.Helper()
	p := d.program(who, second, append(args, "--json")...).wait()
	if err := json.Unmarshal(p.out.Bytes(), into); err != nil || p.code != 0 {
		d.t.Fatalf("%v: %s", err, p)
	}
}

// recordOf is the record that a card was made for.
func (d *desk) recordOf(uid string) string {
	d.t.Helper()
	var all struct {
		Cards []struct{ UID, Record string }
	}
	d.ask(&all, "ayu", "", "stock", "cards")
	for _, c := range all.Cards {
		if c.UID == uid {
			return c.Record
		}
	}
	d.t.Fatalf("desk %s knows no card %s", d.name, uid)
	return ""
}

// incidents are those that are open.
func (d *desk) incidents() []string {
	d.t.Helper()
	var all []struct {
		ID   string
		Open bool
	}
	d.ask(&all, "ayu", "", "incident", "list")
	var open []string
	for _, i := range all {
		if i.Open {
			open = append(open, i.ID)
		}
	}
	return open
}

// listed is how many cards stand on a destruction list.
func (d *desk) listed(list string) int {
	d.t.Helper()
	var all struct {
		Spoilage []struct {
			List string
			Left int
		}
	}
	d.ask(&all, "ayu", "", "stock", "cards", "spoiled")
	n := 0
	for _, s := range all.Spoilage {
		if s.List == list {
			n += s.Left
		}
	}
	return n
}

// proved holds a certificate to be proved by itself, in a folder with no station, and by the fingerprint of its key; and to be
// refused at the other desk.
func (w *week) proved(d *desk, file string) {
	w.t.Helper()
	verify := func(args ...string) (string, string, bool) {
		cmd := exec.Command(filepath.Join(w.bin, "cetakctl"), append([]string{"verify-shift", "--json"}, args...)...)
		cmd.Env = append(os.Environ(), w.shift())
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		return out.String(), errs.String(), err == nil
	}
	said, errs, ok := verify("--dir", filepath.Join(w.dir, "no station here"), file)
	var proof struct {
		Fingerprint string
		KnownKey    bool `json:"known_key"`
	}
	if err := json.Unmarshal([]byte(said), &proof); !ok || err != nil || proof.KnownKey {
		w.t.Fatalf("%s is not proved by itself: %v\n%s%s", file, err, said, errs)
	}
	if said, errs, ok := verify("--dir", d.dir, "--key", proof.Fingerprint, file); !ok {
		w.t.Fatalf("%s is not proved by its fingerprint: %s%s", file, said, errs)
	}
	if said, errs, ok := verify("--dir", d.station(), file); !ok || !strings.Contains(said, `"known_key":true`) {
		w.t.Fatalf("%s is not proved at its own desk: %s%s", file, said, errs)
	}
	other := w.first
	if d == w.first {
		other = w.other
	}
	if _, errs, ok := verify("--dir", other.station(), file); ok || !strings.HasPrefix(errs, "B-323  ") {
		w.t.Fatalf("%s is taken at another desk: %s", file, errs)
	}
}
