package card_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/hwsim/card"
)

func keySet() *card.KeySet {
	return &card.KeySet{Version: 0x30, ENC: bytes.Repeat([]byte{1}, 16), MAC: bytes.Repeat([]byte{2}, 16), Tries: 2}
}

func TestSecureRules(t *testing.T) {
	t.Run("a chip without keys", func(t *testing.T) {
		say(t, card.New(uid, card.Options{}),
			"80 50 30 00 08 0102030405060708 00 > 6E00",
			"84 82 33 00 10 00000000000000000000000000000000 > 6E00",
			"04 D6 00 00 08 0000000000000000 > 6882")
	})
	t.Run("greeting", func(t *testing.T) {
		say(t, card.New(uid, card.Options{Keys: keySet()}),
			"80 50 31 00 08 0102030405060708 00 > 6A88", // no such version
			"80 50 30 01 08 0102030405060708 00 > 6A86",
			"80 50 30 00 04 01020304 00 > 6700",
			"80 50 30 00 10 01020304050607080102030405060708 00 > 6700", // S16 of a card in S8
			"80 50 00 00 08 0102030405060708 00 > *9000",                // any version
			"80 50 30 00 08 0102030405060708 00 > *9000",
			"84 82 33 00 08 0000000000000000 > 6700",
			"84 82 33 00 10 00000000000000000000000000000000 > 6985") // something came between
	})
	t.Run("nothing is written without a session", func(t *testing.T) {
		say(t, card.New(uid, card.Options{Keys: keySet()}),
			"00A4 0000 02 7F0A > 9000", "0044 0000 > 6982", "00A4 0000 02 6FF1 > 9000", "00D6 0000 04 0002 4142 > 6982",
			"04D6 0000 0C 0002 4142 0000000000000000 > 6985") // there is none
		free := keySet()
		free.Free = true
		say(t, card.New(uid, card.Options{Keys: free}),
			"00A4 0000 02 7F0A > 9000", "00A4 0000 02 6FF1 > 9000", "00D6 0000 04 0002 4142 > 9000")
	})
	t.Run("tries run out, for good", func(t *testing.T) {
		c := card.New(uid, card.Options{Keys: keySet()})
		greet := "80 50 30 00 08 0102030405060708 00 > *9000"
		wrong := "84 82 33 00 10 00000000000000000000000000000000 > "
		say(t, c, greet, "84 82 34 00 10 00000000000000000000000000000000 > 6A86") // no such level: costs nothing
		say(t, c, greet, wrong+"6300", wrong+"6985", greet, wrong+"6300", "80 50 30 00 08 0102030405060708 00 > 6983")
		c.PowerOff()
		c.PowerOn()
		say(t, c, "80 50 30 00 08 0102030405060708 00 > 6983")
		if left, keys := c.Tries(); left != 0 || !keys {
			t.Errorf("%d tries left, keys %t", left, keys)
		}
	})
	t.Run("a level the chip cannot hold", func(t *testing.T) {
		set := keySet()
		set.PlainAnswers = true
		c := card.New(uid, card.Options{Keys: set})
		say(t, c, "80 50 30 00 08 0102030405060708 00 > *9000", "84 82 11 00 10 00000000000000000000000000000000 > 6A86")
	})
}

// TestChallenges: pseudo-random ones follow from key and counter, and never come twice; random ones carry no counter.
func TestChallenges(t *testing.T) {
	greet := unhex(t, "80503000080102030405060708"+"00")
	a, b := card.New(uid, card.Options{Keys: keySet()}), card.New(uid, card.Options{Keys: keySet()})
	first, same := a.Transmit(greet), b.Transmit(greet)
	if !bytes.Equal(first, same) {
		t.Error("two chips of the same keys, number, and counter differ")
	}
	if second := a.Transmit(greet); bytes.Equal(second[13:21], first[13:21]) {
		t.Error("the same challenge twice")
	}
	if len(first) != 34 || first[12] != 0x70 || !bytes.Equal(first[29:32], []byte{0, 0, 1}) {
		t.Errorf("answer %X", first)
	}
	set := keySet()
	set.Random, set.S16, set.Answers = true, true, 0x20
	r := card.New(uid, card.Options{Keys: set}).Transmit(unhex(t, "8050300010"+strings.Repeat("00", 16)+"00"))
	if len(r) != 13+32+2 || r[12] != 0x21 {
		t.Errorf("answer %X", r)
	}
}

func TestMasterKeysFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chip-keys.json")
	for _, length := range []int{16, 24, 32} {
		m := card.NewMasterKeys(0x30, length)
		m.S16, m.Plain = length == 32, length == 24
		if err := m.Save(path); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		got, err := card.LoadMasterKeys(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.ENC, m.ENC) || !bytes.Equal(got.MAC, m.MAC) || got.S16 != m.S16 || got.Plain != m.Plain || got.Version != 0x30 {
			t.Errorf("%d bytes: came back as %+v", length, got)
		}
		own, other := m.Of(uid), m.Of([]byte{1, 2, 3, 4})
		if len(own.ENC) != length || bytes.Equal(own.ENC, own.MAC) || bytes.Equal(own.ENC, other.ENC) != m.Plain {
			t.Errorf("%d bytes: keys of a card %X", length, own.ENC)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Replace(text, []byte(`"version": "30"`), []byte(`"version": "zz"`), 1)
	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := card.LoadMasterKeys(path); err == nil {
		t.Error("a version that is none was taken")
	}
}
