package certificate_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cetak/drivers"
	"cetak/station/certificate"
	"cetak/station/record"
)

// keys makes a station's folder of keys.
func keys(t testing.TB, station string) record.Keys {
	t.Helper()
	dir := t.TempDir()
	for name, id := range map[string]string{"station.jwk": station, "centre.jwk": "centre-1"} {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		jwk := jose.JSONWebKey{Key: k, KeyID: id}
		if name == "centre.jwk" {
			jwk = jwk.Public()
		}
		b, err := json.Marshal(jwk)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k, err := record.LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// ordinary is a day of 25 blanks, 3 more drawn, one of them lost from sight and waived.
func ordinary() certificate.Certificate {
	opened := time.Date(2026, 3, 2, 0, 58, 11, 0, time.UTC)
	return certificate.Certificate{
		Version: certificate.Version, Station: "Dukcapil Contoh/2", Shift: "2026-03-02-1", Opened: opened, Closed: opened.Add(8 * time.Hour),
		OpenedBy: [2]string{"siti", "rina"}, ClosedBy: [2]string{"siti", "budi"},
		Stock: []certificate.Stock{
			{Type: "WNI", Opening: 25, Drawn: 3, Good: 2, Spoiled: map[string]int{"damage:scratched": 1, "fault:P-103": 1}, Returned: 20, Missing: 1,
				Closing: 2, Difference: -1},
			{Type: "WNA", Opening: 4, Closing: 4},
		},
		Cards: []certificate.Card{
			{UID: "04A1B2C3", Type: "WNI", Result: certificate.Good},
			{UID: "04A1B2C4", Type: "WNI", Result: certificate.Spoiled, Cause: "damage:scratched"},
			{UID: "04A1B2C5", Type: "WNI", Result: certificate.Good},
		},
		Incidents: []certificate.Incident{{ID: "I-1", What: "count hopper", Type: "WNI", Books: 3, Found: 2, Since: "A-7", Open: true}},
		Waivers: []certificate.Waiver{{At: "closing", Type: "WNI", Difference: -1, Who: "budi", Second: "siti",
			Reason: "satu blangko tidak ditemukan, dicari besok"}},
		Journal: certificate.Journal{First: 3, Last: 91, Head: strings.Repeat("ab", 32)},
	}
}

func signed(t testing.TB, c certificate.Certificate, k record.Keys) []byte {
	t.Helper()
	file, err := certificate.Sign(c, k)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSignedAndProved(t *testing.T) {
	k := keys(t, "9901-desk-2")
	file := signed(t, ordinary(), k)
	for name, trusted := range map[string]*ecdsa.PublicKey{"anywhere": nil, "at the station": k.Public()} {
		p, err := certificate.Verify(file, trusted)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if fmt.Sprint(p.Certificate) != fmt.Sprint(ordinary()) {
			t.Errorf("%s: %+v", name, p.Certificate)
		}
		if p.KeyID != "9901-desk-2" || p.Fingerprint != certificate.Fingerprint(k.Public()) || len(p.Fingerprint) != 64 {
			t.Errorf("%s: key %q, fingerprint %q", name, p.KeyID, p.Fingerprint)
		}
	}
}

func TestAnotherStation(t *testing.T) {
	ours, theirs := keys(t, "9901-desk-2"), keys(t, "9901-desk-2")
	_, err := certificate.Verify(signed(t, ordinary(), theirs), ours.Public())
	if !errors.Is(err, certificate.OtherStation) {
		t.Errorf("got %v", err)
	}
}

// Every change of one byte, in the whole file, is refused: 200 at random, and every one at the ends of the three parts, where
// base64 has bits that nobody reads.
func TestEveryChangedByteIsRefused(t *testing.T) {
	k := keys(t, "9901-desk-2")
	file := signed(t, ordinary(), k)
	refused := func(what string, changed []byte) {
		t.Helper()
		if _, err := certificate.Verify(changed, nil); err == nil {
			t.Errorf("%s was accepted", what)
		} else if f := drivers.AsFault(err); f.Code == drivers.Unexpected {
			t.Errorf("%s: %v", what, err)
		}
	}
	seed := mathrand.Uint64()
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	for range 200 {
		at, b := r.IntN(len(file)), byte(r.IntN(256))
		if file[at] == b {
			b ^= 1
		}
		changed := bytes.Clone(file)
		changed[at] = b
		refused(fmt.Sprintf("seed %d: byte %d as %#02x", seed, at, b), changed)
	}
	ends := []int{len(file) - 2, len(file) - 1}
	for i, c := range file {
		if c == '.' {
			ends = append(ends, i-1, i)
		}
	}
	for _, at := range ends {
		for b := range 256 {
			if file[at] != byte(b) {
				changed := bytes.Clone(file)
				changed[at] = byte(b)
				refused(fmt.Sprintf("byte %d as %#02x", at, b), changed)
			}
		}
	}
	refused("a byte more", append(bytes.Clone(file), '\n'))
	refused("a space before", append([]byte{' '}, file...))
	refused("without its line feed", file[:len(file)-1])
	refused("nothing", nil)
	refused("twice", append(bytes.Clone(file), file...))
}

// raw signs anything as a certificate, as a thief of the key could.
func raw(t testing.TB, k record.Keys, payload []byte, typ string) []byte {
	t.Helper()
	line, err := k.Attest(payload, typ)
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte(line), '\n')
}

func TestSignedAndYetRefused(t *testing.T) {
	k := keys(t, "9901-desk-2")
	whole, err := json.Marshal(ordinary())
	if err != nil {
		t.Fatal(err)
	}
	plain, err := k.Sign(whole, certificate.Type)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		file []byte
		want drivers.Code
	}{
		{"another type of message", raw(t, k, whole, record.TypeOutcome), certificate.NotCertificate},
		{"no key inside", append([]byte(plain), '\n'), certificate.NotCertificate},
		{"blanks between", raw(t, k, append([]byte(" "), whole...), certificate.Type), certificate.NotCertificate},
		{"a name nobody knows", raw(t, k, bytes.Replace(whole, []byte(`"v":1`), []byte(`"v":1,"x":2`), 1), certificate.Type), certificate.NotCertificate},
		{"other order", raw(t, k, bytes.Replace(whole, []byte(`"opening":25,"drawn":3`), []byte(`"drawn":3,"opening":25`), 1), certificate.Type), certificate.NotCertificate},
		{"one more good", raw(t, k, bytes.Replace(whole, []byte(`"good":2`), []byte(`"good":3`), 1), certificate.Type), certificate.DoesNotAdd},
		{"a card twice", raw(t, k, bytes.Replace(whole, []byte("04A1B2C5"), []byte("04A1B2C3"), 1), certificate.Type), certificate.DoesNotAdd},
		{"no JSON", raw(t, k, []byte("{"), certificate.Type), certificate.NotCertificate},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := certificate.Verify(tt.file, nil); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestDoesNotAdd(t *testing.T) {
	for name, change := range map[string]func(*certificate.Certificate){
		"one blank more drawn":      func(c *certificate.Certificate) { c.Stock[0].Drawn++ },
		"waiver taken out":          func(c *certificate.Certificate) { c.Waivers = nil },
		"waiver of another size":    func(c *certificate.Certificate) { c.Waivers[0].Difference = -2 },
		"waiver without a reason":   func(c *certificate.Certificate) { c.Waivers[0].Reason = "" },
		"waiver of the opening":     func(c *certificate.Certificate) { c.Waivers[0].At = "opening" },
		"a type missing":            func(c *certificate.Certificate) { c.Stock = c.Stock[:1] },
		"types exchanged":           func(c *certificate.Certificate) { c.Stock[0].Type, c.Stock[1].Type = "WNA", "WNI" },
		"less than none":            func(c *certificate.Certificate) { c.Stock[1].Opening, c.Stock[1].Closing = -1, -1 },
		"one person":                func(c *certificate.Certificate) { c.ClosedBy = [2]string{"siti", "Siti "} },
		"nobody":                    func(c *certificate.Certificate) { c.OpenedBy[1] = "" },
		"closed before opened":      func(c *certificate.Certificate) { c.Closed = c.Opened.Add(-time.Second) },
		"half a second":             func(c *certificate.Certificate) { c.Closed = c.Closed.Add(time.Second / 2) },
		"no head":                   func(c *certificate.Certificate) { c.Journal.Head = "" },
		"lines backwards":           func(c *certificate.Certificate) { c.Journal.First = 92 },
		"a card that nobody counts": func(c *certificate.Certificate) { c.Cards[1].Cause = "damage:broken" },
		"a card of another type":    func(c *certificate.Certificate) { c.Cards[1].Type = "WNX" },
		"a card without a chip":     func(c *certificate.Certificate) { c.Cards[0].UID = "" },
		"another form":              func(c *certificate.Certificate) { c.Version = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			c := ordinary()
			change(&c)
			if err := c.Check(); !errors.Is(err, certificate.DoesNotAdd) {
				t.Errorf("got %v", err)
			}
			if _, err := certificate.Sign(c, keys(t, "s")); err == nil {
				t.Error("it was signed")
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	k := keys(f, "9901-desk-2")
	file := signed(f, ordinary(), k)
	f.Add(file)
	f.Add([]byte("e30.e30.AAAA\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := certificate.Verify(b, k.Public())
		if err == nil && fmt.Sprint(p.Certificate) != fmt.Sprint(ordinary()) {
			t.Errorf("accepted: %q", b)
		}
	})
}
