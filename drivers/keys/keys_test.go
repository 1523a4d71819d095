package keys

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/drivers/scp03"
)

// sample is a file of the form that docs/secure-channel.md gives. ENC is GlobalPlatform's well-known test key, whose check value is public.
const sample = `{
  "format": "cetak-chip-keys-1",
  "test": true,
  "version": "30",
  "length": 16,
  "derivation": "sp800-108-uid",
  "mode": "S8",
  "keys": {"ENC": "404142434445464748494A4B4C4D4E4F", "MAC": "505152535455565758595A5B5C5D5E5F", "DEK": "606162636465666768696A6B6C6D6E6F"},
  "check_values": {"ENC": "504A77", "MAC": "@MAC", "DEK": "@DEK"}
}`

func write(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "chip-keys.json")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

// complete fills the two check values in that are not public.
func complete(t *testing.T) string {
	t.Helper()
	text := sample
	for name, key := range map[string]string{"@MAC": "505152535455565758595A5B5C5D5E5F", "@DEK": "606162636465666768696A6B6C6D6E6F"} {
		b, err := hex.DecodeString(key)
		if err != nil {
			t.Fatal(err)
		}
		v, err := scp03.CheckValue(b)
		if err != nil {
			t.Fatal(err)
		}
		text = strings.Replace(text, name, strings.ToUpper(hex.EncodeToString(v[:])), 1)
	}
	return text
}

func TestFile(t *testing.T) {
	f, err := OpenFile(write(t, complete(t), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	if f.Version() != 0x30 || f.Length() != 16 || f.Derivation != DeriveByUID || f.Mode != "S8" {
		t.Errorf("%X %d %s %s", f.Version(), f.Length(), f.Derivation, f.Mode)
	}
	value, err := CheckValue(t.Context(), f)
	if err != nil || !strings.HasPrefix(value, "504A77") || len(value) != 12 {
		t.Errorf("check value %s, %v", value, err)
	}
	if err := Check(t.Context(), f, 0x30, strings.ToLower(value)); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"version":     Check(t.Context(), f, 0x31, value),
		"check value": Check(t.Context(), f, 0x30, value[6:]+value[:6]), // ENC and MAC changed over
	} {
		if !errors.Is(err, drivers.KeysDiffer) || !strings.Contains(err.Error(), name) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	asIs, err := f.CMAC(t.Context(), nil, scp03.ENC, []byte("m"))
	if err != nil {
		t.Fatal(err)
	}
	one, err := f.CMAC(t.Context(), []byte{4, 1, 2, 3}, scp03.ENC, []byte("m"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := f.CMAC(t.Context(), []byte{4, 1, 2, 4}, scp03.ENC, []byte("m"))
	if err != nil || one == other || one == asIs {
		t.Errorf("two cards have one key: %X %X %X, %v", asIs, one, other, err)
	}
	keys := f.keys
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for role, key := range keys {
		if strings.Trim(string(key), "\x00") != "" {
			t.Errorf("%s is not overwritten", role)
		}
	}
}

func TestFileRefused(t *testing.T) {
	good := complete(t)
	edit := func(old, new string) string {
		t.Helper()
		if !strings.Contains(good, old) {
			t.Fatalf("nothing to change: %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, tt := range []struct {
		name, text string
		mode       os.FileMode
		code       drivers.Code
	}{
		{"others may read", good, 0o640, drivers.KeysExposed},
		{"all may write", good, 0o602, drivers.KeysExposed},
		{"no JSON", "keys", 0o600, drivers.KeysUnavailable},
		{"empty", "", 0o600, drivers.KeysUnavailable},
		{"unknown field", edit(`"test": true,`, `"test": true, "owner": "x",`), 0o600, drivers.KeysUnavailable},
		{"real keys", edit(`"test": true`, `"test": false`), 0o600, drivers.KeysUnavailable},
		{"another format", edit("keys-1", "keys-2"), 0o600, drivers.KeysUnavailable},
		{"version 00", edit(`"30"`, `"00"`), 0o600, drivers.KeysUnavailable},
		{"version 80", edit(`"30"`, `"80"`), 0o600, drivers.KeysUnavailable},
		{"a length it does not have", edit(`"length": 16`, `"length": 32`), 0o600, drivers.KeysUnavailable},
		{"a short key", edit("404142434445464748494A4B4C4D4E4F", "40414243"), 0o600, drivers.KeysUnavailable},
		{"a changed key", edit("404142434445464748494A4B4C4D4E4F", "414142434445464748494A4B4C4D4E4F"), 0o600, drivers.KeysUnavailable},
		{"a changed check value", edit("504A77", "504A78"), 0o600, drivers.KeysUnavailable},
		{"no check value", edit(`"ENC": "504A77", `, ""), 0o600, drivers.KeysUnavailable},
		{"odd derivation", edit("sp800-108-uid", "uid"), 0o600, drivers.KeysUnavailable},
		{"odd mode", edit("S8", "S4"), 0o600, drivers.KeysUnavailable},
		{"more behind", good + "{}", 0o600, drivers.KeysUnavailable},
	} {
		_, err := OpenFile(write(t, tt.text, tt.mode))
		if !errors.Is(err, tt.code) {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if s := err.Error(); strings.Contains(s, "4041") || strings.Contains(s, "4141") || strings.Contains(s, "\n") {
			t.Errorf("%s shows a key: %s", tt.name, s)
		}
	}
	if _, err := OpenFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, drivers.KeysUnavailable) {
		t.Errorf("no file: %v", err)
	}
}

func FuzzFile(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"format":"cetak-chip-keys-1","test":true,"keys":{"ENC":""}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := parse(text)
		if err != nil {
			return
		}
		if n := set.Length(); n != 16 && n != 24 && n != 32 || set.Version() < 1 || set.Version() > 0x7F || len(set.keys) != 3 {
			t.Errorf("%d bytes, version %X, %d keys", n, set.Version(), len(set.keys))
		}
	})
}

func TestPIN(t *testing.T) {
	t.Setenv(PINEnv, "")
	if pin, err := PIN(""); pin != nil || err != nil {
		t.Errorf("%q, %v", pin, err)
	}
	file := write(t, "2468\r\n", 0o600)
	if pin, err := PIN(file); string(pin) != "2468" || err != nil {
		t.Errorf("%q, %v", pin, err)
	}
	if _, err := PIN(write(t, "2468", 0o644)); !errors.Is(err, drivers.KeysExposed) || strings.Contains(err.Error(), "2468") {
		t.Errorf("a file that all may read: %v", err)
	}
	if _, err := PIN(write(t, "\n", 0o600)); !errors.Is(err, drivers.KeysPIN) {
		t.Errorf("an empty file: %v", err)
	}
	t.Setenv(PINEnv, "1357")
	if pin, err := PIN(file); string(pin) != "1357" || err != nil {
		t.Errorf("the environment comes first: %q, %v", pin, err)
	}
}
