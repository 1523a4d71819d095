package command

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cetak/hwsim/centre"
	"cetak/hwsim/rig"
)

// deposit is a record as the register gives it to a centre that leases records out. Source: docs/centre.openapi.yaml, Deposit.
type deposit struct {
	ID        string            `json:"id"`
	Issue     int               `json:"issue"`
	Revision  int               `json:"revision"`
	Kind      string            `json:"kind"`
	Reason    string            `json:"reason"`
	Office    string            `json:"office"`
	Cleared   time.Time         `json:"cleared"`
	NotAfter  time.Time         `json:"not_after"`
	Envelopes map[string]string `json:"envelopes"` // by the desk's key id
}

// deposits plays the register: it makes records and seals each to every desk named, one deposit a line.
func deposits(args []string, stdout, stderr io.Writer) (err error) {
	f := flag.NewFlagSet("deposits", flag.ContinueOnError)
	n := f.Int("n", 25, "how many")
	seed := f.Uint64("seed", 2, "same seed, same people; another than the simulator's, whose people lie in its inbox")
	out := f.String("o", "", "the file to write, one JSON deposit a line")
	office := f.String("office", "", "the office whose desks may lease them, as the centre has it")
	keys := f.String("keys", "", "folder of keys of the desk, as `hwsim run` tells it")
	also := f.String("also", "", "keys of further desks, public or private, with commas between; they need this folder's centre.jwk among their own keys")
	wna := f.Int("wna", 0, "how many are foreigners")
	if err := parse(f, args, stderr, false); err != nil {
		return err
	}
	if *out == "" || *office == "" || *keys == "" || *n < 0 || *wna < 0 {
		return usageError{errors.New("-n N --seed S --office O --keys D -o FILE.jsonl")}
	}
	c, err := rig.OpenCentre(*seed, centre.Options{WNA: *wna}, *keys)
	if err != nil {
		return err
	}
	desks := []jose.JSONWebKey{c.StationKey()}
	for _, path := range strings.FieldsFunc(*also, func(r rune) bool { return r == ',' }) {
		key, err := stationKey(path)
		if err != nil {
			return err
		}
		desks = append(desks, key)
	}
	records, err := c.Make(*n)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(*out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriter(file)
	for _, r := range records {
		d := deposit{ID: r.ID, Issue: r.Issue, Revision: r.Revision, Kind: string(r.Kind), Reason: r.Reason, Office: *office, Cleared: r.Cleared,
			NotAfter: r.NotAfter, Envelopes: map[string]string{}}
		for _, desk := range desks {
			if d.Envelopes[desk.KeyID], err = c.EnvelopeTo(r, desk); err != nil {
				return err
			}
		}
		if err := json.NewEncoder(w).Encode(d); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d deposits for %d desks of %s in %s\n", len(records), len(desks), *office, *out)
	return nil
}

// stationKey reads a desk's key. Source: docs/record.md, "Keys".
func stationKey(path string) (jose.JSONWebKey, error) {
	var key jose.JSONWebKey
	text, err := os.ReadFile(path)
	if err != nil {
		return key, err
	}
	if err := json.Unmarshal(text, &key); err != nil || !key.Valid() || key.KeyID == "" {
		return key, fmt.Errorf("%s: no JWK with a kid", path)
	}
	return key.Public(), nil
}
