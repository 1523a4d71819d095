package pkcs11

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/miekg/pkcs11"

	"cetak/drivers"
	"cetak/drivers/pkcs11/softhsm"
	"cetak/drivers/scp03"
)

// token makes a token of softhsm2 and gives how to open it.
func token(t *testing.T) Options {
	t.Helper()
	softhsm.Token(t, "Dukcapil", "2468")
	return Options{Module: softhsm.Library, Token: "Dukcapil", Key: "card", PIN: pin("2468")}
}

func pin(s string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) { return []byte(s), nil }
}

func sample(length int) map[scp03.Role][]byte {
	keys := map[scp03.Role][]byte{}
	for i, r := range []scp03.Role{scp03.ENC, scp03.MAC, scp03.DEK} {
		keys[r] = bytes.Repeat([]byte{byte(0x40 + i), 0x5A}, length/2)
	}
	return keys
}

// The token must say what the same keys say in memory.
func TestToken(t *testing.T) {
	for _, length := range []int{16, 24, 32} {
		t.Run(map[int]string{16: "AES-128", 24: "AES-192", 32: "AES-256"}[length], func(t *testing.T) {
			o, keys := token(t), sample(length)
			if err := Import(t.Context(), o, 0x30, keys); err != nil {
				t.Fatal(err)
			}
			if err := Import(t.Context(), o, 0x31, keys); !errors.Is(err, drivers.KeysUnavailable) || !strings.Contains(err.Error(), "already") {
				t.Errorf("a second import: %v", err)
			}
			k, err := Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if k.Version() != 0x30 || k.Length() != length {
				t.Errorf("version %X, %d bytes", k.Version(), k.Length())
			}
			for role, key := range keys {
				for _, message := range [][]byte{nil, []byte("sixteen bytes: 1"), bytes.Repeat([]byte("x"), 40)} {
					want, err := scp03.CMAC(key, message)
					if err != nil {
						t.Fatal(err)
					}
					if got, err := k.CMAC(t.Context(), nil, role, message); err != nil || got != want {
						t.Errorf("%s over %d bytes: %X, %v, want %X", role, len(message), got, err, want)
					}
				}
				card := []byte{4, 1, 2, 3, 4, 5, 6}
				its, err := scp03.Diversify(func(m []byte) ([16]byte, error) { return scp03.CMAC(key, m) }, role, card, length)
				if err != nil {
					t.Fatal(err)
				}
				want, err := scp03.CMAC(its, []byte("hello"))
				if err != nil {
					t.Fatal(err)
				}
				if got, err := k.CMAC(t.Context(), card, role, []byte("hello")); err != nil || got != want {
					t.Errorf("%s of a card: %X, %v, want %X", role, got, err, want)
				}
			}
			if err := k.Close(); err != nil {
				t.Error(err)
			}
			if _, err := k.CMAC(t.Context(), nil, scp03.ENC, nil); !errors.Is(err, drivers.KeysUnavailable) {
				t.Errorf("after Close: %v", err)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	o := token(t)
	if err := Import(t.Context(), o, 0x30, sample(16)); err != nil {
		t.Fatal(err)
	}
	plain := template("open-ENC", 0x30, make([]byte, 16))
	for i, a := range plain {
		switch a.Type {
		case pkcs11.CKA_SENSITIVE:
			plain[i] = pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, false)
		case pkcs11.CKA_EXTRACTABLE:
			plain[i] = pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, true)
		}
	}
	put(t, o, plain)
	put(t, o, template("half-ENC", 0x30, make([]byte, 16)))
	put(t, o, template("twice-ENC", 0x30, make([]byte, 16)))
	put(t, o, template("twice-ENC", 0x30, make([]byte, 16)))
	put(t, o, template("mixed-ENC", 0x30, make([]byte, 16)))
	put(t, o, template("mixed-MAC", 0x31, make([]byte, 16)))
	put(t, o, template("unnumbered-ENC", 0x00, make([]byte, 16)))
	noPIN := errors.New("nobody types")
	for _, tt := range []struct {
		name   string
		change func(*Options)
		code   error
		says   string
	}{
		{"no library", func(o *Options) { o.Module = "/nowhere.so" }, drivers.KeysUnavailable, "/nowhere.so"},
		{"no PKCS#11 library", func(o *Options) { o.Module = os.Args[0] }, drivers.KeysUnavailable, "no PKCS#11 library"},
		{"another token", func(o *Options) { o.Token = "Elsewhere" }, drivers.KeysUnavailable, `there are ["Dukcapil"]`},
		{"wrong PIN", func(o *Options) { o.PIN = pin("1111") }, drivers.KeysPIN, "CKR_PIN_INCORRECT"},
		{"no PIN", func(o *Options) { o.PIN = func(context.Context) ([]byte, error) { return nil, noPIN } }, noPIN, ""},
		{"no such set", func(o *Options) { o.Key = "nobody" }, drivers.KeysUnavailable, "0 keys are called nobody-ENC"},
		{"half a set", func(o *Options) { o.Key = "half" }, drivers.KeysUnavailable, "0 keys are called half-MAC"},
		{"two of a name", func(o *Options) { o.Key = "twice" }, drivers.KeysUnavailable, "2 keys are called twice-ENC"},
		{"two versions", func(o *Options) { o.Key = "mixed" }, drivers.KeysUnavailable, "another version"},
		{"no version", func(o *Options) { o.Key = "unnumbered" }, drivers.KeysUnavailable, "CKA_ID"},
		{"readable keys", func(o *Options) { o.Key = "open" }, drivers.KeysExposed, "open-ENC"},
	} {
		wrong := o
		tt.change(&wrong)
		k, err := Open(t.Context(), wrong)
		if !errors.Is(err, tt.code) || !strings.Contains(err.Error(), tt.says) || k != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if strings.Contains(err.Error(), "1111") {
			t.Errorf("%s shows the PIN", tt.name)
		}
	}
	k, err := Open(t.Context(), o) // and nothing of it stands in the way
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
}

func put(t *testing.T, o Options, object []*pkcs11.Attribute) {
	t.Helper()
	k, err := begin(t.Context(), o, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.lib.CreateObject(k.session, object); err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
}

// A token says how its PIN stands without being given one.
func TestLookAtPIN(t *testing.T) {
	o := token(t)
	if s, err := LookAtPIN(t.Context(), o); err != nil || s != (PINState{Needed: true}) {
		t.Errorf("%+v, %v", s, err)
	}
	o.Token = "Elsewhere"
	if _, err := LookAtPIN(t.Context(), o); !errors.Is(err, drivers.KeysUnavailable) {
		t.Errorf("%v", err)
	}
}

// softhsm2 counts no wrong PINs, so this is held to the standard's flags alone (PKCS #11 2.40, table 8).
func TestLastTry(t *testing.T) {
	for flags, want := range map[uint]string{
		0:                         "no PIN",
		pkcs11.CKF_LOGIN_REQUIRED: "PIN",
		pkcs11.CKF_LOGIN_REQUIRED | pkcs11.CKF_USER_PIN_COUNT_LOW: "PIN",
		pkcs11.CKF_LOGIN_REQUIRED | pkcs11.CKF_USER_PIN_FINAL_TRY: "refused",
		pkcs11.CKF_LOGIN_REQUIRED | pkcs11.CKF_USER_PIN_LOCKED:    "refused",
	} {
		login, err := mayTry(flags)
		got := map[bool]string{true: "PIN", false: "no PIN"}[login]
		if errors.Is(err, drivers.KeysPIN) {
			got = "refused"
		}
		if got != want {
			t.Errorf("%X: %s, want %s", flags, got, want)
		}
		if s := pinState(flags); s.Shut != (want == "refused") || s.Low != (flags&^pkcs11.CKF_LOGIN_REQUIRED != 0) {
			t.Errorf("%X: %+v", flags, s)
		}
	}
}

// A token that hangs holds nobody up, and is not asked again.
func TestHung(t *testing.T) {
	k, release := &Token{}, make(chan struct{})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := k.call(ctx, "sign", func() error { <-release; return nil }); !errors.Is(err, drivers.KeysUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := k.call(t.Context(), "sign", func() error { t.Error("asked again"); return nil }); !errors.Is(err, drivers.KeysUnavailable) {
		t.Errorf("%v", err)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
}
