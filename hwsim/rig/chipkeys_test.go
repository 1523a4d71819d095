package rig

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/hwsim/card"
)

// keyed starts a simulator whose cards have keys, and brings one to the chip station.
func keyed(t *testing.T, o Options) (*Rig, *card.Chip) {
	t.Helper()
	o.Doubts.ACKAfter = true // a move is done when it is acknowledged
	r := up(t, o)
	dial(t, r).say("Sis", "\x06")
	c, ok := r.world.Current().(*card.Chip)
	if !ok {
		t.Fatal("no chip at the station")
	}
	return r, c
}

// greet is INITIALIZE UPDATE with a fixed challenge: what comes back tells the keys of the card.
func greet(c *card.Chip) []byte { return c.Transmit([]byte("\x80\x50\x30\x00\x08challeng\x00")) }

// TestChipKeys: the cards of one simulator have keys of one master each their own, again after a restart, and the file says which.
func TestChipKeys(t *testing.T) {
	dir := t.TempDir()
	r, c := keyed(t, Options{Dir: dir, SCP03: SCP03{On: true}})
	path := r.Ready().ChipKeys
	if path != filepath.Join(dir, "keys", ChipKeysFile) {
		t.Errorf("chip_keys %q", path)
	}
	master, err := card.LoadMasterKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	set := c.Keys()
	if want := master.Of(c.UID()); set == nil || !bytes.Equal(set.ENC, want.ENC) || !bytes.Equal(set.MAC, want.MAC) || set.Version != 0x30 {
		t.Error("the card's keys are not those of the file")
	}
	if tr := r.World(); tr.Machine.Tries == nil || *tr.Machine.Tries != 10 {
		t.Errorf("%+v", tr.Machine)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, c := keyed(t, Options{Dir: dir, SCP03: SCP03{On: true}}); !bytes.Equal(c.Keys().ENC, master.Of(c.UID()).ENC) {
		t.Error("new keys after a restart")
	}
	if _, err := Start(t.Context(), Options{Dir: dir, PCSC: "none", Records: -1, SCP03: SCP03{On: true, Length: 32}}); err == nil || !strings.Contains(err.Error(), "other keys") {
		t.Errorf("other keys were asked for: %v", err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Options{Dir: dir, PCSC: "none", Records: -1, SCP03: SCP03{On: true}}); err == nil {
		t.Error("a broken file was taken")
	}
}

// TestChipKeyFaults: each does its work on the card at the station.
func TestChipKeyFaults(t *testing.T) {
	for _, tc := range []struct {
		fault string
		check func(t *testing.T, c *card.Chip, own card.KeySet)
	}{
		{"keys-foreign", func(t *testing.T, c *card.Chip, own card.KeySet) {
			if set := c.Keys(); set.Version != own.Version || bytes.Equal(set.ENC, own.ENC) || bytes.Equal(set.MAC, own.MAC) {
				t.Error("the card has its own keys")
			}
		}},
		{"keys-older", func(t *testing.T, c *card.Chip, own card.KeySet) {
			if got := greet(c); !bytes.Equal(got, []byte{0x6A, 0x88}) {
				t.Errorf("%X", got)
			}
		}},
		{"keys-none", func(t *testing.T, c *card.Chip, own card.KeySet) {
			if got := greet(c); !bytes.Equal(got, []byte{0x6E, 0x00}) {
				t.Errorf("%X", got)
			}
		}},
		{"keys-blocked", func(t *testing.T, c *card.Chip, own card.KeySet) {
			if got := greet(c); !bytes.Equal(got, []byte{0x69, 0x83}) {
				t.Errorf("%X", got)
			}
		}},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			r, c := keyed(t, Options{Scene: "on station do " + tc.fault + " once", SCP03: SCP03{On: true}})
			master, err := card.LoadMasterKeys(r.Ready().ChipKeys)
			if err != nil {
				t.Fatal(err)
			}
			tc.check(t, c, master.Of(c.UID()))
		})
	}
	t.Run("cards without keys", func(t *testing.T) {
		for _, fault := range []string{"keys-foreign", "keys-older", "keys-none", "keys-blocked", "session-lost", "forge-answer"} {
			keyed(t, Options{Scene: "on station do " + fault + "\non feed do " + fault})
		}
	})
}

// TestSCP03Options: what the command line takes, and what it does not.
func TestSCP03Options(t *testing.T) {
	for option, want := range map[string]SCP03{
		"default": {}, "version=2F": {Version: 0x2F}, "length=32": {Length: 32}, "mode=S16": {S16: true}, "mode=S8": {}, "challenge=random": {Random: true},
		"answers=mac": {Answers: "mac"}, "tries=3": {Tries: 3}, "write=free": {Free: true}, "derivation=none": {Plain: true}, "le=all": {LeAll: true},
	} {
		var got SCP03
		want.On = true
		if err := got.Set(option); err != nil || got != want {
			t.Errorf("%s: %+v, %v", option, got, err)
		}
	}
	for _, bad := range []string{"", "version=0", "version=80", "version=x", "length=8", "length", "mode=S4", "challenge=", "answers=no", "tries=0", "write=never", "derivation=x", "le=1", "colour=red"} {
		if err := new(SCP03).Set(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
