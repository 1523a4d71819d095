package keys

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/drivers/scp03"
	"cetak/hwsim/card"
)

// slot is a reader with hwsim's module in it; a command that goes through it can be lost.
type slot struct {
	card   *card.SAM
	empty  bool
	lose   bool
	closed int
}

var errPulled = errors.New("pulled")

func (s *slot) Wait(ctx context.Context) (drivers.Chip, error) {
	if s.empty {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	s.card.PowerOn()
	return s, nil
}
func (s *slot) ATR() []byte { return s.card.ATR() }
func (s *slot) Transmit(_ context.Context, c []byte) ([]byte, error) {
	if s.lose {
		return nil, &drivers.Fault{Code: drivers.ChipRemoved, Err: errPulled}
	}
	return s.card.Transmit(c), nil
}
func (s *slot) Close() error { s.closed++; return nil }

func typed(pin string, asked *int) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) { *asked++; return []byte(pin), nil }
}

// The module and the file of the same keys say the same, for every length and for keys that are not derived.
func TestSAM(t *testing.T) {
	for _, length := range []int{16, 24, 32} {
		master := card.NewMasterKeys(0x30, length)
		path := filepath.Join(t.TempDir(), "chip-keys.json")
		if err := master.Save(path); err != nil {
			t.Fatal(err)
		}
		f, err := OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, asked := &slot{card: card.NewSAM(master, "2468")}, 0
		k, err := OpenSAM(t.Context(), s, typed("2468", &asked))
		if err != nil || asked != 1 {
			t.Fatalf("%v, asked %d times", err, asked)
		}
		if k.Version() != 0x30 || k.Length() != length {
			t.Errorf("version %X, %d bytes", k.Version(), k.Length())
		}
		want, err := CheckValue(t.Context(), f)
		if got, e := CheckValue(t.Context(), k); err != nil || e != nil || got != want {
			t.Errorf("check value %s, %v; the file's %s, %v", got, e, want, err)
		}
		for _, role := range []scp03.Role{scp03.ENC, scp03.MAC} {
			for _, uid := range [][]byte{nil, {4, 1, 2, 3, 4, 5, 6}, {1, 2, 3, 4}} {
				message := bytes.Repeat([]byte{0x5A}, 33)
				want, err := f.CMAC(t.Context(), uid, role, message)
				if got, e := k.CMAC(t.Context(), uid, role, message); err != nil || e != nil || got != want {
					t.Errorf("%s of %X: %X, %v; the file's %X, %v", role, uid, got, e, want, err)
				}
			}
		}
		s.lose = true
		if _, err := k.CMAC(t.Context(), nil, scp03.ENC, nil); !errors.Is(err, drivers.KeysUnavailable) || !errors.Is(err, errPulled) {
			t.Errorf("pulled: %v", err)
		}
		if err := k.Close(); err != nil || s.closed != 2 {
			t.Errorf("%v, %d closed", err, s.closed)
		}
		if _, err := k.CMAC(t.Context(), nil, scp03.ENC, nil); !errors.Is(err, drivers.KeysUnavailable) {
			t.Errorf("closed: %v", err)
		}
	}
}

// A wrong PIN is tried once, and the last try never.
func TestSAMPIN(t *testing.T) {
	s, asked := &slot{card: card.NewSAM(card.NewMasterKeys(0x30, 16), "2468")}, 0
	for want := 1; want < card.SAMTries; want++ {
		if left, needed, err := SAMTries(t.Context(), s); left != card.SAMTries-want+1 || !needed || err != nil {
			t.Errorf("%d tries are left, %v, %v", left, needed, err)
		}
		if _, err := OpenSAM(t.Context(), s, typed("1111", &asked)); !errors.Is(err, drivers.KeysPIN) || strings.Contains(err.Error(), "1111") || asked != want {
			t.Fatalf("%v, asked %d times", err, asked)
		}
	}
	if _, err := OpenSAM(t.Context(), s, typed("2468", &asked)); !errors.Is(err, drivers.KeysPIN) || asked != card.SAMTries-1 {
		t.Errorf("the last try: %v, asked %d times", err, asked)
	}
	if s.closed != 2*(2*card.SAMTries-1) {
		t.Errorf("%d closed", s.closed)
	}
	none := errors.New("nobody types")
	fresh := &slot{card: card.NewSAM(card.NewMasterKeys(0x30, 16), "2468")}
	if _, err := OpenSAM(t.Context(), fresh, func(context.Context) ([]byte, error) { return nil, none }); !errors.Is(err, none) {
		t.Errorf("%v", err)
	}
}

// What is no module, or none at all, is said.
func TestNoSAM(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := OpenSAM(ctx, &slot{empty: true}, nil); !errors.Is(err, drivers.KeysUnavailable) {
		t.Errorf("an empty reader: %v", err)
	}
	chip := card.New([]byte{4, 1, 2, 3, 4, 5, 6}, card.Options{})
	if _, err := OpenSAM(t.Context(), &identityCard{chip: chip}, nil); !errors.Is(err, drivers.KeysUnavailable) || !strings.Contains(err.Error(), "select") {
		t.Errorf("an identity card: %v", err)
	}
}

type identityCard struct {
	slot
	chip *card.Chip
}

func (c *identityCard) Wait(context.Context) (drivers.Chip, error) { return c, nil }
func (c *identityCard) Transmit(_ context.Context, command []byte) ([]byte, error) {
	return c.chip.Transmit(command), nil
}
