package record_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cetak/hwsim/centre"
	"cetak/station/record"
)

// What is sealed to another station opens there with the register's signature, and here no more.
func TestReseal(t *testing.T) {
	c, other := newCentre(5, 0), newCentre(6, 0)
	mine, strange := keysOf(t, c), keysOf(t, other)
	envelope, err := c.Envelope(made(t, c, 1)[0])
	if err != nil {
		t.Fatal(err)
	}
	// The other station knows this register.
	taker := keysWith(t, other, c)
	to := record.Addressee{ID: taker.Station(), Key: taker.Public()}
	moved, err := record.Reseal(envelope, mine, to)
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.Open(moved, taker)
	want, err2 := record.Open(envelope, mine)
	if err != nil || err2 != nil || got.Fields != want.Fields || got.SignedBy != want.SignedBy {
		t.Errorf("%v %v", err, err2)
	}
	for what, c := range map[string]struct {
		envelope string
		keys     record.Keys
		to       record.Addressee
		want     error
	}{
		"the giver, afterwards":  {moved, mine, to, record.EnvelopeForeign},
		"a station without it":   {envelope, strange, to, record.EnvelopeForeign},
		"no key":                 {envelope, mine, record.Addressee{ID: "x"}, record.KeysUnusable},
		"another curve":          {envelope, mine, record.Addressee{ID: "x", Key: p384(t)}, record.KeysUnusable},
		"not an envelope":        {"a.b.c.d.e", mine, to, record.EnvelopeBroken},
		"no keys of one's own":   {envelope, record.Keys{}, to, record.KeysUnusable},
		"a register not trusted": {foreign(t, mine, strange, envelope, other), mine, to, record.CentreUnknown},
	} {
		if _, err := record.Reseal(c.envelope, c.keys, c.to); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}

// foreign is an envelope to mine around what another register signed.
func foreign(t *testing.T, mine, theirs record.Keys, _ string, register *centre.Centre) string {
	t.Helper()
	envelope, err := register.Envelope(made(t, register, 1)[0])
	if err != nil {
		t.Fatal(err)
	}
	out, err := record.Reseal(envelope, theirs, record.Addressee{ID: mine.Station(), Key: mine.Public()})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func p384(t *testing.T) *ecdsa.PublicKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &k.PublicKey
}

func TestAttested(t *testing.T) {
	k := keysOf(t, newCentre(5, 0))
	signed, err := k.Attest([]byte("words"), "test+jws")
	if err != nil {
		t.Fatal(err)
	}
	text, by, err := record.Attested(signed, "test+jws")
	if err != nil || string(text) != "words" || by.ID != k.Station() || !by.Key.Equal(k.Public()) || len(by.Fingerprint()) != 19 {
		t.Errorf("%q %+v %v", text, by, err)
	}
	plain, err := k.Sign([]byte("words"), "test+jws")
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		text, typ string
		want      error
	}{
		"another type": {signed, "other+jws", record.EnvelopeBroken},
		"without key":  {plain, "test+jws", record.EnvelopeBroken},
		"altered":      {signed[:len(signed)-4] + "AAAA", "test+jws", record.SignatureWrong},
		"no paper":     {"words", "test+jws", record.EnvelopeUnsigned},
	} {
		if _, _, err := record.Attested(c.text, c.typ); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}

// keysWith are a station's keys with another centre's public key among those it knows.
func keysWith(t *testing.T, station, register *centre.Centre) record.Keys {
	t.Helper()
	dir, more := t.TempDir(), t.TempDir()
	for d, c := range map[string]*centre.Centre{dir: station, more: register} {
		if err := c.WriteKeys(d); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(more, "centre.jwk"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "centre-2.jwk"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	k, err := record.LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
